"""What a screen reader is told of a PDF: the tree of its elements, read from the engine and written back.

To mend this tree (`mending.py`), one must know which element of the HTML each structure element came from, and
WeasyPrint tells nobody. `_build_box_tree` is the one private function that we wrap, in the last lines of this file;
everything else goes through the `finisher` of `write_pdf`, which is public. `tests/documents/test_structure.py` says
what a later version of WeasyPrint would have changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import pydyf
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf import tags


@dataclass(frozen=True)
class Origin:
    """The HTML behind a structure element. `element` is the same object for all the pieces that pages made of it."""

    element: Any
    tag: str

    def attribute(self, name: str) -> str:
        """Of the element itself; a pseudo-element has none."""
        return self.element.get(name, "") if self.tag == self.element.tag else ""


@dataclass(frozen=True)
class Content:
    """A marked sequence of a page."""

    page: bytes
    mcid: int


Kid: TypeAlias = "Node | Content | pydyf.Dictionary"  # the last is a reference to an annotation


@dataclass(eq=False)
class Node:
    """A structure element while it is mended. `last_page` is that of its last piece."""

    element: pydyf.Dictionary
    origin: Origin | None
    kids: list[Kid] = field(default_factory=list)
    last_page: bytes = b""

    @property
    def role(self) -> str:
        return str(self.element["S"])

    @role.setter
    def role(self, role: str) -> None:
        self.element["S"] = role

    @property
    def nodes(self) -> "list[Node]":
        return [kid for kid in self.kids if isinstance(kid, Node)]

    def walk(self) -> "Iterator[Node]":
        yield self
        for kid in self.nodes:
            yield from kid.walk()

    def is_torn_from(self, other: "Node") -> bool:
        """Both are pieces of one element, on two pages."""
        return self.same_origin(other) and self.last_page != other.last_page

    def same_origin(self, other: "Node") -> bool:
        mine, theirs = self.origin, other.origin
        return (
            mine is not None
            and theirs is not None
            and mine.element is theirs.element
            and mine.tag == theirs.tag
            and self.role == other.role
        )

    def attribute(self, name: str) -> str:
        return self.origin.attribute(name) if self.origin else ""


class Tree:
    """The structure of a PDF that is about to be written: `document` is its root, to be changed at will."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self.pdf = pdf
        self.origins = _ORIGINS.pop(pdf, {})
        self.root = self[pdf.catalog["StructTreeRoot"]]
        self.document = self._node(self[self.root["K"][0]])

    def __getitem__(self, reference: bytes) -> Any:
        return self.pdf.objects[int(reference.split()[0])]

    def _node(self, element: pydyf.Dictionary) -> Node:
        """An element with all that is under it."""
        page = element.get("Pg", b"")
        made = Node(element, self.origins.get(element.number), last_page=page)
        for kid in element["K"]:
            if isinstance(kid, int):
                made.kids.append(Content(page, kid))
            else:
                found = self[kid]
                made.kids.append(self._node(found) if found["Type"] == "/StructElem" else found)
        return made

    def write(self, decoration: set[Content]) -> None:
        """The tree as mended, its inverse, the identifiers, and what is outside of it as artifacts."""
        number_of = {page: number for number, page in enumerate(self.pdf.page_references)}
        pages: list[dict[int, bytes]] = [{} for _ in number_of]
        annotations: dict[int, bytes] = {}
        identified: dict[str, bytes] = {}
        for node in self.document.walk():
            reference, page = node.element.reference, node.element.get("Pg")
            kids = pydyf.Array()
            for kid in node.kids:
                if isinstance(kid, Node):
                    kid.element["P"] = reference
                    kids.append(kid.element.reference)
                elif isinstance(kid, Content):
                    pages[number_of[kid.page]][kid.mcid] = reference
                    elsewhere = pydyf.Dictionary({"Type": "/MCR", "Pg": kid.page, "MCID": kid.mcid})
                    kids.append(kid.mcid if kid.page == page else elsewhere)
                else:
                    annotations[self[kid["Obj"]]["StructParent"]] = reference
                    kids.append(kid.reference)
            node.element["K"] = kids
            if "ID" in node.element:
                identified[node.element["ID"].string] = reference
        parents = self[self.root["ParentTree"]]
        parents["Nums"] = pydyf.Array()
        for number, used in enumerate(pages):
            last = max(used, default=-1)
            parents["Nums"] += [number, pydyf.Array(used.get(mcid, "null") for mcid in range(last + 1))]
        for number, reference in sorted(annotations.items()):
            parents["Nums"] += [number, reference]
        self.root["ParentTreeNextKey"] = max(annotations, default=len(pages) - 1) + 1
        if identified:
            names = pydyf.Array()
            for name in sorted(identified):
                names += [pydyf.String(name), identified[name]]
            self.root["IDTree"] = pydyf.Dictionary({"Names": names})
        for page, number in number_of.items():
            self._mark_artifacts(page, set(pages[number]), decoration)

    def _mark_artifacts(self, page: bytes, used: set[int], decoration: set[Content]) -> None:
        """What the tree does not reach: running headers and footers, repeated heads of tables, decoration."""
        stream = self[self[page]["Contents"]].stream
        for place, item in enumerate(stream):
            if isinstance(item, pydyf.Dictionary) and "MCID" in item and item["MCID"] not in used:
                kind = "/Layout" if Content(page, item["MCID"]) in decoration else "/Pagination"
                stream[place - 1], stream[place] = "/Artifact", pydyf.Dictionary({"Type": kind})


# ── the only private function of WeasyPrint that we touch ────────────────────────────────────────────────────────

_ORIGINS: "WeakKeyDictionary[pydyf.PDF, dict[int, Origin]]" = WeakKeyDictionary()
_build_box_tree = tags._build_box_tree


def _remembering(box: Any, parent: Any, pdf: pydyf.PDF, *rest: Any) -> Iterator[pydyf.Dictionary]:
    """The elements that WeasyPrint makes of a box; the innermost call, which comes first, knows whose they are."""
    own = box._box if isinstance(box, AbsolutePlaceholder) else box
    origins = _ORIGINS.setdefault(pdf, {})
    for element in _build_box_tree(box, parent, pdf, *rest):
        if own.element is not None:
            origins.setdefault(element.number, Origin(own.element, own.element_tag))
        yield element


tags._build_box_tree = _remembering
