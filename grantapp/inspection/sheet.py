"""The rows of a spreadsheet, read by a child process: whatever the file does to it, the child ends alone.

XLSX and ODS through calamine; CSV in the ways that spreadsheets write it. Run as a module, this file is the child.
"""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from grantapp.domain.lifecycle import Refused
from grantapp.domain.roster import Row
from grantapp.french import number, size
from grantapp.inspection.child import confine, run

MOST_BYTES = 5_000_000  # octets of the file
MOST_ROWS = 5_000  # that say something
MOST_COLUMNS = 60
LONGEST_CELL = 500  # characters; more is cut, and what is cut is too long for any column
MOST_UNFOLDED = 80_000_000  # octets, of all that the file holds once unfolded
SECONDS = 10  # of processor; 5 000 rows take less than one
LARGEST_ANSWER = 40_000_000  # octets
ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # XLSX and ODS; XLS, or XLSX under a password
ANSWER = "rows.json"

REFUSALS = {
    "old": (
        "« {} » est au format XLS, ou protégé par un mot de passe : enregistrez-le en XLSX, ODS ou CSV, sans mot de "
        "passe, puis renvoyez-le."
    ),
    "password": "« {} » est protégé par un mot de passe : enregistrez-le sans mot de passe, puis renvoyez-le.",
    "damaged": (
        "« {} » ne peut pas être lu comme un tableau. Ouvrez-le dans votre tableur, enregistrez-le en XLSX, ODS ou "
        "CSV, puis renvoyez-le."
    ),
    "too_large": (
        "« {} » demande trop de travail pour être ouvert ici. Copiez la liste dans le modèle à télécharger, puis "
        "renvoyez-le."
    ),
    "too_many": (
        f"« {{}} » a plus de {number(MOST_ROWS)} lignes : ce n'est pas une liste d'adhérentes, ou il faut l'envoyer en "
        "plusieurs fichiers."
    ),
    "too_heavy": f"« {{}} » dépasse {size(MOST_BYTES)}. Ne gardez que la liste des entreprises, puis renvoyez-le.",
    "empty": "« {} » est vide. Vérifiez le fichier et envoyez-le de nouveau.",
}


def rows_of(file: Path, *, shown: str) -> tuple[Row, ...]:
    """The rows of the first sheet that says something, with their numbers; those without a word are left out.

    `Refused`, with a sentence that calls the file `shown`, when it cannot be read within the limits.
    """
    octets = file.stat().st_size
    if not octets:
        raise refusal("empty", shown)
    if octets > MOST_BYTES:
        raise refusal("too_heavy", shown)
    with file.open("rb") as opened:
        if opened.read(4) == OLD:
            raise refusal("old", shown)
    with tempfile.TemporaryDirectory(prefix="grantapp-") as folder:
        place = Path(folder)
        try:
            with (place / ANSWER).open("wb") as out:
                status = run(__name__, str(file.resolve()), place=place, out=out)
        except subprocess.TimeoutExpired:
            raise refusal("too_large", shown) from None
        if status < 0:  # by a signal: it had used up its time or its memory
            raise refusal("too_large", shown)
        with (place / ANSWER).open("rb") as said:
            line = said.read(LARGEST_ANSWER)
    return _understood(line, shown)


def refusal(flaw: str, shown: str) -> Refused:
    return Refused(REFUSALS.get(flaw, REFUSALS["damaged"]).format(shown))


def _understood(line: bytes, shown: str) -> tuple[Row, ...]:
    try:
        answer: Any = json.loads(line)
        if "flaw" in answer:
            raise refusal(answer["flaw"], shown)
        rows = [(int(at), tuple(str(cell) for cell in cells)) for at, cells in answer["rows"]]
    except (ValueError, KeyError, TypeError):
        raise refusal("damaged", shown) from None
    if len(rows) > MOST_ROWS:
        raise refusal("too_many", shown)
    return tuple(rows)


# ── the child ────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(path: str) -> dict[str, Any]:
    content = Path(path).read_bytes()
    try:
        rows: list[tuple[int, list[str]]] = []
        for at, cells in _in_book(content) if content.startswith(ZIP) else _in_text(content):
            if len(rows) == MOST_ROWS:
                return {"flaw": "too_many"}
            rows.append((at, [cell[:LONGEST_CELL] for cell in cells[:MOST_COLUMNS]]))
    except _Flaw as flaw:
        return {"flaw": str(flaw)}
    except MemoryError:
        return {"flaw": "too_large"}
    except (ValueError, OSError, RuntimeError, csv.Error, zipfile.BadZipFile, NotImplementedError):
        return {"flaw": "damaged"}
    return {"rows": rows}


class _Flaw(Exception):  # noqa: N818 - an answer
    pass


def _in_book(content: bytes) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(each.file_size for each in packed.infolist()) > MOST_UNFOLDED:
            raise _Flaw("too_large")
    import python_calamine  # once confined: what the library does when it loads is within the limits too

    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for index in range(len(book.sheet_names)):
            rows = book.get_sheet_by_index(index).to_python(skip_empty_area=False)
            told = list(_told((number, list(map(_text, row))) for number, row in enumerate(rows, start=1)))
            if told:
                yield from told
                return
    except python_calamine.PasswordError:
        raise _Flaw("password") from None
    except python_calamine.CalamineError:
        raise _Flaw("damaged") from None


def _text(value: object) -> str:
    return ("oui" if value else "non") if isinstance(value, bool) else str(value)


def _in_text(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    if "\0" in text:
        raise _Flaw("damaged")
    said = re.match(r"sep=(.)\r?\n", text)  # Excel's own way to say it
    separator = said.group(1) if said else _separator(text)
    csv.field_size_limit(MOST_BYTES)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    yield from _told((number, row) for number, row in enumerate(rows, start=1) if not (said and number == 1))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """That which parts the first lines most; a name may hold a comma, so the semicolon wins a tie."""
    head = text[:20_000]

    def parts(separator: str) -> int:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        try:
            return sum(len(row) - 1 for _, row in zip(range(20), rows, strict=False) if row)
        except csv.Error:
            return 0

    return max(";\t,", key=parts)


def _told(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that say something."""
    return ((number, row) for number, row in rows if any(cell.strip() for cell in row))


if __name__ == "__main__":
    confine(seconds=SECONDS, largest_file=LARGEST_ANSWER)
    print(json.dumps(_read(sys.argv[1])))
