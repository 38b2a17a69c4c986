"""What the filed dossiers of a group amount to together: chapters read from frozen deposits, their sums, their rules.

Amounts are exact `Decimal` euros, as the applicants gave them; nothing is rounded, so that a sum of chapters is its
total to the cent. A line without an amount adds nothing, and is counted apart.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grantapp.domain.deposit import Deposit
from grantapp.domain.eligibility import Citation, Finding, Outcome, Severity
from grantapp.domain.sections.funding import Post, SourceNature

Row = Mapping[str, Any]  # of a table, as the frozen project holds it
ZERO = Decimal(0)
POSTS, NATURES = tuple(each.value for each in Post), tuple(each.value for each in SourceNature)
UNSAID = "unsaid"  # the post or the nature of a line that gives none


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Of one chapter, or of all together."""

    expenditure: Decimal
    claimed: Decimal  # of the lines for which aid is asked
    funding: Decimal
    requested: Decimal  # the grant asked of this call
    posts: Mapping[str, Decimal]  # by `Post`, in its order; those that nobody spends on are not there
    claimed_posts: Mapping[str, Decimal]  # of the lines for which aid is asked
    natures: Mapping[str, Decimal]  # by `SourceNature`, likewise
    unvalued: int  # lines without an amount, of either table

    @property
    def gap(self) -> Decimal:
        """Funding less expenditure: zero when they balance."""
        return self.funding - self.expenditure


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One filed dossier taken in, as its deposit froze it."""

    name: str
    siren: str  # of the firm in the cooperative's list
    deposit: Deposit

    @property
    def content(self) -> Mapping[str, Any]:
        return self.deposit.content

    @property
    def edition(self) -> tuple[str, str]:
        """Which edition, in which version of its rules."""
        return self.content["edition"]["id"], self.content["edition"]["version"]

    @property
    def has_own_site(self) -> bool:
        """It answers for itself where the cooperative shares the site, and says why."""
        origins = (each.get("origin") for each in self.content["sections"] if each["name"] == "site")
        return any(origin is not None and origin["kind"] == "own" for origin in origins)

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        return list(self.content["judgement"]["findings"])

    @property
    def expenses(self) -> list[Row]:
        return self.rows("expenditure", "lines")

    @property
    def sources(self) -> list[Row]:
        return self.rows("funding", "sources")

    def answer(self, section: str, name: str) -> Any:
        return self.content["project"].get(section, {}).get(name)

    def rows(self, section: str, name: str) -> list[Row]:
        return list(self.answer(section, name) or [])

    def computed(self, code: str, value: str) -> Decimal | None:
        """A figure of one of the computations that the deposit froze; None where it could not be computed."""
        for each in self.content["judgement"].get("computations", ()):
            if each["code"] == code:
                return _decimal(each["values"].get(value))
        return None

    def line(self, code: str) -> Decimal | None:
        """An amount of the statement that the deposit froze."""
        found = (each["amount"] for each in self.content["judgement"]["aid"] if each["code"] == code)
        return _decimal(next(found, None))

    @property
    def amounts(self) -> Amounts:
        claimed = [row for row in self.expenses if row.get("claimed") is True]
        requested = [row for row in self.sources if row.get("nature") == SourceNature.GRANT.value]
        return Amounts(
            expenditure=_sum(self.expenses),
            claimed=_sum(claimed),
            funding=_sum(self.sources),
            requested=_sum(requested),
            posts=_by(self.expenses, "post", POSTS),
            claimed_posts=_by(claimed, "post", POSTS),
            natures=_by(self.sources, "nature", NATURES),
            unvalued=sum(row.get("amount") is None for row in (*self.expenses, *self.sources)),
        )


def consolidated(parts: Iterable[Amounts]) -> Amounts:
    """The sum of the chapters, and of nothing else."""
    found = list(parts)
    return Amounts(
        expenditure=sum((each.expenditure for each in found), ZERO),
        claimed=sum((each.claimed for each in found), ZERO),
        funding=sum((each.funding for each in found), ZERO),
        requested=sum((each.requested for each in found), ZERO),
        posts=_together((each.posts for each in found), POSTS),
        claimed_posts=_together((each.claimed_posts for each in found), POSTS),
        natures=_together((each.natures for each in found), NATURES),
        unvalued=sum(each.unvalued for each in found),
    )


def amounts_as_json(amounts: Amounts) -> dict[str, Any]:
    return {
        "expenditure": text(amounts.expenditure),
        "claimed": text(amounts.claimed),
        "funding": text(amounts.funding),
        "requested": text(amounts.requested),
        "gap": text(amounts.gap),
        "posts": {code: text(amount) for code, amount in amounts.posts.items()},
        "claimed_posts": {code: text(amount) for code, amount in amounts.claimed_posts.items()},
        "natures": {code: text(amount) for code, amount in amounts.natures.items()},
        "unvalued": amounts.unvalued,
    }


def text(amount: Decimal) -> str:
    """Exact, without an exponent."""
    return f"{amount:f}"


# ── the rules of a group ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Member:
    """A firm that was chosen, whatever became of it."""

    name: str
    siren: str
    standing: str  # in French, as it is printed
    is_taken_in: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """What the rules of a group look at. `lead` is the cooperative's own chapter, once it is filed."""

    members: tuple[Member, ...]
    chapters: tuple[Chapter, ...]  # of the firms taken in
    lead: Chapter | None

    @property
    def all_chapters(self) -> tuple[Chapter, ...]:
        return (*((self.lead,) if self.lead else ()), *self.chapters)


@dataclass(frozen=True, kw_only=True)
class GroupRule:
    """A clause over the chapters together. It is given the whole group, and says itself what is missing."""

    code: str
    slug: str
    title: str
    cites: tuple[Citation, ...]
    judge: Callable[[Group], Outcome]
    severity: Severity = Severity.WARNING


def judge_group(rules: Sequence[GroupRule], group: Group) -> tuple[Finding, ...]:
    """Every rule of a group, judged; none is left out."""
    findings = []
    for rule in rules:
        outcome = rule.judge(group)
        findings.append(
            Finding(
                rule=rule.code,
                slug=rule.slug,
                title=rule.title,
                severity=rule.severity,
                verdict=outcome.verdict,
                sentence=outcome.sentence,
                missing=outcome.missing,
                citations=rule.cites,
            )
        )
    return tuple(findings)


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _sum(rows: Iterable[Row]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows if row.get("amount") is not None), ZERO)


def _by(rows: Sequence[Row], column: str, order: Sequence[str]) -> dict[str, Decimal]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get(column) or UNSAID, []).append(row)
    return _ordered({code: _sum(some) for code, some in found.items()}, order)


def _together(parts: Iterable[Mapping[str, Decimal]], order: Sequence[str]) -> dict[str, Decimal]:
    summed: dict[str, Decimal] = {}
    for part in parts:
        for code, amount in part.items():
            summed[code] = summed.get(code, ZERO) + amount
    return _ordered(summed, order)


def _ordered(amounts: Mapping[str, Decimal], order: Sequence[str]) -> dict[str, Decimal]:
    """As the vocabulary lists them; what a later vocabulary does not know comes last."""
    known = [code for code in order if code in amounts]
    return {code: amounts[code] for code in [*known, *(code for code in amounts if code not in order)]}
