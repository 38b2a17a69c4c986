"""Fonds vert, « recyclage foncier », edition of 2024: what was read, and where. See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule
from grantapp.domain.region import Region
from grantapp.rules import citing, fonds_vert, fonds_vert_aid
from grantapp.rules.calendar import Calendar
from grantapp.rules.sources import S41, S49

TEXTS = fonds_vert.texts(Path(__file__).with_name("texts.toml"), fonds_vert.of_2024)

FIRST_DAY = S49.at(
    "premier jour du dépôt",
    unverified="Déduit : la circulaire est du 28 décembre 2023, et l'édition de 2023 durait jusqu'au 31. Nous comptons "
    "à partir du 1er janvier 2024.",
)

CALENDAR = Calendar(
    national=Window(
        opens_on=date(2024, 1, 1),
        closes_on=date(2024, 12, 31),
        cites=(
            S49.at("circulaire du 28 décembre 2023"),
            FIRST_DAY,
            S49.at(
                "dernier jour",
                unverified="Aucune clôture nationale n'a été trouvée : nous comptons jusqu'à la fin de l'année du "
                "fonds. Une région peut fermer bien avant.",
            ),
        ),
        hour_note=TEXTS["hour"],
    ),
    read={
        Region.ILE_DE_FRANCE: Window(
            opens_on=date(2024, 1, 1),
            closes_on=date(2024, 4, 5),
            cites=(FIRST_DAY, S41.at("« jusqu'au vendredi 5 avril 2024 »")),
            hour_note=TEXTS["hour"],
        )
    },
)

RULES: tuple[AnyRule, ...] = (
    *fonds_vert.dates(TEXTS, CALENDAR),
    *citing.rules(
        (
            *fonds_vert.holder(admitted=fonds_vert.HOLDERS),
            *fonds_vert.site_and_project(),
            *fonds_vert.since_2024(),
            *fonds_vert.money(TEXTS),
        ),
        fonds_vert.of_2024,
    ),
)

EDITION = Edition(
    id="fonds_vert_2024",
    version="2024.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=CALENDAR.widest,
    regional=CALENDAR.regional,
    steps=fonds_vert.STEPS,
    unasked=fonds_vert.unasked(RULES),
    rules=RULES,
    aid=citing.aid(fonds_vert_aid.common(TEXTS), fonds_vert.of_2024),
    routes=fonds_vert.routes(TEXTS),
    successor=TEXTS["successor"],
    texts=TEXTS,
    reference_prefix="FV24",
)
