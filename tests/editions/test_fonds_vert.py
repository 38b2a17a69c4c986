"""The editions of « Fonds vert, recyclage foncier »: what differs from year to year, what 2026 does not know."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Conclusion, Severity, Verdict
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project, section_named
from grantapp.domain.region import Region
from grantapp.domain.sections.applicant import Category
from grantapp.domain.sections.site import Status
from grantapp.domain.wizard import questions_of
from grantapp.editions import find_case, get_edition
from grantapp.french import PARIS
from grantapp.rules.fonds_vert import CARRIED
from tests.domain.vocabulary import projects

YEARS = (2023, 2024, 2025, 2026)
each_year = pytest.mark.parametrize("year", YEARS)
IDF, PACA = Region.ILE_DE_FRANCE, Region.PROVENCE_ALPES_COTE_D_AZUR


def edition(year: int) -> Edition:
    return get_edition(f"fonds_vert_{year}")


def rules_of(year: int):
    return {rule.code: rule for rule in edition(year).rules}


def judged(year: int, name: str = "eligible"):
    case = find_case(f"fonds_vert_{year}", name)
    return judge(edition(year), case.project, case.at)


def verdicts(judgement):
    return {found.rule: found.verdict for found in judgement.findings}


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_windows_follow_one_another_and_are_flagged_where_nothing_was_read():
    dates = [(edition(year).window.opens_on, edition(year).window.closes_on) for year in YEARS]
    assert dates == [
        (date(2022, 12, 14), date(2023, 12, 31)),
        (date(2024, 1, 1), date(2024, 12, 31)),
        (date(2025, 2, 28), date(2025, 12, 31)),
        (date(2026, 1, 6), date(2026, 12, 31)),
    ]
    for year in YEARS:
        assert any(not cited.verified and cited.note for cited in edition(year).window.cites), year


@each_year
def test_the_edition_that_is_open_is_the_only_one_of_the_call(year):
    others = [edition(other) for other in YEARS if other != year]
    at = edition(year).window.opens_at
    assert {each.call for each in others} == {edition(year).call}
    assert not any(each.window.is_open(at) for each in others)


def test_regions_that_were_read_have_their_own_dates():
    assert dict(edition(2023).regional) == {} == dict(edition(2026).regional)
    assert edition(2024).window_in(IDF).closes_on == date(2024, 4, 5)
    assert edition(2025).window_in(IDF).closes_on == date(2025, 4, 25)
    assert edition(2025).window_in(PACA).opens_on == date(2025, 3, 12)
    assert edition(2025).window_in(Region.BRETAGNE) == edition(2025).window


def test_the_releves_are_those_that_were_read():
    assert [(each.region, each.on.isoformat()) for each in edition(2025).rounds] == [
        (PACA, "2025-04-01"),
        (PACA, "2025-04-22"),
        (PACA, "2025-05-15"),
    ]
    (first,) = edition(2023).rounds
    assert (first.region, first.ends_at) == (Region.GRAND_EST, datetime(2023, 5, 31, 12, tzinfo=PARIS))
    assert [year for year in YEARS if "R02" in rules_of(year)] == [2023, 2025]


# ── what each year wants ─────────────────────────────────────────────────────────────────────────────────────────

EVERY_YEAR = {
    *("R01", "R03", "R04", "R06", "R07", "R08", "R09", "R10", "R11", "R19", "R20", "R24", "R28", "R32"),
    *("R38", "R39", "R40", "R44", "R49", "R50", "R52", "R54"),
}


@pytest.mark.parametrize(
    ("year", "more"),
    [
        (2023, {"R02"}),
        (2024, {"R18", "R20-vacance"}),
        (2025, {"R02", "R18", "R20-vacance", "R25", "R47", "R51"}),
        (2026, {"R18", "R20-vacance", "R25", "R47", "R51"}),
    ],
)
def test_each_year_has_the_rules_of_the_table_and_no_other(year, more):
    assert rules_of(year).keys() == EVERY_YEAR | more


@each_year
def test_what_is_inferred_or_usual_only_warns(year):
    for code in ("R10", "R11", "R50", "R52", "R54"):
        assert rules_of(year)[code].severity is Severity.WARNING
        assert not any(cited.verified for cited in rules_of(year)[code].cites)


def test_natural_land_and_what_was_to_be_given_back_to_nature_are_cited_apart():
    read_of = {year: [cited.at for cited in rules_of(year)["R18"].cites] for year in (2024, 2025)}
    assert len(read_of[2024]) == 1 and any("carrières" in at for at in read_of[2025])


def test_what_was_read_in_the_year_is_verified_and_what_was_read_in_another_says_which():
    assert all(cited.verified for cited in rules_of(2023)["R07"].cites)
    assert [cited.note for cited in rules_of(2025)["R07"].cites] == ["Lu pour 2023, non confirmé pour 2025."]
    assert all(cited.verified for code in ("R18", "R25", "R47", "R51") for cited in rules_of(2025)[code].cites)


@each_year
def test_a_question_on_the_operation_is_asked_only_if_a_rule_looks_at_it(year):
    looked_at = {anchor for rule in edition(year).rules for anchor in rule.anchors}
    asked = {each.anchor for each in questions_of(edition(year), section_named("operation"))}
    assert asked and asked <= looked_at
    assert "operation.asked_ademe_first" not in asked  # one form, whoever examines it


def test_a_piece_that_nothing_can_ask_for_is_not_listed():
    def pieces(year):
        return {each.name for each in questions_of(edition(year), section_named("pieces"))}

    assert "demolition_note" not in pieces(2023) | pieces(2024)
    assert "demolition_note" in pieces(2025) & pieces(2026)


def test_associations_came_with_the_later_editions():
    assert [verdicts(judged(year, "r06-association"))["R06"] for year in YEARS] == [
        Verdict.NOT_MET,
        Verdict.MET,
        Verdict.MET,
        Verdict.MET,
    ]


# ── the examples of the table ────────────────────────────────────────────────────────────────────────────────────


@each_year
def test_the_project_of_the_table_has_a_deficit_of_800_000_euros(year):
    aid = judged(year).aid
    assert (aid.amount("cost"), aid.amount("deficit"), aid.amount("works_100")) == (3_600_000, 800_000, 1_410_000)


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_the_deficit_is_then_the_ceiling(year):
    aid = judged(year).aid
    assert aid.amount("largest_grant") == 800_000
    assert aid.binding == ("at_most_deficit",)


def test_no_largest_grant_is_promised_for_2026():
    aid = judged(2026).aid
    assert aid.amount("largest_grant") is None
    assert aid.amount("at_most_deficit") == 800_000
    assert all("à confirmer" in aid.line(code).label for code in ("at_most_deficit", "works_100"))


@each_year
def test_revenue_of_3_400_000_euros_leaves_nothing_to_balance(year):
    found = judged(year, "r38-exces-de-recettes")
    assert found.conclusion is Conclusion.INELIGIBLE
    assert verdicts(found)["R38"] is Verdict.NOT_MET


@each_year
def test_without_the_agreement_of_the_authority_that_rule_alone_refuses(year):
    found = judged(year, "r07-sans-accord")
    refused = [each.rule for each in found.of_verdict(Verdict.NOT_MET)]
    assert refused == ["R07"] and found.conclusion is Conclusion.INELIGIBLE


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_studies_are_aided_at_most_80_percent(year):
    aid = judged(year, "etudes").aid
    assert aid.amount("studies_80") == 48_000
    assert aid.amount("works_100") is None


def test_studies_of_a_firm_in_2023_stop_at_70_percent_and_the_disagreement_is_told():
    aid = judged(2023, "etudes").aid
    assert aid.amount("studies_70") == 42_000
    line = aid.line("studies_rate")
    assert "Les sources ne s’accordent pas" in line.explanation and "100\u202f000\u00a0€" in line.explanation


def test_article_45_leaves_out_a_former_mine_since_july_2023():
    line = judged(2025, "ancienne-mine").aid.line("article_45")
    assert line.amount is None and "1er\u00a0juillet 2023" in line.explanation
    before = judge(
        edition(2023), find_case("fonds_vert_2023", "ancienne-mine").project, datetime(2023, 6, 30, 12, tzinfo=PARIS)
    )
    assert "ne couvre plus" not in before.aid.line("article_45").explanation


# ── other ways ───────────────────────────────────────────────────────────────────────────────────────────────────


@each_year
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("eligible", ["ademe"]),
        ("ancienne-mine", ["ademe"]),
        ("ni-icpe-ni-mine", ["prefet"]),
        ("sans-terrain", ["etudes"]),
        ("r07-sans-accord", ["ademe", "accord"]),
        ("r07-sans-reponse", ["ademe", "accord"]),
        ("r07-bailleur-social", ["ademe"]),
        ("r01-une-seconde-trop-tard", ["ademe", "suite"]),
    ],
)
def test_the_way_that_suits_a_project_is_shown(year, name, expected):
    assert [route.code for route in judged(year, name).routes] == expected


@each_year
def test_neither_icpe_nor_mine_is_no_refusal(year):
    assert judged(year, "ni-icpe-ni-mine").conclusion is Conclusion.CONDITIONAL


def test_a_closed_edition_names_the_one_that_followed_and_what_becomes_of_its_files():
    assert "2024" in edition(2023).successor and "confirmez dans le mois" in edition(2023).successor
    assert "y passe de lui-même" in edition(2024).successor
    assert "Île-de-France" in edition(2025).successor and "2026" in edition(2025).successor
    assert "n’a pas été trouvé" in edition(2026).successor


# ── 2026 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def branches(rule):
    yield rule
    if isinstance(rule, AnyOf | AllOf):
        for each in rule.branches:
            yield from branches(each)


def citations_of_2026() -> list[tuple[str, Citation]]:
    whole = edition(2026)
    found = [("fenêtre", cited) for cited in whole.window.cites]
    found += [(each.code, cited) for rule in whole.rules for each in branches(rule) for cited in each.cites]
    found += [(route.code, cited) for route in whole.routes for cited in route.cites]
    found += [(name, cited) for name, said in whole.texts.items() for cited in said.cites]
    found += [("postes", cited) for cited in whole.aid.posts_cited + whole.aid.deficit_cited]
    found += [(rate.code, cited) for rate in whole.aid.rates for cited in rate.citations]
    found += [(each.code, cited) for each in whole.aid.ceilings for cited in each.cites]
    return found + [("avance", cited) for cited in whole.aid.advance.cites]


def test_nothing_that_2026_cites_is_verified_and_all_of_it_says_why():
    found = citations_of_2026()
    assert len(found) > 150
    assert [(where, cited.text) for where, cited in found if cited.verified or not cited.note] == []


def test_every_rule_and_amount_of_2026_says_that_it_is_of_2025():
    dated_here = {"fenêtre", "R01", "R03", "title", "intro", "known", "route_suite", "suite"}
    silent = {where for where, cited in citations_of_2026() if CARRIED not in cited.note}
    assert {where for where in silent if not where.startswith(("R01-", "R03-"))} <= dated_here


def test_2026_blocks_where_2025_does():
    severities = {code: rule.severity for code, rule in rules_of(2025).items() if code != "R02"}
    assert {code: rule.severity for code, rule in rules_of(2026).items()} == severities


def test_2026_judges_a_project_as_2025_did():
    for case in ("eligible", "r07-sans-accord", "r38-deficit-nul", "r18-terre-nue", "r47-demolition-tue", "etudes"):
        ours, before = verdicts(judged(2026, case)), verdicts(judged(2025, case))
        assert ours == {code: verdict for code, verdict in before.items() if code != "R02"}, case


def test_2026_says_that_it_carries_over_what_it_does_not_know():
    assert edition(2026).carried_from == "fonds_vert_2025"
    assert "n’ont pas été trouvées" in edition(2026).texts["carried"]
    assert [year for year in YEARS if edition(year).carried_from] == [2026]


@settings(max_examples=40, deadline=None)
@given(projects(), st.integers(0, 359))
def test_no_project_is_said_eligible_in_2026(project, days):
    at = edition(2026).window.opens_at + timedelta(days=days)
    assert judge(edition(2026), project, at).conclusion is not Conclusion.ELIGIBLE


@each_year
def test_an_empty_file_is_undetermined_and_never_refused(year):
    found = judge(edition(year), Project(), edition(year).window.opens_at)
    assert found.conclusion is Conclusion.UNDETERMINED
    assert found.of_verdict(Verdict.NOT_MET) == ()


@each_year
@settings(max_examples=25, deadline=None)
@given(projects())
def test_a_holder_that_is_not_private_never_needs_an_agreement(year, project):
    public = project.with_answers({"organisation.category": Category.LOCAL_AUTHORITY})
    assert (
        verdicts(judge(edition(year), public, edition(year).window.opens_at)).keys().isdisjoint({"R07", "R08", "R09"})
    )


@each_year
@settings(max_examples=25, deadline=None)
@given(projects(), st.sampled_from(Status))
def test_what_the_site_was_decides_only_whether_the_restoration_bounds_the_aid(year, project, status):
    def others(each):
        changed = project.with_answers({"request.site_found": True, "history.status": each})
        found = verdicts(judge(edition(year), changed, edition(year).window.opens_at))
        return {code: verdict for code, verdict in found.items() if code != "R40"}

    assert others(status) == others(Status.NEITHER)
