"""The code that leads from paper to the page where it is verified: on each page, large on the cover, readable."""

import re

import pytest
from PIL import Image

from grantapp.documents import dossier, qr
from grantapp.domain.deposit import Deposit
from grantapp.domain.project import Project

MILLIMETRES = 25.4
PAGE = "depots.example/verifier-un-dossier"
FOOT = (22, 275, 39, 297)  # left, top, right, bottom of where it stands, in millimetres
DOTS_PER_INCH = 400


def modules_in(picture: Image.Image, box: tuple[float, float, float, float], count: int) -> list[list[bool]]:
    """The dark and light modules seen in a part of a page, between the outer edges of the finder patterns."""
    scale = DOTS_PER_INCH / MILLIMETRES
    part = picture.crop(tuple(round(each * scale) for each in box))
    left, top, right, bottom = part.point(lambda grey: 255 if grey < 128 else 0).getbbox() or (0, 0, 1, 1)
    width, height = (right - left) / count, (bottom - top) / count
    return [
        [part.getpixel((int(left + (x + 0.5) * width), int(top + (y + 0.5) * height))) < 128 for x in range(count)]
        for y in range(count)
    ]


def bare(address: str) -> list[list[bool]]:
    """What should be seen: the matrix without its quiet zone."""
    zone = qr.QUIET_ZONE
    return [list(row[zone:-zone]) for row in qr.matrix(address)[zone:-zone]]


def test_each_page_shows_the_code_that_leads_to_its_deposit(sample):
    deposit, printed = sample
    expected = bare(deposit.verify_address)
    for number in range(1, len(printed.pages)):
        assert modules_in(printed.picture(number, DOTS_PER_INCH), FOOT, len(expected)) == expected, number


def test_the_code_of_another_deposit_is_told_apart(sample, deposit_of):
    _, printed = sample
    other = bare(deposit_of(Project(), steps=("request",)).verify_address)
    assert modules_in(printed.picture(1, DOTS_PER_INCH), FOOT, len(other)) != other


def test_the_cover_shows_it_larger_and_says_how_to_use_it(sample):
    deposit, printed = sample
    expected = bare(deposit.verify_address)
    picture = printed.picture(0, DOTS_PER_INCH)
    tops = range(150, 260)
    assert any(modules_in(picture, (153, top, 188, top + 37), len(expected)) == expected for top in tops)
    assert f"Tapez-le sur {PAGE}, flashez le code QR ou donnez le fichier" in printed.pages[0]


def test_its_address_holds_the_short_code_and_the_site_of_the_deposit(sample):
    deposit, _ = sample
    code = deposit.short_code.replace(" ", "").lower()
    assert deposit.verify_address == f"https://depots.example/verifier-un-dossier?code={code}"


def test_the_foot_of_each_page_says_the_code_in_clear_and_where_to_type_it(sample):
    deposit, printed = sample
    for page in printed.pages[1:]:
        assert f"F22-0042 v1 · {deposit.short_code}" in page
        assert f"À vérifier sur {PAGE}" in page


@pytest.mark.parametrize("number", [0, 1])
def test_what_is_not_filed_or_has_no_site_shows_no_code(deposit_of, read, number):
    deposit = deposit_of(Project(), steps=("request",), number=number)
    if number:
        deposit = Deposit({name: each for name, each in deposit.content.items() if name != "address"})
    assert deposit.verify_address is None
    printed = read(dossier.pdf(deposit))
    assert "verifier-un-dossier" not in printed.text and "flashez" not in printed.text
    assert re.search(r"F22-0042( v1)? · [0-9A-F]{4} ", printed.pages[1])


def test_the_drawing_is_made_of_vectors_and_always_the_same():
    address = "https://depots.example/verifier-un-dossier?code=0123456789ab"
    assert qr.svg(address) == qr.svg(address)
    assert qr.svg(address).startswith(b"<svg") and b"<image" not in qr.svg(address)


def test_a_longer_cover_still_holds_on_one_page(deposit_of, project_with, read):
    project = project_with(lambda path: "Un titre aussi long que le formulaire l'accepte. " * 6, rows=1)
    printed = read(dossier.pdf(deposit_of(project, steps=("request", "organisation"))))
    assert "flashez le code QR" in printed.pages[0]
    assert "Sommaire" in printed.pages[1]
