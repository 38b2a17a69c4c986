"""Nothing firm before the request (R32), in the words of the Fonds vert: « marché signé, commande, devis accepté »."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from grantapp.domain.derived import FILED_AT
from grantapp.domain.eligibility import AllOf, AnyOf, AnyRule, Citation, Outcome, Rule, met, not_met
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.works import ContractNature
from grantapp.french import PARIS, day

CONTRACTS = ("schedule.contracts.nature", "schedule.contracts.signed_on", FILED_AT)


def nothing_firm_before_filing(*, cites: tuple[Citation, ...]) -> AnyOf:
    """R32. No order for the works, nor for the studies of the request, signed up to the day of filing.

    The text speaks of « l'opération pour laquelle vous sollicitez une aide »: studies already made, of which nothing is
    claimed in a request for works, are not in it. Land is in no list that was read. On the filing day itself nothing
    proves which came first.
    """

    def check_none(has_contracts: bool) -> Outcome:
        if has_contracts:
            return not_met("Vous avez déjà signé des contrats pour ce projet.")
        return met("Rien n'est encore signé pour ce projet.")

    def check_request(kind: RequestKind, posts: tuple[Post, ...], claimed: tuple[bool, ...]) -> Outcome:
        if kind is not RequestKind.WORKS:
            return not_met("La demande porte sur des études.")
        if any(post is Post.STUDIES and asked for post, asked in zip(posts, claimed, strict=True)):
            return not_met("Des études sont présentées à l'aide.")
        return met("Aucune étude n'est présentée à l'aide : celles qui sont déjà commandées ne comptent pas.")

    def branch(name: str, title: str, needs: tuple[str, ...], check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"R32-{name}", slug=f"engagement-{name}", title=title, needs=needs, cites=cites, check=check)

    def group(kind: type[AllOf] | type[AnyOf], name: str, title: str, *branches: AnyRule) -> AllOf | AnyOf:
        return kind(code=f"R32-{name}", slug=f"engagement-{name}", title=title, branches=branches, cites=cites)

    works = branch("travaux", "Aucun contrat de travaux", CONTRACTS, _none_of(ContractNature.WORKS, "de travaux"))
    studies = group(
        AnyOf,
        "etudes",
        "Aucun contrat pour les études de la demande",
        branch(
            "hors-demande",
            "Des études hors de la demande",
            ("request.kind", "expenditure.lines.post", "expenditure.lines.claimed"),
            check_request,
        ),
        branch("etudes-datees", "Aucun contrat d'études", CONTRACTS, _none_of(ContractNature.STUDIES, "d'études")),
    )
    return AnyOf(
        code="R32",
        slug="rien-d-engage",
        title="Aucun engagement ferme avant le dépôt",
        branches=(
            branch("rien", "Rien n'est signé", ("schedule.has_contracts",), check_none),
            group(AllOf, "dates", "Rien de signé avant le dépôt", works, studies),
        ),
        cites=cites,
    )


def _none_of(nature: ContractNature, what: str) -> Callable[..., Outcome]:
    def check(natures: tuple[ContractNature, ...], days: tuple[date, ...], at: datetime) -> Outcome:
        filed_on = at.astimezone(PARIS).date()
        signed = sorted(on for each, on in zip(natures, days, strict=True) if each is nature)
        if not signed:
            return met(f"Aucun des contrats signés n'est un contrat {what}.")
        first = signed[0]
        if first > filed_on:
            return met(f"Le premier contrat {what} est du {day(first)}, après le dépôt du {day(filed_on)}.")
        said = f"Un contrat {what} a été signé le {day(first)}, et le dépôt est du {day(filed_on)}."
        if first == filed_on:
            said = f"Un contrat {what} porte la date du dépôt, le {day(first)} : rien ne prouve qu'il l'a suivi."
        if filed_on < date.max:
            said += f" Il faudrait ne rien signer avant le {day(filed_on + timedelta(days=1))}."
        out = (
            "Si ces études ne sont pas à aider, répondez non à « Aide demandée ? » sur leur ligne."
            if nature is ContractNature.STUDIES
            else "L'achat du terrain ne compte pas. Demandez à la DDT(M) si ce qui n'est pas encore commandé peut être "
            "aidé."
        )
        return not_met(f"{said} {out}")

    return check
