"""What anybody may read: what this is, what is open today, each call, the legal notice."""

from typing import Any

from flask import Blueprint, render_template, request, session

from grantapp.domain.project import question_at, section_named
from grantapp.forms.steps import form_for
from grantapp.services import calls, simulating
from grantapp.web.scope import anyone, arrived_at

bp = Blueprint("public", __name__)


@bp.get("/")
@anyone
def home() -> Any:
    return render_template("public/home.html", editions=calls.list_editions(arrived_at()))


@bp.get("/appels/<call>")
@anyone
def edition(call: str) -> Any:
    return render_template("public/edition.html", page=calls.show_edition(call, arrived_at()))


@bp.get("/verifier")
@anyone
def precheck() -> Any:
    return render_template("public/precheck.html", forms=_five_questions(None), page=None)


@bp.post("/verifier")
@anyone
def judge_five_answers() -> Any:
    """The answers wait in the visitor's own session: a draft started from here begins with them."""
    forms = _five_questions(request.form)
    answers = {form.section.name: form.answers() for form in forms if form.validate() and form.answers()}
    session["precheck"] = answers
    page = simulating.precheck(answers, now=arrived_at())
    return render_template("public/precheck.html", forms=forms, page=page)


def _five_questions(typed: Any) -> list[Any]:
    """One form a question: each belongs to another section."""
    asked = [question_at(anchor) for anchor in simulating.PRECHECK]
    return [form_for(section_named(each.section), formdata=typed, questions=(each,)) for each in asked]


@bp.get("/mentions")
@anyone
def notice() -> Any:
    return render_template("public/notice.html")


@bp.get("/accessibilite")
@anyone
def accessibility() -> Any:
    return render_template("public/accessibility.html")


@bp.get("/sante")
@anyone
def health() -> Any:
    """For the operator's probe; says nothing of anybody."""
    return {"etat": "en service"}
