"""A paper beside the dossier: its template, its style, and an identifier of its own."""

import hashlib
import io
from collections.abc import Callable, Mapping
from decimal import Decimal

import pikepdf

from grantapp.documents import pdf as printer
from grantapp.documents import qr
from grantapp.documents.dossier import QR
from grantapp.domain.deposit import Deposit

# How much of each text is kept: a paper of one page is set again, shorter, until it is one.
TIGHTNESS = (Decimal(1), Decimal("0.85"), Decimal("0.7"), Decimal("0.45"), Decimal("0.25"))


def one_page(name: str, deposit: Deposit, given: Callable[[Decimal], Mapping[str, object]]) -> bytes:
    """The paper on one page, whatever was typed: `given` cuts its texts at their lengths times a tightness."""
    written = b""
    for tightness in TIGHTNESS:
        written = render(name, deposit, **given(tightness))
        with pikepdf.open(io.BytesIO(written)) as document:
            if len(document.pages) == 1:
                break
    return written


def render(name: str, deposit: Deposit, **given: object) -> bytes:
    """The PDF of a filed version that `documents/NAME.html` draws; it says in its metadata which deposit it is of."""
    html = printer.environment().get_template(f"documents/{name}.html").render(**given)
    images = {QR: qr.svg(deposit.verify_address)} if deposit.verify_address else {}
    return printer.render(html, identifier=identifier(name, deposit.fingerprint), deposit=deposit, images=images)


def identifier(name: str, fingerprint: str) -> str:
    """32 hexadecimal digits, the same for the same paper of the same content, and for nothing else."""
    return hashlib.sha256(f"{name} {fingerprint}".encode()).hexdigest()[:32]
