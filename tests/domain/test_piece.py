"""Which files may be attached."""

import hashlib

import pytest

from grantapp.domain.lifecycle import Refused
from grantapp.domain.piece import LONGEST_NAME, MOST_BYTES, examine, shown_name

PDF = b"%PDF-1.4\n..."


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
    ],
)
def test_the_first_bytes_tell_what_a_file_is_whatever_its_name(content, media_type):
    piece, found = examine("plan.exe", content)
    assert found == media_type
    assert (piece.size, piece.sha256) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("content", [b"", b"MZ\x90", b"<html>%PDF-", b"PK\x03\x04", b" %PDF-1.4"])
def test_anything_else_is_refused_naming_the_file_and_the_remedy(content):
    with pytest.raises(Refused, match=r"plan\.pdf.*(PDF|envoyez)"):
        examine("plan.pdf", content)


def test_the_limit_is_the_last_size_accepted():
    at_limit = PDF.ljust(MOST_BYTES, b" ")
    assert examine("plan.pdf", at_limit)[0].size == MOST_BYTES
    with pytest.raises(Refused, match="limite"):
        examine("plan.pdf", at_limit + b" ")


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
