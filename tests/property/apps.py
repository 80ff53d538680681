"""Random apps, options and requests, as Hypothesis draws them.

Everything a user can say is said at random, at every level; views write headers of their
own, fail, redirect and share responses. What is drawn is plain data, so that a failure is
printed as one; ``make`` builds the app of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask, Response, abort, redirect, session
from flask.views import MethodView
from hypothesis import strategies as st

from flask_cors import CORS, cors_exempt, cross_origin

A, B, W, NULL = "https://a.example", "https://b.example:8443", "https://x.w.example", "null"
EVIL = "https://evil.example"
Options = dict[str, Any]
Lines = list[tuple[str, str]]


class PlannedError(Exception):
    """What a view raises on purpose."""


def _asked(origin: str) -> bool:
    return origin == B


def _fails(origin: str) -> bool:
    raise LookupError("no database")


# By name, so that what is drawn can be read; and what each means.
ORIGINS: dict[str, Any] = {
    "any": "*",
    "a": A,
    "b": [B],
    "both": [A, B],
    "wildcard": ["https://*.w.example", "http://localhost:*"],
    "regex": r"https://[ax]\.(w\.)?example",
    "null": [NULL, A],
    "asked": _asked,
    "fails": [A, _fails],
    "wrong": lambda origin: "yes",
    "none": [],
}
MEANS: dict[str, frozenset[str]] = {
    "a": frozenset({A}),
    "b": frozenset({B}),
    "both": frozenset({A, B}),
    "wildcard": frozenset({W, "http://localhost:3000"}),
    "regex": frozenset({A, W}),
    "null": frozenset({NULL, A}),
    "asked": frozenset({B}),
    "fails": frozenset({A}),
    "wrong": frozenset(),
    "none": frozenset(),
}
METHODS = ["GET", "GET, PUT", "*", "DELETE, GET, X-OWN"]
EXPOSED = ["X-One", "X-One, X-Two"]
ALLOWED_HEADERS = ["*", "X-One", [re.compile("x-.*")], "Content-Type, Authorization"]
AGES = [0, 5, 600]


@dataclass
class View:
    """A view: its rule, what it serves, how it is marked, and what it does."""

    rule: str
    methods: tuple[str, ...]
    mark: Options | None
    as_class: bool
    does: str
    writes: Lines
    shared: bool


@dataclass
class Part:
    """The app, or a blueprint: what ``CORS`` objects say to it, and its views."""

    said: list[Options]
    views: list[View]
    hook: Lines = field(default_factory=list)


@dataclass
class World:
    """One app, as it is drawn; ``inner`` is a blueprint within ``outer``."""

    config: Options
    app: Part
    outer: Part
    inner: Part


# -- what is drawn ---------------------------------------------------------------------

_shared: dict[str, st.SearchStrategy[Any]] = {
    "origins": st.sampled_from(sorted(ORIGINS)),
    "methods": st.sampled_from(METHODS),
    "allow_headers": st.sampled_from(ALLOWED_HEADERS),
    "expose_headers": st.sampled_from(EXPOSED),
    "max_age": st.sampled_from(AGES),
    "send_wildcard": st.booleans(),
    "always_send": st.booleans(),
    "vary_header": st.sampled_from([True, True, True, False]),
    "allow_private_network": st.booleans(),
}


def _consistent(options: Options) -> bool:
    """Leave out what is refused at once: any origin, or null, with credentials."""
    return not (options.get("supports_credentials") and options.get("origins") in ("any", "null"))


_options = st.fixed_dictionaries(
    {}, optional={**_shared, "supports_credentials": st.sampled_from([False, True])}
).filter(_consistent)
_patterns = st.sampled_from(["/*", "/api/*", "/b/x", r"/b/.*x", "/own", "*", "/b/c/*"])
_said = st.tuples(_options, st.none() | st.dictionaries(_patterns, _options, max_size=2)).filter(
    lambda said: all(_consistent({**said[0], **each}) for each in (said[1] or {}).values())
)
_marks = st.none() | st.just({"exempt": True}) | _options | st.just({"automatic_options": False})
_names = st.sampled_from(["Accept", "accept-encoding", "Origin", "origin", "X-Own", "Cookie", "*"])
_vary = st.lists(_names, min_size=1, max_size=3).map(lambda names: ("Vary", ", ".join(names)))
_by_hand = st.sampled_from(
    [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "BREW"),
        ("Access-Control-Max-Age", "1"),
        ("Access-Control-Expose-Headers", "X-Own"),
        ("access-control-allow-origin", "https://own.example"),
        ("X-Own", "1"),
        ("Cache-Control", "no-store"),
    ]
)
_writes = st.lists(_vary | _vary | _by_hand, max_size=3)
_views = st.builds(
    View,
    rule=st.sampled_from(["/x", "/y/", "/<path:rest>", "/n/<int:number>"]),
    methods=st.sampled_from(
        [("GET",), ("GET", "PUT"), ("POST", "DELETE"), ("GET", "OPTIONS"), ("PUT", "OPTIONS")]
    ),
    mark=_marks,
    as_class=st.booleans(),
    does=st.sampled_from(["answers"] * 4 + ["aborts", "redirects", "fails", "streams", "session"]),
    writes=_writes,
    shared=st.booleans(),
)
_parts = st.builds(
    Part,
    said=st.lists(_said, max_size=2),
    views=st.lists(_views, min_size=1, max_size=3),
    hook=st.just([]) | _writes,
)
worlds = st.builds(World, config=_options, app=_parts, outer=_parts, inner=_parts)

#: Text as WSGI hands it on: any byte.
wire = st.text(st.characters(max_codepoint=255), max_size=30)
PATHS = ["/x", "/y", "/y/", "/n/1", "/b/x", "/b/y", "/b/c/x", "/b/c/n/2", "/b/none", "/none/../x"]
SENT = [A, B, W, NULL, EVIL, "http://localhost:3000", f"{A}.evil.example", f"{A},{B}", A.upper()]


@dataclass
class Ask:
    """A request; ``fields`` are WSGI keys without ``HTTP_``."""

    method: str
    path: str
    fields: dict[str, str]


_fields = st.fixed_dictionaries(
    {},
    optional={
        "ACCESS_CONTROL_REQUEST_METHOD": st.sampled_from(["GET", "PUT", "X-OWN", "get"]) | wire,
        "ACCESS_CONTROL_REQUEST_HEADERS": st.sampled_from(["x-one", "X-One, y , ,z z", ",,"])
        | wire,
        "ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": st.sampled_from(["true", "TRUE"]) | wire,
        "SEC_FETCH_SITE": st.sampled_from(["same-origin", "cross-site"]),
        "COOKIE": wire,
    },
)
asks = st.builds(
    Ask,
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "OPTIONS"]) | wire,
    path=st.sampled_from(PATHS) | wire.map(lambda text: f"/{text}"),
    fields=_fields,
)
sent_origins = st.sampled_from(SENT) | wire
asked_from = st.tuples(asks, st.none() | sent_origins)

_ASKED = {
    "ACCESS_CONTROL_REQUEST_HEADERS": "X-One, y , ,z z,\xe9",
    "ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": "true",
}
#: Asked of every app besides: what is drawn seldom meets a view.
SWEEP = [
    Ask(method, path, fields)
    for path in ("/x", "/y/", "/b/x", "/b/c/x", "/none")
    for method, fields in (
        ("GET", {}),
        ("PUT", {}),
        ("OPTIONS", {**_ASKED, "ACCESS_CONTROL_REQUEST_METHOD": "PUT"}),
        ("OPTIONS", {"ACCESS_CONTROL_REQUEST_METHOD": "B REW"}),
    )
]


# -- what is built ---------------------------------------------------------------------


def written(said: Options) -> Options:
    """Return options as a programmer writes them."""
    return {key: ORIGINS[value] if key == "origins" else value for key, value in said.items()}


def make(world: World, *, strict_slashes: bool = True) -> Flask:
    """Build the app; raises ``ConfigError`` where nothing can be meant by it."""
    app = Flask("drawn", static_folder=None)
    app.url_map.strict_slashes = strict_slashes
    app.secret_key = "drawn"
    app.config |= {f"CORS_{key.upper()}": value for key, value in written(world.config).items()}
    outer, inner = Blueprint("outer", "outer"), Blueprint("inner", "inner")
    for target, part in ((app, world.app), (outer, world.outer), (inner, world.inner)):
        _fill(target, part)
    outer.register_blueprint(inner, url_prefix="/c")
    app.register_blueprint(outer, url_prefix="/b")
    app.register_error_handler(PlannedError, lambda error: ("planned", 500, {"Vary": "X-Planned"}))
    return app


def _fill(target: Any, part: Part) -> None:
    for options, resources in part.said:
        given = written(options)
        if resources is not None:
            given["resources"] = {key: written(value) for key, value in resources.items()}
        CORS(target, **given)
    for number, view in enumerate(part.views):
        endpoint = f"v{number}"
        target.add_url_rule(view.rule, endpoint, _view(view, endpoint), methods=list(view.methods))
    if part.hook:
        target.after_request(_hook(part.hook))


def _view(view: View, name: str) -> Callable[..., Any]:
    body = _body(view)
    if not view.as_class:
        return _marked(body, view.mark)
    handlers = {method.lower(): _handler(body) for method in view.methods}
    made: Any = type("Things", (MethodView,), handlers)
    found: Callable[..., Any] = _marked(made, view.mark).as_view(name)
    return found


def _handler(body: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, **arguments: body(**arguments)


def _marked(target: Any, mark: Options | None) -> Any:
    if mark is None:
        return target
    return cors_exempt(target) if "exempt" in mark else cross_origin(**written(mark))(target)


def _body(view: View) -> Callable[..., Any]:
    kept = Response("shared", headers=view.writes)

    def body(**arguments: object) -> Any:
        if view.does == "aborts":
            abort(401)
        if view.does == "fails":
            raise PlannedError
        if view.does == "session":
            session["seen"] = 1
        if view.does == "redirects":
            return redirect("/x")
        if view.shared:
            return kept
        parts: Any = iter([b"a", b"b"]) if view.does == "streams" else "x"
        return Response(parts, headers=view.writes)

    return body


def _hook(lines: Lines) -> Callable[[Response], Response]:
    def write(response: Response) -> Response:
        for name, value in lines:
            response.headers.add(name, value)
        return response

    return write


def said_by(world: World) -> Sequence[Options]:
    """Return everything that is said anywhere, one dictionary for each place."""
    found: list[Options] = [world.config]
    for part in (world.app, world.outer, world.inner):
        for options, resources in part.said:
            found += [options] if resources is None else []
            found += [{**options, **each} for each in (resources or {}).values()]
        found += [view.mark for view in part.views if view.mark]
    return found
