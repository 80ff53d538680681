"""The decisions by which this package differs from flask-cors 6.0.5, and what it keeps.

The numbers are those of the migration page.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, session
from flask.views import MethodView
from werkzeug.datastructures import Headers

import flask_cors
import flask_cors.core
from flask_cors import CORS, ConfigError, CorsWarning, cross_origin

from .asking import (
    DENIED,
    HEADER_CONSTANTS,
    METHODS,
    NOTHING,
    OTHER,
    SITE,
    allowed,
    ask,
    echoed,
    granted,
    page,
    preflight,
)


def app_of(*paths: str, view: Any = None, **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    for path in paths or ("/",):
        app.add_url_rule(path, path, view or page(), methods=["GET", "POST"])
    CORS(app, **options)
    return app


def readable(origins: Any, *asking: str, **options: Any) -> list[bool]:
    app = app_of(origins=origins, **options)
    return ["Access-Control-Allow-Origin" in ask(app, "/", origin=one).cors for one in asking]


@pytest.mark.rule("compat.1")
def test_1_credentials_are_dropped_under_any_origin() -> None:
    for options in ({}, {"origins": "*"}, {"origins": ["*", SITE]}):
        app = app_of(**options, supports_credentials=True)
        with pytest.warns(CorsWarning, match="any origin is allowed"):
            answer = ask(app, "/", origin=OTHER)
        assert answer.cors == echoed(OTHER)
    app = app_of(origins="https?://.*", supports_credentials=True)
    with pytest.warns(CorsWarning, match="any origin is allowed"):
        assert ask(app, "/").cors == allowed(vary=True)
    app = app_of(origins=re.compile(".*"), supports_credentials=True)
    assert ask(app, "/").cors == allowed(vary=True, credentials="true")


@pytest.mark.rule("compat.2")
def test_2_a_regex_matches_the_whole_origin() -> None:
    asking = ["https://x.a.com", "https://x.a.com.evil.net", "https://x.a.com:8443"]
    assert readable(r"https://.*\.a\.com", *asking) == [True, False, False]


@pytest.mark.rule("compat.3")
def test_3_a_star_after_the_scheme_is_a_wildcard() -> None:
    asking = ["https://x.a.com", "https://x.y.a.com", "https://a.com", "https://a.com.evil.net"]
    assert readable("https://*.a.com", *asking) == [True, True, False, False]
    local = ["http://localhost:5173", "http://localhost", "http://localhost.evil.net:80"]
    assert readable("http://localhost:*", *local) == [True, True, False]


@pytest.mark.rule("compat.4")
def test_4_a_star_in_a_resource_is_a_glob() -> None:
    app = app_of("/api", "/api/x", "/api-internal", resources="/api/*")
    found = [ask(app, path).cors for path in ("/api", "/api/x", "/api-internal")]
    assert found == [echoed(), echoed(), NOTHING]


@pytest.mark.rule("compat.5")
def test_5_the_resource_with_the_longest_literal_prefix_wins() -> None:
    resources = {"/api/[a-z]+/u": {}, "/api/admin/*": {"origins": SITE}}
    app = app_of("/api/admin/users", resources=resources)
    assert ask(app, "/api/admin/users", origin=OTHER).cors == DENIED
    resources = {re.compile("/api/.*"): {}, "/api/admin/*": {"origins": SITE}}
    app = app_of("/api/admin/users", resources=resources)
    assert ask(app, "/api/admin/users", origin=OTHER).cors == DENIED


@pytest.mark.rule("compat.6")
def test_6_the_path_is_decoded_once() -> None:
    app = app_of("/<path:path>", resources="/public/*")
    assert ask(app, "/%70ublic/x").cors == echoed()
    assert ask(app, "/%2570ublic/x").cors == NOTHING
    assert ask(app, "/public/../admin").cors == NOTHING


@pytest.mark.rule("compat.7")
def test_7_an_unknown_option_is_an_error_where_a_restriction_may_be_lost() -> None:
    with pytest.raises(ConfigError, match=f"Write origins='{SITE}'"):
        app_of(origin=SITE)
    with pytest.warns(CorsWarning, match="Write supports_credentials=True, origins="):
        cross_origin(support_credentials=True)  # type: ignore[call-overload]
    with pytest.warns(CorsWarning, match="dropped: there is no such option"):
        app = app_of(origins=SITE, static_folder="/files")
    assert ask(app, "/").cors == allowed()


@pytest.mark.rule("compat.8")
def test_8_the_first_argument_of_cross_origin_is_origins() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=cross_origin(SITE)(page()))
    assert ask(app, "/", origin=OTHER).cors == DENIED
    with pytest.raises(ConfigError, match="only origins can be given without a name"):
        cross_origin(SITE, "GET")  # type: ignore[call-overload]


@pytest.mark.rule("compat.9")
def test_9_a_mark_leaves_what_it_does_not_say_to_the_levels_around_it() -> None:
    app = app_of(origins=SITE, max_age=1)
    app.add_url_rule("/mark", view_func=cross_origin(methods="GET")(page()))
    assert preflight(app, "/mark", "GET").cors == granted(methods="GET", max_age=1)
    assert ask(app, "/mark", origin=OTHER).cors == DENIED


@pytest.mark.rule("compat.10")
def test_10_config_is_the_fallback_of_a_blueprint() -> None:
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = SITE
    within = Blueprint("b", __name__)
    within.add_url_rule("/", view_func=page())
    CORS(within)
    app.register_blueprint(within)
    assert ask(app, "/").cors == allowed()
    assert ask(app, "/", origin=OTHER).cors == DENIED


@pytest.mark.rule("compat.11")
def test_11_a_denial_is_final() -> None:
    app = app_of()
    within = Blueprint("b", __name__, url_prefix="/b")
    within.add_url_rule("/", view_func=page())
    CORS(within, origins=SITE)
    app.register_blueprint(within)
    assert ask(app, "/b/", origin=OTHER).cors == DENIED
    assert ask(app, "/", origin=OTHER).cors == echoed(OTHER)


@pytest.mark.rule("compat.12")
def test_12_methods_compare_exactly() -> None:
    app = app_of(methods=["GET", "POST"], origins=SITE)
    for method in ("ET", "get", "GETX", "PUT"):
        assert preflight(app, "/", method).cors == allowed()
    assert preflight(app, "/", "GET").cors == granted(methods="GET, POST")


@pytest.mark.rule("compat.13")
def test_13_vary_is_complete_and_one_line() -> None:
    def remembered() -> str:
        session["seen"] = True
        return "ok"

    def two_lines() -> Response:
        response = Response("ok")
        response.headers.add("Vary", "Accept")
        response.headers.add("Vary", "Accept-Language")
        return response

    app = app_of("/session", origins=[SITE, OTHER], view=remembered)
    app.secret_key = "secret"
    app.add_url_rule("/lines", view_func=two_lines)
    vary = {"/session": "Cookie, Origin", "/lines": "Accept, Accept-Language, Origin"}
    for origin, found in ((SITE, allowed()), ("https://no.example", {}), (None, {})):
        for path, names in vary.items():
            assert ask(app, path, origin=origin).cors == found | {"Vary": names}


@pytest.mark.rule("compat.14")
def test_14_no_origin_is_picked_out_of_several() -> None:
    assert ask(app_of(origins=[SITE, OTHER]), "/", origin=None).cors == DENIED
    assert ask(app_of(origins=SITE), "/", origin=None).cors == allowed()


@pytest.mark.rule("compat.15")
def test_15_private_network_is_true_on_preflights_or_absent() -> None:
    name = "Access-Control-Allow-Private-Network"
    asks = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Private-Network": "true",
    }
    on, off = app_of(origins=SITE, allow_private_network=True), app_of(origins=SITE)
    assert ask(on, "/", "OPTIONS", headers=asks).cors == granted() | {name: "true"}
    assert ask(off, "/", "OPTIONS", headers=asks).cors == granted()
    assert preflight(on, "/", "GET").cors == granted()
    asks.pop("Access-Control-Request-Method")
    assert ask(on, "/", headers=asks).cors == allowed()


@pytest.mark.rule("compat.16")
@pytest.mark.parametrize("zero", [0, "0", timedelta()])
def test_16_a_max_age_of_zero_is_sent(zero: Any) -> None:
    assert preflight(app_of(origins=SITE, max_age=zero), "/", "GET").cors == granted(max_age=0)


@pytest.mark.rule("compat.17")
def test_17_preflights_are_answered_before_any_code_of_the_app() -> None:
    app = app_of(origins=SITE)
    app.before_request(lambda: abort(401))
    answer = preflight(app, "/", "POST", names="Authorization")
    assert answer == (200, "", granted(headers="Authorization"))
    headers = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    assert "Allow" not in app.test_client().options("/", headers=headers).headers
    assert ask(app, "/")[::2] == (401, allowed())


@pytest.mark.rule("compat.18")
def test_18_a_preflight_is_about_the_endpoint_that_will_serve_the_request() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "read", cross_origin("*")(page()), methods=["GET", "OPTIONS"])
    app.add_url_rule("/", "write", cross_origin(SITE)(page()), methods=["POST"])
    assert preflight(app, "/", "POST", OTHER).cors == DENIED
    assert preflight(app, "/", "POST").cors == granted(methods="GET, HEAD, OPTIONS, POST")


@pytest.mark.rule("compat.19")
def test_19_async_views_bound_methods_and_classes_work() -> None:
    async def show() -> str:
        return "async"

    class Object:
        def show(self) -> str:
            return "bound"

    @cross_origin(SITE)
    class Things(MethodView):
        def get(self) -> str:
            return "class"

    app = Flask(__name__)
    app.add_url_rule("/async", "async", cross_origin(SITE)(show))
    app.add_url_rule("/bound", "bound", cross_origin(SITE)(Object().show))
    app.add_url_rule("/class", "class", Things.as_view("class"))
    for text in ("async", "bound", "class"):
        assert ask(app, f"/{text}") == (200, text, allowed())
    assert vars(show) == {}


@pytest.mark.rule("compat.20")
def test_20_errors_are_readable() -> None:
    def fail() -> str:
        raise RuntimeError

    app = Flask(__name__)
    within = Blueprint("b", __name__, url_prefix="/b")
    within.add_url_rule("/slash/", view_func=page())
    CORS(within, origins=SITE)
    app.register_blueprint(within)
    app.add_url_rule("/fail", view_func=cross_origin(SITE)(fail))
    assert ask(app, "/fail")[::2] == (500, allowed())
    assert ask(app, "/b/missing")[::2] == (404, allowed())
    assert ask(app, "/b/slash")[::2] == (308, allowed())
    assert ask(app, "/b/slash/", "PUT")[::2] == (405, allowed())
    assert preflight(app, "/b/missing", "PUT")[::2] == (200, granted())


@pytest.mark.rule("compat.21")
def test_21_the_word_false_is_false_in_config_and_an_error_elsewhere() -> None:
    app = app_of(origins=SITE)
    app.config["CORS_SUPPORTS_CREDENTIALS"] = "False"
    assert ask(app, "/").cors == allowed()
    with pytest.raises(ConfigError, match=r"Write False\."):
        app_of(supports_credentials="False")


@pytest.mark.rule("compat.22")
def test_22_a_callable_decides() -> None:
    assert readable(lambda origin: origin == SITE, SITE, OTHER) == [True, False]


@pytest.mark.rule("compat.23")
def test_23_logging_is_left_alone() -> None:
    logger = logging.getLogger("flask_cors")
    before = (logger.level, list(logger.handlers), logger.propagate)
    app = app_of(origins=SITE)
    app.config["CORS_LOG_LEVEL"] = "DEBUG"
    ask(app, "/", origin=OTHER)
    assert (logger.level, list(logger.handlers), logger.propagate) == before
    assert before[:2] == (logging.NOTSET, [])


@pytest.mark.rule("compat.24")
@pytest.mark.parametrize(
    "options",
    [
        {"origins": ["https://site .example"]},
        {"origins": '["https://site.example"]'},
        {"origins": "https://*"},
        {"methods": "G(T"},
        {"max_age": -1},
        {"max_age": "one hour"},
    ],
)
def test_24_what_cannot_work_is_an_error(options: Any) -> None:
    with pytest.raises(ConfigError):
        app_of(**options)


@pytest.mark.rule("compat.24")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"origins": ["site.example", SITE]}, "there is no scheme"),
        ({"origins": f"{SITE}/path"}, "read as"),
        ({"origins": f"{SITE}/*"}, "read as"),
        ({"origins": SITE, "expose_headers": ["X Total:"]}, "not a header name"),
        ({"origins": SITE, "allow_headers": ["X:Y"]}, "not a header name"),
    ],
)
def test_24_what_loses_no_restriction_is_dropped_or_normalised(options: Any, words: str) -> None:
    with pytest.warns(CorsWarning, match=words):
        app = app_of(**options)
    assert ask(app, "/").cors == allowed()


@pytest.mark.rule("compat.25")
def test_25_harmless_spellings_are_put_right_with_a_warning() -> None:
    for origin in ("https://site.example/", "https://site.example:443", "HTTPS://SITE.example"):
        with pytest.warns(CorsWarning, match="site"):
            app = app_of(origins=origin)
        assert ask(app, "/").cors == allowed()
    with pytest.warns(CorsWarning) as caught:
        app = app_of(
            origins=SITE,
            methods=["GET", "TRACE"],
            expose_headers=["X", "Set-Cookie"],
            allow_headers=["X", "Cookie"],
        )
    assert len(caught) == 3
    assert ask(app, "/").cors == allowed(expose="X")
    assert preflight(app, "/", "GET", names="X, Cookie").cors == granted(methods="GET", headers="X")


@pytest.mark.rule("compat.26")
def test_26_origins_none_is_an_error() -> None:
    with pytest.raises(ConfigError, match="origins=None"):
        app_of(origins=None)
    assert ask(app_of(origins=[]), "/").cors == NOTHING
    with pytest.warns(CorsWarning, match="None is not an origin"):
        app = app_of(origins=[None, SITE])
    assert ask(app, "/").cors == allowed()
    with pytest.warns(CorsWarning, match="an empty string is not an origin"):
        app = app_of(origins=[""])
    assert ask(app, "/").cors == NOTHING


@pytest.mark.rule("compat.27")
def test_27_tracebacks_are_readable_by_named_origins_in_debug_mode() -> None:
    def fail() -> str:
        raise RuntimeError("the reason")

    app = app_of(origins=[SITE, re.compile("https://other.*")], view=fail)
    app.debug = True
    answer = ask(app, "/")
    assert (answer.status, answer.cors) == (500, allowed(vary=True))
    assert "RuntimeError: the reason" in answer.text
    with pytest.raises(RuntimeError):
        ask(app, "/", origin=OTHER)
    off = app_of(origins=SITE, view=fail, intercept_exceptions=False)
    off.debug = True
    with pytest.raises(RuntimeError):
        ask(off, "/")


@pytest.mark.rule("compat.28")
def test_28_headers_adds_to_allow_headers() -> None:
    with pytest.warns(DeprecationWarning, match="allow_headers"):
        app = app_of(origins=SITE, headers="X-Old", allow_headers="X-New")
    asked = preflight(app, "/", "GET", names="X-Old, X-New, X-Other")
    assert asked.cors == granted(headers="X-New, X-Old")
    app = app_of(origins=SITE)
    app.config["CORS_HEADERS"] = "Content-Type"
    with pytest.warns(DeprecationWarning, match="CORS_ALLOW_HEADERS"):
        asked = preflight(app, "/", "GET", names="X-Any")
    assert asked.cors == granted(headers="X-Any")


@pytest.mark.rule("compat.29")
def test_29_expose_headers_is_not_on_preflights() -> None:
    app = app_of(origins=SITE, expose_headers="X")
    assert ask(app, "/").cors == allowed(expose="X")
    assert preflight(app, "/", "GET").cors == granted()


@pytest.mark.rule("compat.30")
def test_30_null_must_be_named() -> None:
    assert readable(["null"], "null") == [True]
    assert readable("*", "null") == [True]
    assert readable(re.compile(".*"), "null", SITE) == [False, True]
    app = app_of(origins=["null", SITE], supports_credentials=True)
    with pytest.warns(CorsWarning, match="'null' is granted no credentials"):
        assert ask(app, "/", origin="null").cors == allowed("null", vary=True)
    assert ask(app, "/").cors == allowed(vary=True, credentials="true")


@pytest.mark.rule("compat.31")
def test_31_dot_star_is_a_regex() -> None:
    app = app_of(origins=".*", send_wildcard=True)
    assert ask(app, "/").cors == echoed()
    assert ask(app, "/", origin="null").cors == DENIED
    assert ask(app, "/", origin=None).cors == DENIED


@pytest.mark.rule("compat.32")
def test_32_an_option_where_it_does_nothing_is_warned_of() -> None:
    with pytest.warns(CorsWarning, match="automatic_options=False"):
        app_of(automatic_options=False)


@pytest.mark.rule("compat.34")
def test_34_config_is_read_when_policies_are_compiled() -> None:
    app = app_of()
    app.config["CORS_ORIGINS"] = OTHER
    assert ask(app, "/", origin=OTHER).cors == allowed(OTHER)
    app.config["CORS_ORIGINS"] = SITE
    assert ask(app, "/").cors == DENIED
    app.extensions["cors"].reload()
    assert ask(app, "/").cors == allowed()


@pytest.mark.rule("compat.35")
def test_35_of_two_marks_the_inner_decides() -> None:
    app = Flask(__name__)
    with pytest.warns(CorsWarning, match="without effect: cross_origin"):
        app.add_url_rule("/", view_func=cross_origin(OTHER)(cross_origin(SITE)(page())))
    assert ask(app, "/").cors == allowed()
    assert ask(app, "/", origin=OTHER).cors == DENIED


@pytest.mark.rule("compat.37")
def test_37_any_method_lists_in_a_string_and_ipv6_literals_work() -> None:
    app = app_of(origins=SITE, methods="*")
    assert preflight(app, "/", "PURGE").cors == granted(methods="PURGE")
    assert readable(f"{SITE}, {OTHER}", SITE, OTHER, "https://x.example") == [True, True, False]
    assert readable("http://[::1]:8000", "http://[::1]:8000", "http://[::1]") == [True, False]


@pytest.mark.rule("compat.38")
def test_38_odd_origins_match_no_regex_and_compiled_header_names_ignore_case() -> None:
    long = f"https://{'a' * 505}"
    assert readable(re.compile("(?s)https://.*"), long[:-1], long, "https://a\xe9") == [
        True,
        False,
        False,
    ]
    app = app_of(origins=SITE, allow_headers=re.compile("X-A.*"))
    names = {"methods": METHODS, "headers": "x-ab"}
    assert preflight(app, "/", "GET", names="x-ab, x-b").cors == granted(**names)


# -- kept on purpose -------------------------------------------------------------------


@pytest.mark.rule("compat.kept-echo")
def test_kept_any_origin_is_echoed_without_credentials() -> None:
    assert ask(app_of(), "/", origin=OTHER).cors == echoed(OTHER)


@pytest.mark.rule("compat.kept-always-send")
def test_kept_always_send() -> None:
    assert ask(app_of(), "/", origin=None).cors == allowed("*")
    assert ask(app_of(always_send=False), "/", origin=None).cors == DENIED


@pytest.mark.rule("compat.kept-lists")
def test_kept_lists_are_sorted_and_joined() -> None:
    app = app_of(origins=SITE, expose_headers="b, a", allow_headers="y, x")
    assert ask(app, "/").cors == allowed(expose="a, b")
    asked = preflight(app, "/", "GET", names="y,x")
    assert asked.cors == granted(methods=METHODS, headers="x, y")


@pytest.mark.rule("compat.kept-200")
def test_kept_a_preflight_is_a_200() -> None:
    assert preflight(app_of(), "/", "GET").status == 200


@pytest.mark.rule("compat.kept-own-acao")
def test_kept_the_views_own_header_wins() -> None:
    app = app_of(view=lambda: ("ok", {"Access-Control-Allow-Origin": OTHER}))
    assert ask(app, "/").cors == allowed(OTHER)


@pytest.mark.rule("compat.kept-own-options")
def test_kept_views_with_their_own_options_answer_themselves() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: ("mine", 207), endpoint="own", methods=["OPTIONS"])
    app.add_url_rule("/", view_func=page())
    CORS(app, origins=SITE)
    assert preflight(app, "/", "GET") == (207, "mine", granted())


@pytest.mark.rule("compat.kept-anchors")
def test_kept_anchored_regexes() -> None:
    asking = ["http://[::1]", "http://[::1]:8000", "http://[::1]:8000x"]
    assert readable(r"^http://\[::1\](:[0-9]+)?$", *asking) == [True, True, False]


@pytest.mark.rule("compat.kept-bare-host")
def test_kept_clients_that_send_a_bare_host() -> None:
    assert ask(app_of(), "/", origin="example.com").cors == echoed("example.com")


@pytest.mark.rule("compat.kept-resources-error")
def test_kept_bad_resources_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="resources"):
        app_of(resources=7)


@pytest.mark.rule("compat.kept-imports")
def test_kept_the_version_and_the_import_paths() -> None:
    assert flask_cors.__version__
    assert flask_cors.extension.CORS is CORS
    with pytest.warns(DeprecationWarning, match="flask_cors"):
        from flask_cors.decorator import cross_origin as found
    with pytest.warns(DeprecationWarning, match="ACL_ORIGIN"):
        from flask_cors.core import ACL_ORIGIN
    assert (found, ACL_ORIGIN) == (cross_origin, "Access-Control-Allow-Origin")


KEPT = {
    **HEADER_CONSTANTS,
    "LOG": logging.getLogger("flask_cors.core"),
    "RegexObject": re.Pattern,
    "FLASK_CORS_EVALUATED": "_FLASK_CORS_EVALUATED",
}


@pytest.mark.rule("compat.kept-imports")
@pytest.mark.parametrize("name", sorted(KEPT))
def test_kept_names_of_core_with_a_deprecation_at_the_users_line(name: str) -> None:
    core: Any = flask_cors.core
    with pytest.warns(DeprecationWarning, match=f"^flask_cors.core.{name} is ") as caught:
        assert getattr(core, name) == KEPT[name]
    assert caught[0].filename == __file__


@pytest.mark.rule("compat.kept-imports")
def test_kept_names_are_what_a_star_imports() -> None:
    names: dict[str, Any] = {}
    with pytest.warns(DeprecationWarning, match="flask_cors.core"):
        exec("from flask_cors.core import *", names)
    assert KEPT.keys() <= names.keys()


@pytest.mark.rule("compat.kept-imports")
@pytest.mark.parametrize("name", ["set_cors_headers", "parse_resources", "serialize_options", "x"])
def test_a_private_name_of_core_fails_with_what_to_use(name: str) -> None:
    with pytest.raises(ImportError, match=f"{name} was private and is gone: use CORS"):
        exec(f"from flask_cors.core import {name}", {})
    assert not hasattr(flask_cors.core, "__wrapped__")


def core_name(name: str) -> Any:
    core: Any = flask_cors.core
    with pytest.warns(DeprecationWarning, match=name):
        return getattr(core, name)


@pytest.mark.rule("compat.kept-imports")
def test_kept_default_options_are_a_copy() -> None:
    defaults = core_name("DEFAULT_OPTIONS")
    assert (defaults["origins"], defaults["resources"]) == ("*", "/*")
    defaults["methods"].clear()
    assert core_name("DEFAULT_OPTIONS")["methods"]


@pytest.mark.rule("compat.kept-imports")
def test_kept_get_cors_options_and_headers() -> None:
    app = Flask(__name__)
    app.config["CORS_MAX_AGE"] = 5
    app.config["CORS_ORIGINS"] = "https://no.example"
    options = core_name("get_cors_options")(app, {"origins": [SITE, OTHER]}, None)
    assert (options["origins"], options["max_age"]) == ([SITE, OTHER], 5)
    headers_of = core_name("get_cors_headers")

    def asked(method: str = "GET", **headers: str) -> dict[str, str]:
        found: Any = Headers({name.replace("_", "-"): text for name, text in headers.items()})
        return dict(headers_of(options, found, method))

    assert asked(Origin=SITE) == allowed(vary=True)
    assert asked(Origin="https://no.example") == {"Vary": "Origin"}
    assert asked() == {"Vary": "Origin"}
    assert asked(
        "OPTIONS",
        Origin=SITE,
        Access_Control_Request_Method="PUT",
        Access_Control_Request_Headers="x-a",
    ) == granted(headers="x-a", max_age=5, vary=True)
    with pytest.raises(ConfigError):
        headers_of({"origins": None}, Headers(), "GET")
