"""The assembly of a collective dossier: what would be frozen, the versions, and their PDF on its way."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from grantapp.domain.lifecycle import Refused
from grantapp.services import assembling
from grantapp.web.scope import applicant, arrived_at, download, person, platform, session, tell

bp = Blueprint("collective", __name__, url_prefix="/collectifs")
# Seconds between two looks, the longer the wait; past the last, the person looks again by hand.
PATIENCE = ((60, 3), (900, 10))


@bp.get("/<reference>/assemblage")
@applicant
def assembly(reference: str) -> Any:
    """The page looks again by itself while the worker works, with or without scripts."""
    page = assembling.overview(session(), reference, now=arrived_at(), by=person())
    on_its_way = [each for each in page.versions if each.is_on_its_way]
    asked = [each.asked_at for each in on_its_way if each.asked_at]
    waited = int((arrived_at() - min(asked)).total_seconds()) if asked else 0
    again = next((each for most, each in PATIENCE if waited < most), None) if on_its_way else None
    response = make_response(render_template("collective/assembly.html", page=page, waited=waited, again=again))
    if again:
        response.headers["Refresh"] = str(again)
    return response


@bp.post("/<reference>/assemblage")
@applicant
def assemble(reference: str) -> Any:
    number = request.form.get("number", 0, int)
    try:
        made, job = assembling.assemble(
            session(), reference, number=number, address=platform().settings.address, now=arrived_at(), by=person()
        )
    except Refused as refused:  # nothing new, or somebody was quicker: the page itself says where it stands
        tell(refused.sentence)
    else:
        platform().queue.send(job, is_long=True)
        tell(f"La version {made} est assemblée. Son PDF se prépare.")
    return redirect(url_for(".assembly", reference=reference), 303)


@bp.post("/<reference>/assemblage/v<int:number>")
@applicant
def ask_again(reference: str, number: int) -> Any:
    job = assembling.ask_again(session(), reference, number, now=arrived_at(), by=person())
    if job is not None:
        platform().queue.send(job, is_long=True)
    return redirect(url_for(".assembly", reference=reference), 303)


@bp.get("/<reference>/assemblage/v<int:number>.pdf")
@applicant
def pdf(reference: str, number: int) -> Any:
    made = assembling.read(session(), platform().files, reference, number, by=person())
    if made is None:
        return redirect(url_for(".assembly", reference=reference))
    return download(made.content, made.media_type, made.name, made.size)
