"""The cooperative and its ninety firms in a real browser: the director at her desk, a firm on its telephone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from grantapp.services import accounts, demonstration
from grantapp.storage.cooperative import CollectiveRow
from grantapp.storage.database import Sessions, make_engine
from grantapp.storage.files import Files
from grantapp.storage.models import PersonRow
from tests import ninety, sheets
from tests.browser.conftest import NARROW, WIDE, Site, started
from tests.browser.gathering_walk import TOO_WIDE, Firm, invitation_to
from tests.browser.walk import Walker

pytestmark = pytest.mark.browser

EMAIL = "direction@mistral.example"
# The instant from which the services act below, on the same database as the site.
CLOCK = "2022-03-15T10:01"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without anybody, on a day when the call is open; its mail stays in its maildir."""
    with started(tmp_path_factory.mktemp("cooperative"), "--vierge", GRANTAPP_CLOCK=CLOCK) as running:
        yield running


def test_ninety_firms_are_invited_in_one_click_and_one_accepts_on_its_telephone(visit: Any, blank: Site):
    walker, _, complaints = visit(scripts=True, viewport=WIDE, name="direction", at=blank)
    board = invite_ninety(walker)
    season = season_of(blank)
    firm = season.firms()[0]
    phone, _, more_complaints = visit(scripts=True, viewport=NARROW, name="telephone", at=blank)
    member = Firm(phone)
    member.accept(invitation_to(blank.home / "var", firm.email))
    member.see("liste")
    assert not member.faults
    walker.open(board)
    assert counts(walker) == {"toutes": 90, "invitée, sans réponse": 89, "dossier en cours": 1}
    assert not complaints + more_complaints


def invite_ninety(walker: Walker) -> str:
    """From her sign-up to ninety invitations: the address of the board."""
    page = walker.page
    walker.sign_up(EMAIL, demonstration.COOPERATIVE, demonstration.siren(100))
    page.get_by_role("link", name="Mon organisation").click()
    look(walker, "organisation")
    walker.press("Ouvrir l'espace de la coopérative")
    page.get_by_role("link", name="Mes adhérentes").click()
    look(walker, "adherentes-vide")
    page.get_by_role("button", name="Importer depuis un tableur").click()
    page.get_by_label("Votre fichier").set_input_files(
        {
            "name": "adherentes.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": sheets.xlsx(sheets.ninety_and_five()),
        }
    )
    walker.press("Voir ce qu'il contient")
    look(walker, "import")
    assert counts(walker) == {"à ajouter": 90, "à corriger": 5}
    reasons = page.get_by_role("table", name="Les lignes à corriger").locator("tbody .ga-firms__why").all_inner_texts()
    assert len(reasons) == 5 and all(reason.strip() for reason in reasons)
    page.get_by_role("button", name=re.compile("Importer 90")).click()
    assert "90 entreprises ajoutées" in said(walker)
    look(walker, "import-fait")
    page.get_by_role("link", name="Mes adhérentes").first.click()
    look(walker, "adherentes")
    page.get_by_role("button", name=re.compile("Commencer un dossier collectif.*Reconversion")).click()
    page.get_by_role("button", name="Choisir les entreprises").click()
    look(walker, "choisir")
    page.get_by_role("button", name=re.compile("Choisir les 90 entreprises")).click()
    page.get_by_role("button", name=re.compile("Inviter 90 entreprises")).click()
    assert "90 invitations partent" in said(walker)
    look(walker, "tableau-invitees")
    assert counts(walker) == {"toutes": 90, "invitée, sans réponse": 90}
    return "/" + page.url.split("#")[0].split("/", 3)[3]


def season_of(site: Site) -> ninety.Season:
    """The same cooperative, through the services, on the database of the site."""
    home = site.home / "var"
    season = ninety.Season(Sessions(make_engine(f"sqlite:///{home}/grantapp.db")), Files.at(f"file://{home}/files"))
    with season.sessions.reading() as session:
        row = session.scalars(sa.select(PersonRow).where(PersonRow.email == EMAIL)).one()
        director = accounts.find_person(session, row.id, row.epoch)
        assert director is not None
        season.director = director
        season.reference = session.scalars(sa.select(CollectiveRow.reference)).one()
    return season


def look(walker: Walker, what: str) -> None:
    walker.page.wait_for_load_state()
    walker.look(what)
    assert walker.page.evaluate(TOO_WIDE) <= 0, what


def said(walker: Walker) -> str:
    return plain(walker.page.locator(".ga-flash").inner_text())


def counts(walker: Walker) -> dict[str, int]:
    lines = [plain(each).split(maxsplit=1) for each in walker.page.locator("main .ga-counts li").all_inner_texts()]
    return {words: int(number) for number, words in lines if number != "0"}


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u2019", "'").replace("\u00ad", "")).strip()
