"""Attachments and PDFs, kept by the SHA-256 of their bytes: the name says the content, so nothing is overwritten."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, from_url

CHUNK = 2**20  # octets in memory while a file passes


class Damaged(Exception):  # noqa: N818 - what happened to the file
    """What is stored under a fingerprint is not what the fingerprint says."""


class Files:
    """A store of bytes. What `keep` has returned survives a power cut."""

    def __init__(self, store: Any, root: Path | None) -> None:
        self._store = store
        self._root = root  # of a local store; None for a bucket, whose service answers for durability

    @classmethod
    def at(cls, url: str) -> "Files":
        """`file:///folder`, or a bucket that obstore knows (`s3://…`)."""
        if not url.startswith("file://"):
            return cls(from_url(url), None)
        root = Path(url.removeprefix("file://"))  # as config.py writes it: no escapes
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(str(root)), root)

    def keep(self, content: bytes) -> str:
        """The fingerprint under which these bytes are now stored."""
        sha256 = hashlib.sha256(content).hexdigest()
        key = _key(sha256)
        try:
            # "create" writes beside and then links: a reader sees all of the file or none of it.
            obstore.put(self._store, key, content, mode="create")
        except AlreadyExistsError:
            # Kept before; unless a power cut came between its name and its bytes.
            if _sha256_of(self._load(key)) != sha256:
                obstore.put(self._store, key, content, mode="overwrite")
        self._sync(key)
        return sha256

    def keep_file(self, path: Path) -> str:
        """The same for a file of any size, which never stands whole in memory."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        key = _key(sha256)
        if not (self.exists(sha256) and self._is_whole(sha256)):
            # In parts, then renamed: a reader sees all of it or none; two writers write the same.
            obstore.put(self._store, key, path, mode="overwrite", chunk_size=5 * CHUNK, max_concurrency=2)
        self._sync(key)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a fingerprint: exactly those, or `Damaged`. `FileNotFoundError` if there are none."""
        content = self._load(_key(sha256))
        if _sha256_of(content) != sha256:
            raise Damaged(sha256)
        return content

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a fingerprint, a part at a time; `Damaged` comes after the last one.

        `FileNotFoundError` comes at once, before any part.
        """
        found = obstore.get(self._store, _key(sha256))
        return self._checked(found, sha256)

    def copy_to(self, sha256: str, file: IO[bytes]) -> None:
        """Write the bytes of a fingerprint into a file; `Damaged` if they were not those."""
        for chunk in self.chunks(sha256):
            file.write(chunk)
        file.flush()

    def exists(self, sha256: str) -> bool:
        try:
            obstore.head(self._store, _key(sha256))
        except FileNotFoundError:
            return False
        return True

    def _checked(self, found: Any, sha256: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for part in found.stream(min_chunk_size=CHUNK):
            chunk = bytes(part)
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != sha256:
            raise Damaged(sha256)

    def _is_whole(self, sha256: str) -> bool:
        try:
            for _ in self.chunks(sha256):
                pass
        except Damaged:
            return False
        return True

    def _load(self, key: str) -> bytes:
        return bytes(obstore.get(self._store, key).bytes())

    def _sync(self, key: str) -> None:
        """obstore leaves the bytes in the system's cache: wait for the disk, for the file and each folder above."""
        if self._root is None:
            return
        place = self._root / key
        while place != self._root.parent:
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            place = place.parent


def _key(sha256: str) -> str:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("a SHA-256 has 64 hexadecimal digits")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
