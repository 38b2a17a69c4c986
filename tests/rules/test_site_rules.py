"""The site: each rule on both sides, and with the answer missing."""

import pytest

from grantapp.domain.eligibility import Citation, Severity, Verdict, evaluate
from grantapp.domain.sections.site import Nature, Pollutant, Status
from grantapp.rules import site

CITES = (Citation(text="Cahier des charges inventé", at="article 2", url="https://exemple.example"),)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (Status.FORMER_ICPE, Verdict.MET),
        (Status.FORMER_MINE, Verdict.MET),
        (Status.NEITHER, Verdict.NOT_MET),
    ],
)
def test_the_site_is_a_former_icpe_or_a_former_mine(status, verdict):
    assert site.former_icpe_or_mine(cites=CITES).check(status).verdict is verdict


@pytest.mark.parametrize(("status", "said"), [(Status.FORMER_ICPE, "(ICPE)"), (Status.FORMER_MINE, "ancienne mine")])
def test_what_the_site_was_is_said(status, said):
    assert said in site.former_icpe_or_mine(cites=CITES).check(status).sentence


def test_the_refusal_says_where_to_look_for_a_proof():
    sentence = site.former_icpe_or_mine(cites=CITES).check(Status.NEITHER).sentence
    assert "CASIAS" in sentence and "DREAL" in sentence


def test_an_unknown_past_is_no_refusal():
    outcome = site.former_icpe_or_mine(cites=CITES).judge({})
    assert (outcome.verdict, outcome.missing) == (Verdict.UNKNOWN, ("history.status",))


DUTIES, DEFAULT = "liability.duties_met", "liability.in_default"


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({DUTIES: True, DEFAULT: False}, Verdict.MET),
        ({DUTIES: False, DEFAULT: True}, Verdict.MET),
        ({DUTIES: True}, Verdict.MET),
        ({DEFAULT: True}, Verdict.MET),
        ({DUTIES: False, DEFAULT: False}, Verdict.NOT_MET),
        ({DUTIES: False}, Verdict.UNKNOWN),
        ({DEFAULT: False}, Verdict.UNKNOWN),
        ({}, Verdict.UNKNOWN),
    ],
)
def test_duties_met_or_a_liable_party_in_default_one_is_enough(facts, verdict):
    assert site.duties_met_or_in_default(cites=CITES).judge(facts).verdict is verdict


def test_only_the_open_branch_is_asked():
    assert site.duties_met_or_in_default(cites=CITES).judge({DUTIES: False}).missing == (DEFAULT,)


def test_there_is_something_to_decontaminate():
    rule = site.depollution_needed(cites=CITES)
    assert (rule.check(True).verdict, rule.check(False).verdict) == (Verdict.MET, Verdict.NOT_MET)
    assert rule.judge({}).missing == ("pollution.treatment_needed",)


POLLUTION = site.pollution_not_excluded(excluded=frozenset({Pollutant.RADIOACTIVE}), cites=CITES)


def test_one_excluded_pollutant_is_enough_to_refuse_and_is_named():
    outcome = POLLUTION.check((Pollutant.METALS, Pollutant.RADIOACTIVE))
    assert outcome.verdict is Verdict.NOT_MET
    assert Pollutant.RADIOACTIVE.label in outcome.sentence and Pollutant.METALS.label not in outcome.sentence


def test_the_other_pollutants_are_admitted():
    assert POLLUTION.check((Pollutant.METALS, Pollutant.PATHOGENS)).verdict is Verdict.MET


def test_pollution_is_judged_only_where_the_edition_says():
    rule = site.pollution_not_excluded(excluded=frozenset(), cites=CITES, applies=site.TO_BE_TREATED)
    assert [each.rule for each in evaluate([rule], {"pollution.treatment_needed": False})] == []
    assert [each.rule for each in evaluate([rule], {"pollution.treatment_needed": True})] == ["R16"]


def test_an_unknown_pollution_is_no_refusal():
    assert POLLUTION.judge({}).missing == ("pollution.pollutants",)


FRICHE = site.nature_not_excluded(excluded=frozenset({Nature.FARM}), cites=CITES, severity=Severity.WARNING)


def test_an_excluded_kind_of_friche_is_refused():
    assert FRICHE.severity is Severity.WARNING
    assert FRICHE.check(Nature.FARM).verdict is Verdict.NOT_MET
    assert FRICHE.check(Nature.LANDFILL).verdict is Verdict.MET
    assert FRICHE.judge({}).missing == ("history.nature",)
