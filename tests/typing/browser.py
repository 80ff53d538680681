"""The browser model: what a page may be given, and what it hands back."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from flask import Flask
from publicsuffixlist import PublicSuffixList
from typing_extensions import assert_type
from werkzeug.test import Client

from flask_cors.testing import (
    CHROMIUM,
    Blob,
    Browser,
    CookieJar,
    CORSBlocked,
    EventStream,
    Exchange,
    FormData,
    HTTPCache,
    NetworkError,
    ProgressEvent,
    Reply,
    Request,
    Response,
    ResponseHeaders,
    ServerSentEvent,
    Traits,
    WebSocket,
    XMLHttpRequest,
)

app = Flask(__name__)
SITE = "https://app.example"


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    return []


def transport(request: Request) -> Reply:
    assert_type(request.method, str)
    assert_type(request.headers, tuple[tuple[str, str], ...])
    assert_type(request.body, bytes)
    return Reply(200, (("Content-Type", "text/plain"),), b"")


def backwards(reply: Reply) -> Request:
    return Request("GET", SITE, reply.headers)


# -- what a page is made of ------------------------------------------------------------

Browser(app, origin=SITE)
Browser(app.test_client(), origin=SITE)
Browser(Client(app), origin=SITE)
Browser(application, origin=SITE, base_url="https://api.example", traits=CHROMIUM)
Browser(transport=transport, origin="null", registrable_domain=PublicSuffixList().privatesuffix)
Browser(app, origin=SITE, traits=Traits(max_age_cap=60), clock=lambda: 0.0)

Browser(app)  # type: ignore[call-arg]
Browser(app, SITE)  # type: ignore[call-arg]
Browser("https://api.example", origin=SITE)  # type: ignore[arg-type]
Browser(app, origin=None)  # type: ignore[arg-type]
Browser(transport=backwards, origin=SITE)  # type: ignore[arg-type]
Browser(app, origin=SITE, traits="chromium")  # type: ignore[arg-type]

# -- what it asks ----------------------------------------------------------------------

page = Browser(app, origin=SITE)
page.fetch("/items", method="PUT", json={"name": "a lamp"}, credentials="include")
page.fetch("/items", method="POST", data={"name": "a lamp"}, mode="no-cors")
page.fetch("/items", data=b"...", headers={"X-Api-Key": "1"}, redirect="error")
page.fetch("/items", headers=[("Accept", "text/plain")], upload_listener=True)

page.fetch()  # type: ignore[call-arg]
page.fetch("/items", "PUT")  # type: ignore[call-arg]
page.fetch("/items", credentials="included")  # type: ignore[arg-type]
page.fetch("/items", mode="nocors")  # type: ignore[arg-type]
page.fetch("/items", redirect=False)  # type: ignore[arg-type]
page.fetch("/items", headers={"X-Number": 1})  # type: ignore[arg-type]
page.fetch("/items", body="...")  # type: ignore[arg-type]

# -- what it reads ---------------------------------------------------------------------

response = page.fetch("/items")
assert_type(response.status, int)
assert_type(response.ok, bool)
assert_type(response.type, Literal["basic", "cors", "opaque", "opaqueredirect"])
assert_type(response.url, str)
assert_type(response.redirected, bool)
assert_type(response.headers, ResponseHeaders)
assert_type(response.headers["X-Total"], str)
assert_type(response.headers.get("X-Total"), str | None)
assert_type(response.body, bytes)
assert_type(response.text, str)

response.text()  # type: ignore[operator]
print(response.status_code)  # type: ignore[attr-defined]
response.status = 404  # type: ignore[misc]

# -- what the network saw, and why a page got nothing ----------------------------------

assert_type(page.at("https://evil.example"), Browser)
assert_type(page.exchanges, list[Exchange])
assert_type(page.exchanges[0].request, Request)
assert_type(page.exchanges[0].reply.get("Vary"), str | None)
assert_type(page.exchanges[0].preflight, bool)
assert_type(page.cookies, CookieJar)
assert_type(page.cookies.get("https://api.example/", same_site=False), str | None)

try:
    page.fetch("/items")
except CORSBlocked as blocked:
    assert_type(blocked.step, str)
    assert_type(blocked.section, str)
    assert_type(blocked.preflight, bool)
    network_error: NetworkError = blocked
    assert_type(blocked.header, str | None)
    assert_type(blocked.exchange, Exchange | None)
    assert_type(blocked.explain(), str)

# -- what else a browser sends -----------------------------------------------------------

form = FormData({"a": "1"})
form.append("file", Blob(b"x", "text/plain"), "name.txt")
page.fetch("/", method="POST", data=form)
page.fetch("/", method="POST", data=Blob(b"x"))
page.fetch("/", method="POST", data=iter([b"a", b"b"]))
page.fetch("/", cache="no-store", referrer_policy="no-referrer", integrity="", keepalive=True)
page.fetch("/", cache="never")  # type: ignore[arg-type]
page.fetch("/", referrer_policy="never")  # type: ignore[arg-type]

xhr = page.xhr("POST", "/")
assert_type(xhr, XMLHttpRequest)
xhr.listen_to_upload(lambda event: assert_type(event, ProgressEvent))
assert_type(xhr.get_response_header("ETag"), str | None)
assert_type(xhr.response_text, str)

assert_type(page.navigate("/", frame=True), Response)
assert_type(page.submit_form("/", {"a": "1"}, enctype="text/plain"), Response)
page.submit_form("/", method="PUT")  # type: ignore[arg-type]
assert_type(page.load("img", "/", crossorigin="anonymous"), Response)
page.load("div", "/")  # type: ignore[arg-type]
assert_type(page.event_source("/", max_events=1), EventStream)
assert_type(page.event_source("/").events, tuple[ServerSentEvent, ...])
assert_type(page.open_websocket("/", ["a"]), WebSocket)
assert_type(page.timeline(), str)
assert_type(page.cache, HTTPCache)
assert_type(page.permissions, set[str])
page.at("https://app.example", framed_by="https://top.example")
Browser(app, origin=SITE, address_space=lambda host: "local" if host else None)
