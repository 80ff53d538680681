"""No value of a client, a configuration or a server becomes markup, or speaks to a terminal."""

from __future__ import annotations

import io
import json
import logging
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from werkzeug.test import create_environ, run_wsgi_app

from flask_cors import CORS, ConfigError, CorsWarning, cross_origin
from flask_cors.cli import cors
from flask_cors.options.schema import OPTIONS
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.report import render
from tests.conformance import chromium
from tests.integration.hostile import (
    HOSTILE,
    Tags,
    app_named,
    as_name,
    make_app,
    plain,
    shown_as_it_is,
    without_colour,
)

PAGE = "https://a.example"
NAMES = sorted(set(OPTIONS) - {"headers", "resources"})


def bare() -> Flask:
    """Return an app that has no routes, and whose module and static files nobody looks for."""
    return app_named("shown")


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


# -- errors and warnings ---------------------------------------------------------------


def refused(call: Callable[[], object]) -> list[str]:
    """Return what an error, and every warning, of *call* says in all the ways it is shown."""
    shown: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            call()
        except ConfigError as error:
            shown += [str(error), *map(str, error.problems)]
            shown += traceback.format_exception_only(error)
    return shown + [str(each.message) for each in caught]


def values(hostile: str) -> list[Any]:
    return [
        hostile,
        [hostile],
        ["GET", hostile],
        f"https://{hostile}",
        f"x-{hostile}*",
        {1: hostile},
    ]


@pytest.mark.parametrize("name", NAMES)
def test_errors_of_options(name: str, hostile: str) -> None:
    for value in values(hostile):
        given: dict[str, Any] = {name: value}
        calls: list[Callable[[], object]] = [
            lambda given=given: CORS(bare(), **given),
            lambda given=given: cross_origin(**given),
            lambda given=given: CORS(bare(), resources={"/x": given}),
        ]
        for call in calls:
            assert all(map(plain, refused(call)))


def test_errors_of_names_and_places(hostile: str) -> None:
    app = app_named(hostile)
    calls: list[Callable[[], object]] = [
        lambda: CORS(app, **{hostile: 1}),
        lambda: CORS(app, **{f"CORS_{hostile}": 1}),
        lambda: cross_origin(**{hostile: hostile}),
        lambda: cross_origin(PAGE, hostile),
        lambda: CORS(app, hostile),
        lambda: CORS(hostile),
        lambda: CORS(app, resources={hostile: {hostile: hostile}}),
        lambda: CORS(app, resources=[hostile, f"/({hostile}", f"{hostile}["]),
        lambda: CORS(app, resources=f"/({hostile}"),
        lambda: cross_origin(type(as_name(hostile), (), {})),
        lambda: cross_origin(PAGE)(cross_origin(PAGE)(named(hostile))),
    ]
    shown = [refused(call) for call in calls]
    assert sum(map(bool, shown)) >= len(calls) - 2
    assert all(plain(text) for texts in shown for text in texts)


def named(hostile: str) -> Callable[[], str]:
    def view() -> str:
        return "x"

    view.__qualname__ = as_name(hostile)
    return view


def test_errors_of_the_config(hostile: str) -> None:
    shown = []
    for name in NAMES:
        app = bare()
        app.config[f"CORS_{name.upper()}"] = f"https://{hostile}"
        app.config[f"CORS_ORIGINS{hostile}"] = hostile
        app.add_url_rule("/", hostile, named(hostile))
        CORS(app)
        shown += refused(app.extensions["cors"].reload)
    assert len(shown) > len(NAMES)
    assert all(map(plain, shown))


def test_errors_that_name_a_view(hostile: str) -> None:
    app = bare()
    app.add_url_rule("/x", hostile, cross_origin(supports_credentials=True)(named(hostile)))
    lost = named(hostile)
    cross_origin(PAGE)(lost)
    app.add_url_rule("/lost", f"{hostile}2", lost)
    shown = refused(state_of(app).reload)
    assert len(shown) > 1
    assert all(map(plain, shown))


# -- logs ------------------------------------------------------------------------------


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Collect what the library logs, as a file or a terminal gets it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("flask_cors")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def send(app: Flask, method: str, path: str, **fields: str) -> list[tuple[str, str]]:
    """Send what a server lets through that checks nothing, with text as bytes of UTF-8."""
    environ = create_environ(method="GET") | {"REQUEST_METHOD": wire(method)}
    environ["PATH_INFO"] = wire(path)
    environ |= {f"HTTP_{name}": wire(value) for name, value in fields.items()}
    body, _, headers = run_wsgi_app(app, environ)
    list(body)
    return list(headers)


def wire(text: str) -> str:
    return text.encode(errors="surrogateescape").decode("latin-1")


def requests(hostile: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    asked = {"ORIGIN": PAGE, "ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    yield "GET", f"/{hostile}", {"ORIGIN": "https://evil.example"}
    yield "GET", "/open", {"ORIGIN": hostile}
    yield "GET", "/open", {"ORIGIN": f"https://a.example{hostile}"}
    yield f"GET{hostile}", "/class", {"ORIGIN": "https://evil.example"}
    yield "OPTIONS", f"/{hostile}", {**asked, "ACCESS_CONTROL_REQUEST_METHOD": hostile}
    yield "OPTIONS", "/class", {**asked, "ACCESS_CONTROL_REQUEST_HEADERS": f"x-a,{hostile}"}
    yield "OPTIONS", "/class", {**asked, "ORIGIN": hostile}
    yield "GET", "/b/x", {"ORIGIN": "https://evil.example", "HOST": hostile}
    yield "GET", "/gone", {"ORIGIN": "https://evil.example", "SEC_FETCH_SITE": hostile}


@pytest.mark.parametrize("debug", [False, True])
def test_logs(hostile: str, debug: bool) -> None:
    app = make_app(hostile)
    app.debug = debug
    with logged() as written:
        for method, path, fields in requests(hostile):
            send(app, method, path, **fields)
    lines = written.getvalue().splitlines()
    assert len(lines) >= 4
    assert shown_as_it_is(written.getvalue())
    assert all(line.startswith(("INFO CORS denied", "WARNING CORS denied")) for line in lines)


def test_the_log_of_a_callable_that_fails(hostile: str) -> None:
    def asked(origin: str) -> bool:
        raise LookupError("no database")

    asked.__qualname__ = as_name(hostile)
    app = bare()
    CORS(app, origins=asked)
    app.add_url_rule("/", "root", named("view"))
    with logged() as written:
        send(app, "GET", "/", ORIGIN=PAGE)
    assert "LookupError: no database" in written.getvalue()
    assert shown_as_it_is(written.getvalue())
    assert written.getvalue().startswith("ERROR CORS: the callable ")


def test_the_log_of_an_endpoint_that_appears_late(hostile: str) -> None:
    app = bare()
    CORS(app)
    send(app, "GET", "/", ORIGIN=PAGE)
    app.view_functions[hostile] = cross_origin(supports_credentials=True)(named(hostile))
    app.url_map.add(app.url_rule_class("/late", endpoint=hostile))
    app.url_map.update()
    with logged() as written:
        send(app, "GET", "/late", ORIGIN=PAGE)
    lines = written.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["ERROR"]
    assert shown_as_it_is(written.getvalue())


def test_a_log_line_is_short() -> None:
    """One request cannot fill a log: what a client wrote is cut off."""
    app = bare()
    CORS(app, origins=[PAGE], allow_headers="x-a")
    long = "\x1b" * 60_000
    with logged() as written:
        send(app, "GET", f"/{long}", ORIGIN="https://evil.example")
        send(app, f"GET{long}", "/", ORIGIN="https://evil.example")
        send(app, "GET", "/", ORIGIN=long)
        asked = {"ORIGIN": PAGE, "ACCESS_CONTROL_REQUEST_METHOD": "GET"}
        send(app, "OPTIONS", "/", **{**asked, "ACCESS_CONTROL_REQUEST_METHOD": long})
        send(app, "OPTIONS", "/", **asked, ACCESS_CONTROL_REQUEST_HEADERS=long)
        send(app, "OPTIONS", "/", **asked, ACCESS_CONTROL_REQUEST_HEADERS=f"{long[:100]}," * 80)
    lines = written.getvalue().splitlines()
    assert len(lines) == 6
    assert max(map(len, lines)) < 2500


# -- commands --------------------------------------------------------------------------

COMMANDS = [
    ["routes"],
    ["routes", "--sources"],
    ["explain", "GET", "/open", "--origin", PAGE],
    ["explain", "GET", "/class", "--origin", "https://evil.example"],
    ["explain", "PUT", "/gone", "--origin", "null", "--header", "X-A: 1", "--credentials"],
    ["explain", "GET", "/b/x", "--origin", "https://evil.example"],
    ["check"],
]
TERMINALS = {
    "wide": {"COLUMNS": "200"},
    "narrow": {"COLUMNS": "60"},
    "coloured": {"COLUMNS": "120", "FORCE_COLOR": "1", "TERM": "xterm-256color"},
}


@cache
def made(hostile: str) -> Flask:
    """Make one app for all commands, none of which changes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        return make_app(hostile)


def run(args: list[str], app: Callable[[], Flask], charset: str = "utf-8", **env: str) -> Result:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)  # of names that cover nothing, and the like
        return CliRunner(charset=charset, env=env).invoke(
            cors, args, obj=ScriptInfo(create_app=app), catch_exceptions=False
        )


@pytest.mark.parametrize("terminal", TERMINALS)
def test_what_commands_print(hostile: str, terminal: str) -> None:
    for args in COMMANDS:
        result = run(args, lambda: made(hostile), **TERMINALS[terminal])
        assert result.exit_code in (0, 1), result.output
        shown = without_colour(result.output)
        assert shown_as_it_is(shown), (args, shown)
        assert "\x1b" not in shown
    # Brackets are text, not colours; and nothing that was named is left out.
    routes = run(["routes", "--sources"], lambda: made(hostile), COLUMNS="400").output
    assert routes.count("PW") >= 3
    assert routes.count("[red]") >= 10 * hostile.count("[red]")


def test_what_commands_print_to_a_terminal_of_ascii(hostile: str) -> None:
    for args in COMMANDS:
        result = run(args, lambda: made(hostile), charset="ascii")
        assert result.exit_code in (0, 1), result.output
        assert plain(result.output), args


def test_json_is_ascii(hostile: str) -> None:
    with_json = [[*args, "--json"] for args in COMMANDS if "--sources" not in args]
    for args in [*with_json, ["check", "--sarif"]]:
        result = run(args, lambda: made(hostile))
        assert result.exit_code in (0, 1), (args, result.output)
        assert plain(result.output), args
        assert "PW" in json.dumps(json.loads(result.output)) or args[0] == "explain"


def test_what_commands_say_of_bad_questions(hostile: str) -> None:
    def broken() -> Flask:
        raise RuntimeError(hostile)

    def refused() -> Flask:
        app = Flask("shown")
        app.config["CORS_ORIGINS"] = f"https://{hostile}/x y"
        CORS(app)
        return app

    mine = lambda: made(hostile)  # noqa: E731
    explain = ["explain", "GET", "/open", "--origin"]
    questions: list[tuple[list[str], Callable[[], Flask]]] = [
        (["routes", "--endpoint", hostile], mine),
        (["explain", hostile, "/open", "--origin", PAGE], mine),
        (["explain", "GET", f"http://[{hostile}", "--origin", PAGE], mine),
        ([*explain, hostile], mine),
        ([*explain, PAGE, "--header", f"{hostile} x: 1"], mine),
        (["probe", hostile, "--origin", PAGE], mine),
        (["probe", f"ftp://{hostile}", "--origin", PAGE], mine),
        (["probe", "http://127.0.0.1:2/", "--origin", hostile], mine),
        (["routes"], broken),
        (["routes"], refused),
        ([*explain, PAGE], refused),
    ]
    for args, app in questions:
        result = run(args, app)
        assert result.exit_code == 2, (args, result.output)
        assert plain(result.output), (args, result.output)


def test_a_url_and_headers_that_a_page_might_send(hostile: str) -> None:
    path = f"/{wire(hostile)}"
    args = [
        "explain",
        "GET",
        path,
        "--origin",
        "https://evil.example",
        "--header",
        f"X-A:{hostile}",
    ]
    for more in ([], ["--json"]):
        result = run([*args, *more], lambda: made(hostile))
        assert result.exit_code in (0, 1, 2)
        assert shown_as_it_is(result.output)


# -- a server that answers -------------------------------------------------------------


class Answers(BaseHTTPRequestHandler):
    """A server that writes hostile bytes wherever HTTP has a place for them."""

    hostile = b""

    def do_GET(self) -> None:
        text = self.hostile.replace(b"\r", b"").replace(b"\n", b"").replace(b"\x00", b"")
        status = b"302" if self.path.startswith("/moved") else b"200"
        lines = [
            b"HTTP/1.1 %s %s" % (status, text),
            b"Server: " + text,
            b"Via: " + text,
            b"X-Cache: " + text,
            b"Access-Control-Allow-Origin: " + (PAGE.encode() if "open" in self.path else text),
            b"Location: /open/" + text,
            b"Content-Length: 5",
        ]
        self.wfile.write(b"\r\n".join(lines) + b"\r\n\r\nPWNED")
        self.close_connection = True

    do_OPTIONS = do_PUT = do_GET  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["open", "closed", "moved"])
def test_what_the_probe_prints(
    hostile: str, path: str, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answers, "hostile", hostile.encode(errors="surrogateescape"))
    url = f"http://127.0.0.1:{server.server_port}/{path}"
    for more in ([], ["--json"], ["--method", "PUT", "--credentials"]):
        result = run(["probe", url, "--origin", PAGE, "--timeout", "5", *more], bare)
        assert result.exit_code in (0, 1, 2)
        assert result.output
        assert shown_as_it_is(result.output)


# -- pages -----------------------------------------------------------------------------


@cache
def page_of(app: Flask) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        return render(app, state_of(app))


def test_the_report_holds_no_tag_of_theirs(hostile: str) -> None:
    harmless, attacked = Tags(page_of(made("PWNED"))), Tags(page_of(made(hostile)))
    assert set(attacked.tags) <= set(harmless.tags)
    assert len(attacked.scripts) == len(harmless.scripts)
    data = json.loads(next(each for each in attacked.scripts if each.lstrip().startswith("{")))
    assert any(shown_in_pages(hostile) in route["endpoint"] for route in data["routes"])
    assert all(map(shown_as_it_is, strings(data)))


def shown_in_pages(hostile: str) -> str:
    """Escape what is not printable, but for line ends, as Python writes it."""
    return "".join(
        char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in hostile
    )


def strings(data: Any) -> Iterator[str]:
    """Yield every text in plain data; what the page shows of it is these."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | dict):
        for each in data.values() if isinstance(data, dict) else data:
            yield from strings(each)


def test_the_report_is_text_that_can_be_written(hostile: str) -> None:
    assert shown_as_it_is(page_of(made(hostile)))


FOR_BROWSERS = ["markup", "an attribute", "the end of a script", "a template", "its direction"]
needs_chromium = pytest.mark.skipif(chromium.EXECUTABLE is None, reason=chromium.HOW_TO_GET)


@pytest.mark.browser
@needs_chromium
def test_the_report_runs_nothing_of_theirs_in_a_browser(tmp_path: Path) -> None:
    """Every explanation is opened, too: what scripts write is text."""
    with chromium.running() as running:
        for number, name in enumerate(FOR_BROWSERS):
            file = tmp_path / f"{number}.html"
            file.write_text(page_of(made(HOSTILE[name])), "utf-8")
            page = running.page(file.as_uri())
            page.evaluate("() => { window.PWNED = () => { window.ran = true; }; }")
            before = page.evaluate("document.querySelectorAll('script, img, svg').length")
            for cell in page.locator("button.cell").all():
                cell.click()
                page.keyboard.press("Escape")
            after = page.evaluate("document.querySelectorAll('script, img, svg').length")
            assert (page.evaluate("window.ran"), after) == (None, before)
            assert page.locator("body").inner_text().count("PW") > 0
            page.close()
