"""Which requests ``enforce`` looks at, whose they are, and what the refusal says."""

from __future__ import annotations

import pytest
from flask import Flask, request
from werkzeug.exceptions import Forbidden

from flask_cors import CORS, CrossOriginRefused
from flask_cors.options.schema import DEFAULTS
from flask_cors.policy.decide import Decision, decide
from flask_cors.policy.policy import Policy
from flask_cors.runtime.enforcement import describe, is_cross_origin, may_be_refused

PAGE = "https://app.example"

app = Flask(__name__)
CORS(app)


@app.route("/", methods=["GET", "POST", "PUT"])
@app.route("/folder/", methods=["POST"])
def index() -> str:
    return "ok"


# Go 1.25, net/http, TestCrossOriginProtectionSecFetchSite: the request is to https://example.com.
# Each is a row of that table: method, Sec-Fetch-Site, Origin, whether it passes there.
GO_SEC_FETCH_SITE = [
    ("POST", "same-origin", "", True),
    ("POST", "none", "", True),
    ("POST", "cross-site", "", False),
    ("POST", "same-site", "", False),
    ("POST", "", "", True),
    ("POST", "", "https://example.com", True),
    ("POST", "", "https://attacker.example", False),
    ("POST", "", "null", False),
    ("GET", "cross-site", "", True),
    ("HEAD", "cross-site", "", True),
    ("OPTIONS", "cross-site", "", True),
    ("PUT", "cross-site", "", False),
]


@pytest.mark.rule("5.same-origin", "5.cross-origin")
@pytest.mark.parametrize(("method", "site", "origin", "passes"), GO_SEC_FETCH_SITE)
def test_the_cases_of_go(method: str, site: str, origin: str, passes: bool) -> None:
    headers = {"Sec-Fetch-Site": site, "Origin": origin}
    sent = {name: value for name, value in headers.items() if value}
    with app.test_request_context("https://example.com/", method=method, headers=sent):
        assert may_be_refused(request) is not passes


SAME_ORIGIN = [
    ("https://api.example/", {"Sec-Fetch-Site": "same-origin"}),
    ("https://api.example/", {"Sec-Fetch-Site": "none"}),
    # A form of this very origin under Referrer-Policy: no-referrer.
    ("https://api.example/", {"Sec-Fetch-Site": "same-origin", "Origin": "null"}),
    # A proxy that terminates TLS: the browser knows better than the server.
    ("http://api.example/", {"Sec-Fetch-Site": "same-origin", "Origin": "https://api.example"}),
    ("http://10.0.0.1:8000/", {"Sec-Fetch-Site": "same-origin", "Origin": "https://api.example"}),
    ("https://api.example/", {}),
    ("https://api.example/", {"Origin": ""}),
    ("https://api.example/", {"Origin": "https://api.example"}),
    ("https://API.example/", {"Origin": "https://api.example"}),
    ("https://api.example:443/", {"Origin": "https://api.example"}),
    ("http://api.example:80/", {"Origin": "http://api.example"}),
    ("http://localhost:5000/", {"Origin": "http://localhost:5000"}),
    ("http://[::1]:5000/", {"Origin": "http://[::1]:5000"}),
]

CROSS_ORIGIN = [
    ("https://api.example/", {"Sec-Fetch-Site": "cross-site"}),
    ("https://api.example/", {"Sec-Fetch-Site": "same-site"}),
    ("https://api.example/", {"Sec-Fetch-Site": ""}),
    ("https://api.example/", {"Sec-Fetch-Site": "Same-Origin"}),
    ("https://api.example/", {"Sec-Fetch-Site": "same-origin, cross-site"}),
    ("https://api.example/", {"Sec-Fetch-Site": "brand-new"}),
    # What the browser says counts, not an Origin that looks like this server's.
    ("https://api.example/", {"Sec-Fetch-Site": "cross-site", "Origin": "https://api.example"}),
    ("https://api.example/", {"Origin": "null"}),
    ("https://api.example/", {"Origin": PAGE}),
    ("https://api.example/", {"Origin": "http://api.example"}),
    ("https://api.example/", {"Origin": "https://api.example:8443"}),
    ("https://api.example:8443/", {"Origin": "https://api.example"}),
    ("https://api.example/", {"Origin": "https://api.example.evil.example"}),
    ("https://api.example/", {"Origin": "https://www.api.example"}),
    ("https://api.example/", {"Origin": "https://api.example/"}),
    ("http://api.example/", {"Origin": "https://api.example"}),
]


@pytest.mark.rule("5.same-origin")
@pytest.mark.parametrize(("url", "headers"), SAME_ORIGIN)
def test_what_is_not_cross_origin(url: str, headers: dict[str, str]) -> None:
    with app.test_request_context(url, method="POST", headers=headers):
        assert not is_cross_origin(request)


@pytest.mark.rule("5.cross-origin")
@pytest.mark.parametrize(("url", "headers"), CROSS_ORIGIN)
def test_everything_else_is_cross_origin(url: str, headers: dict[str, str]) -> None:
    with app.test_request_context(url, method="POST", headers=headers):
        assert is_cross_origin(request)


@pytest.mark.parametrize(("scheme", "own"), [("ws", "http"), ("wss", "https")])
def test_a_server_that_names_the_scheme_of_websockets(scheme: str, own: str) -> None:
    headers = {"Origin": f"{own}://api.example"}
    environ = {"wsgi.url_scheme": scheme}
    with app.test_request_context(
        "http://api.example/", headers=headers, environ_overrides=environ
    ):
        assert not is_cross_origin(request)


@pytest.mark.rule("5.enforce-rest")
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/nowhere"), ("DELETE", "/"), ("POST", "/folder"), ("OPTIONS", "/")],
    ids=["404", "405", "redirect", "OPTIONS"],
)
def test_requests_that_reach_no_view_are_not_looked_at(method: str, path: str) -> None:
    headers = {"Origin": PAGE, "Sec-Fetch-Site": "cross-site"}
    with app.test_request_context(path, method=method, headers=headers):
        assert not may_be_refused(request)


def decided(origin: str | None) -> Decision:
    return decide(Policy.of(DEFAULTS), origin)


def test_the_refusal_is_a_forbidden_with_its_decision() -> None:
    decision = decided(PAGE)
    error = CrossOriginRefused(decision, "because")
    assert isinstance(error, Forbidden)
    assert (error.code, error.description) == (403, "because")
    assert error.decision is decision
    assert dict(error.get_headers()) == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
    }


def test_the_text_names_the_proxy_where_the_server_may_not_know_its_own_origin() -> None:
    headers = {"Origin": "https://api.example"}
    with app.test_request_context("http://10.0.0.1:8000/", method="POST", headers=headers):
        text = describe(request, decided("https://api.example"))
        to_strangers = describe(request, decided("https://api.example"), names_host=False)
    why = "A page of 'https://api.example' may not send this POST request to this server."
    own = " The server's own origin is 'http://10.0.0.1:8000' here."
    todo = (
        " Behind a proxy that terminates TLS or changes Host, set up "
        "werkzeug.middleware.proxy_fix.ProxyFix."
    )
    assert text == why + own + todo
    assert to_strangers == why + todo


@pytest.mark.parametrize(
    ("origin", "who"), [(PAGE, f"{PAGE!r}"), (None, "an unknown origin"), ("null", "'null'")]
)
def test_the_text_does_not_where_the_browser_said_whose_the_page_is(
    origin: str | None, who: str
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", **({"Origin": origin} if origin else {})}
    with app.test_request_context("/", method="PUT", headers=headers):
        text = describe(request, decided(origin))
    assert text == f"A page of {who} may not send this PUT request to this server."
