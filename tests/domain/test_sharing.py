"""What the firms of a collective dossier share, as laws that hold for any two projects."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantapp.domain import sharing, wizard
from grantapp.domain.project import Project, section_named, sections
from grantapp.domain.question import Piece
from grantapp.domain.sections.applicant import Behalf, Category
from grantapp.domain.sections.funding import Pieces
from grantapp.editions import get_edition
from tests.domain.vocabulary import projects

OVERRIDDEN = st.sets(st.sampled_from(sorted(sharing.SHARED)))
PLAN, OTHER_PLAN = Piece("plan.pdf", 10, "a" * 64, 1), Piece("autre plan.pdf", 11, "b" * 64, 1)


@settings(max_examples=60)
@given(lead=projects(), own=projects(), overridden=OVERRIDDEN)
def test_an_overridden_section_is_exactly_the_firm_s_own(lead: Project, own: Project, overridden: set[str]):
    read = sharing.inherited(lead, own, overridden)
    for name in overridden:
        assert getattr(read, name) == getattr(own, name)


@settings(max_examples=60)
@given(lead=projects(), own=projects(), overridden=OVERRIDDEN)
def test_what_is_not_shared_is_never_touched(lead: Project, own: Project, overridden: set[str]):
    read = sharing.inherited(lead, own, overridden)
    for section in sections():
        if section.name not in (*sharing.SHARED, "pieces"):
            assert getattr(read, section.name) == getattr(own, section.name)
    for name in sharing.OWN_PIECES:
        assert getattr(read.pieces, name) == getattr(own.pieces, name)


@settings(max_examples=60)
@given(lead=projects(), own=projects(), overridden=OVERRIDDEN)
def test_each_answer_is_the_firm_s_or_the_cooperative_s(lead: Project, own: Project, overridden: set[str]):
    read = sharing.inherited(lead, own, overridden)
    inherits = sharing.shared_sections(lead) - overridden
    for name in sharing.SHARED:
        for asked in section_named(name).questions:
            if asked.anchor == "request.behalf" and name in inherits:
                assert read.request.behalf is Behalf.ALONE
                continue
            source = own if sharing.is_own(asked.anchor, inherits) else lead
            assert read.answer(asked.anchor) == source.answer(asked.anchor), asked.anchor


@settings(max_examples=30)
@given(lead=projects(), own=projects(), overridden=OVERRIDDEN)
def test_reading_again_what_was_read_changes_nothing(lead: Project, own: Project, overridden: set[str]):
    once = sharing.inherited(lead, own, overridden)
    assert sharing.inherited(lead, once, overridden) == once


@settings(max_examples=30)
@given(lead=projects(), own=projects())
def test_the_cooperative_s_project_is_never_changed(lead: Project, own: Project):
    before = replace(lead)
    sharing.inherited(lead, own, ())
    assert lead == before


def test_every_question_said_to_be_a_firm_s_own_exists():
    for name, questions in sharing.SHARED.items():
        assert questions <= {each.name for each in section_named(name).questions}


def test_a_member_is_not_asked_for_members():
    lead = Project().with_answers({"request.behalf": Behalf.MEMBERS})
    read = sharing.inherited(lead, Project(), ())
    edition = get_edition("ademe_2022")
    assert "members" in {step.name for step in wizard.asked_steps(edition, lead)}
    assert "members" not in {step.name for step in wizard.asked_steps(edition, read)}


def test_files_of_both_stand_under_a_shared_piece_each_once():
    lead = replace(Project(), pieces=Pieces(management_plan=(PLAN,)))
    own = replace(Project(), pieces=Pieces(management_plan=(replace(PLAN, name="copie.pdf"), OTHER_PLAN)))
    assert sharing.inherited(lead, own, ()).pieces.management_plan == (PLAN, OTHER_PLAN)


def test_the_cooperative_s_accounts_are_no_firm_s_accounts():
    lead = replace(Project(), pieces=Pieces(accounts=(PLAN,)))
    assert sharing.inherited(lead, Project(), ()).pieces.accounts is None


def test_a_question_that_the_cooperative_is_not_asked_stays_the_firm_s():
    """A commune that leads is not asked for the agreements that a private firm needs."""
    commune = Project().with_answers({"organisation.category": Category.LOCAL_AUTHORITY})
    firm = Project().with_answers({"organisation.category": Category.BUSINESS, "support.planning_agreement": True})
    assert "support" not in sharing.shared_sections(commune)
    assert sharing.inherited(commune, firm, ()).support.planning_agreement is True


@pytest.mark.parametrize("anchor", ["liability.applicant_is_liable", "schedule.contracts[2].amount", "size.accounts"])
def test_a_firm_answers_for_itself(anchor: str):
    assert sharing.is_own(anchor, frozenset(sharing.SHARED))


@pytest.mark.parametrize("anchor", ["site.area_m2", "liability.identified", "schedule.starts_on"])
def test_the_cooperative_answers_for_all(anchor: str):
    assert not sharing.is_own(anchor, frozenset(sharing.SHARED))
