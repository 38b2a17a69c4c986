"""The classes of size and their ceilings: Recommendation 2003/361/EC, annex, articles 2 and 4.

Heads are compared with « < », money with « ≤ », on unrounded figures. A ceiling that is crossed counts only when it
stays crossed for two accounting years running, and each of the three ceilings is followed by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from grantapp.french import NBSP, euros, number


class SizeClass(StrEnum):
    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def label(self) -> str:
        return {"micro": "Microentreprise", "small": "Petite entreprise", "medium": "Entreprise moyenne"}.get(
            self.value, "Grande entreprise"
        )

    @property
    def is_sme(self) -> bool:
        return self is not SizeClass.LARGE


CEILINGS = (
    (SizeClass.MICRO, 10, 2_000_000, 2_000_000),
    (SizeClass.SMALL, 50, 10_000_000, 10_000_000),
    (SizeClass.MEDIUM, 250, 50_000_000, 43_000_000),
)  # heads (strictly below), turnover, balance-sheet total (either one, at most), in euros


@dataclass(frozen=True)
class Figures:
    """Annual work units, turnover without VAT and balance-sheet total in euros, of one accounting year."""

    headcount: Decimal = Decimal(0)
    turnover: Decimal = Decimal(0)
    balance_total: Decimal = Decimal(0)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.headcount + other.headcount,
            self.turnover + other.turnover,
            self.balance_total + other.balance_total,
        )

    def share(self, percent: Decimal) -> "Figures":
        """The same percentage of all three, exact."""
        return Figures(*(percent * each / 100 for each in (self.headcount, self.turnover, self.balance_total)))

    def __str__(self) -> str:
        return (
            f"{number(self.headcount)}{NBSP}ETP, chiffre d'affaires {euros(self.turnover)}, "
            f"total du bilan {euros(self.balance_total)}"
        )

    @property
    def size(self) -> SizeClass:
        return size_class(self.headcount, self.turnover, self.balance_total)


def size_class(headcount: Decimal, turnover: Decimal, balance_total: Decimal) -> SizeClass:
    for size, heads, most_turnover, most_balance in CEILINGS:
        if headcount < heads and (turnover <= most_turnover or balance_total <= most_balance):
            return size
    return SizeClass.LARGE


def lasting_class(years: Sequence[SizeClass]) -> SizeClass:
    """The class after these years in a row, the oldest first: it is the starting point.

    One flag per ceiling: small, medium, large ends in « medium », since the ceiling of the small was passed twice and
    that of the SME once.
    """
    order = list(SizeClass)
    for ceiling in (SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM):
        below = [order.index(each) <= order.index(ceiling) for each in years]
        status = below[0]
        for before, now in pairwise(below):
            if before is now:
                status = now
        if status:
            return ceiling
    return SizeClass.LARGE
