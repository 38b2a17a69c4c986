"""Reminders: a week and two days before a call closes, once each; and at once when a direction asks for it.

The mail and its memory are written in one transaction: a crash between the two sends nothing twice. A day that the
site missed is made up for on the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grantapp import editions
from grantapp.domain.access import Act
from grantapp.domain.board import Stage, Steps, stage_of
from grantapp.domain.edition import Edition, Window
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import INVITATION_LASTS, Person
from grantapp.french import PARIS, day
from grantapp.services import accounts, drafting, journal, mailing, reading
from grantapp.services.members import same_day
from grantapp.storage import collectives, people, reminders
from grantapp.storage.cooperative import InvitationRow, ParticipationRow, ReminderRow
from grantapp.storage.models import DossierRow

DAYS = (2, 7)  # before the closing day
BY_HAND = 1_000  # added to the days of a reminder that a direction asked for: it is no reason to leave out ours

LIVES_ON = timedelta(days=3)  # an invitation that ends sooner is made afresh: a reminder is not read at once


@dataclass(frozen=True)
class _Due:
    """A reminder to write: about a draft, or to a firm that was invited."""

    subject: UUID  # the id of a dossier or of an affiliation
    edition: Edition
    window: Window
    days: int  # the reminder that it is
    about: DossierRow | ParticipationRow


def due_on(window: Window, begun_at: datetime, now: datetime) -> int | None:
    """Which reminder is due: 7 or 2, for how many days before the closing day; None when none is.

    Nobody is reminded of what they began that day or later: at two days, not of what began the day before yesterday.
    """
    left = days_left(window, now)
    if not window.is_open(now):
        return None
    for days in DAYS:
        if left <= days:
            return days if days_left(window, begun_at) > days else None
    return None


def days_left(window: Window, at: datetime) -> int:
    """Days from this one, in Paris, to the closing day."""
    return (window.closes_on - at.astimezone(PARIS).date()).days


# ── by the calendar ──────────────────────────────────────────────────────────────────────────────────────────────


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether `write_due` would write something: a pure read, and none at all while no call is about to close."""
    return next(_due(session, now), None) is not None


def write_due(session: Session, *, now: datetime, at: datetime) -> list[int]:
    """Write every reminder that is due, in one transaction; the mails to send. `now` is the day of the site."""
    jobs: list[int] = []
    for due in list(_due(session, now)):
        sent = _write(session, due, now=now, at=at)
        _remember(session, due.subject, due.edition, due.days, now)
        jobs += sent
    session.commit()
    return jobs


def _due(session: Session, now: datetime) -> Iterator[_Due]:
    for edition in editions.open_on(now):
        windows = (edition.window, *edition.regional.values())
        if not any(0 <= days_left(window, now) <= max(DAYS) for window in windows):
            continue
        known = reminders.written(session, edition.id)
        for dossier in reminders.list_drafts(session, edition.id):
            window = _window(edition, dossier, now)
            days = due_on(window, dossier.created_at, now)
            if days and _is_new(known.get(dossier.id, {}), days, now):
                yield _Due(dossier.id, edition, window, days, dossier)
        for part in reminders.list_unanswered(session, edition.id):
            if not _waits(part) or part.invited_at is None:
                continue
            window = _window(edition, part.collective.lead, now)
            days = due_on(window, part.invited_at, now)
            if days and _is_new(known.get(part.affiliation_id, {}), days, now):
                yield _Due(part.affiliation_id, edition, window, days, part)


def _is_new(known: dict[int, datetime], days: int, now: datetime) -> bool:
    return days not in known and not any(same_day(each, now) for each in known.values())


def _waits(part: ParticipationRow) -> bool:
    return stage_of(Steps(part.invited_at, part.refused_at, part.accepted_at)) is Stage.INVITED


def _window(edition: Edition, dossier: DossierRow, now: datetime) -> Window:
    """That of the dossier's region, when it has its own."""
    return reading.window_of(edition, reading.project_of(dossier), now) if edition.regional else edition.window


def _remember(session: Session, subject: UUID, edition: Edition, days: int, now: datetime) -> None:
    session.add(ReminderRow(subject=subject, edition_id=edition.id, days=days, written_at=now))
    session.flush()


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────


def remind(session: Session, reference: str, *, now: datetime, at: datetime, by: Person) -> tuple[int, ...]:
    """Remind the firms of a collective dossier that have not answered or not filed; the mails to send.

    Nobody gets two reminders, or an invitation and a reminder, on one day.
    """
    collective = collectives.get_collective(session, reference, by)
    edition = editions.get_edition(collective.edition_id)
    if now >= edition.window.closes_at:
        raise Refused(f"L'appel « {edition.title} » s'est clos le {day(edition.window.closes_on)} : il est trop tard.")
    known = reminders.written(session, edition.id)
    jobs: list[int] = []
    for part in collectives.list_board(session, collective):
        about = _not_filed(part, now)
        if about is None:
            continue
        subject = about.id if isinstance(about, DossierRow) else part.affiliation_id
        if any(same_day(each, now) for each in known.get(subject, {}).values()):
            continue
        lead = about if isinstance(about, DossierRow) else collective.lead
        window = _window(edition, lead, now)
        if not window.is_open(now):
            continue
        days = due_on(window, part.chosen_at, now)
        sent = _write(session, _Due(subject, edition, window, days or 0, about), now=now, at=at)
        _remember(session, subject, edition, BY_HAND + days_left(window, now), now)
        if days and days not in known.get(subject, {}):
            _remember(session, subject, edition, days, now)  # ours of that week would say the same again
        jobs += sent
    if jobs:
        detail = {"collective": reference, "mails": len(jobs)}
        journal.record(session, "reminded", dossier=collective.lead, detail=detail, now=now, by=by)
    session.commit()
    return tuple(jobs)


def _not_filed(part: ParticipationRow, now: datetime) -> DossierRow | ParticipationRow | None:
    """What there is to remind this firm of."""
    if part.dossier is not None:
        return part.dossier if part.dossier.state is State.DRAFT and not part.dossier.deposits else None
    if part.affiliation.left_at is None and _waits(part) and part.invited_at and not same_day(part.invited_at, now):
        return part
    return None


# ── the mail ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _write(session: Session, due: _Due, *, now: datetime, at: datetime) -> list[int]:
    facts: dict[str, object] = {
        "call": str(due.edition.title),
        "closes_on": day(due.window.closes_on),
        "today": day(now.astimezone(PARIS).date()),
    }
    if isinstance(due.about, DossierRow):
        return _about_draft(session, due.about, facts, now=now, at=at)
    return _to_invited(session, due.about, facts, now=now, at=at)


def _about_draft(
    session: Session, dossier: DossierRow, facts: dict[str, object], *, now: datetime, at: datetime
) -> list[int]:
    """To each person who may file it, with what remains to be done."""
    lacking = drafting.missing_of(dossier, now)
    facts |= {
        "about": "draft",
        "organisation": mailing.shown(dossier.organisation.name),
        "reference": dossier.reference,
        "filed": dossier.deposits[-1].number if dossier.deposits else 0,
        "answers": len(lacking.answers),
        "pieces": len(lacking.pieces),
        "refusals": len(lacking.refusals),
    }
    return [
        mailing.write(session, "reminder", name=each.name, email=each.email, facts=facts, now=now, at=at)
        for each in people.list_who_may(session, dossier.organisation_id, Act.FILE)
    ]


def _to_invited(
    session: Session, part: ParticipationRow, facts: dict[str, object], *, now: datetime, at: datetime
) -> list[int]:
    """To the address of the list, with the invitation that still opens, or a fresh one. None that was withdrawn."""
    last = reminders.find_last_invitation(session, part)
    if last is None or last.withdrawn_at or last.used_at:
        return []
    firm = part.affiliation
    email = accounts.one_spelling(firm.email)
    if last.expires_at <= at + LIVES_ON or last.email != email:
        last.withdrawn_at = at
        last = InvitationRow(
            id=uuid4(),
            organisation_id=last.organisation_id,
            affiliation_id=last.affiliation_id,
            collective_id=last.collective_id,
            role=last.role,
            name=firm.contact,
            email=email,
            made_at=at,
            made_by_id=last.made_by_id,
            expires_at=at + INVITATION_LASTS,
        )
        session.add(last)
        session.flush()
    facts |= {
        "about": "invited",
        "invitation": str(last.id),
        "organisation": mailing.shown(part.collective.organisation.name),
        "firm": mailing.shown(firm.name),
    }
    return [mailing.write(session, "reminder", name=last.name, email=last.email, facts=facts, now=now, at=at)]
