"""Decisions on requests, and the cache of them: bounded in bytes, whatever clients send."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.exceptions import BadRequest

from flask_cors import CORS, cors_exempt, cross_origin
from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS
from flask_cors.policy.decide import Decision, decide
from flask_cors.policy.facts import Preflight
from flask_cors.policy.policy import Policy
from flask_cors.runtime.decisions import (
    MAX_DECISIONS,
    MAX_HEADER_NAMES,
    MAX_SERVED,
    MAX_TEXT,
    Answer,
    Compiled,
    DecisionCache,
    answer_preflight,
    decide_actual,
    preflight_of,
)
from flask_cors.runtime.hooks import state_of

ME = "https://me.example"
YOU = "https://you.example"
# What clients can make one app of one process cache; the figure stands in SECURITY.md.
MOST_BYTES = 3 * 2**20
# Each decision costs the same: a part of them is measured, since tracing takes long.
PART = 8


def policy(**options: Any) -> Policy:
    report = Report(Source("app", "CORS(app)"))
    settings = read_options(options, "app", report)
    report.raise_if_any()
    return Policy.of({**DEFAULTS, **settings})


# -- the cache ----------------------------------------------------------------------------


@pytest.mark.rule("10.cache")
@pytest.mark.parametrize("wanted", [None, Preflight("PUT", "X-A", True)])
@pytest.mark.parametrize("origin", [ME, YOU, None])
def test_an_equal_request_gets_the_decision_that_was_made(
    origin: str | None, wanted: Preflight | None
) -> None:
    cache, of = DecisionCache(), policy(origins=[ME])
    first = cache.decide(of, origin, wanted)
    assert cache.decide(of, origin, wanted) is first
    assert cache.get((of, origin, wanted)) is first
    assert len(cache) == 1
    fresh = decide(of, origin, wanted)
    assert (first.lines, first.allowed, first.denied) == (fresh.lines, fresh.allowed, fresh.denied)


@pytest.mark.rule("10.cache")
def test_policy_origin_and_preflight_are_the_key() -> None:
    cache, one, two = DecisionCache(), policy(origins=[ME]), policy(origins=[ME])
    wanted = [
        None,
        Preflight("PUT"),
        Preflight("GET"),
        Preflight("PUT", "X-A"),
        Preflight("PUT", "x-a"),
        Preflight("PUT", "X-A", True),
    ]
    keys = [(of, origin, ask) for of in (one, two) for origin in (ME, YOU, None) for ask in wanted]
    found = [cache.decide(*key) for key in keys]
    assert len({id(decision) for decision in found}) == len(cache) == len(keys)
    for (of, origin, ask), decision in zip(keys, found, strict=True):
        assert (decision.policy, decision.origin, decision.preflight) == (of, origin, ask)


@pytest.mark.rule("7.callable-cache")
def test_answers_of_callables_are_not_cached() -> None:
    answers = iter([True, False])
    cache, of = DecisionCache(), policy(origins=[lambda origin: next(answers)])
    assert [cache.decide(of, ME).allowed for _ in range(2)] == [True, False]
    assert cache.decide(of, None) is cache.decide(of, None)


@pytest.mark.rule("6.memory")
@pytest.mark.parametrize(("over", "kept"), [(0, True), (1, False)])
def test_long_texts_are_not_cached(over: int, kept: bool) -> None:
    of = policy(origins=[ME])
    asked: list[tuple[str | None, Preflight | None]] = [
        ("x" * (MAX_TEXT + over), None),
        (ME, Preflight("PUT", "x" * (MAX_TEXT - len(ME) - 3 + over))),
        (ME, Preflight("P" * (MAX_TEXT - len(ME) + over))),
        (ME, Preflight("P", ",".join(["x"] * (MAX_HEADER_NAMES + over)))),
    ]
    for origin, wanted in asked:
        cache = DecisionCache()
        cache.decide(of, origin, wanted)
        assert bool(len(cache)) is kept


@pytest.mark.rule("6.memory")
def test_clients_cannot_make_it_hold_more_decisions() -> None:
    cache, of = DecisionCache(), policy(origins=[ME])
    most = 0
    for number in range(2 * MAX_DECISIONS + 1):
        cache.decide(of, f"https://{number}.example")
        most = max(most, len(cache))
    assert most == MAX_DECISIONS
    assert cache.get((of, f"https://{2 * MAX_DECISIONS}.example", None)) is not None


def long_names(number: int) -> str:
    names = [f"x{number:05}-{position:02}" for position in range(MAX_HEADER_NAMES)]
    return ",".join(names)


def short_names(number: int) -> str:
    return ",".join(f"{number:x}"[-2:] + chr(97 + letter) for letter in range(MAX_HEADER_NAMES))


Asked = tuple[str, Preflight | None]


def a_long_origin(number: int) -> Asked:
    return f"https://{number}".ljust(MAX_TEXT, "x"), None


def long_header_names(number: int) -> Asked:
    return "a", Preflight("GET", long_names(number).ljust(MAX_TEXT - 4, "y"), True)


def short_header_names(number: int) -> Asked:
    return f"a{number}", Preflight("PUT", short_names(number), True)


def a_long_method(number: int) -> Asked:
    names = long_names(number)
    return "a", Preflight(f"M{number}".ljust(MAX_TEXT - 1 - len(names), "q"), names, True)


@pytest.mark.rule("6.memory")
@pytest.mark.parametrize(
    "options",
    [
        {"allow_private_network": True, "max_age": 3},
        {"methods": "*", "allow_private_network": True, "max_age": 3},
        {"allow_headers": [], "methods": "GET"},
        {"origins": [ME], "supports_credentials": True},
    ],
)
@pytest.mark.parametrize("served", [0, MAX_SERVED])
@pytest.mark.parametrize(
    "make", [a_long_origin, long_header_names, short_header_names, a_long_method]
)
def test_what_clients_can_make_it_hold_is_bounded_in_bytes(
    options: dict[str, Any], make: Callable[[int], Asked], served: int
) -> None:
    cache, of = DecisionCache(), policy(**options)
    others = [(f"M{number}", policy(**options)) for number in range(served)]
    gc.freeze()  # what other tests hold needs not be searched
    tracemalloc.start()
    try:
        for number in range(MAX_DECISIONS // PART):
            # As for each request: the pairs are made anew.
            cache.decide(of, *make(number), tuple((method, of) for method, of in others))
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(cache) == MAX_DECISIONS // PART
    assert held < MOST_BYTES // PART, held


@pytest.mark.rule("6.memory")
def test_what_many_methods_of_one_url_get_is_not_kept() -> None:
    cache, of = DecisionCache(), policy(origins=[ME])
    many = tuple((f"M{number}", of) for number in range(MAX_SERVED + 1))
    wanted = Preflight("M0", None, False)
    assert cache.decide(of, ME, wanted, many).allow_origin == ME
    assert len(cache) == 0
    cache.decide(of, ME, wanted, many[:-1])
    assert len(cache) == 1


# -- the facts of a request ----------------------------------------------------------------


def facts(method: str, **environ: Any) -> Preflight | None:
    with Flask("sample").test_request_context("/", method=method, environ_overrides=environ):
        return preflight_of(request)


@pytest.mark.rule("5.preflight")
def test_options_with_origin_and_a_requested_method_is_a_preflight() -> None:
    asked = {"HTTP_ORIGIN": ME, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    assert facts("OPTIONS", **asked) == Preflight("PUT", None, False)
    more = {
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "X-A, x-b",
        "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": "true",
    }
    assert facts("OPTIONS", **asked, **more) == Preflight("PUT", "X-A, x-b", True)


@pytest.mark.rule("5.preflight")
@pytest.mark.parametrize("method", ["GET", "PUT", "options", "HEAD"])
def test_another_method_is_no_preflight(method: str) -> None:
    asked = {"HTTP_ORIGIN": ME, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    with Flask("sample").test_request_context("/", environ_overrides=asked):
        request.method = method
        assert preflight_of(request) is None


@pytest.mark.rule("5.preflight")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"HTTP_ORIGIN": ME},
        {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"},
        {"HTTP_ORIGIN": "", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"},
        {"HTTP_ORIGIN": ME, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": ""},
    ],
)
def test_what_lacks_a_header_is_no_preflight(asked: dict[str, str]) -> None:
    assert facts("OPTIONS", **asked) is None


@pytest.mark.rule("6.private-network")
@pytest.mark.parametrize("value", ["True", "1", "", "true, true"])
def test_only_true_asks_for_a_private_network(value: str) -> None:
    asked = {
        "HTTP_ORIGIN": ME,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT",
        "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": value,
    }
    assert facts("OPTIONS", **asked) == Preflight("PUT", None, False)


# -- decisions -----------------------------------------------------------------------------


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **options)
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    return app


def compiled(app: Flask) -> Compiled:
    return state_of(app).compiled()


def decided(app: Flask, path: str = "/", origin: str | None = ME, method: str = "GET") -> Any:
    headers = {} if origin is None else {"Origin": origin}
    with app.test_request_context(path, method=method, headers=headers):
        return decide_actual(app, compiled(app), request)


@pytest.mark.rule("5.actual", "10.cache")
@pytest.mark.parametrize("origin", [ME, YOU, None])
@pytest.mark.parametrize("path", ["/", "/missing", "/tenant/a"])
def test_a_decision_is_made_once(origin: str | None, path: str) -> None:
    app = make_app(resources={"/tenant/*": {"origins": [ME]}, "*": {"origins": [ME]}})
    app.add_url_rule("/<kind>/<name>", "kind", view_func=lambda kind, name: "x")
    first = decided(app, path, origin)
    assert isinstance(first, Decision)
    assert decided(app, path, origin) is first


def test_where_cors_is_off_there_is_no_decision() -> None:
    app = make_app(origins=[ME], resources="/api/*")
    app.add_url_rule("/api/off", "off", cors_exempt(lambda: "x"))
    assert decided(app, "/") is None
    assert decided(app, "/api/off") is None
    assert decided(app, "/api/missing") is not None
    assert len(compiled(app).cache) == 1


@pytest.mark.rule("3.dot-segments")
def test_a_path_with_a_dot_segment_is_never_what_its_endpoint_is() -> None:
    app = make_app(origins=[ME])
    app.add_url_rule("/files/<path:name>", "files", view_func=lambda name: "x")
    assert decided(app, "/files/a") is not None
    assert decided(app, "/files/%2e%2e/a") is None


def answer(app: Flask, path: str = "/", method: str = "PUT") -> Answer:
    headers = {"Origin": ME, "Access-Control-Request-Method": method}
    with app.test_request_context(path, method="OPTIONS", headers=headers):
        wanted = preflight_of(request)
        assert wanted is not None
        return answer_preflight(app, compiled(app), request, wanted)


@pytest.mark.rule("4.preflight", "5.first")
def test_a_preflight_is_answered_by_the_policy_of_what_serves_its_method() -> None:
    app = make_app(origins=[YOU])
    app.add_url_rule("/", "mine", cross_origin(ME)(lambda: "x"), methods=["POST"])
    found = answer(app, method="POST")
    assert found.short_circuits
    assert found.endpoint == "mine"
    assert found.decision is not None
    assert found.decision.allowed
    other = answer(app, method="PUT")
    assert (other.short_circuits, other.endpoint) == (True, "index")
    assert other.decision is not None
    assert other.decision.denied


@pytest.mark.rule("10.cache")
def test_preflights_are_cached() -> None:
    app = make_app(origins=[ME])
    assert answer(app).decision is answer(app).decision


def test_where_cors_is_off_a_preflight_is_left_alone() -> None:
    app = make_app(resources="/api/*")
    assert answer(app) == Answer(None, False, "index")


@pytest.mark.rule("1.exempt")
def test_an_exempt_view_with_options_of_its_own_is_left_alone() -> None:
    app = make_app()
    view = cors_exempt(lambda: "x")
    app.add_url_rule("/own", "own", view, methods=["OPTIONS"])
    app.add_url_rule("/own", "get", lambda: "x", methods=["GET"])
    assert answer(app, "/own", "GET") == Answer(None, False, "get")


@pytest.mark.rule("5.own-options")
def test_a_view_with_options_of_its_own_answers_unless_marked() -> None:
    app = make_app(origins=[ME])
    app.add_url_rule("/own", "own", lambda: "x", methods=["GET", "OPTIONS"])
    marked = cross_origin(ME)(lambda: "x")
    app.add_url_rule("/marked", "marked", marked, methods=["GET", "OPTIONS"])
    plain, of_mark = answer(app, "/own", "GET"), answer(app, "/marked", "GET")
    assert not plain.short_circuits
    assert plain.decision is not None
    assert of_mark.short_circuits


@pytest.mark.rule("5.automatic-options")
@pytest.mark.parametrize("methods", [["GET"], ["GET", "OPTIONS"]])
def test_automatic_options_off_lets_flask_go_on(methods: list[str]) -> None:
    app = make_app(origins=[ME])
    view = cross_origin(ME, automatic_options=False)(lambda: "x")
    app.add_url_rule("/own", "own", view, methods=methods)
    found = answer(app, "/own", "GET")
    assert not found.short_circuits
    assert (found.decision is not None) is ("OPTIONS" in methods)


@pytest.mark.rule("5.host")
def test_what_flask_refused_before_routing_is_left_alone() -> None:
    app = make_app()
    headers = {"Origin": ME, "Access-Control-Request-Method": "PUT"}
    with app.test_request_context("/", method="OPTIONS", headers=headers):
        request.routing_exception = BadRequest()  # as for a host that is not trusted
        found = answer_preflight(app, compiled(app), request, Preflight("PUT"))
    assert found == Answer(None, False, None)
