"""Hang the doors: choose engine, files, queue and clock from the settings, once, and build the application."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from grantapp import french
from grantapp.config import BadSetting, Clock, Settings, clock_from, real_clock
from grantapp.storage.database import Sessions, check_storage, make_engine, migrate
from grantapp.storage.files import Files
from grantapp.storage.keyring import Keyring
from grantapp.storage.queries import NotFound
from grantapp.storage.queue import Queue
from grantapp.web import provider, site


@dataclass(frozen=True)
class Platform:
    """What the doors stand on."""

    settings: Settings
    engine: Engine
    clock: Clock
    clock_notice: str | None
    sessions: Sessions
    files: Files
    keyring: Keyring
    queue: Any
    real_clock: Clock = real_clock  # for links, codes and visits, whatever day the site shows


def build_platform(settings: Settings) -> Platform:
    """Opens and checks the storage; refuses (`UnsafeStorage`) rather than run on one that can lose a save."""
    engine = make_engine(settings.database_url)
    check_storage(engine)
    migrate(engine)
    clock = clock_from(settings.clock_text)
    return Platform(
        settings=settings,
        engine=engine,
        clock=clock,
        clock_notice=_notice(clock) if settings.clock_text else None,
        sessions=Sessions(engine),
        files=Files.at(settings.files_url),
        keyring=Keyring.at(settings),
        queue=Queue(settings.jobs_path, settings.secret_key),
    )


def _notice(clock: Clock) -> str:
    return french.typeset(
        f"Démonstration : ce site fait comme si nous étions le {french.day(clock().astimezone(french.PARIS).date())}. "
        "Les organisations et les personnes sont inventées."
    )


def _know_provider(app: Flask, settings: Settings) -> None:
    if settings.provider is None:
        return
    try:
        provider.furnish(app, settings.provider)
    except ImportError:
        raise BadSetting(
            "Un fournisseur d'identité est réglé (GRANTAPP_OIDC_…), mais ce qui sait lui parler n'est pas installé : "
            "pip install 'grantapp[oidc]'."
        ) from None


def create_app(settings: Settings, platform: Platform | None = None) -> Flask:
    app = Flask("grantapp", template_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-grantapp" if settings.https else "grantapp",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session: a page left open must still save
        WTF_CSRF_SSL_STRICT=settings.https,
        MAX_FORM_PARTS=5_000,
        MAX_FORM_MEMORY_SIZE=2 * 2**20,
    )
    app.extensions["grantapp"] = platform or build_platform(settings)
    site.furnish(app)
    _know_provider(app, settings)
    app.register_error_handler(NotFound, lambda error: site.error_page(404))
    app.register_error_handler(OperationalError, lambda error: site.error_page(503))
    return app
