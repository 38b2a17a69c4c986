"""What an edition asks, frozen as plain values: the source of its blank form, whoever prints it and whenever."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grantapp import french
from grantapp.domain.edition import Edition, Passage, Window
from grantapp.domain.eligibility import Citation
from grantapp.domain.project import Section
from grantapp.domain.question import Choice, Kind, Question, When
from grantapp.domain.wizard import questions_of, steps
from grantapp.french import typeset

FORMAT = 1  # raised when the form is drawn otherwise: each edition then has a new file


@dataclass(frozen=True)
class Questionnaire:
    """Plain values only, as written in `canonical`: a question that changes gives another fingerprint."""

    content: Mapping[str, Any]

    @property
    def canonical(self) -> bytes:
        return json.dumps(self.content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.canonical).hexdigest()

    @classmethod
    def of(cls, edition: Edition) -> "Questionnaire":
        """Every question that the edition may ask, the pieces it wants, its dates, its rules and their sources."""
        return cls(
            {
                "format": FORMAT,
                "edition": {
                    "id": edition.id,
                    "version": edition.version,
                    "call": _passage(edition.call),
                    "title": _passage(edition.title),
                    "authority": _passage(edition.authority),
                    "successor": _passage(edition.successor),
                    "carried_from": edition.carried_from,
                },
                "texts": {name: _passage(text) for name, text in edition.texts.items()},
                "window": _window(edition.window),
                "regions": [
                    {"region": region.name_in_french} | _window(own) for region, own in edition.regional.items()
                ],
                "rounds": [
                    {
                        "on": each.on.isoformat(),
                        "hour": each.hour.isoformat() if each.hour else None,
                        "region": each.region.name_in_french,
                        "citations": _cited(each.cites),
                    }
                    for each in edition.rounds
                ],
                "sections": [_section(edition, step) for step in steps(edition)],
                "rules": [
                    {
                        "rule": each.code,
                        "title": typeset(each.title),
                        "severity": each.severity.value,
                        "looks_at": list(each.anchors),
                        "citations": _cited(each.cites),
                    }
                    for each in edition.rules
                ],
            }
        )

    @classmethod
    def read(cls, canonical: bytes) -> "Questionnaire":
        """Back from its stored bytes."""
        return cls(json.loads(canonical))


def _passage(passage: Passage) -> dict[str, object]:
    return {"text": str(passage), "citations": _cited(passage.cites)}


def _cited(citations: Iterable[Citation]) -> list[dict[str, object]]:
    return [asdict(each) for each in citations]


def _window(window: Window) -> dict[str, object]:
    return {
        "opens_on": window.opens_on.isoformat(),
        "closes_on": window.closes_on.isoformat(),
        "hour_note": _passage(window.hour_note),
        "citations": _cited(window.cites),
    }


def _section(edition: Edition, section: Section) -> dict[str, object]:
    return {
        "name": section.name,
        "title": section.title,
        "intro": section.intro,
        "asked_if": [_condition(each) for each in section.asked_if],
        "questions": [_question(each) for each in questions_of(edition, section)],
    }


def _question(question: Question) -> dict[str, object]:
    described: dict[str, object] = {
        "anchor": question.anchor,
        "kind": question.kind.value,
        "label": question.label,
        "hint": question.hint,
        "why": question.why,
        "unit": question.unit,
        "required": question.required,
        "limit": question.limit,
        "asked_if": [_condition(each) for each in question.asked_if],
    }
    if question.choices:
        described["choices"] = [{"label": each.label, "hint": each.hint} for each in question.choices]
    if question.kind is Kind.TABLE:
        described["columns"] = [_question(column) for column in question.columns]
    return described


def _condition(condition: When) -> dict[str, object]:
    return {"anchor": condition.anchor, "values": [_value(each) for each in condition.values]}


def _value(value: object) -> str:
    if isinstance(value, Choice):
        return value.label
    return french.yes_no(value) if isinstance(value, bool) else str(value)
