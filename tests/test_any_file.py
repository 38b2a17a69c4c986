"""`grantapp check` on whatever the published schema allows: a judgement or a sentence, never a crash."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grantapp import cli
from grantapp.domain import project_file
from grantapp.editions import all_editions
from grantapp.terminal import BAD_INPUT

EDITIONS = [edition.id for edition in all_editions()]
EXITS = {*cli.EXITS.values(), BAD_INPUT}
DAYS = st.dates().map(lambda day: day.isoformat())
HARD_DAYS = st.sampled_from(["0001-01-01", "1899-12-31", "2024-02-29", "2023-12-31", "2024-01-01", "9999-12-31"])
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


def allowed_by(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Anything that this part of the schema accepts, edges included."""
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([allowed_by(each) for each in schema["anyOf"]])
    match schema["type"]:
        case "object":
            return _objects(schema)
        case "array":
            return st.lists(allowed_by(schema["items"]), max_size=4)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum", 10**12 - 1))
        case "number":
            least = schema.get("minimum", -(10**12) + 1)
            return st.one_of(st.integers(least, 10**12 - 1), st.sampled_from([0, 1, 100, 0.5]))
    if schema.get("format") == "date":
        return st.one_of(DAYS, HARD_DAYS)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    return TEXTS


def _objects(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    parts = {name: allowed_by(each) for name, each in schema["properties"].items()}
    needed = {name: parts.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(needed, optional=parts)


def has_answered(done: Result) -> bool:
    """It ended by itself (a crash also exits with 1) and said something."""
    return (done.exception is None or isinstance(done.exception, SystemExit)) and bool(done.output)


def without_faults(content: dict[str, Any]) -> dict[str, Any]:
    """The file less the answers that the schema allows and that are refused all the same: check digits, bounds."""
    _, _, faults = project_file.load(content)
    for fault in faults:
        section, _, name = fault.path.partition("[")[0].partition(".")
        content = content | {section: {key: each for key, each in content[section].items() if key != name}}
    return content


SCHEMA = project_file.schema(None)
SCHEMA["properties"] |= {
    "$schema": {"type": "string"},
    "on": {"enum": ["2022-03-15", "2024-01-01", "2026-11-23", "1900-01-01", "2100-12-31"]},
}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(allowed_by(SCHEMA), st.sampled_from(EDITIONS), st.booleans())
def test_a_file_that_the_schema_allows_is_judged_or_answered_with_a_sentence(tmp_path, content, edition, as_data):
    path: Path = tmp_path / "projet.json"
    options = ["check", str(path), "--edition", edition, *(["--json"] if as_data else [])]
    path.write_text(json.dumps(content), encoding="utf-8")
    refused = CliRunner().invoke(cli.group, options)
    assert refused.exit_code in EXITS and has_answered(refused), refused.exception
    path.write_text(json.dumps(without_faults(content)), encoding="utf-8")
    judged = CliRunner().invoke(cli.group, options)
    assert judged.exit_code in set(cli.EXITS.values()) and has_answered(judged), judged.exception or judged.output
