"""How answers are laid out."""

import pytest

from grantapp.documents.answers import Lines, LongText, Table, aligned, printed_section


def answer(kind: str = "line", text: str | None = "oui", **more: object) -> dict[str, object]:
    return {"anchor": "a.b", "kind": kind, "label": "Question", "unit": "", "required": True, "text": text} | more


def blocks(*answers: dict[str, object]) -> list[type]:
    return [type(block) for block in printed_section({"name": "a", "title": "A", "answers": answers}).blocks]


@pytest.mark.parametrize(
    ("figures", "unit", "expected"),
    [
        (["1\u202f000\u00a0€", "12,50\u00a0€", None], "€ HT", ["1\u202f000,00", "12,50", None]),
        (["1\u202f000\u00a0€", "−12\u00a0€"], "€", ["1\u202f000", "−12"]),
        (["12", "11,5"], "", ["12,0", "11,5"]),
        (["40\u00a0%", "33,333\u00a0%"], "%", ["40,000", "33,333"]),
        ([None, None], "€", [None, None]),
    ],
)
def test_figures_of_a_column_have_as_many_decimals_and_no_unit(figures, unit, expected):
    assert aligned(figures, unit) == expected


def test_short_answers_share_a_table_and_long_ones_break_it():
    long = answer("text", "Un paragraphe. " * 40)
    assert blocks(answer(), answer(text=None), long, answer("text", "bref"), answer("text", "deux\nlignes")) == [
        Lines,
        LongText,
        Lines,
        LongText,
    ]


def test_a_table_without_rows_is_a_question_without_answer():
    empty = answer("table", columns=[], rows=[], totals=[]) | {"text": None}
    assert blocks(empty) == [Lines]


@pytest.mark.parametrize(("columns", "parts"), [(7, [7]), (8, [4, 4]), (15, [5, 5, 5]), (16, [5, 5, 6])])
def test_a_table_too_wide_for_the_page_is_cut_in_parts_as_even_as_can_be(columns, parts):
    described = [{"name": f"c{place}", "label": "Colonne", "unit": "", "kind": "line"} for place in range(columns)]
    table = answer("table", columns=described, rows=[["mot"] * columns], totals=[None] * columns)
    (section,) = [printed_section({"name": "a", "title": "A", "answers": [table]})]
    assert [len(block.columns) for block in section.blocks] == parts


def test_a_total_stands_under_its_column():
    columns = [
        {"name": "post", "label": "Poste", "unit": "", "kind": "line"},
        {"name": "amount", "label": "Montant", "unit": "€ HT", "kind": "amount"},
    ]
    section = {
        "name": "a",
        "title": "A",
        "answers": [answer("table", columns=columns, rows=[["x", "2\u00a0€"]], totals=[None, "2\u00a0€"])],
    }
    (table,) = printed_section(section).blocks
    assert isinstance(table, Table)
    assert (table.has_totals, table.before_totals, table.totals) == (True, 1, (None, "2"))
    assert [column.label for column in table.columns] == ["Poste", "Montant (€\u00a0HT)"]
