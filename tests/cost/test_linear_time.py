"""What a request costs grows with its size alone, and not with the number of origins.

Work is counted, not timed (``tests/work.py``): a run gives the same numbers everywhere.
``pytest -s`` prints them.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

import flask_cors
from flask_cors import CORS
from flask_cors.runtime.decisions import MAX_DECISIONS
from tests.steps import Matcher, characters, worst
from tests.work import regexes_of, work_of

ME = "https://me.example"
KIB = (1, 2, 4, 8, 64)
# Ten per cent more than linear: integers and slices are not quite free of their size.
SLACK = 1.1
# What the smallest size may be spared, or a larger one may cost, once.
FREE = 1000
PACKAGE = f"{Path(flask_cors.__file__).parent}/"


@pytest.fixture(params=["silent", "logged"], autouse=True)
def logged(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> None:
    """Count twice: with denials unheard, and with each worked out for the log."""
    caplog.set_level(logging.INFO if request.param == "logged" else logging.ERROR, "flask_cors")


def make_app(path: str = "/", **options: Any) -> Flask:
    app = Flask("counted", static_folder=None)
    CORS(app, **options)
    app.add_url_rule(path, "view", lambda **_: "x", methods=["GET", "PUT"])
    return app


def request(app: Flask, method: str, path: str = "/", **fields: str) -> Callable[[], None]:
    """Return a call that sends a request, its environ made beforehand."""
    environ = create_environ(method=method)
    environ["PATH_INFO"] = path
    environ |= {f"HTTP_{name}": value for name, value in fields.items()}

    def send() -> None:
        body, status, _ = run_wsgi_app(app, environ)
        list(body)
        assert not status.startswith("5")

    return send


def counted(app: Flask, method: str, path: str = "/", **fields: str) -> int:
    """Count a request after one like it, which fills whatever is filled once."""
    warm = {name: value.swapcase() for name, value in fields.items()}
    request(
        app, method, path, **{**fields, "ORIGIN": warm.get("ORIGIN", "https://first.example")}
    )()
    return work_of(request(app, method, path, **fields))


def show(name: str, sizes: Iterable[object], found: list[int]) -> None:
    print(
        f"\n{name}: "
        + ", ".join(f"{size}: {work}" for size, work in zip(sizes, found, strict=True))
    )


# -- Access-Control-Request-Headers ----------------------------------------------------

SHAPES: dict[str, Callable[[int], str]] = {
    "names": lambda size: ",".join(f"x-{number:029}" for number in range(size // 32))[:size],
    "short names": lambda size: ("a," * size)[:size],
    "one name": lambda size: "x" * size,
    "one name after the other": lambda size: "x-a, " * (size // 5),
    "commas": lambda size: "," * size,
    "white space": lambda size: " \t" * (size // 2),
    "commas and spaces": lambda size: " ," * (size // 2),
    "no tokens": lambda size: ("(,é x," * size)[:size],
    "nearly a token": lambda size: f"{'x' * (size - 1)}(",
}
ALLOWED: dict[str, Any] = {
    "any": "*",
    "names": [f"x-{number:029}" for number in range(300)],
    "regexes": [r"x-\d+", r"y-.*", re.compile("z")],
}


@pytest.mark.parametrize("allowed", ALLOWED)
@pytest.mark.parametrize("shape", SHAPES)
def test_request_headers_take_linear_time(shape: str, allowed: str) -> None:
    app = make_app(origins=[ME], allow_headers=ALLOWED[allowed])
    asked = {"ORIGIN": ME, "ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    empty = counted(app, "OPTIONS", **asked)
    found = [
        counted(app, "OPTIONS", **asked, ACCESS_CONTROL_REQUEST_HEADERS=SHAPES[shape](kib * 1024))
        - empty
        for kib in KIB
    ]
    show(f"{shape}, {allowed}", KIB, found)
    linear(KIB, found)
    # Over the bound nothing is read: less than within it.
    assert found[-1] <= max(found[:-1]) + 64 * 1024


def linear(sizes: Sequence[int], found: Sequence[int]) -> None:
    """No unit of size costs more than one did among the smaller sizes."""
    points = list(zip(sizes, found, strict=True))
    most = (max(found[0], 0) + FREE) / sizes[0]
    for (small, less), (large, more) in itertools.pairwise(points):
        slope = (more - less) / (large - small)
        assert slope <= most * SLACK, points
        most = max(most, slope)


# -- Origin ----------------------------------------------------------------------------

COUNTS = (1, 10, 100, 1000, 10_000)


def origin_of(shape: str, length: int, number: int) -> str:
    """Return an origin of this length that no request had before."""
    start, end = f"https://{number}x", {"port": ":65535", "slash": "/"}.get(shape, "")
    filler = {"labels": "a.", "dots": ".", "colons": ":"}.get(shape, "a")
    tail = "z.tenant0.example"
    return f"{start}{(filler * length)[: length - len(start + tail + end)]}{tail}{end}"


SHAPES_OF_ORIGIN = ["one label", "labels", "port", "slash", "dots", "colons"]


def tenants(count: int) -> list[str]:
    wildcards = [f"https://*.tenant{number}.example" for number in range(count)]
    return [*wildcards, *(f"http://*.t{number}.example:*" for number in range(count))]


@pytest.mark.parametrize("shape", SHAPES_OF_ORIGIN)
def test_an_origin_costs_the_same_under_any_number_of_wildcards(shape: str) -> None:
    found = []
    for number, count in enumerate(COUNTS):
        app = make_app(origins=tenants(count))
        found.append(counted(app, "GET", ORIGIN=origin_of(shape, 512, number)))
    show(f"{shape} among wildcards", COUNTS, found)
    assert max(found) <= min(found) * 1.02


@pytest.mark.parametrize("shape", SHAPES_OF_ORIGIN)
def test_an_origin_costs_the_same_under_any_number_of_literals(shape: str) -> None:
    found = []
    for number, count in enumerate(COUNTS):
        app = make_app(origins=[f"https://tenant{each}.example" for each in range(count + 1)])
        found.append(counted(app, "GET", ORIGIN=origin_of(shape, 512, number)))
    show(f"{shape} among literals", COUNTS, found)
    assert max(found) <= min(found) * 1.02


@pytest.mark.parametrize("shape", SHAPES_OF_ORIGIN)
def test_an_origin_takes_linear_time(shape: str) -> None:
    app = make_app(origins=tenants(100))
    sizes = (64, 128, 256, 512)
    nobody = counted(app, "GET", ORIGIN="https://z.example")
    found = [counted(app, "GET", ORIGIN=origin_of(shape, size, size)) - nobody for size in sizes]
    show(f"{shape} of some length", sizes, found)
    linear(sizes, found)
    for size in (513, 1024, 65536):
        assert counted(app, "GET", ORIGIN=origin_of(shape, size, size)) - nobody <= (
            max(0, *found) + 2000 + 2 * size
        )


def test_wildcards_of_many_depths_take_linear_time() -> None:
    """The one thing of a list that counts is how many different depths its wildcards have."""
    found, depths = [], (30, 60, 120)
    for most in depths:
        app = make_app(origins=[f"https://*.{'a.' * depth}b" for depth in range(1, most + 1)])
        found.append(counted(app, "GET", ORIGIN=f"https://{'a.' * 240}c"))
    show("depths", depths, found)
    linear(depths, found)


def test_the_thousandth_origin_costs_what_the_first_did() -> None:
    """Decisions are kept within bounds, so that a client cannot make any dearer."""
    app = make_app(origins=tenants(10))
    origins = (f"https://x{number:06}.tenant1.example" for number in itertools.count())
    first = counted(app, "GET", ORIGIN=next(origins))
    later = []
    for number in range(MAX_DECISIONS + 200):
        send = request(app, "GET", ORIGIN=next(origins))
        if number % 100:
            send()
        else:
            later.append(work_of(send))
    assert max(later) <= first * 1.05 + 200


# -- paths -----------------------------------------------------------------------------

RESOURCES: dict[str, Any] = {
    "exact": {f"/p{number}": {"origins": ME} for number in range(100)},
    "globs": {f"/p{number}/*": {"origins": ME} for number in range(100)},
    "stars": {"/a*b*a*b*a*b*/end": {"origins": ME}, "*/x/*y/*": {"origins": ME}},
    "regexes": {r"/[a-z/]+x": {"origins": ME}, r"/r/\d+": {"origins": ME}},
}
LONG: dict[str, Callable[[int], str]] = {
    "segments": lambda size: "/a" * (size // 2),
    "one segment": lambda size: f"/{'ab' * (size // 2)}",
    "slashes": lambda size: f"/{'/' * size}",
    "dots": lambda size: "/.a" * (size // 3),
    "many dots": lambda size: f"/{'.' * size}",
    "dot segments": lambda size: "/." * (size // 2),
    "digits": lambda size: f"/r/{'1' * size}",
    "beyond ASCII": lambda size: f"/{'Ã¤' * (size // 2)}",
}


@pytest.fixture
def bare() -> Flask:
    """Return the app without CORS, whose share of the work is Flask's."""
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/<path:rest>", "view", lambda **_: "x", methods=["GET", "PUT"])
    return app


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("path", LONG)
@pytest.mark.parametrize("resources", RESOURCES)
def test_a_path_takes_linear_time(resources: str, path: str, method: str, bare: Flask) -> None:
    app = make_app("/<path:rest>", resources={**RESOURCES[resources], "*": {"origins": [ME]}})
    asked = {"ORIGIN": "https://you.example", "ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    found = []
    for kib in KIB:
        long = LONG[path](kib * 1024)
        ours, flasks = (counted(each, method, long, **asked) for each in (app, bare))
        found.append(ours - flasks)
    show(f"{path} under {resources}, {method}", KIB, found)
    linear(KIB, found)


# -- regular expressions ---------------------------------------------------------------


def hostile_requests() -> Iterator[Callable[[], None]]:
    """Yield requests that reach what the library reads of a request."""
    resources = {"/*": {"origins": [*tenants(3), ME, r"https://x\d"]}, "/other": {}}
    app = make_app("/<path:rest>", resources=resources, allow_headers=["x-a", r"x-\d"])
    wide = make_app("/<path:rest>/", methods="*")
    origins = [ME, "https://x.tenant1.example", "HTTPS://YOU", "null", "a,b", "é", "*"]
    for each, origin, method, path in itertools.product(
        (app, wide), origins, ("GET", "OPTIONS", "BREW"), ("/x", "/./x", "/x/", "/other")
    ):
        for asked in ("PUT", "B REW"):
            yield request(
                each,
                method,
                path,
                ORIGIN=origin,
                ACCESS_CONTROL_REQUEST_METHOD=asked,
                ACCESS_CONTROL_REQUEST_HEADERS="X-A, x-1,é ,y",
            )


def used() -> set[tuple[re.Pattern[str], str]]:
    found: set[tuple[re.Pattern[str], str]] = set()
    for call in hostile_requests():
        found |= regexes_of(call, PACKAGE)
    return {each for each in found if each[0].pattern not in (r"https://x\d", r"x-\d")}


PREFIXES = ("", "https://", "https://a.", "https://[", "/", "/.")


def test_the_librarys_own_regular_expressions_take_linear_time() -> None:
    """Those that a request meets are found by sending requests."""
    found = used()
    assert len(found) >= 5
    for pattern, method in sorted(found, key=str):
        small, large = (worst(pattern, times, method, PREFIXES, limit=10**6) for times in (40, 80))
        print(f"\n{method} {pattern.pattern}: {small[0]}, {large[0]} steps for {large[1]}")
        assert large[0] <= 2.2 * small[0] + 50, (pattern, large)


def test_the_counts_see_what_is_not_linear() -> None:
    """A guard of the guards: what is quadratic, or hidden in C, is counted as such."""
    text = "a" * 1000
    assert work_of(lambda: text.count("b")) >= 1000
    assert work_of(lambda: [text.find("b") for _ in text]) >= 1_000_000
    small, large = (Matcher("a*a*b").count("a" * size) for size in (20, 40))
    assert large > 3 * small
    assert {"a", "!"} <= set(characters("[a-z]+!"))
