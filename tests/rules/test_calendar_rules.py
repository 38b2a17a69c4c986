"""When, in a fund that each region may date for itself: each rule at its threshold, on both sides, answer missing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.derived import FILED_AT, GAPS, REGION
from grantapp.domain.edition import Window
from grantapp.domain.eligibility import Citation, Severity, Verdict
from grantapp.domain.region import Region
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.works import ContractNature
from grantapp.french import PARIS
from grantapp.rules import calendar

CITES = (Citation(text="Cadrage inventé", at="article 2", url="https://exemple.example"),)
SECOND = timedelta(seconds=1)


def window(opens_on: date, closes_on: date) -> Window:
    return Window(opens_on=opens_on, closes_on=closes_on, cites=CITES, hour_note="L'heure n'est pas connue.")


# the nation from 3 March to 30 May; Bretagne closes later, Normandie opens later and closes sooner
CALENDAR = calendar.Calendar(
    national=window(date(2031, 3, 3), date(2031, 5, 30)),
    read={
        Region.BRETAGNE: window(date(2031, 3, 3), date(2031, 6, 5)),
        Region.NORMANDIE: window(date(2031, 3, 10), date(2031, 4, 30)),
    },
)
R01 = calendar.filed_in_window(calendar=CALENDAR, cites=CITES)
R03 = calendar.still_open(calendar=CALENDAR, successor="Voyez l'appel suivant.", cites=CITES)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2031, month, day, hour, tzinfo=PARIS)


# ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_widest_window_goes_from_the_first_opening_to_the_last_closing():
    assert (CALENDAR.widest.opens_on, CALENDAR.widest.closes_on) == (date(2031, 3, 3), date(2031, 6, 5))


def test_a_region_that_was_not_read_has_the_dates_of_the_nation():
    assert CALENDAR.in_region(Region.CORSE) is CALENDAR.national
    assert CALENDAR.regional[Region.CORSE].closes_on == date(2031, 5, 30)
    assert Region.BRETAGNE not in CALENDAR.regional  # its dates are the widest


def test_a_call_with_one_calendar_has_no_regional_dates():
    assert calendar.Calendar(national=CALENDAR.national).regional == {}


# ── R01, R03 ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("when", "region", "verdict"),
    [
        (at(3, 3, 0) - SECOND, None, Verdict.NOT_MET),  # open nowhere
        (at(3, 3, 0), None, Verdict.UNKNOWN),  # Normandie opens a week later
        (at(3, 3, 0), Region.CORSE, Verdict.MET),
        (at(3, 10, 0) - SECOND, Region.NORMANDIE, Verdict.NOT_MET),
        (at(3, 10, 0), Region.NORMANDIE, Verdict.MET),
        (at(3, 10, 0), None, Verdict.MET),  # open everywhere
        (at(5, 1, 0) - SECOND, None, Verdict.MET),
        (at(5, 1, 0) - SECOND, Region.NORMANDIE, Verdict.MET),
        (at(5, 1, 0), None, Verdict.UNKNOWN),
        (at(5, 1, 0), Region.NORMANDIE, Verdict.NOT_MET),
        (at(5, 31, 0) - SECOND, Region.CORSE, Verdict.MET),
        (at(5, 31, 0), Region.CORSE, Verdict.NOT_MET),
        (at(6, 6, 0) - SECOND, Region.BRETAGNE, Verdict.MET),
        (at(6, 6, 0), Region.BRETAGNE, Verdict.NOT_MET),
        (at(6, 6, 0), None, Verdict.NOT_MET),  # closed everywhere
    ],
)
def test_a_request_is_filed_within_the_dates_of_its_region(when, region, verdict):
    facts = {FILED_AT: when} | ({REGION: region} if region else {})
    assert R01.judge(facts).verdict is verdict
    assert R01.judge(facts | {FILED_AT: when.astimezone(UTC)}).verdict is verdict


def test_the_region_is_asked_for_by_the_postcode_of_the_plot():
    assert R01.judge({FILED_AT: at(5, 10)}).missing == ("site.postcode",)


def test_without_an_instant_the_filing_date_is_missing():
    assert R01.judge({REGION: Region.CORSE}).missing == (FILED_AT,)
    assert R03.judge({}).missing[0] == FILED_AT


def test_a_late_request_is_told_the_dates_of_its_region():
    sentence = R01.judge({FILED_AT: at(5, 10), REGION: Region.NORMANDIE}).sentence
    assert "Normandie" in sentence and "30\u00a0avril 2031" in sentence


def test_only_a_region_that_was_not_read_is_to_be_confirmed():
    for region, confirm in ((Region.CORSE, True), (Region.BRETAGNE, False)):
        sentence = R01.judge({FILED_AT: at(4, 1), REGION: region}).sentence
        assert ("préfecture" in sentence) is confirm


def test_the_last_day_of_the_region_says_that_the_hour_is_not_known():
    for day, said in ((29, False), (30, True)):
        sentence = R01.judge({FILED_AT: at(4, day), REGION: Region.NORMANDIE}).sentence
        assert ("L’heure n’est pas connue." in sentence) is said


@pytest.mark.parametrize(
    ("when", "region", "verdict"),
    [
        (at(1, 1), None, Verdict.MET),  # not open is not closed
        (at(5, 1, 0) - SECOND, None, Verdict.MET),
        (at(5, 1, 0), None, Verdict.UNKNOWN),
        (at(5, 1, 0), Region.NORMANDIE, Verdict.NOT_MET),
        (at(5, 31, 0) - SECOND, Region.CORSE, Verdict.MET),
        (at(5, 31, 0), Region.CORSE, Verdict.NOT_MET),
        (at(6, 6, 0), None, Verdict.NOT_MET),
    ],
)
def test_a_region_that_has_closed_names_what_follows(when, region, verdict):
    outcome = R03.judge({FILED_AT: when} | ({REGION: region} if region else {}))
    assert outcome.verdict is verdict
    assert ("Voyez l’appel suivant." in outcome.sentence) is (verdict is Verdict.NOT_MET)


def test_what_a_closed_call_says_is_a_warning():
    assert (R01.severity, R03.severity) == (Severity.BLOCKING, Severity.WARNING)


INSTANTS = st.integers(0, 365 * 24 * 3600).map(lambda seconds: at(1, 1, 0) + seconds * SECOND)


@given(INSTANTS, st.sampled_from(Region))
def test_to_know_the_region_never_contradicts_what_was_said_without_it(when, region):
    before, after = R01.judge({FILED_AT: when}).verdict, R01.judge({FILED_AT: when, REGION: region}).verdict
    assert before in (after, Verdict.UNKNOWN)
    assert (after is Verdict.MET) is CALENDAR.in_region(region).is_open(when)


# ── R31 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

R31 = calendar.not_begun(cites=CITES)
FILED = at(4, 15, 9)
TODAY, BEFORE, AFTER = date(2031, 4, 15), date(2031, 4, 14), date(2031, 4, 16)
STILL = {
    FILED_AT: FILED,
    "request.kind": RequestKind.WORKS,
    "operation.unforeseen": False,
    "schedule.has_contracts": False,
    "schedule.starts_on": AFTER,
}


def signed(nature: ContractNature, on: date) -> dict[str, object]:
    return {
        "schedule.has_contracts": True,
        "schedule.contracts.nature": (nature,),
        "schedule.contracts.signed_on": (on,),
    }


@pytest.mark.parametrize(("starts_on", "verdict"), [(BEFORE, "not_met"), (TODAY, "not_met"), (AFTER, "met")])
def test_an_operation_begins_after_the_filing_day(starts_on, verdict):
    outcome = R31.judge(STILL | {"schedule.starts_on": starts_on})
    assert outcome.verdict == verdict
    assert "instruit le dossier favorablement" in outcome.sentence


@pytest.mark.parametrize(
    ("nature", "on", "verdict"),
    [
        (ContractNature.WORKS, BEFORE, "not_met"),
        (ContractNature.WORKS, TODAY, "not_met"),
        (ContractNature.WORKS, AFTER, "met"),
        (ContractNature.STUDIES, BEFORE, "met"),
        (ContractNature.LAND, BEFORE, "met"),
    ],
)
def test_only_a_works_contract_begins_the_operation(nature, on, verdict):
    assert R31.judge(STILL | signed(nature, on)).verdict == verdict


@pytest.mark.parametrize("days", [(BEFORE, AFTER), (AFTER, BEFORE)])
def test_the_first_of_the_works_contracts_decides_and_is_named(days):
    contracts = {
        "schedule.has_contracts": True,
        "schedule.contracts.nature": (ContractNature.WORKS, ContractNature.WORKS),
        "schedule.contracts.signed_on": days,
    }
    outcome = R31.judge(STILL | contracts)
    assert outcome.verdict is Verdict.NOT_MET
    assert "14\u00a0avril 2031" in outcome.sentence and "16\u00a0avril" not in outcome.sentence


def test_an_operation_that_an_unforeseen_event_stopped_has_begun():
    begun = STILL | signed(ContractNature.WORKS, BEFORE) | {"schedule.starts_on": BEFORE}
    assert R31.judge(begun).verdict is Verdict.NOT_MET
    assert R31.judge(begun | {"operation.unforeseen": True}).verdict is Verdict.MET


def test_studies_answer_no_unforeseen_event():
    begun = STILL | {"request.kind": RequestKind.STUDIES, "schedule.starts_on": BEFORE, "operation.unforeseen": True}
    assert R31.judge(begun).verdict is Verdict.NOT_MET


@pytest.mark.parametrize("anchor", [FILED_AT, "schedule.starts_on", "schedule.has_contracts"])
def test_what_is_not_said_of_the_start_is_unknown(anchor):
    outcome = R31.judge({key: value for key, value in STILL.items() if key != anchor})
    assert outcome.verdict is Verdict.UNKNOWN and anchor in outcome.missing


# ── R35 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

SIGNED_ON = "operation.commitment_on"
R35 = calendar.committed_by(
    last=date(2032, 12, 31), regional={Region.BOURGOGNE_FRANCHE_COMTE: date(2031, 12, 31)}, cites=CITES
)


@pytest.mark.parametrize(
    ("on", "region", "verdict"),
    [
        (date(2031, 12, 31), None, "met"),
        (date(2031, 12, 31), Region.BOURGOGNE_FRANCHE_COMTE, "met"),
        (date(2032, 1, 1), Region.BOURGOGNE_FRANCHE_COMTE, "not_met"),
        (date(2032, 1, 1), Region.CORSE, "met"),
        (date(2032, 1, 1), None, "unknown"),
        (date(2032, 12, 31), Region.CORSE, "met"),
        (date(2033, 1, 1), Region.CORSE, "not_met"),
        (date(2033, 1, 1), None, "not_met"),
    ],
)
def test_credits_are_committed_before_the_term_of_the_region(on, region, verdict):
    assert R35.judge({SIGNED_ON: on} | ({REGION: region} if region else {})).verdict == verdict


@pytest.mark.parametrize(("on", "verdict"), [(date(2032, 12, 31), "met"), (date(2033, 1, 1), "not_met")])
def test_without_a_region_of_its_own_the_term_is_that_of_the_nation(on, verdict):
    rule = calendar.committed_by(last=date(2032, 12, 31), cites=CITES, severity=Severity.WARNING)
    assert rule.judge({SIGNED_ON: on}).verdict == verdict
    assert rule.judge({}).missing == (SIGNED_ON,)
    assert rule.severity is Severity.WARNING


def test_a_commitment_that_is_not_dated_is_unknown():
    assert SIGNED_ON in R35.judge({REGION: Region.CORSE}).missing


# ── R48 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

R48 = calendar.complete_at_closing(calendar=CALENDAR, cites=CITES)
LACKING = ("site.area_m2", "pieces.accounts")


@pytest.mark.parametrize("when", [at(4, 1), at(5, 30), at(12, 31)])
def test_a_complete_file_is_complete_whenever_and_wherever(when):
    assert R48.judge({GAPS: (), FILED_AT: when}).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("when", "region", "verdict"),
    [
        (at(4, 30, 0) - SECOND, None, "unknown"),
        (at(4, 30, 0) - SECOND, Region.NORMANDIE, "unknown"),
        (at(4, 30, 0), Region.NORMANDIE, "not_met"),
        (at(4, 30, 0), None, "unknown"),
        (at(5, 30, 0) - SECOND, Region.CORSE, "unknown"),
        (at(5, 30, 0), Region.CORSE, "not_met"),
        (at(6, 5, 0) - SECOND, None, "unknown"),
        (at(6, 5, 0), None, "not_met"),
    ],
)
def test_a_gap_is_to_fill_until_the_last_day_of_the_region(when, region, verdict):
    facts = {GAPS: LACKING, FILED_AT: when} | ({REGION: region} if region else {})
    outcome = R48.judge(facts)
    assert outcome.verdict == verdict
    if region:
        assert outcome.missing == (LACKING if verdict == "unknown" else ())


def test_a_refusal_counts_what_is_missing():
    assert "il manque 2\u00a0réponses ou pièces" in R48.judge({GAPS: LACKING, FILED_AT: at(6, 5)}).sentence


def test_what_is_declared_in_filing_is_no_gap_before_it():
    facts = {GAPS: ("declarations.truthful",), FILED_AT: at(6, 5), REGION: Region.CORSE}
    assert R48.judge(facts).verdict is Verdict.MET


def test_without_an_instant_a_gap_waits():
    assert FILED_AT in R48.judge({GAPS: LACKING}).missing
