"""What an organisation gives once: kept with its date, taken over by its next dossiers, never over what was typed."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grantapp.domain.answer import Misread, understand
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person, Role
from grantapp.domain.project import question_at, section_named
from grantapp.domain.project_file import dump_section
from grantapp.services import drafting, inviting, joining, organisations
from grantapp.services.pages import StepPage
from grantapp.storage.cooperative import AccountsRow, AffiliationRow, GivenRow, InvitationRow
from grantapp.storage.database import Sessions
from grantapp.storage.models import MembershipRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.domain import vocabulary
from tests.makers import EDITION, NOW

LATER = NOW + timedelta(days=10)
SIRET = makers.make_siren() + "00009"  # its own check digit does not matter to the hint


def year(closed: str, **figures: object) -> dict[str, object]:
    return {"closed_on": closed, **figures}


def another(sessions: Sessions, by: Person, given: Any = None, now: datetime = LATER) -> str:
    with sessions.writing() as session:
        return drafting.start(session, EDITION, now=now, by=by, another=True, given=given)


def page(sessions: Sessions, reference: str, name: str, by: Person) -> StepPage:
    with sessions.reading() as session:
        return drafting.step_page(session, reference, name, now=LATER, by=by)


def answers(sessions: Sessions, reference: str, name: str, by: Person) -> dict[str, object]:
    found = dump_section(section_named(name), page(sessions, reference, name, by).record)
    return {each: value for each, value in found.items() if value is not None}


def organisation_of(person: Person) -> UUID:
    return person.memberships[0].organisation_id


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_saved_in_a_dossier_is_kept_with_its_date(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "organisation", {"address": "1 rue du Puits", "town": "Avignon"}, by=camille)
    with sessions.reading() as reading:
        row = reading.scalars(sa.select(GivenRow)).one()
    assert (row.section, row.answers["town"], row.given_at) == ("organisation", "Avignon", NOW)
    assert row.given_by_id == camille.id


def test_what_speaks_of_the_project_is_not_kept(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "site", {"area_m2": 5_000}, by=camille)
    makers.save(sessions, draft, "organisation", {"bears_expense": True}, by=camille)
    with sessions.reading() as session:
        assert session.scalars(sa.select(GivenRow)).all() == []


def test_an_answer_left_empty_erases_nothing_and_the_last_given_wins(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "organisation", {"town": "Avignon", "postcode": "84000"}, by=camille)
    makers.save(sessions, draft, "organisation", {"town": "Orange"}, by=camille, now=LATER)
    with sessions.reading() as session:
        row = session.scalars(sa.select(GivenRow)).one()
    assert row.answers == {"town": "Orange", "postcode": "84000"}
    assert row.given_at == LATER


def test_what_did_not_change_keeps_its_date(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "finances", {"insolvency": False}, by=camille)
    other = another(sessions, camille)
    makers.save(sessions, other, "finances", {"insolvency": False}, raw={}, by=camille, now=LATER)
    with sessions.reading() as session:
        assert session.scalars(sa.select(GivenRow)).one().given_at == NOW


def test_accounts_are_kept_once_a_year(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "size", {"accounts": [year("2020-12-31", headcount="4")]}, by=camille)
    both = [year("2021-12-31", headcount="5"), year("2020-12-31", turnover="300000")]
    makers.save(sessions, draft, "size", {"accounts": both, "has_links": False}, by=camille, now=LATER)
    with sessions.reading() as session:
        rows = {row.closed_on.year: row for row in session.scalars(sa.select(AccountsRow))}
        given = session.scalars(sa.select(GivenRow)).one()
    assert rows.keys() == {2020, 2021}
    assert rows[2020].answers.keys() == {"closed_on", "headcount", "turnover"}
    assert given.answers == {"has_links": False}


@pytest.mark.parametrize("row", [{"headcount": "4"}, {"closed_on": "2020-12-31"}], ids=["no day", "no figure"])
def test_half_a_year_is_not_kept(sessions: Sessions, camille: Person, draft: str, row: dict[str, object]):
    makers.save(sessions, draft, "size", {"accounts": [row]}, by=camille)
    with sessions.reading() as session:
        assert session.scalars(sa.select(AccountsRow)).all() == []


def test_a_save_that_was_refused_keeps_nothing(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "organisation", {"town": "Avignon"}, by=camille)
    with pytest.raises(drafting.Conflict):
        makers.save(sessions, draft, "organisation", {"town": "Orange"}, by=camille, seen=0)
    with sessions.reading() as session:
        assert session.scalars(sa.select(GivenRow)).one().answers["town"] == "Avignon"


# ── taking over ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_dossier_begins_with_what_was_given_and_says_so(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "organisation", {"town": "Avignon"}, by=camille)
    makers.save(sessions, draft, "finances", {"insolvency": False}, by=camille)
    other = another(sessions, camille)
    assert answers(sessions, other, "organisation", camille) == {"name": "Coopérative imaginaire", "town": "Avignon"}
    found = page(sessions, other, "finances", camille).taken_over
    assert found is not None and (found.given_on, found.cooperative) == (date(2022, 3, 15), None)


def test_it_says_so_no_more_once_somebody_typed(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "finances", {"insolvency": False}, by=camille)
    assert page(sessions, draft, "finances", camille).taken_over is not None
    other = another(sessions, camille)
    makers.save(sessions, other, "finances", {"insolvency": False}, raw={"insolvency": ["non"]}, by=camille)
    assert page(sessions, other, "finances", camille).taken_over is None


def test_a_draft_begins_with_the_three_latest_years(sessions: Sessions, camille: Person, draft: str):
    years = [year(f"{each}-12-31", headcount=str(each - 2000)) for each in (2018, 2021, 2019, 2020)]
    makers.save(sessions, draft, "size", {"accounts": years}, by=camille)
    found = page(sessions, another(sessions, camille), "size", camille).record.accounts
    assert [each.closed_on.year for each in found] == [2021, 2020, 2019]


def test_another_organisation_begins_with_nothing_of_it(sessions: Sessions, camille: Person, sacha: Person, draft: str):
    makers.save(sessions, draft, "organisation", {"town": "Avignon"}, by=camille)
    reference = makers.make_draft(sessions, sacha)
    assert answers(sessions, reference, "organisation", sacha) == {"name": "Plomberie imaginaire"}


def test_a_draft_that_was_begun_stays_as_it_was(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "organisation", {"town": "Avignon"}, by=camille)
    other = another(sessions, camille)
    makers.save(sessions, draft, "organisation", {"town": "Orange"}, by=camille)
    assert answers(sessions, other, "organisation", camille)["town"] == "Avignon"


ORGANISATION = section_named("organisation")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=vocabulary.section_records(ORGANISATION),
    typed=vocabulary.section_records(ORGANISATION),
    after=vocabulary.section_records(ORGANISATION),
    raw=st.booleans(),
)
def test_taking_over_never_overwrites_what_was_typed(sessions, camille, before, typed, after, raw):
    """Whatever was given before, is given with the new draft, and is given later elsewhere."""
    dumped = [dump_section(ORGANISATION, each) for each in (before, typed, after)]
    said = {name: value for name, value in dumped[1].items() if value is not None}
    first = another(sessions, camille, given={"organisation": dumped[0]})
    makers.save(sessions, first, "organisation", dumped[0], by=camille)
    second = another(sessions, camille, given={"organisation": said})
    found = answers(sessions, second, "organisation", camille)
    assert {name: found[name] for name in said} == said
    makers.save(sessions, second, "organisation", said, raw={} if raw else None, by=camille)
    makers.save(sessions, first, "organisation", dumped[2], raw={"town": ["x"]}, by=camille)
    another(sessions, camille)
    assert answers(sessions, second, "organisation", camille) == said


# ── a firm of a cooperative ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def joined(sessions: Sessions, camille: Person) -> joining.Accepted:
    """A firm that its cooperative listed, and that accepted."""
    director = makers.make_director(sessions, camille)
    siret = makers.make_siren(2000) + "00008"
    firm = makers.make_firm(sessions, director, siret=siret)
    with sessions.writing() as session:
        inviting.invite_firm(session, session.get_one(AffiliationRow, firm), None, now=NOW, at=NOW, by=director)
        session.commit()
    with sessions.writing() as session:
        invitation = session.scalars(sa.select(InvitationRow.id)).one()
        accepted = joining.accept(session, invitation, name="Dominique", agreed=False, visitor=None, now=NOW, at=NOW)
        assert accepted is not None
        return accepted


def test_a_firm_types_again_nothing_that_its_cooperative_knows(sessions: Sessions, joined: joining.Accepted):
    reference = another(sessions, joined.person)
    found = answers(sessions, reference, "organisation", joined.person)
    known = {"name": "Menuiserie imaginaire", "town": "Avignon", "representative": "Dominique Modèle"}
    assert found.items() >= known.items() and found["email"] == "dominique@menuiserie.example"
    assert "legal_form" not in found
    source = page(sessions, reference, "organisation", joined.person).taken_over
    assert source is not None and source.cooperative == "Coopérative imaginaire"


def test_what_the_firm_says_of_itself_comes_before_what_is_said_of_it(sessions: Sessions, joined: joining.Accepted):
    makers.save(sessions, another(sessions, joined.person), "organisation", {"town": "Orange"}, by=joined.person)
    assert answers(sessions, another(sessions, joined.person), "organisation", joined.person)["town"] == "Orange"


# ── SIRET ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("siret", ["356 000 000 00048", "35600000049837"])
def test_the_establishments_of_la_poste_have_valid_numbers(siret: str):
    """Their sum is a multiple of five; only that of the head office is also Luhn's."""
    assert understand(question_at("organisation.siret"), siret) == siret.replace(" ", "")


def test_the_exception_of_la_poste_is_no_open_door():
    for wrong in ("35600000049838", "35600100049837"):
        with pytest.raises(Misread):
            understand(question_at("organisation.siret"), wrong)


def test_a_siret_of_another_company_is_a_hint_and_no_refusal(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "organisation", {"siret": "35600000000048"}, by=camille)
    found = page(sessions, draft, "organisation", camille)
    assert found.record.siret == "35600000000048"
    assert "ne commence pas par le SIREN" in found.hint


@pytest.mark.parametrize("siret", [None, SIRET])
def test_one_s_own_siret_is_no_cause_for_a_hint(siret: str | None):
    assert organisations.siret_hint(siret, makers.make_siren()) == ""


# ── the organisation's own page ──────────────────────────────────────────────────────────────────────────────────


def give(sessions: Sessions, by: Person, name: str, given: dict[str, object], whose: Person | None = None) -> None:
    with sessions.writing() as session:
        organisations.give(session, organisation_of(whose or by), name, given, now=NOW, by=by)


def test_what_is_given_on_its_own_page_is_taken_over_too(sessions: Sessions, camille: Person):
    give(sessions, camille, "finances", {"insolvency": False})
    reference = makers.make_draft(sessions, camille)
    assert page(sessions, reference, "finances", camille).record.insolvency is False


def test_a_year_given_by_mistake_is_forgotten_and_dossiers_keep_it(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "size", {"accounts": [year("2012-12-31", headcount="4")]}, by=camille)
    with sessions.writing() as session:
        organisations.forget_year(session, organisation_of(camille), date(2012, 12, 31), now=NOW, by=camille)
    with sessions.reading() as session:
        assert organisations.given_page(session, organisation_of(camille), by=camille).years == ()
    assert len(page(sessions, draft, "size", camille).record.accounts) == 1
    with sessions.writing() as session, pytest.raises(NotFound):
        organisations.forget_year(session, organisation_of(camille), date(2012, 12, 31), now=NOW, by=camille)


def test_a_stranger_finds_no_organisation(sessions: Sessions, camille: Person, sacha: Person):
    with sessions.reading() as session:
        with pytest.raises(NotFound):
            organisations.given_page(session, organisation_of(camille), by=sacha)
        with pytest.raises(NotFound):
            organisations.given_form(session, organisation_of(camille), "size", by=sacha)
    with pytest.raises(NotFound):
        give(sessions, sacha, "finances", {"insolvency": True}, whose=camille)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR])
def test_who_reads_no_draft_reads_no_accounts_and_gives_none(sessions: Sessions, camille: Person, role: Role):
    give(sessions, camille, "finances", {"insolvency": False})
    with sessions.writing() as session:
        session.execute(sa.update(MembershipRow).values(role=role))
        session.commit()
    with sessions.reading() as session:
        found = organisations.given_page(session, organisation_of(camille), by=camille)
    assert (found.sections, found.years, found.may_read, found.may_fill) == ((), (), False, False)
    with pytest.raises(Refused):
        give(sessions, camille, "finances", {"insolvency": True})


def test_its_page_tells_each_answer_with_its_date(sessions: Sessions, camille: Person, draft: str):
    makers.save(sessions, draft, "size", {"accounts": [year("2021-12-31", turnover="300000")]}, by=camille)
    give(sessions, camille, "organisation", {"town": "Avignon"})
    with sessions.reading() as session:
        found = organisations.given_page(session, organisation_of(camille), by=camille)
    (told,) = found.years
    assert (told.closed_on, told.given_on, told.given_by) == (date(2021, 12, 31), date(2022, 3, 15), "Camille Exemple")
    assert [line.text for line in told.lines] == ["300\u202f000\u00a0€"]
    assert [line.text for line in found.sections[0].lines] == ["Avignon"]
    assert [each.given_on for each in found.sections] == [date(2022, 3, 15), None, None]
