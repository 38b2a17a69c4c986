"""Work outside the web process: claimed by one row, under a lease, with a fence, five times at most.

A worker that dies leaves a lease that runs out; one that was only slow, and comes back late, finds that the fence
has moved and writes nothing.
"""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from grantapp.config import Clock
from grantapp.storage.database import Sessions
from grantapp.storage.models import MOST_ATTEMPTS, JobRow, JobState, ProgressRow

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than the time limit of one job (storage/queue.py), or than a long one is silent
LONG = frozenset({"assembly"})  # kinds of jobs that may take longer than that limit, and say how far they are

Write = Callable[[Session], None]
Handler = Callable[[dict[str, Any], datetime], Write]
"""Does the work from the job's arguments, outside any transaction, and returns what writes its result down."""
Progress = Callable[[int, int], None]
"""Says how much is done, of how much. It renews the job's lease, and raises `Superseded` when the job is not ours."""


@dataclass(frozen=True)
class Long:
    """The handler of a job that says how far it is, and may be done in several turns.

    It keeps what it makes as it goes. Instead of what writes its end down it may return None: then the job goes back in
    line, so that the others are not kept waiting, and is taken up again where it stopped. It must have kept something
    new each time, for such a turn counts as no attempt.
    """

    work: Callable[[dict[str, Any], datetime, Progress], Write | None]


class Superseded(Exception):  # noqa: N818 - it says what happened
    """Another worker has taken the job: what this one does is of no use any more."""


def submit(session: Session, kind: str, args: Mapping[str, Any], *, now: datetime) -> int:
    """Add a job to the caller's transaction; send its number to the queue once that is committed."""
    job = JobRow(kind=kind, args=dict(args), state=JobState.QUEUED, attempts=0, fence=0, created_at=now)
    session.add(job)
    session.flush()
    return job.id


def due(session: Session, *, now: datetime) -> list[int]:
    """The jobs to send (again): those that wait, and those whose worker has not been heard of since its lease."""
    return list(session.scalars(select(JobRow.id).where(_may_be_taken(now)).order_by(JobRow.id)))


def long_among(session: Session, job_ids: Iterable[int]) -> frozenset[int]:
    """Those of these jobs that are to be sent as long ones."""
    wanted = select(JobRow.id).where(JobRow.id.in_(list(job_ids)), JobRow.kind.in_(LONG))
    return frozenset(session.scalars(wanted))


def run(sessions: Sessions, job_id: int, handlers: Mapping[str, Handler | Long], *, clock: Clock) -> bool:
    """Take the job if it can be taken, do it, write the result and the end in one transaction.

    True when it is in line again for another turn: send it. `clock` tells the real time, even in a demonstration:
    leases are between processes, not between people.
    """
    claimed = _claim(sessions, job_id, clock())
    if claimed is None:
        return False
    kind, args, attempts, fence = claimed
    try:
        handler = handlers[kind]
        if isinstance(handler, Long):
            write = handler.work(args, clock(), _progress(sessions, job_id, fence, clock))
        else:
            write = handler(args, clock())
        with sessions.writing() as session:
            if write is None:
                goes_on = _again(session, job_id, fence)
                session.commit()
                return goes_on
            if _end(session, job_id, fence, state=JobState.DONE, error=None, now=clock()):
                write(session)
                session.commit()
    except (KeyboardInterrupt, SystemExit):
        _give_back(sessions, job_id, fence, "interrupted", attempts, clock())
        raise
    except BaseException as error:  # WeasyPrint's FatalURLFetchingError is no Exception
        log.warning("job %d (%s), attempt %d: %s", job_id, kind, attempts, place_of(error))
        _give_back(sessions, job_id, fence, place_of(error), attempts, clock())
    return False


def place_of(error: BaseException) -> str:
    """The kind of an error and where it rose. Not its text, which may quote what an applicant wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({PurePath(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"


def _may_be_taken(now: datetime) -> Any:
    return or_(
        JobRow.state == JobState.QUEUED,
        and_(JobRow.state == JobState.RUNNING, JobRow.lease_until < now),
    )


def _claim(sessions: Sessions, job_id: int, now: datetime) -> tuple[str, dict[str, Any], int, int] | None:
    """One winner: the condition and the change are one statement."""
    with sessions.writing() as session:
        session.execute(
            update(JobRow)
            .where(JobRow.id == job_id, _may_be_taken(now), JobRow.attempts >= MOST_ATTEMPTS)
            .values(state=JobState.FAILED, lease_until=None, ended_at=now, error="every attempt was interrupted")
        )
        taken = session.execute(
            update(JobRow)
            .where(JobRow.id == job_id, _may_be_taken(now), JobRow.attempts < MOST_ATTEMPTS)
            .values(
                state=JobState.RUNNING,
                attempts=JobRow.attempts + 1,
                fence=JobRow.fence + 1,
                lease_until=now + LEASE,
            )
            .returning(JobRow.kind, JobRow.args, JobRow.attempts, JobRow.fence)
        ).one_or_none()
        session.commit()
    return (taken.kind, taken.args, taken.attempts, taken.fence) if taken else None


def _end(session: Session, job_id: int, fence: int, *, state: JobState, error: str | None, now: datetime) -> bool:
    """Leave the running state, if the job is still ours. Not committed here."""
    ours = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.fence == fence, JobRow.state == JobState.RUNNING)
        .values(
            state=state,
            lease_until=None,
            error=error,
            ended_at=None if state is JobState.QUEUED else now,
        )
        .returning(JobRow.id)
    )
    return ours.one_or_none() is not None


def _again(session: Session, job_id: int, fence: int) -> bool:
    """Back in line for another turn, if the job is still ours; its attempts are counted anew. Not committed here."""
    ours = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.fence == fence, JobRow.state == JobState.RUNNING)
        .values(state=JobState.QUEUED, lease_until=None, attempts=0, error=None)
        .returning(JobRow.id)
    )
    return ours.one_or_none() is not None


def _progress(sessions: Sessions, job_id: int, fence: int, clock: Clock) -> Progress:
    def note(done: int, total: int) -> None:
        now = clock()
        with sessions.writing() as session:
            ours = session.execute(
                update(JobRow)
                .where(JobRow.id == job_id, JobRow.fence == fence, JobRow.state == JobState.RUNNING)
                .values(lease_until=now + LEASE)
                .returning(JobRow.id)
            )
            if ours.one_or_none() is None:
                raise Superseded
            session.merge(ProgressRow(job_id=job_id, done=done, total=total, noted_at=now))
            session.commit()

    return note


def _give_back(sessions: Sessions, job_id: int, fence: int, error: str, attempts: int, now: datetime) -> None:
    """For another try, or for good after the last one."""
    state = JobState.FAILED if attempts >= MOST_ATTEMPTS else JobState.QUEUED
    with sessions.writing() as session:
        _end(session, job_id, fence, state=state, error=error, now=now)
        session.commit()
