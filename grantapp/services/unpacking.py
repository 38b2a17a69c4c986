"""What a file of ours holds: a project, a deposit, or a PDF with a deposit inside. All of it comes from outside."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from grantapp.domain.deposit import DATA, FORMAT
from grantapp.domain.lifecycle import Refused
from grantapp.domain.project_file import Fault
from grantapp.french import size, typeset
from grantapp.inspection.embedded import EmbeddedFile, embedded

MOST_BYTES = 20_000_000  # of JSON
MOST_PDF_BYTES = 300_000_000  # an archive copy carries the pieces
STATED = typeset(f"PDF, {size(MOST_PDF_BYTES)} au plus, ou JSON, {size(MOST_BYTES)} au plus.")
INSTEAD = f"donnez plutôt son fichier « {DATA} », que contient l'archive ZIP du dossier."


class BadFile(Exception):  # noqa: N818 - it is an answer to a person, with every fault
    """A file that cannot be used as it stands."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(f"{fault.path} : {fault.sentence}" for fault in faults))
        self.faults = faults


class Wrapping(StrEnum):
    """How the project was wrapped."""

    PROJECT = "project"
    DEPOSIT = "deposit"
    PDF = "pdf"

    @property
    def label(self) -> str:
        labels = {"project": "fichier de projet", "deposit": "dépôt (dossier.json)", "pdf": "PDF de dossier"}
        return labels[self.value]


@dataclass(frozen=True)
class Unpacked:
    """The project as JSON values, not yet understood, and the deposit round it, if there is one."""

    wrapping: Wrapping
    project: object
    deposit: Mapping[str, Any] | None

    @property
    def is_filed(self) -> bool:
        """Number 0 is that of a dossier printed from a file, without being filed."""
        return bool(self.deposit and self.deposit["number"])


def unpack(path: Path, *, shown: str | None = None) -> Unpacked:
    """What a file holds, told by its first bytes and never by its name. `BadFile` says what is wrong with it.

    `shown` is the name that the person knows it by.
    """
    shown = shown or path.name
    try:
        with path.open("rb") as file:
            head = file.read(1024)
        octets = path.stat().st_size
    except OSError as error:
        raise _bad(f"Fichier illisible : {error.strerror or error}.") from None
    if b"%PDF-" in head:
        return _inside(path, octets, shown)
    if octets > MOST_BYTES:
        raise _bad(f"Ce fichier dépasse {size(MOST_BYTES)} : ce n'est pas un fichier de projet.")
    return _understood(path.read_bytes(), Wrapping.PROJECT)


def _inside(path: Path, octets: int, shown: str) -> Unpacked:
    if octets > MOST_PDF_BYTES:
        raise _bad(f"Ce PDF dépasse {size(MOST_PDF_BYTES)} : {INSTEAD}")
    with tempfile.TemporaryDirectory(prefix="grantapp-") as folder:
        try:
            found = embedded(path, Path(folder), shown=shown, names=(DATA,))
        except Refused as refused:
            raise BadFile((Fault("$", refused.sentence),)) from None
        if not found:
            raise _bad(
                f"Ce PDF ne contient pas de dossier. Seuls les PDF préparés par ce service en contiennent un, sous le "
                f"nom « {DATA} » ; un PDF réimprimé ou réenregistré par un autre logiciel l'a perdu."
            )
        if len(found) > 1:
            raise _bad(f"Ce PDF contient plusieurs fichiers « {DATA} » : on ne sait lequel croire.")
        if found[0].size > MOST_BYTES:
            raise _bad(f"Le fichier « {DATA} » de ce PDF dépasse {size(MOST_BYTES)}.")
        return _understood(found[0].path.read_bytes(), Wrapping.PDF)


def pieces_of(path: Path, into: Path, *, shown: str) -> dict[str, EmbeddedFile]:
    """The files that a PDF carries beside its deposit, by fingerprint; none from another kind of file."""
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            return {}
    return {each.sha256: each for each in embedded(path, into, shown=shown) if each.name != DATA}


def _understood(content: bytes, wrapping: Wrapping) -> Unpacked:
    data = _parsed(content)
    if not isinstance(data, Mapping) or "format" not in data:
        if wrapping is Wrapping.PDF:
            raise _bad(f"Le fichier « {DATA} » de ce PDF n'est pas un dépôt : il n'a pas de « format ».")
        return Unpacked(Wrapping.PROJECT, data, None)
    wanted = {"format": int, "number": int, "reference": str, "deposited_at": str, "project": dict, "edition": dict}
    faults = [
        Fault(key, typeset("Cette partie du dépôt manque, ou n'est pas de la bonne sorte."))
        for key, kind in wanted.items()
        if not isinstance(data.get(key), kind) or isinstance(data.get(key), bool)
    ]
    if faults:
        raise BadFile(tuple(faults))
    if not 1 <= data["format"] <= FORMAT:
        raise BadFile(
            (
                Fault(
                    "format",
                    typeset(
                        f"Ce dépôt est du format {data['format']} ; cette version de grantapp lit jusqu'au {FORMAT}."
                    ),
                ),
            )
        )
    return Unpacked(wrapping if wrapping is Wrapping.PDF else Wrapping.DEPOSIT, data["project"], data)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise _bad("Ce fichier n'est pas un texte en UTF-8.") from None
    except RecursionError:
        raise _bad("Ce fichier est imbriqué trop profondément.") from None
    except ValueError as error:
        where = f"ligne {error.lineno}, colonne {error.colno}" if isinstance(error, json.JSONDecodeError) else "nombre"
        raise _bad(f"Ce fichier n'est pas du JSON valide ({where}).") from None


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _bad(sentence: str) -> BadFile:
    return BadFile((Fault("$", typeset(sentence)),))
