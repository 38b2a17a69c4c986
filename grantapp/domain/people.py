"""Who acts: a person, and the organisations in whose name that person may act."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SHORTEST_PASSWORD = 12  # characters
LONGEST_PASSWORD = 500  # hashing is slow on purpose: nobody may make it slower


class Role(StrEnum):
    """What a person is *in* an organisation."""

    MANAGER = "manager"  # may fill and file for the organisation


@dataclass(frozen=True)
class Membership:
    organisation_id: UUID
    organisation: str  # its name
    siren: str
    role: Role


@dataclass(frozen=True)
class Person:
    """`epoch` rises when all of a person's sessions must end."""

    id: UUID
    name: str
    email: str
    epoch: int
    memberships: tuple[Membership, ...]
