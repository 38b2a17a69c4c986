"""From the first page to the receipt, as a person does it and sees it."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grantapp.app import create_app
from grantapp.config import real_clock
from grantapp.domain.wizard import steps
from grantapp.editions import get_edition
from grantapp.services import demonstration, depositing, jobs, printing
from tests.makers import EDITION, seal_key
from tests.web.reader import Page, Reader, plain


def test_the_first_page_says_what_this_is_and_what_is_open(anonymous, clock):
    page = anonymous.read("/")
    assert page.says("non officiel")
    clock.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    closed = anonymous.read("/")
    assert closed.says("29 avril 2022") and closed.says("Fonds vert")


def test_signing_up_opens_the_dossiers(anonymous):
    data = {
        "name": "Camille Exemple",
        "email": "Camille@Mistral.example",
        "password": "un mot de passe long",
        "organisation": "Coopérative imaginaire",
        "siren": demonstration.siren(100),
    }
    page = anonymous.send("/inscription", data)
    assert (page.status, page.response.headers["Location"]) == (302, "/dossiers")
    assert anonymous.read("/dossiers").says("Camille Exemple")


def test_a_faulty_sign_up_says_what_to_do_and_keeps_what_was_typed_but_the_password(anonymous):
    page = anonymous.send("/inscription", {"name": "Camille", "email": "camille", "password": "court", "siren": "123"})
    assert page.status == 422
    assert page.value_of("Votre nom") == "Camille" or "Camille" in page.text
    assert "court" not in page.text.replace("raccourci", "")


def test_the_same_e_mail_cannot_open_two_accounts(director, anonymous):
    data = {
        "name": "Autre",
        "email": "CAMILLE@mistral.example",
        "password": "un mot de passe long",
        "organisation": "Autre",
        "siren": demonstration.siren(7),
    }
    assert anonymous.send("/inscription", data).status == 422


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(director, app):
    wrong = app.test_client().send(
        "/connexion", {"email": "camille@mistral.example", "password": "un autre mot de passe"}
    )
    absent = app.test_client().send(
        "/connexion", {"email": "personne@mistral.example", "password": "un autre mot de passe"}
    )
    assert wrong.status == absent.status == 422
    assert wrong.soup.find(role="alert").get_text() == absent.soup.find(role="alert").get_text()


def test_starting_twice_resumes_the_same_draft_unless_another_is_asked_for(director, draft):
    again = director.send("/dossiers", {"edition": "ademe_2022"}).response.headers["Location"]
    another = director.send("/dossiers", {"edition": "ademe_2022", "another": "1"}).response.headers["Location"]
    assert again == draft
    assert another != draft


def test_an_unknown_edition_cannot_be_started(director):
    assert director.send("/dossiers", {"edition": "appel_inconnu"}).status == 404


def test_nothing_is_shown_as_failed_before_it_is_answered(director, draft):
    for section in steps(get_edition(EDITION)):
        page = director.read(f"{draft}/{section.slug}")
        assert not page.soup.find_all(class_="govuk-error-message"), section.slug
        assert not page.soup.find_all(class_=lambda c: c and "not_met" in c), section.slug


def test_a_draft_is_never_refused(director, draft):
    director.send(f"{draft}/demande", {"seen": "0", "site_found": "oui"})
    page = director.send(f"{draft}/site", {"seen": "0", "area_m2": "beaucoup", "town": "Avignon"})
    assert page.status == 302
    shown = director.read(f"{draft}/site")
    assert shown.value_of("Surface du terrain") == "beaucoup"
    assert shown.error_of("Surface du terrain")
    assert shown.value_of("Commune") == "Avignon"


def test_saving_leads_to_the_next_step_and_the_list_when_asked(director, draft):
    following = director.send(f"{draft}/demande", {"seen": "0", "site_found": "non", "behalf": "alone"})
    assert following.response.headers["Location"] == f"{draft}/organisation"
    seen = director.read(f"{draft}/organisation").seen
    back = director.send(f"{draft}/organisation", {"seen": seen, "then": "liste"})
    assert back.response.headers["Location"] == draft


def test_french_amounts_dates_numbers_and_parcels_are_read_as_they_are_typed(director, draft):
    director.send(f"{draft}/demande", {"seen": "0", "site_found": "oui"})
    director.send(
        f"{draft}/site", {"seen": "0", "area_m2": "10 000 m²", "parcels": "AB 160/161", "insee_code": "84007"}
    )
    page = director.read(f"{draft}/verification")
    assert page.says("10 000 m²") and page.says("AB 160 et AB 161")


def test_two_tabs_never_overwrite_each_other(director, draft):
    director.send(f"{draft}/organisation", {"seen": director.read(f"{draft}/organisation").seen, "town": "Avignon"})
    seen = director.read(f"{draft}/organisation").seen
    first = director.send(f"{draft}/organisation", {"seen": seen, "town": "Avignon", "name": "Premier onglet"})
    second = director.send(f"{draft}/organisation", {"seen": seen, "town": "Orange", "name": "Second onglet"})
    assert (first.status, second.status) == (302, 409)
    for words in ("Premier onglet", "Second onglet", "Avignon", "Orange"):
        assert second.says(words)
    assert director.read(f"{draft}/organisation").value_of("Nom ou raison sociale") == "Premier onglet"


def test_a_conflict_is_settled_question_by_question_and_nothing_typed_is_lost(director, draft):
    seen = director.read(f"{draft}/organisation").seen
    director.send(f"{draft}/organisation", {"seen": seen, "town": "Avignon", "name": "Premier"})
    conflict = director.send(
        f"{draft}/organisation", {"seen": seen, "town": "Orange", "name": "Second", "phone": "04 90 00 00 01"}
    )
    form = conflict.soup.find("form", attrs={"method": "post", "action": lambda a: a and a.endswith("/organisation")})
    sent = {i["name"]: i.get("value", "") for i in form.find_all("input") if i.get("type") == "hidden"}
    sent |= {"choice-town": "mine", "choice-name": "theirs", "choice-phone": "mine"}
    del sent["csrf_token"]
    assert director.send(f"{draft}/organisation", sent).status == 302
    page = director.read(f"{draft}/organisation")
    values = [page.value_of(label) for label in ("Nom ou raison sociale", "Commune", "Téléphone")]
    assert values == ["Premier", "Orange", "04 90 00 00 01"]


def test_the_same_content_sent_twice_is_no_conflict(director, draft):
    data = {"seen": "0", "title": "Un projet"}
    assert director.send(f"{draft}/demande", data).status == 302
    assert director.send(f"{draft}/demande", data).status == 302


def test_a_page_left_open_too_long_gives_back_what_was_typed(app, director, draft):
    stale = director.post(f"{draft}/organisation", data={"seen": "1", "town": "Avignon", "csrf_token": "périmé"})
    page = Page(stale)
    assert page.status == 400
    form = page.soup.find("form", attrs={"action": f"{draft}/organisation"})
    sent = {i["name"]: i["value"] for i in form.find_all("input", attrs={"name": True})}
    assert sent["town"] == "Avignon"
    assert director.post(f"{draft}/organisation", data=sent).status_code == 302
    assert director.read(f"{draft}/organisation").value_of("Commune") == "Avignon"


def test_the_live_preview_judges_what_is_typed_and_saves_nothing(director, draft):
    before = director.read(f"{draft}/organisation")
    fragment = director.send(f"{draft}/organisation/apercu", {"legal_form": "natural_person"})
    assert fragment.status == 200 and "personne physique" in plain(fragment.text).lower()
    assert director.read(f"{draft}/organisation").seen == before.seen


@pytest.mark.parametrize(
    ("step", "titles"),
    [
        ("situation-financiere", ["Entreprise en difficulté"]),
        ("aides-publiques", ["Place pour des aides de minimis", "Cumul des aides sur les mêmes dépenses"]),
        ("calendrier", ["Début des travaux"]),
        ("organisation", []),
    ],
)
def test_a_step_explains_the_computations_that_begin_there(director, fill, step, titles):
    page = director.read(f"{fill(demonstration.project())}/{step}")
    assert [title.text for title in page.soup.select("#calculs h2")] == titles
    assert all(found.select("li") for found in page.soup.select("#calculs details.govuk-details"))


def test_a_computation_follows_what_is_typed(director, fill):
    draft = fill(demonstration.project())
    fragment = director.send(f"{draft}/situation-financiere/apercu", {"insolvency": "oui"})
    assert "Test c, procédure collective\u00a0: oui." in fragment.soup.select_one("#calculs").text


def test_the_overview_gives_the_result_of_every_computation(director, fill):
    page = director.read(fill(demonstration.project()))
    assert page.says("Il reste 188 000 € de place pour des aides de minimis au 15 mars 2022.")
    assert page.says("aucun des cinq tests n'est rempli")


@pytest.mark.parametrize("content", [b"MZ", b"", b"<html>"])
def test_a_piece_that_is_not_one_is_refused_with_the_remedy(director, draft, content):
    sent = {"file": (io.BytesIO(content), "plan.exe")}
    said = director.send(f"{draft}/pieces/other/ajouter", sent, content_type="multipart/form-data")
    assert said.status == 422
    assert said.says("« plan.exe »") and not said.soup.find(
        "form", attrs={"action": lambda a: a and a.endswith("/retirer")}
    )
    assert "« plan.exe »" in plain(said.error_of("Choisir un ou plusieurs fichiers : Autres pièces"))


def test_pieces_are_added_listed_and_taken_away(director, draft):
    content = demonstration.paper("Plan")
    sent = {"file": (io.BytesIO(content), "plan d'étude.pdf")}
    director.send(f"{draft}/pieces/other/ajouter", sent, content_type="multipart/form-data")
    page = director.read(f"{draft}/pieces")
    assert page.says("plan d'étude.pdf")
    remove = page.soup.find("form", attrs={"action": lambda a: a and a.endswith("/retirer")})["action"]
    director.send(remove)
    assert not director.read(f"{draft}/pieces").soup.find(
        "form", attrs={"action": lambda a: a and a.endswith("/retirer")}
    )


def test_what_is_missing_is_listed_with_links_that_lead_to_the_question(director, draft):
    director.send(f"{draft}/demande", {"seen": "0", "kind": "works", "site_found": "oui", "behalf": "alone"})
    page = director.read(f"{draft}/manques")
    links = [a["href"] for a in page.soup.find_all("a", href=True) if "#" in a["href"] and draft in a["href"]]
    assert f"{draft}/site#site-area_m2" in links
    for link in links[:12]:
        address, _, name = link.partition("#")
        assert director.read(address).soup.find(id=name) is not None, link


def test_without_a_plot_what_is_missing_is_the_plot_and_the_way_of_studies_is_shown(director, draft):
    director.send(f"{draft}/demande", {"seen": "0", "kind": "works", "site_found": "non", "behalf": "alone"})
    page = director.read(f"{draft}/manques")
    links = {a["href"] for a in page.soup.select("main a[href]") if a["href"].startswith(f"{draft}/")}
    assert f"{draft}/demande#request-site_found" in links
    assert not [link for link in links if link.startswith((f"{draft}/site", f"{draft}/pollution"))]
    assert director.read(draft).says("Sans terrain, commencez par là")


def test_what_decides_is_shown_and_nothing_is_saved(director, fill):
    draft = fill(demonstration.project())
    before = director.read(f"{draft}/passe-du-site").seen
    page = director.read(f"{draft}/ce-qui-decide")
    assert page.says("Le site est-il une ancienne installation classée ou une ancienne mine")
    assert page.says("Avec « Ni l'un ni l'autre » : non éligible")
    assert director.read(f"{draft}/passe-du-site").seen == before


def test_a_refusal_says_what_would_be_enough(director, fill):
    page = director.read(fill(demonstration.ineligible()))
    assert page.says("Elle serait remplie avec la réponse « Une ancienne installation classée (ICPE) »")


def test_an_incomplete_draft_is_not_filed_and_says_why(director, draft):
    page = director.send(f"{draft}/depot")
    assert page.status == 409
    assert not director.read(draft).says("Déposé le")


def test_a_complete_dossier_is_filed_once_and_gets_its_receipt_at_once(director, fill, platform):
    draft = fill(demonstration.project(), declared=True)
    assert director.read(f"{draft}/manques").status == 200
    director.read(f"{draft}/depot")
    first, second = director.send(f"{draft}/depot"), director.send(f"{draft}/depot")
    assert first.response.headers["Location"] == second.response.headers["Location"] == f"{draft}/recepisse"
    assert len(platform.queue.sent) == 3  # its acknowledgement, then the dossier; and the mail that says so
    receipt = director.read(f"{draft}/recepisse")
    assert receipt.says(draft.rsplit("/", 1)[-1]) and receipt.says("15 mars 2022 à 10 h 00")


def test_a_filed_dossier_is_not_changed_any_more(director, fill):
    draft = fill(demonstration.project(), declared=True)
    director.send(f"{draft}/depot")
    refused = director.send(f"{draft}/site", {"seen": "1", "town": "Orange"})
    assert refused.status == 409 and refused.says("déposé")


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2022, 4, 29, 21, 59, 59, tzinfo=UTC), 302),
        (datetime(2022, 4, 29, 22, 0, 0, tzinfo=UTC), 409),
        (datetime(2022, 2, 14, 22, 59, 59, tzinfo=UTC), 409),
        (datetime(2022, 2, 14, 23, 0, 0, tzinfo=UTC), 302),
    ],
)
def test_filing_counts_until_the_last_second_of_the_last_day_in_paris(director, fill, clock, at, status):
    draft = fill(demonstration.project(), declared=True)
    clock.at = at
    page = director.send(f"{draft}/depot")
    assert page.status == status
    if status == 409:
        assert page.says("29 avril 2022") or page.says("15 février 2022")


def test_the_pdf_is_offered_once_the_worker_has_made_it(director, fill, platform):
    draft = fill(demonstration.project(), declared=True)
    director.send(f"{draft}/depot")
    reference = draft.rsplit("/", 1)[-1]
    assert director.get(f"{draft}/v1.pdf").status_code == 302
    _, job, _ = platform.queue.sent  # the acknowledgement, the dossier, the mail that says so
    handlers = {depositing.PRINT: printing.handler(platform.sessions, platform.files, seal_key())}
    jobs.run(platform.sessions, job, handlers, clock=real_clock)
    response = director.get(f"{draft}/v1.pdf")
    assert response.data.startswith(b"%PDF-")
    assert f"{reference}-v1.pdf" in response.headers["Content-Disposition"]


def test_the_demonstration_says_on_every_page_that_it_is_one(app, platform):
    other = create_app(platform.settings, replace(platform, clock_notice="Tout est inventé ici."))
    other.test_client_class = Reader
    for address in ("/", "/connexion", "/mentions"):
        assert other.test_client().read(address).says("Tout est inventé")
