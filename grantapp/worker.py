"""The worker: a door beside the site. It takes jobs from the queue and calls one service each."""

import os
import threading
import time

from grantapp.config import Settings, clock_from, real_clock
from grantapp.services import assembling, compiling, jobs, mailing, papers, printing, reminding, sealing
from grantapp.storage.database import Sessions, check_storage, make_engine
from grantapp.storage.files import Files
from grantapp.storage.keyring import Keyring
from grantapp.storage.queue import Queue

REMINDED_EVERY = 10  # minutes: reminders are a matter of days
GLANCE = 0.5  # seconds between two looks at the parent


def run_worker(settings: Settings, *, parent: int | None = None) -> None:
    """Work until told to stop, or until the process `parent` (the one that started this one) is gone."""
    parent = parent or os.getppid()
    engine = make_engine(settings.database_url)
    check_storage(engine)
    # Nothing of SQLite may cross a fork: each child of the queue opens its own connections.
    engine.dispose()
    sessions, files = Sessions(engine), Files.at(settings.files_url)
    queue = Queue(settings.jobs_path, settings.secret_key)
    key = sealing.open_key(Keyring.at(settings), now=sealing.first_day(clock_from(settings.clock_text)()))
    handlers: dict[str, jobs.Handler | jobs.Long] = {
        papers.PRINT: printing.handler(sessions, files, key),
        assembling.ASSEMBLY: compiling.handler(sessions, files, key),
        papers.PRINTOUT: printing.printout_handler(sessions, files),
        mailing.MAIL: mailing.handler(sessions, mailing.Postman.of(settings)),
    }

    site_clock = clock_from(settings.clock_text)

    def remind() -> None:
        today = site_clock()  # the day of the site decides; the mail leaves by the real clock
        with sessions.reading() as session:
            is_due = reminding.anything_due(session, now=today)
        if is_due:
            with sessions.writing() as session:
                reminding.write_due(session, now=today, at=real_clock())

    def sweep() -> None:
        now = real_clock()
        if now.minute % REMINDED_EVERY == 0:
            remind()  # its mails are jobs: they are sent with those below
        with sessions.reading() as session:
            mail_is_due = mailing.anything_due(session, at=now)
        if mail_is_due:
            with sessions.writing() as session:
                mailing.resume(session, at=now)
        with sessions.reading() as session:
            waiting = jobs.due(session, now=now)
            long = jobs.long_among(session, waiting)
        for job_id in waiting:
            queue.send(job_id, is_long=job_id in long)

    def look(job_id: int) -> None:
        # The real clock, even when the site shows another day: see jobs.run.
        if jobs.run(sessions, job_id, handlers, clock=real_clock):
            queue.send(job_id, is_long=True)

    queue.handle(look)
    queue.each_minute(sweep)
    chief = os.getpid()
    queue.run(when_forked=lambda: _die_with(chief), is_wanted=lambda: os.getppid() == parent)


def _die_with(parent: int) -> None:
    """End this child soon after its parent ends, however that one ended: a killed site leaves no orphan."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(GLANCE)
        os._exit(1)  # at once: the job's row and its lease were made for this

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
