"""Who asks: the request, the member firms, the organisation, its size, its finances, the aid it already has."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from grantapp.domain.question import Choice, Kind, question, when


class RequestKind(Choice):
    STUDIES = "studies", "Des études préalables", "Diagnostic, plan de gestion, essais : ce qui précède les travaux."
    WORKS = "works", "Des travaux de dépollution", "Le plan de gestion est fait et le projet est étudié."
    BOTH = "both", "Les deux à la fois"


class Behalf(Choice):
    ALONE = "alone", "Pour mon organisation seule"
    MEMBERS = "members", "Pour mon organisation et des entreprises adhérentes"


@dataclass(frozen=True, kw_only=True)
class Request:
    kind: RequestKind | None = question(
        "Que demandez-vous de financer ?",
        Kind.ONE_OF,
        choices=RequestKind,
        why="Une demande porte sur des études ou sur des travaux : les règles et les pièces ne sont pas les mêmes.",
    )
    site_found: bool | None = question(
        "Avez-vous déjà repéré un terrain ?",
        Kind.YES_NO,
        hint="Répondez oui dès qu'un terrain précis est visé, même sans promesse de vente.",
        why="Presque toutes les règles portent sur le terrain. Sans lui, nous vous disons par quoi commencer.",
    )
    behalf: Behalf | None = question(
        "Pour qui déposez-vous ?",
        Kind.ONE_OF,
        choices=Behalf,
        why="Les aides reçues se comptent entreprise par entreprise.",
    )
    title: str | None = question(
        "Intitulé du projet",
        hint="Par exemple : Reconversion de l'ancienne usine en village d'artisans.",
        why="Il figure en tête du dossier (arrêté du 21 août 2018).",
        limit=150,
    )
    summary: str | None = question(
        "Résumé du projet",
        Kind.TEXT,
        hint="Dix lignes suffisent : le lieu, la pollution, ce que vous voulez y faire.",
        why="C'est la première chose que lit l'instructeur (arrêté du 21 août 2018).",
        limit=4_000,
    )


@dataclass(frozen=True, kw_only=True)
class Member:
    name: str | None = question("Entreprise")
    siren: str | None = question("SIREN", Kind.SIREN)
    town: str | None = question("Commune", required=False)


@dataclass(frozen=True, kw_only=True)
class Members:
    firms: tuple[Member, ...] | None = question(
        "Entreprises adhérentes concernées",
        Kind.TABLE,
        row=Member,
        why="L'instructeur doit savoir quelles entreprises profitent de l'opération.",
    )


class LegalForm(Choice):
    CRAFT_COOPERATIVE = "craft_cooperative", "Société coopérative artisanale"
    OTHER_COOPERATIVE = "other_cooperative", "Autre société coopérative (SCOP, SCIC, union…)"
    COMPANY = "company", "Société commerciale ou civile (SARL, SAS, SA, SCI…)"
    PARTNERSHIP = "partnership", "Société en nom collectif ou en commandite"
    ASSOCIATION = "association", "Association ou fondation"
    LOCAL_AUTHORITY = "local_authority", "Commune, intercommunalité ou autre collectivité"
    PUBLIC_BODY = "public_body", "Établissement public"
    STATE_SERVICE = "state_service", "Service de l'État"
    NATURAL_PERSON = "natural_person", "Personne physique ou entreprise individuelle"


class Category(Choice):
    LOCAL_AUTHORITY = "local_authority", "Collectivité ou groupement de collectivités"
    PUBLIC_DEVELOPER = "public_developer", "Aménageur public"
    LAND_AGENCY = "land_agency", "Établissement public foncier"
    SOCIAL_LANDLORD = "social_landlord", "Bailleur social"
    PRIVATE_DEVELOPER = "private_developer", "Aménageur privé"
    PROPERTY_DEVELOPER = "property_developer", "Promoteur immobilier"
    BUSINESS = "business", "Porteur d'un projet d'activité économique", "Entreprise ou coopérative qui s'installe."
    ASSOCIATION = "association", "Association ou fondation"
    STATE_OPERATOR = "state_operator", "Opérateur ou établissement public de l'État"
    STATE_SERVICE = "state_service", "Service de l'État"


@dataclass(frozen=True, kw_only=True)
class Organisation:
    name: str | None = question("Nom ou raison sociale", why="Il identifie le porteur (arrêté du 21 août 2018).")
    siret: str | None = question(
        "Numéro SIRET du siège",
        Kind.SIRET,
        hint="14 chiffres ; les espaces ne gênent pas.",
        why="Il identifie le porteur sans erreur possible (arrêté du 21 août 2018).",
    )
    legal_form: LegalForm | None = question(
        "Forme juridique",
        Kind.ONE_OF,
        choices=LegalForm,
        why="Seules les personnes morales peuvent être aidées.",
    )
    category: Category | None = question(
        "À quel titre portez-vous le projet ?",
        Kind.ONE_OF,
        choices=Category,
        why="L'appel nomme les porteurs admis.",
    )
    bears_expense: bool | None = question(
        "Votre organisation paiera-t-elle elle-même les études ou les travaux ?",
        Kind.YES_NO,
        hint="C'est-à-dire : les factures seront à son nom (elle est maître d'ouvrage).",
        why="L'aide va à celui qui paie la dépense.",
    )
    address: str | None = question("Adresse du siège", why="Demandée par l'arrêté du 21 août 2018.")
    postcode: str | None = question("Code postal", Kind.POSTCODE, why="Partie de l'adresse du siège.")
    town: str | None = question("Commune", why="Partie de l'adresse du siège.")
    representative: str | None = question(
        "Nom du représentant légal", why="La demande est faite au nom de la personne qui engage l'organisation."
    )
    representative_role: str | None = question(
        "Sa fonction",
        hint="Par exemple : présidente, gérant, directrice.",
        why="L'instructeur vérifie qu'elle permet d'engager l'organisation.",
    )
    email: str | None = question(
        "Adresse électronique pour le suivi", Kind.EMAIL, why="Le service instructeur y écrira."
    )
    phone: str | None = question(
        "Téléphone", Kind.PHONE, required=False, why="Pour une question simple, c'est plus rapide."
    )


@dataclass(frozen=True, kw_only=True)
class AccountingYear:
    closed_on: date | None = question("Exercice clos le", Kind.DAY)
    headcount: Decimal | None = question("Effectif (équivalents temps plein)", Kind.DECIMAL)
    turnover: Decimal | None = question("Chiffre d'affaires", Kind.AMOUNT, unit="€ HT")
    balance_total: Decimal | None = question("Total du bilan", Kind.AMOUNT, unit="€")


class Relation(Choice):
    LINKED = "linked", "Liée (majorité des voix, ou contrôle)"
    PARTNER = "partner", "Partenaire (25 % ou plus, sans majorité)"
    SAME_OWNER = "same_owner", "À la même personne, sur le même marché ou un marché voisin"
    OTHER_OWNER = "other_owner", "À la même personne, sur un tout autre marché"
    EXEMPT = "exempt_investor", "Investisseur excepté (capital-risque, université, petite commune…)"
    PUBLIC_BODY = "public_body", "Autre organisme public"


@dataclass(frozen=True, kw_only=True)
class Link:
    name: str | None = question("Entreprise")
    relation: Relation | None = question("Lien", Kind.ONE_OF, choices=Relation)
    capital_percent: Decimal | None = question("Part du capital", Kind.PERCENT, unit="%")
    votes_percent: Decimal | None = question("Part des voix", Kind.PERCENT, unit="%")
    headcount: Decimal | None = question("Effectif", Kind.DECIMAL)
    turnover: Decimal | None = question("Chiffre d'affaires", Kind.AMOUNT, unit="€ HT")
    balance_total: Decimal | None = question("Total du bilan", Kind.AMOUNT, unit="€")
    attached_to: str | None = question("Rattachée à", required=False)
    consolidated: bool | None = question("Déjà dans des comptes consolidés ?", Kind.YES_NO, required=False)
    headcount_n1: Decimal | None = question("Effectif, un an plus tôt", Kind.DECIMAL, required=False)
    turnover_n1: Decimal | None = question(
        "Chiffre d'affaires, un an plus tôt", Kind.AMOUNT, unit="€ HT", required=False
    )
    balance_total_n1: Decimal | None = question("Total du bilan, un an plus tôt", Kind.AMOUNT, unit="€", required=False)
    headcount_n2: Decimal | None = question("Effectif, deux ans plus tôt", Kind.DECIMAL, required=False)
    turnover_n2: Decimal | None = question(
        "Chiffre d'affaires, deux ans plus tôt", Kind.AMOUNT, unit="€ HT", required=False
    )
    balance_total_n2: Decimal | None = question(
        "Total du bilan, deux ans plus tôt", Kind.AMOUNT, unit="€", required=False
    )


@dataclass(frozen=True, kw_only=True)
class Size:
    accounts: tuple[AccountingYear, ...] | None = question(
        "Vos trois derniers exercices clos",
        Kind.TABLE,
        row=AccountingYear,
        hint="Le plus récent d'abord. Un seul exercice suffit si l'organisation est jeune.",
        why="La taille de l'entreprise (micro, petite, moyenne, grande) se calcule sur ces chiffres.",
    )
    public_quarter: bool | None = question(
        "Des organismes publics détiennent-ils ensemble 25 % ou plus du capital ou des voix ?",
        Kind.YES_NO,
        hint="Sans compter les investisseurs exceptés : capital-risque, universités, investisseurs institutionnels, "
        "communes de moins de 5 000 habitants dont le budget est inférieur à 10 millions d'euros.",
        why="Une telle entreprise n'est, sauf exceptions, pas une PME au sens européen.",
    )
    has_links: bool | None = question(
        "Votre organisation détient-elle 25 % ou plus d'une autre, ou l'inverse ?",
        Kind.YES_NO,
        hint="Dans une coopérative, où chacun a une voix et une petite part, la réponse est le plus souvent non. "
        "Répondez oui aussi si la même personne, ou la même famille, contrôle une autre entreprise.",
        why="Les entreprises liées et partenaires comptent dans la taille.",
    )
    links: tuple[Link, ...] | None = question(
        "Entreprises liées et partenaires",
        Kind.TABLE,
        row=Link,
        hint="Chiffres de leur dernier exercice clos ; 0 pour un organisme public ou un investisseur excepté. "
        "« Rattachée à » : laissez vide si le lien est avec vous ; sinon, le nom ou le numéro de l'autre ligne. "
        "« Comptes consolidés » : oui si ses chiffres sont déjà dans ceux de l'entreprise de rattachement. "
        "Si chacune détient une part de l'autre, donnez la plus grande.",
        why="Une entreprise liée compte en entier, une partenaire pour sa part.",
        asked_if=when("size.has_links", True),
    )


FORMS_WITH_CAPITAL = (
    LegalForm.CRAFT_COOPERATIVE,
    LegalForm.OTHER_COOPERATIVE,
    LegalForm.COMPANY,
    LegalForm.PARTNERSHIP,
)
WITH_CAPITAL = when("organisation.legal_form", *FORMS_WITH_CAPITAL)


@dataclass(frozen=True, kw_only=True)
class IndebtedYear:
    closed_on: date | None = question("Exercice clos le", Kind.DAY)
    debt: Decimal | None = question("Dettes", Kind.AMOUNT, unit="€")
    own_funds: Decimal | None = question("Capitaux propres", Kind.AMOUNT, unit="€")
    ebitda: Decimal | None = question("Excédent brut d'exploitation", Kind.AMOUNT, unit="€")
    interest: Decimal | None = question("Intérêts payés", Kind.AMOUNT, unit="€")


@dataclass(frozen=True, kw_only=True)
class Finances:
    created_on: date | None = question(
        "Date de création de l'organisation",
        Kind.DAY,
        why="Une PME de moins de trois ans n'est pas jugée de la même façon.",
    )
    share_capital: Decimal | None = question(
        "Capital social souscrit",
        Kind.AMOUNT,
        unit="€",
        why="Pour savoir si plus de la moitié du capital a disparu.",
        asked_if=WITH_CAPITAL,
    )
    share_premium: Decimal | None = question(
        "Primes d'émission",
        Kind.AMOUNT,
        unit="€",
        hint="0 s'il n'y en a pas.",
        why="Elles s'ajoutent au capital.",
        asked_if=WITH_CAPITAL,
    )
    own_funds: Decimal | None = question(
        "Capitaux propres",
        Kind.AMOUNT,
        unit="€",
        hint="Total des capitaux propres du dernier bilan ; un montant négatif commence par le signe moins.",
        why="Ils se comparent au capital souscrit.",
        asked_if=WITH_CAPITAL,
    )
    accumulated_losses: bool | None = question(
        "Des pertes cumulées ont-elles entamé les capitaux propres ?",
        Kind.YES_NO,
        why="Seules les pertes cumulées comptent.",
        asked_if=WITH_CAPITAL,
    )
    insolvency: bool | None = question(
        "L'organisation est-elle en procédure collective, ou en cessation des paiements ?",
        Kind.YES_NO,
        hint="Sauvegarde, redressement ou liquidation judiciaire.",
        why="Une entreprise en difficulté ne reçoit pas, en règle générale, d'aide à l'investissement.",
    )
    rescue_aid: bool | None = question(
        "A-t-elle reçu une aide au sauvetage non remboursée, ou suit-elle un plan de restructuration aidé ?",
        Kind.YES_NO,
        why="C'est un autre signe d'entreprise en difficulté.",
    )
    debt_years: tuple[IndebtedYear, ...] | None = question(
        "Endettement des deux derniers exercices",
        Kind.TABLE,
        row=IndebtedYear,
        required=False,
        hint="Grandes entreprises seulement : laissez vide si vous êtes une PME.",
        why="Une grande entreprise trop endettée deux années de suite est en difficulté.",
        asked_if=WITH_CAPITAL,
    )
    consolidated: bool | None = question(
        "L'organisation entre-t-elle dans des comptes consolidés ?",
        Kind.YES_NO,
        required=False,
        hint="C'est le cas dans un groupe qui publie les comptes de toutes ses sociétés ensemble.",
        why="Les difficultés d'un groupe se jugent sur les comptes du groupe.",
        asked_if=WITH_CAPITAL,
    )


class AidState(Choice):
    REQUESTED = "requested", "Demandée"
    GRANTED = "granted", "Accordée"
    PAID = "paid", "Versée"


@dataclass(frozen=True, kw_only=True)
class Aid:
    funder: str | None = question("Financeur")
    purpose: str | None = question("Objet")
    amount: Decimal | None = question("Montant", Kind.AMOUNT, unit="€", total=True)
    granted_on: date | None = question("Date d'octroi ou de demande", Kind.DAY)
    state: AidState | None = question("État", Kind.ONE_OF, choices=AidState)
    de_minimis: bool | None = question("De minimis ?", Kind.YES_NO)
    same_costs: bool | None = question("Mêmes dépenses ?", Kind.YES_NO)
    beneficiary: str | None = question("Bénéficiaire, si ce n'est pas vous", required=False)


@dataclass(frozen=True, kw_only=True)
class PublicAid:
    has_aid: bool | None = question(
        "Avez-vous reçu ou demandé d'autres aides publiques depuis trois ans ?",
        Kind.YES_NO,
        hint="État, Région, Département, intercommunalité, Europe, agence de l'eau…",
        why="Le total des aides publiques est plafonné (décret n° 2018-514, article 10).",
    )
    aids: tuple[Aid, ...] | None = question(
        "Ces aides",
        Kind.TABLE,
        row=Aid,
        hint="« De minimis » est écrit sur la décision d'octroi. "
        "« Mêmes dépenses » : l'aide paie-t-elle les dépenses de ce projet ? "
        "Ajoutez les aides de minimis des entreprises liées à la vôtre, avec le nom de celle qui les a reçues.",
        why="Le tableau des aides reçues est demandé par l'arrêté du 2 août 2019.",
        asked_if=when("public_aid.has_aid", True),
    )
