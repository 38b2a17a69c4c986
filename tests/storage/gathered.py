"""Rows of the tables that join two organisations, and what their checks refuse; `test_models.py` asks each."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp.storage.columns import Base
from grantapp.storage.cooperative import (
    AccountsRow,
    AffiliationRow,
    AssemblyDocumentRow,
    AssemblyRow,
    CollectiveRow,
    GivenRow,
    IdentityRow,
    InvitationRow,
    MandateRow,
    OverrideRow,
    ParticipationRow,
    ReminderRow,
)
from grantapp.storage.models import ProgressRow
from tests import makers
from tests.makers import EDITION, NOW, make_siren

Place = SimpleNamespace
Make = Callable[[Place], Base]


def _row(kind: type[Base], **values: Any) -> Any:
    return kind(**values)


def affiliation(place: Place, **changes: object) -> AffiliationRow:
    usual = {
        "cooperative_id": place.organisation,
        "name": "Plomberie",
        "siren": make_siren(2000),
        "town": "Avignon",
        "contact": "Sacha",
        "email": "sacha@plomberie.example",
        "listed_at": NOW,
        "listed_by_id": place.person,
    }
    return _row(AffiliationRow, **usual | changes)


def invitation(place: Place, **changes: object) -> InvitationRow:
    usual = {
        "organisation_id": place.organisation,
        "role": "manager",
        "name": "Sacha",
        "email": "sacha@plomberie.example",
        "made_at": NOW,
        "made_by_id": place.person,
        "expires_at": NOW + timedelta(days=30),
    }
    return _row(InvitationRow, **usual | changes)


def collective(place: Place, **changes: object) -> CollectiveRow:
    usual = {
        "reference": f"C-{uuid4().hex[:8]}",
        "organisation_id": place.organisation,
        "edition_id": EDITION,
        "lead_id": place.draft,
        "created_at": NOW,
        "created_by_id": place.person,
    }
    return _row(CollectiveRow, **usual | changes)


def participation(place: Place, **changes: object) -> ParticipationRow:
    usual = {"collective_id": place.collective, "affiliation_id": place.affiliation, "chosen_at": NOW}
    return _row(ParticipationRow, **usual | changes)


def mandate(place: Place, **changes: object) -> MandateRow:
    usual = {
        "collective_id": place.collective,
        "firm_id": place.organisation,
        "wording": "Je confie…",
        "given_at": NOW,
        "given_by_id": place.person,
    }
    return _row(MandateRow, **usual | changes)


def override(place: Place, **changes: object) -> OverrideRow:
    usual = {
        "dossier_id": place.draft,
        "section": "site",
        "reason": "Un autre terrain.",
        "made_at": NOW,
        "made_by_id": place.person,
    }
    return _row(OverrideRow, **usual | changes)


def assembly(place: Place, **changes: object) -> AssemblyRow:
    usual = {
        "collective_id": place.collective,
        "number": 2,
        "assembled_at": NOW,
        "assembled_by_id": place.person,
        "canonical": "{}",
        "fingerprint": "a" * 64,
    }
    return _row(AssemblyRow, **usual | changes)


def assembly_document(place: Place, **changes: object) -> AssemblyDocumentRow:
    return _row(
        AssemblyDocumentRow, **{"assembly_id": place.assembly, "sha256": "a" * 64, "size": 9, "made_at": NOW} | changes
    )


def reminder(**changes: object) -> ReminderRow:
    return _row(ReminderRow, **{"subject": uuid4(), "edition_id": EDITION, "days": 7, "written_at": NOW} | changes)


def progress(place: Place, **changes: object) -> ProgressRow:
    return _row(ProgressRow, **{"job_id": place.job_id, "done": 1, "total": 2, "noted_at": NOW} | changes)


def given(place: Place, **changes: object) -> GivenRow:
    usual = {
        "organisation_id": place.organisation,
        "section": "organisation",
        "answers": {},
        "given_at": NOW,
        "given_by_id": place.person,
    }
    return _row(GivenRow, **usual | changes)


def accounts(place: Place, **changes: object) -> AccountsRow:
    usual = {
        "organisation_id": place.organisation,
        "closed_on": NOW.date(),
        "answers": {},
        "given_at": NOW,
        "given_by_id": place.person,
    }
    return _row(AccountsRow, **usual | changes)


def identity(person: UUID) -> IdentityRow:
    return _row(IdentityRow, issuer="https://id.example", subject="1", person_id=person, linked_at=NOW)


def hang(session: Session, place: Place) -> None:
    """A line of the list, a collective dossier led by a draft of its own, and a version of it."""
    lead = makers.dossier_row(place.person, place.organisation)
    session.add(lead)
    session.flush()
    listed, gathered = affiliation(place, siren=make_siren(2001)), collective(place, lead_id=lead.id)
    session.add_all([listed, gathered])
    session.flush()
    place.affiliation, place.collective = listed.id, gathered.id
    version = assembly(place, number=1)
    session.add(version)
    session.flush()
    place.assembly = version.id


ACCEPTED: list[Make] = [
    affiliation,
    lambda p: affiliation(p, firm_id=p.organisation, accepted_at=NOW),
    invitation,
    lambda p: invitation(p, affiliation_id=p.affiliation, collective_id=p.collective),
    collective,
    participation,
    lambda p: participation(p, accepted_at=NOW, agreed_at=NOW, agreed_by_id=p.person, dossier_id=p.draft),
    mandate,
    override,
    assembly,
    assembly_document,
    lambda p: reminder(),
    progress,
    given,
    accounts,
    lambda p: identity(p.person),
]

REFUSED: dict[str, list[Make]] = {
    "ck_affiliation_siren_length": [lambda p: affiliation(p, siren="12345678")],
    "ck_affiliation_accepted_by_a_firm": [
        lambda p: affiliation(p, accepted_at=NOW),
        lambda p: affiliation(p, firm_id=p.organisation),
    ],
    "ck_affiliation_left_after_accepted": [lambda p: affiliation(p, left_at=NOW)],
    "ck_invitation_expires_later": [lambda p: invitation(p, expires_at=NOW)],
    "ck_invitation_ended_once": [lambda p: invitation(p, used_at=NOW, used_by_id=p.person, withdrawn_at=NOW)],
    "ck_invitation_used_by_someone": [
        lambda p: invitation(p, used_at=NOW),
        lambda p: invitation(p, used_by_id=p.person),
    ],
    "ck_invitation_collective_of_a_firm": [lambda p: invitation(p, collective_id=p.collective)],
    "ck_collective_decided_has_day": [
        lambda p: collective(p, decision="selected"),
        lambda p: collective(p, decided_on=NOW.date()),
    ],
    "ck_participation_answered_once": [lambda p: participation(p, accepted_at=NOW, refused_at=NOW)],
    "ck_participation_agreed_after_accepted": [lambda p: participation(p, agreed_at=NOW, agreed_by_id=p.person)],
    "ck_participation_dossier_after_accepted": [lambda p: participation(p, dossier_id=p.draft)],
    "ck_participation_agreed_by_someone": [
        lambda p: participation(p, accepted_at=NOW, agreed_at=NOW),
        lambda p: participation(p, accepted_at=NOW, agreed_by_id=p.person),
    ],
    "ck_participation_correction_has_instant": [
        lambda p: participation(p, correction="Le montant."),
        lambda p: participation(p, correction_asked_at=NOW),
    ],
    "ck_mandate_revoked_by_someone": [
        lambda p: mandate(p, revoked_at=NOW),
        lambda p: mandate(p, revoked_by_id=p.person),
    ],
    "ck_mandate_revoked_after_given": [
        lambda p: mandate(p, revoked_at=NOW - timedelta(seconds=1), revoked_by_id=p.person)
    ],
    "ck_override_reason_given": [lambda p: override(p, reason="")],
    "ck_assembly_number_positive": [lambda p: assembly(p, number=0)],
    "ck_assembly_fingerprint_length": [lambda p: assembly(p, fingerprint="abc")],
    "ck_assembly_document_size_positive": [lambda p: assembly_document(p, size=0)],
    "ck_assembly_document_sha256_length": [lambda p: assembly_document(p, sha256="abc")],
    "ck_reminder_days_positive": [lambda p: reminder(days=0)],
    "ck_progress_done_of_total": [lambda p: progress(p, done=3), lambda p: progress(p, done=-1)],
}
