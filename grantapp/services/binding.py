"""The copy to print and the ZIP: bound from the dossier and the files of its pieces, which pass by the disk.

Ten pieces of 50 Mo must not stand in memory together: each is copied into a temporary file, or goes by in parts.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import IO, BinaryIO, cast

from grantapp.documents import bundle as zipped
from grantapp.documents import print_copy as copied
from grantapp.documents.print_copy import Appended, Filed
from grantapp.domain.deposit import Deposit
from grantapp.domain.lifecycle import Refused
from grantapp.domain.piece import SUFFIXES, media_type_of
from grantapp.french import typeset
from grantapp.inspection.opening import laid_out, opened

Place = Callable[[str], AbstractContextManager[Path]]  # of a file, by its SHA-256, while it lasts
HEAD = 16  # octets that tell what a file is
MOST_PRINTED = 300_000_000  # octets of pages in one copy: the library that binds them keeps them in memory
TOO_HEAVY = "Ses pages alourdiraient trop cette copie : imprimez le fichier d'origine."
LOST = "Le fichier d'origine n'est plus à sa place : prévenez la personne qui gère ce site."


def print_copy(deposit: Deposit, dossier: Path, place: Place) -> IO[bytes]:
    """The copy to read and print, in a temporary file. A piece whose pages cannot be had is told of on its own page."""
    with ExitStack() as lasting:
        appended, left = [], MOST_PRINTED
        for each in copied.filed(deposit):
            found = _appended(each, place, lasting)
            weight = sum(path.stat().st_size for path in (found.pages, found.image) if path)
            if weight > left:
                found, weight = Appended(each, refusal=typeset(TOO_HEAVY)), 0
            appended.append(found)
            left -= weight
        return _made(".pdf", lambda out: copied.write(deposit, dossier, appended, cast(BinaryIO, out)))


def bundle(deposit: Deposit, dossier: Path, chunks: Callable[[str], Iterator[bytes]]) -> IO[bytes]:
    """The ZIP, in a temporary file."""
    return _made(".zip", lambda out: zipped.write(deposit, dossier, chunks, out))


def _made(suffix: str, write: Callable[[IO[bytes]], None]) -> IO[bytes]:
    """A temporary file, written; whoever receives it closes it, and with that it is gone."""
    with ExitStack() as until_written:
        out = until_written.enter_context(tempfile.NamedTemporaryFile(prefix="grantapp-", suffix=suffix))
        write(out)
        until_written.pop_all()
        return out


def _appended(filed: Filed, place: Place, lasting: ExitStack) -> Appended:
    """The pages of a piece as drawings, made in a process of its own; or the reason why there are none."""
    try:
        with place(filed.sha256) as path, path.open("rb") as file:
            media_type = media_type_of(file.read(HEAD))
            if media_type == "application/pdf":
                return Appended(filed, pages=lasting.enter_context(laid_out(filed.name, file)))
            found = lasting.enter_context(opened(filed.name, file))
            named = found.path.with_suffix(SUFFIXES[found.media_type][0])
            return Appended(filed, image=found.path.rename(named))
    except Refused as refused:
        return Appended(filed, refusal=refused.sentence)
    except FileNotFoundError:
        return Appended(filed, refusal=typeset(LOST))
