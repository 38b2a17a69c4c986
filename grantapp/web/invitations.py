"""An invitation, as whoever holds its link sees it: to accept, or to refuse."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Opening
from grantapp.forms.account import InvitedForm
from grantapp.services import inviting, joining, mailing
from grantapp.web.account import let_in
from grantapp.web.scope import anyone, arrived_at, close_session, find_person, platform, really_now, session, tell

bp = Blueprint("invitations", __name__, url_prefix="/invitations")


@bp.get("/<token>")
@anyone
def look(token: str) -> Any:
    """Looks, and uses nothing up: mail programs open links before their readers do."""
    return _page(token)


@bp.post("/<token>")
@anyone
def accept(token: str) -> Any:
    page = _seen(token)
    if page is None:
        return _dead()
    if page.has_account and find_person() is None:
        # A mail that was passed on opens no account that exists: its password, or a fresh link, does.
        tell("Vous avez déjà un compte : connectez-vous, puis acceptez.")
        return redirect(url_for("account.sign_in", suite=url_for("invitations.look", token=token)))
    form = InvitedForm(request.form)
    if not page.has_account and not form.validate():
        return _page(token, form=form, status=422)
    try:
        accepted = joining.accept(
            session(),
            _tokens().read(token),
            name=form.data["name"] or "",
            agreed=request.form.get("agreed") == "oui",
            visitor=find_person(),
            now=arrived_at(),
            at=really_now(),
        )
    except Refused as refused:
        return _page(token, form=form, refusal=refused.sentence, status=409)
    if accepted is None:
        return _dead()
    tell(f"Vous avez rejoint « {page.organisation} »." if page.firm is None else "C'est accepté : merci.")
    going = (
        url_for("wizard.overview", reference=accepted.reference) if accepted.reference else url_for("wizard.dossiers")
    )
    return redirect(going) if find_person() else let_in(accepted.person, Opening.LINK, going)


@bp.post("/<token>/refuser")
@anyone
def refuse(token: str) -> Any:
    page = _seen(token)
    try:
        done = joining.refuse(
            session(),
            _tokens().read(token),
            reason=request.form.get("reason", ""),
            now=arrived_at(),
            at=really_now(),
        )
    except Refused as refused:
        return _page(token, refusal=refused.sentence, status=409)
    return render_template("invitation/refused.html", page=page) if done else _dead()


def _seen(token: str) -> inviting.InvitationPage | None:
    return inviting.look(session(), _tokens().read(token), now=arrived_at(), at=really_now())


def _page(token: str, *, form: InvitedForm | None = None, refusal: str | None = None, status: int = 200) -> Any:
    if refusal:
        close_session()  # what was begun and refused is undone before the page looks again
    page = _seen(token)
    if page is None:
        return _dead()
    visitor = find_person()
    return (
        render_template(
            "invitation/invitation.html",
            page=page,
            token=token,
            form=form or InvitedForm(name=page.name),
            refusal=refusal,
            is_another=visitor is not None and visitor.email != page.email,
            reason=request.form.get("reason", ""),
            agreed=request.form.get("agreed") == "oui",
        ),
        status,
    )


def _dead() -> tuple[str, int]:
    return render_template("invitation/dead.html"), 410


def _tokens() -> mailing.Tokens:
    return mailing.Tokens(platform().settings.secret_key, mailing.Tokens.INVITATION)
