"""Texts, identifiers, numbers and days as French people type them; the rest is refused with one clear sentence.

Every reader ends in `answer.understand`, where the bounds of an answer stand: a field only turns what a person
types into what a project file writes.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from stdnum.fr import siren, siret
from wtforms.widgets import TextArea

from grantapp.domain.answer import Misread, checked_number, understand
from grantapp.forms.base import AnswerField
from grantapp.french import MONTHS, NARROW, NBSP, euros, number

# What a browser is told of a text box: which keyboard to show, and to correct nothing.
PLAIN = {"autocomplete": "off"}
CODE = {**PLAIN, "spellcheck": "false", "autocapitalize": "none"}
DIGITS = {**CODE, "inputmode": "numeric"}
DECIMALS = {**CODE, "inputmode": "decimal"}
ADDRESS = {**CODE, "inputmode": "email"}  # not type=email: a browser would not send a draft's unfinished address
TELEPHONE = {**CODE, "type": "tel"}
LONG = {**PLAIN, "rows": "8"}


def one_line(text: str) -> str:
    """Any run of spaces (no-break, thin, tab…) as one plain space, without the marks that nobody sees."""
    seen = (" " if character.isspace() and character != "\n" else character for character in text if visible(character))
    return re.sub(" +", " ", "".join(seen)).strip()


def squeezed(text: str) -> str:
    """Without any space: `552 100 554` is `552100554`."""
    return "".join(character for character in text if visible(character) and not character.isspace())


def visible(character: str) -> bool:
    return unicodedata.category(character) != "Cf"  # zero-width spaces and joiners, often pasted with a figure


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────


class LineField(AnswerField):
    """A line of text, kept as written."""

    attributes = PLAIN

    def understood(self, text: str) -> Any:
        return understand(self.question, text)


class TextField(LineField):
    control = "textarea"
    widget = TextArea()
    attributes = LONG


class EmailField(LineField):
    attributes = ADDRESS


class PhoneField(LineField):
    attributes = TELEPHONE


class CodeField(AnswerField):
    """An identifier of fixed length, in which spaces mean nothing."""

    attributes = DIGITS

    def understood(self, text: str) -> Any:
        return understand(self.question, squeezed(text).upper())


class InseeField(CodeField):
    attributes = CODE  # Corsica: 2A004


class SirenField(CodeField):
    def understood(self, text: str) -> Any:
        code = squeezed(text)
        if siret.is_valid(code):
            raise Misread(f"C'est un numéro SIRET ; le SIREN en est le début : {siren.format(siret.to_siren(code))}.")
        return understand(self.question, code)

    def spelled(self, value: str) -> str:
        return siren.format(value)


class SiretField(CodeField):
    def understood(self, text: str) -> Any:
        code = squeezed(text)
        if siren.is_valid(code):
            raise Misread("C'est un numéro SIREN ; le SIRET a 5 chiffres de plus, ceux de l'établissement.")
        return understand(self.question, code)

    def spelled(self, value: str) -> str:
        return siret.format(value)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────

NUMBER = re.compile(
    r"(?P<sign>[-−–‑]?) ?(?P<whole>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:,(?P<comma>[0-9]+)|\.(?P<point>[0-9]{1,2}))?"
)
POINT = "Séparez les milliers par une espace et les décimales par une virgule, par exemple 12 500,50."
PLACES = "Pour séparer les milliers, mettez une espace : 12 500. Une virgule annonce des décimales : 12,5."


class NumberField(AnswerField):
    """`1 234,56` with any space; a point only before one or two decimals, since `1.234` may mean two things."""

    attributes = DECIMALS
    units: tuple[str, ...] = ()
    example = "Écrivez un nombre, par exemple 12 ou 12,5."

    def understood(self, text: str) -> Any:
        bare = self.without_unit(one_line(text))
        found = NUMBER.fullmatch(bare) if len(bare) <= self.question.limit else None
        if found is None:
            raise Misread(self.refusal(bare))
        decimals = found["comma"] or found["point"] or ""
        if self.is_doubtful(decimals):
            raise Misread(PLACES)
        whole = found["whole"].replace(" ", "").lstrip("0") or "0"
        decimals = decimals.rstrip("0")
        sign = "-" if found["sign"] and (whole, decimals) != ("0", "") else ""
        return self.meant(f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}")

    def without_unit(self, text: str) -> str:
        for unit in self.units:
            if text.casefold().endswith(unit):
                text = text[: -len(unit)].rstrip()
        return text

    def is_doubtful(self, decimals: str) -> bool:
        """`12,500` may come from a keyboard that writes thousands so; nobody writes decimals so."""
        return len(decimals) == 3 and decimals.endswith("0")

    def meant(self, plain: str) -> Any:
        """The answer, from the number as a project file writes it: `-1234.5`."""
        return understand(self.question, plain)

    def refusal(self, text: str) -> str:
        return POINT if re.search(r"[0-9]\.[0-9]", text) else self.example

    def spelled(self, value: Any) -> str:
        return as_typed(number(value))


def as_typed(text: str) -> str:
    """With the space and the minus sign of a keyboard."""
    return text.replace(NARROW, " ").replace("−", "-")


class AmountField(NumberField):
    units = ("h.t.", "ht", "€", "euros", "euro", "eur")  # « 1 200 € HT » loses HT, then €
    example = "Écrivez un montant en euros, par exemple 12 500 ou 12 500,50."

    def is_doubtful(self, decimals: str) -> bool:
        return len(decimals) > 2

    def refusal(self, text: str) -> str:
        said = text.casefold()
        if re.search(r"[0-9] ?[km]", said):
            return "Écrivez le montant entier, en euros : 1 200 000 pour 1,2 M€."
        if said.endswith("ttc") and "HT" in self.question.unit:
            return "Écrivez le montant hors taxes, par exemple 12 500."
        if said.startswith("(") and said.endswith(")"):
            return "Un montant négatif commence par le signe moins, par exemple −12 500."
        return super().refusal(text)

    def spelled(self, value: Any) -> str:
        return as_typed(euros(value).removesuffix(f"{NBSP}€"))


class AreaField(NumberField):
    units = ("m²", "m2", "mètres carrés")
    example = "Écrivez une surface en m², par exemple 12 500 ou 85,5."

    def refusal(self, text: str) -> str:
        if re.search(r"[0-9] ?(?:ha|are|a\b|ca|km)", text.casefold()):
            return "Écrivez la surface en m² : 10 000 pour un hectare."
        return super().refusal(text)


class PercentField(NumberField):
    units = ("%", "pour cent")
    example = "Écrivez un pourcentage, par exemple 25 ou 12,5."


class WholeField(NumberField):
    attributes = DIGITS
    example = "Écrivez un nombre entier, par exemple 12 500."

    def is_doubtful(self, decimals: str) -> bool:
        if decimals:
            raise Misread(self.example)
        return False

    def meant(self, plain: str) -> Any:
        return understand(self.question, int(checked_number(self.question, Decimal(plain))))

    def refusal(self, text: str) -> str:
        return self.example


class YearField(WholeField):
    example = "Écrivez l'année en quatre chiffres, par exemple 2009."

    def spelled(self, value: Any) -> str:
        return str(value)


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────

DAY_FIRST = re.compile(r"([0-9]{1,2}) ?[/. -] ?([0-9]{1,2}) ?[/. -] ?([0-9]{1,4})")
YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
IN_WORDS = re.compile(r"(?:le )?([0-9]{1,2})(?: ?er)? ?([a-z]{3,9})\.? ?([0-9]{1,4})")


class DayField(AnswerField):
    """`29/04/2022`, `29 avril 2022`, `1er mars 2022`, `2022-04-29`."""

    attributes = CODE

    def understood(self, text: str) -> Any:
        day, month, year = self.parts(one_line(text)[: self.question.limit])
        if len(year) != 4 or year.startswith("0"):
            raise Misread("Écrivez l'année avec ses quatre chiffres, par exemple 29/04/2022.")
        if not 1 <= month <= 12:
            raise Misread(f"Il n'y a pas de mois n° {month} : le jour, puis le mois, par exemple 29/04/2022.")
        last = monthrange(int(year), month)[1]
        if not 1 <= day <= last:
            raise Misread(f"Le {day} {MONTHS[month - 1]} {year} n'existe pas : ce mois a {last} jours.")
        return understand(self.question, date(int(year), month, day).isoformat())

    def parts(self, text: str) -> tuple[int, int, str]:
        """Day, month, and the year as it is written."""
        if found := DAY_FIRST.fullmatch(text):
            return int(found[1]), int(found[2]), found[3]
        if found := YEAR_FIRST.fullmatch(text):
            return int(found[3]), int(found[2]), found[1]
        found = IN_WORDS.fullmatch(folded(text))
        named = [place for place, month in enumerate(MONTHS, 1) if found and folded(month).startswith(found[2])]
        if found is None or len(named) != 1:
            raise Misread("Écrivez une date, par exemple 29/04/2022 ou 29 avril 2022.")
        return int(found[1]), named[0], found[3]

    def spelled(self, value: date) -> str:
        return f"{value.day:02}/{value.month:02}/{value.year:04}"


def folded(text: str) -> str:
    """Lower case without accents: `Févr.` is `fevr.`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))
