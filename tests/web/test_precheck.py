"""Five questions without an account, whose answers flow into the draft."""

from datetime import UTC, datetime

from grantapp.services import demonstration, orienting

FIVE = {
    "legal_form": "craft_cooperative",
    "site_found": "oui",
    "status": "former_icpe",
    "treatment_needed": "oui",
    "has_contracts": "non",
}


def test_five_questions_are_asked_and_nothing_is_judged_before_an_answer(anonymous):
    page = anonymous.read("/verifier")
    assert len(page.soup.select("main .ga-question")) == len(orienting.PRECHECK) == 5
    assert not page.soup.find(class_="ga-conclusion")


def test_good_answers_oppose_nothing_and_promise_nothing(anonymous):
    page = anonymous.send("/verifier", FIVE)
    assert page.says("Indéterminé") and not page.says("Non remplie")
    assert not page.says("Éligible sous réserve")


def test_an_answer_that_refuses_is_said_with_its_reason_and_another_way(anonymous):
    page = anonymous.send("/verifier", FIVE | {"status": "neither"})
    assert page.says("troisième session (2022)") and page.says("le premier guichet qui ne vous refuse pas")
    assert page.says("Non éligible : Reconversion des friches polluées, édition 2022") and page.says("Non remplie")


def test_an_answer_that_every_call_refuses_is_said_not_eligible(anonymous):
    page = anonymous.send("/verifier", FIVE | {"legal_form": "natural_person"})
    assert page.says("Non éligible") and page.says("Non remplie")


def test_no_answer_at_all_refuses_nothing(anonymous):
    page = anonymous.send("/verifier")
    assert page.says("Indéterminé") and not page.says("Non remplie")


def test_a_closed_call_is_said_closed(anonymous, clock):
    clock.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert anonymous.send("/verifier", FIVE).says("Fonds vert")


def test_the_answers_flow_into_the_draft_that_is_started_next(anonymous):
    anonymous.send("/verifier", FIVE)
    account = {
        "name": "Camille Exemple",
        "email": "camille@mistral.example",
        "password": "un mot de passe long",
        "organisation": "Coopérative imaginaire",
        "siren": demonstration.siren(100),
    }
    anonymous.send("/inscription", account)
    draft = anonymous.send("/dossiers", {"edition": "ademe_2022"}).response.headers["Location"]
    page = anonymous.read(f"{draft}/verification")
    assert page.says("Société coopérative artisanale") and page.says("Une ancienne installation classée (ICPE)")
    assert anonymous.read(f"{draft}/organisation").value_of("Nom ou raison sociale") == "Coopérative imaginaire"
    another = anonymous.send("/dossiers", {"edition": "ademe_2022", "another": "1"}).response.headers["Location"]
    assert not anonymous.read(f"{another}/verification").says("Société coopérative artisanale")
