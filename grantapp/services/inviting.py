"""Invitations: to a member firm, to a colleague. Signed, dated, accepted once; looking at one changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp import editions
from grantapp.domain.access import Act, grantable, powers
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import INVITATION_LASTS, Person, Role
from grantapp.french import day, plural
from grantapp.services import access, accounts, gathering, journal, mailing
from grantapp.storage import invitations, queries
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow, InvitationRow
from grantapp.storage.queries import NotFound

MOST_A_DAY = 30  # invitations of colleagues by one organisation: somebody else's mailbox is at the other end


# ── inviting ─────────────────────────────────────────────────────────────────────────────────────────────────────


def invite_firm(
    session: Session,
    affiliation: AffiliationRow,
    collective: CollectiveRow | None,
    *,
    now: datetime,
    at: datetime,
    by: Person,
) -> int:
    """Invite a firm of the cooperative's list, to a collective dossier if one is given; in the caller's transaction.

    Returns the job of the mail. What was sent to this firm before and not answered serves no more. `NotFound` or
    `Refused` unless `by` gathers the members of that cooperative.
    """
    access.organisation_for(session, affiliation.cooperative_id, Act.GATHER, by=by)
    if affiliation.left_at is not None:
        raise Refused(f"{affiliation.name} a quitté votre coopérative : on ne l'invite plus.")
    if collective is not None:
        if collective.organisation_id != affiliation.cooperative_id:
            raise NotFound
        part = invitations.find_part(session, collective, affiliation)
        if part is None:
            (part,) = gathering.choose(session, collective, [affiliation], now=now)
        part.invited_at = now
    invitations.withdraw_all_of(session, affiliation.id, at)
    row = _made(affiliation.cooperative_id, affiliation.contact, affiliation.email, Role.MANAGER, at, by)
    row.affiliation_id, row.collective_id = affiliation.id, collective.id if collective else None
    session.add(row)
    edition = editions.get_edition(collective.edition_id) if collective else None
    facts = {
        "firm": mailing.shown(affiliation.name),
        "call": str(edition.title) if edition else "",
        "closes_on": day(edition.window.closes_on) if edition else "",
        "role": "",
    }
    return _sent(session, row, affiliation.cooperative.name, facts, "firm_invited", now, at, by)


def invite_colleague(
    session: Session,
    organisation_id: UUID,
    *,
    name: str,
    email: str,
    role: Role,
    now: datetime,
    at: datetime,
    by: Person,
) -> int:
    """Invite somebody into one's own organisation, with a role one may give; returns the job of the mail."""
    organisation = access.organisation_for(session, organisation_id, Act.GOVERN, by=by)
    if role not in grantable(queries.roles_in(session, organisation_id, by.id)):
        raise Refused(f"Votre rôle ne permet pas de donner le rôle « {role.label} ». Demandez à la direction.")
    email, name = accounts.one_spelling(email), accounts.one_line(name)
    if not name:
        raise Refused("Indiquez le nom de la personne à inviter.")
    known = queries.find_person_by_email(session, email)
    if known and queries.roles_in(session, organisation_id, known.id):
        raise Refused(f"{known.name} fait déjà partie de l'organisation : changez plutôt son rôle.")
    if invitations.count_to_join(session, organisation_id, at - timedelta(days=1)) >= MOST_A_DAY:
        raise Refused(f"Cela fait {plural(MOST_A_DAY, 'invitation')} en un jour : continuez demain.")
    invitations.withdraw_colleague(session, organisation_id, email, at)
    row = _made(organisation_id, name, email, role, at, by)
    session.add(row)
    facts = {"firm": None, "call": "", "closes_on": "", "role": role.label}
    number = _sent(session, row, organisation.name, facts, "colleague_invited", now, at, by)
    session.commit()
    return number


def _made(organisation_id: UUID, name: str, email: str, role: Role, at: datetime, by: Person) -> InvitationRow:
    return InvitationRow(
        id=uuid4(),
        organisation_id=organisation_id,
        role=role,
        name=name,
        email=accounts.one_spelling(email),
        made_at=at,
        made_by_id=by.id,
        expires_at=at + INVITATION_LASTS,
    )


def _sent(
    session: Session,
    row: InvitationRow,
    organisation: str,
    facts: Mapping[str, str | None],
    act: str,
    now: datetime,
    at: datetime,
    by: Person,
) -> int:
    session.flush()
    journal.record(session, act, detail={"invitation": str(row.id)}, now=now, by=by)
    told = {
        "invitation": str(row.id),
        "inviter": mailing.shown(by.name),
        "organisation": mailing.shown(organisation),
        "days": INVITATION_LASTS.days,
    }
    return mailing.write(session, "invitation", name=row.name, email=row.email, facts={**told, **facts}, now=now, at=at)


# ── those that wait ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that nobody has answered yet; its instants are of the real clock."""

    id: UUID
    name: str
    email: str
    role: Role
    made_at: datetime
    expires_at: datetime


def list_open(session: Session, organisation_id: UUID, *, at: datetime, by: Person) -> tuple[OpenInvitation, ...]:
    """The colleagues who were invited and have not answered, the last one first."""
    access.organisation_for(session, organisation_id, Act.GOVERN, by=by)
    return tuple(
        OpenInvitation(row.id, row.name, row.email, row.role, row.made_at, row.expires_at)
        for row in invitations.list_open_to_join(session, organisation_id, at)
    )


def withdraw(session: Session, invitation_id: UUID, *, now: datetime, at: datetime, by: Person) -> None:
    """End an invitation before it is answered. One that was answered a moment ago is left as it is (`Refused`)."""
    row = invitations.find(session, invitation_id)
    if row is None:
        raise NotFound
    access.organisation_for(session, row.organisation_id, Act.GATHER if row.affiliation_id else Act.GOVERN, by=by)
    if not invitations.withdraw(session, invitation_id, at):
        raise Refused("Cette invitation ne peut plus être retirée : elle a reçu une réponse, ou elle est expirée.")
    journal.record(session, "invitation_withdrawn", detail={"invitation": str(invitation_id)}, now=now, by=by)
    session.commit()


# ── seen by who was invited ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class InvitationPage:
    """What an invitation says to whoever holds its link."""

    inviter: str
    organisation: str  # the one that invites
    name: str  # of who is invited
    email: str
    role: Role
    powers: tuple[str, ...]  # what the role allows, in words
    has_account: bool  # somebody has this address: the name is known
    expires_at: datetime
    firm: str | None = None  # None for a colleague
    siren: str = ""
    town: str = ""
    call: str = ""  # the title of the edition; empty without a collective dossier
    closes_on: date | None = None
    is_closed: bool = False  # the call does not receive any more: no dossier can be begun

    @property
    def has_dossier(self) -> bool:
        """Whether accepting leads to a dossier."""
        return bool(self.call) and not self.is_closed


def look(session: Session, invitation_id: UUID | None, *, now: datetime, at: datetime) -> InvitationPage | None:
    """What is asked, while it can be answered. Looking uses nothing up: mail programs look too."""
    row = invitations.find_open(session, invitation_id, at) if invitation_id else None
    if row is None:
        return None
    collective = session.get(CollectiveRow, row.collective_id) if row.collective_id else None
    edition = editions.get_edition(collective.edition_id) if collective else None
    known = queries.find_person_by_email(session, row.email)
    return InvitationPage(
        inviter=row.made_by.name,
        organisation=row.organisation.name,
        name=known.name if known else row.name,
        email=row.email,
        role=row.role,
        powers=powers([row.role]),
        has_account=known is not None,
        expires_at=row.expires_at,
        firm=row.affiliation.name if row.affiliation else None,
        siren=row.affiliation.siren if row.affiliation else "",
        town=row.affiliation.town if row.affiliation else "",
        call=edition.title if edition else "",
        closes_on=edition.window.closes_on if edition else None,
        is_closed=edition is not None and now >= edition.window.closes_at,
    )
