"""What is frozen when a collective dossier is assembled: every firm chosen, the chapters taken in, what they add up to.

Like a deposit it holds sentences and labels, not references to them, and prints the same in ten years. It takes nothing
in but filed versions, each named by its fingerprint; and it leaves out no firm: one whose figures are not here is
named, with why.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from grantapp.domain.collective_changes import changes
from grantapp.domain.consolidation import (
    UNSAID,
    Chapter,
    Group,
    GroupRule,
    Member,
    amounts_as_json,
    consolidated,
    judge_group,
)
from grantapp.domain.deposit import Deposit, short_code, verify_address
from grantapp.domain.edition import Edition
from grantapp.domain.frozen import Frozen, cited, passage
from grantapp.domain.sections.funding import Post, SourceNature
from grantapp.french import day, typeset

FORMAT = 1
DATA = "collectif.json"  # the name of an assembly as a file: its canonical form
WARNING = (
    "Aucune source lue ne dit que cet appel reçoit un dossier collectif : c'est à confirmer auprès du service "
    "instructeur. Ce document rassemble des dossiers ; il ne les dépose pas. Ce qui compte est le dossier que chaque "
    "entreprise a déposé en son nom."
)


class Standing(StrEnum):
    """Where a chosen firm stands when the collective dossier is assembled: one, and only one."""

    TAKEN_IN = "taken_in"
    OTHER_VERSION = "other_version"  # taken in, and flagged
    NOT_AGREED = "not_agreed"
    OTHER_EDITION = "other_edition"
    LEFT = "left"
    MISSED = "missed"  # not filed when the call closed
    DRAFT = "draft"
    NOT_BEGUN = "not_begun"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    NOT_INVITED = "not_invited"

    @property
    def is_taken_in(self) -> bool:
        return self in (Standing.TAKEN_IN, Standing.OTHER_VERSION)

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Mapping[Standing, str] = {
    standing: typeset(label)
    for standing, label in {
        Standing.TAKEN_IN: "Déposé, repris",
        Standing.OTHER_VERSION: "Déposé sous une autre version des règles, repris",
        Standing.NOT_AGREED: "Déposé, sans accord pour être repris",
        Standing.OTHER_EDITION: "Déposé pour une autre édition",
        Standing.LEFT: "A quitté la coopérative",
        Standing.MISSED: "Hors délai : non déposé à la clôture",
        Standing.DRAFT: "Brouillon, non déposé",
        Standing.NOT_BEGUN: "A accepté, pas commencé",
        Standing.NO_ANSWER: "Invitée, sans réponse",
        Standing.REFUSED: "A refusé",
        Standing.NOT_INVITED: "Pas encore invitée",
    }.items()
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A participation as it stands; `deposit` is the last version that the firm filed, if it filed one."""

    name: str
    siren: str
    town: str
    invited_at: datetime | None = None
    accepted_at: datetime | None = None
    refused_at: datetime | None = None
    left_at: datetime | None = None
    has_agreed: bool = False
    is_begun: bool = False  # something was saved in the firm's dossier since it was made
    is_preparing: bool = False  # a filed dossier of which another version is in preparation
    deposit: Deposit | None = field(default=None, repr=False)

    @property
    def chapter(self) -> Chapter | None:
        if self.deposit is None:
            return None
        return Chapter(name=self.name, siren=self.siren, deposit=self.deposit)


@dataclass(frozen=True, kw_only=True)
class Cooperative:
    """The organisation that gathers, and its own dossier, which leads; `deposit` is None until it is filed."""

    name: str
    siren: str
    reference: str  # of its own dossier
    deposit: Deposit | None = field(default=None, repr=False)

    @property
    def chapter(self) -> Chapter | None:
        return Chapter(name=self.name, siren=self.siren, deposit=self.deposit) if self.deposit else None


class Collective(Frozen):
    """One version of a collective dossier."""

    @property
    def short_code(self) -> str:
        return short_code(self.fingerprint)

    @property
    def verify_address(self) -> str | None:
        site = self.content["address"]
        return verify_address(site, self.fingerprint) if site else None

    @property
    def chapters(self) -> list[Mapping[str, Any]]:
        """That of the cooperative first, when it is filed, then those of the firms taken in, in the order of names."""
        lead = self.content["lead"]["chapter"]
        return [*([lead] if lead else []), *(each["chapter"] for each in self.content["firms"] if each["chapter"])]


def standing_of(part: Part, edition: Edition, at: datetime) -> Standing:
    """A firm that filed is taken in with its agreement, from this edition; one that did not is where it stopped."""
    if part.left_at is not None and part.left_at <= at:
        return Standing.LEFT
    if (chapter := part.chapter) is not None:
        edition_id, version = chapter.edition
        if edition_id != edition.id:
            return Standing.OTHER_EDITION
        if not part.has_agreed:
            return Standing.NOT_AGREED
        return Standing.TAKEN_IN if version == edition.version else Standing.OTHER_VERSION
    if part.refused_at is not None:
        return Standing.REFUSED
    if part.accepted_at is None and part.invited_at is None:
        return Standing.NOT_INVITED
    if at >= edition.window.closes_at:
        return Standing.MISSED
    if part.accepted_at is None:
        return Standing.NO_ANSWER
    return Standing.DRAFT if part.is_begun else Standing.NOT_BEGUN


def assemble(
    *,
    edition: Edition,
    rules: Sequence[GroupRule],
    cooperative: Cooperative,
    parts: Sequence[Part],
    reference: str,
    number: int,
    at: datetime,
    by: str,
    address: str = "",
    previous: Collective | None = None,
) -> Collective:
    """Freeze the collective dossier as it stands at `at` (UTC). `parts` are all the firms chosen, in the order printed.

    `by` is the name of the person who assembles; `address`, that of the site where it can be verified. `previous` is
    the version that this one follows: what changed since is frozen too.
    """
    standings = [standing_of(part, edition, at) for part in parts]
    members = tuple(
        Member(name=part.name, siren=part.siren, standing=standing.label, is_taken_in=standing.is_taken_in)
        for part, standing in zip(parts, standings, strict=True)
    )
    taken = [part.chapter if standing.is_taken_in else None for part, standing in zip(parts, standings, strict=True)]
    group = Group(members=members, chapters=tuple(each for each in taken if each), lead=cooperative.chapter)
    order = [rule.code for rule in edition.rules]
    counted = Counter(standings)
    content = {
        "format": FORMAT,
        "reference": reference,
        "number": number,
        "assembled_at": at.isoformat(),
        "assembled_by": by,
        "address": address,
        "warning": typeset(WARNING),
        "edition": {
            "id": edition.id,
            "version": edition.version,
            "call": passage(edition.call),
            "title": passage(edition.title),
            "authority": passage(edition.authority),
            "opens_on": edition.window.opens_on.isoformat(),
            "closes_on": edition.window.closes_on.isoformat(),
            "citations": cited(edition.window.cites),
        },
        "cooperative": {"name": cooperative.name, "siren": cooperative.siren},
        "lead": {
            "reference": cooperative.reference,
            "sentence": _told_of_lead(cooperative),
            "chapter": _chapter(cooperative.chapter) if cooperative.chapter else None,
        },
        "standings": [
            {"standing": each.value, "label": each.label, "count": counted[each], "taken_in": each.is_taken_in}
            for each in Standing
        ],
        "firms": [
            _line(part, standing, chapter, edition)
            for part, standing, chapter in zip(parts, standings, taken, strict=True)
        ],
        "rules": _rules(group.all_chapters, order),
        "labels": {
            "posts": {each.value: each.label for each in Post} | {UNSAID: typeset("Poste non précisé")},
            "natures": {each.value: each.label for each in SourceNature} | {UNSAID: typeset("Nature non précisée")},
        },
        "totals": amounts_as_json(consolidated(each.amounts for each in group.all_chapters)),
        "findings": [
            {
                "rule": each.rule,
                "title": each.title,
                "severity": each.severity.value,
                "verdict": each.verdict.value,
                "sentence": each.sentence,
                "citations": cited(each.citations),
            }
            for each in judge_group(rules, group)
        ],
    }
    return Collective(content | _since(previous, content))


def _since(previous: Collective | None, content: Mapping[str, Any]) -> dict[str, Any]:
    if previous is None:
        return {"previous": None, "changes": None}
    return {
        "previous": {
            "number": previous.content["number"],
            "fingerprint": previous.fingerprint,
            "assembled_at": previous.content["assembled_at"],
        },
        "changes": changes(previous.content, content),
    }


def _told_of_lead(cooperative: Cooperative) -> str:
    if cooperative.deposit is None:
        return typeset(
            f"Le dossier de la coopérative ({cooperative.reference}) n'est pas déposé : il n'a pas de chapitre ici, et "
            "ses montants ne sont pas comptés."
        )
    number = cooperative.deposit.content["number"]
    return typeset(f"Le dossier de la coopérative ({cooperative.reference}, version {number}) est le premier chapitre.")


def _line(part: Part, standing: Standing, chapter: Chapter | None, edition: Edition) -> dict[str, Any]:
    return {
        "name": part.name,
        "siren": part.siren,
        "town": part.town,
        "standing": standing.value,
        "label": standing.label,
        "sentence": typeset(_sentence(part, standing, edition)),
        "chapter": _chapter(chapter) if chapter else None,
    }


def _sentence(part: Part, standing: Standing, edition: Edition) -> str:
    """Why the firm stands there, without a word of what it has not agreed to show."""
    match standing:
        case Standing.TAKEN_IN | Standing.OTHER_VERSION:
            said = ""
            if standing is Standing.OTHER_VERSION and part.deposit:
                version = part.deposit.content["edition"]["version"]
                said = f"Jugé par la version {version} des règles ; les autres, par la version {edition.version}. "
            if part.is_preparing:
                said += "Une autre version est en préparation : celle-ci reste déposée tant que l'autre ne l'est pas."
            return said.strip()
        case Standing.NOT_AGREED:
            return (
                "L'entreprise a déposé son dossier, mais n'a pas accepté que ses chiffres figurent ici : ils ne sont "
                "ni montrés, ni comptés."
            )
        case Standing.OTHER_EDITION:
            return "Son dossier répond à une autre édition de l'appel : ses chiffres ne sont pas comptés."
        case Standing.LEFT:
            return "L'entreprise n'est plus adhérente : ses chiffres ne sont pas comptés."
        case Standing.MISSED:
            reached = (
                "n'avait pas répondu"
                if part.accepted_at is None
                else "avait un brouillon"
                if part.is_begun
                else "n'avait pas commencé"
            )
            return f"À la clôture, le {day(edition.window.closes_on)}, l'entreprise {reached}."
        case Standing.DRAFT:
            return "Le brouillon n'appartient qu'à l'entreprise : rien n'en est repris avant son dépôt."
        case Standing.NOT_BEGUN:
            return "Elle a accepté de participer et n'a encore rien saisi."
    return ""


def _chapter(chapter: Chapter) -> dict[str, Any]:
    content, judged = chapter.content, chapter.content["judgement"]
    address = content.get("address", "")
    return {
        "name": chapter.name,
        "siren": chapter.siren,
        "reference": content["reference"],
        "number": content["number"],
        "fingerprint": chapter.deposit.fingerprint,
        "deposited_at": content["deposited_at"],
        "verify_address": verify_address(address, chapter.deposit.fingerprint) if address else None,
        "edition_version": content["edition"]["version"],
        "applicant": {
            name: chapter.answer("organisation", name)
            for name in ("name", "siret", "postcode", "town", "representative")
        },
        "title": chapter.answer("request", "title"),
        "site": {name: chapter.answer("site", name) for name in ("name", "town", "insee_code", "parcels")},
        "has_own_site": chapter.has_own_site,
        "conclusion": judged["conclusion"],
        "verdicts": {each["rule"]: each["verdict"] for each in judged["findings"]},
        "reserves": [
            {name: each[name] for name in ("rule", "title", "severity", "verdict", "sentence")}
            for each in judged["findings"]
            if each["verdict"] != "met"
        ],
        "amounts": amounts_as_json(chapter.amounts),
        "pieces": [
            {"label": label, "name": piece["name"], "size": piece["size"], "sha256": piece["sha256"]}
            for label, piece in chapter.deposit.pieces
        ],
    }


def _rules(chapters: Iterable[Chapter], order: Sequence[str]) -> list[dict[str, Any]]:
    """The columns of the matrix: every rule that judged a chapter, by the words of the first that has it."""
    found: dict[str, dict[str, Any]] = {}
    for chapter in chapters:
        for each in chapter.findings:
            line = {"rule": each["rule"], "title": each["title"], "severity": each["severity"]}
            found.setdefault(each["rule"], line)
    known = [code for code in order if code in found]
    return [found[code] for code in [*known, *(code for code in found if code not in order)]]
