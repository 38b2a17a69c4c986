"""What is read of invitations, and used up in one statement; who is asked here holds the link, or invites."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from grantapp.storage.cooperative import AffiliationRow, CollectiveRow, InvitationRow, ParticipationRow
from grantapp.storage.models import MembershipRow, OrganisationRow


def find_open(session: Session, invitation_id: UUID, at: datetime) -> InvitationRow | None:
    """An invitation that can still be answered."""
    return session.scalar(select(InvitationRow).where(InvitationRow.id == invitation_id, *_open(at)))


def use_up(session: Session, invitation_id: UUID, at: datetime, by: UUID) -> bool:
    """Whether it could still be accepted and was not a moment ago: one winner, in one statement."""
    used = session.execute(
        update(InvitationRow)
        .where(InvitationRow.id == invitation_id, *_open(at))
        .values(used_at=at, used_by_id=by)
        .returning(InvitationRow.id)
    )
    return used.one_or_none() is not None


def withdraw(session: Session, invitation_id: UUID, at: datetime) -> bool:
    """The same, for what ends without having been accepted."""
    ended = session.execute(
        update(InvitationRow)
        .where(InvitationRow.id == invitation_id, *_open(at))
        .values(withdrawn_at=at)
        .returning(InvitationRow.id)
    )
    return ended.one_or_none() is not None


def withdraw_all_of(session: Session, affiliation_id: UUID, at: datetime) -> None:
    """Those of a firm that can still be answered, whichever collective dossier they are for."""
    session.execute(
        update(InvitationRow).where(InvitationRow.affiliation_id == affiliation_id, *_open(at)).values(withdrawn_at=at)
    )


def withdraw_colleague(session: Session, organisation_id: UUID, email: str, at: datetime) -> None:
    """Those to join an organisation, sent to this address."""
    session.execute(
        update(InvitationRow)
        .where(
            InvitationRow.organisation_id == organisation_id,
            InvitationRow.affiliation_id.is_(None),
            InvitationRow.email == email,
            *_open(at),
        )
        .values(withdrawn_at=at)
    )


def find(session: Session, invitation_id: UUID) -> InvitationRow | None:
    return session.get(InvitationRow, invitation_id)


def list_open_to_join(session: Session, organisation_id: UUID, at: datetime) -> Sequence[InvitationRow]:
    """Those to join this organisation that can still be answered, the last made first."""
    wanted = select(InvitationRow).where(
        InvitationRow.organisation_id == organisation_id, InvitationRow.affiliation_id.is_(None), *_open(at)
    )
    return session.scalars(wanted.order_by(InvitationRow.made_at.desc(), InvitationRow.email)).all()


def count_to_join(session: Session, organisation_id: UUID, since: datetime) -> int:
    """How many were made for colleagues since then, whatever became of them."""
    counted = select(func.count()).where(
        InvitationRow.organisation_id == organisation_id,
        InvitationRow.affiliation_id.is_(None),
        InvitationRow.made_at > since,
    )
    return session.scalar(counted) or 0


def find_part(session: Session, collective: CollectiveRow, affiliation: AffiliationRow) -> ParticipationRow | None:
    return session.get(ParticipationRow, (collective.id, affiliation.id))


def list_headed(session: Session, person_id: UUID, siren: str, roles: Sequence[str]) -> Sequence[OrganisationRow]:
    """The organisations with this SIREN in which a person has one of these roles, the oldest first."""
    wanted = (
        select(OrganisationRow)
        .join(MembershipRow, MembershipRow.organisation_id == OrganisationRow.id)
        .where(MembershipRow.person_id == person_id, MembershipRow.role.in_(roles), OrganisationRow.siren == siren)
        .order_by(OrganisationRow.created_at, OrganisationRow.id)
    )
    return session.scalars(wanted).unique().all()


def _open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    gone = select(AffiliationRow.id).where(AffiliationRow.left_at.is_not(None))
    return (
        InvitationRow.used_at.is_(None),
        InvitationRow.withdrawn_at.is_(None),
        InvitationRow.expires_at > at,
        or_(InvitationRow.affiliation_id.is_(None), InvitationRow.affiliation_id.not_in(gone)),
    )
