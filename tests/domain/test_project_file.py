"""A project as JSON: every fault is named by its path, and nothing well formed is changed."""

import json
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grantapp.domain import project_file
from grantapp.domain.project import Project, is_anchor, sections
from grantapp.editions import get_edition
from tests.domain.vocabulary import projects

SCHEMA = jsonschema.Draft202012Validator(project_file.schema())
slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


PIECE = {"name": "a.pdf", "size": 3, "sha256": "a" * 64}


def faults(**sections) -> dict[str, str]:
    _, _, found = project_file.load({"grantapp": 1} | sections)
    return {fault.path: fault.sentence for fault in found}


@slow
@given(projects())
def test_a_project_written_and_read_again_is_the_same_and_fits_the_schema(project):
    written = json.loads(json.dumps(project_file.dump(project, "ademe_2022", "2022-03-15")))
    read, edition, found = project_file.load(written)
    assert (read, edition, found) == (project, "ademe_2022", ())
    SCHEMA.validate(written)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@slow
@given(st.data())
def test_no_file_whatever_is_in_it_makes_the_reader_fall(data):
    chosen = data.draw(st.lists(st.sampled_from(sections()), max_size=3, unique=True))
    file = {each.name: {q.name: data.draw(JSON) for q in each.questions} for each in chosen} | {"grantapp": 1}
    project, _, found = project_file.load(file)
    assert isinstance(project, Project)
    assert all(fault.path and fault.sentence for fault in found)


@given(JSON)
def test_anything_but_an_object_is_refused_with_a_sentence(value):
    _, _, found = project_file.load(value)
    assert found


@pytest.mark.parametrize(
    ("section", "path", "says"),
    [
        ({"site": {"area_m2": "beaucoup"}}, "site.area_m2", "1250.50"),
        ({"site": {"area_m2": -1}}, "site.area_m2", "négatif"),
        ({"site": {"surface": 1}}, "site.surface", "Question inconnue"),
        ({"terrain": {}}, "terrain", "Rubrique inconnue"),
        ({"site": []}, "site", "Écrivez un objet"),
        ({"site": {"parcels": ["n'importe quoi"]}}, "site.parcels", "AB0160"),
        ({"request": {"kind": "travaux"}}, "request.kind", "works"),
        ({"request": {"title": "x" * 151}}, "request.title", "150"),
        ({"request": {"title": "a\u0000b"}}, "request.title", "U+0000"),
        ({"request": {"title": "a\nb"}}, "request.title", "une seule ligne"),
        ({"request": {"site_found": "oui"}}, "request.site_found", "true"),
        ({"organisation": {"siret": "12345678200011"}}, "organisation.siret", "SIRET"),
        ({"members": {"firms": [{"siren": "123456789"}]}}, "members.firms[0].siren", "SIREN"),
        ({"members": {"firms": [{}] * 501}}, "members.firms", "500"),
        ({"expenditure": {"lines": [{"amount": "1.234"}]}}, "expenditure.lines[0].amount", "centimes"),
        ({"expenditure": {"lines": [{"amount": float("inf")}]}}, "expenditure.lines[0].amount", "nombre"),
        ({"expenditure": {"lines": [{"amount": 10**13}]}}, "expenditure.lines[0].amount", "trop grand"),
        ({"expenditure": {"lines": [{"planned_on": "29/04/2022"}]}}, "expenditure.lines[0].planned_on", "AAAA-MM-JJ"),
        ({"expenditure": {"lines": [{"planned_on": "2022-02-30"}]}}, "expenditure.lines[0].planned_on", "AAAA-MM-JJ"),
        ({"pieces": {"accounts": [{"name": "a.pdf"}]}}, "pieces.accounts", "sha256"),
        ({"pieces": {"accounts": [PIECE | {"pages": 0}]}}, "pieces.accounts", "pages"),
        ({"pieces": {"accounts": [PIECE | {"pages": True}]}}, "pieces.accounts", "pages"),
        ({"pieces": {"accounts": [PIECE | {"pages": "3"}]}}, "pieces.accounts", "pages"),
    ],
)
def test_a_fault_is_named_by_its_path_with_what_to_write(section, path, says):
    found = faults(**section)
    assert list(found) == [path]
    assert says in found[path]


def test_every_fault_is_told_at_once_and_the_rest_is_kept():
    project, _, found = project_file.load(
        {"grantapp": 1, "site": {"area_m2": "x", "town": "Avignon"}, "request": {"kind": "?", "title": "Un titre"}}
    )
    assert {fault.path for fault in found} == {"site.area_m2", "request.kind"}
    assert (project.site.town, project.request.title) == ("Avignon", "Un titre")


def test_the_version_of_the_format_is_asked_for():
    _, _, found = project_file.load({})
    assert [fault.path for fault in found] == ["grantapp"]


def test_a_box_that_is_not_ticked_is_no_answer():
    project, _, found = project_file.load({"grantapp": 1, "declarations": {"truthful": False}})
    assert (project.declarations.truthful, found) == (None, ())


def test_an_amount_may_be_a_number_or_a_text_and_stays_exact():
    project, _, _ = project_file.load({"grantapp": 1, "finances": {"share_capital": 0.1, "own_funds": "-1234567.89"}})
    assert (project.finances.share_capital, project.finances.own_funds) == (Decimal("0.1"), Decimal("-1234567.89"))


def test_the_schema_of_an_edition_holds_its_sections_and_names_it():
    edition = get_edition("ademe_2022")
    described = project_file.schema(edition)
    assert set(described["properties"]) == {"$schema", "grantapp", "edition", "on", *edition.steps}
    assert described["properties"]["edition"] == {"const": "ademe_2022"}
    jsonschema.Draft202012Validator.check_schema(described)


def test_the_schema_names_only_questions_of_the_vocabulary():
    described = project_file.schema()["properties"]
    for section in sections():
        assert all(is_anchor(f"{section.name}.{name}") for name in described[section.name]["properties"])


@pytest.mark.parametrize("piece", [PIECE, PIECE | {"pages": 3}])
def test_a_piece_says_its_pages_only_where_they_are_known(piece):
    """What was filed before pieces were opened keeps its bytes, and so its fingerprint."""
    project, _, found = project_file.load({"grantapp": 1, "pieces": {"accounts": [piece]}})
    assert found == () and project.pieces.accounts[0].pages == piece.get("pages")
    assert project_file.dump(project)["pieces"] == {"accounts": [piece]}
