"""The contract, sentence by sentence: each is held by tests that exist.

A table is a module of this directory: ``RULES`` pairs a sentence with the tests that pin
it, each as ``path::name`` from the project's root. The sentences of ``compat.py`` begin
with the number of their row.
"""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TABLES = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith(("test_", "_")))
SECTIONS = {"compat", "section_3_resources", *(f"section_{number}" for number in range(1, 10))}
COMPAT_ROWS = set(range(1, 33))

Rule = tuple[str, list[str]]


def rules_of(table: str) -> list[Rule]:
    rules: list[Rule] = importlib.import_module(f"tests.contract.{table}").RULES
    return rules


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file, ``Class::test`` within a class."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for function in inner:
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.add(f"{prefix}{function.name}")
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


def missing(rules: list[Rule]) -> list[str]:
    """Return the tests that are named and do not exist."""
    named = {test for _, tests in rules for test in tests}
    return sorted(
        test
        for test in named
        if not (ROOT / test.partition("::")[0]).is_file()
        or test.partition("::")[2].partition("[")[0] not in names_in(test.partition("::")[0])
    )


def test_the_sections_have_tables() -> None:
    assert set(TABLES) >= SECTIONS


@pytest.mark.parametrize("table", TABLES)
def test_every_sentence_is_held_by_tests_that_exist(table: str) -> None:
    rules = rules_of(table)
    assert rules
    assert [sentence for sentence, tests in rules if not (sentence.strip() and tests)] == []
    assert missing(rules) == []


@pytest.mark.parametrize("table", TABLES)
def test_every_sentence_stands_once(table: str) -> None:
    sentences = [sentence for sentence, _ in rules_of(table)]
    assert sorted(set(sentences)) == sorted(sentences)


def test_every_row_of_compat_has_its_tests() -> None:
    numbers = [re.match(r"\D*(\d+)", sentence) for sentence, _ in rules_of("compat")]
    assert {int(number[1]) for number in numbers if number} >= COMPAT_ROWS


def test_a_test_that_does_not_exist_is_missed() -> None:
    here = "tests/contract/test_contract.py"
    real = f"{here}::test_every_sentence_stands_once"
    assert missing([("a", [real, f"{real}[section_2]"])]) == []
    gone = [f"{here}::test_gone", f"{here}::missing", "tests/gone.py::test_a", here]
    assert missing([("a", [real]), ("b", gone)]) == sorted(gone)
