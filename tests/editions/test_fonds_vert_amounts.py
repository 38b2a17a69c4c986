"""What the Fonds vert gives, year by year: each share on both sides of its threshold, and to whom it applies."""

from datetime import datetime
from decimal import Decimal

import pytest

from grantapp.domain.aid import Aid, statement
from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.project import Project, facts_of
from grantapp.domain.sections.applicant import Category, Organisation, Request, RequestKind
from grantapp.domain.sections.funding import Expenditure, Expense, Funding, Post, Source, SourceNature
from grantapp.domain.sections.site import History, Status
from grantapp.domain.size import SizeClass
from grantapp.editions import get_edition
from grantapp.french import PARIS

FIRM, TOWN = Category.BUSINESS, Category.LOCAL_AUTHORITY
STUDIES, WORKS, BOTH = RequestKind
each_year = pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])


def stated(
    year: int,
    kind: RequestKind = STUDIES,
    *,
    studies: int = 0,
    works: int = 0,
    holder: Category = FIRM,
    size: SizeClass | None = None,
    status: Status = Status.FORMER_ICPE,
) -> Aid:
    lines = ((Post.STUDIES, studies), (Post.DECONTAMINATION, works))
    project = Project(
        request=Request(kind=kind, site_found=True),
        organisation=Organisation(category=holder),
        history=History(status=status),
        expenditure=Expenditure(
            lines=tuple(Expense(post=post, amount=Decimal(amount), claimed=True) for post, amount in lines if amount)
        ),
        funding=Funding(sources=(Source(nature=SourceNature.GRANT, amount=Decimal(1)),)),
    )
    known = {FILED_AT: datetime(year, 6, 1, tzinfo=PARIS)} | ({SIZE: size} if size else {})
    return statement(get_edition(f"fonds_vert_{year}").aid, facts_of(project) | known)


def codes(aid: Aid) -> set[str]:
    return {line.code for line in aid.lines}


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize(
    ("size", "most"),
    [
        (SizeClass.MICRO, 80_000),
        (SizeClass.SMALL, 80_000),
        (SizeClass.MEDIUM, 70_000),
        (SizeClass.LARGE, 60_000),
    ],
)
def test_since_2025_the_studies_of_a_firm_are_aided_by_its_size(year, size, most):
    assert stated(year, studies=100_000, size=size).amount("studies_by_size") == most


@each_year
def test_studies_are_aided_for_80_percent_and_restoration_for_the_whole(year):
    aid = stated(year, studies=100_000, holder=TOWN)
    assert aid.amount("studies_80") == 80_000
    assert stated(year, WORKS, works=500_000).amount("works_100") == 500_000
    assert stated(year, BOTH, studies=100_000, works=500_000).amount("studies_and_works") == 580_000


@pytest.mark.parametrize(("studies", "most"), [(142_800, 99_960), (142_900, 100_000), (300_000, 100_000)])
def test_in_2023_the_studies_of_a_firm_stop_at_70_percent_then_at_100_000_euros(studies, most):
    assert stated(2023, studies=studies).amount("studies_70") == most


@each_year
def test_what_is_said_of_firms_is_not_said_of_a_town(year):
    town = codes(stated(year, studies=100_000, holder=TOWN))
    assert town.isdisjoint({"studies_by_size", "studies_70"})
    assert "article_45" not in codes(stated(year, WORKS, works=500_000, holder=TOWN))
    assert "article_45" in codes(stated(year, WORKS, works=500_000))


@each_year
def test_a_share_is_shown_for_what_is_asked_only(year):
    studies, works = codes(stated(year, studies=100_000)), codes(stated(year, WORKS, works=500_000))
    assert {"studies_80", "studies_rate"} <= studies and {"works_100", "works_rate"} <= works
    assert studies.isdisjoint({"works_100", "works_rate", "studies_and_works", "article_45"})
    assert works.isdisjoint({"studies_80", "studies_rate", "studies_and_works", "studies_by_size", "studies_70"})


@each_year
def test_restoration_bounds_the_aid_of_a_former_icpe_or_mine_and_of_no_other_site(year):
    assert "works_100" in codes(stated(year, WORKS, works=500_000, status=Status.FORMER_MINE))
    assert "works_100" not in codes(stated(year, WORKS, works=500_000, status=Status.NEITHER))


@pytest.mark.parametrize(("year", "percent"), [(2023, None), (2024, None), (2025, 15), (2026, 15)])
def test_an_advance_of_15_percent_came_with_2025(year, percent):
    advance = get_edition(f"fonds_vert_{year}").aid.advance
    assert (advance and advance.percent) == percent


@each_year
def test_article_45_is_the_usual_european_rule_and_was_not_seen_in_the_fund(year):
    (ceiling,) = [each for each in get_edition(f"fonds_vert_{year}").aid.ceilings if each.code == "article_45"]
    assert [cited.at for cited in ceiling.cites if cited.verified] == []
    assert all("la clause n’a pas été vue" in cited.note for cited in ceiling.cites)
