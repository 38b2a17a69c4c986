"""France Relance, fonds friches « recyclage foncier », second session (2021). See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule
from grantapp.domain.region import Region
from grantapp.rules import calendar, fonds_friches
from grantapp.rules.calendar import Calendar
from grantapp.rules.fonds_friches import DEFICIT_ALWAYS, GRANT_ALWAYS, Reading
from grantapp.rules.sources import S4, S5, S12, S14, S24, S25, S29, S31, S34, S48, S57

TEXTS = fonds_friches.texts(Path(__file__).with_name("texts.toml"))
FIRST = "Lu pour la première session (2020-2021) ; le cadrage de la deuxième n'a pas pu être lu."
READ = Reading(unverified=FIRST)

# ── when: one region was read, and its opening day was not ──

OPENING = S31.at(
    "ouverture, juillet 2021",
    unverified="Seul le mois d'ouverture a été trouvé : nous comptons depuis le 1er juillet 2021.",
)
HOUR = S31.at("heure de clôture", unverified=TEXTS["hour"])
OPENS_ON, CLOSES_ON = date(2021, 7, 1), date(2021, 10, 8)

CALENDAR = Calendar(
    national=Window(
        opens_on=OPENS_ON,
        closes_on=CLOSES_ON,
        cites=(
            S31.at(
                "clôture le 8 octobre 2021",
                unverified="Lu pour Provence-Alpes-Côte d'Azur ; à confirmer dans les autres régions.",
            ),
            OPENING,
            HOUR,
        ),
        hour_note=TEXTS["hour"],
    ),
    read={
        Region.PROVENCE_ALPES_COTE_D_AZUR: Window(
            opens_on=OPENS_ON,
            closes_on=CLOSES_ON,
            cites=(S31.at("Provence-Alpes-Côte d'Azur, jusqu'au 8 octobre 2021"), OPENING, HOUR),
            hour_note=TEXTS["hour"],
        ),
    },
)

POSTS_CITED = (
    READ.at(S12, "dépenses : études, acquisitions, démolition, dépollution, aménagement"),
    S48.at(
        "dépenses du Fonds vert", unverified="Lu pour le Fonds vert, qui a suivi, avec une liste un peu plus longue."
    ),
)
DEFICIT_CITED = (S34.at("opérations déficitaires (deuxième session)"), *DEFICIT_ALWAYS)

RULES: tuple[AnyRule, ...] = (
    calendar.filed_in_window(calendar=CALENDAR, cites=CALENDAR.widest.cites),
    calendar.still_open(calendar=CALENDAR, successor=TEXTS["successor"], cites=TEXTS["successor"].cites),
    *fonds_friches.holder(READ, others=(S57.at("deuxième session : 48 entreprises privées lauréates sur 164"),)),
    *fonds_friches.site(READ, friche_cited=(S25.at("définition d'une friche"), S24.at("terrain nu, îlot bâti"))),
    *fonds_friches.project(READ, purposes_cited=(S25.at("article L. 300-1 du code de l'urbanisme"),)),
    *fonds_friches.time(
        READ,
        dates=CALENDAR,
        commitment=calendar.committed_by(
            last=fonds_friches.COMMITTED_BY, cites=(S34.at("crédits engagés avant fin 2022 (deuxième session)"),)
        ),
    ),
    *fonds_friches.money(TEXTS, READ, deficit_cited=DEFICIT_CITED, grant_cited=GRANT_ALWAYS, posts_cited=POSTS_CITED),
)

EDITION = Edition(
    id="fonds_friches_2",
    version="2021.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=CALENDAR.widest,
    regional=CALENDAR.regional,
    steps=fonds_friches.STEPS,
    unasked=fonds_friches.UNASKED,
    rules=RULES,
    aid=fonds_friches.aid(TEXTS, posts_cited=POSTS_CITED, deficit_cited=DEFICIT_CITED, grant_cited=GRANT_ALWAYS),
    routes=(
        fonds_friches.ademe_of_the_year(
            TEXTS, cites=(S5.at("du 15 juillet au 8 octobre 2021"), S4.at("édition de 2021"))
        ),
        fonds_friches.private_holder(TEXTS),
        fonds_friches.studies_first(TEXTS),
        fonds_friches.what_followed(
            TEXTS, cites=(S14.at("troisième session, 2022"), S29.at("lauréats de la deuxième"))
        ),
    ),
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="FF2",
)
