"""What and when: each rule at its threshold, on both sides, and with the answer missing."""

from datetime import UTC, date, datetime

import pytest

from grantapp.domain.derived import FILED_AT
from grantapp.domain.eligibility import Citation, Severity, Verdict, evaluate
from grantapp.domain.question import Piece
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.works import ContractNature, Use
from grantapp.french import PARIS
from grantapp.rules import works

CITES = (Citation(text="Cahier des charges inventé", at="article 3", url="https://exemple.example"),)
FILED = datetime(2031, 4, 15, 9, tzinfo=PARIS)
TODAY, BEFORE, AFTER = date(2031, 4, 15), date(2031, 4, 14), date(2031, 4, 16)

# ── R21 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

USES = works.admitted_use(uses=frozenset({Use.CRAFT, Use.HOUSING}), cites=CITES)


def test_one_admitted_use_is_enough_and_the_others_are_named():
    outcome = USES.check((Use.CRAFT, Use.OTHER))
    assert outcome.verdict is Verdict.MET
    assert Use.OTHER.label in outcome.sentence


def test_no_admitted_use_is_refused_with_the_admitted_ones_in_their_order():
    outcome = USES.check((Use.OTHER,))
    assert outcome.verdict is Verdict.NOT_MET
    assert outcome.sentence.index(Use.CRAFT.label) < outcome.sentence.index(Use.HOUSING.label)


def test_the_admitted_uses_are_told_in_the_order_of_the_question():
    sentence = works.admitted_use(uses=frozenset(Use) - {Use.OTHER}, cites=CITES).check((Use.OTHER,)).sentence
    places = [sentence.index(f"{use.label}\u00a0»") for use in Use if use is not Use.OTHER]
    assert places == sorted(places)


def test_an_unknown_use_is_no_refusal():
    assert USES.judge({}).missing == ("plan.uses",)


# ── R26, R28, R29, R37 ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", RequestKind)
def test_a_request_is_for_studies_or_for_works(kind):
    verdict = works.studies_or_works(cites=CITES).check(kind).verdict
    assert (verdict is Verdict.NOT_MET) is (kind is RequestKind.BOTH)


@pytest.mark.parametrize(
    ("maker", "need"),
    [
        (works.certified_consultant, "pollution.certified_consultant"),
        (works.independent_supervisor, "pollution.independent_supervisor"),
        (works.planning_compatible, "plan.planning_compatible"),
    ],
)
def test_a_yes_is_met_a_no_is_not_and_no_answer_is_unknown(maker, need):
    rule = maker(cites=CITES)
    assert rule.judge({need: True}).verdict is Verdict.MET
    assert rule.judge({need: False}).verdict is Verdict.NOT_MET
    assert rule.judge({}).missing == (need,)


@pytest.mark.parametrize(
    ("maker", "kind", "applies"),
    [
        (works.independent_supervisor, RequestKind.STUDIES, False),
        (works.independent_supervisor, RequestKind.WORKS, True),
        (works.plan_and_design_attached, RequestKind.STUDIES, False),
        (works.no_works_contract_before_filing, RequestKind.STUDIES, False),
        (works.no_works_contract_before_filing, RequestKind.BOTH, True),
        (works.no_study_contract_before_filing, RequestKind.WORKS, False),
        (works.no_study_contract_before_filing, RequestKind.BOTH, True),
    ],
)
def test_rules_of_works_are_silent_on_studies_and_the_reverse(maker, kind, applies):
    assert bool(evaluate([maker(cites=CITES)], {"request.kind": kind})) is applies


# ── R27 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

PIECE = (Piece("plan.pdf", 10, "0" * 64),)
ATTACHED = {
    "pieces.management_plan": PIECE,
    "pieces.preliminary_design": PIECE,
    "pollution.management_plan_on": date(2030, 12, 20),
    "pollution.preliminary_design_on": TODAY,
    FILED_AT: FILED,
}


def test_a_plan_and_a_design_of_the_filing_day_at_the_latest_are_met():
    outcome = works.plan_and_design_attached(cites=CITES).judge(ATTACHED)
    assert outcome.verdict is Verdict.MET
    assert "récent" in outcome.sentence and "3\u00a0mois" in outcome.sentence


@pytest.mark.parametrize("late", ["pollution.management_plan_on", "pollution.preliminary_design_on"])
def test_a_piece_dated_after_the_filing_is_not_met(late):
    assert works.plan_and_design_attached(cites=CITES).judge(ATTACHED | {late: AFTER}).verdict is Verdict.NOT_MET


@pytest.mark.parametrize("need", ATTACHED)
def test_a_missing_piece_or_date_is_unknown(need):
    facts = {key: value for key, value in ATTACHED.items() if key != need}
    assert works.plan_and_design_attached(cites=CITES).judge(facts).missing == (need,)


@pytest.mark.parametrize(
    ("plan_on", "said"),
    [
        (date(2031, 3, 16), "moins d’un mois"),
        (date(2031, 3, 15), "1\u00a0mois"),
        (date(2029, 4, 16), "23\u00a0mois"),
        (date(2029, 4, 15), "2\u00a0ans"),
        (date(2028, 4, 16), "2\u00a0ans"),
        (date(2028, 4, 15), "3\u00a0ans"),
    ],
)
def test_the_age_of_the_plan_is_said_and_not_judged(plan_on, said):
    outcome = works.plan_and_design_attached(cites=CITES).judge(ATTACHED | {"pollution.management_plan_on": plan_on})
    assert outcome.verdict is Verdict.MET and said in outcome.sentence


# ── R30, R32 ─────────────────────────────────────────────────────────────────────────────────────────────────────

MAKERS = [
    (works.no_works_contract_before_filing, ContractNature.WORKS, ContractNature.STUDIES),
    (works.no_study_contract_before_filing, ContractNature.STUDIES, ContractNature.WORKS),
]
each_nature = pytest.mark.parametrize(("maker", "watched", "other"), MAKERS)


def signed(*contracts, at=FILED):
    return {
        "schedule.has_contracts": True,
        "schedule.contracts.nature": tuple(nature for nature, _ in contracts),
        "schedule.contracts.signed_on": tuple(day for _, day in contracts),
        FILED_AT: at,
    }


@each_nature
def test_nothing_signed_is_met(maker, watched, other):
    assert maker(cites=CITES).judge({"schedule.has_contracts": False}).verdict is Verdict.MET


@each_nature
@pytest.mark.parametrize(
    ("day", "verdict"), [(BEFORE, Verdict.NOT_MET), (TODAY, Verdict.NOT_MET), (AFTER, Verdict.MET)]
)
def test_a_contract_must_follow_the_filing_day(maker, watched, other, day, verdict):
    assert maker(cites=CITES).judge(signed((watched, day))).verdict is verdict


@each_nature
def test_a_contract_of_another_nature_does_not_count(maker, watched, other):
    assert maker(cites=CITES).judge(signed((other, BEFORE), (ContractNature.LAND, BEFORE))).verdict is Verdict.MET


@each_nature
def test_one_early_contract_among_several_is_enough_to_refuse(maker, watched, other):
    assert maker(cites=CITES).judge(signed((watched, AFTER), (watched, BEFORE))).verdict is Verdict.NOT_MET


@each_nature
def test_contracts_that_are_not_described_are_unknown(maker, watched, other):
    outcome = maker(cites=CITES).judge({"schedule.has_contracts": True, FILED_AT: FILED})
    assert outcome.missing == ("schedule.contracts.nature", "schedule.contracts.signed_on")


@each_nature
def test_an_unanswered_question_on_contracts_is_unknown(maker, watched, other):
    outcome = maker(cites=CITES).judge({FILED_AT: FILED})
    assert outcome.verdict is Verdict.UNKNOWN and outcome.missing[0] == "schedule.has_contracts"


def test_the_filing_day_is_that_of_paris():
    late = datetime(2031, 4, 15, 22, 30, tzinfo=UTC)  # already the 16th in Paris
    rule = works.no_works_contract_before_filing(cites=CITES)
    assert rule.judge(signed((ContractNature.WORKS, AFTER), at=late)).verdict is Verdict.NOT_MET


def test_the_refusal_says_both_dates_and_the_day_that_would_do():
    sentence = works.no_works_contract_before_filing(cites=CITES).judge(signed((ContractNature.WORKS, BEFORE))).sentence
    for day in ("14\u00a0avril 2031", "15\u00a0avril 2031", "16\u00a0avril 2031"):
        assert day in sentence


def test_on_the_last_day_of_the_calendar_no_later_day_is_proposed():
    last = datetime(9999, 12, 31, 12, tzinfo=PARIS)
    outcome = works.no_works_contract_before_filing(cites=CITES).judge(signed((ContractNature.WORKS, TODAY), at=last))
    assert outcome.verdict is Verdict.NOT_MET and "conviendrait" not in outcome.sentence


def test_a_contract_of_the_filing_day_is_refused_because_nothing_proves_the_order():
    sentence = works.no_works_contract_before_filing(cites=CITES).judge(signed((ContractNature.WORKS, TODAY))).sentence
    assert "rien ne prouve" in sentence


def test_signing_works_early_blocks_and_signing_studies_early_may_only_warn():
    assert works.no_works_contract_before_filing(cites=CITES).severity is Severity.BLOCKING
    rule = works.no_study_contract_before_filing(cites=CITES, severity=Severity.WARNING)
    assert rule.severity is Severity.WARNING


# ── R34 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("severity", "said"), [(Severity.BLOCKING, "doivent être faites"), (Severity.WARNING, "si possible")]
)
def test_a_last_day_that_is_only_wished_for_is_said_so(severity, said):
    rule = works.last_expense_by(last=TODAY, cites=CITES, severity=severity)
    assert rule.severity is severity
    assert rule.check(TODAY).verdict is Verdict.MET
    outcome = rule.check(AFTER)
    assert outcome.verdict is Verdict.NOT_MET and said in outcome.sentence
