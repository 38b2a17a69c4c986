"""What is read of the part that dossiers take in collective ones: shared answers, mandates, versions assembled.

Whoever asks has been looked at before: these start from a dossier that was given, or from a firm of the list.
"""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from grantapp.storage.cooperative import (
    AffiliationRow,
    AssemblyRow,
    CollectiveRow,
    MandateRow,
    OverrideRow,
    ParticipationRow,
)
from grantapp.storage.models import DepositRow, DossierRow

# ── what a member's dossier takes from the collective one ────────────────────────────────────────────────────────


def list_parts(session: Session, dossier_ids: Collection[UUID]) -> list[ParticipationRow]:
    """The parts that these dossiers take in collective ones, each with its lead's answers and files."""
    if not dossier_ids:
        return []
    lead = joinedload(ParticipationRow.collective).joinedload(CollectiveRow.lead)
    wanted = (
        select(ParticipationRow)
        .where(ParticipationRow.dossier_id.in_(dossier_ids))
        .options(
            joinedload(ParticipationRow.collective).joinedload(CollectiveRow.organisation),
            lead.selectinload(DossierRow.sections),
            lead.selectinload(DossierRow.attachments),
        )
    )
    return list(session.scalars(wanted))


def list_overrides(session: Session, dossier_ids: Collection[UUID]) -> list[OverrideRow]:
    """The shared parts that these dossiers answer for themselves."""
    if not dossier_ids:
        return []
    return list(session.scalars(select(OverrideRow).where(OverrideRow.dossier_id.in_(dossier_ids))))


def find_filed_titles(session: Session, dossier_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """The title of each dossier as its last version froze it, read inside the stored text."""
    last = (
        select(DepositRow.dossier_id, func.max(DepositRow.number).label("number"))
        .where(DepositRow.dossier_id.in_(dossier_ids))
        .group_by(DepositRow.dossier_id)
        .subquery()
    )
    title = sa.type_coerce(DepositRow.canonical, sa.JSON)[("project", "request", "title")].as_string()
    wanted = select(DepositRow.dossier_id, title).join(
        last, (DepositRow.dossier_id == last.c.dossier_id) & (DepositRow.number == last.c.number)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


def count_filed(session: Session, collective: CollectiveRow) -> tuple[int, int]:
    """How many firms take part with a dossier, and how many of them have filed one."""
    filed = select(DepositRow.id).where(DepositRow.dossier_id == ParticipationRow.dossier_id).exists()
    wanted = select(func.count(), func.count().filter(filed)).where(
        ParticipationRow.collective_id == collective.id, ParticipationRow.dossier_id.is_not(None)
    )
    firms, those = session.execute(wanted).one()
    return firms, those


# ── mandates ─────────────────────────────────────────────────────────────────────────────────────────────────────


def list_mandates(session: Session, participation: ParticipationRow, firm_id: UUID) -> list[MandateRow]:
    """The mandates that a firm gave its cooperative for a collective dossier, the last first."""
    wanted = select(MandateRow).where(
        MandateRow.collective_id == participation.collective_id, MandateRow.firm_id == firm_id
    )
    return list(session.scalars(wanted.order_by(MandateRow.given_at.desc(), MandateRow.id)))


def find_mandate(session: Session, participation: ParticipationRow, firm_id: UUID) -> MandateRow | None:
    """The mandate in force."""
    found = list_mandates(session, participation, firm_id)
    return next((each for each in found if each.revoked_at is None), None)


def list_participations_of(session: Session, affiliation: AffiliationRow) -> list[ParticipationRow]:
    """What a firm of the list was asked to take part in."""
    return list(session.scalars(select(ParticipationRow).where(ParticipationRow.affiliation_id == affiliation.id)))


def list_assembled(session: Session, participation: ParticipationRow, reference: str) -> tuple[int, ...]:
    """The versions of the collective dossier that hold this firm's dossier, by its reference."""
    wanted = (
        select(AssemblyRow.number)
        .where(
            AssemblyRow.collective_id == participation.collective_id,
            AssemblyRow.canonical.contains(f'"{reference}"', autoescape=True),
        )
        .order_by(AssemblyRow.number)
    )
    return tuple(session.scalars(wanted))
