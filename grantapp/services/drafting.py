"""A draft: start it, see it, fill it step by step, know what is missing. A draft is never refused for its content."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp import editions
from grantapp.domain import lifecycle, sharing, wizard
from grantapp.domain.access import REFUSALS, Act, allowed
from grantapp.domain.edition import Amendment, Edition
from grantapp.domain.eligibility import Finding, Severity, Verdict
from grantapp.domain.judgement import judge
from grantapp.domain.lifecycle import Move, Refused, State
from grantapp.domain.people import Membership, Person
from grantapp.domain.project import Project, Section, governing, is_anchor, section_named
from grantapp.domain.project_file import dump_section, load_section
from grantapp.french import PARIS, day
from grantapp.services import access, journal, mandating, organisations, reading, wording
from grantapp.services.pages import (
    ConflictPage,
    DossierHead,
    Led,
    MissingPage,
    OverviewPage,
    ReviewPage,
    SharedParts,
    StepPage,
    TaskLine,
)
from grantapp.services.reading import PIECES, attachments_of, edition_of, head_of, project_of
from grantapp.storage import collectives, participations, queries
from grantapp.storage.models import DossierRow, SectionRow
from grantapp.storage.queries import NotFound

Answers = Mapping[str, Mapping[str, object]]


class Conflict(Exception):  # noqa: N818 - an answer: the page that shows both
    """Somebody else saved the section since it was opened, and the answers differ. Nothing was overwritten."""

    def __init__(self, page: ConflictPage) -> None:
        super().__init__(f"{page.step.section.name} was saved by somebody else")
        self.page = page


class AnsweredByCooperative(Refused):
    """The section is shared, and the firm answers nothing in it: nothing was saved. `name` is the section's."""

    def __init__(self, name: str, cooperative: str) -> None:
        super().__init__(
            f"« {section_named(name).title} » est une partie commune : {cooperative} y répond pour toutes les "
            "entreprises du dossier collectif. Rien n'a été enregistré. Si votre entreprise doit y répondre autrement, "
            "dites pourquoi."
        )
        self.name = name


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def list_dossiers(session: Session, *, by: Person) -> tuple[DossierHead, ...]:
    """The dossiers of the organisations of `by`, the most recently changed first."""
    found, readable = queries.list_dossiers(session, by), queries.list_organisations(session, by, Act.READ)
    only_filed = {each.id for each in found if each.organisation_id not in readable}
    return reading.heads_of(session, found, only_filed)


def overview(session: Session, reference: str, *, now: datetime, by: Person) -> OverviewPage:
    dossier = queries.get_dossier(session, reference, by)
    edition, project, head = edition_of(dossier), project_of(dossier), head_of(dossier)
    return OverviewPage(
        head=head,
        tasks=tasks_of(dossier, project, head.shared),
        judgement=judge(edition, project, _judged_at(dossier, now)),
        changed=_changed(dossier, edition, now),
        filed_under=dossier.deposits[-1].edition_version if dossier.deposits else None,
        led=led_by(session, dossier),
        correction=_correction(dossier),
    )


def _correction(dossier: DossierRow) -> str:
    """What the cooperative asks to correct, until another version is filed."""
    part, last = reading.part_of(dossier), dossier.deposits[-1] if dossier.deposits else None
    asked = part.participation if part else None
    if (
        asked is None
        or last is None
        or asked.correction_asked_at is None
        or asked.correction_asked_at < last.deposited_at
    ):
        return ""
    return asked.correction or ""


def tasks_of(dossier: DossierRow, project: Project, shared: SharedParts | None) -> tuple[TaskLine, ...]:
    """The steps of a dossier and how far each is, what its cooperative shares told apart."""
    edition = edition_of(dossier)
    return tuple(_task(dossier, edition, project, step, shared) for step in wizard.steps(edition))


def judged(session: Session, reference: str, *, now: datetime, by: Person) -> tuple[Edition, Project, datetime]:
    """What a judgement of this dossier is made of, for whoever judges it otherwise than it stands."""
    dossier = queries.get_dossier(session, reference, by)
    return edition_of(dossier), project_of(dossier), _judged_at(dossier, now)


def step_page(session: Session, reference: str, name: str, *, now: datetime, by: Person) -> StepPage:
    """One section to fill; `name` is the section's name."""
    dossier = queries.get_dossier(session, reference, by)
    page = _step_page(session, dossier, name, now)
    siret = page.record.siret if name == "organisation" else None
    return replace(
        page,
        taken_over=organisations.taken_over(session, dossier, reading.row_of(dossier, name)),
        hint=organisations.siret_hint(siret, dossier.organisation.siren),
    )


def preview(
    session: Session, reference: str, name: str, answers: Mapping[str, object], *, now: datetime, by: Person
) -> StepPage:
    """The page as if these answers were saved. Nothing is."""
    dossier = queries.get_dossier(session, reference, by)
    _, section = _step(dossier, name)
    project = project_of(dossier)
    if name != PIECES:
        record, _ = load_section(section, answers)
        project = replace(project, **{name: record})
    return _step_page(session, dossier, name, now, project)


def missing(session: Session, reference: str, *, now: datetime, by: Person) -> MissingPage:
    """« Ce qui manque »."""
    return missing_of(queries.get_dossier(session, reference, by), now)


def review(session: Session, reference: str, *, now: datetime, by: Person) -> ReviewPage:
    """« Vérifier vos réponses »."""
    dossier = queries.get_dossier(session, reference, by)
    edition, project = edition_of(dossier), project_of(dossier)
    lacking = missing_of(dossier, now)
    return ReviewPage(
        head=lacking.head,
        sections=tuple(
            wording.section_answers(edition, project, step) for step in wizard.asked_steps(edition, project)
        ),
        attachments=attachments_of(dossier),
        judgement=lacking.judgement,
        missing=lacking,
    )


def led_by(session: Session, dossier: DossierRow) -> Led | None:
    """The collective dossier that this one leads, and whom its answers reach."""
    collective = collectives.find_led(session, dossier)
    return Led(collective.reference, *participations.count_filed(session, collective)) if collective else None


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def start(
    session: Session,
    edition_id: str,
    *,
    now: datetime,
    by: Person,
    another: bool = False,
    given: Answers | None = None,
    organisation_id: UUID | None = None,
) -> str:
    """The reference of a draft for this edition: the one already open, unless `another` is wanted.

    `given` holds answers by section and question, known before the draft: a new draft begins with them.
    `organisation_id` is the organisation in whose name; the first where this person may answer, unless it is said.
    """
    edition = editions.find_edition(edition_id)
    if edition is None:
        raise NotFound
    organisation = in_whose_name(by, organisation_id)
    open_draft = queries.find_open_draft(session, organisation.organisation_id, edition_id, by)
    if open_draft and not another:
        return open_draft.reference
    check_receives(edition, now)
    dossier = create(session, edition, organisation, given=given or {}, now=now, by=by)
    session.commit()
    return dossier.reference


def create(
    session: Session, edition: Edition, organisation: Membership, *, given: Answers, now: datetime, by: Person
) -> DossierRow:
    """A new draft of an organisation, in the caller's transaction."""
    dossier = DossierRow(
        id=uuid4(),
        reference=_next_reference(session, edition.reference_prefix),
        edition_id=edition.id,
        organisation_id=organisation.organisation_id,
        state=State.DRAFT,
        created_at=now,
        created_by_id=by.id,
        updated_at=now,
    )
    session.add(dossier)
    # What the organisation and the pre-check already said is not asked twice; nothing else is guessed.
    known: dict[str, Mapping[str, object]] = {**organisations.known(session, organisation.organisation_id)}
    for name, answers in given.items():
        known[name] = {**known.get(name, {}), **answers}
    for name, answers in known.items():
        if name not in edition.steps:
            continue
        section = section_named(name)
        record, _ = load_section(section, answers)
        row = SectionRow(dossier=dossier, name=name, answers=dump_section(section, record))
        row.saved_at, row.saved_by_id = now, by.id
        session.add(row)
    journal.record(session, "started", dossier=dossier, detail={"edition": edition.id}, now=now, by=by)
    return dossier


def check_receives(edition: Edition, now: datetime) -> None:
    """`Refused` once no dossier can be begun in it any more."""
    if now >= edition.window.closes_at:
        raise Refused(
            f"L'appel « {edition.title} » s'est clos le {day(edition.window.closes_on)} : on ne peut plus y commencer "
            f"de dossier. {edition.successor}"
        )


def fillable(by: Person) -> tuple[Membership, ...]:
    """The organisations in whose name this person may begin a dossier, in the order they were joined."""
    return tuple(each for each in by.memberships if Act.FILL in allowed(each.roles))


def in_whose_name(by: Person, organisation_id: UUID | None) -> Membership:
    """That organisation, or the first one where this person may answer; `Refused` when there is none."""
    if not by.memberships:
        raise Refused("Rattachez d'abord votre compte à une organisation.")
    for each in fillable(by):
        if organisation_id in (None, each.organisation_id):
            return each
    raise Refused(REFUSALS[Act.FILL])


def save_step(
    session: Session,
    reference: str,
    name: str,
    answers: Mapping[str, object],
    *,
    raw: dict[str, list[str]] | None,
    seen: int,
    now: datetime,
    by: Person,
) -> Section | None:
    """Keep one section as understood and as typed; the section that comes next, or None after the last.

    `seen` is the version of the page that was filled. When another save came between, `Conflict` shows both; the
    same content posted twice is no conflict and writes nothing. `Refused` once the dossier is deposited.
    """
    dossier = access.dossier_for(session, reference, Act.FILL, by=by)
    lifecycle.move(dossier.state, Move.SAVE)
    edition, section = _step(dossier, name)
    project, shared = project_of(dossier), head_of(dossier).shared
    if name == PIECES:
        return _after(edition, project, name, shared)

    record, _ = load_section(section, answers)
    row = reading.row_of(dossier, name)
    if shared and name in shared.sections:
        own = sharing.own_questions(name, shared.sections) or frozenset()
        if not own:
            raise AnsweredByCooperative(name, shared.cooperative)
        project = replace(project, **{name: replace(getattr(project, name), **_only(record, own))})
        # The row of a shared section holds the firm's own questions alone: the rest is read from the cooperative's.
        record, raw = section.record(**_only(record, own)), _typed_of(raw, own)
    else:
        project = replace(project, **{name: record})
    if row and row.version != seen:
        saved = getattr(reading.own_project(dossier), name)
        differences = wording.differences(section, saved, row.raw, record, raw)  # theirs, then yours
        if differences:
            page = _step_page(session, dossier, name, now)
            raise Conflict(ConflictPage(step=page, by=row.saved_by.name, at=row.saved_at, differences=differences))
    elif _keep(session, dossier, row, section, dump_section(section, record), raw, now, by):
        detail = mandating.noted(session, dossier, {"section": name}, by)
        journal.record(session, "saved", dossier=dossier, detail=detail, now=now, by=by)
        organisations.keep(session, dossier.organisation_id, name, answers, now=now, by=by)
    session.commit()
    return _after(edition, project, name, shared)


def _only(record: object, questions: frozenset[str]) -> dict[str, object]:
    return {name: getattr(record, name) for name in questions}


def _typed_of(raw: dict[str, list[str]] | None, questions: frozenset[str]) -> dict[str, list[str]] | None:
    """What was typed for these questions: a field is named by its question, and by its cell after a dash."""
    return raw and {field: typed for field, typed in raw.items() if field.partition("-")[0] in questions}


def _keep(
    session: Session,
    dossier: DossierRow,
    row: SectionRow | None,
    section: Section,
    answers: dict[str, object],
    raw: dict[str, list[str]] | None,
    now: datetime,
    by: Person,
) -> bool:
    """Write the section unless it already says exactly this."""
    if row is None:
        row = SectionRow(dossier=dossier, name=section.name)
        session.add(row)
    elif row.answers == answers and row.raw == raw:
        return False
    row.answers, row.raw, row.saved_at, row.saved_by_id = answers, raw, now, by.id
    dossier.updated_at = now
    return True


def _next_reference(session: Session, prefix: str) -> str:
    """`A22-0001`, `A22-0002`… Called inside the write transaction, so that nobody else can draw the same number."""
    last = queries.find_last_reference(session, prefix)
    return f"{prefix}-{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def missing_of(dossier: DossierRow, now: datetime) -> MissingPage:
    project = project_of(dossier)
    judgement = judge(edition_of(dossier), project, _judged_at(dossier, now))
    findings = [_with_questions_to_open(each, project) for each in judgement.findings]
    blocking = [each for each in findings if each.severity is Severity.BLOCKING]
    warnings = [each for each in findings if each.severity is Severity.WARNING]
    return MissingPage(
        head=head_of(dossier),
        answers=tuple(gap for gap in judgement.unanswered if not gap.is_piece),
        pieces=tuple(gap for gap in judgement.unanswered if gap.is_piece),
        refusals=tuple(each for each in blocking if each.verdict is Verdict.NOT_MET),
        undecided=tuple(each for each in blocking if each.verdict is Verdict.UNKNOWN),
        warnings=tuple(each for each in warnings if each.verdict is not Verdict.MET),
        judgement=judgement,
    )


def _with_questions_to_open(finding: Finding, project: Project) -> Finding:
    """What is missing as questions that can be answered now: without a plot, the plot comes before its soil."""
    opened = (governing(project, anchor) for anchor in finding.missing if is_anchor(anchor))
    return replace(finding, missing=tuple(dict.fromkeys(opened)))


def _judged_at(dossier: DossierRow, now: datetime) -> datetime:
    """A deposited dossier is seen as on the day of its filing: the window that closed since changes nothing."""
    return dossier.deposited_at or now


def _changed(dossier: DossierRow, edition: Edition, now: datetime) -> tuple[Amendment, ...]:
    """The errata since the last save; one of that very day may have come after it, so it counts."""
    if dossier.state is not State.DRAFT:
        return ()
    saved_on = dossier.updated_at.astimezone(PARIS).date()
    return tuple(each for each in edition.amended(now) if each.on >= saved_on)


def _step(dossier: DossierRow, name: str) -> tuple[Edition, Section]:
    edition = edition_of(dossier)
    if name not in edition.steps:
        raise NotFound
    return edition, section_named(name)


def _task(
    dossier: DossierRow, edition: Edition, project: Project, step: Section, shared: SharedParts | None
) -> TaskLine:
    state = wizard.state_of(edition, project, step)
    row = reading.row_of(dossier, step.name)
    if state is wizard.StepState.TO_START and row and any(any(typed) for typed in (row.raw or {}).values()):
        state = wizard.StepState.STARTED  # something was typed, though none of it could be understood
    asked = state is not wizard.StepState.NOT_ASKED
    gaps = list(wizard.gaps_in(edition, project, step)) if asked else []
    is_shared = shared is not None and not sharing.asks_firm(project, step.name, shared.sections)
    if shared is not None and not is_shared:
        own = [gap for gap in gaps if shared.is_own(gap.anchor)]
        if gaps and not own:
            state = wizard.StepState.COMPLETE  # what is still missing here is the cooperative's to give
        gaps = own
    return TaskLine(step, state, len(gaps), is_shared)


def _after(edition: Edition, project: Project, name: str, shared: SharedParts | None) -> Section | None:
    """The next step that asks something of whoever fills this dossier."""
    found = wizard.after(edition, project, name)
    while found and shared and not sharing.asks_firm(project, found.name, shared.sections):
        found = wizard.after(edition, project, found.name)
    return found


def _before(edition: Edition, project: Project, name: str, shared: SharedParts | None) -> Section | None:
    found = wizard.before(edition, project, name)
    while found and shared and not sharing.asks_firm(project, found.name, shared.sections):
        found = wizard.before(edition, project, found.name)
    return found


def _step_page(
    session: Session, dossier: DossierRow, name: str, now: datetime, project: Project | None = None
) -> StepPage:
    edition, section = _step(dossier, name)
    project, head = project or project_of(dossier), head_of(dossier)
    shared = head.shared
    judgement = judge(edition, project, _judged_at(dossier, now))
    row = reading.row_of(dossier, name)
    asked = [
        step.name
        for step in wizard.asked_steps(edition, project)
        if shared is None or step.name == name or sharing.asks_firm(project, step.name, shared.sections)
    ]
    earlier = edition.steps[: edition.steps.index(name)]
    touching = {rule.code for rule in edition.rules if any(need.startswith(f"{name}.") for need in rule.anchors)}
    questions, given = wizard.questions_shown(edition, project, section), None
    if shared:
        answered = {each.anchor for each in questions if project.answer(each.anchor) is not None}
        questions = tuple(each for each in questions if each.anchor not in sharing.NOT_ASKED - answered)
    if shared and name in shared.sections:
        questions = tuple(each for each in questions if shared.is_own(each.anchor))
        answers = wording.section_answers(edition, project, section)
        theirs = tuple(line for line in answers.answers if not shared.is_own(line.question.anchor))
        given = replace(answers, answers=theirs)
    return StepPage(
        head=head,
        section=section,
        number=sum(step in earlier for step in asked) + 1,
        count=len(asked),
        questions=questions,
        record=getattr(project, name),
        raw=row.raw if row else None,
        version=row.version if row else 0,
        saved_at=row.saved_at if row else None,
        previous=_before(edition, project, name, shared),
        following=_after(edition, project, name, shared),
        project=project,
        judgement=judgement,
        findings=tuple(each for each in judgement.findings if each.rule in touching),
        attachments=attachments_of(dossier) if name == PIECES else (),
        saved_by=mandating.said_of_save(session, dossier, row) if row and shared else "",
        given=given,
        led=led_by(session, dossier) if sharing.is_shared_section(name) else None,
    )
