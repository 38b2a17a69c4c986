"""The money of a project, line by line: cost, base, deficit, ceilings, what is asked. No rate without a source.

A ceiling says how far the grant may go. The largest grant is the lowest of them; an edition without a ceiling that was
read for it has no largest grant, and none is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.eligibility import Citation, unknown
from grantapp.domain.question import When, all_hold
from grantapp.domain.sections.funding import Expense, Post, Source, SourceNature
from grantapp.domain.size import SizeClass
from grantapp.french import euros, listing, percent, typeset

Row = TypeVar("Row")


@dataclass(frozen=True)
class AidLine:
    """One step of the arithmetic; `amount` in euros, None where no source allows a figure."""

    code: str
    label: str
    amount: Decimal | None
    explanation: str
    citations: tuple[Citation, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", typeset(self.label))


@dataclass(frozen=True)
class Rate(AidLine):
    """What is known of a rate, for the requests it is about."""

    applies: tuple[When, ...] = ()


@dataclass(frozen=True)
class Aid:
    """The statement shown beside the financing plan and printed in the dossier."""

    lines: tuple[AidLine, ...]
    binding: tuple[str, ...] = ()  # codes of the ceilings that give the largest grant: one, or several that are equal
    binding_said: str = ""  # the same in words

    def amount(self, code: str) -> Decimal | None:
        return next((line.amount for line in self.lines if line.code == code), None)

    def line(self, code: str) -> AidLine | None:
        return next((line for line in self.lines if line.code == code), None)

    def turn_of_ceiling(self, other: "Aid") -> str:
        """In words, when other answers make another ceiling apply; empty when the same one does."""
        if not self.binding or not other.binding or self.binding == other.binding:
            return ""
        return typeset(
            f"Le plafond qui s'applique change : {self.binding_said} aujourd'hui, "
            f"{other.binding_said} avec ces réponses."
        )


def paired(today: Aid, supposed: Aid) -> tuple[tuple[AidLine, AidLine], ...]:
    """The lines of two statements side by side; one that only one of them has stands without an amount in the other."""
    before, after = ({line.code: line for line in aid.lines} for aid in (today, supposed))
    codes = dict.fromkeys([*before, *after])
    return tuple(
        (before.get(code) or replace(after[code], amount=None), after.get(code) or replace(before[code], amount=None))
        for code in codes
    )


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a ceiling is computed from: euros without VAT, None while an answer is missing, never zero for it."""

    facts: Mapping[str, object]
    expenses: tuple[Expense, ...]
    sources: tuple[Source, ...]
    cost: Decimal | None
    eligible_base: Decimal | None
    revenue: Decimal | None
    other_public_aid: Decimal | None
    deficit: Decimal | None
    requested: Decimal | None
    size: SizeClass | None
    at: datetime | None  # the instant of filing

    def spent(self, posts: frozenset[Post], *, claimed: bool) -> Decimal | None:
        """The lines of these posts together; with `claimed`, those for which aid is asked only."""
        rows = self.expenses
        if not rows or any(row.post is None or (claimed and row.claimed is None) for row in rows):
            return None
        amounts = [row.amount for row in rows if row.post in posts and (row.claimed or not claimed)]
        return _sum(amounts) if amounts else Decimal(0)


@dataclass(frozen=True)
class Limit:
    """How far a ceiling lets the grant go, with its arithmetic; `amount` is None where the ceiling gives no figure."""

    amount: Decimal | None
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """A clause that limits the grant. `label` is a noun with its article, lower case: « le déficit de l'opération ».

    `limit` gives None while an answer is missing; the statement then names the questions of `needs` that are empty.
    """

    code: str
    label: str
    needs: tuple[str, ...]
    limit: Callable[[Basis], Limit | None]
    cites: tuple[Citation, ...]
    applies: tuple[When, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", typeset(self.label))

    @property
    def is_verified(self) -> bool:
        return all(citation.verified for citation in self.cites)


@dataclass(frozen=True, kw_only=True)
class Advance:
    """The largest part of the grant that is paid before the expenses; `percent` of 100."""

    percent: Decimal
    cites: tuple[Citation, ...]
    note: str = ""  # what the text adds, in French: « davantage si c'est justifié »

    @property
    def sentence(self) -> str:
        return typeset(f"Au plus {percent(self.percent)} de l'aide{f', {self.note}' if self.note else ''}.")


@dataclass(frozen=True, kw_only=True)
class AidRules:
    """What an edition says of amounts: the posts it aids, what limits the grant, what is known of its rates."""

    eligible_posts: frozenset[Post]
    posts_cited: tuple[Citation, ...]
    deficit_cited: tuple[Citation, ...]
    rates: tuple[Rate, ...]  # sentences about rates, each with its citation; amounts only where a source gives one
    ceilings: tuple[Ceiling, ...] = ()
    advance: Advance | None = None


@dataclass(frozen=True)
class _Found:
    """A ceiling that applies, or may, with what it gives: `limit` is None while an answer is missing."""

    ceiling: Ceiling
    limit: Limit | None
    waits_for: str  # the sentence that names the missing answers

    @property
    def amount(self) -> Decimal | None:
        return self.limit.amount if self.limit else None


def statement(rules: AidRules, facts: Mapping[str, object]) -> Aid:
    """The arithmetic over what is already known; a line waits (None) rather than count an empty cell as zero."""
    basis = _basis(rules, facts)
    found = [each for each in (_found(ceiling, basis) for ceiling in rules.ceilings) if each]
    largest = _largest(found)
    binding = tuple(each.ceiling.code for each in found if largest is not None and each.amount == largest)
    granted = basis.requested if largest is None or basis.requested is None else min(basis.requested, largest)
    lines = (
        *_balance(rules, basis),
        AidLine("requested_grant", "Aide demandée", basis.requested, "D'après le plan de financement."),
        *(_ceiling_line(each, found, is_binding=each.ceiling.code in binding) for each in found),
        *_largest_lines(found, largest, basis.requested),
        _own_share(basis, granted),
        *_advance(rules.advance, granted, facts),
        *(rate for rate in rules.rates if all_hold(rate.applies, facts) is not False),
    )
    return Aid(
        tuple(
            AidLine(each.code, typeset(each.label), each.amount, typeset(each.explanation), each.citations)
            for each in lines
        ),
        binding,
        listing(each.ceiling.label for each in found if each.ceiling.code in binding),
    )


# ── the balance ──────────────────────────────────────────────────────────────────────────────────────────────────


def _basis(rules: AidRules, facts: Mapping[str, object]) -> Basis:
    expenses = _rows(facts, "expenditure.lines", Expense)
    sources = _rows(facts, "funding.sources", Source)
    cost = _sum([row.amount for row in expenses])
    revenue, other = _of_nature(sources, SourceNature.REVENUE), _of_nature(sources, SourceNature.OTHER_PUBLIC)
    size, at = facts.get(SIZE), facts.get(FILED_AT)
    basis = Basis(
        facts=facts,
        expenses=expenses,
        sources=sources,
        cost=cost,
        eligible_base=None,
        revenue=revenue,
        other_public_aid=other,
        deficit=None if cost is None or revenue is None or other is None else cost - revenue - other,
        requested=_of_nature(sources, SourceNature.GRANT),
        size=size if isinstance(size, SizeClass) else None,
        at=at if isinstance(at, datetime) else None,
    )
    return replace(basis, eligible_base=basis.spent(rules.eligible_posts, claimed=True))


def _balance(rules: AidRules, basis: Basis) -> tuple[AidLine, ...]:
    deficit = "Coût total, moins les recettes, moins les autres aides publiques."
    if basis.cost is not None and basis.revenue is not None and basis.other_public_aid is not None:
        deficit = (
            f"{euros(basis.cost)} de coût, moins {euros(basis.revenue)} de recettes, moins "
            f"{euros(basis.other_public_aid)} d'autres aides publiques."
        )
    return (
        AidLine("cost", "Coût total de l'opération", basis.cost, "Somme des dépenses, hors taxes."),
        AidLine(
            "eligible_base",
            "Dépenses présentées à l'aide",
            basis.eligible_base,
            "Somme des lignes pour lesquelles l'aide est demandée et dont le poste est dans la liste de l'appel.",
            rules.posts_cited,
        ),
        AidLine("revenue", "Recettes de l'opération", basis.revenue, "D'après le plan de financement."),
        AidLine(
            "other_public_aid", "Autres aides publiques", basis.other_public_aid, "D'après le plan de financement."
        ),
        AidLine("deficit", "Déficit de l'opération", basis.deficit, deficit, rules.deficit_cited),
    )


def _own_share(basis: Basis, granted: Decimal | None) -> AidLine:
    rest = None if granted is None or basis.cost is None else basis.cost - granted
    explanation = "Coût total moins l'aide demandée."
    if basis.cost is not None and basis.requested is not None and granted is not None:
        aid = "d'aide demandée" if granted == basis.requested else "d'aide, plafond compris"
        explanation = f"{euros(basis.cost)} de coût, moins {euros(granted)} {aid}."
    return AidLine("own_share", "Reste à financer sans cette aide", rest, explanation)


# ── the ceilings ─────────────────────────────────────────────────────────────────────────────────────────────────


def _found(ceiling: Ceiling, basis: Basis) -> _Found | None:
    applies = all_hold(ceiling.applies, basis.facts)
    if applies is False:
        return None
    limit = ceiling.limit(basis) if applies else None
    if limit is not None:
        floor = None if limit.amount is None else max(limit.amount, Decimal(0))
        return _Found(ceiling, replace(limit, amount=floor), "")
    asked = ceiling.needs if applies else tuple(each.anchor for each in ceiling.applies)
    empty = [anchor for anchor in asked if anchor not in basis.facts]
    return _Found(ceiling, None, unknown(empty or asked, basis.facts).sentence)


def _largest(found: list[_Found]) -> Decimal | None:
    """The lowest ceiling, once one that was read for this edition is known: a doubtful one alone gives no figure."""
    if not any(each.ceiling.is_verified and each.amount is not None for each in found):
        return None
    return min(each.amount for each in found if each.amount is not None)


def _ceiling_line(each: _Found, found: list[_Found], *, is_binding: bool) -> AidLine:
    said = each.limit.sentence if each.limit else each.waits_for
    if is_binding:
        said += " C'est le plafond qui s'applique."
    elif each.amount is not None and not any(other.ceiling.is_verified for other in found):
        said += (
            " Ce plafond est à confirmer : s'il s'applique, l'aide ne dépassera pas ce montant, mais un taux que nous "
            "n'avons pas lu peut la limiter davantage."
        )
    word = "Plafond" if each.ceiling.is_verified else "Plafond à confirmer"
    return AidLine(each.ceiling.code, f"{word} « {each.ceiling.label} »", each.amount, said, each.ceiling.cites)


def _largest_lines(found: list[_Found], largest: Decimal | None, requested: Decimal | None) -> tuple[AidLine, ...]:
    if not any(each.ceiling.is_verified for each in found):
        return ()
    label = "Aide la plus haute possible"
    binding = [each.ceiling for each in found if largest is not None and each.amount == largest]
    waiting = [each.ceiling.label for each in found if each.limit is None]
    silent = [each.ceiling.label for each in found if each.limit and each.limit.amount is None]
    said = []
    if largest is not None:
        said.append(f"Le plus bas des plafonds : {listing(each.label for each in binding)}.")
    if waiting:
        label += ", à ce stade" if binding else ""
        said.append(f"{'Provisoire' if binding else 'À calculer'} : il manque de quoi chiffrer {listing(waiting)}.")
    if silent:
        said.append(f"Sans montant ici, et donc pas compté : {listing(silent)}.")
    if binding and not any(each.is_verified for each in binding):
        label += ", à confirmer"
        said.append("Ce plafond est une règle à confirmer.")
    if largest is None:
        return (AidLine("largest_grant", label, None, " ".join(said)),)
    cites = tuple(dict.fromkeys(citation for each in binding for citation in each.cites))
    lines = (AidLine("largest_grant", label, largest, " ".join(said), cites),)
    if requested is None or requested <= largest:
        return lines
    over = f"{euros(requested)} demandés, moins {euros(largest)} possibles. Ramenez l'aide demandée à {euros(largest)}"
    over += ", ou montrez ce qui relève le plafond." if largest else " : il n'y a rien à aider en l'état."
    return (*lines, AidLine("over_ceiling", "Demandé au-delà du plafond", requested - largest, over))


def _advance(rule: Advance | None, granted: Decimal | None, facts: Mapping[str, object]) -> tuple[AidLine, ...]:
    """What is asked in advance, at most the part the text allows; None where nothing is asked."""
    if rule is None:
        return ()
    asked = facts.get("funding.advance_percent")
    if granted is None:
        said, amount = rule.sentence, None
    elif not isinstance(asked, Decimal):
        most = granted * rule.percent / 100
        said, amount = f"{rule.sentence} Vous n'en demandez pas ; elle irait jusqu'à {euros(most)}.", None
    else:
        part = min(asked, rule.percent)
        amount = granted * part / 100
        said = f"{percent(part)} de {euros(granted)} = {euros(amount)}. {rule.sentence}"
        if asked > rule.percent:
            said += f" Vous demandez {percent(asked)}."
    return (AidLine("advance", "Avance", amount, said, rule.cites),)


# ── sums that wait ───────────────────────────────────────────────────────────────────────────────────────────────


def _rows(facts: Mapping[str, object], anchor: str, row: type[Row]) -> tuple[Row, ...]:
    given = facts.get(anchor)
    return tuple(each for each in given if isinstance(each, row)) if isinstance(given, tuple) else ()


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    """The total, or None when nothing is there yet or a figure is missing."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def _of_nature(sources: tuple[Source, ...], nature: SourceNature) -> Decimal | None:
    """Zero is a figure once the plan is filled in: no line of that nature means none."""
    if not sources or any(source.nature is None for source in sources):
        return None
    amounts = [source.amount for source in sources if source.nature is nature]
    return _sum(amounts) if amounts else Decimal(0)
