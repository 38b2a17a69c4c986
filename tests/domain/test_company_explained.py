"""Which years of accounts make the size, and how the sum is told."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from grantapp.domain.sections.applicant import AccountingYear, Link, Relation
from grantapp.domain.size import SizeClass
from tests.domain.companies import LARGE, MEDIUM, SMALL, M, company, company_with, link


@pytest.mark.parametrize(("days", "is_judged"), [(550, True), (551, False)])
def test_a_long_accounting_year_is_followed_up_to_550_days(days, is_judged):
    """Not a figure of the law: a first accounting year may last more than twelve months."""
    last = date(2021, 12, 31)
    figures = {"headcount": Decimal(80), "turnover": 20 * M, "balance_total": 20 * M}
    accounts = tuple(AccountingYear(closed_on=closed, **figures) for closed in (last, last - timedelta(days=days)))
    found = company_with(*accounts)
    assert any("ne précède pas" in line for line in found.lines) is not is_judged


def test_nothing_is_judged_of_the_years_before_a_gap():
    found = company(years=((2017, *LARGE), (2018, *LARGE), (2021, *SMALL)))
    assert found.size is SizeClass.SMALL
    assert [line for line in found.lines if "2018" in line and "ni les précédents" in line]
    assert not any("2017" in line for line in found.lines)


def test_the_figures_are_those_of_the_last_year_and_the_oldest_year_is_the_starting_point():
    found = company(years=((2019, *SMALL), (2020, *SMALL), (2021, *MEDIUM)))
    assert (found.headcount, found.turnover, found.balance_total) == (80, 20 * M, 20 * M)
    assert any("31\u00a0décembre 2019 sert de point de départ" in line for line in found.lines)


def test_years_of_one_class_are_told_nothing_of_ceilings_that_last():
    found = company(years=((2020, *SMALL), (2021, *SMALL)))
    assert not any("deux exercices de suite" in line for line in found.lines)


def test_a_year_that_is_not_dated_is_passed_over():
    dated = AccountingYear(closed_on=date(2021, 12, 31), headcount=Decimal(20), turnover=M, balance_total=M)
    for accounts in ((AccountingYear(headcount=Decimal(900)), dated), (dated, AccountingYear(headcount=Decimal(900)))):
        found = company_with(*accounts)
        assert (found.headcount, found.size) == (20, SizeClass.SMALL)


def test_two_accounts_of_the_same_day_must_agree():
    def at(heads):
        return AccountingYear(closed_on=date(2021, 12, 31), headcount=Decimal(heads), turnover=M, balance_total=M)

    assert company_with(at(20), at(20)).size is SizeClass.SMALL
    refused = company_with(at(20), at(30))
    assert (refused.size, refused.missing) == (None, ("size.accounts",))
    assert any("31\u00a0décembre 2021" in line and "gardez la juste" in line for line in refused.lines)


def test_a_last_year_without_its_figures_leaves_the_place_to_the_one_before():
    whole = AccountingYear(closed_on=date(2020, 12, 31), headcount=Decimal(20), turnover=M, balance_total=M)
    for missing in ("headcount", "turnover", "balance_total"):
        broken = replace(whole, closed_on=date(2021, 12, 31), **{missing: None})
        found = company_with(broken, whole)
        assert (found.headcount, found.missing) == (20, ())
        alone = company_with(broken)
        assert (alone.size, alone.missing) == (None, ("size.accounts",))


def test_a_year_in_the_middle_without_its_figures_hides_those_before():
    accounts = tuple(
        AccountingYear(closed_on=date(year, 12, 31), headcount=heads, turnover=20 * M, balance_total=20 * M)
        for year, heads in ((2021, Decimal(80)), (2020, None), (2019, Decimal(300)))
    )
    found = company_with(*accounts)
    assert found.size is SizeClass.MEDIUM
    assert [line for line in found.lines if "2020" in line and "un de vos chiffres" in line]
    assert not any("2019" in line for line in found.lines)


def test_no_more_than_three_years_are_read():
    found = company(years=((2018, *LARGE), (2019, *SMALL), (2020, *SMALL), (2021, *SMALL)))
    assert found.size is SizeClass.SMALL
    assert not any("2018" in line for line in found.lines)


def test_the_sum_is_explained_line_by_line():
    links = (
        link(Relation.LINKED, 60, 60, "10", 1, 1, name="Filiale"),
        link(Relation.PARTNER, 30, 30, "100", 10, 10, name="Partenaire"),
        link(Relation.PARTNER, 10, 10, "100", 10, 10, name="Petit porteur"),
        link(Relation.LINKED, 60, 60, "10", 1, 1, name="Consolidée", consolidated=True),
    )
    lines = company(links=links).lines
    said = {name: line for line in lines for name in ("Filiale", "Partenaire", "Petit", "Consolidée") if name in line}
    assert "en entier" in said["Filiale"] and "10\u00a0ETP" in said["Filiale"]
    assert "30\u00a0% compté" in said["Partenaire"] and "30\u00a0ETP" in said["Partenaire"]
    assert "rien n’est ajouté (moins de 25" in said["Petit"]
    assert "comptes consolidés" in said["Consolidée"]
    assert [line for line in lines if line.startswith("Total") and "60\u00a0ETP" in line]
    assert [line for line in lines if line.startswith("Classe") and "entreprise moyenne" in line]


def test_without_links_nothing_is_added_up_and_the_class_of_the_year_is_said():
    lines = company(years=((2020, *SMALL), (2021, *SMALL))).lines
    assert not any(line.startswith("Total") or "entreprises liées" in line for line in lines)
    assert [line for line in lines if "2021" in line and "20\u00a0ETP" in line]
    assert [line for line in lines if line == "Classe de cet exercice\u00a0: petite entreprise."]
    assert [line for line in lines if "2020" in line and "petite entreprise" in line]


def test_the_years_before_say_that_the_links_are_those_of_today():
    before = {"headcount_n1": Decimal(1), "turnover_n1": M, "balance_total_n1": M}
    links = (link(Relation.LINKED, 60, 60, "1", 1, 1, **before),)
    lines = company(years=((2020, *SMALL), (2021, *SMALL)), links=links).lines
    assert [line for line in lines if "2020" in line and "21\u00a0ETP" in line and "d’aujourd’hui comprises" in line]


def test_one_link_without_its_figures_is_enough_to_wait():
    links = (link(Relation.LINKED, 60, 60, "1", 1, 1, name="A"), Link(name="B", relation=Relation.LINKED))
    assert company(links=links).missing == ("size.links",)


def test_links_that_are_announced_and_not_given_are_waited_for():
    assert company(links=()).missing == ("size.links",)


def test_a_quarter_held_by_public_bodies_is_said_and_an_other_answer_is_not():
    assert [line for line in company(public=True).lines if "organismes publics" in line]
    assert not [line for line in company().lines if "organismes publics" in line]


@pytest.mark.parametrize(("capital", "size"), [("24.99", SizeClass.SMALL), ("25", SizeClass.LARGE)])
def test_public_bodies_count_from_a_quarter(capital, size):
    assert company(links=(link(Relation.PUBLIC_BODY, capital, 0),)).size is size
    assert company(links=(link(Relation.PUBLIC_BODY, 0, capital),)).size is size


def test_the_recommendation_is_cited_and_not_yet_said_to_be_verified():
    (cited,) = company().citations
    assert "2003/361" in cited.text and cited.note and not cited.verified
