"""Build Flask applications from descriptions, ask them, and say what came back.

A script for two interpreters, one with flask-cors 6.0.5 and one with this package: it reads one
JSON description a line and writes one JSON answer a line. It knows nothing of either library but
``CORS`` and ``cross_origin``, and judges nothing. Its first line tells who answers.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import flask
from flask.views import MethodView
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

import flask_cors
from flask_cors import CORS, cross_origin

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PREFIX = "access-control-"
SHOWN = ("vary", "allow")


def decode(value: Any) -> Any:
    """Return the Python value that a tagged JSON value stands for."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (tag := next(iter(value))) in DECODERS:
        return DECODERS[tag](value[tag])
    return {key: decode(item) for key, item in value.items()}


@dataclass(frozen=True)
class Asked:
    """A callable of ``origins``; two that allow the same are equal."""

    allowed: tuple[str, ...]

    def __call__(self, origin: str) -> bool:
        """Return whether the origin is allowed."""
        return origin in self.allowed


DECODERS: dict[str, Callable[[Any], Any]] = {
    "$regex": lambda content: re.compile(content[0], content[1]),
    "$callable": lambda content: Asked(tuple(content)),
    "$set": lambda content: {decode(item) for item in content},
    "$tuple": lambda content: tuple(decode(item) for item in content),
    "$seconds": lambda content: timedelta(seconds=content),
    "$pairs": lambda content: {decode(key): decode(item) for key, item in content},
}


class Application:
    """One application, built from its description."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case = case
        self.app = flask.Flask("differential", static_folder=None)
        self.app.secret_key = "differential"
        self.app.debug = case["debug"]
        self.app.config.update(decode(case["config"]))
        for options in case["apps"]:
            CORS(self.app, **decode(options))
        self._add_hooks()
        self._add_views()

    def _add_hooks(self) -> None:
        if status := self.case["hook"]:
            self.app.before_request(lambda: ("stopped", status))
        for code in self.case["handlers"]:
            self.app.register_error_handler(code, lambda _error, code=code: ("handled", code))

    def _add_views(self) -> None:
        blueprints: dict[str | None, Any] = {None: self.app}
        for described in self.case["blueprints"]:
            blueprint = flask.Blueprint(described["name"], __name__)
            if described["cors"] is not None:
                CORS(blueprint, **decode(described["cors"]))
            blueprints[described["name"]] = blueprint
        for view in self.case["views"]:
            self._add_view(blueprints[view["blueprint"]], view)
        for described in reversed(self.case["blueprints"]):
            parent = blueprints[described["parent"]]
            parent.register_blueprint(blueprints[described["name"]], url_prefix=described["prefix"])

    def _add_view(self, target: Any, view: dict[str, Any]) -> None:
        inner, outer = FACTORIES[view["kind"]](view)
        methods = None if view["kind"] == "class" else view["methods"]
        target.add_url_rule(view["rule"], view["name"], outer, methods=methods)
        if view["twin"]:
            target.add_url_rule(view["twin"], view["name"] + "_twin", inner, methods=methods)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one request: status, headers, or what was raised."""
        client = self.app.test_client(use_cookies=False)
        try:
            response = client.open(
                request["path"], method=request["method"], headers=request["headers"]
            )
        except ValueError as error:
            if type(error).__name__ == "ConfigError":
                raise
            return {"raised": type(error).__name__, "status": None, "headers": {}}
        except Exception as error:
            return {"raised": type(error).__name__, "status": None, "headers": {}}
        shown = {"raised": None, "status": response.status_code, "headers": cors_headers(response)}
        response.close()
        return shown

    def routes(self, request: dict[str, Any]) -> dict[str, Any]:
        """Say for each method what Flask's URL map holds at the request's path."""
        adapter = self.app.url_map.bind("localhost")
        path = unquote(request["path"])
        asked = dict(request["headers"]).get("Access-Control-Request-Method")
        methods = {*METHODS, request["method"], *([asked] if asked else [])}
        return {method: route(adapter, path, method) for method in sorted(methods)}


def route(adapter: MapAdapter, path: str, method: str, redirected: bool = False) -> dict[str, Any]:
    """Return endpoint or error status at a path, a redirect followed once."""
    found: dict[str, Any] = {"endpoint": None, "path": path, "status": None}
    try:
        endpoint, _ = adapter.match(path, method=method)
    except RequestRedirect as redirect:
        target = unquote(urlsplit(redirect.new_url).path)
        followed = route(adapter, target, method, True)
        return {**followed, "status": redirect.code}
    except MethodNotAllowed:
        return {**found, "status": 405}
    except NotFound:
        return {**found, "status": 404}
    return {**found, "endpoint": endpoint}


def cors_headers(response: Any) -> dict[str, list[str]]:
    """Return the lines of every header that CORS or this test is about, by lower-case name."""
    lines: dict[str, list[str]] = {}
    for name, value in response.headers:
        if name.lower().startswith(PREFIX) or name.lower() in SHOWN:
            lines.setdefault(name.lower(), []).append(value)
    return lines


def mark(view: dict[str, Any], key: str = "") -> Any:
    """Return what ``@cross_origin(…)`` does in this place: nothing, where there is no mark."""
    described = view["method_marks"].get(key) if key else view["mark"]
    if described is None:
        return lambda target: target
    if described["bare"]:
        return cross_origin
    return cross_origin(*decode(described["positional"]), **decode(described["options"]))


def _act(view: dict[str, Any]) -> Any:
    does = view["does"]
    if does["fail"]:
        raise ZeroDivisionError("the view fails")
    if does["abort"]:
        flask.abort(does["abort"])
    if does["session"]:
        flask.session["seen"] = True
    response = flask.redirect("/elsewhere") if does["redirect"] else flask.make_response("done")
    for name, value in does["headers"]:
        response.headers.add(name, value)
    return response


def _function(view: dict[str, Any]) -> tuple[Any, Any]:
    def handle(**_: Any) -> Any:
        return _act(view)

    return handle, mark(view)(handle)


def _async(view: dict[str, Any]) -> tuple[Any, Any]:
    async def handle(**_: Any) -> Any:
        return _act(view)

    return handle, mark(view)(handle)


def _bound(view: dict[str, Any]) -> tuple[Any, Any]:
    class Service:
        def handle(self, **_: Any) -> Any:
            return _act(view)

    service = Service()
    return service.handle, mark(view)(service.handle)


def _class(view: dict[str, Any]) -> tuple[Any, Any]:
    def handler(key: str) -> Any:
        def handle(self: Any, **_: Any) -> Any:
            return _act(view)

        return mark(view, key)(handle)

    body: dict[str, Any] = {method.lower(): handler(method) for method in view["methods"]}
    if view["mark"] and view["mark"]["place"] == "decorators":
        body["decorators"] = [mark(view)]
    made: Any = type("Handled", (MethodView,), body)
    if view["mark"] and view["mark"]["place"] == "class":
        made = mark(view)(made)
    return None, made.as_view(view["name"])


FACTORIES: dict[str, Callable[[dict[str, Any]], tuple[Any, Any]]] = {
    "function": _function,
    "async": _async,
    "bound": _bound,
    "class": _class,
}


def told(error: Exception) -> dict[str, Any]:
    """Describe what was raised while setting up."""
    problems = [
        {
            "option": problem.option,
            "value": repr(problem.value),
            "reason": problem.reason,
            "place": str(problem.source),
        }
        for problem in getattr(error, "problems", ())
    ]
    kind = "ValueError" if isinstance(error, ValueError) else type(error).__name__
    return {"type": kind, "text": str(error)[:400], "problems": problems}


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """Build a case's application and ask it everything."""
    raised: list[Exception] = []

    def note(_sender: Any, exception: Exception, **_: Any) -> None:
        if type(exception).__name__ == "ConfigError":
            raised.append(exception)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            built = Application(case)
            with flask.got_request_exception.connected_to(note):
                answers = [built.ask(request) for request in case["requests"]]
            routes = [built.routes(request) for request in case["requests"]]
            if raised:
                raise raised[0]
        except Exception as error:
            return {"error": told(error), "answers": [], "routes": [], "warnings": []}
    return {
        "error": None,
        "answers": answers,
        "routes": routes,
        "warnings": sorted({f"{item.category.__name__}: {item.message}" for item in caught}),
    }


def hello() -> dict[str, Any]:
    """Say who answers, and what importing the library did to its logger."""
    logger = logging.getLogger("flask_cors")
    return {
        "version": flask_cors.__version__,
        "file": flask_cors.__file__,
        "logger": {"level": logger.level, "handlers": len(logger.handlers)},
    }


def serve(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the greeting, then one answer for each description."""
    yield hello()
    logging.getLogger().addHandler(logging.NullHandler())
    for line in lines:
        yield answer(json.loads(line))


def main() -> None:
    """Talk over standard input and output, which nothing else may write to."""
    out, sys.stdout = sys.stdout, sys.stderr
    for said in serve(iter(sys.stdin)):
        out.write(json.dumps(said) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
