"""What every form shares: how typed text is kept, how an answer is shown back, and the form of one step.

A form reads what was typed and says what is malformed; whether an answer is missing is the wizard's question, whether
the project is eligible the rules'. Every form has

    form.validate()       marks what is malformed; true when nothing is
    form.errors_by_field  Mention(id, label, sentence), in the order of the page: the error summary
    form.cleaned          Mention(id, label, sentence) of the fields that lost invisible characters
    for field in form     the fields to show, in order; form["area_m2"] is any one of them

and a `StepForm` also `answers()` and `raw()`. For whoever writes the templates, a field has

    field.question        the domain's Question: label, hint, why, unit, kind, required, anchor
    field.control         "input", "textarea", "select", "radios", "checkboxes", "checkbox", "password" or "table"
    field.id, field.name  `site-area_m2`, `area_m2`; in a table `expenditure-lines-0-amount`, `lines-0-amount`
    field.value           the text to show; field.values is the list of them
    field.errors          sentences, after form.validate()
    field.options         for "radios", "checkboxes", "checkbox" and "select": Option(id, value, label, hint, checked);
                          the first has the id of the field, so that the error summary leads to it
    field(class_="…")     the element of "input", "textarea", "select" and "password", with its inputmode and
                          autocomplete; "radios", "checkboxes", "checkbox" and "table" are written by the template

and a "table" also

    field.columns         the Questions of its columns
    field.rows            Row(number, label, cells): « Ligne 2 », and one field per column; the last rows are blank
    field.totals          one text per column: « 1 250 000 € » under a column that has a total, else ""

Everything in this room takes a time in proportion to what was typed: regular expressions repeat one class of
characters at a time, after runs of spaces were made one, and no letter carries thousands of accents.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from wtforms.fields import Field
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.i18n import get_translations
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from grantapp.domain.answer import MOST_MARKS, Misread, as_value, is_forbidden
from grantapp.domain.project import Section
from grantapp.domain.question import Question
from grantapp.french import number, typeset

MOST_CHARACTERS = 20_000  # kept of one field; far past the longest answer, so what was cut is never an answer
CUT = f"Ce texte atteint {number(MOST_CHARACTERS)} caractères : la suite n'a pas été gardée. Raccourcissez-le."
CLEANED = typeset("Nous avons retiré des caractères invisibles : relisez cette réponse.")


class Mention(NamedTuple):
    """Something to say about one field: the id to lead to, its label, the sentence."""

    id: str
    label: str
    sentence: str


class Option(NamedTuple):
    """One answer to choose."""

    id: str
    value: str
    label: str
    hint: str
    checked: bool


class French:
    """The library's own messages in French; one that it has not translated becomes a French sentence all the same."""

    unknown = "Vérifiez cette réponse."

    def __init__(self) -> None:
        self.catalogue = get_translations(["fr"])

    def gettext(self, string: str) -> str:
        said = self.catalogue.gettext(string)
        return self.unknown if said == string else typeset(said)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        said = self.catalogue.ngettext(singular, plural, n)
        return self.unknown if said in (singular, plural) else typeset(said)


class FrenchMeta(DefaultMeta):
    """How our forms differ from the library's: their language."""

    french = French()

    def get_translations(self, form: object) -> French:
        return self.french


class Posted(dict[str, list[str]]):
    """Typed texts by name, wherever they come from: a request's form, or what was saved as typed."""

    @classmethod
    def of(cls, formdata: Any) -> "Posted":
        """From a MultiDict, or from a plain mapping of texts or of lists of texts."""
        several = hasattr(formdata, "getlist")
        posted = cls()
        for name in formdata:
            values = formdata.getlist(name) if several else formdata[name]
            posted[name] = [text for text in ([values] if isinstance(values, str) else values) if isinstance(text, str)]
        return posted

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])

    def mentions(self, name: str) -> bool:
        """Whether a question, or a cell of its table, was on the page that was sent."""
        return any(each == name or each.startswith(f"{name}-") for each in self)


def kept(text: str) -> tuple[str, bool]:
    """The text as it is kept, and whether it lost anything invisible: controls, surrogates, direction marks, and what
    is past thirty accents on one letter (no script needs them, and putting them in order takes their number squared).
    """
    text = text[: 2 * MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    if not any(is_forbidden(character) or unicodedata.combining(character) for character in set(text)):
        return text[:MOST_CHARACTERS], False  # nearly always
    legible = []
    marks = 0
    for character in text:
        if is_forbidden(character):
            continue
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            legible.append(character)
    return "".join(legible[:MOST_CHARACTERS]), len(legible) < len(text)


class AnswerField(Field):
    """One question as it is typed: the texts, the answer they stand for, or the sentence that says what to type."""

    control = "input"
    widget = TextInput()
    attributes: Mapping[str, str | bool] = {}
    most_values = 1

    def __init__(self, question: Question, validators: Any = None, *, spoken: str = "", **settings: Any) -> None:
        settings.setdefault("id", question.anchor.replace(".", "-"))
        settings["render_kw"] = {**self.attributes, **settings.pop("attributes", {})}
        super().__init__(question.label, validators, description=question.hint, **settings)
        self.question = question
        self.spoken = spoken or question.label  # its name in the error summary
        self.typed: list[str] = []
        self.lost = False

    # what a kind of answer says for itself

    def understood(self, text: str) -> Any:
        """The answer that a text stands for, None for none, or `Misread`."""
        raise NotImplementedError

    def spelled(self, value: Any) -> str:
        """The answer as a person would type it: `understood` gives it back."""
        return str(value)

    def read(self, texts: list[str]) -> Any:
        return self.understood(texts[0]) if texts and texts[0].strip() else None

    def write(self, value: Any) -> list[str]:
        return [self.spelled(value)]

    # what the library calls

    def process_data(self, value: Any) -> None:
        self.data = value
        self.typed = [] if value is None or value == () else self.write(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        pairs = [kept(text) for text in valuelist[: self.most_values]]
        self.typed = [text for text, _ in pairs]
        self.lost = any(lost for _, lost in pairs)
        if any(len(text) >= MOST_CHARACTERS and not text.isspace() for text in self.typed):
            raise Misread(CUT)
        self.data = self.read(self.typed)

    def _value(self) -> str:
        return self.value

    # what forms and templates ask

    @property
    def value(self) -> str:
        return self.typed[0] if self.typed else ""

    @property
    def values(self) -> list[str]:
        return self.typed

    @property
    def options(self) -> list[Option]:
        return []

    @property
    def is_blank(self) -> bool:
        """Nothing was said: neither an answer nor something that could not be understood."""
        return (self.data is None or self.data == ()) and not self.process_errors

    @property
    def answer(self) -> object:
        """The answer as the project file writes it; None when there is none, or none that is well formed."""
        return None if self.data is None or self.data == () else as_value(self.question, self.data)

    def raw(self) -> dict[str, list[str]]:
        return {} if self.is_blank else {self.name: list(self.typed)}

    def make_room(self, extra_rows: int) -> None:
        """Blank rows at the end, for a table."""

    def said_wrong(self) -> Iterator[Mention]:
        for sentence in self.errors:
            yield Mention(self.id, self.spoken, str(sentence))

    def said_invisibly(self) -> Iterator[Mention]:
        if self.lost:
            yield Mention(self.id, self.spoken, CLEANED)


class Required:
    """For the forms that are not drafts: nothing typed is an error, with its own sentence."""

    def __init__(self, sentence: str) -> None:
        self.sentence = typeset(sentence)

    def __call__(self, form: BaseForm, field: Any) -> None:
        if field.is_blank:
            raise StopValidation(self.sentence)


class Summary:
    """What a page says once about all the fields of its form."""

    _fields: dict[str, AnswerField]

    @property
    def errors_by_field(self) -> list[Mention]:
        return [mention for field in self._fields.values() for mention in field.said_wrong()]

    @property
    def cleaned(self) -> list[Mention]:
        return [mention for field in self._fields.values() for mention in field.said_invisibly()]


class StepForm(Summary, BaseForm):
    """One section of a draft. It has a field for every question; a question that is not shown and was not sent keeps
    the answer of the record, so that hiding a question never erases it.
    """

    def __init__(
        self,
        section: Section,
        fields: Mapping[str, UnboundField],
        posted: Posted | None,
        record: object,
        shown: Iterable[str],
        extra_rows: int,
    ) -> None:
        super().__init__(dict(fields), meta=FrenchMeta())
        self.section = section
        self.shown = frozenset(shown)
        for name, field in self._fields.items():
            sent = posted is not None and (name in self.shown or posted.mentions(name))
            field.process(posted if sent else None, getattr(record, name, None))
            field.make_room(extra_rows)

    def __iter__(self) -> Iterator[AnswerField]:
        return (field for name, field in self._fields.items() if name in self.shown)

    def answers(self) -> dict[str, object]:
        """The section as the project file writes it; what is empty or malformed is left out."""
        given = {name: field.answer for name, field in self._fields.items()}
        return {name: answer for name, answer in given.items() if answer is not None}

    def raw(self) -> dict[str, list[str]]:
        """What was typed, by field name, and nothing that is not a field: `form_for` shows it back."""
        return {name: texts for field in self._fields.values() for name, texts in field.raw().items()}
