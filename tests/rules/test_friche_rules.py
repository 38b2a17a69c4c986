"""A friche of the code de l'urbanisme (R18 to R20), its use (R25), its demolition (R47): both sides, answer missing."""

from decimal import Decimal
from itertools import product

import pytest

from grantapp.domain.eligibility import Citation, Severity, Verdict
from grantapp.domain.question import Piece
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.site import Nature
from grantapp.domain.sections.works import Use
from grantapp.rules import site, works

CITES = (Citation(text="Code inventé", at="article 1", url="https://exemple.example"),)
VOCATION, NATURE, BUILT = "operation.natural_vocation", "history.nature", "site.built_area_m2"
LAND = site.not_given_back_to_nature(excluded=frozenset({Nature.QUARRY}), cites=CITES)


@pytest.mark.parametrize(
    ("natural", "nature", "built", "verdict"),
    [
        (False, Nature.QUARRY, "0", Verdict.MET),
        (True, Nature.QUARRY, "5000", Verdict.NOT_MET),
        (True, Nature.LANDFILL, "0.01", Verdict.MET),
        (True, Nature.LANDFILL, "0", Verdict.NOT_MET),
        (True, Nature.FARM, "0", Verdict.NOT_MET),
    ],
)
def test_land_of_natural_vocation_is_left_out_unbuilt_or_when_the_call_names_it(natural, nature, built, verdict):
    assert LAND.judge({VOCATION: natural, NATURE: nature, BUILT: Decimal(built)}).verdict is verdict


def test_another_vocation_is_enough_by_itself_and_an_unknown_one_is_no_refusal():
    assert LAND.judge({VOCATION: False}).verdict is Verdict.MET
    assert LAND.judge({VOCATION: True}).missing == (NATURE, BUILT)
    assert LAND.judge({NATURE: Nature.QUARRY, BUILT: Decimal(10)}).missing == (VOCATION,)


UNUSED, NEEDS = "history.unused", "history.needs_works"


@pytest.mark.parametrize(("unused", "needs_works"), list(product((True, False), repeat=2)))
def test_a_friche_is_unused_and_needs_works_both(unused, needs_works):
    verdict = site.unused_and_needs_works(cites=CITES).judge({UNUSED: unused, NEEDS: needs_works}).verdict
    assert verdict is (Verdict.MET if unused and needs_works else Verdict.NOT_MET)


def test_one_no_refuses_before_the_other_is_answered_and_one_yes_does_not_decide():
    rule = site.unused_and_needs_works(cites=CITES)
    assert rule.judge({UNUSED: False}).verdict is Verdict.NOT_MET
    assert rule.judge({UNUSED: True}).missing == (NEEDS,)
    assert rule.judge({}).missing == (UNUSED, NEEDS)


def test_a_vacancy_that_somebody_organised_makes_no_friche():
    rule = site.vacancy_not_organised(cites=CITES)
    assert (rule.check(False).verdict, rule.check(True).verdict) == (Verdict.MET, Verdict.NOT_MET)
    assert rule.judge({}).missing == ("operation.organised_vacancy",)


PRIORITY = works.priority_use(others=frozenset({Use.LOGISTICS, Use.RETAIL}), cites=CITES)


@pytest.mark.parametrize("use", Use)
def test_logistics_and_commerce_are_left_out_of_a_priority_and_nothing_more(use):
    outcome = PRIORITY.check((Use.CRAFT, use))
    assert (outcome.verdict is Verdict.NOT_MET) is (use in {Use.LOGISTICS, Use.RETAIL})
    assert PRIORITY.severity is Severity.WARNING


def test_what_a_priority_leaves_out_is_named_and_not_refused():
    sentence = PRIORITY.check((Use.CRAFT, Use.RETAIL)).sentence
    assert Use.RETAIL.label in sentence and Use.CRAFT.label not in sentence and "Ce n’est pas un refus" in sentence
    assert PRIORITY.judge({}).missing == ("plan.uses",)


DEMOLITION = works.demolition_justified(cites=CITES)
PLANNED, POSTS, NOTE = "operation.demolition_planned", "expenditure.lines.post", "pieces.demolition_note"
ATTACHED = (Piece("note.pdf", 1_000, "0" * 64),)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({PLANNED: True, POSTS: (Post.DEMOLITION,), NOTE: ATTACHED}, Verdict.MET),
        ({PLANNED: True, POSTS: (Post.STUDIES,), NOTE: ATTACHED}, Verdict.MET),
        ({PLANNED: False, POSTS: (Post.STUDIES, Post.ASBESTOS_REMOVAL)}, Verdict.MET),
        ({PLANNED: False, POSTS: (Post.STUDIES, Post.DEMOLITION)}, Verdict.NOT_MET),
    ],
)
def test_a_demolition_is_said_and_justified(facts, verdict):
    assert DEMOLITION.judge(facts).verdict is verdict


def test_what_is_said_of_a_demolition_is_repeated():
    planned = DEMOLITION.judge({PLANNED: True, POSTS: (Post.DEMOLITION,), NOTE: ATTACHED})
    assert "prévoit de démolir" in planned.sentence
    assert "ne démolit rien" in DEMOLITION.judge({PLANNED: False, POSTS: (Post.STUDIES,)}).sentence


def test_a_note_to_attach_is_all_that_is_missing():
    assert DEMOLITION.judge({PLANNED: True, POSTS: (Post.DEMOLITION,)}).missing == (NOTE,)
    assert DEMOLITION.judge({}).missing == (PLANNED, POSTS, NOTE)
