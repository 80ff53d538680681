"""What code objects show: uses of Access-Control-Allow-Origin, and attributes of ``g``."""

from __future__ import annotations

import contextlib
import functools
import time
import types
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import flask
import pytest

from flask_cors.resolution.static_analysis import (
    Attributes,
    attributes_of,
    can_answer,
    cors_headers_in,
    hooks_that_expect_headers,
    instead_of,
    reached_from,
    title_of,
    uses_of_allow_origin,
)

ACAO = "Access-Control-Allow-Origin"
NAMES = ["Access-Control-Allow-Methods", ACAO]
EXTRA = {ACAO: "*"}
constants = types.ModuleType("constants")
constants.ORIGIN = ACAO  # type: ignore[attr-defined]
ORIGIN = "https://app.example.com"


class Names:
    """A class that holds the header's name."""

    ALLOWED = ACAO


def verbs(target: object) -> list[str]:
    return [use.verb for use in uses_of_allow_origin(target)]


# -- what removes it -------------------------------------------------------------------


def pops(r: Any) -> Any:
    r.headers.pop("Access-Control-Allow-Origin", None)
    return r


def removes_lower_case(r: Any) -> Any:
    r.headers.remove("access-control-allow-origin")
    return r


def deletes(r: Any) -> Any:
    del r.headers["Access-Control-Allow-Origin"]
    return r


def deletes_by_global(r: Any) -> Any:
    del r.headers[ACAO]
    return r


def pops_by_module(r: Any) -> Any:
    r.headers.pop(constants.ORIGIN, None)
    return r


def deletes_by_class(r: Any) -> Any:
    del r.headers[Names.ALLOWED]
    return r


def pops_by_local(r: Any) -> Any:
    name = "Access-Control-Allow-Origin"
    r.headers.pop(name, None)
    return r


def pops_in_loop(r: Any) -> Any:
    for name in ("Vary", "Access-Control-Allow-Origin"):
        r.headers.pop(name, None)
    return r


def deletes_in_loop_over_global(r: Any) -> Any:
    for name in NAMES:
        del r.headers[name]
    return r


def pops_in_loop_over_list(r: Any) -> Any:
    listed = ["Vary", "Allow", "Access-Control-Allow-Origin"]
    for name in listed:
        r.headers.pop(name, None)
    return r


def pops_in_loop_over_short_list(r: Any) -> Any:
    listed = ["Vary", "Access-Control-Allow-Origin"]
    for name in listed:
        r.headers.pop(name, None)
    return r


def deletes_attribute(r: Any) -> Any:
    del r.access_control_allow_origin
    return r


def sets_attribute_to_none(r: Any) -> Any:
    r.access_control_allow_origin = None
    return r


def imports_its_name(r: Any) -> Any:
    from flask_cors.fetch import ALLOW_ORIGIN as NAME

    r.headers.pop(NAME, None)
    return r


def calls_another(r: Any) -> Any:
    return pops(r)


def closed_over() -> Callable[[Any], Any]:
    name = "Access-Control-Allow-Origin"

    def hook(r: Any) -> Any:
        del r.headers[name]
        return r

    return hook


def asynchronous() -> Callable[[Any], Any]:
    async def hook(r: Any) -> Any:
        r.headers.pop("Access-Control-Allow-Origin", None)
        return r

    return hook


class Hook:
    def __call__(self, r: Any) -> Any:
        return self.hook(r)

    def hook(self, r: Any) -> Any:
        r.headers.pop("Access-Control-Allow-Origin")
        return r


@pytest.mark.parametrize(
    "target",
    [
        pops,
        removes_lower_case,
        deletes,
        deletes_by_global,
        pops_by_module,
        deletes_by_class,
        pops_by_local,
        pops_in_loop,
        deletes_in_loop_over_global,
        pops_in_loop_over_list,
        pops_in_loop_over_short_list,
        deletes_attribute,
        sets_attribute_to_none,
        imports_its_name,
        calls_another,
        closed_over(),
        asynchronous(),
        Hook().hook,
        functools.partial(pops),
        functools.wraps(pops)(lambda r: r),
        lambda r: r.headers.pop("Access-Control-Allow-Origin", None) or r,
    ],
    ids=title_of,
)
def test_what_removes_the_header(target: object) -> None:
    assert verbs(target) == ["removes"]


# -- what looks for it -----------------------------------------------------------------


def is_in(r: Any) -> Any:
    return "Access-Control-Allow-Origin" in r.headers


def is_not_in(r: Any) -> Any:
    return ACAO not in r.headers.keys()  # noqa: SIM118


def gets(r: Any) -> Any:
    return r.headers.get("Access-Control-Allow-Origin")


def lists(r: Any) -> Any:
    return r.headers.getlist(ACAO)


def subscripts(r: Any) -> Any:
    return r.headers["Access-Control-Allow-Origin"]


def defaults(r: Any) -> Any:
    return r.headers.setdefault("Access-Control-Allow-Origin", "*")


def attribute(r: Any) -> Any:
    return r.access_control_allow_origin


def compares(r: Any) -> Any:
    return [value for name, value in r.headers if name == "Access-Control-Allow-Origin"]


def compares_lower(r: Any) -> Any:
    return [value for name, value in r.headers if name.lower() == "access-control-allow-origin"]


def one_of(r: Any) -> Any:
    return [value for name, value in r.headers if name in ("Vary", "Access-Control-Allow-Origin")]


def one_of_global(r: Any) -> Any:
    return [value for name, value in r.headers if name in NAMES]


def starts(r: Any) -> Any:
    return [name for name, _ in r.headers if name.lower().startswith("access-control-")]


def removes_what_starts(r: Any) -> Any:
    for name in list(r.headers.keys()):
        if name.lower().startswith("access-control"):
            r.headers.remove(name)
    return r


def replaces_what_starts(r: Any) -> Any:
    r.headers = [item for item in r.headers if not item[0].startswith("Access-Control-")]
    return r


def deletes_what_starts(r: Any) -> Any:
    for name, _ in list(r.headers):
        if name.startswith("Access-Control-"):
            del r.headers[name]
    return r


def clears(r: Any) -> Any:
    r.headers.clear()
    return r


@pytest.mark.rule("compat.33")
@pytest.mark.parametrize(
    "target",
    [removes_what_starts, replaces_what_starts, deletes_what_starts, clears],
    ids=title_of,
)
def test_what_removes_headers_by_no_name(target: object) -> None:
    assert verbs(target) == ["removes"]


@pytest.mark.parametrize(
    "target",
    [
        is_in,
        is_not_in,
        gets,
        lists,
        subscripts,
        defaults,
        attribute,
        compares,
        compares_lower,
        one_of,
        one_of_global,
        starts,
    ],
    ids=title_of,
)
def test_what_looks_for_the_header(target: object) -> None:
    assert verbs(target) == ["reads"]


# -- what writes it, or has nothing to do with it --------------------------------------


def stores(r: Any) -> Any:
    r.headers["Access-Control-Allow-Origin"] = "*"
    return r


def adds(r: Any) -> Any:
    r.headers.add("Access-Control-Allow-Origin", ORIGIN)
    return r


def sets_attribute(r: Any) -> Any:
    r.access_control_allow_origin = ORIGIN
    return r


def returns_a_dictionary() -> Any:
    return "x", 200, {"Access-Control-Allow-Origin": "*", "Vary": "Origin"}


def returns_pairs() -> Any:
    return "x", 200, [("Access-Control-Allow-Origin", "*"), ("Vary", "Origin"), ("A", "b")]


def updates(r: Any) -> Any:
    r.headers.update(EXTRA)
    return r


def passes_it_on(r: Any) -> Any:
    return stores(r) == pytest.approx("Access-Control-Allow-Origin", r) == r


@pytest.mark.parametrize(
    "target",
    [stores, adds, sets_attribute, returns_a_dictionary, returns_pairs, updates],
    ids=title_of,
)
def test_what_writes_the_header(target: object) -> None:
    assert verbs(target) == ["writes"]


def test_a_comparison_of_what_a_call_returns_compares_no_header() -> None:
    assert "reads" not in verbs(passes_it_on)


def other_headers(r: Any) -> Any:
    r.headers.pop("Access-Control-Allow-Methods", None)
    r.headers.get("access-control-")
    getattr(r, "access_control_allow_origin")  # noqa: B009
    unknown.pop(missing)  # type: ignore[name-defined]  # noqa: F821
    if "A" in r.headers:
        return r
    return "about Access-Control-Allow-Origin: a text"


def test_other_headers_are_no_use_of_it() -> None:
    assert verbs(other_headers) == []
    assert cors_headers_in(other_headers.__code__) == ["Access-Control-Allow-Methods"]
    assert cors_headers_in(returns_pairs.__code__) == [ACAO]
    assert cors_headers_in(sets_attribute.__code__) == [ACAO]
    inner = (lambda: lambda r: r.headers.add("access-control-allow-origin", "*")).__code__
    assert cors_headers_in(inner) == [ACAO]


def test_a_name_without_a_value_and_a_callable_without_code() -> None:
    def hook(r: Any) -> Any:
        r.headers.pop(later)
        return r

    assert verbs(hook) == []
    assert (verbs(len), verbs(None)) == ([], [])
    later = "x"


def test_a_use_has_file_and_line() -> None:
    (use,) = uses_of_allow_origin(pops)
    assert use.file == __file__
    assert use.line == pops.__code__.co_firstlineno + 1


# -- hooks -----------------------------------------------------------------------------


def app_with(*hooks: object, cls: type = SimpleNamespace) -> Any:
    app = cls()
    app.after_request_funcs = {None: list(hooks[:1]), "api": list(hooks[1:])}
    return app


@pytest.mark.rule("compat.33")
def test_hooks_that_read_or_remove_are_found() -> None:
    found = hooks_that_expect_headers(app_with(pops, stores, is_in))
    assert [(hook, use.verb) for _, hook, use in found] == [(pops, "removes"), (is_in, "reads")]


def test_a_removal_comes_before_a_look() -> None:
    def both(r: Any) -> Any:
        if "Access-Control-Allow-Origin" in r.headers:
            del r.headers["Access-Control-Allow-Origin"]
        return r

    ((_, _, use),) = hooks_that_expect_headers(app_with(both))
    assert (use.verb, use.line) == ("removes", both.__code__.co_firstlineno + 2)
    assert "@cors_exempt" in instead_of(use)
    ((_, _, use),) = hooks_that_expect_headers(app_with(is_in))
    assert "origins=" in instead_of(use)


def test_a_method_of_the_application_counts_as_a_hook() -> None:
    class App(SimpleNamespace):
        def process_response(self, response: Any) -> Any:
            return pops(response)

    ((kind, hook, use),) = hooks_that_expect_headers(app_with(cls=App))
    assert kind == "method"
    assert (title_of(hook).rpartition(".")[2], use.verb) == ("process_response", "removes")


@pytest.mark.rule("compat.33")
@pytest.mark.parametrize("name", ["finalize_request", "full_dispatch_request"])
def test_so_do_those_that_return_what_hooks_have_seen(name: str) -> None:
    cls = type("App", (SimpleNamespace,), {name: lambda self, response: pops(response)})
    ((kind, _, use),) = hooks_that_expect_headers(app_with(cls=cls))
    assert (kind, use.verb) == ("method", "removes")


def test_who_asks_for_the_headers_that_are_sent_finds_them() -> None:
    def reads_sent(r: Any) -> Any:
        return r.get_wsgi_headers({}).get("Access-Control-Allow-Origin")

    assert verbs(reads_sent) == []


@pytest.mark.rule("compat.33")
def test_a_receiver_of_a_finished_response_counts_as_a_hook() -> None:
    ((kind, hook, use),) = hooks_that_expect_headers(app_with(), [stores, pops])
    assert (kind, hook, use.verb) == ("request_finished", pops, "removes")


def test_what_is_called_is_followed_once_and_within_its_package() -> None:
    assert [function.__name__ for function in reached_from(calls_another)] == [
        "calls_another",
        "pops",
    ]
    recursive = types.FunctionType((lambda: again()).__code__, globals())  # type: ignore[name-defined]  # noqa: F821
    globals()["again"] = recursive
    try:
        assert reached_from(recursive) == [recursive]
    finally:
        del globals()["again"]


def test_an_attribute_is_no_call_of_a_function_of_that_name() -> None:
    def hook(r: Any) -> Any:
        return r.pops

    assert reached_from(hook) == [hook]


# -- functions that end a request ------------------------------------------------------


def passes() -> None:
    time.monotonic()
    calls_back(lambda: 1)


def calls_back(function: Callable[[], int]) -> int:
    return function()


def aborts() -> None:
    flask.abort(401)


def raises() -> None:
    raise ValueError


def returns_a_text() -> str:
    return "no"


def returns_what_is_called() -> object:
    return calls_back(lambda: 1)


def raises_below() -> None:
    raises()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (passes, False),
        (len, False),
        (aborts, True),
        (raises, True),
        (raises_below, True),
        (returns_a_text, True),
        (returns_what_is_called, True),
    ],
    ids=title_of,
)
def test_what_may_end_a_request(target: object, expected: bool) -> None:
    assert can_answer(target) is expected


# -- attributes of an object -----------------------------------------------------------

g: Any = SimpleNamespace()
contexts = types.ModuleType("contexts")
contexts.g = g  # type: ignore[attr-defined]


def attributes(target: object) -> Attributes:
    return attributes_of(target, g)


def reads(r: Any) -> Any:
    return g.start


def reads_by_module(r: Any) -> Any:
    return contexts.g.start


def reads_by_getattr(r: Any) -> Any:
    return getattr(g, "start")  # noqa: B009


def reads_by_pop(r: Any) -> Any:
    return g.pop("start")


def reads_and_deletes(r: Any) -> Any:
    del g.start
    return r


def reads_by_delattr(r: Any) -> Any:
    delattr(g, "start")
    return r


def reads_by_alias(r: Any) -> Any:
    held = g
    return held.start


def reads_in_a_lambda(r: Any) -> Any:
    return (lambda: g.start)()


def reads_below(r: Any) -> Any:
    return reads(r)


def reads_although_it_catches(r: Any) -> Any:
    try:
        return g.start
    except ValueError:
        return r


@pytest.mark.parametrize(
    "target",
    [
        reads,
        reads_by_module,
        reads_by_getattr,
        reads_by_pop,
        reads_and_deletes,
        reads_by_delattr,
        reads_by_alias,
        reads_in_a_lambda,
        reads_below,
        reads_although_it_catches,
    ],
    ids=title_of,
)
def test_what_fails_without_the_attribute(target: object) -> None:
    found = attributes(target)
    assert (list(found.read), found.written) == (["start"], frozenset())


def test_where_it_is_read() -> None:
    assert attributes(reads_below).read == {"start": (__file__, reads.__code__.co_firstlineno + 1)}


def has_default(r: Any) -> Any:
    return g.get("start"), g.get("start", 1), g.pop("start", None)


def has_default_by_getattr(r: Any) -> Any:
    return getattr(g, "start", None)


def asks_first(r: Any) -> Any:
    return g.start if hasattr(g, "start") else None


def asks_with_in(r: Any) -> Any:
    if "start" in g:
        return g.start
    return None


def catches(r: Any) -> Any:
    try:
        return g.start
    except AttributeError:
        return None


def catches_several(r: Any) -> Any:
    try:
        return g.start
    except (KeyError, AttributeError):
        return None


def catches_all(r: Any) -> Any:
    try:
        return g.start
    except:  # noqa: E722
        return None


def suppresses(r: Any) -> Any:
    with contextlib.suppress(AttributeError):
        return g.start


def uses_another_object(r: Any) -> Any:
    r.end = 1
    print(g, "start", g.get(r), end="")
    return r.start, getattr(r, "start")  # noqa: B009


@pytest.mark.parametrize(
    "target",
    [
        has_default,
        has_default_by_getattr,
        asks_first,
        asks_with_in,
        catches,
        catches_several,
        catches_all,
        suppresses,
        uses_another_object,
    ],
    ids=title_of,
)
def test_what_is_guarded(target: object) -> None:
    assert attributes(target) == Attributes({}, frozenset())


def writes() -> None:
    g.start = 1
    setattr(g, "end", 2)  # noqa: B010
    g.setdefault("count", 0)


def writes_locally() -> None:
    from flask import g as held

    held.start = 1


def test_what_is_written() -> None:
    assert attributes(writes) == Attributes({}, frozenset({"start", "end", "count"}))
    assert attributes_of(writes_locally, flask.g).written == {"start"}


def counts(r: Any) -> Any:
    g.count += 1
    return r


def test_an_augmented_assignment_reads_and_writes() -> None:
    found = attributes(counts)
    assert (list(found.read), found.written) == (["count"], frozenset({"count"}))


def with_block(r: Any) -> Any:
    with r:
        return g.start


def test_a_with_block_guards_nothing() -> None:
    assert list(attributes(with_block).read) == ["start"]
