"""R32, « aucun engagement ferme »: each contract the day before, the day itself and the day after the filing."""

from datetime import date, datetime

import pytest

from grantapp.domain.derived import FILED_AT
from grantapp.domain.eligibility import Citation, Verdict
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.works import ContractNature
from grantapp.french import PARIS
from grantapp.rules import commitments

CITES = (Citation(text="Page inventée", at="conditions", url="https://exemple.example"),)
RULE = commitments.nothing_firm_before_filing(cites=CITES)
FILED = datetime(2031, 4, 15, 9, tzinfo=PARIS)
BEFORE, TODAY, AFTER = date(2031, 4, 14), date(2031, 4, 15), date(2031, 4, 16)
WORKS, STUDIES, LAND = ContractNature.WORKS, ContractNature.STUDIES, ContractNature.LAND


def judged(*contracts, kind=RequestKind.WORKS, studies_claimed=False):
    return RULE.judge(
        {
            "request.kind": kind,
            "schedule.has_contracts": bool(contracts),
            "schedule.contracts.nature": tuple(nature for nature, _ in contracts),
            "schedule.contracts.signed_on": tuple(on for _, on in contracts),
            "expenditure.lines.post": (Post.STUDIES, Post.DECONTAMINATION),
            "expenditure.lines.claimed": (studies_claimed, True),
            FILED_AT: FILED,
        }
    )


@pytest.mark.parametrize("kind", RequestKind)
@pytest.mark.parametrize(("on", "verdict"), [(BEFORE, Verdict.NOT_MET), (TODAY, Verdict.NOT_MET), (AFTER, Verdict.MET)])
def test_works_are_not_ordered_before_the_day_after_the_filing(kind, on, verdict):
    assert judged((WORKS, on), kind=kind).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "claimed", "verdict"),
    [
        (RequestKind.STUDIES, True, Verdict.NOT_MET),
        (RequestKind.BOTH, True, Verdict.NOT_MET),
        (RequestKind.WORKS, True, Verdict.NOT_MET),
        (RequestKind.WORKS, False, Verdict.MET),
    ],
)
@pytest.mark.parametrize("on", [BEFORE, TODAY])
def test_studies_ordered_before_count_when_they_are_in_the_request(kind, claimed, verdict, on):
    assert judged((STUDIES, on), kind=kind, studies_claimed=claimed).verdict is verdict


def test_studies_of_the_request_ordered_after_the_filing_do_not_count():
    assert judged((STUDIES, AFTER), kind=RequestKind.STUDIES, studies_claimed=True).verdict is Verdict.MET


@pytest.mark.parametrize("nature", [LAND, ContractNature.OTHER])
def test_land_and_permits_do_not_count(nature):
    assert judged((nature, BEFORE), kind=RequestKind.BOTH, studies_claimed=True).verdict is Verdict.MET


def test_one_contract_signed_too_soon_is_enough_among_others():
    assert judged((LAND, BEFORE), (WORKS, AFTER), (WORKS, BEFORE)).verdict is Verdict.NOT_MET


def test_a_refusal_says_from_which_day_a_contract_would_suit():
    assert "16\u00a0avril 2031" in judged((WORKS, TODAY)).sentence
    assert "L’achat du terrain ne compte pas" in judged((WORKS, TODAY)).sentence


def test_a_contract_of_the_filing_day_is_told_from_one_that_came_before():
    assert "porte la date du dépôt, le 15\u00a0avril 2031" in judged((WORKS, TODAY)).sentence
    assert (
        "a été signé le 14\u00a0avril 2031, et le dépôt est du 15\u00a0avril 2031" in judged((WORKS, BEFORE)).sentence
    )


def test_nothing_signed_is_met_without_a_date_and_no_answer_is_unknown():
    assert RULE.judge({"schedule.has_contracts": False}).verdict is Verdict.MET
    assert "schedule.has_contracts" in RULE.judge({}).missing
    signed = {"schedule.has_contracts": True, "schedule.contracts.nature": (WORKS,), FILED_AT: FILED}
    assert "schedule.contracts.signed_on" in RULE.judge(signed).missing
