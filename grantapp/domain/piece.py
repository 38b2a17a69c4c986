"""Which files may be attached: PDF, JPEG or PNG, told by their first bytes, up to one limit stated before choosing."""

import hashlib
import unicodedata

from grantapp.domain.answer import is_forbidden
from grantapp.domain.lifecycle import Refused
from grantapp.domain.question import Piece
from grantapp.french import size

MOST_BYTES = 20_000_000  # « 20 Mo », as on a label
LONGEST_NAME = 150
SIGNATURES = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def examine(name: str, content: bytes) -> tuple[Piece, str]:
    """The piece and its media type, or `Refused` with a sentence that names the file and the remedy."""
    shown = shown_name(name)
    if not content:
        raise Refused(f"« {shown} » est vide. Vérifiez le fichier et envoyez-le de nouveau.")
    if len(content) > MOST_BYTES:
        raise Refused(
            f"« {shown} » pèse {size(len(content))} ; la limite est de {size(MOST_BYTES)}. "
            "Réduisez-le (enregistrement « taille minimale ») ou coupez-le en deux."
        )
    media_type = next((kind for signature, kind in SIGNATURES if content.startswith(signature)), None)
    if media_type is None:
        raise Refused(f"« {shown} » n'est ni un PDF, ni une image JPEG ou PNG. Enregistrez-le en PDF et renvoyez-le.")
    return Piece(shown, len(content), hashlib.sha256(content).hexdigest()), media_type


def shown_name(name: str) -> str:
    """A file name fit to be shown and offered for download: never a path, never an invisible character."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(each for each in last if not is_forbidden(each) and each not in "\n\t").strip(" .")
    return kept[-LONGEST_NAME:] or "piece"
