"""Roles given and taken, people who leave: nobody gains more than is given, and no dossier is orphaned."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person, Role
from grantapp.services import belonging, drafting
from grantapp.storage.database import Sessions
from grantapp.storage.models import MembershipRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import NOW


@pytest.fixture
def home(camille: Person) -> UUID:
    """Camille's organisation."""
    return camille.memberships[0].organisation_id


@pytest.fixture
def noa(sessions: Sessions) -> Person:
    """Somebody with an account; `become` gives them roles in Camille's organisation."""
    return makers.make_person(
        sessions, name="Noa Modèle", email="noa@mistral.example", organisation="À part", siren=makers.make_siren(3000)
    )


@pytest.fixture
def become(sessions: Sessions, home: UUID) -> Callable[..., None]:
    """Exactly these roles for a person, in Camille's organisation."""

    def became(person: Person, *roles: Role) -> None:
        with sessions.writing() as session:
            of_home = (MembershipRow.person_id == person.id, MembershipRow.organisation_id == home)
            session.execute(sa.delete(MembershipRow).where(*of_home))
            for role in roles:
                session.add(MembershipRow(person_id=person.id, organisation_id=home, role=role, created_at=NOW))
            session.commit()

    return became


@pytest.fixture
def do(sessions: Sessions, home: UUID) -> Callable[..., Any]:
    def done(use_case: Callable[..., Any], *args: Any, by: Person) -> Any:
        with sessions.writing() as session:
            return use_case(session, home, *args, now=NOW, by=by)

    return done


@pytest.fixture
def roles(sessions: Sessions, home: UUID) -> Callable[[Person], set[Role]]:
    def held(person: Person) -> set[Role]:
        with sessions.reading() as session:
            of_home = (MembershipRow.person_id == person.id, MembershipRow.organisation_id == home)
            return set(session.scalars(sa.select(MembershipRow.role).where(*of_home)))

    return held


def test_a_person_may_hold_several_roles(do, roles, become, camille: Person, noa: Person):
    become(noa, Role.REVIEWER)
    do(belonging.give_role, noa.id, Role.ADMINISTRATOR, by=camille)
    do(belonging.give_role, noa.id, Role.ADMINISTRATOR, by=camille)
    assert roles(noa) == {Role.REVIEWER, Role.ADMINISTRATOR}
    do(belonging.take_role, noa.id, Role.REVIEWER, by=camille)
    assert roles(noa) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.MANAGER, Role.CONTRIBUTOR, Role.REVIEWER])
def test_an_administrator_does_not_let_itself_read(do, roles, become, camille: Person, noa: Person, role: Role):
    become(noa, Role.ADMINISTRATOR)
    with pytest.raises(Refused):
        do(belonging.give_role, noa.id, role, by=noa)
    assert roles(noa) == {Role.ADMINISTRATOR}


def test_an_administrator_lets_others_answer_and_read_and_not_file(do, roles, become, camille: Person, noa: Person):
    become(camille, Role.ADMINISTRATOR)
    become(noa, Role.REVIEWER)
    do(belonging.give_role, noa.id, Role.CONTRIBUTOR, by=camille)
    with pytest.raises(Refused):
        do(belonging.give_role, noa.id, Role.MANAGER, by=camille)
    assert roles(noa) == {Role.REVIEWER, Role.CONTRIBUTOR}


def test_an_administrator_takes_no_role_that_it_could_not_give(do, roles, become, camille: Person, noa: Person):
    become(noa, Role.ADMINISTRATOR)
    for attempt in (lambda: do(belonging.remove, camille.id, by=noa),
                    lambda: do(belonging.take_role, camille.id, Role.MANAGER, by=noa)):  # fmt: skip
        with pytest.raises(Refused, match="ne permet pas de retirer"):
            attempt()
    assert roles(camille) == {Role.MANAGER}


def test_a_gerance_makes_no_direction_of_somebody_before_it_is_one(do, roles, become, camille: Person, noa: Person):
    become(noa, Role.CONTRIBUTOR)
    with pytest.raises(Refused):
        do(belonging.give_role, noa.id, Role.DIRECTOR, by=camille)
    do(belonging.open_cooperative, by=camille)
    assert roles(camille) == {Role.MANAGER, Role.DIRECTOR}
    do(belonging.give_role, noa.id, Role.DIRECTOR, by=camille)
    assert Role.DIRECTOR in roles(noa)


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.REVIEWER, Role.ADMINISTRATOR])
def test_only_who_engages_the_organisation_opens_the_cooperative(do, roles, become, noa: Person, role: Role):
    become(noa, role)
    with pytest.raises(Refused):
        do(belonging.open_cooperative, by=noa)
    assert roles(noa) == {role}


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.REVIEWER])
def test_who_does_not_govern_changes_nothing(do, become, camille: Person, noa: Person, role: Role):
    become(noa, role)
    for attempt in (belonging.give_role, belonging.take_role):
        with pytest.raises(Refused, match="qui y fait quoi"):
            do(attempt, camille.id, Role.MANAGER, by=noa)
    with pytest.raises(Refused, match="qui y fait quoi"):
        do(belonging.remove, camille.id, by=noa)


def test_a_stranger_finds_nobody(sessions: Sessions, do, home: UUID, camille: Person, sacha: Person):
    for attempt in (
        lambda: do(belonging.give_role, camille.id, Role.REVIEWER, by=sacha),
        lambda: do(belonging.take_role, camille.id, Role.MANAGER, by=sacha),
        lambda: do(belonging.remove, camille.id, by=sacha),
        lambda: do(belonging.leave, by=sacha),
        lambda: do(belonging.open_cooperative, by=sacha),
    ):
        with pytest.raises(NotFound):
            attempt()
    with sessions.reading() as session, pytest.raises(NotFound):
        belonging.overview(session, home, by=sacha)


def test_somebody_of_another_organisation_is_not_there(do, camille: Person, sacha: Person):
    for person_id in (sacha.id, uuid4()):
        with pytest.raises(NotFound):
            do(belonging.give_role, person_id, Role.REVIEWER, by=camille)


# ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_person_who_may_file_stays_while_there_are_dossiers(do, roles, camille: Person, draft: str):
    with pytest.raises(Refused, match="désignez"):
        do(belonging.leave, by=camille)
    assert roles(camille) == {Role.MANAGER}


def test_a_contributor_is_not_somebody_who_may_file(do, become, camille: Person, noa: Person, draft: str):
    become(noa, Role.CONTRIBUTOR, Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="désignez"):
        do(belonging.leave, by=camille)


def test_another_takes_over_and_the_draft_goes_on(
    sessions: Sessions, do, roles, become, camille: Person, noa: Person, draft: str
):
    become(noa, Role.CONTRIBUTOR)
    do(belonging.give_role, noa.id, Role.MANAGER, by=camille)
    do(belonging.leave, by=camille)
    assert roles(camille) == set()
    makers.save(sessions, draft, "site", {"area_m2": 5_000}, by=noa)
    with sessions.reading() as session, pytest.raises(NotFound):
        drafting.overview(session, draft, now=NOW, by=camille)


def test_without_a_dossier_anybody_may_leave(do, roles, camille: Person):
    do(belonging.leave, by=camille)
    assert roles(camille) == set()


def test_the_last_who_may_file_keeps_that_role(do, roles, become, camille: Person, draft: str):
    become(camille, Role.MANAGER, Role.REVIEWER)
    with pytest.raises(Refused, match="désignez"):
        do(belonging.take_role, camille.id, Role.MANAGER, by=camille)
    become(camille, Role.MANAGER, Role.DIRECTOR)
    do(belonging.take_role, camille.id, Role.MANAGER, by=camille)
    assert roles(camille) == {Role.DIRECTOR}


def test_the_only_role_of_somebody_is_not_taken(do, roles, become, camille: Person, noa: Person):
    become(noa, Role.REVIEWER)
    with pytest.raises(Refused, match="retirez-la plutôt"):
        do(belonging.take_role, noa.id, Role.REVIEWER, by=camille)
    do(belonging.remove, noa.id, by=camille)
    assert roles(noa) == set()


def test_nobody_removes_the_last_who_may_file_not_even_a_director_leaving_at_the_same_time(
    sessions: Sessions, do, roles, become, home: UUID, camille: Person, noa: Person, draft: str
):
    """Two directors leave at once: one of them is told to stay."""
    become(camille, Role.DIRECTOR)
    become(noa, Role.DIRECTOR)
    refused: list[Person] = []

    def go(person: Person) -> None:
        try:
            do(belonging.leave, by=person)
        except Refused:
            refused.append(person)

    threads = [threading.Thread(target=go, args=(each,)) for each in (camille, noa)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(refused) == 1 and roles(refused[0]) == {Role.DIRECTOR}


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_says_who_is_what_and_what_may_be_changed(
    sessions: Sessions, home: UUID, become, camille: Person, noa: Person, draft: str
):
    become(noa, Role.REVIEWER)
    with sessions.reading() as session:
        page = belonging.overview(session, home, by=camille)
        seen = belonging.overview(session, home, by=noa)
    one, other = page.people
    assert (one.name, one.roles, one.is_oneself, one.may_remove) == ("Camille Exemple", (Role.MANAGER,), True, False)
    assert other.roles == (Role.REVIEWER,) and other.powers == ("lire les dossiers déposés",)
    assert other.may_give == (Role.MANAGER, Role.CONTRIBUTOR, Role.ADMINISTRATOR) and other.may_remove
    assert page.may_open_cooperative and not page.may_leave
    assert (seen.may_govern, seen.may_invite, seen.may_open_cooperative, seen.may_leave) == (False, (), False, True)
    assert not any(each.may_give or each.may_take or each.may_remove for each in seen.people)
