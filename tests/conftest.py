"""A database for each test: a migrated copy of its own, in a file of its own, as the site has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.orm import Session

from grantapp.domain.people import Person
from grantapp.storage.database import Sessions, make_engine, migrate
from grantapp.storage.files import Files
from tests import makers

# No test is timed: an example that is slow on a busy machine is no fault of what it tries.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with today's tables; copied by SQLite itself, as everywhere."""
    folder = tmp_path_factory.mktemp("database")
    engine = make_engine(f"sqlite:///{folder}/model.db")
    migrate(engine)
    connection = engine.raw_connection()
    connection.cursor().execute("VACUUM INTO ?", (str(folder / "blank.db"),))
    connection.close()
    engine.dispose()
    return folder / "blank.db"


@pytest.fixture
def engine(migrated_database: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    place = tmp_path / "grantapp.db"
    place.write_bytes(migrated_database.read_bytes())  # nobody has opened either of them
    engine = make_engine(f"sqlite:///{place}")
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: sa.Engine) -> Sessions:
    return Sessions(engine)


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """A session that may write; what the test does not commit is rolled back."""
    with sessions.writing() as session:
        yield session


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files.at(f"file://{tmp_path}/files")


@pytest.fixture
def camille(sessions: Sessions) -> Person:
    """The director of an invented cooperative."""
    return makers.make_person(sessions)


@pytest.fixture
def sacha(sessions: Sessions) -> Person:
    """Somebody of another organisation, to whom the cooperative's dossiers are nothing."""
    return makers.make_stranger(sessions)


@pytest.fixture
def draft(sessions: Sessions, camille: Person) -> str:
    return makers.make_draft(sessions, camille)


@pytest.fixture
def complete(sessions: Sessions, files: Files, camille: Person) -> str:
    """The reference of a draft of Camille's that lacks nothing."""
    return makers.make_dossier(sessions, files, camille)
