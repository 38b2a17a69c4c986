"""Which files may be attached, and the names they are kept under."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.piece import LONGEST_NAME, SUFFIXES, fitting_name, media_type_of, shown_name


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4\n...", "application/pdf"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"", None),
        (b"MZ\x90", None),
        (b"<html>%PDF-", None),
        (b"PK\x03\x04", None),
        (b" %PDF-1.4", None),
    ],
)
def test_the_first_bytes_tell_what_a_file_is(content, media_type):
    assert media_type_of(content) == media_type


@given(st.text(max_size=400), st.sampled_from(list(SUFFIXES)))
def test_a_kept_name_fits_its_content_and_changes_no_more(name, media_type):
    kept = fitting_name(name, media_type)
    assert kept.lower().endswith(SUFFIXES[media_type]) and len(kept) <= LONGEST_NAME
    assert not set(kept) & set("/\\\n\t\0")
    assert fitting_name(kept, media_type) == kept


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\dossier\\plan.pdf", "plan.pdf"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("a\x00.pdf", "a.pdf"),
        ("...", "piece"),
        ("", "piece"),
        ("e\u0301tude.pdf", "étude.pdf"),
        ("é" * 300 + ".pdf", "é" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_is_never_a_path_and_never_invisible(given, shown):
    assert shown_name(given) == shown
