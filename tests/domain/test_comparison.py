"""One project by several editions: what each says of each rule, and what differs."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings

from grantapp.domain.comparison import Cell, RuleRow, State, as_json, compare
from grantapp.domain.eligibility import Severity, Verdict
from grantapp.domain.project import Project
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import RequestKind
from grantapp.editions import all_editions, get_edition
from grantapp.french import PARIS
from grantapp.services import demonstration
from tests.domain.test_desk import LONG, SPRING, rule
from tests.domain.vocabulary import projects

AT = datetime(2022, 3, 15, 12, tzinfo=PARIS)


def row_of(*rules: object) -> RuleRow:
    """How rule R99 compares between editions that hold one rule each (None: an edition without it)."""
    editions = [
        replace(SPRING, id=str(number), rules=(each or rule("R01", "filing.at"),)) for number, each in enumerate(rules)
    ]
    return next(row for row in compare(editions, Project(), AT).rules if row.rule == "R99")


MET, NOT_MET = rule(), rule(passes=False)
WARNED = rule(passes=False, severity=Severity.WARNING)
UNKNOWN = rule("R99", "site.area_m2")
ELSEWHERE = replace(MET, applies=when("request.kind", RequestKind.STUDIES))


@pytest.mark.parametrize(
    ("rules", "states", "differs", "partial"),
    [
        ((MET, MET), (State.MET, State.MET), False, False),
        ((MET, NOT_MET), (State.MET, State.NOT_MET), True, False),
        ((WARNED, NOT_MET), (State.WARNING, State.NOT_MET), True, False),
        ((MET, UNKNOWN), (State.MET, State.UNKNOWN), True, False),
        ((MET, None), (State.MET, State.ABSENT), False, True),
        ((NOT_MET, None), (State.NOT_MET, State.ABSENT), True, False),
        ((UNKNOWN, None), (State.UNKNOWN, State.ABSENT), True, False),
        ((WARNED, None), (State.WARNING, State.ABSENT), True, False),
        ((NOT_MET, NOT_MET), (State.NOT_MET, State.NOT_MET), False, False),
    ],
)
def test_a_row_says_what_each_edition_says_and_whether_it_separates_them(rules, states, differs, partial):
    row = row_of(*rules)
    assert tuple(cell.state for cell in row.cells) == states
    assert (row.differs, row.is_partial) == (differs, partial)


def test_a_rule_that_does_not_concern_the_project_is_not_a_rule_that_is_not_there():
    project = Project().with_answers({"request.kind": RequestKind.WORKS})
    (row,) = compare([replace(SPRING, rules=(ELSEWHERE,)), replace(LONG, rules=(MET,))], project, AT).rules
    assert [cell.state for cell in row.cells] == [State.NOT_APPLICABLE, State.MET]
    assert row.differs and row.cells[0] == Cell(State.NOT_APPLICABLE)


def test_without_the_dates_no_edition_is_refused_for_being_closed():
    for by_date in (False, True):
        found = compare(all_editions(), demonstration.project(), AT, by_date=by_date)
        refused = {each.edition: [f.rule for f in each.of_verdict(Verdict.NOT_MET)] for each in found.judgements}
        assert ("R01" in refused["ademe_2021"]) is by_date
        assert ("R01" in {row.rule for row in found.rules}) is by_date
        assert refused["ademe_2020"][-1] == "R33"  # its own calendar of works is part of its content


def test_a_rule_to_confirm_is_marked_where_it_is_and_nowhere_else():
    found = compare([get_edition("ademe_2020"), get_edition("ademe_2022")], demonstration.project(), AT)
    doubts = {row.rule: [cell.is_to_confirm for cell in row.cells] for row in found.rules}
    assert doubts["R16"] == [False, True]


def test_amounts_stand_side_by_side_and_a_line_without_a_figure_is_left_out():
    found = compare(all_editions(), demonstration.project(), AT)
    amounts = {row.code: row for row in found.amounts}
    assert set(amounts["cost"].amounts) == {Decimal(3_600_000)} and not amounts["cost"].differs
    assert "works_rate" not in amounts
    assert compare(all_editions(), Project(), AT).amounts == ()


@settings(max_examples=10, deadline=None)
@given(projects())
def test_every_rule_is_in_one_group_and_every_finding_in_its_column(project):
    found = compare(all_editions(), project, AT, by_date=True)
    groups = (found.differing, found.partial, found.same)
    assert sorted(row.rule for group in groups for row in group) == sorted(row.rule for row in found.rules)
    for column, judgement in enumerate(found.judgements):
        cells = {row.rule: row.cells[column].finding for row in found.rules}
        assert {code: each for code, each in cells.items() if each} == {each.rule: each for each in judgement.findings}


def test_the_published_form_holds_the_table_and_each_judgement():
    told = as_json(compare(all_editions(), demonstration.project(), AT))
    names = [each["id"] for each in told["editions"]]
    assert names == [each["edition"] for each in told["judgements"]] == [each.id for each in all_editions()]
    late = next(each for each in told["rules"] if each["rule"] == "R33")
    assert late["differs"] and late["states"]["ademe_2020"] == "not_met" and late["states"]["ademe_2022"] == "absent"
    assert all(list(each["states"]) == names for each in told["rules"])
