"""What is read of an organisation beside its dossiers: what it gave, its people, the cooperatives it belongs to."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from grantapp.storage.cooperative import AccountsRow, AffiliationRow, GivenRow
from grantapp.storage.models import DossierRow, MembershipRow, PersonRow


def find_given(session: Session, organisation_id: UUID, section: str) -> GivenRow | None:
    return session.get(GivenRow, (organisation_id, section))


def find_accounts(session: Session, organisation_id: UUID, closed_on: date) -> AccountsRow | None:
    return session.get(AccountsRow, (organisation_id, closed_on))


def list_accounts(session: Session, organisation_id: UUID) -> Sequence[AccountsRow]:
    """One row a closed year, the latest first."""
    wanted = select(AccountsRow).where(AccountsRow.organisation_id == organisation_id)
    return session.scalars(wanted.order_by(AccountsRow.closed_on.desc())).all()


def find_belonging(session: Session, organisation_id: UUID) -> AffiliationRow | None:
    """Its line in the list of the cooperative that it joined last."""
    wanted = select(AffiliationRow).where(AffiliationRow.firm_id == organisation_id, AffiliationRow.left_at.is_(None))
    return session.scalar(wanted.order_by(AffiliationRow.accepted_at.desc()).limit(1))


def list_belongings(session: Session, organisation_id: UUID) -> Sequence[AffiliationRow]:
    """Its lines in the lists of cooperatives, the last accepted first."""
    wanted = select(AffiliationRow).where(AffiliationRow.firm_id == organisation_id)
    wanted = wanted.options(joinedload(AffiliationRow.cooperative))
    return session.scalars(wanted.order_by(AffiliationRow.accepted_at.desc())).all()


def list_memberships(session: Session, organisation_id: UUID) -> Sequence[MembershipRow]:
    """One row a role, those of a person together, in the order of names."""
    wanted = (
        select(MembershipRow)
        .join(MembershipRow.person)
        .where(MembershipRow.organisation_id == organisation_id)
        .options(joinedload(MembershipRow.person))
        .order_by(func.lower(PersonRow.name), PersonRow.email, MembershipRow.created_at)
    )
    return session.scalars(wanted).all()


def find_membership(session: Session, organisation_id: UUID, person_id: UUID, role: str) -> MembershipRow | None:
    return session.get(MembershipRow, (person_id, organisation_id, role))


def has_dossier(session: Session, organisation_id: UUID) -> bool:
    wanted = select(DossierRow.id).where(DossierRow.organisation_id == organisation_id)
    return session.scalar(wanted.limit(1)) is not None


def name_of(session: Session, person_id: UUID) -> str:
    return session.get_one(PersonRow, person_id).name
