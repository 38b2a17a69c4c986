"""Spreadsheets to send: the same list as XLSX, ODS and CSV; and files that are none."""

import csv
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import xlsxwriter

from grantapp.services import demonstration
from tests.makers import make_siren

HEADINGS = ("Entreprise", "SIREN ou SIRET", "Commune", "Contact", "Adresse électronique")
Rows = Sequence[Sequence[str | float]]

NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def firms(count: int = 90) -> list[tuple[str, ...]]:
    """Lines that are right."""
    return [
        (firm.name or "", firm.siren or "", firm.town or "", f"Contact {at}", f"contact{at}@adherente.example")
        for at, firm in enumerate(demonstration.members()[:count], start=1)
    ]


FAULTY = (
    ("", make_siren(5000), "Apt", "", "a@sans-nom.example"),
    ("Clé fausse", "000010008", "Apt", "", "a@cle.example"),
    ("Sans adresse", make_siren(5001), "Apt", "", "néant"),
    ("Deux fois", make_siren(1000), "Apt", "", "a@double.example"),
    ("La coopérative", make_siren(), "Apt", "", "a@cooperative.example"),
)


def ninety_and_five() -> list[tuple[str, ...]]:
    """Ninety lines that are right and five that are not, among a few blank ones."""
    lines = [*firms()]
    for at, each in enumerate(FAULTY):
        lines.insert(20 * (at + 1), each)
    lines.insert(50, ("", "", "", "", ""))
    return [HEADINGS, *lines]


def xlsx(rows: Rows) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Liste")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def ods(rows: Rows) -> bytes:
    """As LibreOffice writes it: blank cells and blank rows counted, and a million of them at the end."""

    def cell(value: str | float) -> str:
        if value == "":
            return "<table:table-cell/>"
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    blank = '<table:table-cell table:number-columns-repeated="1000"/>'
    body += f'<table:table-row table:number-rows-repeated="1000000">{blank}</table:table-row>'
    return packed_ods(f'<table:table table:name="Liste">{body}</table:table>')


def packed_ods(tables: str) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} office:version="1.3">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", kind, zipfile.ZIP_STORED)
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", content)
    return out.getvalue()


def comma(rows: Rows, separator: str = ";", encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


FORMS = {"xlsx": xlsx, "ods": ods, "csv": comma}
