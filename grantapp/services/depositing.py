"""Filing: answers, verdicts and texts are frozen in one transaction. The PDF comes after, and may fail without harm."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from grantapp.domain import lifecycle
from grantapp.domain.deposit import Deposit, freeze, thaw
from grantapp.domain.lifecycle import Move, Refused, State
from grantapp.domain.people import Person
from grantapp.french import plural
from grantapp.services import drafting, journal, papers
from grantapp.services.pages import AttachmentLine, MissingPage, ReceiptPage
from grantapp.services.papers import PRINT
from grantapp.storage import queries
from grantapp.storage.files import Files
from grantapp.storage.models import DepositRow, DocumentKind, DossierRow, JobState


def deposit(session: Session, reference: str, *, address: str, now: datetime, by: Person) -> tuple[int, ...]:
    """File the dossier as it is at `now`, the instant the request arrived. The jobs to send, once this returns.

    `address` is that of this site, where the deposit can be verified. Filing again what is filed is no error: no job,
    and nothing changes. `Refused` while anything is missing.
    """
    dossier = queries.get_dossier(session, reference, by)
    if dossier.state is State.DEPOSITED:
        return ()
    lacking = drafting.missing_of(dossier, now)
    if not lacking.is_clear:
        raise Refused(_why_not(lacking))
    edition = drafting.edition_of(dossier)
    frozen = freeze(
        edition=edition,
        project=drafting.project_of(dossier),
        judgement=lacking.judgement,
        reference=dossier.reference,
        number=queries.count_deposits(session, dossier) + 1,
        by=by.name,
        at=now,
        address=address,
    )
    dossier.state = lifecycle.move(dossier.state, Move.DEPOSIT)
    dossier.deposited_at = dossier.updated_at = now
    row = DepositRow(
        id=uuid4(),
        dossier=dossier,
        number=frozen.content["number"],
        deposited_at=now,
        deposited_by_id=by.id,
        edition_id=edition.id,
        edition_version=edition.version,
        canonical=frozen.canonical.decode(),
        fingerprint=frozen.fingerprint,
    )
    session.add(row)
    # The acknowledgement first: it is quick, and what one wants at once.
    made_at_once = (DocumentKind.ACKNOWLEDGEMENT, DocumentKind.DOSSIER)
    submitted = tuple(papers.submit(session, row, kind, now=now) for kind in made_at_once)
    detail = {"number": row.number, "fingerprint": row.fingerprint}
    journal.record(session, "deposited", dossier=dossier, detail=detail, now=now, by=by)
    session.commit()
    return submitted


def receipt(session: Session, reference: str, *, by: Person) -> ReceiptPage:
    """The proof of the last filing."""
    dossier = queries.get_dossier(session, reference, by)
    row = queries.get_deposit(session, reference, by)
    frozen = thaw(row.canonical.encode())
    document = queries.find_document(session, row.id)
    job = queries.find_job(session, PRINT, row.id)
    return ReceiptPage(
        head=drafting.head_of(dossier),
        number=row.number,
        deposited_at=row.deposited_at,
        deposited_by=row.deposited_by.name,
        fingerprint=row.fingerprint,
        short_code=frozen.short_code,
        pdf_ready=document is not None,
        pdf_size=document.size if document else None,
        pdf_failed=document is None and job is not None and job.state is JobState.FAILED,
        judgement=frozen.content["judgement"],
        pieces=_pieces(dossier, frozen),
        papers=papers.papers_of(session, row),
    )


def read_pdf(session: Session, files: Files, reference: str, number: int, *, by: Person) -> bytes | None:
    """The dossier of a filed version; None while it is being made."""
    row = queries.get_deposit(session, reference, by, number)
    document = queries.find_document(session, row.id)
    return files.read(document.sha256) if document else None


def _pieces(dossier: DossierRow, frozen: Deposit) -> tuple[AttachmentLine, ...]:
    """The attachments that were filed with this version."""
    filed = {
        (piece, each["name"], each["sha256"])
        for piece, listed in frozen.content["project"].get(drafting.PIECES, {}).items()
        for each in listed
    }
    rows = {(row.piece, row.name, row.sha256): row for row in dossier.attachments}
    return drafting.lines_of(row for key, row in rows.items() if key in filed)


def _why_not(lacking: MissingPage) -> str:
    """The refusals say their own sentence; the rest is counted, and « Ce qui manque » has the list."""
    if lacking.refusals:
        return "Ce dossier ne peut pas être déposé. " + " ".join(each.sentence for each in lacking.refusals)
    wanting = []
    if lacking.answers:
        wanting.append(plural(len(lacking.answers), "réponse"))
    if lacking.pieces:
        wanting.append(plural(len(lacking.pieces), "pièce"))
    if wanting:
        return f"Il manque encore {' et '.join(wanting)} : voyez « Ce qui manque »."
    return (
        f"{plural(len(lacking.undecided), 'règle attend', 'règles attendent')} encore d'être jugées : "
        "voyez « Ce qui manque »."
    )
