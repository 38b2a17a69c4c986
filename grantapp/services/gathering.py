"""A collective dossier: begun by a cooperative, taken part in by the firms it chose."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp import editions
from grantapp.domain.access import REFUSALS, Act, allowed
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.services import access, accounts, drafting, journal, reading
from grantapp.storage import collectives
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow, ParticipationRow
from grantapp.storage.models import DossierRow, PersonRow
from grantapp.storage.queries import NotFound


def begin(session: Session, edition_id: str, *, organisation_id: UUID, now: datetime, by: Person) -> str:
    """The reference of the cooperative's collective dossier for this edition: the one already begun, or a new one.

    With it comes the cooperative's own dossier, whose answers are the parts that its members share.
    """
    access.organisation_for(session, organisation_id, Act.GATHER, by=by)
    edition = editions.find_edition(edition_id)
    if edition is None:
        raise NotFound
    if begun := collectives.find_collective_of(session, organisation_id, edition_id):
        return begun.reference
    drafting.check_receives(edition, now)
    organisation = drafting.in_whose_name(by, organisation_id)
    lead = drafting.create(session, edition, organisation, given={}, now=now, by=by)
    prefix = f"{edition.reference_prefix}-C"
    collective = CollectiveRow(
        id=uuid4(),
        reference=f"{prefix}{collectives.count_collectives(session, prefix) + 1:03d}",
        organisation_id=organisation_id,
        edition_id=edition_id,
        lead=lead,
        created_at=now,
        created_by_id=by.id,
    )
    session.add(collective)
    journal.record(
        session, "collective_begun", dossier=lead, detail={"collective": collective.reference}, now=now, by=by
    )
    session.commit()
    return collective.reference


def choose(
    session: Session, collective: CollectiveRow, firms: Iterable[AffiliationRow], *, now: datetime
) -> list[ParticipationRow]:
    """Add firms of the list to a collective dossier, in the caller's transaction; those already there stay."""
    there = {each.affiliation_id: each for each in collectives.list_participations(session, collective)}
    chosen = []
    for firm in firms:
        if firm.cooperative_id != collective.organisation_id:
            raise NotFound
        if firm.id not in there:
            there[firm.id] = ParticipationRow(collective=collective, affiliation=firm, chosen_at=now)
            session.add(there[firm.id])
        chosen.append(there[firm.id])
    session.flush()
    return chosen


def take_part(session: Session, participation: ParticipationRow, *, now: datetime, by: Person) -> DossierRow:
    """A firm accepts: its draft in the collective dossier, in the caller's transaction; the same one if it is there.

    Its line in the cooperative's list has been accepted before, so that `firm_id` is the firm's organisation. A firm
    that had refused may change its mind.
    """
    if participation.dossier is not None:
        return participation.dossier
    firm_id = participation.affiliation.firm_id
    person = accounts.as_person(session.get_one(PersonRow, by.id))
    membership = next((each for each in person.memberships if each.organisation_id == firm_id), None)
    if membership is None:
        raise NotFound
    if Act.FILE not in allowed(membership.roles):
        raise Refused(REFUSALS[Act.FILE])
    edition = editions.get_edition(participation.collective.edition_id)
    drafting.check_receives(edition, now)
    dossier = drafting.create(session, edition, membership, given={}, now=now, by=by)
    _take_from_list(dossier, participation.affiliation)
    participation.accepted_at, participation.refused_at, participation.refusal = now, None, None
    participation.dossier = dossier
    journal.record(session, "took_part", dossier=dossier, now=now, by=by)
    return dossier


def _take_from_list(dossier: DossierRow, line: AffiliationRow) -> None:
    """What the cooperative's list says of the firm is not typed again, where the firm has not said it itself."""
    row = reading.row_of(dossier, "organisation")
    if row is not None:
        listed = {"siret": line.siret, "town": line.town or None, "email": line.email or None}
        row.answers = {name: text for name, text in listed.items() if text} | row.answers
