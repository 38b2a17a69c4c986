"""Garbage posted to every step is kept, shown back and explained; it never stops a draft."""

from urllib.parse import quote_from_bytes

import pytest

from grantapp.domain.project import section_named
from grantapp.domain.question import Kind
from grantapp.domain.wizard import steps
from grantapp.editions import find_case, get_edition
from grantapp.forms.steps import form_for
from grantapp.services import demonstration
from tests.makers import EDITION

TYPED = [section for section in steps(get_edition(EDITION)) if section.name != "pieces"]
FUND = "fonds_friches_3"  # open on the same day, with sections of its own
OF_THE_FUND = [section for section in steps(get_edition(FUND)) if section not in steps(get_edition(EDITION))]
GARBAGE = "n'importe quoi <b>&amp; \" ' {{ 7*191 }} \u0142\u0633 \U0001f600"
FREE = {Kind.LINE, Kind.TEXT}
CHOSEN = {Kind.YES_NO, Kind.CONFIRM, Kind.ONE_OF, Kind.SEVERAL_OF}


def names(section) -> dict[str, Kind]:
    """Every field of a section's page, the cells of a first row included."""
    form = form_for(section, extra_rows=1)
    found = {}
    for field in form:
        if field.question.kind is Kind.TABLE:
            found |= {cell.name: cell.question.kind for cell in field.rows[0].cells}
        else:
            found[field.name] = field.question.kind
    return found


@pytest.fixture
def open_draft(fill):
    """A draft in which every section is asked."""
    return fill(demonstration.project(), declared=True)


@pytest.fixture
def draft_of_the_fund(director):
    """A draft for the prefect's fund, far enough for every question of its own sections to be asked."""
    project = find_case(FUND, "eligible").project
    address = str(director.send("/dossiers", {"edition": FUND}).response.headers["Location"])
    for section in map(section_named, ("request", "history")):
        page = f"{address}/{section.slug}"
        typed = form_for(section, record=getattr(project, section.name)).raw()
        assert director.send(page, typed | {"seen": director.read(page).seen}).status == 302
    return address


@pytest.mark.parametrize("section", TYPED, ids=lambda section: section.slug)
def test_garbage_in_every_field_is_kept_shown_back_and_explained(director, open_draft, section):
    type_garbage(director, open_draft, section)


@pytest.mark.parametrize("section", OF_THE_FUND, ids=lambda section: section.slug)
def test_the_sections_of_the_fund_take_garbage_as_well(director, draft_of_the_fund, section):
    shown = type_garbage(director, draft_of_the_fund, section)
    assert shown.soup.find(attrs={"name": "asked_ademe_first"}), "asked of a former installation"
    assert GARBAGE in shown.soup.find(attrs={"name": "commitment_on"})["value"]


def type_garbage(director, draft, section):
    """Types garbage everywhere on a page; it is all there again, explained, and no page breaks."""
    address = f"{draft}/{section.slug}"
    fields = names(section)
    page = director.send(address, dict.fromkeys(fields, GARBAGE) | {"seen": director.read(address).seen})
    assert page.status == 302
    shown = director.read(address)
    for name, kind in fields.items():
        if kind in CHOSEN:
            continue
        control = shown.soup.find(["input", "textarea"], attrs={"name": name})
        if control is None:
            continue  # asked only after an answer that garbage could not give
        value = control.get_text() if control.name == "textarea" else control["value"]
        assert value.lstrip("\n") == GARBAGE, name
        if kind not in FREE:
            described = str(control.get("aria-describedby", "")).split()
            said = [shown.soup.find(id=each) for each in described if each.endswith("-erreur")]
            assert said and said[0].get_text(strip=True), f"{name} is not explained"
    assert "1337" not in shown.text and "<b>&amp;" not in shown.text
    for path in ("", "/manques", "/verification"):
        director.read(draft + path)
    return shown


@pytest.mark.parametrize(
    "typed", ["\x00", "\u202e", "\ud800", "a\x00b", "é" * 30_000, "x" * 40_000, "e" + "\u0301" * 5_000, "\n" * 5_000]
)
@pytest.mark.parametrize("name", ["title", "summary"])
def test_hostile_text_is_cleaned_or_explained_and_never_breaks_a_page(director, draft, name, typed):
    encoded = typed.encode("utf-8", "surrogatepass")
    body = f"csrf_token={director.token()}&seen=0&{name}={quote_from_bytes(encoded)}"
    response = director.post(f"{draft}/demande", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 302
    for path in ("/demande", "", "/verification", "/manques"):
        page = director.read(draft + path)
        assert not any(forbidden in page.text for forbidden in ("\x00", "\u202e"))


def test_columns_of_the_tables_and_unknown_names_are_ignored(director, draft):
    data = {
        "seen": "0",
        "state": "deposited",
        "organisation_id": "x",
        "deposited_at": "2022",
        "version": "99",
        "title": "T",
    }
    director.send(f"{draft}/demande", data)
    page = director.read(draft)
    assert page.says("non déposé") and not page.says("99")


def test_more_fields_than_any_page_has_do_no_harm(director, draft):
    data = {"seen": "0"} | {f"lines-{n}-amount": "1" for n in range(3_000)}
    assert director.send(f"{draft}/depenses", data).status == 302
    assert director.read(f"{draft}/depenses").status == 200
