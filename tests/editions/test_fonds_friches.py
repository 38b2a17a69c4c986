"""The three sessions of the prefects' fund: what was read for each, its dates, its ways, its worked project."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantapp.domain.derived import REGION
from grantapp.domain.eligibility import AllOf, AnyOf, Severity, Verdict
from grantapp.domain.facts import facts_for
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project, anchors, is_anchor, question_at
from grantapp.domain.region import Region
from grantapp.domain.sections.applicant import Category
from grantapp.domain.wizard import questions_of, steps
from grantapp.editions import cases, find_case, get_edition
from grantapp.french import typeset
from grantapp.rules import fonds_friches
from tests.domain.vocabulary import answers

SESSIONS = ("fonds_friches_1", "fonds_friches_2", "fonds_friches_3")
each_session = pytest.mark.parametrize("session", SESSIONS)
OF_THE_GUIDE = ("R06", "R22", "R23", "R31", "R36", "R44", "R45", "R46", "R48", "R53")
PACA = Region.PROVENCE_ALPES_COTE_D_AZUR


def rules_of(session):
    return {rule.code: rule for rule in get_edition(session).rules}


def judged(session, name="eligible", **changes):
    case = find_case(session, name)
    project = case.project.with_answers({anchor.replace("__", "."): each for anchor, each in changes.items()})
    return judge(get_edition(session), project, case.at)


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("session", "region", "opens_on", "closes_on"),
    [
        ("fonds_friches_1", PACA, date(2020, 12, 16), date(2021, 3, 1)),
        ("fonds_friches_1", Region.CORSE, date(2020, 12, 16), date(2021, 3, 1)),
        ("fonds_friches_1", Region.BRETAGNE, date(2020, 12, 16), date(2021, 3, 7)),
        ("fonds_friches_1", Region.OCCITANIE, date(2020, 12, 16), date(2021, 3, 19)),
        ("fonds_friches_2", PACA, date(2021, 7, 1), date(2021, 10, 8)),
        ("fonds_friches_3", PACA, date(2022, 2, 15), date(2022, 5, 13)),
        ("fonds_friches_3", Region.NORMANDIE, date(2022, 2, 17), date(2022, 4, 15)),
    ],
)
def test_each_region_has_the_dates_that_were_read(session, region, opens_on, closes_on):
    window = get_edition(session).window_in(region)
    assert (window.opens_on, window.closes_on) == (opens_on, closes_on)


@each_session
def test_the_window_of_a_session_holds_those_of_all_its_regions(session):
    edition = get_edition(session)
    for region in Region:
        window = edition.window_in(region)
        assert edition.window.opens_on <= window.opens_on <= window.closes_on <= edition.window.closes_on


def test_the_opening_day_of_the_second_session_is_said_not_to_have_been_found():
    cites = get_edition("fonds_friches_2").window.cites
    assert any("juillet" in each.at and not each.verified and "1er" in each.note for each in cites)


@each_session
def test_the_cases_stand_in_the_region_that_they_speak_of(session):
    for case in cases(session):
        if "occitanie" in case.name or "normandie" in case.name or "bretagne" in case.name:
            region = facts_for(get_edition(session), case.project, case.at)[REGION]
            assert region.name_in_french.lower() in case.name


# ── what was read, and for which session ─────────────────────────────────────────────────────────────────────────


def test_the_guide_of_the_first_session_blocks_and_is_verified():
    for code in OF_THE_GUIDE:
        rule = rules_of("fonds_friches_1")[code]
        assert rule.severity is Severity.BLOCKING
        assert all(citation.verified for citation in rule.cites), code


@pytest.mark.parametrize("session", SESSIONS[1:])
def test_what_was_read_for_the_first_session_only_warns_in_the_others_and_says_why(session):
    for code in OF_THE_GUIDE:
        rule = rules_of(session)[code]
        assert rule.severity is Severity.WARNING, code
        assert any("première session" in citation.note for citation in rule.cites), code


@each_session
@pytest.mark.parametrize("code", ["R20", "R24", "R38", "R39"])
def test_what_was_read_before_and_after_blocks_in_every_session(session, code):
    rule = rules_of(session)[code]
    assert rule.severity is Severity.BLOCKING
    assert all(citation.verified for citation in rule.cites)


@each_session
@pytest.mark.parametrize("code", ["R04", "R10", "R11", "R50", "R54"])
def test_what_no_text_of_the_fund_writes_is_never_verified_and_only_warns(session, code):
    rule = rules_of(session)[code]
    assert rule.severity is Severity.WARNING
    assert [citation.at for citation in rule.cites if citation.verified or not citation.note] == []


def test_credits_are_to_be_committed_sooner_in_one_region_of_the_first_session_only():
    needs_region = [session for session in SESSIONS if REGION in rules_of(session)["R35"].all_needs]
    assert needs_region == ["fonds_friches_1"]
    assert [rules_of(session)["R35"].severity for session in SESSIONS] == ["blocking", "blocking", "warning"]


@each_session
def test_the_wish_to_pay_before_the_end_of_2024_only_warns(session):
    outcome = rules_of(session)["R34"].check(date(2025, 1, 1))
    assert rules_of(session)["R34"].severity is Severity.WARNING
    assert "si possible" in outcome.sentence


@each_session
def test_what_only_another_call_wants_is_not_asked_and_no_rule_waits_for_it(session):
    edition = get_edition(session)
    assert all(is_anchor(anchor) and anchor.split(".")[0] in edition.steps for anchor in edition.unasked)
    for rule in edition.rules:
        assert edition.unasked.isdisjoint(rule.anchors), rule.code
    asked = {question.anchor for step in steps(edition) for question in questions_of(edition, step)}
    assert asked.isdisjoint({*edition.unasked, "pieces.demolition_note", "pieces.planning_agreement"})
    assert "pieces.accounts" in asked


@each_session
def test_every_passage_has_a_source_or_speaks_of_this_service_only(session):
    bare = [name for name, said in get_edition(session).texts.items() if not said.cites and not said.ours]
    assert bare == []


@each_session
def test_no_percentage_is_printed_anywhere(session):
    edition = get_edition(session)
    assert [line.amount for line in edition.aid.rates] == [None]
    said = " ".join([*edition.texts.values(), *(line.explanation for line in edition.aid.rates)])
    assert "%" not in said


@each_session
def test_branches_carry_the_citations_and_no_code_twice(session):
    def walk(rule):
        yield rule
        for branch in getattr(rule, "branches", ()):
            yield from walk(branch)

    for rule in get_edition(session).rules:
        if isinstance(rule, AnyOf | AllOf):
            found = list(walk(rule))
            assert all(branch.cites == rule.cites for branch in found)
            assert len({branch.code for branch in found}) == len(found)


# ── the worked project ───────────────────────────────────────────────────────────────────────────────────────────


@each_session
def test_the_worked_project_may_ask_for_its_deficit_of_800_000_euros(session):
    found = judged(session)
    assert {each.verdict for each in found.findings} == {Verdict.MET}
    assert found.aid.amount("cost") == 3_600_000
    assert found.aid.amount("deficit") == found.aid.amount("requested_grant") == 800_000
    assert found.aid.amount("largest_grant") == 800_000
    assert found.aid.binding == ("at_most_deficit",)


@each_session
def test_the_largest_grant_follows_the_deficit_down_to_nothing(session):
    assert judged(session, "r38-un-centime-de-deficit").aid.amount("largest_grant") == Decimal("0.01")
    assert judged(session, "r38-ni-deficit-ni-excedent").aid.amount("largest_grant") == 0
    assert judged(session, "r38-excedent-de-100-000-euros").aid.amount("deficit") == -100_000


@each_session
def test_the_works_of_the_building_are_in_the_balance_and_not_in_the_claim(session):
    found = judged(session)
    assert found.aid.amount("eligible_base") == 3_600_000 - 60_000 - 1_140_000


# ── a complete file stays complete ───────────────────────────────────────────────────────────────────────────────


@each_session
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_an_answer_more_never_opens_a_gap_in_a_complete_file(session, data):
    edition, case = get_edition(session), find_case(session, "eligible")
    empty = [anchor for anchor in anchors() if case.project.answer(anchor) is None]
    anchor = data.draw(st.sampled_from(empty))
    fuller = case.project.with_answers({anchor: data.draw(answers(question_at(anchor)))})
    verdicts = {each.rule: each.verdict for each in judge(edition, fuller, case.at).findings}
    assert verdicts["R48"] is Verdict.MET


# ── other ways ───────────────────────────────────────────────────────────────────────────────────────────────────


def routes(judgement):
    return [route.code for route in judgement.routes]


@each_session
def test_a_polluted_icpe_that_did_not_ask_is_sent_to_the_call_of_the_same_year(session):
    found = judged(session, "r46-pas-demande")
    assert "ademe-d-abord" in routes(found)
    year = {"fonds_friches_1": "2020", "fonds_friches_2": "2021", "fonds_friches_3": "2022"}[session]
    advice = next(route.advice for route in found.routes if route.code == "ademe-d-abord")
    assert year in advice[0]
    assert "ademe-d-abord" not in routes(judged(session))
    assert "ademe-d-abord" not in routes(judged(session, "r46-ni-icpe-ni-mine"))


@each_session
def test_a_site_of_which_nothing_is_said_is_sent_nowhere(session):
    edition = get_edition(session)
    found = judge(edition, Project(), edition.window.opens_at)
    assert "ademe-d-abord" not in routes(found)


@each_session
@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("ademe-d-abord", "ce fonds vient en complément"),
        ("entreprise-privee", "entreprises privées « sous conditions »"),
        ("etudes", "ce qui doit être connu au dépôt"),
        ("successeur", "dépôt en continu, 2025"),
    ],
)
def test_each_way_says_where_it_was_read(session, code, place):
    (way,) = [route for route in get_edition(session).routes if route.code == code]
    assert any(typeset(place) in cited.at for cited in way.cites)


@each_session
def test_only_a_private_holder_is_told_to_ask_for_the_conditions(session):
    assert "entreprise-privee" in routes(judged(session))
    assert "entreprise-privee" not in routes(judged(session, organisation__category=Category.SOCIAL_LANDLORD))


@each_session
def test_without_a_plot_the_way_of_studies_is_shown(session):
    assert "etudes" in routes(judged(session, "sans-terrain"))
    assert "etudes" not in routes(judged(session))


@pytest.mark.parametrize(
    ("session", "followers"),
    [
        ("fonds_friches_1", ("8 octobre 2021", "13 mai 2022", "Fonds vert")),
        ("fonds_friches_2", ("13 mai 2022", "Fonds vert")),
        ("fonds_friches_3", ("Fonds vert",)),
    ],
)
def test_after_the_closing_the_sessions_that_followed_then_the_fonds_vert(session, followers):
    edition, case = get_edition(session), find_case(session, "eligible")
    closed = judge(edition, case.project, edition.window.closes_at)
    advice = " ".join(next(route.advice for route in closed.routes if route.code == "successeur"))
    said = advice.replace("\u00a0", " ")
    assert all(each in said for each in followers)
    assert "successeur" not in routes(judged(session))


def test_a_region_that_closed_before_the_others_is_told_so_at_once():
    edition, case = get_edition("fonds_friches_3"), find_case("fonds_friches_3", "r01-normandie-dernier-instant")
    found = judge(edition, case.project, case.at + timedelta(seconds=1))
    late = next(each for each in found.findings if each.rule == "R01")
    assert late.verdict is Verdict.NOT_MET and "Normandie" in late.sentence
    assert "successeur" in routes(found)


def test_the_lists_of_the_fund_leave_out_what_no_source_names():
    assert not fonds_friches.AIDED_POSTS & {"construction", "rehabilitation", "other"}
    assert set(Category) - fonds_friches.HOLDERS == {Category.ASSOCIATION, Category.STATE_SERVICE}
