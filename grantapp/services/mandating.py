"""The mandate: a firm lets its cooperative fill its dossier in a collective one. Filing stays with the firm."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from grantapp.domain.access import Act
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.domain.sharing import Mandated, Together
from grantapp.french import typeset
from grantapp.services import access, journal, reading
from grantapp.services.pages import MandateLine, MandatePage
from grantapp.storage import collectives, participations, queries
from grantapp.storage.cooperative import MandateRow, ParticipationRow
from grantapp.storage.models import DossierRow, SectionRow
from grantapp.storage.queries import NotFound

WORDING = (
    "{firm} (SIREN {siren}) donne mandat à {cooperative} (SIREN {theirs}) de lire le dossier {reference} et d'y "
    "répondre en son nom : remplir les rubriques et joindre les pièces, dans le dossier collectif {collective}. Ce "
    "mandat ne permet ni de déposer le dossier, ni de renoncer à une version, ni de donner un accord : {firm} seule "
    "le fait. Il vaut jusqu'à ce que {firm} le retire, ce qu'elle peut faire à tout moment et sans motif."
)


def mandate(session: Session, reference: str, *, by: Person) -> MandatePage:
    """« Le mandat » : what it would say, or says, and those that were given before."""
    dossier = queries.get_dossier(session, reference, by)
    part = _taking_part(dossier)
    rows = participations.list_mandates(session, part, dossier.organisation_id)
    in_force = next((each for each in rows if each.revoked_at is None), None)
    return MandatePage(
        head=reading.head_of(dossier),
        wording=in_force.wording if in_force else _wording(dossier, part),
        in_force=_line(in_force) if in_force else None,
        past=tuple(_line(each) for each in rows if each.revoked_at is not None),
        may_decide=queries.may_act(session, dossier, Act.FILE, by),
    )


def give(session: Session, reference: str, *, wording: str, now: datetime, by: Person) -> None:
    """The firm gives the mandate that the page showed (`wording`), to the letter; giving it twice changes nothing."""
    dossier = access.dossier_for(session, reference, Act.FILE, by=by)
    part = _taking_part(dossier)
    if participations.find_mandate(session, part, dossier.organisation_id):
        return
    if wording != _wording(dossier, part):
        raise Refused("Le texte du mandat a changé depuis que cette page est ouverte : relisez-le avant de le donner.")
    row = MandateRow(
        id=uuid4(),
        collective_id=part.collective_id,
        firm_id=dossier.organisation_id,
        wording=wording,
        given_at=now,
        given_by_id=by.id,
    )
    session.add(row)
    detail = {"mandate": str(row.id)}
    journal.record(session, "mandate_given", dossier=dossier, detail=detail, now=now, by=by)
    session.commit()


def revoke(session: Session, reference: str, *, now: datetime, by: Person) -> None:
    """The firm takes its mandate back: from this instant its cooperative opens nothing of it. Twice changes nothing."""
    dossier = access.dossier_for(session, reference, Act.FILE, by=by)
    end(session, dossier, _taking_part(dossier), now=now, by=by)
    session.commit()


def end(session: Session, dossier: DossierRow, part: ParticipationRow, *, now: datetime, by: Person) -> None:
    """The mandate in force ends, in the caller's transaction."""
    row = participations.find_mandate(session, part, dossier.organisation_id)
    if row is None:
        return
    row.revoked_at, row.revoked_by_id = max(now, row.given_at), by.id
    detail = {"mandate": str(row.id)}
    journal.record(session, "mandate_revoked", dossier=dossier, detail=detail, now=now, by=by)


def mandate_used(session: Session, dossier: DossierRow, by: Person) -> MandateRow | None:
    """The mandate under which this person fills the dossier; None in a dossier of their own organisation."""
    if queries.is_of_organisation(session, dossier.organisation_id, Act.FILL, by):
        return None
    part = collectives.find_participation(session, dossier)
    return participations.find_mandate(session, part, dossier.organisation_id) if part else None


def noted(session: Session, dossier: DossierRow, detail: Mapping[str, object], by: Person) -> dict[str, object]:
    """What the journal tells of an act, with the mandate under which it was done, if it was."""
    mandate = mandate_used(session, dossier, by)
    return {**detail, **({"mandate": str(mandate.id)} if mandate else {})}


def said_of_save(session: Session, dossier: DossierRow, row: SectionRow) -> str:
    """Who saved this section last, when it was the cooperative under a mandate; else nothing."""
    part = collectives.find_participation(session, dossier)
    if part is None or row.name not in filled_under_mandate(session, dossier):
        return ""
    return typeset(f"{row.saved_by.name}, {part.collective.organisation.name}, sous mandat")


def filled_under_mandate(session: Session, dossier: DossierRow) -> tuple[str, ...]:
    """The sections whose last save was the cooperative's, under a mandate; the pieces, once it attached one."""
    last: dict[str, bool] = {}
    for line in queries.list_acts(session, dossier, "saved", "overridden", "attached", "replaced"):
        name = str(line.detail.get("section", reading.PIECES))
        last[name] = "mandate" in line.detail or (name == reading.PIECES and last.get(name, False))
    return tuple(name for name, under in last.items() if under)


def together_of(session: Session, dossier: DossierRow) -> Together | None:
    """What a version filed now would keep of the collective dossier that it stands in."""
    part = reading.part_of(dossier)
    if part is None:
        return None
    told, collective = part.told(), part.participation.collective
    row = participations.find_mandate(session, part.participation, dossier.organisation_id)
    return Together(
        collective=collective.reference,
        cooperative=collective.organisation.name,
        siren=collective.organisation.siren,
        lead=part.lead.reference,
        saved_at=told.saved_at,
        sections=told.sections,
        overridden=told.overridden,
        mandate=Mandated(row.wording, row.given_at, row.given_by.name) if row else None,
        filled=frozenset(filled_under_mandate(session, dossier)),
    )


def _taking_part(dossier: DossierRow) -> ParticipationRow:
    part = reading.part_of(dossier)
    if part is None:
        raise NotFound
    return part.participation


def _wording(dossier: DossierRow, part: ParticipationRow) -> str:
    cooperative = part.collective.organisation
    return typeset(
        WORDING.format(
            firm=dossier.organisation.name,
            siren=dossier.organisation.siren,
            cooperative=cooperative.name,
            theirs=cooperative.siren,
            reference=dossier.reference,
            collective=part.collective.reference,
        )
    )


def _line(row: MandateRow) -> MandateLine:
    return MandateLine(row.wording, row.given_at, row.given_by.name, row.revoked_at)
