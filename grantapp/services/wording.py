"""Answers as a French reader sees them on a page, and how two sets of answers to one section differ."""

from collections.abc import Iterable
from typing import Any

from grantapp.domain.answer import as_text
from grantapp.domain.edition import Edition
from grantapp.domain.project import Project, Section, is_asked
from grantapp.domain.question import Kind, Question
from grantapp.domain.wizard import questions_of
from grantapp.french import NARROW, NBSP, listing
from grantapp.services.pages import AnswerLine, ConflictingAnswer, SectionAnswers

Typed = dict[str, list[str]] | None  # what was typed, field by field

NO_ANSWER = "Sans réponse"
NO_ROW = "pas de ligne"


def section_answers(edition: Edition, project: Project, section: Section) -> SectionAnswers:
    """The questions that are asked, with their answers."""
    asked = (each for each in questions_of(edition, section) if is_asked(project, each.anchor) is True)
    return SectionAnswers(section, tuple(_line(each, project.answer(each.anchor)) for each in asked))


def given_answers(questions: Iterable[Question], record: object) -> tuple[AnswerLine, ...]:
    """The answers of a record to some questions, without those it does not answer."""
    given = ((each, getattr(record, each.name)) for each in questions)
    return tuple(_line(each, value) for each, value in given if value is not None)


def _line(question: Question, value: Any) -> AnswerLine:
    if question.kind is Kind.PIECES:
        return AnswerLine(question, listing(piece.name for piece in value or ()) or None)
    if question.kind is not Kind.TABLE:
        return AnswerLine(question, as_text(question, value))
    rows = value or ()
    return AnswerLine(
        question,
        None,
        rows=tuple(_cells(question, row) for row in rows),
        totals=tuple(_total(column, [getattr(row, column.name) for row in rows]) for column in question.columns)
        if any(column.total for column in question.columns) and rows
        else (),
    )


def _cells(table: Question, row: object) -> tuple[str | None, ...]:
    return tuple(as_text(column, getattr(row, column.name)) for column in table.columns)


def _total(column: Question, amounts: list[Any]) -> str | None:
    return as_text(column, sum(each for each in amounts if each is not None)) if column.total else None


def differences(
    section: Section, their_record: object, their_raw: Typed, your_record: object, your_raw: Typed
) -> tuple[ConflictingAnswer, ...]:
    """The questions on which two saves of a section differ: in what was understood, or in what could not be.

    « 12500 » and « 12 500 » are one answer.
    """
    found = []
    for question in section.questions:
        theirs, yours = getattr(their_record, question.name), getattr(your_record, question.name)
        their_rest = _not_understood(question, theirs, their_raw)
        your_rest = _not_understood(question, yours, your_raw)
        if theirs == yours and their_rest == your_rest:
            continue
        their_text, your_text = _told_apart(question, theirs, yours) if theirs != yours else (None, None)
        found.append(
            ConflictingAnswer(
                question,
                their_text or " · ".join(their_rest) or NO_ANSWER,
                your_text or " · ".join(your_rest) or NO_ANSWER,
            )
        )
    return tuple(found)


def _not_understood(question: Question, value: Any, raw: Typed) -> list[str]:
    """What was typed for a question and made no answer: kept all the same, so it counts as much."""
    if question.kind is not Kind.TABLE:
        return [] if value is not None else _texts((raw or {}).get(question.name, []))
    rows, texts = value or (), []
    for field, typed in sorted((raw or {}).items()):
        name, _, cell = field.partition("-")
        number, _, column = cell.partition("-")
        if name != question.name or not number.isdecimal():
            continue
        understood = int(number) < len(rows) and getattr(rows[int(number)], column, None) is not None
        texts += [] if understood else _texts(typed)
    return texts


def _texts(typed: list[str]) -> list[str]:
    return [text.strip() for text in typed if text.strip()]


def _told_apart(question: Question, theirs: Any, yours: Any) -> tuple[str | None, str | None]:
    if question.kind is not Kind.TABLE:
        return as_text(question, theirs), as_text(question, yours)
    their_rows = [_cells(question, row) for row in theirs or ()]
    your_rows = [_cells(question, row) for row in yours or ()]
    differing = [
        number
        for number in range(max(len(their_rows), len(your_rows)))
        if their_rows[number : number + 1] != your_rows[number : number + 1]
    ]
    return _rows_told(their_rows, differing), _rows_told(your_rows, differing)


def _rows_told(rows: list[tuple[str | None, ...]], numbers: list[int]) -> str | None:
    """Only the lines that differ: a table may have ninety."""
    if not rows:
        return None
    told = (" · ".join(cell or "—" for cell in rows[number]) if number < len(rows) else NO_ROW for number in numbers)
    return f"{NARROW}; ".join(f"ligne {number + 1}{NBSP}: {line}" for number, line in zip(numbers, told, strict=True))
