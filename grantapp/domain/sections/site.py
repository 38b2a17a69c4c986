"""Where: the plot, its past, its pollution and who answers for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from grantapp.domain.question import Choice, Kind, question, when
from grantapp.domain.sections.applicant import RequestKind

FOR_WORKS = when("request.kind", RequestKind.WORKS, RequestKind.BOTH)


@dataclass(frozen=True, kw_only=True)
class Site:
    name: str | None = question(
        "Nom du site",
        hint="Celui sous lequel on le connaît : « ancienne usine … ».",
        why="Pour en parler sans erreur.",
        limit=120,
    )
    address: str | None = question(
        "Adresse ou lieu-dit", why="Le lieu du projet est demandé par l'arrêté du 21 août 2018."
    )
    postcode: str | None = question("Code postal", Kind.POSTCODE, why="Partie de l'adresse du site.")
    town: str | None = question("Commune", why="Elle désigne le service qui instruira.")
    insee_code: str | None = question(
        "Code INSEE de la commune",
        Kind.INSEE,
        required=False,
        hint="Ce n'est pas le code postal : Avignon a pour code INSEE 84007.",
        why="Il complète le numéro des parcelles.",
    )
    parcels: tuple[str, ...] | None = question(
        "Parcelles cadastrales",
        Kind.PARCELS,
        hint="Par exemple : AB 160, AB 161. L'identifiant complet (84007000AB0160) convient aussi.",
        why="Elles délimitent le terrain sans ambiguïté.",
    )
    area_m2: Decimal | None = question(
        "Surface du terrain", Kind.AREA, unit="m²", why="Pour rapporter le coût de la dépollution à la surface."
    )
    built_area_m2: Decimal | None = question(
        "Surface de plancher des bâtiments existants",
        Kind.AREA,
        unit="m²",
        hint="0 si le terrain est nu.",
        why="L'instructeur distingue ce qui est réhabilité de ce qui est construit.",
    )


class Status(Choice):
    FORMER_ICPE = "former_icpe", "Une ancienne installation classée (ICPE)"
    FORMER_MINE = "former_mine", "Un ancien site minier"
    NEITHER = "neither", "Ni l'un ni l'autre"


class Nature(Choice):
    INDUSTRIAL = "industrial", "Industrielle ou artisanale"
    MINING = "mining", "Minière"
    COMMERCIAL = "commercial", "Commerciale ou logistique"
    FARM = "farm", "Agricole"
    LANDFILL = "landfill", "Ancienne décharge"
    QUARRY = "quarry", "Ancienne carrière"
    OTHER = "other", "Autre"


@dataclass(frozen=True, kw_only=True)
class History:
    status: Status | None = question(
        "Le site est-il une ancienne installation classée ou une ancienne mine ?",
        Kind.ONE_OF,
        choices=Status,
        hint="Les bases publiques CASIAS et Géorisques le disent ; la mairie ou la DREAL aussi.",
        why="L'ADEME n'aide que ces deux sortes de sites ; le fonds du préfet en aide d'autres.",
    )
    identifiers: str | None = question(
        "Identifiants du site",
        required=False,
        hint="Code AIOT, CASIAS (par exemple PAC8400001) ou SSP, si vous les connaissez.",
        why="L'instructeur retrouve ainsi le dossier de l'ancienne installation.",
    )
    nature: Nature | None = question(
        "Nature de la friche", Kind.ONE_OF, choices=Nature, why="Certaines friches relèvent d'autres aides."
    )
    last_activity: str | None = question(
        "Quelle activité y exerçait-on ?", Kind.TEXT, limit=2_000, why="Elle explique la pollution attendue."
    )
    ended_year: int | None = question(
        "Année de la fin d'activité",
        Kind.YEAR,
        hint="Par exemple : 2009.",
        why="Elle dit depuis quand le site attend.",
    )
    unused: bool | None = question(
        "Le site est-il inutilisé aujourd'hui ?",
        Kind.YES_NO,
        why="Premier des deux critères d'une friche (code de l'urbanisme, article L. 111-26).",
    )
    needs_works: bool | None = question(
        "Faut-il des travaux avant de pouvoir le réutiliser ?",
        Kind.YES_NO,
        why="Second critère d'une friche (code de l'urbanisme, article L. 111-26).",
    )


class Medium(Choice):
    SOIL = "soil", "Les sols"
    GROUNDWATER = "groundwater", "Les eaux souterraines"


class Pollutant(Choice):
    HYDROCARBONS = "hydrocarbons", "Hydrocarbures, goudrons"
    METALS = "metals", "Métaux (plomb, arsenic, chrome…)"
    SOLVENTS = "solvents", "Solvants"
    OTHER = "other", "Autre pollution chimique"
    RADIOACTIVE = "radioactive", "Radioactivité"
    PATHOGENS = "pathogens", "Agents pathogènes ou infectieux"
    ASBESTOS_SOIL = "asbestos_soil", "Amiante dans les sols", "L'amiante des bâtiments n'entre pas ici."
    PYROTECHNIC = "pyrotechnic", "Pollution pyrotechnique (munitions, explosifs)"


@dataclass(frozen=True, kw_only=True)
class Pollution:
    treatment_needed: bool | None = question(
        "Faut-il dépolluer les sols ou les eaux souterraines pour réaliser le projet ?",
        Kind.YES_NO,
        hint="Pour une demande d'études : répondez oui si c'est probable.",
        why="C'est l'objet de l'appel de l'ADEME, et ce qui sépare les guichets.",
    )
    media: tuple[Medium, ...] | None = question(
        "Qu'est-ce qui est pollué ?",
        Kind.SEVERAL_OF,
        choices=Medium,
        asked_if=when("pollution.treatment_needed", True),
        why="Les sols et les eaux ne se traitent pas de la même façon.",
    )
    pollutants: tuple[Pollutant, ...] | None = question(
        "Par quoi le site est-il pollué ?",
        Kind.SEVERAL_OF,
        choices=Pollutant,
        asked_if=when("pollution.treatment_needed", True),
        why="Certaines pollutions relèvent d'autres financements.",
    )
    certified_consultant: bool | None = question(
        "Les études de pollution sont-elles confiées à un bureau d'études certifié LNE ?",
        Kind.YES_NO,
        hint="Certification « sites et sols pollués », norme NF X 31-620. Répondez oui si c'est prévu ainsi.",
        why="Les études doivent suivre la méthode nationale.",
    )
    certificate: str | None = question(
        "Numéro de certificat du bureau d'études", required=False, why="L'instructeur peut ainsi le vérifier."
    )
    management_plan_on: date | None = question(
        "Date du plan de gestion",
        Kind.DAY,
        hint="Le document qui compare les façons de traiter la pollution.",
        asked_if=FOR_WORKS,
        why="Une demande de travaux s'appuie sur un plan de gestion récent.",
    )
    preliminary_design_on: date | None = question(
        "Date de l'avant-projet (AVP)",
        Kind.DAY,
        asked_if=FOR_WORKS,
        why="Une demande de travaux s'appuie sur un projet assez étudié pour être chiffré.",
    )
    independent_supervisor: bool | None = question(
        "Le suivi du chantier sera-t-il confié à un bureau certifié, indépendant de l'entreprise de travaux ?",
        Kind.YES_NO,
        asked_if=FOR_WORKS,
        why="Celui qui contrôle ne doit pas dépendre de celui qui fait.",
    )


@dataclass(frozen=True, kw_only=True)
class Liability:
    identified: bool | None = question(
        "Sait-on qui a pollué le site ?",
        Kind.YES_NO,
        hint="Le dernier exploitant, le plus souvent.",
        why="Le pollueur paie : l'aide n'existe que s'il est inconnu ou ne peut pas payer.",
    )
    can_be_made_to_pay: bool | None = question(
        "Peut-on encore l'obliger à payer la dépollution ?",
        Kind.YES_NO,
        hint="Non s'il a disparu sans successeur, s'il est liquidé ou insolvable.",
        asked_if=when("liability.identified", True),
    )
    applicant_is_liable: bool | None = question(
        "Votre organisation, ou une entreprise qui lui est liée, est-elle responsable de cette pollution ?",
        Kind.YES_NO,
        hint="Y compris comme successeur ou repreneur de l'exploitant.",
    )
    duties_met: bool | None = question(
        "L'ancien exploitant a-t-il rempli ses obligations de remise en état ?",
        Kind.YES_NO,
        hint="ICPE : cessation d'activité et remise en état. Mine : arrêt des travaux.",
        why="Le site doit être en règle, ou son responsable défaillant.",
    )
    in_default: bool | None = question(
        "Le responsable est-il considéré comme défaillant ?",
        Kind.YES_NO,
        hint="La DREAL peut vous le dire : liquidation, disparition, mise en demeure restée sans effet.",
    )
    evidence: str | None = question(
        "Quel document le montre ?",
        Kind.TEXT,
        required=False,
        limit=2_000,
        hint="Procès-verbal de récolement, jugement de liquidation, courrier de la DREAL…",
        why="La DREAL vérifie que le principe du pollueur-payeur a été respecté.",
    )
