"""What is added to what the engine writes: two claims, the fingerprint in clear, the attached files, an identifier."""

import hashlib
import io
import re
from datetime import datetime, timedelta, timezone

import pikepdf
import pytest

from grantapp.documents import pdf
from grantapp.documents.finishing import Attachment, Relationship
from tests.validating import FLAVOURS, broken_rules

AT = datetime(2022, 4, 30, 1, 59, 59, tzinfo=timezone(timedelta(hours=2)))
IDENTIFIER = "0123456789abcdef" * 2


def attachment(
    name: str = "pièce.pdf", content: bytes = b"%PDF-1.4", media_type: str = "application/pdf"
) -> Attachment:
    return Attachment(name, content, media_type, Relationship.SUPPLEMENT, "Une pièce", AT)


def printed(*attachments: Attachment, deposit=None, body: str = "<p>x</p>") -> bytes:
    html = (
        f'<html lang="fr"><title>x</title><link rel="stylesheet" href="grantapp:print.css"><body>{body}</body></html>'
    )
    return pdf.render(html, identifier=IDENTIFIER, deposit=deposit, attachments=attachments)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_dossier_is_an_archive_and_accessible_in_one_file(sample, flavour):
    _, dossier = sample
    assert broken_rules(dossier.content, flavour) == []


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_so_is_a_page_made_from_no_deposit(flavour):
    assert broken_rules(printed(attachment()), flavour) == []


def test_the_fingerprint_the_reference_and_the_version_stand_once_in_clear(sample):
    deposit, dossier = sample
    for name, value in (("fingerprint", deposit.fingerprint), ("reference", "F22-0042"), ("version", "1")):
        assert dossier.content.count(f"<grantapp:{name}>{value}</grantapp:{name}>".encode()) == 1
    assert dossier.content.count(deposit.fingerprint.encode()) == 1


def test_a_reference_cannot_write_metadata_of_its_own(deposit_of, project_with):
    deposit = deposit_of(project_with(rows=1), steps=("request",))
    forged = {**deposit.content, "reference": "</grantapp:reference><pdfaid:part>1</pdfaid:part>&"}
    content = printed(deposit=type(deposit)(forged))
    assert b"<grantapp:reference>&lt;/grantapp:reference&gt;&lt;pdfaid:part&gt;1" in content
    assert broken_rules(content, "3a") == []


def test_there_is_one_description_of_the_file(sample):
    _, dossier = sample
    assert dossier.content.count(b"<rdf:RDF") == dossier.content.count(b"</rdf:RDF>") == 1


def test_the_identifier_begins_with_that_of_the_deposit_and_ends_with_that_of_the_bytes(sample):
    deposit, dossier = sample
    assert re.findall(rb"/ID \[<(\w{32})><\w{32}>\]", dossier.content) == [deposit.fingerprint[:32].encode()]
    one, other = printed(body="<p>x</p>"), printed(body="<p>y</p>")
    with pikepdf.open(io.BytesIO(one)) as first, pikepdf.open(io.BytesIO(other)) as second:
        assert bytes(first.trailer.ID[0]).hex() == bytes(second.trailer.ID[0]).hex() == IDENTIFIER
        assert bytes(first.trailer.ID[1]) != bytes(second.trailer.ID[1])


def test_an_identifier_that_is_no_fingerprint_is_refused():
    with pytest.raises(ValueError, match="hexadecimal"):
        pdf.render('<html lang="fr"><title>x</title><p>x</p>', identifier="Non déposé")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"%PDF-" + bytes(range(256)) * 400, "application/pdf"), (b"{}" * 9000, "application/json"), (b"", "image/png")],
)
def test_an_attached_file_comes_out_as_it_was(content, media_type):
    with pikepdf.open(io.BytesIO(printed(attachment(content=content, media_type=media_type)))) as document:
        (described,) = document.Root.AF
        file = described.EF.F
        assert file.read_bytes() == content
        assert str(file["/Subtype"]) == f"/{media_type}"
        assert file.Params.Size == len(content)
        assert bytes(file.Params.CheckSum) == hashlib.md5(content, usedforsecurity=False).digest()
        assert str(file.Params.ModDate) == str(file.Params.CreationDate) == "D:20220429235959Z"
        assert described.AFRelationship == "/Supplement"
        assert (str(described.UF), str(described.Desc)) == ("pièce.pdf", "Une pièce")


def test_attached_files_are_listed_once_each_in_the_order_that_a_name_tree_asks_for():
    names = ("é.pdf", "b.pdf", "a.pdf", "日本.pdf", "B.pdf")
    with pikepdf.open(io.BytesIO(printed(*(attachment(name) for name in names)))) as document:
        listed = document.Root.Names.EmbeddedFiles.Names
        keys = [bytes(listed[at]) for at in range(0, len(listed), 2)]
        assert keys == sorted(keys) and len(keys) == len(document.Root.AF) == 5
        assert set(document.attachments) == set(names)


def test_a_document_with_headings_opens_with_them_beside():
    with pikepdf.open(io.BytesIO(printed(body="<h1>Titre</h1>"))) as document:
        assert document.Root.PageMode == "/UseOutlines"
