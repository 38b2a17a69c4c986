"""France Relance, « Reconversion des friches polluées », edition of 2022: what was read, and where. See README.md."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

from grantapp.domain.aid import AidRules, Rate
from grantapp.domain.edition import Edition, Route, Window
from grantapp.domain.eligibility import Severity
from grantapp.domain.project import sections
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.sections.site import Nature, Pollutant, Status
from grantapp.domain.sections.works import Use
from grantapp.french import typeset
from grantapp.rules import applicant, funding, site, works
from grantapp.rules.sources import (
    ARRETE_2019,
    RGEC,
    S1,
    S4,
    S5,
    S6,
    S7,
    S10,
    S11,
    S12,
    S14,
    S27,
    S32,
    S37,
    S38,
    S45,
    S46,
    S55,
    S58,
    S59,
    S74,
)

WARNING = Severity.WARNING
FIRST = "Lu pour l'édition 2020-2021 ; le cahier des charges 2022 n'a pas pu être lu."
SECOND = "Lu pour l'édition de 2021 ; le cahier des charges 2022 n'a pas pu être lu."
BOTH = "Lu pour les éditions 2020-2021 et 2021 ; le cahier des charges 2022 n'a pas pu être lu."
NO_CLAUSE = "Règle européenne habituelle ; la clause n'a pas été vue dans l'appel, et l'article est à relire."

TEXTS = {
    key: typeset(text)
    for key, text in tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8")).items()
}

WINDOW = Window(
    opens_on=date(2022, 2, 15),
    closes_on=date(2022, 4, 29),
    cites=(
        S14.at("lancement, 15 février 2022"),
        S1.at("date limite, 29 avril 2022"),
        S1.at("heure de clôture", unverified=TEXTS["hour"]),
    ),
    hour_note=TEXTS["hour"],
)

STUDIES_POSTS = frozenset({Post.STUDIES})
REMEDIATION_POSTS = frozenset({Post.ENGINEERING, Post.DECONTAMINATION, Post.SUPERVISION, Post.RESIDUAL})
AIDED_POSTS = STUDIES_POSTS | REMEDIATION_POSTS | {Post.DEMOLITION, Post.ASBESTOS_REMOVAL, Post.ECOLOGY}
POSTS_CITED = (
    S1.at("dépenses concernées"),
    S4.at("dépenses éligibles (même liste en 2025, ressource 605 d'UrbanVitaliz)"),
    S11.at("volet études"),
)

RULES = (
    # ── the request and who makes it ──
    applicant.filed_in_window(window=WINDOW),
    applicant.still_open(
        window=WINDOW,
        successor=TEXTS["successor"],
        cites=(
            S1.at("« n'est plus mobilisable actuellement »"),
            S45.at("dépôt en continu, 2025"),
            S46.at("fin de validité", unverified="Les règles du Fonds vert pour 2026 n'ont pas été trouvées."),
        ),
    ),
    works.studies_or_works(cites=(S5.at("études ou travaux", unverified=BOTH),), severity=WARNING),
    applicant.legal_person(cites=(S55.at("bénéficiaires : personnes morales"),)),
    applicant.admitted_holder(
        categories=frozenset(Category) - {Category.STATE_SERVICE},
        cites=(
            S1.at("qui peut candidater"),
            S7.at("à qui s'adresse l'appel (mêmes porteurs en 2023, page de l'ADEME)"),
            S55.at("bénéficiaires, hors services de l'État"),
        ),
    ),
    applicant.bears_the_expense(cites=(S6.at("maître d'ouvrage", unverified=FIRST),), severity=WARNING),
    applicant.not_in_difficulty(
        cites=(RGEC.at("article 1er, paragraphe 4, c), et article 2, point 18", unverified=NO_CLAUSE),)
    ),
    # ── the site, its pollution, who answers for it ──
    site.former_icpe_or_mine(cites=(S1.at("projets éligibles : anciens sites ICPE ou miniers"), S6.at("sites visés"))),
    site.nature_not_excluded(
        excluded=frozenset({Nature.FARM, Nature.LANDFILL}),
        cites=(S11.at("friches exclues", unverified=FIRST),),
        severity=WARNING,
    ),
    site.depollution_needed(cites=(S1.at("objet : travaux de dépollution des sols ou des eaux souterraines"),)),
    site.pollution_not_excluded(
        excluded=frozenset(
            {Pollutant.RADIOACTIVE, Pollutant.PATHOGENS, Pollutant.ASBESTOS_SOIL, Pollutant.PYROTECHNIC}
        ),
        cites=(S11.at("pollutions exclues", unverified=FIRST),),
        severity=WARNING,
    ),
    works.certified_consultant(
        cites=(S11.at("méthode nationale, prestataires certifiés LNE (2021)"), S38.at("certification LNE (2025)"))
    ),
    works.plan_and_design_attached(
        cites=(
            S6.at("volet travaux : avant-projet et plan de gestion", unverified=FIRST),
            S11.at("plan de gestion récent et avant-projet détaillé", unverified=FIRST),
        ),
        severity=WARNING,
    ),
    works.independent_supervisor(cites=(S4.at("contrôle du chantier", unverified=SECOND),), severity=WARNING),
    applicant.polluter_cannot_pay(
        cites=(
            S1.at("responsables défaillants"),
            S6.at("pollueur non identifié ou qui ne peut être contraint"),
            S11.at("principe du pollueur-payeur"),
            S74.at("contrôle de la DREAL"),
        )
    ),
    site.duties_met_or_in_default(cites=(S1.at("projets éligibles : remise en état, ou responsable défaillant"),)),
    # ── the project and its calendar ──
    works.admitted_use(uses=frozenset(Use) - {Use.OTHER}, cites=(S1.at("types d'usage"),)),
    works.planning_compatible(
        cites=(S6.at("conformité aux documents d'urbanisme", unverified=FIRST),), severity=WARNING
    ),
    works.no_works_contract_before_filing(
        cites=(
            RGEC.at("article 6 (demande avant le début des travaux) et article 2, point 23"),
            S6.at("notification de marché après le dépôt"),
        )
    ),
    works.no_study_contract_before_filing(
        cites=(S11.at("études : pas d'engagement avec un prestataire avant la demande", unverified=FIRST),),
        severity=WARNING,
    ),
    # ── money ──
    funding.only_aided_posts(
        posts={
            RequestKind.STUDIES: STUDIES_POSTS,
            RequestKind.WORKS: AIDED_POSTS,
            RequestKind.BOTH: AIDED_POSTS,
        },
        cites=POSTS_CITED,
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
        posts=REMEDIATION_POSTS, cites=(RGEC.at("article 45", unverified=NO_CLAUSE),), severity=WARNING
    ),
    funding.plausible_depollution_cost(
        usual_per_m2=Decimal(66),
        times=3,
        cites=(
            S58.at("dépollution, 66 € par m²", unverified=TEXTS["cost_bounds"]),
            S59.at("640 000 € par hectare", unverified=TEXTS["cost_bounds"]),
        ),
    ),
)

AID = AidRules(
    eligible_posts=AIDED_POSTS,
    posts_cited=POSTS_CITED,
    deficit_cited=(
        S10.at("déficit à démontrer", unverified="Lu en 2021 pour tout le fonds friches ; à confirmer pour 2022."),
    ),
    rates=(
        Rate(
            "works_rate",
            "Taux de l'aide aux travaux",
            None,
            TEXTS["works_rate"],
            (S1.at("aucun taux indiqué", unverified="Aucune source lue ne donne le taux de cette édition."),),
            applies=when("request.kind", RequestKind.WORKS, RequestKind.BOTH),
        ),
        Rate(
            "studies_rate",
            "Taux de l'aide aux études",
            None,
            TEXTS["studies_rate"],
            (
                S11.at("études", unverified="Lu pour les aides aux études de 2021 ; à confirmer pour cette édition."),
                S46.at("version de 2023", unverified="Lu pour 2023 ; à confirmer pour cette édition."),
            ),
            applies=when("request.kind", RequestKind.STUDIES, RequestKind.BOTH),
        ),
    ),
)

ROUTES = (
    Route(
        code="etudes",
        title=TEXTS["route_studies"],
        advice=tuple(TEXTS[f"route_studies_{number}"] for number in range(1, 6)),
        applies=when("request.site_found", False),
        cites=(
            S11.at("contact avant le dépôt, aide au choix du bureau d'études (Occitanie)"),
            S5.at("études ou travaux selon l'avancement", unverified=BOTH),
            S12.at(
                "ce qui doit être connu au dépôt",
                unverified="Lu pour la première session du fonds du préfet (2021), un autre guichet.",
            ),
        ),
    ),
    Route(
        code="recyclage-foncier",
        title=TEXTS["route_prefect"],
        advice=tuple(TEXTS[f"route_prefect_{number}"] for number in range(1, 5)),
        applies=when("history.status", Status.NEITHER),
        cites=(
            S14.at("session du 15 février au 13 mai 2022"),
            S27.at("clôture plus tôt dans certaines régions"),
            S12.at("entreprises privées sous conditions", unverified="Lu pour la première session (2021)."),
            S32.at("opérations déficitaires après toutes les autres aides"),
            S37.at("Fonds vert : accord de la collectivité et intérêt général (2023)"),
        ),
    ),
    Route(
        code="successeur",
        title=TEXTS["route_successor"],
        advice=(TEXTS["successor"], *(TEXTS[f"route_successor_{number}"] for number in range(1, 3))),
        unless_met=("R01",),
        cites=(
            S37.at("friches polluées dans le Fonds vert (2023)"),
            S45.at("dépôt en continu, 2025"),
            S46.at("aucun engagement ferme avant la demande (2025)"),
        ),
    ),
)

EDITION = Edition(
    id="ademe_2022",
    version="2022.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=WINDOW,
    steps=tuple(section.name for section in sections()),
    rules=RULES,
    aid=AID,
    routes=ROUTES,
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="A22",
)
