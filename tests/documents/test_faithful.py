"""Whatever the project: every answer once, in order, and the file gives the project back."""

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from grantapp.documents import dossier
from grantapp.documents.ink import Ink
from grantapp.domain.project_file import load
from tests.documents.listening import Heard, listen
from tests.documents.making import Printed, deposit_of
from tests.domain.vocabulary import projects

EXAMPLES = 30 if os.environ.get("CI") == "true" else 4  # a whole dossier is printed for each
NOTHING = ("— sans réponse", "— sans réponse (facultatif)")
REPORTED = "Caractères non imprimables remplacés par □"


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(projects())
def test_every_answer_is_printed_once_in_order_and_the_file_gives_the_project_back(project):
    deposit = deposit_of(project)
    printed = Printed(dossier.pdf(deposit))
    document = listen(printed.content)
    parts = {part.all("H2")[0].text: part for part in document.all("Sect") if part.elements[0].role == "H2"}
    sections = {section["name"]: section["answers"] for section in deposit.content["sections"]}

    asked = [each for name, answers in sections.items() if name not in ("pieces", "declarations") for each in answers]
    assert list(told(parts["2 Réponses"])) == list(expected(asked))
    assert list(told(parts["5 Déclarations et signature"])) == list(expected(sections["declarations"]))
    assert files_told(parts["4 Pièces"]) == files_expected(sections["pieces"])

    data = printed.attached["dossier.json"]
    assert hashlib.sha256(data).hexdigest() == deposit.fingerprint
    again, _, faults = load(json.loads(data)["project"])
    assert (again, faults) == (project, ())


@pytest.mark.parametrize("rows", [1, 40])
def test_so_it_is_when_everything_is_answered(project_with, rows):
    deposit = deposit_of(project_with(rows=rows))
    document = listen(dossier.pdf(deposit))
    answers = next(part for part in document.all("Sect") if part.elements[0].text == "2 Réponses")
    sections = [each for each in deposit.content["sections"] if each["name"] not in ("pieces", "declarations")]
    assert list(told(answers)) == list(expected([each for section in sections for each in section["answers"]]))


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────


def told(part: Heard) -> Iterator[tuple[str, Any]]:
    """Each answer of a part under its label; the rows of tables cut side by side put together again."""
    table: tuple[str, dict[str, list[str]]] | None = None
    for block in blocks(part):
        if block.role == "Table" and block.elements[0].role == "Caption":
            label, columns = rows_told(block)
            if label.endswith("(suite)") and table:
                table[1].update(columns)
                continue
            if table:
                yield table
            table = (label, columns)
            continue
        if table:
            yield table
            table = None
        if block.role == "Table":
            for row in block.all("TR"):
                head, cell = row.elements
                yield letters(head.text), letters(without_report(cell))
        else:
            label, *paragraphs = block.elements
            text = " ".join(each.text for each in paragraphs if not each.text.startswith(REPORTED))
            yield letters(label.text), letters(text)
    if table:
        yield table


def blocks(part: Heard) -> Iterator[Heard]:
    for each in part.elements:
        if each.role == "Table" or (each.role == "Div" and each.elements[0].role == "H4"):
            yield each
        elif each.role in ("Sect", "Div"):
            yield from blocks(each)


def rows_told(table: Heard) -> tuple[str, dict[str, list[str]]]:
    caption = re.sub(r"\(\d+ lignes?\)$", "", table.elements[0].text).strip()
    heads = [each.text for each in table.only("THead").all("TH")]
    cells = [[each.text for each in row.elements] for row in table.only("TBody").elements]
    assert [row[0] for row in cells] == [str(number) for number in range(1, len(cells) + 1)]
    columns = {letters(head): [letters(row[place]) for row in cells] for place, head in enumerate(heads) if place}
    return letters(caption), columns


def without_report(cell: Heard) -> str:
    return cell.text.partition(REPORTED)[0]


def files_told(part: Heard) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (letters(group.elements[0].text), [file_told(row) for row in group.elements[1:] if len(row.elements) > 1])
        for group in part.all("TBody")
    ]


def file_told(row: Heard) -> tuple[str, str]:
    name, _, _, digest = (each.text for each in row.elements)
    return letters(name.removesuffix("Non joint à ce PDF")), letters(digest)


# ── what is expected ─────────────────────────────────────────────────────────────────────────────────────────────


def expected(answers: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for answer in answers:
        label = letters(answer["label"])
        if answer["kind"] == "table" and answer["rows"]:
            yield label, dict(columns_expected(answer))
        elif answer.get("text") is None:
            yield label, letters(NOTHING[not answer["required"]])
        else:
            yield label, letters(Ink().text(answer["text"]))


def columns_expected(table: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    cut = len(table["columns"]) > 7 and not any(table["totals"])
    for place, column in enumerate(table["columns"]):
        cells = [row[place] for row in table["rows"]]
        if cut and not any(cells):
            continue  # the columns of a table too wide for the page are left out where nothing was answered
        unit = f" ({column['unit']})" if column["unit"] else ""
        yield letters(column["label"] + unit), [cell_expected(cell, column, cells) for cell in cells]


def cell_expected(cell: str | None, column: dict[str, Any], cells: list[str | None]) -> str:
    """A figure has no unit, which the head says, and as many decimals as the longest of its column."""
    if cell is None:
        return "—"
    if column["kind"] not in ("amount", "area", "decimal", "percent", "whole"):
        return letters(Ink().text(cell))
    places = max(len(figure(each, column).partition(",")[2]) for each in cells if each)
    whole, _, decimals = figure(cell, column).partition(",")
    return whole + ("," + decimals.ljust(places, "0") if places else "")


def figure(cell: str, column: dict[str, Any]) -> str:
    return letters(cell).removesuffix(letters(column["unit"].split(" ")[0])) if column["unit"] else letters(cell)


def files_expected(answers: list[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (letters(each["label"]), [(letters(Ink().text(piece["name"])), piece["sha256"]) for piece in each["pieces"]])
        for each in answers
    ]


def letters(text: str) -> str:
    """Without spaces nor what shows nothing. Words written from right to left come out from left to right: their
    letters are compared, not their order."""
    shown = re.sub(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFC", text))
    if any(unicodedata.bidirectional(each) in ("R", "AL", "AN") for each in shown):
        return "".join(sorted(unicodedata.normalize("NFKD", shown)))
    return shown
