"""The worker as it runs: a process of its own, a child for the jobs, and no orphan."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from grantapp.config import Settings, real_clock
from grantapp.domain.people import Person
from grantapp.services import depositing, jobs
from grantapp.storage.database import Sessions, UnsafeStorage
from grantapp.storage.files import Files
from grantapp.storage.models import DocumentRow, JobRow, JobState
from grantapp.worker import run_worker
from tests import makers

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the process table of Linux")

WORKER = [sys.executable, "-m", "grantapp.cli", "worker"]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The home where the `engine` and `files` fixtures have put their database and their files."""
    return {**os.environ, "GRANTAPP_HOME": str(tmp_path), "GRANTAPP_SECRET_KEY": "for tests only"}


@pytest.fixture
def start(environ: dict[str, str]) -> Iterator[Callable[[list[str]], subprocess.Popen[bytes]]]:
    """Starts a command in a group of its own, and ends what is left of that group after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def run(command: list[str]) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(command, env=environ, start_new_session=True, stdout=subprocess.PIPE))
        return started[-1]

    yield run
    for process in started:
        if group(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def group(leader: int) -> list[int]:
    """The processes of a group that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, _, pgrp = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(pgrp) == leader and state != "Z":
                found.append(int(entry.name))
    return found


def wait_for(what: Callable[[], object], seconds: float = 60) -> object:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
    return found


def job_state(sessions: Sessions) -> JobState | None:
    """That of the job for the dossier, which is the last."""
    with sessions.reading() as session:
        return session.scalar(sa.select(JobRow.state).order_by(JobRow.id.desc()).limit(1))


def test_a_worker_takes_up_what_a_dead_one_left(
    sessions: Sessions, files: Files, camille: Person, complete: str, start: Callable[..., subprocess.Popen[bytes]]
):
    """Nobody sends it a message: the sweep of its start finds the row, whose lease has run out."""
    with sessions.writing() as session:
        _, number, _ = depositing.deposit(
            session, complete, address="https://depots.example", now=makers.NOW, by=camille
        )
    assert jobs._claim(sessions, number, real_clock() - 2 * jobs.LEASE) is not None
    worker = start(WORKER)
    wait_for(lambda: job_state(sessions) is JobState.DONE)
    with sessions.reading() as session:
        content = depositing.read_pdf(session, files, complete, 1, by=camille)
        assert session.scalar(sa.select(sa.func.count()).select_from(DocumentRow)) == 2
        assert session.get_one(JobRow, number).attempts == 2
    assert content.startswith(b"%PDF-")
    worker.terminate()
    assert worker.wait(20) == 0
    wait_for(lambda: not group(worker.pid), 5)


def test_a_worker_whose_parent_is_killed_leaves_no_orphan(
    engine: sa.Engine, tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
):
    site = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(600)"
    parent = start([sys.executable, "-c", site, *WORKER])
    # The parent; the worker, its scheduler and its child. (Libraries that are being loaded start short children too.)
    wait_for(lambda: (tmp_path / "jobs.db").exists() and len(group(parent.pid)) == 4)
    parent.kill()
    parent.wait()
    wait_for(lambda: not group(parent.pid), 10)


def test_the_child_that_dies_in_a_job_is_replaced(
    engine: sa.Engine, tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
):
    worker = start(WORKER)
    wait_for(lambda: (tmp_path / "jobs.db").exists() and len(group(worker.pid)) == 3)
    children = sorted(set(group(worker.pid)) - {worker.pid})
    for child in children:
        os.kill(child, signal.SIGKILL)
    wait_for(lambda: len(group(worker.pid)) == 3 and not set(children) & set(group(worker.pid)), 20)
    assert worker.poll() is None


def test_a_worker_refuses_an_unsafe_storage(environ: dict[str, str]):
    with pytest.raises(UnsafeStorage):
        run_worker(Settings.from_env(environ | {"GRANTAPP_DATABASE_URL": "sqlite://"}))


def test_the_worker_and_the_site_agree_on_their_home(tmp_path: Path):
    settings = Settings.from_env({"GRANTAPP_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/grantapp.db"
    assert settings.files_url == f"file://{tmp_path}/files"
