"""Sequences of requests of one page to random apps, with the model of a browser.

A browser keeps what preflights granted (Fetch, #cors-preflight-cache) and sends later requests
without asking. No view may run for a request that a preflight of its own would have refused:
each request that was sent without asking is made again by a page that has cached nothing. Where
that page is refused, the policy of the method decides by itself: the answer to its preflight may
name less than the policy allows, for the sake of the URL's other methods.

Left out are two things. The listener of an upload: by the standard (#cors-preflight-fetch-0) a
preflight without Access-Control-Allow-Methods grants the method to it, its own preflight included.
And a GET, HEAD or POST that the one policy of its URL does not list: no preflight can keep it from
the view, only its header names, and these are that policy's for every other method.

``python -m tests.property.preflight_sequences --count 100000`` tries so many sequences and
prints what it found.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import random
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask, request
from hypothesis import strategies as st

from flask_cors import ConfigError, CorsWarning
from flask_cors.fetch import ALLOW_CREDENTIALS, SAFELISTED_METHODS
from flask_cors.policy.decide import decide
from flask_cors.policy.facts import Preflight
from flask_cors.runtime.endpoint import target_for, targets_served
from flask_cors.runtime.hooks import state_of
from flask_cors.testing import (
    CHROMIUM,
    FIREFOX,
    STANDARD,
    Browser,
    NetworkError,
    Reply,
    Request,
    Traits,
)
from flask_cors.testing.transport import WSGITransport
from tests.property import apps, profile
from tests.property.apps import View, World

SERVER = "https://api.example"
ORIGINS = (apps.A, apps.A, apps.A, apps.B, apps.NULL)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "X-OWN", "patch", "*")
PATHS = ("/x", "/y", "/y/", "/n/1", "/b/x", "/b/y/", "/b/c/x", "/b/c/n/2", "/b/none")
NAMES = ("X-One", "X-Two", "Authorization", "*")
TRAITS: tuple[Traits, ...] = (STANDARD, CHROMIUM, FIREFOX)
SPLIT = (("GET", "PUT"), ("POST", "DELETE"), ("PATCH", "OPTIONS"))
VARIED: dict[str, list[Any]] = {
    "methods": ["*", "GET, PUT", "DELETE, PUT, X-OWN"],
    "allow_headers": ["X-One", "X-Two, X-One", r"(?!x-two$).+"],
    "supports_credentials": [True],
    "max_age": [0, 600],
    "automatic_options": [False],
    "allow_private_network": [True],
}
EACH = 50  # sequences for one app: building it takes longer than asking it
LENGTH = 6

#: A request that reached a view: its method and its path.
Run = tuple[str, str]


@dataclass(frozen=True)
class Fetch:
    """What a page asks for."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    credentials: Any


@dataclass(frozen=True)
class Hole:
    """A request that reached a view, and whose own preflight would have been refused."""

    world: World
    origin: str
    history: tuple[Fetch, ...]
    runs: tuple[Run, ...]


@dataclass
class Count:
    """How much was tried: requests, those of them sent without asking, and the holes."""

    sequences: int = 0
    requests: int = 0
    cached: int = 0
    holes: list[Hole] = field(default_factory=list)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what random options are warned about, and what random views raise."""
    logger = logging.getLogger("flask_cors")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CorsWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.disabled = before


def gathered(world: World, chance: random.Random) -> World:
    """Return an app like *world*, most of whose views share URLs, with policies near each other."""
    parts = {}
    for name in ("app", "outer", "inner"):
        part = getattr(world, name)
        views = [_near(view, number, chance) for number, view in enumerate(part.views)]
        parts[name] = replace(part, views=views)
    return replace(world, **parts)


def _near(view: View, number: int, chance: random.Random) -> View:
    if chance.random() < 0.2:
        return view
    mark: apps.Options | None = {"origins": chance.choice(["a", "a", "both", "any", "none"])}
    for option, values in VARIED.items():
        if mark is not None and chance.random() < 0.3:
            mark[option] = chance.choice(values)
    if mark is not None and mark["origins"] == "any":
        mark.pop("supports_credentials", None)
    if chance.random() < 0.2:
        mark = chance.choice([None, {"exempt": True}])
    rule = chance.choice(["/x", "/x", "/x", "/y/"])
    return replace(view, rule=rule, methods=SPLIT[number], mark=mark, does="answers", writes=[])


class Server:
    """An app that keeps what it answered: the same request gets the same answer.

    ``runs`` are the requests that reached a view since ``send`` was last called.
    """

    def __init__(self, app: Flask, world: World) -> None:
        self.world = world
        self._known: dict[Request, tuple[Reply, tuple[Run, ...]]] = {}
        self._runs: list[Run] = []
        self._transport = WSGITransport(app)
        self.paths = [path for path in PATHS if _methods(app, path)] or list(PATHS)
        self.methods = {path: _methods(app, path) for path in PATHS}
        self._app = app
        self.runs: list[Run] = []
        app.before_request_funcs.setdefault(None, []).insert(0, self._note)

    def _note(self) -> None:
        if request.url_rule and "Access-Control-Request-Method" not in request.headers:
            self._runs.append((request.method, request.path))

    def send(self, sent: Request) -> Reply:
        """Answer a request of the model."""
        if sent not in self._known:
            self._runs.clear()
            self._known[sent] = (self._transport(sent), tuple(self._runs))
        reply, runs = self._known[sent]
        self.runs += runs
        return reply

    def has_one_policy(self, path: str) -> bool:
        """Return whether every method of a URL has the same policy."""
        with self._app.test_request_context(path, SERVER, method="OPTIONS"):
            policies = state_of(self._app).compiled().policies
            targets = targets_served(self._app, request, ())
            return len({policies.policy(target) for target in targets}) < 2

    def allows(self, origin: str, fetch: Fetch) -> bool:
        """Return whether the policy of a method grants a request, other methods aside."""
        with self._app.test_request_context(fetch.path, SERVER, method="OPTIONS"):
            policies = state_of(self._app).compiled().policies
            policy = policies.policy(target_for(self._app, request, fetch.method))
        if policy is None:
            return False
        names = ",".join(name for name, _ in fetch.headers) or None
        decision = decide(policy, origin, Preflight(fetch.method, names))
        has_credentials = (ALLOW_CREDENTIALS, "true") in decision.headers
        return decision.allowed and (has_credentials or fetch.credentials != "include")

    def page(self, origin: str, traits: Traits) -> Browser:
        """Return a page of a browser that has cached nothing."""
        return Browser(transport=self.send, origin=origin, base_url=SERVER, traits=traits)


def _methods(app: Flask, path: str) -> list[str]:
    return sorted(app.url_map.bind("api.example").allowed_methods(path))


def make(world: World, *, strict_slashes: bool) -> Server | None:
    """Build the app; ``None`` where nothing can be meant by it."""
    try:
        state_of(apps.make(world, strict_slashes=strict_slashes)).reload()
        app = apps.make(world, strict_slashes=strict_slashes)
    except ConfigError:
        return None
    app.logger.disabled = True
    return Server(app, world)


def draw(server: Server, chance: random.Random) -> list[Fetch]:
    """Draw what a page asks for: at one URL or two, with few methods and header names."""
    paths = chance.sample(server.paths, min(len(server.paths), chance.choice([1, 1, 1, 2])))
    served = [method for path in paths for method in server.methods[path]]
    methods = [chance.choice(METHODS), *chance.sample(served, min(len(served), 3))]
    names = chance.sample(NAMES, 2)
    return [
        Fetch(
            chance.choice(methods),
            chance.choice(paths),
            tuple((name, "1") for name in names if chance.random() < 0.3),
            chance.choice(["omit", "omit", "include"]),
        )
        for _ in range(LENGTH)
    ]


def run(page: Browser, fetch: Fetch, server: Server) -> tuple[list[Run], bool]:
    """Let a page ask; return the views that ran, and whether no preflight was sent."""
    server.runs.clear()
    asked = len(page.exchanges)
    with suppress(NetworkError):
        page.fetch(
            fetch.path,
            method=fetch.method,
            headers=list(fetch.headers),
            credentials=fetch.credentials,
        )
    return [*server.runs], not any(each.preflight for each in page.exchanges[asked:])


def search(
    server: Server, fetches: Sequence[Fetch], origin: str, traits: Traits
) -> Iterator[Hole | None]:
    """Make the requests of a page; yield a hole, or ``None`` where a cached answer was right."""
    page = server.page(origin, traits)
    for number, fetch in enumerate(fetches):
        reached, silent = run(page, fetch, server)
        if not (reached and silent):
            continue
        allowed, needs_none = run(server.page(origin, traits), fetch, server)
        unlisted = fetch.method in SAFELISTED_METHODS and server.has_one_policy(fetch.path)
        granted = unlisted or server.allows(origin, fetch)
        if any(each not in allowed for each in reached) and not granted:
            yield Hole(server.world, origin, tuple(fetches[: number + 1]), tuple(reached))
        elif not needs_none:
            yield None


def try_app(world: World, number: int, count: Count, each: int = EACH) -> None:
    """Try sequences of requests on one app, drawn by *number*."""
    chance = random.Random(number)
    server = make(gathered(world, chance), strict_slashes=chance.random() < 0.5)
    if server is None:
        return
    for _ in range(each):
        fetches = draw(server, chance)
        for hole in search(server, fetches, chance.choice(ORIGINS), chance.choice(TRAITS)):
            count.cached += 1
            if hole is not None:
                count.holes.append(hole)
        count.sequences += 1
        count.requests += len(fetches)


def try_apps(number: int, count: Count, examples: int = 10) -> None:
    """Try sequences on this many apps, drawn by *number*."""

    def search_all(world: World, number: int) -> None:
        try_app(world, number, count)

    profile.for_each(search_all, number, examples, apps.worlds, st.integers(0, 2**32))


def main(arguments: Sequence[str] | None = None) -> int:
    """Try as many sequences as asked for, print the figures, and return 0 without a hole."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.preflight_sequences")
    parser.add_argument("--count", type=int, default=100_000, help="sequences (100,000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after these")
    chosen = parser.parse_args(arguments)
    count, start = Count(), time.monotonic()

    with quiet():
        for number in itertools.count(chosen.seed):
            if count.sequences >= chosen.count or time.monotonic() - start > chosen.seconds:
                break
            try_apps(number, count)
            if count.holes:
                print(*count.holes, sep="\n")
                break
    print(
        f"{count.sequences:,} sequences, {count.requests:,} requests, of them {count.cached:,} "
        f"sent without asking that need a preflight, {len(count.holes)} holes, "
        f"{time.monotonic() - start:.0f} s"
    )
    return 1 if count.holes else 0


if __name__ == "__main__":
    sys.exit(main())
