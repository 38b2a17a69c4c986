"""Size classes: the worked figures of Recommendation 2003/361/EC."""

from datetime import date
from decimal import Decimal

import pytest

from grantapp.domain.company import SizeClass, company_of, size_class
from grantapp.domain.project import Project, facts_of
from grantapp.domain.sections.applicant import AccountingYear, Link, Relation, Size

M = Decimal(1_000_000)


@pytest.mark.parametrize(
    ("heads", "turnover", "balance", "size"),
    [
        ("8", "4.0", "1.9", SizeClass.MICRO),  # the balance sheet alone is enough
        ("9.9", "2", "50", SizeClass.MICRO),
        ("10", "2", "2", SizeClass.SMALL),  # heads: strictly below ten
        ("9.9", "2.000001", "2.000001", SizeClass.SMALL),
        ("12", "4.0", "1.9", SizeClass.SMALL),
        ("49.9", "10.0", "12", SizeClass.SMALL),
        ("50", "1", "1", SizeClass.MEDIUM),
        ("49.9", "10.000001", "10.000001", SizeClass.MEDIUM),
        ("249.9", "60", "43", SizeClass.MEDIUM),
        ("250", "1", "1", SizeClass.LARGE),
        ("249.9", "50.000001", "43.000001", SizeClass.LARGE),
    ],
)
def test_heads_are_compared_strictly_and_money_is_not(heads, turnover, balance, size):
    assert size_class(Decimal(heads), Decimal(turnover) * M, Decimal(balance) * M) is size


def company(*, links=None, public=False, years=((2021, "20", 5, 3),)):
    accounts = tuple(
        AccountingYear(
            closed_on=date(year, 12, 31), headcount=Decimal(heads), turnover=turnover * M, balance_total=balance * M
        )
        for year, heads, turnover, balance in years
    )
    size = Size(accounts=accounts, public_quarter=public, has_links=links is not None, links=links)
    return company_of(facts_of(Project(size=size)))


def link(relation, capital, votes, heads, turnover, balance):
    return Link(
        name="Exemple",
        relation=relation,
        capital_percent=Decimal(capital),
        votes_percent=Decimal(votes),
        headcount=Decimal(heads),
        turnover=turnover * M,
        balance_total=balance * M,
    )


def test_a_partner_counts_for_the_larger_of_capital_and_votes():
    found = company(links=(link(Relation.PARTNER, 20, 30, 150, 30, 20),))
    assert (found.headcount, found.turnover, found.balance_total) == (65, 14 * M, 9 * M)
    assert found.size is SizeClass.MEDIUM


def test_a_linked_undertaking_counts_whole_whatever_the_share():
    found = company(links=(link(Relation.LINKED, 51, 51, 40, 1, 1),))
    assert (found.headcount, found.size) == (60, SizeClass.MEDIUM)


def test_an_undertaking_a_quarter_public_is_no_sme():
    assert company(public=True).size is SizeClass.LARGE


def test_the_most_recent_accounts_decide_and_a_change_of_class_is_said():
    found = company(years=((2020, "8", 1, 1), (2021, "20", 5, 3)))
    assert found.size is SizeClass.SMALL
    assert any("deux exercices de suite" in line for line in found.lines)


def test_what_is_missing_is_named_and_no_class_is_guessed():
    found = company_of(facts_of(Project()))
    assert (found.size, found.missing) == (None, ("size.accounts", "size.public_quarter", "size.has_links"))


def test_a_link_without_its_figures_leaves_the_class_unknown():
    found = company(links=(Link(name="Exemple", relation=Relation.PARTNER),))
    assert (found.size, found.missing) == (None, ("size.links",))
