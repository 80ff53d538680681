"""``cross_origin`` and ``cors_exempt`` on functions: what is marked, and what is left alone."""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from flask.views import MethodView
from werkzeug.local import LocalProxy

from flask_cors import CORS, ConfigError, CorsWarning, cors_exempt, cross_origin

from .asking import DENIED, NOTHING, OTHER, SITE, allowed, ask, echoed, page, preflight


def app_of(*views: Callable[..., Any], **options: Any) -> Flask:
    """Return an app with the views at ``/0``, ``/1`` and so on."""
    app = Flask(__name__, static_folder=None)
    for number, view in enumerate(views):
        app.add_url_rule(f"/{number}", f"view{number}", view, **options)
    return app


# -- ways to mark ----------------------------------------------------------------------


@pytest.mark.rule("1.cross-origin", "1.callable-origin")
@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        (cross_origin, echoed()),
        (cross_origin(), echoed()),
        (cross_origin("*"), echoed()),
        (cross_origin(SITE), allowed()),
        (cross_origin([SITE]), allowed()),
        (cross_origin([SITE, OTHER]), allowed(vary=True)),
        (cross_origin(iter([SITE])), allowed()),
        (cross_origin(re.compile("https://site.*")), allowed(vary=True)),
        (cross_origin([lambda origin: origin == SITE]), allowed(vary=True)),
        (cross_origin(origins=lambda origin: origin == SITE), allowed(vary=True)),
        (cross_origin(SITE, supports_credentials=True), allowed(credentials="true")),
        (cross_origin(expose_headers=["X-B", "X-A"]), echoed(expose="X-A, X-B")),
    ],
)
def test_a_function_is_marked_bare_or_with_options(
    decorator: Any, expected: dict[str, str]
) -> None:
    app = app_of(decorator(page()), page())
    assert ask(app, "/0") == (200, "ok", expected)
    assert ask(app, "/1").cors == NOTHING


@pytest.mark.rule("1.new-function")
@pytest.mark.parametrize("decorator", [cross_origin, cross_origin(SITE), cors_exempt])
def test_a_function_is_not_changed_and_a_new_one_carries_the_mark(decorator: Any) -> None:
    def show(number: int) -> int:
        """Show a number."""
        return number

    show.methods = {"PUT"}  # type: ignore[attr-defined]
    before = dict(vars(show))
    marked = decorator(show)
    assert marked is not show
    assert vars(show) == before
    assert (marked.__name__, marked.__doc__, marked.__wrapped__) == ("show", show.__doc__, show)
    assert marked.methods == {"PUT"}
    assert marked(7) == 7
    assert inspect.signature(marked) == inspect.signature(show)


@pytest.mark.rule("1.called-outside")
@pytest.mark.parametrize("decorator", [cross_origin, cross_origin(SITE), cors_exempt])
def test_the_new_function_does_what_the_old_one_does(decorator: Any) -> None:
    outside = "outside"

    class Base:
        def show(self, first: str, second: str = "b", *rest: str, third: str = "c") -> str:
            return "-".join([first, second, *rest, third, outside])

    class Things(Base):
        show = decorator(Base.show)

        @decorator
        def again(self, *given: str, **named: str) -> str:
            return f"{super().show(*given, **named)}-again"

    things = Things()
    assert things.show("a") == "a-b-c-outside"
    assert things.show("a", "x", "y", third="z") == "a-x-y-z-outside"
    assert things.again("a", third="z") == "a-b-z-outside-again"


class Guard:
    """A decorator that passes itself off as what it guards, as those of wrapt do."""

    def __init__(self, view: Callable[..., str]) -> None:
        self._view = view

    @property
    def __class__(self) -> Any:
        return type(self._view)

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise TypeError(value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def __call__(self, *args: Any) -> str:
        abort(401)


@pytest.mark.parametrize("decorator", [cross_origin, cross_origin("*"), cors_exempt])
def test_a_guard_that_looks_like_its_view_still_guards(decorator: Any) -> None:
    class Things(MethodView):
        get = decorator(Guard(page("secret")))

    app = app_of(decorator(Guard(page("secret"))), Things.as_view("things"))
    assert [ask(app, path).status for path in ("/0", "/1")] == [401, 401]


def test_a_view_behind_a_proxy_is_looked_up_at_each_call() -> None:
    views = {"now": page("one")}
    app = app_of(cross_origin(SITE)(LocalProxy(lambda: views["now"])))
    assert ask(app, "/0") == (200, "one", allowed())
    views["now"] = page("two")
    assert ask(app, "/0") == (200, "two", allowed())


@pytest.mark.rule("1.one-url")
def test_what_is_set_at_one_url_sets_nothing_at_another() -> None:
    show = page()
    public, private = cross_origin("*")(show), cross_origin(SITE)(show)
    app = app_of(public, private, show, cors_exempt(show))
    CORS(app, origins=OTHER)
    assert ask(app, "/0", origin=OTHER).cors == echoed(OTHER)
    assert ask(app, "/1").cors == allowed()
    assert ask(app, "/1", origin=OTHER).cors == DENIED
    assert ask(app, "/2", origin=OTHER).cors == allowed(OTHER)
    assert ask(app, "/3", origin=OTHER).cors == NOTHING


def test_one_decorator_marks_many_views() -> None:
    decorator = cross_origin(SITE)
    app = app_of(decorator(page("a")), decorator(page("b")))
    assert ask(app, "/0") == (200, "a", allowed())
    assert ask(app, "/1") == (200, "b", allowed())


@pytest.mark.rule("1.async")
def test_an_async_function_stays_one() -> None:
    async def show() -> str:
        await asyncio.sleep(0)
        return "async"

    for decorator in (cross_origin, cross_origin(SITE), cors_exempt):
        assert inspect.iscoroutinefunction(decorator(show))
    app = app_of(cross_origin(SITE)(show), cors_exempt(show))
    assert ask(app, "/0") == (200, "async", allowed())
    assert ask(app, "/1") == (200, "async", NOTHING)


@pytest.mark.rule("1.bound-method")
def test_a_bound_method_is_marked_for_this_object_alone() -> None:
    class Things:
        def __init__(self, name: str) -> None:
            self.name = name

        def show(self) -> str:
            return self.name

        async def wait(self) -> str:
            return f"async {self.name}"

    one, two = Things("one"), Things("two")
    app = app_of(cross_origin(SITE)(one.show), two.show, cross_origin(OTHER)(two.wait))
    assert ask(app, "/0") == (200, "one", allowed())
    assert ask(app, "/1") == (200, "two", NOTHING)
    assert ask(app, "/2", origin=OTHER) == (200, "async two", allowed(OTHER))


@pytest.mark.rule("1.bound-method")
def test_a_method_that_is_marked_in_its_class_is_marked_when_bound() -> None:
    class Things:
        @cross_origin(SITE)
        def show(self) -> str:
            return "shown"

    assert ask(app_of(Things().show), "/0") == (200, "shown", allowed())


@pytest.mark.rule("1.callable-origin")
def test_other_callables_are_marked() -> None:
    class Called:
        def __call__(self) -> str:
            return "called"

    class Slots:
        __slots__ = ()

        def __call__(self) -> str:
            return "slots"

    partial = functools.partial(lambda text: text, "partial")
    app = app_of(*map(cross_origin(SITE), (Called(), Slots(), partial)))
    assert ask(app, "/0") == (200, "called", allowed())
    assert ask(app, "/1") == (200, "slots", allowed())
    assert ask(app, "/2") == (200, "partial", allowed())


@pytest.mark.rule("1.wraps")
def test_decorators_above_that_use_wraps_keep_the_mark() -> None:
    def shout(view: Any) -> Any:
        @functools.wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            response = view(*args, **kwargs)
            response.set_data(response.get_data(as_text=True).upper())
            response.headers["X-Shouted"] = "yes"
            return response

        return wrapper

    app = app_of(shout(cross_origin(SITE)(page())), shout(cors_exempt(page())))
    CORS(app)
    assert ask(app, "/0") == (200, "OK", allowed())
    assert ask(app, "/1") == (200, "OK", NOTHING)
    with pytest.warns(CorsWarning, match="without effect"):
        cross_origin(shout(cross_origin(page())))


# -- cors_exempt -----------------------------------------------------------------------


@pytest.mark.rule("1.exempt")
def test_an_exempt_view_is_left_alone() -> None:
    def by_hand() -> tuple[str, dict[str, str]]:
        return "mine", {"Access-Control-Allow-Credentials": "true", "Vary": "Cookie"}

    app = app_of(cors_exempt(page()), cors_exempt(by_hand))
    CORS(app)
    assert ask(app, "/0") == (200, "ok", NOTHING)
    assert ask(app, "/0", origin=None).cors == NOTHING
    mine = {"Access-Control-Allow-Credentials": "true", "Vary": "Cookie"}
    assert ask(app, "/1") == (200, "mine", mine)
    asked = preflight(app, "/0", "GET")
    assert (asked.status, asked.cors) == (200, NOTHING)
    assert ask(app, "/0", "PUT").cors == NOTHING


@pytest.mark.rule("1.exempt")
@pytest.mark.parametrize("given", ["https://site.example", None, 3])
def test_exempt_takes_a_view_alone(given: Any) -> None:
    with pytest.raises(ConfigError, match="Write @cors_exempt above the view") as caught:
        cors_exempt(given)
    assert caught.value.problems[0].option == "cors_exempt"


# -- the wrong side of @app.route ------------------------------------------------------

LOST = r"registered without its decorator, cross_origin at .*test_marks\.py:\d+: write cross_origin"


@pytest.mark.rule("1.above-route")
def test_above_route_a_mark_has_no_effect_and_compiling_warns() -> None:
    app = Flask(__name__)

    @cross_origin()
    @app.route("/")
    def show() -> str:
        return "shown"

    app.config["TESTING"] = True
    CORS(app, origins=SITE)
    with pytest.warns(CorsWarning, match=LOST) as caught:
        assert ask(app, "/") == (200, "shown", allowed())
    assert len(caught) == 1
    assert ask(app, "/", origin=OTHER).cors == DENIED


@pytest.mark.rule("1.above-route")
def test_a_bound_method_above_route_is_warned_of() -> None:
    class Things:
        def show(self) -> str:
            return "shown"

    app = app_of(things := Things().show)
    cross_origin(things)
    CORS(app, origins=SITE)
    with pytest.warns(CorsWarning, match=LOST):
        ask(app, "/0")


@pytest.mark.rule("1.above-route")
def test_a_marked_version_that_is_registered_elsewhere_is_no_mistake() -> None:
    show = page()
    app = app_of(show, cross_origin(SITE)(show), cross_origin(OTHER)(show))
    CORS(app, origins=SITE)
    assert ask(app, "/0").cors == allowed()
    plain = app_of(show)
    CORS(plain)
    assert ask(plain, "/0").cors == echoed()


# -- mistakes --------------------------------------------------------------------------


@pytest.mark.rule("1.cross-origin", "1.callable-origin")
@pytest.mark.parametrize(
    ("args", "options", "expected"),
    [
        (["https://a.example", "GET"], {}, "only origins can be given without a name"),
        (["https://a.example"], {"origins": "*"}, "it is given twice"),
        ([print], {"methods": "GET"}, "Write origins=<the callable>"),
        ([print, print], {}, "Write origins=<the callable>"),
        ([], {"origin": SITE}, f"Write origins='{SITE}'"),
        ([None], {}, "origins=None"),
        ([], {"origins": None}, "origins=None"),
        ([], {"resources": "/a"}, "resources are patterns for the paths"),
        ([], {"max_age": -1, "methods": "G T"}, "it is negative"),
    ],
)
def test_a_mistake_is_reported_where_it_is_written(
    args: list[Any], options: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected) as caught:
        cross_origin(*args, **options)
    for problem in caught.value.problems:
        assert (problem.source.level, problem.source.file) == ("view", __file__)


@pytest.mark.rule("8.unknown-harmless")
def test_a_misspelt_option_that_only_grants_is_dropped_with_a_warning() -> None:
    with pytest.warns(CorsWarning, match="dropped: .* Write supports_credentials=True") as caught:
        mark = cross_origin(SITE, support_credentials=True)
    assert [warning.filename for warning in caught] == [__file__]
    app = app_of(mark(page()))
    assert ask(app, "/0").cors == allowed()


@pytest.mark.rule("8.credentials-any")
def test_credentials_under_any_origin_are_dropped_with_a_warning() -> None:
    app = app_of(cross_origin("*", supports_credentials=True)(page()))
    with pytest.warns(CorsWarning, match="dropped: any origin is allowed") as caught:
        assert ask(app, "/0").cors == echoed()
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.rule("1.cross-origin")
def test_every_mistake_of_one_call_is_reported() -> None:
    with pytest.raises(ConfigError) as caught:
        cross_origin("*", "GET", 7, origin=SITE, max_age=-1)
    options = [problem.option for problem in caught.value.problems]
    assert options == ["positional argument", "positional argument", "origin", "max_age"]
    assert "methods=" in caught.value.problems[0].hint
    assert "resources=" not in caught.value.problems[0].hint


@pytest.mark.rule("1.view-class")
@pytest.mark.parametrize("decorator", [cross_origin, cross_origin(SITE), cors_exempt])
def test_a_class_that_is_no_view_cannot_be_marked(decorator: Any) -> None:
    class Things:
        pass

    with pytest.raises(ConfigError, match="only if it is a View or MethodView") as caught:
        decorator(Things)
    name = "cors_exempt" if decorator is cors_exempt else "cross_origin"
    assert caught.value.problems[0].option == name


# -- apps without a CORS object --------------------------------------------------------


def test_a_view_that_is_marked_later_is_found() -> None:
    app = app_of(page())
    assert ask(app, "/0").cors == NOTHING
    app.view_functions["late"] = cross_origin(SITE)(page())
    app.url_map.add(app.url_rule_class("/late", endpoint="late", methods=["GET"]))
    assert ask(app, "/late").cors == allowed()
