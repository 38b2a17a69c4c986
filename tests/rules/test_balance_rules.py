"""The balance of the operation, to the cent: the deficit, the grant that fills it, the lines it is asked for."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.eligibility import Citation, Severity, Verdict
from grantapp.domain.sections.funding import SourceNature
from grantapp.rules import balance

CITES = (Citation(text="Cadrage inventé", at="article 4", url="https://exemple.example"),)
R38 = balance.deficit_left(cites=CITES)
R39 = balance.grant_within_deficit(cites=CITES)
R45 = balance.claimed_lines_singled_out(cites=CITES)
NATURES = (SourceNature.GRANT, SourceNature.REVENUE, SourceNature.OTHER_PUBLIC, SourceNature.OWN)


def plan(*, cost: str, revenue: str, other: str = "0", grant: str = "0", own: str = "0") -> dict[str, object]:
    return {
        "expenditure.lines.amount": (Decimal(cost),),
        "funding.sources.nature": NATURES,
        "funding.sources.amount": tuple(Decimal(each) for each in (grant, revenue, other, own)),
    }


# ── the figures of the demonstration ─────────────────────────────────────────────────────────────────────────────


def test_the_worked_operation_leaves_a_deficit_of_800_000_euros():
    outcome = R38.judge(plan(cost="3600000", revenue="2500000", other="300000"))
    assert outcome.verdict is Verdict.MET
    assert "déficit de 800\u202f000\u00a0€" in outcome.sentence


def test_the_same_operation_that_sells_more_leaves_an_excess_and_is_refused():
    outcome = R38.judge(plan(cost="3600000", revenue="3400000", other="300000"))
    assert outcome.verdict is Verdict.NOT_MET
    assert "excédent de 100\u202f000\u00a0€" in outcome.sentence


@pytest.mark.parametrize(("grant", "verdict"), [("799999.99", "met"), ("800000", "met"), ("800000.01", "not_met")])
def test_the_worked_operation_may_ask_for_its_whole_deficit_and_not_a_cent_more(grant, verdict):
    outcome = R39.judge(plan(cost="3600000", revenue="2500000", other="300000", grant=grant))
    assert outcome.verdict == verdict
    assert (" 0,01\u00a0€ de moins" in outcome.sentence) is (verdict == "not_met")


# ── R38, R39 ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cost", "verdict", "said"),
    [
        ("1000.01", "met", "déficit de 0,01"),
        ("1000", "not_met", "ni déficit ni excédent"),
        ("999.99", "not_met", "0,01"),
    ],
)
def test_a_deficit_is_more_than_nothing_to_the_cent(cost, verdict, said):
    outcome = R38.judge(plan(cost=cost, revenue="700", other="300"))
    assert outcome.verdict == verdict and said in outcome.sentence


def test_own_funds_loans_and_the_grant_itself_do_not_fill_the_deficit():
    assert R38.judge(plan(cost="1000", revenue="0", grant="600", own="400")).verdict is Verdict.MET


@pytest.mark.parametrize(("grant", "verdict"), [("0", "met"), ("0.01", "not_met")])
def test_without_a_deficit_nothing_may_be_asked(grant, verdict):
    assert R39.judge(plan(cost="900", revenue="1000", grant=grant)).verdict == verdict


@pytest.mark.parametrize("rule", [R38, R39], ids=["R38", "R39"])
@pytest.mark.parametrize("anchor", balance.BALANCE)
def test_a_plan_with_a_hole_is_not_balanced(rule, anchor):
    facts = plan(cost="1000", revenue="0")
    del facts[anchor]
    assert rule.judge(facts).missing == (anchor,)


cents = st.integers(0, 10**10).map(lambda number: str(Decimal(number) / 100))


@given(cents, cents, cents, cents)
def test_a_grant_within_a_deficit_never_leaves_more_public_money_than_the_cost(cost, revenue, other, grant):
    facts = plan(cost=cost, revenue=revenue, other=other, grant=grant)
    if R38.judge(facts).verdict is R39.judge(facts).verdict is Verdict.MET:
        assert Decimal(grant) + Decimal(revenue) + Decimal(other) <= Decimal(cost)


# ── R45 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines(*rows: tuple[bool, str, int]) -> dict[str, object]:
    return {
        "expenditure.lines.claimed": tuple(claimed for claimed, _, _ in rows),
        "expenditure.lines.amount": tuple(Decimal(amount) for _, amount, _ in rows),
        "expenditure.lines.planned_on": tuple(date(year, 3, 1) for _, _, year in rows),
    }


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([(True, "0.01", 2031)], "met"),
        ([(True, "0", 2031)], "not_met"),
        ([(True, "-5", 2031)], "not_met"),
        ([(True, "10", 2031), (False, "0", 2031)], "met"),
        ([(False, "10", 2031)], "not_met"),
    ],
)
def test_what_is_claimed_has_an_amount(rows, verdict):
    assert R45.judge(lines(*rows)).verdict == verdict


def test_the_dates_are_those_of_what_is_claimed():
    sentence = R45.judge(lines((True, "1", 2031), (True, "1", 2033), (False, "1", 2040))).sentence
    assert "du 1er\u00a0mars 2031 au 1er\u00a0mars 2033" in sentence


@pytest.mark.parametrize("column", ["claimed", "amount", "planned_on"])
def test_a_line_that_is_not_filled_in_is_unknown(column):
    facts = lines((True, "1", 2031))
    del facts[f"expenditure.lines.{column}"]
    assert R45.judge(facts).missing == (f"expenditure.lines.{column}",)


@pytest.mark.parametrize(
    "maker", [balance.deficit_left, balance.grant_within_deficit, balance.claimed_lines_singled_out]
)
def test_an_edition_may_only_warn(maker):
    assert maker(cites=CITES).severity is Severity.BLOCKING
    assert maker(cites=CITES, severity=Severity.WARNING).severity is Severity.WARNING
