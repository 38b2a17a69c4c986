"""A day to look at, with its hour when it matters. Nothing typed means now."""

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from wtforms import Form

from grantapp.domain.answer import Misread
from grantapp.domain.question import Kind, question, questions_of
from grantapp.forms.base import AnswerField, FrenchMeta, Posted, Summary
from grantapp.forms.fields import CODE, DayField

HOUR = re.compile(r"(\d{1,2})\s*(?:h(?:eures?)?|:)\s*(\d{2})?(?:\s*min)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """The wording of the questions."""

    day: date | None = question(
        "À quelle date ?",
        Kind.DAY,
        hint="Laissez vide pour aujourd'hui. Par exemple : 15/03/2022.",
        required=False,
    )
    filed_on: date | None = question("Jour du dépôt", Kind.DAY, hint="Par exemple : 29/04/2022.", required=False)
    filed_hour: str | None = question(
        "Heure, à Paris", hint="Par exemple : 16 h 30. Midi si vous ne dites rien.", required=False
    )


ASKED = {each.name: each for each in questions_of(Looked, "date")}


class HourField(AnswerField):
    """`16 h 30`, `16h`, `16:30`."""

    attributes = CODE

    def understood(self, text: str) -> Any:
        found = HOUR.fullmatch(" ".join(text.split())[:20])
        if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise Misread("Écrivez une heure, par exemple 16 h 30.")
        return time(int(found[1]), int(found[2] or 0))

    def spelled(self, value: time) -> str:
        return f"{value.hour} h {value.minute:02d}"


class InstantForm(Summary, Form):
    class Meta(FrenchMeta):
        pass

    def __init__(self, typed: Any) -> None:
        super().__init__(Posted.of(typed))


class DayForm(InstantForm):
    """`form.day.data` is the day, None for today or for what could not be read."""

    day = DayField(ASKED["day"])


class FilingForm(InstantForm):
    """The instant of a filing that one supposes."""

    filed_on = DayField(ASKED["filed_on"])
    filed_hour = HourField(ASKED["filed_hour"])
