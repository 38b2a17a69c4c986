"""The PDF of a collective dossier: its members' dossiers first, one by one and kept; then itself, bound and sealed.

Like `printing.py`, only the worker imports it. Done in turns: a member's dossier that is made is kept by its own
deposit, so a worker that dies loses one of them at most, and other jobs pass in between.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from sqlalchemy.orm import Session

from grantapp.documents import collective as printed
from grantapp.documents.collective import MemberFile
from grantapp.documents.seal import seal_file
from grantapp.documents.seal_key import SealKey
from grantapp.domain.collective import Collective
from grantapp.services import journal, printing
from grantapp.services.jobs import Long, Progress, Write
from grantapp.storage import collectives
from grantapp.storage.cooperative import AssemblyDocumentRow, AssemblyRow
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import DocumentKind, DocumentRow
from grantapp.storage.queries import NotFound

TURN = 20.0  # seconds of members' dossiers before other jobs may pass
MOST_ATTACHED = 300_000_000  # octets of members' PDFs in one file: the library that binds them keeps them in memory

Kept = Mapping[str, tuple[UUID, DocumentRow | None]]


def handler(
    sessions: Sessions,
    files: Files,
    key: SealKey,
    *,
    turn: float = TURN,
    clock: Callable[[], float] = time.monotonic,
    makers: Mapping[DocumentKind, printing.Maker] = printing.MAKERS,
) -> Long:
    """What a job of kind "assembly" does; its arguments name the assembly."""

    def work(args: dict[str, str], now: datetime, progress: Progress) -> Write | None:
        assembly_id = UUID(args["assembly"])
        with sessions.reading() as session:
            row = session.get(AssemblyRow, assembly_id)
            if row is None:
                raise NotFound
            if row.document is not None:
                return lambda session: None
            assembled = Collective.thaw(row.canonical.encode())
            kept = _kept(session, assembled)
        missing = [deposit_id for deposit_id, document in kept.values() if document is None]
        total = len(kept) + 1
        progress(len(kept) - len(missing), total)
        began = clock()
        for left, deposit_id in enumerate(missing, start=1):
            printing.print_deposit(sessions, files, deposit_id, key=key, now=now, makers=makers)
            progress(len(kept) - len(missing) + left, total)
            if clock() - began > turn:
                break
        if missing:
            return None  # the dossier itself has a turn of its own
        sha256, size = _compiled(assembled, kept, files, key, lambda: progress(len(kept), total))

        def write(session: Session) -> None:
            if session.get(AssemblyDocumentRow, assembly_id) is None:
                document = AssemblyDocumentRow(assembly_id=assembly_id, sha256=sha256, size=size, made_at=now)
                session.add(document)
                lead = session.get_one(AssemblyRow, assembly_id).collective.lead
                detail = {"number": assembled.content["number"], "sha256": sha256}
                journal.record(session, "assembly_printed", dossier=lead, detail=detail, now=now, by=None)

        return write

    return Long(work)


def _kept(session: Session, assembled: Collective) -> Kept:
    """By the fingerprint of each chapter's deposit, in the order of the chapters."""
    wanted = [each["fingerprint"] for each in assembled.chapters]
    found = collectives.deposits_by_fingerprint(session, wanted)
    return {fingerprint: found[fingerprint] for fingerprint in wanted}


def _compiled(
    assembled: Collective, kept: Kept, files: Files, key: SealKey, alive: Callable[[], None]
) -> tuple[str, int]:
    """The PDF, made, bound and sealed from file to file; its SHA-256 and its size. `alive` is called in between."""
    attached, left = {}, MOST_ATTACHED
    for fingerprint, (_, document) in kept.items():
        if document is not None and document.size <= left:
            attached[fingerprint] = document
            left -= document.size
    names = {each["fingerprint"]: printed.attached_name(each) for each in assembled.chapters}
    with ExitStack() as lasting:
        folder = Path(lasting.enter_context(tempfile.TemporaryDirectory(prefix="grantapp-")))
        written, bound = folder / "written.pdf", folder / "bound.pdf"
        written.write_bytes(printed.pdf(assembled, attached=attached.keys()))
        alive()
        members = []
        for place, (fingerprint, document) in enumerate(attached.items()):
            path = folder / f"{place}.pdf"
            with path.open("wb") as copy:
                files.copy_to(document.sha256, copy)
            members.append(MemberFile(fingerprint, names[fingerprint], path, document.size))
        with bound.open("wb") as out:
            printed.bind(written, members, assembled, out)
        alive()
        for each in members:  # they are in it now: the disk need not hold them twice more
            each.path.unlink()
        content = assembled.content
        with tempfile.NamedTemporaryFile(prefix="grantapp-", suffix=".pdf") as out:
            seal_file(
                bound,
                cast(BinaryIO, out),
                key,
                at=datetime.fromisoformat(content["assembled_at"]),
                fingerprint=assembled.fingerprint,
                address=content["address"],
            )
            out.flush()
            return files.keep_file(Path(out.name)), Path(out.name).stat().st_size
