"""The survivors in the docs are explained, and still there to be seen."""

import ast
from pathlib import Path

from tests.mutants.notes import Notes, Row

ROOT = Path(__file__).resolve().parents[2]


def test_a_survivor_in_the_docs_is_explained_and_its_function_is_still_there():
    reasons = Notes.read(ROOT / "docs/mutations.md").reasons
    assert reasons
    for row, reason in reasons.items():
        path, _, function = row.place.partition(" #")[0].partition(":")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert reason, row
        assert function == "(module)" or set(function.split(".")) <= names, row


def test_a_row_is_read_as_it_was_written(tmp_path):
    row = Row("grantapp/rules/a.py:rule.check #2", "a | b", "a & b")
    path = tmp_path / "mutations.md"
    path.write_text(f"<!-- survivors -->\n\n{row.line('Why.')}\n\n<!-- /survivors -->\n", encoding="utf-8")
    assert Notes.read(path).reasons == {row: "Why."}
