"""Files to be opened, good and bad, made here: nothing hostile is kept in the repository."""

import io
import struct
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, PngImagePlugin

from grantapp.domain.inspected import MOST_PAGES, Flaw

GPS = {1: "N", 2: (43.0, 56.0, 57.0), 3: "E", 4: (4.0, 48.0, 21.0)}  # Avignon
SECRET = "ne doit pas sortir"


def pdf(change: Callable[[pikepdf.Pdf], object] = lambda _: None, *, pages: int = 2, **saving: object) -> bytes:
    """A sound PDF of a few pages with a word on each, changed before it is saved."""
    made = pikepdf.new()
    font = made.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for number in range(pages):
        made.add_blank_page(page_size=(595, 842))
        page = made.pages[-1]
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = made.make_stream(b"BT /F1 24 Tf 72 720 Td (Page %d) Tj ET" % (number + 1))
    change(made)
    return saved(made, **saving)


def saved(made: pikepdf.Pdf, **saving: object) -> bytes:
    out = io.BytesIO()
    made.save(out, **(saving or {"deterministic_id": True}))
    return out.getvalue()


def annotated(**entries: object) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        rect = Array([72, 600, 200, 640])
        made.pages[0].Annots = Array([made.make_indirect(Dictionary(Type=Name.Annot, Rect=rect, **entries))])

    return change


def opening(**action: object) -> Callable[[pikepdf.Pdf], None]:
    return lambda made: made.Root.__setattr__("OpenAction", Dictionary(**action))


def scripted_name(made: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=b"app.alert(1)")
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([b"go", script])))


def hidden(held: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    return lambda made: made.Root.__setattr__("Odd", Array([made.make_indirect(Dictionary(Deep=Array([held])))]))


def carrying(name: str, content: bytes = b"x") -> Callable[[pikepdf.Pdf], None]:
    return lambda made: made.attachments.__setitem__(name, content)


def jpeg(size: tuple[int, int] = (640, 480), *, turned: int = 1, located: bool = True, **saving: object) -> bytes:
    """A photograph as a phone takes it: with its place, its maker and a comment."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = turned, SECRET
    if located:
        exif.get_ifd(0x8825).update(GPS)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=SECRET.encode(), **saving)
    return out.getvalue()


def png(size: tuple[int, int] = (320, 200), mode: str = "RGB", **saving: object) -> bytes:
    out = io.BytesIO()
    said = PngImagePlugin.PngInfo()
    said.add_itxt("Comment", SECRET)
    Image.new(mode, size, 0).save(out, "PNG", pnginfo=said, **saving)
    return out.getvalue()


def huge_png(side: int) -> bytes:
    """A white square of 1-bit points, in a few kilobytes, whatever its side."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packed = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((side + 7) // 8)
    body = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def unfolding(octets: int) -> Callable[[pikepdf.Pdf], None]:
    """Drawing commands that are nothing once packed, and fill a memory once unpacked."""

    def change(made: pikepdf.Pdf) -> None:
        packing = zlib.compressobj(9)
        blank = b" " * 1_000_000
        packed = b"".join(packing.compress(blank) for _ in range(octets // len(blank))) + packing.flush()
        made.pages[-1].Contents = pikepdf.Stream(made, packed, Filter=Name.FlateDecode)

    return change


def animated() -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def locked(user: str) -> bytes:
    encryption = pikepdf.Encryption(owner="x", user=user, allow=pikepdf.Permissions(extract=False))
    return pdf(encryption=encryption)


def rich(subtype: Name) -> bytes:
    return pdf(annotated(Subtype=subtype))


def bare(catalog: bytes, pages: bytes) -> bytes:
    """A PDF written by hand, as no library would."""
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R" + catalog + b">>endobj\n2 0 obj<</Type/Pages" + pages
    return head + b">>endobj\n" + page + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def drawing_itself(made: pikepdf.Pdf) -> None:
    form = made.make_stream(b"/F Do /F Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.Resources = Dictionary(XObject=Dictionary(F=form))
    made.pages[0].Resources = Dictionary(XObject=Dictionary(F=form))
    made.pages[0].Contents = made.make_stream(b"/F Do")


def packed_twice(made: pikepdf.Pdf) -> None:
    packed = zlib.compress(zlib.compress(b" " * 300_000_000, 9), 9)
    made.pages[0].Contents = pikepdf.Stream(made, packed, Filter=Array([Name.FlateDecode, Name.FlateDecode]))


SOUND = pdf()
SUBMIT = Dictionary(S=Name.SubmitForm, F="http://127.0.0.1/")
SCRIPT = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
XFA = Dictionary(Fields=Array([]), XFA=b"<xdp/>")

REFUSED: dict[str, tuple[bytes, Flaw]] = {
    "nothing": (b"", Flaw.EMPTY),
    "a program": (b"MZ\x90\0", Flaw.UNKNOWN),
    "a page": (b"<html><script>alert(1)</script>", Flaw.UNKNOWN),
    "an archive": (b"PK\x03\x04", Flaw.UNKNOWN),
    "a drawing with scripts": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Flaw.UNKNOWN),
    "a PDF after something else": (b"GIF89a" + SOUND, Flaw.NOT_AT_START),
    "a PDF before a program": (SOUND + b"PK\x05\x06" + b"\0" * 18, Flaw.GOES_ON),
    "a PDF before a page": (SOUND + b"<html>", Flaw.GOES_ON),
    "a head of PDF": (b"%PDF-1.7\n", Flaw.TRUNCATED),
    "a head and an end": (b"%PDF-1.7\n%%EOF", Flaw.DAMAGED),
    "a script at the opening": (pdf(opening(S=Name.JavaScript, JS="app.alert(1)")), Flaw.SCRIPT),
    "a script with a disguised name": (
        pdf(opening(S=Name.JavaScript, JS="x"), object_stream_mode=pikepdf.ObjectStreamMode.disable).replace(
            b"/JavaScript", b"/J#61vaScript"
        ),
        Flaw.SCRIPT,
    ),
    "a script among the names": (pdf(scripted_name), Flaw.SCRIPT),
    "a script on a link": (pdf(annotated(Subtype=Name.Link, A=SCRIPT)), Flaw.SCRIPT),
    "a script on a page": (pdf(lambda made: made.pages[1].__setattr__("AA", Dictionary(O=SCRIPT))), Flaw.SCRIPT),
    "a script where no reader looks": (pdf(hidden(SCRIPT)), Flaw.SCRIPT),
    "a program to launch": (pdf(opening(S=Name.Launch, F=b"cmd.exe")), Flaw.ACTION),
    "a form that sends": (pdf(annotated(Subtype=Name.Link, A=SUBMIT)), Flaw.ACTION),
    "a form that imports": (pdf(opening(S=Name.ImportData, F=b"a.fdf")), Flaw.ACTION),
    "a film": (rich(Name.Movie), Flaw.MEDIA),
    "a sound": (rich(Name.Sound), Flaw.MEDIA),
    "a screen": (rich(Name.Screen), Flaw.MEDIA),
    "a rich medium": (rich(Name.RichMedia), Flaw.MEDIA),
    "an object in three dimensions": (rich(Name("/3D")), Flaw.MEDIA),
    "a dynamic form": (pdf(lambda made: made.Root.__setattr__("AcroForm", XFA)), Flaw.DYNAMIC_FORM),
    "a program inside": (pdf(carrying("facture.exe", b"MZ")), Flaw.EMBEDDED),
    "a PDF inside": (pdf(carrying("annexe.pdf", SOUND)), Flaw.EMBEDDED),
    "a file without a name inside": (
        pdf(hidden(Dictionary(Type=Name.Filespec, EF=Dictionary()))),
        Flaw.EMBEDDED,
    ),
    "a password to open": (locked("secret"), Flaw.PASSWORD),
    "a password to print": (locked(""), Flaw.LOCKED),
    "no page": (saved(pikepdf.new()), Flaw.NO_PAGES),
    "a page too many": (pdf(pages=MOST_PAGES + 1), Flaw.TOO_MANY_PAGES),
    "five thousand pages": (pdf(pages=5_000), Flaw.TOO_MANY_PAGES),
    "commands that unfold to 400 MB": (pdf(unfolding(400_000_000)), Flaw.TOO_LARGE),
    "commands packed twice": (pdf(packed_twice), Flaw.TOO_LARGE),
    "a drawing made of itself": (pdf(drawing_itself), Flaw.TOO_LARGE),
    "brackets without end": (bare(b"/X " + b"[" * 200_000 + b"]" * 200_000, b"/Kids[3 0 R]/Count 1"), Flaw.DAMAGED),
    "pages that hold themselves": (bare(b"", b"/Kids[2 0 R]/Count 1"), Flaw.DAMAGED),
    "an image of 900 million points": (huge_png(30_000), Flaw.TOO_MANY_PIXELS),
    "an image that moves": (animated(), Flaw.ANIMATED),
    "half a photograph": (jpeg()[: len(jpeg()) // 2], Flaw.DAMAGED),
    "half a PNG": (png()[:-30], Flaw.DAMAGED),
    "the head of a JPEG on a PDF": (b"\xff\xd8\xff\xe0" + SOUND, Flaw.DAMAGED),
    "the head of a PNG on a PDF": (b"\x89PNG\r\n\x1a\n" + SOUND, Flaw.DAMAGED),
}
