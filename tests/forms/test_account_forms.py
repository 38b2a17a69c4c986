"""Signing up and signing in: what is asked, what is understood, and in which language it is refused."""

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import fields, validators

from grantapp.forms.account import AccountForm, SignInForm, SignUpForm

VALID = {
    "name": "Camille Exemple",
    "email": "camille@mistral.example",
    "password": "quatre mots sans rapport",
    "organisation": "Coopérative imaginaire",
    "siren": "552 100 554",
}


def signing_up(**changed: str) -> SignUpForm:
    form = SignUpForm(MultiDict(VALID | changed))
    form.validate()
    return form


def test_a_complete_sign_up_gives_what_the_service_asks_for():
    form = signing_up(name="  Camille Exemple ", email=" Camille@Mistral.Example ")
    assert form.errors_by_field == []
    assert form.data == VALID | {"email": "Camille@mistral.example", "siren": "552100554"}


def test_signing_in_asks_for_an_address_and_a_password_of_any_length():
    form = SignInForm(MultiDict({"email": "camille@mistral.example", "password": "court"}))
    assert form.validate()
    assert form.data == {"email": "camille@mistral.example", "password": "court"}


@pytest.mark.parametrize("form", [SignUpForm, SignInForm])
def test_nothing_typed_is_told_field_by_field(form):
    blank = form(MultiDict())
    assert not blank.validate()
    assert [mention.id for mention in blank.errors_by_field] == [field.id for field in blank]
    assert all(re.fullmatch(r"(Indiquez|Choisissez) .*\.", mention.sentence) for mention in blank.errors_by_field)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name", "   ", "Indiquez votre nom."),
        ("name", "x" * 121, "120 au plus"),
        ("email", "camille", "par exemple contact@exemple.fr"),
        ("email", "camille@mistral..example", "nous ne pourrions pas y écrire"),
        ("email", "<camille>@mistral.example", "nous ne pourrions pas y écrire"),
        ("password", "onze signes", "il en manque 1."),
        ("password", "x" * 501, "500 caractères au plus"),
        ("password", "douze signes\ud800", "illisible"),
        ("siren", "552100555", "SIREN n’existe pas"),
        ("siren", "732 829 320 00074", "le SIREN en est le début"),
        ("organisation", "a\nb", "une seule ligne"),
    ],
)
def test_what_is_wrong_is_told_once(field, typed, says):
    (mention,) = signing_up(**{field: typed}).errors_by_field
    assert mention.id == f"account-{field}"
    assert says in mention.sentence


def test_a_password_of_twelve_characters_is_long_enough():
    assert signing_up(password="douze signes").errors_by_field == []


def test_a_password_is_neither_trimmed_nor_cleaned_nor_shown_back():
    form = signing_up(password="  mot de\u200b passe  ")
    assert form.data["password"] == "  mot de\u200b passe  "
    assert "mot de" not in form.password()


def test_an_accent_typed_in_two_ways_is_the_same_password():
    assert signing_up(password="e\u0301te\u0301 comme hiver").data == signing_up(password="été comme hiver").data


def test_an_address_and_a_name_lose_what_nobody_sees_and_it_is_told():
    form = signing_up(name="Cam\x00ille")
    assert form.data["name"] == "Camille"
    assert [mention.id for mention in form.cleaned] == ["account-name"]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (SignUpForm, ["name", "email", "new-password", "organization", "off"]),
        (SignInForm, ["username", "current-password"]),
    ],
)
def test_a_browser_and_a_password_manager_know_what_is_asked(form, told):
    boxes = [BeautifulSoup(field(), "html.parser").input for field in form()]
    assert [box["autocomplete"] for box in boxes] == told
    assert {box["type"] for box in boxes} == {"text", "password"}
    assert not any("required" in box.attrs for box in boxes)


@given(typed=st.fixed_dictionaries({name: st.text(st.characters(exclude_categories=())) for name in VALID}))
def test_no_typing_makes_the_forms_fall(typed):
    for form in (SignUpForm(MultiDict(typed)), SignInForm(MultiDict(typed))):
        assert form.validate() == (form.errors_by_field == [])


# ── the library's own messages ───────────────────────────────────────────────────────────────────────────────────

TOLD_BY_VALIDATORS = (
    validators.DataRequired(), validators.InputRequired(), validators.Length(min=5), validators.Length(max=1),
    validators.Length(min=5, max=6), validators.Length(min=5, max=5), validators.Regexp("x"), validators.Email(),
    validators.IPAddress(), validators.MacAddress(), validators.URL(), validators.UUID(), validators.AnyOf(["x"]),
    validators.NoneOf(["abc"]), validators.Disabled(), validators.ReadOnly(),
)  # fmt: skip
TOLD_BY_FIELDS = (
    fields.DateField, fields.DateTimeLocalField, fields.DecimalField, fields.FloatField, fields.IntegerField,
    fields.TimeField, fields.MonthField, fields.WeekField,
)  # fmt: skip
FRENCH = re.compile(r"\b(?:le|ce|doit|champ|non valide|n[’']est|saisie|adresse|valeur|nombre|réponse|longueur)\b", re.I)


def told_about(field, typed: str) -> list[str]:
    class Some(AccountForm):
        typed_here = field

    form = Some(MultiDict({"typed_here": typed}))
    form.validate()
    return list(form["typed_here"].errors)


@pytest.mark.parametrize("validator", TOLD_BY_VALIDATORS, ids=lambda validator: type(validator).__name__)
def test_no_english_leaks_from_a_validator(validator):
    needs_text = isinstance(validator, validators.DataRequired | validators.InputRequired)
    (sentence,) = told_about(fields.StringField("Essai", [validator]), "" if needs_text else "abc")
    assert FRENCH.search(sentence)


@pytest.mark.parametrize("kind", TOLD_BY_FIELDS, ids=lambda kind: kind.__name__)
def test_no_english_leaks_from_a_field(kind):
    (sentence,) = told_about(kind("Essai"), "abc")
    assert FRENCH.search(sentence)


def test_a_message_the_library_has_not_translated_is_french_all_the_same():
    french = AccountForm.Meta.french
    assert french.gettext("Some message of a later version.") == "Vérifiez cette réponse."
    assert french.ngettext("One thing.", "Several things.", 2) == "Vérifiez cette réponse."
