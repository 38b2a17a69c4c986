"""What the editions of « Fonds vert, recyclage foncier » share: lists, rules, amounts, other ways, texts.

The guide of each year could not be read. A rule that our table gives for the whole measure stands in every edition; its
citations say for which year each page speaks (`READ_FOR`). The edition of 2026 carries over that of 2025 (`carried`).
"""

import tomllib
from decimal import Decimal
from pathlib import Path

from grantapp.domain.aid import Advance, AidRules, Ceiling, Rate
from grantapp.domain.edition import Route, Round
from grantapp.domain.eligibility import AnyRule, Citation, Severity
from grantapp.domain.project import sections
from grantapp.domain.question import When, when
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.site import Nature, Status
from grantapp.domain.sections.works import Use
from grantapp.domain.size import SizeClass
from grantapp.french import typeset
from grantapp.rules import (
    applicant,
    balance,
    calendar,
    ceilings,
    citing,
    commitments,
    funding,
    operation,
    passages,
    rounds,
    site,
    support,
    works,
)
from grantapp.rules.calendar import Calendar
from grantapp.rules.citing import Recite
from grantapp.rules.passages import Passages
from grantapp.rules.sources import (
    ARRETE_2019,
    RGEC,
    S6,
    S11,
    S36,
    S37,
    S38,
    S39,
    S40,
    S41,
    S42,
    S42_2024,
    S43,
    S44,
    S45,
    S46,
    S47,
    S48,
    S51,
    S58,
    S59,
    S68,
    S74,
)

WARNING = Severity.WARNING

NO_CLAUSE = "Règle européenne habituelle ; la clause n'a pas été vue dans le Fonds vert."
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

HOLDERS = frozenset(Category) - {Category.STATE_SERVICE}
HOLDERS_OF_2023 = HOLDERS - {Category.ASSOCIATION}  # named in later pages only

STUDIES_POSTS = frozenset({Post.STUDIES})
RESTORATION_POSTS = frozenset(
    {
        Post.ENGINEERING,
        Post.DECONTAMINATION,
        Post.SUPERVISION,
        Post.RESIDUAL,
        Post.DEMOLITION,
        Post.ASBESTOS_REMOVAL,
        Post.ECOLOGY,
    }
)
AIDED_POSTS = STUDIES_POSTS | RESTORATION_POSTS | {Post.DEVELOPMENT, Post.REHABILITATION, Post.LAND}

NOT_A_PRIORITY = frozenset({Use.LOGISTICS, Use.RETAIL})
GIVEN_BACK = frozenset({Nature.QUARRY, Nature.LANDFILL})

STUDIES_ALONE = when("request.kind", RequestKind.STUDIES)
WORKS_ALONE = when("request.kind", RequestKind.WORKS)
STUDIES_AND_WORKS = when("request.kind", RequestKind.BOTH)
FOLLOWED_BY_ADEME = when("history.status", Status.FORMER_ICPE, Status.FORMER_MINE)
ELSEWHERE = when("history.status", Status.NEITHER)

DEFICIT_CITED = (S39.at("« dans la limite du déficit de l'opération »"), S48.at("tout ou partie du déficit"))
WORKS_CITED = (S39.at("travaux : jusqu'à 100 % des dépenses de remise en état"), S38.at("travaux : jusqu'à 100 %"))
STUDIES_CITED = (S39.at("études : de 60 à 80 %"), S38.at("« le taux d'aide varie de 60 à 80 % »"))
POSTS_CITED = (S48.at("dépenses éligibles"), S46.at("études préalables et travaux de dépollution"))
ADVANCE_CITED = (S45.at("avance : « limité à 15 % »"),)

of_2023 = citing.read_for(2023, READ_FOR)
of_2024 = citing.read_for(2024, READ_FOR)
of_2025 = citing.read_for(2025, READ_FOR)
carried = citing.carried(CARRIED)


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
        calendar.still_open(calendar=year, successor=said["successor"], cites=said["successor"].cites),
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
        applicant.not_in_difficulty(
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
            )
        ),
        funding.land_value_deducted(
            posts=RESTORATION_POSTS, cites=(S68.at("article 45", unverified=NO_CLAUSE),), severity=WARNING
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
    land_cited = (S51.at("article D. 111-54, en vigueur depuis le 27 décembre 2023"),)
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


def round_used(read: tuple[Round, ...]) -> AnyRule:
    """R02, cited where each relève was read."""
    return rounds.round_used(rounds=read, cites=tuple(dict.fromkeys(cited for each in read for cited in each.cites)))


def rules_of_2025(said: Passages) -> tuple[AnyRule, ...]:
    """What 2025 wants, but its dates; 2026 carries it over."""
    found = holder(admitted=HOLDERS) + site_and_project() + since_2024(also_excluded=GIVEN_BACK)
    return citing.rules(found + since_2025() + money(said), of_2025)


# ── amounts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def aid(said: Passages, *more: Ceiling, advance: Advance | None = None) -> AidRules:
    """At most the deficit; at most 80 % of studies, the whole of restoration. `more` is what one edition adds."""
    studies = ceilings.posts_share(
        code="studies_80",
        label="80 % des études",
        posts=STUDIES_POSTS,
        percent=Decimal(80),
        cites=STUDIES_CITED,
        applies=STUDIES_ALONE,
    )
    restoration = ceilings.posts_share(
        code="works_100",
        label="la totalité de la remise en état",
        posts=RESTORATION_POSTS,
        percent=Decimal(100),
        cites=WORKS_CITED,
        applies=WORKS_ALONE + FOLLOWED_BY_ADEME,
    )
    return AidRules(
        eligible_posts=AIDED_POSTS,
        posts_cited=POSTS_CITED,
        deficit_cited=DEFICIT_CITED,
        rates=(
            Rate(
                "studies_rate",
                typeset("Taux de l'aide aux études"),
                None,
                said["studies_rate"],
                said["studies_rate"].cites,
                applies=works.FOR_STUDIES,
            ),
            Rate(
                "works_rate",
                typeset("Taux de l'aide aux travaux"),
                None,
                said["works_rate"],
                said["works_rate"].cites,
                applies=works.FOR_WORKS,
            ),
        ),
        ceilings=(
            ceilings.deficit(cites=DEFICIT_CITED),
            studies,
            restoration,
            ceilings.sum_of(
                code="studies_and_works",
                label="les études et la remise en état ensemble",
                parts=(studies, restoration),
                applies=STUDIES_AND_WORKS + FOLLOWED_BY_ADEME,
            ),
            ceilings.article_45(
                posts=RESTORATION_POSTS,
                cites=(S68.at("article 45 du règlement 651/2014", unverified=NO_CLAUSE),),
                applies=works.FOR_WORKS + support.PRIVATE,
            ),
            *more,
        ),
        advance=advance,
    )


def aid_of_2025(said: Passages) -> AidRules:
    """With the studies by size, which were read in another call of ADEME, and the advance."""
    by_size = ceilings.by_size(
        code="studies_by_size",
        label="la part des études que donne la taille",
        posts=STUDIES_POSTS,
        percents={
            SizeClass.MICRO: Decimal(80),
            SizeClass.SMALL: Decimal(80),
            SizeClass.MEDIUM: Decimal(70),
            SizeClass.LARGE: Decimal(60),
        },
        cites=(
            S38.at(
                "études, 60 à 80 %",
                unverified="Le partage par taille (80, 70 et 60 %) a été lu dans un autre appel de l'ADEME, en 2026.",
            ),
        ),
        applies=STUDIES_ALONE + support.PRIVATE,
    )
    usual = Advance(percent=Decimal(15), cites=ADVANCE_CITED, note="davantage si c'est justifié")
    return citing.aid(aid(said, by_size, advance=usual), of_2025)


def studies_of_a_firm_in_2023() -> Ceiling:
    """70 %, at most 100 000 €: one page gives that as the aid, another as the expense. The higher reading is kept."""
    return ceilings.posts_share(
        code="studies_70",
        label="70 % des études d'une entreprise, 100 000 € au plus",
        posts=STUDIES_POSTS,
        percent=Decimal(70),
        most_aid=Decimal(100_000),
        cites=(
            S46.at(
                "version de 2023 : « dans un maximum de 100 000 € »",
                unverified="Les sources ne s'accordent pas : ici 100 000 € est le plus haut montant de l'aide.",
            ),
            S11.at(
                "aides aux études de 2021",
                unverified="Là, 100 000 € est le plus haut montant des dépenses : l'aide serait de 70 000 € au plus.",
            ),
        ),
        applies=STUDIES_ALONE + support.PRIVATE,
    )


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
    passages_said = [said[f"route_{code}"], *(said[f"route_{code}_{number}"] for number in range(1, advice + 1))]
    return Route(
        code=code,
        title=passages_said[0],
        advice=tuple(passages_said[1:]),
        applies=applies,
        unless_met=unless_met,
        cites=tuple(dict.fromkeys(cited for passage in passages_said for cited in passage.cites)),
    )
