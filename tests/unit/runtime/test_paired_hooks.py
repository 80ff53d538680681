"""Hooks of which one half did not run: each is logged once, and the others still run."""

from __future__ import annotations

import functools
import inspect
import io
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, Request, Response, g, request

from flask_cors.runtime.paired_hooks import PairedHooks


@pytest.fixture(autouse=True)
def _level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "flask_cors")


def elapsed(response: Response) -> Response:
    response.headers["X-Elapsed"] = str(g.elapsed)
    return response


def close(error: object) -> None:
    g.connection.close()


def divide(error: object) -> None:
    raise ZeroDivisionError("division by zero")


LINE = inspect.getsourcelines(elapsed)[1] + 1


def raised(function: Callable[..., Any], *arguments: Any) -> Exception:
    """Return the exception that a hook raises, with its traceback."""
    try:
        function(*arguments)
    except Exception as error:
        return error
    raise AssertionError("it was to raise")


def stamp(name: str) -> Callable[[Response], Response]:
    def mark(response: Response) -> Response:
        response.headers.add("X-Ran", name)
        return response

    return mark


def make_app() -> Flask:
    app = Flask("sample")
    blueprint = Blueprint("b", "b")
    blueprint.add_url_rule("/b", "view", lambda: "x")
    app.register_blueprint(blueprint)
    return app


def finished(app: Flask, error: Exception, path: str = "/b") -> list[str]:
    """Return the names of the ``after_request`` functions that ran after the failure."""
    with app.test_request_context(path):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        response = PairedHooks(app).after_request(current, Response(), error)
    return response.headers.getlist("X-Ran")


# -- after_request -------------------------------------------------------------------------


@pytest.mark.rule("5.hooks-fail")
def test_functions_after_the_one_that_raised_still_run() -> None:
    app = make_app()
    for hook in (stamp("third"), elapsed, stamp("first")):
        app.after_request(hook)
    with app.test_request_context():
        error = raised(elapsed, Response())
    assert finished(app, error) == ["third"]


@pytest.mark.rule("5.hooks-fail")
def test_functions_of_the_blueprint_run_before_those_of_the_app() -> None:
    app = make_app()
    app.after_request(stamp("app"))
    app.after_request_funcs["b"] = [stamp("later"), elapsed, stamp("sooner")]
    with app.test_request_context():
        error = raised(elapsed, Response())
    assert finished(app, error) == ["later", "app"]
    assert finished(app, error, "/missing") == []


@pytest.mark.rule("5.hooks-fail")
def test_each_that_raises_is_logged_once_with_its_file_and_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app()

    def another(response: Response) -> Response:
        raise LookupError("no database")

    for hook in (stamp("last"), another, elapsed):
        app.after_request(hook)
    paired = PairedHooks(app)
    with app.test_request_context():
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        error = raised(elapsed, Response())
        for _ in range(3):
            response = paired.after_request(current, Response(), error)
            assert response.headers.getlist("X-Ran") == ["last"]
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 2
    assert texts[0].startswith(
        "elapsed raised on a preflight or a refused request, on which no before_request function "
        f"runs ({__file__}:{LINE}): AttributeError("
    )
    assert "g.get(" in texts[0]
    assert "another raised" in texts[1]
    assert "no database" in texts[1]


@pytest.mark.rule("5.hooks-fail")
@pytest.mark.parametrize(
    "wrap",
    [
        lambda hook: functools.partial(hook),
        lambda hook: functools.wraps(hook)(lambda response: hook(response)),
        lambda hook: lambda response: hook(response),
    ],
)
def test_a_hook_behind_a_wrapper_is_found(
    wrap: Callable[[Any], Any], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()
    hook = wrap(elapsed)
    app.after_request(stamp("after"))
    app.after_request(hook)
    with app.test_request_context():
        error = raised(hook, Response())
    assert finished(app, error) == ["after"]
    assert f"{__file__}:" in caplog.text


@pytest.mark.rule("5.hooks-fail")
def test_an_async_hook_runs_as_flask_runs_it() -> None:
    app = make_app()

    async def late(response: Response) -> Response:
        response.headers.add("X-Ran", "late")
        return response

    app.after_request(late)
    app.after_request(elapsed)
    with app.test_request_context():
        error = raised(elapsed, Response())
    assert finished(app, error) == ["late"]


def test_an_error_of_nobody_known_is_logged_once_where_it_came_from(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app()
    app.after_request(stamp("after"))
    paired = PairedHooks(app)
    with app.test_request_context():
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        for _ in range(2):
            response = paired.after_request(current, Response(), raised(divide, None))
            assert response.headers.getlist("X-Ran") == []
    (record,) = caplog.records
    assert record.getMessage().startswith("divide raised on a preflight")
    assert f"({__file__}:" in record.getMessage()


# -- teardown ------------------------------------------------------------------------------


@pytest.mark.rule("5.hooks-fail")
def test_teardown_functions_after_the_one_that_raised_still_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, ran = make_app(), list[str]()
    app.teardown_request(lambda error: ran.append("app"))
    app.teardown_request_funcs["b"] = [
        lambda error: ran.append("later"),
        close,
        lambda error: ran.append("sooner"),
    ]
    with app.test_request_context("/b"):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        PairedHooks(app).teardown_request(current, raised(close, None))
        assert ran == ["later", "app"]
        g.connection = io.StringIO()  # which they all find as the context ends
    assert len(caplog.records) == 1


@pytest.mark.rule("5.hooks-fail")
def test_teardown_functions_of_the_app_context_still_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, ran = make_app(), list[str]()
    with app.app_context():
        error = raised(close, None)
    app.teardown_appcontext(lambda error: ran.append("last"))
    app.teardown_appcontext(divide)
    app.teardown_appcontext(close)
    paired = PairedHooks(app)
    for _ in range(2):
        paired.teardown_appcontext(error)
    assert ran == ["last"] * 2
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2
    assert "division by zero" in caplog.records[1].getMessage()
