"""Authentication with what a URL holds: challenges, what is sent, and what is remembered."""

from __future__ import annotations

import pytest

from flask_cors.testing import Browser, Reply, Request
from flask_cors.testing.authentication import (
    AuthenticationEntries,
    authorization_of,
    realm_of,
)

OWN = "https://app.example"
ADA = "Basic QWRhOnB3"


class Server:
    """Asks for a user name in the realm that the path names, and answers with what it gets."""

    def __call__(self, request: Request) -> Reply:
        cors = (
            ("Access-Control-Allow-Origin", request.get("Origin") or "*"),
            ("Access-Control-Allow-Credentials", "true"),
        )
        given = request.get("Authorization")
        if given is None or "wrong" in request.url:
            realm = request.url.rpartition("/")[2]
            return Reply(401, (*cors, ("WWW-Authenticate", f'Basic realm="{realm}"')), b"no")
        return Reply(200, cors, given.encode())


def browser() -> Browser:
    return Browser(transport=Server(), origin=OWN, base_url=OWN)


def sent(page: Browser) -> list[str | None]:
    return [exchange.request.get("Authorization") for exchange in page.exchanges]


@pytest.mark.parametrize(
    ("lines", "realm"),
    [
        ([('Basic realm="a b"')], "a b"),
        (["basic realm=x"], "x"),
        (["Basic"], ""),
        (['Digest realm="d", nonce="n"', 'Basic realm="b"'], "b"),
        (["Bearer"], None),
        (["Basically x"], None),
        ([], None),
    ],
)
def test_realm_of(lines: list[str], realm: str | None) -> None:
    headers = tuple(("WWW-Authenticate", line) for line in lines)
    assert realm_of(Reply(401, headers)) == realm
    assert realm_of(Reply(403, headers)) is None


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("https://Ada:pw@app.example/", ADA),
        ("https://us%20er%3A%C3%A9@app.example/", "Basic dXMgZXI6w6k6"),
        ("https://:pw@app.example/", "Basic OnB3"),
        ("https://app.example/@", None),
    ],
)
def test_authorization_of(url: str, value: str | None) -> None:
    assert authorization_of(url) == value


def test_entries() -> None:
    entries = AuthenticationEntries()
    entries.add("tab", f"{OWN}/a/b", "r", "one")
    assert entries.of_url("tab", f"{OWN}/a/c/d?x") == "one"
    assert entries.of_url("tab", f"{OWN}/b") is None
    assert entries.of_url("other", f"{OWN}/a/b") is None
    assert entries.of_url("tab", "https://api.example/a/b") is None
    assert entries.of_realm("tab", f"{OWN}/b", "r") == "one"
    assert entries.of_realm("tab", f"{OWN}/b", "s") is None
    entries.add("tab", f"{OWN}/a/deep/", "s", "two")
    assert entries.of_url("tab", f"{OWN}/a/deep/er") == "two"
    entries.add("tab", f"{OWN}/b/", "r", "three")
    assert entries.of_url("tab", f"{OWN}/a/b") == entries.of_url("tab", f"{OWN}/b/") == "three"


@pytest.mark.parametrize(
    ("url", "names"), [("/a/r", ("Ada", "pw")), ("https://Ada:pw@app.example/a/r", ())]
)
def test_a_request_answers_a_challenge(url: str, names: tuple[str, ...]) -> None:
    page = browser()
    xhr = page.xhr("POST", url, *names)
    xhr.send("body")
    assert (xhr.status, xhr.response_text) == (200, ADA)
    assert sent(page) == [None, ADA]
    assert [exchange.request.body for exchange in page.exchanges] == [b"body", b"body"]
    assert xhr.response_url == "https://Ada:pw@app.example/a/r"
    assert page.exchanges[1].request.url == f"{OWN}/a/r"


def test_what_was_sent_goes_with_later_requests() -> None:
    page = browser()
    page.xhr("GET", "/a/r", "Ada", "pw").send()
    page.exchanges.clear()
    page.fetch("/a/other")
    page.fetch("/a/other", credentials="omit")
    page.fetch("/b/r")
    page.fetch("/b/r")
    page.fetch("/c/s")
    assert sent(page) == [ADA, None, None, ADA, ADA, None]


def test_other_credentials_are_tried_anew() -> None:
    page = browser()
    page.xhr("GET", "/r", "Ada", "pw").send()
    page.xhr("GET", "/r", "Eve", "pw").send()
    page.fetch("/r")
    assert sent(page) == [None, ADA, None, "Basic RXZlOnB3", "Basic RXZlOnB3"]


def test_what_is_refused_is_not_sent_again() -> None:
    page = browser()
    xhr = page.xhr("GET", "/wrong", "Ada", "pw")
    xhr.send()
    page.fetch("/wrong")
    assert xhr.status == 401
    assert sent(page) == [None, ADA, None]


def test_a_header_of_the_page_stays() -> None:
    page = browser()
    xhr = page.xhr("GET", "/wrong", "Ada", "pw")
    xhr.set_request_header("Authorization", "mine")
    xhr.send()
    assert sent(page) == ["mine"]


def test_another_origin_is_not_answered() -> None:
    page = browser()
    xhr = page.xhr("GET", "https://api.example/r", "Ada", "pw")
    xhr.with_credentials = True
    xhr.send()
    assert xhr.status == 401
    assert sent(page) == [None]


def test_a_tab_answers_and_a_frame_does_not() -> None:
    page = browser()
    url = "https://Ada:pw@id.example/a/r"
    assert page.navigate(url, frame=True).status == 401
    assert page.navigate(url).text == ADA
    assert page.navigate("https://id.example/a/r").text == ADA
    assert sent(page) == [None, None, ADA, ADA]
