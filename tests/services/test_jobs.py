"""Jobs: taken once, taken again when a worker dies, given up after five attempts."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grantapp.services import jobs
from grantapp.storage.database import Sessions
from grantapp.storage.models import JobRow, JobState, OrganisationRow, ProgressRow
from tests import makers

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Hand:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def job_id(sessions: Sessions) -> int:
    with sessions.writing() as session:
        number = jobs.submit(session, "note", {"name": "Coopérative"}, now=START)
        session.commit()
    return number


def noting(work: Callable[[], None] = lambda: None) -> dict[str, jobs.Handler]:
    """A handler whose result is one row."""

    def handler(args: dict[str, Any], now: datetime) -> jobs.Write:
        work()
        return lambda session: session.add(makers.organisation_row(name=args["name"]))

    return {"note": handler}


def row(sessions: Sessions, job_id: int) -> JobRow:
    with sessions.reading() as session:
        return session.get_one(JobRow, job_id)


def results(sessions: Sessions) -> int:
    with sessions.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(OrganisationRow)) or 0


def due(sessions: Sessions, now: datetime) -> list[int]:
    with sessions.reading() as session:
        return jobs.due(session, now=now)


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs, not even the handlers of errors."""


def die_in_the_middle(sessions: Sessions, job_id: int, clock: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed() -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_give_back", lambda *_: None)
        jobs.run(sessions, job_id, noting(killed), clock=clock)


def test_a_job_is_done_once_and_its_result_written(sessions: Sessions, job_id: int, clock: Hand):
    for _ in range(3):
        jobs.run(sessions, job_id, noting(), clock=clock)
    done = row(sessions, job_id)
    assert (done.state, done.attempts, done.ended_at, done.lease_until) == (JobState.DONE, 1, START, None)
    assert results(sessions) == 1
    assert due(sessions, START) == []


def test_a_job_that_does_not_exist_is_no_trouble(sessions: Sessions, clock: Hand):
    jobs.run(sessions, 404, noting(), clock=clock)
    assert results(sessions) == 0


def test_a_job_belongs_to_the_transaction_that_submits_it(sessions: Sessions):
    with sessions.writing() as session:
        jobs.submit(session, "note", {}, now=START)
    assert due(sessions, START) == []


def test_while_a_job_runs_nobody_else_takes_it(sessions: Sessions, job_id: int, clock: Hand):
    inside = []
    jobs.run(
        sessions,
        job_id,
        noting(lambda: inside.append((row(sessions, job_id).lease_until, due(sessions, START + jobs.LEASE)))),
        clock=clock,
    )
    assert inside == [(START + jobs.LEASE, [])]


def test_a_job_killed_in_the_middle_is_taken_again(
    sessions: Sessions, job_id: int, clock: Hand, monkeypatch: pytest.MonkeyPatch
):
    die_in_the_middle(sessions, job_id, clock, monkeypatch)
    assert (row(sessions, job_id).state, results(sessions)) == (JobState.RUNNING, 0)
    jobs.run(sessions, job_id, noting(), clock=clock)
    assert results(sessions) == 0  # its lease still runs
    clock.at += jobs.LEASE + timedelta(seconds=1)
    assert due(sessions, clock.at) == [job_id]
    jobs.run(sessions, job_id, noting(), clock=clock)
    assert (row(sessions, job_id).state, row(sessions, job_id).attempts, results(sessions)) == (JobState.DONE, 2, 1)


def test_a_job_that_kills_its_worker_is_parked_after_five_attempts(
    sessions: Sessions, job_id: int, clock: Hand, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(5):
        die_in_the_middle(sessions, job_id, clock, monkeypatch)
        clock.at += jobs.LEASE + timedelta(seconds=1)
    assert due(sessions, clock.at) == [job_id]
    jobs.run(sessions, job_id, noting(), clock=clock)
    parked = row(sessions, job_id)
    assert (parked.state, parked.attempts, parked.error) == (JobState.FAILED, 5, "every attempt was interrupted")
    assert (due(sessions, clock.at), results(sessions)) == ([], 0)


class FatalURLFetchingError(BaseException):
    """WeasyPrint's is no Exception either."""


@pytest.mark.parametrize("error", [ValueError, FatalURLFetchingError])
def test_a_job_that_fails_is_tried_five_times(sessions: Sessions, job_id: int, clock: Hand, error: type[BaseException]):
    def fails() -> None:
        raise error("CANARI: what an applicant wrote")

    for attempt in range(1, 6):
        assert due(sessions, START) == [job_id]
        jobs.run(sessions, job_id, noting(fails), clock=clock)
        failed = row(sessions, job_id)
        assert (failed.attempts, failed.state is JobState.FAILED) == (attempt, attempt == 5)
        assert failed.error.startswith(f"{error.__name__} (test_jobs.py:")
        assert "CANARI" not in failed.error
    assert due(sessions, START) == []


def test_an_unknown_kind_of_job_fails_instead_of_stopping_the_worker(sessions: Sessions, job_id: int, clock: Hand):
    jobs.run(sessions, job_id, {}, clock=clock)
    assert row(sessions, job_id).error.startswith("KeyError")


@pytest.mark.parametrize("order", [KeyboardInterrupt, SystemExit])
def test_a_worker_told_to_stop_stops_and_gives_its_job_back(
    sessions: Sessions, job_id: int, clock: Hand, order: type[BaseException]
):
    def told() -> None:
        raise order

    with pytest.raises(order):
        jobs.run(sessions, job_id, noting(told), clock=clock)
    assert (row(sessions, job_id).state, due(sessions, START)) == (JobState.QUEUED, [job_id])


def test_a_worker_that_comes_back_late_writes_nothing(sessions: Sessions, job_id: int, clock: Hand):
    """Its lease ran out, another took the job and did it: the fence has moved."""

    def slow() -> None:
        clock.at += jobs.LEASE + timedelta(seconds=1)
        jobs.run(sessions, job_id, noting(), clock=clock)

    jobs.run(sessions, job_id, noting(slow), clock=clock)
    assert (row(sessions, job_id).fence, results(sessions)) == (2, 1)


def test_a_late_failure_does_not_undo_what_another_did(sessions: Sessions, job_id: int, clock: Hand):
    def slow_and_wrong() -> None:
        clock.at += jobs.LEASE + timedelta(seconds=1)
        jobs.run(sessions, job_id, noting(), clock=clock)
        raise ValueError

    jobs.run(sessions, job_id, noting(slow_and_wrong), clock=clock)
    assert (row(sessions, job_id).state, results(sessions)) == (JobState.DONE, 1)


def test_a_result_that_cannot_be_written_leaves_the_job_to_be_done(sessions: Sessions, job_id: int, clock: Hand):
    def handler(args: dict[str, Any], now: datetime) -> jobs.Write:
        def write(session: Session) -> None:
            session.add(makers.organisation_row(siren="1"))

        return write

    jobs.run(sessions, job_id, {"note": handler}, clock=clock)
    assert (row(sessions, job_id).state, results(sessions)) == (JobState.QUEUED, 0)
    jobs.run(sessions, job_id, noting(), clock=clock)
    assert (row(sessions, job_id).state, results(sessions)) == (JobState.DONE, 1)


def test_many_workers_on_one_job_do_it_once(sessions: Sessions, job_id: int, clock: Hand):
    barrier = threading.Barrier(8)
    worked = []

    def work() -> None:
        barrier.wait()
        jobs.run(sessions, job_id, noting(lambda: worked.append(1)), clock=clock)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(worked), results(sessions)) == (1, 1)


def test_jobs_are_due_in_the_order_they_came(sessions: Sessions):
    with sessions.writing() as session:
        numbers = [jobs.submit(session, "note", {}, now=START) for _ in range(3)]
        session.commit()
    assert due(sessions, START) == numbers


# ── a job that says how far it is ────────────────────────────────────────────────────────────────────────────────


def long(*turns: Callable[[jobs.Progress], bool]) -> dict[str, jobs.Long]:
    """A handler that does one of these at each turn; the one that says True ends the job."""
    left = list(turns)

    def work(args: dict[str, Any], now: datetime, progress: jobs.Progress) -> jobs.Write | None:
        if left.pop(0)(progress):
            return lambda session: session.add(makers.organisation_row(name=args["name"]))
        return None

    return {"note": jobs.Long(work)}


def told(sessions: Sessions, job_id: int) -> tuple[int, int] | None:
    with sessions.reading() as session:
        found = session.get(ProgressRow, job_id)
        return (found.done, found.total) if found else None


def test_a_long_job_says_how_far_it_is_and_keeps_its_lease(sessions: Sessions, job_id: int, clock: Hand):
    """Twice as long as a lease, and nobody may take it meanwhile."""
    seen = []

    def works(progress: jobs.Progress) -> bool:
        for done in range(4):
            progress(done, 4)
            seen.append((told(sessions, job_id), due(sessions, clock.at)))
            clock.at += jobs.LEASE - timedelta(seconds=1)
            seen.append((told(sessions, job_id), due(sessions, clock.at)))
        return True

    assert jobs.run(sessions, job_id, long(works), clock=clock) is False
    assert seen == [((done, 4), []) for done in range(4) for _ in range(2)]
    assert (row(sessions, job_id).state, results(sessions)) == (JobState.DONE, 1)


def test_a_long_job_whose_worker_died_is_taken_again_when_its_last_lease_has_run_out(
    sessions: Sessions, job_id: int, clock: Hand, monkeypatch: pytest.MonkeyPatch
):
    def dies(progress: jobs.Progress) -> bool:
        clock.at += timedelta(seconds=90)
        progress(1, 2)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_give_back", lambda *_: None)
        jobs.run(sessions, job_id, long(dies), clock=clock)
    assert due(sessions, clock.at + jobs.LEASE) == []
    clock.at += jobs.LEASE + timedelta(seconds=1)
    assert due(sessions, clock.at) == [job_id]
    jobs.run(sessions, job_id, long(lambda _: True), clock=clock)
    assert (row(sessions, job_id).attempts, results(sessions)) == (2, 1)


def test_a_long_job_that_lost_its_fence_stops_at_the_next_word(sessions: Sessions, job_id: int, clock: Hand):
    after = []

    def slow(progress: jobs.Progress) -> bool:
        progress(1, 3)
        clock.at += jobs.LEASE + timedelta(seconds=1)
        jobs.run(sessions, job_id, long(lambda _: True), clock=clock)
        progress(2, 3)
        after.append("it went on")
        return True

    jobs.run(sessions, job_id, long(slow), clock=clock)
    assert (after, told(sessions, job_id)) == ([], (1, 3))
    assert (row(sessions, job_id).state, results(sessions)) == (JobState.DONE, 1)


def test_a_long_job_lets_others_pass_and_its_turns_are_no_attempts(sessions: Sessions, job_id: int, clock: Hand):
    turns = long(*[lambda _: False] * 9, lambda _: True)
    for _ in range(9):
        assert jobs.run(sessions, job_id, turns, clock=clock) is True
        assert (row(sessions, job_id).state, due(sessions, clock.at)) == (JobState.QUEUED, [job_id])
    assert jobs.run(sessions, job_id, turns, clock=clock) is False
    assert (row(sessions, job_id).state, row(sessions, job_id).fence, results(sessions)) == (JobState.DONE, 10, 1)


def test_a_turn_that_lost_its_fence_does_not_put_the_job_back_in_line(sessions: Sessions, job_id: int, clock: Hand):
    def slow(progress: jobs.Progress) -> bool:
        clock.at += jobs.LEASE + timedelta(seconds=1)
        jobs.run(sessions, job_id, long(lambda _: True), clock=clock)
        return False

    assert jobs.run(sessions, job_id, long(slow), clock=clock) is False
    assert (row(sessions, job_id).state, results(sessions)) == (JobState.DONE, 1)


def test_a_long_job_that_fails_at_each_turn_is_given_up_after_five_attempts(
    sessions: Sessions, job_id: int, clock: Hand
):
    def fails(progress: jobs.Progress) -> bool:
        progress(0, 1)
        raise ValueError

    for _ in range(5):
        jobs.run(sessions, job_id, long(fails), clock=clock)
    assert (row(sessions, job_id).state, due(sessions, START)) == (JobState.FAILED, [])


def test_only_some_kinds_are_sent_as_long_ones(sessions: Sessions, job_id: int):
    with sessions.writing() as session:
        other = jobs.submit(session, "assembly", {}, now=START)
        session.commit()
        assert jobs.long_among(session, [job_id, other]) == {other}
