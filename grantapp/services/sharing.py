"""Shared parts in a member's dossier: answered otherwise with a reason, taken back, kept when the firm leaves."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from grantapp.domain import lifecycle
from grantapp.domain.access import Act
from grantapp.domain.deposit import Deposit
from grantapp.domain.lifecycle import Move, Refused, State
from grantapp.domain.people import Person
from grantapp.domain.project import Project, section_named
from grantapp.domain.project_file import dump_section, load_section
from grantapp.french import day, typeset
from grantapp.services import access, journal, mandating, reading, wording
from grantapp.services.pages import OwnAnswersPage, ParticipationPage
from grantapp.services.reading import Part
from grantapp.storage import participations, queries
from grantapp.storage.cooperative import AffiliationRow, OverrideRow
from grantapp.storage.models import AttachmentRow, DossierRow, SectionRow
from grantapp.storage.queries import NotFound

LONGEST_REASON = 500

# ── answering otherwise ──────────────────────────────────────────────────────────────────────────────────────────


def override(
    session: Session,
    reference: str,
    name: str,
    *,
    reason: str,
    answers: dict[str, object] | None = None,
    raw: dict[str, list[str]] | None = None,
    now: datetime,
    by: Person,
) -> None:
    """The firm answers a shared section for itself: the cooperative's answers are copied into its own, to be changed
    there; or `answers`, when some were already typed. Doing it twice changes the reason alone.
    """
    dossier = access.dossier_for(session, reference, Act.FILL, by=by)
    lifecycle.move(dossier.state, Move.SAVE)
    part = _sharing(dossier, name)
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("Dites en une phrase pourquoi votre entreprise répond autrement : l'instructeur la lira.")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"Cette raison est trop longue : {LONGEST_REASON} caractères au plus, une phrase suffit.")
    if name in part.overrides:
        part.overrides[name].reason = reason
    else:
        section = section_named(name)
        record = getattr(reading.project_of(dossier), name)
        if answers is not None:
            record, _ = load_section(section, answers)
        _write(session, dossier, name, record, raw=raw, now=now, by=by)
        row = OverrideRow(dossier_id=dossier.id, section=name, reason=reason, made_at=now, made_by_id=by.id)
        session.add(row)
    detail = mandating.noted(session, dossier, {"section": name}, by)
    journal.record(session, "overridden", dossier=dossier, detail=detail, now=now, by=by)
    dossier.updated_at = now
    session.commit()


def reverting(session: Session, reference: str, name: str, *, by: Person) -> OwnAnswersPage:
    """What would be lost, and what would be read instead, if the firm went back to the shared part."""
    dossier = queries.get_dossier(session, reference, by)
    part = _sharing(dossier, name)
    if name not in part.overrides:
        raise NotFound
    edition, section = reading.edition_of(dossier), section_named(name)
    return OwnAnswersPage(
        head=reading.head_of(dossier),
        section=section,
        reason=part.overrides[name].reason,
        own=wording.section_answers(edition, reading.project_of(dossier), section),
        shared=wording.section_answers(edition, _without(dossier, part, name), section),
    )


def revert(session: Session, reference: str, name: str, *, now: datetime, by: Person) -> None:
    """Back to the cooperative's answers; its own are inherited no more. Doing it twice changes nothing."""
    dossier = access.dossier_for(session, reference, Act.FILL, by=by)
    lifecycle.move(dossier.state, Move.SAVE)
    part = _sharing(dossier, name)
    if name not in part.overrides:
        return
    session.delete(part.overrides[name])
    dossier.updated_at = now
    journal.record(session, "reverted", dossier=dossier, detail={"section": name}, now=now, by=by)
    session.commit()


def put_back(session: Session, dossier: DossierRow, filed: Deposit, *, now: datetime, by: Person) -> None:
    """What the firm answered otherwise is again what a filed version says, in the caller's transaction."""
    part = reading.part_of(dossier)
    if part is None:
        return
    origins = {each["name"]: each.get("origin") for each in filed.content["sections"]}
    reasons = {name: each["reason"] for name, each in origins.items() if each and each["kind"] == "own"}
    for name, row in part.overrides.items():
        if name not in reasons:
            session.delete(row)
    for name, reason in reasons.items():
        if name in part.overrides:
            part.overrides[name].reason = reason
        else:
            row = OverrideRow(dossier_id=dossier.id, section=name, reason=reason, made_at=now, made_by_id=by.id)
            session.add(row)


def _sharing(dossier: DossierRow, name: str) -> Part:
    """What the dossier takes from the collective one, if this section is shared."""
    part = _part(dossier)
    if name not in part.overrides and name not in part.told().sections:
        raise NotFound
    return part


def _without(dossier: DossierRow, part: Part, name: str) -> Project:
    """The project as it would be read if this section were not the firm's own."""
    others = {other for other in part.overrides if other != name}
    return reading.inherit(part, dossier, others)


def _write(
    session: Session,
    dossier: DossierRow,
    name: str,
    record: object,
    *,
    raw: dict[str, list[str]] | None = None,
    now: datetime,
    by: Person,
) -> None:
    row = reading.row_of(dossier, name)
    if row is None:
        row = SectionRow(dossier=dossier, name=name)
        session.add(row)
    row.answers, row.raw, row.saved_at, row.saved_by_id = dump_section(section_named(name), record), raw, now, by.id


# ── taking part, and leaving ─────────────────────────────────────────────────────────────────────────────────────


def participation(session: Session, reference: str, *, by: Person) -> ParticipationPage:
    """« Votre participation »."""
    dossier = queries.get_dossier(session, reference, by)
    part = _part(dossier)
    row = part.participation
    agreed_by = queries.find_person(session, row.agreed_by_id) if row.agreed_by_id else None
    return ParticipationPage(
        head=reading.head_of(dossier),
        organisation=dossier.organisation.name,
        agreed_at=row.agreed_at,
        agreed_by=agreed_by.name if agreed_by else "",
        assembled=participations.list_assembled(session, row, dossier.reference),
        has_mandate=participations.find_mandate(session, row, dossier.organisation_id) is not None,
        correction=row.correction or "",
        may_decide=queries.may_act(session, dossier, Act.FILE, by),
    )


def agree(session: Session, reference: str, *, now: datetime, by: Person) -> None:
    """The firm agrees that its filed figures stand in the collective dossier. Twice changes nothing."""
    dossier = access.dossier_for(session, reference, Act.FILE, by=by)
    row = _part(dossier).participation
    if row.agreed_at is not None:
        return
    row.agreed_at, row.agreed_by_id = now, by.id
    journal.record(session, "agreed", dossier=dossier, now=now, by=by)
    session.commit()


def withdraw_agreement(session: Session, reference: str, *, now: datetime, by: Person) -> None:
    """The next version of the collective dossier will hold none of its figures; those assembled do not change."""
    dossier = access.dossier_for(session, reference, Act.FILE, by=by)
    row = _part(dossier).participation
    if row.agreed_at is None:
        return
    row.agreed_at, row.agreed_by_id = None, None
    journal.record(session, "agreement_withdrawn", dossier=dossier, now=now, by=by)
    session.commit()


def leave(session: Session, reference: str, *, now: datetime, by: Person) -> None:
    """The firm leaves the collective dossier and keeps its own, whole: what was shared becomes its own answers."""
    dossier = access.dossier_for(session, reference, Act.FILE, by=by)
    part = reading.part_of(dossier)
    if part is None:
        return
    set_apart(session, dossier, part, now=now, by=by)
    session.commit()


def leave_all(session: Session, affiliation: AffiliationRow, *, now: datetime, by: Person) -> None:
    """A firm leaves its cooperative: every dossier of its in a collective one becomes its own, and its mandates end; in
    the caller's transaction, which says since when it has left."""
    for row in participations.list_participations_of(session, affiliation):
        part = reading.part_of(row.dossier) if row.dossier else None
        if row.dossier and part:
            set_apart(session, row.dossier, part, now=now, by=by)


def set_apart(session: Session, dossier: DossierRow, part: Part, *, now: datetime, by: Person) -> None:
    """Make a member's dossier an individual one, in the caller's transaction. A filed version does not move: what it
    says is copied as it was filed."""
    project, shared, row = reading.project_of(dossier), part.told(), part.participation
    files = [each for each in reading.shared_rows(part) if each.removed_at is None or reading.was_filed(each, dossier)]
    filed_at, state = dossier.deposited_at, dossier.state
    if state is State.DEPOSITED:  # the tables let nothing be written in a filed dossier; it is filed again below
        dossier.state, dossier.deposited_at = State.DRAFT, None
        session.flush()
    for name in shared.sections:
        _write(session, dossier, name, getattr(project, name), now=filed_at or now, by=by)
    there = {(each.piece, each.sha256) for each in dossier.attachments if each.removed_at is None}
    for each in files:
        if (each.piece, each.sha256) not in there:
            _copy(session, dossier, each)
    for override_row in part.overrides.values():
        session.delete(override_row)
    mandating.end(session, dossier, row, now=now, by=by)
    row.dossier, row.accepted_at, row.agreed_at, row.agreed_by_id = None, None, None, None
    row.refused_at = now
    row.refusal = typeset(f"A quitté le dossier collectif le {day(now.date())}, et continue seule.")
    detail = {"collective": row.collective.reference}
    journal.record(session, "left_collective", dossier=dossier, detail=detail, now=now, by=by)
    session.flush()
    dossier.state, dossier.deposited_at = state, filed_at
    session.flush()


def _copy(session: Session, dossier: DossierRow, row: AttachmentRow) -> None:
    """The same file, under the firm's own name: there since the same instant, so that filed versions still show it."""
    kept = ("piece", "name", "media_type", "size", "sha256", "pages", "thumbnail", "added_at", "added_by_id")
    copy = AttachmentRow(id=uuid4(), dossier=dossier, **{each: getattr(row, each) for each in kept})
    copy.removed_at, copy.removed_by_id = row.removed_at, row.removed_by_id
    session.add(copy)


def _part(dossier: DossierRow) -> Part:
    part = reading.part_of(dossier)
    if part is None:
        raise NotFound
    return part
