"""Every document of the house is accepted by two validators, which refuse the same document once a defect is seeded."""

from pathlib import Path

import pikepdf
import pytest

from tests.conformity.defects import DEFECTS, seeded
from tests.conformity.samples import SAMPLES
from tests.validating import FLAVOURS, broken_rules

pytestmark = pytest.mark.conformity


@pytest.fixture(scope="session")
def printed(tmp_path_factory):
    """`printed(name)`: where that sample is, printed once."""
    folder = tmp_path_factory.mktemp("samples")

    def path_of(name: str) -> Path:
        path = folder / f"{name}.pdf"
        if not path.exists():
            path.write_bytes(SAMPLES[name]())
        return path

    return path_of


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("name", SAMPLES)
def test_verapdf_accepts(name, flavour, printed, vera):
    assert vera.failures(printed(name), flavour) == {}


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("name", SAMPLES)
def test_page_validation_accepts(name, flavour, printed):
    assert broken_rules(printed(name).read_bytes(), flavour) == []


def test_the_long_dossier_has_forty_pages(printed):
    with pikepdf.open(printed("quarante-pages")) as document:
        assert len(document.pages) >= 40


def test_the_dossier_of_ten_pieces_carries_ten_and_its_data(printed):
    with pikepdf.open(printed("dix-pieces")) as document:
        assert len(document.attachments) == 11


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_both_accept_the_document_that_defects_are_seeded_in(flavour, vera, tmp_path):
    content = seeded(lambda _: None)
    (tmp_path / "sain.pdf").write_bytes(content)
    assert vera.failures(tmp_path / "sain.pdf", flavour) == {}
    assert broken_rules(content, flavour) == []


@pytest.mark.parametrize("name", DEFECTS)
def test_both_refuse_what_is_seeded(name, vera, tmp_path):
    defect = DEFECTS[name]
    content = seeded(defect.seed)
    (tmp_path / "malade.pdf").write_bytes(content)
    assert vera.failures(tmp_path / "malade.pdf", defect.flavour)
    assert broken_rules(content, defect.flavour)
