"""« Mon compte » : one's own password, second factor and visits."""

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, redirect, render_template, request, url_for

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import LINK_LASTS, Opening
from grantapp.forms.account import ChangedPasswordForm, ChosenPasswordForm, CodeForm, FirstCodeForm
from grantapp.french import typeset
from grantapp.services import accounts, entering, links, second_factor, visits
from grantapp.web import provider
from grantapp.web.scope import (
    applicant,
    arrived_at,
    close_session,
    person,
    platform,
    really_now,
    session,
    tell,
    visit,
)

bp = Blueprint("personal", __name__)


@bp.get("/compte")
@applicant
def overview() -> Any:
    return render_template(
        "personal/overview.html",
        is_confirmed=accounts.is_address_confirmed(session(), by=person()),
        factor=second_factor.state(session(), by=person()),
        visits=visits.list_visits(session(), at=really_now(), by=person()),
        here=visit().id,
        at=really_now(),
        pending=provider.find_pending(),
        linked_at=provider.linked_at(),
    )


@bp.post("/compte/adresse")
@applicant
def confirm_address() -> Any:
    number = links.ask_confirmation(session(), now=arrived_at(), at=really_now(), by=person())
    platform().queue.send(number)
    tell("Un message vient de partir à votre adresse : suivez le lien qu'il contient.")
    return redirect(url_for("personal.overview"))


# ── password ─────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/compte/mot-de-passe")
@applicant
def password() -> Any:
    form = ChosenPasswordForm() if _came_by_link() else ChangedPasswordForm()
    return render_template("personal/password.html", form=form, refusal=None)


@bp.post("/compte/mot-de-passe")
@applicant
def change_password() -> Any:
    by_link = _came_by_link()
    form = ChosenPasswordForm(request.form) if by_link else ChangedPasswordForm(request.form)
    refusal = None
    if form.validate():
        try:
            if by_link or _knows_password(form.data["current"]):
                number = accounts.change_password(
                    session(),
                    form.data["password"],
                    visit_id=visit().id,
                    now=arrived_at(),
                    at=really_now(),
                    by=person(),
                )
                platform().queue.send(number)
                tell("Votre mot de passe a changé. Vos autres appareils sont déconnectés.")
                return redirect(url_for("personal.overview"))
            refusal = typeset("Ce n'est pas votre mot de passe actuel. Vérifiez-le ; la casse compte.")
        except Refused as refused:
            refusal = refused.sentence
    return render_template("personal/password.html", form=form, refusal=refusal), 422


def _came_by_link() -> bool:
    """Whoever followed a link a moment ago reads the mail of the account: no former password is asked."""
    return visit().opened_by is Opening.LINK and really_now() - visit().opened_at <= LINK_LASTS


def _knows_password(typed: str) -> bool:
    entering.knock(session(), email=person().email, origin=None, at=really_now())
    close_session()  # the check is slow on purpose: nobody waits behind it
    with platform().sessions.reading() as reading:
        return accounts.is_password_of(reading, typed, by=person())


# ── second factor ────────────────────────────────────────────────────────────────────────────────────────────────


@bp.post("/compte/double-verification/preparer")
@applicant
def prepare_factor() -> Any:
    second_factor.prepare(session(), now=arrived_at(), by=person())
    return redirect(url_for("personal.factor"))


@bp.get("/compte/double-verification")
@applicant
def factor() -> Any:
    return _factor_page(None, None)


@bp.post("/compte/double-verification")
@applicant
def confirm_factor() -> Any:
    form = FirstCodeForm(request.form)
    if not form.validate():
        return _factor_page(form, None), 422
    try:
        codes, number = second_factor.confirm(
            session(), form.data["code"], now=arrived_at(), at=really_now(), by=person()
        )
    except Refused as refused:
        return _factor_page(form, refused.sentence), 422
    platform().queue.send(number)
    return render_template("personal/recovery_codes.html", codes=codes, is_new=True)


@bp.post("/compte/double-verification/codes")
@applicant
def renew_codes() -> Any:
    form = CodeForm(request.form)
    if not form.validate():
        return _factor_page(form, None), 422
    try:
        codes = second_factor.renew_codes(session(), form.data["code"], now=arrived_at(), at=really_now(), by=person())
    except Refused as refused:
        return _factor_page(form, refused.sentence), 422
    return render_template("personal/recovery_codes.html", codes=codes, is_new=False)


@bp.post("/compte/double-verification/retirer")
@applicant
def remove_factor() -> Any:
    form = CodeForm(request.form)
    if not form.validate():
        return _factor_page(form, None), 422
    try:
        number = second_factor.remove(session(), form.data["code"], now=arrived_at(), at=really_now(), by=person())
    except Refused as refused:
        return _factor_page(form, refused.sentence), 422
    platform().queue.send(number)
    tell("La double vérification est retirée : plus aucun code ne vous sera demandé.")
    return redirect(url_for("personal.overview"))


def _factor_page(form: Any, refusal: str | None) -> str:
    """The page as the second factor stands: to prepare, to confirm with a first code, or on."""
    state = second_factor.state(session(), by=person())
    if form is None:
        form = CodeForm() if state.is_on else FirstCodeForm()
    picture = segno.make(state.enrolment.address, error="m").svg_data_uri(scale=5, border=2) if state.enrolment else ""
    return render_template("personal/factor.html", state=state, picture=picture, form=form, refusal=refusal)


# ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.post("/compte/connexions/<uuid:visit_id>/fin")
@applicant
def end_visit(visit_id: UUID) -> Any:
    visits.end(session(), visit_id, now=arrived_at(), at=really_now(), by=person())
    tell("Cet appareil est déconnecté.")
    return redirect(url_for("personal.overview"))


@bp.post("/compte/connexions/fin")
@applicant
def end_other_visits() -> Any:
    count = visits.end_others(session(), visit().id, now=arrived_at(), at=really_now(), by=person())
    tell("Vos autres appareils sont déconnectés." if count else "Vous n'étiez connecté nulle part ailleurs.")
    return redirect(url_for("personal.overview"))
