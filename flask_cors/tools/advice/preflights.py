"""Why a browser sends a preflight before a request."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

from ... import fetch
from ...testing import Browser, NetworkError, Reply, Request, Transport


def preflight_reasons(method: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return why a browser sends a preflight before this request; empty if it does not.

    See #cors-safelisted-method and #cors-unsafe-request-header-names.
    """
    return _reasons(method, tuple(headers.items()))


@lru_cache
def _reasons(method: str, lines: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    headers = dict(lines)
    asked: list[Request] = []
    page = Browser(transport=_recorder(asked), origin="https://page.example")
    with suppress(NetworkError, TypeError):
        page.fetch("https://api.example/", method=method, headers=headers)
    names = asked[0].get(fetch.REQUEST_HEADERS) if asked else None
    found = [
        f"the request header {_shown(name, headers)} is not safelisted"
        for name in (names or "").split(",")
        if name
    ]
    method = fetch.normalize_method(method)
    if asked and method not in fetch.SAFELISTED_METHODS:
        found.insert(0, f"the method {method} is none of GET, HEAD and POST")
    return tuple(found)


def _recorder(asked: list[Request]) -> Transport:
    def answer(request: Request) -> Reply:
        asked.append(request)
        return Reply(404, ())

    return answer


def _shown(name: str, headers: Mapping[str, str]) -> str:
    values = (value for key, value in headers.items() if key.lower() == name.lower())
    return f"{name}: {next(values, '')}" if name == "content-type" else name
