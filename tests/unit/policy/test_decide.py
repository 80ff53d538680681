"""The protocol by itself: policies and request facts in, decisions out; no Flask."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import Any

import pytest

from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS, Setting
from flask_cors.policy.decide import Decision, decide
from flask_cors.policy.facts import Grant, Preflight
from flask_cors.policy.policy import Policy
from flask_cors.policy.steps import Step, steps

ME = "https://app.example"
YOU = "https://you.example"
FETCH = "https://fetch.spec.whatwg.org/#"

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
NETWORK = ("Access-Control-Allow-Private-Network", "true")
ALL_METHODS = ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")


def policy(**options: Any) -> Policy:
    """Compile the policy of an app that sets these options."""
    report = Report(Source("app", "CORS(app)"))
    settings = read_options(options, "app", report)
    report.raise_if_any()
    return Policy.of({**DEFAULTS, **settings})


def acao(value: str) -> tuple[str, str]:
    return (ALLOW_ORIGIN, value)


def acam(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Methods", value)


def acah(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Headers", value)


def says_yes(origin: str) -> bool:
    return True


def says_no(origin: str) -> bool:
    return False


def says_something(origin: str) -> Any:
    return "yes"


def breaks(origin: str) -> bool:
    raise LookupError("no database")


# -- Access-Control-Allow-Origin and Vary ----------------------------------------------


@pytest.mark.rule("6.acao", "6.acac", "6.vary", "6.no-vary", "7.any")
@pytest.mark.parametrize(
    ("options", "origin", "headers", "vary"),
    [
        # Any origin.
        ({}, ME, [acao(ME)], True),
        ({}, "HTTPS://App.Example", [acao("HTTPS://App.Example")], True),
        ({}, "null", [acao("null")], True),
        ({}, "example.com", [acao("example.com")], True),
        ({}, "!~", [acao("!~")], True),
        ({}, "x" * 512, [acao("x" * 512)], True),
        ({}, "x" * 513, [acao("*")], False),
        ({}, "https://a,b", [acao("*")], False),
        ({}, "https://a b", [acao("*")], False),
        ({}, "https://a\tb", [acao("*")], False),
        ({}, "https://a\r\nX: y", [acao("*")], False),
        ({}, "https://\xe9", [acao("*")], False),
        ({}, "https://a\x7f", [acao("*")], False),
        ({"send_wildcard": True}, ME, [acao("*")], False),
        ({"send_wildcard": True, "vary_header": False}, ME, [acao("*")], False),
        ({"vary_header": False}, ME, [acao(ME)], False),
        ({"origins": ["*", ME]}, ME, [acao(ME)], True),
        # One literal origin.
        ({"origins": ME}, ME, [acao(ME)], False),
        ({"origins": ME}, "https://APP.example", [acao("https://APP.example")], True),
        ({"origins": ME}, YOU, [], True),
        ({"origins": ME, "send_wildcard": True}, ME, [acao(ME)], False),
        ({"origins": ME, "always_send": False}, ME, [acao(ME)], True),
        ({"origins": ME, "always_send": False}, YOU, [], True),
        ({"origins": ME, "vary_header": False}, YOU, [], False),
        ({"origins": "null"}, "null", [acao("null")], False),
        ({"origins": ME, "supports_credentials": True}, ME, [acao(ME), CREDENTIALS], False),
        ({"origins": ME, "supports_credentials": True}, YOU, [], True),
        # More than one, and patterns.
        ({"origins": [ME, YOU]}, ME, [acao(ME)], True),
        ({"origins": [ME, YOU]}, "https://third.example", [], True),
        (
            {"origins": "https://*.me.example"},
            "https://a.me.example",
            [acao("https://a.me.example")],
            True,
        ),
        ({"origins": "https://*.me.example"}, "https://me.example", [], True),
        ({"origins": re.compile("https://[a-z]+.example")}, ME, [acao(ME)], True),
        ({"origins": says_yes}, ME, [acao(ME)], True),
        ({"origins": says_no}, ME, [], True),
        ({"origins": says_something}, ME, [], True),
        ({"origins": breaks}, ME, [], True),
        ({"origins": [ME, breaks]}, ME, [acao(ME)], True),
        # Nobody: no other origin changes anything.
        ({"origins": []}, ME, [], False),
    ],
)
def test_a_request_with_an_origin(
    options: dict[str, Any], origin: str, headers: list[tuple[str, str]], vary: bool
) -> None:
    decision = decide(policy(**options), origin)
    assert list(decision.headers) == headers
    assert decision.vary is vary
    assert decision.origin == origin
    assert decision.allow_origin == (headers[0][1] if headers else None)
    assert decision.allowed is bool(headers)
    assert bool(decision.reason) is not bool(headers)
    assert decision.preflight is None
    assert decision.grant is None


@pytest.mark.rule("6.acao-without", "6.acac", "6.aceh", "6.vary")
@pytest.mark.parametrize("origin", [None, ""])
@pytest.mark.parametrize(
    ("options", "headers", "vary"),
    [
        ({}, [acao("*")], False),
        ({"send_wildcard": True}, [acao("*")], False),
        ({"always_send": False}, [], True),
        ({"always_send": False, "send_wildcard": True}, [], True),
        ({"always_send": False, "vary_header": False}, [], False),
        ({"origins": ME}, [acao(ME)], False),
        ({"origins": ME, "supports_credentials": True}, [acao(ME), CREDENTIALS], False),
        ({"origins": ME, "always_send": False}, [], True),
        ({"origins": [ME, ME]}, [acao(ME)], False),
        ({"origins": [ME, YOU]}, [], True),
        ({"origins": [ME, "https://*.a.example"]}, [acao(ME)], True),
        ({"origins": [ME, re.compile("https://x")]}, [acao(ME)], True),
        ({"origins": [ME, says_yes]}, [acao(ME)], True),
        ({"origins": re.compile(".*"), "supports_credentials": True}, [], True),
        ({"origins": says_yes}, [], True),
        ({"origins": []}, [], False),
        (
            {"expose_headers": "X-B, X-A"},
            [acao("*"), ("Access-Control-Expose-Headers", "X-A, X-B")],
            False,
        ),
    ],
)
def test_a_request_without_an_origin(
    origin: str | None, options: dict[str, Any], headers: list[tuple[str, str]], vary: bool
) -> None:
    decision = decide(policy(**options), origin)
    assert list(decision.headers) == headers
    assert decision.vary is vary
    assert decision.origin is None
    assert decision.allowed is False
    assert decision.reason == ""


@pytest.mark.rule("6.aceh", "6.private-network")
def test_an_actual_response_has_no_preflight_headers() -> None:
    rules = policy(
        origins=[ME, YOU],
        supports_credentials=True,
        expose_headers=["X-Total", "ETag"],
        max_age=5,
        allow_private_network=True,
    )
    assert decide(rules, ME).headers == (
        acao(ME),
        CREDENTIALS,
        ("Access-Control-Expose-Headers", "ETag, X-Total"),
    )


# -- preflights ------------------------------------------------------------------------


@pytest.mark.rule(
    "6.aceh", "6.acam", "6.acah", "6.private-network", "6.methods-exact", "6.names-case", "6.tokens"
)
@pytest.mark.parametrize(
    ("options", "asked", "headers"),
    [
        ({}, Preflight("PUT"), [ALL_METHODS]),
        ({"max_age": 600}, Preflight("PUT"), [ALL_METHODS, ("Access-Control-Max-Age", "600")]),
        ({"max_age": 0}, Preflight("PUT"), [ALL_METHODS, ("Access-Control-Max-Age", "0")]),
        (
            {"max_age": timedelta(minutes=1)},
            Preflight("PUT"),
            [ALL_METHODS, ("Access-Control-Max-Age", "60")],
        ),
        # The method.
        ({"methods": ["PUT", "get"]}, Preflight("GET"), [acam("GET, PUT")]),
        ({"methods": ["PUT"], "max_age": 5}, Preflight("GET", "X-A"), []),
        ({"methods": ["PUT"]}, Preflight("put"), []),
        ({"methods": ["GET"]}, Preflight("ET"), []),
        ({"methods": ["patch"]}, Preflight("PATCH"), [acam("PATCH")]),
        ({"methods": ["patch"]}, Preflight("patch"), []),
        ({"methods": []}, Preflight("GET"), []),
        ({"methods": "*"}, Preflight("PURGE"), [acam("PURGE")]),
        ({"methods": "*"}, Preflight("patch"), [acam("patch")]),
        ({"methods": ["*", "GET"]}, Preflight("PURGE"), [acam("PURGE")]),
        ({"methods": ["*", "GET"]}, Preflight("GET"), [acam("GET")]),
        ({"methods": "*"}, Preflight("A B"), []),
        ({"methods": "*"}, Preflight("A\r\nX: y", "X-A"), []),
        (
            {"methods": "*", "max_age": 1},
            Preflight("*"),
            [("Access-Control-Max-Age", "1"), acam("*")],
        ),
        # The request headers.
        ({}, Preflight("PUT", ""), [ALL_METHODS]),
        ({}, Preflight("PUT", " , ,\t"), [ALL_METHODS]),
        ({}, Preflight("PUT", "x-b,X-A"), [ALL_METHODS, acah("X-A, x-b")]),
        ({}, Preflight("PUT", " x-b\t,  X-A,"), [ALL_METHODS, acah("X-A, x-b")]),
        ({}, Preflight("PUT", "x-a,x-a"), [ALL_METHODS, acah("x-a, x-a")]),
        ({}, Preflight("PUT", "x-a,b c,\xe9,x\r\ny,a:b"), [ALL_METHODS, acah("x-a")]),
        ({}, Preflight("PUT", "b c"), [ALL_METHODS]),
        ({}, Preflight("PUT", "x-a\r\n,\x0bx-b,x-c"), [ALL_METHODS, acah("x-c")]),
        ({"allow_headers": "X-A"}, Preflight("PUT", "x-a,x-b"), [ALL_METHODS, acah("x-a")]),
        ({"allow_headers": []}, Preflight("PUT", "x-a"), [ALL_METHODS]),
        ({"allow_headers": r"x-\w+"}, Preflight("PUT", "X-A,y"), [ALL_METHODS, acah("X-A")]),
        # Private networks.
        ({"allow_private_network": True}, Preflight("PUT"), [ALL_METHODS]),
        ({}, Preflight("PUT", None, True), [ALL_METHODS]),
        (
            {"allow_private_network": True},
            Preflight("PUT", "x-a", True),
            [ALL_METHODS, acah("x-a"), NETWORK],
        ),
        (
            {"allow_private_network": True, "methods": "GET"},
            Preflight("PUT", None, True),
            [NETWORK],
        ),
        # Never on preflights.
        ({"expose_headers": "X-A"}, Preflight("PUT"), [ALL_METHODS]),
    ],
)
def test_a_preflight(
    options: dict[str, Any], asked: Preflight, headers: list[tuple[str, str]]
) -> None:
    decision = decide(policy(**options), ME, asked)
    assert list(decision.headers) == [acao(ME), *headers]
    assert decision.vary is True
    assert decision.preflight is asked


@pytest.mark.rule("6.acac")
def test_a_preflight_with_credentials() -> None:
    rules = policy(origins=[ME, YOU], supports_credentials=True, methods="PUT")
    assert decide(rules, ME, Preflight("PUT")).headers == (acao(ME), CREDENTIALS, acam("PUT"))
    assert decide(rules, ME, Preflight("DELETE")).headers == (acao(ME), CREDENTIALS)


@pytest.mark.rule("6.no-vary")
@pytest.mark.parametrize(
    ("options", "vary"),
    [
        ({"send_wildcard": True}, False),
        ({"origins": ME}, False),
        ({"origins": ME, "always_send": False}, True),
        ({}, True),
    ],
)
def test_vary_is_left_out_on_preflights_too(options: dict[str, Any], vary: bool) -> None:
    assert decide(policy(**options), ME, Preflight("PUT")).vary is vary


@pytest.mark.rule("6.acac", "6.private-network")
def test_a_denied_origin_gets_nothing_on_a_preflight() -> None:
    rules = policy(
        origins=[ME], supports_credentials=True, allow_private_network=True, max_age=5, methods="*"
    )
    decision = decide(rules, YOU, Preflight("PUT", "x-a", True))
    assert decision.headers == ()
    assert decision.vary is True
    assert decision.allowed is False


@pytest.mark.rule("6.acam", "6.acah", "6.names-case")
@pytest.mark.parametrize(
    ("asked", "grant", "allowed"),
    [
        (Preflight("PUT"), Grant(True, (), ()), True),
        (Preflight("PUT", "x-a"), Grant(True, ("x-a",), ()), True),
        (Preflight("PUT", "x-a, x-c, x-b"), Grant(True, ("x-a", "x-b"), ("x-c",)), False),
        (Preflight("DELETE"), Grant(False, (), ()), False),
        (Preflight("DELETE", "x-c"), Grant(False, (), ("x-c",)), False),
    ],
)
def test_what_is_granted(asked: Preflight, grant: Grant, allowed: bool) -> None:
    decision = decide(policy(methods="PUT", allow_headers="X-A, X-B"), ME, asked)
    assert decision.grant == grant
    assert decision.allowed is allowed


@pytest.mark.rule("6.acrh")
@pytest.mark.parametrize(
    ("value", "granted"),
    [
        (",".join(["x"] * 256), 256),
        (",".join(["x"] * 257), 0),
        ("x" * 8192, 1),
        ("x" * 8193, 0),
        ("x," * 255, 255),
        ("," * 256, 0),
    ],
)
def test_request_headers_have_bounds(value: str, granted: int) -> None:
    decision = decide(policy(), ME, Preflight("PUT", value))
    assert decision.grant is not None
    assert len(decision.grant.headers) == granted
    assert decision.grant.refused == (() if granted else (value,))
    assert list(decision.headers)[2:] == (
        [acah(", ".join(decision.grant.headers))] if granted else []
    )


@pytest.mark.rule("6.acrh")
def test_request_headers_are_read_in_linear_time() -> None:
    """Work is counted in calls, not seconds: twice the length, about twice the calls."""

    def calls(value: str) -> int:
        count = 0

        def profile(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(profile)
        try:
            decide(rules, ME, Preflight("PUT", value))
        finally:
            sys.setprofile(None)
        return count

    rules = policy()
    small, large = calls("x-a,\t" * 100), calls("x-a,\t" * 200)
    assert large < 2.2 * small
    assert calls("x-a,\t" * 20_000) < small


@pytest.mark.rule("6.vary", "8.credentials-any")
def test_credentials_that_cannot_be_granted_are_left_out_and_nothing_is_opened() -> None:
    source = Source("app", "CORS(app)")
    settings = {**policy().settings, "supports_credentials": Setting(True, source)}
    without = Policy.of(settings)
    assert len(without.degraded) == 1
    for asked in (None, Preflight("PUT", "x-a")):
        for origin in (ME, "null", None):
            decision, plain = decide(without, origin, asked), decide(policy(), origin, asked)
            assert decision.headers == plain.headers
            assert CREDENTIALS not in decision.headers
            assert decision.vary == plain.vary


@pytest.mark.rule("8.credentials-null")
@pytest.mark.parametrize("asked", [None, Preflight("PUT"), Preflight("BREW")])
@pytest.mark.parametrize("null", ["null", "NULL"])
def test_null_is_granted_no_credentials_and_the_others_are(
    null: str, asked: Preflight | None
) -> None:
    rules = policy(origins=["null", ME], supports_credentials=True)
    assert CREDENTIALS in decide(rules, ME, asked).headers
    decision = decide(rules, null, asked)
    assert decision.headers[0] == acao(null)
    assert CREDENTIALS not in decision.headers
    assert decision.vary
    alone = policy(origins="null", supports_credentials=True)
    assert decide(alone, None).headers == (acao("null"),)


# -- what is told of it ----------------------------------------------------------------


def told(decision: Decision) -> list[tuple[str, str, bool, str]]:
    return [(step.name, step.clause, step.ok, step.text) for step in steps(decision)]


def check(ok: bool, text: str) -> tuple[str, str, bool, str]:
    return ("CORS check", f"{FETCH}concept-cors-check", ok, text)


def caches(text: str) -> tuple[str, str, bool, str]:
    return ("caches", f"{FETCH}cors-protocol-and-http-caches", True, text)


def credentials(text: str) -> tuple[str, str, bool, str]:
    return ("credentials", f"{FETCH}cors-protocol-and-credentials", True, text)


def asked_for(name: str, ok: bool, text: str) -> tuple[str, str, bool, str]:
    return (name, f"{FETCH}cors-preflight-fetch-0", ok, text)


NAMES = caches("Vary names Origin")
NEED_NOT = caches("the answer is the same for every origin, so Vary need not name Origin")
NO_COOKIES = credentials("cookies and HTTP authentication may not be used (the defaults)")


@pytest.mark.rule("9.explain-steps")
def test_the_steps_without_an_origin() -> None:
    assert told(decide(policy(), None)) == [
        (
            "CORS request",
            f"{FETCH}cors-request",
            True,
            "the request has no Origin header, so browsers apply no CORS check",
        ),
        NEED_NOT,
    ]


@pytest.mark.rule("9.explain-steps")
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "the origin 'https://app.example' is allowed, as any origin is"),
        (
            {"origins": [ME, YOU]},
            "the origin 'https://app.example' is allowed by the literal 'https://app.example'",
        ),
        (
            {"origins": re.compile("https.*")},
            "the origin 'https://app.example' is allowed by the regex 'https.*'",
        ),
        (
            {"origins": says_yes},
            "the origin 'https://app.example' is allowed by the callable 'says_yes()'",
        ),
    ],
)
def test_the_steps_of_an_allowed_origin(options: dict[str, Any], text: str) -> None:
    assert told(decide(policy(**options), ME)) == [check(True, text), NO_COOKIES, NAMES]


@pytest.mark.rule("9.explain-steps")
def test_the_steps_with_credentials() -> None:
    decision = decide(policy(origins=ME, supports_credentials=True), ME)
    assert told(decision)[1:] == [
        credentials("cookies and HTTP authentication may be used (CORS(app))"),
        NEED_NOT,
    ]


@pytest.mark.rule("9.explain-steps")
@pytest.mark.parametrize(
    ("origins", "text"),
    [
        ([ME], "the origin 'https://you.example' is not among the allowed ones (CORS(app))"),
        (
            breaks,
            "the origin 'https://you.example' is refused, since breaks() failed: "
            "LookupError('no database')",
        ),
        (
            says_something,
            "the origin 'https://you.example' is refused, since says_something() failed: "
            """TypeError("it returned 'yes', not True or False")""",
        ),
    ],
)
def test_the_steps_of_a_denied_origin(origins: Any, text: str) -> None:
    decision = decide(policy(origins=origins), YOU)
    assert told(decision) == [check(False, text), NAMES]
    assert decision.reason == text


@pytest.mark.rule("9.repr")
def test_client_text_stands_as_its_repr() -> None:
    decision = decide(policy(origins=ME), "https://\xe9\r\nevil")
    assert decision.reason == (
        r"the origin 'https://\xe9\r\nevil' is not among the allowed ones (CORS(app))"
    )
    asked = Preflight("A\r\nB", "x\r\ny, \xe9")
    texts = [step.text for step in steps(decide(policy(methods="GET"), ME, asked))]
    assert texts[1:3] == [
        r"the method 'A\r\nB' is not among the allowed ones (CORS(app))",
        r"the request headers 'x\r\ny', '\xe9' are not allowed (the defaults)",
    ]


@pytest.mark.rule("6.vary-off")
def test_vary_header_off_is_reported() -> None:
    decision = decide(policy(vary_header=False), ME)
    assert told(decision)[-1] == caches(
        "Vary is not changed (vary_header=False), even where it should name Origin"
    )


@pytest.mark.rule("9.explain-steps")
def test_the_steps_of_a_preflight() -> None:
    rules = policy(methods="PUT", allow_headers="X-A", allow_private_network=True)
    asked = Preflight("PUT", "x-a", True)
    assert told(decide(rules, ME, asked))[1:-1] == [
        asked_for("method", True, "the method 'PUT' is allowed (CORS(app))"),
        asked_for("request headers", True, "the request headers 'x-a' are allowed"),
        (
            "private network",
            "https://wicg.github.io/private-network-access/#cors-preflight",
            True,
            "access to a private network is requested, and allowed",
        ),
        NO_COOKIES,
    ]


@pytest.mark.rule("9.explain-steps")
def test_the_steps_of_a_preflight_that_has_too_many_headers() -> None:
    rules = policy(methods="PUT", allow_headers="X-A")
    decision = decide(rules, ME, Preflight("DELETE", "x-a, x-b, x-c", True))
    assert told(decision)[1:4] == [
        asked_for("method", False, "the method 'DELETE' is not among the allowed ones (CORS(app))"),
        asked_for(
            "request headers", False, "the request headers 'x-b', 'x-c' are not allowed (CORS(app))"
        ),
        (
            "private network",
            "https://wicg.github.io/private-network-access/#cors-preflight",
            False,
            "access to a private network is requested, and not allowed",
        ),
    ]
    assert decision.reason == "the method 'DELETE' is not among the allowed ones (CORS(app))"


def test_a_plain_preflight_has_few_steps() -> None:
    decision = decide(policy(), ME, Preflight("PUT"))
    assert [step.name for step in steps(decision)] == [
        "CORS check",
        "method",
        "credentials",
        "caches",
    ]
    assert all(isinstance(step, Step) and step.ok for step in steps(decision))


def test_a_denied_preflight_tells_its_method_too() -> None:
    decision = decide(policy(origins=ME), YOU, Preflight("PUT"))
    assert [step.name for step in steps(decision)] == ["CORS check", "method", "caches"]


@pytest.mark.rule("9.repr")
def test_long_lists_of_names_are_cut() -> None:
    names = [f"x-{number:02}" for number in range(12)]
    decision = decide(policy(allow_headers=[]), ME, Preflight("PUT", ",".join(names)))
    shown = ", ".join(repr(name) for name in names[:10])
    assert decision.reason == (
        f"the request headers {shown}, and 2 more are not allowed (CORS(app))"
    )
    exact = decide(policy(allow_headers=[]), ME, Preflight("PUT", ",".join(names[:10])))
    assert exact.reason == f"the request headers {shown} are not allowed (CORS(app))"


def test_a_refused_private_network_alone_is_no_denial() -> None:
    decision = decide(policy(), ME, Preflight("PUT", None, True))
    assert decision.allowed is True
    assert decision.reason == ""


def test_a_decision_is_frozen() -> None:
    decision = decide(policy(), ME)
    with pytest.raises(AttributeError):
        decision.vary = False  # type: ignore[misc]


def test_an_empty_origin_is_none() -> None:
    rules = policy()
    assert decide(rules, "").headers == decide(rules, None).headers == (acao("*"),)
    assert not decide(policy(origins=[]), "").denied
