"""The list of member firms from a spreadsheet: sent, shown line by line, then taken at once or not at all.

Between the page that shows what was read and the click that takes it, the rows wait in the home (`listes/`), one day at
most. They are read again against the list as it then is: what the page showed is not believed.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp.documents import spreadsheet
from grantapp.domain import roster
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.domain.roster import Fate, Roster, Row
from grantapp.inspection.sheet import MOST_BYTES, refusal, rows_of
from grantapp.services import journal, members

KEPT_FOR = 86_400  # seconds
GONE = "Ce fichier n'est plus là : envoyez-le de nouveau."


@dataclass(frozen=True)
class Imported:
    """How many lines did what."""

    new: int
    updated: int
    unchanged: int
    faulty: int


class Waiting:
    """Where the rows of a file wait, for the person who sent it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, rows: Sequence[Row], *, by: Person) -> str:
        """The token of these rows."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._folder.iterdir():  # nobody came back for these
            if time.time() - path.stat().st_mtime > KEPT_FOR:
                path.unlink(missing_ok=True)
        token = uuid4().hex
        self._path(token, by).write_text(json.dumps(rows), encoding="utf-8")
        return token

    def find(self, token: str, by: Person) -> tuple[Row, ...]:
        """The rows, or `Refused` when they have waited too long."""
        try:
            found = json.loads(self._path(token, by).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise Refused(GONE) from None
        return tuple((number, tuple(cells)) for number, cells in found)

    def drop(self, token: str, by: Person) -> None:
        self._path(token, by).unlink(missing_ok=True)

    def _path(self, token: str, by: Person) -> Path:
        try:
            return self._folder / f"{by.id.hex}-{UUID(hex=token).hex}.json"
        except ValueError:
            raise Refused(GONE) from None


def rows_in(sent: BinaryIO, *, shown: str) -> tuple[Row, ...]:
    """The rows of the file that was sent. `Refused` when it is too heavy, or no table."""
    with tempfile.NamedTemporaryFile(prefix="grantapp-") as kept:
        octets = 0
        while chunk := sent.read(2**20):
            octets += len(chunk)
            if octets > MOST_BYTES:
                raise refusal("too_heavy", shown)
            kept.write(chunk)
        kept.flush()
        return rows_of(Path(kept.name), shown=shown)


def look(session: Session, rows: Sequence[Row], *, by: Person) -> Roster:
    """What these rows say, line by line, beside the list as it is. Nothing is written."""
    cooperative = members.cooperative_of(by)
    there = members.listed(session, cooperative.organisation_id)
    listed = {siren: members.firm_of(row) for siren, row in there.items()}
    return roster.read(rows, listed=listed, own=cooperative.siren)


def take(session: Session, rows: Sequence[Row], *, now: datetime, by: Person) -> Imported:
    """Take the good lines into the list, all of them in one transaction; the faulty ones wait for a next file."""
    read = look(session, rows, by=by)
    if read.faults:
        raise Refused(read.faults[0])
    if not read.good:
        raise Refused("Aucune ligne de ce fichier ne peut être importée : corrigez-les, puis renvoyez le fichier.")
    members.keep(session, read.good, now=now, by=by)
    taken = Imported(
        new=read.count(Fate.NEW),
        updated=read.count(Fate.UPDATED),
        unchanged=read.count(Fate.UNCHANGED),
        faulty=len(read.faulty),
    )
    if taken.new or taken.updated:
        detail = {"cooperative": str(members.cooperative_of(by).organisation_id), **vars(taken)}
        journal.record(session, "members_imported", detail=detail, now=now, by=by)
    session.commit()
    return taken


def faulty(session: Session, rows: Sequence[Row], *, by: Person) -> bytes:
    """The lines that cannot be taken, as a spreadsheet with their reasons, to be corrected and sent again."""
    return spreadsheet.faulty(look(session, rows, by=by).faulty)


def template(*, by: Person) -> bytes:
    """The spreadsheet to fill in."""
    members.cooperative_of(by)
    return spreadsheet.template()
