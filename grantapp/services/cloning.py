"""« Repartir de ce dossier » : a new draft with the same answers and files, for the same edition or another."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from grantapp import editions
from grantapp.domain import wizard
from grantapp.domain.people import Person
from grantapp.domain.project_file import dump_section
from grantapp.services import drafting, journal, reading
from grantapp.storage import queries
from grantapp.storage.models import AttachmentRow, DossierRow
from grantapp.storage.queries import NotFound

PIECES = "pieces"
DECLARATIONS = "declarations"  # what one declares, one declares each time


def clone(session: Session, reference: str, edition_id: str, *, now: datetime, by: Person) -> str:
    """The reference of the new draft, in the name of the same organisation; nothing of the first one changes.

    `Refused` for whoever may not answer in that organisation's name, or once the edition does not receive any more.
    What the other edition does not ask for is left out; the declarations always are.
    """
    source = queries.get_dossier(session, reference, by)
    edition = editions.find_edition(edition_id)
    if edition is None:
        raise NotFound
    organisation = drafting.in_whose_name(by, source.organisation_id)
    drafting.check_receives(edition, now)
    # What its cooperative shares with it is taken too: the new draft stands on its own.
    project, part = reading.project_of(source), reading.part_of(source)
    given = {
        section.name: dump_section(section, getattr(project, section.name))
        for section in wizard.steps(reading.edition_of(source))
        if section.name not in (PIECES, DECLARATIONS)
    }
    made = drafting.create(session, edition, organisation, given=given, now=now, by=by)
    if PIECES in edition.steps:
        files = [*source.attachments, *(reading.shared_rows(part) if part else ())]
        session.add_all(_same_file(row, made, now, by) for row in files if row.removed_at is None)
    journal.record(session, "cloned", dossier=made, detail={"from": reference}, now=now, by=by)
    session.commit()
    return made.reference


def _same_file(row: AttachmentRow, dossier: DossierRow, now: datetime, by: Person) -> AttachmentRow:
    """Files are kept by their fingerprint: two rows, one file."""
    return AttachmentRow(
        id=uuid4(),
        dossier=dossier,
        piece=row.piece,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        pages=row.pages,
        thumbnail=row.thumbnail,
        added_at=now,
        added_by_id=by.id,
    )
