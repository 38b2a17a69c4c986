"""What an identity provider says of a person, and the account it is linked to.

An address in common links nothing: whoever the provider lets choose an address would enter the account of another. The
person signs in once the usual way, and links the two.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.services import accounts, journal
from grantapp.storage import identities, queries
from grantapp.storage.cooperative import IdentityRow


@dataclass(frozen=True)
class Identity:
    """Who somebody is for a provider; `subject` is the only name that never changes there."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""


def recognise(session: Session, identity: Identity) -> Person | None:
    """The person whose account is linked to this identity; None when none is."""
    row = identities.find_identity(session, identity.issuer, identity.subject)
    found = queries.find_person(session, row.person_id) if row else None
    return accounts.as_person(found) if found else None


def link(session: Session, identity: Identity, *, now: datetime, by: Person) -> None:
    """Let this identity enter the account of `by`; twice changes nothing. `Refused` when it enters another one."""
    row = identities.find_identity(session, identity.issuer, identity.subject)
    if row is not None and row.person_id != by.id:
        raise Refused(
            "Cette identité est déjà reliée à un autre compte : déconnectez-vous, puis connectez-vous avec elle."
        )
    if row is None:
        session.add(IdentityRow(issuer=identity.issuer, subject=identity.subject, person_id=by.id, linked_at=now))
        journal.record(session, "identity_linked", detail={"issuer": identity.issuer}, now=now, by=by)
    session.commit()


def unlink(session: Session, issuer: str, *, now: datetime, by: Person) -> None:
    """Let no identity of this provider enter the account any more."""
    for row in identities.list_identities(session, by.id):
        if row.issuer == issuer:
            session.delete(row)
            journal.record(session, "identity_unlinked", detail={"issuer": issuer}, now=now, by=by)
    session.commit()


def linked_at(session: Session, issuer: str, *, by: Person) -> datetime | None:
    """Since when an identity of this provider enters the account; None when none does."""
    return next((row.linked_at for row in identities.list_identities(session, by.id) if row.issuer == issuer), None)
