"""Supporting documents: judged by their bytes, withdrawn and never lost."""

from uuid import uuid4

import pytest
import sqlalchemy as sa

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.domain.piece import MOST_BYTES
from grantapp.services import attaching, depositing, drafting
from grantapp.services.pages import AttachmentLine
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import AttachmentRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import NOW


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
    with sessions.writing() as session:
        return attaching.attach(session, files, reference, piece, name=name, content=content, now=NOW, by=by)


def shown(sessions: Sessions, reference: str, by: Person) -> list[AttachmentLine]:
    with sessions.reading() as session:
        return list(drafting.step_page(session, reference, "pieces", now=NOW, by=by).attachments)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(makers.PDF, "application/pdf"), (makers.PNG, "image/png"), (makers.JPEG, "image/jpeg")],
)
def test_a_file_is_known_by_its_bytes(
    sessions: Sessions, files: Files, camille: Person, draft: str, content: bytes, media_type: str
):
    line = attach(sessions, files, draft, camille, name="n'importe quoi.exe", content=content)
    assert (line.media_type, line.size, line.added_at) == (media_type, len(content), NOW)
    with sessions.reading() as session:
        assert attaching.read_attachment(session, files, draft, line.id, by=camille) == (line, content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (b"<html>%PDF-", "ni un PDF"),
        (b"PK\x03\x04", "ni un PDF"),
        (b"%PDF-" + b"x" * MOST_BYTES, "limite"),
    ],
)
def test_a_refused_file_says_why_and_leaves_nothing(
    sessions: Sessions, files: Files, camille: Person, draft: str, content: bytes, sentence: str
):
    with pytest.raises(Refused, match=sentence):
        attach(sessions, files, draft, camille, content=content)
    assert shown(sessions, draft, camille) == []


def test_attached_files_are_the_answers_of_the_pieces(sessions: Sessions, files: Files, camille: Person, draft: str):
    line = attach(sessions, files, draft, camille)
    attach(sessions, files, draft, camille, name="suite.pdf", content=makers.PDF + b"2")
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
        attach(sessions, files, draft, camille, content=makers.PNG)


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
