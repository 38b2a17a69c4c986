"""« Mon organisation » as its people meet it: what it gave, who is what in it, coming and going."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from grantapp.domain.people import Role
from grantapp.services import accounts
from grantapp.storage.cooperative import InvitationRow
from grantapp.storage.models import MembershipRow, MessageRow
from tests import makers
from tests.web.conftest import NOW, PASSWORD


@pytest.fixture
def camille(platform, director) -> Any:
    with platform.sessions.reading() as session:
        return accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)


@pytest.fixture
def home(camille) -> str:
    """The address of Camille's organisation."""
    return f"/organisation/{camille.memberships[0].organisation_id}"


@pytest.fixture
def noa(app, platform, camille) -> Any:
    """`noa(role)`: a colleague with this role, signed in."""

    def made(*roles: Role) -> Any:
        person = makers.make_person(platform.sessions, name="Noa Modèle", email="noa@mistral.example")
        with platform.sessions.writing() as session:
            session.execute(sa.delete(MembershipRow).where(MembershipRow.person_id == person.id))
            for role in roles:
                key = {"person_id": person.id, "organisation_id": camille.memberships[0].organisation_id}
                session.add(MembershipRow(**key, role=role, created_at=NOW))
            session.commit()
        client = app.test_client()
        client.send("/connexion", {"email": "noa@mistral.example", "password": PASSWORD})
        client.person = person
        return client

    return made


def follow(client: Any, page: Any) -> Any:
    return client.read(page.response.headers["Location"])


def test_the_only_organisation_is_opened_from_every_page(director, home):
    assert director.read("/dossiers").soup.find("a", href="/organisation")
    assert director.get("/organisation").headers["Location"] == home
    page = director.read(home)
    assert page.heading == "Coopérative imaginaire"
    assert page.says("déposer, et engager l'organisation")


def test_with_several_organisations_one_is_chosen(app, platform, camille, director):
    with platform.sessions.writing() as session:
        other = makers.organisation_row(name="Atelier imaginaire", siren=makers.make_siren(7))
        session.add(other)
        session.flush()
        session.add(MembershipRow(person_id=camille.id, organisation_id=other.id, role="reviewer", created_at=NOW))
        session.commit()
    page = director.read("/organisation")
    assert page.says("Atelier imaginaire") and page.says("Coopérative imaginaire")
    assert len(page.soup.find_all("a", href=re.compile("^/organisation/"))) == 2


# ── what it gave ──


def test_what_a_dossier_said_is_shown_with_its_date_and_begins_the_next(director, draft, home):
    director.send(f"{draft}/organisation", {"town": "Avignon", "seen": "1"})
    years = {"accounts-0-closed_on": "31/12/2021", "accounts-0-headcount": "12", "seen": "0"}
    director.send(f"{draft}/taille", years)
    page = director.read(home)
    assert page.says("Avignon") and page.says("Donné le 15 mars 2022 par Camille Exemple")
    assert page.says("Exercice clos le 31 décembre 2021")
    other = director.send("/dossiers", {"edition": "ademe_2022", "another": "1"}).response.headers["Location"]
    step = director.read(f"{other}/organisation")
    assert step.says("Repris de ce que votre organisation a donné le 15 mars 2022. Vérifiez, corrigez si besoin.")
    assert step.value_of("Commune") == "Avignon"
    assert director.read(f"{other}/taille").says("Repris de ce que votre organisation")
    director.send(f"{other}/organisation", {"town": "Avignon", "seen": "1"})
    assert not director.read(f"{other}/organisation").says("Repris de ce que")


def test_giving_from_its_page_begins_the_next_dossier(director, home):
    page = director.send(f"{home}/organisation", {"name": "Coopérative imaginaire", "town": "Orange"})
    assert follow(director, page).says("C'est gardé pour vos prochains dossiers.")
    draft = director.send("/dossiers", {"edition": "ademe_2022"}).response.headers["Location"]
    assert director.read(f"{draft}/organisation").value_of("Commune") == "Orange"


def test_what_cannot_be_read_comes_back_as_typed_and_the_rest_is_kept(director, home):
    page = director.send(f"{home}/organisation", {"postcode": "douze", "town": "Orange"})
    assert page.status == 422
    assert page.value_of("Code postal") == "douze"
    assert director.read(home).says("Orange")


def test_a_year_given_by_mistake_is_taken_back(director, home):
    director.send(f"{home}/taille", {"accounts-0-closed_on": "31/12/2012", "accounts-0-headcount": "3"})
    assert director.read(home).says("Exercice clos le 31 décembre 2012")
    follow(director, director.send(f"{home}/exercices/2012-12-31/retirer"))
    assert not director.read(home).says("31 décembre 2012")
    assert director.send(f"{home}/exercices/hier/retirer").status == 404


@pytest.mark.parametrize("slug", ["site", "pieces", "nulle-part"])
def test_only_what_speaks_of_the_organisation_is_given_there(director, home, slug):
    assert director.read(f"{home}/{slug}", 404)


def test_a_siret_of_another_company_is_told_and_not_refused(director, draft):
    sent = director.send(f"{draft}/organisation", {"siret": "356 000 000 00048", "seen": "1"})
    assert sent.status == 302
    assert director.read(f"{draft}/organisation").says("Ce SIRET ne commence pas par le SIREN de votre organisation")


# ── people ──


def test_a_colleague_is_invited_and_the_invitation_withdrawn(platform, director, home):
    invited = {"name": "Noa Modèle", "email": "noa@mistral.example", "role": "contributor"}
    page = follow(director, director.send(f"{home}/invitations", invited))
    assert page.says("Une invitation part à l'adresse noa@mistral.example.")
    assert page.says("Invitations sans réponse")
    with platform.sessions.reading() as session:
        row = session.scalars(sa.select(InvitationRow)).one()
        job = session.scalars(sa.select(MessageRow.job_id)).one()
    assert job in platform.queue.sent
    follow(director, director.send(f"{home}/invitations/{row.id}/retirer"))
    assert not director.read(home).says("Invitations sans réponse")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"role": ""}, "Choisissez un rôle."),
        ({"role": "roi"}, "Choisissez un rôle."),
        ({"role": "director"}, "ne permet pas de donner"),
        ({"email": "noa"}, "adresse électronique"),
        ({"name": ""}, "Indiquez le nom"),
    ],
)
def test_an_invitation_that_cannot_be_sent_keeps_what_was_typed(director, home, changes, said):
    page = director.send(
        f"{home}/invitations", {"name": "Noa M.", "email": "noa@mistral.example", "role": "reviewer"} | changes
    )
    assert page.status == 422 and page.says(said)
    assert "open" in page.soup.find(id="inviter").attrs
    assert page.soup.find("input", id="colleague-name")["value"] == changes.get("name", "Noa M.")


def test_roles_are_given_and_taken_and_a_person_removed(director, home, noa):
    other = noa(Role.REVIEWER)
    address = f"{home}/personnes/{other.person.id}"
    assert follow(director, director.send(f"{address}/roles", {"role": "contributor"})).says("Rôle ajouté")
    assert director.read(home).says("Contribution, Lecture des dépôts")
    assert follow(director, director.send(f"{address}/roles/retirer", {"role": "reviewer"})).says("Rôle retiré")
    assert follow(director, director.send(f"{address}/retirer")).says("ne fait plus partie")
    assert other.get(home).status_code == 404


def test_an_administrator_sees_who_is_who_and_no_answer(director, draft, home, noa):
    director.send(f"{draft}/organisation", {"town": "Avignon", "seen": "1"})
    other = noa(Role.ADMINISTRATOR)
    page = other.read(home)
    assert page.says("Camille Exemple") and page.says("Inviter quelqu'un")
    assert not page.says("Avignon")
    assert other.send(f"{home}/personnes/{other.person.id}/roles", {"role": "reviewer"}).status == 409
    assert other.get(f"{home}/organisation").status_code == 409


def test_who_only_reads_changes_nothing(home, noa):
    other = noa(Role.REVIEWER)
    page = other.read(home)
    assert not page.says("Inviter quelqu'un") and not page.says("Changer")
    assert other.send(f"{home}/situation-financiere", {"insolvency": "non"}).status == 409


def test_the_last_who_may_file_is_told_to_name_somebody(director, draft, home):
    assert director.read(home).says("désignez d'abord quelqu'un")
    assert director.send(f"{home}/quitter").status == 409


def test_leaving_gives_everything_to_who_stays(director, draft, home, noa):
    other = noa(Role.CONTRIBUTOR)
    director.send(f"{home}/personnes/{other.person.id}/roles", {"role": "manager"})
    page = follow(director, director.send(f"{home}/quitter"))
    assert page.says("Vous avez quitté l'organisation.") and page.says("Vous n'avez pas encore de dossier.")
    assert other.read(draft)
    assert director.read("/organisation").says("rattaché à aucune organisation")


def test_a_gerance_opens_the_space_of_the_cooperative(director, home):
    page = follow(director, director.send(f"{home}/cooperative"))
    assert page.says("Direction, Gérance")
    assert not page.says("Ouvrir l'espace de la coopérative")
