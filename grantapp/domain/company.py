"""The size of an undertaking: Recommendation 2003/361/EC, annex, articles 2, 3 and 6.

Heads are compared with « < », money with « ≤ », on unrounded figures. Linked undertakings count whole, partners for
the larger of their shares of capital and votes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from grantapp.domain.eligibility import Citation
from grantapp.domain.sections.applicant import AccountingYear, Link, Relation
from grantapp.french import day, euros, number, percent, typeset


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


CEILINGS = (
    (SizeClass.MICRO, 10, 2_000_000, 2_000_000),
    (SizeClass.SMALL, 50, 10_000_000, 10_000_000),
    (SizeClass.MEDIUM, 250, 50_000_000, 43_000_000),
)  # heads (strictly below), turnover, balance-sheet total (either one, at most), in euros

RECOMMENDATION = Citation(
    text="Recommandation 2003/361/CE, annexe",
    at="articles 2, 3 et 6",
    url="https://eur-lex.europa.eu/eli/reco/2003/361/oj",
    verified=False,
    note="Seuils lus dans une source secondaire ; le texte officiel est à relire.",
)


@dataclass(frozen=True)
class Company:
    """The size class with its arithmetic, or `None` with what is missing."""

    size: SizeClass | None
    headcount: Decimal | None
    turnover: Decimal | None
    balance_total: Decimal | None
    lines: tuple[str, ...]
    missing: tuple[str, ...]
    citations: tuple[Citation, ...] = (RECOMMENDATION,)


def size_class(headcount: Decimal, turnover: Decimal, balance_total: Decimal) -> SizeClass:
    for size, heads, most_turnover, most_balance in CEILINGS:
        if headcount < heads and (turnover <= most_turnover or balance_total <= most_balance):
            return size
    return SizeClass.LARGE


def company_of(facts: Mapping[str, object]) -> Company:
    """The size on the most recent accounts, with linked and partner undertakings."""
    accounts = facts.get("size.accounts")
    rows = [row for row in accounts if isinstance(row, AccountingYear)] if isinstance(accounts, tuple) else []
    whole = [row for row in rows if None not in (row.closed_on, row.headcount, row.turnover, row.balance_total)]
    missing = [] if whole else ["size.accounts"]
    missing += [anchor for anchor in ("size.public_quarter", "size.has_links") if anchor not in facts]
    links: tuple[Link, ...] = ()
    if facts.get("size.has_links") is True:
        given = facts.get("size.links")
        links = given if isinstance(given, tuple) else ()
        if not links or any(_share(link) is None for link in links):
            missing.append("size.links")
    if missing:
        return Company(None, None, None, None, (), tuple(missing))

    latest = max(whole, key=lambda row: row.closed_on or date.min)
    heads, turnover, balance = (Decimal(v or 0) for v in (latest.headcount, latest.turnover, latest.balance_total))
    lines = [f"Exercice clos le {day(latest.closed_on or date.min)} : {_figures(heads, turnover, balance)}."]
    for link in links:
        share = _share(link) or Decimal(0)
        part = tuple(share * Decimal(v or 0) / 100 for v in (link.headcount, link.turnover, link.balance_total))
        heads, turnover, balance = heads + part[0], turnover + part[1], balance + part[2]
        lines.append(f"{link.name or 'Entreprise'} : {percent(share)} compté, soit {_figures(*part)}.")
    if links:
        lines.append(f"Total : {_figures(heads, turnover, balance)}.")
    size = size_class(heads, turnover, balance)
    if facts["size.public_quarter"] is True:
        size = SizeClass.LARGE
        lines.append("25 % ou plus détenus par des organismes publics : l'entreprise ne compte pas comme PME.")
    earlier = {
        size_class(Decimal(row.headcount or 0), Decimal(row.turnover or 0), Decimal(row.balance_total or 0))
        for row in whole
    }
    if len(earlier) > 1:
        lines.append(
            "La classe change d'un exercice à l'autre : un changement ne compte que s'il dure deux exercices de suite. "
            "À faire confirmer."
        )
    return Company(size, heads, turnover, balance, tuple(typeset(line) for line in lines), ())


def _share(link: Link) -> Decimal | None:
    """What counts of a link, in percent; None while a figure is missing."""
    if None in (link.relation, link.headcount, link.turnover, link.balance_total):
        return None
    if link.relation is Relation.LINKED:
        return Decimal(100)
    if link.capital_percent is None or link.votes_percent is None:
        return None
    return max(link.capital_percent, link.votes_percent)


def _figures(heads: Decimal, turnover: Decimal, balance: Decimal) -> str:
    return f"{number(heads)} ETP, chiffre d'affaires {euros(turnover)}, total du bilan {euros(balance)}"
