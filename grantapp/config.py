"""Settings: read once from the environment, or the application refuses to start and says why."""

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from grantapp.french import PARIS

DEMONSTRATION = "demonstration"  # the file that marks a home of invented data
Clock = Callable[[], datetime]  # an aware instant in UTC


class BadSetting(Exception):  # noqa: N818 - its text is the sentence shown to the operator
    """A setting that cannot be used."""


def real_clock() -> datetime:
    return datetime.now(UTC)


def clock_from(text: str) -> Clock:
    """The real clock, or one that starts at `GRANTAPP_CLOCK` and ticks: a day (`2022-03-15`) or an instant.

    An instant without a zone is taken as the time of Paris.
    """
    if not text:
        return real_clock
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise BadSetting(
            f"GRANTAPP_CLOCK vaut « {text} » : écrivez un jour (2022-03-15) ou un instant (2022-03-15T14:30)."
        ) from None
    if len(text) == 10:
        start = datetime.combine(date.fromisoformat(text), time(9), PARIS)
    elif start.tzinfo is None:
        start = start.replace(tzinfo=PARIS)
    began = real_clock()
    return lambda: start.astimezone(UTC) + (real_clock() - began)


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over. Without `tls` from the first byte, STARTTLS is demanded, unless it is this machine."""

    host: str
    port: int
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_this_machine(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An OpenID Connect provider through which one may sign in; it is asked at `issuer` where its doors are."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "OpenID Connect"  # on the button


@dataclass(frozen=True, kw_only=True)
class Settings:
    home: Path
    database_url: str
    jobs_path: Path
    files_url: str
    secret_key: str = field(repr=False)
    clock_text: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    https: bool = False
    seal_key: Path | None = None  # an operator's own PEM files, in the place of the key made at first start
    seal_certificate: Path | None = None
    address: str = "http://127.0.0.1:8000"  # where readers of a document find this site; printed, never followed
    smtp: SmtpServer | None = None  # None: mail is kept in a maildir below the home
    mail_from: str = "grantapp@localhost"
    provider: Provider | None = None

    @property
    def maildir(self) -> Path:
        return self.home / "courrier"

    @property
    def is_demonstration(self) -> bool:
        """Whether this home holds invented data."""
        return (self.home / DEMONSTRATION).exists()

    @property
    def database_exists(self) -> bool:
        """Whether there is a database file; a reader must not make an empty one."""
        return Path(self.database_url.removeprefix("sqlite:///")).exists()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Every key has a safe default below `GRANTAPP_HOME` (`var/`); the secret key is made at first start."""
        home = Path(environ.get("GRANTAPP_HOME", "var")).resolve()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        clock_text = environ.get("GRANTAPP_CLOCK") or _demonstration_clock(home)
        clock_from(clock_text)  # refuses a clock that cannot be read, before anything starts
        host, port = environ.get("GRANTAPP_HOST", "127.0.0.1"), environ.get("GRANTAPP_PORT", "8000")
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise BadSetting(f"GRANTAPP_PORT vaut « {port} » : écrivez un numéro de port, par exemple 8000.")
        return cls(
            home=home,
            database_url=environ.get("GRANTAPP_DATABASE_URL", f"sqlite:///{home}/grantapp.db"),
            jobs_path=home / "jobs.db",
            files_url=environ.get("GRANTAPP_FILES_URL", f"file://{home}/files"),
            secret_key=environ.get("GRANTAPP_SECRET_KEY") or _kept_secret(home / "secret_key"),
            clock_text=clock_text,
            host=host,
            port=int(port),
            https=environ.get("GRANTAPP_HTTPS", "") == "1",
            seal_key=_seal_file(environ, "GRANTAPP_SEAL_KEY", "GRANTAPP_SEAL_CERTIFICATE"),
            seal_certificate=_seal_file(environ, "GRANTAPP_SEAL_CERTIFICATE", "GRANTAPP_SEAL_KEY"),
            address=_address(environ.get("GRANTAPP_ADDRESS") or f"http://{host}:{port}"),
            smtp=_smtp(environ.get("GRANTAPP_SMTP", ""), environ.get("GRANTAPP_MAIL_FROM", "")),
            mail_from=_mail_from(environ.get("GRANTAPP_MAIL_FROM") or "grantapp@localhost"),
            provider=_provider(environ),
        )


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BadSetting(
            f"GRANTAPP_ADDRESS vaut « {text} » : écrivez l'adresse du site, par exemple https://dossiers.example."
        )
    return text.rstrip("/")


def _provider(environ: Mapping[str, str]) -> Provider | None:
    named = {name: environ.get(f"GRANTAPP_OIDC_{name}", "") for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    if not any(named.values()):
        return None
    if lacking := [f"GRANTAPP_OIDC_{name}" for name, value in named.items() if not value]:
        raise BadSetting(f"Il manque {' et '.join(lacking)} : les trois réglages GRANTAPP_OIDC_… vont ensemble.")
    parts = urlsplit(named["ISSUER"])
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BadSetting(
            f"GRANTAPP_OIDC_ISSUER vaut « {named['ISSUER']} » : écrivez l'adresse du fournisseur d'identité, "
            "par exemple https://identite.example."
        )
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise BadSetting(f"GRANTAPP_OIDC_ISSUER vaut « {named['ISSUER']} » : cette adresse doit commencer par https.")
    return Provider(
        issuer=named["ISSUER"],
        client_id=named["CLIENT_ID"],
        client_secret=named["CLIENT_SECRET"],
        name=environ.get("GRANTAPP_OIDC_NAME") or Provider.name,
    )


def _smtp(text: str, mail_from: str) -> SmtpServer | None:
    if not text:
        return None
    # The address is never said again in full: it holds a password.
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if (
        parts.scheme not in ("smtp", "smtps")
        or not parts.hostname
        or parts.path not in ("", "/")
        or parts.query
        or not (user + password).isascii()  # the standard library sends no other
    ):
        raise BadSetting(
            "GRANTAPP_SMTP ne se lit pas : écrivez smtp://utilisateur:motdepasse@serveur:587, ou smtps:// pour un "
            "serveur chiffré d'emblée (port 465). Dans le mot de passe, « @ » s'écrit %40 ; pas d'accents."
        )
    if not mail_from:
        raise BadSetting(
            "GRANTAPP_SMTP est donné sans GRANTAPP_MAIL_FROM : indiquez l'adresse au nom de laquelle écrire, "
            "par exemple ne-pas-repondre@dossiers.example."
        )
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=port or (465 if tls else 587),
        tls=tls,
        user=user,
        password=password,
    )


def _mail_from(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text):
        raise BadSetting(
            f"GRANTAPP_MAIL_FROM vaut « {text} » : écrivez une adresse seule, par exemple "
            "ne-pas-repondre@dossiers.example."
        )
    return text


def _seal_file(environ: Mapping[str, str], name: str, other: str) -> Path | None:
    text = environ.get(name, "")
    if not text and environ.get(other):
        raise BadSetting(f"{other} est donné sans {name} : il faut les deux, ou aucun.")
    if text and not Path(text).is_file():
        raise BadSetting(f"{name} vaut « {text} » : ce fichier n'existe pas.")
    return Path(text).resolve() if text else None


def _kept_secret(path: Path) -> str:
    """The instance's own key, written once, readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text()


def _demonstration_clock(home: Path) -> str:
    """The clock kept beside a demonstration's data: invented dossiers stay inside the dates they were made for."""
    kept = home / DEMONSTRATION
    return kept.read_text().strip() if kept.exists() else ""


def keep_demonstration(settings: Settings, clock_text: str) -> Settings:
    """Mark the home as a demonstration, for this start and the next ones."""
    (settings.home / DEMONSTRATION).write_text(clock_text + "\n")
    return replace(settings, clock_text=clock_text)
