"""The way through the questions: which are asked, which are unanswered, the state of each step, next and previous."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grantapp.domain.edition import Edition
from grantapp.domain.project import Project, Section, conditions_of, is_asked, section_named
from grantapp.domain.question import Kind, Question, all_hold
from grantapp.french import typeset


class StepState(StrEnum):
    NOT_ASKED = "not_asked"
    TO_START = "to_start"
    STARTED = "started"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Gap:
    """One answer or piece that is still missing; `row` counts from 1 inside a table."""

    anchor: str
    section: str
    label: str
    is_piece: bool


def steps(edition: Edition) -> tuple[Section, ...]:
    """The sections an edition asks, in its order."""
    return tuple(section_named(name) for name in edition.steps)


def asked_steps(edition: Edition, project: Project) -> tuple[Section, ...]:
    """The steps that this project goes through; a step is left out once an answer says that it does not apply."""
    return tuple(step for step in steps(edition) if _section_asked(project, step) is not False)


def _section_asked(project: Project, section: Section) -> bool | None:
    answers = {each.anchor: project.answer(each.anchor) for each in section.asked_if}
    return all_hold(section.asked_if, answers)


def after(edition: Edition, project: Project, name: str) -> Section | None:
    """The step that follows, or None after the last."""
    names = [step.name for step in steps(edition)]
    later = names[names.index(name) + 1 :]
    return next((step for step in asked_steps(edition, project) if step.name in later), None)


def before(edition: Edition, project: Project, name: str) -> Section | None:
    names = [step.name for step in steps(edition)]
    earlier = names[: names.index(name)]
    return next((step for step in reversed(asked_steps(edition, project)) if step.name in earlier), None)


def questions_of(edition: Edition, section: Section) -> tuple[Question, ...]:
    """The questions of a step that this edition asks: not those that wait for an answer it does not ask for."""
    return tuple(
        asked
        for asked in section.questions
        if asked.anchor not in edition.unasked
        and all(_asks(edition, each.anchor) for each in conditions_of(asked.anchor))
    )


def _asks(edition: Edition, anchor: str) -> bool:
    return anchor.partition(".")[0] in edition.steps and anchor not in edition.unasked


def questions_shown(edition: Edition, project: Project, section: Section) -> tuple[Question, ...]:
    """The questions on the page: those whose condition fails *because of another page* are left out.

    A condition on the same page stays, so that a browser without scripts can answer both at once.
    """
    return tuple(
        asked
        for asked in questions_of(edition, section)
        if is_asked(project, asked.anchor) is not False
        or any(each.anchor.startswith(f"{section.name}.") for each in asked.asked_if)
    )


def gaps(edition: Edition, project: Project) -> tuple[Gap, ...]:
    """Every required answer that is asked and missing, in the order of the pages."""
    return tuple(gap for step in steps(edition) for gap in gaps_in(edition, project, step))


def gaps_in(edition: Edition, project: Project, section: Section) -> Iterator[Gap]:
    for asked in questions_of(edition, section):
        if not asked.required or is_asked(project, asked.anchor) is not True:
            continue
        value = project.answer(asked.anchor)
        if value is None or value == () or value == "":
            yield Gap(asked.anchor, section.name, asked.label, asked.kind is Kind.PIECES)
        elif asked.kind is Kind.TABLE:
            yield from _gaps_in_rows(asked, value)


def _gaps_in_rows(table: Question, rows: tuple[object, ...]) -> Iterator[Gap]:
    for number, row in enumerate(rows, start=1):
        for column in table.columns:
            if column.required and getattr(row, column.name) is None:
                label = typeset(f"{table.label}, ligne {number} : {column.label}")
                yield Gap(f"{table.anchor}[{number}].{column.name}", table.section, label, is_piece=False)


def state_of(edition: Edition, project: Project, section: Section) -> StepState:
    if _section_asked(project, section) is False:
        return StepState.NOT_ASKED
    questions = questions_of(edition, section)
    answers = [project.answer(asked.anchor) for asked in questions]
    if all(value is None or value in ((), "") for value in answers):
        return StepState.TO_START if questions else StepState.COMPLETE
    return StepState.STARTED if any(gaps_in(edition, project, section)) else StepState.COMPLETE
