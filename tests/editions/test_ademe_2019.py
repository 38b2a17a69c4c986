"""The call of 2019-2020: the only one of ADEME whose rate of works was read."""

from datetime import date
from decimal import Decimal

import pytest

from grantapp.domain.eligibility import Conclusion, Severity
from grantapp.domain.judgement import judge
from grantapp.domain.sections.applicant import Category
from grantapp.domain.size import SizeClass
from grantapp.editions import all_editions, find_case, get_edition
from grantapp.french import typeset

EDITION = get_edition("ademe_2019")
RULES = {rule.code: rule for rule in EDITION.rules}


def judged(name="eligible", **answers):
    case = find_case("ademe_2019", name)
    project = case.project.with_answers({anchor.replace("__", "."): value for anchor, value in answers.items()})
    return judge(EDITION, project, case.at)


def test_the_dates_are_those_of_the_two_pages_that_agree_and_the_others_are_said():
    assert (EDITION.window.opens_on, EDITION.window.closes_on) == (date(2019, 11, 12), date(2020, 4, 2))
    notes = " ".join(citation.note for citation in EDITION.window.cites)
    assert typeset("6 novembre 2019") in notes and typeset("17 avril 2020") in notes
    assert typeset("17 avril 2020") in EDITION.texts["unknown"]


def test_it_is_another_call_than_those_of_france_relance_and_comes_before_them():
    others = {edition.call for edition in all_editions() if edition.id in ("ademe_2020", "ademe_2021", "ademe_2022")}
    assert EDITION.call not in others
    assert EDITION.window.closes_at < get_edition("ademe_2020").window.opens_at


def test_the_rate_is_told_as_it_was_read_and_so_is_what_it_does_not_say():
    assert typeset("De 35 % à 55 % selon le type de bénéficiaire") in EDITION.texts["works_rate"]
    assert "Aucune source lue ne dit quel taux va à quel bénéficiaire" in EDITION.texts["works_rate"]


def test_the_largest_grant_is_55_percent_of_the_remediation():
    aid = judged().aid
    assert aid.amount("largest_grant") == aid.amount("most_rate") == 242_000
    assert typeset("55 % de 440 000 € = 242 000 €") in aid.line("most_rate").explanation
    assert "most_rate" in aid.binding


def test_the_expense_counts_for_one_million_and_a_half_at_most():
    aid = judged("r41-au-dela-de-l-assiette").aid
    assert aid.amount("most_rate") == 825_000
    assert aid.amount("over_ceiling") == Decimal("0.01")


@pytest.mark.parametrize("category", [each for each in Category if each is not Category.STATE_SERVICE])
def test_the_rate_by_size_is_to_be_confirmed_and_is_for_firms_only(category):
    line = judged(organisation__category=category).aid.line("rate_of_size")
    firms = {Category.BUSINESS, Category.PRIVATE_DEVELOPER, Category.PROPERTY_DEVELOPER}
    assert (line is not None) is (category in firms)
    assert line is None or line.label.startswith("Plafond à confirmer")


def test_a_large_firm_is_told_a_lower_rate_to_be_confirmed_and_is_not_refused_for_it():
    case = find_case("ademe_2019", "eligible")
    years = tuple(
        type(year)(
            closed_on=year.closed_on, headcount=Decimal(900), turnover=Decimal(10**8), balance_total=Decimal(10**8)
        )
        for year in case.project.size.accounts
    )
    found = judged(size__accounts=years)
    assert found.company.size is SizeClass.LARGE
    assert found.aid.amount("largest_grant") == 154_000
    assert found.aid.line("largest_grant").label.endswith("à confirmer")
    assert found.conclusion is Conclusion.CONDITIONAL


def test_what_was_read_blocks_and_what_was_read_for_later_editions_only_warns():
    for code in ("R15", "R30", "R37", "R41"):
        assert RULES[code].severity is Severity.BLOCKING and all(each.verified for each in RULES[code].cites), code
    for code in ("R05", "R10", "R13", "R14", "R16", "R17", "R21", "R27", "R28"):
        assert RULES[code].severity is Severity.WARNING and not any(each.verified for each in RULES[code].cites), code


def test_the_four_conditions_are_told_with_the_two_that_are_not_judged():
    assert "en place ou sur site" in EDITION.texts["criteria"]
    assert "Nous ne jugeons pas les deux premières" in EDITION.texts["criteria"]
    assert {citation.text for citation in EDITION.texts["criteria"].cites} >= {
        citation.text for citation in EDITION.texts["conditions"].cites
    }


def test_studies_and_demolition_are_not_aided_yet():
    refused = {found.rule for found in judged("etudes").findings if found.verdict == "not_met"}
    assert refused == {"R44"}
    assert judged("etudes").aid.line("largest_grant") is None
