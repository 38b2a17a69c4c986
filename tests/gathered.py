"""A collective dossier in a database: its cooperative, its firms, what each of them did."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from grantapp.domain.people import Person
from grantapp.domain.project import Project
from grantapp.domain.project_file import dump_section
from grantapp.domain.wizard import steps
from grantapp.editions import get_edition
from grantapp.services import assembling, compiling, depositing, drafting, gathering, jobs, versioning
from grantapp.services.jobs import Long
from grantapp.storage import collectives, queries
from grantapp.storage.cooperative import AffiliationRow, ParticipationRow
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import SectionRow
from tests import makers
from tests.gathering import firm_project
from tests.makers import ADDRESS, EDITION, NOW


@dataclass
class Gathered:
    """The director's collective dossier; every act goes through the services, or straight to the tables for speed."""

    sessions: Sessions
    files: Files
    director: Person
    reference: str = ""
    firms: dict[int, Person] = field(default_factory=dict)
    dossiers: dict[int, str] = field(default_factory=dict)

    def begin(self) -> "Gathered":
        with self.sessions.writing() as session:
            organisation_id = self.director.memberships[0].organisation_id
            self.reference = gathering.begin(
                session, EDITION, organisation_id=organisation_id, now=NOW, by=self.director
            )
            lead = collectives.get_collective(session, self.reference, self.director).lead.reference
        fill(self.sessions, self.files, lead, self.director, makers.make_project())
        return self

    def choose(self, place: int, *, invited: bool = True) -> None:
        """A firm in the cooperative's list, chosen."""
        with self.sessions.writing() as session:
            row = AffiliationRow(
                cooperative_id=self.director.memberships[0].organisation_id,
                name=f"Entreprise inventée {place:02d}",
                siren=makers.make_siren(3000 + place),
                town="Avignon",
                contact="Sacha Modèle",
                email=f"firme{place}@x.example",
                listed_at=NOW,
                listed_by_id=self.director.id,
            )
            session.add(row)
            session.flush()
            collective = collectives.get_collective(session, self.reference, self.director)
            (part,) = gathering.choose(session, collective, [row], now=NOW)
            part.invited_at = NOW if invited else None
            session.commit()

    def change(self, place: int, **changes: Any) -> None:
        """Of the firm's participation; `left_at` is of its line in the list."""
        with self.sessions.writing() as session:
            part = self._part(session, place)
            if "left_at" in changes:
                part.affiliation.left_at = changes.pop("left_at")
            for name, value in changes.items():
                setattr(part, name, value)
            session.commit()

    def join(self, place: int) -> str:
        """The firm accepts: the reference of its draft."""
        siren = makers.make_siren(3000 + place)
        self.firms[place] = makers.make_person(
            self.sessions,
            name=f"Gérante {place:02d}",
            email=f"firme{place}@x.example",
            organisation=f"Entreprise inventée {place:02d}",
            siren=siren,
        )
        with self.sessions.writing() as session:
            part = self._part(session, place)
            part.affiliation.firm_id = self.firms[place].memberships[0].organisation_id
            part.affiliation.accepted_at = NOW
            session.flush()
            self.dossiers[place] = gathering.take_part(session, part, now=NOW, by=self.firms[place]).reference
            session.commit()
        return self.dossiers[place]

    def agree(self, place: int) -> None:
        self.change(place, agreed_at=NOW, agreed_by_id=self.firms[place].id)

    def fill(self, place: int, project: Project) -> None:
        fill(self.sessions, self.files, self.dossiers[place], self.firms[place], project)

    def deposit(self, place: int, *, now: datetime = NOW) -> None:
        with self.sessions.writing() as session:
            depositing.deposit(session, self.dossiers[place], address=ADDRESS, now=now, by=self.firms[place])

    def file(self, place: int, *, now: datetime = NOW, agreed: bool = True) -> None:
        """Chosen, accepted, filled, filed, agreed: all at once."""
        self.choose(place)
        self.join(place)
        self.fill(place, firm_project(place))
        self.deposit(place, now=now)
        if agreed:
            self.agree(place)

    def refile(self, place: int, *, now: datetime) -> None:
        """The firm files another version: more jobs."""
        with self.sessions.writing() as session:
            versioning.reopen(session, self.dossiers[place], number=1, now=now, by=self.firms[place])
        makers.save(
            self.sessions,
            self.dossiers[place],
            "finances",
            dump_section(_section("finances"), firm_project(place, finances__own_funds=Decimal(612_001)).finances),
            by=self.firms[place],
            now=now,
        )
        self.deposit(place, now=now)

    def overview(self, *, by: Person | None = None, now: datetime = NOW) -> assembling.AssemblyPage:
        with self.sessions.reading() as session:
            return assembling.overview(session, self.reference, now=now, by=by or self.director)

    def assemble(self, number: int = 1, *, now: datetime = NOW, by: Person | None = None) -> int:
        """The job to run."""
        with self.sessions.writing() as session:
            made, job = assembling.assemble(
                session, self.reference, number=number, address=ADDRESS, now=now, by=by or self.director
            )
            assert made == number
            return job

    def work(self, job: int, handler: Long | None = None, *, now: datetime = NOW) -> int:
        """Does the job, turn after turn; how many turns it took."""
        handler = handler or compiling.handler(self.sessions, self.files, makers.seal_key())
        turns = 1
        while jobs.run(self.sessions, job, {assembling.ASSEMBLY: handler}, clock=lambda: now):
            turns += 1
        return turns

    def pdf(self, number: int = 1, *, by: Person | None = None) -> bytes | None:
        with self.sessions.reading() as session:
            found = assembling.read(session, self.files, self.reference, number, by=by or self.director)
            return b"".join(found.content) if found else None

    def _part(self, session: Any, place: int) -> ParticipationRow:
        collective = collectives.get_collective(session, self.reference, self.director)
        siren = makers.make_siren(3000 + place)
        parts = collectives.list_participations(session, collective)
        return next(each for each in parts if each.affiliation.siren == siren)


def fill(sessions: Sessions, files: Files, reference: str, by: Person, project: Project) -> None:
    """All the answers and pieces of a project in a draft; written at once, for speed."""
    with sessions.writing() as session:
        dossier = queries.get_dossier(session, reference, by)
        saved = {row.name: row for row in dossier.sections}
        for section in steps(get_edition(EDITION)):
            if section.name != drafting.PIECES:
                row = saved.get(section.name) or SectionRow(dossier_id=dossier.id, name=section.name)
                session.add(row)
                row.answers = dump_section(section, getattr(project, section.name))
                row.saved_at, row.saved_by_id = NOW, by.id
        session.commit()
    makers.attach_all(sessions, files, reference, by, project)


def _section(name: str) -> Any:
    return next(section for section in steps(get_edition(EDITION)) if section.name == name)
