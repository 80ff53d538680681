"""A module of the package imports only from rows above it; only the Flask rows import Flask."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "flask_cors"


class Row(NamedTuple):
    """A module of the package, or a package within it; a row may import the rows above it."""

    module: str
    flask: bool = False


ROWS = [
    Row("errors"),
    Row("locks"),
    Row("fetch"),
    Row("backtracking"),
    Row("origin_grammar"),
    Row("origin_hints"),
    Row("origins"),
    Row("resources"),
    Row("values"),
    Row("options"),
    Row("reading"),
    Row("policy"),
    Row("registry"),
    Row("closures"),
    Row("scopes"),
    Row("walk"),
    Row("resolver"),
    Row("protocol"),
    Row("explanation"),
    Row("testing"),
    Row("signals", flask=True),
    Row("routing", flask=True),
    Row("headers", flask=True),
    Row("engine", flask=True),
    Row("state", flask=True),
    Row("explain", flask=True),
    Row("overview", flask=True),
    Row("advice", flask=True),
    Row("checks", flask=True),
    Row("extension", flask=True),
    Row("marking", flask=True),
    Row("report", flask=True),
    Row("faults", flask=True),
    Row("probe", flask=True),
    Row("console", flask=True),
    Row("cli", flask=True),
    Row("core", flask=True),
    Row("decorator", flask=True),
    Row("__init__", flask=True),
]
ORDER = [row.module for row in ROWS]

# A model of the browser that shared the library's code would share its mistakes.
ONLY_FROM = {"testing": {"fetch"}}

# What the object in app.extensions["cors"] hands over to when its methods are called;
# imported in functions and for types only.
WHEN_CALLED = {"state": {"explain", "checks"}}

# What a Flask row may import besides the standard library: Flask, what Flask itself
# brings along, and the packages of the extra that the commands need.
OF_FLASK = {"blinker", "click", "flask", "jinja2", "markupsafe", "werkzeug"}
OF_EXTRA = {"httpx", "publicsuffixlist", "rich"}
WITH_EXTRA = {"checks", "report", "probe", "console", "cli"}
FOR_TYPES = {"typing_extensions"}


class Import(NamedTuple):
    """One imported name: a row of the package, or the top-level name of another one."""

    name: str
    own: bool
    deferred: bool
    line: int


def imports(path: str, source: str) -> Iterator[Import]:
    """Yield every import of the module at *path*, those in functions and for types too."""
    folder = [PACKAGE.name, *PurePosixPath(path).parent.parts]
    tree = ast.parse(source)
    deferred = {child for node in ast.walk(tree) if defers(node) for child in ast.walk(node)}
    statements = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    for node in statements:
        for parts in imported(node, folder):
            own = parts[0] == PACKAGE.name
            row = parts[1] if parts[1:] and parts[1] in ORDER else "__init__"
            yield Import(row if own else parts[0], own, node in deferred, node.lineno)


def imported(node: ast.Import | ast.ImportFrom, folder: list[str]) -> Iterator[list[str]]:
    """Yield the dotted names, in parts, that an import statement in *folder* asks for."""
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".") for alias in node.names)
    else:
        base = folder[: len(folder) - node.level + 1] if node.level else []
        base += node.module.split(".") if node.module else []
        yield from ([*base, alias.name] for alias in node.names)


def defers(node: ast.AST) -> bool:
    """Tell whether what is below *node* is not run when the module is imported."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def row_of(path: str) -> str:
    """Return the row of the module at *path*; a package within the package is one row."""
    return path.partition("/")[0].removesuffix(".py")


def foreign(row: str) -> set[str]:
    """Return the top-level names outside the standard library that *row* may import."""
    if not ROWS[ORDER.index(row)].flask:
        return FOR_TYPES
    return FOR_TYPES | OF_FLASK | (OF_EXTRA if row in WITH_EXTRA else set())


def violations(path: str, source: str) -> list[str]:
    """Return what *source*, as the module at *path*, imports and must not."""
    row = row_of(path)
    above = ONLY_FROM.get(row, set(ORDER[: ORDER.index(row)])) | {row}
    called = above | WHEN_CALLED.get(row, set())
    outside = foreign(row) | sys.stdlib_module_names
    return [
        f"{path}:{item.line} imports {item.name}"
        for item in imports(path, source)
        if item.name not in ((called if item.deferred else above) if item.own else outside)
    ]


def modules() -> list[str]:
    return sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def test_every_module_has_a_row() -> None:
    unknown = [path for path in modules() if row_of(path) not in ORDER]
    assert not unknown, "a new module needs a row of ROWS, after all that it imports"


@pytest.mark.parametrize("path", [path for path in modules() if row_of(path) in ORDER])
def test_imports_point_upwards(path: str) -> None:
    assert violations(path, (PACKAGE / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("errors.py", "from .fetch import TOKEN"),
        ("errors.py", "from . import fetch"),
        ("errors.py", "from flask_cors.fetch import TOKEN"),
        ("errors.py", "from flask_cors import fetch"),
        ("errors.py", "import flask_cors.fetch"),
        ("errors.py", "import flask_cors"),
        ("errors.py", "from . import CORS"),
        ("errors.py", "from .unknown import anything"),
        ("resolver.py", "import werkzeug.routing"),
        ("protocol.py", "from flask import Flask"),
        ("protocol.py", "def decide():\n    from .extension import CORS"),
        ("protocol.py", "if TYPE_CHECKING:\n    from flask import Flask"),
        ("testing.py", "from .errors import ConfigError"),
        ("testing.py", "from flask import Flask"),
        ("testing/_cors.py", "from ..protocol import decide"),
        ("testing/_cors.py", "from .. import protocol"),
        ("testing/_cors.py", "from flask_cors.protocol import decide"),
        ("state.py", "from .explain import explain"),
        ("state.py", "def check():\n    from .report import render"),
        ("checks/_views.py", "from ..extension import state_of"),
        ("extension.py", "from .cli import group"),
        ("extension.py", "import rich"),
        ("cli.py", "import requests"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str) -> None:
    assert len(violations(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("fetch.py", "import re"),
        ("protocol.py", "from .fetch import TOKEN"),
        ("protocol.py", "from typing_extensions import Unpack"),
        ("testing.py", "from .fetch import TOKEN"),
        ("testing/_cors.py", "from . import _sites"),
        ("testing/_cors.py", "from ._sites import is_url"),
        ("testing/_cors.py", "from flask_cors.fetch import TOKEN"),
        ("extension.py", "from flask import Flask"),
        ("extension.py", "from . import signals"),
        ("state.py", "def ask():\n    from .explain import explain"),
        ("state.py", "if TYPE_CHECKING:\n    from .explain import Explanation"),
        ("state.py", "def check():\n    from .checks import check"),
        ("probe.py", "def probe():\n    import httpx"),
        ("__init__.py", "from .extension import CORS"),
    ],
)
def test_a_right_import_is_not(path: str, source: str) -> None:
    assert violations(path, source) == []
