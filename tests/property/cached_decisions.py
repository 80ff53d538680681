"""What is cached, by the library or by a cache, gives no page what another one was granted.

Two searches on random apps. Requests are sent twice, to an app that remembers its decisions and to
one whose memory is emptied before each request: both must answer alike. And sequences of origins
ask one URL through a shared cache (RFC 9111, section 4.1: a stored response serves a request whose
headers named in Vary are the same): what comes out of the cache must let a page read exactly what
a fresh response would.

``python -m tests.property.cached_decisions`` tries 40,000 requests and a million sequences, and
prints what it found.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from flask_cors import ConfigError
from flask_cors.runtime.hooks import state_of
from tests.property import apps, profile
from tests.property.apps import World
from tests.property.preflight_sequences import quiet

ORIGINS = (apps.A, apps.B, apps.W, apps.NULL, apps.EVIL, None)
METHODS = ("GET", "PUT", "HEAD", "OPTIONS", "DELETE")
REQUESTS = 40  # for one app
SEQUENCES = 200  # for one URL
LENGTH = 4
ALLOW_ORIGIN, ALLOW_CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"

#: Status and header lines of an answer.
Answer = tuple[int, tuple[tuple[str, str], ...]]


@dataclass
class Count:
    """How much was tried, and what was wrong."""

    requests: int = 0
    sequences: int = 0
    reused: int = 0
    faults: list[str] = field(default_factory=list)


def send(app: Flask, method: str, path: str, origin: str | None, asked: str = "") -> Answer:
    """Send a request and return what comes back, in an order of its own."""
    environ = create_environ(path, "https://api.example", method=method)
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    if asked:
        environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = asked
        environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = "x-one, content-type"
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    b"".join(body)
    return int(status.split()[0]), tuple(sorted(headers))


def make(world: World) -> Flask | None:
    """Build the app; ``None`` where nothing can be meant by it."""
    try:
        state_of(apps.make(world)).reload()
    except ConfigError:
        return None
    app = apps.make(world)
    app.logger.disabled = True
    return app


def forget(app: Flask) -> None:
    """Empty the memory of decisions."""
    current: Any = state_of(app).current
    if hasattr(current, "memory"):
        current.cache._known.clear()


def compare(world: World, chance: random.Random, count: Count) -> None:
    """Send the same requests to an app that remembers and to one that does not."""
    remembers, forgets = make(world), make(world)
    if remembers is None or forgets is None:
        return
    for _ in range(REQUESTS):
        method, path = chance.choice(METHODS), chance.choice(apps.PATHS)
        origin = chance.choice(ORIGINS)
        asked = chance.choice(("", "GET", "PUT", "X-OWN")) if method == "OPTIONS" else ""
        forget(forgets)
        both = [send(app, method, path, origin, asked) for app in (remembers, forgets)]
        count.requests += 1
        if both[0] != both[1]:
            count.faults.append(f"{world}: {method} {path} {origin} {asked}: {both}")


def readable(answer: Answer, origin: str, credentials: bool) -> bool:
    """Return whether a page may read an answer (#concept-cors-check)."""
    lines = dict(answer[1])
    allowed = lines.get(ALLOW_ORIGIN)
    if not credentials:
        return allowed in ("*", origin)
    return allowed == origin and lines.get(ALLOW_CREDENTIALS) == "true"


def varies(answer: Answer) -> bool:
    """Return whether a cache keeps an answer for its ``Origin`` alone."""
    names = ",".join(value for name, value in answer[1] if name.lower() == "vary")
    return bool({"origin", "*"} & {name.strip().lower() for name in names.split(",")})


def tidy(world: World) -> World:
    """Return an app like *world* that writes no header, and leaves ``Vary`` to the library."""
    parts = {}
    for name in ("app", "outer", "inner"):
        part = getattr(world, name)
        views = [replace(view, writes=[], mark=_with_vary(view.mark)) for view in part.views]
        said = [
            (
                _with_vary(options) or {},
                resources and {path: _with_vary(each) or {} for path, each in resources.items()},
            )
            for options, resources in part.said
        ]
        parts[name] = replace(part, views=views, said=said, hook=[])
    return replace(world, config=_with_vary(world.config) or {}, **parts)


def _with_vary(options: apps.Options | None) -> apps.Options | None:
    return options and {name: value for name, value in options.items() if name != "vary_header"}


def share(world: World, chance: random.Random, count: Count) -> None:
    """Ask the URLs of an app in sequences, through a cache that pages of all origins share."""
    app = make(tidy(world))
    if app is None:
        return
    for path in chance.sample(apps.PATHS, 3):
        fresh = {origin: send(app, "GET", path, origin) for origin in ORIGINS}
        for _ in range(SEQUENCES):
            _ask_in_sequence(world, path, fresh, chance, count)


def _ask_in_sequence(
    world: World,
    path: str,
    fresh: dict[str | None, Answer],
    chance: random.Random,
    count: Count,
) -> None:
    stored: tuple[str | None, Answer] | None = None
    count.sequences += 1
    for origin in chance.choices(ORIGINS, k=LENGTH):
        if stored is None or (varies(stored[1]) and stored[0] != origin):
            stored = (origin, fresh[origin])
            continue
        if stored[0] == origin or origin is None:
            continue
        count.reused += 1
        for credentials in (False, True):
            got = readable(stored[1], origin, credentials)
            if got is not readable(fresh[origin], origin, credentials):
                count.faults.append(f"{world}: {path}: {stored} for {origin}")


def search(number: int, examples: int, count: Count) -> None:
    """Try both on random apps, drawn by *number*."""

    def try_one(world: World, number: int) -> None:
        chance = random.Random(number)
        compare(world, chance, count)
        share(world, chance, count)

    with quiet():
        profile.for_each(try_one, number, examples, apps.worlds, st.integers(0, 2**32))


def main(arguments: Sequence[str] | None = None) -> int:
    """Try as much as asked for, print the figures, and return 0 without a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.cached_decisions")
    parser.add_argument("--requests", type=int, default=40_000)
    parser.add_argument("--sequences", type=int, default=1_000_000)
    chosen = parser.parse_args(arguments)
    count = Count()
    for number in itertools.count():
        enough = count.requests >= chosen.requests and count.sequences >= chosen.sequences
        if enough or count.faults:
            break
        search(number, 20, count)
    print(*count.faults[:3], sep="\n", end="")
    print(
        f"{count.requests:,} requests, memory emptied and not; {count.sequences:,} sequences of "
        f"origins through a shared cache, {count.reused:,} answers reused; "
        f"{len(count.faults)} differences"
    )
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
