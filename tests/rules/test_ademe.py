"""What the editions of ADEME's call share: what is only told, to whom, and what is never said to be certain."""

import pytest

from grantapp.domain.aid import statement
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.site import Status
from grantapp.editions import all_editions
from grantapp.rules import ademe

EDITIONS = [edition for edition in all_editions() if edition.id in ("ademe_2020", "ademe_2021", "ademe_2022")]
each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)


@each_edition
def test_what_was_not_read_in_the_call_is_never_said_to_be_verified(edition):
    rules = {rule.code: rule for rule in ademe.money(edition.texts, posts_cited=())}
    unread = [*ademe.IN_DIFFICULTY_CITED, *(cited for code in ("R50", "R52", "R54") for cited in rules[code].cites)]
    assert unread
    for citation in unread:
        assert citation.note and not citation.verified, citation.at


@each_edition
def test_article_45_is_a_ceiling_to_be_confirmed_for_works(edition):
    (ceiling,) = edition.aid.ceilings
    assert ceiling.code == "article_45" and not ceiling.is_verified


@each_edition
def test_ademe_comes_first_for_a_former_icpe_or_mine_to_clean_and_says_for_whom_it_was_read(edition):
    first = edition.first_for
    asked = {condition.anchor: set(condition.values) for condition in first.applies}
    assert asked == {
        "history.status": {Status.FORMER_ICPE, Status.FORMER_MINE},
        "pollution.treatment_needed": {True},
    }
    assert all(citation.verified is (not citation.note) for citation in first.cites)
    assert (edition.id == "ademe_2020") is all(citation.verified for citation in first.cites)


@each_edition
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (RequestKind.WORKS, {"works_rate"}),
        (RequestKind.STUDIES, {"studies_rate"}),
        (RequestKind.BOTH, {"works_rate", "studies_rate"}),
        (None, {"works_rate", "studies_rate"}),
    ],
)
def test_a_request_is_told_of_the_rates_of_its_kind_only(edition, kind, told):
    facts = {} if kind is None else {"request.kind": kind}
    codes = {line.code for line in statement(edition.aid, facts).lines}
    assert codes & {"works_rate", "studies_rate"} == told


@each_edition
@pytest.mark.parametrize(("code", "words"), [("etudes", "route_studies_"), ("recyclage-foncier", "route_prefect_")])
def test_all_the_advice_written_for_another_way_is_given_in_order(edition, code, words):
    (route,) = [each for each in edition.routes if each.code == code]
    written = sorted(key for key in edition.texts if key.startswith(words) and key.removeprefix(words).isdigit())
    assert list(route.advice) == [edition.texts[key] for key in written]
