"""The database: its engine, its sessions, its migrations, and the checks without which nothing starts.

Nothing but SQLite ever opens the database file. POSIX drops every lock a process holds on a file as soon as the
process closes *any* descriptor of it: one innocent `open()` in a running site loses committed answers, without a word.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from grantapp.config import BadSetting
from grantapp.french import typeset

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
BUSY_TIMEOUT_MS = 5_000
MOST_CONNECTIONS = 32

# Outside these, SQLite in WAL mode can lose committed transactions (https://sqlite.org/wal.html#walresetbug).
FIRST_SAFE = (3, 51, 3)
SAFE_BACKPORTS = ((3, 44, 6), (3, 50, 7))
NETWORK_FILE_SYSTEMS = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|ceph|glusterfs|lustre|afs|ncpfs|beegfs|"
    r"fuse\.(sshfs|s3fs|rclone|glusterfs(-fuse)?|ceph(-fuse)?|davfs2?|gcsfuse)"
)


class UnsafeStorage(BadSetting):
    """The storage could lose an answer: the application refuses to start, and says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))

    @property
    def sentence(self) -> str:
        return str(self)


def make_engine(url: str) -> sa.Engine:
    """An engine whose connections stay open, as many as there are threads at work at once."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise UnsafeStorage(
            "La base de données doit être un fichier SQLite : GRANTAPP_DATABASE_URL=sqlite:///chemin/grantapp.db"
        )
    engine = sa.create_engine(
        parsed,
        module=pysqlite3.dbapi2,
        pool_size=MOST_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin by itself, and too late: _begin does it
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # with NORMAL, a power cut takes back what was acknowledged
        "foreign_keys=ON",
        "recursive_triggers=ON",  # or INSERT OR REPLACE would slip past the triggers that forbid DELETE
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    """A writer asks for the write lock at once, so it never fails half-way; a reader may not write at all."""
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")


# SQLite's own wait for the write lock polls and is unfair; queueing in the process cuts the longest wait tenfold.
_writing = threading.Lock()


class Sessions:
    """Where use cases get their session."""

    def __init__(self, engine: sa.Engine) -> None:
        self._readers = sessionmaker(engine.execution_options(reads_only=True), expire_on_commit=False)
        self._writers = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view of the database; writing through it is an error."""
        with self._readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """The only session of the process that may write. What was not committed is rolled back at the end."""
        with _writing, self._writers() as session:
            yield session


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to the form this version needs, in one transaction: all of it or nothing."""
    from alembic import command  # here, because no page and no other command needs it

    command.upgrade(alembic_config(engine), "head")


def alembic_config(engine: sa.Engine) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def check_storage(engine: sa.Engine) -> None:
    """Refuse (`UnsafeStorage`) a storage that could lose what was acknowledged."""
    _check_place(Path(engine.url.database or "."))
    with engine.connect() as connection:

        def asked(sql: str) -> str:
            return str(connection.exec_driver_sql(sql).scalar_one())

        _check_version(asked("SELECT sqlite_version()"))
        if (mode := asked("PRAGMA journal_mode")) != "wal":
            raise UnsafeStorage(
                f"La base de données n'accepte pas le journal WAL (elle reste en mode « {mode} ») : "
                "placez-la sur un disque local."
            )
        if asked("PRAGMA synchronous") not in ("2", "3"):
            raise UnsafeStorage(
                "La base de données n'attend pas que le disque ait écrit (synchronous n'est pas FULL) : "
                "une coupure de courant perdrait des réponses enregistrées."
            )
        if asked("PRAGMA foreign_keys") != "1":
            raise UnsafeStorage("La base de données ne vérifie pas ses liens (foreign_keys).")


def is_safe_version(version: tuple[int, ...]) -> bool:
    backported = any(version[:2] == safe[:2] and version >= safe for safe in SAFE_BACKPORTS)
    return version >= FIRST_SAFE or backported


def _check_version(text: str) -> None:
    if not is_safe_version(tuple(int(part) for part in text.split("."))):
        raise UnsafeStorage(
            f"SQLite {text} peut perdre des réponses enregistrées (défaut « WAL-reset »). "
            "Il faut la version 3.51.3 ou plus récente, 3.50.7 ou 3.44.6 : relancez ./run."
        )


def _check_place(path: Path, mounts: str | None = None) -> None:
    """SQLite's locks cannot be trusted over a network. Only Linux tells what a folder is mounted on."""
    if mounts is None:
        table = Path("/proc/self/mountinfo")
        mounts = table.read_text() if table.exists() else ""
    kind = file_system_of(path.resolve(), mounts)
    if NETWORK_FILE_SYSTEMS.fullmatch(kind):
        raise UnsafeStorage(
            f"Le dossier {path.parent} est sur un système de fichiers en réseau ({kind}), dont les verrous "
            "ne sont pas sûrs : placez la base de données sur un disque local (GRANTAPP_HOME)."
        )


def file_system_of(path: Path, mounts: str) -> str:
    """The type of the file system that holds `path`, from the text of `/proc/self/mountinfo`; "" if unknown."""
    deepest, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        place = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), before.split(" ")[4])
        if path.is_relative_to(place) and len(Path(place).parts) >= deepest:
            deepest, kind = len(Path(place).parts), after.split(" ")[0]
    return kind
