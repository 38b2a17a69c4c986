"""What the prefects' funds ask beyond ADEME's call: the operation they balance, and who supports it."""

from dataclasses import dataclass
from datetime import date

from grantapp.domain.question import Choice, Kind, question, when
from grantapp.domain.sections.applicant import Category
from grantapp.domain.sections.site import FOR_WORKS, Status

PRIVATE_HOLDERS = (Category.PRIVATE_DEVELOPER, Category.PROPERTY_DEVELOPER, Category.BUSINESS)


class Wasteland(Choice):
    BARE = "bare", "Un terrain nu, déjà artificialisé, qui a perdu son usage"
    BLOCK = "block", "Un îlot bâti très vacant, ou à requalifier", "Logements, activités, ou les deux."
    NEITHER = "neither", "Ni l'un ni l'autre", "Par exemple une terre qui n'a jamais été artificialisée."


class Purpose(Choice):
    """The objects of article L. 300-1 of the code de l'urbanisme."""

    URBAN_PROJECT = "urban_project", "Un projet urbain"
    HOUSING_POLICY = "housing_policy", "Une politique locale de l'habitat"
    BUSINESS = "business", "Le maintien, l'extension ou l'accueil d'activités économiques"
    LEISURE = "leisure", "Les loisirs et le tourisme"
    FACILITIES = "facilities", "Des équipements collectifs"
    UNFIT_HOUSING = "unfit_housing", "La lutte contre l'habitat indigne ou dangereux"
    RENEWAL = "renewal", "Le renouvellement urbain ou le recyclage foncier"
    HERITAGE = "heritage", "La sauvegarde du patrimoine et des espaces naturels"
    NONE = "none", "Aucun de ces objets"


class LimitedTo(Choice):
    NOTHING = "nothing", "Non", "Le projet crée ou réhabilite des logements, des activités ou des équipements."
    DEMOLITION = "demolition", "Oui : démolir"
    DEPOLLUTION = "depollution", "Oui : dépolluer"
    HOLDING = "holding", "Oui : acheter et garder le terrain (portage)"
    RENATURATION = "renaturation", "Oui : rendre le site à la nature"
    PUBLIC_SPACE = "public_space", "Oui : aménager un espace public"
    COMPLIANCE = "compliance", "Oui : se mettre en règle avec une obligation"


@dataclass(frozen=True, kw_only=True)
class Operation:
    wasteland: Wasteland | None = question(
        "Qu'est-ce que le site aujourd'hui ?",
        Kind.ONE_OF,
        choices=Wasteland,
        why="Le fonds du préfet définit ainsi une friche.",
    )
    organised_vacancy: bool | None = question(
        "Un bailleur a-t-il vidé le bâtiment pour y faire des travaux, sans en changer l'usage ?",
        Kind.YES_NO,
        why="Une vacance organisée n'en fait pas une friche.",
    )
    natural_vocation: bool | None = question(
        "Le terrain a-t-il un usage ou une vocation naturelle, agricole ou forestière ?",
        Kind.YES_NO,
        hint="Aujourd'hui, ou selon le document d'urbanisme.",
        why="Certaines anciennes carrières et décharges, et les terres non bâties, en sont exclues.",
    )
    purposes: tuple[Purpose, ...] | None = question(
        "À quoi sert l'opération, au sens du code de l'urbanisme ?",
        Kind.SEVERAL_OF,
        choices=Purpose,
        hint="Installer des artisans, c'est accueillir des activités économiques.",
        why="Le fonds aide une opération d'aménagement (code de l'urbanisme, article L. 300-1).",
    )
    limited_to: LimitedTo | None = question(
        "Le projet se limite-t-il à une seule de ces choses ?",
        Kind.ONE_OF,
        choices=LimitedTo,
        why="Seule, sans projet plus large, aucune d'elles n'est aidée.",
    )
    demolition_planned: bool | None = question(
        "Le projet prévoit-il de démolir un bâtiment ?",
        Kind.YES_NO,
        why="Réhabiliter est préféré ; une démolition se justifie.",
    )
    owner_known: bool | None = question(
        "Sait-on qui conduira l'opération (le maître d'ouvrage) ?",
        Kind.YES_NO,
        asked_if=FOR_WORKS,
        why="Première des quatre choses à connaître au dépôt.",
    )
    land_terms_known: bool | None = question(
        "Sait-on comment le terrain sera tenu (achat, promesse, bail) ?",
        Kind.YES_NO,
        asked_if=FOR_WORKS,
        why="Deuxième des quatre choses à connaître au dépôt.",
    )
    programme_known: bool | None = question(
        "Le programme est-il connu ?",
        Kind.YES_NO,
        hint="Ce qui sera construit ou réhabilité, pour quel usage, avec quelles surfaces.",
        asked_if=FOR_WORKS,
        why="Troisième des quatre choses à connaître au dépôt.",
    )
    balance_known: bool | None = question(
        "Le bilan économique de l'opération est-il établi ?",
        Kind.YES_NO,
        hint="Toutes les dépenses et toutes les recettes, hors taxes.",
        asked_if=FOR_WORKS,
        why="Dernière des quatre choses à connaître au dépôt.",
    )
    commitment_on: date | None = question(
        "Quand la convention d'aide pourrait-elle être signée ?",
        Kind.DAY,
        hint="Une estimation suffit.",
        why="Les crédits du fonds se perdent s'ils ne sont pas engagés à temps.",
    )
    asked_ademe_first: bool | None = question(
        "Avez-vous d'abord demandé l'aide de l'ADEME ?",
        Kind.YES_NO,
        asked_if=when("history.status", Status.FORMER_ICPE, Status.FORMER_MINE),
        why="Une ancienne ICPE ou une ancienne mine à dépolluer va d'abord à l'ADEME.",
    )
    unforeseen: bool | None = question(
        "Le déficit vient-il d'un imprévu majeur, comme une pollution découverte en cours d'opération ?",
        Kind.YES_NO,
        asked_if=FOR_WORKS,
        why="Un tel imprévu peut être aidé si son traitement n'a pas commencé.",
    )
    unforeseen_started: bool | None = question(
        "Les travaux qui traitent cet imprévu ont-ils commencé ?",
        Kind.YES_NO,
        asked_if=when("operation.unforeseen", True),
        why="Commencés, ils ne sont plus aidés.",
    )


@dataclass(frozen=True, kw_only=True)
class Support:
    planning_agreement: bool | None = question(
        "La collectivité compétente en urbanisme a-t-elle donné son accord écrit ?",
        Kind.YES_NO,
        hint="La commune ou l'intercommunalité qui fait le plan local d'urbanisme.",
        why="Une entreprise privée n'est admise qu'avec cet accord.",
    )
    has_principal: bool | None = question(
        "Agissez-vous pour un concédant, un mandant ou un bailleur ?",
        Kind.YES_NO,
        hint="Celui qui vous a confié l'opération, ou qui vous loue le terrain.",
        why="Son accord est alors demandé aussi.",
    )
    principal_agreement: bool | None = question(
        "A-t-il donné son accord écrit ?",
        Kind.YES_NO,
        asked_if=when("support.has_principal", True),
        why="Une entreprise privée n'est admise qu'avec cet accord, s'il y a lieu.",
    )
    general_interest: str | None = question(
        "En quoi le projet sert-il l'intérêt général ?",
        Kind.TEXT,
        hint="Emplois, artisans maintenus sur la commune, logement, site dépollué, terres épargnées…",
        limit=4_000,
        why="Une entreprise privée doit montrer un intérêt général suffisant.",
    )
