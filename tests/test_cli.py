"""The terminal: verdicts, exit codes, and one clear sentence for each fault."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grantapp.cli import group
from grantapp.services import demonstration

EXAMPLES = Path(__file__).parent.parent / "examples"
KEYS = {"edition", "version", "on", "conclusion", "findings", "aid", "company", "unanswered"}
FINDING_KEYS = {"rule", "verdict", "severity", "sentence", "missing", "citations"}
CITATION_KEYS = {"text", "at", "url", "verified"}


def run(*words: object) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words])


@pytest.fixture
def written(tmp_path):
    def write(data: object) -> Path:
        path = tmp_path / "projet.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("name", "conclusion", "status"),
    [
        ("demonstration", "conditional", 0),
        ("sans-terrain", "undetermined", 3),
        ("non-eligible", "ineligible", 1),
    ],
)
def test_each_example_gets_its_conclusion_and_every_finding_is_cited(name, conclusion, status):
    result = run("check", EXAMPLES / f"{name}.json", "--json")
    judgement = json.loads(result.stdout)
    assert (judgement["conclusion"], result.exit_code) == (conclusion, status)
    assert set(judgement) >= KEYS
    assert judgement["findings"]
    for finding in judgement["findings"]:
        assert set(finding) >= FINDING_KEYS
        assert finding["sentence"] and finding["citations"]
        for citation in finding["citations"]:
            assert set(citation) >= CITATION_KEYS
            assert citation["verified"] or citation["note"]


@pytest.mark.parametrize("name", demonstration.EXAMPLES)
def test_the_examples_are_what_the_code_makes(name):
    from grantapp.domain import project_file

    made = project_file.dump(demonstration.EXAMPLES[name](), demonstration.EDITION, demonstration.CLOCK)
    assert json.loads((EXAMPLES / f"{name}.json").read_text()) == made


def test_the_demonstration_has_ninety_member_firms_and_valid_numbers():
    firms = demonstration.project().members.firms
    assert len({firm.siren for firm in firms}) == len({firm.name for firm in firms}) == 90


def test_a_person_reads_the_conclusion_the_reasons_and_the_doubts():
    text = run("check", EXAMPLES / "non-eligible.json").stdout
    assert text.startswith("Non éligible")
    assert "R13" in text and "R30" in text and "règle à confirmer" in text


def test_the_day_can_be_chosen_and_a_closed_call_says_what_follows():
    result = run("check", EXAMPLES / "demonstration.json", "--on", "2026-11-23")
    assert result.exit_code == 1
    assert "Fonds vert" in result.stdout


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("2022-02-14T23:59:59", "not_met"),
        ("2022-02-15", "met"),
        ("2022-04-29T23:59:59", "met"),
        ("2022-04-30T00:00:00", "not_met"),
    ],
)
def test_the_window_is_judged_to_the_second(at, verdict):
    found = json.loads(run("check", EXAMPLES / "demonstration.json", "--json", "--on", at).stdout)["findings"]
    assert next(each["verdict"] for each in found if each["rule"] == "R01") == verdict


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "JSON"),
        ("[]", "objet JSON"),
        ('{"grantapp": 1, "site": {"area_m2": NaN}}', "JSON"),
        ({"grantapp": 1, "edition": "appel_inconnu"}, "edition : "),
        ({"grantapp": 1, "site": {"area_m2": "x"}}, "site.area_m2 : "),
        ({"grantapp": 1, "on": "demain"}, "on : "),
        ("[" * 100_000, "imbriqué"),
    ],
)
def test_bad_input_exits_with_2_and_names_the_path(written, content, says):
    result = run("check", written(content))
    assert result.exit_code == 2
    assert says in result.stderr.replace("\u00a0", " ")
    assert "Traceback" not in result.stderr


def test_every_fault_is_told_on_a_line_of_its_own(written):
    result = run("check", written({"grantapp": 1, "site": {"area_m2": "x", "z": 1}, "plan": {"jobs_kept": -1}}))
    assert [line.split(" ")[0].split("\u00a0")[0] for line in result.stderr.splitlines()] == [
        "site.z",
        "site.area_m2",
        "plan.jobs_kept",
    ]


def test_a_file_that_is_not_there_is_said_so():
    result = run("check", "nulle-part.json")
    assert result.exit_code == 2 and "illisible" in result.stderr


def test_the_schema_of_an_edition_is_written():
    described = json.loads(run("schema", "--edition", "ademe_2022").stdout)
    assert described["properties"]["edition"] == {"const": "ademe_2022"}


def test_the_editions_say_which_is_open():
    assert "ouverte" in run("editions", "--on", "2022-03-15").stdout
    assert "Fonds vert" in run("editions", "--on", "2026-11-23").stdout


def test_a_project_is_judged_by_every_edition_side_by_side():
    result = run("compare", EXAMPLES / "demonstration.json", "--json")
    concluded = {each["edition"]: each["conclusion"] for each in json.loads(result.stdout)}
    assert list(concluded.items()) == [
        ("ademe_2022", "conditional"),
        ("ademe_2021", "ineligible"),
        ("ademe_2020", "ineligible"),
        ("ademe_2019", "ineligible"),
    ]
    assert result.exit_code == 0


def test_a_comparison_names_what_each_edition_refuses_and_cannot_judge():
    latest, earlier, first, _ = run("compare", EXAMPLES / "sans-terrain.json").stdout.split("ademe_")[1:]
    assert latest.startswith("2022") and "Indéterminé" in latest and "R13" in latest and "R01" not in latest
    assert "R01" in earlier and "R33" not in earlier
    assert "R33" in first and "R34" in first  # only that edition dates the works


def test_a_comparison_at_another_day_is_at_that_day_for_all():
    told = json.loads(run("compare", EXAMPLES / "demonstration.json", "--on", "2021-01-14", "--json").stdout)
    assert {each["on"] for each in told} == {"2021-01-14T12:00:00+01:00"}
    refused = {
        each["edition"]: {found["rule"] for found in each["findings"] if found["verdict"] == "not_met"} for each in told
    }
    assert "R01" in refused["ademe_2021"] and "R01" not in refused["ademe_2020"]


def test_a_file_that_cannot_be_compared_says_why(written):
    result = run("compare", written({"grantapp": 1, "site": {"area_m2": "x"}}))
    assert result.exit_code == 2 and "site.area_m2" in result.stderr


def test_a_dossier_is_printed_without_a_database_with_its_pieces(tmp_path):
    paper = tmp_path / "plan.pdf"
    paper.write_bytes(demonstration.paper("Plan"))
    out = tmp_path / "dossier.pdf"
    result = run("print", EXAMPLES / "sans-terrain.json", "-o", out, "--piece", paper, "--piece", f"accounts={paper}")
    assert result.exit_code == 0, result.stderr
    assert out.read_bytes().startswith(b"%PDF-")
    assert result.stderr  # progress is told on standard error
    assert not result.stdout


def test_a_piece_that_cannot_be_attached_is_named(tmp_path):
    paper = tmp_path / "virus.exe"
    paper.write_bytes(b"MZ")
    out = tmp_path / "dossier.pdf"
    result = run("print", EXAMPLES / "sans-terrain.json", "-o", out, "--piece", paper, "--piece", f"plan={paper}")
    assert result.exit_code == 2
    assert "virus.exe" in result.stderr and "management_plan" in result.stderr
    assert not out.exists()


@pytest.mark.parametrize("words", [["chek"], ["check"], ["check", "--nimporte"], ["check", "x", "--on", "demain"]])
def test_a_mistyped_command_is_answered_in_french(words):
    done = subprocess.run([sys.executable, "-m", "grantapp.cli", *words], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert not [word for word in ("Error", "Usage", "Missing", "No such") if word in done.stderr]
    assert done.stderr.strip()
