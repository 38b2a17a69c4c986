"""Signing in as a person does it: a forgotten password, a link from the mail, a code, other devices, the mail shown."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pysqlite3.dbapi2
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from grantapp.app import create_app
from grantapp.config import keep_demonstration
from grantapp.services import jobs, mailing
from grantapp.storage.models import LinkRow, MessageRow, PersonRow, VisitRow
from tests.web.conftest import NOW, PASSWORD
from tests.web.reader import Page, Reader

EMAIL = "camille@mistral.example"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile/15E148 Safari/604.1"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def deliver(platform) -> Callable[[], list[mailing.Received]]:
    """Do what the worker does with the mail that waits, then give what is in the maildir, the last one first."""

    def delivered() -> list[mailing.Received]:
        handlers = {mailing.MAIL: mailing.handler(platform.sessions, mailing.Postman.of(platform.settings))}
        with platform.sessions.reading() as session:
            due = jobs.due(session, now=platform.real_clock())
        for number in due:
            jobs.run(platform.sessions, number, handlers, clock=platform.real_clock)
        box = mailing.Maildir(platform.settings.maildir)
        return [mailing._opened(name, box.read(name) or b"") for name in box.list_names()]

    return delivered


def path_in(message: mailing.Received) -> str:
    return re.search(r"http://127\.0\.0\.1:8000(/connexion/lien/\S+)", message.text)[1]


def sign_in(client: Any, password: str = PASSWORD, **more: Any) -> Any:
    return client.send("/connexion", {"email": EMAIL, "password": password}, **more)


def browser(app: Any, agent: str) -> Any:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    return client


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_forgotten_password_is_replaced_from_the_mail(app, anonymous, director, deliver):
    asked = anonymous.read("/connexion")
    assert asked.soup.find("a", href="/connexion/lien?oubli=1")
    sent = anonymous.send("/connexion/lien", {"email": EMAIL, "oubli": "1"})
    assert (sent.status, sent.heading) == (200, "Consultez vos messages")
    (message,) = deliver()
    link = path_in(message)
    assert anonymous.read(link).heading == "Encore un geste pour vous connecter"
    assert anonymous.send(link).response.headers["Location"] == "/compte/mot-de-passe"
    page = anonymous.read("/compte/mot-de-passe")
    assert page.heading == "Choisir un nouveau mot de passe" and not page.says("Mot de passe actuel")
    changed = anonymous.send("/compte/mot-de-passe", {"password": "tout autre chose ici"})
    assert changed.response.headers["Location"] == "/compte"
    assert anonymous.read("/compte").says("Vos autres appareils sont déconnectés.")
    assert director.get("/dossiers").status_code == 302, "the browser that knew the former password"
    assert sign_in(app.test_client()).status == 422
    assert sign_in(app.test_client(), "tout autre chose ici").status == 302
    assert deliver()[0].subject == "Votre mot de passe a changé"


def test_a_link_looked_at_by_a_mail_program_still_serves_its_reader_once(app, anonymous, director, deliver):
    anonymous.send("/connexion/lien", {"email": EMAIL})
    link = path_in(deliver()[0])
    scanner = app.test_client()
    for _ in range(3):
        assert scanner.get(link).status_code == 200 and scanner.head(link).status_code == 200
    assert anonymous.send(link).response.headers["Location"] == "/dossiers"
    assert anonymous.get("/dossiers").status_code == 200
    other = app.test_client()
    assert other.read(link, 410).heading == "Ce lien ne sert plus" and other.send(link).status == 410


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(anonymous, director, platform):
    anonymous.send("/connexion/lien")  # the first answer to a visitor sets its cookie
    platform.queue.sent.clear()
    pages = [anonymous.send("/connexion/lien", {"email": email}) for email in (EMAIL, "personne@mistral.example")]
    assert pages[0].status == pages[1].status == 200
    assert pages[0].text == pages[1].text
    assert [*pages[0].response.headers.keys()] == [*pages[1].response.headers.keys()]
    assert len(platform.queue.sent) == 2, "both tell the queue, so that both take as long"


def test_links_lead_to_the_site_of_the_settings_whatever_the_request_says(anonymous, director, deliver):
    anonymous.send(
        "/connexion/lien", {"email": EMAIL}, headers={"X-Forwarded-Host": "evil.example", "X-Host": "evil.example"}
    )
    (message,) = deliver()
    assert "evil" not in message.text + message.html
    assert {link.split("/")[2] for link in re.findall(r"https?://[^\s\"<]+", message.text + message.html)} == {
        "127.0.0.1:8000"
    }


def test_no_token_is_stored_nor_shown_to_another_site(anonymous, director, deliver, platform):
    anonymous.send("/connexion/lien", {"email": EMAIL})
    link = path_in(deliver()[0])
    page = anonymous.read(link)
    assert page.response.headers["Referrer-Policy"] == "same-origin"
    with platform.sessions.reading() as session:
        for row in (LinkRow, MessageRow):
            stored = session.execute(sa.select(row.__table__)).all()
            assert link.rsplit("/", 1)[1] not in str(stored)


def test_the_address_is_confirmed_from_the_account(anonymous, director, deliver):
    assert director.read("/compte").says("Pas encore confirmée")
    director.send("/compte/adresse")
    (message,) = deliver()
    assert anonymous.send(path_in(message)).response.headers["Location"] == "/compte"
    assert anonymous.read("/compte").says("Confirmée") and director.read("/compte").says("Confirmée")


def test_a_new_account_is_welcomed_by_a_mail_and_waits_for_nothing(anonymous, deliver):
    typed = {
        "name": "http://evil.example",
        "email": "noe@mistral.example",
        "password": PASSWORD,
        "organisation": "Coopérative imaginaire",
        "siren": "000001008",
    }
    assert anonymous.send("/inscription", typed).response.headers["Location"] == "/dossiers"
    assert anonymous.get("/dossiers").status_code == 200
    (message,) = deliver()
    assert message.subject.startswith("Bienvenue") and "noe@mistral.example" in message.to
    assert "evil" not in message.text + message.html, "a name is no way to have our mail carry an address"


# ── tries ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sixth_wrong_password_is_told_to_wait_and_the_link_still_lets_in(app, anonymous, director, deliver):
    for _ in range(5):
        assert sign_in(anonymous, "un mauvais mot de passe").says("Adresse ou mot de passe inconnu")
    assert sign_in(anonymous).says("Réessayez dans 15 minutes, ou recevez un lien de connexion")
    anonymous.send("/connexion/lien", {"email": EMAIL})
    assert anonymous.send(path_in(deliver()[0])).status == 302
    assert sign_in(app.test_client()).status == 302, "who came in by the mail has no wrong try left"


def test_a_quarter_of_an_hour_later_the_password_serves_again(anonymous, director, real_clock):
    for _ in range(5):
        sign_in(anonymous, "un mauvais mot de passe")
    real_clock.at += timedelta(minutes=15)
    assert sign_in(anonymous).status == 302


def test_visitors_behind_one_network_are_counted_together_and_ourselves_never(app, director):
    for origin, status in (("203.0.113.7", 422), ("127.0.0.1", 200)):
        client = app.test_client()
        for number in range(21):
            page = client.send(
                "/connexion/lien", {"email": f"p{number}@x.example"}, environ_base={"REMOTE_ADDR": origin}
            )
        assert page.status == status


# ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_s_devices_are_listed_and_ended_from_another_one(app, director):
    laptop, phone = browser(app, LAPTOP), browser(app, PHONE)
    assert sign_in(laptop).status == sign_in(phone).status == 302
    page = laptop.read("/compte")
    assert page.says("Firefox sur Windows cet appareil") and page.says("Safari sur iPhone")
    row = next(each for each in page.soup.find_all(class_="ga-visit") if "iPhone" in each.get_text())
    laptop.send(row.form["action"])
    assert phone.get("/dossiers").status_code == 302
    assert laptop.get("/dossiers").status_code == director.get("/dossiers").status_code == 200
    laptop.send("/compte/connexions/fin")
    assert director.get("/dossiers").status_code == 302
    assert not laptop.read("/compte").soup.find("form", action="/compte/connexions/fin")


def test_a_cookie_kept_after_signing_out_opens_nothing(app, director):
    cookie = director.get_cookie("grantapp").value
    director.send("/deconnexion")
    thief = app.test_client()
    thief.set_cookie("grantapp", cookie)
    assert thief.get("/dossiers").status_code == 302


def test_each_sign_in_is_a_visit_of_its_own(app, director, platform):
    client = app.test_client()
    sign_in(client)
    sign_in(client)
    with platform.sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(VisitRow)) == 3


def test_the_last_use_is_noted_now_and_then_by_reading_pages(director, platform, real_clock):
    def last() -> Any:
        with platform.sessions.reading() as session:
            return session.scalars(sa.select(VisitRow.last_used_at)).one()

    real_clock.at += timedelta(minutes=10) - timedelta(seconds=1)
    director.get("/dossiers")
    assert last() == NOW
    real_clock.at += timedelta(seconds=1)
    director.get("/static/style.css")
    assert last() == NOW
    director.get("/dossiers")
    assert last() == NOW + timedelta(minutes=10)


def test_a_database_that_cannot_be_written_stops_no_reading(director, platform, real_clock):
    real_clock.at += timedelta(hours=1)
    with platform.engine.connect() as connection:  # the last one used is the first one taken again
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    outside = pysqlite3.dbapi2.connect(platform.engine.url.database, isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    assert director.get("/dossiers").status_code == 200
    outside.execute("ROLLBACK")
    outside.close()
    with platform.sessions.reading() as session:
        assert session.scalars(sa.select(VisitRow.last_used_at)).one() == NOW
    assert director.get("/dossiers").status_code == 200
    with platform.sessions.reading() as session:
        assert session.scalars(sa.select(VisitRow.last_used_at)).one() == real_clock.at


# ── passwords ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_password_is_changed_by_who_knows_it(app, director):
    wrong = director.send("/compte/mot-de-passe", {"current": "pas le bon du tout", "password": "un tout autre mot"})
    assert wrong.status == 422 and wrong.says("Ce n'est pas votre mot de passe actuel")
    short = director.send("/compte/mot-de-passe", {"current": PASSWORD, "password": "court"})
    assert "12" in short.error_of("Nouveau mot de passe")
    assert director.send("/compte/mot-de-passe", {"current": PASSWORD, "password": "un tout autre mot"}).status == 302
    assert director.get("/dossiers").status_code == 200
    assert sign_in(app.test_client(), "un tout autre mot").status == 302


def test_a_stolen_session_cannot_try_passwords_without_end(director):
    for _ in range(5):
        director.send("/compte/mot-de-passe", {"current": "pas le bon du tout", "password": "un tout autre mot"})
    slowed = director.send("/compte/mot-de-passe", {"current": PASSWORD, "password": "un tout autre mot"})
    assert slowed.status == 422 and slowed.says("Trop d'essais")


def test_a_while_after_a_link_the_former_password_is_asked_again(anonymous, director, deliver, real_clock):
    anonymous.send("/connexion/lien", {"email": EMAIL})
    anonymous.send(path_in(deliver()[0]))
    assert not anonymous.read("/compte/mot-de-passe").says("Mot de passe actuel")
    real_clock.at += timedelta(minutes=15, seconds=1)
    assert anonymous.read("/compte/mot-de-passe").says("Mot de passe actuel")
    assert anonymous.send("/compte/mot-de-passe", {"password": "un tout autre mot"}).status == 422


# ── second factor ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def telephone(director) -> pyotp.TOTP:
    """Turned on by the director through the pages; its recovery codes are in `.codes`."""
    director.send("/compte/double-verification/preparer")
    page = director.read("/compte/double-verification")
    assert page.soup.find("img", class_="ga-qr")["src"].startswith("data:image/svg+xml")
    totp = pyotp.TOTP(page.soup.find(class_="ga-key").get_text().replace(" ", ""))
    assert page.soup.find("a", href=re.compile("^otpauth://totp/grantapp:"))
    shown = director.send("/compte/double-verification", {"code": totp.at(NOW - timedelta(seconds=30))})
    assert shown.heading == "La double vérification est activée"
    totp.codes = [each.get_text() for each in shown.soup.find_all("code")]
    return totp


def test_with_a_second_factor_neither_password_nor_link_is_enough(app, anonymous, director, telephone, deliver, draft):
    assert sign_in(anonymous).response.headers["Location"] == "/connexion/code"
    assert anonymous.get(draft).status_code == 302, "half-way is outside"
    linked = app.test_client()
    linked.send("/connexion/lien", {"email": EMAIL, "oubli": "1"})
    message = next(each for each in deliver() if "nouveau mot de passe" in each.subject)
    assert linked.send(path_in(message)).response.headers["Location"] == "/connexion/code"
    assert linked.get("/compte/mot-de-passe").status_code == 302
    assert linked.send("/connexion/code", {"code": "000000"}).status == 422
    assert linked.send("/connexion/code", {"code": telephone.at(NOW)}).response.headers["Location"] == (
        "/compte/mot-de-passe"
    )
    assert anonymous.send("/connexion/code", {"code": telephone.at(NOW)}).says("déjà servi")
    assert anonymous.send("/connexion/code", {"code": telephone.codes[3]}).response.headers["Location"] == "/dossiers"
    assert anonymous.get(draft).status_code == 200


def test_the_code_leads_where_one_was_going(anonymous, telephone, draft):
    anonymous.send("/connexion", {"email": EMAIL, "password": PASSWORD, "suite": f"{draft}/site"})
    page = anonymous.send("/connexion/code", {"code": telephone.at(NOW)})
    assert page.response.headers["Location"] == f"{draft}/site"


def test_half_way_does_not_last(anonymous, telephone, real_clock):
    sign_in(anonymous)
    real_clock.at += timedelta(minutes=10, seconds=1)
    page = anonymous.send("/connexion/code", {"code": telephone.at(real_clock.at)})
    assert page.response.headers["Location"] == "/connexion"


def test_recovery_codes_are_shown_once(director, telephone):
    assert len(telephone.codes) == 10
    page = director.read("/compte/double-verification")
    assert not any(code in page.text for code in telephone.codes)
    assert director.read("/compte").says("il reste 10 codes de secours")


def test_the_second_factor_is_renewed_and_removed_by_a_code(director, telephone, anonymous, deliver):
    renewed = director.send("/compte/double-verification/codes", {"code": telephone.codes[0]})
    codes = [each.get_text() for each in renewed.soup.find_all("code")]
    assert len(codes) == 10 and not set(codes) & set(telephone.codes)
    assert director.send("/compte/double-verification/retirer", {"code": telephone.codes[1]}).status == 422
    assert director.send("/compte/double-verification/retirer", {"code": codes[0]}).status == 302
    assert sign_in(anonymous).response.headers["Location"] == "/dossiers"
    assert "La double vérification est retirée" in {each.subject for each in deliver()}


# ── the mail of a demonstration ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shown(platform, director, deliver) -> Any:
    """The director in a demonstration, with one message in the mailbox; its address."""
    settings = keep_demonstration(platform.settings, "2022-03-15")
    site = create_app(settings, replace(platform, settings=settings))
    site.test_client_class = Reader
    client = site.test_client()
    sign_in(client)
    client.send("/compte/adresse")
    (message,) = deliver()
    return client, f"/courrier/{message.name}"


def test_a_demonstration_shows_its_mail_with_links_that_work(shown):
    client, address = shown
    inbox = client.read("/courrier")
    assert inbox.soup.find("a", href=address).get_text() == "Confirmer votre adresse électronique"
    page = client.read(address)
    frame = page.soup.find("iframe")
    assert (frame["src"], frame["sandbox"]) == (f"{address}/html", ["allow-top-navigation-by-user-activation"])
    assert "frame-src 'self'" in page.response.headers["Content-Security-Policy"]
    assert "unsafe" not in page.response.headers["Content-Security-Policy"]
    link = page.soup.find("pre").find("a")["href"].removeprefix("http://127.0.0.1:8000")
    assert client.send(link).response.headers["Location"] == "/compte"


def test_a_message_is_shown_where_it_can_run_nothing(shown):
    client, address = shown
    response = FlaskClient.open(client, f"{address}/html")  # a letter is no page of ours: its style stands in it
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-top-navigation-by-user-activation; default-src 'none'")
    assert "script-src" not in policy and "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert {each["target"] for each in Page(response).soup.find_all("a")} == {"_top"}


def test_a_site_that_is_no_demonstration_shows_nobody_s_mail(director, deliver):
    director.send("/compte/adresse")
    (message,) = deliver()
    for address in ("/courrier", f"/courrier/{message.name}", f"/courrier/{message.name}/html"):
        director.read(address, 404)
    assert not director.read("/compte").soup.find("a", href="/courrier")


def test_only_messages_are_read_in_the_mailbox(shown):
    client, _ = shown
    for name in ("..", "secret_key", "%2e%2e%2fsecret_key", "0" * 32):
        assert client.get(f"/courrier/{name}").status_code == 404


def test_an_account_of_before_is_signed_out_and_not_broken(app, anonymous, director, platform):
    """The cookie of a former version named the person and the epoch."""
    with platform.sessions.reading() as session:
        person = session.scalars(sa.select(PersonRow.id)).one()
    with anonymous.session_transaction() as session:
        session["_user_id"] = f"{person}:1"
    assert anonymous.get("/dossiers").status_code == 302
