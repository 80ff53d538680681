"""What elements, forms, links, streams and sockets send: Chromium and the model, side by side.

The differential test asks about ``fetch``; the cases are in ``features.py``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from flask_cors.testing import Exchange
from tests.conformance.chromium import Chromium, running
from tests.conformance.conftest import require_chromium
from tests.conformance.features import FEATURES, Feature, Places, Server, model, wire
from tests.conformance.server import Addresses, Log, serving

pytestmark = pytest.mark.browser

# Only a request that never comes takes so long.
MOST_SECONDS = 60


@dataclass
class Stage:
    """A running Chromium and a server."""

    chromium: Chromium
    at: Addresses
    log: Log

    def places(self, number: int) -> Places:
        hosts = (f"www{number}.shop.test", f"api{number}.shop.test", f"api{number}.other.test")
        if FEATURES[number].is_plain:
            return Places(*(f"http://{host}:{self.at.http}" for host in hosts))
        return Places(*(f"https://{host}:{self.at.https}" for host in hosts))

    def ask(self, feature: Feature, places: Places, expected: int) -> list[Any]:
        """Run the script in a new tab and return what the server saw of it.

        However slow the browser is, as many requests as are *expected* are waited for.
        """
        self.chromium.context.clear_cookies()
        for origin in (places.page, places.sibling, places.other):
            self.chromium.context.add_cookies(
                [
                    {
                        "name": "none",
                        "value": "1",
                        "url": origin,
                        "sameSite": "None",
                        "secure": True,
                    },
                    {"name": "lax", "value": "1", "url": origin, "sameSite": "Lax"},
                    {"name": "strict", "value": "1", "url": origin, "sameSite": "Strict"},
                ]
            )
        page = self.chromium.page(f"{places.page}/page")
        self.log.take()
        script = feature.script
        for name in ("PAGE", "SIBLING", "OTHER"):
            script = script.replace(name, str(getattr(places, name.lower())))
        try:
            page.evaluate(f"(async () => {{ {script} }})()")
            if feature.click:
                page.click("a")
            return self._settled(expected)
        finally:
            page.close()

    def _settled(self, expected: int) -> list[Any]:
        """Return the requests once no more come."""
        seen: list[Exchange] = []
        until, quiet = time.monotonic() + MOST_SECONDS, 0
        while quiet < 4 and time.monotonic() < until:
            time.sleep(0.05)
            more = [each for each in self.log.take() if "favicon" not in each.request.url]
            seen += more
            quiet = quiet + 1 if len(seen) >= expected and not more else 0
        return [wire(exchange) for exchange in seen]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    require_chromium()
    log = Log()
    with serving(Server(), log) as at, running() as chromium:
        yield Stage(chromium, at, log)


@pytest.mark.parametrize("number", range(len(FEATURES)), ids=list(map(str, FEATURES)))
def test_the_server_sees_the_same(stage: Stage, number: int) -> None:
    places = stage.places(number)
    feature = FEATURES[number]
    modelled = model(feature, places)
    real = stage.ask(feature, places, len(modelled))
    assert modelled == real, "\n".join(
        f"{who} {entry}"
        for who, seen in (("model", modelled), ("Chromium", real))
        for entry in seen
    )
