"""flask[async]: views, hooks, error handlers and callable origins that are coroutines."""

from __future__ import annotations

import asyncio

import pytest
from flask import Flask, abort, g, request

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import SITE, allowed, granted
from .table import PARTNER, Order, Package, add_views, seen


async def items() -> dict[str, str]:
    await asyncio.sleep(0)
    return {"method": request.method, "user": g.user}


async def broken() -> None:
    raise RuntimeError("broken")


async def is_known(origin: str) -> bool:
    await asyncio.sleep(0)
    return origin in (SITE, PARTNER)


def extend(app: Flask) -> None:
    @app.before_request
    async def identify() -> None:
        if request.path == "/private" or request.method == "OPTIONS":
            abort(401)
        g.user = "me"

    @app.errorhandler(500)
    async def sorry(error: Exception) -> tuple[str, int]:
        return "sorry", 500

    add_views(app, items=items, broken=broken)


def build(order: Order) -> Flask:
    app = Flask(__name__)
    order(app, extend, origins=is_known)
    return app


PACKAGE = Package("flask[async]", build, {"401, 403": {"status": 401}})
test_cases = PACKAGE.test()


@pytest.mark.parametrize("origins", [SITE, is_known])
def test_a_marked_coroutine(origins: object) -> None:
    app = Flask(__name__)

    @app.put("/items")
    @cross_origin(origins=origins)
    async def write() -> str:
        await asyncio.sleep(0)
        return "written"

    vary = origins is is_known
    assert seen(Browser(app, origin=SITE), "/items", method="PUT", json={}).timeline == [
        ("OPTIONS", 200, granted(vary=vary, headers="content-type")),
        ("PUT", 200, allowed(vary=vary)),
    ]
