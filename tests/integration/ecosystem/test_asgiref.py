"""asgiref's WsgiToAsgi: an ASGI server in front, and the app in a thread behind."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.testing import ApplicationCommunicator
from asgiref.wsgi import WsgiToAsgi
from flask import Flask

from flask_cors import CORS
from flask_cors.testing import Browser, Reply, Request, Transport

from ..asking import SITE
from . import test_flask_async
from .table import POLICY, READABLE, Order, Package, add_views, in_both_orders, seen


def over_asgi(application: WsgiToAsgi) -> Transport:
    """Return a transport that asks an ASGI application, each request in a loop of its own."""

    async def ask(request: Request) -> Reply:
        communicator = ApplicationCommunicator(application, scope_of(request))
        await communicator.send_input({"type": "http.request", "body": request.body})
        start = await communicator.receive_output(timeout=30)
        body, more = b"", True
        while more:
            message = await communicator.receive_output(timeout=30)
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await communicator.wait(timeout=30)
        headers = tuple((name.decode(), value.decode()) for name, value in start["headers"])
        return Reply(start["status"], headers, body)

    return lambda request: asyncio.run(ask(request))


def scope_of(request: Request) -> dict[str, Any]:
    """Return the connection scope of the ASGI specification for a request."""
    url = urlsplit(request.url)
    sent = [("Host", url.netloc), *request.headers]
    if request.body:
        sent.append(("Content-Length", str(len(request.body))))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": url.path,
        "query_string": url.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent],
        "client": ("127.0.0.1", 50000),
        "server": (url.hostname, url.port or 80),
    }


def build(order: Order) -> WsgiToAsgi:
    app = Flask(__name__)
    order(app, add_views)
    return WsgiToAsgi(app)


def reach(built: WsgiToAsgi) -> dict[str, Any]:
    return {"transport": over_asgi(built)}


PACKAGE = Package("asgiref", build, reach=reach)
test_cases = PACKAGE.test()


def test_cors_set_up_after_the_app_was_wrapped() -> None:
    app = Flask(__name__)
    wrapped = WsgiToAsgi(app)
    add_views(app)
    CORS(app, **POLICY)
    page = Browser(transport=over_asgi(wrapped), origin=SITE)
    assert seen(page, "/items").timeline == [("GET", 200, READABLE)]


@in_both_orders
@pytest.mark.parametrize("name", ["preflight", "success", "401, 403", "500", "stranger"])
def test_coroutines_behind_it(order: Order, name: str) -> None:
    """Views, hooks and a callable origin that are async run inside the thread's own loop."""
    built = WsgiToAsgi(test_flask_async.build(order))
    case = test_flask_async.PACKAGE.cases[name]
    page = Browser(transport=over_asgi(built), origin=case.origin)
    assert seen(page, case.path, method=case.method, **case.asked) == case.wanted
