"""Flask-SQLAlchemy: a callable origin that asks a database, preflights included."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import String
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from flask_cors.testing import Browser

from ..asking import DENIED, OTHER, SITE
from .table import GRANTED, PARTNER, READABLE, Order, Package, add_views, in_both_orders, seen


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
built: list[Flask] = []


class Tenant(db.Model):  # type: ignore[name-defined, misc]
    origin: Mapped[str] = mapped_column(String(200), primary_key=True)


def is_known(origin: str) -> bool:
    return db.session.get(Tenant, origin) is not None


@pytest.fixture(autouse=True)
def _connections_are_closed() -> Iterator[None]:
    yield
    for app in built:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    built.clear()


def build(order: Order) -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"

    def extend(app: Flask) -> None:
        db.init_app(app)
        add_views(app)

    order(app, extend, origins=is_known)
    with app.app_context():
        db.create_all()
        db.session.add_all([Tenant(origin=SITE), Tenant(origin=PARTNER)])
        db.session.commit()
    built.append(app)
    return app


PACKAGE = Package("Flask-SQLAlchemy", build)
test_cases = PACKAGE.test()


@in_both_orders
def test_what_is_added_and_removed_counts_from_the_next_request_on(order: Order) -> None:
    app = build(order)
    page = Browser(app, origin=OTHER)
    assert seen(page, "/items", method="PUT", json={}).timeline == [("OPTIONS", 200, DENIED)]
    with app.app_context():
        db.session.add(Tenant(origin=OTHER))
        db.session.commit()
    assert page.fetch("/items", method="PUT", json={}).ok
    with app.app_context():
        db.session.delete(db.session.get(Tenant, OTHER))
        db.session.commit()
    assert seen(page, "/items").timeline == [("GET", 200, DENIED)]


@in_both_orders
def test_a_database_that_fails_lets_nobody_in(
    order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    app = build(order)
    with app.app_context():
        db.drop_all()
    page = Browser(app, origin=SITE)
    for asked in ({}, {"method": "PUT", "json": {}}):
        caplog.clear()
        outcome = seen(page, "/items", **asked)
        assert outcome.blocked == "allow-origin-missing"
        assert [headers for _, _, headers in outcome.timeline] == [DENIED]
        (failure,) = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert failure.name == "flask_cors"
        assert failure.exc_info is not None
        assert isinstance(failure.exc_info[1], OperationalError)


@in_both_orders
def test_the_view_uses_the_session_that_the_callable_used(order: Order) -> None:
    app = build(order)
    app.add_url_rule("/count", view_func=lambda: str(db.session.query(Tenant).count()))
    page = Browser(app, origin=SITE)
    assert page.fetch("/count").text == "2"
    assert seen(page, "/items", method="PUT", json={}).timeline == [
        ("OPTIONS", 200, GRANTED),
        ("PUT", 200, READABLE),
    ]
