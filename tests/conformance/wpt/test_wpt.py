"""The browser model does what web-platform-tests expect of browsers, row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Blob, Browser, FormData, NetworkError
from tests.conformance.wpt.server import RowServer
from tests.conformance.wpt.table import ORIGINS, Row, located, rows

ROWS = list(rows())
TRAITS = {"standard": STANDARD, "chromium": CHROMIUM}


class Clock:
    """A clock that rows set."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def browser(row: Row, clock: Clock) -> Browser:
    """Return the page of *row*, with the cookies and permissions that it starts with."""
    setup = located(row.setup, ORIGINS)
    spaces = setup.get("address_spaces", {})
    page = Browser(
        transport=RowServer(located(row.server, ORIGINS)),
        origin=located(row.page, ORIGINS),
        base_url=located(row.page, ORIGINS) if row.page != "null" else ORIGINS["own"],
        clock=clock,
        traits=TRAITS[setup.get("traits", "standard")],
        path=setup.get("path", "/page"),
        referrer_policy=setup.get("referrer_policy", ""),
        **({"address_space": spaces.get} if spaces else {}),
    )
    for url, line in setup.get("cookies", []):
        assert page.cookies.set(url, line), line
    page.permissions.update(setup.get("permissions", []))
    return page


def blob_places(page: Browser, row: Row) -> dict[str, str]:
    """Return the URLs of the row's blobs, each with a content and a type, by their places."""
    blobs = row.setup.get("blobs", {})
    return {
        f"{{{name}}}": page.create_object_url(Blob(content.encode(), kind))
        for name, (content, kind) in blobs.items()
    }


def placed(template: Any, places: Mapping[str, str]) -> Any:
    """Return *template*, a text or a tree of texts, with *places* filled in."""
    text = json.dumps(template)
    for place, url in places.items():
        text = text.replace(place, url)
    return json.loads(text)


def perform(page: Browser, ask: Mapping[str, Any]) -> dict[str, Any]:
    """Do what *ask* says and return what came of it, in the words of the table."""
    options = {key: value for key, value in ask.items() if key not in NOT_OPTIONS}
    for key in ("stream", "blob", "form", "repeat"):
        if key in options:
            options["data"] = _body(key, options.pop(key))
    if "at" in ask:
        page = page.at(ask["at"], framed_by=ask.get("framed_by"))
    if "revoke" in ask:
        page.revoke_object_url(ask["revoke"])
    try:
        return _seen(_do(page, ask.get("do", "fetch"), options))
    except NetworkError as error:
        return {"outcome": "error", "step": error.step, "preflight": error.preflight}
    except TypeError:
        return {"outcome": "type-error"}


NOT_OPTIONS = frozenset({"do", "expect", "wait", "at", "framed_by", "revoke"})


def _body(kind: str, given: Any) -> Any:
    if kind == "stream":
        return iter([part.encode() for part in given])
    if kind == "repeat":
        return given[0] * given[1]
    if kind == "blob":
        return Blob(given[0].encode(), given[1])
    return FormData(given)


def _do(page: Browser, what: str, options: dict[str, Any]) -> Any:
    if what == "xhr":
        return _xhr(page, **options)
    if what in ("fetch", "navigate", "submit_form", "event_source", "open_websocket"):
        return getattr(page, what)(options.pop("url"), **options)
    if what == "send_beacon":
        return page.send_beacon(options.pop("url"), **options)
    return page.load(what, options.pop("url"), **options)  # type: ignore[arg-type]


def _xhr(
    page: Browser,
    url: str,
    method: str = "GET",
    headers: Any = (),
    data: Any = None,
    credentials: bool = False,
    listens: bool = False,
    username: str | None = None,
    password: str | None = None,
) -> Any:
    xhr = page.xhr(method, url, username, password)
    xhr.with_credentials = credentials
    for name, value in headers:
        xhr.set_request_header(name, value)
    if listens:
        xhr.listen_to_upload(lambda event: None)
    xhr.send(data)
    return xhr


SEEN = (
    "status",
    "status_text",
    "url",
    "text",
    "redirected",
    "ok",
    "protocol",
    "is_closed",
    "last_event_id",
    "retry",
)


def _seen(answer: Any) -> dict[str, Any]:
    seen: dict[str, Any] = {"outcome": getattr(answer, "type", "done")}
    for name in SEEN:
        if hasattr(answer, name):
            seen[name] = getattr(answer, name)
    if hasattr(answer, "headers"):
        seen["headers"] = dict(answer.headers)
    if hasattr(answer, "form_data"):
        seen |= {"blob_type": answer.blob().type, "form": _form(answer)}
    if hasattr(answer, "get_all_response_headers"):
        seen |= {"text": answer.response_text, "url": answer.response_url}
        lines = answer.get_all_response_headers().split("\r\n")[:-1]
        seen["headers"] = dict(line.split(": ", 1) for line in lines)
    if hasattr(answer, "events"):
        seen["events"] = [
            [event.type, event.data, event.id] if hasattr(event, "id") else event
            for event in answer.events
        ]
    return seen


def _form(answer: Any) -> Any:
    """Return the fields of a form as lists, ``None`` where the body is no form."""
    try:
        return [list(field) for field in answer.form_data()]
    except TypeError:
        return None


def compare(expected: Mapping[str, Any], seen: Mapping[str, Any], page: Browser) -> list[str]:
    """Return where *seen* and the exchanges are not what the row expects."""
    wrong = []
    for key, value in expected.items():
        if key == "wire":
            got: Any = [f"{e.request.method} {e.request.url}" for e in page.exchanges]
        elif key == "sent":
            got = [
                {name: exchange.request.get(name) for name in wanted}
                for wanted, exchange in zip(value, page.exchanges, strict=False)
            ]
        elif key == "lines":
            names = {name.lower() for name, _ in value}
            lines = page.exchanges[-1].request.headers
            got = [[name, line] for name, line in lines if name.lower() in names]
        elif key == "final":
            got = {name: page.exchanges[-1].request.get(name) for name in value}
        elif key == "bodies":
            got = [exchange.request.body.decode("latin-1") for exchange in page.exchanges]
        elif key == "requests":
            got = len(page.exchanges)
        elif key == "preflights":
            got = sum(exchange.preflight for exchange in page.exchanges)
        elif key == "visible":
            got = {name: seen.get("headers", {}).get(name) for name in value}
        else:
            got = seen.get(key)
        if got != value:
            wrong.append(f"{key}: {got!r}, not {value!r}")
    return wrong


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(row: Row) -> None:
    clock = Clock()
    page = browser(row, clock)
    for ask in placed(located(row.asks, ORIGINS), blob_places(page, row)):
        clock.now += ask.get("wait", 0)
        page.exchanges.clear()
        seen = perform(page, ask)
        wrong = compare(ask["expect"], seen, page)
        assert not wrong, "\n".join([*wrong, f"seen: {seen}", page.timeline()])


def test_there_are_enough() -> None:
    assert len(ROWS) >= 1500


def test_every_row_is_a_case_of_its_own() -> None:
    texts = [repr((row.page, row.server, row.asks, row.setup)) for row in ROWS]
    assert len(set(texts)) == len(texts)
