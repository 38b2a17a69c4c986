"""The whole site over a temporary home, at an instant inside the 2022 window; the queue only remembers."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from grantapp.app import Platform, build_platform, create_app
from grantapp.config import Settings
from grantapp.domain.people import Role
from grantapp.domain.project import Project
from grantapp.services import accounts, demonstration
from grantapp.storage.models import MembershipRow
from tests.web.reader import Reader

NOW = datetime(2022, 3, 15, 9, 0, tzinfo=UTC)
PASSWORD = "un mot de passe long"


class RememberingQueue:
    def __init__(self) -> None:
        self.sent: list[int] = []

    def send(self, job_id: int, *, is_long: bool = False) -> None:
        self.sent.append(job_id)


class Hand:
    """A clock that a test sets by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def settings_in(home: Path) -> Settings:
    return Settings.from_env({"GRANTAPP_HOME": str(home), "GRANTAPP_SECRET_KEY": "for tests only"})


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty, migrated, closed database, copied for each test."""
    home = tmp_path_factory.mktemp("home")
    platform = build_platform(settings_in(home))
    platform.engine.dispose()
    return home


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def real_clock() -> Hand:
    """The real time, as links, codes and visits know it: it stays when a test moves the day of the site."""
    return Hand()


@pytest.fixture
def platform(migrated_home: Path, tmp_path: Path, clock: Hand, real_clock: Hand) -> Iterator[Platform]:
    home = tmp_path / "home"
    shutil.copytree(migrated_home, home)
    built = build_platform(settings_in(home))
    yield replace(built, clock=clock, real_clock=real_clock, queue=RememberingQueue())
    built.engine.dispose()


@pytest.fixture
def app(platform: Platform) -> Flask:
    app = create_app(platform.settings, platform)
    app.test_client_class = Reader
    app.testing = False  # an error page is part of what is tested
    return app


@pytest.fixture
def anonymous(app: Flask) -> Any:
    return app.test_client()


def sign_in(app: Flask, platform: Platform, email: str, organisation: str, siren: str) -> Any:
    with platform.sessions.writing() as session:
        accounts.sign_up(
            session,
            name="Camille Exemple",
            email=email,
            password=PASSWORD,
            organisation=organisation,
            siren=siren,
            now=NOW,
        )
    client = app.test_client()
    page = client.send("/connexion", {"email": email, "password": PASSWORD})
    assert page.status == 302, page.heading
    return client


@pytest.fixture
def director(app: Flask, platform: Platform) -> Any:
    """The director of the cooperative, signed in."""
    return sign_in(app, platform, "camille@mistral.example", "Coopérative imaginaire", demonstration.siren(100))


@pytest.fixture
def cooperative(platform, director: Any) -> Any:
    """Camille, signed in, who directs the cooperative."""
    with platform.sessions.writing() as session:
        by = accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)
        organisation = by.memberships[0].organisation_id
        session.add(MembershipRow(person_id=by.id, organisation_id=organisation, role=Role.DIRECTOR, created_at=NOW))
        session.commit()
    return director


@pytest.fixture
def stranger(app: Flask, platform: Platform) -> Any:
    """A member firm's manager, signed in, to whom the cooperative's dossier is nothing."""
    return sign_in(app, platform, "sacha@plomberie.example", "Plomberie imaginaire", demonstration.siren(1000))


@pytest.fixture
def draft(director: Any) -> str:
    """The address of an empty draft of the director."""
    return str(director.send("/dossiers", {"edition": "ademe_2022"}).response.headers["Location"])


Fill = Callable[[Project], str]


@pytest.fixture
def fill(platform: Platform, director: Any, draft: str) -> Fill:
    """Fill the director's draft with a project, through the services a person uses; returns its address."""

    def filled(project: Project, *, declared: bool = True) -> str:
        reference = draft.rsplit("/", 1)[-1]
        with platform.sessions.reading() as session:
            by = accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)
        demonstration.fill(platform.sessions, platform.files, reference, project, declared=declared, now=NOW, by=by)
        return draft

    return filled
