"""Wrong versions of a file, one small change each: the operators of Cosmic Ray, and those that it lacks.

No string is ever changed: the wording of a sentence is not a decision. Neither are decorators, annotations and the
`strict=True` of `zip`: what they guard against cannot happen in a program that mypy accepts.
"""

import ast
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators import (
    binary_operator_replacement,
    boolean_replacer,
    break_continue,
    comparison_operator_replacement,
    number_replacer,
    unary_operator_replacement,
    zero_iteration_for_loop,
)
from cosmic_ray.operators.operator import Operator

CONTEXT = 28  # characters shown on either side of a change
OTHER_NAME = {"any": "all", "all": "any", "min": "max", "max": "min"}
Position = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    path: str
    function: str
    before: str
    after: str
    number: int  # among the mutants of the function that read the same
    source: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.function}" + (f" #{self.number}" if self.number > 1 else "")


# ── what Cosmic Ray lacks ────────────────────────────────────────────────────────────────────────────────────────


class _Edit(Operator):
    """Replaces children of a node: `edits` gives, for each mutation, the first child, the last, and the new code."""

    def edits(self, node) -> Iterator[tuple[int, int, str]]:
        raise NotImplementedError

    def mutation_positions(self, node):
        for first, last, _ in self.edits(node):
            yield node.children[first].start_pos, node.children[last].end_pos

    def mutate(self, node, index):
        first, last, code = list(self.edits(node))[index]
        node.children[first : last + 1] = [parso.parse(code)] if code else []
        return node

    @classmethod
    def examples(cls):
        return ()


class Negate(_Edit):
    """The condition of an `if`, `elif`, `while`, ternary or comprehension, turned round (also with « := »)."""

    def edits(self, node):
        if node.type in ("if_stmt", "while_stmt", "comp_if"):
            places = [
                n + 1 for n, each in enumerate(node.children) if each.get_code().strip() in ("if", "elif", "while")
            ]
        else:
            places = [2] if node.type in ("test", "ternary") else []
        for place in places:
            yield place, place, f" not ({node.children[place].get_code().strip()})"


class Membership(_Edit):
    """`in` for `not in`, and the other way round."""

    def edits(self, node):
        if node.type == "comparison":
            for place, each in enumerate(node.children):
                said = " ".join(each.get_code().split())
                if place % 2 and said in ("in", "not in"):
                    yield place, place, " not in" if said == "in" else " in"


class OtherName(_Edit):
    """`any` for `all`, `min` for `max`, and the other way round."""

    def edits(self, node):
        if node.type in ("atom_expr", "power") and node.children[0].type == "name":
            name = node.children[0]
            if name.value in OTHER_NAME and node.children[1].get_code().startswith("("):
                yield 0, 0, name.get_first_leaf().prefix + OTHER_NAME[name.value]


class DropStatement(_Edit):
    """A call whose result nobody takes, or a « += », left out."""

    def edits(self, node):
        if node.type == "simple_stmt":
            said = node.children[0]
            is_call = said.type in ("atom_expr", "power") and said.children[-1].get_code().startswith("(")
            if is_call or (said.type == "expr_stmt" and said.children[1].get_code().strip() in ("+=", "-=", "|=")):
                yield 0, 0, said.get_first_leaf().prefix + "pass"


class DropKeyword(_Edit):
    """One argument given by name, left out."""

    def edits(self, node):
        if node.type != "arglist":
            return
        for place, each in enumerate(node.children):
            if each.type == "argument" and each.children[1].get_code().strip() == "=":
                if each.children[0].value == "strict" or each.children[2].type in ("string", "fstring", "strings"):
                    continue
                if place + 1 < len(node.children):
                    yield place, place + 1, ""
                else:
                    yield place - 1, place, ""


def _operators() -> list[Operator]:
    binary, comparison, unary = (
        vars(binary_operator_replacement),
        vars(comparison_operator_replacement),
        vars(unary_operator_replacement),
    )
    arithmetic = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "BitOr_BitAnd", "BitAnd_BitOr")
    sets = ("Sub_BitOr",)
    order = ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")
    sameness = ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")
    classes = [
        *(binary[f"ReplaceBinaryOperator_{each}"] for each in arithmetic + sets),
        *(comparison[f"ReplaceComparisonOperator_{each}"] for each in order + sameness),
        unary["ReplaceUnaryOperator_USub_UAdd"],
        unary["ReplaceUnaryOperator_Delete_Not"],
        boolean_replacer.ReplaceAndWithOr,
        boolean_replacer.ReplaceOrWithAnd,
        boolean_replacer.ReplaceTrueWithFalse,
        boolean_replacer.ReplaceFalseWithTrue,
        break_continue.ReplaceBreakWithContinue,
        break_continue.ReplaceContinueWithBreak,
        number_replacer.NumberReplacer,
        zero_iteration_for_loop.ZeroIterationForLoop,
        Negate,
        Membership,
        OtherName,
        DropStatement,
        DropKeyword,
    ]
    return [each() for each in classes]


# ── the mutants of a file ────────────────────────────────────────────────────────────────────────────────────────


def mutants_of(path: Path, root: Path) -> list[Mutant]:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    left_alone = list(_left_alone(tree))
    parsed = get_ast(source)
    kept = pickle.dumps(parsed)  # reading it again is ten times quicker than parsing
    seen, counted, found = {source}, Counter(), []
    for operator in _operators():
        positions = [
            (each[0], _is_only_a_mark(node)) for node in ast_nodes(parsed) for each in operator.mutation_positions(node)
        ]
        for occurrence, (start, is_only_a_mark) in enumerate(positions):
            if is_only_a_mark or any(first <= start < last for first, last in left_alone):
                continue
            mutated = MutationVisitor(occurrence, operator).walk(pickle.loads(kept)).get_code()  # noqa: S301 — our own
            if mutated in seen:
                continue
            seen.add(mutated)
            before, after = _change(source, mutated)
            function = _function_at(tree, start[0])
            counted[function, before, after] += 1
            number = counted[function, before, after]
            found.append((start, Mutant(path.relative_to(root).as_posix(), function, before, after, number, mutated)))
    return [mutant for _, mutant in sorted(found, key=lambda each: each[0])]


def _is_only_a_mark(node) -> bool:
    """The « * » of a signature, which is no multiplication."""
    return node.parent is not None and node.parent.type in ("parameters", "param") and node.type == "operator"


def _left_alone(tree: ast.Module) -> Iterator[tuple[Position, Position]]:
    for node in ast.walk(tree):
        guards: Sequence[ast.AST | None] = ()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            guards = [*node.decorator_list, getattr(node, "returns", None)]
        elif isinstance(node, ast.arg | ast.AnnAssign):
            guards = [node.annotation]
        elif isinstance(node, ast.keyword) and node.arg == "strict":
            guards = [node]
        for each in guards:
            if each is not None:
                yield (each.lineno, each.col_offset), (each.end_lineno, each.end_col_offset)


def _function_at(tree: ast.Module, line: int) -> str:
    names, inside = [], tree
    while True:
        for node in ast.iter_child_nodes(inside):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= (node.end_lineno or 0):
                names.append(node.name)
                inside = node
                break
        else:
            return ".".join(names) or "(module)"


def _change(source: str, mutated: str) -> tuple[str, str]:
    """The text that changed, with a little of its line on either side, before and after."""
    start = 0
    while start < min(len(source), len(mutated)) and source[start] == mutated[start]:
        start += 1
    end = 0
    while end < min(len(source), len(mutated)) - start and source[-1 - end] == mutated[-1 - end]:
        end += 1

    def cut(text: str) -> str:
        stop = len(text) - end
        first = max(text.rfind("\n", 0, start) + 1, start - CONTEXT)
        last = text.find("\n", stop)
        last = min(len(text) if last < 0 else last, stop + CONTEXT)
        while first > 0 and text[first - 1] not in " \n":
            first -= 1
        while last < len(text) and text[last] not in " \n":
            last += 1
        shown = " ".join(text[first:last].split())
        return shown if len(shown) <= 100 else f"{shown[:60]} … {shown[-30:]}"

    return cut(source), cut(mutated)
