"""The relèves of a call without a closing: which one a file enters (R02)."""

from datetime import datetime

from grantapp.domain.derived import FILED_AT, REGION
from grantapp.domain.edition import Round
from grantapp.domain.eligibility import Citation, Outcome, Rule, Severity, met, not_met
from grantapp.domain.region import Region
from grantapp.french import NBSP, day


def round_used(*, rounds: tuple[Round, ...], cites: tuple[Citation, ...]) -> Rule:
    """R02. The first relève that is not past; a region without one that was read is judged as the files come."""

    def check(region: Region, at: datetime) -> Outcome:
        name = region.name_in_french
        own = sorted((each for each in rounds if each.region is region), key=lambda each: each.ends_at)
        if not own:
            return met(
                f"Région {name} : aucune relève n'a été lue, les dossiers y sont reçus au fil de l'eau. "
                "Demandez à la préfecture quand elle les examine."
            )
        entered = next((each for each in own if at < each.ends_at), None)
        if entered is None:
            return not_met(
                f"Région {name} : la dernière relève connue, le {_when(own[-1])}, est passée. Demandez à la préfecture "
                "si une autre est prévue avant de compter sur une décision cette année."
            )
        place = own.index(entered) + 1
        rank = "la seule relève lue" if len(own) == 1 else f"la relève {place} sur {len(own)}"
        return met(f"Région {name} : le dossier entre dans {rank}, le {_when(entered)}.")

    return Rule(
        code="R02",
        slug="releve",
        title="La relève où le dossier sera examiné",
        needs=(REGION, FILED_AT),
        cites=cites,
        check=check,
        severity=Severity.WARNING,
    )


def _when(each: Round) -> str:
    return f"{day(each.on)} à {each.hour.hour}{NBSP}h" if each.hour else day(each.on)
