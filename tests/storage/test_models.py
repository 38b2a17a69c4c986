"""What the tables refuse, whatever the code above them does."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from grantapp.storage.columns import Base
from grantapp.storage.database import Sessions
from grantapp.storage.models import DepositRow, DossierRow, JobState, JournalRow, PersonRow, SectionRow
from tests import makers
from tests.storage import gathered

Place = SimpleNamespace


@pytest.fixture
def place(session: Session) -> Place:
    """A person, an organisation, a draft and a deposited dossier, to hang rows on."""
    person, organisation = makers.person_row(), makers.organisation_row()
    session.add_all([person, organisation, makers.membership_row(person, organisation)])
    session.flush()
    draft, filed = makers.dossier_row(person.id, organisation.id), makers.dossier_row(person.id, organisation.id)
    session.add_all([draft, filed])
    session.flush()
    session.add_all([makers.section_row(filed.id, person.id), makers.attachment_row(filed.id, person.id)])
    session.flush()
    filed.state, filed.deposited_at = "deposited", makers.NOW
    deposit = makers.deposit_row(filed.id, person.id)
    job = makers.job_row()
    session.add_all([deposit, makers.journal_row(), job])
    session.commit()
    found = Place(
        person=person.id, organisation=organisation.id, draft=draft.id, filed=filed.id, deposit=deposit.id,
        job=job, job_id=job.id,
        person_row=person, organisation_row=organisation,
    )  # fmt: skip
    gathered.hang(session, found)
    session.commit()
    return found


Make = Callable[[Place], Base]

ACCEPTED: list[Make] = [
    lambda p: makers.person_row(),
    lambda p: makers.organisation_row(),
    lambda p: makers.dossier_row(p.person, p.organisation),
    lambda p: makers.section_row(p.draft, p.person),
    lambda p: makers.attachment_row(p.draft, p.person),
    lambda p: makers.deposit_row(p.draft, p.person),
    lambda p: makers.document_row(p.deposit),
    lambda p: makers.printout_row(),
    lambda p: makers.printout_row(kind="preparatory", dossier_id=p.draft),
    lambda p: makers.job_row(),
    lambda p: makers.job_row(state=JobState.RUNNING, lease_until=makers.NOW, attempts=1, fence=1),
    lambda p: makers.job_row(state=JobState.FAILED, error="ValueError", ended_at=makers.NOW, attempts=5, fence=7),
    lambda p: makers.journal_row(),
    lambda p: makers.message_row(p.job),
    lambda p: makers.message_row(p.job, next_try_at=None, sent_at=makers.NOW, attempts=1),
    lambda p: makers.message_row(p.job, next_try_at=None, given_up_at=makers.NOW, error="550", attempts=1),
    lambda p: makers.link_row(p.person),
    lambda p: makers.visit_row(p.person),
    lambda p: makers.attempt_row(),
    lambda p: makers.recovery_code_row(p.person),
    *gathered.ACCEPTED,
]


@pytest.mark.parametrize("make", ACCEPTED)
def test_what_the_makers_make_is_valid(session: Session, place: Place, make: Make):
    session.add(make(place))
    session.commit()


REFUSED: dict[str, list[Make]] = {
    "ck_person_epoch_positive": [lambda p: makers.person_row(epoch=0)],
    "ck_organisation_siren_length": [lambda p: makers.organisation_row(siren="12345678")],
    "ck_dossier_deposited_has_date": [
        lambda p: makers.dossier_row(p.person, p.organisation, state="deposited"),
        lambda p: makers.dossier_row(p.person, p.organisation, deposited_at=makers.NOW),
    ],
    "ck_attachment_media_type_known": [lambda p: makers.attachment_row(p.draft, p.person, media_type="text/html")],
    "ck_attachment_size_positive": [lambda p: makers.attachment_row(p.draft, p.person, size=0)],
    "ck_attachment_sha256_length": [lambda p: makers.attachment_row(p.draft, p.person, sha256="abc")],
    "ck_attachment_pages_positive": [lambda p: makers.attachment_row(p.draft, p.person, pages=0)],
    "ck_attachment_thumbnail_length": [lambda p: makers.attachment_row(p.draft, p.person, thumbnail="abc")],
    "ck_attachment_removed_by_someone": [
        lambda p: makers.attachment_row(p.draft, p.person, removed_at=makers.NOW),
        lambda p: makers.attachment_row(p.draft, p.person, removed_by_id=p.person),
    ],
    "ck_deposit_number_positive": [lambda p: makers.deposit_row(p.draft, p.person, number=0)],
    "ck_deposit_fingerprint_length": [lambda p: makers.deposit_row(p.draft, p.person, fingerprint="abc")],
    "ck_document_size_positive": [lambda p: makers.document_row(p.deposit, size=0)],
    "ck_document_sha256_length": [lambda p: makers.document_row(p.deposit, sha256="abc")],
    "ck_printout_size_positive": [lambda p: makers.printout_row(size=0)],
    "ck_printout_source_length": [lambda p: makers.printout_row(source="abc")],
    "ck_printout_sha256_length": [lambda p: makers.printout_row(sha256="abc")],
    "ck_printout_preparatory_has_dossier": [
        lambda p: makers.printout_row(kind="preparatory"),
        lambda p: makers.printout_row(dossier_id=p.draft),
    ],
    "ck_job_attempts_bounded": [
        lambda p: makers.job_row(attempts=6, fence=6),
        lambda p: makers.job_row(attempts=-1),
    ],
    "ck_job_fence_grows": [lambda p: makers.job_row(attempts=2, fence=1)],
    "ck_job_running_has_lease": [
        lambda p: makers.job_row(state=JobState.RUNNING),
        lambda p: makers.job_row(lease_until=makers.NOW),
    ],
    "ck_job_ended_has_date": [
        lambda p: makers.job_row(state=JobState.DONE),
        lambda p: makers.job_row(ended_at=makers.NOW),
    ],
    "ck_job_failed_has_error": [lambda p: makers.job_row(state=JobState.FAILED, ended_at=makers.NOW)],
    "ck_message_attempts_positive": [lambda p: makers.message_row(p.job, attempts=-1)],
    "ck_message_ended_once": [
        lambda p: makers.message_row(p.job, next_try_at=None, sent_at=makers.NOW, given_up_at=makers.NOW, error="550")
    ],
    "ck_message_waits_or_ended": [
        lambda p: makers.message_row(p.job, next_try_at=None),
        lambda p: makers.message_row(p.job, sent_at=makers.NOW),
        lambda p: makers.message_row(p.job, given_up_at=makers.NOW, error="550"),
    ],
    "ck_message_given_up_has_error": [lambda p: makers.message_row(p.job, next_try_at=None, given_up_at=makers.NOW)],
    "ck_link_expires_later": [lambda p: makers.link_row(p.person, expires_at=makers.NOW)],
    "ck_visit_used_after_opened": [
        lambda p: makers.visit_row(p.person, last_used_at=makers.NOW - timedelta(seconds=1))
    ],
    "ck_attempt_subject_length": [lambda p: makers.attempt_row(subject="camille@mistral.example")],
    "ck_recovery_code_code_hash_length": [lambda p: makers.recovery_code_row(p.person, code_hash="ABCD-EFGH")],
    **gathered.REFUSED,
}
CASES = [(name, make) for name, makes in REFUSED.items() for make in makes]


@pytest.mark.parametrize(("name", "make"), CASES, ids=[name for name, _ in CASES])
def test_a_check_refuses(session: Session, place: Place, name: str, make: Make):
    session.add(make(place))
    with pytest.raises(IntegrityError, match=f"CHECK constraint failed: {name}"):
        session.flush()


# These cannot be reached through the models, whose enumerations know their values, nor by versions that only grow.
RAW = {
    "ck_dossier_state_known": "UPDATE dossier SET state = 'lost'",
    "ck_membership_role_known": "UPDATE membership SET role = 'king'",
    "ck_section_version_positive": "UPDATE section SET version = 0",
    "ck_document_kind_known": "UPDATE document SET kind = 'poem'",
    "ck_printout_kind_known": "UPDATE printout SET kind = 'poem'",
    "ck_job_state_known": "UPDATE job SET state = 'asleep'",
    "ck_link_goal_known": "UPDATE link SET goal = 'elsewhere'",
    "ck_visit_opened_by_known": "UPDATE visit SET opened_by = 'window'",
    "ck_attempt_gate_known": "UPDATE attempt SET gate = 'cellar'",
    "ck_invitation_role_known": "UPDATE invitation SET role = 'king'",
}


@pytest.mark.parametrize(("name", "sql"), RAW.items())
def test_a_check_refuses_what_no_model_would_write(session: Session, place: Place, name: str, sql: str):
    session.add_all([makers.section_row(place.draft, place.person), makers.job_row()])
    session.add_all([makers.document_row(place.deposit), makers.printout_row()])
    session.add_all([makers.link_row(place.person), makers.visit_row(place.person), makers.attempt_row()])
    session.add(gathered.invitation(place))
    session.flush()
    where = {"section": " WHERE dossier_id = :draft", "dossier": " WHERE id = :draft"}.get(sql.split()[1], "")
    with pytest.raises(IntegrityError, match=f"CHECK constraint failed: {name}"):
        session.execute(sa.text(sql + where), {"draft": place.draft.hex} if where else {})


def test_every_check_has_a_test():
    checks = {
        constraint.name
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }
    assert checks == REFUSED.keys() | RAW.keys()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda p: makers.deposit_row(p.filed, p.person, number=1), "deposit.dossier_id, deposit.number"),
        (lambda p: makers.person_row(email=p.person_row.email), "person.email"),
        (lambda p: gathered.assembly(p, number=1), "assembly.collective_id, assembly.number"),
        (
            lambda p: gathered.affiliation(p, siren=makers.make_siren(2001)),
            "affiliation.cooperative_id, affiliation.siren",
        ),
    ],
)
def test_what_is_unique_cannot_be_written_twice(session: Session, place: Place, make: Make, name: str):
    session.add(make(place))
    with pytest.raises(IntegrityError, match=re.escape(f"UNIQUE constraint failed: {name}")):
        session.flush()


def test_one_section_has_one_row(session: Session, place: Place):
    session.add(makers.section_row(place.draft, place.person))
    session.commit()
    session.expunge_all()
    session.add(makers.section_row(place.draft, place.person))
    with pytest.raises(IntegrityError, match="UNIQUE"):
        session.flush()


def test_a_row_cannot_point_at_nothing(session: Session, place: Place):
    session.add(makers.section_row(uuid4(), place.person))
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        session.commit()


# ── triggers ─────────────────────────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = [
    ("UPDATE deposit SET canonical = '{ }'", "a deposit row never changes"),
    ("DELETE FROM deposit", "a deposit row never changes"),
    ("INSERT OR REPLACE INTO deposit SELECT * FROM deposit", "a deposit row never changes"),
    ("UPDATE journal SET act = 'nothing'", "a journal row never changes"),
    ("DELETE FROM journal", "a journal row never changes"),
    ("INSERT OR REPLACE INTO journal SELECT * FROM journal", "a journal row never changes"),
    ("UPDATE assembly SET canonical = '{ }'", "an assembly row never changes"),
    ("DELETE FROM assembly", "an assembly row never changes"),
    ("UPDATE section SET answers = '{}'", "the dossier is deposited"),
    ("DELETE FROM section", "the dossier is deposited"),
    ("UPDATE section SET dossier_id = :draft", "the dossier is deposited"),
    (
        "INSERT INTO section SELECT dossier_id, 'plan', answers, raw, version, saved_at, saved_by_id FROM section",
        "the dossier is deposited",
    ),
    ("UPDATE attachment SET removed_at = added_at, removed_by_id = added_by_id", "the dossier is deposited"),
    ("UPDATE attachment SET dossier_id = :draft", "the dossier is deposited"),
    ("DELETE FROM attachment", "the dossier is deposited"),
    ("UPDATE dossier SET deposited_at = '2022-01-01 00:00:00' WHERE id = :filed", "the instant of a filing never"),
]


@pytest.mark.parametrize(("sql", "reason"), FORBIDDEN, ids=[sql for sql, _ in FORBIDDEN])
def test_what_was_filed_cannot_be_changed(session: Session, place: Place, sql: str, reason: str):
    with pytest.raises(IntegrityError, match=reason):
        session.execute(sa.text(sql), {key: vars(place)[key].hex for key in ("draft", "filed") if f":{key}" in sql})


def test_nothing_is_added_to_a_deposited_dossier(session: Session, place: Place):
    for row in (
        makers.section_row(place.filed, place.person, name="plan"),
        makers.attachment_row(place.filed, place.person),
    ):
        session.add(row)
        with pytest.raises(IntegrityError, match="the dossier is deposited"):
            session.flush()
        session.rollback()


# ── types ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_instant_without_a_zone_is_refused(session: Session):
    session.add(makers.person_row(created_at=datetime(2022, 3, 15, 9)))  # noqa: DTZ001 - the point of the test
    with pytest.raises(StatementError, match="no time zone"):
        session.flush()


def test_an_instant_comes_back_in_utc(sessions: Sessions):
    island = timezone(timedelta(hours=4))
    with sessions.writing() as session:
        session.add(row := makers.person_row(created_at=datetime(2022, 3, 15, 13, 0, 0, 123456, tzinfo=island)))
        session.commit()
        key = row.id
    with sessions.reading() as session:
        found = session.get_one(PersonRow, key).created_at
    assert (found, found.tzinfo) == (datetime(2022, 3, 15, 9, 0, 0, 123456, tzinfo=UTC), UTC)


def test_a_person_holds_several_roles_but_each_once(session: Session, place: Place):
    person, organisation = place.person_row, place.organisation_row
    session.add(makers.membership_row(person, organisation, role="director"))
    session.commit()
    with pytest.raises(IntegrityError, match="UNIQUE"):
        session.execute(sa.text("INSERT INTO membership SELECT * FROM membership"))


def test_enumerations_are_stored_by_value(session: Session, place: Place):
    assert set(session.scalars(sa.text("SELECT state FROM dossier"))) == {"draft", "deposited"}
    assert session.scalar(sa.text("SELECT role FROM membership")) == "manager"


def test_every_constraint_has_a_name():
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"


def test_a_section_saved_from_an_old_copy_is_refused_by_the_table(sessions: Sessions, place: Place, session: Session):
    session.add(makers.section_row(place.draft, place.person))
    session.commit()
    mine = session.get_one(SectionRow, (place.draft, "site"))
    session.execute(
        sa.text("UPDATE section SET version = 2 WHERE name = 'site' AND dossier_id = :d"), {"d": place.draft.hex}
    )
    mine.answers = {"name": "Ancienne usine"}
    with pytest.raises(StaleDataError):
        session.flush()


def test_the_canonical_text_comes_back_byte_for_byte(sessions: Sessions, place: Place, session: Session):
    text = makers.make_deposit(
        makers.make_project(request__title="Usine « Œuvre » 😀\u202f;\u00a0\u0301")
    ).canonical.decode()
    session.add(row := makers.deposit_row(place.filed, place.person, number=2, canonical=text))
    session.commit()
    key: UUID = row.id
    session.expire_all()
    assert session.get_one(DepositRow, key).canonical == text


def test_rows_are_kept_in_order(session: Session, place: Place):
    session.add_all([makers.journal_row(act=act) for act in ("one", "two", "three")])
    session.commit()
    assert list(session.scalars(sa.select(JournalRow.act).order_by(JournalRow.id)))[-3:] == ["one", "two", "three"]
    assert session.get_one(DossierRow, place.filed).deposits[0].id == place.deposit
