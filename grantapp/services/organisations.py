"""What an organisation gives once, for all its dossiers: who it is, its finances, its size, its accounts by year.

It is kept when a section of one of its dossiers is saved, or from its own page; a new draft begins with it. A draft,
once begun, is its own: what is given later changes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.domain.access import Act, allowed
from grantapp.domain.answer import as_text
from grantapp.domain.people import Person
from grantapp.domain.project import Section, section_named
from grantapp.domain.project_file import dump_section, load_section
from grantapp.domain.question import Question
from grantapp.french import PARIS
from grantapp.services import access, journal, wording
from grantapp.services.pages import AnswerLine, TakenOver
from grantapp.storage import organisations, queries
from grantapp.storage.cooperative import AccountsRow, AffiliationRow, GivenRow
from grantapp.storage.models import DossierRow, OrganisationRow, SectionRow
from grantapp.storage.queries import NotFound

SECTIONS = ("organisation", "finances", "size")
OF_THE_PROJECT = {"bears_expense"}  # asked among the organisation's details, and answered anew for each project
YEARS = 3  # what a dossier asks

Answers = Mapping[str, object]


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────


def keep(session: Session, organisation_id: UUID, name: str, answers: Answers, *, now: datetime, by: Person) -> bool:
    """Keep what speaks of the organisation in the answers of a section, in the caller's transaction; whether anything
    changed. The last given wins; an answer left empty erases nothing; what did not change keeps its date.
    """
    if name not in SECTIONS:
        return False
    section = section_named(name)
    record, _ = load_section(section, answers)
    given: dict[str, Any] = dump_section(section, record)
    years = given.pop("accounts", ()) if name == "size" else ()
    given = {each: value for each, value in given.items() if each not in OF_THE_PROJECT and value is not None}
    changed = [_keep_year(session, organisation_id, year, now, by) for year in years]
    row = organisations.find_given(session, organisation_id, name)
    if given and (row is None or {**row.answers, **given} != row.answers):
        if row is None:
            row = GivenRow(organisation_id=organisation_id, section=name, answers={})
            session.add(row)
        row.answers, row.given_at, row.given_by_id = {**row.answers, **given}, now, by.id
        changed.append(True)
    session.flush()
    return any(changed)


def _keep_year(session: Session, organisation_id: UUID, year: Answers, now: datetime, by: Person) -> bool:
    """A row without its closing day is nobody's year."""
    told = {each: value for each, value in year.items() if value is not None}
    if "closed_on" not in told or len(told) == 1:
        return False
    closed_on = date.fromisoformat(str(told["closed_on"]))
    row = organisations.find_accounts(session, organisation_id, closed_on)
    if row is None:
        row = AccountsRow(organisation_id=organisation_id, closed_on=closed_on, answers={})
        session.add(row)
    elif {**row.answers, **told} == row.answers:
        return False
    row.answers, row.given_at, row.given_by_id = {**row.answers, **told}, now, by.id
    session.flush()
    return True


def give(session: Session, organisation_id: UUID, name: str, answers: Answers, *, now: datetime, by: Person) -> None:
    """The same from the organisation's own page, for whoever may answer in its name."""
    access.organisation_for(session, organisation_id, Act.FILL, by=by)
    if name not in SECTIONS:
        raise NotFound
    if keep(session, organisation_id, name, answers, now=now, by=by):
        journal.record(session, "given", detail={"section": name}, now=now, by=by)
    session.commit()


def forget_year(session: Session, organisation_id: UUID, closed_on: date, *, now: datetime, by: Person) -> None:
    """Take a year back that was given by mistake; dossiers that hold it keep it."""
    access.organisation_for(session, organisation_id, Act.FILL, by=by)
    row = organisations.find_accounts(session, organisation_id, closed_on)
    if row is None:
        raise NotFound
    session.delete(row)
    journal.record(session, "year_forgotten", detail={"closed_on": closed_on.isoformat()}, now=now, by=by)
    session.commit()


# ── taking over ──────────────────────────────────────────────────────────────────────────────────────────────────


def known(session: Session, organisation_id: UUID) -> dict[str, dict[str, Any]]:
    """The answers, by section, that a new draft of this organisation begins with: what its cooperative's list says of
    it, its name, then what it gave itself. Nothing is guessed.
    """
    organisation = session.get_one(OrganisationRow, organisation_id)
    found: dict[str, dict[str, Any]] = {name: _given(session, organisation_id, name) for name in SECTIONS}
    listed = organisations.find_belonging(session, organisation_id)
    said = _listed(listed) if listed else {}
    found["organisation"] = {**said, "name": organisation.name, **found["organisation"]}
    return {name: answers for name, answers in found.items() if answers}


def taken_over(session: Session, dossier: DossierRow, row: SectionRow | None) -> TakenOver | None:
    """Where the answers of a section come from, while nobody has typed over them since the draft began."""
    if row is None or row.raw is not None or row.version > 1 or row.name not in SECTIONS:
        return None
    given = _given(session, dossier.organisation_id, row.name)
    if given:
        dates = [each.given_at for each in _rows(session, dossier.organisation_id, row.name)]
        source = TakenOver(given_on=_on(max(dates)), cooperative=None)
    else:
        listed = organisations.find_belonging(session, dossier.organisation_id)
        if row.name != "organisation" or listed is None:
            return None
        given, source = _listed(listed), TakenOver(given_on=_on(listed.listed_at), cooperative=listed.cooperative.name)
    return source if given.items() <= row.answers.items() else None


def _on(instant: datetime) -> date:
    return instant.astimezone(PARIS).date()


def siret_hint(siret: str | None, siren: str) -> str:
    """Said beside a SIRET that is not one of the organisation's; empty otherwise. Never a refusal: firms change."""
    if siret is None or siret.startswith(siren):
        return ""
    return (
        f"Ce SIRET ne commence pas par le SIREN de votre organisation ({siren[:3]} {siren[3:6]} {siren[6:]}). "
        "Vérifiez-le ; s'il est juste, laissez-le."
    )


def _given(session: Session, organisation_id: UUID, name: str) -> dict[str, Any]:
    row = organisations.find_given(session, organisation_id, name)
    answers: dict[str, Any] = dict(row.answers) if row else {}
    if name == "size" and (years := organisations.list_accounts(session, organisation_id)[:YEARS]):
        answers["accounts"] = [year.answers for year in years]
    # Questions change from one release to the next: what is no answer any more is left out.
    record, _ = load_section(section_named(name), answers)
    return {each: value for each, value in dump_section(section_named(name), record).items() if value is not None}


def _rows(session: Session, organisation_id: UUID, name: str) -> list[GivenRow | AccountsRow]:
    row = organisations.find_given(session, organisation_id, name)
    years = organisations.list_accounts(session, organisation_id)[:YEARS] if name == "size" else ()
    return [*([row] if row else ()), *years]


def _listed(row: AffiliationRow) -> dict[str, Any]:
    section = section_named("organisation")
    said = {
        "siret": row.siret,
        "town": row.town,
        "representative": row.contact,
        "email": row.email,
    }
    record, _ = load_section(section, {each: value for each, value in said.items() if value})
    return {each: value for each, value in dump_section(section, record).items() if value is not None}


# ── the organisation's own page ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class GivenSection:
    """One section of what an organisation gave, as a reader sees it."""

    section: Section
    lines: tuple[AnswerLine, ...]
    given_on: date | None  # None when nothing was
    given_by: str


@dataclass(frozen=True)
class GivenYear:
    """One closed year, as a reader sees it."""

    closed_on: date
    columns: tuple[Question, ...]
    texts: tuple[str | None, ...]  # one per column
    given_on: date
    given_by: str


@dataclass(frozen=True)
class Belonging:
    """A cooperative that the organisation belongs to, or has left."""

    id: UUID  # of the firm's line in its list
    cooperative: str
    accepted_on: date
    left_on: date | None


@dataclass(frozen=True)
class GivenPage:
    """« Mon organisation », what it gave; empty for whoever may not read it."""

    sections: tuple[GivenSection, ...]
    years: tuple[GivenYear, ...]
    belongings: tuple[Belonging, ...]
    may_read: bool
    may_fill: bool


@dataclass(frozen=True)
class GivenFormPage:
    """One section to give or to correct."""

    organisation_id: UUID
    organisation: str
    section: Section
    questions: tuple[Question, ...]
    record: Any


def given_page(session: Session, organisation_id: UUID, *, by: Person) -> GivenPage:
    """What the organisation gave, for whoever reads its drafts; `NotFound` for a stranger."""
    acts = allowed(queries.roles_in(session, organisation_id, by.id))
    if not acts:
        raise NotFound
    if Act.READ not in acts:
        return GivenPage((), (), (), may_read=False, may_fill=False)
    return GivenPage(
        sections=tuple(_shown(session, organisation_id, name) for name in SECTIONS),
        years=tuple(_year(session, row) for row in organisations.list_accounts(session, organisation_id)),
        belongings=tuple(
            Belonging(row.id, row.cooperative.name, _on(row.accepted_at), _on(row.left_at) if row.left_at else None)
            for row in organisations.list_belongings(session, organisation_id)
            if row.accepted_at
        ),
        may_read=True,
        may_fill=Act.FILL in acts,
    )


def given_form(session: Session, organisation_id: UUID, name: str, *, by: Person) -> GivenFormPage:
    """One section with what was given of it."""
    organisation = access.organisation_for(session, organisation_id, Act.FILL, by=by)
    if name not in SECTIONS:
        raise NotFound
    section = section_named(name)
    answers = _given(session, organisation_id, name)
    if name == "organisation":
        answers = known(session, organisation_id)[name]
    record, _ = load_section(section, answers)
    questions = tuple(each for each in section.questions if each.name not in OF_THE_PROJECT)
    return GivenFormPage(organisation_id, organisation.name, section, questions, record)


def _shown(session: Session, organisation_id: UUID, name: str) -> GivenSection:
    section = section_named(name)
    row = organisations.find_given(session, organisation_id, name)
    record, _ = load_section(section, row.answers if row else {})
    return GivenSection(
        section,
        wording.given_answers(section.questions, record),
        _on(row.given_at) if row else None,
        organisations.name_of(session, row.given_by_id) if row else "",
    )


def _year(session: Session, row: AccountsRow) -> GivenYear:
    table = next(each for each in section_named("size").questions if each.name == "accounts")
    record, _ = load_section(section_named("size"), {"accounts": [row.answers]})
    (year,) = record.accounts
    columns = tuple(each for each in table.columns if each.name != "closed_on")
    return GivenYear(
        row.closed_on,
        columns,
        tuple(as_text(each, getattr(year, each.name)) for each in columns),
        _on(row.given_at),
        organisations.name_of(session, row.given_by_id),
    )
