"""Supporting documents: added, read, withdrawn. Judged by their bytes, never by the name or the type they claim."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp.domain import lifecycle
from grantapp.domain.edition import Edition
from grantapp.domain.lifecycle import Move, Refused
from grantapp.domain.people import Person
from grantapp.domain.piece import examine
from grantapp.domain.project import section_named
from grantapp.services import drafting, journal
from grantapp.services.pages import AttachmentLine
from grantapp.storage import queries
from grantapp.storage.files import Files
from grantapp.storage.models import AttachmentRow
from grantapp.storage.queries import NotFound

MOST_FILES = 100  # in one dossier


def attach(
    session: Session,
    files: Files,
    reference: str,
    piece: str,
    *,
    name: str,
    content: bytes,
    now: datetime,
    by: Person,
) -> AttachmentLine:
    """Keep a file under a piece of the dossier. The same bytes attached twice to one piece stay one file."""
    dossier = queries.get_dossier(session, reference, by)
    lifecycle.move(dossier.state, Move.SAVE)
    _check_piece(drafting.edition_of(dossier), piece)
    found, media_type = examine(name, content)
    attached = [row for row in dossier.attachments if row.removed_at is None]
    if len(attached) >= MOST_FILES:
        raise Refused(f"Ce dossier a déjà {MOST_FILES} fichiers : retirez-en un avant d'en ajouter un autre.")
    for row in attached:
        if (row.piece, row.sha256) == (piece, found.sha256):
            return drafting.attachment_line(row)
    files.keep(content)
    row = AttachmentRow(
        id=uuid4(),
        dossier=dossier,
        piece=piece,
        name=found.name,
        media_type=media_type,
        size=found.size,
        sha256=found.sha256,
        added_at=now,
        added_by_id=by.id,
    )
    session.add(row)
    dossier.updated_at = now
    journal.record(
        session, "attached", dossier=dossier, detail={"piece": piece, "sha256": found.sha256}, now=now, by=by
    )
    session.commit()
    return drafting.attachment_line(row)


def detach(session: Session, reference: str, attachment_id: UUID, *, now: datetime, by: Person) -> None:
    """Withdraw a file from the dossier; withdrawing it twice changes nothing."""
    row = queries.get_attachment(session, reference, attachment_id, by)
    lifecycle.move(row.dossier.state, Move.SAVE)
    if row.removed_at is not None:
        return
    row.removed_at, row.removed_by_id = now, by.id
    row.dossier.updated_at = now
    detail = {"piece": row.piece, "sha256": row.sha256}
    journal.record(session, "detached", dossier=row.dossier, detail=detail, now=now, by=by)
    session.commit()


def read_attachment(
    session: Session, files: Files, reference: str, attachment_id: UUID, *, by: Person
) -> tuple[AttachmentLine, bytes]:
    """A file of the dossier, or one that was filed with an earlier version."""
    row = queries.get_attachment(session, reference, attachment_id, by)
    if row.removed_at is not None and not drafting.was_filed(row):
        raise NotFound
    return drafting.attachment_line(row), files.read(row.sha256)


def _check_piece(edition: Edition, piece: str) -> None:
    pieces = {question.name for question in section_named(drafting.PIECES).questions}
    if drafting.PIECES not in edition.steps or piece not in pieces:
        raise NotFound
