"""The cooperative's whole season, driven by the services alone: ninety firms imported, invited, answering, filing.

Nothing is written straight into a table: what happens here is what happens when ninety people use the site.
"""

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from grantapp.domain import sharing
from grantapp.domain.people import Person, Role
from grantapp.domain.project import Project
from grantapp.domain.project_file import dump_section
from grantapp.domain.sections import funding
from grantapp.domain.wizard import asked_steps
from grantapp.editions import get_edition
from grantapp.services import (
    accounts,
    belonging,
    demonstration,
    depositing,
    drafting,
    gathering,
    importing,
    joining,
    members,
    reading,
)
from grantapp.storage import queries
from grantapp.storage.cooperative import AffiliationRow, InvitationRow
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from tests import makers, sheets
from tests.makers import ADDRESS, EDITION, NOW, PASSWORD

FILE, DRAFT, REFUSE = 80, 6, 4
OWN_PIECES = ("accounts",)
A_MINUTE = timedelta(minutes=1)  # between opening a draft and answering


def cents(place: int) -> Decimal:
    """An amount that no other firm has, to the cent: a sum that is right is right to the cent."""
    return Decimal(40_000 + 137 * place) + Decimal(place) / 100


def project_of(place: int, firm: AffiliationRow) -> Project:
    """What a firm says of itself and of its own costs; the rest comes from the cooperative."""
    usual = demonstration.project()
    cost, grant = cents(place), Decimal(15_000)
    day = NOW.date().replace(month=10)
    lines = (
        funding.Expense(
            post=funding.Post.DECONTAMINATION, label=f"Lot {place}", planned_on=day, amount=cost, claimed=True
        ),
    )
    sources = (
        funding.Source(
            nature=funding.SourceNature.GRANT, funder="ADEME", amount=grant, state=funding.SourceState.REQUESTED
        ),
        funding.Source(
            nature=funding.SourceNature.OWN,
            funder=firm.name,
            amount=cost - grant,
            state=funding.SourceState.SECURED,
        ),
    )
    return usual.with_answers(
        {
            "organisation.name": firm.name,
            "organisation.siret": makers.make_siret(firm.siren),
            "organisation.representative": firm.contact,
            "organisation.email": firm.email,
            "public_aid.has_aid": False,
            "public_aid.aids": None,
            "expenditure.lines": lines,
            "funding.sources": sources,
        }
    )


@dataclass
class Season:
    """One cooperative, its director, its firms in the order of their names."""

    sessions: Sessions
    files: Files
    director: Person = field(init=False)
    reference: str = ""
    now: datetime = NOW  # when they act
    managers: dict[int, Person] = field(default_factory=dict)
    dossiers: dict[int, str] = field(default_factory=dict)

    def open(self) -> None:
        """The director signs up, opens the space of the cooperative, and answers the shared parts."""
        with self.sessions.writing() as session:
            person = accounts.sign_up(
                session,
                name="Camille Exemple",
                email="camille@mistral.example",
                password=PASSWORD,
                organisation=demonstration.COOPERATIVE,
                siren=demonstration.siren(100),
                now=self.now,
            )
        organisation_id = person.memberships[0].organisation_id
        with self.sessions.writing() as session:
            belonging.open_cooperative(session, organisation_id, now=self.now, by=person)
        with self.sessions.reading() as session:
            found = accounts.find_person(session, person.id, person.epoch)
            assert found is not None and Role.DIRECTOR in found.memberships[0].roles
            self.director = found
        with self.sessions.writing() as session:
            self.reference = gathering.begin(
                session, EDITION, organisation_id=organisation_id, now=self.now, by=self.director
            )

    def share(self) -> str:
        """The cooperative's own dossier, whole: its reference."""
        with self.sessions.reading() as session:
            (lead,) = drafting.list_dossiers(session, by=self.director)
        self.answer(
            lead.reference,
            demonstration.project(),
            self.director,
            pieces=makers.attached_pieces(demonstration.project()),
        )
        return lead.reference

    def import_firms(self, rows: Sequence[Sequence[str]]) -> importing.Imported:
        """As an XLSX that the director sends."""
        read = importing.rows_in(io.BytesIO(sheets.xlsx(rows)), shown="adherentes.xlsx")
        with self.sessions.writing() as session:
            return importing.take(session, read, now=self.now, by=self.director)

    def invite(self) -> int:
        with self.sessions.writing() as session:
            members.choose(session, self.reference, None, now=self.now, by=self.director)
        with self.sessions.writing() as session:
            return len(members.invite(session, self.reference, now=self.now, at=self.now, by=self.director))

    def firms(self) -> list[AffiliationRow]:
        with self.sessions.reading() as session:
            return list(session.scalars(sa.select(AffiliationRow).order_by(AffiliationRow.name)))

    def accept(self, place: int, firm: AffiliationRow, *, agreed: bool = True) -> None:
        with self.sessions.writing() as session:
            answered = joining.accept(
                session,
                self._invitation(firm),
                name=firm.contact,
                agreed=agreed,
                visitor=None,
                now=self.now,
                at=self.now,
            )
            assert answered is not None and answered.reference is not None
        self.managers[place], self.dossiers[place] = answered.person, answered.reference

    def refuse(self, firm: AffiliationRow, reason: str) -> None:
        with self.sessions.writing() as session:
            assert joining.refuse(session, self._invitation(firm), reason=reason, now=self.now, at=self.now)

    def fill(self, place: int, firm: AffiliationRow) -> None:
        """The firm answers its own sections, and attaches its own pieces."""
        self.answer(self.dossiers[place], project_of(place, firm), self.managers[place], pieces=OWN_PIECES)

    def file(self, place: int, *, now: datetime | None = None) -> None:
        with self.sessions.writing() as session:
            depositing.deposit(
                session, self.dossiers[place], address=ADDRESS, now=now or self.now + A_MINUTE, by=self.managers[place]
            )

    def answer(self, reference: str, project: Project, by: Person, *, pieces: Collection[str]) -> None:
        """Through each page that is this person's to answer, as the wizard shows them."""
        edition = get_edition(EDITION)
        with self.sessions.reading() as session:
            shared = reading.head_of(queries.get_dossier(session, reference, by)).shared
        for section in asked_steps(edition, project):
            if section.name == drafting.PIECES:
                continue
            if shared and section.name in shared.sections and not sharing.SHARED[section.name]:
                continue
            makers.save(
                self.sessions,
                reference,
                section.name,
                dump_section(section, getattr(project, section.name)),
                by=by,
                now=self.now + A_MINUTE,
            )
        # Written at once, for speed: opening a piece in its own process is tested with the pieces.
        makers.attach_all(self.sessions, self.files, reference, by, project, only=pieces)

    def _invitation(self, firm: AffiliationRow) -> object:
        with self.sessions.reading() as session:
            wanted = sa.select(InvitationRow.id).where(
                InvitationRow.affiliation_id == firm.id,
                InvitationRow.used_at.is_(None),
                InvitationRow.withdrawn_at.is_(None),
            )
            return session.scalars(wanted).one()
