"""Requests that are no preflights: every kind of response has the headers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import (
    Flask,
    Response,
    abort,
    jsonify,
    redirect,
    request,
    send_file,
    stream_with_context,
)
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from werkzeug.exceptions import HTTPException

from flask_cors import CORS, cors_exempt, cross_origin
from tests.integration.exchange import (
    CREDENTIALS,
    ME,
    VARY,
    YOU,
    acam,
    acao,
    aceh,
    ask,
    lines,
    preflight,
)


class Items(MethodView):
    def get(self) -> str:
        return "seen"

    async def put(self) -> str:
        return "put"


def make_app(folder: Path, **options: Any) -> Flask:
    (folder / "page.txt").write_text("static")
    app = Flask("sample", static_folder=folder, static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = 10
    CORS(app, **{"origins": [ME, YOU], "expose_headers": "X-Total", **options})

    @app.route("/text", methods=["GET", "POST"])
    def text() -> str:
        return f"{len(request.get_data())}"

    @app.route("/json")
    def json() -> Response:
        return jsonify(a=1)

    @app.route("/redirect")
    def to_text() -> ResponseReturnValue:
        return redirect("/text")

    @app.route("/abort/<int:code>")
    def refuse(code: int) -> ResponseReturnValue:
        abort(code)

    @app.route("/crash")
    def crash() -> ResponseReturnValue:
        raise LookupError("no database")

    @app.route("/handled")
    def handled() -> ResponseReturnValue:
        raise KeyError("handled")

    @app.route("/stream")
    def stream() -> Response:
        def parts() -> Iterator[str]:
            yield "a"
            yield request.path

        return Response(stream_with_context(parts()))

    @app.route("/file")
    def file() -> Response:
        return send_file(io.BytesIO(b"file"), "text/plain")

    @app.route("/async")
    async def asynchronous() -> str:
        return "async"

    @app.route("/empty")
    def empty() -> tuple[str, int]:
        return "", 204

    @app.route("/folder/")
    def in_folder() -> str:
        return "folder"

    @app.errorhandler(KeyError)
    def explain_key_error(error: KeyError) -> tuple[str, int]:
        return "no such thing", 422

    @app.errorhandler(409)
    def explain_conflict(error: HTTPException) -> tuple[str, int]:
        return "conflict", 409

    app.add_url_rule("/items", view_func=Items.as_view("items"))
    return app


CASES = [
    ("GET", "/text", 200),
    ("HEAD", "/text", 200),
    ("POST", "/text", 200),
    ("OPTIONS", "/text", 200),
    ("GET", "/json", 200),
    ("GET", "/empty", 204),
    ("GET", "/redirect", 302),
    ("GET", "/folder", 308),
    ("GET", "/abort/401", 401),
    ("GET", "/abort/403", 403),
    ("GET", "/abort/409", 409),
    ("GET", "/abort/503", 503),
    ("GET", "/nothing", 404),
    ("DELETE", "/text", 405),
    ("GET", "/handled", 422),
    ("GET", "/crash", 500),
    ("GET", "/stream", 200),
    ("GET", "/file", 200),
    ("GET", "/static/page.txt", 200),
    ("GET", "/static/nothing.txt", 404),
    ("GET", "/async", 200),
    ("GET", "/items", 200),
    ("PUT", "/items", 200),
]
# Lines that Flask and Werkzeug write on some of these.
OTHERS = {"Accept-Ranges", "Allow", "Cache-Control", "Content-Disposition", "Date", "ETag"}
OTHERS |= {"Last-Modified", "Location"}


def cors_lines(response: Any) -> list[tuple[str, str]]:
    return [line for line in lines(response) if line[0] not in OTHERS]


@pytest.mark.rule("5.actual", "6.acao", "6.aceh")
@pytest.mark.parametrize(("method", "path", "status"), CASES)
def test_an_allowed_origin(tmp_path: Path, method: str, path: str, status: int) -> None:
    with ask(make_app(tmp_path), path, ME, method) as response:
        assert response.status_code == status
        assert cors_lines(response) == [acao(), aceh("X-Total"), VARY]


@pytest.mark.rule("5.actual", "6.acao", "6.aceh")
@pytest.mark.parametrize(("method", "path", "status"), CASES)
def test_a_denied_origin(tmp_path: Path, method: str, path: str, status: int) -> None:
    with ask(make_app(tmp_path), path, "https://evil.example", method) as response:
        assert response.status_code == status
        assert cors_lines(response) == [VARY]


@pytest.mark.rule("5.actual", "6.acao-without")
@pytest.mark.parametrize(("method", "path", "status"), CASES)
def test_no_origin(tmp_path: Path, method: str, path: str, status: int) -> None:
    app = make_app(tmp_path, origins=ME, supports_credentials=True)
    with ask(app, path, None, method) as response:
        assert response.status_code == status
        assert cors_lines(response) == [CREDENTIALS, acao(), aceh("X-Total")]


@pytest.mark.rule("5.actual")
def test_a_body_that_is_too_large(tmp_path: Path) -> None:
    response = ask(make_app(tmp_path), "/text", ME, "POST", data=b"x" * 11)
    assert response.status_code == 413
    assert cors_lines(response) == [acao(), aceh("X-Total"), VARY]


@pytest.mark.rule("5.actual")
def test_not_modified(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with ask(app, "/static/page.txt") as first:
        sent = {"If-None-Match": first.headers["ETag"]}
    with ask(app, "/static/page.txt", headers=sent) as response:
        assert response.status_code == 304
        assert cors_lines(response) == [acao(), aceh("X-Total"), VARY]


@pytest.mark.rule("6.acao", "6.acao-without")
def test_any_origin_by_default() -> None:
    app = Flask("sample")
    CORS(app)
    app.add_url_rule("/", view_func=lambda: "")
    assert lines(ask(app)) == [acao(), VARY]
    assert lines(ask(app, origin=None)) == [acao("*")]
    assert lines(ask(app, origin="example.com")) == [acao("example.com"), VARY]
    assert lines(ask(app, origin="a b")) == [acao("*")]
    assert lines(ask(app, origin="")) == [acao("*")]


@pytest.mark.rule("5.actual")
def test_where_cors_is_off_nothing_is_written() -> None:
    app = Flask("sample")
    CORS(app, resources="/api/*")
    app.add_url_rule("/", "index", lambda: "")
    app.add_url_rule("/api/x", "x", cors_exempt(lambda: ""))
    assert lines(ask(app)) == []
    assert lines(ask(app, "/api/x")) == []
    assert lines(ask(app, "/nothing")) == []
    assert lines(ask(app, "/api/nothing")) == [acao(), VARY]


# -- what the app wrote itself ----------------------------------------------------------


def writing(headers: Any, **options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **options)

    @app.route("/")
    def index() -> Response:
        return Response("", headers=headers)

    return app


@pytest.mark.rule("6.one-acao", "6.own-acao")
@pytest.mark.parametrize("origin", [ME, YOU, None])
@pytest.mark.parametrize("value", ["*", ME, "https://else.example", "", "nonsense"])
def test_a_view_that_writes_acao_keeps_its_answer(origin: str | None, value: str) -> None:
    mine = [acao(value), ("X-A", "1")]
    app = writing(mine, origins=YOU, supports_credentials=True)
    assert lines(ask(app, origin=origin)) == mine


@pytest.mark.rule("6.own-acao")
def test_an_error_handler_that_writes_acao_keeps_its_answer() -> None:
    app = writing([], origins=ME)
    app.register_error_handler(404, lambda error: ("", 404, {"access-control-allow-origin": "*"}))
    assert lines(ask(app, "/nothing")) == [("access-control-allow-origin", "*")]


@pytest.mark.rule("5.one-place", "6.own-acao")
def test_a_hook_that_writes_acao_keeps_its_answer() -> None:
    app = writing([], origins=ME)

    @app.after_request
    def by_hand(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    assert lines(ask(app)) == [acao("*")]
    assert lines(preflight(app)) == [acao("*")]


@pytest.mark.rule("5.one-place")
def test_the_app_is_seen_to_write_acao_in_whatever_order_hooks_are_set_up() -> None:
    app = Flask("sample")
    app.add_url_rule("/", view_func=lambda: "")

    @app.after_request
    def by_hand(response: Response) -> Response:
        assert "Access-Control-Allow-Origin" not in response.headers
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    CORS(app, origins=ME)
    assert lines(ask(app)) == [acao("*")]


@pytest.mark.rule("6.one-acao")
def test_two_lines_of_one_header_never_contradict() -> None:
    mine = [
        ("Access-Control-Allow-Credentials", "false"),
        ("access-control-allow-credentials", "no"),
        ("Access-Control-Max-Age", "1"),
        ("Access-Control-Expose-Headers", "X-Mine"),
    ]
    app = writing(mine, origins=ME, supports_credentials=True, expose_headers="X-Ours", max_age=5)
    assert lines(ask(app)) == [
        CREDENTIALS,
        acao(),
        aceh("X-Mine"),
        aceh("X-Ours"),
        ("Access-Control-Max-Age", "1"),
    ]
    assert lines(ask(app, origin=YOU)) == sorted([*mine, VARY])


@pytest.mark.parametrize("origin", [ME, None])
def test_credentials_by_hand_never_go_with_any_origin(
    origin: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    app = writing([CREDENTIALS, ("X-A", "1")])
    expected = [acao(), VARY, ("X-A", "1")] if origin else [acao("*"), ("X-A", "1")]
    assert lines(ask(app, origin=origin)) == expected
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("flask_cors", "ERROR")
    ]
    assert caplog.messages == [
        "Access-Control-Allow-Credentials, which your code wrote, is removed: "
        "any site may have the origin that is allowed here, and could read a user's data"
    ]


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@pytest.mark.parametrize(
    ("origins", "origin", "removed"),
    [
        ([ME, "null"], "null", True),
        ([ME, "null"], ME, False),
        (["https://.*"], YOU, True),
        ([r"https://.*\.example\.com$"], "https://a.example.com", False),
    ],
)
def test_credentials_by_hand_never_go_where_any_site_can_be(
    origins: list[str], origin: str, removed: bool
) -> None:
    app = writing([CREDENTIALS], origins=origins)
    found = lines(ask(app, origin=origin))
    assert found == sorted([acao(origin), VARY, *([] if removed else [CREDENTIALS])])


@pytest.mark.parametrize("own", [("X-A", "1"), CREDENTIALS])
def test_only_credentials_that_are_removed_are_reported(
    own: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    for granted in ([], [CREDENTIALS]):
        app = writing([own], origins=[ME, YOU], supports_credentials=bool(granted))
        assert lines(ask(app)) == sorted({own, *granted, acao(), VARY})
    assert caplog.records == []


def test_credentials_by_hand_are_kept_where_nothing_is_allowed() -> None:
    app = writing([CREDENTIALS], always_send=False)
    assert lines(ask(app, origin=None)) == [CREDENTIALS, VARY]


def test_credentials_by_hand_are_kept_for_listed_origins() -> None:
    app = writing([CREDENTIALS], origins=ME)
    assert lines(ask(app)) == [CREDENTIALS, acao()]


# -- which methods are what -------------------------------------------------------------


@pytest.mark.rule("6.methods-exact")
def test_a_method_is_compared_exactly() -> None:
    app = Flask("sample")
    CORS(app, origins=ME, methods=["GET", "patch"])
    app.add_url_rule("/", view_func=lambda: "", methods=["GET", "PATCH"])
    assert lines(preflight(app, method="PATCH")) == [acam("GET, PATCH"), acao()]
    for asked in ("patch", "ET", "GE", "get", "GET "):
        assert lines(preflight(app, method=asked)) == [acao()]


@pytest.mark.rule("5.actual")
def test_a_decorated_view_that_fails_has_the_headers() -> None:
    app = Flask("sample")

    @app.route("/")
    @cross_origin(ME)
    def index() -> str:
        raise LookupError("no database")

    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.parametrize("given", [{"X-A": "1"}, [("X-A", "1")], {"X-A": "1", "Vary": "Accept"}])
def test_headers_that_an_app_put_there_as_plain_pairs(given: Any) -> None:
    app = Flask("sample")
    CORS(app, origins=[ME, "https://other.example"])

    @app.get("/")
    def view() -> Response:
        response = Response("x")
        response.headers = given
        return response

    vary = "Accept, Origin" if "Vary" in given else "Origin"
    for _ in range(2):
        assert lines(ask(app)) == sorted([acao(), ("Vary", vary), ("X-A", "1")])


@pytest.mark.parametrize("own", [[("X-A", "1")], [("X-A", "1"), acao("https://by.hand.example")]])
def test_pairs_that_can_be_read_once(own: list[tuple[str, str]]) -> None:
    app = Flask("sample")
    CORS(app, origins=[ME, "https://other.example"])

    def view() -> Response:
        response = Response("x")
        response.headers = iter(own)  # type: ignore[assignment]
        return response

    app.add_url_rule("/", "covered", view)
    app.add_url_rule("/off", "off", cors_exempt(view))
    by_hand = len(own) > 1
    assert lines(ask(app)) == sorted(own if by_hand else [*own, acao(), VARY])
    assert lines(ask(app, "/off")) == sorted(own)
