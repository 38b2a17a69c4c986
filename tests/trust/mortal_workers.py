"""Two workers at a time over one list of jobs, each killed at a random moment and replaced; says in JSON what is left.

A program of its own, that opens no database before it forks: `mortal_workers.py HOME JOBS KILLS SEED`.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grantapp.config import real_clock
from grantapp.services import jobs
from grantapp.storage.database import Sessions, make_engine
from grantapp.storage.files import Files
from grantapp.storage.models import JobRow, JobState, OrganisationRow
from tests import makers


def open_home(home: str) -> tuple[Sessions, Files]:
    return Sessions(make_engine(f"sqlite:///{home}/grantapp.db")), Files.at(f"file://{home}/files")


def work(home: str, seed: int) -> None:
    """Take what is due until nothing is left: keep a file, then write one row that names it.

    The job that was tried least comes first. On a slow machine, where a job outlasts the pause between two kills, the
    first of the list would otherwise meet every death, and be given up after five, as it should be.
    """
    sessions, files = open_home(home)
    chance = random.Random(seed)  # noqa: S311

    def handler(args: dict[str, Any], now: datetime) -> jobs.Write:
        time.sleep(chance.uniform(0, 0.05))
        sha256 = files.keep(f"job {args['number']}".encode())
        time.sleep(chance.uniform(0, 0.05))

        def write(session: Session) -> None:
            session.add(makers.organisation_row(name=f"{args['number']} {sha256}"))

        return write

    while True:
        with sessions.reading() as session:
            tried_least = sa.select(JobRow.id).order_by(JobRow.attempts, JobRow.id)
            due = session.scalars(tried_least.where(JobRow.id.in_(jobs.due(session, now=real_clock())))).all()
            left = session.scalar(
                sa.select(sa.func.count()).where(JobRow.state.in_((JobState.QUEUED, JobState.RUNNING)))
            )
        if not left:
            return
        for number in due[:5]:
            jobs.run(sessions, number, {"note": handler}, clock=real_clock)
        time.sleep(0.01)


def fork(task: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            task()
        finally:
            os._exit(0)
    return child


def main(home: str, count: int, kills: int, seed: int) -> dict[str, object]:
    jobs.LEASE = timedelta(seconds=0.5)
    chance = random.Random(seed)  # noqa: S311
    born = iter(range(seed, seed + 10_000))
    until = time.monotonic() + 60 + kills
    workers = [fork(partial(work, home, next(born))) for _ in range(2)]
    done = 0
    while done < kills and time.monotonic() < until:
        time.sleep(chance.uniform(0.02, 0.2))
        place = chance.randrange(2)
        os.kill(workers[place], signal.SIGKILL)
        os.waitpid(workers[place], 0)
        workers[place] = fork(partial(work, home, next(born)))
        done += 1
    for worker in workers:
        os.waitpid(worker, 0)

    sessions, files = open_home(home)
    with sessions.reading() as session:
        rows = session.scalars(sa.select(JobRow)).all()
        results = [name.split() for name in session.scalars(sa.select(OrganisationRow.name))]
    return {
        "jobs": len(rows),
        "kills": done,
        "done": sum(row.state is JobState.DONE for row in rows),
        "results": len(results),
        "distinct": len({number for number, _ in results}),
        "retried": sum(row.attempts > 1 for row in rows),
        "missing_files": sum(files.read(sha256) != f"job {number}".encode() for number, sha256 in results),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], *map(int, sys.argv[2:]))))
