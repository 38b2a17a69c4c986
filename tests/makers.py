"""Things to test with: valid by default, so that a test says only what it is about. Everybody in here is invented."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from stdnum import luhn

from grantapp.documents.seal_key import SealKey, make_key
from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.judgement import judge
from grantapp.domain.people import Person, Role
from grantapp.domain.project import Project
from grantapp.domain.project_file import dump_section
from grantapp.domain.wizard import steps
from grantapp.editions import get_edition
from grantapp.services import accounts, demonstration, drafting, gathering
from grantapp.storage import collectives, queries
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import (
    AttachmentRow,
    AttemptRow,
    DepositRow,
    DocumentRow,
    DossierRow,
    JobRow,
    JobState,
    JournalRow,
    LinkRow,
    MembershipRow,
    MessageRow,
    OrganisationRow,
    PersonRow,
    PrintoutRow,
    RecoveryCodeRow,
    SectionRow,
    VisitRow,
)

NOW = datetime(2022, 3, 15, 9, 0, tzinfo=UTC)  # inside the window of the edition
EDITION = "ademe_2022"
ADDRESS = "https://depots.example"
PASSWORD = "un mot de passe long"
PDF = demonstration.paper("Une pièce inventée")


def make_siren(number: int = 100) -> str:
    head = f"{number:08d}"
    return head + str(luhn.calc_check_digit(head))


@cache
def seal_key() -> SealKey:
    """The same key for every test of a process: to make one takes a second."""
    pem = make_key(NOW)
    return SealKey.read(pem, pem)


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────


def make_project(**answers: object) -> Project:
    """The demonstration's project, complete and eligible; answers by anchor, with `__` for the dot."""
    return demonstration.project().with_answers({anchor.replace("__", "."): each for anchor, each in answers.items()})


def make_deposit(
    project: Project | None = None, *, at: datetime = NOW, number: int = 1, address: str = ADDRESS
) -> Deposit:
    edition, project = get_edition(EDITION), project or make_project()
    return freeze(
        edition=edition,
        project=project,
        judgement=judge(edition, project, at),
        reference="A22-0001",
        number=number,
        by="Camille Exemple",
        at=at,
        address=address,
    )


# ── through the services ─────────────────────────────────────────────────────────────────────────────────────────


def make_person(
    sessions: Sessions,
    *,
    name: str = "Camille Exemple",
    email: str = "camille@mistral.example",
    organisation: str = "Coopérative imaginaire",
    siren: str = make_siren(),
) -> Person:
    with sessions.writing() as session:
        return accounts.sign_up(
            session, name=name, email=email, password=PASSWORD, organisation=organisation, siren=siren, now=NOW
        )


def make_stranger(sessions: Sessions) -> Person:
    """Somebody of another organisation."""
    return make_person(
        sessions,
        name="Sacha Modèle",
        email="sacha@plomberie.example",
        organisation="Plomberie imaginaire",
        siren=make_siren(1000),
    )


def make_director(sessions: Sessions, by: Person) -> Person:
    """The same person, who now directs a cooperative."""
    with sessions.writing() as session:
        organisation_id = by.memberships[0].organisation_id
        session.add(MembershipRow(person_id=by.id, organisation_id=organisation_id, role=Role.DIRECTOR, created_at=NOW))
        session.commit()
    with sessions.reading() as session:
        found = accounts.find_person(session, by.id, by.epoch)
        assert found is not None
        return found


def named_collective(sessions: Sessions, collective_id: UUID) -> tuple[str, str]:
    """The reference of a collective dossier, and that of the cooperative's own in it."""
    with sessions.reading() as session:
        row = session.get_one(CollectiveRow, collective_id)
        return row.reference, row.lead.reference


def take_part(sessions: Sessions, collective: str, director: Person, firm: Person) -> str:
    """The reference of the draft of a firm that accepted to take part."""
    with sessions.writing() as session:
        affiliation = affiliation_row(
            director,
            name=firm.memberships[0].organisation,
            siren=firm.memberships[0].siren,
            contact=firm.name,
            email=firm.email,
            firm_id=firm.memberships[0].organisation_id,
            accepted_at=NOW,
        )
        session.add(affiliation)
        session.flush()
        row = collectives.get_collective(session, collective, director)
        (part,) = gathering.choose(session, row, [affiliation], now=NOW)
        reference = gathering.take_part(session, part, now=NOW, by=firm).reference
        session.commit()
        return reference


def write_sections(
    sessions: Sessions, reference: str, by: Person, project: Project, names: Collection[str] | None = None
) -> None:
    """Write these sections of a dossier (all that its edition asks) at once, for speed."""
    with sessions.writing() as session:
        dossier = queries.get_dossier(session, reference, by)
        saved = {row.name: row for row in dossier.sections}
        for section in steps(get_edition(dossier.edition_id)):
            if section.name != drafting.PIECES and (names is None or section.name in names):
                row = saved.get(section.name) or SectionRow(dossier_id=dossier.id, name=section.name)
                session.add(row)
                row.answers = dump_section(section, getattr(project, section.name))
                row.saved_at, row.saved_by_id = NOW, by.id
        session.commit()


def make_firm(sessions: Sessions, director: Person, number: int = 2000, **changes: Any) -> UUID:
    """A line of the cooperative's list, not accepted yet."""
    usual = {
        "name": "Menuiserie imaginaire",
        "siren": make_siren(number),
        "town": "Avignon",
        "contact": "Dominique Modèle",
        "email": "dominique@menuiserie.example",
    }
    with sessions.writing() as session:
        row = AffiliationRow(
            cooperative_id=director.memberships[0].organisation_id,
            listed_at=NOW,
            listed_by_id=director.id,
            **usual | changes,
        )
        session.add(row)
        session.commit()
        return row.id


def make_collective(sessions: Sessions, director: Person) -> UUID:
    """A collective dossier of the cooperative, without any firm."""
    with sessions.writing() as session:
        organisation_id = director.memberships[0].organisation_id
        reference = gathering.begin(session, EDITION, organisation_id=organisation_id, now=NOW, by=director)
        return collectives.get_collective(session, reference, director).id


def make_draft(sessions: Sessions, by: Person) -> str:
    """The reference of a draft without answers."""
    with sessions.writing() as session:
        return drafting.start(session, EDITION, now=NOW, by=by)


def make_dossier(sessions: Sessions, files: Files, by: Person, project: Project | None = None) -> str:
    """The reference of a complete draft, ready to be filed; its answers written at once, for speed."""
    reference = make_draft(sessions, by)
    fill_all(sessions, files, reference, by, project)
    return reference


def fill_all(sessions: Sessions, files: Files, reference: str, by: Person, project: Project | None = None) -> None:
    """Every answer and piece of a project in a draft, written at once."""
    project = project or make_project()
    write_sections(sessions, reference, by, project)
    attach_all(sessions, files, reference, by, project)


def attach_all(
    sessions: Sessions, files: Files, reference: str, by: Person, project: Project, only: Collection[str] | None = None
) -> None:
    """A small file for each piece of the project; written at once, for speed: it needs no inspection."""
    with sessions.writing() as session:
        dossier = queries.get_dossier(session, reference, by)
        for piece in attached_pieces(project) if only is None else only:
            content = demonstration.paper(piece)
            kept = {"piece": piece, "name": f"{piece}.pdf", "size": len(content), "sha256": files.keep(content)}
            session.add(attachment_row(dossier.id, by.id, pages=1, **kept))
        session.commit()


def attached_pieces(project: Project) -> list[str]:
    return [name for name, given in vars(project.pieces).items() if given]


def save(
    sessions: Sessions,
    reference: str,
    name: str,
    answers: dict[str, object],
    *,
    by: Person,
    raw: dict[str, list[str]] | None = None,
    seen: int | None = None,
    now: datetime = NOW,
) -> Any:
    """Save a section from a fresh page, unless `seen` says that the page was older."""
    with sessions.writing() as session:
        if seen is None:
            seen = drafting.step_page(session, reference, name, now=now, by=by).version
        return drafting.save_step(session, reference, name, answers, raw=raw, seen=seen, now=now, by=by)


# ── rows, for the tests of the tables themselves ─────────────────────────────────────────────────────────────────


def person_row(**changes: object) -> PersonRow:
    return PersonRow(
        **{"name": "Camille", "email": f"{uuid4()}@x.example", "password_hash": "x", "created_at": NOW} | changes
    )


def organisation_row(**changes: object) -> OrganisationRow:
    return OrganisationRow(**{"name": "Coopérative", "siren": make_siren(), "created_at": NOW} | changes)


def membership_row(person: PersonRow, organisation: OrganisationRow, **changes: object) -> MembershipRow:
    return MembershipRow(
        **{"person": person, "organisation": organisation, "role": "manager", "created_at": NOW} | changes
    )


def dossier_row(by: UUID, organisation: UUID, **changes: object) -> DossierRow:
    return DossierRow(
        **{
            "reference": f"T-{uuid4().hex[:8]}",
            "edition_id": EDITION,
            "organisation_id": organisation,
            "created_at": NOW,
            "created_by_id": by,
            "updated_at": NOW,
        }
        | changes
    )


def affiliation_row(director: Person, number: int = 1, **changes: object) -> AffiliationRow:
    """A line in the list of a director's cooperative."""
    return AffiliationRow(
        **{
            "cooperative_id": director.memberships[0].organisation_id,
            "name": f"Entreprise {number:02d}",
            "siren": make_siren(5000 + number),
            "town": "Avignon",
            "contact": "Sacha Modèle",
            "email": f"firme{number}@x.example",
            "listed_at": NOW,
            "listed_by_id": director.id,
        }
        | changes
    )


def section_row(dossier: UUID, by: UUID, **changes: object) -> SectionRow:
    return SectionRow(
        **{"dossier_id": dossier, "name": "site", "answers": {}, "saved_at": NOW, "saved_by_id": by} | changes
    )


def attachment_row(dossier: UUID, by: UUID, **changes: object) -> AttachmentRow:
    return AttachmentRow(
        **{
            "dossier_id": dossier,
            "piece": "accounts",
            "name": "comptes.pdf",
            "media_type": "application/pdf",
            "size": 10,
            "sha256": "a" * 64,
            "added_at": NOW,
            "added_by_id": by,
        }
        | changes
    )


def deposit_row(dossier: UUID, by: UUID, **changes: object) -> DepositRow:
    return DepositRow(
        **{
            "dossier_id": dossier,
            "number": 1,
            "deposited_at": NOW,
            "deposited_by_id": by,
            "edition_id": EDITION,
            "edition_version": "1",
            "canonical": "{}",
            "fingerprint": "a" * 64,
        }
        | changes
    )


def document_row(deposit: UUID, **changes: object) -> DocumentRow:
    return DocumentRow(
        **{"deposit_id": deposit, "kind": "dossier", "sha256": "a" * 64, "size": 10, "made_at": NOW} | changes
    )


def printout_row(**changes: object) -> PrintoutRow:
    return PrintoutRow(
        **{"kind": "blank_form", "source": "b" * 64, "sha256": "a" * 64, "size": 10, "made_at": NOW} | changes
    )


def job_row(**changes: object) -> JobRow:
    return JobRow(**{"kind": "print", "args": {}, "state": JobState.QUEUED, "created_at": NOW} | changes)


def journal_row(**changes: object) -> JournalRow:
    return JournalRow(**{"at": NOW, "act": "started", "detail": {}} | changes)


def message_row(job: JobRow, **changes: object) -> MessageRow:
    return MessageRow(
        **{
            "kind": "sign_in_link",
            "name": "Camille",
            "email": "camille@mistral.example",
            "facts": {},
            "written_at": NOW,
            "attempts": 0,
            "next_try_at": NOW,
            "job_id": job.id,
        }
        | changes
    )


def link_row(person: UUID, **changes: object) -> LinkRow:
    return LinkRow(
        **{"person_id": person, "epoch": 1, "goal": "sign_in", "made_at": NOW, "expires_at": NOW + timedelta(minutes=1)}
        | changes
    )


def visit_row(person: UUID, **changes: object) -> VisitRow:
    return VisitRow(
        **{
            "person_id": person,
            "epoch": 1,
            "device": "Firefox",
            "opened_by": "password",
            "opened_at": NOW,
            "last_used_at": NOW,
        }
        | changes
    )


def attempt_row(**changes: object) -> AttemptRow:
    return AttemptRow(**{"gate": "sign_in", "subject": "a" * 64, "at": NOW} | changes)


def recovery_code_row(person: UUID, **changes: object) -> RecoveryCodeRow:
    return RecoveryCodeRow(**{"person_id": person, "code_hash": "a" * 64} | changes)
