"""What ``enforce`` adds to a request, in calls: nothing where it is off, little where it is on."""

from __future__ import annotations

import pytest
from flask import Flask

from benchmarks.calls import count
from benchmarks.wsgi import Ask, environ, repeat
from flask_cors import CORS

SITE = "https://site.example"
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}


def calls(headers: dict[str, str], **options: bool) -> int:
    """Return the calls of one request, once the app is warm."""
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "x")
    CORS(app, origins=SITE, **options)  # type: ignore[arg-type]
    template = environ(Ask("/", "GET", headers))
    repeat(app, template, 20)
    return count(lambda: repeat(app, template, 1))


@pytest.mark.rule("11.enforce")
@pytest.mark.parametrize(
    ("headers", "most"),
    [({}, 6), (OWN, 6), ({"Origin": SITE}, 12), ({"Origin": SITE, "Sec-Fetch-Site": "none"}, 6)],
    ids=["no origin", "same origin", "allowed", "typed"],
)
def test_on_it_calls_few_functions(headers: dict[str, str], most: int) -> None:
    assert calls(headers, enforce=True) - calls(headers, enforce=False) <= most
