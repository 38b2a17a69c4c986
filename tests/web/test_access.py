"""Who may enter: every route, as anonymous, as owner, as stranger. A route without a line here fails."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest

from grantapp.domain.people import Opening
from grantapp.services import accounts, demonstration, entering
from tests.web.conftest import NOW, PASSWORD
from tests.web.reader import Page

ANYONE = {
    ("GET", "public.home"): 200,
    ("GET", "public.desk"): 200,
    ("POST", "public.keep_answers"): 302,  # to the dossiers, or to an account
    ("GET", "public.precheck"): 200,
    ("POST", "public.judge_five_answers"): 200,
    ("GET", "public.edition"): 200,
    ("GET", "papers.form_page"): 200,
    ("GET", "papers.form"): 302,  # not made yet: to its page
    ("POST", "papers.ask_form"): 303,
    ("GET", "public.notice"): 200,
    ("GET", "public.accessibility"): 200,
    ("GET", "public.schema"): 200,
    ("GET", "public.health"): 200,
    ("GET", "verification.verify"): 200,
    ("POST", "verification.verify_file"): 422,  # no file
    ("GET", "verification.certificate"): 404,  # nothing was sealed yet
    ("GET", "account.sign_up"): 200,
    ("POST", "account.create_account"): 422,  # an empty form
    ("GET", "account.sign_in"): 200,
    ("POST", "account.enter"): 422,
    ("GET", "account.ask_link"): 200,
    ("POST", "account.send_link"): 422,
    ("GET", "account.link"): 410,  # a link that we did not sign
    ("POST", "account.use_link"): 410,
    ("GET", "account.code"): 302,  # nobody came half-way
    ("POST", "account.give_code"): 302,
    ("GET", "provider.go"): 404,  # no identity provider is named
    ("GET", "provider.come_back"): 404,
    ("GET", "invitations.look"): 410,  # an invitation that we did not sign
    ("POST", "invitations.accept"): 410,
    ("POST", "invitations.refuse"): 410,
    ("GET", "static"): 200,
}
# (what the owner gets on a filled draft, what a stranger gets); anonymous is sent to sign in, or asked to send again
SIGNED_IN = {
    ("POST", "account.sign_out"): (302, 302),
    ("GET", "personal.overview"): (200, 200),
    ("POST", "personal.confirm_address"): (302, 302),
    ("GET", "personal.password"): (200, 200),
    ("POST", "personal.change_password"): (422, 422),  # an empty form
    ("POST", "personal.prepare_factor"): (302, 302),
    ("GET", "personal.factor"): (200, 200),
    ("POST", "personal.confirm_factor"): (422, 422),
    ("POST", "personal.renew_codes"): (422, 422),
    ("POST", "personal.remove_factor"): (422, 422),
    ("POST", "personal.end_visit"): (302, 404),  # the address names another visit of the owner
    ("POST", "personal.end_other_visits"): (302, 302),
    ("POST", "provider.link"): (404, 404),  # no identity provider is named
    ("POST", "provider.unlink"): (404, 404),
    ("GET", "organisation.choose"): (302, 302),  # to the only one
    ("GET", "organisation.overview"): (200, 404),
    ("POST", "organisation.invite"): (422, 404),  # an empty form
    ("POST", "organisation.withdraw"): (404, 404),  # the address names no invitation
    ("POST", "organisation.give_role"): (404, 404),  # no role was chosen
    ("POST", "organisation.take_role"): (404, 404),
    ("POST", "organisation.remove"): (409, 404),  # the address names the owner, who may only leave
    ("GET", "organisation.section"): (200, 404),
    ("POST", "organisation.give"): (302, 404),
    ("POST", "organisation.forget_year"): (404, 404),  # it was not given
    ("POST", "organisation.leave_cooperative"): (404, 404),  # it belongs to none
    ("POST", "organisation.leave"): (409, 404),  # the last person who may file
    ("GET", "mailbox.inbox"): (404, 404),  # there is one in a demonstration only
    ("GET", "mailbox.message"): (404, 404),
    ("GET", "mailbox.html"): (404, 404),
    ("GET", "wizard.dossiers"): (200, 200),
    ("POST", "wizard.start"): (302, 302),
    ("GET", "wizard.overview"): (200, 404),
    ("GET", "wizard.missing"): (200, 404),
    ("GET", "wizard.deciding"): (200, 404),
    ("GET", "wizard.desk"): (200, 404),
    ("GET", "wizard.compare"): (200, 404),
    ("GET", "wizard.suppositions"): (200, 404),
    ("GET", "wizard.suppose_date"): (200, 404),
    ("GET", "wizard.suppose"): (200, 404),
    ("POST", "wizard.what_if"): (200, 404),
    ("GET", "wizard.review"): (200, 404),
    ("GET", "wizard.deposit"): (200, 404),
    ("GET", "wizard.step"): (200, 404),
    ("POST", "wizard.save_step"): (409, 404),  # a save that has seen no version is shown what it would overwrite
    ("POST", "wizard.preview"): (200, 404),
    ("POST", "pieces.attach"): (422, 404),  # no file chosen
    ("POST", "pieces.replace"): (422, 404),
    ("GET", "pieces.attachment"): (200, 404),
    ("GET", "pieces.thumbnail"): (200, 404),
    ("GET", "papers.preparatory_page"): (200, 404),
    ("GET", "papers.preparatory"): (302, 404),  # not made yet: to its page
    ("POST", "papers.ask_preparatory"): (303, 404),
    ("GET", "sharing.overriding"): (302, 404),  # a dossier on its own shares nothing: to the page itself
    ("POST", "sharing.override"): (404, 404),
    ("GET", "sharing.reverting"): (404, 404),
    ("POST", "sharing.revert"): (404, 404),
    ("GET", "sharing.mandate"): (404, 404),
    ("POST", "sharing.give_mandate"): (404, 404),
    ("POST", "sharing.revoke_mandate"): (404, 404),
    ("GET", "sharing.participation"): (404, 404),
    ("POST", "sharing.agree"): (404, 404),
    ("POST", "sharing.withdraw_agreement"): (404, 404),
    ("GET", "sharing.leaving"): (404, 404),
    ("POST", "sharing.leave"): (302, 404),
    ("POST", "wizard.clone"): (302, 404),
    ("POST", "wizard.file_dossier"): (302, 404),
    ("GET", "wizard.receipt"): (200, 404),  # after filing
    ("GET", "wizard.pdf"): (302, 404),  # not made yet: back to the receipt
    ("GET", "versions.version"): (200, 404),
    ("GET", "versions.reopening"): (200, 404),
    ("GET", "versions.renouncing"): (302, 404),  # nothing is in preparation
    ("GET", "versions.upcoming"): (302, 404),
    ("POST", "versions.renounce"): (302, 404),
    ("POST", "versions.reopen"): (302, 404),
    ("GET", "restoring.choose"): (200, 200),
    ("POST", "restoring.look"): (302, 302),  # no file was chosen
    ("GET", "restoring.found"): (302, 302),
    ("POST", "restoring.create"): (302, 302),
    ("GET", "papers.document_page"): (200, 404),
    ("GET", "papers.document"): (302, 404),  # not made yet: to its page
    ("POST", "papers.ask_document"): (303, 404),
    ("POST", "board.begin"): (409, 409),
    ("GET", "board.overview"): (404, 404),
    ("GET", "board.choosing"): (404, 404),
    ("POST", "board.choose"): (404, 404),
    ("POST", "board.leave_out"): (404, 404),
    ("POST", "board.invite"): (404, 404),
    ("POST", "board.remind"): (404, 404),
    ("GET", "board.correcting"): (404, 404),
    ("POST", "board.ask_correction"): (404, 404),
    ("POST", "board.note_decision"): (404, 404),
    ("GET", "board.export"): (404, 404),
    ("GET", "collective.assembly"): (404, 404),  # the reference is that of a dossier; tests/web/test_collective.py
    ("POST", "collective.assemble"): (404, 404),
    ("POST", "collective.ask_again"): (404, 404),
    ("GET", "collective.pdf"): (404, 404),
    ("GET", "members.overview"): (409, 409),  # neither directs a cooperative: test_members.py asks who does
    ("GET", "members.adding"): (409, 409),
    ("POST", "members.add"): (409, 409),
    ("GET", "members.correcting"): (404, 404),
    ("POST", "members.correct"): (404, 404),
    ("POST", "members.remove"): (404, 404),
    ("GET", "members.template"): (409, 409),
    ("GET", "members.choose"): (409, 409),
    ("POST", "members.look"): (409, 409),
    ("GET", "members.found"): (302, 302),  # no file waits
    ("GET", "members.faulty"): (302, 302),
    ("POST", "members.take"): (302, 302),
    ("POST", "pieces.detach"): (409, 404),  # what was filed stays
    ("POST", "organisation.open_cooperative"): (302, 404),  # last: the owner directs from now on
}
ORDER = list(SIGNED_IN)


def routes(app) -> set[tuple[str, str]]:
    return {
        (method, rule.endpoint) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_its_line_and_says_who_may_enter(app):
    assert routes(app) == set(ANYONE) | set(SIGNED_IN)
    for _, endpoint in routes(app) - {("GET", "static")}:
        access = app.view_functions[endpoint].access
        assert access == ("anyone" if any(endpoint == each for _, each in ANYONE) else "applicant"), endpoint


@pytest.fixture
def address(app, platform, fill, director) -> Callable[[str], str]:
    """The address of a route on the director's filled draft, or on another visit of the director."""
    draft = fill(demonstration.project(), declared=True)
    with platform.sessions.writing() as session:
        camille = accounts.sign_in(session, email="camille@mistral.example", password=PASSWORD)
        elsewhere = entering.enter(
            session, camille, opening=Opening.PASSWORD, device="Safari sur iPhone", now=NOW, at=NOW
        )
    pieces = director.read(f"{draft}/pieces").text
    attachment = re.search(rf"{draft}/pieces/([0-9a-f-]{{36}})", pieces).group(1)

    def of(endpoint: str, reference: str = draft.rsplit("/", 1)[-1]) -> str:
        values = {
            "reference": reference,
            "call": "ademe-2022",
            "slug": "site" if not endpoint.startswith("organisation") else "situation-financiere",
            "organisation_id": str(camille.memberships[0].organisation_id),
            "person_id": str(camille.id),
            "invitation_id": str(uuid4()),
            "closed_on": "1999-12-31",
            "piece": "other",
            "number": 1,
            "paper": "accuse-d-enregistrement",
            "extension": "pdf",
            "attachment_id": attachment,
            "affiliation_id": attachment,
            "form": "csv",
            "filename": "style.css",
            "token": "faux",
            "visit_id": str(elsewhere.id),
            "name": "dossier-4",
        }
        adapter = app.url_map.bind("localhost")
        rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
        return adapter.build(endpoint, {name: values[name] for name in rule.arguments})

    return of


def ask(client, method: str, where: str) -> Page:
    return Page(client.get(where)) if method == "GET" else client.send(where, {"edition": "ademe_2022"})


def test_anybody_may_read_what_is_public(app, anonymous, address):
    for (method, endpoint), status in ANYONE.items():
        assert ask(anonymous, method, address(endpoint)).status == status, endpoint


def test_an_anonymous_visitor_is_sent_to_sign_in_and_loses_nothing_typed(app, anonymous, address):
    for method, endpoint in SIGNED_IN:
        where = address(endpoint)
        if method == "GET":
            page = ask(anonymous, method, where)
            assert (page.status, page.response.headers["Location"]) == (302, f"/connexion?suite={where}")
        else:
            page = anonymous.send(where, {"town": "Avignon"})
            assert page.status == 401, endpoint
            assert page.soup.find("input", attrs={"name": "town"})["value"] == "Avignon"


def test_a_stranger_finds_nothing_and_the_owner_everything(app, address, director, stranger):
    for method, endpoint in sorted(SIGNED_IN, key=ORDER.index):
        if endpoint == "account.sign_out":
            continue
        own, foreign = SIGNED_IN[method, endpoint]
        assert ask(stranger, method, address(endpoint)).status == foreign, f"stranger, {method} {endpoint}"
        page = ask(director, method, address(endpoint))
        assert page.status == own, f"owner, {method} {endpoint}: {page.status} {page.heading}"


def test_a_foreign_dossier_is_the_same_page_to_the_byte_as_a_missing_one(app, address, stranger):
    for method, endpoint in SIGNED_IN:
        if "<reference>" not in next(r.rule for r in app.url_map.iter_rules() if r.endpoint == endpoint):
            continue
        foreign = ask(stranger, method, address(endpoint))
        absent = ask(stranger, method, address(endpoint, "A22-9999"))
        assert (foreign.status, without_token(foreign)) == (absent.status, without_token(absent)), endpoint


def without_token(page: Page) -> str:
    """Tokens are signed with the second they were made in."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.text)


def test_an_attachment_of_another_dossier_is_not_reached_through_one_s_own(app, address, director, stranger):
    mine = stranger.send("/dossiers", {"edition": "ademe_2022"}).response.headers["Location"].rsplit("/", 1)[-1]
    assert ask(stranger, "GET", address("pieces.attachment", mine)).status == 404
    assert ask(stranger, "POST", address("pieces.detach", mine)).status == 404
    assert ask(director, "GET", address("pieces.attachment")).status == 200


def test_every_change_asks_for_a_token(app, address, director):
    for method, endpoint in routes(app):
        if method != "POST":
            continue
        for data in ({}, {"csrf_token": "faux"}, {"csrf_token": "faux", "town": "Avignon"}):
            response = director.post(address(endpoint), data=data)
            assert response.status_code == 400, endpoint


def test_no_reading_changes_anything(app, platform, address, director):
    def state() -> list[tuple]:
        with platform.engine.connect() as connection:
            from sqlalchemy import text

            names = [row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'"))]
            return [tuple(connection.execute(text(f"SELECT * FROM {name}")).fetchall()) for name in sorted(names)]

    before = state()
    for method, endpoint in routes(app):
        if method == "GET":
            director.get(address(endpoint))
    assert state() == before


@pytest.mark.parametrize("elsewhere", ["//evil.example", "////evil.example", "/\\evil.example", "https://evil.example",
    "javascript:alert(1)", "/dossiers/../..//evil", "/%09/evil.example", " /dossiers", "/dossiers?x=//evil",
    "/connexion", "dossiers", "/dossiers/\nA22", ])  # fmt: skip
def test_signing_in_never_leads_to_another_site(app, director, elsewhere):
    client = app.test_client()
    data = {"email": "camille@mistral.example", "password": "un mot de passe long", "suite": elsewhere}
    assert client.send("/connexion", data).response.headers["Location"] == "/dossiers"


def test_signing_in_leads_back_to_where_one_was_going(app, director, draft):
    client = app.test_client()
    data = {"email": "camille@mistral.example", "password": "un mot de passe long", "suite": f"{draft}/site"}
    assert client.send("/connexion", data).response.headers["Location"] == f"{draft}/site"


def test_a_signed_out_session_opens_nothing(director, draft):
    director.send("/deconnexion")
    assert director.get(draft).status_code == 302


def test_a_forged_session_opens_nothing(app, anonymous, draft):
    anonymous.set_cookie("grantapp", "forged")
    assert anonymous.get(draft).status_code == 302
    with anonymous.session_transaction() as session:
        session["_user_id"] = f"{uuid4()}:0"
    assert anonymous.get(draft).status_code == 302
