"""The files inside a PDF, taken out by a child: all of them, or a sentence, and never harm."""

import hashlib
from pathlib import Path

import pytest

from grantapp.domain.lifecycle import Refused
from grantapp.inspection import child
from grantapp.inspection import embedded as module
from grantapp.inspection.embedded import embedded
from tests.carrying import DATA, bomb, pdf_with


@pytest.fixture
def take(tmp_path: Path):
    """`take(content, names)`: what a PDF of these bytes carries."""

    def taken(content: bytes, names: tuple[str, ...] | None = None):
        pdf, into = tmp_path / "given.pdf", tmp_path / "into"
        pdf.write_bytes(content)
        into.mkdir()
        return embedded(pdf, into, shown="dossier.pdf", names=names)

    return taken


def test_every_file_comes_out_with_its_name_its_relationship_and_its_own_fingerprint(take):
    files = {DATA: b'{"format": 3}', "plan de gestion.pdf": b"%PDF-1.7 plan", "photo é.jpg": b"\xff\xd8\xff"}
    found = take(pdf_with(files))
    assert {each.name: each.path.read_bytes() for each in found} == files
    assert {each.name: each.relationship for each in found}[DATA] == "Data"
    for each in found:
        content = files[each.name]
        assert (each.size, each.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_only_the_files_that_are_wanted_come_out(take, tmp_path: Path):
    found = take(pdf_with({DATA: b"{}", "autre.pdf": b"x" * 1000}), names=(DATA,))
    assert [each.name for each in found] == [DATA]
    assert len(list((tmp_path / "into").iterdir())) == 1


def test_a_name_that_is_a_path_writes_nothing_outside_the_folder(take, tmp_path: Path):
    found = take(pdf_with({"../../hors.txt": b"dehors", "/etc/passwd": b"x"}))
    assert {each.path.parent for each in found} == {tmp_path / "into"}
    assert not list(tmp_path.rglob("hors.txt"))


def test_a_pdf_that_carries_nothing_gives_nothing(take):
    assert take(pdf_with({})) == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pdf_with({DATA: b"{}"}, password="secret"), "mot de passe"),
        (b"%PDF-1.7\nrien du tout", "abîmé"),
        (b"", "abîmé"),
        (pdf_with({DATA: b"{}"})[:300], "abîmé"),
    ],
    ids=["password", "nonsense", "empty", "cut"],
)
def test_what_cannot_be_opened_is_refused_by_a_sentence_that_names_it(take, content: bytes, words: str):
    with pytest.raises(Refused, match=words) as refused:
        take(content)
    assert "dossier.pdf" in refused.value.sentence


def test_a_file_that_unfolds_without_end_is_refused(take):
    content = bomb(module.LARGEST_FILE + 1)
    assert len(content) < 200_000
    with pytest.raises(Refused, match="trop de travail"):
        take(content)


def test_a_file_of_the_largest_size_is_taken(take, monkeypatch: pytest.MonkeyPatch):
    (found,) = take(bomb(module.LARGEST_FILE - 1))
    assert found.size == module.LARGEST_FILE - 1


def test_a_child_that_never_ends_is_not_waited_for(take, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "PATIENCE", 0.001)
    with pytest.raises(Refused, match="trop de travail"):
        take(pdf_with({DATA: b"{}"}))


def test_the_child_is_told_no_secret(take, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    given = {}
    run = module.subprocess.run

    def spied(*words, **how):
        given.update(how["env"])
        return run(*words, **how)

    monkeypatch.setenv("GRANTAPP_SECRET_KEY", "canari")
    monkeypatch.setattr(module.subprocess, "run", spied)
    take(pdf_with({DATA: b"{}"}))
    assert given and "canari" not in given.values()
