"""What is made from a deposit: the dossier, and its other documents.

With `binding.py`, the only service that imports `documents`: WeasyPrint has no place in the web process.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grantapp.documents import acknowledgement, blank_form, dossier, eligibility_report, preparatory, review_sheet
from grantapp.documents.seal import seal
from grantapp.documents.seal_key import SealKey
from grantapp.domain.deposit import Deposit, thaw
from grantapp.domain.questionnaire import Questionnaire
from grantapp.services import binding, journal
from grantapp.services.jobs import Handler, Write
from grantapp.storage import queries
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import (
    AttachmentRow,
    DepositRow,
    DocumentKind,
    DocumentRow,
    PrintoutKind,
    PrintoutRow,
)
from grantapp.storage.queries import NotFound

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Shelf:
    """What a document may draw on: the deposit, the files of its pieces, and what was made from it before."""

    deposit: Deposit
    deposit_id: UUID
    sessions: Sessions
    files: Files
    key: SealKey

    def sealed(self, pdf: bytes) -> bytes:
        """A finished document of this deposit under the instance's seal; nothing may touch its bytes after this."""
        content = self.deposit.content
        return seal(
            pdf,
            self.key,
            at=datetime.fromisoformat(content["deposited_at"]),
            fingerprint=self.deposit.fingerprint,
            address=content.get("address", ""),
        )

    def piece(self, sha256: str) -> bytes:
        return self.files.read(sha256)

    def thumbnail(self, sha256: str) -> bytes | None:
        """A small JPEG of the first page of a piece, where it was opened."""
        with self.sessions.reading() as session:
            wanted = select(AttachmentRow.thumbnail).where(
                AttachmentRow.sha256 == sha256, AttachmentRow.thumbnail.is_not(None)
            )
            found = session.scalar(wanted.limit(1))
        return self.files.read(found) if found else None

    def document(self, kind: DocumentKind) -> bytes:
        """The kept one, or the same bytes made again."""
        with self.sessions.reading() as session:
            kept = queries.find_document(session, self.deposit_id, kind)
        return self.files.read(kept.sha256) if kept else _whole(MAKERS[kind](self))

    @contextmanager
    def file(self, sha256: str) -> Iterator[Path]:
        """A kept file at a place on this machine, while it is needed; it never stands whole in memory."""
        with tempfile.NamedTemporaryFile(prefix="grantapp-") as copy:
            self.files.copy_to(sha256, copy)
            yield Path(copy.name)

    @contextmanager
    def dossier(self) -> Iterator[Path]:
        """The archive copy at a place on this machine."""
        with self.sessions.reading() as session:
            kept = queries.find_document(session, self.deposit_id, DocumentKind.DOSSIER)
        if kept:
            with self.file(kept.sha256) as path:
                yield path
            return
        with tempfile.NamedTemporaryFile(prefix="grantapp-") as made:
            made.write(self.document(DocumentKind.DOSSIER))
            made.flush()
            yield Path(made.name)


Made = bytes | IO[bytes]  # a temporary file, for what may be heavy
Maker = Callable[[Shelf], Made]


def _print_copy(shelf: Shelf) -> Made:
    with shelf.dossier() as dossier:
        return binding.print_copy(shelf.deposit, dossier, shelf.file)


def _bundle(shelf: Shelf) -> Made:
    with shelf.dossier() as dossier:
        return binding.bundle(shelf.deposit, dossier, shelf.files.chunks)


MAKERS: Mapping[DocumentKind, Maker] = {
    DocumentKind.DOSSIER: lambda shelf: shelf.sealed(
        dossier.pdf(shelf.deposit, originals=shelf.piece, thumbnails=shelf.thumbnail)
    ),
    DocumentKind.ACKNOWLEDGEMENT: lambda shelf: shelf.sealed(acknowledgement.pdf(shelf.deposit)),
    DocumentKind.REVIEW_SHEET: lambda shelf: shelf.sealed(review_sheet.pdf(shelf.deposit)),
    DocumentKind.REPORT: lambda shelf: shelf.sealed(eligibility_report.pdf(shelf.deposit)),
    DocumentKind.PRINT_COPY: _print_copy,
    DocumentKind.BUNDLE: _bundle,
}

PRINTOUT_MAKERS: Mapping[PrintoutKind, Callable[[bytes], bytes]] = {
    PrintoutKind.PREPARATORY: lambda source: preparatory.pdf(thaw(source)),
    PrintoutKind.BLANK_FORM: lambda source: blank_form.pdf(Questionnaire.thaw(source)),
}


def dossier_pdf(
    deposit: Deposit, progress: Progress | None = None, *, pieces: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """The dossier of what is not filed, with the files given, by their SHA-256."""
    return dossier.pdf(deposit, originals=pieces.get, progress=progress)


def print_deposit(
    sessions: Sessions,
    files: Files,
    deposit_id: UUID,
    kind: DocumentKind = DocumentKind.DOSSIER,
    *,
    key: SealKey,
    now: datetime,
    makers: Mapping[DocumentKind, Maker] = MAKERS,
) -> None:
    """Make a document of a deposit and keep it; doing it twice leaves one document, the first."""
    write = prepare(sessions, files, deposit_id, kind, key=key, now=now, makers=makers)
    with sessions.writing() as session:
        write(session)
        session.commit()


def handler(sessions: Sessions, files: Files, key: SealKey, makers: Mapping[DocumentKind, Maker] = MAKERS) -> Handler:
    """What a job of kind "print" does; its arguments name the deposit, and the document."""

    def handle(args: dict[str, str], now: datetime) -> Write:
        # A job queued before there were several documents names none: it was for the dossier.
        kind = DocumentKind(args.get("document", DocumentKind.DOSSIER))
        return prepare(sessions, files, UUID(args["deposit"]), kind, key=key, now=now, makers=makers)

    return handle


def prepare(
    sessions: Sessions,
    files: Files,
    deposit_id: UUID,
    kind: DocumentKind,
    *,
    key: SealKey,
    now: datetime,
    makers: Mapping[DocumentKind, Maker],
) -> Write:
    """The long part, without holding any transaction: what it returns writes the document down."""
    with sessions.reading() as session:
        row = session.get(DepositRow, deposit_id)
        if row is None:
            raise NotFound
        canonical = row.canonical
        done = queries.find_document(session, deposit_id, kind) is not None
    if done:
        return lambda session: None
    sha256, size = _kept(files, makers[kind](Shelf(thaw(canonical.encode()), deposit_id, sessions, files, key)))

    def write(session: Session) -> None:
        if queries.find_document(session, deposit_id, kind) is not None:
            return
        session.add(DocumentRow(deposit_id=deposit_id, kind=kind, sha256=sha256, size=size, made_at=now))
        deposit = session.get_one(DepositRow, deposit_id)
        detail = {"number": deposit.number, "document": kind.value, "sha256": sha256}
        journal.record(session, "printed", dossier=deposit.dossier, detail=detail, now=now, by=None)

    return write


def _kept(files: Files, made: Made) -> tuple[str, int]:
    if isinstance(made, bytes):
        return files.keep(made), len(made)
    with made:
        made.flush()
        return files.keep_file(Path(made.name)), Path(made.name).stat().st_size


def _whole(made: Made) -> bytes:
    if isinstance(made, bytes):
        return made
    with made:
        made.seek(0)
        return made.read()


def printout_handler(
    sessions: Sessions, files: Files, makers: Mapping[PrintoutKind, Callable[[bytes], bytes]] = PRINTOUT_MAKERS
) -> Handler:
    """What a job of kind "printout" does; its arguments name the sort, the kept source, and the dossier of a draft."""

    def handle(args: dict[str, str], now: datetime) -> Write:
        kind, source = PrintoutKind(args["printout"]), args["source"]
        dossier = UUID(args["dossier"]) if "dossier" in args else None
        with sessions.reading() as session:
            if queries.find_printout(session, kind, source) is not None:
                return lambda session: None
        content = makers[kind](files.read(source))
        sha256 = files.keep(content)

        def write(session: Session) -> None:
            if queries.find_printout(session, kind, source) is None:
                session.add(
                    PrintoutRow(
                        kind=kind, source=source, dossier_id=dossier, sha256=sha256, size=len(content), made_at=now
                    )
                )

        return write

    return handle
