"""The calendar of a fund that each region may date for itself: filing (R01, R03), no start before the prefect's word
(R31), credits committed in time (R35), a complete file at the closing (R48).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from grantapp.domain.derived import FILED_AT, GAPS, REGION
from grantapp.domain.edition import Window
from grantapp.domain.eligibility import (
    AllOf,
    AnyOf,
    AnyRule,
    Citation,
    Outcome,
    Rule,
    Severity,
    met,
    not_met,
    unknown,
)
from grantapp.domain.region import Region
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.works import ContractNature
from grantapp.french import PARIS, day, moment, plural

NOT_READ = "Aucune date propre à cette région n'a été lue : faites-les confirmer par la préfecture."
SIGNED_WITH_THE_FILING = "declarations."  # the declarations are made as the file is filed: no gap before that


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The dates of a call: those of the nation, and those that were read for a region."""

    national: Window
    read: Mapping[Region, Window] = field(default_factory=dict)

    @property
    def widest(self) -> Window:
        """From the first day of the earliest region to the last day of the latest."""
        windows = (self.national, *self.read.values())
        return Window(
            opens_on=min(each.opens_on for each in windows),
            closes_on=max(each.closes_on for each in windows),
            cites=tuple(dict.fromkeys(citation for each in windows for citation in each.cites)),
            hour_note=self.national.hour_note,
        )

    @property
    def regional(self) -> dict[Region, Window]:
        """The regions whose dates are not the widest."""
        whole = self.widest
        return {
            region: window
            for region in Region
            if (window := self.in_region(region)).opens_on != whole.opens_on or window.closes_on != whole.closes_on
        }

    def in_region(self, region: Region) -> Window:
        return self.read.get(region, self.national)

    @property
    def opens_everywhere_at(self) -> datetime:
        return max(self.in_region(region).opens_at for region in Region)

    @property
    def closes_first_at(self) -> datetime:
        return min(self.in_region(region).closes_at for region in Region)


# ── filing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def filed_in_window(*, calendar: Calendar, cites: tuple[Citation, ...]) -> AllOf:
    """R01. The region is asked for only on the days when the regions differ."""
    whole = calendar.widest

    def check_nation(at: datetime) -> Outcome:
        if at < whole.opens_at:
            return not_met(f"L'appel n'est pas encore ouvert. Déposez pendant l'appel : {_days(whole)}.")
        if not whole.is_open(at):
            return not_met(
                f"L'appel s'est clos le {day(whole.closes_on)} au plus tard, à la fin de la journée (heure de Paris). "
                f"Un dépôt le {moment(at)} arrive trop tard."
            )
        return met("L'appel est ouvert à cette date.")

    def check_region(region: Region, at: datetime) -> Outcome:
        window = calendar.in_region(region)
        dates = f"Région {region.name_in_french} : {_days(window)}."
        confirm = "" if region in calendar.read else f" {NOT_READ}"
        if at < window.opens_at:
            return not_met(f"{dates} Un dépôt le {moment(at)} vient trop tôt : attendez l'ouverture.{confirm}")
        if not window.is_open(at):
            return not_met(f"{dates} Un dépôt le {moment(at)} arrive trop tard.{confirm}")
        last = at.astimezone(PARIS).date() == window.closes_on
        return met(f"{dates}{f' C’est le dernier jour. {window.hour_note}' if last else ''}{confirm}")

    def check_everywhere(at: datetime) -> Outcome:
        if calendar.opens_everywhere_at <= at < calendar.closes_first_at:
            return met("Cette date convient dans toutes les régions dont les dates ont été lues.")
        return not_met("À cette date, certaines régions sont ouvertes et d'autres non.")

    return _by_region(
        code="R01",
        slug="date-de-depot",
        title="Déposer pendant l'appel",
        checks=(check_nation, check_region, check_everywhere),
        cites=cites,
        severity=Severity.BLOCKING,
    )


def still_open(*, calendar: Calendar, successor: str, cites: tuple[Citation, ...]) -> AllOf:
    """R03. Once the call is closed in the region, what has taken its place."""
    whole = calendar.widest

    def check_nation(at: datetime) -> Outcome:
        if at >= whole.closes_at:
            return not_met(f"Cet appel est clos depuis le {day(whole.closes_on)} au plus tard. {successor}")
        return met("L'appel n'est pas clos partout.")

    def check_region(region: Region, at: datetime) -> Outcome:
        window = calendar.in_region(region)
        if at >= window.closes_at:
            return not_met(f"Dans cette région, l'appel est clos depuis le {day(window.closes_on)}. {successor}")
        return met(f"Région {region.name_in_french} : il dure jusqu'au {day(window.closes_on)}.")

    def check_everywhere(at: datetime) -> Outcome:
        if at < calendar.closes_first_at:
            return met("Aucune région dont les dates ont été lues n'est close.")
        return not_met("D'autres régions sont encore ouvertes, ou l'étaient à cette date.")

    return _by_region(
        code="R03",
        slug="appel-clos",
        title="Un appel qui n'est pas clos",
        checks=(check_nation, check_region, check_everywhere),
        cites=cites,
        severity=Severity.WARNING,
    )


def _by_region(
    *,
    code: str,
    slug: str,
    title: str,
    checks: tuple[Callable[..., Outcome], Callable[..., Outcome], Callable[..., Outcome]],
    cites: tuple[Citation, ...],
    severity: Severity,
    fact: str = FILED_AT,
) -> AllOf:
    """A date that suits no region is refused, one that suits all is met; between the two, the region decides."""

    def branch(name: str, needs: tuple[str, ...], check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"{code}-{name}", slug=f"{slug}-{name}", title=title, needs=needs, cites=cites, check=check)

    nation, region, everywhere = checks
    either = AnyOf(
        code=f"{code}-regions",
        slug=f"{slug}-regions",
        title=title,
        branches=(branch("region", (REGION, fact), region), branch("partout", (fact,), everywhere)),
        cites=cites,
    )
    return AllOf(
        code=code,
        slug=slug,
        title=title,
        branches=(branch("pays", (fact,), nation), either),
        cites=cites,
        severity=severity,
    )


# ── the start, the commitment ────────────────────────────────────────────────────────────────────────────────────


def not_begun(*, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING) -> AnyOf:
    """R31. Nothing begun at the filing, and nothing to begin before the favourable instruction, whose day is not known.

    On the filing day itself nothing proves which came first. An operation that a major unforeseen event stopped has
    begun: R53 judges it.
    """

    def check_none(has_contracts: bool) -> Outcome:
        if has_contracts:
            return not_met("Vous avez déjà signé des contrats.")
        return met("Rien n'est encore signé.")

    def check_contracts(natures: tuple[ContractNature, ...], days: tuple[date, ...], at: datetime) -> Outcome:
        filed_on = at.astimezone(PARIS).date()
        signed = sorted(on for each, on in zip(natures, days, strict=True) if each is ContractNature.WORKS)
        if signed and signed[0] <= filed_on:
            return not_met(
                f"Un contrat de travaux a été signé le {day(signed[0])}, et le dépôt est du {day(filed_on)} : signer "
                "des travaux, c'est commencer. Demandez à la préfecture si le reste de l'opération peut être aidé."
            )
        return met("Aucun contrat de travaux n'a été signé avant le dépôt.")

    def check_start(starts_on: date, at: datetime) -> Outcome:
        filed_on = at.astimezone(PARIS).date()
        wait = "N'exécutez rien avant que la préfecture ait instruit le dossier favorablement."
        if starts_on <= filed_on:
            return not_met(
                f"Un début le {day(starts_on)} ne convient pas, pour un dépôt le {day(filed_on)} : l'opération "
                f"commence après le dépôt. {wait}"
            )
        return met(f"L'opération commence le {day(starts_on)}, après le dépôt. {wait}")

    def check_kind(kind: RequestKind) -> Outcome:
        if kind is RequestKind.STUDIES:
            return not_met("Une demande d'études ne répond pas à un imprévu de chantier.")
        return met("La demande porte sur des travaux.")

    def check_unforeseen(unforeseen: bool) -> Outcome:
        if unforeseen:
            return met("Un imprévu majeur a creusé le déficit de l'opération : la règle R53 regarde ses travaux.")
        return not_met("Aucun imprévu majeur n'explique que l'opération ait commencé.")

    def branch(name: str, title: str, needs: tuple[str, ...], check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"R31-{name}", slug=f"demarrage-{name}", title=title, needs=needs, cites=cites, check=check)

    def group(kind: type[AllOf] | type[AnyOf], name: str, title: str, *branches: AnyRule) -> AllOf | AnyOf:
        return kind(code=f"R31-{name}", slug=f"demarrage-{name}", title=title, branches=branches, cites=cites)

    contracts = group(
        AnyOf,
        "contrats",
        "Aucun contrat de travaux",
        branch("rien", "Rien n'est signé", ("schedule.has_contracts",), check_none),
        branch(
            "signes",
            "Aucun contrat de travaux avant le dépôt",
            ("schedule.contracts.nature", "schedule.contracts.signed_on", FILED_AT),
            check_contracts,
        ),
    )
    start = branch("debut", "Un début après le dépôt", ("schedule.starts_on", FILED_AT), check_start)
    stopped = group(
        AllOf,
        "imprevu",
        "Une opération qu'un imprévu a arrêtée",
        branch("travaux", "Des travaux", ("request.kind",), check_kind),
        branch("majeur", "Un imprévu majeur", ("operation.unforeseen",), check_unforeseen),
    )
    return AnyOf(
        code="R31",
        slug="demarrage",
        title="Ne pas commencer avant l'accord de la préfecture",
        branches=(group(AllOf, "rien-de-commence", "Rien n'est commencé", contracts, start), stopped),
        cites=cites,
        severity=severity,
    )


def committed_by(
    *,
    last: date,
    regional: Mapping[Region, date] | None = None,
    cites: tuple[Citation, ...],
    severity: Severity = Severity.BLOCKING,
) -> AnyRule:
    """R35. The grant agreement is signed while the credits last: `last`, or sooner in the regions that said so."""
    code, slug, title, need = "R35", "engagement-des-credits", "Des crédits engagés à temps", "operation.commitment_on"
    sooner = regional or {}
    first = min((last, *sooner.values()))

    def late(on: date, limit: date) -> Outcome:
        return not_met(
            f"Une convention signée le {day(on)} viendrait trop tard : les crédits du fonds doivent être engagés au "
            f"plus tard le {day(limit)}. Voyez avec la préfecture si elle peut l'être plus tôt."
        )

    def check_nation(on: date) -> Outcome:
        if on > last:
            return late(on, last)
        return met(f"Signée le {day(on)}, la convention engagerait les crédits avant le terme, le {day(last)}.")

    def check_region(region: Region, on: date) -> Outcome:
        limit = sooner.get(region, last)
        if on > limit:
            return late(on, limit)
        return met(f"Région {region.name_in_french} : au plus tard le {day(limit)}.")

    def check_everywhere(on: date) -> Outcome:
        if on > first:
            return not_met("Certaines régions veulent une date plus proche.")
        return met(f"Cette date convient dans toutes les régions lues : la plus pressée veut le {day(first)}.")

    if not sooner:
        return Rule(
            code=code, slug=slug, title=title, needs=(need,), cites=cites, check=check_nation, severity=severity
        )
    return _by_region(
        code=code,
        slug=slug,
        title=title,
        checks=(check_nation, check_region, check_everywhere),
        cites=cites,
        severity=severity,
        fact=need,
    )


# ── a complete file ──────────────────────────────────────────────────────────────────────────────────────────────


def complete_at_closing(
    *, calendar: Calendar, cites: tuple[Citation, ...], severity: Severity = Severity.BLOCKING
) -> AnyOf:
    """R48. Until the last day a gap is something to fill; from the first instant of that day it is a refusal.

    The closing hour is not known: on the last day nobody can count on the hours that are left. An answer never opens a
    gap in a complete file, for every question that opens others is itself required.
    """
    title = "Un dossier complet à la clôture"

    def check_complete(gaps: tuple[str, ...]) -> Outcome:
        if left := _to_fill(gaps):
            count = plural(len(left), "réponse ou pièce", "réponses ou pièces")
            return not_met(f"Le dossier n'est pas complet : il manque {count}.")
        return met("Le dossier est complet.")

    def check_day(gaps: tuple[str, ...], at: datetime, window: Window) -> Outcome:
        if at.astimezone(PARIS).date() < window.closes_on:
            return unknown(_to_fill(gaps))
        return not_met(
            f"L'appel se clôt le {day(window.closes_on)}, et seuls les dossiers complets ce jour-là sont recevables. "
            "Complétez « Ce qui manque » avant de déposer."
        )

    def check_nation(gaps: tuple[str, ...], at: datetime) -> Outcome:
        return check_day(gaps, at, calendar.widest)

    def check_region(gaps: tuple[str, ...], at: datetime, region: Region) -> Outcome:
        return check_day(gaps, at, calendar.in_region(region))

    def branch(name: str, needs: tuple[str, ...], check: Callable[..., Outcome]) -> Rule:
        return Rule(code=f"R48-{name}", slug=f"complet-{name}", title=title, needs=needs, cites=cites, check=check)

    to_the_day = AllOf(
        code="R48-delai",
        slug="complet-delai",
        title=title,
        branches=(
            branch("pays", (GAPS, FILED_AT), check_nation),
            branch("region", (GAPS, FILED_AT, REGION), check_region),
        ),
        cites=cites,
    )
    return AnyOf(
        code="R48",
        slug="dossier-complet",
        title=title,
        branches=(branch("rien-ne-manque", (GAPS,), check_complete), to_the_day),
        cites=cites,
        severity=severity,
    )


def _to_fill(gaps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in gaps if not each.startswith(SIGNED_WITH_THE_FILING))


def _days(window: Window) -> str:
    return f"du {day(window.opens_on)} au {day(window.closes_on)}, ces deux jours compris"
