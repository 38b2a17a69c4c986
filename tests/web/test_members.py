"""« Mes adhérentes »: the director sends a list, sees each line, takes the good ones, corrects the others."""

import io
from typing import Any

import pytest

from grantapp.domain.people import Role
from grantapp.services import accounts
from grantapp.storage.models import MembershipRow
from tests import sheets
from tests.makers import make_siren
from tests.web.conftest import NOW, PASSWORD

ALL = "/cooperative/adherentes"


def send(client: Any, content: bytes, name: str = "liste.xlsx") -> Any:
    client.send(f"{ALL}/importer", {"file": (io.BytesIO(content), name)})
    return client.read(f"{ALL}/importer/apercu")


@pytest.mark.parametrize("form", sheets.FORMS)
def test_each_faulty_line_is_shown_with_what_to_do_and_nothing_is_written_yet(cooperative: Any, form: str):
    page = send(cooperative, sheets.FORMS[form](sheets.ninety_and_five()), f"liste.{form}")
    assert page.says("90 à ajouter") and page.says("5 à corriger") and page.says("Rien n'est encore enregistré")
    assert page.says("Le nom de l'entreprise manque") and page.says("celui de votre coopérative")
    assert cooperative.read(ALL).says("est vide")


def test_the_good_lines_are_taken_and_the_faulty_ones_can_be_had(cooperative: Any):
    send(cooperative, sheets.xlsx(sheets.ninety_and_five()))
    cooperative.send(f"{ALL}/importer/confirmer")
    after = cooperative.read(f"{ALL}/importer/apercu")
    assert after.says("90 entreprises ajoutées. Il reste 5 lignes à corriger.")
    assert after.says("90 déjà à jour")
    assert cooperative.read(ALL).says("90 entreprises dans la liste")
    given = cooperative.get(f"{ALL}/importer/a-corriger.xlsx")
    assert given.headers["Content-Disposition"].endswith("adherentes-a-corriger.xlsx")
    assert send(cooperative, given.data).says("4 à corriger")


def test_a_list_without_fault_leads_back_to_the_firms(cooperative: Any):
    send(cooperative, sheets.comma([sheets.HEADINGS, *sheets.firms(3)]))
    done = cooperative.send(f"{ALL}/importer/confirmer")
    assert done.response.headers["Location"] == ALL
    assert cooperative.read(ALL).says("3 entreprises ajoutées.")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 rien", b"\xd0\xcf\x11\xe0 vieux"])
def test_a_file_that_cannot_be_read_is_a_sentence(cooperative: Any, content: bytes):
    cooperative.send(f"{ALL}/importer", {"file": (io.BytesIO(content), "liste.xlsx")})
    assert cooperative.read(f"{ALL}/importer").says("« liste.xlsx »")


def test_a_file_without_headings_says_what_it_lacks(cooperative: Any):
    assert send(cooperative, sheets.comma([("a", "b"), ("c", "d")])).says("Nous ne trouvons pas les colonnes")


def test_the_template_can_be_had_and_sent_empty(cooperative: Any):
    given = cooperative.get(f"{ALL}/modele.xlsx")
    assert send(cooperative, given.data).says("aucune entreprise")


def typed(**changes: str) -> dict[str, str]:
    usual = {"name": "Plomberie", "siren": make_siren(2000), "town": "Apt", "contact": "", "email": "a@b.example"}
    return usual | changes


def test_a_firm_is_added_by_hand_and_a_fault_loses_nothing(cooperative: Any):
    page = cooperative.send(f"{ALL}/ajouter", typed(siren="12", town="L'Isle"))
    assert page.status == 422 and page.says("a 2 chiffres")
    assert page.value_of("Commune") == "L'Isle"
    cooperative.send(f"{ALL}/ajouter", typed())
    assert cooperative.read(ALL).says("« Plomberie » est dans votre liste.")
    assert cooperative.send(f"{ALL}/ajouter", typed(name="Autre")).says("est déjà dans votre liste")


def address_of(client: Any) -> str:
    (found,) = [each["href"] for each in client.read(ALL).soup.select("table a")]
    return str(found)


def test_a_line_is_corrected_then_removed(cooperative: Any):
    cooperative.send(f"{ALL}/ajouter", typed())
    where = address_of(cooperative)
    assert cooperative.read(where).value_of("Entreprise") == "Plomberie"
    cooperative.send(where, typed(name="Plomberie nouvelle", siren=make_siren(2001)))
    assert cooperative.read(ALL).says("Plomberie nouvelle")
    cooperative.send(f"{where}/retirer")
    assert cooperative.read(ALL).says("est vide")


def test_another_cooperative_s_lines_do_not_exist(cooperative: Any, platform, stranger: Any):
    cooperative.send(f"{ALL}/ajouter", typed())
    where = address_of(cooperative)
    with platform.sessions.writing() as session:
        by = accounts.sign_in(session, email="sacha@plomberie.example", password=PASSWORD)
        organisation = by.memberships[0].organisation_id
        session.add(MembershipRow(person_id=by.id, organisation_id=organisation, role=Role.DIRECTOR, created_at=NOW))
        session.commit()
    assert stranger.read(ALL).says("est vide")
    for page in (stranger.read(where, 404), stranger.send(where, typed()), stranger.send(f"{where}/retirer")):
        assert page.status == 404
    assert cooperative.read(ALL).says("Plomberie")


def test_who_directs_no_cooperative_is_told_so(stranger: Any):
    page = stranger.read(ALL, 409)
    assert page.status == 409 and page.says("Seule la direction de la coopérative")
