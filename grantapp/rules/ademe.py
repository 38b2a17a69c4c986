"""What ADEME's call for polluted friches keeps from one edition to the next: lists, amounts, other ways, texts.

An edition gives its own sentences (`texts.toml`) and its own citations; what is here has the same words in all of them.
"""

from decimal import Decimal
from pathlib import Path

from grantapp.domain.aid import AidRules, Rate
from grantapp.domain.edition import Precedence, Route
from grantapp.domain.eligibility import Citation, Rule, Severity
from grantapp.domain.project import sections
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.site import Nature, Pollutant, Status
from grantapp.domain.sections.works import Use
from grantapp.french import typeset
from grantapp.rules import ceilings, funding, passages
from grantapp.rules.passages import Passages
from grantapp.rules.sources import ARRETE_2019, RGEC, S11, S12, S46, S58, S59
from grantapp.rules.works import FOR_STUDIES, FOR_WORKS

FIRST_SESSION = "Lu pour la première session du fonds du préfet (2021) ; à confirmer pour cette édition."
NO_CLAUSE = "Règle européenne habituelle ; la clause n'a pas été vue dans l'appel, et l'article est à relire."

STEPS = tuple(section.name for section in sections() if section.name not in ("operation", "support"))
HOLDERS = frozenset(Category) - {Category.STATE_SERVICE}
USES = frozenset(Use) - {Use.OTHER}
EXCLUDED_NATURES = frozenset({Nature.FARM, Nature.LANDFILL})
EXCLUDED_POLLUTANTS = frozenset(
    {Pollutant.RADIOACTIVE, Pollutant.PATHOGENS, Pollutant.ASBESTOS_SOIL, Pollutant.PYROTECHNIC}
)
STUDIES_POSTS = frozenset({Post.STUDIES})
REMEDIATION_POSTS = frozenset({Post.ENGINEERING, Post.DECONTAMINATION, Post.SUPERVISION, Post.RESIDUAL})
AIDED_POSTS = STUDIES_POSTS | REMEDIATION_POSTS | {Post.DEMOLITION, Post.ASBESTOS_REMOVAL, Post.ECOLOGY}


def texts(path: Path) -> Passages:
    """The sentences of an edition over the shared ones."""
    return passages.read(Path(__file__).with_suffix(".toml"), path)


# ── rules that say the same in every edition ─────────────────────────────────────────────────────────────────────

IN_DIFFICULTY_CITED = (RGEC.at("article 1er, paragraphe 4, c), et article 2, point 18", unverified=NO_CLAUSE),)
ARTICLE_45_CITED = (RGEC.at("article 45", unverified=NO_CLAUSE),)


def money(said: Passages, *, posts_cited: tuple[Citation, ...]) -> tuple[Rule, ...]:
    """R44, R50, R52, R54. Studies are all that a request for studies may claim."""
    return (
        funding.only_aided_posts(
            posts={
                RequestKind.STUDIES: STUDIES_POSTS,
                RequestKind.WORKS: AIDED_POSTS,
                RequestKind.BOTH: AIDED_POSTS,
            },
            cites=posts_cited,
        ),
        funding.balanced_plan(
            cites=(
                ARRETE_2019.at(
                    "plan de financement",
                    unverified="Déduit : des ressources égales aux dépenses sont le sens d'un plan de financement ; "
                    "aucun texte lu de l'appel ne l'écrit.",
                ),
            )
        ),
        funding.land_value_deducted(
            posts=REMEDIATION_POSTS,
            cites=ARTICLE_45_CITED,
            severity=Severity.WARNING,
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


def aid(
    said: Passages, *, posts_cited: tuple[Citation, ...], deficit_cited: tuple[Citation, ...], no_rate: Citation
) -> AidRules:
    """No rate of works: none was read for any of these editions. `no_rate` cites the page that was searched for one.

    The only ceiling is article 45, which no page of the call names: it is shown « à confirmer », and no largest grant
    comes of it alone (docs/decisions/0008-largest-grant.md).
    """
    return AidRules(
        eligible_posts=AIDED_POSTS,
        posts_cited=posts_cited,
        deficit_cited=deficit_cited,
        ceilings=(ceilings.article_45(posts=REMEDIATION_POSTS, cites=ARTICLE_45_CITED),),
        rates=(
            Rate(
                "works_rate",
                typeset("Taux de l'aide aux travaux"),
                None,
                said["works_rate"],
                (no_rate,),
                applies=FOR_WORKS,
            ),
            Rate(
                "studies_rate",
                typeset("Taux de l'aide aux études"),
                None,
                said["studies_rate"],
                (
                    S11.at(
                        "études", unverified="Lu pour les aides aux études de 2021 ; à confirmer pour cette édition."
                    ),
                    S46.at("version de 2023", unverified="Lu pour 2023 ; à confirmer pour cette édition."),
                ),
                applies=FOR_STUDIES,
            ),
        ),
    )


# ── before the other desks ───────────────────────────────────────────────────────────────────────────────────────


def comes_first(said: Passages, *, unverified: str = "") -> Precedence:
    """R46. A former classified installation or mine to clean goes to ADEME before the fund of the prefect.

    Read for the first session of that fund (2021); an edition of another year says so with `unverified`.
    """
    return Precedence(
        sentence=said["comes_first"],
        applies=when("history.status", Status.FORMER_ICPE, Status.FORMER_MINE)
        + when("pollution.treatment_needed", True),
        cites=(S12.at("anciennes installations classées et mines : l'ADEME d'abord", unverified=unverified),),
    )


# ── other ways ───────────────────────────────────────────────────────────────────────────────────────────────────


def studies_first(said: Passages) -> Route:
    """Without a plot, works cannot be judged."""
    return Route(
        code="etudes",
        title=said["route_studies"],
        advice=tuple(said[f"route_studies_{number}"] for number in range(1, 6)),
        applies=when("request.site_found", False),
    )


def fund_of_the_prefect(said: Passages) -> Route:
    """Neither ICPE nor mine."""
    return Route(
        code="recyclage-foncier",
        title=said["route_prefect"],
        advice=tuple(said[f"route_prefect_{number}"] for number in range(1, 5)),
        applies=when("history.status", Status.NEITHER),
    )


def what_followed(said: Passages) -> Route:
    """Outside the window: the later editions, then the Fonds vert."""
    return Route(
        code="successeur",
        title=said["route_successor"],
        advice=(said["successor"], said["route_successor_1"], said["route_successor_2"]),
        unless_met=("R01",),
    )
