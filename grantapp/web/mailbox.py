"""« Courrier de la démonstration » : the mail that nobody carries away. Elsewhere these pages do not exist."""

import re
from typing import Any

from flask import Blueprint, Response, g, render_template

from grantapp.services import mailing
from grantapp.web.scope import applicant, platform

bp = Blueprint("mailbox", __name__)

# A message is somebody else's page: it may be seen, and its links followed in the whole window; nothing more.
SANDBOX = "allow-top-navigation-by-user-activation"
POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
ADDRESS = re.compile(r"(https?://\S+)")


@bp.get("/courrier")
@applicant
def inbox() -> Any:
    return render_template("mailbox/inbox.html", messages=mailing.list_received(platform().settings))


@bp.get("/courrier/<name>")
@applicant
def message(name: str) -> Any:
    received = mailing.read_received(platform().settings, name)
    g.frames = "'self'"
    pieces = ADDRESS.split(received.text)  # the odd ones are addresses
    return render_template("mailbox/message.html", message=received, pieces=pieces, sandbox=SANDBOX)


@bp.get("/courrier/<name>/html")
@applicant
def html(name: str) -> Any:
    received = mailing.read_received(platform().settings, name)
    # A link in a frame opens in the frame, unless it is told otherwise.
    content = re.sub(r"<a (?=href=)", '<a target="_top" ', received.html)
    return Response(content, mimetype="text/html", headers={"Content-Security-Policy": POLICY})
