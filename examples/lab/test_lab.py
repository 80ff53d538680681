"""The sample app: who may read what, and the requests that the lab offers for it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from examples.conftest import end, http, python, read_until
from examples.lab import create_app
from flask_cors import of
from tests.lab_server import free_port

FOLDER = Path(__file__).parent
REQUESTS: list[dict[str, Any]] = json.loads((FOLDER / "requests.json").read_text("utf-8"))
ORIGINS = ("http://localhost:8700", "http://127.0.0.1:8700", "https://stranger.example", "null")

# Who may read what: the page on localhost, on 127.0.0.1, a stranger, and null.
READABLE = {
    "Open to every page": "++++",
    "One origin": "+---",
    "A wildcard origin": "+---",
    "Credentials: signing in": "++--",
    "Credentials: using the cookie": "++--",
    "Credentials where none are allowed": "----",
    "A header that is allowed": "++--",
    "A header that is not allowed": "----",
    "A method with its own policy: GET": "++++",
    "A method with its own policy: PUT": "+---",
    "A method without a policy: DELETE": "----",
    "A nested blueprint": "++--",
    "An exempt view": "----",
    "An authentication hook, passed": "++--",
    "An authentication hook, refused": "++--",
    "404": "++++",
    "500": "++++",
    "A redirect to the slash": "++++",
}


def test_each_request_shows_what_its_title_says() -> None:
    explain = of(create_app()).explain
    signs = {"readable": "+", "blocked": "-"}

    def sign(request: dict[str, Any], origin: str) -> str:
        told = explain(
            request.get("method", "GET"),
            request["path"],
            origin,
            headers=request.get("headers", {}),
            credentials=request.get("credentials", False),
            base_url="http://localhost:5000",
        )
        return signs[told.verdict]

    assert {
        request["title"]: "".join(sign(request, origin) for origin in ORIGINS)
        for request in REQUESTS
    } == READABLE


def test_every_request_says_what_it_is_there_to_show() -> None:
    assert all(request["note"].endswith(".") for request in REQUESTS)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/public/weather", 200),
        ("GET", "/public/cities/", 200),
        ("GET", "/public/broken", 500),
        ("GET", "/public/exempt", 200),
        ("GET", "/one-origin", 200),
        ("GET", "/wildcard-origin", 200),
        ("GET", "/one-header", 200),
        ("GET", "/note", 200),
        ("PUT", "/note", 200),
        ("DELETE", "/note", 200),
        ("GET", "/shop/orders/7", 200),
        ("GET", "/members/", 401),
    ],
)
def test_the_views_answer(method: str, path: str, status: int) -> None:
    assert create_app().test_client().open(path, method=method).status_code == status


def test_a_login_lasts() -> None:
    client = create_app().test_client()
    assert client.get("/account").json == {"signed_in": False}
    assert client.put("/session").json == {"signed_in": True}
    assert client.get("/account").json == {"signed_in": True}
    members = client.get("/members/", headers={"Authorization": "Bearer lab"})
    assert members.json == {"member": True}


def test_the_demo_is_the_command_on_this_app() -> None:
    recipe = re.search(r"^demo:.*\n\t(.*)$", (FOLDER.parents[1] / "Makefile").read_text(), re.M)
    assert recipe
    arguments = recipe[1].replace("$(BIN)/python ", "").replace("$(DEMO_ARGS)", "").split()
    port = free_port()
    process = python(*arguments, "--port", "0", "--page-port", str(port), "--no-reload")
    try:
        read_until(process, re.compile("Press CTRL"))
        assert "CORS lab: examples.lab.api" in http(port, "GET", "/").body
    finally:
        end(process)
