"""The seal's key, and every certificate that has sealed here: PEM files, written once, readable without a database."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from grantapp.config import BadSetting, Settings

FOLDER = "cachet"


class Keyring:
    """A folder of the home. It knows files, not what is in them."""

    def __init__(self, folder: Path, *, key: Path | None = None, certificate: Path | None = None) -> None:
        self.folder = folder
        self._own = folder / "cle.pem"  # the key, then its certificate: in one file, so that neither comes alone
        self._certificates = folder / "certificats"
        self._given = (key, certificate) if key and certificate else None

    @classmethod
    def at(cls, settings: Settings) -> "Keyring":
        return cls(settings.home / FOLDER, key=settings.seal_key, certificate=settings.seal_certificate)

    def key(self, make: Callable[[], bytes]) -> tuple[bytes, bytes]:
        """The key and its certificate, as PEM: the operator's, or the instance's own, made and kept the first time."""
        if self._given:
            return _read(self._given[0]), _read(self._given[1])
        if not self._own.exists():
            _keep(self._own, make(), mode=0o600)
        pem = _read(self._own)
        return pem, pem

    def remember(self, certificate: bytes) -> None:
        """Keep a certificate that seals, so that what it sealed is still verified when another has followed it."""
        path = self._certificates / f"{hashlib.sha256(certificate).hexdigest()[:32]}.pem"
        if not path.exists():
            _keep(path, certificate, mode=0o644)

    def certificates(self) -> list[tuple[Path, bytes]]:
        """Every certificate kept, by ourselves or put there by the operator, in the order of their names."""
        return [(path, path.read_bytes()) for path in sorted(self._certificates.glob("*.pem"))]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSetting(f"{path} : lecture impossible ({error.strerror}).") from None


def _keep(path: Path, content: bytes, *, mode: int) -> None:
    """All of it or nothing, on the disk before anything is sealed with it; a file that is already there stays."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        try:
            os.link(name, path)
        except FileExistsError:
            return  # another process was first: its key is the instance's
    finally:
        os.unlink(name)
        for folder in (path.parent, path.parent.parent):
            _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
