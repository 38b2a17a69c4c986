"""What may be attached, what is refused and with which words; the parent stands whatever it is sent."""

import hashlib
import io
import threading
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from grantapp.domain.inspected import LONGEST_SIDE, MOST_BYTES, MOST_PAGES, Flaw, Note
from grantapp.domain.lifecycle import Refused
from grantapp.french import typeset
from grantapp.inspection import child as childhood
from grantapp.inspection import opening
from grantapp.inspection.found import GIVEN
from grantapp.inspection.opening import opened
from tests.inspection import corpus


def refusal(content: bytes, name: str = "plan.pdf") -> str:
    with pytest.raises(Refused) as refused, opened(name, io.BytesIO(content)):
        pass
    return refused.value.sentence


def notes_of(content: bytes, name: str = "plan.pdf") -> tuple[Note, ...]:
    with opened(name, io.BytesIO(content)) as found:
        return found.found.notes


@pytest.mark.parametrize("what", corpus.REFUSED)
def test_it_is_refused_with_the_sentence_that_names_the_file_and_the_remedy(what: str):
    content, flaw = corpus.REFUSED[what]
    assert refusal(content) == typeset(flaw.sentence("plan.pdf"))


@pytest.mark.parametrize("flaw", Flaw)
def test_every_refusal_names_the_file_and_says_what_to_do(flaw: Flaw):
    said = flaw.sentence("plan.pdf", 60_000_000)
    assert said.startswith("« plan.pdf » ") and "{" not in said
    assert said.count(". ") + said.count(" : ") >= 1, "what is wrong, then what to do"


def test_a_sound_pdf_is_kept_byte_for_byte():
    with opened("plan.pdf", io.BytesIO(corpus.SOUND)) as found:
        assert found.path.read_bytes() == corpus.SOUND
        assert found.piece.sha256 == hashlib.sha256(corpus.SOUND).hexdigest()
        assert (found.piece.name, found.piece.size, found.piece.pages) == ("plan.pdf", len(corpus.SOUND), 2)
        assert (found.media_type, found.found.notes) == ("application/pdf", ())


@pytest.mark.parametrize("padding", [b"\n", b"\r\n", b"\0" * 500, b" \t\n"])
def test_blanks_after_the_end_are_no_fault(padding: bytes):
    assert notes_of(corpus.SOUND + padding) == ()


def test_even_long_blanks_are_only_mended():
    assert notes_of(corpus.SOUND + b"\0" * 70_000) == (Note.REPAIRED,)


def test_the_limits_of_size_and_pages_are_the_last_accepted():
    heavy = corpus.SOUND.ljust(MOST_BYTES, b"\n")
    with opened("plan.pdf", io.BytesIO(heavy)) as found:
        assert found.piece.size == MOST_BYTES
    assert "50" in refusal(heavy + b"\n") and "limite" in refusal(heavy + b"\n")
    with opened("plan.pdf", io.BytesIO(corpus.pdf(pages=MOST_PAGES))) as found:
        assert found.piece.pages == MOST_PAGES


def test_commands_below_the_limit_are_accepted():
    assert notes_of(corpus.pdf(corpus.unfolding(50_000_000))) == ()


@pytest.mark.parametrize("name", ["facture.xml", "donnees.JSON", "plan.png"])
def test_data_attached_to_a_pdf_is_accepted_and_said(name: str):
    assert notes_of(corpus.pdf(corpus.carrying(name))) == (Note.CARRIES_DATA,)


def test_a_link_to_a_page_or_to_a_site_is_no_danger():
    to = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://www.ademe.fr/")
    assert notes_of(corpus.pdf(corpus.annotated(Subtype=pikepdf.Name.Link, A=to))) == ()


def test_words_that_only_speak_of_scripts_are_no_danger():
    def speak(made: pikepdf.Pdf) -> None:
        made.docinfo["/Title"] = "Le langage /JavaScript et l'action /Launch"

    assert notes_of(corpus.pdf(speak)) == ()


def test_a_faulty_table_of_places_is_mended_and_said():
    shifted = corpus.pdf(object_stream_mode=pikepdf.ObjectStreamMode.disable).replace(b"startxref\n", b"startxref\n1")
    assert notes_of(shifted) == (Note.REPAIRED,)


def test_a_truncated_pdf_is_never_accepted():
    whole = corpus.pdf(pages=12)
    body = whole.rstrip()
    for place in [*range(8, len(body), len(body) // 24), len(body) - 1]:
        said = refusal(whole[:place])
        assert said in {typeset(flaw.sentence("plan.pdf")) for flaw in (Flaw.TRUNCATED, Flaw.DAMAGED)}, place


@pytest.mark.parametrize(
    ("given", "content", "kept"),
    [
        ("photo.jpg", corpus.SOUND, "photo.pdf"),
        ("plan.pdf", corpus.jpeg(), "plan.jpg"),
        ("PLAN.PDF", corpus.SOUND, "PLAN.PDF"),
        ("photo.JPEG", corpus.jpeg(), "photo.JPEG"),
        ("../a.pdf.html", corpus.SOUND, "a.pdf.html.pdf"),
        ("é" * 200 + ".exe", corpus.png(), "é" * 146 + ".png"),
    ],
)
def test_the_bytes_tell_what_it_is_and_the_name_follows(given: str, content: bytes, kept: str):
    with opened(given, io.BytesIO(content)) as found:
        assert found.piece.name == kept


@pytest.mark.parametrize("content", [corpus.jpeg(), corpus.png(), corpus.png(mode="P"), corpus.png(mode="I;16")])
def test_an_image_is_rewritten_with_nothing_but_its_points(content: bytes):
    with opened("photo", io.BytesIO(content)) as found:
        written = found.path.read_bytes()
        assert corpus.SECRET.encode() not in written and b"Exif" not in written
        with Image.open(io.BytesIO(written)) as image:
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert found.piece.sha256 == hashlib.sha256(written).hexdigest()
        assert found.piece.pages == 1


def test_a_photograph_that_says_where_it_was_taken_is_told_apart():
    assert notes_of(corpus.jpeg()) == (Note.LOCATED,)
    assert notes_of(corpus.jpeg(located=False)) == (Note.REWRITTEN,)


def test_a_photograph_stays_a_photograph_and_a_drawing_stays_sharp():
    with opened("a", io.BytesIO(corpus.jpeg())) as photo, opened("b", io.BytesIO(corpus.png())) as drawing:
        assert (photo.media_type, drawing.media_type) == ("image/jpeg", "image/png")


@pytest.mark.parametrize(("turned", "upright"), [(1, (640, 480)), (3, (640, 480)), (6, (480, 640)), (8, (480, 640))])
def test_a_photograph_held_sideways_is_set_upright(turned: int, upright: tuple[int, int]):
    with opened("photo.jpg", io.BytesIO(corpus.jpeg(turned=turned))) as found, Image.open(found.path) as image:
        assert image.size == upright
        # The gradient goes from black to white, from the top of what the phone saw.
        dark = {1: (320, 5), 3: (320, 475), 6: (475, 320), 8: (5, 320)}[turned]
        light = {1: (320, 475), 3: (320, 5), 6: (5, 320), 8: (475, 320)}[turned]
        assert image.getpixel(dark)[0] < 40 and image.getpixel(light)[0] > 215


def test_what_is_transparent_is_laid_on_white():
    with opened("logo.png", io.BytesIO(corpus.png(mode="RGBA"))) as found, Image.open(found.path) as image:
        assert image.convert("RGB").getpixel((10, 10)) == (255, 255, 255)


def test_a_scan_of_sixteen_bits_keeps_its_greys():
    out = io.BytesIO()
    Image.new("I;16", (50, 50), 32_768).save(out, "PNG")
    with opened("scan.png", io.BytesIO(out.getvalue())) as found, Image.open(found.path) as image:
        assert image.getpixel((25, 25)) == 128


@pytest.mark.parametrize(
    ("side", "kept", "notes"), [(LONGEST_SIDE, LONGEST_SIDE, 1), (LONGEST_SIDE + 1, LONGEST_SIDE, 2)]
)
def test_a_very_large_image_is_reduced_and_said(side: int, kept: int, notes: int):
    with opened("plan.png", io.BytesIO(corpus.png((side, 10)))) as found, Image.open(found.path) as image:
        assert max(image.size) == kept
        assert (Note.REDUCED in found.found.notes, len(found.found.notes)) == (notes == 2, notes)


def test_the_number_of_points_has_a_limit():
    with opened("plan.png", io.BytesIO(corpus.huge_png(8_944))) as found:  # 80 million points, almost
        assert found.piece.pages == 1
    assert "pixels" in refusal(corpus.huge_png(8_945))


@pytest.mark.parametrize("content", [corpus.SOUND, corpus.jpeg(), corpus.png((1_000, 10))])
def test_the_thumbnail_is_a_small_jpeg_always_the_same_without_metadata(content: bytes):
    seen = set()
    for _ in range(2):
        with opened("x", io.BytesIO(content)) as found, Image.open(found.thumbnail) as image:
            assert (image.format, max(image.size)) == ("JPEG", 300)
            assert not image.getexif()
            seen.add(found.thumbnail.read_bytes())
    assert len(seen) == 1


def test_the_same_image_sent_twice_gives_the_same_bytes():
    seen = set()
    for _ in range(2):
        with opened("x.jpg", io.BytesIO(corpus.jpeg())) as found:
            seen.add(found.piece.sha256)
    assert len(seen) == 1


def test_nothing_stays_on_the_disk_whether_it_is_accepted_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opening.tempfile, "tempdir", str(tmp_path))
    with opened("plan.pdf", io.BytesIO(corpus.SOUND)) as found:
        assert found.path.is_relative_to(tmp_path)
    refusal(corpus.REFUSED["a film"][0])
    assert list(tmp_path.iterdir()) == []


# ── whatever is sent, the parent answers ─────────────────────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(st.data())
def test_no_byte_of_a_pdf_or_of_an_image_can_do_more_than_be_refused(data: st.DataObject):
    content = bytearray(data.draw(st.sampled_from([corpus.SOUND, corpus.jpeg((64, 48)), corpus.png((32, 20))])))
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        start = data.draw(st.integers(0, len(content) - 1))
        del content[start : start + data.draw(st.integers(1, 200))]
    try:
        with opened("mutant.pdf", io.BytesIO(bytes(content))) as found:
            assert found.piece.pages and found.thumbnail.stat().st_size
    except Refused as refused:
        assert "« mutant.pdf »" in refused.sentence.replace("\u00a0", " ")


def child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Another child than ours: what it does is `code`."""
    run = opening.subprocess.run
    monkeypatch.setattr(opening.subprocess, "run", lambda words, **kwargs: run([words[0], "-c", code], **kwargs))


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.abort()",
        "raise SystemExit(3)",
        "",
        "print('null')",
        "print('[]')",
        "print('{')",
        'print(\'{"flaw": "nonsense"}\')',
        'print(\'{"pages": 0, "notes": []}\')',
        'print(\'{"pages": 1, "notes": ["nonsense"]}\')',
        'print(\'{"pages": 1, "notes": []}\')',
        "print('x' * 10_000_000)",
    ],
)
def test_a_child_that_dies_or_lies_is_a_refusal(code: str, monkeypatch: pytest.MonkeyPatch):
    child(monkeypatch, code)
    assert "« plan.pdf »" in refusal(corpus.SOUND).replace("\u00a0", " ")


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(childhood, "PATIENCE", 0.3)
    child(monkeypatch, "import time; time.sleep(60)")
    assert refusal(corpus.SOUND) == typeset(Flaw.TOO_LARGE.sentence("plan.pdf"))


def test_few_files_are_opened_at_once_and_one_more_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opening, "QUEUE", 0.1)
    monkeypatch.setattr(opening, "_turns", threading.BoundedSemaphore(1))
    with opening._turns:
        assert refusal(corpus.SOUND) == typeset(Flaw.TOO_BUSY.sentence("plan.pdf"))
    assert notes_of(corpus.SOUND) == ()
    refusal(corpus.REFUSED["a film"][0])
    assert notes_of(corpus.SOUND) == (), "a refusal gives its turn back"


@pytest.mark.parametrize(
    "greed",
    [
        "kept = bytearray(2**31)",
        "while True: pass",
        "open('big', 'wb').write(bytes(300_000_000))",
        "[open('/dev/null') for _ in range(100)]",
    ],
    ids=["memory", "processor", "disk", "files"],
)
def test_the_child_cannot_take_what_it_was_not_given(greed: str, monkeypatch: pytest.MonkeyPatch):
    sound = f"import sys; sys.path.insert(0, {str(childhood.HOUSE)!r}); from grantapp.inspection.child import confine\n"
    shorter = "confine(seconds=1, largest_file=200_000_000)\n"
    child(monkeypatch, f'{sound}{shorter}{greed}\nprint(\'{{"pages": 1, "notes": []}}\')')
    refusal(corpus.SOUND)


def test_the_child_is_told_nothing_of_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRANTAPP_SECRET_KEY", "a secret")
    (tmp_path / GIVEN).write_bytes(corpus.SOUND)
    child(monkeypatch, "import os, pathlib; pathlib.Path('told').write_text(repr(sorted(os.environ)))")
    opening.ask(tmp_path, "look", "application/pdf")
    told = (tmp_path / "told").read_text()
    assert "PYTHONPATH" in told and "GRANTAPP" not in told and "HOME" not in told
