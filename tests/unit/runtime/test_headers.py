"""Headers are written as the response starts: on a copy, beside what the app wrote."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.datastructures import Headers
from werkzeug.test import create_environ

from flask_cors import CORS
from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS
from flask_cors.policy.decide import Decision, decide
from flask_cors.policy.facts import Preflight
from flask_cors.policy.policy import Policy
from flask_cors.runtime import headers as module
from flask_cors.runtime.headers import HEADERS, explain_with, send_with
from flask_cors.runtime.hooks import state_of

ME = "https://me.example"
YOU = "https://you.example"
ACAO = ("Access-Control-Allow-Origin", ME)
VARY = ("Vary", "Origin")
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")

Lines = list[tuple[str, str]]


class Shouting(Response):
    """A response class of an app."""

    def get_wsgi_headers(self, environ: Any) -> Headers:
        """Add a header as the response starts."""
        headers = super().get_wsgi_headers(environ)
        headers["X-Shouting"] = "yes"
        return headers


class Numbered(Response):
    """A response class that is made with a keyword of its own."""

    def __new__(cls, *args: Any, number: int = 0, **kwargs: Any) -> Numbered:
        """Make one with a number."""
        return super().__new__(cls)

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, int]]:
        """Return what copies are made with."""
        return (), {"number": 7}


class Known(Response):
    """A response class whose objects are reduced to a name."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        return "KNOWN"


KNOWN = Known()


def decision(
    origin: str | None = ME, preflight: Preflight | None = None, **options: Any
) -> Decision:
    report = Report(Source("app", "CORS(app)"))
    settings = read_options({"origins": [ME, YOU], **options}, "app", report)
    report.raise_if_any()
    return decide(Policy.of({**DEFAULTS, **settings}), origin, preflight)


def sent(response: Response, found: Decision | None) -> Lines:
    """Return the headers that are sent, but for those of every response."""
    environ: dict[str, Any] = create_environ()
    if found is not None:
        send_with(found, response, environ)
    return without_common(response.get_wsgi_headers(environ))


def without_common(headers: Headers) -> Lines:
    return sorted(line for line in headers if line[0] not in ("Content-Type", "Content-Length"))


def own(*lines: tuple[str, str]) -> Response:
    return Response("x", headers=[*lines])


# -- a copy, never the response ------------------------------------------------------------


@pytest.mark.rule("6.untouched", "10.late-headers")
def test_the_headers_of_the_response_are_not_changed() -> None:
    response = own(("Vary", "Accept"), ("X-App", "1"))
    before = list(response.headers)
    assert sent(response, decision()) == [ACAO, ("Vary", "Accept, Origin"), ("X-App", "1")]
    assert list(response.headers) == before


@pytest.mark.rule("5.reused", "6.untouched")
def test_an_earlier_use_leaves_nothing_behind() -> None:
    response = own()
    for found, expected in [
        (decision(), [ACAO, VARY]),
        (decision(YOU), [("Access-Control-Allow-Origin", YOU), VARY]),
        (None, []),
        (decision("https://evil.example"), [VARY]),
        (decision(origins=[ME], supports_credentials=True), [CREDENTIALS, ACAO]),
        (decision(origins=[]), []),
    ]:
        assert sent(response, found) == expected


def test_a_decision_of_another_environ_is_not_written() -> None:
    response = own()
    assert sent(response, decision()) == [ACAO, VARY]
    assert sorted(response.get_wsgi_headers({}).keys()) == ["Content-Length", "Content-Type"]


# -- the subclass that writes --------------------------------------------------------------


@pytest.mark.rule("6.untouched")
def test_a_response_stays_an_instance_of_its_class_with_its_name() -> None:
    response = Shouting("x")
    sent(response, decision())
    assert isinstance(response, Shouting)
    assert type(response).__name__ == "Shouting"
    assert type(response).__qualname__ == Shouting.__qualname__
    assert type(response).__module__ == Shouting.__module__
    assert type(response).__doc__ == Shouting.__doc__
    assert repr(response) == repr(Shouting("x"))


def test_what_the_class_of_the_app_writes_is_there_too() -> None:
    assert sent(Shouting("x"), decision()) == [ACAO, VARY, ("X-Shouting", "yes")]


def test_one_subclass_is_made_for_a_class() -> None:
    responses = [Shouting("x"), Shouting("y"), Response("z")]
    for response in responses:
        sent(response, decision())
        sent(response, decision())
    kinds = [type(response) for response in responses]
    assert kinds[0] is kinds[1]
    assert kinds[0].__mro__[1] is Shouting
    assert kinds[2].__mro__[1] is Response


def test_classes_that_an_app_makes_at_run_time_do_not_fill_the_memory() -> None:
    for number in range(200):
        kind = type(f"Response{number}", (Response,), {})
        assert sent(kind("x"), decision()) == [ACAO, VARY]
        assert len(module._with_headers) <= module._MOST_CLASSES
    response = own()
    sent(response, decision())
    module._with_headers.clear()
    before = type(response)
    assert sent(response, decision()) == [ACAO, VARY]
    assert type(response) is before


@pytest.mark.rule("5.reused")
@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda made, protocol=protocol: pickle.loads(pickle.dumps(made, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
@pytest.mark.parametrize("kind", [Response, Shouting, Numbered])
def test_copies_are_of_the_own_class_and_hold_nothing(copied: Any, kind: type[Response]) -> None:
    response = kind("x", headers={"X-App": "1"})
    sent(response, decision())
    made = copied(response)
    assert type(made) is kind
    assert made.get_data() == b"x"
    assert [line for line in made.headers if line[0].startswith("Access-Control")] == []
    assert ACAO in sent(made, decision())


def test_a_class_that_is_reduced_to_a_name() -> None:
    response = Known("x")
    sent(response, decision())
    assert pickle.loads(pickle.dumps(KNOWN)) is KNOWN
    assert response.__reduce_ex__(4) == "KNOWN"


# -- Access-Control-Allow-Origin of the app ------------------------------------------------


@pytest.mark.rule("6.own-acao", "6.one-acao", "compat.kept-own-acao")
@pytest.mark.parametrize("name", ["Access-Control-Allow-Origin", "access-control-allow-origin"])
@pytest.mark.parametrize("value", [ME, YOU, "*"])
def test_a_response_with_acao_of_the_app_stays_as_it_is(name: str, value: str) -> None:
    lines = [(name, value), ("Vary", "Accept")]
    found = sent(own(*lines), decision(supports_credentials=True, expose_headers="X"))
    assert found == sorted(lines)


@pytest.mark.rule("6.own-explained")
def test_the_endpoint_is_noted_where_the_app_wrote_acao_itself() -> None:
    app = Flask("sample")
    CORS(app)
    app.add_url_rule("/own", "own", lambda: "x")
    state = state_of(app)
    written = own(("Access-Control-Allow-Origin", "*"))
    sent(written, decision())
    assert state.hand_written == set()
    for path, response, noted in [
        ("/own", own(("X-App", "1")), set()),
        ("/own", own(), set()),
        ("/own", written, {"own"}),
        ("/missing", written, {"own", ""}),
    ]:
        with app.test_request_context(path):
            send_with(decision(), response, request.environ)
            response.get_wsgi_headers(request.environ)
        assert state.hand_written == noted
    with Flask("other").test_request_context("/"):
        assert sent(written, decision()) == [("Access-Control-Allow-Origin", "*")]


# -- other lines of the app ----------------------------------------------------------------


@pytest.mark.rule("6.one-acao")
def test_lines_that_two_of_would_contradict_are_replaced() -> None:
    lines = [
        ("Access-Control-Allow-Credentials", "false"),
        ("Access-Control-Max-Age", "1"),
        ("X-App", "1"),
    ]
    wanted = Preflight("PUT")
    found = sent(
        own(*lines),
        decision(preflight=wanted, methods="PUT", max_age=7, supports_credentials=True),
    )
    assert found == [
        CREDENTIALS,
        ("Access-Control-Allow-Methods", "PUT"),
        ACAO,
        ("Access-Control-Max-Age", "7"),
        VARY,
        ("X-App", "1"),
    ]


@pytest.mark.rule("6.aceh")
def test_an_expose_line_of_the_app_is_kept_beside_ours() -> None:
    mine = ("Access-Control-Expose-Headers", "X-App")
    ours = ("Access-Control-Expose-Headers", "X-A")
    assert sent(own(mine), decision(expose_headers="X-A")) == [ACAO, ours, mine, VARY]
    assert sent(own(mine), decision("https://evil.example")) == [mine, VARY]


@pytest.mark.rule("6.united")
@pytest.mark.parametrize(
    ("written", "methods"),
    [
        (["POST"], "POST, PUT"),
        (["PUT"], "PUT"),
        (["POST, DELETE ,", "", "PATCH"], "DELETE, PATCH, POST, PUT"),
        (["put"], "PUT, put"),
    ],
)
def test_methods_that_the_app_wrote_are_united_with_ours(written: list[str], methods: str) -> None:
    mine = [("access-control-allow-methods", value) for value in written]
    found = sent(own(*mine), decision(preflight=Preflight("PUT"), methods="PUT"))
    assert found == [("Access-Control-Allow-Methods", methods), ACAO, VARY]


@pytest.mark.rule("6.united", "6.names-case")
def test_header_names_that_the_app_wrote_are_united_with_ours() -> None:
    mine = [("Access-Control-Allow-Headers", "X-App, X-Mine")]
    found = sent(own(*mine), decision(preflight=Preflight("GET", "X-A,X-Mine"), methods="GET"))
    assert found == [
        ("Access-Control-Allow-Headers", "X-A, X-App, X-Mine"),
        ("Access-Control-Allow-Methods", "GET"),
        ACAO,
        VARY,
    ]


@pytest.mark.rule("8.credentials-any")
def test_credentials_of_the_app_are_taken_off_where_any_origin_is_allowed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = own(CREDENTIALS)
    for logged in (1, 2):
        assert sent(response, decision(origins="*")) == [ACAO, VARY]
        assert len(caplog.records) == logged
    assert "is removed" in caplog.text
    assert CREDENTIALS in list(response.headers)
    assert sent(response, decision()) == [CREDENTIALS, ACAO, VARY]


# -- Vary ----------------------------------------------------------------------------------


@pytest.mark.rule("6.vary-merged")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([], ["Origin"]),
        (["Accept"], ["Accept, Origin"]),
        (["Accept", "Cookie, Accept-Language"], ["Accept, Cookie, Accept-Language, Origin"]),
        (["Origin"], ["Origin"]),
        (["origin"], ["origin"]),
        (["Accept,origin"], ["Accept,origin"]),
        (["*"], ["*"]),
        (["Accept", "ORIGIN"], ["Accept, ORIGIN"]),
        (["Accept", "*"], ["Accept, *"]),
        ([""], ["Origin"]),
        (["X-Origin"], ["X-Origin, Origin"]),
    ],
)
def test_vary_is_one_line_with_all_that_the_app_wrote(
    written: list[str], expected: list[str]
) -> None:
    response = own(*(("Vary", value) for value in written))
    found = sent(response, decision("https://evil.example"))
    assert found == [("Vary", value) for value in expected]


@pytest.mark.rule("6.no-vary", "6.vary-off")
@pytest.mark.parametrize("options", [{"origins": [ME]}, {"vary_header": False}])
def test_vary_of_the_app_is_left_alone_where_ours_is_not_needed(options: dict[str, Any]) -> None:
    lines = [("Vary", "Accept"), ("Vary", "Cookie")]
    assert sent(own(*lines), decision(**options)) == [ACAO, *lines]


def test_the_decision_is_in_the_environ() -> None:
    environ: dict[str, Any] = {}
    found = decision()
    send_with(found, own(), environ)
    assert environ == {HEADERS: found}


# -- the explanation in debug mode ---------------------------------------------------------


@pytest.mark.rule("5.explanation-header", "6.untouched")
def test_an_explanation_is_sent_with_the_response_alone() -> None:
    response = own(("CORS-Explanation", "of the app"), ("X-App", "1"))
    environ: dict[str, Any] = {}
    explain_with("not among the allowed origins", response, environ)
    reason = ("CORS-Explanation", "not among the allowed origins")
    assert without_common(response.get_wsgi_headers(environ)) == [reason, ("X-App", "1")]
    assert response.headers["CORS-Explanation"] == "of the app"
    send_with(decision("https://evil.example"), response, environ)
    assert without_common(response.get_wsgi_headers(environ)) == [reason, VARY, ("X-App", "1")]


@pytest.mark.rule("5.explanation-header", "6.own-acao")
def test_no_explanation_is_sent_with_acao_of_the_app() -> None:
    response = own(("Access-Control-Allow-Origin", "*"))
    environ: dict[str, Any] = {}
    explain_with("denied", response, environ)
    send_with(decision("https://evil.example"), response, environ)
    assert without_common(response.get_wsgi_headers(environ)) == [
        ("Access-Control-Allow-Origin", "*")
    ]
