"""Every advice of ``explain`` over random apps, written into the app as a reader would write it.

The page that asked can read the response then, and no other route gives a stranger anything
else. Real requests of the browser model judge, not the engine that the advice was tried with.
"""

from __future__ import annotations

import copy
import itertools
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Blueprint, Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException

from flask_cors import CORS, ConfigError, cors_exempt, cross_origin, of
from flask_cors.runtime.decisions import Compiled
from flask_cors.runtime.hooks import state_of
from flask_cors.testing import Browser, NetworkError
from flask_cors.tools.advice.advise import remedies_for
from flask_cors.tools.advice.drafts import Draft
from flask_cors.tools.advice.trials import Trials
from flask_cors.tools.asking import Question
from flask_cors.tools.asking import ask as ask_engine
from flask_cors.tools.explanation import Change, Explanation
from tests.property import apps
from tests.property.profile import search

A, B, STRANGER = "https://a.example", "https://b.example", "https://stranger.example"
BASE = "http://localhost:5000"
EXEMPT = "exempt"
Options = dict[str, Any]


@dataclass
class View:
    """A view function, named like its endpoint."""

    rule: str
    methods: tuple[str, ...]
    mark: Any
    inside: bool


@dataclass
class World:
    """An app as plain data; the blueprint ``b`` has the prefix ``/b``."""

    config: Options
    app: Options | None
    resources: dict[str, Options] | None
    blueprint: Options | None
    views: list[View]


options = st.fixed_dictionaries(
    {},
    optional={
        "origins": st.sampled_from([[A], [B], [A, B], ["*"], [], ["https://*.example"]]).filter(
            lambda value: value != ["https://*.example"]
        ),
        "methods": st.sampled_from([["GET"], ["GET", "PUT"]]),
        "allow_headers": st.sampled_from([["X-One"], ["X-One", "X-Two"]]),
        "supports_credentials": st.booleans(),
    },
)
marks = st.none() | st.none() | st.just(EXEMPT) | options
views = st.builds(
    View,
    rule=st.sampled_from(["/x", "/api/x", "/api/y", "/api/<int:n>", "/v/z"]),
    methods=st.sampled_from([("GET",), ("GET", "PUT"), ("PUT",)]),
    mark=marks,
    inside=st.booleans(),
)


def _no_method_twice(views: list[View]) -> bool:
    """A URL may have two views, for different methods."""
    served = [(view.rule, view.inside, method) for view in views for method in view.methods]
    return len(set(served)) == len(served)


patterns = st.sampled_from(["/api/*", "/v1/api/*", "/x", "/b/*", "/API/*", "/z/*"])
worlds = st.builds(
    World,
    config=options,
    app=st.none() | options,
    resources=st.none() | st.dictionaries(patterns, options, min_size=1, max_size=2),
    blueprint=st.none() | options,
    views=st.lists(views, min_size=1, max_size=4).filter(_no_method_twice),
)


@dataclass
class Ask:
    """A request of a page."""

    method: str
    origin: str
    headers: list[str]
    credentials: bool


asks = st.builds(
    Ask,
    method=st.sampled_from(["GET", "PUT"]),
    origin=st.sampled_from([A, B]),
    headers=st.sampled_from([[], [], ["X-One"], ["X-Two", "X-Three"]]),
    credentials=st.booleans(),
)


def make(world: World) -> Flask:
    """Build the app; raises ``ConfigError`` where it can mean nothing."""
    app = Flask("drawn", static_folder=None)
    app.config |= {f"CORS_{name.upper()}": value for name, value in world.config.items()}
    blueprint = Blueprint("b", "drawn", url_prefix="/b")
    if world.blueprint is not None:
        CORS(blueprint, **world.blueprint)
    if world.app is not None:
        resources: Any = {} if world.resources is None else {"resources": world.resources}
        CORS(app, **world.app, **resources)
    for number, view in enumerate(world.views):
        target = blueprint if view.inside else app
        methods = list(view.methods)
        target.add_url_rule(view.rule, f"v{number}", function(view, f"v{number}"), methods=methods)
    app.register_blueprint(blueprint)
    return app


def function(view: View, name: str) -> Any:
    def plain(**arguments: object) -> str:
        return "x"

    plain.__qualname__ = plain.__name__ = name
    if view.mark == EXEMPT:
        return cors_exempt(plain)
    return plain if view.mark is None else cross_origin(**view.mark)(plain)


def path_of(view: View) -> str:
    return ("/b" if view.inside else "") + view.rule.replace("<int:n>", "7")


# -- writing an advice into the app ----------------------------------------------------------


def applied(world: World, told: Explanation) -> World:
    """Return the app with every change of the advice made, as its words say."""
    new = copy.deepcopy(world)
    for change in told.tried.changes:
        place = change.place.partition(" at ")[0]
        if change.action == "remove":
            view_at(new, place).mark = None
        elif change.action == "call":
            new.app, new.resources = called(change.value, told), None
        elif change.action == "decorate":
            view_at(new, place).mark = called(change.value, told)
        elif change.option == "resources":
            more_resources(new, place, change, told)
        else:
            written(new, place, change, told)
    return new


def view_at(world: World, place: str) -> View:
    number = re.search(r"v(\d)$", place)
    assert number, place
    return world.views[int(number[1])]


def called(text: str, told: Explanation) -> Options:
    """Return the options of a call, its dots filled in with what is effective now."""

    def call(*first: Any, **options: Any) -> Options:
        found = {"origins": first[-1], **options} if first and first[-1] else options
        return {name: filled(value, name, told) for name, value in found.items()}

    found: Options = eval(text.removeprefix("@"), {"CORS": call, "cross_origin": call, "app": None})
    return found


def filled(value: Any, option: str, told: Explanation) -> Any:
    if not isinstance(value, list) or ... not in value:
        return value
    (now,) = (item.value for item in told.options if item.name == option)
    return [*now.split(", "), *value[1:]] if now != "none" else value[1:]


def written(world: World, place: str, change: Change, told: Explanation) -> None:
    options = options_at(world, place)
    value = eval(change.value.replace("...", "Ellipsis"))
    if change.action == "add":
        more = list(value) if isinstance(value, tuple) else [value]
        options[change.option] = [*options[change.option], *more]
    else:
        options[change.option] = filled(value, change.option, told)


def options_at(world: World, place: str) -> Options:
    if place == "the config":
        return world.config
    if found := re.fullmatch(r"resource '(.*)' of CORS\(app\)", place):
        assert world.resources is not None
        return world.resources[found[1]]
    if found := re.fullmatch(r"CORS\(app\) for '(.*)'", place):
        assert world.resources is not None
        return world.resources[found[1]]
    if place in ("CORS(app)", "CORS(b)"):
        options = world.app if place == "CORS(app)" else world.blueprint
        assert options is not None
        return options
    mark: Options = view_at(world, place).mark
    return mark


def more_resources(world: World, place: str, change: Change, told: Explanation) -> None:
    pattern, text = eval(change.value), told.advice
    assert (place, world.resources is not None) == ("CORS(app)", True)
    resources: dict[str, Options] = world.resources or {}
    if change.action == "set":
        old = re.search(rf"{re.escape(change.value)} instead of '([^']*)'", text)
        assert old, text
        resources[pattern] = resources.pop(old[1])
    else:
        own = re.search(rf"{re.escape(change.value)}: (\{{.*?\}}) to the resources", text)
        resources[pattern] = eval(own[1]) if own else {}


# -- judging it -----------------------------------------------------------------------------


def reads(app: Flask, path: str, ask: Ask) -> bool:
    """Return whether the page gets the response: real requests, and the browser model."""
    page = Browser(app, origin=ask.origin, base_url=BASE)
    headers = dict.fromkeys(ask.headers, "x")
    credentials: Any = "include" if ask.credentials else "omit"
    try:
        page.fetch(path, method=ask.method, headers=headers, credentials=credentials)
    except NetworkError:
        return False
    return True


def read_by(origin: str, world: World, app: Flask, but: str, ask: Ask) -> Iterator[tuple[Any, ...]]:
    """Yield what pages of an origin can read of every route but one."""
    for number, view in enumerate(world.views):
        endpoint = f"b.v{number}" if view.inside else f"v{number}"
        for method in view.methods if endpoint != but else ():
            for credentials in (False, True):
                for headers in ([], ["X-One"], ["X-Three"], ask.headers):
                    asked = Ask(method, origin, headers, credentials)
                    can = reads(app, path_of(view), asked)
                    yield endpoint, method, credentials, tuple(headers), can


# -- over apps of every kind, with the change compiled --------------------------------------


def compiled(app: Flask, told: Explanation, asked: Ask) -> Flask | None:
    """Let the app serve with the change that its explanation found; ``None`` without one."""
    state = state_of(app)
    headers = dict.fromkeys(asked.headers, "x")
    question = Question(asked.method, told.url, asked.origin, headers, asked.credentials)
    trials = Trials(state.policies(), Draft(app, state.registry, dict(app.config)), question)
    good, _ = remedies_for(told.off, ask_engine(app, state.policies(), question), trials)
    policies = good[0].tried.compiled.policies
    # A decorator that is served acts as it stands in the code; the other property covers these.
    if policies is None or good[0].tried.compiled.draft.readings:
        return None
    state.current = Compiled(policies, lambda: app.url_map)
    return app


def seen_by_strangers(app: Flask, but: str | None) -> list[tuple[Any, ...]]:
    adapter = app.url_map.bind("localhost")
    found: list[tuple[Any, ...]] = []
    for path, method in itertools.product(apps.PATHS, ("GET", "PUT", "DELETE")):
        try:
            endpoint, _ = adapter.match(path, method)
        except HTTPException:
            continue
        if endpoint != but:
            asked = Ask(method, STRANGER, [], False)
            found.append((path, method, reads(app, path, asked)))
    return found


_ENDS = ("redirects", "aborts", "fails")


def decides_itself(world: apps.World) -> bool:
    """Return whether a view decides who reads it, which its code does not show."""
    parts = (world.app, world.outer, world.inner)
    drawn = [view for part in parts for view in part.views]
    lines = [line for part in parts for line in part.hook]
    lines += [line for view in drawn for line in view.writes]
    written = any(name.lower() == "access-control-allow-origin" for name, _ in lines)
    return written or any(view.does in _ENDS for view in drawn)


@pytest.mark.rule("9.proposed")
@given(apps.worlds, st.sampled_from(apps.PATHS[:-1]), asks)
@search(60)
def test_a_change_that_is_served_turns_this_verdict_alone(
    world: apps.World, path: str, asked: Ask
) -> None:
    if decides_itself(world):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            app, same = apps.make(world), apps.make(world)
            told = of(app).explain(
                asked.method,
                path,
                asked.origin,
                headers=asked.headers,
                credentials=asked.credentials,
            )
        except ConfigError:
            return
        if told.verdict != "blocked" or not told.tried.changes:
            return
        before = seen_by_strangers(same, told.endpoint)
        after = compiled(app, told, asked)
    if after is None:
        return
    assert reads(after, path, asked), told.advice
    assert seen_by_strangers(after, told.endpoint) == before, told.advice


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@pytest.mark.rule("9.proposed")
@given(worlds, st.lists(asks, min_size=1, max_size=4))
@search(60)
def test_an_advice_that_is_followed_turns_this_verdict_alone(
    world: World, asked: list[Ask]
) -> None:
    try:
        app = make(world)
        of(app).explain("GET", "/")
    except ConfigError:
        return
    for view in world.views:
        for ask in asked:
            told = of(app).explain(
                ask.method,
                path_of(view),
                ask.origin,
                headers=ask.headers,
                credentials=ask.credentials,
            )
            if told.verdict != "blocked" or not told.tried.changes:
                continue
            new = applied(world, told)
            after = make(new)
            seen = (told.advice, new)
            assert reads(after, path_of(view), ask), seen
            but = told.endpoint or ""
            before = list(read_by(STRANGER, world, make(world), but, ask))
            assert list(read_by(STRANGER, new, after, but, ask)) == before, seen
            for listed in (A, B):
                was = read_by(listed, world, make(world), but, ask)
                now = read_by(listed, new, after, but, ask)
                lost = [old for old, new in zip(was, now, strict=True) if old[-1] > new[-1]]
                assert not lost, (listed, lost, seen)


def test_the_property_is_not_empty() -> None:
    """One advice of each kind, applied."""
    plain = View("/api/x", ("GET", "PUT"), None, False)
    cases: list[tuple[World, Ask, str]] = [
        (World({}, {"origins": [B]}, None, None, [plain]), Ask("GET", A, [], False), "add"),
        (World({}, None, None, None, [plain]), Ask("GET", A, [], True), "call"),
        (World({}, None, None, {}, [plain]), Ask("PUT", A, [], False), "decorate"),
        (
            World({}, {}, {"/v1/api/*": {"origins": [B]}}, None, [plain]),
            Ask("GET", A, [], False),
            "set",
        ),
        (
            World({}, {"origins": [A]}, None, None, [View("/x", ("GET",), EXEMPT, True)]),
            Ask("GET", A, [], False),
            "remove",
        ),
    ]
    for world, ask, action in cases:
        path = path_of(world.views[0])
        told = of(make(world)).explain(
            ask.method, path, ask.origin, headers=ask.headers, credentials=ask.credentials
        )
        assert action in [change.action for change in told.tried.changes], told.advice
        assert not reads(make(world), path, ask)
        assert reads(make(applied(world, told)), path, ask), told.advice
