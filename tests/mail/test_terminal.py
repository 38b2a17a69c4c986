"""What the operator sees of mail that does not leave, and how somebody who lost everything is let in again."""

import json
from pathlib import Path
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from grantapp.cli import group
from grantapp.config import real_clock
from grantapp.domain.people import Person
from grantapp.services import jobs, mailing, second_factor
from grantapp.storage.database import Sessions
from grantapp.storage.models import JobRow, JobState, MessageRow, SecondFactorRow
from tests.makers import NOW
from tests.web.reader import plain


@pytest.fixture
def run(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command of the terminal on the home where the `engine` fixture has put its database."""
    monkeypatch.setenv("GRANTAPP_HOME", str(tmp_path))

    def command(*words: str) -> Result:
        return CliRunner().invoke(group, list(words))

    return command


@pytest.fixture
def given_up(sessions: Sessions, camille: Person) -> None:
    with sessions.writing() as session:
        facts = {"change": "password", "at": "ce jour"}
        at = real_clock()
        number = mailing.write(
            session, "account_changed", name="Camille", email=camille.email, facts=facts, now=NOW, at=at
        )
        session.commit()
        row = session.scalars(sa.select(MessageRow)).one()
        mailing._not_sent(row, "550 5.1.1 no such mailbox", True, at)
        job = session.get_one(JobRow, number)
        job.state, job.ended_at = JobState.DONE, at
        session.commit()


def test_when_all_mail_has_left_the_terminal_says_so(run):
    result = run("mail")
    assert (result.exit_code, result.stdout) == (0, "Tout le courrier est parti.\n")


def test_what_was_given_up_is_told_with_its_reason_and_fails_a_probe(run, given_up):
    result = run("mail")
    assert result.exit_code == 1
    said = plain(result.stdout)
    assert "account_changed pour camille@mistral.example, écrit le 15 mars 2022 à 10 h 00 : 1 essai, abandonné" in said
    assert "550 5.1.1 no such mailbox" in said
    (waiting,) = json.loads(run("mail", "--json").stdout)
    assert (waiting["error"], waiting["next_try_at"], waiting["attempts"]) == ("550 5.1.1 no such mailbox", None, 1)


def test_mail_that_was_given_up_can_be_taken_up_again(run, given_up, sessions: Sessions):
    result = run("mail", "--relancer")
    assert result.exit_code == 0 and "1 message à reprendre" in plain(result.stdout)
    with sessions.writing() as session:
        assert len(mailing.resume(session, at=real_clock())) == 1
    with sessions.reading() as session:
        assert len(jobs.due(session, now=real_clock())) == 1


def test_the_operator_takes_a_second_factor_away(run, sessions: Sessions, camille: Person):
    at = real_clock()
    with sessions.writing() as session:
        second_factor.prepare(session, now=NOW, by=camille)
    with sessions.writing() as session:
        code = pyotp.TOTP(session.get_one(SecondFactorRow, camille.id).secret).at(at)
        second_factor.confirm(session, code, now=NOW, at=at, by=camille)
    result = run("second-factor", "CAMILLE@mistral.example")
    assert result.exit_code == 0 and "se connecte désormais sans code" in plain(result.stdout)
    with sessions.reading() as session:
        assert not second_factor.is_asked(session, camille.id)
    assert "n’est pas activée" in run("second-factor", camille.email).stderr
    assert "Aucun compte" in run("second-factor", "personne@x.example").stderr
