"""What the firms of a collective dossier share: answered once by their cooperative, read in every dossier.

A section is shared when its questions speak of the one operation on the one site, so that a second answer could only
be the same one, or a mistake:

* `request`: what is asked for, under which title. `behalf` alone differs: a member asks for itself, and `members` is
  not asked of it.
* `site`, `history`, `pollution`: the plot, its past, what is in it.
* `liability`: who polluted and who should pay. `applicant_is_liable` speaks of whoever asks: each firm says it.
* `plan`, `operation`: what will be done there. Jobs are those of the whole project, as the cooperative counts them.
* `support`: the agreements and the general interest of the operation. Whether one acts for a principal or a landlord,
  and whether that one agreed, is each firm's own: its landlord may be the cooperative.
* `schedule`: the land and the days. What is already signed is each firm's own: a contract signed too early takes the
  aid from the one that signed it.

Everything else is a firm's own: `organisation`, `size`, `finances`, `public_aid`, `expenditure`, `funding` are its
figures, and `declarations` bind the person who files. So are, among the pieces, its accounts, quotes and other papers;
to the others the cooperative gives files, and the firm may add its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from grantapp.domain.project import Project, is_asked, section_named
from grantapp.domain.question import all_hold
from grantapp.domain.sections.applicant import Behalf

# section: the questions in it that each firm answers for itself all the same
SHARED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "request": frozenset(),
        "site": frozenset(),
        "history": frozenset(),
        "pollution": frozenset(),
        "liability": frozenset({"applicant_is_liable"}),
        "plan": frozenset(),
        "operation": frozenset(),
        "support": frozenset({"has_principal", "principal_agreement"}),
        "schedule": frozenset({"has_contracts", "contracts"}),
    }
)
# What a member is not asked, though its section is its own: the value of the land is that of the site, and counting it
# in each dossier would count it as many times. The cooperative says it in its own. All are optional.
NOT_ASKED = frozenset({"funding.value_before", "funding.value_after", "funding.valued_by"})
OWN_PIECES = frozenset({"accounts", "quotes", "other"})
PIECES = "pieces"


@dataclass(frozen=True)
class Mandated:
    """The mandate in force at the instant of a filing, to the letter."""

    wording: str
    given_at: datetime
    given_by: str


@dataclass(frozen=True)
class Together:
    """What a version filed in a collective dossier keeps of it: whose answers it took, and who filled it."""

    collective: str  # the reference of the collective dossier
    cooperative: str
    siren: str
    lead: str  # the reference of the dossier whose answers are shared
    saved_at: Mapping[str, datetime]  # section → when the cooperative saved it
    sections: frozenset[str]  # those that were inherited
    overridden: Mapping[str, str]  # section → the reason to answer it otherwise
    mandate: Mandated | None
    filled: frozenset[str]  # the firm's own sections that the cooperative filled last, under a mandate


def is_shared_piece(piece: str) -> bool:
    """Whether the cooperative's files under this piece stand in its members' dossiers too."""
    return piece not in OWN_PIECES


def is_shared_section(name: str) -> bool:
    """Whether what a cooperative answers in this section, or attaches in it, may reach its members."""
    return name in SHARED or name == PIECES


def shared_sections(lead: Project) -> frozenset[str]:
    """The sections that the cooperative answers for its members: those it is asked itself.

    A commune that leads is not asked for the agreements that a private firm needs: its firms answer then.
    """
    return frozenset(name for name in SHARED if _is_asked(lead, name))


def _is_asked(project: Project, name: str) -> bool:
    conditions = section_named(name).asked_if
    return all_hold(conditions, {each.anchor: project.answer(each.anchor) for each in conditions}) is not False


def own_questions(name: str, sections: Collection[str]) -> frozenset[str] | None:
    """Of a section, the questions that a firm answers itself; None for all. `sections` are those it inherits."""
    return SHARED[name] if name in sections else None


def inherited(lead: Project, own: Project, overridden: Collection[str]) -> Project:
    """The project of a member: the cooperative's answers (`lead`) to what is shared, unless `overridden` names the
    section; its own to everything else. Files are the cooperative's and the firm's, each once."""
    read: dict[str, Any] = {}
    for name in shared_sections(lead) - {*overridden}:
        theirs, mine = getattr(lead, name), getattr(own, name)
        kept = {each: getattr(mine, each) for each in SHARED[name]}
        if name == "request":
            kept["behalf"] = Behalf.ALONE
        read[name] = replace(theirs, **kept)
    given = {
        each.name: _together(getattr(lead.pieces, each.name), getattr(own.pieces, each.name))
        for each in fields(lead.pieces)
        if is_shared_piece(each.name)
    }
    return replace(own, **read, pieces=replace(own.pieces, **given))


def _together(theirs: tuple[Any, ...] | None, mine: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    there = {piece.sha256 for piece in theirs or ()}
    both = (*(theirs or ()), *(piece for piece in mine or () if piece.sha256 not in there))
    return both or mine


def is_own(anchor: str, sections: Collection[str]) -> bool:
    """Whether a member answers this question itself; `sections` are those it inherits."""
    name, _, rest = anchor.partition(".")
    own = own_questions(name, sections)
    if own is None:
        return name != PIECES or not is_shared_piece(rest)
    return rest.partition("[")[0].partition(".")[0] in own


def asks_firm(project: Project, name: str, sections: Collection[str]) -> bool:
    """Whether a step has anything to ask of the member: shared steps that have nothing are passed over."""
    own = own_questions(name, sections)
    return own is None or any(is_asked(project, f"{name}.{each}") is not False for each in own)
