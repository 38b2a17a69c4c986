"""Carrying a message: to a maildir, to an SMTP server; what is refused for good and what may pass later."""

import mailbox
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import UUID

import pytest

from grantapp.config import SmtpServer
from grantapp.mail import carrying, envelope, writing
from grantapp.mail.carrying import Maildir, Smtp, Undelivered
from tests.mail.server import Manners, certificate, listening

ROW = UUID(int=7)
NAME = ROW.hex


def message(name: str = "Zoé Exemple", email: str = "zoe@mistral.example", subject: str = "Été") -> EmailMessage:
    return envelope.seal(
        writing.Letter(subject, "Bonjour Zoé,\n.\nça va ?\n", "<p>Bonjour Zoé,</p>\n"),
        row=ROW,
        name=name,
        email=email,
        sender="ne-pas-repondre@dossiers.example",
        written_at=datetime(2022, 3, 15, 9, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("certificate"))


def smtp(port: int, trust: ssl.SSLContext | None = None, *, far: bool = False, **options: object) -> Smtp:
    """A carrier to the test's server; `far` treats it as a machine of the outside, with which all must be private."""
    carrier = Smtp(SmtpServer(host="127.0.0.1", port=port, **options), trust)
    carrier.needs_tls = carrier.needs_tls or far
    return carrier


def refusal(manners: Manners, make: Callable[[int], Smtp] = smtp) -> Undelivered:
    with listening(manners) as port, pytest.raises(Undelivered) as refused:
        make(port).carry(message(), NAME)
    assert manners.received == []
    return refused.value


# ── the envelope ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_both_forms_travel_with_an_identity_that_comes_from_the_row():
    read = message_from_bytes(message().as_bytes(), policy=SMTP)
    assert (read["Message-ID"], read["Date"]) == (
        f"<{NAME}@dossiers.example>",
        "Tue, 15 Mar 2022 09:00:00 +0000",
    )
    assert (read["To"], read["Subject"]) == ("Zoé Exemple <zoe@mistral.example>", "Été")
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert read.get_body(("plain",)).get_content().splitlines() == ["Bonjour Zoé,", ".", "ça va ?"]


@pytest.mark.parametrize("split", ["\n", "\r\n", "\r", "\x0b", "\u2028"])
def test_nothing_typed_becomes_another_header(split):
    evil = f"Zoé{split}Bcc: autre@evil.example"
    for changes in ({"name": evil}, {"subject": evil}, {"email": f"zoe{split}@mistral.example"}):
        try:
            sent = message_from_bytes(message(**changes).as_bytes(), policy=SMTP)
        except (ValueError, envelope.BadAddress):
            continue
        assert sent["Bcc"] is None and [each for each in sent if each == "To"] == ["To"]
        assert "autre@evil.example" not in [each.addr_spec for each in sent["To"].addresses]


@pytest.mark.parametrize(
    "email", ["", "zoe", "@x.example", "zoe@", "a@x.example, b@y.example", "<a@x.example>", "a b@x.example"]
)
def test_what_is_no_single_address_is_never_written_to(email):
    with pytest.raises(envelope.BadAddress):
        message(email=email)


# ── maildir ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_maildir_is_one_that_other_programs_read(tmp_path: Path):
    Maildir(tmp_path / "box").carry(message(), NAME)
    (read,) = mailbox.Maildir(tmp_path / "box", create=False)
    assert read["Message-ID"] == f"<{NAME}@dossiers.example>"
    assert list((tmp_path / "box" / "tmp").iterdir()) == []
    assert (tmp_path / "box" / "new").stat().st_mode & 0o077 == 0


def test_the_same_message_delivered_twice_is_one_file(tmp_path: Path):
    box = Maildir(tmp_path / "box")
    box.carry(message(), NAME)
    box.carry(message(), NAME)
    assert box.list_names() == [NAME]


@pytest.mark.parametrize("name", ["../secret_key", "secret", "", "." * 32, "g" * 32])
def test_only_messages_are_read_in_a_maildir(tmp_path: Path, name: str):
    box = Maildir(tmp_path / "box")
    box.carry(message(), NAME)
    (tmp_path / "box" / "secret_key").write_text("secret")
    assert box.read(name) is None
    assert box.read(NAME)


def test_a_maildir_that_cannot_be_written_may_be_later(tmp_path: Path):
    (tmp_path / "box").write_text("a file stands in the way")
    with pytest.raises(Undelivered, match="maildir") as refused:
        Maildir(tmp_path / "box").carry(message(), NAME)
    assert not refused.value.for_good


# ── SMTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_on_this_machine_is_handed_the_message_whole():
    manners = Manners()
    with listening(manners) as port:
        smtp(port).carry(message(), NAME)
    (received,) = manners.received
    read = message_from_bytes(received, policy=SMTP)
    assert read["Message-ID"] == f"<{NAME}@dossiers.example>"
    assert read.get_body(("plain",)).get_content().splitlines() == ["Bonjour Zoé,", ".", "ça va ?"]


def test_a_server_elsewhere_is_spoken_to_in_private_only(contexts):
    server, trust = contexts
    manners = Manners(starttls=server, users={"zoe": "mot:de@passe"})
    with listening(manners) as port:
        smtp(port, trust, far=True, user="zoe", password="mot:de@passe").carry(message(), NAME)
    assert len(manners.received) == 1 and manners.passwords_in_clear == []


def test_without_starttls_a_server_elsewhere_gets_neither_password_nor_message():
    manners = Manners(users={"zoe": "secret"})
    refused = refusal(manners, lambda port: smtp(port, far=True, user="zoe", password="secret"))
    assert "STARTTLS" in str(refused) and not refused.for_good
    assert manners.passwords_in_clear == []


def test_a_server_that_cannot_prove_its_name_gets_nothing(contexts):
    manners = Manners(starttls=contexts[0], users={"zoe": "secret"})
    refused = refusal(manners, lambda port: smtp(port, far=True, user="zoe", password="secret"))
    assert "SSLCertVerificationError" in str(refused) and not refused.for_good


def test_smtps_is_private_from_the_first_byte(contexts):
    server, trust = contexts
    manners = Manners(tls=server, users={"zoe": "secret"})
    with listening(manners) as port:
        smtp(port, trust, tls=True, user="zoe", password="secret").carry(message(), NAME)
    assert len(manners.received) == 1 and manners.passwords_in_clear == []


def test_a_refused_password_is_the_operator_s_to_mend_and_no_fault_of_the_message():
    refused = refusal(Manners(users={"zoe": "autre"}), lambda port: smtp(port, user="zoe", password="secret"))
    assert "535" in str(refused) and "secret" not in str(refused) and not refused.for_good


@pytest.mark.parametrize(
    ("manners", "for_good"),
    [
        (Manners(to_recipient="450 4.2.1 greylisted, come back"), False),
        (Manners(to_recipient="550 5.1.1 no such mailbox"), True),
        (Manners(to_data="451 4.3.0 disk full"), False),
        (Manners(to_data="554 5.7.1 looks like spam"), True),
        (Manners(greeting="421 4.3.2 too busy"), False),
        (Manners(greeting="554 5.7.1 not you"), False),  # of the server, not of the message
    ],
    ids=lambda each: each.to_recipient[:3] + each.to_data[:3] + each.greeting[:3] if isinstance(each, Manners) else "",
)
def test_4xx_may_pass_later_and_5xx_will_not(manners: Manners, for_good: bool):
    assert refusal(manners).for_good is for_good


def test_the_answer_of_a_server_cannot_forge_a_line_of_ours():
    refused = refusal(Manners(to_recipient="550 no\x1b[2J\x07 way"))
    assert str(refused).isprintable() and str(refused).startswith("550")


def test_a_server_that_says_nothing_is_left_soon(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(carrying, "PATIENCE", 0.3)
    assert "pas de connexion" in str(refusal(Manners(silent=True)))


def test_a_server_that_is_not_there_is_tried_again():
    with listening(Manners()) as port:
        pass
    with pytest.raises(Undelivered, match="pas de connexion") as refused:
        smtp(port).carry(message(), NAME)
    assert not refused.value.for_good


@pytest.mark.parametrize(
    ("host", "needs_tls"),
    [("127.0.0.1", False), ("127.9.9.9", False), ("::1", False), ("localhost", False), ("192.0.2.1", True),
     ("smtp.example", True), ("localhost.evil.example", True), ("127.0.0.1.evil.example", True)],
)  # fmt: skip
def test_only_this_machine_is_trusted_in_the_clear(host: str, needs_tls: bool):
    assert Smtp(SmtpServer(host=host, port=25)).needs_tls is needs_tls
