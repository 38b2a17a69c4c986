"""Spreadsheets that we hand over: text stays text, zeros stay, and no cell acts."""

import io
from datetime import date

import pytest
import python_calamine

from grantapp.documents import spreadsheet
from grantapp.domain.roster import Column, Line

EVIL = ["=1+1", "+33 4", "-5", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")']


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = python_calamine.load_workbook(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_template_has_headings_alone_and_its_example_apart():
    found = sheets(spreadsheet.template())
    assert found["Adhérentes"] == [["Entreprise", "SIREN ou SIRET", "Commune", "Contact", "Adresse électronique"]]
    assert found["Exemple"][1][1] == "000 010 009"


def test_faulty_lines_keep_what_was_typed_with_the_reasons():
    line = Line(7, {Column.NAME: "=cmd", Column.SIREN: "012345678", Column.EMAIL: "x"}, reasons=("Un.", "Deux."))
    (found,) = sheets(spreadsheet.faulty([line])).values()
    assert found[1] == ["=cmd", "012345678", "", "", "x", "Un. Deux.", 7.0]


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_is_a_formula(text: str):
    (found,) = sheets(spreadsheet.table("Suivi", ["a"], [10], [[text]])).values()
    assert found[1] == [text]
    assert b"<f>" not in spreadsheet.table("Suivi", ["a"], [10], [[text]])
    cell = spreadsheet.csv_table(["a"], [[text]]).decode("utf-8-sig").splitlines()[1]
    assert cell.lstrip('"').startswith("'")


def test_a_csv_opens_rightly_in_french():
    content = spreadsheet.csv_table(["Entreprise", "Le", "Nombre"], [["Œuvre ; « x »", date(2022, 3, 1), 12]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[1] == '"Œuvre ; « x »";01/03/2022;12'
