"""The logger ``flask_cors`` and the signal ``cors_denied``."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, Response, g

from flask_cors import CORS, cors_exempt
from flask_cors.policy.decide import Decision
from flask_cors.signals import cors_denied
from tests.integration.exchange import ME, VARY, YOU, acao, ask, lines, preflight


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **{"origins": ME, **options})
    app.add_url_rule("/", "index", lambda: "seen", methods=["GET", "PUT"])
    return app


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, "flask_cors")
    return lambda: [
        (record.name, record.levelname, record.getMessage().partition(" (CORS(app) at ")[0])
        for record in caplog.records
    ]


GET_DENIED = (
    "CORS denied: 'GET' '/': the origin 'https://you.example' is not among the allowed ones"
)


@pytest.mark.rule("9.denial")
@pytest.mark.parametrize(("debug", "level"), [(False, "INFO"), (True, "WARNING")])
def test_a_denial_is_one_line(debug: bool, level: str, records: Any) -> None:
    app = make_app()
    app.debug = debug
    ask(app, origin=YOU)
    assert records() == [("flask_cors", level, GET_DENIED)]


@pytest.mark.rule("9.denial")
def test_the_line_names_where_the_rule_was_set(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flask_cors")
    ask(make_app(), origin=YOU)
    line = caplog.messages[0]
    assert f"(CORS(app) at {__file__}:" in line
    assert "\n" not in line


@pytest.mark.rule("9.denial")
@pytest.mark.parametrize(
    ("options", "origin", "asked", "text"),
    [
        (
            {},
            YOU,
            {},
            "CORS denied: 'OPTIONS' '/': the origin 'https://you.example' is not among the "
            "allowed ones",
        ),
        (
            {"methods": "GET"},
            ME,
            {},
            "CORS denied: 'OPTIONS' '/': the method 'PUT' is not among the allowed ones",
        ),
        (
            {"allow_headers": "X-A"},
            ME,
            {"headers": "x-a,x-b"},
            "CORS denied: 'OPTIONS' '/': the request headers 'x-b' are not allowed",
        ),
    ],
)
def test_a_denied_preflight_is_one_line(
    options: dict[str, Any], origin: str, asked: dict[str, Any], text: str, records: Any
) -> None:
    preflight(make_app(**options), origin=origin, **asked)
    assert records() == [("flask_cors", "INFO", text)]


@pytest.mark.rule("9.denial")
def test_what_is_allowed_is_not_logged(records: Any) -> None:
    app = make_app()
    ask(app)
    ask(app, origin=None)
    ask(app, origin="")
    preflight(app, headers="x-a", network=True)
    assert records() == []


@pytest.mark.rule("9.repr")
def test_client_text_stands_as_its_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flask_cors")
    app = make_app(allow_headers=[])
    ask(app, "/a%0d%0aERROR%20all%20is%20lost", "https://e\xe9")
    preflight(app, method="A'B", headers="x\x01y, " + "z" * 5000)
    assert all("\n" not in line and "\r" not in line for line in caplog.messages)
    assert r"'/a\r\nERROR all is lost'" in caplog.messages[0]
    assert r"'https://e\xe9'" in caplog.messages[0]
    assert max(map(len, caplog.messages)) < 600


@pytest.mark.rule("9.same-origin")
def test_the_same_origin_is_no_denial(records: Any) -> None:
    app = make_app()
    upper = {"HTTP_HOST": "LOCALHOST"}
    with cors_denied.connected_to(lambda *_, **__: pytest.fail("sent"), app):
        for response in (
            ask(app, origin="http://localhost", method="PUT"),
            ask(app, origin="http://localhost", environ_overrides=upper),
            ask(app, origin="https://localhost", base_url="https://localhost:443"),
            ask(app, origin=YOU, headers={"Sec-Fetch-Site": "same-origin"}),
        ):
            assert lines(response) == [VARY]
    assert records() == []


@pytest.mark.rule("9.same-origin")
@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("https://localhost", {}),
        ("http://localhost:8080", {}),
        (YOU, {"Sec-Fetch-Site": "same-site"}),
        (YOU, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_another_scheme_or_port_is_another_origin(
    origin: str, headers: dict[str, str], records: Any
) -> None:
    ask(make_app(), origin=origin, headers=headers)
    assert [level for _, level, _ in records()] == ["INFO"]


@pytest.mark.rule("6.own-acao")
def test_where_the_app_answers_itself_nothing_is_denied(records: Any) -> None:
    app = make_app()
    app.add_url_rule("/own", "own", lambda: ("", {"Access-Control-Allow-Origin": "*"}))
    assert lines(ask(app, "/own", YOU)) == [acao("*")]
    assert records() == []


@pytest.mark.rule("9.signal-free")
def test_reasons_are_not_worked_out_for_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "flask_cors")

    def fail(decision: object) -> str:
        raise AssertionError("nobody reads it")

    monkeypatch.setattr(Decision, "reason", property(fail))
    assert lines(ask(make_app(), origin=YOU)) == [VARY]
    assert caplog.messages == []


@pytest.mark.rule("9.child-loggers")
@pytest.mark.parametrize("name", ["flask_cors.core", "flask_cors.extension"])
def test_the_loggers_that_flask_cors_names_are_children(name: str) -> None:
    assert logging.getLogger(name).parent is logging.getLogger("flask_cors")


@pytest.mark.rule("9.child-loggers")
def test_denials_are_silenced_by_the_logger_that_flask_cors_names(records: Any) -> None:
    logger = logging.getLogger("flask_cors.core")
    logger.setLevel(logging.ERROR)
    try:
        ask(make_app(), origin=YOU)
        preflight(make_app(), origin=YOU)
    finally:
        logger.setLevel(logging.NOTSET)
    assert records() == []


@pytest.mark.rule("9.uncovered")
@pytest.mark.parametrize("debug", [True, False])
def test_in_debug_mode_a_request_that_nothing_covers_is_logged(debug: bool, records: Any) -> None:
    app = make_app(resources="/api/*")
    app.debug = debug
    assert lines(ask(app, origin=None)) == []
    assert lines(ask(app, origin="http://localhost")) == []
    assert records() == []
    ask(app, "/", YOU)
    text = (
        "CORS denied: 'GET' '/': CORS is off here: no decorator, blueprint or CORS object covers "
        f"this request (see: flask cors explain GET / --origin {YOU})"
    )
    assert records() == ([("flask_cors", "WARNING", text)] if debug else [])


@pytest.mark.rule("9.uncovered")
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/off", "cors_exempt turns CORS off for its view"),
        ("/x/..%2fy", "its path has a . or .. segment, which no page needs"),
        ("/x/%2e", "its path has a . or .. segment, which no page needs"),
    ],
)
def test_the_reason_why_cors_is_off_is_right(path: str, reason: str, records: Any) -> None:
    app = make_app()
    app.add_url_rule("/off", "off", cors_exempt(lambda: "x"))
    app.debug = True
    ask(app, path, YOU)
    ((_, _, text),) = records()
    assert f"CORS is off here: {reason} (see: flask cors explain GET" in text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"Access-Control-Request-Method": "PUT"}, "explain PUT /x"),
        (
            {
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type,x-a",
            },
            "explain POST /x",
        ),
        ({"Access-Control-Request-Method": "a b"}, "explain 'a b' /x"),
        ({}, "explain OPTIONS /x"),
    ],
)
def test_for_a_preflight_the_command_asks_for_the_request_that_it_is_for(
    asked: dict[str, str], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(origins=ME)
    app.debug = True
    app.test_client().options("/x", headers={"Origin": YOU, **asked})
    (text,) = caplog.messages
    names = " --header content-type --header x-a" if len(asked) > 1 else ""
    assert text.endswith(f"(see: flask cors {words} --origin {YOU}{names})")


@pytest.mark.parametrize(
    ("name", "file", "variable", "words"),
    [
        (__name__, "", "", f"flask --app {__name__} cors explain"),
        ("__main__", "shop.py", "", "flask --app shop.py cors explain"),
        ("__main__", "sub/shop.py", "", "flask --app {cwd}/sub/shop.py cors explain"),
        ("__main__", "", "", "flask cors explain"),
        ("no_such_module", "", "", "flask cors explain"),
        (__name__, "", "shop", "flask cors explain"),
    ],
)
def test_the_command_finds_the_app(
    name: str,
    file: str,
    variable: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASK_APP", variable)
    if name == "__main__":
        main = ModuleType(name)
        main.__dict__.update({"__file__": str(tmp_path / file)} if file else {})
        monkeypatch.setitem(sys.modules, name, main)
    app = Flask(name, static_folder=None, root_path=str(tmp_path))
    app.debug = True
    CORS(app, origins=ME)
    app.add_url_rule("/", "index", lambda: "seen")
    app.test_client().get("/", headers={"Origin": YOU})
    assert f"(see: {words.format(cwd=tmp_path)} GET / --origin" in caplog.text


@pytest.mark.rule("7.callable-explained")
@pytest.mark.parametrize(
    ("method", "enforce", "told"),
    [("OPTIONS", False, True), ("GET", True, True), ("GET", False, False)],
)
def test_the_log_explains_a_callable_that_reads_g_before_any_hook(
    method: str, enforce: bool, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(origins=lambda origin: origin == g.tenant, enforce=enforce)
    if method == "OPTIONS":
        preflight(app)
    else:
        ask(app)
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "failed" in line
    why = "it is called before any hook of the app has run, so g is empty"
    assert (why in line) is told


@pytest.mark.rule("9.logger")
def test_importing_sets_no_handler_and_no_level() -> None:
    code = (
        "import logging, flask_cors\n"
        "found = logging.getLogger('flask_cors')\n"
        "assert (found.handlers, found.level, found.propagate) == ([], 0, True)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# -- signals ----------------------------------------------------------------------------


@pytest.mark.rule("9.signal")
def test_a_denial_is_signalled_once() -> None:
    app, other = make_app(), make_app()
    seen: list[tuple[Flask, Decision]] = []

    def look(sender: Flask, decision: Decision) -> None:
        seen.append((sender, decision))

    @app.after_request
    def fail(response: Response) -> Response:
        raise LookupError("no database")

    with cors_denied.connected_to(look, app):
        ask(app)
        ask(other, origin=YOU)
        ask(app, origin=YOU)
        preflight(app, origin=YOU)
    assert [sender for sender, _ in seen] == [app, app]
    actual, asked = (decision for _, decision in seen)
    assert (actual.origin, actual.allowed, actual.headers, actual.preflight) == (
        YOU,
        False,
        (),
        None,
    )
    assert actual.reason.startswith(
        "the origin 'https://you.example' is not among the allowed ones"
    )
    assert asked.preflight is not None
    assert asked.preflight.method == "PUT"


@pytest.mark.rule("9.signal")
def test_receivers_may_be_async() -> None:
    app = make_app()
    seen: list[str | None] = []

    async def look(sender: Flask, decision: Decision) -> None:
        seen.append(decision.origin)

    with cors_denied.connected_to(look, app):
        ask(app, origin=YOU)
    assert seen == [YOU]


@pytest.mark.rule("9.signal")
def test_the_signal_has_a_name() -> None:
    assert cors_denied.name == "cors-denied"
    assert cors_denied.__doc__ != ""
