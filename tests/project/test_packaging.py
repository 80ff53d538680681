"""The distribution: its metadata, what its archives hold, and what importing it costs."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import flask_cors

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("packaging")

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "flask_cors"
PLUGIN = "pytest_flask_cors.py"
VERSION = "7.0.0"
IN_ARCHIVES = [
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "CHANGES.rst",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "pytest_flask_cors.py",
    "flask_cors",
    "docs",
    "tests",
]

# A build that imported the package would need Flask, which an isolated build lacks.
BUILD = """
import sys
sys.modules["flask"] = sys.modules["werkzeug"] = None
from setuptools import build_meta
build_meta.build_wheel("../dist")
build_meta.build_sdist("../dist")
"""

LOADED_BESIDES_FLASK = """
import json, sys
import flask
before = set(sys.modules)
import flask_cors
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def run(*arguments: str, cwd: Path = CHECKOUT) -> list[str]:
    """Run this interpreter and return the lines it prints."""
    result = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.fixture(scope="module")
def distribution() -> metadata.Distribution:
    return metadata.distribution("Flask-CORS")


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build the wheel and the sdist from a copy of the checkout, offline."""
    root = tmp_path_factory.mktemp("build")
    source, output = root / "source", root / "dist"
    source.mkdir()
    output.mkdir()
    unwanted = shutil.ignore_patterns("__pycache__", "_build")
    for name in IN_ARCHIVES:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, source / name, ignore=unwanted)
        else:
            shutil.copy(CHECKOUT / name, source / name)
    run("-c", BUILD, cwd=source)
    (wheel,), (sdist,) = output.glob("*.whl"), output.glob("*.tar.gz")
    return wheel, sdist


def test_the_version_is_a_literal() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    values = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
    ]
    assert values == [VERSION]


def test_all_places_agree_on_the_version(distribution: metadata.Distribution) -> None:
    newest = re.search(r"^Version (\S+)$", (CHECKOUT / "CHANGES.rst").read_text("utf-8"), re.M)
    assert newest is not None
    assert {flask_cors.__version__, distribution.version, newest[1]} == {VERSION}


def test_metadata(distribution: metadata.Distribution) -> None:
    fields = distribution.metadata
    assert fields["Name"] == "Flask-CORS"
    assert fields["License-Expression"] == "MIT"
    assert fields["Requires-Python"] == ">=3.10"
    assert "Typing :: Typed" in fields.get_all("Classifier", [])
    extras = {"bench", "cli", "dev", "docs", "ecosystem", "fuzz", "soak", "test"}
    assert set(fields.get_all("Provides-Extra", [])) == extras


@pytest.mark.rule("11.import")
def test_flask_is_the_only_runtime_dependency(distribution: metadata.Distribution) -> None:
    requirements = distribution.requires or []
    assert [line for line in requirements if "extra ==" not in line] == ["Flask>=2.3"]


def test_the_commands_have_an_extra(distribution: metadata.Distribution) -> None:
    names = {
        re.split(r"[^\w-]", line)[0]
        for line in distribution.requires or []
        if re.search(r"extra == .cli.", line)
    }
    assert names == {"httpx", "publicsuffixlist", "rich"}


def test_pytest_finds_the_plugin(archives: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(archives[0]) as wheel:
        entry_points = wheel.read(f"flask_cors-{VERSION}.dist-info/entry_points.txt").decode()
    assert "[pytest11]\npytest_flask_cors = pytest_flask_cors\n" in entry_points


def test_the_plugin_loads_no_flask() -> None:
    code = "import sys, pytest, pytest_flask_cors; print(*{'flask', 'flask_cors'} & {*sys.modules})"
    assert run("-c", code) == [""]


@pytest.mark.rule("11.import")
def test_the_import_loads_nothing_but_flask_and_the_standard_library() -> None:
    (line,) = run("-W", "error", "-c", LOADED_BESIDES_FLASK)
    loaded = {name.partition(".")[0] for name in json.loads(line)}
    assert "flask_cors" in loaded
    allowed = {"flask_cors", "flask", "werkzeug", "blinker", "click"}
    assert loaded - allowed - sys.stdlib_module_names == set()


def test_the_wheel_holds_the_package_and_nothing_else(archives: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(archives[0]) as wheel:
        names = set(wheel.namelist())
    info = f"flask_cors-{VERSION}.dist-info/"
    package = {
        path.relative_to(CHECKOUT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "flask_cors/py.typed" in package
    # What pytest loads at its start is no part of the package.
    assert {name for name in names if not name.startswith(info)} == package | {PLUGIN}
    assert f"{info}licenses/LICENSE" in names


def test_the_sdist_holds_tests_and_documentation(archives: tuple[Path, Path]) -> None:
    with tarfile.open(archives[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {"LICENSE", "CHANGES.rst", "docs/conf.py", "tests/conftest.py", "setup.cfg"}
    assert wanted <= names
    assert not {name for name in names if name.endswith(".pyc") or "_build" in name}


def test_the_long_description_has_no_link_into_the_repository(archives: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(archives[0]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        text = wheel.read(name).decode("utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if not link.startswith("https://")] == []
    pages = re.findall(r"readthedocs\.io/en/stable/([\w-]+)\.html", text)
    assert pages
    assert all((CHECKOUT / f"docs/{page}.rst").exists() for page in pages)
    assert "Documentation, https://flask-cors.readthedocs.io/" in text
