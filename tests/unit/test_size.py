"""No module is longer than a reader takes in: what grows past that has two jobs."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "flask_cors"
MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_at_most_350_lines(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= 350


def test_the_median_function_has_at_most_8_lines() -> None:
    functions = [
        node
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]
    assert median(lengths) <= 8
