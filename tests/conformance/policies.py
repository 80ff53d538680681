"""Random applications that use the library, and what their options mean.

Each option is drawn at random, said at a random level, and sometimes said otherwise at a
level further out, which must not count. :class:`Meaning` says from the options alone,
without the library and without the model, what a page may read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, abort, redirect, request

from flask_cors import CORS, cross_origin
from tests.conformance.cases import Ask, Case, draw_cookies, hosts, pages, pick
from tests.conformance.server import Addresses

# From the view outwards; a resource and the keywords are said to one CORS object.
LEVELS = ("mark", "blueprint", "resource", "keyword", "config")
GROUP = {"mark": 0, "blueprint": 1, "resource": 2, "keyword": 2}

Said = dict[str, dict[str, Any]]

SAFE = {
    ("Accept", "application/json"),
    ("Accept-Language", "de, en;q=0.5"),
    ("Content-Type", "text/plain"),
    ("Range", "bytes=0-99"),
}
UNSAFE = {
    ("Authorization", "Bearer x"),
    ("Content-Type", "application/json"),
    ("If-Match", '"x"'),
    ("X-Requested-With", "fetch"),
    ("X-Token", "1"),
}


class Origins(NamedTuple):
    """A value of ``origins``, which origins it means, and whether it names them one by one."""

    value: Any
    means: Callable[[str], bool]
    names: bool


def origins(at: Addresses) -> dict[str, Origins]:
    """Return values of ``origins``; some look like a page's origin and are not."""
    shop = f"http://www.shop.test:{at.http}"
    tls = f"https://www.shop.test:{at.https}"
    both = {shop, tls}
    port = f":{at.http}"
    return {
        "any": Origins("*", lambda origin: True, False),
        "shop": Origins(shop, {shop}.__contains__, True),
        "both": Origins([tls, shop], both.__contains__, True),
        "text": Origins(f"{tls}, http://x.test", {tls}.__contains__, True),
        "any port": Origins(
            "http://localhost:*", lambda o: o.startswith("http://localhost:"), True
        ),
        "subdomains": Origins(
            [f"http://*.shop.test:{at.http}", f"https://*.shop.test:{at.https}"],
            both.__contains__,
            True,
        ),
        "below www": Origins(f"http://*.www.shop.test{port}", lambda origin: False, True),
        "regex": Origins(r"https?://(www|api)\.shop\.test:\d+", both.__contains__, False),
        "half a regex": Origins(r"http://www\.shop\.te[s]", lambda origin: False, False),
        "compiled": Origins(
            re.compile(r"http://[\d.]+:\d+"), {f"http://127.0.0.1{port}"}.__contains__, False
        ),
        "callable": Origins(lambda o: o.endswith(port), lambda o: o.endswith(port), False),
        "null": Origins(["null", tls], {"null", tls}.__contains__, False),
        "stranger": Origins("http://stranger.test", lambda origin: False, True),
        "longer": Origins(f"http://www.shop.test.other.test{port}", lambda origin: False, True),
        "shorter": Origins("http://www.shop.tes", lambda origin: False, True),
    }


METHODS: dict[str, tuple[Any, frozenset[str] | None]] = {
    "two": (["GET", "PUT"], frozenset({"GET", "PUT"})),
    "text": ("POST, DELETE", frozenset({"POST", "DELETE"})),
    "lower": ("patch", frozenset({"PATCH"})),
    "any": ("*", None),
    "own": (["CHICKEN", "GET", "HEAD"], frozenset({"CHICKEN", "GET", "HEAD"})),
}
DEFAULT_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

ALLOW_HEADERS: dict[str, tuple[Any, Callable[[str], bool]]] = {
    "text": ("Content-Type, x-token", {"content-type", "x-token"}.__contains__),
    "regex": ([r"X-.*"], lambda name: name.startswith("x-")),
    "one": ("AUTHORIZATION", {"authorization"}.__contains__),
    "none": ([], lambda name: False),
}

EXPOSE_HEADERS: dict[str, tuple[Any, frozenset[str] | None]] = {
    "one": ("X-One", frozenset({"x-one"})),
    "two": (["x-one", "ETag"], frozenset({"x-one", "etag"})),
    "any": ("*", None),
}

MAX_AGES = {600: 3, "600": 1, timedelta(minutes=10): 1, 0: 2}

ASKED_METHODS = {
    "GET": 2,
    "HEAD": 1,
    "POST": 2,
    "PUT": 1,
    "PATCH": 1,
    "DELETE": 1,
    "delete": 1,
    "CHICKEN": 1,
    "patch": 1,
}

# How a route answers; "hook": a before_request function answers 401 to everything.
KINDS = {"plain": 10, "abort": 2, "hook": 2, "crash": 2, "debug": 2, "redirect": 2, "stream": 1}


@dataclass(frozen=True)
class Meaning:
    """What the effective options of a route amount to for the page's origin."""

    origin: str
    allowed: bool
    methods: frozenset[str] | None
    headers: Callable[[str], bool]
    exposed: frozenset[str] | None
    credentials: bool
    answers_preflights: bool
    answers: bool

    def verdict(self, ask: Ask, earlier: Sequence[Ask]) -> bool | None:
        """Return whether the page may read the answer; ``None`` where CORS is not asked."""
        if ask.mode != "cors" or ask.url.startswith(f"{self.origin}/"):
            return None
        if not self.allowed or (ask.credentials == "include" and not self.credentials):
            return False
        if not needs_preflight(ask) or self._passes_preflight(ask):
            return self.answers
        return None if self._is_remembered(ask, earlier) else False

    def _is_remembered(self, ask: Ask, earlier: Sequence[Ask]) -> bool:
        """Return whether an earlier preflight may stand in: a safelisted method needs no other."""
        names = set(unsafe_names(ask))
        return normal_method(ask) in ("GET", "HEAD", "POST") and any(
            names <= set(unsafe_names(before)) and self._passes_preflight(before)
            for before in earlier
        )

    def visible(self, ask: Ask) -> set[str]:
        """Return which of the headers ``X-One`` and ``ETag`` the page may read."""
        if self.exposed is None:
            return {"x-one", "etag"} if ask.credentials != "include" else set()
        return {"x-one", "etag"} & self.exposed

    def _passes_preflight(self, ask: Ask) -> bool:
        method = normal_method(ask)
        allowed = self.methods is None or method in self.methods
        if not self.answers_preflights or not (allowed or method in ("GET", "HEAD", "POST")):
            return False
        names = unsafe_names(ask)
        return not names or (allowed and all(map(self.headers, names)))


def normal_method(ask: Ask) -> str:
    upper = ask.method.upper()
    return upper if upper in ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT") else ask.method


def unsafe_names(ask: Ask) -> list[str]:
    return [name.lower() for name, value in ask.headers if (name, value) in UNSAFE]


def needs_preflight(ask: Ask) -> bool:
    uploads = ask.uploads and ask.body is not None
    return uploads or normal_method(ask) not in ("GET", "HEAD", "POST") or bool(unsafe_names(ask))


def library_case(number: int, random: Random, at: Addresses) -> Case:
    """Draw a case whose application is a Flask application with a random policy."""
    page = pick(random, {"shop": 6, "shop-tls": 4, "localhost": 1, "loopback": 2, "sandboxed": 2})
    origin = pages(at)[page]
    host = random.choice([h for h in hosts(number, page, at) if not is_mixed(origin, h)])
    url = f"{host}/c{number}/0"
    asks = tuple(draw_ask(random, url) for _ in range(pick(random, {1: 6, 2: 3, 3: 1})))
    plan = draw_plan(number, random, origin, at)
    return Case(
        number,
        page,
        build(plan),
        draw_cookies(random, number, host),
        asks,
        frozenset(option for options in plan.said.values() for option in options)
        | ({"resources"} if plan.resources is not None else set()),
        plan.meaning(origin),
    )


def is_mixed(origin: str, host: str) -> bool:
    return origin.startswith("https:") and host.startswith("http:") and ".test" in host


def draw_ask(random: Random, url: str) -> Ask:
    """Draw a request of the kinds that applications see, more often right than odd."""
    method = pick(random, ASKED_METHODS)
    count = pick(random, {0: 4, 1: 4, 2: 2, 3: 1})
    drawn = random.sample(sorted(SAFE | UNSAFE), count)
    headers = tuple({name: (name, value) for name, value in drawn}.values())
    has_body = method not in ("GET", "HEAD") and random.random() < 0.6
    credentials = pick(random, {"same-origin": 4, "include": 5, "omit": 1})
    uploads = credentials != "omit" and random.random() < 0.12
    return Ask(
        url=url,
        method=method,
        # A body without a Content-Type is text/plain, which needs no leave.
        headers=headers,
        body="{}" if has_body else None,
        credentials=credentials,
        mode="cors" if uploads else pick(random, {"cors": 20, "same-origin": 1}),
        redirect="follow" if uploads else pick(random, {"follow": 12, "manual": 1}),
        uploads=uploads,
    )


@dataclass(frozen=True)
class Plan:
    """An application to build: what is said at which level, and how its route answers.

    ``keys`` names the drawn values; ``resources`` is ``None`` or a list of patterns, of
    which ``covered`` says whether they cover the route.
    """

    number: int
    said: Said
    keys: Mapping[str, str]
    resources: list[str] | None
    covered: bool
    own_options: bool
    kind: str
    at: Addresses

    @property
    def has_app(self) -> bool:
        """Whether there is a ``CORS(app)``; marks and blueprints do without."""
        if self.resources is not None or self.said["resource"] or self.said["keyword"]:
            return True
        return not (self.said["mark"] or self.said["blueprint"])

    def effective(self, option: str) -> tuple[str, Any] | None:
        """Return the nearest level that says *option*, and what it says."""
        for level in self.levels():
            if option in self.said[level]:
                return level, self.said[level][option]
        return None

    def levels(self) -> list[str]:
        """Return the levels that have a say on the route, nearest first."""
        silent = () if self.has_app and self.covered else ("resource", "keyword")
        return [level for level in LEVELS if level not in silent]

    def is_on(self) -> bool:
        """Return whether a mark, a blueprint or a resource turns CORS on for the route."""
        near = self.said["mark"] or self.said["blueprint"]
        return bool(near) or (self.has_app and self.covered)

    def credentials(self) -> bool:
        """Apply the one exception of the walk: credentials are granted to a list of origins."""
        found = self.effective("supports_credentials")
        if found is None or not found[1]:
            return False
        nearest = self.effective("origins")
        if nearest is None or nearest[0] == "config" or found[0] == "config":
            return True
        return GROUP[found[0]] <= GROUP[nearest[0]]

    def meaning(self, origin: str) -> Meaning:
        """Return what the plan means for pages of *origin*."""
        said = self.effective("origins")
        listed = origins(self.at)["any" if said is None else self.keys["origins"]]
        if said is not None and said[1] == DECOYS["origins"]:
            listed = origins(self.at)["stranger"]
        methods = self._drawn("methods", METHODS, DEFAULT_METHODS)
        automatic = self.effective("automatic_options")
        left_to_flask = bool(self.said["mark"]) and automatic is not None and not automatic[1]
        return Meaning(
            origin=origin,
            allowed=self.is_on() and listed.means(origin),
            methods=methods,
            headers=self._drawn("allow_headers", ALLOW_HEADERS, lambda name: True),
            exposed=self._drawn("expose_headers", EXPOSE_HEADERS, frozenset()),
            credentials=self.credentials(),
            answers_preflights=not left_to_flask or self.own_options,
            answers=self.kind != "debug" or self._intercepts(listed),
        )

    def _drawn(self, option: str, table: Mapping[str, tuple[Any, Any]], default: Any) -> Any:
        found = self.effective(option)
        if found is None:
            return default
        return DECOY_MEANINGS[option] if found[1] == DECOYS[option] else table[self.keys[option]][1]

    def _intercepts(self, listed: Origins) -> bool:
        """Return whether a 500 reaches the page: of an origin that is named, a plain one of any."""
        found = self.effective("intercept_exceptions")
        return (listed.names or listed.value == "*") and (found is None or bool(found[1]))


# What an outer level says where it must not count.
DECOYS: dict[str, Any] = {
    "origins": "http://stranger.test",
    "methods": ["PURGE"],
    "allow_headers": ["X-Decoy"],
    "expose_headers": ["X-Decoy"],
    "max_age": 1,
}
DECOY_MEANINGS: dict[str, Any] = {
    "methods": frozenset({"PURGE"}),
    "allow_headers": lambda name: False,
    "expose_headers": frozenset(),
}


def draw_plan(number: int, random: Random, origin: str, at: Addresses) -> Plan:
    """Draw which options are said, where, and what the route does."""
    known = origins(at)
    right = {name: entry for name, entry in known.items() if entry.means(origin)}
    keys: dict[str, str] = {}
    values: dict[str, Any] = {}

    def draw(option: str, chance: float, table: Mapping[str, Any]) -> None:
        if random.random() < chance:
            keys[option] = random.choice(list(table))
            values[option] = table[keys[option]][0]

    draw("origins", 0.9, right if random.random() < 0.6 else known)
    draw("methods", 0.4, METHODS)
    draw("allow_headers", 0.35, ALLOW_HEADERS)
    draw("expose_headers", 0.5, EXPOSE_HEADERS)
    if random.random() < 0.5:
        values["max_age"] = pick(random, MAX_AGES)
    for option, value, chance in FLAGS:
        if random.random() < chance:
            values[option] = value
    if keys.get("origins", "any") not in ("any", "null") and random.random() < 0.7:
        values["supports_credentials"] = True
    if "supports_credentials" in values and keys.get("expose_headers") == "any":
        del values["expose_headers"]
    return place(number, random, at, keys, values)


FLAGS = [
    ("send_wildcard", True, 0.25),
    ("always_send", False, 0.2),
    ("vary_header", False, 0.2),
    ("allow_private_network", True, 0.2),
    ("automatic_options", False, 0.15),
    ("intercept_exceptions", False, 0.2),
]


def place(
    number: int, random: Random, at: Addresses, keys: dict[str, str], values: dict[str, Any]
) -> Plan:
    """Put each option at a level, and decoys at outer ones."""
    used = [level for level in LEVELS if random.random() < 0.5] or ["keyword"]
    said: Said = {level: {} for level in LEVELS}
    for option, value in values.items():
        level = random.choice(used)
        if option == "automatic_options":
            level = "mark"
        if option == "intercept_exceptions":
            level = random.choice(["keyword", "config"])
        if option == "supports_credentials":
            level = _level_of_credentials(random, said)
        said[level][option] = value
        further = [other for other in used if LEVELS.index(other) > LEVELS.index(level)]
        if option in DECOYS and further and random.random() < 0.4:
            said[random.choice(further)][option] = DECOYS[option]
    resources, covered = draw_resources(number, random, bool(said["resource"]))
    left_to_flask = "automatic_options" in values
    kind = "plain" if left_to_flask else pick(random, KINDS)
    own_options = kind in ("plain", "stream") and random.random() < (0.5 if left_to_flask else 0.1)
    if kind == "debug" and keys.get("origins") == "null":
        kind = "crash"
    return Plan(number, said, keys, resources, covered, own_options, kind, at)


def _level_of_credentials(random: Random, said: Said) -> str:
    """Choose the nearest level with origins, or one further out, which then must not count."""
    listing = [level for level in LEVELS if "origins" in said[level]]
    return listing[0] if random.random() < 0.7 else listing[-1]


def draw_resources(number: int, random: Random, needed: bool) -> tuple[list[str] | None, bool]:
    """Draw patterns, and whether they cover the routes of the case."""
    if not needed and random.random() < 0.5:
        return None, True
    patterns = {
        f"/c{number}/*": True,
        rf"^/c{number}/\d+$": True,
        "/c*": True,
        f"/c{number}": False,
        "/elsewhere/*": False,
        f"/c{number}0/*": False,
    }
    pattern = pick(random, {p: 8 if covered else 1 for p, covered in patterns.items()})
    return [pattern], patterns[pattern]


def build(plan: Plan) -> Flask:
    """Return the Flask application of *plan*."""
    app = Flask("case", static_folder=None)
    app.logger.disabled = True
    app.debug = plan.kind == "debug"
    app.config.update(
        {f"CORS_{name.upper()}": value for name, value in plan.said["config"].items()}
    )
    view = _view(plan)
    if plan.said["mark"]:
        view = cross_origin(**plan.said["mark"])(view)
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CHICKEN"]
    if plan.own_options:
        methods.append("OPTIONS")
    blueprint = Blueprint("api", __name__, url_prefix=f"/c{plan.number}")
    blueprint.add_url_rule("/<int:hop>", view_func=view, methods=methods)
    if plan.said["blueprint"]:
        CORS(blueprint, **plan.said["blueprint"])
    app.register_blueprint(blueprint)
    if plan.has_app:
        _install(app, plan)
    if plan.kind == "hook":
        app.before_request(lambda: ("who are you?", 401, HEADERS))
    return app


def _install(app: Flask, plan: Plan) -> None:
    options = dict(plan.said["keyword"])
    if plan.resources is not None:
        options["resources"] = dict.fromkeys(plan.resources, plan.said["resource"])
    CORS(app, **options)


HEADERS = {"X-One": "1", "ETag": '"e"', "Cache-Control": "no-store"}


def _view(plan: Plan) -> Callable[[int], Any]:
    def view(hop: int) -> Any:
        if request.method == "OPTIONS":
            return "", 200
        if hop == 0:
            special = _special(plan)
            if special is not None:
                return special
        return "hello", 200, HEADERS

    return view


def _special(plan: Plan) -> Any:
    """Answer as the plan's kind says; ``None`` for the plain answer."""
    if plan.kind == "abort":
        abort(Response("no", 403, HEADERS))
    if plan.kind == "redirect":
        response = redirect(f"/c{plan.number}/1", 307)
        response.headers.update(HEADERS)
        return response
    if plan.kind in ("crash", "debug"):
        raise RuntimeError("the view failed")
    if plan.kind == "stream":
        return Response(iter(["hello"]), headers={**HEADERS, "Content-Length": "5"})
    return None
