"""The pages of a dossier's versions: correcting what is filed, giving that up, seeing what changed."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from grantapp.domain.lifecycle import Refused
from grantapp.services import versioning
from grantapp.web.scope import applicant, arrived_at, person, session, tell

bp = Blueprint("versions", __name__, url_prefix="/dossiers")


@bp.get("/<reference>/corriger")
@applicant
def reopening(reference: str) -> Any:
    """What preparing another version means, said before it is done."""
    page = versioning.reopening(session(), reference, now=arrived_at(), by=person())
    if page.head.state == "draft":
        return redirect(url_for("wizard.overview", reference=reference))
    return render_template("wizard/reopening.html", page=page)


@bp.post("/<reference>/corriger")
@applicant
def reopen(reference: str) -> Any:
    number = request.form.get("number", 0, int)
    try:
        versioning.reopen(session(), reference, number=number, now=arrived_at(), by=person())
    except Refused as refused:  # somebody was quicker, or the hour has passed: the dossier itself says where it stands
        tell(refused.sentence)
    else:
        tell(f"La version {number + 1} est en préparation. La version {number} reste déposée.")
    return redirect(url_for("wizard.overview", reference=reference))


@bp.get("/<reference>/renoncer")
@applicant
def renouncing(reference: str) -> Any:
    """What would be lost, before it is."""
    page = versioning.upcoming(session(), reference, now=arrived_at(), by=person())
    if page.head.state != "draft":
        return redirect(url_for("wizard.overview", reference=reference))
    return render_template("wizard/renouncing.html", page=page)


@bp.post("/<reference>/renoncer")
@applicant
def renounce(reference: str) -> Any:
    """Only from the page that said what would be lost, and with the box that says so ticked."""
    here = url_for("versions.renouncing", reference=reference)
    page = versioning.upcoming(session(), reference, now=arrived_at(), by=person())
    if request.form.get("sure") != "oui" and not page.is_empty:
        tell("Cochez la case qui confirme, puis renoncez. Rien n'a été effacé.")
        return redirect(here)
    try:
        versioning.renounce(session(), reference, seen=request.form.get("seen", ""), now=arrived_at(), by=person())
    except Refused as refused:
        tell(refused.sentence)
        return redirect(here)
    tell(f"La version {page.number} est abandonnée. Votre dossier est de nouveau la version {page.previous_number}.")
    return redirect(url_for("wizard.receipt", reference=reference))


@bp.get("/<reference>/changements")
@applicant
def upcoming(reference: str) -> Any:
    """« Ce que changera cette version »."""
    page = versioning.upcoming(session(), reference, now=arrived_at(), by=person())
    if page.head.state != "draft":
        return redirect(url_for("versions.version", reference=reference, number=page.previous_number))
    return render_template("wizard/version.html", page=page)


@bp.get("/<reference>/versions/<int:number>")
@applicant
def version(reference: str, number: int) -> Any:
    page = versioning.version(session(), reference, number, by=person())
    return render_template("wizard/version.html", page=page)
