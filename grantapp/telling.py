"""How the terminal tells a judgement, which desk to go to, one project by several editions."""

from itertools import groupby
from typing import Any

import click

from grantapp.domain.comparison import Comparison, RuleRow, State
from grantapp.domain.desk import Desk, Opening
from grantapp.domain.eligibility import Citation, Verdict
from grantapp.domain.judgement import Judgement
from grantapp.domain.orientation import Orientation
from grantapp.french import NBSP, PARIS, day, euros, listing, moment, plural, typeset

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


VERDICT_COLOURS = {
    "filed": "green",
    "assembled": "green",
    "replaced": "yellow",
    "altered": "red",
    "unknown": "cyan",
    "not_filed": "yellow",
}


def conclusion_word(conclusion: str) -> str:
    words, colour = CONCLUSIONS[conclusion]
    return click.style(words, fg=colour, bold=True)


def tell_judgement(judgement: Judgement) -> None:
    """The judgement as a person reads it in a terminal."""
    when = day(judgement.at.astimezone(PARIS).date())
    click.echo(conclusion_word(judgement.conclusion.value) + typeset(f" : {judgement.edition}, au {when}"))
    if judgement.is_refused_in_doubt:
        click.echo(typeset("À confirmer : demandez au service qui instruit avant de renoncer."))
    for verdict, heading in (
        (Verdict.NOT_MET, "Ce qui ne va pas"),
        (Verdict.UNKNOWN, "Ce qui reste à juger"),
        (Verdict.MET, "Ce qui est respecté"),
    ):
        found = judgement.of_verdict(verdict)
        if found:
            click.echo("\n" + click.style(f"{heading} ({len(found)})", bold=True))
        for each in found:
            severity = "" if each.severity.value == "blocking" else " (à signaler)"
            click.echo(typeset(f"  {each.rule} {each.title}{severity} : {each.sentence}"))
            if each.enough:
                answers = listing(f"« {other.label} » : {other.text}" for other in each.enough)
                click.echo(typeset(f"      Il suffirait de : {answers}"))
            _cite(each.citations)
    if judgement.company.size:
        click.echo("\n" + click.style(typeset(f"Taille : {judgement.company.size.label}"), bold=True))
    for each in judgement.reasonings:
        click.echo("\n" + click.style(each.title, bold=True) + typeset(f" : {each.sentence}"))
        for explained in each.lines:
            click.echo(f"  {explained}")
        _cite(each.citations)
    click.echo("\n" + click.style("Montants", bold=True))
    for line in judgement.aid.lines:
        amount = "—" if line.amount is None else euros(line.amount)
        click.echo(f"  {line.label}{NBSP}: {amount}")
        click.echo(click.style(f"      {line.explanation}", dim=True))
    for route in judgement.routes:
        click.echo("\n" + click.style(typeset(route.title), bold=True))
        for advice in route.advice:
            click.echo(typeset(f"  {advice}"))
    if judgement.unanswered:
        gaps = plural(len(judgement.unanswered), "réponse ou pièce manque", "réponses ou pièces manquent")
        click.echo(typeset(f"\n{gaps} pour déposer."))


def _cite(citations: tuple[Citation, ...]) -> None:
    for citation in citations:
        doubt = f" [règle à confirmer : {citation.note}]" if not citation.verified else ""
        click.echo(click.style(typeset(f"      {citation.text}, {citation.at}{doubt}"), dim=True))


def tell_orientation(orientation: Orientation, sentence: str) -> None:
    click.echo(click.style(sentence, bold=True))
    for note in orientation.notes:
        click.echo(f"  {note.text}")
        _cite(note.cites)
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


def tell_verdict(answer: Any) -> None:
    """Whether a file is what was filed: an answer of `services.verdict`, of which this floor knows only the shape."""
    click.echo(click.style(answer.verdict.word, fg=VERDICT_COLOURS[answer.verdict.value], bold=True))
    click.echo(answer.sentence)
    facts = [("Document", answer.document)] if answer.document else []
    if filed := answer.filed:
        facts += [
            ("Référence", f"{filed.reference}, version {filed.number}"),
            (
                "Assemblé le" if filed.is_assembly else "Déposé le",
                f"{moment(filed.deposited_at, seconds=True)} (heure de Paris)",
            ),
            ("Appel", f"{filed.edition} (règles : version {filed.edition_version})"),
            ("Code court", filed.short_code),
            ("Empreinte du contenu", filed.fingerprint),
        ]
    for label, value in (*facts, *answer.seen):
        click.echo(f"    {label}{NBSP}: {value}")
    for heading, sentences in (
        ("Que faire", answer.advice),
        ("Ce qui est établi", answer.proved),
        ("Ce qui ne l'est pas", answer.not_proved),
    ):
        if sentences:
            click.echo("\n" + click.style(typeset(heading), bold=True))
            for sentence in sentences:
                click.echo(f"  – {sentence}")
