"""What is read of collective dossiers, always by who asks: the cooperative's direction, or a firm for its own part."""

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from grantapp.domain.access import Act
from grantapp.domain.people import Person
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow, InvitationRow, ParticipationRow
from grantapp.storage.models import DepositRow, DossierRow
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
