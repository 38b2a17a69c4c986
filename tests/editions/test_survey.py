"""The survey of the calls numbered 54 rules: each is judged by an edition, or computed. None was lost on the way."""

from grantapp.domain.judgement import judge
from grantapp.editions import all_editions, get_edition
from tests.makers import NOW, make_project

SURVEY = {f"R{number:02d}" for number in range(1, 55)}
COMPUTED = {"R12", "R42", "R43"}  # the size; the aid for studies, since 2023 and before


def test_every_rule_of_the_survey_is_judged_by_an_edition_or_computed():
    judged = {rule.code.partition("-")[0] for edition in all_editions() for rule in edition.rules}
    assert judged | COMPUTED == SURVEY
    assert not judged & COMPUTED


def test_the_size_is_computed_for_every_edition():
    for edition in all_editions():
        assert judge(edition, make_project(), NOW).company.size is not None


def test_the_aid_for_studies_is_a_ceiling_since_2023_and_a_sentence_before():
    since = {ceiling.code for year in (2023, 2024, 2025) for ceiling in get_edition(f"fonds_vert_{year}").aid.ceilings}
    assert {"studies_80", "studies_70", "studies_by_size"} <= since
    for year in (2020, 2021, 2022):
        told = {rate.code: rate for rate in get_edition(f"ademe_{year}").aid.rates}
        assert told["studies_rate"].amount is None
        assert any(not citation.verified for citation in told["studies_rate"].citations)
