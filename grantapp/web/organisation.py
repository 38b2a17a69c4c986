"""« Mon organisation » : what it gave, who is what in it, who is invited."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Role
from grantapp.domain.project import find_section
from grantapp.forms.organisation import ColleagueForm
from grantapp.forms.steps import form_for
from grantapp.french import typeset
from grantapp.services import belonging, inviting, organisations
from grantapp.web.scope import applicant, arrived_at, person, platform, really_now, session, tell

bp = Blueprint("organisation", __name__, url_prefix="/organisation")


@bp.get("")
@applicant
def choose() -> Any:
    """Straight to the only one; otherwise, which."""
    if len(person().memberships) == 1:
        return redirect(url_for("organisation.overview", organisation_id=person().memberships[0].organisation_id))
    return render_template("organisation/choose.html", memberships=person().memberships)


@bp.get("/<uuid:organisation_id>")
@applicant
def overview(organisation_id: UUID) -> Any:
    return _page(organisation_id)


def _page(organisation_id: UUID, form: ColleagueForm | None = None, refusal: str | None = None) -> str:
    page = belonging.overview(session(), organisation_id, by=person())
    waiting = inviting.list_open(session(), organisation_id, at=really_now(), by=person()) if page.may_govern else ()
    return render_template(
        "organisation/overview.html",
        page=page,
        given=organisations.given_page(session(), organisation_id, by=person()),
        waiting=waiting,
        form=form or ColleagueForm(),
        refusal=refusal,
        role=request.form.get("role", ""),
        at=really_now(),
    )


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.post("/<uuid:organisation_id>/invitations")
@applicant
def invite(organisation_id: UUID) -> Any:
    form, role = ColleagueForm(request.form), _role()
    belonging.overview(session(), organisation_id, by=person())  # a stranger finds nothing, whatever was typed
    if not form.validate() or role is None:
        return _page(organisation_id, form, typeset("Choisissez un rôle.") if role is None else None), 422
    try:
        number = inviting.invite_colleague(
            session(), organisation_id, **form.data, role=role, now=arrived_at(), at=really_now(), by=person()
        )
    except Refused as refused:
        return _page(organisation_id, form, refused.sentence), 422
    platform().queue.send(number)
    tell(f"Une invitation part à l'adresse {form.data['email']}.")
    return _back(organisation_id)


@bp.post("/<uuid:organisation_id>/invitations/<uuid:invitation_id>/retirer")
@applicant
def withdraw(organisation_id: UUID, invitation_id: UUID) -> Any:
    inviting.withdraw(session(), invitation_id, now=arrived_at(), at=really_now(), by=person())
    tell("Cette invitation est retirée : son lien ne sert plus.")
    return _back(organisation_id)


@bp.post("/<uuid:organisation_id>/personnes/<uuid:person_id>/roles")
@applicant
def give_role(organisation_id: UUID, person_id: UUID) -> Any:
    role = _role() or abort(404)
    belonging.give_role(session(), organisation_id, person_id, role, now=arrived_at(), by=person())
    tell(f"Rôle ajouté : {role.label}.")
    return _back(organisation_id)


@bp.post("/<uuid:organisation_id>/personnes/<uuid:person_id>/roles/retirer")
@applicant
def take_role(organisation_id: UUID, person_id: UUID) -> Any:
    role = _role() or abort(404)
    belonging.take_role(session(), organisation_id, person_id, role, now=arrived_at(), by=person())
    tell(f"Rôle retiré : {role.label}.")
    return _back(organisation_id)


@bp.post("/<uuid:organisation_id>/personnes/<uuid:person_id>/retirer")
@applicant
def remove(organisation_id: UUID, person_id: UUID) -> Any:
    belonging.remove(session(), organisation_id, person_id, now=arrived_at(), by=person())
    tell("Cette personne ne fait plus partie de l'organisation. Ce qu'elle a écrit y reste.")
    return _back(organisation_id)


@bp.post("/<uuid:organisation_id>/quitter")
@applicant
def leave(organisation_id: UUID) -> Any:
    belonging.leave(session(), organisation_id, now=arrived_at(), by=person())
    tell("Vous avez quitté l'organisation. Ses dossiers lui restent.")
    return redirect(url_for("wizard.dossiers"))


@bp.post("/<uuid:organisation_id>/cooperatives/<uuid:affiliation_id>/quitter")
@applicant
def leave_cooperative(organisation_id: UUID, affiliation_id: UUID) -> Any:
    name = belonging.leave_cooperative(session(), organisation_id, affiliation_id, now=arrived_at(), by=person())
    tell(f"Votre entreprise a quitté « {name} ». Ses dossiers lui restent, avec toutes leurs réponses.")
    return _back(organisation_id)


@bp.post("/<uuid:organisation_id>/cooperative")
@applicant
def open_cooperative(organisation_id: UUID) -> Any:
    belonging.open_cooperative(session(), organisation_id, now=arrived_at(), by=person())
    tell("L'espace de la coopérative est ouvert.")
    return _back(organisation_id)


# ── what it gives ────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/<uuid:organisation_id>/<slug>")
@applicant
def section(organisation_id: UUID, slug: str) -> Any:
    page = organisations.given_form(session(), organisation_id, _name(slug), by=person())
    more = min(request.args.get("lignes", 1, int), 50)
    form = form_for(page.section, record=page.record, questions=page.questions, extra_rows=more)
    return render_template("organisation/section.html", page=page, form=form)


@bp.post("/<uuid:organisation_id>/<slug>")
@applicant
def give(organisation_id: UUID, slug: str) -> Any:
    """What can be read is kept; what cannot be comes back as it was typed."""
    page = organisations.given_form(session(), organisation_id, _name(slug), by=person())
    form = form_for(page.section, formdata=request.form, record=page.record, questions=page.questions, extra_rows=1)
    well_formed = form.validate()
    organisations.give(session(), organisation_id, page.section.name, form.answers(), now=arrived_at(), by=person())
    if not well_formed:
        return render_template("organisation/section.html", page=page, form=form), 422
    if "more" in request.form:
        here = url_for("organisation.section", organisation_id=organisation_id, slug=slug)
        return redirect(f"{here}?lignes=10#{page.section.name}-{request.form['more']}")
    tell("C'est gardé pour vos prochains dossiers. Ceux qui sont commencés ne changent pas.")
    return _back(organisation_id)


@bp.post("/<uuid:organisation_id>/exercices/<closed_on>/retirer")
@applicant
def forget_year(organisation_id: UUID, closed_on: str) -> Any:
    try:
        year = date.fromisoformat(closed_on)
    except ValueError:
        abort(404)
    organisations.forget_year(session(), organisation_id, year, now=arrived_at(), by=person())
    tell("Cet exercice est retiré. Les dossiers qui le contiennent ne changent pas.")
    return _back(organisation_id)


def _back(organisation_id: UUID) -> Any:
    return redirect(url_for("organisation.overview", organisation_id=organisation_id))


def _name(slug: str) -> str:
    found = find_section(slug) or abort(404)
    return found.name


def _role() -> Role | None:
    wanted = request.form.get("role", "")
    return Role(wanted) if wanted in set(Role) else None
