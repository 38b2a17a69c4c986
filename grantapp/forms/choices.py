"""Answers to choose: radio buttons, boxes to tick, lists to open."""

from typing import Any

from markupsafe import Markup
from wtforms.widgets import html_params

from grantapp.domain.answer import Misread, understand
from grantapp.domain.question import Question
from grantapp.forms.base import AnswerField, Option
from grantapp.french import yes_no

MOST_RADIOS = 6  # more choices than that are a list to open


class SelectWidget:
    """A list to open; it begins with no answer at all."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        attributes.setdefault("id", field.id)
        written = [Markup('<option value="">Choisissez</option>')]
        for option in field.options:
            told = html_params(value=option.value, selected=option.checked)
            written.append(Markup("<option {}>{}</option>").format(told, option.label))
        return Markup("<select {}>{}</select>").format(
            html_params(name=field.name, **attributes), Markup("").join(written)
        )


class OneOfField(AnswerField):
    """One answer among those shown: radio buttons, or a list to open when they are many."""

    control = "radios"
    widget = SelectWidget()
    refusal = "Choisissez une des réponses proposées."

    def __init__(self, question: Question, *args: Any, **settings: Any) -> None:
        super().__init__(question, *args, **settings)
        if self.control == "radios" and len(self.choices()) > MOST_RADIOS:
            self.control = "select"

    def choices(self) -> list[tuple[str, str, str]]:
        """Value, label, hint."""
        return [(each.value, each.label, each.hint) for each in self.question.choices or ()]

    def understood(self, text: str) -> Any:
        self.check(text)
        return understand(self.question, text)

    def check(self, text: str) -> None:
        if text not in {value for value, _, _ in self.choices()}:
            raise Misread(self.refusal)

    def spelled(self, value: Any) -> str:
        return str(value.value)

    @property
    def options(self) -> list[Option]:
        return [
            Option(self.id if place == 1 else f"{self.id}-{place}", value, label, hint, value in self.typed)
            for place, (value, label, hint) in enumerate(self.choices(), 1)
        ]


class YesNoField(OneOfField):
    refusal = "Choisissez oui ou non."

    def choices(self) -> list[tuple[str, str, str]]:
        return [("oui", yes_no(True), ""), ("non", yes_no(False), "")]

    def understood(self, text: str) -> Any:
        self.check(text)
        return understand(self.question, text == "oui")

    def spelled(self, value: bool) -> str:
        return "oui" if value else "non"


class OneInListField(OneOfField):
    """In a table, where radio buttons would take too much room."""

    control = "select"


class YesNoInListField(YesNoField):
    control = "select"


class ConfirmField(OneOfField):
    """One box to tick; its label is the question."""

    control = "checkbox"
    refusal = "Cochez la case, ou laissez-la vide."

    def choices(self) -> list[tuple[str, str, str]]:
        return [("oui", self.question.label, self.question.hint)]

    def understood(self, text: str) -> Any:
        self.check(text)
        return understand(self.question, True)

    def spelled(self, value: bool) -> str:
        return "oui"


class SeveralOfField(OneOfField):
    """As many answers as one likes among those shown."""

    control = "checkboxes"
    most_values = 50  # a page has fewer boxes

    def read(self, texts: list[str]) -> Any:
        chosen = [text for text in texts if text.strip()]
        for text in chosen:
            self.check(text)
        return understand(self.question, chosen) if chosen else None

    def write(self, value: Any) -> list[str]:
        return [self.spelled(each) for each in value]
