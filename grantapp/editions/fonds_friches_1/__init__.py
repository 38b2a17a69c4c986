"""France Relance, fonds friches « recyclage foncier », first session (2020-2021). See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule
from grantapp.domain.region import Region
from grantapp.rules import calendar, fonds_friches
from grantapp.rules.calendar import Calendar
from grantapp.rules.fonds_friches import Reading
from grantapp.rules.sources import S5, S10, S12, S14, S15, S22, S24, S28, S29, S32, S33

TEXTS = fonds_friches.texts(Path(__file__).with_name("texts.toml"))
READ = Reading()  # the guide is that of this session

# ── when: the nation, and the regions that were read ──

OPENING = S28.at(
    "ouverture en Provence-Alpes-Côte d'Azur, 16 décembre 2020",
    unverified="Le jour d'ouverture n'a été lu que pour cette région ; à confirmer pour les autres.",
)
HOUR = S22.at("heure de clôture", unverified=TEXTS["hour"])

NATIONAL = Window(
    opens_on=date(2020, 12, 16),
    closes_on=date(2021, 3, 1),
    cites=(S22.at("« jusqu'au 1er mars 2021 inclus »"), OPENING, HOUR),
    hour_note=TEXTS["hour"],
)
CALENDAR = Calendar(
    national=NATIONAL,
    read={
        Region.BRETAGNE: Window(
            opens_on=NATIONAL.opens_on,
            closes_on=date(2021, 3, 7),
            cites=(S12.at("clôture en Bretagne, 7 mars 2021"), OPENING, HOUR),
            hour_note=TEXTS["hour"],
        ),
        Region.OCCITANIE: Window(
            opens_on=NATIONAL.opens_on,
            closes_on=date(2021, 3, 19),
            cites=(S12.at("clôture en Occitanie, 19 mars 2021 à minuit"), OPENING),
            hour_note=TEXTS["midnight"],
        ),
        Region.PROVENCE_ALPES_COTE_D_AZUR: Window(
            opens_on=date(2020, 12, 16),
            closes_on=date(2021, 3, 1),
            cites=(S28.at("« ouvert du 16 décembre 2020 au 1er mars 2021 »"), HOUR),
            hour_note=TEXTS["hour"],
        ),
    },
)

POSTS_CITED = (S12.at("dépenses : études, acquisitions, démolition, dépollution, aménagement"),)
DEFICIT_CITED = (S32.at("opérations déficitaires après toutes les autres subventions"), S10.at("déficit à démontrer"))
GRANT_CITED = (S12.at("« combler tout ou partie du déficit constaté »"), S28.at("déficit démontré"))

RULES: tuple[AnyRule, ...] = (
    calendar.filed_in_window(calendar=CALENDAR, cites=CALENDAR.widest.cites),
    calendar.still_open(calendar=CALENDAR, successor=TEXTS["successor"], cites=TEXTS["successor"].cites),
    *fonds_friches.holder(READ),
    *fonds_friches.site(READ, friche_cited=(S22.at("définition d'une friche"), S24.at("terrain nu, îlot bâti"))),
    *fonds_friches.project(READ, purposes_cited=(S12.at("article L. 300-1 du code de l'urbanisme"),)),
    *fonds_friches.time(
        READ,
        dates=CALENDAR,
        commitment=calendar.committed_by(
            last=fonds_friches.COMMITTED_BY,
            regional={Region.BOURGOGNE_FRANCHE_COMTE: date(2021, 12, 31)},
            cites=(
                S12.at("crédits engagés avant fin 2022"),
                S22.at("crédits engagés avant fin 2022"),
                S33.at("Bourgogne-Franche-Comté : « d'ici fin 2021 »"),
            ),
        ),
    ),
    *fonds_friches.money(TEXTS, READ, deficit_cited=DEFICIT_CITED, grant_cited=GRANT_CITED, posts_cited=POSTS_CITED),
)

EDITION = Edition(
    id="fonds_friches_1",
    version="2021.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=CALENDAR.widest,
    regional=CALENDAR.regional,
    steps=fonds_friches.STEPS,
    unasked=fonds_friches.UNASKED,
    rules=RULES,
    aid=fonds_friches.aid(TEXTS, posts_cited=POSTS_CITED, deficit_cited=DEFICIT_CITED, grant_cited=GRANT_CITED),
    routes=(
        fonds_friches.ademe_of_the_year(
            TEXTS, cites=(S5.at("du 6 novembre 2020 au 25 février 2021"), S15.at("premier appel de l'ADEME"))
        ),
        fonds_friches.private_holder(TEXTS),
        fonds_friches.studies_first(TEXTS),
        fonds_friches.what_followed(TEXTS, cites=(S29.at("deuxième session, 2021"), S14.at("troisième session, 2022"))),
    ),
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="FF1",
)
