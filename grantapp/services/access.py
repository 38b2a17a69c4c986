"""A dossier for somebody who wants to do something with it: not there, refused with a sentence, or given.

And an organisation, likewise.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.domain.access import REFUSALS, Act, allowed
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.storage import queries
from grantapp.storage.models import DossierRow, OrganisationRow
from grantapp.storage.queries import NotFound


def dossier_for(session: Session, reference: str, act: Act, *, by: Person) -> DossierRow:
    """`NotFound` for whoever may not even read it; `Refused` for whoever may read it, and not do this."""
    return require(session, queries.get_dossier(session, reference, by), act, by=by)


def require(session: Session, dossier: DossierRow, act: Act, *, by: Person) -> DossierRow:
    """The dossier, which this person reads already, or `Refused`."""
    if not queries.may_act(session, dossier, act, by):
        raise Refused(REFUSALS[act])
    return dossier


def organisation_for(session: Session, organisation_id: UUID, act: Act, *, by: Person) -> OrganisationRow:
    """`NotFound` for whoever has no role in it; `Refused` for whoever has one that does not allow this."""
    acts = allowed(queries.roles_in(session, organisation_id, by.id))
    if not acts:
        raise NotFound
    if act not in acts:
        raise Refused(REFUSALS[act])
    return session.get_one(OrganisationRow, organisation_id)
