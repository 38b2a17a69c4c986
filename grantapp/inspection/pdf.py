"""A PDF, in the child: what it carries, whether it opens whole, what its first page looks like.

Two libraries must open it. qpdf mends almost anything, PDFium draws it: a file that only one of them understands would
not look the same to everybody.
"""

import os
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from grantapp.domain.inspected import MOST_PAGES, Flaw, Note
from grantapp.inspection.found import GIVEN, PAGES, THUMBNAIL_SIDE, Found
from grantapp.inspection.image import keep_thumbnail

SCRIPTS = ("/JavaScript", "/JS")
ACTIONS = ("/Launch", "/SubmitForm", "/ImportData")
MEDIA = ("/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/Rendition", "/RichMediaExecute", "/GoTo3DView")
DATA_SUFFIXES = (".xml", ".json", ".csv", ".txt", ".jpg", ".jpeg", ".png")  # of attached files that act on nothing
SUSPECT = re.compile(
    rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|Rendition|RichMedia|Movie|Sound|Screen|3D|GoTo3DView|XFA|EF)"
)
MOST_CONTENT = 200_000_000  # octets of drawing commands in one file: a thousand very full pages
TAIL = 1024  # octets: where readers look for the end mark
CHUNK = 65_536


def look() -> dict[str, object]:
    _check_frame()
    notes: list[Note] = []
    with _open() as pdf:
        if pdf.is_encrypted:
            raise Found(Flaw.LOCKED)
        pages = _count(pdf)
        if _scan(pdf):
            notes.append(Note.CARRIES_DATA)
        _weigh(pdf)
        if pdf.get_warnings():
            notes.append(Note.REPAIRED)
    _draw(pages, every_page=Note.REPAIRED in notes)
    return {"pages": pages, "notes": [note.value for note in notes]}


def lay_out() -> dict[str, object]:
    """The pages as drawings, upright, with what their forms and comments show: no link, no action, no name is left."""
    with _open() as pdf, pikepdf.new() as drawn:
        if pdf.is_encrypted:
            raise Found(Flaw.LOCKED)
        pages = _count(pdf)
        _weigh(pdf)
        try:
            pdf.generate_appearance_streams()
            pdf.flatten_annotations("print")
            for page in pdf.pages:
                page.trimbox = page.cropbox  # what a reader shows, rather than where a printer would cut
                shape = drawn.copy_foreign(page.as_form_xobject())
                left, low, right, high = _bounds(shape)
                if right - left < 1 or high - low < 1:
                    raise Found(Flaw.DAMAGED)
                drawn.add_blank_page(page_size=(right - left, high - low))
                sheet = drawn.pages[-1]
                sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=shape))
                move = f"1 0 0 1 {-left:.4f} {-low:.4f} cm /Page Do".encode()
                sheet.Contents = drawn.make_stream(move)
            drawn.save(PAGES, static_id=True, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, IndexError, RuntimeError) as error:
            raise Found(Flaw.DAMAGED) from error
    return {"pages": pages, "notes": []}


def _bounds(shape: Any) -> tuple[float, float, float, float]:
    """Where a drawing stands once it is set upright."""
    a, b, c, d, e, f = (float(each) for each in shape.get("/Matrix", [1, 0, 0, 1, 0, 0]))
    left, low, right, high = (float(each) for each in shape.BBox)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (low, high)]
    across, up = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(up), max(across), max(up)


def _check_frame() -> None:
    """The document starts with the file and ends with it: nothing else hides before or after."""
    with open(GIVEN, "rb") as file:
        if not file.read(5) == b"%PDF-":
            raise Found(Flaw.NOT_AT_START)
        file.seek(0, os.SEEK_END)
        padded = file.tell()
        tail = b""
        while padded and not tail:  # the white space and zeros that some mailers add
            start = max(0, padded - CHUNK)
            file.seek(start)
            tail = file.read(padded - start).rstrip(b"\0\t\n\f\r ")
            padded = start
    place = tail.rfind(b"%%EOF", -TAIL)
    if place < 0:
        raise Found(Flaw.TRUNCATED)
    if tail[place + 5 :].strip(b"\0\t\n\f\r "):
        raise Found(Flaw.GOES_ON)


def _open() -> pikepdf.Pdf:
    try:
        return pikepdf.open(GIVEN, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Found(Flaw.PASSWORD) from None
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Found(Flaw.DAMAGED) from error


def _count(pdf: pikepdf.Pdf) -> int:
    try:
        pages = len(pdf.pages)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        raise Found(Flaw.DAMAGED) from error
    if pages == 0:
        raise Found(Flaw.NO_PAGES)
    if pages > MOST_PAGES:
        raise Found(Flaw.TOO_MANY_PAGES)
    return pages


def _scan(pdf: pikepdf.Pdf) -> bool:
    """Look into every object of the file, reachable or not. Whether it carries data."""
    carries = False
    try:
        for thing in pdf.objects:
            held = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
            if not isinstance(held, (pikepdf.Dictionary, pikepdf.Array)) or not SUSPECT.search(held.unparse(True)):
                continue
            for each in _dictionaries(held):
                _refuse_what_acts(each)
                carries = _carries_data(each) or carries
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError) as error:
        raise Found(Flaw.DAMAGED) from error
    return carries


def _dictionaries(held: Any) -> Iterator[Any]:
    """The dictionaries written inside an object, itself included; those it only refers to have their own turn."""
    waiting = [held]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Dictionary):
            yield each
            waiting += [value for _, value in each.items() if _is_inside(value)]
        elif isinstance(each, pikepdf.Array):
            waiting += [value for value in each if _is_inside(value)]


def _is_inside(value: object) -> bool:
    return isinstance(value, (pikepdf.Dictionary, pikepdf.Array)) and not value.is_indirect


def _refuse_what_acts(held: Any) -> None:
    keys = set(held.keys())
    said = {str(held[key]) for key in ("/S", "/Subtype") if isinstance(held.get(key), pikepdf.Name)}
    if keys & {*SCRIPTS} or said & {*SCRIPTS}:
        raise Found(Flaw.SCRIPT)
    if said & {*ACTIONS}:
        raise Found(Flaw.ACTION)
    if said & {*MEDIA} or "/RichMediaContent" in keys:
        raise Found(Flaw.MEDIA)
    if "/XFA" in keys:
        raise Found(Flaw.DYNAMIC_FORM)


def _carries_data(held: Any) -> bool:
    """Data of an electronic invoice may stay; a file that a reader could open unseen by us may not."""
    if "/EF" not in held:
        return False
    names = [str(held[key]) for key in ("/UF", "/F") if key in held]
    if not names or not all(name.lower().endswith(DATA_SUFFIXES) for name in names):
        raise Found(Flaw.EMBEDDED)
    return True


def _weigh(pdf: pikepdf.Pdf) -> None:
    """The drawing commands unfold to a size that a reader can bear. Pictures are not counted: PDFium bounds them."""
    left = MOST_CONTENT
    try:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == pikepdf.Name.Form:
                left -= _unfolded(thing, left)
        for page in pdf.pages:
            contents = page.obj.get("/Contents")
            for each in contents if isinstance(contents, pikepdf.Array) else [contents]:
                if isinstance(each, pikepdf.Stream):
                    left -= _unfolded(each, left)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        raise Found(Flaw.DAMAGED) from error


def _unfolded(stream: Any, most: int) -> int:
    """The size of a stream once unfolded, or the refusal of one that goes past `most`."""
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
    raw = stream.read_raw_bytes()
    if names in (["/FlateDecode"], ["/Fl"]):
        size = _inflated(raw, most)
    else:  # rare chains of filters: the memory of the process is their limit
        size = len(stream.read_bytes()) if names else len(raw)
    if size > most:
        raise Found(Flaw.TOO_LARGE)
    return size


def _inflated(raw: bytes, most: int) -> int:
    inflating, size, rest = zlib.decompressobj(), 0, raw
    try:
        while rest and not inflating.eof and size <= most:
            size += len(inflating.decompress(rest, CHUNK * 16))
            rest = inflating.unconsumed_tail
    except zlib.error:  # what was unfolded before the fault is what a reader draws
        pass
    return size


def _draw(pages: int, *, every_page: bool) -> None:
    """The first page as a thumbnail; all of them are opened when the file had to be mended."""
    try:
        document = pypdfium2.PdfDocument(GIVEN)
        if len(document) != pages:
            raise Found(Flaw.DAMAGED)
        for number in range(pages if every_page else 1):
            document[number].close()
        page = document[0]
        width, height = page.get_size()
        scale = THUMBNAIL_SIDE / max(width, height, 1)
        bitmap = page.render(scale=min(scale, 10), may_draw_forms=False)
        drawn: Image.Image = bitmap.to_pil()
    except (pypdfium2.PdfiumError, ValueError, OSError) as error:
        raise Found(Flaw.DAMAGED) from error
    keep_thumbnail(drawn)
