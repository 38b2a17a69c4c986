"""The cooperative and its ninety firms in a real browser: the director at her desk, a firm on its telephone."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa

from grantapp.services import accounts, demonstration
from grantapp.storage.cooperative import CollectiveRow
from grantapp.storage.database import Sessions, make_engine
from grantapp.storage.files import Files
from grantapp.storage.models import PersonRow
from tests import ninety, sheets
from tests.browser.conftest import NARROW, WIDE, Site, started
from tests.browser.gathering_walk import TOO_WIDE, Firm, invitation_to, mails_of
from tests.browser.walk import Walker
from tests.makers import NOW

pytestmark = pytest.mark.browser

EMAIL = "direction@mistral.example"
# The instant from which the services act below, on the same database as the site.
CLOCK = "2022-03-15T10:01"
ALSO_FILE, DRAFTS, REFUSE = 4, 2, 2
TAKEN_IN = 1 + ALSO_FILE
# What a firm meets between its mail and its receipt. Neither number rises but on purpose: each counts ninety times.
SCREENS = [
    "invitation",
    "liste",
    "organisation",
    "taille",
    "situation-financiere",
    "aides-publiques",
    "responsabilite",
    "calendrier",
    "depenses",
    "financement",
    "pieces",
    "declarations",
    "verification",
    "depot",
    "recepisse",
]
QUESTIONS = 27


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without anybody, on a day when the call is open; its mail stays in its maildir."""
    with started(tmp_path_factory.mktemp("cooperative"), "--vierge", GRANTAPP_CLOCK=CLOCK) as running:
        yield running


def test_ninety_firms_from_a_spreadsheet_to_one_pdf(visit: Any, blank: Site, tmp_path: Path):
    walker, _, complaints = visit(scripts=True, viewport=WIDE, name="direction", at=blank)
    board = invite_ninety(walker)
    season = season_of(blank)
    season.share()
    firms = season.firms()

    phone, _, more_complaints = visit(scripts=True, viewport=NARROW, name="telephone", at=blank)
    firm = Firm(phone, ninety.project_of(0, firms[0]))
    firm.accept(invitation_to(blank.home / "var", firms[0].email))
    firm.go_to_the_filing()
    tell(firm)
    assert not firm.faults
    assert (firm.screens, len(firm.questions)) == (SCREENS, QUESTIONS)

    for place in range(1, 1 + ALSO_FILE + DRAFTS):
        season.accept(place, firms[place])
        season.fill(place, firms[place])
        if place <= ALSO_FILE:
            season.file(place)
    for each in firms[1 + ALSO_FILE + DRAFTS :][:REFUSE]:
        season.refuse(each, "Pas de projet cette année.")

    walker.open(board)
    walker.look("tableau-apres-reponses")
    silent = len(firms) - TAKEN_IN - DRAFTS - REFUSE
    assert counts(walker) == {
        "toutes": 90,
        "invitée, sans réponse": silent,
        "a refusé": REFUSE,
        "dossier en cours": DRAFTS,
        "dossier déposé": TAKEN_IN,
    }
    content, progress = assemble(walker, tmp_path)
    assert progress, "no progress was ever seen"
    check_pdf(content, [each.name for each in firms])
    assert sum(each.email in to for to in mails_of(blank.home / "var") for each in firms) == 90
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


def assemble(walker: Walker, folder: Path) -> tuple[bytes, list[str]]:
    """Assembled in the background while she looks: the PDF, and how far it was said to be meanwhile."""
    page = walker.page
    page.get_by_role("link", name="Assembler").click()
    look(walker, "assembler")
    page.get_by_role("button", name=re.compile("Assembler la version 1")).click()
    progress: list[str] = []
    ready = page.locator("main a[href$='/assemblage/v1.pdf']")
    for _ in range(200):
        told = plain(page.locator("main").inner_text())
        if (found := re.search(rf"\d+ dossiers? sur {TAKEN_IN}", told)) and found[0] not in progress:
            progress.append(found[0])
            look(walker, f"avancement-{len(progress)}")
        if ready.count():
            break
        page.wait_for_timeout(1000)
        walker.open("/" + page.url.split("/", 3)[3])
    look(walker, "assemble")
    with page.expect_download() as begun:
        ready.first.click()
    begun.value.save_as(folder / "collectif.pdf")
    return (folder / "collectif.pdf").read_bytes(), progress


def check_pdf(content: bytes, names: list[str]) -> None:
    """It names every firm, and carries the whole dossier of each that is taken in."""
    assert content.startswith(b"%PDF-")
    document = pypdfium2.PdfDocument(content)
    text = plain(" ".join(page.get_textpage().get_text_range() for page in document))
    assert not [name for name in names if plain(name) not in text]
    attached = [document.get_attachment(number) for number in range(document.count_attachments())]
    dossiers = [each for each in attached if each.get_name().endswith(".pdf")]
    assert len(dossiers) == TAKEN_IN, [each.get_name() for each in attached]
    assert all(bytes(each.get_data()).startswith(b"%PDF-") for each in dossiers)


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
    season.now = NOW + timedelta(hours=1)  # after the director has invited
    return season


def tell(firm: Firm) -> None:
    """For who runs `./run browser -s`: what a firm meets."""
    print(f"\n{len(firm.screens)} screens: {', '.join(firm.screens)}")
    print(f"{len(firm.questions)} questions to answer:")
    for slug, words in firm.questions:
        print(f"  {slug}: {words}")


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
