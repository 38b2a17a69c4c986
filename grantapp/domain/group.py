"""Which undertakings count with ours, and for how much: Recommendation 2003/361/EC, annex, articles 3 and 6.

Each row of the table of links names an undertaking and what it is attached to: ours, or that of another row. Linked
undertakings count whole, from link to link. A partner of the group counts for its share, and what is linked to the
partner counts with it; the partner's own partners do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from grantapp.domain.sections.applicant import Link, Relation
from grantapp.domain.size import Figures

WHOLE = Decimal(100)
PARTNER_FROM = Decimal(25)  # percent of the capital or of the votes, from there on
LINKED_ABOVE = Decimal(50)  # percent of the votes, strictly
YEARS = 3
US = ""


@dataclass(frozen=True)
class Part:
    """One undertaking beside ours: what counts of it in percent, and why, in French.

    `parents` says, row by row, what it is attached to: a place among the parts, or None for ours.
    """

    name: str
    share: Decimal
    reason: str
    rows: tuple[Link, ...]
    parents: tuple[int | None, ...]
    consolidated: bool = False

    @property
    def is_counted(self) -> bool:
        return self.share > 0 and not self.consolidated

    def figures(self, year: int) -> Figures | None:
        """What it adds for a year (0 the last closed, 1 the one before…), or None while a figure is missing."""
        if not self.is_counted:
            return Figures()
        found = figures_of(self.rows[0], year)
        return None if found is None else found.share(self.share)


@dataclass(frozen=True)
class Group:
    parts: tuple[Part, ...]
    public_share: Decimal  # what public bodies hold of us, the larger of their capital and of their votes
    faults: tuple[str, ...]  # what keeps the group from being read, each with what to do


def figures_of(link: Link, year: int) -> Figures | None:
    columns = (
        (link.headcount, link.turnover, link.balance_total),
        (link.headcount_n1, link.turnover_n1, link.balance_total_n1),
        (link.headcount_n2, link.turnover_n2, link.balance_total_n2),
    )[year]
    heads, turnover, balance = columns
    return None if heads is None or turnover is None or balance is None else Figures(heads, turnover, balance)


def group_of(links: Sequence[Link]) -> Group:
    """The undertakings that count, in the order of the rows."""
    keys = [key_of(link.name) or f"\n{place}" for place, link in enumerate(links, start=1)]
    faults = []
    rows: dict[str, list[tuple[str, Link]]] = {}
    for place, (key, link) in enumerate(zip(keys, links, strict=True), start=1):
        parent = _parent(link, keys)
        if parent is None or parent == key:
            faults.append(
                f"Ligne {place} : « {link.attached_to} » n'est ni le nom ni le numéro d'une autre ligne du tableau."
            )
        elif link.relation is None or (link.relation in SHARED and None in (link.capital_percent, link.votes_percent)):
            faults.append(f"Ligne {place} : il manque le lien, la part du capital ou la part des voix.")
        else:
            rows.setdefault(key, []).append((parent, link))
    names = {key: links[place].name or f"Entreprise de la ligne {place + 1}" for place, key in enumerate(keys)}
    for key, found in rows.items():
        if len({_all_figures(link) for _, link in found}) > 1:
            faults.append(
                f"Plusieurs lignes portent le nom « {names[key]} » avec des chiffres différents. Si c'est la même "
                "entreprise, donnez-lui partout les mêmes chiffres ; sinon, donnez-leur des noms différents."
            )
    ours = _linked_from({US}, rows)
    reached = _reached(rows)
    for key in rows:
        if key not in reached:
            faults.append(f"« {names[key]} » n'est rattachée à vous par aucune suite de lignes.")
    if faults:
        return Group((), Decimal(0), tuple(dict.fromkeys(faults)))

    shares = {key: share for key in rows if key not in ours and (share := _held(key, ours, rows)) >= PARTNER_FROM}
    behind: dict[str, str] = {}  # what is linked to a partner, with the partner that counts most
    for partner in sorted(shares, key=lambda each: (-shares[each], each)):
        for key in _linked_from({partner}, rows) - ours - set(shares) - {US}:
            behind.setdefault(key, partner)
    parts = []
    places: dict[str, int | None] = {US: None} | {key: place for place, key in enumerate(rows)}
    for key, found in rows.items():
        if key in ours:
            share, reason = WHOLE, "entreprise liée, comptée en entier"
        elif key in shares:
            share, reason = shares[key], "entreprise partenaire, comptée pour la plus grande de ses parts"
        elif key in behind:
            share = shares[behind[key]]
            reason = f"liée à « {names[behind[key]]} », comptée avec elle"
        else:
            share, reason = Decimal(0), _why_not(found, ours)
        consolidated = any(link.consolidated is True for _, link in found)
        links_found, parents = tuple(link for _, link in found), tuple(places[parent] for parent, _ in found)
        parts.append(Part(names[key], share, reason, links_found, parents, consolidated))
    return Group(tuple(parts), _public(rows), ())


def names_linked(links: Sequence[Link]) -> frozenset[str]:
    """What is linked to ours, from link to link, partners left out; names as `key_of` writes them."""
    keys = [key_of(link.name) or f"\n{place}" for place, link in enumerate(links, start=1)]
    rows: dict[str, list[tuple[str, Link]]] = {}
    for key, link in zip(keys, links, strict=True):
        parent = _parent(link, keys)
        if parent is not None and parent != key:
            rows.setdefault(key, []).append((parent, link))
    return frozenset(_linked_from({US}, rows) - {US})


SHARED = (Relation.PARTNER, Relation.PUBLIC_BODY)  # relations that cannot be read without their percentages


def key_of(name: str | None) -> str:
    """A name as it is compared: without regard to capitals or spaces."""
    return " ".join((name or "").casefold().split())


def _parent(link: Link, keys: Sequence[str]) -> str | None:
    """The key of the row this one is attached to, `US`, or None when nothing answers to that name."""
    said = key_of(link.attached_to)
    if not said or said in keys:
        return said
    number = said.removeprefix("ligne ")
    if number.isascii() and number.isdecimal() and 1 <= int(number) <= len(keys):
        return keys[int(number) - 1]
    return None


def _is_linked(link: Link) -> bool:
    """Majority of the votes makes a link, whatever the row calls it; a public body is not an undertaking."""
    if link.relation in (Relation.LINKED, Relation.SAME_OWNER):
        return True
    by_votes = link.votes_percent is not None and link.votes_percent > LINKED_ABOVE
    return by_votes and link.relation in (Relation.PARTNER, Relation.EXEMPT)


def _linked_from(start: set[str], rows: dict[str, list[tuple[str, Link]]]) -> set[str]:
    """These undertakings with all that is linked to them, from link to link; a link holds both ways."""
    near: dict[str, set[str]] = {}
    for key, found in rows.items():
        for parent, link in found:
            if _is_linked(link):
                near.setdefault(parent, set()).add(key)
                near.setdefault(key, set()).add(parent)
    return _closure(start, near)


def _reached(rows: dict[str, list[tuple[str, Link]]]) -> set[str]:
    below: dict[str, set[str]] = {}
    for key, found in rows.items():
        for parent, _ in found:
            below.setdefault(parent, set()).add(key)
    return _closure({US}, below)


def _closure(start: set[str], near: dict[str, set[str]]) -> set[str]:
    done, waiting = set(start), list(start)
    while waiting:
        for each in near.get(waiting.pop(), set()) - done:
            done.add(each)
            waiting.append(each)
    return done


def _held(key: str, ours: set[str], rows: dict[str, list[tuple[str, Link]]]) -> Decimal:
    """The share that binds an undertaking to the group, the larger of capital and votes.

    Two rows towards the same undertaking of the group are the two ways of a cross-holding: the greater counts. Rows
    towards several of them are held jointly: they add up.
    """
    capital: dict[str, Decimal] = {}
    votes: dict[str, Decimal] = {}
    for parent, link in rows[key]:
        if link.relation is Relation.PARTNER and parent in ours:
            capital[parent] = max(capital.get(parent, Decimal(0)), link.capital_percent or Decimal(0))
            votes[parent] = max(votes.get(parent, Decimal(0)), link.votes_percent or Decimal(0))
    return min(WHOLE, max(sum(capital.values(), Decimal(0)), sum(votes.values(), Decimal(0))))


def _public(rows: dict[str, list[tuple[str, Link]]]) -> Decimal:
    held = [
        link
        for found in rows.values()
        for parent, link in found
        if link.relation is Relation.PUBLIC_BODY and parent == US
    ]
    capital = sum((link.capital_percent or Decimal(0) for link in held), Decimal(0))
    return max(capital, sum((link.votes_percent or Decimal(0) for link in held), Decimal(0)))


def _why_not(found: list[tuple[str, Link]], ours: set[str]) -> str:
    relations = {link.relation for _, link in found}
    if relations == {Relation.EXEMPT}:
        return "investisseur excepté, sans majorité des voix"
    if relations == {Relation.PUBLIC_BODY}:
        if any(parent != US for parent, _ in found):
            return "organisme public ; la part qu'il tient de vous par une autre entreprise n'est pas additionnée ici"
        return "organisme public, qui n'est pas une entreprise à ajouter"
    if relations == {Relation.OTHER_OWNER}:
        return "liée par une personne seulement, sur un autre marché"
    if any(parent in ours for parent, link in found if link.relation is Relation.PARTNER):
        return "moins de 25 % du capital et des voix"
    return "ni liée à votre groupe, ni à un partenaire immédiat"


def _all_figures(link: Link) -> tuple[Figures | None, ...]:
    return tuple(figures_of(link, year) for year in range(YEARS))
