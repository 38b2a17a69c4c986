"""An identity provider on this machine, of ProConnect's shape: its « userinfo » is a signed token, not plain JSON.

Each lie it may be asked to tell is one that a site must not believe.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT = "grantapp"


@dataclass
class Manners:
    """What the provider says; the usual is the truth."""

    subject: str = "u-1"
    userinfo_subject: str = ""  # another than the token's, when it lies
    audience: str = CLIENT
    issuer: str = ""  # in the tokens
    nonce: str = ""
    lasts: int = 60
    forged: bool = False  # signed by a key that nobody knows
    plain: bool = False  # « userinfo » as JSON, as OpenID Connect also allows
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


def build(base: str, manners: Manners) -> Flask:
    key, unknown = (RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}) for _ in range(2))
    site = Flask("provider")

    def sign(claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, unknown if manners.forged else key)

    def who(subject: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": manners.issuer or base,
            "aud": manners.audience,
            "sub": subject,
            "iat": now,
            "exp": now + manners.lasts,
        }

    @site.before_request
    def note() -> None:
        manners.asked.append(request.path)

    @site.get("/.well-known/openid-configuration")
    def configuration() -> Any:
        doors = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        ways = {name: f"{base}/{name.split('_')[0]}" for name in doors}
        return jsonify(issuer=base, id_token_signing_alg_values_supported=["RS256"], **ways)

    @site.get("/jwks")
    def keys() -> Any:
        return jsonify(keys=[key.as_dict(private=False)])

    @site.get("/authorization")
    def authorize() -> Any:
        code = secrets.token_urlsafe(8)
        manners.codes[code] = dict(request.args)
        return redirect(f"{request.args['redirect_uri']}?{urlencode({'code': code, 'state': request.args['state']})}")

    @site.post("/token")
    def token() -> Any:
        asked = manners.codes.pop(request.form["code"], None)
        if asked is None or "code_verifier" not in request.form:
            return jsonify(error="invalid_grant"), 400
        claims = who(manners.subject) | {"nonce": manners.nonce or asked["nonce"]}
        return jsonify(access_token="at", token_type="Bearer", id_token=sign(claims), expires_in=60)

    @site.get("/userinfo")
    def userinfo() -> Any:
        said = {"given_name": "Ana", "usual_name": "Exemple", "email": "camille@mistral.example"}
        claims = who(manners.userinfo_subject or manners.subject) | said
        if manners.plain:
            return jsonify(claims)
        return sign(claims), 200, {"Content-Type": "application/jwt"}

    return site


@contextmanager
def serving(manners: Manners) -> Iterator[str]:
    """The provider's address, while it answers."""
    listener = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True)
    base = f"http://127.0.0.1:{listener.server_port}"
    listener.app = build(base, manners)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield base
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
