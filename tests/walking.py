"""An edition walked whole, field by field: a new kind of rule, rate or date is walked too."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta

from grantapp.domain.edition import Edition, Passage
from grantapp.domain.judgement import judge
from grantapp.editions import Case, cases


def walk(thing: object, path: str) -> Iterator[tuple[str, object]]:
    """Every value of a dataclass and of all it holds, with the way to it."""
    yield path, thing
    if isinstance(thing, Passage):
        for number, citation in enumerate(thing.cites):
            yield from walk(citation, f"{path}.cites[{number}]")
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from walk(getattr(thing, field.name), f"{path}.{field.name}")
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from walk(value, f"{path}[{key}]")
    elif isinstance(thing, tuple | list):
        for number, value in enumerate(thing):
            yield from walk(value, f"{path}[{number}]")


def worked(edition: Edition) -> Case:
    """A case of the edition that lacks nothing."""
    at = edition.window.opens_at + timedelta(days=7)
    return next(case for case in cases(edition.id) if not judge(edition, case.project, at).unanswered)
