"""A cooperative with its firms, made through the services: who directs, who was invited, who has answered."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grantapp.domain.people import Person
from grantapp.services import accounts, gathering, importing, members
from grantapp.storage import collectives
from grantapp.storage.cooperative import AffiliationRow, ParticipationRow
from grantapp.storage.database import Sessions
from tests import makers, sheets
from tests.makers import EDITION, NOW


def list_firms(sessions: Sessions, director: Person, count: int = 90) -> list[UUID]:
    """The ids of so many firms, listed from a file, by name."""
    rows = tuple(enumerate([sheets.HEADINGS, *sheets.firms(count)], start=1))
    with sessions.writing() as session:
        importing.take(session, rows, now=NOW, by=director)
    with sessions.reading() as session:
        return ids(session, director)


def ids(session: Session, director: Person) -> list[UUID]:
    """The firms of the list, by name."""
    cooperative = members.cooperative_of(director).organisation_id
    return [row.id for row in collectives.list_affiliations(session, cooperative)]


def begin(sessions: Sessions, director: Person) -> str:
    """The reference of a collective dossier in which every firm of the list was chosen."""
    with sessions.writing() as session:
        cooperative = members.cooperative_of(director).organisation_id
        reference = gathering.begin(session, EDITION, organisation_id=cooperative, now=NOW, by=director)
    with sessions.writing() as session:
        members.choose(session, reference, None, now=NOW, by=director)
    return reference


def accept(sessions: Sessions, reference: str, director: Person, affiliation_id: UUID, number: int = 1) -> Person:
    """The manager of a firm who has accepted; the firm's dossier is begun."""
    with sessions.reading() as session:
        siren = session.get_one(AffiliationRow, affiliation_id).siren
    manager = makers.make_person(
        sessions,
        name=f"Gérance {number}",
        email=f"gerance{number}@adherente.example",
        organisation=f"Firme {number}",
        siren=siren,
    )
    with sessions.writing() as session:
        collective = collectives.get_collective(session, reference, director)
        part = session.get_one(ParticipationRow, (collective.id, affiliation_id))
        part.affiliation.firm_id, part.affiliation.accepted_at = manager.memberships[0].organisation_id, NOW
        session.flush()
        gathering.take_part(session, part, now=NOW, by=manager)
        session.commit()
    with sessions.reading() as session:
        found = accounts.find_person(session, manager.id, manager.epoch)
        assert found is not None
        return found


def part_of(sessions: Sessions, affiliation_id: UUID) -> ParticipationRow:
    with sessions.reading() as session:
        wanted = sa.select(ParticipationRow).where(ParticipationRow.affiliation_id == affiliation_id)
        return session.scalars(wanted.options(joinedload(ParticipationRow.dossier))).one()


def refuse(sessions: Sessions, affiliation_id: UUID, at: datetime, reason: str | None = None) -> None:
    with sessions.writing() as session:
        part = session.scalars(
            sa.select(ParticipationRow).where(ParticipationRow.affiliation_id == affiliation_id)
        ).one()
        part.refused_at, part.refusal = at, reason
        session.commit()
