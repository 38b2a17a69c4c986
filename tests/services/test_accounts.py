"""Signing up, signing in, and who is behind a session."""

from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person, Role
from grantapp.services import accounts
from grantapp.storage.database import Sessions
from grantapp.storage.models import JournalRow, OrganisationRow, PersonRow
from tests import makers


def sign_in(sessions: Sessions, email: str, password: str = makers.PASSWORD) -> Person | None:
    with sessions.reading() as session:
        return accounts.sign_in(session, email=email, password=password)


def test_who_signed_up_can_sign_in(sessions: Sessions, camille: Person):
    assert sign_in(sessions, "camille@mistral.example") == camille
    (membership,) = camille.memberships
    assert (membership.organisation, membership.siren, membership.roles) == (
        "Coopérative imaginaire",
        makers.make_siren(),
        {Role.MANAGER},
    )


@pytest.mark.parametrize("email", ["CAMILLE@MISTRAL.EXAMPLE", " camille@mistral.example\n", "ｃamille@mistral.example"])
def test_one_address_has_one_spelling(sessions: Sessions, camille: Person, email: str):
    assert sign_in(sessions, email) == camille
    with pytest.raises(Refused, match="existe déjà"):
        makers.make_person(sessions, email=email)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("camille@mistral.example", "un mauvais mot de passe"),
        ("personne@mistral.example", makers.PASSWORD),
        ("camille@mistral.example", ""),
        ("camille@mistral.example", "x" * 100_000),
        ("", ""),
    ],
)
def test_a_wrong_address_or_password_opens_nothing(sessions: Sessions, camille: Person, email: str, password: str):
    assert sign_in(sessions, email, password) is None


@pytest.mark.parametrize("email", ["camille@mistral.example", "personne@mistral.example"])
def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    sessions: Sessions, camille: Person, email: str, monkeypatch: pytest.MonkeyPatch
):
    """Both pay for one verification against a hash of the same cost: all the rest is a thousand times shorter."""
    checked: list[str] = []

    def verify(password_hash: str, password: str) -> bool:
        checked.append(password_hash.rpartition("$")[0].rpartition("$")[0])
        return real.verify(password_hash, password)

    real = accounts._hasher
    accounts._nobody()
    monkeypatch.setattr(accounts, "_hasher", SimpleNamespace(verify=verify))
    assert sign_in(sessions, email, "un mauvais mot de passe") is None
    assert checked == ["$argon2id$v=19$m=19456,t=2,p=1"]


def test_an_accent_typed_as_one_or_two_code_points_is_the_same_password(sessions: Sessions):
    with sessions.writing() as session:
        person = accounts.sign_up(
            session,
            name="Noé",
            email="noe@mistral.example",
            password="la forêt e\u0301tait bleue",
            organisation="Coopérative imaginaire",
            siren=makers.make_siren(),
            now=makers.NOW,
        )
    assert sign_in(sessions, "noe@mistral.example", "la forêt \u00e9tait bleue") == person


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "onze carac."}, "12\u00a0caractères|12 caractères"),
        ({"password": "x" * 501}, "mot de passe"),
        ({"siren": "123456789"}, "SIREN"),
        ({"siren": "12345678"}, "SIREN"),
        ({"name": "  "}, "votre nom"),
        ({"organisation": ""}, "organisation"),
        ({"organisation": "x" * 201}, "trop long"),
        ({"name": "Camille\u202eExemple"}, "invisible"),
    ],
)
def test_a_refused_account_says_what_to_write_and_leaves_nothing(
    sessions: Sessions, changes: dict[str, str], sentence: str
):
    asked = {
        "name": "Camille",
        "email": "camille@mistral.example",
        "password": makers.PASSWORD,
        "organisation": "Coopérative imaginaire",
        "siren": makers.make_siren(),
    }
    with sessions.writing() as session, pytest.raises(Refused, match=sentence):
        accounts.sign_up(session, **(asked | changes), now=makers.NOW)
    with sessions.reading() as session:
        assert not accounts.any_person(session)
        assert session.scalar(sa.select(sa.func.count()).select_from(OrganisationRow)) == 0


def test_a_siren_is_read_as_people_type_it(sessions: Sessions):
    siren = makers.make_siren(222)
    person = makers.make_person(sessions, siren=f"{siren[:3]} {siren[3:6]} {siren[6:]}")
    assert person.memberships[0].siren == siren


def test_the_siren_of_another_opens_none_of_its_dossiers(sessions: Sessions, camille: Person, draft: str):
    from grantapp.services import drafting

    other = makers.make_person(sessions, email="autre@mistral.example", siren=makers.make_siren())
    with sessions.reading() as session:
        assert drafting.list_dossiers(session, by=other) == ()
        assert [head.reference for head in drafting.list_dossiers(session, by=camille)] == [draft]


def test_a_person_of_another_epoch_is_nobody(sessions: Sessions, camille: Person):
    with sessions.reading() as session:
        assert accounts.find_person(session, camille.id, camille.epoch) == camille
        assert accounts.find_person(session, uuid4(), 1) is None
    with sessions.writing() as session:
        session.execute(sa.update(PersonRow).values(epoch=2))
        session.commit()
    with sessions.reading() as session:
        assert accounts.find_person(session, camille.id, camille.epoch) is None
        assert accounts.find_person(session, camille.id, 2) == replace(camille, epoch=2)


def test_a_password_is_never_stored_or_journaled(sessions: Sessions, camille: Person):
    with sessions.reading() as session:
        kept = session.scalars(sa.select(PersonRow.password_hash)).one()
        assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        lines = session.scalars(sa.select(JournalRow)).all()
        assert [(line.act, line.person_id, line.detail) for line in lines] == [("signed_up", camille.id, {})]
