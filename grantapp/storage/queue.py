"""The queue: messages that say which job to look at. The job's row is the truth; a lost message is sent again."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import SqliteHuey, crontab
from huey.consumer import Consumer, Scheduler, Worker
from huey.serializer import SignedSerializer

log = logging.getLogger(__name__)

TIME_LIMIT = 100  # seconds for one job; its lease (services/jobs.py) lasts a little longer
LONG_LIMIT = 600  # for a turn of a long one, which renews its lease as it goes; nothing ever takes that long


class Queue:
    """huey behind three verbs. The same object sends (in the site) and runs (in the worker)."""

    def __init__(self, path: Path, secret_key: str) -> None:
        self._handler: Callable[[int], None] | None = None
        self._huey = SqliteHuey(
            "grantapp",
            filename=str(path),  # a file of its own: huey takes exclusive locks
            results=False,
            utc=True,
            # Messages are pickled: without the signature, whoever writes in this file runs what he likes.
            serializer=SignedSerializer(secret=secret_key, salt="grantapp.queue"),
            # huey uses Python's own SQLite, whose WAL mode can lose data (see storage/database.py): a plain
            # rollback journal has no such defect and is quick enough for a few messages a minute.
            journal_mode="truncate",
        )
        self._look_at = self._huey.task(name="look_at", timeout=TIME_LIMIT)(self._receive)
        self._look_long = self._huey.task(name="look_long", timeout=LONG_LIMIT)(self._receive)

    def send(self, job_id: int, *, is_long: bool = False) -> None:
        """Tell the worker of a job, once its row is committed. The act is done: a queue that fails only delays."""
        try:
            (self._look_long if is_long else self._look_at)(job_id)
        except self._huey.storage.operational_error:
            log.exception("job %d: no message sent; the worker finds it within a minute", job_id)

    def handle(self, function: Callable[[int], None]) -> None:
        """What the worker does with each message."""
        self._handler = function

    def each_minute(self, function: Callable[[], None]) -> None:
        """What the worker does when it starts, and then every minute."""
        self._huey.on_startup(name="first")(function)
        self._huey.periodic_task(crontab(), name="each_minute")(function)

    def run(self, *, when_forked: Callable[[], None], is_wanted: Callable[[], bool]) -> None:
        """Work until told to stop, or while `is_wanted`. `when_forked` is called in each child, before anything else.

        Jobs run in a child process, for WeasyPrint keeps the interpreter to itself.
        """
        _Office(
            self._huey,
            when_forked,
            is_wanted,
            workers=1,
            worker_type="process",
            initial_delay=0.1,
            backoff=1.2,
            max_delay=0.5,
            health_check_interval=2,
            shutdown_timeout=10,
        ).run()

    def _receive(self, job_id: int) -> None:
        if self._handler is None:
            raise RuntimeError("no handler: this process only sends")
        self._handler(job_id)


class _Office(Consumer):
    """huey's consumer, which says when one of its processes begins, and asks now and then whether to go on."""

    def __init__(
        self, huey: Any, when_forked: Callable[[], None], is_wanted: Callable[[], bool], **options: Any
    ) -> None:
        self._is_wanted = is_wanted

        class ToldWorker(Worker):
            def initialize(self) -> None:
                when_forked()
                super().initialize()

        class ToldScheduler(Scheduler):
            def initialize(self) -> None:
                when_forked()
                super().initialize()

        self.worker_class = ToldWorker
        self.scheduler_class = ToldScheduler
        super().__init__(huey, **options)

    def loop(self, health_check_ts: float | None = None) -> float | None:
        if not self._is_wanted():
            self.stop(graceful=False)
        return super().loop(health_check_ts)
