"""A paper beside the dossier: its template, its style, and an identifier of its own."""

import hashlib

from grantapp.documents import pdf as printer
from grantapp.domain.deposit import Deposit


def render(name: str, deposit: Deposit, **given: object) -> bytes:
    """The PDF of a filed version that `documents/NAME.html` draws; it says in its metadata which deposit it is of."""
    html = printer.environment().get_template(f"documents/{name}.html").render(**given)
    return printer.render(html, identifier=identifier(name, deposit.fingerprint), deposit=deposit)


def identifier(name: str, fingerprint: str) -> str:
    """32 hexadecimal digits, the same for the same paper of the same content, and for nothing else."""
    return hashlib.sha256(f"{name} {fingerprint}".encode()).hexdigest()[:32]
