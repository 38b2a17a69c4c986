"""The demonstration: an invented craft cooperative of Avignon, its 90 invented member firms, and one project.

Everything here is made up; the numbers have valid check digits in ranges that nobody holds.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from sqlalchemy.orm import Session
from stdnum import luhn

from grantapp.domain import project_file
from grantapp.domain.people import Person
from grantapp.domain.project import Project
from grantapp.domain.question import Piece
from grantapp.domain.roster import Row
from grantapp.domain.sections import applicant, funding, site, works
from grantapp.domain.wizard import steps
from grantapp.editions import get_edition
from grantapp.services import accounts, attaching, belonging, drafting, importing
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files

EDITION = "ademe_2022"
CLOCK = "2022-03-15"
PASSWORD = "demonstration-2022"  # noqa: S105 - printed at start: it opens invented data only
DIRECTOR = ("Camille Exemple", "camille@mistral.example")
MANAGER = ("Sacha Modèle", "sacha@plomberie.example")
COOPERATIVE = "Coopérative artisanale du Mistral imaginaire"

TRADES = (
    "Plomberie", "Chauffage", "Électricité", "Menuiserie", "Maçonnerie",
    "Couverture", "Peinture", "Serrurerie", "Carrelage", "Isolation",
)  # fmt: skip
NICKNAMES = (
    "du Pont rêvé", "de l'Exemple", "des Essais", "imaginaire", "du Modèle",
    "de la Fable", "du Brouillon", "des Pages blanches", "de la Maquette",
)  # fmt: skip
TOWNS = ("Avignon", "Le Pontet", "Sorgues", "Vedène", "Carpentras", "Cavaillon", "Orange", "Apt", "Monteux")


def siren(number: int) -> str:
    """An invented SIREN with a valid check digit, in a range that is not attributed."""
    head = f"{number:08d}"
    return head + str(luhn.calc_check_digit(head))


def siret(number: int) -> str:
    head = siren(number) + "0001"
    return head + str(luhn.calc_check_digit(head))


def members() -> tuple[applicant.Member, ...]:
    firms = [f"{trade} {nickname}" for nickname in NICKNAMES for trade in TRADES]
    return tuple(
        applicant.Member(name=name, siren=siren(1_000 + number), town=TOWNS[number % len(TOWNS)])
        for number, name in enumerate(firms)
    )


def roster() -> tuple[Row, ...]:
    """The same firms as the rows of a spreadsheet, each with somebody to write to."""
    headings = ("Entreprise", "SIREN", "Commune", "Contact", "Adresse électronique")
    firms = [
        (each.name or "", each.siren or "", each.town or "", f"Gérance {place}", f"gerance{place}@adherente.example")
        for place, each in enumerate(members(), start=1)
    ]
    firms[0] = (*firms[0][:3], *MANAGER)
    return tuple(enumerate((headings, *firms), start=1))


@dataclass(frozen=True)
class _Paper:
    piece: str
    name: str
    title: str


PAPERS = (
    _Paper("management_plan", "plan-de-gestion.pdf", "Plan de gestion (document de démonstration)"),
    _Paper("preliminary_design", "avant-projet.pdf", "Avant-projet (document de démonstration)"),
    _Paper("duties_evidence", "jugement-de-liquidation.pdf", "Jugement de liquidation (document de démonstration)"),
    _Paper("accounts", "comptes-2019-2021.pdf", "Comptes 2019 à 2021 (document de démonstration)"),
)


def paper(title: str) -> bytes:
    """A one-page PDF that says what it stands for."""
    shown = title.encode("cp1252").replace(b"(", rb"\(").replace(b")", rb"\)")
    text = b"BT /F1 18 Tf 72 720 Td (" + shown + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(text)).encode() + b" >>\nstream\n" + text + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    content, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(content))
        content += str(number).encode() + b" 0 obj\n" + each + b"\nendobj\n"
    start = len(content)
    content += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(
        f"{offset:010d} 00000 n \n".encode() for offset in offsets
    )
    return content + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n" + str(start).encode() + b"\n%%EOF\n"


def _as_piece(each: _Paper) -> tuple[Piece, ...]:
    content = paper(each.title)
    return (Piece(each.name, len(content), sha256(content).hexdigest(), 1),)


def project() -> Project:
    """A works project that passes every blocking rule of the edition: 10 000 m², a building of 5 000 m²."""
    return Project(
        request=applicant.Request(
            kind=applicant.RequestKind.WORKS,
            site_found=True,
            behalf=applicant.Behalf.MEMBERS,
            title="Reconversion de l'ancienne fonderie imaginaire en village d'artisans",
            summary="L'ancienne fonderie, fermée en 2009, occupe 10 000 m² à Avignon. Ses sols sont pollués aux "
            "hydrocarbures et aux métaux. La coopérative veut dépolluer le terrain, garder la grande halle de 5 000 m² "
            "et y installer ses ateliers partagés, un magasin de matériaux et les locaux de ses adhérents.",
        ),
        members=applicant.Members(firms=members()),
        organisation=applicant.Organisation(
            name=COOPERATIVE,
            siret=siret(100),
            legal_form=applicant.LegalForm.CRAFT_COOPERATIVE,
            category=applicant.Category.BUSINESS,
            bears_expense=True,
            address="1 rue de l'Exemple",
            postcode="84000",
            town="Avignon",
            representative=DIRECTOR[0],
            representative_role="Directrice",
            email=DIRECTOR[1],
            phone="04 90 00 00 00",
        ),
        size=applicant.Size(
            accounts=tuple(
                applicant.AccountingYear(
                    closed_on=date(year, 12, 31),
                    headcount=Decimal(heads),
                    turnover=Decimal(turnover),
                    balance_total=Decimal(balance),
                )
                for year, heads, turnover, balance in (
                    (2021, "12", 4_000_000, 1_900_000),
                    (2020, "11.5", 3_650_000, 1_780_000),
                    (2019, "11", 3_420_000, 1_690_000),
                )
            ),
            public_quarter=False,
            has_links=False,
        ),
        finances=applicant.Finances(
            created_on=date(2014, 6, 2),
            share_capital=Decimal(360_000),
            share_premium=Decimal(0),
            own_funds=Decimal(612_000),
            accumulated_losses=False,
            insolvency=False,
            rescue_aid=False,
        ),
        public_aid=applicant.PublicAid(
            has_aid=True,
            aids=(
                applicant.Aid(
                    funder="Région (demande inventée)",
                    purpose="Aménagement du village d'artisans",
                    amount=Decimal(300_000),
                    granted_on=date(2022, 2, 21),
                    state=applicant.AidState.REQUESTED,
                    de_minimis=False,
                    same_costs=True,
                ),
                applicant.Aid(
                    funder="Agglomération (aide inventée)",
                    purpose="Logiciel de gestion des stocks",
                    amount=Decimal(12_000),
                    granted_on=date(2020, 9, 14),
                    state=applicant.AidState.PAID,
                    de_minimis=True,
                    same_costs=False,
                ),
            ),
        ),
        site=site.Site(
            name="Ancienne fonderie imaginaire",
            address="Chemin de la Fonderie-Inventée",
            postcode="84000",
            town="Avignon",
            insee_code="84007",
            parcels=("84007000ZZ9901", "84007000ZZ9902"),
            area_m2=Decimal(10_000),
            built_area_m2=Decimal(5_000),
        ),
        history=site.History(
            status=site.Status.FORMER_ICPE,
            identifiers="CASIAS PAC8400001 (numéro d'exemple)",
            nature=site.Nature.INDUSTRIAL,
            last_activity="Fonderie de métaux non ferreux, traitement de surface et dépôt de carburant.",
            ended_year=2009,
            unused=True,
            needs_works=True,
        ),
        pollution=site.Pollution(
            treatment_needed=True,
            media=(site.Medium.SOIL, site.Medium.GROUNDWATER),
            pollutants=(site.Pollutant.HYDROCARBONS, site.Pollutant.METALS),
            certified_consultant=True,
            certificate="LNE (numéro d'exemple)",
            management_plan_on=date(2021, 10, 18),
            preliminary_design_on=date(2022, 1, 31),
            independent_supervisor=True,
        ),
        liability=site.Liability(
            identified=True,
            can_be_made_to_pay=False,
            applicant_is_liable=False,
            duties_met=False,
            in_default=True,
            evidence="Jugement de liquidation judiciaire de l'exploitant, clôturée pour insuffisance d'actif en 2011.",
        ),
        plan=works.Plan(
            uses=(works.Use.CRAFT, works.Use.INDUSTRY),
            description="La grande halle est conservée et isolée. Elle reçoit douze ateliers partagés, une "
            "plate-forme de matériaux et un centre de formation.\n\n"
            "Les appentis couverts d'amiante sont démontés. Les sols sont traités sur place chaque fois que possible, "
            "par venting et bio-tertre ; le reste est confiné sous dalle.\n\n"
            "Les 90 entreprises adhérentes y gagnent un lieu de stockage commun et trente d'entre elles un atelier.",
            building_action=works.BuildingAction.REHABILITATE,
            floor_area_m2=Decimal(5_000),
            jobs_created=18,
            jobs_kept=42,
            planning_document=works.PlanningDocument.PLU,
            planning_compatible=True,
        ),
        schedule=works.Schedule(
            land_control=works.LandControl.PROMISED,
            starts_on=date(2022, 10, 3),
            ends_on=date(2024, 6, 28),
            has_contracts=True,
            contracts=(
                works.Contract(
                    purpose="Plan de gestion et avant-projet",
                    partner="Bureau d'études Exemple Sols",
                    nature=works.ContractNature.STUDIES,
                    signed_on=date(2021, 3, 8),
                    amount=Decimal(60_000),
                ),
                works.Contract(
                    purpose="Promesse de vente du terrain",
                    partner="Liquidateur de l'exploitant (inventé)",
                    nature=works.ContractNature.LAND,
                    signed_on=date(2021, 12, 6),
                ),
            ),
        ),
        expenditure=funding.Expenditure(
            lines=tuple(
                funding.Expense(post=post, label=label, planned_on=planned_on, amount=Decimal(amount), claimed=claimed)
                for post, label, planned_on, amount, claimed in (
                    (funding.Post.STUDIES, "Plan de gestion, avant-projet", date(2021, 3, 8), 60_000, False),
                    (funding.Post.ENGINEERING, "Maîtrise d'œuvre dépollution", date(2022, 10, 3), 45_000, True),
                    (
                        funding.Post.DECONTAMINATION,
                        "10 000 m², venting et bio-tertre",
                        date(2022, 11, 7),
                        660_000,
                        True,
                    ),
                    (funding.Post.SUPERVISION, "Bureau certifié, 14 mois", date(2022, 11, 7), 35_000, True),
                    (funding.Post.RESIDUAL, "Dalle étanche, vide sanitaire ventilé", date(2023, 4, 3), 90_000, True),
                    (funding.Post.DEMOLITION, "Appentis et cuves", date(2022, 10, 17), 120_000, True),
                    (funding.Post.ASBESTOS_REMOVAL, "Toitures des appentis", date(2022, 10, 17), 180_000, True),
                    (funding.Post.DEVELOPMENT, "Voirie et réseaux", date(2023, 6, 5), 410_000, False),
                    (funding.Post.CONSTRUCTION, "Réhabilitation de la halle", date(2023, 9, 4), 2_000_000, False),
                )
            )
        ),
        funding=funding.Funding(
            sources=tuple(
                funding.Source(nature=nature, funder=funder, amount=Decimal(amount), state=state)
                for nature, funder, amount, state in (
                    (funding.SourceNature.GRANT, "ADEME", 550_000, funding.SourceState.REQUESTED),
                    (funding.SourceNature.OTHER_PUBLIC, "Région (inventée)", 300_000, funding.SourceState.REQUESTED),
                    (funding.SourceNature.OWN, COOPERATIVE, 250_000, funding.SourceState.SECURED),
                    (funding.SourceNature.LOAN, "Banque Exemple", 600_000, funding.SourceState.PLANNED),
                    (
                        funding.SourceNature.REVENUE,
                        "Cession et location de locaux",
                        1_900_000,
                        funding.SourceState.PLANNED,
                    ),
                )
            ),
            value_before=Decimal(200_000),
            value_after=Decimal(450_000),
            valued_by="Cabinet Exemple, rapport du 10 janvier 2022",
        ),
        pieces=funding.Pieces(**{each.piece: _as_piece(each) for each in PAPERS}),
        declarations=funding.Declarations(truthful=True, in_order=True, entitled=True),
    )


def without_plot() -> Project:
    """The same cooperative before it has found its plot: what can it do now?"""
    full = project()
    return Project(
        request=applicant.Request(
            kind=applicant.RequestKind.WORKS,
            site_found=False,
            behalf=applicant.Behalf.ALONE,
            title="Un village d'artisans à Avignon, terrain à trouver",
            summary="La coopérative cherche 10 000 m² pour un bâtiment de 5 000 m², à construire ou à réhabiliter.",
        ),
        organisation=full.organisation,
        size=full.size,
        finances=full.finances,
        public_aid=applicant.PublicAid(has_aid=False),
        plan=works.Plan(uses=(works.Use.CRAFT,), building_action=works.BuildingAction.BOTH),
        schedule=works.Schedule(has_contracts=False),
    )


def ineligible() -> Project:
    """The demonstration, had the works contract been signed before filing on a site that never was an ICPE."""
    full = project()
    signed = works.Contract(
        purpose="Marché de dépollution",
        partner="Entreprise Exemple Travaux",
        nature=works.ContractNature.WORKS,
        signed_on=date(2022, 3, 1),
        amount=Decimal(660_000),
    )
    contracts = (full.schedule.contracts or ()) + (signed,)
    return full.with_answers({"schedule.contracts": contracts, "history.status": site.Status.NEITHER})


EXAMPLES = {"demonstration": project, "sans-terrain": without_plot, "non-eligible": ineligible}


def install(sessions: Sessions, files: Files, *, now: datetime) -> str:
    """Fill an empty database through the services a person uses; returns the reference of the draft."""
    with sessions.writing() as session:
        director = _open_account(session, DIRECTOR, COOPERATIVE, siren(100), now)
    with sessions.writing() as session:
        belonging.open_cooperative(session, director.memberships[0].organisation_id, now=now, by=director)
    with sessions.reading() as session:
        director = accounts.find_person(session, director.id, director.epoch) or director
    with sessions.writing() as session:
        importing.take(session, roster(), now=now, by=director)
    with sessions.writing() as session:
        _open_account(session, MANAGER, members()[0].name or "", members()[0].siren or "", now)
    with sessions.writing() as session:
        reference = drafting.start(session, get_edition(EDITION).id, now=now, by=director)
    # The director ticks the declarations in person: the demonstration ends with that gesture and the filing.
    fill(sessions, files, reference, project(), declared=False, now=now, by=director)
    return reference


def fill(
    sessions: Sessions, files: Files, reference: str, filled: Project, *, declared: bool, now: datetime, by: Person
) -> None:
    """Save every section of a project in a draft, and attach the papers of the demonstration."""
    for section in steps(get_edition(EDITION)):
        answers = project_file.dump_section(section, getattr(filled, section.name))
        if section.name == "pieces" or not answers or (section.name == "declarations" and not declared):
            continue
        with sessions.writing() as session:
            seen = drafting.step_page(session, reference, section.name, now=now, by=by).version
            drafting.save_step(session, reference, section.name, answers, raw=None, seen=seen, now=now, by=by)
    for each in PAPERS:
        if filled.answer(f"pieces.{each.piece}"):
            content = io.BytesIO(paper(each.title))
            attaching.attach(sessions, files, reference, each.piece, name=each.name, content=content, now=now, by=by)


def _open_account(session: Session, who: tuple[str, str], organisation: str, number: str, now: datetime) -> Person:
    name, email = who
    return accounts.sign_up(
        session, name=name, email=email, password=PASSWORD, organisation=organisation, siren=number, now=now
    )
