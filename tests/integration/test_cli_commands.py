"""What the commands answer to good and bad questions: exit codes, JSON, missing libraries."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from flask import Flask, Response
from flask.cli import ScriptInfo
from flask.testing import FlaskCliRunner
from referencing import Registry, Resource

from flask_cors import CORS, ConfigError, CorsWarning, cross_origin, of
from flask_cors.cli import cors
from flask_cors.tools import terminal as console
from tests.golden.app import make_app

CHECKOUT = Path(__file__).parents[2]
PAGE = "https://app.example.com"
EXPLAIN = ["explain", "GET", "/api/items/3", "--origin", PAGE]
COMMANDS = [["routes"], EXPLAIN, ["check"], ["report", "-o", "page.html"]]


def invoke(args: list[str], app: Callable[[], Flask] = make_app, **env: str) -> Result:
    return CliRunner(env=env).invoke(cors, args, obj=ScriptInfo(create_app=app))


def validate(name: str, data: Any) -> None:
    folder = CHECKOUT / "docs" / "schemas"
    schemas = {file.name: json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")}
    found = [(key, Resource.from_contents(schema)) for key, schema in schemas.items()]
    validator = jsonschema.Draft202012Validator(
        schemas[name], registry=Registry().with_resources(found)
    )
    validator.validate(data)


@pytest.mark.parametrize(
    ("schema", "args"),
    [
        ("routes.json", ["routes", "--json"]),
        ("routes.json", ["routes", "--json", "--endpoint", "index"]),
        ("explain.json", [*EXPLAIN, "--json"]),
        ("explain.json", ["explain", "PUT", "/nowhere", "--origin", "null", "--json"]),
        ("explain.json", ["explain", "PUT", "/api/items/3", "--origin", "null", "--json"]),
        ("explain.json", ["explain", "PUT", "/", "--origin", PAGE, "--header", "X", "--json"]),
        ("explain.json", ["explain", "PUT", "/api/items/3", "--origin", "http://a", "--json"]),
        ("check.json", ["check", "--json"]),
    ],
)
def test_json_follows_its_schema(
    schema: str, args: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    output = invoke(args).output
    assert output.isascii()
    validate(schema, json.loads(output))


def test_routes_name_their_policies() -> None:
    told = json.loads(invoke(["routes", "--json"]).output)
    items = [route for route in told["routes"] if route["endpoint"] == "api.items"]
    assert [route["methods"] for route in items] == [["GET", "HEAD"], ["PUT"]]
    options = {item["name"]: item for item in told["policies"][items[1]["policy"]]["options"]}
    assert options["origins"]["value"] == PAGE
    assert options["origins"]["source"]["level"] == "blueprint"
    internal = next(route for route in told["routes"] if route["endpoint"] == "api.internal")
    assert (internal["policy"], internal["exempt"]) == (None, True)


def test_sarif_is_printed() -> None:
    log = json.loads(invoke(["check", "--sarif"]).output)
    assert log["version"] == "2.1.0"
    assert log["runs"][0]["tool"]["driver"]["version"]


@pytest.mark.parametrize(
    ("level", "code"), [("error", 0), ("never", 0), ("warning", 1), ("note", 1)]
)
def test_the_fail_level_decides_on_the_exit_code(level: str, code: int) -> None:
    assert invoke(["check", "--fail-level", level]).exit_code == code


def test_a_report_is_written(tmp_path: Path) -> None:
    result = invoke(["report", "-o", str(tmp_path / "page.html")])
    assert result.exit_code == 0
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")


def test_an_app_of_decorators_alone_before_its_first_request() -> None:
    def make() -> Flask:
        app = Flask(__name__, static_folder=None)
        app.add_url_rule("/", "index", cross_origin(PAGE)(lambda: "x"))
        return app

    assert f"{PAGE} (view)" in invoke(["routes"], make, COLUMNS="140").output
    assert invoke(["explain", "GET", "/", "--origin", PAGE], make).exit_code == 0


# -- explain -----------------------------------------------------------------------------


def test_explain_prints_what_str_reads() -> None:
    args = [
        ["GET", "/api/items/3"],
        ["PUT", "/api/items/3"],
        ["GET", "/no"],
        ["GET", "/s\u00fc\u00df"],
    ]
    for (method, path), origin in itertools.product(args, (PAGE, "https://evil.example", "null")):
        app = make_app()
        told = of(app).explain(method, path, origin)
        result = invoke(["explain", method, path, "--origin", origin], lambda app=app: app)
        assert result.output == f"{told}\n"


def test_explain_shows_defaults_on_demand() -> None:
    assert (
        "max_age = none  (default)" not in invoke(["explain", "GET", "/", "--origin", PAGE]).output
    )
    shown = invoke(["explain", "GET", "/", "--origin", PAGE, "--all"]).output
    assert "max_age = none  (default)" in shown
    assert "have their defaults" not in shown


@pytest.mark.parametrize(
    ("args", "env", "config", "url", "said"),
    [
        ([], {}, {}, "http://localhost:5000/", "assumed, as `flask run` would serve it"),
        ([], {"FLASK_RUN_PORT": "8001"}, {}, "http://localhost:8001/", "assumed"),
        ([], {"FLASK_RUN_PORT": "x"}, {}, "http://localhost:5000/", "assumed"),
        ([], {}, {"SERVER_NAME": "api.example"}, "https://api.example/", "from SERVER_NAME"),
        (["--base-url", "https://b.example"], {}, {}, "https://b.example/", ""),
        (
            ["--base-url", "http://b.example:81"],
            {},
            {"SERVER_NAME": "b.example:81"},
            "http://b.example:81/",
            "",
        ),
    ],
)
def test_explain_says_which_host_it_asks(
    args: list[str], env: dict[str, str], config: dict[str, str], url: str, said: str
) -> None:
    def make() -> Flask:
        app = make_app()
        app.config.update(config)
        return app

    command = ["explain", "GET", "/", "--origin", PAGE, *args]
    output = invoke(command, make, COLUMNS="200", **env).output
    assert output.startswith(f"GET {url} from {PAGE}\n")
    assert ("host is" in output) == bool(said)
    assert said in output
    told = json.loads(invoke([*command, "--json"], make, **env).output)
    assert (told["url"], bool(told["assumed"])) == (url, bool(said))


def test_a_base_url_is_whole() -> None:
    result = invoke(["explain", "GET", "/", "--origin", PAGE, "--base-url", "localhost"])
    assert (result.exit_code, "write http:// or https://" in result.output) == (2, True)


def test_where_code_decides_explain_exits_with_1() -> None:
    def make() -> Flask:
        app = make_app()
        app.after_request(_by_hand)
        return app

    result = invoke(["explain", "GET", "/", "--origin", PAGE], make, COLUMNS="300")
    assert result.exit_code == 1
    assert result.output.splitlines()[1].startswith(
        "undecided: The after_request function _by_hand at tests/integration/test_cli_commands.py:"
    )
    told = json.loads(invoke(["explain", "GET", "/", "--origin", PAGE, "--json"], make).output)
    validate("explain.json", told)
    assert (told["verdict"], told["otherwise"]) == ("undecided", "readable")


def _by_hand(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def test_an_app_without_routes() -> None:
    app = Flask(__name__, static_folder=None)
    assert invoke(["routes"], lambda: app).output.endswith("The app has no routes.\n")


# -- bad questions ---------------------------------------------------------------------


def last_line(result: Result) -> str:
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["routes", "--endpoint", "\x1b[31m"], "There is no endpoint '\\x1b[31m'."),
        (["explain", "GET", "http://[::1", "--origin", PAGE], "'http://[::1' is not a URL"),
        (["explain", "GET", "http:///x", "--origin", PAGE], "is not a URL"),
        (["explain", "GET", "/\x1b", "--origin", PAGE], "'/\\x1b' is not a URL"),
        (["explain", "GET", "/", "--origin", "a.example"], "is not a valid origin"),
        (["explain", "GET", "/", "--origin", "\x9b"], "'\\x9b' is not a valid origin"),
        (["explain", "G T", "/", "--origin", PAGE], "'G T' is not a method"),
        (["explain", "GET", "/"], "Missing option '--origin'."),
        (["check", "--fail-level", "high"], "'high' is not one of"),
        (["report", "-o", "/nowhere/at/all.html"], "/nowhere/at/all.html cannot be written: "),
    ],
)
def test_a_wrong_question_is_one_line(args: list[str], words: str) -> None:
    assert words in last_line(invoke(args))


@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: args[0])
def test_an_app_that_cannot_be_loaded(args: list[str], tmp_path: Path) -> None:
    def fail(error: Exception) -> Callable[[], Flask]:
        def make() -> Flask:
            raise error

        return make

    broken = invoke(args, fail(ZeroDivisionError("division\nby zero")))
    expected = "Error: The app cannot be loaded: ZeroDivisionError: division by zero"
    assert last_line(broken) == expected
    assert last_line(invoke(args, fail(KeyError()))).endswith("loaded: KeyError")
    missing = CliRunner().invoke(cors, args, obj=ScriptInfo(app_import_path="no_such_module"))
    assert "Could not import 'no_such_module'" in last_line(missing)


def test_an_app_whose_module_cannot_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_app_module.py").write_text("import no_such_module_either\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    info = ScriptInfo(app_import_path="broken_app_module")
    assert last_line(CliRunner().invoke(cors, ["routes"], obj=info)).endswith(
        "ModuleNotFoundError: No module named 'no_such_module_either'"
    )


def test_an_error_in_the_configuration(tmp_path: Path) -> None:
    def make() -> Flask:
        app = make_app()
        app.config.update(CORS_MAX_AGE=-1, CORS_METHODS="G@T")
        return app

    for args in (["routes"], EXPLAIN, ["report", "-o", str(tmp_path / "page.html")]):
        line = last_line(invoke(args, make))
        assert line.startswith("Error: The CORS configuration has errors: CORS_")
        assert "CORS_MAX_AGE=-1" in line
        assert "CORS_METHODS=" in line
    result = invoke(["check"], make)
    assert (result.exit_code, result.output.count("CORS001 error: ")) == (1, 2)


def test_rules_that_did_not_run_are_one_line_for_each_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    install = "publicsuffixlist is not installed: pip install 'Flask-CORS[cli]'"
    assert (
        f"\nNot run: CORS006, CORS032, since {install}\n" in invoke(["check"], COLUMNS="200").output
    )

    def make() -> Flask:
        app = make_app()
        app.config["CORS_MAX_AGE"] = -1
        return app

    lines = invoke(["check"], make, COLUMNS="300").output.splitlines()
    (line,) = [line for line in lines if line.startswith("Not run: ") and "CORS001" in line]
    assert line.startswith("Not run: CORS002, CORS003, ")
    assert line.endswith(", since the configuration has errors (CORS001)")


@pytest.mark.parametrize("args", COMMANDS[:3], ids=lambda args: args[0])
def test_without_rich_a_command_says_what_to_install(
    args: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    expected = "Error: This needs rich: pip install 'Flask-CORS[cli]'"
    assert last_line(invoke(args)) == expected


def test_without_httpx_the_probe_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    line = last_line(invoke(["probe", "http://127.0.0.1/", "--origin", PAGE]))
    assert line == "Error: This needs httpx: pip install 'Flask-CORS[cli]'"


def test_another_missing_module_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise ModuleNotFoundError("no module", name="something.else")

    monkeypatch.setattr(console, "print_routes", fail)
    assert isinstance(invoke(["routes"]).exception, ModuleNotFoundError)


# -- terminals -------------------------------------------------------------------------


def hostile() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/[red]x[/red]\x1b[31m", "e\x9bnd\u202e", lambda: "x")

    def allowed(origin: str) -> bool:
        return False

    allowed.__qualname__ = "[bold]\x1b]0;title\x07"
    CORS(app, origins=allowed)
    return app


@pytest.mark.parametrize(
    "args",
    [
        ["routes"],
        ["routes", "--sources"],
        ["routes", "--json"],
        ["explain", "GET", "/[red]x[%2Fred]", "--origin", PAGE],
        ["check"],
        ["check", "--sarif"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("columns", ["60", "160"])
def test_nothing_from_the_app_becomes_a_control_sequence(args: list[str], columns: str) -> None:
    output = invoke(args, hostile, COLUMNS=columns).output
    raw = [char for char in output if not char.isprintable() and char != "\n"]
    assert raw == []


def test_markup_is_shown_as_it_is() -> None:
    output = invoke(["routes"], hostile, COLUMNS="160").output
    assert "/[red]x[/red]\\x1b[31m" in output
    assert "[bold]\\x1b]0;title\\x07()" in output


def test_a_terminal_gets_colours() -> None:
    result = invoke(["check"], FORCE_COLOR="1", COLUMNS="160", TERM="xterm")
    assert "\x1b[33mCORS007 warning" in result.output


def test_very_many_routes_are_plain_lines() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=PAGE)
    for number in range(400):
        app.add_url_rule(f"/r{number}", f"r{number}", lambda: "x")
    lines = invoke(["routes"], lambda: app, COLUMNS="120").output.splitlines()
    assert len(lines) == 401
    assert lines[0].split() == [
        "Methods", "Rule", "Origins", "Allowed", "methods", "Headers", "Credentials"
    ]  # fmt: skip
    assert lines[7].startswith("GET, HEAD  /r6")


# -- from outside ----------------------------------------------------------------------


@pytest.mark.rule("1.commands")
def test_flask_finds_the_commands() -> None:
    (found,) = entry_points(group="flask.commands", name="cors")
    assert found.load() is cors
    assert set(cors.commands) == {"routes", "explain", "check", "report", "probe", "lab"}


def test_flask_runs_them() -> None:
    command = [sys.executable, "-m", "flask", "--app", "tests.golden.app:make_app", "cors"]
    done = subprocess.run(
        [*command, "check", "--json"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert [found["id"] for found in json.loads(done.stdout)["findings"]] == ["CORS007", "CORS028"]


def test_a_configuration_error_while_the_app_is_made() -> None:
    def make() -> Flask:
        app = Flask(__name__)
        CORS(app, origin="https://a.example")  # type: ignore[call-arg]
        return app

    with pytest.raises(ConfigError):
        make()
    assert "ConfigError: origin='https://a.example'" in last_line(invoke(["routes"], make))


def test_routes_say_what_was_dropped() -> None:
    app = Flask("sample", static_folder=None)
    CORS(app, supports_credentials=True)
    app.add_url_rule("/x", "x", lambda: "x")
    with pytest.warns(CorsWarning, match="dropped"):
        shown = FlaskCliRunner(app).invoke(cors, ["routes"]).output
    assert "supports_credentials = False (app: True was dropped)" in shown
