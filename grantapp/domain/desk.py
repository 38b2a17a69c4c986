"""« Quel guichet aujourd'hui ? » : which editions are open at an instant, which fit a project, which comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from grantapp.domain.derived import REGION
from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import Conclusion, Finding, Severity, Verdict
from grantapp.domain.facts import facts_for
from grantapp.domain.judgement import Judgement, judge_on_merits
from grantapp.domain.project import Project, governing
from grantapp.domain.question import all_hold
from grantapp.domain.region import Region


class Opening(StrEnum):
    OPEN = "open"
    TO_COME = "to_come"
    CLOSED = "closed"


# From the one that promises most to the one that refuses.
PROMISES = (Conclusion.ELIGIBLE, Conclusion.CONDITIONAL, Conclusion.UNDETERMINED, Conclusion.INELIGIBLE)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One edition as the place where a request is filed, at an instant, for a project."""

    edition: Edition
    window: Window  # of the region of the plot, when it has dates of its own
    opening: Opening
    judgement: Judgement  # on the merits: whether the door is open is said by `opening` alone
    precedes: bool | None  # whether this project must come here first; None while an answer has to decide
    undecided_by: tuple[str, ...]  # the questions that decide it, by anchor
    region_decides: bool  # no region is known, and it would change the opening
    successor: Edition | None = None  # for a closed one: the edition that is open in its place
    carries: Edition | None = None  # the edition whose rules this one carries over, not confirmed

    @property
    def is_open(self) -> bool:
        return self.opening is Opening.OPEN

    @property
    def refuses(self) -> bool:
        return self.judgement.conclusion is Conclusion.INELIGIBLE

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The rules that block and are not met."""
        return tuple(each for each in self.judgement.of_verdict(Verdict.NOT_MET) if each.severity is Severity.BLOCKING)


def desks(editions: Sequence[Edition], project: Project, at: datetime) -> tuple[Desk, ...]:
    """Every edition as a desk, in the order in which to go to them.

    The open ones first: those that do not refuse the project, then the one this project must go to first, then the
    one that promises most, then the one that closes soonest. After them those to come, the soonest first, and those
    that are closed, the latest first. `at` is aware.
    """
    ranked = sorted((_desk(edition, project, at) for edition in editions), key=_rank)
    named = {edition.id: edition for edition in editions}
    return tuple(_in_company(desk, ranked, named) for desk in ranked)


def opening_of(window: Window, at: datetime) -> Opening:
    if window.is_open(at):
        return Opening.OPEN
    return Opening.TO_COME if at < window.opens_at else Opening.CLOSED


def edition_for(found: Sequence[Desk]) -> Edition:
    """The edition to judge by when nobody named one: the open one that comes first, else the last that was open."""
    for opening in (Opening.OPEN, Opening.CLOSED, Opening.TO_COME):
        for desk in found:
            if desk.opening is opening:
                return desk.edition
    raise ValueError("there is no edition at all")


def _desk(edition: Edition, project: Project, at: datetime) -> Desk:
    facts = facts_for(edition, project, at)
    region = facts.get(REGION)
    window = edition.window_in(region if isinstance(region, Region) else None)
    applies = edition.first_for.applies if edition.first_for else ()
    undecided = (governing(project, each.anchor) for each in applies if facts.get(each.anchor) is None)
    opening = opening_of(window, at)
    return Desk(
        edition=edition,
        window=window,
        opening=opening,
        judgement=judge_on_merits(edition, project, at),
        precedes=all_hold(applies, facts) if applies else False,
        undecided_by=tuple(dict.fromkeys(undecided)),
        region_decides=region is None and _differs(edition.regional.values(), opening, at),
    )


def _differs(windows: Iterable[Window], opening: Opening, at: datetime) -> bool:
    return any(opening_of(each, at) is not opening for each in windows)


def _in_company(desk: Desk, ranked: Sequence[Desk], named: dict[str, Edition]) -> Desk:
    """The desk with the editions it refers to: the next of the same call comes before any other call."""
    opened = [each.edition for each in ranked if each.is_open] if desk.opening is Opening.CLOSED else []
    same_call = [edition for edition in opened if edition.call == desk.edition.call]
    return replace(desk, successor=next(iter(same_call + opened), None), carries=named.get(desk.edition.carried_from))


def _rank(desk: Desk) -> tuple[int, int, int, int, int, str]:
    """Total: no two editions have the same identifier."""
    if desk.is_open:
        precedence = {True: 0, None: 1, False: 2}[desk.precedes]
        promise = PROMISES.index(desk.judgement.conclusion)
        return 0, desk.refuses, precedence, promise, desk.window.closes_on.toordinal(), desk.edition.id
    if desk.opening is Opening.TO_COME:
        return 1, desk.window.opens_on.toordinal(), 0, 0, 0, desk.edition.id
    return 2, -desk.window.closes_on.toordinal(), 0, 0, 0, desk.edition.id
