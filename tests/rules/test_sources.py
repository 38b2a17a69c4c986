"""What may be cited."""

import pytest

from grantapp.french import typeset
from grantapp.rules import sources

SOURCES = {name: value for name, value in vars(sources).items() if isinstance(value, sources.Source)}


def test_a_place_in_a_source_is_verified_unless_it_says_why_not():
    citation = sources.S1.at("conditions du site")
    assert (citation.text, citation.url) == (typeset(sources.S1.text), sources.S1.url)
    assert citation.verified and citation.note == ""


def test_what_was_not_verified_says_why_in_french_type():
    citation = sources.S6.at("l'avant-projet", unverified="Lu pour l'édition 2020-2021 ; à relire.")
    assert not citation.verified
    assert citation.note == "Lu pour l’édition 2020-2021\u202f; à relire."
    assert citation.at == "l’avant-projet"


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_has_a_public_address_and_a_title(name):
    assert SOURCES[name].url.startswith("https://")
    assert len(SOURCES[name].text) > 20


def test_no_text_is_declared_twice():
    urls = [source.url for source in SOURCES.values()]
    assert sorted(urls) == sorted(set(urls))
