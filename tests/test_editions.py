"""Every edition and every worked case: nothing here names a call, but the section at the end."""

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantapp import editions
from grantapp.domain import project_file
from grantapp.domain.aid import statement
from grantapp.domain.derived import DERIVED
from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import (
    AllOf,
    AnyOf,
    AnyRule,
    Citation,
    Finding,
    Severity,
    Verdict,
    conclude,
    evaluate,
)
from grantapp.domain.facts import facts_for
from grantapp.domain.judgement import judge
from grantapp.domain.project import anchors, conditions_of, is_anchor, question_at
from grantapp.domain.question import Kind
from grantapp.editions import (
    Case,
    UnknownEdition,
    all_editions,
    cases,
    find_case,
    find_edition,
    get_edition,
    open_on,
)
from tests.domain.vocabulary import answers, projects

EDITIONS = all_editions()
CASES = [(edition, case) for edition in EDITIONS for case in cases(edition.id)]
each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)
each_case = pytest.mark.parametrize(
    ("edition", "case"), CASES, ids=[f"{edition.id}-{case.name}" for edition, case in CASES]
)


def findings_of(edition: Edition, case: Case) -> dict[str, Finding]:
    return {found.rule: found for found in evaluate(edition.rules, facts_for(edition, case.project, case.at))}


def citations_of(edition: Edition) -> list[Citation]:
    """All of them: of the window, the rules, the amounts and the routes."""
    cited = [*edition.window.cites, *edition.aid.posts_cited, *edition.aid.deficit_cited]
    for carrier in edition.rules + edition.routes:
        cited += carrier.cites
    for ceiling in edition.aid.ceilings:
        cited += ceiling.cites
    if edition.aid.advance:
        cited += edition.aid.advance.cites
    return cited + [citation for line in edition.aid.rates for citation in line.citations]


# ── the registry ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_folder_beside_the_registry_is_found():
    folders = {path.parent.name for path in Path(editions.__file__).parent.glob("*/__init__.py")}
    assert {edition.id for edition in EDITIONS} == folders >= {"ademe_2020", "ademe_2021", "ademe_2022"}


def test_an_edition_is_found_by_its_identifier():
    assert find_edition("ademe_2022") is get_edition("ademe_2022")


def test_an_unknown_edition_is_refused_with_the_known_ones():
    assert find_edition("ademe_1900") is None
    with pytest.raises(UnknownEdition, match=r"ademe_1900.*ademe_2020.*ademe_2021.* ou "):
        get_edition("ademe_1900")


@each_edition
def test_an_edition_is_open_from_its_first_instant_to_its_last(edition):
    second = timedelta(seconds=1)
    assert edition in open_on(edition.window.opens_at)
    assert edition not in open_on(edition.window.opens_at - second)
    assert edition in open_on(edition.window.closes_at - second)
    assert edition not in open_on(edition.window.closes_at)


def test_the_editions_load_nothing_of_the_web_the_memory_or_the_print():
    heavy = {"flask", "wtforms", "sqlalchemy", "jinja2", "weasyprint"}
    script = "import sys, grantapp.editions as editions; editions.all_editions(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {f"grantapp.editions.{edition.id}" for edition in EDITIONS} <= set(loaded)
    assert heavy.isdisjoint(loaded)


# ── the edition itself ───────────────────────────────────────────────────────────────────────────────────────────


@each_edition
def test_every_rule_is_cited(edition):
    assert [rule.code for rule in edition.rules if not rule.cites] == []


@each_edition
def test_every_route_is_cited_and_advises(edition):
    assert [route.code for route in edition.routes if not (route.cites and route.advice and route.title)] == []


@each_edition
def test_every_citation_has_a_place_and_a_public_address_and_says_why_it_is_not_certain(edition):
    for citation in citations_of(edition):
        assert citation.text and citation.at
        assert citation.url.startswith("https://")
        assert citation.verified or citation.note, f"{citation.text}, {citation.at} : why is it not verified?"


@each_edition
def test_codes_and_slugs_are_unique(edition):
    for names in ([rule.code for rule in edition.rules], [rule.slug for rule in edition.rules]):
        assert sorted(names) == sorted(set(names))
    routes = [route.code for route in edition.routes]
    assert sorted(routes) == sorted(set(routes))


@each_edition
def test_every_need_is_a_question_that_the_edition_asks(edition):
    for rule in edition.rules:
        assert all(need in DERIVED or is_anchor(need) for need in rule.all_needs), rule.code
        for anchor in set(rule.anchors) - set(DERIVED):
            assert anchor.split(".")[0] in edition.steps, f"{rule.code}: {anchor} is never asked"
        for condition in rule.applies:
            assert is_anchor(condition.anchor) and condition.anchor.split(".")[0] in edition.steps


@each_edition
def test_every_ceiling_is_cited_named_once_and_needs_what_the_edition_asks(edition):
    for ceiling in edition.aid.ceilings:
        assert ceiling.cites and ceiling.label, ceiling.code
        for need in (*ceiling.needs, *(condition.anchor for condition in ceiling.applies)):
            assert need in DERIVED or (is_anchor(need) and need.split(".")[0] in edition.steps), need
    assert edition.aid.advance is None or edition.aid.advance.cites
    shown = [line.code for line in statement(edition.aid, {}).lines]
    assert sorted(shown) == sorted(set(shown))


@each_edition
def test_every_condition_of_a_route_is_a_question_that_the_edition_asks(edition):
    asked = [condition.anchor for route in edition.routes for condition in route.applies]
    assert [anchor for anchor in asked if not is_anchor(anchor) or anchor.split(".")[0] not in edition.steps] == []


@each_edition
def test_texts_are_typeset_and_never_empty(edition):
    for key, text in edition.texts.items():
        assert text.strip(), key
        assert "'" not in text and " ?" not in text and " :" not in text, key


def test_windows_of_one_call_do_not_overlap():
    by_call = {}
    for edition in EDITIONS:
        by_call.setdefault(edition.call, []).append(edition.window)
    for windows in by_call.values():
        assert all(earlier.closes_at <= later.opens_at for earlier, later in pairwise(windows))


def test_prefixes_of_references_are_not_shared():
    prefixes = [edition.reference_prefix for edition in EDITIONS]
    assert sorted(prefixes) == sorted(set(prefixes))


# ── the worked cases ─────────────────────────────────────────────────────────────────────────────────────────────


@each_case
def test_a_case_concludes_as_a_colleague_said(edition, case):
    found = findings_of(edition, case)
    verdicts = {code: found[code].verdict if code in found else None for code in case.expected}
    assert verdicts == dict(case.expected)
    assert conclude(found.values()) is case.conclusion


@each_case
def test_a_case_that_extends_another_changes_only_what_it_is_about(edition, case):
    if case.extends is None:
        assert case.expected
        return
    base = find_case(edition.id, case.extends)
    before, after = findings_of(edition, base), findings_of(edition, case)
    changed = {code for code in before.keys() & after.keys() if before[code].verdict is not after[code].verdict}
    assert changed <= case.expected.keys()


@each_edition
def test_every_rule_has_a_case_met_a_case_not_met_and_a_case_with_the_answer_missing(edition):
    seen = {(code, verdict) for case in cases(edition.id) for code, verdict in case.expected.items()}
    wanted = {(rule.code, verdict) for rule in edition.rules for verdict in Verdict}
    assert wanted - seen == set()


@each_edition
def test_every_blocking_rule_alone_makes_a_project_ineligible(edition):
    alone = set()
    for case in cases(edition.id):
        blocking = [found for found in findings_of(edition, case).values() if found.severity is Severity.BLOCKING]
        refusals = [found.rule for found in blocking if found.verdict is Verdict.NOT_MET]
        if len(refusals) == 1 and all(found.verdict is not Verdict.UNKNOWN for found in blocking):
            alone.add(refusals[0])
    assert {rule.code for rule in edition.rules if rule.severity is Severity.BLOCKING} - alone == set()


@each_edition
def test_an_edition_has_a_case_that_is_complete(edition):
    at = edition.window.opens_at + timedelta(days=7)
    assert any(not judge(edition, case.project, at).unanswered for case in cases(edition.id))


@each_case
def test_a_case_is_written_as_a_project_file_is(edition, case):
    again, named, faults = project_file.load(project_file.dump(case.project, edition.id))
    assert (again, named, faults) == (case.project, edition.id, ())


def test_a_case_with_a_typing_error_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "ademe_2022" / "cases"
    folder.mkdir(parents=True)
    (folder / "faux.toml").write_text('title = "Faux"\nconclusion = "eligible"\n[site]\narea = 3\n', encoding="utf-8")
    monkeypatch.setattr("grantapp.editions.__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ValueError, match=r"faux.toml, site.area : Question inconnue"):
        find_case("ademe_2022", "faux")


def test_a_case_that_nobody_wrote_is_not_found():
    assert find_case("ademe_2022", "jamais-ecrit") is None


# ── the vocabulary ───────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_asked_without_a_use():
    needed = {".".join(need.split(".")[:2]) for edition in EDITIONS for rule in edition.rules for need in rule.anchors}
    conditions = {each.anchor for anchor in anchors() for each in conditions_of(anchor)}
    idle = {anchor for anchor in anchors() if not question_at(anchor).why} - needed - conditions
    assert idle == set()


# ── whatever is answered ─────────────────────────────────────────────────────────────────────────────────────────

FIRST_OPENING = EDITIONS[0].window.opens_at
unhurried = settings(max_examples=40, deadline=None)  # a project has a hundred answers to draw
INSTANTS = st.integers(-3_000_000, 300_000_000).map(lambda seconds: FIRST_OPENING + timedelta(seconds=seconds))


@unhurried
@given(projects(), INSTANTS)
def test_no_project_makes_a_rule_fail(project, at):
    for edition in EDITIONS:
        judged = judge(edition, project, at)
        assert judged.findings and all(found.sentence for found in judged.findings)


@unhurried
@given(projects(), INSTANTS, st.data())
def test_one_more_answer_never_makes_a_met_rule_unknown(project, at, data):
    empty = [anchor for anchor in anchors() if project.answer(anchor) is None]
    if not empty:
        return
    anchor = data.draw(st.sampled_from(empty))
    fuller = project.with_answers({anchor: data.draw(answers(question_at(anchor)))})
    for edition in EDITIONS:
        before, after = judge(edition, project, at), judge(edition, fuller, at)
        unknown = {found.rule for found in after.of_verdict(Verdict.UNKNOWN)}
        assert unknown.isdisjoint(found.rule for found in before.of_verdict(Verdict.MET)), anchor


@unhurried
@given(projects(), INSTANTS, st.randoms(use_true_random=False))
def test_verdicts_and_amounts_do_not_depend_on_the_order_of_the_answers(project, at, random):
    written = project_file.dump(project)
    shuffled = {name: _shuffled(part, random) for name, part in random.sample(list(written.items()), len(written))}
    again, _, faults = project_file.load(shuffled)
    assert not faults
    for edition in EDITIONS:
        before, after = judge(edition, project, at), judge(edition, again, at)
        assert {each.rule: each.verdict for each in before.findings} == {
            each.rule: each.verdict for each in after.findings
        }
        assert before.conclusion is after.conclusion
        assert [line.amount for line in before.aid.lines] == [line.amount for line in after.aid.lines]
        assert before.company.size is after.company.size


def _shuffled(part, random):
    """A section with its questions and the rows of its tables in another order."""
    if not isinstance(part, dict):
        return part
    mixed = {name: part[name] for name in random.sample(list(part), len(part))}
    return {
        name: random.sample(value, len(value)) if isinstance(value, list) and name in TABLES else value
        for name, value in mixed.items()
    }


TABLES = {question_at(anchor).name for anchor in anchors() if question_at(anchor).kind is Kind.TABLE}


@unhurried
@given(projects(), INSTANTS)
def test_an_unknown_rule_names_what_is_missing_and_a_judged_one_nothing(project, at):
    for edition in EDITIONS:
        for found in judge(edition, project, at).findings:
            assert bool(found.missing) is (found.verdict is Verdict.UNKNOWN)


ADEME_EDITIONS = ("ademe_2020", "ademe_2021", "ademe_2022")

# ── ademe_2020, ademe_2021 ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("edition_id", ADEME_EDITIONS)
def test_no_rate_of_works_is_printed_anywhere(edition_id):
    edition = get_edition(edition_id)
    rates = {line.code: line for line in edition.aid.rates}
    assert rates["works_rate"].amount is None
    said = " ".join([*edition.texts.values(), *(line.explanation for line in edition.aid.rates)])
    assert not any(f"{rate}\u00a0%" in said for rate in (35, 45, 55))


def rules_of(edition_id: str) -> dict[str, AnyRule]:
    return {rule.code: rule for rule in get_edition(edition_id).rules}


@pytest.mark.parametrize(
    ("edition_id", "opens_on", "closes_on"),
    [
        ("ademe_2020", date(2020, 11, 6), date(2021, 2, 25)),
        ("ademe_2021", date(2021, 7, 15), date(2021, 10, 8)),
        ("ademe_2022", date(2022, 2, 15), date(2022, 4, 29)),
    ],
)
def test_the_windows_are_those_that_were_read(edition_id, opens_on, closes_on):
    window = get_edition(edition_id).window
    assert (window.opens_on, window.closes_on) == (opens_on, closes_on)


def test_the_other_day_given_for_the_launch_of_2020_is_said():
    notes = [citation.note for citation in get_edition("ademe_2020").window.cites if not citation.verified]
    assert any("9\u00a0novembre 2020" in note for note in notes)


@pytest.mark.parametrize(
    ("edition_id", "codes"),
    [("ademe_2020", ("R05", "R16", "R17", "R27", "R33", "R34", "R37")), ("ademe_2021", ("R29",))],
)
def test_what_was_read_for_an_edition_blocks_and_is_verified(edition_id, codes):
    for code in codes:
        rule = rules_of(edition_id)[code]
        assert rule.severity is Severity.BLOCKING
        assert all(citation.verified for citation in rule.cites), code


@pytest.mark.parametrize(
    ("edition_id", "codes"),
    [("ademe_2020", ("R14", "R32")), ("ademe_2021", ("R05", "R14", "R16", "R17", "R26", "R27", "R32", "R37"))],
)
def test_what_was_read_for_another_edition_only_warns(edition_id, codes):
    for code in codes:
        rule = rules_of(edition_id)[code]
        assert rule.severity is Severity.WARNING
        assert all(citation.note and not citation.verified for citation in rule.cites), code


def test_only_the_first_edition_dates_the_works():
    assert [each for each in ADEME_EDITIONS if {"R33", "R34"} & rules_of(each).keys()] == ["ademe_2020"]


@pytest.mark.parametrize(("edition_id", "followers"), [("ademe_2020", ("2021", "2022")), ("ademe_2021", ("2022",))])
def test_a_closed_edition_names_the_editions_that_followed_and_the_fonds_vert(edition_id, followers):
    successor = get_edition(edition_id).successor
    assert all(year in successor for year in followers)
    assert get_edition("ademe_2022").successor in successor


# ── ademe_2022 ───────────────────────────────────────────────────────────────────────────────────────────────────

ADEME = get_edition("ademe_2022")


def routes_of(name: str) -> list[str]:
    case = find_case("ademe_2022", name)
    return [route.code for route in judge(ADEME, case.project, case.at).routes]


def test_the_complete_case_is_conditional_only_because_rules_are_to_be_confirmed():
    found = findings_of(ADEME, find_case("ademe_2022", "eligible")).values()
    assert {each.verdict for each in found} == {Verdict.MET}
    assert {each.rule for each in found if each.severity is Severity.BLOCKING and not each.is_verified} == {
        "R01",
        "R50",
    }


def test_without_a_plot_the_way_of_studies_is_shown():
    assert routes_of("sans-terrain") == ["etudes"]


def test_neither_icpe_nor_mine_is_shown_the_fund_of_the_prefect():
    assert routes_of("r13-ni-icpe-ni-mine") == ["recyclage-foncier"]


def test_a_complete_project_needs_no_other_way_and_a_closed_call_names_what_follows():
    case = find_case("ademe_2022", "eligible")
    closed = judge(ADEME, case.project, ADEME.window.closes_at)
    assert routes_of("eligible") == []
    assert [route.code for route in closed.routes] == ["successeur"]


def test_the_rate_of_studies_is_said_as_to_be_confirmed():
    line = next(line for line in ADEME.aid.rates if line.code == "studies_rate")
    assert line.amount is None and "70\u00a0%" in line.explanation
    assert not any(citation.verified for citation in line.citations)


def test_the_demonstration_shows_a_deficit_of_800_000_euros():
    case = find_case("ademe_2022", "eligible")
    assert judge(ADEME, case.project, case.at).aid.amount("deficit") == 800_000
    assert len(case.project.members.firms) == 90


def test_every_rule_of_the_other_editions_only_warns_and_says_why():
    carried = {"R05", "R16", "R17", "R26", "R27", "R29", "R32", "R37"}
    for rule in ADEME.rules:
        if rule.code in carried:
            assert rule.severity is Severity.WARNING
            assert all(citation.note and not citation.verified for citation in rule.cites)


def test_rules_of_several_branches_carry_their_citations_on_each_branch():
    for rule in ADEME.rules:
        if isinstance(rule, AnyOf | AllOf):
            assert all(branch.cites == rule.cites for branch in rule.branches)
