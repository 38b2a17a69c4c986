"""The structure of a PDF as a person who listens needs it, where the engine's own passes every validator and does not.

WeasyPrint writes one tree a page: a table that a page break cuts becomes two tables, its head is read again on each
page, running headers are content like any other. Here the pieces of one element become one element again, and all that
is not the document's own words becomes an artifact.
"""

from collections.abc import Iterator

import pydyf

from grantapp.documents.structure import Content, Kid, Node, Tree

SVG = "{http://www.w3.org/2000/svg}"
POINTS = 0.75  # in a CSS pixel
REPEATED = ("/THead", "/TFoot")


def mend(pdf: pydyf.PDF) -> None:
    """Part of the finisher that `write_pdf` calls: mends the structure of the PDF about to be written, in place."""
    tree = Tree(pdf)
    _join_pages(tree.document)
    decoration = _without_decoration(tree.document)
    for node in tree.document.walk():
        _name(node)
        if node.role == "/Figure":
            _draw_box(node, tree)
    tables = [node for node in tree.document.walk() if node.role == "/Table"]
    for number, table in enumerate(tables, start=1):
        _give_heads(table, number)
    tree.write(decoration)


def _join_pages(document: Node) -> None:
    """The document's own kids, page after page: the last of a page may go on in the first of the next."""
    kids, document.kids = document.nodes, []
    while kids:
        page = kids[0].element["Pg"]
        after = next((place for place, kid in enumerate(kids) if kid.element["Pg"] != page), len(kids))
        document.kids += _following(document, list(kids[:after]))
        kids = kids[after:]


def _following(node: Node, kids: list[Kid]) -> list[Kid]:
    """Those of `kids` that are new; one that goes on from the last of `node` is joined to it."""
    if node.nodes and kids and isinstance(kids[0], Node) and kids[0].is_torn_from(node.nodes[-1]):
        _join(node.nodes[-1], kids[0])
        return kids[1:]
    return kids


def _join(node: Node, following: Node) -> None:
    kids = following.kids
    if node.role == "/Table":
        met = [kid for kid in node.nodes if kid.role in REPEATED]
        kids = [
            kid
            for kid in kids
            if not (isinstance(kid, Node) and kid.role in REPEATED and any(kid.same_origin(each) for each in met))
        ]
    if node.role == "/TR":  # a row taller than a page: each of its cells goes on
        for cell in following.nodes:
            begun = [each for each in node.nodes if each.same_origin(cell)]
            if begun:
                _join(begun[0], cell)
            else:
                node.kids.append(cell)
    else:
        node.kids += _following(node, kids)
    node.last_page = following.last_page


def _without_decoration(document: Node) -> set[Content]:
    """Takes out pictures that say nothing, and gives what they had drawn."""
    taken: set[Content] = set()
    for node in list(document.walk()):
        for kid in node.nodes:
            if kid.attribute("data-pdf") == "Artifact" or (kid.role == "/Figure" and "Alt" not in kid.element):
                node.kids.remove(kid)
                taken |= {each for part in kid.walk() for each in part.kids if isinstance(each, Content)}
    return taken


def _name(node: Node) -> None:
    """The role and the attributes that the engine does not give."""
    if language := node.attribute("lang"):
        node.element["Lang"] = pydyf.String(language)
    if node.role == "/L":
        if node.attribute("data-pdf") == "TOC":
            _name_contents(node)
        else:
            numbered = any(kid.role == "/Lbl" for item in node.nodes for kid in item.nodes)
            kind = ("/Decimal" if node.attribute("type") or _tag(node) == "ol" else "/Disc") if numbered else "/None"
            node.element["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": kind})
    elif node.role == "/Figure" and node.origin and node.origin.element.tag == f"{SVG}svg":
        said = (node.origin.element.findtext(f"{SVG}{part}") or "" for part in ("title", "desc"))
        node.element["Alt"] = pydyf.String(". ".join(" ".join(each.split()) for each in said if each.strip()))


def _tag(node: Node) -> str:
    return node.origin.tag if node.origin else ""


def _name_contents(contents: Node) -> None:
    """A table of contents: a list of entries, each a reference."""
    contents.role = "/TOC"
    for entry in contents.nodes:
        entry.role = "/TOCI"
        for body in entry.nodes:
            body.role = "/Reference"


def _draw_box(figure: Node, tree: Tree) -> None:
    """Where the figure stands: the engine gives CSS pixels from the top, a PDF counts points from the bottom."""
    left, top, right, bottom = (POINTS * side for side in figure.element["A"]["BBox"])
    height = tree[figure.element["Pg"]]["MediaBox"][3]
    box = (left, height - bottom, right, height - top)
    figure.element["A"]["BBox"] = pydyf.Array(round(side, 2) for side in box)


def _give_heads(table: Node, number: int) -> None:
    """Scope and identifier to each head of a table, and its heads to each cell.

    A head of a column holds for the whole table, a head of a row for its row, a head of a group of rows for what
    follows it in its group.
    """
    of_columns: dict[int, list[pydyf.String]] = {}
    place = 0
    for group in [kid for kid in table.nodes if kid.role in ("/THead", "/TBody", "/TFoot")]:
        of_group: list[pydyf.String] = []
        for row in _grid(group):
            of_row: list[pydyf.String] = []
            for column, cell in row:
                spanned = range(column, column + cell.element["A"].get("ColSpan", 1))
                if cell.role == "/TH":
                    place += 1
                    name = cell.element["ID"] = pydyf.String(f"{number}-{place}")
                    scope = cell.attribute("scope") or ("col" if group.role == "/THead" else "row")
                    cell.element["A"]["Scope"] = "/Column" if scope.startswith("col") else "/Row"
                    if scope == "rowgroup":
                        of_group = [name]
                    elif scope == "row":
                        of_row.append(name)
                    else:
                        for each in spanned:
                            of_columns.setdefault(each, []).append(name)
            for column, cell in row:
                if cell.role == "/TD":
                    spanned = range(column, column + cell.element["A"].get("ColSpan", 1))
                    heads = [*of_group, *of_row, *(name for each in spanned for name in of_columns.get(each, ()))]
                    if heads:
                        cell.element["A"]["Headers"] = pydyf.Array(heads)
                    else:
                        cell.element["A"].pop("Headers", None)


def _grid(group: Node) -> Iterator[list[tuple[int, Node]]]:
    """The rows of a group: each cell with the number of its first column."""
    taken: dict[int, int] = {}  # by column, how many more rows a cell from above takes
    for row in group.nodes:
        cells, column = [], 0
        for cell in row.nodes:
            while taken.get(column):
                taken[column] -= 1
                column += 1
            cells.append((column, cell))
            for each in range(column, column + cell.element["A"].get("ColSpan", 1)):
                taken[each] = cell.element["A"].get("RowSpan", 1) - 1
                column += 1
        yield cells
