"""The published form of `collectif.json`: every assembly satisfies it, and a broken one does not."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grantapp.domain.collective_schema import schema
from tests.domain.vocabulary import projects
from tests.gathering import LATER, cooperative, every_standing, filed, gathered, lead_deposit, part

VALIDATOR = Draft202012Validator(schema())


def faults(content: Any) -> list[str]:
    return [f"{each.json_path}: {each.message[:200]}" for each in VALIDATOR.iter_errors(content)]


def plain(assembled) -> Any:
    return json.loads(assembled.canonical)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(projects(), min_size=1, max_size=2))
def test_any_assembly_and_the_one_that_follows_satisfy_it(drawn):
    first = gathered()
    parts = [part(place, deposit=filed(each, number=2)) for place, each in enumerate(drawn, start=1)]
    second = gathered(
        [*parts, *every_standing()[len(parts) :]],
        number=2,
        previous=first,
        at=LATER + timedelta(days=1),
        cooperative=cooperative(lead_deposit()),
    )
    assert faults(plain(first)) == []
    assert faults(plain(second)) == []


@pytest.mark.parametrize("path", [(), ("lead",), ("firms", 0), ("firms", 0, "chapter"), ("totals",), ("edition",)])
def test_a_part_more_or_less_is_a_fault(path):
    for breaks in (lambda part: part.popitem(), lambda part: part.update(stray="x")):
        content = plain(gathered())
        broken = content
        for step in path:
            broken = broken[step]
        breaks(broken)
        assert faults(content), path
