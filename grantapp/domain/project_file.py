"""A project as JSON: read with every fault named by its path, written back the same, described by a JSON Schema.

The same form is stored section by section, given to `grantapp check`, and frozen in a deposit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from grantapp.domain.answer import (
    FIRST_YEAR,
    LARGEST,
    LAST_YEAR,
    MOST_PARCELS,
    PARCEL,
    PLACES,
    Misread,
    as_record,
    understand,
)
from grantapp.domain.edition import Edition
from grantapp.domain.project import Project, Section, sections
from grantapp.domain.question import Kind, Question
from grantapp.french import listing

FORMAT = 1
MOST_ROWS = 500


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file: where, and what to write instead."""

    path: str
    sentence: str


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def load(data: object) -> tuple[Project, str | None, tuple[Fault, ...]]:
    """The project, the edition it names, and every fault found (the faulty answers are left out)."""
    if not isinstance(data, Mapping):
        return Project(), None, (Fault("$", "Le fichier doit contenir un objet JSON."),)
    faults: list[Fault] = []
    known = {each.name: each for each in sections()}
    for key in data:
        if key not in known and key not in ("grantapp", "edition", "on", "$schema"):
            faults.append(Fault(key, f"Rubrique inconnue. Les rubriques sont {listing(known)}."))
    if data.get("grantapp") != FORMAT:
        faults.append(Fault("grantapp", f"Indiquez la version du format : {FORMAT}."))
    edition = data.get("edition")
    if edition is not None and not isinstance(edition, str):
        faults.append(Fault("edition", "Indiquez l'identifiant de l'édition entre guillemets."))
        edition = None
    read = {}
    for each in known.values():
        if each.name in data:
            read[each.name], found = load_section(each, data[each.name])
            faults += found
    return replace(Project(), **read), edition, tuple(faults)


def load_section(section: Section, data: object) -> tuple[Any, tuple[Fault, ...]]:
    """One section's record, with the faults of its answers."""
    return _load_record(section.record, section.questions, data, section.name)


def _load_record(
    record: type, questions: tuple[Question, ...], data: object, path: str
) -> tuple[Any, tuple[Fault, ...]]:
    if not isinstance(data, Mapping):
        return record(), (Fault(path, 'Écrivez un objet : { "question": réponse, … }.'),)
    faults = [
        Fault(f"{path}.{key}", f"Question inconnue. Ici, les questions sont {listing(q.name for q in questions)}.")
        for key in data
        if key not in {q.name for q in questions}
    ]
    answers = {}
    for question in questions:
        value = data.get(question.name)
        where = f"{path}.{question.name}"
        if value is None:
            continue
        if question.kind is Kind.TABLE:
            answers[question.name], found = _load_table(question, value, where)
            faults += found
            continue
        try:
            answers[question.name] = understand(question, value)
        except Misread as misread:
            faults.append(Fault(where, str(misread)))
    return record(**answers), tuple(faults)


def _load_table(question: Question, data: object, path: str) -> tuple[tuple[Any, ...], list[Fault]]:
    if not isinstance(data, list):
        return (), [Fault(path, "Écrivez une liste de lignes : [ { … }, { … } ].")]
    if len(data) > MOST_ROWS:
        return (), [Fault(path, f"Ce tableau a {len(data)} lignes ; il en accepte {MOST_ROWS} au plus.")]
    assert question.row is not None  # noqa: S101 - a table has a row, test_project.py checks it
    rows: list[Any] = []
    faults: list[Fault] = []
    for place, line in enumerate(data):
        row, found = _load_record(question.row, question.columns, line, f"{path}[{place}]")
        rows.append(row)
        faults += found
    return tuple(rows), faults


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def dump(project: Project, edition: str | None = None, on: str | None = None) -> dict[str, object]:
    """The project as JSON values; unanswered questions and empty sections are left out."""
    written: dict[str, object] = {"grantapp": FORMAT}
    if edition:
        written["edition"] = edition
    if on:
        written["on"] = on
    for each in sections():
        if answers := dump_section(each, getattr(project, each.name)):
            written[each.name] = answers
    return written


def dump_section(section: Section, record: object) -> dict[str, object]:
    return as_record(section.questions, record)


# ── describing ───────────────────────────────────────────────────────────────────────────────────────────────────


def schema(edition: Edition | None = None) -> dict[str, object]:
    """The JSON Schema (2020-12) of a project file; with an edition, of what that edition asks."""
    asked = [each for each in sections() if edition is None or each.name in edition.steps]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Projet grantapp{f', {edition.title}' if edition else ''}",
        "type": "object",
        "required": ["grantapp"],
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string"},
            "grantapp": {"const": FORMAT},
            "edition": {"const": edition.id} if edition else {"type": "string"},
            "on": {"type": "string", "description": "Jour du jugement ou du dépôt, par exemple 2022-03-15."},
            **{each.name: _describe_record(each.title, each.questions) for each in asked},
        },
    }


def _describe_record(title: str, questions: tuple[Question, ...]) -> dict[str, object]:
    return {
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "properties": {question.name: _describe(question) for question in questions},
    }


def _describe(question: Question) -> dict[str, object]:
    unit = f" ({question.unit})" if question.unit else ""
    described: dict[str, object] = {"title": f"{question.label}{unit}"}
    if note := " ".join(part for part in (question.why, question.hint) if part):
        described["description"] = note
    options = [each.value for each in question.choices or ()]
    match question.kind:
        case Kind.YES_NO | Kind.CONFIRM:
            shape: dict[str, object] = {"type": "boolean"}
        case Kind.ONE_OF:
            shape = {"enum": options}
        case Kind.SEVERAL_OF:
            shape = {"type": "array", "items": {"enum": options}}
        case Kind.WHOLE:
            shape = {"type": "integer", "minimum": 0, "exclusiveMaximum": int(LARGEST)}
        case Kind.YEAR:
            shape = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
        case Kind.AMOUNT | Kind.AREA | Kind.DECIMAL | Kind.PERCENT:
            shape = _describe_number(question)
        case Kind.DAY:
            shape = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case Kind.PARCELS:
            shape = {
                "type": "array",
                "maxItems": MOST_PARCELS,
                "items": {"type": "string", "pattern": f"^(?:{PARCEL.pattern})$"},
            }
        case Kind.PIECES:
            shape = {"type": "array", "items": _PIECE}
        case Kind.TABLE:
            shape = {
                "type": "array",
                "maxItems": MOST_ROWS,
                "items": _describe_record(question.label, question.columns),
            }
        case _:
            shape = {"type": "string", "maxLength": question.limit}
    return described | shape


_PIECE: dict[str, object] = {
    "type": "object",
    "required": ["name", "size", "sha256"],
    "properties": {
        "name": {"type": "string"},
        "size": {"type": "integer", "minimum": 0},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "pages": {"type": "integer", "minimum": 1},
    },
}


def _describe_number(question: Question) -> dict[str, object]:
    places = PLACES[question.kind]
    sign = "-?" if question.kind is Kind.AMOUNT else ""
    return {
        "anyOf": [
            {"type": "number", "exclusiveMaximum": int(LARGEST)} | ({} if sign else {"minimum": 0}),
            {"type": "string", "pattern": rf"^{sign}[0-9]{{1,12}}(\.[0-9]{{1,{places}}}0*)?$"},
        ]
    }
