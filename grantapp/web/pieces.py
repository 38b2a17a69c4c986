"""The supporting documents of a dossier: added, replaced, withdrawn, handed back."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for

from grantapp import french
from grantapp.domain.inspected import MOST_BYTES
from grantapp.domain.lifecycle import Refused
from grantapp.services import attaching, drafting
from grantapp.services.attaching import Attached
from grantapp.services.reading import PIECES
from grantapp.web.scope import applicant, arrived_at, download, person, platform, session, tell

bp = Blueprint("pieces", __name__, url_prefix="/dossiers")
UPLOADS = ("pieces.attach", "pieces.replace")  # the routes that take files
MOST_UPLOAD = 4 * MOST_BYTES + 2**16  # a few files at once, and the form around them; the body waits on disk


@bp.post("/<reference>/pieces/<piece>/ajouter")
@applicant
def attach(reference: str, piece: str) -> Any:
    """One file or several; those that are refused are named beside the piece, the others are kept."""

    keep = partial(attaching.attach, reference=reference, piece=piece)
    return _received(reference, f"pieces-{piece}", keep, "ajoutée")


@bp.post("/<reference>/pieces/<uuid:attachment_id>/remplacer")
@applicant
def replace(reference: str, attachment_id: UUID) -> Any:
    keep = partial(attaching.replace, reference=reference, attachment_id=attachment_id)
    return _received(reference, f"piece-{attachment_id}", keep, "mise à la place de la précédente")


@bp.post("/<reference>/pieces/<uuid:attachment_id>/retirer")
@applicant
def detach(reference: str, attachment_id: UUID) -> Any:
    attaching.detach(session(), reference, attachment_id, now=arrived_at(), by=person())
    tell("La pièce est retirée.")
    return redirect(url_for("wizard.step", reference=reference, slug="pieces"))


@bp.get("/<reference>/pieces/<uuid:attachment_id>")
@applicant
def attachment(reference: str, attachment_id: UUID) -> Response:
    line, chunks = attaching.read_attachment(session(), platform().files, reference, attachment_id, by=person())
    return download(chunks, line.media_type, line.name, line.size)


@bp.get("/<reference>/pieces/<uuid:attachment_id>/vignette")
@applicant
def thumbnail(reference: str, attachment_id: UUID) -> Response:
    """A JPEG that we made ourselves: the only file that a page shows."""
    small = attaching.read_thumbnail(session(), platform().files, reference, attachment_id, by=person())
    response = Response(small, mimetype="image/jpeg")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _received(reference: str, place: str, keep: Callable[..., Attached], how: str) -> Any:
    """Keep each file that was sent, and go back to the last; or the page itself, each refusal beside its piece."""
    sent = [each for each in request.files.getlist("file") if each.filename]
    refusals = [] if sent else [french.typeset("Choisissez d'abord un fichier, puis envoyez-le.")]
    added = place
    for each in sent:
        try:
            with closing(each):
                attached = keep(
                    platform().sessions,
                    platform().files,
                    name=each.filename or "",
                    content=each.stream,
                    now=arrived_at(),
                    by=person(),
                )
        except Refused as refused:
            refusals.append(refused.sentence)
        else:
            added = f"piece-{attached.line.id}"
            _tell_of(attached, how)
    if not refusals:
        return redirect(url_for("wizard.step", reference=reference, slug="pieces") + f"#{added}")
    with platform().sessions.reading() as reading:
        page = drafting.step_page(reading, reference, PIECES, now=arrived_at(), by=person())
    return render_template("wizard/pieces.html", page=page, place=place, refusals=refusals), 422


def _tell_of(attached: Attached, how: str) -> None:
    line = attached.line
    pages = f", {french.plural(line.pages, 'page')}" if line.pages else ""
    tell(f"« {line.name} » est {how} ({french.size(line.size)}{pages}).")
    for note in attached.notes:
        tell(note.sentence, f"piece-{line.id}")
