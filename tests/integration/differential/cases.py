"""Write configurations and requests at random, from a seed, as JSON.

Values that JSON lacks are tagged dictionaries, which ``worker.decode`` reads. What is written
leans towards what the compatibility table is about, each row of which must be met.

What is never written, since no row of the table is about it, is listed in ``UNASKED``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

Options = dict[str, Any]

UNASKED = (
    'methods="*", which flask-cors does not have',
    "lists written as one string, in mixed case, or with the same item twice",
    "a mark on a view that writes Access-Control-Allow-Origin: flask-cors sends both values",
    "OPTIONS that is no preflight, to a marked view that serves OPTIONS or leaves it to Flask",
    "CORS_AUTOMATIC_OPTIONS: flask-cors calls the marked view for OPTIONS then",
    "OPTIONS with Access-Control-Request-Method and no Origin: flask-cors takes it for a preflight",
    "what is no token in Access-Control-Request-Headers: flask-cors echoes it",
    "an Origin with white space, a comma, no ASCII or over 512 characters: likewise",
    "an IPv6 origin, a regular expression without any of * ] ? $ ^ [ ( ) and backslash: guessed",
    "compiled regular expressions in allow_headers that heed case",
    '"*" in expose_headers with credentials; a wildcard over a top-level domain',
    "values of a wrong type, an empty string for origins, a max_age that is no whole number",
    "resources in a mark or in a resource",
    "a keyword that is None, but for origins: it hides app.config in flask-cors",
)


@dataclass
class Mark:
    """A ``cross_origin``; ``place`` is ``view``, ``decorators``, ``class`` or ``method``."""

    options: Options = field(default_factory=dict)
    positional: list[Any] = field(default_factory=list)
    bare: bool = False
    place: str = "view"


@dataclass
class Does:
    """What a view does when it is called."""

    abort: int | None = None
    fail: bool = False
    redirect: bool = False
    session: bool = False
    headers: list[list[str]] = field(default_factory=list)


@dataclass
class View:
    """A view and its rule; ``twin`` registers the same function unmarked at a second rule."""

    name: str
    rule: str
    path: str
    blueprint: str | None
    methods: list[str]
    kind: str = "function"
    mark: Mark | None = None
    method_marks: dict[str, Mark] = field(default_factory=dict)
    does: Does = field(default_factory=Does)
    twin: str | None = None


@dataclass
class BlueprintCase:
    """A blueprint, where it is mounted, and its ``CORS`` options, if it has any."""

    name: str
    prefix: str
    parent: str | None
    cors: Options | None


@dataclass
class Request:
    """One request: the path as it stands on the wire, and its headers."""

    method: str
    path: str
    headers: list[list[str]]

    def get(self, name: str) -> str:
        """Return the header's value, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass
class Case:
    """One application and what it is asked."""

    config: dict[str, Any] = field(default_factory=dict)
    debug: bool = False
    apps: list[Options] = field(default_factory=list)
    blueprints: list[BlueprintCase] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    hook: int | None = None
    handlers: list[int] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the description that the worker reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, described: dict[str, Any]) -> Case:
        """Return the case of a description, of which any part may be left out."""
        parts = dict(described)
        parts["blueprints"] = [BlueprintCase(**item) for item in parts.get("blueprints", [])]
        parts["views"] = [_view_of(item) for item in parts.get("views", [])]
        parts["requests"] = [Request(**item) for item in parts.get("requests", [])]
        return cls(**parts)


def _view_of(described: dict[str, Any]) -> View:
    parts = dict(described)
    parts["mark"] = Mark(**parts["mark"]) if parts.get("mark") else None
    marks = parts.get("method_marks", {})
    parts["method_marks"] = {method: Mark(**mark) for method, mark in marks.items()}
    parts["does"] = Does(**parts.get("does", {}))
    return View(**parts)


def regex(pattern: str, flags: int = 0) -> dict[str, Any]:
    """Return a compiled regular expression, tagged."""
    return {"$regex": [pattern, flags]}


A, B, PORT = "https://a.example", "https://b.example", "http://localhost:3000"
LITERALS = (A, B, PORT, "https://app.corp.example:8443", "app://localhost")
UNTIDY = ("https://a.example/", "https://b.example:443", "HTTPS://A.example")
REGEXES = (
    r"https://.*\.a\.example",
    r"^https://[a-z]+\.b\.example$",
    r"^http://localhost(:\d+)?$",
    regex(r"https://.*\.a\.example"),
    regex(r"https?://(a|b)\.EXAMPLE", 2),
    regex(".*"),
)
WILDCARDS = ("https://*.a.example", "http://localhost:*", "https://*.b.example:*")
ORIGINS = (
    *(A, B, PORT) * 4,
    "https://x.a.example",
    "https://x.y.a.example",
    "https://x.b.example",
    "https://x.b.example:8443",
    "https://a.example.evil.test",
    "https://x.a.example.evil.test",
    "http://localhost",
    "http://localhost.evil.test",
    "http://localhost:80.evil.test",
    "https://A.example",
    "https://app.corp.example:8443",
    "app://localhost",
    "null",
    "null",
    "example.com",
    "https://other.test",
)
METHOD_LISTS: tuple[Any, ...] = (
    ["GET"],
    "GET",
    ["GET", "POST"],
    ["get", "post", "put"],
    {"$set": ["PUT", "GET", "DELETE"]},
    {"$tuple": ["GET", "POST", "DELETE", "PATCH"]},
    ["GET", "POST", "TRACE"],
)
HEADER_LISTS: tuple[Any, ...] = (
    "*",
    "X-A",
    ["X-A", "Content-Type"],
    ["x-b", "AUTHORIZATION"],
    {"$set": ["X-A", "X-B", "X-C"]},
    r"^X-[AB]$",
    [regex("x-.*", 2), "Authorization"],
    ["X-A", "Origin"],
)
EXPOSED: tuple[Any, ...] = ("X-Total", ["X-Total", "ETag"], {"$set": ["X-B", "X-A"]})
EXPOSED_ODD: tuple[Any, ...] = (["X-Total", "Set-Cookie"], ["X-Total", "Access-Control-Max-Age"])
AGES: tuple[Any, ...] = (600, "600", 0, 0, {"$seconds": 3600}, {"$seconds": 0})
ASKED_METHODS = ("GET",) * 5 + ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") * 2
ODD_METHODS = ("ET", "P", "get", "put", "GET, HEAD", "FOO", "PUTT")
ASKED_HEADERS = ("X-A", "x-a, X-B", "Content-Type, authorization", "X-B,X-A, X-C", "Origin, X-A")
PATTERNS: tuple[Any, ...] = (
    "*",
    "/*",
    "/api/*",
    "/api/*",
    r"/api/.*",
    "/api*",
    "/api/items",
    "/api/items/*",
    r"/api/items/\d+",
    "/*/things",
    "/v1/*",
    "/v1.0/*",
    r"^/v\d/.*",
    "/open",
    "/files/*",
    regex("/.*"),
    regex(r"/api/items/.*"),
    regex("/API", 2),
)
APP_RULES = (
    ("/", "/"),
    ("/open", "/open"),
    ("/api/items", "/api/items"),
    ("/api/items", "/api/items"),
    ("/api/items/<int:number>", "/api/items/7"),
    ("/api-internal", "/api-internal"),
    ("/v1/things/", "/v1/things/"),
    ("/v1.0/data", "/v1.0/data"),
    ("/v1x0/data", "/v1x0/data"),
    ("/files/<path:name>", "/files/a/b.txt"),
)
BLUEPRINT_RULES = (
    ("/things", "/things"),
    ("/things", "/things"),
    ("/items", "/items"),
    ("/items/<int:number>", "/items/7"),
    ("/list/", "/list/"),
    ("/deep/<path:name>", "/deep/a/b"),
)
ELSEWHERE = ("/nowhere", "/api/nowhere", "/v1/nowhere", "/api/%69tems", "/api/%2569tems")
DOTTED = ("/files/../open", "/files/a/./b", "/api/%2e%2e/open", "/files/..%2fopen")
BOOLEANS = ("send_wildcard", "always_send", "vary_header", "allow_private_network")


class Writer:
    """Writes one case."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.named = rng.random() < 0.6
        self.case = Case()
        self._taken: set[tuple[str | None, str, str]] = set()

    def chance(self, share: float) -> bool:
        """Return true in *share* of all calls."""
        return self.rng.random() < share

    def one(self, items: tuple[T, ...] | list[T]) -> T:
        """Return one of *items*."""
        return self.rng.choice(items)

    def some(self, items: tuple[T, ...], low: int, high: int) -> list[T]:
        """Return between *low* and *high* different *items*."""
        return self.rng.sample(items, self.rng.randint(low, high))

    def write(self) -> Case:
        """Return a configuration that both libraries should accept, and its requests."""
        self._write_blueprints()
        self._write_apps()
        self._write_views()
        self._write_config()
        self._write_hooks()
        self._write_requests()
        return self.case

    def _write_blueprints(self) -> None:
        parent = None
        for name, prefix in (("shop", "/api"), ("inner", "/v1")):
            if not self.chance(0.4):
                continue
            cors = None
            if self.chance(0.7):
                cors = self.options(0.75)
                if self.chance(0.15):
                    cors["resources"] = self.resources()
                if self.chance(0.04):
                    cors["intercept_exceptions"] = False
            self.case.blueprints.append(BlueprintCase(name, prefix, parent, cors))
            parent = name if self.chance(0.6) else None

    def _write_apps(self) -> None:
        for _ in range(self.rng.choices((0, 1, 2), (25, 60, 15))[0]):
            options = self.options(0.6)
            if self.chance(0.6):
                options["resources"] = self.resources()
            if self.chance(0.1):
                options["intercept_exceptions"] = self.chance(0.3)
            if self.chance(0.04):
                options["automatic_options"] = True
            self.case.apps.append(options)

    def resources(self) -> Any:
        """Return a value of the option ``resources``."""
        patterns = self.some(PATTERNS, 1, 4)
        if self.chance(0.15):
            return patterns[0]
        if self.chance(0.15):
            return patterns
        return {"$pairs": [[pattern, self.options(0.7)] for pattern in patterns]}

    def options(self, origins: float) -> Options:
        """Return the options of one level, the origins among them in a share of all cases."""
        options: Options = {}
        if self.chance(origins):
            options["origins"] = self.origins()
            if self.named and self.chance(0.35):
                options["supports_credentials"] = True
        for name in BOOLEANS:
            if self.chance(0.13):
                options[name] = self.chance(0.5)
        for name, values in (
            ("methods", METHOD_LISTS),
            ("allow_headers", HEADER_LISTS),
            ("expose_headers", EXPOSED + (EXPOSED_ODD if self.chance(0.2) else ())),
            ("max_age", AGES),
        ):
            if self.chance(0.25):
                options[name] = self.one(values)
        if "allow_headers" in options and self.chance(0.15):
            options["headers"] = self.one(("X-D", ["X-B", "X-C"]))
        return options

    def origins(self) -> Any:
        """Return a value of the option ``origins``: without any origin, where credentials are."""
        if not self.named and self.chance(0.5):
            return self.one(("*", "*", ["*"], ".*", [A, "*"]))
        one: list[Any] = [self.one(LITERALS), self.one(REGEXES), self.one(WILDCARDS)]
        several = self.some(LITERALS, 2, 3)
        mixed = [*self.some(LITERALS, 0, 1), *self.some(REGEXES, 0, 2), *self.some(WILDCARDS, 0, 1)]
        called = {"$callable": self.some(ORIGINS, 1, 4)}
        choices = [one[0], one[0], one[1], one[2], several, {"$tuple": several}, mixed or several]
        if self.chance(0.25):
            choices = [self.one(UNTIDY), called, [self.one(LITERALS), called]]
            choices += [] if self.named else [["null", A]]
        return self.one(choices)

    def _write_views(self) -> None:
        names = [None, None, *[blueprint.name for blueprint in self.case.blueprints] * 2]
        for number in range(self.rng.randint(2, 4)):
            blueprint = self.one(names)
            rule, path = self.one(APP_RULES if blueprint is None else BLUEPRINT_RULES)
            methods = self._methods(blueprint, rule)
            if methods:
                self.case.views.append(self._view(f"v{number}", rule, path, blueprint, methods))

    def _methods(self, blueprint: str | None, rule: str) -> list[str]:
        wanted = self.one((["GET"], ["GET"], ["POST"], ["GET", "POST"], ["GET", "PUT", "DELETE"]))
        if self.chance(0.12):
            wanted = [*wanted, "OPTIONS"]
        free = [method for method in wanted if (blueprint, rule, method) not in self._taken]
        self._taken.update((blueprint, rule, method) for method in free)
        return free

    def _view(
        self, name: str, rule: str, path: str, blueprint: str | None, methods: list[str]
    ) -> View:
        view = View(name, rule, self._prefix(blueprint) + path, blueprint, methods)
        view.kind = self.rng.choices(("function", "class", "async"), (70, 22, 8))[0]
        if self.chance(0.5):
            self._add_mark(view)
        view.does = self._does(marked=bool(view.mark or view.method_marks))
        if view.kind == "function" and self.chance(0.08):
            view.twin = f"/twin/{name}"
        return view

    def _prefix(self, name: str | None) -> str:
        if name is None:
            return ""
        blueprint = next(item for item in self.case.blueprints if item.name == name)
        return self._prefix(blueprint.parent) + blueprint.prefix

    def _add_mark(self, view: View) -> None:
        mark = Mark(self.options(0.6))
        if self.chance(0.12):
            mark.positional = [mark.options.pop("origins", A)]
            mark.positional = [A] if "$callable" in mark.positional[0] else mark.positional
        if view.kind != "class":
            if "OPTIONS" in view.methods:
                mark.options["automatic_options"] = self.chance(0.5)
            elif self.chance(0.06):
                mark.options["automatic_options"] = False
            view.mark = mark
        elif self.chance(0.5):
            mark.place = "decorators"
            view.mark = mark
        else:
            mark.place = "method"
            handlers = [method for method in view.methods if method != "OPTIONS"]
            view.method_marks = dict.fromkeys(handlers[:1], mark)
            for method in handlers[1:2]:
                view.method_marks[method] = Mark(self.options(0.7), place="method")

    def _does(self, marked: bool) -> Does:
        if self.chance(0.12):
            return Does(abort=self.one((401, 403, 404)))
        if self.chance(0.06):
            return Does(fail=True)
        does = Does(redirect=self.chance(0.05), session=self.chance(0.08))
        if self.chance(0.15):
            does.headers.append(["Vary", self.one(("Accept-Encoding", "Accept-Encoding, Cookie"))])
        if not marked and self.chance(0.06):
            does.headers.append(["Access-Control-Allow-Origin", self.one(("*", B))])
        return does

    def _write_config(self) -> None:
        if not self.chance(0.35):
            return
        options = self.options(0.6)
        options.pop("headers", None)
        if "allow_headers" in options and self.chance(0.3):
            options["headers"] = "X-D"
        for name in BOOLEANS:
            if name in options and self.chance(0.5):
                options[name] = self.one(("false", "False", "no", "true", "on", "1", "0"))
        if self.case.apps and self.chance(0.1):
            options["resources"] = self.resources()
        if self.chance(0.03):
            options["origin"] = B
        self.case.config = {f"CORS_{name.upper()}": value for name, value in options.items()}

    def _write_hooks(self) -> None:
        if self.chance(0.12):
            self.case.hook = self.one((401, 302, 429))
        if self.chance(0.15):
            self.case.handlers = self.some((403, 404, 500), 1, 2)
        self.case.debug = self.chance(0.1)
        if self.case.debug and self.case.views and self.chance(0.7):
            self.case.views[0].does = Does(fail=True)

    def _write_requests(self) -> None:
        paths = [view.path for view in self.case.views]
        paths += [view.twin for view in self.case.views if view.twin]
        paths = paths or ["/nowhere"]
        self.case.requests = [self._request(self._path(paths)) for _ in range(7)]
        for request in self.case.requests:
            if request.method == "OPTIONS" and not request.get("Access-Control-Request-Method"):
                request.method = "GET" if self._decides(request.path) else "OPTIONS"

    def _decides(self, path: str) -> bool:
        """Tell whether a mark at the path has a say in who answers any OPTIONS."""
        asked = unquote(unquote(path)).rstrip("/")
        dotted = {".", ".."} & set(asked.split("/"))
        near = [v for v in self.case.views if dotted or v.path.rstrip("/") == asked]
        return any(
            "OPTIONS" in view.methods or mark.options.get("automatic_options") is False
            for view in near
            for mark in [view.mark, *view.method_marks.values()]
            if mark
        )

    def _path(self, paths: list[str]) -> str:
        path = self.one(paths)
        if path.endswith("/") and path != "/" and self.chance(0.4):
            return path[:-1]
        if self.chance(0.14):
            return self.one(ELSEWHERE)
        return self.one(DOTTED) if self.chance(0.04) else path

    def _request(self, path: str) -> Request:
        headers: list[list[str]] = []
        method = self.one(("GET", "GET", "GET", "POST", "HEAD", "DELETE", "OPTIONS"))
        if self.chance(0.85):
            headers.append(["Origin", self.one(ORIGINS)])
            if self.chance(0.5):
                method = "OPTIONS"
                self._ask(headers)
        if self.chance(0.12):
            value = self.one(("true", "true", "false"))
            headers.append(["Access-Control-Request-Private-Network", value])
        return Request(method, path, headers)

    def _ask(self, headers: list[list[str]]) -> None:
        asked = self.one(ODD_METHODS) if self.chance(0.15) else self.one(ASKED_METHODS)
        headers.append(["Access-Control-Request-Method", asked])
        if self.chance(0.6):
            headers.append(["Access-Control-Request-Headers", self.one(ASKED_HEADERS)])


Mistake = Callable[[Writer], None]


def everywhere(case: Case) -> list[Options]:
    """Return the options of every level of a case but ``app.config``."""
    found: list[Options] = [*case.apps]
    found += [blueprint.cors for blueprint in case.blueprints if blueprint.cors is not None]
    resources = [level.get("resources") for level in found]
    for value in resources:
        found += [pair[1] for pair in (value.get("$pairs", []) if isinstance(value, dict) else [])]
    return found + [
        view.mark.options for view in case.views if view.mark and not view.mark.positional
    ]


def place(writer: Writer, options: Options) -> None:
    """Say *options* at a random level of the written case."""
    if not everywhere(writer.case):
        writer.case.apps.append({})
    writer.one(everywhere(writer.case)).update(options)


def _credentials_to_all(writer: Writer) -> None:
    origins = writer.one(("*", ["*", A]))
    place(writer, {"origins": origins, "supports_credentials": True, "send_wildcard": False})


def _credentials_by_walk(writer: Writer) -> None:
    writer.case.config = {"CORS_SUPPORTS_CREDENTIALS": True}
    for options in everywhere(writer.case):
        options.pop("send_wildcard", None)
    place(writer, {"origins": "*"})


def _unknown(writer: Writer) -> None:
    name = writer.one(("origin", "support_credentials", "allowed_headers", "expose_header"))
    place(writer, {name: A})


def _harmless(writer: Writer) -> None:
    place(writer, {"origin": "*"})


def _swallowed(writer: Writer) -> None:
    mark = Mark(positional=[A, ["GET", "POST"]])
    writer.case.views.append(View("more", "/more", "/more", None, ["GET"], mark=mark))


def _bare(writer: Writer) -> None:
    mark = Mark(bare=True)
    writer.case.views.append(View("bare", "/bare", "/bare", None, ["GET"], mark=mark))
    _ask_at(writer, "/bare")


def _wordy_boolean(writer: Writer) -> None:
    name = writer.one(("supports_credentials", "vary_header", "always_send"))
    if writer.named:
        name = "vary_header"
    place(writer, {name: writer.one(("False", "false", "no"))})


#: Origins that no browser sends.
NEVER = (
    "a.example",
    "https://a.example/path",
    "https://a example",
    '["https://a.example"]',
    "https://*",
    "https://a.example:99999",
    "file:///index.html",
    "https://user@a.example",
)


def _never_matches(writer: Writer) -> None:
    value = writer.one(NEVER)
    place(writer, {"origins": writer.one((value, [A, value])), "supports_credentials": False})


def _no_token(writer: Writer) -> None:
    name = writer.one(("methods", "allow_headers", "expose_headers"))
    place(writer, {name: ["GET", "X Bad"]})


def _no_age(writer: Writer) -> None:
    place(writer, {"max_age": writer.one((-1, "-5", "soon", "1 hour"))})


def _no_origins(writer: Writer) -> None:
    place(writer, {"origins": None, "supports_credentials": False})


def _bound(writer: Writer) -> None:
    view = View("bound", "/bound", "/bound", None, ["GET"], kind="bound", mark=Mark({"origins": A}))
    writer.case.views.append(view)
    _ask_at(writer, "/bound")


def _marked_class(writer: Writer) -> None:
    mark = Mark({"origins": [A, B]}, place="class")
    view = View("marked", "/marked", "/marked", None, ["GET", "PUT"], kind="class", mark=mark)
    writer.case.views.append(view)
    _ask_at(writer, "/marked")


def _dot_star(writer: Writer) -> None:
    options = {"origins": ".*", "supports_credentials": True, "send_wildcard": True}
    place(writer, options)


def _leading_star(writer: Writer) -> None:
    writer.case.apps = [{"resources": {"$pairs": [["*.txt", {"origins": B}]]}}]
    _ask_at(writer, "/files/a.txt")


def _misplaced(writer: Writer) -> None:
    writer.case.apps.append({"automatic_options": True, "resources": "/open"})


def _ask_at(writer: Writer, path: str) -> None:
    for request in writer.case.requests[:4]:
        request.path = path


MISTAKES: tuple[Mistake, ...] = (
    _credentials_to_all,
    _credentials_to_all,
    _credentials_by_walk,
    _unknown,
    _unknown,
    _harmless,
    _swallowed,
    _bare,
    _wordy_boolean,
    _never_matches,
    _never_matches,
    _no_token,
    _no_age,
    _no_origins,
    _bound,
    _marked_class,
    _dot_star,
    _leading_star,
    _misplaced,
)
MISTAKEN = 0.12


def write(seed: int) -> Case:
    """Return the case of a seed."""
    writer = Writer(random.Random(seed))
    case = writer.write()
    if writer.chance(MISTAKEN):
        writer.one(MISTAKES)(writer)
    return case


def cases(count: int, first: int = 0) -> Iterator[Case]:
    """Yield *count* cases, of the seeds from *first* on."""
    return (write(seed) for seed in range(first, first + count))
