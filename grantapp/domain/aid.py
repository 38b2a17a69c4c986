"""The money of a project, line by line: cost, eligible base, deficit, what is asked. No rate without a source."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from grantapp.domain.eligibility import Citation
from grantapp.domain.question import When, all_hold
from grantapp.domain.sections.funding import Expense, Post, Source, SourceNature
from grantapp.french import typeset

Row = TypeVar("Row")


@dataclass(frozen=True)
class AidLine:
    """One step of the arithmetic; `amount` in euros, None where no source allows a figure."""

    code: str
    label: str
    amount: Decimal | None
    explanation: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Rate(AidLine):
    """What is known of a rate, for the requests it is about."""

    applies: tuple[When, ...] = ()


@dataclass(frozen=True)
class Aid:
    """The statement shown beside the financing plan and printed in the dossier."""

    lines: tuple[AidLine, ...]

    def amount(self, code: str) -> Decimal | None:
        return next((line.amount for line in self.lines if line.code == code), None)


@dataclass(frozen=True, kw_only=True)
class AidRules:
    """What an edition says of amounts: the posts it aids, and what is known of its rates."""

    eligible_posts: frozenset[Post]
    posts_cited: tuple[Citation, ...]
    deficit_cited: tuple[Citation, ...]
    rates: tuple[Rate, ...]  # sentences about rates, each with its citation; amounts only where a source gives one


def statement(rules: AidRules, facts: Mapping[str, object]) -> Aid:
    """The arithmetic over what is already known; a line waits (None) rather than count an empty cell as zero."""
    expenses = _rows(facts, "expenditure.lines", Expense)
    sources = _rows(facts, "funding.sources", Source)
    cost = _sum([row.amount for row in expenses])
    base = (
        _sum([row.amount for row in expenses if row.claimed and row.post in rules.eligible_posts])
        if (expenses and all(row.claimed is not None and row.post is not None for row in expenses))
        else None
    )
    by_nature = {nature: _of_nature(sources, nature) for nature in SourceNature}
    deficit = _deficit(cost, by_nature[SourceNature.REVENUE], by_nature[SourceNature.OTHER_PUBLIC])
    grant = by_nature[SourceNature.GRANT]
    rest = None if grant is None or cost is None else cost - grant
    lines = (
        AidLine("cost", "Coût total de l'opération", cost, "Somme des dépenses, hors taxes."),
        AidLine(
            "eligible_base",
            "Dépenses présentées à l'aide",
            base,
            "Somme des lignes pour lesquelles l'aide est demandée et dont le poste est dans la liste de l'appel.",
            rules.posts_cited,
        ),
        AidLine(
            "revenue", "Recettes de l'opération", by_nature[SourceNature.REVENUE], "D'après le plan de financement."
        ),
        AidLine(
            "other_public_aid",
            "Autres aides publiques",
            by_nature[SourceNature.OTHER_PUBLIC],
            "D'après le plan de financement.",
        ),
        AidLine(
            "deficit",
            "Déficit de l'opération",
            deficit,
            "Coût total, moins les recettes, moins les autres aides publiques.",
            rules.deficit_cited,
        ),
        AidLine("requested_grant", "Aide demandée", grant, "D'après le plan de financement."),
        AidLine("own_share", "Reste à financer sans cette aide", rest, "Coût total moins l'aide demandée."),
        *(rate for rate in rules.rates if all_hold(rate.applies, facts) is not False),
    )
    return Aid(
        tuple(
            AidLine(each.code, typeset(each.label), each.amount, typeset(each.explanation), each.citations)
            for each in lines
        )
    )


def _rows(facts: Mapping[str, object], anchor: str, row: type[Row]) -> list[Row]:
    given = facts.get(anchor)
    return [each for each in given if isinstance(each, row)] if isinstance(given, tuple) else []


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    """The total, or None when nothing is there yet or a figure is missing."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def _of_nature(sources: list[Source], nature: SourceNature) -> Decimal | None:
    """Zero is a figure once the plan is filled in: no line of that nature means none."""
    if not sources or any(source.nature is None for source in sources):
        return None
    amounts = [source.amount for source in sources if source.nature is nature]
    return _sum(amounts) if amounts else Decimal(0)


def _deficit(cost: Decimal | None, revenue: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if cost is None or revenue is None or other is None else cost - revenue - other
