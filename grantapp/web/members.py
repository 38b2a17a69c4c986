"""« Mes adhérentes » : the cooperative's list of member firms, from a spreadsheet or line by line."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as visit

from grantapp.domain.lifecycle import Refused
from grantapp.domain.piece import shown_name
from grantapp.domain.roster import TEMPLATE, Column, Line
from grantapp.french import plural
from grantapp.services import importing, members
from grantapp.web.scope import applicant, arrived_at, download, person, platform, session, tell

bp = Blueprint("members", __name__, url_prefix="/cooperative/adherentes")
MOST_UPLOAD = importing.MOST_BYTES + 2**16  # the file, and the form around it
KEY = "importing"  # in the visitor's own cookie: which rows are waiting, and the name of their file
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@applicant
def overview() -> Any:
    page = members.members_page(session(), now=arrived_at(), by=person())
    return render_template("members/overview.html", page=page)


# ── line by line ─────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/ajouter")
@applicant
def adding() -> Any:
    members.cooperative_of(person())
    return _form({})


@bp.post("/ajouter")
@applicant
def add() -> Any:
    typed = _typed()
    members.cooperative_of(person())
    try:
        line = members.add(session(), typed, now=arrived_at(), by=person())
    except Refused as refused:
        return _form(typed, (refused.sentence,))
    if line.firm is None:
        return _form(typed, line.reasons)
    tell(f"« {line.firm.name} » est dans votre liste.")
    _notes(line)
    return redirect(url_for("members.overview"))


@bp.get("/<uuid:affiliation_id>")
@applicant
def correcting(affiliation_id: UUID) -> Any:
    found = members.member(session(), affiliation_id, by=person())
    typed = {column: str(getattr(found.firm, column) or "") for column in TEMPLATE}
    typed[Column.SIREN] = found.firm.siret or found.firm.siren
    return _form(typed, found=found)


@bp.post("/<uuid:affiliation_id>")
@applicant
def correct(affiliation_id: UUID) -> Any:
    typed = _typed()
    found = members.member(session(), affiliation_id, by=person())
    try:
        line = members.correct(session(), affiliation_id, typed, now=arrived_at(), by=person())
    except Refused as refused:
        return _form(typed, (refused.sentence,), found)
    if line.firm is None:
        return _form(typed, line.reasons, found)
    tell(f"La ligne de « {line.firm.name} » est corrigée.")
    _notes(line)
    return redirect(url_for("members.overview"))


@bp.post("/<uuid:affiliation_id>/retirer")
@applicant
def remove(affiliation_id: UUID) -> Any:
    try:
        name = members.remove(session(), affiliation_id, now=arrived_at(), by=person())
    except Refused as refused:
        tell(refused.sentence)
    else:
        tell(f"« {name} » n'est plus dans votre liste.")
    return redirect(url_for("members.overview"))


def _typed() -> dict[Column, str]:
    return {column: request.form.get(column.value, "") for column in TEMPLATE}


def _form(
    typed: dict[Column, str], reasons: tuple[str, ...] = (), found: members.MemberLine | None = None
) -> tuple[str, int]:
    page = render_template("members/line.html", columns=TEMPLATE, typed=typed, reasons=reasons, found=found)
    return page, 422 if reasons else 200


def _notes(line: Line) -> None:
    for note in line.notes:
        tell(note)


# ── from a spreadsheet ───────────────────────────────────────────────────────────────────────────────────────────


def waiting() -> importing.Waiting:
    return importing.Waiting(platform().settings.home / "listes")


@bp.get("/modele.xlsx")
@applicant
def template() -> Any:
    return download(importing.template(by=person()), XLSX, "adherentes.xlsx")


@bp.get("/importer")
@applicant
def choose() -> Any:
    members.cooperative_of(person())
    return render_template("members/import.html", page=None)


@bp.post("/importer")
@applicant
def look() -> Any:
    """The rows are kept aside until the person has seen what they say; nothing is written."""
    members.cooperative_of(person())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        tell("Choisissez d'abord un fichier, puis « Voir ce qu'il contient ».")
        return redirect(url_for("members.choose"))
    shown = shown_name(sent.filename)
    try:
        rows = importing.rows_in(sent.stream, shown=shown)
    except Refused as refused:
        tell(refused.sentence)
        return redirect(url_for("members.choose"))
    visit[KEY] = (waiting().keep(rows, by=person()), shown)
    return redirect(url_for("members.found"))


@bp.get("/importer/apercu")
@applicant
def found() -> Any:
    token, shown = visit.get(KEY, ("", ""))
    try:
        rows = waiting().find(token, person())
    except Refused:
        return redirect(url_for("members.choose"))
    page = importing.look(session(), rows, by=person())
    return render_template("members/import.html", page=page, shown=shown)


@bp.get("/importer/a-corriger.xlsx")
@applicant
def faulty() -> Any:
    try:
        rows = waiting().find(visit.get(KEY, ("", ""))[0], person())
    except Refused as refused:
        tell(refused.sentence)
        return redirect(url_for("members.choose"))
    return download(importing.faulty(session(), rows, by=person()), XLSX, "adherentes-a-corriger.xlsx")


@bp.post("/importer/confirmer")
@applicant
def take() -> Any:
    token, _ = visit.get(KEY, ("", ""))
    try:
        taken = importing.take(session(), waiting().find(token, person()), now=arrived_at(), by=person())
    except Refused as refused:
        tell(refused.sentence)
        return redirect(url_for("members.choose"))
    tell(_told(taken))
    if taken.faulty:  # the rows stay: the faulty ones can still be downloaded
        return redirect(url_for("members.found"))
    waiting().drop(token, person())
    visit.pop(KEY, None)
    return redirect(url_for("members.overview"))


def _told(taken: importing.Imported) -> str:
    done = [
        plural(count, one, many)
        for count, one, many in (
            (taken.new, "entreprise ajoutée", "entreprises ajoutées"),
            (taken.updated, "mise à jour", "mises à jour"),
            (taken.unchanged, "déjà à jour", "déjà à jour"),
        )
        if count
    ]
    sentence = f"{', '.join(done)}."
    if taken.faulty:
        sentence += f" Il reste {plural(taken.faulty, 'ligne')} à corriger."
    return sentence
