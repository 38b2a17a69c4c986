"""The published form of `dossier.json`: every deposit satisfies it, and a broken one does not."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.deposit_schema import FORMAT, schema
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project
from grantapp.editions import all_editions, cases, get_edition
from grantapp.services import demonstration
from tests.domain.vocabulary import projects

AT = datetime(2022, 3, 15, 9, 30, 12, 345, tzinfo=UTC)
VALIDATOR = Draft202012Validator(schema())


def frozen(project: Project, edition_id: str = "ademe_2022", **given: Any) -> Deposit:
    edition = get_edition(edition_id)
    known = {"reference": "A22-0001", "number": 1, "by": "Camille Exemple", "at": AT, "address": "https://x.example"}
    return freeze(edition=edition, project=project, judgement=judge(edition, project, AT), **(known | given))


def faults(content: Any) -> list[str]:
    return [f"{each.json_path}: {each.message[:200]}" for each in VALIDATOR.iter_errors(content)]


def plain(deposit: Deposit) -> Any:
    return json.loads(deposit.canonical)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["format"] == {"const": FORMAT, "description": "Le format de ce fichier."}


@pytest.mark.parametrize("edition", all_editions(), ids=lambda edition: edition.id)
def test_the_deposits_of_every_edition_satisfy_it(edition):
    for case in cases(edition.id):
        assert faults(plain(frozen(case.project, edition.id))) == []


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(projects(), projects(), st.sampled_from(["ademe_2022", "fonds_friches_3", "fonds_vert_2025"]))
def test_any_deposit_and_the_version_that_follows_it_satisfy_it(before: Project, after: Project, edition: str):
    first = frozen(before, edition)
    second = frozen(after, edition, number=2, at=AT + timedelta(days=1), previous=first)
    assert faults(plain(first)) == []
    assert faults(plain(second)) == []


def test_a_dossier_printed_without_being_filed_satisfies_it():
    assert faults(plain(frozen(demonstration.without_plot(), number=0, address="", by=""))) == []


def test_every_part_is_described_in_french():
    undescribed = [path for path, part in described(schema()) if "description" not in part and "$ref" not in part]
    assert undescribed == []


def described(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every property of ours; those of a project are described by their questions."""
    for name, each in part.get("properties", {}).items():
        if name != "project":
            yield f"{path}.{name}", each
            yield from described(each, f"{path}.{name}")
    for name, each in part.get("$defs", {}).items():
        yield from described(each, f"{path}#{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(part.get(key), dict):
            yield from described(part[key], f"{path}[]")
    for key in ("anyOf", "oneOf"):
        for each in part.get(key, ()):
            yield from described(each, path)


# ── broken ones ──────────────────────────────────────────────────────────────────────────────────────────────────


def whole() -> Any:
    first = frozen(demonstration.project())
    changed = demonstration.ineligible().with_answers({"site.name": "Autre"})
    return plain(frozen(changed, number=2, at=AT + timedelta(days=1), previous=first))


WHOLE = whole()


def test_the_one_that_is_broken_below_is_whole():
    assert faults(WHOLE) == []
    assert WHOLE["changes"]["tables"] and WHOLE["changes"]["verdicts"]


BREAKS: dict[str, Callable[[Any], None]] = {
    "another format": lambda c: c.update(format=2),
    "no reference": lambda c: c.pop("reference"),
    "a part too many": lambda c: c.update(note="ajoutée"),
    "a number below none": lambda c: c.update(number=-1),
    "a number as text": lambda c: c.update(number="2"),
    "an hour that is not UTC": lambda c: c.update(deposited_at="2022-03-15T10:30:00+01:00"),
    "a fingerprint cut short": lambda c: c["previous"].update(fingerprint="ab12"),
    "a previous version without a number": lambda c: c["previous"].pop("number"),
    "a day written in French": lambda c: c["edition"].update(closes_on="29/04/2022"),
    "a passage without its sources": lambda c: c["edition"]["title"].pop("citations"),
    "a verdict nobody knows": lambda c: c["judgement"]["findings"][0].update(verdict="maybe"),
    "a conclusion nobody knows": lambda c: c["judgement"].update(conclusion="eligible!"),
    "an amount as a number": lambda c: c["judgement"]["aid"][0].update(amount=12.5),
    "an amount with a comma": lambda c: c["judgement"]["aid"][0].update(amount="12,50"),
    "a citation without its word on verification": lambda c: c["judgement"]["findings"][0]["citations"][0].pop(
        "verified"
    ),
    "a section nobody knows": lambda c: c["project"].update(weather={}),
    "an answer nobody asked": lambda c: c["project"]["site"].update(colour="vert"),
    "an answer of another kind": lambda c: c["project"]["request"].update(site_found="oui"),
    "an answer both text and table": lambda c: c["sections"][0]["answers"][0].update(rows=[]),
    "an answer without its text": lambda c: c["sections"][0]["answers"][0].pop("text"),
    "an anchor that is none": lambda c: c["sections"][0]["answers"][0].update(anchor="Site !"),
    "a row changed in no known way": lambda c: c["changes"]["tables"][0]["rows"][0].update(what="moved"),
    "a row counted from nought": lambda c: c["changes"]["tables"][0]["rows"][0].update(is_row=0),
    "a change without its question": lambda c: c["changes"]["fields"][0].pop("anchor"),
    "a size nobody knows": lambda c: c["judgement"]["company"].update(size="huge"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_deposit_does_not_satisfy_it(what: str):
    broken = copy.deepcopy(WHOLE)
    BREAKS[what](broken)
    assert faults(broken), what


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of ours; in a project, what is unanswered may be left out."""
    if isinstance(value, dict):
        yield value
        for key, each in value.items():
            if key not in ("project", "values", "texts", "pieces"):
                yield from mappings(each)
    elif isinstance(value, list):
        for each in value:
            yield from mappings(each)


@pytest.mark.parametrize("seed", range(40))
def test_any_part_taken_away_is_missed(seed: int):
    broken = copy.deepcopy(WHOLE)
    chance = random.Random(seed)  # noqa: S311 - a choice among parts
    part = chance.choice([each for each in mappings(broken) if each])
    del part[chance.choice(sorted(part))]
    assert faults(broken)
