"""When the operation starts, act by act, and whether that is before the request: the incentive effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from grantapp.domain.derived import FILED_AT
from grantapp.domain.eligibility import Citation, Facts
from grantapp.domain.reasoning import Reasoning
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.works import Contract, ContractNature
from grantapp.french import PARIS, day, moment

KIND, STARTS = "request.kind", "schedule.starts_on"
HAS_CONTRACTS, CONTRACTS = "schedule.has_contracts", "schedule.contracts"

STARTING = Citation(
    text="Règlement (UE) n° 651/2014, règlement général d'exemption par catégorie",
    at="article 2, point 23 (début des travaux) et article 6 (effet incitatif)",
    url="https://eur-lex.europa.eu/eli/reg/2014/651/oj",
)
DECREE = Citation(
    text="Décret n° 2018-514 du 25 juin 2018, subventions de l'État pour des projets d'investissement",
    at="article 5",
    url="https://www.legifrance.gouv.fr/loda/id/JORFTEXT000037106457",
    verified=False,
    note="Il vise le budget de l'État : pour une aide de l'ADEME, il n'est appliqué que par analogie.",
)
VAUCLUSE = Citation(
    text="Préfecture de Vaucluse, dotation d'équipement des territoires ruraux",
    at="commencement : premier acte juridique, dont la signature d'un devis ; études et terrain à part",
    url="https://www.vaucluse.gouv.fr",
    verified=False,
    note="Page sur une autre subvention de l'État : c'est la lecture la plus stricte, à confirmer pour cet appel.",
)


class Place(StrEnum):
    """Where a day stands beside the instant of filing."""

    BEFORE = "before"
    SAME_DAY = "same_day"
    AFTER = "after"


@dataclass(frozen=True)
class Act:
    """One dated act of the operation, and whether it starts it."""

    on: date
    label: str
    counts: bool
    reason: str
    is_signed: bool = True  # False for the day that is only planned


@dataclass(frozen=True, kw_only=True)
class WorkStart(Reasoning):
    acts: tuple[Act, ...]
    earliest: Act | None  # the first act that starts the operation
    place: Place | None  # that act beside the filing

    @property
    def values(self) -> Mapping[str, object]:
        return {"starts_on": self.earliest.on if self.earliest else None, "place": self.place}


def work_start_of(facts: Facts) -> WorkStart:
    """The acts in the order of their dates. Which reading refuses is for the rules of each edition."""
    given = facts.get(CONTRACTS)
    contracts = [row for row in given if isinstance(row, Contract)] if isinstance(given, tuple) else []
    kind = facts.get(KIND)
    acts = [act for place, row in enumerate(contracts, start=1) if (act := _act(row, place, kind))]
    starts_on = facts.get(STARTS)
    if isinstance(starts_on, date):
        acts.append(Act(starts_on, "Début prévu", True, "c'est le début que vous annoncez", is_signed=False))
    acts.sort(key=lambda act: act.on)

    missing = [anchor for anchor in (KIND, STARTS, HAS_CONTRACTS) if anchor not in facts]
    dated = [row for row in contracts if row.signed_on and row.nature]
    if facts.get(HAS_CONTRACTS) is True and (not contracts or len(dated) < len(contracts)):
        missing.append(CONTRACTS)
    at = facts.get(FILED_AT)
    if not isinstance(at, datetime):
        missing.append(FILED_AT)
        at = None
    earliest = next((act for act in acts if act.counts), None)
    place = _place(earliest.on, at) if earliest and at else None
    if missing and place is not Place.BEFORE:
        place = None  # an act that is not told yet may be earlier
    lines = [f"{day(act.on)} : {act.label}. {_verdict(act)}" for act in acts]
    if CONTRACTS in missing:
        lines.append("Un acte signé est à compléter : sa nature, ou sa date.")
    lines += _readings(acts, at)
    return WorkStart(
        code="work_start",
        section="schedule",
        title="Début des travaux",
        sentence=_sentence(earliest, place, at),
        lines=tuple(lines),
        missing=tuple(missing),
        citations=(STARTING, DECREE, VAUCLUSE),
        acts=tuple(acts),
        earliest=earliest,
        place=place,
    )


def _act(row: Contract, place: int, kind: object) -> Act | None:
    if row.signed_on is None:
        return None
    label = row.purpose or f"Acte de la ligne {place}"
    if row.partner:
        label += f", avec {row.partner}"
    match row.nature:
        case ContractNature.WORKS:
            return Act(row.signed_on, label, True, "un devis accepté, une commande ou un marché engage les travaux")
        case ContractNature.STUDIES:
            if kind in (RequestKind.STUDIES, RequestKind.BOTH):
                return Act(
                    row.signed_on, label, True, "vous demandez une aide pour des études : les commander les engage"
                )
            return Act(row.signed_on, label, False, "des études préalables ne sont pas le début des travaux")
        case ContractNature.LAND:
            return Act(row.signed_on, label, False, "acheter le terrain n'est pas le début des travaux")
        case ContractNature.OTHER:
            reason = "un permis ou une assurance n'est pas le début des travaux, sauf engagement irréversible"
            return Act(row.signed_on, label, False, reason)
        case _:
            return Act(row.signed_on, label, False, "sa nature manque : on ne peut pas dire s'il compte")


def _verdict(act: Act) -> str:
    return f"{'Compte' if act.counts else 'Ne compte pas'} : {act.reason}."


def _place(on: date, at: datetime) -> Place:
    filed_on = at.astimezone(PARIS).date()
    if on == filed_on:
        return Place.SAME_DAY
    return Place.BEFORE if on < filed_on else Place.AFTER


def _readings(acts: list[Act], at: datetime | None) -> list[str]:
    """What the stricter texts would say of the same acts."""
    lines = [
        "La demande écrite doit venir avant le début des travaux, avec le nom et la taille de l'entreprise, la "
        "description et les dates du projet, son lieu, la liste des dépenses, le type et le montant de l'aide.",
        "Règlement européen : compte le premier engagement ferme de travaux ou de commande. L'achat du terrain, les "
        "permis et les études n'en sont pas, mais ils se déclarent.",
        "Lecture la plus stricte (préfecture de Vaucluse) : un devis, une commande ou un contrat signé pour les "
        "travaux avant la réception de la demande suffit pour un refus. Ne signez rien avant l'accusé de réception.",
    ]
    signed = [act for act in acts if act.is_signed]
    if signed and at and _place(signed[0].on, at) is Place.BEFORE and not signed[0].counts:
        lines.append(
            f"Le décret de 2018 ne met à part ni les études ni le terrain : à le lire seul, votre premier acte serait "
            f"« {signed[0].label} », le {day(signed[0].on)}, avant le dépôt. À confirmer avec le service instructeur."
        )
    return lines


def _sentence(earliest: Act | None, place: Place | None, at: datetime | None) -> str:
    if earliest is None or at is None:
        return "On ne peut pas encore dire quand l'opération commence."
    what = f"« {earliest.label} »" if earliest.is_signed else "le début prévu"
    what += f", le {day(earliest.on)}"
    match place:
        case Place.BEFORE:
            return f"L'opération commence avant le dépôt : {what}, pour un dépôt le {moment(at)}."
        case Place.SAME_DAY:
            return (
                f"Un acte qui compte porte le jour même du dépôt : {what}. Rien ne prouve alors lequel est venu "
                "d'abord : ne signez qu'à partir du lendemain."
            )
        case Place.AFTER:
            return f"L'opération commence après le dépôt : le premier acte qui compte est {what}."
        case _:
            return f"D'après ce qui est daté, le premier acte qui compte est {what} ; il manque encore des réponses."
