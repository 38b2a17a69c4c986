"""France Relance, « Reconversion des friches polluées », edition of 2020-2021: what was read, where. See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule, Severity
from grantapp.rules import ademe, applicant, difficulty, site, works
from grantapp.rules.sources import RGEC, S1, S4, S5, S6, S7, S9, S10, S11, S15, S16, S38, S55, S74

WARNING = Severity.WARNING
SECOND = "Lu pour l'édition de 2021 ; le cahier des charges de 2020 n'a pas pu être lu."
THIRD = "Lu pour l'édition de 2022 ; le cahier des charges de 2020 n'a pas pu être lu."
STUDIES_AID = "Lu pour les aides aux études de l'ADEME en 2021, non pour l'appel lui-même."

TEXTS = ademe.texts(Path(__file__).with_name("texts.toml"))

WINDOW = Window(
    opens_on=date(2020, 11, 6),
    closes_on=date(2021, 2, 25),
    cites=(
        S5.at("dates de la première édition, du 6 novembre 2020 au 25 février 2021"),
        S15.at("dates de l'appel de l'ADEME"),
        S16.at("dates de l'appel de l'ADEME"),
        S10.at(
            "lancement de l'appel",
            unverified="Cette page donne le 9 novembre 2020 comme jour de lancement ; les autres donnent le 6.",
        ),
        S5.at("heure de clôture", unverified=TEXTS["hour"]),
    ),
    hour_note=TEXTS["hour"],
)

POSTS_CITED = (
    S9.at("déconstruction, désamiantage, solutions fondées sur la nature"),
    S11.at("volet études"),
    S4.at("liste des dépenses éligibles", unverified=SECOND),
)

RULES: tuple[AnyRule, ...] = (
    # ── the request and who makes it ──
    applicant.filed_in_window(window=WINDOW),
    applicant.still_open(window=WINDOW, successor=TEXTS["successor"], cites=TEXTS["successor"].cites),
    works.studies_or_works(cites=(S5.at("études ou travaux selon l'avancement"),), severity=WARNING),
    applicant.legal_person(cites=(S55.at("bénéficiaires : personnes morales"),)),
    applicant.admitted_holder(
        categories=ademe.HOLDERS,
        cites=(
            S7.at("à qui s'adresse l'appel"),
            S15.at("porteurs de projets"),
            S16.at("porteurs de projets"),
            S55.at("bénéficiaires, hors services de l'État"),
        ),
    ),
    applicant.bears_the_expense(cites=(S6.at("le maître d'ouvrage qui réalise la dépense"),)),
    difficulty.not_in_difficulty(cites=ademe.IN_DIFFICULTY_CITED),
    # ── the site, its pollution, who answers for it ──
    site.former_icpe_or_mine(cites=(S6.at("sites visés : anciennes ICPE ou anciennes mines seulement"),)),
    site.nature_not_excluded(excluded=ademe.EXCLUDED_NATURES, cites=(S11.at("friches exclues"),)),
    site.depollution_needed(
        cites=(S7.at("objet de l'appel : travaux de dépollution"), S1.at("projets éligibles (2022)"))
    ),
    site.pollution_not_excluded(
        excluded=ademe.EXCLUDED_POLLUTANTS, cites=(S11.at("pollutions exclues"),), applies=site.TO_BE_TREATED
    ),
    works.certified_consultant(
        cites=(S11.at("méthode nationale, prestataires certifiés LNE"), S38.at("certification LNE (2025)"))
    ),
    works.plan_and_design_attached(
        cites=(
            S6.at("volet travaux : avant-projet et plan de gestion"),
            S11.at("plan de gestion récent et avant-projet détaillé"),
        )
    ),
    applicant.polluter_cannot_pay(
        cites=(
            S6.at("pollueur non identifié ou qui ne peut être contraint"),
            S11.at("principe du pollueur-payeur"),
            S74.at("contrôle de la DREAL"),
        )
    ),
    site.duties_met_or_in_default(
        cites=(S1.at("projets éligibles : remise en état, ou responsable défaillant", unverified=THIRD),),
        severity=WARNING,
    ),
    # ── the project and its calendar ──
    works.admitted_use(uses=ademe.USES, cites=(S7.at("usages après reconversion"), S1.at("types d'usage (2022)"))),
    works.planning_compatible(cites=(S6.at("conformité aux documents d'urbanisme"),)),
    works.no_works_contract_before_filing(
        cites=(
            S6.at("notification de marché après le dépôt"),
            RGEC.at("article 6 (demande avant le début des travaux) et article 2, point 23"),
        )
    ),
    works.no_study_contract_before_filing(
        cites=(S11.at("études : pas d'engagement avec un prestataire avant la demande", unverified=STUDIES_AID),),
        severity=WARNING,
    ),
    works.works_start_between(
        first=date(2021, 7, 1),
        last=date(2022, 6, 30),
        cites=(S6.at("démarrage des travaux au 2nd semestre 2021 ou au 1er semestre 2022"),),
    ),
    works.last_expense_by(last=date(2024, 12, 31), cites=(S6.at("dernières dépenses avant fin 2024"),)),
    # ── money ──
    *ademe.money(TEXTS, posts_cited=POSTS_CITED),
)

AID = ademe.aid(
    TEXTS,
    posts_cited=POSTS_CITED,
    deficit_cited=(S10.at("déficit à démontrer", unverified="Lu pour tout le fonds friches, sans la formule."),),
    no_rate=S6.at("aucun taux indiqué", unverified="Aucune source lue ne donne le taux de cette édition."),
)

ROUTES = (ademe.studies_first(TEXTS), ademe.fund_of_the_prefect(TEXTS), ademe.what_followed(TEXTS))

EDITION = Edition(
    id="ademe_2020",
    version="2020.1",
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
    first_for=ademe.comes_first(TEXTS),
    reference_prefix="A20",
)
