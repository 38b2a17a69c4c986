"""The terminal takes the PDF of a dossier, or its `dossier.json`, wherever it takes a project file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from grantapp.cli import group
from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.judgement import judge
from grantapp.editions import get_edition
from grantapp.services import demonstration
from tests.carrying import DATA, pdf_with
from tests.web.reader import plain

AT = datetime(2022, 3, 15, 9, 0, tzinfo=UTC)


def deposit(edition_id: str = "ademe_2022", number: int = 2) -> Deposit:
    edition, project = get_edition(edition_id), demonstration.project()
    return freeze(
        edition=edition,
        project=project,
        judgement=judge(edition, project, AT),
        reference="A22-0042",
        number=number,
        by="Camille",
        at=AT,
    )


def run(*words: object) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words])


@pytest.fixture
def given(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "dossier.pdf"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("wrap", [lambda frozen: pdf_with({DATA: frozen}), lambda frozen: frozen], ids=["pdf", "json"])
def test_a_dossier_is_judged_anew_at_its_own_instant_by_its_own_edition(given, wrap):
    result = run("check", given(wrap(deposit().canonical)), "--json")
    judgement = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (judgement["edition"], judgement["conclusion"]) == ("ademe_2022", "conditional")
    assert datetime.fromisoformat(judgement["on"]) == AT
    told = plain(result.stderr)
    assert "le dépôt A22-0042, version 2, du 15 mars 2022 à 10 h 00" in told
    assert "jugées de nouveau, à ce même instant" in told and "n'est pas repris" in told


def test_the_verdict_that_was_frozen_is_never_repeated(given):
    """Whatever somebody wrote in the file, the answers decide."""
    content = json.loads(deposit().canonical)
    content["judgement"]["conclusion"] = "ineligible"
    content["judgement"]["findings"] = []
    content["project"]["history"]["status"] = "neither"
    judgement = json.loads(run("check", given(json.dumps(content).encode()), "--json").stdout)
    assert judgement["conclusion"] == "ineligible" and judgement["findings"]
    content["project"]["history"]["status"] = "former_icpe"
    judgement = json.loads(run("check", given(json.dumps(content).encode()), "--json").stdout)
    assert judgement["conclusion"] == "conditional"


def test_the_edition_and_the_day_can_be_chosen(given):
    path = given(pdf_with({DATA: deposit().canonical}))
    result = run("check", path, "--edition", "fonds_friches_3", "--on", "2022-03-20", "--json")
    judgement = json.loads(result.stdout)
    assert (judgement["edition"], judgement["on"][:10]) == ("fonds_friches_3", "2022-03-20")
    assert "jugées de nouveau, au 20 mars 2022" in plain(result.stderr)


def test_a_pdf_that_was_never_filed_is_told_so(given):
    result = run("check", given(pdf_with({DATA: deposit(number=0).canonical})))
    assert "Ce PDF contient un dossier non déposé" in plain(result.stderr)


def test_a_pdf_is_compared_oriented_and_printed_as_a_project_is(given, tmp_path: Path):
    path = given(pdf_with({DATA: deposit().canonical}))
    compared = run("compare", path, "--edition", "ademe_2022", "--edition", "ademe_2021", "--json")
    assert [each["id"] for each in json.loads(compared.stdout)["editions"]] == ["ademe_2022", "ademe_2021"]
    told = run("guichet", path, "--on", "2022-03-15", "--json")
    assert json.loads(told.stdout)["desks"] and told.exit_code == 0
    printed = run("print", path, "-o", tmp_path / "copie.pdf")
    assert printed.exit_code == 0
    with pypdfium2.PdfDocument(tmp_path / "copie.pdf") as document:
        first = document[0].get_textpage().get_text_range()
    assert "non déposé" in plain(first).lower()


@pytest.mark.parametrize(
    ("content", "path", "words"),
    [
        (pdf_with({}), "$", "ne contient pas de dossier"),
        (pdf_with({DATA: deposit().canonical}, password="x"), "$", "mot de passe"),
        (pdf_with({DATA: deposit().canonical})[:400], "$", "abîmé"),
    ],
    ids=["nothing inside", "password", "cut"],
)
def test_a_pdf_that_cannot_be_used_says_why_in_one_sentence(given, content, path, words):
    result = run("check", given(content))
    assert result.exit_code == 2
    (line,) = [each for each in result.stderr.splitlines() if each]
    assert line.startswith(path) and words in plain(line)


def test_a_fault_inside_a_deposit_is_named_by_its_path_there(given):
    content = json.loads(deposit().canonical)
    content["project"]["site"]["area_m2"] = "beaucoup"
    content["deposited_at"] = "hier"
    content["project"]["edition"] = "inconnue"
    result = run("check", given(pdf_with({DATA: json.dumps(content).encode()})))
    assert result.exit_code == 2
    assert [line.split()[0] for line in result.stderr.splitlines()] == [
        "project.site.area_m2",
        "project.edition",
        "deposited_at",
    ]


def test_the_schema_of_a_dossier_is_written_and_the_dossier_satisfies_it():
    described = json.loads(run("schema", "--dossier").stdout)
    Draft202012Validator(described).validate(json.loads(deposit().canonical))
