"""HTML in, PDF out: a strict template environment, a renderer that can reach nothing but our own files."""

import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydyf import PDF
from weasyprint import HTML
from weasyprint.document import Document
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from grantapp import french
from grantapp.documents import FONTS
from grantapp.documents.finishing import Attachment, finish
from grantapp.documents.mending import mend
from grantapp.documents.spelling import spell
from grantapp.domain.frozen import Frozen
from grantapp.typesetting import FrenchTypography

TEMPLATES = Path(__file__).parent.parent / "templates"
STYLES = ("print.css", "papers.css", "draft.css", "collective.css")
ASSETS = {f"grantapp:{name}": TEMPLATES / "documents" / name for name in STYLES} | {
    f"grantapp:fonts/{path.name}": path for path in FONTS.glob("*.ttf")
}

MEDIA_TYPES = {".svg": "image/svg+xml", ".jpg": "image/jpeg", ".png": "image/png"}


class ForbiddenAddress(Exception):  # noqa: N818 - it says what was asked for
    """The document asked for something that is not one of our own files: nothing is printed."""


class OwnAssets(URLFetcher):
    """Serves the files of the list above and the images of one document, by an address of our own, and nothing else."""

    def __init__(self, images: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.images = images
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url in self.images:
            return URLFetcherResponse(url, self.images[url], {"Content-Type": MEDIA_TYPES[Path(url).suffix]})
        if url not in ASSETS:
            self.refused.append(url)
            raise ForbiddenAddress(url)
        media_type = "text/css" if url.endswith(".css") else "font/ttf"
        return URLFetcherResponse(url, ASSETS[url].read_bytes(), {"Content-Type": media_type})


def _mended(document: Document, written: PDF) -> None:
    """What the engine calls before it writes the file."""
    mend(written)
    spell(document, written)


@cache
def environment() -> Environment:
    """Everything is escaped, and a name that does not exist is an error rather than an empty place on paper."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[FrenchTypography],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(plural=french.plural, number=french.number, listing=french.listing)
    return made


def render(
    html: str,
    *,
    identifier: str,
    deposit: Frozen | None = None,
    attachments: Sequence[Attachment] = (),
    images: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """The PDF of a whole HTML document, PDF/A-3a and PDF/UA-1 in one file: it can be archived, and listened to.

    `identifier` (32 hexadecimal digits) becomes the file's own: the same input gives the same bytes. `deposit` is what
    the document was made from: its fingerprint, reference and number stand in clear in the metadata. `images` are
    those of this document, by their address (`grantapp:images/….jpg`).

    A picture that says nothing takes `data-pdf="Artifact"`; the list that is a table of contents, `data-pdf="TOC"`.
    """
    # Source Sans 3 has no narrow no-break space; the renderer makes one of half a space, and figures run together. Its
    # ordinary no-break space is a fifth of an em wide: just what French asks of the narrow one.
    html = html.replace(french.NARROW, french.NBSP)
    assets = OwnAssets(images)
    try:
        document = HTML(string=html, base_url="grantapp:", url_fetcher=assets)
        with warnings.catch_warnings():
            # The engine leaves the file of its colour profile for the interpreter to close.
            warnings.simplefilter("ignore", ResourceWarning)
            written: bytes = document.write_pdf(pdf_variant="pdf/a-3a", finisher=_mended)
    except FatalURLFetchingError as error:  # not an Exception: the caller's `except` would miss it
        raise ForbiddenAddress(str(error)) from error
    if assets.refused:  # inside an SVG image, the renderer only complains in its log
        raise ForbiddenAddress(", ".join(assets.refused))
    return finish(written, identifier=identifier, deposit=deposit, attachments=attachments)
