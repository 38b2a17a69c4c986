"""Which answers decide: what one other answer would change, and the least that would turn a refusal into a pass.

Only answers chosen from a list are tried (yes or no, one of several): an amount or a date has too many others, and
the sentence of the rule already says its threshold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from grantapp.domain.answer import as_text
from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import (
    AnyRule,
    Conclusion,
    Facts,
    Finding,
    OtherAnswer,
    Severity,
    Verdict,
    conclude,
    evaluate,
)
from grantapp.domain.facts import facts_for
from grantapp.domain.project import Project, anchors, is_anchor, question_at
from grantapp.domain.question import Kind, all_hold

MOST_CHANGES = 2  # « il suffirait de » says no more than two things


@dataclass(frozen=True)
class Effect:
    """What one other answer would do: the conclusion it leads to, and the rules whose verdict it changes."""

    today: str
    change: OtherAnswer
    conclusion: Conclusion
    flipped: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The flipped rules that make the conclusion: those that block, unless it is a rule met that saves it."""
        blocking = tuple(
            each for each in self.flipped if each.severity is Severity.BLOCKING and each.verdict is not Verdict.MET
        )
        return blocking or self.flipped


def other_answers(anchor: str, answer: object) -> Iterator[OtherAnswer]:
    """The other answers that a question allows, when they can be listed."""
    question = question_at(anchor)
    others: tuple[object, ...] = ()
    if question.kind is Kind.YES_NO:
        others = (True, False)
    elif question.kind is Kind.ONE_OF:
        others = tuple(question.choices or ())
    for other in others:
        if other != answer:
            yield OtherAnswer(anchor, other, as_text(question, other) or "")


def deciding_answers(edition: Edition, project: Project, at: datetime) -> tuple[Effect, ...]:
    """The answers of which another one would change the conclusion, in the order of the questions."""
    facts = facts_for(edition, project, at)
    before = evaluate(edition.rules, facts)
    conclusion, verdicts = conclude(before), {each.rule: each.verdict for each in before}
    effects = []
    for anchor in anchors():
        answer = facts.get(anchor) if _is_listed(anchor) else None
        if answer is None:
            continue
        for change in other_answers(anchor, answer):
            changed = project.with_answers({anchor: change.value})
            after = evaluate(edition.rules, facts_for(edition, changed, at))
            if conclude(after) is not conclusion:
                flipped = tuple(each for each in after if verdicts.get(each.rule) is not each.verdict)
                today = as_text(question_at(anchor), answer) or ""
                effects.append(Effect(today, change, conclude(after), flipped))
    return tuple(effects)


def enough(rule: AnyRule, facts: Facts) -> tuple[OtherAnswer, ...]:
    """The fewest other answers with which a rule that is not met would be; none when no one or two of them do it."""
    if all_hold(rule.applies, facts) is not True or rule.judge(facts).verdict is not Verdict.NOT_MET:
        return ()
    listed = [need for need in rule.all_needs if _is_listed(need)]
    for count in range(1, MOST_CHANGES + 1):
        for chosen in combinations(listed, count):
            for changes in _products(chosen, facts):
                if rule.judge({**facts, **{each.anchor: each.value for each in changes}}).verdict is Verdict.MET:
                    return changes
    return ()


def _products(chosen: tuple[str, ...], facts: Facts) -> Iterator[tuple[OtherAnswer, ...]]:
    if not chosen:
        yield ()
        return
    for change in other_answers(chosen[0], facts.get(chosen[0])):
        for rest in _products(chosen[1:], facts):
            yield (change, *rest)


def _is_listed(anchor: str) -> bool:
    """A question of its own (no column of a table) whose answers can be listed."""
    return anchor.count(".") == 1 and is_anchor(anchor) and question_at(anchor).kind in (Kind.YES_NO, Kind.ONE_OF)
