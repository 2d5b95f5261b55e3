"""Budgets that keep the house readable: file and function lengths, typed signatures, names that say something."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_MEDIAN_MAX = 100
FILE_LINES_MAX = 400
FUNCTION_P90_MAX = 30
FUNCTION_LINES_MAX = 60
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    found = sorted([*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")])
    assert len(found) > 50, "the glob no longer finds the code"
    return found


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in sources()}
    over = {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > FILE_LINES_MAX}
    assert not over
    assert statistics.median(lengths.values()) <= FILE_MEDIAN_MAX


def test_functions_are_short() -> None:
    lengths = sorted(
        (length(node), f"{path.relative_to(ROOT)}:{node.name}") for path in sources() for node in functions(path)
    )
    assert not [name for lines, name in lengths if lines > FUNCTION_LINES_MAX]
    assert lengths[int(len(lengths) * 0.9)][0] <= FUNCTION_P90_MAX


def test_names_say_something() -> None:
    parts = {part for path in sources() for part in (path.stem, path.parent.name)}
    assert not parts & FORBIDDEN_NAMES


@pytest.mark.parametrize("member", sorted(path.parent.name for path in ROOT.glob("*/*/pyproject.toml")))
def test_every_module_opens_with_its_purpose(member: str) -> None:
    undocumented = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.relative_to(ROOT).parts[1] == member and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not undocumented


def test_no_type_is_waved_through_where_decisions_are_made() -> None:
    pure = [path for path in sources() if {"domain", "usecases", "domain.py", "usecases.py"} & set(path.parts)]
    pure += [path for path in sources() if "trueup_billing" in path.parts or "trueup_contracts" in path.parts]
    assert pure
    assert not [str(path) for path in pure if "type: ignore" in path.read_text()]
