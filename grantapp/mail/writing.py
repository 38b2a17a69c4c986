"""What a message says. Each is written once, in `templates/mail/KIND.jinja`, and rendered twice: HTML and plain text.

The template sees the macros of `layout.html` or of `layout.txt` under one name, so the text can lack nothing.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grantapp import french
from grantapp.typesetting import FrenchTypography

TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"
KINDS = frozenset(path.stem for path in TEMPLATES.glob("*.jinja"))
WIDTH = 72  # columns of plain text


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def write(kind: str, facts: Mapping[str, object], *, site: str) -> Letter:
    """The message of a kind, from what is to be told. `site` is the address its links begin with, from the settings.

    A fact that is missing, or a kind that does not exist, is an error.
    """
    known = {**facts, "site": site}
    bodies: dict[str, str] = {}
    subject = ""
    for form in ("html", "txt"):
        environment = _environment(form)
        page = vars(environment.get_template(f"{kind}.jinja").make_module(known))
        subject = re.sub(
            r"[^\S\u00a0\u202f]+", " ", str(page["subject"]).strip()
        )  # that of the plain text, which comes last
        frame = vars(environment.get_template("layout").module)["frame"]
        body = str(frame(page["subject"], page["body"], site)).strip()
        bodies[form] = re.sub(r"\n{3,}", "\n\n", body) + "\n"
    return Letter(subject=subject, text=bodies["txt"], html=bodies["html"])


@cache
def _environment(form: str) -> Environment:
    made = Environment(
        loader=_Shelf(form),
        autoescape=form == "html",  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        extensions=[FrenchTypography],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=french.day, moment=french.moment, plural=french.plural, fill=_fill)
    return made


class _Shelf(FileSystemLoader):
    """The messages, and under the name « layout » the macros of one form."""

    def __init__(self, form: str) -> None:
        super().__init__(TEMPLATES)
        self.form = form

    def get_source(self, environment: Environment, template: str) -> Any:
        return super().get_source(environment, f"layout.{self.form}" if template == "layout" else template)


def _fill(paragraph: str) -> str:
    """Lines of plain text; no address and no typographic space is broken."""
    return textwrap.fill(
        " ".join(re.split(r"[ \n]+", paragraph.strip(" \n"))), WIDTH, break_long_words=False, break_on_hyphens=False
    )
