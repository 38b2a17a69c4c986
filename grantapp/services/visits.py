"""Where a person is signed in: each browser is a row that can be seen, and ended from another one."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from grantapp.domain.people import USE_IS_NOTED, Opening, Person, Visit
from grantapp.services import accounts, journal
from grantapp.storage import people
from grantapp.storage.models import VisitRow
from grantapp.storage.queries import NotFound


def begin(session: Session, person: Person, *, opening: Opening, device: str, now: datetime, at: datetime) -> Visit:
    """A new visit, in the caller's transaction. `now` dates the journal, `at` is the real time."""
    row = VisitRow(
        id=uuid4(),
        person_id=person.id,
        epoch=person.epoch,
        device=device,
        opened_by=opening,
        opened_at=at,
        last_used_at=at,
    )
    session.add(row)
    session.flush()
    journal.record(session, "signed_in", detail={"by": opening.value}, now=now, by=person)
    return _visit(row)


def find(session: Session, visit_id: UUID, *, at: datetime) -> tuple[Person, Visit] | None:
    """Who is visiting; None once the visit was ended, is too old, or was left unused for long."""
    row = people.find_visit(session, visit_id, at)
    return (accounts.as_person(row.person), _visit(row)) if row else None


def is_use_to_note(visit: Visit, *, at: datetime) -> bool:
    return at - visit.last_used_at >= USE_IS_NOTED


def note_use(session: Session, visit_id: UUID, *, at: datetime) -> None:
    """Bookkeeping, no act: no line in the journal, and a database that is busy or full stops no reading."""
    with suppress(OperationalError):
        session.execute(
            update(VisitRow).where(VisitRow.id == visit_id, VisitRow.last_used_at < at).values(last_used_at=at)
        )
        session.commit()


def list_visits(session: Session, *, at: datetime, by: Person) -> Sequence[Visit]:
    """The person's own, the last used first."""
    return [_visit(row) for row in people.list_visits(session, by.id, at)]


def end(session: Session, visit_id: UUID, *, now: datetime, at: datetime, by: Person) -> None:
    """End one of one's own visits; somebody else's does not exist (`NotFound`)."""
    row = people.find_visit(session, visit_id, at)
    if row is None or row.person_id != by.id:
        raise NotFound
    row.ended_at = at
    journal.record(session, "visit_ended", now=now, by=by)
    session.commit()


def end_others(session: Session, keep: UUID, *, now: datetime, at: datetime, by: Person) -> int:
    """End all of one's own visits but one; how many."""
    others = [row for row in people.list_visits(session, by.id, at) if row.id != keep]
    for row in others:
        row.ended_at = at
    journal.record(session, "visits_ended", detail={"count": len(others)}, now=now, by=by)
    session.commit()
    return len(others)


def sign_out(session: Session, visit_id: UUID, *, now: datetime, at: datetime, by: Person) -> None:
    """End the visit that asks for it."""
    if (row := people.find_visit(session, visit_id, at)) is not None:
        row.ended_at = at
        journal.record(session, "signed_out", now=now, by=by)
        session.commit()


def _visit(row: VisitRow) -> Visit:
    return Visit(row.id, row.device, row.opened_at, row.opened_by, row.last_used_at)
