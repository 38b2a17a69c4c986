"""France Relance, « Reconversion des friches polluées », edition of 2021: what was read, and where. See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule, Severity
from grantapp.rules import ademe, applicant, difficulty, site, works
from grantapp.rules.sources import RGEC, S1, S4, S5, S6, S7, S8, S10, S11, S38, S55, S74

WARNING = Severity.WARNING
FIRST = "Lu pour l'édition 2020-2021 ; le cahier des charges de 2021 n'a pas pu être lu."
THIRD = "Lu pour l'édition de 2022 ; le cahier des charges de 2021 n'a pas pu être lu."
STUDIES_AID = "Lu pour les aides aux études de l'ADEME en 2021, non pour l'appel lui-même."
KINDS = "Une page le dit pour cette édition ; seules des aides à des travaux ont été publiées."

TEXTS = ademe.texts(Path(__file__).with_name("texts.toml"))

WINDOW = Window(
    opens_on=date(2021, 7, 15),
    closes_on=date(2021, 10, 8),
    cites=(
        S5.at("dates de la deuxième édition, du 15 juillet au 8 octobre 2021"),
        S4.at("dates de l'appel"),
        S8.at("dates de l'appel"),
        S5.at("heure de clôture", unverified=TEXTS["hour"]),
    ),
    hour_note=TEXTS["hour"],
)

POSTS_CITED = (
    S4.at("dépenses éligibles"),
    S11.at("volet études", unverified=FIRST),
)

RULES: tuple[AnyRule, ...] = (
    # ── the request and who makes it ──
    applicant.filed_in_window(window=WINDOW),
    applicant.still_open(window=WINDOW, successor=TEXTS["successor"], cites=TEXTS["successor"].cites),
    works.studies_or_works(cites=(S5.at("études ou travaux selon l'avancement", unverified=KINDS),), severity=WARNING),
    applicant.legal_person(cites=(S55.at("bénéficiaires : personnes morales"),)),
    applicant.admitted_holder(
        categories=ademe.HOLDERS,
        cites=(
            S7.at("à qui s'adresse l'appel (édition d'avant)"),
            S1.at("qui peut candidater (édition d'après)"),
            S55.at("bénéficiaires, hors services de l'État"),
        ),
    ),
    applicant.bears_the_expense(cites=(S6.at("maître d'ouvrage", unverified=FIRST),), severity=WARNING),
    difficulty.not_in_difficulty(cites=ademe.IN_DIFFICULTY_CITED),
    # ── the site, its pollution, who answers for it ──
    site.former_icpe_or_mine(
        cites=(S6.at("sites visés (édition d'avant)"), S1.at("anciens sites ICPE ou miniers (édition d'après)"))
    ),
    site.nature_not_excluded(
        excluded=ademe.EXCLUDED_NATURES, cites=(S11.at("friches exclues", unverified=FIRST),), severity=WARNING
    ),
    site.depollution_needed(cites=(S8.at("objet de l'appel : travaux de dépollution"), S4.at("objet de l'appel"))),
    site.pollution_not_excluded(
        excluded=ademe.EXCLUDED_POLLUTANTS,
        cites=(S11.at("pollutions exclues", unverified=FIRST),),
        severity=WARNING,
        applies=site.TO_BE_TREATED,
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
    works.independent_supervisor(cites=(S4.at("contrôle du chantier par un bureau certifié et indépendant"),)),
    applicant.polluter_cannot_pay(
        cites=(
            S6.at("pollueur non identifié ou qui ne peut être contraint (édition d'avant)"),
            S1.at("responsables défaillants (édition d'après)"),
            S74.at("contrôle de la DREAL"),
        )
    ),
    site.duties_met_or_in_default(
        cites=(S1.at("projets éligibles : remise en état, ou responsable défaillant", unverified=THIRD),),
        severity=WARNING,
    ),
    # ── the project and its calendar ──
    works.admitted_use(
        uses=ademe.USES,
        cites=(S7.at("usages après reconversion (édition d'avant)"), S1.at("types d'usage (édition d'après)")),
    ),
    works.planning_compatible(
        cites=(S6.at("conformité aux documents d'urbanisme", unverified=FIRST),), severity=WARNING
    ),
    works.no_works_contract_before_filing(
        cites=(
            RGEC.at("article 6 (demande avant le début des travaux) et article 2, point 23"),
            S6.at("notification de marché après le dépôt (édition d'avant)"),
        )
    ),
    works.no_study_contract_before_filing(
        cites=(S11.at("études : pas d'engagement avec un prestataire avant la demande", unverified=STUDIES_AID),),
        severity=WARNING,
    ),
    # ── money ──
    *ademe.money(TEXTS, posts_cited=POSTS_CITED),
)

AID = ademe.aid(
    TEXTS,
    posts_cited=POSTS_CITED,
    deficit_cited=(S10.at("déficit à démontrer", unverified="Lu pour tout le fonds friches, sans la formule."),),
    no_rate=S4.at("aucun taux indiqué", unverified="Aucune source lue ne donne le taux de cette édition."),
)

ROUTES = (ademe.studies_first(TEXTS), ademe.fund_of_the_prefect(TEXTS), ademe.what_followed(TEXTS))

EDITION = Edition(
    id="ademe_2021",
    version="2021.1",
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
    reference_prefix="A21",
)
