"""How sure each citation is reaches every page that shows a sentence of an edition; no doubt is shown of the rest."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bs4 import Tag

from grantapp.domain.edition import Edition, Passage
from grantapp.domain.eligibility import Citation
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project, section_named
from grantapp.domain.project_file import dump_section
from grantapp.domain.sections.funding import Pieces
from grantapp.domain.wizard import steps
from grantapp.editions import all_editions
from grantapp.services import accounts, drafting
from grantapp.storage import queries
from grantapp.storage.models import SectionRow
from tests.walking import walk, worked
from tests.web.conftest import PASSWORD
from tests.web.reader import plain

each_edition = pytest.mark.parametrize("edition", all_editions(), ids=lambda edition: edition.id)
Start = Callable[[Edition, Project], str]


@pytest.fixture
def start(platform: Any, director: Any, clock: Any) -> Start:
    """The address of a draft of the director's for this edition, its answers written at once."""

    def started(edition: Edition, project: Project) -> str:
        with platform.sessions.writing() as session:
            by = accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)
            reference = drafting.start(session, edition.id, now=clock.at, by=by)
            dossier = queries.get_dossier(session, reference, by)
            saved = {row.name: row for row in dossier.sections}
            for section in steps(edition):
                if section.name != drafting.PIECES:
                    row = saved.get(section.name) or SectionRow(dossier_id=dossier.id, name=section.name)
                    session.add(row)
                    row.answers = dump_section(section, getattr(project, section.name))
                    row.saved_at, row.saved_by_id = clock.at, by.id
            session.commit()
        return f"/dossiers/{reference}"

    return started


def check_sources(said: Tag, citations: tuple[Citation, ...], where: str) -> None:
    """A folded list of sources: each with its address; those to be confirmed, and no others, say so with their note."""
    items = said.select("ul > li")
    assert [each.a["href"] for each in items] == [each.url for each in citations], where
    for item, citation in zip(items, citations, strict=True):
        words = plain(item.get_text(" ", strip=True))
        assert ("À confirmer" in words) is not citation.verified, f"{where}: {words}"
        assert plain(citation.note) in words, where
    tag = said.summary.find(class_="ga-tag")
    assert (tag is None) is all(each.verified for each in citations), where


def check_note(item: Tag, citations: tuple[Citation, ...], where: str) -> None:
    """A note at the end of the page: a doubt that several sources share is written once, under the last of them."""
    places = item.select("ul > li")
    assert [each.a["href"] for each in places] == [each.url for each in citations], where
    for place, citation in zip(places, citations, strict=True):
        assert ("(à confirmer)" in plain(place.get_text(" "))) is not citation.verified, where
    words = plain(item.get_text(" ", strip=True))
    assert all(plain(each.note) in words for each in citations), where
    assert ("À confirmer." in words) is not all(each.verified for each in citations), where


@each_edition
def test_each_sentence_of_the_public_page_has_its_note(anonymous, edition):
    page = anonymous.read(f"/appels/{edition.slug}")
    soup = page.soup
    notes = {item["id"].removeprefix("note-"): item for item in soup.select(".ga-notes > ol > li")}
    linked = {link["href"].removeprefix("#note-") for link in soup.select("sup.ga-note a")}
    assert all(soup.find(id=link["href"][1:]) for link in soup.select('.ga-notes a[href^="#renvoi-"]'))
    for mark in soup.select("sup.ga-note"):
        mark.string = f"[{mark.get_text(strip=True)}]"
    body = plain(soup.main.get_text(" ", strip=True))
    shown = {value for _, value in walk(edition, "") if isinstance(value, Passage) and value not in ("", edition.title)}
    shown = {each for each in shown if plain(each) in body and len(each) > 25}
    whole = [each for each in shown if not any(each != other and plain(each) in plain(other) for other in shown)]
    assert {edition.texts["intro"], edition.successor} <= set(whole)
    used = set()
    for passage in whole:
        cites = passage.cites + edition.title.cites if passage == edition.call else passage.cites
        found = re.search(re.escape(plain(passage)) + r"\.? \[(\d+)\](?: (à confirmer))?", body)
        if not passage.cites:
            continue
        if found is None:  # a rate has its list of sources below it
            said = next(each for each in soup.main.find_all("p") if plain(passage) in plain(each.get_text(" ")))
            assert said.find_next_sibling().name == "details", f"« {passage} » has no note"
            continue
        number, doubt = found.groups()
        used.add(number)
        check_note(notes[number], cites, passage)
        assert (doubt is None) is all(each.verified for each in cites), f"« {passage} »: {found.group(0)[-30:]}"
    assert linked == set(notes) >= used


@each_edition
def test_each_rule_and_rate_of_the_public_page_says_how_sure_it_is(anonymous, edition):
    soup = anonymous.read(f"/appels/{edition.slug}").soup
    for rule in edition.rules:
        check_sources(soup.find(id=f"regle-{rule.code}").details, rule.cites, rule.code)
    for rate in edition.aid.rates:
        heading = next(each for each in soup.find_all("h3") if plain(each.get_text(strip=True)) == plain(rate.label))
        check_sources(heading.find_next("details", class_="ga-sources"), rate.citations, rate.code)


@each_edition
def test_each_finding_of_a_dossier_says_how_sure_it_is(edition, director, clock, start):
    """On the overview, on a step with its panel, and on « Ce qui manque »."""
    at = clock.at = edition.window.opens_at + timedelta(days=7)
    project = worked(edition).project
    address = start(edition, project)
    judgement = judge(edition, replace(project, pieces=Pieces()), at)  # no file is attached: some rules wait for one
    rules = {plain(found.title): found for found in judgement.findings}
    overview = director.read(address).soup
    findings = overview.select(".ga-finding")
    assert sorted(plain(each.select_one(".ga-finding__title").get_text()) for each in findings) == sorted(rules)
    judged = {rule.code: rule.anchors for rule in edition.rules if rule.code in {each.rule for each in rules.values()}}
    touched = [anchor.split(".")[0] for anchors in judged.values() for anchor in anchors if "." in anchor]
    slug = next(section_named(name).slug for name in touched if name in edition.steps)
    findings += director.read(f"{address}/{slug}").soup.select("#eligibilite .ga-finding")
    findings += director.read(f"{address}/manques").soup.select(".ga-finding")
    for said in findings:
        found = rules[plain(said.select_one(".ga-finding__title").get_text())]
        check_sources(said.select_one("details.ga-sources"), found.citations, found.rule)
    for line, said in zip(judgement.aid.lines, overview.select(".ga-aid > div"), strict=True):
        if line.citations:
            check_sources(said.select_one("details.ga-sources"), line.citations, line.code)
