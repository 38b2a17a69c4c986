"""The public page of each edition: what it wants, asks, cites, and does not know."""

from datetime import UTC, datetime

import pytest

from grantapp.domain.eligibility import Severity
from grantapp.domain.project import section_named
from grantapp.domain.wizard import questions_of
from grantapp.editions import all_editions, get_edition, open_on
from tests.makers import NOW
from tests.web.reader import Page, plain

each_edition = pytest.mark.parametrize("edition", all_editions(), ids=lambda edition: edition.id)


def read(client, edition) -> Page:
    return client.read(f"/appels/{edition.slug}")


@each_edition
def test_anybody_reads_the_dates_the_authority_and_what_followed(anonymous, edition):
    page = read(anonymous, edition)
    assert page.heading == plain(edition.title)
    for said in (edition.authority, edition.successor, edition.texts["known"], edition.texts["unknown"]):
        assert page.says(plain(said))


@each_edition
def test_every_rule_is_there_once_under_its_severity_with_its_sources(anonymous, edition):
    soup = read(anonymous, edition).soup
    heads = [plain(each.get_text(" ", strip=True)) for each in soup.find_all("h2")]
    blocking = [rule for rule in edition.rules if rule.severity is Severity.BLOCKING]
    assert f"Les règles qui décident ({len(blocking)})" in heads
    assert f"Les points à signaler ({len(edition.rules) - len(blocking)})" in heads
    for rule in edition.rules:
        clause = soup.find(id=f"regle-{rule.code}")
        assert plain(clause.h3.get_text(strip=True)) == plain(rule.title)
        assert [link["href"] for link in clause.find_all("a")] == [citation.url for citation in rule.cites]
        assert ("règle à confirmer" in plain(clause.get_text())) is not all(each.verified for each in rule.cites)
        for citation in rule.cites:
            assert plain(citation.note) in plain(clause.get_text(" ", strip=True))


@each_edition
def test_every_question_and_every_piece_is_listed_with_its_reason(anonymous, edition):
    page = read(anonymous, edition)
    for step in edition.steps:
        for question in questions_of(edition, section_named(step)):
            assert page.says(plain(question.label)) and page.says(plain(question.why)), question.anchor


def test_a_rule_for_some_requests_only_says_which(anonymous):
    clauses = read(anonymous, get_edition("ademe_2020")).soup
    works_only = plain(clauses.find(id="regle-R33").get_text(" ", strip=True))
    assert "Seulement si" in works_only and "« Des travaux de dépollution »" in works_only
    assert "est oui." in plain(clauses.find(id="regle-R16").get_text(" ", strip=True))
    assert "Seulement si" not in clauses.find(id="regle-R13").get_text()


def test_only_the_edition_that_is_open_says_so_and_invites_to_begin(anonymous):
    opened = tuple(each for each in all_editions() if read(anonymous, each).says("Ouvert aujourd'hui"))
    assert get_edition("ademe_2022") in opened == open_on(NOW)
    invited = [each for each in all_editions() if read(anonymous, each).soup.select('main a[href="/inscription"]')]
    assert tuple(invited) == opened


@pytest.mark.parametrize("day", [(2022, 3, 15), (2021, 8, 1), (2026, 11, 23), (2019, 1, 1)])
def test_the_home_page_lists_what_is_open_today_then_the_others_the_most_recent_first(anonymous, clock, day):
    clock.at = datetime(*day, 12, tzinfo=UTC)
    page = anonymous.read("/")
    links = [each["href"] for each in page.soup.select(".ga-card a")]
    opened = [edition for edition in all_editions() if edition.window.is_open(clock.at)]
    others = [edition for edition in reversed(all_editions()) if edition not in opened]
    assert sorted(links[: len(opened)]) == sorted(f"/appels/{edition.slug}" for edition in opened)
    assert links[len(opened) :] == [f"/appels/{edition.slug}" for edition in others]
    assert page.says("Aucun guichet n'est ouvert aujourd'hui") is not bool(opened)


def test_the_dossiers_lead_to_the_rules_of_their_edition(director, draft):
    links = [each["href"] for each in director.read("/dossiers").soup.select(".ga-card a")]
    assert links.count("/appels/ademe-2022") == 2  # the draft's own, and the one that may be begun


def test_an_edition_that_does_not_exist_is_not_found(anonymous):
    for name in ("ademe_2022", "ademe-1900", "ADEME-2022"):
        anonymous.read(f"/appels/{name}", 404)


def test_a_closed_edition_is_refused_with_a_sentence(director):
    page = director.send("/dossiers", {"edition": "ademe_2020"})
    assert page.status == 409
    assert page.says("s'est clos le 25 février 2021") and page.says("Fonds vert")
