"""A draft made again from a file of ours, which is not believed: its answers and pieces go the way of all others."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from grantapp.domain.lifecycle import Refused
from grantapp.domain.orientation import orient
from grantapp.domain.people import Person
from grantapp.domain.project import Project, section_named, sections
from grantapp.domain.project_file import Fault, dump, load
from grantapp.domain.question import Piece
from grantapp.editions import find_edition, open_on
from grantapp.french import moment, plural, size, typeset
from grantapp.inspection.embedded import EmbeddedFile
from grantapp.services import attaching, drafting, journal, reading
from grantapp.services.judging import read_instant
from grantapp.services.pages import FoundPage, FoundPiece
from grantapp.services.unpacking import INSTEAD, MOST_PDF_BYTES, BadFile, Unpacked, pieces_of, unpack
from grantapp.storage import queries
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.queries import NotFound

KEPT_FOR = 86_400  # seconds: how long a file waits for the person to choose an edition
DECLARATIONS = "declarations"  # a person makes them; a file cannot


@dataclass(frozen=True)
class Restored:
    """The draft that was made, and what could not be taken: one sentence each."""

    reference: str
    left_out: tuple[str, ...]


class Waiting:
    """Where a file waits between the page that shows what it holds and the click that makes a draft of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, sent: BinaryIO, *, shown: str, by: Person) -> str:
        """The token of the file, for that person alone. `Refused` when it is empty or too heavy."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()
        token = uuid4().hex
        path = self._path(token, by)
        octets = 0
        with path.open("wb") as file:
            while chunk := sent.read(2**20):
                octets += len(chunk)
                if octets > MOST_PDF_BYTES:
                    break
                file.write(chunk)
        if 0 < octets <= MOST_PDF_BYTES:
            return token
        path.unlink()
        if not octets:
            raise Refused(f"« {shown} » est vide. Vérifiez le fichier et envoyez-le de nouveau.")
        raise Refused(f"« {shown} » dépasse {size(MOST_PDF_BYTES)} : {INSTEAD}")

    def find(self, token: str, by: Person) -> Path:
        """The file, or `Refused` when it has waited too long."""
        path = self._path(token, by)
        if not path.is_file():
            raise Refused("Le fichier n'est plus là : envoyez-le de nouveau.")
        return path

    def drop(self, token: str, by: Person) -> None:
        self._path(token, by).unlink(missing_ok=True)

    def _path(self, token: str, by: Person) -> Path:
        try:
            return self._folder / f"{by.id.hex}-{UUID(hex=token).hex}"
        except ValueError:
            raise Refused("Le fichier n'est plus là : envoyez-le de nouveau.") from None

    def _sweep(self) -> None:
        """Nobody came back for these."""
        for path in self._folder.iterdir():
            if time.time() - path.stat().st_mtime > KEPT_FOR:
                path.unlink(missing_ok=True)


def look_into(path: Path, *, shown: str, now: datetime) -> FoundPage:
    """What a file holds, before anything is made of it. Nothing is kept. A file that cannot be read at all shows its
    faults and nothing else."""
    try:
        unpacked = unpack(path, shown=shown)
    except BadFile as bad:
        return FoundPage(shown, "", "", None, "", 0, (), (), bad.faults, ())
    project, named, faults = _read(unpacked)
    written = dump(project)
    counts = tuple(
        (each.title, len(answers))
        for each in sections()
        if each.name not in (reading.PIECES, DECLARATIONS) and isinstance(answers := written.get(each.name), dict)
    )
    edition = find_edition(named) if named else None
    return FoundPage(
        name=shown,
        kind=unpacked.wrapping.label,
        title=project.request.title or "Projet sans titre",
        edition=str(edition.title) if edition else named,
        version=_version(unpacked),
        answers=sum(count for _, count in counts),
        sections=counts,
        pieces=tuple(_pieces(path, project, shown)),
        faults=faults,
        desks=orient(open_on(now), project, now).open,
    )


def restore(
    sessions: Sessions,
    files: Files,
    path: Path,
    edition_id: str,
    *,
    shown: str,
    now: datetime,
    by: Person,
) -> Restored:
    """A new draft for an open edition, with the answers of the file and the pieces that came with it.

    Always a draft of its own: none is written over. `Refused` when the file cannot be read or the edition does not
    receive; a piece that may not be attached is told, and the rest goes on.
    """
    edition = find_edition(edition_id)
    if edition is None:
        raise NotFound
    try:
        unpacked = unpack(path, shown=shown)
    except BadFile as bad:
        raise Refused(bad.faults[0].sentence) from None
    project, _, faults = _read(unpacked)
    given = {
        name: answers
        for name, answers in dump(project).items()
        if isinstance(answers, dict) and name not in (reading.PIECES, DECLARATIONS)
    }
    with sessions.writing() as session:
        reference = drafting.start(session, edition.id, now=now, by=by, another=True, given=given)
    left_out = [
        f"{section_named(name).title} : cet appel ne le demande pas." for name in given.keys() - {*edition.steps}
    ]
    if faults:
        left_out.append(
            f"{plural(len(faults), 'réponse illisible', 'réponses illisibles')} du fichier, à saisir de nouveau."
        )
    with tempfile.TemporaryDirectory(prefix="grantapp-") as folder:
        there = _carried(path, Path(folder), shown)
        for piece, each in _listed(project):
            if each.sha256 not in there:
                left_out.append(f"« {each.name} » : le fichier ne contient pas cette pièce, joignez-la de nouveau.")
                continue
            try:
                with there[each.sha256].path.open("rb") as content:
                    attaching.attach(sessions, files, reference, piece, name=each.name, content=content, now=now, by=by)
            except (Refused, NotFound) as refused:
                left_out.append(str(refused) or f"« {each.name} » : cet appel ne demande pas de pièces.")
    with sessions.writing() as session:
        dossier = queries.get_dossier(session, reference, by)
        detail = {"from": unpacked.wrapping.value, "left_out": len(left_out)}
        journal.record(session, "restored", dossier=dossier, detail=detail, now=now, by=by)
        session.commit()
    return Restored(reference, tuple(typeset(each) for each in left_out))


def _read(unpacked: Unpacked) -> tuple[Project, str | None, tuple[Fault, ...]]:
    project, named, faults = load(unpacked.project)
    within = "project." if unpacked.deposit else ""
    return project, named, tuple(replace(each, path=f"{within}{each.path}") for each in faults)


def _listed(project: Project) -> Iterator[tuple[str, Piece]]:
    for asked in section_named(reading.PIECES).questions:
        for each in getattr(project.pieces, asked.name) or ():
            yield asked.name, each


def _carried(path: Path, into: Path, shown: str) -> Mapping[str, EmbeddedFile]:
    """The pieces inside, by fingerprint. When they cannot be taken out, the answers are good all the same."""
    try:
        return pieces_of(path, into, shown=shown)
    except Refused:
        return {}


def _pieces(path: Path, project: Project, shown: str) -> Iterator[FoundPiece]:
    with tempfile.TemporaryDirectory(prefix="grantapp-") as folder:
        there = _carried(path, Path(folder), shown)
        labels = {asked.name: asked.label for asked in section_named(reading.PIECES).questions}
        for piece, each in _listed(project):
            yield FoundPiece(piece, labels[piece], each.name, each.size, each.sha256 in there)


def _version(unpacked: Unpacked) -> str:
    if not unpacked.deposit:
        return ""
    deposit: Any = unpacked.deposit
    if not unpacked.is_filed:
        return "non déposé"
    try:
        at = f", du {moment(read_instant(deposit['deposited_at']))}"
    except ValueError:
        at = ""
    return f"{deposit['reference']}, version {deposit['number']}{at}"
