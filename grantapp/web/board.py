"""The board of a collective dossier: who was asked, who has done what, what is asked of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for

from grantapp.domain.board import Decision, Stage
from grantapp.domain.lifecycle import Refused
from grantapp.forms.board import DecisionForm
from grantapp.french import plural, typeset
from grantapp.services import board, gathering, members, reminding
from grantapp.web.scope import applicant, arrived_at, download, person, platform, really_now, session, tell

bp = Blueprint("board", __name__, url_prefix="/collectifs")
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@bp.post("")
@applicant
def begin() -> Any:
    reference = gathering.begin(
        session(),
        request.form.get("edition", ""),
        organisation_id=members.cooperative_of(person()).organisation_id,
        now=arrived_at(),
        by=person(),
    )
    return redirect(url_for("board.overview", reference=reference))


@bp.get("/<reference>")
@applicant
def overview(reference: str) -> Any:
    return _board(reference)


def _board(reference: str, problem: str = "", form: DecisionForm | None = None) -> Any:
    page = board.board(session(), reference, now=arrived_at(), by=person())
    stage, words = request.args.get("etape", ""), request.args.get("q", "").strip()[:100]
    shown = render_template(
        "members/board.html",
        page=page,
        lines=page.shown(stage, words),
        stage=stage if stage in {each.slug for each in Stage} else "",
        words=words,
        decisions=tuple(Decision),
        form=form or DecisionForm(data={"decided_on": page.decided_on}),
        problem=problem,
    )
    return shown, 422 if problem or form else 200


# ── who is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/<reference>/choisir")
@applicant
def choosing(reference: str) -> Any:
    return render_template("members/choosing.html", page=board.choice(session(), reference, by=person()))


@bp.post("/<reference>/choisir")
@applicant
def choose(reference: str) -> Any:
    everybody = "toutes" in request.form
    wanted = None if everybody else _ids(request.form.getlist("firm"))
    if wanted == []:
        board.choice(session(), reference, by=person())  # whoever may not see it learns nothing else
        tell("Cochez au moins une entreprise, ou choisissez-les toutes.")
        return redirect(url_for("board.choosing", reference=reference))
    count = members.choose(session(), reference, wanted, now=arrived_at(), by=person())
    tell(f"{plural(count, 'entreprise choisie', 'entreprises choisies')}. Personne n'est encore prévenu : invitez-les.")
    return redirect(url_for("board.overview", reference=reference))


@bp.post("/<reference>/entreprises/<uuid:affiliation_id>/retirer")
@applicant
def leave_out(reference: str, affiliation_id: UUID) -> Any:
    try:
        name = members.leave_out(session(), reference, affiliation_id, now=arrived_at(), by=person())
    except Refused as refused:
        tell(refused.sentence)
    else:
        tell(f"« {name} » n'est plus dans le dossier collectif.")
    return redirect(url_for("board.overview", reference=reference))


@bp.post("/<reference>/inviter")
@applicant
def invite(reference: str) -> Any:
    """All that were never invited, unless firms are named."""
    wanted = _ids(request.form.getlist("firm")) or None
    try:
        jobs = members.invite(session(), reference, wanted, now=arrived_at(), at=really_now(), by=person())
    except Refused as refused:
        tell(refused.sentence)
    else:
        _send(jobs)
        tell(
            f"{plural(len(jobs), 'invitation part', 'invitations partent')}."
            if jobs
            else "Aucune invitation à envoyer : une entreprise n'en reçoit pas deux le même jour."
        )
    return redirect(url_for("board.overview", reference=reference))


# ── what is asked of them ────────────────────────────────────────────────────────────────────────────────────────


@bp.post("/<reference>/relancer")
@applicant
def remind(reference: str) -> Any:
    try:
        jobs = reminding.remind(session(), reference, now=arrived_at(), at=really_now(), by=person())
    except Refused as refused:
        tell(refused.sentence)
    else:
        _send(jobs)
        tell(
            f"{plural(len(jobs), 'rappel part', 'rappels partent')}."
            if jobs
            else "Aucun rappel à envoyer : chacune a déposé, ou a déjà reçu un message aujourd'hui."
        )
    return redirect(url_for("board.overview", reference=reference))


@bp.get("/<reference>/entreprises/<uuid:affiliation_id>/correction")
@applicant
def correcting(reference: str, affiliation_id: UUID) -> Any:
    return _correction(reference, affiliation_id)


@bp.post("/<reference>/entreprises/<uuid:affiliation_id>/correction")
@applicant
def ask_correction(reference: str, affiliation_id: UUID) -> Any:
    text = request.form.get("text", "")
    try:
        jobs = board.ask_correction(
            session(), reference, affiliation_id, text, now=arrived_at(), at=really_now(), by=person()
        )
    except Refused as refused:
        return _correction(reference, affiliation_id, text, refused.sentence)
    _send(jobs)
    tell("La demande de correction part par courriel." if jobs else "Cette demande était déjà partie.")
    return redirect(url_for("board.overview", reference=reference))


def _correction(reference: str, affiliation_id: UUID, text: str | None = None, problem: str = "") -> Any:
    page = board.board(session(), reference, now=arrived_at(), by=person())
    line = page.line(affiliation_id)
    text = line.correction if text is None else text
    shown = render_template("members/correction.html", page=page, line=line, text=text, problem=problem)
    return shown, 422 if problem else 200


@bp.post("/<reference>/decision")
@applicant
def note_decision(reference: str) -> Any:
    form = DecisionForm(request.form)
    try:
        decision = Decision(request.form.get("decision", ""))
    except ValueError:
        return _board(reference, typeset("Choisissez la décision : acceptée, acceptée en partie ou rejetée."), form)
    if not form.validate():
        return _board(reference, form=form)
    try:
        jobs = board.note_decision(
            session(),
            reference,
            decision,
            form.data["decided_on"],
            request.form.get("note", ""),
            now=arrived_at(),
            at=really_now(),
            by=person(),
        )
    except Refused as refused:
        return _board(reference, refused.sentence, form)
    _send(jobs)
    tell(f"La décision est notée. {plural(len(jobs), 'courriel part', 'courriels partent')}.")
    return redirect(url_for("board.overview", reference=reference))


@bp.get("/<reference>/suivi.<any(xlsx, csv):form>")
@applicant
def export(reference: str, form: str) -> Any:
    content = board.export(session(), reference, form, now=arrived_at(), by=person())
    return download(content, MEDIA[form], f"suivi-{reference}.{form}")


def _send(jobs: Iterable[int]) -> None:
    for number in jobs:
        platform().queue.send(number)


def _ids(typed: Iterable[str]) -> list[UUID]:
    try:
        return [UUID(each) for each in typed]
    except ValueError:
        abort(404)
