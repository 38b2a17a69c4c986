"""Who counts with us, for how much and why; and what keeps a group from being read, said line by line."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grantapp.domain.group import Part, figures_of, group_of
from grantapp.domain.sections.applicant import Link, Relation
from grantapp.domain.size import Figures
from tests.domain.companies import M, company, link


def shares(*links):
    return {part.name: part.share for part in group_of(links).parts}


def reasons(*links):
    return {part.name: part.reason for part in group_of(links).parts}


def faults(*links):
    return group_of(links).faults


# ── shares ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("percent", "share"), [("24.99", 0), ("25", 25), ("50", 50), ("50.01", 100)])
def test_a_partner_counts_from_a_quarter_and_whole_above_half_of_the_votes(percent, share):
    assert shares(link(Relation.PARTNER, 0, percent)) == {"Exemple": share}


@pytest.mark.parametrize(("percent", "share"), [("24.99", 0), ("25", 25), ("50.01", Decimal("50.01"))])
def test_more_than_half_of_the_capital_without_the_votes_makes_no_link(percent, share):
    assert shares(link(Relation.PARTNER, percent, 0)) == {"Exemple": share}


@pytest.mark.parametrize("relation", [Relation.PUBLIC_BODY, Relation.OTHER_OWNER])
def test_neither_a_public_body_nor_the_owner_of_another_market_is_added_whatever_the_votes(relation):
    assert shares(link(relation, 90, 90)) == {"Exemple": 0}


def test_two_ways_of_a_cross_holding_count_once_each_by_the_greater():
    assert shares(link(Relation.PARTNER, 30, 0), link(Relation.PARTNER, 26, 40)) == {"Exemple": 40}
    assert shares(link(Relation.PARTNER, 0, 40), link(Relation.PARTNER, 30, 26)) == {"Exemple": 40}


def test_a_joint_holding_never_counts_for_more_than_the_whole():
    links = (
        link(Relation.LINKED, 80, 80, name="Filiale"),
        link(Relation.PARTNER, 60, 40, name="P"),
        link(Relation.PARTNER, 60, 40, name="P", to="Filiale"),
    )
    assert shares(*links) == {"Filiale": 100, "P": 100}


@pytest.mark.parametrize(("percent", "share"), [("24.5", 0), ("25", 25)])
def test_a_row_that_says_nothing_is_held_adds_nothing(percent, share):
    links = (
        link(Relation.LINKED, 80, 80, name="Filiale"),
        link(Relation.PARTNER, percent, percent, name="P"),
        link(Relation.PARTNER, 0, 0, name="P", to="Filiale"),
    )
    assert shares(*links)["P"] == share


def test_only_what_is_held_by_the_group_makes_a_partner():
    links = (
        link(Relation.PARTNER, 20, 20, name="P"),
        link(Relation.PARTNER, 10, 10, name="Ailleurs"),
        link(Relation.PARTNER, 20, 20, name="P", to="Ailleurs"),
    )
    assert shares(*links) == {"P": 0, "Ailleurs": 0}
    assert "moins de 25 %" in reasons(*links)["P"]


def test_what_is_linked_to_two_partners_counts_with_the_one_that_counts_most():
    links = (
        link(Relation.PARTNER, 30, 30, name="A"),
        link(Relation.PARTNER, 40, 40, name="B"),
        link(Relation.LINKED, 51, 51, name="Filiale", to="A"),
        link(Relation.LINKED, 51, 51, name="Filiale", to="B"),
    )
    assert shares(*links)["Filiale"] == 40
    assert "« B »" in reasons(*links)["Filiale"]


def test_of_two_partners_that_count_the_same_the_first_by_its_name_is_told():
    links = (
        link(Relation.PARTNER, 30, 30, name="B"),
        link(Relation.PARTNER, 30, 30, name="A"),
        link(Relation.LINKED, 51, 51, name="Filiale", to="B"),
        link(Relation.LINKED, 51, 51, name="Filiale", to="A"),
    )
    assert "« A »" in reasons(*links)["Filiale"]


def test_a_link_holds_both_ways():
    """The row says who is attached to whom, not who owns whom: a parent and a subsidiary count alike."""
    links = (
        link(Relation.PARTNER, 30, 30, name="P"),
        link(Relation.LINKED, 60, 60, name="Mère", to="P"),
        link(Relation.LINKED, 60, 60, name="Sœur", to="Mère"),
    )
    assert shares(*links) == {"P": 30, "Mère": 30, "Sœur": 30}


def test_what_holds_a_partner_counts_with_it_even_when_it_is_only_a_small_member_of_ours():
    links = (
        link(Relation.PARTNER, 10, 10, name="Mère"),
        link(Relation.PARTNER, 30, 30, name="P"),
        link(Relation.LINKED, 60, 60, name="P", to="Mère"),
    )
    assert shares(*links) == {"Mère": 30, "P": 30}


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_undertaking_is_told_why_it_counts_or_not():
    links = (
        link(Relation.LINKED, 60, 60, name="Filiale"),
        link(Relation.PARTNER, 30, 30, name="Partenaire"),
        link(Relation.PARTNER, 10, 10, name="Petit porteur"),
        link(Relation.EXEMPT, 30, 30, name="Fonds"),
        link(Relation.PUBLIC_BODY, 10, 10, name="Commune"),
        link(Relation.PUBLIC_BODY, 10, 10, name="Région", to="Partenaire"),
        link(Relation.OTHER_OWNER, 0, 0, name="Autre marché"),
        link(Relation.PARTNER, 40, 40, name="Lointaine", to="Partenaire"),
    )
    wanted = {
        "Filiale": "entreprise liée, comptée en entier",
        "Partenaire": "entreprise partenaire",
        "Petit porteur": "moins de 25 %",
        "Fonds": "investisseur excepté",
        "Commune": "organisme public, qui n'est pas une entreprise",
        "Région": "n'est pas additionnée ici",
        "Autre marché": "sur un autre marché",
        "Lointaine": "ni liée à votre groupe, ni à un partenaire immédiat",
    }
    found = reasons(*links)
    assert {
        name: found[name].startswith(said) or said in found[name] for name, said in wanted.items()
    } == dict.fromkeys(wanted, True)
    assert [part.name for part in group_of(links).parts] == list(wanted)  # in the order of the rows


def test_a_body_that_is_public_and_exempt_is_not_told_that_it_is_only_one_of_them():
    found = reasons(link(Relation.PUBLIC_BODY, 10, 10), link(Relation.EXEMPT, 10, 10))
    assert "investisseur" not in found["Exemple"] and "organisme" not in found["Exemple"]


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────

WHOLE_ROW = Link(
    **{
        f"{name}{year}": Decimal(place * 10 + number)
        for place, year in enumerate(("", "_n1", "_n2"))
        for number, name in enumerate(("headcount", "turnover", "balance_total"), start=1)
    }
)


@pytest.mark.parametrize("year", range(3))
def test_each_year_has_its_columns(year):
    assert figures_of(WHOLE_ROW, year) == Figures(*(Decimal(year * 10 + number) for number in (1, 2, 3)))


@pytest.mark.parametrize("name", ["headcount", "turnover", "balance_total"])
def test_one_figure_that_is_missing_leaves_its_year_waiting_and_no_other(name):
    row = replace(WHOLE_ROW, **{name: None})
    assert [figures_of(row, year) is None for year in range(3)] == [True, False, False]


def test_what_does_not_count_needs_no_figures():
    unknown = Link(
        name="Petit porteur", relation=Relation.PARTNER, capital_percent=Decimal(1), votes_percent=Decimal(1)
    )
    (part,) = group_of([unknown]).parts
    assert (part.share, part.is_counted, part.figures(0)) == (0, False, Figures())
    assert company(links=(unknown,)).headcount == 20


def test_an_undertaking_counts_unless_it_is_said_to_be_consolidated():
    part = Part("Filiale", Decimal(100), "", (link(Relation.LINKED, 60, 60, "9"),))
    assert part.is_counted and part.figures(0) == Figures(Decimal(9))


def test_one_row_that_says_consolidated_is_enough_for_the_undertaking():
    rows = (
        link(Relation.LINKED, 60, 60, name="Filiale"),
        link(Relation.LINKED, 60, 60, "9", name="Petite-fille", consolidated=True),
        link(Relation.LINKED, 60, 60, "9", name="Petite-fille", to="Filiale", consolidated=False),
    )
    assert {part.name: part.is_counted for part in group_of(rows).parts} == {"Filiale": True, "Petite-fille": False}


# ── names and rows ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("to", ["filiale", "  FILIALE ", "1", "ligne 1", "Ligne  1"])
def test_a_row_is_found_by_its_name_or_by_its_number(to):
    rows = (link(Relation.LINKED, 60, 60, name="Filiale"), link(Relation.PARTNER, 30, 30, name="P", to=to))
    assert shares(*rows) == {"Filiale": 100, "P": 30}


def test_a_row_is_found_by_its_number_first_and_last():
    rows = [link(Relation.LINKED, 60, 60, name=name) for name in ("A", "B", "C")]
    assert faults(*rows, link(Relation.PARTNER, 30, 30, name="P", to="2")) == ()
    assert faults(replace(rows[0], attached_to="3"), *rows[1:]) == ()


@pytest.mark.parametrize(("to", "is_found"), [("0", False), ("2", True), ("3", False), ("²", False), ("٢", False)])
def test_a_number_that_is_no_row_is_no_row(to, is_found):
    rows = (link(Relation.LINKED, 60, 60, name="A", to=to), link(Relation.LINKED, 60, 60, name="B"))
    assert (faults(*rows) == ()) is is_found


def test_a_name_that_looks_like_a_number_is_a_name():
    rows = (
        link(Relation.PARTNER, 30, 30, name="A"),
        link(Relation.LINKED, 60, 60, name="1"),
        link(Relation.LINKED, 60, 60, name="B", to="1"),
    )
    assert shares(*rows)["B"] == 100


def test_rows_without_a_name_are_several_undertakings_called_by_their_rows():
    rows = tuple(link(Relation.LINKED, 60, 60, heads, name=None) for heads in ("1", "2"))
    assert shares(*rows) == {"Entreprise de la ligne 1": 100, "Entreprise de la ligne 2": 100}


def test_a_row_attached_to_nothing_is_told_by_its_number():
    fault = faults(link(Relation.LINKED, 60, 60, name="A"), link(Relation.LINKED, 60, 60, to="Personne"))[0]
    assert fault.startswith("Ligne 2") and "« Personne »" in fault


def test_a_row_attached_to_itself_is_told_by_its_number():
    (fault,) = faults(link(Relation.LINKED, 60, 60, name="A", to="A"))
    assert fault.startswith("Ligne 1") and "« A »" in fault


@pytest.mark.parametrize("lacking", ["capital_percent", "votes_percent"])
@pytest.mark.parametrize(
    ("relation", "is_read"),
    [(Relation.PARTNER, False), (Relation.PUBLIC_BODY, False), (Relation.LINKED, True), (Relation.OTHER_OWNER, True)],
)
def test_only_shares_that_decide_are_waited_for(relation, is_read, lacking):
    row = replace(link(relation, 30, 30), **{lacking: None})
    assert (faults(row) == ()) is is_read


def test_a_row_without_its_relation_is_told_by_its_number():
    (fault,) = faults(link(None, 30, 30))
    assert fault.startswith("Ligne 1") and "manque" in fault


def test_one_name_with_two_sets_of_figures_is_told_once_and_with_the_same_figures_is_one_undertaking():
    (fault,) = faults(*(link(Relation.LINKED, 60, 60, heads) for heads in ("1", "2", "3")))
    assert "« Exemple »" in fault
    assert faults(*[link(Relation.LINKED, 60, 60, "1")] * 3) == ()
    older = link(Relation.LINKED, 60, 60, "1", headcount_n2=Decimal(1), turnover_n2=M, balance_total_n2=M)
    assert len(faults(link(Relation.LINKED, 60, 60, "1"), older)) == 1


def test_a_circle_that_does_not_reach_us_is_told_name_by_name():
    found = faults(link(Relation.LINKED, 60, 60, name="A", to="B"), link(Relation.LINKED, 60, 60, name="B", to="A"))
    assert [fault.split("»")[0] for fault in found] == ["« A ", "« B "]


def test_a_group_that_cannot_be_read_counts_nobody():
    found = group_of([link(Relation.PUBLIC_BODY, 60, 60, name="Ville"), link(Relation.LINKED, 60, 60, to="Personne")])
    assert (found.parts, found.public_share) == ((), 0)


# ── public bodies ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("capital", "votes", "share"), [(10, 20, 20), (20, 10, 20), (0, 0, 0)])
def test_the_share_of_public_bodies_is_the_larger_of_capital_and_votes(capital, votes, share):
    assert group_of([link(Relation.PUBLIC_BODY, capital, votes)]).public_share == share


def test_public_bodies_add_up_and_others_do_not_add_to_them():
    links = (
        link(Relation.PUBLIC_BODY, 10, 1, name="Ville"),
        link(Relation.PUBLIC_BODY, 12, 1, name="Région"),
        link(Relation.PARTNER, 40, 40, name="P"),
        link(Relation.PUBLIC_BODY, 50, 50, name="Commune", to="P"),
    )
    assert group_of(links).public_share == 22


@pytest.mark.parametrize(("capital", "votes"), [(25, 0), (0, 25)])
def test_a_public_body_that_holds_nothing_takes_nothing_from_the_others(capital, votes):
    links = (link(Relation.PUBLIC_BODY, capital, votes, name="Ville"), link(Relation.PUBLIC_BODY, 0, 0, name="Région"))
    assert group_of(links).public_share == 25


def test_a_public_body_that_holds_both_ways_is_told_what_is_not_added():
    links = (
        link(Relation.PARTNER, 30, 30, name="P"),
        link(Relation.PUBLIC_BODY, 10, 10, name="Ville"),
        link(Relation.PUBLIC_BODY, 10, 10, name="Ville", to="P"),
    )
    assert "n'est pas additionnée ici" in reasons(*links)["Ville"]
