"""Which desk is open, fits and comes first: on made-up editions, then on every instant of the real ones."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantapp.domain.derived import FILED_AT, GAPS, REGION
from grantapp.domain.desk import Opening, desks, edition_for, opening_of
from grantapp.domain.edition import Precedence, Window
from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Conclusion, Rule, Severity, about_the_date, met, not_met
from grantapp.domain.judgement import judge, judge_on_merits
from grantapp.domain.orientation import as_json, orient
from grantapp.domain.project import Project
from grantapp.domain.question import when
from grantapp.domain.region import Region
from grantapp.domain.sections.site import Status
from grantapp.editions import all_editions, get_edition
from grantapp.french import PARIS
from tests.domain.vocabulary import projects

CITED = (Citation(text="Texte", at="1", url="https://exemple.fr/"),)
MODEL = get_edition("ademe_2022")
FIRST = Precedence(
    sentence="Un ancien site classé passe ici d'abord.",
    applies=when("history.status", Status.FORMER_ICPE),
    cites=CITED,
)


def rule(code: str = "R99", *needs: str, passes: bool = True, severity: Severity = Severity.BLOCKING) -> Rule:
    def check(*_: object):
        return met("Oui.") if passes else not_met("Non.")

    return Rule(code=code, slug=code, title=f"Règle {code}", needs=needs, cites=CITED, check=check, severity=severity)


def window(opens_on: date, closes_on: date) -> Window:
    return Window(opens_on=opens_on, closes_on=closes_on, cites=CITED, hour_note="")


def edition(name: str, opens_on: date, closes_on: date, **settings: object):
    given = {"id": name, "title": name, "call": f"appel {name}", "authority": "Guichet d'essai", "first_for": None}
    rules = (rule(),)
    return replace(
        MODEL,
        **{**given, "window": window(opens_on, closes_on), "rules": rules, "successor": "Rien après.", **settings},
    )


def noon(*day: int) -> datetime:
    return datetime(*day, 12, tzinfo=PARIS)


NOTHING = Project()
TODAY = noon(2030, 4, 1)
SPRING = edition("printemps", date(2030, 3, 1), date(2030, 4, 30))
LONG = edition("long", date(2030, 1, 1), date(2030, 12, 31))
NEXT = edition("suivant", date(2031, 1, 1), date(2031, 12, 31))
PAST = edition("passe", date(2029, 1, 1), date(2029, 12, 31))
FORMER_ICPE = Project().with_answers({"request.site_found": True, "history.status": Status.FORMER_ICPE})
WITHOUT_PAST = FORMER_ICPE.with_answers({"history.status": None})
NEITHER = FORMER_ICPE.with_answers({"history.status": Status.NEITHER})


def order(*editions: object, project: Project = NOTHING, at: datetime = TODAY) -> list[str]:
    return [desk.edition.id for desk in desks(editions, project, at)]


# ── which are open ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (datetime(2030, 2, 28, 23, 59, 59, tzinfo=PARIS), Opening.TO_COME),
        (datetime(2030, 3, 1, tzinfo=PARIS), Opening.OPEN),
        (datetime(2030, 4, 30, 23, 59, 59, tzinfo=PARIS), Opening.OPEN),
        (datetime(2030, 5, 1, tzinfo=PARIS), Opening.CLOSED),
    ],
)
def test_a_desk_opens_and_closes_to_the_second(at, opening):
    (desk,) = desks([SPRING], Project(), at)
    assert desk.opening is opening


def test_open_desks_come_first_then_those_to_come_then_the_closed_ones_the_latest_first():
    older = edition("ancien", date(2028, 1, 1), date(2028, 12, 31))
    later = edition("lointain", date(2032, 1, 1), date(2032, 12, 31))
    assert order(older, later, PAST, NEXT, LONG) == ["long", "suivant", "lointain", "passe", "ancien"]


def test_of_two_open_desks_that_promise_the_same_the_one_that_closes_first_comes_first():
    assert order(LONG, SPRING) == ["printemps", "long"]


def test_a_desk_that_refuses_comes_after_one_that_does_not():
    refusing = replace(SPRING, id="refus", rules=(rule(passes=False),))
    assert order(refusing, LONG) == ["long", "refus"]


def test_a_desk_that_promises_comes_before_one_that_cannot_be_judged():
    unsure = replace(SPRING, id="incertain", rules=(rule("R98", "site.area_m2"),))
    assert order(unsure, LONG) == ["long", "incertain"]


# ── which comes first ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_this_project_must_go_to_first_comes_first():
    privileged = replace(LONG, id="prioritaire", first_for=FIRST)
    assert order(SPRING, privileged, project=FORMER_ICPE) == ["prioritaire", "printemps"]
    assert order(SPRING, privileged, project=NEITHER) == ["printemps", "prioritaire"]


def test_a_desk_that_must_come_first_but_refuses_does_not():
    refusing = replace(LONG, id="prioritaire", first_for=FIRST, rules=(rule(passes=False),))
    assert order(SPRING, refusing, project=FORMER_ICPE) == ["printemps", "prioritaire"]


@pytest.mark.parametrize(
    ("project", "question"),
    [(NOTHING, "request.site_found"), (WITHOUT_PAST, "history.status")],
)
def test_while_the_answer_is_missing_it_names_the_question_to_open(project, question):
    desk = desks([SPRING, replace(LONG, id="prioritaire", first_for=FIRST)], project, noon(2030, 4, 1))[0]
    assert (desk.edition.id, desk.precedes, desk.undecided_by) == ("prioritaire", None, (question,))


# ── dates of a region ────────────────────────────────────────────────────────────────────────────────────────────

EARLY = replace(LONG, regional={Region.NORMANDIE: window(date(2030, 1, 1), date(2030, 2, 15))})
IN_ROUEN = Project().with_answers({"request.site_found": True, "site.postcode": "76000"})
IN_AVIGNON = IN_ROUEN.with_answers({"site.postcode": "84000"})


def test_a_region_with_its_own_dates_closes_on_them():
    at = noon(2030, 4, 1)
    rouen, avignon, unknown = (desks([EARLY], each, at)[0] for each in (IN_ROUEN, IN_AVIGNON, Project()))
    assert (rouen.opening, rouen.window.closes_on) == (Opening.CLOSED, date(2030, 2, 15))
    assert (avignon.opening, avignon.region_decides) == (Opening.OPEN, False)
    assert (unknown.opening, unknown.region_decides) == (Opening.OPEN, True)


def test_the_region_decides_nothing_on_a_day_when_all_agree():
    assert not desks([EARLY], Project(), noon(2030, 1, 15))[0].region_decides


# ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_successor_is_the_open_edition_of_the_same_call_before_any_other():
    again = replace(LONG, id="meme-appel", call=PAST.call)
    found = {desk.edition.id: desk for desk in desks([PAST, SPRING, again], Project(), noon(2030, 4, 1))}
    assert found["passe"].successor is again and found["printemps"].successor is None
    assert {desk.edition.id: desk.successor for desk in desks([PAST, NEXT], Project(), noon(2030, 4, 1))} == {
        "passe": None,
        "suivant": None,
    }


def test_without_a_name_the_edition_is_the_first_open_one_else_the_last_that_was():
    for at, expected in ((noon(2030, 4, 1), "printemps"), (noon(2030, 6, 1), "long"), (noon(2032, 6, 1), "suivant")):
        assert edition_for(desks([PAST, SPRING, LONG, NEXT], Project(), at)).id == expected
    assert edition_for(desks([NEXT, SPRING], Project(), noon(2029, 1, 1))).id == "printemps"
    assert edition_for(desks([NEXT, PAST], Project(), noon(2030, 4, 1))).id == "passe"


# ── on the merits ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("needs", "about"),
    [
        ((FILED_AT,), True),
        ((REGION, FILED_AT), True),
        ((GAPS, FILED_AT), True),
        ((GAPS,), False),
        ((REGION,), False),
        (("schedule.contracts.signed_on", FILED_AT), False),
        ((), False),
    ],
)
def test_a_rule_is_about_the_date_when_it_looks_at_nothing_else(needs, about):
    single = rule("R1", *needs)
    assert about_the_date(single) is about
    assert about_the_date(AllOf(code="R", slug="r", title="R", branches=(single, single), cites=CITED)) is about
    mixed = AnyOf(code="R", slug="r", title="R", branches=(single, rule("R2", "site.area_m2")), cites=CITED)
    assert about_the_date(mixed) is False


def test_the_door_of_each_edition_and_nothing_else_is_left_out():
    for each in all_editions():
        doors = {one.code for one in each.rules if about_the_date(one)}
        assert doors and doors <= {"R01", "R02", "R03", "R48"}, each.id


@settings(max_examples=10, deadline=None)
@given(projects())
def test_on_the_merits_the_other_rules_say_what_they_said(project):
    at = noon(2022, 3, 15)
    for each in all_editions():
        whole, merits = judge(each, project, at).findings, judge_on_merits(each, project, at).findings
        doors = {one.code for one in each.rules if about_the_date(one)}
        assert merits == tuple(found for found in whole if found.rule not in doors)


# ── what to do, in one sentence ──────────────────────────────────────────────────────────────────────────────────


def said(*editions: object, project: Project = NOTHING, at: datetime = TODAY, now: datetime = TODAY) -> str:
    return orient(editions, project, at).sentence(now).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_one_open_desk_that_fits_is_where_to_file():
    assert said(SPRING) == "Aujourd'hui, déposez à « printemps » (Guichet d'essai), au plus tard le 30 avril 2030."


def test_another_day_is_said_by_its_date():
    assert said(SPRING, now=noon(2030, 4, 2)).startswith("Au 1er avril 2030, déposez à « printemps »")


def test_answers_that_are_missing_are_not_said_to_fit():
    assert "1 règle reste à juger" in said(replace(SPRING, rules=(rule("R98", "site.area_m2"),)))
    two = (rule("R97", "site.area_m2"), rule("R98", "site.area_m2"))
    assert "2 règles restent à juger" in said(replace(SPRING, rules=two))


def test_when_an_answer_decides_the_order_it_is_asked_for():
    sentence = said(SPRING, replace(LONG, first_for=FIRST))
    assert sentence.startswith("Aujourd'hui, 2 guichets sont ouverts : « long »")
    assert sentence.endswith("Pour savoir par lequel commencer, répondez à « Avez-vous déjà repéré un terrain ? ».")


def test_when_all_that_is_open_refuses_the_rules_are_named():
    sentence = said(replace(SPRING, rules=(rule(passes=False),)))
    assert "aucun guichet ouvert n'admet" in sentence and "« Règle R99 »" in sentence


def test_when_nothing_is_open_the_next_opening_is_said_else_the_last_closing():
    assert "aucun guichet n'est ouvert ; « suivant » (Guichet d'essai) ouvre le 1er janvier 2031" in said(PAST, NEXT)
    assert "s'est clos le 31 décembre 2029" in said(PAST)
    assert [note.text for note in orient([PAST], Project(), TODAY).notes] == ["Rien après."]


def test_notes_say_why_that_desk_first_what_is_carried_over_and_that_regions_differ():
    carried = replace(LONG, id="repris", carried_from="passe")
    notes = orient([SPRING, replace(carried, first_for=FIRST), PAST, EARLY], FORMER_ICPE, TODAY).notes
    assert notes[0].text == FIRST.sentence and notes[0].cites == CITED
    assert "« passe »".replace(" ", "\u00a0") in notes[1].text and "confirmation" in notes[1].text
    assert "code postal" in notes[2].text
    assert orient([SPRING], FORMER_ICPE, TODAY).notes == ()


def test_a_reason_to_come_first_is_not_told_when_nothing_stands_beside():
    assert orient([replace(LONG, first_for=FIRST)], FORMER_ICPE, TODAY).notes == ()


def test_the_published_form_names_the_first_desk_and_every_state():
    told = as_json(orient([PAST, SPRING, NEXT], Project(), TODAY), TODAY)
    assert told["first"] == "printemps"
    assert [(each["edition"], each["opening"], each["successor"]) for each in told["desks"]] == [
        ("printemps", "open", None),
        ("suivant", "to_come", None),
        ("passe", "closed", "printemps"),
    ]
    assert as_json(orient([PAST], Project(), TODAY), TODAY)["first"] is None


# ── every instant of the registry ────────────────────────────────────────────────────────────────────────────────

EDITIONS = all_editions()
START = EDITIONS[0].window.opens_at
INSTANTS = st.integers(-3_000_000, 300_000_000).map(lambda seconds: START + timedelta(seconds=seconds))


@given(INSTANTS)
def test_two_editions_of_one_call_are_never_open_at_once_in_any_region(at):
    for region in (None, *Region):
        opened = [each for each in EDITIONS if opening_of(each.window_in(region), at) is Opening.OPEN]
        assert not [pair for pair in combinations(opened, 2) if pair[0].call == pair[1].call]


@settings(max_examples=12, deadline=None)
@given(projects(), INSTANTS)
def test_at_every_instant_the_order_is_total_and_no_desk_is_both_open_and_closed(project, at):
    found = desks(EDITIONS, project, at)
    assert desks(tuple(reversed(EDITIONS)), project, at) == found
    assert {desk.edition.id for desk in found} == {each.id for each in EDITIONS}
    openings = [desk.opening for desk in found]
    assert openings == sorted(openings, key=[Opening.OPEN, Opening.TO_COME, Opening.CLOSED].index)
    for desk in found:
        assert desk.is_open is desk.window.is_open(at)
        assert (desk.opening is Opening.CLOSED) is (at >= desk.window.closes_at)
        assert (desk.successor is not None) is (desk.opening is Opening.CLOSED and found[0].is_open)
        assert desk.refuses is (desk.judgement.conclusion is Conclusion.INELIGIBLE) is bool(desk.refusals)


@settings(max_examples=12, deadline=None)
@given(projects(), INSTANTS)
def test_at_every_instant_there_is_one_sentence_that_says_what_to_do(project, at):
    found = orient(EDITIONS, project, at)
    sentence = found.sentence(at)
    assert sentence.startswith("Aujourd’hui, ") and sentence.endswith(".")
    assert ("déposez" in sentence or "guichets sont ouverts" in sentence) is bool(found.admitting)
    assert all(note.text for note in found.notes)
