"""Supporting documents: judged by their bytes, withdrawn and never lost."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

import pytest
import sqlalchemy as sa

from grantapp.domain.inspected import Note
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.inspection.opening import Opened, opened
from grantapp.services import attaching, demonstration, depositing, drafting
from grantapp.services.pages import AttachmentLine
from grantapp.storage import queries
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import AttachmentRow, JournalRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.inspection import corpus
from tests.makers import NOW

OTHER = demonstration.paper("Une autre pièce")
LATER = NOW + timedelta(hours=1)


def attach(
    sessions: Sessions,
    files: Files,
    reference: str,
    by: Person,
    *,
    piece: str = "accounts",
    name: str = "comptes.pdf",
    content: bytes = makers.PDF,
) -> AttachmentLine:
    sent = io.BytesIO(content)
    return attaching.attach(sessions, files, reference, piece, name=name, content=sent, now=NOW, by=by).line


def replace(
    sessions: Sessions, files: Files, line: AttachmentLine, reference: str, by: Person, content: bytes = OTHER
) -> AttachmentLine:
    sent = io.BytesIO(content)
    return attaching.replace(sessions, files, reference, line.id, name="v2.pdf", content=sent, now=LATER, by=by).line


def shown(sessions: Sessions, reference: str, by: Person) -> list[AttachmentLine]:
    with sessions.reading() as session:
        return list(drafting.step_page(session, reference, "pieces", now=NOW, by=by).attachments)


@pytest.mark.parametrize(
    ("content", "media_type", "pages"),
    [(corpus.SOUND, "application/pdf", 2), (corpus.png(), "image/png", 1), (corpus.jpeg(), "image/jpeg", 1)],
)
def test_a_file_is_opened_before_it_is_kept(
    sessions: Sessions, files: Files, camille: Person, draft: str, content: bytes, media_type: str, pages: int
):
    line = attach(sessions, files, draft, camille, name="n'importe quoi.exe", content=content)
    assert (line.media_type, line.pages, line.added_at) == (media_type, pages, NOW)
    with sessions.reading() as session:
        found, chunks = attaching.read_attachment(session, files, draft, line.id, by=camille)
        kept = b"".join(chunks)
        assert (found, len(kept), files.read(line.sha256)) == (line, line.size, kept)
        assert attaching.read_thumbnail(session, files, draft, line.id, by=camille).startswith(b"\xff\xd8\xff")
    assert (kept == content) == (media_type == "application/pdf")


@pytest.mark.parametrize("what", ["nothing", "an archive", "a script among the names", "half a photograph"])
def test_a_refused_file_says_why_and_leaves_nothing(
    sessions: Sessions, files: Files, camille: Person, draft: str, what: str, tmp_path: Path
):
    with pytest.raises(Refused, match=r"comptes\.pdf"):
        attach(sessions, files, draft, camille, content=corpus.REFUSED[what][0])
    assert shown(sessions, draft, camille) == []
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_the_person_is_told_that_an_image_was_rewritten(sessions: Sessions, files: Files, camille: Person, draft: str):
    sent = io.BytesIO(corpus.jpeg())
    attached = attaching.attach(sessions, files, draft, "other", name="a.jpg", content=sent, now=NOW, by=camille)
    assert attached.notes == (Note.LOCATED,)


def test_nobody_waits_while_a_file_is_opened(
    sessions: Sessions, files: Files, camille: Person, draft: str, monkeypatch: pytest.MonkeyPatch
):
    saved = []

    @contextmanager
    def slow(name: str, sent: IO[bytes]) -> Iterator[Opened]:
        makers.save(sessions, draft, "site", {"town": "Avignon"}, by=camille)  # would wait for ever for the write lock
        saved.append(name)
        with opened(name, sent) as found:
            yield found

    monkeypatch.setattr(attaching, "opened", slow)
    attach(sessions, files, draft, camille)
    assert saved == ["comptes.pdf"]


def test_a_file_is_replaced_by_another_and_nothing_is_erased(
    sessions: Sessions, files: Files, camille: Person, draft: str
):
    old = attach(sessions, files, draft, camille)
    new = replace(sessions, files, old, draft, camille)
    assert shown(sessions, draft, camille) == [new]
    assert (new.piece, new.name) == ("accounts", "v2.pdf")
    with sessions.reading() as session:
        row, before = session.get_one(AttachmentRow, new.id), session.get_one(AttachmentRow, old.id)
        assert row.replaces_id == old.id
        assert (before.removed_at, before.removed_by_id) == (LATER, camille.id)
        assert files.read(before.sha256) == makers.PDF
        line = session.scalars(sa.select(JournalRow).order_by(JournalRow.id.desc())).first()
        assert line and line.act == "replaced"
        assert line.detail == {"piece": "accounts", "sha256": new.sha256, "replaces": old.sha256}


def test_a_file_replaced_by_itself_changes_nothing(sessions: Sessions, files: Files, camille: Person, draft: str):
    old = attach(sessions, files, draft, camille)
    assert replace(sessions, files, old, draft, camille, makers.PDF) == old
    assert shown(sessions, draft, camille) == [old]


def test_a_file_is_not_replaced_by_its_neighbour(sessions: Sessions, files: Files, camille: Person, draft: str):
    old = attach(sessions, files, draft, camille)
    attach(sessions, files, draft, camille, name="v2.pdf", content=OTHER)
    with pytest.raises(Refused, match="déjà parmi"):
        replace(sessions, files, old, draft, camille)
    assert len(shown(sessions, draft, camille)) == 2


def test_a_refused_replacement_leaves_the_file_in_its_place(
    sessions: Sessions, files: Files, camille: Person, draft: str
):
    old = attach(sessions, files, draft, camille)
    with pytest.raises(Refused):
        replace(sessions, files, old, draft, camille, b"MZ")
    assert shown(sessions, draft, camille) == [old]


def test_a_withdrawn_file_is_not_replaced(sessions: Sessions, files: Files, camille: Person, draft: str):
    old = attach(sessions, files, draft, camille)
    replace(sessions, files, old, draft, camille)
    with pytest.raises(NotFound):
        replace(sessions, files, old, draft, camille, corpus.SOUND)
    assert len(shown(sessions, draft, camille)) == 1


def test_a_piece_attached_before_pieces_were_opened_keeps_working(
    sessions: Sessions, files: Files, camille: Person, draft: str
):
    with sessions.writing() as session:
        dossier = queries.get_dossier(session, draft, camille)
        row = makers.attachment_row(dossier.id, camille.id, sha256=files.keep(makers.PDF), size=len(makers.PDF))
        session.add(row)
        session.commit()
    (line,) = shown(sessions, draft, camille)
    assert (line.pages, line.thumbnail) == (None, None)
    with sessions.reading() as session:
        _, chunks = attaching.read_attachment(session, files, draft, line.id, by=camille)
        assert b"".join(chunks) == makers.PDF
        with pytest.raises(NotFound):
            attaching.read_thumbnail(session, files, draft, line.id, by=camille)
        (piece,) = drafting.step_page(session, draft, "pieces", now=NOW, by=camille).record.accounts
        assert piece.pages is None
    assert replace(sessions, files, line, draft, camille).pages == 1


def test_attached_files_are_the_answers_of_the_pieces(sessions: Sessions, files: Files, camille: Person, draft: str):
    line = attach(sessions, files, draft, camille)
    attach(sessions, files, draft, camille, name="suite.pdf", content=OTHER)
    with sessions.reading() as session:
        page = drafting.step_page(session, draft, "pieces", now=NOW, by=camille)
    assert [piece.name for piece in page.record.accounts] == ["comptes.pdf", "suite.pdf"]
    assert page.record.accounts[0].sha256 == line.sha256


def test_saving_the_pieces_page_keeps_the_files(sessions: Sessions, files: Files, camille: Person, draft: str):
    attach(sessions, files, draft, camille)
    following = makers.save(sessions, draft, "pieces", {"accounts": []}, by=camille)
    assert following.name == "declarations"
    assert len(shown(sessions, draft, camille)) == 1


def test_the_same_bytes_sent_twice_are_one_file(sessions: Sessions, files: Files, camille: Person, draft: str):
    first, second = (attach(sessions, files, draft, camille) for _ in range(2))
    assert first == second
    other = attach(sessions, files, draft, camille, piece="studies")
    assert (other.sha256, other.id) == (first.sha256, other.id)
    assert len(shown(sessions, draft, camille)) == 2


def test_a_withdrawn_file_is_not_shown_but_its_row_stays(sessions: Sessions, files: Files, camille: Person, draft: str):
    line = attach(sessions, files, draft, camille)
    for _ in range(2):  # the second time changes nothing
        with sessions.writing() as session:
            attaching.detach(session, draft, line.id, now=NOW, by=camille)
    assert shown(sessions, draft, camille) == []
    with sessions.reading() as session:
        with pytest.raises(NotFound):
            attaching.read_attachment(session, files, draft, line.id, by=camille)
        row = session.get_one(AttachmentRow, line.id)
        assert (row.removed_at, row.removed_by_id, files.exists(row.sha256)) == (NOW, camille.id, True)
    assert attach(sessions, files, draft, camille).id != line.id


@pytest.mark.parametrize("piece", ["nothing", "", "__class__", "accounts.name"])
def test_a_piece_that_is_not_asked_is_not_found(
    sessions: Sessions, files: Files, camille: Person, draft: str, piece: str
):
    with pytest.raises(NotFound):
        attach(sessions, files, draft, camille, piece=piece)


def test_a_dossier_has_a_limit_of_files(
    sessions: Sessions, files: Files, camille: Person, draft: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(attaching, "MOST_FILES", 1)
    attach(sessions, files, draft, camille)
    with pytest.raises(Refused, match="déjà"):
        attach(sessions, files, draft, camille, content=OTHER)


def test_a_deposited_dossier_takes_and_loses_no_file(sessions: Sessions, files: Files, camille: Person, complete: str):
    with sessions.writing() as session:
        depositing.deposit(session, complete, address="https://depots.example", now=NOW, by=camille)
    with pytest.raises(Refused, match="déposé"):
        attach(sessions, files, complete, camille)
    line = shown(sessions, complete, camille)[0]
    with sessions.writing() as session, pytest.raises(Refused, match="déposé"):
        attaching.detach(session, complete, line.id, now=NOW, by=camille)
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AttachmentRow.removed_at.is_not(None))) == 0


def test_a_file_of_another_dossier_of_mine_is_not_found_here(
    sessions: Sessions, files: Files, camille: Person, draft: str
):
    line = attach(sessions, files, draft, camille)
    with sessions.writing() as session:
        other = drafting.start(session, makers.EDITION, now=NOW, by=camille, another=True)
    with sessions.reading() as session:
        for reference, key in ((other, line.id), (draft, uuid4())):
            with pytest.raises(NotFound):
                attaching.read_attachment(session, files, reference, key, by=camille)
