"""Firms of an invented collective dossier, as values: what the tests of the domain, the rules and the PDF gather."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from grantapp.domain.collective import Collective, Cooperative, Part, assemble
from grantapp.domain.consolidation import Chapter, Group, Member
from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.edition import Edition
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project
from grantapp.domain.sections.applicant import Aid, Behalf
from grantapp.domain.sections.funding import Expense, Post, Source, SourceNature, SourceState
from grantapp.editions import get_edition, group_rules
from tests.makers import ADDRESS, EDITION, NOW, make_project, make_siren

REFERENCE = "A22-C001"
LATER = NOW + timedelta(days=7)


def firm_project(place: int, **answers: object) -> Project:
    """A small request of its own; the site is the group's. Every amount is told by the place of the firm."""
    cost = Decimal(40_000 + 100 * place)
    grant = Decimal(15_000)
    siren = make_siren(3000 + place)
    siret = siren + _closing(siren)
    usual: dict[str, object] = {
        "organisation__name": f"Entreprise inventée {place:02d}",
        "organisation__siret": siret,
        "request__behalf": Behalf.ALONE,
        "members__firms": None,
        "public_aid__has_aid": False,
        "public_aid__aids": None,
        "expenditure__lines": (
            Expense(
                post=Post.DECONTAMINATION,
                label=f"Atelier {place}, terres excavées",
                planned_on=NOW.date().replace(month=10),
                amount=cost - 5_000,
                claimed=True,
            ),
            Expense(
                post=Post.ENGINEERING,
                label=f"Atelier {place}, maîtrise d'œuvre",
                planned_on=NOW.date().replace(month=10),
                amount=Decimal(5_000),
                claimed=True,
            ),
        ),
        "funding__sources": (
            Source(nature=SourceNature.GRANT, funder="ADEME", amount=grant, state=SourceState.REQUESTED),
            Source(
                nature=SourceNature.OWN,
                funder=f"Entreprise inventée {place:02d}",
                amount=cost - grant,
                state=SourceState.SECURED,
            ),
        ),
    }
    return make_project(**usual | answers)


def _closing(siren: str) -> str:
    from stdnum import luhn

    return "0001" + str(luhn.calc_check_digit(f"{siren}0001"))


def filed(
    project: Project,
    *,
    reference: str = "A22-0100",
    number: int = 1,
    at: datetime = NOW,
    edition: Edition | None = None,
    previous: Deposit | None = None,
) -> Deposit:
    edition = edition or get_edition(EDITION)
    return freeze(
        edition=edition,
        project=project,
        judgement=judge(edition, project, at),
        reference=reference,
        number=number,
        by="Sacha Modèle",
        at=at,
        address=ADDRESS,
        previous=previous,
    )


@cache
def firm_deposit(place: int, number: int = 1) -> Deposit:
    return filed(firm_project(place), reference=f"A22-{100 + place:04d}", number=number)


def part(place: int, **changes: Any) -> Part:
    """A firm that filed, and agreed."""
    usual = {
        "name": f"Entreprise inventée {place:02d}",
        "siren": make_siren(3000 + place),
        "town": "Avignon",
        "invited_at": NOW,
        "accepted_at": NOW,
        "has_agreed": True,
        "is_begun": True,
        "deposit": firm_deposit(place),
    }
    return Part(**usual | changes)


def not_filed(place: int, **changes: Any) -> Part:
    return part(place, **{"deposit": None, "has_agreed": False} | changes)


def cooperative(deposit: Deposit | None = None) -> Cooperative:
    return Cooperative(name="Coopérative imaginaire", siren=make_siren(), reference="A22-0001", deposit=deposit)


def lead_deposit(number: int = 1) -> Deposit:
    return filed(make_project(), reference="A22-0001", number=number)


def every_standing() -> list[Part]:
    """One firm of each standing there is while the call is open, and two that are taken in."""
    return [
        part(1),
        part(2),
        part(3, has_agreed=False),
        part(4, left_at=NOW),
        part(5, deposit=filed(firm_project(5), edition=get_edition("ademe_2021"), at=NOW - timedelta(days=365))),
        not_filed(6),
        not_filed(7, is_begun=False),
        not_filed(8, accepted_at=None),
        not_filed(9, accepted_at=None, refused_at=NOW),
        not_filed(10, accepted_at=None, invited_at=None),
    ]


def gathered(parts: list[Part] | None = None, **changes: Any) -> Collective:
    edition = get_edition(EDITION)
    usual: dict[str, Any] = {
        "edition": edition,
        "rules": group_rules(edition),
        "cooperative": cooperative(),
        "parts": every_standing() if parts is None else parts,
        "reference": REFERENCE,
        "number": 1,
        "at": LATER,
        "by": "Camille Exemple",
        "address": ADDRESS,
    }
    return assemble(**usual | changes)


def group_of(*projects: Project, lead: Project | None = None) -> Group:
    """The group whose firms filed these projects."""
    chapters = tuple(
        Chapter(
            name=f"Entreprise inventée {place:02d}",
            siren=make_siren(3000 + place),
            deposit=filed(project, reference=f"A22-{100 + place:04d}"),
        )
        for place, project in enumerate(projects, start=1)
    )
    members = tuple(
        Member(name=each.name, siren=each.siren, standing="Déposé, repris", is_taken_in=True) for each in chapters
    )
    leading = (
        Chapter(name="Coopérative imaginaire", siren=make_siren(), deposit=filed(lead, reference="A22-0001"))
        if lead
        else None
    )
    return Group(members=members, chapters=chapters, lead=leading)


def aid(**changes: Any) -> Aid:
    return Aid(**{"funder": "Région (inventée)", "purpose": "Dépollution", "same_costs": True} | changes)
