"""Spreadsheets: the member list to fill in, its faulty lines, the board. Text stays text: no cell is ever a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from grantapp.domain.roster import TEMPLATE, Column, Line
from grantapp.french import short_day, typeset

WIDTHS = {
    Column.NAME: 38, Column.SIREN: 20, Column.SIRET: 20, Column.TOWN: 20, Column.CONTACT: 26, Column.EMAIL: 34,
}  # fmt: skip
EXAMPLE = (
    ("Plomberie du Pont rêvé", "000 010 009", "Avignon", "Sacha Modèle", "sacha@plomberie.example"),
    ("Chauffage de l'Exemple", "000 010 017 00010", "Sorgues", "Lou Essai", "contact@chauffage.example"),
)
ADVICE = (
    "Cette feuille est un exemple : elle n'est pas lue. Remplissez la feuille « Adhérentes ».",
    "Une entreprise par ligne. Le SIREN a 9 chiffres ; le SIRET, qui en a 14, convient aussi.",
    "L'adresse électronique est celle où l'invitation sera envoyée. La commune et le contact sont facultatifs.",
)
RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet that opens a CSV takes such a cell for a formula
Cell = str | int | date | None


def template() -> bytes:
    """The member list to fill in: headings, text cells so that no zero is lost, and an example beside."""
    with _Book() as book:
        sheet = book.sheet("Adhérentes", [column.label for column in TEMPLATE], [WIDTHS[each] for each in TEMPLATE])
        for at in range(len(TEMPLATE)):
            sheet.set_column(at, at, WIDTHS[TEMPLATE[at]], book.text)
        example = book.sheet("Exemple", [column.label for column in TEMPLATE], [WIDTHS[each] for each in TEMPLATE])
        for at, row in enumerate(EXAMPLE, start=1):
            book.write(example, at, row)
        for at, sentence in enumerate(ADVICE, start=len(EXAMPLE) + 2):
            example.write_string(at, 0, typeset(sentence))
    return book.content


def faulty(lines: Iterable[Line]) -> bytes:
    """Lines to correct, under the same headings, with the reasons and the line of the file in columns of their own."""
    lines = list(lines)
    there = {column for line in lines for column in line.typed} | set(TEMPLATE)
    columns = [column for column in Column if column in there]
    headings = [column.label for column in columns]
    if Column.SIRET in columns:
        headings[columns.index(Column.SIREN)] = "SIREN"
    with _Book() as book:
        sheet = book.sheet(
            "À corriger", [*headings, "À corriger", "Ligne du fichier"], [*(WIDTHS[each] for each in columns), 90, 16]
        )
        for at, column in enumerate(columns):
            sheet.set_column(at, at, WIDTHS[column], book.text)
        for at, line in enumerate(lines, start=1):
            cells: list[Cell] = [line.typed.get(column, "") for column in columns]
            book.write(sheet, at, [*cells, " ".join(line.reasons), line.number])
    return book.content


def table(title: str, headings: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Any table as XLSX."""
    with _Book() as book:
        sheet = book.sheet(title, headings, widths)
        at = 0
        for at, row in enumerate(rows, start=1):
            book.write(sheet, at, row)
        sheet.autofilter(0, 0, at, len(headings) - 1)
    return book.content


def csv_table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Any table as a CSV that a French spreadsheet opens rightly: BOM, semicolons; no cell acts."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> str:
    if isinstance(cell, date):
        return short_day(cell)
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(RISKY) else text


class _Book:
    """A workbook being written; `content` is there once it is closed."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book: Any = xlsxwriter.Workbook(self._bytes, options)
        self.text = self._book.add_format({"num_format": "@", "valign": "top"})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"})
        self._heading = self._book.add_format(
            {"bold": True, "bg_color": "#17474f", "font_color": "#ffffff", "num_format": "@"}
        )
        self.content = b""

    def __enter__(self) -> "_Book":
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self.content = self._bytes.getvalue()

    def sheet(self, title: str, headings: Sequence[str], widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(title)
        for at, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, heading, self._heading)
        sheet.freeze_panes(1, 0)
        return sheet

    def write(self, sheet: Any, at: int, row: Sequence[Cell]) -> None:
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(at, column, cell, self._day)
            elif isinstance(cell, int):
                sheet.write_number(at, column, cell)
            elif cell:
                sheet.write_string(at, column, cell, self.text)
