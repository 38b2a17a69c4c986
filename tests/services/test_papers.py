"""Papers: asked for once, made by the worker, kept, and never for somebody else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grantapp.config import real_clock
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.editions import all_editions
from grantapp.services import depositing, jobs, papers, printing
from grantapp.services.offered import PaperState
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import DocumentKind, JobRow, JobState, PrintoutKind, PrintoutRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import NOW

ADDRESS = "https://depots.example"
SHEET = papers.SORTS[DocumentKind.REVIEW_SHEET].slug


@pytest.fixture
def filed(sessions: Sessions, camille: Person, complete: str) -> str:
    with sessions.writing() as session:
        depositing.deposit(session, complete, address=ADDRESS, now=NOW, by=camille)
    return complete


def count(sessions: Sessions, row: type) -> int:
    with sessions.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(row)) or 0


def standing(sessions: Sessions, reference: str, paper: str, by: Person):
    with sessions.reading() as session:
        return papers.show(session, reference, 1, paper, by=by).paper


def ask(sessions: Sessions, reference: str, paper: str, by: Person) -> int | None:
    with sessions.writing() as session:
        return papers.ask(session, reference, 1, paper, now=NOW, by=by)


def work(sessions: Sessions, files: Files, job: int | None, content: bytes = b"%PDF-1.7 fait", fails: bool = False):
    """What the worker does, with makers that are quick."""

    def make(_: object) -> bytes:
        if fails:
            raise RuntimeError
        return content

    handlers = {
        papers.PRINT: printing.handler(sessions, files, makers.seal_key(), dict.fromkeys(DocumentKind, make)),
        papers.PRINTOUT: printing.printout_handler(sessions, files, dict.fromkeys(PrintoutKind, make)),
    }
    for _ in range(5 if fails else 1):
        jobs.run(sessions, job, handlers, clock=real_clock)


# ── of a filed version ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_paper_is_offered_when_and_only_when_the_worker_can_make_it():
    """A maker that is added has its name and purpose in `papers.SORTS`."""
    assert set(printing.MAKERS) == set(papers.SORTS) == set(DocumentKind)
    assert set(printing.PRINTOUT_MAKERS) == set(PrintoutKind)


def test_each_paper_has_an_address_and_a_name_of_its_own():
    sorts = [*papers.SORTS.values(), papers.PREPARATORY, papers.BLANK_FORM]
    for each in ("slug", "title", "purpose"):
        assert len({getattr(sort, each) for sort in sorts}) == len(sorts)


def test_the_receipt_lists_the_papers_that_filing_has_asked_for(sessions: Sessions, camille: Person, filed: str):
    with sessions.reading() as session:
        listed = depositing.receipt(session, filed, by=camille).papers
    states = {paper.slug: paper.state for paper in listed}
    assert states["accuse-d-enregistrement"] is states["dossier"] is PaperState.WAITING
    assert states[SHEET] is PaperState.NOT_ASKED
    assert len(listed) == len(papers.SORTS)


def test_a_paper_is_asked_for_waited_for_and_handed_over(sessions: Sessions, files: Files, camille: Person, filed: str):
    assert standing(sessions, filed, SHEET, camille).state is PaperState.NOT_ASKED
    job = ask(sessions, filed, SHEET, camille)
    waiting = standing(sessions, filed, SHEET, camille)
    assert (waiting.state, waiting.asked_at, waiting.is_on_its_way) == (PaperState.WAITING, NOW, True)
    with sessions.reading() as session:
        assert papers.read(session, files, filed, 1, SHEET, by=camille) is None
    work(sessions, files, job)
    made = standing(sessions, filed, SHEET, camille)
    assert (made.state, made.size) == (PaperState.READY, 13)
    with sessions.reading() as session:
        file = papers.read(session, files, filed, 1, SHEET, by=camille)
        assert b"".join(file.content) == b"%PDF-1.7 fait"
    assert (file.size, file.media_type) == (13, "application/pdf")
    assert file.name == f"{filed}-v1-fiche-d-instruction.pdf"


def test_asking_again_makes_nothing_more(sessions: Sessions, files: Files, camille: Person, filed: str):
    before = count(sessions, JobRow)
    job = ask(sessions, filed, SHEET, camille)
    assert ask(sessions, filed, SHEET, camille) is None  # it waits
    work(sessions, files, job)
    assert ask(sessions, filed, SHEET, camille) is None  # it is there
    assert count(sessions, JobRow) == before + 1


def test_a_paper_that_failed_may_be_asked_for_again(sessions: Sessions, files: Files, camille: Person, filed: str):
    first = ask(sessions, filed, SHEET, camille)
    work(sessions, files, first, fails=True)
    assert standing(sessions, filed, SHEET, camille).state is PaperState.FAILED
    second = ask(sessions, filed, SHEET, camille)
    assert second is not None and second != first
    assert standing(sessions, filed, SHEET, camille).state is PaperState.WAITING
    work(sessions, files, second)
    assert standing(sessions, filed, SHEET, camille).state is PaperState.READY


@pytest.mark.parametrize(("number", "paper"), [(2, SHEET), (1, "inconnu"), (1, "formulaire"), (0, SHEET)])
def test_what_does_not_exist_is_not_found(sessions: Sessions, camille: Person, filed: str, number: int, paper: str):
    with sessions.writing() as session, pytest.raises(NotFound):
        papers.ask(session, filed, number, paper, now=NOW, by=camille)


# ── of a draft ───────────────────────────────────────────────────────────────────────────────────────────────────


def ask_draft(sessions: Sessions, files: Files, reference: str, by: Person, now=NOW) -> int | None:
    with sessions.writing() as session:
        return papers.ask_preparatory(session, files, reference, address=ADDRESS, now=now, by=by)


def draft_page(sessions: Sessions, files: Files, reference: str, by: Person, now=NOW):
    with sessions.reading() as session:
        return papers.show_preparatory(session, files, reference, now=now, by=by)


def test_a_draft_is_printed_once_while_it_stays_the_same(sessions: Sessions, files: Files, camille: Person, draft: str):
    job = ask_draft(sessions, files, draft, camille)
    assert ask_draft(sessions, files, draft, camille, NOW + timedelta(seconds=5)) is None  # it waits
    work(sessions, files, job)
    later = NOW + timedelta(hours=3)
    assert ask_draft(sessions, files, draft, camille, later) is None  # same draft, same day
    page = draft_page(sessions, files, draft, camille, later)
    assert (page.paper.state, page.is_of, page.is_stale) == (PaperState.READY, NOW, False)
    with sessions.reading() as session:
        file = papers.read_preparatory(session, files, draft, by=camille)
    assert file.name == f"{draft}-dossier-preparatoire.pdf"
    assert (count(sessions, JobRow), count(sessions, PrintoutRow)) == (1, 1)


@pytest.mark.parametrize("change", ["answer", "day"])
def test_a_draft_that_changed_is_told_so_and_printed_again(
    sessions: Sessions, files: Files, camille: Person, draft: str, change: str
):
    work(sessions, files, ask_draft(sessions, files, draft, camille))
    later = NOW + timedelta(minutes=10)
    if change == "answer":
        makers.save(sessions, draft, "site", {"name": "Ancienne verrerie"}, by=camille)
    else:
        later = NOW + timedelta(days=1)
    page = draft_page(sessions, files, draft, camille, later)
    assert (page.paper.state, page.is_stale) == (PaperState.READY, True)
    job = ask_draft(sessions, files, draft, camille, later)
    assert draft_page(sessions, files, draft, camille, later).paper.is_on_its_way
    work(sessions, files, job, b"%PDF-1.7 autre")
    with sessions.reading() as session:
        assert b"".join(papers.read_preparatory(session, files, draft, by=camille).content) == b"%PDF-1.7 autre"
    assert not draft_page(sessions, files, draft, camille, later).is_stale


def test_a_draft_that_could_not_be_printed_may_be_tried_again(
    sessions: Sessions, files: Files, camille: Person, draft: str
):
    work(sessions, files, ask_draft(sessions, files, draft, camille), fails=True)
    assert draft_page(sessions, files, draft, camille).paper.state is PaperState.FAILED
    work(sessions, files, ask_draft(sessions, files, draft, camille))
    assert draft_page(sessions, files, draft, camille).paper.state is PaperState.READY


def test_a_filed_dossier_has_no_preparatory_one(sessions: Sessions, files: Files, camille: Person, filed: str):
    with pytest.raises(Refused, match="récépissé"):
        ask_draft(sessions, files, filed, camille)


def test_what_is_kept_of_a_draft_claims_no_deposit(sessions: Sessions, files: Files, camille: Person, draft: str):
    job = ask_draft(sessions, files, draft, camille)
    with sessions.reading() as session:
        source = session.get_one(JobRow, job).args["source"]
    content = printing.thaw(files.read(source)).content
    assert (content["number"], content["reference"]) == (0, f"Brouillon {draft}")


# ── blank forms, for anybody ─────────────────────────────────────────────────────────────────────────────────────


def ask_form(sessions: Sessions, files: Files, call: str, now=NOW) -> int | None:
    with sessions.writing() as session:
        return papers.ask_form(session, files, call, now=now)


def test_whoever_asks_without_end_gets_one_form_for_each_edition(sessions: Sessions, files: Files):
    for _ in range(3):
        for edition in all_editions():
            ask_form(sessions, files, edition.slug)
    assert count(sessions, JobRow) == len(all_editions())
    with sessions.reading() as session:
        for job in list(session.scalars(sa.select(JobRow.id))):
            work(sessions, files, job)
    for edition in all_editions():
        assert ask_form(sessions, files, edition.slug) is None
        with sessions.reading() as session:
            assert papers.show_form(session, edition.slug, NOW).paper.state is PaperState.READY
            assert papers.read_form(session, files, edition.slug).name == f"{edition.slug}-formulaire.pdf"
    assert count(sessions, PrintoutRow) == len(all_editions())


def test_a_form_that_failed_is_not_tried_again_at_once(sessions: Sessions, files: Files):
    """Nobody may keep the worker busy with what it cannot do."""
    work(sessions, files, ask_form(sessions, files, "ademe-2022"), fails=True)
    just_before, at_last = NOW + papers.PAUSE - timedelta(seconds=1), NOW + papers.PAUSE
    assert ask_form(sessions, files, "ademe-2022", just_before) is None
    with sessions.reading() as session:
        page = papers.show_form(session, "ademe-2022", just_before)
    assert (page.paper.state, page.retry_at) == (PaperState.FAILED, at_last)
    assert ask_form(sessions, files, "ademe-2022", at_last) is not None


def test_the_form_of_an_unknown_edition_is_not_found(sessions: Sessions, files: Files):
    for call in ("ademe-1999", "", "ademe_2022"):
        with pytest.raises(NotFound):
            ask_form(sessions, files, call)


def test_a_printout_that_was_made_meanwhile_is_not_made_twice(sessions: Sessions, files: Files):
    job = ask_form(sessions, files, "ademe-2022")
    work(sessions, files, job)
    with sessions.writing() as session:
        again = jobs.submit(session, papers.PRINTOUT, session.get_one(JobRow, job).args, now=NOW)
        session.commit()
    work(sessions, files, again, b"%PDF-1.7 autre")
    with sessions.reading() as session:
        assert session.get_one(JobRow, again).state is JobState.DONE
        assert b"".join(papers.read_form(session, files, "ademe-2022").content) == b"%PDF-1.7 fait"
    assert count(sessions, PrintoutRow) == 1
