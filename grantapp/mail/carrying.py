"""Who carries a message: a maildir on this machine, or an SMTP server."""

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from grantapp.config import Settings, SmtpServer

PATIENCE = 20.0  # seconds that an SMTP server may take for each answer; a job lasts 100 at most


class Undelivered(Exception):  # noqa: N818 - what happened, for the operator
    """The message did not leave. `for_good`: trying again would meet the same refusal."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Carrier(Protocol):
    def carry(self, message: EmailMessage, name: str) -> None:
        """Hand the message over, or `Undelivered`. `name`: of the message, the same at each try."""


def carrier_of(settings: Settings) -> "Carrier":
    return Smtp(settings.smtp) if settings.smtp else Maildir(settings.maildir)


class Maildir:
    """A folder that any mail program can read. The same message delivered twice is one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def carry(self, message: EmailMessage, name: str) -> None:
        try:
            for folder in ("tmp", "new", "cur"):
                (self.path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            made, delivered = self.path / "tmp" / name, self.path / "new" / name
            with made.open("wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            made.replace(delivered)
        except OSError as error:
            raise Undelivered(f"maildir: {error.strerror}") from error

    def list_names(self) -> list[str]:
        """The names of its messages, the last delivered first."""
        found = [path for folder in ("new", "cur") for path in (self.path / folder).glob("*") if path.is_file()]
        return [path.name for path in sorted(found, key=lambda path: (path.stat().st_mtime, path.name), reverse=True)]

    def read(self, name: str) -> bytes | None:
        """The bytes of a message; None when there is none of that name."""
        for folder in ("new", "cur"):
            path = self.path / folder / name
            if re.fullmatch(r"[0-9a-f]{32}", name) and path.is_file():
                return path.read_bytes()
        return None


class Smtp:
    """A server that takes messages. Nothing is said to it in the clear, unless it is on this very machine."""

    def __init__(self, server: SmtpServer, trust: ssl.SSLContext | None = None) -> None:
        self.server = server
        self.needs_tls = not server.is_this_machine
        self.trust = trust or ssl.create_default_context()

    def carry(self, message: EmailMessage, name: str) -> None:
        with self._connected() as connection:
            try:
                refused = connection.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                raise _undelivered(*next(iter(error.recipients.values()))) from error
            except smtplib.SMTPNotSupportedError as error:
                raise Undelivered("le serveur n'accepte pas les adresses accentuées", for_good=True) from error
            except smtplib.SMTPResponseException as error:
                raise _undelivered(error.smtp_code, error.smtp_error) from error
            except (OSError, smtplib.SMTPException) as error:
                raise Undelivered(f"coupé pendant l'envoi : {type(error).__name__}") from error
        if refused:
            raise _undelivered(*next(iter(refused.values())))

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Open, private and known to the server. What fails here can be put right: it is never for good."""
        server = self.server
        try:
            if server.tls:
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=PATIENCE, context=self.trust
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(f"pas de connexion : {_said(error)}") from error
        try:
            try:
                if not server.tls and self.needs_tls:
                    connection.starttls(context=self.trust)
                if server.user:
                    connection.login(server.user, server.password)
            except smtplib.SMTPAuthenticationError as error:
                raise Undelivered(f"{error.smtp_code} : le serveur refuse l'utilisateur ou le mot de passe") from error
            except smtplib.SMTPNotSupportedError as error:
                raise Undelivered(f"le serveur ne le propose pas : {error}") from error
            except (OSError, smtplib.SMTPException) as error:
                raise Undelivered(f"pas de connexion privée : {_said(error)}") from error
            yield connection
        finally:
            connection.close()  # without QUIT: what the server has accepted is accepted


def _undelivered(code: int, answer: bytes | str) -> Undelivered:
    """From the answer of a server: 4xx may pass later, 5xx will not."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    printable = "".join(character if character.isprintable() else " " for character in text)
    return Undelivered(f"{code} {printable[:200]}".strip(), for_good=500 <= code < 600)


def _said(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_undelivered(error.smtp_code, error.smtp_error))
    return f"{type(error).__name__} {getattr(error, 'strerror', None) or ''}".strip()
