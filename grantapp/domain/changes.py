"""What a later version of a dossier changes: answers, rows, pieces, amounts, verdicts. Two contents in, words out.

Two answers are compared by their values, never by the words they are shown in: a list reworded by a later release
changes nothing that the applicant said. What is shown are the frozen words of each version.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal

from grantapp import french
from grantapp.domain.rows import Pair, keys_of, paired

Content = Mapping[str, Any]  # of a deposit, of any format
What = Literal["added", "removed", "changed", "replaced", "renamed"]

EUROS, AREA, NUMBERS = "amount", "area", ("whole", "decimal")


@dataclass(frozen=True)
class FieldChange:
    """One answer; None where there was none. A question that a version did not ask is said apart."""

    anchor: str
    section: str
    label: str
    before: str | None
    after: str | None
    delta: str | None  # « +12 000 € », between two numbers
    was_asked: bool
    is_asked: bool


@dataclass(frozen=True)
class CellChange:
    label: str
    before: str | None
    after: str | None
    delta: str | None


@dataclass(frozen=True)
class RowChange:
    """A row added, removed or changed; its rank in each version, from 1, and the cells that differ (all of them when
    it came or went)."""

    what: What
    title: str
    was_row: int | None
    is_row: int | None
    cells: tuple[CellChange, ...]
    matched_by: str  # for a changed row, how its two states were recognised as one; else empty


@dataclass(frozen=True)
class TableChange:
    anchor: str
    section: str
    label: str
    rows: tuple[RowChange, ...]
    totals: tuple[CellChange, ...]


@dataclass(frozen=True)
class File:
    name: str
    size: int  # octets
    sha256: str


@dataclass(frozen=True)
class PieceChange:
    """A file that came, went, was replaced by another content, or only took another name."""

    what: What
    anchor: str
    label: str
    before: File | None
    after: File | None


@dataclass(frozen=True)
class AmountChange:
    code: str
    label: str
    before: str | None
    after: str | None
    delta: str | None


@dataclass(frozen=True)
class VerdictChange:
    """A rule of which the verdict turned; None where a version did not have the rule. The sentence is the later one."""

    rule: str
    title: str
    before: str | None
    after: str | None
    sentence: str


@dataclass(frozen=True)
class Turn:
    """Something said once a version: the conclusion, the edition, the version of its rules."""

    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """From one version to the next. `is_empty` looks at what the applicant gave, not at what the rules made of it."""

    fields: tuple[FieldChange, ...]
    tables: tuple[TableChange, ...]
    pieces: tuple[PieceChange, ...]
    amounts: tuple[AmountChange, ...]
    verdicts: tuple[VerdictChange, ...]
    conclusion: Turn | None
    edition: Turn | None
    rules: Turn | None

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.tables or self.pieces)


def changes(before: Content, after: Content) -> Changes:
    """What changed from one frozen content to another, of whatever formats; the order of their parts does not count."""
    old, new = _answers(before), _answers(after)
    fields: list[FieldChange] = []
    tables: list[TableChange] = []
    pieces: list[PieceChange] = []
    for anchor in dict.fromkeys((*new, *old)):
        was, now = old.get(anchor), new.get(anchor)
        known = now or was
        assert known is not None  # noqa: S101 - the anchor comes from one of them
        match known.answer["kind"]:
            case "table":
                tables += _table(was, now, known)
            case "pieces":
                pieces += _pieces(was, now, known)
            case kind:
                fields += _field(was, now, known, kind)
    return Changes(
        fields=tuple(fields),
        tables=tuple(tables),
        pieces=tuple(pieces),
        amounts=tuple(_amounts(before["judgement"], after["judgement"])),
        verdicts=tuple(_verdicts(before["judgement"], after["judgement"])),
        conclusion=_turn(before["judgement"]["conclusion"], after["judgement"]["conclusion"]),
        edition=_turn(_title(before), _title(after)),
        rules=_turn(before["edition"]["version"], after["edition"]["version"]),
    )


def as_json(found: Changes) -> dict[str, Any]:
    """As a deposit keeps it: the same names, lists for tuples."""
    return {name: _plain(value) for name, value in asdict(found).items()}


def in_short(found: Mapping[str, Any]) -> str:
    """« 2 réponses changées, 1 ligne ajoutée et 1 pièce remplacée », from what `as_json` wrote; empty for none."""
    said = []
    if found["fields"]:
        said.append(french.plural(len(found["fields"]), "réponse changée", "réponses changées"))
    words = {"added": "ajoutée", "removed": "retirée", "changed": "changée", "replaced": "remplacée"}
    words["renamed"] = "renommée"
    rows = Counter(row["what"] for table in found["tables"] for row in table["rows"])
    files = Counter(piece["what"] for piece in found["pieces"])
    for noun, counted in (("ligne", rows), ("pièce", files)):
        said += [
            french.plural(counted[what], f"{noun} {word}", f"{noun}s {word}s")
            for what, word in words.items()
            if counted[what]
        ]
    return french.listing(said)


def excerpts(before: str, after: str, *, around: int = 60) -> tuple[str, str]:
    """Of two long texts, what differs, with some words on each side; « […] » stands for what is the same.

    Both come back whole when they share little.
    """
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    start, end = max(0, start - around), max(0, end - around)
    while start and not before[start - 1].isspace():
        start -= 1
    while end and not before[len(before) - end].isspace():
        end -= 1
    head, tail = "[…] " if start else "", " […]" if end else ""
    cut = (head + text[start : len(text) - end].strip() + tail for text in (before, after))
    return next(cut), next(cut)


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Given:
    """An answer as it was asked and given: its frozen words, and its value."""

    section: str
    answer: Mapping[str, Any]
    value: Any


def _answers(content: Content) -> dict[str, _Given]:
    """What was asked, by anchor. An answer to a question that is not asked any more is no part of the dossier."""
    project = content["project"]
    return {
        answer["anchor"]: _Given(
            section["title"], answer, project.get(section["name"], {}).get(answer["anchor"].partition(".")[2])
        )
        for section in content["sections"]
        for answer in section["answers"]
    }


def _field(was: _Given | None, now: _Given | None, known: _Given, kind: str) -> Iterator[FieldChange]:
    before, after = (each.value if each else None for each in (was, now))
    if _same(before, after):
        return
    yield FieldChange(
        anchor=known.answer["anchor"],
        section=known.section,
        label=known.answer["label"],
        before=was.answer.get("text") if was else None,
        after=now.answer.get("text") if now else None,
        delta=_delta(kind, before, after),
        was_asked=was is not None,
        is_asked=now is not None,
    )


def _same(before: Any, after: Any) -> bool:
    """Values are canonical, but for lists: the order in which they were chosen is no answer."""
    if isinstance(before, list) and isinstance(after, list):
        return sorted(map(str, before)) == sorted(map(str, after))
    return bool(before == after)


def _delta(kind: str, before: Any, after: Any) -> str | None:
    if before is None or after is None or kind not in (EUROS, AREA, *NUMBERS):
        return None
    gap = Decimal(str(after)) - Decimal(str(before))
    if not gap:
        return None
    told = {EUROS: french.euros, AREA: french.square_metres}.get(kind, french.number)
    return f"{'+' if gap > 0 else ''}{told(gap)}"


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(was: _Given | None, now: _Given | None, known: _Given) -> Iterator[TableChange]:
    old, new = (list(each.value or []) if each else [] for each in (was, now))
    columns = known.answer["columns"]
    rows = tuple(
        _row(pair, was, now, columns)
        for pair in paired(old, new, keys_of(columns))
        if pair.before is None or pair.after is None or old[pair.before] != new[pair.after]
    )
    if rows:
        yield TableChange(
            anchor=known.answer["anchor"],
            section=known.section,
            label=known.answer["label"],
            rows=rows,
            totals=tuple(_totals(was, now, columns)),
        )


def _row(pair: Pair, was: _Given | None, now: _Given | None, columns: list[Mapping[str, Any]]) -> RowChange:
    before, after = _cells(was, pair.before), _cells(now, pair.after)
    old, new = _values(was, pair.before), _values(now, pair.after)
    cells = tuple(
        CellChange(each["label"], before.get(name), after.get(name), _delta(each["kind"], old.get(name), new.get(name)))
        for each in columns
        if (name := each["name"]) and old.get(name) != new.get(name)
    )
    what: What = "added" if pair.before is None else "removed" if pair.after is None else "changed"
    return RowChange(
        what=what,
        title=_title_of(after or before, columns),
        was_row=None if pair.before is None else pair.before + 1,
        is_row=None if pair.after is None else pair.after + 1,
        cells=cells,
        matched_by=pair.by if what == "changed" else "",
    )


def _cells(given: _Given | None, place: int | None) -> dict[str, str | None]:
    """The frozen words of a row, by column."""
    if given is None or place is None:
        return {}
    names = (each["name"] for each in given.answer["columns"])
    return dict(zip(names, given.answer["rows"][place], strict=True))


def _title_of(cells: Mapping[str, str | None], columns: list[Mapping[str, Any]]) -> str:
    """The first thing a row says, then the words that name it among the others, where they are not the same."""
    named = (cells.get(name) for name in keys_of(columns))
    said = [next((text for text in cells.values() if text), None), next((text for text in named if text), None)]
    return " · ".join(dict.fromkeys(text for text in said if text)) or "—"


def _values(given: _Given | None, place: int | None) -> Mapping[str, Any]:
    return {} if given is None or place is None else given.value[place]


def _totals(was: _Given | None, now: _Given | None, columns: list[Mapping[str, Any]]) -> Iterator[CellChange]:
    """Where a version shows a sum under a column, and it moved."""
    for place, column in enumerate(columns):
        before, after = (_total(each, place) for each in (was, now))
        if before != after:
            sums = (_sum(each, column["name"]) for each in (was, now))
            yield CellChange(column["label"], before, after, _delta(column["kind"], next(sums), next(sums)))


def _total(given: _Given | None, place: int) -> str | None:
    totals = given.answer["totals"] if given else []
    return totals[place] if place < len(totals) else None


def _sum(given: _Given | None, name: str) -> Decimal:
    rows = given.value or [] if given else []
    return sum((Decimal(str(row[name])) for row in rows if row.get(name) is not None), Decimal(0))


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _pieces(was: _Given | None, now: _Given | None, known: _Given) -> Iterator[PieceChange]:
    """By fingerprint: one content stays one piece. What went and what came is a replacement when the name is the same,
    or when there is one of each."""
    old, new = _files(was), _files(now)
    gone = [each for sha256, each in old.items() if sha256 not in new]
    come = [each for sha256, each in new.items() if sha256 not in old]
    found: list[tuple[What, File | None, File | None]] = [
        ("renamed", each, new[sha256])
        for sha256, each in old.items()
        if sha256 in new and new[sha256].name != each.name
    ]
    for each in list(gone):
        twin = next((other for other in come if other.name == each.name), None)
        if twin:
            found.append(("replaced", each, twin))
            gone.remove(each)
            come.remove(twin)
    if len(gone) == len(come) == 1:
        found.append(("replaced", gone.pop(), come.pop()))
    found += [("removed", each, None) for each in gone] + [("added", None, each) for each in come]
    for what, before, after in found:
        yield PieceChange(what, known.answer["anchor"], known.answer["label"], before, after)


def _files(given: _Given | None) -> dict[str, File]:
    listed = given.answer["pieces"] if given else []
    return {each["sha256"]: File(each["name"], each["size"], each["sha256"]) for each in listed}


# ── what the rules made of it ────────────────────────────────────────────────────────────────────────────────────


def _amounts(before: Content, after: Content) -> Iterator[AmountChange]:
    old, new = ({each["code"]: each for each in judged["aid"]} for judged in (before, after))
    for code in dict.fromkeys((*new, *old)):
        was, now = (lines[code]["amount"] if code in lines else None for lines in (old, new))
        if _as_number(was) != _as_number(now):
            label = french.typeset((new.get(code) or old[code])["label"])
            yield AmountChange(code, label, _euros(was), _euros(now), _delta(EUROS, was, now))


def _as_number(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def _euros(amount: str | None) -> str | None:
    return None if amount is None else french.euros(Decimal(amount))


def _verdicts(before: Content, after: Content) -> Iterator[VerdictChange]:
    old, new = ({each["rule"]: each for each in judged["findings"]} for judged in (before, after))
    for rule in dict.fromkeys((*new, *old)):
        was, now = (found[rule]["verdict"] if rule in found else None for found in (old, new))
        if was != now:
            known = new.get(rule) or old[rule]
            yield VerdictChange(rule, known["title"], was, now, known["sentence"])


def _title(content: Content) -> str:
    """Since format 2 a title is a passage with its sources; before, it was the words alone."""
    title = content["edition"]["title"]
    return str(title["text"] if isinstance(title, Mapping) else title)


def _turn(before: str, after: str) -> Turn | None:
    return Turn(before, after) if before != after else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length
