"""Coming in: by an account just made, by a password, by a link, and through the second factor where there is one."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Goal, Opening, Person, Visit
from grantapp.domain.throttle import Gate
from grantapp.services import accounts, journal, links, second_factor, throttling, visits
from grantapp.storage import queries
from grantapp.storage.models import PersonRow

HALF_WAY = timedelta(minutes=10)  # to give the code, after the password or the link


def sign_up(
    session: Session,
    *,
    name: str,
    email: str,
    password: str,
    organisation: str,
    siren: str,
    device: str,
    now: datetime,
    at: datetime,
) -> tuple[Person, Visit, int]:
    """A new account, visited at once, and a mail to confirm its address, whose job comes last."""
    person = accounts.create(
        session, name=name, email=email, password=password, organisation=organisation, siren=siren, now=now
    )
    visit = visits.begin(session, person, opening=Opening.SIGN_UP, device=device, now=now, at=at)
    row = session.get_one(PersonRow, person.id)
    number = links.send(session, row, goal=Goal.CONFIRM, kind="welcome", now=now, at=at)
    session.commit()
    return person, visit, number


def knock(session: Session, *, email: str, origin: str | None, at: datetime) -> None:
    """Count a try at a password before it is checked, or `Refused`: whoever tries many at once is counted too."""
    throttling.take(session, {Gate.SIGN_IN: accounts.one_spelling(email), Gate.SIGN_IN_ORIGIN: origin}, at=at)


def turn_away(session: Session, *, email: str, now: datetime) -> None:
    """The password was wrong, or nobody has this address: one line in either case, so that both take as long."""
    row = queries.find_person_by_email(session, accounts.one_spelling(email))
    detail = {"account": str(row.id)} if row else {}
    journal.record(session, "sign_in_refused", detail=detail, now=now, by=None)
    session.commit()


def enter(
    session: Session, person: Person, *, opening: Opening, device: str, now: datetime, at: datetime
) -> Visit | None:
    """Begin a visit of somebody who has given a password or followed a link; None when a code is to be given first."""
    throttling.forget(session, Gate.SIGN_IN, person.email)
    visit = None
    if not second_factor.is_asked(session, person.id):
        visit = visits.begin(session, person, opening=opening, device=device, now=now, at=at)
    session.commit()
    return visit


def enter_with_code(
    session: Session,
    person_id: UUID,
    epoch: int,
    typed: str,
    *,
    opening: Opening,
    device: str,
    now: datetime,
    at: datetime,
) -> tuple[Person, Visit]:
    """The second half: a code, tried a few times at most, of somebody who came half-way at this epoch."""
    throttling.take(session, {Gate.CODE: str(person_id)}, at=at)
    person = accounts.find_person(session, person_id, epoch)
    if person is None:
        raise Refused("Votre mot de passe a changé entre-temps : reconnectez-vous.")
    second_factor.spend(session, typed, now=now, at=at, by=person)
    throttling.forget(session, Gate.CODE, str(person_id))
    visit = visits.begin(session, person, opening=opening, device=device, now=now, at=at)
    session.commit()
    return person, visit
