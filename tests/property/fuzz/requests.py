"""Target: whole requests through an app's WSGI entry, against headers written down by hand."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response

from flask_cors import CORS, cors_exempt, cross_origin
from tests import seeds
from tests.property.fuzz.encoding import encode, first, groups
from tests.property.fuzz.protocol import (
    POLICIES,
    A,
    Asked,
    Rules,
    Served,
    headers,
    headers_beside,
    is_token,
    is_valid,
    varies,
)

STATUSES = {200, 308, 403, 404, 405}
CORS_HEADER = re.compile("access-control-", re.IGNORECASE)
OWN = [("Vary", "Accept-Encoding"), ("Vary", "Cookie"), ("X-Seen", "yes")]
OWN_NAMES = {"accept-encoding", "cookie"}


class Reader(logging.Handler):
    """Reads what the library logs: a client's text must not move a terminal's cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.ERROR or not text.isprintable() or len(text) >= 4096:
            self.wrong.append(text)


@contextmanager
def reading() -> Iterator[Reader]:
    """Read the log of one request, which says why it is denied."""
    logger = logging.getLogger("flask_cors")
    reader, level = Reader(), logger.level
    logger.addHandler(reader)
    logger.setLevel(logging.INFO)
    try:
        yield reader
    finally:
        logger.setLevel(level)
        logger.removeHandler(reader)


class Sent(NamedTuple):
    """One request as it reaches the app."""

    path: str
    asked: Asked


def view(**_: Any) -> Response:
    return Response("seen", headers=OWN)


# One response object for several requests, as a cache in an app keeps it.
kept: list[Response] = []


def reused(**_: Any) -> Response:
    if not kept:
        kept.append(view())
    return kept[0]


def whole_app(options: dict[str, Any]) -> Flask:
    """Return an app that one policy covers, whatever is asked."""
    app = new_app()
    app.add_url_rule("/", view_func=view, methods=["GET", "PUT"])
    app.add_url_rule("/items/<int:number>", "items", view, methods=["GET", "POST", "DELETE"])
    app.add_url_rule("/slash/", "slash", view, methods=["GET", "X-M"])
    app.add_url_rule("/files/<path:rest>", "files", reused)
    CORS(app, **options)
    return app


def divided_app() -> Flask:
    """Return an app whose resources have policies of their own."""
    app = new_app()
    app.url_map.merge_slashes = False
    for rule in ("/", "/<path:rest>"):
        app.add_url_rule(rule, "any", view, methods=["GET", "PUT"])
    (_, listed), (_, single), (_, post) = RESOURCES
    resources = {"/api/*": listed, "/api/open": single, r"/v\d+/x": post}
    CORS(app, resources=resources)
    return app


def mixed_app() -> Flask:
    """Return an app with a URL whose methods have policies of their own, and one without CORS."""
    app = new_app()
    for method, options in (("GET", MIXED["GET"]), ("PUT", MIXED["PUT"]), ("POST", MIXED["POST"])):
        marked = cross_origin(**options[1])(view_of_its_own())
        app.add_url_rule("/", method, marked, methods=[method])
    app.add_url_rule("/", "DELETE", cors_exempt(view_of_its_own()), methods=["DELETE"])
    app.add_url_rule("/off", "off", view_of_its_own(), methods=["GET", "PUT"])
    return app


def enforcing_app() -> Flask:
    """Return an app whose server refuses what its policy does not allow, a view without one too."""
    app = new_app()
    app.url_map.merge_slashes = False
    app.config["CORS_ENFORCE"] = True
    blueprint = Blueprint("tenant", __name__)
    blueprint.add_url_rule("/in", "in", view, methods=["GET", "PUT"])
    CORS(blueprint, **dict(POLICIES[1][0]))
    app.register_blueprint(blueprint, url_prefix="/t/<int:tenant>")
    app.add_url_rule("/off", "off", view, methods=["GET", "PUT"])
    app.add_url_rule("/open", "open", cors_exempt(view_of_its_own()), methods=["GET", "PUT"])
    return app


def enforced(path: str, asked: Asked) -> tuple[Rules | None, bool]:
    """Return the policy of a path of the enforcing app, read by hand, and if it is refused."""
    inside = re.fullmatch(r"/t/\d+(/.*)?", path, re.ASCII | re.DOTALL)
    rules = POLICIES[1][1] if inside else None
    served = asked.method in ("GET", "HEAD", "PUT")
    route = served and (path == "/off" or bool(inside and inside[1] == "/in"))
    if not route or asked.origin in (None, "", "https://api.example"):
        return rules, False
    allowed = rules is not None and rules.origins(str(asked.origin))
    return rules, not (allowed and (asked.method != "PUT" or "PUT" in POLICIES[1][1].methods))


def view_of_its_own() -> Any:
    """Return a view that has no mark yet."""
    return lambda **_: view()


def new_app() -> Flask:
    app = Flask("fuzzed", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


RESOURCES = [(rules, options) for options, rules in POLICIES[1:4]]
WHOLE = [(whole_app(dict(options)).wsgi_app, rules) for options, rules in POLICIES]
DIVIDED = divided_app().wsgi_app
MIXED: dict[str, tuple[Rules, dict[str, Any]]] = {
    method: (rules, dict(options))
    for method, (options, rules) in zip(("GET", "PUT", "POST"), POLICIES[1:4], strict=True)
}
SERVED: Served = [
    *((method, rules) for method, (rules, _) in MIXED.items()),
    ("HEAD", MIXED["GET"][0]),
    ("DELETE", None),
]
MIXED_APP = mixed_app().wsgi_app
ENFORCING_APP = enforcing_app().wsgi_app
# The sign by which an input names its app; after the whole ones the divided, mixed, enforcing.
WHICH = "*lspndme"


def rules_of(path: str) -> Rules | None:
    """Return the policy of a path of the divided app, read by hand."""
    (listed, _), (single, _), (post, _) = RESOURCES
    if path == "/api/open":
        return single
    if path == "/api" or path.startswith("/api/"):
        return listed
    return post if re.match(r"/v\d+/x", path) else None


def check(data: bytes) -> None:
    """Send one request: which app, path, method, origin, method and names asked for."""
    which, path, method, origins, wanted, names, network = groups(data.decode("latin-1"), 7)
    asked = Asked(
        # Werkzeug's reading of REQUEST_METHOD: in upper case.
        first(method).upper() if is_token(first(method)) else "GET",
        value(origins),
        value(wanted),
        value(names),
        first(network) == "true",
    )
    # Werkzeug knows no 405 of an empty path, which no server passes to an app at its root.
    sent = Sent(first(path) or "/", asked)
    # Werkzeug's reading of PATH_INFO, which Flask routes on.
    routed = "/" + sent.path.encode("latin-1").decode("utf-8", "replace").lstrip("/")
    dotted = bool({".", ".."} & set(routed.split("/")[1:]))
    if first(which).startswith("e"):
        rules, is_refused = enforced(routed, asked)
        app, served = ENFORCING_APP, []
        status = check_response(app, sent, None if dotted else rules, served)
        assert (status == 403) is (is_refused and not dotted), (sent, status)
        return
    app, rules, served = chosen(first(which), routed, asked)
    check_response(app, sent, None if dotted else rules, served)


def chosen(which: str, path: str, asked: Asked) -> tuple[Any, Rules | None, Served]:
    """Return the app that an input names, the policy there, and those of all methods."""
    place = WHICH.find(which[:1])
    if place < len(WHOLE):
        return *WHOLE[place], []
    if WHICH[place] == "d":
        return DIVIDED, rules_of(path), []
    wanted = asked.wanted_method if asked.is_preflight else asked.method
    if path != "/":
        return MIXED_APP, None, []
    # Nobody serves any other method: what serves GET answers.
    return MIXED_APP, dict(SERVED).get(str(wanted).upper(), MIXED["GET"][0]), SERVED


def value(units: list[str]) -> str | None:
    """Return a header's value as a server hands it on: no line end, no NUL, stripped."""
    return re.sub("[\r\n\0]", "", units[0]).strip(" \t") if units else None


def check_response(app: Any, sent: Sent, rules: Rules | None, served: Served) -> int:
    """Send a request, compare what comes back, and return the status."""
    if sent.path.startswith("/files/"):
        # Nothing of what another page was sent may stay on the object.
        kept.clear()
        call(app, Sent(sent.path, Asked("GET", A)))
    with reading() as reader:
        status, lines, body = call(app, sent)
    assert not reader.wrong, (sent, reader.wrong)
    found = sorted((name, text) for name, text in lines if CORS_HEADER.match(name))
    assert found == (expected(rules, sent.asked, served) if rules else []), (sent, found)
    assert status in STATUSES, (sent, status)
    if sent.asked.is_preflight and rules:
        assert (status, body) == (200, b""), sent
    for name, text in lines:
        assert is_valid(name, text) or name == "Location", (sent, name, text)
    check_vary(lines, sent, rules, seen=("X-Seen", "yes") in lines)
    return status


def expected(rules: Rules, asked: Asked, served: Served) -> list[tuple[str, str]]:
    if served and asked.is_preflight:
        return headers_beside(rules, asked, served)
    return headers(rules, asked)


def check_vary(lines: list[tuple[str, str]], sent: Sent, rules: Rules | None, seen: bool) -> None:
    """Vary names Origin where it must, keeps what the app wrote, and names nothing else."""
    vary = [text for name, text in lines if name == "Vary"]
    names = [name.strip().lower() for text in vary for name in text.split(",")]
    expected = (OWN_NAMES if seen else set()) | (
        {"origin"} if rules and varies(rules, sent.asked) else set()
    )
    assert sorted(names) == sorted(expected), (sent, vary)
    assert len(vary) < 2 or "origin" not in names, (sent, vary)


def call(app: Any, sent: Sent) -> tuple[int, list[tuple[str, str]], bytes]:
    """Send a request through the WSGI entry, close the body, and return what came back."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    chunks = app(environ(sent), lambda status, lines, error=None: started.append((status, lines)))
    try:
        body = b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    status, lines = started[-1]
    return int(status.split()[0]), lines, body


def environ(sent: Sent) -> dict[str, Any]:
    path, asked = sent
    made = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "api.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    given = {
        "HTTP_ORIGIN": asked.origin,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": asked.wanted_method,
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": asked.wanted_headers,
        "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": "true" if asked.network else None,
    }
    return made | {name: text for name, text in given.items() if text is not None}


def corpus() -> Iterator[bytes]:
    """Make inputs of what pins the rules elsewhere."""
    paths = ("/", "/items/1", "/items/x", "/slash", "/slash/", "/files/a/b", "/api", "/api/open")
    for path in (*paths, "/api/x", "/v12/x", "/api/..", "/./a", "//api//open", "/v\u0663/x"):
        yield encode("ld"["/api" in path or "/v" in path], [path], ["GET"], [A])
        yield encode(
            "sd"["/api" in path], [path], ["OPTIONS"], [A], ["PUT"], ["x-a, x-bc"], ["true"]
        )
        yield encode("n", [path], ["GET"], ["null"])
    for which in WHICH:
        yield encode(which, ["/files/a"], ["GET"], ["https://b.example"])
        for method in ("PUT", "X-M", "HEAD", "OPTIONS"):
            yield encode(which, ["/"], [method], [A])
            yield encode(
                which, ["/items/1"], ["OPTIONS"], ["https://q.w.example"], [method], ["x-b"]
            )
        yield encode(which, ["/"], ["GET"])
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "put"):
        for origin in (A, "http://localhost:3000"):
            yield encode("m", ["/"], ["OPTIONS"], [origin], [method], ["x-a"], ["true"])
            yield encode("m", ["/off"], [method], [origin])
            for path in ("/off", "/open", "/t/1/in", "/t/2/none", "/t/x", "/t/3"):
                yield encode("e", [path], [method], [origin])
                yield encode("e", [path], ["OPTIONS"], [origin], [method])
    for origin in (*seeds.ODD_ORIGINS[1:], "https://xy.r.example", "https://b.example"):
        yield encode("n*l"[len(origin) % 3], ["/"], ["GET"], [origin])
    for names in seeds.REQUEST_HEADERS[:-1]:
        yield encode("d", ["/api/x"], ["OPTIONS"], ["http://localhost:3000"], ["PUT"], [names])
