"""The copy to print and the ZIP: everything that was filed, in order, the same bytes each time, and nothing acts."""

import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from grantapp.documents import dossier as documents
from grantapp.documents import print_copy
from grantapp.documents.seal import seal
from grantapp.domain.deposit import Deposit
from grantapp.domain.question import Piece
from grantapp.services import binding
from grantapp.storage.files import Damaged
from tests import makers
from tests.inspection import corpus

BLACK = b"0 0 0 rg 0 0 400 400 re f"


class Cupboard:
    """The files of the pieces, by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[int] = []

    def give(self, name: str, content: bytes) -> Piece:
        sha256 = hashlib.sha256(content).hexdigest()
        (self.folder / sha256).write_bytes(content)
        return Piece(name, len(content), sha256)

    @contextmanager
    def place(self, sha256: str) -> Iterator[Path]:
        if not (self.folder / sha256).exists():
            raise FileNotFoundError(sha256)
        yield self.folder / sha256

    def chunks(self, sha256: str) -> Iterator[bytes]:
        with self.place(sha256) as path, path.open("rb") as file:
            while part := file.read(1_000):
                self.seen.append(len(part))
                yield part

    def bytes_of(self, sha256: str) -> bytes | None:
        path = self.folder / sha256
        return path.read_bytes() if path.exists() else None


def with_a_filled_form(made: pikepdf.Pdf) -> None:
    """A field whose answer is only in its annotation, and a note in the margin that must not print."""
    made.pages[0].Resources.ProcSet = Array([])
    drawn = made.make_stream(b"1 0 0 rg 0 0 200 40 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 40])
    box = {"Rect": Array([72, 500, 272, 540]), "AP": Dictionary(N=drawn), "F": 4}
    field = made.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T=b"a", Ff=65536, **box))
    made.pages[0].Annots = Array([field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]))


def turned(width: float, height: float, degrees: int) -> bytes:
    made = pikepdf.new()
    made.add_blank_page(page_size=(width, height))
    made.pages[0].Rotate = degrees
    return corpus.saved(made)


def cropped() -> bytes:
    """A page of which the reader sees 300 × 200 points, and the printer would cut 100 × 100."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(595, 842))
    made.pages[0].CropBox = Array([100, 100, 400, 300])
    made.pages[0].TrimBox = Array([150, 150, 250, 250])
    return corpus.saved(made)


@pytest.fixture(scope="module")
def cupboard(tmp_path_factory: pytest.TempPathFactory) -> Cupboard:
    return Cupboard(tmp_path_factory.mktemp("cupboard"))


@pytest.fixture(scope="module")
def deposit(cupboard: Cupboard) -> Deposit:
    other = Piece("perdu.pdf", 10, "d" * 64)
    return makers.make_deposit(
        makers.make_project(
            pieces__management_plan=(cupboard.give("plan.pdf", corpus.pdf(with_a_filled_form, pages=5)),),
            pieces__preliminary_design=(
                cupboard.give("plan.pdf", turned(1191, 842, 90)),
                cupboard.give("verrou.pdf", corpus.locked("secret")),
            ),
            pieces__duties_evidence=(cupboard.give("coupé.pdf", cropped()),),
            pieces__accounts=(cupboard.give("../photo <1>.jpg", corpus.jpeg()), cupboard.give("a.png", corpus.png())),
            pieces__other=(other, cupboard.give("schéma 漢.pdf", corpus.SOUND)),
        )
    )


@pytest.fixture(scope="module")
def archive(deposit: Deposit, cupboard: Cupboard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "dossier.pdf"
    written = documents.pdf(deposit, originals=cupboard.bytes_of)
    path.write_bytes(seal(written, makers.seal_key(), at=makers.NOW, fingerprint=deposit.fingerprint))
    return path


def made(out: Any) -> bytes:
    with out:
        out.seek(0)
        return out.read()


@pytest.fixture(scope="module")
def copy(deposit: Deposit, cupboard: Cupboard, archive: Path) -> bytes:
    return made(binding.print_copy(deposit, archive, cupboard.place))


@pytest.fixture(scope="module")
def read(copy: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(copy)) as opened:
        yield opened


@pytest.fixture(scope="module")
def texts(copy: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(copy)
    said = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    return said


PAGES = (5, 1, 0, 1, 1, 1, 0, 2)  # of each piece, in the order of the dossier; none of those that cannot be had


def starts(read: pikepdf.Pdf) -> list[int]:
    """Where the separator of each piece stands."""
    return [place for place, page in enumerate(read.pages) if page.label.startswith("Pièce ")]


def test_the_dossier_then_every_piece_behind_its_separator(read: pikepdf.Pdf, texts: list[str], archive: Path):
    with pikepdf.open(archive) as dossier:
        before = len(dossier.pages)
    assert starts(read)[0] == 1 + before
    assert [end - start - 1 for start, end in zip(starts(read), [*starts(read)[1:], len(read.pages)], strict=True)] == [
        *PAGES
    ]
    for number, (start, count) in enumerate(zip(starts(read), PAGES, strict=True), start=1):
        assert f"{number} sur {len(PAGES)}" in texts[start]
        for place in range(1, count + 1):
            assert f"Pièce {number}, page {place} sur {count}" in texts[start + place]
            assert "A22-0001 v1" in texts[start + place]
    assert len(read.pages) == 1 + before + len(PAGES) + sum(PAGES)


def test_the_pages_of_a_piece_keep_their_words(read: pikepdf.Pdf, texts: list[str]):
    first = starts(read)[0]
    assert [texts[first + place].split(" Pièce")[0] for place in range(1, 6)] == [f"Page {n}" for n in range(1, 6)]


def test_the_first_page_says_that_it_is_a_copy_and_of_what(texts: list[str], archive: Path, deposit: Deposit):
    said = texts[0]
    assert "Copie pour lire et imprimer" in said and "ni scellée" in said
    bare = said.replace(" ", "")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() in bare and deposit.fingerprint in bare


def test_the_first_page_tells_where_each_piece_begins(read: pikepdf.Pdf, texts: list[str]):
    for start, count in zip(starts(read), PAGES, strict=True):
        assert (f"{start + 1} à {start + 1 + count}" if count else f"non imprimée {start + 1}") in texts[0]


def test_each_piece_has_one_bookmark_that_leads_to_its_separator(read: pikepdf.Pdf):
    with read.open_outline() as outline:
        titles = [item.title for item in outline.root]
        pieces = [item for item in outline.root if item.title.startswith("Pièce ")]
        led = [read.pages.index(pikepdf.Page(item.destination[0])) for item in pieces]
    assert titles[0] == "Copie pour lire et imprimer" and len(titles) == 2 + len(PAGES)
    assert led == starts(read)
    assert pieces[-1].title.endswith("schéma 漢.pdf")


def test_the_pages_have_labels_of_their_own(read: pikepdf.Pdf):
    labels = [page.label for page in read.pages]
    assert labels[:3] == ["i", "1", "2"]
    assert labels[starts(read)[0] :][:4] == ["Pièce 1", "P1-1", "P1-2", "P1-3"]


def test_a_piece_that_cannot_be_printed_has_a_page_that_says_why(read: pikepdf.Pdf, texts: list[str]):
    locked, lost = texts[starts(read)[2]], texts[starts(read)[6]]
    assert "ne sont pas dans cette copie" in locked and "mot de passe" in locked and "verrou.pdf" in locked
    assert "ne sont pas dans cette copie" in lost and "plus à sa place" in lost


def test_it_claims_no_conformity_and_carries_neither_seal_nor_file_nor_action(read: pikepdf.Pdf, copy: bytes):
    said = read.Root.Metadata.read_bytes().decode()
    assert "pdfaid" not in said and "pdfuaid" not in said and "Copie d’archive" in said
    assert not {"/AcroForm", "/AF", "/OpenAction", "/AA", "/Perms", "/OutputIntents"} & set(read.Root.keys())
    assert not read.attachments
    for thing in read.objects:
        if isinstance(thing, Dictionary):
            assert not {"/JS", "/EF", "/XFA", "/AA"} & set(thing.keys())
            assert thing.get("/Subtype") not in (Name.Widget, Name.FileAttachment)


def test_a_page_is_upright_and_whole_above_the_strip_with_its_number(read: pikepdf.Pdf):
    plain, plan, cut = (read.pages[starts(read)[index] + 1] for index in (0, 1, 3))
    sizes = [tuple(round(float(each)) for each in page.MediaBox[2:]) for page in (plain, plan, cut)]
    assert sizes == [(595, 842), (842, 1191 + 28), (842, 595)]  # fitted in A4; a plan at its scale; what was shown
    assert "/Rotate" not in plan


def test_what_a_form_was_filled_with_is_printed(copy: bytes, read: pikepdf.Pdf):
    document = pypdfium2.PdfDocument(copy)
    image = document[starts(read)[0] + 1].render(scale=1, may_draw_forms=False).to_pil().convert("RGB")
    document.close()
    scale = (841.89 - 28) / 842
    x, y = (595.28 - 595 * scale) / 2 + 170 * scale, (842 - 520) * scale
    assert image.getpixel((int(x), int(y))) == (255, 0, 0)


def test_the_same_deposit_gives_the_same_copy(copy: bytes, deposit: Deposit, cupboard: Cupboard, archive: Path):
    assert made(binding.print_copy(deposit, archive, cupboard.place)) == copy


def test_a_long_list_of_pieces_takes_two_first_pages_and_still_tells_the_truth(cupboard: Cupboard, archive: Path):
    many = tuple(cupboard.give(f"{number}.pdf", b"MZ") for number in range(28))
    deposit = makers.make_deposit(makers.make_project(pieces__other=many))
    written = made(binding.print_copy(deposit, archive, cupboard.place))
    with pikepdf.open(io.BytesIO(written)) as opened:
        assert [page.label for page in opened.pages][:3] == ["i", "ii", "1"]
        document = pypdfium2.PdfDocument(written)
        front = " ".join(document[place].get_textpage().get_text_bounded() for place in (0, 1))
        document.close()
        assert f"non imprimée {starts(opened)[-1] + 1}" in " ".join(front.split())


def test_pages_that_would_weigh_too_much_are_told_of_and_the_lighter_ones_follow(
    cupboard: Cupboard, archive: Path, monkeypatch: pytest.MonkeyPatch
):
    heavy, light = cupboard.give("lourd.pdf", corpus.pdf(pages=60)), cupboard.give("leger.pdf", corpus.SOUND)
    monkeypatch.setattr(binding, "MOST_PRINTED", 8_000)
    filed = makers.make_deposit(makers.make_project(pieces__other=(heavy, light)))
    with pikepdf.open(io.BytesIO(made(binding.print_copy(filed, archive, cupboard.place)))) as copy:
        labels = [page.label for page in copy.pages]
    first, second = (f"Pièce {number}" for number in (len(filed_pieces(filed)) - 1, len(filed_pieces(filed))))
    assert labels[labels.index(first) + 1] == second and len(labels) == labels.index(second) + 3


@pytest.mark.parametrize("size", [(1e9, 1e9), (1, 1e7), (14_400, 14_400), (3, 3)])
def test_no_page_is_too_large_or_too_small_to_be_laid_on_a_sheet(
    size: tuple[float, float], cupboard: Cupboard, archive: Path
):
    plan = pikepdf.new()
    plan.add_blank_page(page_size=(595, 842))
    plan.pages[0].MediaBox = Array([0, 0, *size])
    filed = makers.make_deposit(makers.make_project(pieces__other=(cupboard.give("plan.pdf", corpus.saved(plan)),)))
    with pikepdf.open(io.BytesIO(made(binding.print_copy(filed, archive, cupboard.place)))) as copy:
        wide, high = (float(each) for each in copy.pages[-1].MediaBox[2:])
    assert 290 <= wide <= 14_400 and 290 <= high <= 14_400


def filed_pieces(deposit: Deposit) -> list[print_copy.Filed]:
    return list(print_copy.filed(deposit))


# ── the ZIP ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def held(deposit: Deposit) -> Deposit:
    """The same without the piece that is lost: the ZIP is never made without a file."""
    content = json.loads(deposit.canonical)
    for section in content["sections"]:
        for answer in section["answers"]:
            if "pieces" in answer:
                answer["pieces"] = [each for each in answer["pieces"] if each["sha256"] != "d" * 64]
    return Deposit(content)


def test_the_zip_holds_everything_and_any_machine_can_check_it(
    held: Deposit, cupboard: Cupboard, archive: Path, tmp_path: Path
):
    with zipfile.ZipFile(io.BytesIO(made(binding.bundle(held, archive, cupboard.chunks)))) as bundle:
        bundle.extractall(tmp_path)
        names = bundle.namelist()
    assert len(names) == len({name.casefold() for name in names})
    assert (tmp_path / "dossier-A22-0001-v1.pdf").read_bytes() == archive.read_bytes()
    assert hashlib.sha256((tmp_path / "dossier.json").read_bytes()).hexdigest() == held.fingerprint
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "manifeste.txt"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0 and checked.stdout.count("\n") == len(names) - 1, checked.stdout + checked.stderr
    manifest = json.loads((tmp_path / "manifeste.json").read_text())
    kept = {each["name"]: each for each in manifest["files"] if "name" in each}
    assert set(kept) == {"plan.pdf", "verrou.pdf", "coupé.pdf", "../photo <1>.jpg", "a.png", "schéma 漢.pdf"}
    for each in manifest["files"]:
        path = tmp_path / each["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == each["sha256"] and path.stat().st_size == each["size"]
    assert manifest["fingerprint"] == held.fingerprint


def test_one_changed_byte_is_told_by_the_list(held: Deposit, cupboard: Cupboard, archive: Path, tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(made(binding.bundle(held, archive, cupboard.chunks)))) as bundle:
        bundle.extractall(tmp_path)
    path = tmp_path / "pieces" / "a.png"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    checked = subprocess.run(
        ["sha256sum", "-c", "manifeste.txt"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1 and "pieces/a.png: FAILED" in checked.stdout


def test_no_name_of_the_zip_leaves_its_folder(held: Deposit, cupboard: Cupboard, archive: Path):
    with zipfile.ZipFile(io.BytesIO(made(binding.bundle(held, archive, cupboard.chunks)))) as bundle:
        for name in bundle.namelist():
            assert ".." not in name.split("/") and not name.startswith("/") and "\\" not in name
            assert name.count("/") == (1 if name.startswith("pieces/") else 0)


def test_the_same_deposit_gives_the_same_zip(held: Deposit, cupboard: Cupboard, archive: Path):
    first, second = (made(binding.bundle(held, archive, cupboard.chunks)) for _ in range(2))
    assert first == second


def test_a_zip_is_never_made_without_a_file_or_with_a_damaged_one(
    deposit: Deposit, held: Deposit, cupboard: Cupboard, archive: Path
):
    with pytest.raises(FileNotFoundError):
        binding.bundle(deposit, archive, cupboard.chunks)

    def damaged(sha256: str) -> Iterator[bytes]:
        yield b"x"
        raise Damaged(sha256)

    with pytest.raises(Damaged):
        binding.bundle(held, archive, damaged)


def test_the_readme_says_how_to_check_and_names_the_files_to_the_letter(
    held: Deposit, cupboard: Cupboard, archive: Path
):
    with zipfile.ZipFile(io.BytesIO(made(binding.bundle(held, archive, cupboard.chunks)))) as bundle:
        said = bundle.read("LISEZMOI.txt").decode()
    assert "sha256sum -c manifeste.txt" in said and "pieces/schéma 漢.pdf\n" in said
    assert "n’émane d’aucune administration" in said


@pytest.mark.parametrize("kind", ["print_copy", "bundle"])
def test_both_are_made_and_kept_by_the_worker(
    kind: str, sessions: Any, files: Any, camille: Any, complete: str, archive: Path
):
    from grantapp.services import depositing, printing
    from grantapp.storage import queries
    from grantapp.storage.models import DocumentKind

    with sessions.writing() as session:
        depositing.deposit(session, complete, address="https://depots.example", now=makers.NOW, by=camille)
        row = queries.get_deposit(session, complete, camille)
        session.add(makers.document_row(row.id, sha256=files.keep(archive.read_bytes())))
        session.commit()
    printing.print_deposit(sessions, files, row.id, DocumentKind(kind), key=makers.seal_key(), now=makers.NOW)
    with sessions.reading() as session:
        kept = queries.find_document(session, row.id, DocumentKind(kind))
        assert kept is not None
        content = files.read(kept.sha256)
    assert len(content) == kept.size
    assert content.startswith(b"%PDF-" if kind == "print_copy" else b"PK\x03\x04")


def test_what_is_offered_is_what_can_be_made():
    from grantapp.services import papers, printing

    assert set(printing.MAKERS) == set(papers.SORTS)
