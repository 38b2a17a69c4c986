"""What anybody may read: what this is, what is open today, each call, the legal notice."""

from typing import Any

from flask import Blueprint, render_template

from grantapp.services import calls
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
