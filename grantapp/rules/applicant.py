"""Who asks, and when: the window (R01, R03), who may apply (R04 to R06), the polluter (R10)."""

from datetime import datetime

from grantapp.domain.derived import FILED_AT
from grantapp.domain.edition import Window
from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.sections.applicant import Category, LegalForm
from grantapp.french import PARIS, day, listing, moment

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


def legal_person(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
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
        severity=severity,
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


def admitted_holder(
    *, categories: frozenset[Category], cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING
) -> Rule:
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
        severity=severity,
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
