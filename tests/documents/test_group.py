"""The company group in print: drawn from the deposit, told in words, and absent from a deposit filed before it was."""

import json
import re
import unicodedata
from decimal import Decimal

import pytest
from fontTools.ttLib import TTFont

from grantapp.documents import FONTS, dossier
from grantapp.domain.deposit import thaw
from grantapp.domain.group_picture import advance
from grantapp.domain.project import Project
from grantapp.domain.sections.applicant import Link, Relation, Size

STEPS = ("request", "size")


def link(name, relation=Relation.LINKED, percent="60", to=None):
    share = Decimal(percent)
    return Link(name=name, relation=relation, capital_percent=share, votes_percent=share, attached_to=to)


@pytest.fixture
def deposit_with(deposit_of):
    """`deposit_with(link…)`: what a project with these links froze."""

    def freeze(*links):
        return deposit_of(Project(size=Size(has_links=True, links=links)), steps=STEPS)

    return freeze


def spaced(printed):
    return re.sub(r"\s+", " ", printed.text)


def test_each_undertaking_is_drawn_once_and_told_once(deposit_with, read):
    deposit = deposit_with(link("Menuiserie"), link("Zinguerie", Relation.PARTNER, "32.5", to="1"))
    said = spaced(read(dossier.pdf(deposit)))
    assert said.count("Le porteur du projet") == 1
    for drawn in (
        "Menuiserie 60 % du capital et des voix comptée en entier",
        "Zinguerie 32,5 % du capital et des voix comptée à 32,5 %",
    ):
        assert said.count(drawn) == 1
    assert said.count("Zinguerie : rattachée à") == said.count("Menuiserie : lien direct") == 1


def test_a_deposit_filed_before_the_group_was_drawn_prints_without_it(deposit_with, read):
    content = json.loads(deposit_with(link("Menuiserie")).canonical)
    del content["judgement"]["company"]["group"]
    printed = read(dossier.pdf(thaw(json.dumps(content).encode())))
    assert "Le porteur du projet" not in printed.text
    assert "montre la part comptée" not in printed.text


def test_nobody_else_means_no_drawing(deposit_of, read):
    assert "montre la part comptée" not in read(dossier.pdf(deposit_of(Project(), steps=STEPS))).text


def test_a_name_that_cannot_be_printed_is_drawn_with_its_squares_and_reported(deposit_with):
    page = dossier.printed_dossier(deposit_with(link("中文 et fils")))
    assert page.report.size.group.boxes[1].names[0].text == "□□ et fils"
    assert "U+4E2D" in page.replaced


def test_of_two_hundred_each_is_told_in_print(deposit_with, read):
    members = (link(f"Adhérente {n:03}", Relation.PARTNER, "1") for n in range(200))
    said = spaced(read(dossier.pdf(deposit_with(*members))))
    assert "et 188 autres, dans la liste" in said
    assert all(said.count(f"Adhérente {n:03} : lien direct") == 1 for n in range(200))


def test_the_tallest_drawing_holds_on_one_page_with_its_heading(deposit_with, read):
    long = "Société coopérative artisanale de production, de commercialisation et d'essais du Mistral imaginaire"
    printed = read(dossier.pdf(deposit_with(*(link(f"{n} {long}") for n in range(13)))))
    (page,) = [page for page in printed.pages if "Le porteur du projet" in page]
    assert "3.3 Taille" in page
    assert all(re.search(rf"\b{n} Société coopérative", page) for n in range(13))


def test_no_letter_of_our_face_is_wider_than_the_drawing_thinks():
    for path in FONTS.glob("*-600-normal.ttf"):
        with TTFont(path) as font:
            em, widths = font["head"].unitsPerEm, font["hmtx"]
            for code, glyph in font.getBestCmap().items():
                if unicodedata.category(chr(code)) != "Cf":  # a soft hyphen is not drawn
                    assert advance(chr(code), 1000) * em >= widths[glyph][0] * 1000, chr(code)
