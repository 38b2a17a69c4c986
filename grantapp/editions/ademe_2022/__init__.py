"""France Relance, « Reconversion des friches polluées », edition of 2022: what was read, and where. See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule, Severity
from grantapp.rules import ademe, applicant, difficulty, site, works
from grantapp.rules.sources import RGEC, S1, S4, S5, S6, S7, S10, S11, S14, S38, S55, S74

WARNING = Severity.WARNING
FIRST = "Lu pour l'édition 2020-2021 ; le cahier des charges 2022 n'a pas pu être lu."
SECOND = "Lu pour l'édition de 2021 ; le cahier des charges 2022 n'a pas pu être lu."
BOTH = "Lu pour les éditions 2020-2021 et 2021 ; le cahier des charges 2022 n'a pas pu être lu."

TEXTS = ademe.texts(Path(__file__).with_name("texts.toml"))

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

POSTS_CITED = (
    S1.at("dépenses concernées"),
    S4.at("dépenses éligibles (même liste en 2025, ressource 605 d'UrbanVitaliz)"),
    S11.at("volet études"),
)

RULES: tuple[AnyRule, ...] = (
    # ── the request and who makes it ──
    applicant.filed_in_window(window=WINDOW),
    applicant.still_open(
        window=WINDOW,
        successor=TEXTS["successor"],
        cites=(S1.at("« n'est plus mobilisable actuellement »"), *TEXTS["successor"].cites),
    ),
    works.studies_or_works(cites=(S5.at("études ou travaux", unverified=BOTH),), severity=WARNING),
    applicant.legal_person(cites=(S55.at("bénéficiaires : personnes morales"),)),
    applicant.admitted_holder(
        categories=ademe.HOLDERS,
        cites=(
            S1.at("qui peut candidater"),
            S7.at("à qui s'adresse l'appel (mêmes porteurs en 2023, page de l'ADEME)"),
            S55.at("bénéficiaires, hors services de l'État"),
        ),
    ),
    applicant.bears_the_expense(cites=(S6.at("maître d'ouvrage", unverified=FIRST),), severity=WARNING),
    difficulty.not_in_difficulty(cites=ademe.IN_DIFFICULTY_CITED),
    # ── the site, its pollution, who answers for it ──
    site.former_icpe_or_mine(cites=(S1.at("projets éligibles : anciens sites ICPE ou miniers"), S6.at("sites visés"))),
    site.nature_not_excluded(
        excluded=ademe.EXCLUDED_NATURES,
        cites=(S11.at("friches exclues", unverified=FIRST),),
        severity=WARNING,
    ),
    site.depollution_needed(cites=(S1.at("objet : travaux de dépollution des sols ou des eaux souterraines"),)),
    site.pollution_not_excluded(
        excluded=ademe.EXCLUDED_POLLUTANTS,
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
    works.admitted_use(uses=ademe.USES, cites=(S1.at("types d'usage"),)),
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
    *ademe.money(TEXTS, posts_cited=POSTS_CITED),
)

AID = ademe.aid(
    TEXTS,
    posts_cited=POSTS_CITED,
    deficit_cited=(
        S10.at("déficit à démontrer", unverified="Lu en 2021 pour tout le fonds friches ; à confirmer pour 2022."),
    ),
    no_rate=S1.at("aucun taux indiqué", unverified="Aucune source lue ne donne le taux de cette édition."),
)

ROUTES = (ademe.studies_first(TEXTS), ademe.fund_of_the_prefect(TEXTS), ademe.what_followed(TEXTS))

EDITION = Edition(
    id="ademe_2022",
    version="2022.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=WINDOW,
    steps=ademe.STEPS,
    rules=RULES,
    aid=AID,
    routes=ROUTES,
    successor=TEXTS["successor"],
    texts=TEXTS,
    first_for=ademe.comes_first(TEXTS, unverified=ademe.FIRST_SESSION),
    reference_prefix="A22",
)
