"""The operation that the prefects' funds look at: each rule on both sides of its threshold, and answers missing."""

from decimal import Decimal

import pytest

from grantapp.domain.eligibility import Citation, Severity, Verdict, evaluate
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.operation import LimitedTo, Purpose, Wasteland
from grantapp.domain.sections.site import Status
from grantapp.domain.sections.works import BuildingAction
from grantapp.french import typeset
from grantapp.rules import operation

CITES = (Citation(text="Cadrage inventé", at="article 3", url="https://exemple.example"),)
MAKERS = (
    operation.friche_of_the_fund,
    operation.floor_area_produced,
    operation.more_than_one_thing,
    operation.urban_planning_operation,
    operation.known_at_filing,
    operation.ademe_first,
    operation.unforeseen_not_treated,
)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_rule_blocks_unless_its_edition_only_warns(maker):
    assert maker(cites=CITES).severity is Severity.BLOCKING
    assert maker(cites=CITES, severity=Severity.WARNING).severity is Severity.WARNING


@pytest.mark.parametrize("maker", MAKERS)
def test_without_an_answer_nothing_is_judged(maker):
    rule = maker(cites=CITES)
    assert rule.judge({}).verdict is Verdict.UNKNOWN
    assert set(rule.judge({}).missing) == set(rule.all_needs)


def test_what_is_known_at_filing_is_told_in_whole_sentences():
    rule = operation.known_at_filing(cites=CITES)
    said = [branch.check(True).sentence for branch in rule.branches]
    assert said[0] == typeset("Le maître d'ouvrage : c'est connu.")
    assert all(each.startswith(("Le ", "La ")) for each in said)


# ── R20 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wasteland", Wasteland)
def test_bare_artificialised_land_and_a_vacant_block_are_friches(wasteland):
    outcome = operation.friche_of_the_fund(cites=CITES).check(wasteland)
    assert (outcome.verdict is Verdict.NOT_MET) is (wasteland is Wasteland.NEITHER)


# ── R22 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("action", "area", "verdict"),
    [
        (BuildingAction.REHABILITATE, "0.01", "met"),
        (BuildingAction.BUILD, "0", "not_met"),
        (BuildingAction.BOTH, None, "unknown"),
        (BuildingAction.NONE, None, "not_met"),
        (None, None, "unknown"),
    ],
)
def test_some_floor_area_is_built_or_rehabilitated(action, area, verdict):
    facts = {"plan.building_action": action} if action else {}
    facts |= {"plan.floor_area_m2": Decimal(area)} if area else {}
    assert operation.floor_area_produced(cites=CITES).judge(facts).verdict == verdict


def test_somebody_who_builds_nothing_is_told_to_count_what_others_build():
    sentence = operation.floor_area_produced(cites=CITES).judge({"plan.building_action": BuildingAction.NONE}).sentence
    assert BuildingAction.BUILD.label in sentence


# ── R23, R24 ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limited_to", LimitedTo)
def test_one_thing_alone_is_not_aided(limited_to):
    outcome = operation.more_than_one_thing(cites=CITES).check(limited_to)
    assert (outcome.verdict is Verdict.MET) is (limited_to is LimitedTo.NOTHING)


def test_the_one_thing_is_named_without_its_yes():
    assert "« démolir »" in operation.more_than_one_thing(cites=CITES).check(LimitedTo.DEMOLITION).sentence.replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize(
    ("purposes", "verdict"),
    [
        ((Purpose.BUSINESS,), "met"),
        ((Purpose.BUSINESS, Purpose.NONE), "met"),
        ((Purpose.NONE,), "not_met"),
    ],
)
def test_one_object_of_the_code_is_enough(purposes, verdict):
    outcome = operation.urban_planning_operation(cites=CITES).check(purposes)
    assert outcome.verdict == verdict
    assert Purpose.NONE.label not in outcome.sentence


# ── R36 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

ITEMS = ("owner_known", "land_terms_known", "programme_known", "balance_known")
ALL_KNOWN = {f"operation.{item}": True for item in ITEMS}


@pytest.mark.parametrize("item", ITEMS)
def test_each_of_the_four_things_is_to_be_known(item):
    rule = operation.known_at_filing(cites=CITES)
    assert rule.judge(ALL_KNOWN).verdict is Verdict.MET
    assert rule.judge(ALL_KNOWN | {f"operation.{item}": False}).verdict is Verdict.NOT_MET
    left = {key: value for key, value in ALL_KNOWN.items() if key != f"operation.{item}"}
    assert rule.judge(left).missing == (f"operation.{item}",)


def test_what_is_not_known_is_named_and_the_rest_is_not():
    sentence = operation.known_at_filing(cites=CITES).judge(ALL_KNOWN | {"operation.balance_known": False}).sentence
    assert "bilan économique" in sentence and "programme" not in sentence


@pytest.mark.parametrize("maker", [operation.known_at_filing, operation.unforeseen_not_treated])
@pytest.mark.parametrize("kind", RequestKind)
def test_what_works_need_is_not_asked_of_studies(maker, kind):
    found = evaluate((maker(cites=CITES),), {"request.kind": kind})
    assert bool(found) is (kind is not RequestKind.STUDIES)


# ── R46 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "needed", "asked", "verdict"),
    [
        (Status.NEITHER, True, None, "met"),
        (Status.NEITHER, None, None, "met"),
        (Status.FORMER_ICPE, False, False, "met"),
        (Status.FORMER_ICPE, True, True, "met"),
        (Status.FORMER_MINE, True, False, "not_met"),
        (Status.FORMER_ICPE, True, None, "unknown"),
        (Status.FORMER_ICPE, None, False, "unknown"),
    ],
)
def test_a_polluted_icpe_or_mine_goes_to_ademe_first(status, needed, asked, verdict):
    given = {"history.status": status, "pollution.treatment_needed": needed, "operation.asked_ademe_first": asked}
    facts = {key: value for key, value in given.items() if value is not None}
    assert operation.ademe_first(cites=CITES).judge(facts).verdict == verdict


# ── R53 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("unforeseen", "started", "verdict"),
    [(False, None, "met"), (True, False, "met"), (True, True, "not_met"), (True, None, "unknown")],
)
def test_an_unforeseen_event_is_aided_until_its_works_begin(unforeseen, started, verdict):
    given = {"operation.unforeseen": unforeseen, "operation.unforeseen_started": started}
    facts = {key: value for key, value in given.items() if value is not None}
    assert operation.unforeseen_not_treated(cites=CITES).judge(facts).verdict == verdict
