"""The papers: asked for by a button, made by the worker, waited for on a page of their own, then downloaded.

Opening an address never starts anything: only the button does.
"""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for

from grantapp.services import papers
from grantapp.services.offered import Paper
from grantapp.web.scope import anyone, applicant, arrived_at, download, person, platform, session

bp = Blueprint("papers", __name__)
# Seconds between two looks, the longer the wait; past the last, the person looks again by hand.
PATIENCE = ((20, 2), (180, 5))


@bp.get("/dossiers/<reference>/v<int:number>/<paper>.<any(pdf,zip):extension>")
@applicant
def document(reference: str, number: int, paper: str, extension: str) -> Any:
    made = papers.read(session(), platform().files, reference, number, paper, by=person())
    return _handed(made, url_for(".document_page", reference=reference, number=number, paper=paper))


@bp.get("/dossiers/<reference>/v<int:number>/<paper>")
@applicant
def document_page(reference: str, number: int, paper: str) -> Any:
    page = papers.show(session(), reference, number, paper, by=person())
    return _waiting("papers/document.html", page, page.paper)


@bp.post("/dossiers/<reference>/v<int:number>/<paper>")
@applicant
def ask_document(reference: str, number: int, paper: str) -> Any:
    job = papers.ask(session(), reference, number, paper, now=arrived_at(), by=person())
    return _sent(job, url_for(".document_page", reference=reference, number=number, paper=paper))


@bp.get("/dossiers/<reference>/dossier-preparatoire.pdf")
@applicant
def preparatory(reference: str) -> Any:
    made = papers.read_preparatory(session(), platform().files, reference, by=person())
    return _handed(made, url_for(".preparatory_page", reference=reference))


@bp.get("/dossiers/<reference>/dossier-preparatoire")
@applicant
def preparatory_page(reference: str) -> Any:
    page = papers.show_preparatory(session(), platform().files, reference, now=arrived_at(), by=person())
    return _waiting("papers/preparatory.html", page, page.paper)


@bp.post("/dossiers/<reference>/dossier-preparatoire")
@applicant
def ask_preparatory(reference: str) -> Any:
    address = platform().settings.address
    job = papers.ask_preparatory(session(), platform().files, reference, address=address, now=arrived_at(), by=person())
    return _sent(job, url_for(".preparatory_page", reference=reference))


@bp.get("/appels/<call>/formulaire.pdf")
@anyone
def form(call: str) -> Any:
    made = papers.read_form(session(), platform().files, call)
    return _handed(made, url_for(".form_page", call=call))


@bp.get("/appels/<call>/formulaire")
@anyone
def form_page(call: str) -> Any:
    page = papers.show_form(session(), call, arrived_at())
    return _waiting("papers/form.html", page, page.paper)


@bp.post("/appels/<call>/formulaire")
@anyone
def ask_form(call: str) -> Any:
    return _sent(papers.ask_form(session(), platform().files, call, now=arrived_at()), url_for(".form_page", call=call))


def _handed(made: papers.File | None, page: str) -> Any:
    return redirect(page) if made is None else download(made.content, made.media_type, made.name, made.size)


def _sent(job: int | None, page: str) -> Any:
    if job is not None:
        platform().queue.send(job)
    return redirect(page, 303)


def _waiting(template: str, page: Any, paper: Paper) -> Response:
    """The page looks again by itself while the worker works, with or without scripts."""
    waited = int((arrived_at() - paper.asked_at).total_seconds()) if paper.asked_at else 0
    again = next((each for most, each in PATIENCE if waited < most), None) if paper.is_on_its_way else None
    response = make_response(render_template(template, page=page, paper=paper, waited=waited, again=again))
    if again:
        response.headers["Refresh"] = str(again)
    return response
