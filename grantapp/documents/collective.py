"""The collective dossier on paper, from one frozen assembly and from nothing else; then bound with the members' PDFs.

The members' PDFs come as files and go into the document on disk: only one copy of their bytes is ever in memory.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from grantapp import french
from grantapp.documents import pdf as printer
from grantapp.documents import qr
from grantapp.documents.charts import Bars, Stack, expenditure_chart, funding_chart
from grantapp.documents.dossier import QR
from grantapp.documents.finishing import Attachment, Relationship, attach_files
from grantapp.documents.ink import Ink, grouped
from grantapp.documents.report import CONCLUSIONS, VERDICTS, Bibliography, Finding, Source
from grantapp.documents.summary import shortened
from grantapp.domain.collective import DATA, Collective

LONGEST_NAME = 90
LONGEST_TITLE = 140
MOST_PARCELS = 8
# In a cell of the matrix: a sign and a letter, so that neither colour nor the sign alone carries the verdict.
SIGNS = {"met": ("✓", "R"), "not_met": ("✗", "N"), "unknown": ("?", "J")}
ABSENT = "·"


@dataclass(frozen=True)
class MemberFile:
    """The sealed dossier of a member, at a place on this machine."""

    fingerprint: str  # of the deposit
    name: str  # inside the PDF
    path: Path
    size: int  # octets


@dataclass(frozen=True)
class Cell:
    sign: str
    letter: str
    verdict: str  # empty where the rule did not judge this dossier


@dataclass(frozen=True)
class Sum:
    """A line of a consolidated table."""

    label: str
    amount: str
    share: str


@dataclass(frozen=True)
class Chapter:
    number: str  # « 6.2 »
    anchor: str
    name: str
    content: Mapping[str, Any]
    applicant: str
    title: str
    conclusion: str
    deposited_at: str
    fingerprint: tuple[str, ...]
    short_code: str
    verify_page: str | None
    attached: str | None  # the name of its PDF inside this one
    amounts: Mapping[str, str]
    is_balanced: bool
    posts: tuple[Sum, ...]
    natures: tuple[Sum, ...]
    reserves: tuple[Mapping[str, Any], ...]
    cells: tuple[Cell, ...]
    pieces: tuple[Mapping[str, Any], ...]
    parcels: str


@dataclass(frozen=True)
class PrintedCollective:
    """What the template is given; every text that somebody typed is printable."""

    content: Mapping[str, Any]
    reference: str
    number: int
    cooperative: str
    running_title: str
    window: str
    assembled_at: str
    assembled_at_iso: str
    fingerprint: tuple[str, ...]
    short_code: str
    verify_address: str | None
    octets: int
    firms: tuple[Mapping[str, Any], ...]  # with `anchor`, that of the chapter if there is one
    taken_in: int
    chapters: tuple[Chapter, ...]
    rules: tuple[Mapping[str, Any], ...]  # with how many dossiers each verdict was said of
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    totals: Mapping[str, str]
    is_balanced: bool
    posts: tuple[Sum, ...]
    natures: tuple[Sum, ...]
    funding: Stack
    expenditure: Bars
    changes: Mapping[str, Any] | None
    previous_at: str
    previous_fingerprint: tuple[str, ...]
    attached: int
    replaced: tuple[str, ...]

    @property
    def verify_page(self) -> str | None:
        return self.verify_address.partition("://")[2].partition("?")[0] if self.verify_address else None

    @property
    def is_filed(self) -> bool:
        return True  # for the foot of the pages, which it shares with the dossier


def pdf(collective: Collective, *, attached: Collection[str] = ()) -> bytes:
    """The document's bytes, with `collectif.json` inside; not yet bound, nor sealed.

    `attached` are the fingerprints of the deposits whose PDF will be bound into it. The same assembly gives the same
    bytes: nothing else is read but our own files.
    """
    page = printed_collective(collective, attached=attached)
    html = printer.environment().get_template("documents/collective.html").render(dossier=page)
    at = datetime.fromisoformat(collective.content["assembled_at"])
    said = french.typeset("Les entreprises, les verdicts et les montants de ce dossier collectif, pour les logiciels")
    data = Attachment(DATA, collective.canonical, "application/json", Relationship.DATA, said, at)
    images = {QR: qr.svg(collective.verify_address)} if collective.verify_address else {}
    return printer.render(
        html, identifier=collective.fingerprint[:32], deposit=collective, attachments=(data,), images=images
    )


def bind(written: Path, members: Sequence[MemberFile], collective: Collective, out: BinaryIO) -> None:
    """The document with the PDFs of its members attached, written in `out`."""
    at = datetime.fromisoformat(collective.content["assembled_at"])
    chapters = {each["fingerprint"]: each for each in collective.chapters}
    described = {
        each.name: french.typeset(f"Dossier déposé, version {chapters[each.fingerprint]['number']}, scellé")
        for each in members
    }
    attach_files(written, {each.name: each.path for each in members}, described, at=at, out=out)


def attached_name(chapter: Mapping[str, Any]) -> str:
    """Of a member's PDF inside the collective one."""
    return f"{chapter['reference']}-v{chapter['number']}.pdf"


def printed_collective(collective: Collective, *, attached: Collection[str] = ()) -> PrintedCollective:
    ink = Ink()
    content = ink.whole(dict(collective.content))
    edition, at = content["edition"], datetime.fromisoformat(content["assembled_at"])
    opens, closes = (french.day(date.fromisoformat(edition[name])) for name in ("opens_on", "closes_on"))
    printed = Collective(content)
    chapters = tuple(_chapter(place, each, content, attached) for place, each in enumerate(printed.chapters, start=1))
    bibliography = Bibliography()
    findings = tuple(_finding(each, bibliography) for each in content["findings"])
    totals = content["totals"]
    previous = content["previous"]
    anchors = {each.content["fingerprint"]: each for each in chapters}
    cooperative = shortened(content["cooperative"]["name"], LONGEST_NAME)
    return PrintedCollective(
        content=content,
        reference=content["reference"],
        number=content["number"],
        cooperative=cooperative,
        running_title=french.typeset(f"Dossier collectif de {shortened(cooperative, 60)}"),
        window=f"du {opens} au {closes}",
        assembled_at=french.moment(at, seconds=True),
        assembled_at_iso=at.isoformat(timespec="seconds"),
        fingerprint=grouped(collective.fingerprint),
        short_code=collective.short_code.replace(" ", french.NBSP),
        verify_address=collective.verify_address,
        octets=len(collective.canonical),
        firms=tuple(
            dict(each)
            | {
                "name": shortened(each["name"], LONGEST_NAME),
                "siren": french.NBSP.join(each["siren"][place : place + 3] for place in (0, 3, 6)),
                "chapter": anchors[each["chapter"]["fingerprint"]] if each["chapter"] else None,
            }
            for each in content["firms"]
        ),
        taken_in=sum(each["chapter"] is not None for each in content["firms"]),
        chapters=chapters,
        rules=tuple(_rule(each, chapters) for each in content["rules"]),
        findings=findings,
        sources=bibliography.sources,
        totals=_told(totals),
        is_balanced=not Decimal(totals["gap"]),
        posts=_sums(totals, "posts", content["labels"]),
        natures=_sums(totals, "natures", content["labels"]),
        funding=funding_chart({"nature": code, "amount": each} for code, each in totals["natures"].items()),
        expenditure=expenditure_chart(_posts(totals)),
        changes=_changes(content["changes"]),
        previous_at=french.moment(datetime.fromisoformat(previous["assembled_at"]), seconds=True) if previous else "",
        previous_fingerprint=grouped(previous["fingerprint"]) if previous else (),
        attached=sum(each["fingerprint"] in attached for each in printed.chapters),
        replaced=tuple(sorted(ink.replaced)),
    )


def _chapter(place: int, chapter: Mapping[str, Any], content: Mapping[str, Any], attached: Collection[str]) -> Chapter:
    amounts = chapter["amounts"]
    judged = chapter["verdicts"]
    address = chapter["verify_address"]
    return Chapter(
        number=f"6.{place}",
        anchor=f"dossier-{place}",
        name=shortened(chapter["name"], LONGEST_NAME),
        content=chapter,
        applicant=shortened(chapter["applicant"]["name"] or chapter["name"], LONGEST_NAME),
        title=shortened(chapter["title"] or "", LONGEST_TITLE),
        conclusion=CONCLUSIONS[chapter["conclusion"]],
        deposited_at=french.moment(datetime.fromisoformat(chapter["deposited_at"]), seconds=True),
        fingerprint=grouped(chapter["fingerprint"]),
        short_code=grouped_code(chapter["fingerprint"]),
        verify_page=address.partition("://")[2].partition("?")[0] if address else None,
        attached=attached_name(chapter) if chapter["fingerprint"] in attached else None,
        amounts=_told(amounts),
        is_balanced=not Decimal(amounts["gap"]),
        posts=_sums(amounts, "posts", content["labels"]),
        natures=_sums(amounts, "natures", content["labels"]),
        reserves=tuple(
            dict(each) | {"word": VERDICTS[each["verdict"]], "sign": SIGNS[each["verdict"]][0]}
            for each in chapter["reserves"]
        ),
        cells=tuple(_cell(judged.get(each["rule"])) for each in content["rules"]),
        pieces=tuple(
            dict(each) | {"size": french.size(each["size"]), "sha256": grouped(each["sha256"])}
            for each in chapter["pieces"]
        ),
        parcels=_parcels(chapter["site"]["parcels"] or []),
    )


def _parcels(parcels: Sequence[str]) -> str:
    if len(parcels) > MOST_PARCELS:
        rest = french.plural(len(parcels) - MOST_PARCELS, "autre")
        return french.listing([*parcels[:MOST_PARCELS], rest])
    return french.listing(parcels)


def grouped_code(fingerprint: str) -> str:
    head = fingerprint[:12].upper()
    return french.NBSP.join(head[place : place + 4] for place in range(0, 12, 4))


def _cell(verdict: str | None) -> Cell:
    sign, letter = SIGNS[verdict] if verdict else (ABSENT, "")
    return Cell(sign, letter, verdict or "")


def _rule(rule: Mapping[str, Any], chapters: Sequence[Chapter]) -> dict[str, Any]:
    said = [each.content["verdicts"].get(rule["rule"]) for each in chapters]
    return dict(rule) | {verdict: said.count(verdict) for verdict in SIGNS} | {"absent": said.count(None)}


def _finding(found: Mapping[str, Any], bibliography: Bibliography) -> Finding:
    return Finding(
        rule=found["rule"],
        title=found["title"],
        verdict=found["verdict"],
        severity=found["severity"],
        sentence=found["sentence"],
        references=bibliography.references(found["citations"], found["rule"]),
    )


# ── amounts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _told(amounts: Mapping[str, Any]) -> dict[str, str]:
    """Each amount as it is printed, to the cent; the gap with its sign."""
    names = ("expenditure", "claimed", "funding", "requested", "gap")
    told = {name: french.euros(Decimal(amounts[name])) for name in names}
    if Decimal(amounts["gap"]) > 0:
        told["gap"] = f"+{told['gap']}"
    return told | {"unvalued": str(amounts["unvalued"])}


def _sums(amounts: Mapping[str, Any], table: str, labels: Mapping[str, Any]) -> tuple[Sum, ...]:
    given = {code: Decimal(each) for code, each in amounts[table].items()}
    total = sum(given.values(), Decimal(0))
    share: Callable[[Decimal], str] = lambda each: (  # noqa: E731 - named for the line below
        french.percent(round(each * 100 / total, 1)) if total > 0 else "—"
    )
    return tuple(Sum(labels[table].get(code, code), french.euros(each), share(each)) for code, each in given.items())


def _posts(amounts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that the chart of expenditure takes: what is claimed of each post, and the rest."""
    rows = []
    for code, each in amounts["posts"].items():
        claimed = Decimal(amounts["claimed_posts"].get(code, 0))
        rows.append({"post": code, "amount": str(claimed), "claimed": True})
        rows.append({"post": code, "amount": str(Decimal(each) - claimed), "claimed": False})
    return rows


# ── changes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _changes(changes: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The frozen changes with their amounts and verdicts as words."""
    if changes is None:
        return None
    return {
        "firms": [
            dict(each) | {"amounts": _moved(each["amounts"]), "verdicts": _turned(each["verdicts"])}
            for each in (*changes["lead"], *changes["firms"])
        ],
        "totals": _moved(changes["totals"]),
        "findings": _turned(changes["findings"]),
        "edition_version": changes["edition_version"],
    }


def _moved(amounts: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    return [dict(each) | {name: french.euros(Decimal(each[name])) for name in ("before", "after")} for each in amounts]


def _turned(verdicts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        dict(each) | {name: VERDICTS[each[name]] if each[name] else "—" for name in ("before", "after")}
        for each in verdicts
    ]
