"""Every answer is protected, errors and downloads included."""

import io

import pytest

from grantapp.services import demonstration

REQUIRED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ADDRESSES = [
    ("/", 200),
    ("/nulle-part", 404),
    ("/dossiers/A22-0001", 302),
    ("/static/style.css", 200),
    ("/static/nulle-part.css", 404),
    ("/sante", 200),
    ("/dossiers/a%00b", 302),
    ("/\u202e", 404),
]


@pytest.mark.parametrize(("address", "status"), ADDRESSES)
def test_every_answer_carries_the_policy_and_allows_nothing_unsafe(anonymous, address, status):
    response = anonymous.get(address)
    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for name, value in REQUIRED.items():
        assert response.headers[name] == value


def test_pages_are_not_kept_by_caches_and_the_stylesheet_is(anonymous):
    assert anonymous.get("/").headers["Cache-Control"] == "no-store"
    assert "max-age" in anonymous.get("/static/style.css").headers["Cache-Control"]


def test_the_wrong_method_and_a_failure_are_answered_in_french(app, platform, director, draft, monkeypatch):
    assert "ne s’utilise pas ainsi" in director.delete(draft).get_data(as_text=True)

    def fail(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("grantapp.services.drafting.overview", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = director.get(draft)
    assert response.status_code == 500
    assert "Rien de ce qui était enregistré" in response.get_data(as_text=True)
    assert "secret detail" not in response.get_data(as_text=True)
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_a_form_that_is_too_large_is_refused_before_it_is_read(director, draft):
    response = director.post(f"{draft}/site", data={"town": "x" * (3 * 2**20)})
    assert response.status_code == 413
    assert "50\u00a0Mo" in response.get_data(as_text=True)


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app):
    response = app.test_client().get("/inscription")
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_download_is_a_file_and_never_a_page(director, draft):
    sent = {"file": (io.BytesIO(demonstration.paper("<script>alert(1)</script>")), "x.html")}
    director.send(f"{draft}/pieces/other/ajouter", sent, content_type="multipart/form-data")
    page = director.read(f"{draft}/pieces")
    link = next(a["href"] for a in page.soup.find_all("a", href=True) if a["href"].startswith(f"{draft}/pieces/"))
    response = director.get(link)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.mimetype == "application/pdf"
    assert response.content_length == len(response.get_data())


def test_a_thumbnail_is_a_jpeg_of_ours_and_nothing_more(director, draft):
    sent = {"file": (io.BytesIO(demonstration.paper("Plan")), "plan.pdf")}
    director.send(f"{draft}/pieces/other/ajouter", sent, content_type="multipart/form-data")
    shown = director.read(f"{draft}/pieces").soup.find("img")["src"]
    response = director.get(shown)
    assert (response.mimetype, response.get_data()[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
