"""Which answers decide, and what would be enough."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Conclusion, Rule, Verdict, met, not_met
from grantapp.domain.judgement import judge
from grantapp.domain.project import facts_of
from grantapp.domain.sections.site import Status
from grantapp.domain.sensitivity import deciding_answers, enough
from grantapp.editions import find_case, get_edition
from tests.domain.vocabulary import projects

EDITION = get_edition("ademe_2022")
AT = datetime(2022, 3, 15, 11, tzinfo=UTC)
CITED = (Citation(text="Texte", at="1", url="https://exemple.fr/"),)


def wants(anchor: str, value: object) -> Rule:
    def check(answer: object):
        return met("Oui.") if answer == value else not_met("Non.")

    return Rule(code=anchor, slug=anchor, title=anchor, needs=(anchor,), cites=CITED, check=check)


UNUSED, WORKS, AREA = wants("history.unused", True), wants("history.needs_works", True), wants("site.area_m2", 1)
REFUSED = {"history.unused": False, "history.needs_works": False, "site.area_m2": 2}


def several(kind, *branches):
    return kind(code="R", slug="r", title="R", branches=branches, cites=CITED)


@pytest.mark.parametrize(
    ("rule", "anchors"),
    [
        (UNUSED, ["history.unused"]),
        (several(AnyOf, UNUSED, WORKS), ["history.unused"]),
        (several(AllOf, UNUSED, WORKS), ["history.unused", "history.needs_works"]),
        (AREA, []),
        (several(AllOf, UNUSED, AREA), []),
    ],
)
def test_the_fewest_other_answers_that_are_enough_are_found(rule, anchors):
    assert [each.anchor for each in enough(rule, REFUSED)] == anchors


def test_nothing_is_needed_of_a_rule_that_is_met_or_cannot_be_judged():
    assert enough(UNUSED, {"history.unused": True}) == ()
    assert enough(UNUSED, {}) == ()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects())
def test_what_is_said_to_be_enough_is(project):
    facts = facts_of(project) | {"filing.at": AT}
    for rule in EDITION.rules:
        changes = enough(rule, facts)
        if changes:
            changed = {**facts, **{each.anchor: each.value for each in changes}}
            assert rule.judge(changed).verdict is Verdict.MET
            assert rule.judge(facts).verdict is Verdict.NOT_MET


def test_the_answers_that_decide_are_those_whose_change_changes_the_conclusion():
    project = find_case("ademe_2022", "eligible").project
    effects = deciding_answers(EDITION, project, AT)
    today = judge(EDITION, project, AT).conclusion
    assert {each.change.anchor for each in effects} >= {"history.status", "organisation.legal_form"}
    for effect in effects:
        changed = project.with_answers({effect.change.anchor: effect.change.value})
        assert judge(EDITION, changed, AT).conclusion is effect.conclusion is not today
        assert effect.flipped


def test_one_answer_that_would_save_a_refused_project_is_told():
    project = find_case("ademe_2022", "eligible").project.with_answers({"history.status": Status.NEITHER})
    effects = {each.change.value: each for each in deciding_answers(EDITION, project, AT)}
    assert effects[Status.FORMER_ICPE].conclusion is Conclusion.CONDITIONAL
    (refused,) = [each for each in judge(EDITION, project, AT).findings if each.rule == "R13"]
    assert [each.value for each in refused.enough] == [Status.FORMER_ICPE]
