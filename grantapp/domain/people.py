"""Who acts: a person, and the organisations in whose name that person may act."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

SHORTEST_PASSWORD = 12  # characters
LONGEST_PASSWORD = 500  # hashing is slow on purpose: nobody may make it slower


class Role(StrEnum):
    """What a person is *in* an organisation; what it allows is said in `domain/access.py`."""

    DIRECTOR = "director"  # of a cooperative: its own dossiers, and what it gathers from its members
    MANAGER = "manager"  # of a firm: engages it
    CONTRIBUTOR = "contributor"  # fills, and files nothing
    REVIEWER = "reviewer"  # reads what was filed
    ADMINISTRATOR = "administrator"  # says who is who, and sees no dossier

    @property
    def label(self) -> str:
        return {
            "director": "Direction",
            "manager": "Gérance",
            "contributor": "Contribution",
            "reviewer": "Lecture des dépôts",
            "administrator": "Administration",
        }[self.value]


@dataclass(frozen=True)
class Membership:
    organisation_id: UUID
    organisation: str  # its name
    siren: str
    roles: frozenset[Role]  # at least one


@dataclass(frozen=True)
class Person:
    """`epoch` rises when all of a person's sessions must end."""

    id: UUID
    name: str
    email: str
    epoch: int
    memberships: tuple[Membership, ...]


class Opening(StrEnum):
    """How a person came in."""

    SIGN_UP = "sign_up"
    PASSWORD = "password"  # noqa: S105 - the word, not one
    LINK = "link"
    PROVIDER = "provider"  # an OpenID Connect provider said who it is


class Goal(StrEnum):
    """Why a sign-in link was asked for: where it leads."""

    SIGN_IN = "sign_in"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the word, not one
    CONFIRM = "confirm"


LINK_LASTS = timedelta(minutes=15)
INVITATION_LASTS = timedelta(days=30)
VISIT_IDLE = timedelta(hours=12)  # unused for longer, it is over
VISIT_LASTS = timedelta(days=30)
USE_IS_NOTED = timedelta(minutes=10)  # how exactly the last use of a visit is known


@dataclass(frozen=True)
class Visit:
    """One browser where a person is signed in, from sign-in to sign-out. Its instants are of the real clock."""

    id: UUID
    device: str  # « Firefox sur Windows »
    opened_at: datetime
    opened_by: Opening
    last_used_at: datetime
