"""« Vérifier un dossier », for what was assembled: a collective dossier is no filing, and the answer says so."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grantapp import french
from grantapp.documents.seal import Content, Examined
from grantapp.domain.collective import Collective
from grantapp.services.verdict import Answer, Filed, Proof, altered_assembly, assembled_or_replaced
from grantapp.storage import collectives
from grantapp.storage.cooperative import AssemblyRow

_INSTANT = re.compile(rb'"assembled_at" ?: ?"([^"\\]{19,40})"')


def is_one(content: Mapping[str, Any]) -> bool:
    return "assembled_at" in content and "firms" in content


def of_code(session: Session, code: str) -> Answer | None:
    found = collectives.list_assemblies_of_code(session, code)
    if len(found) != 1:
        return None
    return assembled_or_replaced(
        told(session, found[0]), "Un dossier collectif a été assemblé ici sous ce code.", Proof.CODE
    )


def of_bytes(session: Session, sha256: str) -> Answer | None:
    """For bytes that this site knows by heart: the PDF that it made, or the assembly itself."""
    if row := collectives.find_assembly_of_bytes(session, sha256):
        sentence = "Ce fichier est, à l'octet près, le dossier collectif que ce site a assemblé."
        return assembled_or_replaced(told(session, row), sentence, Proof.REGISTER, "le dossier collectif")
    found = collectives.list_assemblies_of_code(session, sha256)
    return of_content(session, found[0]) if found else None


def of_content(session: Session, row: AssemblyRow) -> Answer:
    sentence = "Ce contenu est exactement celui du dossier collectif assemblé."
    said = "le contenu du dossier collectif (collectif.json)"
    return assembled_or_replaced(told(session, row), sentence, Proof.CONTENT, said)


def of_json(session: Session, fingerprint: str, content: Content) -> Answer | None:
    """One that was written otherwise is still the same content; one that was changed is told by its instant."""
    if found := collectives.list_assemblies_of_code(session, fingerprint):
        return of_content(session, found[0])
    instant = _INSTANT.search(content)
    with suppress(ValueError):
        at = datetime.fromisoformat(instant[1].decode()) if instant else None
        row = collectives.find_assembly_at(session, at) if at and at.tzinfo else None
        return altered_assembly(told(session, row)) if row else None
    return None


def of_seal(session: Session | None, examined: Examined, content: Content) -> Answer | None:
    """Our seal, unbroken, on what the register, or the file itself, says to be an assembly."""
    fingerprint = examined.fingerprint or "-"
    sentence = "Ce fichier est intact : pas un octet n'a changé depuis son scellement"
    if session is not None and (found := collectives.list_assemblies_of_code(session, fingerprint)):
        said = f"{sentence}, et cette version du dossier collectif est au registre."
        return assembled_or_replaced(told(session, found[0]), said, Proof.REGISTER)
    # Nobody knows a fingerprint before it is frozen: no piece attached to a dossier can hold these words of itself.
    mark = f"grantapp:fingerprint>{fingerprint}</grantapp:fingerprint><grantapp:kind>assembly<"
    if content.find(mark.encode()) < 0:
        return None
    when = f", daté du {french.moment(examined.sealed_at, seconds=True)} (heure de Paris)" if examined.sealed_at else ""
    seen = {"Empreinte du contenu": fingerprint}
    return assembled_or_replaced(None, f"{sentence}{when}. C'est un dossier collectif.", Proof.SEAL, seen=seen)


def told(session: Session, row: AssemblyRow) -> Filed:
    frozen = Collective.thaw(row.canonical.encode())
    edition = frozen.content["edition"]
    last = collectives.find_last_assembly(session, row.collective_id) or row
    return Filed(
        reference=frozen.content["reference"],
        number=row.number,
        edition=french.typeset(edition["title"]["text"]),
        edition_version=edition["version"],
        deposited_at=row.assembled_at,
        fingerprint=row.fingerprint,
        short_code=frozen.short_code,
        replaced_by=(last.number, last.assembled_at) if last.number > row.number else None,
        is_assembly=True,
    )
