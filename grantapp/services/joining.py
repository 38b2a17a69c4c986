"""An invitation answered by whoever holds its link: accepted, a person joins; refused, no account is made."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp import editions
from grantapp.domain.access import Act, allowed, roles_for
from grantapp.domain.answer import Misread, readable
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person, Role
from grantapp.services import accounts, gathering, journal
from grantapp.storage import invitations, people, queries
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow, InvitationRow, ParticipationRow
from grantapp.storage.models import ConfirmedAddressRow, MembershipRow, OrganisationRow, PersonRow

LONGEST_REASON = 1_000  # characters


@dataclass(frozen=True)
class Accepted:
    """Who came in by an invitation, and where it leads."""

    person: Person
    organisation_id: UUID
    reference: str | None  # of the firm's dossier in the collective one


def accept(
    session: Session,
    invitation_id: UUID | None,
    *,
    name: str,
    agreed: bool,
    visitor: Person | None,
    now: datetime,
    at: datetime,
) -> Accepted | None:
    """Accept once: of twenty who try at the same time, one succeeds, and the others are told None.

    `name` names a new account; `agreed` says that the filed figures may stand in the collective dossier; `visitor` is
    who is signed in in this browser, `Refused` when it is somebody else than the person invited.
    """
    row = invitations.find_open(session, invitation_id, at) if invitation_id else None
    if row is None:
        return None
    if visitor is not None and visitor.email != row.email:
        raise Refused(f"Cette invitation est pour {row.email}, et vous êtes connecté sous {visitor.email}.")
    person_row = _whoever_was_invited(session, row, name, now)
    if not invitations.use_up(session, row.id, at, person_row.id):
        session.rollback()
        return None
    part = None
    if row.affiliation is None:
        organisation_id = row.organisation_id
        _give(session, person_row, session.get_one(OrganisationRow, organisation_id), row.role, now)
    else:
        organisation_id = _belong(session, row.affiliation, person_row, now)
        part = _part(session, row, now)
    session.flush()
    session.expire(person_row, ["memberships"])
    person = accounts.as_person(person_row)
    journal.record(session, "invitation_accepted", detail={"invitation": str(row.id)}, now=now, by=person)
    reference = None
    if part is not None:
        reference = gathering.take_part(session, part, now=now, by=person).reference
        if agreed and part.agreed_at is None:
            part.agreed_at, part.agreed_by_id = now, person.id
            journal.record(session, "agreed", dossier=part.dossier, now=now, by=person)
    session.commit()
    return Accepted(person, organisation_id, reference)


def refuse(session: Session, invitation_id: UUID | None, *, reason: str, now: datetime, at: datetime) -> bool:
    """Say no, with a reason or without: the cooperative is told, and no account is made. Whether it could still be.

    `Refused` for a reason that cannot be read, or when the firm has already accepted this collective dossier.
    """
    row = invitations.find_open(session, invitation_id, at) if invitation_id else None
    if row is None or not invitations.withdraw(session, row.id, at):
        return False
    said = _reason(reason)
    if row.collective_id and row.affiliation_id:
        part = session.get(ParticipationRow, (row.collective_id, row.affiliation_id))
        if part is not None:
            if part.accepted_at is not None:
                raise Refused("Votre entreprise a déjà accepté : son dossier est ouvert. Prévenez votre coopérative.")
            part.refused_at, part.refusal = now, said or None
    journal.record(session, "invitation_refused", detail={"invitation": str(row.id)}, now=now, by=None)
    session.commit()
    return True


def _reason(typed: str) -> str:
    try:
        said = readable(typed).strip()
    except Misread as misread:
        raise Refused(str(misread)) from None
    if len(said) > LONGEST_REASON:
        raise Refused(f"Votre raison est trop longue : {LONGEST_REASON} caractères au plus.")
    return said


def _whoever_was_invited(session: Session, row: InvitationRow, name: str, now: datetime) -> PersonRow:
    """The account with the address invited, or a new one without a password; the address is confirmed by the link."""
    person = queries.find_person_by_email(session, row.email)
    if person is None:
        name = accounts.one_line(name)
        if not name:
            raise Refused("Indiquez votre nom.")
        person = PersonRow(
            id=uuid4(), name=name, email=row.email, password_hash=accounts.NO_PASSWORD, epoch=1, created_at=now
        )
        session.add(person)
        session.flush()
    confirmed = people.find_confirmed_address(session, person.id)
    if confirmed is None or confirmed.email != row.email:
        session.merge(ConfirmedAddressRow(person_id=person.id, email=row.email, confirmed_at=now))
    return person


def _belong(session: Session, affiliation: AffiliationRow, person: PersonRow, now: datetime) -> UUID:
    """The firm's own organisation, which now belongs to the cooperative because the firm says so.

    One that belongs already is nobody's to enter by an address that the cooperative wrote: only who engages it may.
    """
    if affiliation.firm_id is not None:
        if Act.FILE not in allowed(queries.roles_in(session, affiliation.firm_id, person.id)):
            raise Refused(
                "Votre entreprise a déjà un espace ici, et votre compte n'y engage personne. Demandez à sa direction "
                "d'accepter, ou de vous inviter."
            )
        return affiliation.firm_id
    headed = invitations.list_headed(session, person.id, affiliation.siren, roles_for(Act.FILE))
    if headed:
        organisation = headed[0]
    else:
        organisation = OrganisationRow(id=uuid4(), name=affiliation.name, siren=affiliation.siren, created_at=now)
        _give(session, person, organisation, Role.MANAGER, now)
    affiliation.firm, affiliation.accepted_at = organisation, now
    session.flush()
    return organisation.id


def _part(session: Session, row: InvitationRow, now: datetime) -> ParticipationRow | None:
    """The part to take in the collective dossier, while its call still receives."""
    if row.collective_id is None or row.affiliation_id is None:
        return None
    collective = session.get_one(CollectiveRow, row.collective_id)
    if now >= editions.get_edition(collective.edition_id).window.closes_at:
        return None
    return session.get(ParticipationRow, (collective.id, row.affiliation_id))


def _give(session: Session, person: PersonRow, organisation: OrganisationRow, role: Role, now: datetime) -> None:
    if session.get(MembershipRow, (person.id, organisation.id, role)) is None:
        session.add(MembershipRow(person=person, organisation=organisation, role=role, created_at=now))
