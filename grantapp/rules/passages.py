"""The sentences of an edition, read from TOML with their sources, so that none can lose them.

[filing]
text = "La demande se dépose sur … {contact}"       # a name in braces stands for the passage of that name
cites = ["S14 : lancement", "S1 : qui peut candidater"]   # numbers of `sources.py`, then the place
unverified = "Lu pour 2021."                          # when the sources are not about this edition

[notice]
text = "Service non officiel."
ours = true                                           # speaks of this service only
"""

import tomllib
from pathlib import Path
from typing import Any

from grantapp.domain.edition import Passage
from grantapp.domain.eligibility import Citation
from grantapp.rules import sources

Passages = dict[str, Passage]


def read(*paths: Path) -> Passages:
    """The passages of these files, a later one over an earlier one of the same name."""
    written: dict[str, Any] = {}
    for path in paths:
        written |= tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _passage(name, written) for name in written}


def _passage(name: str, written: dict[str, Any]) -> Passage:
    given = written[name]
    if isinstance(given, str):
        given = {"text": given}
    cites = _cites(given)
    inner = {each: _passage(each, written) for each in _names(given["text"])}
    for passage in inner.values():
        cites += tuple(each for each in passage.cites if each not in cites)
    return Passage(given["text"].format_map(inner), cites=cites, ours=given.get("ours", False))


def _names(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("{")[1:]]


def _cites(given: dict[str, Any]) -> tuple[Citation, ...]:
    found = []
    for written in given.get("cites", ()):
        number, _, place = written.partition(" : ")
        found.append(getattr(sources, number).at(place, unverified=given.get("unverified", "")))
    return tuple(found)
