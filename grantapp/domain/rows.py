"""Which row of an older table became which row of a newer one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
NUMBERS = ("siren", "siret")  # the surest names


@dataclass(frozen=True)
class Pair:
    """The places of one row in the two tables, from 0; None where it is not. `by` says how it was recognised."""

    before: int | None
    after: int | None
    by: str


def keys_of(columns: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The columns that may name a row, the surest first, with their labels: a number of the directory of firms, then
    the first line of text; in a table that has neither, the first date (the year of accounts that it ends)."""
    first: dict[str, str] = {}
    for column in columns:
        first.setdefault(column["kind"], column["name"])
    names = [first[kind] for kind in (*NUMBERS, "line") if kind in first]
    chosen = names or [first[kind] for kind in ("day",) if kind in first]
    labels = {column["name"]: column["label"] for column in columns}
    return {name: labels[name] for name in chosen}


def paired(old: Sequence[Row], new: Sequence[Row], keys: Mapping[str, str]) -> tuple[Pair, ...]:
    """Every row of both tables once: in the order of the newer one, then what is gone.

    Equal rows are one row, wherever they stand. Then each key in turn joins the rows it names without ambiguity; then
    rows that share at least half of their answers, the most alike first; then, in a table that has no key at all, rows
    at the same place.
    """
    left, right = dict(enumerate(old)), dict(enumerate(new))
    found: list[Pair] = []

    def join(before: int, after: int, by: str) -> None:
        del left[before], right[after]
        found.append(Pair(before, after, by))

    for before, after in list(_equal(left, right)):
        join(before, after, "contenu")
    for key, label in keys.items():
        for before, after in list(_named(left, right, key)):
            join(before, after, label)
    for _, before, after in sorted(_alike(left, right)):
        if before in left and after in right:
            join(before, after, "ressemblance")
    if not keys:
        for place in sorted(left.keys() & right.keys()):
            join(place, place, "place")
    found += [Pair(before, None, "") for before in left] + [Pair(None, after, "") for after in right]
    return tuple(sorted(found, key=lambda pair: (pair.after is None, pair.after or 0, pair.before or 0)))


def _equal(left: Mapping[int, Row], right: Mapping[int, Row]) -> Iterator[tuple[int, int]]:
    places: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for after, row in right.items():
        places.setdefault(_frozen(row), []).append(after)
    for before, row in left.items():
        if same := places.get(_frozen(row)):
            yield before, same.pop(0)


def _frozen(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in row.items()))


def _named(left: Mapping[int, Row], right: Mapping[int, Row], key: str) -> Iterator[tuple[int, int]]:
    """By a name that one row alone bears, on each side."""
    ours, theirs = _by_name(left, key), _by_name(right, key)
    for name, places in ours.items():
        others = theirs.get(name, [])
        if len(places) == len(others) == 1:
            yield places[0], others[0]


def _by_name(rows: Mapping[int, Row], key: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, row in rows.items():
        if row.get(key) is not None:
            found.setdefault(" ".join(str(row[key]).casefold().split()), []).append(place)
    return found


def _alike(left: Mapping[int, Row], right: Mapping[int, Row]) -> Iterator[tuple[float, int, int]]:
    """Rows that share half of what they say, with their distance: the nearest come first when sorted."""
    for before, ours in left.items():
        for after, theirs in right.items():
            said = len(ours.keys() | theirs.keys())
            shared = sum(1 for name, value in ours.items() if theirs.get(name) == value)
            if said and 2 * shared >= said:
                yield 1 - shared / said, before, after
