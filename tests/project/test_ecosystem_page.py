"""The documentation's page says what the tests of the packages say, and its examples run."""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path

import pytest

from tests.integration.ecosystem.table import CASES, Package
from tests.project.test_docs_examples import test_examples_run as run_examples

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("flask_restx") is None,
    reason="the packages of the page are not installed: they are the extra [ecosystem]",
)
CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs" / "ecosystem.rst").read_text("utf-8")
TABLE = re.compile(r"^\.\. csv-table::\n(?:    :.*\n)+\n((?:    .*\n)+)", re.MULTILINE)
MODULES = sorted(
    path.stem for path in (CHECKOUT / "tests" / "integration" / "ecosystem").glob("test_*.py")
)


def packages() -> dict[str, Package]:
    """Return all packages that the modules here describe, by name."""
    modules = [importlib.import_module(f"tests.integration.ecosystem.{name}") for name in MODULES]
    found = [value for module in modules for value in vars(module).values()]
    return {value.name: value for value in found if isinstance(value, Package)}


def documented() -> dict[str, dict[str, str]]:
    """Return the table of the page: a package's cells, by case."""
    (text,) = TABLE.findall(PAGE)
    lines = [line.strip() for line in text.splitlines()]
    header, *rows = csv.reader(lines, skipinitialspace=True)
    return {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}


def is_ok(package: Package, case: str) -> bool:
    """Return whether the page that asks gets what it gets without the package."""
    return package.cases[case].blocked == CASES[case].blocked


def test_every_package_has_its_row() -> None:
    assert list(documented()) == sorted(packages(), key=str.lower)


@pytest.mark.parametrize("case", CASES)
def test_a_cell_is_ok_where_the_tests_say_so(case: str) -> None:
    rows = documented()
    said = {name: rows[name][case].split()[0] == "ok" for name in rows}
    assert said == {name: is_ok(package, case) for name, package in packages().items()}


def test_the_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run_examples("ecosystem", monkeypatch)
