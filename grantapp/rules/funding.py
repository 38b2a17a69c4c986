"""Money: aided posts (R44), balanced plan (R50), land value (R52), plausible cost (R54)."""

from collections.abc import Mapping
from decimal import Decimal

from grantapp.domain.eligibility import Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.french import euros, listing, number, plural, square_metres
from grantapp.rules.works import FOR_WORKS


def only_aided_posts(
    *,
    posts: Mapping[RequestKind, frozenset[Post]],
    cites: tuple[Citation, ...],
    severity: Severity = Severity.BLOCKING,
) -> Rule:
    """R44. Aid is claimed for at least one line, and only for posts of the list of this kind of request."""

    def check(kind: RequestKind, given: tuple[Post, ...], claimed: tuple[bool, ...]) -> Outcome:
        asked = [post for post, is_claimed in zip(given, claimed, strict=True) if is_claimed]
        if not asked:
            return not_met(
                "Aucune dépense n'est présentée à l'aide. Répondez oui à « Aide demandée ? » sur les lignes à aider."
            )
        if refused := [post for post in Post if post in asked and post not in posts[kind]]:
            return not_met(
                f"L'aide est demandée pour {_quoted(refused)} : ce n'est pas dans la liste de l'appel pour « "
                f"{kind.label} ». Répondez non à « Aide demandée ? » sur ces lignes ; elles restent dans le plan."
            )
        return met(f"{plural(len(asked), 'ligne présentée', 'lignes présentées')} à l'aide, toutes dans la liste.")

    return Rule(
        code="R44",
        slug="depenses-admises",
        title="Des dépenses que l'appel peut aider",
        needs=("request.kind", "expenditure.lines.post", "expenditure.lines.claimed"),
        cites=cites,
        check=check,
        severity=severity,
    )


def balanced_plan(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R50. Resources equal expenses, to the cent."""

    def check(expenses: tuple[Decimal, ...], sources: tuple[Decimal, ...]) -> Outcome:
        cost, resources = sum(expenses, Decimal(0)), sum(sources, Decimal(0))
        totals = f"Dépenses : {euros(cost)} ; ressources : {euros(resources)}."
        if resources < cost:
            return not_met(f"{totals} Il manque {euros(cost - resources)} de ressources pour équilibrer le plan.")
        if resources > cost:
            return not_met(
                f"{totals} Les ressources dépassent les dépenses de {euros(resources - cost)} : baissez l'une "
                "d'elles, ou ajoutez la dépense oubliée."
            )
        return met(f"{totals} Le plan est équilibré.")

    return Rule(
        code="R50",
        slug="plan-equilibre",
        title="Un plan de financement équilibré",
        needs=("expenditure.lines.amount", "funding.sources.amount"),
        cites=cites,
        check=check,
        severity=severity,
    )


def land_value_deducted(*, posts: frozenset[Post], cites: tuple[Citation, ...], severity: Severity) -> Rule:
    """R52. Article 45 of Regulation 651/2014: remediation costs minus the increase in land value must stay above 0."""

    def check(given: tuple[Post, ...], amounts: tuple[Decimal, ...], before: Decimal, after: Decimal) -> Outcome:
        cost = sum((amount for post, amount in zip(given, amounts, strict=True) if post in posts), Decimal(0))
        increase = max(after - before, Decimal(0))
        figures = (
            f"Dépollution, ingénierie, suivi et dispositions constructives : {euros(cost)} ; plus-value du terrain : "
            f"{euros(increase)} (de {euros(before)} à {euros(after)})."
        )
        if cost - increase <= 0:
            return not_met(
                f"{figures} La plus-value paie la dépollution : il ne resterait rien à aider. Il faudrait qu'elle "
                f"reste sous {euros(cost)} ; faites-la estimer par un expert indépendant."
            )
        return met(f"{figures} Il reste {euros(cost - increase)} après déduction.")

    return Rule(
        code="R52",
        slug="plus-value-du-terrain",
        title="De quoi aider, plus-value du terrain déduite",
        needs=("expenditure.lines.post", "expenditure.lines.amount", "funding.value_before", "funding.value_after"),
        cites=cites,
        check=check,
        severity=severity,
        applies=FOR_WORKS,
    )


def plausible_depollution_cost(*, usual_per_m2: Decimal, times: int, cites: tuple[Citation, ...]) -> Rule:
    """R54. A gap is explained, not refused: flagged under a `times`-th, or over `times` times, the published cost."""

    def check(area_m2: Decimal, given: tuple[Post, ...], amounts: tuple[Decimal, ...]) -> Outcome:
        if area_m2 < 1:
            return not_met(f"Le terrain couvre {square_metres(area_m2)} : vérifiez sa surface.")
        cost = sum(
            (amount for post, amount in zip(given, amounts, strict=True) if post is Post.DECONTAMINATION), Decimal(0)
        )
        figures = (
            f"Travaux de dépollution : {euros(cost)} pour {square_metres(area_m2)}, soit {euros(cost / area_m2)} "
            f"par m² ; l'ordre de grandeur publié est de {euros(usual_per_m2)} par m²."
        )
        usual = usual_per_m2 * area_m2
        if cost * times < usual or cost > usual * times:
            gap = "inférieur" if cost < usual else "supérieur"
            return not_met(
                f"{figures} Le vôtre est plus de {number(times)} fois {gap} : "
                "expliquez-le dans la description du projet (pollution légère ou profonde, partie du terrain "
                "seulement…). Un écart n'est pas un refus."
            )
        return met(figures)

    return Rule(
        code="R54",
        slug="cout-de-depollution",
        title="Un coût de dépollution vraisemblable",
        needs=("site.area_m2", "expenditure.lines.post", "expenditure.lines.amount"),
        cites=cites,
        check=check,
        severity=Severity.WARNING,
        applies=FOR_WORKS,
    )


def _quoted(posts: list[Post]) -> str:
    return listing(f"« {post.label} »" for post in posts)
