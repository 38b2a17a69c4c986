"""Who is what in an organisation: roles given and taken, people who leave. Its dossiers stay its own.

The last person who may file does not go while there are dossiers: somebody else is named first.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.domain.access import Act, allowed, grantable, powers
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person, Role
from grantapp.services import access, journal, sharing
from grantapp.storage import organisations, queries
from grantapp.storage.models import MembershipRow, OrganisationRow
from grantapp.storage.queries import NotFound


@dataclass(frozen=True)
class Colleague:
    """A person of the organisation, with what the reader may change of their roles."""

    id: UUID
    name: str
    email: str
    roles: tuple[Role, ...]
    powers: tuple[str, ...]  # all that these roles allow, in words
    is_oneself: bool
    may_take: tuple[Role, ...]
    may_give: tuple[Role, ...]
    may_remove: bool


@dataclass(frozen=True)
class OrganisationPage:
    """« Mon organisation » : what it is, who is what in it, and what the reader may do about it."""

    id: UUID
    name: str
    siren: str
    own: tuple[Role, ...]
    people: tuple[Colleague, ...]
    may_govern: bool
    may_invite: tuple[tuple[Role, tuple[str, ...]], ...]  # the roles that one may give, with what each allows
    may_open_cooperative: bool
    may_leave: bool
    may_file: bool  # engages it: may make it leave a cooperative


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def overview(session: Session, organisation_id: UUID, *, by: Person) -> OrganisationPage:
    """For whoever has a role in it; `NotFound` for a stranger."""
    own = queries.roles_in(session, organisation_id, by.id)
    if not own:
        raise NotFound
    organisation = session.get_one(OrganisationRow, organisation_id)
    people = _roles(session, organisation_id)
    return OrganisationPage(
        id=organisation.id,
        name=organisation.name,
        siren=organisation.siren,
        own=_in_order(own),
        people=tuple(_colleague(session, organisation_id, held, own, by) for held in people.values()),
        may_govern=Act.GOVERN in allowed(own),
        may_invite=tuple((role, powers([role])) for role in grantable(own)),
        may_open_cooperative=Role.MANAGER in own and Role.DIRECTOR not in own,
        may_leave=not _is_needed(session, organisation_id, by.id),
        may_file=Act.FILE in allowed(own),
    )


def _colleague(
    session: Session, organisation_id: UUID, held: list[MembershipRow], own: frozenset[Role], by: Person
) -> Colleague:
    person = held[0].person
    roles = frozenset(each.role for each in held)
    oneself = person.id == by.id
    giving = set(grantable(own, to_oneself=oneself))
    taking = set(grantable(own)) | (roles if oneself and Act.GOVERN in allowed(own) else set())
    return Colleague(
        id=person.id,
        name=person.name,
        email=person.email,
        roles=_in_order(roles),
        powers=powers(roles),
        is_oneself=oneself,
        may_take=_in_order(taking & roles) if len(roles) > 1 else (),
        may_give=_in_order(giving - roles),
        may_remove=not oneself
        and bool(own)
        and roles <= taking
        and not _is_needed(session, organisation_id, person.id),
    )


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def give_role(
    session: Session, organisation_id: UUID, person_id: UUID, role: Role, *, now: datetime, by: Person
) -> None:
    """One more role for somebody of the organisation, `Refused` for one that `by` may not give."""
    access.organisation_for(session, organisation_id, Act.GOVERN, by=by)
    _somebody(session, organisation_id, person_id)
    own = queries.roles_in(session, organisation_id, by.id)
    if role not in grantable(own, to_oneself=person_id == by.id):
        raise Refused(f"Votre rôle ne permet pas de donner le rôle « {role.label} ». Demandez à la direction.")
    _add(session, organisation_id, person_id, role, now)
    detail = {"organisation": str(organisation_id), "person": str(person_id), "role": role.value}
    journal.record(session, "role_given", detail=detail, now=now, by=by)
    session.commit()


def take_role(
    session: Session, organisation_id: UUID, person_id: UUID, role: Role, *, now: datetime, by: Person
) -> None:
    """One role less. The last role of somebody is taken by removing them; the last who may file keeps that."""
    access.organisation_for(session, organisation_id, Act.GOVERN, by=by)
    roles = _somebody(session, organisation_id, person_id)
    if role not in roles:
        raise NotFound
    _check_takes(session, organisation_id, frozenset({role}), person_id, by)
    if roles == {role}:
        raise Refused("C'est le seul rôle de cette personne : retirez-la plutôt de l'organisation.")
    if Act.FILE not in allowed(roles - {role}):
        _check_not_needed(session, organisation_id, person_id)
    _remove(session, organisation_id, person_id, frozenset({role}))
    detail = {"organisation": str(organisation_id), "person": str(person_id), "role": role.value}
    journal.record(session, "role_taken", detail=detail, now=now, by=by)
    session.commit()


def remove(session: Session, organisation_id: UUID, person_id: UUID, *, now: datetime, by: Person) -> None:
    """Somebody belongs no more; what they wrote stays the organisation's."""
    access.organisation_for(session, organisation_id, Act.GOVERN, by=by)
    roles = _somebody(session, organisation_id, person_id)
    if person_id == by.id:
        raise Refused("Pour partir vous-même, quittez l'organisation.")
    _check_takes(session, organisation_id, roles, person_id, by)
    _check_not_needed(session, organisation_id, person_id)
    _remove(session, organisation_id, person_id, roles)
    detail = {"organisation": str(organisation_id), "person": str(person_id)}
    journal.record(session, "person_removed", detail=detail, now=now, by=by)
    session.commit()


def leave(session: Session, organisation_id: UUID, *, now: datetime, by: Person) -> None:
    """Go; the drafts stay. `Refused` for the last person who may file, while there are dossiers."""
    roles = _somebody(session, organisation_id, by.id)
    _check_not_needed(session, organisation_id, by.id)
    _remove(session, organisation_id, by.id, roles)
    journal.record(session, "organisation_left", detail={"organisation": str(organisation_id)}, now=now, by=by)
    session.commit()


def open_cooperative(session: Session, organisation_id: UUID, *, now: datetime, by: Person) -> None:
    """« Ouvrir l'espace de la coopérative » : who manages the organisation becomes its direction, knowingly."""
    access.organisation_for(session, organisation_id, Act.FILE, by=by)
    _add(session, organisation_id, by.id, Role.DIRECTOR, now)
    journal.record(session, "cooperative_opened", detail={"organisation": str(organisation_id)}, now=now, by=by)
    session.commit()


# ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────────


def leave_cooperative(
    session: Session, organisation_id: UUID, affiliation_id: UUID, *, now: datetime, by: Person
) -> str:
    """The firm leaves a cooperative, whose name this returns: its dossiers become its own, its mandates end. Versions
    already assembled do not change. Twice changes nothing; the cooperative keeps the line, and reads that it has left.
    """
    access.organisation_for(session, organisation_id, Act.FILE, by=by)
    row = next(
        (row for row in organisations.list_belongings(session, organisation_id) if row.id == affiliation_id), None
    )
    if row is None:
        raise NotFound
    if row.left_at is None:
        sharing.leave_all(session, row, now=now, by=by)
        row.left_at = now
        journal.record(session, "cooperative_left", detail={"affiliation": str(row.id)}, now=now, by=by)
    session.commit()
    return row.cooperative.name


def _somebody(session: Session, organisation_id: UUID, person_id: UUID) -> frozenset[Role]:
    roles = queries.roles_in(session, organisation_id, person_id)
    if not roles:
        raise NotFound
    return roles


def _check_takes(session: Session, organisation_id: UUID, roles: frozenset[Role], person_id: UUID, by: Person) -> None:
    """What one may give to others one may take from them; and from oneself, anything."""
    own = queries.roles_in(session, organisation_id, by.id)
    if person_id != by.id and not roles <= set(grantable(own)):
        raise Refused("Votre rôle ne permet pas de retirer celui de cette personne. Demandez à la direction.")


def _check_not_needed(session: Session, organisation_id: UUID, person_id: UUID) -> None:
    if _is_needed(session, organisation_id, person_id):
        raise Refused(
            "C'est la dernière personne habilitée à déposer, et l'organisation a des dossiers : désignez d'abord "
            "quelqu'un d'autre à la direction ou à la gérance."
        )


def _is_needed(session: Session, organisation_id: UUID, person_id: UUID) -> bool:
    """Whether nobody could file the organisation's dossiers without this person."""
    filing = {
        held[0].person_id
        for held in _roles(session, organisation_id).values()
        if Act.FILE in allowed(each.role for each in held)
    }
    return filing == {person_id} and organisations.has_dossier(session, organisation_id)


def _roles(session: Session, organisation_id: UUID) -> dict[UUID, list[MembershipRow]]:
    people: dict[UUID, list[MembershipRow]] = {}
    for row in organisations.list_memberships(session, organisation_id):
        people.setdefault(row.person_id, []).append(row)
    return people


def _in_order(roles: frozenset[Role] | set[Role]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in roles)


def _add(session: Session, organisation_id: UUID, person_id: UUID, role: Role, now: datetime) -> None:
    if organisations.find_membership(session, organisation_id, person_id, role) is None:
        session.add(MembershipRow(person_id=person_id, organisation_id=organisation_id, role=role, created_at=now))


def _remove(session: Session, organisation_id: UUID, person_id: UUID, roles: frozenset[Role]) -> None:
    for role in roles:
        row = organisations.find_membership(session, organisation_id, person_id, role)
        if row is not None:
            session.delete(row)
