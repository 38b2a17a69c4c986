"""The whole vocabulary: what an applicant tells us, in the order it is asked.

One `Project` serves every edition; an edition names the sections it asks. Sections only grow: a question is never
reused for another meaning, so old deposits stay readable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

from grantapp.domain.inspected import STATED
from grantapp.domain.question import Question, When, all_hold, questions_of, when
from grantapp.domain.sections.applicant import Behalf, Finances, Members, Organisation, PublicAid, Request, Size
from grantapp.domain.sections.funding import Declarations, Expenditure, Funding, Pieces
from grantapp.domain.sections.operation import PRIVATE_HOLDERS, Operation, Support
from grantapp.domain.sections.site import History, Liability, Pollution, Site
from grantapp.domain.sections.works import Plan, Schedule
from grantapp.french import typeset

WITH_SITE = when("request.site_found", True)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A group of questions asked on one page: `name` in the code, `slug` in the address, `title` on the page."""

    name: str
    slug: str
    title: str
    intro: str
    record: type
    asked_if: tuple[When, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return _questions(self.record, self.name)


@cache
def _questions(record: type, name: str) -> tuple[Question, ...]:
    return questions_of(record, name)


def section(slug: str, title: str, record: type, *, intro: str = "", asked_if: tuple[When, ...] = ()) -> Any:
    settings = {"slug": slug, "title": typeset(title), "intro": typeset(intro), "record": record, "asked_if": asked_if}
    return field(default_factory=record, metadata={"section": settings})


@dataclass(frozen=True, kw_only=True)
class Project:
    """What an applicant has told us; `None` is a question without an answer, never a no."""

    request: Request = section("demande", "Votre demande", Request)
    members: Members = section(
        "adherentes",
        "Les entreprises adhérentes",
        Members,
        intro="Celles qui profiteront de l'opération. Leur nom et leur SIREN suffisent.",
        asked_if=when("request.behalf", Behalf.MEMBERS),
    )
    organisation: Organisation = section("organisation", "Votre organisation", Organisation)
    size: Size = section("taille", "La taille et les comptes", Size)
    finances: Finances = section(
        "situation-financiere",
        "La situation financière",
        Finances,
        intro="Ces chiffres sont au bilan du dernier exercice clos.",
    )
    public_aid: PublicAid = section("aides-publiques", "Les autres aides publiques", PublicAid)
    site: Site = section("site", "Le site", Site, asked_if=WITH_SITE)
    history: History = section("passe-du-site", "Le passé du site", History, asked_if=WITH_SITE)
    pollution: Pollution = section("pollution", "La pollution", Pollution, asked_if=WITH_SITE)
    liability: Liability = section(
        "responsabilite",
        "Qui doit dépolluer ?",
        Liability,
        intro="L'aide publique ne remplace jamais un pollueur qui peut payer.",
        asked_if=WITH_SITE,
    )
    plan: Plan = section("projet", "Le projet", Plan)
    operation: Operation = section(
        "operation",
        "L'opération",
        Operation,
        intro="Ce que le fonds du préfet regarde en plus du site et du projet.",
        asked_if=WITH_SITE,
    )
    support: Support = section(
        "accords",
        "Les accords et l'intérêt général",
        Support,
        intro="Une entreprise privée n'est admise qu'à ces conditions.",
        asked_if=when("organisation.category", *PRIVATE_HOLDERS),
    )
    schedule: Schedule = section("calendrier", "Le terrain et le calendrier", Schedule)
    expenditure: Expenditure = section("depenses", "Les dépenses", Expenditure)
    funding: Funding = section("financement", "Le financement", Funding)
    pieces: Pieces = section(
        "pieces",
        "Les pièces",
        Pieces,
        intro=STATED,
    )
    declarations: Declarations = section("declarations", "Les déclarations", Declarations)

    def answer(self, anchor: str) -> Any:
        """The answer to one question, by its anchor (`site.area_m2`)."""
        section_name, name = anchor.split(".")
        return getattr(getattr(self, section_name), name)

    def with_answers(self, answers: Mapping[str, object]) -> "Project":
        """A copy with other answers, by anchor."""
        changed: dict[str, dict[str, object]] = {}
        for anchor, value in answers.items():
            section_name, name = anchor.split(".")
            changed.setdefault(section_name, {})[name] = value
        sections = {name: replace(getattr(self, name), **values) for name, values in changed.items()}
        return replace(self, **sections)


@cache
def sections() -> tuple[Section, ...]:
    return tuple(Section(name=f.name, **f.metadata["section"]) for f in fields(Project))


@cache
def _by_name() -> dict[str, Section]:
    return {each.name: each for each in sections()}


@cache
def _by_slug() -> dict[str, Section]:
    return {each.slug: each for each in sections()}


def section_named(name: str) -> Section:
    return _by_name()[name]


def find_section(slug: str) -> Section | None:
    return _by_slug().get(slug)


@cache
def _by_anchor() -> dict[str, Question]:
    found = {}
    for each in sections():
        for asked in each.questions:
            found[asked.anchor] = asked
            for column in asked.columns:
                found[f"{asked.anchor}.{column.name}"] = column
    return found


def question_at(anchor: str) -> Question:
    """The question an anchor names; `expenditure.lines.post` names the column of a table."""
    return _by_anchor()[anchor]


def is_anchor(anchor: str) -> bool:
    return anchor in _by_anchor()


def answers_of(project: Project) -> dict[str, object]:
    """Every answer by anchor, asked or not."""
    return {
        asked.anchor: getattr(getattr(project, each.name), asked.name)
        for each in sections()
        for asked in each.questions
    }


def conditions_of(anchor: str) -> tuple[When, ...]:
    """Why a question may not be asked: its section's conditions, then its own."""
    asked = question_at(".".join(anchor.split(".")[:2]))
    return section_named(asked.section).asked_if + asked.asked_if


def is_asked(project: Project, anchor: str) -> bool | None:
    """Whether a question is asked of this project; None while an earlier answer has to decide.

    What waits for an answer to a question that is not asked is not asked either.
    """
    conditions = conditions_of(anchor)
    if any(is_asked(project, each.anchor) is False for each in conditions):
        return False
    answers = {each.anchor: _asked_answer(project, each.anchor) for each in conditions}
    return all_hold(conditions, answers)


def _asked_answer(project: Project, anchor: str) -> object:
    """An answer, unless its own question is not asked any more."""
    return project.answer(anchor) if is_asked(project, anchor) is True else None


def facts_of(project: Project) -> dict[str, object]:
    """What rules may read: the answers to questions that are asked, the empty ones left out.

    Columns of tables are facts too (`expenditure.lines.amount`), once every row has them.
    """
    facts: dict[str, object] = {}
    for each in sections():
        for asked in each.questions:
            value = _asked_answer(project, asked.anchor)
            if value is None or value == () or value == "":
                continue
            facts[asked.anchor] = value
            for column in asked.columns:
                cells = tuple(getattr(row, column.name) for row in value)  # type: ignore[attr-defined]
                if None not in cells:
                    facts[f"{asked.anchor}.{column.name}"] = cells
    return facts


def governing(project: Project, anchor: str) -> str:
    """The question to open for this anchor: itself, or the earlier answer that keeps it from being asked."""
    for condition in conditions_of(anchor):
        if condition.holds(_asked_answer(project, condition.anchor)) is not True:
            return governing(project, condition.anchor)
    return ".".join(anchor.split(".")[:2])


def anchors() -> Iterator[str]:
    """Every question of the vocabulary, in order."""
    for each in sections():
        for asked in each.questions:
            yield asked.anchor
