"""Files stay under 400 lines, functions under 50, nesting at 3; public functions are typed and explained."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.rooms import PACKAGE, sources, tree

FILE, FUNCTION, NESTING = 400, 50, 3
NESTS = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def depth(node: ast.AST, level: int = 0) -> int:
    deepest = level
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        # `elif` is an If inside orelse; it reads as one level.
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        deepest = max(deepest, depth(child, level + (isinstance(child, NESTS) and not chained)))
    return deepest


@pytest.mark.parametrize("path", list(sources()), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_sizes(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= FILE, f"{lines} lines"
    for function in functions(path):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= FUNCTION, f"{function.name}: {length} lines"
        assert depth(function) <= NESTING, f"{function.name} nests {depth(function)} deep"


@pytest.mark.parametrize("path", list(sources()), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_public_functions_are_explained(path: Path) -> None:
    module = tree(path)
    if path.name != "__init__.py":
        assert ast.get_docstring(module), "the file does not say what it is for"
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"
            assert node.returns is not None, f"{node.name} has no return type"


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImplemented" + "Error")
    wrong = [f"{p}: {m}" for p in sources(tests=True) for m in marks if m in p.read_text()]
    assert not wrong, "\n".join(wrong)
