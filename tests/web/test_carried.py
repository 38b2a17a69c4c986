"""A dossier of an edition that carries over another says so at the top of each of its pages."""

from datetime import UTC, datetime

import pytest

from grantapp.editions import get_edition
from tests.web.reader import plain

CARRIED = get_edition("fonds_vert_2026")


@pytest.fixture
def dossier(director, clock):
    clock.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    return director.send("/dossiers", {"edition": CARRIED.id}).response.headers["Location"]


@pytest.mark.parametrize("page", ["", "/operation", "/accords", "/pieces", "/manques", "/verification"])
def test_each_page_of_the_dossier_says_that_nothing_is_confirmed(director, dossier, page):
    main = plain(director.read(dossier.rstrip("/") + page).soup.main.get_text(" ", strip=True))
    assert main.startswith(plain(CARRIED.texts["carried"]))


def test_the_operation_asks_only_what_the_fund_looks_at(director, dossier):
    page = director.read(f"{dossier}/operation")
    assert page.says("Le projet prévoit-il de démolir un bâtiment")
    assert not page.says("Avez-vous d’abord demandé l’aide de l’ADEME")


def test_a_dossier_of_an_edition_that_was_read_says_nothing_of_it(director, draft):
    assert not director.read(draft).says("rien ne les confirme")
