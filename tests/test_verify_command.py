"""`grantapp verify`: is this file what was filed? Without the site, without the network, and with exit codes."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from grantapp.app import build_platform
from grantapp.documents.seal import seal
from grantapp.services import depositing
from grantapp.storage.models import DepositRow
from tests import makers
from tests.services.test_verifying import small_pdf
from tests.test_cli import run
from tests.web.conftest import settings_in
from tests.web.reader import plain


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home that nothing was put in yet."""
    monkeypatch.setenv("GRANTAPP_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def sealed(tmp_path) -> Path:
    """A small document under the seal of the tests."""
    path = tmp_path / "reçu.pdf"
    path.write_bytes(seal(small_pdf(), makers.seal_key(), at=makers.NOW, fingerprint="0123456789abcdef" * 4))
    return path


@pytest.fixture
def certificate(tmp_path) -> Path:
    path = tmp_path / "cachet.pem"
    path.write_bytes(makers.seal_key().certificate.pem)
    return path


def test_a_sealed_file_is_verified_with_the_certificate_alone(home, sealed, certificate):
    result = run("verify", sealed, "--certificat", certificate)
    text = plain(result.stdout)
    assert result.exit_code == 0 and text.startswith("Déposé")
    assert "pas un octet n'a changé depuis son scellement" in text and "15 mars 2022 à 10 h 00" in text
    assert "0123456789abcdef" * 4 in text
    assert "il n'est pas qualifié" in text and "sans horodatage qualifié" in text
    assert not home.exists()


@pytest.mark.parametrize("change", [lambda content: content + b"\n", lambda content: content[:-200],
    lambda content: content[:100] + b"?" + content[101:]])  # fmt: skip
def test_a_changed_file_gives_one_and_what_to_do(home, sealed, certificate, change):
    sealed.write_bytes(change(sealed.read_bytes()))
    result = run("verify", sealed, "--certificat", certificate)
    assert result.exit_code == 1 and result.stdout.startswith("Modifié")
    assert "Ne vous fiez pas" in result.stdout


def test_without_its_certificate_a_seal_is_told_but_proves_nothing(home, sealed):
    result = run("verify", sealed)
    assert result.exit_code == 3 and result.stdout.startswith("Inconnu")
    assert makers.seal_key().certificate.sha256 in result.stdout


def test_the_answer_is_published_with_the_keys_of_the_site(home, sealed, certificate):
    published = json.loads(run("verify", sealed, "--certificat", certificate, "--json").stdout)
    keys = {"verdict", "sentence", "document", "dossier", "seen", "proved", "not_proved", "advice"}
    assert (published["verdict"], set(published)) == ("filed", keys)


def test_a_dossier_json_has_its_fingerprint_computed_again(home, tmp_path):
    deposit = makers.make_deposit()
    path = tmp_path / "dossier.json"
    path.write_text(json.dumps(deposit.content, indent=4, ensure_ascii=True))
    result = run("verify", path)
    assert result.exit_code == 3
    assert deposit.fingerprint in result.stdout and deposit.short_code in result.stdout


def test_the_register_of_the_home_answers_when_there_is_one(home, tmp_path):
    platform = build_platform(settings_in(home))
    camille = makers.make_person(platform.sessions)
    reference = makers.make_dossier(platform.sessions, platform.files, camille)
    with platform.sessions.writing() as session:
        depositing.deposit(session, reference, address=makers.ADDRESS, now=makers.NOW, by=camille)
    with platform.sessions.reading() as session:
        canonical = session.scalars(sa.select(DepositRow.canonical)).one()
    platform.engine.dispose()
    path = tmp_path / "dossier.json"
    path.write_text(canonical)
    before = sorted(str(each) for each in home.rglob("*"))
    result = run("verify", path)
    assert result.exit_code == 0 and reference in result.stdout
    path.write_text(canonical.replace("550000", "990000"))
    assert run("verify", path).exit_code == 1
    assert sorted(str(each) for each in home.rglob("*") if not each.name.endswith(("-wal", "-shm"))) == [
        each for each in before if not each.endswith(("-wal", "-shm"))
    ]


def test_a_register_that_cannot_be_read_leaves_the_seal_to_answer(home, sealed, certificate):
    home.mkdir()
    (home / "grantapp.db").write_bytes(b"ce n'est pas une base")
    result = run("verify", sealed, "--certificat", certificate)
    assert result.exit_code == 0 and "seul le cachet répond" in result.stderr


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "n'existe pas"),
        (lambda path: path.touch(), "est vide"),
        (lambda path: path.mkdir(), "est un dossier"),
    ],
)
def test_a_file_that_cannot_be_verified_is_one_sentence(home, tmp_path, make, said):
    path = tmp_path / "fichier.pdf"
    make(path)
    result = run("verify", path)
    assert result.exit_code == 2 and said in plain(result.stderr)


def test_a_certificate_that_is_none_is_one_sentence(home, sealed, tmp_path):
    other = tmp_path / "autre.pem"
    for make, said in ((lambda: None, "n'existe pas"), (lambda: other.write_text("bonjour"), "format PEM")):
        make()
        result = run("verify", sealed, "--certificat", other)
        assert result.exit_code == 2 and said in plain(result.stderr)
