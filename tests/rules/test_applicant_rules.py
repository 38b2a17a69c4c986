"""Who asks, and when: each rule at its threshold, on both sides, and with the answer missing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from grantapp.domain.derived import FILED_AT
from grantapp.domain.edition import Passage, Window
from grantapp.domain.eligibility import Citation, Severity, Verdict
from grantapp.domain.sections.applicant import Category, LegalForm
from grantapp.french import PARIS, typeset
from grantapp.rules import applicant

CITES = (Citation(text="Cahier des charges inventé", at="article 1", url="https://exemple.example"),)
WINDOW = Window(
    opens_on=date(2031, 3, 3), closes_on=date(2031, 5, 30), cites=CITES, hour_note=Passage("L'heure n'est pas connue.")
)
SECOND = timedelta(seconds=1)
NOON = datetime(2031, 4, 15, 12, tzinfo=PARIS)

# ── R01, R03 ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (datetime(2031, 3, 2, 23, 59, 59, tzinfo=PARIS), Verdict.NOT_MET),
        (datetime(2031, 3, 3, tzinfo=PARIS), Verdict.MET),
        (datetime(2031, 5, 30, 23, 59, 59, tzinfo=PARIS), Verdict.MET),
        (datetime(2031, 5, 31, tzinfo=PARIS), Verdict.NOT_MET),
    ],
)
def test_a_request_counts_from_the_first_instant_of_the_first_day_to_the_last_of_the_last(at, verdict):
    assert applicant.filed_in_window(window=WINDOW).check(at).verdict is verdict


def test_the_window_is_that_of_paris_wherever_the_clock_is():
    last = datetime(2031, 5, 30, 21, 59, 59, tzinfo=UTC)
    assert applicant.filed_in_window(window=WINDOW).check(last).verdict is Verdict.MET
    assert applicant.filed_in_window(window=WINDOW).check(last + SECOND).verdict is Verdict.NOT_MET


def test_a_late_request_is_told_both_dates_and_its_own():
    sentence = applicant.filed_in_window(window=WINDOW).check(WINDOW.closes_at).sentence
    for said in ("3\u00a0mars 2031", "30\u00a0mai 2031", "31\u00a0mai 2031 à 0\u00a0h\u00a000"):
        assert said in sentence


def test_an_early_request_is_told_when_to_come_back():
    assert "3\u00a0mars 2031" in applicant.filed_in_window(window=WINDOW).check(WINDOW.opens_at - SECOND).sentence


def test_only_the_last_day_warns_that_the_hour_is_not_known():
    rule = applicant.filed_in_window(window=WINDOW)
    assert "L’heure n’est pas connue." in rule.check(WINDOW.closes_at - SECOND).sentence
    assert "heure" not in rule.check(WINDOW.closes_at - timedelta(days=1, seconds=1)).sentence


def test_without_a_date_the_window_is_unknown():
    assert applicant.filed_in_window(window=WINDOW).judge({}).missing == (FILED_AT,)


def test_a_closed_call_names_its_successor():
    rule = applicant.still_open(window=WINDOW, successor="Voyez le suivant.", cites=CITES)
    assert rule.severity is Severity.WARNING
    assert rule.check(WINDOW.closes_at - SECOND).verdict is Verdict.MET
    after = rule.check(WINDOW.closes_at)
    assert after.verdict is Verdict.NOT_MET and "Voyez le suivant." in after.sentence


def test_a_call_that_has_not_opened_is_not_closed():
    rule = applicant.still_open(window=WINDOW, successor="", cites=CITES)
    assert rule.check(WINDOW.opens_at - timedelta(days=100)).verdict is Verdict.MET


# ── R04 to R06 ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", LegalForm)
def test_every_form_but_a_natural_person_is_a_legal_person(form):
    verdict = applicant.legal_person(cites=CITES).check(form).verdict
    assert (verdict is Verdict.NOT_MET) is (form is LegalForm.NATURAL_PERSON)


def test_an_unanswered_form_is_named_and_never_counted_as_a_no():
    outcome = applicant.legal_person(cites=CITES).judge({})
    assert (outcome.verdict, outcome.missing) == (Verdict.UNKNOWN, ("organisation.legal_form",))


def test_the_applicant_pays():
    rule = applicant.bears_the_expense(cites=CITES)
    assert (rule.check(True).verdict, rule.check(False).verdict) == (Verdict.MET, Verdict.NOT_MET)
    assert rule.judge({}).missing == ("organisation.bears_expense",)


def test_the_edition_chooses_the_severity():
    assert applicant.bears_the_expense(cites=CITES).severity is Severity.BLOCKING
    assert applicant.bears_the_expense(cites=CITES, severity=Severity.WARNING).severity is Severity.WARNING


HOLDERS = applicant.admitted_holder(categories=frozenset({Category.BUSINESS, Category.LAND_AGENCY}), cites=CITES)


def test_a_category_of_the_call_is_admitted():
    assert HOLDERS.check(LegalForm.CRAFT_COOPERATIVE, Category.BUSINESS).verdict is Verdict.MET


def test_another_category_is_refused_and_told_the_admitted_ones():
    outcome = HOLDERS.check(LegalForm.COMPANY, Category.SOCIAL_LANDLORD)
    assert outcome.verdict is Verdict.NOT_MET
    assert Category.BUSINESS.label in outcome.sentence and Category.LAND_AGENCY.label in outcome.sentence


def test_a_state_service_is_refused_under_any_category():
    assert HOLDERS.check(LegalForm.STATE_SERVICE, Category.BUSINESS).verdict is Verdict.NOT_MET


def test_the_refusal_names_what_is_refused():
    by_category = HOLDERS.check(LegalForm.COMPANY, Category.SOCIAL_LANDLORD)
    assert by_category.sentence.startswith(typeset(f"« {Category.SOCIAL_LANDLORD.label} »"))
    by_form = HOLDERS.check(LegalForm.STATE_SERVICE, Category.BUSINESS)
    assert by_form.sentence.startswith(typeset(f"« {LegalForm.STATE_SERVICE.label} »"))


def test_a_holder_without_category_is_unknown():
    outcome = HOLDERS.judge({"organisation.legal_form": LegalForm.COMPANY})
    assert (outcome.verdict, outcome.missing) == (Verdict.UNKNOWN, ("organisation.category",))


# ── R10 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

IDENTIFIED, PAYS, OURS = "liability.identified", "liability.can_be_made_to_pay", "liability.applicant_is_liable"


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({IDENTIFIED: False, OURS: False}, Verdict.MET),
        ({IDENTIFIED: True, PAYS: False, OURS: False}, Verdict.MET),
        ({IDENTIFIED: True, PAYS: True, OURS: False}, Verdict.NOT_MET),
        ({IDENTIFIED: False, OURS: True}, Verdict.NOT_MET),
        ({OURS: True}, Verdict.NOT_MET),
        ({IDENTIFIED: True, OURS: False}, Verdict.UNKNOWN),
        ({IDENTIFIED: False}, Verdict.UNKNOWN),
        ({}, Verdict.UNKNOWN),
    ],
)
def test_no_polluter_can_pay_and_it_is_not_the_applicant(facts, verdict):
    assert applicant.polluter_cannot_pay(cites=CITES).judge(facts).verdict is verdict


def test_a_known_polluter_leaves_only_one_question():
    outcome = applicant.polluter_cannot_pay(cites=CITES).judge({IDENTIFIED: True, OURS: False})
    assert outcome.missing == (PAYS,)
