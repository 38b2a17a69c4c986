"""« Ce qui a changé depuis la v1 », as it is printed: from the changes that the deposit froze, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grantapp import french
from grantapp.documents.ink import Ink, grouped
from grantapp.documents.report import CONCLUSIONS, VERDICTS
from grantapp.domain.changes import excerpts, in_short

LONGEST_WHOLE = 240  # characters: past this, of two texts only what differs is shown
ROWS = {"added": "Ajoutée", "removed": "Retirée", "changed": "Changée"}
FILES = {"added": "Ajouté", "removed": "Retiré", "replaced": "Remplacé", "renamed": "Renommé"}


@dataclass(frozen=True)
class PrintedChange:
    """One line of a table: what it is about, before, after, and how far it moved."""

    label: str
    note: str  # in small under the label
    before: str | None
    after: str | None
    delta: str | None = None


@dataclass(frozen=True)
class PrintedRow:
    """A row that came, went or changed; its changes stand under its title."""

    title: str
    note: str
    cells: tuple[PrintedChange, ...]


@dataclass(frozen=True)
class PrintedTable:
    anchor: str
    label: str
    rows: tuple[PrintedRow, ...]
    totals: tuple[PrintedChange, ...]


@dataclass(frozen=True)
class PrintedChanges:
    """What the template is given. `previous` is the number of the version before."""

    previous: int
    previous_at: str
    previous_fingerprint: tuple[str, ...]  # in groups of eight
    number: int
    in_short: str
    fields: tuple[PrintedChange, ...]
    tables: tuple[PrintedTable, ...]
    files: tuple[PrintedChange, ...]
    conclusion: str
    rules: str  # empty when the edition and its rules are the same
    amounts: tuple[PrintedChange, ...]
    verdicts: tuple[PrintedChange, ...]
    replaced: tuple[str, ...]


def printed_changes(content: Mapping[str, Any]) -> PrintedChanges | None:
    """None for a first version, and for one that was filed before changes were kept."""
    previous, found = content.get("previous"), content.get("changes")
    if not previous or not found:
        return None
    ink = Ink()
    return PrintedChanges(
        previous=previous["number"],
        previous_at=french.moment(datetime.fromisoformat(previous["deposited_at"])),
        previous_fingerprint=grouped(previous["fingerprint"]),
        number=content["number"],
        in_short=in_short(found) or "aucune réponse",
        fields=tuple(_field(each, ink) for each in found["fields"]),
        tables=tuple(_table(each, ink) for each in found["tables"]),
        files=tuple(_file(each, ink) for each in found["pieces"]),
        conclusion=_conclusion(found["conclusion"]),
        rules=_rules(found["edition"], found["rules"]),
        amounts=tuple(
            PrintedChange(each["label"], "", each["before"] or "inconnu", each["after"] or "inconnu", each["delta"])
            for each in found["amounts"]
        ),
        verdicts=tuple(_verdict(each, ink) for each in found["verdicts"]),
        replaced=tuple(sorted(ink.replaced)),
    )


def _field(found: Mapping[str, Any], ink: Ink) -> PrintedChange:
    before, after = found["before"], found["after"]
    if before and after and max(len(before), len(after)) > LONGEST_WHOLE:
        before, after = excerpts(before, after)
    return PrintedChange(
        label=found["label"],
        note=found["section"],
        before=_said(before, ink) if found["was_asked"] else "question non posée",
        after=_said(after, ink) if found["is_asked"] else "question non posée",
        delta=found["delta"],
    )


def _said(text: str | None, ink: Ink) -> str | None:
    return None if text is None else ink.text(text)


def _table(found: Mapping[str, Any], ink: Ink) -> PrintedTable:
    return PrintedTable(
        anchor=found["anchor"],
        label=found["label"],
        rows=tuple(_row(each, ink) for each in found["rows"]),
        totals=tuple(
            PrintedChange(f"Total, {each['label'].lower()}", "", each["before"], each["after"], each["delta"])
            for each in found["totals"]
        ),
    )


def _row(found: Mapping[str, Any], ink: Ink) -> PrintedRow:
    cells = tuple(
        PrintedChange(each["label"], "", _said(each["before"], ink), _said(each["after"], ink), each["delta"])
        for each in found["cells"]
    )
    title = french.typeset(f"{ROWS[found['what']]} : ") + ink.text(found["title"])
    return PrintedRow(title, french.typeset(_place(found)), cells)


def _place(found: Mapping[str, Any]) -> str:
    """Where the row stands, and how it was recognised from one version to the other."""
    if found["what"] == "added":
        return f"ligne {found['is_row']}"
    if found["what"] == "removed":
        return f"était la ligne {found['was_row']}"
    moved = "" if found["was_row"] == found["is_row"] else f", devenue la ligne {found['is_row']}"
    by = found["matched_by"]
    how = {"ressemblance": "rapprochée par ressemblance", "place": "rapprochée par sa place"}
    return f"ligne {found['was_row']}{moved} ; {how.get(by, f'reconnue par « {by} »')}"


def _file(found: Mapping[str, Any], ink: Ink) -> PrintedChange:
    before, after = (_named(found[side], ink) for side in ("before", "after"))
    return PrintedChange(found["label"], FILES[found["what"]], before, after)


def _named(file: Mapping[str, Any] | None, ink: Ink) -> str | None:
    """A file by its name, its size and its fingerprint, each on its line."""
    if file is None:
        return None
    return "\n".join((ink.text(file["name"]), french.size(file["size"]), " ".join(grouped(file["sha256"]))))


def _conclusion(turn: Mapping[str, str] | None) -> str:
    if turn is None:
        return "La conclusion est la même."
    before, after = (CONCLUSIONS[turn[side]].lower() for side in ("before", "after"))
    return french.typeset(f"La conclusion passe de « {before} » à « {after} ».")


def _rules(edition: Mapping[str, str] | None, rules: Mapping[str, str] | None) -> str:
    said = []
    if edition:
        said.append(f"L'édition change : « {edition['before']} », puis « {edition['after']} ».")
    if rules:
        said.append(f"Les règles ne sont plus les mêmes : version {rules['before']}, puis version {rules['after']}.")
    return french.typeset(" ".join(said))


def _verdict(found: Mapping[str, Any], ink: Ink) -> PrintedChange:
    before, after = (VERDICTS[found[side]].lower() if found[side] else "sans objet" for side in ("before", "after"))
    note = ink.text(found["sentence"]) if found["after"] else ""
    return PrintedChange(f"{found['rule']}{french.NBSP}{found['title']}", note, before, after)
