"""Mail: written with the act it tells of, sent by a job, tried again with longer and longer pauses, given up aloud.

What was handed over is noted at once. A worker that dies between the two sends it again, under the same Message-ID.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from uuid import UUID, uuid4

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from grantapp.config import Settings
from grantapp.mail import envelope, writing
from grantapp.mail.carrying import Carrier, Maildir, Undelivered, carrier_of
from grantapp.services import jobs
from grantapp.services.jobs import Handler, Write
from grantapp.storage import people
from grantapp.storage.database import Sessions
from grantapp.storage.models import JobState, MessageRow
from grantapp.storage.queries import NotFound

MAIL = "mail"  # the kind of its jobs
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))  # two days in all
MOST_LISTED = 100


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def write(
    session: Session, kind: str, *, name: str, email: str, facts: Mapping[str, object], now: datetime, at: datetime
) -> int:
    """Add a message to the caller's transaction; returns its job, to be sent to the queue once that is committed.

    `now` dates the message; `at`, the real time, says when to send it. A fact named `link` or `invitation` is the id of
    a row, and becomes its signed `token` only in the message itself.
    """
    if kind not in writing.KINDS:
        raise ValueError(f"no template for « {kind} »")
    row = MessageRow(
        id=uuid4(), kind=kind, name=name, email=email, facts=dict(facts), written_at=now, attempts=0, next_try_at=at
    )
    row.job_id = jobs.submit(session, MAIL, {"message": str(row.id)}, now=at)
    session.add(row)
    session.flush()
    return row.job_id


def shown(name: str) -> str:
    """The name of an organisation, or of who writes for it; none when it looks like an address of the web."""
    return "" if re.search(r"[/:@<>]|\w\.\w{2}", name) or len(name) > 120 else name


def greeted(name: str) -> str:
    """The name to greet somebody by; none when it looks like an address: anybody may sign somebody else up."""
    return "" if re.search(r"[/:@<>]|\w\.\w", name) or len(name) > 80 else name


# ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Postman:
    """All that is needed to send: who carries, in whose name, and where links lead."""

    carrier: Carrier
    sender: str
    site: str
    tokens: "Tokens"
    invitations: "Tokens"

    @classmethod
    def of(cls, settings: Settings) -> "Postman":
        key = settings.secret_key
        return cls(
            carrier_of(settings), settings.mail_from, settings.address, Tokens(key), Tokens(key, Tokens.INVITATION)
        )

    def send(self, row: MessageRow) -> None:
        facts = {**row.facts, "name": greeted(row.name)}
        if "link" in facts:
            facts["token"] = self.tokens.of(UUID(str(facts["link"])))
        if "invitation" in facts:
            facts["token"] = self.invitations.of(UUID(str(facts["invitation"])))
        letter = writing.write(row.kind, facts, site=self.site)
        message = envelope.seal(
            letter, row=row.id, name=row.name, email=row.email, sender=self.sender, written_at=row.written_at
        )
        self.carrier.carry(message, row.id.hex)


class Tokens:
    """What a link carries: the signed id of its row. Whoever reads the database alone can make none.

    What is signed for one purpose is nothing for another.
    """

    LINK, INVITATION = "grantapp.link", "grantapp.invitation"

    def __init__(self, secret_key: str, purpose: str = LINK) -> None:
        self._signer = URLSafeSerializer(secret_key, salt=purpose)

    def of(self, link_id: UUID) -> str:
        return str(self._signer.dumps(link_id.hex))

    def read(self, token: str) -> UUID | None:
        """The link's id; None for what we did not sign."""
        try:
            return UUID(str(self._signer.loads(token)))
        except (BadSignature, ValueError):
            return None


def handler(sessions: Sessions, postman: Postman) -> Handler:
    """What a job of kind "mail" does; its arguments name the message."""

    def handle(args: dict[str, str], now: datetime) -> Write:
        with sessions.reading() as session:
            row = session.get(MessageRow, UUID(args["message"]))
        if row is None:
            raise NotFound
        if row.next_try_at is None:
            return lambda session: None
        message_id = row.id
        try:
            postman.send(row)
        except Undelivered as undelivered:
            reason, for_good = str(undelivered), undelivered.for_good
        except envelope.BadAddress:
            reason, for_good = "cette adresse ne peut pas recevoir de courrier", True
        except Exception as error:  # a fault of ours: it may be mended before the last try
            reason, for_good = jobs.place_of(error), False
        else:
            return lambda session: _sent(session.get_one(MessageRow, message_id), now)
        return lambda session: _not_sent(session.get_one(MessageRow, message_id), reason, for_good, now)

    return handle


def _sent(row: MessageRow, at: datetime) -> None:
    row.attempts += 1
    row.sent_at, row.next_try_at, row.error = at, None, None


def _not_sent(row: MessageRow, reason: str, for_good: bool, at: datetime) -> None:
    row.error = reason
    row.attempts += 1
    if for_good or row.attempts > len(PAUSES):
        row.given_up_at, row.next_try_at = at, None
    else:
        row.next_try_at = at + PAUSES[row.attempts - 1]


def resume(session: Session, *, at: datetime) -> list[int]:
    """New jobs for the messages whose next try has come, and whose last job is over; their numbers, for the queue."""
    numbers = []
    for row, state in people.due_messages(session, at):
        if state is JobState.FAILED:  # every worker that took it died
            _not_sent(row, "chaque essai a été interrompu", False, at)
            if row.given_up_at:
                continue
        row.job_id = jobs.submit(session, MAIL, {"message": str(row.id)}, now=at)
        numbers.append(row.job_id)
    session.commit()
    return numbers


def anything_due(session: Session, *, at: datetime) -> bool:
    """Whether `resume` would do something: a pure read, so that an idle minute takes no write lock."""
    return bool(people.due_messages(session, at))


# ── for the operator ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Waiting:
    """A message that has not left."""

    id: UUID
    kind: str
    email: str
    written_at: datetime
    attempts: int
    next_try_at: datetime | None  # None: given up
    error: str | None

    def as_json(self) -> dict[str, object]:
        return {
            "id": str(self.id),
            "kind": self.kind,
            "email": self.email,
            "written_at": self.written_at.isoformat(),
            "attempts": self.attempts,
            "next_try_at": self.next_try_at.isoformat() if self.next_try_at else None,
            "error": self.error,
        }


def list_waiting(session: Session) -> list[Waiting]:
    """What has not left yet, given up first, then the oldest first."""
    return [
        Waiting(row.id, row.kind, row.email, row.written_at, row.attempts, row.next_try_at, row.error)
        for row in people.unsent_messages(session)
    ]


def try_again(session: Session, *, at: datetime) -> int:
    """Give each message that has not left all its tries anew; how many. The worker takes them within a minute."""
    rows: Sequence[MessageRow] = people.unsent_messages(session)
    for row in rows:
        row.attempts, row.given_up_at, row.next_try_at = 0, None, at
    session.commit()
    return len(rows)


# ── for the demonstration ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Received:
    """A message as its reader finds it."""

    name: str
    to: str
    subject: str
    date: datetime
    text: str
    html: str


def list_received(settings: Settings) -> list[Received]:
    """The messages of a demonstration, the last one first; elsewhere nobody reads another's mail (`NotFound`)."""
    box = _demonstration_box(settings)
    return [_opened(name, content) for name in box.list_names()[:MOST_LISTED] if (content := box.read(name))]


def read_received(settings: Settings, name: str) -> Received:
    """One of them, or `NotFound`."""
    if (content := _demonstration_box(settings).read(name)) is None:
        raise NotFound
    return _opened(name, content)


def _demonstration_box(settings: Settings) -> Maildir:
    if not settings.is_demonstration:
        raise NotFound
    return Maildir(settings.maildir)


def _opened(name: str, content: bytes) -> Received:
    message = message_from_bytes(content, policy=SMTP)
    bodies = {
        form: str(part.get_content()).replace("\r\n", "\n") if (part := message.get_body((form,))) else ""
        for form in ("plain", "html")
    }
    return Received(
        name=name,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        date=message["Date"].datetime,
        text=bodies["plain"],
        html=bodies["html"],
    )
