"""Undertakings in difficulty (R11): the verdict of the computation that the applicant is shown, as a rule."""

from grantapp.domain.difficulty import NEEDS, difficulty_of
from grantapp.domain.eligibility import Citation, Computed, Facts, Outcome, Severity, met, not_met, unknown


def not_in_difficulty(*, cites: tuple[Citation, ...], severity: Severity = Severity.WARNING) -> Computed:
    """R11. Article 2(18) of Regulation 651/2014, tests (a) to (e)."""

    def judge(facts: Facts) -> Outcome:
        found = difficulty_of(facts)
        if found.in_difficulty is None:
            return unknown(found.missing)
        if found.in_difficulty:
            held = [each for each in found.trials if each.holds]
            told = " ".join(f"{each.working} {each.remedy}" for each in held)
            return not_met(
                f"{told} C'est une entreprise en difficulté, au sens européen : elle ne reçoit pas, en règle générale, "
                "d'aide à l'investissement."
            )
        told = " ".join(dict.fromkeys(each.working for each in found.trials if each.concerns))
        return met(f"{told} {found.caveat}".strip())

    return Computed(
        code="R11",
        slug="entreprise-en-difficulte",
        title="Ne pas être une entreprise en difficulté",
        needs=NEEDS,
        cites=cites,
        judge=judge,
        severity=severity,
    )
