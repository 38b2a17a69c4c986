"""Who asks, and when: the window (R01, R03), who may apply (R04 to R06), the polluter (R10), difficulty (R11)."""

from datetime import date, datetime
from decimal import Decimal

from grantapp.domain.derived import FILED_AT
from grantapp.domain.edition import Window
from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.sections.applicant import Category, LegalForm
from grantapp.french import PARIS, day, euros, listing, moment

DREAL = "la DREAL (le service de l'État chargé de l'environnement dans la région)"


def filed_in_window(*, window: Window) -> Rule:
    """R01. Both days included, in the time of Paris; what is known of the hour is said on the last day."""

    def check(at: datetime) -> Outcome:
        dates = f"du {day(window.opens_on)} au {day(window.closes_on)}, ces deux jours compris"
        if at < window.opens_at:
            return not_met(f"L'appel n'est pas encore ouvert. Déposez pendant l'appel : {dates}.")
        if not window.is_open(at):
            return not_met(
                f"L'appel s'est clos le {day(window.closes_on)}, à la fin de la journée (heure de Paris). "
                f"Un dépôt le {moment(at)} arrive trop tard : il fallait déposer {dates}."
            )
        filed_on = at.astimezone(PARIS).date()
        last = f" C'est le dernier jour. {window.hour_note}" if filed_on == window.closes_on else ""
        return met(f"Un dépôt le {day(filed_on)} entre dans les dates de l'appel : {dates}.{last}")

    return Rule(
        code="R01",
        slug="date-de-depot",
        title="Déposer pendant l'appel",
        needs=(FILED_AT,),
        cites=window.cites,
        check=check,
    )


def still_open(*, window: Window, successor: str, cites: tuple[Citation, ...]) -> Rule:
    """R03. Once the call is closed, what has taken its place."""

    def check(at: datetime) -> Outcome:
        if at >= window.closes_at:
            return not_met(f"Cet appel est clos depuis le {day(window.closes_on)}. {successor}")
        return met(f"L'appel n'est pas clos : il dure jusqu'au {day(window.closes_on)}.")

    return Rule(
        code="R03",
        slug="appel-clos",
        title="Un appel qui n'est pas clos",
        needs=(FILED_AT,),
        cites=cites,
        check=check,
        severity=Severity.WARNING,
    )


def legal_person(*, cites: tuple[Citation, ...]) -> Rule:
    """R04. No aid to individuals."""

    def check(form: LegalForm) -> Outcome:
        if form is LegalForm.NATURAL_PERSON:
            return not_met(
                "Une personne physique ou une entreprise individuelle ne peut pas être aidée. "
                "Faites porter la demande par une personne morale : société, coopérative, association, collectivité."
            )
        return met(f"« {form.label} » : la demande est portée par une personne morale.")

    return Rule(
        code="R04",
        slug="personne-morale",
        title="Être une personne morale",
        needs=("organisation.legal_form",),
        cites=cites,
        check=check,
    )


def bears_the_expense(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R05. The invoices are in the applicant's name."""

    def check(bears: bool) -> Outcome:
        if not bears:
            return not_met(
                "L'aide va à l'organisation qui paie les factures (le maître d'ouvrage). "
                "Faites porter la demande par celle qui paiera, ou faites établir les factures à votre nom."
            )
        return met("Votre organisation paie elle-même la dépense.")

    return Rule(
        code="R05",
        slug="maitre-d-ouvrage",
        title="Payer soi-même la dépense",
        needs=("organisation.bears_expense",),
        cites=cites,
        check=check,
        severity=severity,
    )


def admitted_holder(*, categories: frozenset[Category], cites: tuple[Citation, ...]) -> Rule:
    """R06. The categories named by the call; a State service is refused under any of them."""

    admitted = listing((f"« {each.label} »" for each in Category if each in categories), "ou")

    def check(form: LegalForm, category: Category) -> Outcome:
        if form is LegalForm.STATE_SERVICE or category not in categories:
            refused = form if form is LegalForm.STATE_SERVICE else category
            return not_met(f"« {refused.label} » : l'appel n'admet pas ce porteur. Il admet {admitted}.")
        return met(f"« {category.label} » figure parmi les porteurs admis.")

    return Rule(
        code="R06",
        slug="porteur-admis",
        title="Être un porteur admis",
        needs=("organisation.legal_form", "organisation.category"),
        cites=cites,
        check=check,
    )


def polluter_cannot_pay(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AllOf:
    """R10. The liable party is unknown or cannot be made to pay, and it is not the applicant."""

    def check_unknown(identified: bool) -> Outcome:
        if identified:
            return not_met("On sait qui a pollué le site.")
        return met("On ne sait pas qui a pollué le site.")

    def check_payment(can_be_made: bool) -> Outcome:
        if can_be_made:
            return not_met(
                "On peut encore l'obliger à payer : l'aide ne peut pas payer à sa place. Elle redevient possible s'il "
                f"a disparu sans successeur ou s'il est insolvable. Écrivez à {DREAL} : elle suit ces obligations."
            )
        return met("On sait qui a pollué le site, mais on ne peut plus l'obliger à payer.")

    def check_applicant(is_liable: bool) -> Outcome:
        if is_liable:
            return not_met(
                "Votre organisation, ou une entreprise qui lui est liée, est responsable de la pollution : elle doit "
                "la traiter à ses frais. Un porteur sans lien avec le responsable pourrait demander l'aide."
            )
        return met("Votre organisation n'en est pas responsable.")

    unknown_party = Rule(
        code="R10-inconnu",
        slug="pollueur-inconnu",
        title="Le pollueur est inconnu",
        needs=("liability.identified",),
        cites=cites,
        check=check_unknown,
    )
    insolvent_party = Rule(
        code="R10-hors-d-atteinte",
        slug="pollueur-hors-d-atteinte",
        title="Le pollueur ne peut pas être obligé de payer",
        needs=("liability.can_be_made_to_pay",),
        cites=cites,
        check=check_payment,
    )
    somebody_else = Rule(
        code="R10-porteur",
        slug="porteur-non-responsable",
        title="Le porteur n'est pas le pollueur",
        needs=("liability.applicant_is_liable",),
        cites=cites,
        check=check_applicant,
    )
    nobody_pays = AnyOf(
        code="R10-pollueur",
        slug="pollueur-defaillant",
        title="Aucun pollueur ne peut payer",
        branches=(unknown_party, insolvent_party),
        cites=cites,
    )
    return AllOf(
        code="R10",
        slug="pollueur-payeur",
        title="Aucun pollueur ne peut payer, et ce n'est pas vous",
        branches=(nobody_pays, somebody_else),
        cites=cites,
        severity=severity,
    )


# ── undertakings in difficulty ───────────────────────────────────────────────────────────────────────────────────

WITH_CAPITAL = frozenset({LegalForm.CRAFT_COOPERATIVE, LegalForm.OTHER_COOPERATIVE, LegalForm.COMPANY})
YOUNG_YEARS = 3
NOT_JUDGED = (
    "Non jugés ici : les sociétés à responsabilité illimitée, l'endettement des grandes entreprises, "
    "la situation d'un groupe."
)


def not_in_difficulty(*, cites: tuple[Citation, ...]) -> AllOf:
    """R11. Article 2(18) of Regulation 651/2014, tests (c), (d), then (a) as far as the answers allow."""

    def check_insolvency(insolvent: bool) -> Outcome:
        if insolvent:
            return not_met(
                "L'organisation est en procédure collective ou en cessation des paiements : c'est une entreprise en "
                "difficulté, qui ne reçoit pas, en règle générale, d'aide à l'investissement. Une aide redevient "
                "possible quand la procédure est close ; parlez-en d'abord à l'ADEME."
            )
        return met("Ni procédure collective, ni cessation des paiements.")

    def check_rescue(rescued: bool) -> Outcome:
        if rescued:
            return not_met(
                "Une aide au sauvetage n'est pas remboursée, ou un plan de restructuration aidé court encore : c'est "
                "une entreprise en difficulté jusqu'au remboursement, ou jusqu'à la fin du plan."
            )
        return met("Aucune aide au sauvetage ni à la restructuration en cours.")

    insolvency = Rule(
        code="R11-c",
        slug="procedure-collective",
        title="Aucune procédure collective",
        needs=("finances.insolvency",),
        cites=cites,
        check=check_insolvency,
    )
    rescue = Rule(
        code="R11-d",
        slug="aide-au-sauvetage",
        title="Aucune aide au sauvetage en cours",
        needs=("finances.rescue_aid",),
        cites=cites,
        check=check_rescue,
    )
    return AllOf(
        code="R11",
        slug="entreprise-en-difficulte",
        title="Ne pas être une entreprise en difficulté",
        branches=(insolvency, rescue, _capital_not_lost(cites)),
        cites=cites,
        severity=Severity.WARNING,
    )


def _capital_not_lost(cites: tuple[Citation, ...]) -> AnyOf:
    """Test (a): more than half of the capital and premium lost through accumulated losses; exactly half is not."""

    def check_form(form: LegalForm) -> Outcome:
        if form not in WITH_CAPITAL:
            return met(f"« {form.label} » : pas de capital social, donc pas de perte du capital. {NOT_JUDGED}")
        return not_met("L'organisation a un capital social.")

    def check_age(created_on: date, at: datetime) -> Outcome:
        filed_on = at.astimezone(PARIS).date()
        years = filed_on.year - created_on.year - ((filed_on.month, filed_on.day) < (created_on.month, created_on.day))
        if years < YOUNG_YEARS:
            return met(
                f"Créée le {day(created_on)}, l'organisation a moins de trois ans : la perte du capital ne compte "
                f"pas encore, si c'est une PME. {NOT_JUDGED}"
            )
        return not_met(f"Elle a été créée le {day(created_on)}, il y a trois ans ou plus.")

    def check_figures(capital: Decimal, premium: Decimal, own_funds: Decimal) -> Outcome:
        base = capital + premium
        if base - own_funds > base / 2:
            return not_met(
                f"Les capitaux propres ({euros(own_funds)}) sont inférieurs à la moitié du capital et des primes "
                f"({euros(base)}) : plus de la moitié a disparu."
            )
        return met(
            f"Capitaux propres : {euros(own_funds)}, pour {euros(base)} de capital et de primes : "
            f"il en reste au moins la moitié. {NOT_JUDGED}"
        )

    def check_cause(capital: Decimal, premium: Decimal, own_funds: Decimal, accumulated: bool) -> Outcome:
        base = capital + premium
        if accumulated:
            return not_met(
                "Des pertes cumulées en sont la cause : au sens européen, l'entreprise est en difficulté et ne reçoit "
                f"pas, en règle générale, d'aide à l'investissement. Il suffirait de {euros(base / 2)} de capitaux "
                "propres, par exemple par une augmentation de capital : voyez avec votre expert-comptable."
            )
        return met(
            f"Capitaux propres : {euros(own_funds)}, pour {euros(base)} de capital et de primes. Vous répondez que des "
            f"pertes cumulées n'en sont pas la cause : faites-le confirmer par votre expert-comptable. {NOT_JUDGED}"
        )

    amounts = ("finances.share_capital", "finances.share_premium", "finances.own_funds")
    return AnyOf(
        code="R11-a",
        slug="perte-du-capital",
        title="Le capital n'est pas perdu pour plus de moitié",
        branches=(
            Rule(
                code="R11-a-forme",
                slug="sans-capital",
                title="Pas de capital social",
                needs=("organisation.legal_form",),
                cites=cites,
                check=check_form,
            ),
            Rule(
                code="R11-a-age",
                slug="moins-de-trois-ans",
                title="Moins de trois ans",
                needs=("finances.created_on", FILED_AT),
                cites=cites,
                check=check_age,
            ),
            Rule(
                code="R11-a-montants",
                slug="moitie-du-capital",
                title="Plus de la moitié du capital reste",
                needs=amounts,
                cites=cites,
                check=check_figures,
            ),
            Rule(
                code="R11-a-cause",
                slug="pertes-cumulees",
                title="Pas de pertes cumulées",
                needs=(*amounts, "finances.accumulated_losses"),
                cites=cites,
                check=check_cause,
            ),
        ),
        cites=cites,
    )
