"""The blank form: every question of an edition on paper, to read before starting. Not to be sent back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from grantapp import french
from grantapp.documents import pdf as printer
from grantapp.documents.answers import FIGURES, side_by_side
from grantapp.documents.leaf import identifier
from grantapp.documents.report import Bibliography, References, Source
from grantapp.domain.questionnaire import Questionnaire
from grantapp.french import NARROW

FIRST_QUESTIONS = 2  # the calendar is part 1
WRITTEN = {  # what is written in the empty place of a short answer
    "day": "jj / mm / aaaa",
    "email": "nom@domaine.fr",
    "siren": "9 chiffres",
    "siret": "14 chiffres",
    "postcode": "5 chiffres",
    "insee": "5 caractères",
    "year": "année",
}


@dataclass(frozen=True)
class Column:
    label: str
    is_figure: bool


@dataclass(frozen=True)
class Choice:
    label: str
    hint: str


@dataclass(frozen=True)
class Item:
    """A question as it is laid out."""

    anchor: str
    number: str
    label: str
    shape: str  # line, text, choices, table, tick
    required: bool
    condition: str
    hint: str
    why: str
    unit: str
    written: str
    choices: tuple[Choice, ...]
    several: bool
    tables: tuple[tuple[Column, ...], ...]
    columns_to_choose: tuple[tuple[str, str], ...]  # a column of a table, and what can be chosen in it
    is_tall: bool


@dataclass(frozen=True)
class Part:
    name: str
    number: int
    title: str
    intro: str
    condition: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Clause:
    rule: str
    title: str
    looks_at: str
    is_blocking: bool
    references: References


@dataclass(frozen=True)
class Moment:
    label: str
    text: str
    references: References


@dataclass(frozen=True)
class BlankForm:
    title: str
    call: str
    version: str
    authority: str
    fingerprint: str
    carried: str
    intro: str
    moments: tuple[Moment, ...]
    said: tuple[Moment, ...]
    pieces: Part | None
    parts: tuple[Part, ...]
    clauses: tuple[Clause, ...]
    sources: tuple[Source, ...]
    questions: int

    @property
    def doubtful(self) -> int:
        return sum(1 for clause in self.clauses if not clause.references.is_verified)

    @property
    def rules_part(self) -> int:
        return FIRST_QUESTIONS + len(self.parts) + (1 if self.pieces else 0)


def pdf(questionnaire: Questionnaire) -> bytes:
    """The same questions give the same bytes."""
    html = printer.environment().get_template("documents/blank_form.html").render(form=blank_form(questionnaire))
    return printer.render(html, identifier=identifier("blank_form", questionnaire.fingerprint))


def blank_form(questionnaire: Questionnaire) -> BlankForm:
    content = questionnaire.content
    edition, texts = content["edition"], content["texts"]
    bibliography = Bibliography()
    # The pieces come first: they take the longest to gather.
    sections = sorted(content["sections"], key=lambda each: each["name"] != "pieces")
    numbers = {
        question["anchor"]: f"{part}.{place}"
        for part, section in enumerate(sections, start=FIRST_QUESTIONS)
        for place, question in enumerate(section["questions"], start=1)
    }
    parts = tuple(_part(section, part, numbers) for part, section in enumerate(sections, start=FIRST_QUESTIONS))
    return BlankForm(
        title=edition["title"]["text"],
        call=edition["call"]["text"],
        version=edition["version"],
        authority=edition["authority"]["text"],
        fingerprint=questionnaire.fingerprint,
        carried=texts["carried"]["text"] if edition["carried_from"] else "",
        intro=texts["intro"]["text"],
        moments=tuple(_moments(content, bibliography)),
        said=tuple(
            Moment(
                french.typeset(heading), texts[name]["text"], bibliography.references(texts[name]["citations"], "appel")
            )
            for name, heading in (("contact", "À qui parler"), ("filing", "Où déposer"), ("payments", "Versement"))
            if name in texts
        ),
        pieces=next((part for part in parts if part.name == "pieces"), None),
        parts=tuple(part for part in parts if part.name != "pieces"),
        clauses=tuple(
            Clause(
                rule=rule["rule"],
                title=rule["title"],
                looks_at=french.listing(_numbers(rule["looks_at"], numbers)),
                is_blocking=rule["severity"] == "blocking",
                references=bibliography.references(rule["citations"], rule["rule"]),
            )
            for rule in content["rules"]
        ),
        sources=bibliography.sources,
        questions=len(numbers),
    )


def _moments(content: Mapping[str, Any], bibliography: Bibliography) -> Iterator[Moment]:
    """The calendar of the call: its dates, those of a region that has its own, the rounds."""
    window = content["window"]
    hour = window["hour_note"]
    yield Moment("Dépôt", _dates(window), bibliography.references(window["citations"], "dates"))
    if hour["text"]:
        yield Moment("Heure", hour["text"], bibliography.references(hour["citations"], "dates"))
    for own in content["regions"]:
        yield Moment(own["region"], _dates(own), bibliography.references(own["citations"], "dates"))
    for each in content["rounds"]:
        on = french.day(date.fromisoformat(each["on"]))
        at = time.fromisoformat(each["hour"]) if each["hour"] else None
        when = f"relève du {on}, à {at.hour}{french.NBSP}h" if at else f"relève du {on}"
        yield Moment(each["region"], when, bibliography.references(each["citations"], "dates"))


def _dates(window: Mapping[str, Any]) -> str:
    opens, closes = (french.day(date.fromisoformat(window[name])) for name in ("opens_on", "closes_on"))
    return french.typeset(f"du {opens} au {closes}, ces deux jours compris")


def _part(section: Mapping[str, Any], number: int, numbers: Mapping[str, str]) -> Part:
    return Part(
        name=section["name"],
        number=number,
        title=section["title"],
        intro=section["intro"],
        condition=_condition(section["asked_if"], numbers),
        items=tuple(_item(question, numbers) for question in section["questions"]),
    )


def _item(question: Mapping[str, Any], numbers: Mapping[str, str]) -> Item:
    kind = question["kind"]
    choices = tuple(Choice(each["label"], each["hint"]) for each in question.get("choices", ()))
    if kind == "yes_no":
        choices = (Choice("Oui", ""), Choice("Non", ""))
    shape = {
        "text": "text", "parcels": "text", "table": "table", "confirm": "tick", "pieces": "tick",
    }.get(kind, "choices" if choices else "line")  # fmt: skip
    columns = [
        Column(
            f"{each['label']}{french.NBSP}({each['unit']})" if each["unit"] else each["label"], each["kind"] in FIGURES
        )
        for each in question.get("columns", ())
    ]
    return Item(
        anchor=question["anchor"],
        number=numbers[question["anchor"]],
        label=question["label"],
        shape=shape,
        required=question["required"],
        condition=_condition(question["asked_if"], numbers),
        hint=question["hint"],
        why=question["why"],
        unit=question["unit"],
        written=WRITTEN.get(kind, ""),
        choices=choices,
        several=kind == "several_of",
        tables=tuple(side_by_side(columns)),
        columns_to_choose=tuple(
            (each["label"], f"{NARROW}; ".join(choice["label"] for choice in each["choices"]))
            for each in question.get("columns", ())
            if "choices" in each
        ),
        is_tall=kind == "text" and question["limit"] > 2_000,
    )


def _condition(conditions: Iterable[Mapping[str, Any]], numbers: Mapping[str, str]) -> str:
    """`si 2.1 est « Des travaux » ou « Les deux »`, by the numbers of this form."""
    told = [
        f"{numbers[each['anchor']]} est {french.listing((f'« {value} »' for value in each['values']), 'ou')}"
        for each in conditions
    ]
    return french.typeset(f"Seulement si la réponse à {french.listing(told)}.") if told else ""


def _numbers(anchors: Iterable[str], numbers: Mapping[str, str]) -> list[str]:
    """The numbers of the questions a rule looks at, each once; a column counts for its table."""
    found = (numbers.get(".".join(anchor.split(".")[:2])) for anchor in anchors)
    return list(dict.fromkeys(each for each in found if each))
