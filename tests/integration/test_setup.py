"""Set-up: late, repeated, for many apps, from many threads, and compiled anew."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Blueprint, Flask, current_app
from werkzeug.routing import Map, Rule

from flask_cors import CORS, ConfigError, cross_origin

from .asking import DENIED, NOTHING, OTHER, SITE, Answer, allowed, ask, page, preflight

THREADS = 8


def app_of(**options: Any) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=page())
    if options:
        CORS(app, **options)
    return app


# -- the object and its apps -----------------------------------------------------------


@pytest.mark.rule("1.many-apps", "3.app")
def test_one_object_serves_many_apps_and_keeps_none() -> None:
    cors = CORS(origins=SITE)
    one, two = app_of(), app_of()
    cors.init_app(one)
    cors.init_app(two, origins=OTHER)
    assert ask(one, "/").cors == allowed()
    assert ask(two, "/").cors == DENIED
    dead = weakref.ref(one)
    del one
    gc.collect()
    assert dead() is None
    assert not any(isinstance(value, Flask) for value in vars(cors).values())


@pytest.mark.rule("1.cors")
def test_the_app_may_be_given_by_name_or_as_current_app() -> None:
    app = app_of()
    CORS(app=app, origins=SITE)
    assert ask(app, "/").cors == allowed()
    app = app_of()
    with app.app_context():
        CORS(current_app, origins=SITE)  # type: ignore[arg-type]
    assert ask(app, "/").cors == allowed()
    app = app_of()
    CORS(origins=SITE).init_app(app=app)
    assert ask(app, "/").cors == allowed()
    app = app_of()
    CORS(None, origins=SITE).init_app(app)
    assert ask(app, "/").cors == allowed()


def test_an_iterable_is_read_once_when_it_is_given() -> None:
    cors = CORS(origins=(origin for origin in [SITE]), methods=iter(["GET"]))
    for app in (app_of(), app_of()):
        cors.init_app(app)
        assert ask(app, "/").cors == allowed()


def test_options_that_are_changed_count_until_the_policies_are_compiled() -> None:
    origins = [SITE]
    resources: dict[str, Any] = {"/": {"origins": origins}}
    app = app_of(resources=resources)
    origins.append(OTHER)
    assert ask(app, "/", origin=OTHER).cors == allowed(OTHER, vary=True)
    origins.remove(OTHER)
    assert ask(app, "/", origin=OTHER).cors == allowed(OTHER, vary=True)
    app.extensions["cors"].reload()
    assert ask(app, "/", origin=OTHER).cors == DENIED


# -- late ------------------------------------------------------------------------------


@pytest.mark.rule("3.late-setup")
def test_set_up_after_the_first_request_is_refused_with_what_to_do() -> None:
    app = app_of()
    ask(app, "/")
    with pytest.raises(AssertionError, match=r"reload\(\) for later changes"):
        CORS(app)
    with pytest.raises(AssertionError, match="has handled its first request"):
        CORS().init_app(app)
    assert "cors" not in app.extensions
    assert ask(app, "/").cors == NOTHING


@pytest.mark.rule("3.late-setup")
def test_set_up_before_it_discards_what_was_compiled() -> None:
    app = app_of(origins=SITE)
    app.extensions["cors"].reload()
    with app.test_request_context("/"):
        app.preprocess_request()
    CORS(app, origins=OTHER)
    assert ask(app, "/", origin=OTHER).cors == allowed(OTHER)
    app = app_of(origins=SITE)
    app.extensions["cors"].reload()
    within = Blueprint("b", __name__, url_prefix="/b")
    within.add_url_rule("/x", view_func=page())
    CORS(within, origins=OTHER)
    app.register_blueprint(within)
    assert ask(app, "/b/x", origin=OTHER).cors == allowed(OTHER)


def test_views_and_config_may_follow_after_cors() -> None:
    app = Flask(__name__)
    CORS(app)
    app.config["CORS_ORIGINS"] = SITE
    app.add_url_rule("/", view_func=cross_origin(expose_headers="X")(page()))
    app.add_url_rule("/x", view_func=page())
    assert ask(app, "/").cors == allowed(expose="X")
    assert ask(app, "/x").cors == allowed()


# -- reload ----------------------------------------------------------------------------


@pytest.mark.rule("8.kept")
def test_a_failure_is_kept_until_reload() -> None:
    app = app_of(methods="GET")
    app.config.update(CORS_ORIGINS="", CORS_SUPPORTS_CREDENTIALS=True, TESTING=True)
    for _ in range(2):
        with pytest.raises(ConfigError, match="an empty string is not an origin"):
            ask(app, "/")
    app.config["CORS_ORIGINS"] = SITE
    with pytest.raises(ConfigError, match="an empty string is not an origin"):
        ask(app, "/")
    app.extensions["cors"].reload()
    assert ask(app, "/").cors == allowed(credentials="true")


# -- threads ---------------------------------------------------------------------------


def at_once(task: Callable[[], Answer]) -> list[Answer]:
    barrier = threading.Barrier(THREADS)

    def run(_: int) -> Answer:
        barrier.wait()
        return task()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@pytest.mark.rule("8.once")
@pytest.mark.parametrize("with_object", [True, False])
def test_many_first_requests_at_once_compile_once(
    with_object: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flask_cors.runtime import state

    compiled = []

    class Counted(state.Policies):
        def __init__(self, *args: Any) -> None:
            compiled.append(self)
            super().__init__(*args)

    monkeypatch.setattr(state, "Policies", Counted)
    for _ in range(5):
        compiled.clear()
        app = app_of(origins=OTHER) if with_object else app_of()
        app.add_url_rule("/marked", view_func=cross_origin(SITE)(page()))
        answers = at_once(lambda app=app: ask(app, "/marked"))  # type: ignore[misc]
        assert answers == [(200, "ok", allowed())] * THREADS
        assert len(compiled) == 1


def test_an_app_with_marks_alone_is_overridden_once() -> None:
    calls = []

    class Counting(Flask):
        def process_response(self, *args: Any, **kwargs: Any) -> Any:
            calls.append(args)
            return super().process_response(*args, **kwargs)

    app = Counting(__name__)
    app.add_url_rule("/", view_func=cross_origin(SITE)(page()))
    at_once(lambda: ask(app, "/"))
    assert len(calls) == THREADS
    override = vars(app)["process_response"]
    ask(app, "/")
    assert vars(app)["process_response"] is override


def test_late_endpoints_are_compiled_once_for_many_threads() -> None:
    app = app_of(origins=SITE)
    ask(app, "/")
    for number in range(20):
        app.view_functions[f"late{number}"] = cross_origin(OTHER)(page())
        app.url_map.add(Rule(f"/late{number}", endpoint=f"late{number}", methods=["GET"]))
        answers = at_once(lambda number=number: ask(app, f"/late{number}", origin=OTHER))  # type: ignore[misc]
        assert answers == [(200, "ok", allowed(OTHER))] * THREADS


# -- the overrides ---------------------------------------------------------------------


@pytest.mark.parametrize("debug", [False, True])
def test_a_failing_hook_does_not_take_the_headers(
    debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_of(origins=SITE)
    app.debug = debug

    @app.after_request
    def fail(response: Any) -> Any:
        raise RuntimeError("the hook")

    answer = ask(app, "/")
    assert (answer.status, answer.cors) == (500, allowed())
    assert ("RuntimeError: the hook" in answer.text) is debug
    told = [record.getMessage() for record in caplog.records if record.name == "flask_cors"]
    assert ("Finishing the response to an error failed" in told) is debug


def test_an_exception_without_origin_leaves_as_in_flask() -> None:
    app = app_of(origins=SITE)
    app.testing = True
    app.view_functions["fail"] = lambda: 1 // 0
    app.add_url_rule("/fail", "fail")
    with pytest.raises(ZeroDivisionError):
        ask(app, "/fail", origin=None)
    with pytest.raises(ZeroDivisionError):
        ask(app, "/fail")


# -- servers that swap the map and the views -------------------------------------------


@pytest.mark.rule("8.late-endpoint")
def test_a_server_that_swaps_map_and_views() -> None:
    app = Flask(__name__)
    app.view_functions, app.url_map = {}, Map()
    CORS(app, origins=SITE)
    app.add_url_rule("/one", view_func=page("one"), strict_slashes=False)
    assert ask(app, "/one/") == (200, "one", allowed())
    old = weakref.ref(app.url_map)
    app.view_functions, app.url_map = {}, Map()
    gc.collect()
    assert old() is None
    app.view_functions["two"] = cross_origin(OTHER)(page("two"))
    app.url_map.add(Rule("/two", endpoint="two", methods=["GET", "PUT"]))
    assert ask(app, "/two", origin=OTHER) == (200, "two", allowed(OTHER))
    assert preflight(app, "/two", "PUT", OTHER).cors["Access-Control-Allow-Origin"] == OTHER
    assert ask(app, "/one")[::2] == (404, allowed())
