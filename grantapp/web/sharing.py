"""A dossier in a collective one: shared parts answered otherwise, the mandate, the agreement, leaving."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from grantapp.domain.lifecycle import Refused
from grantapp.domain.project import Section, find_section
from grantapp.forms.steps import form_for
from grantapp.services import drafting, mandating, sharing
from grantapp.web.scope import applicant, arrived_at, person, session, tell

bp = Blueprint("sharing", __name__, url_prefix="/dossiers")


# ── shared parts ─────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/<reference>/<slug>/repondre-autrement")
@applicant
def overriding(reference: str, slug: str) -> Any:
    """Why the firm answers a shared part for itself: asked before it may."""
    page = drafting.step_page(session(), reference, _section(slug).name, now=arrived_at(), by=person())
    if not page.is_shared or page.head.state != "draft":
        return redirect(url_for("wizard.step", reference=reference, slug=slug))
    return render_template("sharing/overriding.html", page=page, sentence="", reason="", typed={})


@bp.post("/<reference>/<slug>/repondre-autrement")
@applicant
def override(reference: str, slug: str) -> Any:
    """With what was typed on an old page of this section, when there was something."""
    name = _section(slug).name
    page = drafting.step_page(session(), reference, name, now=arrived_at(), by=person())
    reason, answers, raw = request.form.get("otherwise", ""), None, None
    if request.form.get("typed") == "oui":
        form = form_for(page.section, formdata=request.form, record=page.record)
        form.validate()
        answers, raw = form.answers(), form.raw()
    try:
        sharing.override(
            session(), reference, name, reason=reason, answers=answers, raw=raw, now=arrived_at(), by=person()
        )
    except Refused as refused:
        told = {"sentence": refused.sentence, "reason": reason, "typed": raw or {}}
        return render_template("sharing/overriding.html", page=page, **told), 422
    tell("Votre entreprise répond maintenant elle-même à cette rubrique : corrigez ce qui doit l'être.")
    return redirect(url_for("wizard.step", reference=reference, slug=slug))


@bp.get("/<reference>/<slug>/partie-commune")
@applicant
def reverting(reference: str, slug: str) -> Any:
    """What would be lost, before it is."""
    page = sharing.reverting(session(), reference, _section(slug).name, by=person())
    return render_template("sharing/reverting.html", page=page)


@bp.post("/<reference>/<slug>/partie-commune")
@applicant
def revert(reference: str, slug: str) -> Any:
    sharing.revert(session(), reference, _section(slug).name, now=arrived_at(), by=person())
    tell("Cette rubrique est de nouveau celle de la coopérative.")
    return redirect(url_for("wizard.step", reference=reference, slug=slug))


def _section(slug: str) -> Section:
    return find_section(slug) or abort(404)


# ── the mandate ──────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/<reference>/mandat")
@applicant
def mandate(reference: str) -> Any:
    page = mandating.mandate(session(), reference, by=person())
    return render_template("sharing/mandate.html", page=page)


@bp.post("/<reference>/mandat")
@applicant
def give_mandate(reference: str) -> Any:
    here = url_for("sharing.mandate", reference=reference)
    mandating.mandate(session(), reference, by=person())
    if request.form.get("sure") != "oui":
        tell("Cochez la case qui dit que vous avez lu le mandat, puis donnez-le.")
        return redirect(here)
    mandating.give(session(), reference, wording=request.form.get("wording", ""), now=arrived_at(), by=person())
    tell("Le mandat est donné. Vous pouvez le retirer ici à tout moment.")
    return redirect(here)


@bp.post("/<reference>/mandat/retirer")
@applicant
def revoke_mandate(reference: str) -> Any:
    mandating.revoke(session(), reference, now=arrived_at(), by=person())
    tell("Le mandat est retiré : votre coopérative n'ouvre plus ce dossier. Ce qu'elle y a rempli reste.")
    return redirect(url_for("sharing.mandate", reference=reference))


# ── taking part ──────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/<reference>/participation")
@applicant
def participation(reference: str) -> Any:
    page = sharing.participation(session(), reference, by=person())
    return render_template("sharing/participation.html", page=page)


@bp.post("/<reference>/participation/accord")
@applicant
def agree(reference: str) -> Any:
    sharing.agree(session(), reference, now=arrived_at(), by=person())
    tell("Votre accord est enregistré. Vous pouvez le retirer ici.")
    return redirect(url_for("sharing.participation", reference=reference))


@bp.post("/<reference>/participation/accord/retirer")
@applicant
def withdraw_agreement(reference: str) -> Any:
    sharing.withdraw_agreement(session(), reference, now=arrived_at(), by=person())
    tell("Votre accord est retiré : vos chiffres n'entreront pas dans la prochaine version du dossier collectif.")
    return redirect(url_for("sharing.participation", reference=reference))


@bp.get("/<reference>/participation/quitter")
@applicant
def leaving(reference: str) -> Any:
    page = sharing.participation(session(), reference, by=person())
    return render_template("sharing/leaving.html", page=page)


@bp.post("/<reference>/participation/quitter")
@applicant
def leave(reference: str) -> Any:
    sharing.leave(session(), reference, now=arrived_at(), by=person())
    tell("Ce dossier ne fait plus partie du dossier collectif. Il garde toutes ses réponses et toutes ses pièces.")
    return redirect(url_for("wizard.overview", reference=reference))
