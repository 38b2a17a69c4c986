"""A collective dossier assembled: what would be frozen now, what changed since, the versions and their PDF.

The web process freezes and asks; the worker makes the PDF (`compiling.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp import editions
from grantapp.domain import collective as freezing
from grantapp.domain.access import REFUSALS, Act
from grantapp.domain.collective import Collective, Cooperative, Part
from grantapp.domain.collective_changes import in_short, is_empty
from grantapp.domain.deposit import Deposit, thaw
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import Person
from grantapp.french import typeset
from grantapp.services import jobs, journal
from grantapp.services.offered import PaperState
from grantapp.services.papers import File
from grantapp.storage import collectives
from grantapp.storage.cooperative import AssemblyRow, CollectiveRow, ParticipationRow
from grantapp.storage.files import Files
from grantapp.storage.models import DepositRow, JobRow, JobState, ProgressRow

ASSEMBLY = "assembly"  # the kind of the job that makes the PDF; among jobs.LONG


@dataclass(frozen=True)
class Count:
    label: str
    count: int
    is_taken_in: bool


@dataclass(frozen=True)
class Preview:
    """What would be frozen now."""

    number: int
    standings: tuple[Count, ...]  # those of which there are any
    total: int
    taken_in: int
    lead: str
    expenditure: Decimal
    requested: Decimal
    gap: Decimal
    changes: tuple[str, ...]  # since the last version, counted: « 3 entreprises ont déposé de nouveau »
    refiled: tuple[str, ...]  # the firms that filed again since, by name
    refusal: str  # why it cannot be assembled now; empty when it can


@dataclass(frozen=True)
class AssemblyLine:
    """A frozen version, and how its PDF stands."""

    number: int
    assembled_at: datetime
    assembled_by: str
    short_code: str
    taken_in: int
    firms: int
    changed: tuple[str, ...]
    state: PaperState
    size: int | None
    asked_at: datetime | None
    done: int
    total: int

    @property
    def is_on_its_way(self) -> bool:
        return self.state in (PaperState.WAITING, PaperState.RUNNING)


@dataclass(frozen=True)
class AssemblyPage:
    reference: str
    cooperative: str
    edition: str
    warning: str
    preview: Preview | None  # for the direction of the cooperative only
    versions: tuple[AssemblyLine, ...]  # the last first


def overview(session: Session, reference: str, *, now: datetime, by: Person) -> AssemblyPage:
    """For the direction, what would be frozen at `now`; for it and the firms that agreed, the versions there are."""
    collective = collectives.get_gathered(session, reference, by)
    directs = collectives.may_gather(session, collective, by)
    return AssemblyPage(
        reference=collective.reference,
        cooperative=collective.organisation.name,
        edition=editions.get_edition(collective.edition_id).title,
        warning=typeset(freezing.WARNING),
        preview=_preview(_frozen(session, collective, now=now, by=by, address="")) if directs else None,
        versions=tuple(_line(session, each) for each in reversed(collective.assemblies)),
    )


def assemble(
    session: Session, reference: str, *, number: int, address: str, now: datetime, by: Person
) -> tuple[int, int]:
    """Freeze version `number` of the collective dossier. That number, and the job to send, once this returns.

    `number` is the version that the page was about to assemble, so that nobody freezes what another just did.
    `Refused` for whoever does not direct the cooperative, and when there is nothing new.
    """
    collective = collectives.get_gathered(session, reference, by)
    if not collectives.may_gather(session, collective, by):
        raise Refused(REFUSALS[Act.GATHER])
    found = _frozen(session, collective, now=now, by=by, address=address)
    if refusal := _why_not(found):
        raise Refused(refusal)
    if number != found.now.content["number"]:
        raise Refused("Une autre version a été assemblée entre-temps : regardez-la avant d'en assembler une nouvelle.")
    row = AssemblyRow(
        id=uuid4(),
        collective_id=collective.id,
        number=number,
        assembled_at=now,
        assembled_by_id=by.id,
        canonical=found.now.canonical.decode(),
        fingerprint=found.now.fingerprint,
    )
    session.add(row)
    session.flush()
    job = jobs.submit(session, ASSEMBLY, {"assembly": str(row.id)}, now=now)
    detail = {"collective": collective.reference, "number": number, "fingerprint": row.fingerprint}
    journal.record(session, "assembled", dossier=collective.lead, detail=detail, now=now, by=by)
    session.commit()
    return number, job


def ask_again(session: Session, reference: str, number: int, *, now: datetime, by: Person) -> int | None:
    """Have the PDF of a version tried again after it failed: the job to send, or None when that is not needed."""
    collective = collectives.get_gathered(session, reference, by)
    row = collectives.get_assembly(session, collective, number)
    if _line(session, row).state not in (PaperState.FAILED, PaperState.NOT_ASKED):
        return None
    job = jobs.submit(session, ASSEMBLY, {"assembly": str(row.id)}, now=now)
    session.commit()
    return job


def read(session: Session, files: Files, reference: str, number: int, *, by: Person) -> File | None:
    """The PDF of a version; None until it is made."""
    collective = collectives.get_gathered(session, reference, by)
    row = collectives.get_assembly(session, collective, number)
    if (kept := row.document) is None:
        return None
    return File(f"{collective.reference}-v{number}.pdf", files.chunks(kept.sha256), kept.size, "application/pdf")


# ── what is frozen ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Frozen:
    before: Collective | None
    now: Collective


def _frozen(session: Session, collective: CollectiveRow, *, now: datetime, by: Person, address: str) -> _Frozen:
    """The collective dossier as it stands, as the version after the last."""
    edition = editions.get_edition(collective.edition_id)
    taking_part = collectives.list_participations(session, collective)
    ids = [each.dossier_id for each in taking_part if each.dossier_id] + [collective.lead_id]
    deposits = collectives.last_deposits(session, ids)
    last = collectives.find_last_assembly(session, collective.id)
    before = Collective.thaw(last.canonical.encode()) if last else None
    assembled = freezing.assemble(
        edition=edition,
        rules=editions.group_rules(edition),
        cooperative=Cooperative(
            name=collective.organisation.name,
            siren=collective.organisation.siren,
            reference=collective.lead.reference,
            deposit=_thawed(deposits.get(collective.lead_id)),
        ),
        parts=[_part(each, deposits) for each in taking_part],
        reference=collective.reference,
        number=last.number + 1 if last else 1,
        at=now,
        by=by.name,
        address=address,
        previous=before,
    )
    return _Frozen(before, assembled)


def _part(row: ParticipationRow, deposits: Mapping[UUID, DepositRow]) -> Part:
    firm, dossier = row.affiliation, row.dossier
    deposit = deposits.get(dossier.id) if dossier else None
    return Part(
        name=firm.name,
        siren=firm.siren,
        town=firm.town,
        invited_at=row.invited_at,
        accepted_at=row.accepted_at,
        refused_at=row.refused_at,
        left_at=firm.left_at,
        has_agreed=row.agreed_at is not None,
        is_begun=dossier is not None and dossier.updated_at > dossier.created_at,
        is_preparing=deposit is not None and dossier is not None and dossier.state is State.DRAFT,
        deposit=_thawed(deposit),
    )


def _thawed(row: DepositRow | None) -> Deposit | None:
    return thaw(row.canonical.encode()) if row else None


def _why_not(found: _Frozen) -> str:
    content = found.now.content
    if not content["firms"]:
        return "Aucune entreprise n'est choisie pour ce dossier collectif : choisissez-en d'abord."
    if not found.now.chapters:
        return (
            "Aucun dossier ne peut être repris : il faut qu'une entreprise au moins ait déposé le sien, et accepté que "
            "ses chiffres figurent au dossier collectif."
        )
    if found.before and is_empty(content["changes"]):
        number = found.before.content["number"]
        return f"Rien n'a changé depuis la version {number} : il n'y a rien de nouveau à assembler."
    return ""


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────


def _preview(found: _Frozen) -> Preview:
    content = found.now.content
    changes, totals = content["changes"], content["totals"]
    moved = [*changes["lead"], *changes["firms"]] if changes else []
    return Preview(
        number=content["number"],
        standings=tuple(
            Count(each["label"], each["count"], each["taken_in"]) for each in content["standings"] if each["count"]
        ),
        total=len(content["firms"]),
        taken_in=sum(each["chapter"] is not None for each in content["firms"]),
        lead=content["lead"]["sentence"],
        expenditure=Decimal(totals["expenditure"]),
        requested=Decimal(totals["requested"]),
        gap=Decimal(totals["gap"]),
        changes=in_short(changes) if changes else (),
        refiled=tuple(each["name"] for each in moved if each["what"] == "refiled"),
        refusal=typeset(_why_not(found)),
    )


def _line(session: Session, row: AssemblyRow) -> AssemblyLine:
    frozen = Collective.thaw(row.canonical.encode())
    changes, firms = frozen.content["changes"], frozen.content["firms"]
    kept = row.document
    job = None if kept else collectives.find_assembly_job(session, ASSEMBLY, row.id)
    progress = session.get(ProgressRow, job.id) if job else None
    return AssemblyLine(
        number=row.number,
        assembled_at=row.assembled_at,
        assembled_by=row.assembled_by.name,
        short_code=frozen.short_code,
        taken_in=sum(each["chapter"] is not None for each in firms),
        firms=len(firms),
        changed=in_short(changes) if changes else (),
        state=PaperState.READY if kept else _state(job),
        size=kept.size if kept else None,
        asked_at=job.created_at if job else None,
        done=progress.done if progress else 0,
        total=progress.total if progress else 0,
    )


def _state(job: JobRow | None) -> PaperState:
    if job is None or job.state is JobState.DONE:
        return PaperState.NOT_ASKED
    if job.state is JobState.FAILED:
        return PaperState.FAILED
    return PaperState.RUNNING if job.state is JobState.RUNNING else PaperState.WAITING
