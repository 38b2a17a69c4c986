"""Undertakings with their accounts and their links, for the tests of size."""

from datetime import date
from decimal import Decimal

from grantapp.domain.company import Company, company_of
from grantapp.domain.project import Project, facts_of
from grantapp.domain.sections.applicant import AccountingYear, Link, Size

M = Decimal(1_000_000)
# Heads, then turnover and balance sheet in millions.
SMALL, MEDIUM, LARGE, MICRO = ("20", 5, 3), ("80", 20, 20), ("300", 60, 50), ("5", 1, 1)


def company(*, links=None, public=False, years=((2021, "20", 5, 3),)):
    accounts = tuple(
        AccountingYear(
            closed_on=date(year, 12, 31),
            headcount=Decimal(heads),
            turnover=Decimal(turnover) * M,
            balance_total=Decimal(balance) * M,
        )
        for year, heads, turnover, balance in years
    )
    size = Size(accounts=accounts, public_quarter=public, has_links=links is not None, links=links)
    return company_of(facts_of(Project(size=size)))


def link(relation, capital, votes, heads="0", turnover=0, balance=0, *, name="Exemple", to=None, **others):
    return Link(
        name=name,
        relation=relation,
        capital_percent=Decimal(capital),
        votes_percent=Decimal(votes),
        headcount=Decimal(heads),
        turnover=Decimal(turnover) * M,
        balance_total=Decimal(balance) * M,
        attached_to=to,
        **others,
    )


def one_year(heads, turnover, balance):
    return ((2021, heads, turnover, balance),)


def company_with(*accounts: AccountingYear) -> Company:
    """Without any link, on these accounts as they are."""
    return company_of(facts_of(Project(size=Size(accounts=accounts, public_quarter=False, has_links=False))))
