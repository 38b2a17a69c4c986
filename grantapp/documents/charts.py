"""The charts of a dossier as geometry: where the money comes from, where it goes, and when.

Pure computation, in units of a drawing `WIDTH` wide; templates/macros/charts.html draws it. What cannot be drawn is
said in a sentence instead: a chart is never wrong by leaving something out in silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from grantapp import french
from grantapp.domain.sections.funding import Post, SourceNature

WIDTH = Decimal(640)
LETTERS = "ABCDEFGHIJKLM"
NARROWEST_KEY = Decimal(14)  # a segment narrower than this has no room for its letter
LABELS = Decimal(232)  # at the left of bars and of the calendar
AMOUNTS = Decimal(104)  # at the right of bars
ROW = Decimal(26)
NARROWEST_SPAN = Decimal(3)  # a span of one day can still be seen
MOST_TICKS = 9
STEPS = (1, 2, 5, 10, 20, 50, 100)  # years between two marks of the calendar

Answers = Mapping[str, Any]  # values of a project file by anchor, of the questions that were asked


@dataclass(frozen=True)
class Segment:
    """A part of the whole bar."""

    key: str
    label: str
    amount: Decimal
    percent: int
    x: Decimal
    width: Decimal

    @property
    def shows_key(self) -> bool:
        return self.width >= NARROWEST_KEY

    @property
    def share(self) -> str:
        """`12 %`, or `< 1 %` of what is there but rounds to nothing."""
        return french.percent(self.percent) if self.percent else f"<{french.NBSP}{french.percent(1)}"

    @property
    def euros(self) -> str:
        return french.euros(self.amount)


@dataclass(frozen=True)
class Stack:
    """A whole cut into its parts, from left to right."""

    segments: tuple[Segment, ...]
    total: Decimal
    notes: tuple[str, ...]

    @property
    def is_drawn(self) -> bool:
        return bool(self.segments)

    @property
    def summary(self) -> str:
        parts = french.listing(f"{each.label}, {each.euros} ({each.share})" for each in self.segments)
        return french.typeset(f"Ressources, de gauche à droite : {parts}. Total : {french.euros(self.total)}.")


@dataclass(frozen=True)
class Bar:
    """A post of expenditure: what is put forward for aid, then the rest."""

    label: str
    amount: Decimal
    claimed: Decimal
    y: Decimal
    claimed_width: Decimal
    other_width: Decimal

    @property
    def euros(self) -> str:
        return french.euros(self.amount)


@dataclass(frozen=True)
class Bars:
    bars: tuple[Bar, ...]
    height: Decimal
    notes: tuple[str, ...]

    @property
    def is_drawn(self) -> bool:
        return bool(self.bars)

    @property
    def summary(self) -> str:
        parts = french.listing(
            f"{each.label}, {each.euros}"
            + (f" dont {french.euros(each.claimed)} présentés à l'aide" * bool(each.claimed))
            for each in self.bars
        )
        return french.typeset(f"Dépenses par poste : {parts}.")


@dataclass(frozen=True)
class Span:
    """One line of the calendar: some days, or from one day to another."""

    label: str
    y: Decimal
    marks: tuple[tuple[Decimal, Decimal], ...]  # x and width of each
    text: str
    is_call: bool


@dataclass(frozen=True)
class Tick:
    label: str
    x: Decimal


@dataclass(frozen=True)
class Timeline:
    spans: tuple[Span, ...]
    ticks: tuple[Tick, ...]
    filed_x: Decimal | None
    filed_text: str
    height: Decimal
    notes: tuple[str, ...]

    @property
    def is_drawn(self) -> bool:
        return bool(self.spans)

    @property
    def summary(self) -> str:
        told = " ; ".join(f"{each.label} : {each.text}" for each in self.spans)
        return french.typeset(f"Calendrier. {told}. {self.filed_text}")


@dataclass(frozen=True)
class Charts:
    funding: Stack
    expenditure: Bars
    calendar: Timeline


def charts(content: Mapping[str, Any]) -> Charts:
    """The charts of a frozen deposit, from what was asked and answered in it."""
    asked = {answer["anchor"] for section in content["sections"] for answer in section["answers"]}
    answers = {
        f"{section}.{name}": value
        for section, values in content["project"].items()
        if isinstance(values, Mapping)
        for name, value in values.items()
        if f"{section}.{name}" in asked
    }
    edition = content["edition"]
    return Charts(
        funding=funding_chart(answers.get("funding.sources") or ()),
        expenditure=expenditure_chart(answers.get("expenditure.lines") or ()),
        calendar=calendar_chart(
            answers,
            window=(date.fromisoformat(edition["opens_on"]), date.fromisoformat(edition["closes_on"])),
            at=datetime.fromisoformat(content["deposited_at"]),
            is_filed=content["number"] > 0,
        ),
    )


# ── sources of funds ─────────────────────────────────────────────────────────────────────────────────────────────


def funding_chart(rows: Iterable[Mapping[str, Any]]) -> Stack:
    """The financing plan, by nature, in the order in which the natures are offered."""
    rows = list(rows)
    sums = _sums(rows, "nature")
    notes = _left_out(rows, "nature", "ressource")
    if any(amount < 0 for amount in sums.values()):
        return Stack(
            (), Decimal(0), (*notes, french.typeset("Une ressource est négative : le plan n'est pas dessiné."))
        )
    parts = [(each.label, sums[each.value]) for each in SourceNature if sums.get(each.value)]
    if not parts:
        return Stack((), Decimal(0), (*notes, french.typeset("Aucune ressource chiffrée : rien à dessiner.")))
    return Stack(stacked(parts), sum((amount for _, amount in parts), Decimal(0)), notes)


def stacked(parts: Iterable[tuple[str, Decimal]], width: Decimal = WIDTH) -> tuple[Segment, ...]:
    """The parts side by side. All above zero; their widths make `width` exactly, and their percents 100."""
    given = list(parts)
    total = sum((amount for _, amount in given), Decimal(0))
    percents = shared_out([amount for _, amount in given])
    segments, before = [], Decimal(0)
    for key, (label, amount), percent in zip(LETTERS, given, percents, strict=False):
        x = _place(before / total * width)
        before += amount
        segments.append(Segment(key, label, amount, percent, x, _place(before / total * width) - x))
    return tuple(segments)


def shared_out(amounts: list[Decimal]) -> list[int]:
    """Whole percents that make 100: the largest remainders are rounded up."""
    total = sum(amounts, Decimal(0))
    exact = [amount * 100 / total for amount in amounts]
    whole = [int(each.to_integral_value(ROUND_FLOOR)) for each in exact]
    by_rest = sorted(range(len(amounts)), key=lambda index: exact[index] - whole[index], reverse=True)
    for index in by_rest[: 100 - sum(whole)]:
        whole[index] += 1
    return whole


# ── expenditure by post ──────────────────────────────────────────────────────────────────────────────────────────


def expenditure_chart(rows: Iterable[Mapping[str, Any]]) -> Bars:
    """The posts in the order in which they are offered; the longest bar is the dearest post."""
    rows = list(rows)
    sums, claims = _sums(rows, "post"), _sums([row for row in rows if row.get("claimed") is True], "post")
    notes = _left_out(rows, "post", "dépense")
    if any(amount < 0 for amount in (*sums.values(), *claims.values())):
        return Bars(
            (), Decimal(0), (*notes, french.typeset("Une dépense est négative : les postes ne sont pas dessinés."))
        )
    posts = [each for each in Post if sums.get(each.value)]
    if not posts:
        return Bars((), Decimal(0), (*notes, french.typeset("Aucune dépense chiffrée : rien à dessiner.")))
    room = WIDTH - LABELS - AMOUNTS
    dearest = max(sums[each.value] for each in posts)
    bars = []
    for index, post in enumerate(posts):
        amount, claimed = sums[post.value], min(claims.get(post.value, Decimal(0)), sums[post.value])
        whole, part = _place(amount / dearest * room), _place(claimed / dearest * room)
        bars.append(Bar(_in_short(post.label), amount, claimed, ROW * index, part, whole - part))
    return Bars(tuple(bars), ROW * len(bars), notes)


# ── calendar ─────────────────────────────────────────────────────────────────────────────────────────────────────

POST_GROUPS: tuple[tuple[str, tuple[Post, ...]], ...] = (
    ("Études et ingénierie", (Post.STUDIES, Post.ENGINEERING, Post.SUPERVISION)),
    ("Achat du terrain", (Post.LAND,)),
    ("Déconstruction, désamiantage", (Post.DEMOLITION, Post.ASBESTOS_REMOVAL)),
    ("Dépollution", (Post.DECONTAMINATION, Post.RESIDUAL, Post.ECOLOGY)),
    ("Aménagement et bâtiments", (Post.DEVELOPMENT, Post.REHABILITATION, Post.CONSTRUCTION)),
    ("Autres dépenses", (Post.OTHER,)),
)


def calendar_chart(answers: Answers, *, window: tuple[date, date], at: datetime, is_filed: bool) -> Timeline:
    """What was answered with a date, line by line, under the window of the call."""
    lines: list[tuple[str, list[tuple[date, date]], str, bool]] = [
        ("Dates de l'appel", [window], _from_to(*window), True),
    ]
    for label, anchor in (
        ("Plan de gestion", "pollution.management_plan_on"),
        ("Avant-projet", "pollution.preliminary_design_on"),
    ):
        if on := _day(answers.get(anchor)):
            lines.append((label, [(on, on)], french.day(on), False))
    signed = sorted(on for row in answers.get("schedule.contracts") or () if (on := _day(row.get("signed_on"))))
    if signed:
        lines.append(("Actes déjà signés", [(on, on) for on in signed], _several(signed), False))
    notes = []
    starts, ends = _day(answers.get("schedule.starts_on")), _day(answers.get("schedule.ends_on"))
    if starts and ends and starts <= ends:
        lines.append(("Opération", [(starts, ends)], _from_to(starts, ends), False))
    elif starts and ends:
        notes.append("La fin prévue vient avant le début : l'opération n'est pas dessinée.")
    elif starts or ends:
        only = starts or ends
        if only:
            word = "début" if starts else "fin"
            lines.append(("Opération", [(only, only)], f"{word} le {french.day(only)}", False))
    rows = answers.get("expenditure.lines") or ()
    for label, posts in POST_GROUPS:
        planned = sorted(on for row in rows if row.get("post") in posts and (on := _day(row.get("planned_on"))))
        if planned:
            lines.append(
                (
                    f"Dépenses : {label[0].lower()}{label[1:]}",
                    [(planned[0], planned[-1])],
                    _from_to(planned[0], planned[-1]),
                    False,
                )
            )
    filed_on = at.astimezone(french.PARIS).date()
    if len(lines) == 1:
        nothing = french.typeset("Aucune date n'est donnée : il n'y a pas de calendrier à dessiner.")
        return Timeline((), (), None, "", Decimal(0), (*(french.typeset(each) for each in notes), nothing))
    days = [day for _, spans, _, _ in lines for span in spans for day in span] + [filed_on]
    first, last = date(min(days).year, 1, 1), date(min(max(days).year + 1, date.max.year), 1, 1)
    place = _ruler(first, last)
    spans = tuple(
        Span(
            french.typeset(label),
            ROW * index,
            tuple(_mark(place, *each) for each in marks),
            french.typeset(text),
            is_call,
        )
        for index, (label, marks, text, is_call) in enumerate(lines)
    )
    return Timeline(
        spans=spans,
        ticks=tuple(_ticks(first, last, place)),
        filed_x=place(filed_on),
        filed_text=french.typeset(f"{'Déposé' if is_filed else 'Jugé'} le {french.day(filed_on)}."),
        height=ROW * len(spans),
        notes=tuple(french.typeset(each) for each in notes),
    )


def _ruler(first: date, last: date) -> Any:
    """From a day to its place; the first stands after the labels, the last at the right edge."""
    days = Decimal(max((last - first).days, 1))
    return lambda day: _place(LABELS + (day - first).days / days * (WIDTH - LABELS))


def _mark(place: Any, first: date, last: date) -> tuple[Decimal, Decimal]:
    """A day is drawn wide enough to be seen, and inside the drawing."""
    x = min(place(first), WIDTH - NARROWEST_SPAN)
    return x, max(place(last) - x, NARROWEST_SPAN)


def _ticks(first: date, last: date, place: Any) -> Iterable[Tick]:
    years = last.year - first.year
    step = next(each for each in STEPS if years <= each * MOST_TICKS or each == STEPS[-1])
    for year in range(first.year, last.year, step):
        yield Tick(str(year), place(date(year, 1, 1)))


def _from_to(first: date, last: date) -> str:
    return french.day(first) if first == last else f"du {french.day(first)} au {french.day(last)}"


def _several(days: list[date]) -> str:
    if len(days) <= 3:
        return french.listing(french.day(each) for each in days)
    return f"{french.number(len(days))} actes, {_from_to(days[0], days[-1])}"


# ── reading a project file ───────────────────────────────────────────────────────────────────────────────────────


def _sums(rows: Iterable[Mapping[str, Any]], column: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.get(column) and row.get("amount") is not None:
            sums[row[column]] = sums.get(row[column], Decimal(0)) + Decimal(row["amount"])
    return sums


def _left_out(rows: list[Mapping[str, Any]], column: str, word: str) -> tuple[str, ...]:
    """How many rows cannot be drawn, for want of a nature or of an amount."""
    count = sum(1 for row in rows if not row.get(column) or row.get("amount") is None)
    if not count:
        return ()
    verb = "n'est pas dessinée" if count == 1 else "ne sont pas dessinées"
    return (french.typeset(f"{french.plural(count, word)} sans montant ou sans nature {verb}."),)


def _in_short(label: str) -> str:
    """The head of a label: what stands in brackets or after a comma only makes it precise."""
    return label.partition(" (")[0].partition(",")[0]


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _place(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))
