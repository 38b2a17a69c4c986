"""A collective dossier: begun by a cooperative's direction, taken part in by firms that accepted."""

import pytest

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.services import drafting, gathering
from grantapp.storage import collectives
from grantapp.storage.cooperative import AffiliationRow
from grantapp.storage.database import Sessions
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import EDITION, NOW


@pytest.fixture
def director(sessions: Sessions, camille: Person) -> Person:
    return makers.make_director(sessions, camille)


def begin(sessions: Sessions, by: Person) -> str:
    with sessions.writing() as session:
        organisation_id = by.memberships[0].organisation_id
        return gathering.begin(session, EDITION, organisation_id=organisation_id, now=NOW, by=by)


def listed(sessions: Sessions, director: Person, firm: Person | None) -> AffiliationRow:
    with sessions.writing() as session:
        row = AffiliationRow(
            cooperative_id=director.memberships[0].organisation_id,
            firm_id=firm.memberships[0].organisation_id if firm else None,
            accepted_at=NOW if firm else None,
            name="Plomberie imaginaire",
            siren=makers.make_siren(1000),
            town="Avignon",
            contact="Sacha Modèle",
            email="sacha@plomberie.example",
            listed_at=NOW,
            listed_by_id=director.id,
        )
        session.add(row)
        session.commit()
        return row


def test_only_a_direction_begins_one(sessions: Sessions, camille: Person, sacha: Person):
    with pytest.raises(Refused, match="direction de la coopérative"):
        begin(sessions, camille)


def test_beginning_twice_gives_the_same(sessions: Sessions, director: Person):
    assert begin(sessions, director) == begin(sessions, director) == "A22-C001"


def test_the_cooperative_s_own_dossier_leads_and_is_no_ordinary_draft(sessions: Sessions, director: Person):
    begin(sessions, director)
    with sessions.reading() as session:
        (lead,) = drafting.list_dossiers(session, by=director)
    assert makers.make_draft(sessions, director) != lead.reference


def test_a_firm_that_accepted_has_one_dossier_in_it(sessions: Sessions, director: Person, sacha: Person):
    reference, firm = begin(sessions, director), listed(sessions, director, sacha)
    with sessions.writing() as session:
        collective = collectives.get_collective(session, reference, director)
        (part,) = gathering.choose(session, collective, [session.merge(firm)], now=NOW)
        first = gathering.take_part(session, part, now=NOW, by=sacha).reference
        again = gathering.take_part(session, part, now=NOW, by=sacha).reference
        session.commit()
        assert first == again
        assert part.accepted_at == NOW
    with sessions.reading() as session:
        assert drafting.overview(session, first, now=NOW, by=sacha).head.organisation == "Plomberie imaginaire"
        with pytest.raises(NotFound):  # the cooperative sees no draft of a firm, without its mandate
            drafting.overview(session, first, now=NOW, by=director)


def test_a_firm_that_did_not_accept_has_none(sessions: Sessions, director: Person, sacha: Person):
    reference, firm = begin(sessions, director), listed(sessions, director, None)
    with sessions.writing() as session:
        collective = collectives.get_collective(session, reference, director)
        (part,) = gathering.choose(session, collective, [session.merge(firm)], now=NOW)
        with pytest.raises(NotFound):
            gathering.take_part(session, part, now=NOW, by=sacha)


def test_nobody_else_sees_it(sessions: Sessions, director: Person, sacha: Person):
    reference = begin(sessions, director)
    with sessions.reading() as session:
        with pytest.raises(NotFound):
            collectives.get_collective(session, reference, sacha)
        assert collectives.list_collectives(session, sacha) == []
