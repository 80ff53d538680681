"""Sources and warnings name the user's file and line, however the package is installed."""

from __future__ import annotations

import compileall
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import flask_cors

PACKAGE = Path(flask_cors.__file__).parent
# Line 8 sets what is left out, and line 9 what is dropped when the policies are compiled.
PROGRAM = """\
import json, warnings
from flask import Flask
import flask_cors

found = []
warnings.showwarning = lambda text, kind, file, line, *_: found.append((file, line, kind.__name__))
warnings.simplefilter("always"); app = Flask("x")
flask_cors.CORS(app, origins=["localhost", "https://a.example"])
flask_cors.CORS(app, origins=["null"], supports_credentials=True)
app.add_url_rule("/", "view", lambda: "seen")
flask_cors.of(app).reload()
try:
    flask_cors.CORS(app, origins=None)
except flask_cors.ConfigError as error:
    found.append((*error.problems[0].source[2:], "ConfigError"))
print(json.dumps(found))
"""


def run(path: Path, program: Path, *options: str) -> list[Any]:
    done = subprocess.run(
        [sys.executable, *options, str(program)],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(path)},
        cwd=program.parent,
    )
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def copied(to: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, to / "flask_cors", ignore=ignored))


def sourceless(tmp_path: Path) -> Path:
    """Compile elsewhere, without docstrings, and take the sources away (``-OO``)."""
    package = copied(tmp_path)
    compileall.compile_dir(
        package, quiet=1, legacy=True, optimize=2, ddir="/build/flask_cors", maxlevels=9
    )
    for source in package.rglob("*.py"):
        source.unlink()
    return tmp_path


def zipped(tmp_path: Path) -> Path:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for source in PACKAGE.rglob("*.py"):
            made.write(source, Path("flask_cors") / source.relative_to(PACKAGE))
    return archive


def relative(tmp_path: Path) -> Path:
    """Compile with relative file names, as frozen programs have them (PyInstaller)."""
    package = copied(tmp_path)
    compileall.compile_dir(package, quiet=1, legacy=True, ddir="flask_cors", maxlevels=9)
    for source in package.rglob("*.py"):
        source.unlink()
    return tmp_path


@pytest.mark.rule("8.sources")
@pytest.mark.parametrize("install", [sourceless, zipped, relative])
def test_the_users_file_and_line_are_named(install: Any, tmp_path: Path) -> None:
    path = install(tmp_path)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    options = ["-OO"] if install is sourceless else []
    file = str(program)
    assert run(path, program, *options) == [
        [file, 8, "CorsWarning"],
        [file, 9, "CorsWarning"],
        [file, 13, "ConfigError"],
    ]
