"""Filing: answers, verdicts and texts are frozen in one transaction. The PDF comes after, and may fail without harm."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from grantapp.domain import lifecycle
from grantapp.domain.access import Act
from grantapp.domain.changes import in_short
from grantapp.domain.deposit import freeze, thaw
from grantapp.domain.lifecycle import Move, Refused, State
from grantapp.domain.people import Person
from grantapp.french import NBSP, moment, plural
from grantapp.services import access, drafting, journal, mailing, mandating, papers, reading
from grantapp.services.pages import DossierHead, MissingPage, ReceiptPage, VersionLine
from grantapp.services.papers import PRINT
from grantapp.storage import queries
from grantapp.storage.files import Files
from grantapp.storage.models import DepositRow, DocumentKind, JobState


def deposit(
    session: Session, reference: str, *, address: str, number: int | None = None, now: datetime, by: Person
) -> tuple[int, ...]:
    """File the dossier as it is at `now`, the instant the request arrived. The jobs to send, once this returns.

    `address` is that of this site, where the deposit can be verified. `number` is the version that the person meant to
    file, if it is known. Filing again what is filed is no error: no job, and nothing changes. `Refused` while anything
    is missing, when nothing changed since the last version, and when somebody else filed or gave up meanwhile.
    """
    dossier = access.dossier_for(session, reference, Act.FILE, by=by)
    head = reading.head_of(dossier)
    if number is not None and number != head.number:
        raise Refused(_moved_on(head, number))
    if dossier.state is State.DEPOSITED:
        return ()
    lacking = drafting.missing_of(dossier, now)
    if not lacking.is_clear:
        raise Refused(_why_not(lacking))
    edition = reading.edition_of(dossier)
    previous = reading.last_deposit(dossier)
    frozen = freeze(
        edition=edition,
        project=reading.project_of(dossier),
        judgement=lacking.judgement,
        reference=dossier.reference,
        number=head.number,
        by=by.name,
        at=now,
        address=address,
        previous=previous,
        together=mandating.together_of(session, dossier),
    )
    if previous and not in_short(frozen.content["changes"]):
        raise Refused(
            f"Rien n'a changé depuis la version {head.number - 1}, qui reste déposée : il n'y a rien de nouveau à "
            "déposer. Corrigez une réponse ou une pièce, ou renoncez à cette version."
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
    submitted = [papers.submit(session, row, kind, now=now) for kind in made_at_once]
    facts = {
        "reference": dossier.reference,
        "number": row.number,
        "deposited_at": moment(now, seconds=True),
        "short_code": frozen.short_code.replace(" ", NBSP),
        "code": row.fingerprint[:12],
    }
    submitted.append(mailing.write(session, "receipt", name=by.name, email=by.email, facts=facts, now=now, at=now))
    detail = {"number": row.number, "fingerprint": row.fingerprint}
    journal.record(session, "deposited", dossier=dossier, detail=detail, now=now, by=by)
    session.commit()
    return tuple(submitted)


def receipt(session: Session, reference: str, *, number: int | None = None, by: Person) -> ReceiptPage:
    """The proof of a filing: of the last one, unless a version is named."""
    dossier = queries.get_dossier(session, reference, by, Act.READ_FILED)
    row = queries.get_deposit(session, reference, by, number)
    frozen = thaw(row.canonical.encode())
    document = queries.find_document(session, row.id)
    job = queries.find_job(session, PRINT, row.id)
    return ReceiptPage(
        head=reading.filed_head_of(session, dossier, by),
        number=row.number,
        deposited_at=row.deposited_at,
        deposited_by=row.deposited_by.name,
        fingerprint=row.fingerprint,
        short_code=frozen.short_code,
        pdf_ready=document is not None,
        pdf_size=document.size if document else None,
        pdf_failed=document is None and job is not None and job.state is JobState.FAILED,
        judgement=frozen.content["judgement"],
        pieces=reading.pieces_of(dossier, row.deposited_at, frozen),
        papers=papers.papers_of(session, row),
        versions=tuple(_version(session, each) for each in reversed(dossier.deposits)),
    )


def read_pdf(session: Session, files: Files, reference: str, number: int, *, by: Person) -> bytes | None:
    """The dossier of a filed version; None while it is being made."""
    row = queries.get_deposit(session, reference, by, number)
    document = queries.find_document(session, row.id)
    return files.read(document.sha256) if document else None


def _version(session: Session, row: DepositRow) -> VersionLine:
    frozen = thaw(row.canonical.encode())
    document = queries.find_document(session, row.id)
    changed = frozen.content.get("changes")
    return VersionLine(
        number=row.number,
        deposited_at=row.deposited_at,
        deposited_by=row.deposited_by.name,
        short_code=frozen.short_code,
        pdf_ready=document is not None,
        pdf_size=document.size if document else None,
        changed=in_short(changed) if changed else "",
    )


def _moved_on(head: DossierHead, number: int) -> str:
    """Somebody else filed, or gave up, since the page was opened."""
    if head.filed is None or number > head.number:
        return f"La version {number} n'est plus en préparation : le dossier n'a pas été déposé de nouveau. Relisez-le."
    said = f"La version {head.filed.number} a été déposée entre-temps, le {moment(head.filed.deposited_at)}"
    if head.state is State.DEPOSITED:
        return f"{said} : regardez-la avant d'en déposer une autre."
    return f"{said}, et la version {head.number} est en préparation : relisez-la avant de la déposer."


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
