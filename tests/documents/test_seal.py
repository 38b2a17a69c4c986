"""The seal: one changed byte is seen, wherever it is; other programs read it; the same file gives the same seal."""

import random
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from grantapp.documents.seal import Examined, SealState, examine_seal, seal, unseal
from grantapp.documents.seal_key import NAME, BadKey, Certificate, SealKey, make_key
from tests.documents.making import FILED_AT
from tests.makers import seal_key

ADDRESS = "https://depots.example"
SEED = 20_220_429
MUTATIONS = 1_000


def sealed_again(content: bytes, key: SealKey, fingerprint: str) -> bytes:
    return seal(content, key, at=FILED_AT, fingerprint=fingerprint, address=ADDRESS)


@pytest.fixture(scope="session")
def key() -> SealKey:
    return seal_key()


@pytest.fixture(scope="session")
def sealed(sample, key) -> bytes:
    deposit, printed = sample
    return sealed_again(printed.content, key, deposit.fingerprint)


def states_of(content: bytes, key: SealKey) -> SealState:
    return examine_seal(content, [key.certificate]).state


def gap(content: bytes) -> tuple[int, int]:
    start, end = re.search(rb"/ByteRange \[ 0 (\d+) (\d+)", content).groups()
    return int(start), int(end)


def changed(content: bytes, position: int, value: int) -> bytes:
    assert content[position] != value
    return content[:position] + bytes((value,)) + content[position + 1 :]


# ── what an unbroken seal says ───────────────────────────────────────────────────────────────────────────────────


def test_a_sealed_file_says_when_for_which_deposit_and_by_whom(sample, sealed, key):
    deposit, _ = sample
    told = examine_seal(sealed, [key.certificate])
    assert told == Examined(SealState.INTACT, key.certificate, FILED_AT, deposit.fingerprint)
    assert told.certificate.name == NAME
    assert "non officiel" in NAME


def test_the_same_file_is_sealed_the_same_to_the_byte(sample, sealed, key):
    deposit, printed = sample
    assert sealed_again(printed.content, key, deposit.fingerprint) == sealed


def test_a_certificate_that_was_not_given_answers_for_nothing(sealed, key):
    told = examine_seal(sealed)
    assert (told.state, told.certificate) == (SealState.STRANGER, key.certificate)
    other = other_key().certificate
    assert examine_seal(sealed, [other]).state is SealState.STRANGER
    assert examine_seal(sealed, [other, key.certificate]).state is SealState.INTACT


def test_a_seal_made_with_the_same_name_by_another_key_is_a_stranger_s(sample, key):
    deposit, printed = sample
    forged = sealed_again(printed.content, other_key(), deposit.fingerprint)
    assert states_of(forged, key) is SealState.STRANGER


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"/ByteRange [ 0 1 4 0 ]", b"x" * 100])
def test_what_bears_no_seal_is_not_called_broken(content, key):
    assert states_of(content, key) is SealState.NONE


def test_an_unsealed_dossier_bears_no_seal(sample, key):
    _, printed = sample
    assert states_of(printed.content, key) is SealState.NONE


# ── one changed byte ─────────────────────────────────────────────────────────────────────────────────────────────


def test_one_changed_byte_anywhere_is_seen_a_thousand_times_of_a_thousand(sealed, key):
    draw = random.Random(SEED)  # noqa: S311
    stride = len(sealed) / MUTATIONS  # one in each part of the file, so that none is left out by chance
    found = []
    for number in range(MUTATIONS):
        position = draw.randrange(int(number * stride), int((number + 1) * stride))
        value = draw.choice([each for each in range(256) if each != sealed[position]])
        found.append(states_of(changed(sealed, position, value), key))
    assert found == [SealState.BROKEN] * MUTATIONS


def test_each_changed_byte_of_a_small_file_is_seen(key):
    """One after the other: what a file is recognised by is never all lost at once."""
    blank = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(blank)
    small = sealed_again(blank.getvalue(), key, "0123456789abcdef" * 4)
    for position in range(len(small)):
        assert states_of(changed(small, position, small[position] ^ 1), key) is SealState.BROKEN, position


def test_one_changed_bit_of_each_byte_of_the_signature_is_seen(sealed, key):
    """Between `<` and `>` the signature does not cover itself."""
    start, end = gap(sealed)
    draw = random.Random(SEED)  # noqa: S311
    for position in range(start - 2, end + 2):
        other = changed(sealed, position, sealed[position] ^ (1 << draw.randrange(8)))
        assert states_of(other, key) is SealState.BROKEN, position


def test_another_way_of_writing_the_same_signature_is_seen(sealed, key):
    start, end = gap(sealed)
    letters = [position for position in range(start, end) if sealed[position : position + 1].isalpha()]
    for position in random.Random(SEED).sample(letters, 100):  # noqa: S311
        assert states_of(changed(sealed, position, sealed[position] ^ 0x20), key) is SealState.BROKEN
    digits = sealed[start + 1 : end - 1]
    for written in (digits.upper(), b" " + digits[:-1], digits[:-2] + b"00", digits[:-1] + b" "):
        assert states_of(sealed[: start + 1] + written + sealed[end - 1 :], key) is SealState.BROKEN


def test_each_byte_of_what_the_seal_says_of_itself_counts(sealed, key):
    start, end = gap(sealed)
    first, last = sealed.rindex(b" obj", 0, start), sealed.index(b"endobj", end)
    for position in (*range(first, start), *range(end, last)):
        assert states_of(changed(sealed, position, sealed[position] ^ 1), key) is SealState.BROKEN


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_seen(sealed, key, kept):
    assert states_of(sealed[: int(len(sealed) * kept)], key) is SealState.BROKEN


@pytest.mark.parametrize("tail", [b"\n", b" ", b"\0", b"%%EOF\n", b"x" * 5_000])
def test_appended_bytes_are_seen(sealed, key, tail):
    assert states_of(sealed + tail, key) is SealState.BROKEN
    assert states_of(tail + sealed, key) is SealState.BROKEN


def test_a_missing_or_a_doubled_byte_is_seen(sealed, key):
    for position in (0, len(sealed) // 3, gap(sealed)[0] + 5, len(sealed) - 1):
        assert states_of(sealed[:position] + sealed[position + 1 :], key) is SealState.BROKEN
        assert states_of(sealed[:position] + sealed[position : position + 1] + sealed[position:], key) is (
            SealState.BROKEN
        )


def test_an_incremental_update_is_seen(sealed, key):
    """What a reader does when somebody annotates or signs: the first revision is still whole inside the file."""
    from pyhanko.pdf_utils.generic import NameObject, NumberObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    writer.root[NameObject("/Added")] = NumberObject(1)
    writer.update_root()
    written = BytesIO()
    writer.write(written)
    assert written.getvalue().startswith(sealed)
    assert states_of(written.getvalue(), key) is SealState.BROKEN


def test_a_file_that_was_saved_again_is_seen(sealed, key, tmp_path):
    again = tmp_path / "again.pdf"
    with pikepdf.open(BytesIO(sealed)) as document:
        document.save(again)
    assert states_of(again.read_bytes(), key) in (SealState.BROKEN, SealState.NONE)
    assert states_of(again.read_bytes(), key) is not SealState.INTACT


def test_a_signature_moved_to_another_content_is_seen(sample, sealed, key, deposit_of):
    """The numbers of the range may be rewritten: what they leave out must be the signature, and nothing else."""
    start, end = gap(sealed)
    hidden = b"/Evil (hidden)"
    moved = sealed[:end] + hidden + sealed[end:]
    numbers = b"/ByteRange [ 0 %d %d %d" % (start, end + len(hidden), len(sealed) - end)
    moved = re.sub(rb"/ByteRange \[ 0 \d+ \d+ \d+", numbers, moved)
    assert states_of(moved, key) is SealState.BROKEN


def test_a_seal_that_is_taken_out_leaves_no_trace(sealed, key):
    """What is made of a sealed document is another document: it must not look like a broken one."""
    written = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as document:
        unseal(document)
        assert "/AcroForm" not in document.Root and "/Perms" not in document.Root
        document.save(written)
    assert b"/ByteRange" not in written.getvalue()
    assert states_of(written.getvalue(), key) is SealState.NONE


def test_to_unseal_what_is_not_sealed_changes_nothing(sample):
    _, printed = sample
    with pikepdf.open(BytesIO(printed.content)) as document:
        before = len(document.objects)
        unseal(document)
        assert len(document.objects) == before


# ── other programs ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_independent_reader_finds_the_whole_file_certified_and_closed_to_changes(sealed, key):
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    trusted = asn1_x509.Certificate.load(key.certificate.chain[0])
    context = ValidationContext(trust_roots=[trusted], allow_fetching=False, moment=FILED_AT + timedelta(days=1))
    signature = PdfFileReader(BytesIO(sealed)).embedded_signatures[0]
    status = validate_pdf_signature(signature, signer_validation_context=context)
    assert status.bottom_line and status.intact and status.valid and status.docmdp_ok
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.docmdp_level.name == "NO_CHANGES"
    assert signature.self_reported_timestamp == FILED_AT


def test_poppler_agrees(sealed, tmp_path):
    if not shutil.which("pdfsig"):
        pytest.skip("pdfsig (poppler-utils) is not there")
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in said and "Total document signed" in said and NAME in said


def test_sealing_breaks_no_rule_of_the_archive_and_accessibility_formats(sample, sealed, tmp_path):
    """Whatever the unsealed file fails, the sealed one fails the same, and nothing more."""
    import page

    _, printed = sample
    before, after = tmp_path / "before.pdf", tmp_path / "after.pdf"
    before.write_bytes(printed.content)
    after.write_bytes(sealed)
    for profile in ("3a", "ua1"):
        rules = [
            set(re.findall(r"^\[(PDF[\w-]+)\]", str(page.validate_pdf(str(path), profile=profile)), re.MULTILINE))
            for path in (before, after)
        ]
        assert rules[1] - rules[0] <= {"PDFA3A-STREAM-LENGTH-001"}, profile


def test_the_field_is_in_the_structure_and_has_a_name_that_is_read_aloud(sealed):
    with pikepdf.open(BytesIO(sealed)) as document:
        (field,) = document.Root.AcroForm.Fields
        assert "Cachet" in str(field.TU)
        tree = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
        form = tree[int(field.StructParent)]
        assert str(form.S) == "/Form"
        assert form.K[0].Obj.T == field.T


# ── keys and certificates ────────────────────────────────────────────────────────────────────────────────────────


def certificate_for(private, days: int = 30) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autre cachet inventé")])
    now = datetime(2022, 1, 1, tzinfo=UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
    )
    return built.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def pem_of(private, password: bytes | None = None) -> bytes:
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


_other: list[SealKey] = []


def other_key() -> SealKey:
    if not _other:
        pem = make_key(FILED_AT)
        _other.append(SealKey.read(pem, pem))
    return _other[0]


def test_a_new_certificate_says_that_it_is_technical_and_unofficial(key):
    parsed = key.certificate.parsed
    assert key.certificate.name == "Cachet technique grantapp, service non officiel"
    assert parsed.issuer == parsed.subject
    assert not parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert key.private.key_size == 3072


def test_a_real_certificate_seals_with_those_that_vouch_for_it(sample):
    deposit, printed = sample
    private = rsa_key()
    chain = certificate_for(private) + certificate_for(rsa_key())
    own = SealKey.read(pem_of(private), chain)
    content = sealed_again(printed.content, own, deposit.fingerprint)
    told = examine_seal(content, [own.certificate])
    assert (told.state, told.certificate.name) == (SealState.INTACT, "Autre cachet inventé")
    assert len(own.certificate.chain) == 2
    assert examine_seal(content).state is SealState.STRANGER


def test_a_key_that_cannot_seal_is_refused_with_its_reason():
    private = rsa_key()
    elliptic = ec.generate_private_key(ec.SECP256R1())
    for key, certificate, reason in (
        (b"", certificate_for(private), "clé privée"),
        (pem_of(private), b"", "certificat"),
        (pem_of(private, b"secret"), certificate_for(private), "mot de passe"),
        (pem_of(rsa_key()), certificate_for(private), "n'est pas celui de cette clé"),
        (pem_of(elliptic), certificate_for(elliptic), "RSA"),
        (pem_of(private), certificate_for(elliptic), "RSA"),
        (pem_of(weak := rsa_key(1024)), certificate_for(weak), "1024 bits"),
    ):
        with pytest.raises(BadKey, match=reason):
            SealKey.read(key, certificate)


def test_a_private_key_is_never_shown(key):
    assert "private" not in repr(key)


def test_a_certificate_is_written_and_read_the_same(key):
    assert Certificate.read(key.certificate.pem) == key.certificate
