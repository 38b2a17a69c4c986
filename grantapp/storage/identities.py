"""Who a person is for an identity provider."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grantapp.storage.cooperative import IdentityRow


def find_identity(session: Session, issuer: str, subject: str) -> IdentityRow | None:
    return session.get(IdentityRow, (issuer, subject))


def list_identities(session: Session, person_id: UUID) -> Sequence[IdentityRow]:
    """Those of one person, the first linked first."""
    wanted = select(IdentityRow).where(IdentityRow.person_id == person_id)
    return session.scalars(wanted.order_by(IdentityRow.linked_at, IdentityRow.subject)).all()
