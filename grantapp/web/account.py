"""Sign up, sign in, sign out."""

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_user, logout_user

from grantapp.domain.lifecycle import Refused
from grantapp.forms.account import SignInForm, SignUpForm
from grantapp.french import typeset
from grantapp.services import accounts
from grantapp.web.scope import SignedIn, anyone, applicant, arrived_at, platform, session

bp = Blueprint("account", __name__)
OURS = re.compile(r"/dossiers(/[\w.-]+)*")  # where « suite » may lead: never to another site


@bp.get("/inscription")
@anyone
def sign_up() -> Any:
    return render_template("account/sign_up.html", form=SignUpForm(), refusal=None)


@bp.post("/inscription")
@anyone
def create_account() -> Any:
    form = SignUpForm(request.form)
    refusal = None
    if form.validate():
        try:
            person = accounts.sign_up(session(), **form.data, now=arrived_at())
        except Refused as refused:
            refusal = refused.sentence
        else:
            login_user(SignedIn(person))
            return redirect(url_for("wizard.dossiers"))
    return render_template("account/sign_up.html", form=form, refusal=refusal), 422


@bp.get("/connexion")
@anyone
def sign_in() -> Any:
    return render_template("account/sign_in.html", form=SignInForm(), refusal=None, suite=_suite())


@bp.post("/connexion")
@anyone
def enter() -> Any:
    form = SignInForm(request.form)
    refusal = None
    if form.validate():
        # The password is checked outside a write transaction: it takes long on purpose.
        with platform().sessions.reading() as reading:
            person = accounts.sign_in(reading, **form.data)
        if person:
            login_user(SignedIn(person))
            return redirect(_suite() or url_for("wizard.dossiers"))
        refusal = typeset("Adresse ou mot de passe inconnu. Vérifiez les deux ; la casse du mot de passe compte.")
    return render_template("account/sign_in.html", form=form, refusal=refusal, suite=_suite()), 422


@bp.post("/deconnexion")
@applicant
def sign_out() -> Any:
    logout_user()
    return redirect(url_for("public.home"))


def _suite() -> str:
    wanted = request.values.get("suite", "")
    return wanted if OURS.fullmatch(wanted) else ""
