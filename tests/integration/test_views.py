"""Marks on class-based views: on classes, methods, and in the lists that decorate them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from flask import Flask, make_response, request
from flask.views import MethodView, View

from flask_cors import CORS, CorsWarning, cors_exempt, cross_origin

from .asking import DENIED, NOTHING, OTHER, SITE, allowed, ask, echoed, granted, page, preflight


class Resource(MethodView):
    """Dispatches like the resources of Flask-RESTful and Flask-RESTX."""

    method_decorators: ClassVar[Any] = []

    def dispatch_request(self, **kwargs: Any) -> Any:
        name = request.method.lower()
        handler = getattr(self, name, None) or self.get  # type: ignore[attr-defined]
        decorators = self.method_decorators
        if isinstance(decorators, Mapping):
            decorators = decorators.get(name, [])
        for decorator in decorators:
            handler = decorator(handler)
        return handler(**kwargs)


def serve(view_class: type[View], **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", view_func=view_class.as_view("things"), **options)
    return app


# -- classes ---------------------------------------------------------------------------


@pytest.mark.rule("1.view-class")
@pytest.mark.parametrize("decorator", [cross_origin(SITE), cross_origin(origins=[SITE])])
@pytest.mark.parametrize("base", [View, MethodView])
def test_a_class_is_marked_itself(base: type[View], decorator: Any) -> None:
    class Things(base):  # type: ignore[misc, valid-type]
        methods: ClassVar = {"GET", "PUT"}

        def dispatch_request(self) -> str:
            return "things"

    assert decorator(Things) is Things
    app = serve(Things)
    assert ask(app, "/") == (200, "things", allowed())
    assert ask(app, "/", origin=OTHER).cors == DENIED
    assert preflight(app, "/", "PUT").cors == granted()


@pytest.mark.rule("1.cross-origin")
def test_a_class_is_marked_bare() -> None:
    @cross_origin
    class Things(MethodView):
        async def get(self) -> str:
            return "async"

    assert ask(serve(Things), "/") == (200, "async", echoed())


@pytest.mark.rule("1.exempt")
def test_a_class_is_exempt() -> None:
    @cors_exempt
    class Things(MethodView):
        def get(self) -> str:
            return "get"

    app = serve(Things)
    CORS(app)
    assert ask(app, "/").cors == NOTHING
    assert preflight(app, "/", "GET").cors == NOTHING
    assert ask(app, "/missing").cors == echoed()


@pytest.mark.rule("3.view")
def test_a_subclass_inherits_and_says_more() -> None:
    @cross_origin(SITE, max_age=1)
    class Base(MethodView):
        def get(self) -> str:
            return "get"

    @cross_origin(max_age=2)
    class Sub(Base):
        pass

    class Open(Base):
        @cross_origin("*")
        def get(self) -> str:
            return "open"

    assert preflight(serve(Base), "/", "GET").cors == granted(max_age=1)
    assert preflight(serve(Sub), "/", "GET").cors == granted(max_age=2)
    assert ask(serve(Sub), "/", origin=OTHER).cors == DENIED
    assert ask(serve(Open), "/", origin=OTHER).cors == echoed(OTHER)


@pytest.mark.rule("3.view")
def test_bases_are_walked_in_mro_order() -> None:
    @cross_origin(max_age=1, expose_headers="X-Left")
    class Left(MethodView):
        pass

    @cross_origin(SITE, max_age=2, expose_headers="X-Right")
    class Right(MethodView):
        def get(self) -> str:
            return "get"

    class Both(Left, Right):
        pass

    assert ask(serve(Both), "/").cors == allowed(expose="X-Left")
    assert preflight(serve(Both), "/", "GET").cors == granted(max_age=1)


# -- methods ---------------------------------------------------------------------------


class Methods(MethodView):
    @cross_origin(OTHER)
    def get(self) -> str:
        return "get"

    @cross_origin(SITE, max_age=9)
    async def put(self) -> str:
        return "put"

    @cors_exempt
    def patch(self) -> str:
        return "patch"

    def post(self) -> str:
        return "post"


@pytest.mark.rule("1.method", "1.exempt", "3.handler", "4.preflight")
def test_each_method_answers_with_its_own_policy() -> None:
    app = serve(Methods)
    assert ask(app, "/") == (200, "get", DENIED)
    assert ask(app, "/", origin=OTHER).cors == allowed(OTHER)
    assert ask(app, "/", "PUT") == (200, "put", allowed())
    assert ask(app, "/", "PATCH") == (200, "patch", NOTHING)
    assert ask(app, "/", "POST") == (200, "post", NOTHING)
    assert preflight(app, "/", "GET").cors == DENIED
    assert preflight(app, "/", "PUT").cors == granted(methods="PUT", max_age=9)
    assert preflight(app, "/", "PATCH").cors == NOTHING
    assert preflight(app, "/", "POST").cors == NOTHING


@pytest.mark.rule("3.handler")
def test_a_mark_on_dispatch_request_stands_for_unmarked_methods() -> None:
    class Things(MethodView):
        @cross_origin(SITE)
        def dispatch_request(self, **kwargs: Any) -> Any:
            return super().dispatch_request(**kwargs)

        def get(self) -> str:
            return "get"

        @cross_origin(OTHER)
        def put(self) -> str:
            return "put"

    class Plain(View):
        @cross_origin(SITE)
        def dispatch_request(self) -> str:
            return "plain"

    app = serve(Things)
    assert ask(app, "/") == (200, "get", allowed())
    assert ask(app, "/", "PUT") == (200, "put", DENIED)
    assert ask(app, "/", "PUT", OTHER).cors == allowed(OTHER)
    assert ask(app, "/", "DELETE").cors == NOTHING
    assert ask(serve(Plain), "/") == (200, "plain", allowed())


@pytest.mark.rule("4.head")
def test_head_uses_the_mark_of_get_without_a_head_of_its_own() -> None:
    class Own(Methods):
        @cross_origin(SITE)
        def head(self) -> str:
            return ""

    assert ask(serve(Methods), "/", "HEAD", OTHER) == (200, "", allowed(OTHER))
    answer = preflight(serve(Methods), "/", "HEAD", OTHER)
    assert answer.cors == granted(OTHER, methods="GET, HEAD")
    assert ask(serve(Own), "/", "HEAD", OTHER).cors == DENIED
    assert ask(serve(Own), "/", "HEAD").cors == allowed()


def test_a_method_that_is_inherited_keeps_its_mark() -> None:
    class Sub(Methods):
        def put(self) -> str:
            return "mine"

    app = serve(Sub)
    assert ask(app, "/", origin=OTHER).cors == allowed(OTHER)
    assert ask(app, "/", "PUT") == (200, "mine", NOTHING)


def test_one_instance_for_all_requests() -> None:
    class Once(Methods):
        init_every_request = False
        decorators: ClassVar = [cross_origin(expose_headers="X")]

    app = serve(Once)
    assert ask(app, "/", "PUT") == (200, "put", allowed(expose="X"))
    assert ask(app, "/", "POST") == (200, "post", echoed(expose="X"))


# -- the lists of a class --------------------------------------------------------------


@pytest.mark.rule("1.decorators-list")
@pytest.mark.parametrize("name", ["decorators", "method_decorators"])
@pytest.mark.parametrize(
    ("decorator", "expected"),
    [(cross_origin, echoed()), (cross_origin(SITE), allowed()), (cors_exempt, NOTHING)],
)
def test_a_decorator_in_a_list_is_one_mark_on_the_class(
    name: str, decorator: Any, expected: dict[str, str]
) -> None:
    class Base(Resource):
        def get(self) -> str:
            return "get"

        @cross_origin(OTHER)
        def put(self) -> str:
            return "put"

    setattr(Base, name, [decorator])

    class Sub(Base):
        pass

    @cross_origin(expose_headers="X")
    class Marked(Base):
        pass

    for view_class in (Base, Sub):
        app = serve(view_class)
        assert ask(app, "/") == (200, "get", expected)
        assert ask(app, "/") == (200, "get", expected)
        assert ask(app, "/", "PUT", OTHER) == (200, "put", allowed(OTHER))
    marked = ask(serve(Marked), "/").cors
    assert marked == {**(expected or echoed()), "Access-Control-Expose-Headers": "X"}


@pytest.mark.rule("1.same-mark")
@pytest.mark.parametrize("decorator", [cross_origin, cross_origin(SITE)])
def test_what_a_list_puts_on_the_view_function_is_no_more_specific_mark(decorator: Any) -> None:
    class Base(MethodView):
        decorators: ClassVar = [decorator]

        def get(self) -> str:
            return "get"

    @cors_exempt
    class Closed(Base):
        pass

    told = serve(Base).extensions
    app = serve(Closed)
    CORS(app)
    assert told == {}
    assert ask(app, "/") == (200, "get", NOTHING)
    levels = app.extensions["cors"].explain("GET", "/", SITE).walk
    assert levels == ()


@pytest.mark.rule("1.decorators-list")
@pytest.mark.parametrize("wrapper", ["wraps", "plain"])
def test_other_decorators_in_the_list(wrapper: str) -> None:
    def shout(view: Callable[..., Any]) -> Callable[..., Any]:
        def shouting(*args: Any, **kwargs: Any) -> Any:
            response = make_response(view(*args, **kwargs))
            response.set_data(response.get_data(as_text=True).upper())
            return response

        return functools.wraps(view)(shouting) if wrapper == "wraps" else shouting

    class Things(Resource):
        decorators: ClassVar = [shout, cross_origin(SITE), shout]

        def get(self) -> str:
            return "get"

    class PerMethod(Resource):
        method_decorators: ClassVar = [shout, cross_origin(SITE), shout]

        def get(self) -> str:
            return "get"

    for view_class in (Things, PerMethod):
        app = serve(view_class)
        for _ in range(2):
            assert ask(app, "/") == (200, "GET", allowed())


@pytest.mark.rule("1.decorators-mapping")
def test_a_mapping_by_method_is_a_mark_on_that_method() -> None:
    class Things(Resource):
        method_decorators: ClassVar = {
            "get": [cross_origin],
            "put": [cross_origin(SITE, max_age=1)],
            "post": [cors_exempt],
        }

        def get(self) -> str:
            return "get"

        def put(self) -> str:
            return "put"

        def post(self) -> str:
            return "post"

        def patch(self) -> str:
            return "patch"

    app = serve(Things)
    CORS(app, origins=OTHER)
    for _ in range(2):
        assert ask(app, "/", origin=OTHER) == (200, "get", allowed(OTHER))
        assert ask(app, "/", "PUT") == (200, "put", allowed())
        assert ask(app, "/", "POST") == (200, "post", NOTHING)
        assert ask(app, "/", "PATCH", OTHER) == (200, "patch", allowed(OTHER))
    assert preflight(app, "/", "PUT").cors == granted(methods="PUT", max_age=1)
    assert preflight(app, "/", "POST").cors == NOTHING


@pytest.mark.rule("1.decorators-list", "3.stacked")
def test_of_two_marks_in_one_list_the_inner_decides() -> None:
    class Things(MethodView):
        decorators: ClassVar = [cross_origin(SITE), cross_origin(OTHER)]

        def get(self) -> str:
            return "get"

    with pytest.warns(CorsWarning, match="without effect: cross_origin .* wins"):
        app = serve(Things)
    with pytest.warns(CorsWarning, match="without effect: cross_origin .* wins"):
        assert ask(app, "/") == (200, "get", allowed())
    assert ask(app, "/", origin=OTHER) == (200, "get", DENIED)


@pytest.mark.rule("1.decorators-list")
@pytest.mark.parametrize(
    ("decorator", "expected"),
    [(cross_origin, allowed()), (cross_origin(OTHER), allowed()), (cors_exempt, NOTHING)],
)
def test_a_list_in_a_class_is_inside_a_mark_on_the_class(decorator: Any, expected: Any) -> None:
    @decorator
    class Things(Resource):
        method_decorators: ClassVar = [cross_origin(SITE)]

        def get(self) -> str:
            return "get"

    app = serve(Things)
    with pytest.warns(CorsWarning, match=r"Things' .* is on the same object, and wins"):
        assert ask(app, "/") == (200, "get", expected)
    assert ask(app, "/") == (200, "get", expected)


@pytest.mark.rule("1.same-mark")
def test_a_view_made_of_a_class_is_marked_above_it() -> None:
    class Things(MethodView):
        decorators: ClassVar = [cross_origin(SITE, expose_headers="X")]

        def get(self) -> str:
            return "get"

    app = Flask(__name__)
    app.add_url_rule("/one", view_func=Things.as_view("one"))
    app.add_url_rule("/two", view_func=cross_origin(OTHER)(Things.as_view("two")))
    app.add_url_rule("/three", view_func=cors_exempt(Things.as_view("three")))
    app.add_url_rule("/four", view_func=page())
    assert ask(app, "/one").cors == allowed(expose="X")
    assert ask(app, "/two").cors == DENIED
    assert ask(app, "/two", origin=OTHER).cors == allowed(OTHER, expose="X")
    assert ask(app, "/three").cors == NOTHING
    assert ask(app, "/four").cors == NOTHING
