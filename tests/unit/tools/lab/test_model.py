"""The browser model in the lab: it asks over HTTP and shows what the lab's page shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from flask_cors import CORS
from flask_cors.testing import Browser, Reply, Request
from flask_cors.tools.lab.model import Model, Unreachable, _lines, send

PAGE = "https://app.example.com"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    app = Flask(__name__, static_folder=None)
    app.secret_key = "x"
    CORS(app, origins=PAGE, supports_credentials=True, expose_headers="X-Total")

    @app.route("/data", methods=["GET", "PUT"])
    def data() -> Any:
        text = f"{request.host} {request.get_data(as_text=True)}"
        return text, {"X-Total": "1", "Set-Cookie": "a=secret; SameSite=None; Secure"}

    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://localhost:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


def ask(server: str, origin: str = PAGE, **given: Any) -> dict[str, Any]:
    asked = {"method": "GET", "headers": [], "body": "", "credentials": False, "mode": "cors"}
    return Model(server).ask(origin, f"{server}/data?q", {**asked, **given})


def test_what_a_listed_page_reads(server: str) -> None:
    found = ask(server, method="PUT", body="text", headers=[["X-A", "1"]])
    assert (found["kind"], found["status"]) == ("readable", 200)
    assert found["body"] == f"{server.partition('//')[2]} text"
    assert ("x-total", "1") in found["headers"]
    assert [(each["kind"], each["method"], each["status"]) for each in found["sent"]] == [
        ("preflight", "OPTIONS", 200),
        ("actual", "PUT", 200),
    ]
    assert "secret" not in str(found)


def test_the_length_of_a_body_is_sent_once() -> None:
    """Some servers refuse a request that has the header twice."""
    lines = [line for line in _lines(_posted()) if line[0].lower() == "content-length"]
    assert lines == [("Content-Length", "4")]


def _posted() -> Request:
    """Return a request with a body as the model hands it to its transport."""
    sent: list[Request] = []

    def transport(request: Request) -> Reply:
        sent.append(request)
        return Reply(200, ())

    page = Browser(transport=transport, origin=PAGE)
    page.fetch("https://app.example.com/", method="POST", data="text")
    return sent[0]


def test_a_stranger_is_blocked_in_the_words_of_a_console(server: str) -> None:
    found = ask(server, "https://stranger.example")
    assert (found["kind"], found["error"]) == ("blocked", "TypeError: Failed to fetch")
    assert "blocked by CORS policy: No 'Access-Control-Allow-Origin'" in found["console"]


def test_what_is_not_sent_and_what_is_opaque(server: str) -> None:
    found = ask(server, method="TRACE")
    assert (found["kind"], found["sent"]) == ("invalid", [])
    assert ask(server, mode="no-cors")["kind"] == "opaque"


def test_cookies_are_kept_between_requests(server: str) -> None:
    model = Model(server)
    asked = {"method": "GET", "headers": [], "body": "", "credentials": True}
    model.ask(PAGE, f"{server}/data", asked)
    found = model.ask(PAGE, f"{server}/data", asked)
    assert [each["cookies"] for each in found["sent"]] == [["a"]]


@pytest.mark.parametrize("url", ["http://localhost:2/", "https://localhost:2/"])
def test_a_server_that_is_not_there(url: str) -> None:
    with pytest.raises(Unreachable, match="localhost:2 cannot be asked"):
        send(Request("GET", url, ()))
    found = Model("http://localhost:2").ask(
        PAGE, url, {"method": "GET", "headers": [], "body": "", "credentials": False}
    )
    assert found["kind"] == "unreachable"
