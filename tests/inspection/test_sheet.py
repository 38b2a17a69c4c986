"""Spreadsheets from anybody: their rows, or a sentence, and never harm."""

import io
import zipfile
from pathlib import Path

import pytest

from grantapp.domain.lifecycle import Refused
from grantapp.inspection import child, sheet
from grantapp.inspection.sheet import MOST_ROWS, rows_of
from tests import sheets
from tests.web.reader import plain

LINES = [("Entreprise", "SIREN"), ("Électricité, du Pont", "000010009"), ("", ""), ("« L'Œuvre »", "000010017")]
READ = ((1, ("Entreprise", "SIREN")), (2, ("Électricité, du Pont", "000010009")), (4, ("« L'Œuvre »", "000010017")))


@pytest.fixture
def read(tmp_path: Path):
    def rows(content: bytes):
        path = tmp_path / "given"
        path.write_bytes(content)
        return rows_of(path, shown="liste.xlsx")

    return rows


@pytest.mark.parametrize(
    "content",
    [
        sheets.xlsx(LINES),
        sheets.ods(LINES),
        sheets.comma(LINES),
        sheets.comma(LINES, ",", "utf-8"),
        sheets.comma(LINES, "\t", "utf-16"),
        sheets.comma(LINES, ";", "cp1252"),
        b"sep=|\r\n" + sheets.comma(LINES, "|", "utf-8").replace(b"\r\n", b"\r\n"),
    ],
    ids=["xlsx", "ods", "csv", "comma", "tab, UTF-16", "Windows-1252", "sep="],
)
def test_every_form_gives_the_same_rows_with_their_numbers(read, content: bytes):
    found = read(content)
    shift = 1 if content.startswith(b"sep") else 0
    assert found == tuple((number + shift, cells) for number, cells in READ)


def test_a_number_comes_as_the_spreadsheet_has_it(read):
    assert read(sheets.xlsx([("Entreprise", "SIREN"), ("A", 123456789.0)]))[1][1] == ("A", "123456789.0")


def test_the_first_sheet_that_says_something_is_the_one_that_is_read(read):
    cell = '<table:table-cell office:value-type="string"><text:p>oui</text:p></table:table-cell>'
    rows = f"<table:table-row>{cell}</table:table-row>"
    tables = f'<table:table table:name="Vide"/><table:table table:name="B">{rows}</table:table>'
    assert read(sheets.packed_ods(tables)) == ((1, ("oui",)),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "est vide"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "XLS, ou protégé par un mot de passe"),
        (b"PK\x03\x04 pas un zip", "ne peut pas être lu comme un tableau"),
        (sheets.xlsx(LINES)[:900], "ne peut pas être lu comme un tableau"),
        (b"%PDF-1.7\n\x00\x00", "ne peut pas être lu comme un tableau"),
        (b"x" * (sheet.MOST_BYTES + 1), "dépasse 5 Mo"),
        (sheets.comma([("a", "b")] * (MOST_ROWS + 1)), "a plus de 5 000 lignes"),
    ],
    ids=["empty", "xls", "nonsense", "cut", "binary", "too heavy", "too many rows"],
)
def test_what_cannot_be_read_is_refused_by_a_sentence_that_names_it(read, content: bytes, words: str):
    with pytest.raises(Refused) as refused:
        read(content)
    assert words in plain(refused.value.sentence) and "liste.xlsx" in refused.value.sentence


def test_as_many_rows_as_are_allowed_are_read(read):
    assert len(read(sheets.comma([("a", "b")] * MOST_ROWS))) == MOST_ROWS


def _rewritten(content: bytes, name: str, by: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, by if each == name else old.read(each))
    return out.getvalue()


CELL = (
    '<table:table-cell table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p>'
    "</table:table-cell>"
)


@pytest.mark.parametrize(
    "content",
    [
        _rewritten(sheets.xlsx(LINES), "xl/worksheets/sheet1.xml", b" " * 300_000_000),
        sheets.packed_ods(
            f'<table:table table:name="B"><table:table-row table:number-rows-repeated="1000000">{CELL}'
            "</table:table-row></table:table>"
        ),
        _rewritten(
            sheets.xlsx(LINES),
            "xl/worksheets/sheet1.xml",
            b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
            b'<row r="1"><c r="A1" t="n"><v>1</v></c></row></sheetData></worksheet>',
        ),
    ],
    ids=["zip bomb", "repeated cells", "a cell at the far end"],
)
def test_a_bomb_is_a_sentence(read, content: bytes):
    assert len(content) < sheet.MOST_BYTES
    with pytest.raises(Refused) as refused:
        read(content)
    assert "liste.xlsx" in refused.value.sentence


def test_a_child_that_takes_too_long_is_a_sentence(read, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "PATIENCE", 0.01)
    with pytest.raises(Refused, match="trop de travail"):
        read(sheets.xlsx(LINES))
