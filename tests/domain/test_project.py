"""The vocabulary: every question is well made, asked when it should be, and named one way."""

from dataclasses import fields

import pytest

from grantapp.domain.project import (
    Project,
    anchors,
    conditions_of,
    facts_of,
    find_section,
    governing,
    is_anchor,
    is_asked,
    question_at,
    sections,
)
from grantapp.domain.question import Kind
from grantapp.domain.sections import applicant, funding, site, works

EVERY_QUESTION = [question_at(anchor) for anchor in anchors()]
COLUMNS = [column for question in EVERY_QUESTION for column in question.columns]


@pytest.mark.parametrize("question", EVERY_QUESTION + COLUMNS, ids=lambda q: q.anchor)
def test_a_question_has_what_its_kind_needs(question):
    assert question.label
    assert (question.choices is not None) == (question.kind in (Kind.ONE_OF, Kind.SEVERAL_OF))
    assert (question.row is not None) == (question.kind is Kind.TABLE)
    assert all(is_anchor(condition.anchor) for condition in question.asked_if)


@pytest.mark.parametrize("question", EVERY_QUESTION, ids=lambda q: q.anchor)
def test_a_condition_looks_back_never_forward(question):
    order = list(anchors())
    for condition in conditions_of(question.anchor):
        assert order.index(condition.anchor) < order.index(question.anchor)


@pytest.mark.parametrize("question", EVERY_QUESTION, ids=lambda q: q.anchor)
def test_a_condition_names_values_that_can_be_answered(question):
    for condition in conditions_of(question.anchor):
        asked = question_at(condition.anchor)
        possible = set(asked.choices) if asked.choices else {True, False}
        assert set(condition.values) <= possible


def test_slugs_are_one_per_section_and_lead_back_to_it():
    assert [find_section(each.slug).name for each in sections()] == [f.name for f in fields(Project)]
    assert find_section("rien") is None


def test_a_question_is_not_asked_once_an_earlier_answer_rules_it_out():
    alone = Project(request=applicant.Request(behalf=applicant.Behalf.ALONE))
    members = Project(request=applicant.Request(behalf=applicant.Behalf.MEMBERS))
    assert [is_asked(p, "members.firms") for p in (Project(), alone, members)] == [None, False, True]


def test_an_answer_that_is_no_longer_asked_is_kept_but_is_no_fact():
    project = Project(
        request=applicant.Request(site_found=False), site=site.Site(area_m2=10_000), history=site.History(unused=True)
    )
    assert project.answer("site.area_m2") == 10_000
    assert not [anchor for anchor in facts_of(project) if anchor.startswith(("site.", "history."))]


def test_a_column_is_a_fact_once_every_row_has_it():
    lines = (funding.Expense(amount=1, claimed=True), funding.Expense(amount=2))
    facts = facts_of(Project(expenditure=funding.Expenditure(lines=lines)))
    assert facts["expenditure.lines.amount"] == (1, 2)
    assert "expenditure.lines.claimed" not in facts


def test_an_empty_table_is_unanswered():
    assert "expenditure.lines" not in facts_of(Project(expenditure=funding.Expenditure(lines=())))


def test_the_question_to_open_is_the_one_that_keeps_another_from_being_asked():
    assert governing(Project(), "history.status") == "request.site_found"
    found = Project(request=applicant.Request(site_found=True))
    assert governing(found, "history.status") == "history.status"
    assert governing(found, "schedule.contracts.signed_on") == "schedule.has_contracts"
    signed = Project(schedule=works.Schedule(has_contracts=True))
    assert governing(signed, "schedule.contracts.signed_on") == "schedule.contracts"


def test_what_waits_for_a_question_that_is_not_asked_is_not_asked_either():
    """A public holder has no agreement to attach, and nobody has that of a principal there is not."""
    holder = Project().with_answers({"organisation.category": applicant.Category.LOCAL_AUTHORITY})
    assert is_asked(holder, "pieces.planning_agreement") is False
    private = holder.with_answers(
        {"organisation.category": applicant.Category.BUSINESS, "support.has_principal": False}
    )
    assert is_asked(private, "pieces.principal_agreement") is False
    assert is_asked(private, "pieces.planning_agreement") is None
    assert is_asked(Project(), "pieces.planning_agreement") is None
