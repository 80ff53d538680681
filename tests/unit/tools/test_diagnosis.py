"""Who is at fault for what a probe saw: answers in, one guess out; no server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flask_cors.testing import Browser, Exchange, NetworkError, Reply, Request
from flask_cors.tools.diagnosis import Seen, faults_of

PAGE, OTHER = "http://app.example", "http://other.example"
URL = "http://api.example/data"
OPEN = {
    "Access-Control-Allow-Origin": PAGE,
    "Access-Control-Allow-Methods": "GET, PUT",
    "Vary": "Origin",
}

Answer = tuple[int, dict[str, str]]


class Server:
    """Gives one answer after the other, and the last one again."""

    def __init__(self, *answers: Answer) -> None:
        self._left = list(answers)
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        status, headers = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        return Reply(status, tuple(headers.items()))


def seen(server: Server, method: str = "GET", credentials: str = "same-origin") -> Seen:
    """Let a page ask the server, as a probe does."""
    page = Browser(transport=server, origin=PAGE, base_url=URL)
    failure = None
    try:
        page.fetch(URL, method=method, credentials=credentials)  # type: ignore[arg-type]
    except NetworkError as error:
        failure = error
    exchanges: tuple[Exchange, ...] = tuple(page.exchanges)
    return Seen(URL, PAGE, exchanges, failure, server)


def faults(*answers: Answer, method: str = "GET", **asked: str) -> Iterator[tuple[str, str, str]]:
    for fault in faults_of(seen(Server(*answers), method, **asked)):
        yield fault.who, fault.what, fault.hint


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in OPEN.items() if key != name}


def test_nothing_is_wrong_where_the_page_can_read() -> None:
    assert list(faults((200, OPEN))) == []
    assert list(faults((200, OPEN), method="PUT")) == []


@pytest.mark.parametrize(
    ("answer", "method", "who"),
    [
        ((200, OPEN | {"Access-Control-Allow-Origin": f"{PAGE}, *"}), "GET", "a proxy in front"),
        ((301, {"Location": "https://api.example/data"}), "PUT", "an https redirect in front"),
        ((308, {"Location": f"{URL}/"}), "PUT", "a redirect of the trailing slash"),
        ((302, {"Location": "/login"}), "PUT", "a login or a redirect in front"),
        ((401, {}), "GET", "an authentication layer in front"),
        ((407, {}), "PUT", "an authentication layer in front"),
        ((405, {}), "PUT", "a server in front that lets few methods pass"),
        ((501, {}), "PUT", "a server in front that lets few methods pass"),
        ((502, {}), "GET", "a proxy in front, whose app does not answer"),
        ((500, {}), "GET", "the app's error, and who answers for it"),
        ((200, {}), "GET", "the app's configuration"),
        ((403, {"Access-Control-Allow-Origin": OTHER}), "GET", "the app's configuration"),
    ],
)
def test_who_is_at_fault(answer: Answer, method: str, who: str) -> None:
    (fault,) = faults(answer, method=method)
    assert fault[0] == who
    assert all(fault)


def test_a_refused_preflight_is_told_apart_from_a_refused_request() -> None:
    ((_, what, hint),) = faults((401, {}), method="PUT")
    assert (what.split()[1], "OPTIONS" in hint) == ("preflight", True)
    ((_, what, hint),) = faults((401, {}))
    assert (what.split()[1], "OPTIONS" in hint) == ("request", False)


def test_a_header_that_is_missing_on_the_error_only() -> None:
    ((_, what, _),) = faults((500, {}), (200, OPEN))
    assert "missing on the error only" in what
    server = Server((500, {}), (500, {}), (200, OPEN))
    (fault,) = faults_of(seen(server))
    assert "missing on the error only" in fault.what
    assert [request.method for request in server.asked] == ["GET", "OPTIONS", "OPTIONS"]
    assert "flask-cors-probe=" in server.asked[-1].url


def test_an_answer_that_a_cache_may_hand_to_another_origin() -> None:
    ((who, what, _),) = faults((200, without("Vary")), (200, {}))
    assert (who, "Vary" in what) == ("a cache or a proxy in front", True)
    assert list(faults((200, {"Access-Control-Allow-Origin": "*"}))) == []
    assert list(faults((200, without("Vary") | {"Vary": "*"}))) == []


def test_one_origin_that_is_always_sent_needs_no_vary() -> None:
    server = Server((200, without("Vary")))
    assert list(faults_of(seen(server))) == []
    without_origin, stranger = (request.get("Origin") for request in server.asked[-2:])
    assert without_origin is None
    assert stranger not in (None, PAGE)


def test_an_answer_that_a_cache_kept_for_another_origin() -> None:
    kept = OPEN | {"Access-Control-Allow-Origin": OTHER}
    ((who, what, _),) = faults((200, kept), (200, OPEN))
    assert who == "a cache in front"
    assert PAGE in what


@pytest.mark.parametrize(
    ("headers", "credentials", "option"),
    [
        (OPEN | {"Access-Control-Allow-Methods": "GET"}, "same-origin", "methods"),
        (OPEN, "include", "supports_credentials"),
        (OPEN | {"Access-Control-Allow-Origin": "*"}, "include", "supports_credentials, with the"),
        (OPEN | {"Access-Control-Allow-Origin": OTHER}, "same-origin", "origins"),
    ],
)
def test_the_option_to_change(headers: dict[str, str], credentials: str, option: str) -> None:
    ((who, _, hint),) = faults((200, headers), method="PURGE", credentials=credentials)
    assert (who, hint.startswith(f"Change {option}")) == ("the app's configuration", True)


def test_headers_that_only_the_preflight_carries() -> None:
    ((who, _, _),) = faults((200, OPEN), (200, {}), method="PUT")
    assert who == "something in front that strips headers"


def test_what_no_browser_can_use() -> None:
    ((who, _, _),) = faults((302, OPEN | {"Location": "ftp://api.example/"}))
    assert who == "the server"


@pytest.mark.parametrize(
    ("origin", "url", "what", "hint"),
    [
        ("https://app.example", "http://api.example/", "may not call plain http", "over https"),
        (PAGE, "http://api.example:6000/", "send nothing to port 6000", "another port"),
        (PAGE, "ftp://api.example/", "sends no request", "what the page asks for"),
    ],
)
def test_a_request_that_no_browser_sends(origin: str, url: str, what: str, hint: str) -> None:
    server = Server((200, OPEN))
    page = Browser(transport=server, origin=origin)
    with pytest.raises(NetworkError) as caught:
        page.fetch(url)
    assert server.asked == []
    (fault,) = faults_of(Seen(url, origin, (), caught.value, server))
    assert fault.who == "the page"
    assert what in fault.what
    assert hint in fault.hint


class Cache:
    """Keeps the first answer to each URL, whatever Vary says."""

    def __init__(self) -> None:
        self._kept: dict[str, Reply] = {}

    def __call__(self, request: Request) -> Reply:
        lines = {"Vary": "Origin"}
        if request.get("Origin") == PAGE:
            lines["Access-Control-Allow-Origin"] = PAGE
        return self._kept.setdefault(request.url, Reply(200, tuple(lines.items())))


def test_a_cold_cache_that_ignores_vary_is_found() -> None:
    server: Any = Cache()
    (fault,) = faults_of(seen(server))
    assert fault.who == "a cache in front"
    assert fault.what.endswith(f"is handed to a page of {PAGE}, although Vary names Origin")
