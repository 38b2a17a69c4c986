"""« Quel guichet aujourd'hui ? » : pure reads over a few answers, or over a draft."""

from datetime import date, datetime, time

from sqlalchemy.orm import Session

from grantapp.domain.orientation import Orientation, orient
from grantapp.domain.people import Person
from grantapp.domain.project import Project
from grantapp.domain.project_file import FORMAT, load
from grantapp.editions import all_editions, open_on
from grantapp.french import PARIS
from grantapp.services import drafting
from grantapp.services.pages import DossierHead
from grantapp.services.trial_pages import OrientationPage

NOON = time(12)

# Five questions that anybody can answer, and that refuse most of what will be refused.
PRECHECK = (
    "organisation.legal_form",
    "request.site_found",
    "history.status",
    "pollution.treatment_needed",
    "schedule.has_contracts",
)
# The same, and the place of the plot: some regions have dates of their own.
ASKED = (*PRECHECK, "site.postcode")


def instant_on(day: date | None, hour: time | None = None, *, now: datetime) -> datetime:
    """The instant that a chosen day stands for: now when it is today or was not chosen, else its noon in Paris."""
    if hour is None and day in (None, now.astimezone(PARIS).date()):
        return now
    return datetime.combine(day or now.astimezone(PARIS).date(), hour or NOON, PARIS)


def of_answers(answers: drafting.Answers, *, day: date | None, now: datetime) -> OrientationPage:
    """The desks for a few answers, by section and question; malformed ones are left out. Nothing is kept."""
    return _page(orient(all_editions(), project_from(answers), instant_on(day, now=now)), now)


def of_dossier(session: Session, reference: str, *, day: date | None, now: datetime, by: Person) -> OrientationPage:
    """The desks for a dossier as it is saved."""
    overview = drafting.overview(session, reference, now=now, by=by)
    _, project, _ = drafting.judged(session, reference, now=now, by=by)
    return _page(orient(all_editions(), project, instant_on(day, now=now)), now, overview.head)


def open_desks(now: datetime, answers: drafting.Answers | None = None) -> OrientationPage:
    """The desks that are open now, in the order in which to go to them: where a dossier may be begun."""
    return _page(orient(open_on(now), project_from(answers or {}), now), now)


def project_from(answers: drafting.Answers) -> Project:
    project, _, _ = load({"grantapp": FORMAT, **answers})
    return project


def _page(orientation: Orientation, now: datetime, head: DossierHead | None = None) -> OrientationPage:
    return OrientationPage(
        orientation=orientation,
        sentence=orientation.sentence(now) if orientation.desks else "",
        is_today=orientation.at.astimezone(PARIS).date() == now.astimezone(PARIS).date(),
        head=head,
    )
