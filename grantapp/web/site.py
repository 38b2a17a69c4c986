"""What every page shares: blueprints, filters, security headers, error pages."""

from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import PackageLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from grantapp import french
from grantapp.domain.changes import excerpts
from grantapp.domain.inspected import MOST_BYTES, STATED
from grantapp.domain.lifecycle import Refused
from grantapp.domain.piece import ACCEPTED
from grantapp.domain.project import is_anchor, question_at, section_named
from grantapp.typesetting import FrenchTypography
from grantapp.web import (
    account,
    board,
    collective,
    invitations,
    mailbox,
    members,
    organisation,
    papers,
    personal,
    pieces,
    provider,
    public,
    restoring,
    scope,
    sharing,
    verification,
    versions,
    wizard,
)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
MOST_FORM_BYTES = 2 * 2**20
MOST_SENT = dict.fromkeys(pieces.UPLOADS, pieces.MOST_UPLOAD) | {
    "verification.verify_file": verification.MOST_UPLOAD,
    "restoring.look": restoring.MOST_UPLOAD,
    "members.look": members.MOST_UPLOAD,
}
FILTERS = (
    "number",
    "euros",
    "percent",
    "square_metres",
    "day",
    "short_day",
    "moment",
    "size",
    "plural",
    "listing",
    "ago",
    "typeset",
)

SENTENCES = {
    400: (
        "Demande incomprise",
        "Votre navigateur a envoyé une demande que nous ne comprenons pas. Revenez en arrière.",
    ),
    403: ("Accès refusé", "Cette page ne vous est pas ouverte."),
    404: ("Page introuvable", "Cette page n'existe pas, ou elle n'est pas à vous. Vérifiez l'adresse."),
    405: ("Action impossible", "Cette page ne s'utilise pas ainsi. Revenez en arrière et réessayez."),
    409: ("Ce n'est pas possible", "Cette action n'est pas possible maintenant."),
    413: (
        "Envoi trop lourd",
        f"Ce que vous envoyez dépasse la limite : {french.size(MOST_BYTES)} au plus par fichier. Si vous en avez "
        "choisi plusieurs à la fois, envoyez-les un par un.",
    ),
    500: ("Erreur de notre côté", "Rien de ce qui était enregistré n'est perdu. Réessayez dans un instant."),
    503: ("Service momentanément indisponible", "Rien de ce qui était enregistré n'est perdu. Réessayez bientôt."),
}

csrf = CSRFProtect()


def furnish(app: Flask) -> None:
    """Hang the pages in the application."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.add_extension(FrenchTypography)
    app.jinja_loader = PackageLoader("grantapp")
    app.jinja_env.filters.update({name: getattr(french, name) for name in FILTERS})
    app.jinja_env.globals.update(question_at=question_at, is_anchor=is_anchor, section_named=section_named)
    app.jinja_env.globals.update(most_bytes=MOST_BYTES, piece_limit=STATED, accepted=",".join(ACCEPTED))
    app.jinja_env.globals.update(excerpts=excerpts)
    app.context_processor(_shared)
    for module in (
        public,
        verification,
        account,
        provider,
        invitations,
        personal,
        organisation,
        mailbox,
        pieces,
        versions,
        restoring,
        sharing,
        wizard,
        papers,
        members,
        board,
    ):
        app.register_blueprint(module.bp)
    app.register_blueprint(collective.bp)
    app.before_request(_arrive)  # before the token is looked for: what is too large must not even be read
    csrf.init_app(app)
    scope.login.init_app(app)
    app.before_request(scope.note_use)
    app.teardown_request(scope.close_session)
    app.after_request(_protect)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http_error)


def _shared() -> dict[str, Any]:
    platform = scope.platform()
    return {
        "person": scope.find_person(),
        "clock_notice": platform.clock_notice,
        "now": scope.arrived_at(),
        "has_mailbox": platform.settings.is_demonstration,
        "provider": platform.settings.provider.name if platform.settings.provider else None,
    }


def _arrive() -> None:
    scope.arrived_at()
    request.max_content_length = MOST_SENT.get(request.endpoint or "", MOST_FORM_BYTES)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "frames" in g:
        response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src {g.frames}"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def error_page(status: int, sentence: str | None = None) -> tuple[str, int]:
    title, usual = SENTENCES.get(status, SENTENCES[400 if status < 500 else 500])
    sentence = french.typeset(sentence or usual)
    return render_template("errors/error.html", status=status, title=french.typeset(title), sentence=sentence), status


def _csrf_failed(error: CSRFError) -> tuple[str, int]:
    """A page left open too long must not cost what was typed in it."""
    if not request.form:
        return error_page(400)
    return scope.ask_again(400)


def _refused(refused: Refused) -> tuple[str, int]:
    return error_page(409, refused.sentence)


def _http_error(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    scope.close_session()
    if error.code == 413 and request.endpoint == "verification.verify_file":
        return error_page(413, verification.TOO_LARGE)
    return error_page(error.code or 500)
