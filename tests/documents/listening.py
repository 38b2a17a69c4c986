"""A PDF as a person hears it: the tree of its tags with their text, from the bytes of the pages and nothing else."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_SAID = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")


@dataclass
class Heard:
    """An element: its role, what is written under it, piece by piece, and what the file says of it beside."""

    role: str
    name: bytes  # its identifier
    alternative: str
    language: str
    attributes: dict[str, Any]
    kids: "list[Heard | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(each if isinstance(each, str) else each.text for each in self.kids).split())

    @property
    def elements(self) -> "list[Heard]":
        return [each for each in self.kids if isinstance(each, Heard)]

    def walk(self) -> "Iterator[Heard]":
        yield self
        for each in self.elements:
            yield from each.walk()

    def all(self, role: str) -> "list[Heard]":
        return [each for each in self.walk() if each.role == role]

    def only(self, role: str) -> "Heard":
        (found,) = self.all(role)
        return found


def listen(content: bytes) -> Heard:
    with pikepdf.open(io.BytesIO(content)) as document:
        pages = {page.objgen: _marked(page) for page in document.pages}
        return _heard(document.Root.StructTreeRoot.K[0], pages)


def artifacts(content: bytes) -> list[str]:
    """What is drawn on each page and is no part of the document: nobody hears it."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return [_marked(page)[None] for page in document.pages]


def _heard(element: Any, pages: dict[Any, dict[int | None, str]]) -> Heard:
    made = Heard(
        role=str(element.S).removeprefix("/"),
        name=bytes(element.get("/ID", b"")),
        alternative=str(element.get("/Alt", "")),
        language=str(element.get("/Lang", "")),
        attributes={key.removeprefix("/"): _plain(value) for key, value in element.get("/A", {}).items()},
    )
    kids = element.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            made.kids.append(pages[element.Pg.objgen][kid])
        elif kid.get("/Type") == "/MCR":
            made.kids.append(pages[kid.Pg.objgen][int(kid.MCID)])
        elif "/S" in kid:
            made.kids.append(_heard(kid, pages))
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, pikepdf.Array):
        return [_plain(each) for each in value]
    if isinstance(value, pikepdf.Name):
        return str(value).removeprefix("/")
    return bytes(value) if isinstance(value, pikepdf.String) else value


def _marked(page: pikepdf.Page) -> dict[int | None, str]:
    """The text of each marked sequence of a page by its number; under None, that of all the artifacts."""
    tables = {str(name): _table(font) for name, font in page.Resources.get("/Font", {}).items()}
    said: dict[int | None, str] = {None: ""}
    open_sequences: list[int | None] = []
    table: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BMC":
                open_sequences.append(None)
            case "BDC":
                number = operands[1].get("/MCID") if isinstance(operands[1], pikepdf.Dictionary) else None
                open_sequences.append(None if number is None else int(number))
                said.setdefault(open_sequences[-1], "")
            case "EMC":
                open_sequences.pop()
            case "Tf":
                table = tables[str(operands[0])]
            case "TJ" | "Tj":
                shown = operands[0] if str(operator) == "TJ" else [operands[0]]
                codes = b"".join(bytes(each) for each in shown if isinstance(each, pikepdf.String))
                text = "".join(table[codes[at] * 256 + codes[at + 1]] for at in range(0, len(codes), 2))
                said[open_sequences[-1]] += text
    return said


def _table(font: Any) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _SAID.findall(font.ToUnicode.read_bytes())
    }
