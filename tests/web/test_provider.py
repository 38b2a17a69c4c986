"""Signing in through an identity provider: an identity enters the account that was linked to it, and no other."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from grantapp.app import create_app
from grantapp.config import BadSetting, Provider, Settings
from grantapp.services import second_factor
from tests import makers
from tests.web.identity_provider import CLIENT, Manners, serving
from tests.web.reader import Reader

ACCOUNT = {"email": "camille@mistral.example", "password": makers.PASSWORD}


@pytest.fixture
def manners() -> Manners:
    return Manners()


@pytest.fixture
def base(manners: Manners) -> Iterator[str]:
    with serving(manners) as address:
        yield address


@pytest.fixture
def app(platform, base):
    named = Provider(issuer=base, client_id=CLIENT, client_secret="s", name="IdentitéTest")
    with_provider = replace(platform, settings=replace(platform.settings, provider=named))
    app = create_app(with_provider.settings, with_provider)
    app.test_client_class = Reader
    app.testing = False
    return app


@pytest.fixture
def camille(platform):
    return makers.make_person(platform.sessions)


def there(browser: Any) -> str:
    """To the provider, which sends back at once; where it sends."""
    asked = browser.get("/connexion/fournisseur")
    assert asked.status_code == 302, asked.text
    back = urlsplit(requests.get(asked.headers["Location"], allow_redirects=False, timeout=10).headers["Location"])
    return f"{back.path}?{back.query}"


def link(browser: Any) -> None:
    browser.send("/connexion", ACCOUNT)
    browser.get(there(browser))
    browser.send("/compte/identite", {})


def is_in(browser: Any) -> bool:
    return browser.get("/compte").status_code == 200


def test_an_unknown_identity_enters_nothing_even_with_the_address_of_an_account(app, camille):
    browser = app.test_client()
    page = browser.read(there(browser))
    assert page.says("Aucun compte n'est encore relié") and not is_in(browser)


def test_an_identity_that_its_owner_has_linked_enters_the_account(app, camille):
    link(app.test_client())
    browser = app.test_client()
    assert browser.get(there(browser)).headers["Location"] == "/dossiers"
    page = browser.read("/compte")
    assert page.says("Relié depuis") and page.says("Par IdentitéTest")


def test_nothing_is_linked_before_the_person_says_so(app, camille):
    browser = app.test_client()
    browser.get(there(browser))
    browser.send("/connexion", ACCOUNT)
    assert browser.read("/compte").says("Relier votre identité IdentitéTest à ce compte ?")
    other = app.test_client()
    other.get(there(other))
    assert not is_in(other)


def test_who_has_no_account_makes_one_and_is_asked_to_link_it(app, platform):
    browser = app.test_client()
    browser.get(there(browser))
    person = {"name": "Ana Exemple", "organisation": "Atelier imaginaire", "siren": makers.make_siren(77)}
    made = browser.send("/inscription", person | ACCOUNT)
    assert made.response.headers["Location"] == "/compte"


def test_an_identity_enters_one_account_only(app, platform, camille):
    link(app.test_client())
    makers.make_stranger(platform.sessions)
    browser = app.test_client()
    browser.send("/connexion", {"email": "sacha@plomberie.example", "password": makers.PASSWORD})
    browser.get(there(browser))
    assert browser.send("/compte/identite", {}).says("déjà reliée à un autre compte")


def test_an_unlinked_identity_enters_nothing(app, camille):
    browser = app.test_client()
    link(browser)
    browser.send("/compte/identite/delier", {})
    other = app.test_client()
    other.get(there(other))
    assert not is_in(other)


def test_a_second_factor_is_still_asked_for(app, platform, camille, monkeypatch):
    link(app.test_client())
    monkeypatch.setattr(second_factor, "is_asked", lambda session, person_id: True)
    browser = app.test_client()
    assert browser.get(there(browser)).headers["Location"] == "/connexion/code"
    assert not is_in(browser)


LIES = {
    "forged": {"forged": True},
    "another audience": {"audience": "another site"},
    "another issuer": {"issuer": "https://elsewhere.example"},
    "another nonce": {"nonce": "stale"},
    "expired": {"lasts": -60},
    "another subject in the userinfo": {"userinfo_subject": "u-2"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_of_the_provider_is_not_believed(app, camille, manners, lie):
    link(app.test_client())
    for name, value in lie.items():
        setattr(manners, name, value)
    browser = app.test_client()
    answer = browser.get(there(browser))
    assert answer.status_code == 400 and "n'a pas abouti" in answer.text.replace("’", "'")
    assert not is_in(browser)


def test_userinfo_in_plain_json_is_read_too(app, camille, manners):
    link(app.test_client())
    manners.plain = True
    browser = app.test_client()
    browser.get(there(browser))
    assert is_in(browser)


def test_an_answer_serves_once(app, camille):
    link(app.test_client())
    browser = app.test_client()
    back = there(browser)
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 400


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(app, camille):
    link(app.test_client())
    back = there(app.test_client())
    browser = app.test_client()
    assert browser.get(back).status_code == 400 and not is_in(browser)
    assert browser.get("/connexion/fournisseur/retour?error=access_denied").status_code == 400


def test_a_provider_that_does_not_answer_costs_nothing(platform, camille):
    with serving(Manners()) as gone:
        pass
    named = Provider(issuer=gone, client_id=CLIENT, client_secret="s", name="IdentitéTest")
    app = create_app(
        replace(platform.settings, provider=named),
        replace(platform, settings=replace(platform.settings, provider=named)),
    )
    app.test_client_class = Reader
    app.testing = False
    browser = app.test_client()
    answer = browser.get("/connexion/fournisseur")
    assert answer.status_code == 502 and "ne répond pas" in answer.text
    assert "Adresse électronique" in answer.text  # the other ways in are there


def test_without_a_provider_there_is_no_such_door(anonymous, app, platform):
    plain = create_app(platform.settings, platform)
    browser = plain.test_client()
    assert browser.get("/connexion/fournisseur").status_code == 404
    assert "/connexion/fournisseur" not in browser.get("/connexion").text


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────

WHOLE = {
    "GRANTAPP_OIDC_ISSUER": "https://identite.example",
    "GRANTAPP_OIDC_CLIENT_ID": "grantapp",
    "GRANTAPP_OIDC_CLIENT_SECRET": "tres secret",
}


def test_a_provider_is_named_by_three_settings(tmp_path):
    settings = Settings.from_env(WHOLE | {"GRANTAPP_HOME": str(tmp_path)})
    assert settings.provider and settings.provider.issuer == "https://identite.example"
    assert "tres secret" not in repr(settings)
    assert Settings.from_env({"GRANTAPP_HOME": str(tmp_path)}).provider is None


@pytest.mark.parametrize("missing", WHOLE)
def test_a_provider_named_by_halves_is_refused(tmp_path, missing):
    named = {name: value for name, value in WHOLE.items() if name != missing}
    with pytest.raises(BadSetting, match=missing):
        Settings.from_env(named | {"GRANTAPP_HOME": str(tmp_path)})


@pytest.mark.parametrize("issuer", ["identite.example", "http://identite.example", "https://", "https://a.example/?b"])
def test_a_provider_that_could_be_overheard_is_refused(tmp_path, issuer):
    with pytest.raises(BadSetting, match="GRANTAPP_OIDC_ISSUER"):
        Settings.from_env(WHOLE | {"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_OIDC_ISSUER": issuer})
