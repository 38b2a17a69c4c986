"""Invitations: who may send one, how long it lasts, what accepting and refusing do, and that it serves once."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import INVITATION_LASTS, Goal, Person, Role
from grantapp.editions import get_edition
from grantapp.french import day
from grantapp.services import accounts, drafting, inviting, joining, links
from grantapp.storage import collectives
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow, InvitationRow, ParticipationRow
from grantapp.storage.database import Sessions
from grantapp.storage.models import JournalRow, LinkRow, MembershipRow, MessageRow, OrganisationRow, PersonRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.makers import EDITION, NOW

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)  # the real time: another one than the day that the site shows
EMAIL = "dominique@menuiserie.example"
SECOND = timedelta(seconds=1)


@pytest.fixture
def director(sessions: Sessions, camille: Person) -> Person:
    return makers.make_director(sessions, camille)


@pytest.fixture
def firm(sessions: Sessions, director: Person) -> UUID:
    return makers.make_firm(sessions, director)


@pytest.fixture
def collective(sessions: Sessions, director: Person) -> UUID:
    return makers.make_collective(sessions, director)


@pytest.fixture
def write(sessions: Sessions) -> Callable[..., Any]:
    def run(use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with sessions.writing() as session:
            return use_case(session, *args, **kwargs)

    return run


@pytest.fixture
def read(sessions: Sessions) -> Iterator[Session]:
    with sessions.reading() as session:
        yield session


Invite = Callable[..., UUID]


@pytest.fixture
def invite(sessions: Sessions, director: Person, firm: UUID, collective: UUID) -> Invite:
    """Invite the firm to the collective dossier, or only to belong; the invitation's id."""

    def invited(*, to: UUID | None = collective, by: Person = director, at: datetime = AT) -> UUID:
        with sessions.writing() as session:
            row = session.get_one(AffiliationRow, firm)
            inviting.invite_firm(session, row, session.get(CollectiveRow, to) if to else None, now=NOW, at=at, by=by)
            session.commit()
        return last_invitation(sessions)

    return invited


def last_invitation(sessions: Sessions) -> UUID:
    with sessions.reading() as session:
        found = session.scalars(sa.select(InvitationRow.id).order_by(sa.text("rowid DESC"))).first()
        assert found
        return found


def accept(write: Any, invitation: UUID | None, *, at: datetime = AT, **changes: Any) -> Any:
    usual: dict[str, Any] = {"name": "Dominique Modèle", "agreed": False, "visitor": None, "now": NOW}
    return write(joining.accept, invitation, **usual | changes, at=at)


def refuse(write: Any, invitation: UUID, reason: str = "", *, at: datetime = AT) -> Any:
    return write(joining.refuse, invitation, reason=reason, now=NOW, at=at)


def part(read: Session) -> ParticipationRow:
    return read.scalars(sa.select(ParticipationRow)).one()


# ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_inviting_a_firm_writes_one_mail_that_holds_no_secret(invite: Invite, read: Session):
    invitation = invite()
    message = read.scalars(sa.select(MessageRow)).one()
    assert (message.kind, message.email, message.name) == ("invitation", EMAIL, "Dominique Modèle")
    assert message.facts["invitation"] == str(invitation)
    assert message.facts["closes_on"] == day(get_edition(EDITION).window.closes_on)
    assert part(read).invited_at == NOW


def test_only_the_direction_of_that_cooperative_invites_a_firm(invite: Invite, sacha: Person, read: Session):
    with pytest.raises(NotFound):
        invite(by=sacha)
    assert read.scalar(sa.select(sa.func.count()).select_from(InvitationRow)) == 0


def test_the_gerance_of_a_cooperative_does_not_gather(sessions: Sessions, director: Person, invite: Invite):
    with sessions.writing() as session:
        session.execute(sa.delete(MembershipRow).where(MembershipRow.role == Role.DIRECTOR))
        session.commit()
    with pytest.raises(Refused, match="direction de la coopérative"):
        invite(by=director)


def test_another_cooperative_s_collective_dossier_is_not_there(sessions: Sessions, sacha: Person, invite: Invite):
    other = makers.make_collective(sessions, makers.make_director(sessions, sacha))
    with pytest.raises(NotFound):
        invite(to=other)


def test_inviting_again_ends_the_invitation_before(write, invite: Invite):
    first, second = invite(), invite(at=AT + SECOND)
    assert accept(write, first) is None
    assert accept(write, second) is not None


def test_a_firm_that_left_is_not_invited(sessions: Sessions, write, invite: Invite, firm: UUID):
    accept(write, invite())
    with sessions.writing() as session:
        session.get_one(AffiliationRow, firm).left_at = NOW
        session.commit()
    with pytest.raises(Refused, match="a quitté votre coopérative"):
        invite()


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_says_who_invites_to_what_and_changes_nothing(sessions: Sessions, invite: Invite, read: Session):
    invitation = invite()
    lines = read.scalar(sa.select(sa.func.count()).select_from(JournalRow))
    for _ in range(3):
        page = inviting.look(read, invitation, now=NOW, at=AT)
    assert page is not None
    assert (page.inviter, page.organisation, page.firm) == (
        "Camille Exemple",
        "Coopérative imaginaire",
        "Menuiserie imaginaire",
    )
    assert (page.name, page.has_account, page.has_dossier) == ("Dominique Modèle", False, True)
    assert read.scalar(sa.select(sa.func.count()).select_from(JournalRow)) == lines


def test_an_invitation_lasts_thirty_days_to_the_second(read: Session, write, invite: Invite):
    invitation = invite()
    last = AT + INVITATION_LASTS - SECOND
    assert inviting.look(read, invitation, now=NOW, at=last) is not None
    assert inviting.look(read, invitation, now=NOW, at=last + SECOND) is None
    assert accept(write, invitation, at=last + SECOND) is None
    assert refuse(write, invitation, at=last + SECOND) is False
    assert accept(write, invitation, at=last) is not None


@pytest.mark.parametrize("unknown", [None, uuid4()], ids=["not signed by us", "no such row"])
def test_what_is_no_invitation_opens_nothing(read: Session, write, director: Person, unknown: UUID | None):
    assert inviting.look(read, unknown, now=NOW, at=AT) is None
    assert accept(write, unknown) is None
    assert write(joining.refuse, unknown, reason="", now=NOW, at=AT) is False


def test_a_link_to_sign_in_is_no_invitation(sessions: Sessions, write, read: Session, director: Person):
    write(links.ask, email=director.email, goal=Goal.SIGN_IN, origin=None, now=NOW, at=AT)
    assert accept(write, read.scalars(sa.select(LinkRow.id)).one()) is None


# ── accepting, for a firm ────────────────────────────────────────────────────────────────────────────────────────


def test_accepting_makes_the_account_the_firm_and_its_dossier(sessions: Sessions, write, invite: Invite, firm: UUID):
    accepted = accept(write, invite(), name="  Dominique   Modèle ")
    with sessions.reading() as session:
        row = session.get_one(AffiliationRow, firm)
        assert (row.firm_id, row.accepted_at) == (accepted.organisation_id, NOW)
        page = drafting.overview(session, accepted.reference, now=NOW, by=accepted.person)
        assert page.head.organisation == "Menuiserie imaginaire"
        assert accounts.is_address_confirmed(session, by=accepted.person)
        assert not accounts.has_password(session, by=accepted.person)
        assert part(session).agreed_at is None
    (membership,) = accepted.person.memberships
    assert (membership.siren, membership.roles) == (makers.make_siren(2000), {Role.MANAGER})
    assert accepted.person.name == "Dominique Modèle"


def test_nobody_signs_in_with_a_password_that_was_never_chosen(write, invite: Invite, read: Session):
    accept(write, invite())
    for typed in ("", accounts.NO_PASSWORD, "nobody has this password"):
        assert accounts.sign_in(read, email=EMAIL, password=typed) is None


def test_the_agreement_is_kept_with_who_gave_it_only_when_it_was_ticked(write, invite: Invite, read: Session):
    accepted = accept(write, invite(), agreed=True)
    assert (part(read).agreed_at, part(read).agreed_by_id) == (NOW, accepted.person.id)


def test_the_cooperative_reads_no_draft_of_a_firm_that_accepted(write, invite: Invite, read: Session, director: Person):
    accepted = accept(write, invite(), agreed=True)
    with pytest.raises(NotFound):
        drafting.overview(read, accepted.reference, now=NOW, by=director)


def test_whoever_has_an_account_keeps_it_and_the_firm_it_heads(
    sessions: Sessions, write, invite: Invite, read: Session
):
    known = makers.make_person(
        sessions, name="Dominique M.", email=EMAIL, organisation="Menuiserie D. M.", siren=makers.make_siren(2000)
    )
    invitation = invite()
    assert inviting.look(read, invitation, now=NOW, at=AT).has_account
    accepted = accept(write, invitation, name="Quelqu'un d'autre")
    assert accepted.person == known
    assert accepted.organisation_id == known.memberships[0].organisation_id


def test_a_firm_of_the_same_person_with_another_siren_is_another_firm(sessions: Sessions, write, invite: Invite):
    known = makers.make_person(sessions, email=EMAIL, siren=makers.make_siren(2001))
    accepted = accept(write, invite())
    assert accepted.organisation_id != known.memberships[0].organisation_id
    assert len(accepted.person.memberships) == 2


def test_the_same_siren_elsewhere_opens_nothing(sessions: Sessions, write, invite: Invite):
    """Whoever types a SIREN first does not own it."""
    other = makers.make_person(sessions, email="autre@x.example", siren=makers.make_siren(2000))
    accepted = accept(write, invite())
    assert accepted.organisation_id != other.memberships[0].organisation_id


def test_a_contributor_of_that_firm_does_not_engage_it(sessions: Sessions, write, invite: Invite):
    known = makers.make_person(sessions, email=EMAIL, siren=makers.make_siren(2000))
    with sessions.writing() as session:
        session.execute(
            sa.update(MembershipRow).where(MembershipRow.person_id == known.id).values(role=Role.CONTRIBUTOR)
        )
        session.commit()
    assert accept(write, invite()).organisation_id != known.memberships[0].organisation_id


def test_a_cooperative_puts_nobody_into_a_firm_by_writing_another_address(
    sessions: Sessions, write, invite: Invite, firm: UUID, read: Session
):
    accept(write, invite(to=None))
    with sessions.writing() as session:
        session.get_one(AffiliationRow, firm).email = "complice@coop.example"
        session.commit()
    with pytest.raises(Refused, match="déjà un espace"):
        accept(write, invite())
    assert read.scalar(sa.select(PersonRow).where(PersonRow.email == "complice@coop.example")) is None


def test_belonging_without_a_collective_dossier_begins_none(write, invite: Invite, firm: UUID, read: Session):
    accepted = accept(write, invite(to=None))
    assert accepted.reference is None
    assert read.get_one(AffiliationRow, firm).accepted_at == NOW


def test_after_the_closing_hour_one_still_belongs_and_no_dossier_begins(write, invite: Invite, read: Session):
    late = NOW + timedelta(days=400)
    invitation = invite()
    page = inviting.look(read, invitation, now=late, at=AT)
    assert page is not None
    assert page.is_closed
    accepted = accept(write, invitation, now=late, agreed=True)
    assert (accepted.reference, part(read).accepted_at, part(read).agreed_at) == (None, None, None)


def test_an_account_needs_a_name_and_asking_for_it_loses_nothing(write, invite: Invite, read: Session):
    invitation = invite()
    with pytest.raises(Refused, match="Indiquez votre nom"):
        accept(write, invitation, name="  ")
    assert inviting.look(read, invitation, now=NOW, at=AT) is not None
    assert read.scalar(sa.select(PersonRow).where(PersonRow.email == EMAIL)) is None


def test_somebody_else_who_is_signed_in_does_not_join(write, invite: Invite, sacha: Person, read: Session):
    invitation = invite()
    with pytest.raises(Refused, match="Cette invitation est pour"):
        accept(write, invitation, visitor=sacha)
    assert inviting.look(read, invitation, now=NOW, at=AT) is not None


def test_an_invitation_serves_once(read: Session, write, invite: Invite):
    invitation = invite()
    accept(write, invitation)
    assert accept(write, invitation) is None
    assert refuse(write, invitation) is False
    assert inviting.look(read, invitation, now=NOW, at=AT) is None


def test_of_twenty_who_accept_at_once_one_does(sessions: Sessions, invite: Invite, read: Session):
    invitation = invite()
    accepted: list[Any] = []

    def try_one() -> None:
        with sessions.writing() as session:
            one = joining.accept(session, invitation, name="D.", agreed=True, visitor=None, now=NOW, at=AT)
            accepted.append(one)

    threads = [threading.Thread(target=try_one) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(one is not None for one in accepted) == 1 and len(accepted) == 20
    named = sa.select(sa.func.count()).select_from(OrganisationRow)
    assert read.scalar(named.where(OrganisationRow.siren == makers.make_siren(2000))) == 1


def test_a_firm_invited_again_after_it_accepted_has_one_dossier(write, invite: Invite, read: Session):
    first = accept(write, invite())
    again = accept(write, invite(), agreed=True)
    assert again.reference == first.reference
    assert part(read).agreed_at == NOW


# ── refusing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_refusing_makes_no_account_and_is_seen_with_its_reason(write, invite: Invite, read: Session):
    invitation = invite()
    assert refuse(write, invitation, " Trop tôt pour nous. ")
    assert (part(read).refused_at, part(read).refusal) == (NOW, "Trop tôt pour nous.")
    assert read.scalar(sa.select(PersonRow).where(PersonRow.email == EMAIL)) is None
    assert accept(write, invitation) is None


def test_refusing_without_a_reason_is_enough(write, invite: Invite, read: Session):
    assert refuse(write, invite())
    assert part(read).refusal is None


def test_a_firm_that_refused_may_be_invited_again_and_accept(write, invite: Invite, read: Session):
    refuse(write, invite(), "Non")
    accept(write, invite())
    assert (part(read).refused_at, part(read).refusal, part(read).accepted_at) == (None, None, NOW)


@pytest.mark.parametrize(("reason", "said"), [("a" * 1_001, "trop longue"), ("\x00", "caractère invisible")])
def test_a_reason_that_cannot_be_kept_ends_nothing(write, invite: Invite, read: Session, reason: str, said: str):
    invitation = invite()
    with pytest.raises(Refused, match=said):
        refuse(write, invitation, reason)
    assert inviting.look(read, invitation, now=NOW, at=AT) is not None


def test_a_firm_that_accepted_does_not_refuse_by_a_later_invitation(write, invite: Invite, read: Session):
    accept(write, invite())
    with pytest.raises(Refused, match="a déjà accepté"):
        refuse(write, invite())
    assert part(read).refused_at is None


# ── colleagues ───────────────────────────────────────────────────────────────────────────────────────────────────


def invite_colleague(write: Any, by: Person, role: Role = Role.CONTRIBUTOR, **changes: Any) -> Any:
    usual: dict[str, Any] = {"name": "Noa Modèle", "email": "Noa@Mistral.example", "now": NOW, "at": AT}
    return write(inviting.invite_colleague, by.memberships[0].organisation_id, role=role, by=by, **usual | changes)


def become(sessions: Sessions, person: Person, *roles: Role) -> None:
    with sessions.writing() as session:
        session.execute(sa.delete(MembershipRow).where(MembershipRow.person_id == person.id))
        for role in roles:
            session.add(
                MembershipRow(
                    person_id=person.id,
                    organisation_id=person.memberships[0].organisation_id,
                    role=role,
                    created_at=NOW,
                )
            )
        session.commit()


def test_a_colleague_joins_with_the_role_given(sessions: Sessions, write, camille: Person):
    invite_colleague(write, camille)
    accepted = accept(write, last_invitation(sessions), name="Noa Modèle")
    (membership,) = accepted.person.memberships
    assert membership.organisation_id == camille.memberships[0].organisation_id
    assert membership.roles == {Role.CONTRIBUTOR}
    assert accepted.person.email == "noa@mistral.example"


@pytest.mark.parametrize(
    ("own", "given"),
    [
        (Role.MANAGER, Role.DIRECTOR),
        (Role.ADMINISTRATOR, Role.MANAGER),
        (Role.ADMINISTRATOR, Role.DIRECTOR),
        (Role.CONTRIBUTOR, Role.REVIEWER),
        (Role.REVIEWER, Role.REVIEWER),
    ],
)
def test_nobody_invites_into_more_than_they_may_give(
    sessions: Sessions, write, camille: Person, own: Role, given: Role, read: Session
):
    become(sessions, camille, own)
    with pytest.raises(Refused):
        invite_colleague(write, camille, given)
    assert read.scalar(sa.select(sa.func.count()).select_from(MessageRow)) == 0


def test_a_stranger_invites_nobody(write, camille: Person, sacha: Person):
    with pytest.raises(NotFound):
        write(
            inviting.invite_colleague,
            camille.memberships[0].organisation_id,
            name="Noa",
            email="noa@x.example",
            role=Role.REVIEWER,
            now=NOW,
            at=AT,
            by=sacha,
        )


def test_whoever_belongs_already_is_not_invited(sessions: Sessions, write, camille: Person):
    with pytest.raises(Refused, match="fait déjà partie"):
        invite_colleague(write, camille, email="camille@mistral.example")


def test_the_same_colleague_invited_twice_has_one_open_invitation(sessions: Sessions, write, camille: Person):
    for _ in range(2):
        invite_colleague(write, camille)
    with sessions.reading() as session:
        (one,) = inviting.list_open(session, camille.memberships[0].organisation_id, at=AT, by=camille)
        assert (one.name, one.email) == ("Noa Modèle", "noa@mistral.example")
        assert (
            inviting.list_open(session, camille.memberships[0].organisation_id, at=AT + INVITATION_LASTS, by=camille)
            == ()
        )


def test_there_are_only_so_many_invitations_a_day(write, camille: Person):
    for number in range(inviting.MOST_A_DAY):
        invite_colleague(write, camille, email=f"n{number}@x.example")
    with pytest.raises(Refused, match="continuez demain"):
        invite_colleague(write, camille)
    invite_colleague(write, camille, at=AT + timedelta(days=1))


def test_an_invitation_withdrawn_is_dead(sessions: Sessions, write, camille: Person, sacha: Person):
    invite_colleague(write, camille)
    invitation = last_invitation(sessions)
    with pytest.raises(NotFound):
        write(inviting.withdraw, invitation, now=NOW, at=AT, by=sacha)
    write(inviting.withdraw, invitation, now=NOW, at=AT, by=camille)
    assert accept(write, invitation) is None
    with pytest.raises(Refused, match="ne peut plus être retirée"):
        write(inviting.withdraw, invitation, now=NOW, at=AT, by=camille)


def test_the_invitation_of_a_firm_is_withdrawn_by_its_cooperative_alone(
    sessions: Sessions, write, invite: Invite, director: Person, sacha: Person
):
    invitation = invite()
    become(sessions, director, Role.MANAGER)
    with pytest.raises(Refused, match="direction"):
        write(inviting.withdraw, invitation, now=NOW, at=AT, by=director)
    become(sessions, director, Role.DIRECTOR)
    write(inviting.withdraw, invitation, now=NOW, at=AT, by=director)
    assert refuse(write, invitation) is False


def test_a_name_that_looks_like_an_address_is_not_written_in_the_mail(sessions: Sessions, write, read: Session):
    bait = makers.make_person(sessions, name="gagnez.example/prix", organisation="www.gagnez.example")
    invite_colleague(write, bait)
    facts = read.scalars(sa.select(MessageRow)).one().facts
    assert (facts["inviter"], facts["organisation"]) == ("", "")


def test_the_initials_of_a_company_are_no_address(sessions: Sessions, write, read: Session):
    firm = makers.make_person(sessions, organisation="S.A.R.L. Modèle & Fils")
    invite_colleague(write, firm)
    assert read.scalars(sa.select(MessageRow)).one().facts["organisation"] == "S.A.R.L. Modèle & Fils"


def test_the_director_finds_the_firm_s_answer(write, invite: Invite, read: Session, collective: UUID):
    refuse(write, invite(), "Non merci")
    (line,) = collectives.list_participations(read, read.get_one(CollectiveRow, collective))
    assert line.refusal == "Non merci"
