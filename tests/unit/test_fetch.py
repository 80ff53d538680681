"""The standard's vocabulary: the sets are the standard's, and the grammar is RFC 9110's."""

from __future__ import annotations

import pytest

from flask_cors import fetch

TCHAR = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.rule("8.method-token")
def test_a_token_is_made_of_the_77_characters_of_rfc_9110() -> None:
    assert len(TCHAR) == 77
    assert {chr(code) for code in range(0x3000) if fetch.is_token(chr(code))} == set(TCHAR)
    assert fetch.is_token(TCHAR)


@pytest.mark.parametrize(
    "text", ["", "a b", "a\n", "\na", "a:", "ä", "a,b", "a\x00", "(a)", "a\u2028"]
)
def test_nothing_else_is_a_token(text: str) -> None:
    assert not fetch.is_token(text)


@pytest.mark.parametrize("name", sorted(fetch.FORBIDDEN_REQUEST_HEADERS))
def test_a_forbidden_request_header_is_one_in_any_case(name: str) -> None:
    assert fetch.is_forbidden_request_header(name)
    assert fetch.is_forbidden_request_header(name.upper())
    assert not fetch.is_forbidden_request_header(f"x-{name}")
    assert not fetch.is_forbidden_request_header(f"{name}-x")


def test_the_forbidden_request_headers_are_the_standards() -> None:
    assert sorted(fetch.FORBIDDEN_REQUEST_HEADERS) == [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ]


@pytest.mark.parametrize("name", ["Sec-Fetch-Mode", "PROXY-Authorization", "sec-", "proxy-x"])
def test_prefixes_forbid_whole_families(name: str) -> None:
    assert fetch.is_forbidden_request_header(name)


@pytest.mark.parametrize(
    "name", ["X-Sec-A", "Section", "Proxied", "X-HTTP-Method", "Authorization"]
)
def test_what_pages_can_send_is_not_forbidden(name: str) -> None:
    assert not fetch.is_forbidden_request_header(name)


def test_set_cookie_is_all_that_no_page_can_read() -> None:
    assert sorted(fetch.FORBIDDEN_RESPONSE_HEADERS) == ["set-cookie", "set-cookie2"]
    assert fetch.is_forbidden_response_header("Set-Cookie")
    assert fetch.is_forbidden_response_header("SET-COOKIE2")
    assert not fetch.is_forbidden_response_header("Cookie")


def test_the_safelisted_response_headers_are_the_standards() -> None:
    assert sorted(fetch.SAFELISTED_RESPONSE_HEADERS) == [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ]


def test_the_sets_of_methods_are_the_standards() -> None:
    assert sorted(fetch.SAFELISTED_METHODS) == ["GET", "HEAD", "POST"]
    assert sorted(fetch.FORBIDDEN_METHODS) == ["CONNECT", "TRACE", "TRACK"]
    assert sorted(fetch.NORMALIZED_METHODS) == ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]


@pytest.mark.parametrize("method", sorted(fetch.NORMALIZED_METHODS))
def test_six_methods_are_normalised(method: str) -> None:
    for written in (method, method.lower(), method.capitalize()):
        assert fetch.normalize_method(written) == method


@pytest.mark.parametrize(
    "method", ["patch", "Patch", "query", "xget", "optıons", "poſt", "connect"]
)
def test_no_other_method_is_normalised(method: str) -> None:
    assert fetch.normalize_method(method) == method


def test_header_names_are_written_as_in_the_standard() -> None:
    assert [
        fetch.ORIGIN,
        fetch.VARY,
        fetch.REQUEST_METHOD,
        fetch.REQUEST_HEADERS,
        fetch.REQUEST_PRIVATE_NETWORK,
        fetch.ALLOW_ORIGIN,
        fetch.ALLOW_CREDENTIALS,
        fetch.ALLOW_METHODS,
        fetch.ALLOW_HEADERS,
        fetch.ALLOW_PRIVATE_NETWORK,
        fetch.EXPOSE_HEADERS,
        fetch.MAX_AGE,
    ] == [
        "Origin",
        "Vary",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
        "Access-Control-Request-Private-Network",
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Access-Control-Allow-Private-Network",
        "Access-Control-Expose-Headers",
        "Access-Control-Max-Age",
    ]
