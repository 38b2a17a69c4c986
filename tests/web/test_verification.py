"""« Vérifier un dossier », as a reviewer does it: a code typed or flashed, a file given; no account, no name shown."""

import io
import re

import pytest
import sqlalchemy as sa

from grantapp.documents.seal import seal
from grantapp.domain.deposit import thaw
from grantapp.services import demonstration, printing, sealing
from grantapp.storage.models import DepositRow, DocumentKind
from grantapp.web import site, verification
from tests.services.test_verifying import PERSONAL, small_pdf
from tests.web.conftest import NOW
from tests.web.reader import Page, plain

PAGE = "/verifier-un-dossier"


@pytest.fixture
def filed(director, fill, platform):
    """A filed dossier and the bytes of its PDF, sealed by this site."""
    draft = fill(demonstration.project(), declared=True)
    director.send(f"{draft}/depot")
    key = sealing.open_key(platform.keyring, now=NOW)
    with platform.sessions.reading() as session:
        row = session.scalars(sa.select(DepositRow)).one()
    kept = []

    def make(shelf: printing.Shelf) -> bytes:
        kept.append(shelf.sealed(small_pdf()))
        return kept[0]

    makers = {DocumentKind.DOSSIER: make}
    printing.print_deposit(platform.sessions, platform.files, row.id, key=key, now=NOW, makers=makers)
    return thaw(row.canonical.encode()), kept[0]


def give(client, content: bytes, name: str = "dossier.pdf", **kwargs) -> Page:
    data = {"file": (io.BytesIO(content), name)}
    return client.send(PAGE, data, content_type="multipart/form-data", **kwargs)


def test_every_page_leads_there_and_so_does_the_first(anonymous):
    for address in ("/", "/mentions"):
        links = [each["href"] for each in anonymous.read(address).soup.select("footer a")]
        assert PAGE in links
    assert PAGE in [each["href"] for each in anonymous.read("/").soup.select("main a")]


def test_the_page_asks_for_a_file_or_a_code_and_says_the_possible_answers(anonymous):
    page = anonymous.read(PAGE)
    assert page.field("Le fichier reçu")["type"] == "file"
    assert page.field("Le code court")["type"] == "text"
    for word in ("Déposé", "Remplacé", "Modifié", "Inconnu"):
        assert page.says(word)
    assert page.says("Ce n'est ni un cachet qualifié, ni une date certaine")


def test_the_address_of_the_qr_code_answers_at_once(anonymous, filed):
    deposit, _ = filed
    printed = deposit.verify_address
    page = anonymous.read(printed.removeprefix("http://127.0.0.1:8000"))
    assert plain(page.soup.select_one(".ga-conclusion__word").text) == "Déposé"
    assert page.says(f"{deposit.content['reference']}, version 1")
    assert page.says("15 mars 2022 à 10 h 00")
    assert page.value_of("Le code court") == deposit.fingerprint[:12]


def test_a_typed_code_is_forgiven_its_shape_and_kept_in_its_field(anonymous, filed):
    deposit, _ = filed
    page = anonymous.read(f"{PAGE}?code={deposit.short_code.lower().replace(' ', '+-+')}")
    assert page.says("Un dossier a été déposé ici sous ce code")
    wrong = ("f" if deposit.fingerprint[0] != "f" else "0") + deposit.fingerprint[1:12]
    page = anonymous.read(f"{PAGE}?code={wrong}")
    assert page.says("Aucun dossier n'a été déposé ici sous ce code")
    assert page.value_of("Le code court") == wrong


@pytest.mark.parametrize(("typed", "said"), [("", "Tapez le code"), ("3F2A", "il en manque 8"), ("<b>", "incomplet")])
def test_what_is_no_code_is_said_at_the_field(anonymous, typed, said):
    page = anonymous.read(f"{PAGE}?code={typed}", 422)
    assert said in plain(page.error_of("Le code court"))
    assert page.value_of("Le code court") == typed


def test_the_file_as_it_was_received_is_filed_and_one_changed_byte_is_not(anonymous, filed):
    _, content = filed
    page = give(anonymous, content, "reçu par courriel.pdf")
    assert page.says("Ce fichier est, à l'octet près, celui du dossier déposé")
    assert page.says("reçu par courriel.pdf")
    page = give(anonymous, content[:-1] + b"x")
    assert plain(page.soup.select_one(".ga-conclusion__word").text) == "Modifié"
    assert page.says("Ne vous fiez pas à ce fichier")
    page = give(anonymous, b"une autre lettre", "lettre.txt")
    assert plain(page.soup.select_one(".ga-conclusion__word").text) == "Inconnu"


def test_a_file_is_read_where_it_was_received(anonymous, filed, monkeypatch):
    """An upload waits on the disk: it is looked at there, and goes with the request."""
    seen = []
    verify = verification.verifying.verify_file
    monkeypatch.setattr(
        verification.verifying,
        "verify_file",
        lambda session, content, known: seen.append(type(content).__name__) or verify(session, content, known),
    )
    _, content = filed
    assert give(anonymous, content + bytes(100_000)).says("Modifié")
    assert give(anonymous, b"").says("Inconnu")
    assert seen == ["mmap", "bytes"]


def test_a_file_larger_than_any_dossier_is_refused_before_it_is_read(anonymous, app, monkeypatch):
    monkeypatch.setitem(site.MOST_SENT, "verification.verify_file", 1_000)
    page = give(anonymous, bytes(2_000))
    assert page.status == 413 and page.says("600 Mo au plus")
    assert verification.MOST_UPLOAD >= 10 * 50 * 2**20  # ten pieces of 50 MB


def test_no_file_is_said_at_the_field(anonymous):
    page = anonymous.send(PAGE, {})
    assert page.status == 422
    assert "Choisissez d'abord le fichier" in plain(page.error_of("Le fichier reçu"))


def test_nothing_of_the_people_or_of_the_project_is_shown(anonymous, filed):
    deposit, content = filed
    for page in (
        anonymous.read(f"{PAGE}?code={deposit.fingerprint}"),
        give(anonymous, content),
        give(anonymous, content + b"x"),
        give(anonymous, deposit.canonical, "dossier.json"),
    ):
        assert page.says(deposit.content["reference"])
        assert [each for each in PERSONAL if page.says(each)] == []


def test_machines_are_answered_in_json(anonymous, filed):
    deposit, content = filed
    accepts = {"Accept": "application/json"}
    answer = anonymous.get(f"{PAGE}?code={deposit.short_code}", headers=accepts).get_json()
    assert (answer["verdict"], answer["dossier"]["fingerprint"]) == ("filed", deposit.fingerprint)
    altered = give(anonymous, content + b"x", headers=accepts).response.get_json()
    assert (altered["verdict"], set(altered)) == ("altered", set(answer))
    for address in (PAGE, f"{PAGE}?code=3F"):
        refused = anonymous.get(address, headers=accepts)
        assert refused.status_code == 422 and refused.get_json()["error"]


def test_a_browser_is_given_the_page(anonymous):
    accepts = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert anonymous.get(PAGE, headers=accepts).mimetype == "text/html"
    assert anonymous.get(PAGE, headers={"Accept": "*/*"}).mimetype == "text/html"


def test_the_certificate_is_for_everybody_and_the_key_for_nobody(anonymous, filed, platform):
    pem = anonymous.get("/cachet.pem").data
    key = sealing.open_key(platform.keyring, now=NOW)
    assert pem == key.certificate.pem
    assert b"PRIVATE" not in pem


def test_the_site_itself_never_reads_the_key(anonymous, platform, monkeypatch):
    """Only the worker seals: what answers the network has no need of it."""
    key = sealing.open_key(platform.keyring, now=NOW)
    content = seal(small_pdf(), key, at=NOW, fingerprint="ab" * 32)
    (platform.settings.home / "cachet" / "cle.pem").unlink()
    assert give(anonymous, content).says("intact")
    assert not (platform.settings.home / "cachet" / "cle.pem").exists()


def test_before_anything_was_sealed_there_is_no_certificate_to_give(anonymous):
    assert anonymous.get("/cachet.pem").status_code == 404


def test_the_name_of_a_file_is_shown_as_it_was_typed_and_nothing_more(anonymous):
    page = give(anonymous, b"x", '<b onclick="x">.pdf')
    assert page.soup.find("b") is None
    assert re.search(r"onclick", page.soup.get_text())
