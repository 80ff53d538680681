"""What the browser model may sit on: a WSGI application, a test client, a function."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.validate import validator

import pytest
from flask import Flask, request, session

from flask_cors.testing import Browser, Exchange, Reply, Request
from flask_cors.testing.transport import WSGITransport, split_value
from tests.unit.testing.pages import API, OWN

ORIGIN = "http://localhost"


def test_the_environment() -> None:
    seen: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append({**environ, "body": environ["wsgi.input"].read(100)})
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    page = Browser(validator(application), origin="https://api.test:8443")
    page.fetch(
        "https://api.test:8443/caf%C3%A9/a b?q=1 2&r=%20",
        method="POST",
        data="body",
        headers=[("X-A", "1"), ("x-a", "2")],
    )
    (environ,) = seen
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/caf\xc3\xa9/a b",
        "QUERY_STRING": "q=1%202&r=%20",
        "SERVER_NAME": "api.test",
        "SERVER_PORT": "8443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "api.test:8443",
        "HTTP_X_A": "1, 2",
        "HTTP_ACCEPT": "*/*",
        "CONTENT_TYPE": "text/plain;charset=UTF-8",
        "CONTENT_LENGTH": "4",
        "wsgi.url_scheme": "https",
        "body": b"body",
    }
    assert {key: environ[key] for key in expected} == expected


@pytest.mark.parametrize(("url", "port"), [("http://api.test/", "80"), ("https://api.test", "443")])
def test_default_ports(url: str, port: str) -> None:
    seen: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(environ["SERVER_PORT"])
        start_response("204 No Content", [])
        return []

    Browser(application, origin=url.rstrip("/")).fetch(url)
    assert seen == [port]


def test_the_response_of_an_application() -> None:
    closed: list[bool] = []

    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            yield b"b"
            yield b"c"

        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("500 First", [])
        write = start_response("200 OK", [("X-A", " 1\t"), ("X-A", "2\xa0")], ("a", "b", "c"))
        write(b"a")
        write(b"-")
        return Chunks()

    page = Browser(application, origin=ORIGIN)
    response = page.fetch("/")
    assert (response.status, response.text, dict(response.headers)) == (
        200,
        "a-bc",
        {"x-a": "1, 2\xa0"},
    )
    assert page.exchanges[0].reply == Reply(200, (("X-A", "1"), ("X-A", "2\xa0")), b"a-bc")
    assert closed == [True]


def test_an_application_is_closed_when_it_fails() -> None:
    closed: list[bool] = []

    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            raise RuntimeError("the stream failed")

        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Chunks()

    with pytest.raises(RuntimeError, match="the stream failed"):
        Browser(application, origin=ORIGIN).fetch("/")
    assert closed == [True]


def flask_app() -> Flask:
    app = Flask("app")
    app.secret_key = "not secret"

    @app.post("/login")
    def login() -> str:
        session["user"] = "ann"
        return "welcome"

    @app.get("/me")
    def me() -> dict[str, Any]:
        return {"user": session.get("user"), "address": request.remote_addr}

    return app


def test_a_test_client_lends_its_application_and_environment() -> None:
    client = flask_app().test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    page = Browser(client, origin=ORIGIN)
    assert page.fetch("/me").json() == {"user": None, "address": "192.0.2.1"}


def test_headers_are_the_browsers_where_it_has_them() -> None:
    app = Flask("app")
    app.get("/", endpoint="show")(lambda: [request.user_agent.string, request.headers["X-Client"]])
    client = app.test_client()
    client.environ_base |= {"HTTP_USER_AGENT": "a client", "HTTP_X_CLIENT": "kept"}
    page = Browser(client, origin=ORIGIN)
    assert page.fetch("/").json() == [page.traits.user_agent, "kept"]


@pytest.mark.parametrize("name", ["application", "open"])
def test_a_middleware_is_called_itself(name: str) -> None:
    class Middleware:
        def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [])
            return [b"the middleware"]

    middleware = Middleware()
    setattr(middleware, name, flask_app())
    assert Browser(middleware, origin=ORIGIN).fetch("/").text == "the middleware"


def test_cookies_are_the_browsers_and_not_the_clients() -> None:
    client = flask_app().test_client()
    client.post("/login")
    page = Browser(client, origin=ORIGIN)
    assert page.fetch("/me").json()["user"] is None
    page.fetch("/login", method="POST")
    assert page.fetch("/me").json()["user"] == "ann"
    assert [cookie.name for cookie in page.cookies] == ["session"]


def test_a_transport() -> None:
    def transport(request: Request) -> Reply:
        assert request.get("accept") == "*/*"
        assert request.get("missing") is None
        return Reply(200, (("Content-Type", "text/plain"),), request.url.encode())

    page = Browser(transport=transport, origin=ORIGIN)
    assert page.fetch("/a?b").text == "http://localhost/a?b"
    (exchange,) = page.exchanges
    assert isinstance(exchange, Exchange)
    assert (exchange.request.method, exchange.reply.status, exchange.preflight) == (
        "GET",
        200,
        False,
    )


def test_the_whole_environment() -> None:
    """PEP 3333: these keys and no more."""
    seen: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ.pop("wsgi.input").read()
        seen.append({**environ, "body": body})
        start_response("204  NO  CONTENT ", [("X-A", "\t 1 ")])(b"wri")
        return [b"tten"]

    headers = (("Content-Type", "text/x"), ("X-A", "1"), ("x-a", "2"))
    asked = Request("PUT", "http://me@api.test?q=%C3%A9", headers, b"body")
    reply = WSGITransport(application)(asked)
    assert reply == Reply(204, (("X-A", "1"),), b"written")
    assert reply.reason == "NO  CONTENT"
    (environ,) = seen
    assert environ.pop("wsgi.errors") is sys.stderr
    assert environ == {
        "REQUEST_METHOD": "PUT",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "q=%C3%A9",
        "SERVER_NAME": "api.test",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "api.test",
        "HTTP_X_A": "1, 2",
        "CONTENT_LENGTH": "4",
        "CONTENT_TYPE": "text/x",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "body": b"body",
    }


@pytest.mark.parametrize(
    ("status", "reason"),
    [("200", ""), ("200 OK", "OK"), ("404 N\xe9\xa0", "N\xe9\xa0"), ("200 X ", "X")],
)
def test_the_status_text(status: str, reason: str) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, [])
        return []

    page = Browser(application, origin=ORIGIN)
    assert page.fetch("/").status_text == reason
    assert page.navigate("/").status_text == reason
    assert page.fetch("http://other.test/", mode="no-cors").status_text == ""


def test_relative_urls_belong_to_the_base() -> None:
    page = Browser(flask_app(), origin="http://api.test", base_url="http://api.test/v1/")
    for url in ("items", "/items", "?a", "//api.test/items", "../b/./c"):
        page.fetch(url)
    assert [exchange.request.url for exchange in page.exchanges] == [
        "http://api.test/v1/items",
        "http://api.test/items",
        "http://api.test/v1/?a",
        "http://api.test/items",
        "http://api.test/b/c",
    ]


@pytest.mark.parametrize(
    "targets", [{}, {"target": flask_app(), "transport": lambda request: Reply(200, ())}]
)
def test_one_target_is_needed(targets: Any) -> None:
    with pytest.raises(TypeError, match="an application or a test client, or transport="):
        Browser(**targets, origin=ORIGIN)


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("", [""]),
        ("a", ["a"]),
        (" a\t,\t b ", ["a", "b"]),
        ("nosniff,", ["nosniff", ""]),
        (",a", ["", "a"]),
        ("x / x,,,1", ["x / x", "", "", "1"]),
        ('"1,2", 3', ['"1,2"', "3"]),
        ('x/x;test="hi",y/y', ['x/x;test="hi"', "y/y"]),
        ('text/html;", x/x', ['text/html;", x/x']),
        ('"\\",", a', ['"\\","', "a"]),
        ('"a,\\', ['"a,\\']),
        ('a"\n,"', ['a"\n,"']),
        ("\xa0a", ["\xa0a"]),
    ],
)
def test_how_a_value_is_split(value: str, items: list[str]) -> None:
    assert split_value(value) == items


def test_white_space_around_a_value_is_no_part_of_it() -> None:
    reply = Reply(200, (("X-A", " \t a b \t"), ("Content-Type", "text/plain")), b"x")
    page = Browser(transport=lambda request: reply, origin=ORIGIN)
    assert page.fetch("/").headers["X-A"] == "a b"
    assert page.exchanges[0].reply.headers[0] == ("X-A", "a b")
    plain = Reply(200, (("X-A", "a"),))
    page = Browser(transport=lambda request: plain, origin=ORIGIN)
    page.fetch("/")
    assert page.exchanges[0].reply is plain


@pytest.mark.parametrize(
    ("status", "cache", "headers", "expected"),
    [
        (403, "no-store", {"Sec-Fetch-Site": "cross-site"}, True),
        (403, "no-store", {"Sec-Fetch-Site": "same-site"}, True),
        (403, "no-store", {"Sec-Fetch-Site": "same-origin"}, False),
        (403, "no-store", {"Sec-Fetch-Site": "none"}, False),
        (403, "no-store", {"Origin": OWN}, True),
        (403, "no-store", {"Origin": API}, False),
        (403, "no-store", {}, False),
        (403, "private", {"Origin": OWN}, False),
        (401, "no-store", {"Origin": OWN}, False),
    ],
)
def test_is_refusal(status: int, cache: str, headers: dict[str, str], expected: bool) -> None:
    request = Request("POST", f"{API}/x", tuple(headers.items()))
    reply = Reply(status, (("Cache-Control", cache),))
    assert Exchange(request, reply, False).is_refusal is expected
    assert not Exchange(request, reply, True).is_refusal
