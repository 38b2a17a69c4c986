"""Filing: all or nothing, once, and for ever."""

import json
import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from grantapp.domain.deposit import thaw
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import Person
from grantapp.domain.project_file import dump_section
from grantapp.domain.wizard import steps
from grantapp.editions import get_edition
from grantapp.services import depositing, drafting, jobs, printing
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import DepositRow, DocumentKind, DocumentRow, DossierRow, JobRow, JournalRow, MessageRow
from tests import makers
from tests.makers import NOW

LAST_SECOND = get_edition(makers.EDITION).window.closes_at - timedelta(seconds=1)


def deposit(sessions: Sessions, reference: str, by: Person, now: datetime = NOW) -> tuple[int, ...]:
    with sessions.writing() as session:
        return depositing.deposit(session, reference, address="https://depots.example", now=now, by=by)


def count(sessions: Sessions, row: type) -> int:
    with sessions.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(row)) or 0


def test_from_an_empty_draft_to_the_receipt(sessions: Sessions, files: Files, camille: Person):
    project = makers.make_project()
    reference = makers.make_draft(sessions, camille)
    for section in steps(get_edition(makers.EDITION)):
        if section.name != drafting.PIECES:
            answers = dump_section(section, getattr(project, section.name))
            makers.save(sessions, reference, section.name, answers, by=camille)
    makers.attach_all(sessions, files, reference, camille, project)
    acknowledgement, job_id, mail = deposit(sessions, reference, camille)
    with sessions.reading() as session:
        receipt = depositing.receipt(session, reference, by=camille)
        row = session.scalars(sa.select(DepositRow)).one()
        first, job = session.get_one(JobRow, acknowledgement), session.get_one(JobRow, job_id)
    assert (receipt.number, receipt.deposited_at, receipt.deposited_by) == (1, NOW, "Camille Exemple")
    assert (receipt.head.state, receipt.head.deposited_at) == (State.DEPOSITED, NOW)
    assert (receipt.pdf_ready, receipt.pdf_failed, receipt.pdf_size) == (False, False, None)
    assert [line.piece for line in receipt.pieces] == makers.attached_pieces(project)
    assert (job.kind, job.args) == ("print", {"deposit": str(row.id), "document": "dossier"})
    assert first.args == {"deposit": str(row.id), "document": "acknowledgement"}  # it is quick: the queue keeps order
    assert acknowledgement < job_id < mail
    with sessions.reading() as session:
        message = session.scalars(sa.select(MessageRow)).one()
    assert (message.kind, message.email, message.job_id) == ("receipt", "camille@mistral.example", mail)
    assert message.facts["code"] == row.fingerprint[:12]
    frozen = thaw(row.canonical.encode())
    assert frozen.fingerprint == row.fingerprint == receipt.fingerprint
    assert receipt.short_code == frozen.short_code
    assert receipt.judgement["conclusion"] in ("eligible", "conditional")
    assert frozen.content["project"]["site"]["area_m2"] == "10000"
    assert frozen.content["reference"] == reference


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("declarations", {}), "Il manque encore 3\u00a0réponses"),
        (("history", {"status": "neither"}), "ne peut pas être déposé"),
    ],
)
def test_an_unfinished_dossier_is_not_filed(
    sessions: Sessions, camille: Person, complete: str, change: tuple[str, dict[str, object]], sentence: str
):
    makers.save(sessions, complete, *change, by=camille)
    with pytest.raises(Refused, match=sentence):
        deposit(sessions, complete, camille)
    assert (count(sessions, DepositRow), count(sessions, JobRow)) == (0, 0)
    with sessions.reading() as session:
        assert session.scalars(sa.select(DossierRow.state)).one() is State.DRAFT


def test_an_empty_draft_says_how_much_is_missing(sessions: Sessions, camille: Person, draft: str):
    with pytest.raises(Refused, match=r"Il manque encore \d+\u00a0réponses.*Ce qui manque"):
        deposit(sessions, draft, camille)


def test_the_last_second_of_the_last_day_counts(sessions: Sessions, camille: Person, complete: str):
    assert deposit(sessions, complete, camille, LAST_SECOND)


def test_one_second_later_is_too_late_and_says_so(sessions: Sessions, camille: Person, complete: str):
    with pytest.raises(Refused) as refused:
        deposit(sessions, complete, camille, LAST_SECOND + timedelta(seconds=1))
    assert "avril" in refused.value.sentence
    assert count(sessions, DepositRow) == 0


def test_what_counts_is_the_instant_of_arrival(sessions: Sessions, camille: Person, complete: str):
    """The work may end after the hour; `now` is the arrival, and it is what is frozen."""
    deposit(sessions, complete, camille, LAST_SECOND)
    with sessions.reading() as session:
        row = session.scalars(sa.select(DepositRow)).one()
    assert row.deposited_at == LAST_SECOND
    assert datetime.fromisoformat(json.loads(row.canonical)["deposited_at"]) == LAST_SECOND


def test_filing_again_is_no_error_and_changes_nothing(sessions: Sessions, camille: Person, complete: str):
    deposit(sessions, complete, camille)
    assert deposit(sessions, complete, camille, NOW + timedelta(days=1000)) == ()
    assert [count(sessions, row) for row in (DepositRow, JobRow)] == [1, 3]


def test_many_clicks_at_once_file_once(sessions: Sessions, camille: Person, complete: str):
    barrier, given = threading.Barrier(8), []

    def click() -> None:
        barrier.wait()
        given.append(deposit(sessions, complete, camille))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(submitted) for submitted in given) == [0] * 7 + [3]
    assert [count(sessions, row) for row in (DepositRow, JobRow)] == [1, 3]
    with sessions.reading() as session:
        assert list(session.scalars(sa.select(JournalRow.act))).count("deposited") == 1


def test_a_filing_that_fails_half_way_leaves_nothing(
    sessions: Sessions, camille: Person, complete: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(depositing.journal, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deposit(sessions, complete, camille)
    assert [count(sessions, row) for row in (DepositRow, JobRow)] == [0, 0]
    with sessions.reading() as session:
        assert session.scalars(sa.select(DossierRow.state)).one() is State.DRAFT


def test_a_deposited_dossier_cannot_be_saved(sessions: Sessions, camille: Person, complete: str):
    deposit(sessions, complete, camille)
    with pytest.raises(Refused, match="ne se modifie plus"):
        makers.save(sessions, complete, "site", {}, seen=1, by=camille)


def test_the_next_start_after_a_deposit_opens_a_new_draft(sessions: Sessions, camille: Person, complete: str):
    deposit(sessions, complete, camille)
    assert makers.make_draft(sessions, camille) != complete


# ── the PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────


def print_it(sessions: Sessions, files: Files, content: bytes = makers.PDF) -> None:
    with sessions.reading() as session:
        key = session.scalars(sa.select(DepositRow.id)).one()
    printing.print_deposit(
        sessions, files, key, key=makers.seal_key(), now=NOW, makers={DocumentKind.DOSSIER: lambda _: content}
    )


def test_the_pdf_follows_the_receipt(sessions: Sessions, files: Files, camille: Person, complete: str):
    deposit(sessions, complete, camille)
    with sessions.reading() as session:
        assert depositing.read_pdf(session, files, complete, 1, by=camille) is None
    print_it(sessions, files)
    with sessions.reading() as session:
        assert depositing.read_pdf(session, files, complete, 1, by=camille) == makers.PDF
        receipt = depositing.receipt(session, complete, by=camille)
    assert (receipt.pdf_ready, receipt.pdf_size) == (True, len(makers.PDF))


def test_printing_twice_leaves_the_first_document(sessions: Sessions, files: Files, camille: Person, complete: str):
    deposit(sessions, complete, camille)
    print_it(sessions, files, makers.PDF)
    print_it(sessions, files, makers.PDF + b"autre")
    with sessions.reading() as session:
        assert list(session.scalars(sa.select(JournalRow.act))).count("printed") == 1
    with sessions.reading() as session:
        assert depositing.read_pdf(session, files, complete, 1, by=camille) == makers.PDF
    assert count(sessions, DocumentRow) == 1


def test_the_printer_is_given_the_frozen_deposit_and_nothing_else(
    sessions: Sessions, files: Files, camille: Person, complete: str
):
    deposit(sessions, complete, camille)
    given = []
    with sessions.reading() as session:
        row = session.scalars(sa.select(DepositRow)).one()
    printing.print_deposit(
        sessions,
        files,
        row.id,
        key=makers.seal_key(),
        now=NOW,
        makers={DocumentKind.DOSSIER: lambda shelf: given.append(shelf.deposit) or makers.PDF},
    )
    assert [each.fingerprint for each in given] == [row.fingerprint]


def test_a_pdf_that_fails_never_loses_the_deposit(sessions: Sessions, files: Files, camille: Person, complete: str):
    _, job_id, _ = deposit(sessions, complete, camille)

    def fails(_: object) -> bytes:
        raise OSError("no font")

    for _ in range(5):
        jobs.run(
            sessions,
            job_id,
            {"print": printing.handler(sessions, files, makers.seal_key(), {DocumentKind.DOSSIER: fails})},
            clock=lambda: NOW,
        )
    with sessions.reading() as session:
        receipt = depositing.receipt(session, complete, by=camille)
        assert depositing.read_pdf(session, files, complete, 1, by=camille) is None
    assert (receipt.pdf_failed, receipt.pdf_ready, receipt.head.state) == (True, False, State.DEPOSITED)


def test_the_receipt_keeps_the_pieces_as_they_were_filed(sessions: Sessions, camille: Person, complete: str):
    with sessions.reading() as session:
        before = drafting.review(session, complete, now=NOW, by=camille).attachments
    deposit(sessions, complete, camille)
    with sessions.reading() as session:
        assert depositing.receipt(session, complete, by=camille).pieces == before
