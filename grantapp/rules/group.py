"""What can honestly be said of several dossiers together: coherence, the same expense, the same site, shared limits.

No text that was read speaks of a collective dossier. So every rule here warns and none blocks; each says whether it
carries a text over to the group, or is a check of this service's own. What decides is each firm's own filing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from grantapp.domain import project_file
from grantapp.domain.consolidation import ZERO, Chapter, Group, GroupRule, Row, consolidated
from grantapp.domain.cumulation import DECREE
from grantapp.domain.de_minimis import NEW, OLD, SINGLE
from grantapp.domain.eligibility import Citation, Outcome, Verdict, met, not_met
from grantapp.domain.group import key_of, names_linked
from grantapp.french import euros, listing, plural, typeset
from grantapp.rules.sources import ARRETE_2018, ARRETE_2019

MOST_NAMED = 6  # names in one sentence; past them, the others are counted
NOTHING = "Aucun dossier déposé n'est repris : il n'y a encore rien à comparer."
SILENT = "Aucune source lue ne parle d'un dossier collectif."
OURS = ARRETE_2018.at(
    "contenu d'une demande",
    unverified=f"Contrôle de cohérence propre à ce service. {SILENT} Règle à confirmer auprès du service instructeur.",
)


def _carried(citation: Citation) -> Citation:
    """A text that speaks of one dossier, carried over to several."""
    note = f"{citation.note} {SILENT} Ce texte parle d'un dossier : l'appliquer au groupe est à confirmer.".strip()
    return Citation(text=citation.text, at=citation.at, url=citation.url, verified=False, note=note)


def _unknown(sentence: str) -> Outcome:
    """What is missing here is no question of one dossier: the sentence says it."""
    return Outcome(Verdict.UNKNOWN, typeset(sentence))


def _named(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    if len(found) > MOST_NAMED:
        found = [*found[: MOST_NAMED - 1], plural(len(found) - MOST_NAMED + 1, "autre")]
    return listing(found)


# ── the group itself ─────────────────────────────────────────────────────────────────────────────────────────────


def receivable(group: Group) -> Outcome:
    """Whatever the group: nothing that was read answers."""
    return _unknown(
        f"{SILENT} Demandez au service instructeur s'il reçoit un tel dossier. Celui que chaque entreprise a déposé en "
        "son nom est celui qui compte."
    )


def all_taken_in(group: Group) -> Outcome:
    if not group.members:
        return _unknown("Aucune entreprise n'est choisie.")
    left = [each for each in group.members if not each.is_taken_in]
    if not left:
        return met(f"{_firms(len(group.members))} : toutes ont déposé leur dossier et sont reprises.")
    why = Counter(each.standing for each in left)
    told = listing(f"{standing[:1].lower()}{standing[1:]} ({count})" for standing, count in why.items())
    return not_met(
        f"{plural(len(left), 'entreprise')} sur {len(group.members)} ne sont pas reprises : {told}. Chacune est nommée "
        "dans la liste. Assemblez de nouveau quand leur situation aura changé."
        if len(left) > 1
        else f"1 entreprise sur {len(group.members)} n'est pas reprise : {left[0].name}, {told}. Assemblez de nouveau "
        "quand sa situation aura changé."
    )


def once_each(group: Group) -> Outcome:
    """By the SIREN that each dossier gives; the one of the cooperative's list where it gives none."""
    found: dict[str, list[str]] = {}
    silent = []
    for chapter in group.all_chapters:
        siret = chapter.answer("organisation", "siret")
        if not siret:
            silent.append(chapter.name)
        found.setdefault(str(siret)[:9] if siret else chapter.siren, []).append(chapter.name)
    twice = {siren: names for siren, names in found.items() if len(names) > 1}
    if twice:
        told = listing(f"{_named(names)} (SIREN {siren})" for siren, names in twice.items())
        return not_met(f"Le même SIREN porte plusieurs dossiers : {told}. Une entreprise ne se compte qu'une fois.")
    if not group.all_chapters:
        return _unknown(NOTHING)
    if silent:
        return _unknown(f"Le SIRET manque dans le dossier de {_named(silent)} : complétez-le, puis déposez de nouveau.")
    return met(f"{plural(len(found), 'dossier')}, autant de SIREN : aucune entreprise n'est comptée deux fois.")


def same_rules(group: Group) -> Outcome:
    versions: dict[tuple[str, str], list[str]] = {}
    for chapter in group.all_chapters:
        versions.setdefault(chapter.edition, []).append(chapter.name)
    if not versions:
        return _unknown(NOTHING)
    if len(versions) == 1:
        ((_, version),) = versions
        return met(f"Tous les dossiers repris ont été jugés par la version {version} des règles.")
    told = listing(f"version {version} ({plural(len(names), 'dossier')})" for (_, version), names in versions.items())
    return not_met(
        f"Les dossiers n'ont pas été jugés par la même version des règles : {told}. Un nouveau dépôt serait jugé par "
        "la version en vigueur."
    )


def same_site(group: Group) -> Outcome:
    """The same commune and the same parcels; the firms that answered for themselves left out."""
    sites = [(chapter.name, _site(chapter)) for chapter in group.all_chapters if not chapter.has_own_site]
    if not sites:
        return _unknown(NOTHING)
    silent = [name for name, (insee, parcels) in sites if not insee or not parcels]
    places: dict[tuple[str | None, frozenset[str]], list[str]] = {}
    for name, site in sites:
        if all(site):
            places.setdefault(site, []).append(name)
    if len(places) > 1:
        most = max(places.values(), key=len)
        others = [name for names in places.values() if names is not most for name in names]
        return not_met(
            f"{plural(len(others), 'dossier ne décrit', 'dossiers ne décrivent')} pas le même terrain que les autres, "
            f"par la commune ou par les parcelles : {_named(others)}. Vérifiez, ou faites dire la raison par "
            "l'entreprise, dans son dossier."
        )
    if silent:
        return _unknown(f"La commune ou les parcelles du site manquent dans le dossier de {_named(silent)}.")
    own = [chapter.name for chapter in group.all_chapters if chapter.has_own_site]
    told = f" {_named(own)} : site différent, avec une raison donnée." if own else ""
    return met(f"Le même terrain dans {plural(len(sites), 'dossier')}, par la commune et les parcelles.{told}")


def _site(chapter: Chapter) -> tuple[str | None, frozenset[str]]:
    """A parcel is written short (ZZ9901) or whole (84007000ZZ9901): its last six characters are the same."""
    parcels = chapter.answer("site", "parcels") or []
    return chapter.answer("site", "insee_code"), frozenset(str(each)[-6:].upper() for each in parcels)


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────


def no_expense_twice(group: Group) -> Outcome:
    """The same post, label, day and amount, for which aid is asked in two dossiers."""
    found: dict[tuple[str, ...], list[tuple[str, str, Row]]] = {}
    incomplete = []
    for chapter in group.all_chapters:
        for row in chapter.expenses:
            if row.get("claimed") is None or (row["claimed"] and not _is_whole(row)):
                incomplete.append(chapter.name)
            elif row["claimed"]:
                found.setdefault(_expense(row), []).append((chapter.deposit.fingerprint, chapter.name, row))
    shared = [claims for claims in found.values() if len({deposit for deposit, _, _ in claims}) > 1]
    if shared:
        told = [
            f"« {claims[0][2].get('label') or 'sans détail'} », {euros(Decimal(claims[0][2]['amount']))} "
            f"({_named(name for _, name, _ in claims)})"
            for claims in shared
        ]
        return not_met(
            f"{plural(len(told), 'dépense est présentée', 'dépenses sont présentées')} à l'aide dans plusieurs "
            f"dossiers, avec le même poste, le même détail, la même date et le même montant : {_named(told)}. Si c'est "
            "la même dépense, une seule entreprise peut la présenter."
        )
    if not group.all_chapters:
        return _unknown(NOTHING)
    if incomplete:
        return _unknown(f"Des lignes de dépenses sont incomplètes dans le dossier de {_named(incomplete)}.")
    return met("Aucune dépense n'est présentée à l'aide dans deux dossiers.")


def _is_whole(row: Row) -> bool:
    return all(row.get(name) for name in ("post", "planned_on", "amount"))


def _expense(row: Row) -> tuple[str, ...]:
    label = " ".join(str(row.get("label") or "").casefold().split())
    return str(row["post"]), label, str(row["planned_on"]), f"{Decimal(row['amount']).normalize():f}"


def aid_within_costs(group: Group) -> Outcome:
    """All the public aid on the costs of the group, against these costs; as each deposit computed both."""
    pairs = [
        (chapter.name, chapter.computed("cumulation", "total"), chapter.line("eligible_base"))
        for chapter in group.all_chapters
    ]
    if not pairs:
        return _unknown(NOTHING)
    silent = [name for name, total, base in pairs if total is None or base is None]
    if silent:
        return _unknown(f"Le cumul des aides n'a pas pu être calculé dans le dossier de {_named(silent)}.")
    total = sum((each or ZERO for _, each, _ in pairs), ZERO)
    base = sum((each or ZERO for _, _, each in pairs), ZERO)
    if total > base:
        return not_met(
            f"Les aides publiques du groupe feraient {euros(total)}, pour {euros(base)} de dépenses présentées : "
            f"{euros(total - base)} de trop."
        )
    return met(
        f"Les aides publiques du groupe feraient {euros(total)}, pour {euros(base)} de dépenses présentées : le total "
        "reste dans la limite."
    )


def funding_is_expenditure(group: Group) -> Outcome:
    amounts = [(chapter.name, chapter.amounts) for chapter in group.all_chapters]
    if not amounts:
        return _unknown(NOTHING)
    if silent := [name for name, each in amounts if each.unvalued]:
        return _unknown(f"Des montants manquent dans le dossier de {_named(silent)}.")
    whole = consolidated(each for _, each in amounts)
    gaps = [(name, each.gap) for name, each in amounts if each.gap]
    told = _named(f"{name} ({'+' if gap > 0 else ''}{euros(gap)})" for name, gap in gaps)
    if whole.gap:
        return not_met(
            f"Les ressources du groupe font {euros(whole.funding)}, ses dépenses {euros(whole.expenditure)} : "
            f"{euros(abs(whole.gap))} {'de trop' if whole.gap > 0 else 'manquent'}. Écart par dossier : {told}."
        )
    if gaps:
        return not_met(f"Le total s'équilibre, mais par des écarts qui se compensent d'un dossier à l'autre : {told}.")
    return met(f"Les ressources égalent les dépenses, au centime : {euros(whole.expenditure)}, dans chaque dossier.")


def one_room_for_linked(group: Group) -> Outcome:
    """Firms of the group that name each other as linked share one room for de minimis aid."""
    chapters = group.all_chapters
    if not chapters:
        return _unknown(NOTHING)
    linked: dict[int, set[int]] = {}  # places among the chapters
    silent = []
    for place, chapter in enumerate(chapters):
        if (has_links := chapter.answer("size", "has_links")) is None:
            silent.append(chapter.name)
        linked_names = _linked_names(chapter) if has_links else frozenset()
        for other, each in enumerate(chapters):
            if other != place and linked_names & _names(each):
                linked.setdefault(place, set()).add(other)
                linked.setdefault(other, set()).add(place)
    told = [_room([chapters[place] for place in circle]) for circle in _circles(linked)]
    over = [sentence for is_over, sentence in told if is_over]
    if over:
        return not_met(" ".join(over))
    if told:
        return _unknown(" ".join(sentence for _, sentence in told))
    if silent:
        return _unknown(f"On ne sait pas si {_named(silent)} a des entreprises liées.")
    return met("Aucun dossier repris ne déclare de lien avec une autre entreprise du groupe.")


def _linked_names(chapter: Chapter) -> frozenset[str]:
    """As the dossier itself counts them for its de minimis aid: from link to link, without partners."""
    project, _, _ = project_file.load(chapter.content["project"])
    return names_linked(project.size.links or ())


def _names(chapter: Chapter) -> set[str]:
    return {key_of(name) for name in (chapter.name, chapter.answer("organisation", "name")) if name}


def _circles(linked: Mapping[int, set[int]]) -> list[list[int]]:
    """The firms that hold together, from link to link."""
    found: list[list[int]] = []
    seen: set[int] = set()
    for first in linked:
        if first in seen:
            continue
        circle, ahead = [], [first]
        while ahead:
            each = ahead.pop()
            if each not in seen:
                seen.add(each)
                circle.append(each)
                ahead += sorted(linked[each])
        found.append(sorted(circle))
    return found


def _room(chapters: list[Chapter]) -> tuple[bool, str]:
    """Whether what these firms received together is over the ceiling, and how it is said."""
    names = _named(chapter.name for chapter in chapters)
    start = f"{names} se disent liées : si le lien est celui d'une entreprise unique, elles partagent un seul plafond"
    ceilings = [
        each for each in (chapter.computed("de_minimis", "ceiling") for chapter in chapters) if each is not None
    ]
    counted = [chapter.computed("de_minimis", "counted") for chapter in chapters]
    if not ceilings or None in counted:
        return False, f"{start}, et leurs aides de minimis sont encore à compter."
    ceiling, total = min(ceilings), sum((each for each in counted if each is not None), ZERO)
    if total > ceiling:
        return True, (
            f"{start} de {euros(ceiling)} ; elles en comptent {euros(total)} ensemble. Le lien n'est reconnu que par "
            "les noms : faites-le vérifier."
        )
    return False, (
        f"{start} de {euros(ceiling)}, dont {euros(total)} sont déjà comptés. Le lien n'est reconnu que par les noms : "
        "à confirmer."
    )


def _firms(count: int) -> str:
    return plural(count, "entreprise choisie", "entreprises choisies")


BUDGET = _carried(ARRETE_2018.at("contenu de la demande : dépenses et plan de financement"))
PLAN = _carried(ARRETE_2019.at("pièces de la demande : plan de financement"))

RULES: tuple[GroupRule, ...] = (
    GroupRule(
        code="G01",
        slug="recevable",
        title=typeset("Un dossier collectif est-il reçu ?"),
        cites=(OURS,),
        judge=receivable,
    ),
    GroupRule(
        code="G02",
        slug="toutes-reprises",
        title=typeset("Toutes les entreprises choisies"),
        cites=(OURS,),
        judge=all_taken_in,
    ),
    GroupRule(
        code="G03",
        slug="une-fois-chacune",
        title=typeset("Chaque entreprise une seule fois"),
        cites=(OURS,),
        judge=once_each,
    ),
    GroupRule(
        code="G04", slug="memes-regles", title=typeset("La même version des règles"), cites=(OURS,), judge=same_rules
    ),
    GroupRule(code="G05", slug="meme-site", title=typeset("Le même terrain"), cites=(OURS,), judge=same_site),
    GroupRule(
        code="G06",
        slug="pas-deux-fois",
        title=typeset("Aucune dépense présentée deux fois"),
        cites=(_carried(DECREE), OURS),
        judge=no_expense_twice,
    ),
    GroupRule(
        code="G07",
        slug="aides-et-depenses",
        title=typeset("Les aides publiques ne dépassent pas les dépenses"),
        cites=(_carried(DECREE),),
        judge=aid_within_costs,
    ),
    GroupRule(
        code="G08",
        slug="equilibre",
        title=typeset("Les ressources égalent les dépenses"),
        cites=(BUDGET, PLAN),
        judge=funding_is_expenditure,
    ),
    GroupRule(
        code="G09",
        slug="de-minimis",
        title=typeset("Entreprises liées : un seul plafond de minimis"),
        cites=tuple(_carried(each) for each in (OLD, NEW, SINGLE)),
        judge=one_room_for_linked,
    ),
)
