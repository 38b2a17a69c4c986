"""What and when: use (R21, R25), studies or works (R26 to R29), nothing signed before filing (R30, R32),
the calendar of the call (R33, R34), planning (R37), a demolition justified (R47).
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from grantapp.domain.derived import FILED_AT
from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.question import Piece, When, when
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.works import ContractNature, Use
from grantapp.french import PARIS, day, listing, plural

FOR_STUDIES = when("request.kind", RequestKind.STUDIES, RequestKind.BOTH)
FOR_WORKS = when("request.kind", RequestKind.WORKS, RequestKind.BOTH)


def admitted_use(*, uses: frozenset[Use], cites: tuple[Citation, ...]) -> Rule:
    """R21. One admitted use is enough; the others are named, for the reviewer will ask."""

    def check(chosen: tuple[Use, ...]) -> Outcome:
        admitted = [each for each in chosen if each in uses]
        others = [each for each in chosen if each not in uses]
        if not admitted:
            return not_met(
                f"{_quoted(others)} : l'appel ne nomme pas cet usage. Il admet {_quoted(sorted(uses, key=_order))}. "
                "Si le projet entre dans l'un d'eux, choisissez-le."
            )
        rest = f" {_quoted(others)} : non nommé par l'appel, à décrire dans le projet." if others else ""
        return met(f"{_quoted(admitted)} : usage admis par l'appel.{rest}")

    return Rule(code="R21", slug="usage-admis", title="Un usage admis", needs=("plan.uses",), cites=cites, check=check)


def priority_use(*, others: frozenset[Use], cites: tuple[Citation, ...]) -> Rule:
    """R25. `others` are the uses that a priority of the year leaves out; a project of that kind may still be filed."""

    def check(chosen: tuple[Use, ...]) -> Outcome:
        if left_out := [each for each in chosen if each in others]:
            return not_met(
                f"{_quoted(left_out)} : la priorité de l'année laisse cet usage de côté. Ce n'est pas un refus ; si ce "
                "n'est qu'une part du projet, dites laquelle dans sa description."
            )
        return met("Aucun des usages du projet n'est laissé de côté par la priorité de l'année.")

    return Rule(
        code="R25",
        slug="usage-prioritaire",
        title="Un usage que la priorité de l'année ne laisse pas de côté",
        needs=("plan.uses",),
        cites=cites,
        check=check,
        severity=Severity.WARNING,
    )


def studies_or_works(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R26. One request is for studies or for works."""

    def check(kind: RequestKind) -> Outcome:
        if kind is RequestKind.BOTH:
            return not_met(
                "Vous demandez des études et des travaux à la fois ; l'appel aide les unes ou les autres, selon "
                "l'avancement. Choisissez les travaux si le plan de gestion est fait, les études sinon."
            )
        return met(f"La demande porte sur une seule chose : « {kind.label} ».")

    return Rule(
        code="R26",
        slug="etudes-ou-travaux",
        title="Des études ou des travaux, pas les deux",
        needs=("request.kind",),
        cites=cites,
        check=check,
        severity=severity,
    )


def plan_and_design_attached(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R27. Both attached and not dated after the filing. No text read defines « récent »: the age is only said."""

    def check(
        plan: tuple[Piece, ...], design: tuple[Piece, ...], plan_on: date, design_on: date, at: datetime
    ) -> Outcome:
        filed_on = at.astimezone(PARIS).date()
        dated = {"le plan de gestion": plan_on, "l'avant-projet (AVP)": design_on}
        if late := [f"{name} est daté du {day(on)}" for name, on in dated.items() if on > filed_on]:
            return not_met(
                f"Au {day(filed_on)}, {listing(late)} : une pièce ne peut pas être datée d'après le dépôt. "
                "Corrigez la date, ou attendez la pièce pour déposer."
            )
        return met(
            f"Le plan de gestion ({day(plan_on)}) et l'avant-projet ({day(design_on)}) sont joints. L'appel veut un "
            f"plan « récent » sans dire de combien : le vôtre a {_age(plan_on, filed_on)}."
        )

    return Rule(
        code="R27",
        slug="plan-de-gestion-et-avant-projet",
        title="Plan de gestion et avant-projet joints",
        needs=(
            "pieces.management_plan",
            "pieces.preliminary_design",
            "pollution.management_plan_on",
            "pollution.preliminary_design_on",
            FILED_AT,
        ),
        cites=cites,
        check=check,
        severity=severity,
        applies=FOR_WORKS,
    )


def certified_consultant(*, cites: tuple[Citation, ...], applies: tuple[When, ...] = ()) -> Rule:
    """R28. Studies follow the national method, by a certified firm."""

    def check(certified: bool) -> Outcome:
        if not certified:
            return not_met(
                "Les études de pollution doivent être confiées à un bureau d'études certifié LNE « sites et sols "
                "pollués » (norme NF X 31-620). Choisissez un bureau certifié, ou faites reprendre l'étude par lui."
            )
        return met("Les études de pollution sont confiées à un bureau d'études certifié LNE.")

    return Rule(
        code="R28",
        slug="bureau-certifie",
        title="Un bureau d'études certifié",
        needs=("pollution.certified_consultant",),
        cites=cites,
        check=check,
        applies=applies,
    )


def independent_supervisor(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R29. Whoever supervises the works does not carry them out."""

    def check(independent: bool) -> Outcome:
        if not independent:
            return not_met(
                "Le suivi du chantier de dépollution doit être fait par un bureau certifié, indépendant de "
                "l'entreprise qui fait les travaux. Prévoyez un second prestataire pour ce suivi."
            )
        return met("Le suivi du chantier est confié à un bureau certifié, indépendant de l'entreprise de travaux.")

    return Rule(
        code="R29",
        slug="suivi-independant",
        title="Un suivi de chantier indépendant",
        needs=("pollution.independent_supervisor",),
        cites=cites,
        check=check,
        severity=severity,
        applies=FOR_WORKS,
    )


def no_works_contract_before_filing(*, cites: tuple[Citation, ...]) -> AnyOf:
    """R30. Incentive effect. On the filing day itself nothing proves which came first, so that day is too early."""
    return _nothing_signed(
        code="R30",
        slug="travaux-non-engages",
        title="Aucun contrat de travaux signé avant le dépôt",
        nature=ContractNature.WORKS,
        what="de travaux",
        advice="Des études ou l'achat du terrain peuvent être signés avant. Demandez à la direction régionale de "
        "l'ADEME si les travaux qui ne sont pas encore commandés peuvent être aidés.",
        cites=cites,
        severity=Severity.BLOCKING,
        applies=FOR_WORKS,
    )


def no_study_contract_before_filing(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AnyOf:
    """R32. The same, for the studies that are to be aided."""
    return _nothing_signed(
        code="R32",
        slug="etudes-non-engagees",
        title="Aucun contrat d'études signé avant le dépôt",
        nature=ContractNature.STUDIES,
        what="d'études",
        advice="Si ce contrat porte sur une étude plus ancienne, qui n'est pas dans la demande, ne tenez pas compte "
        "de cette alerte.",
        cites=cites,
        severity=severity,
        applies=FOR_STUDIES,
    )


def _nothing_signed(
    *,
    code: str,
    slug: str,
    title: str,
    nature: ContractNature,
    what: str,
    advice: str,
    cites: tuple[Citation, ...],
    severity: Severity,
    applies: tuple[When, ...],
) -> AnyOf:
    def check_none(has_contracts: bool) -> Outcome:
        if has_contracts:
            return not_met("Vous avez déjà signé des contrats pour ce projet.")
        return met("Rien n'est encore signé pour ce projet.")

    def check_dates(natures: tuple[ContractNature, ...], days: tuple[date, ...], at: datetime) -> Outcome:
        filed_on = at.astimezone(PARIS).date()
        signed = sorted(on for each, on in zip(natures, days, strict=True) if each is nature)
        if not signed:
            return met(f"Aucun des contrats signés n'est un contrat {what}.")
        first = signed[0]
        if first > filed_on:
            return met(f"Le premier contrat {what} est du {day(first)}, après le dépôt du {day(filed_on)}.")
        if first == filed_on:
            reason = f"Un contrat {what} porte la date du dépôt, le {day(first)} : rien ne prouve qu'il l'a suivi."
        else:
            reason = f"Un contrat {what} a été signé le {day(first)}, et le dépôt est du {day(filed_on)}."
        if filed_on < date.max:
            reason += f" Un contrat signé à partir du {day(filed_on + timedelta(days=1))} conviendrait."
        return not_met(f"{reason} {advice}")

    return AnyOf(
        code=code,
        slug=slug,
        title=title,
        branches=(
            Rule(
                code=f"{code}-rien",
                slug=f"{slug}-rien",
                title="Rien n'est signé",
                needs=("schedule.has_contracts",),
                cites=cites,
                check=check_none,
            ),
            Rule(
                code=f"{code}-dates",
                slug=f"{slug}-dates",
                title="Signés après le dépôt",
                needs=("schedule.contracts.nature", "schedule.contracts.signed_on", FILED_AT),
                cites=cites,
                check=check_dates,
            ),
        ),
        cites=cites,
        severity=severity,
        applies=applies,
    )


def works_start_between(*, first: date, last: date, cites: tuple[Citation, ...]) -> Rule:
    """R33. The call wants works to begin within a period, both days included."""

    def check(starts_on: date) -> Outcome:
        period = f"entre le {day(first)} et le {day(last)}"
        if first <= starts_on <= last:
            return met(f"Les travaux commencent le {day(starts_on)} : l'appel veut un démarrage {period}.")
        return not_met(
            f"Un début le {day(starts_on)} ne convient pas : l'appel veut que les travaux démarrent {period}. "
            "Changez la date de début si le chantier peut commencer dans cette période."
        )

    return Rule(
        code="R33",
        slug="demarrage-des-travaux",
        title="Des travaux qui démarrent à temps",
        needs=("schedule.starts_on",),
        cites=cites,
        check=check,
        applies=FOR_WORKS,
    )


def last_expense_by(*, last: date, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R34. What is aided ends on that day at the latest; where the call only wishes it, the rule warns."""
    duty = "doivent être faites" if severity is Severity.BLOCKING else "sont, si possible, à faire"

    def check(ends_on: date) -> Outcome:
        if ends_on > last:
            return not_met(
                f"Une fin le {day(ends_on)} vient trop tard : les dernières dépenses {duty} au plus tard "
                f"le {day(last)}. Avancez la fin, ou ne demandez l'aide que pour ce qui sera payé à cette date."
            )
        return met(f"L'opération finit le {day(ends_on)} : les dernières dépenses sont admises jusqu'au {day(last)}.")

    return Rule(
        code="R34",
        slug="derniere-depense",
        title="Des dépenses finies à temps",
        needs=("schedule.ends_on",),
        cites=cites,
        check=check,
        severity=severity,
    )


def planning_compatible(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R37. What the planning document allows."""

    def check(compatible: bool) -> Outcome:
        if not compatible:
            return not_met(
                "Le projet n'est pas conforme au document d'urbanisme. Voyez avec la mairie ou l'intercommunalité si "
                "une modification du document est engagée, et joignez ce qui le montre."
            )
        return met("Le projet est conforme au document d'urbanisme.")

    return Rule(
        code="R37",
        slug="urbanisme",
        title="Un projet conforme au document d'urbanisme",
        needs=("plan.planning_compatible",),
        cites=cites,
        check=check,
        severity=severity,
    )


def demolition_justified(*, cites: tuple[Citation, ...]) -> AllOf:
    """R47. A demolition comes with a note that justifies it; an expense of demolition says that there is one."""

    def check_said(planned: bool, posts: tuple[Post, ...]) -> Outcome:
        if not planned and Post.DEMOLITION in posts:
            return not_met(
                f"Vous répondez que le projet ne démolit rien, et une dépense « {Post.DEMOLITION.label} » est prévue. "
                "Répondez oui et joignez une note qui justifie la démolition, ou retirez cette dépense."
            )
        return met("Le projet prévoit de démolir." if planned else "Le projet ne démolit rien.")

    def check_none(planned: bool) -> Outcome:
        return not_met("Une démolition est prévue.") if planned else met("Aucune note n'est demandée.")

    def check_note(attached: tuple[Piece, ...]) -> Outcome:
        return met(f"La note qui le justifie est jointe ({plural(len(attached), 'fichier')}).")

    def branch(name: str, needs: tuple[str, ...], check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"R47-{name}", slug=f"demolition-{name}", title=title, needs=needs, cites=cites, check=check)

    title = "Une démolition justifiée"
    note = AnyOf(
        code="R47-note",
        slug="demolition-note",
        title=title,
        branches=(
            branch("aucune", ("operation.demolition_planned",), check_none),
            branch("jointe", ("pieces.demolition_note",), check_note),
        ),
        cites=cites,
    )
    said = branch("depense", ("operation.demolition_planned", "expenditure.lines.post"), check_said)
    return AllOf(code="R47", slug="demolition", title=title, branches=(said, note), cites=cites)


def _age(made_on: date, on: date) -> str:
    months = (on.year - made_on.year) * 12 + on.month - made_on.month - (on.day < made_on.day)
    if months < 1:
        return "moins d'un mois"
    return plural(months, "mois", "mois") if months < 24 else plural(months // 12, "an")


def _quoted(uses: list[Use]) -> str:
    return listing(f"« {each.label} »" for each in uses)


def _order(use: Use) -> int:
    return list(Use).index(use)
