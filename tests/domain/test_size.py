"""The classes of size: each ceiling on both sides, and what a class is called."""

from decimal import Decimal

import pytest

from grantapp.domain.size import Figures, SizeClass, lasting_class, size_class

CENT = Decimal("0.01")
ABOVE = Decimal(10) ** 9  # far above every ceiling of money
MICRO, SMALL, MEDIUM, LARGE = SizeClass


@pytest.mark.parametrize(
    ("heads", "ceiling", "within", "beyond"),
    [("9.99", 2_000_000, MICRO, SMALL), ("49.99", 10_000_000, SMALL, MEDIUM), ("249.99", 50_000_000, MEDIUM, LARGE)],
)
def test_the_ceiling_of_turnover_is_within_the_class(heads, ceiling, within, beyond):
    assert size_class(Decimal(heads), Decimal(ceiling), ABOVE) is within
    assert size_class(Decimal(heads), ceiling + CENT, ABOVE) is beyond


@pytest.mark.parametrize(
    ("heads", "ceiling", "within", "beyond"),
    [("9.99", 2_000_000, MICRO, SMALL), ("49.99", 10_000_000, SMALL, MEDIUM), ("249.99", 43_000_000, MEDIUM, LARGE)],
)
def test_the_ceiling_of_the_balance_sheet_is_within_the_class(heads, ceiling, within, beyond):
    assert size_class(Decimal(heads), ABOVE, Decimal(ceiling)) is within
    assert size_class(Decimal(heads), ABOVE, ceiling + CENT) is beyond


@pytest.mark.parametrize(("heads", "within", "beyond"), [(10, MICRO, SMALL), (50, SMALL, MEDIUM), (250, MEDIUM, LARGE)])
def test_the_ceiling_of_heads_is_beyond_the_class(heads, within, beyond):
    assert size_class(heads - CENT, Decimal(0), Decimal(0)) is within
    assert size_class(Decimal(heads), Decimal(0), Decimal(0)) is beyond


def test_all_but_the_large_are_smes():
    assert [size for size in SizeClass if size.is_sme] == [MICRO, SMALL, MEDIUM]


def test_every_class_has_a_name_of_its_own():
    labels = [size.label for size in SizeClass]
    assert labels == ["Microentreprise", "Petite entreprise", "Entreprise moyenne", "Grande entreprise"]


def test_nothing_said_is_nothing_counted():
    assert Figures() == Figures(Decimal(0), Decimal(0), Decimal(0))
    assert Figures(Decimal(1), Decimal(2), Decimal(3)) + Figures() == Figures(Decimal(1), Decimal(2), Decimal(3))


def test_a_share_takes_the_same_percentage_of_all_three():
    third = Figures(Decimal(200), Decimal(40), Decimal(30)).share(Decimal("12.5"))
    assert third == Figures(Decimal(25), Decimal(5), Decimal("3.75"))


@pytest.mark.parametrize(
    ("years", "lasting"),
    [
        ([LARGE], LARGE),
        ([MICRO], MICRO),
        ([MICRO, LARGE], MICRO),
        ([LARGE, MICRO], LARGE),
        ([MICRO, LARGE, LARGE], LARGE),
        ([SMALL, MEDIUM, LARGE], MEDIUM),
        ([LARGE, MEDIUM, SMALL], MEDIUM),
        ([SMALL, LARGE, SMALL], SMALL),
    ],
)
def test_a_class_lasts_until_a_ceiling_is_crossed_two_years_running(years, lasting):
    assert lasting_class(years) is lasting
