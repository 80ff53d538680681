"""Chromium and the model agree on which responses an element takes, row by row.

Scripts and style sheets tell by their events. What images and media make of a body the model
does not know, so that of those it is asked whether the network gives them the response.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, Browser, NetworkError
from flask_cors.testing.elements import CrossOrigin, Element
from tests.conformance.chromium import running
from tests.conformance.conftest import require_chromium
from tests.conformance.server import Addresses, Log, serving
from tests.conformance.wpt.server import RowServer
from tests.conformance.wpt.table import Row, located, rows

pytestmark = pytest.mark.browser

BY_EVENT = frozenset({"module", "script", "stylesheet"})
BY_NETWORK = frozenset({"audio", "img", "video"})
ASKED = frozenset({"crossorigin", "do", "expect", "url"})
PAGE = b"<!doctype html><title>a page</title><body>"
LOAD = """
async (asks) => {
  const one = ([element, url, crossorigin]) => new Promise((done) => {
    const tags = {module: 'script', stylesheet: 'link'};
    const e = document.createElement(tags[element] || element);
    e.onload = e.onloadeddata = () => done('load');
    e.onerror = () => done('error');
    if (crossorigin != null) e.crossOrigin = crossorigin;
    if (element === 'module') e.type = 'module';
    if (element === 'stylesheet') { e.rel = 'stylesheet'; e.href = url; } else e.src = url;
    document.body.append(e);
    setTimeout(() => done('timeout'), 60000);
  });
  const seen = [];
  for (const ask of asks) seen.push(await one(ask));
  return seen;
}
"""


def is_askable(row: Row) -> bool:
    """Return whether Chromium can be asked *row*: one element of the page, any traits."""
    answers = [answer for answer in row.server.values() if isinstance(answer, Mapping)]
    statuses = [answer.get("status", 200) for answer in answers]
    return (
        row.page == "{own}"
        # The server of a list tells the first request from the next.
        and len(answers) == len(row.server)
        and bool(row.server)
        and set(row.setup) <= {"traits"}
        and len(row.asks) == 1
        and set(row.asks[0]) <= ASKED
        # User names in URLs are among the recorded features.
        and "@" not in row.asks[0].get("url", "")
        and row.asks[0].get("do") in BY_EVENT | BY_NETWORK
        # After an interim response a browser waits for another one.
        and not any(100 <= status <= 199 or status < 0 for status in statuses)
        # Media fail for a status as they do for a body.
        and (row.asks[0]["do"] in BY_EVENT | {"img"} or max(statuses) < 400)
    )


class Application:
    """Serves the page, and each row at a path of its own."""

    def __init__(self, asked: list[Row]) -> None:
        self._rows = asked
        self.at: Addresses | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/row"):
            headers = [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))]
            start_response("200 OK", headers)
            return [PAGE]
        number, _, path = environ["PATH_INFO"][4:].partition("/")
        server = RowServer(located(self._rows[int(number)].server, self.origins(), f"/row{number}"))
        answer = server.answer(f"/{path}")
        body = answer.get("body", "").encode("latin-1")
        headers = [(name, value.strip(" \t")) for name, value in answer.get("headers", [])]
        status = answer.get("status", 200)
        start_response(f"{status} Status", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def origins(self) -> Mapping[str, str]:
        assert self.at is not None
        hosts = {"own": "www.shop.test", "sibling": "api.shop.test", "other": "api.other.test"}
        origins = {name: f"http://{host}:{self.at.http}" for name, host in hosts.items()}
        return {**origins, "port": f"http://www.shop.test:{self.at.other_http}"}


def modelled(application: Application, ask: Mapping[str, Any]) -> str:
    """Return the event that the element has in the model."""
    element: Element = ask["do"]
    crossorigin: CrossOrigin | None = ask.get("crossorigin")
    page = Browser(application, origin=application.origins()["own"], traits=CHROMIUM)
    try:
        page.load(element, ask["url"], crossorigin=crossorigin)
    except NetworkError:
        return "error"
    return "load"


@pytest.fixture(scope="module")
def table() -> list[tuple[Row, str, str]]:
    """Return each row with what the model and what Chromium makes of it."""
    require_chromium()
    asked = [row for row in rows() if is_askable(row)]
    application = Application(asked)
    with serving(application, Log()) as at, running() as chromium:
        application.at = at
        origins = application.origins()
        asks = [located(row.asks[0], origins, f"/row{n}") for n, row in enumerate(asked)]
        page = chromium.page(f"{origins['own']}/page")
        failed: set[str] = set()
        ended: set[str] = set()
        page.on("requestfailed", lambda request: failed.add(request.url))
        page.on("requestfinished", lambda request: ended.add(request.url))
        events = page.evaluate(LOAD, [[a["do"], a["url"], a.get("crossorigin")] for a in asks])
        # The network's events come beside those of the page, and may be later.
        known, quiet = -1, 0
        while quiet < 5:
            page.wait_for_timeout(100)
            quiet = quiet + 1 if known == len(failed | ended) else 0
            known = len(failed | ended)
        lost = " ".join(failed)
        by_network = ["error" if f"/row{n}/" in lost else "load" for n in range(len(asks))]
        seen = [
            event if ask["do"] in BY_EVENT else network
            for ask, event, network in zip(asks, events, by_network, strict=True)
        ]
        model = [modelled(application, ask) for ask in asks]
    return list(zip(asked, model, seen, strict=True))


def test_chromium_and_the_model_agree(table: list[tuple[Row, str, str]]) -> None:
    wrong = [
        f"{row}: {row.asks[0]} {row.server}: model {model}, Chromium {seen}"
        for row, model, seen in table
        if model != seen
    ]
    assert not wrong, "\n".join(wrong)


def test_enough_is_asked(table: list[tuple[Row, str, str]]) -> None:
    assert len(table) >= 400
    assert {seen for _, _, seen in table} == {"error", "load"}
