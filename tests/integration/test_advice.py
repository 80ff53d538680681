"""The advice turns the verdict: each sentence names the option, and following it helps."""

from __future__ import annotations

import re
import sys
import warnings
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from werkzeug.routing import Rule

from flask_cors import CORS, CorsWarning, cors_exempt, cross_origin, of
from flask_cors.policy.facts import Limit
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.advice.preflights import preflight_reasons

PAGE = "https://app.example.com"
OTHER = "https://other.example.com"


def make(config: dict[str, Any] | None = None, **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(config or {})
    if options:
        CORS(app, **options)
    app.add_url_rule("/x", "x", lambda: "x", methods=["GET", "PUT", "PURGE"])
    app.add_url_rule("/off", "off", cors_exempt(lambda: "x"))
    app.add_url_rule("/other", "other", lambda: "x")
    app.add_url_rule("/files/<path:name>", "files", lambda name: "x")
    return app


def advice(app: Flask, *args: Any, **kwargs: Any) -> str:
    return of(app).explain(*args, **kwargs).advice


def test_there_is_none_for_what_is_not_blocked() -> None:
    assert advice(make(origins=PAGE), "GET", "/x", PAGE) == ""
    assert advice(make(origins=PAGE), "GET", "/x", "http://localhost:5000") == ""
    assert advice(make(origins=PAGE), "GET", "/x") == ""


HERE = rf"CORS\(app\) at {re.escape(__file__)}:\d+"


@pytest.mark.rule("9.explain-change")
@pytest.mark.parametrize(
    ("options", "args", "kwargs", "expected"),
    [
        ({"origins": PAGE}, ("GET", "/x", OTHER), {}, rf"In {HERE}, add '{OTHER}' to origins\."),
        (
            {"origins": PAGE, "methods": "GET"},
            ("PUT", "/x", PAGE),
            {},
            rf"In {HERE}, add 'PUT' to methods\.",
        ),
        (
            {"origins": PAGE},
            ("PURGE", "/x", PAGE),
            {},
            rf"In {HERE}, write methods=\['DELETE', .*, 'PUT', 'PURGE'\]\.",
        ),
        (
            {"origins": PAGE, "allow_headers": "X-A"},
            ("GET", "/x", PAGE),
            {"headers": ["X-A", "X-B", "X-C"]},
            rf"In {HERE}, add 'x-b', 'x-c' to allow_headers\.",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"In {HERE}, write supports_credentials=True\.",
        ),
        (
            {"origins": PAGE, "methods": "GET", "allow_headers": "X-A"},
            ("PUT", "/x", OTHER),
            {"credentials": True, "headers": ["X-B"]},
            rf"In {HERE}, add '{OTHER}' to origins and 'PUT' to methods and 'x-b' to "
            "allow_headers, and write supports_credentials=True.",
        ),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"Put @cross_origin\(origins=\['{PAGE}'\], supports_credentials=True\) below the "
            r"route of x\.",
        ),
        (
            {"origins": "*", "send_wildcard": True},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"Put @cross_origin\(origins=\['{PAGE}'\], supports_credentials=True\) below the "
            r"route of x\.",
        ),
        (
            {"max_age": 5},
            ("GET", "/x", PAGE),
            {"credentials": True},
            rf"Put @cross_origin\(origins=\['{PAGE}'\], supports_credentials=True\) below the "
            r"route of x\.",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", PAGE),
            {"private_network": True},
            rf"In {HERE}, write allow_private_network=True\.",
        ),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"private_network": True},
            rf"Put @cross_origin\(origins=\['{PAGE}'\], allow_private_network=True\) below the "
            r"route of x\.",
        ),
        (
            {"origins": PAGE},
            ("GET", "/x", "null"),
            {},
            "Serve the page from an origin of its own: every sandboxed frame .*",
        ),
        (
            {"origins": "*"},
            ("GET", "/x", "null"),
            {"credentials": True},
            "Serve the page from an origin of its own: every sandboxed frame .*",
        ),
        (
            {"origins": PAGE},
            ("GET", "/off", PAGE),
            {},
            r"Remove cors_exempt from the view of off\.",
        ),
        ({"origins": PAGE}, ("GET", "/files/..%2f", PAGE), {}, "Ask for the path without its .*"),
        (
            {"resources": "/x"},
            ("GET", "/other", PAGE),
            {},
            rf"Put @cross_origin\(\['{PAGE}'\]\) below the route of other, or add '/other' to the "
            rf"resources of {HERE} \(they do not cover /other: '/x'\)\.",
        ),
        (
            {},
            ("GET", "/x", PAGE),
            {},
            rf"Call CORS\(app, origins=\['{PAGE}'\]\) for the whole app, or put "
            rf"@cross_origin\(\['{PAGE}'\]\) below the route of x\.",
        ),
        (
            {"resources": "/y"},
            ("GET", "/nowhere", PAGE),
            {},
            "Check the URL: no route serves this path, and no CORS object covers it. "
            "The nearest route is /other.",
        ),
        (
            {"origins": PAGE},
            ("TRACE", "/x", PAGE),
            {},
            "Ask for an origin, a method and headers that a page can send.",
        ),
        (
            {"origins": PAGE},
            ("GET", "http://a.example/x", PAGE),
            {},
            r"Serve the API over https, or open the page over http; behind a proxy that ends TLS, "
            r"wrap app\.wsgi_app in werkzeug's ProxyFix\.",
        ),
        (
            {"origins": lambda origin: 1},
            ("GET", "/x", PAGE),
            {},
            rf"In {HERE}, correct .*<lambda>\(\), so that it returns True or False\.",
        ),
    ],
)
def test_what_to_change(
    options: dict[str, Any], args: tuple[str, ...], kwargs: dict[str, Any], expected: str
) -> None:
    assert re.fullmatch(expected, advice(make(**options), *args, **kwargs))


@pytest.mark.rule("9.explain-change")
@pytest.mark.parametrize(
    ("options", "args", "kwargs", "changed"),
    [
        ({"origins": PAGE}, ("GET", "/x", OTHER), {}, {"origins": [PAGE, OTHER]}),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"credentials": True},
            {"origins": [PAGE], "supports_credentials": True},
        ),
        (
            {"origins": PAGE, "methods": "GET", "allow_headers": "X-A"},
            ("PUT", "/x", OTHER),
            {"credentials": True, "headers": ["X-B"]},
            {
                "origins": [PAGE, OTHER],
                "supports_credentials": True,
                "methods": ["GET", "PUT"],
                "allow_headers": ["X-A", "x-b"],
            },
        ),
        (
            {"origins": "*"},
            ("GET", "/x", PAGE),
            {"private_network": True},
            {"origins": [PAGE], "allow_private_network": True},
        ),
        ({"resources": "/x"}, ("GET", "/other", PAGE), {}, {"resources": ["/x", "/other"]}),
        ({}, ("GET", "/x", PAGE), {}, {"origins": [PAGE]}),
    ],
)
def test_one_change_is_enough(
    options: dict[str, Any], args: tuple[str, ...], kwargs: dict[str, Any], changed: dict[str, Any]
) -> None:
    told = advice(make(**options), *args, **kwargs)
    names = changed if "resources" not in changed else ["resource"]
    assert [name for name in names if name not in told] == []
    assert advice(make(**{**options, **changed}), *args, **kwargs) == ""


def test_a_page_that_sends_credentials_sees_which_step_fails() -> None:
    app = make(origins=PAGE)
    told = of(app).explain("GET", "/x", PAGE, credentials=True)
    failed = [step for step in told.exchanges[0].steps if not step.ok]
    assert [(step.name, step.text.partition(",")[0]) for step in failed] == [
        ("credentials", "the page sends credentials")
    ]
    app = make(origins=PAGE, supports_credentials=True)
    told = of(app).explain("GET", "/x", PAGE, credentials=True)
    assert all(step.ok for step in told.exchanges[0].steps)


def test_config_is_a_place_to_mend() -> None:
    app = make({"CORS_ORIGINS": [], "CORS_METHODS": "GET"})
    app.add_url_rule("/y", "y", cross_origin(lambda: "y"), methods=["PUT"])
    assert advice(app, "PUT", "/y", PAGE, credentials=True) == (
        f"In the config, add '{PAGE}' to CORS_ORIGINS and 'PUT' to CORS_METHODS, and write "
        "CORS_SUPPORTS_CREDENTIALS = True."
    )


def test_two_places_are_named_one_after_the_other() -> None:
    app = make({"CORS_METHODS": "GET"})
    app.add_url_rule("/y", "y", cross_origin(OTHER)(lambda: "y"), methods=["PUT"])
    told = advice(app, "PUT", "/y", PAGE)
    assert told.startswith("In cross_origin on ")
    assert told.endswith(f"add '{PAGE}' to origins; in the config, add 'PUT' to CORS_METHODS.")


def test_a_mark_that_is_lost_behind_a_decorator() -> None:
    app = make()
    marked = cross_origin(PAGE)(lambda: "y")
    app.add_url_rule("/y", "y", lambda: marked())
    told = of(app).explain("GET", "/y", PAGE)
    assert told.advice == (
        "Put functools.wraps on that decorator's wrapper, or cross_origin above the decorator."
    )
    assert told.notes[0].startswith("The view of y has a decorator without effect: the decorator ")


def test_a_lost_mark_comes_before_what_else_could_be_changed() -> None:
    app = make(origins=OTHER)
    marked = cross_origin(PAGE)(lambda: "y")
    app.add_url_rule("/y", "y", lambda: marked())
    told = of(app).explain("GET", "/y", PAGE)
    assert (told.off, told.advice.partition(",")[0]) == (
        "",
        "Put functools.wraps on that decorator's wrapper",
    )


def test_a_mark_that_is_lost_and_would_not_help_is_no_advice() -> None:
    app = make(origins=OTHER)
    marked = cross_origin("https://third.example")(lambda: "y")
    app.add_url_rule("/y", "y", lambda: marked())
    told = of(app).explain("GET", "/y", PAGE)
    assert re.fullmatch(rf"In {HERE}, add '{PAGE}' to origins\.", told.advice)
    assert told.notes[0].startswith("The view of y has a decorator without effect")


def test_a_mark_that_is_put_on_after_registration() -> None:
    app = make()

    @app.get("/y")
    def late() -> str:
        return "y"

    cross_origin(PAGE)(late)
    with pytest.warns(CorsWarning):
        told = of(app).explain("GET", "/y", PAGE)
    assert told.advice == "Write cross_origin below @app.route, next to the function."
    assert told.notes[1] == "CORS is off here: no route of this app has CORS."


def test_a_redirect_to_another_server() -> None:
    app = make(origins=PAGE)
    rule = Rule("/old", endpoint="old", redirect_to="https://elsewhere.example/new")
    app.url_map.add(rule)
    assert advice(app, "GET", "/old", PAGE).startswith(
        "Have the page ask https://elsewhere.example/new itself"
    )


@pytest.mark.parametrize("origins", ["*", "https://.*"])
def test_credentials_that_are_dropped(origins: str) -> None:
    """Any origin is allowed, so nobody is granted credentials: the page's origin is to be named."""
    app = shop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        CORS(app, origins=origins, supports_credentials=True)
        add(app, "/x", "x")
        told = of(app).explain("GET", "/x", PAGE, credentials=True)
    assert re.fullmatch(
        rf"In {HERE}, write origins=\['{PAGE}'\] and "
        r"supports_credentials=True\.",
        told.advice,
    )
    app = shop()
    CORS(app, origins=[PAGE], supports_credentials=True)
    add(app, "/x", "x")
    assert of(app).explain("GET", "/x", PAGE, credentials=True).verdict == "readable"


def test_a_preflight_that_reaches_the_app() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/x", "x", cross_origin(PAGE, automatic_options=False)(lambda: "x"))
    told = advice(app, "DELETE", "/x", PAGE)
    assert told.startswith("The preflight reaches the app")


# -- every change is tried before it is shown ------------------------------------------------


def shop(config: dict[str, Any] | None = None) -> Flask:
    app = Flask("shop", static_folder=None)
    app.config.update(config or {})
    return app


def add(app: Any, rule: str, name: str, *methods: str, mark: Any = None) -> None:
    def view(**arguments: object) -> str:
        return "x"

    app.add_url_rule(rule, name, mark(view) if mark else view, methods=methods or ["GET"])


@pytest.mark.rule("9.proposed")
@pytest.mark.parametrize("how", ["blueprint", "decorator"])
def test_credentials_for_the_whole_app_beside_a_public_part(how: str) -> None:
    """``CORS_SUPPORTS_CREDENTIALS = True`` would be an error for what is public."""
    app = shop({"CORS_ORIGINS": [PAGE]})
    public = Blueprint("public", __name__, url_prefix="/public")
    add(public, "/x", "x", mark=cross_origin("*") if how == "decorator" else None)
    if how == "blueprint":
        CORS(public, origins="*")
    app.register_blueprint(public)
    CORS(app)
    add(app, "/me", "me")
    told = of(app).explain("GET", "/me", PAGE, credentials=True)
    assert re.fullmatch(rf"In {HERE}, write supports_credentials=True\.", told.advice)


@pytest.mark.parametrize(
    ("methods", "method", "expected"),
    [
        (
            ["GET", "PATCH"],
            "patch",
            r"Write the method in capitals in the page, 'PATCH': browsers send it unchanged\.",
        ),
        (
            ["GET"],
            "patch",
            r"Write the method in capitals in the page, 'PATCH': .* unchanged; and in "
            r"CORS\(app\) at .*, add 'PATCH' to methods\.",
        ),
        (["GET"], "PATCH", r"In CORS\(app\) at .*, add 'PATCH' to methods\."),
        (["GET"], "put", r"In CORS\(app\) at .*, add 'PUT' to methods\."),
        (["GET", "PURGE"], "Purge", r"Write the method in capitals in the page, 'PURGE': .*"),
    ],
)
def test_methods_are_compared_with_capitals(methods: list[str], method: str, expected: str) -> None:
    app = shop()
    CORS(app, origins=PAGE, methods=methods)
    add(app, "/x", "x", "GET", "PATCH", "PUT", "PURGE")
    assert re.fullmatch(expected, advice(app, method, "/x", PAGE))


def line() -> int:
    return sys._getframe(1).f_lineno


@pytest.mark.parametrize(
    ("pattern", "rule", "path", "write"),
    [
        ("/v1/api/*", "/api/items", "/api/items", "/api/*"),
        ("/items/*", "/api/items/<int:n>", "/api/items/3", "/api/items/*"),
        ("/api", "/api/items", "/api/items", "/api/*"),
        ("/API/*", "/api/items", "/api/items", "/api/*"),
        ("api/*", "/api/items", "/api/items", "/api/*"),
        (r"^/v1/api/\w+$", "/api/items", "/api/items", r"^/api/\w+$"),
        ("/good/*", "/goods/<name>/price", "/goods/tea/price", "/goods/*"),
    ],
)
def test_resources_that_miss_the_route_are_named(
    pattern: str, rule: str, path: str, write: str
) -> None:
    app = shop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        CORS(app, resources={pattern: {"origins": PAGE}})
        where = f"{__file__}:{line() - 1}"
    add(app, rule, "goods")
    told = of(app).explain("GET", path, PAGE)
    assert told.advice == (
        f"Write {write!r} instead of {pattern!r} in the resources of CORS(app) at {where} (they do "
        f"not cover {path}: {pattern!r}), or put @cross_origin([{PAGE!r}]) below the route of "
        "goods."
    )
    fixed = shop()
    CORS(fixed, resources={write: {"origins": PAGE}})
    add(fixed, rule, "goods")
    assert of(fixed).explain("GET", path, PAGE).verdict == "readable"


def test_a_resource_that_is_used_is_not_replaced() -> None:
    app = shop()
    CORS(app, resources={"/v1/api/*": {"origins": [PAGE]}})
    add(app, "/v1/api/items", "first")
    add(app, "/api/items", "second")
    for origin in (PAGE, OTHER):
        assert advice(app, "GET", "/api/items", origin).startswith(
            f"Add '/api/items': {{'origins': ['{origin}']}} to the resources of CORS(app) at "
        )


def shop_with_admin(resources: dict[str, Any]) -> Flask:
    app = shop()
    CORS(app, resources=resources)
    for path in ("/api/items", "/admin/users", "/admin/logs"):
        add(app, path, path[1:].replace("/", "_"))
    return app


@pytest.mark.rule("9.proposed")
@pytest.mark.parametrize("dead", ["/Admin/*", "/admins/*", "/admin/", "/admin", "admin/*"])
@pytest.mark.parametrize("wide", ["/*", "/api/*", r"^/.*$"])
@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
def test_a_resource_that_allows_the_page_and_covers_no_route_is_corrected_first(
    wide: str, dead: str
) -> None:
    """To add the page's origin to the wider resource would open its other routes.

    What the wider one allows at other routes is not taken from its origins.
    """
    app = shop_with_admin({wide: {"origins": PAGE}, dead: {"origins": OTHER}})
    told = advice(app, "GET", "/admin/users", OTHER)
    write = "/admin/*" if wide == "/api/*" else "/admin/users"
    assert told.startswith(f"Write {write!r} instead of {dead!r} in the resources of CORS(app)")
    (found,) = (finding for finding in of(app).check().findings if finding.id == "CORS010")
    assert "write '/admin/*'" in found.hint


@pytest.mark.rule("9.proposed")
def test_a_resource_that_covers_no_route_is_left_alone_where_it_does_not_allow_the_page() -> None:
    app = shop_with_admin({"/*": {"origins": PAGE}, "/Admin/*": {"origins": PAGE}})
    told = advice(app, "GET", "/admin/users", OTHER)
    assert re.fullmatch(rf"In resource '/\*' of {HERE}, add '{OTHER}' to origins\.", told)


def test_a_resource_is_not_corrected_to_one_that_is_there_already() -> None:
    app = shop_with_admin({"/v1/api/*": {"origins": PAGE}, "/api/*": {"origins": OTHER}})
    told = advice(app, "GET", "/api/items", PAGE)
    assert re.fullmatch(rf"In resource '/api/\*' of {HERE}, add '{PAGE}' to origins\.", told)
    (found,) = (finding for finding in of(app).check().findings if finding.id == "CORS010")
    assert found.hint == "'/api/*', which is nearest, is there already: remove this one."


@pytest.mark.parametrize("dead", ["/legacy/reports/*", "/shop", "/a.b", "/administrators/*"])
def test_a_resource_that_was_meant_for_other_paths_is_left_as_it_is(dead: str) -> None:
    app = shop_with_admin({dead: {"origins": PAGE}})
    told = advice(app, "GET", "/admin/users", PAGE)
    assert told.startswith(
        f"Add '/admin/users': {{'origins': ['{PAGE}']}} to the resources of CORS(app)"
    )


@pytest.mark.rule("9.proposed")
def test_no_advice_takes_an_origin_from_another_route() -> None:
    app = shop_with_admin({"/a*": {"origins": OTHER}, "/Admin/*": {"origins": PAGE}})
    told = advice(app, "GET", "/admin/users", PAGE)
    assert told.startswith("Write '/admin/users' instead of '/Admin/*' in the resources of")


@pytest.mark.rule("9.proposed")
def test_no_advice_takes_a_header_from_another_route() -> None:
    """The narrower resource would have none of the wider one's header names."""
    wide = {"origins": [OTHER], "allow_headers": ["Authorization"]}
    app = shop()
    CORS(app, resources={"/items*": wide, "/item/*": {"origins": [PAGE], "methods": ["GET"]}})
    for path in ("/items/1", "/items/2"):
        add(app, path, path[1:].replace("/", "_"))
    told = advice(app, "GET", "/items/1", PAGE)
    assert told.startswith("Write '/items/1' instead of '/item/*' in the resources of")


def test_more_headers_than_any_option_allows() -> None:
    app = shop()
    app.add_url_rule("/x", "x", cross_origin(PAGE)(lambda: "x"))
    told = of(app).explain("GET", "/x", PAGE, headers=[f"X-{number}" for number in range(257)])
    assert told.advice == "Send fewer request headers: at most 256, of 8192 characters."


def test_a_header_of_responses_is_for_the_page_to_leave_out() -> None:
    app = shop()
    CORS(app, origins=[PAGE], allow_headers=["Content-Type"])
    add(app, "/x", "x", "POST")
    sent = ["Content-Type", "Access-Control-Allow-Origin"]
    told = of(app).explain("POST", "/x", PAGE, headers=sent)
    assert told.advice == (
        "Remove Access-Control-Allow-Origin from the page's request: it is a header of responses."
    )
    assert advice(app, "POST", "/x", PAGE, headers=[*sent, "X-A"]).startswith(
        "Remove Access-Control-Allow-Origin from the page's request: it is a header of responses; "
        "and in CORS(app) at "
    )


def test_a_redirect_to_plain_http_needs_proxy_fix() -> None:
    app = shop()
    CORS(app, origins=[PAGE])
    app.add_url_rule("/x", "x", redirect_to="http://shop.example/y")
    told = advice(app, "GET", "https://shop.example/x", PAGE)
    assert "wrap app.wsgi_app in werkzeug's ProxyFix" in told


def test_an_app_that_is_mounted_is_asked_by_its_own_paths() -> None:
    app = shop()
    CORS(app, origins=[PAGE])
    add(app, "/x", "x")
    told = of(app).explain("GET", "/x", PAGE, base_url="https://shop.example/shop/")
    assert (told.url, told.endpoint, told.verdict) == (
        "https://shop.example/shop/x",
        "x",
        "readable",
    )
    told = of(app).explain("GET", "/shop/x", PAGE, base_url="https://shop.example")
    assert told.endpoint is None


@pytest.mark.rule("9.proposed")
def test_no_advice_limits_the_headers_of_another_view_at_the_same_url() -> None:
    """Every method that a preflight of the URL grants has to allow a header name."""
    app = shop()
    app.add_url_rule("/x", "get", cross_origin(PAGE)(lambda: "x"), methods=["GET"])
    put = cross_origin(OTHER, allow_headers=["X-One"])(lambda: "x")
    app.add_url_rule("/x", "put", put, methods=["PUT"])
    told = of(app).explain("PUT", "/x", PAGE, headers=["X-One"])
    assert told.advice == ""
    why = "it limits the headers of GET /x, since a browser keeps them for every method of a URL"
    assert f"Rejected, because {why}: In cross_origin on " in told.tried.known


@pytest.mark.rule("9.proposed")
def test_no_advice_has_another_route_refuse_strangers() -> None:
    """With ``enforce`` a route answers unsafe requests of strangers with 403."""
    app = shop_with_admin({"/Admin/*": {"origins": PAGE, "enforce": True}})
    told = advice(app, "GET", "/admin/users", PAGE)
    assert told.startswith("Write '/admin/users' instead of '/Admin/*' in the resources of")


@pytest.mark.rule("9.proposed")
@pytest.mark.parametrize(
    "given", [re.compile("/apii/.*"), ["/apii/*"], "/apii/*", ("/x", re.compile("/apii/x"))]
)
def test_resources_of_the_config_may_have_every_form(given: Any) -> None:
    app = shop({"CORS_RESOURCES": given, "CORS_ORIGINS": PAGE})
    CORS(app)
    add(app, "/api/items", "items")
    assert advice(app, "GET", "/api/items", PAGE)


@pytest.mark.rule("9.proposed")
@pytest.mark.parametrize("kind", ["mapping", "list"])
def test_a_dead_pattern_of_the_config_is_corrected(kind: str) -> None:
    given: Any = {"/apii/*": {"origins": PAGE}} if kind == "mapping" else ["/apii/*", "/x"]
    app = shop({"CORS_RESOURCES": given, "CORS_ORIGINS": PAGE})
    CORS(app)
    add(app, "/api/items", "items")
    assert advice(app, "GET", "/api/items", PAGE).startswith(
        "Write '/api/*' instead of '/apii/*' in CORS_RESOURCES (it does not cover /api/items)"
    )


@pytest.mark.rule("9.proposed")
def test_what_is_written_at_one_place_is_changed_there() -> None:
    app = shop({"CORS_METHODS": "GET", "CORS_ORIGINS": PAGE})
    CORS(app)
    add(app, "/a", "a", "DELETE")
    add(app, "/b", "b", "DELETE")
    assert advice(app, "DELETE", "/a", PAGE) == "In the config, add 'DELETE' to CORS_METHODS."
    assert advice(app, "DELETE", "/a", OTHER).startswith(
        f"In the config, add '{OTHER}' to CORS_ORIGINS"
    )


@pytest.mark.rule("9.proposed")
def test_what_opens_another_route_says_so() -> None:
    app = shop()
    CORS(app, origins=PAGE)
    exempt = cors_exempt(type("Exempt", (View,), {}))
    app.add_url_rule("/a", view_func=exempt.as_view("a"))
    app.add_url_rule("/b", view_func=exempt.as_view("b"))
    assert advice(app, "GET", "/a", PAGE) == (
        f"Remove cors_exempt from Exempt, and put @cross_origin([{PAGE!r}]) on the class Exempt, "
        "which serves /b too."
    )


class Base(MethodView):
    def get(self) -> str:
        return "x"


class Child(Base):
    pass


@pytest.mark.rule("9.proposed")
@pytest.mark.parametrize("listed", [False, True])
def test_a_mark_on_a_class_reaches_its_subclasses(listed: bool) -> None:
    app = shop()
    add(app, "/o", "o")
    app.view_functions["o"] = cross_origin([OTHER])(app.view_functions["o"])
    app.add_url_rule("/base", view_func=Base.as_view("base"))
    app.add_url_rule("/child", view_func=Child.as_view("child"))
    if listed:
        CORS(app, resources={"/child": {"origins": [OTHER]}})
    told = advice(app, "GET", "/base", PAGE)
    if listed:
        assert "on the class Base" not in told
    else:
        assert told == f"Put @cross_origin([{PAGE!r}]) on the class Base, which serves /child too."


@pytest.mark.rule("9.proposed")
def test_a_mark_on_a_class_comes_after_that_of_its_subclass() -> None:
    app = shop()
    closed = cross_origin([OTHER])(type("Closed", (Base,), {}))
    app.add_url_rule("/base", view_func=Base.as_view("base"))
    app.add_url_rule("/closed", view_func=closed.as_view("closed"))
    told = of(app).explain("GET", "/base", PAGE)
    assert (
        told.advice == f"Put @cross_origin([{PAGE!r}]) on the class Base, which serves /closed too."
    )


@pytest.mark.rule("9.proposed")
def test_another_rule_of_an_endpoint_is_another_route() -> None:
    app = shop()
    add(app, "/pub/x", "f")
    app.add_url_rule("/internal/x", "f", app.view_functions["f"])
    CORS(app, resources={"/pub/*": {"origins": "*"}, "/internal/*": {"origins": [OTHER]}})
    told = of(app).explain("GET", "/pub/x", PAGE, credentials=True)
    assert "below the route of f" not in told.advice


@pytest.mark.rule("9.proposed")
def test_no_advice_takes_an_exposed_header_from_another_route() -> None:
    wide = {"origins": [PAGE, OTHER], "methods": ["GET"], "expose_headers": "X-Total"}
    app = shop()
    CORS(app, resources={"/*": wide, "/apis/*": {"origins": [PAGE, OTHER]}})
    for name in "xy":
        add(app, f"/api/{name}", name, "GET", "PUT")
    assert "'/api/*'" not in advice(app, "PUT", "/api/x", PAGE)


def test_a_method_that_the_path_does_not_serve() -> None:
    app = shop()
    CORS(app, origins=[PAGE], methods=["GET"])
    add(app, "/x", "x", "GET")
    assert advice(app, "POST", "/x", PAGE) == (
        "Check the method: this path serves GET, HEAD, OPTIONS, and not POST."
    )
    told = advice(app, "PUT", "/x", PAGE)
    assert told.startswith(
        "Check the method: this path serves GET, HEAD, OPTIONS, and not PUT. To "
    )
    assert told.endswith("add 'PUT' to methods.")


def test_header_names_that_another_view_of_the_url_limits() -> None:
    app = shop()
    part = Blueprint("api", __name__, url_prefix="/api")
    CORS(part, origins=[PAGE], supports_credentials=True)
    add(part, "/login", "login", "POST")
    app.register_blueprint(part)
    add(app, "/<path:rest>", "spa", "GET")
    told = of(app).explain("POST", "/api/login", PAGE, headers=["Content-Type"])
    assert told.advice == ""
    assert told.tried.known == (
        "No change of one option would let the page read the response. Serve POST at a URL of its "
        "own."
    )
    where = rf"GET, HEAD /<path:rest> \(spa at {re.escape(__file__)}:\d+\)"
    assert re.fullmatch(rf"{SHARED}: {where} has no CORS\.", told.notes[0])

    steps = [step for exchange in told.exchanges for step in exchange.steps]
    (step,) = (step for step in steps if not step.ok)
    assert (step.code, step.limits) == (
        "headers-not-shared",
        (Limit("GET", "off"), Limit("HEAD", "off")),
    )


SHARED = (
    "A browser caches header names for every method of a URL, and GET, HEAD and POST need no "
    "permission of their own, so each has to allow what is allowed here"
)
POST_ORDERS = ("POST", "/orders", PAGE)


def orders(get: Any = None, post: Any = None, config: dict[str, Any] | None = None) -> Flask:
    """Return an app with two views at one URL, each with its decorator."""
    app = shop(config)
    unmarked: Any = lambda view: view  # noqa: E731
    app.add_url_rule("/orders", "orders", (get or unmarked)(lambda: "x"))
    mark = post or cross_origin([PAGE])
    app.add_url_rule("/orders", "add", mark(lambda: "x"), methods=["POST"])
    return app


@pytest.mark.rule("9.proposed")
@pytest.mark.parametrize(
    ("get", "post", "asked", "why", "change"),
    [
        (
            None,
            None,
            {},
            r"GET, HEAD /orders \(orders at \S+\) has no CORS",
            rf"Put @cross_origin\(\['{PAGE}'\]\) below the route of orders, which opens GET, HEAD "
            rf"/orders to {PAGE}\.",
        ),
        (
            cors_exempt,
            None,
            {},
            r"GET, HEAD /orders \(orders at \S+\) is taken out of CORS by cors_exempt",
            "",
        ),
        (
            cross_origin([OTHER]),
            None,
            {},
            rf"GET, HEAD /orders \(orders at \S+\) does not allow {PAGE}",
            rf"In cross_origin on \S+ at .*, add '{PAGE}' to origins, which opens GET, HEAD "
            rf"/orders to {PAGE}\.",
        ),
        (
            cross_origin([PAGE], allow_headers="X-A"),
            None,
            {},
            r"GET, HEAD /orders \(orders at \S+\) does not allow the request header content-type",
            r"In cross_origin on \S+ at .*, add 'content-type' to allow_headers\.",
        ),
        (
            cross_origin([PAGE], methods=["GET"]),
            None,
            {},
            r"HEAD is not in methods of orders \(cross_origin on .*\), and GET is: list HEAD where "
            r"GET is",
            r"In cross_origin on \S+ at .*, add 'HEAD' to methods\.",
        ),
        (
            cross_origin([PAGE], methods=["PUT"]),
            None,
            {},
            r"GET, HEAD are not in methods of orders \(cross_origin on .*\)",
            r"In cross_origin on \S+ at .*, add 'GET', 'HEAD' to methods\.",
        ),
        (
            cross_origin([PAGE]),
            cross_origin([PAGE], supports_credentials=True),
            {"credentials": True},
            r"GET, HEAD /orders \(orders at \S+\) does not allow credentials",
            r"In cross_origin on \S+ at .*, write supports_credentials=True\.",
        ),
        (
            cross_origin([PAGE], automatic_options=False),
            None,
            {},
            r"GET, HEAD /orders \(orders at \S+\) has its preflights answered by other code "
            r"\(automatic_options, or a view that serves OPTIONS\)",
            "",
        ),
    ],
)
def test_why_another_view_of_the_url_limits_the_headers_is_explained(
    get: Any, post: Any, asked: dict[str, Any], why: str, change: str
) -> None:
    app = orders(get, post)
    told = of(app).explain(*POST_ORDERS, headers=["Content-Type"], **asked)
    assert told.verdict == "blocked"
    (note,) = (note for note in told.notes if note.startswith(SHARED))
    assert re.fullmatch(rf"{SHARED}: {why}\.", note)
    assert re.fullmatch(change, told.advice)


@pytest.mark.rule("9.proposed")
def test_the_decorator_that_opens_another_view_of_the_url_solves_it() -> None:
    asked = {"headers": ["Content-Type"], "credentials": True}
    mark = cross_origin([PAGE], supports_credentials=True)
    told = of(orders(post=mark)).explain(*POST_ORDERS, **asked)
    assert told.advice.startswith(
        f"Put @cross_origin(origins=['{PAGE}'], supports_credentials=True)"
    )
    after = of(orders(get=mark, post=mark)).explain(*POST_ORDERS, **asked)
    assert after.verdict == "readable"
    assert not any(note.startswith(SHARED) for note in after.notes)


@pytest.mark.rule("9.proposed")
def test_no_view_is_opened_that_serves_other_urls_or_other_methods() -> None:
    """The decorator would open ``/all``, too, and ``DELETE``, which no preflight asks for."""
    app = orders()
    app.add_url_rule("/all", "orders")
    told = of(app).explain(*POST_ORDERS, headers=["Content-Type"])
    assert told.advice == ""
    assert "because it opens /all to origins that are not allowed there" in told.tried.known
    app = shop()
    add(app, "/orders", "orders", "GET", "DELETE")
    app.add_url_rule("/orders", "add", cross_origin([PAGE])(lambda: "x"), methods=["POST"])
    told = of(app).explain(*POST_ORDERS, headers=["Content-Type"])
    assert told.advice.startswith(
        f"Put @cross_origin(origins=['{PAGE}'], methods=['GET', 'HEAD']) below the route of orders"
    )


@pytest.mark.rule("9.proposed")
def test_no_right_is_given_to_other_origins_of_a_view_that_is_opened() -> None:
    """The list of ``orders`` is without credentials, which the decorator would grant to it."""
    app = orders(cross_origin([OTHER]), cross_origin([PAGE], supports_credentials=True))
    told = of(app).explain(*POST_ORDERS, headers=["Content-Type"], credentials=True)
    assert told.advice == ""
    assert "because it gives origins that are allowed /orders more than now" in told.tried.known


@pytest.mark.rule("9.proposed")
def test_no_decorator_is_advised_for_flasks_own_view() -> None:
    app = Flask(__name__)
    CORS(app)
    told = of(app).explain("GET", "/static/x.js", PAGE, credentials=True)
    assert "cross_origin" not in told.advice


@pytest.mark.rule("9.proposed")
def test_a_pattern_that_covers_a_value_of_a_converter_is_seen() -> None:
    app = shop()
    CORS(app, resources={"/pub/x": {}, "/acme/*": {}}, methods=["GET"])
    add(app, "/pub/x", "x", "GET", "PUT")
    add(app, "/<tenant>/api/<name>", "api", "GET", "PUT")
    told = advice(app, "PUT", "/pub/x", PAGE)
    assert told == "Put @cross_origin(methods=['GET', 'PUT']) below the route of x."


@pytest.mark.rule("9.proposed")
def test_a_pattern_opens_no_other_route_to_strangers() -> None:
    """``/api/*`` would open ``/api/admin`` to everybody."""
    app = shop()
    CORS(app, resources={"/v1/api/*": {"origins": "*"}})
    add(app, "/api/items", "items")
    add(app, "/api/admin", "admin")
    told = advice(app, "GET", "/api/items", PAGE)
    assert told.startswith(
        "Write '/api/items' instead of '/v1/api/*' in the resources of CORS(app)"
    )


def test_resources_in_the_config_are_extended_there() -> None:
    app = shop({"CORS_RESOURCES": "/api/*", "CORS_ORIGINS": PAGE})
    CORS(app)
    add(app, "/api/x", "x")
    add(app, "/v2/x", "y")
    assert advice(app, "GET", "/v2/x", PAGE).startswith(
        "Add '/v2/x' to CORS_RESOURCES, which does not cover /v2/x, or put @cross_origin("
    )


def test_every_refused_header_is_named() -> None:
    names = [f"x-{number:02}" for number in range(12)]
    app = make(origins=PAGE, allow_headers="X-A")
    listed = ", ".join(map(repr, names))
    told = of(app).explain("GET", "/x", PAGE, headers=names)
    assert re.fullmatch(rf"In {HERE}, add {listed} to allow_headers\.", told.advice)
    (change,) = told.tried.changes
    assert change.value == listed
    after = make(origins=PAGE, allow_headers=["X-A", *names])
    assert of(after).explain("GET", "/x", PAGE, headers=names).verdict == "readable"


@pytest.mark.rule("9.proposed")
def test_what_a_change_would_do_to_others_is_reported_where_none_helps() -> None:
    """Only the view's own list could be opened, and its class serves two routes."""
    app = shop()
    CORS(app, origins="*")
    shared = View.as_view("first")
    app.add_url_rule("/a", "first", shared)
    app.add_url_rule("/b", "second", shared)
    told = of(app).explain("GET", "/a", PAGE, credentials=True)
    assert (told.advice, told.tried.changes) == ("", ())
    assert told.tried.known.startswith(
        "No change of one option would let the page read the response. Rejected, because it "
        "changes what other origins get of /b: In CORS(app) at "
    )


@pytest.mark.rule("9.proposed")
def test_no_advice_gives_the_rights_of_the_page_to_those_listed_in_a_more_specific_resource() -> (
    None
):
    own = {"origins": [PAGE], "supports_credentials": True, "methods": ["GET", "DELETE"]}
    partner = {"origins": [OTHER], "methods": ["GET"]}
    app = shop()
    CORS(app, resources={"/api/*": own, "/api/reports/*": partner})
    add(app, "/api/reports/1", "report", "DELETE")
    told = of(app).explain("DELETE", "/api/reports/1", PAGE, credentials=True)
    assert told.advice == (
        f"Put @cross_origin(origins=['{PAGE}'], supports_credentials=True, "
        "methods=['GET', 'DELETE']) below the route of report."
    )
    assert any(
        "lists this origin, but CORS(app) for '/api/reports/*', which is more specific" in note
        for note in told.notes
    )


@pytest.mark.rule("9.proposed")
def test_other_views_of_the_url_are_changed_too_where_they_limit_the_headers() -> None:
    """GET is without credentials and header names, and HEAD is not among its methods."""
    app = shop()
    api = Blueprint("api", __name__)
    CORS(api, origins=[PAGE], methods=["GET", "PUT"], allow_headers=["Content-Type"])
    api.add_url_rule("/x", "show", lambda: "x")
    change = cross_origin(allow_headers=["Content-Type", "If-Match"])(lambda: "x")
    api.add_url_rule("/x", "change", change, methods=["PUT"])
    app.register_blueprint(api)
    asked = {"headers": ["Content-Type", "If-Match"], "credentials": True}
    told = of(app).explain("PUT", "/x", PAGE, **asked)
    decorator = (
        "Put @cross_origin(supports_credentials=True, methods=['GET', 'PUT', 'HEAD'], "
        "allow_headers=['Content-Type', 'if-match']) below the route of api.show"
    )
    where = r"in CORS\(api\) at .*:\d+, write supports_credentials=True\."
    assert re.fullmatch(f"{re.escape(decorator)}; {where}", told.advice)


@pytest.mark.rule("9.proposed")
def test_an_inherited_exemption_stays_and_the_class_gets_a_decorator() -> None:
    @cors_exempt
    class Payment(MethodView):
        def get(self) -> str:
            return "x"

    class Status(Payment):
        pass

    app = shop()
    CORS(app, origins=[PAGE])
    app.add_url_rule("/payments", view_func=Payment.as_view("payments"))
    app.add_url_rule("/orders", view_func=Status.as_view("orders"))
    told = of(app).explain("GET", "/orders", PAGE)
    assert told.advice == f"Put @cross_origin(['{PAGE}']) on the class Status."


def test_credentials_that_do_not_apply_beyond_a_more_specific_level_are_explained() -> None:
    app = shop()
    CORS(app, origins=[PAGE], supports_credentials=True)
    app.add_url_rule("/x", "x", cross_origin([PAGE])(lambda: "x"))
    told = of(app).explain("GET", "/x", PAGE, credentials=True)
    (note,) = (each for each in told.notes if each.startswith("supports_credentials of CORS(app)"))
    assert "does not apply here, since cross_origin on" in note
    assert not any(
        each.startswith("supports_credentials of") for each in of(app).explain("GET", "/x").notes
    )


class View(MethodView):
    def get(self) -> str:
        return "x"


def test_the_second_thing_that_is_missing_is_found_too() -> None:
    app = shop({"CORS_METHODS": "GET"})
    add(app, "/x", "x", "PUT")
    assert advice(app, "PUT", "/x", PAGE) == (
        f"Call CORS(app, origins=['{PAGE}']) for the whole app; in the config, add 'PUT' to "
        "CORS_METHODS."
    )


def test_an_exemption_is_replaced_where_removing_it_would_open_the_route() -> None:
    app = shop()
    CORS(app, origins="*")
    add(app, "/off", "off", mark=cors_exempt)
    assert advice(app, "GET", "/off", PAGE) == (
        "Remove cors_exempt from the view of off, and put "
        f"@cross_origin(['{PAGE}']) below the route of off."
    )


class Items(MethodView):
    @cross_origin(OTHER)
    def get(self) -> str:
        return "x"

    def put(self) -> str:
        return "x"

    @cors_exempt
    def delete(self) -> str:
        return "x"


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("GET", rf"In cross_origin on Items\.get at .*:\d+, add '{PAGE}' to origins\."),
        ("PUT", rf"Put @cross_origin\(\['{PAGE}'\]\) on the class Items\."),
        (
            "DELETE",
            rf"Remove cors_exempt from Items\.delete, and put @cross_origin\(\['{PAGE}'\]\) on "
            r"the class Items\.",
        ),
    ],
)
def test_view_classes(method: str, expected: str) -> None:
    app = shop()
    app.add_url_rule("/items", view_func=Items.as_view("items"))
    assert re.fullmatch(expected, advice(app, method, "/items", PAGE))


def test_a_blueprint_that_is_registered_twice_is_one_place() -> None:
    app = shop()
    part = Blueprint("part", __name__)
    add(part, "/x", "x")
    CORS(part, origins=[PAGE], methods=["GET"])
    app.register_blueprint(part, url_prefix="/one")
    app.register_blueprint(part, url_prefix="/two", name="again")
    told = of(app).explain("GET", "/one/x", OTHER)
    assert told.advice.startswith("In CORS(part) at ")
    assert told.advice.endswith(f"add '{OTHER}' to origins.")


def test_trying_changes_nothing() -> None:
    app = make({"CORS_METHODS": "GET"}, origins=[PAGE])
    state = state_of(app)
    config, rules = dict(app.config), list(state.registry.rules)
    keywords = dict(rules[0].keywords)
    marks = {name: vars(view).copy() for name, view in app.view_functions.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert advice(app, "PUT", "/x", OTHER, credentials=True)
    assert (dict(app.config), state.registry.rules) == (config, rules)
    assert dict(rules[0].keywords) == keywords
    assert {name: vars(view) for name, view in app.view_functions.items()} == marks
    assert of(app).explain("GET", "/x", OTHER).verdict == "blocked"


def test_what_is_tried_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "flask_cors")
    app = shop({"CORS_ORIGINS": [PAGE], "CORS_EXPOSE_HEADERS": "*"})
    add(app, "/a/<path:p>", "a")
    CORS(app, resources={"/a/*": {"origins": "*"}})
    of(app).explain("GET", "/a/x", PAGE, credentials=True).advice  # noqa: B018
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {}, []),
        ("post", {"Content-Type": "text/plain"}, []),
        (
            "POST",
            {"Content-Type": "application/json"},
            ["the request header content-type: application/json is not safelisted"],
        ),
        (
            "put",
            {"X-B": "1", "X-A": "1"},
            [
                "the method PUT is none of GET, HEAD and POST",
                "the request header x-a is not safelisted",
                "the request header x-b is not safelisted",
            ],
        ),
        ("TRACE", {}, []),
    ],
)
def test_reasons_for_a_preflight(method: str, headers: dict[str, str], expected: list[str]) -> None:
    assert preflight_reasons(method, headers) == tuple(expected)


def test_what_is_there_is_written_with_what_is_added() -> None:
    app = shop({"CORS_ALLOW_HEADERS": ["Content-Type", "Authorization"]})
    CORS(app, origins=["https://*.example.com", PAGE])
    add(app, "/x", "x", "PUT", mark=cross_origin(allow_headers=["X-A"]))
    told = of(app).explain("GET", "/x", OTHER, headers=["X-B"])
    assert "..." not in told.advice
    app = shop()
    CORS(app, origins=[PAGE], methods=["GET"])
    add(app, "/a", "a")
    add(app, "/b", "b")
    told = of(app).explain("GET", "/b", OTHER, headers=["X-B"], credentials=True)
    assert "..." not in told.advice


def test_pages_that_would_lose_access_are_noted() -> None:
    app = shop()
    CORS(app, origins="*")
    add(app, "/x", "x")
    told = of(app).explain("GET", "/x", PAGE, credentials=True)
    assert told.tried.known == (
        "With this change, pages of other origins, which can read the response now, could no "
        "longer read it: list the origins that should."
    )
    assert f"Note: {told.tried.known[:40]}" in str(told)


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@pytest.mark.parametrize(
    "typed", ["app.example.com", "https//app.example.com", "htps://app.example.com"]
)
def test_an_entry_that_was_dropped_is_corrected(typed: str) -> None:
    app = make(origins=[OTHER, typed])
    told = advice(app, "GET", "/x", PAGE)
    assert re.fullmatch(rf"In {HERE}, write '{PAGE}' instead of '{typed}' in origins\.", told)
    config = shop({"CORS_ORIGINS": [OTHER, typed]})
    CORS(config)
    add(config, "/x", "x")
    assert advice(config, "GET", "/x", PAGE) == (
        f"In the config, write '{PAGE}' instead of '{typed}' in CORS_ORIGINS."
    )
    assert "instead of" not in advice(
        make(origins=[OTHER, typed]), "GET", "/x", "https://c.example"
    )


@pytest.mark.rule("9.proposed")
def test_credentials_that_are_dropped_for_every_route_have_the_form_of_the_warning_too() -> None:
    app = shop()
    CORS(app, supports_credentials=True)
    add(app, "/x", "x")
    add(app, "/y", "y")
    with pytest.warns(CorsWarning, match="List the origins that may use credentials: origins="):
        told = of(app).explain("GET", "/x", PAGE, credentials=True)
    assert told.advice.startswith(
        f"Put @cross_origin(origins=['{PAGE}'], supports_credentials=True)"
    )
    form = rf"in {HERE}, write origins=\['{PAGE}'\] and supports_credentials=True"
    assert re.search(
        rf"To change it for every route of that call: {form}\. But it changes what other origins "
        r"get of /y: list every origin that is to read these routes\.$",
        told.tried.known,
    )


def test_credentials_that_are_dropped_on_one_route_are_written_there() -> None:
    app = shop()
    CORS(app, supports_credentials=True)
    add(app, "/x", "x")
    with pytest.warns(CorsWarning, match="List the origins"):
        told = of(app).explain("GET", "/x", PAGE, credentials=True)
    assert re.fullmatch(
        rf"In {HERE}, write origins=\['{PAGE}'\] and supports_credentials=True\.", told.advice
    )
    assert "every route" not in told.tried.known


def test_options_of_a_resource_are_written_as_keys_of_its_dictionary() -> None:
    app = shop()
    CORS(app, resources={"/api/*": {"origins": OTHER}, "/open/*": {}})
    add(app, "/api/x", "x")
    add(app, "/open/y", "y")
    asked = {"credentials": True}
    assert re.fullmatch(
        rf"In resource '/api/\*' of {HERE}, add '{PAGE}' to origins, and write "
        r'"supports_credentials": True\.',
        of(app).explain("GET", "/api/x", PAGE, **asked).advice,
    )
    where = rf"CORS\(app\) for '/open/\*' at {re.escape(__file__)}:\d+"
    assert re.fullmatch(
        rf"""In {where}, write "origins": \['{PAGE}'\] and "supports_credentials": True\.""",
        of(app).explain("GET", "/open/y", PAGE, **asked).advice,
    )


def test_the_fix_of_a_warning_about_a_resource_is_written_as_a_key() -> None:
    app = shop()
    CORS(app, resources={"/api/*": {"origins": "*", "supports_credentials": True}})
    add(app, "/api/x", "x")
    with pytest.warns(CorsWarning, match=r"""credentials: "origins": \['https://app"""):
        of(app).explain("GET", "/api/x", PAGE)


def test_the_text_about_a_misspelt_key_is_no_objection() -> None:
    """It says which origins hold, which is what the change is about."""
    app = shop({"CORS_ORIGIN": OTHER})
    CORS(app, supports_credentials=True)
    add(app, "/x", "x")
    with pytest.warns(CorsWarning):
        told = of(app).explain("GET", "/x", PAGE, credentials=True)
    assert re.fullmatch(
        rf"In {HERE}, write origins=\['{PAGE}'\] and supports_credentials=True\.", told.advice
    )
