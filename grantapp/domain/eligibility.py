"""How a rule concludes: met, not met, or unknown with the missing questions; and how findings make a conclusion.

A rule declares the facts it **needs** and is then given them, never `None`. It looks at nothing else.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grantapp.domain.derived import DERIVED, FILED_AT, GAPS, REGION
from grantapp.domain.project import conditions_of, is_anchor, question_at
from grantapp.domain.question import Kind, When, all_hold
from grantapp.french import listing, number, typeset

Facts = Mapping[str, object]

MOST_NAMED, FIRST_NAMED = 10, 3  # past ten questions, a sentence names the first three and counts the others


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Citation:
    """Where a rule comes from. When it was not verified for this edition, `note` says why, and the reader sees it."""

    text: str
    at: str
    url: str
    verified: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("text", "at", "note"):
            object.__setattr__(self, name, typeset(getattr(self, name)))


@dataclass(frozen=True)
class OtherAnswer:
    """Another answer to one question, as a value and as a French reader sees it."""

    anchor: str
    value: object
    text: str

    @property
    def label(self) -> str:
        return question_at(self.anchor).label


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    sentence: str
    missing: tuple[str, ...] = ()


def met(sentence: str) -> Outcome:
    return Outcome(Verdict.MET, typeset(sentence))


def not_met(sentence: str) -> Outcome:
    """A refusal; its sentence says what would be enough."""
    return Outcome(Verdict.NOT_MET, typeset(sentence))


def unknown(missing: Iterable[str], facts: Facts | None = None) -> Outcome:
    """What cannot be judged yet, naming the questions; without a plot, the plot is what is missing."""
    anchors = tuple(dict.fromkeys(missing))
    if facts and facts.get("request.site_found") is False and any(_is_about_the_plot(anchor) for anchor in anchors):
        return Outcome(Verdict.UNKNOWN, typeset("À juger quand un terrain sera trouvé."), anchors)
    labels = list(dict.fromkeys(_spoken(anchor) for anchor in anchors))
    if len(labels) > MOST_NAMED:
        labels = [*labels[:FIRST_NAMED], f"{number(len(labels) - FIRST_NAMED)} autres réponses"]
    return Outcome(Verdict.UNKNOWN, typeset(f"À juger : il manque {listing(labels)}."), anchors)


def _is_about_the_plot(anchor: str) -> bool:
    return is_anchor(anchor) and any(each.anchor == "request.site_found" for each in conditions_of(anchor))


def _spoken(anchor: str) -> str:
    """A question as it is named in a sentence; the column of a table with its table."""
    if anchor in DERIVED:
        return DERIVED[anchor].label
    table = anchor.rpartition(".")[0]
    label = question_at(anchor).label
    return f"« {question_at(table).label} : {label} »" if is_anchor(table) else f"« {label} »"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One clause as a function over plain values. `code` is the rule's number in our table, `slug` its anchor."""

    code: str
    slug: str
    title: str
    needs: tuple[str, ...]
    cites: tuple[Citation, ...]
    check: Callable[..., Outcome]
    severity: Severity = Severity.BLOCKING
    applies: tuple[When, ...] = ()

    def judge(self, facts: Facts) -> Outcome:
        missing = to_open(self.needs, facts)
        return unknown(missing) if missing else self.check(*(facts[need] for need in self.needs))

    @property
    def all_needs(self) -> tuple[str, ...]:
        return self.needs

    @property
    def anchors(self) -> tuple[str, ...]:
        return _questions_behind(self.all_needs)


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A clause read off a computation that the applicant is shown too, so that both say the same.

    It is given all the facts, and may conclude while some of its `needs` are missing.
    """

    code: str
    slug: str
    title: str
    needs: tuple[str, ...]
    cites: tuple[Citation, ...]
    judge: Callable[[Facts], Outcome]
    severity: Severity = Severity.BLOCKING
    applies: tuple[When, ...] = ()

    @property
    def all_needs(self) -> tuple[str, ...]:
        return self.needs

    @property
    def anchors(self) -> tuple[str, ...]:
        return _questions_behind(self.all_needs)


def to_open(needs: Iterable[str], facts: Facts) -> tuple[str, ...]:
    """The questions to open for those of these facts that are missing: themselves, or those they are derived from."""
    return tuple(anchor for need in needs if need not in facts for anchor in _behind(need, facts))


def _behind(need: str, facts: Facts) -> tuple[str, ...]:
    anchors = DERIVED[need].anchors if need in DERIVED else ()
    return tuple(anchor for anchor in anchors if anchor not in facts) or anchors or (need,)


def _questions_behind(needs: tuple[str, ...]) -> tuple[str, ...]:
    """The questions that these facts rest on, a column standing for itself."""
    found = (anchor for need in needs for anchor in (DERIVED[need].anchors if need in DERIVED else (need,)))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class _Several:
    code: str
    slug: str
    title: str
    branches: tuple["AnyRule", ...]
    cites: tuple[Citation, ...]
    severity: Severity = Severity.BLOCKING
    applies: tuple[When, ...] = ()

    @property
    def all_needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(need for branch in self.branches for need in branch.all_needs))

    @property
    def anchors(self) -> tuple[str, ...]:
        return _questions_behind(self.all_needs)

    def _outcomes(self, facts: Facts, verdict: Verdict) -> list[Outcome]:
        return [each for each in (branch.judge(facts) for branch in self.branches) if each.verdict is verdict]


@dataclass(frozen=True, kw_only=True)
class AnyOf(_Several):
    """« ou » : one branch is enough, even while the others are unanswered."""

    def judge(self, facts: Facts) -> Outcome:
        if satisfied := self._outcomes(facts, Verdict.MET):
            return satisfied[0]
        if undecided := self._outcomes(facts, Verdict.UNKNOWN):
            return unknown(anchor for each in undecided for anchor in each.missing)
        return not_met(" ".join(each.sentence for each in self._outcomes(facts, Verdict.NOT_MET)))


@dataclass(frozen=True, kw_only=True)
class AllOf(_Several):
    """« et » : one branch refused is enough to refuse."""

    def judge(self, facts: Facts) -> Outcome:
        if refused := self._outcomes(facts, Verdict.NOT_MET):
            return not_met(" ".join(each.sentence for each in refused))
        if undecided := self._outcomes(facts, Verdict.UNKNOWN):
            return unknown(anchor for each in undecided for anchor in each.missing)
        return met(" ".join(each.sentence for each in self._outcomes(facts, Verdict.MET)))


AnyRule = Rule | AnyOf | AllOf | Computed


def about_the_date(rule: AnyRule) -> bool:
    """It looks at nothing but the day of filing: at the region where regions have days of their own, or at whether
    the file was complete on that day.

    Such a rule says whether the door is open, not whether the project fits: `judge_on_merits` leaves it out.
    """
    return FILED_AT in rule.all_needs and set(rule.all_needs) <= {FILED_AT, REGION, GAPS}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule applied to a project."""

    rule: str
    slug: str
    title: str
    severity: Severity
    verdict: Verdict
    sentence: str
    missing: tuple[str, ...]
    citations: tuple[Citation, ...] = field(default=())
    enough: tuple["OtherAnswer", ...] = ()  # for a rule not met: the fewest other answers with which it would be

    @property
    def anchor(self) -> str:
        return f"rule:{self.rule}"

    @property
    def is_verified(self) -> bool:
        return all(citation.verified for citation in self.citations)

    @property
    def lacks_only_pieces(self) -> bool:
        return bool(self.missing) and all(
            is_anchor(anchor) and question_at(anchor).kind is Kind.PIECES for anchor in self.missing
        )


class Conclusion(StrEnum):
    ELIGIBLE = "eligible"
    CONDITIONAL = "conditional"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


def evaluate(rules: Iterable[AnyRule], facts: Facts) -> tuple[Finding, ...]:
    """Every rule that applies, judged. A rule whose condition is undecided is unknown, not skipped."""
    findings = []
    for rule in rules:
        applies = all_hold(rule.applies, facts)
        if applies is False:
            continue
        undecided = [each.anchor for each in rule.applies if facts.get(each.anchor) is None]
        outcome = rule.judge(facts) if applies else unknown(undecided)
        if outcome.verdict is Verdict.UNKNOWN:
            outcome = unknown(outcome.missing, facts)
        findings.append(
            Finding(
                rule=rule.code,
                slug=rule.slug,
                title=typeset(rule.title),
                severity=rule.severity,
                verdict=outcome.verdict,
                sentence=outcome.sentence,
                missing=outcome.missing,
                citations=rule.cites,
            )
        )
    return tuple(findings)


def conclude(findings: Iterable[Finding]) -> Conclusion:
    """The worst of the findings.

    « Éligible » is said only when every rule is met *and* was verified for this edition: anything less is a reserve.
    """
    found = tuple(findings)
    blocking = [each for each in found if each.severity is Severity.BLOCKING]
    if any(each.verdict is Verdict.NOT_MET for each in blocking):
        return Conclusion.INELIGIBLE
    if any(each.verdict is Verdict.UNKNOWN and not each.lacks_only_pieces for each in blocking):
        return Conclusion.UNDETERMINED
    if all(each.verdict is Verdict.MET and each.is_verified for each in found):
        return Conclusion.ELIGIBLE
    return Conclusion.CONDITIONAL
