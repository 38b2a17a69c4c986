"""All the public aid on the costs of this request, against what those costs are: total, and what is left. Euros HT."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from grantapp.domain.eligibility import Citation, Facts
from grantapp.domain.reasoning import Reasoning
from grantapp.domain.sections.applicant import Aid, AidState
from grantapp.domain.sections.funding import Source, SourceNature
from grantapp.french import euros

HAS_AID, AIDS, SOURCES = "public_aid.has_aid", "public_aid.aids", "funding.sources"

DECREE = Citation(
    text="Décret n° 2018-514 du 25 juin 2018, subventions de l'État pour des projets d'investissement",
    at="articles 1er et 10",
    url="https://www.legifrance.gouv.fr/loda/id/JORFTEXT000037106457",
    verified=False,
    note="L'article 10 a été lu dans quatre sources secondaires. L'article 1er vise le budget de l'État : pour une "
    "aide de l'ADEME, qui a ses propres règles, le plafond n'est appliqué que par analogie.",
)
HIGHEST = Citation(
    text="Règlement (UE) n° 651/2014, règlement général d'exemption par catégorie",
    at="article 8, cumul",
    url="https://eur-lex.europa.eu/eli/reg/2014/651/oj",
    verified=False,
    note="Le principe est confirmé par des sources secondaires ; l'article est à relire.",
)


@dataclass(frozen=True, kw_only=True)
class Cumulation(Reasoning):
    total: Decimal | None  # granted, paid, asked for elsewhere and here, on the same costs
    room: Decimal | None  # what the other aids leave for this request; below zero when they already exceed the costs

    @property
    def values(self) -> Mapping[str, object]:
        return {"total": self.total, "room": self.room}


def cumulation_of(facts: Facts, eligible_base: Decimal | None) -> Cumulation:
    """`eligible_base` is the expenditure put forward for aid, as the statement of amounts computes it."""
    given = facts.get(AIDS)
    aids = [row for row in given if isinstance(row, Aid)] if isinstance(given, tuple) else []
    same = [aid for aid in aids if aid.same_costs]
    received, received_lines = _sum([aid for aid in same if aid.state is not AidState.REQUESTED], "déjà accordée")
    requested, requested_lines = _sum([aid for aid in same if aid.state is AidState.REQUESTED], "demandée")
    unclear = any(aid.same_costs is None for aid in aids) or any(aid.amount is None for aid in same)
    grant = _grant(facts)
    missing = tuple(anchor for anchor in (HAS_AID,) if anchor not in facts)
    if unclear or (facts.get(HAS_AID) is True and not aids):
        missing += (AIDS,)
    if eligible_base is None:
        missing += ("expenditure.lines",)

    others = received + requested
    room = None if missing or eligible_base is None else eligible_base - others
    total = None if room is None or grant is None else others + grant
    lines = [*received_lines, *requested_lines]
    if unclear:
        lines.append("Une ligne au moins du tableau des aides est à compléter : le montant, ou « Mêmes dépenses ? ».")
    if not missing and not same:
        lines.append("Aucune autre aide publique ne paie les mêmes dépenses.")
    if grant is not None:
        lines.append(f"Aide demandée à cet appel, d'après le plan de financement : {euros(grant)}.")
    if eligible_base is not None and room is not None:
        lines.append(
            f"{euros(eligible_base)} de dépenses présentées à l'aide − {euros(others)} d'autres aides = {euros(room)}."
        )
    lines.append(
        "Le total des aides publiques ne peut pas dépasser la dépense éligible prévue (100 %). Un taux ou un plafond "
        "plus bas de l'appel l'emporte."
    )
    lines.append(
        "Sur les mêmes dépenses, les aides d'État se cumulent jusqu'à l'intensité la plus élevée qui leur est "
        "applicable ; les aides de minimis comptent dans ce total. À confirmer."
    )
    return Cumulation(
        code="cumulation",
        section="public_aid",
        title="Cumul des aides sur les mêmes dépenses",
        sentence=_sentence(room, total, grant, eligible_base),
        lines=tuple(lines),
        missing=missing if grant is not None or missing else (SOURCES,),
        citations=(DECREE, HIGHEST),
        total=total,
        room=room,
    )


def _sum(aids: list[Aid], state: str) -> tuple[Decimal, list[str]]:
    known = [(aid, aid.amount) for aid in aids if aid.amount is not None]
    lines = [
        f"{aid.funder or aid.purpose or 'Autre aide'}, {state if aid.state else 'état non dit'} : {euros(amount)}."
        for aid, amount in known
    ]
    return sum((amount for _, amount in known), Decimal(0)), lines


def _grant(facts: Facts) -> Decimal | None:
    """What the financing plan asks of this call."""
    given = facts.get(SOURCES)
    rows = [row for row in given if isinstance(row, Source)] if isinstance(given, tuple) else []
    amounts = [row.amount for row in rows if row.nature is SourceNature.GRANT and row.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def _sentence(room: Decimal | None, total: Decimal | None, grant: Decimal | None, eligible_base: Decimal | None) -> str:
    if room is None or eligible_base is None:
        return "On ne peut pas encore comparer le total des aides publiques aux dépenses présentées."
    if room < 0:
        return f"Les autres aides dépassent déjà de {euros(-room)} les dépenses présentées à l'aide."
    if total is None or grant is None:
        return f"Les autres aides laissent {euros(room)} sur les dépenses présentées à l'aide."
    if grant > room:
        return (
            f"Les aides publiques feraient {euros(total)} sur les mêmes dépenses : {euros(grant - room)} de trop. "
            f"Demandez au plus {euros(room)} à cet appel, ou renoncez à une autre aide."
        )
    return (
        f"Les aides publiques feraient {euros(total)}, pour {euros(eligible_base)} de dépenses présentées : le total "
        "reste dans la limite."
    )
