"""``reload()``: config read anew, the table swapped whole, the old one kept on an error."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, ConfigError
from flask_cors.runtime.hooks import state_of
from tests.integration.exchange import ALL_METHODS, ME, VARY, YOU, acao, ask, lines, preflight


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    app.config["CORS_ORIGINS"] = ME
    CORS(app, **options)
    app.add_url_rule("/", "index", lambda: "seen")
    return app


@pytest.mark.rule("1.extension", "8.reload")
def test_config_is_read_again() -> None:
    app = make_app()
    assert lines(ask(app)) == [acao()]
    app.config["CORS_ORIGINS"] = YOU
    assert lines(ask(app)) == [acao()]
    app.extensions["cors"].reload()
    assert lines(ask(app)) == [VARY]
    assert lines(preflight(app, origin=YOU)) == [ALL_METHODS, acao(YOU)]


@pytest.mark.rule("8.reload-error")
def test_on_an_error_the_old_policies_stay() -> None:
    app = make_app()
    assert lines(ask(app)) == [acao()]
    app.config["CORS_ORIGINS"] = None
    app.config["CORS_MAX_AGE"] = "never"
    with pytest.raises(ConfigError) as caught:
        app.extensions["cors"].reload()
    assert sorted(problem.option for problem in caught.value.problems) == [
        "CORS_MAX_AGE",
        "CORS_ORIGINS",
    ]
    assert lines(ask(app)) == [acao()]


def test_a_failure_is_kept_when_reloading_fails_too() -> None:
    app = make_app()
    app.testing = True
    app.config["CORS_ORIGINS"] = None
    with pytest.raises(ConfigError):
        ask(app)
    with pytest.raises(ConfigError):
        app.extensions["cors"].reload()
    with pytest.raises(ConfigError):
        ask(app)
    app.config["CORS_ORIGINS"] = YOU
    app.extensions["cors"].reload()
    assert lines(ask(app, origin=YOU)) == [acao(YOU)]


def test_other_errors_while_compiling_are_kept_until_reload() -> None:
    app = make_app()
    app.testing = True
    app.config["CORS_ORIGIN"] = "a key that is close to an option's"
    for _ in range(2):
        with pytest.raises(Warning, match="this config key is not an option of Flask-CORS"):
            ask(app)
    del app.config["CORS_ORIGIN"]
    with pytest.raises(Warning, match="this config key is not an option of Flask-CORS"):
        ask(app)
    app.extensions["cors"].reload()
    assert lines(ask(app)) == [acao()]


@pytest.mark.parametrize("how", ["reload", "request context"])
def test_set_up_after_compiling_discards_what_was_compiled(how: str) -> None:
    app = make_app(resources="/")
    if how == "reload":
        app.extensions["cors"].reload()
    else:
        with app.test_request_context("/"):
            app.preprocess_request()
    CORS(app, origins=YOU, resources="/late")
    app.add_url_rule("/late", "late", lambda: "late")
    assert lines(ask(app)) == [acao()]
    assert lines(ask(app, "/late", YOU)) == [acao(YOU)]


def test_a_blueprint_after_compiling_discards_what_was_compiled() -> None:
    app = make_app()
    app.extensions["cors"].reload()
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.add_url_rule("/", "index", lambda: "api")
    CORS(blueprint, origins=YOU)
    app.register_blueprint(blueprint)
    assert lines(ask(app, "/api/", YOU)) == [acao(YOU)]


def test_set_up_after_a_failure_forgets_it() -> None:
    app = make_app()
    app.config["CORS_ORIGINS"] = None
    with app.test_request_context("/"), pytest.raises(ConfigError):
        app.preprocess_request()
    app.config["CORS_ORIGINS"] = ME
    CORS(app, resources="/more")
    assert lines(ask(app)) == [acao()]


@pytest.mark.rule("8.once")
def test_explaining_before_the_first_request_compiles_nothing_for_good() -> None:
    app = make_app()
    cors = app.extensions["cors"]
    assert cors.explain("GET", "/", YOU).verdict == "blocked"
    app.config["CORS_ORIGINS"] = YOU
    assert cors.explain("GET", "/", YOU).verdict == "readable"
    assert lines(ask(app, origin=YOU)) == [acao(YOU)]
    assert state_of(app).policies() is state_of(app).policies()


@pytest.mark.rule("8.reload")
def test_requests_are_served_meanwhile() -> None:
    app = make_app()
    ask(app)
    stop = threading.Event()
    wrong: list[Any] = []

    def serve() -> None:
        while not stop.is_set():
            response = ask(app)
            if lines(response) not in ([acao()], [VARY]):
                wrong.append(lines(response))

    threads = [threading.Thread(target=serve) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        app.config["CORS_ORIGINS"] = (ME, YOU)[number % 2]
        app.extensions["cors"].reload()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
