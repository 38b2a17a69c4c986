"""Mail that waits to be sent, links to sign in, visits, attempts, second factors."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GATES = "'sign_in', 'sign_in_origin', 'link', 'link_origin', 'code'"


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("given_up_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text()),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_message_attempts_positive")),
        sa.CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name=op.f("ck_message_ended_once")),
        sa.CheckConstraint(
            "(next_try_at IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL)",
            name=op.f("ck_message_waits_or_ended"),
        ),
        sa.CheckConstraint("given_up_at IS NULL OR error IS NOT NULL", name=op.f("ck_message_given_up_has_error")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_message_job_id"),
    )
    op.create_index("ix_message_next_try_at", "message", ["next_try_at"])
    op.create_table(
        "link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("goal", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.CheckConstraint("goal IN ('sign_in', 'new_password', 'confirm')", name=op.f("ck_link_goal_known")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_link_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_link_person_id"),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(100), nullable=False),
        sa.Column("opened_by", sa.String(20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.CheckConstraint("opened_by IN ('sign_up', 'password', 'link')", name=op.f("ck_visit_opened_by_known")),
        sa.CheckConstraint("last_used_at >= opened_at", name=op.f("ck_visit_used_after_opened")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_visit_person_id"),
    )
    op.create_index("ix_visit_person_id", "visit", ["person_id"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gate", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.CheckConstraint(f"gate IN ({GATES})", name=op.f("ck_attempt_gate_known")),
        sa.CheckConstraint("length(subject) = 64", name=op.f("ck_attempt_subject_length")),
    )
    op.create_index("ix_attempt_gate_subject", "attempt", ["gate", "subject"])
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_second_factor"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_second_factor_person_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name="pk_recovery_code"),
        sa.CheckConstraint("length(code_hash) = 64", name=op.f("ck_recovery_code_code_hash_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recovery_code_person_id"),
    )
    op.create_table(
        "confirmed_address",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_confirmed_address"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_confirmed_address_person_id"),
    )


def downgrade() -> None:
    for table in ("confirmed_address", "recovery_code", "second_factor", "attempt", "visit", "link", "message"):
        op.drop_table(table)
