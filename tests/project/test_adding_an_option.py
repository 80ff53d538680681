"""The option that CONTRIBUTING.md adds with one row is there, in a copy of the package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("adding-an-option")

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8")
BEFORE = "    headers: Annotated["

APP = """
    from flask import Flask
    from flask_cors import CORS, cross_origin

    app = Flask(__name__, static_folder=None)
    app.config["CORS_TIMING"] = "yes"
    CORS(app, resources={"/resource": {"timing": False}, "*": {}}, origins="https://a.example")
    app.add_url_rule("/config", "config", lambda: "x")
    app.add_url_rule("/resource", "resource", lambda: "x")
    app.add_url_rule("/mark", "mark", cross_origin(timing=False)(lambda: "x"))
"""
ASK = """
    import json
    from shop import app

    client = app.test_client()
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    found = {}
    for method, path in [("GET", "/config"), ("GET", "/resource"), ("GET", "/mark"),
                         ("OPTIONS", "/config")]:
        response = client.open(path, method=method, headers=asked)
        found[f"{method} {path}"] = response.headers.get("Timing-Allow-Origin")
    print(json.dumps(found))
"""
MISTAKES = """
    from flask import Flask
    from flask_cors import CORS, ConfigError, CorsWarning

    for options in ({"timing": "yes"}, {"timings": True}):
        try:
            CORS(Flask("x"), **options)
        except ConfigError as error:
            print(error.problems[0].reason, "|", error.problems[0].hint)
        except CorsWarning as warning:
            print(str(warning).partition(": ")[2])
"""
DOCUMENTED = """
    import runpy

    described = runpy.run_path("tests/options_page.py")["described"]
    from flask_cors.options.schema import OPTIONS

    print(described(OPTIONS["timing"]))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the package and add the row, as the page says."""
    folder = tmp_path_factory.mktemp("contributed")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "flask_cors", folder / "flask_cors", ignore=ignored)
    (folder / "tests").mkdir()
    shutil.copy(CHECKOUT / "tests" / "options_page.py", folder / "tests")
    row = re.search(r"^   ```python\n(.*?)^   ```$", PAGE, re.M | re.S)
    assert row is not None
    file = folder / "flask_cors" / "options" / "schema.py"
    source = file.read_text("utf-8")
    assert source.count(BEFORE) == 1
    added = re.sub("^   ", "", row[1], flags=re.M)
    file.write_text(source.replace(BEFORE, added + BEFORE), "utf-8")
    (folder / "shop.py").write_text(textwrap.dedent(APP), "utf-8")
    return folder


def run(copy: Path, *arguments: str, columns: int = 100) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "COLUMNS": f"{columns}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def script(copy: Path, text: str) -> str:
    return run(copy, "-c", textwrap.dedent(text))


def test_keyword_config_key_and_resource_send_its_header(copy: Path) -> None:
    assert json.loads(script(copy, ASK)) == {
        "GET /config": "*",
        "GET /resource": None,
        "GET /mark": None,
        "OPTIONS /config": None,
    }


def test_mistakes_are_reported(copy: Path) -> None:
    wrong_type, unknown = script(copy, MISTAKES).splitlines()
    assert wrong_type == "this is not True or False | Write True."
    assert unknown == ("dropped: there is no such option; it is called timing. Write timing=True.")


def test_it_is_documented(copy: Path) -> None:
    assert script(copy, DOCUMENTED).splitlines() == [
        ".. _option-timing:",
        "",
        "``timing``",
        "~~~~~~~~~~",
        "",
        "Whether the allowed origins may read how long a request took.",
        "",
        ":Accepts: bool",
        ":Default: False",
        ":Given to: ``cross_origin``, a resource's dictionary, ``CORS(blueprint)``, ``CORS(app)``",
        ":In ``app.config``: ``CORS_TIMING``",
        ":Sends: ``Timing-Allow-Origin``, but not on preflights",
        "",
    ]


@pytest.mark.parametrize("command", [["routes", "--sources"], ["explain", "GET", "/config"]])
def test_the_commands_show_it_with_its_source(copy: Path, command: list[str]) -> None:
    origin = ["--origin", "https://a.example"] if command[0] == "explain" else []
    printed = run(copy, "-m", "flask", "--app", "shop", "cors", *command, *origin)
    assert re.search(r"^ +timing = True  \(config: CORS_TIMING\)$", printed, re.M)


def test_the_table_of_routes_has_its_column(copy: Path) -> None:
    printed = run(copy, "-m", "flask", "--app", "shop", "cors", "routes", columns=200)
    assert "Timing" in printed.split()
    assert "True (config)" in printed


def test_the_json_of_the_commands_holds_it(copy: Path) -> None:
    printed = run(copy, "-m", "flask", "--app", "shop", "cors", "routes", "--json")
    assert '"timing"' in printed


def test_the_type_is_that_of_the_row(copy: Path) -> None:
    shown = script(
        copy,
        """
        from typing import get_type_hints
        from flask_cors.options.schema import AppOptions
        print(get_type_hints(AppOptions)["timing"])
        """,
    )
    assert shown == "<class 'bool'>\n"
