"""Fonds vert, « recyclage foncier », edition of 2023: what was read, and where. See README.md."""

from datetime import date, time
from pathlib import Path

from grantapp.domain.edition import Edition, Round, Window
from grantapp.domain.eligibility import AnyRule
from grantapp.domain.region import Region
from grantapp.rules import citing, fonds_vert, fonds_vert_aid
from grantapp.rules.calendar import Calendar
from grantapp.rules.sources import S37, S47, S49

TEXTS = fonds_vert.texts(Path(__file__).with_name("texts.toml"), fonds_vert.of_2023)

CALENDAR = Calendar(
    national=Window(
        opens_on=date(2022, 12, 14),
        closes_on=date(2023, 12, 31),
        cites=(
            S49.at("circulaire du 14 décembre 2022"),
            S49.at(
                "premier jour du dépôt",
                unverified="Le premier jour du dépôt n'a pas été trouvé : celui de la circulaire en tient lieu.",
            ),
            S37.at("« jusqu'au 01/01/2024 - 00:59 - Heure de Paris »"),
            S37.at(
                "dernier jour",
                unverified="La page ferme une heure après minuit ; nous comptons jusqu'à la fin du 31 décembre 2023.",
            ),
        ),
        hour_note=TEXTS["hour"],
    )
)

ROUNDS = (
    Round(
        on=date(2023, 5, 31),
        hour=time(12),
        region=Region.GRAND_EST,
        cites=(S47.at("première relève, 31 mai 2023 à 12 h"),),
    ),
)

RULES: tuple[AnyRule, ...] = (
    *fonds_vert.dates(TEXTS, CALENDAR),
    fonds_vert.round_used(ROUNDS),
    *citing.rules(
        (
            *fonds_vert.holder(admitted=fonds_vert.HOLDERS_OF_2023),
            *fonds_vert.site_and_project(),
            *fonds_vert.money(TEXTS),
        ),
        fonds_vert.of_2023,
    ),
)

EDITION = Edition(
    id="fonds_vert_2023",
    version="2023.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=CALENDAR.widest,
    regional=CALENDAR.regional,
    rounds=ROUNDS,
    steps=fonds_vert.STEPS,
    unasked=fonds_vert.unasked(RULES),
    rules=RULES,
    aid=citing.aid(fonds_vert_aid.common(TEXTS, fonds_vert_aid.studies_of_a_firm_in_2023()), fonds_vert.of_2023),
    routes=fonds_vert.routes(TEXTS),
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="FV23",
)
