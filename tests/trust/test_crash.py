"""Kill everything at a random moment, start again, and look for each thing that was answered « done ».

`./run crash`; GRANTAPP_CRASHES=500 for a long run, GRANTAPP_SEED=… for the same one again. Linux only.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from grantapp.services import jobs
from grantapp.storage.database import Sessions
from tests import makers
from tests.trust.living_site import CLIENTS, STRONG, WEAKENED, Client, Promises, Site, check, furnish

pytestmark = [
    pytest.mark.crash,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and preloads a library"),
]
KILLS = int(os.environ.get("GRANTAPP_CRASHES", "20"))
SEED = int(os.environ.get("GRANTAPP_SEED", "1"))


@pytest.fixture(scope="session")
def powercut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The power-cut library, compiled here."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        assert os.environ.get("CI") != "true", "gcc is missing: the power cut would not be tested"
        pytest.skip("gcc is missing: only the kills are tested, not the power cut")
    library = tmp_path_factory.mktemp("powercut") / "powercut.so"
    source = Path(__file__).with_name("powercut.c")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def crash(
    home: Path,
    command: list[str],
    powercut: Path | None,
    kills: int,
    enough: Callable[[Promises], bool] = lambda _: False,
) -> tuple[Promises, int]:
    """Live and die `kills` times over one home; the promises as they were found after the last."""
    applicants = furnish(home, filings=kills)
    site, promises = Site(home, command, powercut), Promises()
    clients = [Client(site, applicant, promises, SEED + number) for number, applicant in enumerate(applicants)]
    moments = random.Random(SEED)  # noqa: S311
    done = 0
    try:
        for done in range(1, kills + 1):
            promises.restarts.append(site.start())
            stop = threading.Event()
            if done == 1:
                for client in clients:
                    client.sign_in()
            threads = [threading.Thread(target=client.work, args=(stop,)) for client in clients]
            for thread in threads:
                thread.start()
            wait_until_somebody_was_answered(promises, promises.acknowledged)
            time.sleep(moments.uniform(0, 0.8))
            site.kill()
            stop.set()
            for thread in threads:
                thread.join()
            check(home, promises)
            if enough(promises):
                break
    finally:
        site.kill()
    return promises, done


def wait_until_somebody_was_answered(promises: Promises, before: int) -> None:
    """However slow the machine: a site that dies before its first answer promises nothing, and tests nothing."""
    until = time.monotonic() + 20
    while promises.acknowledged == before and time.monotonic() < until:
        time.sleep(0.005)


def say(capsys: pytest.CaptureFixture[str], what: str, promises: Promises, kills: int, began: float) -> None:
    with capsys.disabled():
        print(f"\n{what}: {promises.figures(kills)}; {time.monotonic() - began:.0f} s")


def test_a_killed_site_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    began = time.monotonic()
    promises, kills = crash(tmp_path / "home", STRONG, None, KILLS)
    say(capsys, "kill -9, page cache kept", promises, kills, began)
    assert promises.acknowledged > 10 * CLIENTS
    assert promises.filings and promises.attachments
    assert (promises.lost, promises.faults) == (0, [])


def test_a_power_cut_loses_nothing(tmp_path: Path, powercut: Path, capsys: pytest.CaptureFixture[str]):
    began = time.monotonic()
    promises, kills = crash(tmp_path / "home", STRONG, powercut, KILLS)
    say(capsys, "power cut, flushed bytes only", promises, kills, began)
    assert promises.acknowledged > 10 * CLIENTS
    assert promises.filings and promises.attachments
    assert (promises.lost, promises.faults) == (0, [])


def test_the_power_cut_takes_what_a_weaker_storage_only_promised(
    tmp_path: Path, powercut: Path, capsys: pytest.CaptureFixture[str]
):
    """The control: with synchronous=NORMAL and files that are not flushed, the same harness must find losses."""
    began = time.monotonic()
    promises, kills = crash(
        tmp_path / "home", WEAKENED, powercut, KILLS, enough=lambda p: p.lost_saves > 0 and p.lost_attachments > 0
    )
    say(capsys, "control, synchronous=NORMAL", promises, kills, began)
    assert promises.lost_saves > 0
    assert promises.lost_attachments > 0


def test_killed_workers_leave_one_result_for_each_job(
    engine: sa.Engine, sessions: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    count, kills = 5 * KILLS, 2 * KILLS
    with sessions.writing() as session:
        for number in range(count):
            jobs.submit(session, "note", {"number": number}, now=makers.NOW)
        session.commit()
    engine.dispose()
    command = [sys.executable, "-m", "tests.trust.mortal_workers", str(tmp_path), str(count), str(kills), str(SEED)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120 + 2 * kills, check=True)
    figures = json.loads(done.stdout)
    with capsys.disabled():
        print(f"\nkilled workers: {figures}")
    assert figures["kills"] == kills
    assert (figures["done"], figures["results"], figures["distinct"]) == (count, count, count)
    assert figures["retried"] > 0
    assert figures["missing_files"] == 0
