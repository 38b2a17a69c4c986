"""One dated version of a call: when it opens and closes, what it asks, what it judges, what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from grantapp.domain.aid import AidRules
from grantapp.domain.eligibility import AnyRule, Citation
from grantapp.domain.question import When
from grantapp.domain.region import Region
from grantapp.french import PARIS, typeset


class Passage(str):
    """A sentence an edition says, with where it comes from; `ours` when it speaks of this service only."""

    cites: tuple[Citation, ...]
    ours: bool

    def __new__(cls, text: str, *, cites: tuple[Citation, ...] = (), ours: bool = False) -> "Passage":
        passage = super().__new__(cls, typeset(text))
        passage.cites, passage.ours = cites, ours
        return passage


@dataclass(frozen=True, kw_only=True)
class Window:
    """The days on which a request may be filed, both included, in the time of Paris."""

    opens_on: date
    closes_on: date
    cites: tuple[Citation, ...]
    hour_note: Passage  # what is known of the closing hour; « à confirmer » when no source gives it

    @property
    def opens_at(self) -> datetime:
        return datetime.combine(self.opens_on, time.min, PARIS)

    @property
    def closes_at(self) -> datetime:
        """The first instant that is too late: midnight at the end of the last day."""
        return datetime.combine(self.closes_on + timedelta(days=1), time.min, PARIS)

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at


@dataclass(frozen=True, kw_only=True)
class Round:
    """A relève: the files there on that day, in that region, are examined together.

    `hour` when a source gives one, in the time of Paris; without it the whole day counts.
    """

    on: date
    region: Region
    cites: tuple[Citation, ...]
    hour: time | None = None

    @property
    def ends_at(self) -> datetime:
        """The first instant that is too late for it."""
        if self.hour:
            return datetime.combine(self.on, self.hour, PARIS)
        return datetime.combine(self.on + timedelta(days=1), time.min, PARIS)


@dataclass(frozen=True, kw_only=True)
class Route:
    """Another way, or what to do first.

    Shown when all its conditions hold (an unanswered one does not) and, when it names rules, when one of these is not
    met or cannot be judged. Its `cites` hold those of all it says, so that none is lost on the way to the reader.
    """

    code: str
    title: Passage
    advice: tuple[Passage, ...]
    applies: tuple[When, ...] = ()
    unless_met: tuple[str, ...] = ()  # codes of rules
    cites: tuple[Citation, ...] = ()

    def __post_init__(self) -> None:
        said = [citation for passage in (self.title, *self.advice) for citation in passage.cites]
        object.__setattr__(self, "cites", tuple(dict.fromkeys([*said, *self.cites])))


@dataclass(frozen=True, kw_only=True)
class Precedence:
    """Why this call comes before the others that are open, for the projects of which all conditions hold."""

    sentence: str
    applies: tuple[When, ...]
    cites: tuple[Citation, ...]


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """An erratum published during the call: the day it came out, the clause it changes, what it says and where."""

    on: date
    text: Passage
    clause: str

    @property
    def cites(self) -> tuple[Citation, ...]:
        return self.text.cites


@dataclass(frozen=True, kw_only=True)
class Edition:
    id: str
    version: str
    call: Passage
    title: Passage
    authority: Passage
    window: Window
    steps: tuple[str, ...]
    rules: tuple[AnyRule, ...]
    aid: AidRules
    routes: tuple[Route, ...]
    successor: Passage
    texts: Mapping[str, Passage]
    amendments: tuple[Amendment, ...] = field(default=())
    regional: Mapping[Region, Window] = field(default_factory=dict)  # dates of a region that has its own
    rounds: tuple[Round, ...] = field(default=())
    first_for: Precedence | None = None  # the projects that must come here before any other desk
    unasked: frozenset[str] = frozenset()  # questions of its sections that serve no rule of it, by anchor
    carried_from: str = ""  # the edition whose rules this one carries over, not confirmed
    reference_prefix: str = "D"

    def window_in(self, region: Region | None) -> Window:
        """The dates of a region when it has its own, else those of the edition (the widest, when regions differ)."""
        return self.regional.get(region, self.window) if region else self.window

    def amended(self, at: datetime) -> tuple[Amendment, ...]:
        """The errata published by then, the newest first; one that is dated later is not known yet."""
        day = at.astimezone(PARIS).date()
        return tuple(sorted((each for each in self.amendments if each.on <= day), key=lambda each: each.on)[::-1])

    @property
    def slug(self) -> str:
        """Its name in an address: `ademe-2022`."""
        return self.id.replace("_", "-")
