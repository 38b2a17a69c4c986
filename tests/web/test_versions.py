"""A second version as a person prepares it, and as a person gives it up."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from grantapp.config import real_clock
from grantapp.services import demonstration, depositing, jobs, printing
from tests.makers import seal_key
from tests.web.reader import Page, plain

LATER = timedelta(days=2)
CLOSED = datetime(2022, 4, 29, 22, tzinfo=UTC)


@pytest.fixture
def filed(director, fill, clock):
    """The address of a dossier of the director, filed; it is two days later."""
    draft = fill(demonstration.project(), declared=True)
    director.send(f"{draft}/depot", {"number": "1"})
    clock.at += LATER
    return draft


@pytest.fixture
def reopened(director, filed):
    director.send(f"{filed}/corriger", {"number": "1"})
    return filed


def fields(page: Page, action: str) -> dict[str, str]:
    """What a form of the page would send as it stands."""
    form = page.soup.find("form", attrs={"action": action})
    return {each["name"]: each.get("value", "") for each in form.find_all("input") if each["name"] != "csrf_token"}


def rename(director, draft, name="Ancienne filature"):
    """Save the page of the site as it stands, with another name."""
    form = director.read(f"{draft}/site").soup.select_one("form.ga-form, main form")
    sent = {each["name"]: each.get_text().lstrip("\n") for each in form.find_all("textarea")}
    for each in form.find_all("input", attrs={"name": True}):
        if each.get("type") not in ("radio", "checkbox") or each.has_attr("checked"):
            sent[each["name"]] = each.get("value", "")
    del sent["csrf_token"]
    return director.send(f"{draft}/site", sent | {"name": name})


# ── taking up again ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_receipt_offers_to_correct_and_says_that_what_is_filed_stays(director, filed):
    receipt = director.read(f"{filed}/recepisse")
    assert receipt.says("Une erreur, un oubli ?") and receipt.says("Celle-ci reste déposée")
    page = director.read(receipt.soup.find("a", string=re.compile("Corriger et déposer"))["href"])
    assert page.heading == "Corriger et déposer une nouvelle version"
    assert page.says("La version 1 reste déposée tant que la version 2 ne l'est pas.")
    assert page.says("29 avril 2022")
    sent = director.send(f"{filed}/corriger", fields(page, f"{filed}/corriger"))
    assert (sent.status, sent.response.headers["Location"]) == (302, filed)


def test_nobody_can_believe_that_the_dossier_is_not_filed_any_more(director, reopened):
    for path in ("", "/depot", "/verification", "/manques", "/recepisse", "/changements", "/renoncer"):
        page = director.read(f"{reopened}{path}")
        assert page.says("Version 1 déposée le 15 mars 2022 à 10 h 00"), path
        assert page.says("Version 2 en préparation"), path
        assert not page.says("non déposé"), path
    (card,) = [each for each in director.read("/dossiers").soup.select(".ga-card") if each.find("a", href=reopened)]
    assert "Version 1 déposée le 15 mars 2022" in plain(card.get_text(" ", strip=True))
    assert "version 2 en préparation" in plain(card.get_text(" ", strip=True))


def test_once_the_call_is_closed_the_dossier_cannot_be_taken_up_again_and_says_what_stands(director, filed, clock):
    clock.at = CLOSED
    receipt = director.read(f"{filed}/recepisse")
    assert not receipt.says("Corriger et déposer une nouvelle version")
    page = director.read(f"{filed}/corriger")
    assert page.says("reste déposée") and page.says("service instructeur")
    assert not page.soup.find("form", attrs={"action": f"{filed}/corriger"})
    director.send(f"{filed}/corriger", {"number": "1"})
    after = director.read(filed)
    assert after.says("L'appel s'est clos le 29 avril 2022") and after.says("Déposé le 15 mars 2022")


def test_a_version_still_in_preparation_when_the_call_closes_leaves_the_filed_one(director, reopened, clock):
    rename(director, reopened)
    clock.at = CLOSED
    page = director.read(reopened)
    assert page.says("le dépôt est clos depuis le 29 avril 2022 : c'est la version 1 qui reste")
    assert director.send(f"{reopened}/depot", {"number": "2"}).status == 409
    assert director.read(f"{reopened}/recepisse").says("15 mars 2022 à 10 h 00")


# ── filing again ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_version_is_shown_before_it_is_filed_then_filed_and_listed(director, reopened, platform):
    assert rename(director, reopened).status == 302
    before = director.read(f"{reopened}/changements")
    assert before.heading == "Ce que changera la version 2"
    assert before.says("1 réponse changée") and before.says("Ancienne filature") and before.says("Nom du site")
    filing = director.read(f"{reopened}/depot")
    assert filing.heading == "Déposer la version 2" and filing.says("1 réponse changée")
    sent = director.send(f"{reopened}/depot", fields(filing, f"{reopened}/depot"))
    assert sent.response.headers["Location"] == f"{reopened}/recepisse"
    assert len(platform.queue.sent) == 6  # two papers and a mail for each version
    receipt = director.read(f"{reopened}/recepisse")
    assert receipt.heading == "Version 2 déposée"
    rows = [plain(row.get_text(" ", strip=True)) for row in receipt.soup.select("#versions ~ table tbody tr")]
    assert len(rows) == 2
    assert rows[0].startswith("Version 2 en vigueur") and "1 réponse changée" in rows[0]
    assert rows[1].startswith("Version 1") and "15 mars 2022" in rows[1]
    first = director.read(f"{reopened}/recepisse?version=1")
    assert first.heading == "Version 1 déposée" and first.says("remplacée par la version 2")
    assert first.says("15 mars 2022 à 10 h 00") and first.says("A22-0001, version 1")
    assert not first.says("Corriger et déposer") and receipt.says("Corriger et déposer")
    assert director.get(f"{reopened}/recepisse?version=9").status_code == 404
    after = director.read(f"{reopened}/versions/2")
    assert after.heading == "Ce qu'a changé la version 2" and after.says("Ancienne filature")
    assert director.read(f"{reopened}/versions/1").says("première version")
    assert director.get(f"{reopened}/versions/3").status_code == 404


def test_both_versions_are_downloaded_and_the_second_says_what_changed(director, reopened, platform):
    rename(director, reopened)
    director.send(f"{reopened}/depot", {"number": "2"})
    handlers = {depositing.PRINT: printing.handler(platform.sessions, platform.files, seal_key())}
    for job in platform.queue.sent:
        jobs.run(platform.sessions, job, handlers, clock=real_clock)
    first, second = (director.get(f"{reopened}/v{number}.pdf").data for number in (1, 2))
    assert first.startswith(b"%PDF-") and second.startswith(b"%PDF-") and first != second
    receipt = director.read(f"{reopened}/recepisse")
    assert {a["href"] for a in receipt.soup.select("#versions ~ table a[download]")} == {
        f"{reopened}/v1.pdf",
        f"{reopened}/v2.pdf",
    }


def test_a_version_in_which_nothing_changed_is_not_filed_and_says_so(director, reopened, platform):
    page = director.read(f"{reopened}/depot")
    assert page.says("Rien n'a changé depuis la version 1")
    assert not page.soup.find("form", attrs={"action": f"{reopened}/depot"})
    refused = director.send(f"{reopened}/depot", {"number": "2"})
    assert refused.status == 409 and refused.says("Rien n'a changé depuis la version 1")
    assert len(platform.queue.sent) == 3  # those of version 1
    assert director.read(f"{reopened}/changements").says("rien n'a changé pour l'instant")


def test_a_filing_page_left_open_while_somebody_else_filed_says_so(director, reopened):
    rename(director, reopened)
    director.send(f"{reopened}/depot", {"number": "2"})
    director.send(f"{reopened}/corriger", {"number": "2"})
    rename(director, reopened, "Encore un autre nom")
    late = director.send(f"{reopened}/depot", {"number": "2"})
    assert late.status == 409 and late.says("La version 2 a été déposée entre-temps")
    assert director.read(reopened).says("Version 3 en préparation")


def test_a_page_of_the_first_version_cannot_reopen_the_second(director, reopened):
    rename(director, reopened)
    director.send(f"{reopened}/depot", {"number": "2"})
    director.send(f"{reopened}/corriger", {"number": "1"})
    assert director.read(reopened).says("la 2, a été déposée entre-temps")
    assert director.read(reopened).says("Déposé, version 2")


# ── giving up ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_giving_up_shows_what_would_be_lost_and_wants_a_box_ticked(director, reopened):
    rename(director, reopened)
    page = director.read(f"{reopened}/renoncer")
    assert page.says("Ce que vous avez corrigé depuis sera effacé : 1 réponse changée")
    assert page.says("Ancienne filature") and page.says("Rubriques enregistrées depuis le dépôt : Le site")
    sent = {"seen": fields(page, f"{reopened}/renoncer")["seen"]}
    kept = director.send(f"{reopened}/renoncer", sent)
    assert kept.response.headers["Location"] == f"{reopened}/renoncer"
    assert director.read(f"{reopened}/site").value_of("Nom du site") == "Ancienne filature"
    done = director.send(f"{reopened}/renoncer", sent | {"sure": "oui"})
    assert done.response.headers["Location"] == f"{reopened}/recepisse"
    after = director.read(reopened)
    assert after.says("Déposé le 15 mars 2022 à 10 h 00") and not after.says("en préparation")
    assert director.read(f"{reopened}/site").value_of("Nom du site") == demonstration.project().site.name


def test_what_somebody_saved_since_is_shown_before_it_is_lost(director, reopened):
    sent = fields(director.read(f"{reopened}/renoncer"), f"{reopened}/renoncer")
    rename(director, reopened)
    kept = director.send(f"{reopened}/renoncer", sent | {"sure": "oui"})
    assert kept.response.headers["Location"] == f"{reopened}/renoncer"
    again = director.read(f"{reopened}/renoncer")
    assert again.says("Le dossier a changé depuis que cette page est ouverte") and again.says("Ancienne filature")


def test_what_cannot_be_given_up_leads_back(director, filed, draft):
    assert director.get(f"{filed}/renoncer").headers["Location"] == filed
    director.send(f"{filed}/renoncer", {"sure": "oui"})
    assert director.read(filed).says("Déposé le 15 mars 2022")


def test_what_a_version_changes_is_escaped(director, reopened):
    rename(director, reopened, '<img src="//x.example/a"> & "b"')
    page = director.read(f"{reopened}/changements")
    assert page.says('<img src="//x.example/a"> & "b"')
    assert not page.soup.find("img")
