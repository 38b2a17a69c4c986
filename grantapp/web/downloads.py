"""Files handed over: never shown inside the site, for what people send may be anything."""

from collections.abc import Iterable

from flask import Response


def download(content: bytes | Iterable[bytes], media_type: str, name: str, octets: int | None = None) -> Response:
    """A file to keep. `octets` is the size of one that comes in parts, so that a cut is noticed."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if octets is not None:
        response.content_length = octets
    return response


def picture(content: bytes) -> Response:
    """A JPEG that we made ourselves: the only kind of file that a page shows."""
    response = Response(content, mimetype="image/jpeg")
    response.headers.set("Content-Disposition", "inline")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
