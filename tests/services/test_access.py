"""Somebody else's dossier and one that does not exist give the same answer, in every use case."""

import inspect
import io
from collections.abc import Callable
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from grantapp.domain.board import Decision
from grantapp.domain.people import Person
from grantapp.services import (
    assembling,
    attaching,
    board,
    cloning,
    depositing,
    drafting,
    mandating,
    members,
    papers,
    reminding,
    sharing,
    versioning,
)
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import AttachmentRow, JournalRow, MembershipRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import NOW


def use_cases() -> list[tuple[str, Callable[..., Any]]]:
    """Every public function that names a dossier by its reference."""
    modules: list[ModuleType] = [
        drafting,
        cloning,
        attaching,
        depositing,
        papers,
        versioning,
        sharing,
        mandating,
        assembling,
        board,
        members,
        reminding,
    ]
    return [
        (f"{module.__name__.rpartition('.')[2]}.{name}", function)
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "reference" in inspect.signature(function).parameters
    ]


def arguments(function: Callable[..., Any], **known: object) -> dict[str, object]:
    offered: dict[str, object] = {
        "name": "comptes.pdf" if function in (attaching.attach, attaching.replace) else "site",
        "answers": {"name": "Intrus"},
        "raw": None,
        "seen": 0,
        "piece": "accounts",
        "content": io.BytesIO(makers.PDF),
        "address": "https://depots.example",
        "number": 1,
        "reason": "Notre atelier est ailleurs.",
        "wording": "",
        "edition_id": makers.EDITION,
        "paper": "accuse-d-enregistrement",
        "affiliation_ids": None,
        "affiliation_id": UUID(int=1),
        "text": "Le plan manque.",
        "decision": Decision.ACCEPTED,
        "decided_on": NOW.date(),
        "note": "",
        "form": "csv",
        "now": NOW,
        "at": NOW,
    } | known
    return {name: offered[name] for name in inspect.signature(function).parameters if name != "session"}


CASES = use_cases()


def test_every_use_case_is_here():
    assert len(CASES) >= 18


@pytest.mark.parametrize("filed", [False, True], ids=["draft", "deposited"])
@pytest.mark.parametrize(("name", "function"), CASES, ids=[name for name, _ in CASES])
def test_a_foreign_dossier_is_like_a_missing_one(
    sessions: Sessions,
    files: Files,
    camille: Person,
    sacha: Person,
    complete: str,
    name: str,
    function: Callable[..., Any],
    filed: bool,
):
    if filed:
        with sessions.writing() as session:
            depositing.deposit(session, complete, address="https://depots.example", now=NOW, by=camille)
    with sessions.reading() as session:
        attachment: UUID = session.scalars(sa.select(AttachmentRow.id)).first()
        before = session.scalar(sa.select(sa.func.count()).select_from(JournalRow))
    answers = []
    for reference in (complete, "A22-9999", "", "'; --"):
        given = arguments(
            function, sessions=sessions, files=files, reference=reference, attachment_id=attachment, by=sacha
        )
        with pytest.raises(NotFound) as refused:
            if "sessions" in given:
                function(**given)
            else:
                with sessions.writing() as session:
                    function(session, **given)
        answers.append((type(refused.value), refused.value.args))
    assert len(set(answers)) == 1
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(JournalRow)) == before


def test_a_list_shows_only_what_is_mine(sessions: Sessions, camille: Person, sacha: Person, draft: str):
    with sessions.reading() as session:
        assert drafting.list_dossiers(session, by=sacha) == ()


def test_another_organisation_gets_its_own_draft(sessions: Sessions, camille: Person, sacha: Person, draft: str):
    assert makers.make_draft(sessions, sacha) != draft


def test_whoever_left_the_organisation_sees_nothing_any_more(sessions: Sessions, camille: Person, draft: str):
    with sessions.writing() as session:
        session.execute(sa.delete(MembershipRow).where(MembershipRow.person_id == camille.id))
        session.commit()
    with sessions.reading() as session, pytest.raises(NotFound):
        drafting.overview(session, draft, now=NOW, by=camille)
    with sessions.reading() as session:
        assert drafting.list_dossiers(session, by=camille) == ()
