"""Coming in: tries that are counted, links that serve once, codes that serve once, visits that can be ended."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import LINK_LASTS, VISIT_IDLE, VISIT_LASTS, Goal, Opening, Person, Visit
from grantapp.domain.throttle import Gate
from grantapp.services import accounts, entering, links, second_factor, throttling, visits
from grantapp.storage.database import Sessions, make_engine
from grantapp.storage.models import JournalRow, LinkRow, MessageRow, RecoveryCodeRow, SecondFactorRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import NOW

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)  # the real time: another one than the day that the site shows
EMAIL = "camille@mistral.example"


@pytest.fixture
def write(sessions: Sessions) -> Callable[..., Any]:
    """`write(use_case, …)`: one use case in a writing session of its own."""

    def run(use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with sessions.writing() as session:
            return use_case(session, *args, **kwargs)

    return run


@pytest.fixture
def read(sessions: Sessions) -> Iterator[Session]:
    with sessions.reading() as session:
        yield session


def enter(write: Any, person: Person, at: datetime = AT, device: str = "Firefox sur Linux") -> Visit | None:
    return write(entering.enter, person, opening=Opening.PASSWORD, device=device, now=NOW, at=at)


def knock(write: Any, email: str = EMAIL, origin: str | None = None, at: datetime = AT) -> None:
    write(entering.knock, email=email, origin=origin, at=at)


def ask(write: Any, email: str = EMAIL, at: datetime = AT, goal: Goal = Goal.SIGN_IN, origin: str | None = None) -> int:
    return write(links.ask, email=email, goal=goal, origin=origin, now=NOW, at=at)


def last_link(sessions: Sessions) -> UUID:
    with sessions.reading() as session:
        return session.scalars(sa.select(LinkRow.id).order_by(LinkRow.made_at.desc())).first()


def acts(sessions: Sessions) -> list[str]:
    with sessions.reading() as session:
        return list(session.scalars(sa.select(JournalRow.act).order_by(JournalRow.id)))


# ── tries ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sixth_try_in_a_quarter_of_an_hour_is_told_how_long_to_wait(write):
    for minute in range(5):
        knock(write, at=AT + timedelta(minutes=minute))
    with pytest.raises(Refused, match="dans 10\u00a0minutes, ou recevez un lien"):
        knock(write, at=AT + timedelta(minutes=5))
    with pytest.raises(Refused, match="dans 1\u00a0minute,"):
        knock(write, at=AT + timedelta(minutes=15) - timedelta(seconds=1))
    knock(write, at=AT + timedelta(minutes=15))


@pytest.mark.parametrize("email", [EMAIL, "personne@mistral.example"])
def test_a_known_and_an_unknown_address_are_slowed_with_the_same_words(write, camille: Person, email: str):
    for _ in range(5):
        knock(write, email)
    with pytest.raises(Refused) as refused:
        knock(write, email)
    assert refused.value.sentence == (
        "Trop d’essais avec cette adresse électronique. Réessayez dans 15\u00a0minutes, ou recevez un lien de "
        "connexion par courriel."
    )


def test_another_spelling_of_the_address_is_the_same_account(write):
    for email in (EMAIL, EMAIL.upper(), f" {EMAIL}", "ｃamille@mistral.example", EMAIL):
        knock(write, email)
    with pytest.raises(Refused):
        knock(write, EMAIL.title())


def test_one_network_cannot_try_many_accounts(write):
    for number in range(30):
        knock(write, f"p{number}@x.example", origin="203.0.113.7")
    with pytest.raises(Refused, match="votre réseau"):
        knock(write, "another@x.example", origin="203.0.113.7")
    knock(write, "another@x.example", origin="203.0.113.8")


def test_the_count_survives_a_restart(write, engine: sa.Engine):
    for _ in range(5):
        knock(write)
    again = make_engine(str(engine.url))
    with Sessions(again).writing() as session, pytest.raises(Refused):
        entering.knock(session, email=EMAIL, origin=None, at=AT)
    again.dispose()


def test_many_tries_at_once_are_all_counted(sessions: Sessions):
    admitted: list[bool] = []

    def try_one() -> None:
        with sessions.writing() as session:
            try:
                entering.knock(session, email=EMAIL, origin=None, at=AT)
            except Refused:
                return
            admitted.append(True)

    threads = [threading.Thread(target=try_one) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(admitted) == Gate.SIGN_IN.most


def test_a_refused_try_does_not_make_the_wait_longer(write):
    for _ in range(5):
        knock(write)
    for minute in range(14):
        with pytest.raises(Refused):
            knock(write, at=AT + timedelta(minutes=minute))
    knock(write, at=AT + timedelta(minutes=15))


def test_coming_in_forgets_the_wrong_tries_before(write, camille: Person):
    for _ in range(5):
        knock(write)
    enter(write, camille)
    knock(write)


def test_no_typed_address_is_kept_with_the_tries(write, read):
    knock(write, "secret@x.example", origin="203.0.113.7")
    kept = " ".join(str(row) for row in read.execute(sa.text("SELECT * FROM attempt")))
    assert "secret" not in kept and "203.0" not in kept


def test_tries_are_forgotten_after_a_day(write, read):
    knock(write)
    knock(write, "other@x.example", at=AT + throttling.KEPT + timedelta(seconds=1))
    assert read.scalar(sa.text("SELECT count(*) FROM attempt")) == 1


def test_a_wrong_password_leaves_one_line_whether_or_not_somebody_has_the_address(sessions, write, camille: Person):
    before = len(acts(sessions))
    for email in (EMAIL, "personne@mistral.example"):
        write(entering.turn_away, email=email, now=NOW)
    assert acts(sessions)[before:] == ["sign_in_refused"] * 2
    with sessions.reading() as session:
        lines = session.scalars(sa.select(JournalRow).order_by(JournalRow.id.desc()).limit(2)).all()
        assert [line.detail for line in lines] == [{}, {"account": str(camille.id)}]


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_link_opens_once_within_its_quarter_of_an_hour(sessions, write, read, camille: Person):
    assert ask(write) != links.NOBODY
    link = last_link(sessions)
    assert links.is_usable(read, link, at=AT)
    followed = write(links.use, link, now=NOW, at=AT + LINK_LASTS - timedelta(seconds=1))
    assert (followed.person, followed.goal) == (camille, Goal.SIGN_IN)
    assert write(links.use, link, now=NOW, at=AT) is None
    with sessions.reading() as session:
        assert not links.is_usable(session, link, at=AT)


def test_a_link_is_dead_a_second_after_its_time(sessions, write, read, camille: Person):
    ask(write)
    link = last_link(sessions)
    assert write(links.use, link, now=NOW, at=AT + LINK_LASTS) is None
    assert not links.is_usable(read, link, at=AT + LINK_LASTS)


def test_of_twenty_who_follow_a_link_at_once_one_comes_in(sessions, write, camille: Person):
    ask(write)
    link = last_link(sessions)
    followed: list[Any] = []

    def follow() -> None:
        with sessions.writing() as session:
            followed.append(links.use(session, link, now=NOW, at=AT))

    threads = [threading.Thread(target=follow) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(each is not None for each in followed) == 1


def test_a_link_asked_before_the_password_changed_opens_nothing(sessions, write, read, camille: Person):
    visit = enter(write, camille)
    ask(write)
    link = last_link(sessions)
    write(accounts.change_password, "un autre mot de passe", visit_id=visit.id, now=NOW, at=AT, by=camille)
    assert not links.is_usable(read, link, at=AT)
    assert write(links.use, link, now=NOW, at=AT) is None


def test_an_unknown_address_gets_no_mail_and_the_same_answer(sessions, write, read, camille: Person):
    assert ask(write, "personne@mistral.example") == links.NOBODY
    assert read.scalar(sa.select(sa.func.count()).select_from(MessageRow)) == 0
    for _ in range(2):
        ask(write, "personne@mistral.example")
    for _ in range(3):
        ask(write)
    sentences = set()
    for email in (EMAIL, "personne@mistral.example"):
        with pytest.raises(Refused) as refused:
            ask(write, email)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1


def test_the_link_and_its_message_are_written_together_or_not_at_all(
    sessions, write, read, camille: Person, monkeypatch
):
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("grantapp.services.journal.record", fail)
    with pytest.raises(RuntimeError):
        ask(write)
    assert read.scalar(sa.select(sa.func.count()).select_from(LinkRow)) == 0
    assert read.scalar(sa.select(sa.func.count()).select_from(MessageRow)) == 0


def test_following_a_link_confirms_the_address_it_was_sent_to(sessions, write, read, camille: Person):
    assert not accounts.is_address_confirmed(read, by=camille)
    write(links.ask_confirmation, now=NOW, at=AT, by=camille)
    write(links.use, last_link(sessions), now=NOW, at=AT)
    with sessions.reading() as session:
        assert accounts.is_address_confirmed(session, by=camille)


@pytest.mark.parametrize("link", [None, uuid4()])
def test_a_link_that_never_was_opens_nothing(write, read, link):
    assert not links.is_usable(read, link, at=AT)
    assert write(links.use, link, now=NOW, at=AT) is None


def test_a_new_account_is_visited_at_once_and_written_to(sessions, write, read):
    person, visit, number = write(
        entering.sign_up,
        name="Noé",
        email="noe@x.example",
        password=makers.PASSWORD,
        organisation="Coopérative",
        siren=makers.make_siren(),
        device="Firefox",
        now=NOW,
        at=AT,
    )
    assert visits.find(read, visit.id, at=AT) == (person, visit)
    (message,) = read.scalars(sa.select(MessageRow))
    assert (message.kind, message.email, message.job_id) == ("welcome", "noe@x.example", number)


# ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_visit_that_is_ended_is_nobody_s_at_the_next_look(sessions, write, camille: Person):
    here, there = enter(write, camille), enter(write, camille, device="Safari sur iPhone")
    write(visits.end, there.id, now=NOW, at=AT, by=camille)
    with sessions.reading() as session:
        assert visits.find(session, there.id, at=AT) is None
        assert visits.find(session, here.id, at=AT) == (camille, here)
        assert visits.list_visits(session, at=AT, by=camille) == [here]


def test_one_s_visits_are_one_s_own(sessions, write, camille: Person, sacha: Person):
    hers = enter(write, camille)
    for visit_id in (hers.id, uuid4()):
        with pytest.raises(NotFound):
            write(visits.end, visit_id, now=NOW, at=AT, by=sacha)
    with sessions.reading() as session:
        assert visits.list_visits(session, at=AT, by=sacha) == []
        assert visits.find(session, hers.id, at=AT)


def test_ending_the_others_leaves_this_one_and_everybody_else_s(sessions, write, camille: Person, sacha: Person):
    here, others, his = enter(write, camille), [enter(write, camille) for _ in range(3)], enter(write, sacha)
    assert write(visits.end_others, here.id, now=NOW, at=AT, by=camille) == 3
    with sessions.reading() as session:
        assert [visits.find(session, each.id, at=AT) for each in others] == [None] * 3
        assert visits.find(session, here.id, at=AT) and visits.find(session, his.id, at=AT)


def test_changing_the_password_ends_the_other_visits_and_keeps_this_one(sessions, write, camille: Person):
    here, there = enter(write, camille), enter(write, camille)
    write(accounts.change_password, "un autre mot de passe", visit_id=here.id, now=NOW, at=AT, by=camille)
    with sessions.reading() as session:
        assert visits.find(session, there.id, at=AT) is None
        assert visits.find(session, here.id, at=AT) is not None
        assert accounts.sign_in(session, email=EMAIL, password=makers.PASSWORD) is None
        assert accounts.sign_in(session, email=EMAIL, password="un autre mot de passe")
        assert session.scalars(sa.select(MessageRow.kind)).all() == ["account_changed"]
    assert acts(sessions)[-1] == "password_changed"


@pytest.mark.parametrize("password", ["court", "x" * 501])
def test_a_password_that_is_no_better_changes_nothing(sessions, write, camille: Person, password: str):
    here = enter(write, camille)
    with pytest.raises(Refused, match="12"):
        write(accounts.change_password, password, visit_id=here.id, now=NOW, at=AT, by=camille)
    with sessions.reading() as session:
        assert accounts.sign_in(session, email=EMAIL, password=makers.PASSWORD) == camille


@pytest.mark.parametrize(
    ("later", "open_still"),
    [(VISIT_IDLE - timedelta(seconds=1), True), (VISIT_IDLE, False)],
    ids=["just before", "twelve hours"],
)
def test_a_visit_left_unused_is_over(read, write, camille: Person, later: timedelta, open_still: bool):
    visit = enter(write, camille)
    assert (visits.find(read, visit.id, at=AT + later) is not None) is open_still


def test_a_visit_in_use_lasts_and_yet_not_for_ever(sessions, write, camille: Person):
    visit, at = enter(write, camille), AT
    while at < AT + VISIT_LASTS - timedelta(hours=11):
        at += timedelta(hours=11)
        write(visits.note_use, visit.id, at=at)
    with sessions.reading() as session:
        assert visits.find(session, visit.id, at=AT + VISIT_LASTS - timedelta(seconds=1))
        assert visits.find(session, visit.id, at=AT + VISIT_LASTS) is None


def test_noting_a_use_is_no_act_and_wakes_no_ended_visit(sessions, write, camille: Person):
    visit = enter(write, camille)
    write(visits.sign_out, visit.id, now=NOW, at=AT, by=camille)
    before = acts(sessions)
    write(visits.note_use, visit.id, at=AT + timedelta(hours=1))
    with sessions.reading() as session:
        assert visits.find(session, visit.id, at=AT + timedelta(hours=1)) is None
    assert acts(sessions) == before


# ── second factor ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def telephone(sessions: Sessions, write, camille: Person) -> Callable[[datetime], str]:
    """Camille's second factor, turned on a minute before; what her telephone shows at an instant."""
    write(second_factor.prepare, now=NOW, by=camille)
    with sessions.reading() as session:
        totp = pyotp.TOTP(session.get_one(SecondFactorRow, camille.id).secret)
    before = AT - timedelta(minutes=1)
    write(second_factor.confirm, totp.at(before), now=NOW, at=before, by=camille)
    return totp.at


def with_code(write: Any, camille: Person, typed: str, at: datetime = AT) -> Any:
    return write(
        entering.enter_with_code,
        camille.id,
        camille.epoch,
        typed,
        opening=Opening.PASSWORD,
        device="Firefox",
        now=NOW,
        at=at,
    )


def test_a_password_opens_nothing_where_a_code_is_asked(write, camille: Person, telephone):
    assert enter(write, camille) is None
    person, visit = with_code(write, camille, telephone(AT))
    assert person == camille and visit.opened_by is Opening.PASSWORD


def test_a_code_serves_once_and_none_before_it_serves_after(write, camille: Person, telephone):
    with_code(write, camille, telephone(AT))
    for at in (AT, AT + timedelta(seconds=29)):
        with pytest.raises(Refused, match="déjà servi"):
            with_code(write, camille, telephone(AT), at)
    with pytest.raises(Refused):
        with_code(write, camille, telephone(AT - timedelta(seconds=30)))
    with_code(write, camille, telephone(AT + timedelta(seconds=30)), AT + timedelta(seconds=30))


@pytest.mark.parametrize(("away", "passes"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)], ids=str)
def test_a_telephone_may_be_half_a_minute_off(sessions, write, camille: Person, away: int, passes: bool):
    write(second_factor.prepare, now=NOW, by=camille)
    with sessions.reading() as session:
        totp = pyotp.TOTP(session.get_one(SecondFactorRow, camille.id).secret)
    code = totp.at(AT + timedelta(seconds=away))
    if passes:
        assert len(write(second_factor.confirm, code, now=NOW, at=AT, by=camille)[0]) == second_factor.CODES
    else:
        with pytest.raises(Refused, match="à l’heure"):
            write(second_factor.confirm, code, now=NOW, at=AT, by=camille)


def test_until_a_first_code_is_given_none_is_asked(write, camille: Person):
    write(second_factor.prepare, now=NOW, by=camille)
    assert enter(write, camille) is not None


def test_codes_are_tried_five_times_at_most(write, camille: Person, telephone):
    for _ in range(5):
        with pytest.raises(Refused, match="pas le bon"):
            with_code(write, camille, "000000" if telephone(AT) != "000000" else "000001")
    with pytest.raises(Refused, match="Trop de codes faux"):
        with_code(write, camille, telephone(AT))
    later = AT + timedelta(minutes=15)
    with_code(write, camille, telephone(later), later)


@pytest.mark.parametrize(
    "typed", ["", "      ", "12345", "1234567", "é" * 6, "\ud800" * 16, "x" * 100_000, "\u0661" * 6]
)
def test_what_is_no_code_opens_nothing(write, camille: Person, telephone, typed: str):
    with pytest.raises(Refused):
        with_code(write, camille, typed)


def test_a_recovery_code_serves_once_however_it_is_typed(sessions, write, camille: Person, telephone):
    codes = write(second_factor.renew_codes, telephone(AT), now=NOW, at=AT, by=camille)
    assert len(set(codes)) == second_factor.CODES
    with_code(write, camille, f" {codes[0].lower().replace('-', ' ')} ")
    with pytest.raises(Refused):
        with_code(write, camille, codes[0])
    with sessions.reading() as session:
        assert second_factor.state(session, by=camille).codes_left == second_factor.CODES - 1
        told = session.scalars(sa.select(MessageRow.facts)).all()
    assert {"change": "recovery_code", "left": 9}.items() <= told[-1].items()
    assert "recovery_code_used" in acts(sessions)


def test_renewed_codes_replace_the_former_ones_and_are_kept_hashed(sessions, write, camille: Person, telephone):
    former = write(second_factor.renew_codes, telephone(AT), now=NOW, at=AT, by=camille)
    codes = write(second_factor.renew_codes, former[0], now=NOW, at=AT, by=camille)
    with pytest.raises(Refused):
        with_code(write, camille, former[1])
    with sessions.reading() as session:
        kept = " ".join(session.scalars(sa.select(RecoveryCodeRow.code_hash)))
    assert not any(code.replace("-", "") in kept.upper() for code in codes)


def test_another_s_recovery_code_opens_nothing(write, camille: Person, sacha: Person, telephone):
    codes = write(second_factor.renew_codes, telephone(AT), now=NOW, at=AT, by=camille)
    with pytest.raises(Refused):
        with_code(write, sacha, codes[0])


def test_the_second_factor_is_removed_by_a_code_only(sessions, write, camille: Person, telephone):
    with pytest.raises(Refused):
        write(second_factor.remove, "000000", now=NOW, at=AT, by=camille)
    assert enter(write, camille) is None
    write(second_factor.remove, telephone(AT), now=NOW, at=AT, by=camille)
    assert enter(write, camille) is not None
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RecoveryCodeRow)) == 0
    assert acts(sessions).count("second_factor_off") == 1


def test_an_active_second_factor_is_not_prepared_anew(write, camille: Person, telephone):
    with pytest.raises(Refused, match="déjà activée"):
        write(second_factor.prepare, now=NOW, by=camille)


def test_the_operator_can_let_somebody_in_again(sessions, write, camille: Person, telephone):
    write(second_factor.remove_for, camille, now=NOW, at=AT)
    assert enter(write, camille) is not None
    with sessions.reading() as session:
        line = session.scalars(sa.select(JournalRow).where(JournalRow.act == "second_factor_off")).one()
    assert (line.person_id, line.detail) == (None, {"account": str(camille.id)})


def test_half_way_in_is_lost_when_the_password_changes(write, camille: Person, telephone):
    visit_id = uuid4()
    write(accounts.change_password, "un autre mot de passe", visit_id=visit_id, now=NOW, at=AT, by=camille)
    with pytest.raises(Refused, match="reconnectez-vous"):
        with_code(write, camille, telephone(AT))
