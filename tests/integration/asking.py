"""Ask an app through its test client, and read all that browsers and caches see of CORS."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask

SITE = "https://site.example"
OTHER = "https://other.example"
METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
#: The names of headers that flask_cors.core has as constants.
HEADER_CONSTANTS = {
    "ACL_ORIGIN": "Access-Control-Allow-Origin",
    "ACL_METHODS": "Access-Control-Allow-Methods",
    "ACL_ALLOW_HEADERS": "Access-Control-Allow-Headers",
    "ACL_EXPOSE_HEADERS": "Access-Control-Expose-Headers",
    "ACL_CREDENTIALS": "Access-Control-Allow-Credentials",
    "ACL_MAX_AGE": "Access-Control-Max-Age",
    "ACL_RESPONSE_PRIVATE_NETWORK": "Access-Control-Allow-Private-Network",
    "ACL_REQUEST_METHOD": "Access-Control-Request-Method",
    "ACL_REQUEST_HEADERS": "Access-Control-Request-Headers",
    "ACL_REQUEST_HEADER_PRIVATE_NETWORK": "Access-Control-Request-Private-Network",
}

_NUMBERS = itertools.count()
_NAMES = {
    "credentials": "Access-Control-Allow-Credentials",
    "expose": "Access-Control-Expose-Headers",
    "headers": "Access-Control-Allow-Headers",
    "max_age": "Access-Control-Max-Age",
    "methods": "Access-Control-Allow-Methods",
}


def page(text: str = "ok") -> Callable[..., str]:
    """Return a view of its own: what is marked in one test is not known to another."""

    def page(**_: object) -> str:
        return text

    page.__name__ = page.__qualname__ = f"page_{next(_NUMBERS)}"
    return page


class Answer(NamedTuple):
    """An answer: ``cors`` holds every CORS header and Vary, and nothing else."""

    status: int
    text: str
    cors: dict[str, str]


def ask(
    app: Flask, path: str, method: str = "GET", origin: str | None = SITE, **options: Any
) -> Answer:
    """Send one request; *options* are those of the test client."""
    headers = {"Origin": origin} if origin else {}
    headers.update(options.pop("headers", {}))
    response = app.test_client().open(path, method=method, headers=headers, **options)
    found = [
        (name, value)
        for name, value in response.headers
        if name.lower() == "vary" or name.lower().startswith("access-control-")
    ]
    assert len({name.lower() for name, _ in found}) == len(found), f"a header twice: {found}"
    return Answer(response.status_code, response.text, dict(found))


def preflight(
    app: Flask, path: str, method: str, origin: str = SITE, names: str = "", **options: Any
) -> Answer:
    """Send a preflight that asks for *method* and, in *names*, for request headers."""
    headers = {"Access-Control-Request-Method": method}
    if names:
        headers["Access-Control-Request-Headers"] = names
    return ask(app, path, "OPTIONS", origin, headers=headers, **options)


def allowed(origin: str = SITE, *, vary: bool = False, **more: object) -> dict[str, str]:
    """Return the whole set of headers of an allowed request."""
    found = {"Access-Control-Allow-Origin": origin}
    found |= {_NAMES[name]: str(value) for name, value in more.items()}
    return found | ({"Vary": "Origin"} if vary else {})


def echoed(origin: str = SITE, **more: object) -> dict[str, str]:
    """Return the whole set where any origin is allowed and echoed."""
    return allowed(origin, vary=True, **more)


def granted(origin: str = SITE, *, vary: bool = False, **more: object) -> dict[str, str]:
    """Return the whole set of a preflight whose method is allowed."""
    return allowed(origin, vary=vary, **{"methods": METHODS, **more})


#: The whole set of a denial by one literal origin, or a list of them.
DENIED = {"Vary": "Origin"}
#: The whole set where the library keeps out.
NOTHING: dict[str, str] = {}
