"""Documents of several kinds, printouts of what is not filed, pieces that were opened, a filed dossier reopened."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENTS = "'dossier', 'print_copy', 'bundle', 'acknowledgement', 'report', 'review_sheet'"
KEEPS = (
    "CREATE TRIGGER dossier_keeps_its_instant BEFORE UPDATE ON dossier "
    "WHEN OLD.state = 'deposited' AND NEW.state = 'deposited' AND NEW.deposited_at <> OLD.deposited_at "
    "BEGIN SELECT RAISE(ABORT, 'the instant of a filing never changes'); END"
)
STAYS = (
    "CREATE TRIGGER dossier_stays_deposited BEFORE UPDATE ON dossier "
    "WHEN OLD.state = 'deposited' AND (NEW.state <> OLD.state OR NEW.deposited_at <> OLD.deposited_at) "
    "BEGIN SELECT RAISE(ABORT, 'a deposited dossier stays so'); END"
)


def upgrade() -> None:
    _make_attachment("attachment_new", opened=True)
    _move("attachment", "attachment_new", ATTACHMENT)
    _make_document("document_new", DOCUMENTS)
    _move("document", "document_new", DOCUMENT)
    op.create_index("ix_document_sha256", "document", ["sha256"])
    op.create_index("ix_deposit_fingerprint", "deposit", ["fingerprint"])
    op.create_table(
        "printout",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("dossier_id", sa.Uuid()),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "source", name="pk_printout"),
        sa.CheckConstraint("kind IN ('blank_form', 'preparatory')", name=op.f("ck_printout_kind_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_printout_size_positive")),
        sa.CheckConstraint("length(source) = 64", name=op.f("ck_printout_source_length")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_printout_sha256_length")),
        sa.CheckConstraint(
            "(kind = 'preparatory') = (dossier_id IS NOT NULL)", name=op.f("ck_printout_preparatory_has_dossier")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name="fk_printout_dossier_id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER dossier_stays_deposited")
        op.execute(KEEPS)
        _refuse_changes_once_deposited()


def downgrade() -> None:
    op.drop_table("printout")
    op.drop_index("ix_deposit_fingerprint", "deposit")
    op.drop_index("ix_document_sha256", "document")
    op.execute("DELETE FROM document WHERE kind <> 'dossier'")
    _make_document("document_old", "'dossier'")
    _move("document", "document_old", DOCUMENT)
    _make_attachment("attachment_old", opened=False)
    _move("attachment", "attachment_old", ATTACHMENT)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER dossier_keeps_its_instant")
        op.execute(STAYS)
        _refuse_changes_once_deposited()


# SQLite cannot change a CHECK: the table is made anew, and its rows are copied.

ATTACHMENT = "id, dossier_id, piece, name, media_type, size, sha256, added_at, added_by_id, removed_at, removed_by_id"
DOCUMENT = "deposit_id, kind, sha256, size, made_at"


def _move(old: str, new: str, columns: str) -> None:
    op.execute(f"INSERT INTO {new} ({columns}) SELECT {columns} FROM {old}")  # noqa: S608 - our own names
    op.drop_table(old)
    op.rename_table(new, old)
    if old == "attachment":
        op.create_index("ix_attachment_dossier_id", "attachment", ["dossier_id"])


def _make_attachment(name: str, *, opened: bool) -> None:
    """`opened`: with what is known of a piece that was opened."""
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.String(40), nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        *(
            [
                sa.Column("pages", sa.Integer()),
                sa.Column("thumbnail", sa.String(64)),
                sa.Column("replaces_id", sa.Uuid()),
            ]
            if opened
            else []
        ),
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
        *(
            [
                sa.CheckConstraint("pages > 0", name=op.f("ck_attachment_pages_positive")),
                sa.CheckConstraint("length(thumbnail) = 64", name=op.f("ck_attachment_thumbnail_length")),
            ]
            if opened
            else []
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by_id IS NULL)", name=op.f("ck_attachment_removed_by_someone")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name="fk_attachment_dossier_id"),
        *(
            [sa.ForeignKeyConstraint(["replaces_id"], ["attachment.id"], name="fk_attachment_replaces_id")]
            if opened
            else []
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name="fk_attachment_added_by_id"),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name="fk_attachment_removed_by_id"),
    )


def _make_document(name: str, kinds: str) -> None:
    op.create_table(
        name,
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("deposit_id", "kind", name="pk_document"),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_document_kind_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_size_positive")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_document_sha256_length")),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name="fk_document_deposit_id"),
    )


def _refuse_changes_once_deposited() -> None:
    """The triggers of the table that was made anew."""
    for verb, rows in (
        ("INSERT", "NEW.dossier_id"),
        ("UPDATE", "OLD.dossier_id, NEW.dossier_id"),
        ("DELETE", "OLD.dossier_id"),
    ):
        deposited = f"EXISTS (SELECT 1 FROM dossier WHERE id IN ({rows}) AND state <> 'draft')"  # noqa: S608
        op.execute(
            f"CREATE TRIGGER attachment_no_{verb.lower()}_once_deposited BEFORE {verb} ON attachment "
            f"WHEN {deposited} BEGIN SELECT RAISE(ABORT, 'the dossier is deposited'); END"
        )
