"""How the terminal tells what is no plain list: which desk to go to, one project by several editions."""

from itertools import groupby

import click

from grantapp.domain.comparison import Comparison, RuleRow, State
from grantapp.domain.desk import Desk, Opening
from grantapp.domain.orientation import Orientation
from grantapp.french import day, euros, listing, typeset

CONCLUSIONS = {
    "eligible": ("Éligible", "green"),
    "conditional": ("Éligible sous réserve", "yellow"),
    "ineligible": ("Non éligible", "red"),
    "undetermined": ("Indéterminé", "cyan"),
}
STATES = {
    State.NOT_MET: "non respectée",
    State.WARNING: "à signaler",
    State.UNKNOWN: "à juger",
    State.MET: "respectée",
    State.NOT_APPLICABLE: "ne s'applique pas",
    State.ABSENT: "pas dans cette édition",
}


def conclusion_word(conclusion: str) -> str:
    words, colour = CONCLUSIONS[conclusion]
    return click.style(words, fg=colour, bold=True)


def tell_orientation(orientation: Orientation, sentence: str) -> None:
    click.echo(click.style(sentence, bold=True))
    for note in orientation.notes:
        click.echo(f"  {note.text}")
        for citation in note.cites:
            doubt = f" [règle à confirmer : {citation.note}]" if not citation.verified else ""
            click.echo(click.style(typeset(f"      {citation.text}, {citation.at}{doubt}"), dim=True))
    for heading, found in (
        ("Ouverts, dans l'ordre où s'y présenter", orientation.open),
        ("Pas encore ouverts", orientation.to_come),
        ("Clos", orientation.closed),
    ):
        if found:
            click.echo("\n" + click.style(typeset(f"{heading} ({len(found)})"), bold=True))
        for desk in found:
            _tell_desk(desk)


def _tell_desk(desk: Desk) -> None:
    click.echo(typeset(f"  {desk.edition.id} : {desk.edition.title}, {_dates(desk)}"))
    reasons = listing(f"{each.rule} {each.title}" for each in desk.refusals)
    because = f" ({reasons})" if reasons else ""
    click.echo(
        typeset("      Dates mises à part : ") + conclusion_word(desk.judgement.conclusion.value) + typeset(because)
    )
    if desk.successor:
        click.echo(typeset(f"      À sa place, ce jour-là : {desk.successor.id}"))


def _dates(desk: Desk) -> str:
    told = {
        Opening.OPEN: f"jusqu'au {day(desk.window.closes_on)}",
        Opening.TO_COME: f"ouvre le {day(desk.window.opens_on)}",
        Opening.CLOSED: f"clos depuis le {day(desk.window.closes_on)}",
    }[desk.opening]
    return f"{told} (d'autres dates dans certaines régions)" if desk.region_decides else told


def tell_comparison(comparison: Comparison) -> None:
    """What differs, rule by rule: several editions side by side would not fit in a terminal."""
    how = "dates comprises" if comparison.by_date else "sans les dates de dépôt"
    click.echo(click.style(typeset(f"Un projet, {len(comparison.editions)} éditions, {how}"), bold=True))
    for edition, judgement in zip(comparison.editions, comparison.judgements, strict=True):
        click.echo(typeset(f"  {edition.id} : ") + conclusion_word(judgement.conclusion.value))
    click.echo("\n" + click.style(typeset(f"Ce qui diffère ({len(comparison.differing)})"), bold=True))
    for row in comparison.differing:
        click.echo(typeset(f"  {row.rule} {row.title}"))
        for state, names in _by_state(comparison, row):
            click.echo(typeset(f"      {STATES[state]} : {listing(names)}"))
    alike = len(comparison.rules) - len(comparison.differing)
    click.echo(typeset(f"\nLes {alike} autres règles ne séparent pas ces éditions pour ce projet."))
    click.echo("\n" + click.style("Montants", bold=True))
    for amounts in comparison.amounts:
        told = [
            (edition.id, "—" if amount is None else euros(amount))
            for edition, amount in zip(comparison.editions, amounts.amounts, strict=True)
        ]
        if amounts.differs:
            click.echo(typeset(f"  {amounts.label} : ") + ", ".join(typeset(f"{name} : {text}") for name, text in told))
        else:
            click.echo(typeset(f"  {amounts.label} : {told[0][1]} partout"))


def _by_state(comparison: Comparison, row: RuleRow) -> list[tuple[State, list[str]]]:
    order = list(STATES)
    found = sorted(
        ((cell, edition.id) for cell, edition in zip(row.cells, comparison.editions, strict=True)),
        key=lambda each: order.index(each[0].state),
    )
    return [
        (state, [f"{name} (à confirmer)" if cell.is_to_confirm else name for cell, name in group])
        for state, group in groupby(found, key=lambda each: each[0].state)
    ]
