"""Size classes: the worked figures of Recommendation 2003/361/EC."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.company import company_of
from grantapp.domain.project import Project, facts_of
from grantapp.domain.sections.applicant import Link, Relation
from grantapp.domain.size import SizeClass, size_class
from tests.domain.companies import LARGE, MEDIUM, MICRO, SMALL, M, company, link, one_year


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


MEMBERS = tuple(link(Relation.PARTNER, "1.11", "1.11", "6", 1, 1, name=f"Adhérente {n}") for n in range(90))
A = one_year("20", 5, 3)


@pytest.mark.parametrize(
    ("years", "links", "total", "size"),
    [
        pytest.param(one_year("8", "4.0", "1.9"), None, ("8", "4.0", "1.9"), "micro", id="1 a cooperative of 90"),
        pytest.param(one_year("8", "4.0", "1.9"), MEMBERS, ("8", "4.0", "1.9"), "micro", id="1 its members, named"),
        pytest.param(one_year("12", "4.0", "1.9"), MEMBERS, ("12", "4.0", "1.9"), "small", id="1b"),
        pytest.param(one_year("49.9", "10.0", "12"), None, ("49.9", "10.0", "12"), "small", id="2"),
        pytest.param(one_year("249.9", "60", "43"), None, ("249.9", "60", "43"), "medium", id="2c"),
        pytest.param(
            A, (link(Relation.PARTNER, 30, 30, "200", 40, 35),), ("80", "17.0", "13.5"), "medium", id="3 a partner"
        ),
        pytest.param(
            A,
            (
                link(Relation.LINKED, 60, 60, "100", 12, 9, name="B"),
                link(Relation.PARTNER, 32, 32, "50", 8, 6, name="C", to="b"),
            ),
            ("136", "19.56", "13.92"),
            "medium",
            id="5 the partner of a linked undertaking",
        ),
        pytest.param(
            A, (link(Relation.PARTNER, 20, 30, "150", 30, 20),), ("65", "14.0", "9.0"), "medium", id="7 votes above"
        ),
        pytest.param(A, (link(Relation.PARTNER, 20, 20, "150", 30, 20),), ("20", "5", "3"), "small", id="7b below 25"),
        pytest.param(
            one_year("5", 1, 1), (link(Relation.PUBLIC_BODY, 25, 0),), ("5", "1", "1"), "large", id="8 a large commune"
        ),
        pytest.param(
            one_year("5", 1, 1), (link(Relation.EXEMPT, 25, 25),), ("5", "1", "1"), "micro", id="8b a small commune"
        ),
        pytest.param(
            one_year("40", 9, 8),
            (link(Relation.LINKED, 100, 100, "0", "0.3", "2.5"),),
            ("40", "9.3", "10.5"),
            "small",
            id="10 the owner's SCI",
        ),
        pytest.param(
            one_year("6", "1.2", "0.9"),
            (link(Relation.SAME_OWNER, 0, 0, "5", "1.1", "1.3"),),
            ("11", "2.3", "2.2"),
            "small",
            id="11 the same owner, the same market",
        ),
        pytest.param(
            one_year("6", "1.2", "0.9"),
            (link(Relation.OTHER_OWNER, 0, 0, "5", "1.1", "1.3"),),
            ("6", "1.2", "0.9"),
            "micro",
            id="11 the same owner, another market",
        ),
        pytest.param(A, (link(Relation.PARTNER, "24.99", "24.99", "900", 90, 90),), ("20", "5", "3"), "small", id="13"),
    ],
)
def test_the_worked_examples(years, links, total, size):
    found = company(years=years, links=links)
    assert (found.headcount, found.turnover, found.balance_total) == tuple(
        Decimal(figure) * scale for figure, scale in zip(total, (1, M, M), strict=True)
    )
    assert found.size is SizeClass(size)


@pytest.mark.parametrize(
    ("years", "size"),
    [
        pytest.param((SMALL, MEDIUM, SMALL), "small", id="9 crossed once and back"),
        pytest.param((SMALL, MEDIUM, MEDIUM), "medium", id="9b crossed for two years"),
        pytest.param((SMALL, MEDIUM, LARGE), "medium", id="each ceiling by itself"),
        pytest.param((SMALL, SMALL, MEDIUM), "small", id="crossed in the last year only"),
        pytest.param((LARGE, LARGE, MICRO), "large", id="on the way down too"),
        pytest.param((LARGE, MICRO, MICRO), "micro", id="down for two years"),
    ],
)
def test_a_ceiling_counts_when_it_is_crossed_for_two_years(years, size):
    found = company(years=tuple((2019 + place, *figures) for place, figures in enumerate(years)))
    assert found.size is SizeClass(size)
    assert any("deux exercices de suite" in line for line in found.lines)


def test_a_year_that_a_link_does_not_give_is_not_judged_and_that_is_said():
    years = tuple((2019 + place, *figures) for place, figures in enumerate((SMALL, SMALL, SMALL)))
    without = company(years=years, links=(link(Relation.LINKED, 60, 60, "90", 20, 20),))
    assert without.size is SizeClass.MEDIUM
    assert any("2020" in line and "non jugé" in line and "Exemple" in line for line in without.lines)
    before = {"headcount_n1": Decimal(1), "turnover_n1": M, "balance_total_n1": M}
    given_before = company(years=years, links=(link(Relation.LINKED, 60, 60, "90", 20, 20, **before),))
    assert given_before.size is SizeClass.SMALL  # medium in the last year only


def test_a_year_far_from_the_next_is_not_judged():
    found = company(years=((2017, *MEDIUM), (2021, *SMALL)))
    assert found.size is SizeClass.SMALL
    assert any("2017" in line and "non jugé" in line for line in found.lines)


def test_what_is_linked_to_a_partner_counts_with_it_and_its_own_partners_do_not():
    links = (
        link(Relation.PARTNER, 30, 30, "100", 10, 10, name="P"),
        link(Relation.LINKED, 51, 51, "50", 10, 10, name="Filiale", to="P"),
        link(Relation.PARTNER, 40, 40, "700", 10, 10, name="Partenaire de P", to="1"),
    )
    assert company(links=links).headcount == 20 + 30 + 15


def test_a_cross_holding_counts_once_for_the_greater_and_a_joint_holding_adds_up():
    cross = (link(Relation.PARTNER, 30, 30, "100"), link(Relation.PARTNER, 40, 26, "100"))
    assert company(links=cross).headcount == 20 + 40
    joint = (
        link(Relation.LINKED, 80, 80, "10", name="Filiale"),
        link(Relation.PARTNER, 15, 15, "100", name="P"),
        link(Relation.PARTNER, 15, 15, "100", name="P", to="Filiale"),
    )
    assert company(links=joint).headcount == 20 + 10 + 30


def test_the_majority_of_the_votes_makes_a_link_whatever_it_is_called():
    assert company(links=(link(Relation.PARTNER, 10, "50.01", "100"),)).headcount == 120
    assert company(links=(link(Relation.EXEMPT, 10, "50.01", "100"),)).headcount == 120
    assert company(links=(link(Relation.PARTNER, 50, 50, "100"),)).headcount == 70


def test_what_is_consolidated_already_is_not_added_again():
    assert company(links=(link(Relation.LINKED, 80, 80, "100", consolidated=True),)).headcount == 20


def test_public_bodies_count_together():
    links = (link(Relation.PUBLIC_BODY, 13, 1, name="Ville"), link(Relation.PUBLIC_BODY, 12, 1, name="Région"))
    assert company(links=links).size is SizeClass.LARGE
    assert company(links=links[:1]).size is SizeClass.SMALL


def test_a_public_body_that_holds_through_another_undertaking_is_said_not_to_be_added():
    found = company(
        links=(
            link(Relation.PARTNER, 30, 30, name="Holding"),
            link(Relation.PUBLIC_BODY, 60, 60, name="Commune", to="Holding"),
        )
    )
    assert any("Commune" in line and "n’est pas additionnée ici" in line for line in found.lines)


@pytest.mark.parametrize(
    "links",
    [
        (link(Relation.LINKED, 60, 60, to="Personne"),),
        (link(Relation.LINKED, 60, 60, name="A", to="B"), link(Relation.LINKED, 60, 60, name="B", to="A")),
        (link(Relation.LINKED, 60, 60, name="A", to="A"),),
        (link(Relation.LINKED, 60, 60, "1"), link(Relation.LINKED, 60, 60, "2")),
    ],
    ids=["unknown", "a circle", "itself", "one name, two sets of figures"],
)
def test_a_group_that_cannot_be_read_is_explained(links):
    found = company(links=links)
    assert (found.size, found.missing) == (None, ("size.links",))
    assert found.lines


shares = st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)
drawn_links = st.lists(
    st.builds(
        lambda relation, capital, votes, heads, amount, to: link(
            relation, capital, votes, heads, amount, amount, name=None, to=to
        ),
        st.sampled_from(Relation),
        shares,
        shares,
        st.integers(0, 300),
        st.integers(0, 60),
        st.sampled_from([None, None, "E0", "E1", "E2"]),
    ),
    min_size=3,
    max_size=6,
).map(lambda drawn: [replace(each, name=f"E{n}") for n, each in enumerate(drawn)])


@given(drawn_links, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(drawn, random):
    mixed = random.sample(drawn, len(drawn))
    first, second = company(links=tuple(drawn)), company(links=tuple(mixed))
    assert (first.size, first.headcount, first.turnover) == (second.size, second.headcount, second.turnover)
    assert sorted(first.lines) == sorted(second.lines) or first.missing


@given(drawn_links, st.integers(0, 500))
def test_a_member_without_a_link_changes_nothing(drawn, heads):
    member = link(Relation.PARTNER, "1.11", "1.11", heads, 9, 9, name="Adhérente")
    before, after = company(links=tuple(drawn)), company(links=(*drawn, member))
    assert (before.size, before.headcount, before.missing) == (after.size, after.headcount, after.missing)


@given(drawn_links, st.integers(2, 9))
def test_the_totals_scale_with_the_figures(drawn, factor):
    def larger(row):
        return replace(
            row,
            headcount=row.headcount * factor,
            turnover=row.turnover * factor,
            balance_total=row.balance_total * factor,
        )

    before = company(links=tuple(drawn))
    after = company(links=tuple(map(larger, drawn)), years=((2021, 20 * factor, 5 * factor, 3 * factor),))
    if before.headcount is not None:
        assert (after.headcount, after.turnover) == (before.headcount * factor, before.turnover * factor)


def test_a_partner_counts_for_the_larger_of_capital_and_votes():
    found = company(links=(link(Relation.PARTNER, 20, 30, 150, 30, 20),))
    assert (found.headcount, found.turnover, found.balance_total) == (65, 14 * M, 9 * M)
    assert found.size is SizeClass.MEDIUM


def test_a_linked_undertaking_counts_whole_whatever_the_share():
    found = company(links=(link(Relation.LINKED, 51, 51, 40, 1, 1),))
    assert (found.headcount, found.size) == (60, SizeClass.MEDIUM)


def test_an_undertaking_a_quarter_public_is_no_sme():
    assert company(public=True).size is SizeClass.LARGE


def test_what_is_missing_is_named_and_no_class_is_guessed():
    found = company_of(facts_of(Project()))
    assert (found.size, found.missing) == (None, ("size.accounts", "size.public_quarter", "size.has_links"))


def test_a_link_without_its_figures_leaves_the_class_unknown():
    found = company(links=(Link(name="Exemple", relation=Relation.PARTNER),))
    assert (found.size, found.missing) == (None, ("size.links",))


def test_a_group_of_two_hundred_is_read_whatever_its_depth():
    """No timed test here: speed is a ratio in benchmarks/."""
    chain = tuple(
        link(Relation.LINKED, 60, 60, "1", name=f"E{n}", to=None if n == 0 else f"E{n - 1}") for n in range(200)
    )
    assert company(links=chain).headcount == 220
