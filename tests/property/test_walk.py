"""The walk: each option is what the nearest level that sets it says, over random apps.

A naive reading of the rule - lists of dictionaries, searched anew for every request - is
compared with the headers of real requests: nested and renamed blueprints, view classes,
marks, resources and config; actual requests, preflights, 404, 405 and redirects. What
cannot be granted together is warned about when compiling, where and only where a request can
meet it.
"""

from __future__ import annotations

import logging
import random
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from flask_cors import CORS, CorsWarning, cors_exempt, cross_origin
from flask_cors.runtime.hooks import state_of

A, B, W, NULL = "https://a.example", "https://b.example", "https://x.w.example", "null"
ORIGINS = (A, B, W, NULL, None)
# How origins may be said, each with the origins of requests that it names.
SAID: Mapping[str, tuple[Any, frozenset[str]]] = {
    "any": ("*", frozenset({A, B, W, NULL})),
    "none": ([], frozenset()),
    "a": (A, frozenset({A})),
    "b": ([B], frozenset({B})),
    "a and b": ([A, B], frozenset({A, B})),
    "wildcard": (["https://*.w.example"], frozenset({W})),
    "regex": (re.compile(r"https://[bx]\..*"), frozenset({B, W})),
    "null": (["null", A], frozenset({NULL, A})),
    "callable": (lambda origin: origin == B, frozenset({B})),
}
SINGLE = {"a": A, "b": B}
# Patterns, each with its literal text and a reading of it by hand.
Covers = Callable[[str], bool]
PATTERNS: Mapping[Any, tuple[str | None, Covers]] = {
    "*": ("", lambda path: True),
    "/api/*": ("/api/", lambda path: path == "/api" or path.startswith("/api/")),
    "/api/v1/n*": ("/api/v1/n", lambda path: path.startswith("/api/v1/n")),
    "/api/v1/*": ("/api/v1/", lambda path: path == "/api/v1" or path.startswith("/api/v1/")),
    "/b/*": ("/b/", lambda path: path == "/b" or path.startswith("/b/")),
    "/*/admin": ("/", lambda path: path.endswith("/admin") and path.count("/") > 1),
    "/api": (None, lambda path: path == "/api"),
    "/api/items/1": (None, lambda path: path == "/api/items/1"),
    "/b/admin": (None, lambda path: path == "/b/admin"),
    "/x/": (None, lambda path: path == "/x/"),
    r"/api/\w+/\d": ("/api/", lambda path: bool(re.match(r"/api/\w+/\d", path))),
    r"^/api/v[12]": ("/api/v", lambda path: path.startswith(("/api/v1", "/api/v2"))),
    r"/b/admins?": ("/b/admin", lambda path: path.startswith("/b/admin")),
    r"/b.*": ("/b", lambda path: path.startswith("/b")),
    r"/x|/b/c": ("", lambda path: path.startswith(("/x", "/b/c"))),
    re.compile("/API/ADMIN", re.IGNORECASE): ("", lambda path: path.startswith("/api/admin")),
}
# The URLs of a part of the app, each with paths that it serves.
URLS: Mapping[str, Sequence[str]] = {
    "/admin": ["/admin"],
    "/v1/<name>": ["/v1/n", "/v1/2"],
    "/items/<int:n>": ["/items/1", "/items/22"],
    "/any/<path:rest>": ["/any/x/y"],
}
APP_URLS: Mapping[str, Sequence[str]] = {
    "/x/": ["/x/", "/x"],
    "/top": ["/top"],
    "/api": ["/api"],
    "/api/app/<int:n>": ["/api/app/1"],
}
FIRST = ("GET", "POST", "PUT", "PATCH", "DELETE")
Options = dict[str, Any]
EXEMPT: Options = {"exempt": True}
OFF = object()


@dataclass
class Said:
    """What one CORS object says: keywords, and the options of each pattern or ``None``."""

    keywords: Options
    resources: list[tuple[Any, Options]] | None


@dataclass
class Part:
    """The app, or one registration of a blueprint: its full name, prefix, and what is said."""

    name: str
    prefix: str
    said: list[Said] = field(default_factory=list)


@dataclass
class View:
    """A view: what it serves, its marks, and the parts around it, nearest first."""

    url: str
    paths: list[str]
    methods: list[str]
    by_method: dict[str, Options | None]
    marks: list[Options]
    around: list[Part]


@dataclass
class World:
    """One random app, and what was said to it."""

    app: Flask
    config: Options
    parts: list[Part]
    views: list[View] = field(default_factory=list)


# -- the naive walk --------------------------------------------------------------------


def resource_level(part: Part, path: str) -> Options | None:
    """Return what the CORS objects of an app or a blueprint say of a path."""
    entries: list[tuple[Any, Options]] = []
    for said in reversed(part.said):
        entries += [
            (pattern, {**said.keywords, **options})
            for pattern, options in (said.resources or [("*", {})])
        ]
    matching = [entry for entry in entries if PATTERNS[entry[0]][1](path)]
    exact = [options for pattern, options in matching if PATTERNS[pattern][0] is None]
    if exact:
        return exact[0]
    # max() returns the first of those that tie.
    best = max(matching, key=lambda entry: len(PATTERNS[entry[0]][0] or ""), default=None)
    return best[1] if best else None


def levels_of(world: World, view: View | None, method: str | None, path: str) -> Any:
    """Return the levels of a request, nearest first, or ``OFF``."""
    marks: list[Options] = []
    around = world.parts[:1]
    if view is not None:
        around = view.around
        handler = "GET" if method == "HEAD" else method
        own = view.by_method.get(handler) if handler else None
        marks = [own, *view.marks] if own is not None else view.marks
    else:
        prefixed = [part for part in world.parts[1:] if part.said and covers(part.prefix, path)]
        if prefixed:
            best = max(prefixed, key=lambda part: len(part.prefix))
            around = [*enclosing(world, best.name), world.parts[0]]
    if EXEMPT in marks:
        marks = marks[: marks.index(EXEMPT)]
        if not marks:
            return OFF
    found = (resource_level(part, path) for part in around)
    levels = [*marks, *(options for options in found if options is not None)]
    return levels or OFF


def covers(prefix: str, path: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def enclosing(world: World, name: str) -> list[Part]:
    """Return the blueprint of a dotted name and those around it, nearest first."""
    by_name = {part.name: part for part in world.parts[1:]}
    names = name.split(".")
    return [by_name[".".join(names[:count])] for count in range(len(names), 0, -1)]


def effective(world: World, levels: list[Options], option: str, default: Any) -> Any:
    for level in [*levels, world.config]:
        if option in level:
            return level[option]
    return default


def credentials_of(world: World, levels: list[Options]) -> bool:
    """True does not pass a nearer level that sets origins; False and the config do."""
    for position, level in enumerate(levels):
        nearer = any("origins" in other for other in levels[:position])
        said = level.get("supports_credentials")
        if said is False or (said is True and not nearer):
            return bool(said)
    return bool(world.config.get("supports_credentials", False))


def degraded(world: World, levels: Any) -> bool:
    """Return whether credentials are set, and not granted to all origins that are allowed."""
    if levels is OFF or not credentials_of(world, levels):
        return False
    return effective(world, levels, "origins", "any") in ("any", "null")


def granted_credentials(world: World, levels: list[Options], origin: str | None) -> bool:
    """Return whether an origin is granted credentials: not where any is, and never ``null``."""
    any_origin = effective(world, levels, "origins", "any") == "any"
    return credentials_of(world, levels) and not any_origin and origin != NULL


def allowed(world: World, levels: Any, origin: str | None, method: str | None = None) -> str | None:
    """Return the value of Access-Control-Allow-Origin; *method* has to be allowed, too."""
    if levels is OFF or (method and method not in methods_of(world, levels, method)):
        return None
    said = effective(world, levels, "origins", "any")
    if origin is None:
        always = effective(world, levels, "always_send", True)
        return {"any": "*", **SINGLE}.get(said) if always else None
    if origin not in SAID[said][1]:
        return None
    wildcard = effective(world, levels, "send_wildcard", False)
    return "*" if said == "any" and wildcard else origin


def methods_of(world: World, levels: list[Options], asked: str) -> set[str]:
    methods = effective(world, levels, "methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
    return {asked} if methods == "*" else set(methods.split(", "))


def expected(world: World, levels: Any, origin: str | None) -> dict[str, str]:
    """Return the CORS headers that an actual request with these levels gets."""
    if levels is OFF:
        return {}
    headers = common(world, levels, origin)
    exposed = effective(world, levels, "expose_headers", None)
    if exposed and "Access-Control-Allow-Origin" in headers:
        headers["Access-Control-Expose-Headers"] = exposed
    return headers


def common(world: World, levels: list[Options], origin: str | None) -> dict[str, str]:
    """Return the headers of actual requests and preflights alike."""
    said = effective(world, levels, "origins", "any")
    always = effective(world, levels, "always_send", True)
    allow = allowed(world, levels, origin)
    headers: dict[str, str] = {}
    fixed = allow == "*" or (always and allow is not None and allow == SINGLE.get(said))
    if said != "none" and not fixed:
        headers["Vary"] = "Origin"
    if allow is not None:
        headers["Access-Control-Allow-Origin"] = allow
        if granted_credentials(world, levels, allow):
            headers["Access-Control-Allow-Credentials"] = "true"
    return headers


def answer(world: World, path: str, wanted: str, origin: str) -> dict[str, str]:
    """Return the headers that a preflight gets.

    It names all methods of its policy where the URL has one, and otherwise those that the URL
    serves and that get as much.
    """
    view, marked_as, met = target_of(world, path, wanted)
    levels = levels_of(world, view, marked_as, met)
    if levels is OFF:
        return {}
    headers = common(world, levels, origin)
    if allowed(world, levels, origin, wanted) is None:
        return headers
    age = effective(world, levels, "max_age", None)
    if age is not None:
        headers["Access-Control-Max-Age"] = str(age)
    redirected = "/x/" if path == "/x" else path
    others = {
        method: levels_of(world, served, method, redirected)
        for method, served in served_at(world, path).items()
    }
    needed = granted_credentials(world, levels, origin)
    named = {
        method
        for method, other in others.items()
        if allowed(world, other, origin, method) is not None
        and (not needed or granted_credentials(world, other, origin))
        and not is_shorter(world, other, levels)
    }
    one = all(other is not OFF and same(world, other, levels) for other in others.values())
    methods = methods_of(world, levels, wanted) if one else {wanted} | named
    return {**headers, "Access-Control-Allow-Methods": ", ".join(sorted(methods))}


def is_shorter(world: World, other: list[Options], levels: list[Options]) -> bool:
    """Return whether a callable decides, and its answer is to be cached for a shorter time."""
    if effective(world, other, "origins", DEFAULTS["origins"]) != "callable":
        return False
    ages = [effective(world, each, "max_age", None) for each in (other, levels)]
    own, its = (5 if age is None else age for age in ages)
    return bool(own < its)


def same(world: World, one: list[Options], other: list[Options]) -> bool:
    """Return whether two walks have equal effective options."""
    names = {name for level in (*one, *other, world.config) for name in level}
    return granted_credentials(world, one, A) == granted_credentials(world, other, A) and all(
        effective(world, one, name, DEFAULTS.get(name))
        == effective(world, other, name, DEFAULTS.get(name))
        for name in names - {"supports_credentials"}
    )


# Of the options that the worlds set, those whose default is not None.
DEFAULTS: dict[str, Any] = {
    "origins": "any",
    "methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
    "always_send": True,
    "send_wildcard": False,
}


def served_at(world: World, path: str) -> dict[str, View]:
    """Return the view that serves each method at a path."""
    return {
        name: view
        for view in reversed(world.views)
        if path in view.paths
        for name in [*view.methods, *(["HEAD"] if "GET" in view.methods else [])]
    }


def target_of(world: World, path: str, method: str) -> tuple[View | None, str | None, str]:
    """Return the view that a request is about, the method whose mark counts, and the path."""
    served = served_at(world, path)
    if method in served:
        return served[method], method, "/x/" if path == "/x" else path
    if not served or path == "/x":
        # Werkzeug redirects the methods that are served there, and no other.
        return None, None, path
    first = next(name for name in FIRST if name in served)
    return served[first], None, path


def walks(world: World) -> Iterator[tuple[bool, Any]]:
    """Yield the levels that requests can meet, and whether their URL is one path."""
    for view in world.views:
        for path in view.paths:
            if path != "/x":
                for method in (None, "HEAD", "OPTIONS", *view.methods):
                    yield "<" not in view.url, levels_of(world, view, method, path)


# -- random apps -----------------------------------------------------------------------


def options(rng: random.Random, most: int = 3) -> Options:
    drawn: Options = {}
    rows: Sequence[tuple[str, Sequence[Any]]] = [
        ("origins", [name for name in SAID if name != "any" or rng.random() < 0.3]),
        ("origins", ["a", "b", "a and b"]),
        ("supports_credentials", [True, False]),
        ("methods", ["GET", "GET, PUT", "*", "DELETE, GET"]),
        ("max_age", [0, 5, 60]),
        ("expose_headers", ["X-One", "X-One, X-Two"]),
        ("always_send", [False, True]),
        ("send_wildcard", [True, False]),
    ]
    for name, values in rng.sample(rows, rng.randrange(most + 1)):
        drawn[name] = rng.choice(values)
    return drawn


def written(said: Options) -> dict[str, Any]:
    """Return options as a programmer writes them."""
    return {key: SAID[value][0] if key == "origins" else value for key, value in said.items()}


def say(rng: random.Random, world: World, part: Part, target: Any) -> None:
    """Create none to two CORS objects for an app or a blueprint."""
    for _ in range(rng.choice([0, 1, 1, 1, 2])):
        drawn = options(rng)
        resources = None
        if rng.random() < 0.6:
            patterns = rng.sample(list(PATTERNS), rng.randrange(1, 9))
            if rng.random() < 0.3:
                # An exact path that is shorter than the glob's literal text.
                patterns = list(dict.fromkeys([*patterns, "/api/*", "/api"]))
            resources = [(pattern, options(rng, 2)) for pattern in patterns]
        given = written(drawn)
        if resources is not None:
            given["resources"] = {key: written(value) for key, value in resources}
        if rng.random() < 0.2:
            # init_app wins over the constructor.
            CORS(max_age=7).init_app(target, **given)
            drawn = {"max_age": 7, **drawn}
        else:
            CORS(target, **given)
        part.said.append(Said(drawn, resources))


def mark(rng: random.Random, world: World, share: float) -> Options | None:
    if rng.random() > share:
        return None
    if rng.random() < 0.15:
        return EXEMPT
    return options(rng)


def marked(target: Any, said: Options | None) -> Any:
    if said is None:
        return target
    return cors_exempt(target) if said == EXEMPT else cross_origin(**written(said))(target)


def respond(*args: Any, **kwargs: Any) -> str:
    return "x"


def handler() -> Callable[..., str]:
    def handle(*args: Any, **kwargs: Any) -> str:
        return respond()

    return handle


def make_view(
    rng: random.Random, world: World, methods: Sequence[str], shared: Callable[..., str]
) -> tuple[Any, dict[str, Options | None], list[Options]]:
    """Return a view, the marks on its handlers, and its other marks, nearest first.

    *shared* is a function that stands at several URLs, each time with another mark or none.
    """
    if rng.random() < 0.5:
        said = mark(rng, world, 0.5)
        body = shared if rng.random() < 0.5 else handler()
        return marked(body, said), {}, [] if said is None else [said]
    by_method = {method: mark(rng, world, 0.4) for method in methods}
    of_view, of_class, of_base = (mark(rng, world, 0.25) for _ in range(3))
    inherited = [method for method in methods if rng.random() < 0.3]
    bodies = {method: marked(handler(), by_method[method]) for method in methods}
    base = type("Base", (MethodView,), {name.lower(): bodies[name] for name in inherited})
    own = {name.lower(): bodies[name] for name in methods if name not in inherited}
    in_list = of_class is not None and rng.random() < 0.4
    if in_list and of_class is not None:
        own["decorators"] = [
            cors_exempt if of_class == EXEMPT else cross_origin(**written(of_class))
        ]
    view_class: Any = type("Things", (marked(base, of_base),), own)
    if not in_list:
        view_class = marked(view_class, of_class)
    view = marked(view_class.as_view("things"), of_view)
    return view, by_method, [said for said in (of_view, of_class, of_base) if said is not None]


def add_views(
    rng: random.Random, world: World, target: Any, urls: Mapping[str, Sequence[str]], name: str
) -> list[tuple[str, View]]:
    """Add one or two views at some URLs; return what they are, parts not yet known."""
    made = []
    shared = handler()
    for number, url in enumerate(rng.sample(list(urls), rng.randrange(1, len(urls)))):
        split = rng.choice([[["GET"]], [["GET", "PUT"]], [["PUT"], ["GET", "DELETE"]], [["POST"]]])
        for part, methods in enumerate(split):
            view, by_method, marks = make_view(rng, world, methods, shared)
            target.add_url_rule(url, f"{name}{number}{part}", view, methods=methods)
            made.append((url, View(url, list(urls[url]), methods, by_method, marks, [])))
    return made


def make(rng: random.Random) -> World:
    """Make a random app."""
    app = Flask("walk", static_folder=None)
    world = World(app, {}, [Part("", "")])
    if rng.random() < 0.4:
        world.config = options(rng, 2)
        for key, value in written(world.config).items():
            app.config[f"CORS_{key.upper()}"] = value
    for _, view in add_views(rng, world, app, APP_URLS, "app"):
        view.around = world.parts[:1]
        world.views.append(view)
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    templates = {"outer": Part("", ""), "inner": Part("", "")}
    say(rng, world, world.parts[0], app)
    views = {}
    for blueprint in (outer, inner):
        say(rng, world, templates[blueprint.name], blueprint)
        views[blueprint.name] = add_views(rng, world, blueprint, URLS, blueprint.name)
    registered = [("outer", "/b")]
    # Both are registered once or twice: the inner one within, and on its own with a name.
    if rng.random() < 0.7:
        outer.register_blueprint(inner, url_prefix="/c")
        registered.append(("outer.inner", "/b/c"))
    app.register_blueprint(outer, url_prefix="/b")
    if rng.random() < 0.7:
        app.register_blueprint(inner, name="again", url_prefix="/api")
        registered.append(("again", "/api"))
    for full, prefix in registered:
        kind = "outer" if full == "outer" else "inner"
        world.parts.append(Part(full, prefix, templates[kind].said))
        around = [*enclosing(world, full), world.parts[0]]
        for url, view in views[kind]:
            paths = [f"{prefix}{path}" for path in view.paths]
            world.views.append(
                View(f"{prefix}{url}", paths, view.methods, view.by_method, view.marks, around)
            )
    return world


# -- the comparison --------------------------------------------------------------------


def received(client: FlaskClient, path: str, method: str, **headers: str) -> dict[str, str]:
    found = client.open(path, method=method, headers=headers).headers
    names = [name for name, _ in found if name.startswith("Access-") or name == "Vary"]
    assert len(names) == len(set(names)), "a header is there twice"
    return {name: found[name] for name in names}


def compare(rng: random.Random, world: World) -> None:
    client = world.app.test_client()
    paths = sorted({path for view in world.views for path in view.paths})
    paths += ["/none", "/api/none", "/b/none", "/b/c/none", "/bc/none", "/x"]
    for path in paths:
        for method in rng.sample(["GET", "PUT", "DELETE", "PATCH", "POST", "HEAD"], 2):
            view, marked_as, met = target_of(world, path, method)
            levels = levels_of(world, view, marked_as, met)
            origin = rng.choice(ORIGINS)
            sent = {} if origin is None else {"Origin": origin}
            got = received(client, path, method, **sent)
            assert got == expected(world, levels, origin), (method, path, origin, levels)
            origin = rng.choice(ORIGINS[:-1])
            asked = {"Origin": origin, "Access-Control-Request-Method": method}
            got = received(client, path, "OPTIONS", **asked)
            told = answer(world, path, method, origin)
            assert got == told, ("preflight", method, path, origin, levels, told)


def check(rng: random.Random) -> None:
    world = make(rng)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", CorsWarning)
        state_of(world.app).policies()
    if warned:
        met = any(degraded(world, levels) for _, levels in walks(world))
        assert met, f"no request meets {warned[0].message}"
    else:
        surely = any(one and degraded(world, levels) for one, levels in walks(world))
        assert not surely, "a request meets what cannot be granted together"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        compare(rng, world)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    logger = logging.getLogger("flask_cors")
    logger.disabled = True
    yield
    logger.disabled = False


@pytest.mark.parametrize("chunk", range(10))
def test_the_most_specific_level_that_sets_an_option_wins(chunk: int) -> None:
    for seed in range(chunk * 30, chunk * 30 + 30):
        try:
            check(random.Random(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from None
