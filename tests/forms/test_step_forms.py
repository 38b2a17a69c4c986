"""A section's form: it matches the section, keeps what was typed, explains what it refuses and never falls."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from grantapp.domain.project import Section, section_named, sections
from grantapp.domain.project_file import dump_section, load_section
from grantapp.domain.question import Kind
from grantapp.domain.sections.applicant import Member, Members
from grantapp.domain.sections.site import Pollution, Site
from grantapp.domain.sections.works import Plan
from grantapp.forms.base import CLEANED, MOST_CHARACTERS, StepForm, kept
from grantapp.forms.steps import form_for
from tests.domain.vocabulary import section_records

slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
each_section = pytest.mark.parametrize("section", sections(), ids=lambda section: section.name)

SITE = section_named("site")
EXPENDITURE = section_named("expenditure")


def typed_questions(section: Section):
    return [asked for asked in section.questions if asked.kind is not Kind.PIECES]


def names_of(section: Section) -> list[str]:
    """Every name a browser may post for this section, two rows a table."""
    names = []
    for asked in typed_questions(section):
        if asked.kind is Kind.TABLE:
            names += [f"{asked.name}-{row}-{column.name}" for row in (0, 1) for column in asked.columns]
        else:
            names.append(asked.name)
    return names


def without_pieces(section: Section, answers: dict[str, object]) -> dict[str, object]:
    typed = {asked.name for asked in typed_questions(section)}
    return {name: answer for name, answer in answers.items() if name in typed}


# ── the form and its section ─────────────────────────────────────────────────────────────────────────────────────


@each_section
def test_a_form_has_a_field_for_every_question_and_no_other(section):
    form = form_for(section)
    assert [field.question for field in form] == typed_questions(section)
    for field in form:
        assert field.name == field.question.name
        assert field.id == field.question.anchor.replace(".", "-")


@each_section
def test_no_box_is_of_a_kind_that_loses_what_french_people_type(section):
    for field in form_for(section):
        cells = [cell for row in field.rows for cell in row.cells] if field.control == "table" else [field]
        for cell in cells:
            if cell.control not in ("input", "textarea", "select"):
                assert cell.options
                continue
            box = BeautifulSoup(cell(), "html.parser").find(["input", "textarea", "select"])
            assert (box["id"], box["name"]) == (cell.id, cell.name)
            assert box.get("type", "text") in ("text", "tel")
            assert cell.control == "select" or box["autocomplete"]
            assert not {"required", "maxlength", "pattern", "min", "max"} & set(box.attrs)


def test_telephones_show_the_right_keyboard():
    finances = form_for(section_named("finances"))
    assert finances["share_capital"].render_kw["inputmode"] == "decimal"
    assert finances["own_funds"].render_kw["inputmode"] == "text"  # a minus sign must be within reach
    assert form_for(section_named("organisation"))["email"].render_kw["autocomplete"] == "email"
    assert form_for(section_named("organisation"))["siret"].render_kw["inputmode"] == "numeric"


def test_choices_are_radios_while_they_are_few_and_a_list_otherwise():
    assert form_for(section_named("request"))["kind"].control == "radios"
    assert form_for(section_named("organisation"))["legal_form"].control == "select"
    post = form_for(EXPENDITURE)["lines"].rows[0].cells[0]
    assert post.control == "select"
    assert post().startswith(
        '<select id="expenditure-lines-0-post" name="lines-0-post"><option value="">Choisissez</option>'
    )


def test_the_first_choice_bears_the_id_of_its_question():
    options = form_for(section_named("request"), {"site_found": "non"})["site_found"].options
    assert [(option.id, option.value, option.checked) for option in options] == [
        ("request-site_found", "oui", False),
        ("request-site_found-2", "non", True),
    ]


# ── what is read, what is shown back ─────────────────────────────────────────────────────────────────────────────


@each_section
@slow
@given(data=st.data())
def test_unchanged_answers_come_back_the_same(section, data):
    record = data.draw(section_records(section))
    expected = without_pieces(section, dump_section(section, record))
    shown = form_for(section, record=record)
    assert shown.answers() == expected
    sent = form_for(section, shown.raw())
    assert sent.validate(), sent.errors_by_field
    assert sent.answers() == expected
    assert sent.raw() == shown.raw()


@each_section
@slow
@given(data=st.data())
def test_whatever_is_posted_is_kept_shown_back_and_explained(section, data):
    anything = st.text(st.characters(exclude_categories=()))  # controls and lone surrogates too
    garbage = anything | st.text("0123456789 .,/-€", max_size=12) | anything.map(lambda text: (text + "x") * 400)
    posted = data.draw(st.fixed_dictionaries({name: st.lists(garbage, max_size=2) for name in names_of(section)}))
    form = form_for(section, posted)
    well_formed = form.validate()
    assert well_formed == (form.errors_by_field == [])
    record, faults = load_section(section, form.answers())
    assert faults == ()
    assert without_pieces(section, dump_section(section, record)) == form.answers()
    for name, texts in posted.items():
        if name in {field.name for field in form} and texts and form[name].control != "checkboxes":
            assert form[name].value == kept(texts[0])[0]
    explained = {mention.id for mention in form.errors_by_field}
    for field in form:
        for cell in [cell for row in field.rows for cell in row.cells] if field.control == "table" else [field]:
            assert sum((cell.is_blank, cell.answer is not None, cell.id in explained)) == 1

    again = form_for(section, form.raw())
    again.validate()
    assert again.raw() == form.raw()
    assert again.errors_by_field == form.errors_by_field
    assert again.answers() == form.answers()
    assert again.cleaned == []


@slow
@given(text=st.text(min_size=1).filter(str.strip))
def test_what_was_typed_is_shown_back_to_the_letter(text):
    legible = form_for(SITE, {"name": text})["name"].value
    form = form_for(SITE, {"name": text, "area_m2": text})
    assert form["area_m2"].value == legible
    if text.isprintable():
        assert legible == text


HOSTILE = (
    "9" * 50_000,
    " " * 50_000 + "x",
    "1 " * 25_000,
    "a\u0301\u0323" + "\u0301\u0323" * 25_000,
    "\x00\ud800" * 25_000,
)


@each_section
@pytest.mark.parametrize("text", HOSTILE, ids=["digits", "spaces", "pairs", "accents", "controls"])
def test_fifty_thousand_characters_in_every_field_are_an_answer_like_another(section, text):
    form = form_for(section, {name: [text] for name in names_of(section)})
    form.validate()
    assert load_section(section, form.answers())[1] == ()
    assert all(len(each) <= MOST_CHARACTERS for texts in form.raw().values() for each in texts)
    assert form_for(section, form.raw()).raw() == form.raw()


def test_a_name_that_is_not_a_field_is_ignored():
    form = form_for(
        SITE, {"state": "deposited", "name-0-x": "1", "lines-0-amount": "3", "validate": "1", "_fields": "x"}
    )
    assert (form.validate(), form.answers(), form.raw()) == (True, {}, {})


@pytest.mark.parametrize(
    "posted", [MultiDict([("name", "Usine"), ("name", "Fonderie")]), {"name": ["Usine", "Fonderie"]}]
)
def test_a_form_is_read_from_a_request_or_from_what_was_saved(posted):
    assert form_for(SITE, posted).answers() == {"name": "Usine"}


def test_what_was_typed_comes_before_the_record():
    form = form_for(SITE, {"area_m2": "beaucoup"}, Site(area_m2=Decimal(5), name="Usine"))
    assert (form.answers(), form["area_m2"].value, form["name"].value) == ({}, "beaucoup", "")


def test_an_empty_save_is_not_the_same_as_no_save():
    record = Site(name="Usine")
    assert form_for(SITE, {}, record).answers() == {}
    assert form_for(SITE, None, record).answers() == {"name": "Usine"}


def test_a_record_is_shown_as_a_person_would_type_it():
    plan = form_for(
        section_named("plan"), record=Plan(jobs_created=2009, jobs_kept=12500, floor_area_m2=Decimal("1250.50"))
    )
    assert [plan[name].value for name in ("jobs_created", "jobs_kept", "floor_area_m2")] == [
        "2 009",
        "12 500",
        "1 250,5",
    ]
    site = form_for(SITE, record=Site(parcels=("AB0160", "0A0012", "84007000AB0161")))
    assert site["parcels"].value == "AB 160, A 12, 84007000AB0161"
    pollution = form_for(section_named("pollution"), record=Pollution(management_plan_on=date(2022, 3, 1)))
    assert pollution["management_plan_on"].value == "01/03/2022"
    members = form_for(section_named("members"), record=Members(firms=(Member(siren="552100554"),)))
    assert members["firms"].rows[0].cells[1].value == "552 100 554"


def test_a_question_that_is_not_shown_keeps_its_answer():
    record = Site(name="Usine", postcode="84000", parcels=("AB0160",))
    shown = [asked for asked in SITE.questions if asked.name in ("name", "town")]
    form = form_for(SITE, {"town": "Avignon"}, record, questions=shown)
    assert [field.name for field in form] == ["name", "town"]
    assert form.answers() == {"town": "Avignon", "postcode": "84000", "parcels": ["AB0160"]}
    assert form_for(SITE, form.raw(), replace(record, postcode=None)).answers() == form.answers()


def test_a_question_that_is_no_longer_shown_is_read_when_it_was_sent():
    form = form_for(
        SITE, {"town": "Avignon", "postcode": "13000"}, Site(postcode="84000"), questions=[SITE.questions[0]]
    )
    assert form.answers() == {"town": "Avignon", "postcode": "13000"}


def test_removed_characters_are_told():
    form = form_for(SITE, {"name": "Us\x00ine", "town": "Avignon\u202e", "address": "12, rue\r\ndes Lices"})
    assert [(mention.id, mention.label, mention.sentence) for mention in form.cleaned] == [
        ("site-name", "Nom du site", CLEANED),
        ("site-town", "Commune", CLEANED),
    ]
    assert form.answers() == {"name": "Usine", "town": "Avignon"}


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────


def lines(**typed: str) -> StepForm:
    form = form_for(EXPENDITURE, {f"lines-{name.replace('_', '-', 1)}": text for name, text in typed.items()})
    form.validate()
    return form


def test_blank_rows_are_dropped_and_the_others_numbered_anew():
    form = lines(**{"3_label": "Étude", "3_amount": "12,5", "5_label": "  ", "7_claimed": "non", "40_amount": "x"})
    assert form.answers() == {"lines": [{"label": "Étude", "amount": "12.5"}, {"claimed": False}, {}]}
    assert form.raw() == {
        "lines-0-label": ["Étude"],
        "lines-0-amount": ["12,5"],
        "lines-1-claimed": ["non"],
        "lines-2-amount": ["x"],
    }


def test_an_error_in_a_table_says_its_row():
    (mention,) = lines(**{"0_label": "Étude", "1_amount": "x"}).errors_by_field
    assert mention.id == "expenditure-lines-1-amount"
    assert mention.label == "Dépenses du projet, ligne 2\u00a0: Montant"
    assert mention.sentence.startswith("Écrivez un montant")


def test_a_table_ends_with_blank_rows():
    table = form_for(EXPENDITURE, {"lines-0-label": "Étude"}, extra_rows=2)["lines"]
    assert [(row.number, row.label, row.is_blank) for row in table.rows] == [
        (1, "Ligne 1", False),
        (2, "Ligne 2", True),
        (3, "Ligne 3", True),
    ]
    assert [cell.name for cell in table.rows[2].cells][:2] == ["lines-2-post", "lines-2-label"]
    assert [column.name for column in table.columns][:2] == ["post", "label"]
    assert len(form_for(EXPENDITURE, extra_rows=-1)["lines"].rows) == 0


def test_a_table_adds_what_it_understands():
    table = lines(**{"0_amount": "1 000", "1_amount": "250,50", "2_amount": "beaucoup"})["lines"]
    assert table.totals == ["", "", "", "1\u202f250,50\u00a0€", ""]


@pytest.mark.parametrize("name", ["lines-00-label", "lines--1-label", "lines-١-label", "lines-999999-label", "0-label"])
def test_a_row_number_no_page_has_written_is_ignored(name):
    assert form_for(EXPENDITURE, {name: "x"}).raw() == {}


# ── language ─────────────────────────────────────────────────────────────────────────────────────────────────────


ENGLISH = re.compile(r"\b(?:the|field|must|invalid|valid|not|value|required|choice|please|enter|your|is|be)\b", re.I)


@each_section
def test_every_refusal_is_one_french_sentence(section):
    form = form_for(section, {name: ["\ufdfa" * 150] for name in names_of(section)})
    form.validate()
    for mention in form.errors_by_field:
        assert re.fullmatch(r"[A-ZÀÉÎ«].*\.", mention.sentence)
        assert not ENGLISH.search(mention.sentence)
        assert "'" not in mention.sentence
        assert not re.search(r" [:;!?»%€]", mention.sentence)
