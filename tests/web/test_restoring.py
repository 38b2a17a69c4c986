"""« Reprendre un dossier depuis un fichier », from the list of dossiers to the draft."""

import io
import json

import pytest

from grantapp.domain.deposit import freeze
from grantapp.domain.judgement import judge
from grantapp.domain.project_file import dump
from grantapp.editions import get_edition
from grantapp.services import demonstration
from tests.carrying import DATA, pdf_with
from tests.makers import EDITION, NOW


def canonical() -> bytes:
    project = demonstration.project()
    return freeze(
        edition=get_edition(EDITION),
        project=project,
        judgement=judge(get_edition(EDITION), project, NOW),
        reference="A22-0042",
        number=2,
        by="Camille",
        at=NOW,
    ).canonical


PLAN = demonstration.PAPERS[0]
PDF = pdf_with({DATA: canonical(), "plan.pdf": demonstration.paper(PLAN.title)})


def send(client, content: bytes, name: str):
    sent = {"file": (io.BytesIO(content), name)}
    return client.send("/dossiers/reprendre", sent, content_type="multipart/form-data")


def test_a_pdf_becomes_a_draft_and_the_pieces_come_with_it(director, draft):
    link = director.read("/dossiers").soup.find("a", href="/dossiers/reprendre")
    assert link is not None
    assert director.read(link["href"]).says("Rien n'est écrasé")
    assert send(director, PDF, "A22-0042-v2.pdf").response.headers["Location"] == "/dossiers/reprendre/contenu"
    page = director.read("/dossiers/reprendre/contenu")
    for words in ("A22-0042-v2.pdf", "A22-0042, version 2", demonstration.project().request.title, PLAN.name):
        assert page.says(words)
    assert page.says("à joindre de nouveau"), "the other pieces are not in this PDF"
    made = director.send("/dossiers/reprendre/creer", {"edition": EDITION})
    address = made.response.headers["Location"]
    assert address != draft
    overview = director.read(address)
    assert overview.says("repris dans un nouveau brouillon") and overview.says("Brouillon — non déposé")
    assert director.read(f"{address}/pieces").says(PLAN.name)
    assert director.read(f"{address}/site").value_of("Nom du site") == demonstration.project().site.name
    assert director.get("/dossiers/reprendre/contenu").status_code == 302, "the file does not wait any more"


@pytest.mark.parametrize(
    ("content", "name"),
    [(canonical(), "dossier.json"), (json.dumps(dump(demonstration.project(), EDITION)).encode(), "projet.json")],
)
def test_a_json_file_becomes_a_draft_too(director, content, name):
    send(director, content, name)
    assert director.read("/dossiers/reprendre/contenu").says(name)
    address = director.send("/dossiers/reprendre/creer", {"edition": EDITION}).response.headers["Location"]
    assert director.read(address).says(demonstration.project().request.title)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"{", "projet.json", "JSON valide"),
        (pdf_with({}), "scan.pdf", "ne contient pas de dossier"),
        (pdf_with({DATA: b"{}"}, password="x"), "clos.pdf", "mot de passe"),
        (b"\x89PNG\r\n\x1a\n", "photo.png", "UTF-8"),
    ],
)
def test_what_cannot_be_taken_up_again_says_why_and_asks_for_another(director, content, name, words):
    send(director, content, name)
    page = director.read("/dossiers/reprendre/contenu")
    assert page.says("ne peut pas être repris") and page.says(words) and page.says(name)
    assert page.soup.find("input", attrs={"type": "file"})


def test_faults_are_named_by_their_path(director):
    written = dump(demonstration.project(), EDITION)
    written["site"]["area_m2"] = "beaucoup"
    send(director, json.dumps(written).encode(), "projet.json")
    page = director.read("/dossiers/reprendre/contenu")
    assert page.says("Ce qui n'a pas été compris (1)") and page.says("site.area_m2")


def test_what_a_file_says_is_escaped(director):
    written = dump(demonstration.project().with_answers({"request.title": "<img src=x> « a » ?"}), EDITION)
    send(director, json.dumps(written | {"edition": "<b>"}).encode(), "<i>.json")
    page = director.read("/dossiers/reprendre/contenu")
    assert page.says("<img src=x>") and not page.soup.find(["img", "b", "i"])


def test_without_a_file_one_is_asked_for(director):
    director.send("/dossiers/reprendre")
    assert director.read("/dossiers/reprendre").says("Choisissez d'abord un fichier")
    director.send("/dossiers/reprendre/creer", {"edition": EDITION})
    assert director.read("/dossiers/reprendre").says("envoyez-le de nouveau")


def test_when_no_call_is_open_nothing_is_offered(director, clock):
    clock.at = clock.at.replace(year=2030)
    send(director, canonical(), "dossier.json")
    page = director.read("/dossiers/reprendre/contenu")
    assert page.says("Aucun appel n'est ouvert aujourd'hui")
    assert not page.soup.find("form", attrs={"action": "/dossiers/reprendre/creer"})


def test_the_schemas_are_public(anonymous):
    for name, title in (("dossier-4", "Dossier grantapp, format 4"), ("projet-1", "Projet grantapp")):
        response = anonymous.get(f"/schemas/{name}.json")
        assert response.mimetype == "application/schema+json"
        assert json.loads(response.data)["title"] == title
    assert anonymous.get("/schemas/dossier-9.json").status_code == 404
    links = {a["href"] for a in anonymous.read("/mentions").soup.find_all("a", href=True)}
    assert {"/schemas/dossier-4.json", "/schemas/projet-1.json"} <= links
