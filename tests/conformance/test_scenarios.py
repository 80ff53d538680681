"""What applications do every day, judged by Chromium and, where it is ``fetch``, by the model."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from flask import Flask, Response, abort, jsonify, make_response, redirect, request
from flask.views import MethodView

from flask_cors import CORS, cross_origin
from flask_cors.testing import CHROMIUM, Browser, NetworkError
from tests.conformance.chromium import RUN
from tests.conformance.conftest import Stage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium-scenarios")]

WWW = "www.shop.test"
ADMIN = "admin.shop.test"
EVIL = "evil.test"

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@dataclass
class Seen:
    """What a page saw of one request; ``status`` is ``None`` where it saw nothing."""

    status: int | None
    headers: dict[str, str]
    text: str
    reason: str


class Fetch(Protocol):
    def __call__(self, path: str, host: str = WWW, **options: Any) -> Seen: ...


class InChromium:
    """``fetch`` in a page of real Chromium."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def serve(self, app: Flask) -> None:
        self.stage.serve(app)

    def fetch(self, path: str, host: str = WWW, **options: Any) -> Seen:
        self.stage.chromium.console.clear()
        page = self.stage.page(host)
        init = {"method": "GET", "body": None, **options}
        init["headers"] = list(map(list, init.get("headers", {}).items()))
        asked = {"url": f"{self.stage.api}{path}", "uploads": False, "init": init}
        seen = page.evaluate(RUN, [[asked]])[0][0]["seen"]
        page.evaluate("0")
        reason = next((m.text for m in self.stage.chromium.console if "CORS" in m.text), "")
        if seen is None:
            return Seen(None, {}, "", reason)
        return Seen(seen["status"], dict(seen["headers"]), seen["text"], reason)

    def preflights(self) -> int:
        return sum(exchange.preflight for exchange in self.stage.log.take())


class InModel:
    """``fetch`` in the model, over the same application."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def serve(self, app: Flask) -> None:
        www = self.stage.origin(WWW)
        self.browser = Browser(app, origin=www, base_url=self.stage.api, traits=CHROMIUM)
        self.counted = 0

    def fetch(self, path: str, host: str = WWW, **options: Any) -> Seen:
        page = self.browser.at("null" if host == "sandboxed" else self.stage.origin(host))
        options["data"] = options.pop("body", None)
        try:
            response = page.fetch(path, **options)
        except NetworkError as error:
            return Seen(None, {}, "", str(error))
        return Seen(response.status, dict(response.headers), response.text, "")

    def preflights(self) -> int:
        new = self.browser.exchanges[self.counted :]
        self.counted += len(new)
        return sum(exchange.preflight for exchange in new)


Judge = InChromium | InModel


@pytest.fixture(params=[InChromium, InModel])
def judge(request: pytest.FixtureRequest, stage: Stage) -> Judge:
    """Return each judge in turn; what they say of a scenario must be the same."""
    judge: Judge = request.param(stage)
    return judge


def shop(stage: Stage, *hosts: str) -> list[str]:
    return [stage.origin(host) for host in hosts or (WWW,)]


JSON = {"Content-Type": "application/json"}


def api(**options: Any) -> Flask:
    """Return an application with a route for each scenario."""
    app = Flask("api")
    app.logger.disabled = True
    CORS(app, **options)

    @app.route("/item", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def item() -> Response:
        body = request.get_json(silent=True)
        token = request.headers.get("Authorization", "")
        response = jsonify(method=request.method, json=body, token=token, cookies=request.cookies)
        response.headers["X-Total"] = "7"
        return response

    @app.get("/login")
    def login() -> Response:
        response = make_response("welcome")
        response.set_cookie("session", "secret", httponly=True)
        return response

    @app.get("/folder/")
    def folder() -> str:
        return "in the folder"

    @app.get("/moved")
    def moved() -> Any:
        return redirect("/item")

    @app.route("/status/<int:code>", methods=["PUT"])
    def status(code: int) -> Any:
        abort(code)

    @app.put("/upload")
    def upload() -> dict[str, int]:
        return {"size": len(request.get_data())}

    @app.put("/crash")
    def crash() -> Any:
        raise RuntimeError("the view failed")

    return app


def test_simple(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage)))
    seen = judge.fetch("/item")
    assert seen.status == 200
    assert judge.preflights() == 0


def test_another_sites_page_is_refused(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage)))
    seen = judge.fetch("/item", host=EVIL)
    assert seen.status is None
    assert seen.reason == (
        f"Access to fetch at '{stage.api}/item' from origin '{stage.origin(EVIL)}' has been "
        "blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the "
        "requested resource."
    )


def test_json(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage)))
    seen = judge.fetch("/item", method="POST", headers=JSON, body='{"a": 1}')
    assert '"json":{"a":1}' in seen.text
    assert judge.preflights() == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_methods(judge: Judge, stage: Stage, method: str) -> None:
    judge.serve(api(origins=shop(stage)))
    assert f'"method":"{method}"' in judge.fetch("/item", method=method).text
    assert judge.preflights() == 1
    assert judge.fetch("/item", method=method, host=EVIL).status is None


def test_a_method_that_is_not_allowed(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage), methods=["GET", "PUT"]))
    seen = judge.fetch("/item", method="DELETE")
    assert seen.status is None
    assert seen.reason.endswith(
        "Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response."
    )
    assert judge.fetch("/item", method="PUT").status == 200


def test_custom_and_authorization_headers(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage), allow_headers=["X-Trace", "Authorization"]))
    seen = judge.fetch("/item", headers={"X-Trace": "1", "Authorization": "Bearer x"})
    assert '"token":"Bearer x"' in seen.text
    assert judge.fetch("/item", headers={"X-Other": "1"}).reason.endswith(
        "Request header field x-other is not allowed by Access-Control-Allow-Headers in "
        "preflight response."
    )


def test_credentials_with_cookies(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage), supports_credentials=True))
    assert judge.fetch("/login", credentials="include").status == 200
    assert '"session":"secret"' in judge.fetch("/item", credentials="include").text
    assert '"cookies":{}' in judge.fetch("/item").text


def test_credentials_that_are_not_granted(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage)))
    seen = judge.fetch("/item", credentials="include")
    assert seen.status is None
    assert "'Access-Control-Allow-Credentials' header in the response is ''" in seen.reason


def test_another_sites_page_gets_no_cookie_along(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage, WWW, "localhost"), supports_credentials=True))
    judge.fetch("/login", credentials="include")
    assert '"session":"secret"' in judge.fetch("/item", credentials="include").text
    seen = judge.fetch("/item", host="localhost", credentials="include")
    assert (seen.status, '"cookies":{}' in seen.text) == (200, True)


def test_exposed_headers(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage)))
    assert judge.fetch("/item").headers.keys() == {"content-type", "content-length"}
    judge.serve(api(origins=shop(stage), expose_headers="X-Total"))
    assert judge.fetch("/item").headers["x-total"] == "7"


@pytest.mark.parametrize(("path", "text"), [("/folder", "in the folder"), ("/moved", "GET")])
def test_redirects(judge: Judge, stage: Stage, path: str, text: str) -> None:
    judge.serve(api(origins=shop(stage)))
    assert text in judge.fetch(path).text
    assert judge.fetch(path, host=EVIL).status is None


def test_401_from_a_hook(judge: Judge, stage: Stage) -> None:
    app = api(origins=shop(stage))
    app.before_request(lambda: ("who are you?", 401))
    judge.serve(app)
    seen = judge.fetch("/item", method="PUT", headers=JSON, body="{}")
    assert (seen.status, seen.text) == (401, "who are you?")


@pytest.mark.parametrize("code", [403, 404, 405, 500])
def test_errors_behind_a_preflight(judge: Judge, stage: Stage, code: int) -> None:
    judge.serve(api(origins=shop(stage)))
    assert judge.fetch(f"/status/{code}", method="PUT").status == code
    assert judge.preflights() == 1
    assert judge.fetch(f"/status/{code}", method="PUT", host=EVIL).status is None


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [("/nowhere", "PUT", 404), ("/folder/", "DELETE", 405), ("/crash", "PUT", 500)],
)
def test_errors_that_flask_raises(
    judge: Judge, stage: Stage, path: str, method: str, code: int
) -> None:
    judge.serve(api(origins=shop(stage)))
    assert judge.fetch(path, method=method, headers=JSON, body="{}").status == code
    assert judge.preflights() == 1


def test_413(judge: Judge, stage: Stage) -> None:
    app = api(origins=shop(stage))
    app.config["MAX_CONTENT_LENGTH"] = 10
    judge.serve(app)
    seen = judge.fetch("/upload", method="PUT", body="too long to be taken")
    assert seen.status == 413


def test_debug_traceback(judge: Judge, stage: Stage) -> None:
    app = api(origins=shop(stage))
    app.debug = True
    judge.serve(app)
    seen = judge.fetch("/crash", method="PUT")
    assert seen.status == 500
    assert "RuntimeError: the view failed" in seen.text


def test_marks_on_methods(judge: Judge, stage: Stage) -> None:
    app = Flask("api")

    class Items(MethodView):
        @cross_origin(shop(stage))
        def get(self) -> str:
            return "read"

        @cross_origin(shop(stage, ADMIN))
        def put(self) -> str:
            return "written"

    app.add_url_rule("/items", view_func=Items.as_view("items"))
    judge.serve(app)
    assert judge.fetch("/items").text == "read"
    assert judge.fetch("/items", host=ADMIN).status is None
    assert judge.fetch("/items", method="PUT", host=ADMIN).text == "written"
    assert judge.fetch("/items", method="PUT").status is None


def test_sandboxed_frame(judge: Judge, stage: Stage) -> None:
    judge.serve(api(origins=shop(stage)))
    assert judge.fetch("/item", host="sandboxed").status is None
    judge.serve(api(origins=["null"]))
    assert judge.fetch("/item", host="sandboxed").status == 200


@pytest.mark.parametrize(("max_age", "preflights"), [(0, 2), (600, 1)])
def test_preflight_cache(judge: Judge, stage: Stage, max_age: int, preflights: int) -> None:
    judge.serve(api(origins=shop(stage), max_age=max_age))
    for _ in range(2):
        assert judge.fetch("/item", method="PUT").status == 200
    assert judge.preflights() == preflights


# What the model has no words for: only Chromium is asked.

EVENTS = """
(url) => new Promise((resolve) => {
  const source = new EventSource(url, {withCredentials: true});
  source.onmessage = (event) => { source.close(); resolve(event.data); };
  source.onerror = () => { source.close(); resolve(null); };
})
"""

IMAGE = """
([url, crossOrigin]) => new Promise((resolve) => {
  const image = new Image();
  if (crossOrigin) image.crossOrigin = crossOrigin;
  image.onerror = () => resolve('refused');
  image.onload = () => {
    const context = document.createElement('canvas').getContext('2d');
    context.drawImage(image, 0, 0);
    try { resolve(String(context.getImageData(0, 0, 1, 1).data.length)); }
    catch (error) { resolve(error.name); }
  };
  image.src = url;
})
"""

UPLOAD = """
(url) => new Promise((resolve) => {
  const xhr = new XMLHttpRequest();
  let progress = 0;
  xhr.open('PUT', url);
  xhr.upload.addEventListener('progress', () => { progress += 1; });
  xhr.onload = () => resolve([xhr.responseText.trim(), progress > 0]);
  xhr.onerror = () => resolve(null);
  xhr.send('x'.repeat(1000));
})
"""

TEXT = "(url) => fetch(url).then((response) => response.text(), () => null)"


@pytest.fixture
def ask(stage: Stage) -> Callable[..., Any]:
    """Return a function that runs a script in a page on a host."""

    def run(script: str, argument: Any, host: str = WWW) -> Any:
        return stage.page(host).evaluate(script, argument)

    return run


def test_event_source(stage: Stage, ask: Callable[..., Any]) -> None:
    app = api(origins=shop(stage), supports_credentials=True)
    app.get("/events")(lambda: Response("data: hello\n\n", mimetype="text/event-stream"))
    stage.serve(app)
    assert ask(EVENTS, f"{stage.api}/events") == "hello"
    assert ask(EVENTS, f"{stage.api}/events", host=EVIL) is None


def test_image_on_a_canvas(stage: Stage, ask: Callable[..., Any]) -> None:
    app = api(origins=shop(stage))
    image = {"Cache-Control": "no-store"}
    app.get("/pixel")(lambda: Response(PIXEL, mimetype="image/png", headers=image))
    stage.serve(app)
    assert ask(IMAGE, [f"{stage.api}/pixel", "anonymous"]) == "4"
    assert ask(IMAGE, [f"{stage.api}/pixel", None]) == "SecurityError"
    assert ask(IMAGE, [f"{stage.api}/pixel", "anonymous"], host=EVIL) == "refused"


def test_upload_progress(stage: Stage, ask: Callable[..., Any]) -> None:
    stage.serve(api(origins=shop(stage)))
    assert ask(UPLOAD, f"{stage.api}/upload") == ['{"size":1000}', True]
    assert [exchange.preflight for exchange in stage.log.take()] == [True, False]
    assert ask(UPLOAD, f"{stage.api}/upload", host=EVIL) is None


@pytest.mark.parametrize("vary_header", [True, False])
def test_http_cache_with_two_origins(
    stage: Stage, ask: Callable[..., Any], vary_header: bool
) -> None:
    app = api(origins=shop(stage, WWW, ADMIN), vary_header=vary_header)
    app.get("/cached")(lambda: Response("cached", headers={"Cache-Control": "max-age=600"}))
    stage.serve(app)
    url = f"{stage.api}/cached"
    assert [ask(TEXT, url), ask(TEXT, url)] == ["cached", "cached"]
    assert len(stage.log.take()) == 1
    # The pages share a site and hence a cache; without Vary one gets the other's headers.
    assert ask(TEXT, url, host=ADMIN) == ("cached" if vary_header else None)
