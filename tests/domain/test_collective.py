"""The collective dossier: no firm is left out, its totals are the sum of its chapters, its changes are frozen."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grantapp.domain.collective import WARNING, Collective, Part, Standing, standing_of
from grantapp.domain.collective_changes import is_empty
from grantapp.domain.sections.funding import Expense, Post
from grantapp.editions import get_edition
from grantapp.french import typeset
from tests.domain.vocabulary import projects
from tests.gathering import (
    LATER,
    cooperative,
    every_standing,
    filed,
    firm_deposit,
    firm_project,
    gathered,
    lead_deposit,
    not_filed,
    part,
)
from tests.makers import EDITION, NOW

OPEN, CLOSED = LATER, get_edition(EDITION).window.closes_at


def standing(given: Part, at=OPEN, edition=None) -> Standing:
    return standing_of(given, edition or get_edition(EDITION), at)


# ── where a firm stands ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_standing_of_an_open_call():
    assert [standing(each) for each in every_standing()] == [
        Standing.TAKEN_IN,
        Standing.TAKEN_IN,
        Standing.NOT_AGREED,
        Standing.LEFT,
        Standing.OTHER_EDITION,
        Standing.DRAFT,
        Standing.NOT_BEGUN,
        Standing.NO_ANSWER,
        Standing.REFUSED,
        Standing.NOT_INVITED,
    ]


@pytest.mark.parametrize(
    "late",
    [not_filed(1), not_filed(1, is_begun=False), not_filed(1, accepted_at=None)],
    ids=["a draft", "not begun", "without an answer"],
)
def test_what_was_not_filed_is_late_from_the_very_instant_of_closing(late: Part):
    assert standing(late, CLOSED - timedelta(microseconds=1)) is not Standing.MISSED
    assert standing(late, CLOSED) is Standing.MISSED


def test_closing_changes_nothing_for_who_filed_refused_or_was_never_invited():
    for each in (
        part(1),
        not_filed(2, accepted_at=None, refused_at=NOW),
        not_filed(3, accepted_at=None, invited_at=None),
    ):
        assert standing(each, CLOSED) is standing(each, OPEN)


def test_a_firm_that_filed_under_another_version_of_the_rules_is_taken_in_and_flagged():
    later = replace(get_edition(EDITION), version="2022.2")
    assert standing(part(1), edition=later) is Standing.OTHER_VERSION
    line = gathered([part(1)], edition=later).content["firms"][0]
    assert line["chapter"] is not None
    assert "version 2022.1" in line["sentence"]


def test_a_firm_leaves_at_its_instant():
    assert standing(part(1, left_at=OPEN)) is Standing.LEFT
    assert standing(part(1, left_at=OPEN + timedelta(microseconds=1))) is Standing.TAKEN_IN


def test_a_filed_version_stays_while_another_is_prepared_and_it_is_said():
    line = gathered([part(1, is_preparing=True)]).content["firms"][0]
    assert line["standing"] == "taken_in"
    assert "autre version est en préparation" in line["sentence"]


# ── what stands in it ────────────────────────────────────────────────────────────────────────────────────────────


def any_parts() -> st.SearchStrategy[list[Part]]:
    instants = st.none() | st.just(NOW)

    def some(place: int) -> st.SearchStrategy[Part]:
        return st.builds(
            part,
            st.just(place),
            invited_at=instants,
            accepted_at=instants,
            refused_at=instants,
            left_at=instants,
            has_agreed=st.booleans(),
            is_begun=st.booleans(),
            deposit=st.none() | st.just(firm_deposit(place)),
        )

    return st.integers(0, 8).flatmap(lambda many: st.tuples(*(some(place) for place in range(many)))).map(list)


@settings(max_examples=60)
@given(any_parts(), st.sampled_from([OPEN, CLOSED]))
def test_every_firm_chosen_has_its_line_in_order_and_each_is_counted_once(parts: list[Part], at):
    content = gathered(parts, at=at).content
    assert [each["siren"] for each in content["firms"]] == [each.siren for each in parts]
    assert sum(each["count"] for each in content["standings"]) == len(parts)


def test_only_a_firm_that_agreed_shows_its_figures():
    content = gathered().content
    with_figures = [each["name"] for each in content["firms"] if each["chapter"]]
    assert with_figures == ["Entreprise inventée 01", "Entreprise inventée 02"]
    hidden = firm_deposit(3)
    assert hidden.fingerprint not in json.dumps(content)
    assert hidden.content["reference"] not in json.dumps(content)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(projects(), min_size=1, max_size=4))
def test_the_totals_are_the_sum_of_the_chapters_to_the_cent(drawn):
    parts = [part(place, deposit=filed(each)) for place, each in enumerate(drawn)]
    frozen = gathered(parts)
    chapters, totals = [each["amounts"] for each in frozen.chapters], frozen.content["totals"]
    assert len(chapters) == len(drawn)
    for name in ("expenditure", "claimed", "funding", "requested", "gap"):
        assert Decimal(totals[name]) == sum(Decimal(each[name]) for each in chapters)
    for table in ("posts", "claimed_posts", "natures"):
        for code in {code for each in chapters for code in each[table]} | set(totals[table]):
            assert Decimal(totals[table][code]) == sum(Decimal(each[table].get(code, 0)) for each in chapters)
    for each in (*chapters, totals):
        assert Decimal(each["expenditure"]) == sum(map(Decimal, each["posts"].values()))
        assert Decimal(each["claimed"]) == sum(map(Decimal, each["claimed_posts"].values()))
        assert Decimal(each["funding"]) == sum(map(Decimal, each["natures"].values()))


def test_a_line_without_an_amount_adds_nothing_and_is_counted():
    lines = (Expense(post=Post.LAND, amount=Decimal("0.10")), Expense(post=None, amount=Decimal("0.20")), Expense())
    frozen = gathered([part(1, deposit=filed(firm_project(1, expenditure__lines=lines)))])
    amounts = frozen.chapters[0]["amounts"]
    assert amounts["posts"] == {"land": "0.1", "unsaid": "0.2"}
    assert (amounts["expenditure"], amounts["unvalued"]) == ("0.3", 1)


def test_the_cooperative_s_own_dossier_is_the_first_chapter_once_filed_and_its_absence_is_said():
    without, frozen = gathered(), gathered(cooperative=cooperative(lead_deposit()))
    assert "n’est pas déposé" in without.content["lead"]["sentence"]
    assert len(frozen.chapters) == len(without.chapters) + 1
    assert frozen.chapters[0]["fingerprint"] == lead_deposit().fingerprint
    more = Decimal(frozen.content["totals"]["expenditure"]) - Decimal(without.content["totals"]["expenditure"])
    assert more == Decimal(3_600_000)


def test_the_matrix_has_every_rule_that_judged_a_chapter_with_its_title():
    frozen = gathered()
    codes = {each["rule"] for each in frozen.content["rules"]}
    assert all(set(each["verdicts"]) <= codes for each in frozen.chapters)
    assert all(each["title"] for each in frozen.content["rules"])


def test_it_says_that_nothing_read_says_that_it_is_received():
    content = gathered().content
    assert content["warning"] == typeset(WARNING)
    assert content["findings"][0]["verdict"] == "unknown"


def test_the_same_group_at_the_same_instant_is_the_same_to_the_byte():
    once, again = gathered(), gathered()
    assert once.canonical == again.canonical
    assert Collective.thaw(once.canonical).fingerprint == once.fingerprint


# ── what changed ─────────────────────────────────────────────────────────────────────────────────────────────────


def refiled(place: int):
    lines = (
        Expense(
            post=Post.DECONTAMINATION, label="Revu", planned_on=NOW.date(), amount=Decimal("50000.05"), claimed=True
        ),
    )
    return filed(firm_project(place, expenditure__lines=lines), reference=f"A22-{100 + place:04d}", number=2, at=LATER)


def next_version(before: Collective, parts: list[Part], **changes) -> dict:
    after = gathered(parts, number=2, previous=before, at=LATER + timedelta(days=1), **changes)
    assert after.content["previous"]["fingerprint"] == before.fingerprint
    return after.content["changes"]


def test_a_first_version_has_no_changes():
    assert (gathered().content["previous"], gathered().content["changes"]) == (None, None)


def test_nothing_changed_is_nothing_to_print():
    before = gathered()
    assert is_empty(next_version(before, every_standing()))


def test_a_firm_that_filed_again_is_told_with_the_difference_of_its_amounts_and_its_verdicts():
    before = gathered([part(1), part(2)])
    (told,) = next_version(before, [part(1, deposit=refiled(1)), part(2)])["firms"]
    assert told["what"] == "refiled"
    assert (told["before"]["number"], told["after"]["number"]) == (1, 2)
    assert {each["code"]: (each["before"], each["after"]) for each in told["amounts"]} == {
        "expenditure": ("40100", "50000.05"),
        "claimed": ("40100", "50000.05"),
    }
    assert told["verdicts"], "the plan does not balance any more"
    assert all(each["before"] != each["after"] for each in told["verdicts"])


def test_the_changes_of_the_firms_are_those_of_the_totals():
    before = gathered([part(1), part(2)])
    found = next_version(before, [part(1, deposit=refiled(1)), part(2)])
    (total,) = [each for each in found["totals"] if each["code"] == "expenditure"]
    (own,) = [each for each in found["firms"][0]["amounts"] if each["code"] == "expenditure"]
    assert Decimal(total["after"]) - Decimal(total["before"]) == Decimal(own["after"]) - Decimal(own["before"])
    assert total["delta"] == own["delta"]
    assert {each["rule"] for each in found["findings"]} >= {"G08"}


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (not_filed(1), part(1), "joined"),
        (part(1), part(1, left_at=NOW), "left"),
        (part(1), part(1, has_agreed=False), "left"),
        (not_filed(1, accepted_at=None), not_filed(1, accepted_at=None, refused_at=NOW), "refused"),
        (not_filed(1, accepted_at=None), not_filed(1, is_begun=False), "standing"),
        (None, not_filed(1), "chosen"),
        (part(1), None, "gone"),
    ],
)
def test_each_way_a_firm_may_move_is_told_once(before: Part | None, after: Part | None, what: str):
    first = gathered([each for each in (before, part(2)) if each])
    (told,) = next_version(first, [each for each in (after, part(2)) if each])["firms"]
    assert (told["what"], told["siren"]) == (what, part(1).siren)
    assert told["sentence"].endswith(".")


def test_the_cooperative_that_files_and_files_again_is_told():
    first = gathered([part(1)])
    joined = next_version(first, [part(1)], cooperative=cooperative(lead_deposit()))
    assert [each["what"] for each in joined["lead"]] == ["joined"]
    second = gathered([part(1)], cooperative=cooperative(lead_deposit()))
    again = next_version(second, [part(1)], cooperative=cooperative(lead_deposit(2)))
    assert [each["what"] for each in again["lead"]] == ["refiled"]
