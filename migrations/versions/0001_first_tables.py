"""The first tables: people, organisations, dossiers, deposits, jobs, journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.CheckConstraint("epoch >= 1", name=op.f("ck_person_epoch_positive")),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("siren", sa.String(9), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.CheckConstraint("length(siren) = 9", name=op.f("ck_organisation_siren_length")),
    )
    op.create_table(
        "membership",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", name="pk_membership"),
        sa.CheckConstraint("role IN ('manager')", name=op.f("ck_membership_role_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_membership_person_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_membership_organisation_id"),
    )
    op.create_index("ix_membership_organisation_id", "membership", ["organisation_id"])
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("edition_id", sa.String(50), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_dossier"),
        sa.CheckConstraint("state IN ('draft', 'deposited')", name=op.f("ck_dossier_state_known")),
        sa.CheckConstraint(
            "(state = 'deposited') = (deposited_at IS NOT NULL)", name=op.f("ck_dossier_deposited_has_date")
        ),
        sa.UniqueConstraint("reference", name="uq_dossier_reference"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_dossier_organisation_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_dossier_created_by_id"),
    )
    op.create_index("ix_dossier_organisation_id_edition_id", "dossier", ["organisation_id", "edition_id"])
    op.create_table(
        "section",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("raw", sa.JSON()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "name", name="pk_section"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_section_version_positive")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name="fk_section_dossier_id"),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name="fk_section_saved_by_id"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.String(40), nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg', 'image/png')",
            name=op.f("ck_attachment_media_type_known"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size_positive")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_attachment_sha256_length")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by_id IS NULL)", name=op.f("ck_attachment_removed_by_someone")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name="fk_attachment_dossier_id"),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name="fk_attachment_added_by_id"),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name="fk_attachment_removed_by_id"),
    )
    op.create_index("ix_attachment_dossier_id", "attachment", ["dossier_id"])
    op.create_table(
        "deposit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposited_by_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.String(50), nullable=False),
        sa.Column("edition_version", sa.String(50), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deposit"),
        sa.UniqueConstraint("dossier_id", "number", name="uq_deposit_dossier_id_number"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_deposit_number_positive")),
        sa.CheckConstraint("length(fingerprint) = 64", name=op.f("ck_deposit_fingerprint_length")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name="fk_deposit_dossier_id"),
        sa.ForeignKeyConstraint(["deposited_by_id"], ["person.id"], name="fk_deposit_deposited_by_id"),
    )
    op.create_table(
        "document",
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("deposit_id", "kind", name="pk_document"),
        sa.CheckConstraint("kind IN ('dossier')", name=op.f("ck_document_kind_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_size_positive")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_document_sha256_length")),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name="fk_document_deposit_id"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_state_known")),
        sa.CheckConstraint("attempts BETWEEN 0 AND 5", name=op.f("ck_job_attempts_bounded")),
        sa.CheckConstraint("fence >= attempts", name=op.f("ck_job_fence_grows")),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_job_running_has_lease")),
        sa.CheckConstraint(
            "(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_job_ended_has_date")
        ),
        sa.CheckConstraint("state <> 'failed' OR error IS NOT NULL", name=op.f("ck_job_failed_has_error")),
    )
    op.create_index("ix_job_state", "job", ["state"])
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("dossier_id", sa.Uuid()),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_journal_person_id"),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name="fk_journal_dossier_id"),
    )
    op.create_index("ix_journal_dossier_id", "journal", ["dossier_id"])
    if op.get_bind().dialect.name == "sqlite":
        _refuse_changes()


def _refuse_changes() -> None:
    for table in ("deposit", "journal"):
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'a {table} row never changes'); END"
            )
    for table in ("section", "attachment"):
        for verb, rows in (
            ("INSERT", "NEW.dossier_id"),
            ("UPDATE", "OLD.dossier_id, NEW.dossier_id"),
            ("DELETE", "OLD.dossier_id"),
        ):
            deposited = f"EXISTS (SELECT 1 FROM dossier WHERE id IN ({rows}) AND state <> 'draft')"  # noqa: S608
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()}_once_deposited BEFORE {verb} ON {table} "
                f"WHEN {deposited} BEGIN SELECT RAISE(ABORT, 'the dossier is deposited'); END"
            )
    op.execute(
        "CREATE TRIGGER dossier_stays_deposited BEFORE UPDATE ON dossier "
        "WHEN OLD.state = 'deposited' AND (NEW.state <> OLD.state OR NEW.deposited_at <> OLD.deposited_at) "
        "BEGIN SELECT RAISE(ABORT, 'a deposited dossier stays so'); END"
    )


def downgrade() -> None:
    for table in (
        "journal", "job", "document", "deposit", "attachment", "section", "dossier", "membership", "organisation",
        "person",
    ):  # fmt: skip
        # A table takes its indexes and its triggers with it.
        op.drop_table(table)
