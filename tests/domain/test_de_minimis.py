"""De minimis: the room left on a day, and whose aid counts; the total on the same costs."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantapp.domain.cumulation import cumulation_of
from grantapp.domain.de_minimis import de_minimis_of
from grantapp.domain.derived import FILED_AT
from grantapp.domain.difficulty import difficulty_of
from grantapp.domain.project import question_at
from grantapp.domain.sections.applicant import AccountingYear, Aid, AidState, Link, Relation
from grantapp.domain.sections.funding import Source, SourceNature
from grantapp.french import PARIS, typeset
from tests.domain.vocabulary import answers


def aid(amount, on, **changes):
    plain = Aid(
        funder="Région",
        purpose="Étude",
        amount=Decimal(amount),
        granted_on=on,
        state=AidState.GRANTED,
        de_minimis=True,
        same_costs=False,
    )
    return replace(plain, **changes)


def link(name, relation, votes="0", to=None):
    share = Decimal(votes)
    return Link(name=name, relation=relation, capital_percent=share, votes_percent=share, attached_to=to)


def found(*aids, on, links=(), closed_on=None, **others):
    facts = {
        FILED_AT: datetime(on.year, on.month, on.day, 12, tzinfo=PARIS),
        "public_aid.has_aid": bool(aids),
        **({"public_aid.aids": aids} if aids else {}),
        **({"size.has_links": True, "size.links": tuple(links)} if links else {}),
        **({"size.accounts": (AccountingYear(closed_on=closed_on),)} if closed_on else {}),
        **others,
    }
    return de_minimis_of(facts, difficulty_of(facts))


FIRST, SECOND = aid(120_000, date(2023, 3, 10)), aid(150_000, date(2025, 2, 1))
LATE = date(2026, 3, 11)

# ── any three years running, since 2024 ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("on", "room", "admitted"),
    [
        (date(2026, 3, 9), 30_000, False),
        (date(2026, 3, 10), 30_000, False),  # the day of the anniversary still counts, to be on the safe side
        (date(2026, 3, 11), 150_000, True),
    ],
)
def test_an_aid_leaves_after_three_years_and_a_day(on, room, admitted):
    result = found(FIRST, SECOND, on=on)
    assert result.room == room
    assert result.admits(Decimal(40_000)) is admitted


def test_the_day_of_anniversary_is_said_to_be_a_caution():
    assert any("jour anniversaire" in line and "à confirmer" in line for line in found(on=LATE).lines)


def test_an_aid_as_large_as_the_room_fits_and_a_cent_more_does_not():
    result = found(SECOND, on=LATE)
    assert result.admits(Decimal(150_000)) and not result.admits(Decimal("150000.01"))


def test_three_years_before_the_29th_of_february_is_the_28th():
    assert found(on=date(2028, 2, 29)).since == date(2025, 2, 28)


# ── three fiscal years, before ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("on", "closed_on", "since"),
    [
        (date(2022, 4, 12), date(2021, 12, 31), date(2020, 1, 1)),
        (date(2022, 4, 12), date(2021, 6, 30), date(2019, 7, 1)),
        (date(2022, 6, 30), date(2021, 6, 30), date(2019, 7, 1)),
        (date(2022, 7, 1), date(2021, 6, 30), date(2020, 7, 1)),
        (date(2022, 4, 12), date(2020, 2, 29), date(2020, 3, 1)),
        (date(2022, 4, 12), None, date(2020, 1, 1)),
    ],
)
def test_before_2024_the_current_fiscal_year_and_the_two_before_count(on, closed_on, since):
    result = found(aid(1, since), on=on, closed_on=closed_on)
    assert (result.since, result.room) == (since, 199_999)
    assert found(aid(1, since.replace(year=since.year - 1)), on=on, closed_on=closed_on).room == 200_000


def test_a_fiscal_year_that_is_assumed_is_to_be_confirmed():
    on = date(2022, 4, 12)
    assert "à confirmer" in found(on=on).lines[0]
    assert "à confirmer" not in found(on=on, closed_on=date(2021, 12, 31)).lines[0]


def test_the_ceiling_changes_with_the_year_2024():
    assert found(on=date(2023, 12, 31)).ceiling == 200_000
    assert found(on=date(2024, 1, 1)).ceiling == 300_000
    assert "1407/2013" in found(on=date(2023, 12, 31)).citations[0].text
    assert "2023/2831" in found(on=date(2024, 1, 1)).citations[0].text


# ── which aids, and whose ────────────────────────────────────────────────────────────────────────────────────────

LINKS = (
    link("Ma SCI", Relation.LINKED, "100"),
    link("Sous-filiale", Relation.LINKED, "60", to="Ma SCI"),
    link("Un partenaire", Relation.PARTNER, "30"),
)


@pytest.mark.parametrize(
    ("beneficiary", "room"),
    [
        (None, 200_000),
        ("ma  sci", 200_000),
        ("Sous-filiale", 200_000),
        ("Un partenaire", 300_000),
        ("Inconnue", 300_000),
    ],
)
def test_the_aid_of_a_linked_company_counts_and_that_of_a_partner_does_not(beneficiary, room):
    result = found(aid(100_000, date(2025, 1, 1), beneficiary=beneficiary), on=LATE, links=LINKS)
    assert result.room == room


def test_a_name_on_no_row_is_said_to_count_perhaps():
    lines = found(aid(100_000, date(2025, 1, 1), beneficiary="Inconnue"), on=LATE, links=LINKS).lines
    assert any("Inconnue" in line and "compterait" in line for line in lines)


def test_a_name_on_no_row_takes_no_room_even_perhaps_outside_the_period():
    lines = found(aid(100_000, date(2020, 1, 1), beneficiary="Inconnue"), on=LATE, links=LINKS).lines
    assert any("avant la période" in line for line in lines)
    assert not any("compterait" in line for line in lines)


def test_our_own_name_is_ours():
    own = aid(100_000, date(2025, 1, 1), beneficiary="Artisans de Vaubelle")
    assert found(own, on=LATE, **{"organisation.name": "artisans de vaubelle"}).room == 200_000


def test_an_aid_that_is_only_asked_for_is_said_and_not_counted():
    result = found(aid(100_000, date(2026, 1, 1), state=AidState.REQUESTED), on=LATE)
    assert result.room == 300_000 and any("demandé" in line for line in result.lines)


@pytest.mark.parametrize("absent", ["amount", "granted_on", "state", "de_minimis"])
def test_an_aid_that_cannot_be_counted_leaves_the_room_unknown(absent):
    result = found(replace(SECOND, **{absent: None}), on=LATE)
    assert (result.room, result.missing) == (None, ("public_aid.aids",))


def test_nothing_answered_leaves_the_room_unknown():
    assert de_minimis_of({FILED_AT: datetime(2026, 1, 1, tzinfo=PARIS)}, difficulty_of({})).room is None
    assert de_minimis_of({}, difficulty_of({})).missing == (FILED_AT,)


def test_beyond_the_ceiling_no_room_is_left():
    result = found(aid(300_001, date(2025, 1, 1)), on=LATE)
    assert result.room == 0 and "Aucune place" in result.sentence


@pytest.mark.parametrize(("insolvent", "said"), [(True, "c’est votre cas"), (False, "ce n’est pas votre cas")])
def test_a_firm_in_difficulty_is_told_that_de_minimis_stays_open_since_2024(insolvent, said):
    sound = {"organisation.legal_form": question_at("organisation.legal_form").choices("association")}
    others = sound | {"finances.insolvency": insolvent, "finances.rescue_aid": False}
    assert any(said in line for line in found(on=LATE, **others).lines)
    assert not any("difficulté" in line for line in found(on=date(2022, 4, 12), **others).lines)


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────


def told(result, words):
    return any(typeset(words) in line for line in result.lines)


def test_the_room_is_told_with_its_subtraction_and_without_an_answer_is_not():
    assert told(found(SECOND, on=LATE), "300 000 € de plafond − 150 000 € déjà reçus = 150 000 €.")
    assert told(found(on=LATE), "300 000 € de plafond − 0 € déjà reçus = 300 000 €.")
    assert not told(found(replace(SECOND, amount=None), on=LATE), "de plafond −")
    assert told(found(on=LATE), "pas seulement le surplus")


def test_without_any_aid_the_whole_ceiling_is_left_and_a_table_that_is_announced_is_awaited():
    assert found(on=LATE).room == 300_000
    assert found(on=LATE, **{"public_aid.has_aid": True}).missing == ("public_aid.aids",)


def test_an_aid_is_named_by_its_funder_else_by_its_purpose_else_by_its_line():
    named = [aid(1, LATE), aid(1, LATE, funder=None), aid(1, LATE, funder=None, purpose=None)]
    lines = found(*named, on=LATE).lines
    assert [line.split(",")[0] for line in lines[1:4]] == ["Région", "Étude", "Aide de la ligne 3"]


@pytest.mark.parametrize(
    ("granted_on", "room", "said"),
    [
        (date(2023, 3, 10), 300_000, "avant la période"),
        (date(2023, 3, 11), 299_999, "compté"),
        (LATE, 299_999, "compté"),
        (date(2026, 3, 12), 300_000, "après le jour du calcul"),
    ],
)
def test_an_aid_counts_from_the_first_day_to_the_last(granted_on, room, said):
    result = found(aid(1, granted_on), on=LATE)
    assert result.room == room and told(result, said)


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ("state", "il manque l'état"),
        ("granted_on", "il manque la date"),
        ("amount", "il manque le montant"),
        ("de_minimis", "il manque s'il s'agit d'une aide de minimis"),
    ],
)
def test_an_aid_that_cannot_be_counted_says_what_it_lacks(absent, said):
    assert told(found(replace(SECOND, **{absent: None}), on=LATE), said)


@pytest.mark.parametrize(("amount", "room"), [("-0.01", 300_000), ("-5", 300_000), ("0", 300_000), ("0.5", "299999.5")])
def test_a_negative_amount_gives_no_room_back_and_says_so(amount, room):
    result = found(aid(amount, LATE), on=LATE)
    assert result.room == Decimal(room)
    assert told(result, "un montant négatif") is amount.startswith("-")


def test_the_linked_companies_are_recalled_to_those_who_have_some():
    assert told(found(on=LATE, links=LINKS), "Entreprise unique")
    assert not told(found(on=LATE), "Entreprise unique :")
    assert not told(found(on=LATE, **{"size.has_links": False}), "Entreprise unique :")


def test_the_last_closing_makes_the_fiscal_year_and_a_row_without_its_day_none():
    rows = (AccountingYear(closed_on=date(2020, 12, 31)), AccountingYear(closed_on=date(2021, 6, 30)), AccountingYear())
    result = found(on=date(2022, 4, 12), **{"size.accounts": rows})
    assert result.since == date(2019, 7, 1) and told(result, "clos le 30 juin 2021")


@pytest.mark.parametrize("closed_on", [date(2022, 2, 28), date(2020, 2, 29)])
def test_a_year_that_ends_with_february_ends_with_it_in_leap_years_too(closed_on):
    result = found(on=date(2023, 6, 1), closed_on=closed_on)
    assert result.since == date(2021, 3, 1) and told(result, "au 29 février 2024")


def test_a_year_that_ends_before_the_end_of_february_keeps_its_day():
    assert told(found(on=date(2023, 6, 1), closed_on=date(2022, 2, 27)), "au 27 février 2024")


def test_only_since_2024_is_the_text_on_firms_in_difficulty_cited():
    assert [len(found(on=on).citations) for on in (date(2023, 12, 31), date(2024, 1, 1))] == [2, 3]


TABLES = answers(question_at("public_aid.aids"))
DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@settings(deadline=None)
@given(TABLES, DAYS)
def test_the_room_is_never_more_than_the_ceiling(aids, on):
    room = found(*aids, on=on, links=LINKS).room
    assert room is None or 0 <= room <= (300_000 if on.year >= 2024 else 200_000)


@settings(deadline=None)
@given(TABLES, TABLES, DAYS, st.sampled_from(["Un partenaire", "Inconnue"]))
def test_the_aid_of_somebody_else_changes_no_room(aids, others, on, name):
    foreign = tuple(replace(each, beneficiary=name) for each in others)
    assert found(*aids, *foreign, on=on, links=LINKS).room == found(*aids, on=on, links=LINKS).room


# ── the total on the same costs ──────────────────────────────────────────────────────────────────────────────────


def plan(grant):
    return {"funding.sources": (Source(nature=SourceNature.GRANT, amount=Decimal(grant)),)}


def total(*aids, base=1000, grant=400):
    facts = {"public_aid.has_aid": bool(aids), **({"public_aid.aids": aids} if aids else {}), **plan(grant)}
    return cumulation_of(facts, None if base is None else Decimal(base))


SAME, ASKED = aid(300, LATE, same_costs=True), aid(300, LATE, same_costs=True, state=AidState.REQUESTED)


def test_aids_on_the_same_costs_add_up_with_what_is_asked_for_here():
    result = total(SAME, ASKED, aid(5000, LATE))
    assert (result.total, result.room) == (1000, 400)
    assert "reste dans la limite" in result.sentence


def test_a_euro_above_the_expenditure_is_too_much_and_the_most_to_ask_is_said():
    sentence = total(SAME, ASKED, grant=401).sentence
    assert "1\u00a0€ de trop" in sentence and "au plus 400\u00a0€" in sentence


def test_aids_that_already_exceed_the_costs_leave_nothing():
    assert total(SAME, ASKED, base=500).room == -100
    assert "dépassent déjà de 100\u00a0€" in total(SAME, ASKED, base=500).sentence


@pytest.mark.parametrize(
    ("aids", "base", "missing"),
    [
        ((SAME,), None, "expenditure.lines"),
        ((replace(SAME, amount=None),), 1000, "public_aid.aids"),
        ((replace(SAME, same_costs=None),), 1000, "public_aid.aids"),
    ],
)
def test_the_total_waits_for_its_answers(aids, base, missing):
    result = total(*aids, base=base)
    assert (result.total, result.room) == (None, None) and missing in result.missing
