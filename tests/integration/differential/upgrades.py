"""Random apps for ``check --upgrade``, built and asked the same under either version.

Run by the interpreter of 6.0.5 as a program: prints what pages can read, as JSON. Imports nothing
of the tests.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import warnings
from typing import Any

from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin

A, B, C = "https://a.example.com", "https://b.example.com", "https://c.example.net"
ORIGINS: list[Any] = [
    *("*", A, [A, B], [], [A, "*"], [A, f"{B}:8443"], f"{A}/", f"{A}, {B}", f"{A}|{B}", "null"),
    *("https://*.example.com", r"https://.*\.example\.com", r"https://[a-z]+\.example\.com$"),
    *("http://localhost:*", "https://.+.example.com", "http://[::1]:3000", ".*"),
]
HEADERS: list[Any] = [
    *("*", ["X-A"], "X-.*", "Content-Type", [], ["X-A", "Content-Type"], "X-A, X-B", "X-.+"),
]
METHODS: list[Any] = [["GET"], "GET, PUT", ["get", "put"], []]
PATTERNS = ["/x", "/*", "/api/*", "/b/*", "/x|/y", "/b/.*x", "*", r"^/b/x$"]
PAGES = [
    *(A, B, C, f"{A}:8443", "https://q.example.com", "https://example.com"),
    *(
        "null",
        "http://localhost:3000",
        f"{A}.evil.net",
        "https://stranger.invalid",
        "http://[::1]:3000",
    ),
]
PATHS = ["/x", "/b/x", "/api/x", "/apix", "/bx", "/b/y.x"]
Options = dict[str, Any]
#: A path, a page, and whether it can read the response, does so with credentials, may ask
#: with PUT, and may send X-A and X-Odd.
Page = tuple[str, str, bool, bool, bool, bool, bool]
Seen = list[Page]


def options(draw: random.Random) -> Options:
    """Return some options of one place."""
    found: Options = {}
    if draw.random() < 0.7:
        found["origins"] = draw.choice(ORIGINS)
    if draw.random() < 0.3:
        found["supports_credentials"] = draw.random() < 0.7
    if draw.random() < 0.3:
        found["allow_headers"] = draw.choice(HEADERS)
    if draw.random() < 0.2:
        found["methods"] = draw.choice(METHODS)
    return found


def make(number: int) -> Flask:
    """Return the app that a number decides."""
    draw = random.Random(number)
    app = Flask("drawn", static_folder=None)
    given = options(draw).items()
    app.config |= {f"CORS_{name.upper()}": value for name, value in given if draw.random() < 0.3}
    for _ in range(draw.choice([0, 1, 1, 1, 2])):
        said = options(draw)
        if draw.random() < 0.5:
            few = draw.sample(PATTERNS, draw.choice([1, 2]))
            said["resources"] = {pattern: options(draw) for pattern in few}
        CORS(app, **said)
    blueprint = Blueprint("b", "drawn", url_prefix="/b")
    if draw.random() < 0.5:
        CORS(blueprint, **options(draw))
    for target in (app, blueprint):
        view = _view()
        if draw.random() < 0.3:
            view = cross_origin(**options(draw))(view)
        target.add_url_rule("/x", "x", view)
    app.register_blueprint(blueprint)
    if draw.random() < 0.4:
        app.add_url_rule("/<path:rest>", "rest", _view(), methods=["GET", "PUT"])
    return app


def _view() -> Any:
    return lambda **values: "x"


def seen(app: Flask) -> Seen:
    """Return what pages can read."""
    found = []
    client = app.test_client()
    for path in PATHS:
        for page in PAGES:
            response = client.get(path, headers={"Origin": page})
            headers = response.headers
            allowed = headers.get("Access-Control-Allow-Origin")
            credentials = headers.get("Access-Control-Allow-Credentials") == "true"
            reads = response.status_code == 200 and allowed in ("*", page)
            may = [reads and each for each in _preflight(client, path, page)]
            found.append((path, page, reads, reads and allowed == page and credentials, *may))
    return found


def _preflight(client: Any, path: str, page: str) -> tuple[bool, bool, bool]:
    """Return whether a page may ask with PUT, and send each of two headers."""
    asked = {
        "Origin": page,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-a, x-odd",
    }
    headers = client.options(path, headers=asked).headers
    passes = headers.get("Access-Control-Allow-Origin") in ("*", page)
    methods = headers.get("Access-Control-Allow-Methods", "").replace(" ", "").split(",")
    names = headers.get("Access-Control-Allow-Headers", "").lower().replace(" ", "").split(",")
    return passes and "PUT" in methods, passes and "x-a" in names, passes and "x-odd" in names


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable()
    json.dump([seen(make(number)) for number in range(int(sys.argv[1]))], sys.stdout)
