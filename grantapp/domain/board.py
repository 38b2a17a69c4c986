"""Where each firm stands in a collective dossier: one stage each, so that the counts add up to all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """Every firm that was chosen is at exactly one."""

    TO_INVITE = "to_invite"
    INVITED = "invited"
    REFUSED = "refused"
    DRAFT = "draft"
    FILED = "filed"
    TO_CORRECT = "to_correct"

    @property
    def label(self) -> str:
        return {
            "to_invite": "À inviter",
            "invited": "Invitée, sans réponse",
            "refused": "A refusé",
            "draft": "Dossier en cours",
            "filed": "Dossier déposé",
            "to_correct": "Correction demandée",
        }[self.value]

    @property
    def slug(self) -> str:
        """As it stands in an address."""
        return {
            "to_invite": "a-inviter",
            "invited": "invitees",
            "refused": "refus",
            "draft": "en-cours",
            "filed": "deposes",
            "to_correct": "a-corriger",
        }[self.value]


class Decision(StrEnum):
    """What the administration decided of a collective dossier, as its direction notes it."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        return {"accepted": "Acceptée", "partly": "Acceptée en partie", "rejected": "Rejetée"}[self.value]


@dataclass(frozen=True)
class Steps:
    """What a firm did and when, as far as its stage depends on it."""

    invited_at: datetime | None = None
    refused_at: datetime | None = None
    accepted_at: datetime | None = None
    filed_at: datetime | None = None  # its last version
    correction_asked_at: datetime | None = None


def stage_of(steps: Steps) -> Stage:
    """A firm invited again after it refused waits again; a version filed since a correction was asked answers it."""
    if steps.filed_at:
        asked = steps.correction_asked_at
        return Stage.TO_CORRECT if asked and asked >= steps.filed_at else Stage.FILED
    if steps.accepted_at:
        return Stage.DRAFT
    if steps.refused_at and not (steps.invited_at and steps.invited_at > steps.refused_at):
        return Stage.REFUSED
    return Stage.INVITED if steps.invited_at else Stage.TO_INVITE
