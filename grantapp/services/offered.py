"""A paper that can be had, as it stands: not asked for, on its way, there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaperState(StrEnum):
    NOT_ASKED = "not_asked"
    WAITING = "waiting"  # in the queue
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Paper:
    """A paper that can be asked for, as it stands."""

    slug: str
    file: str  # its slug with its extension
    title: str
    purpose: str
    state: PaperState
    size: int | None = None  # octets
    asked_at: datetime | None = None
    attempts: int = 0

    @property
    def is_on_its_way(self) -> bool:
        return self.state in (PaperState.WAITING, PaperState.RUNNING)

    @property
    def may_be_asked(self) -> bool:
        return self.state in (PaperState.NOT_ASKED, PaperState.FAILED)
