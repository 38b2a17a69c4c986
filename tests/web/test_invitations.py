"""An invitation as the person invited meets it: the mail, the page, the answer, and who may not answer."""

import re
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from grantapp.domain.people import Role
from grantapp.services import accounts, inviting, mailing, second_factor
from grantapp.storage.cooperative import AffiliationRow, CollectiveRow, InvitationRow, ParticipationRow
from grantapp.storage.models import MembershipRow, PersonRow
from tests import makers
from tests.web.conftest import NOW, PASSWORD
from tests.web.reader import Page

EMAIL = "dominique@menuiserie.example"
FIRM = makers.make_siren(2000)


@pytest.fixture
def camille(platform, director) -> Any:
    """The person behind `director`, who directs a cooperative."""
    with platform.sessions.reading() as session:
        person = accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)
    return makers.make_director(platform.sessions, person)


@pytest.fixture
def collective(platform, camille) -> Any:
    return makers.make_collective(platform.sessions, camille)


@pytest.fixture
def invitation(platform, camille, collective) -> str:
    """The address of an invitation to take part in the collective dossier."""
    firm = makers.make_firm(platform.sessions, camille)
    with platform.sessions.writing() as session:
        row, to = session.get_one(AffiliationRow, firm), session.get_one(CollectiveRow, collective)
        inviting.invite_firm(session, row, to, now=NOW, at=NOW, by=camille)
        session.commit()
    return address(platform)


@pytest.fixture
def colleague(platform, camille) -> str:
    """The address of an invitation to read what is filed."""
    with platform.sessions.writing() as session:
        inviting.invite_colleague(
            session,
            camille.memberships[0].organisation_id,
            name="Noa Modèle",
            email="noa@mistral.example",
            role=Role.REVIEWER,
            now=NOW,
            at=NOW,
            by=camille,
        )
    return address(platform)


def address(platform) -> str:
    with platform.sessions.reading() as session:
        found = session.scalars(sa.select(InvitationRow.id).order_by(sa.text("rowid DESC"))).first()
    tokens = mailing.Tokens(platform.settings.secret_key, mailing.Tokens.INVITATION)
    return f"/invitations/{tokens.of(found)}"


def count(platform, table: Any) -> int:
    with platform.sessions.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_the_mail_leads_to_the_page(platform, invitation):
    with platform.sessions.reading() as session:
        row = session.scalars(sa.select(makers.MessageRow)).first()
    mailing.Postman.of(platform.settings).send(row)
    box = mailing.Maildir(platform.settings.maildir)
    text = mailing._opened("x", box.read(box.list_names()[0])).text
    assert re.search(r"http://127\.0\.0\.1:8000(/invitations/\S+)", text)[1] == invitation


def test_from_the_mail_to_the_dossier_there_is_one_page_and_no_question(anonymous, invitation):
    page = anonymous.read(invitation)
    assert page.heading == "Coopérative imaginaire vous propose un dossier collectif"
    assert page.says("Menuiserie imaginaire") and page.says(FIRM)
    assert page.soup.find("input", attrs={"name": "name"})["value"] == "Dominique Modèle"
    assert not page.soup.find("input", attrs={"name": "agreed"}).has_attr("checked")
    assert not page.soup.find("input", attrs={"name": ["siren", "email", "password"]})
    opened = anonymous.send(invitation, {"name": "Dominique Modèle"})
    dossier = anonymous.read(opened.response.headers["Location"])
    assert dossier.says("Menuiserie imaginaire")
    assert dossier.says("C'est accepté : merci.")
    assert anonymous.read("/compte").says("Confirmée")


def test_the_agreement_is_kept_when_it_was_ticked(anonymous, platform, invitation):
    anonymous.send(invitation, {"name": "Dominique", "agreed": "oui"})
    with platform.sessions.reading() as session:
        assert session.scalars(sa.select(ParticipationRow)).one().agreed_at


def test_looking_again_and_again_changes_nothing(anonymous, platform, invitation):
    for _ in range(3):
        anonymous.read(invitation)
    assert anonymous.send(invitation, {"name": "Dominique"}).status == 302


def test_a_name_left_out_is_asked_for_and_nothing_is_used_up(anonymous, platform, invitation):
    page = anonymous.send(invitation, {"name": " ", "agreed": "oui"})
    assert page.status == 422 and page.says("Indiquez votre nom.")
    assert page.soup.find("input", attrs={"name": "agreed"}).has_attr("checked")
    assert count(platform, PersonRow) == 1
    assert anonymous.send(invitation, {"name": "Dominique"}).status == 302


def test_saying_no_opens_no_account(anonymous, app, platform, invitation):
    page = anonymous.send(f"{invitation}/refuser", {"reason": "Pas cette année."})
    assert (page.status, page.heading) == (200, "Votre réponse est transmise")
    assert count(platform, PersonRow) == 1
    with platform.sessions.reading() as session:
        assert session.scalars(sa.select(ParticipationRow)).one().refusal == "Pas cette année."
    for again in (invitation, f"{invitation}/refuser"):
        assert anonymous.send(again, {"name": "Dominique"}).status == 410
    assert anonymous.read(invitation, 410).heading == "Cette invitation ne sert plus"


def test_a_reason_too_long_comes_back_as_it_was_typed(anonymous, invitation):
    page = anonymous.send(f"{invitation}/refuser", {"reason": "a" * 1_001})
    assert page.status == 409 and page.says("trop longue")
    assert page.soup.find("textarea", attrs={"name": "reason"}).get_text().strip() == "a" * 1_001


def test_a_link_that_signs_in_is_no_invitation_and_the_other_way_round(anonymous, platform, invitation):
    token = invitation.rsplit("/", 1)[-1]
    assert anonymous.read(f"/connexion/lien/{token}", 410)
    key = mailing.Tokens(platform.settings.secret_key)
    with platform.sessions.reading() as session:
        other = key.of(session.scalars(sa.select(InvitationRow.id)).one())
    assert anonymous.read(f"/invitations/{other}", 410)


def test_somebody_else_who_is_signed_in_is_told_and_may_sign_out(stranger, platform, invitation):
    page = stranger.read(invitation)
    assert page.says("vous êtes connecté sous") and page.says(EMAIL)
    assert not page.soup.find("form", action=invitation)
    assert stranger.send(invitation, {"name": "Sacha"}).status == 409
    assert count(platform, MembershipRow) == 3
    out = stranger.send("/deconnexion", {"suite": invitation})
    assert out.response.headers["Location"] == invitation
    assert stranger.read(invitation).soup.find("form", action=invitation)


def known(platform) -> Any:
    return makers.make_person(platform.sessions, name="Dominique M.", email=EMAIL, siren=FIRM)


def test_whoever_has_an_account_is_asked_no_name(app, platform, anonymous, invitation):
    known(platform)
    page = anonymous.read(invitation)
    assert page.says("Dominique M.") and not page.soup.find("input", attrs={"name": "name"})


def test_an_account_that_exists_is_entered_by_its_own_door_then_the_invitation_is_there_again(
    platform, anonymous, invitation
):
    known(platform)
    there = anonymous.send(invitation).response.headers["Location"]
    assert there.startswith("/connexion?suite=/invitations/")
    assert anonymous.get("/dossiers").status_code == 302, "the mail alone opens nothing"
    signed_in = anonymous.send("/connexion", {"email": EMAIL, "password": PASSWORD, "suite": invitation})
    assert signed_in.response.headers["Location"] == invitation
    assert "/dossiers/A22-" in anonymous.send(invitation).response.headers["Location"]


def test_the_invited_person_who_is_signed_in_stays_so(app, platform, invitation):
    known(platform)
    client = app.test_client()
    client.send("/connexion", {"email": EMAIL, "password": PASSWORD})
    assert "/dossiers/A22-" in client.send(invitation).response.headers["Location"]
    assert client.read("/compte").text.count('ga-visit"') == 1


def test_a_second_factor_is_still_asked_for(platform, anonymous, invitation):
    person = known(platform)
    with platform.sessions.writing() as session:
        second_factor.prepare(session, now=NOW, by=person)
    with platform.sessions.reading() as session:
        secret = second_factor.state(session, by=person).enrolment.secret
    totp = pyotp.TOTP(secret.replace(" ", ""))
    with platform.sessions.writing() as session:
        second_factor.confirm(session, totp.at(NOW), now=NOW, at=NOW, by=person)
    page = anonymous.send("/connexion", {"email": EMAIL, "password": PASSWORD, "suite": invitation})
    assert page.response.headers["Location"] == "/connexion/code"
    assert Page(anonymous.send(invitation).response).status == 302, "nothing is accepted before the code"
    assert count(platform, ParticipationRow) == 1
    with platform.sessions.reading() as session:
        assert session.scalars(sa.select(ParticipationRow.accepted_at)).one() is None


def test_a_colleague_reads_what_the_role_allows_before_joining(anonymous, colleague):
    page = anonymous.read(colleague)
    assert page.heading == "Rejoindre Coopérative imaginaire"
    assert page.says("Lecture des dépôts") and page.says("lire les dossiers déposés")
    assert not page.soup.find("input", attrs={"name": "agreed"})
    assert anonymous.send(colleague, {"name": "Noa"}).response.headers["Location"] == "/dossiers"
    assert anonymous.read("/compte").says("Coopérative imaginaire")


def test_after_the_closing_hour_the_page_says_that_no_dossier_begins(anonymous, clock, invitation):
    clock.at = NOW.replace(year=2023)
    page = anonymous.read(invitation)
    assert page.says("il n'y a plus de dossier à commencer")
    assert anonymous.send(invitation, {"name": "Dominique"}).response.headers["Location"] == "/dossiers"


def test_whoever_came_by_an_invitation_may_choose_a_password_and_sign_in_with_it(app, anonymous, invitation):
    anonymous.send(invitation, {"name": "Dominique"})
    page = anonymous.read("/compte/mot-de-passe")
    assert not page.says("Mot de passe actuel")
    anonymous.send("/compte/mot-de-passe", {"password": "tout autre chose ici"})
    client = app.test_client()
    assert client.send("/connexion", {"email": EMAIL, "password": "tout autre chose ici"}).status == 302
