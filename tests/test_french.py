"""How French is written: the page, the PDF and the sentences of the rules agree."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp import french
from grantapp.french import NARROW, NBSP


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, f"0{NBSP}€"),
        (1_250_000, f"1{NARROW}250{NARROW}000{NBSP}€"),
        (Decimal("12.5"), f"12,50{NBSP}€"),
        (Decimal("1250.05"), f"1{NARROW}250,05{NBSP}€"),
        (Decimal("-12500"), f"−12{NARROW}500{NBSP}€"),
        (Decimal("-0.30"), f"−0,30{NBSP}€"),
        (Decimal("660000.00"), f"660{NARROW}000{NBSP}€"),
    ],
)
def test_an_amount_shows_its_cents_only_when_there_are_some(value, text):
    assert french.euros(value) == text


def test_the_first_of_the_month_is_written_in_full():
    assert french.day(date(2022, 3, 1)) == f"1er{NBSP}mars 2022"


def test_an_instant_is_told_in_the_hour_of_paris():
    summer = datetime(2022, 4, 29, 21, 59, tzinfo=UTC)
    winter = datetime(2022, 1, 10, 21, 59, tzinfo=UTC)
    assert french.moment(summer) == f"29{NBSP}avril 2022 à 23{NBSP}h{NBSP}59"
    assert french.moment(winter) == f"10{NBSP}janvier 2022 à 22{NBSP}h{NBSP}59"


@pytest.mark.parametrize(
    ("typed", "set_right"),
    [
        ("Est-ce prêt ?", f"Est-ce prêt{NARROW}?"),
        ("Oui : voir « l'annexe » ; merci !", f"Oui{NBSP}: voir «{NBSP}l’annexe{NBSP}»{NARROW}; merci{NARROW}!"),
        ("10 000 m² et 12,5 %", f"10{NARROW}000{NBSP}m² et 12,5{NBSP}%"),
        ("le 1er mars, le 29 avril", f"le 1er{NBSP}mars, le 29{NBSP}avril"),
        ("https://exemple.fr/x?y=1;z et a@b.fr", "https://exemple.fr/x?y=1;z et a@b.fr"),
    ],
)
def test_our_sentences_get_the_french_spaces(typed, set_right):
    assert french.typeset(typed) == set_right


@given(st.text(alphabet=" :;?!«»'%€m²0123456789abcé.,\u00a0\u202f", max_size=60))
def test_setting_a_sentence_twice_changes_nothing_more(text):
    once = french.typeset(text)
    assert french.typeset(once) == once


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_no_digit_of_a_number_is_lost(value):
    digits = french.number(value).replace(NARROW, "").replace("−", "-").replace(",", ".")
    assert Decimal(digits) == value


def test_zero_and_one_are_singular_in_french():
    assert [french.plural(n, "règle") for n in (0, 1, 2)] == [f"0{NBSP}règle", f"1{NBSP}règle", f"2{NBSP}règles"]


def test_a_list_ends_with_and():
    assert [french.listing(words) for words in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "",
        "a",
        "a et b",
        "a, b et c",
    ]


def test_sizes_are_told_as_on_a_label():
    assert [french.size(n) for n in (1, 640, 12_300, 3_440_000)] == [
        f"1{NBSP}octet",
        f"640{NBSP}octets",
        f"12{NBSP}ko",
        f"3,4{NBSP}Mo",
    ]


@pytest.mark.parametrize(
    ("elapsed", "said"),
    [
        (timedelta(seconds=-1), "à l’instant"),
        (timedelta(seconds=59), "à l’instant"),
        (timedelta(minutes=1), "il y a 1 minute"),
        (timedelta(minutes=59, seconds=59), "il y a 59 minutes"),
        (timedelta(hours=1), "il y a 1 heure"),
        (timedelta(hours=23, minutes=59), "il y a 23 heures"),
        (timedelta(days=1), "il y a 1 jour"),
        (timedelta(days=30), "il y a 30 jours"),
    ],
)
def test_a_time_ago_is_told_in_its_largest_unit(elapsed, said):
    assert french.ago(elapsed).replace(NBSP, " ") == said
