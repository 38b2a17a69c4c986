"""« Mes adhérentes »: the list of a cooperative's member firms, line by line. `importing.py` reads it from a file.

What stands here is what the cooperative says of a firm. The firm belongs to it once it has accepted, and not before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp.domain.access import REFUSALS, Act, allowed
from grantapp.domain.edition import Edition
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Membership, Person
from grantapp.domain.roster import Column, Fate, Firm, Line, compared, spaced, understand
from grantapp.editions import get_edition, open_on
from grantapp.french import PARIS, day
from grantapp.services import gathering, inviting, journal
from grantapp.storage import collectives
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow
from grantapp.storage.queries import NotFound


@dataclass(frozen=True)
class MemberLine:
    """One firm of the list. `accepted_on` is None until the firm has said that it belongs."""

    id: UUID
    firm: Firm
    accepted_on: date | None
    left_on: date | None
    chosen: bool  # in a collective dossier

    @property
    def may_go(self) -> bool:
        """Whether the line can simply be taken away: nobody has answered it, and no collective dossier names it."""
        return self.accepted_on is None and not self.chosen


@dataclass(frozen=True)
class CollectiveLine:
    """A collective dossier in short."""

    reference: str
    title: str  # of the edition
    chosen: int


@dataclass(frozen=True)
class MembersPage:
    cooperative: str
    siren: str
    lines: tuple[MemberLine, ...]
    collectives: tuple[CollectiveLine, ...]
    editions: tuple[Edition, ...]  # those still open, without a collective dossier yet

    @property
    def accepted(self) -> int:
        return sum(line.accepted_on is not None and line.left_on is None for line in self.lines)


def cooperative_of(by: Person) -> Membership:
    """The cooperative that this person directs; the first, for who directs several. `Refused` for who directs none."""
    for each in by.memberships:
        if Act.GATHER in allowed(each.roles):
            return each
    raise Refused(REFUSALS[Act.GATHER])


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def members_page(session: Session, *, now: datetime, by: Person) -> MembersPage:
    cooperative = cooperative_of(by)
    begun = [
        each
        for each in collectives.list_collectives(session, by)
        if each.organisation_id == cooperative.organisation_id
    ]
    chosen = {part.affiliation_id for each in begun for part in each.participations}
    held = {each.edition_id for each in begun}
    return MembersPage(
        cooperative=cooperative.organisation,
        siren=cooperative.siren,
        lines=tuple(
            _line(row, row.id in chosen) for row in collectives.list_affiliations(session, cooperative.organisation_id)
        ),
        collectives=tuple(
            CollectiveLine(each.reference, str(get_edition(each.edition_id).title), len(each.participations))
            for each in begun
        ),
        editions=tuple(each for each in open_on(now) if each.id not in held and each.window.is_open(now)),
    )


def member(session: Session, affiliation_id: UUID, *, by: Person) -> MemberLine:
    """One line of the list, to correct it."""
    row = _row(session, affiliation_id, by)
    return _line(row, collectives.is_chosen(session, row.id))


def _line(row: AffiliationRow, chosen: bool) -> MemberLine:
    accepted_on, left_on = (at.astimezone(PARIS).date() if at else None for at in (row.accepted_at, row.left_at))
    return MemberLine(row.id, firm_of(row), accepted_on, left_on, chosen)


def firm_of(row: AffiliationRow) -> Firm:
    return Firm(row.name, row.siren, row.siret, row.town, row.contact, row.email)


def listed(session: Session, cooperative_id: UUID) -> dict[str, AffiliationRow]:
    """The lines of a cooperative's list, by SIREN."""
    return {row.siren: row for row in collectives.list_affiliations(session, cooperative_id)}


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def add(session: Session, typed: Mapping[Column, str], *, now: datetime, by: Person) -> Line:
    """Add a firm typed by hand. The line comes back with its reasons when it cannot be kept: nothing was written."""
    cooperative = cooperative_of(by)
    line = understand(typed, own=cooperative.siren)
    if line.firm is None:
        return line
    if line.firm.siren in listed(session, cooperative.organisation_id):
        raise Refused(f"Le SIREN {spaced(line.firm.siren)} est déjà dans votre liste : corrigez sa ligne.")
    write(session, line.firm, None, cooperative, now=now, by=by)
    journal.record(session, "member_listed", detail=_named(cooperative, line.firm), now=now, by=by)
    session.commit()
    return compared(line, None)


def correct(session: Session, affiliation_id: UUID, typed: Mapping[Column, str], *, now: datetime, by: Person) -> Line:
    """Correct what the list says of a firm. Its SIREN stays once the firm has accepted: it is then its own."""
    cooperative = cooperative_of(by)
    row = _row(session, affiliation_id, by)
    line = understand(typed, own=cooperative.siren)
    if line.firm is None:
        return line
    if line.firm.siren != row.siren:
        if row.accepted_at:
            raise Refused(
                f"Cette entreprise a accepté votre invitation sous le SIREN {spaced(row.siren)} : il ne change plus. "
                "Pour une autre entreprise, ajoutez une ligne."
            )
        if line.firm.siren in listed(session, cooperative.organisation_id):
            raise Refused(f"Le SIREN {spaced(line.firm.siren)} est déjà dans votre liste : corrigez sa ligne.")
    write(session, line.firm, row, cooperative, now=now, by=by)
    journal.record(session, "member_corrected", detail=_named(cooperative, line.firm), now=now, by=by)
    session.commit()
    return line


def remove(session: Session, affiliation_id: UUID, *, now: datetime, by: Person) -> str:
    """Take a firm that has not answered out of the list; its name. Its invitations go with it."""
    row = _row(session, affiliation_id, by)
    if row.accepted_at:
        raise Refused(
            f"« {row.name} » a accepté votre invitation : sa ligne reste. Elle seule peut quitter la coopérative ici."
        )
    if collectives.is_chosen(session, row.id):
        raise Refused(
            f"« {row.name} » est dans un dossier collectif : sa ligne reste, pour que personne n'y soit oublié."
        )
    cooperative, firm = cooperative_of(by), firm_of(row)
    collectives.drop_affiliation(session, row)
    journal.record(session, "member_removed", detail=_named(cooperative, firm), now=now, by=by)
    session.commit()
    return firm.name


def write(
    session: Session, firm: Firm, row: AffiliationRow | None, cooperative: Membership, *, now: datetime, by: Person
) -> AffiliationRow:
    """A line of the list as `firm` says it, new unless `row` is there; in the caller's transaction."""
    if row is None:
        row = AffiliationRow(id=uuid4(), cooperative_id=cooperative.organisation_id, listed_at=now, listed_by_id=by.id)
        session.add(row)
    for name, value in vars(firm).items():
        setattr(row, name, value)
    return row


def keep(session: Session, lines: Iterable[Line], *, now: datetime, by: Person) -> None:
    """Write the good lines of a file, in the caller's transaction; those that say nothing new write nothing."""
    cooperative = cooperative_of(by)
    there = listed(session, cooperative.organisation_id)
    for line in lines:
        if line.firm and line.fate is not Fate.UNCHANGED:
            write(session, line.firm, there.get(line.firm.siren), cooperative, now=now, by=by)


# ── a collective dossier: who is asked ───────────────────────────────────────────────────────────────────────────


def choose(
    session: Session, reference: str, affiliation_ids: Iterable[UUID] | None, *, now: datetime, by: Person
) -> int:
    """Add firms of the list to a collective dossier, all of them if none are named; how many were not yet in it."""
    collective = collectives.get_collective(session, reference, by)
    there = {each.affiliation_id for each in collective.participations}
    firms = _firms(session, collective, affiliation_ids)
    new = [firm for firm in firms if firm.id not in there and firm.left_at is None]
    gathering.choose(session, collective, new, now=now)
    if new:
        detail = {"collective": reference, "firms": len(new)}
        journal.record(session, "firms_chosen", dossier=collective.lead, detail=detail, now=now, by=by)
    session.commit()
    return len(new)


def leave_out(session: Session, reference: str, affiliation_id: UUID, *, now: datetime, by: Person) -> str:
    """Take a firm that was never invited out of a collective dossier; its name."""
    collective = collectives.get_collective(session, reference, by)
    part = next((each for each in collective.participations if each.affiliation_id == affiliation_id), None)
    if part is None:
        raise NotFound
    name = part.affiliation.name
    if part.invited_at or part.accepted_at or part.refused_at:
        raise Refused(f"« {name} » a déjà été invitée : elle reste au tableau, quelle que soit sa réponse.")
    session.delete(part)
    detail = {"collective": reference, "affiliation": str(affiliation_id)}
    journal.record(session, "firm_left_out", dossier=collective.lead, detail=detail, now=now, by=by)
    session.commit()
    return name


def invite(
    session: Session,
    collective_reference: str,
    affiliation_ids: Iterable[UUID] | None = None,
    *,
    now: datetime,
    at: datetime,
    by: Person,
) -> tuple[int, ...]:
    """Invite firms to a collective dossier, in one transaction: those named, or all that were chosen and never invited.

    Returns the jobs to send. A firm that has accepted, that left, or that was invited the same day gets nothing: a
    second click sends no second mail. `Refused` once the call is closed.
    """
    collective = collectives.get_collective(session, collective_reference, by)
    edition = get_edition(collective.edition_id)
    if now >= edition.window.closes_at:
        raise Refused(f"L'appel « {edition.title} » s'est clos le {day(edition.window.closes_on)} : on n'invite plus.")
    there = {part.affiliation_id: part for part in collective.participations}
    if affiliation_ids is None:
        affiliation_ids = [key for key, part in there.items() if not (part.invited_at or part.refused_at)]
    jobs = []
    for firm in _firms(session, collective, affiliation_ids):
        part = there.get(firm.id)
        if firm.left_at or (part and (part.accepted_at or (part.invited_at and same_day(part.invited_at, now)))):
            continue
        jobs.append(inviting.invite_firm(session, firm, collective, now=now, at=at, by=by))
    session.commit()
    return tuple(jobs)


def same_day(one: datetime, other: datetime) -> bool:
    """Whether it is one day in Paris."""
    return one.astimezone(PARIS).date() == other.astimezone(PARIS).date()


def _firms(session: Session, collective: CollectiveRow, affiliation_ids: Iterable[UUID] | None) -> list[AffiliationRow]:
    """Lines of the cooperative's list, by name; `NotFound` when one of those named is not in it."""
    every = collectives.list_affiliations(session, collective.organisation_id)
    if affiliation_ids is None:
        return every
    wanted = set(affiliation_ids)
    if wanted - {each.id for each in every}:
        raise NotFound
    return [each for each in every if each.id in wanted]


def _row(session: Session, affiliation_id: UUID, by: Person) -> AffiliationRow:
    row = session.get(AffiliationRow, affiliation_id)
    if row is None or row.cooperative_id != cooperative_of(by).organisation_id:
        raise NotFound
    return row


def _named(cooperative: Membership, firm: Firm) -> dict[str, object]:
    return {"cooperative": str(cooperative.organisation_id), "siren": firm.siren}
