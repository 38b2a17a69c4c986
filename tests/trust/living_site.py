"""The real site in processes of its own, its clients, and what must still be there after each of its deaths."""

import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pysqlite3.dbapi2
from sqlalchemy import select
from sqlalchemy.orm import Session

from grantapp.domain.people import Person
from grantapp.services import attaching, demonstration
from grantapp.storage.database import Sessions, make_engine, migrate
from grantapp.storage.files import Files
from grantapp.storage.models import AttachmentRow, DossierRow
from tests import makers

CLIENTS = 4
CLOCK = "2022-03-15"  # inside the window: dossiers can be filed
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STRONG = [sys.executable, "-m", "grantapp.cli", "up", "--vierge"]
WEAKENED = [sys.executable, str(Path(__file__).with_name("weakened.py"))]


@dataclass
class Promises:
    """What the site has answered « done » to. A save is a number in the title of a draft: the last one stands."""

    saves: dict[str, list[int]] = field(default_factory=dict)  # reference → the numbers acknowledged
    filings: set[str] = field(default_factory=set)
    attachments: set[str] = field(default_factory=set)  # SHA-256
    acknowledged: int = 0
    lost_saves: int = 0
    lost_filings: int = 0
    lost_attachments: int = 0
    faults: list[str] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return self.lost_saves + self.lost_filings + self.lost_attachments

    def figures(self, kills: int) -> str:
        restart = sorted(self.restarts)[len(self.restarts) // 2] if self.restarts else 0
        return (
            f"{kills} kills, {self.acknowledged} acknowledged ({len(self.filings)} filings, "
            f"{len(self.attachments)} attachments), lost: {self.lost_saves} saves, {self.lost_filings} filings, "
            f"{self.lost_attachments} attachments; faults: {len(self.faults)}; median restart {restart:.1f} s"
        )


JOBS = "SELECT count(*) FROM job WHERE kind = 'print'"


class Site:
    """`grantapp up` over a home that outlives it."""

    def __init__(self, home: Path, command: list[str], powercut: Path | None) -> None:
        self.home, self.command = home, command
        self.shadow = home.with_name("flushed") if powercut else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.environ = {
            **os.environ,
            "GRANTAPP_HOME": str(home),
            "GRANTAPP_PORT": str(self.port),
            "GRANTAPP_CLOCK": CLOCK,
            "GRANTAPP_SECRET_KEY": "for tests only",
        }
        if powercut:
            self.environ |= {
                "POWERCUT_FROM": str(home),
                "POWERCUT_TO": str(self.shadow),
                "LD_PRELOAD": str(powercut),
            }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds until the site answers."""
        began = time.monotonic()
        with (self.home.parent / "site.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environ, start_new_session=True, stdout=log, stderr=subprocess.STDOUT
            )
        while time.monotonic() < began + 60:
            if self.process.poll() is not None:
                break
            try:
                with closing(self.connect(2)) as connection:
                    connection.request("GET", "/sante")
                    connection.getresponse().read()
                return time.monotonic() - began
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the site does not start:\n" + (self.home.parent / "site.log").read_text()[-3000:])

    def connect(self, timeout: float = 10) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def kill(self) -> None:
        """The site, its worker and the worker's children, all at once, without a word; then the power."""
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while running_in(self.process.pid):
            time.sleep(0.01)
        self.process = None
        if self.shadow:
            self._keep_what_was_flushed()

    def _keep_what_was_flushed(self) -> None:
        assert self.shadow is not None
        shutil.rmtree(self.home)
        self.home.mkdir(mode=0o700)
        names = self.shadow / "names"
        for place in sorted(names.rglob("*")):
            target = self.home / place.relative_to(names)
            if place.is_symlink():
                # A name whose bytes were never flushed is there, and empty.
                target.write_bytes(place.read_bytes() if place.exists() else b"")
            else:
                target.mkdir(mode=0o700)
        shutil.rmtree(self.shadow)


def running_in(group: int) -> bool:
    """Whether anybody of a process group still runs."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, _, pgrp = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(pgrp) == group and state != "Z":
                return True
    return False


# ── what is there before the first start ─────────────────────────────────────────────────────────────────────────


@dataclass
class Applicant:
    """A person with a draft to save, and complete drafts to file."""

    email: str
    draft: str
    complete: list[str]


def furnish(home: Path, filings: int) -> list[Applicant]:
    """Accounts and dossiers, written before the site runs; the complete drafts are copies of one."""
    home.mkdir(mode=0o700, parents=True)
    engine = make_engine(f"sqlite:///{home}/grantapp.db")
    migrate(engine)
    sessions, files = Sessions(engine), Files.at(f"file://{home}/files")
    applicants = []
    for number in range(CLIENTS):
        email = f"personne{number}@mistral.example"
        person = makers.make_person(sessions, email=email, organisation=f"Coopérative {number}")
        model = makers.make_dossier(sessions, files, person)
        with sessions.writing() as session:
            complete = _copies(session, model, person, filings)
            session.commit()
        with sessions.writing() as session:
            draft = makers.drafting.start(session, makers.EDITION, now=makers.NOW, by=person, another=True)
        applicants.append(Applicant(email, draft, [model, *complete]))
    engine.dispose()
    return applicants


def _copies(session: Session, model: str, by: Person, count: int) -> list[str]:
    dossier = session.scalars(select(DossierRow).where(DossierRow.reference == model)).one()
    rows = [*dossier.sections, *dossier.attachments]
    columns = {row: {c.key: getattr(row, c.key) for c in type(row).__table__.columns} for row in rows}
    references = []
    for number in range(count):
        reference = f"{model.replace('A22-', 'C')}-{number}"
        copy = makers.dossier_row(by.id, dossier.organisation_id, reference=reference, id=uuid4())
        session.add(copy)
        session.flush()
        for row, values in columns.items():
            changes = {"dossier_id": copy.id} | ({"id": uuid4()} if isinstance(row, AttachmentRow) else {})
            session.add(type(row)(**(values | changes)))
        references.append(reference)
    return references


# ── clients ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Client:
    """One person at a browser: a session, and what was answered. Stops at the first broken connection."""

    def __init__(self, site: Site, applicant: Applicant, promises: Promises, seed: int) -> None:
        self.site, self.applicant, self.promises = site, applicant, promises
        self.random = random.Random(seed)  # noqa: S311 - the same run again, given the seed
        self.cookie = self.token = ""
        self.count = self.seen = self.attached = 0

    def sign_in(self) -> None:
        with closing(self.site.connect()) as self.connection:
            self._enter()

    def _enter(self) -> None:
        self._read("/connexion")
        status, _ = self._post("/connexion", {"email": self.applicant.email, "password": makers.PASSWORD})
        assert status == 302, f"not signed in: {status}"

    def work(self, until: threading.Event) -> None:
        """Save, attach and file until the site is gone."""
        acts: list[Callable[[], None]] = [self._save] * 8 + [self._attach, self._file]
        with closing(self.site.connect()) as self.connection, suppress(OSError, http.client.HTTPException):
            if self._ask("GET", self._step, b"", {})[0] == 302:  # who was signed in is a promise too
                self._fault("signed out by the crash")
                self._enter()
            self._read(self._step)
            while not until.is_set():
                self.random.choice(acts)()

    @property
    def _step(self) -> str:
        return f"/dossiers/{self.applicant.draft}/demande"

    def _save(self) -> None:
        self.count += 1
        answers = {"title": f"Projet {self.count}", "summary": "x" * 600, "seen": str(self.seen)}
        status, _ = self._post(self._step, answers)
        if status == 302:
            self.seen += 1
            self.promises.saves.setdefault(self.applicant.draft, []).append(self.count)
            self.promises.acknowledged += 1
        else:
            self._fault(f"save: {status}")
            self._read(self._step)

    def _attach(self) -> None:
        content = demonstration.paper(uuid4().hex)
        boundary = uuid4().hex
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        ).encode() + content + f"\r\n--{boundary}--\r\n".encode()  # fmt: skip
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        address = f"/dossiers/{self.applicant.draft}/pieces/other/ajouter"
        if self._fills_up():
            return
        status, _ = self._ask("POST", address, body, headers)
        if status == 302:
            self.promises.attachments.add(hashlib.sha256(content).hexdigest())
            self.promises.acknowledged += 1
        else:
            self._fault(f"attach: {status}")

    def _fills_up(self) -> bool:
        """A dossier takes a hundred files; a refusal is no promise."""
        self.attached += 1
        return self.attached > attaching.MOST_FILES

    def _file(self) -> None:
        if not self.applicant.complete:
            return
        reference = self.applicant.complete.pop()
        status, location = self._post(f"/dossiers/{reference}/depot", {})
        if status == 302 and location.endswith("/recepisse"):
            self.promises.filings.add(reference)
            self.promises.acknowledged += 1
        else:
            self._fault(f"file: {status} {location}")

    def _fault(self, what: str) -> None:
        self.promises.faults.append(what)

    def _read(self, address: str) -> str:
        _, _ = self._ask("GET", address, b"", {})
        page = self.page.decode()
        if found := re.search(r'name="csrf_token" value="([^"]+)"', page):
            self.token = found[1]
        if found := re.search(r'name="seen" value="(\d+)"', page):
            self.seen = int(found[1])
        return page

    def _post(self, address: str, fields: dict[str, str]) -> tuple[int, str]:
        body = urllib.parse.urlencode({"csrf_token": self.token} | fields).encode()
        return self._ask("POST", address, body, FORM)

    def _ask(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """The status and the address led to. An answer counts once it has come whole."""
        self.connection.request(method, address, body, {**headers, "Cookie": self.cookie})
        response = self.connection.getresponse()
        self.page = response.read()
        if cookie := response.headers["Set-Cookie"]:
            self.cookie = cookie.partition(";")[0]
        return response.status, response.headers["Location"] or ""


# ── what must be there ───────────────────────────────────────────────────────────────────────────────────────────


def check(home: Path, promises: Promises) -> None:
    """Compare a copy of the home with the promises. (A copy: opening the database would mend it outside the model.)"""
    copy = home.with_name("checked")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy)
    database = pysqlite3.dbapi2.connect(copy / "grantapp.db")
    files = Files.at(f"file://{copy}/files")
    ask = database.execute
    if (state := ask("PRAGMA integrity_check").fetchone()[0]) != "ok":
        promises.faults.append(f"corrupt: {state}")

    saved = dict(ask("SELECT reference, answers FROM dossier JOIN section ON dossier_id = id WHERE name = 'request'"))
    for reference, numbers in promises.saves.items():
        title = json.loads(saved.get(reference) or "{}").get("title") or "Projet 0"
        found = int(title.split()[-1])
        promises.lost_saves += sum(number > found for number in numbers)
        numbers[:] = [found]  # it must still be there after the next crash

    deposits = ask("SELECT reference, canonical, fingerprint FROM deposit JOIN dossier ON dossier.id = dossier_id")
    filed = {reference: (text, fingerprint) for reference, text, fingerprint in deposits}
    promises.lost_filings += len(promises.filings - filed.keys())
    promises.filings &= filed.keys()
    for reference, (text, fingerprint) in filed.items():
        if hashlib.sha256(text.encode()).hexdigest() != fingerprint:
            promises.faults.append(f"{reference} is not what its fingerprint says")
    # All of a filing or nothing: state, frozen version, its three jobs, line of the journal.
    counts = [
        ask(sql).fetchone()[0]
        for sql in (
            "SELECT count(*) FROM deposit",
            "SELECT count(*) FROM dossier WHERE state = 'deposited'",
            f"{JOBS} AND json_extract(args, '$.document') = 'dossier'",
            f"{JOBS} AND json_extract(args, '$.document') = 'acknowledgement'",
            "SELECT count(*) FROM message WHERE kind = 'receipt'",
            "SELECT count(*) FROM journal WHERE act = 'deposited'",
        )
    ]
    if len(set(counts)) != 1:
        promises.faults.append(f"half a filing: {counts}")

    attached = {sha256 for (sha256,) in ask("SELECT sha256 FROM attachment")}
    printed = {sha256 for (sha256,) in ask("SELECT sha256 FROM document")}
    unreadable = {sha256 for sha256 in attached | printed if not _is_whole(files, sha256)}
    gone = {sha256 for sha256 in promises.attachments if sha256 not in attached or sha256 in unreadable}
    promises.lost_attachments += len(gone)
    promises.attachments -= gone
    for sha256 in unreadable - gone:
        promises.faults.append(f"{sha256[:8]} has a row and no bytes")
    database.close()


def _is_whole(files: Files, sha256: str) -> bool:
    try:
        return bool(files.read(sha256))
    except Exception:
        return False
