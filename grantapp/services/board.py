"""The board of a collective dossier: where each firm stands, what its direction asks of them, what was decided.

It says how far a firm's dossier is, never what is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.documents import spreadsheet
from grantapp.domain import wizard
from grantapp.domain.access import Act
from grantapp.domain.answer import Misread, readable
from grantapp.domain.board import Decision, Stage, Steps, stage_of
from grantapp.domain.edition import Edition
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import Person
from grantapp.french import PARIS, day, number
from grantapp.services import journal, mailing, reading
from grantapp.storage import collectives, people
from grantapp.storage.cooperative import CollectiveRow, ParticipationRow
from grantapp.storage.models import DossierRow
from grantapp.storage.queries import NotFound

LONGEST = 2_000  # characters of what is asked, or noted


@dataclass(frozen=True)
class BoardLine:
    """One firm in a collective dossier."""

    affiliation_id: UUID
    name: str
    siren: str
    town: str
    contact: str
    email: str
    stage: Stage
    chosen_on: date
    invited_on: date | None
    refused_on: date | None
    refusal: str
    accepted_on: date | None
    percent: int | None  # of the steps of its dossier that are complete, while it is a draft
    reference: str  # of its dossier; empty before it accepted
    version: int | None  # the last one filed
    filed_on: date | None
    upcoming: int | None  # the version it prepares after that one
    agreed_on: date | None
    correction: str
    correction_asked_on: date | None
    has_left: bool  # the cooperative

    @property
    def words(self) -> str:
        """What a search looks in."""
        return " ".join((self.name, self.siren, self.town, self.contact, self.email)).casefold()


@dataclass(frozen=True)
class BoardPage:
    reference: str
    lead: str  # the reference of the cooperative's own dossier
    cooperative: str
    edition: Edition
    lines: tuple[BoardLine, ...]  # all of them, whatever is shown
    unchosen: int  # firms of the list that are not in it
    decision: Decision | None
    decided_on: date | None
    decision_note: str

    def count(self, stage: Stage) -> int:
        return sum(line.stage == stage for line in self.lines)

    @property
    def counts(self) -> tuple[tuple[Stage, int], ...]:
        """Every stage with its count: together, all firms."""
        return tuple((stage, self.count(stage)) for stage in Stage)

    @property
    def agreed(self) -> int:
        return sum(line.agreed_on is not None for line in self.lines)

    def line(self, affiliation_id: UUID) -> BoardLine:
        """`NotFound` for a firm that is not in it."""
        for line in self.lines:
            if line.affiliation_id == affiliation_id:
                return line
        raise NotFound

    def shown(self, slug: str, words: str) -> tuple[BoardLine, ...]:
        """The lines of one stage, and those in which all these words stand."""
        wanted = words.casefold().split()
        return tuple(
            line
            for line in self.lines
            if (not slug or line.stage.slug == slug) and all(word in line.words for word in wanted)
        )


@dataclass(frozen=True)
class ChoicePage:
    """The firms of the list that are not yet in a collective dossier."""

    reference: str
    title: str  # of the edition
    firms: tuple[tuple[UUID, str, str, str], ...]  # id, name, SIREN, town


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def board(session: Session, reference: str, *, now: datetime, by: Person) -> BoardPage:
    """`NotFound` unless `by` directs the cooperative."""
    collective = collectives.get_collective(session, reference, by)
    parts = collectives.list_board(session, collective)
    there = {part.affiliation_id for part in parts}
    listed = collectives.list_affiliations(session, collective.organisation_id)
    return BoardPage(
        reference=collective.reference,
        lead=collective.lead.reference,
        cooperative=collective.organisation.name,
        edition=reading.edition_of(collective.lead),
        lines=tuple(_line(part) for part in parts),
        unchosen=sum(row.id not in there and row.left_at is None for row in listed),
        decision=Decision(collective.decision) if collective.decision else None,
        decided_on=collective.decided_on,
        decision_note=collective.decision_note or "",
    )


def choice(session: Session, reference: str, *, by: Person) -> ChoicePage:
    collective = collectives.get_collective(session, reference, by)
    there = {part.affiliation_id for part in collective.participations}
    rows = collectives.list_affiliations(session, collective.organisation_id)
    firms = tuple((row.id, row.name, row.siren, row.town) for row in rows if row.id not in there and not row.left_at)
    return ChoicePage(collective.reference, str(reading.edition_of(collective.lead).title), firms)


def _line(part: ParticipationRow) -> BoardLine:
    firm, dossier = part.affiliation, part.dossier
    last = dossier.deposits[-1] if dossier and dossier.deposits else None
    filed_at = last.deposited_at if last else None
    stage = stage_of(Steps(part.invited_at, part.refused_at, part.accepted_at, filed_at, part.correction_asked_at))
    is_draft = dossier is not None and dossier.state is State.DRAFT
    return BoardLine(
        affiliation_id=firm.id,
        name=firm.name,
        siren=firm.siren,
        town=firm.town,
        contact=firm.contact,
        email=firm.email,
        stage=stage,
        chosen_on=_on(part.chosen_at),
        invited_on=_day(part.invited_at),
        refused_on=_day(part.refused_at) if stage is Stage.REFUSED else None,
        refusal=(part.refusal or "") if stage is Stage.REFUSED else "",
        accepted_on=_day(part.accepted_at),
        percent=percent_of(dossier) if dossier is not None and stage is Stage.DRAFT else None,
        reference=dossier.reference if dossier else "",
        version=last.number if last else None,
        filed_on=_day(filed_at),
        upcoming=last.number + 1 if last and is_draft else None,
        agreed_on=_day(part.agreed_at),
        correction=(part.correction or "") if stage is Stage.TO_CORRECT else "",
        correction_asked_on=_day(part.correction_asked_at) if stage is Stage.TO_CORRECT else None,
        has_left=firm.left_at is not None,
    )


def percent_of(dossier: DossierRow) -> int:
    """How many of the steps that this project goes through are complete, in a hundred; says nothing of the answers."""
    edition, project = reading.edition_of(dossier), reading.project_of(dossier)
    states = [wizard.state_of(edition, project, step) for step in wizard.asked_steps(edition, project)]
    return 100 * states.count(wizard.StepState.COMPLETE) // len(states) if states else 0


# ── asking, noting ───────────────────────────────────────────────────────────────────────────────────────────────


def ask_correction(
    session: Session, reference: str, affiliation_id: UUID, text: str, *, now: datetime, at: datetime, by: Person
) -> tuple[int, ...]:
    """Ask a firm to correct what it filed, in the director's own words; the mails to send.

    `Refused` when nothing was filed, when the call is closed, or when the text says nothing. The same text again is
    not sent again.
    """
    collective = collectives.get_collective(session, reference, by)
    part = next((each for each in collective.participations if each.affiliation_id == affiliation_id), None)
    if part is None:
        raise NotFound
    said = _said(text, "Dites ce que l'entreprise doit corriger.")
    dossier = part.dossier
    if dossier is None or not dossier.deposits:
        raise Refused(f"« {part.affiliation.name} » n'a rien déposé : il n'y a pas encore de version à corriger.")
    window = reading.window_of(reading.edition_of(dossier), reading.project_of(dossier), now)
    if now >= window.closes_at:
        raise Refused(f"L'appel s'est clos le {day(window.closes_on)} : un dossier déposé ne se corrige plus.")
    last = dossier.deposits[-1]
    if part.correction == said and part.correction_asked_at and part.correction_asked_at >= last.deposited_at:
        return ()
    part.correction, part.correction_asked_at = said, now
    facts = {
        "cooperative": mailing.shown(collective.organisation.name),
        "reference": dossier.reference,
        "number": last.number,
        "correction": said,
        "closes_on": day(window.closes_on),
    }
    jobs = _write(session, "correction", dossier, facts, now=now, at=at)
    journal.record(session, "correction_asked", dossier=dossier, detail={"number": last.number}, now=now, by=by)
    session.commit()
    return jobs


def note_decision(
    session: Session,
    reference: str,
    decision: Decision,
    decided_on: date,
    note: str,
    *,
    now: datetime,
    at: datetime,
    by: Person,
) -> tuple[int, ...]:
    """Note what the administration decided, and tell the firms that filed; the mails to send.

    The same decision noted again tells nobody again; another one does.
    """
    collective = collectives.get_collective(session, reference, by)
    if decided_on > now.astimezone(PARIS).date():
        raise Refused("La décision ne peut pas dater de demain : indiquez le jour où elle a été prise.")
    said = _said(note, "") if note.strip() else None
    if (collective.decision, collective.decided_on, collective.decision_note) == (decision.value, decided_on, said):
        return ()
    collective.decision, collective.decided_on, collective.decision_note = decision.value, decided_on, said
    jobs: list[int] = []
    for part in collectives.list_board(session, collective):
        if part.dossier is not None and part.dossier.deposits:
            facts = _decided(collective, part.dossier, decision, decided_on)
            jobs += _write(session, "decision", part.dossier, facts, now=now, at=at)
    detail = {"collective": reference, "decision": decision.value}
    journal.record(session, "decision_noted", dossier=collective.lead, detail=detail, now=now, by=by)
    session.commit()
    return tuple(jobs)


def _decided(collective: CollectiveRow, dossier: DossierRow, decision: Decision, decided_on: date) -> dict[str, object]:
    return {
        "cooperative": mailing.shown(collective.organisation.name),
        "call": str(reading.edition_of(dossier).title),
        "decision": decision.label,
        "decided_on": day(decided_on),
        "note": collective.decision_note or "",
        "reference": dossier.reference,
    }


def _write(
    session: Session, kind: str, dossier: DossierRow, facts: dict[str, object], *, now: datetime, at: datetime
) -> tuple[int, ...]:
    """One mail to each person who may file for the dossier's organisation."""
    return tuple(
        mailing.write(session, kind, name=each.name, email=each.email, facts=facts, now=now, at=at)
        for each in people.list_who_may(session, dossier.organisation_id, Act.FILE)
    )


def _said(text: str, empty: str) -> str:
    try:
        said = readable(text).strip()
    except Misread as misread:
        raise Refused(str(misread)) from None
    if not said:
        raise Refused(empty)
    if len(said) > LONGEST:
        raise Refused(f"Ce texte a {number(len(said))} caractères ; {number(LONGEST)} au plus.")
    return said


# ── export ───────────────────────────────────────────────────────────────────────────────────────────────────────

HEADINGS = (
    "Entreprise", "SIREN", "Commune", "Contact", "Adresse électronique", "Où elle en est", "Avancement (%)",
    "Choisie le", "Invitée le", "Acceptée le", "Refusée le", "Motif du refus", "Déposée le", "Version",
    "Accord donné le", "Correction demandée",
)  # fmt: skip
WIDTHS = (38, 13, 18, 24, 32, 24, 14, 12, 12, 12, 12, 36, 12, 9, 14, 48)


def export(session: Session, reference: str, form: str, *, now: datetime, by: Person) -> bytes:
    """The board as a spreadsheet: `form` is « xlsx » or « csv »."""
    page = board(session, reference, now=now, by=by)
    rows = [_cells(line) for line in page.lines]
    if form == "csv":
        return spreadsheet.csv_table(HEADINGS, rows)
    return spreadsheet.table("Suivi", HEADINGS, WIDTHS, rows)


def _cells(line: BoardLine) -> Sequence[spreadsheet.Cell]:
    return (
        line.name, line.siren, line.town, line.contact, line.email, line.stage.label, line.percent,
        line.chosen_on, line.invited_on, line.accepted_on, line.refused_on, line.refusal,
        line.filed_on, line.version, line.agreed_on, line.correction,
    )  # fmt: skip


def _day(at: datetime | None) -> date | None:
    return _on(at) if at else None


def _on(at: datetime) -> date:
    """The day in Paris."""
    return at.astimezone(PARIS).date()
