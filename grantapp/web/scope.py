"""What a request brings: its instant of arrival, its person, its session; and who may enter a route."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_login import LoginManager, UserMixin, current_user

from grantapp.domain.people import Person
from grantapp.french import typeset
from grantapp.services import accounts

login = LoginManager()


class SignedIn(UserMixin):
    """The person behind the session cookie."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        return f"{self.person.id}:{self.person.epoch}"


@login.user_loader
def load(identifier: str) -> SignedIn | None:
    """A session whose epoch is past belongs to nobody any more."""
    identity, _, epoch = identifier.partition(":")
    try:
        key, number = UUID(identity), int(epoch)
    except ValueError:
        return None
    with platform().sessions.reading() as reading:
        person = accounts.find_person(reading, key, number)
    return SignedIn(person) if person else None


def platform() -> Any:
    """What `app.py` chose from the settings: sessions, files, queue, clock."""
    return current_app.extensions["grantapp"]


def arrived_at() -> datetime:
    """The instant the request reached us: what counts at the closing hour, however long the work takes."""
    if "arrived_at" not in g:
        g.arrived_at = platform().clock()
    return g.arrived_at


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


def tell(sentence: str) -> None:
    """A line at the top of the next page."""
    flash(typeset(sentence))


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
