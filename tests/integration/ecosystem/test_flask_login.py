"""Flask-Login: who is logged in stands in a session cookie, which only some pages send."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import OTHER, SITE, allowed, granted
from .table import READABLE, Order, Package, add_views, in_both_orders, seen

# Flask-Login 0.6.3 takes the time in a way that Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:datetime\.datetime\.utcnow:DeprecationWarning:flask_login.login_manager"
)

BY_COOKIE = {"Vary": "Cookie, Origin"}


class User(UserMixin):
    id = "me"


def login() -> dict[str, str]:
    login_user(User(), remember=True)
    return {"user": "me"}


@login_required
def private() -> dict[str, str]:
    return {"user": current_user.get_id()}


def extend(app: Flask) -> None:
    manager = LoginManager(app)
    manager.user_loader(lambda _: User())
    app.add_url_rule("/login", view_func=login, methods=["POST"])
    add_views(app, private=private)


def build(order: Order) -> Flask:
    app = Flask(__name__)
    app.secret_key = "for tests"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.config.update(REMEMBER_COOKIE_SAMESITE="None", REMEMBER_COOKIE_SECURE=True)
    order(app, extend)
    return app


def looks_at_every_session() -> bool:
    """Return whether a look at the end of every request counts as reading the session.

    Flask-Login has a look, on preflights too; since Flask 3.1 it counts.
    """
    app = Flask(__name__)
    app.secret_key = "for tests"
    extend(app)
    return app.test_client().get("/items").headers.get("Vary") == "Cookie"


EVERYWHERE = BY_COOKIE if looks_at_every_session() else {"Vary": "Origin"}
PACKAGE = Package(
    "Flask-Login",
    build,
    {"401, 403": {"status": 401, "headers": READABLE | BY_COOKIE}},
    vary=EVERYWHERE["Vary"],
    base_url="https://api.example",
)
test_cases = PACKAGE.test()


@in_both_orders
def test_a_page_logs_in_and_is_known(order: Order) -> None:
    page = PACKAGE.page(order)
    assert page.fetch("/login", method="POST", credentials="include").ok
    response = page.fetch("/private", method="PUT", credentials="include")
    assert response.json() == {"user": "me"}
    assert seen(page, "/private", credentials="include").timeline == [
        ("GET", 200, READABLE | BY_COOKIE)
    ]
    assert seen(page, "/private", credentials="omit").status == 401


@in_both_orders
def test_a_stranger_with_the_cookies_reads_nothing(order: Order) -> None:
    page = PACKAGE.page(order)
    assert page.fetch("/login", method="POST", credentials="include").ok
    outcome = seen(page.at(OTHER), "/private", credentials="include")
    assert outcome.blocked == "allow-origin-missing"
    assert outcome.timeline == [("GET", 200, BY_COOKIE)]
    stranger = seen(page.at(OTHER), "/private", method="PUT", credentials="include")
    assert stranger.timeline == [("OPTIONS", 200, EVERYWHERE)]


@in_both_orders
def test_lax_cookies_do_not_travel_to_another_site(order: Order) -> None:
    app = build(order)
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", REMEMBER_COOKIE_SAMESITE="Lax")
    page = Browser(app, origin=SITE, base_url="https://api.example")
    assert page.fetch("/login", method="POST", credentials="include").ok
    assert page.fetch("/private", credentials="include").status == 401


@in_both_orders
def test_the_way_to_the_login_page_is_readable(order: Order) -> None:
    app = build(order)
    app.login_manager.login_view = "items"
    page = Browser(app, origin=SITE, base_url="https://api.example")
    assert seen(page, "/private") == (
        200,
        None,
        [("GET", 302, READABLE | BY_COOKIE), ("GET", 200, READABLE | EVERYWHERE)],
    )


@pytest.mark.parametrize("mark_above", [True, False])
def test_marks_above_and_below_login_required(mark_above: bool) -> None:
    mark = cross_origin(SITE)

    def view() -> None:
        raise AssertionError("without a user")

    view = mark(login_required(view)) if mark_above else login_required(mark(view))
    app = Flask(__name__)
    app.secret_key = "for tests"
    LoginManager(app).user_loader(lambda _: None)
    app.add_url_rule("/private", view_func=view, methods=["PUT"])
    looked = {"Vary": "Cookie"} if EVERYWHERE == BY_COOKIE else {}
    assert seen(Browser(app, origin=SITE), "/private", method="PUT", json={}).timeline == [
        ("OPTIONS", 200, granted(headers="content-type") | looked),
        ("PUT", 401, allowed() | {"Vary": "Cookie"}),
    ]
