"""What and when: the project on the plot, the land, the calendar, what is already signed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from grantapp.domain.question import Choice, Kind, question, when


class Use(Choice):
    CRAFT = "craft", "Artisanat"
    INDUSTRY = "industry", "Industrie"
    OFFICES = "offices", "Bureaux, services"
    RETAIL = "retail", "Commerce"
    LOGISTICS = "logistics", "Logistique"
    LEISURE = "leisure", "Loisirs"
    HOUSING = "housing", "Logement"
    PUBLIC_FACILITY = "public_facility", "Équipement public"
    ALTERNATIVE = "alternative", "Usage alternatif", "Énergie solaire, biomasse, nature en ville…"
    OTHER = "other", "Autre usage"


class BuildingAction(Choice):
    REHABILITATE = "rehabilitate", "Réhabiliter un bâtiment existant"
    BUILD = "build", "Construire un bâtiment neuf"
    BOTH = "both", "Les deux"
    NONE = "none", "Aucun bâtiment"


class PlanningDocument(Choice):
    PLU = "plu", "Plan local d'urbanisme (PLU)"
    PLUI = "plui", "Plan local d'urbanisme intercommunal (PLUi)"
    MAP = "map", "Carte communale"
    RNU = "rnu", "Règlement national d'urbanisme"
    PSMV = "psmv", "Plan de sauvegarde et de mise en valeur"


@dataclass(frozen=True, kw_only=True)
class Plan:
    uses: tuple[Use, ...] | None = question(
        "À quoi servira le site ?", Kind.SEVERAL_OF, choices=Use, why="L'appel nomme les usages admis."
    )
    description: str | None = question(
        "Décrivez le projet",
        Kind.TEXT,
        hint="Contexte, objectifs, résultats attendus. Dix à trente lignes.",
        why="La description détaillée est demandée par l'arrêté du 2 août 2019.",
    )
    building_action: BuildingAction | None = question(
        "Que deviennent les bâtiments ?",
        Kind.ONE_OF,
        choices=BuildingAction,
        why="L'instructeur distingue ce qui est réhabilité de ce qui est construit.",
    )
    floor_area_m2: Decimal | None = question(
        "Surface de plancher créée ou réhabilitée",
        Kind.AREA,
        unit="m²",
        asked_if=when("plan.building_action", BuildingAction.REHABILITATE, BuildingAction.BUILD, BuildingAction.BOTH),
        why="L'instructeur rapporte l'aide à ce qu'elle permet de produire.",
    )
    jobs_created: int | None = question(
        "Emplois créés",
        Kind.WHOLE,
        hint="Une estimation suffit ; 0 est une réponse.",
        why="L'effet du projet sur l'emploi est regardé.",
    )
    jobs_kept: int | None = question("Emplois maintenus", Kind.WHOLE, why="L'effet du projet sur l'emploi est regardé.")
    planning_document: PlanningDocument | None = question(
        "Quel document d'urbanisme s'applique ?",
        Kind.ONE_OF,
        choices=PlanningDocument,
        hint="La mairie vous le dira.",
        why="Le projet doit lui être conforme.",
    )
    planning_compatible: bool | None = question(
        "Le projet est-il conforme à ce document ?", Kind.YES_NO, why="La conformité est un critère de l'appel."
    )


class LandControl(Choice):
    OWNED = "owned", "Nous en sommes propriétaires"
    PROMISED = "promised", "Promesse ou compromis de vente signé"
    LEASED = "leased", "Bail ou autorisation d'occuper"
    AGREED = "agreed", "Accord du propriétaire, sans acte signé"
    NONE = "none", "Rien encore"


class ContractNature(Choice):
    WORKS = "works", "Travaux (devis accepté, commande, marché)"
    STUDIES = "studies", "Études, maîtrise d'œuvre"
    LAND = "land", "Achat ou promesse sur le terrain"
    OTHER = "other", "Autre (permis, assurance…)"


@dataclass(frozen=True, kw_only=True)
class Contract:
    purpose: str | None = question("Objet")
    partner: str | None = question("Avec qui")
    nature: ContractNature | None = question("Nature", Kind.ONE_OF, choices=ContractNature)
    signed_on: date | None = question("Signé ou notifié le", Kind.DAY)
    amount: Decimal | None = question("Montant", Kind.AMOUNT, unit="€ HT", required=False)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    land_control: LandControl | None = question(
        "Où en êtes-vous avec le terrain ?",
        Kind.ONE_OF,
        choices=LandControl,
        asked_if=when("request.site_found", True),
        why="L'instructeur vérifie que le projet peut se faire.",
    )
    starts_on: date | None = question(
        "Début prévu", Kind.DAY, why="Demandé par l'arrêté du 21 août 2018.", hint="Des études ou des travaux à aider."
    )
    ends_on: date | None = question("Fin prévue", Kind.DAY, why="Demandée par l'arrêté du 21 août 2018.")
    has_contracts: bool | None = question(
        "Avez-vous déjà signé un devis, une commande ou un contrat pour ce projet ?",
        Kind.YES_NO,
        hint="Ne signez rien pour les travaux avant d'avoir déposé.",
        why="Une dépense engagée avant le dépôt n'est plus aidée.",
    )
    contracts: tuple[Contract, ...] | None = question(
        "Ce qui est signé",
        Kind.TABLE,
        row=Contract,
        why="Leur nature et leur date disent si l'aide reste possible.",
        asked_if=when("schedule.has_contracts", True),
    )
