"""The sentences of an edition, read from TOML with their sources, so that none can lose them.

[filing]
text = "La demande se dépose sur … {contact}"       # a name in braces stands for the passage of that name
cites = ["S14 : lancement", "S1 : qui peut candidater"]   # names of `sources.py`, or the edition's own; then the place
unverified = "Lu pour 2021."                          # when the sources are not about this edition

[notice]
text = "Service non officiel."
ours = true                                           # speaks of this service, or says what was not found

What a passage says in its own words, outside the braces, is cited or is ours: never both, never neither.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from grantapp.domain.edition import Passage
from grantapp.domain.eligibility import Citation
from grantapp.rules import sources
from grantapp.rules.sources import Source

Passages = dict[str, Passage]
Named = Mapping[str, Source]
SHARED: Named = {name: each for name, each in vars(sources).items() if isinstance(each, Source)}
FIELDS = {"text", "cites", "unverified", "ours"}

# A sentence of ours is about this service, or says that something was not found; it cannot state the call. So it bears
# no figure, no month and no text of law, but for the year of what was not read: « le cahier des charges de 2022 n'a… ».
OUR_SUBJECT = re.compile(
    r"\b(nous|notre|nos|ici|ce service|service non officiel|cet assistant|cet outil|ce dossier|votre dossier)\b"
    r"|\baucune source lue\b|\bn'(a|ont) pas (été (lue?|trouvée?)s?|pu être lue?s?)\b",
    re.IGNORECASE,
)
YEAR_NOT_READ = re.compile(r"\b(de|pour) 20\d\d(?= n'(a|ont) pas (été (lue?|trouvée?)s?|pu être lue?s?)\b)")
STATEMENT = re.compile(
    r"\d+(?: ?[%€])?|%|€"
    r"|\b(janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\b"
    r"|\b(articles?|arrêtés?|décrets?|lois?|règlements?|circulaires?|instructions? du|code d\w+)\b",
    re.IGNORECASE,
)


class BadPassage(ValueError):  # noqa: N818 - it names what to correct, for whoever writes an edition
    """Passages that cannot be read: every fault, one a line."""


def read(*paths: Path, own: Named | None = None) -> Passages:
    """The passages of these files, a later one over an earlier one of the same name; `BadPassage` with every fault.

    `own` holds the sources that the edition names in its own folder, beside the shared ones.
    """
    named = {**SHARED, **(own or {})}
    written: dict[str, Any] = {}
    homes: dict[str, str] = {}
    for path in paths:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        written |= given
        homes |= dict.fromkeys(given, f"{path.parent.name}/{path.name}")
    faults = [f"{homes[name]}, [{name}] : {fault}" for name in written for fault in _faults(name, written, named)]
    if faults:
        raise BadPassage("\n".join(faults))
    return {name: _passage(name, written, named) for name in written}


def _passage(name: str, written: Mapping[str, Any], named: Named) -> Passage:
    given = written[name]
    cites = _cites(given, named)
    inner = {each: _passage(each, written, named) for each in _names(given["text"])}
    for passage in inner.values():
        cites += tuple(each for each in passage.cites if each not in cites)
    ours = given.get("ours", not _own_words(given["text"])) and all(passage.ours for passage in inner.values())
    return Passage(given["text"].format_map(inner), cites=cites, ours=ours)


def _names(text: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", text)


def _own_words(text: str) -> str:
    """What is said beside the passages in braces."""
    return re.sub(r"\{\w+\}", " ", text).strip()


def _cites(given: Mapping[str, Any], named: Named) -> tuple[Citation, ...]:
    found = []
    for written in given.get("cites", ()):
        number, _, place = written.partition(" : ")
        found.append(named[number].at(place, unverified=given.get("unverified", "")))
    return tuple(found)


# ── what cannot be read ──────────────────────────────────────────────────────────────────────────────────────────


def _faults(name: str, written: Mapping[str, Any], named: Named) -> Iterable[str]:
    given = written[name]
    if not isinstance(given, dict) or not isinstance(given.get("text"), str) or not given["text"].strip():
        yield "une phrase s'écrit dans une table, avec « text », puis « cites » ou « ours = true »."
        return
    if unknown := given.keys() - FIELDS:
        yield f"champ inconnu : {', '.join(sorted(unknown))}."
    yield from _faults_of_names(name, written)
    yield from _faults_of_cites(given, named)
    cites, ours = given.get("cites"), given.get("ours") is True
    if cites and ours:
        yield "« cites » et « ours » à la fois : coupez la phrase en deux passages."
    elif _own_words(given["text"]) and not cites and not ours:
        yield "ni source, ni « ours = true » : citez ce que la phrase affirme."
    if given.get("unverified") and not cites:
        yield "« unverified » ne se rapporte à aucune source."
    if ours:
        yield from _faults_of_ours(_own_words(given["text"]))


def _faults_of_names(name: str, written: Mapping[str, Any]) -> Iterable[str]:
    waiting, seen = [name], set()
    while waiting:
        given = written[waiting.pop()]
        for each in _names(given["text"]) if isinstance(given, dict) and "text" in given else ():
            if each not in written:
                yield f"{{{each}}} n'est le nom d'aucun passage."
            elif each == name:
                yield f"{{{each}}} renvoie à lui-même."
            elif each not in seen:
                seen.add(each)
                waiting.append(each)


def _faults_of_cites(given: Mapping[str, Any], named: Named) -> Iterable[str]:
    for written in given.get("cites", ()):
        number, _, place = written.partition(" : ")
        if number not in named:
            yield f"source inconnue : « {number} ». Nommez-la dans rules/sources.py, ou dans le dossier de l'édition."
        elif not place.strip():
            yield f"« {written} » ne dit pas où : écrivez « {number} : l'endroit du texte »."


def _faults_of_ours(words: str) -> Iterable[str]:
    if not OUR_SUBJECT.search(words):
        yield "« ours » ne parle ni de ce service, ni de ce qui n'a pas été trouvé : citez une source."
    if stated := STATEMENT.search(YEAR_NOT_READ.sub("", words)):
        yield f"« ours » affirme quelque chose (« {stated.group(0)} ») : citez une source."
