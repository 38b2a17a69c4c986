"""What is changed in a wrong version, and what never is."""

from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray", reason="./run mutants installs Cosmic Ray, and runs these tests")

from tests.mutants.making import mutants_of


def changes(tmp_path: Path, source: str) -> set[str]:
    path = tmp_path / "law.py"
    path.write_text(source, encoding="utf-8")
    return {" ".join(mutant.source.split()) for mutant in mutants_of(path, tmp_path)}


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("a = b < c\n", {"a = b <= c", "a = b >= c"}),
        ("a = 10\n", {"a = 11", "a = 9"}),
        ("a = b in c\n", {"a = b not in c"}),
        ("a = b not in c\n", {"a = b in c"}),
        ("a = any(b)\n", {"a = all(b)"}),
        ("a = b if c else d\n", {"a = b if not (c) else d"}),
        ("if a := b:\n    c.add(a)\n", {"if not (a := b): c.add(a)", "if a := b: pass"}),
        ("a = [b for b in c if b]\n", {"a = [b for b in c if not (b)]"}),
        ("a += b\n", {"pass"}),
        ("a = b(c, d=e, f=g)\n", {"a = b(c, f=g)", "a = b(c, d=e)"}),
    ],
)
def test_one_thing_is_changed_at_a_time(tmp_path, source, wrong):
    assert changes(tmp_path, source) == wrong


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""\n',
        'a = not_met("Un début trop tôt.", title="Trop tôt")\n',
        "@dataclass(frozen=True)\nclass A:\n    b: int | None\n",
        "def a(b, *, c: int | None) -> int | None:\n    return b\n",
        "a = zip(b, c, strict=True)\n",
    ],
)
def test_wording_guards_and_signatures_are_left_alone(tmp_path, source):
    assert changes(tmp_path, source) == set()


def test_the_amounts_inside_a_sentence_are_changed(tmp_path):
    assert changes(tmp_path, 'a = f"Il manque {euros(b - c)}."\n') == {
        'a = f"Il manque {euros(b + c)}."',
        'a = f"Il manque {euros(b | c)}."',
    }
