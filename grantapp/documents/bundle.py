"""Everything in one ZIP: the dossier, its data, each piece as it was given, and a list that any machine can check."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from grantapp import french
from grantapp.documents.originals import attached_names
from grantapp.domain.deposit import DATA, Deposit

README = "LISEZMOI.txt"
CHECKSUMS = "manifeste.txt"
MANIFEST = "manifeste.json"
FOLDER = "pieces"
CHUNK = 2**20  # octets in memory at once, whatever the size of a piece
FORMAT = 1


def write(deposit: Deposit, dossier: Path, chunks: Callable[[str], Iterator[bytes]], out: IO[bytes]) -> None:
    """Write the ZIP. `chunks` gives the bytes of a piece by its SHA-256; a piece that is not there is an error.

    The same deposit and dossier give the same bytes: dates are the deposit's, nothing is compressed (a PDF or a JPEG
    would not get smaller, and another zlib would write other bytes).
    """
    content = deposit.content
    at = datetime.fromisoformat(content["deposited_at"]).astimezone(french.PARIS)
    named = f"dossier-{content['reference']}-v{content['number']}.pdf"
    written: list[dict[str, object]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:

        def add(name: str, parts: Iterator[bytes], said: str, original: str = "") -> None:
            digest, size = hashlib.sha256(), 0
            with archive.open(_described(name, at), "w", force_zip64=True) as file:
                for part in parts:
                    digest.update(part)
                    size += len(part)
                    file.write(part)
            line: dict[str, object] = {"path": name, "sha256": digest.hexdigest(), "size": size, "what": said}
            written.append(line | ({"name": original} if original else {}))

        add(named, _parts(dossier), french.typeset("Le dossier, copie d'archive (PDF)"))
        add(
            DATA, iter([deposit.canonical]), french.typeset("Le contenu déposé : sa SHA-256 est l'empreinte du dossier")
        )
        names = attached_names(deposit)
        for label, piece in deposit.pieces:
            if (sha256 := piece["sha256"]) in names:
                name = names.pop(sha256)  # given twice, it stands once
                add(f"{FOLDER}/{name}", chunks(sha256), label, piece["name"])
        manifest = {
            "grantapp": FORMAT,
            "reference": content["reference"],
            "version": content["number"],
            "deposited_at": content["deposited_at"],
            "fingerprint": deposit.fingerprint,
            "files": written[:],
        }
        told = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        add(MANIFEST, iter([told.encode()]), french.typeset("Cette liste, pour les logiciels"))
        add(README, iter([_readme(deposit, at, written).encode()]), french.typeset("Ce qu'il faut savoir"))
        # Last, and of all the others: `sha256sum -c` reads it as it is.
        checksums = "".join(f"{each['sha256']}  {each['path']}\n" for each in written)
        add(CHECKSUMS, iter([checksums.encode()]), "")


def _described(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.create_system = 3  # the same on every machine that makes it
    info.external_attr = 0o644 << 16
    return info


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def _readme(deposit: Deposit, at: datetime, written: list[dict[str, object]]) -> str:
    content = deposit.content
    lines = "\n".join(
        f"  {each['path']}\n    {each['what']}, {french.size(int(str(each['size'])))}" for each in written
    )
    # What the applicant typed is not touched: the names are those of the files, to the letter.
    return french.typeset(
        f"""Dossier {content["reference"]}, version {content["number"]}
Déposé le {french.moment(at, seconds=True)} (heure de Paris)
Empreinte du contenu (SHA-256) : {deposit.fingerprint}

CE QUE CONTIENT CETTE ARCHIVE

{{files}}

Le dossier (PDF) porte déjà, en pièces jointes, les données et les fichiers d'origine : cette archive les donne aussi un
par un, sous les mêmes noms.

VÉRIFIER QUE RIEN N'A CHANGÉ

Sous Linux ou macOS, dans ce dossier : sha256sum -c {CHECKSUMS}
(ou shasum -a 256 -c {CHECKSUMS}). Chaque ligne doit finir par OK.
Sous Windows, dans PowerShell : Get-FileHash *.pdf, puis comparez avec {CHECKSUMS}.

L'empreinte de {DATA} est celle du dossier, imprimée sur sa couverture.

Service non officiel : cette archive n'émane d'aucune administration.
"""
    ).replace("{files}", lines)
