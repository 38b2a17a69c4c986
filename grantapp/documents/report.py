"""The eligibility report: findings with the citation of every rule, amounts, size, computations, ways, sources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grantapp import french
from grantapp.documents.ink import Ink
from grantapp.domain.group_picture import Count, GroupPicture, Node, Tie, picture_of
from grantapp.domain.size import SizeClass

VERDICTS = {"met": "Remplie", "not_met": "Non remplie", "unknown": "À juger"}
SEVERITIES = {"blocking": "règle bloquante", "warning": "règle à signaler"}
CONCLUSIONS = {
    "eligible": "Éligible",
    "conditional": "Éligible sous réserve",
    "ineligible": "Non éligible",
    "undetermined": "Indéterminé",
}


@dataclass(frozen=True)
class Reference:
    """A place in a source. `number` is that of the source in the list at the end."""

    number: int
    text: str
    at: str
    url: str
    verified: bool
    note: str


@dataclass(frozen=True)
class Doubt:
    """What could not be verified, said once, with the sources it bears on."""

    note: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class References:
    places: tuple[Reference, ...]

    @property
    def is_verified(self) -> bool:
        return all(place.verified for place in self.places)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        numbers: dict[str, dict[int, None]] = {}
        for place in self.places:
            if not place.verified:
                numbers.setdefault(place.note, {})[place.number] = None
        return tuple(Doubt(note, tuple(found)) for note, found in numbers.items())


@dataclass(frozen=True)
class Source:
    """A text that is cited, once."""

    number: int
    text: str
    url: str
    cited_by: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    rule: str
    title: str
    verdict: str
    severity: str
    sentence: str
    references: References
    enough: tuple[tuple[str, str], ...] = ()  # the question and the other answer with which it would be met

    @property
    def verdict_word(self) -> str:
        return VERDICTS[self.verdict]

    @property
    def severity_word(self) -> str:
        return SEVERITIES[self.severity]

    @property
    def is_refusal(self) -> bool:
        return self.verdict == "not_met" and self.severity == "blocking"


# What the reviewer's sheet keeps of the amounts: the ceilings, one by one, are in the report.
HEADLINES = {
    "cost",
    "eligible_base",
    "revenue",
    "other_public_aid",
    "deficit",
    "requested_grant",
    "largest_grant",
    "over_ceiling",
    "own_share",
}


@dataclass(frozen=True)
class Amount:
    """A line of the arithmetic; `is_headline` when it stands on the reviewer's sheet, which is one page."""

    code: str
    label: str
    amount: str | None
    explanation: str
    references: References

    @property
    def is_headline(self) -> bool:
        return self.amount is not None and self.code in HEADLINES


@dataclass(frozen=True)
class Size:
    label: str | None
    lines: tuple[str, ...]
    missing: tuple[str, ...]
    references: References
    group: GroupPicture


@dataclass(frozen=True)
class Computation:
    """A computation explained: its result, then the lines that lead to it."""

    title: str
    sentence: str
    lines: tuple[str, ...]
    missing: tuple[str, ...]
    references: References


@dataclass(frozen=True)
class Way:
    """Another way, or what to do first."""

    title: str
    advice: tuple[str, ...]
    references: References


@dataclass(frozen=True)
class Said:
    """A sentence of the edition under its heading, with where it was read."""

    heading: str
    text: str
    references: References


@dataclass(frozen=True)
class Report:
    conclusion: str
    findings: tuple[Finding, ...]
    amounts: tuple[Amount, ...]
    size: Size
    computations: tuple[Computation, ...]  # none in a deposit frozen before they were explained
    ways: tuple[Way, ...]
    sources: tuple[Source, ...]
    said: tuple[Said, ...] = ()

    @property
    def conclusion_word(self) -> str:
        return CONCLUSIONS[self.conclusion]

    @property
    def conclusion_sentence(self) -> str:
        return french.typeset(self._reason())

    def of_verdict(self, verdict: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.verdict == verdict)

    @property
    def to_confirm(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.references.is_verified)

    def _reason(self) -> str:
        blocking = [finding for finding in self.findings if finding.severity == "blocking"]
        if self.conclusion == "ineligible":
            refusals = [finding for finding in blocking if finding.is_refusal]
            codes = [finding.rule for finding in refusals]
            doubt = (
                "" if any(finding.references.is_verified for finding in refusals) else " À confirmer avant de refuser."
            )
            if len(codes) == 1:
                return f"La règle bloquante {codes[0]} n'est pas remplie.{doubt}"
            count = french.plural(len(codes), "règle bloquante", "règles bloquantes")
            return f"{count} ne sont pas remplies : {french.listing(codes)}.{doubt}"
        if self.conclusion == "undetermined":
            unknown = [finding for finding in blocking if finding.verdict == "unknown"]
            count = french.plural(len(unknown), "règle bloquante", "règles bloquantes")
            return f"Il manque des réponses pour juger {count}."
        if self.conclusion == "eligible":
            return "Toutes les règles sont remplies, et leur source a été vérifiée."
        reserves = [
            (len(self.of_verdict("unknown")), "règle à juger", "règles à juger"),
            (len(self.of_verdict("not_met")), "règle à signaler", "règles à signaler"),
            (len(self.to_confirm), "règle à confirmer", "règles à confirmer"),
        ]
        counts = [french.plural(count, one, many) for count, one, many in reserves if count]
        return f"Aucune règle bloquante n'est refusée ; restent {french.listing(counts)}."


class Bibliography:
    """Numbers the sources in the order they are met."""

    def __init__(self) -> None:
        self._cited: dict[tuple[str, str], dict[str, None]] = {}

    def references(self, citations: Iterable[Mapping[str, Any]], cited_by: str) -> References:
        return References(tuple(self._reference(citation, cited_by) for citation in citations))

    def _reference(self, citation: Mapping[str, Any], cited_by: str) -> Reference:
        key = (citation["text"], citation["url"])
        self._cited.setdefault(key, {})[cited_by] = None
        return Reference(
            number=list(self._cited).index(key) + 1,
            text=citation["text"],
            at=citation["at"],
            url=citation["url"],
            verified=citation["verified"],
            note=citation["note"],
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(
            Source(number, text, url, tuple(cited_by))
            for number, ((text, url), cited_by) in enumerate(self._cited.items(), start=1)
        )


def report(
    judgement: Mapping[str, Any],
    labels: Mapping[str, str],
    ink: Ink,
    passages: Iterable[tuple[str, Mapping[str, Any]]] = (),
) -> Report:
    """From the frozen judgement alone. `labels` gives the wording of a question by its anchor; `passages`, what the
    edition said, under its headings.

    Sentences quote what the applicant typed, so they go through `ink`; the rest is our own.
    """
    bibliography = Bibliography()
    findings = tuple(
        Finding(
            rule=each["rule"],
            title=each["title"],
            verdict=each["verdict"],
            severity=each["severity"],
            sentence=ink.text(each["sentence"]),
            references=bibliography.references(each["citations"], each["rule"]),
            enough=tuple((french.typeset(other["label"]), other["text"]) for other in each.get("enough", ())),
        )
        for each in judgement["findings"]
    )
    amounts = tuple(
        Amount(
            code=each["code"],
            label=french.typeset(each["label"]),
            amount=None if each["amount"] is None else french.euros(Decimal(each["amount"])),
            explanation=french.typeset(each["explanation"]),
            references=bibliography.references(each["citations"], "montants"),
        )
        for each in judgement["aid"]
    )
    company = judgement["company"]
    size = Size(
        label=SizeClass(company["size"]).label if company["size"] else None,
        lines=tuple(ink.text(line) for line in company["lines"]),
        missing=tuple(labels.get(anchor, anchor) for anchor in company["missing"]),
        references=bibliography.references(company["citations"], "taille"),
        group=picture_of([_node(each, ink) for each in company.get("group", ())], us="Le porteur du projet"),
    )
    computations = tuple(
        Computation(
            title=french.typeset(each["title"]),
            sentence=ink.text(each["sentence"]),
            lines=tuple(ink.text(line) for line in each["lines"]),
            missing=tuple(labels[anchor] for anchor in each["missing"] if anchor in labels),
            references=bibliography.references(each["citations"], "calculs"),
        )
        for each in judgement.get("computations", ())
    )
    ways = tuple(
        Way(
            title=french.typeset(each["title"]),
            advice=tuple(french.typeset(advice) for advice in each["advice"]),
            references=bibliography.references(each["citations"], "autres voies"),
        )
        for each in judgement["routes"]
    )
    said = tuple(
        Said(heading, french.typeset(each["text"]), bibliography.references(each["citations"], "l'appel"))
        for heading, each in passages
    )
    return Report(judgement["conclusion"], findings, amounts, size, computations, ways, bibliography.sources, said)


def _node(frozen: Mapping[str, Any], ink: Ink) -> Node:
    return Node(
        name=ink.text(frozen["name"]),
        ties=tuple(Tie(each["attached_to"], each["text"]) for each in frozen["ties"]),
        count=Count(frozen["count"]),
        share=Decimal(frozen["share"]),
        reason=ink.text(frozen["reason"]),
    )
