"""A table: as many rows of questions as the person fills."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wtforms.utils import unset_value

from grantapp.domain.answer import Misread
from grantapp.domain.project_file import MOST_ROWS
from grantapp.domain.question import Question
from grantapp.forms.base import AnswerField, Mention, Posted
from grantapp.french import NBSP, euros


@dataclass(frozen=True)
class Row:
    """One line of a table: « Ligne 2 », with one field per column."""

    number: int
    label: str
    cells: list[AnswerField]

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for cell in self.cells)

    @property
    def answer(self) -> dict[str, object]:
        given = {cell.question.name: cell.answer for cell in self.cells}
        return {name: answer for name, answer in given.items() if answer is not None}


class TableField(AnswerField):
    """Rows of questions. Blank rows are dropped as they arrive and the others numbered anew, so that row 2 of the page
    is row 2 of the answers; a row in which nothing could be understood is kept, since somebody wrote something in it.
    """

    control = "table"

    def __init__(self, question: Question, *args: Any, cells: Mapping[str, type[AnswerField]], **settings: Any) -> None:
        super().__init__(question, *args, **settings)
        self.columns = question.columns
        self.cells = cells  # the class of each column
        self.rows: list[Row] = []
        self.data = None

    @property
    def totals(self) -> list[str]:
        """The sum of what is understood in each column that asks for one."""
        return [
            euros(sum((row.cells[place].data or Decimal(0) for row in self.rows), Decimal(0))) if column.total else ""
            for place, column in enumerate(self.columns)
        ]

    def process(self, formdata: Posted | None, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.rows = []
        if formdata is None:
            for record in () if data is unset_value or data is None else data:
                self._add(record=record)
            return
        numbers = self._numbers(formdata)
        for sent in numbers[:MOST_ROWS]:
            row = self._add({each.name: formdata.getlist(f"{self.name}-{sent}-{each.name}") for each in self.columns})
            if row.is_blank:
                self.rows.pop()
        if len(numbers) > MOST_ROWS:
            self.process_errors.append(
                str(Misread(f"Ce tableau accepte {MOST_ROWS} lignes au plus : les suivantes n'ont pas été gardées."))
            )

    def _numbers(self, formdata: Posted) -> list[int]:
        """The numbers of the rows in which something was typed."""
        columns = "|".join(column.name for column in self.columns)
        cell = re.compile(rf"{self.name}-(0|[1-9][0-9]{{0,4}})-(?:{columns})")
        sent = (cell.fullmatch(name) for name, values in formdata.items() if any(map(str.strip, values)))
        return sorted({int(found[1]) for found in sent if found})

    def _add(self, typed: dict[str, list[str]] | None = None, record: object = None) -> Row:
        place = len(self.rows)
        label = f"Ligne {place + 1}"
        cells = []
        for column in self.columns:
            cell = self.cells[column.name](
                column,
                name=f"{self.name}-{place}-{column.name}",
                id=f"{self.id}-{place}-{column.name}",
                spoken=f"{self.question.label}, {label.lower()}{NBSP}: {column.label}",
                _form=self._form,
                _meta=self.meta,
                _translations=self._translations,
            )
            posted = None if typed is None else Posted({cell.name: typed[column.name]})
            cell.process(posted, getattr(record, column.name, None))
            cells.append(cell)
        self.rows.append(Row(place + 1, label, cells))
        return self.rows[-1]

    def make_room(self, extra_rows: int) -> None:
        for _ in range(min(extra_rows, MOST_ROWS - len(self.rows))):
            self._add()

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        self.errors = list(self.process_errors)
        well_formed = [cell.validate(form) for row in self.rows for cell in row.cells]
        return not self.errors and all(well_formed)

    @property
    def is_blank(self) -> bool:
        return all(row.is_blank for row in self.rows) and not self.process_errors

    @property
    def answer(self) -> object:
        return [row.answer for row in self.rows if not row.is_blank] or None

    def raw(self) -> dict[str, list[str]]:
        return {name: texts for row in self.rows for cell in row.cells for name, texts in cell.raw().items()}

    def said_wrong(self) -> Iterator[Mention]:
        yield from super().said_wrong()
        for row in self.rows:
            for cell in row.cells:
                yield from cell.said_wrong()

    def said_invisibly(self) -> Iterator[Mention]:
        for row in self.rows:
            for cell in row.cells:
                yield from cell.said_invisibly()
