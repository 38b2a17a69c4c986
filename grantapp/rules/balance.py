"""The balance of the operation: a deficit is left (R38), the grant does not exceed it (R39), what is claimed is
singled out with its amount and date (R45).
"""

from datetime import date
from decimal import Decimal

from grantapp.domain.eligibility import Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.sections.funding import SourceNature
from grantapp.french import day, euros, plural

BALANCE = ("expenditure.lines.amount", "funding.sources.nature", "funding.sources.amount")
Amounts = tuple[Decimal, ...]
Natures = tuple[SourceNature, ...]


def deficit_left(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R38. Expenses, less revenue, less the other public aid: strictly more than nothing."""

    def check(expenses: Amounts, natures: Natures, amounts: Amounts) -> Outcome:
        cost = sum(expenses, Decimal(0))
        revenue = _of(SourceNature.REVENUE, natures, amounts)
        other = _of(SourceNature.OTHER_PUBLIC, natures, amounts)
        deficit = cost - revenue - other
        figures = f"Dépenses : {euros(cost)} ; recettes : {euros(revenue)} ; autres aides publiques : {euros(other)}."
        if deficit <= 0:
            left = f"un excédent de {euros(-deficit)}" if deficit else "ni déficit ni excédent"
            return not_met(
                f"{figures} L'opération laisse {left} : le fonds ne comble qu'un déficit. Vérifiez que toutes les "
                "dépenses et les seules recettes de l'opération sont comptées."
            )
        return met(f"{figures} Il reste un déficit de {euros(deficit)}.")

    return Rule(
        code="R38",
        slug="deficit",
        title="Une opération en déficit",
        needs=BALANCE,
        cites=cites,
        check=check,
        severity=severity,
    )


def grant_within_deficit(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R39. A balancing grant: what is asked of this call is at most the deficit, equality included."""

    def check(expenses: Amounts, natures: Natures, amounts: Amounts) -> Outcome:
        public = _of(SourceNature.REVENUE, natures, amounts) + _of(SourceNature.OTHER_PUBLIC, natures, amounts)
        deficit = max(sum(expenses, Decimal(0)) - public, Decimal(0))
        asked = _of(SourceNature.GRANT, natures, amounts)
        figures = f"Aide demandée : {euros(asked)} ; déficit de l'opération : {euros(deficit)}."
        if asked > deficit:
            return not_met(
                f"{figures} L'aide ne peut pas dépasser le déficit : demandez au plus {euros(deficit)}, soit "
                f"{euros(asked - deficit)} de moins."
            )
        return met(f"{figures} L'aide ne dépasse pas le déficit.")

    return Rule(
        code="R39",
        slug="aide-dans-le-deficit",
        title="Une aide qui ne dépasse pas le déficit",
        needs=BALANCE,
        cites=cites,
        check=check,
        severity=severity,
    )


def claimed_lines_singled_out(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> Rule:
    """R45. The expenses of the friche stand apart (« Aide demandée ? »), each with an amount and a date."""

    def check(claimed: tuple[bool, ...], amounts: Amounts, planned: tuple[date, ...]) -> Outcome:
        asked = [(amount, on) for wanted, amount, on in zip(claimed, amounts, planned, strict=True) if wanted]
        if not asked:
            return not_met(
                "Aucune dépense n'est présentée à l'aide : distinguez celles de la friche en répondant oui à « Aide "
                "demandée ? »."
            )
        if empty := [amount for amount, _ in asked if amount <= 0]:
            return not_met(
                f"{plural(len(empty), 'dépense présentée', 'dépenses présentées')} à l'aide sans montant : il en faut "
                "un, au-dessus de zéro, ou que la ligne s'en aille."
            )
        first, last = min(on for _, on in asked), max(on for _, on in asked)
        return met(
            f"{plural(len(asked), 'dépense présentée', 'dépenses présentées')} à l'aide, avec montant et date, du "
            f"{day(first)} au {day(last)}."
        )

    return Rule(
        code="R45",
        slug="depenses-de-la-friche",
        title="Les dépenses de la friche, avec montant et date",
        needs=("expenditure.lines.claimed", "expenditure.lines.amount", "expenditure.lines.planned_on"),
        cites=cites,
        check=check,
        severity=severity,
    )


def _of(nature: SourceNature, natures: Natures, amounts: Amounts) -> Decimal:
    return sum((amount for each, amount in zip(natures, amounts, strict=True) if each is nature), Decimal(0))
