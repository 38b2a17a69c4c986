"""The page of the assembly: one button, a progress that needs no script, and a file for those who agreed."""

from datetime import timedelta
from typing import Any

import pytest

from grantapp.app import Platform
from grantapp.services import accounts
from grantapp.services.jobs import Long
from grantapp.storage.models import ProgressRow
from tests import makers
from tests.gathered import Gathered
from tests.services.test_assembling import handler
from tests.web.conftest import NOW, PASSWORD, Hand


@pytest.fixture
def gathered(platform: Platform, director: Any) -> Gathered:
    with platform.sessions.reading() as session:
        camille = accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)
    return Gathered(platform.sessions, platform.files, makers.make_director(platform.sessions, camille)).begin()


@pytest.fixture
def here(gathered: Gathered) -> str:
    gathered.file(1)
    gathered.choose(2)
    return f"/collectifs/{gathered.reference}/assemblage"


def firm(app: Any, place: int = 1) -> Any:
    client = app.test_client()
    client.send("/connexion", {"email": f"firme{place}@x.example", "password": PASSWORD})
    return client


def test_the_direction_sees_what_would_be_frozen_and_what_is_not_certain(director, here: str):
    page = director.read(here)
    assert "Aucune source lue ne dit que cet appel reçoit un dossier collectif" in page.text
    assert "1 entreprise reprise sur 2" in " ".join(page.soup.get_text().split())
    assert "Invitée, sans réponse" in page.text
    assert page.soup.find("button", string="Assembler la version\u00a01") or "Assembler la version" in page.text


def test_it_is_assembled_by_the_button_and_waited_for_without_a_script(
    director, here: str, gathered: Gathered, platform: Platform
):
    answer = director.send(here, {"number": "1"})
    assert answer.status == 303
    page = director.read(here)
    assert page.response.headers["Refresh"] == "3"
    assert "En attente de son tour" in page.text
    (job,) = platform.queue.sent

    def part_way(args, now, progress):
        progress(0, 2)

    gathered.work_once(job, Long(part_way))
    assert "0 dossier sur 1 prêt" in " ".join(director.read(here).soup.get_text().split())
    assert director.read(here).soup.find("progress")["max"] == "2"
    gathered.work(job, handler(gathered))
    page = director.read(here)
    assert "Refresh" not in page.response.headers
    link = page.soup.find("a", href=f"{here}/v1.pdf")
    assert director.get(link["href"]).data == gathered.pdf()
    with platform.sessions.reading() as session:
        assert session.get_one(ProgressRow, job).done == 1


def test_a_page_that_waited_long_stops_looking_again(director, here: str, clock: Hand):
    director.send(here, {"number": "1"})
    clock.at = NOW + timedelta(minutes=16)
    assert "Refresh" not in director.read(here).response.headers


def test_nothing_new_is_said_and_costs_nothing(director, here: str, platform: Platform):
    for _ in range(2):
        assert director.send(here, {"number": "1"}).status == 303
    assert len(platform.queue.sent) == 1
    assert "Rien n’a changé depuis la version" in director.read(here).text


def test_a_member_that_files_again_is_told_at_once(director, here: str, gathered: Gathered, clock: Hand):
    director.send(here, {"number": "1"})
    clock.at = NOW + timedelta(days=1)
    gathered.refile(1, now=clock.at)
    page = director.read(here)
    assert "entreprise a déposé de nouveau" in page.text
    assert "Entreprise inventée 01" in page.text


def test_a_firm_that_agreed_reads_the_versions_and_assembles_nothing(app, director, here: str, gathered: Gathered):
    director.send(here, {"number": "1"})
    member = firm(app)
    page = member.read(here)
    assert page.status == 200
    assert "Assembler la version" not in page.text
    assert member.send(here, {"number": "2"}).status == 303
    assert len(gathered.overview().versions) == 1


def test_who_did_not_agree_and_who_is_a_stranger_find_the_same_nothing(
    app, director, stranger, here: str, gathered: Gathered
):
    director.send(here, {"number": "1"})
    gathered.change(1, agreed_at=None, agreed_by_id=None)
    for client in (stranger, firm(app)):
        assert client.get(here).status_code == 404
        assert client.get(f"{here}/v1.pdf").status_code == 404
        assert client.send(here, {"number": "2"}).status == 404
        assert client.send(f"{here}/v1").status == 404
