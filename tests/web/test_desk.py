"""« Quel guichet ? », the comparison of editions, and another day of filing: pages that keep nothing."""

from datetime import UTC, datetime

import pytest

from grantapp.editions import all_editions
from grantapp.services import demonstration
from tests.web.test_what_if import everything

FEW = {
    "legal_form": "craft_cooperative",
    "site_found": "oui",
    "status": "former_icpe",
    "treatment_needed": "oui",
    "has_contracts": "non",
    "postcode": "84000",
}


def address(**answers: str) -> str:
    return "/guichet?" + "&".join(f"{name}={value}" for name, value in answers.items())


# ── without an account ───────────────────────────────────────────────────────────────────────────────────────────


def test_without_an_answer_the_page_says_what_is_open_today(anonymous):
    page = anonymous.read("/guichet")
    assert page.says("Aujourd'hui, ") and page.says("Reconversion des friches polluées, édition 2022")
    assert not page.says("Dates mises à part")


def test_answers_stand_in_the_address_and_are_shown_back(anonymous):
    page = anonymous.read(address(**FEW))
    assert page.says("déposez à « Reconversion des friches polluées, édition 2022 »")
    assert page.says("Dates mises à part : indéterminé") and page.says("règles à juger")
    assert page.value_of("Code postal") == "84000"
    assert page.soup.find("input", attrs={"name": "status", "value": "former_icpe"}).has_attr("checked")


def test_another_day_may_be_looked_at(anonymous):
    page = anonymous.read(address(**FEW, day="01/08/2021"))
    assert page.says("Au 1er août 2021, déposez à « Reconversion des friches polluées, édition 2021 »")
    assert anonymous.read(address(day="15/03/2022")).says("Aujourd'hui, ")


@pytest.mark.parametrize("wrong", [{"day": "hier"}, {"postcode": "840"}, {"status": "autre"}, {"day": "31/02/2022"}])
def test_what_cannot_be_read_is_said_and_stops_nothing(anonymous, wrong):
    page = anonymous.read(address(**(FEW | wrong)))
    assert page.says("Aujourd'hui, ")
    if "status" not in wrong:
        assert page.soup.select(".govuk-error-message")


def test_no_plot_that_ever_was_a_works_site_is_admitted_by_ademe(anonymous):
    page = anonymous.read(address(**(FEW | {"status": "neither"})))
    refused = page.soup.find("a", href="/appels/ademe-2022").find_parent(class_="ga-card")
    assert "non éligible" in refused.get_text(" ", strip=True)


def test_reading_keeps_nothing_and_posting_keeps_the_answers_for_the_draft(anonymous):
    anonymous.read(address(**FEW))
    with anonymous.session_transaction() as kept:
        assert "precheck" not in kept
    page = anonymous.read(address(**FEW))
    form = page.soup.find("form", attrs={"method": "post", "action": "/guichet"})
    fields = {each["name"]: each["value"] for each in form.find_all("input", type="hidden")}
    assert {name: fields[name] for name in FEW} == FEW
    assert anonymous.send("/guichet", FEW).response.headers["Location"] == "/inscription"
    account = {
        "name": "Camille Exemple",
        "email": "camille@mistral.example",
        "password": "un mot de passe long",
        "organisation": "Coopérative imaginaire",
        "siren": demonstration.siren(100),
    }
    anonymous.send("/inscription", account)
    assert anonymous.read("/dossiers").says("Commencer un dossier")
    draft = anonymous.send("/dossiers", {"edition": "ademe_2022"}).response.headers["Location"]
    assert anonymous.read(f"{draft}/site").value_of("Code postal") == "84000"


def test_whoever_is_signed_in_is_led_to_the_dossiers(director):
    assert director.send("/guichet", FEW).response.headers["Location"] == "/dossiers"


def test_the_precheck_leads_to_the_desks_with_the_same_answers(anonymous):
    page = anonymous.send("/verifier", FEW)
    link = page.soup.find("a", href=lambda href: href and href.startswith("/guichet?"))
    assert anonymous.read(link["href"]).says("déposez à")


# ── for a dossier ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dossier_is_led_to_its_desk_today_and_on_another_day(director, fill):
    draft = fill(demonstration.project())
    assert director.read(f"{draft}/guichet").says("déposez à « Reconversion des friches polluées, édition 2022 »")
    later = director.read(f"{draft}/guichet?day=01/10/2021")
    assert later.says("Au 1er octobre 2021, déposez à « Reconversion des friches polluées, édition 2021 »")


def test_a_closed_edition_names_what_is_open_in_its_place(director, draft, clock):
    page = director.read(f"{draft}/guichet")
    card = page.soup.find("a", href="/appels/ademe-2021").find_parent(class_="ga-card")
    assert "À sa place" in card.get_text(" ", strip=True)
    assert card.find("a", href="/appels/ademe-2022")


# ── editions compared ────────────────────────────────────────────────────────────────────────────────────────────


def columns(page) -> list[str]:
    return [each.get_text(strip=True) for each in page.soup.select("main table")[-1].select("thead th")][1:]


def test_editions_are_compared_on_the_merits_differences_first(director, fill):
    draft = fill(demonstration.project())
    page = director.read(f"{draft}/comparer?edition=ademe-2020&edition=ademe-2022")
    assert len(columns(page)) == 2
    differing = page.soup.find("h2", string=lambda text: text and text.startswith("Ce qui diffère"))
    rows = differing.find_next("table").select("tbody tr")
    assert [row.th.get_text(strip=True) for row in rows] == ["Des travaux qui démarrent à temps"]
    assert not page.says("Déposer pendant l'appel")
    assert page.says("à confirmer") and page.says("3 600 000 €")


def test_the_dates_are_judged_too_when_the_box_is_ticked(director, fill):
    draft = fill(demonstration.project())
    page = director.read(f"{draft}/comparer?edition=ademe-2021&edition=ademe-2022&dates=oui")
    assert page.says("Déposer pendant l'appel") and page.says("comme s'il était déposé le 15 mars 2022")


def test_nothing_chosen_shows_the_edition_of_the_dossier_and_the_first_desk_of_each_other_call(director, draft):
    ticked = {each["value"] for each in director.read(f"{draft}/comparer").soup.select("[name=edition][checked]")}
    calls = {each.call for each in all_editions()}
    assert "ademe-2022" in ticked and 2 <= len(ticked) <= 4
    assert len({each.call for each in all_editions() if each.slug in ticked}) == min(4, len(calls))
    offered = director.read(f"{draft}/comparer?edition=inconnue").soup.select("[name=edition]")
    assert {each["value"] for each in offered} == {each.slug for each in all_editions()}


# ── another day ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_filing_one_second_too_late_turns_the_rule_of_the_dates(director, fill, platform):
    draft = fill(demonstration.project())
    before = everything(platform)
    page = director.read(f"{draft}/et-si/date-de-depot?filed_on=30/04/2022&filed_hour=0 h 00")
    assert page.heading == "Et si je déposais un autre jour ?"
    assert page.says("Déposé le 30 avril 2022 à 0 h 00") and page.says("Ce jour-là : non éligible")
    assert page.says("Déposer pendant l'appel") and page.says("Aujourd'hui : Un dépôt le 15 mars 2022")
    assert everything(platform) == before


def test_another_day_inside_the_call_changes_no_rule(director, fill):
    draft = fill(demonstration.project())
    page = director.read(f"{draft}/et-si/date-de-depot?filed_on=2022-03-16")
    assert page.says("Aucune règle ne changerait d'avis.") and page.says("16 mars 2022 à 12 h 00")


def test_a_contract_signed_between_two_days_turns_the_rule_of_contracts(director, fill, clock):
    draft = fill(demonstration.ineligible())
    page = director.read(f"{draft}/et-si/date-de-depot?filed_on=15/02/2022&filed_hour=9:30")
    assert page.says("Aucun contrat de travaux signé avant le dépôt") and page.says("Aujourd'hui : ")


@pytest.mark.parametrize("asked", ["filed_on=jamais", "filed_hour=25 h 00", "filed_on=15/03/2022&filed_hour=midi", ""])
def test_a_day_or_an_hour_that_cannot_be_read_is_said(director, draft, asked):
    page = director.read(f"{draft}/et-si/date-de-depot?{asked}")
    assert bool(page.soup.select(".govuk-error-message")) is bool(asked)
    assert not page.says("Déposé le")


def test_what_may_be_tried_stands_on_one_page(director, draft):
    page = director.read(f"{draft}/et-si")
    for slug in ("depenses", "financement", "taille", "calendrier", "date-de-depot"):
        assert page.soup.find("a", href=f"{draft}/et-si/{slug}"), slug
    assert page.soup.find("a", href=f"{draft}/comparer")
    for link in page.soup.select("main a"):
        director.read(link["href"])


def test_a_dossier_leads_to_its_desk_and_to_what_may_be_tried(director, draft):
    page = director.read(draft)
    for path in ("guichet", "et-si", "comparer"):
        assert page.soup.find("a", href=f"{draft}/{path}"), path


def test_a_rule_refused_for_its_date_leads_to_another_day(director, draft, clock):
    clock.at = datetime(2022, 6, 1, 12, tzinfo=UTC)
    for path in ("", "/manques"):
        refused = director.read(draft + path).soup.find(id="regle-R01")
        assert refused.find("a", href=f"{draft}/et-si/date-de-depot")
