"""« Vérifier un dossier » : is this what was filed? Asked with a code or with a file, by whoever holds one.

Nothing is written, nothing of the file is kept, nobody has to sign in. The site asks its register; the terminal asks
the register of its home, or does with the seal alone.
"""

import hashlib
import json
import mmap
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grantapp import french
from grantapp.config import Settings
from grantapp.documents.marks import find_marks
from grantapp.documents.seal import Content, Examined, SealState, examine_seal
from grantapp.documents.seal_key import BadKey, Certificate
from grantapp.domain.deposit import Deposit, short_code, thaw
from grantapp.services import sealing, verifying_assemblies
from grantapp.services.verdict import (
    SAVED_AGAIN,
    TECHNICAL,
    Answer,
    Filed,
    Proof,
    Verdict,
    altered,
    altered_assembly,
    answer,
    filed_or_replaced,
    unknown_code,
    unknown_file,
    zip_alone,
)
from grantapp.storage import collectives, queries
from grantapp.storage.cooperative import AssemblyRow
from grantapp.storage.database import Sessions, make_engine
from grantapp.storage.keyring import Keyring
from grantapp.storage.models import DepositRow, DocumentKind, DocumentRow, PrintoutKind

SHORTEST_CODE = 12
ZIP = b"PK\x03\x04"
LARGEST_JSON = 20_000_000  # bytes
MOST_MARKS = 200
LOOKALIKES = str.maketrans("OoIiLl", "001111")
SEPARATORS = re.compile(r"[\W_]+")
DOCUMENTS = {
    DocumentKind.DOSSIER: "le dossier déposé",
    DocumentKind.PRINT_COPY: "la copie à imprimer, avec les pièces",
    DocumentKind.BUNDLE: "l'archive ZIP du dossier et de ses pièces",
    DocumentKind.ACKNOWLEDGEMENT: "l'accusé d'enregistrement",
    DocumentKind.REPORT: "le rapport d'éligibilité",
    DocumentKind.REVIEW_SHEET: "la fiche d'instruction",
}
PRINTOUTS = {
    PrintoutKind.BLANK_FORM: "le formulaire vierge d'un appel",
    PrintoutKind.PREPARATORY: "un dossier préparatoire, imprimé avant tout dépôt",
}
_JSON_INSTANT = re.compile(rb'"deposited_at" ?: ?"([^"\\]{19,40})"')


class BadFile(Exception):  # noqa: N818 - its text is the sentence shown
    """A file that cannot be read."""


class BadCode(Exception):  # noqa: N818 - its text is the sentence shown
    """What was typed cannot be a code."""


def read_code(typed: str) -> str:
    """A code or a whole fingerprint as somebody typed it: spaces, dashes, capitals, O for 0 and l for 1 forgiven."""
    code = SEPARATORS.sub("", typed).translate(LOOKALIKES).lower()
    if not code:
        raise BadCode("Tapez le code court imprimé au bas des pages, par exemple 3F2A 90C4 7B1E.")
    if len(code) > 64 or not re.fullmatch("[0-9a-f]+", code):
        raise BadCode("Ce n'est pas un code : il n'a que des chiffres et des lettres de A à F, douze en tout.")
    if len(code) < SHORTEST_CODE:
        missing = french.plural(SHORTEST_CODE - len(code), "caractère")
        raise BadCode(f"Ce code est incomplet : il en manque {missing} sur douze.")
    return code


def verify_code(session: Session, code: str) -> Answer:
    """`code` as `read_code` gives it; the SHA-256 of a file is taken for the file itself."""
    found = queries.list_deposits_of_code(session, code)
    if len(found) == 1:
        return filed_or_replaced(_told(session, found[0]), "Un dossier a été déposé ici sous ce code.", Proof.CODE)
    if found_assembly := verifying_assemblies.of_code(session, code):
        return found_assembly
    return (_of_bytes(session, code) if len(code) == 64 else None) or unknown_code()


def verify_path(
    path: Path, certificates: Sequence[Path] = (), *, home: Settings | None = None
) -> tuple[Answer, str | None]:
    """Verify a file of this machine, without the site; and a sentence when the register of the home is not readable.

    `certificates` are added to those that the home knows. Raises `BadFile`.
    """
    known = list(sealing.known_certificates(Keyring.at(home))) if home else []
    known += [_certificate(each) for each in certificates]
    with _opened(path) as content:
        if home and home.database_exists:
            engine = make_engine(home.database_url)
            try:
                with Sessions(engine).reading() as session:
                    return verify_file(session, content, known), None
            except SQLAlchemyError:
                note = french.typeset(f"La base de {home.home} n'a pas pu être lue : seul le cachet répond.")
                return verify_file(None, content, known), note
            finally:
                engine.dispose()
        return verify_file(None, content, known), None


def _certificate(path: Path) -> Certificate:
    try:
        certificate = Certificate.read(path.read_bytes())
        certificate.public_key  # noqa: B018 - refused here rather than in the middle of a comparison
    except OSError as error:
        raise _unreadable(path, error) from None
    except BadKey as bad:
        raise BadFile(f"{path} : {bad}.") from None
    return certificate


@contextmanager
def _opened(path: Path) -> Iterator[Content]:
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                raise BadFile(f"{path} est vide.")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                yield content
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> BadFile:
    if isinstance(error, FileNotFoundError):
        return BadFile(f"{path} : ce fichier n'existe pas.")
    if isinstance(error, IsADirectoryError):
        return BadFile(f"{path} est un dossier : donnez un fichier.")
    return BadFile(f"{path} : lecture impossible ({error.strerror}).")


def verify_file(session: Session | None, content: Content, certificates: Sequence[Certificate]) -> Answer:
    """Whether these bytes are what was filed; without a session, as far as the seal alone can tell."""
    sha256 = hashlib.sha256(content).hexdigest()
    if session is not None and (known := _of_bytes(session, sha256)):
        return known
    if content[:1] == b"{":
        return _of_json(session, content)
    if session is None and content[:4] == ZIP:
        return zip_alone()
    examined = examine_seal(content, certificates)
    if examined.state is SealState.INTACT:
        return verifying_assemblies.of_seal(session, examined, content) or _sealed(session, examined)
    row = _marked(session, content) if session is not None else None
    if session is not None and isinstance(row, AssemblyRow):
        return altered_assembly(verifying_assemblies.told(session, row))
    if isinstance(row, DepositRow) or examined.state is SealState.BROKEN:
        return altered(_told(session, row) if session is not None and isinstance(row, DepositRow) else None)
    if examined.state is SealState.STRANGER and examined.certificate is not None:
        return _of_stranger(examined.certificate)
    if session is None and (mark := next(find_marks(content), None)):
        return _unsealed(mark)
    return unknown_file()


def _of_bytes(session: Session, sha256: str) -> Answer | None:
    """An answer for bytes that this site knows by heart: a document it made, or the deposit itself."""
    document: DocumentRow | None = queries.find_document_of_bytes(session, sha256)
    if document is not None:
        name = DOCUMENTS[document.kind]
        sentence = (
            "Ce fichier est, à l'octet près, celui du dossier déposé."
            if document.kind is DocumentKind.DOSSIER
            else f"Ce fichier est, à l'octet près, un document que ce site a fait du dossier déposé : {name}."
        )
        return filed_or_replaced(_told(session, document.deposit), sentence, Proof.REGISTER, name)
    printout = queries.find_printout_of_bytes(session, sha256)
    if printout is not None:
        name = PRINTOUTS[printout.kind]
        return answer(
            Verdict.NOT_FILED,
            f"Ce fichier a bien été produit par ce site, mais rien n'a été déposé avec lui : c'est {name}.",
            "Il ne vaut pas dépôt. Un dossier déposé porte un code et un code QR au bas de chaque page.",
            document=name,
        )
    found = queries.list_deposits_of_code(session, sha256)
    return _content(session, found[0]) if found else verifying_assemblies.of_bytes(session, sha256)


def _content(session: Session, row: DepositRow) -> Answer:
    sentence = "Ce contenu est exactement celui du dossier déposé."
    return filed_or_replaced(_told(session, row), sentence, Proof.CONTENT, "le contenu du dossier (dossier.json)")


def _of_json(session: Session | None, content: Content) -> Answer:
    """A dossier.json that was written otherwise is still the same content; its fingerprint is computed again."""
    try:
        if len(content) > LARGEST_JSON:
            return unknown_file()
        deposit = Deposit(json.loads(bytes(content)))
        is_assembly = verifying_assemblies.is_one(deposit.content)
        fingerprint = deposit.fingerprint if is_assembly or "deposited_at" in deposit.content else None
    except (ValueError, TypeError, RecursionError):
        deposit, fingerprint, is_assembly = None, None, False
    if session is not None and is_assembly and fingerprint:
        return verifying_assemblies.of_json(session, fingerprint, content) or unknown_file()
    if session is None:
        return _recomputed(deposit) if deposit is not None and fingerprint else unknown_file()
    if fingerprint and (found := queries.list_deposits_of_code(session, fingerprint)):
        return _content(session, found[0])
    instant = _JSON_INSTANT.search(content)
    row = None
    with suppress(ValueError):
        at = datetime.fromisoformat(instant[1].decode()) if instant else None
        row = queries.find_deposit_at(session, at) if at and at.tzinfo else None
    return altered(_told(session, row)) if row else unknown_file()


def _recomputed(deposit: Deposit) -> Answer:
    return answer(
        Verdict.UNKNOWN,
        "Un fichier JSON ne porte pas de cachet : sans le registre du site, rien ne prouve qu'il a été déposé.",
        "Son empreinte vient d'être calculée : si le code court est celui qu'imprime le PDF, c'est le même contenu.",
        seen={"Empreinte du contenu": deposit.fingerprint, "Code court": deposit.short_code},
    )


def _sealed(session: Session | None, examined: Examined) -> Answer:
    """Our seal, unbroken. The register is asked too: the file may be an older printing of what it knows."""
    found = queries.list_deposits_of_code(session, examined.fingerprint or "-") if session is not None else []
    sentence = "Ce fichier est intact : pas un octet n'a changé depuis son scellement"
    if session is not None and found:
        return filed_or_replaced(_told(session, found[0]), f"{sentence}, et son dépôt est au registre.", Proof.REGISTER)
    when = f", daté du {french.moment(examined.sealed_at, seconds=True)} (heure de Paris)" if examined.sealed_at else ""
    advice = (
        ("Ce dépôt n'est pas au registre de ce site : signalez-le à son exploitant.",) if session is not None else ()
    )
    seen = {"Empreinte du contenu": examined.fingerprint} if examined.fingerprint else {}
    if examined.certificate:
        seen |= _certified(examined.certificate)
    return answer(Verdict.FILED, f"{sentence}{when}.", *advice, seen=seen, proof=Proof.SEAL)


def _certified(certificate: Certificate) -> dict[str, str]:
    return {"Certificat": certificate.name, "Empreinte du certificat (SHA-256)": certificate.sha256}


def _of_stranger(certificate: Certificate) -> Answer:
    return answer(
        Verdict.UNKNOWN,
        "Ce fichier est intact depuis son scellement, mais son certificat n'est pas de ceux qui sont reconnus ici.",
        "N'importe qui peut fabriquer un tel certificat : demandez au site d'où vient le document si c'est le sien.",
        TECHNICAL,
        seen=_certified(certificate),
    )


def _unsealed(mark: str) -> Answer:
    return answer(
        Verdict.UNKNOWN,
        "Ce fichier se dit fait par grantapp, mais sans cachet, ni registre du site à consulter, rien ne le prouve.",
        "Un brouillon ou une épreuve n'est jamais scellé. Un dossier déposé l'est toujours.",
        SAVED_AGAIN,
        seen={"Empreinte annoncée": mark},
    )


def _marked(session: Session, content: Content) -> DepositRow | AssemblyRow | None:
    """What a file says it comes from, if it is there; a collective dossier rather than one of those that it carries."""
    deposit = None
    for mark in islice(find_marks(content), MOST_MARKS):
        if assembly := collectives.list_assemblies_of_code(session, mark):
            return assembly[0]
        if deposit is None and (found := queries.list_deposits_of_code(session, mark)):
            deposit = found[0]
    return deposit


def _told(session: Session, row: DepositRow) -> Filed:
    frozen = thaw(row.canonical.encode())
    edition = frozen.content["edition"]
    title = edition["title"]  # plain text in a deposit of format 1
    last = queries.get_last_deposit(session, row.dossier_id)
    return Filed(
        reference=frozen.content["reference"],
        number=row.number,
        edition=french.typeset(title if isinstance(title, str) else title["text"]),
        edition_version=row.edition_version,
        deposited_at=row.deposited_at,
        fingerprint=row.fingerprint,
        short_code=short_code(row.fingerprint),
        replaced_by=(last.number, last.deposited_at) if last.number > row.number else None,
    )
