"""A project judged by an edition at an instant: findings, conclusion, amounts, size, computations, what is missing."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from grantapp.domain.aid import Aid, AidLine, statement
from grantapp.domain.company import Company, company_of
from grantapp.domain.cumulation import cumulation_of
from grantapp.domain.de_minimis import de_minimis_of
from grantapp.domain.difficulty import difficulty_of
from grantapp.domain.edition import Edition, Route
from grantapp.domain.eligibility import (
    Citation,
    Conclusion,
    Facts,
    Finding,
    Verdict,
    about_the_date,
    conclude,
    evaluate,
)
from grantapp.domain.facts import facts_for
from grantapp.domain.group_picture import Node
from grantapp.domain.project import Project
from grantapp.domain.question import all_hold
from grantapp.domain.reasoning import Reasoning
from grantapp.domain.sensitivity import enough
from grantapp.domain.wizard import Gap, gaps
from grantapp.domain.work_start import work_start_of


@dataclass(frozen=True)
class Judgement:
    edition: str
    version: str
    at: datetime
    conclusion: Conclusion
    findings: tuple[Finding, ...]
    aid: Aid
    company: Company
    reasonings: tuple[Reasoning, ...]
    unanswered: tuple[Gap, ...]
    routes: tuple[Route, ...]

    def of_verdict(self, verdict: Verdict) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.verdict is verdict)


def judge(edition: Edition, project: Project, at: datetime) -> Judgement:
    """A pure reading: nothing is stored, so a verdict can never be stale. `at` is aware; the caller's clock."""
    facts = facts_for(edition, project, at)
    rules = {rule.code: rule for rule in edition.rules}
    findings = tuple(replace(each, enough=enough(rules[each.rule], facts)) for each in evaluate(edition.rules, facts))
    aid = statement(edition.aid, facts)
    return Judgement(
        edition=edition.id,
        version=edition.version,
        at=at,
        conclusion=conclude(findings),
        findings=findings,
        aid=aid,
        company=company_of(facts),
        reasonings=_reasonings(edition, facts, aid),
        unanswered=gaps(edition, project),
        routes=tuple(route for route in edition.routes if _is_open(route, facts, findings)),
    )


def judge_on_merits(edition: Edition, project: Project, at: datetime) -> Judgement:
    """The project by this edition as if its door were open: the rules that are about the date alone are left out.

    What else reads the instant (a contract signed before filing, the age of a firm) is judged at `at`, the same for
    every edition: two of them then differ by their rules, never by the day (docs/decisions/0007-on-the-merits.md).
    """
    return judge(replace(edition, rules=tuple(each for each in edition.rules if not about_the_date(each))), project, at)


def _reasonings(edition: Edition, facts: Facts, aid: Aid) -> tuple[Reasoning, ...]:
    """The computations about what this edition asks."""
    difficulty = difficulty_of(facts)
    explained: tuple[Reasoning, ...] = (
        difficulty,
        de_minimis_of(facts, difficulty),
        cumulation_of(facts, aid.amount("eligible_base")),
        work_start_of(facts),
    )
    return tuple(each for each in explained if each.section in edition.steps)


def _is_open(route: Route, facts: Facts, findings: tuple[Finding, ...]) -> bool:
    named = [each for each in findings if each.rule in route.unless_met]
    if route.unless_met and all(each.verdict is Verdict.MET for each in named):
        return False
    return all_hold(route.applies, facts) is True


def as_json(judgement: Judgement) -> dict[str, object]:
    """The published form: `grantapp check --json`, the deposit and, later, the file embedded in the PDF."""
    return {
        "edition": judgement.edition,
        "version": judgement.version,
        "on": judgement.at.isoformat(),
        "conclusion": judgement.conclusion.value,
        "findings": [
            {
                "rule": each.rule,
                "slug": each.slug,
                "title": each.title,
                "verdict": each.verdict.value,
                "severity": each.severity.value,
                "sentence": each.sentence,
                "missing": list(each.missing),
                "enough": [{"anchor": other.anchor, "label": other.label, "text": other.text} for other in each.enough],
                "citations": citations_as_json(each.citations),
            }
            for each in judgement.findings
        ],
        "aid": [_aid_line(line) for line in judgement.aid.lines],
        "company": {
            "size": judgement.company.size.value if judgement.company.size else None,
            "headcount": _text(judgement.company.headcount),
            "turnover": _text(judgement.company.turnover),
            "balance_total": _text(judgement.company.balance_total),
            "lines": list(judgement.company.lines),
            "missing": list(judgement.company.missing),
            "group": [_node(node) for node in judgement.company.group],
            "citations": citations_as_json(judgement.company.citations),
        },
        "computations": [_computation(each) for each in judgement.reasonings],
        "unanswered": [gap.anchor for gap in judgement.unanswered],
        "routes": [
            {
                "code": route.code,
                "title": route.title,
                "advice": list(route.advice),
                "citations": citations_as_json(route.cites),
            }
            for route in judgement.routes
        ],
    }


def citations_as_json(citations: tuple[Citation, ...]) -> list[dict[str, object]]:
    return [
        {"text": each.text, "at": each.at, "url": each.url, "verified": each.verified, "note": each.note}
        for each in citations
    ]


def _node(node: Node) -> dict[str, object]:
    return {
        "name": node.name,
        "ties": [{"attached_to": tie.attached_to, "text": tie.text} for tie in node.ties],
        "count": node.count.value,
        "share": _text(node.share),
        "reason": node.reason,
    }


def _computation(reasoning: Reasoning) -> dict[str, object]:
    return {
        "code": reasoning.code,
        "section": reasoning.section,
        "title": reasoning.title,
        "sentence": reasoning.sentence,
        "lines": list(reasoning.lines),
        "values": {name: _plain(value) for name, value in reasoning.values.items()},
        "missing": list(reasoning.missing),
        "citations": citations_as_json(reasoning.citations),
    }


def _plain(value: object) -> object:
    """A result as JSON holds it: amounts as exact text, days as in a project file."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _aid_line(line: AidLine) -> dict[str, object]:
    return {
        "code": line.code,
        "label": line.label,
        "amount": _text(line.amount),
        "explanation": line.explanation,
        "citations": citations_as_json(line.citations),
    }


def _text(value: object) -> str | None:
    return None if value is None else f"{value:f}"
