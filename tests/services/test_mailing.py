"""Mail: written with its act, sent once, tried again with pauses, given up aloud, never lost."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from grantapp.config import SmtpServer
from grantapp.mail.carrying import Smtp, Undelivered
from grantapp.services import jobs, mailing
from grantapp.services.mailing import MAIL, PAUSES, Postman, Tokens
from grantapp.storage.database import Sessions
from grantapp.storage.models import JobRow, JobState, MessageRow
from tests import makers
from tests.mail.server import Manners, listening

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FACTS = {"change": "password", "at": "ce jour"}


class Memory:
    """A carrier that remembers, or refuses as often as it is told to."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.carried: list[EmailMessage] = []

    def carry(self, message: EmailMessage, name: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.carried.append(message)


class Clockwork:
    """The worker's minute, without waiting for it."""

    def __init__(self, sessions: Sessions, carrier: object) -> None:
        self.sessions, self.at = sessions, START
        self.handlers = {MAIL: mailing.handler(sessions, postman(carrier))}

    def minute(self) -> None:
        with self.sessions.writing() as session:
            mailing.resume(session, at=self.at)
        with self.sessions.reading() as session:
            due = jobs.due(session, now=self.at)
        for number in due:
            jobs.run(self.sessions, number, self.handlers, clock=lambda: self.at)

    def run_for(self, time: timedelta, step: timedelta = timedelta(minutes=1)) -> None:
        end = self.at + time
        while self.at <= end:
            self.minute()
            self.at += step


def postman(carrier: object) -> Postman:
    key = "for tests only"
    return Postman(
        carrier,
        "ne-pas-repondre@dossiers.example",
        "https://dossiers.example",
        Tokens(key),
        Tokens(key, Tokens.INVITATION),
    )


def write(sessions: Sessions, name: str = "Zoé", email: str = "zoe@mistral.example", **facts: object) -> UUID:
    with sessions.writing() as session:
        number = mailing.write(
            session, "account_changed", name=name, email=email, facts=FACTS | facts, now=makers.NOW, at=START
        )
        session.commit()
        return session.scalars(sa.select(MessageRow.id).where(MessageRow.job_id == number)).one()


def row(sessions: Sessions, message: UUID) -> MessageRow:
    with sessions.reading() as session:
        return session.get_one(MessageRow, message)


def test_a_message_is_sent_once_and_noted(sessions: Sessions):
    message, carrier = write(sessions), Memory()
    clock = Clockwork(sessions, carrier)
    clock.run_for(timedelta(minutes=10))
    (sent,) = carrier.carried
    assert sent["Message-ID"] == f"<{message.hex}@dossiers.example>"
    assert str(sent["To"]) == "Zoé <zoe@mistral.example>"
    kept = row(sessions, message)
    assert (kept.sent_at, kept.next_try_at, kept.attempts) == (START, None, 1)


def test_an_act_that_is_not_committed_sends_nothing(sessions: Sessions):
    with sessions.writing() as session:
        mailing.write(
            session, "account_changed", name="Zoé", email="z@x.example", facts=FACTS, now=makers.NOW, at=START
        )
    carrier = Memory()
    Clockwork(sessions, carrier).run_for(timedelta(minutes=2))
    assert carrier.carried == []


def test_an_unknown_kind_is_refused_when_it_is_written_and_not_when_it_is_sent(sessions: Sessions):
    with sessions.writing() as session, pytest.raises(ValueError, match="poem"):
        mailing.write(session, "poem", name="Zoé", email="z@x.example", facts={}, now=makers.NOW, at=START)


def test_a_refusal_that_may_pass_is_tried_again_after_longer_and_longer_pauses(sessions: Sessions):
    message, carrier = write(sessions), Memory(*[Undelivered("451 later")] * 3)
    clock, tries = Clockwork(sessions, carrier), []
    while not carrier.carried:
        before = len(carrier.refusals)
        clock.minute()
        if len(carrier.refusals) < before or carrier.carried:
            tries.append(clock.at - START)
        clock.at += timedelta(minutes=1)
    assert tries == [timedelta(minutes=minutes) for minutes in (0, 1, 6, 21)]
    assert row(sessions, message).attempts == 4


def test_a_refusal_for_good_is_given_up_at_once_and_shown_to_the_operator(sessions: Sessions):
    message, carrier = write(sessions), Memory(Undelivered("550 5.1.1 no such mailbox", for_good=True))
    Clockwork(sessions, carrier).run_for(timedelta(minutes=5))
    assert carrier.carried == [] and carrier.refusals == []
    with sessions.reading() as session:
        (waiting,) = mailing.list_waiting(session)
    assert (waiting.id, waiting.next_try_at, waiting.error) == (message, None, "550 5.1.1 no such mailbox")


def test_after_the_last_pause_a_message_is_given_up_and_can_be_taken_up_again(sessions: Sessions):
    message, carrier = write(sessions), Memory(*[Undelivered("no connection")] * (len(PAUSES) + 1))
    clock = Clockwork(sessions, carrier)
    clock.run_for(sum(PAUSES, timedelta()) + timedelta(hours=10), step=timedelta(minutes=30))
    assert carrier.refusals == [] and row(sessions, message).given_up_at is not None
    with sessions.writing() as session:
        assert mailing.try_again(session, at=clock.at) == 1
    clock.minute()
    assert len(carrier.carried) == 1 and row(sessions, message).sent_at is not None


def test_an_address_that_cannot_be_written_to_is_given_up_at_once(sessions: Sessions):
    message, carrier = write(sessions, email="not an address"), Memory()
    Clockwork(sessions, carrier).minute()
    assert row(sessions, message).given_up_at and carrier.carried == []


def test_a_fault_of_ours_is_bounded_too_and_quotes_nothing(sessions: Sessions):
    message = write(sessions)
    Clockwork(sessions, Memory(RuntimeError("zoe@mistral.example"))).minute()
    kept = row(sessions, message)
    assert kept.next_try_at == START + PAUSES[0] and kept.error.startswith("RuntimeError (test_mailing.py:")


def test_a_message_whose_workers_all_die_is_given_up_in_the_end(sessions: Sessions):
    message = write(sessions)
    at = START
    for _ in range(200):
        with sessions.writing() as session:
            mailing.resume(session, at=at)
        with sessions.reading() as session:
            due = jobs.due(session, now=at)
        for number in due:
            jobs._claim(sessions, number, at)  # and the worker dies
        at += timedelta(hours=1)
    kept = row(sessions, message)
    assert kept.given_up_at and kept.error == "chaque essai a été interrompu"


def test_the_database_alone_makes_no_link(sessions: Sessions):
    link = UUID(int=9)
    carrier = Memory()
    with sessions.writing() as session:
        facts = {"goal": "sign_in", "link": str(link), "minutes": 15}
        mailing.write(session, "sign_in_link", name="Zoé", email="z@x.example", facts=facts, now=makers.NOW, at=START)
        session.commit()
    Clockwork(sessions, carrier).minute()
    token = Tokens("for tests only").of(link)
    assert f"https://dossiers.example/connexion/lien/{token}" in carrier.carried[0].get_body(("plain",)).get_content()
    with sessions.reading() as session:
        stored = [str(each) for each in session.execute(sa.text("SELECT * FROM message")).one()]
    assert not any(token in each for each in stored)
    assert Tokens("for tests only").read(token) == link
    assert Tokens("another key").read(token) is None


@pytest.mark.parametrize("token", ["", "abc", "a.b", "é", "x" * 5_000])
def test_a_token_that_is_not_ours_names_no_link(token: str):
    assert Tokens("for tests only").read(token) is None


@pytest.mark.parametrize(
    "name", ["http://evil.example", "Gagnez sur www.evil.example", "zoe@evil.example", "x" * 81, "<b>"]
)
def test_nobody_has_an_address_sent_to_others_as_a_name(name: str):
    assert mailing.greeted(name) == ""


@pytest.mark.parametrize("name", ["Zoé Exemple", "J.-P. d'Été", "Ñandú (gérante)"])
def test_a_name_is_greeted(name: str):
    assert mailing.greeted(name) == name


MORTAL = """
import os, signal, sys
from datetime import UTC, datetime
from grantapp.config import SmtpServer
from grantapp.mail.carrying import Smtp
from grantapp.services import jobs, mailing
from grantapp.storage.database import Sessions, make_engine
from tests.services.test_mailing import START, postman

class Mortal(Smtp):
    def carry(self, message, name):
        super().carry(message, name)
        os.kill(os.getpid(), signal.SIGKILL)  # sent, and nothing noted

sessions = Sessions(make_engine(sys.argv[1]))
carrier = Mortal(SmtpServer(host="127.0.0.1", port=int(sys.argv[2])))
jobs.run(sessions, int(sys.argv[3]), {"mail": mailing.handler(sessions, postman(carrier))}, clock=lambda: START)
"""


def test_a_worker_killed_between_sending_and_noting_sends_the_same_message_again_and_loses_nothing(
    sessions: Sessions, engine: sa.Engine
):
    messages = [write(sessions, email=f"zoe{number}@mistral.example") for number in range(3)]
    first = row(sessions, messages[0]).job_id
    engine.dispose()
    manners = Manners()
    with listening(manners) as port:
        words = [sys.executable, "-c", MORTAL, str(engine.url), str(port), str(first)]
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(words, env=environ, check=False, timeout=60)
        assert done.returncode == -signal.SIGKILL
        assert row(sessions, messages[0]).sent_at is None
        clock = Clockwork(sessions, Smtp(SmtpServer(host="127.0.0.1", port=port)))
        clock.run_for(timedelta(minutes=5))
    ids = [str(message_from_bytes(each)["Message-ID"]) for each in manners.received]
    expected = [f"<{message.hex}@dossiers.example>" for message in messages]
    assert sorted(ids) == sorted([expected[0], *expected])
    with sessions.reading() as session:
        assert mailing.list_waiting(session) == []
        assert set(session.scalars(sa.select(JobRow.state))) == {JobState.DONE}


def test_two_workers_send_a_message_once(sessions: Sessions):
    message, carrier = write(sessions), Memory()
    handlers = {MAIL: mailing.handler(sessions, postman(carrier))}
    number = row(sessions, message).job_id
    for _ in range(2):
        jobs.run(sessions, number, handlers, clock=lambda: START)
    assert len(carrier.carried) == 1
