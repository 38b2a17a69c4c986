"""French spaces in templates: on the templates' own words, never on values."""

import random

import pytest
from jinja2 import Environment

from grantapp.typesetting import FrenchTypography

ENVIRONMENT = Environment(extensions=[FrenchTypography], autoescape=True, trim_blocks=True, lstrip_blocks=True)
PLAIN = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)


def shown(source: str, **values: object) -> str:
    """The rendered template, `~` for a no-break space and `_` for a narrow one."""
    return ENVIRONMENT.from_string(source).render(**values).replace("\u00a0", "~").replace("\u202f", "_")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Est-ce vrai ? Oui : l'eau... ; « a »", "Est-ce vrai_? Oui~: l’eau…_; «~a~»"),
        ("<p>Qui ?</p><p>Où ?</p>", "<p>Qui_?</p><p>Où_?</p>"),
        ("<strong>Nom</strong> : <em>a</em> ; b", "<strong>Nom</strong>~: <em>a</em>_; b"),
        ("« <em>a</em> »", "«~<em>a</em>~»"),
        ("n° 12, 12 500 m²", "n°~12, 12_500~m²"),
        ("https://a.example/x?y=1;z : ici", "https://a.example/x?y=1;z : ici"),
    ],
)
def test_the_template_s_own_words_get_their_spaces(source, expected):
    assert shown(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("« {{ x }} »", "«~X ?~»"),
        ("«{{ x }}»", "«~X ?~»"),
        ("« {{- x -}} »", "«~X ?~»"),
        ("{{ x }} : {{ n }} €, {{ n }} %, {{ n }} m², {{ n }} mars", "X ?~: 3~€, 3~%, 3~m², 3~mars"),
        ("<a href='/'>{{ x }}</a> ; suite", "<a href='/'>X ?</a>_; suite"),
        ("{{ n }}{% if n %} €{% endif %}", "3~€"),
        ("{% if n %}Vrai ?{% else %}Faux ?{% endif %}", "Vrai_?"),
        ("{% if not n %}Vrai ?{% else %}Faux ?{% endif %}", "Faux_?"),
        ("{% for a in 'ab' %}{{ a }} ; {% endfor %}", "a_; b_; "),
        ("{% macro m() %}Oui ?{% endmacro %}{{ m() }}", "Oui_?"),
    ],
)
def test_a_sentence_is_read_across_its_values_and_its_blocks(source, expected):
    assert shown(source, x="X ?", n=3) == expected


@pytest.mark.parametrize(
    "source",
    [
        "<a href='a : b ?' title=\"c ; d !\"></a>",
        "<p data-a='1 > 2 ? x' {{ 'class=\"a : b\"' | safe }}></p>",
        "<script>a ? b : c ;</script>",
        "<style>a : b ;</style>",
        "<pre>a : b ?</pre>",
        "<code>a : b ?</code>",
        "<textarea>a : b ?</textarea>",
        "<!-- a : b ? -->",
        "<!DOCTYPE html>",
        "{{ 'a : b ?' }}",
        "&amp; &lt; &#233; &nbsp;",
    ],
)
def test_attributes_code_comments_values_and_entities_are_left_alone(source):
    assert ENVIRONMENT.from_string(source).render() == PLAIN.from_string(source).render()


def test_words_go_on_after_what_is_left_alone():
    assert shown("<script>a ? b</script><p>Vrai ?</p>") == "<script>a ? b</script><p>Vrai_?</p>"
    assert shown("<code>a : b</code> : vrai") == "<code>a : b</code>~: vrai"
    assert shown("a &amp; b&nbsp;: vrai ?") == "a &amp; b&nbsp;: vrai_?"
    assert shown("<p{% if true %} class='a > b'{% endif %}>Vrai ?</p>") == "<p class='a > b'>Vrai_?</p>"


def test_what_is_typeset_already_does_not_change():
    source = "« {{ x }} » : vrai ? n° 12, l'eau... {{ n }} %<p>a ; b</p>"
    once = ENVIRONMENT.from_string(source).render(x="{{ x }}", n="{{ n }}").replace("&#39;", "'")
    assert ENVIRONMENT.from_string(once).render(x="{{ x }}", n="{{ n }}") == once


def test_nothing_but_spaces_apostrophes_and_dots_ever_changes():
    chance = random.Random(2022)  # noqa: S311 - the same pages each time
    pieces = ["{{ x }}", " ", "«", "»", "'", ":", ";", "?", "<b>", "</b>", "<p>", "</p>", "&nbsp;", "&amp;", "12", "m²"]
    pieces += [
        "€",
        "mot",
        "\n",
        "<a title='a : b ?'>",
        "</a>",
        "<code>",
        "</code>",
        "<!-- x ? -->",
        "{% if x %}ou{% endif %}",
    ]
    ignored = str.maketrans({" ": None, "\n": None, "\u00a0": None, "\u202f": None, "’": "'"})
    for _ in range(2000):
        source = "".join(chance.choices(pieces, k=12)).replace("&nbsp;", "\u00a0")
        plain = PLAIN.from_string(source).render(x="X")
        assert ENVIRONMENT.from_string(source).render(x="X").translate(ignored) == plain.translate(ignored), source
