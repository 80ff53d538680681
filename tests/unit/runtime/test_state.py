"""The state of an app: not compiled yet, compiled, or failed."""

from __future__ import annotations

import gc
import threading
import traceback
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Map

from flask_cors import CORS, ConfigError, of
from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import Setting
from flask_cors.resolution.compile import Policies
from flask_cors.resolution.registry import Rule
from flask_cors.runtime import state as module
from flask_cors.runtime.decisions import Compiled
from flask_cors.runtime.state import KEY, Failed, NotCompiled, State, installed

ME = "https://me.example"


def settings(**options: Any) -> dict[str, Setting]:
    report = Report(Source("app", "CORS(app)"))
    read = read_options(options, "app", report)
    report.raise_if_any()
    return read


def make(**config: Any) -> State:
    app = Flask("sample")
    app.config.update(config)
    app.add_url_rule("/", "index", lambda: "x")
    state = State(app)
    state.add(Rule(settings(expose_headers="X"), None))
    return state


def ages(state: State) -> list[Any]:
    return [policy.settings["max_age"].value for policy in state.policies().all]


# -- compiling -----------------------------------------------------------------------------


@pytest.mark.rule("8.once")
def test_policies_are_compiled_once_for_requests() -> None:
    state = make()
    assert isinstance(state.current, NotCompiled)
    found = state.compiled()
    assert isinstance(found, Compiled)
    assert state.compiled() is found
    current: object = state.current
    assert current is found
    assert state.policies() is found.policies
    assert found.table is found.policies.table


@pytest.mark.rule("3.config-time")
def test_before_the_first_request_policies_are_those_of_the_present_set_up() -> None:
    state = make(CORS_MAX_AGE=1)
    assert ages(state) == [1]
    assert isinstance(state.current, NotCompiled)
    state.app.config["CORS_MAX_AGE"] = 2
    assert ages(state) == [2]
    state.compiled()
    state.app.config["CORS_MAX_AGE"] = 3
    assert ages(state) == [2]


@pytest.mark.rule("3.late-setup")
def test_what_is_added_discards_what_was_compiled() -> None:
    state = make()
    first = state.compiled()
    state.add(Rule(settings(max_age=7), None))
    second = state.compiled()
    assert second is not first
    assert ages(state) == [7]
    state.add_blueprint("b", "/b", Rule({}, None))
    assert state.compiled() is not second
    assert list(state.registry.blueprints) == ["b"]


@pytest.mark.rule("8.late-endpoint")
def test_another_url_map_is_compiled_for_anew() -> None:
    state = make()
    first, old = state.compiled(), state.app.url_map
    state.app.url_map = Map(host_matching=old.host_matching)
    second = state.compiled()
    assert second is not first
    assert second.url_map() is state.app.url_map
    assert state.compiled() is second


def test_a_url_map_is_not_kept_alive() -> None:
    state = make()
    found = state.compiled()
    state.app.url_map = Map()
    gc.collect()
    assert found.url_map() is None


def test_what_is_not_compiled_is_for_no_url_map() -> None:
    assert NotCompiled().url_map() is None
    assert Failed(ValueError()).url_map() is None


def test_what_is_done_before_compiling_is_done_once() -> None:
    state = make()
    done: list[int] = []
    state.before_compiling = lambda: done.append(1)
    assert state.policies()
    assert done == []
    state.compiled()
    state.add(Rule({}, None))
    state.compiled()
    assert done == [1]


@pytest.mark.rule("8.once")
def test_threads_compile_once(monkeypatch: pytest.MonkeyPatch) -> None:
    state, together = make(), threading.Barrier(4)
    compiled: list[object] = []

    def count(*arguments: Any) -> Any:
        compiled.append(None)
        return Policies(*arguments)

    def ask() -> None:
        together.wait()
        found.append(state.compiled())

    monkeypatch.setattr(module, "Policies", count)
    found: list[Compiled] = []
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compiled) == 1
    assert set(found) == {state.current}


# -- failing -------------------------------------------------------------------------------


@pytest.mark.rule("8.kept")
def test_a_failure_is_kept_and_raised_anew() -> None:
    state = make(CORS_ORIGINS=None)
    errors = []
    for _ in range(3):
        with pytest.raises(ConfigError) as caught:
            state.compiled()
        errors.append(caught.value)
    assert isinstance(state.current, Failed)
    assert errors[1] is not errors[2]
    assert errors[0].problems == errors[1].problems == errors[2].problems
    assert [problem.option for problem in errors[0].problems] == ["CORS_ORIGINS"]
    frames = [len(traceback.extract_tb(error.__traceback__)) for error in errors[1:]]
    assert frames[0] == frames[1]


@pytest.mark.rule("8.kept")
def test_another_error_is_kept_without_the_frames_of_earlier_requests() -> None:
    error = LookupError("no database")
    failed = Failed(error)
    frames = []
    for _ in range(3):
        with pytest.raises(LookupError) as caught:
            raise failed.again()
        frames.append(len(traceback.extract_tb(caught.value.__traceback__)))
    assert frames == [frames[0]] * 3
    assert caught.value is error


@pytest.mark.rule("8.kept", "8.reload")
def test_reload_ends_a_failure() -> None:
    state = make(CORS_ORIGINS=None)
    with pytest.raises(ConfigError):
        state.compiled()
    state.app.config["CORS_ORIGINS"] = ME
    with pytest.raises(ConfigError):
        state.compiled()
    state.reload()
    assert isinstance(state.compiled(), Compiled)


def test_policies_are_not_those_of_a_failure() -> None:
    state = make(CORS_ORIGINS=None)
    with pytest.raises(ConfigError):
        state.policies()
    assert isinstance(state.current, NotCompiled)
    assert not isinstance(state.current, Failed)
    state.app.config["CORS_ORIGINS"] = ME
    assert state.policies().all


# -- reload --------------------------------------------------------------------------------


@pytest.mark.rule("8.reload")
def test_reload_reads_the_config_again_and_forgets_decisions() -> None:
    state = make(CORS_MAX_AGE=1)
    before = state.compiled()
    before.cache.decide(before.policies.all[0], ME)
    state.app.config["CORS_MAX_AGE"] = 2
    state.reload()
    after = state.compiled()
    assert ages(state) == [2]
    assert after is not before
    assert (len(before.cache), len(after.cache)) == (1, 0)


@pytest.mark.rule("8.reload-error")
def test_where_reload_fails_the_old_policies_stay() -> None:
    state = make(CORS_MAX_AGE=1)
    before = state.compiled()
    state.app.config["CORS_MAX_AGE"] = "soon"
    with pytest.raises(ConfigError):
        state.reload()
    assert state.compiled() is before


# -- where it is ---------------------------------------------------------------------------


@pytest.mark.rule("1.state")
@pytest.mark.parametrize("stored", [None, "x", object(), CORS()])
def test_the_state_is_found_whatever_is_stored_for_the_extension(stored: object) -> None:
    app = Flask("sample")
    assert installed(app) is None
    CORS(app)
    found = installed(app)
    assert isinstance(found, State)
    app.extensions["cors"] = stored
    assert installed(app) is found
    assert of(app).check() is not None
    assert app.extensions["cors"] is stored


def test_what_is_no_state_is_not_taken_for_one() -> None:
    app = Flask("sample")
    app.extensions[KEY] = object()
    assert installed(app) is None
