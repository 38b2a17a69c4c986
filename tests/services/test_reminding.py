"""Reminders: a week before, two days before, once; to who may file, and to who was invited and says nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from grantapp.domain.edition import Window
from grantapp.domain.people import INVITATION_LASTS, Person, Role
from grantapp.editions import get_edition
from grantapp.french import PARIS
from grantapp.services import depositing, members, reminding
from grantapp.storage.cooperative import InvitationRow, ReminderRow
from grantapp.storage.database import Sessions
from grantapp.storage.models import MembershipRow, MessageRow
from grantapp.storage.queries import NotFound
from tests import makers, roll
from tests.makers import ADDRESS, EDITION, NOW

WINDOW = get_edition(EDITION).window


def before(days: int, hour: int = 9) -> datetime:
    """That many days before the closing day, at that hour of Paris."""
    on = WINDOW.closes_on - timedelta(days=days)
    return datetime(on.year, on.month, on.day, hour, tzinfo=PARIS).astimezone(UTC)


def sweep(sessions: Sessions, now: datetime, at: datetime | None = None) -> int:
    """What the worker does; how many mails it wrote."""
    with sessions.reading() as session:
        due = reminding.anything_due(session, now=now)
    with sessions.writing() as session:
        written = reminding.write_due(session, now=now, at=at or now)
    assert due or not written
    return len(written)


def mails(sessions: Sessions) -> list[MessageRow]:
    with sessions.reading() as session:
        wanted = sa.select(MessageRow).where(MessageRow.kind == "reminder").order_by(MessageRow.written_at)
        return list(session.scalars(wanted))


@pytest.fixture
def director(sessions: Sessions, camille: Person) -> Person:
    return makers.make_director(sessions, camille)


# ── when ──


@pytest.mark.parametrize(("days", "due"), [(8, None), (7, 7), (6, 7), (3, 7), (2, 2), (1, 2), (0, 2), (-1, None)])
def test_a_reminder_is_due_a_week_and_two_days_before(days: int, due: int | None):
    assert reminding.due_on(WINDOW, NOW, before(days)) == due


def test_the_day_is_that_of_paris():
    evening = before(8, 23) + timedelta(minutes=59)
    assert reminding.due_on(WINDOW, NOW, evening) is None
    assert reminding.due_on(WINDOW, NOW, evening + timedelta(minutes=1)) == 7


@pytest.mark.parametrize(("begun", "now", "due"), [(8, 7, 7), (7, 7, None), (6, 5, None), (6, 2, 2), (2, 2, None)])
def test_nobody_is_reminded_of_what_they_have_just_begun(begun: int, now: int, due: int | None):
    assert reminding.due_on(WINDOW, before(begun), before(now, 18)) == due


# ── drafts ──


def test_a_draft_is_reminded_of_twice_and_no_more(sessions: Sessions, draft: str):
    assert sweep(sessions, before(8)) == 0
    assert sweep(sessions, before(7)) == 1
    assert sweep(sessions, before(7, 15)) == 0
    assert sweep(sessions, before(3)) == 0
    assert sweep(sessions, before(2)) == 1
    assert sweep(sessions, before(1)) == 0
    assert sweep(sessions, before(-1)) == 0


def test_a_day_that_the_site_missed_is_made_up_for(sessions: Sessions, draft: str):
    assert sweep(sessions, before(5)) == 1
    assert sweep(sessions, before(1)) == 1


def test_a_draft_seen_for_the_first_time_two_days_before_has_one_reminder(sessions: Sessions, draft: str):
    assert sweep(sessions, before(2)) == 1
    assert sweep(sessions, before(1)) == 0


def test_it_says_what_remains(sessions: Sessions, draft: str, camille: Person):
    sweep(sessions, before(7))
    (mail,) = mails(sessions)
    assert mail.email == camille.email
    assert mail.facts["reference"] == draft
    assert mail.facts["answers"] > 20 and mail.facts["pieces"] > 0


def test_a_complete_draft_lacks_nothing_and_a_filed_one_is_left_in_peace(
    sessions: Sessions, complete: str, camille: Person
):
    sweep(sessions, before(7))
    (mail,) = mails(sessions)
    assert (mail.facts["answers"], mail.facts["pieces"], mail.facts["refusals"]) == (0, 0, 0)
    with sessions.writing() as session:
        depositing.deposit(session, complete, address=ADDRESS, now=before(6), by=camille)
    assert sweep(sessions, before(2)) == 0


def test_it_goes_to_who_may_file_and_to_nobody_else(sessions: Sessions, draft: str, camille: Person, sacha: Person):
    organisation = camille.memberships[0].organisation_id
    with sessions.writing() as session:
        session.add(
            MembershipRow(person_id=sacha.id, organisation_id=organisation, role=Role.CONTRIBUTOR, created_at=NOW)
        )
        session.commit()
    sweep(sessions, before(7))
    assert [each.email for each in mails(sessions)] == [camille.email]


def test_the_window_of_the_region_counts(sessions: Sessions, draft: str, monkeypatch: pytest.MonkeyPatch):
    earlier = Window(
        opens_on=WINDOW.opens_on,
        closes_on=WINDOW.closes_on - timedelta(days=10),
        cites=WINDOW.cites,
        hour_note=WINDOW.hour_note,
    )
    edition = get_edition(EDITION)
    monkeypatch.setitem(edition.__dict__, "regional", {"ici": earlier})
    monkeypatch.setattr(reminding, "_window", lambda *_: earlier)
    assert sweep(sessions, before(18)) == 0
    assert sweep(sessions, before(17)) == 1
    (mail,) = mails(sessions)
    assert "19" in mail.facts["closes_on"]


def test_a_crash_before_the_end_writes_nothing_and_the_next_time_writes_once(
    sessions: Sessions, draft: str, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(reminding, "_remember", broken)
        with pytest.raises(OSError, match="disk"):
            sweep(sessions, before(7))
    assert mails(sessions) == []
    assert sweep(sessions, before(7)) == 1
    with sessions.reading() as session:
        assert [row.days for row in session.scalars(sa.select(ReminderRow))] == [7]


# ── firms ──


@pytest.fixture
def reference(sessions: Sessions, director: Person) -> str:
    """Five firms, all invited."""
    roll.list_firms(sessions, director, 5)
    reference = roll.begin(sessions, director)
    with sessions.writing() as session:
        members.invite(session, reference, now=NOW, at=NOW, by=director)
    return reference


def firms(sessions: Sessions, director: Person) -> list[UUID]:
    with sessions.reading() as session:
        return roll.ids(session, director)


def test_a_firm_that_says_nothing_is_reminded_and_one_that_refused_is_not(
    sessions: Sessions, director: Person, reference: str
):
    first, second, third, *_ = firms(sessions, director)
    roll.refuse(sessions, first, NOW + timedelta(days=1))
    manager = roll.accept(sessions, reference, director, second)
    assert sweep(sessions, before(8)) == 0
    assert sweep(sessions, before(7)) == 4  # three invited, one draft; neither the refusal nor the leading dossier
    about = [(each.facts["about"], each.email) for each in mails(sessions)]
    assert ("draft", manager.email) in about
    assert sorted(kind for kind, _ in about) == ["draft", "invited", "invited", "invited"]
    assert sweep(sessions, before(6)) == 0
    assert third


def test_an_invitation_that_still_opens_is_sent_again_and_one_that_ran_out_is_made_afresh(
    sessions: Sessions, director: Person, reference: str
):
    sweep(sessions, before(7), at=NOW + timedelta(days=1))
    with sessions.reading() as session:
        assert len(session.scalars(sa.select(InvitationRow)).all()) == 5
    later = NOW + INVITATION_LASTS + timedelta(days=1)
    sweep(sessions, before(2), at=later)
    with sessions.reading() as session:
        fresh = {str(row.id) for row in session.scalars(sa.select(InvitationRow)) if row.expires_at > later}
    sent = {each.facts["invitation"] for each in mails(sessions) if each.written_at == before(2)}
    assert len(sent) == 5 and sent == fresh


def test_a_direction_reminds_at_once_and_not_twice_the_same_day(sessions: Sessions, director: Person, reference: str):
    def remind(now: datetime) -> int:
        with sessions.writing() as session:
            return len(reminding.remind(session, reference, now=now, at=now, by=director))

    assert remind(NOW) == 0  # they were invited this very day
    assert remind(NOW + timedelta(days=1)) == 5
    assert remind(NOW + timedelta(days=1, hours=2)) == 0
    assert remind(before(7)) == 5
    assert sweep(sessions, before(7, 12)) == 0 == sweep(sessions, before(6))
    assert sweep(sessions, before(2)) == 5
    assert remind(before(2, 12)) == 0
    assert remind(before(0)) == 5


def test_only_the_direction_reminds(sessions: Sessions, reference: str, sacha: Person):
    with sessions.writing() as session, pytest.raises(NotFound):
        reminding.remind(session, reference, now=NOW, at=NOW, by=sacha)


def test_while_no_call_is_about_to_close_nothing_is_read(sessions: Sessions, draft: str):
    with sessions.reading() as session:
        asked: list[str] = []
        sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert not reminding.anything_due(session, now=before(8))
    assert not [each for each in asked if "PRAGMA" not in each]
