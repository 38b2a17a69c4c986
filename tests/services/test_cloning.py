"""« Repartir de ce dossier » : the same answers, the same files, no declaration, and the first one as it was."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person, Role
from grantapp.domain.project_file import dump
from grantapp.editions import open_on
from grantapp.services import accounts, attaching, cloning, depositing, drafting
from grantapp.storage.database import Sessions
from grantapp.storage.models import MembershipRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import EDITION, NOW


def clone(sessions: Sessions, reference: str, by: Person, edition: str = EDITION, now: Any = NOW) -> str:
    with sessions.writing() as session:
        return cloning.clone(session, reference, edition, now=now, by=by)


def project(sessions: Sessions, reference: str, by: Person) -> Any:
    with sessions.reading() as session:
        return drafting.judged(session, reference, now=NOW, by=by)[1]


@pytest.mark.parametrize("filed", [False, True], ids=["of a draft", "of a filed dossier"])
def test_a_clone_has_the_same_answers_and_files_and_no_declaration(
    sessions: Sessions, camille: Person, complete: str, filed: bool
):
    if filed:
        with sessions.writing() as session:
            depositing.deposit(session, complete, address=makers.ADDRESS, now=NOW, by=camille)
    before = dump(project(sessions, complete, camille))
    cloned = clone(sessions, complete, camille)
    assert cloned != complete
    after = dump(project(sessions, cloned, camille))
    assert before["declarations"] and not any((after.get("declarations") or {}).values())
    assert {**after, "declarations": None} == {**before, "declarations": None}
    assert dump(project(sessions, complete, camille)) == before


def test_what_is_changed_in_a_clone_changes_nothing_in_the_first(sessions: Sessions, camille: Person, complete: str):
    cloned = clone(sessions, complete, camille)
    makers.save(sessions, cloned, "site", {"town": "Ailleurs"}, by=camille)
    assert project(sessions, complete, camille).site.town != "Ailleurs"


def test_a_file_that_was_withdrawn_is_not_copied(sessions: Sessions, camille: Person, complete: str):
    with sessions.writing() as session:
        line = drafting.step_page(session, complete, "pieces", now=NOW, by=camille).attachments[0]
        attaching.detach(session, complete, line.id, now=NOW, by=camille)
    cloned = clone(sessions, complete, camille)
    with sessions.reading() as session:
        pages = [
            drafting.step_page(session, each, "pieces", now=NOW, by=camille).attachments for each in (complete, cloned)
        ]
    assert [line.sha256 for line in pages[0]] == [line.sha256 for line in pages[1]]
    assert {line.id for line in pages[0]}.isdisjoint({line.id for line in pages[1]})


def test_another_open_edition_takes_what_it_asks_for(sessions: Sessions, camille: Person, complete: str):
    others = [each for each in open_on(NOW) if each.id != EDITION]
    for edition in others:
        cloned = clone(sessions, complete, camille, edition.id)
        assert project(sessions, cloned, camille).site.town == project(sessions, complete, camille).site.town


def test_an_edition_that_is_closed_or_unknown_begins_nothing(sessions: Sessions, camille: Person, complete: str):
    with pytest.raises(Refused, match="ne peut plus y commencer"):
        clone(sessions, complete, camille, now=NOW + timedelta(days=800))
    with pytest.raises(NotFound):
        clone(sessions, complete, camille, "nulle-part")


def test_a_stranger_clones_nothing(sessions: Sessions, camille: Person, sacha: Person, complete: str):
    with pytest.raises(NotFound):
        clone(sessions, complete, sacha)


def test_the_open_draft_is_still_found_unless_another_is_asked_for(sessions: Sessions, camille: Person, complete: str):
    cloned = clone(sessions, complete, camille)
    assert makers.make_draft(sessions, camille) == cloned
    with sessions.writing() as session:
        assert drafting.start(session, EDITION, now=NOW, by=camille, another=True) not in (complete, cloned)


def test_each_organisation_of_a_person_has_its_own_open_draft(sessions: Sessions, camille: Person, draft: str):
    with sessions.writing() as session:
        other = makers.organisation_row(name="Atelier imaginaire", siren=makers.make_siren(7))
        session.add(other)
        session.flush()
        key = {"person_id": camille.id, "organisation_id": other.id}
        session.add(MembershipRow(**key, role=Role.CONTRIBUTOR, created_at=NOW + timedelta(1)))
        session.commit()
        other_id = other.id
    with sessions.reading() as session:
        both = accounts.find_person(session, camille.id, camille.epoch)
        assert both is not None
    assert [each.organisation for each in drafting.fillable(both)] == ["Coopérative imaginaire", "Atelier imaginaire"]
    with sessions.writing() as session:
        theirs = drafting.start(session, EDITION, now=NOW, by=both, organisation_id=other_id)
        assert drafting.start(session, EDITION, now=NOW, by=both, organisation_id=other_id) == theirs
        assert drafting.start(session, EDITION, now=NOW, by=both) == draft
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(makers.DossierRow)) == 2
