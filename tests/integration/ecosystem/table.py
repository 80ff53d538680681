"""One table of cases for every package: what a page asks, and what it gets.

A package's module builds its app, and says where the package makes a difference. Each case
is asked with ``CORS(app)`` set up before the package and after it, and judged by the browser
model and by the whole set of CORS headers on every reply. A stranger's page asks the same, and
learns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

import pytest
from flask import Flask, abort, request

from flask_cors import CORS
from flask_cors.testing import Browser, CORSBlocked, Reply

from ..asking import DENIED, OTHER, SITE, allowed, granted

PARTNER = "https://partner.example"
ORIGIN = "Access-Control-Allow-Origin"
#: What every app says. Two origins and credentials: no header is left out, or the same for all.
POLICY: dict[str, Any] = {
    "origins": [SITE, PARTNER],
    "supports_credentials": True,
    "expose_headers": ["X-Total", "Retry-After"],
    "max_age": 600,
}
READABLE = allowed(vary=True, credentials="true", expose="Retry-After, X-Total")
GRANTED = granted(vary=True, credentials="true", headers="content-type", max_age=600)

Headers = dict[str, str]


class Seen(NamedTuple):
    """What came of one fetch: a status that the page reads, or the step that kept it back."""

    status: int | None
    blocked: str | None
    timeline: list[tuple[str, int, Headers]]


@dataclass(frozen=True)
class Case:
    """A fetch and what must come of it.

    ``status`` and ``headers`` are those of the last reply; ``preflight`` holds the headers
    of the preflight, where there must be one, and ``blocked`` the step of the standard that
    keeps the last reply from the page. ``timeline``, where it is given, says all exchanges.
    """

    method: str = "GET"
    path: str = "/items"
    asked: Mapping[str, Any] = field(default_factory=dict)
    origin: str = SITE
    status: int = 200
    headers: Headers = field(default_factory=lambda: READABLE)
    preflight: Headers | None = None
    blocked: str | None = None
    timeline: Sequence[tuple[str, int, Headers]] | None = None

    def varying(self, vary: str) -> Case:
        """Return this case with another ``Vary`` on every reply."""
        preflight = None if self.preflight is None else self.preflight | {"Vary": vary}
        return replace(self, headers=self.headers | {"Vary": vary}, preflight=preflight)

    @property
    def wanted(self) -> Seen:
        """What the page must see, and every exchange that must take place."""
        status = None if self.blocked else self.status
        if self.timeline is not None:
            return Seen(status, self.blocked, list(self.timeline))
        timeline = [("OPTIONS", 200, self.preflight)] if self.preflight is not None else []
        refused = self.preflight is not None and ORIGIN not in self.preflight
        last = [] if refused else [(self.method, self.status, self.headers)]
        return Seen(status, self.blocked, timeline + last)


_STRANGER = {"origin": OTHER, "headers": DENIED, "blocked": "allow-origin-missing"}
#: The cases, under the names that the documentation's table uses.
CASES = {
    "preflight": Case("PUT", asked={"json": {}}, preflight=GRANTED),
    "success": Case(),
    "401, 403": Case(path="/private", status=403),
    "404": Case(path="/missing", status=404),
    "405": Case(
        "DELETE",
        asked={"headers": {"Content-Type": "application/json"}},
        status=405,
        preflight=GRANTED,
    ),
    "500": Case(path="/broken", status=500),
    "stranger": Case(**_STRANGER),
    "stranger's preflight": Case("PUT", asked={"json": {}}, preflight=DENIED, **_STRANGER),
}


class Order(Protocol):
    """Sets up CORS and a package on one app, the one before the other."""

    def __call__(self, app: Flask, extend: Callable[[Flask], object], **policy: Any) -> None: ...


def cors_first(app: Flask, extend: Callable[[Flask], object], **policy: Any) -> None:
    CORS(app, **(POLICY | policy))
    extend(app)


def cors_last(app: Flask, extend: Callable[[Flask], object], **policy: Any) -> None:
    extend(app)
    CORS(app, **(POLICY | policy))


ORDERS = {"cors-first": cors_first, "cors-last": cors_last}
in_both_orders = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)


@dataclass(frozen=True)
class Package:
    """A package of the ecosystem: how its app is built, and which cases differ.

    ``build`` returns what a server would run, and ``reach`` the arguments with which the
    browser model reaches that. ``vary`` is for packages that look at more than the origin in
    every request.
    """

    name: str
    build: Callable[[Order], Any]
    differs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    vary: str = "Origin"
    base_url: str = "http://localhost"
    reach: Callable[[Any], dict[str, Any]] = field(default=lambda built: {"target": built})

    @property
    def cases(self) -> dict[str, Case]:
        """Every case of the table, as it is under this package."""
        unknown = set(self.differs) - set(CASES)
        assert not unknown, unknown
        return {
            name: replace(case.varying(self.vary), **self.differs.get(name, {}))
            for name, case in CASES.items()
        }

    def page(self, order: Order, origin: str = SITE) -> Browser:
        """Return a page in a new browser, over a new app."""
        return Browser(origin=origin, base_url=self.base_url, **self.reach(self.build(order)))

    def test(self) -> Callable[..., None]:
        """Return the test of all cases in both orders."""

        @in_both_orders
        @pytest.mark.parametrize("case", self.cases.values(), ids=self.cases)
        def test_case(order: Order, case: Case) -> None:
            page = self.page(order, case.origin)
            assert seen(page, case.path, method=case.method, **case.asked) == case.wanted
            stranger = seen(page.at(OTHER), case.path, method=case.method, **case.asked)
            assert stranger.status is None
            assert all(set(headers) == {"Vary"} for _, _, headers in stranger.timeline)

        return test_case


def seen(page: Browser, path: str, **asked: Any) -> Seen:
    """Fetch *path* in a page, and return what the page and the network saw of it."""
    before = len(page.exchanges)
    status, blocked = None, None
    try:
        status = page.fetch(path, **asked).status
    except CORSBlocked as error:
        blocked = error.step
    replies = [
        (exchange.request.method, exchange.reply.status, cors_headers(exchange.reply))
        for exchange in page.exchanges[before:]
    ]
    return Seen(status, blocked, replies)


def cors_headers(reply: Reply) -> Headers:
    """Return every CORS header of a reply, and Vary; none may be there twice.

    ASGI servers send names in lower case, and nobody minds.
    """
    lines = [
        (name, value)
        for name, value in ((name.title(), value) for name, value in reply.headers)
        if name == "Vary" or name.startswith("Access-Control-")
    ]
    assert len(dict(lines)) == len(lines), f"a header twice: {lines}"
    return dict(lines)


# -- views for packages that bring none of their own -----------------------------------


def items() -> dict[str, str]:
    return {"method": request.method}


def private() -> None:
    abort(403)


def broken() -> None:
    raise RuntimeError("broken")


def add_views(app: Flask, **instead: Callable[..., Any]) -> None:
    """Register the views that the cases ask for; *instead* replaces some by name."""
    views = {"items": items, "private": private, "broken": broken} | instead
    app.add_url_rule("/items", "items", views["items"], methods=["GET", "PUT"])
    app.add_url_rule("/private", "private", views["private"], methods=["GET", "PUT"])
    app.add_url_rule("/broken", "broken", views["broken"])
