"""France Relance, fonds friches « recyclage foncier », third session (2022). See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule, Severity
from grantapp.domain.region import Region
from grantapp.rules import calendar, fonds_friches
from grantapp.rules.calendar import Calendar
from grantapp.rules.fonds_friches import DEFICIT_ALWAYS, GRANT_ALWAYS, Reading
from grantapp.rules.sources import S1, S12, S14, S25, S27, S34, S35, S42, S43, S48, S57

TEXTS = fonds_friches.texts(Path(__file__).with_name("texts.toml"))
FIRST = "Lu pour la première session (2020-2021) ; le cadrage de la troisième n'a pas pu être lu."
READ = Reading(unverified=FIRST)

# ── when: the nation, and one region that closes sooner ──

HOUR = S14.at("heure de clôture", unverified=TEXTS["hour"])

CALENDAR = Calendar(
    national=Window(
        opens_on=date(2022, 2, 15),
        closes_on=date(2022, 5, 13),
        cites=(
            S14.at("du 15 février « au 13 mai 2022 au plus tard »"),
            S35.at("publication du 15 février 2022"),
            S14.at(
                "dates propres aux régions",
                unverified="Une région peut se clore plus tôt ; seules les dates de la Normandie ont été lues.",
            ),
            HOUR,
        ),
        hour_note=TEXTS["hour"],
    ),
    read={
        Region.NORMANDIE: Window(
            opens_on=date(2022, 2, 17),
            closes_on=date(2022, 4, 15),
            cites=(S27.at("Normandie, du 17 février au 15 avril 2022"), HOUR),
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

RULES: tuple[AnyRule, ...] = (
    calendar.filed_in_window(calendar=CALENDAR, cites=CALENDAR.widest.cites),
    calendar.still_open(calendar=CALENDAR, successor=TEXTS["successor"], cites=TEXTS["successor"].cites),
    *fonds_friches.holder(READ, others=(S57.at("troisième session : 29 entreprises privées lauréates sur 158"),)),
    *fonds_friches.site(
        READ, friche_cited=(S25.at("définition d'une friche (2021)"), S42.at("même définition, Fonds vert (2025)"))
    ),
    *fonds_friches.project(
        READ,
        purposes_cited=(S25.at("article L. 300-1 (2021)"), S43.at("article L. 300-1, Fonds vert (2025)")),
    ),
    *fonds_friches.time(
        READ,
        dates=CALENDAR,
        commitment=calendar.committed_by(
            last=fonds_friches.COMMITTED_BY,
            cites=(
                S34.at(
                    "crédits engagés avant fin 2022",
                    unverified="Lu pour les deux premières sessions ; à confirmer pour la troisième.",
                ),
            ),
            severity=Severity.WARNING,
        ),
    ),
    *fonds_friches.money(TEXTS, READ, deficit_cited=DEFICIT_ALWAYS, grant_cited=GRANT_ALWAYS, posts_cited=POSTS_CITED),
)

EDITION = Edition(
    id="fonds_friches_3",
    version="2022.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=CALENDAR.widest,
    regional=CALENDAR.regional,
    steps=fonds_friches.STEPS,
    unasked=fonds_friches.UNASKED,
    rules=RULES,
    aid=fonds_friches.aid(TEXTS, posts_cited=POSTS_CITED, deficit_cited=DEFICIT_ALWAYS, grant_cited=GRANT_ALWAYS),
    routes=(
        fonds_friches.ademe_of_the_year(
            TEXTS, cites=(S14.at("lancement, 15 février 2022"), S1.at("date limite, 29 avril 2022"))
        ),
        fonds_friches.private_holder(TEXTS),
        fonds_friches.studies_first(TEXTS),
        fonds_friches.what_followed(TEXTS),
    ),
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="FF3",
)
