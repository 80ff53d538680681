"""Flask-HTTPAuth: Basic, Token and Digest; its 401 and 403 and what a page needs to get past."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_httpauth import HTTPBasicAuth, HTTPDigestAuth, HTTPTokenAuth

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import SITE, allowed, granted
from .table import GRANTED, READABLE, Order, Package, add_views, in_both_orders, seen

BASIC = {"Authorization": "Basic bWU6c2VjcmV0"}  # me:secret
ASKED = GRANTED | {"Access-Control-Allow-Headers": "authorization"}


def basic() -> HTTPBasicAuth:
    auth = HTTPBasicAuth()
    auth.verify_password(lambda name, password: name if password == "secret" else None)
    auth.get_user_roles(lambda user: ["reader"])
    return auth


def extend(app: Flask) -> None:
    auth = basic()

    @auth.login_required
    def private() -> dict[str, str]:
        return {"user": auth.current_user()}

    @auth.login_required(role="admin")
    def admin() -> None:
        raise AssertionError("not for readers")

    add_views(app, private=private)
    app.add_url_rule("/admin", view_func=admin)


def build(order: Order) -> Flask:
    app = Flask(__name__)
    order(app, extend)
    return app


PACKAGE = Package("Flask-HTTPAuth", build, {"401, 403": {"status": 401}})
test_cases = PACKAGE.test()


@in_both_orders
@pytest.mark.parametrize(("path", "status"), [("/private", 200), ("/admin", 403)])
def test_a_page_with_a_password(order: Order, path: str, status: int) -> None:
    assert seen(PACKAGE.page(order), path, headers=BASIC) == (
        status,
        None,
        [("OPTIONS", 200, ASKED), ("GET", status, READABLE)],
    )


@pytest.mark.parametrize("auth", [basic(), HTTPTokenAuth(), HTTPDigestAuth()])
@pytest.mark.parametrize("mark_above", [True, False])
def test_marks_above_and_below_login_required(auth: HTTPBasicAuth, mark_above: bool) -> None:
    mark = cross_origin(SITE)

    def view() -> None:
        raise AssertionError("without a password")

    view = mark(auth.login_required(view)) if mark_above else auth.login_required(mark(view))
    app = Flask(__name__)
    app.secret_key = "for Digest"
    app.add_url_rule("/private", view_func=view, methods=["PUT"])
    preflight, actual = seen(Browser(app, origin=SITE), "/private", method="PUT", json={}).timeline
    assert preflight == ("OPTIONS", 200, granted(headers="content-type"))
    digest = {"Vary": "Cookie"} if isinstance(auth, HTTPDigestAuth) else {}
    assert actual == ("PUT", 401, allowed() | digest)
