"""With ``enforce``, a view runs for whoever may call it, over random apps and requests.

The rule is read again here by hand: the nearest layer that sets an option wins, and what no
layer covers is governed by the config alone. A view that changes state runs only for a page of
this origin, for what is no browser, or for what the policy allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from hypothesis import given
from hypothesis import strategies as st

from flask_cors import CORS, cors_exempt, cross_origin

from .profile import search

HERE = "https://api.example"
A, B, EVIL = "https://a.example", "https://b.example", "https://evil.example"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
ANY = frozenset({A, B, EVIL, HERE, "null", None})

# How origins may be set, each with the origins that it allows.
ORIGINS: Mapping[str, tuple[Any, frozenset[str | None]]] = {
    "any": ("*", ANY),
    "nobody": ([], frozenset()),
    "a": (A, frozenset({A})),
    "a and null": ([A, "null"], frozenset({A, "null"})),
    "regex": (r"https://[ab]\.example", frozenset({A, B})),
    "callable": (lambda origin: origin == B, frozenset({B})),
}
ALLOWED_METHODS: Mapping[str, frozenset[str]] = {
    "PUT": frozenset({"PUT"}),
    "*": frozenset(METHODS),
    "POST, PUT": frozenset({"POST", "PUT"}),
}
DEFAULTS: Options = {"origins": "any", "methods": "*", "enforce": False}
RESOURCES = {"/b/*": lambda path: path.startswith("/b/"), "/x": lambda path: path == "/x"}

Options = dict[str, Any]


@dataclass
class Drawn:
    """One app: what its config, its ``CORS`` objects and the marks of its views set."""

    config: Options
    app: Options | None
    resources: dict[str, Options] | None
    blueprint: Options | None
    marks: dict[str, Options | str | None]


@dataclass
class Sent:
    """One request: its headers as the browser, or another program, writes them."""

    method: str
    view: str
    origin: str | None
    site: str | None


_options = st.fixed_dictionaries(
    {},
    optional={
        "origins": st.sampled_from(sorted(ORIGINS)),
        "methods": st.sampled_from(sorted(ALLOWED_METHODS)),
        "enforce": st.sampled_from([True, True, False]),
    },
)
# A view's name is its path: two of the app, one of the blueprint, and two methods of a class.
PATHS = {"plain": "/x", "files": "/files/..%2fx", "inner": "/b/y", "class": "/c", "put": "/c"}
_drawn = st.builds(
    Drawn,
    config=_options,
    app=st.none() | _options,
    resources=st.none() | st.dictionaries(st.sampled_from(sorted(RESOURCES)), _options, min_size=1),
    blueprint=st.none() | _options,
    marks=st.fixed_dictionaries(
        {name: st.none() | st.just("exempt") | _options for name in PATHS},
    ),
)
_sent = st.builds(
    Sent,
    method=st.sampled_from(METHODS),
    view=st.sampled_from([name for name in PATHS if name != "put"]),
    origin=st.sampled_from([None, A, B, EVIL, HERE, "null"]),
    site=st.sampled_from([None, "same-origin", "same-site", "cross-site", "none"]),
)


# -- the app -------------------------------------------------------------------------------


def real(options: Options) -> Options:
    """Return the options as they are given to the library."""
    named = {"origins": ORIGINS}
    return {
        name: named[name][value][0] if name in named else value for name, value in options.items()
    }


def marked(thing: Any, mark: Options | str | None) -> Any:
    if mark is None:
        return thing
    return cross_origin(**real(mark))(thing) if isinstance(mark, dict) else cors_exempt(thing)


def make(drawn: Drawn, log: list[str]) -> Flask:
    """Build the app; its views write into *log* that they ran."""

    def view(name: str) -> Any:
        def run(**_: object) -> str:
            log.append(name)
            return "ok"

        run.__name__ = name
        return marked(run, drawn.marks[name])

    class Things(MethodView):
        def dispatch(self) -> str:
            log.append("class")
            return "ok"

        get = post = delete = dispatch

    def put(self: Any) -> str:
        log.append("class")
        return "ok"

    Things.put = marked(put, drawn.marks["put"])  # type: ignore[attr-defined]
    Things.methods = {"GET", "POST", "PUT", "DELETE"}
    app = Flask(__name__)
    # An app that uses the package nowhere has nothing that reads its config.
    app.add_url_rule("/other", "other", cross_origin(lambda: "ok"))
    app.config.update({f"CORS_{name.upper()}": value for name, value in real(drawn.config).items()})
    methods = [method for method in METHODS if method != "HEAD"]
    app.add_url_rule("/x", view_func=view("plain"), methods=methods)
    app.add_url_rule("/files/<path:rest>", view_func=view("files"), methods=methods)
    app.add_url_rule("/c", view_func=marked(Things, drawn.marks["class"]).as_view("class"))
    blueprint = Blueprint("b", __name__, url_prefix="/b")
    blueprint.add_url_rule("/y", view_func=view("inner"), methods=methods)
    if drawn.blueprint is not None:
        CORS(blueprint, **real(drawn.blueprint))
    app.register_blueprint(blueprint)
    if drawn.app is not None:
        resources = drawn.resources and {path: real(each) for path, each in drawn.resources.items()}
        CORS(app, **real(drawn.app), **({"resources": resources} if resources else {}))
    return app


# -- the rule, read by hand ------------------------------------------------------------------


def layers(drawn: Drawn, sent: Sent) -> list[Options] | None:
    """Return what covers a request, nearest first; ``None`` where it is exempt."""
    marks = [drawn.marks[sent.view]]
    if sent.view == "class" and sent.method == "PUT":
        marks.insert(0, drawn.marks["put"])
    found: list[Options] = []
    for mark in (mark for mark in marks if mark is not None):
        if not isinstance(mark, dict):
            if not found:
                return None
            break  # the walk of marks ends here, and what is around the view goes on
        found.append(mark)
    return [*found, *around(drawn, sent)]


def around(drawn: Drawn, sent: Sent) -> Iterator[Options]:
    """Yield what the blueprint and the app set for a request."""
    if sent.view == "inner" and drawn.blueprint is not None:
        yield drawn.blueprint
    if drawn.app is not None and drawn.resources is None:
        yield drawn.app
    elif drawn.app is not None and drawn.resources is not None:
        for path, options in drawn.resources.items():
            if RESOURCES[path](PATHS[sent.view]):
                yield {**drawn.app, **options}


def effective(drawn: Drawn, sent: Sent) -> Options | None:
    """Return the options that govern a request; ``None`` where it is exempt."""
    covering = layers(drawn, sent)
    if covering is None:
        return None
    found: Options = {**DEFAULTS, **drawn.config}
    for layer in reversed(covering):
        found.update(layer)
    return found if covering else {**found, "origins": "nobody"}


def may_run(drawn: Drawn, sent: Sent) -> bool:
    """Return whether the view may run, by the text of the rule."""
    if sent.site in ("same-origin", "none"):
        return True
    if sent.site is None and sent.origin in (None, HERE):
        return True
    options = effective(drawn, sent)
    if options is None or not options["enforce"]:
        return True
    origins = ORIGINS[options["origins"]][1]
    if sent.method in ("GET", "HEAD"):
        return sent.origin is None or sent.origin in origins
    return sent.origin in origins and sent.method in ALLOWED_METHODS.get(
        options["methods"], METHODS
    )


@pytest.mark.rule("5.refused", "5.enforce-app")
@search(120)
@given(_drawn, st.lists(_sent, min_size=1, max_size=12))
def test_a_view_runs_for_whoever_may_call_it(drawn: Drawn, requests: list[Sent]) -> None:
    log: list[str] = []
    app = make(drawn, log)
    client = app.test_client()
    for sent in requests:
        if sent.view == "files":
            continue
        log.clear()
        headers = {"Origin": sent.origin, "Sec-Fetch-Site": sent.site}
        given_headers = {name: value for name, value in headers.items() if value}
        response = client.open(PATHS[sent.view], HERE, method=sent.method, headers=given_headers)
        assert bool(log) is may_run(drawn, sent), (sent, response.status)
        assert response.status_code == (200 if log else 403)


@search(60)
@given(_drawn, st.lists(_sent, min_size=1, max_size=12))
def test_a_path_with_a_dot_segment_is_never_more_open(drawn: Drawn, requests: list[Sent]) -> None:
    """No resource is matched there; where ``enforce`` is on for the route, strangers stay out."""
    drawn.resources = None
    log: list[str] = []
    client = make(drawn, log).test_client()
    for sent in requests:
        log.clear()
        headers = {"Origin": sent.origin, "Sec-Fetch-Site": sent.site}
        given_headers = {name: value for name, value in headers.items() if value}
        client.open(PATHS["files"], HERE, method=sent.method, headers=given_headers)
        assert not log or may_run(drawn, Sent(sent.method, "files", sent.origin, sent.site))
