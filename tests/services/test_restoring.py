"""A draft made again from a file: everything that can be taken, each thing that cannot told, nothing written over."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.judgement import judge
from grantapp.domain.lifecycle import Refused, State
from grantapp.domain.people import Person
from grantapp.domain.project import Project
from grantapp.domain.project_file import dump
from grantapp.domain.question import Piece
from grantapp.editions import get_edition
from grantapp.inspection.embedded import LARGEST_FILE
from grantapp.services import demonstration, drafting, restoring
from grantapp.services.unpacking import BadFile, Wrapping, unpack
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import DossierRow, JournalRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.carrying import DATA, pdf_with, pdf_with_twins
from tests.domain.vocabulary import projects
from tests.makers import NOW

EDITION = get_edition(makers.EDITION)
PLAN, OTHER = demonstration.paper("Plan"), demonstration.paper("Autre")


def piece(name: str, content: bytes) -> Piece:
    return Piece(name, len(content), hashlib.sha256(content).hexdigest())


WHOLE = makers.make_project(
    pieces__management_plan=(piece("plan.pdf", PLAN),), pieces__other=(piece("autre.pdf", OTHER),)
)


def filed(project: Project = WHOLE, number: int = 1) -> Deposit:
    return freeze(
        edition=EDITION,
        project=project,
        judgement=judge(EDITION, project, NOW),
        reference="A22-0007",
        number=number,
        by="Camille Exemple",
        at=NOW,
        address="https://depots.example",
    )


def as_pdf(deposit: Deposit, **pieces: bytes) -> bytes:
    return pdf_with({DATA: deposit.canonical} | {f"{name}.pdf": content for name, content in pieces.items()})


@pytest.fixture
def given_file(tmp_path: Path):
    def given(content: bytes) -> Path:
        path = tmp_path / "donné"
        path.write_bytes(content)
        return path

    return given


def restore(sessions: Sessions, files: Files, path: Path, by: Person, edition: str = makers.EDITION) -> Any:
    return restoring.restore(sessions, files, path, edition, shown="dossier.pdf", now=NOW, by=by)


def project_of(sessions: Sessions, reference: str, by: Person) -> Project:
    with sessions.reading() as session:
        return drafting.judged(session, reference, now=NOW, by=by)[1]


# ── what a file holds ────────────────────────────────────────────────────────────────────────────────────────────


def test_each_kind_of_file_is_told_by_what_it_holds_and_not_by_its_name(given_file):
    project = json.dumps(dump(WHOLE, makers.EDITION)).encode()
    for content, wrapping, is_filed in (
        (as_pdf(filed()), Wrapping.PDF, True),
        (as_pdf(filed(number=0)), Wrapping.PDF, False),
        (filed().canonical, Wrapping.DEPOSIT, True),
        (project, Wrapping.PROJECT, False),
    ):
        found = unpack(given_file(content))
        assert (found.wrapping, found.is_filed) == (wrapping, is_filed)
        assert found.project["site"]["name"] == WHOLE.site.name


def without(key: str) -> bytes:
    content = dict(filed().content)
    del content[key]
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("content", "path", "words"),
    [
        (pdf_with({}), "$", "ne contient pas de dossier"),
        (pdf_with({"autre.json": b"{}"}), "$", "ne contient pas de dossier"),
        (pdf_with_twins(filed().canonical, b"{}"), "$", "plusieurs"),
        (pdf_with({DATA: b"{}"}), "$", "n’est pas un dépôt"),
        (pdf_with({DATA: b"\xff"}), "$", "UTF-8"),
        (pdf_with({DATA: filed().canonical}, password="x"), "$", "mot de passe"),
        (b"%PDF-1.7 tronqu\xc3\xa9", "$", "abîmé"),
        (b"{", "$", "JSON valide"),
        (b"[" * 100_000, "$", "imbriqué"),
        (without("project"), "project", "manque"),
        (without("reference"), "reference", "manque"),
        (json.dumps(dict(filed().content) | {"format": 5}).encode(), "format", "lit jusqu’au 4"),
        (json.dumps(dict(filed().content) | {"format": True}).encode(), "format", "bonne sorte"),
    ],
)
def test_a_file_that_holds_nothing_of_ours_says_what_is_wrong(given_file, content: bytes, path: str, words: str):
    with pytest.raises(BadFile) as bad:
        unpack(given_file(content), shown="dossier.pdf")
    assert bad.value.faults[0].path == path
    assert words in bad.value.faults[0].sentence


def test_what_was_found_is_shown_before_anything_is_made(sessions: Sessions, camille: Person, given_file):
    page = restoring.look_into(given_file(as_pdf(filed(), plan=PLAN)), shown="dossier.pdf", now=NOW)
    assert (page.kind, page.title) == ("PDF de dossier", WHOLE.request.title)
    assert page.edition == EDITION.title
    assert page.version == "A22-0007, version 1, du 15\u00a0mars 2022 à 10\u00a0h\u00a000"
    assert page.answers == sum(count for _, count in page.sections) > 50
    there = {(each.name, each.is_there) for each in page.pieces}
    assert ("plan.pdf", True) in there and ("autre.pdf", False) in there
    assert makers.EDITION in {desk.edition.id for desk in page.desks}
    assert all(desk.is_open for desk in page.desks)
    assert page.faults == ()
    with sessions.reading() as session:
        assert session.scalars(sa.select(DossierRow)).all() == []


def test_faults_are_named_by_their_path_in_the_file(given_file):
    content = json.loads(filed().canonical)
    content["project"]["site"]["area_m2"] = "beaucoup"
    content["project"]["weather"] = {}
    page = restoring.look_into(given_file(json.dumps(content).encode()), shown="x", now=NOW)
    assert {each.path for each in page.faults} == {"project.site.area_m2", "project.weather"}


# ── the draft ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pdf_gives_the_answers_and_the_pieces_back(sessions: Sessions, files: Files, camille: Person, given_file):
    project = makers.make_project(
        pieces__management_plan=(piece("plan.pdf", PLAN),),
        pieces__other=(piece("autre.pdf", OTHER), piece("perdue.pdf", demonstration.paper("Perdue"))),
    )
    only = project.with_answers(
        {f"pieces.{name}": None for name in makers.attached_pieces(project) if name not in ("management_plan", "other")}
    )
    made = restore(sessions, files, given_file(as_pdf(filed(only), plan=PLAN, autre=OTHER)), camille)
    found = project_of(sessions, made.reference, camille)
    assert [each.name for each in found.pieces.management_plan] == ["plan.pdf"]
    assert [each.sha256 for each in found.pieces.other] == [hashlib.sha256(OTHER).hexdigest()]
    assert files.read(found.pieces.other[0].sha256) == OTHER
    without_pieces = {"pieces.management_plan": None, "pieces.other": None}
    wanted = only.with_answers(
        {**without_pieces, "declarations.truthful": None, "declarations.in_order": None, "declarations.entitled": None}
    )
    assert dump(found.with_answers({**without_pieces, "pieces.management_plan": None})) == dump(wanted)
    (left,) = made.left_out
    assert "perdue.pdf" in left and "joignez-la de nouveau" in left


def test_a_draft_of_its_own_is_made_and_none_is_written_over(
    sessions: Sessions, files: Files, camille: Person, complete: str, given_file
):
    before = project_of(sessions, complete, camille)
    path = given_file(filed(makers.make_project(site__name="Tout autre")).canonical)
    first, second = (restore(sessions, files, path, camille).reference for _ in range(2))
    assert len({complete, first, second}) == 3
    assert project_of(sessions, complete, camille) == before
    with sessions.reading() as session:
        assert set(session.scalars(sa.select(DossierRow.state))) == {State.DRAFT}
        line = session.scalars(sa.select(JournalRow).order_by(JournalRow.id.desc())).first()
    assert line.act == "restored" and line.detail["from"] == "deposit"


def test_nobody_declares_anything_through_a_file(sessions: Sessions, files: Files, camille: Person, given_file):
    made = restore(sessions, files, given_file(filed().canonical), camille)
    declared = project_of(sessions, made.reference, camille).declarations
    assert WHOLE.declarations.truthful is True
    assert (declared.truthful, declared.in_order, declared.entitled) == (None, None, None)


def test_answers_that_cannot_be_read_are_left_out_and_counted(
    sessions: Sessions, files: Files, camille: Person, given_file
):
    content = json.loads(
        filed(makers.make_project(**{f"pieces__{n}": None for n in makers.attached_pieces(WHOLE)})).canonical
    )
    content["project"]["site"]["area_m2"] = "beaucoup"
    made = restore(sessions, files, given_file(json.dumps(content).encode()), camille)
    assert made.left_out == ("1\u00a0réponse illisible du fichier, à saisir de nouveau.",)
    assert project_of(sessions, made.reference, camille).site.area_m2 is None
    assert project_of(sessions, made.reference, camille).site.name == WHOLE.site.name


def test_sections_that_the_chosen_edition_does_not_ask_are_told(
    sessions: Sessions, files: Files, camille: Person, given_file, monkeypatch: pytest.MonkeyPatch
):
    project = makers.make_project(**{f"pieces__{n}": None for n in makers.attached_pieces(WHOLE)})
    project = project.with_answers({"operation.asked_ademe_first": True})
    made = restore(sessions, files, given_file(filed(project).canonical), camille)
    assert made.left_out == ("L’opération\u00a0: cet appel ne le demande pas.",)


def test_pieces_that_cannot_be_taken_out_leave_the_answers(
    sessions: Sessions, files: Files, camille: Person, given_file
):
    none = {f"pieces__{n}": None for n in makers.attached_pieces(WHOLE)}
    project = makers.make_project(**none | {"pieces__other": (piece("plan.pdf", PLAN),)})
    path = given_file(pdf_with({DATA: filed(project).canonical, "énorme": b" " * (LARGEST_FILE + 1)}))
    assert [each.is_there for each in restoring.look_into(path, shown="x.pdf", now=NOW).pieces] == [False]
    made = restore(sessions, files, path, camille)
    (left,) = made.left_out
    assert "plan.pdf" in left
    assert project_of(sessions, made.reference, camille).site.name == WHOLE.site.name


@pytest.mark.parametrize("content", [b"MZ un programme", b"<html>"])
def test_a_piece_that_may_not_be_attached_is_told_and_the_rest_goes_on(
    sessions: Sessions, files: Files, camille: Person, given_file, content: bytes
):
    none = {f"pieces__{n}": None for n in makers.attached_pieces(WHOLE)}
    project = makers.make_project(**none | {"pieces__other": (piece("vilain.pdf", content), piece("bon.pdf", OTHER))})
    made = restore(sessions, files, given_file(as_pdf(filed(project), a=content, b=OTHER)), camille)
    (left,) = made.left_out
    assert "vilain.pdf" in left
    assert [each.name for each in project_of(sessions, made.reference, camille).pieces.other] == ["bon.pdf"]


def test_a_closed_or_unknown_edition_takes_nothing(sessions: Sessions, files: Files, camille: Person, given_file):
    path = given_file(filed().canonical)
    with pytest.raises(Refused, match="s’est clos"):
        restore(sessions, files, path, camille, "ademe_2019")
    with pytest.raises(NotFound):
        restore(sessions, files, path, camille, "inconnue")
    with pytest.raises(Refused, match="JSON"):
        restore(sessions, files, given_file(b"{"), camille)
    with sessions.reading() as session:
        assert session.scalars(sa.select(DossierRow)).all() == []


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(projects())
def test_every_answer_of_any_project_comes_back_from_its_deposit(tmp_path_factory, project: Project):
    """Up to the draft: what is read from the frozen deposit is what was given to it."""
    path = tmp_path_factory.mktemp("file") / "dossier.json"
    path.write_bytes(filed(project).canonical)
    read, named, faults = restoring._read(unpack(path))
    assert (dump(read), named, faults) == (dump(project), makers.EDITION, ())


def test_the_archive_copy_that_the_site_makes_gives_its_own_deposit_and_pieces_back(
    sessions: Sessions, files: Files, camille: Person, given_file
):
    from grantapp.documents import dossier

    none = {f"pieces__{n}": None for n in makers.attached_pieces(WHOLE)}
    project = makers.make_project(**none | {"pieces__management_plan": (piece("plan.pdf", PLAN),)})
    deposit = filed(project)
    path = given_file(dossier.pdf(deposit, originals={hashlib.sha256(PLAN).hexdigest(): PLAN}.get))
    found = unpack(path)
    assert found.deposit == deposit.content
    made = restore(sessions, files, path, camille)
    assert made.left_out == ()
    restored = project_of(sessions, made.reference, camille)
    assert [each.sha256 for each in restored.pieces.management_plan] == [hashlib.sha256(PLAN).hexdigest()]
    assert restored.expenditure == project.expenditure


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_waiting_file_is_for_the_person_who_sent_it(tmp_path: Path, camille: Person, sacha: Person):
    waiting = restoring.Waiting(tmp_path / "reprises")
    token = waiting.keep(io.BytesIO(b"{}"), shown="x.json", by=camille)
    assert waiting.find(token, camille).read_bytes() == b"{}"
    for wrong, by in ((token, sacha), ("../x", camille), ("0" * 32, camille)):
        with pytest.raises(Refused, match="envoyez-le de nouveau"):
            waiting.find(wrong, by)
    waiting.drop(token, camille)
    with pytest.raises(Refused):
        waiting.find(token, camille)


def test_what_waited_for_more_than_a_day_is_swept_away(
    tmp_path: Path, camille: Person, monkeypatch: pytest.MonkeyPatch
):
    waiting = restoring.Waiting(tmp_path / "reprises")
    token = waiting.keep(io.BytesIO(b"{}"), shown="x.json", by=camille)
    later = waiting.find(token, camille).stat().st_mtime + restoring.KEPT_FOR
    monkeypatch.setattr(restoring.time, "time", lambda: later)
    other = waiting.keep(io.BytesIO(b"{}"), shown="x.json", by=camille)
    assert waiting.find(token, camille)
    monkeypatch.setattr(restoring.time, "time", lambda: later + 1)
    waiting.keep(io.BytesIO(b"{}"), shown="x.json", by=camille)
    with pytest.raises(Refused):
        waiting.find(token, camille)
    assert other


def test_a_file_too_heavy_or_empty_is_not_kept(tmp_path: Path, camille: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(restoring, "MOST_PDF_BYTES", 10)
    waiting = restoring.Waiting(tmp_path / "reprises")
    assert waiting.keep(io.BytesIO(b"x" * 10), shown="x", by=camille)
    for content, words in ((b"x" * 11, "dépasse"), (b"", "vide")):
        with pytest.raises(Refused, match=words):
            waiting.keep(io.BytesIO(content), shown="x", by=camille)
    assert len(list((tmp_path / "reprises").iterdir())) == 1
