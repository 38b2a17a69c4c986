"""The size of an undertaking, explained line by line: Recommendation 2003/361/EC, annex, articles 2, 3, 4 and 6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from grantapp.domain.eligibility import Citation
from grantapp.domain.group import PARTNER_FROM, WHOLE, YEARS, Group, Part, group_of
from grantapp.domain.group_picture import GroupPicture, Node, nodes_of, picture_of
from grantapp.domain.sections.applicant import AccountingYear, Link
from grantapp.domain.size import Figures, SizeClass, lasting_class
from grantapp.french import day, listing, percent, typeset

RECOMMENDATION = Citation(
    text="Recommandation 2003/361/CE, annexe",
    at="articles 2, 3, 4 et 6",
    url="https://eur-lex.europa.eu/eli/reco/2003/361/oj",
    verified=False,
    note="Seuils lus dans une source secondaire ; le texte officiel est à relire.",
)
LONGEST_STEP = 550  # days between two closings that follow each other: a first accounting year may be long


@dataclass(frozen=True)
class Company:
    """The size class with its arithmetic, or `None` with what is missing."""

    size: SizeClass | None
    headcount: Decimal | None
    turnover: Decimal | None
    balance_total: Decimal | None
    lines: tuple[str, ...]
    missing: tuple[str, ...]
    group: tuple[Node, ...] = ()  # the undertakings beside ours, as soon as their links can be read
    citations: tuple[Citation, ...] = (RECOMMENDATION,)

    @property
    def picture(self) -> GroupPicture:
        return picture_of(self.group)


@dataclass(frozen=True)
class _Year:
    """One accounting year of ours; `own` is None while a figure is missing."""

    closed_on: date
    own: Figures | None


def company_of(facts: Mapping[str, object]) -> Company:
    """The size on the last closed accounts and the two before, with linked and partner undertakings."""
    years, faults = _years(facts)
    missing = [] if years and not faults else ["size.accounts"]
    missing += [anchor for anchor in ("size.public_quarter", "size.has_links") if anchor not in facts]
    group = Group((), Decimal(0), ())
    if facts.get("size.has_links") is True:
        links = [row for row in _rows(facts, "size.links") if isinstance(row, Link)]
        group = group_of(links)
        faults += group.faults
        if not links or group.faults or any(part.figures(0) is None for part in group.parts):
            missing.append("size.links")
    if missing:
        said = tuple(typeset(line) for line in faults)
        return Company(None, None, None, None, said, tuple(missing), nodes_of(group))

    totals, lines = _arithmetic(years, group.parts)
    classes = [each.size for each in reversed(totals)]
    size = lasting_class(classes)
    if len(set(classes)) > 1:
        start = years[len(totals) - 1].closed_on
        lines.append(
            "Un plafond franchi ne compte que s'il l'est deux exercices de suite : la classe retenue est "
            f"« {size.label} ». L'exercice clos le {day(start)} sert de point de départ. Après un rachat ou une "
            "fusion, la classe se revoit sans attendre : à faire confirmer."
        )
    if facts["size.public_quarter"] is True or group.public_share >= PARTNER_FROM:
        size = SizeClass.LARGE
        lines.append("25 % ou plus détenus par des organismes publics : l'entreprise ne compte pas comme PME.")
    last = totals[0]
    sentences = tuple(typeset(line) for line in lines)
    return Company(size, last.headcount, last.turnover, last.balance_total, sentences, (), nodes_of(group))


def _rows(facts: Mapping[str, object], anchor: str) -> tuple[object, ...]:
    given = facts.get(anchor)
    return given if isinstance(given, tuple) else ()


def _years(facts: Mapping[str, object]) -> tuple[list[_Year], list[str]]:
    """Our years, the latest whole one first, three at most; and what keeps them from being read."""
    dated: dict[date, _Year] = {}
    faults = []
    for row in _rows(facts, "size.accounts"):
        if not isinstance(row, AccountingYear) or row.closed_on is None:
            continue
        year = _Year(row.closed_on, _own(row))
        if dated.setdefault(row.closed_on, year) != year:
            faults.append(f"Deux lignes différentes portent l'exercice clos le {day(row.closed_on)} : gardez la juste.")
    ordered = sorted(dated.values(), key=lambda each: each.closed_on, reverse=True)
    while ordered and ordered[0].own is None:
        ordered.pop(0)
    return ordered[:YEARS], list(dict.fromkeys(faults))


def _own(row: AccountingYear) -> Figures | None:
    if row.headcount is None or row.turnover is None or row.balance_total is None:
        return None
    return Figures(row.headcount, row.turnover, row.balance_total)


def _arithmetic(years: Sequence[_Year], parts: Sequence[Part]) -> tuple[list[Figures], list[str]]:
    """The totals of each year that can be judged, the latest first, with the lines that explain them."""
    lines, totals = [], []
    for place, year in enumerate(years):
        closed = f"Exercice clos le {day(year.closed_on)}"
        waits = [part.name for part in parts if part.figures(place) is None]
        if year.own is None or waits:
            what = f"les chiffres de {listing(waits)}" if waits else "un de vos chiffres"
            lines.append(f"{closed} : non jugé, ni les précédents, car il manque {what}.")
            break
        if place and (years[place - 1].closed_on - year.closed_on).days > LONGEST_STEP:
            lines.append(f"{closed} : non jugé, ni les précédents, car il ne précède pas immédiatement le suivant.")
            break
        total = sum((part.figures(place) or Figures() for part in parts), year.own)
        totals.append(total)
        if place:
            with_links = ", entreprises liées et partenaires d'aujourd'hui comprises" if parts else ""
            lines.append(f"{closed} : {total}{with_links}. Classe de cet exercice : {total.size.label.lower()}.")
            continue
        lines.append(f"{closed} : {year.own}.")
        lines += [_line(part) for part in parts]
        if parts:
            lines.append(f"Total : {total}.")
        lines.append(f"Classe de cet exercice : {total.size.label.lower()}.")
    return totals, lines


def _line(part: Part) -> str:
    if part.consolidated:
        return f"{part.name} : déjà dans des comptes consolidés, rien n'est ajouté."
    if not part.is_counted:
        return f"{part.name} : rien n'est ajouté ({part.reason})."
    share = "en entier" if part.share == WHOLE else f"{percent(part.share)} compté"
    return f"{part.name} : {share} ({part.reason}), soit {part.figures(0)}."
