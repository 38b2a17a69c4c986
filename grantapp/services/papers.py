"""The papers that can be asked for: those of a filed version, the preparatory dossier of a draft, blank forms.

The web process asks and hands over; the worker makes (`printing.py`). Asking twice makes one paper: a file that is kept
is served, a job that waits is waited for, and only a failed one is submitted again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType

from sqlalchemy.orm import Session

from grantapp.domain.deposit import Deposit, freeze, thaw
from grantapp.domain.edition import Edition
from grantapp.domain.judgement import judge
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import Person
from grantapp.domain.questionnaire import Questionnaire
from grantapp.editions import all_editions, get_edition
from grantapp.french import PARIS, typeset
from grantapp.services import jobs, journal, mandating, reading
from grantapp.services.offered import Paper, PaperState
from grantapp.services.pages import FormPage, PaperPage
from grantapp.storage import queries
from grantapp.storage.files import Files
from grantapp.storage.models import DepositRow, DocumentKind, DossierRow, JobRow, JobState, PrintoutKind, PrintoutRow
from grantapp.storage.queries import NotFound

PRINT = "print"  # the kind of the job that makes a document of a deposit
PRINTOUT = "printout"  # the kind of the job that makes a file of what is not filed
PAUSE = timedelta(minutes=10)  # after a public form could not be made, before anybody may have it tried again


@dataclass(frozen=True)
class Sort:
    """One sort of paper: its address, its name, and what it is for, in one line."""

    slug: str
    title: str
    purpose: str
    extension: str = "pdf"


# In the order in which they are offered. A test holds them against the makers, which the web process must not load.
SORTS: Mapping[DocumentKind, Sort] = MappingProxyType(
    {
        DocumentKind.ACKNOWLEDGEMENT: Sort(
            "accuse-d-enregistrement",
            typeset("Accusé d'enregistrement"),
            typeset("Une page : ce qui a été déposé, quand et par qui. À garder."),
        ),
        DocumentKind.DOSSIER: Sort(
            "dossier",
            "Dossier complet",
            typeset("Tout le dossier : réponses, éligibilité, montants, pièces. À transmettre et à archiver."),
        ),
        DocumentKind.REVIEW_SHEET: Sort(
            "fiche-d-instruction",
            typeset("Fiche d'instruction"),
            typeset("Une page pour le service qui instruit : ce qu'il vérifie d'abord, et la place de son avis."),
        ),
        DocumentKind.REPORT: Sort(
            "rapport-d-eligibilite",
            typeset("Rapport d'éligibilité"),
            typeset("Chaque règle, ce qu'elle conclut et le texte d'où elle vient."),
        ),
        DocumentKind.PRINT_COPY: Sort(
            "copie-a-imprimer",
            typeset("Copie à imprimer"),
            typeset("Le dossier suivi des pages des pièces, en un seul fichier."),
        ),
        DocumentKind.BUNDLE: Sort(
            "archive",
            "Archive ZIP",
            typeset(
                "Le dossier, ses données et chaque pièce telle que vous l'avez jointe, avec la liste des empreintes."
            ),
            "zip",
        ),
    }
)
PREPARATORY = Sort(
    "dossier-preparatoire",
    typeset("Dossier préparatoire"),
    typeset("Le dossier tel qu'il s'imprimerait aujourd'hui, marqué « brouillon, non déposé » sur chaque page."),
)
BLANK_FORM = Sort(
    "formulaire",
    typeset("Voir avant de saisir"),
    typeset("Toutes les questions sur papier, avec leurs raisons et les pièces à réunir. À lire, pas à renvoyer."),
)


@dataclass(frozen=True)
class File:
    """A paper handed over, a part at a time: with its pieces, it may be heavy."""

    name: str
    content: Iterator[bytes]
    size: int  # octets
    media_type: str


# ── what is made from a filed version ────────────────────────────────────────────────────────────────────────────


def submit(session: Session, deposit: DepositRow, kind: DocumentKind, *, now: datetime) -> int:
    """Add the job that makes a document to the caller's transaction."""
    return jobs.submit(session, PRINT, {"deposit": str(deposit.id), "document": kind.value}, now=now)


def papers_of(session: Session, deposit: DepositRow) -> tuple[Paper, ...]:
    """Every document that can be had of a filed version, as each stands."""
    return tuple(_paper(session, deposit, kind) for kind in SORTS)


def show(session: Session, reference: str, number: int, paper: str, *, by: Person) -> PaperPage:
    """How one document of a filed version stands."""
    deposit, kind = _find(session, reference, number, paper, by)
    return PaperPage(reading.filed_head_of(session, deposit.dossier, by), _paper(session, deposit, kind), number)


def ask(session: Session, reference: str, number: int, paper: str, *, now: datetime, by: Person) -> int | None:
    """Have a document made: the job to send, or None when it is there or already on its way."""
    deposit, kind = _find(session, reference, number, paper, by)
    if not _paper(session, deposit, kind).may_be_asked:
        return None
    job = submit(session, deposit, kind, now=now)
    session.commit()
    return job


def read(session: Session, files: Files, reference: str, number: int, paper: str, *, by: Person) -> File | None:
    """The document; None until it is made."""
    deposit, kind = _find(session, reference, number, paper, by)
    kept = queries.find_document(session, deposit.id, kind)
    if kept is None:
        return None
    sort = SORTS[kind]
    media_type = "application/zip" if sort.extension == "zip" else "application/pdf"
    return File(f"{reference}-v{number}-{sort.slug}.{sort.extension}", files.chunks(kept.sha256), kept.size, media_type)


def _find(session: Session, reference: str, number: int, paper: str, by: Person) -> tuple[DepositRow, DocumentKind]:
    deposit = queries.get_deposit(session, reference, by, number)
    kind = next((kind for kind, sort in SORTS.items() if sort.slug == paper), None)
    if kind is None:
        raise NotFound
    return deposit, kind


def _paper(session: Session, deposit: DepositRow, kind: DocumentKind) -> Paper:
    kept = queries.find_document(session, deposit.id, kind)
    job = None if kept else queries.find_job(session, PRINT, deposit.id, kind)
    return _described(SORTS[kind], job, size=kept.size if kept else None)


def _described(sort: Sort, job: JobRow | None, *, size: int | None) -> Paper:
    if size is not None:
        state = PaperState.READY
    elif job is None or job.state is JobState.DONE:
        state = PaperState.NOT_ASKED
    elif job.state is JobState.FAILED:
        state = PaperState.FAILED
    else:
        state = PaperState.RUNNING if job.state is JobState.RUNNING else PaperState.WAITING
    return Paper(
        slug=sort.slug,
        file=f"{sort.slug}.{sort.extension}",
        title=sort.title,
        purpose=sort.purpose,
        state=state,
        size=size,
        asked_at=job.created_at if job else None,
        attempts=job.attempts if job else 0,
    )


# ── the preparatory dossier of a draft ───────────────────────────────────────────────────────────────────────────


def show_preparatory(session: Session, files: Files, reference: str, *, now: datetime, by: Person) -> PaperPage:
    """The last preparatory dossier of a draft; it is marked stale once it would print otherwise."""
    dossier = queries.get_dossier(session, reference, by)
    made = queries.find_preparatory(session, dossier)
    job = queries.find_printout_job(session, PRINTOUT, PrintoutKind.PREPARATORY, dossier=dossier)
    on_its_way = job is not None and job.state in (JobState.QUEUED, JobState.RUNNING)
    failed = job is not None and job.state is JobState.FAILED
    kept = None if on_its_way or failed else made
    return PaperPage(
        head=reading.head_of(dossier),
        paper=_described(PREPARATORY, job, size=kept.size if kept else None),
        number=None,
        is_of=_instant(files, kept) if kept else None,
        is_stale=kept is not None
        and dossier.state is State.DRAFT
        and not _is_current(session, files, kept, dossier, now),
    )


def ask_preparatory(
    session: Session, files: Files, reference: str, *, address: str, now: datetime, by: Person
) -> int | None:
    """Have the draft printed as it is: the job to send, or None when today's is there or on its way.

    One at a time for a dossier, and one a day for a draft that does not change: nobody fills the disk by asking.
    """
    dossier = queries.get_dossier(session, reference, by)
    if dossier.state is not State.DRAFT:
        raise Refused("Ce dossier est déposé : ses documents sont au récépissé.")
    job = queries.find_printout_job(session, PRINTOUT, PrintoutKind.PREPARATORY, dossier=dossier)
    if job is not None and job.state in (JobState.QUEUED, JobState.RUNNING):
        return None
    made = queries.find_preparatory(session, dossier)
    if made is not None and _is_current(session, files, made, dossier, now):
        return None
    source = files.keep(_frozen(session, dossier, address, now).canonical)
    args = {"printout": PrintoutKind.PREPARATORY.value, "source": source, "dossier": str(dossier.id)}
    job_id = jobs.submit(session, PRINTOUT, args, now=now)
    journal.record(session, "preparatory_asked", dossier=dossier, detail={"source": source}, now=now, by=by)
    session.commit()
    return job_id


def read_preparatory(session: Session, files: Files, reference: str, *, by: Person) -> File | None:
    dossier = queries.get_dossier(session, reference, by)
    made = queries.find_preparatory(session, dossier)
    if made is None:
        return None
    return File(f"{reference}-{PREPARATORY.slug}.pdf", files.chunks(made.sha256), made.size, "application/pdf")


def _frozen(session: Session, dossier: DossierRow, address: str, at: datetime) -> Deposit:
    """The draft as it would print at this instant. Number 0: nothing is filed, and the paper says so."""
    edition, project = reading.edition_of(dossier), reading.project_of(dossier)
    return freeze(
        edition=edition,
        project=project,
        judgement=judge(edition, project, at),
        reference=f"Brouillon {dossier.reference}",
        number=0,
        by="",
        at=at,
        address=address,
        together=mandating.together_of(session, dossier),
    )


def _instant(files: Files, made: PrintoutRow) -> datetime:
    return datetime.fromisoformat(thaw(files.read(made.source)).content["deposited_at"])


def _is_current(session: Session, files: Files, made: PrintoutRow, dossier: DossierRow, now: datetime) -> bool:
    """Whether the draft, frozen at the same instant, would be the same; of today, for rules look at the day."""
    kept, at = thaw(files.read(made.source)), _instant(files, made)
    if at.astimezone(PARIS).date() != now.astimezone(PARIS).date():
        return False
    return _frozen(session, dossier, kept.content["address"], at).fingerprint == kept.fingerprint


# ── the blank form of an edition ─────────────────────────────────────────────────────────────────────────────────


def show_form(session: Session, call: str, now: datetime) -> FormPage:
    """How the blank form of an edition stands; `call` is the edition's name in an address."""
    edition = _edition(call)
    source = _questionnaire(edition.id)
    kept = queries.find_printout(session, PrintoutKind.BLANK_FORM, source.fingerprint)
    job = (
        None
        if kept
        else queries.find_printout_job(session, PRINTOUT, PrintoutKind.BLANK_FORM, source=source.fingerprint)
    )
    paper = _described(BLANK_FORM, job, size=kept.size if kept else None)
    return FormPage(edition, paper, retry_at=_retry_at(job) if job and _is_paused(job, now) else None)


def ask_form(session: Session, files: Files, call: str, *, now: datetime) -> int | None:
    """Have the blank form of an edition made, for anybody: the job to send, or None.

    There is one form for each state of an edition's questions, one job at a time for it, and a pause after a failure:
    whoever asks without end fills neither the disk nor the queue.
    """
    source = _questionnaire(_edition(call).id)
    if queries.find_printout(session, PrintoutKind.BLANK_FORM, source.fingerprint):
        return None
    job = queries.find_printout_job(session, PRINTOUT, PrintoutKind.BLANK_FORM, source=source.fingerprint)
    if job is not None and (job.state in (JobState.QUEUED, JobState.RUNNING) or _is_paused(job, now)):
        return None
    files.keep(source.canonical)
    args = {"printout": PrintoutKind.BLANK_FORM.value, "source": source.fingerprint}
    job_id = jobs.submit(session, PRINTOUT, args, now=now)
    session.commit()
    return job_id


def read_form(session: Session, files: Files, call: str) -> File | None:
    edition = _edition(call)
    kept = queries.find_printout(session, PrintoutKind.BLANK_FORM, _questionnaire(edition.id).fingerprint)
    if kept is None:
        return None
    return File(f"{edition.slug}-{BLANK_FORM.slug}.pdf", files.chunks(kept.sha256), kept.size, "application/pdf")


@cache
def _questionnaire(edition_id: str) -> Questionnaire:
    """Frozen once: the editions do not change while the site runs."""
    return Questionnaire.of(get_edition(edition_id))


def _is_paused(job: JobRow, now: datetime) -> bool:
    return job.state is JobState.FAILED and now < _retry_at(job)


def _retry_at(job: JobRow) -> datetime:
    return job.created_at + PAUSE


def _edition(call: str) -> Edition:
    edition = next((each for each in all_editions() if each.slug == call), None)
    if edition is None:
        raise NotFound
    return edition
