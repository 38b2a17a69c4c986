"""The macros keep their promises whatever they are given: a word beside each colour, a label beside each field."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

import grantapp
from grantapp.domain.aid import Aid, AidLine
from grantapp.domain.eligibility import Citation, Finding, Severity, Verdict
from grantapp.domain.judgement import as_json, judge
from grantapp.domain.lifecycle import State
from grantapp.domain.project import Project, Section, sections
from grantapp.domain.question import Kind
from grantapp.domain.wizard import gaps
from grantapp.editions import get_edition
from grantapp.forms.steps import form_for
from grantapp.services import demonstration
from grantapp.services.pages import DossierHead
from tests.makers import NOW
from tests.web.reader import plain

PACKAGE = Path(grantapp.__file__).parent
EDITION = get_edition("ademe_2022")
FORMS = [pytest.param(each, id=each.slug) for each in sections() if each.name != "pieces"]
CITED = Citation(text="Cahier des charges", at="page 3", url="https://texte.example/3")
DOUBTFUL = Citation(text="Guide", at="page 9", url="https://guide.example", verified=False, note="Lu en 2021.")


@pytest.fixture
def macro(app: Flask) -> Any:
    """`macro("forms.html", "question", field)`: what a macro writes, parsed."""

    def write(file: str, name: str, *things: Any) -> BeautifulSoup:
        with app.test_request_context():
            module = app.jinja_env.get_template(f"macros/{file}").module
            return BeautifulSoup(str(getattr(module, name)(*things)), "html5lib").body

    return write


def found(verdict: Verdict, severity: Severity = Severity.BLOCKING, *citations: Citation) -> Finding:
    return Finding(
        rule="R13",
        slug="surface",
        title="Une surface suffisante",
        severity=severity,
        verdict=verdict,
        sentence="Le site couvre 4 000 m².",
        missing=(),
        citations=citations or (CITED,),
    )


def head(state: State = State.DRAFT) -> DossierHead:
    return DossierHead("A22-0001", "Une friche", "Coopérative", state, EDITION, NOW, NOW)


# ── findings and conclusions ──


@pytest.mark.parametrize(
    ("finding", "word"),
    [
        (found(Verdict.MET), "Remplie."),
        (found(Verdict.NOT_MET), "Non remplie."),
        (found(Verdict.NOT_MET, Severity.WARNING), "À signaler."),
    ],
    ids=["met", "refused", "warning"],
)
def test_a_verdict_is_a_word_and_a_shape_before_it_is_a_colour(macro, finding, word):
    said = macro("eligibility.html", "finding", finding)
    assert said.find(class_="ga-finding__verdict").get_text(strip=True) == word
    assert said.find("svg")


def test_each_verdict_has_a_shape_of_its_own(macro):
    shapes = {str(macro("eligibility.html", "mark", each).svg.contents) for each in ("met", "not_met", "warning", "?")}
    assert len(shapes) == 4


def test_a_rule_without_answer_is_never_shown_as_refused(macro):
    said = macro("eligibility.html", "finding", found(Verdict.UNKNOWN))
    assert "remplie" not in said.get_text()
    assert not said.find(class_="ga-is-not_met")


def test_an_empty_project_is_undetermined_and_shows_no_refusal(macro):
    page = macro("eligibility.html", "panel", judge(EDITION, Project(), NOW), ())
    assert page.find(id="eligibilite")["data-word"] == "Indéterminé"
    assert not page.find(class_="ga-is-not_met")


def test_what_was_not_verified_says_so_without_being_opened(macro):
    said = macro("eligibility.html", "finding", found(Verdict.MET, Severity.BLOCKING, CITED, DOUBTFUL))
    assert "règle à confirmer" in plain(said.find("summary").get_text())
    assert "Lu en 2021." in said.get_text()


def test_what_was_verified_bears_no_doubt(macro):
    said = macro("eligibility.html", "finding", found(Verdict.MET))
    assert "à confirmer" not in said.get_text()
    assert [each["href"] for each in said.find_all("a")] == [CITED.url]


@pytest.mark.parametrize("name", ["conclusion", "tally"])
@pytest.mark.parametrize("example", demonstration.EXAMPLES)
def test_a_frozen_judgement_reads_as_the_live_one(macro, name, example):
    live = judge(EDITION, demonstration.EXAMPLES[example](), NOW)
    assert macro("eligibility.html", name, live) == macro("eligibility.html", name, as_json(live))


def test_an_amount_that_no_source_gives_is_a_dash(macro):
    said = macro("dossier.html", "aid", Aid((AidLine("rate", "Taux", None, "Aucune source."),)))
    assert said.find(class_="ga-aid__amount").get_text() == "—inconnu"  # the word is for who cannot see the dash


# ── questions ──


@pytest.mark.parametrize("section", FORMS)
def test_every_control_has_its_label_and_every_error_its_control(macro, section: Section):
    typed = {name: ["?"] for name in _names(section)}
    form = form_for(section, formdata=typed)
    form.validate()
    page = BeautifulSoup("".join(str(macro("forms.html", "question", field)) for field in form), "html5lib")
    for control in page.find_all(["input", "select", "textarea"]):
        assert page.find("label", attrs={"for": control["id"]}), control
    described = {
        name for each in page.find_all(attrs={"aria-describedby": True}) for name in each["aria-describedby"].split()
    }
    assert described <= {each["id"] for each in page.find_all(id=True)}
    for mention in form.errors_by_field:
        assert page.find(id=mention.id), f"the summary leads nowhere: {mention.label}"
        assert f"{mention.id}-erreur" in described, f"an error that is not told with its field: {mention.label}"


@pytest.mark.parametrize("section", FORMS)
def test_every_question_says_why_it_is_asked(macro, section: Section):
    for field in form_for(section):
        reason = field.question.why
        assert not reason or reason in macro("forms.html", "question", field).get_text()


@pytest.mark.parametrize("section", FORMS)
def test_a_question_that_waits_waits_for_an_answer_that_can_be_given(macro, section: Section):
    form = form_for(section)
    options = {field.id: {option.value for option in field.options} for field in form}
    for field in form:
        question = macro("forms.html", "question", field).find(class_="ga-question")
        conditions = str(question.get("data-asked-if", "")).split()
        assert len(conditions) == sum(each.anchor.startswith(f"{section.name}.") for each in field.question.asked_if)
        for condition in conditions:
            identity, _, values = condition.partition("=")
            assert set(values.split(",")) <= options[identity]


def test_a_missing_cell_leads_to_its_own_field(macro):
    line = demonstration.project().answer("expenditure.lines")[0]
    project = Project().with_answers({"expenditure.lines": (line, type(line)())})
    gap = next(each for each in gaps(EDITION, project) if each.anchor == "expenditure.lines[2].amount")
    form = form_for(next(each for each in sections() if each.name == "expenditure"), record=project.expenditure)
    address = macro("dossier.html", "answer_address", "A22-0001", gap.anchor).get_text()
    page, _, identity = address.partition("#")
    assert page == "/dossiers/A22-0001/depenses"
    assert macro("forms.html", "question", next(iter(form))).find(id=identity)["name"] == "lines-1-amount"


def _names(section: Section) -> list[str]:
    """The name of every field of a section, with one row in each table."""
    names = []
    for asked in section.questions:
        columns = [f"{asked.name}-0-{column.name}" for column in asked.columns]
        names += columns if asked.kind is Kind.TABLE else [asked.name]
    return names


# ── where a dossier stands ──


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (EDITION.window.opens_at - timedelta(seconds=1), "Le dépôt ouvre le 15 février 2022."),
        (EDITION.window.opens_at, "il reste 73 jours."),
        (EDITION.window.closes_at - timedelta(seconds=1), "c'est le dernier jour."),
        (EDITION.window.closes_at, "Le dépôt est clos depuis le 29 avril 2022."),
    ],
    ids=["before", "first instant", "last second", "too late"],
)
def test_a_draft_is_said_not_to_be_filed_with_the_time_that_is_left(macro, now: datetime, words: str):
    said = plain(macro("status.html", "state_banner", head(), now).get_text(" "))
    assert "Brouillon — non déposé" in said
    assert words in said


def test_a_filed_dossier_says_when_and_that_it_is_closed(macro):
    said = plain(macro("status.html", "state_banner", head(State.DEPOSITED), NOW).get_text(" "))
    assert "Déposé le 15 mars 2022 à 10 h 00 (heure de Paris)" in said


# ── what the browser is asked to run ──


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(each, id=each.name)
        for each in sorted((PACKAGE / "templates").rglob("*.html"))
        if not {"documents", "mail"} & set(each.parts)  # neither is a page: each has its own test of what it fetches
    ],
)
def test_no_template_asks_for_what_the_policy_forbids(path: Path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]* src=)", text)


def test_the_sheet_asks_only_for_files_that_are_here():
    static = PACKAGE / "static"
    sheet = (static / "style.css").read_text(encoding="utf-8")
    asked = set(re.findall(r"url\(\"?([^\")]+)\"?\)", sheet))
    assert asked == {f"fonts/{each.name}" for each in (static / "fonts").glob("*.woff2")}
    assert "GDS Transport" not in sheet
