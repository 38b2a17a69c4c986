"""What anybody may read of a call, without an account and without a project."""

from datetime import datetime

from grantapp.domain.derived import DERIVED
from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import AnyRule, Severity
from grantapp.domain.project import is_anchor, question_at, section_named
from grantapp.domain.question import Choice
from grantapp.domain.wizard import questions_of
from grantapp.editions import all_editions
from grantapp.french import listing, typeset
from grantapp.services.pages import EditionPage, RuleLine
from grantapp.storage.queries import NotFound

PIECES = "pieces"


def list_editions_not_open(now: datetime) -> tuple[Edition, ...]:
    """The most recent first; those that are open are told by `orienting.open_desks`."""
    return tuple(each for each in reversed(all_editions()) if not each.window.is_open(now))


def show_edition(slug: str, now: datetime) -> EditionPage:
    edition = next((each for each in all_editions() if each.slug == slug), None)
    if edition is None:
        raise NotFound
    asked = tuple(section_named(step) for step in edition.steps)
    return EditionPage(
        edition=edition,
        is_open=edition.window.is_open(now),
        blocking=_of_severity(edition, Severity.BLOCKING),
        warnings=_of_severity(edition, Severity.WARNING),
        sections=tuple(each for each in asked if each.name != PIECES),
        pieces=tuple(piece for each in asked if each.name == PIECES for piece in questions_of(edition, each)),
        earlier_and_later=tuple(each for each in reversed(all_editions()) if each is not edition),
    )


def _of_severity(edition: Edition, severity: Severity) -> tuple[RuleLine, ...]:
    return tuple(
        RuleLine(rule, typeset(rule.title), _looks_at(rule), _only_if(rule), all(each.verified for each in rule.cites))
        for rule in edition.rules
        if rule.severity is severity
    )


def _looks_at(rule: AnyRule) -> tuple[str, ...]:
    """Each question once; the columns of a table are told by the name of their table."""
    labels = [
        typeset(DERIVED[need].label) if need in DERIVED else typeset(f"« {question_at(_question(need)).label} »")
        for need in rule.all_needs
    ]
    return tuple(dict.fromkeys(labels))


def _only_if(rule: AnyRule) -> tuple[str, ...]:
    return tuple(
        typeset(f"« {question_at(each.anchor).label} » est {listing((_answer(value) for value in each.values), 'ou')}")
        for each in rule.applies
    )


def _answer(value: object) -> str:
    if isinstance(value, Choice):
        return f"« {value.label} »"
    return "oui" if value is True else "non"


def _question(anchor: str) -> str:
    table = anchor.rpartition(".")[0]
    return table if is_anchor(table) else anchor
