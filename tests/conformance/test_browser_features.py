"""What elements, forms, links, streams and sockets send: Chromium and the model, side by side.

The differential test asks about ``fetch``; the cases are in ``features.py``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conformance.chromium import Chromium, running
from tests.conformance.conftest import require_chromium
from tests.conformance.features import FEATURES, Places, Server, model, wire
from tests.conformance.server import Addresses, Log, serving

# One worker asks: two browsers at a time take longer than one.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-features")]

# Only a request that never comes takes so long.
MOST_SECONDS = 60
# As many tabs are open at a time: what is waited for is waited for once.
TOGETHER = 12


@dataclass
class Stage:
    """A running Chromium and a server; each feature has a page and hosts of its own."""

    chromium: Chromium
    at: Addresses
    log: Log
    _seen: dict[int, list[Any]] = field(default_factory=dict)

    def places(self, number: int) -> Places:
        hosts = (f"www{number}.shop.test", f"api{number}.shop.test", f"api{number}.other.test")
        if FEATURES[number].is_plain:
            return Places(*(f"http://{host}:{self.at.http}" for host in hosts))
        return Places(*(f"https://{host}:{self.at.https}" for host in hosts))

    def modelled(self, number: int) -> list[Any]:
        return model(FEATURES[number], self.places(number))

    def seen(self, number: int) -> list[Any]:
        """Return what the server saw of a feature, and of those that are asked together with it."""
        if number not in self._seen:
            first = number - number % TOGETHER
            self._ask(range(first, min(first + TOGETHER, len(FEATURES))))
        return self._seen[number]

    def _ask(self, numbers: Sequence[int]) -> None:
        """Run the scripts, each in a new tab, and sort what comes by the hosts it comes to."""
        places = {number: self.places(number) for number in numbers}
        self.chromium.context.clear_cookies()
        self.chromium.context.add_cookies(
            [
                cookie
                for at in places.values()
                for origin in (at.page, at.sibling, at.other)
                for cookie in _cookies(origin)
            ]
        )
        pages = {number: self.chromium.page(f"{at.page}/page") for number, at in places.items()}
        self.log.take()
        try:
            for number, page in pages.items():
                page.evaluate(f"(async () => {{ {self._script(number)} }})()")
                if FEATURES[number].click:
                    page.click("a")
            self._wait({number: len(self.modelled(number)) for number in numbers})
        finally:
            for page in pages.values():
                page.close()

    def _script(self, number: int) -> str:
        script, places = FEATURES[number].script, self.places(number)
        for name in ("PAGE", "SIBLING", "OTHER"):
            script = script.replace(name, str(getattr(places, name.lower())))
        return script

    def _wait(self, expected: Mapping[int, int]) -> None:
        """Collect the requests until no more come.

        However slow the browser is, as many requests as are *expected* are waited for.
        """
        seen: dict[int, list[Any]] = {number: [] for number in expected}
        until, quiet = time.monotonic() + MOST_SECONDS, 0
        while quiet < 4 and time.monotonic() < until:
            time.sleep(0.05)
            more = [each for each in self.log.take() if "favicon" not in each.request.url]
            for exchange in more:
                seen[_number(exchange.request.url)].append(wire(exchange))
            is_done = all(len(seen[number]) >= least for number, least in expected.items())
            quiet = quiet + 1 if is_done and not more else 0
        self._seen.update(seen)


def _cookies(origin: str) -> list[Any]:
    return [
        {"name": "none", "value": "1", "url": origin, "sameSite": "None", "secure": True},
        {"name": "lax", "value": "1", "url": origin, "sameSite": "Lax"},
        {"name": "strict", "value": "1", "url": origin, "sameSite": "Strict"},
    ]


def _number(url: str) -> int:
    """Return the number of the feature, of which each host has it."""
    found = re.match(r"\D+(\d+)\.", url)
    assert found, url
    return int(found[1])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    require_chromium()
    log = Log()
    with serving(Server(), log) as at, running() as chromium:
        yield Stage(chromium, at, log)


@pytest.mark.parametrize("number", range(len(FEATURES)), ids=list(map(str, FEATURES)))
def test_the_server_sees_the_same(stage: Stage, number: int) -> None:
    modelled, real = stage.modelled(number), stage.seen(number)
    assert modelled == real, "\n".join(
        f"{who} {entry}"
        for who, seen in (("model", modelled), ("Chromium", real))
        for entry in seen
    )
