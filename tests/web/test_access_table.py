"""Who sees and does what with a firm's dossier in a collective one: one table, each cell asked by a real request.

The firm filed version 1, and prepares version 2. Each version has one amount that stands nowhere else: where somebody
may not read a version, no page shows its amount. To extend the table: a person is a line of WHO, a page or an act a
line of READS or ACTS, with one mark for each person.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from grantapp.app import Platform
from grantapp.domain.people import Person, Role
from grantapp.domain.project_file import dump_section
from grantapp.services import depositing, drafting, mandating, sharing, versioning
from grantapp.storage import queries
from grantapp.storage.models import AttachmentRow, DepositRow, DocumentKind, MembershipRow
from tests import makers
from tests.makers import ADDRESS, NOW, PASSWORD
from tests.web.reader import Page, plain

FILED, DRAFT = "123 457,89", "987 654,32"
LATER = NOW + timedelta(hours=1)
OWN = (
    "organisation",
    "size",
    "finances",
    "public_aid",
    "expenditure",
    "funding",
    "declarations",
    "liability",
    "schedule",
)

WHO = (
    "director of the firm",
    "manager",
    "contributor",
    "reviewer",
    "administrator",
    "cooperative",
    "cooperative with a mandate",
    "cooperative after the agreement",
    "other member that agreed",
    "other member that did not",
    "stranger",
    "nobody",
)
# One mark a person, in the order of WHO: o done or shown, x refused with a sentence, - not there, ? asked to sign in.
READS = {
    #                                  dir man con rev adm  co co+m co+a oth oth' str nob
    "/dossiers/{reference}":          "o   o   o   -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/manques":  "o   o   o   -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/verification": "o o o   -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/situation-financiere": "o o o - - -  o   -    -   -    -   ?",
    "/dossiers/{reference}/site":     "o   o   o   -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/pieces":   "o   o   o   -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/pieces/{draft_piece}": "o o o - - -  o   -    -   -    -   ?",
    "/dossiers/{reference}/pieces/{shared_piece}": "o o o o -  - o   o    -   -    -   ?",
    "/dossiers/{reference}/changements": "o o  o   -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/mandat":   "o   o   o   -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/participation": "o o o  -   -    -   o   -    -   -    -   ?",
    "/dossiers/{reference}/recepisse": "o  o   o   o   -    -   o   o    -   -    -   ?",
    "/dossiers/{reference}/v1.pdf":   "o   o   o   o   -    -   o   o    -   -    -   ?",
    "/dossiers/{reference}/v1/accuse-d-enregistrement": "o o o o - - o o - -    -   ?",
    "/dossiers/{reference}/versions/1": "o o   o   o   -    -   o   o    -   -    -   ?",
    "/dossiers/{reference}/pieces/{filed_piece}": "o o o o - -  o   o    -   -    -   ?",
    "/dossiers/{lead}/site":          "-   -   -   -   -    o   o   o    -   -    -   ?",
    "/cooperative/adherentes":        "o   x   x   x   x    o   o   o    x   x    x   ?",
    "/collectifs/{collective}":       "-   -   -   -   -    o   o   o    -   -    -   ?",
    "/collectifs/{collective}/assemblage": "- - - - -   o   o   o    o   -    -   ?",
    "/organisation/{organisation}":   "o   o   o   o   o    -   -   -    -   -    -   ?",
    "/dossiers":                      "o   o   o   o   o    o   o   o    o   o    o   ?",
}  # fmt: skip
ACTS = {
    #                    dir man con rev adm  co co+m co+a oth oth' str nob
    "fill":             "o   o   o   -   -    -   o   -    -   -    -   ?",
    "attach":           "o   o   o   -   -    -   o   -    -   -    -   ?",
    "answer otherwise": "o   o   o   -   -    -   o   -    -   -    -   ?",
    "give a mandate":   "o   o   x   -   -    -   x   -    -   -    -   ?",
    "revoke a mandate": "o   o   x   -   -    -   x   -    -   -    -   ?",
    "agree":            "o   o   x   -   -    -   x   -    -   -    -   ?",
    "withdraw":         "o   o   x   -   -    -   x   -    -   -    -   ?",
    "file":             "o   o   x   -   -    -   x   -    -   -    -   ?",
    "renounce":         "o   o   x   -   -    -   x   -    -   -    -   ?",
    "invite a colleague": "o o   x   x   o    -   -   -    -   -    -   ?",
    "assemble":         "-   -   -   -   -    x   x   o    x   -    -   ?",
    "leave":            "o   o   x   -   -    -   x   -    -   -    -   ?",
}  # fmt: skip
READS_DRAFT = frozenset(
    who for who, mark in zip(WHO, READS["/dossiers/{reference}"].split(), strict=True) if mark == "o"
)
READS_FILED = frozenset(
    who for who, mark in zip(WHO, READS["/dossiers/{reference}/recepisse"].split(), strict=True) if mark == "o"
)


@dataclass
class Site:
    platform: Platform
    app: Flask
    cooperative: Person
    firm: Person
    collective: str
    values: dict[str, str]

    @property
    def reference(self) -> str:
        return self.values["reference"]

    def client(self, by: Person | None) -> Any:
        client = self.app.test_client()
        if by is not None:
            assert client.send("/connexion", {"email": by.email, "password": PASSWORD}).status == 302
        return client

    def colleague(self, role: Role) -> Person:
        """Somebody who has one role in the firm, and no other organisation."""
        found = makers.make_person(
            self.platform.sessions, name="Alix Collègue", email="alix@plomberie.example", siren=makers.make_siren(7000)
        )
        with self.platform.sessions.writing() as session:
            session.execute(sa.delete(MembershipRow).where(MembershipRow.person_id == found.id))
            organisation_id = self.firm.memberships[0].organisation_id
            session.add(MembershipRow(person_id=found.id, organisation_id=organisation_id, role=role, created_at=NOW))
            session.commit()
        return found

    def member(self, *, agreed: bool) -> Person:
        """Another firm, with a dossier of its own in the same collective one."""
        found = makers.make_person(
            self.platform.sessions,
            name="Lou Voisin",
            email="lou@menuiserie.example",
            organisation="Menuiserie imaginaire",
            siren=makers.make_siren(7100),
        )
        reference = makers.take_part(self.platform.sessions, self.collective, self.cooperative, found)
        if agreed:
            with self.platform.sessions.writing() as session:
                sharing.agree(session, reference, now=NOW, by=found)
        return found

    def give_mandate(self) -> None:
        with self.platform.sessions.writing() as session:
            wording = mandating.mandate(session, self.reference, by=self.firm).wording
            mandating.give(session, self.reference, wording=wording, now=NOW, by=self.firm)

    def agree(self) -> None:
        with self.platform.sessions.writing() as session:
            sharing.agree(session, self.reference, now=NOW, by=self.firm)

    def state(self) -> list[Any]:
        """All that is kept of the dossier and of its part in the collective one."""
        tables = (
            "dossier",
            "section",
            "attachment",
            "deposit",
            "override",
            "mandate",
            "participation",
            "invitation",
            "assembly",
        )
        with self.platform.engine.connect() as connection:
            return [connection.execute(sa.text(f"SELECT * FROM {each}")).fetchall() for each in tables]


@pytest.fixture
def site(app: Flask, platform: Platform) -> Site:
    sessions, files = platform.sessions, platform.files
    cooperative, firm = makers.make_director(sessions, makers.make_person(sessions)), makers.make_stranger(sessions)
    collective, lead = makers.named_collective(sessions, makers.make_collective(sessions, cooperative))
    project = makers.make_project(finances__own_funds=Decimal("123457.89"))
    makers.write_sections(sessions, lead, cooperative, makers.make_project())
    makers.attach_all(sessions, files, lead, cooperative, project)
    reference = makers.take_part(sessions, collective, cooperative, firm)
    makers.write_sections(sessions, reference, firm, project, OWN)
    makers.attach_all(sessions, files, reference, firm, project, ["accounts"])
    with sessions.writing() as session:
        depositing.deposit(session, reference, address=ADDRESS, now=NOW, by=firm)
    with sessions.writing() as session:
        row = session.scalars(sa.select(DepositRow)).one()
        kept = files.keep(makers.PDF)
        session.add(makers.document_row(row.id, kind=DocumentKind.DOSSIER, sha256=kept, size=len(makers.PDF)))
        session.commit()
    with sessions.writing() as session:
        versioning.reopen(session, reference, number=1, now=LATER, by=firm)
    with sessions.reading() as session:
        page = drafting.step_page(session, reference, "finances", now=LATER, by=firm)
    answers = dump_section(page.section, page.record) | {"own_funds": "987654.32"}
    makers.save(sessions, reference, "finances", answers, by=firm, now=LATER)
    makers.attach_all(sessions, files, reference, firm, project, ["quotes"])
    with sessions.writing() as session:
        rows = {
            (row.dossier.reference, row.piece): row.id for row in session.scalars(sa.select(AttachmentRow)).unique()
        }
        late = session.get_one(AttachmentRow, rows[reference, "quotes"])
        late.added_at = LATER
        session.commit()
    values = {
        "reference": reference,
        "lead": lead,
        "collective": collective,
        "organisation": str(firm.memberships[0].organisation_id),
        "filed_piece": str(rows[reference, "accounts"]),
        "draft_piece": str(rows[reference, "quotes"]),
        "shared_piece": str(rows[lead, "management_plan"]),
    }
    return Site(platform, app, cooperative, firm, collective, values)


def enter(site: Site, who: str) -> Any:
    """The browser of this person. Of those who have nothing, the firm has agreed and given its mandate all the same."""
    roles = {"contributor": Role.CONTRIBUTOR, "reviewer": Role.REVIEWER, "administrator": Role.ADMINISTRATOR}
    if who == "director of the firm":
        return site.client(site.colleague(Role.DIRECTOR))
    if who in roles:
        return site.client(site.colleague(roles[who]))
    if who == "manager":
        return site.client(site.firm)
    if who.startswith("cooperative"):
        if "mandate" in who:
            site.give_mandate()
        if "agreement" in who:
            site.agree()
        return site.client(site.cooperative)
    site.give_mandate()
    site.agree()
    if who.startswith("other member"):
        return site.client(site.member(agreed="not" not in who))
    if who == "stranger":
        return site.client(
            makers.make_person(
                site.platform.sessions,
                name="Noé Passant",
                email="noe@ailleurs.example",
                organisation="Ailleurs imaginaire",
                siren=makers.make_siren(7200),
            )
        )
    return site.client(None)


def acts(site: Site) -> dict[str, Callable[[Any], Page]]:
    here = f"/dossiers/{site.reference}"

    def renounce(client: Any) -> Page:
        with site.platform.sessions.reading() as session:
            seen = versioning.upcoming(session, site.reference, now=LATER, by=site.firm).seen
        return client.send(f"{here}/renoncer", {"seen": seen, "sure": "oui"})

    def give(client: Any) -> Page:
        with site.platform.sessions.reading() as session:
            wording = mandating.mandate(session, site.reference, by=site.firm).wording
        return client.send(f"{here}/mandat", {"wording": wording, "sure": "oui"})

    def fill(client: Any) -> Page:
        with site.platform.sessions.reading() as session:
            seen = drafting.step_page(session, site.reference, "public_aid", now=LATER, by=site.firm).version
        return client.send(f"{here}/aides-publiques", {"seen": str(seen), "has_aid": "non"})

    def attach(client: Any) -> Page:
        sent = {"file": (io.BytesIO(makers.PDF), "plan.pdf")}
        return client.send(f"{here}/pieces/other/ajouter", sent, content_type="multipart/form-data")

    def invite(client: Any) -> Page:
        someone = {"name": "Noa Modèle", "email": "noa@plomberie.example", "role": "contributor"}
        return client.send(f"/organisation/{site.values['organisation']}/invitations", someone)

    return {
        "invite a colleague": invite,
        "assemble": lambda client: client.send(f"/collectifs/{site.collective}/assemblage", {"number": "1"}),
        "fill": fill,
        "attach": attach,
        "answer otherwise": lambda client: client.send(f"{here}/site/repondre-autrement", {"otherwise": "Ailleurs."}),
        "revoke a mandate": lambda client: client.send(f"{here}/mandat/retirer"),
        "give a mandate": give,
        "agree": lambda client: client.send(f"{here}/participation/accord"),
        "withdraw": lambda client: client.send(f"{here}/participation/accord/retirer"),
        "file": lambda client: client.send(f"{here}/depot", {"number": "2"}),
        "renounce": renounce,
        "leave": lambda client: client.send(f"{here}/participation/quitter"),
    }


def prepare(site: Site, act: str) -> None:
    """What has to be there before an act can change something."""
    with site.platform.sessions.writing() as session:
        if act == "revoke a mandate":
            wording = mandating.mandate(session, site.reference, by=site.firm).wording
            mandating.give(session, site.reference, wording=wording, now=LATER, by=site.firm)
        if act == "withdraw":
            sharing.agree(session, site.reference, now=LATER, by=site.firm)
        if act == "agree":
            sharing.withdraw_agreement(session, site.reference, now=LATER, by=site.firm)
        if act == "renounce" and drafting.overview(session, site.reference, now=LATER, by=site.firm).head.number == 2:
            versioning.reopen(session, site.reference, number=2, now=LATER, by=site.firm)


def marks(line: str) -> dict[str, str]:
    return dict(zip(WHO, line.split(), strict=True))


def shown(page: Page) -> str:
    return plain(page.soup.get_text(" ")).replace("\u202f", " ").replace("\u00a0", " ")


def check_amounts(who: str, where: str, page: Page) -> None:
    text = shown(page)
    if who not in READS_FILED:
        assert FILED not in text, f"{who} reads what was filed, at {where}"
    if who not in READS_DRAFT:
        assert DRAFT not in text, f"{who} reads the draft, at {where}"


@pytest.mark.parametrize("who", WHO)
def test_each_person_reads_what_the_table_says_and_no_amount_beyond(site: Site, who: str):
    client = enter(site, who)
    before, seen = site.state(), set()
    for address, line in READS.items():
        where = address.format(**site.values)
        page = Page(client.get(where))
        expected = {"o": 200, "x": 409, "-": 404, "?": 302}[marks(line)[who]]
        assert page.status == expected, f"{who}, GET {address}: {page.status} {page.heading}"
        check_amounts(who, address, page)
        seen |= {amount for amount in (FILED, DRAFT) if amount in shown(page)}
    code = re.sub(r"\s", "", queries_code(site))
    check_amounts(who, "verification", Page(client.get(f"/verifier-un-dossier?code={code}")))
    assert (DRAFT in seen) is (who in READS_DRAFT)  # the amount is really there, for whoever may read it
    assert site.state() == before


def queries_code(site: Site) -> str:
    with site.platform.sessions.reading() as session:
        return queries.get_deposit(session, site.reference, site.firm).fingerprint[:12]


@pytest.mark.parametrize("who", WHO)
def test_each_person_does_what_the_table_says_and_nothing_else(site: Site, who: str):
    client = enter(site, who)
    for act, do in acts(site).items():
        mark = marks(ACTS[act])[who]
        if mark == "o" and not who.startswith("cooperative"):
            prepare(site, act)
        before = site.state()
        page = do(client)
        if mark == "o":
            assert page.status in (302, 303), f"{who}, {act}: {page.status} {page.heading}"
            assert site.state() != before, f"{who}, {act}: nothing was done"
            continue
        assert site.state() == before, f"{who} could {act}"
        check_amounts(who, act, page)
        # Some refusals are told on the page itself: that it goes back to, or that keeps what was typed.
        refused = {"renounce": 302, "assemble": 303, "invite a colleague": 422}.get(act, 409)
        expected = {"x": refused, "-": 404, "?": 401}[mark]
        assert page.status == expected, f"{who}, {act}: {page.status} {page.heading}"


def test_a_reader_of_what_was_filed_finds_it_on_the_list(site: Site):
    page = enter(site, "reviewer").read("/dossiers")
    links = {link["href"] for link in page.soup.find_all("a", href=True)}
    assert f"/dossiers/{site.reference}/recepisse" in links
    assert f"/dossiers/{site.reference}" not in links


def test_no_link_of_a_receipt_leads_its_reader_to_a_missing_page(site: Site):
    client = enter(site, "reviewer")
    page = client.read(f"/dossiers/{site.reference}/recepisse")
    links = {
        link["href"]
        for link in page.soup.select("main a[href^='/dossiers']") + page.soup.select("nav a[href^='/dossiers']")
    }
    assert links
    for link in links:
        assert client.get(link).status_code in (200, 302), link
