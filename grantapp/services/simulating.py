"""What if? Pure reads over a draft: nothing here is ever saved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from grantapp.domain.aid import paired
from grantapp.domain.comparison import compare
from grantapp.domain.desk import desks, edition_for
from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import Finding, Severity, Verdict
from grantapp.domain.judgement import Judgement, judge
from grantapp.domain.orientation import orient
from grantapp.domain.people import Person
from grantapp.domain.project import section_named
from grantapp.domain.sensitivity import deciding_answers
from grantapp.domain.wizard import asked_steps
from grantapp.editions import all_editions
from grantapp.french import typeset
from grantapp.services import drafting, reading
from grantapp.services.orienting import project_from
from grantapp.services.trial_pages import (
    Amounts,
    Change,
    ComparisonPage,
    DecidingPage,
    OtherDayPage,
    PrecheckPage,
    Supposition,
    SuppositionsPage,
    WhatIfPage,
)

# What people most want to try, and what they learn from it.
TO_TRY = {
    "expenditure": "Un poste de plus, un coût plus élevé ou plus bas : l'assiette, le déficit et les plafonds suivent.",
    "funding": "Une recette, un cofinancement, une aide demandée autre : le plan reste-t-il équilibré ?",
    "size": "Des effectifs ou des comptes différents, une entreprise liée de plus : votre taille change-t-elle ?",
    "schedule": "Un contrat signé plus tôt ou plus tard, des travaux qui commencent ou finissent un autre jour.",
}
MOST_COLUMNS = 4  # editions compared when nobody chose; more are hard to read side by side


def deciding(session: Session, reference: str, *, now: datetime, by: Person) -> DecidingPage:
    """« Ce qui décide » : the answers of which another one would change the conclusion."""
    overview = drafting.overview(session, reference, now=now, by=by)
    edition, project, at = drafting.judged(session, reference, now=now, by=by)
    effects = deciding_answers(edition, project, at)
    by_question = groupby(effects, key=lambda effect: effect.change.anchor)  # they come in the order of the questions
    return DecidingPage(
        head=overview.head,
        judgement=overview.judgement,
        questions=tuple(tuple(others) for _, others in by_question),
    )


# ── other answers, another day ───────────────────────────────────────────────────────────────────────────────────


def suppositions(session: Session, reference: str, *, now: datetime, by: Person) -> SuppositionsPage:
    """What may be tried on this dossier: the steps it goes through, those that move amounts and dates first."""
    overview = drafting.overview(session, reference, now=now, by=by)
    edition, project, _ = drafting.judged(session, reference, now=now, by=by)
    asked = asked_steps(edition, project)
    return SuppositionsPage(
        head=overview.head,
        judgement=overview.judgement,
        first=tuple(
            Supposition(section_named(name), typeset(sentence))
            for name, sentence in TO_TRY.items()
            if section_named(name) in asked
        ),
        others=tuple(step for step in asked if step.name not in {*TO_TRY, reading.PIECES}),
    )


def what_if(
    session: Session, reference: str, name: str, answers: Mapping[str, object], *, now: datetime, by: Person
) -> WhatIfPage:
    """One section with other answers, beside the dossier as it is saved."""
    today = drafting.step_page(session, reference, name, now=now, by=by)
    supposed = drafting.preview(session, reference, name, answers, now=now, by=by)
    return WhatIfPage(today, supposed, _change(today.judgement, supposed.judgement))


def filed_another_day(session: Session, reference: str, at: datetime, *, now: datetime, by: Person) -> OtherDayPage:
    """The dossier as it is saved, filed at another instant, beside today."""
    overview = drafting.overview(session, reference, now=now, by=by)
    edition, project, _ = drafting.judged(session, reference, now=now, by=by)
    return OtherDayPage(
        head=overview.head,
        at=at,
        change=_change(overview.judgement, judge(edition, project, at)),
        advice=orient(all_editions(), project, at).sentence(now),
    )


def _change(today: Judgement, supposed: Judgement) -> Change:
    before = {each.rule: each for each in today.findings}
    after = {each.rule: each for each in supposed.findings}
    flipped = tuple(
        (before.get(code), after.get(code))
        for code in dict.fromkeys([*before, *after])
        if _verdict(before.get(code)) is not _verdict(after.get(code))
    )
    amounts = tuple(
        Amounts(line.label, line.amount, other.amount)
        for line, other in paired(today.aid, supposed.aid)
        if line.amount is not None or other.amount is not None
    )
    return Change(today=today, supposed=supposed, amounts=amounts, flipped=flipped)


def _verdict(finding: Finding | None) -> Verdict | None:
    return finding.verdict if finding else None


# ── another edition ──────────────────────────────────────────────────────────────────────────────────────────────


def side_by_side(
    session: Session, reference: str, chosen: Collection[str], *, by_date: bool, now: datetime, by: Person
) -> ComparisonPage:
    """The dossier by the editions `chosen` (slugs), else by its own and the first desk of each other call. On the
    merits, unless `by_date`.
    """
    head = drafting.overview(session, reference, now=now, by=by).head
    edition, project, at = drafting.judged(session, reference, now=now, by=by)
    in_order = [desk.edition for desk in desks(all_editions(), project, at)]
    offered = (edition, *(each for each in in_order if each is not edition))
    wanted = [each for each in offered if each.slug in chosen] or _one_of_each_call(offered)
    return ComparisonPage(head=head, comparison=compare(wanted, project, at, by_date=by_date), offered=offered)


def _one_of_each_call(editions: Sequence[Edition]) -> list[Edition]:
    """The first of each call; while there is one call only, its first editions."""
    first = {edition.call: edition for edition in reversed(editions)}
    kept = [edition for edition in editions if first[edition.call] is edition]
    return kept[:MOST_COLUMNS] if len(kept) > 1 else list(editions[:MOST_COLUMNS])


# ── a few answers ────────────────────────────────────────────────────────────────────────────────────────────────


def precheck(answers: drafting.Answers, *, now: datetime) -> PrecheckPage:
    """What five answers already say, by the edition that comes first for them, else by the last that was open."""
    project = project_from(answers)
    ranked = desks(all_editions(), project, now)
    edition = edition_for(ranked)
    judgement = judge(edition, project, now)
    return PrecheckPage(
        edition=edition,
        is_open=edition.window.is_open(now),
        judgement=judgement,
        refusals=tuple(each for each in judgement.of_verdict(Verdict.NOT_MET) if each.severity is Severity.BLOCKING),
        met=judgement.of_verdict(Verdict.MET),
        refusing=tuple(desk for desk in ranked if desk.is_open and desk.refuses and desk.edition is not edition),
    )
