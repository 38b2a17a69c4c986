"""« Vérifier un dossier »: a code or a file in, an answer out; nothing is kept, and nobody has to sign in."""

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from grantapp.french import size, typeset
from grantapp.services import sealing, verdict, verifying
from grantapp.services.verdict import Answer
from grantapp.web.scope import anyone, platform

bp = Blueprint("verification", __name__)
MOST_UPLOAD = 600_000_000  # bytes: a dossier with ten heavy pieces; read from where it was received, never kept


TOO_LARGE = f"Aucun document de ce site n'est aussi lourd : {size(MOST_UPLOAD)} au plus. Tapez plutôt son code court."


@bp.get("/verifier-un-dossier")
@anyone
def verify() -> Any:
    """The page, or the answer to the code of the address: it is the one that a QR code opens."""
    typed = request.args.get("code")
    if typed is None:
        return _shown(None)
    try:
        code = verifying.read_code(typed)
    except verifying.BadCode as bad:
        return _shown(None, typed=typed, bad_code=typeset(str(bad)), status=422)
    with platform().sessions.reading() as session:
        return _shown(verifying.verify_code(session, code), typed=typed)


@bp.post("/verifier-un-dossier")
@anyone
def verify_file() -> Any:
    given = request.files.get("file")
    if given is None or not given.filename:
        return _shown(None, bad_file=typeset("Choisissez d'abord le fichier à vérifier."), status=422)
    certificates = sealing.known_certificates(platform().keyring)
    # A reading session, though this is a post: a long upload must not keep anybody from saving.
    with given.stream as stream, _bytes_of(stream) as content, platform().sessions.reading() as session:
        found = verifying.verify_file(session, content, certificates)
    return _shown(found, name=given.filename)


@bp.get("/cachet.pem")
@anyone
def certificate() -> Any:
    """Every certificate that has sealed here, for whoever verifies without this site."""
    known = sealing.known_certificates(platform().keyring)
    if not known:
        abort(404)
    pem = b"".join(each.pem for each in known)
    return Response(pem, mimetype="application/x-pem-file", headers={"Content-Disposition": "attachment"})


@contextmanager
def _bytes_of(stream: Any) -> Iterator[bytes | mmap.mmap]:
    """An upload waits in a nameless temporary file, which goes with the request: look at it where it is."""
    try:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (io.UnsupportedOperation, AttributeError, ValueError):  # in memory already, or empty
        yield stream.read()
        return
    with mapped:
        yield mapped


def _shown(
    answer: Answer | None,
    *,
    typed: str = "",
    name: str = "",
    bad_code: str = "",
    bad_file: str = "",
    status: int = 200,
) -> Any:
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        if answer is not None:
            return verdict.as_json(answer)
        sentence = bad_code or bad_file or typeset("Donnez un code, par exemple ?code=3F2A90C47B1E.")
        return {"error": sentence}, status if bad_code or bad_file else 422
    page = render_template(
        "public/verification.html", answer=answer, typed=typed, name=name, bad_code=bad_code, bad_file=bad_file
    )
    return page, status
