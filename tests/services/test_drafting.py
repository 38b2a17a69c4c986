"""A draft from its start to « Ce qui manque », without HTTP."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from grantapp.domain.eligibility import Conclusion
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import Person
from grantapp.domain.project import section_named
from grantapp.domain.project_file import dump_section
from grantapp.domain.wizard import StepState
from grantapp.editions import get_edition
from grantapp.services import depositing, drafting
from grantapp.services.drafting import Conflict
from grantapp.storage.database import Sessions
from grantapp.storage.models import JournalRow, SectionRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import NOW, save

SITE = {"name": "Ancienne usine", "area_m2": "10000"}


def page(sessions: Sessions, reference: str, name: str, by: Person) -> drafting.StepPage:
    with sessions.reading() as session:
        return drafting.step_page(session, reference, name, now=NOW, by=by)


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_starts_with_what_the_account_says_and_nothing_else(sessions: Sessions, camille: Person, draft: str):
    assert draft == "A22-0001"
    with sessions.reading() as session:
        shown = drafting.overview(session, draft, now=NOW, by=camille)
        (row,) = session.scalars(sa.select(SectionRow))
    assert (row.name, row.answers) == ("organisation", {"name": "Coopérative imaginaire"})
    assert (shown.head.title, shown.head.state) == ("Projet sans titre", State.DRAFT)
    assert shown.judgement.conclusion is Conclusion.UNDETERMINED
    assert {task.state for task in shown.tasks if task.section.name != "organisation"} <= {
        StepState.TO_START,
        StepState.NOT_ASKED,
    }


def test_starting_again_resumes_the_open_draft(sessions: Sessions, camille: Person, draft: str):
    assert makers.make_draft(sessions, camille) == draft


def test_another_draft_has_the_next_reference(sessions: Sessions, camille: Person, draft: str):
    with sessions.writing() as session:
        assert drafting.start(session, makers.EDITION, now=NOW, by=camille, another=True) == "A22-0002"
    with sessions.writing() as session:
        latest = drafting.start(session, makers.EDITION, now=NOW + timedelta(days=1), by=camille)
    assert latest in ("A22-0001", "A22-0002")


def test_a_closed_edition_cannot_be_started_and_the_refusal_names_what_followed(sessions: Sessions, camille: Person):
    closed = get_edition("ademe_2021")
    with sessions.writing() as session, pytest.raises(Refused, match="s’est clos le 8\u00a0octobre 2021") as refusal:
        drafting.start(session, closed.id, now=NOW, by=camille)
    assert closed.successor in refusal.value.sentence


def test_a_draft_is_started_until_the_last_second_and_found_again_after_it(sessions: Sessions, camille: Person):
    closes_at = get_edition(makers.EDITION).window.closes_at
    with sessions.writing() as session:
        last = drafting.start(session, makers.EDITION, now=closes_at - timedelta(seconds=1), by=camille)
    with sessions.writing() as session:
        assert drafting.start(session, makers.EDITION, now=closes_at, by=camille) == last
    with sessions.writing() as session, pytest.raises(Refused):
        drafting.start(session, makers.EDITION, now=closes_at, by=camille, another=True)


def test_references_go_on_past_four_digits(sessions: Sessions, camille: Person, draft: str):
    for last, following in (("A22-9999", "A22-10000"), ("A22-10000", "A22-10001")):
        with sessions.writing() as session:
            session.execute(sa.text("UPDATE dossier SET reference = :last"), {"last": last})
            assert drafting._next_reference(session, "A22") == following


def test_references_of_another_edition_are_counted_apart(sessions: Sessions, camille: Person, draft: str):
    with sessions.writing() as session:
        assert drafting._next_reference(session, "A2") == "A2-0001"
        assert drafting._next_reference(session, "%") == "%-0001"


def test_an_unknown_edition_is_not_found(sessions: Sessions, camille: Person):
    with sessions.writing() as session, pytest.raises(NotFound):
        drafting.start(session, "friches-1848", now=NOW, by=camille)


# ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_answers_are_kept_as_understood_and_as_typed(sessions: Sessions, camille: Person, draft: str):
    typed = {"name": ["Ancienne usine"], "area_m2": ["10 000"], "postcode": ["quatre-vingt-quatre"]}
    save(sessions, draft, "site", SITE, raw=typed, by=camille)
    shown = page(sessions, draft, "site", camille)
    assert (shown.record.area_m2, shown.record.postcode, shown.raw) == (Decimal(10_000), None, typed)
    assert (shown.version, shown.saved_at) == (1, NOW)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"area_m2": "beaucoup"},
        {"area_m2": ["dix"], "name": {"un": "objet"}},
        {"inconnue": True, "postcode": "\u202e84000", "parcels": "AB 160"},
        {"name": "x" * 100_000},
    ],
)
def test_a_draft_is_never_refused_for_its_content(
    sessions: Sessions, camille: Person, draft: str, answers: dict[str, object]
):
    save(sessions, draft, "site", answers, raw={"area_m2": ["beaucoup"]}, by=camille)
    shown = page(sessions, draft, "site", camille)
    assert (shown.record.area_m2, shown.raw) == (None, {"area_m2": ["beaucoup"]})


def test_the_next_step_follows_the_answers(sessions: Sessions, camille: Person, draft: str):
    alone = save(sessions, draft, "request", {"behalf": "alone"}, by=camille)
    together = save(sessions, draft, "request", {"behalf": "members"}, by=camille)
    assert (alone.name, together.name) == ("organisation", "members")


def test_after_the_last_step_there_is_none(sessions: Sessions, camille: Person, draft: str):
    last = get_edition(makers.EDITION).steps[-1]
    assert save(sessions, draft, last, {}, by=camille) is None


def test_a_step_that_the_edition_does_not_ask_is_not_found(
    sessions: Sessions, camille: Person, draft: str, monkeypatch: pytest.MonkeyPatch
):
    edition = get_edition(makers.EDITION)
    fewer = replace(edition, steps=tuple(step for step in edition.steps if step != "site"))
    monkeypatch.setattr(drafting.editions, "get_edition", lambda _: fewer)
    for unknown in ("site", "nothing", "__class__"):
        with pytest.raises(NotFound):
            page(sessions, draft, unknown, camille)
        with pytest.raises(NotFound):
            save(sessions, draft, unknown, {}, seen=0, by=camille)


def test_the_same_save_twice_writes_once(sessions: Sessions, camille: Person, draft: str):
    typed = {"name": ["Ancienne usine"]}
    save(sessions, draft, "site", SITE, raw=typed, by=camille)
    save(sessions, draft, "site", SITE, raw=typed, by=camille, now=NOW + timedelta(hours=1))
    shown = page(sessions, draft, "site", camille)
    assert (shown.version, shown.saved_at) == (1, NOW)
    with sessions.reading() as session:
        assert list(session.scalars(sa.select(JournalRow.act))) == ["signed_up", "started", "saved"]


def test_the_journal_tells_the_act_and_never_the_answer(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "site", {"name": "CANARI-NOM"}, raw={"name": ["CANARI-TAPÉ"]}, by=camille)
    with sessions.reading() as session:
        line = session.scalars(sa.select(JournalRow).order_by(JournalRow.id.desc())).first()
        assert (line.act, line.person_id, line.at, line.detail) == ("saved", camille.id, NOW, {"section": "site"})
        assert "CANARI" not in str([row.detail for row in session.scalars(sa.select(JournalRow))])


# ── two people, two tabs ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_stale_save_shows_both_and_overwrites_nothing(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "site", SITE, by=camille)
    save(sessions, draft, "site", SITE | {"area_m2": "12000", "town": "Avignon"}, seen=1, by=camille)
    with pytest.raises(Conflict) as conflict:
        save(sessions, draft, "site", {"name": "Ancienne filature", "area_m2": "10000"}, seen=1, by=camille)
    found = conflict.value.page
    assert (found.by, found.at, found.step.version) == ("Camille Exemple", NOW, 2)
    assert [(each.question.name, each.theirs, each.yours) for each in found.differences] == [
        ("name", "Ancienne usine", "Ancienne filature"),
        ("town", "Avignon", "Sans réponse"),
        ("area_m2", "12\u202f000\u00a0m²", "10\u202f000\u00a0m²"),
    ]
    shown = page(sessions, draft, "site", camille)
    assert (shown.record.area_m2, shown.version) == (Decimal(12_000), 2)


def test_the_version_of_the_conflict_page_lets_the_choice_through(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "site", SITE, by=camille)
    save(sessions, draft, "site", SITE | {"area_m2": "12000"}, seen=1, by=camille)
    with pytest.raises(Conflict) as conflict:
        save(sessions, draft, "site", SITE | {"area_m2": "9000"}, seen=1, by=camille)
    save(sessions, draft, "site", SITE | {"area_m2": "9000"}, seen=conflict.value.page.step.version, by=camille)
    assert page(sessions, draft, "site", camille).record.area_m2 == Decimal(9_000)


def test_the_same_content_posted_twice_is_no_conflict(sessions: Sessions, camille: Person, draft: str):
    typed = {"area_m2": ["10 000"]}
    save(sessions, draft, "site", SITE, raw=typed, seen=0, by=camille)
    following = save(sessions, draft, "site", SITE, raw=typed, seen=0, by=camille)
    assert (following.name, page(sessions, draft, "site", camille).version) == ("history", 1)


def test_the_same_answer_typed_otherwise_is_no_conflict(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "site", SITE, raw={"area_m2": ["10 000"]}, seen=0, by=camille)
    save(sessions, draft, "site", SITE, raw={"area_m2": ["10000"]}, seen=0, by=camille)
    assert page(sessions, draft, "site", camille).raw == {"area_m2": ["10 000"]}


def test_what_could_not_be_understood_counts_as_much(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "site", {}, raw={"area_m2": ["beaucoup"]}, seen=0, by=camille)
    with pytest.raises(Conflict) as conflict:
        save(sessions, draft, "site", {}, raw={"area_m2": ["un hectare"]}, seen=0, by=camille)
    (difference,) = conflict.value.page.differences
    assert (difference.theirs, difference.yours) == ("beaucoup", "un hectare")


def test_only_the_lines_of_a_table_that_differ_are_shown(sessions: Sessions, camille: Person, draft: str):
    lines = [{"post": "studies", "amount": str(1000 * number)} for number in range(1, 4)]
    save(sessions, draft, "expenditure", {"lines": lines}, by=camille)
    mine = [lines[0], {"post": "studies", "amount": "2500"}]
    with pytest.raises(Conflict) as conflict:
        save(sessions, draft, "expenditure", {"lines": mine}, seen=0, by=camille)
    (difference,) = conflict.value.page.differences
    assert "ligne 2\u00a0: Études préalables, plan de gestion · — · — · 2\u202f000\u00a0€" in difference.theirs
    assert difference.yours.endswith("ligne 3\u00a0: pas de ligne")
    assert "ligne 1" not in difference.theirs + difference.yours


def test_a_cell_that_could_not_be_understood_is_a_difference(sessions: Sessions, camille: Person, draft: str):
    lines = [{"post": "studies", "amount": "1000"}]
    typed = {"lines-0-post": ["studies"], "lines-0-amount": ["1 000"]}
    save(sessions, draft, "expenditure", {"lines": lines}, raw=typed, by=camille)
    save(sessions, draft, "expenditure", {"lines": lines}, raw=typed | {"lines-0-amount": ["1000"]}, seen=0, by=camille)
    with pytest.raises(Conflict) as conflict:
        raw = typed | {"lines-0-planned_on": ["bientôt"]}
        save(sessions, draft, "expenditure", {"lines": lines}, raw=raw, seen=0, by=camille)
    (difference,) = conflict.value.page.differences
    assert (difference.theirs, difference.yours) == ("Sans réponse", "bientôt")


def test_two_people_may_fill_two_sections_at_once(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "site", SITE, seen=0, by=camille)
    save(sessions, draft, "request", {"title": "Village d'artisans"}, seen=0, by=camille)
    assert page(sessions, draft, "site", camille).head.title == "Village d'artisans"


# ── what the pages show ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_step_page_knows_its_place_and_its_neighbours(sessions: Sessions, camille: Person, complete: str):
    edition = get_edition(makers.EDITION)
    for number, name in enumerate(edition.steps, start=1):
        shown = page(sessions, complete, name, camille)
        before = edition.steps[number - 2] if number > 1 else None
        after = edition.steps[number] if number < len(edition.steps) else None
        assert (shown.number, shown.count) == (number, len(edition.steps))
        assert (shown.previous and shown.previous.name, shown.following and shown.following.name) == (before, after)


def test_a_step_page_shows_the_findings_that_need_its_answers(sessions: Sessions, camille: Person, complete: str):
    rules = {rule.code: rule.all_needs for rule in get_edition(makers.EDITION).rules}
    shown = page(sessions, complete, "pollution", camille)
    assert shown.findings
    for finding in shown.judgement.findings:
        touches = any(need.startswith("pollution.") for need in rules[finding.rule])
        assert (finding in shown.findings) is touches


def test_a_preview_judges_and_saves_nothing(sessions: Sessions, camille: Person, complete: str):
    with sessions.reading() as session:
        without = {"request": {}, "history": {"status": "neither"}}
        for name, answers in without.items():
            judged = drafting.preview(session, complete, name, answers, now=NOW, by=camille).judgement
            assert judged.conclusion in (Conclusion.UNDETERMINED, Conclusion.INELIGIBLE), name
        saved = drafting.overview(session, complete, now=NOW, by=camille).judgement
    assert saved.conclusion in (Conclusion.ELIGIBLE, Conclusion.CONDITIONAL)


def test_something_typed_that_nobody_understands_has_started_the_step(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "request", {"site_found": True}, by=camille)
    save(sessions, draft, "site", {}, raw={"area_m2": ["beaucoup"]}, by=camille)
    with sessions.reading() as session:
        tasks = {task.section.name: task for task in drafting.overview(session, draft, now=NOW, by=camille).tasks}
    assert tasks["site"].state is StepState.STARTED
    assert tasks["site"].gaps > 0


def test_a_complete_dossier_lacks_nothing(sessions: Sessions, camille: Person, complete: str):
    with sessions.reading() as session:
        assert drafting.missing(session, complete, now=NOW, by=camille).is_clear


def test_what_is_missing_is_told_apart(sessions: Sessions, camille: Person, draft: str):
    save(sessions, draft, "request", {"kind": "works", "site_found": True}, by=camille)
    save(sessions, draft, "history", {"status": "neither"}, by=camille)
    with sessions.reading() as session:
        lacking = drafting.missing(session, draft, now=NOW, by=camille)
    assert not lacking.is_clear
    assert {gap.section for gap in lacking.pieces} == {"pieces"}
    assert "site.area_m2" in {gap.anchor for gap in lacking.answers}
    assert lacking.refusals
    assert lacking.undecided
    assert all(each.severity.value == "warning" for each in lacking.warnings)


def test_the_review_shows_every_answer_that_is_asked(sessions: Sessions, camille: Person, complete: str):
    with sessions.reading() as session:
        shown = drafting.review(session, complete, now=NOW, by=camille)
    project = makers.make_project()
    lines = {line.question.anchor: line for each in shown.sections for line in each.answers}
    assert lines["site.area_m2"].text == "10\u202f000\u00a0m²"
    assert lines["pieces.accounts"].text == "accounts.pdf"
    assert len(lines["members.firms"].rows) == len(project.members.firms)
    total = sum(row.amount for row in project.expenditure.lines)
    assert lines["expenditure.lines"].totals[3].replace("\u202f", "") == f"{total:f}\u00a0€"
    assert lines["members.firms"].totals == ()
    assert [line.piece for line in shown.attachments] == makers.attached_pieces(project)
    assert shown.missing.is_clear


def test_the_project_comes_back_whole_from_its_rows(sessions: Sessions, camille: Person, complete: str):
    whole = makers.make_project()
    for name in get_edition(makers.EDITION).steps:
        if name != drafting.PIECES:
            section = section_named(name)
            record = page(sessions, complete, name, camille).record
            assert dump_section(section, record) == dump_section(section, getattr(whole, name))


def test_a_deposited_dossier_is_judged_as_on_the_day_of_its_filing(sessions: Sessions, camille: Person, complete: str):
    with sessions.writing() as session:
        depositing.deposit(session, complete, address="https://depots.example", now=NOW, by=camille)
    with sessions.reading() as session:
        later = drafting.overview(session, complete, now=NOW + timedelta(days=3650), by=camille)
    assert later.judgement.at == NOW
    assert later.judgement.conclusion is not Conclusion.INELIGIBLE


def test_dossiers_are_listed_with_the_last_touched_first(sessions: Sessions, camille: Person, draft: str):
    with sessions.writing() as session:
        second = drafting.start(session, makers.EDITION, now=NOW + timedelta(hours=1), by=camille, another=True)
    save(sessions, draft, "request", {"title": "Le premier"}, by=camille, now=NOW + timedelta(hours=2))
    with sessions.reading() as session:
        heads = drafting.list_dossiers(session, by=camille)
    assert [(head.reference, head.title) for head in heads] == [(draft, "Le premier"), (second, "Projet sans titre")]
