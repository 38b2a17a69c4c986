"""What a question is: its French wording, its unit, why it is asked and when.

A section of the project is a frozen dataclass whose fields are made by `question()`; the wizard, the forms, the
project file, the rules and the dossier all read the wording from here, so it is written once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Any

from grantapp.french import typeset


class Kind(StrEnum):
    """How an answer is understood. The value it holds stands after the name."""

    LINE = "line"  # str, one line
    TEXT = "text"  # str, several lines
    WHOLE = "whole"  # int ≥ 0
    YEAR = "year"  # int
    AMOUNT = "amount"  # Decimal, euros HT unless the label says otherwise, at most two decimals
    AREA = "area"  # Decimal, m²
    DECIMAL = "decimal"  # Decimal ≥ 0
    PERCENT = "percent"  # Decimal, 0 to 100
    DAY = "day"  # date
    YES_NO = "yes_no"  # bool
    CONFIRM = "confirm"  # True, or nothing: a box to tick
    ONE_OF = "one_of"  # a Choice
    SEVERAL_OF = "several_of"  # tuple of Choices, in the order of their class
    SIREN = "siren"  # str, 9 digits
    SIRET = "siret"  # str, 14 digits
    EMAIL = "email"  # str
    PHONE = "phone"  # str
    POSTCODE = "postcode"  # str, 5 digits
    INSEE = "insee"  # str, 5 characters (the commune's official code)
    PARCELS = "parcels"  # tuple of str: cadastral parcels, "AB0160" or the 14 characters of the national identifier
    TABLE = "table"  # tuple of rows (frozen dataclasses made of questions)
    PIECES = "pieces"  # tuple of Piece


class Choice(StrEnum):
    """An answer to choose from a list: a value that is stored, a label that is read, a hint under it."""

    label: str
    hint: str

    def __new__(cls, value: str, label: str, hint: str = "") -> "Choice":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = typeset(label)
        member.hint = typeset(hint)
        return member


@dataclass(frozen=True)
class When:
    """A condition on an earlier answer: it holds when that answer is (or contains) one of the values."""

    anchor: str
    values: tuple[object, ...]

    def holds(self, answer: object) -> bool | None:
        """True, False, or None while the question is unanswered."""
        if answer is None:
            return None
        if isinstance(answer, tuple):
            return any(value in self.values for value in answer)
        return answer in self.values


def when(anchor: str, *values: object) -> tuple[When, ...]:
    """`asked_if=when("request.kind", Request.WORKS)`; several conditions are added with `+` and must all hold."""
    return (When(anchor, values),)


def all_hold(conditions: tuple[When, ...], answers: Mapping[str, object]) -> bool | None:
    """The conditions together: False as soon as one fails, None while one is undecided."""
    verdicts = [condition.holds(answers.get(condition.anchor)) for condition in conditions]
    if False in verdicts:
        return False
    return None if None in verdicts else True


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question as it is put to a person."""

    section: str
    name: str
    kind: Kind
    label: str
    why: str
    hint: str
    unit: str
    choices: type[Choice] | None
    row: type | None
    asked_if: tuple[When, ...]
    required: bool
    limit: int
    total: bool

    @property
    def anchor(self) -> str:
        """`site.area_m2`: names the question in links, rules, notes and bookmarks."""
        return f"{self.section}.{self.name}" if self.section else self.name

    @property
    def columns(self) -> tuple["Question", ...]:
        """The questions of one row, for a table."""
        return row_questions(self.row) if self.row else ()


LIMITS = {Kind.LINE: 200, Kind.TEXT: 10_000}


def question(
    label: str,
    kind: Kind = Kind.LINE,
    *,
    why: str = "",
    hint: str = "",
    unit: str = "",
    choices: type[Choice] | None = None,
    row: type | None = None,
    asked_if: tuple[When, ...] = (),
    required: bool = True,
    limit: int = 0,
    total: bool = False,
) -> Any:
    """A field of a section. `total` asks for the sum of a column under its table; `limit` counts characters."""
    settings = {
        "kind": kind,
        "label": typeset(label),
        "why": typeset(why),
        "hint": typeset(hint),
        "unit": unit,
        "choices": choices,
        "row": row,
        "asked_if": asked_if,
        "required": required,
        "limit": limit or LIMITS.get(kind, 200),
        "total": total,
    }
    return field(default=None, metadata={"question": settings})


def questions_of(record: type, section: str) -> tuple[Question, ...]:
    """The questions of a section or of a table's row, in the order they are asked."""
    return tuple(Question(section=section, name=f.name, **f.metadata["question"]) for f in fields(record))


@cache
def row_questions(row: type) -> tuple[Question, ...]:
    """The questions of one row of a table."""
    return questions_of(row, "")


@dataclass(frozen=True)
class Piece:
    """A supporting document: what identifies it for ever is the SHA-256 of its bytes."""

    name: str
    size: int  # octets
    sha256: str
    pages: int | None = None  # unknown of what was attached before pieces were opened
