"""Fonds vert, « recyclage foncier », edition of 2025: what was read, and where. See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Round, Window
from grantapp.domain.eligibility import AnyRule
from grantapp.domain.region import Region
from grantapp.rules import fonds_vert
from grantapp.rules.calendar import Calendar
from grantapp.rules.sources import S40, S44, S45

TEXTS = fonds_vert.texts(Path(__file__).with_name("texts.toml"), fonds_vert.of_2025)

INSTRUCTION = S45.at("« calendrier continu de dépôt des dossiers du Fonds vert, sans appel à projet »")
NO_CLOSING = S45.at(
    "dernier jour",
    unverified="Le dépôt est continu et aucune clôture nationale n'a été trouvée : nous comptons jusqu'à la fin de "
    "l'année du fonds.",
)

CALENDAR = Calendar(
    national=Window(
        opens_on=date(2025, 2, 28),
        closes_on=date(2025, 12, 31),
        cites=(INSTRUCTION, NO_CLOSING),
        hour_note=TEXTS["hour"],
    ),
    read={
        Region.ILE_DE_FRANCE: Window(
            opens_on=date(2025, 2, 28),
            closes_on=date(2025, 4, 25),
            cites=(INSTRUCTION, S40.at("25 avril 2025 ; après, « seront instruits au titre de l'édition 2026 »")),
            hour_note=TEXTS["hour"],
        ),
        Region.PROVENCE_ALPES_COTE_D_AZUR: Window(
            opens_on=date(2025, 3, 12),
            closes_on=date(2025, 12, 31),
            cites=(S44.at("ouverture le 12 mars 2025"), NO_CLOSING),
            hour_note=TEXTS["hour"],
        ),
    },
)

ROUNDS = tuple(
    Round(
        on=on,
        region=Region.PROVENCE_ALPES_COTE_D_AZUR,
        cites=(S44.at("« un relevé des dossiers déposés les 1er avril, 22 avril et 15 mai »"),),
    )
    for on in (date(2025, 4, 1), date(2025, 4, 22), date(2025, 5, 15))
)

RULES: tuple[AnyRule, ...] = (
    *fonds_vert.dates(TEXTS, CALENDAR),
    fonds_vert.round_used(ROUNDS),
    *fonds_vert.rules_since_2025(TEXTS, fonds_vert.of_2025),
)

EDITION = Edition(
    id="fonds_vert_2025",
    version="2025.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=CALENDAR.widest,
    regional=CALENDAR.regional,
    rounds=ROUNDS,
    steps=fonds_vert.STEPS,
    unasked=fonds_vert.unasked(RULES),
    rules=RULES,
    aid=fonds_vert.aid_since_2025(TEXTS, fonds_vert.of_2025),
    routes=fonds_vert.routes(TEXTS),
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="FV25",
)
