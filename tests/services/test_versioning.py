"""A second version: the first stays filed, one person wins, nothing is lost without being shown."""

import io
import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from grantapp.domain.deposit import thaw
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import Person
from grantapp.editions import get_edition
from grantapp.services import attaching, demonstration, depositing, drafting, printing, versioning
from grantapp.services.pages import AttachmentLine
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import AttachmentRow, DepositRow, DocumentKind, DossierRow, JournalRow, MembershipRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import NOW, PDF

LATER = NOW + timedelta(days=1)
LAST_SECOND = get_edition(makers.EDITION).window.closes_at - timedelta(seconds=1)


def deposit(
    sessions: Sessions, reference: str, by: Person, now: datetime = NOW, number: int | None = None
) -> tuple[int, ...]:
    with sessions.writing() as session:
        return depositing.deposit(session, reference, address=makers.ADDRESS, number=number, now=now, by=by)


def attach(sessions: Sessions, files: Files, reference: str, by: Person, title: str) -> AttachmentLine:
    content = io.BytesIO(demonstration.paper(title))
    name = f"{title}.pdf"
    return attaching.attach(sessions, files, reference, "other", name=name, content=content, now=LATER, by=by).line


def reopen(sessions: Sessions, reference: str, by: Person, number: int = 1, now: datetime = LATER) -> None:
    with sessions.writing() as session:
        versioning.reopen(session, reference, number=number, now=now, by=by)


def upcoming(sessions: Sessions, reference: str, by: Person) -> versioning.ChangesPage:
    with sessions.reading() as session:
        return versioning.upcoming(session, reference, now=LATER, by=by)


def renounce(sessions: Sessions, reference: str, by: Person, seen: str | None = None) -> None:
    seen = upcoming(sessions, reference, by).seen if seen is None else seen
    with sessions.writing() as session:
        versioning.renounce(session, reference, seen=seen, now=LATER + timedelta(hours=1), by=by)


def change(sessions: Sessions, reference: str, by: Person, title: str = "Un autre titre") -> None:
    with sessions.reading() as session:
        record = drafting.step_page(session, reference, "request", now=LATER, by=by).record
    answers = {"title": title, "kind": record.kind.value, "behalf": record.behalf.value, "site_found": True}
    makers.save(sessions, reference, "request", answers | {"summary": record.summary}, by=by, now=LATER)


def colleague(sessions: Sessions, camille: Person) -> Person:
    """Somebody else of the same organisation."""
    other = makers.make_person(sessions, name="Dominique Exemple", email="dominique@mistral.example")
    with sessions.writing() as session:
        ours = session.scalars(sa.select(MembershipRow).where(MembershipRow.person_id == camille.id)).one()
        session.add(
            MembershipRow(person_id=other.id, organisation_id=ours.organisation_id, role=ours.role, created_at=NOW)
        )
        session.commit()
    return other


def acts(sessions: Sessions) -> list[str]:
    with sessions.reading() as session:
        return list(session.scalars(sa.select(JournalRow.act).order_by(JournalRow.id)))


@pytest.fixture
def filed(sessions: Sessions, camille: Person, complete: str) -> str:
    """The reference of a dossier of Camille's, filed once."""
    deposit(sessions, complete, camille)
    return complete


# ── taking it up again ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_filed_dossier_becomes_the_draft_of_its_next_version_and_stays_filed(
    sessions: Sessions, files: Files, camille: Person, filed: str
):
    with sessions.reading() as session:
        key = session.scalars(sa.select(DepositRow.id)).one()
    printing.print_deposit(
        sessions, files, key, key=makers.seal_key(), now=NOW, makers={DocumentKind.DOSSIER: lambda _: PDF}
    )
    reopen(sessions, filed, camille)
    with sessions.reading() as session:
        head = drafting.overview(session, filed, now=LATER, by=camille).head
        receipt = depositing.receipt(session, filed, by=camille)
        assert depositing.read_pdf(session, files, filed, 1, by=camille) == PDF
    assert (head.state, head.number) == (State.DRAFT, 2)
    assert (head.filed.number, head.filed.deposited_at) == (1, NOW)
    assert (receipt.number, receipt.deposited_at, [each.number for each in receipt.versions]) == (1, NOW, [1])
    change(sessions, filed, camille)
    assert acts(sessions)[-2:] == ["reopened", "saved"]


def test_the_first_version_is_untouched_by_the_second(sessions: Sessions, camille: Person, filed: str):
    with sessions.reading() as session:
        first = session.scalars(sa.select(DepositRow.canonical)).one()
    reopen(sessions, filed, camille)
    change(sessions, filed, camille)
    assert deposit(sessions, filed, camille, LATER, number=2) != ()
    with sessions.reading() as session:
        rows = list(session.scalars(sa.select(DepositRow).order_by(DepositRow.number)))
        receipt = depositing.receipt(session, filed, by=camille)
    assert [row.number for row in rows] == [1, 2]
    assert rows[0].canonical == first
    content = thaw(rows[1].canonical.encode()).content
    assert content["previous"] == {
        "number": 1,
        "fingerprint": rows[0].fingerprint,
        "deposited_at": NOW.isoformat(),
    }
    assert [each["anchor"] for each in content["changes"]["fields"]] == ["request.title"]
    assert [(each.number, each.changed) for each in receipt.versions] == [(2, "1\u00a0réponse changée"), (1, "")]
    assert receipt.number == 2


@pytest.mark.parametrize(("late", "allowed"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_a_dossier_is_corrected_until_the_last_second(
    sessions: Sessions, camille: Person, filed: str, late: timedelta, allowed: bool
):
    if allowed:
        reopen(sessions, filed, camille, now=LAST_SECOND + late)
        return
    with pytest.raises(Refused) as refused:
        reopen(sessions, filed, camille, now=LAST_SECOND + late)
    for words in ("29\u00a0avril 2022", "version 1", "reste déposée", "service instructeur", filed):
        assert words in refused.value.sentence
    with sessions.reading() as session:
        assert session.scalars(sa.select(DossierRow.state)).one() is State.DEPOSITED


def test_reopening_twice_is_one_gesture(sessions: Sessions, camille: Person, filed: str):
    reopen(sessions, filed, camille)
    reopen(sessions, filed, camille)
    assert acts(sessions).count("reopened") == 1


def test_of_two_people_who_reopen_at_once_one_wins_and_the_other_is_told_who(
    sessions: Sessions, camille: Person, filed: str
):
    other = colleague(sessions, camille)
    barrier, said = threading.Barrier(2), {}

    def click(by: Person) -> None:
        barrier.wait()
        try:
            reopen(sessions, filed, by)
            said[by.name] = None
        except Refused as refused:
            said[by.name] = refused.sentence

    threads = [threading.Thread(target=click, args=(by,)) for by in (camille, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [name for name, sentence in said.items() if sentence is None]
    (sentence,) = [sentence for sentence in said.values() if sentence]
    assert sentence.startswith(f"{winner} prépare déjà la version 2")
    assert "version 1 reste déposée" in sentence
    assert acts(sessions).count("reopened") == 1


def test_a_page_that_is_a_version_late_reopens_nothing(sessions: Sessions, camille: Person, filed: str):
    reopen(sessions, filed, camille)
    change(sessions, filed, camille)
    deposit(sessions, filed, camille, LATER)
    with pytest.raises(Refused, match="la 2, a été déposée entre-temps"):
        reopen(sessions, filed, camille, number=1)


def test_a_draft_that_was_never_filed_cannot_be_reopened_nor_given_up(sessions: Sessions, camille: Person, draft: str):
    with pytest.raises(Refused, match="modifiez ses réponses"):
        reopen(sessions, draft, camille)
    with pytest.raises(Refused, match="jamais été déposé"):
        renounce(sessions, draft, camille, seen="")
    with pytest.raises(NotFound):
        upcoming(sessions, draft, camille)


# ── filing again ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_version_in_which_nothing_changed_is_refused_and_nothing_is_lost(
    sessions: Sessions, camille: Person, filed: str
):
    reopen(sessions, filed, camille)
    with pytest.raises(Refused, match="Rien n’a changé depuis la version 1"):
        deposit(sessions, filed, camille, LATER, number=2)
    with sessions.reading() as session:
        assert session.scalars(sa.select(DossierRow.state)).one() is State.DRAFT
        assert len(list(session.scalars(sa.select(DepositRow.id)))) == 1
    change(sessions, filed, camille)
    assert deposit(sessions, filed, camille, LATER, number=2) != ()


def test_two_people_who_file_the_second_version_at_once_file_it_once(sessions: Sessions, camille: Person, filed: str):
    other = colleague(sessions, camille)
    reopen(sessions, filed, camille)
    change(sessions, filed, camille)
    barrier, given = threading.Barrier(2), []

    def click(by: Person) -> None:
        barrier.wait()
        given.append(deposit(sessions, filed, by, LATER, number=2))

    threads = [threading.Thread(target=click, args=(by,)) for by in (camille, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(jobs) for jobs in given) == [0, 3]


def test_a_filing_page_that_is_a_version_late_files_nothing(sessions: Sessions, camille: Person, filed: str):
    reopen(sessions, filed, camille)
    change(sessions, filed, camille)
    deposit(sessions, filed, camille, LATER, number=2)
    reopen(sessions, filed, camille, number=2)
    change(sessions, filed, camille, "Encore un autre")
    with pytest.raises(Refused, match=r"version 2 a été déposée entre-temps.*version 3 est en préparation"):
        deposit(sessions, filed, camille, LATER, number=2)


def test_a_filing_page_of_a_version_given_up_meanwhile_says_so(sessions: Sessions, camille: Person, filed: str):
    reopen(sessions, filed, camille)
    change(sessions, filed, camille)
    renounce(sessions, filed, camille)
    with pytest.raises(Refused, match="version 2 n’est plus en préparation"):
        deposit(sessions, filed, camille, LATER, number=2)


# ── giving up ────────────────────────────────────────────────────────────────────────────────────────────────────


def everything(sessions: Sessions, reference: str, by: Person) -> object:
    with sessions.reading() as session:
        _, project, at = drafting.judged(session, reference, now=NOW, by=by)
        return project, at, drafting.review(session, reference, now=NOW, by=by).attachments


def test_giving_up_puts_back_every_answer_and_piece_of_the_filed_version(
    sessions: Sessions, files: Files, camille: Person, filed: str
):
    before = everything(sessions, filed, camille)
    pieces = before[2]
    reopen(sessions, filed, camille)
    change(sessions, filed, camille)
    makers.save(sessions, filed, "site", {}, raw={"area_m2": ["beaucoup"]}, by=camille, now=LATER)
    with sessions.writing() as session:
        attaching.detach(session, filed, pieces[0].id, now=LATER, by=camille)
    attach(sessions, files, filed, camille, "Neuf")
    page = upcoming(sessions, filed, camille)
    assert "réponses changées" in page.in_short
    assert {section.name for section in page.saved_since} == {"request", "site"}
    renounce(sessions, filed, camille)
    assert everything(sessions, filed, camille) == before
    with sessions.reading() as session:
        assert drafting.step_page(session, filed, "site", now=NOW, by=camille).raw is None
        head = drafting.overview(session, filed, now=LATER, by=camille).head
        line = session.scalars(sa.select(JournalRow).order_by(JournalRow.id.desc())).first()
    assert (head.state, head.deposited_at, head.number) == (State.DEPOSITED, NOW, 1)
    assert (line.act, line.detail) == ("renounced", {"number": 2, "sections": ["request", "site"], "pieces": 2})


def test_what_was_typed_since_the_page_was_opened_is_not_given_up(sessions: Sessions, camille: Person, filed: str):
    reopen(sessions, filed, camille)
    seen = upcoming(sessions, filed, camille).seen
    change(sessions, filed, camille)
    makers.save(sessions, filed, "site", {"name": "Autre"}, by=camille, now=LATER + timedelta(minutes=5))
    with pytest.raises(Refused, match="rien n’a été effacé"):
        renounce(sessions, filed, camille, seen=seen)
    assert upcoming(sessions, filed, camille).changes["fields"]


def test_nothing_is_given_up_of_a_dossier_that_is_filed(sessions: Sessions, camille: Person, filed: str):
    with pytest.raises(Refused, match="intact"):
        renounce(sessions, filed, camille, seen="")


def test_a_version_given_up_can_be_begun_again(sessions: Sessions, camille: Person, filed: str):
    reopen(sessions, filed, camille)
    renounce(sessions, filed, camille)
    reopen(sessions, filed, camille)
    assert upcoming(sessions, filed, camille).number == 2


# ── the pieces of each version ───────────────────────────────────────────────────────────────────────────────────


def test_a_piece_withdrawn_from_the_draft_is_still_read_from_the_filed_version(
    sessions: Sessions, files: Files, camille: Person, filed: str
):
    with sessions.reading() as session:
        (first, *_) = depositing.receipt(session, filed, by=camille).pieces
    reopen(sessions, filed, camille)
    with sessions.writing() as session:
        attaching.detach(session, filed, first.id, now=LATER, by=camille)
    with sessions.reading() as session:
        line, _ = attaching.read_attachment(session, files, filed, first.id, by=camille)
        assert line.sha256 == first.sha256
        assert first.id in {each.id for each in depositing.receipt(session, filed, by=camille).pieces}


def test_a_piece_that_was_never_filed_is_gone_once_withdrawn(
    sessions: Sessions, files: Files, camille: Person, filed: str
):
    reopen(sessions, filed, camille)
    new = attach(sessions, files, filed, camille, "Neuf")
    with sessions.writing() as session:
        attaching.detach(session, filed, new.id, now=LATER + timedelta(minutes=1), by=camille)
    with sessions.reading() as session, pytest.raises(NotFound):
        attaching.read_attachment(session, files, filed, new.id, by=camille)
    with sessions.reading() as session:
        assert len(list(session.scalars(sa.select(AttachmentRow.id)))) > len(
            depositing.receipt(session, filed, by=camille).pieces
        )


def test_what_a_version_changed_is_read_as_it_was_frozen(sessions: Sessions, camille: Person, filed: str):
    reopen(sessions, filed, camille)
    change(sessions, filed, camille)
    deposit(sessions, filed, camille, LATER)
    with sessions.reading() as session:
        second = versioning.version(session, filed, 2, by=camille)
        first = versioning.version(session, filed, 1, by=camille)
        with pytest.raises(NotFound):
            versioning.version(session, filed, 3, by=camille)
    assert (second.previous_number, second.previous_at, second.deposited_at) == (1, NOW, LATER)
    assert second.in_short == "1\u00a0réponse changée"
    assert (first.previous_number, first.changes, first.in_short) == (None, None, "")
