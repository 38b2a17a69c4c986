"""What the prefects' funds look at: the friche (R20), what the operation produces and is for (R22 to R24), how far it
is known (R36), ADEME first (R46), a major unforeseen event (R53).
"""

from collections.abc import Callable
from decimal import Decimal

from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.sections.operation import LimitedTo, Purpose, Wasteland
from grantapp.domain.sections.site import Status
from grantapp.domain.sections.works import BuildingAction
from grantapp.french import listing, square_metres
from grantapp.rules.works import FOR_WORKS


def friche_of_the_fund(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R20. Bare land already artificialised that lost its use, or a built block that is vacant or to be requalified."""

    def check(wasteland: Wasteland) -> Outcome:
        if wasteland is Wasteland.NEITHER:
            return not_met(
                "Pour ce fonds, une friche est un terrain nu déjà artificialisé qui a perdu son usage, ou un îlot bâti "
                "très vacant ou à requalifier. Une terre qui n'a jamais été artificialisée n'en est pas une."
            )
        return met(f"« {wasteland.label} » : c'est une friche au sens du fonds.")

    return Rule(
        code="R20",
        slug="friche-du-fonds",
        title="Une friche au sens du fonds",
        needs=("operation.wasteland",),
        cites=cites,
        check=check,
        severity=severity,
    )


def floor_area_produced(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AllOf:
    """R22. Some floor area is built or rehabilitated: housing, activity or public facility."""

    def check_building(action: BuildingAction) -> Outcome:
        if action is BuildingAction.NONE:
            return not_met(
                "Le projet ne prévoit aucun bâtiment, et le fonds aide à produire ou à réhabiliter des surfaces de "
                "logement, d'activité ou d'équipement public. Si d'autres bâtiront sur le terrain que vous préparez, "
                "répondez « Construire un bâtiment neuf » et donnez la surface prévue."
            )
        return met(f"« {action.label} ».")

    def check_area(area_m2: Decimal) -> Outcome:
        if area_m2 <= 0:
            return not_met("La surface de plancher créée ou réhabilitée est de 0 m² : il en faudrait davantage.")
        return met(f"Surface de plancher créée ou réhabilitée : {square_metres(area_m2)}.")

    return AllOf(
        code="R22",
        slug="surfaces-produites",
        title="Des surfaces créées ou réhabilitées",
        branches=(
            Rule(
                code="R22-batiment",
                slug="surfaces-batiment",
                title="Un bâtiment",
                needs=("plan.building_action",),
                cites=cites,
                check=check_building,
            ),
            Rule(
                code="R22-surface",
                slug="surfaces-plancher",
                title="De la surface de plancher",
                needs=("plan.floor_area_m2",),
                cites=cites,
                check=check_area,
            ),
        ),
        cites=cites,
        severity=severity,
    )


def more_than_one_thing(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R23. Not demolition, depollution, holding, renaturation, public space or compliance alone."""

    def check(limited_to: LimitedTo) -> Outcome:
        if limited_to is not LimitedTo.NOTHING:
            alone = limited_to.label.rpartition(": ")[2]
            return not_met(
                f"Un projet limité à une seule chose (« {alone} ») n'est pas aidé. Il le serait dans un projet plus "
                "large, qui crée ou réhabilite des logements, des activités ou des équipements."
            )
        return met("Le projet va plus loin qu'une démolition, une dépollution ou un portage seuls.")

    return Rule(
        code="R23",
        slug="projet-plus-large",
        title="Un projet plus large qu'une démolition ou une dépollution",
        needs=("operation.limited_to",),
        cites=cites,
        check=check,
        severity=severity,
    )


def urban_planning_operation(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R24. One object of article L. 300-1 of the code de l'urbanisme is enough."""

    def check(purposes: tuple[Purpose, ...]) -> Outcome:
        served = [each for each in purposes if each is not Purpose.NONE]
        if not served:
            return not_met(
                "Le fonds aide une opération d'aménagement, au sens de l'article L. 300-1 du code de l'urbanisme. Un "
                "de ses objets suffit : accueillir des activités économiques, dont l'artisanat, en est un."
            )
        return met(f"{listing(f'« {each.label} »' for each in served)} : c'est un objet de l'article L. 300-1.")

    return Rule(
        code="R24",
        slug="operation-d-amenagement",
        title="Une opération d'aménagement",
        needs=("operation.purposes",),
        cites=cites,
        check=check,
        severity=severity,
    )


def known_at_filing(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AllOf:
    """R36. Who conducts it, how the land is held, what is built, what it costs and brings: for works only."""
    items = (
        ("maitre-d-ouvrage", "owner_known", "le maître d'ouvrage", "qui conduira l'opération"),
        ("terrain", "land_terms_known", "la maîtrise du terrain", "comment le terrain sera tenu (promesse, bail…)"),
        ("programme", "programme_known", "le programme", "ce qui sera construit ou réhabilité, et pour quel usage"),
        ("bilan", "balance_known", "le bilan économique", "toutes les dépenses et toutes les recettes"),
    )
    return AllOf(
        code="R36",
        slug="projet-connu",
        title="Un projet assez connu pour être jugé",
        branches=tuple(
            Rule(
                code=f"R36-{slug}",
                slug=f"projet-connu-{slug}",
                title=f"Connaître {what}",
                needs=(f"operation.{question}",),
                cites=cites,
                check=_known(what, meaning),
            )
            for slug, question, what, meaning in items
        ),
        cites=cites,
        severity=severity,
        applies=FOR_WORKS,
    )


def _known(what: str, meaning: str) -> Callable[[bool], Outcome]:
    def check(known: bool) -> Outcome:
        if known:
            return met(f"{what[0].upper()}{what[1:]} : c'est connu.")
        return not_met(f"Il manque {what} : au dépôt, il faut savoir {meaning}.")

    return check


def ademe_first(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AnyOf:
    """R46. A former ICPE or mine to be depolluted goes to ADEME first; this fund only completes."""

    def check_status(status: Status) -> Outcome:
        if status is Status.NEITHER:
            return met("Ni ancienne installation classée, ni ancienne mine : ce fonds est le bon guichet.")
        return not_met("Le site est une ancienne installation classée ou une ancienne mine.")

    def check_treatment(needed: bool) -> Outcome:
        if needed:
            return not_met("Il faut le dépolluer.")
        return met("Rien n'est à dépolluer : il n'y a pas à passer d'abord par l'ADEME.")

    def check_asked(asked: bool) -> Outcome:
        if asked:
            return met("L'ADEME a été sollicitée d'abord : ce fonds vient en complément, s'il reste un déficit.")
        return not_met(
            "Un tel dossier se dépose d'abord à l'appel à projets de l'ADEME ; ce fonds vient en complément, s'il "
            "reste un déficit. Déposez d'abord auprès de l'ADEME."
        )

    def branch(name: str, title: str, need: str, check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"R46-{name}", slug=f"ademe-{name}", title=title, needs=(need,), cites=cites, check=check)

    return AnyOf(
        code="R46",
        slug="ademe-d-abord",
        title="L'ADEME d'abord, pour une ancienne ICPE ou une ancienne mine",
        branches=(
            branch("statut", "Ni ICPE ni mine", "history.status", check_status),
            branch("depollution", "Rien à dépolluer", "pollution.treatment_needed", check_treatment),
            branch("sollicitee", "L'ADEME sollicitée", "operation.asked_ademe_first", check_asked),
        ),
        cites=cites,
        severity=severity,
    )


def unforeseen_not_treated(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AnyOf:
    """R53. A deficit that a major unforeseen event made is aided while the works that answer it have not begun."""

    def check_unforeseen(unforeseen: bool) -> Outcome:
        if unforeseen:
            return not_met("Le déficit vient d'un imprévu majeur.")
        return met("Le déficit ne vient pas d'un imprévu.")

    def check_started(started: bool) -> Outcome:
        if started:
            return not_met(
                "Les travaux qui y répondent ont commencé : ils ne sont plus aidés. Demandez à la préfecture si ce qui "
                "n'est pas commencé peut l'être."
            )
        return met("Le déficit vient d'un imprévu majeur, et les travaux qui y répondent n'ont pas commencé.")

    return AnyOf(
        code="R53",
        slug="imprevu-majeur",
        title="Un imprévu dont les travaux n'ont pas commencé",
        branches=(
            Rule(
                code="R53-aucun",
                slug="imprevu-aucun",
                title="Pas d'imprévu",
                needs=("operation.unforeseen",),
                cites=cites,
                check=check_unforeseen,
            ),
            Rule(
                code="R53-travaux",
                slug="imprevu-travaux",
                title="Des travaux qui n'ont pas commencé",
                needs=("operation.unforeseen_started",),
                cites=cites,
                check=check_started,
            ),
        ),
        cites=cites,
        severity=severity,
        applies=FOR_WORKS,
    )
