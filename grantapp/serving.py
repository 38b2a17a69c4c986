"""`grantapp up`: the site and its worker on one machine, the worker started again when it dies."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import waitress

from grantapp.app import build_platform, create_app
from grantapp.config import BadSetting, Settings, keep_demonstration, real_clock
from grantapp.services import accounts, demonstration, sealing
from grantapp.storage.database import Sessions

Say = Callable[[str], None]
# The HTTPS server in front says who visits: its last word alone is taken, and only from this machine.
BEHIND_HTTPS = {"trusted_proxy": "127.0.0.1", "trusted_proxy_count": 1, "trusted_proxy_headers": {"x-forwarded-for"}}
PAUSE_BEFORE_RESTART = 1.0  # seconds: a worker that dies at once must not eat the machine


def open_sessions(settings: Settings) -> Sessions:
    """The data of this home, checked and brought up to date, for a command that serves no page."""
    return build_platform(settings).sessions


def is_blank(settings: Settings) -> bool:
    with open_sessions(settings).reading() as session:
        return not accounts.any_person(session)


def install_demonstration(settings: Settings, *, say: Say) -> Settings:
    """Invented data, and a clock kept beside it so that the call is open."""
    settings = keep_demonstration(settings, settings.clock_text or demonstration.CLOCK)
    platform = build_platform(settings)
    reference = demonstration.install(platform.sessions, platform.files, now=platform.clock())
    say(f"Démonstration installée : le dossier {reference} attend d'être relu et déposé.")
    return settings


def serve(settings: Settings, *, blank: bool, say: Say) -> None:
    """Runs until it is told to stop (Ctrl-C or SIGTERM); then stops its worker, by the process it started."""
    if not blank and is_blank(settings):
        settings = install_demonstration(settings, say=say)
    platform = build_platform(settings)
    key = sealing.open_key(platform.keyring, now=sealing.first_day(platform.clock()))  # refused now, not at a filing
    if warning := sealing.warn_of_end(key.certificate, now=real_clock()):
        say(warning)
    app = create_app(settings, platform)
    try:
        server = waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=8,
            connection_limit=1000,
            channel_timeout=30,
            ident=None,
            **(BEHIND_HTTPS if settings.https else {}),
        )
    except OSError as error:
        raise BadSetting(
            f"Le port {settings.port} est déjà pris ou interdit ({error.strerror}). "
            "Choisissez-en un autre, par exemple GRANTAPP_PORT=8001 ./run."
        ) from None
    say(f"grantapp est prêt : http://{settings.host}:{settings.port}")
    if settings.is_demonstration:
        say(f"Comptes de démonstration : {demonstration.DIRECTOR[1]} (la coopérative)")
        say(f"                           {demonstration.MANAGER[1]} (une entreprise adhérente)")
        say(f"Mot de passe des deux : {demonstration.PASSWORD}")
        say("Pour vos propres dossiers, sans démonstration : GRANTAPP_HOME=mes-dossiers ./run up --vierge")
    say("Ctrl-C pour arrêter.")
    signal.signal(signal.SIGTERM, _stop)
    keeper = WorkerKeeper(say)
    keeper.start()
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        say("Arrêt.")
    finally:
        keeper.stop()
        server.close()


def _stop(number: int, frame: Any) -> None:
    raise SystemExit(0)


class WorkerKeeper(threading.Thread):
    """Starts the worker as a child process, and again whenever it dies."""

    def __init__(self, say: Say) -> None:
        super().__init__(name="worker-keeper", daemon=True)
        self.say = say
        self.stopping = threading.Event()
        self.child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            # The parent is named: a worker that asked too late who started it would outlive a killed site.
            words = [sys.executable, "-m", "grantapp.cli", "worker", "--parent", str(os.getpid())]
            self.child = subprocess.Popen(words)  # noqa: S603 - our own module
            status = self.child.wait()
            if not self.stopping.is_set():
                self.say(f"L'ouvrier s'est arrêté (code {status}) : il redémarre.")
                self.stopping.wait(PAUSE_BEFORE_RESTART)

    def stop(self) -> None:
        self.stopping.set()
        if self.child is None or self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.child.kill()
