"""What is read of collective dossiers, always by who asks: the cooperative's direction, or a firm for its own part."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from grantapp.domain.access import Act
from grantapp.domain.people import Person
from grantapp.storage.cooperative import (
    AffiliationRow,
    AssemblyDocumentRow,
    AssemblyRow,
    CollectiveRow,
    InvitationRow,
    ParticipationRow,
)
from grantapp.storage.models import DepositRow, DocumentKind, DocumentRow, DossierRow, JobRow
from grantapp.storage.queries import NotFound, organisations


def get_collective(session: Session, reference: str, by: Person) -> CollectiveRow:
    """A collective dossier, for the direction of its cooperative."""
    wanted = select(CollectiveRow).where(
        CollectiveRow.reference == reference, CollectiveRow.organisation_id.in_(organisations(by, Act.GATHER))
    )
    if (found := session.scalar(wanted)) is None:
        raise NotFound
    return found


def list_collectives(session: Session, by: Person) -> list[CollectiveRow]:
    """Those this person directs, the last begun first."""
    wanted = select(CollectiveRow).where(CollectiveRow.organisation_id.in_(organisations(by, Act.GATHER)))
    return list(session.scalars(wanted.order_by(CollectiveRow.created_at.desc(), CollectiveRow.reference.desc())))


def find_collective_of(session: Session, organisation_id: UUID, edition_id: str) -> CollectiveRow | None:
    """The collective dossier of this cooperative for this edition; the last one if there are several."""
    wanted = select(CollectiveRow).where(
        CollectiveRow.organisation_id == organisation_id, CollectiveRow.edition_id == edition_id
    )
    return session.scalar(wanted.order_by(CollectiveRow.created_at.desc()).limit(1))


def find_participation(session: Session, dossier: DossierRow) -> ParticipationRow | None:
    """The part that this dossier takes in a collective one; None on its own, or for the one that leads."""
    return session.scalar(select(ParticipationRow).where(ParticipationRow.dossier_id == dossier.id))


def find_led(session: Session, dossier: DossierRow) -> CollectiveRow | None:
    """The collective dossier that this dossier leads: its answers are the shared parts."""
    return session.scalar(select(CollectiveRow).where(CollectiveRow.lead_id == dossier.id))


def list_participations(session: Session, collective: CollectiveRow) -> list[ParticipationRow]:
    """Every firm that was chosen, by name, whatever it answered: none is ever left out."""
    wanted = (
        select(ParticipationRow)
        .join(ParticipationRow.affiliation)
        .where(ParticipationRow.collective_id == collective.id)
        .order_by(func.lower(AffiliationRow.name), AffiliationRow.siren)
    )
    return list(session.scalars(wanted))


def list_board(session: Session, collective: CollectiveRow) -> list[ParticipationRow]:
    """The same, each with its line of the list and its dossier's answers and versions, in a handful of queries."""
    dossier = selectinload(ParticipationRow.dossier)
    wanted = (
        select(ParticipationRow)
        .join(ParticipationRow.affiliation)
        .where(ParticipationRow.collective_id == collective.id)
        .options(
            joinedload(ParticipationRow.affiliation),
            dossier.selectinload(DossierRow.sections),
            dossier.selectinload(DossierRow.attachments),
            dossier.selectinload(DossierRow.deposits).defer(DepositRow.canonical),
        )
        .order_by(func.lower(AffiliationRow.name), AffiliationRow.siren)
    )
    return list(session.scalars(wanted))


def list_affiliations(session: Session, cooperative_id: UUID) -> list[AffiliationRow]:
    """The firms in a cooperative's list, by name."""
    wanted = select(AffiliationRow).where(AffiliationRow.cooperative_id == cooperative_id)
    return list(session.scalars(wanted.order_by(func.lower(AffiliationRow.name), AffiliationRow.siren)))


def is_chosen(session: Session, affiliation_id: UUID) -> bool:
    """Whether a collective dossier names this firm."""
    wanted = select(ParticipationRow.affiliation_id).where(ParticipationRow.affiliation_id == affiliation_id)
    return session.scalar(wanted.limit(1)) is not None


def drop_affiliation(session: Session, row: AffiliationRow) -> None:
    """A line of the list, and the invitations that were sent for it."""
    session.execute(delete(InvitationRow).where(InvitationRow.affiliation_id == row.id))
    session.delete(row)


def count_collectives(session: Session, prefix: str) -> int:
    """How many collective dossiers have a reference that starts with `prefix`."""
    counted = select(func.count()).where(CollectiveRow.reference.startswith(prefix, autoescape=True))
    return session.scalar(counted) or 0


# ── what is assembled ────────────────────────────────────────────────────────────────────────────────────────────


def get_gathered(session: Session, reference: str, by: Person) -> CollectiveRow:
    """A collective dossier for whoever may read what is assembled of it: the direction of its cooperative, and those
    who read what was filed in a firm that agreed to stand in it, and still belongs."""
    agreed = (
        select(ParticipationRow.collective_id)
        .join(ParticipationRow.affiliation)
        .where(
            ParticipationRow.agreed_at.is_not(None),
            AffiliationRow.left_at.is_(None),
            AffiliationRow.firm_id.in_(organisations(by, Act.READ_FILED)),
        )
    )
    wanted = select(CollectiveRow).where(
        CollectiveRow.reference == reference,
        CollectiveRow.organisation_id.in_(organisations(by, Act.GATHER)) | CollectiveRow.id.in_(agreed),
    )
    if (found := session.scalar(wanted)) is None:
        raise NotFound
    return found


def may_gather(session: Session, collective: CollectiveRow, by: Person) -> bool:
    wanted = select(CollectiveRow.id).where(
        CollectiveRow.id == collective.id, CollectiveRow.organisation_id.in_(organisations(by, Act.GATHER))
    )
    return session.scalar(wanted) is not None


def last_deposits(session: Session, dossier_ids: Collection[UUID]) -> dict[UUID, DepositRow]:
    """The last filed version of each of these dossiers that has one, with its text."""
    last = (
        select(DepositRow.dossier_id, func.max(DepositRow.number).label("number"))
        .where(DepositRow.dossier_id.in_(dossier_ids))
        .group_by(DepositRow.dossier_id)
        .subquery()
    )
    wanted = select(DepositRow).join(
        last, (DepositRow.dossier_id == last.c.dossier_id) & (DepositRow.number == last.c.number)
    )
    return {row.dossier_id: row for row in session.scalars(wanted)}


def deposits_by_fingerprint(
    session: Session, fingerprints: Collection[str]
) -> dict[str, tuple[UUID, DocumentRow | None]]:
    """Each of these deposits, and its archive copy once it is made."""
    wanted = (
        select(DepositRow.fingerprint, DepositRow.id, DocumentRow)
        .outerjoin(DocumentRow, (DocumentRow.deposit_id == DepositRow.id) & (DocumentRow.kind == DocumentKind.DOSSIER))
        .where(DepositRow.fingerprint.in_(fingerprints))
    )
    return {fingerprint: (deposit_id, document) for fingerprint, deposit_id, document in session.execute(wanted)}


def find_last_assembly(session: Session, collective_id: UUID) -> AssemblyRow | None:
    wanted = select(AssemblyRow).where(AssemblyRow.collective_id == collective_id)
    return session.scalar(wanted.order_by(AssemblyRow.number.desc()).limit(1))


def get_assembly(session: Session, collective: CollectiveRow, number: int) -> AssemblyRow:
    wanted = select(AssemblyRow).where(AssemblyRow.collective_id == collective.id, AssemblyRow.number == number)
    if (found := session.scalar(wanted)) is None:
        raise NotFound
    return found


def find_assembly_job(session: Session, kind: str, assembly_id: UUID) -> JobRow | None:
    """The last job of this kind for the PDF of an assembly."""
    wanted = select(JobRow).where(JobRow.kind == kind, JobRow.args["assembly"].as_string() == str(assembly_id))
    return session.scalar(wanted.order_by(JobRow.id.desc()).limit(1))


# ── by what is printed on a document, for whoever holds it ───────────────────────────────────────────────────────


def list_assemblies_of_code(session: Session, code: str) -> list[AssemblyRow]:
    """The assemblies whose fingerprint begins with `code`, in lower case: one, or none; two at most."""
    wanted = select(AssemblyRow).where(AssemblyRow.fingerprint >= code, AssemblyRow.fingerprint < f"{code}g")
    return list(session.scalars(wanted.limit(2)))


def find_assembly_at(session: Session, instant: datetime) -> AssemblyRow | None:
    """What was assembled at this very instant, to the microsecond."""
    return session.scalar(select(AssemblyRow).where(AssemblyRow.assembled_at == instant).limit(1))


def find_assembly_of_bytes(session: Session, sha256: str) -> AssemblyRow | None:
    """The assembly of which a file of these bytes is the PDF."""
    wanted = select(AssemblyRow).join(AssemblyDocumentRow).where(AssemblyDocumentRow.sha256 == sha256)
    return session.scalar(wanted.limit(1))
