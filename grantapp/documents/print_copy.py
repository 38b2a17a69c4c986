"""The copy to read and print: the dossier, then every page of its pieces, numbered and bookmarked.

It claims no conformity: the pages of a piece have no tags, and its fonts may be missing. The archive copy keeps that
claim, the seal and the original files; this one says so on its first page, and says which archive copy it follows.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, OutlineItem

from grantapp import french
from grantapp.documents import FONTS
from grantapp.documents import pdf as printer
from grantapp.documents.dossier import PrintedDossier, printed_dossier
from grantapp.documents.ink import Ink, grouped
from grantapp.documents.leaf import identifier, render
from grantapp.documents.seal import unseal
from grantapp.domain.deposit import Deposit

A4 = (595.28, 841.89)  # points
LARGEST = 14_400  # points: what readers show of a sheet
STRIP = 28  # points at the foot of a piece's page, for its number
TITLE = "Copie pour lire et imprimer"


@dataclass(frozen=True)
class Filed:
    """A file of the deposit, in the order in which the dossier lists them."""

    number: int  # from 1
    label: str
    name: str
    octets: int
    sha256: str


@dataclass(frozen=True)
class Appended:
    """What is printed of a file: a PDF in which nothing acts, or an image; else the reason why it is not there."""

    filed: Filed
    pages: Path | None = None
    image: Path | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Entry:
    """One file as the first page lists it, and as its own separator shows it."""

    number: int
    label: str
    name: str
    size: str
    sha256: tuple[str, ...]
    pages: int
    starts_at: int  # the sheet of this copy on which its separator stands
    refusal: str


def filed(deposit: Deposit) -> Iterator[Filed]:
    """Every file of a deposit; one given twice is listed twice, as in the dossier."""
    for number, (label, each) in enumerate(deposit.pieces, start=1):
        yield Filed(number, label, each["name"], each["size"], each["sha256"])


def write(deposit: Deposit, dossier: Path, appended: Sequence[Appended], out: BinaryIO) -> None:
    """Write the copy. The same deposit, archive copy and pieces give the same bytes.

    Whatever stands in `dossier` besides its pages (seal, attached files, claims) is left out.
    """
    printed = printed_dossier(deposit)
    with ExitStack() as open_files:
        copy = open_files.enter_context(pikepdf.open(dossier))
        pieces = [_Piece(each, open_files) for each in appended]
        with dossier.open("rb") as file:
            archived = hashlib.file_digest(file, "sha256").hexdigest()
        front, separators = _leaves(deposit, printed, pieces, len(copy.pages), archived, open_files)
        _make_plain(copy)
        labels = [(0, Dictionary(S=Name.r)), (len(front), Dictionary(S=Name.D))]
        bookmarks = []
        strip = _Strip(copy, f"{printed.reference} v{printed.number} · {TITLE.lower()}")
        for piece, separator in zip(pieces, separators, strict=True):
            at = len(front) + len(copy.pages)
            labels.append((at, Dictionary(P=pikepdf.String(f"Pièce {piece.number}"))))
            bookmarks.append((piece, at))
            copy.pages.append(separator)
            if piece.count:
                labels.append((at + 1, Dictionary(S=Name.D, P=pikepdf.String(f"P{piece.number}-"))))
                piece.append_to(copy, strip)
        for place, page in enumerate(front):
            copy.pages.insert(place, page)
        _bookmark(copy, bookmarks)
        copy.Root.PageLabels = Dictionary(Nums=Array([each for pair in labels for each in pair]))
        _say_what_it_is(copy, deposit, printed, archived)
        copy.trailer.ID = Array([bytes.fromhex(identifier("print_copy", deposit.fingerprint))] * 2)
        copy.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,  # what is packed stays as it is
            deterministic_id=True,
        )


class _Piece:
    """A file to append, opened; its source must stay open until the copy is written."""

    def __init__(self, appended: Appended, open_files: ExitStack) -> None:
        self.filed, self.number, self.refusal = appended.filed, appended.filed.number, appended.refusal
        self.source = (
            open_files.enter_context(pikepdf.open(appended.pages, access_mode=pikepdf.AccessMode.stream))
            if appended.pages
            else None
        )
        if appended.image:
            self.source = open_files.enter_context(
                pikepdf.open(io.BytesIO(_image_page(appended.filed, appended.image)))
            )
        self.count = len(self.source.pages) if self.source else 0

    def append_to(self, copy: pikepdf.Pdf, strip: "_Strip") -> None:
        assert self.source is not None  # noqa: S101 - it has pages
        for place, page in enumerate(self.source.pages, start=1):
            pages = f"page {french.number(place)} sur {french.number(self.count)}"
            strip.lay(copy, page, f"Pièce {french.number(self.number)}, {pages}")


class _Strip:
    """Lays a page of a piece on a sheet of ours, above a strip that says what it is a page of.

    The page becomes a drawing: nothing of it but its ink can come along.
    """

    def __init__(self, copy: pikepdf.Pdf, right: str) -> None:
        self.fonts = {"Bold": _Font(copy, "600"), "Plain": _Font(copy, "400")}
        self.right = right

    def lay(self, copy: pikepdf.Pdf, page: pikepdf.Page, words: str) -> None:
        drawn = copy.copy_foreign(page.as_form_xobject())
        left, low, right, high = (float(each) for each in drawn.BBox)
        width, height = right - left, high - low
        sheet = A4 if width <= height else (A4[1], A4[0])
        if width > sheet[0] + 1 or height > sheet[1] + 1:
            sheet = (min(width, LARGEST), min(height + STRIP, LARGEST))  # a plan keeps its scale
        sheet = (max(sheet[0], A4[0] / 2), sheet[1])
        scale = min(1, sheet[0] / width, (sheet[1] - STRIP) / height)
        x, y = (sheet[0] - width * scale) / 2, sheet[1] - height * scale
        place = f"{scale:.5f} 0 0 {scale:.5f} {x - left * scale:.3f} {y - low * scale:.3f}"
        drawing = (
            f"q {place} cm /Page Do Q q 0.76 0.8 0.82 RG 0.5 w 24 {STRIP - 4} m {sheet[0] - 24:.2f} {STRIP - 4} l S Q "
        )
        aside = self.fonts["Plain"].width(self.right, 8)
        drawing += f"BT 0.12 0.31 0.37 rg /Bold 8.5 Tf 24 {STRIP - 17} Td <{_hex(words)}> Tj ET "
        drawing += (
            f"BT 0.29 0.34 0.39 rg /Plain 8 Tf {sheet[0] - 24 - aside:.2f} {STRIP - 17} Td <{_hex(self.right)}> Tj ET"
        )
        copy.add_blank_page(page_size=sheet)
        laid = copy.pages[-1]
        fonts = Dictionary(Bold=self.fonts["Bold"].object, Plain=self.fonts["Plain"].object)
        laid.Resources = Dictionary(XObject=Dictionary(Page=drawn), Font=fonts)
        laid.Contents = copy.make_stream(drawing.encode())


class _Font:
    """One of our fonts, whole, for words of ours only: they are all in the Latin of Windows."""

    def __init__(self, copy: pikepdf.Pdf, weight: str) -> None:
        path = FONTS / f"source-sans-3-latin-{weight}-normal.ttf"
        with TTFont(path, lazy=True) as font:
            per_em, codes, metrics = font["head"].unitsPerEm, font.getBestCmap(), font["hmtx"]
            characters = [bytes([code]).decode("cp1252", "replace") for code in range(32, 256)]
            names = [codes.get(ord(each)) for each in characters]
            self.widths = [round(metrics[name][0] * 1000 / per_em) if name else 0 for name in names]
            box = [
                round(value * 1000 / per_em)
                for value in (font["head"].xMin, font["head"].yMin, font["head"].xMax, font["head"].yMax)
            ]
            ascent, descent = font["hhea"].ascent * 1000 // per_em, font["hhea"].descent * 1000 // per_em
        content = path.read_bytes()
        named = Name(f"/SourceSans3-{weight}")
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=named,
            Flags=32,
            FontBBox=Array(box),
            ItalicAngle=0,
            Ascent=ascent,
            Descent=descent,
            CapHeight=660,
            StemV=int(weight) // 5,
            FontFile2=copy.make_stream(content, Length1=len(content)),
        )
        self.object = copy.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.TrueType,
                BaseFont=named,
                Encoding=Name.WinAnsiEncoding,
                FirstChar=32,
                LastChar=255,
                Widths=Array(self.widths),
                FontDescriptor=copy.make_indirect(descriptor),
            )
        )

    def width(self, words: str, size: float) -> float:
        """In points."""
        return sum(self.widths[code - 32] for code in _latin(words)) * size / 1000


def _latin(words: str) -> bytes:
    return words.replace(french.NARROW, french.NBSP).encode("cp1252", "replace")


def _hex(words: str) -> str:
    return _latin(words).hex()


def _leaves(
    deposit: Deposit,
    printed: PrintedDossier,
    pieces: Sequence[_Piece],
    dossier_pages: int,
    archived: str,
    open_files: ExitStack,
) -> tuple[list[pikepdf.Page], list[pikepdf.Page]]:
    """The first page, with where each piece begins, and the separators. A long list takes more than one page."""
    ink = Ink()
    taken = 1
    while True:
        sheet, entries = taken + dossier_pages + 1, []
        for piece in pieces:
            each = piece.filed
            entries.append(
                Entry(
                    number=piece.number,
                    label=ink.text(each.label),
                    name=ink.text(each.name),
                    size=french.size(each.octets),
                    sha256=grouped(each.sha256),
                    pages=piece.count,
                    starts_at=sheet,
                    refusal=piece.refusal,
                )
            )
            sheet += 1 + piece.count
        written = render(
            "print_copy",
            deposit,
            dossier=printed,
            entries=entries,
            archived=grouped(archived),
            sheets=sheet - 1,
            dossier_at=taken + 1,
            dossier_to=taken + dossier_pages,
        )
        leaves = open_files.enter_context(pikepdf.open(io.BytesIO(written)))
        front = len(leaves.pages) - len(pieces)
        if front == taken:
            pages = [_untagged(page) for page in leaves.pages]
            return pages[:front], pages[front:]
        taken = front


def _image_page(filed: Filed, image: Path) -> bytes:
    """An image on a page, under the name it was given."""
    address = f"grantapp:images/piece{image.suffix}"
    ink = Ink()
    html = (
        printer.environment()
        .get_template("documents/print_copy_image.html")
        .render(label=ink.text(filed.label), name=ink.text(filed.name), address=address)
    )
    made = identifier("print_copy", filed.sha256)
    return printer.render(html, identifier=made, images={address: image.read_bytes()})


def _untagged(page: pikepdf.Page) -> pikepdf.Page:
    for key in ("/StructParents", "/Tabs", "/Annots"):
        if key in page:
            del page[key]
    return page


def _make_plain(copy: pikepdf.Pdf) -> None:
    """Seal, attached files, claims and whatever acts are left behind: they belong to the archive copy."""
    unseal(copy)
    for key in ("/AF", "/Names", "/OpenAction", "/AA", "/OutputIntents"):
        if key == "/Names" and "/Dests" in copy.Root.get("/Names", {}):
            copy.Root.Names = Dictionary(Dests=copy.Root.Names.Dests)
        elif key in copy.Root:
            del copy.Root[key]
    for page in copy.pages:
        annotations = page.get("/Annots")
        if annotations is not None:
            page.Annots = Array([each for each in annotations if each.get("/Subtype") == Name.Link])


def _bookmark(copy: pikepdf.Pdf, bookmarks: Sequence[tuple[_Piece, int]]) -> None:
    with copy.open_outline() as outline:
        outline.root.insert(0, OutlineItem(TITLE, 0))
        for piece, at in bookmarks:
            outline.root.append(OutlineItem(f"Pièce {piece.number} · {piece.filed.label} : {piece.filed.name}", at))
    copy.Root.PageMode = Name.UseOutlines


def _say_what_it_is(copy: pikepdf.Pdf, deposit: Deposit, printed: PrintedDossier, archived: str) -> None:
    title = f"{TITLE} : dossier {printed.reference} v{printed.number}"
    said = french.typeset(
        f"Copie sans sceau ni valeur d'archive. Copie d'archive : SHA-256 {archived}. Contenu : SHA-256 "
        f"{deposit.fingerprint}."
    )
    for key in list(copy.docinfo.keys()):
        if key not in ("/CreationDate", "/ModDate", "/Author"):
            del copy.docinfo[key]
    copy.docinfo.Title, copy.docinfo.Subject = pikepdf.String(title), pikepdf.String(said)
    stream = copy.make_stream(METADATA.format(escape(title), escape(said)).encode())
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    copy.Root.Metadata = stream


METADATA = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:title>'
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description>'
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
