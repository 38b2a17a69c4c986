"""The files inside a PDF, taken out by a child process: whatever the PDF does to it, the child ends alone.

Run as a module, this file is the child: it reads the PDF named by its first argument and writes what it finds into its
own folder, under numbers. The parent believes only what it can check: sizes and fingerprints are its own.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grantapp.domain.lifecycle import Refused
from grantapp.inspection.child import confine, run

MOST_FILES = 200  # in one PDF: a dossier takes a hundred pieces
SECONDS = 20  # of processor
LARGEST_FILE = 60_000_000  # octets of one file that it writes
LONGEST_ANSWER = 200_000  # octets

REFUSALS = {
    "password": "« {} » est protégé par un mot de passe : enregistrez-le sans mot de passe, puis renvoyez-le.",
    "damaged": "« {} » est abîmé et ne peut pas être lu. Reprenez le fichier tel que vous l'avez téléchargé.",
    "too_large": (
        "« {} » demande trop de travail pour être ouvert ici. Reprenez le fichier tel que vous l'avez téléchargé."
    ),
}


@dataclass(frozen=True)
class EmbeddedFile:
    """A file that a PDF carried, now in a folder of the caller's. `name` is what the PDF calls it: never a path."""

    name: str
    relationship: str  # « Data », « Supplement »… as PDF 2.0 names them; empty when the PDF says nothing
    size: int  # octets
    sha256: str
    path: Path


def embedded(pdf: Path, into: Path, *, shown: str, names: Collection[str] | None = None) -> tuple[EmbeddedFile, ...]:
    """Take out the files that a PDF carries, or only those of these names, into an empty folder.

    `Refused`, with a sentence that calls the file `shown`, when it cannot be opened within the limits.
    """
    wanted = None if names is None else [*names]
    with tempfile.TemporaryFile() as said:
        try:
            status = run(__name__, str(pdf.resolve()), json.dumps(wanted), place=into, out=said)
        except subprocess.TimeoutExpired:
            raise _refusal("too_large", shown) from None
        if status < 0:  # by a signal: it had used up its time, or the PDF broke a library
            raise _refusal("too_large", shown)
        said.seek(0)
        line = said.read(LONGEST_ANSWER)
    try:
        answer: Any = json.loads(line)
        if "flaw" in answer:
            raise _refusal(answer["flaw"], shown)
        return tuple(_taken(into, number, each) for number, each in enumerate(answer["files"]))
    except (ValueError, KeyError, TypeError, OSError):
        raise _refusal("damaged", shown) from None


def _refusal(flaw: str, shown: str) -> Refused:
    return Refused(REFUSALS.get(flaw, REFUSALS["damaged"]).format(shown))


def _taken(into: Path, number: int, said: Any) -> EmbeddedFile:
    path = into / str(number)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return EmbeddedFile(str(said["name"]), str(said["relationship"]), path.stat().st_size, sha256, path)


# ── the child ────────────────────────────────────────────────────────────────────────────────────────────────────


def _take_out(path: str, names: list[str] | None) -> dict[str, Any]:
    import pikepdf  # once confined: what the library does when it loads is within the limits too

    found: list[dict[str, str]] = []
    try:
        with pikepdf.open(path) as pdf:
            for key, spec in pdf.attachments.items():
                name = spec.filename or key
                if names is not None and name not in names:
                    continue
                content = spec.get_file().read_bytes()
                if len(found) >= MOST_FILES or len(content) > LARGEST_FILE:
                    return {"flaw": "too_large"}
                Path(str(len(found))).write_bytes(content)
                relationship = str(spec.relationship or "").removeprefix("/")
                found.append({"name": name[:300], "relationship": relationship[:40]})
    except pikepdf.PasswordError:
        return {"flaw": "password"}
    except MemoryError:
        return {"flaw": "too_large"}
    except (pikepdf.PdfError, OSError, ValueError, TypeError, AttributeError, KeyError, RuntimeError):
        # What pikepdf raises when a file does not say what it should.
        return {"flaw": "damaged"}
    return {"files": found}


if __name__ == "__main__":
    confine(seconds=SECONDS, largest_file=LARGEST_FILE)
    print(json.dumps(_take_out(sys.argv[1], json.loads(sys.argv[2]))))
