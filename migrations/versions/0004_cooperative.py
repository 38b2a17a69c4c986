"""Several roles a person; what organisations give once; members, invitations, mandates, collective dossiers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = "'director', 'manager', 'contributor', 'reviewer', 'administrator'"
TABLES = (
    "progress", "reminder", "assembly_document", "assembly", "mandate", "override", "participation", "invitation",
    "collective", "identity", "affiliation", "accounts", "given",
)  # fmt: skip


def upgrade() -> None:
    _make_membership(ROLES, several=True)
    _make_visit("'sign_up', 'password', 'link', 'provider'")
    _given()
    _affiliation()
    _collective()
    _invitation()
    _participation()
    _assembly()
    op.create_table(
        "reminder",
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.String(50), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        _instant("written_at", nullable=False),
        sa.PrimaryKeyConstraint("subject", "edition_id", "days", name="pk_reminder"),
        _check("reminder", "days_positive", "days > 0"),
    )
    op.create_table(
        "progress",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        _instant("noted_at", nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_progress"),
        _check("progress", "done_of_total", "done BETWEEN 0 AND total"),
        _link("progress", "job_id", "job"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    # Who held none but the new roles is left with the one that existed.
    op.execute(
        "UPDATE membership SET role = 'manager' WHERE NOT EXISTS (SELECT 1 FROM membership AS other "
        "WHERE other.person_id = membership.person_id AND other.organisation_id = membership.organisation_id "
        "AND other.rowid <> membership.rowid AND (other.role = 'manager' OR other.rowid < membership.rowid))"
    )
    op.execute("DELETE FROM membership WHERE role <> 'manager'")
    _make_membership("'manager'", several=False)
    op.execute("UPDATE visit SET opened_by = 'link' WHERE opened_by = 'provider'")
    _make_visit("'sign_up', 'password', 'link'")


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _link(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _make_membership(roles: str, *, several: bool) -> None:
    """SQLite changes neither a CHECK nor a key: the table is made anew, and its rows are copied."""
    key = ("person_id", "organisation_id", "role") if several else ("person_id", "organisation_id")
    op.create_table(
        "membership_new",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        _instant("created_at", nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_membership"),
        _check("membership", "role_known", f"role IN ({roles})"),
        _link("membership", "person_id", "person"),
        _link("membership", "organisation_id", "organisation"),
    )
    columns = "person_id, organisation_id, role, created_at"
    op.execute(f"INSERT INTO membership_new ({columns}) SELECT {columns} FROM membership")  # noqa: S608 - our own names
    op.drop_table("membership")
    op.rename_table("membership_new", "membership")
    op.create_index("ix_membership_organisation_id", "membership", ["organisation_id"])


def _make_visit(ways: str) -> None:
    op.create_table(
        "visit_new",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(100), nullable=False),
        sa.Column("opened_by", sa.String(20), nullable=False),
        _instant("opened_at", nullable=False),
        _instant("last_used_at", nullable=False),
        _instant("ended_at"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        _check("visit", "opened_by_known", f"opened_by IN ({ways})"),
        _check("visit", "used_after_opened", "last_used_at >= opened_at"),
        _link("visit", "person_id", "person"),
    )
    columns = "id, person_id, epoch, device, opened_by, opened_at, last_used_at, ended_at"
    op.execute(f"INSERT INTO visit_new ({columns}) SELECT {columns} FROM visit")  # noqa: S608 - our own names
    op.drop_table("visit")
    op.rename_table("visit_new", "visit")
    op.create_index("ix_visit_person_id", "visit", ["person_id"])


def _given() -> None:
    op.create_table(
        "given",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.String(40), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        _instant("given_at", nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "section", name="pk_given"),
        _link("given", "organisation_id", "organisation"),
        _link("given", "given_by_id", "person"),
    )
    op.create_table(
        "accounts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        _instant("given_at", nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "closed_on", name="pk_accounts"),
        _link("accounts", "organisation_id", "organisation"),
        _link("accounts", "given_by_id", "person"),
    )
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _instant("linked_at", nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identity"),
        _link("identity", "person_id", "person"),
    )
    op.create_index("ix_identity_person_id", "identity", ["person_id"])


def _affiliation() -> None:
    op.create_table(
        "affiliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperative_id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid()),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("siren", sa.String(9), nullable=False),
        sa.Column("siret", sa.String(14)),
        sa.Column("town", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        _instant("listed_at", nullable=False),
        sa.Column("listed_by_id", sa.Uuid(), nullable=False),
        _instant("accepted_at"),
        _instant("left_at"),
        sa.PrimaryKeyConstraint("id", name="pk_affiliation"),
        sa.UniqueConstraint("cooperative_id", "siren", name="uq_affiliation_cooperative_id_siren"),
        _check("affiliation", "siren_length", "length(siren) = 9"),
        _check("affiliation", "accepted_by_a_firm", "(accepted_at IS NULL) = (firm_id IS NULL)"),
        _check("affiliation", "left_after_accepted", "left_at IS NULL OR accepted_at IS NOT NULL"),
        _link("affiliation", "cooperative_id", "organisation"),
        _link("affiliation", "firm_id", "organisation"),
        _link("affiliation", "listed_by_id", "person"),
    )
    op.create_index("ix_affiliation_firm_id", "affiliation", ["firm_id"])


def _collective() -> None:
    op.create_table(
        "collective",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.String(50), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        _instant("created_at", nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(20)),
        sa.Column("decided_on", sa.Date()),
        sa.Column("decision_note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_collective"),
        _check("collective", "decided_has_day", "(decision IS NULL) = (decided_on IS NULL)"),
        sa.UniqueConstraint("reference", name="uq_collective_reference"),
        _link("collective", "organisation_id", "organisation"),
        sa.UniqueConstraint("lead_id", name="uq_collective_lead_id"),
        _link("collective", "lead_id", "dossier"),
        _link("collective", "created_by_id", "person"),
    )
    op.create_index("ix_collective_organisation_id_edition_id", "collective", ["organisation_id", "edition_id"])


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("affiliation_id", sa.Uuid()),
        sa.Column("collective_id", sa.Uuid()),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        _instant("made_at", nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        _instant("expires_at", nullable=False),
        _instant("used_at"),
        sa.Column("used_by_id", sa.Uuid()),
        _instant("withdrawn_at"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        _check("invitation", "role_known", f"role IN ({ROLES})"),
        _check("invitation", "expires_later", "expires_at > made_at"),
        _check("invitation", "ended_once", "used_at IS NULL OR withdrawn_at IS NULL"),
        _check("invitation", "used_by_someone", "(used_at IS NULL) = (used_by_id IS NULL)"),
        _check("invitation", "collective_of_a_firm", "collective_id IS NULL OR affiliation_id IS NOT NULL"),
        _link("invitation", "organisation_id", "organisation"),
        _link("invitation", "affiliation_id", "affiliation"),
        _link("invitation", "collective_id", "collective"),
        _link("invitation", "made_by_id", "person"),
        _link("invitation", "used_by_id", "person"),
    )
    op.create_index("ix_invitation_organisation_id", "invitation", ["organisation_id"])
    op.create_index("ix_invitation_affiliation_id", "invitation", ["affiliation_id"])


def _participation() -> None:
    op.create_table(
        "participation",
        sa.Column("collective_id", sa.Uuid(), nullable=False),
        sa.Column("affiliation_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid()),
        _instant("chosen_at", nullable=False),
        _instant("invited_at"),
        _instant("accepted_at"),
        _instant("refused_at"),
        sa.Column("refusal", sa.Text()),
        _instant("agreed_at"),
        sa.Column("agreed_by_id", sa.Uuid()),
        sa.Column("correction", sa.Text()),
        _instant("correction_asked_at"),
        sa.PrimaryKeyConstraint("collective_id", "affiliation_id", name="pk_participation"),
        _check("participation", "answered_once", "accepted_at IS NULL OR refused_at IS NULL"),
        _check("participation", "agreed_after_accepted", "agreed_at IS NULL OR accepted_at IS NOT NULL"),
        _check("participation", "dossier_after_accepted", "dossier_id IS NULL OR accepted_at IS NOT NULL"),
        _check("participation", "agreed_by_someone", "(agreed_at IS NULL) = (agreed_by_id IS NULL)"),
        _check("participation", "correction_has_instant", "(correction IS NULL) = (correction_asked_at IS NULL)"),
        _link("participation", "collective_id", "collective"),
        _link("participation", "affiliation_id", "affiliation"),
        sa.UniqueConstraint("dossier_id", name="uq_participation_dossier_id"),
        _link("participation", "dossier_id", "dossier"),
        _link("participation", "agreed_by_id", "person"),
    )
    op.create_index("ix_participation_affiliation_id", "participation", ["affiliation_id"])
    op.create_table(
        "override",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _instant("made_at", nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "section", name="pk_override"),
        _check("override", "reason_given", "length(reason) > 0"),
        _link("override", "dossier_id", "dossier"),
        _link("override", "made_by_id", "person"),
    )
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("collective_id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        _instant("given_at", nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        _instant("revoked_at"),
        sa.Column("revoked_by_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_mandate"),
        _check("mandate", "revoked_by_someone", "(revoked_at IS NULL) = (revoked_by_id IS NULL)"),
        _check("mandate", "revoked_after_given", "revoked_at IS NULL OR revoked_at >= given_at"),
        _link("mandate", "collective_id", "collective"),
        _link("mandate", "firm_id", "organisation"),
        _link("mandate", "given_by_id", "person"),
        _link("mandate", "revoked_by_id", "person"),
    )
    op.create_index("ix_mandate_collective_id_firm_id", "mandate", ["collective_id", "firm_id"])


def _assembly() -> None:
    op.create_table(
        "assembly",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("collective_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _instant("assembled_at", nullable=False),
        sa.Column("assembled_by_id", sa.Uuid(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assembly"),
        sa.UniqueConstraint("collective_id", "number", name="uq_assembly_collective_id_number"),
        _check("assembly", "number_positive", "number >= 1"),
        _check("assembly", "fingerprint_length", "length(fingerprint) = 64"),
        _link("assembly", "collective_id", "collective"),
        _link("assembly", "assembled_by_id", "person"),
    )
    op.create_index("ix_assembly_fingerprint", "assembly", ["fingerprint"])
    op.create_table(
        "assembly_document",
        sa.Column("assembly_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        _instant("made_at", nullable=False),
        sa.PrimaryKeyConstraint("assembly_id", name="pk_assembly_document"),
        _check("assembly_document", "size_positive", "size > 0"),
        _check("assembly_document", "sha256_length", "length(sha256) = 64"),
        _link("assembly_document", "assembly_id", "assembly"),
    )
    op.create_index("ix_assembly_document_sha256", "assembly_document", ["sha256"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER assembly_no_{verb.lower()} BEFORE {verb} ON assembly "
                "BEGIN SELECT RAISE(ABORT, 'an assembly row never changes'); END"
            )
