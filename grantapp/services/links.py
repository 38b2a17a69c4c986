"""Links to sign in by mail: signed, dated, used once, bound to nothing but the account.

Whether an address is known is never told: the same answer, and as near as can be the same work.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp.domain.people import LINK_LASTS, Goal, Person
from grantapp.domain.throttle import Gate
from grantapp.services import accounts, journal, mailing, throttling
from grantapp.storage import people, queries
from grantapp.storage.models import ConfirmedAddressRow, LinkRow, PersonRow

NOBODY = 0  # no job has this number: told to the queue, it is a nudge for nothing
KEPT = timedelta(days=7)


def ask(session: Session, *, email: str, goal: Goal, origin: str | None, now: datetime, at: datetime) -> int:
    """Write a link to whoever has this address, if anybody has; returns the job to tell the queue of, in either case.

    `Refused` after too many requests, for an address that nobody has as for another.
    """
    email = accounts.one_spelling(email)
    throttling.take(session, {Gate.LINK: email, Gate.LINK_ORIGIN: origin}, at=at)
    row = queries.find_person_by_email(session, email)
    number = send(session, row, goal=goal, kind="sign_in_link", now=now, at=at) if row else NOBODY
    journal.record(session, "link_asked", now=now, by=accounts.as_person(row) if row else None)
    session.commit()
    return number


def ask_confirmation(session: Session, *, now: datetime, at: datetime, by: Person) -> int:
    """A link to one's own address, to show that it is one's own."""
    throttling.take(session, {Gate.LINK: by.email}, at=at)
    row = session.get_one(PersonRow, by.id)
    number = send(session, row, goal=Goal.CONFIRM, kind="sign_in_link", now=now, at=at)
    journal.record(session, "link_asked", now=now, by=by)
    session.commit()
    return number


def send(session: Session, person: PersonRow, *, goal: Goal, kind: str, now: datetime, at: datetime) -> int:
    """A new link and the message that carries it, in the caller's transaction; the job's number."""
    people.drop_old_links(session, at - KEPT)
    link = LinkRow(
        id=uuid4(), person_id=person.id, epoch=person.epoch, goal=goal, made_at=at, expires_at=at + LINK_LASTS
    )
    session.add(link)
    facts = {"link": str(link.id), "goal": goal.value, "minutes": LINK_LASTS // timedelta(minutes=1)}
    return mailing.write(session, kind, name=person.name, email=person.email, facts=facts, now=now, at=at)


def is_usable(session: Session, link_id: UUID | None, *, at: datetime) -> bool:
    """Whether `use` would open something now. Looking uses nothing up: mail programs look too."""
    link = people.find_link(session, link_id) if link_id else None
    if link is None or link.used_at is not None or link.expires_at <= at:
        return False
    person = queries.find_person(session, link.person_id)
    return person is not None and person.epoch == link.epoch


@dataclass(frozen=True)
class Followed:
    person: Person
    goal: Goal


def use(session: Session, link_id: UUID | None, *, now: datetime, at: datetime) -> Followed | None:
    """Use the link up: of twenty who try at once, one succeeds. The address it was sent to is confirmed by this."""
    link = people.use_up_link(session, link_id, at) if link_id else None
    if link is None:
        return None
    row = session.get_one(PersonRow, link.person_id)
    person = accounts.as_person(row)
    confirmed = people.find_confirmed_address(session, row.id)
    if confirmed is None or confirmed.email != row.email:
        session.merge(ConfirmedAddressRow(person_id=row.id, email=row.email, confirmed_at=now))
    journal.record(session, "link_used", detail={"for": link.goal.value}, now=now, by=person)
    session.commit()
    return Followed(person, link.goal)
