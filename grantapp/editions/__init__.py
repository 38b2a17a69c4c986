"""The calls, one folder each: found beside this page, read with their worked cases. Nothing else names them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from grantapp.domain import project_file
from grantapp.domain.consolidation import GroupRule
from grantapp.domain.derived import FILED_AT
from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import Conclusion, Verdict
from grantapp.domain.project import Project, sections
from grantapp.french import PARIS, listing, typeset
from grantapp.rules import group


class UnknownEdition(LookupError):  # noqa: N818 - it says what was asked for
    """No edition of that name; its text is the sentence for the person."""


@cache
def all_editions() -> tuple[Edition, ...]:
    """Every edition, the oldest window first."""
    found: list[Edition] = [
        import_module(f"{__name__}.{each.name}").EDITION for each in iter_modules(__path__) if each.ispkg
    ]
    return tuple(sorted(found, key=lambda edition: (edition.window.opens_on, edition.id)))


def find_edition(edition_id: str) -> Edition | None:
    return next((edition for edition in all_editions() if edition.id == edition_id), None)


def get_edition(edition_id: str) -> Edition:
    """The edition, or `UnknownEdition` with the ones that exist."""
    if edition := find_edition(edition_id):
        return edition
    known = listing((each.id for each in all_editions()), "ou")
    raise UnknownEdition(typeset(f"Édition inconnue : « {edition_id} ». Choisissez {known}."))


def open_on(at: datetime) -> tuple[Edition, ...]:
    """The editions whose window holds this instant (aware)."""
    return tuple(edition for edition in all_editions() if edition.window.is_open(at))


def group_rules(edition: Edition) -> tuple[GroupRule, ...]:
    """What is judged of several dossiers together, when a collective dossier is assembled for this edition.

    The same for every edition: no text of any of them speaks of it.
    """
    return group.RULES


# ── worked cases ─────────────────────────────────────────────────────────────────────────────────────────────────

NOT_ANSWERS = ("title", "on", "extends", "without", "expected", "conclusion")
NOON = time(12)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A project that somebody could have brought, and what the edition must say of it."""

    name: str
    title: str
    at: datetime | None  # the instant of filing; None when the case leaves it unsaid
    project: Project
    expected: Mapping[str, Verdict]  # by rule code; a rule that is not named is not what the case is about
    conclusion: Conclusion
    extends: str | None


@cache
def cases(edition_id: str) -> tuple[Case, ...]:
    """The worked cases of an edition, in the order of their names."""
    return tuple(_read_case(path) for path in sorted(_folder(edition_id).glob("*.toml")))


def find_case(edition_id: str, name: str) -> Case | None:
    path = _folder(edition_id) / f"{name}.toml"
    return _read_case(path) if path.is_file() else None


def _folder(edition_id: str) -> Path:
    return Path(__file__).parent / get_edition(edition_id).id / "cases"


def _read_case(path: Path) -> Case:
    """One case; raises ValueError with every fault, for a case that is misread proves nothing."""
    content = _content(path)
    answers = {key: value for key, value in content.items() if key not in NOT_ANSWERS}
    project, _, faults = project_file.load({"grantapp": project_file.FORMAT} | answers)
    if faults:
        raise ValueError("\n".join(f"{path.name}, {fault.path} : {fault.sentence}" for fault in faults))
    return Case(
        name=path.stem,
        title=content["title"],
        at=_instant(content.get("on")),
        project=project,
        expected={code: Verdict(verdict) for code, verdict in content.get("expected", {}).items()},
        conclusion=Conclusion(content["conclusion"]),
        extends=content.get("extends"),
    )


def _content(path: Path) -> dict[str, Any]:
    """The file over the one it extends: an answer replaces an answer, `without` removes some; verdicts are its own."""
    own: dict[str, Any] = _plain(tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
    if "extends" not in own:
        return own
    content = {
        key: value
        for key, value in _content(path.with_name(f"{own['extends']}.toml")).items()
        if key not in ("expected", "conclusion")
    }
    for key, value in own.items():
        is_section = key in {each.name for each in sections()}
        content[key] = content.get(key, {}) | value if is_section else value
    for anchor in own.get("without", ()):
        if anchor == FILED_AT:
            del content["on"]
        else:
            section, name = anchor.split(".")
            del content[section][name]
    return content


def _plain(value: Any) -> Any:
    """TOML's own dates as project files write them; `on` keeps its instant."""
    if isinstance(value, dict):
        return {key: each if key == "on" else _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _instant(on: date | datetime | None) -> datetime | None:
    """A bare day is its noon; an instant without a zone is in the time of Paris."""
    if on is None:
        return None
    if not isinstance(on, datetime):
        return datetime.combine(on, NOON, PARIS)
    return on if on.tzinfo else on.replace(tzinfo=PARIS)
