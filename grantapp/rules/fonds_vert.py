"""What the editions of « Fonds vert, recyclage foncier » share: lists, rules, amounts, other ways, texts.

The guide of each year could not be read. A rule that our table gives for the whole measure stands in every edition; its
citations say for which year each page speaks (`READ_FOR`). The edition of 2026 carries over that of 2025 (`carried`).
"""

import tomllib
from decimal import Decimal
from pathlib import Path

from grantapp.domain.aid import AidRules
from grantapp.domain.edition import Round, Route
from grantapp.domain.eligibility import AnyRule, Severity
from grantapp.domain.project import section_named, sections
from grantapp.domain.question import When, when
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.site import Nature, Status
from grantapp.domain.sections.works import Use
from grantapp.rules import (
    applicant,
    balance,
    calendar,
    citing,
    commitments,
    difficulty,
    fonds_vert_aid,
    funding,
    operation,
    passages,
    rounds,
    site,
    support,
    works,
)
from grantapp.rules.calendar import Calendar
from grantapp.rules.citing import Cites, Recite
from grantapp.rules.fonds_vert_aid import (
    ADVANCE_CITED,
    AIDED_POSTS,
    DEFICIT_CITED,
    FOLLOWED_BY_ADEME,
    NO_CLAUSE,
    POSTS_CITED,
    REMEDIATION_POSTS,
    RESTORATION_POSTS,
    STUDIES_POSTS,
    WORKS_CITED,
)
from grantapp.rules.passages import Passages
from grantapp.rules.sources import (
    ARRETE_2019,
    RGEC,
    S6,
    S11,
    S36,
    S37,
    S38,
    S40,
    S41,
    S42,
    S42_2024,
    S43,
    S44,
    S45,
    S46,
    S47,
    S51,
    S58,
    S59,
    S68,
    S74,
)

WARNING = Severity.WARNING

OF_ADEME = "Lue dans les appels de l'ADEME de 2020 à 2022 ; elle n'a pas été vue dans le Fonds vert."
CARRIED = "Règle de 2025, non confirmée pour 2026."

READ_FOR = {
    S6.url: frozenset({2021}),
    S11.url: frozenset({2021}),
    S37.url: frozenset({2023}),
    S38.url: frozenset({2025}),
    S40.url: frozenset({2024, 2025}),
    S41.url: frozenset({2024}),
    S42.url: frozenset({2025}),
    S42_2024.url: frozenset({2024}),
    S43.url: frozenset({2025}),
    S44.url: frozenset({2025}),
    S45.url: frozenset({2025}),
    S46.url: frozenset({2025}),
    S47.url: frozenset({2023}),
}
"""The years of which a page speaks; one that has no date and speaks of the measure as a whole is not here."""

STEPS = tuple(section.name for section in sections())

# ADEME's own call asks for these; no page of the Fonds vert does, and a project that needs no depollution has none.
OF_ADEME_ONLY = frozenset(
    {
        "organisation.bears_expense",
        "pollution.management_plan_on",
        "pollution.preliminary_design_on",
        "pollution.independent_supervisor",
        "liability.duties_met",
        "liability.in_default",
        "plan.planning_document",
        "plan.planning_compatible",
        "pieces.management_plan",
        "pieces.preliminary_design",
        "pieces.duties_evidence",
    }
)

HOLDERS = frozenset(Category) - {Category.STATE_SERVICE}
HOLDERS_OF_2023 = HOLDERS - {Category.ASSOCIATION}  # named in later pages only

NOT_A_PRIORITY = frozenset({Use.LOGISTICS, Use.RETAIL})
GIVEN_BACK = frozenset({Nature.QUARRY, Nature.LANDFILL})

ELSEWHERE = when("history.status", Status.NEITHER)

of_2023 = citing.read_for(2023, READ_FOR)
of_2024 = citing.read_for(2024, READ_FOR)
of_2025 = citing.read_for(2025, READ_FOR)


def of_2026(cites: Cites) -> Cites:
    """Nothing of 2026 was read: what is cited for 2025, and no more verified."""
    return citing.carried(CARRIED)(of_2025(cites))


def texts(path: Path, recite: Recite) -> Passages:
    """The sentences of an edition, as it cites them, over the shared ones, cited for its year."""
    shared = Path(__file__).with_suffix(".toml")
    said, own = passages.read(shared, path), tomllib.loads(path.read_text(encoding="utf-8"))
    return said | citing.texts({name: each for name, each in said.items() if name not in own}, recite)


# ── rules of every edition ───────────────────────────────────────────────────────────────────────────────────────


def dates(said: Passages, year: Calendar) -> tuple[AnyRule, ...]:
    """R01, R03: what an edition says of its own dates, and of the edition after it."""
    return (
        calendar.filed_in_window(calendar=year, cites=year.widest.cites),
        calendar.still_open(
            calendar=year, successor=said["successor"], cites=said["successor"].cites or year.widest.cites
        ),
    )


def holder(*, admitted: frozenset[Category]) -> tuple[AnyRule, ...]:
    """R04, R06 to R11."""
    private = "entreprises privées, sous conditions"
    return (
        applicant.legal_person(cites=(S36.at("« portée par une personne morale »"),)),
        applicant.admitted_holder(categories=admitted, cites=(S37.at("porteurs admis"), S36.at("qui peut déposer"))),
        support.planning_agreement(cites=(S37.at(f"{private} : accord de la collectivité compétente en urbanisme"),)),
        support.principal_agreement(cites=(S37.at(f"{private} : accord du concédant, du mandant ou du bailleur"),)),
        support.general_interest_argued(cites=(S37.at(f"{private} : « un intérêt général suffisant »"),)),
        applicant.polluter_cannot_pay(
            cites=(
                S6.at("pollueur non identifié ou qui ne peut être contraint", unverified=OF_ADEME),
                S74.at("contrôle de la DREAL", unverified=OF_ADEME),
            ),
            severity=WARNING,
        ),
        difficulty.not_in_difficulty(
            cites=(RGEC.at("article 1er, paragraphe 4, c), et article 2, point 18", unverified=NO_CLAUSE),)
        ),
    )


def site_and_project() -> tuple[AnyRule, ...]:
    """R19, R20, R24, R28, R32."""
    return (
        site.unused_and_needs_works(cites=(S51.at("article L. 111-26"),)),
        operation.friche_of_the_fund(
            cites=(S42_2024.at("définition de la friche"), S42.at("définition de la friche")),
        ),
        operation.urban_planning_operation(cites=(S43.at("action ou opération d'aménagement, article L. 300-1"),)),
        works.certified_consultant(
            cites=(S38.at("études : certification LNE"), S11.at("méthode nationale, prestataires certifiés LNE")),
            applies=site.TO_BE_TREATED,
        ),
        commitments.nothing_firm_before_filing(
            cites=(S46.at("« ne doit pas avoir donné lieu à des engagements fermes »"),)
        ),
    )


def money(said: Passages) -> tuple[AnyRule, ...]:
    """R38 to R40, R44, R49, R50, R52, R54."""
    return (
        balance.deficit_left(cites=(S37.at("« dont les bilans économiques restent déficitaires »"), *DEFICIT_CITED)),
        balance.grant_within_deficit(cites=DEFICIT_CITED),
        funding.works_aid_within_restoration(
            posts=RESTORATION_POSTS, cites=WORKS_CITED, applies=works.FOR_WORKS + FOLLOWED_BY_ADEME
        ),
        funding.only_aided_posts(
            posts={
                RequestKind.STUDIES: STUDIES_POSTS,
                RequestKind.WORKS: AIDED_POSTS,
                RequestKind.BOTH: AIDED_POSTS,
            },
            cites=POSTS_CITED,
        ),
        funding.own_share_of_a_local_authority(
            least_percent=Decimal(20), cites=(S45.at("article L. 1111-10 du CGCT : « fixée à 20 % »"),)
        ),
        funding.balanced_plan(
            cites=(
                ARRETE_2019.at(
                    "plan de financement",
                    unverified="Déduit : des ressources égales aux dépenses sont le sens d'un plan de financement ; "
                    "aucun texte lu du Fonds vert ne l'écrit.",
                ),
            ),
            severity=WARNING,
        ),
        funding.land_value_deducted(
            posts=REMEDIATION_POSTS, cites=(S68.at("article 45", unverified=NO_CLAUSE),), severity=WARNING
        ),
        funding.plausible_depollution_cost(
            usual_per_m2=Decimal(66),
            times=3,
            cites=(
                S58.at("dépollution, 66 € par m²", unverified=said["cost_bounds"]),
                S59.at("640 000 € par hectare", unverified=said["cost_bounds"]),
            ),
        ),
    )


# ── rules of some editions ───────────────────────────────────────────────────────────────────────────────────────


def since_2024(*, also_excluded: frozenset[Nature] = frozenset()) -> tuple[AnyRule, ...]:
    """R18 and the organised vacancy; 2025 also leaves out former quarries and landfills given back to nature."""
    land_cited: Cites = (S51.at("article D. 111-54, en vigueur depuis le 27 décembre 2023"),)
    if also_excluded:
        land_cited += (S40.at("anciennes carrières et décharges : « sont proscrites »"),)
    return (
        site.not_given_back_to_nature(excluded=also_excluded, cites=land_cited),
        site.vacancy_not_organised(cites=(S40.at("« dont la vacance est organisée »"),)),
    )


def since_2025() -> tuple[AnyRule, ...]:
    """R25, R47, R51."""
    return (
        works.priority_use(
            others=NOT_A_PRIORITY,
            cites=(S45.at("priorités : « à l'exclusion de toute activité logistique ou commerciale »"),),
        ),
        works.demolition_justified(cites=(S40.at("note de justification d'une démolition"),)),
        funding.advance_within(most_percent=Decimal(15), cites=ADVANCE_CITED),
    )


def unasked(rules: tuple[AnyRule, ...]) -> frozenset[str]:
    """What no source of the measure asks for, and the questions on the operation that none of these rules looks at."""
    section = section_named("operation")
    looked_at = {anchor for rule in rules for anchor in rule.anchors}
    return OF_ADEME_ONLY | {each.anchor for each in section.questions if each.anchor not in looked_at}


def round_used(read: tuple[Round, ...]) -> AnyRule:
    """R02, cited where each relève was read."""
    return rounds.round_used(rounds=read, cites=tuple(dict.fromkeys(cited for each in read for cited in each.cites)))


def rules_since_2025(said: Passages, recite: Recite) -> tuple[AnyRule, ...]:
    """What 2025 wants, but its dates; 2026 carries it over, as blocking as it was."""
    found = holder(admitted=HOLDERS) + site_and_project() + since_2024(also_excluded=GIVEN_BACK)
    return citing.rules(found + since_2025() + money(said), recite)


def aid_since_2025(said: Passages, recite: Recite) -> AidRules:
    return citing.aid(fonds_vert_aid.since_2025(said), recite)


# ── other ways ───────────────────────────────────────────────────────────────────────────────────────────────────


def routes(said: Passages) -> tuple[Route, ...]:
    """No plot yet; who reads the file; how to ask for the agreement; what followed a closed edition."""
    return (
        _route(said, "etudes", 4, applies=when("request.site_found", False)),
        _route(said, "ademe", 2, applies=FOLLOWED_BY_ADEME),
        _route(said, "prefet", 2, applies=ELSEWHERE),
        _route(said, "accord", 3, applies=support.PRIVATE, unless_met=("R07",)),
        _route(said, "suite", 2, unless_met=("R01",)),
    )


def _route(
    said: Passages, code: str, advice: int, *, applies: tuple[When, ...] = (), unless_met: tuple[str, ...] = ()
) -> Route:
    return Route(
        code=code,
        title=said[f"route_{code}"],
        advice=tuple(said[f"route_{code}_{number}"] for number in range(1, advice + 1)),
        applies=applies,
        unless_met=unless_met,
    )
