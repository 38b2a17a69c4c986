"""Where: former ICPE or mine (R13), duties met or default (R14), depollution (R15), exclusions (R16 to R18),
the friche of the code de l'urbanisme (R19), a vacancy that nobody organised.
"""

from collections.abc import Callable
from decimal import Decimal

from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.question import When, when
from grantapp.domain.sections.site import Nature, Pollutant, Status
from grantapp.french import listing, square_metres
from grantapp.rules.applicant import DREAL

TO_BE_TREATED = when("pollution.treatment_needed", True)  # pollutants are asked of nobody else


def former_icpe_or_mine(*, cites: tuple[Citation, ...]) -> Rule:
    """R13. Both kinds of site answer to a special police, whose file proves what they were."""

    def check(status: Status) -> Outcome:
        if status is Status.NEITHER:
            return not_met(
                "Le site n'est ni une ancienne installation classée (ICPE) ni une ancienne mine : cet appel ne peut "
                "pas l'aider. Il suffirait d'un document montrant l'un ou l'autre : cherchez dans les bases publiques "
                f"CASIAS et Géorisques, puis à la mairie et à {DREAL}."
            )
        kind = "une ancienne installation classée (ICPE)" if status is Status.FORMER_ICPE else "une ancienne mine"
        return met(f"Le site est {kind}. Gardez le document qui le montre.")

    return Rule(
        code="R13",
        slug="ancienne-icpe-ou-mine",
        title="Une ancienne installation classée ou une ancienne mine",
        needs=("history.status",),
        cites=cites,
        check=check,
    )


def duties_met_or_in_default(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AnyOf:
    """R14. Either the former operator has restored the site, or its liable party is in default."""

    def check_duties(duties_met: bool) -> Outcome:
        if duties_met:
            return met("L'ancien exploitant a rempli ses obligations de remise en état.")
        return not_met("L'ancien exploitant n'a pas rempli ses obligations de remise en état.")

    def check_default(in_default: bool) -> Outcome:
        if in_default:
            return met("Le responsable du site est considéré comme défaillant.")
        return not_met(
            "Il n'est pas non plus considéré comme défaillant. L'un des deux suffit : une remise en état constatée, "
            f"ou une défaillance reconnue. Demandez à {DREAL} où en est la procédure."
        )

    return AnyOf(
        code="R14",
        slug="remise-en-etat",
        title="Un site en règle, ou un responsable défaillant",
        branches=(
            Rule(
                code="R14-remise-en-etat",
                slug="obligations-remplies",
                title="Les obligations sont remplies",
                needs=("liability.duties_met",),
                cites=cites,
                check=check_duties,
            ),
            Rule(
                code="R14-defaillance",
                slug="responsable-defaillant",
                title="Le responsable est défaillant",
                needs=("liability.in_default",),
                cites=cites,
                check=check_default,
            ),
        ),
        cites=cites,
        severity=severity,
    )


def depollution_needed(*, cites: tuple[Citation, ...]) -> Rule:
    """R15. Soil or groundwater has to be treated for the project."""

    def check(needed: bool) -> Outcome:
        if not needed:
            return not_met(
                "L'appel aide à dépolluer des sols ou des eaux souterraines : sans dépollution, rien n'est à aider. "
                "Si une étude montre ou laisse penser qu'il faut dépolluer, répondez oui."
            )
        return met("Le projet demande de dépolluer les sols ou les eaux souterraines : c'est l'objet de l'appel.")

    return Rule(
        code="R15",
        slug="depollution-necessaire",
        title="Une dépollution nécessaire au projet",
        needs=("pollution.treatment_needed",),
        cites=cites,
        check=check,
    )


def pollution_not_excluded(
    *,
    excluded: frozenset[Pollutant],
    cites: tuple[Citation, ...],
    severity: Severity = Severity.BLOCKING,
    applies: tuple[When, ...] = (),
) -> Rule:
    """R16. One excluded pollutant is enough to say so; asbestos in buildings is not a pollutant of the site."""

    def check(pollutants: tuple[Pollutant, ...]) -> Outcome:
        if found := [each for each in pollutants if each in excluded]:
            return not_met(
                f"{_quoted(found)} : l'appel exclut cette pollution, qui relève d'autres financements. Demandez à la "
                "direction régionale de l'ADEME si la demande peut se limiter au reste du terrain."
            )
        return met(f"{_quoted(pollutants)} : aucune pollution exclue.")

    return Rule(
        code="R16",
        slug="pollution-admise",
        title="Une pollution que l'appel n'exclut pas",
        needs=("pollution.pollutants",),
        cites=cites,
        check=check,
        severity=severity,
        applies=applies,
    )


def nature_not_excluded(
    *, excluded: frozenset[Nature], cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING
) -> Rule:
    """R17. Farm friches and former landfills answer to other schemes."""

    def check(nature: Nature) -> Outcome:
        if nature in excluded:
            return not_met(
                f"« {nature.label} » : l'appel exclut cette sorte de friche. Si le terrain a aussi porté une activité "
                "industrielle, artisanale ou minière, indiquez celle-là et joignez ce qui le montre."
            )
        return met(f"« {nature.label} » : cette sorte de friche n'est pas exclue.")

    return Rule(
        code="R17",
        slug="friche-admise",
        title="Une friche que l'appel n'exclut pas",
        needs=("history.nature",),
        cites=cites,
        check=check,
        severity=severity,
    )


def not_given_back_to_nature(*, excluded: frozenset[Nature], cites: tuple[Citation, ...]) -> AnyOf:
    """R18. Article D. 111-54 of the code de l'urbanisme leaves out unbuilt farm or forest land, and natural land; a
    call may leave out more (`excluded`: former quarries, landfills). All of it turns on the vocation of the land.
    """

    def check_vocation(natural: bool) -> Outcome:
        if natural:
            return not_met("Le terrain a un usage ou une vocation naturelle, agricole ou forestière.")
        return met("Le terrain n'a ni usage ni vocation naturelle, agricole ou forestière.")

    def check_land(nature: Nature, built_m2: Decimal) -> Outcome:
        if nature in excluded:
            return not_met(
                f"« {nature.label} » : rendue à la nature, à l'agriculture ou à la forêt, elle est exclue. Si le "
                "document d'urbanisme lui donne une autre vocation, changez cette réponse et joignez l'extrait."
            )
        if built_m2 <= 0:
            return not_met(
                "Sans aucun bâtiment, une terre agricole, forestière ou naturelle n'est pas une friche (code de "
                "l'urbanisme, article D. 111-54). Si des bâtiments y restent, donnez leur surface de plancher."
            )
        return met(
            f"Le terrain est bâti ({square_metres(built_m2)}), et « {nature.label} » n'est pas exclue : sa vocation "
            "naturelle, agricole ou forestière ne suffit pas à l'écarter. Faites-le confirmer par la DDT(M)."
        )

    def branch(name: str, title: str, needs: tuple[str, ...], check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"R18-{name}", slug=f"terre-{name}", title=title, needs=needs, cites=cites, check=check)

    return AnyOf(
        code="R18",
        slug="terre-naturelle-agricole-forestiere",
        title="Un terrain qui n'est pas rendu à la nature, à l'agriculture ou à la forêt",
        branches=(
            branch("vocation", "Une autre vocation", ("operation.natural_vocation",), check_vocation),
            branch("batie", "Un terrain bâti", ("history.nature", "site.built_area_m2"), check_land),
        ),
        cites=cites,
    )


def unused_and_needs_works(*, cites: tuple[Citation, ...]) -> AllOf:
    """R19. Article L. 111-26 of the code de l'urbanisme: unused, and not reusable without prior works. Both."""

    def check_unused(unused: bool) -> Outcome:
        if not unused:
            return not_met(
                "Le site est encore utilisé ; une friche ne l'est plus (code de l'urbanisme, article L. 111-26). S'il "
                "n'est vide qu'en partie, demandez à la DDT(M) si cette partie peut être présentée seule."
            )
        return met("Le site est inutilisé.")

    def check_works(needs_works: bool) -> Outcome:
        if not needs_works:
            return not_met(
                "Le site peut resservir sans travaux : ce n'est pas une friche au sens du code de l'urbanisme (article "
                "L. 111-26). Si une étude montre qu'il en faut avant tout nouvel usage, répondez oui."
            )
        return met("Il faut des travaux avant de pouvoir le réutiliser.")

    def branch(name: str, title: str, need: str, check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"R19-{name}", slug=f"friche-{name}", title=title, needs=(need,), cites=cites, check=check)

    return AllOf(
        code="R19",
        slug="friche-du-code",
        title="Une friche : un site inutilisé, qui demande des travaux",
        branches=(
            branch("inutilisee", "Un site inutilisé", "history.unused", check_unused),
            branch("travaux", "Des travaux nécessaires", "history.needs_works", check_works),
        ),
        cites=cites,
    )


def vacancy_not_organised(*, cites: tuple[Citation, ...]) -> Rule:
    """A landlord who empties a building for works, without changing its use, does not make a friche of it.

    Our table of rules has no number for this clause: it stands beside R20, which wants a vacant block.
    """

    def check(organised: bool) -> Outcome:
        if organised:
            return not_met(
                "Le bâtiment a été vidé pour y faire des travaux, sans changer d'usage : cette vacance organisée n'en "
                "fait pas une friche. Un projet qui change l'usage du bâtiment pourrait être présenté."
            )
        return met("Le site n'a pas été vidé pour des travaux.")

    return Rule(
        code="R20-vacance",
        slug="vacance-organisee",
        title="Une vacance que personne n'a organisée",
        needs=("operation.organised_vacancy",),
        cites=cites,
        check=check,
    )


def _quoted(pollutants: tuple[Pollutant, ...] | list[Pollutant]) -> str:
    return listing(f"« {each.label} »" for each in pollutants)
