"""Folders are the architecture: each imports from the rows above it, and none in a circle."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "flask_cors"


class Row(NamedTuple):
    """A folder of the package, or a module beside them; a row may import the rows above it."""

    name: str
    flask: bool = False
    extra: bool = False


ROWS = [
    Row("errors"),
    Row("fetch"),
    Row("patterns"),
    Row("options"),
    Row("policy"),
    Row("resolution"),
    Row("testing"),
    Row("signals", flask=True),
    Row("runtime", flask=True),
    Row("tools", flask=True, extra=True),
    Row("extension", flask=True),
    Row("decorators", flask=True),
    Row("cli", flask=True),
    Row("core", flask=True),
    Row("decorator", flask=True),
    Row("__init__", flask=True),
]
ORDER = [row.name for row in ROWS]

# A model of the browser that shared the library's code would share its mistakes.
ONLY_FROM = {"testing": {"fetch"}}

# What a row that imports Flask may import besides the standard library: Flask, what Flask
# itself brings along, and the packages of the extra that the commands need.
OF_FLASK = {"blinker", "click", "flask", "jinja2", "markupsafe", "werkzeug"}
OF_EXTRA = {"httpx", "publicsuffixlist", "rich"}
FOR_TYPES = {"typing_extensions"}


class Import(NamedTuple):
    """One imported name: a row of the package, or the top-level name of another one."""

    name: str
    own: bool
    line: int


def imports(path: str, source: str) -> Iterator[Import]:
    """Yield every import of the module at *path*, those in functions and for types too."""
    folder = [PACKAGE.name, *PurePosixPath(path).parent.parts]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for parts in imported(node, folder):
            own = parts[0] == PACKAGE.name
            row = parts[1] if parts[1:] and parts[1] in ORDER else "__init__"
            yield Import(row if own else parts[0], own, node.lineno)


def imported(node: ast.Import | ast.ImportFrom, folder: list[str]) -> Iterator[list[str]]:
    """Yield the dotted names, in parts, that an import statement in *folder* asks for."""
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".") for alias in node.names)
    else:
        base = folder[: len(folder) - node.level + 1] if node.level else []
        base += node.module.split(".") if node.module else []
        yield from ([*base, alias.name] for alias in node.names)


def row_of(path: str) -> str:
    """Return the row of the module at *path*; a folder is one row."""
    return path.partition("/")[0].removesuffix(".py")


def foreign(row: str) -> set[str]:
    """Return the top-level names outside the standard library that *row* may import."""
    found = ROWS[ORDER.index(row)]
    flask = OF_FLASK if found.flask else set()
    return FOR_TYPES | flask | (OF_EXTRA if found.extra else set())


def violations(path: str, source: str) -> list[str]:
    """Return what *source*, as the module at *path*, imports and must not."""
    row = row_of(path)
    above = ONLY_FROM.get(row, set(ORDER[: ORDER.index(row)])) | {row}
    outside = foreign(row) | sys.stdlib_module_names
    return [
        f"{path}:{item.line} imports {item.name}"
        for item in imports(path, source)
        if item.name not in (above if item.own else outside)
    ]


def modules() -> list[str]:
    return sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def within(path: str, source: str, known: set[str]) -> set[str]:
    """Return the modules of the package that *source* imports, those in functions too."""
    folder = [PACKAGE.name, *PurePosixPath(path).parent.parts]
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for parts in imported(node, folder):
                if parts[0] != PACKAGE.name:
                    continue
                names = ("/".join(parts[1:end]) for end in range(len(parts), 0, -1))
                files = (file for name in names for file in (f"{name}.py", f"{name}/__init__.py"))
                found.update([next((file for file in files if file in known), path)])
    return found - {path}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of a circle, none where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.rule("10.folders")
def test_every_module_has_a_row() -> None:
    unknown = [path for path in modules() if row_of(path) not in ORDER]
    assert not unknown, "a new folder needs a row of ROWS, after all that it imports"


@pytest.mark.rule("10.folders", "10.browser-model")
@pytest.mark.parametrize("row", ORDER)
def test_a_row_imports_from_those_above_it(row: str) -> None:
    paths = [path for path in modules() if row_of(path) == row]
    found = {path: violations(path, (PACKAGE / path).read_text("utf-8")) for path in paths}
    assert found
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.rule("10.no-circle")
def test_no_module_imports_itself_by_a_detour() -> None:
    paths = set(modules())
    graph = {path: within(path, (PACKAGE / path).read_text("utf-8"), paths) for path in paths}
    assert circle(graph) == []


def test_a_circle_is_found() -> None:
    known = {"tools/explain.py", "tools/checks/__init__.py", "tools/checks/views.py", "errors.py"}
    graph = {
        "tools/explain.py": within("tools/explain.py", "from .checks import check", known),
        "tools/checks/__init__.py": within(
            "tools/checks/__init__.py", "from . import views", known
        ),
        "tools/checks/views.py": within(
            "tools/checks/views.py",
            "from ...errors import warn\ndef f():\n    from .. import explain",
            known,
        ),
    }
    assert graph["tools/checks/views.py"] == {"errors.py", "tools/explain.py"}
    assert set(circle(graph)) == known - {"errors.py"}


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
        ("patterns/paths.py", "from ..options.schema import OPTIONS"),
        ("resolution/table.py", "import werkzeug.routing"),
        ("resolution/table.py", "from ..runtime.state import State"),
        ("policy/decide.py", "from flask import Flask"),
        ("policy/decide.py", "def decide():\n    from ..extension import CORS"),
        ("policy/decide.py", "if TYPE_CHECKING:\n    from flask import Flask"),
        ("testing/__init__.py", "from ..errors import ConfigError"),
        ("testing/page.py", "from flask import Flask"),
        ("testing/cors.py", "from ..policy.decide import decide"),
        ("testing/cors.py", "from .. import policy"),
        ("testing/cors.py", "from flask_cors.policy.decide import decide"),
        ("runtime/state.py", "def check():\n    from ..tools.report import render"),
        ("runtime/state.py", "if TYPE_CHECKING:\n    from ..tools.explain import Explanation"),
        ("tools/checks/views.py", "from ...extension import CORS"),
        ("extension.py", "from .cli import cors"),
        ("extension.py", "import rich"),
        ("tools/commands.py", "import requests"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str) -> None:
    assert len(violations(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("fetch.py", "import re"),
        ("policy/decide.py", "from ..fetch import TOKEN"),
        ("policy/decide.py", "from typing_extensions import Unpack"),
        ("testing/__init__.py", "from ..fetch import TOKEN"),
        ("testing/cors.py", "from . import sites"),
        ("testing/cors.py", "from .sites import is_url"),
        ("testing/cors.py", "from flask_cors.fetch import TOKEN"),
        ("extension.py", "from flask import Flask"),
        ("extension.py", "def check():\n    from .tools.checks import check"),
        ("runtime/denials.py", "from ..signals import cors_denied"),
        ("tools/probe.py", "def probe():\n    import httpx"),
        ("__init__.py", "from .extension import CORS"),
    ],
)
def test_a_right_import_is_not(path: str, source: str) -> None:
    assert violations(path, source) == []
