"""Which files may be attached: PDF, JPEG or PNG, told by their first bytes, and the name they are kept under.

What a file holds is found out by `grantapp.inspection`, in a process of its own, in the words of `domain/inspected.py`.
"""

import unicodedata
from pathlib import PurePath

from grantapp.domain.answer import is_forbidden
from grantapp.domain.inspected import Flaw
from grantapp.domain.lifecycle import Refused

LONGEST_NAME = 150
SUFFIXES = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
SIGNATURES = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
ACCEPTED = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)  # what a form lets one choose


def refuse(flaw: Flaw, name: str, octets: int = 0) -> Refused:
    """The refusal to raise: its sentence names the file and the remedy."""
    return Refused(flaw.sentence(name, octets))


def media_type_of(head: bytes) -> str | None:
    """What a file is by its first bytes, whatever its name says; None for what may not be attached."""
    return next((media_type for signature, media_type in SIGNATURES if head.startswith(signature)), None)


def shown_name(name: str) -> str:
    """A file name fit to be shown and offered for download: never a path, never an invisible character."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(each for each in last if not is_forbidden(each) and each not in "\n\t").strip(" .")
    return kept[-LONGEST_NAME:] or "piece"


def fitting_name(name: str, media_type: str) -> str:
    """The shown name with an ending that tells what the file is: a PDF named `photo.jpg` becomes `photo.pdf`."""
    shown = PurePath(shown_name(name))
    endings = SUFFIXES[media_type]
    if shown.suffix.lower() in endings:
        return str(shown)
    stem = shown.stem if shown.suffix.lower() in ACCEPTED else shown.name
    return stem[: LONGEST_NAME - len(endings[0])] + endings[0]
