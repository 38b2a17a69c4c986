"""Sign in through an OpenID Connect provider, when the operator has named one (`GRANTAPP_OIDC_…`).

The protocol is Authlib's (state, nonce, PKCE, signatures); whose account an identity enters is `services/identities`.
Authlib is an extra: nothing of it is loaded where no provider is named.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, url_for
from flask import session as cookie

from grantapp.domain.people import Opening
from grantapp.french import typeset
from grantapp.services import identities
from grantapp.services.identities import Identity
from grantapp.web import account
from grantapp.web.account import PENDING
from grantapp.web.scope import anyone, applicant, arrived_at, find_person, person, platform, really_now, session, tell

bp = Blueprint("provider", __name__)
PATIENCE = 10  # seconds for each answer of the provider
SIGNED_BY = ["RS256", "ES256", "PS256"]
WAITS = timedelta(minutes=10)  # for somebody who has to sign in before linking


class NotBelieved(Exception):  # noqa: N818 - an answer: the person may try again
    """The provider's answer does not hold together."""


def furnish(app: Flask, provider: Any) -> None:
    """Prepare the client of the provider named in the settings; `ImportError` when the extra is not installed."""
    from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
    from authlib.integrations.requests_client import OAuth2Session

    class Patient(OAuth2Session):  # type: ignore[misc]
        def request(self, *args: Any, **options: Any) -> Any:
            return super().request(*args, **{"timeout": PATIENCE} | options)

    class Client(FlaskOAuth2App):  # type: ignore[misc]
        client_cls = Patient

    app.extensions["grantapp.provider"] = OAuth(app).register(
        "provider",
        client_cls=Client,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid given_name usual_name email", "code_challenge_method": "S256", "leeway": 10},
    )


# ── there and back ───────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/connexion/fournisseur")
@anyone
def go() -> Any:
    client, provider = _client()
    try:
        _check_issuer(client, provider)
        return client.authorize_redirect(f"{platform().settings.address}{url_for('provider.come_back')}")
    except Exception as error:
        return _failed(error)


@bp.get("/connexion/fournisseur/retour")
@anyone
def come_back() -> Any:
    """The provider sends the browser back here. What it says serves once: its state is forgotten when it is read."""
    client, provider = _client()
    try:
        identity = _identity(client, provider)
    except Exception as error:
        return _failed(error)
    if find_person() is not None:
        _keep(identity)
        return redirect(url_for("personal.overview"))
    with platform().sessions.writing() as writing:
        found = identities.recognise(writing, identity)
        if found is not None:
            return account.let_in(found, Opening.PROVIDER, url_for("wizard.dossiers"), writing=writing)
    _keep(identity)
    return render_template("account/unknown_identity.html", identity=identity, provider=provider.name)


def _identity(client: Any, provider: Any) -> Identity:
    """Who has come back, by two signed answers that agree: the id token, and what ProConnect calls « userinfo »."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    _check_issuer(client, provider)
    token = client.authorize_access_token(leeway=10)
    answer = client.get(client.load_server_metadata()["userinfo_endpoint"], token=token)
    answer.raise_for_status()
    if answer.headers.get("Content-Type", "").startswith("application/jwt"):
        keys = KeySet.import_key_set(client.fetch_jwk_set())
        claims = jwt.decode(answer.text, keys, algorithms=SIGNED_BY).claims
        audience = claims.get("aud")
        if claims.get("iss") != provider.issuer or provider.client_id not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise NotBelieved
    else:
        claims = answer.json()
    if not claims.get("sub") or claims["sub"] != token["userinfo"]["sub"]:
        raise NotBelieved
    said = (str(claims.get(name) or "") for name in ("given_name", "usual_name"))
    return Identity(
        issuer=provider.issuer,
        subject=str(claims["sub"])[:255],
        name=" ".join(part for part in said if part)[:120],
        email=str(claims.get("email") or "")[:254],
    )


def _check_issuer(client: Any, provider: Any) -> None:
    if client.load_server_metadata().get("issuer") != provider.issuer:
        raise NotBelieved


def _failed(error: Exception) -> tuple[str, int]:
    """Nothing is entered and nothing is lost: the other ways in are on the page."""
    import requests

    name = _client()[1].name
    current_app.logger.warning("sign-in through the provider failed: %s", type(error).__name__)
    if isinstance(error, requests.RequestException):
        refusal, status = f"{name} ne répond pas : réessayez bientôt, ou connectez-vous autrement.", 502
    else:
        refusal, status = f"La connexion par {name} n'a pas abouti : recommencez, ou connectez-vous autrement.", 400
    return account.sign_in_page(refusal=typeset(refusal)), status


# ── linking ──────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.post("/compte/identite")
@applicant
def link() -> Any:
    """The person says that the identity they came with may enter this account."""
    _client()
    if (identity := find_pending()) is None:
        tell("Trop de temps a passé : recommencez la connexion par votre fournisseur d'identité.")
    else:
        identities.link(session(), identity, now=arrived_at(), by=person())
        cookie.pop(PENDING, None)
        tell("C'est relié : vous pourrez désormais vous connecter ainsi.")
    return redirect(url_for("personal.overview"))


@bp.post("/compte/identite/delier")
@applicant
def unlink() -> Any:
    identities.unlink(session(), _client()[1].issuer, now=arrived_at(), by=person())
    tell("C'est délié : on n'entre plus dans ce compte par ce fournisseur d'identité.")
    return redirect(url_for("personal.overview"))


def _keep(identity: Identity) -> None:
    cookie[PENDING] = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "name": identity.name,
        "email": identity.email,
        "at": really_now().isoformat(),
    }


def find_pending() -> Identity | None:
    """The identity that this browser came with a moment ago, and that is to be linked."""
    kept: dict[str, str] | None = cookie.get(PENDING)
    if kept is None or really_now() - datetime.fromisoformat(kept["at"]) > WAITS:
        return None
    return Identity(kept["issuer"], kept["subject"], kept["name"], kept["email"])


def linked_at() -> datetime | None:
    """Since when the provider enters the account of who is signed in."""
    named = platform().settings.provider
    return identities.linked_at(session(), named.issuer, by=person()) if named else None


def _client() -> tuple[Any, Any]:
    provider = platform().settings.provider
    if provider is None:
        abort(404)
    return current_app.extensions["grantapp.provider"], provider
