"""Supporting documents: opened, kept, replaced, withdrawn. Judged by their bytes, never by the name they claim.

A file is opened (in a process of its own, up to a minute) outside any transaction: whoever saves meanwhile does not
wait. That is why these use cases take `sessions`, and look twice at who asks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp.domain import lifecycle
from grantapp.domain.access import Act
from grantapp.domain.edition import Edition
from grantapp.domain.inspected import Note
from grantapp.domain.lifecycle import Move, Refused
from grantapp.domain.people import Person
from grantapp.domain.project import section_named
from grantapp.inspection.opening import Opened, opened
from grantapp.services import access, journal, mandating, reading
from grantapp.services.pages import AttachmentLine
from grantapp.storage import queries
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import AttachmentRow, DossierRow
from grantapp.storage.queries import NotFound

MOST_FILES = 100  # in one dossier


@dataclass(frozen=True)
class Attached:
    """A file that was added, and what the person should know of it."""

    line: AttachmentLine
    notes: tuple[Note, ...] = ()


def attach(
    sessions: Sessions,
    files: Files,
    reference: str,
    piece: str,
    *,
    name: str,
    content: IO[bytes],
    now: datetime,
    by: Person,
) -> Attached:
    """Keep a file under a piece of the dossier; `Refused` with a sentence that names it.

    The same bytes attached twice to one piece stay one file.
    """
    with sessions.reading() as session:
        _check_room(_changeable(session, reference, by), piece)
    with _kept(files, name, content) as (found, thumbnail), sessions.writing() as session:
        dossier = _changeable(session, reference, by)
        if there := _same(dossier, piece, found.piece.sha256):
            return Attached(reading.attachment_line(there), found.found.notes)
        _check_room(dossier, piece)
        row = _add(session, dossier, piece, found, thumbnail, now, by)
        detail = mandating.noted(session, dossier, {"piece": piece, "sha256": row.sha256}, by)
        journal.record(session, "attached", dossier=dossier, detail=detail, now=now, by=by)
        session.commit()
        return Attached(reading.attachment_line(row), found.found.notes)


def replace(
    sessions: Sessions,
    files: Files,
    reference: str,
    attachment_id: UUID,
    *,
    name: str,
    content: IO[bytes],
    now: datetime,
    by: Person,
) -> Attached:
    """Put a file in the place of another: the new one in, the old one withdrawn, both or neither. Nothing is erased.

    The same bytes change nothing. `NotFound` for a file that was withdrawn meanwhile.
    """
    with sessions.reading() as session:
        _replaceable(session, reference, attachment_id, by)
    with _kept(files, name, content) as (found, thumbnail), sessions.writing() as session:
        old = _replaceable(session, reference, attachment_id, by)
        if old.sha256 == found.piece.sha256:
            return Attached(reading.attachment_line(old), found.found.notes)
        if _same(old.dossier, old.piece, found.piece.sha256):
            raise Refused(f"« {found.piece.name} » est déjà parmi ces fichiers : retirez plutôt « {old.name} ».")
        row = _add(session, old.dossier, old.piece, found, thumbnail, now, by)
        row.replaces_id = old.id
        old.removed_at, old.removed_by_id = now, by.id
        told = {"piece": old.piece, "sha256": row.sha256, "replaces": old.sha256}
        detail = mandating.noted(session, old.dossier, told, by)
        journal.record(session, "replaced", dossier=old.dossier, detail=detail, now=now, by=by)
        session.commit()
        return Attached(reading.attachment_line(row), found.found.notes)


def detach(session: Session, reference: str, attachment_id: UUID, *, now: datetime, by: Person) -> None:
    """Withdraw a file from the dossier; withdrawing it twice changes nothing."""
    row = queries.get_attachment(session, reference, attachment_id, by)
    lifecycle.move(access.require(session, row.dossier, Act.FILL, by=by).state, Move.SAVE)
    if row.removed_at is not None:
        return
    row.removed_at, row.removed_by_id = now, by.id
    row.dossier.updated_at = now
    detail = mandating.noted(session, row.dossier, {"piece": row.piece, "sha256": row.sha256}, by)
    journal.record(session, "detached", dossier=row.dossier, detail=detail, now=now, by=by)
    session.commit()


def read_attachment(
    session: Session, files: Files, reference: str, attachment_id: UUID, *, by: Person
) -> tuple[AttachmentLine, Iterator[bytes]]:
    """A file of the dossier, or one that was filed with an earlier version, a part at a time."""
    row, dossier = _readable(session, reference, attachment_id, by)
    if row.removed_at is not None and not reading.was_filed(row, dossier):
        raise NotFound
    return reading.attachment_line(row), files.chunks(row.sha256)


def read_thumbnail(session: Session, files: Files, reference: str, attachment_id: UUID, *, by: Person) -> bytes:
    """The small JPEG of its first page; `NotFound` for what was attached before pieces were opened."""
    row, _ = _readable(session, reference, attachment_id, by)
    if row.removed_at is not None or row.thumbnail is None:
        raise NotFound
    return files.read(row.thumbnail)


def _readable(session: Session, reference: str, attachment_id: UUID, by: Person) -> tuple[AttachmentRow, DossierRow]:
    """A file that stands in this dossier: its own, or one that its cooperative shares with it."""
    dossier = queries.get_dossier(session, reference, by)
    part = reading.part_of(dossier)
    known = [*dossier.attachments, *(reading.shared_rows(part) if part else ())]
    row = next((each for each in known if each.id == attachment_id), None)
    if row is None:
        raise NotFound
    return row, dossier


def _changeable(session: Session, reference: str, by: Person) -> DossierRow:
    dossier = access.dossier_for(session, reference, Act.FILL, by=by)
    lifecycle.move(dossier.state, Move.SAVE)
    return dossier


def _replaceable(session: Session, reference: str, attachment_id: UUID, by: Person) -> AttachmentRow:
    row = queries.get_attachment(session, reference, attachment_id, by)
    lifecycle.move(access.require(session, row.dossier, Act.FILL, by=by).state, Move.SAVE)
    if row.removed_at is not None:
        raise NotFound
    return row


def _check_room(dossier: DossierRow, piece: str) -> None:
    _check_piece(reading.edition_of(dossier), piece)
    if sum(row.removed_at is None for row in dossier.attachments) >= MOST_FILES:
        raise Refused(f"Ce dossier a déjà {MOST_FILES} fichiers : retirez-en un avant d'en ajouter un autre.")


def _check_piece(edition: Edition, piece: str) -> None:
    pieces = {question.name for question in section_named(reading.PIECES).questions}
    if reading.PIECES not in edition.steps or piece not in pieces:
        raise NotFound


@contextmanager
def _kept(files: Files, name: str, content: IO[bytes]) -> Iterator[tuple[Opened, str]]:
    """The file opened and on disk, with its thumbnail: kept before the row that names them, so that no row lies."""
    with opened(name, content) as found:
        thumbnail = files.keep_file(found.thumbnail)
        files.keep_file(found.path)
        yield found, thumbnail


def _same(dossier: DossierRow, piece: str, sha256: str) -> AttachmentRow | None:
    attached = (row for row in dossier.attachments if row.removed_at is None)
    return next((row for row in attached if (row.piece, row.sha256) == (piece, sha256)), None)


def _add(
    session: Session,
    dossier: DossierRow,
    piece: str,
    found: Opened,
    thumbnail: str,
    now: datetime,
    by: Person,
) -> AttachmentRow:
    row = AttachmentRow(
        id=uuid4(),
        dossier=dossier,
        piece=piece,
        name=found.piece.name,
        media_type=found.media_type,
        size=found.piece.size,
        sha256=found.piece.sha256,
        pages=found.piece.pages,
        thumbnail=thumbnail,
        added_at=now,
        added_by_id=by.id,
    )
    session.add(row)
    dossier.updated_at = now
    return row
