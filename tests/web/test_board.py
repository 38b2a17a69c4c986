"""The director's board, in the browser: choose, invite, look for somebody, ask, note, download."""

import io
from typing import Any

import pytest
import sqlalchemy as sa

from grantapp.domain.people import Person
from grantapp.services import accounts, depositing
from grantapp.storage.models import MessageRow
from tests import makers, roll, sheets
from tests.web.conftest import NOW, PASSWORD

LIST = "/cooperative/adherentes"


@pytest.fixture
def board(cooperative: Any) -> str:
    """The address of a collective dossier of the director's, with twelve firms in the list and none chosen."""
    content = sheets.comma([sheets.HEADINGS, *sheets.firms(12)])
    cooperative.send(f"{LIST}/importer", {"file": (io.BytesIO(content), "liste.csv")})
    cooperative.send(f"{LIST}/importer/confirmer")
    return str(cooperative.send("/collectifs", {"edition": "ademe_2022"}).response.headers["Location"])


@pytest.fixture
def chosen(cooperative: Any, board: str) -> str:
    cooperative.send(f"{board}/choisir", {"toutes": "1"})
    return board


@pytest.fixture
def filed(platform, cooperative: Any, chosen: str) -> tuple[str, Person]:
    """The board once the first firm has filed, and the firm's manager."""
    cooperative.send(f"{chosen}/inviter")
    with platform.sessions.reading() as session:
        director = accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)
    assert director is not None
    with platform.sessions.reading() as session:
        first = roll.ids(session, director)[0]
    reference = chosen.rsplit("/", 1)[-1]
    manager = roll.accept(platform.sessions, reference, director, first)
    dossier = roll.part_of(platform.sessions, first).dossier
    assert dossier is not None
    makers.fill_all(platform.sessions, platform.files, dossier.reference, manager)
    with platform.sessions.writing() as session:
        depositing.deposit(session, dossier.reference, address=makers.ADDRESS, now=NOW, by=manager)
    return chosen, manager


def messages(platform, kind: str) -> int:
    with platform.sessions.reading() as session:
        counted = sa.select(sa.func.count()).select_from(MessageRow).where(MessageRow.kind == kind)
        return session.scalar(counted) or 0


def test_from_the_list_to_the_invitations(platform, cooperative: Any, board: str):
    assert cooperative.read(board).says("Choisissez d'abord les entreprises")
    page = cooperative.read(f"{board}/choisir")
    ticked = [each["value"] for each in page.soup.find_all("input", attrs={"name": "firm"})][:2]
    cooperative.send(f"{board}/choisir", {"firm": ticked})
    assert cooperative.read(board).says("2 entreprises choisies")
    cooperative.send(f"{board}/choisir", {"toutes": "1"})
    assert cooperative.read(board).says("Inviter 12 entreprises")
    cooperative.send(f"{board}/inviter")
    assert cooperative.read(board).says("12 invitations partent.")
    cooperative.send(f"{board}/inviter")
    assert cooperative.read(board).says("une entreprise n'en reçoit pas deux le même jour")
    assert messages(platform, "invitation") == 12
    assert len(platform.queue.sent) >= 12


def test_the_same_board_is_found_again(cooperative: Any, board: str):
    again = cooperative.send("/collectifs", {"edition": "ademe_2022"}).response.headers["Location"]
    assert again == board
    assert cooperative.read(LIST).soup.find("a", href=board)


def test_nobody_ticked_is_said(cooperative: Any, board: str):
    cooperative.send(f"{board}/choisir")
    assert cooperative.read(board).says("Cochez au moins une entreprise")


def test_counts_add_up_and_lead_to_their_firms(cooperative: Any, filed: tuple[str, Person]):
    board, _ = filed
    page = cooperative.read(board)
    every, *counts = [int(each.strong.get_text()) for each in page.soup.select(".ga-counts li")]
    assert every == 12 == sum(counts)
    links = [each.a["href"] for each in page.soup.select(".ga-counts li")][1:]
    shown = [len(cooperative.read(link.split("#")[0]).soup.select(".ga-board tbody tr")) for link in links]
    assert shown == counts


def test_a_firm_is_looked_for_by_its_name(cooperative: Any, chosen: str):
    assert len(cooperative.read(f"{chosen}?q=plomberie").soup.select(".ga-board tbody tr")) == 2
    assert cooperative.read(f"{chosen}?q=introuvable").says("Aucune entreprise ne répond")
    assert cooperative.read(f"{chosen}?etape=nimporte").says("Aucune entreprise")


def test_a_firm_never_invited_can_be_taken_out(cooperative: Any, chosen: str):
    form = cooperative.read(chosen).soup.select_one('form[action$="/retirer"]')
    cooperative.send(form["action"])
    assert cooperative.read(chosen).says("11 entreprises choisies")


def test_a_correction_is_asked_and_shown(platform, cooperative: Any, filed: tuple[str, Person]):
    board, _ = filed
    link = cooperative.read(board).soup.select_one('a[href$="/correction"]')["href"]
    assert cooperative.send(link, {"text": " "}).says("Dites ce que l'entreprise doit corriger")
    cooperative.send(link, {"text": "Le plan de masse manque."})
    page = cooperative.read(board)
    assert page.says("Correction demandée") and page.says("Le plan de masse manque.")
    assert messages(platform, "correction") == 1


def test_a_decision_is_noted_and_told(platform, cooperative: Any, filed: tuple[str, Person]):
    board, _ = filed
    where = f"{board}/decision"
    assert cooperative.send(where, {"decided_on": "14/03/2022"}).says("Choisissez la décision")
    page = cooperative.send(where, {"decision": "accepted", "decided_on": "31/02/2022", "note": "Bravo"})
    assert page.status == 422 and page.says("n'existe pas")
    assert cooperative.send(where, {"decision": "accepted", "decided_on": "16/03/2022"}).says("demain")
    assert messages(platform, "decision") == 0
    cooperative.send(where, {"decision": "partly", "decided_on": "14/03/2022", "note": "Sous réserve."})
    assert cooperative.read(board).says("Décision : acceptée en partie")
    assert messages(platform, "decision") == 1


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_board_is_downloaded(cooperative: Any, chosen: str, form: str):
    given = cooperative.get(f"{chosen}/suivi.{form}")
    assert given.status_code == 200 and len(given.data) > 500
    assert f".{form}" in given.headers["Content-Disposition"]


def test_a_stranger_finds_nothing(stranger: Any, chosen: str, cooperative: Any):
    for path in ("", "/choisir", "/suivi.csv"):
        assert stranger.read(f"{chosen}{path}", 404).status == 404
    for path in ("/inviter", "/relancer", "/decision"):
        assert stranger.send(f"{chosen}{path}", {"decision": "accepted", "decided_on": "14/03/2022"}).status == 404


def test_a_link_to_a_firm_that_is_not_one_is_not_found(cooperative: Any, chosen: str):
    assert cooperative.send(f"{chosen}/inviter", {"firm": "n'importe"}).status == 404
