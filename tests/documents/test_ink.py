"""What an applicant typed, made printable without losing anything in silence."""

import unicodedata

import pytest

from grantapp.documents.ink import BREAK_EVERY, LONGEST_WORD, Ink


@pytest.mark.parametrize(
    "text", ["L'été à Œuvre-les-Bains : 12 m² « ½ » €", "Łódź, Škoda, İzmir", "Ωμέγα, Привет, שלום", "☑ 😀"]
)
def test_what_our_fonts_can_draw_is_left_as_it_is(text):
    ink = Ink()
    assert (ink.text(text), ink.replaced) == (text, {})


@pytest.mark.parametrize(
    ("typed", "printed", "reported"),
    [
        ("中文 ok", "□□ ok", ["U+4E2D", "U+6587"]),
        ("a\x07b", "a□b", ["U+0007"]),
        ("a\u202eb", "a□b", ["U+202E"]),
        ("a\ue000b", "a□b", ["U+E000"]),
        ("a\ud800b", "a□b", ["U+D800"]),
        ("👩🏽\u200d🔬", "□□\u200d□", ["U+1F469", "U+1F3FD", "U+1F52C"]),
    ],
)
def test_what_they_cannot_is_replaced_and_reported(typed, printed, reported):
    ink = Ink()
    assert ink.text(typed) == printed
    assert list(ink.replaced) == reported


def test_text_is_composed_and_lines_end_in_one_way():
    assert Ink().text("e\u0301te\u0301\r\nun\rdeux\u2028trois") == "été\nun\ndeux\ntrois"


def test_many_empty_lines_print_as_one():
    assert Ink().text("un\n\n \n\n\ndeux\n\ntrois") == "un\n\ndeux\n\ntrois"


@pytest.mark.parametrize("length", [1, BREAK_EVERY, LONGEST_WORD, LONGEST_WORD + 1, 40_000])
def test_a_long_word_keeps_every_letter_and_gets_places_to_break(length):
    word = "x" * length
    printed = Ink().text(word)
    assert printed.replace("\u200b", "") == word
    assert max(map(len, printed.split("\u200b"))) <= LONGEST_WORD
    assert ("\u200b" in printed) is (length > LONGEST_WORD)


def test_words_joined_by_unbreakable_spaces_are_one_long_word():
    printed = Ink().text("\u00a0".join(["mot"] * 100))
    assert max(map(len, printed.split("\u200b"))) <= BREAK_EVERY


def test_a_letter_is_not_cut_from_its_accents():
    printed = Ink().text("q\u0323\u0307" * 100)
    assert all(not unicodedata.category(piece[0]).startswith("M") for piece in printed.split("\u200b"))


def test_a_letter_with_a_thousand_accents_is_cut_all_the_same():
    assert Ink().text("q" + "\u0323" * 1000).count("\u200b") >= 10


def test_every_text_inside_a_value_is_made_printable():
    ink = Ink()
    assert ink.whole([["a中", None, 3], {"b": "c文"}]) == [["a□", None, 3], {"b": "c□"}]
    assert list(ink.replaced) == ["U+4E2D", "U+6587"]
