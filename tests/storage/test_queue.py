"""Messages to the worker: signed, small, and never worth an error to the person who files."""

import logging
import os
import sqlite3
from pathlib import Path

import pytest

from grantapp.storage import queue as queue_module
from grantapp.storage.queue import Queue


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "jobs.db", "a secret")


def work(queue: Queue) -> None:
    """Do what the worker's child does with every message that waits."""
    while (task := queue._huey.dequeue()) is not None:
        queue._huey.execute(task)


def test_what_is_sent_is_handled_in_order(queue: Queue, tmp_path: Path):
    handled: list[int] = []
    sender = Queue(tmp_path / "jobs.db", "a secret")
    queue.handle(handled.append)
    for number in (3, 1, 2):
        sender.send(number)
    work(queue)
    assert handled == [3, 1, 2]


def test_a_message_that_nobody_signed_is_not_even_read(queue: Queue, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    handled: list[int] = []
    queue.handle(handled.append)
    Queue(tmp_path / "jobs.db", "another secret").send(1)
    with pytest.raises(ValueError, match="ignature"):
        work(queue)
    assert handled == []


def test_the_queue_keeps_out_of_the_wal_mode_of_an_old_sqlite(queue: Queue, tmp_path: Path):
    queue.send(1)
    with sqlite3.connect(tmp_path / "jobs.db") as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    connection.close()
    assert mode in ("truncate", "delete")
    assert not list(tmp_path.glob("jobs.db-wal"))


def test_a_queue_that_fails_only_delays(queue: Queue, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    blocker = sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    queue._huey.storage._timeout = 0.05
    with caplog.at_level(logging.ERROR, queue_module.__name__):
        queue.send(7)
    blocker.close()
    assert "job 7: no message sent" in caplog.text


def test_a_process_that_only_sends_does_not_handle(queue: Queue):
    with pytest.raises(RuntimeError, match="only sends"):
        queue._receive(1)


def test_what_is_done_each_minute_is_also_done_at_the_start(queue: Queue):
    done: list[int] = []
    queue.each_minute(lambda: done.append(os.getpid()))
    for hook in queue._huey._startup.values():
        hook()
    assert done == [os.getpid()]
    assert [task.__name__ for task in queue._huey._registry._periodic_tasks] == ["each_minute"]


def test_a_long_job_has_a_longer_limit(queue: Queue):
    queue.send(1)
    queue.send(2, is_long=True)
    limits = {task.args[0]: task.timeout for task in iter(queue._huey.dequeue, None)}
    assert limits == {1: queue_module.TIME_LIMIT, 2: queue_module.LONG_LIMIT}
