"""The applicant's answers as they are laid out: short ones in tables, long ones as paragraphs, rows in columns."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from grantapp import french
from grantapp.documents.ink import Ink

FIGURES = ("amount", "area", "decimal", "percent", "whole")
FIXED = (*FIGURES, "day", "siren", "siret", "yes_no")  # the kinds whose column has a width of its own in print.css
_Column = TypeVar("_Column")

WIDEST = 7  # columns that a page holds: past this, empty columns go, then a second table follows
LONGEST_IN_TABLE = 240  # characters: past this, or with several lines, a text has the whole width


@dataclass(frozen=True)
class Line:
    """One question and its answer; `text` is None when there is none."""

    anchor: str
    label: str
    text: str | None
    required: bool
    replaced: tuple[str, ...]

    @property
    def is_long(self) -> bool:
        return self.text is not None and (len(self.text) > LONGEST_IN_TABLE or "\n" in self.text)


@dataclass(frozen=True)
class Lines:
    """Short answers in a row: a table of labels and values."""

    lines: tuple[Line, ...]

    shape = "lines"

    @property
    def replaced(self) -> tuple[str, ...]:
        return tuple(code for line in self.lines for code in line.replaced)


@dataclass(frozen=True)
class LongText:
    line: Line

    shape = "long"

    @property
    def replaced(self) -> tuple[str, ...]:
        return self.line.replaced


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    kind: str

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURES


@dataclass(frozen=True)
class Table:
    anchor: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    totals: tuple[str | None, ...]
    replaced: tuple[str, ...]

    shape = "table"

    @property
    def widths(self) -> tuple[str, ...]:
        """The class of each column's width; the first gives way when no column is free to take what is left."""
        kinds = [f"k-{column.kind}" for column in self.columns]
        if all(column.kind in FIXED for column in self.columns):
            kinds[0] = "k-free"
        return tuple(kinds)

    @property
    def has_totals(self) -> bool:
        return any(total is not None for total in self.totals)

    @property
    def before_totals(self) -> int:
        """How many columns stand before the first total."""
        return next(index for index, total in enumerate(self.totals) if total is not None)


Block = Lines | LongText | Table


@dataclass(frozen=True)
class PrintedSection:
    name: str
    title: str
    blocks: tuple[Block, ...]
    origin: str = ""  # whose answers these are, in a collective dossier


def printed_section(section: Mapping[str, Any]) -> PrintedSection:
    blocks: list[Block] = []
    short: list[Line] = []
    for answer in section["answers"]:
        block = _table(answer) if answer["kind"] == "table" and answer["rows"] else _line(answer)
        if isinstance(block, Line) and not block.is_long:
            short.append(block)
            continue
        if short:
            blocks.append(Lines(tuple(short)))
            short = []
        blocks += [LongText(block)] if isinstance(block, Line) else _side_by_side(block)
    if short:
        blocks.append(Lines(tuple(short)))
    return PrintedSection(section["name"], section["title"], tuple(blocks), _origin(section.get("origin")))


def _origin(origin: Mapping[str, Any] | None) -> str:
    """Whose answers these are; nothing of it was kept before format 4."""
    if origin is None:
        return ""
    if origin["kind"] == "own":
        told = french.typeset("L'entreprise répond elle-même à cette partie commune :")
        return f"{told} «{french.NBSP}{Ink().text(origin['reason'])}{french.NBSP}»"
    saved = f", enregistrées le {_day(origin['saved_at'])}" if origin["saved_at"] else ""
    but = " L'entreprise répond elle-même à ce qui ne regarde qu'elle." if origin["but"] else ""
    told = french.typeset(f", dossier {origin['reference']}{saved}.{but}")
    return f"{french.typeset('Partie commune : réponses de')} {Ink().text(origin['organisation'])}{told}"


def _day(instant: str) -> str:
    return french.day(datetime.fromisoformat(instant).astimezone(french.PARIS).date())


def _line(answer: Mapping[str, Any]) -> Line:
    ink = Ink()
    text = answer.get("text")
    text = None if text is None else ink.text(text)
    return Line(answer["anchor"], answer["label"], text, answer["required"], tuple(ink.replaced))


def _table(answer: Mapping[str, Any]) -> Table:
    """The rows with their figures aligned. A unit that the head of the column already says is not repeated."""
    ink = Ink()
    columns = tuple(
        Column(
            each["name"],
            f"{each['label']} ({each['unit'].replace(' ', french.NBSP)})" if each["unit"] else each["label"],
            each["kind"],
        )
        for each in answer["columns"]
    )
    cells = [list(row) for row in ink.whole(answer["rows"])]
    cells.append(list(answer["totals"]))
    for index, (column, described) in enumerate(zip(columns, answer["columns"], strict=True)):
        if column.is_figure:
            figures = aligned([row[index] for row in cells], described["unit"])
            for row, figure in zip(cells, figures, strict=True):
                row[index] = figure
    *rows, totals = (tuple(row) for row in cells)
    return Table(answer["anchor"], answer["label"], columns, tuple(rows), totals, tuple(ink.replaced))


def side_by_side(columns: Sequence[_Column]) -> list[tuple[_Column, ...]]:
    """The columns of a table in as few tables as the page needs, of about the same width."""
    tables = -(-len(columns) // WIDEST)
    bounds = [len(columns) * number // tables for number in range(tables + 1)] if tables else [0]
    return [tuple(columns[start:end]) for start, end in itertools.pairwise(bounds)]


def _side_by_side(table: Table) -> list[Table]:
    """A table too wide for the page, without its empty columns, as several: the number of the row joins them."""
    if len(table.columns) <= WIDEST or table.has_totals:
        return [table]
    filled = [place for place in range(len(table.columns)) if any(row[place] for row in table.rows)]
    groups = side_by_side(filled)
    return [
        replace(
            table,
            anchor=table.anchor if number == 0 else f"{table.anchor}.{number + 1}",
            label=table.label if number == 0 else french.typeset(f"{table.label} (suite)"),
            columns=tuple(table.columns[place] for place in group),
            rows=tuple(tuple(row[place] for place in group) for row in table.rows),
            totals=tuple(table.totals[place] for place in group),
            replaced=table.replaced if number == 0 else (),
        )
        for number, group in enumerate(groups)
    ]


def aligned(figures: Iterable[str | None], unit: str) -> list[str | None]:
    """The figures of a column without their unit, and with as many decimals in each, so that commas stand in line."""
    sign = unit.split(" ")[0]
    bare = [figure.removesuffix(f"{french.NBSP}{sign}") if figure and sign else figure for figure in figures]
    decimals = max((len(figure.partition(",")[2]) for figure in bare if figure), default=0)
    return [_with_decimals(figure, decimals) if figure else figure for figure in bare]


def _with_decimals(figure: str, decimals: int) -> str:
    whole, _, fraction = figure.partition(",")
    return f"{whole},{fraction.ljust(decimals, '0')}" if decimals else whole
