"""What an edition asks, frozen as plain values: the source of its blank form, whoever prints it and whenever."""

from grantapp import french
from grantapp.domain.edition import Edition, Window
from grantapp.domain.frozen import Frozen, cited, passage
from grantapp.domain.project import Section
from grantapp.domain.question import Choice, Kind, Question, When
from grantapp.domain.wizard import questions_of, steps
from grantapp.french import typeset

FORMAT = 1  # raised when the form is drawn otherwise: each edition then has a new file


class Questionnaire(Frozen):
    """A question that changes gives another fingerprint."""

    @classmethod
    def of(cls, edition: Edition) -> "Questionnaire":
        """Every question that the edition may ask, the pieces it wants, its dates, its rules and their sources."""
        return cls(
            {
                "format": FORMAT,
                "edition": {
                    "id": edition.id,
                    "version": edition.version,
                    "call": passage(edition.call),
                    "title": passage(edition.title),
                    "authority": passage(edition.authority),
                    "successor": passage(edition.successor),
                    "carried_from": edition.carried_from,
                },
                "texts": {name: passage(said) for name, said in edition.texts.items()},
                "window": _window(edition.window),
                "regions": [
                    {"region": region.name_in_french} | _window(own) for region, own in edition.regional.items()
                ],
                "rounds": [
                    {
                        "on": each.on.isoformat(),
                        "hour": each.hour.isoformat() if each.hour else None,
                        "region": each.region.name_in_french,
                        "citations": cited(each.cites),
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
                        "citations": cited(each.cites),
                    }
                    for each in edition.rules
                ],
            }
        )


def _window(window: Window) -> dict[str, object]:
    return {
        "opens_on": window.opens_on.isoformat(),
        "closes_on": window.closes_on.isoformat(),
        "hour_note": passage(window.hour_note),
        "citations": cited(window.cites),
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
