"""From rows to values: the project of a dossier, its head, its files; with what a cooperative shares with it.

A draft that takes part in a collective dossier inherits live: its project is judged with the cooperative's answers as
they are now. Once filed, it is what was frozen, whatever became of the shared parts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, object_session

from grantapp import editions
from grantapp.domain import sharing
from grantapp.domain.access import Act
from grantapp.domain.deposit import Deposit, thaw
from grantapp.domain.derived import REGION
from grantapp.domain.edition import Edition, Window
from grantapp.domain.facts import facts_for
from grantapp.domain.lifecycle import State
from grantapp.domain.people import Person
from grantapp.domain.project import Project, Section, section_named, sections
from grantapp.domain.project_file import load, load_section
from grantapp.domain.question import Piece
from grantapp.domain.region import Region
from grantapp.domain.sections.funding import Pieces
from grantapp.services.pages import AttachmentLine, DossierHead, FiledVersion, SharedParts
from grantapp.storage import participations, queries
from grantapp.storage.cooperative import OverrideRow, ParticipationRow
from grantapp.storage.models import AttachmentRow, DossierRow, SectionRow

PIECES = "pieces"  # its answers are the attachments, not a form
UNTITLED = "Projet sans titre"


# ── a collective dossier, seen from a member's ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Part:
    """What a dossier takes from the collective one that it stands in: rows, never given to a page."""

    participation: ParticipationRow
    overrides: Mapping[str, OverrideRow]

    @property
    def lead(self) -> DossierRow:
        return self.participation.collective.lead

    def told(self) -> SharedParts:
        """The same as values, for pages."""
        theirs = own_project(self.lead)
        shared = sharing.shared_sections(theirs)
        steps = edition_of(self.lead).steps
        return SharedParts(
            collective=self.participation.collective.reference,
            cooperative=self.participation.collective.organisation.name,
            sections=frozenset(name for name in shared - {*self.overrides} if name in steps),
            overridden={name: row.reason for name, row in self.overrides.items()},
            saved_at={row.name: row.saved_at for row in self.lead.sections},
        )


def parts_of(session: Session, dossiers: Sequence[DossierRow]) -> dict[UUID, Part]:
    """By the id of each dossier that takes part in a collective one; as many queries for ninety as for one."""
    found = participations.list_parts(session, [each.id for each in dossiers])
    overrides = participations.list_overrides(session, [each.dossier_id for each in found if each.dossier_id])
    return {
        each.dossier_id: Part(each, {row.section: row for row in overrides if row.dossier_id == each.dossier_id})
        for each in found
        if each.dossier_id
    }


def part_of(dossier: DossierRow) -> Part | None:
    """The part that this dossier takes in a collective one, if it takes any."""
    session = object_session(dossier)
    return parts_of(session, [dossier]).get(dossier.id) if session else None


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def edition_of(dossier: DossierRow) -> Edition:
    return editions.get_edition(dossier.edition_id)


def project_of(dossier: DossierRow) -> Project:
    """What this dossier says: its own answers and files, and what its cooperative shares; as frozen, once filed."""
    part = part_of(dossier)
    if part is None:
        return own_project(dossier)
    if dossier.state is State.DEPOSITED and (frozen := last_deposit(dossier)):
        return load(frozen.content["project"])[0]
    return inherit(part, dossier, part.overrides)


def inherit(part: Part, dossier: DossierRow, overridden: Collection[str]) -> Project:
    """The draft's project with the cooperative's answers as they are now, but for the sections `overridden`."""
    return sharing.inherited(own_project(part.lead), own_project(dossier), overridden)


def own_project(dossier: DossierRow) -> Project:
    """The project from the rows of this dossier alone: its sections, and its files as answers to `pieces`."""
    saved = {row.name: row for row in dossier.sections}
    read: dict[str, Any] = {
        section.name: _record(saved[section.name], section) for section in sections() if section.name in saved
    }
    attached: dict[str, tuple[Piece, ...]] = {}
    for line in _own_lines(dossier):
        piece = Piece(line.name, line.size, line.sha256, line.pages)
        attached[line.piece] = (*attached.get(line.piece, ()), piece)
    read[PIECES] = Pieces(**attached)
    return replace(Project(), **read)


def _record(row: SectionRow, section: Section) -> Any:
    """The answers of a row as a value. Kept with the session while the row holds the same answers: what a cooperative
    shares is read for each of its ninety firms."""
    session = object_session(row)
    kept = session.info.setdefault("records", {}) if session else {}
    key = (row.dossier_id, row.name)
    if key not in kept or kept[key][0] != row.answers:
        kept[key] = (row.answers, load_section(section, row.answers)[0])
    return kept[key][1]


def last_deposit(dossier: DossierRow) -> Deposit | None:
    """The last filed version, from its stored text."""
    return thaw(dossier.deposits[-1].canonical.encode()) if dossier.deposits else None


def row_of(dossier: DossierRow, name: str) -> SectionRow | None:
    return next((row for row in dossier.sections if row.name == name), None)


def window_of(edition: Edition, project: Project, at: datetime) -> Window:
    """When this project may be filed: the dates of its region, when it has its own."""
    region = facts_for(edition, project, at).get(REGION)
    return edition.window_in(region if isinstance(region, Region) else None)


# ── heads ────────────────────────────────────────────────────────────────────────────────────────────────────────


def head_of(dossier: DossierRow) -> DossierHead:
    session = object_session(dossier)
    return heads_of(session, [dossier])[0] if session else _head(dossier, None, None)


def heads_of(
    session: Session, dossiers: Sequence[DossierRow], only_filed: Collection[UUID] = ()
) -> tuple[DossierHead, ...]:
    """What the list of dossiers shows of each, in a number of queries that does not grow with it.

    `only_filed`: the ids of those of which no draft may be read; their title is the one that was filed.
    """
    parts = parts_of(session, dossiers)
    frozen = [each.id for each in dossiers if each.id in parts and each.state is State.DEPOSITED]
    wanted = {*frozen, *only_filed}
    titles = participations.find_filed_titles(session, wanted) if wanted else {}
    return tuple(
        replace(_head(each, parts.get(each.id), titles.get(each.id)), only_filed=each.id in only_filed)
        for each in dossiers
    )


def filed_head_of(session: Session, dossier: DossierRow, by: Person) -> DossierHead:
    """The head of a dossier for whoever may read what was filed; nothing of its draft, unless they may read that."""
    draft = queries.may_act(session, dossier, Act.READ, by)
    return heads_of(session, [dossier], () if draft else (dossier.id,))[0]


def _head(dossier: DossierRow, part: Part | None, filed_title: str | None) -> DossierHead:
    inherits = part is not None and "request" not in part.overrides
    request = row_of(part.lead if part and inherits else dossier, "request")
    title = filed_title or (request.answers.get("title") if request else None)
    last = dossier.deposits[-1] if dossier.deposits else None
    return DossierHead(
        reference=dossier.reference,
        title=title if isinstance(title, str) else UNTITLED,
        organisation=dossier.organisation.name,
        state=dossier.state,
        edition=edition_of(dossier),
        updated_at=dossier.updated_at,
        deposited_at=dossier.deposited_at,
        filed=FiledVersion(last.number, last.deposited_at) if last else None,
        shared=part.told() if part else None,
        organisation_id=dossier.organisation_id,
    )


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def attachments_of(dossier: DossierRow) -> tuple[AttachmentLine, ...]:
    """The attached files, without those that were withdrawn; among them those that the cooperative shares."""
    part = part_of(dossier)
    if part is None:
        return _own_lines(dossier)
    if dossier.state is State.DEPOSITED and (frozen := last_deposit(dossier)):
        return pieces_of(dossier, dossier.deposits[-1].deposited_at, frozen)
    own = [row for row in dossier.attachments if row.removed_at is None]
    theirs = [row for row in shared_rows(part) if row.removed_at is None]
    given = {(row.piece, row.sha256) for row in theirs}
    return lines_of([*theirs, *(row for row in own if (row.piece, row.sha256) not in given)], dossier)


def pieces_of(dossier: DossierRow, at: datetime, frozen: Deposit) -> tuple[AttachmentLine, ...]:
    """The attachments that were filed with this version, at that instant."""
    filed = {
        (piece, each["name"], each["sha256"])
        for piece, listed in frozen.content["project"].get(PIECES, {}).items()
        for each in listed
    }
    part = part_of(dossier)
    known = [*(shared_rows(part) if part else ()), *dossier.attachments]
    there = (row for row in known if row.added_at <= at and (row.removed_at or at) >= at)
    rows = {(row.piece, row.name, row.sha256): row for row in there}
    return lines_of((row for key, row in rows.items() if key in filed), dossier)


def shared_rows(part: Part) -> list[AttachmentRow]:
    """The files that the cooperative gives its members, with those it withdrew."""
    return [row for row in part.lead.attachments if sharing.is_shared_piece(row.piece)]


def _own_lines(dossier: DossierRow) -> tuple[AttachmentLine, ...]:
    return lines_of((row for row in dossier.attachments if row.removed_at is None), dossier)


def lines_of(rows: Iterable[AttachmentRow], dossier: DossierRow) -> tuple[AttachmentLine, ...]:
    """In the order of the pieces, then as they came; a file of another dossier is one that is shared with this."""
    pieces = [question.name for question in section_named(PIECES).questions]
    return tuple(
        attachment_line(row, is_shared=row.dossier_id != dossier.id)
        for row in sorted(rows, key=lambda row: (pieces.index(row.piece), row.added_at, row.name, row.sha256))
    )


def attachment_line(row: AttachmentRow, *, is_shared: bool = False) -> AttachmentLine:
    return AttachmentLine(
        id=row.id,
        piece=row.piece,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        added_at=row.added_at,
        pages=row.pages,
        thumbnail=row.thumbnail,
        is_shared=is_shared,
    )


def was_filed(row: AttachmentRow, dossier: DossierRow) -> bool:
    """Whether a file was attached at the instant of a filing of this dossier: that version shows it, whatever came
    after."""
    return any(
        row.added_at <= each.deposited_at and (row.removed_at is None or each.deposited_at <= row.removed_at)
        for each in dossier.deposits
    )
