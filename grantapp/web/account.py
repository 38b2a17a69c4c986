"""Sign up, sign in by password, by link, by code, sign out."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import login_user, logout_user

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Goal, Opening, Person, Visit
from grantapp.domain.throttle import origin_of
from grantapp.forms.account import CodeForm, LinkForm, SignInForm, SignUpForm
from grantapp.french import typeset
from grantapp.services import accounts, entering, links, mailing, visits
from grantapp.web.device import device_of
from grantapp.web.scope import (
    SignedIn,
    anyone,
    applicant,
    arrived_at,
    close_session,
    platform,
    really_now,
    session,
    tell,
)
from grantapp.web.scope import person as signed_in
from grantapp.web.scope import visit as this_visit

bp = Blueprint("account", __name__)
OURS = re.compile(
    r"/(dossiers|compte|courrier|organisation|invitations|cooperative|collectifs)(/[\w.-]+)*"
)  # where « suite » may lead: never to another site
PENDING = "identity"  # in the cookie: an identity that no account is linked to yet (provider.py)
HALF = "half"  # in the cookie: who came half-way, and is asked for a code


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
            person, visit, number = entering.sign_up(
                session(), **form.data, device=_device(), now=arrived_at(), at=really_now()
            )
        except Refused as refused:
            refusal = refused.sentence
        else:
            platform().queue.send(number)
            login_user(SignedIn(person, visit))
            return redirect(url_for("personal.overview" if PENDING in cookie else "wizard.dossiers"))
    return render_template("account/sign_up.html", form=form, refusal=refusal), 422


# ── by password ──────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/connexion")
@anyone
def sign_in() -> Any:
    return sign_in_page()


def sign_in_page(refusal: str | None = None) -> str:
    """Every way in, and why the one that was tried led nowhere."""
    return render_template("account/sign_in.html", form=SignInForm(), refusal=refusal, suite=_suite())


@bp.post("/connexion")
@anyone
def enter() -> Any:
    form = SignInForm(request.form)
    refusal = None
    if form.validate():
        email = form.data["email"]
        try:
            entering.knock(session(), email=email, origin=origin_of(request.remote_addr), at=really_now())
        except Refused as refused:
            refusal = refused.sentence
        else:
            # The password is checked outside a write transaction: it takes long on purpose.
            close_session()
            with platform().sessions.reading() as reading:
                person = accounts.sign_in(reading, **form.data)
            if person:
                return let_in(person, Opening.PASSWORD, _suite() or url_for("wizard.dossiers"))
            entering.turn_away(session(), email=email, now=arrived_at())
            refusal = typeset("Adresse ou mot de passe inconnu. Vérifiez les deux ; la casse du mot de passe compte.")
    return render_template("account/sign_in.html", form=form, refusal=refusal, suite=_suite()), 422


# ── by link ──────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/connexion/lien")
@anyone
def ask_link() -> Any:
    return render_template("account/ask_link.html", form=LinkForm(), refusal=None, forgotten="oubli" in request.args)


@bp.post("/connexion/lien")
@anyone
def send_link() -> Any:
    form = LinkForm(request.form)
    forgotten = "oubli" in request.form
    refusal = None
    if form.validate():
        try:
            number = links.ask(
                session(),
                email=form.data["email"],
                goal=Goal.NEW_PASSWORD if forgotten else Goal.SIGN_IN,
                origin=origin_of(request.remote_addr),
                now=arrived_at(),
                at=really_now(),
            )
        except Refused as refused:
            refusal = refused.sentence
        else:
            platform().queue.send(number)
            return render_template("account/link_sent.html", forgotten=forgotten)
    return render_template("account/ask_link.html", form=form, refusal=refusal, forgotten=forgotten), 422


@bp.get("/connexion/lien/<token>")
@anyone
def link(token: str) -> Any:
    """Looks, and uses nothing up: mail programs open links before their readers do."""
    if not links.is_usable(session(), _tokens().read(token), at=really_now()):
        return _dead_link()
    return render_template("account/link.html", token=token)


@bp.post("/connexion/lien/<token>")
@anyone
def use_link(token: str) -> Any:
    followed = links.use(session(), _tokens().read(token), now=arrived_at(), at=really_now())
    if followed is None:
        return _dead_link()
    going = {
        Goal.SIGN_IN: url_for("wizard.dossiers"),
        Goal.NEW_PASSWORD: url_for("personal.password"),
        Goal.CONFIRM: url_for("personal.overview"),
    }[followed.goal]
    if followed.goal is Goal.CONFIRM:
        tell("Votre adresse électronique est confirmée.")
    return let_in(followed.person, Opening.LINK, going)


def _dead_link() -> tuple[str, int]:
    return render_template("account/dead_link.html"), 410


def _tokens() -> mailing.Tokens:
    return mailing.Tokens(platform().settings.secret_key)


# ── by code, after either ────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/connexion/code")
@anyone
def code() -> Any:
    if _half() is None:
        tell("Connectez-vous d'abord : le code vient ensuite.")
        return redirect(url_for("account.sign_in"))
    return render_template("account/code.html", form=CodeForm(), refusal=None)


@bp.post("/connexion/code")
@anyone
def give_code() -> Any:
    if (half := _half()) is None:
        tell("Le temps de donner le code est passé : reconnectez-vous.")
        return redirect(url_for("account.sign_in"))
    form = CodeForm(request.form)
    refusal = None
    if form.validate():
        try:
            person, visit = entering.enter_with_code(
                session(),
                UUID(half["person"]),
                half["epoch"],
                form.data["code"],
                opening=Opening(half["opening"]),
                device=_device(),
                now=arrived_at(),
                at=really_now(),
            )
        except Refused as refused:
            refusal = refused.sentence
        else:
            return _admit(person, visit, half["going"])
    return render_template("account/code.html", form=form, refusal=refusal), 422


def _half() -> dict[str, Any] | None:
    """Who came half-way, not long ago."""
    half: dict[str, Any] | None = cookie.get(HALF)
    if half is None or really_now() - datetime.fromisoformat(half["at"]) > entering.HALF_WAY:
        return None
    return half


def let_in(person: Person, opening: Opening, going: str, *, writing: Any = None) -> Any:
    """In at once, or half-way: where a second factor is asked for, nothing opens before its code.

    `writing` is a session that writes, for who comes in by following a link of a provider.
    """
    visit = entering.enter(
        writing or session(), person, opening=opening, device=_device(), now=arrived_at(), at=really_now()
    )
    if visit is not None:
        return _admit(person, visit, going)
    logout_user()
    cookie[HALF] = {
        "person": str(person.id),
        "epoch": person.epoch,
        "opening": opening.value,
        "going": going,
        "at": really_now().isoformat(),
    }
    return redirect(url_for("account.code"))


def _admit(person: Person, visit: Visit, going: str) -> Any:
    cookie.pop(HALF, None)
    login_user(SignedIn(person, visit))
    return redirect(going)


@bp.post("/deconnexion")
@applicant
def sign_out() -> Any:
    visits.sign_out(session(), this_visit().id, now=arrived_at(), at=really_now(), by=signed_in())
    logout_user()
    return redirect(_suite() or url_for("public.home"))


def _device() -> str:
    return device_of(request.user_agent.string)


def _suite() -> str:
    wanted = request.values.get("suite", "")
    return wanted if OURS.fullmatch(wanted) else ""
