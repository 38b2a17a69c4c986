"""Money and proof: expenditure, financing plan, balance, supporting documents, declarations."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from grantapp.domain.question import Choice, Kind, Piece, question, when
from grantapp.domain.sections.site import FOR_WORKS


class Post(Choice):
    STUDIES = "studies", "Études préalables, plan de gestion"
    ENGINEERING = "engineering", "Ingénierie des travaux de dépollution"
    DECONTAMINATION = "decontamination", "Travaux de dépollution"
    SUPERVISION = "supervision", "Suivi par un bureau certifié indépendant"
    RESIDUAL = "residual", "Dispositions constructives (pollution résiduelle)"
    DEMOLITION = "demolition", "Déconstruction"
    ASBESTOS_REMOVAL = "asbestos_removal", "Désamiantage"
    ECOLOGY = "ecology", "Génie écologique, solutions fondées sur la nature"
    DEVELOPMENT = "development", "Aménagement, viabilisation"
    REHABILITATION = "rehabilitation", "Réhabilitation d'un bâtiment existant"
    CONSTRUCTION = "construction", "Construction neuve, autres travaux du bâtiment"
    LAND = "land", "Achat du terrain"
    OTHER = "other", "Autre dépense"


@dataclass(frozen=True, kw_only=True)
class Expense:
    post: Post | None = question("Poste", Kind.ONE_OF, choices=Post)
    label: str | None = question("Détail", required=False)
    planned_on: date | None = question("Date prévue", Kind.DAY)
    amount: Decimal | None = question("Montant", Kind.AMOUNT, unit="€ HT", total=True)
    claimed: bool | None = question("Aide demandée ?", Kind.YES_NO)


@dataclass(frozen=True, kw_only=True)
class Expenditure:
    lines: tuple[Expense, ...] | None = question(
        "Dépenses du projet",
        Kind.TABLE,
        row=Expense,
        hint="Toutes les dépenses de l'opération, hors taxes. "
        "« Aide demandée ? » : oui si la ligne compte dans la demande.",
        why="La liste des dépenses, hors taxes, est demandée par l'arrêté du 21 août 2018.",
    )


class SourceNature(Choice):
    GRANT = "grant", "Aide demandée à cet appel"
    OTHER_PUBLIC = "other_public", "Autre aide publique"
    OWN = "own", "Fonds propres"
    LOAN = "loan", "Emprunt"
    REVENUE = "revenue", "Recettes de l'opération (ventes, loyers)"
    OTHER = "other", "Autre ressource privée"


class SourceState(Choice):
    SECURED = "secured", "Acquise"
    REQUESTED = "requested", "Demandée"
    PLANNED = "planned", "Prévue"


@dataclass(frozen=True, kw_only=True)
class Source:
    nature: SourceNature | None = question("Nature", Kind.ONE_OF, choices=SourceNature)
    funder: str | None = question("Financeur")
    amount: Decimal | None = question("Montant", Kind.AMOUNT, unit="€", total=True)
    state: SourceState | None = question("État", Kind.ONE_OF, choices=SourceState)


@dataclass(frozen=True, kw_only=True)
class Funding:
    sources: tuple[Source, ...] | None = question(
        "Plan de financement",
        Kind.TABLE,
        row=Source,
        hint="Le total doit être égal au total des dépenses.",
        why="Le plan de financement est demandé par l'arrêté du 2 août 2019.",
    )
    value_before: Decimal | None = question(
        "Valeur du terrain avant dépollution",
        Kind.AMOUNT,
        unit="€",
        required=False,
        asked_if=FOR_WORKS,
        why="La plus-value du terrain pourrait se déduire de l'aide.",
    )
    value_after: Decimal | None = question(
        "Valeur estimée après dépollution", Kind.AMOUNT, unit="€", required=False, asked_if=FOR_WORKS
    )
    valued_by: str | None = question(
        "Expert indépendant qui l'a estimée",
        required=False,
        asked_if=FOR_WORKS,
        hint="Nom et date du rapport.",
        why="La plus-value se fait estimer par un expert indépendant.",
    )

    advance_percent: Decimal | None = question(
        "Avance souhaitée, en pourcentage de l'aide",
        Kind.PERCENT,
        unit="%",
        required=False,
        hint="0 si vous n'en demandez pas.",
        why="Le taux d'avance souhaité est demandé par l'arrêté du 2 août 2019.",
    )


@dataclass(frozen=True, kw_only=True)
class Pieces:
    management_plan: tuple[Piece, ...] | None = question(
        "Plan de gestion", Kind.PIECES, asked_if=FOR_WORKS, why="Demandé pour les travaux."
    )
    preliminary_design: tuple[Piece, ...] | None = question(
        "Avant-projet (AVP)", Kind.PIECES, asked_if=FOR_WORKS, why="Demandé pour les travaux."
    )
    duties_evidence: tuple[Piece, ...] | None = question(
        "Preuve de la remise en état ou de la défaillance du responsable",
        Kind.PIECES,
        asked_if=when("request.site_found", True),
        hint="Procès-verbal de récolement, jugement, courrier de la DREAL.",
        why="La DREAL vérifie le principe du pollueur-payeur.",
    )
    accounts: tuple[Piece, ...] | None = question(
        "Comptes des derniers exercices clos",
        Kind.PIECES,
        hint="Bilan et compte de résultat.",
        why="Ils prouvent la taille.",
    )
    planning_agreement: tuple[Piece, ...] | None = question(
        "Accord de la collectivité compétente en urbanisme",
        Kind.PIECES,
        asked_if=when("support.planning_agreement", True),
        hint="Délibération ou courrier signé.",
        why="Il est demandé à une entreprise privée.",
    )
    principal_agreement: tuple[Piece, ...] | None = question(
        "Accord du concédant, du mandant ou du bailleur",
        Kind.PIECES,
        asked_if=when("support.principal_agreement", True),
        why="Il est demandé à une entreprise privée qui agit pour un autre.",
    )
    demolition_note: tuple[Piece, ...] | None = question(
        "Note justifiant la démolition",
        Kind.PIECES,
        asked_if=when("operation.demolition_planned", True),
        why="Réhabiliter est préféré : une démolition se justifie.",
    )
    studies: tuple[Piece, ...] | None = question(
        "Études de pollution déjà faites",
        Kind.PIECES,
        required=False,
        hint="Diagnostic, étude historique.",
        why="Elles montrent la pollution.",
    )
    quotes: tuple[Piece, ...] | None = question(
        "Devis ou estimations",
        Kind.PIECES,
        required=False,
        hint="Non signés : un devis signé vaut engagement.",
        why="Ils appuient les montants.",
    )
    other: tuple[Piece, ...] | None = question(
        "Autres pièces",
        Kind.PIECES,
        required=False,
        hint="Plan, photographies…",
        why="Ce qui aide à comprendre le projet.",
    )


@dataclass(frozen=True, kw_only=True)
class Declarations:
    truthful: bool | None = question(
        "J'atteste sur l'honneur que les informations de ce dossier sont exactes et sincères.",
        Kind.CONFIRM,
        why="Attestation demandée par l'arrêté du 21 août 2018.",
    )
    in_order: bool | None = question(
        "J'atteste que l'organisation est à jour de ses obligations légales, administratives, sociales, "
        "fiscales et comptables.",
        Kind.CONFIRM,
        why="Attestation demandée par l'arrêté du 21 août 2018.",
    )
    entitled: bool | None = question(
        "J'atteste être habilité à engager l'organisation.",
        Kind.CONFIRM,
        why="Seule une personne habilitée peut déposer.",
    )
