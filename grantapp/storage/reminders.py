"""What is read to write reminders: drafts, firms that did not answer, and what was written already."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from grantapp.domain.lifecycle import State
from grantapp.storage.cooperative import (
    AffiliationRow,
    CollectiveRow,
    InvitationRow,
    ParticipationRow,
    ReminderRow,
)
from grantapp.storage.models import DepositRow, DossierRow


def list_drafts(session: Session, edition_id: str) -> Sequence[DossierRow]:
    """Every draft of an edition, but those that lead a collective dossier."""
    wanted = (
        select(DossierRow)
        .where(
            DossierRow.edition_id == edition_id,
            DossierRow.state == State.DRAFT,
            DossierRow.id.not_in(select(CollectiveRow.lead_id)),
        )
        .options(
            selectinload(DossierRow.sections),
            selectinload(DossierRow.attachments),
            selectinload(DossierRow.deposits).defer(DepositRow.canonical),
        )
        .order_by(DossierRow.reference)
    )
    return session.scalars(wanted).all()


def list_unanswered(session: Session, edition_id: str) -> Sequence[ParticipationRow]:
    """The firms that were invited to a collective dossier of this edition and have not accepted."""
    wanted = (
        select(ParticipationRow)
        .join(ParticipationRow.collective)
        .join(ParticipationRow.affiliation)
        .where(
            CollectiveRow.edition_id == edition_id,
            ParticipationRow.invited_at.is_not(None),
            ParticipationRow.accepted_at.is_(None),
            AffiliationRow.left_at.is_(None),
        )
        .options(joinedload(ParticipationRow.affiliation), joinedload(ParticipationRow.collective))
        .order_by(func.lower(AffiliationRow.name), AffiliationRow.siren)
    )
    return session.scalars(wanted).all()


def written(session: Session, edition_id: str) -> dict[UUID, dict[int, datetime]]:
    """The reminders of an edition by what they were about: how many days before the closing, and when."""
    found: dict[UUID, dict[int, datetime]] = {}
    for row in session.scalars(select(ReminderRow).where(ReminderRow.edition_id == edition_id)):
        found.setdefault(row.subject, {})[row.days] = row.written_at
    return found


def find_last_invitation(session: Session, part: ParticipationRow) -> InvitationRow | None:
    """The last invitation of this firm to this collective dossier, whatever became of it."""
    wanted = select(InvitationRow).where(
        InvitationRow.affiliation_id == part.affiliation_id, InvitationRow.collective_id == part.collective_id
    )
    return session.scalar(wanted.order_by(InvitationRow.made_at.desc(), InvitationRow.expires_at.desc()).limit(1))
