"""Many threads at the first request, several apps, forks, hooks that fail, a table that fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, redirect
from flask.views import MethodView
from werkzeug.test import TestResponse

from flask_cors import CORS, ConfigError, cors_exempt, cross_origin
from flask_cors.testing import Browser, NetworkError
from tests.integration.exchange import (
    ALL_METHODS,
    ME,
    VARY,
    YOU,
    acao,
    ask,
    lines,
    preflight,
)

EVIL = "https://evil.example"
THREADS = 64


@pytest.fixture(autouse=True)
def switching() -> Iterator[None]:
    """Switch threads as often as can be, so that a race is met soon."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every call in a thread of its own, all at the same moment; errors are results."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = calls[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def counting(app: Flask) -> list[str]:
    """Note each time that the app's configuration is read to be compiled."""
    read: list[str] = []

    class Config(type(app.config)):  # type: ignore[misc]
        def __contains__(self, key: object) -> bool:
            if key == "CORS_MAX_AGE":
                read.append("CORS_MAX_AGE")
            return super().__contains__(key)

    app.config = Config(app.root_path, app.config)
    return read


# -- the first request -----------------------------------------------------------------


def by_object(app: Flask) -> None:
    CORS(app, origins=[ME, YOU])
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])


class Waits(dict[str, Any]):
    """Lets every other thread look, too, before any goes on."""

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key, default)
        time.sleep(0.001)
        return found


def by_mark(app: Flask) -> None:
    app.extensions = Waits(app.extensions)
    view = cross_origin([ME, YOU])(lambda: "x")
    app.add_url_rule("/", "index", view, methods=["GET", "PUT"])


def by_class(app: Flask) -> None:
    class Things(MethodView):
        @cross_origin([ME, YOU])
        def get(self) -> str:
            return "x"

        put = cross_origin([ME, YOU])(lambda self: "x")

    app.add_url_rule("/", view_func=Things.as_view("index"))


def by_blueprint(app: Flask) -> None:
    blueprint = Blueprint("b", "b")
    CORS(blueprint, origins=[ME, YOU])
    blueprint.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    app.register_blueprint(blueprint)


def by_config(app: Flask) -> None:
    app.config["CORS_ORIGINS"] = [ME, YOU]
    CORS(app)
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])


SET_UPS = [by_object, by_mark, by_class, by_blueprint, by_config]
WANTED = {ME: [acao(), VARY], YOU: [acao(YOU), VARY], EVIL: [VARY], None: [VARY]}


@pytest.mark.parametrize("set_up", SET_UPS)
def test_64_first_requests_at_once(set_up: Callable[[Flask], None]) -> None:
    origins = [ME, YOU, EVIL, None] * (THREADS // 8)
    pages = [ME, YOU, EVIL, EVIL] * (THREADS // 8)
    expected = [WANTED[origin] for origin in origins]
    expected += [sorted([ALL_METHODS] * (page != EVIL) + WANTED[page]) for page in pages]
    for _ in range(5):
        app = Flask("raced", static_folder=None)
        set_up(app)
        read = counting(app)
        asked = [partial(ask, app, origin=origin) for origin in origins]
        asked += [partial(preflight, app, origin=page) for page in pages]
        answers = at_once(asked)
        assert len(answers) == THREADS
        assert list(map(lines, answers)) == expected
        assert len(read) == 1, "compiled more than once"


def test_64_first_requests_of_an_app_that_cannot_be_served() -> None:
    app, ran = Flask("raced", static_folder=None), []
    CORS(app)
    view = cross_origin(supports_credentials=True)(lambda: ran.append("view") or "x")
    app.add_url_rule("/", "index", view)
    app.before_request(lambda: ran.append("hook"))
    read = counting(app)
    answers = at_once([lambda: ask(app)] * THREADS)
    assert [(each.status_code, lines(each)) for each in answers] == [(500, [])] * THREADS
    assert ran == []
    assert len(read) == 1


def test_64_threads_meet_endpoints_that_appear_later() -> None:
    app = Flask("raced", static_folder=None)
    CORS(app, origins=[ME, YOU])
    app.add_url_rule("/", "index", lambda: "x")
    assert lines(ask(app)) == WANTED[ME]
    marked = [cross_origin(f"https://t{number}.example")(lambda: "x") for number in range(8)]
    for number, view in enumerate(marked):
        # As some servers do: no set-up method is called.
        app.view_functions[f"late{number}"] = view
        app.url_map.add(app.url_rule_class(f"/late/{number}", endpoint=f"late{number}"))
    app.url_map.update()
    asked = [
        lambda number=number: lines(
            ask(app, f"/late/{number % 8}", f"https://t{number % 8}.example")
        )
        for number in range(THREADS)
    ]
    expected = [[acao(f"https://t{number % 8}.example")] for number in range(THREADS)]
    assert at_once(asked) == expected


def test_one_response_object_for_64_threads() -> None:
    app, shared = Flask("raced", static_folder=None), Response("x", headers={"Vary": "Accept"})
    CORS(app, origins=[ME, YOU], expose_headers="X-A")
    app.add_url_rule("/", "index", lambda: shared)
    exposed = ("Access-Control-Expose-Headers", "X-A")
    merged = ("Vary", "Accept, Origin")
    wanted = {
        ME: [acao(), exposed, merged],
        YOU: [acao(YOU), exposed, merged],
        EVIL: [merged],
        None: [merged],
    }
    origins = [ME, YOU, EVIL, None] * (THREADS // 4)
    for _ in range(5):
        asked = [lambda origin=origin: lines(ask(app, origin=origin)) for origin in origins]
        assert at_once(asked) == [wanted[origin] for origin in origins]


def test_what_an_app_wrote_by_hand_on_one_response_object_for_64_threads() -> None:
    hand = ("Access-Control-Expose-Headers", "X-A")
    wanted = {
        "/": sorted([hand, hand, acao(), ("Vary", "Accept, Cookie, Origin")]),
        "/off": [hand, ("Vary", "Accept, Cookie")],
    }
    paths = ["/", "/off"] * (THREADS // 2)
    for _ in range(5):
        shared = Response("x", headers=[hand, ("Vary", "Accept, Cookie")])
        app = Flask("raced", static_folder=None)
        CORS(app, origins=[ME, YOU], expose_headers="X-A")
        app.add_url_rule("/", "index", partial(lambda response: response, shared))
        app.add_url_rule("/off", "off", cors_exempt(partial(lambda response: response, shared)))
        found = at_once([partial(ask, app, path) for path in paths])
        assert [lines(response) for response in found] == [wanted[path] for path in paths]


# -- two apps --------------------------------------------------------------------------


def two_apps() -> tuple[Flask, Flask]:
    """Return two apps that share a ``CORS`` object, a blueprint and a view function."""
    shared, blueprint = CORS(expose_headers="X-A"), Blueprint("b", "b", url_prefix="/b")
    CORS(blueprint, max_age=5)
    view = cross_origin(max_age=7)(lambda: "x")
    blueprint.add_url_rule("/", "index", view, methods=["GET", "PUT"])
    apps = []
    for name, origin in (("one", ME), ("two", YOU)):
        app = Flask(name, static_folder=None)
        app.config["CORS_ORIGINS"] = [origin, f"https://{name}.example"]
        app.add_url_rule("/", "index", view, methods=["GET", "PUT"])
        shared.init_app(app, resources={"/b/*": {}} if name == "one" else None)
        app.register_blueprint(blueprint)
        apps.append(app)
    return apps[0], apps[1]


def test_two_apps_know_nothing_of_each_other() -> None:
    one, two = two_apps()
    exposed = ("Access-Control-Expose-Headers", "X-A")
    rows = [
        (one, "/", ME, [acao(), VARY]),
        (one, "/b/", ME, [acao(), exposed, VARY]),
        (one, "/b/", YOU, [VARY]),
        (one, "/", "https://one.example", [acao("https://one.example"), VARY]),
        (two, "/", YOU, [acao(YOU), exposed, VARY]),
        (two, "/b/", YOU, [acao(YOU), exposed, VARY]),
        (two, "/", ME, [VARY]),
        (two, "/b/", "https://one.example", [VARY]),
    ]
    for _ in range(3):
        asked = [
            lambda row=row: lines(ask(row[0], row[1], row[2])) for row in rows * (THREADS // 8)
        ]
        assert at_once(asked) == [row[3] for row in rows * (THREADS // 8)]
    one.config["CORS_ORIGINS"] = EVIL
    one.extensions["cors"].reload()
    assert lines(ask(one, "/b/", ME)) == [VARY]
    assert lines(ask(two, "/", YOU)) == rows[4][3]


def test_an_app_that_asks_another_within_a_request() -> None:
    one, two = two_apps()
    seen: list[Any] = []

    def asks() -> str:
        seen.append(lines(ask(two, "/", YOU)))
        return "x"

    one.add_url_rule("/asks", "asks", cross_origin(ME)(asks))
    exposed = ("Access-Control-Expose-Headers", "X-A")
    assert lines(ask(one, "/asks", EVIL)) == [VARY]
    assert lines(ask(one, "/asks", ME)) == [acao()]
    assert seen == [[acao(YOU), exposed, VARY]] * 2


# -- processes -------------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

FORKING = """
import os, signal, sys, threading
from flask import Flask, Response
from flask_cors import CORS, cross_origin

ME, YOU = "https://me.example", "https://you.example"
entered, go = threading.Event(), threading.Event()
{helpers}

def origins_of(app, path="/"):
    client = app.test_client()
    answers = [client.get(path, headers={{"Origin": origin}}).headers for origin in (ME, YOU)]
    return [found.get("Access-Control-Allow-Origin") for found in answers]

def make(**options):
    app = Flask("forked", static_folder=None)
    CORS(app, **options)
    app.add_url_rule("/", "index", lambda: "x")
    app.add_url_rule("/marked", "marked", cross_origin(YOU)(lambda: "x"))
    return app

def forked(work):
    '''Do work in a child, which is ended should it wait for ever; return its exit code.'''
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def in_threads(work):
    failed = []
    def run():
        try:
            work()
        except BaseException as error:
            failed.append(error)
    threads = [threading.Thread(target=run) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failed, failed

{code}
"""


def run_script(code: str, helpers: str = "") -> None:
    """Run in a process that has one thread, as forking wants it."""
    script = FORKING.format(code=code, helpers=helpers)
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr


@needs_fork
def test_a_fork_after_compiling() -> None:
    run_script("""
app = make()
app.config["CORS_ORIGINS"] = ME
assert origins_of(app) == [ME, None]

def serves():
    in_threads(lambda: None if origins_of(app) == [ME, None] else 1 / 0)
    assert origins_of(app, "/marked") == [None, YOU]

def reloads():
    app.config["CORS_ORIGINS"] = YOU
    app.extensions["cors"].reload()
    in_threads(lambda: None if origins_of(app) == [None, YOU] else 1 / 0)

def fails():
    app.config["CORS_ORIGINS"] = None
    try:
        app.extensions["cors"].reload()
    except ValueError:
        serves()
    else:
        raise AssertionError("accepted")

assert [forked(work) for work in (serves, reloads, fails, serves)] == [0, 0, 0, 0]
assert origins_of(app) == [ME, None]
""")


@needs_fork
def test_a_fork_before_compiling() -> None:
    run_script("""
app = make(origins=ME)

def serves():
    in_threads(lambda: None if origins_of(app) == [ME, None] else 1 / 0)

assert [forked(serves) for _ in range(3)] == [0, 0, 0]
CORS(app, resources="/", origins=YOU)  # the parent has handled no request yet
assert origins_of(app) == [None, YOU]
""")


BUSY = """
def wait():
    if threading.current_thread() is not threading.main_thread():
        entered.set()
        assert go.wait(60)

class Slow(Response):
    def get_wsgi_headers(self, environ):
        wait()
        return super().get_wsgi_headers(environ)

class Config(Flask.config_class):
    def __contains__(self, key):
        if key == "CORS_ORIGINS":
            wait()
        return super().__contains__(key)

def busy(work):
    thread = threading.Thread(target=work)
    thread.start()
    assert entered.wait(60)
    return thread
"""


@needs_fork
@pytest.mark.parametrize(
    ("does", "child"),
    [
        ("""lambda: origins_of(app, "/slow")""", "serves"),
        ("""app.extensions["cors"].reload""", "serves"),
        ("""app.extensions["cors"].reload""", """app.extensions["cors"].reload"""),
        ("""lambda: origins_of(first)""", "lambda: origins_of(first) == [ME, None] or 1 / 0"),
    ],
    ids=["puts headers on", "reloads", "reloads, and so does the child", "compiles"],
)
def test_a_fork_while_a_thread_is_busy(does: str, child: str) -> None:
    """A child has none of its parent's threads, and none of the locks that they hold."""
    code = f"""
app, first = make(origins=ME), make(origins=ME)
app.add_url_rule("/slow", "slow", lambda: Slow("x"))
assert origins_of(app) == [ME, None]
for each in (app, first):
    each.config = Config(each.root_path, each.config)

def serves():
    assert origins_of(app) == [ME, None]

thread = busy({does})
code = forked({child})
go.set()
thread.join()
assert code == 0, code
assert origins_of(app) == origins_of(first) == [ME, None]
"""
    run_script(code, BUSY)


# -- what fails, where -----------------------------------------------------------------


class BrokenError(Exception):
    """What hooks and handlers raise."""


def breaks(*_: object) -> Any:
    raise BrokenError


def gives_up(*_: object) -> Any:
    abort(503)


FAILING: dict[str, Callable[[Flask], object]] = {
    "after_request": lambda app: app.after_request(breaks),
    "after_request that aborts": lambda app: app.after_request(gives_up),
    "handler of 404": lambda app: app.register_error_handler(404, breaks),
    "handler of its own error": lambda app: app.register_error_handler(ZeroDivisionError, breaks),
    "handler of HTTP errors": lambda app: app.register_error_handler(404, gives_up),
    "before_request": lambda app: app.before_request(breaks),
    "URL preprocessor": lambda app: app.url_value_preprocessor(breaks),
    "hook and handler": lambda app: (
        app.after_request(breaks),
        app.register_error_handler(BrokenError, gives_up),
    ),
}


@pytest.fixture(params=FAILING)
def failing(request: pytest.FixtureRequest) -> Flask:
    app = Flask("failing", static_folder=None)
    app.logger.disabled = True
    CORS(app, origins=[ME, YOU], supports_credentials=True)
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    app.add_url_rule("/divides", "divides", lambda: str(1 / 0))
    FAILING[request.param](app)
    return app


@pytest.mark.parametrize("path", ["/", "/divides", "/none"])
def test_a_page_sees_the_error_and_a_stranger_does_not(failing: Flask, path: str) -> None:
    credentials = ("Access-Control-Allow-Credentials", "true")
    for origin, expected in ((ME, [credentials, acao(), VARY]), (EVIL, [VARY]), (None, [VARY])):
        found = ask(failing, path, origin)
        assert lines(found) == expected
        plain = Browser(failing, origin=ME).fetch(path, credentials="include")
        assert plain.status == found.status_code
    with pytest.raises(NetworkError):
        Browser(failing, origin=EVIL).fetch(path)


def test_nothing_of_a_failed_request_is_left_for_the_next(failing: Flask) -> None:
    expected = [lines(ask(failing, "/", origin)) for origin in (ME, EVIL, None)]
    asked = [
        lambda number=number: lines(ask(failing, "/", (ME, EVIL, None)[number % 3]))
        for number in range(THREADS)
    ]
    assert at_once(asked) == [expected[number % 3] for number in range(THREADS)]


# -- a table that fails ----------------------------------------------------------------


def bad_mark(app: Flask) -> None:
    methods = ["GET"]
    app.add_url_rule("/bad", "bad", cross_origin(methods=methods)(lambda: "x"))
    methods.append("NO TOKEN")


def bad_object(app: Flask) -> None:
    origins = [ME]
    CORS(app, origins=origins)
    origins.append("https://a b.example")


def bad_resource(app: Flask) -> None:
    origins = [ME]
    CORS(app, resources={"/": {"origins": origins}})
    origins.append("https://a b.example")


def bad_config(app: Flask, **config: object) -> None:
    CORS(app)
    app.config.update(config)


# What is found only when policies are compiled: the config, and lists that have changed.
MISTAKES: dict[str, Callable[[Flask], object]] = {
    "config": partial(bad_config, CORS_ORIGINS=None),
    "config, no option of the view": partial(bad_config, CORS_MAX_AGE="soon"),
    "mark": bad_mark,
    "object": bad_object,
    "resource": bad_resource,
}
REQUESTS = [
    ("GET", "/", {}),
    ("HEAD", "/", {}),
    ("POST", "/", {}),
    ("OPTIONS", "/", {}),
    ("OPTIONS", "/", {"Access-Control-Request-Method": "PUT"}),
    ("OPTIONS", "/own", {"Access-Control-Request-Method": "PUT"}),
    ("OPTIONS", "/own", {}),
    ("DELETE", "/", {}),
    ("GET", "/none", {}),
    ("GET", "/slash", {}),
    ("GET", "/b/x", {}),
    ("GET", "/static/x", {}),
    ("GET", "/../x", {}),
    ("BREW", "/", {}),
]


@pytest.fixture(params=MISTAKES)
def mistaken(request: pytest.FixtureRequest) -> tuple[Flask, list[str]]:
    """Return an app that must serve nothing, and a note of everything of it that ran."""
    app, ran = Flask("mistaken"), []

    def view(**_: object) -> str:
        ran.append("view")
        return "secret"

    app.logger.disabled = True
    CORS(app, resources={"/never/*": {}})
    for rule, methods in (("/", ["GET", "POST", "PUT"]), ("/own", ["PUT", "OPTIONS"])):
        app.add_url_rule(rule, rule, view, methods=methods)
    app.add_url_rule("/slash/", "slash", view)
    blueprint = Blueprint("b", "b", url_prefix="/b")
    blueprint.add_url_rule("/<name>", "named", view)
    blueprint.before_request(lambda: ran.append("hook"))
    app.register_blueprint(blueprint)
    app.before_request(lambda: ran.append("hook"))
    app.url_value_preprocessor(lambda *_: ran.append("preprocessor"))
    MISTAKES[request.param](app)
    return app, ran


def send(app: Flask, method: str, path: str, fields: dict[str, str]) -> TestResponse:
    return app.test_client().open(path, method=method, headers={"Origin": ME, **fields})


def test_no_view_runs(mistaken: tuple[Flask, list[str]]) -> None:
    app, ran = mistaken
    for _ in range(2):
        for method, path, fields in REQUESTS:
            found = send(app, method, path, fields)
            assert (found.status_code, lines(found)) == (500, []), (method, path)
            assert b"secret" not in found.data
    assert ran == []


def test_no_view_runs_though_a_handler_answers(mistaken: tuple[Flask, list[str]]) -> None:
    """What the app makes of the error is its own; its views and hooks are still not asked."""
    app, ran = mistaken
    app.register_error_handler(Exception, lambda error: ("all is well", 200))
    app.after_request(lambda response: ran.append("after") or response)
    for method, path, fields in REQUESTS:
        found = send(app, method, path, fields)
        assert (found.status_code, lines(found)) == (200, []), (method, path)
        assert b"secret" not in found.data
    assert set(ran) == {"after"}


def test_the_error_itself_leaves_a_testing_app(mistaken: tuple[Flask, list[str]]) -> None:
    app, ran = mistaken
    app.testing = True
    problems = []
    for method, path, fields in REQUESTS:
        with pytest.raises(ConfigError) as raised:
            send(app, method, path, fields)
        problems.append(str(raised.value))
    assert len(set(problems)) == 1
    assert ran == []


def test_a_redirect_is_served_by_nobody_either(mistaken: tuple[Flask, list[str]]) -> None:
    app, ran = mistaken
    app.view_functions["/"] = lambda: redirect("/slash/")
    assert send(app, "GET", "/", {}).status_code == 500
    assert ran == []
