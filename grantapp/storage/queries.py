"""What is read, and by whom: `find_` may return None, `get_` may not; every dossier is filtered by who asks.

Somebody else's dossier and one that does not exist give the same answer, to the letter.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from grantapp.domain.access import Act, roles_for
from grantapp.domain.lifecycle import State
from grantapp.domain.people import Person, Role
from grantapp.storage.cooperative import CollectiveRow, MandateRow, ParticipationRow
from grantapp.storage.models import (
    AttachmentRow,
    DepositRow,
    DocumentKind,
    DocumentRow,
    DossierRow,
    JobRow,
    JournalRow,
    MembershipRow,
    PersonRow,
    PrintoutKind,
    PrintoutRow,
)


class NotFound(Exception):  # noqa: N818 - an answer, not an error
    """There is nothing there, or nothing for this person."""


def organisations(by: Person, act: Act) -> Select[UUID]:
    """The ids of the organisations in which this person may do this.

    Read from the table and not from `by`: a membership that ended a second ago opens nothing.
    """
    return select(MembershipRow.organisation_id).where(
        MembershipRow.person_id == by.id, MembershipRow.role.in_(roles_for(act))
    )


def roles_in(session: Session, organisation_id: UUID, person_id: UUID) -> frozenset[Role]:
    """What a person is in an organisation, now; nothing for a stranger."""
    wanted = select(MembershipRow.role).where(
        MembershipRow.organisation_id == organisation_id, MembershipRow.person_id == person_id
    )
    return frozenset(session.scalars(wanted))


def opens(by: Person, act: Act) -> ColumnElement[bool]:
    """On which dossiers this person may do this: those of their organisations, those of a firm that gave a mandate (to
    read and fill), those of a firm that agreed to a collective dossier (to read what was filed)."""
    ways: list[ColumnElement[bool]] = [DossierRow.organisation_id.in_(organisations(by, act))]
    gathered = CollectiveRow.organisation_id.in_(organisations(by, Act.GATHER))
    taking_part = (
        select(ParticipationRow.dossier_id)
        .join(ParticipationRow.collective)
        .where(ParticipationRow.dossier_id == DossierRow.id, gathered)
    )
    if act in (Act.READ, Act.READ_FILED, Act.FILL):
        mandate = (
            (MandateRow.collective_id == ParticipationRow.collective_id)
            & (MandateRow.firm_id == DossierRow.organisation_id)
            & MandateRow.revoked_at.is_(None)
        )
        ways.append(taking_part.join(MandateRow, mandate).exists())
    if act is Act.READ_FILED:
        ways.append(taking_part.where(ParticipationRow.agreed_at.is_not(None)).exists())
    return or_(*ways)


# The filed versions without their text, which is long: it is read when it is asked for.
_VERSIONS = selectinload(DossierRow.deposits).defer(DepositRow.canonical)


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────


def find_person(session: Session, person_id: UUID) -> PersonRow | None:
    return session.get(PersonRow, person_id)


def any_person(session: Session) -> bool:
    return session.scalar(select(PersonRow.id).limit(1)) is not None


def find_person_by_email(session: Session, email: str) -> PersonRow | None:
    return session.scalar(select(PersonRow).where(PersonRow.email == email))


# ── dossiers ─────────────────────────────────────────────────────────────────────────────────────────────────────


def get_dossier(session: Session, reference: str, by: Person, act: Act = Act.READ) -> DossierRow:
    """The dossier with its answers and pieces, for whoever may `act` on it."""
    wanted = (
        select(DossierRow)
        .where(DossierRow.reference == reference, opens(by, act))
        .options(selectinload(DossierRow.sections), selectinload(DossierRow.attachments), _VERSIONS)
    )
    if (found := session.scalar(wanted)) is None:
        raise NotFound
    return found


def may_act(session: Session, dossier: DossierRow, act: Act, by: Person) -> bool:
    """Whether this person may do this on that dossier, now."""
    return session.scalar(select(DossierRow.id).where(DossierRow.id == dossier.id, opens(by, act))) is not None


def is_of_organisation(session: Session, organisation_id: UUID, act: Act, by: Person) -> bool:
    """Whether this person may do this in that organisation by a role of their own there, without any mandate."""
    own = organisations(by, act).where(MembershipRow.organisation_id == organisation_id)
    return session.scalar(own.limit(1)) is not None


def list_dossiers(session: Session, by: Person) -> list[DossierRow]:
    """Those of the person's own organisations, the most recently changed first; for who reads what was filed, those
    that were."""
    wanted = (
        select(DossierRow)
        .where(
            or_(
                DossierRow.organisation_id.in_(organisations(by, Act.READ)),
                DossierRow.organisation_id.in_(organisations(by, Act.READ_FILED)) & DossierRow.deposits.any(),
            )
        )
        .options(selectinload(DossierRow.sections), _VERSIONS)
        .order_by(DossierRow.updated_at.desc(), DossierRow.reference.desc())
    )
    return list(session.scalars(wanted))


def find_open_draft(session: Session, organisation_id: UUID, edition_id: str, by: Person) -> DossierRow | None:
    """The draft of this organisation, on its own, for this edition; the latest if there are several."""
    return session.scalar(
        select(DossierRow)
        .where(
            DossierRow.organisation_id == organisation_id,
            DossierRow.edition_id == edition_id,
            DossierRow.state == State.DRAFT,
            DossierRow.id.not_in(select(CollectiveRow.lead_id)),
            ~select(ParticipationRow.dossier_id).where(ParticipationRow.dossier_id == DossierRow.id).exists(),
            opens(by, Act.FILL),
        )
        .order_by(DossierRow.created_at.desc(), DossierRow.reference.desc())
        .limit(1)
    )


def find_last_reference(session: Session, prefix: str) -> str | None:
    """The highest reference that starts with `prefix` and a dash; the longest number is the highest."""
    start = f"{prefix}-"
    return session.scalar(
        select(DossierRow.reference)
        .where(DossierRow.reference.startswith(start, autoescape=True))
        .order_by(func.length(DossierRow.reference).desc(), DossierRow.reference.desc())
        .limit(1)
    )


def get_attachment(session: Session, reference: str, attachment_id: UUID, by: Person) -> AttachmentRow:
    wanted = (
        select(AttachmentRow)
        .join(AttachmentRow.dossier)
        .where(AttachmentRow.id == attachment_id, DossierRow.reference == reference, opens(by, Act.READ))
    )
    if (found := session.scalar(wanted)) is None:
        raise NotFound
    return found


# ── deposits ─────────────────────────────────────────────────────────────────────────────────────────────────────


def get_deposit(session: Session, reference: str, by: Person, number: int | None = None) -> DepositRow:
    """One filed version; the last one if no number is given."""
    wanted = (
        select(DepositRow)
        .join(DepositRow.dossier)
        .where(DossierRow.reference == reference, opens(by, Act.READ_FILED))
        .order_by(DepositRow.number.desc())
        .limit(1)
    )
    if number is not None:
        wanted = wanted.where(DepositRow.number == number)
    if (found := session.scalar(wanted)) is None:
        raise NotFound
    return found


def find_last_act(session: Session, dossier: DossierRow, act: str) -> JournalRow | None:
    """The last line of the journal that tells of this act on this dossier."""
    return session.scalar(
        select(JournalRow)
        .where(JournalRow.dossier_id == dossier.id, JournalRow.act == act)
        .order_by(JournalRow.id.desc())
        .limit(1)
    )


def list_acts(session: Session, dossier: DossierRow, *acts: str) -> list[JournalRow]:
    """The lines of the journal that tell of these acts on this dossier, the first first."""
    wanted = select(JournalRow).where(JournalRow.dossier_id == dossier.id, JournalRow.act.in_(acts))
    return list(session.scalars(wanted.order_by(JournalRow.id)))


def find_document(session: Session, deposit_id: UUID, kind: DocumentKind = DocumentKind.DOSSIER) -> DocumentRow | None:
    return session.get(DocumentRow, (deposit_id, kind))


# ── by what is printed on a document, for whoever holds it ───────────────────────────────────────────────────────


def list_deposits_of_code(session: Session, code: str) -> list[DepositRow]:
    """The filed versions whose fingerprint begins with `code`, in lower case: one, or none; two at most."""
    wanted = select(DepositRow).where(DepositRow.fingerprint >= code, DepositRow.fingerprint < f"{code}g")
    return list(session.scalars(wanted.limit(2)))


def find_deposit_at(session: Session, instant: datetime) -> DepositRow | None:
    """What was filed at this very instant, to the microsecond."""
    return session.scalar(select(DepositRow).where(DepositRow.deposited_at == instant).limit(1))


def find_document_of_bytes(session: Session, sha256: str) -> DocumentRow | None:
    return session.scalar(select(DocumentRow).where(DocumentRow.sha256 == sha256).limit(1))


def find_printout_of_bytes(session: Session, sha256: str) -> PrintoutRow | None:
    return session.scalar(select(PrintoutRow).where(PrintoutRow.sha256 == sha256).limit(1))


def get_last_deposit(session: Session, dossier_id: UUID) -> DepositRow:
    wanted = select(DepositRow).where(DepositRow.dossier_id == dossier_id).order_by(DepositRow.number.desc()).limit(1)
    return session.scalars(wanted).one()


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def find_job(
    session: Session, kind: str, deposit_id: UUID, document: DocumentKind = DocumentKind.DOSSIER
) -> JobRow | None:
    """The last job of this kind for a document of a deposit; one that names no document is for the dossier."""
    named = func.coalesce(JobRow.args["document"].as_string(), DocumentKind.DOSSIER.value)
    return session.scalar(
        select(JobRow)
        .where(JobRow.kind == kind, JobRow.args["deposit"].as_string() == str(deposit_id), named == document.value)
        .order_by(JobRow.id.desc())
        .limit(1)
    )


# ── printouts ────────────────────────────────────────────────────────────────────────────────────────────────────


def find_printout(session: Session, kind: PrintoutKind, source: str) -> PrintoutRow | None:
    return session.get(PrintoutRow, (kind, source))


def find_preparatory(session: Session, dossier: DossierRow) -> PrintoutRow | None:
    """The last one made of this dossier."""
    wanted = select(PrintoutRow).where(PrintoutRow.dossier_id == dossier.id)
    return session.scalar(wanted.order_by(PrintoutRow.made_at.desc(), PrintoutRow.source).limit(1))


def find_printout_job(
    session: Session, kind: str, printout: PrintoutKind, *, source: str = "", dossier: DossierRow | None = None
) -> JobRow | None:
    """The last job of this kind for a printout, of this source or of this dossier."""
    wanted = select(JobRow).where(JobRow.kind == kind, JobRow.args["printout"].as_string() == printout.value)
    if source:
        wanted = wanted.where(JobRow.args["source"].as_string() == source)
    if dossier is not None:
        wanted = wanted.where(JobRow.args["dossier"].as_string() == str(dossier.id))
    return session.scalar(wanted.order_by(JobRow.id.desc()).limit(1))
