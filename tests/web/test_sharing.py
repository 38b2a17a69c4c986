"""A member's pages: what is shared is read, what is its own is asked, and the way to the filing is short."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from grantapp.app import Platform
from grantapp.domain import sharing
from grantapp.domain.people import Person
from grantapp.domain.sections.applicant import Behalf
from grantapp.services import depositing
from grantapp.storage.cooperative import OverrideRow
from tests import makers
from tests.makers import ADDRESS, NOW, PASSWORD

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
# The way of a firm from its overview to its filing, with everything shared inherited and nothing typed yet. A question
# more, or a page more, is a question more for each of ninety firms: this number rises only on purpose.
SCREENS = ["organisation", "taille", "situation-financiere", "aides-publiques", "responsabilite", "calendrier",
           "depenses", "financement", "pieces", "declarations"]  # fmt: skip
QUESTIONS, TO_TYPE = 32, 25  # required, seen without opening anything; those that nothing answers yet
ALONE = (15, 67)  # screens and questions of the same firm with the same project on its own


class Village:
    def __init__(self, app: Flask, platform: Platform) -> None:
        self.app, self.platform, sessions = app, platform, platform.sessions
        self.director: Person = makers.make_director(sessions, makers.make_person(sessions))
        self.firm = makers.make_stranger(sessions)
        self.collective, self.lead = makers.named_collective(sessions, makers.make_collective(sessions, self.director))
        makers.write_sections(sessions, self.lead, self.director, makers.make_project())
        makers.attach_all(sessions, platform.files, self.lead, self.director, makers.make_project())
        self.member = makers.take_part(sessions, self.collective, self.director, self.firm)
        self.here = f"/dossiers/{self.member}"

    def fill_own(self) -> None:
        project = makers.make_project()
        makers.write_sections(self.platform.sessions, self.member, self.firm, project, OWN)
        makers.attach_all(self.platform.sessions, self.platform.files, self.member, self.firm, project, ["accounts"])

    def client(self, by: Person) -> Any:
        client = self.app.test_client()
        assert client.send("/connexion", {"email": by.email, "password": PASSWORD}).status == 302
        return client


@pytest.fixture
def village(app: Flask, platform: Platform) -> Village:
    return Village(app, platform)


@pytest.fixture
def firm(village: Village) -> Any:
    return village.client(village.firm)


def test_shared_parts_are_one_folded_group_and_the_way_on_is_the_firm_s(village: Village, firm: Any):
    page = firm.read(village.here)
    tasks = [link.get_text(strip=True) for link in page.soup.select(".ga-tasks a")]
    assert "Le site" not in tasks
    assert page.says("Parties communes (5) : complètes")
    assert page.soup.select_one("a.govuk-button")["href"] == f"{village.here}/organisation"


def test_a_shared_page_is_read_only_and_says_whose_it_is(village: Village, firm: Any):
    page = firm.read(f"{village.here}/site")
    assert page.says("Partie commune, remplie par Coopérative imaginaire")
    assert page.says("à jour du 15 mars 2022")
    assert page.says("Avignon")
    assert page.soup.find(id="eligibilite")
    assert not page.soup.select("main form input:not([type=hidden])")


def test_a_mixed_page_asks_only_what_is_the_firm_s(village: Village, firm: Any):
    page = firm.read(f"{village.here}/responsabilite")
    assert len(page.soup.select("form .ga-question")) == 1
    assert page.says("Ce que votre entreprise dit elle-même")


def test_what_an_old_page_sends_is_not_lost(village: Village, firm: Any):
    page = firm.send(f"{village.here}/site", {"seen": "0", "town": "Orange"})
    assert page.status == 409
    assert page.says("partie commune")
    form = page.soup.find("form", action=f"{village.here}/site/repondre-autrement")
    typed = {each["name"]: each.get("value", "") for each in form.find_all("input") if each["name"] != "csrf_token"}
    assert typed["town"] == "Orange"
    assert firm.send(f"{village.here}/site/repondre-autrement", typed | {"otherwise": "Un autre lot."}).status == 302
    assert firm.read(f"{village.here}/site").value_of("Commune") == "Orange"


def test_answering_otherwise_asks_for_a_reason_and_goes_back_on_asking(village: Village, firm: Any):
    where = f"{village.here}/site/repondre-autrement"
    assert firm.read(where).says("Pourquoi, en une phrase ?")
    refused = firm.send(where, {"otherwise": "  "})
    assert refused.status == 422
    assert "Dites en une phrase" in refused.error_of("Pourquoi")
    assert firm.send(where, {"otherwise": "Notre lot est plus loin."}).status == 302
    page = firm.read(f"{village.here}/site")
    assert page.says("« Notre lot est plus loin. »")
    assert page.value_of("Commune") == "Avignon"
    assert firm.read(f"{village.here}/site/partie-commune").says("Ce que vous perdriez")
    assert firm.send(f"{village.here}/site/partie-commune").status == 302
    assert not firm.read(f"{village.here}/site").says("Notre lot")


def test_what_the_cooperative_owes_is_said_to_be_hers(village: Village, firm: Any):
    village.fill_own()
    project = makers.make_project(site__town=None)
    makers.write_sections(village.platform.sessions, village.lead, village.director, project, ["site"])
    page = firm.read(f"{village.here}/manques")
    assert page.says("À compléter par la coopérative (1)")
    assert not page.says("Réponses à donner")
    assert firm.read(village.here).says("1 à compléter par la coopérative")


def test_the_cooperative_is_told_whom_its_answers_reach(village: Village):
    village.fill_own()
    with village.platform.sessions.writing() as session:
        depositing.deposit(session, village.member, address=ADDRESS, now=NOW, by=village.firm)
    director = village.client(village.director)
    told = "Ces réponses sont partagées avec 1 entreprise ; 1 a déjà déposé et ne change pas."
    assert director.read(f"/dossiers/{village.lead}/site").says(told)
    assert director.read(f"/dossiers/{village.lead}").says(told)


def test_shared_files_are_read_and_not_withdrawn(village: Village, firm: Any):
    page = firm.read(f"{village.here}/pieces")
    piece = page.soup.find(id="pieces-management_plan")
    assert "donnée par la coopérative" in piece.get_text()
    assert not piece.find("form", action=lambda action: action and action.endswith("/retirer"))


def test_the_mandate_and_the_agreement_are_given_and_taken_back(village: Village, firm: Any):
    page = firm.read(f"{village.here}/mandat")
    wording = page.soup.find("input", attrs={"name": "wording"})["value"]
    firm.send(f"{village.here}/mandat", {"wording": wording})
    assert firm.read(f"{village.here}/mandat").says("Cochez la case")
    firm.send(f"{village.here}/mandat", {"wording": wording, "sure": "oui"})
    assert firm.read(f"{village.here}/mandat").says("Mandat en vigueur, donné le 15 mars 2022")
    director = village.client(village.director)
    director.send(f"{village.here}/aides-publiques", {"seen": "0", "has_aid": "non"})
    assert firm.read(f"{village.here}/aides-publiques").says("par Camille Exemple, Coopérative imaginaire, sous mandat")
    firm.send(f"{village.here}/mandat/retirer")
    assert firm.read(f"{village.here}/mandat").says("Mandats retirés")
    firm.send(f"{village.here}/participation/accord")
    assert firm.read(f"{village.here}/participation").says("Accord donné le 15 mars 2022")
    firm.send(f"{village.here}/participation/accord/retirer")
    assert firm.read(f"{village.here}/participation").says("Accord non donné")


def test_leaving_says_what_becomes_of_everything_then_does_it(village: Village, firm: Any):
    assert firm.read(f"{village.here}/participation/quitter").says("Votre dossier continue seul")
    assert firm.send(f"{village.here}/participation/quitter").status == 302
    page = firm.read(f"{village.here}/site")
    assert page.value_of("Commune") == "Avignon"
    with village.platform.sessions.reading() as session:
        assert session.scalars(sa.select(OverrideRow)).all() == []


def walked(client: Any, here: str, first: str) -> list[tuple[str, int, int]]:
    """Each page from the first to the last: its required questions shown at once, and those without an answer yet."""
    where, found = f"{here}/{first}", []
    while "/verification" not in where and where != here:
        page = client.read(where)
        slug = where.rsplit("/", 1)[-1]
        asked = [each for each in page.soup.select(".ga-question, .ga-piece") if not each.select_one(".ga-optional")]
        shown = [each for each in asked if "data-asked-if" not in each.attrs]
        found.append((slug, len(shown), sum(not is_answered(each) for each in shown)))
        if slug == "pieces":
            button = page.soup.select_one("a.govuk-button")
            where = button["href"] if button else here
        else:
            where = client.send(where, {"seen": page.seen, **filled(page)}).response.headers["Location"]
    return found


def is_answered(question: Any) -> bool:
    if "ga-piece" in question["class"]:
        return question.select_one(".ga-attachments") is not None
    return any(
        each.has_attr("checked")
        if each.get("type") in ("radio", "checkbox")
        else each.get("value") or each.get_text(strip=True)
        for each in question.select("input:not([type=hidden]), textarea")
    )


def filled(page: Any) -> dict[str, str]:
    """What the page already holds, sent back as it is."""
    kept = {}
    for each in page.soup.select("main form [name]"):
        name, kind = each["name"], each.get("type")
        if name in ("csrf_token", "seen", "then", "more") or (
            kind in ("radio", "checkbox") and not each.has_attr("checked")
        ):
            continue
        kept[name] = each.get_text().lstrip("\n") if each.name == "textarea" else str(each.get("value", ""))
    return kept


def test_the_way_of_a_firm_is_short_and_stays_so(village: Village, firm: Any):
    way = walked(firm, village.here, "organisation")
    assert [slug for slug, _, _ in way] == SCREENS
    assert (sum(shown for _, shown, _ in way), sum(to_type for _, _, to_type in way)) == (QUESTIONS, TO_TYPE), way


def test_alone_the_same_firm_would_answer_far_more(village: Village, firm: Any):
    """The same project, on its own: what a firm of the collective dossier is spared."""
    reference = makers.make_draft(village.platform.sessions, village.firm)
    shared = {*sharing.SHARED}
    project = makers.make_project(request__behalf=Behalf.ALONE)
    makers.write_sections(village.platform.sessions, reference, village.firm, project, shared)
    way = walked(firm, f"/dossiers/{reference}", "demande")
    assert (len(way), sum(shown for _, shown, _ in way)) == ALONE, way
