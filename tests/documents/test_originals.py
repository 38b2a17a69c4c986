"""What the archive copy carries: its own data, whose SHA-256 is the fingerprint, and the pieces as they were given."""

import hashlib
import json
from dataclasses import replace

import pytest

from grantapp.documents import dossier
from grantapp.documents.finishing import Relationship
from grantapp.documents.originals import LONGEST_NAME, attached, attached_names, safe_name
from grantapp.domain.deposit import thaw
from grantapp.domain.project_file import load
from grantapp.domain.question import Piece


def piece(name: str, content: bytes) -> Piece:
    return Piece(name, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def deposit_of_pieces(deposit_of, project_with):
    """`deposit_of_pieces((name, content), …)`: these as the other pieces, and the only ones."""

    def freeze(*files: tuple[str, bytes]):
        project = project_with(rows=1).with_answers({"pieces.other": tuple(piece(*file) for file in files)})
        project = project.with_answers({"pieces.management_plan": ()})
        return deposit_of(project, steps=("request", "pieces"))

    return freeze


def given(*files: tuple[str, bytes]):
    return {hashlib.sha256(content).hexdigest(): content for _, content in files}.get


def test_the_data_inside_are_the_deposit_byte_for_byte_and_their_digest_is_the_fingerprint(sample, project_with):
    deposit, printed = sample
    data = printed.attached["dossier.json"]
    assert data == deposit.canonical
    assert hashlib.sha256(data).hexdigest() == deposit.fingerprint
    assert thaw(data).content == deposit.content
    project, _, faults = load(json.loads(data)["project"])
    assert (project, faults) == (project_with(), ())


def test_pieces_come_out_as_they_were_given_beside_the_data(deposit_of_pieces, read):
    files = ("plan.pdf", b"%PDF-1.4 un plan"), ("vue.jpg", b"\xff\xd8\xff une vue")
    printed = read(dossier.pdf(deposit_of_pieces(*files), originals=given(*files)))
    assert {name: printed.attached[name] for name, _ in files} == dict(files)
    assert set(printed.attached) == {"dossier.json", "plan.pdf", "vue.jpg"}


def test_each_file_says_what_it_is_to_the_document(deposit_of_pieces):
    files = ("a.pdf", b"%PDF-1"), ("b.jpg", b"\xff\xd8\xff"), ("c.png", b"\x89PNG\r\n\x1a\n"), ("d.bin", b"autre")
    made = attached(deposit_of_pieces(*files), given(*files))
    assert [(each.name, each.media_type, each.relationship) for each in made if each.name[1] == "."] == [
        ("a.pdf", "application/pdf", Relationship.SUPPLEMENT),
        ("b.jpg", "image/jpeg", Relationship.SUPPLEMENT),
        ("c.png", "image/png", Relationship.SUPPLEMENT),
        ("d.bin", "application/octet-stream", Relationship.SUPPLEMENT),
    ]
    assert (made[0].name, made[0].media_type, made[0].relationship) == (
        "dossier.json",
        "application/json",
        Relationship.DATA,
    )


def test_a_piece_given_twice_is_carried_once(deposit_of_pieces):
    files = ("plan.pdf", b"%PDF-1"), ("copie.pdf", b"%PDF-1")
    names = [each.name for each in attached(deposit_of_pieces(*files), given(*files))]
    assert names == ["dossier.json", "plan.pdf"]


def test_no_two_names_are_alike_on_a_machine_that_takes_capitals_for_small_letters(deposit_of_pieces):
    names = ("Plan.pdf", "plan.pdf", "PLAN.PDF", "dossier.json", "plan (2).pdf")
    deposit = deposit_of_pieces(*((name, name.encode()) for name in names))
    found = [name for name in attached_names(deposit).values() if "arque" not in name]
    assert found == ["Plan.pdf", "plan (2).pdf", "PLAN (3).PDF", "dossier (2).json", "plan (2) (2).pdf"]


def test_a_name_that_changed_is_printed_beside_the_one_that_was_given(deposit_of_pieces, read):
    files = ("a/b:c.pdf", b"%PDF-1"), ("plan.pdf", b"%PDF-2")
    printed = read(dossier.pdf(deposit_of_pieces(*files), originals=given(*files)))
    assert "a/b:c.pdf Joint sous le nom a_b_c.pdf" in printed.text
    assert printed.text.count("plan.pdf") == 1


def test_what_is_not_at_hand_is_said_not_to_be_there(deposit_of_pieces, read):
    files = ("plan.pdf", b"%PDF-1"), ("perdu.pdf", b"%PDF-2")
    printed = read(dossier.pdf(deposit_of_pieces(*files), originals=given(files[0])))
    assert "perdu.pdf Non joint à ce PDF" in printed.text
    assert "plan.pdf Non joint" not in printed.text
    assert "et 1 pièce telle que le porteur l’a donnée" in printed.text


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("plan.pdf", "plan.pdf"),
        ("façade « nord ».jpg", "façade « nord ».jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('<a>:"b"|?*.pdf', "_a___b____.pdf"),
        ("C:\\temp\\x.pdf", "C__temp_x.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("\u0000\u0007.pdf", "pdf"),
        (" . ", "piece"),
        ("", "piece"),
        ("CON.pdf", "_CON.pdf"),
        ("nul", "_nul"),
        ("lpt1.txt", "_lpt1.txt"),
        ("console.pdf", "console.pdf"),
        ("fin .", "fin"),
    ],
)
def test_a_name_is_made_safe(name, safe):
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_end():
    made = safe_name("é" * 300 + ".pdf")
    assert len(made) == LONGEST_NAME and made.endswith("é.pdf")
    assert len(safe_name("x." + "y" * 300)) <= LONGEST_NAME


def test_a_file_name_in_the_table_stays_as_it_was_given(deposit_of_pieces):
    file = ("a" * 90 + "\u202e.pdf", b"%PDF-1")
    deposit = deposit_of_pieces(file)
    page = dossier.printed_dossier(deposit, attachments=attached(deposit, given(file)))
    (shown,) = next(each.files for each in page.pieces if each.anchor == "pieces.other")
    assert shown.name == "a" * 40 + "\u200b" + "a" * 40 + "\u200b" + "a" * 10 + "□.pdf"
    assert replace(shown).attached.replace("\u200b", "") == "a" * 90 + ".pdf"
