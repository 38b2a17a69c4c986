"""What a file says of the deposit it comes from, found without a PDF parser: in files that are damaged, or not ours.

A mark proves nothing: anybody may write one. It only tells where to look for what was filed.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from grantapp.documents.seal import Content
from grantapp.domain.deposit import VERIFY_PATH

MOST_STREAMS = 20_000
MOST_INFLATED = 64 * 2**20  # bytes, for the whole file
SNIFFED = 64
# A fingerprint, or its beginning: in the seal, in the metadata, in the address of the QR code, in the file's own /ID.
_CLEAR = re.compile(
    rb"empreinte ([0-9a-f]{64})|grantapp:fingerprint>([0-9a-f]{64})<|grantapp:fingerprint=[\"']([0-9a-f]{64})[\"']|"
    rb'"fingerprint": ?"([0-9a-f]{64})"|' + re.escape(VERIFY_PATH.encode()) + rb"([0-9a-f]{12})"
)
_IDENTIFIER = re.compile(rb"/ID ?\[ ?(?:<([0-9A-Fa-f]{64})>|\(([0-9a-f]{32})\))")
_STREAM = re.compile(rb"stream\r?\n")
_HEX = re.compile(r"[0-9a-f]{32}")


def find_marks(content: Content) -> Iterator[str]:
    """Fingerprints of deposits, or their first twelve digits or more, each once; those in clear come first."""
    seen: set[str] = set()
    for mark in chain(_in_clear(content), _identifiers(content), _inside(content)):
        if mark not in seen:
            seen.add(mark)
            yield mark


def _in_clear(content: Any) -> Iterator[str]:
    for match in _CLEAR.finditer(content):
        yield next(group for group in match.groups() if group).decode()


def _identifiers(content: Content) -> Iterator[str]:
    for match in _IDENTIFIER.finditer(content):
        text = match[2].decode() if match[2] else bytes.fromhex(match[1].decode()).decode("latin-1")
        if _HEX.fullmatch(text):
            yield text


def _inside(content: Content) -> Iterator[str]:
    """In the compressed metadata of a file that was saved again, and in the deposit itself, attached to the dossier."""
    left = MOST_INFLATED
    for number, match in enumerate(_STREAM.finditer(content)):
        if number == MOST_STREAMS or left <= 0:
            return
        inflater = zlib.decompressobj()
        start = match.end()
        try:
            head = inflater.decompress(content[start : start + 256], SNIFFED)
            is_deposit, is_metadata = head.startswith(b'{"'), head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<")
            if not is_deposit and not is_metadata:
                continue
            end = content.find(b"endstream", start)
            whole = zlib.decompressobj().decompress(content[start : end if end > 0 else len(content)], left)
        except zlib.error:
            continue
        left -= len(whole)
        if is_deposit:
            yield hashlib.sha256(whole).hexdigest()
        else:
            yield from _in_clear(whole)
