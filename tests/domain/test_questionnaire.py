"""What an edition asks, frozen: a changed question gives another form, and nothing else does."""

from dataclasses import replace

import pytest

from grantapp.domain.edition import Passage
from grantapp.domain.questionnaire import Questionnaire
from grantapp.domain.wizard import questions_of, steps
from grantapp.editions import all_editions, get_edition

EDITION = get_edition("ademe_2022")


@pytest.mark.parametrize("edition", all_editions(), ids=lambda edition: edition.id)
def test_a_questionnaire_comes_back_from_its_bytes(edition):
    frozen = Questionnaire.of(edition)
    back = Questionnaire.thaw(frozen.canonical)
    assert back.canonical == frozen.canonical and back.fingerprint == frozen.fingerprint
    asked = [question["anchor"] for section in back.content["sections"] for question in section["questions"]]
    assert asked == [question.anchor for step in steps(edition) for question in questions_of(edition, step)]
    rules = [rule["rule"] for rule in back.content["rules"]]
    assert rules == [rule.code for rule in edition.rules]


def test_editions_have_forms_of_their_own():
    assert len({Questionnaire.of(each).fingerprint for each in all_editions()}) == len(all_editions())


def test_the_same_edition_has_the_same_form():
    assert Questionnaire.of(EDITION).fingerprint == Questionnaire.of(replace(EDITION)).fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"unasked": frozenset({"site.insee_code"})},
        {"steps": EDITION.steps[:-1]},
        {"title": Passage("Une autre édition", ours=True)},
        {"version": "2022.2"},
        {"rules": EDITION.rules[:-1]},
        {"window": replace(EDITION.window, closes_on=EDITION.window.opens_on)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_changes_in_the_call_changes_the_form(change):
    assert Questionnaire.of(replace(EDITION, **change)).fingerprint != Questionnaire.of(EDITION).fingerprint
