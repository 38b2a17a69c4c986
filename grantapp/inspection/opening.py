"""The parent: puts a file in a folder of its own, has a child process open it, and believes only what it can check.

Nothing here parses the file: its size, its first bytes and its SHA-256 are all that this process sees of it.
"""

import hashlib
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from grantapp.domain.inspected import MOST_BYTES, MOST_PAGES, Flaw, Inspected, Note
from grantapp.domain.piece import fitting_name, media_type_of, refuse, shown_name
from grantapp.domain.question import Piece
from grantapp.inspection.child import run
from grantapp.inspection.found import ANSWER, GIVEN, KEPT, PAGES, THUMBNAIL

AT_ONCE = 2  # children: together they may take as many gigabytes
QUEUE = 30  # seconds that one more file waits for its turn
LONGEST_ANSWER = 10_000  # octets
HEAD = 1024  # octets: how far a PDF's own header is looked for, to say what is wrong
CHUNK = 2**20
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Opened:
    """A file that may be attached, while its folder lasts."""

    piece: Piece  # of what is kept: an image was rewritten
    media_type: str
    found: Inspected
    path: Path
    thumbnail: Path


@contextmanager
def opened(name: str, sent: IO[bytes]) -> Iterator[Opened]:
    """Have a file inspected; `Refused` with a sentence that names it. It is read once, and never whole in memory."""
    shown = shown_name(name)
    with tempfile.TemporaryDirectory(prefix="grantapp-") as folder:
        place = Path(folder)
        octets, sha256, head = _take(sent, place / GIVEN)
        media_type = media_type_of(head)
        if octets == 0:
            raise refuse(Flaw.EMPTY, shown)
        if octets > MOST_BYTES:
            raise refuse(Flaw.TOO_HEAVY, shown, octets)
        if media_type is None:
            raise refuse(Flaw.NOT_AT_START if b"%PDF-" in head else Flaw.UNKNOWN, shown)
        answer = ask(place, "look", media_type)
        if isinstance(answer, Flaw):
            raise refuse(answer, shown)
        path = place / GIVEN
        if media_type != "application/pdf":
            path = place / KEPT
            octets, sha256, head = _fingerprint(path)
            if media_type_of(head) != media_type:
                raise refuse(Flaw.UNOPENED, shown)
            if octets > MOST_BYTES:
                raise refuse(Flaw.TOO_MANY_PIXELS, shown)
        if media_type_of(_fingerprint(place / THUMBNAIL)[2]) != "image/jpeg":
            raise refuse(Flaw.UNOPENED, shown)
        piece = Piece(fitting_name(name, media_type), octets, sha256, answer.pages)
        yield Opened(piece, media_type, answer, path, place / THUMBNAIL)


@contextmanager
def laid_out(name: str, sent: IO[bytes]) -> Iterator[Path]:
    """The pages of a PDF in a file where nothing acts, to be printed; `Refused` when they cannot be had."""
    with tempfile.TemporaryDirectory(prefix="grantapp-") as folder:
        place = Path(folder)
        _take(sent, place / GIVEN)
        answer = ask(place, "lay_out", "application/pdf")
        if isinstance(answer, Flaw):
            raise refuse(answer, shown_name(name))
        if not (place / PAGES).exists():
            raise refuse(Flaw.UNOPENED, shown_name(name))
        yield place / PAGES


def ask(place: Path, task: str, media_type: str) -> Inspected | Flaw:
    """What the child says of the file given in this folder; a child that dies, or says nonsense, has found a flaw."""
    if not _turns.acquire(timeout=QUEUE):
        return Flaw.TOO_BUSY
    try:
        status = _run(place, task, media_type)
    except subprocess.TimeoutExpired:
        return Flaw.TOO_LARGE
    finally:
        _turns.release()
    if status < 0:  # by a signal: it had used up its time or its memory, or the file broke a library
        return Flaw.TOO_LARGE
    return _understood(place / ANSWER)


def _run(place: Path, task: str, media_type: str) -> int:
    """How the child ended; its answer is on disk."""
    with (place / ANSWER).open("wb") as out:
        return run(__package__, task, media_type, place=place, out=out)


def _understood(said: Path) -> Inspected | Flaw:
    with said.open("rb") as file:
        line = file.read(LONGEST_ANSWER)
    try:
        answer: Any = json.loads(line)
        if "flaw" in answer:
            return Flaw(answer["flaw"])
        pages, notes = answer["pages"], tuple(Note(each) for each in answer["notes"])
    except (ValueError, KeyError, TypeError):
        return Flaw.UNOPENED
    if not isinstance(pages, int) or not 0 < pages <= MOST_PAGES:
        return Flaw.UNOPENED
    return Inspected(pages, notes)


def _take(sent: IO[bytes], path: Path) -> tuple[int, str, bytes]:
    """Copy what was sent, no further than the limit, counting and hashing as it goes."""
    sent.seek(0)
    with path.open("wb") as file:
        return _copy(sent, file)


def _copy(source: IO[bytes], target: IO[bytes]) -> tuple[int, str, bytes]:
    octets, digest, head = 0, hashlib.sha256(), b""
    while octets <= MOST_BYTES and (chunk := source.read(CHUNK)):
        octets += len(chunk)
        digest.update(chunk)
        head = head or chunk[:HEAD]
        target.write(chunk)
    while chunk := source.read(CHUNK):  # only to say how heavy it is
        octets += len(chunk)
    return octets, digest.hexdigest(), head


def _fingerprint(path: Path) -> tuple[int, str, bytes]:
    """The size, the SHA-256 and the first bytes; nothing of a file that is not there."""
    if not path.is_file():
        return 0, "", b""
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest(), head
