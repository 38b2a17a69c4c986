"""The page of the pieces: one limit told before choosing, refusals beside the piece, one file in another's place."""

import io
import re
from pathlib import Path

import pytest
from werkzeug.test import encode_multipart

from grantapp.domain.inspected import MOST_BYTES
from grantapp.services import attaching, demonstration
from grantapp.web import pieces
from tests.inspection import corpus
from tests.web.reader import Page, plain

PLAN = demonstration.paper("Plan")
OTHER = demonstration.paper("Autre plan")
PAGE = Path(__file__).parents[2] / "grantapp" / "templates" / "macros" / "pieces.html"


def send(client, address: str, *sent: tuple[str, bytes]) -> Page:
    files = [(io.BytesIO(content), name) for name, content in sent]
    return client.send(address, {"file": files}, content_type="multipart/form-data")


def names(page: Page) -> list[str]:
    return [each.get_text() for each in page.soup.select(".ga-attachments__name")]


def test_the_limit_is_told_before_choosing_and_stands_in_one_place(director, draft):
    page = director.read(f"{draft}/pieces")
    fields = page.soup.find_all("input", attrs={"type": "file"})
    assert len(fields) >= 5
    for field in fields:
        hint = page.soup.find(id=str(field["aria-describedby"]).split()[0])
        assert plain(hint.get_text()) == "PDF, JPEG ou PNG, 50 Mo au plus par fichier."
        assert int(field["data-most"]) == MOST_BYTES
        assert field["accept"] == ".pdf,.jpg,.jpeg,.png"
    house = Path(pieces.__file__).parents[1]
    told = [path for path in house.rglob("*.html") if re.search(r"\b50(?: |\s|&nbsp;)?Mo", path.read_text())]
    assert told == [], "the number is written once, in domain/inspected.py"


def test_a_piece_shows_its_picture_its_pages_and_its_weight(director, draft):
    answer = send(director, f"{draft}/pieces/accounts/ajouter", ("comptes.pdf", corpus.SOUND))
    assert answer.status == 302
    page = director.read(f"{draft}/pieces")
    (line,) = page.soup.select(".ga-attachments > li")
    assert answer.response.headers["Location"].endswith(f"#{line['id']}")
    assert page.says("« comptes.pdf » est ajoutée (") and page.says("2 pages).")
    assert "2 pages" in plain(line.get_text(" ", strip=True))
    assert director.get(line.find("img")["src"]).status_code == 200


def test_several_files_are_added_at_once_and_the_refused_ones_are_named(director, draft):
    sent = [("un.pdf", PLAN), ("virus.exe", b"MZ"), ("deux.pdf", OTHER), ("script.pdf", scripted())]
    page = send(director, f"{draft}/pieces/quotes/ajouter", *sent)
    assert page.status == 422
    assert sorted(names(page)) == ["deux.pdf", "un.pdf"]
    assert page.says("« un.pdf » est ajoutée") and page.says("« deux.pdf » est ajoutée")
    beside = plain(page.error_of("Ajouter d’autres fichiers : Devis ou estimations"))
    assert "« virus.exe » n'est ni un PDF" in beside and "« script.pdf » contient un programme" in beside
    summary = page.soup.select_one(".govuk-error-summary")
    assert [link["href"] for link in summary.find_all("a")] == ["#pieces-quotes-fichier"] * 2
    assert page.soup.find(id="pieces-quotes-fichier") is not None
    assert page.soup.title.get_text().startswith("Erreur")
    assert "Comptes" not in beside


def scripted() -> bytes:
    return corpus.REFUSED["a script at the opening"][0]


def test_a_photograph_s_owner_is_told_that_its_place_was_removed(director, draft):
    send(director, f"{draft}/pieces/other/ajouter", ("halle.jpg", corpus.jpeg()))
    page = director.read(f"{draft}/pieces")
    assert page.says("elle a été réécrite sans ce lieu")
    (line,) = page.soup.select(".ga-attachments > li")
    assert "sans ce lieu" in line.get_text(), "where the page opens, not only above it"
    assert "sans ce lieu" not in director.read(f"{draft}/pieces").text


def test_a_file_takes_the_place_of_another(director, draft):
    send(director, f"{draft}/pieces/accounts/ajouter", ("v1.pdf", PLAN))
    page = director.read(f"{draft}/pieces")
    form = page.soup.find("form", attrs={"action": lambda a: a and a.endswith("/remplacer")})
    assert send(director, form["action"], ("v2.pdf", OTHER)).status == 302
    after = director.read(f"{draft}/pieces")
    assert names(after) == ["v2.pdf"] and after.says("mise à la place de la précédente")
    assert director.get(form["action"].removesuffix("/remplacer")).status_code == 404


def test_a_refused_replacement_is_said_inside_its_own_opened_box(director, draft):
    send(director, f"{draft}/pieces/accounts/ajouter", ("v1.pdf", PLAN))
    page = director.read(f"{draft}/pieces")
    action = page.soup.find("form", attrs={"action": lambda a: a and a.endswith("/remplacer")})["action"]
    for sent in ([("v2.exe", b"MZ")], []):
        refused = send(director, action, *sent)
        assert refused.status == 422 and names(refused) == ["v1.pdf"]
        box = refused.soup.find("form", attrs={"action": action}).find_parent("details")
        assert box.has_attr("open") and box.select_one(".govuk-error-message")
        assert len(refused.soup.select(".govuk-error-message")) == 1


def test_a_piece_attached_before_pieces_were_opened_is_shown_without_a_picture(director, draft, platform):
    from tests import makers

    with platform.sessions.writing() as session:
        from grantapp.storage.models import DossierRow

        dossier = session.query(DossierRow).one()
        row = makers.attachment_row(dossier.id, dossier.created_by_id, sha256=platform.files.keep(PLAN), size=len(PLAN))
        session.add(row)
        session.commit()
    page = director.read(f"{draft}/pieces")
    assert names(page) == ["comptes.pdf"] and not page.soup.select(".ga-attachments img")
    assert director.get(f"{draft}/pieces/{row.id}").get_data() == PLAN
    assert director.get(f"{draft}/pieces/{row.id}/vignette").status_code == 404


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\u202efdp.exe", "é" * 300, ".", "a.pdf.html"])
def test_no_name_is_too_strange(director, draft, name):
    answer = send(director, f"{draft}/pieces/other/ajouter", (name, PLAN))
    assert answer.status == 302
    (shown,) = names(director.read(f"{draft}/pieces"))
    assert shown.endswith(".pdf") and not set(shown) & set("/\\\r\n\u202e")


def test_more_than_the_limit_is_refused_before_it_is_read(director, draft, monkeypatch):
    monkeypatch.setattr(pieces, "MOST_UPLOAD", 10_000)
    page = send(director, f"{draft}/pieces/other/ajouter", ("gros.pdf", b"%PDF-" + b"x" * 10_000))
    assert page.status == 413 and page.says("50 Mo au plus par fichier")


def test_a_large_file_never_stands_whole_in_memory(director, draft, monkeypatch):
    """Werkzeug puts it on disk; from there on it is read a part at a time."""
    largest = 0
    attach = attaching.attach

    class Watched(io.BufferedIOBase):
        def __init__(self, stream) -> None:
            self.stream = stream

        def read(self, size: int = -1) -> bytes:
            nonlocal largest
            assert size > 0, "a read of the whole"
            largest = max(largest, size)
            return self.stream.read(size)

        def seek(self, *place: int) -> int:
            return self.stream.seek(*place)

    def watched(*given, content, **named):
        assert not isinstance(content, io.BytesIO) and content._rolled, "on disk, not in memory"
        return attach(*given, content=Watched(content), **named)

    monkeypatch.setattr(attaching, "attach", watched)
    fields = {"csrf_token": director.token(), "file": (io.BytesIO(corpus.pdf().ljust(3_000_000, b"\n")), "gros.pdf")}
    boundary, body = encode_multipart(fields)  # by hand: the client itself would leave a file of its own open
    sent = {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
    assert director.post(f"{draft}/pieces/other/ajouter", **sent).status_code == 302
    assert 0 < largest <= 2**20
