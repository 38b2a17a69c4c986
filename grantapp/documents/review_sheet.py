"""The review sheet: what the service that examines wants to know first, and room for its opinion. One page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grantapp import french
from grantapp.documents.dossier import PrintedDossier, printed_dossier
from grantapp.documents.ink import Ink
from grantapp.documents.leaf import one_page
from grantapp.documents.report import Finding
from grantapp.documents.summary import shortened
from grantapp.domain.answer import Misread, understand
from grantapp.domain.deposit import Deposit
from grantapp.domain.project import question_at
from grantapp.domain.size import SizeClass

# Where a value comes from: everything in a deposit is one of these, and the sheet says which.
DECLARED, COMPUTED = "D", "C"
FEWEST = 12  # characters that are always kept
MOST_FINDINGS = 5
MOST_CODES = 30
POLLUTER = ("pollueur-payeur",)
TESTS = ("a", "b", "c", "d", "e")


@dataclass(frozen=True)
class Fact:
    label: str
    text: str | None
    mark: str = DECLARED


@dataclass(frozen=True)
class Group:
    heading: str
    facts: tuple[Fact, ...]
    part: str  # where the whole stands in the dossier


@dataclass(frozen=True)
class Tally:
    """The rules of one verdict: how many, and their codes."""

    label: str
    count: int
    codes: str


@dataclass(frozen=True)
class ReviewSheet:
    title: str
    applicant: str
    left: tuple[Group, ...]
    right: tuple[Group, ...]
    tallies: tuple[Tally, ...]
    findings: tuple[tuple[str, str, str], ...]  # code, verdict, sentence
    other_findings: int
    missing: str
    replaced: tuple[str, ...]


def pdf(deposit: Deposit) -> bytes:
    """One page, whatever the project: texts are cut shorter until it is. The same deposit gives the same bytes."""
    dossier = printed_dossier(deposit)
    return one_page(
        "review_sheet",
        deposit,
        lambda tightness: {"dossier": dossier, "sheet": review_sheet(deposit, dossier, tightness)},
    )


def review_sheet(deposit: Deposit, dossier: PrintedDossier, tightness: Decimal = Decimal(1)) -> ReviewSheet:
    return _Reading(deposit, dossier, tightness).sheet()


class _Reading:
    """One deposit read for the sheet, every text cut at its length times `tightness`."""

    def __init__(self, deposit: Deposit, dossier: PrintedDossier, tightness: Decimal) -> None:
        content = deposit.content
        self.dossier = dossier
        self.tightness = tightness
        self.ink = Ink()
        self.judgement = content["judgement"]
        self.project = content["project"]
        self.answers = {each["anchor"]: each for section in content["sections"] for each in section["answers"]}
        self.aid = {line["code"]: line for line in self.judgement["aid"]}
        self.computed = {each["code"]: each for each in self.judgement.get("computations", ())}

    def sheet(self) -> ReviewSheet:
        report = self.dossier.report
        refused = report.of_verdict("not_met")
        open_findings = [*sorted(refused, key=lambda each: not each.is_refusal), *report.of_verdict("unknown")]
        return ReviewSheet(
            title=self.cut(self.dossier.title, 120),
            applicant=self.cut(self.dossier.applicant, 90),
            left=(self.who(), self.size(), self.difficulty(), self.start()),
            right=(self.money(), self.regime(), self.site()),
            tallies=(
                self.tally("Non remplies", refused),
                self.tally("À juger", report.of_verdict("unknown")),
                self.tally("À confirmer", report.to_confirm),
                self.tally("Remplies", report.of_verdict("met")),
            ),
            findings=tuple(
                (each.rule, each.verdict_word, self.cut(each.sentence, 125)) for each in open_findings[:MOST_FINDINGS]
            ),
            other_findings=max(len(open_findings) - MOST_FINDINGS, 0),
            missing=self.missing(),
            replaced=tuple(sorted(self.ink.replaced)),
        )

    # ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────

    def who(self) -> Group:
        return Group(
            "Identité",
            (
                Fact("SIRET", self.siret()),
                self.fact("Forme", "organisation.legal_form"),
                self.fact("Au titre de", "organisation.category"),
                self.fact("Représentant", "organisation.representative", "organisation.representative_role"),
                self.fact("Siège", "organisation.address", "organisation.postcode", "organisation.town"),
            ),
            "2",
        )

    def siret(self) -> str | None:
        text = self.text("organisation.siret")
        if text is None:
            return None
        try:
            understand(question_at("organisation.siret"), self.project.get("organisation", {}).get("siret"))
        except Misread:
            return french.typeset(f"{text} : clé de contrôle fausse")
        return french.typeset(f"{text} (clé de contrôle juste)")

    def size(self) -> Group:
        company = self.judgement["company"]
        label = SizeClass(company["size"]).label if company["size"] else None
        return Group(
            french.typeset("Taille de l'entreprise"),
            (
                Fact("Classe", label or "à déterminer", COMPUTED),
                Fact("Chiffres retenus", self.figures(company), COMPUTED),
                Fact("Calcul", self.cut(" ".join(company["lines"]), 120) or None, COMPUTED),
            ),
            "3.3",
        )

    @staticmethod
    def figures(company: Mapping[str, Any]) -> str | None:
        if company["headcount"] is None:
            return None
        told = [f"{french.number(Decimal(company['headcount']))}{french.NBSP}ETP"]
        for word, name in (("CA", "turnover"), ("bilan", "balance_total")):
            if company[name] is not None:
                told.append(f"{word} {french.euros(Decimal(company[name]))}")
        return ", ".join(told)

    def difficulty(self) -> Group:
        found = self.computed.get("difficulty")
        if found is None:
            return Group(
                "Entreprise en difficulté", (Fact("Tests a à e", "non demandés par cette édition", ""),), "3.4"
            )
        verdicts = {True: "Oui", False: "Non", None: "À juger"}
        facts = [Fact("Conclusion", self.cut(found["sentence"], 110), COMPUTED)]
        for letter in TESTS:
            line = next((each for each in found["lines"] if each.startswith(f"Test {letter},")), "")
            # « Test a, perte du capital : non. 612 000 € de capitaux propres… » : what follows the verdict.
            figures = line.partition(f"{french.NBSP}: ")[2].partition(". ")[2]
            verdict = verdicts[found["values"].get(f"test_{letter}")]
            facts.append(Fact(f"Test {letter}", self.cut(f"{verdict}. {figures}".strip(), 88), COMPUTED))
        return Group("Entreprise en difficulté", tuple(facts), "3.4")

    def start(self) -> Group:
        found = self.computed.get("work_start")
        return Group(
            "Réception et début des travaux",
            (
                Fact("Déposé ici le", self.dossier.deposited_at, COMPUTED),
                Fact("Travaux", self.cut(found["sentence"], 150) if found else None, COMPUTED),
                Fact("Actes signés", self.signed()),
                self.fact("Début et fin", "schedule.starts_on", "schedule.ends_on"),
            ),
            "2",
        )

    def signed(self) -> str | None:
        """What is signed, with its dates: the proof that works have, or have not, begun."""
        answer = self.answers.get("schedule.contracts")
        if answer is None:
            said = self.text("schedule.has_contracts")
            return "Aucun" if said == "Non" else said
        names = [column["name"] for column in answer["columns"]]
        told = [
            f"{row[names.index('purpose')] or '—'} ({row[names.index('signed_on')] or 'sans date'})"
            for row in answer["rows"]
        ]
        return self.cut(f"{len(told)} : {' ; '.join(told)}", 130) if told else None

    def money(self) -> Group:
        base, asked = self.amount("eligible_base"), self.amount("requested_grant")
        total = self.computed.get("cumulation", {}).get("values", {}).get("total")
        public = Decimal(total) if total is not None else None
        return Group(
            "Argent (hors taxes)",
            (
                self.line("Coût total", "cost"),
                self.line("Assiette éligible", "eligible_base"),
                Fact("Aide demandée", self.with_rate(asked, base), COMPUTED),
                self.line("Autres aides publiques", "other_public_aid"),
                Fact("Total public, mêmes dépenses", self.with_rate(public, base), COMPUTED),
                self.line("Plus haute aide possible", "largest_grant"),
                self.line("Reste à financer", "own_share"),
            ),
            "3.2",
        )

    @staticmethod
    def with_rate(amount: Decimal | None, base: Decimal | None) -> str | None:
        if amount is None:
            return None
        if not base or base < 0:
            return french.euros(amount)
        rate = (amount * 100 / base).quantize(Decimal("0.1"))
        return french.typeset(f"{french.euros(amount)}, soit {french.percent(rate)} de l'assiette")

    def regime(self) -> Group:
        """What is known of the legal basis and of its rates: the number of a scheme is for the service to write."""
        stated = {"cost", "eligible_base", "revenue", "other_public_aid", "deficit", "requested_grant", "own_share"}
        others = [line for code, line in self.aid.items() if code not in stated | {"largest_grant", "over_ceiling"}]
        facts = [
            Fact(
                self.cut(line["label"], 60),
                self.cut(
                    french.euros(Decimal(line["amount"])) if line["amount"] is not None else line["explanation"], 90
                ),
                COMPUTED,
            )
            for line in others[:3]
        ]
        room = self.computed.get("de_minimis", {})
        facts.append(Fact("De minimis", self.cut(room.get("sentence", ""), 100) or None, COMPUTED))
        return Group("Régime et intensité", tuple(facts), "3.2")

    def site(self) -> Group:
        findings = {each["slug"]: each for each in self.judgement["findings"]}
        polluter = next((findings[slug] for slug in POLLUTER if slug in findings), None)
        files = self.answers.get("pieces.duties_evidence", {}).get("pieces", ())
        proof = [f"{self.cut(files[0]['name'], 40)} ({french.plural(len(files), 'fichier')})"] if files else []
        proof += [text for text in (self.text("liability.evidence"),) if text]
        return Group(
            "Site, pollueur, urbanisme",
            (
                self.fact("Site", "site.name", "site.postcode", "site.town"),
                self.fact("Parcelles", "site.parcels"),
                Fact("Pollueur-payeur", self.cut(polluter["sentence"], 120) if polluter else None, COMPUTED),
                Fact("Preuve", self.cut(" ; ".join(proof), 120) or None),
                self.fact("Urbanisme", "plan.planning_document"),
                self.fact("Projet conforme", "plan.planning_compatible"),
            ),
            "2",
        )

    def missing(self) -> str:
        wanting = [*(piece.label for piece in self.dossier.missing_pieces)]
        answers = len(self.dossier.unanswered) - len(wanting)
        told = self.cut(" ; ".join(wanting), 150) or "aucune"
        if answers > 0:
            told += f" ; {french.plural(answers, 'réponse demandée', 'réponses demandées')} sans réponse"
        return french.typeset(told)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def cut(self, text: str, most: int) -> str:
        return self.ink.text(shortened(text, max(int(most * self.tightness), FEWEST)))

    def text(self, anchor: str) -> str | None:
        return self.answers.get(anchor, {}).get("text") or None

    def fact(self, label: str, *anchors: str) -> Fact:
        given = [text for anchor in anchors if (text := self.text(anchor))]
        return Fact(label, self.cut(", ".join(given), 80) if given else None)

    def amount(self, code: str) -> Decimal | None:
        amount = self.aid.get(code, {}).get("amount")
        return None if amount is None else Decimal(amount)

    def line(self, label: str, code: str) -> Fact:
        amount = self.amount(code)
        return Fact(label, None if amount is None else french.euros(amount), COMPUTED)

    def tally(self, label: str, findings: Sequence[Finding]) -> Tally:
        codes = sorted(each.rule for each in findings)
        shown = ", ".join(codes[:MOST_CODES]) + ("…" if len(codes) > MOST_CODES else "")
        return Tally(label, len(codes), shown)
