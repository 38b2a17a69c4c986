"""The tables. Every promise of the lifecycle is repeated here as a named CHECK or a trigger, where nobody passes by.

A table class ends in `Row`; the value it stores has the bare name. No logic beyond that.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantapp.domain.lifecycle import State
from grantapp.domain.people import Goal, Opening, Role
from grantapp.domain.throttle import Gate
from grantapp.storage.columns import Base, Utc, one_of, refuse, stored

MOST_ATTEMPTS = 5


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class DocumentKind(StrEnum):
    """What is made from a filed version."""

    DOSSIER = "dossier"  # the archive copy, sealed
    PRINT_COPY = "print_copy"  # with the pages of the pieces
    BUNDLE = "bundle"  # a ZIP of everything, with a manifest
    ACKNOWLEDGEMENT = "acknowledgement"
    REPORT = "report"
    REVIEW_SHEET = "review_sheet"


class PrintoutKind(StrEnum):
    """What is printed before anything is filed."""

    BLANK_FORM = "blank_form"
    PREPARATORY = "preparatory"


class PersonRow(Base):
    __tablename__ = "person"
    __table_args__ = (CheckConstraint("epoch >= 1", name="epoch_positive"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), unique=True)  # NFKC, casefolded
    password_hash: Mapped[str] = mapped_column(String(200))
    epoch: Mapped[int] = mapped_column(Integer(), default=1)
    created_at: Mapped[datetime] = mapped_column(Utc())

    memberships: Mapped[list["MembershipRow"]] = relationship(back_populates="person")


class OrganisationRow(Base):
    """The SIREN is not unique on purpose: whoever signs up with the SIREN of another must not enter its dossiers.

    Each sign-up makes an organisation of its own; one joins another by its invitation, never by a number.
    """

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("length(siren) = 9", name="siren_length"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    siren: Mapped[str] = mapped_column(String(9))
    created_at: Mapped[datetime] = mapped_column(Utc())


class MembershipRow(Base):
    """One role of a person in an organisation; a person may hold several."""

    __tablename__ = "membership"
    __table_args__ = (one_of("role", Role), Index(None, "organisation_id"))

    person_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(stored(Role), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Utc())

    person: Mapped[PersonRow] = relationship(back_populates="memberships")
    organisation: Mapped[OrganisationRow] = relationship()


class DossierRow(Base):
    __tablename__ = "dossier"
    __table_args__ = (
        one_of("state", State),
        CheckConstraint("(state = 'deposited') = (deposited_at IS NOT NULL)", name="deposited_has_date"),
        Index(None, "organisation_id", "edition_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    edition_id: Mapped[str] = mapped_column(String(50))
    organisation_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("organisation.id"))
    state: Mapped[State] = mapped_column(stored(State), default=State.DRAFT)
    created_at: Mapped[datetime] = mapped_column(Utc())
    created_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    updated_at: Mapped[datetime] = mapped_column(Utc())
    deposited_at: Mapped[datetime | None] = mapped_column(Utc())

    organisation: Mapped[OrganisationRow] = relationship()
    sections: Mapped[list["SectionRow"]] = relationship(back_populates="dossier")
    attachments: Mapped[list["AttachmentRow"]] = relationship(back_populates="dossier")
    deposits: Mapped[list["DepositRow"]] = relationship(back_populates="dossier", order_by="DepositRow.number")


class SectionRow(Base):
    """The answers to one section: as understood (`answers`) and as typed (`raw`)."""

    __tablename__ = "section"
    __table_args__ = (CheckConstraint("version >= 1", name="version_positive"),)

    dossier_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("dossier.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON())
    raw: Mapped[dict[str, list[str]] | None] = mapped_column(sa.JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(Integer())
    saved_at: Mapped[datetime] = mapped_column(Utc())
    saved_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))

    dossier: Mapped[DossierRow] = relationship(back_populates="sections")
    saved_by: Mapped[PersonRow] = relationship()

    # Every UPDATE names the version it read: a save from a stale page cannot pass, whatever the code above does.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class AttachmentRow(Base):
    """A supporting document. It is replaced by another row, never overwritten."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("media_type IN ('application/pdf', 'image/jpeg', 'image/png')", name="media_type_known"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("pages > 0", name="pages_positive"),
        CheckConstraint("length(thumbnail) = 64", name="thumbnail_length"),
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removed_by_someone"),
        Index(None, "dossier_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("dossier.id"))
    piece: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(150))
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(Integer())
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int | None] = mapped_column(Integer())  # None for what was attached before pieces were opened
    thumbnail: Mapped[str | None] = mapped_column(String(64))  # the SHA-256 of a small JPEG of the first page
    replaces_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("attachment.id"))
    added_at: Mapped[datetime] = mapped_column(Utc())
    added_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(Utc())
    removed_by_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("person.id"))

    dossier: Mapped[DossierRow] = relationship(back_populates="attachments")


class DepositRow(Base):
    """A filed version, for ever: `canonical` is the exact text whose SHA-256 is the fingerprint."""

    __tablename__ = "deposit"
    __table_args__ = (
        UniqueConstraint("dossier_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint_length"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("dossier.id"))
    number: Mapped[int] = mapped_column(Integer())
    deposited_at: Mapped[datetime] = mapped_column(Utc())
    deposited_by_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    edition_id: Mapped[str] = mapped_column(String(50))
    edition_version: Mapped[str] = mapped_column(String(50))
    canonical: Mapped[str] = mapped_column(Text())
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)

    dossier: Mapped[DossierRow] = relationship(back_populates="deposits")
    deposited_by: Mapped[PersonRow] = relationship()
    documents: Mapped[list["DocumentRow"]] = relationship(back_populates="deposit")


class DocumentRow(Base):
    """A file made from a deposit. Its bytes are kept: printing again with a later library may move a line."""

    __tablename__ = "document"
    __table_args__ = (
        one_of("kind", DocumentKind),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
    )

    deposit_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("deposit.id"), primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(stored(DocumentKind), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(Integer())
    made_at: Mapped[datetime] = mapped_column(Utc())

    deposit: Mapped[DepositRow] = relationship(back_populates="documents")


class PrintoutRow(Base):
    """A file made from what is not filed: a draft, or the questions of an edition. `source` is the SHA-256 of that."""

    __tablename__ = "printout"
    __table_args__ = (
        one_of("kind", PrintoutKind),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("length(source) = 64", name="source_length"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("(kind = 'preparatory') = (dossier_id IS NOT NULL)", name="preparatory_has_dossier"),
    )

    kind: Mapped[PrintoutKind] = mapped_column(stored(PrintoutKind), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    dossier_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("dossier.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer())
    made_at: Mapped[datetime] = mapped_column(Utc())


class JobRow(Base):
    """Work to do outside the web process. This row is the truth; a message in the queue is only a nudge."""

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", JobState),
        CheckConstraint(f"attempts BETWEEN 0 AND {MOST_ATTEMPTS}", name="attempts_bounded"),
        CheckConstraint("fence >= attempts", name="fence_grows"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="running_has_lease"),
        CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended_has_date"),
        CheckConstraint("state <> 'failed' OR error IS NOT NULL", name="failed_has_error"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(Integer(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    args: Mapped[dict[str, Any]] = mapped_column(sa.JSON())
    state: Mapped[JobState] = mapped_column(stored(JobState), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(Integer(), default=0)
    fence: Mapped[int] = mapped_column(Integer(), default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Utc())
    error: Mapped[str | None] = mapped_column(Text())
    created_at: Mapped[datetime] = mapped_column(Utc())
    ended_at: Mapped[datetime | None] = mapped_column(Utc())


class ProgressRow(Base):
    """How far a long job is: a page shows it. Its job's lease is renewed with it."""

    __tablename__ = "progress"
    __table_args__ = (CheckConstraint("done BETWEEN 0 AND total", name="done_of_total"),)

    job_id: Mapped[int] = mapped_column(Integer(), ForeignKey("job.id"), primary_key=True)
    done: Mapped[int] = mapped_column(Integer())
    total: Mapped[int] = mapped_column(Integer())
    noted_at: Mapped[datetime] = mapped_column(Utc())


class JournalRow(Base):
    """Who did what, when: one line a command, in order, for ever. No answers here, only what was done to which part."""

    __tablename__ = "journal"
    __table_args__ = (Index(None, "dossier_id"),)

    id: Mapped[int] = mapped_column(Integer(), primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc())
    person_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("person.id"))
    dossier_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("dossier.id"))
    act: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON())


for _table in ("deposit", "journal"):
    for _verb in ("UPDATE", "DELETE"):
        refuse(f"{_table}_no_{_verb.lower()}", _verb, _table, f"a {_table} row never changes")

for _table in ("section", "attachment"):
    for _verb, _rows in (("INSERT", "NEW"), ("UPDATE", "OLD NEW"), ("DELETE", "OLD")):
        _ids = ", ".join(f"{row}.dossier_id" for row in _rows.split())
        refuse(
            f"{_table}_no_{_verb.lower()}_once_deposited",
            _verb,
            _table,
            "the dossier is deposited",
            f"EXISTS (SELECT 1 FROM dossier WHERE id IN ({_ids}) AND state <> 'draft')",  # noqa: S608 - our own names
        )

refuse(
    "dossier_keeps_its_instant",
    "UPDATE",
    "dossier",
    "the instant of a filing never changes",
    "OLD.state = 'deposited' AND NEW.state = 'deposited' AND NEW.deposited_at <> OLD.deposited_at",
)


# ── mail and sign-in ─────────────────────────────────────────────────────────────────────────────────────────────


class MessageRow(Base):
    """A mail to send: written with the act it tells of, sent by a job. What it says is rendered when it is sent.

    `facts` holds no secret: the token of a link is signed again at each try.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_positive"),
        CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="ended_once"),
        CheckConstraint(
            "(next_try_at IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL)", name="waits_or_ended"
        ),
        CheckConstraint("given_up_at IS NULL OR error IS NOT NULL", name="given_up_has_error"),
        Index(None, "next_try_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON())
    written_at: Mapped[datetime] = mapped_column(Utc())
    attempts: Mapped[int] = mapped_column(Integer(), default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(Utc())
    sent_at: Mapped[datetime | None] = mapped_column(Utc())
    given_up_at: Mapped[datetime | None] = mapped_column(Utc())
    error: Mapped[str | None] = mapped_column(Text())  # of the last try; for the operator
    job_id: Mapped[int] = mapped_column(Integer(), ForeignKey("job.id"))


class LinkRow(Base):
    """A sign-in link: its token is the signed id. Another epoch of the person, and it opens nothing any more."""

    __tablename__ = "link"
    __table_args__ = (one_of("goal", Goal), CheckConstraint("expires_at > made_at", name="expires_later"))

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    epoch: Mapped[int] = mapped_column(Integer())
    goal: Mapped[Goal] = mapped_column(stored(Goal))
    made_at: Mapped[datetime] = mapped_column(Utc())
    expires_at: Mapped[datetime] = mapped_column(Utc())
    used_at: Mapped[datetime | None] = mapped_column(Utc())


class VisitRow(Base):
    """A browser that is signed in. Ended, unused for long, or of another epoch, it is nobody's."""

    __tablename__ = "visit"
    __table_args__ = (
        one_of("opened_by", Opening),
        CheckConstraint("last_used_at >= opened_at", name="used_after_opened"),
        Index(None, "person_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"))
    epoch: Mapped[int] = mapped_column(Integer())
    device: Mapped[str] = mapped_column(String(100))
    opened_by: Mapped[Opening] = mapped_column(stored(Opening))
    opened_at: Mapped[datetime] = mapped_column(Utc())
    last_used_at: Mapped[datetime] = mapped_column(Utc())
    ended_at: Mapped[datetime | None] = mapped_column(Utc())

    person: Mapped[PersonRow] = relationship()


class AttemptRow(Base):
    """One try at a gate. The subject is a SHA-256: no list of typed addresses is kept. Rows go after a day."""

    __tablename__ = "attempt"
    __table_args__ = (
        one_of("gate", Gate),
        CheckConstraint("length(subject) = 64", name="subject_length"),
        Index(None, "gate", "subject"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(Integer(), primary_key=True)
    gate: Mapped[Gate] = mapped_column(stored(Gate))
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Utc())


class SecondFactorRow(Base):
    """A person's TOTP secret; `last_step` is the last step a code was accepted for, and never goes back."""

    __tablename__ = "second_factor"

    person_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))  # base32
    made_at: Mapped[datetime] = mapped_column(Utc())
    confirmed_at: Mapped[datetime | None] = mapped_column(Utc())  # until then it is asked of nobody
    last_step: Mapped[int] = mapped_column(Integer(), default=0)


class RecoveryCodeRow(Base):
    """A way in without the second factor, once. 80 random bits: a plain SHA-256 cannot be searched."""

    __tablename__ = "recovery_code"
    __table_args__ = (CheckConstraint("length(code_hash) = 64", name="code_hash_length"),)

    person_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(Utc())


class ConfirmedAddressRow(Base):
    """The address that a person has shown to be theirs, by following a link sent there."""

    __tablename__ = "confirmed_address"

    person_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("person.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    confirmed_at: Mapped[datetime] = mapped_column(Utc())
