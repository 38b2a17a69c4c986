"""The engine, its checks, its migrations, and who may open the file."""

import ast
import re
import threading
import time
from pathlib import Path

import pysqlite3.dbapi2
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import OperationalError

from grantapp.storage import database
from grantapp.storage.columns import Base
from grantapp.storage.database import Sessions, UnsafeStorage, alembic_config, check_storage, make_engine, migrate
from tests import makers

# ── checks at start ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_storage_of_a_fresh_home_is_safe(engine: sa.Engine):
    check_storage(engine)
    with engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "recursive_triggers": 1,
    }


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 4), (4, 0, 0), (3, 50, 7), (3, 44, 6), (3, 44, 9)])
def test_a_sqlite_without_the_wal_reset_defect_is_accepted(version: tuple[int, ...]):
    assert database.is_safe_version(version)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 44, 5), (3, 45, 3), (3, 50, 6), (3, 51, 2), (3, 49, 9)])
def test_a_sqlite_with_the_wal_reset_defect_is_refused(version: tuple[int, ...]):
    assert not database.is_safe_version(version)
    with pytest.raises(UnsafeStorage, match="WAL-reset"):
        database._check_version(".".join(map(str, version)))


@pytest.mark.parametrize(
    ("pragma", "sentence"),
    [
        ("synchronous=NORMAL", "coupure de courant"),
        ("synchronous=OFF", "coupure de courant"),
        ("journal_mode=DELETE", "journal WAL"),
        ("foreign_keys=OFF", "ses liens"),
    ],
)
def test_a_storage_that_could_lose_an_answer_is_refused(tmp_path: Path, pragma: str, sentence: str):
    engine = make_engine(f"sqlite:///{tmp_path}/unsafe.db")
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    with pytest.raises(UnsafeStorage, match=sentence):
        check_storage(engine)
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://localhost/grantapp", "mysql://h/b"])
def test_only_a_sqlite_file_is_a_database_for_now(url: str):
    with pytest.raises(UnsafeStorage, match="fichier SQLite"):
        make_engine(url)


MOUNTS = """22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /mnt/equipe rw,relatime shared:5 - nfs4 serveur:/equipe rw
41 27 0:41 / /mnt/avec\\040espace rw,relatime - cifs //serveur/partage rw
42 40 0:42 / /mnt/equipe/local rw,relatime - xfs /dev/vdb rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/grantapp.db", "ext4"),
        ("/mnt/equipe/grantapp.db", "nfs4"),
        ("/mnt/equipes/grantapp.db", "ext4"),
        ("/mnt/avec espace/grantapp.db", "cifs"),
        ("/mnt/equipe/local/grantapp.db", "xfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str):
    assert database.file_system_of(Path(path), MOUNTS) == kind


def test_a_network_file_system_is_refused():
    with pytest.raises(UnsafeStorage, match=r"réseau \(nfs4\)"):
        database._check_place(Path("/mnt/equipe/grantapp.db"), MOUNTS)


def test_a_system_that_does_not_tell_its_mounts_is_trusted():
    assert database._check_place(Path("/mnt/equipe/grantapp.db"), "") is None


def test_refusals_are_typeset_in_french():
    with pytest.raises(UnsafeStorage) as refused:
        database._check_version("3.40.1")
    assert "«\u00a0WAL-reset\u00a0»" in refused.value.sentence
    assert "3.44.6\u00a0: relancez" in refused.value.sentence


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reading_session_cannot_write(sessions: Sessions):
    with sessions.reading() as session:
        session.add(makers.organisation_row())
        with pytest.raises(OperationalError, match="readonly"):
            session.flush()
        session.rollback()


def test_a_connection_that_has_read_can_write_again(sessions: Sessions):
    with sessions.reading() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1
    with sessions.writing() as session:
        session.add(makers.organisation_row())
        session.commit()


def test_what_is_not_committed_is_rolled_back(sessions: Sessions):
    with sessions.writing() as session:
        session.add(makers.organisation_row())
        session.flush()
    with sessions.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM organisation")) == 0


def test_writers_wait_for_each_other_in_the_process(sessions: Sessions):
    at_once, most = 0, 0

    def write() -> None:
        nonlocal at_once, most
        with sessions.writing() as session:
            at_once += 1
            most = max(most, at_once)
            session.add(makers.organisation_row())
            session.flush()
            time.sleep(0.002)
            at_once -= 1
            session.commit()

    threads = [threading.Thread(target=write) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions.reading() as session:
        assert (session.scalar(sa.text("SELECT count(*) FROM organisation")), most) == (12, 1)


def test_readers_do_not_wait_for_a_writer(sessions: Sessions):
    with sessions.writing() as writing:
        writing.add(makers.organisation_row())
        writing.flush()
        with sessions.reading() as reading:
            assert reading.scalar(sa.text("SELECT count(*) FROM organisation")) == 0
        writing.commit()


def test_connections_stay_open(engine: sa.Engine):
    seen = set()
    for _ in range(5):
        with engine.connect() as connection:
            seen.add(id(connection.connection.driver_connection))
    assert len(seen) == 1


def test_a_writer_from_outside_is_waited_for(sessions: Sessions, engine: sa.Engine):
    check_storage(engine)
    outside = pysqlite3.dbapi2.connect(engine.url.database, isolation_level=None, check_same_thread=False)
    outside.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, outside.execute, ["ROLLBACK"]).start()
    with sessions.writing() as session:
        session.add(makers.organisation_row())
        session.commit()
    outside.close()


# ── migrations ───────────────────────────────────────────────────────────────────────────────────────────────────


def described(engine: sa.Engine) -> dict[str, str]:
    """Every table, index and trigger with its own SQL: names, types, CHECKs and all."""
    asked = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'alembic_%'"
    with engine.connect() as connection:
        return {
            name: re.sub(r"\s+", " ", (sql or "").replace(chr(34), ""))
            for name, sql in connection.exec_driver_sql(asked)
        }


def test_upgrade_from_nothing_equals_the_models(engine: sa.Engine, tmp_path: Path):
    from_models = make_engine(f"sqlite:///{tmp_path}/models.db")
    Base.metadata.create_all(from_models)
    assert described(engine) == described(from_models)
    assert len(described(engine)) > 20
    from_models.dispose()


def test_alembic_finds_nothing_to_add(engine: sa.Engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(engine: sa.Engine):
    before = described(engine)
    command.downgrade(alembic_config(engine), "base")
    assert described(engine) == {}
    migrate(engine)
    assert described(engine) == before


def test_migrating_twice_changes_nothing(engine: sa.Engine):
    before = described(engine)
    migrate(engine)
    assert described(engine) == before


def test_a_migration_that_is_cut_short_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from alembic import op

    real = op.create_table

    def cut(name: str, *columns: object, **options: object) -> object:
        if name == "journal":
            raise KeyboardInterrupt
        return real(name, *columns, **options)

    engine = make_engine(f"sqlite:///{tmp_path}/cut.db")
    monkeypatch.setattr(op, "create_table", cut)
    with pytest.raises(KeyboardInterrupt):
        migrate(engine)
    assert described(engine) == {}
    monkeypatch.undo()
    migrate(engine)
    assert "journal" in described(engine)
    engine.dispose()


@pytest.mark.parametrize("steps", [("head",), ("head", "0001", "head")], ids=["up", "up and down and up"])
def test_pieces_and_documents_survive_the_second_migration(tmp_path: Path, steps: tuple[str, ...]):
    engine = make_engine(f"sqlite:///{tmp_path}/old.db")
    command.upgrade(alembic_config(engine), "0001")
    fill = (
        "INSERT INTO person VALUES ('p', 'Camille', 'c@coop.example', 'h', 1, '2022-03-01')",
        "INSERT INTO organisation VALUES ('o', 'Coop', '000010009', '2022-03-01')",
        "INSERT INTO dossier VALUES ('d', 'F-1', 'e', 'o', 'draft', '2022-03-01', 'p', '2022-03-01', NULL)",
        f"INSERT INTO attachment VALUES ('a', 'd', 'accounts', 'n.pdf', 'application/pdf', 9, '{'a' * 64}', "
        "'2022-03-01', 'p', NULL, NULL)",
        f"INSERT INTO deposit VALUES ('v', 'd', 1, '2022-03-01', 'p', 'e', '1', '{{}}', '{'b' * 64}')",
        f"INSERT INTO document VALUES ('v', 'dossier', '{'c' * 64}', 9, '2022-03-01')",
        "UPDATE dossier SET state = 'deposited', deposited_at = '2022-03-01'",
    )
    with engine.begin() as connection:
        for each in fill:
            connection.exec_driver_sql(each)
    for step in steps:
        move = command.downgrade if step == "0001" else command.upgrade
        move(alembic_config(engine), step)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT name, pages FROM attachment").all() == [("n.pdf", None)]
        assert connection.exec_driver_sql("SELECT kind, sha256 FROM document").all() == [("dossier", "c" * 64)]
        with pytest.raises(sa.exc.IntegrityError, match="the dossier is deposited"):
            connection.exec_driver_sql("UPDATE attachment SET name = 'other.pdf'")
    engine.dispose()


@pytest.mark.parametrize("steps", [("head",), ("head", "0003", "head")], ids=["up", "up and down and up"])
def test_memberships_and_visits_survive_the_fourth_migration(tmp_path: Path, steps: tuple[str, ...]):
    engine = make_engine(f"sqlite:///{tmp_path}/old.db")
    command.upgrade(alembic_config(engine), "0003")
    fill = (
        "INSERT INTO person VALUES ('p', 'Camille', 'c@coop.example', 'h', 1, '2022-03-01')",
        "INSERT INTO organisation VALUES ('o', 'Coop', '000010009', '2022-03-01')",
        "INSERT INTO membership VALUES ('p', 'o', 'manager', '2022-03-01')",
        "INSERT INTO visit VALUES ('v', 'p', 1, 'Firefox', 'link', '2022-03-01', '2022-03-01', NULL)",
    )
    with engine.begin() as connection:
        for each in fill:
            connection.exec_driver_sql(each)
    for step in steps:
        move = command.downgrade if step == "0003" else command.upgrade
        move(alembic_config(engine), step)
        with engine.begin() as connection:
            if step == "head":  # somebody takes a role that the older tables do not know
                connection.exec_driver_sql("INSERT INTO membership VALUES ('p', 'o', 'director', '2022-03-02')")
            else:
                connection.exec_driver_sql("DELETE FROM membership WHERE role = 'director'")
    with engine.begin() as connection:
        roles = connection.exec_driver_sql("SELECT role FROM membership ORDER BY role").scalars().all()
        assert roles == ["director", "manager"]
        assert connection.exec_driver_sql("SELECT opened_by FROM visit").scalars().all() == ["link"]
    engine.dispose()


def test_migrations_import_no_model():
    for path in sorted((database.MIGRATIONS / "versions").glob("*.py")):
        names = {
            name
            for node in ast.walk(ast.parse(path.read_text()))
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else _imported(node))
        }
        assert not any(name.startswith("grantapp") for name in names), path.name


def _imported(node: ast.AST) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


# ── nothing but SQLite opens the file ────────────────────────────────────────────────────────────────────────────

OPENERS = {
    "open",
    "read_bytes",
    "write_bytes",
    "read_text",
    "write_text",
    "copy",
    "copy2",
    "copyfile",
    "copytree",
    "move",
}
DATABASE_NAMES = {"database_url", "jobs_path"}


def test_no_code_opens_or_copies_a_database_file():
    """Closing any descriptor of the file drops the locks of the whole process: committed answers are lost silently."""
    for path in sorted(Path(database.__file__).parents[1].rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _called(node) in OPENERS:
                inside = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
                text = ast.unparse(node)
                assert not inside & DATABASE_NAMES and ".db" not in text, f"{path.name}:{node.lineno}: {text}"


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
