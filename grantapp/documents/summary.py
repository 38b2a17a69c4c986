"""The summary sheet: what a reviewer wants to know first, on one page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grantapp import french
from grantapp.documents.ink import Ink

Rows = tuple[tuple[str, tuple[str, ...]], ...]
# The two columns of the sheet, their groups, and the answers they show. The wording is shorter than the question's,
# which stands with the whole answer further on.
KEY_ANSWERS: tuple[tuple[tuple[str, Rows], ...], ...] = (
    (
        (
            "Qui",
            (
                ("Porteur", ("organisation.name",)),
                ("SIRET", ("organisation.siret",)),
                ("Forme juridique", ("organisation.legal_form",)),
                ("Au titre de", ("organisation.category",)),
                ("Représentant", ("organisation.representative", "organisation.representative_role")),
                ("Courriel", ("organisation.email",)),
                ("Pour qui", ("request.behalf",)),
                ("Adhérentes", ("members.firms",)),
            ),
        ),
        (
            "Où",
            (
                ("Site", ("site.name",)),
                ("Adresse", ("site.address", "site.postcode", "site.town")),
                ("Parcelles", ("site.parcels",)),
                ("Terrain", ("site.area_m2",)),
                ("Bâtiments existants", ("site.built_area_m2",)),
                ("Passé du site", ("history.status",)),
                ("Maîtrise du terrain", ("schedule.land_control",)),
            ),
        ),
    ),
    (
        (
            "Quoi",
            (
                ("Demande", ("request.kind",)),
                ("Usage futur", ("plan.uses",)),
                ("Bâtiments", ("plan.building_action",)),
                ("Surface de plancher", ("plan.floor_area_m2",)),
                ("Pollution", ("pollution.pollutants",)),
                ("Urbanisme", ("plan.planning_document",)),
                ("Projet conforme", ("plan.planning_compatible",)),
                ("Emplois créés", ("plan.jobs_created",)),
                ("Emplois maintenus", ("plan.jobs_kept",)),
            ),
        ),
        (
            "Quand",
            (
                ("Plan de gestion", ("pollution.management_plan_on",)),
                ("Début prévu", ("schedule.starts_on",)),
                ("Fin prévue", ("schedule.ends_on",)),
                ("Contrats déjà signés", ("schedule.has_contracts",)),
            ),
        ),
    ),
)
LONGEST = 56  # characters: past this an answer is cut, so that the sheet holds on one page


@dataclass(frozen=True)
class KeyFact:
    label: str
    text: str | None


@dataclass(frozen=True)
class KeyFacts:
    heading: str
    facts: tuple[KeyFact, ...]


def key_facts(answers: Mapping[str, Mapping[str, Any]], ink: Ink) -> tuple[tuple[KeyFacts, ...], ...]:
    """The facts of each column, from the answers by anchor: only what this project was asked."""
    return tuple(tuple(_column(groups, answers, ink)) for groups in KEY_ANSWERS)


def _column(
    groups: tuple[tuple[str, Rows], ...], answers: Mapping[str, Mapping[str, Any]], ink: Ink
) -> Iterator[KeyFacts]:
    for heading, rows in groups:
        facts = []
        for label, anchors in rows:
            asked = [answers[anchor] for anchor in anchors if anchor in answers]
            given = [text for answer in asked if (text := _in_short(answer))]
            if asked:
                facts.append(KeyFact(label, ink.text(shortened(", ".join(given), LONGEST)) if given else None))
        if facts:
            yield KeyFacts(heading, tuple(facts))


def _in_short(answer: Mapping[str, Any]) -> str | None:
    """The text of an answer; for a table, the number of its rows."""
    if answer["kind"] == "table":
        return french.number(len(answer["rows"])) if answer["rows"] else None
    return answer.get("text")


def shortened(text: str, most: int) -> str:
    """The text on one line, cut after a word with « … » when it is longer than `most` characters."""
    line = re.sub(r"[ \t\n]+", " ", text).strip()
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[most // 2 :] else cut}…"
