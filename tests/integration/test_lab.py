"""The lab without a browser: what its pages can ask, who else cannot, and how it starts."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from werkzeug.test import Client

from examples.conftest import Answer, end, finish, http, python, read_until
from flask_cors import CORS
from flask_cors.cli import cors
from flask_cors.tools.lab import serving
from flask_cors.tools.lab.addresses import Addresses
from flask_cors.tools.lab.page import TOKEN_HEADER, Lab, create_page
from tests.integration.hostile import HOSTILE
from tests.lab_server import free_port

PAGE = "http://localhost:8700"
APP_LINE = re.compile(r"http://(localhost|shop\.localhost):(\d+)$")


def make_app() -> Flask:
    app = Flask("shop", static_folder=None)
    CORS(app, origins=[PAGE])
    app.add_url_rule("/items/<int:number>", "item", lambda number: "item", methods=["GET", "PUT"])
    return app


@pytest.fixture
def lab() -> Lab:
    return Lab("shop", Addresses("http://localhost:5000", 8700), "token", make_app())


@pytest.fixture
def pages(lab: Lab) -> FlaskClient:
    return create_page(lab).test_client()


def ask(pages: FlaskClient, question: str, **asked: Any) -> Any:
    answer = pages.post(f"/control/{question}", json=asked, headers={TOKEN_HEADER: "token"})
    assert answer.status_code == 200
    return answer.get_json()


def asked(**given: Any) -> dict[str, Any]:
    url = "http://localhost:5000/items/1"
    plain = {"method": "GET", "url": url, "origin": PAGE, "headers": [], "credentials": False}
    return {**plain, **given}


# -- pages and questions -----------------------------------------------------------------


def test_the_page_says_what_it_is_and_loads_its_own_scripts_alone(pages: FlaskClient) -> None:
    answer = pages.get("/", base_url="http://127.0.0.1:8700")
    assert "another origin, a different site" in answer.text
    assert "A development server, never for production." in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert policy.endswith("frame-ancestors 'none'")
    assert "frame-ancestors 'self'" in pages.get("/sender").headers["Content-Security-Policy"]
    for source in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        with pages.get(source) as loaded:
            assert loaded.status_code == 200
    assert pages.get("/shared/report.html").status_code == 404


@pytest.mark.rule("9.lab")
def test_the_app_s_routes_are_offered(pages: FlaskClient) -> None:
    found = ask(pages, "app")
    assert [(each["rule"], each["methods"]) for each in found["routes"]] == [
        ("/items/<int:number>", ["GET", "HEAD", "PUT"])
    ]
    assert [each["origin"] for each in found["pages"]] == [
        PAGE,
        "http://127.0.0.1:8700",
        "http://app.localhost:8700",
    ]
    assert (found["problem"], found["runsApp"]) == ("", True)


@pytest.mark.parametrize("headers", [{}, {TOKEN_HEADER: "wrong"}])
def test_nobody_without_the_token_is_answered(pages: FlaskClient, headers: dict[str, str]) -> None:
    for question in ("app", "origin", "explain", "seen", "model"):
        answer = pages.post(f"/control/{question}", json=asked(), headers=headers)
        assert (answer.status_code, "routes" in answer.text) == (403, False)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_what_is_no_question_is_one_line(pages: FlaskClient) -> None:
    answer = pages.post("/control/app", data="[]", headers={TOKEN_HEADER: "token"})
    assert answer.status_code == 400
    assert "unanswered" in ask(pages, "explain", url="/items/1")
    assert ask(pages, "explain", **asked(url="ftp://x/"))["unanswered"].startswith("the URL starts")
    assert ask(pages, "model", **asked(url="/x"))["unanswered"].startswith("the URL starts")


def test_the_model_asks_over_http_and_says_that_nobody_answers(pages: FlaskClient) -> None:
    found = ask(pages, "model", **asked(url="http://localhost:2/", body=""))
    assert found["kind"] == "unreachable"
    assert found["error"].startswith("localhost:2 cannot be asked: ")


@pytest.mark.rule("9.lab")
def test_an_explanation_holds_the_fix(pages: FlaskClient) -> None:
    found = ask(pages, "explain", **asked(origin="https://evil.example", method="PUT"))
    assert found["verdict"] == "blocked"
    assert found["advice"].endswith("add 'https://evil.example' to origins.")
    assert found["preflight"] == ["the method PUT is none of GET, HEAD and POST"]


def test_an_app_that_cannot_be_loaded_or_compiled_is_named(pages: FlaskClient, lab: Lab) -> None:
    app = Flask("broken", static_folder=None)
    CORS(app)
    app.config["CORS_ORIGINS"] = "https://user@a.example"
    app.add_url_rule("/items/1", "item", lambda: "item")
    lab.app = app
    assert "The CORS configuration has errors" in ask(pages, "explain", **asked())["unanswered"]
    lab.app, lab.problem = None, "The app cannot be loaded: SyntaxError"
    assert ask(pages, "explain", **asked())["unanswered"] == lab.problem
    assert (ask(pages, "app")["problem"], ask(pages, "app")["routes"]) == (lab.problem, [])


@pytest.mark.parametrize(
    ("text", "origin", "note"),
    [
        ("https://app.example.com", "https://app.example.com", False),
        ("HTTPS://App.example.com:443/", "https://app.example.com", True),
        ("http://localhost:8700/page?x#y", PAGE, True),
        (" null ", "null", True),
    ],
)
def test_an_origin_is_read_as_in_the_configuration(
    pages: FlaskClient, text: str, origin: str, note: bool
) -> None:
    found = ask(pages, "origin", origin=text)
    assert (found["origin"], bool(found["note"])) == (origin, note)
    assert found["isPage"] == (origin == PAGE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("app.example.com", "write scheme://host[:port]"),
        ("", "write scheme://host[:port]"),
        ("https://*.example.com", "is a pattern"),
        (r"https://.+\.example\.com", "is a pattern"),
        (
            "http://a.example:0",
            "is not a port: a number from 1 to 65535, without leading zeros. "
            "Write 'http://a.example'",
        ),
        ("https://\xe9.example", "Write 'https://xn--9ca.example'"),
        ("http://user@a.example", "no user info"),
    ],
)
def test_what_is_no_origin_is_refused_with_what_to_write(
    pages: FlaskClient, text: str, words: str
) -> None:
    assert words in ask(pages, "origin", origin=text)["unanswered"]


def test_the_log_holds_preflights_and_the_page_s_requests_alone(
    pages: FlaskClient, lab: Lab
) -> None:
    app = Client(lab.log.around(make_app()))
    app.get("/items/1", base_url="http://localhost:5000", headers={"Origin": "https://o.example"})
    last = ask(pages, "seen")["last"]
    preflight = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-" + "a" * 5000,
    }
    app.options("/items/1", base_url="http://localhost:5000", headers=preflight)
    app.set_cookie("a", "secret")
    app.get("/items/1", headers={"Origin": "https://other.example"})
    app.put("/items/1?q=1", base_url="http://localhost:5000", headers={"Origin": PAGE})
    app.get("/items/1", base_url="http://localhost:5000")
    found = ask(pages, "seen", after=last, **asked())
    assert [(each["kind"], each["method"], each["status"]) for each in found["entries"]] == [
        ("preflight", "OPTIONS", 200),
        ("actual", "PUT", 200),
        ("actual", "GET", 200),
    ]
    asked_for = dict(found["entries"][0]["asked"])
    assert len(asked_for["Access-Control-Request-Headers"]) == 2000
    assert found["entries"][1]["url"] == "http://localhost:5000/items/1?q=1"
    assert "secret" not in json.dumps(found)


def test_an_exception_that_leaves_the_app_is_a_500(lab: Lab) -> None:
    def failing(environ: object, start_response: object) -> list[bytes]:
        raise RuntimeError("fails")

    with pytest.raises(RuntimeError):
        Client(lab.log.around(failing)).get("/")
    assert [entry.status for entry in lab.log.after(0)] == [500]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_page_asks_comes_back_as_json(pages: FlaskClient, name: str) -> None:
    text = HOSTILE[name].encode(errors="replace").decode()
    for given in (
        asked(origin=text),
        asked(method=text),
        asked(url=f"http://localhost:5000/{text}"),
        asked(headers=[[text, text]]),
    ):
        for question in ("explain", "origin"):
            answer = pages.post(f"/control/{question}", json=given, headers={TOKEN_HEADER: "token"})
            assert answer.content_type == "application/json"
            assert isinstance(answer.get_json(), dict)


# -- the command -------------------------------------------------------------------------

SHOP = """
from flask import Flask
from flask_cors import CORS

app = Flask("shop", static_folder=None)
CORS(app, origins=["http://localhost:8700"])


@app.get("/one")
def one():
    return "one"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "lab_shop.py"
    path.write_text(SHOP)
    return path


@pytest.fixture
def start(shop: Path) -> Iterator[Callable[..., Any]]:
    started = []

    def call(*arguments: str) -> Any:
        process = python(
            "-m", "flask", "--app", str(shop), "cors", "lab", *arguments, PYTHONPATH=os.getcwd()
        )
        started.append(process)
        return process

    yield call
    for process in started:
        end(process)


def page_of(port: int, host: str = "localhost") -> Answer:
    return http(port, "GET", "/", {"Host": f"{host}:{port}"})


def control(port: int, question: str, **given: Any) -> Any:
    found = re.search(r'"token": "([^"]+)"', page_of(port).body)
    assert found
    headers = {
        TOKEN_HEADER: found[1],
        "Content-Type": "application/json",
        "Host": f"localhost:{port}",
    }
    return json.loads(http(port, "POST", f"/control/{question}", headers, json.dumps(given)).body)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_app_and_pages_until_it_is_interrupted(
    start: Callable[..., Any], number: signal.Signals
) -> None:
    page = free_port()
    process = start("--port", "0", "--page-port", str(page), "--no-reload")
    served = read_until(process, APP_LINE)[0]
    read_until(process, re.compile("Press CTRL"))
    app = int(served[2])
    assert "the same site" in page_of(page).body
    assert http(app, "GET", "/one", {"Host": f"localhost:{app}"}).body == "one"
    for port in (app, page):
        assert page_of(port, "evil.test").status == 403
        # The rest of 127.0.0.0/8 is this machine as well, but not the address of the lab.
        with pytest.raises(OSError, match=r"refused|timed out|assign|unreachable"):
            socket.create_connection(("127.0.0.2", port), timeout=2)
    process.send_signal(number)
    assert "Traceback" not in finish(process)


def test_it_reloads_with_the_app_and_shows_what_fails(
    start: Callable[..., Any], shop: Path
) -> None:
    page = free_port()
    process = start("--port", "0", "--page-port", str(page))
    app = int(read_until(process, APP_LINE)[0][2])
    wait_for(app, 200)
    first = control(page, "app")
    assert [each["rule"] for each in first["routes"]] == ["/one"]
    change(shop, "two = = 2")
    wait_for(app, 500)
    assert "SyntaxError" in control(page, "app")["problem"]
    change(shop, SHOP)
    wait_for(app, 200)
    again = control(page, "app")
    assert (again["problem"], again["started"] != first["started"]) == ("", True)


def wait_for(port: int, status: int) -> None:
    """Wait until the app answers with *status*: the reloader then watches the files."""
    for _ in range(300):
        with contextlib.suppress(OSError, HTTPException):
            if http(port, "GET", "/one", {"Host": f"localhost:{port}"}).status == status:
                return
        time.sleep(0.1)
    pytest.fail(f"the app never answered with {status}")


def change(path: Path, text: str) -> None:
    """Write a file so that its time of change is another, whatever the clock's steps."""
    before = path.stat().st_mtime
    path.write_text(text)
    os.utime(path, (before + 10, before + 10))


def test_an_app_that_runs_elsewhere_is_asked(start: Callable[..., Any]) -> None:
    page = free_port()
    process = start("--server", "http://LOCALHOST:5555/x", "--page-port", str(page), "--no-reload")
    read_until(process, re.compile("runs at http://localhost:5555"))
    read_until(process, re.compile("Press CTRL"))
    found = control(page, "app")
    assert (found["runsApp"], found["app"]) == (False, "http://localhost:5555")
    told = control(page, "explain", **asked(url="http://localhost:5555/one"))
    assert (told["verdict"], told["endpoint"]) == ("readable", "one")


def invoke(*arguments: str) -> tuple[int, str]:
    result = FlaskCliRunner(make_app()).invoke(cors, ["lab", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("option", ["--port", "--page-port"])
def test_a_busy_port_is_named_with_the_option_to_choose_another(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        code, output = invoke("--port", "0", "--page-port", "0", option, port)
    assert code == 2
    assert (
        f"cannot listen on port {port}: it is in use. Choose another port with {option}" in output
    )
    assert ("--server http://localhost" in output) == (option == "--port")


def test_a_front_end_that_has_the_port_of_the_pages_is_to_be_stopped() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        _, output = invoke("--port", "0", "--page-port", port)
    assert "--page-port. To have the origin of a front end that runs there, stop it first" in output


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["--port", "8700"], "--port or --page-port"),
        (["--page-port", "5000"], "--port or --page-port"),
        (["--server", "http://localhost:8700"], "--page-port"),
    ],
)
def test_the_app_and_the_pages_need_two_ports(arguments: list[str], options: str) -> None:
    code, output = invoke(*arguments)
    assert code == 2
    assert "The app and the pages of the lab cannot both have port" in output
    assert f"Choose another port with {options}." in output


def test_another_program_that_has_the_port_of_ipv6_is_no_lab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Browsers try ::1 first, so its pages would be taken for the lab's."""
    create = socket.create_server

    def taken(address: tuple[str, int], **given: Any) -> socket.socket:
        if "family" in given:
            raise OSError(errno.EADDRINUSE, "in use")
        return create(address, **given)

    monkeypatch.setattr(socket, "create_server", taken)
    port = str(free_port())
    code, output = invoke("--port", port)
    assert (code, f"cannot listen on port {port}: it is in use" in output) == (2, True)


def test_a_machine_without_ipv6_has_a_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    create = socket.create_server
    served: list[Any] = []

    def missing(address: tuple[str, int], **given: Any) -> socket.socket:
        if "family" in given:
            raise OSError(errno.EADDRNOTAVAIL, "not available")
        return create(address, **given)

    monkeypatch.setattr(socket, "create_server", missing)
    monkeypatch.setattr(serving, "run_simple", lambda *given, **more: served.append(given))
    assert invoke("--port", "0", "--page-port", "0")[0] == 0
    assert len(served) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [("{}", "a list of objects"), ("[{}]", "each with a path"), ("[", "cannot be read")],
)
def test_a_file_of_requests_is_checked(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "requests.json"
    path.write_text(text)
    code, output = invoke("--requests", str(path))
    assert (code, words in output) == (2, True)


def test_what_is_served_and_how(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    saved = tmp_path / "requests.json"
    saved.write_text('[{"path": "/items/1", "title": "An item"}]')
    served: list[Any] = []
    monkeypatch.setattr(serving, "run_simple", lambda *given, **more: served.append((given, more)))
    code, output = invoke(
        "--port", "0", "--page-port", "0", "--requests", str(saved), "--no-reload"
    )
    (host, port, application), options = served[0]
    assert (code, host, options["use_reloader"], options["threaded"]) == (
        0,
        "127.0.0.1",
        False,
        True,
    )
    assert f"shop is served at http://localhost:{port}" in output
    assert "For development only, never for production" in output
    assert Client(application).get("/items/1", headers={"Host": "localhost"}).text == "item"
    page = int(re.findall(r"http://localhost:(\d+)/ in a browser", output)[0])
    assert control(page, "app")["requests"] == [{"path": "/items/1", "title": "An item"}]


def test_the_app_s_own_name_is_kept_where_it_is_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[Any] = []
    monkeypatch.setattr(serving, "run_simple", lambda *given, **more: served.append(given))
    said: list[str] = []
    for name, expected in (("shop.localhost:5000", "shop.localhost"), ("shop.test", "localhost")):
        app = make_app()
        app.config["SERVER_NAME"] = name
        serving.serve(serving.Choice(0, 0), lambda app=app: app, said.append)  # type: ignore[misc]
        assert f"is served at http://{expected}:" in said[-1]
        assert Client(served[-1][2]).get("/", headers={"Host": name}).status_code == 404


def test_the_code_that_fails_after_a_change_is_answered_with_its_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[Any] = []
    monkeypatch.setattr(serving, "run_simple", lambda *given, **more: served.append(given))
    serving.serve(serving.Choice(0, 0), make_app, lambda text: None)
    monkeypatch.setattr(serving, "is_running_from_reloader", lambda: True)

    def load() -> Flask:
        raise SyntaxError("of the app")

    serving.serve(serving.Choice(0, 0), load, lambda text: None)
    answer = Client(served[-1][2]).get("/")
    assert (answer.status_code, "SyntaxError: of the app" in answer.text) == (500, True)
    assert "SyntaxError" in capsys.readouterr().err
