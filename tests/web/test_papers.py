"""Papers as a person meets them: a button, a page that waits by itself, a download; and nothing starts by reading."""

from datetime import timedelta

import pytest

from grantapp.config import real_clock
from grantapp.services import demonstration, jobs, papers, printing
from grantapp.storage.models import DocumentKind, PrintoutKind
from tests.makers import seal_key


@pytest.fixture
def filed(director, fill) -> str:
    draft = fill(demonstration.project(), declared=True)
    director.send(f"{draft}/depot")
    return draft


@pytest.fixture
def work(platform):
    """What the worker does with all that was sent, with makers that are quick; or that fail."""

    def done(fails: bool = False) -> None:
        def make(_: object) -> bytes:
            if fails:
                raise RuntimeError
            return b"%PDF-1.7 fait"

        handlers = {
            papers.PRINT: printing.handler(
                platform.sessions, platform.files, seal_key(), dict.fromkeys(DocumentKind, make)
            ),
            papers.PRINTOUT: printing.printout_handler(
                platform.sessions, platform.files, dict.fromkeys(PrintoutKind, make)
            ),
        }
        for job in platform.queue.sent:
            for _ in range(5 if fails else 1):
                jobs.run(platform.sessions, job, handlers, clock=real_clock)

    return done


def places(address: str) -> dict[str, str]:
    return {
        "filed": f"{address}/v1/fiche-d-instruction",
        "draft": f"{address}/dossier-preparatoire",
        "public": "/appels/ademe-2022/formulaire",
    }


@pytest.fixture(params=["filed", "draft", "public"])
def place(request, director, fill) -> str:
    """The page of a paper that nobody has asked for."""
    draft = fill(demonstration.project(), declared=True)
    if request.param == "filed":
        director.send(f"{draft}/depot")
    return places(draft)[request.param]


def test_a_paper_is_asked_for_by_a_button_waited_for_and_downloaded(director, platform, work, place):
    before = len(platform.queue.sent)
    page = director.read(place)
    assert "Refresh" not in page.response.headers
    button = page.soup.main.find("form")
    assert (button["method"], button["action"]) == ("post", place)
    assert director.get(f"{place}.pdf").headers["Location"] == place
    asked = director.send(place)
    assert (asked.status, asked.response.headers["Location"]) == (303, place)
    waiting = director.read(place)
    assert waiting.response.headers["Refresh"] == "2"
    assert waiting.says("En préparation") and waiting.says("En attente de son tour")
    assert waiting.soup.main.find(attrs={"role": "status"})
    director.send(place)
    assert len(platform.queue.sent) == before + 1
    work()
    ready = director.read(place)
    assert "Refresh" not in ready.response.headers
    link = ready.soup.main.find("a", attrs={"download": True})
    assert link["href"] == f"{place}.pdf" and "PDF, 13" in link.get_text()
    response = director.get(f"{place}.pdf")
    assert response.data == b"%PDF-1.7 fait"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_paper_that_could_not_be_made_says_so_and_may_be_asked_again(director, platform, work, clock, place):
    director.send(place)
    work(fails=True)
    page = director.read(place)
    assert "Refresh" not in page.response.headers
    assert page.says("n'a pas pu être préparé")
    if place.startswith("/appels"):
        assert page.says("réessayer à partir du 15 mars 2022 à 10 h 10")
        assert page.soup.main.find("form") is None
        clock.at += timedelta(minutes=10)
        page = director.read(place)
    assert page.soup.main.find("button").get_text(strip=True) == "Réessayer"
    director.send(place)
    work()
    assert director.get(f"{place}.pdf").data == b"%PDF-1.7 fait"


@pytest.mark.parametrize(("waited", "again"), [(0, "2"), (19, "2"), (20, "5"), (179, "5"), (180, None)])
def test_the_longer_the_wait_the_rarer_the_looks(director, clock, place, waited, again):
    director.send(place)
    clock.at += timedelta(seconds=waited)
    page = director.read(place)
    assert page.response.headers.get("Refresh") == again
    assert page.says("se met à jour d'elle-même") == (again is not None)
    assert page.soup.find("a", href=place, string="Regarder maintenant")


def test_the_receipt_offers_every_paper_with_what_it_is_for(director, filed, work):
    page = director.read(f"{filed}/recepisse")
    listed = page.soup.find("ul", class_="ga-papers").find_all("li", recursive=False)
    assert len(listed) == len(papers.SORTS)
    for kind, item in zip(papers.SORTS, listed, strict=True):
        assert papers.SORTS[kind].title in item.get_text() and papers.SORTS[kind].purpose in item.get_text()
    work()
    page = director.read(f"{filed}/recepisse")
    link = page.soup.find("a", href=f"{filed}/v1/accuse-d-enregistrement.pdf")
    assert director.get(link["href"]).data == b"%PDF-1.7 fait"


def test_a_stale_preparatory_dossier_is_offered_again_but_not_taken_away(director, draft, work):
    place = f"{draft}/dossier-preparatoire"
    director.send(place)
    work()
    director.send(f"{draft}/site", {"seen": "0", "name": "Ancienne verrerie"})
    page = director.read(place)
    assert page.says("le brouillon ou le jour ont changé")
    assert page.soup.main.find("button").get_text(strip=True).startswith("Refaire")
    assert page.soup.main.find("a", href=f"{place}.pdf")


def test_the_overview_of_a_draft_leads_to_its_preparatory_dossier_and_that_of_a_filed_one_does_not(director, filed):
    assert director.read(filed).soup.find("a", href=f"{filed}/dossier-preparatoire") is None
    other = director.send("/dossiers", {"edition": "ademe_2022", "another": "1"}).response.headers["Location"]
    assert director.read(other).soup.find("a", href=f"{other}/dossier-preparatoire")


def test_asking_for_the_preparatory_dossier_of_a_filed_one_is_refused_with_what_to_do(director, filed):
    page = director.send(f"{filed}/dossier-preparatoire")
    assert page.status == 409 and page.says("récépissé")
    assert director.read(f"{filed}/dossier-preparatoire").says("Ce dossier est déposé")


def test_the_blank_form_is_reached_without_an_account(anonymous, work):
    for address in ("/", "/appels/ademe-2022"):
        assert anonymous.read(address).soup.find("a", href="/appels/ademe-2022/formulaire"), address
    anonymous.send("/appels/ademe-2022/formulaire")
    work()
    assert anonymous.get("/appels/ademe-2022/formulaire.pdf").data == b"%PDF-1.7 fait"


@pytest.mark.parametrize("tail", ["", ".pdf"])
def test_the_form_of_an_unknown_edition_is_not_found(anonymous, tail):
    assert anonymous.get(f"/appels/ademe-1999/formulaire{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["inconnu", "inconnu.pdf", "formulaire.pdf", "fiche-d-instruction.exe"])
def test_an_unknown_paper_is_not_found(director, filed, tail):
    assert director.get(f"{filed}/v1/{tail}").status_code == 404
