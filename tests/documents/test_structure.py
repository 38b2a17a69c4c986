"""What a screen reader finds in our PDFs, which no validator checks: whole elements, in order, and nothing else."""

import inspect
import io
import re

import pikepdf
import pytest
import weasyprint
from bs4 import BeautifulSoup
from weasyprint.pdf import tags

from grantapp.documents import dossier, pdf, structure
from grantapp.documents.originals import attached
from tests.documents.listening import artifacts, listen

STYLE = "@page { size: 90mm 60mm; margin: 12mm 5mm; @top-left { content: 'Courant' } } p { orphans: 1; widows: 1 }"


def printed(body: str, style: str = STYLE) -> bytes:
    return pdf.render(
        f'<html lang="fr"><title>x</title><style>{style}</style><body>{body}</body></html>', identifier="0" * 32
    )


def heard(body: str, style: str = STYLE):
    return listen(printed(body, style))


def table(rows: int, head: str = '<th scope="col">Poste</th><th scope="col">Montant</th>') -> str:
    cells = "".join(f'<tr><th scope="row">Ligne {row}</th><td>{row} €</td></tr>' for row in range(rows))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>"


# ── the private function of the engine ───────────────────────────────────────────────────────────────────────────


def test_the_engine_is_the_one_whose_private_function_was_read():
    assert weasyprint.__version__.startswith("70."), (
        "WeasyPrint changed: read again what structure.py says of `_build_box_tree`, and see that this file passes."
    )
    given = inspect.signature(structure._build_box_tree).parameters
    assert list(given) == ["box", "parent", "pdf", "page_number", "nums", "annotations", "tags"]
    assert tags._build_box_tree is structure._remembering, "WeasyPrint was loaded anew, or somebody else wraps it"


def test_nothing_of_a_document_is_remembered_once_it_is_written():
    printed("<p>x</p>")
    assert not structure._ORIGINS


# ── what a page break cuts ───────────────────────────────────────────────────────────────────────────────────────


def test_a_table_over_several_pages_is_one_table_with_one_head():
    content = printed(table(40))
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages) > 2
    found = listen(content).only("Table")
    assert [each.role for each in found.elements] == ["THead", "TBody"]
    assert [row.text for row in found.elements[1].elements] == [f"Ligne {row} {row} €" for row in range(40)]


def test_the_head_repeated_on_each_page_is_drawn_and_not_heard():
    content = printed(table(40))
    assert listen(content).text.count("Montant") == 1
    assert all("Montant" in page for page in artifacts(content)[1:])


def test_a_paragraph_a_list_and_a_heading_cut_by_pages_stay_whole():
    words = " ".join(f"mot{number}" for number in range(300))
    document = heard(f"<h1>Titre</h1><p>{words}</p><ul>{'<li>point</li>' * 40}</ul><p>fin</p>")
    assert [each.role for each in document.elements] == ["H1", "P", "L", "P"]
    assert document.elements[1].text == words
    assert len(document.elements[2].elements) == 40


def test_a_row_taller_than_a_page_keeps_its_cells():
    left, right = (" ".join(f"{name}{number}" for number in range(200)) for name in "gd")
    row = f'<tr><th scope="row">{left}</th><td>{right}</td></tr>'
    found = heard(f"<table><tbody>{row}</tbody></table>").only("TR")
    assert [(each.role, each.text) for each in found.elements] == [("TH", left), ("TD", right)]


def test_two_elements_alike_on_two_pages_stay_two():
    document = heard('<section><p>un</p></section><section style="break-before: page"><p>deux</p></section>')
    assert [each.text for each in document.all("Sect")] == ["un", "deux"]


# ── what is not the document's own words ─────────────────────────────────────────────────────────────────────────


def test_running_headers_are_drawn_and_not_heard():
    content = printed("<p>un</p><p style='break-before: page'>deux</p>")
    assert listen(content).text == "un deux"
    assert artifacts(content) == ["Courant", "Courant"]


def test_all_that_is_drawn_is_in_the_tree_or_an_artifact():
    content = printed(f"<h1>Titre</h1>{table(30)}<p>fin</p>")
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            numbers = document.Root.StructTreeRoot.ParentTree.Nums
            parents = next(numbers[at + 1] for at in range(0, len(numbers), 2) if numbers[at] == page.StructParents)
            marked = [
                int(operands[1].MCID)
                for operands, operator in pikepdf.parse_content_stream(page)
                if str(operator) == "BDC" and "/MCID" in operands[1]
            ]
            assert marked and all(parents[mcid] is not None for mcid in marked)


def test_a_picture_that_says_nothing_is_not_heard_and_one_that_speaks_is():
    square = '<svg width="20" height="20">{}<rect width="20" height="20"/></svg>'
    speaking = square.format("<title>Un carré</title><desc>Il est\n noir.</desc>")
    document = heard(square.format("") + speaking + speaking.replace("<svg", '<svg data-pdf="Artifact"'))
    assert document.only("Figure").alternative == "Un carré. Il est noir."


def test_a_figure_says_where_it_stands_in_points_from_the_bottom():
    style = "@page { size: 100pt 200pt; margin: 0 } body { margin: 0 } svg { display: block }"
    figure = '<svg width="40" height="20" style="margin: 40px 0 0 20px"><title>x</title><path d="M0 0h9v9"/></svg>'
    box = heard(figure, style).only("Figure").attributes["BBox"]
    assert [float(side) for side in box] == [15, 155, 45, 170]


# ── roles and attributes ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_table_of_contents_is_one_and_its_entries_are_references():
    entries = '<li><span><a href="#a">Un</a></span></li><li><span><a href="#a">Deux</a></span></li>'
    document = heard(f'<ol data-pdf="TOC" style="list-style: none">{entries}</ol><p id="a">x</p>')
    assert [(each.role, each.elements[0].role, each.text) for each in document.only("TOC").elements] == [
        ("TOCI", "Reference", "Un"),
        ("TOCI", "Reference", "Deux"),
    ]


def test_each_cell_is_told_its_heads_of_column_of_group_and_of_row():
    rows = (
        '<tr><th scope="rowgroup" colspan="3">Groupe</th></tr><tr><th scope="row">a</th><td>1</td><td>2</td></tr>'
        '<tr><th scope="row">b</th><td colspan="2">3</td></tr>'
    )
    head = '<th scope="col">X</th><th scope="col">Y</th><th scope="col">Z</th>'
    body = f"<tbody>{rows}</tbody><tbody><tr><th scope='row' rowspan='2'>c</th><td>4</td><td>5</td></tr>"
    found = heard(f"<table><thead><tr>{head}</tr></thead>{body}<tr><td>6</td><td>7</td></tr></tbody></table>")
    names = {each.name: each.text for each in found.all("TH")}
    assert len(names) == 7
    told = {each.text: [names[head] for head in each.attributes["Headers"]] for each in found.all("TD")}
    assert told == {
        "1": ["Groupe", "a", "Y"],
        "2": ["Groupe", "a", "Z"],
        "3": ["Groupe", "b", "Y", "Z"],
        "4": ["c", "Y"],
        "5": ["c", "Z"],
        "6": ["Y"],
        "7": ["Z"],
    }


@pytest.mark.parametrize(("given", "scope"), [("col", "Column"), ("row", "Row"), ("rowgroup", "Row")])
def test_a_head_says_its_scope(given, scope):
    head = heard(f'<table><tr><th scope="{given}">x</th><td>y</td></tr></table>').only("TH")
    assert head.attributes["Scope"] == scope


def test_identifiers_of_heads_can_be_looked_up():
    with pikepdf.open(io.BytesIO(printed(table(30) + table(2)))) as document:
        names = document.Root.StructTreeRoot.IDTree.Names
        keys = [bytes(names[at]) for at in range(0, len(names), 2)]
        assert keys == sorted(set(keys)) and len(keys) == 36
        assert all(bytes(names[at + 1].ID) == bytes(names[at]) for at in range(0, len(names), 2))


@pytest.mark.parametrize(
    ("listed", "numbering"),
    [
        ("<ul><li>x</li></ul>", "Disc"),
        ("<ol><li>x</li></ol>", "Decimal"),
        ('<ol style="list-style: none"><li>x</li></ol>', "None"),
    ],
)
def test_a_list_says_how_it_is_numbered(listed, numbering):
    assert heard(listed).only("L").attributes["ListNumbering"] == numbering


def test_a_part_in_another_language_says_so():
    assert heard('<p>Un mot</p><p lang="en">A word</p>').all("P")[1].language == "en"


def test_each_link_leads_back_to_its_element():
    links = "".join(
        f'<p><span><a href="https://exemple.example/{each}">lien {each}</a></span></p>' for each in range(9)
    )
    with pikepdf.open(io.BytesIO(printed(links))) as document:
        numbers = document.Root.StructTreeRoot.ParentTree.Nums
        parents = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
        links = [each for page in document.pages for each in page.Annots]
        assert len(links) == 9
        assert [str(parents[each.StructParent].S) for each in links] == ["/Link"] * 9
        assert document.Root.StructTreeRoot.ParentTreeNextKey == max(parents) + 1


def test_what_is_heard_of_a_dossier_is_what_its_page_says_in_the_same_order(sample):
    deposit, printed = sample
    page = dossier.printed_dossier(deposit, attachments=attached(deposit, lambda _: None))
    html = pdf.environment().get_template("documents/dossier.html").render(dossier=page)
    said = BeautifulSoup(html, "html5lib").body
    for unheard in said.select(".proof, nav ol, svg"):
        unheard.decompose()
    document = listen(printed.content)
    for element in document.walk():
        # The numbers of pages and the marks of lists come from the style sheet; a drawing is heard by its alternative.
        unheard_roles = ("TOC", "Lbl", "Figure")
        element.kids = [each for each in element.kids if isinstance(each, str) or each.role not in unheard_roles]
    assert letters(document.text) == letters(said.get_text())


def letters(text: str) -> str:
    """Without spaces, nor the capitals that a style sheet asks for."""
    return re.sub(r"[\s\u200b]", "", text).casefold()
