"""PDFs that carry files, as the archive copy does, and PDFs that somebody tampered with. All of it is made here."""

import io
from collections.abc import Mapping

import pikepdf

DATA = "dossier.json"


def pdf_with(files: Mapping[str, bytes], *, password: str = "") -> bytes:
    """One empty page, and these files inside."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, content in files.items():
        relationship = pikepdf.Name.Data if name == DATA else pikepdf.Name.Supplement
        spec = pikepdf.AttachedFileSpec(pdf, content, filename=name, relationship=relationship)
        pdf.attachments[name] = spec
    return written(pdf, password)


def pdf_with_twins(content: bytes, other: bytes) -> bytes:
    """Two files that both call themselves `dossier.json`, under different keys."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for key, each in (("a", content), ("b", other)):
        pdf.attachments[key] = pikepdf.AttachedFileSpec(pdf, each, filename=DATA)
    return written(pdf)


def written(pdf: pikepdf.Pdf, password: str = "") -> bytes:
    out = io.BytesIO()
    pdf.save(out, encryption=pikepdf.Encryption(owner=password, user=password) if password else False)
    return out.getvalue()


def bomb(octets: int) -> bytes:
    """A small PDF whose `dossier.json` unfolds to so many octets."""
    return pdf_with({DATA: b" " * octets})
