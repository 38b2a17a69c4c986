"""The member list from a spreadsheet: what is good is taken at once, what is not comes back with its reasons."""

import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.services import importing, members
from grantapp.services.importing import Imported, Waiting, rows_in
from grantapp.storage.cooperative import AffiliationRow
from grantapp.storage.database import Sessions
from tests import makers, sheets
from tests.makers import NOW

Rows = tuple[tuple[int, tuple[str, ...]], ...]


@pytest.fixture
def director(sessions: Sessions, camille: Person) -> Person:
    return makers.make_director(sessions, camille)


def rows(lines: sheets.Rows) -> Rows:
    return rows_in(io.BytesIO(sheets.comma(lines)), shown="liste.csv")


def take(sessions: Sessions, lines: Rows, by: Person) -> Imported:
    with sessions.writing() as session:
        return importing.take(session, lines, now=NOW, by=by)


def count(sessions: Sessions) -> int:
    with sessions.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(AffiliationRow)) or 0


@pytest.mark.parametrize("form", sheets.FORMS)
def test_ninety_firms_are_taken_and_five_lines_come_back_whatever_the_form(
    sessions: Sessions, director: Person, form: str
):
    content = sheets.FORMS[form](sheets.ninety_and_five())
    lines = rows_in(io.BytesIO(content), shown=f"liste.{form}")
    with sessions.reading() as session:
        read = importing.look(session, lines, by=director)
    assert (len(read.good), len(read.faulty)) == (90, 5)
    assert all(len(line.reasons) == 1 for line in read.faulty)
    assert count(sessions) == 0  # looking writes nothing
    assert take(sessions, lines, director) == Imported(new=90, updated=0, unchanged=0, faulty=5)
    assert count(sessions) == 90


def test_the_same_file_again_changes_nothing(sessions: Sessions, director: Person):
    lines = rows(sheets.ninety_and_five())
    take(sessions, lines, director)
    with sessions.reading() as session:
        before = {row.siren: row.listed_at for row in session.scalars(sa.select(AffiliationRow))}
    assert take(sessions, lines, director) == Imported(new=0, updated=0, unchanged=90, faulty=5)
    with sessions.reading() as session:
        assert {row.siren: row.listed_at for row in session.scalars(sa.select(AffiliationRow))} == before


def test_a_firm_of_the_list_is_updated_and_never_listed_twice(sessions: Sessions, director: Person):
    first, *others = sheets.firms(3)
    take(sessions, rows([sheets.HEADINGS, first, *others]), director)
    corrected = (*first[:4], "nouvelle@adherente.example")
    assert take(sessions, rows([sheets.HEADINGS, corrected]), director) == Imported(0, 1, 0, 0)
    with sessions.reading() as session:
        row = session.scalar(sa.select(AffiliationRow).where(AffiliationRow.siren == first[1]))
        assert row and row.email == "nouvelle@adherente.example"
    assert count(sessions) == 3


def test_the_faulty_lines_come_back_as_a_file_that_can_be_corrected_and_sent(sessions: Sessions, director: Person):
    lines = rows(sheets.ninety_and_five())
    with sessions.reading() as session:
        content = importing.faulty(session, lines, by=director)
        again = importing.look(session, rows_in(io.BytesIO(content), shown="a-corriger.xlsx"), by=director)
    # On its own, the line that was there twice is right; the other four are as wrong as they were.
    assert (len(again.lines), len(again.faulty)) == (5, 4)
    assert again.ignored == ("À corriger", "Ligne du fichier")


def test_the_template_that_was_not_filled_in_says_so(sessions: Sessions, director: Person):
    with sessions.reading() as session:
        content = importing.template(by=director)
        read = importing.look(session, rows_in(io.BytesIO(content), shown="modele.xlsx"), by=director)
    assert not read.lines and "aucune entreprise" in read.faults[0]


def test_nothing_is_taken_when_no_line_is_good(sessions: Sessions, director: Person):
    with pytest.raises(Refused, match="Aucune ligne"):
        take(sessions, rows([sheets.HEADINGS, ("", "", "", "", "x")]), director)
    with pytest.raises(Refused, match="colonne"):
        take(sessions, rows([("a", "b"), ("c", "d")]), director)


def test_an_import_that_fails_half_way_takes_nothing(
    sessions: Sessions, director: Person, monkeypatch: pytest.MonkeyPatch
):
    real, written = members.write, []

    def fragile(*args: object, **named: object) -> object:
        written.append(1)
        if len(written) > 40:
            raise OSError("the disk is full")
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(members, "write", fragile)
    with pytest.raises(OSError, match="disk"):
        take(sessions, rows([sheets.HEADINGS, *sheets.firms()]), director)
    assert count(sessions) == 0


def test_only_a_direction_imports(sessions: Sessions, sacha: Person):
    lines = rows([sheets.HEADINGS, *sheets.firms(2)])
    with pytest.raises(Refused, match="direction de la coopérative"):
        take(sessions, lines, sacha)
    with sessions.reading() as session, pytest.raises(Refused):
        importing.look(session, lines, by=sacha)
    with pytest.raises(Refused):
        importing.template(by=sacha)


def test_rows_wait_for_the_person_who_sent_them_and_no_other(tmp_path: Path, director: Person, sacha: Person):
    waiting, lines = Waiting(tmp_path / "listes"), ((1, ("a", "b")), (3, ("c", "d")))
    token = waiting.keep(lines, by=director)
    assert waiting.find(token, director) == lines
    for other, by in ((token, sacha), ("faux", director), ("0" * 32, director), ("../../x", director)):
        with pytest.raises(Refused, match="envoyez-le de nouveau"):
            waiting.find(other, by)
    waiting.drop(token, director)
    with pytest.raises(Refused):
        waiting.find(token, director)


def test_what_waited_for_more_than_a_day_is_gone(tmp_path: Path, director: Person, monkeypatch: pytest.MonkeyPatch):
    waiting = Waiting(tmp_path / "listes")
    old = waiting.keep(((1, ("a",)),), by=director)
    later = importing.time.time() + importing.KEPT_FOR + 60
    monkeypatch.setattr(importing.time, "time", lambda: later)
    waiting.keep(((1, ("b",)),), by=director)
    with pytest.raises(Refused):
        waiting.find(old, director)
