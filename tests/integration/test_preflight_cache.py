"""The browser's preflight cache: what one preflight grants lets no other request through.

A browser keeps an entry for every method and header name of an answer, per origin and URL, for
five seconds at least (Fetch, #cors-preflight-cache). So each test asks an app twice: for the
headers of a preflight, and, with the model of a browser, which requests of a page reach a view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from flask.views import MethodView
from werkzeug.routing import Rule

from flask_cors import CORS, cors_exempt, cross_origin
from flask_cors.testing import Browser, NetworkError

from .asking import DENIED, METHODS, NOTHING, OTHER, SITE, allowed, ask, granted, preflight

pytestmark = pytest.mark.rule("6.preflight-methods", "6.preflight-cache", "compat.36")

PATH = "/things"
Asked = tuple[str, dict[str, Any]]


def reached(app: Flask, *asked: Asked, origin: str = SITE, path: str = PATH) -> list[str]:
    """Send requests of one page, in this order; return the methods that reached the server."""
    page = Browser(app, origin=origin)
    for method, options in asked:
        try:
            page.fetch(path, method=method, **options)
        except NetworkError:
            continue
    return [each.request.method for each in page.exchanges if not each.preflight]


#: A header of its own makes a browser ask for a safelisted method, too.
ASKED: dict[str, Any] = {"headers": {"X-Own": "1"}}
PLAIN: dict[str, Any] = {}


def view() -> Callable[[], str]:
    """Make a view of its own: what is marked in one test is not known to another."""

    def served(**_: object) -> str:
        return request.method

    return served


def serve(view_class: Any, path: str = PATH, **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule(path, view_func=view_class.as_view("things"), **options)
    return app


def endpoints(*views: tuple[str, Any], path: str = PATH, **options: Any) -> Flask:
    """Return an app with one endpoint for each method, at one URL."""
    app = Flask(__name__, static_folder=None)
    for method, function in views:
        app.add_url_rule(path, method, function, methods=[method], **options)
    return app


# -- whose methods are named -----------------------------------------------------------


class Things(MethodView):
    @cross_origin([SITE, OTHER])
    def get(self) -> str:
        return "get"

    @cross_origin(OTHER)
    def put(self) -> str:
        return "put"

    @cors_exempt
    def delete(self) -> str:
        return "delete"

    def patch(self) -> str:
        return "patch"


def test_two_methods_of_a_method_view() -> None:
    app = serve(Things)
    assert preflight(app, PATH, "GET").cors == granted(vary=True, methods="GET, HEAD")
    other = preflight(app, PATH, "GET", OTHER).cors
    assert other == granted(OTHER, vary=True, methods="GET, HEAD, PUT")
    writes = [("PUT", PLAIN), ("DELETE", PLAIN), ("PATCH", PLAIN)]
    assert reached(app, ("GET", ASKED), *writes) == ["GET"]
    assert reached(app, ("GET", ASKED), *writes, origin=OTHER) == ["GET", "PUT"]


def test_two_endpoints_on_one_url() -> None:
    app = endpoints(
        ("GET", cross_origin([SITE, OTHER])(view())), ("DELETE", cross_origin(OTHER)(view()))
    )
    expected = granted(vary=True, methods="GET, HEAD", headers="x-own")
    assert preflight(app, PATH, "GET", names="x-own").cors == expected
    assert reached(app, ("GET", ASKED), ("DELETE", PLAIN)) == ["GET"]
    assert reached(app, ("GET", ASKED), ("DELETE", PLAIN), origin=OTHER) == ["GET", "DELETE"]


def test_a_partner_who_may_read_does_not_run_the_deletion_of_the_admins_page() -> None:
    partner, admin = SITE, OTHER
    app = endpoints(
        ("GET", cross_origin([partner, admin], supports_credentials=True)(view())),
        ("DELETE", cross_origin(admin, supports_credentials=True)(view())),
    )
    asked = {**ASKED, "credentials": "include"}
    read, delete = ("GET", asked), ("DELETE", {"credentials": "include"})
    expected = granted(partner, vary=True, methods="GET, HEAD", credentials="true")
    assert preflight(app, PATH, "GET", partner).cors == expected
    assert reached(app, read, delete, origin=partner) == ["GET"]
    assert reached(app, read, delete, origin=admin) == ["GET", "DELETE"]


def test_a_method_without_credentials_is_not_named_beside_one_with_them() -> None:
    app = endpoints(
        ("PUT", cross_origin(SITE, supports_credentials=True)(view())),
        ("DELETE", cross_origin(SITE)(view())),
    )
    put = preflight(app, PATH, "PUT").cors
    assert put == granted(methods="PUT", credentials="true")
    assert preflight(app, PATH, "DELETE").cors == granted(methods="DELETE, PUT")
    cookies = {"credentials": "include"}
    assert reached(app, ("PUT", cookies), ("DELETE", cookies)) == ["PUT"]
    assert reached(app, ("DELETE", PLAIN), ("PUT", cookies)) == ["DELETE", "PUT"]


@pytest.mark.parametrize("closed", ["closed", "unmarked", "exempt"])
def test_a_method_that_no_page_may_use(closed: str) -> None:
    made: dict[str, Callable[[Any], Any]] = {
        "closed": cross_origin([]),
        "unmarked": lambda function: function,
        "exempt": cors_exempt,
    }
    app = endpoints(("PUT", cross_origin(SITE)(view())), ("DELETE", made[closed](view())))
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert preflight(app, PATH, "DELETE").cors == NOTHING
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN)) == ["PUT"]


@pytest.mark.parametrize("own", [False, True], ids=["Flask answers", "the view answers"])
def test_automatic_options_false(own: bool) -> None:
    app = Flask(__name__, static_folder=None)
    asks_itself = cross_origin(SITE, automatic_options=False)(view())
    methods = ["DELETE", "OPTIONS"] if own else ["DELETE"]
    app.add_url_rule(PATH, "delete", asks_itself, methods=methods)
    app.add_url_rule(PATH, "put", cross_origin(SITE)(view()), methods=["PUT"])
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN)) == ["PUT"]
    if own:
        named = preflight(app, PATH, "DELETE").cors
        assert named == granted(methods="DELETE, OPTIONS")
    else:
        assert preflight(app, PATH, "DELETE").cors == NOTHING
        assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN)) == ["PUT"]


def test_a_method_of_another_blueprint() -> None:
    app, closed = Flask(__name__, static_folder=None), Blueprint("closed", __name__)
    closed.add_url_rule(PATH, "delete", view(), methods=["DELETE"])
    app.add_url_rule(PATH, "put", view(), methods=["PUT"])
    CORS(app, origins=SITE)
    CORS(closed, origins=OTHER)
    app.register_blueprint(closed)
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN)) == ["PUT"]


def test_a_method_that_one_policy_lists_and_the_other_does_not() -> None:
    app = endpoints(
        ("PUT", cross_origin(SITE, methods=["PUT", "DELETE"])(view())),
        ("DELETE", cross_origin(SITE, methods=["GET"])(view())),
    )
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN)) == ["PUT"]


# -- every way to the same URL ---------------------------------------------------------


class Writes(MethodView):
    @cross_origin(SITE)
    def put(self, **_: object) -> str:
        return "put"

    @cross_origin(OTHER)
    def delete(self, **_: object) -> str:
        return "delete"


@pytest.mark.parametrize("path", ["/things", "/things/"])
def test_a_url_that_is_served_without_its_last_slash(path: str) -> None:
    # Werkzeug does not name the methods of such a rule for the path without the slash.
    app = serve(Writes, "/things/", strict_slashes=False)
    assert preflight(app, path, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN), path=path) == ["PUT"]


def test_two_rules_of_which_one_matches_without_its_last_slash() -> None:
    app = endpoints(("PUT", cross_origin(SITE)(view())))
    lax = cross_origin(OTHER)(view())
    app.add_url_rule("/things/", "lax", lax, methods=["DELETE"], strict_slashes=False)
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN)) == ["PUT"]


def test_a_rule_without_methods() -> None:
    app = Flask(__name__, static_folder=None)
    app.url_map.add(Rule(PATH, endpoint="things"))
    app.view_functions["things"] = Writes.as_view("things")
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN)) == ["PUT"]


def test_a_rule_without_methods_behind_one_with_a_method_of_its_own() -> None:
    app = endpoints(("PURGE", cross_origin(OTHER, methods="PURGE")(view())))
    app.url_map.add(Rule(PATH, endpoint="any"))
    app.view_functions["any"] = cross_origin(SITE, methods=["PUT", "PURGE"])(view())
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("PURGE", PLAIN)) == ["PUT"]


def test_a_redirect_of_every_method_beside_a_view() -> None:
    app = endpoints(("DELETE", cross_origin(OTHER)(view())))
    app.url_map.add(Rule("/things/", endpoint="any"))
    app.view_functions["any"] = cross_origin(SITE)(view())
    assert "DELETE" not in preflight(app, PATH, "PUT").cors["Access-Control-Allow-Methods"]
    assert "DELETE" not in reached(app, ("PUT", PLAIN), ("DELETE", PLAIN))


def test_an_app_all_of_whose_paths_are_decided_by_resources() -> None:
    app = endpoints(("PUT", view()), ("DELETE", cross_origin(OTHER)(view())), path="/<path:rest>")
    CORS(app, resources={"/a/*": {"origins": SITE}, "/b/*": {"origins": "*"}})
    assert preflight(app, "/a/x", "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN), path="/a/x") == ["PUT"]


def test_a_rule_that_is_added_while_the_app_runs() -> None:
    app = endpoints(("PUT", view()))
    CORS(app, resources={PATH: {"origins": SITE}})
    assert preflight(app, PATH, "PUT").cors == granted()
    app.url_map.add(Rule(PATH, endpoint="late", methods=["DELETE"]))
    app.view_functions["late"] = cross_origin(OTHER)(view())
    assert preflight(app, PATH, "PUT").cors == granted(methods="PUT")
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN)) == ["PUT"]


@pytest.mark.parametrize(
    ("path", "methods", "sent"),
    # Nothing serves DELETE at the second: the page reads a 405.
    [("/things/5", "PUT", ["PUT"]), ("/things/x", METHODS, ["PUT", "DELETE"])],
)
def test_rules_with_different_converters(path: str, methods: str, sent: list[str]) -> None:
    app = endpoints(("PUT", cross_origin(SITE)(view())), path="/things/<name>")
    number = cross_origin(OTHER)(view())
    app.add_url_rule("/things/<int:number>", "number", number, methods=["DELETE"])
    assert preflight(app, path, "PUT").cors == granted(methods=methods)
    assert reached(app, ("PUT", PLAIN), ("DELETE", PLAIN), path=path) == sent


def test_a_405_and_the_methods_of_its_url() -> None:
    app = endpoints(("GET", cross_origin(SITE)(view())), ("DELETE", cross_origin(OTHER)(view())))
    answer = preflight(app, PATH, "PATCH").cors
    # The page can read the 405, since what it asks for is named.
    assert answer == granted(methods="GET, HEAD, PATCH")
    assert reached(app, ("PATCH", PLAIN), ("DELETE", PLAIN)) == ["PATCH"]


# -- header names ----------------------------------------------------------------------


@pytest.mark.rule("6.preflight-headers")
def test_a_safelisted_method_that_does_not_allow_a_header_takes_it_away() -> None:
    app = endpoints(
        ("GET", cross_origin(SITE, allow_headers="X-Read")(view())),
        ("PUT", cross_origin(SITE, allow_headers="X-Read, X-Own")(view())),
    )
    answer = preflight(app, PATH, "PUT", names="x-own,x-read").cors
    assert answer == granted(methods="GET, HEAD, PUT", headers="x-read")
    # GET needs no entry of its own in the browser's cache: the header's would let it through.
    assert reached(app, ("PUT", ASKED), ("PUT", PLAIN), ("GET", ASKED)) == ["PUT"]


@pytest.mark.rule("6.preflight-headers")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_header_is_granted_beside_a_safelisted_method_that_is_closed(method: str) -> None:
    app = endpoints((method, cross_origin(OTHER)(view())), ("PUT", cross_origin(SITE)(view())))
    assert preflight(app, PATH, "PUT", names="x-own").cors == granted(methods="PUT")
    assert reached(app, ("PUT", ASKED), ("PUT", PLAIN), (method, ASKED)) == ["PUT"]


@pytest.mark.rule("6.preflight-headers")
def test_a_header_that_is_allowed_for_every_method_is_granted() -> None:
    app = endpoints(
        ("GET", cross_origin(SITE, max_age=1)(view())), ("PUT", cross_origin(SITE)(view()))
    )
    answer = preflight(app, PATH, "PUT", names="x-own").cors
    assert answer == granted(methods="GET, HEAD, PUT", headers="x-own")
    assert reached(app, ("PUT", ASKED), ("GET", ASKED)) == ["PUT", "GET"]


@pytest.mark.rule("6.preflight-headers")
def test_a_header_and_a_method_come_from_two_preflights() -> None:
    app = endpoints(
        ("PUT", cross_origin(SITE, supports_credentials=True)(view())),
        ("DELETE", cross_origin(SITE, allow_headers="X-Other")(view())),
    )
    asked = {**ASKED, "credentials": "include"}
    answer = preflight(app, PATH, "PUT", names="x-own").cors
    assert answer == granted(methods="PUT", credentials="true")
    assert reached(app, ("PUT", asked), ("DELETE", PLAIN), ("DELETE", ASKED)) == ["DELETE"]


@pytest.mark.rule("6.preflight-headers")
def test_a_header_named_star_opens_no_other() -> None:
    app = endpoints(("PUT", cross_origin(SITE, allow_headers=r"(?!x-admin$).+")(view())))
    star, admin = {"headers": {"*": "1"}}, {"headers": {"X-Admin": "1"}}
    assert reached(app, ("PUT", star), ("PUT", admin)) == []
    assert reached(app, ("PUT", ASKED)) == ["PUT"]


def test_a_method_named_star_opens_no_other() -> None:
    app = endpoints(
        ("GET", cross_origin(SITE, methods="*")(view())), ("DELETE", cross_origin(OTHER)(view()))
    )
    assert preflight(app, PATH, "*").cors == granted(methods="GET, HEAD")
    assert reached(app, ("*", PLAIN), ("DELETE", PLAIN)) == []


# -- what stays ------------------------------------------------------------------------


@pytest.mark.rule("6.acam")
@pytest.mark.parametrize("kind", ["app", "blueprint", "view class"])
def test_a_url_with_one_policy_keeps_its_whole_list(kind: str) -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/else", "else", cross_origin(OTHER)(view()))
    blueprint = Blueprint("blueprint", __name__)
    marked = cross_origin(SITE)(type("One", (MethodView,), {"get": view(), "put": view()}))
    target: Any = app if kind == "app" else blueprint
    if kind == "view class":
        app.add_url_rule(PATH, view_func=marked.as_view("things"))
    else:
        target.add_url_rule(PATH, "get", view())
        target.add_url_rule(PATH, "put", view(), methods=["PUT"])
        CORS(target, origins=SITE)
    app.register_blueprint(blueprint)
    for method in ("GET", "PUT", "DELETE"):
        assert preflight(app, PATH, method, names="x-own").cors == granted(headers="x-own")


@pytest.mark.rule("6.acam")
def test_policies_that_differ_in_where_they_are_set_alone_are_one() -> None:
    app = endpoints(("GET", cross_origin([SITE])(view())), ("PUT", view()))
    CORS(app, origins=SITE)
    assert preflight(app, PATH, "PUT", names="x-own").cors == granted(headers="x-own")


@pytest.mark.rule("6.acam")
@pytest.mark.parametrize("options", [{"origins": [SITE, OTHER]}, {"max_age": 5}], ids=str)
def test_policies_that_differ_in_any_option_are_several(options: dict[str, Any]) -> None:
    app = endpoints(("GET", cross_origin(**options)(view())), ("PUT", view()))
    CORS(app, origins=SITE)
    assert preflight(app, PATH, "PUT").cors == granted(methods="GET, HEAD, PUT")


def test_a_denied_origin_learns_nothing_of_any_method() -> None:
    app = serve(Things)
    assert preflight(app, PATH, "PUT").cors == DENIED
    assert ask(app, PATH, "PUT").cors == DENIED
    assert ask(app, PATH).cors == allowed(vary=True)


# -- preflights that two answer: the library, and the app's own OPTIONS ----------------------

ADMIN: dict[str, Any] = {"headers": {"X-Admin": "1"}}
TWO: dict[str, Any] = {"headers": {"X-Two": "1"}}


class OwnOptions(MethodView):
    """A class that answers OPTIONS itself, but for the method that is marked."""

    @cross_origin(SITE, allow_headers=["X-Admin"])
    def put(self) -> str:
        """Answer."""
        return "put"

    def delete(self) -> str:
        """Answer."""
        return "delete"

    def options(self) -> str:
        """Answer every preflight of a method that is not marked."""
        return ""


@pytest.mark.parametrize("enforce", [False, True])
def test_names_of_a_marked_method_are_not_lent_to_what_the_app_answers(enforce: bool) -> None:
    app = serve(OwnOptions)
    CORS(app, origins=SITE, allow_headers=["X-Two"], enforce=enforce)
    assert reached(app, ("DELETE", ADMIN)) == []
    assert reached(app, ("PUT", ADMIN), ("DELETE", PLAIN), ("DELETE", ADMIN)) == ["DELETE"]
    assert reached(app, ("DELETE", TWO), ("PUT", PLAIN), ("PUT", TWO)) == ["PUT"]


def test_names_that_both_allow_are_granted_by_both_kinds_of_answer() -> None:
    app = serve(OwnOptions)
    CORS(app, origins=SITE, allow_headers=["X-Admin", "X-Two"])
    assert reached(app, ("PUT", ADMIN), ("DELETE", ADMIN)) == ["PUT", "DELETE"]
    assert reached(app, ("DELETE", TWO)) == []


# -- a rule without methods hides those of other rules -----------------------------------------


@pytest.mark.parametrize("first", ["PUT", "PROPFIND"])
def test_methods_that_a_rule_without_methods_hides(first: str) -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=[])
    one = cross_origin(SITE, allow_headers=["X-Admin"], methods=["PROPFIND"])(view())
    app.add_url_rule(PATH, "one", one, methods=["PROPFIND"])
    app.url_map.add(Rule("/<path:rest>", endpoint="any"))
    app.view_functions["any"] = cross_origin(SITE, allow_headers=["X-Two"], methods=["PUT"])(view())
    assert reached(app, ("PROPFIND", TWO)) == []
    asked = {"PUT": [("PUT", TWO), ("PROPFIND", PLAIN)], "PROPFIND": [("PROPFIND", PLAIN)]}[first]
    assert "PROPFIND" in reached(app, *asked)
    found = reached(app, *asked, ("PROPFIND", TWO))
    assert found == reached(app, *asked)
