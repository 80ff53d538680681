"""Forms, uploads, streams and caches, as a browser sends and keeps them."""

from __future__ import annotations

import pytest
from flask import Flask, Response, request

from examples.testing.app import PAGE, create_app
from flask_cors import CORS
from flask_cors.testing import Blob, Browser, CORSBlocked, FormData, NetworkError


@pytest.fixture
def page() -> Browser:
    return Browser(create_app(), origin=PAGE)


def login(page: Browser) -> None:
    page.fetch("/login", method="POST", json={"name": "Ada"}, credentials="include")


def test_another_sites_form_is_sent_with_the_cookie(page: Browser) -> None:
    """Why a session cookie with SameSite=None needs a defence besides CORS."""
    page.base_url = "https://api.example"
    login(page)
    page.at("https://evil.example").submit_form("/items", method="POST")
    sent = page.exchanges[-1].request
    assert sent.get("Cookie") is not None
    assert sent.get("Origin") == "https://evil.example"
    assert sent.get("Sec-Fetch-Site") == "cross-site"


def test_enforce_refuses_it() -> None:
    app = Flask("safe")
    CORS(app, origins=[], enforce=True)
    app.add_url_rule("/items", view_func=lambda: "done", methods=["POST"])
    page = Browser(app, origin="https://evil.example", base_url="https://api.example")
    assert page.submit_form("/items").status == 403
    assert page.exchanges[-1].is_refusal
    assert "refused by the server with 403" in page.timeline()
    assert page.at("https://api.example").submit_form("/items").text == "done"


def test_a_refusal_names_the_header(page: Browser) -> None:
    with pytest.raises(CORSBlocked) as caught:
        page.at("https://evil.example").fetch("/items", credentials="include")
    assert caught.value.header == "Access-Control-Allow-Origin"
    assert "the response has no Access-Control-Allow-Origin" in caught.value.explain()


def test_the_trace(page: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    login(page)
    page.trace()
    printed = capsys.readouterr().out
    assert "-> preflight OPTIONS http://localhost/login" in printed
    assert "Access-Control-Allow-Credentials: true" in printed


def features() -> Flask:
    app = Flask("features")
    CORS(app, origins=[PAGE])

    @app.post("/photos")
    def photos() -> str:
        return request.files["photo"].filename or ""

    @app.get("/ticks")
    def ticks() -> Response:
        lines = (f"id: {number}\ndata: tick\n\n" for number in iter(int, 1))
        return Response(lines, mimetype="text/event-stream")

    @app.get("/live", websocket=True)
    def live() -> tuple[str, int]:
        return "", 200 if request.headers.get("Origin") == PAGE else 403

    return app


def test_an_upload_with_progress() -> None:
    page = Browser(features(), origin=PAGE)
    form = FormData()
    form.append("photo", Blob(b"GIF89a", "image/gif"), "lamp.gif")
    loaded: list[int] = []
    xhr = page.xhr("POST", "/photos")
    xhr.listen_to_upload(lambda event: loaded.append(event.loaded))
    xhr.send(form)
    assert xhr.response_text == "lamp.gif"
    assert loaded[-1] == len(page.exchanges[-1].request.body)
    assert page.exchanges[0].preflight


def test_a_stream_without_an_end() -> None:
    page = Browser(features(), origin=PAGE)
    stream = page.event_source("/ticks", max_events=3)
    assert [event.data for event in stream.events] == ["tick"] * 3


def test_a_strangers_socket_is_refused() -> None:
    page = Browser(features(), origin="https://evil.example")
    with pytest.raises(NetworkError) as caught:
        page.open_websocket("/live")
    exchange = caught.value.exchange
    assert exchange is not None
    assert exchange.reply.status == 403


def test_the_cache_keeps_two_pages_of_one_site_apart() -> None:
    """Since the library sends Vary: Origin."""
    app = Flask("static")
    CORS(app, origins=["https://www.shop.example", "https://m.shop.example"])
    app.add_url_rule(
        "/logo", view_func=lambda: Response("x", headers={"Cache-Control": "max-age=600"})
    )
    first = Browser(app, origin="https://www.shop.example")
    second = first.at("https://m.shop.example")
    assert all(page.fetch("/logo").ok for page in (first, second, second))
    assert len(first.exchanges) == 2
