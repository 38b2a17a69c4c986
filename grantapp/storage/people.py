"""What is read of people beside their dossiers: the mail that waits for them, their links, visits and second factor."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from grantapp.domain.access import Act, roles_for
from grantapp.domain.people import VISIT_IDLE, VISIT_LASTS
from grantapp.domain.throttle import Gate
from grantapp.storage.models import (
    AttemptRow,
    ConfirmedAddressRow,
    JobRow,
    JobState,
    LinkRow,
    MembershipRow,
    MessageRow,
    PersonRow,
    RecoveryCodeRow,
    SecondFactorRow,
    VisitRow,
)

# ── mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def due_messages(session: Session, at: datetime) -> list[tuple[MessageRow, JobState]]:
    """Those whose next try has come and whose last job is over, with how it ended."""
    wanted = (
        select(MessageRow, JobRow.state)
        .join(JobRow, JobRow.id == MessageRow.job_id)
        .where(MessageRow.next_try_at <= at, JobRow.state.in_((JobState.DONE, JobState.FAILED)))
        .order_by(MessageRow.next_try_at)
    )
    return [(row, state) for row, state in session.execute(wanted)]


def unsent_messages(session: Session) -> Sequence[MessageRow]:
    """Those that were given up, then those that wait, the oldest first."""
    wanted = (
        select(MessageRow)
        .where(MessageRow.sent_at.is_(None))
        .order_by(MessageRow.given_up_at.is_(None), MessageRow.written_at)
    )
    return session.scalars(wanted).all()


def list_who_may(session: Session, organisation_id: UUID, act: Act) -> Sequence[PersonRow]:
    """The people of an organisation whose role allows this, by name: whom to write to."""
    wanted = (
        select(PersonRow)
        .where(
            PersonRow.id.in_(
                select(MembershipRow.person_id).where(
                    MembershipRow.organisation_id == organisation_id, MembershipRow.role.in_(roles_for(act))
                )
            )
        )
        .order_by(PersonRow.name, PersonRow.email)
    )
    return session.scalars(wanted).all()


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────


def find_link(session: Session, link_id: UUID) -> LinkRow | None:
    return session.get(LinkRow, link_id)


def use_up_link(session: Session, link_id: UUID, at: datetime) -> LinkRow | None:
    """The link, if it could still be used and was not a moment ago: one winner, in one statement."""
    current = select(PersonRow.epoch).where(PersonRow.id == LinkRow.person_id).scalar_subquery()
    return session.scalar(
        update(LinkRow)
        .where(LinkRow.id == link_id, LinkRow.used_at.is_(None), LinkRow.expires_at > at, LinkRow.epoch == current)
        .values(used_at=at)
        .returning(LinkRow)
    )


def drop_old_links(session: Session, before: datetime) -> None:
    session.execute(delete(LinkRow).where(LinkRow.expires_at < before))


# ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def find_visit(session: Session, visit_id: UUID, at: datetime) -> VisitRow | None:
    """A visit that is still going on."""
    return session.scalar(_going_on(at).where(VisitRow.id == visit_id).options(joinedload(VisitRow.person)))


def find_visit_of(session: Session, visit_id: UUID, person_id: UUID) -> VisitRow | None:
    """One visit of a person, whether or not it is still going on."""
    return session.scalar(select(VisitRow).where(VisitRow.id == visit_id, VisitRow.person_id == person_id))


def list_visits(session: Session, person_id: UUID, at: datetime) -> Sequence[VisitRow]:
    """Those of one person that are still going on, the last used first."""
    wanted = _going_on(at).where(VisitRow.person_id == person_id)
    return session.scalars(wanted.order_by(VisitRow.last_used_at.desc(), VisitRow.opened_at.desc())).all()


def _going_on(at: datetime) -> Select[VisitRow]:
    return (
        select(VisitRow)
        .join(VisitRow.person)
        .where(
            VisitRow.ended_at.is_(None),
            VisitRow.epoch == PersonRow.epoch,
            VisitRow.last_used_at > at - VISIT_IDLE,
            VisitRow.opened_at > at - VISIT_LASTS,
        )
    )


# ── attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────


def attempts(session: Session, gate: Gate, subject: str, since: datetime) -> Sequence[datetime]:
    wanted = select(AttemptRow.at).where(AttemptRow.gate == gate, AttemptRow.subject == subject, AttemptRow.at > since)
    return session.scalars(wanted).all()


def forget_attempts(session: Session, gate: Gate, subject: str) -> None:
    session.execute(delete(AttemptRow).where(AttemptRow.gate == gate, AttemptRow.subject == subject))


def drop_old_attempts(session: Session, before: datetime) -> None:
    session.execute(delete(AttemptRow).where(AttemptRow.at < before))


# ── second factor ────────────────────────────────────────────────────────────────────────────────────────────────


def find_second_factor(session: Session, person_id: UUID) -> SecondFactorRow | None:
    return session.get(SecondFactorRow, person_id)


def use_up_recovery_code(session: Session, person_id: UUID, code_hash: str, at: datetime) -> bool:
    """Whether the code was there and had not served: one winner, in one statement."""
    used = session.execute(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.person_id == person_id,
            RecoveryCodeRow.code_hash == code_hash,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCodeRow.code_hash)
    )
    return used.one_or_none() is not None


def count_recovery_codes(session: Session, person_id: UUID) -> int:
    """How many can still serve."""
    wanted = select(func.count()).where(RecoveryCodeRow.person_id == person_id, RecoveryCodeRow.used_at.is_(None))
    return session.scalar(wanted) or 0


def drop_second_factor(session: Session, person_id: UUID) -> None:
    for table in (RecoveryCodeRow, SecondFactorRow):
        session.execute(delete(table).where(table.person_id == person_id))


def drop_recovery_codes(session: Session, person_id: UUID) -> None:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person_id == person_id))


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


def find_confirmed_address(session: Session, person_id: UUID) -> ConfirmedAddressRow | None:
    return session.get(ConfirmedAddressRow, person_id)
