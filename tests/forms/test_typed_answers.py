"""What French people type, in tables: on the left the typing, on the right what is understood, or what is answered."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp import french
from grantapp.domain.project import question_at, section_named
from grantapp.domain.project_file import MOST_ROWS
from grantapp.domain.question import Kind
from grantapp.forms.base import CUT, MOST_CHARACTERS, kept
from grantapp.forms.steps import form_for

ANCHORS = {
    "line": "site.name",
    "text": "plan.description",
    "whole": "plan.jobs_created",
    "year": "history.ended_year",
    "amount": "finances.own_funds",
    "area": "site.area_m2",
    "percent": "size.links.capital_percent",
    "decimal": "size.links.headcount",
    "day": "schedule.starts_on",
    "yes_no": "request.site_found",
    "confirm": "declarations.truthful",
    "one_of": "request.kind",
    "several_of": "pollution.media",
    "siren": "members.firms.siren",
    "siret": "organisation.siret",
    "email": "organisation.email",
    "phone": "organisation.phone",
    "postcode": "organisation.postcode",
    "insee": "site.insee_code",
    "parcels": "site.parcels",
}


def field_with(anchor: str, *typed: str):
    """The field of a question in which this was typed, judged."""
    section, name, *column = anchor.split(".")
    posted = f"{name}-0-{column[0]}" if column else name
    form = form_for(section_named(section), {posted: list(typed)})
    form.validate()
    if not column:
        return form[name]
    table = form[name]
    return table.rows[0].cells[[each.name for each in table.columns].index(column[0])]


def reads(kind: str, typed: str) -> object:
    field = field_with(ANCHORS[kind], typed)
    assert field.errors == []
    return field.answer


def refuses(kind: str, typed: str) -> str:
    field = field_with(ANCHORS[kind], typed)
    assert field.answer is None
    assert len(field.errors) == 1
    assert field.value == typed
    return field.errors[0].replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


def test_every_kind_of_question_is_tried_here():
    assert {question_at(anchor).kind.value for anchor in ANCHORS.values()} == set(ANCHORS)
    assert set(ANCHORS) == {kind.value for kind in Kind} - {"table", "pieces"}


@pytest.mark.parametrize("typed", ["09", "1799", "2101", "20009", "l'an 2000"])
def test_a_year_has_four_digits_and_is_near_us(typed):
    assert "ann" in refuses("year", typed).casefold()


SPACES = (" ", "\u00a0", "\u202f", "\u2009", "\u2007", "\t")


@pytest.mark.parametrize("space", SPACES, ids=[unicodedata.name(space, "TAB") for space in SPACES])
@pytest.mark.parametrize("kind", ["amount", "area", "decimal"])
def test_thousands_may_be_parted_by_any_space(kind, space):
    assert reads(kind, f"1{space}234{space}567,89") == "1234567.89"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1 234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1234.5", "1234.5"),
        ("1 234.56", "1234.56"),
        ("  1 234  ", "1234"),
        ("12 500 €", "12500"),
        ("12500€", "12500"),
        ("12 500,50 € HT", "12500.5"),
        ("12 500 euros", "12500"),
        ("12 500 EUR", "12500"),
        ("1  250  000", "1250000"),
        ("\u200e12 500\u200b €", "12500"),
        ("0", "0"),
        ("0,00", "0"),
        ("007", "7"),
        ("-1 234,56", "-1234.56"),
        ("− 1 234,56 €", "-1234.56"),
        ("–5", "-5"),
        ("-0", "0"),
        ("999 999 999 999,99", "999999999999.99"),
        ("", None),
        ("   ", None),
    ],
)
def test_an_amount_is_read_as_it_is_typed(typed, meant):
    assert reads("amount", typed) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("1.234", "décimales par une virgule"),
        ("1,234.56", "décimales par une virgule"),
        ("12.500,50", "décimales par une virgule"),
        ("1.234.567", "décimales par une virgule"),
        ("12,500", "pour séparer les milliers, mettez une espace : 12 500"),
        ("12,345", "pour séparer les milliers, mettez une espace"),
        ("12e3", "12 500,50"),
        ("1 2 3,5", "12 500,50"),
        ("1234 567", "12 500,50"),
        ("12 50", "12 500,50"),
        ("12,", "12 500,50"),
        (",5", "12 500,50"),
        ("١٢٣", "12 500,50"),
        ("１２３", "12 500,50"),
        ("NaN", "12 500,50"),
        ("Infinity", "12 500,50"),
        ("1_000", "12 500,50"),
        ("+5", "12 500,50"),
        ("0x10", "12 500,50"),
        ("beaucoup", "12 500,50"),
        ("12 500 $", "12 500,50"),
        ("€", "12 500,50"),
        ("1\n234", "12 500,50"),
        ("12 k€", "1 200 000 pour 1,2 M€"),
        ("1,2 M€", "1 200 000 pour 1,2 M€"),
        ("2 millions d'euros", "1 200 000 pour 1,2 M€"),
        ("(12 500)", "signe moins"),
        ("1 000 000 000 000", "trop grand"),
        ("9" * 150, "trop grand"),
        ("9" * 5000, "12 500,50"),
    ],
)
def test_an_amount_that_may_mean_two_things_is_not_guessed(typed, says):
    assert says.casefold() in refuses("amount", typed).casefold()


def test_an_amount_before_tax_is_not_given_with_it():
    field = field_with("expenditure.lines.amount", "12 500 € TTC")
    assert "hors taxes" in field.errors[0]


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("area", "10 000 m²", "10000"),
        ("area", "10 000m2", "10000"),
        ("area", "85,5", "85.5"),
        ("area", "1,23", "1.23"),
        ("decimal", "12,25", "12.25"),
        ("percent", "25 %", "25"),
        ("percent", "33,333\u00a0%", "33.333"),
        ("percent", "100", "100"),
        ("whole", "12 500", 12500),
        ("whole", "0", 0),
        ("whole", "2009", 2009),
    ],
)
def test_other_numbers_are_read_with_their_units(kind, typed, meant):
    assert reads(kind, typed) == meant


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("area", "2,5 ha", "10 000 pour un hectare"),
        ("area", "1 ha 20 a", "10 000 pour un hectare"),
        ("area", "12,500", "mettez une espace : 12 500"),
        ("area", "-5", "négatif"),
        ("area", "grand", "m²"),
        ("area", "1e12", "m²"),
        ("area", "1 000 000 000 000", "trop grand"),
        ("percent", "101", "de 0 à 100"),
        ("percent", "la moitié", "pourcentage"),
        ("decimal", "douze", "12,5"),
        ("decimal", "-1", "négatif"),
        ("whole", "12,5", "nombre entier"),
        ("whole", "12.0", "nombre entier"),
        ("whole", "1.234", "nombre entier"),
        ("whole", "-3", "négatif"),
        ("whole", "٣", "nombre entier"),
        ("whole", "9" * 13, "trop grand"),
        ("whole", "9" * 4500, "nombre entier"),
    ],
)
def test_other_numbers_are_refused_with_what_to_type(kind, typed, says):
    assert says in refuses(kind, typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("29/04/2022", "2022-04-29"),
        ("29-4-2022", "2022-04-29"),
        ("29.04.2022", "2022-04-29"),
        ("29 04 2022", "2022-04-29"),
        ("29 / 04 / 2022", "2022-04-29"),
        ("2022-04-29", "2022-04-29"),
        ("29 avril 2022", "2022-04-29"),
        ("29\u00a0avril\u202f2022", "2022-04-29"),
        ("1er mars 2022", "2022-03-01"),
        ("1ᵉʳ mars 2022", "2022-03-01"),
        ("le 1 mars 2022", "2022-03-01"),
        ("3 AOUT 2022", "2022-08-03"),
        ("3 août 2022", "2022-08-03"),
        ("3 aou\u0302t 2022", "2022-08-03"),
        ("12 févr. 2022", "2022-02-12"),
        ("12 sept. 2022", "2022-09-12"),
        ("29/02/2024", "2024-02-29"),
        ("\u200e29/04/2022", "2022-04-29"),
    ],
)
def test_a_date_is_read_in_figures_or_in_words(typed, meant):
    assert reads("day", typed) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("29-4-22", "quatre chiffres"),
        ("29 avril 22", "quatre chiffres"),
        ("29/04/0022", "quatre chiffres"),
        ("31/02/2022", "Le 31 février 2022 n'existe pas : ce mois a 28 jours."),
        ("29/02/2023", "Le 29 février 2023 n'existe pas"),
        ("31 avril 2022", "ce mois a 30 jours"),
        ("0/4/2022", "Le 0 avril 2022 n'existe pas"),
        ("04/29/2022", "pas de mois n° 29"),
        ("avril 2022", "29/04/2022"),
        ("2022", "29/04/2022"),
        ("29042022", "29/04/2022"),
        ("12 jui 2022", "29/04/2022"),
        ("12 brumaire 2022", "29/04/2022"),
        ("bientôt", "29/04/2022"),
        ("٢٩/٠٤/٢٠٢٢", "29/04/2022"),
        ("29/04/2022 12:00", "29/04/2022"),
    ],
)
def test_a_date_that_does_not_exist_is_named(typed, says):
    assert says in refuses("day", typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("AB 160", "AB0160"),
        ("ab160", "AB0160"),
        ("AB160/161/163", "AB0160 AB0161 AB0163"),
        ("AC578/ZB580", "AC0578 ZB0580"),
        ("AB 160, AB 161", "AB0160 AB0161"),
        ("AB 160, 161 et 163", "AB0160 AB0161 AB0163"),
        ("AB 160, et 161", "AB0160 AB0161"),
        ("AB 160 et AC 12", "AB0160 AC0012"),
        ("ET 12", "ET0012"),
        ("AB 160 ; AB 161\nAC 2\r\n", "AB0160 AB0161 AC0002"),
        ("A 12", "0A0012"),
        ("0A 12", "0A0012"),
        ("0A0012", "0A0012"),
        ("section AB n° 160", "AB0160"),
        ("Parcelles AB n°160, n°161", "AB0160 AB0161"),
        ("AB-160", "AB0160"),
        ("12 45", "120045"),
        ("120045", "120045"),
        ("84007000AB0160", "84007000AB0160"),
        ("84007000AB0160, 161", "84007000AB0160 84007000AB0161"),
        ("84007 000 AB 160", "84007000AB0160"),
        ("2A004000AC0045", "2A004000AC0045"),
        ("220170000 A0880", "220170000A0880"),
        ("22017000 A0880", "220170000A0880"),
        ("07019000B2188", "070190000B2188"),
    ],
)
def test_parcels_are_read_as_owners_and_files_write_them(typed, meant):
    assert reads("parcels", typed) == meant.split()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("160", "section avant le numéro, par exemple AB 160"),
        ("AB", "« AB »"),
        ("AB 160 à 165", "« AB 160 à 165 »"),
        ("AB 12345", "« AB 12345 »"),
        ("AB 160, sur la colline", "« sur la colline »"),
        ("12 45 67", "« 12 45 67 »"),
        ("ABC 12", "« ABC 12 »"),
        ("ß 12", "« ß 12 »"),
        (",;/", "AB 160"),
    ],
)
def test_a_parcel_that_cannot_be_understood_is_named(typed, says):
    assert says in refuses("parcels", typed)


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("siren", "552 100 554", "552100554"),
        ("siren", "552\u00a0100\u202f554", "552100554"),
        ("siren", "552.100.554", "552100554"),
        ("siret", "732 829 320 00074", "73282932000074"),
        ("postcode", "84 000", "84000"),
        ("insee", "2a004", "2A004"),
        ("insee", "84 007", "84007"),
        ("email", " contact@exemple.example ", "contact@exemple.example"),
        ("phone", "04.90.00.00.00", "04.90.00.00.00"),
        ("line", "  L'ancienne usine  ", "L'ancienne usine"),
        ("text", " a \r\n\r\n b\r", "a \n\n b"),
        ("yes_no", "oui", True),
        ("yes_no", "non", False),
        ("yes_no", "", None),
        ("confirm", "oui", True),
        ("one_of", "works", "works"),
        ("several_of", "soil", ["soil"]),
    ],
)
def test_texts_and_choices_are_read(kind, typed, meant):
    assert reads(kind, typed) == meant


def test_several_choices_are_kept_in_their_own_order():
    assert field_with("pollution.media", "groundwater", "soil", "soil").answer == ["soil", "groundwater"]


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("siren", "123 456 789", "n'existe pas"),
        ("siren", "732 829 320 00074", "le SIREN en est le début : 732 829 320"),
        ("siret", "732 829 320", "5 chiffres de plus"),
        ("siret", "73282932000079", "n'existe pas"),
        ("postcode", "8400", "5 chiffres"),
        ("insee", "Avignon", "5 caractères"),
        ("email", "contact", "contact@exemple.fr"),
        ("phone", "12", "04 90 00 00 00"),
        ("line", "a\nb", "une seule ligne"),
        ("line", "x" * 121, "120 au plus"),
        ("yes_no", "true", "oui ou non"),
        ("confirm", "1", "Cochez la case"),
        ("one_of", "travaux", "réponses proposées"),
        ("several_of", "air", "réponses proposées"),
    ],
)
def test_texts_and_choices_are_refused_with_what_to_do(kind, typed, says):
    assert says in refuses(kind, typed)


@pytest.mark.parametrize("kind", ["amount", "area", "decimal"])
@given(n=st.integers(-(10**11), 10**11), places=st.integers(0, 2))
def test_a_number_written_by_the_house_is_read_back(kind, n, places):
    value = Decimal(n if kind == "amount" else abs(n)).scaleb(-places)
    write = {"amount": french.euros, "area": french.square_metres, "decimal": french.number}[kind]
    assert Decimal(reads(kind, write(value))) == value
    assert Decimal(reads(kind, french.number(value))) == value


@given(value=st.decimals(0, 100, places=4))
def test_a_percentage_written_by_the_house_is_read_back(value):
    assert Decimal(reads("percent", french.percent(value))) == value


@given(value=st.integers(0, 10**12 - 1))
def test_a_whole_number_written_by_the_house_is_read_back(value):
    assert reads("whole", french.number(value)) == value


@given(value=st.dates(date(1800, 1, 1), date(2100, 12, 31)))
def test_a_date_written_by_the_house_is_read_back(value):
    assert reads("day", french.day(value)) == reads("day", french.short_day(value)) == value.isoformat()


@given(st.text())
def test_what_is_kept_loses_only_what_nobody_can_see(text):
    legible, lost = kept(text)
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    assert lost == (legible != unix)
    assert all(unicodedata.category(character) in ("Cc", "Cs", "Cn", "Cf") for character in set(unix) - set(legible))
    assert kept(legible) == (legible, False)


@pytest.mark.parametrize("pieces", ["\u0301\u0323", "\u0301\x00"])
def test_no_letter_carries_more_than_thirty_accents(pieces):
    legible, lost = kept("a" + pieces * 1000 + "b\u0301")
    assert lost
    assert re.fullmatch("a[\u0301\u0323]{30}b\u0301", legible)


@pytest.mark.parametrize("kind", sorted(set(ANCHORS) - {"yes_no", "confirm", "one_of", "several_of"}))
def test_what_is_too_long_is_cut_and_says_so_every_time_it_is_shown(kind):
    field = field_with(ANCHORS[kind], "9" * 50_000)
    assert len(field.value) == MOST_CHARACTERS
    assert (field.errors, field.answer) == ([french.typeset(CUT)], None)
    again = field_with(ANCHORS[kind], field.value)
    assert (again.errors, again.value) == (field.errors, field.value)


def test_a_table_keeps_no_more_rows_than_a_project_file():
    typed = {f"lines-{number}-label": ["x"] for number in range(MOST_ROWS + 2)}
    form = form_for(section_named("expenditure"), typed)
    assert not form.validate()
    assert len(form.answers()["lines"]) == MOST_ROWS == len(form["lines"].rows)
    assert "500 lignes au plus" in form["lines"].errors[0]
