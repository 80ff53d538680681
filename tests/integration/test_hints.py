"""Every hint, followed once, gives a configuration that starts and does what was meant."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, CorsWarning, cross_origin
from flask_cors.errors import Problem, Report, Source
from flask_cors.options.reader import judge_keys, read_config, read_options
from flask_cors.options.schema import OPTIONS
from flask_cors.options.unknown import hint_for_positional
from flask_cors.patterns.unintended_origins import stranger_let_in
from flask_cors.policy.policy import Policy
from tests.hints import followed, written
from tests.seeds import BAD_ORIGINS, DROPPED_ORIGINS

APP = "https://app.example.com"
LOCAL = "http://localhost:3000"
SOURCE = Source("app", "CORS(app)", "app.py", 7)

# What was given, the origin of the page that was meant, and whether with credentials.
MEANT: list[tuple[dict[str, Any], str, bool]] = [
    ({"origins": f"{LOCAL}, localhost:3001"}, LOCAL, False),
    ({"origins": f"{LOCAL}, localhost:3001"}, "http://localhost:3001", False),
    # -- options that there are none of
    ({"support_credentials": True}, APP, True),
    ({"support_credentials": "true"}, APP, True),
    ({"supports_credential": True, "origins": [LOCAL]}, LOCAL, True),
    ({"allow_credentials": True, "origin": LOCAL}, LOCAL, True),
    ({"allow_credentials": True, "resources": {"/*": {"origins": "*"}}}, APP, True),
    ({"allow_credentials": True, "resources": {"/*": {}}}, APP, True),
    ({"Access-Control-Allow-Credentials": True, "Access-Control-Allow-Origin": APP}, APP, True),
    ({"support_credentials": True, "supports_credentials": True}, APP, True),
    ({"origin": "localhost", "headers": ["Content- Type", "Authorization"]}, "http://localhost", 0),
    (
        {"origin": "localhost", "headers": ["Content- Type", "application/json"]},
        "http://localhost",
        0,
    ),
    ({"origin": "*"}, APP, False),
    ({"origins": "undefined"}, APP, False),
    ({"origins": ["true"]}, APP, False),
    ({"allow_origins": [LOCAL, APP]}, LOCAL, False),
    ({"origin": "localhost:3000, app.example.com"}, LOCAL, False),
    ({"cors_allowed_origins": "*"}, APP, False),
    ({"whitelist": [f"{LOCAL}/"]}, LOCAL, False),
    ({"resource": {"/*": {"origins": "*"}}}, APP, False),
    ({"resource": {"/*": {"origins": LOCAL}}}, LOCAL, False),
    ({"resource": "/api/*", "origins": APP}, APP, False),
    ({"allowed_headers": ["Content-Type"]}, APP, False),
    ({"allowed_methods": ["GET", "PUT"]}, APP, False),
    ({"vary_headers": True, "max-age": 600, "exposed_headers": "X-A"}, APP, False),
    ({"static_folder": "/files", "SECRET_KEY": "abc"}, APP, False),
    ({"resources": {"/*": {"origin": LOCAL}}}, LOCAL, False),
    ({"resources": {"/*": {"origin": "*"}}}, APP, False),
    ({"resources": {"/*": {"support_credentials": True}}}, APP, True),
    ({"resources": {"/*": {"origin": LOCAL}}, "support_credentials": True}, LOCAL, True),
    # -- what cannot be granted together
    ({"supports_credentials": True}, APP, True),
    ({"supports_credentials": True, "origins": "*"}, APP, True),
    ({"supports_credentials": True, "origins": ["https?://.*"]}, APP, True),
    ({"supports_credentials": True, "resources": {"/*": {"origins": "*"}}}, APP, True),
    ({"resources": {"/*": {"origins": "*", "supports_credentials": True}}}, APP, True),
    ({"supports_credentials": True, "origins": ["null", APP]}, APP, True),
    ({"supports_credentials": True, "origins": APP, "expose_headers": "*"}, APP, True),
    # -- origins
    ({"origins": "/*"}, APP, False),
    ({"origins": "http://localhost:3000/*"}, LOCAL, False),
    ({"origins": "localhost:*"}, LOCAL, False),
    ({"origins": "http://localhost*"}, LOCAL, False),
    ({"origins": "http://localhost.*"}, LOCAL, False),
    ({"origins": r"localhost:\d+"}, LOCAL, False),
    ({"origins": re.compile(r"example\.com$")}, "https://example.com", False),
    ({"origins": ["localhost", "example.com"]}, "https://example.com", False),
    ({"origins": "example.com, localhost:3000"}, LOCAL, False),
    ({"origins": "'https://app.example.com'"}, APP, False),
    ({"origins": '"http://localhost:3000", "https://app.example.com"'}, LOCAL, False),
    ({"origins": '["http://localhost:3000", "https://app.example.com"]'}, LOCAL, False),
    ({"origins": "[http://localhost:3000, https://app.example.com]"}, LOCAL, False),
    ({"origins": "*://app.example.com"}, APP, False),
    ({"origins": "http*://app.example.com"}, APP, False),
    ({"origins": "https://app.example.com/*, /*"}, APP, False),
    ({"origins": "*.example.com"}, APP, False),
    ({"origins": "https://*example.com"}, APP, False),
    ({"origins": "https://*.app.*"}, "https://x.app.example", False),
    ({"origins": "htps://app.example.com"}, "https://app.example.com", False),
    ({"origins": "https//app.example.com"}, "https://app.example.com", False),
    ({"origins": "https;//app.example.com"}, "https://app.example.com", False),
    ({"origins": ["http//localhost:3000"]}, "http://localhost:3000", False),
    ({"origins": r"https:\\app.example.com"}, "https://app.example.com", False),
    ({"origins": "http://192.168.*"}, "http://192.168.7.9", False),
    ({"origins": "https://app.*.example.com"}, "https://app.eu.example.com", False),
    ({"origins": "https://app-*.example.com"}, "https://app-1.example.com", False),
    ({"origins": "https://*-app.example.com"}, "https://x-app.example.com", False),
    ({"origins": "https://*.*.example.com"}, "https://a.b.example.com", False),
    ({"origins": "https://.*.example.com"}, APP, False),
    ({"origins": r"^https://*\.example\.com$"}, APP, False),
    ({"origins": "http://192.168.1.*"}, "http://192.168.1.7", False),
    ({"origins": "http://192.168.*.*:3000"}, "http://192.168.1.7:3000", False),
    ({"origins": "https://shop.*"}, "https://shop.example", False),
    ({"origins": "https://*"}, APP, False),
    ({"origins": "https://user:pw@app.example.com/x"}, APP, False),
    ({"origins": "https://bücher.example"}, "https://xn--bcher-kva.example", False),
    ({"origins": "https://app.example.com:99999"}, APP, False),
    ({"origins": ["https://app.example.com", None, ""]}, APP, False),
    ({"origins": ["https://app.example.com "]}, APP, False),
    ({"origins": True}, APP, False),
    ({"origins": re.compile(rb"https://app\.example\.com")}, APP, False),
    # -- header names, methods, times
    ({"allow_headers": ["Content-Type: application/json"]}, APP, False),
    ({"allow_headers": "Content-Type: application/json"}, APP, False),
    ({"allow_headers": ["application/json"]}, APP, False),
    ({"allow_headers": "'Content-Type'"}, APP, False),
    ({"allow_headers": ["Content\u2013Type", None]}, APP, False),
    ({"expose_headers": ["X Total:", ""]}, APP, False),
    ({"methods": ["GET, PUT"]}, APP, False),
    ({"methods": '["GET", "PUT"]'}, APP, False),
    ({"methods": "GET;PUT"}, APP, False),
    ({"max_age": "10 minutes"}, APP, False),
    ({"max_age": 599.6}, APP, False),
    ({"supports_credentials": "False"}, APP, False),
    # -- resources
    ({"resources": {"https://app.example.com": {}}}, APP, False),
    ({"resources": {"http://localhost:3000/*": {"origins": LOCAL}}}, LOCAL, False),
    ({"resources": "https://app.example.com/api/*"}, APP, False),
    ({"resources": "api/*"}, APP, False),
    ({"resources": {"api/*": {"origins": LOCAL}}}, LOCAL, False),
    ({"resources": {"/api/*": LOCAL}}, LOCAL, False),
    ({"resources": {"origins": LOCAL}}, LOCAL, False),
    ({"resources": '{"/api/*": {"origins": "http://localhost:3000"}}'}, LOCAL, False),
    ({"resources": 5}, APP, False),
]


def problems_of(options: Mapping[str, Any]) -> list[Problem]:
    """Return all that is wrong in one call, as errors or as warnings."""
    report = Report(SOURCE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = read_options(options, "app", report)
    effective = dict(read_config({}, report)) | settings
    for resource in (settings["resources"].value or ()) if "resources" in settings else [None]:
        policy = Policy.of({**effective, **(resource.settings if resource else {})})
        report.degraded.extend(policy.degraded)
    return [*report.problems, *report.degraded]


def serve(options: Mapping[str, Any]) -> Flask:
    """Return an app that starts without a warning, but of old names and of normalised origins."""
    app = Flask("sample", static_folder=None)
    app.add_url_rule("/api/items", "items", lambda: "seen", methods=["GET", "PUT"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", ".*write it like this", CorsWarning)
        CORS(app, **options)
        app.extensions["cors"].reload()
    return app


def reads(app: Flask, origin: str, credentials: bool) -> bool:
    """Return whether a page of *origin* may send JSON by PUT and read the response."""
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    client = app.test_client()
    preflight = client.options("/api/items", headers={"Origin": origin, **asked}).headers
    actual = client.put("/api/items", headers={"Origin": origin}).headers
    return (
        all(
            headers.get("Access-Control-Allow-Origin") == origin
            and (headers.get("Access-Control-Allow-Credentials") == "true") >= credentials
            for headers in (preflight, actual)
        )
        and "PUT" in preflight["Access-Control-Allow-Methods"]
        and preflight.get("Access-Control-Allow-Headers") == "content-type"
    )


@pytest.mark.rule("8.all-problems")
@pytest.mark.parametrize(("options", "origin", "credentials"), MEANT, ids=lambda value: repr(value))
def test_a_hint_that_is_followed_once_ends_the_matter(
    options: dict[str, Any], origin: str, credentials: bool
) -> None:
    problems = problems_of(options)
    fixed = followed(options, problems)
    assert problems_of(fixed) == []
    assert reads(serve(fixed), origin, bool(credentials)), fixed


@pytest.mark.parametrize(("options", "origin", "credentials"), MEANT, ids=lambda value: repr(value))
def test_a_hint_says_in_words_what_its_fix_says(
    options: dict[str, Any], origin: str, credentials: bool
) -> None:
    for problem in problems_of(options):
        assert problem.hint.endswith(".")
        for value in (problem.fix or {}).values():
            items = value if isinstance(value, list) else [value]
            for item in items:
                shown = item.pattern if isinstance(item, re.Pattern) else item
                assert ascii(shown) in problem.hint or "json.loads" in problem.hint, problem


@pytest.mark.rule("7.hints-closed")
@pytest.mark.parametrize(
    "given", [value for value, _ in (*BAD_ORIGINS, *DROPPED_ORIGINS)], ids=ascii
)
def test_what_is_proposed_for_origins_is_accepted_and_closed(given: object) -> None:
    report = Report(SOURCE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        OPTIONS["origins"].parse(given, report, "origins")
    for problem in (*report.problems, *report.degraded):
        proposed = [*written(problem.hint), *(problem.fix or {}).values()]
        for value in proposed:
            other = Report(SOURCE)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                origins = OPTIONS["origins"].parse(value, other, "origins")
            assert (other.problems, other.degraded) == ([], [])
            if not isinstance(value, re.Pattern):
                assert [stranger_let_in(regex) for regex in origins.regexes] == [None] * len(
                    origins.regexes
                )


# -- arguments without a name --------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ({"origins": LOCAL}, {"origins": LOCAL}),
        ({"origin": "localhost:3000"}, {"origins": LOCAL}),
        ({"origins": "*", "methods": ["GET"]}, {"origins": "*", "methods": ["GET"]}),
        ({"/api/*": {"origins": LOCAL}}, {"resources": {"/api/*": {"origins": LOCAL}}}),
        ("/api/*", {"resources": "/api/*"}),
        (["/api/*"], {"resources": ["/api/*"]}),
        (LOCAL, {"origins": LOCAL}),
        ("localhost:3000", {"origins": LOCAL}),
        ([LOCAL, APP], {"origins": [LOCAL, APP]}),
        ("*", {"origins": "*"}),
        (5, {}),
    ],
)
def test_the_error_names_the_option_of_an_argument_without_a_name(
    given: object, fix: object
) -> None:
    text, found = hint_for_positional(given)
    assert found == fix
    for name, value in (found or {}).items():
        assert f"{name}={value!a}" in text
    assert serve(found or {})


@pytest.mark.rule("8.foreign-config")
def test_a_config_key_of_another_library_is_named_with_its_option() -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning, match="CORS_ALLOWED_ORIGINS") as caught:
        judge_keys({"CORS_ALLOWED_ORIGINS": [LOCAL]}, report)
    assert "write CORS_ORIGINS" in str(caught[0].message)
    (problem,) = report.degraded
    assert problem.fix == {"origins": [LOCAL]}


def test_headers_of_config_that_are_a_media_type_change_nothing_for_the_client() -> None:
    app = Flask("sample", static_folder=None)
    app.add_url_rule("/api/items", "items", cross_origin(LOCAL)(lambda: "seen"), methods=["PUT"])
    app.config["CORS_HEADERS"] = "application/json"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert reads(app, LOCAL, False)
    messages = [str(found.message) for found in caught if found.category is CorsWarning]
    assert len(messages) == 1
    assert "write 'Content-Type'" in messages[0].lower().replace("content-type", "Content-Type")
