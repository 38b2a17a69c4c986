"""How much de minimis aid a single undertaking may still receive, grant by grant, on a given day. Amounts in euros.

Regulation 1407/2013 before 2024: 200 000 € over the current fiscal year and the two before. Regulation 2023/2831
since: 300 000 € over any three years running. A single undertaking is ours with those linked to it, not its partners.
"""

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from grantapp.domain.derived import FILED_AT
from grantapp.domain.difficulty import Difficulty
from grantapp.domain.eligibility import Citation, Facts
from grantapp.domain.group import key_of, names_linked
from grantapp.domain.reasoning import Reasoning
from grantapp.domain.sections.applicant import AccountingYear, Aid, AidState, Link
from grantapp.french import PARIS, day, euros

ROLLING_FROM = date(2024, 1, 1)
BEFORE, SINCE = Decimal(200_000), Decimal(300_000)
YEARS = 3
HAS_AID, AIDS = "public_aid.has_aid", "public_aid.aids"

OLD = Citation(
    text="Règlement (UE) n° 1407/2013, aides de minimis",
    at="200 000 € par entreprise unique sur trois exercices fiscaux",
    url="https://eur-lex.europa.eu/eli/reg/2013/1407/oj",
    verified=False,
    note="Lu dans des sources secondaires ; le texte officiel est à relire.",
)
NEW = Citation(
    text="Règlement (UE) 2023/2831, aides de minimis",
    at="300 000 € par entreprise unique sur trois ans glissants",
    url="https://eur-lex.europa.eu/eli/reg/2023/2831/oj",
    verified=False,
    note="Lu dans des sources secondaires ; le texte officiel est à relire. Sont déduits : le jour anniversaire compté "
    "encore, les aides reçues avant 2024 comptées aussi, la perte de toute l'aide qui dépasse.",
)
SINGLE = Citation(
    text="Guichet.lu, aides de minimis",
    at="entreprise unique : les entreprises liées, pas les partenaires",
    url="https://guichet.public.lu",
    verified=False,
    note="Page d'une administration voisine ; l'article du règlement est à relire. Le cas de deux entreprises liées "
    "par une même personne est à confirmer.",
)
SERVICE = Citation(
    text="Associations.gouv.fr, sur le règlement (UE) 2023/2831",
    at="entreprises en difficulté admises au de minimis depuis le 1er janvier 2024",
    url="https://www.associations.gouv.fr",
)


@dataclass(frozen=True, kw_only=True)
class DeMinimis(Reasoning):
    room: Decimal | None  # what may still be granted, or None while an aid cannot be counted
    ceiling: Decimal | None
    counted: Decimal  # what is counted so far
    since: date | None  # the first day that counts

    def admits(self, amount: Decimal) -> bool | None:
        """Whether a new de minimis aid fits whole: one euro too many and none of it is de minimis."""
        return None if self.room is None else amount <= self.room

    @property
    def values(self) -> Mapping[str, object]:
        return {"room": self.room, "ceiling": self.ceiling, "counted": self.counted, "since": self.since}


@dataclass(frozen=True)
class _Count:
    """One aid of the table: what of it counts, and the line that says so; None while it cannot be counted."""

    amount: Decimal | None
    line: str = ""


NOT_COUNTED = Decimal(0)


def de_minimis_of(facts: Facts, difficulty: Difficulty) -> DeMinimis:
    """The room on the day of filing; the day of the grant, which is not known yet, is the one that will count."""
    at = facts.get(FILED_AT)
    if not isinstance(at, datetime):
        return _explained(None, None, (), "", (), (FILED_AT,), (NEW,))
    on = at.astimezone(PARIS).date()
    is_rolling = on >= ROLLING_FROM
    ceiling = SINCE if is_rolling else BEFORE
    since, first = _rolling(on) if is_rolling else _fiscal(facts, on)
    belongs = _undertaking(facts)
    aids = [row for row in _rows(facts, AIDS) if isinstance(row, Aid)]
    counts = [_count(aid, place, since, on, belongs) for place, aid in enumerate(aids, start=1)]
    missing = tuple(anchor for anchor in (HAS_AID,) if anchor not in facts)
    if (facts.get(HAS_AID) is True and not aids) or any(each.amount is None for each in counts):
        missing += (AIDS,)
    known = tuple(each.amount for each in counts if each.amount is not None)
    lines = [first, *(each.line for each in counts if each.line)]
    if facts.get("size.has_links") is True:
        lines.append(
            "Entreprise unique : la vôtre et celles qui lui sont liées, sans les partenaires. Les aides des "
            "entreprises liées comptent : inscrivez-les au tableau, avec leur nom."
        )
    if not missing:
        total = sum(known, Decimal(0))
        lines.append(f"{euros(ceiling)} de plafond − {euros(total)} déjà reçus = {euros(ceiling - total)}.")
    lines.append(
        "Une nouvelle aide qui dépasse cette place perd tout le bénéfice du de minimis, pas seulement le surplus. "
        "Le jour qui compte est celui de la décision d'octroi, pas du versement : ce calcul vaut au jour du dépôt."
    )
    citations: tuple[Citation, ...] = (NEW, SINGLE) if is_rolling else (OLD, SINGLE)
    if is_rolling:
        lines.append(_for_those_in_difficulty(difficulty))
        citations += (SERVICE,)
    return _explained(ceiling, since, known, day(on), tuple(lines), missing, citations)


def _explained(
    ceiling: Decimal | None,
    since: date | None,
    amounts: tuple[Decimal, ...],
    on: str,
    lines: tuple[str, ...],
    missing: tuple[str, ...],
    citations: tuple[Citation, ...],
) -> DeMinimis:
    counted = sum(amounts, Decimal(0))
    room = None if missing or ceiling is None else max(Decimal(0), ceiling - counted)
    if room is None or ceiling is None:
        sentence = "On ne peut pas encore dire quelle place reste pour des aides de minimis."
    elif room == 0:
        sentence = f"Aucune place ne reste pour une aide de minimis au {on} : {euros(counted)} déjà reçus."
    else:
        sentence = f"Il reste {euros(room)} de place pour des aides de minimis au {on}."
    return DeMinimis(
        code="de_minimis",
        section="public_aid",
        title="Place pour des aides de minimis",
        sentence=sentence,
        lines=lines,
        missing=missing,
        citations=citations,
        room=room,
        ceiling=ceiling,
        counted=counted,
        since=since,
    )


def _rows(facts: Facts, anchor: str) -> tuple[object, ...]:
    given = facts.get(anchor)
    return given if isinstance(given, tuple) else ()


# ── which days count ─────────────────────────────────────────────────────────────────────────────────────────────


def _rolling(on: date) -> tuple[date, str]:
    """The same day three years before still counts: the text does not say when the day of anniversary leaves."""
    since = _in_year(on.year - YEARS, on.month, on.day)
    return since, (
        f"Depuis 2024, au plus {euros(SINCE)} par entreprise unique sur trois ans glissants : ici, du {day(since)} au "
        f"{day(on)}. Le {day(since)}, jour anniversaire, est compté par prudence : à confirmer."
    )


def _fiscal(facts: Facts, on: date) -> tuple[date, str]:
    """The current fiscal year and the two before, from the day on which the accounts were closed last."""
    closings = [
        row.closed_on for row in _rows(facts, "size.accounts") if isinstance(row, AccountingYear) and row.closed_on
    ]
    closing = max(closings, default=date(on.year - 1, 12, 31))
    ends = _closing_in(on.year, closing)
    ends = ends if on <= ends else _closing_in(on.year + 1, closing)
    since = _closing_in(ends.year - YEARS, closing) + timedelta(days=1)
    known = (
        f"d'après vos comptes, clos le {day(closing)}"
        if closings
        else "en supposant des exercices sur l'année civile, ce qui est à confirmer, car vos dates de clôture manquent"
    )
    return since, (
        f"Avant 2024, au plus {euros(BEFORE)} par entreprise unique sur trois exercices fiscaux, celui en cours et les "
        f"deux précédents : ici, du {day(since)} au {day(ends)} ({known})."
    )


def _closing_in(year: int, closing: date) -> date:
    """The closing of that year; the end of February stays the end of February."""
    if (closing.month, closing.day) in ((2, 28), (2, 29)):
        return date(year, 3, 1) - timedelta(days=1)
    return date(year, closing.month, closing.day)


def _in_year(year: int, month: int, number: int) -> date:
    return date(year, 2, 28) if (month, number) == (2, 29) and not isleap(year) else date(year, month, number)


# ── which aids count ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Undertaking:
    """The names, compared without regard to capitals, of what is ours and of what is only known."""

    ours: frozenset[str]
    others: frozenset[str]

    def has(self, beneficiary: str | None) -> bool | None:
        """Whether the aid is that of the single undertaking, or None when the name is on no row."""
        key = key_of(beneficiary)
        return True if not key or key in self.ours else False if key in self.others else None


def _undertaking(facts: Facts) -> _Undertaking:
    links = [row for row in _rows(facts, "size.links") if isinstance(row, Link)]
    name = facts.get("organisation.name")
    ours = names_linked(links) | {key_of(name if isinstance(name, str) else None)}
    return _Undertaking(ours, frozenset(key_of(link.name) for link in links) - ours)


def _count(aid: Aid, place: int, since: date, on: date, undertaking: _Undertaking) -> _Count:
    """One row; an aid that is not ours, not de minimis or not granted takes no room, whatever else it lacks."""
    if aid.de_minimis is False:
        return _Count(NOT_COUNTED)
    who = f" à « {aid.beneficiary} »" if aid.beneficiary else ""
    what = aid.funder or aid.purpose or f"Aide de la ligne {place}"
    amount = euros(aid.amount) if aid.amount is not None else "montant inconnu"
    named = f"{what}, {amount}{who}" + (f", le {day(aid.granted_on)}" if aid.granted_on else "")
    belongs = undertaking.has(aid.beneficiary)
    if belongs is False:
        return _Count(NOT_COUNTED, f"{named} : non compté, cette entreprise n'est pas liée à la vôtre.")
    if aid.state is AidState.REQUESTED:
        return _Count(NOT_COUNTED, f"{named} : demandé, non compté ; accordé avant cette demande, il compterait.")
    if aid.granted_on and not since <= aid.granted_on <= on:
        when = "avant la période" if aid.granted_on < since else "après le jour du calcul"
        return _Count(NOT_COUNTED, f"{named} : non compté, {when}.")
    if belongs is None:
        return _Count(
            NOT_COUNTED,
            f"{named} : non compté, car ce nom n'est pas dans le tableau des entreprises liées. S'il s'agit d'une "
            "entreprise liée à la vôtre, cette aide compterait : ajoutez-la à la page « La taille et les comptes ».",
        )
    if aid.de_minimis is None or aid.state is None or aid.granted_on is None or aid.amount is None:
        lacks = "l'état" if aid.state is None else "la date" if aid.granted_on is None else "le montant"
        lacks = "s'il s'agit d'une aide de minimis" if aid.de_minimis is None else lacks
        return _Count(None, f"{named} : à compléter, il manque {lacks}.")
    if aid.amount < 0:
        return _Count(NOT_COUNTED, f"{named} : un montant négatif n'est pas une aide, il ne rend pas de place.")
    return _Count(aid.amount, f"{named} : compté.")


def _for_those_in_difficulty(difficulty: Difficulty) -> str:
    allowed = "Depuis 2024, une entreprise en difficulté peut recevoir une aide de minimis"
    if difficulty.in_difficulty:
        return f"{allowed} : c'est votre cas, alors que les aides du règlement n° 651/2014 vous sont fermées."
    if difficulty.in_difficulty is None:
        return f"{allowed} ; le calcul « {difficulty.title} » dira si c'est votre cas."
    return f"{allowed} ; ce n'est pas votre cas."
