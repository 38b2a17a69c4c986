"""R07 to R09: who stands behind a private holder, answer by answer, piece by piece."""

import pytest

from grantapp.domain.eligibility import Citation, Verdict, conclude, evaluate
from grantapp.domain.question import Piece
from grantapp.domain.sections.applicant import Category
from grantapp.domain.sections.operation import PRIVATE_HOLDERS
from grantapp.rules import support

CITES = (Citation(text="Page inventée", at="entreprises", url="https://exemple.example"),)
LETTER = (Piece("courrier.pdf", 1_000, "0" * 64),)
AGREEMENT = support.planning_agreement(cites=CITES)
PRINCIPAL = support.principal_agreement(cites=CITES)
INTEREST = support.general_interest_argued(cites=CITES)


@pytest.mark.parametrize(
    ("rule", "answer", "piece"),
    [
        (AGREEMENT, "support.planning_agreement", "pieces.planning_agreement"),
        (PRINCIPAL, "support.principal_agreement", "pieces.principal_agreement"),
    ],
    ids=["R07", "R08"],
)
def test_an_agreement_is_given_and_attached(rule, answer, piece):
    assert rule.judge({answer: True, piece: LETTER}).verdict is Verdict.MET
    assert rule.judge({answer: False}).verdict is Verdict.NOT_MET
    assert rule.judge({answer: True}).missing == (piece,)
    assert rule.judge({}).missing == (answer, piece)


def test_an_agreement_to_attach_is_a_reserve_and_not_a_refusal():
    facts = {"organisation.category": Category.BUSINESS, "support.planning_agreement": True}
    assert conclude(evaluate([AGREEMENT], facts)) == "conditional"


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("rule", [AGREEMENT, INTEREST], ids=["R07", "R09"])
def test_only_private_holders_are_asked(rule, category):
    assert bool(evaluate([rule], {"organisation.category": category})) is (category in PRIVATE_HOLDERS)


@pytest.mark.parametrize(("has_principal", "applies"), [(True, True), (False, False), (None, True)])
def test_the_principal_is_asked_for_only_when_there_is_one(has_principal, applies):
    facts = {"organisation.category": Category.BUSINESS}
    if has_principal is not None:
        facts["support.has_principal"] = has_principal
    found = evaluate([PRINCIPAL], facts)
    assert bool(found) is applies
    if has_principal is None:
        assert found[0].missing == ("support.has_principal",)


def test_a_refusal_says_whom_to_ask_and_what_would_be_enough():
    sentence = AGREEMENT.judge({"support.planning_agreement": False}).sentence
    assert "mairie" in sentence and "délibération ou un courrier signé suffit" in sentence


@pytest.mark.parametrize("empty", ["—", "…", "1 2 3", "?!"])
def test_a_text_without_a_word_argues_nothing(empty):
    assert INTEREST.judge({"support.general_interest": empty}).verdict is Verdict.NOT_MET


@pytest.mark.parametrize("argued", ["Emplois", "Le site est dépollué.", "é"])
def test_any_words_are_an_argument_and_nothing_is_said_of_their_quality(argued):
    outcome = INTEREST.judge({"support.general_interest": argued})
    assert outcome.verdict is Verdict.MET
    assert "cet outil ne le juge pas" in outcome.sentence


def test_no_text_is_no_refusal():
    assert INTEREST.judge({}).missing == ("support.general_interest",)
