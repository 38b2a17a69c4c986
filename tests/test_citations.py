"""No sentence, rate or date of the law lacks a citation, and how sure each is reaches the PDF.

For the pages, see web/test_citations_shown.py. Every edition that the registry finds is walked.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

import grantapp
from grantapp.documents import dossier as printed
from grantapp.documents import pdf
from grantapp.domain.deposit import freeze
from grantapp.domain.edition import Edition, Passage
from grantapp.domain.eligibility import Citation, Finding, evaluate
from grantapp.domain.facts import facts_for
from grantapp.domain.judgement import as_json, judge
from grantapp.domain.project import sections
from grantapp.editions import all_editions, cases
from grantapp.rules import passages
from grantapp.rules.sources import NAMED, Source
from tests.walking import walk, worked
from tests.web.reader import plain

EDITIONS = all_editions()
each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)


# ── what is said ─────────────────────────────────────────────────────────────────────────────────────────────────


@each_edition
def test_everything_that_can_be_cited_is(edition):
    """Windows, rounds, rules and their branches, routes, rates, ceilings: whatever has a place for citations."""
    empty, seen = [], 0
    for path, value in walk(edition, edition.id):
        name = path.rpartition(".")[2]
        if isinstance(value, tuple) and name.endswith(("cites", "citations", "_cited")):
            seen += 1
            if not value or not all(isinstance(each, Citation) for each in value):
                empty.append(path)
    assert empty == []
    assert seen > len(edition.rules) + len(edition.routes)


@each_edition
def test_every_sentence_is_cited_or_is_ours(edition):
    said = [(path, value) for path, value in walk(edition, edition.id) if isinstance(value, Passage)]
    assert [path for path, passage in said if not passage.cites and not passage.ours] == []
    assert len(said) > len(edition.texts)


@each_edition
def test_what_is_shown_of_an_edition_is_a_passage_and_not_bare_words(edition):
    shown = [edition.call, edition.title, edition.authority, edition.successor, *edition.texts.values()]
    shown += [window.hour_note for window in (edition.window, *edition.regional.values())]
    shown += [each for route in edition.routes for each in (route.title, *route.advice)]
    shown += [each.text for each in edition.amendments]
    assert [str(each) for each in shown if not isinstance(each, Passage)] == []


@each_edition
def test_what_is_ours_states_no_figure_no_date_and_no_law(edition):
    for path, value in walk(edition, edition.id):
        if isinstance(value, Passage) and value.ours:
            words = plain(value)
            assert passages.OUR_SUBJECT.search(words), f"{path}: « {words} » is not about this service"
            stated = passages.STATEMENT.search(passages.YEAR_NOT_READ.sub("", words))
            assert stated is None, f"{path}: « {words} » states « {stated and stated.group(0)} »"


@each_edition
def test_an_explanation_made_of_a_passage_keeps_the_sources_of_the_passage(edition):
    for path, value in walk(edition, edition.id):
        said = getattr(value, "explanation", None)
        if isinstance(said, Passage):
            assert {each.url for each in said.cites} <= {each.url for each in value.citations}, path
            assert all(each.verified for each in said.cites) or not all(each.verified for each in value.citations), path


def repeated(edition: Edition) -> Iterator[tuple[Finding, Passage]]:
    """The cited passages that the sentences of findings repeat, over all the cases."""
    said = {str(each): each for _, each in walk(edition, "") if isinstance(each, Passage) and len(each) > 30}
    for case in cases(edition.id):
        for found in evaluate(edition.rules, facts_for(edition, case.project, case.at)):
            yield from ((found, each) for text, each in said.items() if each.cites and text in found.sentence)


@each_edition
def test_a_finding_that_repeats_a_passage_keeps_its_sources_and_its_doubts(edition):
    for found, passage in repeated(edition):
        assert {each.url for each in passage.cites} <= {each.url for each in found.citations}, found.rule
        assert all(each.verified for each in passage.cites) or not found.is_verified, found.rule


def test_a_closed_call_repeats_what_followed():
    assert "R03" in {found.rule for edition in EDITIONS for found, _ in repeated(edition)}


def every_citation() -> Iterator[tuple[str, Citation]]:
    """Those of all editions, and those that the modules of the domain and of the rules hold."""
    for edition in EDITIONS:
        for path, value in walk(edition, edition.id):
            if isinstance(value, Citation):
                yield path, value
    for room in ("domain", "rules"):
        package = importlib.import_module(f"grantapp.{room}")
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(each.name)).items():
                for path, found in walk(value, f"{each.name}.{name}") if not isinstance(value, Edition) else ():
                    if isinstance(found, Citation):
                        yield path, found


def test_every_citation_says_where_and_why_it_is_not_certain():
    found = list(every_citation())
    assert any(path.startswith("grantapp.domain.company") for path, _ in found)
    for path, citation in found:
        assert citation.text and citation.at, path
        assert citation.url.startswith("https://"), path
        assert citation.verified is not bool(citation.note), f"{path}: a doubt has its note, and only a doubt"


# ── the law that questions name ──────────────────────────────────────────────────────────────────────────────────

LAW = re.compile(
    r"\b(arrêtés?|décrets?|lois?|circulaires?|instructions?|règlements?|ordonnances?|recommandations?|délibérations?)"
    r" (du \d|n°|\(UE\)|\d)|\barticles? ([LRD]\b|\d|premier)|\bcodes? d(?:u|e(?! (?:vérification|secours|votre)))\b",
    re.IGNORECASE,
)
FIGURE = re.compile(r"\d ?%|\d ?€|\b(19|20)\d\d\b")


def texts_of_questions() -> Iterator[tuple[str, str]]:
    for section in sections():
        yield section.name, plain(section.intro or "")
        for question in section.questions:
            for each in (question, *question.columns):
                said = (each.label, each.hint, each.why)
                yield f"{question.anchor} {each.name}", plain(" ".join(text for text in said if text))


def without_named(words: str) -> str:
    """The words without the texts of law that have a source; a code may be named alone beside one of its articles."""
    for name in sorted(NAMED, key=len, reverse=True):
        if name in words:
            words = words.replace(name, "").replace(name.partition(", article")[0], "")
    return words


@pytest.mark.parametrize(("where", "words"), list(texts_of_questions()))
def test_a_question_names_no_law_that_has_no_source(where, words):
    left = LAW.search(without_named(words))
    assert left is None, f"{where}: give « {left and left.group(0)} » a source in NAMED (rules/sources.py)"


def test_the_law_that_is_named_is_named_somewhere_and_has_a_source():
    said = " ".join(words for _, words in texts_of_questions())
    assert [name for name in NAMED if name not in said] == []
    assert all(isinstance(each, Source) for each in NAMED.values())


def test_no_template_names_the_law_in_its_own_words():
    for path in sorted(Path(grantapp.__file__).parent.glob("templates/**/*.html")):
        words = BeautifulSoup(re.sub(r"\{[{%#].*?[#%}]\}", " ", path.read_text("utf-8"), flags=re.S), "html5lib")
        assert LAW.search(plain(words.get_text(" "))) is None, path.name
        assert FIGURE.search(plain(words.get_text(" "))) is None, path.name


def test_the_words_of_a_law_without_source_are_noticed():
    assert LAW.search(without_named("Demandé par l'arrêté du 3 mars 2031."))
    assert LAW.search(without_named("Le code de l'environnement le dit."))
    assert LAW.search(without_named("Le code du travail le dit."))
    assert not LAW.search(without_named("Donnez le code de vérification."))
    assert LAW.search(without_named("Selon l'article L. 512-1."))
    assert not LAW.search(without_named("Demandé par l'arrêté du 21 août 2018."))


# ── in the PDF ───────────────────────────────────────────────────────────────────────────────────────────────────


def check_print(block: Tag, citations: list[dict[str, Any]], where: str) -> None:
    """The numbered places, then the doubts: those to be confirmed, and no others, with their notes."""
    places = block.find_all(class_="reference")
    numbers = [place.a.get_text() for place in places]
    assert len(places) == len(citations), where
    for place, citation in zip(places, citations, strict=True):
        assert plain(citation["text"]) in plain(place.get_text(" ")), where
    doubts = block.find_all(class_="confirm")
    doubtful = {number for number, each in zip(numbers, citations, strict=True) if not each["verified"]}
    words = " ".join(plain(each.get_text(" ")) for each in doubts)
    assert set(re.findall(r"\[\d+\]", words)) == doubtful, where
    for citation in citations:
        assert plain(citation["note"]) in words, where
    assert (re.search("à confirmer", words, re.IGNORECASE) is not None) is bool(doubtful), where


@each_edition
def test_each_citation_of_a_deposit_is_printed_with_how_sure_it_is(edition):
    at, project = edition.window.opens_at + timedelta(days=7), worked(edition).project
    judgement = judge(edition, project, at)
    deposit = freeze(
        edition=edition, project=project, judgement=judgement, reference="X-0001", number=1, by="Camille", at=at
    )
    page = printed.printed_dossier(deposit)
    html = pdf.environment().get_template("documents/dossier.html").render(dossier=page)
    soup = BeautifulSoup(html, "html5lib")
    frozen = as_json(judgement)
    for found in frozen["findings"]:
        check_print(soup.find(id=f"regle-{found['rule']}"), found["citations"], found["rule"])
    lines = soup.find("table", class_="amounts").select("tbody tr")
    for line, row in zip(frozen["aid"], lines, strict=True):
        check_print(row, line["citations"], line["code"])
    for way, article in zip(frozen["routes"], soup.select("article.way"), strict=True):
        check_print(article, way["citations"], way["code"])
    rows = {plain(row.th.get_text()): row for row in soup.find(id="lu").find_next("table").select("tbody tr")}
    kept = deposit.content["texts"] | deposit.content["edition"]
    printed_names = [(name, heading) for name, heading in printed.HEADINGS if name in kept]
    assert {"call", "authority", "hour_note", "intro", "unknown", "successor"} <= {name for name, _ in printed_names}
    for name, heading in printed_names:
        row = rows[heading]
        assert plain(kept[name]["text"]) in plain(row.td.get_text(" "))
        check_print(row, kept[name]["citations"], name)
    check_print(rows["Dates"], kept["citations"], "dates")
