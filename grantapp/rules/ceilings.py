"""Makers of ceilings: what limits a grant, each with its arithmetic in words. Euros without VAT, percentages of 100.

R41, the rule that what is asked stays within a rate, counts as the ceiling does and stands beside it.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from grantapp.domain.aid import Basis, Ceiling, Limit
from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.eligibility import Citation, Outcome, Rule, met, not_met
from grantapp.domain.question import When
from grantapp.domain.sections.funding import Post, SourceNature
from grantapp.domain.sections.site import Status
from grantapp.domain.size import SizeClass
from grantapp.french import PARIS, euros, percent
from grantapp.rules.works import FOR_WORKS

CLAIMED = ("expenditure.lines.post", "expenditure.lines.amount", "expenditure.lines.claimed")
SOURCES = ("funding.sources.nature", "funding.sources.amount")

NO_MINE_SINCE = date(2023, 7, 1)  # article 45, paragraph 4, as rewritten by Regulation (EU) 2023/1315


def deficit(*, cites: tuple[Citation, ...], applies: tuple[When, ...] = ()) -> Ceiling:
    """R39. A balancing grant: at most what is missing once revenue and all other public aid are counted."""

    def limit(basis: Basis) -> Limit | None:
        if basis.deficit is None:
            return None
        if basis.deficit <= 0:
            return Limit(
                Decimal(0), "Les recettes et les autres aides couvrent le coût : il n'y a pas de déficit à combler."
            )
        return Limit(basis.deficit, f"L'aide comble au plus le déficit de l'opération : {euros(basis.deficit)}.")

    return Ceiling(
        code="at_most_deficit",
        label="le déficit de l'opération",
        needs=("expenditure.lines.amount", *SOURCES),
        limit=limit,
        cites=cites,
        applies=applies,
    )


def posts_share(
    *,
    code: str,
    label: str,
    posts: frozenset[Post],
    percent: Decimal,
    most_base: Decimal | None = None,
    most_aid: Decimal | None = None,
    cites: tuple[Citation, ...],
    applies: tuple[When, ...] = (),
) -> Ceiling:
    """A percentage of what is claimed on these posts; `most_base` caps the expense, `most_aid` the result."""

    def limit(basis: Basis) -> Limit | None:
        spent = basis.spent(posts, claimed=True)
        return None if spent is None else _share(spent, percent, most_base, most_aid)

    return Ceiling(code=code, label=label, needs=CLAIMED, limit=limit, cites=cites, applies=applies)


def asked_within_share(
    *,
    posts: frozenset[Post],
    percent: Decimal,
    most_base: Decimal | None = None,
    cites: tuple[Citation, ...],
    applies: tuple[When, ...] = (),
) -> Rule:
    """R41. What is asked stays within a percentage of what is claimed on these posts, as `posts_share` counts it."""

    def check(
        given: tuple[Post, ...],
        amounts: tuple[Decimal, ...],
        claimed: tuple[bool, ...],
        natures: tuple[SourceNature, ...],
        resources: tuple[Decimal, ...],
    ) -> Outcome:
        rows = zip(given, amounts, claimed, strict=True)
        spent = sum((amount for post, amount, is_claimed in rows if is_claimed and post in posts), Decimal(0))
        plan = zip(natures, resources, strict=True)
        asked = sum((amount for nature, amount in plan if nature is SourceNature.GRANT), Decimal(0))
        most = _share(spent, percent, most_base, None)
        if most.amount is not None and asked > most.amount:
            return not_met(
                f"Vous demandez {euros(asked)} ; l'aide va au plus à {most.sentence} Ramenez l'aide demandée à "
                f"{euros(most.amount)}, et couvrez le reste par d'autres ressources."
            )
        return met(f"Vous demandez {euros(asked)} ; l'aide va au plus à {most.sentence}")

    return Rule(
        code="R41",
        slug="taux-maximal",
        title="Une aide sous le taux maximal",
        needs=(*CLAIMED, *SOURCES),
        cites=cites,
        check=check,
        applies=applies,
    )


def by_size(
    *,
    code: str,
    label: str,
    posts: frozenset[Post],
    percents: Mapping[SizeClass, Decimal],
    most_base: Decimal | None = None,
    most_aid: Decimal | None = None,
    cites: tuple[Citation, ...],
    applies: tuple[When, ...] = (),
) -> Ceiling:
    """A percentage that follows the size of the undertaking: every class has its own."""
    if missing := [each.value for each in SizeClass if each not in percents]:
        raise ValueError(f"{code}: no percentage for {', '.join(missing)}")

    def limit(basis: Basis) -> Limit | None:
        spent = basis.spent(posts, claimed=True)
        if spent is None or basis.size is None:
            return None
        share = _share(spent, percents[basis.size], most_base, most_aid)
        return Limit(share.amount, f"{basis.size.label} : {share.sentence}")

    return Ceiling(code=code, label=label, needs=(*CLAIMED, SIZE), limit=limit, cites=cites, applies=applies)


def sum_of(*, code: str, label: str, parts: tuple[Ceiling, ...], applies: tuple[When, ...]) -> Ceiling:
    """One ceiling for a request of several kinds (studies and works): each part by its own clause, then together.

    The conditions of the parts are not read: `applies` says when the whole does.
    """

    def limit(basis: Basis) -> Limit | None:
        limits = [part.limit(basis) for part in parts]
        amounts = [each.amount for each in limits if each is not None and each.amount is not None]
        if len(amounts) < len(parts):
            return None
        said = " ".join(
            f"Pour {part.label} : {each.sentence}" for part, each in zip(parts, limits, strict=True) if each
        )
        return Limit(
            sum(amounts, Decimal(0)), f"{said} Ensemble : {' + '.join(map(euros, amounts))} = {euros(sum(amounts))}."
        )

    return Ceiling(
        code=code,
        label=label,
        needs=tuple(dict.fromkeys(need for part in parts for need in part.needs)),
        limit=limit,
        cites=tuple(dict.fromkeys(citation for part in parts for citation in part.cites)),
        applies=applies,
    )


def article_45(
    *, posts: frozenset[Post], cites: tuple[Citation, ...], applies: tuple[When, ...] = FOR_WORKS
) -> Ceiling:
    """Article 45 of Regulation (EU) 651/2014: 100 % of remediation minus the increase in the value of the land.

    The increase is estimated by an independent expert. Since 1 July 2023 (Regulation 2023/1315) paragraph 4 leaves out
    remediation after mining: for a former mine the article then gives no amount, and another basis is needed.
    """

    def limit(basis: Basis) -> Limit | None:
        status = basis.facts.get("history.status")
        if status is None or (status is Status.FORMER_MINE and basis.at is None):
            return None
        if status is Status.FORMER_MINE and basis.at and basis.at.astimezone(PARIS).date() >= NO_MINE_SINCE:
            return Limit(
                None,
                "Depuis le 1er juillet 2023, l'article 45 ne couvre plus la dépollution après une mine : l'aide doit "
                "se fonder sur un autre texte. Demandez au service instructeur lequel.",
            )
        before, after = basis.facts.get("funding.value_before"), basis.facts.get("funding.value_after")
        works = basis.spent(posts, claimed=False)
        if works is None or not isinstance(before, Decimal) or not isinstance(after, Decimal):
            return None
        increase = max(after - before, Decimal(0))
        left = works - increase
        said = (
            f"{euros(works)} de dépollution, moins {euros(increase)} de plus-value du terrain "
            f"(de {euros(before)} à {euros(after)}) = {euros(left)}"
        )
        said += "." if left >= 0 else " : la plus-value paie la dépollution, il ne reste rien à aider."
        if "funding.valued_by" not in basis.facts:
            said += " La plus-value est à faire estimer par un expert indépendant : son nom manque."
        return Limit(max(left, Decimal(0)), said)

    return Ceiling(
        code="article_45",
        label="la dépollution moins la plus-value du terrain (article 45)",
        needs=(
            "expenditure.lines.post",
            "expenditure.lines.amount",
            "funding.value_before",
            "funding.value_after",
            "history.status",
            FILED_AT,
        ),
        limit=limit,
        cites=cites,
        applies=applies,
    )


def public_total(*, cites: tuple[Citation, ...], applies: tuple[When, ...] = ()) -> Ceiling:
    """Décret 2018-514, article 10: all public aid together stays within the forecast eligible expenditure."""

    def limit(basis: Basis) -> Limit | None:
        base, other = basis.eligible_base, basis.other_public_aid
        if base is None or other is None:
            return None
        left = base - other
        said = (
            f"{euros(base)} de dépenses présentées à l'aide, moins {euros(other)} d'autres aides publiques = "
            f"{euros(left)}"
        )
        said += "." if left >= 0 else " : les autres aides publiques suffisent, il ne reste rien à aider."
        return Limit(max(left, Decimal(0)), said)

    return Ceiling(
        code="public_total",
        label="le total des aides publiques",
        needs=(*CLAIMED, *SOURCES),
        limit=limit,
        cites=cites,
        applies=applies,
    )


# ── the arithmetic in words ──────────────────────────────────────────────────────────────────────────────────────


def _share(spent: Decimal, part: Decimal, most_base: Decimal | None, most_aid: Decimal | None) -> Limit:
    """« 80 % de 60 000 € = 48 000 €. », and what a cap changes."""
    base = spent if most_base is None else min(spent, most_base)
    amount = base * part / 100
    said = f"{percent(part)} de {euros(base)} = {euros(amount)}"
    if base < spent:
        said += f" ({euros(spent)} sont présentés ; la dépense compte pour {euros(base)} au plus)"
    if most_aid is not None and amount > most_aid:
        amount = most_aid
        said += f", ramenés à {euros(most_aid)}, le plus que cette aide puisse donner"
    return Limit(max(amount, Decimal(0)), f"{said}.")
