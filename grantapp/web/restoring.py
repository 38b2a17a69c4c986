"""« Reprendre un dossier depuis un fichier » : send it, see what it holds, choose where it goes on."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as visit

from grantapp.domain.lifecycle import Refused
from grantapp.domain.piece import shown_name
from grantapp.services import restoring
from grantapp.services.unpacking import MOST_PDF_BYTES, STATED
from grantapp.web.scope import applicant, arrived_at, person, platform, tell

bp = Blueprint("restoring", __name__, url_prefix="/dossiers/reprendre")
MOST_UPLOAD = MOST_PDF_BYTES + 2**16  # the file, and the form around it
KEY = "restoring"  # in the visitor's own session: which file is waiting, and its name


def waiting() -> restoring.Waiting:
    return restoring.Waiting(platform().settings.home / "reprises")


@bp.get("")
@applicant
def choose() -> Any:
    return render_template("wizard/restoring.html", page=None, limit=STATED)


@bp.post("")
@applicant
def look() -> Any:
    """The file is kept aside until the person has chosen; nothing is made of it yet."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        tell("Choisissez d'abord un fichier, puis « Regarder ce qu'il contient ».")
        return redirect(url_for("restoring.choose"))
    shown = shown_name(sent.filename)
    try:
        token = waiting().keep(sent.stream, shown=shown, by=person())
    except Refused as refused:
        tell(refused.sentence)
        return redirect(url_for("restoring.choose"))
    visit[KEY] = (token, shown)
    return redirect(url_for("restoring.found"))


@bp.get("/contenu")
@applicant
def found() -> Any:
    try:
        token, shown = visit[KEY]
        path = waiting().find(token, person())
    except (KeyError, ValueError, Refused):
        return redirect(url_for("restoring.choose"))
    page = restoring.look_into(path, shown=shown, now=arrived_at())
    if not page.kind:
        waiting().drop(token, person())
    return render_template("wizard/restoring.html", page=page, limit=STATED)


@bp.post("/creer")
@applicant
def create() -> Any:
    token, shown = visit.get(KEY, ("", ""))
    try:
        path = waiting().find(token, person())
        made = restoring.restore(
            platform().sessions,
            platform().files,
            path,
            request.form.get("edition", ""),
            shown=shown,
            now=arrived_at(),
            by=person(),
        )
    except Refused as refused:
        tell(refused.sentence)
        return redirect(url_for("restoring.choose"))
    waiting().drop(token, person())
    visit.pop(KEY, None)
    tell("Le dossier est repris dans un nouveau brouillon. Relisez-le, et refaites les déclarations.")
    for sentence in made.left_out:
        tell(sentence)
    return redirect(url_for("wizard.overview", reference=made.reference))
