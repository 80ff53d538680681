"""What ``routes``, ``explain`` and ``report`` tell is what requests get, over random apps."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from hypothesis import assume, example, given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from flask_cors import CORS, ConfigError, cors_exempt, cross_origin, of
from flask_cors.runtime.hooks import state_of
from flask_cors.testing import Browser, NetworkError
from flask_cors.tools.report import STRANGER, Matrix
from tests.property.profile import search

# What random apps set and is not granted is a matter of other tests.
pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")

A, B = "https://a.example", "https://b.example"
BASE = "http://localhost"

origins = st.sampled_from(
    [A, [A, B], "*", [], "https://*.example", r"https://[ab]\.example", "null"]
)
origins = origins.filter(lambda given: given != "https://*.example") | st.just("http://localhost:*")
options = st.fixed_dictionaries(
    {},
    optional={
        "origins": origins,
        "methods": st.sampled_from(["GET", "GET, PUT", "*", "DELETE"]),
        "supports_credentials": st.booleans(),
        "send_wildcard": st.booleans(),
        "max_age": st.just(5),
    },
)
marks = st.one_of(st.none(), st.just("exempt"), options)
methods = st.sampled_from([["GET"], ["POST"], ["GET", "PUT"], ["DELETE"], ["GET", "OPTIONS"]])
rules = st.sampled_from(["/x", "/x/", "/api/x", "/api/<int:n>", "/<path:p>", "/api/y"])
resources = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(["/api/*", "/x", "*", r"/api/\d", "/b/*"]), options, max_size=3
    ),
)
views = st.tuples(rules, marks, methods, st.booleans(), st.booleans())
apps = st.tuples(
    st.lists(views, min_size=1, max_size=4), st.none() | options, resources, st.none() | options
)


def marked(target: Any, mark: Any) -> Any:
    if mark is None:
        return target
    return cors_exempt(target) if mark == "exempt" else cross_origin(**mark)(target)


def view_of(number: int, mark: Any, served: list[str], as_class: bool) -> Any:
    def view(*args: Any, **kwargs: Any) -> str:
        return "x"

    if not as_class:
        return marked(view, mark)

    class Things(MethodView):
        methods = served

    for method in served:
        setattr(Things, method.lower(), view)
    setattr(Things, served[0].lower(), marked(view, mark))
    return Things.as_view(f"v{number}")


def make(drawn: Any) -> Flask:
    listed, keywords, paths, around = drawn
    app = Flask(__name__, static_folder=None)
    blueprint = Blueprint("b", __name__, url_prefix="/b")
    for number, (rule, mark, served, as_class, within) in enumerate(listed):
        target = blueprint if within else app
        view = view_of(number, mark, served, as_class)
        target.add_url_rule(rule, f"v{number}", view, methods=served)
    if around is not None:
        CORS(blueprint, **around)
    if keywords is not None:
        CORS(app, **keywords, **({} if paths is None else {"resources": paths}))
    app.register_blueprint(blueprint)
    state_of(app).policies()
    return app


def serves(app: Flask, endpoint: str, method: str, path: str) -> bool:
    try:
        found, _ = app.url_map.bind("localhost").match(path, method)
    except (HTTPException, RequestRedirect):
        return False
    return bool(found == endpoint)


def got(app: Flask, method: str, path: str, origin: str) -> str:
    try:
        response = Browser(app, origin=origin, base_url=BASE).fetch(path, method=method)
    except NetworkError:
        return "blocked"
    return "same-origin" if response.type == "basic" else "readable"


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    logger = logging.getLogger("flask_cors")
    logger.disabled = True
    yield
    logger.disabled = False


# A rule that is never reached, since two share a URL, has no say in the verdict of others.
SHADOWED: Any = (
    [
        ("/x", None, ["GET"], False, True),
        ("/x", {}, ["GET"], False, False),
        ("/x", None, ["GET", "PUT"], False, False),
    ],
    None,
    None,
    None,
)


@search(60)
@given(apps)
@example(SHADOWED)
def test_the_verdicts_are_those_of_requests(drawn: Any) -> None:
    try:
        app = make(drawn)
    except ConfigError:
        assume(False)
    state = state_of(app)
    matrix = Matrix(app, state.policies(), frozenset())
    for row in matrix.rows:
        for method in row.methods:
            if not serves(app, row.endpoint, method, row.path):
                continue  # an earlier rule has the same URL
            for origin in (A, STRANGER, "http://localhost:1"):
                expected = got(app, method, row.path, origin)
                told = of(app).explain(method, row.path, origin)
                assert (told.otherwise or told.verdict) == expected
                assert matrix.verdict(row, method, origin) == expected
