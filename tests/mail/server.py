"""A small SMTP server on the loopback, as strict or as moody as a test wants; stopped by its own handle."""

import base64
import datetime as dt
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Manners:
    """How the server behaves, and what it was given."""

    starttls: ssl.SSLContext | None = None
    tls: ssl.SSLContext | None = None  # from the first byte
    users: dict[str, str] = field(default_factory=dict)  # nobody may send without, when there are some
    to_recipient: str = "250 OK"
    to_data: str = "250 OK"
    greeting: str = "220 test ESMTP"
    silent: bool = False  # takes the connection and says nothing
    received: list[bytes] = field(default_factory=list)
    passwords_in_clear: list[str] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    timeout = 10
    server: "_Server"

    def handle(self) -> None:
        manners = self.server.manners
        if manners.silent:
            self.rfile.readline()
            return
        private, known = False, not manners.users
        if manners.tls:
            private = self._wrap(manners.tls)
        self._say(manners.greeting)
        while line := self.rfile.readline():
            words = line.decode("utf-8", "replace").strip()
            verb = words[:4].upper()
            if verb == "EHLO":
                offers = ["test"]
                if manners.starttls and not private:
                    offers.append("STARTTLS")
                if manners.users:
                    offers.append("AUTH PLAIN")
                self._say("\r\n".join(f"250{'-' if each is not offers[-1] else ' '}{each}" for each in offers))
            elif verb == "STAR" and manners.starttls:
                self._say("220 go ahead")
                private = self._wrap(manners.starttls)
                if not private:
                    return
            elif verb == "AUTH":
                _, user, password = base64.b64decode(words.split()[2]).decode().split("\0")
                if not private:
                    manners.passwords_in_clear.append(password)
                known = manners.users.get(user) == password
                self._say("235 welcome" if known else "535 5.7.8 no such user")
            elif verb == "MAIL":
                self._say("250 OK" if known else "530 5.7.0 authentication required")
            elif verb == "RCPT":
                self._say(manners.to_recipient)
            elif verb == "DATA":
                self._say("354 go on")
                content = b""
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    content += line[1:] if line.startswith(b".") else line
                if manners.to_data.startswith("250"):
                    manners.received.append(content)
                self._say(manners.to_data)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 OK" if verb == "RSET" else "502 what?")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _wrap(self, context: ssl.SSLContext) -> bool:
        try:
            self.connection = self.request = context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            return False  # the client did not trust us
        self.setup()
        return True

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        super().__init__(("127.0.0.1", 0), _Talk)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is part of the tests."""


@contextmanager
def listening(manners: Manners) -> Iterator[int]:
    """The port it listens on, for as long as the block lasts."""
    server = _Server(manners)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows for 127.0.0.1, and the trust of a client that knows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "cert.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, secret)
    return server, ssl.create_default_context(cafile=str(chain))
