"""What a request brings: its instant of arrival, its person, its session; and who may enter a route."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, current_app, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user

from grantapp.domain.people import Person, Visit
from grantapp.french import typeset
from grantapp.services import visits

login = LoginManager()


class SignedIn(UserMixin):
    """The person behind the session cookie, which holds nothing but the id of the visit."""

    def __init__(self, person: Person, visit: Visit) -> None:
        self.person = person
        self.visit = visit

    def get_id(self) -> str:
        return str(self.visit.id)


@login.user_loader
def load(identifier: str) -> SignedIn | None:
    """A visit that was ended belongs to nobody any more."""
    try:
        key = UUID(identifier)
    except ValueError:
        return None
    with platform().sessions.reading() as reading:
        found = visits.find(reading, key, at=really_now())
    return SignedIn(*found) if found else None


def note_use() -> None:
    """Now and then, write down that the visit is in use: before the request opens a session of its own."""
    if request.endpoint == "static" or "_user_id" not in cookie or not current_user.is_authenticated:
        return
    if visits.is_use_to_note(current_user.visit, at=really_now()):
        with platform().sessions.writing() as writing:
            visits.note_use(writing, current_user.visit.id, at=really_now())


def platform() -> Any:
    """What `app.py` chose from the settings: sessions, files, queue, clock."""
    return current_app.extensions["grantapp"]


def arrived_at() -> datetime:
    """The instant the request reached us: what counts at the closing hour, however long the work takes."""
    if "arrived_at" not in g:
        g.arrived_at = platform().clock()
    return g.arrived_at


def really_now() -> datetime:
    """The real time of arrival, even in a demonstration: for links, codes, visits and tries."""
    if "really_at" not in g:
        g.really_at = platform().real_clock()
    return g.really_at


def session() -> Any:
    """One database session for the request: it writes when the request may change something."""
    if "session" not in g:
        g.exits = ExitStack()
        sessions = platform().sessions
        opened = sessions.reading() if request.method in ("GET", "HEAD") else sessions.writing()
        g.session = g.exits.enter_context(opened)
    return g.session


def close_session(error: BaseException | None = None) -> None:
    """Whatever was not committed is rolled back."""
    exits = g.pop("exits", None)
    g.pop("session", None)
    if exits is not None:
        exits.close()


def person() -> Person:
    """The person who is signed in; only behind `@applicant`."""
    return current_user.person


def visit() -> Visit:
    """The visit of this browser; only behind `@applicant`."""
    return current_user.visit


def find_person() -> Person | None:
    return current_user.person if current_user.is_authenticated else None


View = Callable[..., Any]


def anyone(view: View) -> View:
    """A page for everybody. Every route says who may enter; a test refuses one that does not."""
    view.access = "anyone"  # type: ignore[attr-defined]
    return view


def applicant(view: View) -> View:
    """A page for a person who is signed in; which dossiers are theirs is asked again in every query."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_user.is_authenticated:
            return view(*args, **kwargs)
        if request.method in ("GET", "HEAD"):
            tell("Connectez-vous pour continuer.")
            return redirect(url_for("account.sign_in", suite=request.path))
        return ask_again(401)

    guarded.access = "applicant"  # type: ignore[attr-defined]
    return guarded


def tell(sentence: str, about: str = "message") -> None:
    """A line at the top of the next page; and again in the place that it is `about`, where the page has one."""
    flash(typeset(sentence), about)


def ask_again(status: int) -> tuple[str, int]:
    """The session is gone: give back everything that was typed, to be sent again with a fresh token."""
    fields = [(name, value) for name, values in request.form.lists() for value in values if name != "csrf_token"]
    return render_template("errors/resend.html", fields=fields, action=request.full_path.rstrip("?")), status


def download(content: bytes | Iterable[bytes], media_type: str, name: str, octets: int | None = None) -> Response:
    """Handed over as a file, never shown inside the site: what people send may be anything.

    `octets` is the size of what comes in parts, so that a cut is noticed.
    """
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if octets is not None:
        response.content_length = octets
    return response
