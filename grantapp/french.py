"""How French is written here: numbers, amounts, dates, lists and typographic spaces.

The page, the PDF and the sentences of the rules all come through these functions, so they agree.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
NBSP = "\u00a0"
NARROW = "\u202f"

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def number(value: int | Decimal) -> str:
    """`12 500` or `0,25`: groups of three, a comma, no zeros that say nothing."""
    sign = "−" if value < 0 else ""
    whole, _, fraction = f"{abs(Decimal(value)):f}".partition(".")
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", NARROW, whole)
    fraction = fraction.rstrip("0")
    return f"{sign}{grouped},{fraction}" if fraction else f"{sign}{grouped}"


def euros(value: int | Decimal) -> str:
    """`1 250 000 €`; the cents stand only when there are some: `12,50 €`."""
    rounded = Decimal(value).quantize(Decimal("0.01"))
    if rounded == rounded.to_integral_value():
        return f"{number(rounded)}{NBSP}€"
    whole, cents = f"{abs(rounded):f}".split(".")
    sign = "−" if rounded < 0 else ""
    return f"{sign}{number(int(whole))},{cents}{NBSP}€"


def percent(value: int | Decimal) -> str:
    """`12,5 %`."""
    return f"{number(value)}{NBSP}%"


def square_metres(value: int | Decimal) -> str:
    """`10 000 m²`."""
    return f"{number(value)}{NBSP}m²"


def day(value: date) -> str:
    """`1er mars 2022`, the day never parted from its month."""
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first}{NBSP}{MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """`01/03/2022`, as people type it and for narrow columns."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime, *, seconds: bool = False) -> str:
    """`29 avril 2022 à 23 h 59`, always the hour of Paris."""
    local = value.astimezone(PARIS)
    tail = f"{NBSP}min{NBSP}{local:%S}{NBSP}s" if seconds else ""
    return f"{day(local.date())} à {local.hour}{NBSP}h{NBSP}{local:%M}{tail}"


def yes_no(value: bool) -> str:
    return "Oui" if value else "Non"


def listing(items: Iterable[str], last: str = "et") -> str:
    """`a, b et c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """`1 règle`, `3 règles`; French counts 0 and 1 as singular."""
    return f"{number(count)}{NBSP}{singular if count < 2 else many or singular + 's'}"


def size(octets: int) -> str:
    """`640 octets`, `12 ko`, `3,4 Mo` (thousands, as on a label)."""
    if octets < 1000:
        return plural(octets, "octet")
    if octets < 1_000_000:
        return f"{number(round(octets / 1000))}{NBSP}ko"
    return f"{number((Decimal(octets) / 1_000_000).quantize(Decimal('0.1')))}{NBSP}Mo"


def ago(elapsed: timedelta) -> str:
    """`à l'instant`, `il y a 12 minutes`, `il y a 3 heures`, `il y a 2 jours`: the largest unit, rounded down."""
    minutes = elapsed // timedelta(minutes=1)
    if minutes < 1:
        return "à l’instant"
    if minutes < 60:
        return f"il y a {plural(minutes, 'minute')}"
    if minutes < 24 * 60:
        return f"il y a {plural(minutes // 60, 'heure')}"
    return f"il y a {plural(minutes // (24 * 60), 'jour')}"


_UNTOUCHED = re.compile(r"(https?://\S+|\S+@\S+\.\w+)")
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"'", "’"),
        (r"\.\.\.", "…"),
        (rf"«[ {NBSP}{NARROW}]*", f"«{NBSP}"),
        (rf"[ {NBSP}{NARROW}]*»", f"{NBSP}»"),
        (rf"(?<=[\w)\]»%€…’°²³])[ {NBSP}{NARROW}]*([;!?]+)(?=\s|$|»|\))", NARROW + r"\1"),
        (rf"(?<=[\w)\]»%€…])[ {NBSP}{NARROW}]*:(?=\s|$)", f"{NBSP}:"),
        (rf"(?<=\d)[ {NBSP}](?=\d{{3}}\b)", NARROW),
        (rf"(?<=\d)[ {NARROW}]?(?=[€%])", NBSP),
        (r"(?<=\d) (?=(?:km|kg|m²|m³|ha|h|min|t|k€|M€|Mo|ko)\b)", NBSP),
        (r"\b(M\.|Mme|n°|p\.|art\.|article|N°|[LRD]\.) (?=\S)", r"\1" + NBSP),
        (r"\bpar (?=(?:m²|ha)\b)", f"par{NBSP}"),
        (rf"\b(\d{{1,2}}|1er) (?=(?:{'|'.join(MONTHS)})\b)", r"\1" + NBSP),
    )
)


@lru_cache(maxsize=4096)  # half the time of judging a project went here, on the same sentences again and again
def typeset(text: str) -> str:
    """Put the French spaces, apostrophes and guillemets into a sentence of ours. Idempotent; addresses are left alone.

    Never used on what an applicant typed: evidence stays as it was written.
    """
    parts = _UNTOUCHED.split(text)
    for index in range(0, len(parts), 2):
        for pattern, replacement in _RULES:
            parts[index] = pattern.sub(replacement, parts[index])
    return "".join(parts)
