"""What anybody may read: what this is, what is open today, each call, the legal notice."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, session, url_for

from grantapp.domain import collective_schema, deposit_schema, project_file
from grantapp.domain.project import question_at, section_named
from grantapp.forms.instants import DayForm
from grantapp.forms.steps import form_for
from grantapp.services import calls, orienting, simulating
from grantapp.web.scope import anyone, arrived_at, find_person

bp = Blueprint("public", __name__)
SCHEMAS = {
    f"dossier-{deposit_schema.FORMAT}": deposit_schema.schema,
    f"collectif-{collective_schema.FORMAT}": collective_schema.schema,
    f"projet-{project_file.FORMAT}": project_file.schema,
}


@bp.get("/")
@anyone
def home() -> Any:
    return render_template(
        "public/home.html",
        page=orienting.open_desks(arrived_at()),
        others=calls.list_editions_not_open(arrived_at()),
    )


@bp.get("/guichet")
@anyone
def desk() -> Any:
    """The answers stand in the address: it can be kept, sent, and opened again another day."""
    asked, forms = DayForm(request.args), _few_questions(orienting.ASKED, request.args)
    asked.validate()
    answers = _answers(forms)
    page = orienting.of_answers(answers, day=asked.day.data, now=arrived_at())
    return render_template("public/desk.html", asked=asked, forms=forms, answers=answers, page=page)


@bp.post("/guichet")
@anyone
def keep_answers() -> Any:
    """A draft started from here begins with these answers."""
    session["precheck"] = _answers(_few_questions(orienting.ASKED, request.form))
    return redirect(url_for("wizard.dossiers" if find_person() else "account.sign_up"))


@bp.get("/appels/<call>")
@anyone
def edition(call: str) -> Any:
    return render_template("public/edition.html", page=calls.show_edition(call, arrived_at()))


@bp.get("/verifier")
@anyone
def precheck() -> Any:
    return render_template("public/precheck.html", forms=_few_questions(orienting.PRECHECK, None), page=None)


@bp.post("/verifier")
@anyone
def judge_five_answers() -> Any:
    """The answers wait in the visitor's own session: a draft started from here begins with them."""
    forms = _few_questions(orienting.PRECHECK, request.form)
    session["precheck"] = answers = _answers(forms)
    page = simulating.precheck(answers, now=arrived_at())
    typed = {name: values for form in forms for name, values in form.raw().items()}
    return render_template("public/precheck.html", forms=forms, page=page, typed=typed)


def _few_questions(anchors: Iterable[str], typed: Any) -> list[Any]:
    """One form a question: each belongs to another section."""
    asked = [question_at(anchor) for anchor in anchors]
    return [form_for(section_named(each.section), formdata=typed, questions=(each,)) for each in asked]


def _answers(forms: Iterable[Any]) -> dict[str, dict[str, object]]:
    """What was understood, by section and question."""
    return {form.section.name: form.answers() for form in forms if form.validate() and form.answers()}


@bp.get("/mentions")
@anyone
def notice() -> Any:
    return render_template("public/notice.html")


@bp.get("/accessibilite")
@anyone
def accessibility() -> Any:
    return render_template("public/accessibility.html")


@bp.get("/schemas/<name>.json")
@anyone
def schema(name: str) -> Any:
    """What a `dossier.json` and a project file are made of, for whoever writes a program that reads them."""
    response = jsonify(SCHEMAS[name]()) if name in SCHEMAS else abort(404)
    response.headers["Content-Type"] = "application/schema+json; charset=utf-8"
    return response


@bp.get("/sante")
@anyone
def health() -> Any:
    """For the operator's probe; says nothing of anybody."""
    return {"etat": "en service"}
