"""What if? Pure reads over a draft: nothing here is ever saved."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from grantapp.domain.aid import paired
from grantapp.domain.eligibility import Finding, Severity, Verdict
from grantapp.domain.judgement import judge
from grantapp.domain.people import Person
from grantapp.domain.project_file import FORMAT, load
from grantapp.domain.sensitivity import deciding_answers
from grantapp.editions import all_editions, open_on
from grantapp.services import drafting
from grantapp.services.pages import Amounts, DecidingPage, PrecheckPage, WhatIfPage


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


def what_if(
    session: Session, reference: str, name: str, answers: Mapping[str, object], *, now: datetime, by: Person
) -> WhatIfPage:
    """One section with other answers, beside the dossier as it is saved."""
    today = drafting.step_page(session, reference, name, now=now, by=by)
    supposed = drafting.preview(session, reference, name, answers, now=now, by=by)
    before = {each.rule: each for each in today.judgement.findings}
    after = {each.rule: each for each in supposed.judgement.findings}
    codes = dict.fromkeys([*before, *after])
    flipped = tuple(
        (before.get(code), after.get(code))
        for code in codes
        if _verdict(before.get(code)) is not _verdict(after.get(code))
    )
    amounts = tuple(
        Amounts(line.label, line.amount, other.amount)
        for line, other in paired(today.judgement.aid, supposed.judgement.aid)
        if line.amount is not None or other.amount is not None
    )
    return WhatIfPage(today=today, supposed=supposed, amounts=amounts, flipped=flipped)


def _verdict(finding: Finding | None) -> Verdict | None:
    return finding.verdict if finding else None


# Five questions that anybody can answer, and that refuse most of what will be refused.
PRECHECK = (
    "organisation.legal_form",
    "request.site_found",
    "history.status",
    "pollution.treatment_needed",
    "schedule.has_contracts",
)


def precheck(answers: drafting.Answers, *, now: datetime) -> PrecheckPage:
    """What five answers already say, by the edition that is open, else by the last one. No account, nothing kept."""
    edition = (open_on(now) or all_editions())[-1]
    project, _, _ = load({"grantapp": FORMAT, **answers})
    judgement = judge(edition, project, now)
    return PrecheckPage(
        edition=edition,
        is_open=edition.window.is_open(now),
        judgement=judgement,
        refusals=tuple(each for each in judgement.of_verdict(Verdict.NOT_MET) if each.severity is Severity.BLOCKING),
        met=judgement.of_verdict(Verdict.MET),
    )
