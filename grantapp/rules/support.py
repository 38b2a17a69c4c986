"""Who stands behind a private holder: the planning authority (R07), a principal (R08), general interest (R09)."""

from collections.abc import Callable

from grantapp.domain.eligibility import AllOf, Citation, Outcome, Rule, met, not_met
from grantapp.domain.question import Piece, When, when
from grantapp.domain.sections.operation import PRIVATE_HOLDERS
from grantapp.french import plural

PRIVATE = when("organisation.category", *PRIVATE_HOLDERS)
WITH_PRINCIPAL = PRIVATE + when("support.has_principal", True)


def planning_agreement(*, cites: tuple[Citation, ...]) -> AllOf:
    """R07. The written agreement of the authority competent for planning: given, and attached."""

    def check(given: bool) -> Outcome:
        if not given:
            return not_met(
                "Une entreprise privée n'est admise qu'avec l'accord écrit de la collectivité compétente en urbanisme. "
                "Demandez-le à la mairie, ou à l'intercommunalité si elle fait le plan local d'urbanisme : une "
                "délibération ou un courrier signé suffit."
            )
        return met("La collectivité compétente en urbanisme a donné son accord écrit.")

    return _given_and_attached(
        code="R07",
        slug="accord-de-la-collectivite",
        title="L'accord de la collectivité compétente en urbanisme",
        answer="support.planning_agreement",
        check=check,
        piece="pieces.planning_agreement",
        cites=cites,
        applies=PRIVATE,
    )


def principal_agreement(*, cites: tuple[Citation, ...]) -> AllOf:
    """R08. The same, from whoever entrusted the operation or leases the land; asked only when there is one."""

    def check(given: bool) -> Outcome:
        if not given:
            return not_met(
                "Vous agissez pour un concédant, un mandant ou un bailleur : son accord écrit est demandé aussi. "
                "Un courrier signé de lui suffit."
            )
        return met("Le concédant, le mandant ou le bailleur a donné son accord écrit.")

    return _given_and_attached(
        code="R08",
        slug="accord-du-donneur-d-ordre",
        title="L'accord du concédant, du mandant ou du bailleur",
        answer="support.principal_agreement",
        check=check,
        piece="pieces.principal_agreement",
        cites=cites,
        applies=WITH_PRINCIPAL,
    )


def general_interest_argued(*, cites: tuple[Citation, ...]) -> Rule:
    """R09. Something is argued; whether it is sufficient belongs to the reviewer and nothing is said of it."""

    def check(argued: str) -> Outcome:
        if not any(character.isalpha() for character in argued):
            return not_met(
                "La réponse ne contient aucun mot. Dites en quelques phrases ce que le projet apporte à d'autres qu'à "
                "vous : emplois, logements, site dépollué…"
            )
        return met(
            f"L'intérêt général est argumenté en {plural(len(argued.split()), 'mot')}. L'instructeur dira s'il est "
            "suffisant : cet outil ne le juge pas."
        )

    return Rule(
        code="R09",
        slug="interet-general",
        title="L'intérêt général du projet",
        needs=("support.general_interest",),
        cites=cites,
        check=check,
        applies=PRIVATE,
    )


def _given_and_attached(
    *,
    code: str,
    slug: str,
    title: str,
    answer: str,
    check: Callable[[bool], Outcome],
    piece: str,
    cites: tuple[Citation, ...],
    applies: tuple[When, ...],
) -> AllOf:
    def check_piece(attached: tuple[Piece, ...]) -> Outcome:
        return met(f"Il est joint ({plural(len(attached), 'fichier')}).")

    return AllOf(
        code=code,
        slug=slug,
        title=title,
        branches=(
            Rule(code=f"{code}-reponse", slug=f"{slug}-donne", title=title, needs=(answer,), cites=cites, check=check),
            Rule(
                code=f"{code}-piece", slug=f"{slug}-joint", title=title, needs=(piece,), cites=cites, check=check_piece
            ),
        ),
        cites=cites,
        applies=applies,
    )
