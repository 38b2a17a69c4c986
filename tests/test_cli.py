"""The terminal: verdicts, exit codes, and one clear sentence for each fault."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grantapp.cli import group
from grantapp.editions import all_editions
from grantapp.services import demonstration

EXAMPLES = Path(__file__).parent.parent / "examples"
KEYS = {"edition", "version", "on", "conclusion", "findings", "aid", "company", "computations", "unanswered"}
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


COMPUTED = ("Entreprise en difficulté", "Place pour des aides de minimis", "Cumul des aides", "Début des travaux")


def test_each_computation_is_told_line_by_line_with_its_sources():
    text = run("check", EXAMPLES / "non-eligible.json").stdout
    places = [text.index(title) for title in COMPUTED]
    assert places == sorted(places)
    for said in ("Test c, procédure collective", "188\u202f000\u00a0€", "830\u202f000\u00a0€", "Marché de dépollution"):
        assert said in text
    assert "article\u00a02, point 18" in text and "n°\u00a01407/2013" in text


def test_each_computation_is_published_with_its_values():
    published = json.loads(run("check", EXAMPLES / "non-eligible.json", "--json").stdout)["computations"]
    assert [each["code"] for each in published] == ["difficulty", "de_minimis", "cumulation", "work_start"]
    difficulty, de_minimis, cumulation, work_start = (each["values"] for each in published)
    assert difficulty["in_difficulty"] is False and difficulty["test_e"] is False
    assert de_minimis == {"room": "188000", "ceiling": "200000", "counted": "12000", "since": "2020-01-01"}
    assert cumulation == {"total": "850000", "room": "830000"}
    assert work_start == {"starts_on": "2022-03-01", "place": "before"}
    assert all(each["lines"] and each["citations"] and each["sentence"] for each in published)


def test_the_regime_of_de_minimis_is_that_of_the_day_of_judgement():
    later = run("check", EXAMPLES / "demonstration.json", "--json", "--on", "2026-03-11").stdout
    values = json.loads(later)["computations"][1]["values"]
    assert (values["ceiling"], values["room"], values["since"]) == ("300000", "300000", "2023-03-11")


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


def test_a_project_is_compared_by_every_edition_on_the_merits():
    result = run("compare", EXAMPLES / "demonstration.json", "--json")
    told = json.loads(result.stdout)
    assert [each["id"] for each in told["editions"]] == [each.id for each in reversed(all_editions())]
    concluded = {each["id"]: each["conclusion"] for each in told["editions"]}
    assert (concluded["ademe_2022"], concluded["ademe_2021"]) == ("conditional", "conditional")
    assert concluded["ademe_2020"] == "ineligible"  # its works had to begin in 2021-2022
    assert "R01" not in {each["rule"] for each in told["rules"]}
    assert result.exit_code == 0


def test_the_dates_are_judged_too_when_asked():
    told = json.loads(run("compare", EXAMPLES / "demonstration.json", "--json", "--dates").stdout)
    window = next(each for each in told["rules"] if each["rule"] == "R01")
    assert (window["states"]["ademe_2022"], window["states"]["ademe_2021"]) == ("met", "not_met")


def test_a_comparison_tells_what_differs_and_who_says_it():
    text = run("compare", EXAMPLES / "demonstration.json", "--edition", "ademe_2020", "--edition", "ademe_2022").stdout
    plain = text.replace("\u00a0", " ")
    assert "Un projet, 2 éditions, sans les dates" in plain and "ademe_2021" not in plain
    assert "Ce qui diffère (1)" in plain and "non respectée : ademe_2020" in plain
    assert "pas dans cette édition : ademe_2022" in plain
    assert "Coût total" in plain and "partout" in plain


def test_an_edition_that_is_not_known_cannot_be_compared():
    result = run("compare", EXAMPLES / "demonstration.json", "--edition", "appel_1900")
    assert result.exit_code == 2 and "appel_1900" in result.stderr


def test_a_comparison_at_another_day_is_at_that_day_for_all():
    told = json.loads(run("compare", EXAMPLES / "demonstration.json", "--on", "2021-01-14", "--dates", "--json").stdout)
    assert {each["on"] for each in told["judgements"]} == {"2021-01-14T12:00:00+01:00"}
    states = next(each for each in told["rules"] if each["rule"] == "R01")["states"]
    assert (states["ademe_2021"], states["ademe_2020"]) == ("not_met", "met")


# ── which desk ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_at_the_time_of_the_demonstration_is_ademe():
    result = run("guichet", EXAMPLES / "demonstration.json", "--on", "2022-03-15", "--json")
    told = json.loads(result.stdout)
    assert (told["first"], result.exit_code) == ("ademe_2022", 0)
    states = {each["edition"]: each["opening"] for each in told["desks"]}
    assert (states["ademe_2022"], states["ademe_2021"]) == ("open", "closed")


def test_the_day_of_the_file_does_not_count_for_the_desk(monkeypatch):
    monkeypatch.setenv("GRANTAPP_CLOCK", "2022-04-30")
    text = run("guichet", EXAMPLES / "demonstration.json").stdout.replace("\u00a0", " ")
    assert text.startswith("Aujourd’hui, ") and "clos depuis le 29 avril 2022" in text


def test_a_desk_that_refuses_names_its_rules_and_is_not_the_first():
    result = run("guichet", EXAMPLES / "non-eligible.json", "--on", "2022-03-15")
    assert "ademe_2022" in result.stdout and "R13 Une ancienne installation" in result.stdout
    told = json.loads(run("guichet", EXAMPLES / "non-eligible.json", "--on", "2022-03-15", "--json").stdout)
    refused = next(each for each in told["desks"] if each["edition"] == "ademe_2022")
    assert (refused["opening"], refused["conclusion"]) == ("open", "ineligible") and "R13" in refused["refusals"]
    assert told["first"] != "ademe_2022"


def test_a_file_that_cannot_be_read_has_no_desk(written):
    result = run("guichet", written("{"))
    assert result.exit_code == 2 and "JSON" in result.stderr


def test_a_file_without_edition_is_judged_by_the_one_that_is_open_first_for_it(written):
    project = json.loads((EXAMPLES / "demonstration.json").read_text()) | {"on": None}
    del project["edition"], project["on"]
    for day, edition in (("2021-08-01", "ademe_2021"), ("2022-03-15", "ademe_2022"), ("2020-12-01", "ademe_2020")):
        told = json.loads(run("check", written(project), "--on", day, "--json").stdout)
        assert told["edition"] == edition


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


def test_a_check_by_an_edition_that_is_carried_over_says_so_first():
    told = run("check", EXAMPLES / "demonstration.json", "--edition", "fonds_vert_2026", "--on", "2026-11-23").stdout
    assert told.startswith("Les règles de 2026 n’ont pas été trouvées.")
    assert "Éligible :" not in told
    other = run("check", EXAMPLES / "demonstration.json", "--edition", "fonds_vert_2025", "--on", "2025-04-10").stdout
    assert "n’ont pas été trouvées" not in other.splitlines()[0]
