"""R02: the relève that a file enters, at its instant, on both sides."""

from datetime import date, datetime, time, timedelta

import pytest

from grantapp.domain.derived import FILED_AT, REGION
from grantapp.domain.edition import Round
from grantapp.domain.eligibility import Citation, Severity, Verdict
from grantapp.domain.region import Region
from grantapp.french import PARIS
from grantapp.rules import rounds

CITES = (Citation(text="Page inventée", at="relèves", url="https://exemple.example"),)
BRETAGNE, CORSE = Region.BRETAGNE, Region.CORSE
RULE = rounds.round_used(
    rounds=(
        Round(on=date(2031, 5, 20), region=BRETAGNE, cites=CITES),
        Round(on=date(2031, 4, 10), region=BRETAGNE, cites=CITES),
        Round(on=date(2031, 6, 3), hour=time(12), region=CORSE, cites=CITES),
    ),
    cites=CITES,
)
SECOND = timedelta(seconds=1)


def judged(region, at):
    return RULE.judge({REGION: region, FILED_AT: at})


@pytest.mark.parametrize(
    ("at", "relève"),
    [
        (datetime(2031, 1, 2, tzinfo=PARIS), "la relève 1 sur 2, le 10\u00a0avril 2031"),
        (datetime(2031, 4, 10, 23, 59, 59, tzinfo=PARIS), "la relève 1 sur 2, le 10\u00a0avril 2031"),
        (datetime(2031, 4, 11, tzinfo=PARIS), "la relève 2 sur 2, le 20\u00a0mai 2031"),
        (datetime(2031, 5, 20, 23, 59, 59, tzinfo=PARIS), "la relève 2 sur 2, le 20\u00a0mai 2031"),
    ],
)
def test_a_file_enters_the_first_releve_that_is_not_past(at, relève):
    outcome = judged(BRETAGNE, at)
    assert outcome.verdict is Verdict.MET
    assert relève in outcome.sentence


def test_after_the_last_releve_it_says_so_and_what_to_ask():
    outcome = judged(BRETAGNE, datetime(2031, 5, 21, tzinfo=PARIS))
    assert outcome.verdict is Verdict.NOT_MET
    assert "20\u00a0mai 2031, est passée" in outcome.sentence and "préfecture" in outcome.sentence


def test_an_hour_that_was_read_ends_the_releve_at_that_hour():
    noon = datetime(2031, 6, 3, 12, tzinfo=PARIS)
    assert judged(CORSE, noon - SECOND).verdict is Verdict.MET
    assert "la seule relève lue" in judged(CORSE, noon - SECOND).sentence
    assert "3\u00a0juin 2031 à 12\u00a0h" in judged(CORSE, noon - SECOND).sentence
    assert judged(CORSE, noon).verdict is Verdict.NOT_MET


def test_a_region_of_which_nothing_was_read_is_told_so_and_not_refused():
    outcome = judged(Region.OCCITANIE, datetime(2039, 1, 1, tzinfo=PARIS))
    assert outcome.verdict is Verdict.MET
    assert "aucune relève n’a été lue" in outcome.sentence


def test_it_only_warns_and_waits_for_the_region_and_the_date():
    assert RULE.severity is Severity.WARNING
    assert RULE.judge({FILED_AT: datetime(2031, 1, 2, tzinfo=PARIS)}).missing == ("site.postcode",)
    assert RULE.judge({REGION: BRETAGNE}).missing == (FILED_AT,)
