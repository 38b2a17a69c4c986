"""Which answers decide, and what would be enough."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from grantapp.domain.answer import as_text
from grantapp.domain.eligibility import (
    FILED_AT,
    AllOf,
    AnyOf,
    Citation,
    Conclusion,
    Finding,
    Rule,
    Severity,
    Verdict,
    met,
    not_met,
)
from grantapp.domain.judgement import judge
from grantapp.domain.project import facts_of, question_at
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.funding import SourceNature
from grantapp.domain.sections.site import Nature, Status
from grantapp.domain.sensitivity import Effect, deciding_answers, enough, other_answers
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


@cache
def effects_on(project):
    return deciding_answers(EDITION, project, AT)


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


def test_what_would_take_more_than_two_other_answers_is_not_told():
    third = wants("history.nature", Nature.FARM)
    facts = REFUSED | {"history.nature": Nature.LANDFILL}
    assert len(enough(several(AllOf, UNUSED, WORKS), facts)) == 2
    assert enough(several(AllOf, UNUSED, WORKS, third), facts) == ()


def test_two_answers_are_each_changed_from_what_they_are_today():
    both = several(AllOf, wants("history.unused", True), wants("history.needs_works", False))
    changes = enough(both, {"history.unused": False, "history.needs_works": True})
    assert {each.anchor: each.value for each in changes} == {"history.unused": True, "history.needs_works": False}


def test_nothing_is_told_of_a_rule_that_is_not_about_this_request():
    rule = replace(UNUSED, applies=when("request.kind", RequestKind.WORKS))
    assert enough(rule, REFUSED | {"request.kind": RequestKind.WORKS}) != ()
    assert enough(rule, REFUSED | {"request.kind": RequestKind.STUDIES}) == ()
    assert enough(rule, REFUSED) == ()


def test_neither_the_date_of_filing_nor_a_column_of_a_table_is_another_answer():
    def check(at: datetime, natures: tuple, unused: bool):
        return met("Oui.") if unused else not_met("Non.")

    rule = Rule(
        code="R",
        slug="r",
        title="R",
        needs=(FILED_AT, "funding.sources.nature", "history.unused"),
        cites=CITED,
        check=check,
    )
    facts = {FILED_AT: AT, "funding.sources.nature": (SourceNature.GRANT,), "history.unused": False}
    assert [each.anchor for each in enough(rule, facts)] == ["history.unused"]


@pytest.mark.parametrize(
    ("anchor", "answer", "others"),
    [
        ("history.unused", True, [False]),
        ("history.unused", False, [True]),
        ("history.unused", None, [True, False]),
        ("request.kind", RequestKind.WORKS, [RequestKind.STUDIES, RequestKind.BOTH]),
        ("site.area_m2", 3, []),
    ],
)
def test_the_other_answers_are_those_of_the_list_but_the_one_given(anchor, answer, others):
    assert sorted(each.value for each in other_answers(anchor, answer)) == sorted(others)
    assert {each.anchor for each in other_answers(anchor, answer)} <= {anchor}


def test_another_answer_is_told_in_the_words_of_its_question():
    (change,) = other_answers("history.unused", True)
    assert (change.label, change.text) == (question_at("history.unused").label, "Non")
    kinds = {each.value: each.text for each in other_answers("request.kind", RequestKind.WORKS)}
    assert kinds[RequestKind.STUDIES] == RequestKind.STUDIES.label


def flipped(rule: str, verdict: Verdict, severity: Severity = Severity.BLOCKING) -> Finding:
    return Finding(
        rule=rule, slug=rule, title=rule, severity=severity, verdict=verdict, sentence="", missing=(), citations=CITED
    )


@pytest.mark.parametrize(
    ("rules", "reasons"),
    [
        ([flipped("A", Verdict.NOT_MET), flipped("B", Verdict.MET)], ["A"]),
        ([flipped("A", Verdict.UNKNOWN), flipped("B", Verdict.NOT_MET, Severity.WARNING)], ["A"]),
        ([flipped("A", Verdict.MET), flipped("B", Verdict.NOT_MET, Severity.WARNING)], ["A", "B"]),
    ],
)
def test_the_reasons_are_the_blocking_rules_that_are_no_longer_met_or_else_all_that_changed(rules, reasons):
    (change,) = other_answers("history.unused", True)
    effect = Effect("Oui", change, Conclusion.INELIGIBLE, tuple(rules))
    assert [each.rule for each in effect.reasons] == reasons


def test_an_effect_tells_the_answer_of_today_and_only_the_rules_that_change():
    project = find_case("ademe_2022", "eligible").project
    before = {each.rule: each.verdict for each in judge(EDITION, project, AT).findings}
    for effect in effects_on(project):
        answer = facts_of(project)[effect.change.anchor]
        assert effect.today == as_text(question_at(effect.change.anchor), answer)
        assert effect.change.value != answer
        assert all(before.get(each.rule) is not each.verdict for each in effect.flipped)


def test_a_question_that_is_not_answered_decides_nothing_yet():
    whole = find_case("ademe_2022", "eligible").project
    without = whole.with_answers({"history.status": None})
    assert "history.status" in {each.change.anchor for each in effects_on(whole)}
    assert "history.status" not in {each.change.anchor for each in effects_on(without)}


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
    effects = effects_on(project)
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
