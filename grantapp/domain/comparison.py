"""One project by several editions, side by side: rule by rule, amount by amount, what differs apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import Finding, Severity, Verdict, about_the_date
from grantapp.domain.judgement import Judgement, judge, judge_on_merits
from grantapp.domain.judgement import as_json as judgement_as_json
from grantapp.domain.project import Project
from grantapp.french import typeset


class State(StrEnum):
    """What one edition says of one rule."""

    MET = "met"
    NOT_MET = "not_met"
    WARNING = "warning"  # not met, and it does not block
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"  # the edition has the rule, and it does not concern this project
    ABSENT = "absent"  # the edition does not have the rule


@dataclass(frozen=True)
class Cell:
    state: State
    finding: Finding | None = None

    @property
    def is_to_confirm(self) -> bool:
        return self.finding is not None and not self.finding.is_verified


@dataclass(frozen=True)
class RuleRow:
    """One rule across the editions, in their order."""

    rule: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """The editions that have it do not say the same; or some lack it where another does not let it pass."""
        said = {cell.state for cell in self.cells}
        judged = said - {State.ABSENT}
        return len(judged) > 1 or (State.ABSENT in said and not judged <= {State.MET, State.NOT_APPLICABLE})

    @property
    def is_partial(self) -> bool:
        """Some editions lack it, and the others are content."""
        return not self.differs and any(cell.state is State.ABSENT for cell in self.cells)


@dataclass(frozen=True)
class AmountRow:
    """One line of the arithmetic across the editions; euros, None where an edition gives no figure."""

    code: str
    label: str
    amounts: tuple[Decimal | None, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.amounts)) > 1


@dataclass(frozen=True)
class Comparison:
    at: datetime
    by_date: bool  # whether the rules about the date were judged too
    editions: tuple[Edition, ...]
    judgements: tuple[Judgement, ...]
    rules: tuple[RuleRow, ...]
    amounts: tuple[AmountRow, ...]

    @property
    def differing(self) -> tuple[RuleRow, ...]:
        return tuple(row for row in self.rules if row.differs)

    @property
    def partial(self) -> tuple[RuleRow, ...]:
        return tuple(row for row in self.rules if row.is_partial)

    @property
    def same(self) -> tuple[RuleRow, ...]:
        return tuple(row for row in self.rules if not row.differs and not row.is_partial)


def compare(editions: Sequence[Edition], project: Project, at: datetime, *, by_date: bool = False) -> Comparison:
    """The same project, the same day, several books of rules. Without `by_date` no edition is refused for its dates."""
    judged = judge if by_date else judge_on_merits
    judgements = tuple(judged(edition, project, at) for edition in editions)
    return Comparison(
        at, by_date, tuple(editions), judgements, _rules(editions, judgements, by_date), _amounts(judgements)
    )


def _rules(editions: Sequence[Edition], judgements: Sequence[Judgement], by_date: bool) -> tuple[RuleRow, ...]:
    """By code, which is the number of the rule in our table; the first edition that has it gives its title."""
    titles: dict[str, str] = {}
    for edition in editions:
        for rule in edition.rules:
            if by_date or not about_the_date(rule):
                titles.setdefault(rule.code, typeset(rule.title))
    return tuple(
        RuleRow(code, titles[code], tuple(_cell(*each, code) for each in zip(editions, judgements, strict=True)))
        for code in sorted(titles)
    )


def _cell(edition: Edition, judgement: Judgement, code: str) -> Cell:
    found = next((each for each in judgement.findings if each.rule == code), None)
    if found is None:
        has_it = any(rule.code == code for rule in edition.rules)
        return Cell(State.NOT_APPLICABLE if has_it else State.ABSENT)
    if found.verdict is Verdict.NOT_MET and found.severity is Severity.WARNING:
        return Cell(State.WARNING, found)
    return Cell(State(found.verdict.value), found)


def _amounts(judgements: Sequence[Judgement]) -> tuple[AmountRow, ...]:
    """The lines of which one edition at least gives a figure."""
    labels = {line.code: line.label for judgement in judgements for line in judgement.aid.lines}
    rows = (
        AmountRow(code, label, tuple(judgement.aid.amount(code) for judgement in judgements))
        for code, label in labels.items()
    )
    return tuple(row for row in rows if any(amount is not None for amount in row.amounts))


def as_json(comparison: Comparison) -> dict[str, object]:
    """The published form: `grantapp compare --json`."""
    names = [edition.id for edition in comparison.editions]
    return {
        "on": comparison.at.isoformat(),
        "by_date": comparison.by_date,
        "editions": [
            {"id": edition.id, "title": edition.title, "conclusion": judgement.conclusion.value}
            for edition, judgement in zip(comparison.editions, comparison.judgements, strict=True)
        ],
        "rules": [
            {
                "rule": row.rule,
                "title": row.title,
                "differs": row.differs,
                "states": dict(zip(names, (cell.state.value for cell in row.cells), strict=True)),
                "to_confirm": [name for name, cell in zip(names, row.cells, strict=True) if cell.is_to_confirm],
            }
            for row in comparison.rules
        ],
        "amounts": [
            {
                "code": row.code,
                "label": row.label,
                "amounts": {
                    name: None if amount is None else f"{amount:f}"
                    for name, amount in zip(names, row.amounts, strict=True)
                },
            }
            for row in comparison.amounts
        ],
        "judgements": [judgement_as_json(each) for each in comparison.judgements],
    }
