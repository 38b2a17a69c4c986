"""A filed dossier taken up again: the next version is prepared while the last one stays filed, whole and verifiable."""

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.domain import lifecycle
from grantapp.domain.access import Act
from grantapp.domain.changes import in_short
from grantapp.domain.deposit import Deposit, freeze, thaw
from grantapp.domain.edition import Window
from grantapp.domain.judgement import judge
from grantapp.domain.lifecycle import Move, Refused, State
from grantapp.domain.people import Person
from grantapp.domain.project import section_named
from grantapp.domain.project_file import dump_section, load_section
from grantapp.french import day, moment, typeset
from grantapp.services import access, journal, reading, sharing
from grantapp.services.pages import ChangesPage, DossierHead
from grantapp.storage import queries
from grantapp.storage.models import AttachmentRow, DossierRow, SectionRow
from grantapp.storage.queries import NotFound


def reopening(session: Session, reference: str, *, now: datetime, by: Person) -> ChangesPage:
    """What somebody should know before preparing another version of a filed dossier."""
    dossier = queries.get_dossier(session, reference, by)
    page, window = _page(dossier, _last(dossier), now), _window(dossier, now)
    return page if window.is_open(now) else replace(page, refusal=typeset(_too_late(page.head, window)))


def reopen(session: Session, reference: str, *, number: int, now: datetime, by: Person) -> None:
    """Make the filed dossier the draft of its next version; `number` is the version that the person was looking at.

    Doing it twice changes nothing. `Refused` when the call does not receive any more, when somebody else is already
    preparing the next version, or filed it.
    """
    dossier = access.dossier_for(session, reference, Act.FILL, by=by)
    head = reading.head_of(dossier)
    if dossier.state is State.DRAFT and head.filed and head.filed.number == number:
        line = queries.find_last_act(session, dossier, "reopened")
        if line is None or line.person_id == by.id:
            return
        name = _name(session, line.person_id)
        raise Refused(
            f"{name} prépare déjà la version {head.number}, depuis le {moment(line.at)} : complétez-la ensemble. "
            f"La version {number} reste déposée."
        )
    after = lifecycle.move(dossier.state, Move.REOPEN)
    if head.filed is None or head.filed.number != number:
        raise Refused(
            f"Une autre version de ce dossier, la {head.number}, a été déposée entre-temps. "
            "Relisez-la avant de la corriger."
        )
    window = _window(dossier, now)
    if not window.is_open(now):
        raise Refused(_too_late(head, window))
    dossier.state, dossier.deposited_at, dossier.updated_at = after, None, now
    detail = {"number": number + 1}
    journal.record(session, "reopened", dossier=dossier, detail=detail, now=now, by=by)
    session.commit()


def upcoming(session: Session, reference: str, *, now: datetime, by: Person) -> ChangesPage:
    """What the version in preparation would change, were it filed now."""
    dossier = queries.get_dossier(session, reference, by)
    return _page(dossier, _last(dossier), now)


def find_upcoming(session: Session, reference: str, *, now: datetime, by: Person) -> ChangesPage | None:
    """The same; None for a dossier that was never filed, or of which no other version is prepared."""
    dossier = queries.get_dossier(session, reference, by)
    last = reading.last_deposit(dossier)
    return _page(dossier, last, now) if last and dossier.state is State.DRAFT else None


def version(session: Session, reference: str, number: int, *, by: Person) -> ChangesPage:
    """What a filed version changed to the one before, as it was frozen."""
    dossier = queries.get_dossier(session, reference, by, Act.READ_FILED)
    row = queries.get_deposit(session, reference, by, number)
    content = thaw(row.canonical.encode()).content
    previous, found = content.get("previous"), content.get("changes")
    return ChangesPage(
        head=reading.head_of(dossier),
        number=number,
        deposited_at=row.deposited_at,
        previous_number=previous["number"] if previous else None,
        previous_at=datetime.fromisoformat(previous["deposited_at"]) if previous else None,
        changes=found,
        in_short=in_short(found) if found else "",
    )


def renounce(session: Session, reference: str, *, seen: str, now: datetime, by: Person) -> None:
    """Give up the version in preparation: answers and pieces are again those of the last filed version.

    `seen` comes from the page that listed what would be lost; if anything was saved since, `Refused`, and the page has
    to be read again.
    """
    dossier = access.dossier_for(session, reference, Act.FILE, by=by)
    after = lifecycle.move(dossier.state, Move.RENOUNCE)
    last = reading.last_deposit(dossier)
    if last is None:
        raise Refused("Ce dossier n'a encore jamais été déposé : il n'y a pas de version à reprendre.")
    if seen != _seen(dossier):
        raise Refused(
            "Le dossier a changé depuis que cette page est ouverte, et rien n'a été effacé. "
            "Relisez ce qui serait perdu, puis confirmez."
        )
    filed_at = dossier.deposits[-1].deposited_at
    sections = _put_back_answers(session, dossier, last, filed_at, now, by)
    pieces = _put_back_pieces(dossier, last, filed_at, now, by)
    sharing.put_back(session, dossier, last, now=now, by=by)
    session.flush()  # the tables let nothing be written once the dossier is deposited again
    dossier.state, dossier.deposited_at, dossier.updated_at = after, filed_at, now
    detail = {"number": last.content["number"] + 1, "sections": sections, "pieces": pieces}
    journal.record(session, "renounced", dossier=dossier, detail=detail, now=now, by=by)
    session.commit()


# ── putting back ─────────────────────────────────────────────────────────────────────────────────────────────────


def _put_back_answers(
    session: Session, dossier: DossierRow, filed: Deposit, filed_at: datetime, now: datetime, by: Person
) -> list[str]:
    """The names of the sections that had changed, written back."""
    changed = []
    rows = {row.name: row for row in dossier.sections}
    for name in reading.edition_of(dossier).steps:
        if name == reading.PIECES:
            continue
        section = section_named(name)
        record, _ = load_section(section, filed.content["project"].get(name, {}))
        answers, row = dump_section(section, record), rows.get(name)
        if (row.answers if row else {}) == answers and not (row and row.saved_at > filed_at):
            continue
        if row is None:
            row = SectionRow(dossier=dossier, name=name)
            session.add(row)
        row.answers, row.raw, row.saved_at, row.saved_by_id = answers, None, now, by.id
        changed.append(name)
    return changed


def _put_back_pieces(dossier: DossierRow, filed: Deposit, filed_at: datetime, now: datetime, by: Person) -> int:
    """What was attached since is withdrawn, what was withdrawn since is attached again; how many that makes."""
    wanted = {line.id for line in reading.pieces_of(dossier, filed_at, filed)}  # the shared ones are not ours to move
    moved = 0
    for row in dossier.attachments:
        if (row.id in wanted) != (row.removed_at is None):
            _set_aside(row, row.id not in wanted, now, by)
            moved += 1
    return moved


def _set_aside(row: AttachmentRow, aside: bool, now: datetime, by: Person) -> None:
    row.removed_at, row.removed_by_id = (now, by.id) if aside else (None, None)


# ── saying ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _last(dossier: DossierRow) -> Deposit:
    last = reading.last_deposit(dossier)
    if last is None:
        raise NotFound
    return last


def _page(dossier: DossierRow, last: Deposit, now: datetime) -> ChangesPage:
    """The dossier as it stands, compared with its last filed version."""
    edition, project = reading.edition_of(dossier), reading.project_of(dossier)
    frozen = freeze(
        edition=edition,
        project=project,
        judgement=judge(edition, project, now),
        reference=dossier.reference,
        number=last.content["number"] + 1,
        by="",
        at=now,
        previous=last,
    )
    found = frozen.content["changes"]
    filed_at = dossier.deposits[-1].deposited_at
    since = {row.name for row in dossier.sections if row.saved_at > filed_at}
    return ChangesPage(
        head=reading.head_of(dossier),
        number=frozen.content["number"],
        deposited_at=None,
        previous_number=last.content["number"],
        previous_at=filed_at,
        changes=found,
        in_short=in_short(found),
        saved_since=tuple(section_named(name) for name in edition.steps if name in since),
        seen=_seen(dossier),
        window=reading.window_of(edition, project, now),
    )


def _seen(dossier: DossierRow) -> str:
    """What the draft is made of, whatever the clock says: the version of each section, and the files attached."""
    sections = sorted(f"{row.name} {row.version}" for row in dossier.sections)
    pieces = sorted(row.id.hex for row in dossier.attachments if row.removed_at is None)
    return hashlib.sha256("\n".join([*sections, *pieces]).encode()).hexdigest()


def _window(dossier: DossierRow, now: datetime) -> Window:
    return reading.window_of(reading.edition_of(dossier), reading.project_of(dossier), now)


def _too_late(head: DossierHead, window: Window) -> str:
    """The door is shut: what stands, and what to do."""
    assert head.filed is not None  # noqa: S101 - a dossier that is deposited has a deposit
    return (
        f"L'appel s'est clos le {day(window.closes_on)} : ce dossier ne peut plus être corrigé ici. "
        f"Votre version {head.filed.number}, déposée le {moment(head.filed.deposited_at)}, reste déposée, et rien n'en "
        "est perdu. Pour signaler une erreur, écrivez au service instructeur en citant la référence "
        f"{head.reference}. {head.edition.successor}"
    ).strip()


def _name(session: Session, person_id: UUID | None) -> str:
    found = queries.find_person(session, person_id) if person_id else None
    return found.name if found else "Quelqu'un"
