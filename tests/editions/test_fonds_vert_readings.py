"""For which year each page of the Fonds vert was read, and what is written of every other way."""

import re
import tomllib
from pathlib import Path

import pytest

from grantapp.editions import get_edition
from grantapp.rules import fonds_friches, fonds_vert, sources
from grantapp.rules.sources import S37, S38, S41, S46, S51, Source

DATED = [each for each in vars(sources).values() if isinstance(each, Source) and each.url in fonds_vert.READ_FOR]
RECITED = {2023: fonds_vert.of_2023, 2024: fonds_vert.of_2024, 2025: fonds_vert.of_2025}


def years_said(source: Source) -> set[int]:
    """The years in a title and in an address; the last of « 2020-2021 »."""
    said = f"{source.text} {source.url}".replace("/2023", " 2023")
    return {int(last) for last in re.findall(r"(?<!\d)(?:20\d\d-)?(20[12]\d)(?![\d-]*20\d\d|\d)", said)}


@pytest.mark.parametrize("source", [each for each in DATED if each is not S46], ids=lambda each: each.text[:40])
def test_a_page_was_read_for_the_years_that_it_names(source):
    assert fonds_vert.READ_FOR[source.url] == years_said(source)


def test_the_page_that_keeps_its_versions_was_read_for_2025():
    assert fonds_vert.READ_FOR[S46.url] == {2025}


@pytest.mark.parametrize(("year", "source"), [(2023, S37), (2024, S41), (2025, S38)])
def test_what_was_read_for_its_year_is_kept_as_it_was(year, source):
    cited = (source.at("là"),)
    assert RECITED[year](cited) == cited
    for other in RECITED.keys() - {year}:
        (elsewhere,) = RECITED[other](cited)
        assert not elsewhere.verified and elsewhere.note == f"Lu pour {year}, non confirmé pour {other}."


def test_a_text_of_law_is_of_every_year():
    assert all(recite((S51.at("article"),))[0].verified for recite in RECITED.values())


@pytest.mark.parametrize("year", RECITED)
def test_a_shared_sentence_is_cited_for_the_year_and_an_own_one_as_it_was_written(year):
    folder = Path(fonds_vert.__file__).parents[1] / "editions" / f"fonds_vert_{year}"
    own = tomllib.loads((folder / "texts.toml").read_text())
    said = fonds_vert.texts(folder / "texts.toml", RECITED[year])
    as_written = fonds_vert.passages.read(Path(fonds_vert.__file__).with_suffix(".toml"), folder / "texts.toml")
    for name, passage in said.items():
        expected = as_written[name].cites
        assert passage.cites == (expected if name in own else RECITED[year](expected)), name


# ── no advice that was written is lost, and none is given twice ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    "edition_id",
    [*(f"fonds_friches_{session}" for session in (1, 2, 3)), *(f"fonds_vert_{year}" for year in range(2023, 2027))],
)
def test_every_advice_that_was_written_is_given_once_and_has_a_source(edition_id):
    shared = fonds_friches if edition_id.startswith("fonds_friches") else fonds_vert
    written = tomllib.loads(Path(shared.__file__).with_suffix(".toml").read_text())
    named = {name for name in written if re.fullmatch(r"route_\w+?_\d", name)}
    edition = get_edition(edition_id)
    folder = Path(shared.__file__).parents[1] / "editions" / edition_id
    said = fonds_vert.passages.read(Path(shared.__file__).with_suffix(".toml"), folder / "texts.toml")
    given = [str(advice) for route in edition.routes for advice in route.advice]
    assert len(given) == len(set(given)) and {str(said[name]) for name in named} <= set(given)
    for route in edition.routes:
        assert route.applies or route.unless_met, route.code
        assert route.cites or route.title.cites, route.code
