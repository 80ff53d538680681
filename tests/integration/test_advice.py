"""The advice turns the verdict: each sentence names the option, and following it helps."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from flask_cors import CORS, cors_exempt, cross_origin
from flask_cors.advice import advise, preflight_reasons
from flask_cors.extension import state_of

PAGE = "https://app.example.com"
OTHER = "https://other.example.com"


def make(config: dict[str, Any] | None = None, **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(config or {})
    if options:
        CORS(app, **options)
    app.add_url_rule("/x", "x", lambda: "x", methods=["GET", "PUT", "PURGE"])
    app.add_url_rule("/off", "off", cors_exempt(lambda: "x"))
    return app


def advice(app: Flask, *args: Any, **kwargs: Any) -> str:
    return advise(state_of(app).explain(*args, **kwargs))


def test_there_is_none_for_what_is_not_blocked() -> None:
    assert advice(make(origins=PAGE), "GET", "/x", PAGE) == ""
    assert advice(make(origins=PAGE), "GET", "/x", "http://localhost") == ""
    assert advice(make(origins=PAGE), "GET", "/x") == ""


@pytest.mark.parametrize(
    ("options", "args", "kwargs", "words"),
    [
        ({"origins": PAGE}, ("GET", "/x", OTHER), {}, f"Add '{OTHER}' to origins, which CORS(app)"),
        (
            {"origins": PAGE, "methods": "GET"},
            ("PUT", "/x", PAGE),
            {},
            "Add 'PUT' to methods, which CORS(app) at ",
        ),
        (
            {"origins": PAGE},
            ("PURGE", "/x", PAGE),
            {},
            "Add 'PURGE' to methods, which the defaults",
        ),
        (
            {"origins": PAGE, "allow_headers": "X-A"},
            ("GET", "/x", PAGE),
            {"headers": ["X-A", "X-B", "X-C"]},
            "Add 'x-b', 'x-c' to allow_headers, which CORS(app) at ",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", PAGE),
            {"credentials": True},
            "Say supports_credentials=True where origins is set (CORS(app) at ",
        ),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"credentials": True},
            ", with the origins listed.",
        ),
        (
            {"origins": "*", "send_wildcard": True},
            ("GET", "/x", PAGE),
            {"credentials": True},
            "Credentials need an origin by name: list the origins",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", PAGE),
            {"private_network": True},
            "Say allow_private_network=True",
        ),
        ({"origins": PAGE}, ("GET", "/off", PAGE), {}, "Put the endpoint off under CORS"),
        ({"resources": "/y"}, ("GET", "/nowhere", PAGE), {}, "mend the URL first"),
        ({"origins": PAGE}, ("TRACE", "/x", PAGE), {}, "that a page can send"),
        ({"origins": PAGE}, ("GET", "http://a.example/x", PAGE), {}, "over https"),
        ({"origins": lambda origin: 1}, ("GET", "/x", PAGE), {}, "Mend the callable"),
    ],
)
def test_what_to_change(
    options: dict[str, Any], args: tuple[str, ...], kwargs: dict[str, Any], words: str
) -> None:
    assert words in advice(make(**options), *args, **kwargs)


def test_config_is_a_place_to_mend() -> None:
    app = make({"CORS_ORIGINS": []})
    app.add_url_rule("/y", "y", cross_origin(lambda: "y"))
    assert "which CORS_ORIGINS sets" in advice(app, "GET", "/y", PAGE)


def test_a_redirect_to_another_server() -> None:
    app = make(origins=PAGE)
    rule = Rule("/old", endpoint="old", redirect_to="https://elsewhere.example/new")
    app.url_map.add(rule)
    told = advice(app, "GET", "/old", PAGE)
    expected = "The request is redirected: https://elsewhere.example/new has to allow the origin"
    assert told.startswith(expected)


def test_options_that_cannot_be_combined() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=PAGE, resources={"/a/secret/*": {"supports_credentials": True}})
    app.config["CORS_ORIGINS"] = PAGE
    app.add_url_rule("/a/<path:p>", "a", cross_origin(expose_headers="*")(lambda p: p))
    assert "cannot be combined" in advice(app, "GET", "/a/secret/x", PAGE)


def test_a_preflight_that_reaches_the_app() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/x", "x", cross_origin(PAGE, automatic_options=False)(lambda: "x"))
    told = advice(app, "DELETE", "/x", PAGE)
    assert told.startswith("The preflight reaches the app")


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {}, []),
        ("post", {"Content-Type": "text/plain"}, []),
        (
            "POST",
            {"Content-Type": "application/json"},
            ["the request header content-type: application/json is not safelisted"],
        ),
        (
            "put",
            {"X-B": "1", "X-A": "1"},
            [
                "the method PUT is none of GET, HEAD and POST",
                "the request header x-a is not safelisted",
                "the request header x-b is not safelisted",
            ],
        ),
        ("TRACE", {}, []),
    ],
)
def test_reasons_for_a_preflight(method: str, headers: dict[str, str], expected: list[str]) -> None:
    assert preflight_reasons(method, headers) == expected
