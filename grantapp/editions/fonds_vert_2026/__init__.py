"""Fonds vert, « recyclage foncier », edition of 2026: the rules of 2025 carried over, none confirmed. See README.md."""

from datetime import date
from pathlib import Path

from grantapp.domain.edition import Edition, Window
from grantapp.domain.eligibility import AnyRule
from grantapp.rules import fonds_vert
from grantapp.rules.calendar import Calendar
from grantapp.rules.sources import S46

TEXTS = fonds_vert.texts(Path(__file__).with_name("texts.toml"), fonds_vert.of_2026)

CALENDAR = Calendar(
    national=Window(
        opens_on=date(2026, 1, 6),
        closes_on=date(2026, 12, 31),
        cites=(
            S46.at(
                "fiche changée le 6 janvier 2026, lien « /catalogue/2026/ »",
                unverified="Le premier jour du dépôt n'a pas été trouvé : nous comptons à partir du jour où l'annuaire "
                "de l'État a changé.",
            ),
            S46.at(
                "« fin de validité : 31/12/2026 »",
                unverified="Le dernier jour du dépôt n'a pas été trouvé : c'est la fin de validité d'une fiche de "
                "l'annuaire, non d'un appel.",
            ),
        ),
        hour_note=TEXTS["hour"],
    )
)

RULES: tuple[AnyRule, ...] = (
    *fonds_vert.dates(TEXTS, CALENDAR),
    *fonds_vert.rules_since_2025(TEXTS, fonds_vert.of_2026),
)

EDITION = Edition(
    id="fonds_vert_2026",
    version="2026.1",
    call=TEXTS["call"],
    title=TEXTS["title"],
    authority=TEXTS["authority"],
    window=CALENDAR.widest,
    regional=CALENDAR.regional,
    steps=fonds_vert.STEPS,
    unasked=fonds_vert.unasked(RULES),
    rules=RULES,
    aid=fonds_vert.aid_since_2025(TEXTS, fonds_vert.of_2026),
    routes=fonds_vert.routes(TEXTS),
    successor=TEXTS["successor"],
    texts=TEXTS,
    carried_from="fonds_vert_2025",
    reference_prefix="FV26",
)
