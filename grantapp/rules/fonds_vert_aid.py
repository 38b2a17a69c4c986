"""What the Fonds vert says of amounts: a grant that balances, at most 80 % of studies, at most the restoration."""

from decimal import Decimal

from grantapp.domain.aid import Advance, AidRules, Ceiling, Rate
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.site import Status
from grantapp.domain.size import SizeClass
from grantapp.french import typeset
from grantapp.rules import ceilings, support, works
from grantapp.rules.passages import Passages
from grantapp.rules.sources import S11, S38, S39, S45, S46, S48, S68

NO_CLAUSE = "Règle européenne habituelle ; la clause n'a pas été vue dans le Fonds vert."

STUDIES_POSTS = frozenset({Post.STUDIES})
REMEDIATION_POSTS = frozenset({Post.ENGINEERING, Post.DECONTAMINATION, Post.SUPERVISION, Post.RESIDUAL})
RESTORATION_POSTS = REMEDIATION_POSTS | {Post.DEMOLITION, Post.ASBESTOS_REMOVAL, Post.ECOLOGY}
AIDED_POSTS = STUDIES_POSTS | RESTORATION_POSTS | {Post.DEVELOPMENT, Post.REHABILITATION, Post.LAND}

STUDIES_ALONE = when("request.kind", RequestKind.STUDIES)
WORKS_ALONE = when("request.kind", RequestKind.WORKS)
STUDIES_AND_WORKS = when("request.kind", RequestKind.BOTH)
FOLLOWED_BY_ADEME = when("history.status", Status.FORMER_ICPE, Status.FORMER_MINE)

DEFICIT_CITED = (S39.at("« dans la limite du déficit de l'opération »"), S48.at("tout ou partie du déficit"))
WORKS_CITED = (S39.at("travaux : jusqu'à 100 % des dépenses de remise en état"), S38.at("travaux : jusqu'à 100 %"))
STUDIES_CITED = (S39.at("études : de 60 à 80 %"), S38.at("« le taux d'aide varie de 60 à 80 % »"))
POSTS_CITED = (S48.at("dépenses éligibles"), S46.at("études préalables et travaux de dépollution"))
ADVANCE_CITED = (S45.at("avance : « limité à 15 % »"),)


def common(said: Passages, *more: Ceiling, advance: Advance | None = None) -> AidRules:
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
                posts=REMEDIATION_POSTS,
                cites=(S68.at("article 45 du règlement 651/2014", unverified=NO_CLAUSE),),
                applies=works.FOR_WORKS + support.PRIVATE,
            ),
            *more,
        ),
        advance=advance,
    )


def since_2025(said: Passages) -> AidRules:
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
    return common(said, by_size, advance=usual)


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
