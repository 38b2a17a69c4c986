"""Shared parts: written once by the cooperative, read by its members' drafts, never by what they filed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator

from grantapp.documents import pdf as printer
from grantapp.documents.dossier import printed_dossier
from grantapp.domain.deposit import Deposit, thaw
from grantapp.domain.deposit_schema import schema
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.domain.project import Project
from grantapp.domain.project_file import dump_section
from grantapp.domain.sections.applicant import Behalf
from grantapp.domain.wizard import StepState
from grantapp.services import attaching, depositing, drafting, mandating, sharing, versioning
from grantapp.storage import queries
from grantapp.storage.cooperative import MandateRow, OverrideRow, ParticipationRow
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import ADDRESS, NOW

LATER = NOW + timedelta(hours=1)
OWN = (
    "organisation",
    "size",
    "finances",
    "public_aid",
    "expenditure",
    "funding",
    "declarations",
    "liability",
    "schedule",
)


@dataclass
class Village:
    """A cooperative that filled the shared parts, and a firm that filled its own."""

    sessions: Sessions
    files: Files
    director: Person
    firm: Person
    collective: str
    lead: str
    member: str

    def lead_says(self, name: str, /, **answers: object) -> None:
        page = self.step(self.lead, name, self.director)
        before = dump_section(page.section, page.record)
        makers.save(self.sessions, self.lead, name, before | answers, by=self.director, now=LATER)

    def step(self, reference: str, name: str, by: Person) -> drafting.StepPage:
        with self.sessions.reading() as session:
            return drafting.step_page(session, reference, name, now=NOW, by=by)

    def project(self) -> Project:
        with self.sessions.reading() as session:
            return drafting.judged(session, self.member, now=NOW, by=self.firm)[1]

    def file(self) -> None:
        with self.sessions.writing() as session:
            depositing.deposit(session, self.member, address=ADDRESS, now=NOW, by=self.firm)

    def override(self, name: str, reason: str = "Notre atelier est ailleurs.") -> None:
        with self.sessions.writing() as session:
            sharing.override(session, self.member, name, reason=reason, now=NOW, by=self.firm)

    def leave(self) -> None:
        with self.sessions.writing() as session:
            sharing.leave(session, self.member, now=LATER, by=self.firm)

    def attached(self) -> set[tuple[str, str]]:
        with self.sessions.reading() as session:
            lines = drafting.review(session, self.member, now=NOW, by=self.firm).attachments
            return {(line.piece, line.sha256) for line in lines}


@pytest.fixture
def village(sessions: Sessions, files: Files, camille: Person, sacha: Person) -> Village:
    director, project = makers.make_director(sessions, camille), makers.make_project()
    collective, lead = makers.named_collective(sessions, makers.make_collective(sessions, director))
    makers.write_sections(sessions, lead, director, project)
    makers.attach_all(sessions, files, lead, director, project)
    member = makers.take_part(sessions, collective, director, sacha)
    makers.write_sections(sessions, member, sacha, project, OWN)
    makers.attach_all(sessions, files, member, sacha, project, ["accounts"])
    return Village(sessions, files, director, sacha, collective, lead, member)


@contextmanager
def counted(sessions: Sessions, engine: sa.Engine) -> Iterator[Callable[[], int]]:
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: len(asked)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


# ── a draft inherits live ──


def test_a_firm_lacks_nothing_that_its_cooperative_said(village: Village):
    with village.sessions.reading() as session:
        assert drafting.missing(session, village.member, now=NOW, by=village.firm).is_clear


def test_what_the_cooperative_changes_reaches_a_draft_at_once(village: Village):
    village.lead_says("site", town="Carpentras")
    assert village.project().site.town == "Carpentras"


def test_a_member_asks_for_itself_alone(village: Village):
    assert village.project().request.behalf is Behalf.ALONE


def test_the_cooperative_s_figures_are_not_the_firm_s(village: Village):
    village.lead_says("organisation", name="Autre nom")
    assert village.project().organisation.name != "Autre nom"


def test_the_list_and_the_head_show_the_shared_title(village: Village):
    village.lead_says("request", title="La friche du Ventoux")
    with village.sessions.reading() as session:
        (head,) = drafting.list_dossiers(session, by=village.firm)
        assert head.title == "La friche du Ventoux"


def test_only_the_firm_s_own_steps_are_to_do(village: Village):
    with village.sessions.reading() as session:
        page = drafting.overview(session, village.member, now=NOW, by=village.firm)
    shared = {task.section.name for task in page.shared_tasks}
    assert {"request", "site", "history", "pollution", "plan"} <= shared
    assert not shared & {*OWN, "pieces"}


def test_what_the_cooperative_has_not_said_is_no_task_of_the_firm(village: Village):
    village.lead_says("site", town=None)
    with village.sessions.reading() as session:
        lacking = drafting.missing(session, village.member, now=NOW, by=village.firm)
    assert [gap.anchor for gap in lacking.awaited] == ["site.town"]
    assert not lacking.own_answers
    assert not lacking.is_clear


def test_a_page_that_both_answer_is_complete_once_the_firm_has_said_its_part(village: Village):
    village.lead_says("liability", identified=None)
    with village.sessions.reading() as session:
        tasks = {
            task.section.name: task
            for task in drafting.overview(session, village.member, now=NOW, by=village.firm).tasks
        }
    assert tasks["liability"].state is StepState.COMPLETE


def test_next_and_previous_pass_over_shared_parts(village: Village):
    seen, step = ["organisation"], village.step(village.member, "organisation", village.firm)
    while step.following:
        seen.append(step.following.name)
        step = village.step(village.member, step.following.name, village.firm)
    assert seen == ["organisation", "size", "finances", "public_aid", "liability", "schedule", "expenditure", "funding",
                    "pieces", "declarations"]  # fmt: skip
    assert village.step(village.member, "organisation", village.firm).previous is None


def test_a_shared_page_shows_answers_and_asks_nothing(village: Village):
    page = village.step(village.member, "site", village.firm)
    assert page.is_shared
    assert page.questions == ()
    assert "Avignon" in {line.text for line in page.given.answers}


def test_a_mixed_page_asks_the_firm_its_own_questions_alone(village: Village):
    page = village.step(village.member, "liability", village.firm)
    assert [each.name for each in page.questions] == ["applicant_is_liable"]
    assert "liability.applicant_is_liable" not in {line.question.anchor for line in page.given.answers}


# ── what may be saved ──


def test_a_shared_part_is_not_saved_in_a_member_s_dossier(village: Village):
    with pytest.raises(drafting.AnsweredByCooperative, match="partie commune"):
        makers.save(village.sessions, village.member, "site", {"town": "Orange"}, by=village.firm)
    assert village.project().site.town != "Orange"


def test_on_a_mixed_page_only_the_firm_s_own_answers_are_kept(village: Village):
    answers = {"applicant_is_liable": True, "identified": False}
    before = village.project().liability.identified
    raw = {"applicant_is_liable": ["oui"], "identified": ["non"]}
    makers.save(village.sessions, village.member, "liability", answers, raw=raw, by=village.firm)
    assert village.project().liability.applicant_is_liable is True
    assert village.project().liability.identified is before
    assert village.step(village.member, "liability", village.firm).raw == {"applicant_is_liable": ["oui"]}


# ── once filed ──


def test_a_filed_version_never_moves(village: Village):
    village.file()
    before = village.project()
    village.lead_says("request", title="Un autre titre")
    village.lead_says("site", town="Carpentras")
    assert village.project() == before
    with village.sessions.reading() as session:
        assert drafting.list_dossiers(session, by=village.firm)[0].title == before.request.title
        assert drafting.overview(session, village.member, now=NOW, by=village.firm).head.title == before.request.title


def test_a_piece_that_the_cooperative_withdraws_stays_in_what_was_filed(village: Village):
    village.file()
    with village.sessions.reading() as session:
        plan = next(
            line
            for line in drafting.review(session, village.lead, now=NOW, by=village.director).attachments
            if line.piece == "management_plan"
        )
    with village.sessions.writing() as session:
        attaching.detach(session, village.lead, plan.id, now=LATER, by=village.director)
    with village.sessions.reading() as session:
        receipt = depositing.receipt(session, village.member, by=village.firm)
        assert plan.id in {line.id for line in receipt.pieces}
        line, _ = attaching.read_attachment(session, village.files, village.member, plan.id, by=village.firm)
        assert line.name == plan.name


def test_the_next_version_inherits_again_and_says_what_it_changes(village: Village):
    village.file()
    village.lead_says("site", town="Carpentras")
    with village.sessions.writing() as session:
        versioning.reopen(session, village.member, number=1, now=LATER, by=village.firm)
    with village.sessions.reading() as session:
        upcoming = versioning.upcoming(session, village.member, now=LATER, by=village.firm)
    assert [each["anchor"] for each in upcoming.changes["fields"]] == ["site.town"]


# ── pieces ──


def test_the_cooperative_s_pieces_are_shared_and_its_accounts_are_not(village: Village):
    with village.sessions.reading() as session:
        lines = drafting.step_page(session, village.member, "pieces", now=NOW, by=village.firm).attachments
    shared = {line.piece for line in lines if line.is_shared}
    assert "management_plan" in shared
    assert "accounts" not in shared


def test_a_firm_reads_a_shared_file_in_its_own_dossier_and_cannot_withdraw_it(village: Village):
    with village.sessions.reading() as session:
        lines = drafting.step_page(session, village.member, "pieces", now=NOW, by=village.firm).attachments
        plan = next(line for line in lines if line.piece == "management_plan")
        accounts_of_lead = next(
            line
            for line in drafting.review(session, village.lead, now=NOW, by=village.director).attachments
            if line.piece == "accounts"
        )
        assert attaching.read_attachment(session, village.files, village.member, plan.id, by=village.firm)
        with pytest.raises(NotFound):
            attaching.read_attachment(session, village.files, village.member, accounts_of_lead.id, by=village.firm)
    with village.sessions.writing() as session, pytest.raises(NotFound):
        attaching.detach(session, village.member, plan.id, now=NOW, by=village.firm)


# ── answering otherwise ──


def test_answering_otherwise_begins_with_the_shared_answers(village: Village):
    shared = village.project()
    village.override("site")
    assert village.project().site == shared.site
    makers.save(village.sessions, village.member, "site", {"town": "Orange"}, by=village.firm)
    assert village.project().site.town == "Orange"


def test_what_is_answered_otherwise_follows_the_cooperative_no_more(village: Village):
    village.override("site")
    village.lead_says("site", town="Carpentras")
    assert village.project().site.town == "Avignon"


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "x" * 501])
def test_a_reason_is_asked(village: Village, reason: str):
    with pytest.raises(Refused, match=r"raison|pourquoi"):
        village.override("site", reason)
    with village.sessions.reading() as session:
        assert session.scalars(sa.select(OverrideRow)).all() == []


def test_going_back_shows_what_would_be_lost_and_reads_the_shared_part(village: Village):
    village.override("site")
    makers.save(village.sessions, village.member, "site", {"town": "Orange"}, by=village.firm)
    with village.sessions.reading() as session:
        page = sharing.reverting(session, village.member, "site", by=village.firm)
    assert "Orange" in {line.text for line in page.own.answers}
    assert "Avignon" in {line.text for line in page.shared.answers}
    with village.sessions.writing() as session:
        sharing.revert(session, village.member, "site", now=LATER, by=village.firm)
    assert village.project().site.town == "Avignon"


def test_answering_otherwise_again_outdates_a_page_left_open(village: Village):
    village.override("site")
    seen = village.step(village.member, "site", village.firm).version
    with village.sessions.writing() as session:
        sharing.revert(session, village.member, "site", now=LATER, by=village.firm)
    village.lead_says("site", town="Carpentras")
    village.override("site")
    with pytest.raises(drafting.Conflict):
        makers.save(village.sessions, village.member, "site", {"town": "Orange"}, seen=seen, by=village.firm)


@pytest.mark.parametrize("name", ["organisation", "expenditure", "members", "pieces", "declarations"])
def test_what_is_not_shared_is_not_answered_otherwise(village: Village, name: str):
    with pytest.raises(NotFound):
        village.override(name)


def test_a_filed_dossier_is_not_answered_otherwise(village: Village):
    village.file()
    with pytest.raises(Refused):
        village.override("site")


def test_the_cooperative_s_own_dossier_shares_nothing_with_itself(village: Village):
    with village.sessions.writing() as session, pytest.raises(NotFound):
        sharing.override(session, village.lead, "site", reason="x", now=NOW, by=village.director)


# ── leaving ──


@pytest.mark.parametrize("filed", [False, True], ids=["draft", "filed"])
def test_leaving_keeps_every_answer_and_every_piece(village: Village, filed: bool):
    if filed:
        village.file()
    before, files = village.project(), village.attached()
    village.leave()
    assert village.project() == before
    assert village.attached() == files
    village.lead_says("site", town="Carpentras")
    assert village.project() == before
    with village.sessions.reading() as session:
        page = drafting.overview(session, village.member, now=NOW, by=village.firm)
        assert page.head.shared is None
        assert (page.head.deposited_at == NOW) is filed
        part = session.scalars(sa.select(ParticipationRow)).one()
        assert part.dossier_id is None
        assert "quitté le dossier collectif" in part.refusal


def test_the_receipt_of_what_was_filed_before_leaving_shows_the_same_pieces(village: Village):
    village.file()
    with village.sessions.reading() as session:
        before = depositing.receipt(session, village.member, by=village.firm)
    village.leave()
    with village.sessions.reading() as session:
        after = depositing.receipt(session, village.member, by=village.firm)
    assert after.fingerprint == before.fingerprint
    assert {(each.piece, each.sha256) for each in after.pieces} == {(each.piece, each.sha256) for each in before.pieces}


def test_leaving_the_cooperative_sets_every_dossier_apart(village: Village):
    before = village.project()
    with village.sessions.writing() as session:
        row = session.scalars(sa.select(ParticipationRow)).one()
        sharing.leave_all(session, row.affiliation, now=LATER, by=village.firm)
        session.commit()
    assert village.project() == before


# ── how much is asked of the database ──


def test_a_longer_list_asks_no_more_queries(
    sessions: Sessions, engine: sa.Engine, camille: Person, sacha: Person, files: Files
):
    """Dossiers of one firm in several collective ones: the list reads them together."""
    director = makers.make_director(sessions, camille)
    collective, _ = makers.named_collective(sessions, makers.make_collective(sessions, director))
    first = makers.take_part(sessions, collective, director, sacha)

    def queries_asked() -> int:
        with sessions.reading() as session, counted(sessions, engine) as asked:
            drafting.list_dossiers(session, by=sacha)
            return asked()

    one = queries_asked()
    with sessions.writing() as session:
        row = queries.get_dossier(session, first, sacha)
        part = session.scalars(sa.select(ParticipationRow)).one()
        for number in range(12):
            other = makers.dossier_row(sacha.id, row.organisation_id, reference=f"A22-1{number:03d}")
            affiliation = makers.affiliation_row(director, number)
            session.add_all([other, affiliation])
            session.flush()
            session.add(
                ParticipationRow(
                    collective_id=part.collective_id,
                    affiliation_id=affiliation.id,
                    chosen_at=NOW,
                    accepted_at=NOW,
                    dossier_id=other.id,
                )
            )
        session.commit()
    assert queries_asked() == one


def test_a_page_of_a_member_asks_a_bounded_number_of_queries(village: Village, engine: sa.Engine):
    with village.sessions.reading() as session, counted(village.sessions, engine) as asked:
        drafting.overview(session, village.member, now=NOW, by=village.firm)
        assert asked() <= 20


# ── what a filed version keeps of it ──


def frozen(village: Village) -> dict[str, object]:
    village.file()
    with village.sessions.reading() as session:
        row = queries.get_deposit(session, village.member, village.firm)
        return dict(thaw(row.canonical.encode()).content)


def test_a_filed_version_says_whose_answers_it_holds(village: Village):
    village.override("plan", "Nous ne faisons que des bureaux.")
    content = frozen(village)
    origins = {each["name"]: each["origin"] for each in content["sections"]}
    assert origins["site"] == {
        "kind": "shared",
        "organisation": "Coopérative imaginaire",
        "reference": village.lead,
        "saved_at": NOW.isoformat(),
        "but": [],
    }
    assert origins["liability"]["but"] == ["liability.applicant_is_liable"]
    assert origins["plan"] == {"kind": "own", "reason": "Nous ne faisons que des bureaux."}
    assert origins["organisation"] is None
    assert content["collective"]["reference"] == village.collective
    assert content["collective"]["mandate"] is None


def test_a_filed_version_satisfies_the_published_schema(village: Village):
    village.override("plan")
    with village.sessions.writing() as session:
        mandating.give(session, village.member, wording=wording(village), now=NOW, by=village.firm)
    content = json.loads(json.dumps(frozen(village), default=list))
    assert content["collective"]["mandate"]
    assert [each.message for each in Draft202012Validator(schema()).iter_errors(content)] == []


def test_giving_up_a_version_puts_back_what_was_answered_otherwise(village: Village):
    village.override("plan", "Des bureaux.")
    village.file()
    before = village.project()
    with village.sessions.writing() as session:
        versioning.reopen(session, village.member, number=1, now=LATER, by=village.firm)
    village.override("site")
    with village.sessions.writing() as session:
        sharing.revert(session, village.member, "plan", now=LATER, by=village.firm)
    with village.sessions.writing() as session:
        seen = versioning.upcoming(session, village.member, now=LATER, by=village.firm).seen
        versioning.renounce(session, village.member, seen=seen, now=LATER, by=village.firm)
    assert village.project() == before
    with village.sessions.reading() as session:
        shared = drafting.overview(session, village.member, now=NOW, by=village.firm).head.shared
    assert shared.overridden == {"plan": "Des bureaux."}


def test_the_dossier_s_text_says_it_all(village: Village):
    village.override("plan", "Nous ne faisons que des bureaux.")
    with village.sessions.writing() as session:
        mandating.give(session, village.member, wording=wording(village), now=NOW, by=village.firm)
    makers.save(village.sessions, village.member, "public_aid", {"has_aid": False}, by=village.director, now=LATER)
    printed = printed_dossier(Deposit(frozen(village)))
    said = {each.name: each.origin for each in printed.sections}
    assert "Partie commune" in said["site"] and village.lead in said["site"]
    assert "Nous ne faisons que des bureaux." in said["plan"]
    assert said["organisation"] == ""
    assert printed.collective.mandate == wording(village)
    assert printed.collective.filled == ("Les autres aides publiques",)
    html = printer.environment().get_template("documents/dossier.html").render(dossier=printed)
    assert wording(village) in unescape(html)


# ── the mandate ──


def wording(village: Village) -> str:
    with village.sessions.reading() as session:
        return mandating.mandate(session, village.member, by=village.firm).wording


def give(village: Village) -> None:
    with village.sessions.writing() as session:
        mandating.give(session, village.member, wording=wording(village), now=NOW, by=village.firm)


def test_without_a_mandate_the_cooperative_opens_nothing(village: Village):
    with village.sessions.reading() as session, pytest.raises(NotFound):
        drafting.overview(session, village.member, now=NOW, by=village.director)


def test_with_a_mandate_the_cooperative_fills_and_it_is_said(village: Village):
    give(village)
    makers.save(village.sessions, village.member, "public_aid", {"has_aid": False}, by=village.director, now=LATER)
    assert (
        village.step(village.member, "public_aid", village.firm).saved_by
        == "Camille Exemple, Coopérative imaginaire, sous mandat"
    )
    makers.save(village.sessions, village.member, "public_aid", {"has_aid": None}, by=village.firm, now=LATER)
    assert village.step(village.member, "public_aid", village.firm).saved_by == ""


def test_a_mandate_revoked_opens_nothing_any_more_and_keeps_what_was_filled(village: Village):
    give(village)
    makers.save(village.sessions, village.member, "public_aid", {"has_aid": False}, by=village.director, now=LATER)
    with village.sessions.writing() as session:
        mandating.revoke(session, village.member, now=LATER, by=village.firm)
    with village.sessions.reading() as session, pytest.raises(NotFound):
        drafting.overview(session, village.member, now=NOW, by=village.director)
    assert village.project().public_aid.has_aid is False
    with village.sessions.reading() as session:
        page = mandating.mandate(session, village.member, by=village.firm)
    assert page.in_force is None
    assert [line.revoked_at for line in page.past] == [LATER]


def test_a_mandate_never_files_renounces_or_agrees(village: Village):
    give(village)
    acts: list[Callable[..., object]] = [sharing.agree, sharing.withdraw_agreement, sharing.leave, mandating.revoke]
    for act in acts:
        with village.sessions.writing() as session, pytest.raises(Refused, match="habilitée à engager"):
            act(session, village.member, now=LATER, by=village.director)
    with village.sessions.writing() as session, pytest.raises(Refused, match="habilitée à engager"):
        mandating.give(session, village.member, wording=wording(village), now=LATER, by=village.director)
    with village.sessions.writing() as session, pytest.raises(Refused, match="habilitée à engager"):
        depositing.deposit(session, village.member, address=ADDRESS, now=NOW, by=village.director)
    with village.sessions.writing() as session, pytest.raises(Refused, match="habilitée à engager"):
        versioning.renounce(session, village.member, seen="", now=NOW, by=village.director)


def test_a_mandate_is_given_to_the_letter(village: Village):
    with village.sessions.writing() as session, pytest.raises(Refused, match="a changé"):
        mandating.give(session, village.member, wording="Tout.", now=NOW, by=village.firm)


def test_giving_or_revoking_twice_changes_nothing(village: Village):
    give(village)
    give(village)
    for _ in range(2):
        with village.sessions.writing() as session:
            mandating.revoke(session, village.member, now=LATER, by=village.firm)
    with village.sessions.reading() as session:
        assert len(session.scalars(sa.select(MandateRow)).all()) == 1


def test_leaving_ends_the_mandate_and_the_agreement(village: Village):
    give(village)
    with village.sessions.writing() as session:
        sharing.agree(session, village.member, now=NOW, by=village.firm)
    village.leave()
    with village.sessions.reading() as session:
        part, mandate = session.scalars(sa.select(ParticipationRow)).one(), session.scalars(sa.select(MandateRow)).one()
        assert (part.agreed_at, mandate.revoked_at) == (None, LATER)
        with pytest.raises(NotFound):
            drafting.overview(session, village.member, now=NOW, by=village.director)


def test_with_an_agreement_the_cooperative_reads_what_was_filed_and_no_draft(village: Village):
    village.file()
    with village.sessions.writing() as session:
        sharing.agree(session, village.member, now=NOW, by=village.firm)
    with village.sessions.reading() as session:
        assert depositing.receipt(session, village.member, by=village.director).number == 1
        with pytest.raises(NotFound):
            drafting.overview(session, village.member, now=NOW, by=village.director)
    with village.sessions.writing() as session:
        sharing.withdraw_agreement(session, village.member, now=LATER, by=village.firm)
    with village.sessions.reading() as session, pytest.raises(NotFound):
        depositing.receipt(session, village.member, by=village.director)
