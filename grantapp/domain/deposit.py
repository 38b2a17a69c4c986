"""What is frozen when a dossier is filed: answers, verdicts, texts, edition version, under one SHA-256 fingerprint.

A deposit holds sentences and labels, not references to them: it prints the same in ten years, whatever became of
the rules and of the wording.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from grantapp.domain import project_file
from grantapp.domain.answer import as_text, as_value
from grantapp.domain.changes import as_json as changes_as_json
from grantapp.domain.changes import changes
from grantapp.domain.edition import Edition
from grantapp.domain.frozen import Frozen, cited, passage
from grantapp.domain.judgement import Judgement, as_json
from grantapp.domain.project import Project, Section, is_asked
from grantapp.domain.question import Kind, Question
from grantapp.domain.sharing import SHARED, Together
from grantapp.domain.wizard import asked_steps, questions_of

# Since 2, the passages of an edition keep their citations; a deposit of 1 holds them as plain text. Since 3, a deposit
# says where it can be verified, which version it follows, and what it changes to that one. Since 4, one that stands in
# a collective dossier says so, with its mandate, and each of its sections says whose answers it holds.
FORMAT = 4


DATA = "dossier.json"  # the name of a deposit as a file: its canonical form
VERIFY_PATH = "/verifier-un-dossier?code="  # on the site where it was filed, followed by the start of its fingerprint


class Deposit(Frozen):
    """What one version of a dossier froze."""

    @property
    def short_code(self) -> str:
        return short_code(self.fingerprint)

    @property
    def verify_address(self) -> str | None:
        """Where a filed version is verified; None for what is not filed, or was before sites gave their address."""
        site = self.content.get("address")
        return verify_address(site, self.fingerprint) if site and self.content["number"] else None

    @property
    def pieces(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each file filed, with the label of the piece it was given for; one that was given twice comes twice."""
        for section in self.content["sections"]:
            for answer in section["answers"]:
                for piece in answer.get("pieces", ()):
                    yield answer["label"], piece


def verify_address(site: str, fingerprint: str) -> str:
    return f"{site}{VERIFY_PATH}{fingerprint[:12]}"


def short_code(fingerprint: str) -> str:
    """The first 12 characters of a fingerprint by fours, to be read aloud: `3F2A 90C4 7B1E`."""
    head = fingerprint[:12].upper()
    return " ".join(head[i : i + 4] for i in range(0, 12, 4))


def thaw(canonical: bytes) -> Deposit:
    """The deposit back from its stored bytes."""
    return Deposit.thaw(canonical)


def freeze(
    *,
    edition: Edition,
    project: Project,
    judgement: Judgement,
    reference: str,
    number: int,
    by: str,
    at: datetime,
    address: str = "",
    previous: Deposit | None = None,
    together: Together | None = None,
) -> Deposit:
    """Everything the dossier will ever print. `by` is the name of the person who files; `at` is in UTC.

    `address` is that of the site where the deposit can be verified; none when nothing is filed. `previous` is the
    version that this one follows: what changed since is frozen too. `together` says whose answers it took, in a
    collective dossier.
    """
    content = {
        "format": FORMAT,
        "reference": reference,
        "number": number,
        "deposited_at": at.isoformat(),
        "deposited_by": by,
        "address": address,
        "edition": {
            "id": edition.id,
            "version": edition.version,
            "call": passage(edition.call),
            "title": passage(edition.title),
            "authority": passage(edition.authority),
            "opens_on": edition.window.opens_on.isoformat(),
            "closes_on": edition.window.closes_on.isoformat(),
            "citations": cited(edition.window.cites),
            "hour_note": passage(edition.window.hour_note),
            "successor": passage(edition.successor),
            "amendments": [
                {"on": each.on.isoformat(), "clause": each.clause} | passage(each.text) for each in edition.amended(at)
            ],
        },
        "texts": {name: passage(said) for name, said in edition.texts.items()},
        "project": project_file.dump(project, edition.id),
        "collective": _collective(together, edition, project) if together else None,
        "sections": [_section(edition, project, step, together) for step in asked_steps(edition, project)],
        "judgement": as_json(judgement),
        "unanswered": [{"anchor": gap.anchor, "label": gap.label} for gap in judgement.unanswered],
    }
    return Deposit(content | _since(previous, content))


def _since(previous: Deposit | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """The version before, named so that nobody can put another in its place, and the changes since."""
    if previous is None:
        return {"previous": None, "changes": None}
    return {
        "previous": {
            "number": previous.content["number"],
            "fingerprint": previous.fingerprint,
            "deposited_at": previous.content["deposited_at"],
        },
        "changes": changes_as_json(changes(previous.content, content)),
    }


def _collective(together: Together, edition: Edition, project: Project) -> dict[str, object]:
    mandate = together.mandate
    return {
        "reference": together.collective,
        "cooperative": together.cooperative,
        "siren": together.siren,
        "lead": together.lead,
        "mandate": {
            "wording": mandate.wording,
            "given_at": mandate.given_at.isoformat(),
            "given_by": mandate.given_by,
        }
        if mandate
        else None,
        "filled": [step.name for step in asked_steps(edition, project) if step.name in together.filled],
    }


def _origin(section: Section, together: Together | None) -> dict[str, object] | None:
    """Whose answers these are: the cooperative's, or the firm's where the cooperative has some too; else None."""
    if together and section.name in together.overridden:
        return {"kind": "own", "reason": together.overridden[section.name]}
    if together and section.name in together.sections:
        saved_at = together.saved_at.get(section.name)
        return {
            "kind": "shared",
            "organisation": together.cooperative,
            "reference": together.lead,
            "saved_at": saved_at.isoformat() if saved_at else None,
            "but": sorted(f"{section.name}.{each}" for each in SHARED[section.name]),
        }
    return None


def _section(edition: Edition, project: Project, section: Section, together: Together | None) -> dict[str, object]:
    asked = [q for q in questions_of(edition, section) if is_asked(project, q.anchor) is True]
    return {
        "name": section.name,
        "title": section.title,
        "origin": _origin(section, together),
        "answers": [_answer(q, project.answer(q.anchor)) for q in asked],
    }


def _answer(question: Question, value: Any) -> dict[str, object]:
    answer: dict[str, object] = {
        "anchor": question.anchor,
        "kind": question.kind.value,
        "label": question.label,
        "unit": question.unit,
        "required": question.required,
    }
    if question.kind is Kind.TABLE:
        rows = value or ()
        return answer | {
            "columns": [
                {"name": c.name, "label": c.label, "unit": c.unit, "kind": c.kind.value} for c in question.columns
            ],
            "rows": [[as_text(c, getattr(row, c.name)) for c in question.columns] for row in rows],
            "totals": [_total(c, [getattr(row, c.name) for row in rows]) for c in question.columns],
        }
    if question.kind is Kind.PIECES:
        return answer | {"pieces": as_value(question, value or ())}
    return answer | {"text": as_text(question, value)}


def _total(column: Question, amounts: list[Decimal | None]) -> str | None:
    if not column.total or not amounts:
        return None
    return as_text(column, sum((amount for amount in amounts if amount is not None), Decimal(0)))
