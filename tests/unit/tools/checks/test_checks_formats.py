"""The formats of ``check``: SARIF, annotations, and one order for every hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS
from flask_cors.cli import cors
from flask_cors.tools.checks import (
    RULES,
    CheckResult,
    Finding,
    NotRun,
    RuleInfo,
    to_github,
    to_sarif,
)
from flask_cors.tools.checks.rules import rule

CHECKOUT = Path(__file__).parents[4]


def result_of(**fields: Any) -> CheckResult:
    found = {"place": "CORS(app)", "reason": "why", "hint": "Do.", **fields}
    return CheckResult((Finding("CORS002", "warning", **found),), (), ())


# -- SARIF -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("write {'/api/*': {}}", "write {{'/api/*': {{}}}}"),
        ("r'https://[a-z]+'", r"r'https://\[a-z\]+'"),
        ("a [link](https://x.example)", r"a \[link\](https://x.example)"),
        (r"http://\[::1\]", r"http://\\[::1\\]"),
        ("{0} of {1}", "{{0}} of {{1}}"),
        (r"\d+ and \\", r"\d+ and \\"),
    ],
)
def test_a_message_holds_no_placeholder_and_no_link(reason: str, expected: str) -> None:
    log = to_sarif(result_of(reason=reason), RULES, "7.0", Path("/shop"))
    (found,) = log["runs"][0]["results"]
    assert found["message"] == {"text": f"CORS(app): {expected}. Do."}


def test_nothing_but_messages_is_escaped() -> None:
    result = result_of(place="CORS_CHECK_IGNORE['x']", file="/shop/[a]{b}.py", line=1)
    result = CheckResult(result.findings, (), (NotRun("CORS006", "pip install 'Flask-CORS[cli]'"),))
    run = to_sarif(result, RULES, "7.0", Path("/shop"))["runs"][0]
    (location,) = run["results"][0]["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "CORS_CHECK_IGNORE['x']"}]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "[a]{b}.py"
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    text = r"CORS006 did not run: pip install 'Flask-CORS\[cli\]'"
    assert told["message"] == {"text": text}


# -- annotations -----------------------------------------------------------------------


def lines(result: CheckResult) -> list[str]:
    return list(to_github(result, Path("/repo")))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"file": "/repo/shop/app.py", "line": 12},
            "::warning file=shop/app.py,line=12,title=CORS002 CORS(app)::why. Do.",
        ),
        (
            {"file": "/srv/a,b:c%.py", "line": None},
            "::warning file=/srv/a%2Cb%3Ac%25.py,line=1,title=CORS002 CORS(app)::why. Do.",
        ),
        (
            {"place": "a, b: c", "reason": "100% of a, b: c", "hint": "x"},
            "::warning title=CORS002 a%2C b%3A c::100%25 of a, b: c. x",
        ),
        (
            {"reason": "x\n::error::y\r", "hint": "\x1b"},
            r"::warning title=CORS002 CORS(app)::x\n::error::y\r. \x1b",
        ),
    ],
)
def test_an_annotation(fields: dict[str, Any], expected: str) -> None:
    assert lines(result_of(**fields)) == [expected]


def test_severities_and_rules_that_did_not_run() -> None:
    found = [Finding("CORS001", level, "p", "r", "h") for level in ("note", "warning", "error")]
    ignored = Finding("CORS002", "error", "p", "r", "h", ignored="x")
    result = CheckResult(tuple(found), (ignored,), (NotRun("CORS006", "no 'x'"),))
    assert [line.split(" ")[0] for line in lines(result)] == [
        "::notice",
        "::warning",
        "::error",
        "::notice",
    ]
    assert lines(result)[-1] == "::notice title=flask cors check::CORS006 did not run: no 'x'"


# -- the command -----------------------------------------------------------------------


def make_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins="http://a.example")
    app.add_url_rule("/", "index", lambda: "x")
    return app


def invoke(*args: str, **env: str) -> Result:
    runner = CliRunner(env=env)
    return runner.invoke(cors, ["check", *args], obj=ScriptInfo(create_app=make_app))


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_the_old_options_are_formats(form: str) -> None:
    assert invoke(f"--{form}").output == invoke("--format", form).output
    assert json.loads(invoke(f"--{form}").output)


def test_annotations_name_files_relative_to_the_repository() -> None:
    folder = Path(__file__).parent
    (line,) = invoke("--format", "github", GITHUB_WORKSPACE=str(folder)).output.splitlines()
    assert line.startswith(f"::warning file={Path(__file__).name},line=")


def test_annotations_are_relative_to_the_folder_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    result = invoke("--format", "github", GITHUB_WORKSPACE="")
    assert result.output.startswith(f"::warning file={Path(__file__).name},line=")
    assert result.exit_code == 1


# -- rules and their order -------------------------------------------------------------


def test_an_id_is_given_once() -> None:
    with pytest.raises(ValueError, match="there is a rule CORS002 already"):
        rule("CORS002", "note", "again")(lambda subject: ())
    assert RULES[1] == RuleInfo("CORS002", "warning", "any origin, outside debug mode")


_PRINT = """
import warnings
warnings.simplefilter("ignore")
from tests.integration.findings_app import make_app
from flask_cors import of
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks.upgrade import upgrade
app = make_app()
for item in (*of(app).check().findings, *upgrade(app, state_of(app)).changes):
    print(item)
"""


def test_the_hash_seed_changes_nothing() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _PRINT],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    assert len(outputs) == 1
    assert "CORS012" in outputs.pop()
