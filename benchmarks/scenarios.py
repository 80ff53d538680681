"""What is measured: an app, one request to it, and whether CORS headers must come back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Blueprint, Flask
from flask.views import MethodView

from .kits import COMPARED, IMPLEMENTATIONS, INCUMBENT, PROJECT, Kit
from .wsgi import Ask

A: Final = "https://a.example"
B: Final = "https://b.example"
STRANGER: Final = "https://stranger.example"
ORIGINS: Final = (A, B)


@dataclass(frozen=True)
class Scenario:
    """One row of the table, or one point of a plot.

    *headers_from* names the implementations that must answer with
    ``Access-Control-Allow-Origin``: the others must not, so that nothing is measured that does
    something else than it says. *lacking* names those that cannot do it at all. *curve* and
    *size* place it in a plot. *row* is whether the table shows it, *setup* whether that of
    set-up times does; *weight* is its share of the time, none if only its set-up counts.
    """

    name: str
    title: str
    build: Callable[[Kit], Flask]
    ask: Ask
    headers_from: frozenset[str] = frozenset(COMPARED)
    threads: int = 1
    curve: str = ""
    size: int = 0
    row: bool = True
    setup: bool = False
    weight: int = 1
    lacking: frozenset[str] = frozenset()

    @property
    def implementations(self) -> list[str]:
        """The implementations that take part."""
        return [name for name in IMPLEMENTATIONS if name not in self.lacking]


def get(path: str = "/", origin: str | None = A) -> Ask:
    return Ask(path, "GET", {"Origin": origin} if origin else {})


def preflight(path: str = "/", method: str = "PUT") -> Ask:
    headers = {
        "Origin": A,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    return Ask(path, "OPTIONS", headers)


def hello(**_: Any) -> str:
    return "Hello, cross-origin world"


def new_view() -> Callable[[], str]:
    """Return a view of its own, where one for many endpoints would flatter."""

    def view() -> str:
        return "Hello, cross-origin world"

    return view


# -- apps ------------------------------------------------------------------------------


def covered(kit: Kit, origins: Sequence[Any] = ORIGINS, **options: Any) -> Flask:
    """One view; the whole app covered."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=hello, methods=["GET", "PUT"])
    kit.cors(app, origins=origins, **options)
    kit.snippet(app, (origin for origin in origins if isinstance(origin, str)))
    return app


def open_to_all(kit: Kit) -> Flask:
    """``CORS(app)`` and nothing else."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=hello)
    kit.cors(app)
    kit.snippet(app, ORIGINS)
    return app


def asking(kit: Kit) -> Flask:
    """A callable that knows the origins."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=hello)
    kit.cors(app, origins=lambda origin: origin in ORIGINS)
    kit.snippet(app, ORIGINS)
    return app


def decorated(kit: Kit, with_app: bool) -> Flask:
    """One marked view, with or without a ``CORS`` object around it."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=kit.mark(origins=ORIGINS)(hello))
    if with_app:
        kit.cors(app, origins=[B])
    kit.snippet(app, ORIGINS)
    return app


def class_based(kit: Kit) -> Flask:
    """A class-based view with a mark on each of its methods."""

    class Items(MethodView):
        @kit.mark(origins=ORIGINS)
        def get(self) -> str:
            return hello()

        @kit.mark(origins=[B], methods=["PUT"])
        def put(self) -> str:
            return hello()

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Items.as_view("items"))
    kit.snippet(app, ORIGINS)
    return app


def blueprints(kit: Kit, chains: int, depth: int) -> Flask:
    """*chains* times *depth* blueprints inside one another, each with its own ``CORS``."""
    app = Flask(__name__)
    for chain in range(chains):
        app.register_blueprint(_chain(kit, f"b{chain:02}", depth), url_prefix=f"/b{chain:02}")
    kit.snippet(app, ORIGINS)
    return app


def _chain(kit: Kit, name: str, depth: int) -> Blueprint:
    blueprint = Blueprint(name, __name__)
    kit.cors(blueprint, origins=ORIGINS, max_age=60 * depth)
    if depth == 1:
        blueprint.add_url_rule("/items", view_func=hello)
    else:
        blueprint.register_blueprint(_chain(kit, "inner", depth - 1), url_prefix="/inner")
    return blueprint


def resources(kit: Kit, count: int, end: str) -> Flask:
    """*count* resources, of which the path and not the URL rule decides which one matches."""
    app = Flask(__name__)
    app.add_url_rule("/<tenant>/items", view_func=hello)
    patterns = (f"/t{number:04}/{end}" for number in range(count))
    kit.cors(app, resources={pattern: {"origins": list(ORIGINS)} for pattern in patterns})
    kit.snippet(app, ORIGINS)
    return app


def routes(kit: Kit, count: int, marked: bool = False) -> Flask:
    """*count* endpoints; the whole app covered, or each view marked by itself."""
    app = Flask(__name__)
    for number in range(count):
        view = kit.mark(origins=ORIGINS)(new_view()) if marked else new_view()
        app.add_url_rule(f"/r{number:04}", f"r{number:04}", view)
    if not marked:
        kit.cors(app, origins=ORIGINS)
    kit.snippet(app, ORIGINS)
    return app


def literals(count: int) -> list[str]:
    return [f"https://tenant-{number:06}.example" for number in range(count)]


def tenants(kit: Kit, literal: int, wildcard: int = 0) -> Flask:
    """An allow-list of *literal* origins and *wildcard* patterns."""
    patterns = kit.wildcards(f"w{number:05}.example" for number in range(wildcard))
    return covered(kit, [*literals(literal), *patterns])


# -- the list --------------------------------------------------------------------------

NOBODY: Final[frozenset[str]] = frozenset()
LIBRARIES: Final = frozenset({INCUMBENT, PROJECT})
# Without an Origin, flask-cors sends the first of the list, in alphabetical order.
NOBODY_ASKED: Final = frozenset({INCUMBENT})
NO_CALLABLES: Final = frozenset({INCUMBENT})
# No other refuses requests.
NO_ENFORCE: Final = frozenset(COMPARED) - {PROJECT}

ALLOW_LIST: Final = (1, 10, 100, 1_000, 10_000, 100_000)
RESOURCES: Final = (1, 10, 100, 1_000)
ROUTES: Final = (1, 10, 100, 1_000, 5_000)
BIG_LIST: Final = (100_000, 10_000)
ENDS: Final = {"glob": "*", "regex": ".*"}
ROW_WEIGHT: Final = 3
"""How much longer a row of the table is measured than what is but a point of a plot."""


def scenarios() -> Iterator[Scenario]:
    """Yield the scenarios in the order of the table."""
    for scenario in each():
        yield replace(scenario, weight=ROW_WEIGHT) if scenario.row else scenario


def each() -> Iterator[Scenario]:
    """Yield the scenarios, rows and points of plots."""
    yield from common()
    yield from map(many_literals, ALLOW_LIST)
    yield from (many_origins(*sizes) for sizes in ((1, 1), BIG_LIST))
    for kind in ENDS:
        yield from map(functools.partial(many_resources, kind), RESOURCES)
    yield from map(many_routes, ROUTES)
    yield from many_places()


def common() -> Iterator[Scenario]:
    """Yield the scenarios that most apps live in."""
    yield Scenario("allowed", "CORS(app, origins), allowed", covered, get(), setup=True)
    enforcing = functools.partial(covered, enforce=True)
    yield Scenario("enforce", "CORS(app, enforce), allowed", enforcing, get(), lacking=NO_ENFORCE)
    yield Scenario("denied", "CORS(app, origins), denied", covered, get(origin=STRANGER), NOBODY)
    yield Scenario(
        "no-origin", "CORS(app, origins), no Origin", covered, get(origin=None), NOBODY_ASKED
    )
    yield Scenario("any", "CORS(app)", open_to_all, get())
    yield Scenario("preflight", "preflight", covered, preflight())
    with_app = functools.partial(decorated, with_app=True)
    without = functools.partial(decorated, with_app=False)
    yield Scenario("decorated", "decorated view", without, get())
    yield Scenario("decorated-app", "decorated, with CORS(app)", with_app, get())
    yield Scenario("class", "class, a mark per method", class_based, get())
    one = functools.partial(blueprints, chains=1, depth=1)
    yield Scenario("blueprint", "CORS(blueprint)", one, get("/b00/items"))
    yield Scenario("callable", "callable origin", asking, get(), lacking=NO_CALLABLES)
    yield Scenario("threads", "16 threads", covered, get(), threads=16)


def many_literals(size: int) -> Scenario:
    """Return the scenario of *size* literal origins; the one in the middle asks."""
    return Scenario(
        f"{size}-origins",
        f"{size:,} literal origins" if size > 1 else "1 literal origin",
        functools.partial(tenants, literal=size),
        get(origin=literals(size)[size // 2]),
        curve="origins",
        size=size,
        row=size in (1, 1_000, 100_000),
        setup=size == 100_000,
    )


def many_origins(literal: int, wildcard: int) -> Scenario:
    """Return the scenario of literal and wildcard origins; the middle wildcard allows."""
    return Scenario(
        f"{literal}-and-{wildcard}-origins",
        f"{literal:,} + {wildcard:,} wildcard",
        functools.partial(tenants, literal=literal, wildcard=wildcard),
        get(origin=f"https://www.w{wildcard // 2:05}.example"),
        LIBRARIES,
        setup=(literal, wildcard) == BIG_LIST,
    )


def many_resources(kind: str, size: int) -> Scenario:
    """Return the scenario of *size* resources of a kind, the last of which matches."""
    words = {"glob": "globs", "regex": "regexes"}[kind] if size > 1 else kind
    return Scenario(
        f"{size}-{kind}",
        f"{size:,} resource {words}",
        functools.partial(resources, count=size, end=ENDS[kind]),
        get(f"/t{size - 1:04}/items"),
        curve=f"resources-{kind}",
        size=size,
        row=size in (1, 1_000),
        setup=size == 1_000,
    )


def many_routes(size: int) -> Scenario:
    """Return the scenario of *size* endpoints under one ``CORS(app)``."""
    return Scenario(
        f"{size}-endpoints",
        f"{size:,} endpoints" if size > 1 else "1 endpoint",
        functools.partial(routes, count=size),
        get(f"/r{size - 1:04}"),
        curve="routes",
        size=size,
        row=size in (1, 5_000),
        setup=size == 5_000,
    )


def many_places() -> Iterator[Scenario]:
    """Yield the scenarios in which much is said at many places."""
    yield Scenario(
        "200-blueprints",
        "200 blueprints, four deep",
        functools.partial(blueprints, chains=50, depth=4),
        get("/b49/inner/inner/inner/items"),
        setup=True,
    )
    yield Scenario(
        "5000-decorated",
        "5,000 decorated views",
        functools.partial(routes, count=ROUTES[-1], marked=True),
        get("/r4999"),
        row=False,
        setup=True,
        weight=0,
    )


SCENARIOS: Final = {scenario.name: scenario for scenario in scenarios()}

MEMORY: Final = "100000-origins"
"""The scenario whose memory is measured."""
