"""The advice turns the verdict: each sentence names the option, and following it helps."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from flask_cors import CORS, CorsWarning, cors_exempt, cross_origin, of
from flask_cors.tools.advice import advise, preflight_reasons

PAGE = "https://app.example.com"
OTHER = "https://other.example.com"


def make(config: dict[str, Any] | None = None, **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(config or {})
    if options:
        CORS(app, **options)
    app.add_url_rule("/x", "x", lambda: "x", methods=["GET", "PUT", "PURGE"])
    app.add_url_rule("/off", "off", cors_exempt(lambda: "x"))
    app.add_url_rule("/other", "other", lambda: "x")
    app.add_url_rule("/files/<path:name>", "files", lambda name: "x")
    return app


def advice(app: Flask, *args: Any, **kwargs: Any) -> str:
    return advise(of(app).explain(*args, **kwargs))


def test_there_is_none_for_what_is_not_blocked() -> None:
    assert advice(make(origins=PAGE), "GET", "/x", PAGE) == ""
    assert advice(make(origins=PAGE), "GET", "/x", "http://localhost") == ""
    assert advice(make(origins=PAGE), "GET", "/x") == ""


HERE = rf"CORS\(app\) at {re.escape(__file__)}:\d+"


@pytest.mark.rule("9.explain-change")
@pytest.mark.parametrize(
    ("options", "args", "kwargs", "expected"),
    [
        ({"origins": PAGE}, ("GET", "/x", OTHER), {}, rf"In {HERE}, add '{OTHER}' to origins\."),
        (
            {"origins": PAGE, "methods": "GET"},
            ("PUT", "/x", PAGE),
            {},
            rf"In {HERE}, add 'PUT' to methods\.",
        ),
        (
            {"origins": PAGE},
            ("PURGE", "/x", PAGE),
            {},
            rf"In {HERE}, write methods=\[\.\.\., 'PURGE'\]\.",
        ),
        (
            {"origins": PAGE, "allow_headers": "X-A"},
            ("GET", "/x", PAGE),
            {"headers": ["X-A", "X-B", "X-C"]},
            rf"In {HERE}, add 'x-b', 'x-c' to allow_headers\.",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"In {HERE}, write supports_credentials=True\.",
        ),
        (
            {"origins": PAGE, "methods": "GET", "allow_headers": "X-A"},
            ("PUT", "/x", OTHER),
            {"credentials": True, "headers": ["X-B"]},
            rf"In {HERE}, add '{OTHER}' to origins and 'PUT' to methods and 'x-b' to "
            "allow_headers, and write supports_credentials=True.",
        ),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"In {HERE}, write origins=\['{PAGE}'\] and supports_credentials=True\.",
        ),
        (
            {"origins": "*", "send_wildcard": True},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"In {HERE}, write origins=\['{PAGE}'\] and supports_credentials=True\.",
        ),
        (
            {"max_age": 5},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"In CORS\(app\), write origins=\['{PAGE}'\] and supports_credentials=True\.",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", PAGE),
            {"private_network": True},
            rf"In {HERE}, write allow_private_network=True\.",
        ),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"private_network": True},
            rf"In {HERE}, write origins=\['{PAGE}'\] and allow_private_network=True\.",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", "null"),
            {},
            "Serve the page from an origin of its own: every sandboxed frame .*",
        ),
        (
            {"origins": "*"},
            ("GET", "/x", "null"),
            {"credentials": True},
            "Serve the page from an origin of its own: every sandboxed frame .*",
        ),
        (
            {"origins": PAGE},
            ("GET", "/off", PAGE),
            {},
            "Take cors_exempt away from the view of off.",
        ),
        ({"origins": PAGE}, ("GET", "/files/..%2f", PAGE), {}, "Ask for the path without its .*"),
        (
            {"resources": "/x"},
            ("GET", "/other", PAGE),
            {},
            rf"Put @cross_origin\(\['{PAGE}'\]\) below the route of other, or add a resource that "
            "covers its path.",
        ),
        (
            {},
            ("GET", "/x", PAGE),
            {},
            rf"Call CORS\(app, origins=\['{PAGE}'\]\) for the whole app, or put "
            rf"@cross_origin\(\['{PAGE}'\]\) below the route of x\.",
        ),
        (
            {"resources": "/y"},
            ("GET", "/nowhere", PAGE),
            {},
            "Check the URL: no route serves this path, and no CORS object covers it.",
        ),
        (
            {"origins": PAGE},
            ("TRACE", "/x", PAGE),
            {},
            "Ask for an origin, a method and headers that a page can send.",
        ),
        (
            {"origins": PAGE},
            ("GET", "http://a.example/x", PAGE),
            {},
            "Serve the API over https, or open the page over http.",
        ),
        (
            {"origins": lambda origin: 1},
            ("GET", "/x", PAGE),
            {},
            "Correct the callable, so that it returns True or False.",
        ),
    ],
)
def test_what_to_change(
    options: dict[str, Any], args: tuple[str, ...], kwargs: dict[str, Any], expected: str
) -> None:
    assert re.fullmatch(expected, advice(make(**options), *args, **kwargs))


@pytest.mark.rule("9.explain-change")
@pytest.mark.parametrize(
    ("options", "args", "kwargs", "changed"),
    [
        ({"origins": PAGE}, ("GET", "/x", OTHER), {}, {"origins": [PAGE, OTHER]}),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"credentials": True},
            {"origins": [PAGE], "supports_credentials": True},
        ),
        (
            {"origins": PAGE, "methods": "GET", "allow_headers": "X-A"},
            ("PUT", "/x", OTHER),
            {"credentials": True, "headers": ["X-B"]},
            {
                "origins": [PAGE, OTHER],
                "supports_credentials": True,
                "methods": ["GET", "PUT"],
                "allow_headers": ["X-A", "x-b"],
            },
        ),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"private_network": True},
            {"origins": [PAGE], "allow_private_network": True},
        ),
        ({"resources": "/x"}, ("GET", "/other", PAGE), {}, {"resources": ["/x", "/other"]}),
        ({}, ("GET", "/x", PAGE), {}, {"origins": [PAGE]}),
    ],
)
def test_one_change_is_enough(
    options: dict[str, Any], args: tuple[str, ...], kwargs: dict[str, Any], changed: dict[str, Any]
) -> None:
    told = advice(make(**options), *args, **kwargs)
    names = changed if "resources" not in changed else ["resource"]
    assert [name for name in names if name not in told] == []
    assert advice(make(**{**options, **changed}), *args, **kwargs) == ""


def test_a_page_that_sends_credentials_sees_which_step_fails() -> None:
    app = make(origins=PAGE)
    told = of(app).explain("GET", "/x", PAGE, credentials=True)
    failed = [step for step in told.exchanges[0].steps if not step.ok]
    assert [(step.name, step.text.partition(",")[0]) for step in failed] == [
        ("credentials", "the page sends credentials")
    ]
    app = make(origins=PAGE, supports_credentials=True)
    told = of(app).explain("GET", "/x", PAGE, credentials=True)
    assert all(step.ok for step in told.exchanges[0].steps)


def test_config_is_a_place_to_mend() -> None:
    app = make({"CORS_ORIGINS": [], "CORS_METHODS": "GET"})
    app.add_url_rule("/y", "y", cross_origin(lambda: "y"), methods=["PUT"])
    assert advice(app, "PUT", "/y", PAGE, credentials=True) == (
        f"In the config, add '{PAGE}' to CORS_ORIGINS and 'PUT' to CORS_METHODS, and write "
        "CORS_SUPPORTS_CREDENTIALS = True."
    )


def test_two_places_are_named_one_after_the_other() -> None:
    app = make({"CORS_METHODS": "GET"})
    app.add_url_rule("/y", "y", cross_origin(OTHER)(lambda: "y"), methods=["PUT"])
    told = advice(app, "PUT", "/y", PAGE)
    assert told.startswith("In cross_origin on ")
    assert told.endswith(f"add '{PAGE}' to origins; in the config, add 'PUT' to CORS_METHODS.")


def test_a_mark_that_is_lost_behind_a_decorator() -> None:
    app = make()
    marked = cross_origin(PAGE)(lambda: "y")
    app.add_url_rule("/y", "y", lambda: marked())
    told = of(app).explain("GET", "/y", PAGE)
    assert advise(told) == (
        "Put functools.wraps on that decorator's wrapper, or cross_origin above the decorator."
    )
    assert told.notes[0].startswith("The view of y has a mark without effect: the mark of ")


def test_a_lost_mark_comes_before_what_else_could_be_changed() -> None:
    app = make(origins=OTHER)
    marked = cross_origin(PAGE)(lambda: "y")
    app.add_url_rule("/y", "y", lambda: marked())
    told = of(app).explain("GET", "/y", PAGE)
    assert (told.off, advise(told).partition(",")[0]) == (
        "",
        "Put functools.wraps on that decorator's wrapper",
    )


def test_a_mark_that_is_put_on_after_registration() -> None:
    app = make()

    @app.get("/y")
    def late() -> str:
        return "y"

    cross_origin(PAGE)(late)
    with pytest.warns(CorsWarning):
        told = of(app).explain("GET", "/y", PAGE)
    assert advise(told) == "Write cross_origin below @app.route, next to the function."
    assert told.notes[1] == "CORS is off here: it is on for no route of this app."


def test_a_redirect_to_another_server() -> None:
    app = make(origins=PAGE)
    rule = Rule("/old", endpoint="old", redirect_to="https://elsewhere.example/new")
    app.url_map.add(rule)
    assert advice(app, "GET", "/old", PAGE).startswith(
        "Have the page ask https://elsewhere.example/new itself"
    )


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
