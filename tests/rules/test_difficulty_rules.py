"""Undertakings in difficulty (R11): at the threshold, on both sides, and with the answer missing."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.eligibility import Citation, Verdict
from grantapp.domain.sections.applicant import LegalForm
from grantapp.domain.size import SizeClass
from grantapp.french import PARIS
from grantapp.rules.difficulty import not_in_difficulty

CITES = (Citation(text="Cahier des charges inventé", at="article 1", url="https://exemple.example"),)
NOON = datetime(2031, 4, 15, 12, tzinfo=PARIS)

SOUND = {
    "organisation.legal_form": LegalForm.CRAFT_COOPERATIVE,
    "finances.created_on": date(2016, 3, 1),
    "finances.share_capital": Decimal(360_000),
    "finances.share_premium": Decimal(0),
    "finances.own_funds": Decimal(400_000),
    "finances.accumulated_losses": True,
    "finances.insolvency": False,
    "finances.rescue_aid": False,
    SIZE: SizeClass.SMALL,
    FILED_AT: NOON,
}


def difficulty(**changes):
    facts = SOUND | {f"finances.{name}": value for name, value in changes.items()}
    return not_in_difficulty(cites=CITES).judge({key: value for key, value in facts.items() if value is not None})


@pytest.mark.parametrize(
    ("own_funds", "verdict"),
    [
        ("180000", Verdict.MET),  # exactly half is lost
        ("179999.99", Verdict.NOT_MET),
        ("150000", Verdict.NOT_MET),
        ("-5000", Verdict.NOT_MET),
    ],
)
def test_more_than_half_of_the_capital_lost_is_difficulty(own_funds, verdict):
    assert difficulty(own_funds=Decimal(own_funds)).verdict is verdict


def test_the_premium_counts_once_with_the_capital():
    figures = {"share_capital": Decimal(100_000), "share_premium": Decimal(400_000)}
    assert difficulty(**figures, own_funds=Decimal(250_000)).verdict is Verdict.MET
    assert difficulty(**figures, own_funds=Decimal(240_000)).verdict is Verdict.NOT_MET


def test_the_refusal_says_both_figures_and_what_would_be_enough():
    sentence = difficulty(own_funds=Decimal(150_000)).sentence
    for figure in ("150\u202f000\u00a0€", "360\u202f000\u00a0€", "180\u202f000\u00a0€"):
        assert figure in sentence


@pytest.mark.parametrize(
    ("created_on", "verdict"),
    [
        (date(2028, 4, 16), Verdict.MET),  # three years tomorrow
        (date(2028, 4, 15), Verdict.NOT_MET),  # three years today
        (date(2024, 2, 29), Verdict.NOT_MET),
    ],
)
def test_lost_capital_does_not_count_before_three_years(created_on, verdict):
    assert difficulty(own_funds=Decimal(0), created_on=created_on).verdict is verdict


def test_a_firm_of_the_29th_of_february_is_three_years_old_on_the_1st_of_march():
    facts = SOUND | {"finances.own_funds": Decimal(0), "finances.created_on": date(2028, 2, 29)}
    rule = not_in_difficulty(cites=CITES)
    assert rule.judge(facts | {FILED_AT: datetime(2031, 2, 28, 12, tzinfo=PARIS)}).verdict is Verdict.MET
    assert rule.judge(facts | {FILED_AT: datetime(2031, 3, 1, 12, tzinfo=PARIS)}).verdict is Verdict.NOT_MET


def test_losses_that_are_not_accumulated_do_not_count_but_are_to_be_checked():
    outcome = difficulty(own_funds=Decimal(0), accumulated_losses=False)
    assert outcome.verdict is Verdict.MET and "expert-comptable" in outcome.sentence


@pytest.mark.parametrize("form", [LegalForm.ASSOCIATION, LegalForm.LOCAL_AUTHORITY, LegalForm.NATURAL_PERSON])
def test_an_organisation_without_capital_cannot_lose_it(form):
    facts = SOUND | {"organisation.legal_form": form, "finances.own_funds": Decimal(-1)}
    assert not_in_difficulty(cites=CITES).judge(facts).verdict is Verdict.MET


@pytest.mark.parametrize("trouble", ["insolvency", "rescue_aid"])
def test_insolvency_and_rescue_aid_count_whatever_the_age_and_the_capital(trouble):
    assert difficulty(**{trouble: True}, created_on=date(2031, 1, 1)).verdict is Verdict.NOT_MET


@pytest.mark.parametrize("trouble", ["insolvency", "rescue_aid", "own_funds"])
def test_difficulty_waits_for_its_answers(trouble):
    outcome = difficulty(**{trouble: None})
    assert (outcome.verdict, outcome.missing) == (Verdict.UNKNOWN, (f"finances.{trouble}",))


def test_a_large_firm_of_two_years_has_no_exemption_and_one_of_unknown_size_waits_for_it():
    young = {"finances.own_funds": Decimal(0), "finances.created_on": date(2031, 1, 1)}
    rule = not_in_difficulty(cites=CITES)
    assert rule.judge(SOUND | young | {SIZE: SizeClass.LARGE}).verdict is Verdict.NOT_MET
    unsized = {name: value for name, value in (SOUND | young).items() if name != SIZE}
    outcome = rule.judge(unsized)
    assert outcome.verdict is Verdict.UNKNOWN and "size.accounts" in outcome.missing


def test_the_refusal_says_how_much_more_capital_would_be_enough():
    sentence = difficulty(own_funds=Decimal(150_000)).sentence
    assert "augmentation de capital de 60\u202f000\u00a0€" in sentence
    raised = {"share_capital": Decimal(420_000), "own_funds": Decimal(210_000)}
    assert difficulty(**raised).verdict is Verdict.MET


def test_a_group_is_told_that_its_own_difficulty_is_judged_elsewhere():
    assert "au niveau du groupe" in difficulty(consolidated=True).sentence
    assert "groupe" not in difficulty(consolidated=False).sentence


def test_the_sentence_says_what_is_not_judged():
    for met in (difficulty(), difficulty(created_on=date(2031, 1, 1), own_funds=Decimal(0))):
        assert met.verdict is Verdict.MET and "La situation d’un groupe n’est pas jugée ici" in met.sentence
