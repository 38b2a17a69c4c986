"""Settings are read once, or the application refuses to start and says why."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from grantapp.config import BadSetting, Settings, clock_from, keep_demonstration


def test_the_secret_key_is_made_once_and_kept_to_its_owner(tmp_path):
    first = Settings.from_env({"GRANTAPP_HOME": str(tmp_path / "var")})
    again = Settings.from_env({"GRANTAPP_HOME": str(tmp_path / "var")})
    assert first.secret_key == again.secret_key and len(first.secret_key) >= 48
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert first.secret_key not in repr(first)


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    with pytest.raises(BadSetting, match="GRANTAPP_PORT"):
        Settings.from_env({"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_PORT": port})


@pytest.mark.parametrize("address", ["depots.example", "ftp://depots.example", "https://", "https://a.example/?x=1"])
def test_an_address_that_no_reader_could_open_is_refused(tmp_path, address):
    with pytest.raises(BadSetting, match="GRANTAPP_ADDRESS"):
        Settings.from_env({"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_ADDRESS": address})


def test_the_address_is_the_one_given_or_that_of_the_host_and_port(tmp_path):
    environ = {"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_PORT": "8123"}
    assert Settings.from_env(environ).address == "http://127.0.0.1:8123"
    assert Settings.from_env(environ | {"GRANTAPP_ADDRESS": "https://d.example/"}).address == "https://d.example"


@pytest.mark.parametrize("text", ["demain", "2022-02-30", "15/03/2022"])
def test_a_clock_that_cannot_be_read_is_refused(tmp_path, text):
    with pytest.raises(BadSetting, match="GRANTAPP_CLOCK"):
        Settings.from_env({"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_CLOCK": text})


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2022-03-15", datetime(2022, 3, 15, 8, tzinfo=UTC)),
        ("2022-04-29T23:59:59", datetime(2022, 4, 29, 21, 59, 59, tzinfo=UTC)),
        ("2022-04-29T23:59:59+00:00", datetime(2022, 4, 29, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_set_clock_starts_where_it_says_and_ticks(text, instant):
    clock = clock_from(text)
    first, second = clock(), clock()
    assert instant <= first <= second < instant + timedelta(minutes=1)
    assert first.utcoffset() == timedelta(0)


def test_without_a_setting_the_clock_is_the_real_one():
    assert abs(clock_from("")() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_demonstration_keeps_its_clock_from_one_start_to_the_next(tmp_path):
    environ = {"GRANTAPP_HOME": str(tmp_path)}
    settings = Settings.from_env(environ)
    assert (settings.clock_text, settings.is_demonstration) == ("", False)
    keep_demonstration(settings, "2022-03-15")
    again = Settings.from_env(environ)
    assert (again.clock_text, again.is_demonstration) == ("2022-03-15", True)


MAIL_FROM = "ne-pas-repondre@dossiers.example"


def test_without_a_setting_mail_stays_in_the_home(tmp_path):
    settings = Settings.from_env({"GRANTAPP_HOME": str(tmp_path)})
    assert (settings.smtp, settings.maildir) == (None, tmp_path / "courrier")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp://smtp.example", ("smtp.example", 587, False, "", "")),
        ("smtps://smtp.example", ("smtp.example", 465, True, "", "")),
        ("smtp://zoe:mot%40de%3Apasse@smtp.example:2525", ("smtp.example", 2525, False, "zoe", "mot@de:passe")),
        ("smtp://[::1]:25/", ("::1", 25, False, "", "")),
    ],
)
def test_an_smtp_server_is_said_in_one_address(tmp_path, text, expected):
    environ = {"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_SMTP": text, "GRANTAPP_MAIL_FROM": MAIL_FROM}
    settings = Settings.from_env(environ)
    server = settings.smtp
    assert (server.host, server.port, server.tls, server.user, server.password) == expected
    assert not server.password or server.password not in repr(settings)


@pytest.mark.parametrize(
    "text", ["smtp.example", "http://smtp.example", "smtp://", "smtp://zoe:secret@x:port", "smtp://zoe:sécret@x",
             "smtp://zoe:secret@x/path", "smtp://zoe:secret@[x"],
)  # fmt: skip
def test_a_server_that_is_none_is_refused_without_telling_its_password(tmp_path, text):
    with pytest.raises(BadSetting, match="GRANTAPP_SMTP") as refused:
        Settings.from_env({"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_SMTP": text, "GRANTAPP_MAIL_FROM": MAIL_FROM})
    assert "secret" not in str(refused.value) and "sécret" not in str(refused.value)


def test_a_server_without_an_address_to_write_from_is_refused(tmp_path):
    with pytest.raises(BadSetting, match="GRANTAPP_MAIL_FROM"):
        Settings.from_env({"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_SMTP": "smtp://smtp.example"})


@pytest.mark.parametrize(
    "text", ["grantapp", "a@b, c@d", "Zoé <zoe@x.example>", "a@x.example\nBcc: b@y.example", "é@x.fr"]
)
def test_an_address_to_write_from_is_one_plain_address(tmp_path, text):
    with pytest.raises(BadSetting, match="GRANTAPP_MAIL_FROM"):
        Settings.from_env({"GRANTAPP_HOME": str(tmp_path), "GRANTAPP_MAIL_FROM": text})


def test_an_operator_s_key_and_certificate_come_together_or_not_at_all(tmp_path):
    home = {"GRANTAPP_HOME": str(tmp_path)}
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key.touch()
    certificate.touch()
    both = {"GRANTAPP_SEAL_KEY": str(key), "GRANTAPP_SEAL_CERTIFICATE": str(certificate)}
    settings = Settings.from_env(home | both)
    assert (settings.seal_key, settings.seal_certificate) == (key, certificate)
    assert Settings.from_env(home).seal_key is None
    for name, other in (tuple(both), tuple(reversed(both))):
        with pytest.raises(BadSetting, match=f"{name} est donné sans {other}"):
            Settings.from_env(home | {name: both[name]})
        with pytest.raises(BadSetting, match=f"{other} vaut .* n'existe pas"):
            Settings.from_env(home | both | {other: str(tmp_path / "nulle-part.pem")})
