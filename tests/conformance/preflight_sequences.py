"""Sequences of requests of one page to random apps, with Chromium and its own preflight cache.

The apps, the requests and what is a hole are those of ``tests/property/preflight_sequences``.
Every sequence has an app, and a host, of its own. Chromium's names for the origins and for the
server are exchanged for those that the apps speak of, on the way in and on the way out.

``python -m tests.conformance.preflight_sequences --count 2000`` tries so many sequences and
prints what it found.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_cors.fetch import SAFELISTED_METHODS
from flask_cors.testing import CHROMIUM, Reply, Request
from tests.conformance.cases import Ask, pages
from tests.conformance.chromium import Chromium, running
from tests.conformance.differential import BATCH, init_of
from tests.conformance.server import Addresses, Log, serving
from tests.property import apps, profile
from tests.property.apps import World
from tests.property.preflight_sequences import (
    SERVER,
    Count,
    Fetch,
    Hole,
    Run,
    Server,
    draw,
    gathered,
    make,
    quiet,
    run,
)

#: The pages that ask, and what the apps call their origins.
ORIGINS = {"shop": apps.A, "shop-tls": apps.B, "sandboxed": apps.NULL}
EACH = 4  # sequences for one app
PER_BROWSER = 400


@dataclass
class PageSequence:
    """An app, and what one page asks of it; ``runs`` are the views that its last request met."""

    number: int
    page: str
    server: Server
    fetches: list[Fetch]
    base: str
    origin: str
    asked_first: bool = False

    @property
    def name(self) -> str:
        """The host's first label."""
        return f"c{self.number}"

    def answer(self, sent: Request) -> Reply:
        """Answer a request of Chromium."""
        headers = [(name, self._inwards(value)) for name, value in sent.headers]
        url = SERVER + sent.url.removeprefix(self.base)
        if any(name.lower() == "access-control-request-method" for name, _ in headers):
            self.asked_first = True
        reply = self.server.send(replace(sent, url=url, headers=tuple(headers)))
        lines = tuple((name, self._outwards(value)) for name, value in reply.headers)
        return replace(reply, headers=lines)

    def _inwards(self, value: str) -> str:
        if value == self.origin:
            return ORIGINS[self.page]
        return "api.example" if value == self.base.partition("://")[2] else value

    def _outwards(self, value: str) -> str:
        if value == ORIGINS[self.page]:
            return self.origin
        return value.replace(SERVER, self.base)

    def ask(self, number: int) -> Ask:
        """Return one request in the words of a page, and forget those before it."""
        self.server.runs.clear()
        self.asked_first = False
        fetch = self.fetches[number]
        return Ask(
            url=self.base + fetch.path,
            method=fetch.method,
            headers=fetch.headers,
            credentials=fetch.credentials,
        )

    def judge(self, number: int, reached: Sequence[Run]) -> Iterator[Hole | None]:
        """Yield a hole, or ``None`` where a request was sent without asking and may be."""
        fetch, origin = self.fetches[number], ORIGINS[self.page]
        fresh = self.server.page(origin, CHROMIUM)
        allowed, needs_none = run(fresh, fetch, self.server)
        unlisted = fetch.method in SAFELISTED_METHODS and self.server.has_one_policy(fetch.path)
        granted = unlisted or self.server.allows(origin, fetch)
        if any(each not in allowed for each in reached) and not granted:
            history = tuple(self.fetches[: number + 1])
            yield Hole(self.server.world, origin, history, tuple(reached))
        elif not needs_none:
            yield None


class Served:
    """The application behind the server: each host has an app of its own."""

    def __init__(self) -> None:
        self.current: dict[str, PageSequence] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = self.current.get(environ["HTTP_HOST"].partition(".")[0])
        if asked is None:
            start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "15")])
            return [b"<!doctype html>"]
        reply = asked.answer(request_of(environ))
        start_response(f"{reply.status} Answered", list(reply.headers))
        return [reply.body]


def request_of(environ: dict[str, Any]) -> Request:
    """Return the request that a WSGI environ holds."""
    headers = tuple(
        (name[5:].replace("_", "-").title(), value)
        for name, value in sorted(environ.items())
        if name.startswith("HTTP_")
    )
    path = environ["PATH_INFO"] + (f"?{query}" if (query := environ.get("QUERY_STRING")) else "")
    url = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{path}"
    return Request(environ["REQUEST_METHOD"], url, headers)


def worlds(number: int, examples: int) -> list[World]:
    """Return random apps, drawn by *number*."""
    found: list[World] = []

    def collect(world: World) -> None:
        found.append(world)

    profile.for_each(collect, number, examples, apps.worlds)
    return found


def sequences(at: Addresses, start: int) -> Iterator[PageSequence]:
    """Yield sequences without end."""
    numbers = itertools.count()
    for drawn in itertools.count(start):
        for world in worlds(drawn, 10):
            chance = random.Random(f"{drawn} {len(world.app.views)}")
            near, strict = gathered(world, chance), chance.random() < 0.5
            for _ in range(EACH):
                server = make(near, strict_slashes=strict)
                if server is None:
                    break
                number = next(numbers)
                page = chance.choice(["shop", "shop", "shop", "shop-tls", "sandboxed"])
                secure = page == "shop-tls"
                port = at.https if secure else at.http
                base = f"http{'s' * secure}://c{number}.api.other.test:{port}"
                fetches = draw(server, chance)
                yield PageSequence(number, page, server, fetches, base, pages(at)[page])


def search(count: int, start: int = 0) -> Count:
    """Try at least *count* sequences in Chromium."""
    found, served, log = Count(), Served(), Log()
    with quiet(), serving(served, log) as at:
        drawn = sequences(at, start)
        while found.sequences < count and not found.holes:
            with running() as chromium:
                opened = {
                    name: chromium.sandboxed(f"{pages(at)['shop']}/")
                    if name == "sandboxed"
                    else chromium.page(f"{pages(at)[name]}/")
                    for name in ORIGINS
                }
                until = min(count, found.sequences + PER_BROWSER)
                while found.sequences < until:
                    batch = list(itertools.islice(drawn, BATCH))
                    served.current = {each.name: each for each in batch}
                    try_batch(chromium, opened, batch, found)
                    log.take()
    return found


def try_batch(
    chromium: Chromium, opened: dict[str, Any], batch: Sequence[PageSequence], found: Count
) -> None:
    """Make the requests of some sequences, side by side; a sequence's own follow each other."""
    met: list[tuple[PageSequence, int, list[Run]]] = []
    for number in range(len(batch[0].fetches)):
        asks = {each.name: init_of(each.ask(number)) for each in batch}
        for name, page in opened.items():
            asked = [each for each in batch if each.page == name]
            chromium.run(page, [[asks[each.name]] for each in asked])
        for each in batch:
            found.requests += 1
            if each.server.runs and not each.asked_first:
                met.append((each, number, [*each.server.runs]))
    for each, number, reached in met:
        for hole in each.judge(number, reached):
            found.cached += 1
            found.holes += [hole] if hole else []
    found.sequences += len(batch)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try as many sequences as asked for, print the figures, and return 0 without a hole."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.preflight_sequences")
    parser.add_argument("--count", type=int, default=2000, help="sequences (2,000)")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    found = search(chosen.count, chosen.seed)
    print(*found.holes, sep="\n", end="")
    print(
        f"{found.sequences:,} sequences in Chromium, {found.requests:,} requests, of them "
        f"{found.cached:,} sent without asking that need a preflight, {len(found.holes)} holes"
    )
    return 1 if found.holes else 0


if __name__ == "__main__":
    sys.exit(main())
