"""Seeded defects: what each one breaks is known, so that a validator that lets it pass is found out."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from grantapp.documents import pdf
from grantapp.documents.finishing import Attachment, Relationship

PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Un document sain</title>
<link rel="stylesheet" href="grantapp:print.css"></head><body>
<h1>Titre</h1><h2>Partie</h2><p>Un texte, et <span><a href="https://exemple.example/">un lien</a></span>.</p>
<ul><li>Un</li><li>Deux</li></ul>
<svg width="40" height="40"><title>Un carré</title><rect width="40" height="40" fill="#123456"/></svg>
<table><caption>Des montants</caption><thead><tr><th scope="col">Poste</th><th scope="col">Montant</th></tr></thead>
<tbody><tr><th scope="row">Études</th><td>12 €</td></tr></tbody></table>
</body></html>"""


def healthy() -> bytes:
    """A small document with one of everything."""
    given = datetime(2022, 4, 29, 21, 59, 59, tzinfo=UTC)
    file = Attachment("donnees.json", b"{}", "application/json", Relationship.DATA, "Des données", given)
    return pdf.render(PAGE, identifier="0" * 32, attachments=(file,))


@dataclass(frozen=True)
class Defect:
    flavour: str  # the claim that it breaks
    seed: Callable[[pikepdf.Pdf], None]


def seeded(defect: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(healthy())) as document:
        defect(document)
        written = io.BytesIO()
        document.save(written, preserve_pdfa=True, fix_metadata_version=False)
    return written.getvalue()


def elements(document: pikepdf.Pdf, role: str) -> Iterator[Any]:
    """The structure elements of a role, in reading order."""
    waiting = [document.Root.StructTreeRoot.K[0]]
    while waiting:
        element = waiting.pop(0)
        if str(element.S) == f"/{role}":
            yield element
        kids = element.get("/K", Array())
        among = list(kids) if isinstance(kids, Array) else [kids]
        waiting[:0] = [kid for kid in among if isinstance(kid, Dictionary) and "/S" in kid]


def first(document: pikepdf.Pdf, role: str) -> Any:
    return next(elements(document, role))


def embedded(document: pikepdf.Pdf) -> Any:
    return document.Root.AF[0]


def fonts(document: pikepdf.Pdf) -> Iterator[Any]:
    yield from document.pages[0].Resources.Font.values()


def reworded(document: pikepdf.Pdf, old: str, new: str) -> None:
    before = document.Root.Metadata.read_bytes().decode()
    after = before.replace(old, new)
    assert after != before, f"the metadata do not say {old}"
    document.Root.Metadata.write(after.encode())


# ── what each defect does ────────────────────────────────────────────────────────────────────────────────────────


def no_language(document: pikepdf.Pdf) -> None:
    del document.Root.Lang


def no_alternative(document: pikepdf.Pdf) -> None:
    del first(document, "Figure").Alt


def font_not_embedded(document: pikepdf.Pdf) -> None:
    for font in fonts(document):
        descriptor = font.DescendantFonts[0].FontDescriptor
        for kept in ("/FontFile2", "/FontFile3"):
            if kept in descriptor:
                del descriptor[kept]


def no_unicode(document: pikepdf.Pdf) -> None:
    for font in fonts(document):
        del font.ToUnicode


def skipped_heading(document: pikepdf.Pdf) -> None:
    first(document, "H2").S = Name.H4


def no_title(document: pikepdf.Pdf) -> None:
    reworded(document, "dc:title", "dc:source")


def title_not_shown(document: pikepdf.Pdf) -> None:
    document.Root.ViewerPreferences.DisplayDocTitle = False


def no_relationship(document: pikepdf.Pdf) -> None:
    del embedded(document).AFRelationship


def not_associated(document: pikepdf.Pdf) -> None:
    del document.Root.AF


def no_media_type(document: pikepdf.Pdf) -> None:
    del embedded(document).EF.F["/Subtype"]


def script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert('x')")


def no_output_intent(document: pikepdf.Pdf) -> None:
    del document.Root.OutputIntents


def link_without_words(document: pikepdf.Pdf) -> None:
    del document.pages[0].Annots[0].Contents


def link_not_printed(document: pikepdf.Pdf) -> None:
    document.pages[0].Annots[0].F = 0


def link_outside_the_tree(document: pikepdf.Pdf) -> None:
    link = first(document, "Link")
    link.K = Array([kid for kid in link.K if isinstance(kid, int)])
    del document.pages[0].Annots[0].StructParent


def no_order_of_tabs(document: pikepdf.Pdf) -> None:
    del document.pages[0].Tabs


def not_marked(document: pikepdf.Pdf) -> None:
    document.Root.MarkInfo.Marked = False


def item_outside_a_list(document: pikepdf.Pdf) -> None:
    first(document, "L").S = Name.Div


def cell_outside_a_row(document: pikepdf.Pdf) -> None:
    first(document, "TR").S = Name.Div


def heads_without_scope(document: pikepdf.Pdf) -> None:
    for head in elements(document, "TH"):
        del head.A.Scope
    for cell in elements(document, "TD"):
        del cell.A.Headers


def no_extension_schema(document: pikepdf.Pdf) -> None:
    reworded(document, "pdfaExtension:schemas", "pdfaExtension:other")


def no_accessibility_claim(document: pikepdf.Pdf) -> None:
    reworded(document, "<pdfuaid:part>1</pdfuaid:part>", "")


def no_archive_claim(document: pikepdf.Pdf) -> None:
    reworded(document, 'pdfaid:conformance="A"', "")


def untagged_drawing(document: pikepdf.Pdf) -> None:
    document.pages[0].contents_add(b"0 0 10 10 re f")


def interpolated_image(document: pikepdf.Pdf) -> None:
    image = document.make_stream(
        b"\x00",
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=1,
        Height=1,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
        Interpolate=True,
    )
    page = document.pages[0]
    page.Resources.XObject.Seeded = image
    page.contents_add(b"/Artifact BMC q 1 0 0 1 0 0 cm /Seeded Do Q EMC")


DEFECTS: dict[str, Defect] = {
    seed.__name__: Defect(flavour, seed)
    for flavour, seeds in (
        (
            "3a",
            (
                font_not_embedded,
                no_unicode,
                no_relationship,
                not_associated,
                no_media_type,
                script,
                no_output_intent,
                link_not_printed,
                not_marked,
                no_extension_schema,
                no_archive_claim,
                interpolated_image,
            ),
        ),
        (
            "ua1",
            (
                no_language,
                no_alternative,
                skipped_heading,
                no_title,
                title_not_shown,
                link_without_words,
                link_outside_the_tree,
                no_order_of_tabs,
                item_outside_a_list,
                cell_outside_a_row,
                heads_without_scope,
                no_accessibility_claim,
                untagged_drawing,
            ),
        ),
    )
    for seed in seeds
}
