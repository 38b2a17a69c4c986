"""The tables of organisations together: what each has given, its members, invitations, mandates, collective dossiers.

`models.py` holds the tables of one organisation and its dossiers; this one, those that join two organisations.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantapp.domain.people import Role
from grantapp.storage.columns import Base, Utc, one_of, refuse, stored
from grantapp.storage.models import DossierRow, OrganisationRow, PersonRow

# ── what an organisation has given once, for all its dossiers ────────────────────────────────────────────────────


class GivenRow(Base):
    """The answers to one section that speak of the organisation, not of a project: the last given, and when."""

    __tablename__ = "given"

    organisation_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"), primary_key=True)
    section: Mapped[str] = mapped_column(String(40), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON())
    given_at: Mapped[datetime] = mapped_column(Utc())
    given_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))


class AccountsRow(Base):
    """One closed accounting year of an organisation: a row of `size.accounts`, kept once."""

    __tablename__ = "accounts"

    organisation_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"), primary_key=True)
    closed_on: Mapped[date] = mapped_column(sa.Date(), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON())
    given_at: Mapped[datetime] = mapped_column(Utc())
    given_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))


# ── who belongs to whom ──────────────────────────────────────────────────────────────────────────────────────────


class AffiliationRow(Base):
    """A firm in the list of a cooperative. It belongs only once the firm has accepted: `firm_id` is then its own.

    Before that, what stands here is what the cooperative says of it.
    """

    __tablename__ = "affiliation"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "siren"),
        CheckConstraint("length(siren) = 9", name="siren_length"),
        CheckConstraint("(accepted_at IS NULL) = (firm_id IS NULL)", name="accepted_by_a_firm"),
        CheckConstraint("left_at IS NULL OR accepted_at IS NOT NULL", name="left_after_accepted"),
        Index(None, "firm_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    cooperative_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"))
    firm_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(200))
    siren: Mapped[str] = mapped_column(String(9))
    siret: Mapped[str | None] = mapped_column(String(14))
    town: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(200))  # the person to write to
    email: Mapped[str] = mapped_column(String(320))
    listed_at: Mapped[datetime] = mapped_column(Utc())
    listed_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None] = mapped_column(Utc())
    left_at: Mapped[datetime | None] = mapped_column(Utc())

    cooperative: Mapped[OrganisationRow] = relationship(foreign_keys=[cooperative_id])
    firm: Mapped[OrganisationRow | None] = relationship(foreign_keys=[firm_id])


class InvitationRow(Base):
    """An invitation: its token is the signed id. Used once, until it expires or is withdrawn.

    For a colleague, `organisation_id` is the organisation to join, with `role`. For a member firm, `affiliation_id`
    names its line in the cooperative's list, and `collective_id` the collective dossier it is asked to take part in.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("expires_at > made_at", name="expires_later"),
        CheckConstraint("used_at IS NULL OR withdrawn_at IS NULL", name="ended_once"),
        CheckConstraint("(used_at IS NULL) = (used_by_id IS NULL)", name="used_by_someone"),
        CheckConstraint("collective_id IS NULL OR affiliation_id IS NOT NULL", name="collective_of_a_firm"),
        Index(None, "organisation_id"),
        Index(None, "affiliation_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"))  # the one that invites
    affiliation_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("affiliation.id"))
    collective_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("collective.id"))
    role: Mapped[Role] = mapped_column(stored(Role))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))
    made_at: Mapped[datetime] = mapped_column(Utc())
    made_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    expires_at: Mapped[datetime] = mapped_column(Utc())
    used_at: Mapped[datetime | None] = mapped_column(Utc())
    used_by_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Utc())

    organisation: Mapped[OrganisationRow] = relationship()
    affiliation: Mapped[AffiliationRow | None] = relationship()
    made_by: Mapped[PersonRow] = relationship(foreign_keys=[made_by_id])


class IdentityRow(Base):
    """Who a person is for an OpenID Connect provider; `subject` means nothing outside that provider."""

    __tablename__ = "identity"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(Utc())


# ── the collective dossier ───────────────────────────────────────────────────────────────────────────────────────


class CollectiveRow(Base):
    """A collective dossier: one cooperative, one edition, the firms it asked.

    Its shared parts are the answers of the cooperative's own dossier in it, `lead`.
    """

    __tablename__ = "collective"
    __table_args__ = (
        CheckConstraint("(decision IS NULL) = (decided_on IS NULL)", name="decided_has_day"),
        Index(None, "organisation_id", "edition_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    organisation_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"))
    edition_id: Mapped[str] = mapped_column(String(50))
    lead_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("dossier.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(Utc())
    created_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    decision: Mapped[str | None] = mapped_column(String(20))  # of the administration, as the director notes it
    decided_on: Mapped[date | None] = mapped_column(sa.Date())
    decision_note: Mapped[str | None] = mapped_column(Text())

    organisation: Mapped[OrganisationRow] = relationship()
    lead: Mapped[DossierRow] = relationship()
    participations: Mapped[list["ParticipationRow"]] = relationship(back_populates="collective")
    assemblies: Mapped[list["AssemblyRow"]] = relationship(back_populates="collective", order_by="AssemblyRow.number")


class ParticipationRow(Base):
    """A firm asked to take part in a collective dossier, and what it answered.

    `agreed_at`: the firm agreed that its filed figures stand in the collective dossier, where the other firms that
    agreed read them. Without it, nobody else sees any.
    """

    __tablename__ = "participation"
    __table_args__ = (
        CheckConstraint("accepted_at IS NULL OR refused_at IS NULL", name="answered_once"),
        CheckConstraint("agreed_at IS NULL OR accepted_at IS NOT NULL", name="agreed_after_accepted"),
        CheckConstraint("dossier_id IS NULL OR accepted_at IS NOT NULL", name="dossier_after_accepted"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed_by_someone"),
        CheckConstraint("(correction IS NULL) = (correction_asked_at IS NULL)", name="correction_has_instant"),
        Index(None, "affiliation_id"),
    )

    collective_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("collective.id"), primary_key=True)
    affiliation_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("affiliation.id"), primary_key=True)
    dossier_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("dossier.id"), unique=True)  # the firm's own
    chosen_at: Mapped[datetime] = mapped_column(Utc())
    invited_at: Mapped[datetime | None] = mapped_column(Utc())  # the last time
    accepted_at: Mapped[datetime | None] = mapped_column(Utc())
    refused_at: Mapped[datetime | None] = mapped_column(Utc())
    refusal: Mapped[str | None] = mapped_column(Text())  # the firm's reason, if it gave one
    agreed_at: Mapped[datetime | None] = mapped_column(Utc())
    agreed_by_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("person.id"))
    correction: Mapped[str | None] = mapped_column(Text())  # what the director asks the firm to correct
    correction_asked_at: Mapped[datetime | None] = mapped_column(Utc())

    collective: Mapped[CollectiveRow] = relationship(back_populates="participations")
    affiliation: Mapped[AffiliationRow] = relationship()
    dossier: Mapped[DossierRow | None] = relationship()


class OverrideRow(Base):
    """A part that the cooperative shares, and that a firm answers for itself in its own dossier; with its reason."""

    __tablename__ = "override"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason_given"),)

    dossier_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("dossier.id"), primary_key=True)
    section: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str] = mapped_column(Text())
    made_at: Mapped[datetime] = mapped_column(Utc())
    made_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))


class MandateRow(Base):
    """A firm lets its cooperative fill its dossier in a collective one. Filing stays with the firm."""

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_someone"),
        CheckConstraint("revoked_at IS NULL OR revoked_at >= given_at", name="revoked_after_given"),
        Index(None, "collective_id", "firm_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    collective_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("collective.id"))
    firm_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"))
    wording: Mapped[str] = mapped_column(Text())  # what was accepted, to the letter
    given_at: Mapped[datetime] = mapped_column(Utc())
    given_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(Utc())
    revoked_by_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("person.id"))

    collective: Mapped[CollectiveRow] = relationship()
    firm: Mapped[OrganisationRow] = relationship()
    given_by: Mapped[PersonRow] = relationship(foreign_keys=[given_by_id])


class AssemblyRow(Base):
    """A frozen version of a collective dossier, for ever: `canonical` is the text whose SHA-256 is the fingerprint."""

    __tablename__ = "assembly"
    __table_args__ = (
        UniqueConstraint("collective_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint_length"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    collective_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("collective.id"))
    number: Mapped[int] = mapped_column(Integer())
    assembled_at: Mapped[datetime] = mapped_column(Utc())
    assembled_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    canonical: Mapped[str] = mapped_column(Text())
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)

    collective: Mapped[CollectiveRow] = relationship(back_populates="assemblies")
    assembled_by: Mapped[PersonRow] = relationship()
    document: Mapped["AssemblyDocumentRow | None"] = relationship()


class AssemblyDocumentRow(Base):
    """The PDF of a version of a collective dossier. Its bytes are kept."""

    __tablename__ = "assembly_document"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
    )

    assembly_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("assembly.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(Integer())
    made_at: Mapped[datetime] = mapped_column(Utc())


# ── reminders ────────────────────────────────────────────────────────────────────────────────────────────────────


class ReminderRow(Base):
    """A reminder that was written, once. `subject` is the id of a dossier or of an affiliation."""

    __tablename__ = "reminder"
    __table_args__ = (CheckConstraint("days > 0", name="days_positive"),)

    subject: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    edition_id: Mapped[str] = mapped_column(String(50), primary_key=True)
    days: Mapped[int] = mapped_column(Integer(), primary_key=True)  # before the closing day
    written_at: Mapped[datetime] = mapped_column(Utc())


for _verb in ("UPDATE", "DELETE"):
    refuse(f"assembly_no_{_verb.lower()}", _verb, "assembly", "an assembly row never changes")
