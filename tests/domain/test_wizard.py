"""The way through the questions."""

from datetime import date
from decimal import Decimal

import pytest

from grantapp.domain.project import Project, section_named
from grantapp.domain.sections import applicant, funding, site
from grantapp.domain.wizard import StepState, after, asked_steps, before, gaps, gaps_in, questions_shown, state_of
from grantapp.editions import get_edition

EDITION = get_edition("ademe_2022")
WITH_SITE = Project(request=applicant.Request(site_found=True, behalf=applicant.Behalf.ALONE))
WITHOUT_SITE = Project(request=applicant.Request(site_found=False, behalf=applicant.Behalf.ALONE))


def names(project: Project) -> list[str]:
    return [step.name for step in asked_steps(EDITION, project)]


def test_without_a_plot_the_steps_about_the_plot_are_left_out():
    assert {"site", "history", "pollution", "liability"} <= set(names(WITH_SITE))
    assert not {"site", "history", "pollution", "liability", "members"} & set(names(WITHOUT_SITE))


def test_previous_and_next_are_each_other_s_mirror():
    order = names(WITH_SITE)
    assert [after(EDITION, WITH_SITE, name).name for name in order[:-1]] == order[1:]
    assert [before(EDITION, WITH_SITE, name).name for name in order[1:]] == order[:-1]
    assert after(EDITION, WITH_SITE, order[-1]) is None
    assert before(EDITION, WITH_SITE, order[0]) is None


def test_the_next_step_of_one_that_is_not_asked_any_more_is_still_known():
    assert after(EDITION, WITHOUT_SITE, "site").name == "plan"


def test_an_empty_project_lacks_every_question_that_is_asked_whatever_the_answers():
    anchors = {gap.anchor for gap in gaps(EDITION, Project())}
    assert {"request.kind", "organisation.siret", "expenditure.lines", "declarations.truthful"} <= anchors
    assert not [anchor for anchor in anchors if anchor.startswith(("site.", "members."))]


def test_an_optional_question_is_never_missing():
    assert "organisation.phone" not in {gap.anchor for gap in gaps(EDITION, Project())}


def test_a_hole_in_a_table_is_named_by_its_row_and_column():
    whole = funding.Expense(post=funding.Post.LAND, planned_on=date(2022, 3, 1), amount=Decimal(1), claimed=False)
    project = Project(expenditure=funding.Expenditure(lines=(whole, funding.Expense(amount=Decimal(2)))))
    found = list(gaps_in(EDITION, project, section_named("expenditure")))
    assert [gap.anchor for gap in found] == [
        "expenditure.lines[2].post",
        "expenditure.lines[2].planned_on",
        "expenditure.lines[2].claimed",
    ]
    assert "ligne 2" in found[0].label


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (applicant.Organisation(), StepState.TO_START),
        (applicant.Organisation(name="Exemple"), StepState.STARTED),
        (applicant.Organisation(phone="04 90 00 00 00"), StepState.STARTED),
    ],
)
def test_the_state_of_a_step_follows_its_answers(record, state):
    assert state_of(EDITION, Project(organisation=record), section_named("organisation")) is state


def test_a_complete_step_is_said_complete_and_one_that_is_not_asked_is_said_so():
    schedule = section_named("declarations")
    done = Project(declarations=funding.Declarations(truthful=True, in_order=True, entitled=True))
    assert state_of(EDITION, done, schedule) is StepState.COMPLETE
    assert state_of(EDITION, WITHOUT_SITE, section_named("site")) is StepState.NOT_ASKED


def test_a_question_ruled_out_by_another_page_is_not_shown_but_one_ruled_out_on_its_own_page_is():
    studies = Project(request=applicant.Request(kind=applicant.RequestKind.STUDIES, site_found=True))
    shown = {question.name for question in questions_shown(EDITION, studies, section_named("pollution"))}
    assert "management_plan_on" not in shown
    dry = Project(
        request=applicant.Request(kind=applicant.RequestKind.WORKS, site_found=True),
        pollution=site.Pollution(treatment_needed=False),
    )
    assert "media" in {question.name for question in questions_shown(EDITION, dry, section_named("pollution"))}
