"""The technical seal of a finished PDF: PAdES baseline B, over every byte of the file.

Sealing is the last thing that is done to a file. The seal stands in the only revision of the file, so there is nothing
after it to read; what it leaves out of its own digest, between `<` and `>`, is compared byte for byte.
"""

import hashlib
import io
import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from grantapp.documents import seal_cms
from grantapp.documents.seal_key import NAME, Certificate, SealKey
from grantapp.domain.deposit import VERIFY_PATH, verify_address

FIELD = "Cachet"
SHOWN = "Cachet technique du document"  # what a screen reader says of the field
REASON = "Cachet technique non qualifie, empreinte "  # plain ASCII: read again from the raw bytes, below
PLACEHOLDER = 9_999_999_999  # ten digits, for each number that is known only once the file is written
PRINTED_AND_LOCKED = 4 | 128
NO_CHANGES = 1

_RANGE = re.compile(rb"/ByteRange \[ 0 (\d{1,10}) +(\d{1,10}) +(\d{1,10}) +\]")
_SEALED_AT = re.compile(rb"/M \(D:(\d{14})Z\)")
_FINGERPRINT = re.compile(REASON.encode() + rb"([0-9a-f]{64})")
_LONGEST = 100_000  # characters: far more than a signature and its certificates
_MOST_GAPS = 4
_WITHIN = 2_000  # bytes after the CMS, in which the rest of the seal is written

Content = bytes | mmap.mmap


class SealState(StrEnum):
    INTACT = "intact"  # not one byte has changed since it was sealed, by one of the certificates given
    STRANGER = "stranger"  # the same, but by a certificate that was not given
    BROKEN = "broken"  # our seal, on other bytes
    NONE = "none"


@dataclass(frozen=True)
class Examined:
    """What a file says of its seal; `certificate`, `sealed_at` and `fingerprint` are known only of an unbroken one."""

    state: SealState
    certificate: Certificate | None = None
    sealed_at: datetime | None = None
    fingerprint: str | None = None


def seal(pdf: bytes, key: SealKey, *, at: datetime, fingerprint: str, address: str = "") -> bytes:
    """The file, sealed: never to be touched again. The same file, key and words give the same bytes.

    `at` is the instant that the seal states, nobody but us vouching for it; `fingerprint` is that of the deposit;
    `address` is that of the site where it can be verified, if any.
    """
    written = io.BytesIO()
    room = _write(io.BytesIO(pdf), written, key, at=at, fingerprint=fingerprint, address=address)
    with written.getbuffer() as content:  # in place: a dossier with its pieces may weigh half a gigabyte
        _fill(content, key, room)
    return written.getvalue()


def seal_file(source: Path, out: BinaryIO, key: SealKey, *, at: datetime, fingerprint: str, address: str = "") -> None:
    """The same from file to file: nothing of it stands whole in memory. `out` is a file open for reading and writing.

    The same file gives the same bytes as `seal`.
    """
    room = _write(source, out, key, at=at, fingerprint=fingerprint, address=address)
    out.flush()
    with mmap.mmap(out.fileno(), 0) as mapped:
        with memoryview(mapped) as content:
            _fill(content, key, room)
        mapped.flush()


def _write(
    source: Path | BinaryIO, out: BinaryIO, key: SealKey, *, at: datetime, fingerprint: str, address: str
) -> int:
    """The file with an empty place for the signature; how many bytes that place has."""
    room = seal_cms.length(key.certificate)
    with pikepdf.open(source) as document:
        _prepare(document, at=at, fingerprint=fingerprint, address=address, room=room)
        document.save(
            out,
            preserve_pdfa=True,
            deterministic_id=True,
            fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,  # which leaves a signature outside of them
        )
    return room


def _fill(content: memoryview, key: SealKey, room: int) -> None:
    start, end = _only(rb"/Contents (<0{%d}>)" % (room * 2), content)
    first, last = _only(rb"/ByteRange \[ 0 (%d %d %d)" % ((PLACEHOLDER,) * 3), content)
    content[first:last] = (b"%d %d %d" % (start, end, len(content) - end)).ljust(last - first)
    digest = _digest_around(content, start, end)
    content[start + 1 : end - 1] = seal_cms.signed(key, digest).hex().encode()


def _prepare(document: pikepdf.Pdf, *, at: datetime, fingerprint: str, address: str, room: int) -> None:
    """Everything but the numbers and the signature: a field that readers announce, and what it certifies."""
    root, page = document.Root, document.pages[0]
    signature = document.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            Name=NAME,
            Reason=REASON + fingerprint,
            M=f"D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z",
            ByteRange=Array([0, PLACEHOLDER, PLACEHOLDER, PLACEHOLDER]),
            Contents=pikepdf.String(bytes(room)),
            Reference=Array(
                [
                    Dictionary(
                        Type=Name.SigRef,
                        TransformMethod=Name.DocMDP,
                        TransformParams=Dictionary(Type=Name.TransformParams, P=NO_CHANGES, V=Name("/1.2")),
                    )
                ]
            ),
        )
    )
    if address:
        signature.ContactInfo = verify_address(address, fingerprint)
    widget = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=FIELD,
            TU=SHOWN,
            V=signature,
            Rect=Array([0, 0, 0, 0]),
            F=PRINTED_AND_LOCKED,
            P=page.obj,
        )
    )
    page.Annots = Array([*page.get("/Annots", ()), widget])
    page.Tabs = Name.S
    root.AcroForm = document.make_indirect(Dictionary(Fields=Array([widget]), SigFlags=3))
    root.Perms = Dictionary(DocMDP=signature)
    if "/StructTreeRoot" in root:
        _tag(document, widget, page)


def _tag(document: pikepdf.Pdf, widget: pikepdf.Object, page: pikepdf.Page) -> None:
    """The field is content like any other: the structure says where it stands, and what it is."""
    tree = document.Root.StructTreeRoot
    children = tree.K if isinstance(tree.K, Array) else Array([tree.K])
    whole = children[0]
    form = document.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Form,
            P=whole,
            Pg=page.obj,
            Alt=SHOWN,
            K=Array([Dictionary(Type=Name.OBJR, Obj=widget, Pg=page.obj)]),
        )
    )
    whole.K = Array([*whole.K, form]) if isinstance(whole.K, Array) else Array([whole.K, form])
    numbers = pikepdf.NumberTree(tree.ParentTree)
    following = max([int(tree.get("/ParentTreeNextKey", 0)), *(key + 1 for key in numbers)])
    numbers[following] = form
    widget.StructParent = following
    tree.ParentTreeNextKey = following + 1


def unseal(document: pikepdf.Pdf) -> None:
    """Take the seal out of a document that is about to become another one: a broken seal would be worse than none."""
    root = document.Root
    for field in root.get("/AcroForm", Dictionary(Fields=Array())).Fields:
        for page in document.pages:
            if "/Annots" in page:
                page.Annots = Array([each for each in page.Annots if each.objgen != field.objgen])
        if "/StructTreeRoot" in root and "/StructParent" in field:
            numbers = pikepdf.NumberTree(root.StructTreeRoot.ParentTree)
            form = numbers[int(field.StructParent)]
            form.P.K = Array([each for each in form.P.K if each.objgen != form.objgen])
            del numbers[int(field.StructParent)]
    for key in ("/AcroForm", "/Perms"):
        if key in root:
            del root[key]


def _only(pattern: bytes, content: memoryview) -> tuple[int, int]:
    """Where the first group of the pattern stands."""
    found = [match.span(1) for match in re.finditer(pattern, content)]
    if len(found) != 1:
        raise ValueError(f"the place of the seal was found {len(found)} times")
    return found[0]


def examine_seal(content: Content, certificates: Sequence[Certificate] = ()) -> Examined:
    """What a file says of its seal, without trusting anything that it says; `certificates` are those we answer for."""
    for start, end in _gaps(content):
        try:
            found = bytes.fromhex(bytes(content[start + 1 : end - 1]).decode("ascii"))
        except ValueError:
            continue
        if content[start:end] != b"<" + found.hex().encode() + b">":
            continue  # the same signature, written as we do not
        digest = _digest_around(content, start, end)
        for certificate in certificates:
            if seal_cms.verify(certificate, digest, found):
                return _told(SealState.INTACT, certificate, content, end)
        if other := seal_cms.sealer(digest, found):
            return _told(SealState.STRANGER, other, content, end)
    return Examined(SealState.BROKEN if has_seal(content, certificates) else SealState.NONE)


def has_seal(content: Content, certificates: Sequence[Certificate] = ()) -> bool:
    """Whether a file bears what our seals bear, even damaged: the words, or the certificate itself."""
    marks = [NAME.encode(), REASON.encode(), VERIFY_PATH.encode()]
    marks += [each.chain[0].hex().encode() for each in certificates]
    return any(content.find(mark) >= 0 for mark in marks)


def _gaps(content: Content) -> Iterator[tuple[int, int]]:
    """Where a seal over the whole file may stand: every byte is before it, in it, or after it."""
    size = len(content)
    found: dict[tuple[int, int], None] = {}
    for match in _RANGE.finditer(content):
        start, end, rest = (int(number) for number in match.groups())
        if 2 < end - start < _LONGEST and end + rest == size and content[start] == ord("<"):
            found[start, end] = None
        if len(found) == _MOST_GAPS:  # somebody wants us to read a large file many times
            break
    yield from found


def _digest_around(content: Content | memoryview, start: int, end: int) -> bytes:
    digest = hashlib.sha256()
    with memoryview(content) as view:
        digest.update(view[:start])
        digest.update(view[end:])
    return digest.digest()


def _told(state: SealState, certificate: Certificate, content: Content, end: int) -> Examined:
    after = bytes(content[end : end + _WITHIN])
    at, fingerprint = _SEALED_AT.search(after), _FINGERPRINT.search(after)
    return Examined(
        state,
        certificate,
        datetime.strptime(at[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if at else None,
        fingerprint[1].decode() if fingerprint else None,
    )
