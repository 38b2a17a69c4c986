"""« Ce qui a changé depuis la v1 », printed from the deposit of the second version alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import page
import pytest

from grantapp.documents import dossier
from grantapp.documents.changes import printed_changes
from grantapp.domain.deposit import Deposit, freeze, thaw
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project
from grantapp.domain.question import Piece
from grantapp.editions import get_edition
from grantapp.services import demonstration
from tests.makers import EDITION, NOW

HEADING = "Ce qui a changé depuis la version 1"
WHOLE = demonstration.project()


def filed(project: Project, previous: Deposit | None = None) -> Deposit:
    at = NOW + timedelta(days=3) if previous else NOW
    edition = get_edition(EDITION)
    return freeze(
        edition=edition,
        project=project,
        judgement=judge(edition, project, at),
        reference="A22-0001",
        number=previous.content["number"] + 1 if previous else 1,
        by="Camille Exemple",
        at=at,
        previous=previous,
    )


def second(**answers: object) -> Deposit:
    after = WHOLE.with_answers({anchor.replace("__", "."): value for anchor, value in answers.items()})
    return filed(after, filed(WHOLE))


def whole() -> Deposit:
    lines = list(WHOLE.expenditure.lines or ())
    lines[2] = replace(lines[2], amount=Decimal(672_000))
    firms = list(WHOLE.members.firms or ())
    gone = firms.pop(3)
    assert gone.name
    return second(
        site__name="Ancienne filature",
        expenditure__lines=tuple(lines),
        members__firms=tuple(firms),
        pieces__other=(Piece("neuve.pdf", 12_345, "ab" * 32),),
        history__status=demonstration.ineligible().history.status,
    )


@pytest.fixture(scope="module")
def printed() -> tuple[Deposit, list[str], list[tuple[int, str]], bytes]:
    """A second version in which something of each kind changed: its text by page, its bookmarks, its bytes."""
    from tests.documents.conftest import Printed

    deposit = whole()
    read = Printed(dossier.pdf(deposit))
    return deposit, [flat(each) for each in read.pages], read.bookmarks, read.content


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))


def annex(pages: list[str]) -> str:
    start = next(number for number, page in enumerate(pages) if number > 1 and f"7 {HEADING}" in page)
    return " ".join(pages[start:])


def test_the_cover_says_what_it_replaces_and_the_contents_lead_to_it(printed):
    _, pages, bookmarks, _ = printed
    assert "Remplace la version 1 du 15 mars 2022 à 10 h 00" in pages[0]
    assert "1 réponse changée" not in pages[0], "two answers changed"
    assert "2 réponses changées" in pages[0] and "voir la partie 7" in pages[0]
    assert f"7 {HEADING}" in pages[1]
    assert any(HEADING in title for _, title in bookmarks)


def test_each_kind_of_change_is_printed_with_before_after_and_delta(printed):
    deposit, pages, _, _ = printed
    told = annex(pages)
    for words in (
        "Ancienne filature",
        WHOLE.site.name,
        "660 000 €",
        "672 000 €",
        "(+12 000 €)",
        "Retirée : " + ((WHOLE.members.firms or ())[3].name or ""),
        "neuve.pdf",
        "Ajouté",
        "La conclusion passe de",
        "non remplie",
        deposit.content["previous"]["fingerprint"][:8],
    ):
        assert flat(words) in told, words


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_a_second_version_is_archived_and_read_aloud_as_well_as_a_first(printed, tmp_path: Path, profile: str):
    place = tmp_path / "v2.pdf"
    place.write_bytes(printed[3])
    failures = [str(each) for each in page.validate_pdf(str(place), profile=profile).failures]
    # A stream that ends with a carriage return is a false alarm of this tool.
    assert [each for each in failures if "STREAM-LENGTH" not in each] == []


def test_a_second_version_prints_the_same_from_its_stored_text(printed):
    deposit, *_ = printed
    assert printed_changes(thaw(deposit.canonical).content) == printed_changes(deposit.content)


def test_a_first_version_has_no_such_part(read: Callable):
    text = flat(" ".join(read(dossier.pdf(filed(WHOLE))).pages))
    assert "Ce qui a changé" not in text and "Remplace" not in text


def test_a_deposit_that_kept_no_changes_has_none():
    content = dict(filed(WHOLE).content)
    del content["previous"], content["changes"]
    assert printed_changes(content) is None


def test_markup_and_characters_without_glyph_are_printed_or_reported():
    found = printed_changes(second(site__name="<b>Site</b> \U0001f3ed").content)
    assert found is not None
    (field,) = found.fields
    assert field.after is not None and field.after.startswith("<b>Site</b>") and "□" in field.after
    assert found.replaced == ("U+1F3ED",)


def test_markup_is_escaped_in_the_page():
    from grantapp.documents.pdf import environment

    shown = dossier.printed_dossier(second(site__name="<b>Site</b>"))
    html = environment().get_template("documents/dossier.html").render(dossier=shown)
    assert "<b>Site</b>" not in html and "&lt;b&gt;Site&lt;/b&gt;" in html


def test_of_two_long_texts_only_what_differs_is_printed():
    long = "mot " * 400
    first = filed(WHOLE.with_answers({"request.summary": f"{long}ancien {long}"}))
    found = printed_changes(filed(WHOLE.with_answers({"request.summary": f"{long}neuf {long}"}), first).content)
    assert found is not None
    (field,) = found.fields
    assert field.before is not None and field.after is not None
    assert "ancien" in field.before and "neuf" in field.after
    assert max(len(field.before), len(field.after)) < 300


def test_a_question_that_one_version_did_not_ask_is_said_so():
    found = printed_changes(second(schedule__has_contracts=False).content)
    assert found is not None
    assert any(row.title.startswith("Retirée") for table in found.tables for row in table.rows)
    gone = printed_changes(second(request__site_found=False).content)
    assert gone is not None
    assert "question non posée" in {field.after for field in gone.fields}
