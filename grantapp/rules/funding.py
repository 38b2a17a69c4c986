"""Money: works aid (R40), aided posts (R44), own share (R49), balanced plan (R50), advance (R51), land value (R52),
plausible cost (R54).
"""

from collections.abc import Mapping
from decimal import Decimal

from grantapp.domain.eligibility import Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.question import When, when
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.funding import Post, SourceNature
from grantapp.french import euros, listing, number, percent, plural, square_metres
from grantapp.rules.works import FOR_WORKS

OWN_MONEY = frozenset({SourceNature.OWN, SourceNature.LOAN})
PUBLIC_AID = frozenset({SourceNature.GRANT, SourceNature.OTHER_PUBLIC})


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


def works_aid_within_restoration(
    *,
    posts: frozenset[Post],
    cites: tuple[Citation, ...],
    applies: tuple[When, ...] = FOR_WORKS,
) -> Rule:
    """R40. The aid for works is at most the whole of the restoration that is claimed (`posts`), and at most the
    deficit. A request for both also counts the studies it claims.
    """

    def check(
        kind: RequestKind,
        given: tuple[Post, ...],
        amounts: tuple[Decimal, ...],
        claimed: tuple[bool, ...],
        natures: tuple[SourceNature, ...],
        sources: tuple[Decimal, ...],
    ) -> Outcome:
        counted = posts | {Post.STUDIES} if kind is RequestKind.BOTH else posts
        lines = zip(given, amounts, claimed, strict=True)
        restoration = sum((amount for post, amount, asked in lines if asked and post in counted), Decimal(0))
        by_nature = {
            nature: sum((amount for each, amount in zip(natures, sources, strict=True) if each is nature), Decimal(0))
            for nature in SourceNature
        }
        covered = by_nature[SourceNature.REVENUE] + by_nature[SourceNature.OTHER_PUBLIC]
        deficit = max(sum(amounts, Decimal(0)) - covered, Decimal(0))
        asked, most = by_nature[SourceNature.GRANT], min(restoration, deficit)
        figures = (
            f"Aide demandée : {euros(asked)} ; remise en état présentée à l'aide : {euros(restoration)} ; déficit de "
            f"l'opération : {euros(deficit)}."
        )
        if asked > most:
            return not_met(
                f"{figures} L'aide ne dépasse ni la remise en état, ni le déficit : demandez au plus {euros(most)}, "
                f"soit {euros(asked - most)} de moins."
            )
        return met(f"{figures} L'aide ne dépasse ni l'une, ni l'autre.")

    return Rule(
        code="R40",
        slug="aide-aux-travaux",
        title="Une aide qui ne dépasse pas la remise en état",
        needs=(
            "request.kind",
            "expenditure.lines.post",
            "expenditure.lines.amount",
            "expenditure.lines.claimed",
            "funding.sources.nature",
            "funding.sources.amount",
        ),
        cites=cites,
        check=check,
        applies=applies,
    )


def own_share_of_a_local_authority(*, least_percent: Decimal, cites: tuple[Citation, ...]) -> Rule:
    """R49. Article L. 1111-10 of the CGCT: of the public money, a local authority that conducts the works brings a
    least part, from its own funds and the loans it repays. Revenue and private money are not public money.
    """

    def check(natures: tuple[SourceNature, ...], amounts: tuple[Decimal, ...]) -> Outcome:
        given = list(zip(natures, amounts, strict=True))
        own = sum((amount for nature, amount in given if nature in OWN_MONEY), Decimal(0))
        public = own + sum((amount for nature, amount in given if nature in PUBLIC_AID), Decimal(0))
        least = public * least_percent / 100
        figures = f"Votre part : {euros(own)}, sur {euros(public)} d'argent public (votre part et les aides)."
        if own < least:
            return not_met(
                f"{figures} Une collectivité apporte au moins {percent(least_percent)} de l'argent public de son "
                f"projet, soit {euros(least)} : il manque {euros(least - own)}, à prendre sur les aides."
            )
        return met(f"{figures} C'est au moins {percent(least_percent)}, soit {euros(least)}.")

    return Rule(
        code="R49",
        slug="part-de-la-collectivite",
        title="La part de la collectivité dans son projet",
        needs=("funding.sources.nature", "funding.sources.amount"),
        cites=cites,
        check=check,
        applies=when("organisation.category", Category.LOCAL_AUTHORITY),
    )


def advance_within(*, most_percent: Decimal, cites: tuple[Citation, ...]) -> Rule:
    """R51. An advance over the usual part is not refused: it has to be justified."""

    def check(wanted: Decimal) -> Outcome:
        if wanted > most_percent:
            return not_met(
                f"Vous souhaitez {percent(wanted)} d'avance ; elle est limitée à {percent(most_percent)}, davantage si "
                "c'est justifié. Baissez-la, ou expliquez votre trésorerie dans la description du projet."
            )
        return met(f"Avance souhaitée : {percent(wanted)} ; elle est limitée à {percent(most_percent)}.")

    return Rule(
        code="R51",
        slug="avance",
        title="Une avance dans la limite",
        needs=("funding.advance_percent",),
        cites=cites,
        check=check,
        severity=Severity.WARNING,
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
