"""« Et si… » : other answers tried on a copy; nothing is saved unless it is asked for."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import text

from grantapp.domain.project import section_named
from grantapp.domain.sections.works import Contract, ContractNature
from grantapp.forms.steps import form_for
from grantapp.services import demonstration


def typed(project, name):
    """A section as a person would type it."""
    return form_for(section_named(name), record=getattr(project, name)).raw()


KEPT = ("SELECT * FROM section", "SELECT * FROM journal", "SELECT * FROM dossier")


def everything(platform):
    with platform.engine.connect() as connection:
        return [connection.execute(text(asked)).fetchall() for asked in KEPT]


def test_another_cost_shows_both_amounts_the_difference_and_the_rule_that_turns(director, fill, platform):
    draft = fill(demonstration.project())
    before = everything(platform)
    director.read(f"{draft}/et-si/depenses")
    fields = typed(demonstration.project(), "expenditure") | {"lines-2-amount": ["760 000"]}
    page = director.send(f"{draft}/et-si/depenses", fields)
    for words in ("3 600 000 €", "3 700 000 €", "+100 000 €", "Un plan de financement équilibré"):
        assert page.says(words), words
    assert page.says("Avec ces réponses : non éligible")
    assert everything(platform) == before


def test_a_contract_signed_too_early_turns_the_conclusion(director, fill):
    draft = fill(demonstration.project())
    project = demonstration.project()
    signed = Contract(
        purpose="Marché", partner="X", nature=ContractNature.WORKS, signed_on=datetime(2022, 3, 1, tzinfo=UTC).date()
    )
    changed = project.with_answers({"schedule.contracts": (*project.schedule.contracts, signed)})
    page = director.send(f"{draft}/et-si/calendrier", typed(changed, "schedule"))
    assert page.says("Aucun contrat de travaux signé avant le dépôt") and page.says("non éligible")


def test_the_same_answers_change_nothing(director, fill):
    draft = fill(demonstration.project())
    page = director.send(f"{draft}/et-si/financement", typed(demonstration.project(), "funding"))
    assert page.says("Aucune règle ne changerait d'avis.")


def test_what_was_tried_is_saved_only_when_asked(director, fill):
    draft = fill(demonstration.project())
    changed = demonstration.project().with_answers({"site.area_m2": Decimal(12_000)})
    page = director.send(f"{draft}/et-si/site", typed(changed, "site"))
    save = page.soup.find("button", attrs={"formaction": f"{draft}/site"})
    assert save is not None
    assert director.read(f"{draft}/site").value_of("Surface du terrain") == "10 000"
    director.send(save["formaction"], typed(changed, "site") | {"seen": page.seen})
    assert director.read(f"{draft}/site").value_of("Surface du terrain") == "12 000"


def test_there_is_nothing_to_suppose_of_the_pieces(director, draft):
    assert director.get(f"{draft}/et-si/pieces").status_code == 404
