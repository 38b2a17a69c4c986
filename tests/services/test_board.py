"""The board: each firm at one stage, all of them counted, and nothing of what a dossier holds."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import python_calamine
import sqlalchemy as sa

from grantapp.domain.board import Decision, Stage, Steps, stage_of
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.services import board, depositing, members
from grantapp.storage.cooperative import InvitationRow
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import MessageRow
from grantapp.storage.queries import NotFound
from tests import makers, roll
from tests.makers import ADDRESS, EDITION, NOW

LATER = NOW + timedelta(days=1)


@pytest.fixture
def director(sessions: Sessions, camille: Person) -> Person:
    return makers.make_director(sessions, camille)


@pytest.fixture
def firms(sessions: Sessions, director: Person) -> list[UUID]:
    return roll.list_firms(sessions, director, 6)


@pytest.fixture
def reference(sessions: Sessions, director: Person, firms: list[UUID]) -> str:
    return roll.begin(sessions, director)


def invite(sessions: Sessions, reference: str, by: Person, wanted: Any = None, now: Any = NOW) -> tuple[int, ...]:
    with sessions.writing() as session:
        return members.invite(session, reference, wanted, now=now, at=now, by=by)


def page(sessions: Sessions, reference: str, by: Person) -> board.BoardPage:
    with sessions.reading() as session:
        return board.board(session, reference, now=NOW, by=by)


def mails(sessions: Sessions, kind: str) -> list[MessageRow]:
    with sessions.reading() as session:
        return list(session.scalars(sa.select(MessageRow).where(MessageRow.kind == kind)))


def file(sessions: Sessions, files: Files, affiliation_id: UUID, by: Person) -> str:
    """File the firm's dossier in the collective one; its reference."""
    dossier = roll.part_of(sessions, affiliation_id).dossier
    assert dossier is not None
    makers.fill_all(sessions, files, dossier.reference, by)
    with sessions.writing() as session:
        depositing.deposit(session, dossier.reference, address=ADDRESS, now=NOW, by=by)
    return dossier.reference


# ── stages ──


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        (Steps(), Stage.TO_INVITE),
        (Steps(invited_at=NOW), Stage.INVITED),
        (Steps(invited_at=NOW, refused_at=LATER), Stage.REFUSED),
        (Steps(invited_at=LATER, refused_at=NOW), Stage.INVITED),  # invited again
        (Steps(invited_at=NOW, accepted_at=NOW), Stage.DRAFT),
        (Steps(accepted_at=NOW, filed_at=NOW), Stage.FILED),
        (Steps(accepted_at=NOW, filed_at=NOW, correction_asked_at=LATER), Stage.TO_CORRECT),
        (Steps(accepted_at=NOW, filed_at=LATER, correction_asked_at=NOW), Stage.FILED),  # another version answered
    ],
)
def test_a_firm_stands_at_one_stage(steps: Steps, stage: Stage):
    assert stage_of(steps) is stage


# ── choosing and inviting ──


def test_ninety_firms_are_invited_at_once_and_a_second_click_sends_nothing(sessions: Sessions, director: Person):
    roll.list_firms(sessions, director, 90)
    reference = roll.begin(sessions, director)
    assert len(invite(sessions, reference, director)) == 90
    assert len(mails(sessions, "invitation")) == 90
    assert invite(sessions, reference, director) == ()
    every = [line.affiliation_id for line in page(sessions, reference, director).lines]
    assert invite(sessions, reference, director, every, NOW + timedelta(hours=3)) == ()
    assert len(invite(sessions, reference, director, every, LATER)) == 90  # another day, on purpose


def test_invitations_go_all_or_none(
    sessions: Sessions, director: Person, reference: str, firms: list[UUID], monkeypatch: pytest.MonkeyPatch
):
    real, made = members.inviting.invite_firm, []

    def fragile(*args: Any, **named: Any) -> int:
        made.append(1)
        if len(made) > 3:
            raise OSError("the disk is full")
        return real(*args, **named)

    monkeypatch.setattr(members.inviting, "invite_firm", fragile)
    with pytest.raises(OSError, match="disk"):
        invite(sessions, reference, director)
    with sessions.reading() as session:
        assert not session.scalars(sa.select(InvitationRow)).all()
    assert not mails(sessions, "invitation")


def test_only_firms_of_the_list_are_chosen_and_invited(sessions: Sessions, director: Person, reference: str):
    with pytest.raises(NotFound):
        invite(sessions, reference, director, [UUID(int=1)])
    with sessions.writing() as session, pytest.raises(NotFound):
        members.choose(session, reference, [UUID(int=1)], now=NOW, by=director)


def test_nobody_is_invited_once_the_call_is_closed(sessions: Sessions, director: Person, reference: str):
    with pytest.raises(Refused, match="on n’invite plus"):
        invite(sessions, reference, director, now=NOW + timedelta(days=90))


def test_a_firm_is_left_out_until_it_is_invited(
    sessions: Sessions, director: Person, reference: str, firms: list[UUID]
):
    with sessions.writing() as session:
        members.leave_out(session, reference, firms[0], now=NOW, by=director)
    assert len(page(sessions, reference, director).lines) == 5
    invite(sessions, reference, director)
    with sessions.writing() as session, pytest.raises(Refused, match="reste au tableau"):
        members.leave_out(session, reference, firms[1], now=NOW, by=director)


# ── the board ──


def test_every_firm_is_counted_once_whatever_it_did(
    sessions: Sessions, files: Files, director: Person, reference: str, firms: list[UUID]
):
    invite(sessions, reference, director, firms[1:])
    roll.refuse(sessions, firms[2], LATER, "Nous n'avons pas de projet.")
    for number in (3, 4, 5):
        manager = roll.accept(sessions, reference, director, firms[number], number)
        if number > 3:
            file(sessions, files, firms[number], manager)
    with sessions.writing() as session:
        board.ask_correction(session, reference, firms[5], "Le plan manque.", now=LATER, at=LATER, by=director)
    found = page(sessions, reference, director)
    assert dict(found.counts) == dict.fromkeys(Stage, 1)
    assert sum(count for _, count in found.counts) == len(found.lines) == 6
    assert found.line(firms[2]).refusal == "Nous n'avons pas de projet."
    assert (found.line(firms[4]).version, found.line(firms[4]).percent) == (1, None)
    assert found.line(firms[3]).percent == 0


def test_the_board_says_how_far_a_dossier_is_and_never_its_figures(
    sessions: Sessions, files: Files, director: Person, reference: str, firms: list[UUID]
):
    manager = roll.accept(sessions, reference, director, firms[0])
    dossier = roll.part_of(sessions, firms[0]).dossier
    assert dossier is not None
    before = page(sessions, reference, director).line(firms[0]).percent or 0
    makers.save(sessions, dossier.reference, "site", {"area_m2": "76543"}, by=manager)
    makers.fill_all(sessions, files, dossier.reference, manager)
    found = page(sessions, reference, director)
    assert found.line(firms[0]).percent == 100 > before
    exported = b""
    with sessions.reading() as session:
        exported = board.export(session, reference, "csv", now=NOW, by=director)
    for secret in ("76543", "660", "fonderie"):
        assert secret not in repr(found.lines) and secret not in exported.decode()


def test_search_and_stage_show_fewer_and_count_all(sessions: Sessions, director: Person, reference: str):
    found = page(sessions, reference, director)
    assert [line.name for line in found.shown("", "PONT plomb")] == ["Plomberie du Pont rêvé"]
    assert found.shown("a-inviter", "") == found.lines
    assert found.shown("deposes", "") == ()


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_board_is_exported_whole(sessions: Sessions, director: Person, reference: str, form: str):
    with sessions.reading() as session:
        content = board.export(session, reference, form, now=NOW, by=director)
    if form == "csv":
        names = [line.split(";")[0] for line in content.decode("utf-8-sig").splitlines()]
    else:
        book = python_calamine.load_workbook(io.BytesIO(content))
        names = [row[0] for row in book.get_sheet_by_index(0).to_python()]
    assert names == ["Entreprise", *(line.name for line in page(sessions, reference, director).lines)]


def test_a_stranger_finds_no_board(sessions: Sessions, director: Person, reference: str, sacha: Person):
    other = makers.make_director(sessions, sacha)
    for by in (sacha, other):
        with sessions.reading() as session, pytest.raises(NotFound):
            board.board(session, reference, now=NOW, by=by)
        with pytest.raises(NotFound):
            invite(sessions, reference, by)


# ── corrections and decisions ──


def test_a_correction_goes_to_who_may_file_and_once(
    sessions: Sessions, files: Files, director: Person, reference: str, firms: list[UUID]
):
    manager = roll.accept(sessions, reference, director, firms[0])

    def ask(text: str) -> tuple[int, ...]:
        with sessions.writing() as session:
            return board.ask_correction(session, reference, firms[0], text, now=LATER, at=LATER, by=director)

    with pytest.raises(Refused, match="rien déposé"):
        ask("Le plan manque.")
    file(sessions, files, firms[0], manager)
    with pytest.raises(Refused, match="Dites ce que"):
        ask("  ")
    assert len(ask("Le plan manque.")) == 1
    assert ask("Le plan manque.") == ()
    assert len(ask("Le plan et le devis manquent.")) == 1
    assert {row.email for row in mails(sessions, "correction")} == {manager.email}


def test_a_decision_is_told_to_the_firms_that_filed_and_once(
    sessions: Sessions, files: Files, director: Person, reference: str, firms: list[UUID]
):
    filed = roll.accept(sessions, reference, director, firms[0], 1)
    roll.accept(sessions, reference, director, firms[1], 2)
    file(sessions, files, firms[0], filed)

    def note(decision: Decision, days: int = 0) -> tuple[int, ...]:
        on = (NOW + timedelta(days=days)).date()
        with sessions.writing() as session:
            return board.note_decision(session, reference, decision, on, "Bravo.", now=NOW, at=NOW, by=director)

    with pytest.raises(Refused, match="demain"):
        note(Decision.ACCEPTED, days=1)
    assert len(note(Decision.ACCEPTED)) == 1
    assert note(Decision.ACCEPTED) == ()
    assert len(note(Decision.PARTLY)) == 1
    assert {row.email for row in mails(sessions, "decision")} == {filed.email}
    assert page(sessions, reference, director).decision is Decision.PARTLY
    assert page(sessions, reference, director).edition.id == EDITION
