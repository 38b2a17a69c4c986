"""« Vérifier un dossier » : déposé, remplacé, modifié ou inconnu, and nothing that a stranger should not learn."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa

from grantapp.config import BadSetting, Settings
from grantapp.documents.seal import seal
from grantapp.documents.seal_key import Certificate, SealKey, make_key
from grantapp.domain.deposit import Deposit, thaw
from grantapp.services import depositing, printing, sealing, verdict, verifying
from grantapp.services.verdict import Answer, Verdict
from grantapp.storage.keyring import Keyring
from grantapp.storage.models import DepositRow, DocumentKind, DocumentRow, PrintoutKind, PrintoutRow
from tests import makers
from tests.makers import ADDRESS, NOW

SEED = 20_220_315
MUTATIONS = 1_000
KNOWN = (makers.seal_key().certificate,)
PERSONAL = ("Camille", "Mistral", "Reconversion de l’ancienne", "imaginaire", "550", "mistral.example")


def small_pdf() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(written, deterministic_id=True)
    return written.getvalue()


@pytest.fixture
def filed(sessions, files, camille, complete) -> Deposit:
    """Version 1 of a dossier, filed; its documents not made yet."""
    with sessions.writing() as session:
        depositing.deposit(session, complete, address=ADDRESS, now=NOW, by=camille)
    with sessions.reading() as session:
        return thaw(session.scalars(sa.select(DepositRow.canonical)).one().encode())


@pytest.fixture
def make(sessions, files, filed) -> Callable[..., bytes]:
    """`make(kind, maker)`: a document of version 1, made and kept as the worker does it."""

    def made(kind: DocumentKind = DocumentKind.DOSSIER, maker: printing.Maker | None = None) -> bytes:
        maker = maker or (lambda shelf: shelf.sealed(small_pdf()))
        with sessions.reading() as session:
            row = session.scalars(sa.select(DepositRow).where(DepositRow.number == 1)).one()
        key = makers.seal_key()
        printing.print_deposit(sessions, files, row.id, kind, key=key, now=NOW, makers={kind: maker})
        with sessions.reading() as session:
            return files.read(session.get_one(DocumentRow, (row.id, kind)).sha256)

    return made


@pytest.fixture
def ask(sessions) -> Callable[[bytes], Answer]:
    def asked(content: bytes) -> Answer:
        with sessions.reading() as session:
            return verifying.verify_file(session, content, KNOWN)

    return asked


def ask_code(sessions, typed: str) -> Answer:
    with sessions.reading() as session:
        return verifying.verify_code(session, verifying.read_code(typed))


def file_again(sessions, filed: Deposit, number: int) -> Deposit:
    """A later version, as filing writes it."""
    later = Deposit({**filed.content, "number": number, "deposited_at": (NOW + timedelta(days=number)).isoformat()})
    with sessions.writing() as session:
        first = session.scalars(sa.select(DepositRow).where(DepositRow.number == 1)).one()
        session.add(
            DepositRow(
                dossier_id=first.dossier_id,
                number=number,
                deposited_at=NOW + timedelta(days=number),
                deposited_by_id=first.deposited_by_id,
                edition_id=first.edition_id,
                edition_version=first.edition_version,
                canonical=later.canonical.decode(),
                fingerprint=later.fingerprint,
            )
        )
        session.commit()
    return later


# ── by its code ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_is_forgiven_its_spaces_its_dashes_its_capitals_and_its_look_alikes(sessions, filed):
    code = filed.short_code
    digits = code.replace(" ", "")
    lookalike = digits.replace("0", "O").replace("1", "l")
    for typed in (code, code.lower(), digits, code.replace(" ", "-"), code.replace(" ", "\u00a0"), f" {code} ",
                  code.replace(" ", "·"), filed.fingerprint, filed.fingerprint.upper(), lookalike):  # fmt: skip
        found = ask_code(sessions, typed)
        assert (found.verdict, found.filed.fingerprint) == (Verdict.FILED, filed.fingerprint), typed


def test_a_filed_version_says_its_reference_its_instant_and_its_edition(sessions, filed):
    told = ask_code(sessions, filed.short_code).filed
    assert (told.reference, told.number, told.deposited_at) == (filed.content["reference"], 1, NOW)
    assert (told.edition_version, told.replaced_by) == (filed.content["edition"]["version"], None)
    assert "2022" in told.edition


def test_one_wrong_character_is_unknown_and_told_what_to_do(sessions, filed):
    digits = filed.fingerprint[:12]
    for place in range(12):
        other = "0" if digits[place] != "0" else "1"
        found = ask_code(sessions, digits[:place] + other + digits[place + 1 :])
        assert (found.verdict, found.filed) == (Verdict.UNKNOWN, None)
        assert "caractère par caractère" in found.advice[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Tapez le code"),
        (" - ", "Tapez le code"),
        ("3F2A 90C4 7B1", "il en manque 1"),
        ("3f2a", "il en manque 8"),
        ("bonjour monsieur", "Ce n'est pas un code"),
        ("0" * 65, "Ce n'est pas un code"),
        ("é" * 12, "Ce n'est pas un code"),
        ("%" * 12, "Tapez le code"),
    ],
)
def test_what_cannot_be_a_code_is_refused_with_what_is_wrong(typed, said):
    with pytest.raises(verifying.BadCode, match=said):
        verifying.read_code(typed)


def test_a_replaced_version_names_the_last_one_and_its_instant(sessions, filed, make, ask):
    content = make()
    assert ask(content).verdict is Verdict.FILED
    file_again(sessions, filed, 2)
    last = file_again(sessions, filed, 3)
    for found in (ask_code(sessions, filed.short_code), ask(content), ask(filed.canonical)):
        assert found.verdict is Verdict.REPLACED
        assert found.filed.number == 1
        assert found.filed.replaced_by == (3, NOW + timedelta(days=3))
        assert "version 3" in found.sentence and "le 18\u00a0mars 2022" in found.sentence
    assert ask_code(sessions, last.short_code).verdict is Verdict.FILED


def test_a_draft_is_unknown_under_the_code_it_would_have(sessions, complete):
    draft = makers.make_deposit()
    assert ask_code(sessions, draft.short_code).verdict is Verdict.UNKNOWN


# ── by its bytes ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_dossier_as_it_was_made_is_filed(make, ask, filed):
    found = ask(make())
    assert (found.verdict, found.document) == (Verdict.FILED, "le dossier déposé")
    assert found.filed.fingerprint == filed.fingerprint
    assert any("Pas un octet" in each for each in found.proved)
    assert any("eIDAS" in each for each in found.not_proved)


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if kind is not DocumentKind.DOSSIER])
def test_each_other_document_of_a_deposit_is_named(make, ask, kind):
    found = ask(make(kind, lambda shelf: b"other bytes"))
    assert (found.verdict, found.document) == (Verdict.FILED, verdict.typeset(verifying.DOCUMENTS[kind]))


@pytest.mark.parametrize("kind", list(PrintoutKind))
def test_what_was_printed_before_any_filing_is_ours_and_not_filed(sessions, complete, ask, kind):
    import hashlib

    from grantapp.storage.models import DossierRow

    content = b"%PDF-1.7 brouillon"
    with sessions.writing() as session:
        dossier = session.scalars(sa.select(DossierRow.id)).one() if kind is PrintoutKind.PREPARATORY else None
        sha256 = hashlib.sha256(content).hexdigest()
        row = PrintoutRow(kind=kind, source="0" * 64, dossier_id=dossier, sha256=sha256, size=9, made_at=NOW)
        session.add(row)
        session.commit()
    found = ask(content)
    assert (found.verdict, found.filed) == (Verdict.NOT_FILED, None)
    assert "rien n’a été déposé" in found.sentence


def test_the_sha256_of_a_file_is_taken_for_the_file(sessions, make):
    import hashlib

    found = ask_code(sessions, hashlib.sha256(make()).hexdigest())
    assert (found.verdict, found.document) == (Verdict.FILED, "le dossier déposé")


def test_the_content_alone_is_recognised_however_it_is_written(ask, filed):
    spaced = json.dumps(json.loads(filed.canonical), indent=2).encode()
    for content in (filed.canonical, spaced):
        found = ask(content)
        assert (found.verdict, found.filed.fingerprint) == (Verdict.FILED, filed.fingerprint)
        assert "dossier.json" in found.document


def test_a_changed_content_is_altered(ask, filed):
    changed = filed.canonical.replace(b"550000", b"990000")
    assert changed != filed.canonical
    found = ask(changed)
    assert (found.verdict, found.filed.fingerprint) == (Verdict.ALTERED, filed.fingerprint)
    assert ask(changed[:-1]).verdict is Verdict.ALTERED


@pytest.mark.parametrize("content", [b"{", b"{}", b'{"deposited_at": 3}', b'{"deposited_at":"2022-03-15T09:00:00"}',
    b'{"a":' * 5_000, b"[]", b"", b"%PDF-1.7\n", b"\0" * 1_000])  # fmt: skip
def test_what_is_not_ours_is_unknown_and_explained(ask, filed, content):
    found = ask(content)
    assert (found.verdict, found.filed) == (Verdict.UNKNOWN, None)
    assert any("ne veut pas dire" in each for each in found.advice)


def test_one_changed_byte_of_a_real_dossier_is_altered_a_thousand_times_of_a_thousand(make, ask, filed):
    content = make(DocumentKind.DOSSIER, printing.MAKERS[DocumentKind.DOSSIER])
    assert ask(content).verdict is Verdict.FILED
    draw = random.Random(SEED)  # noqa: S311
    stride = len(content) / MUTATIONS
    found = []
    for number in range(MUTATIONS):
        position = draw.randrange(int(number * stride), int((number + 1) * stride))
        value = draw.choice([each for each in range(256) if each != content[position]])
        answer = ask(content[:position] + bytes((value,)) + content[position + 1 :])
        found.append((answer.verdict, answer.filed and answer.filed.fingerprint))
    assert found == [(Verdict.ALTERED, filed.fingerprint)] * MUTATIONS


def test_a_copy_saved_again_is_altered_and_the_reason_is_told(make, ask, filed):
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(make(DocumentKind.DOSSIER, printing.MAKERS[DocumentKind.DOSSIER]))) as document:
        document.save(saved, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True)
    found = ask(saved.getvalue())
    assert (found.verdict, found.filed.fingerprint) == (Verdict.ALTERED, filed.fingerprint)
    assert any("enregistré à nouveau" in each for each in found.advice)


def test_one_changed_byte_of_the_zip_is_altered_and_alone_it_says_to_open_it(make, ask, filed):
    def bundle(shelf: printing.Shelf) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("dossier.pdf", shelf.sealed(small_pdf()))
            archive.writestr("dossier.json", shelf.deposit.canonical)
        return written.getvalue()

    content = make(DocumentKind.BUNDLE, bundle)
    assert ask(content).verdict is Verdict.FILED
    for position in range(0, len(content), len(content) // 100):
        changed = content[:position] + bytes((content[position] ^ 1,)) + content[position + 1 :]
        assert ask(changed).verdict is Verdict.ALTERED, position
    alone = verifying.verify_file(None, content, KNOWN)
    assert alone.verdict is Verdict.UNKNOWN and "Décompressez-la" in alone.advice[0]


def test_a_file_sealed_by_us_that_the_register_lost_is_still_answered_for(sessions, make, ask, filed):
    content = make()
    other = seal(small_pdf(), makers.seal_key(), at=NOW, fingerprint="ab" * 32)
    with sessions.writing() as session:
        session.execute(sa.delete(DocumentRow))
        session.commit()
    found = ask(content)
    assert (found.verdict, found.filed.fingerprint) == (Verdict.FILED, filed.fingerprint)
    lost = ask(other)
    assert (lost.verdict, lost.filed) == (Verdict.FILED, None)
    assert any("pas au registre" in each for each in lost.advice)


def test_a_dossier_of_another_site_is_unknown_and_its_certificate_named(ask, filed):
    pem = make_key(NOW)
    other = SealKey.read(pem, pem)
    found = ask(seal(small_pdf(), other, at=NOW, fingerprint="cd" * 32, address="https://ailleurs.example"))
    assert (found.verdict, found.filed) == (Verdict.UNKNOWN, None)
    assert other.certificate.sha256 in dict(found.seen).values()


def test_a_forgery_of_our_deposit_under_another_seal_is_altered(ask, filed):
    pem = make_key(NOW)
    found = ask(seal(small_pdf(), SealKey.read(pem, pem), at=NOW, fingerprint=filed.fingerprint, address=ADDRESS))
    assert found.verdict is Verdict.ALTERED


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_answer_says_anything_of_the_people_or_of_the_project(sessions, make, ask, filed):
    content = make()
    for found in (ask_code(sessions, filed.short_code), ask(content), ask(content + b"x"), ask(filed.canonical)):
        said = json.dumps(verdict.as_json(found), ensure_ascii=False)
        assert found.filed is not None
        assert [each for each in PERSONAL if each in said] == []


def test_the_answer_of_machines_always_has_the_same_keys(sessions, make, ask, filed):
    file_again(sessions, filed, 2)
    answers = [ask(make()), ask(b"x"), ask(make() + b"x"), ask_code(sessions, "0" * 12)]
    shapes = [set(verdict.as_json(each)) for each in answers]
    assert all(shape == shapes[0] for shape in shapes)
    assert [verdict.as_json(each)["verdict"] for each in answers] == ["replaced", "unknown", "altered", "unknown"]
    json.dumps([verdict.as_json(each) for each in answers])


def test_verifying_writes_nothing(sessions, make, ask, filed, engine):
    content = make()
    with engine.connect() as connection:
        before = connection.execute(sa.text("PRAGMA data_version")).scalar()
        ask(content)
        ask_code(sessions, filed.short_code)
        assert connection.execute(sa.text("PRAGMA data_version")).scalar() == before


# ── the key of the instance ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.from_env({"GRANTAPP_HOME": str(tmp_path / "home"), "GRANTAPP_SECRET_KEY": "for tests only"})


def test_the_key_is_made_once_and_readable_by_its_owner_alone(settings):
    first = sealing.open_key(Keyring.at(settings), now=NOW)
    assert sealing.open_key(Keyring.at(settings), now=NOW).certificate == first.certificate
    own = settings.home / "cachet" / "cle.pem"
    assert own.stat().st_mode & 0o777 == 0o600
    assert own.parent.stat().st_mode & 0o777 == 0o700
    assert sealing.known_certificates(Keyring.at(settings)) == (first.certificate,)
    assert b"PRIVATE" not in b"".join(pem for _, pem in Keyring.at(settings).certificates())


def test_the_certificate_is_valid_from_before_the_first_filing(settings):
    key = sealing.open_key(Keyring.at(settings), now=sealing.first_day(NOW))
    assert key.certificate.parsed.not_valid_before_utc < NOW


def test_two_processes_that_start_together_share_one_key(settings):
    slow = Keyring.at(settings)
    quick = sealing.open_key(Keyring.at(settings), now=NOW)
    (settings.home / "cachet" / "cle.pem").rename(settings.home / "cachet" / "hidden")

    def make() -> bytes:
        (settings.home / "cachet" / "hidden").rename(settings.home / "cachet" / "cle.pem")  # the other was first
        return make_key(NOW)

    pem, _ = slow.key(make)
    assert SealKey.read(pem, pem).certificate == quick.certificate


def given(settings: Settings, tmp_path: Path, key: bytes, certificate: bytes) -> Settings:
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "certificate.pem").write_bytes(certificate)
    return replace(settings, seal_key=tmp_path / "key.pem", seal_certificate=tmp_path / "certificate.pem")


def test_a_real_certificate_takes_over_and_what_was_sealed_before_is_still_verified(settings, tmp_path):
    first = sealing.open_key(Keyring.at(settings), now=NOW)
    before = seal(small_pdf(), first, at=NOW, fingerprint="ab" * 32)
    pem = make_key(NOW)
    keyring = Keyring.at(given(settings, tmp_path, pem, pem))
    second = sealing.open_key(keyring, now=NOW)
    assert second.certificate == Certificate.read(pem) != first.certificate
    known = sealing.known_certificates(keyring)
    after = seal(small_pdf(), second, at=NOW, fingerprint="ab" * 32)
    assert [verifying.verify_file(None, each, known).verdict for each in (before, after)] == [Verdict.FILED] * 2
    (known_by_second_alone,) = (each for each in known if each == second.certificate)
    assert verifying.verify_file(None, before, (known_by_second_alone,)).verdict is Verdict.UNKNOWN


def test_a_key_that_cannot_seal_stops_the_start_with_a_sentence(settings, tmp_path):
    keyring = Keyring.at(given(settings, tmp_path, make_key(NOW), make_key(NOW)))
    with pytest.raises(BadSetting, match=r"n'est pas celui de cette clé.*GRANTAPP_SEAL_KEY"):
        sealing.open_key(keyring, now=NOW)


def test_a_file_that_is_no_certificate_among_those_kept_is_passed_over(settings):
    key = sealing.open_key(Keyring.at(settings), now=NOW)
    (settings.home / "cachet" / "certificats" / "lisez-moi.pem").write_text("ce n'est pas un certificat")
    assert sealing.known_certificates(Keyring.at(settings)) == (key.certificate,)


def test_the_end_of_a_certificate_is_announced_and_stops_nothing():
    certificate = makers.seal_key().certificate
    end = certificate.expires_at
    assert sealing.warn_of_end(certificate, now=end - timedelta(days=46)) is None
    assert "sera périmé" in sealing.warn_of_end(certificate, now=end - timedelta(days=45))
    assert "est périmé" in sealing.warn_of_end(certificate, now=end)
