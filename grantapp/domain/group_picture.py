"""The group of undertakings as a small drawing, and the same in words: who is attached to whom, what counts of it.

An indented tree: ours on top, each undertaking once, under what brings it into the group by the fewest links. It stays
narrow whatever the group, so that it is read on a phone and printed on paper. One unit is a CSS pixel at full size.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from heapq import heappop, heappush

from grantapp.domain.group import WHOLE, Group, Part
from grantapp.domain.sections.applicant import Link, Relation
from grantapp.french import NBSP, listing, percent, typeset

WIDTH = 320
INDENT = 16
TRUNK = 7  # from the left edge of a box to the line that goes down from it
GAP = 8
PADDING = 8
MARGIN = 13  # from the left edge of a box to its text: the gauge stands between
NAME_SIZE, NAME_LINE = 15, 18
DETAIL_SIZE, DETAIL_LINE = 13, 16
MOST_NAME_LINES = 2
MOST_BOXES = 12  # beside ours; past that, a list reads better than a drawing
DEEPEST = 5


class Count(StrEnum):
    """How an undertaking counts in the size of ours."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"
    CONSOLIDATED = "consolidated"


@dataclass(frozen=True)
class Tie:
    """What binds an undertaking to another one of the list, or to ours when `attached_to` is None."""

    attached_to: int | None
    text: str  # « 60 % du capital et des voix »


@dataclass(frozen=True)
class Node:
    """One undertaking of the group, in plain values: what a deposit freezes. `share` is what counts, in percent."""

    name: str
    ties: tuple[Tie, ...]
    count: Count
    share: Decimal
    reason: str

    @property
    def count_word(self) -> str:
        words = {
            Count.WHOLE: "comptée en entier",
            Count.NONE: "non comptée",
            Count.CONSOLIDATED: "déjà consolidée",
        }
        return words.get(self.count) or f"comptée à {percent(self.share)}"

    @property
    def count_sentence(self) -> str:
        if self.count is Count.CONSOLIDATED:
            return typeset("Déjà dans des comptes consolidés : rien n'est ajouté.")
        if self.count is Count.NONE:
            return typeset("Non comptée : ") + f"{self.reason}."
        whole = self.reason[:1].upper() + self.reason[1:]
        return f"{whole}." if self.count is Count.WHOLE else whole + typeset(f" : {percent(self.share)}.")


@dataclass(frozen=True)
class TextLine:
    """`y` is that of the baseline."""

    text: str
    y: int


@dataclass(frozen=True)
class Box:
    """`node` is the place in the list; None for ours, on top, and for the box that stands for the others."""

    node: int | None
    x: int
    y: int
    width: int
    height: int
    look: str  # "us", "others", or how it counts
    names: tuple[TextLine, ...]
    details: tuple[TextLine, ...]
    filled: int  # height of the gauge
    trunk: tuple[int, int] | None  # where the line from what it is attached to begins

    @property
    def text_x(self) -> int:
        return self.x + MARGIN

    @property
    def elbow_y(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True)
class Entry:
    """One undertaking in words."""

    name: str
    text: str


@dataclass(frozen=True)
class GroupPicture:
    """`entries` say every undertaking, drawn or not; all of it is empty for a group of nobody."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    entries: tuple[Entry, ...]
    summary: str

    @property
    def is_cut(self) -> bool:
        """Some are in the list only."""
        return any(box.look == "others" for box in self.boxes)


def nodes_of(group: Group) -> tuple[Node, ...]:
    return tuple(_node(part) for part in group.parts)


def picture_of(nodes: Sequence[Node], us: str = "Votre organisation") -> GroupPicture:
    """`us` is what our own box says."""
    if not nodes:
        return GroupPicture(WIDTH, 0, (), (), "")
    parents, depths = _tree(nodes)
    children: dict[int | None, list[int]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    drawn = _drawn(nodes, parents, depths, children)
    top = _box(None, 0, 0, "us", us, (), Decimal(0), None)
    placed: dict[int | None, Box] = {None: top}
    y = top.height + GAP
    for child in (each for each in _walk(children) if each in drawn):
        above, node = placed[parents[child]], nodes[child]
        x = INDENT * depths[child]
        details = [next(tie.text for tie in node.ties if tie.attached_to == parents[child]), node.count_word]
        if more := len(node.ties) - 1:
            details.append("un autre lien, dans la liste" if more == 1 else f"{more} autres liens, dans la liste")
        trunk = (above.x + TRUNK, above.y + above.height)
        placed[child] = _box(child, x, y, node.count.value, node.name, details, node.share, trunk)
        y += placed[child].height + GAP
    boxes = list(placed.values())
    if left := len(nodes) - len(drawn):
        others = "et une autre, dans la liste" if left == 1 else f"et {left} autres, dans la liste"
        boxes.append(_box(None, INDENT, y, "others", "", [others], Decimal(0), (top.x + TRUNK, top.height)))
        y += boxes[-1].height + GAP
    order = [*_walk(children), *(each for each in range(len(nodes)) if each not in parents)]  # none is dropped
    entries = tuple(Entry(nodes[each].name, _sentence(nodes, each, parents.get(each))) for each in order)
    return GroupPicture(WIDTH, y - GAP, tuple(boxes), entries, _summary(nodes))


def _node(part: Part) -> Node:
    by_parent: dict[int | None, list[Link]] = {}
    for parent, link in zip(part.parents, part.rows, strict=True):
        by_parent.setdefault(parent, []).append(link)
    share = part.share if part.is_counted else Decimal(0)
    count = Count.WHOLE if share == WHOLE else Count.PART if share else Count.NONE
    return Node(
        name=part.name,
        ties=tuple(Tie(parent, _tie(links)) for parent, links in by_parent.items()),
        count=Count.CONSOLIDATED if part.consolidated and part.share else count,
        share=share,
        reason=typeset(part.reason),
    )


RELATIONS = {
    Relation.SAME_OWNER: "à la même personne, même marché",
    Relation.OTHER_OWNER: "à la même personne, autre marché",
    Relation.EXEMPT: "investisseur excepté",
    Relation.PUBLIC_BODY: "organisme public",
}


def _tie(links: Sequence[Link]) -> str:
    """Several rows between the same two are the two ways of a cross-holding: the greater is said, as it counts."""
    capital = max((link.capital_percent for link in links if link.capital_percent), default=None)
    votes = max((link.votes_percent for link in links if link.votes_percent), default=None)
    said = list(dict.fromkeys(RELATIONS[link.relation] for link in links if link.relation in RELATIONS))
    if capital and capital == votes:
        said.append(f"{percent(capital)} du capital et des voix")
    else:
        said += [f"{percent(capital)}{NBSP}du{NBSP}capital"] if capital else []
        said += [f"{percent(votes)}{NBSP}des{NBSP}voix"] if votes else []
    nothing = "majorité ou contrôle" if Relation.LINKED in {link.relation for link in links} else "aucune part"
    return typeset(", ".join(said) or nothing)


def _tree(nodes: Sequence[Node]) -> tuple[dict[int, int | None], dict[int, int]]:
    """What each is drawn under and how deep, by the fewest links from ours; a ring of holdings is gone round once."""
    near: dict[int | None, list[int]] = {}
    for place, node in enumerate(nodes):
        for tie in node.ties:
            near.setdefault(tie.attached_to, []).append(place)
    parents: dict[int, int | None] = {}
    depths: dict[int, int] = {}
    level: list[int | None] = [None]
    depth = 0
    while level:
        depth += 1
        following: list[int | None] = []
        for parent in level:
            for child in near.get(parent, ()):
                if child not in parents:
                    parents[child], depths[child] = parent, depth
                    following.append(child)
        level = following
    return parents, depths


def _walk(children: Mapping[int | None, Sequence[int]]) -> list[int]:
    """Each under its own, in the order of the list."""
    order: list[int] = []
    waiting = list(reversed(children.get(None, ())))
    while waiting:
        order.append(waiting.pop())
        waiting += reversed(children.get(order[-1], ()))
    return order


def _drawn(
    nodes: Sequence[Node],
    parents: Mapping[int, int | None],
    depths: Mapping[int, int],
    children: Mapping[int | None, Sequence[int]],
) -> set[int]:
    """Those that get a box: what counts first, then the nearest, none without the one it is attached to."""
    matters: set[int | None] = set()
    for place in reversed(_walk(children)):
        if nodes[place].count is not Count.NONE or place in matters:
            matters |= {place, parents[place]}
    most = len(nodes) if len(nodes) <= MOST_BOXES + 1 else MOST_BOXES  # no box for « one other »
    found: set[int] = set()
    heap: list[tuple[bool, int, int]] = []
    for place in children.get(None, ()):
        heappush(heap, (place not in matters, depths[place], place))
    while heap and len(found) < most:
        *_, place = heappop(heap)
        found.add(place)
        if depths[place] < DEEPEST:
            for child in children.get(place, ()):
                heappush(heap, (child not in matters, depths[child], child))
    return found


def _box(
    node: int | None,
    x: int,
    y: int,
    look: str,
    name: str,
    details: Sequence[str],
    share: Decimal,
    trunk: tuple[int, int] | None,
) -> Box:
    width = WIDTH - x
    room = width - MARGIN - PADDING
    names = wrapped(name, room, NAME_SIZE, MOST_NAME_LINES) if name else ()
    smaller = [line for detail in details for line in wrapped(detail, room, DETAIL_SIZE)]
    named = y + PADDING + NAME_LINE * len(names)
    height = named - y + DETAIL_LINE * len(smaller) + PADDING
    return Box(
        node=node,
        x=x,
        y=y,
        width=width,
        height=height,
        look=look,
        names=tuple(TextLine(text, y + PADDING + NAME_LINE * place + 14) for place, text in enumerate(names)),
        details=tuple(TextLine(text, named + DETAIL_LINE * place + 12) for place, text in enumerate(smaller)),
        filled=int(height * share / WHOLE),
        trunk=trunk,
    )


def _sentence(nodes: Sequence[Node], place: int, parent: int | None) -> str:
    """The names are the applicant's own: only our words around them are set in French."""
    node = nodes[place]
    ties = sorted(node.ties, key=lambda tie: tie.attached_to != parent)  # that of the drawing first
    said: list[str] = []
    for tie in ties:
        also = "aussi " if said else ""
        if tie.attached_to is None:
            said.append(f"{also}lien direct, {tie.text}")
        else:
            said.append(typeset(f"{also}rattachée à « {{}} », ").format(nodes[tie.attached_to].name) + tie.text)
    return f"{typeset(' ; ').join(said)}. {node.count_sentence}"


def _summary(nodes: Sequence[Node]) -> str:
    counts = Counter(node.count for node in nodes)
    words = {
        Count.WHOLE: ("comptée en entier", "comptées en entier"),
        Count.PART: ("comptée en partie", "comptées en partie"),
        Count.NONE: ("non comptée", "non comptées"),
        Count.CONSOLIDATED: ("déjà dans des comptes consolidés", "déjà dans des comptes consolidés"),
    }
    said = [
        f"{counts[each]} {one if counts[each] == 1 else many}" for each, (one, many) in words.items() if counts[each]
    ]
    return typeset(f"Entreprises du groupe : {listing(said)}. Elles sont toutes dans la liste qui suit.")


# ── Text without measuring it ──

_BREAKS = re.compile("[ \t\n\r\u200b]+")
_ADVANCES = {
    letter: advance
    for advance, letters in (
        (320, "iïîjlIÏÎfı,.:;'’!|¡¦· \u00a0\u202f"),
        (440, "rts()-/[]{}*ª°²³¹\u00ad"),
        (520, "aàâäcçeéèêëvxyÿz0123456789?"),
        (880, "mwMW@%œŒæÆ&½¼¾©®ßĦŉŴŵ"),
    )
    for letter in letters
}  # thousandths of an em, from above


def wrapped(text: str, room: int, size: int, most: int | None = None) -> tuple[str, ...]:
    """The text in lines that surely hold in so many units; past `most` lines it ends in « … »."""
    lines = [""]
    for word in _BREAKS.split(text.strip()):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if advance(longer, size) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if advance(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
    if most is not None and len(lines) > most:
        last = lines[most - 1]
        while advance(f"{last}…", size) > room:
            last = last[:-1]
        lines[most - 1 :] = [f"{last.rstrip()}…"]
    return tuple(lines)


def advance(text: str, size: int) -> int:
    """An upper bound of the length of a line in our semibold face, in units."""
    return -(-sum(map(_thousandths, text)) * size // 1000)


def _thousandths(letter: str) -> int:
    """A letter that our face lacks is taken for a broad one of another face."""
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if letter in _ADVANCES:
        return _ADVANCES[letter]
    if ord(letter) > 0x17F:
        return 1100
    return 700 if letter.isupper() else 600
