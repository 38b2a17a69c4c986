"""What the prefects' fund « recyclage foncier » keeps from one session to the next: rules, amounts, ways, texts.

Most of its clauses are known by one guide, written for the first session. `Reading` says how a session knows them: the
first by its own guide, so they block; the others by that of another session, so they warn and say why.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from grantapp.domain.aid import AidRules, Rate
from grantapp.domain.edition import Route
from grantapp.domain.eligibility import AnyRule, Citation, Severity
from grantapp.domain.project import sections
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.operation import PRIVATE_HOLDERS
from grantapp.domain.sections.site import Status
from grantapp.french import typeset
from grantapp.rules import applicant, balance, calendar, ceilings, difficulty, funding, operation, passages, works
from grantapp.rules.calendar import Calendar
from grantapp.rules.passages import Passages
from grantapp.rules.sources import (
    ARRETE_2019,
    RGEC,
    S10,
    S12,
    S22,
    S28,
    S32,
    S36,
    S37,
    S39,
    S45,
    S46,
    S55,
    S58,
    S59,
    S74,
    Source,
)

NO_CLAUSE = "Règle européenne habituelle ; la clause n'a pas été vue pour ce fonds, et l'article est à relire."

# No text of the fund asks for the agreements that the Fonds vert asks of a private holder: « accords » is not asked.
STEPS = tuple(section.name for section in sections() if section.name != "support")

# What only ADEME or the Fonds vert asks: no source of this fund does, and an answer that is not needed is not a gap.
UNASKED = frozenset(
    {
        "organisation.bears_expense",
        "history.unused",
        "history.needs_works",
        "pollution.certified_consultant",
        "pollution.certificate",
        "pollution.management_plan_on",
        "pollution.preliminary_design_on",
        "pollution.independent_supervisor",
        "liability.duties_met",
        "liability.in_default",
        "plan.planning_document",
        "plan.planning_compatible",
        "operation.organised_vacancy",
        "operation.natural_vocation",
        "operation.demolition_planned",
        "funding.value_before",
        "funding.value_after",
        "funding.valued_by",
        "pieces.management_plan",
        "pieces.preliminary_design",
        "pieces.duties_evidence",
    }
)

HOLDERS = frozenset(Category) - {Category.ASSOCIATION, Category.STATE_SERVICE}
STUDIES_POSTS = frozenset({Post.STUDIES})
DEPOLLUTION_POSTS = frozenset({Post.ENGINEERING, Post.DECONTAMINATION, Post.SUPERVISION, Post.RESIDUAL, Post.ECOLOGY})
DEMOLITION_POSTS = frozenset({Post.DEMOLITION, Post.ASBESTOS_REMOVAL})
AIDED_POSTS = STUDIES_POSTS | DEPOLLUTION_POSTS | DEMOLITION_POSTS | {Post.LAND, Post.DEVELOPMENT}

COMMITTED_BY = date(2022, 12, 31)
PAID_BY = date(2024, 12, 31)


def texts(path: Path) -> Passages:
    """The sentences of a session over the shared ones."""
    return passages.read(Path(__file__).with_suffix(".toml"), path)


@dataclass(frozen=True)
class Reading:
    """How a session knows the guide of the first one; `unverified` says, in French, why it may not hold for it."""

    unverified: str = ""

    @property
    def severity(self) -> Severity:
        """Refusing on the guide of another session would invent a rule: it warns."""
        return Severity.WARNING if self.unverified else Severity.BLOCKING

    def at(self, source: Source, place: str) -> Citation:
        return source.at(place, unverified=self.unverified)


# ── rules, in the order of the questions ─────────────────────────────────────────────────────────────────────────


def holder(read: Reading, *, others: tuple[Citation, ...] = ()) -> tuple[AnyRule, ...]:
    """R04, R06, R10, R11. `others` are what the session itself says of its holders."""
    elsewhere = "Lu pour l'ADEME et pour le Fonds vert ; pas pour ce fonds, dont la liste ne nomme que des organismes."
    return (
        applicant.legal_person(
            cites=(
                S55.at("bénéficiaires : personnes morales", unverified=elsewhere),
                S36.at("porteur du projet : une personne morale", unverified=elsewhere),
            ),
            severity=Severity.WARNING,
        ),
        applicant.admitted_holder(
            categories=HOLDERS,
            cites=(
                read.at(S12, "bénéficiaires ; entreprises privées « sous conditions »"),
                read.at(S22, "bénéficiaires"),
                *others,
            ),
            severity=read.severity,
        ),
        applicant.polluter_cannot_pay(
            cites=(
                S74.at(
                    "contrôle de la DREAL",
                    unverified="Principe général ; ses conditions ont été lues pour l'appel de l'ADEME seulement.",
                ),
            ),
            severity=Severity.WARNING,
        ),
        difficulty.not_in_difficulty(
            cites=(RGEC.at("article 1er, paragraphe 4, c), et article 2, point 18", unverified=NO_CLAUSE),)
        ),
    )


def site(read: Reading, *, friche_cited: tuple[Citation, ...]) -> tuple[AnyRule, ...]:
    """R20, R46."""
    return (
        operation.friche_of_the_fund(cites=friche_cited),
        operation.ademe_first(
            cites=(read.at(S12, "dossiers « déposés prioritairement à l'appel à projets » de l'ADEME"),),
            severity=read.severity,
        ),
    )


def project(read: Reading, *, purposes_cited: tuple[Citation, ...]) -> tuple[AnyRule, ...]:
    """R22, R23, R24, R36, R53."""
    return (
        operation.floor_area_produced(
            cites=(read.at(S12, "production ou réhabilitation de surfaces"), read.at(S32, "objet du fonds")),
            severity=read.severity,
        ),
        operation.more_than_one_thing(
            cites=(read.at(S32, "« simple mise en conformité »"), read.at(S12, "projets non éligibles")),
            severity=read.severity,
        ),
        operation.urban_planning_operation(cites=purposes_cited),
        operation.known_at_filing(
            cites=(read.at(S12, "maîtrise d'ouvrage, maîtrise du foncier, programme et bilan connus"),),
            severity=read.severity,
        ),
        operation.unforeseen_not_treated(
            cites=(read.at(S12, "déficit dû à un imprévu majeur"),), severity=read.severity
        ),
    )


def time(read: Reading, *, dates: Calendar, commitment: AnyRule) -> tuple[AnyRule, ...]:
    """R31, R34, R35, R48. `commitment` is the rule R35 of the session: regions gave it other days."""
    return (
        calendar.not_begun(
            cites=(read.at(S12, "exécution après le dépôt et l'instruction favorable"),), severity=read.severity
        ),
        works.last_expense_by(
            last=PAID_BY,
            cites=(read.at(S12, "paiement « si possible avant fin 2024 »"),),
            severity=Severity.WARNING,
        ),
        commitment,
        calendar.complete_at_closing(
            calendar=dates, cites=(read.at(S12, "« seuls les dossiers complets »"),), severity=read.severity
        ),
    )


def money(
    said: Passages,
    read: Reading,
    *,
    deficit_cited: tuple[Citation, ...],
    grant_cited: tuple[Citation, ...],
    posts_cited: tuple[Citation, ...],
) -> tuple[AnyRule, ...]:
    """R38, R39, R44, R45, R50, R54."""
    return (
        balance.deficit_left(cites=deficit_cited),
        balance.grant_within_deficit(cites=grant_cited),
        funding.only_aided_posts(
            posts={
                RequestKind.STUDIES: STUDIES_POSTS,
                RequestKind.WORKS: AIDED_POSTS,
                RequestKind.BOTH: AIDED_POSTS,
            },
            cites=posts_cited,
            severity=read.severity,
        ),
        balance.claimed_lines_singled_out(
            cites=(read.at(S12, "dépenses des secteurs en friche, montants et dates"),), severity=read.severity
        ),
        funding.balanced_plan(
            cites=(
                ARRETE_2019.at(
                    "plan de financement",
                    unverified="Déduit : des ressources égales aux dépenses sont le sens d'un plan de financement ; "
                    "aucun texte lu du fonds ne l'écrit.",
                ),
            ),
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
    said: Passages,
    *,
    posts_cited: tuple[Citation, ...],
    deficit_cited: tuple[Citation, ...],
    grant_cited: tuple[Citation, ...],
) -> AidRules:
    """A balancing grant: the deficit is the ceiling, and no percentage was read."""
    return AidRules(
        eligible_posts=AIDED_POSTS,
        posts_cited=posts_cited,
        deficit_cited=deficit_cited,
        ceilings=(ceilings.deficit(cites=grant_cited),),
        rates=(
            Rate(
                "no_percentage",
                typeset("Pourcentage de l'aide"),
                None,
                said["no_percentage"],
                said["no_percentage"].cites,
            ),
        ),
    )


# ── other ways ───────────────────────────────────────────────────────────────────────────────────────────────────


def ademe_of_the_year(said: Passages, *, cites: tuple[Citation, ...]) -> Route:
    """A polluted former ICPE or mine goes to ADEME first; `cites` dates ADEME's call of the same year."""
    return Route(
        code="ademe-d-abord",
        title=said["route_ademe"],
        advice=(said["ademe_dates"], said["route_ademe_1"], said["route_ademe_2"]),
        applies=when("history.status", Status.FORMER_ICPE, Status.FORMER_MINE)
        + when("pollution.treatment_needed", True),
        unless_met=("R46",),
        cites=(*cites, S12.at("ce fonds vient en complément")),
    )


def private_holder(said: Passages) -> Route:
    """Admitted « sous conditions » that no page read gives: to be asked for before anything else."""
    return Route(
        code="entreprise-privee",
        title=said["route_private"],
        advice=tuple(said[f"route_private_{number}"] for number in (1, 2)),
        applies=when("organisation.category", *PRIVATE_HOLDERS),
        cites=(
            S12.at("entreprises privées « sous conditions »"),
            S37.at(
                "accord de la collectivité et intérêt général",
                unverified="Lu pour le Fonds vert de 2023 ; les conditions de ce fonds n'ont pas pu être lues.",
            ),
        ),
    )


def studies_first(said: Passages) -> Route:
    """Without a plot, nothing of the operation is known."""
    return Route(
        code="etudes",
        title=said["route_studies"],
        advice=tuple(said[f"route_studies_{number}"] for number in range(1, 5)),
        applies=when("request.site_found", False),
        cites=(
            S12.at("ce qui doit être connu au dépôt ; études « à titre subsidiaire » ; conseil de la DDT (Occitanie)"),
        ),
    )


def what_followed(said: Passages, *, cites: tuple[Citation, ...] = ()) -> Route:
    """Outside the window: the sessions that came after (`cites`), then the Fonds vert."""
    return Route(
        code="successeur",
        title=said["route_successor"],
        advice=(said["successor"], said["route_successor_1"], said["route_successor_2"]),
        unless_met=("R01",),
        cites=(
            *cites,
            S37.at("recyclage foncier dans le Fonds vert (2023)"),
            S45.at("dépôt en continu, 2025"),
            S46.at("aucun engagement ferme avant la demande (2025)"),
        ),
    )


# ── what is known both before and after the session ──────────────────────────────────────────────────────────────

DEFICIT_ALWAYS = (
    S32.at("opérations déficitaires après toutes les autres subventions (2021)"),
    S10.at("un déficit à combler, pour tout le fonds (2021)"),
    S37.at("bilans déficitaires, Fonds vert (2023)"),
)
GRANT_ALWAYS = (
    S12.at("« combler tout ou partie du déficit constaté » (2021)"),
    S28.at("subvention d'équilibre, au plus le déficit démontré (2021)"),
    S39.at("« dans la limite du déficit de l'opération », Fonds vert"),
)
