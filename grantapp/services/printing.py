"""The dossier as a PDF. The only service that imports `documents`: WeasyPrint has no place in the web process."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.documents import dossier
from grantapp.domain.deposit import Deposit, thaw
from grantapp.services import journal
from grantapp.services.jobs import Handler, Write
from grantapp.storage import queries
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import DepositRow, DocumentRow
from grantapp.storage.queries import NotFound

Progress = Callable[[str], None]
Printer = Callable[[Deposit], bytes]


def dossier_pdf(deposit: Deposit, progress: Progress | None = None) -> bytes:
    return dossier.pdf(deposit, progress=progress)


def print_deposit(
    sessions: Sessions, files: Files, deposit_id: UUID, *, now: datetime, printer: Printer = dossier_pdf
) -> None:
    """Make the PDF of a deposit and keep it; doing it twice leaves one document, the first."""
    write = prepare(sessions, files, deposit_id, now=now, printer=printer)
    with sessions.writing() as session:
        write(session)
        session.commit()


def handler(sessions: Sessions, files: Files, printer: Printer = dossier_pdf) -> Handler:
    """What a job of kind "print" does; its arguments name the deposit."""
    return lambda args, now: prepare(sessions, files, UUID(args["deposit"]), now=now, printer=printer)


def prepare(sessions: Sessions, files: Files, deposit_id: UUID, *, now: datetime, printer: Printer) -> Write:
    """The long part, without holding any transaction: what it returns writes the document down."""
    with sessions.reading() as session:
        row = session.get(DepositRow, deposit_id)
        if row is None:
            raise NotFound
        canonical = row.canonical
        done = queries.find_document(session, deposit_id) is not None
    if done:
        return lambda session: None
    content = printer(thaw(canonical.encode()))
    sha256 = files.keep(content)

    def write(session: Session) -> None:
        if queries.find_document(session, deposit_id) is not None:
            return
        session.add(DocumentRow(deposit_id=deposit_id, kind="dossier", sha256=sha256, size=len(content), made_at=now))
        deposit = session.get_one(DepositRow, deposit_id)
        detail = {"number": deposit.number, "sha256": sha256}
        journal.record(session, "printed", dossier=deposit.dossier, detail=detail, now=now, by=None)

    return write
