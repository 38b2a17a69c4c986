"""What anybody may read: what this is, what is open today, the legal notice."""

from typing import Any

from flask import Blueprint, render_template

from grantapp.editions import all_editions
from grantapp.web.scope import anyone, arrived_at

bp = Blueprint("public", __name__)


@bp.get("/")
@anyone
def home() -> Any:
    shown = [{"edition": each, "is_open": each.window.is_open(arrived_at())} for each in all_editions()]
    return render_template("public/home.html", editions=shown)


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
