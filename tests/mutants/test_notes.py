"""The survivors in the docs are explained, and still there to be seen."""

import ast
from collections import Counter
from pathlib import Path

from tests.mutants.notes import Notes, Row
from tests.mutants.trying import Fate

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


def test_survivors_that_are_tried_again_are_counted_where_they_are_now(tmp_path):
    path = tmp_path / "mutations.md"
    marks = ("figures", "survivors", "timeouts")
    path.write_text("".join(f"<!-- {mark} -->\n<!-- /{mark} -->\n" for mark in marks), encoding="utf-8")
    lives, dies, gone, slow = (Row("grantapp/a.py:f", name, f"not {name}") for name in ("a", "b", "c", "d"))
    counted = Counter({Fate.KILLED: 6, Fate.TIMED_OUT: 1, Fate.SURVIVED: 3, Fate.STILLBORN: 2})
    Notes.read(path).write({"grantapp/a.py": counted}, [lives, dies, gone], [slow], "Once.")
    Notes.read(path).revise({"grantapp/a.py": Counter({Fate.KILLED: 1, Fate.SURVIVED: 1})}, [lives], [], "Again.")
    notes = Notes.read(path)
    assert set(notes.reasons) == {lives}
    assert "| grantapp/a.py | 9 | 8 | 1 | 1 | 2 | 88.9 |" in notes.text
    assert slow.line("") in notes.text and "Again." in notes.text


def test_a_run_of_one_file_leaves_what_is_written_of_the_others(tmp_path):
    path = tmp_path / "mutations.md"
    marks = ("figures", "survivors", "timeouts")
    path.write_text("".join(f"<!-- {mark} -->\n<!-- /{mark} -->\n" for mark in marks), encoding="utf-8")
    a, b = Row("grantapp/a.py:f", "x < y", "x <= y"), Row("grantapp/b.py:g", "x | y", "x & y")
    both = {
        each.path: Counter({Fate.KILLED: 7, Fate.TIMED_OUT: 1, Fate.SURVIVED: 1, Fate.STILLBORN: 2}) for each in (a, b)
    }
    Notes.read(path).write(both, [a, b], [b], "Once.")
    Notes.read(path).write({"grantapp/a.py": Counter({Fate.KILLED: 11})}, [], [], "Again.")
    notes = Notes.read(path)
    assert set(notes.reasons) == {b}
    assert "| grantapp/a.py | 11 | 11 | 0 | 0 | 0 | 100.0 |" in notes.text
    assert "| grantapp/b.py | 9 | 8 | 1 | 1 | 2 | 88.9 |" in notes.text
    assert "| **all** | 20 | 19 | 1 | 1 | 2 | 95.0 |" in notes.text
    assert notes.text.count(b.line("")) == 2 and "Again." in notes.text and "Once." not in notes.text
