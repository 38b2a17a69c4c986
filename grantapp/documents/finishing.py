"""From what the engine writes to what is filed: two claims of conformity, whose deposit it is, the attached files."""

import hashlib
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name

from grantapp.domain.frozen import Frozen

PROPERTIES = "urn:grantapp:deposit:"
UNIVERSAL_ACCESS = "http://www.aiim.org/pdfua/ns/id/"
SQUEEZED = 1  # the level of compression of what would hardly get smaller
COMPRESSED = ("application/pdf", "image/jpeg", "image/png")  # they would not get smaller


class Relationship(StrEnum):
    """What an attached file is to the document, in the words of PDF/A-3."""

    DATA = "Data"  # what the document was made from
    SUPPLEMENT = "Supplement"  # what comes beside it


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF. `at` is the instant it was given; its name is unique in the document, and safe."""

    name: str
    content: bytes
    media_type: str
    relationship: Relationship
    description: str
    at: datetime


def finish(
    written: bytes, *, identifier: str, deposit: Frozen | None = None, attachments: Sequence[Attachment] = ()
) -> bytes:
    """The same document as PDF/A-3a and PDF/UA-1 in one file, with its attachments.

    `identifier` (32 hexadecimal digits) is the permanent part of the file's own; the other part is a digest of its
    bytes. The fingerprint, the reference and the number of a `deposit`, or of an assembly, stand in clear in the
    metadata: they can be read in a damaged file. The same input gives the same bytes.
    """
    with pikepdf.open(io.BytesIO(written)) as pdf:
        _claim(pdf, deposit)
        if attachments:
            _attach(pdf, attachments)
        if "/Outlines" in pdf.Root:
            pdf.Root.PageMode = Name.UseOutlines
        pdf.trailer.ID = Array([bytes.fromhex(identifier)] * 2)  # the second is made anew when saving
        finished = io.BytesIO()
        pdf.save(
            finished,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            preserve_pdfa=True,
            deterministic_id=True,
            fix_metadata_version=False,
        )
    return finished.getvalue()


def attach_files(
    written: Path, files: Mapping[str, Path], described: Mapping[str, str], *, at: datetime, out: BinaryIO
) -> None:
    """A finished document with PDF files added to those it carries, by their names in it; written in `out`.

    Each is read once, and squeezed a little, so that none of its words stands in clear among those of the document:
    what a damaged file says of itself must not be taken for what it carries.
    """
    with pikepdf.open(written) as pdf:
        carried = pdf.Root.Names.EmbeddedFiles.Names
        found = {str(carried[place]): carried[place + 1] for place in range(0, len(carried), 2)}
        for name, path in files.items():
            each = Attachment(name, path.read_bytes(), "application/pdf", Relationship.SUPPLEMENT, described[name], at)
            found[name] = pdf.make_indirect(_described_file(pdf, each, SQUEEZED))
        names, associated = Array(), Array()
        for name in sorted(found, key=lambda name: bytes(pikepdf.String(name))):
            names.extend([pikepdf.String(name), found[name]])
            associated.append(found[name])
        pdf.Root.Names.EmbeddedFiles.Names = names
        pdf.Root.AF = associated
        pdf.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            preserve_pdfa=True,
            deterministic_id=True,
            fix_metadata_version=False,
        )


def _attach(pdf: pikepdf.Pdf, attachments: Sequence[Attachment]) -> None:
    """In the list that a reader shows, and as associated files: PDF/A-3 wants both."""
    names, associated = Array(), Array()
    for each in sorted(attachments, key=lambda attachment: bytes(pikepdf.String(attachment.name))):
        described = pdf.make_indirect(_described_file(pdf, each))
        names.extend([pikepdf.String(each.name), described])
        associated.append(described)
    if "/Names" not in pdf.Root:
        pdf.Root.Names = Dictionary()
    pdf.Root.Names.EmbeddedFiles = pdf.make_indirect(Dictionary(Names=names))
    pdf.Root.AF = associated


def _described_file(pdf: pikepdf.Pdf, attachment: Attachment, level: int | None = None) -> Dictionary:
    if level is None:
        level = 0 if attachment.media_type in COMPRESSED else 9
    at = pikepdf.String(attachment.at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ"))
    content = pdf.make_stream(
        zlib.compress(attachment.content, level),
        Type=Name.EmbeddedFile,
        Subtype=Name("/" + attachment.media_type),
        Filter=Name.FlateDecode,
        Params=Dictionary(
            Size=len(attachment.content),
            CheckSum=pikepdf.String(hashlib.md5(attachment.content, usedforsecurity=False).digest()),
            CreationDate=at,
            ModDate=at,
        ),
    )
    return Dictionary(
        Type=Name.Filespec,
        F=pikepdf.String(attachment.name),
        UF=pikepdf.String(attachment.name),
        EF=Dictionary(F=content, UF=content),
        AFRelationship=Name("/" + attachment.relationship),
        Desc=pikepdf.String(attachment.description),
    )


def _claim(pdf: pikepdf.Pdf, deposit: Frozen | None) -> None:
    """Metadata in clear, with one `rdf:RDF`: validators read no second one."""
    metadata = pdf.Root.Metadata.read_bytes().decode()
    descriptions = [_described("pdfuaid", UNIVERSAL_ACCESS, {"part": "1"})]
    schemas = [
        _schema("PDF/UA Universal Accessibility Schema", "pdfuaid", UNIVERSAL_ACCESS, {"part": ("Integer", "Part")})
    ]
    if deposit is not None:
        content = deposit.content
        values = {
            "fingerprint": deposit.fingerprint,
            "kind": "assembly" if "assembled_at" in content else "deposit",
            "reference": content["reference"],
            "version": str(content["number"]),
        }
        descriptions.append(_described("grantapp", PROPERTIES, values))
        schemas.append(_schema("Deposit", "grantapp", PROPERTIES, DEPOSIT_PROPERTIES))
    descriptions.append(EXTENSION.format("".join(schemas)))
    language = escape(str(pdf.Root.Lang))
    descriptions.append(LANGUAGE.format(language))
    before, end, after = metadata.rpartition("</rdf:RDF>")
    stream = pdf.make_stream(f"{before}{''.join(descriptions)}{end}{after}".encode())
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = stream


DEPOSIT_PROPERTIES = {
    "fingerprint": ("Text", "SHA-256 of the deposit in its canonical form"),
    "kind": ("Text", "deposit, or assembly: a collective dossier, which is no filing"),
    "reference": ("Text", "Reference of the dossier"),
    "version": ("Integer", "Number of the deposit; 0 when nothing was filed"),
}
EXTENSION = (
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    "<pdfaExtension:schemas><rdf:Bag>{}</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)
LANGUAGE = (
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:language><rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag></dc:language></rdf:Description>"
)


def _described(prefix: str, namespace: str, values: dict[str, str]) -> str:
    said = "".join(f"<{prefix}:{name}>{escape(value)}</{prefix}:{name}>" for name, value in values.items())
    return f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{said}</rdf:Description>'


def _schema(title: str, prefix: str, namespace: str, properties: dict[str, tuple[str, str]]) -> str:
    """What PDF/A asks for each property that it does not know: the validators refuse a file that leaves one out."""
    described = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        f"<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>"
        "<pdfaProperty:category>internal</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>"
        for name, (kind, meaning) in properties.items()
    )
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{title}</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
