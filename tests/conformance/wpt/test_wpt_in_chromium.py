"""Chromium and the model agree on the rows of the table that a page's ``fetch`` can ask.

Left out are rows of other things than ``fetch``, which ``test_browser_features`` asks about, of
pages and cookies that the differential test has no page for, and what JavaScript takes and the
test's words do not: clocks, streams, blobs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM
from tests.conformance.cases import Answer, Ask, Case, RawApplication
from tests.conformance.chromium import running
from tests.conformance.conftest import require_chromium
from tests.conformance.differential import BATCH, Cases, Session, Tally
from tests.conformance.server import Addresses, Log, serving
from tests.conformance.wpt.server import ALLOW_ALL
from tests.conformance.wpt.table import Row, located, rows

pytestmark = pytest.mark.browser

PAGES = {"{own}": "shop", "{own!}": "shop", "{own-tls!}": "shop-tls", "null": "sandboxed"}
ASKED = frozenset(
    {
        "cache",
        "credentials",
        "data",
        "expect",
        "headers",
        "integrity",
        "method",
        "mode",
        "redirect",
        "referrer_policy",
        "url",
    }
)
# Statuses that end no answer, and headers that the server itself has to understand.
UNSERVED = ("Content-Length", "Transfer-Encoding", "Content-Encoding", "Set-Cookie")
# Places that a case's own path cannot be put into, parts, which Chromium completes from a server
# that knows them all, challenges, at which it waits for its user, and ports that it does not block:
# nobody listens there.
UNPLACED = (
    "'//",
    "'http:x",
    "'Content-Range'",
    "'WWW-Authenticate'",
    "'Range', 'bytes=0-1'",
    "www.shop.test",
    "WWW.SHOP",
    "\\\\",
    "/../",
    "/./",
    *(f":{port}/" for port in sorted(CHROMIUM.opened_ports)),
)


def is_askable(row: Row) -> bool:
    """Return whether Chromium can be asked *row* by the differential test."""
    text = repr((row.server, row.asks))
    return (
        row.page in PAGES
        and not row.setup
        and all(set(ask) <= ASKED and _is_plain(ask) for ask in row.asks)
        and not any(name.lower() in text.lower() for name in UNSERVED)
        and "{third" not in text
        and not any(name in text for name in UNPLACED)
        # An answer with a condition, and what a cache does with it.
        and not any({"304", "etag", "modified"} & set(answer) for answer in row.server.values())
        and all(_is_servable(answer) for answer in row.server.values())
    )


def _is_plain(ask: Mapping[str, Any]) -> bool:
    """Return whether the test's words can say *ask*: texts, and URLs with a path of the case."""
    body = ask.get("data")
    url = str(ask["url"])
    pairs = all(isinstance(pair, list) and len(pair) == 2 for pair in ask.get("headers", ()))
    return pairs and (body is None or isinstance(body, str)) and url.startswith("{") and "/" in url


def _is_servable(answer: Mapping[str, Any]) -> bool:
    parts = [answer, answer.get("preflight", {})]
    statuses = [part.get("status", 200) for part in parts]
    texts = [text for part in parts for line in part.get("headers", []) for text in line]
    # After an interim response a browser waits for another one.
    return not any(100 <= status <= 199 or status < 0 for status in statuses) and not any(
        re.search("[\0\r\n]", text) for text in texts
    )


@dataclass(frozen=True)
class RowApplication(RawApplication):
    """The server of a row; paths that it does not name are answered like ``*``."""

    others: tuple[Answer, Answer] = (Answer(200, ()), Answer(200, ()))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        application = RawApplication({path: self.answers.get(path, self.others)})
        return application(environ, start_response)


def case_of(number: int, row: Row, at: Addresses) -> Case:
    """Return *row* as a case of the differential test."""
    origins = {
        "own": f"http://www.shop.test:{at.http}",
        "port": f"http://www.shop.test:{at.other_http}",
        "sibling": f"http://c{number}.api.shop.test:{at.http}",
        "other": f"http://c{number}.api.other.test:{at.http}",
        "own-tls": f"https://www.shop.test:{at.https}",
        "sibling-tls": f"https://c{number}.api.shop.test:{at.https}",
        "other-tls": f"https://c{number}.api.other.test:{at.https}",
        "machine": f"http://localhost:{at.other_http}",
    }
    prefix = f"/c{number}"
    server = located(row.server, origins, prefix)
    named = {path: answer for path, answer in server.items() if path != "*"}
    answers = {prefix + path: _answers(answer, prefix) for path, answer in named.items()}
    asks = [
        Ask(
            url=ask["url"],
            method=ask.get("method", "GET"),
            headers=tuple((name, value) for name, value in ask.get("headers", ())),
            body=ask.get("data"),
            credentials=ask.get("credentials", "same-origin"),
            mode=ask.get("mode", "cors"),
            redirect=ask.get("redirect", "follow"),
            referrer_policy=ask.get("referrer_policy", ""),
            integrity=ask.get("integrity", ""),
            cache=ask.get("cache", "default"),
        )
        for ask in located(row.asks, origins, prefix)
    ]
    application = RowApplication(answers, _answers(server.get("*", ALLOW_ALL), prefix))
    return Case(number, PAGES[row.page], application, (), tuple(asks))


def _answers(answer: Mapping[str, Any], prefix: str) -> tuple[Answer, Answer]:
    """Return the answers to a preflight and to a request, redirects with the case's path."""
    asked_first = answer.get("preflight", {"headers": answer.get("headers", [])})
    return _answer(asked_first, prefix), _answer(answer, prefix)


def _answer(answer: Mapping[str, Any], prefix: str) -> Answer:
    headers = tuple(
        (name, _placed(value, prefix) if name == "Location" else value)
        for name, value in answer.get("headers", [])
    )
    return Answer(answer.get("status", 200), headers, answer.get("body", "").encode("latin-1"))


def _placed(location: str, prefix: str) -> str:
    if prefix in location:
        return location
    return re.sub("^(https?://[^/]+)?/", rf"\1{prefix}/", location)


@pytest.fixture(scope="module")
def tally() -> Tally:
    require_chromium()
    tally, served, log = Tally(), Cases(), Log()
    asked = [row for row in rows() if is_askable(row)]
    with serving(served, log) as at, running() as chromium:
        session = Session(chromium, at, log, served, True, tally)
        session.open()
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            session.run([case_of(start + n, row, at) for n, row in enumerate(batch)])
    return tally


def test_chromium_and_the_model_agree(tally: Tally) -> None:
    assert not tally.disagreements, "\n\n".join(map(str, tally.disagreements))


def test_most_of_the_table_is_asked(tally: Tally) -> None:
    assert tally.pairs >= 1000
