"""ADEME, « Reconversion de friches polluées », call of 2019-2020, before France Relance. See README.md."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from grantapp.domain.aid import AidRules, Rate
from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule, Severity
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.funding import Post
from grantapp.domain.size import SizeClass
from grantapp.french import typeset
from grantapp.rules import ademe, applicant, ceilings, difficulty, funding, site, works
from grantapp.rules.sources import RGEC, S1, S2, S3, S4, S6, S7, S9, S10, S11, S38, S55, S72, S74
from grantapp.rules.works import FOR_WORKS

WARNING = Severity.WARNING
LATER = "Lu pour une édition suivante (2020 à 2022) ; le cahier des charges de 2019 n'a pas pu être lu."
DATES = (
    "Les sources ne s'accordent pas : une page ouvre l'appel le 6 novembre 2019, une autre donne le 17 avril 2020 pour "
    "la clôture."
)
WHO_HAS_WHICH = "Déduit : la page donne « de 35 % à 55 % selon le type de bénéficiaire », sans dire quel taux va à qui."

TEXTS = ademe.texts(Path(__file__).with_name("texts.toml"))

WINDOW = Window(
    opens_on=date(2019, 11, 12),
    closes_on=date(2020, 4, 2),
    cites=(
        S3.at("dates de l'appel"),
        S2.at("ouvert jusqu'au 2 avril 2020"),
        S72.at("dates de l'appel", unverified=DATES),
        S3.at("heure de clôture", unverified=TEXTS["hour"]),
    ),
    hour_note=TEXTS["hour"],
)

POSTS = ademe.REMEDIATION_POSTS | {Post.ECOLOGY}  # demolition and asbestos removal came with France Relance
POSTS_CITED = (
    S2.at("objet de l'appel : travaux de dépollution"),
    S9.at("déconstruction et désamiantage, nouveaux en 2020"),
    S11.at("études, à partir de l'édition suivante"),
    S4.at("liste des dépenses éligibles", unverified=LATER),
)
RATE_CITED = (S2.at("taux et assiette plafonnée"), S3.at("taux selon le type de bénéficiaire"))
MOST, MOST_BASE = Decimal(55), Decimal(1_500_000)  # percent; euros without VAT

RULES: tuple[AnyRule, ...] = (
    # ── the request and who makes it ──
    applicant.filed_in_window(window=WINDOW),
    applicant.still_open(window=WINDOW, successor=TEXTS["successor"], cites=TEXTS["successor"].cites),
    applicant.legal_person(cites=(S55.at("bénéficiaires : personnes morales"),)),
    applicant.admitted_holder(
        categories=ademe.HOLDERS, cites=(S55.at("bénéficiaires, hors services de l'État"), S2.at("bénéficiaires"))
    ),
    applicant.bears_the_expense(
        cites=(S6.at("le maître d'ouvrage qui réalise la dépense", unverified=LATER),), severity=WARNING
    ),
    difficulty.not_in_difficulty(cites=ademe.IN_DIFFICULTY_CITED),
    # ── the site, its pollution, who answers for it: what was read for later editions only warns ──
    replace(
        site.former_icpe_or_mine(cites=(S6.at("anciennes ICPE ou anciennes mines seulement", unverified=LATER),)),
        severity=WARNING,
    ),
    site.nature_not_excluded(
        excluded=ademe.EXCLUDED_NATURES, cites=(S11.at("friches exclues", unverified=LATER),), severity=WARNING
    ),
    site.depollution_needed(cites=(S2.at("objet de l'appel : travaux de dépollution"), S72.at("titre de l'appel"))),
    site.pollution_not_excluded(
        excluded=ademe.EXCLUDED_POLLUTANTS,
        cites=(S11.at("pollutions exclues", unverified=LATER),),
        severity=WARNING,
        applies=site.TO_BE_TREATED,
    ),
    replace(
        works.certified_consultant(
            cites=(
                S11.at("prestataires certifiés LNE", unverified=LATER),
                S38.at("certification LNE (2025)", unverified=LATER),
            )
        ),
        severity=WARNING,
    ),
    works.plan_and_design_attached(
        cites=(S6.at("volet travaux : avant-projet et plan de gestion", unverified=LATER),), severity=WARNING
    ),
    replace(
        applicant.polluter_cannot_pay(
            cites=(
                S6.at("pollueur non identifié ou qui ne peut être contraint", unverified=LATER),
                S74.at("contrôle de la DREAL", unverified="Dit de toutes les aides, non de cet appel."),
            )
        ),
        severity=WARNING,
    ),
    site.duties_met_or_in_default(
        cites=(S1.at("remise en état, ou responsable défaillant", unverified=LATER),), severity=WARNING
    ),
    # ── the project ──
    replace(
        works.admitted_use(uses=ademe.USES, cites=(S7.at("usages après reconversion", unverified=LATER),)),
        severity=WARNING,
    ),
    works.planning_compatible(cites=(S2.at("cohérence territoriale avec le PLU ou le PLUi"), S3.at("conditions"))),
    works.no_works_contract_before_filing(
        cites=(
            S2.at("effet incitatif"),
            S3.at("effet incitatif"),
            RGEC.at("article 6 (demande avant le début des travaux) et article 2, point 23"),
        )
    ),
    # ── money ──
    funding.only_aided_posts(
        posts={RequestKind.STUDIES: frozenset(), RequestKind.WORKS: POSTS, RequestKind.BOTH: POSTS},
        cites=POSTS_CITED,
    ),
    *(rule for rule in ademe.money(TEXTS, posts_cited=POSTS_CITED) if rule.code != "R44"),
    ceilings.asked_within_share(posts=POSTS, percent=MOST, most_base=MOST_BASE, cites=RATE_CITED, applies=FOR_WORKS),
)

AID = AidRules(
    eligible_posts=POSTS,
    posts_cited=POSTS_CITED,
    deficit_cited=(
        S10.at("déficit à démontrer", unverified="Lu pour le fonds friches, qui a suivi, et sans la formule."),
    ),
    ceilings=(
        ceilings.posts_share(
            code="most_rate",
            label="55 % de la dépollution, comptée pour 1 500 000 € au plus",
            posts=POSTS,
            percent=MOST,
            most_base=MOST_BASE,
            cites=RATE_CITED,
            applies=FOR_WORKS,
        ),
        ceilings.by_size(
            code="rate_of_size",
            label="le taux de votre taille",
            posts=POSTS,
            percents={
                SizeClass.MICRO: Decimal(55),
                SizeClass.SMALL: Decimal(55),
                SizeClass.MEDIUM: Decimal(45),
                SizeClass.LARGE: Decimal(35),
            },
            most_base=MOST_BASE,
            cites=(S2.at("taux selon le type de bénéficiaire", unverified=WHO_HAS_WHICH),),
            applies=FOR_WORKS
            + when("organisation.category", Category.BUSINESS, Category.PRIVATE_DEVELOPER, Category.PROPERTY_DEVELOPER),
        ),
        ceilings.article_45(posts=ademe.REMEDIATION_POSTS, cites=ademe.ARTICLE_45_CITED),
    ),
    rates=(
        Rate(
            "works_rate",
            typeset("Taux de l'aide aux travaux"),
            None,
            TEXTS["works_rate"],
            TEXTS["works_rate"].cites,
            applies=FOR_WORKS,
        ),
    ),
)

EDITION = Edition(
    id="ademe_2019",
    version="2019.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=WINDOW,
    steps=ademe.STEPS,
    rules=RULES,
    aid=AID,
    routes=(ademe.studies_first(TEXTS), ademe.fund_of_the_prefect(TEXTS), ademe.what_followed(TEXTS)),
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="A19",
)
