"""The form of each section, made from its questions: no second list."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from wtforms.fields.core import UnboundField

from grantapp.domain.project import Section
from grantapp.domain.question import Kind, Question
from grantapp.forms.base import AnswerField, Posted, StepForm
from grantapp.forms.choices import (
    ConfirmField,
    OneInListField,
    OneOfField,
    SeveralOfField,
    YesNoField,
    YesNoInListField,
)
from grantapp.forms.fields import (
    AmountField,
    AreaField,
    CodeField,
    DayField,
    EmailField,
    InseeField,
    LineField,
    NumberField,
    PercentField,
    PhoneField,
    SirenField,
    SiretField,
    TextField,
    WholeField,
    YearField,
)
from grantapp.forms.parcels import ParcelsField
from grantapp.forms.tables import TableField

KINDS: dict[Kind, type[AnswerField]] = {
    Kind.LINE: LineField,
    Kind.TEXT: TextField,
    Kind.WHOLE: WholeField,
    Kind.YEAR: YearField,
    Kind.AMOUNT: AmountField,
    Kind.AREA: AreaField,
    Kind.DECIMAL: NumberField,
    Kind.PERCENT: PercentField,
    Kind.DAY: DayField,
    Kind.YES_NO: YesNoField,
    Kind.CONFIRM: ConfirmField,
    Kind.ONE_OF: OneOfField,
    Kind.SEVERAL_OF: SeveralOfField,
    Kind.SIREN: SirenField,
    Kind.SIRET: SiretField,
    Kind.EMAIL: EmailField,
    Kind.PHONE: PhoneField,
    Kind.POSTCODE: CodeField,
    Kind.INSEE: InseeField,
    Kind.PARCELS: ParcelsField,
    Kind.TABLE: TableField,
}  # pieces are not typed: attachments have their own routes
CELLS = KINDS | {Kind.ONE_OF: OneInListField, Kind.YES_NO: YesNoInListField}

# What a browser may fill in: the organisation's own details (WCAG 1.3.5). Everything else is about the project.
AUTOCOMPLETE = {
    "organisation.name": "organization",
    "organisation.address": "address-line1",
    "organisation.postcode": "postal-code",
    "organisation.town": "address-level2",
    "organisation.representative": "name",
    "organisation.representative_role": "organization-title",
    "organisation.email": "email",
    "organisation.phone": "tel",
}
# The decimal keyboard of some telephones has no minus sign.
MAY_BE_NEGATIVE = {"finances.own_funds"}


def form_for(
    section: Section,
    formdata: Any = None,
    record: object = None,
    *,
    questions: Iterable[Question] | None = None,
    extra_rows: int = 3,
) -> StepForm:
    """The form of a section: filled with what was typed (a request's form, or the `raw()` of an earlier one), else with
    the record. `questions` are those to show, all of them by default; `extra_rows` blank rows end each table.
    """
    fields = _fields_of(section)
    shown = fields if questions is None else {each.name for each in questions}
    return StepForm(section, fields, None if formdata is None else Posted.of(formdata), record, shown, extra_rows)


@cache
def _fields_of(section: Section) -> dict[str, UnboundField]:
    return {asked.name: _field_of(asked) for asked in section.questions if asked.kind in KINDS}


def _field_of(asked: Question) -> UnboundField:
    if asked.kind is Kind.TABLE:
        return TableField(asked, cells={column.name: CELLS[column.kind] for column in asked.columns})
    told = {}
    if asked.anchor in AUTOCOMPLETE:
        told["autocomplete"] = AUTOCOMPLETE[asked.anchor]
    if asked.anchor in MAY_BE_NEGATIVE:
        told["inputmode"] = "text"
    return KINDS[asked.kind](asked, attributes=told)
