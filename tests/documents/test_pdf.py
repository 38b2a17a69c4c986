"""The printer: strict, deaf to the network and to the machine's files, set in our own fonts only."""

import logging

import pytest
from jinja2 import UndefinedError
from markupsafe import escape

from grantapp.documents import dossier, pdf
from grantapp.documents.ink import printable_codes

FORBIDDEN = (
    "file:///etc/passwd",
    "http://127.0.0.1:9/secret",
    "https://ailleurs.example/",
    "ftp://ailleurs.example/",
    "data:text/css,body{color:red}",
    "grantapp:inconnu.css",
    "grantapp:fonts/../pdf.py",
    "grantapp:../../../etc/passwd",
    "GRANTAPP:print.css",
)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_nothing_but_our_own_files_is_served(address):
    with pytest.raises(pdf.ForbiddenAddress):
        pdf.OwnAssets({}).fetch(address)


@pytest.mark.parametrize("address", FORBIDDEN)
@pytest.mark.parametrize(
    "page",
    [
        '<img src="{}" alt="">',
        '<link rel="stylesheet" href="{}">',
        '<link rel="attachment" href="{}">',
        "<style>@import url('{}');</style>",
        "<style>body {{ background-image: url('{}') }}</style>",
        '<svg><image href="{}"/></svg>',
        '<object data="{}"></object>',
    ],
)
def test_a_document_that_asks_for_anything_else_is_not_printed(address, page):
    with pytest.raises(pdf.ForbiddenAddress):
        pdf.render(f'<html lang="fr"><title>x</title>{page.format(address)}<p>x</p>', identifier="0" * 32)


@pytest.mark.parametrize("url", sorted(pdf.ASSETS))
def test_each_of_our_own_files_is_there(url):
    assert pdf.OwnAssets({}).fetch(url).read()


def test_a_name_that_does_not_exist_is_an_error():
    with pytest.raises(UndefinedError):
        pdf.environment().from_string("{{ dossier.nothing }}").render(dossier={})


def test_values_are_escaped_and_left_as_typed():
    shown = pdf.environment().from_string("<p>Nom : {{ name }} ?</p>").render(name="<b> a : b ?")
    assert shown == "<p>Nom\u00a0: &lt;b&gt; a : b ?\u202f?</p>"


def test_hard_texts_are_printed_whole_or_reported(deposit_of, project_with, read):
    texts = {
        "request.title": "z" * 40_000,
        "request.summary": "Une phrase assez longue pour faire des lignes. " * 212,
        "site.name": "😀 e\u0301 q\u0323\u0307 שלום عربي Ωμέγα",
        "site.address": "中文\x07\u202e",
    }
    project = project_with(lambda path: texts.get(path, "x"), rows=1)
    printed = read(dossier.pdf(deposit_of(project, steps=("request", "site"))))
    answers = printed.part("2 Réponses", "3 Rapport")
    assert answers.count("z") >= 40_000
    assert answers.count("Une phrase assez longue") == 212
    for word in ("😀", "é", "Ωμέγα"):
        assert word in answers
    assert "Caractères non imprimables remplacés par □ : U+4E2D, U+6587, U+0007 et U+202E." in answers
    about = printed.text[printed.text.index("6 À propos de ce document", 3000) :]
    assert "remplacés par □ dans ce document : U+0007, U+202E, U+4E2D et U+6587." in about


def test_every_character_held_printable_has_its_glyph(caplog):
    text = " ".join(chr(code) for code in sorted(printable_codes()))
    page = '<html lang="fr"><title>x</title><link rel="stylesheet" href="grantapp:print.css"><p>{}</p>'
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf.render(page.format(escape(text)), identifier="0" * 32)
        assert caplog.records == []
        pdf.render(page.format("\u4e2d"), identifier="0" * 32)  # the check itself: this one has none
        assert "U+4E2D" in caplog.text


def test_the_fonts_of_the_machine_cannot_slip_in(read):
    families = "serif", "monospace", "Liberation Sans", "Arial"
    page = "".join(f'<p style="font-family: {family}">Texte {family}</p>' for family in families)
    printed = read(pdf.render(f'<html lang="fr"><title>x</title>{page}', identifier="0" * 32))
    assert {name.partition("+")[2] for name, _ in printed.fonts} == {"DejaVu-Sans"}


def test_only_our_fonts_are_embedded(sample):
    _, printed = sample
    names = {name.partition("+")[2].rstrip(",") for name, _ in printed.fonts}
    assert names <= {
        "Source-Sans-3",
        "Source-Sans-3-Semi-Bold",
        "Source-Sans-3-Bold",
        "Source-Sans-3-Italic",
        "Source-Sans-3-Ext",
        "DejaVu-Sans",
    }
    assert "Source-Sans-3" in names
    assert all(embedded for _, embedded in printed.fonts)


def test_the_renderer_has_nothing_to_complain_about(deposit_of, project_with, caplog):
    project = project_with(lambda _: "中 q\u0323\u0307 שָׁלוֹם x\u20e3 👩\u200d🔬 ❤\ufe0f", rows=1)
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        dossier.pdf(deposit_of(project))
    assert caplog.records == []
