"""What the archive copy carries inside: the deposit itself as data, and the applicant's files as they were given."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath

from grantapp import french
from grantapp.documents.finishing import Attachment, Relationship
from grantapp.domain.deposit import DATA, Deposit
from grantapp.domain.piece import media_type_of

Originals = Callable[[str], bytes | None]  # the bytes of a piece by its SHA-256, or None where they are not at hand

LONGEST_NAME = 100
LONGEST_SUFFIX = 6  # « .jpeg »; past it, it is a part of the name
# What no file system of the day takes in a name, and what hides or turns round a part of it.
_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def attached(deposit: Deposit, originals: Originals) -> tuple[Attachment, ...]:
    """`dossier.json`, whose SHA-256 is the fingerprint, then each piece at hand, once however often it was given."""
    at = datetime.fromisoformat(deposit.content["deposited_at"])
    said = "Les réponses, les constats et les montants de ce dossier, pour les logiciels"
    data = Attachment(DATA, deposit.canonical, "application/json", Relationship.DATA, french.typeset(said), at)
    names = attached_names(deposit)
    pieces = []
    for sha256, name in names.items():
        content = originals(sha256)
        if content is not None:
            described = french.typeset(f"Pièce jointe au dossier {deposit.content['reference']}")
            media_type = media_type_of(content) or "application/octet-stream"
            pieces.append(Attachment(name, content, media_type, Relationship.SUPPLEMENT, described, at))
    return (data, *pieces)


def attached_names(deposit: Deposit) -> dict[str, str]:
    """The name of each piece inside the PDF, by its SHA-256: safe on any machine, and no two alike."""
    names: dict[str, str] = {}
    taken = {DATA}
    for _, piece in deposit.pieces:
        if piece["sha256"] not in names:
            name = _unlike(safe_name(piece["name"]), taken)
            names[piece["sha256"]] = name
            taken.add(name.casefold())
    return names


def safe_name(name: str) -> str:
    """A file name that any machine takes as it is, with its extension, 100 characters at most."""
    visible = "".join(each for each in unicodedata.normalize("NFC", name) if unicodedata.category(each)[0] != "C")
    kept = _UNSAFE.sub("_", visible).strip(" .") or "piece"
    if _DEVICES.match(kept):
        kept = f"_{kept}"
    suffix = PurePath(kept).suffix
    if len(suffix) > LONGEST_SUFFIX:
        suffix = ""
    return kept.removesuffix(suffix)[: LONGEST_NAME - len(suffix)].rstrip(" .") + suffix


def _unlike(name: str, taken: set[str]) -> str:
    """The name, or « name (2) » where it is taken, whatever the case."""
    path, number, tried = PurePath(name), 1, name
    while tried.casefold() in taken:
        number += 1
        tried = f"{path.stem} ({number}){path.suffix}"
    return tried
