"""What the direction of a cooperative notes on its board."""

from dataclasses import dataclass
from datetime import date

from wtforms import Form

from grantapp.domain.question import Kind, question, questions_of
from grantapp.forms.base import FrenchMeta, Required, Summary
from grantapp.forms.fields import DayField


@dataclass(frozen=True, kw_only=True)
class Noted:
    decided_on: date | None = question("Date de la décision", Kind.DAY, hint="Par exemple 29/04/2022.")


class DecisionForm(Summary, Form):
    """The day of a decision; which one and the note are simpler than a question."""

    class Meta(FrenchMeta):
        pass

    decided_on = DayField(questions_of(Noted, "board")[0], [Required("Indiquez la date de la décision.")])
