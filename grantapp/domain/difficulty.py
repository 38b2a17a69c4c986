"""Undertaking in difficulty: the five tests of article 2(18) of Regulation (EU) 651/2014, each with its arithmetic.

Amounts are in euros. One test that holds is enough; a test that cannot be judged yet never hides one that holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.eligibility import Citation, Facts, to_open
from grantapp.domain.reasoning import Reasoning
from grantapp.domain.sections.applicant import FORMS_WITH_CAPITAL, IndebtedYear, LegalForm
from grantapp.domain.size import SizeClass
from grantapp.french import PARIS, day, euros, listing, number, typeset

YOUNG_YEARS = 3  # the capital lost by an SME does not count before
DEBT_TIMES = Decimal("7.5")  # debt over own funds, strictly above
INTEREST_TIMES = Decimal("1.0")  # EBITDA over interest, strictly below
DEBT_YEARS = 2
REPLAYED = (2021, 2022)  # years of filing for which the exception of the health crisis is recalled

FORM, CREATED = "organisation.legal_form", "finances.created_on"
CAPITAL, PREMIUM, OWN_FUNDS = "finances.share_capital", "finances.share_premium", "finances.own_funds"
LOSSES, INSOLVENCY, RESCUE = "finances.accumulated_losses", "finances.insolvency", "finances.rescue_aid"
YEARS, GROUP = "finances.debt_years", "finances.consolidated"
NEEDS = (INSOLVENCY, RESCUE, CAPITAL, PREMIUM, OWN_FUNDS, LOSSES, CREATED, YEARS, GROUP, FORM, SIZE, FILED_AT)

GBER = Citation(
    text="Règlement (UE) n° 651/2014, règlement général d'exemption par catégorie",
    at="article 2, point 18",
    url="https://eur-lex.europa.eu/eli/reg/2014/651/oj",
    verified=False,
    note="Les cinq tests ont été lus dans des sources secondaires ; le texte officiel est à relire. Sont déduits : le "
    "capital variable, les organisations sans capital, les capitaux propres ou les intérêts nuls, le groupe.",
)
HEALTH_CRISIS = Citation(
    text="Règlement (UE) 2020/972, modifiant le règlement n° 651/2014",
    at="entreprises devenues en difficulté en 2020 ou 2021",
    url="https://eur-lex.europa.eu/eli/reg/2020/972/oj",
    verified=False,
    note="Ni le texte ni ses prolongations n'ont été relus.",
)


@dataclass(frozen=True)
class Trial:
    """One of the five tests: True it holds (difficulty), False it does not, None it cannot be judged."""

    letter: str
    title: str
    holds: bool | None
    working: str  # the arithmetic, in French
    missing: tuple[str, ...] = ()
    remedy: str = ""  # what would be enough
    concerns: bool = True  # whether the test is about this kind of organisation

    @property
    def line(self) -> str:
        verdict = {True: "oui", False: "non", None: "ne peut pas être jugé"}[self.holds]
        return typeset(f"Test {self.letter}, {self.title} : {verdict}. {self.working}")


@dataclass(frozen=True, kw_only=True)
class Difficulty(Reasoning):
    in_difficulty: bool | None
    trials: tuple[Trial, ...]
    caveat: str  # what the judgement leaves out, or nothing

    @property
    def values(self) -> Mapping[str, object]:
        return {"in_difficulty": self.in_difficulty} | {f"test_{each.letter}": each.holds for each in self.trials}


def difficulty_of(facts: Facts) -> Difficulty:
    """The five tests on what is answered so far; the size comes as a derived fact."""
    trials = (_capital(facts, "a"), _capital(facts, "b"), _insolvency(facts), _rescue(facts), _debt(facts))
    held = [each for each in trials if each.holds]
    undecided = [each for each in trials if each.holds is None]
    in_difficulty = True if held else None if undecided else False
    caveat = _caveat(facts)
    lines = [each.line for each in trials]
    citations: tuple[Citation, ...] = (GBER,)
    if facts.get(FORM) in (LegalForm.CRAFT_COOPERATIVE, LegalForm.OTHER_COOPERATIVE):
        lines.append(
            "Capital variable d'une coopérative : prenez le capital souscrit à la date de clôture des derniers "
            "comptes approuvés."
        )
    if caveat:
        lines.append(caveat)
    filed_on = _filed_on(facts)
    if in_difficulty is not False and filed_on and filed_on.year in REPLAYED:
        lines.append(
            "Crise sanitaire : une entreprise qui n'était pas en difficulté au 31 décembre 2019 et l'est devenue en "
            "2020 ou 2021 pouvait être aidée. À faire confirmer pour votre date de dépôt."
        )
        citations += (HEALTH_CRISIS,)
    return Difficulty(
        code="difficulty",
        section="finances",
        title="Entreprise en difficulté",
        sentence=_sentence(held, undecided),
        lines=tuple(lines),
        missing=tuple(anchor for each in undecided for anchor in each.missing),
        citations=citations,
        in_difficulty=in_difficulty,
        trials=trials,
        caveat=caveat,
    )


def _sentence(held: list[Trial], undecided: list[Trial]) -> str:
    if held:
        which = listing(f"{each.letter} ({each.title})" for each in held)
        return f"L'organisation est en difficulté, au sens européen, d'après {_tests(held)} {which}."
    if undecided:
        which = listing(each.letter for each in undecided)
        can = "ne peuvent" if len(undecided) > 1 else "ne peut"
        return (
            "On ne peut pas encore dire si l'organisation est en difficulté : "
            f"{_tests(undecided)} {which} {can} pas être {'jugés' if len(undecided) > 1 else 'jugé'}."
        )
    return "L'organisation n'est pas en difficulté, au sens européen : aucun des cinq tests n'est rempli."


def _tests(trials: list[Trial]) -> str:
    return "les tests" if len(trials) > 1 else "le test"


def _caveat(facts: Facts) -> str:
    """Groups are judged together: an answer never undoes the judgement of the organisation, it limits its reach."""
    if facts.get(FORM) not in (*FORMS_WITH_CAPITAL, None) or facts.get(GROUP) is False:
        return ""
    if facts.get(GROUP) is True:
        return (
            "L'organisation entre dans des comptes consolidés : la difficulté se juge alors au niveau du groupe, ce "
            "qui n'est pas fait ici. Ces tests portent sur ses seuls comptes : faites juger le groupe par votre "
            "expert-comptable."
        )
    return "La situation d'un groupe n'est pas jugée ici : ces tests portent sur les seuls comptes de l'organisation."


def _filed_on(facts: Facts) -> date | None:
    at = facts.get(FILED_AT)
    return at.astimezone(PARIS).date() if isinstance(at, datetime) else None


def _is_sme(facts: Facts) -> bool | None:
    size = facts.get(SIZE)
    return size.is_sme if isinstance(size, SizeClass) else None


# ── a and b: the capital ─────────────────────────────────────────────────────────────────────────────────────────

TITLES = {
    "a": "perte du capital, responsabilité limitée",
    "b": "perte du capital, responsabilité illimitée",
}


def _capital(facts: Facts, letter: str) -> Trial:
    """The arithmetic is the same; the legal form says which of the two tests is about the organisation."""
    title, form = TITLES[letter], facts.get(FORM)
    if not isinstance(form, LegalForm):
        trial = _lost(facts, letter, title)
        if trial.holds is False:
            return trial
        return replace(trial, holds=None, missing=(FORM, *trial.missing), remedy="")
    if form not in FORMS_WITH_CAPITAL:
        return Trial(letter, title, False, f"« {form.label} » : pas de capital social, donc pas de perte du capital.")
    if (form is LegalForm.PARTNERSHIP) is not (letter == "b"):
        other = "b" if letter == "a" else "a"
        return Trial(letter, title, False, f"« {form.label} » : elle relève du test {other}.", concerns=False)
    return _lost(facts, letter, title)


def _lost(facts: Facts, letter: str, title: str) -> Trial:
    """More than half of capital and premium gone, through accumulated losses; exactly half is not."""
    figures = [facts.get(anchor) for anchor in (CAPITAL, PREMIUM, OWN_FUNDS)]
    known = [each for each in figures if isinstance(each, Decimal)]
    exempt, unsettled = _young_sme(facts)
    young = (
        f"Créée le {_created(facts)}, c'est une PME de moins de trois ans : la perte du capital ne compte pas encore."
    )
    if len(known) < len(figures):
        if exempt:
            return Trial(letter, title, False, young)
        missing = to_open((CAPITAL, PREMIUM, OWN_FUNDS, LOSSES), facts) + unsettled
        return Trial(letter, title, None, "Il manque le capital, les primes ou les capitaux propres.", missing)

    capital, premium, own_funds = known
    base = capital + premium
    lost = base - own_funds
    paid = f"{euros(base)} de capital"
    if premium:
        paid += f" et de primes ({euros(capital)} + {euros(premium)}, la prime comptée une seule fois)"
    if lost <= 0:
        reach = f"{euros(own_funds)} de capitaux propres, pour {paid} : rien n'est perdu."
        return Trial(letter, title, False, reach)
    working = f"{paid} − {euros(own_funds)} de capitaux propres = {euros(lost)}"
    if lost <= base / 2:
        return Trial(letter, title, False, f"{working} : pas plus de la moitié ({euros(base / 2)}).")
    working = f"{working} : plus de la moitié ({euros(base / 2)}) a disparu."
    accumulated = facts.get(LOSSES)
    if accumulated is False:
        other = "Vous répondez que des pertes cumulées n'en sont pas la cause : faites-le confirmer par votre "
        return Trial(letter, title, False, f"{working} {other}expert-comptable.")
    if exempt:
        return Trial(letter, title, False, f"{working} {young}")
    if accumulated is None or exempt is None:
        missing = to_open((LOSSES,), facts) + unsettled
        why = [
            "si des pertes cumulées en sont la cause" if accumulated is None else "",
            "si c'est une PME de moins de trois ans" if exempt is None else "",
        ]
        return Trial(letter, title, None, f"{working} Reste à savoir {listing(filter(None, why))}.", missing)
    remedy = (
        f"Il suffirait de {euros(base / 2)} de capitaux propres à capital égal, ou d'une augmentation de capital de "
        f"{euros(base - 2 * own_funds)} : voyez avec votre expert-comptable."
    )
    return Trial(letter, title, True, f"{working} Des pertes cumulées en sont la cause.", remedy=remedy)


def _young_sme(facts: Facts) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the organisation is an SME of less than three years on the day of filing, or what keeps it unsettled."""
    created_on, filed_on, is_sme = facts.get(CREATED), _filed_on(facts), _is_sme(facts)
    young = None
    if isinstance(created_on, date) and filed_on:
        before_birthday = (filed_on.month, filed_on.day) < (created_on.month, created_on.day)
        young = filed_on.year - created_on.year - before_birthday < YOUNG_YEARS
    if young is False or is_sme is False:
        return False, ()
    if young and is_sme:
        return True, ()
    return None, to_open((CREATED, FILED_AT, SIZE), facts)


def _created(facts: Facts) -> str:
    created_on = facts.get(CREATED)
    return day(created_on) if isinstance(created_on, date) else ""


# ── c and d: insolvency, rescue ──────────────────────────────────────────────────────────────────────────────────


def _insolvency(facts: Facts) -> Trial:
    """Whatever the form, the size and the age."""
    title, insolvent = "procédure collective", facts.get(INSOLVENCY)
    if insolvent is None:
        return Trial("c", title, None, "Il manque votre réponse.", (INSOLVENCY,))
    if insolvent:
        return Trial(
            "c",
            title,
            True,
            "L'organisation est en procédure collective ou en cessation des paiements.",
            remedy="Une aide redevient possible quand la procédure est close ; parlez-en d'abord au financeur.",
        )
    return Trial("c", title, False, "Ni procédure collective, ni cessation des paiements.")


def _rescue(facts: Facts) -> Trial:
    title, rescued = "aide au sauvetage ou à la restructuration", facts.get(RESCUE)
    if rescued is None:
        return Trial("d", title, None, "Il manque votre réponse.", (RESCUE,))
    if rescued:
        return Trial(
            "d",
            title,
            True,
            "Une aide au sauvetage n'est pas remboursée, ou un plan de restructuration aidé court encore.",
            remedy="C'est vrai jusqu'au remboursement, ou jusqu'à la fin du plan.",
        )
    return Trial("d", title, False, "Aucune aide au sauvetage ni à la restructuration en cours.")


# ── e: the debt of large undertakings ────────────────────────────────────────────────────────────────────────────


def _debt(facts: Facts) -> Trial:
    """Each of the last two years: debt over own funds above 7.5 and EBITDA over interest below 1.0."""
    title, form, is_sme = "endettement, grandes entreprises seulement", facts.get(FORM), _is_sme(facts)
    if isinstance(form, LegalForm) and form not in FORMS_WITH_CAPITAL:
        return Trial("e", title, False, f"« {form.label} » : ce test vise les sociétés.", concerns=False)
    if is_sme:
        return Trial("e", title, False, "C'est une PME : ce test ne la concerne pas.", concerns=False)
    too_much, working = _two_years(facts)
    if too_much is False:
        return Trial("e", title, False, working)
    if is_sme is None:
        unsaid = "La taille n'est pas encore connue."
        return Trial("e", title, None, f"{unsaid} {working}" if too_much else unsaid, to_open((SIZE,), facts))
    if too_much is None or form is None:
        return Trial("e", title, None, working, (YEARS,) if too_much is None else (FORM,))
    return Trial(
        "e", title, True, working, remedy="Il suffit qu'une seule des deux années repasse sous l'un des seuils."
    )


def _two_years(facts: Facts) -> tuple[bool | None, str]:
    """Whether both years are beyond both thresholds, with the arithmetic; one year that is not settles it."""
    given = facts.get(YEARS)
    rows = given if isinstance(given, tuple) else ()
    dated = {each for each in rows if isinstance(each, IndebtedYear) and each.closed_on}
    years = sorted(dated, key=lambda each: each.closed_on or date.min, reverse=True)[:DEBT_YEARS]
    judged = [_year(each) for each in years]
    working = " ".join(sentence for _, sentence in judged)
    if any(beyond is False for beyond, _ in judged):
        return False, working
    if len({each.closed_on for each in years}) < DEBT_YEARS or any(beyond is None for beyond, _ in judged):
        return None, f"{working} Il manque les chiffres des deux derniers exercices.".strip()
    return True, working


def _year(year: IndebtedYear) -> tuple[bool | None, str]:
    """Own funds at or below zero give debt no measure: it counts as beyond. No interest leaves none uncovered."""
    debt, own_funds, ebitda, interest = year.debt, year.own_funds, year.ebitda, year.interest
    indebted = uncovered = None
    said = []
    if debt is not None and own_funds is not None:
        if own_funds > 0:
            indebted = debt > DEBT_TIMES * own_funds
            said.append(f"dettes {euros(debt)} / capitaux propres {euros(own_funds)} = {_ratio(debt, own_funds)}")
        else:
            indebted = debt > 0
            counted = "compte comme supérieur à 7,5" if indebted else "ne compte pas, faute de dettes"
            said.append(f"capitaux propres nuls ou négatifs ({euros(own_funds)}), le rapport des dettes {counted}")
    if ebitda is not None and interest is not None:
        if interest > 0:
            uncovered = ebitda < INTEREST_TIMES * interest
            said.append(f"excédent brut {euros(ebitda)} / intérêts {euros(interest)} = {_ratio(ebitda, interest)}")
        else:
            uncovered = False
            said.append("pas d'intérêts à payer, donc rien qui ne soit couvert")
    both = (indebted, uncovered)
    beyond = False if False in both else None if None in both else True
    verdict = {True: "au-delà des deux seuils", False: "un seuil au moins n'est pas franchi", None: "à compléter"}[
        beyond
    ]
    closed = day(year.closed_on) if year.closed_on else ""
    return beyond, f"Exercice clos le {closed} : {' ; '.join(said) or 'aucun chiffre'} ({verdict} : 7,5 et 1,0)."


def _ratio(above: Decimal, below: Decimal) -> str:
    """Two decimals to read; the thresholds are compared without dividing."""
    return number((above / below).quantize(Decimal("0.01")))
