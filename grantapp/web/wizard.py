"""The applicant's pages: dossiers, steps, what is missing, review, filing, receipt."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as visit

from grantapp.domain.project import Section, find_section
from grantapp.forms.instants import DayForm, FilingForm
from grantapp.forms.steps import form_for
from grantapp.services import cloning, depositing, drafting, orienting, simulating, versioning
from grantapp.web.scope import applicant, arrived_at, download, person, platform, session, tell

bp = Blueprint("wizard", __name__, url_prefix="/dossiers")


@bp.get("")
@applicant
def dossiers() -> Any:
    found = drafting.list_dossiers(session(), by=person())
    given = visit.get("precheck")
    desks = orienting.open_desks(arrived_at(), given)
    names = drafting.fillable(person())
    named = next((each for each in names if str(each.organisation_id) == request.args.get("pour")), None)
    return render_template(
        "wizard/dossiers.html",
        dossiers=found,
        desks=desks,
        given=bool(given),
        names=names,
        named=named or (names[0] if names else None),
    )


@bp.post("")
@applicant
def start() -> Any:
    reference = drafting.start(
        session(),
        request.form.get("edition", ""),
        now=arrived_at(),
        by=person(),
        another=request.form.get("another") == "1",
        given=visit.pop("precheck", None),
        organisation_id=request.form.get("organisation", type=UUID),
    )
    return redirect(url_for("wizard.overview", reference=reference))


@bp.post("/<reference>/repartir")
@applicant
def clone(reference: str) -> Any:
    """« Repartir de ce dossier » : a new draft, for the edition chosen."""
    edition = request.form.get("edition", "")
    cloned = cloning.clone(session(), reference, edition, now=arrived_at(), by=person())
    tell(
        f"Nouveau brouillon, avec les réponses et les pièces du dossier {reference}. Les déclarations restent à faire."
    )
    return redirect(url_for("wizard.overview", reference=cloned))


@bp.get("/<reference>")
@applicant
def overview(reference: str) -> Any:
    page = drafting.overview(session(), reference, now=arrived_at(), by=person())
    return render_template("wizard/overview.html", page=page)


@bp.get("/<reference>/manques")
@applicant
def missing(reference: str) -> Any:
    page = drafting.missing(session(), reference, now=arrived_at(), by=person())
    return render_template("wizard/missing.html", page=page)


@bp.get("/<reference>/ce-qui-decide")
@applicant
def deciding(reference: str) -> Any:
    page = simulating.deciding(session(), reference, now=arrived_at(), by=person())
    return render_template("wizard/deciding.html", page=page)


@bp.get("/<reference>/guichet")
@applicant
def desk(reference: str) -> Any:
    """Which desk is open, fits and comes first, today or on another day."""
    asked = DayForm(request.args)
    asked.validate()
    page = orienting.of_dossier(session(), reference, day=asked.day.data, now=arrived_at(), by=person())
    return render_template("wizard/desk.html", page=page, asked=asked)


@bp.get("/<reference>/comparer")
@applicant
def compare(reference: str) -> Any:
    """The dossier by several editions, side by side."""
    chosen, by_date = request.args.getlist("edition"), request.args.get("dates") == "oui"
    page = simulating.side_by_side(session(), reference, chosen, by_date=by_date, now=arrived_at(), by=person())
    return render_template("wizard/comparison.html", page=page)


@bp.get("/<reference>/et-si")
@applicant
def suppositions(reference: str) -> Any:
    page = simulating.suppositions(session(), reference, now=arrived_at(), by=person())
    return render_template("wizard/suppositions.html", page=page)


@bp.get("/<reference>/et-si/date-de-depot")
@applicant
def suppose_date(reference: str) -> Any:
    """« Et si je déposais le… » : nothing is sent but what stands in the address."""
    form = FilingForm(request.args)
    overview = drafting.overview(session(), reference, now=arrived_at(), by=person())
    result = None
    if form.validate() and (form.filed_on.data or form.filed_hour.data):
        at = orienting.instant_on(form.filed_on.data, form.filed_hour.data, now=arrived_at())
        result = simulating.filed_another_day(session(), reference, at, now=arrived_at(), by=person())
    return render_template("wizard/other_day.html", page=overview, form=form, result=result)


@bp.get("/<reference>/et-si/<slug>")
@applicant
def suppose(reference: str, slug: str) -> Any:
    """A section to try other answers in; it begins with the saved ones."""
    page = drafting.step_page(session(), reference, _typed_section(slug).name, now=arrived_at(), by=person())
    form = form_for(page.section, formdata=page.raw, record=page.record, questions=page.questions)
    return render_template("wizard/what_if.html", page=page, form=form, result=None)


@bp.post("/<reference>/et-si/<slug>")
@applicant
def what_if(reference: str, slug: str) -> Any:
    name = _typed_section(slug).name
    with platform().sessions.reading() as reading:
        page = drafting.step_page(reading, reference, name, now=arrived_at(), by=person())
        form = _typed(page, request.form)
        form.validate()
        result = simulating.what_if(reading, reference, name, form.answers(), now=arrived_at(), by=person())
    return render_template("wizard/what_if.html", page=page, form=form, result=result)


@bp.get("/<reference>/verification")
@applicant
def review(reference: str) -> Any:
    page = drafting.review(session(), reference, now=arrived_at(), by=person())
    return render_template("wizard/review.html", page=page)


@bp.get("/<reference>/depot")
@applicant
def deposit(reference: str) -> Any:
    page = drafting.missing(session(), reference, now=arrived_at(), by=person())
    upcoming = versioning.find_upcoming(session(), reference, now=arrived_at(), by=person())
    return render_template("wizard/deposit.html", page=page, upcoming=upcoming)


@bp.post("/<reference>/depot")
@applicant
def file_dossier(reference: str) -> Any:
    """The act is done when the deposit is committed; the PDF is only its picture, made by the worker."""
    address = platform().settings.address
    number = request.form.get("number", type=int)  # the version that the page was about to file
    made = depositing.deposit(session(), reference, address=address, number=number, now=arrived_at(), by=person())
    for job in made:
        platform().queue.send(job)
    return redirect(url_for("wizard.receipt", reference=reference))


@bp.get("/<reference>/recepisse")
@applicant
def receipt(reference: str) -> Any:
    """Of the last filing; `?version=1` for an earlier one."""
    number = request.args.get("version", type=int)
    page = depositing.receipt(session(), reference, number=number, by=person())
    return render_template("wizard/receipt.html", page=page)


@bp.get("/<reference>/v<int:number>.pdf")
@applicant
def pdf(reference: str, number: int) -> Any:
    content = depositing.read_pdf(session(), platform().files, reference, number, by=person())
    if content is None:
        return redirect(url_for("wizard.receipt", reference=reference))
    return download(content, "application/pdf", f"{reference}-v{number}.pdf")


@bp.get("/<reference>/<slug>")
@applicant
def step(reference: str, slug: str) -> Any:
    page = drafting.step_page(session(), reference, _section(slug).name, now=arrived_at(), by=person())
    if page.section.name == "pieces":
        return render_template("wizard/pieces.html", page=page, place=None, refusals=())
    more = min(request.args.get("lignes", 3, int), 50)
    form = form_for(page.section, formdata=page.raw, record=page.record, questions=page.questions, extra_rows=more)
    if page.raw is not None:
        form.validate()
    return render_template("wizard/step.html", page=page, form=form)


@bp.post("/<reference>/<slug>")
@applicant
def save_step(reference: str, slug: str) -> Any:
    """Every button saves first; a malformed answer is kept as typed, shown back and explained."""
    page = drafting.step_page(session(), reference, _section(slug).name, now=arrived_at(), by=person())
    form = _typed(page, _chosen(page))
    well_formed = form.validate()
    seen = request.form.get("seen", 0, int)
    name = page.section.name
    try:
        following = drafting.save_step(
            session(), reference, name, form.answers(), raw=form.raw(), seen=seen, now=arrived_at(), by=person()
        )
    except drafting.AnsweredByCooperative as refused:
        told = {"sentence": refused.sentence, "reason": "", "typed": form.raw()}
        return render_template("sharing/overriding.html", page=page, **told), 409
    except drafting.Conflict as conflict:
        return render_template("wizard/conflict.html", page=conflict.page, raw=form.raw()), 409
    if form.cleaned:
        tell("Nous avons retiré des caractères invisibles : relisez les réponses de cette page.")
    here = url_for("wizard.step", reference=reference, slug=slug)
    if "more" in request.form:
        return redirect(f"{here}?lignes=10#{name}-{request.form['more']}")
    if request.form.get("then") == "liste" or (well_formed and following is None):
        return redirect(_after_the_last(reference, went_on="then" not in request.form))
    if not well_formed or following is None:
        return redirect(here)
    return redirect(url_for("wizard.step", reference=reference, slug=following.slug))


@bp.post("/<reference>/<slug>/apercu")
@applicant
def preview(reference: str, slug: str) -> Any:
    """The eligibility panel as it would be with what is typed; nothing is saved."""
    name = _section(slug).name
    with platform().sessions.reading() as reading:
        form = _typed(drafting.step_page(reading, reference, name, now=arrived_at(), by=person()), request.form)
        form.validate()
        page = drafting.preview(reading, reference, name, form.answers(), now=arrived_at(), by=person())
    return render_template("wizard/eligibility_panel.html", page=page)


def _after_the_last(reference: str, *, went_on: bool) -> str:
    """To the list of steps; or, when the last of them leaves nothing missing, to what remains before filing."""
    is_clear = went_on and drafting.missing(session(), reference, now=arrived_at(), by=person()).is_clear
    return url_for("wizard.review" if is_clear else "wizard.overview", reference=reference)


def _section(slug: str) -> Section:
    return find_section(slug) or abort(404)


def _typed_section(slug: str) -> Section:
    section = _section(slug)
    return abort(404) if section.name == "pieces" else section


def _typed(page: Any, fields: Any) -> Any:
    """The form as it was sent; a question that was not on the page keeps its answer."""
    return form_for(page.section, formdata=fields, record=page.record, questions=page.questions)


def _chosen(page: Any) -> Any:
    """What was typed; on the conflict page, the saved value wherever the person chose to keep it."""
    kept = {
        name.removeprefix("choice-")
        for name, value in request.form.items()
        if name.startswith("choice-") and value == "theirs"
    }
    if not kept:
        return request.form
    theirs = form_for(page.section, formdata=page.raw, record=page.record).raw()
    mine = {name: values for name, values in request.form.lists() if not _belongs(name, kept)}
    return mine | {name: values for name, values in theirs.items() if _belongs(name, kept)}


def _belongs(field: str, questions: set[str]) -> bool:
    return any(field == name or field.startswith(f"{name}-") for name in questions)
