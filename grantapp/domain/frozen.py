"""What is kept for ever as it was: plain values, one way of writing them down, and the fingerprint of that."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from grantapp.domain.edition import Passage
from grantapp.domain.eligibility import Citation


@dataclass(frozen=True)
class Frozen:
    """Plain values only (text, numbers as text, lists, mappings), as written in `canonical`."""

    content: Mapping[str, Any]

    @property
    def canonical(self) -> bytes:
        """The one way of writing it down, byte for byte."""
        return json.dumps(self.content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.canonical).hexdigest()

    @classmethod
    def thaw(cls, canonical: bytes) -> Self:
        """Back from its stored bytes."""
        return cls(json.loads(canonical))


def passage(said: Passage) -> dict[str, object]:
    """A sentence of an edition with where it was read."""
    return {"text": str(said), "citations": cited(said.cites)}


def cited(citations: Iterable[Citation]) -> list[dict[str, object]]:
    return [asdict(each) for each in citations]
