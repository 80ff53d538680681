"""Every kind of request that a page can make, sent by Chromium to an app with ``enforce``.

The app's own log says which views ran. On https Chromium sends ``Sec-Fetch-Site``; on plain http
it does not, and ``Origin`` decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Frame, Page

from flask_cors import CORS, cors_exempt, cross_origin
from tests.conformance.conftest import Stage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium-enforce")]

WWW = "www.shop.test"
FORGOTTEN = "forgotten.shop.test"
EVIL = "evil.test"

# Each kind of request is a function of a URL, whose promise ends when the response is there.
SEND = """
async ([kind, url]) => {
  const element = (name, attributes) => new Promise((done) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.onload = made.onerror = () => done();
    document.head.append(made);
  });
  const frame = (prepare) => new Promise((done) => {
    const made = document.createElement('iframe');
    made.name = `frame-${Math.random()}`;
    document.body.append(made);
    made.onload = () => done();
    prepare(made);
  });
  const form = (method, enctype) => frame((target) => {
    const made = Object.assign(document.createElement('form'), {
      method, enctype, action: url, target: target.name,
    });
    document.body.append(made);
    made.submit();
  });
  const ask = (init) => fetch(url, init).then((response) => response.text(), () => null);
  const text = {'Content-Type': 'text/plain'};
  const kinds = {
    'form': () => form('post', 'application/x-www-form-urlencoded'),
    'form-text': () => form('post', 'text/plain'),
    'form-get': () => form('get', ''),
    'fetch-get': () => ask({}),
    'fetch-head': () => ask({method: 'HEAD'}),
    'fetch-post': () => ask({method: 'POST', body: '{}', headers: text, credentials: 'include'}),
    'fetch-put': () => ask({method: 'PUT'}),
    'no-cors-get': () => ask({mode: 'no-cors', credentials: 'include'}),
    'no-cors-post': () => ask({
      method: 'POST', mode: 'no-cors', body: '{}', credentials: 'include',
    }),
    'keepalive': () => ask({method: 'POST', mode: 'no-cors', body: 'x', keepalive: true}),
    'image': () => element('img', {src: url}),
    'image-cors': () => element('img', {crossOrigin: 'anonymous', src: url}),
    'script': () => element('script', {src: url}),
    'style': () => element('link', {rel: 'stylesheet', href: url}),
    'prefetch': () => element('link', {rel: 'prefetch', href: url}),
    'service-worker': async () => {
      const worker = await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
      const channel = new MessageChannel();
      await new Promise((done) => {
        channel.port1.onmessage = done;
        worker.active.postMessage(url, [channel.port2]);
      });
    },
    'frame': () => frame((made) => { made.src = url; }),
    'events': () => new Promise((done) => {
      const source = new EventSource(url, {withCredentials: true});
      source.onmessage = source.onerror = () => { source.close(); done(); };
    }),
    'socket': () => new Promise((done) => {
      const socket = new WebSocket(url.replace(/^http/, 'ws'));
      socket.onopen = socket.onclose = () => done();
    }),
  };
  await kinds[kind]();
}
"""
# What every page may send: without Origin, and nothing that changes state.
READS = ["form-get", "no-cors-get", "image", "script", "style", "frame", "prefetch"]
# What only an allowed page may send.
OTHERS = [
    "form",
    "form-text",
    "fetch-get",
    "fetch-head",
    "fetch-post",
    "fetch-put",
    "no-cors-post",
    "keepalive",
    "image-cors",
    "events",
    "socket",
]

# A service worker of the page's own origin, which sends what its page asks for.
WORKER = """
self.addEventListener('message', async (event) => {
  await fetch(event.data, {method: 'POST', mode: 'no-cors', body: 'x', credentials: 'include'});
  event.ports[0].postMessage('sent');
});
"""


class Shop:
    """The app on the server, and the log of its views."""

    def __init__(self, stage: Stage, scheme: str, *origins: str) -> None:
        self.stage = stage
        self.scheme = scheme
        self.port = stage.at.https if scheme == "https" else stage.at.http
        self.ran: list[str] = []
        app = Flask("shop")
        app.logger.disabled = True
        methods = ["GET", "POST", "PUT"]
        friends = [self.origin(host) for host in origins]
        CORS(app, origins=friends, supports_credentials=True, enforce=True)
        app.add_url_rule("/do/<kind>", "do", self.view, methods=methods)
        app.add_url_rule("/socket/<kind>", "socket", self.view, websocket=True)
        returned = cross_origin(self.origin(EVIL))(self.view)
        app.add_url_rule("/callback/<kind>", "callback", returned, methods=methods)
        app.add_url_rule("/hook/<kind>", "hook", cors_exempt(self.view), methods=methods)
        app.add_url_rule(
            "/worker.js", "worker", lambda: Response(WORKER, mimetype="text/javascript")
        )
        stage.serve(app)
        self.url = self.origin(f"api{stage.number}.shop.test")

    def view(self, kind: str) -> str:
        self.ran.append(f"{request.method} {kind}")
        return "done"

    def origin(self, host: str) -> str:
        return f"{self.scheme}://{host}:{self.port}"

    def page(self, host: str = "") -> Page:
        """Open a page on *host*, or one of the app's own origin."""
        return self.stage.chromium.page(f"{self.origin(host) if host else self.url}/page")

    def send(self, page: Page | Frame, *kinds: str, path: str = "do") -> list[str]:
        """Have a page send these kinds of requests; return those whose views ran."""
        self.ran.clear()
        for kind in kinds:
            where = "socket" if kind == "socket" else path
            page.evaluate(SEND, [kind, f"{self.url}/{where}/{kind}"])
        return [each.partition(" ")[2] for each in self.ran]


@pytest.fixture(params=["https", "http"])
def shop(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """Return the app, which allows one other origin."""
    yield Shop(stage, request.param, WWW)
    for page in stage.chromium.context.pages[1:]:
        page.close()


@pytest.mark.rule("5.same-origin")
def test_a_page_of_the_app_may_send_everything(shop: Shop) -> None:
    assert shop.send(shop.page(), *READS, *OTHERS) == [*READS, *OTHERS]


@pytest.mark.rule("5.refused-methods", "5.refused-reads")
def test_an_allowed_page_may_send_everything(shop: Shop) -> None:
    assert shop.send(shop.page(WWW), *READS, *OTHERS) == [*READS, *OTHERS]


@pytest.mark.rule("5.refused-methods", "5.refused-reads", "5.cross-origin")
@pytest.mark.parametrize("host", [EVIL, FORGOTTEN], ids=["cross-site", "same-site"])
def test_a_strange_page_may_send_what_every_page_may(shop: Shop, host: str) -> None:
    assert shop.send(shop.page(host), *READS, *OTHERS) == READS


@pytest.mark.rule("5.refused-methods")
def test_a_sandboxed_frame_has_no_origin_to_allow(shop: Shop) -> None:
    page = shop.page(WWW)
    page.set_content(
        '<iframe sandbox="allow-scripts allow-forms" srcdoc="<body>sandboxed"></iframe>'
    )
    frame = page.frames[1]
    frame.wait_for_load_state()
    kinds = ["fetch-get", "fetch-post", "no-cors-get", "no-cors-post", "form"]
    assert shop.send(frame, *kinds) == ["no-cors-get"]


@pytest.mark.rule("5.refused-methods", "5.same-origin")
@pytest.mark.parametrize(("host", "runs"), [("", True), (WWW, True), (EVIL, False)])
def test_a_service_worker_sends_what_its_page_may(stage: Stage, host: str, runs: bool) -> None:
    # Chromium has no service workers on plain http.
    shop = Shop(stage, "https", WWW)
    page = shop.page(host)
    assert shop.send(page, "service-worker") == (["service-worker"] if runs else [])
    page.close()


@pytest.mark.rule("5.same-origin")
def test_a_form_under_no_referrer_sends_the_origin_null(shop: Shop) -> None:
    page = shop.page()
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('meta'),"
        " {name: 'referrer', content: 'no-referrer'}))"
    )
    # Without Sec-Fetch-Site it cannot be told from a form of another site.
    assert shop.send(page, "form") == (["form"] if shop.scheme == "https" else [])


@pytest.mark.rule("5.enforce-app")
def test_what_is_opened_is_open(shop: Shop) -> None:
    page = shop.page(EVIL)
    kinds = ["form", "fetch-post", "no-cors-post"]
    assert shop.send(page, *kinds, path="callback") == kinds
    assert shop.send(page, *kinds, path="hook") == kinds
    assert shop.send(page, *kinds) == []


@pytest.mark.rule("5.same-origin")
def test_navigations(shop: Shop) -> None:
    # As if typed into the address bar.
    shop.stage.chromium.page(f"{shop.url}/do/typed")
    # A link, and a form that posts to the top-level page.
    page: Any = shop.page(EVIL)
    page.evaluate(f"location.href = '{shop.url}/do/link'")
    page.wait_for_url("**/do/link")
    page = shop.page(EVIL)
    page.set_content(f"<form method=post action='{shop.url}/do/posted'><button>go</button></form>")
    with page.expect_navigation():
        page.click("button")
    assert "may not send this POST request" in page.content()
    assert shop.ran == ["GET typed", "GET link"]
