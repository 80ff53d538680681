"""``check --upgrade``: each difference from 6.0.5 is found where it applies, and nowhere else."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from flask import Blueprint, Flask, Response, abort, g, request_finished
from flask.cli import ScriptInfo
from flask.views import MethodView

from flask_cors import CORS, CorsWarning, cors_exempt, cross_origin
from flask_cors.cli import cors
from flask_cors.errors import Problem, Source
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks.subject import Found
from flask_cors.tools.checks.upgrade import ROWS, Change, UpgradeResult, upgrade
from flask_cors.tools.checks.upgrade.changes import FAILS, Effect, add, every_row
from flask_cors.tools.checks.upgrade.incumbent import matches_origin
from flask_cors.tools.checks.upgrade.option_rows import row_of
from flask_cors.tools.checks.upgrade.written import keywords_at

A = "https://a.example.com"
B = "https://b.example.com"
CHECKOUT = Path(__file__).parents[4]
Build = Callable[[Flask], object]


def new_view() -> Callable[..., str]:
    """Return a view of its own for each route: what decorates one says nothing of others."""

    def view(**values: object) -> str:
        return "x"

    view.__qualname__ = "view"
    return view


def build(*steps: Build, routes: tuple[str, ...] = ("/x",), **config: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(config)
    for path in routes:
        app.add_url_rule(path, path.strip("/").replace("/", "_"), new_view())
    for step in steps:
        step(app)
    return app


def of(app: Flask) -> UpgradeResult:
    return upgrade(app, state_of(app))


def rows(app: Flask) -> list[tuple[int, str]]:
    return [(change.row, change.effect) for change in of(app).changes]


def app_with(**options: Any) -> Build:
    return lambda app: CORS(app, **{"origins": A, **options})


def decorated(path: str, *args: Any, methods: tuple[str, ...] = ("GET",), **options: Any) -> Build:
    marked = cross_origin(*args, **options)(new_view())
    name = f"decorated{path.replace('/', '_')}{'_'.join(methods)}"
    return lambda app: app.add_url_rule(path, name, marked, methods=list(methods))


def blueprint(name: str = "api", **options: Any) -> Build:
    def register(app: Flask) -> None:
        found = Blueprint(name, __name__, url_prefix=f"/{name}")
        found.add_url_rule("/x", "x", new_view())
        CORS(found, **options)
        app.register_blueprint(found)

    return register


# -- nothing changes -------------------------------------------------------------------


@pytest.mark.parametrize(
    "app",
    [
        build(),
        build(app_with()),
        build(app_with(origins="*")),
        build(app_with(origins=r"https://[a-z]+\.example\.com$")),
        build(app_with(max_age=600)),
        build(app_with(supports_credentials=True)),
        build(app_with(resources={"/x": {}})),
        build(app_with(resources={"/api/*": {"max_age": 1}}), routes=("/api/a", "/api")),
        build(decorated("/y", origins=A)),
        build(app_with(), decorated("/y", origins=A)),
        build(blueprint(origins=A)),
        build(CORS_ORIGINS=A, CORS_SUPPORTS_CREDENTIALS="true"),
    ],
)
def test_an_app_for_which_nothing_changes(app: Flask) -> None:
    result = of(app)
    assert result.changes == ()
    assert result.nothing_changes
    assert result.counts() == {}


# -- origins ---------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*it also matches", "ignore:.*read as")
@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        (r"https://.*\.example\.com", [(2, "allows less")]),
        (re.compile(r"https://.*\.example\.com"), [(2, "allows less")]),
        (r"https://.*\.example\.com\$", []),
        (r"http://localhost:\d+", []),
        (r"http://localhost(:\d+)?", [(2, "allows less")]),
        (
            ["https://*.example.com", "https://example.com"],
            [(3, "allows more"), (0, "allows less")],
        ),
        ("chrome-extension://*", []),
        (A.upper(), []),
        ("https://a.example.com:443", [(25, "allows more")]),
        (".+", [(37, "allows more")]),
        ([r"https://[a-z]+\.example\.com\Z", r"https://b\.example(:\d+)?.*"], []),
        ("https://*.example.com", [(3, "allows more"), (3, "allows less")]),
        ("http://localhost:*", [(3, "allows less")]),
        ("https://*.example.com:*", [(3, "allows more"), (3, "allows less")]),
        ("https://.+.example.com", [(37, "allows more")]),
        (f"{A}|{B}", [(37, "allows more")]),
        (f"{A}/", [(25, "allows more")]),
        (f"{A}/*", [(25, "allows less")]),
        ([A, B], [(14, "other headers")]),
        (lambda origin: True, [(22, "allows more")]),
        (re.compile(".*"), [(30, "allows less"), (31, "other headers")]),
        (".*", [(30, "allows less"), (31, "other headers")]),
        ("http://[::1]:3000", [(37, "allows more")]),
    ],
)
def test_origins(origins: Any, expected: list[tuple[int, str]]) -> None:
    app = build(app_with(origins=origins))
    assert rows(app) == expected
    for change in of(app).changes:
        assert (change.place, change.file) == ("CORS(app)", __file__)
        assert change.line
        assert change.keep


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
def test_the_domain_itself_is_not_lost_where_it_is_listed() -> None:
    origins = ["https://*.example.com", "https://example.com"]
    changes = of(build(app_with(origins=origins))).changes
    assert not [change for change in changes if "allowed https://example.com too" in change.what]


def test_what_a_regular_expression_matched_besides_is_named() -> None:
    (change,) = of(build(app_with(origins=r"http://localhost(:\d+)?"))).changes
    assert "such as http://localhost.evil.net; it must match" in change.what
    assert change.keep == "Letting other hosts in again is not safe."
    (change,) = of(build(app_with(origins=re.compile(r"https://a\.example\.com")))).changes
    assert change.keep.startswith(
        r"If any port is meant, write r'https://a\.example\.com(:[0-9]+)?'"
    )


@pytest.mark.parametrize(
    ("rule", "resources", "path"),
    [
        ("/f/<path:rest>", ["/f/*", "/f/admin/*"], "/f/adminx"),
        ("/<path:rest>", ["/api/*"], "/apix"),
        ("/api/<v>/u", ["/api/v1.0/*"], "/api/v1.0x/u"),
        ("/<area>/u", ["/api/*"], "/apix/u"),
    ],
)
def test_paths_beside_a_pattern_are_asked_for(rule: str, resources: list[str], path: str) -> None:
    given: Any = {
        text: {"origins": [A] if number else [B]} for number, text in enumerate(resources)
    }
    app = Flask("shop", static_folder=None)
    CORS(app, resources=given)
    app.add_url_rule(rule, "view", lambda **values: "x")
    found = [change for change in of(app).changes if change.row in (4, 5)]
    assert any(path in change.what for change in found), found


@pytest.mark.parametrize(
    ("call", "effect", "words"),
    [
        (lambda app: CORS(app, origins=[A], allow_headers=None), "allows more", "any header"),
        (lambda app: CORS(app, origins=[A], methods=None), "allows more", "DELETE"),
        (
            lambda app: CORS(app, origins=[A], supports_credentials=None),
            "allows more",
            "credentials",
        ),
    ],
)
def test_a_none_that_was_a_value(call: Build, effect: str, words: str) -> None:
    """``None`` means "not set here", and was written over the config and the default."""
    app = build(call, CORS_SUPPORTS_CREDENTIALS=True)
    assert any(each.effect == effect and words in each.what for each in of(app).changes)
    assert not of(build(lambda app: CORS(app, origins=[A]), CORS_ALLOW_HEADERS=None)).changes


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
def test_true_in_words_is_true_though_one_view_loses_it() -> None:
    app = build(
        lambda app: CORS(app, origins=[A]),
        decorated("/open", origins="*"),
        CORS_SUPPORTS_CREDENTIALS="True",
    )
    assert 21 not in [change.row for change in of(app).changes]


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
def test_a_blueprint_had_no_credentials_of_the_config() -> None:
    app = build(lambda app: None, CORS_SUPPORTS_CREDENTIALS=True)
    part = Blueprint("part", __name__)
    CORS(part, origins="*")
    part.add_url_rule("/part", "view", lambda: "x")
    app.register_blueprint(part)
    assert 1 not in [change.row for change in of(app).changes]


def test_a_url_that_another_rule_serves_by_get() -> None:
    app = build(lambda app: app.add_url_rule("/<path:rest>", "spa", lambda rest: "x"))
    part = Blueprint("api", __name__, url_prefix="/api")
    CORS(part, origins=[A])
    part.add_url_rule("/login", "login", lambda: "x", methods=["POST"])
    app.register_blueprint(part)
    assert (36, "allows less") in rows(app)


def test_a_decorator_in_a_line_with_another_call() -> None:
    app = build(app_with(origins=[B]))
    app.add_url_rule("/m", view_func=cross_origin(origins=[A])(new_view()), methods=["GET"])
    assert not [change for change in of(app).changes if "preflights allow" in change.what]


def test_origins_in_any_collection() -> None:
    listed = build(app_with(origins={A: 1, B: 2}.keys()))
    assert (0, "allows more") not in rows(listed)


@pytest.mark.parametrize("place", ["hook", "view"])
def test_credentials_that_are_written_by_hand(place: str) -> None:
    app = build(lambda app: CORS(app))
    name = "Access-Control-Allow-Credentials"
    if place == "hook":

        @app.after_request
        def grant(response: Response) -> Response:
            response.headers["Access-Control-Allow-Credentials"] = "true"
            return response

    else:
        app.add_url_rule(
            "/y", "y", lambda: ("x", 200, {"Access-Control-Allow-Credentials": "true"})
        )
    (change,) = of(app).changes
    assert (change.row, change.effect) == (33, "allows less")
    assert name in change.what
    assert change.file == __file__


def test_a_hook_that_narrowed_preflights() -> None:
    app = build(app_with(origins=[A]))

    @app.after_request
    def narrow(response: Response) -> Response:
        response.headers["Access-Control-Allow-Methods"] = "GET"
        return response

    assert (33, "allows more") in rows(app)


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
def test_null_gets_no_credentials_any_more() -> None:
    app = build(app_with(origins=["null"], supports_credentials=True))
    assert (0, "allows less") in rows(app)


def test_header_names_that_no_page_sends_are_no_difference() -> None:
    with pytest.warns(CorsWarning):
        app = build(app_with(origins=[A], allow_headers=["Origin", "X-A"]))
    assert {change.effect for change in of(app).changes} <= {"warns"}


def test_any_origin_with_credentials() -> None:
    app = build(lambda app: CORS(app, supports_credentials=True))
    (change,) = [item for item in of(app).changes if item.effect != "warns"]
    assert (change.row, change.effect, change.place) == (1, "allows less", "CORS(app)")
    assert change.what.startswith("every site got credentials; supports_credentials=True: dropped")
    assert change.file == __file__


def test_several_origins_in_one_string() -> None:
    app = build(lambda app: CORS(app), CORS_ORIGINS=f"{A}, {B}")
    assert rows(app) == [(37, "allows more"), (14, "other headers")]
    assert of(app).changes[0].place == "CORS_ORIGINS"


@pytest.mark.filterwarnings("ignore:.*write it like this")
@pytest.mark.parametrize(
    ("step", "config", "place"),
    [
        (lambda app: CORS(app), {"CORS_ORIGINS": ["https://A.example.com/", B]}, "CORS_ORIGINS"),
        (lambda app: CORS(app, origins="https://A.example.com/"), {}, "CORS(app)"),
        (lambda app: CORS(app, resources={"*": {"origins": "https://a.example.com:443"}}), {}, ""),
    ],
)
def test_an_origin_that_is_normalised(step: Build, config: dict[str, Any], place: str) -> None:
    found = [change for change in of(build(step, **config)).changes if change.row == 25]
    (change,) = found
    assert change.effect == "allows more"
    assert change.what.endswith(
        "never matched; it is read as 'https://a.example.com', which a browser sends"
    )
    assert not place or change.place == place


def test_a_callable_in_the_config_is_no_text() -> None:
    assert rows(build(lambda app: CORS(app), CORS_ORIGINS=lambda origin: True)) == [
        (22, "allows more")
    ]


def test_several_origins_in_one_keyword() -> None:
    app = build(lambda app: CORS(app, origins="https://a.example.com, https://b.example.com"))
    assert rows(app) == [(37, "allows more"), (14, "other headers")]


def test_origins_without_always_send() -> None:
    assert rows(build(app_with(origins=[A, B], always_send=False))) == []


@pytest.mark.parametrize(
    ("pattern", "origin", "expected"),
    [
        (A, A.upper(), True),
        (A, B, False),
        ("https://*.a.com", "https://x.a.com", False),
        ("https://*.a.com", "https:///a.com.evil.net", True),
        ("https://(", "https://x", False),
    ],
)
def test_what_the_old_version_matched(pattern: str, origin: str, expected: bool) -> None:
    assert matches_origin(pattern, origin) is expected


# -- options ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"allow_private_network": True}, [(15, "other headers")]),
        ({"allow_private_network": False}, []),
        ({"max_age": 0}, [(16, "other headers")]),
        ({"intercept_exceptions": False}, [(27, "other headers")]),
        ({"intercept_exceptions": True}, []),
        ({"expose_headers": "X-Total"}, [(29, "other headers")]),
        ({"expose_headers": []}, []),
        ({"methods": "*"}, [(37, "allows more")]),
        ({"methods": ["GET"]}, []),
    ],
)
def test_options(options: dict[str, Any], expected: list[tuple[int, str]]) -> None:
    assert rows(build(app_with(**options))) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"CORS_SUPPORTS_CREDENTIALS": "False"}, [(21, "allows less")]),
        ({"CORS_VARY_HEADER": "0"}, [(21, "other headers")]),
        ({"CORS_SUPPORTS_CREDENTIALS": "True"}, []),
        ({"CORS_SUPPORTS_CREDENTIALS": False}, []),
        ({"CORS_SUPPORTS_CREDENTIALS": ""}, [(26, "warns")]),
        ({"CORS_SUPPORTS_CREDENTIALS": "maybe"}, None),
    ],
)
def test_words_in_the_config(
    config: dict[str, Any], expected: list[tuple[int, str]] | None
) -> None:
    app = build(app_with(), **config)
    if expected is None:
        assert rows(app)[0][1] == FAILS
    else:
        assert rows(app) == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_old_name_of_allow_headers() -> None:
    assert rows(build(app_with(headers="X-A"))) == [(28, "warns")]
    assert of(build(app_with(headers="X-A"))).nothing_changes
    assert rows(build(app_with(headers="X-A", allow_headers="X-B"))) == [(28, "allows more")]


# -- what is dropped, or an error ------------------------------------------------------


def problem(option: str, value: object) -> Problem:
    return Problem(option, value, Source("app", "CORS(app)", "shop.py", 3), "why", "Write it.")


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("supports_credential", True, 7),
        ("CORS_SUPPORT_CREDENTIALS", True, 7),
        ("positional argument", "x", 8),
        ("supports_credentials", True, 1),
        ("CORS_EXPOSE_HEADERS", "*", 1),
        ("origins", None, 26),
        ("origins", "", 26),
        ("origins", "app.example.com", 24),
        ("methods", "GE T", 24),
        ("expose_headers", "X Y", 24),
        ("max_age", -1, 24),
        ("cross_origin", "view", 35),
    ],
)
def test_a_mistake_belongs_to_a_row(option: str, value: object, expected: int) -> None:
    assert row_of(problem(option, value)) == expected
    change = Effect(FAILS, Found.of(problem(option, value))).to_change(expected)
    assert change == Change(
        expected,
        FAILS,
        "CORS(app)",
        f"{option}={value!r}: why",
        "Write it.",
        "shop.py",
        3,
    )
    assert change.to_finding().severity == "error"


def test_what_is_degraded_belongs_to_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    app = build(app_with())
    policies = state_of(app).policies()
    given = [("origins", "app.example.com"), ("origins", None), ("x", 1)]
    policies.degraded += [problem(option, value) for option, value in given]
    monkeypatch.setattr(state_of(app), "policies", lambda: policies)
    assert rows(app) == [(7, "warns"), (24, "warns"), (26, "warns")]


def test_an_app_that_does_not_start() -> None:
    result = of(build(app_with(), CORS_MAX_AGE=-1))
    assert [(change.row, change.effect) for change in result.changes] == [(24, FAILS)]
    assert not result.nothing_changes
    assert result.to_check().at_least("error")


# -- resources -------------------------------------------------------------------------


def test_a_prefix_becomes_a_glob() -> None:
    app = build(app_with(resources={"/api/*": {}}), routes=("/api/a", "/api-internal"))
    (change,) = of(app).changes
    assert (change.row, change.effect, change.place) == (4, "allows less", "CORS(app) for '/api/*'")
    assert change.what == "/api-internal was covered by '/api/*', and no longer is"
    assert "'/api-internal'" in change.keep


def test_a_glob_that_covers_more() -> None:
    app = build(app_with(resources={"*.json": {"max_age": 1}}), routes=("/a.json",))
    (change,) = of(app).changes
    assert (change.row, change.effect) == (4, "allows more")


@pytest.mark.parametrize(
    ("special", "effect"),
    [
        ({"origins": B}, "allows more"),
        ({"origins": []}, "allows less"),
        ({"max_age": 1}, "other headers"),
        ({"methods": ["GET"]}, "allows less"),
        ({"methods": ["GET", "PURGE"]}, "allows more"),
        ({"allow_headers": ["X-A"]}, "allows less"),
        ({"supports_credentials": True}, "allows more"),
    ],
)
def test_another_resource_comes_first(special: dict[str, Any], effect: str) -> None:
    app = build(app_with(resources={"/a/b/cc.*": special, "/a/b/.*/.*/.*": {}}))
    app.add_url_rule("/a/b/cc/d/e", "deep", new_view())
    change = next(change for change in of(app).changes if change.row == 5)
    assert change.effect == effect
    assert change.place == "CORS(app) for '/a/b/cc.*'"


def test_another_resource_that_says_the_same() -> None:
    app = build(app_with(resources={"/a/b/cc.*": {}, "/a/b/.*/.*/.*": {}}))
    app.add_url_rule("/a/b/cc/d/e", "deep", new_view())
    assert rows(app) == []


# -- the walk --------------------------------------------------------------------------


def test_a_positional_argument() -> None:
    (change,) = of(build(decorated_with_position())).changes
    assert (change.row, change.effect) == (8, "allows less")
    assert change.place == "cross_origin on view"
    assert change.file == __file__


def decorated_with_position() -> Build:
    marked = cross_origin("https://a.example.com")(new_view())
    return lambda app: app.add_url_rule("/y", "y", marked)


@pytest.mark.parametrize(
    ("before", "given", "found"),
    [
        (None, "*", []),
        ("https://b.example", "https://b.example", []),
        ("https://b.example", "*", ["allows more"]),
        ("https://b.example", "https://a.example", ["allows more"]),
        (["https://a.example", "https://b.example"], "https://a.example", ["allows less"]),
    ],
)
def test_a_positional_argument_is_compared_with_the_origins_that_held(
    before: Any, given: str, found: list[str]
) -> None:
    def setup(app: Flask) -> None:
        if before is not None:
            app.config["CORS_ORIGINS"] = before
        app.add_url_rule("/y", "y", cross_origin(given)(new_view()))

    changes = [change for change in of(build(setup)).changes if change.row == 8]
    assert [change.effect for change in changes] == found
    for change in changes:
        assert (
            f"was open to {before if isinstance(before, str) else ', '.join(before)}" in change.what
        )
        assert f"write @cross_origin({before!r})" in change.keep


def test_a_positional_argument_is_found_behind_a_wrapper() -> None:
    def api_cors(*args: Any) -> Any:
        return cross_origin(*args)

    marked = api_cors("https://a.example.com")(new_view())
    assert rows(build(lambda app: app.add_url_rule("/y", "y", marked))) == [(8, "allows less")]


def test_a_positional_argument_is_found_where_sources_cannot_be_read() -> None:
    names: dict[str, Any] = {"cross_origin": cross_origin, "view": new_view()}
    code = compile("marked = cross_origin('https://a.example.com')(view)", "/no/such.py", "exec")
    exec(code, names)
    app = build(lambda app: app.add_url_rule("/y", "y", names["marked"]))
    assert rows(app) == [(8, "allows less")]


def test_origins_without_a_line() -> None:
    assert keywords_at(Source("app", "CORS(app)"), ("CORS",)) == set()


def test_sources_that_are_no_python(tmp_path: Path) -> None:
    file = tmp_path / "template.txt"
    file.write_text("{% this is no Python %}")
    assert keywords_at(Source("app", "CORS(app)", str(file), 1), ("CORS",)) == set()


def test_a_decorator_takes_what_the_app_sets() -> None:
    app = build(app_with(max_age=600), decorated("/y", methods=("GET",)))
    change = next(change for change in of(app).changes if change.row == 9)
    assert change.effect == "allows less"
    assert change.place == "cross_origin on view"
    assert f"origins={A} (from CORS(app) at {__file__}:" in change.what
    assert "max_age=600" in change.what
    assert change.keep == "To keep the old values, write origins='*' in @cross_origin."


def test_a_decorator_that_takes_credentials() -> None:
    app = build(
        lambda app: CORS(app, origins=A, supports_credentials=True, methods="GET"),
        decorated("/y"),
    )
    change = next(change for change in of(app).changes if change.row == 9)
    assert change.effect == "allows more"
    assert "Credentials are granted now" in change.keep
    assert "methods=['DELETE', 'GET'," in change.keep


def test_a_decorator_keeps_its_headers() -> None:
    app = build(app_with(max_age=5), decorated("/y", origins=A))
    (change,) = of(app).changes
    assert (change.row, change.effect) == (9, "other headers")
    assert change.keep == "Set the intended options there."
    app = build(app_with(allow_headers=["X-A"]), decorated("/y", origins=A), CORS_MAX_AGE=5)
    (change,) = of(app).changes
    assert (change.row, change.effect) == (9, "allows less")
    assert change.keep.endswith("write allow_headers='*' in @cross_origin.")


def test_a_blueprint_takes_what_the_config_sets() -> None:
    app = build(blueprint(), CORS_ORIGINS=[A, B], CORS_MAX_AGE=5)
    change = next(change for change in of(app).changes if change.row == 10)
    assert (change.effect, change.place) == ("allows less", "CORS(api)")
    assert "max_age=5 (from CORS_MAX_AGE) instead of none" in change.what


def test_a_denial_is_final() -> None:
    app = build(app_with(origins="*"), blueprint(origins=A))
    (change,) = of(app).changes
    assert (change.row, change.effect, change.place) == (11, "allows less", "CORS(api)")
    assert change.what == ("CORS(app) allowed * on GET, HEAD /api/x although CORS(api) does not")


def test_a_denial_of_a_later_object_is_final() -> None:
    app = build(
        lambda app: CORS(app, origins="*"),
        lambda app: CORS(app, origins=A),
    )
    (change,) = of(app).changes
    assert (change.row, change.effect, change.place) == (11, "allows less", "CORS(app)")
    assert f"CORS(app) at {__file__}:{(change.line or 0) - 1} allowed *" in change.what


def test_a_denial_of_a_decorator_is_final() -> None:
    app = build(lambda app: CORS(app), decorated("/y", origins=A), CORS_ORIGINS=[A, B])
    found = [change for change in of(app).changes if change.row == 11]
    assert [change.place for change in found] == ["cross_origin on view"]


# -- preflights ------------------------------------------------------------------------


def test_two_endpoints_on_one_url() -> None:
    app = build(
        decorated("/y", origins=A, methods=("GET",)),
        decorated("/y", origins=B, methods=("PUT",)),
    )
    assert rows(app) == [(18, "allows more"), (18, "allows less"), (36, "allows less")]
    assert {change.place for change in of(app).changes} == {"/y"}


class Items(MethodView):
    """One method is open and the other is not."""

    @cross_origin(origins=A)
    def get(self) -> str:
        return "x"

    @cors_exempt
    def put(self) -> str:
        return "x"


def test_two_methods_of_one_url() -> None:
    app = build(lambda app: app.add_url_rule("/items", view_func=Items.as_view("items")))
    assert rows(app) == [(19, "allows more"), (36, "allows less")]


def test_a_decorated_base_of_a_class() -> None:
    class Several(MethodView):
        decorators = [cross_origin(origins=A)]  # noqa: RUF012

        def get(self) -> str:
            return "x"

    app = build(lambda app: app.add_url_rule("/y", view_func=Several.as_view("y")))
    (change,) = of(app).changes
    assert (change.row, change.effect) == (19, "allows more")
    assert "preflights of methods of a class" in change.what


def test_views_that_could_not_be_decorated() -> None:
    @cross_origin(origins=A)
    async def asynchronous() -> str:
        return "x"

    @cross_origin(origins=A)
    class Thing(MethodView):
        def get(self) -> str:
            return "x"

    app = build(
        lambda app: app.add_url_rule("/a", view_func=asynchronous),
        lambda app: app.add_url_rule("/t", view_func=Thing.as_view("t")),
    )
    assert rows(app) == [(19, "allows more"), (19, "allows more")]


def test_two_decorators_on_one_class() -> None:
    class Several(MethodView):
        decorators = [cross_origin(origins=A), cross_origin(origins=B)]  # noqa: RUF012

        def get(self) -> str:
            return "x"

    with pytest.warns(CorsWarning):
        app = build(lambda app: app.add_url_rule("/y", view_func=Several.as_view("y")))
    assert rows(app) == [(19, "allows more"), (35, "other headers")]


# -- hooks -----------------------------------------------------------------------------


def refuse() -> None:
    if not g.get("user"):
        abort(401)


def start() -> None:
    g.start = 1


def stop(response: Response) -> Response:
    response.headers["X-Time"] = g.start
    return response


def close(response: Response) -> Response:
    response.headers.pop("Access-Control-Allow-Origin", None)
    return response


def fill(response: Response) -> Response:
    response.headers.setdefault("Access-Control-Allow-Origin", "*")
    if "Access-Control-Allow-Origin" not in response.headers:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def look(response: Response) -> Response:
    response.headers["X-Open"] = str("Access-Control-Allow-Origin" in response.headers)
    return response


def hooks(before: tuple[Any, ...] = (), after: tuple[Any, ...] = ()) -> Flask:
    app = build(app_with())
    for hook in before:
        app.before_request(hook)
    for hook in after:
        app.after_request(hook)
    return app


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (hooks((refuse,)), [(17, "allows more", "before_request refuse")]),
        (hooks((start,)), []),
        (hooks((start,), (stop,)), [(17, "warns", "after_request stop")]),
        (hooks((), (close,)), [(33, "allows more", "after_request close")]),
        (hooks((), (fill,)), [(33, "allows more", "after_request fill")]),
        (hooks((), (look,)), [(33, "other headers", "after_request look")]),
    ],
)
def test_hooks(app: Flask, expected: list[tuple[int, str, str]]) -> None:
    found = of(app).changes
    assert [(change.row, change.effect, change.place) for change in found] == expected
    assert all(change.file == __file__ and change.line for change in found)


def close_when_finished(sender: Flask, response: Response, **_: object) -> None:
    close(response)


class Closing(Flask):
    def finalize_request(self, *args: Any, **kwargs: Any) -> Response:
        return close(super().finalize_request(*args, **kwargs))


@pytest.mark.rule("compat.33")
def test_what_closed_a_path_after_the_hooks_allows_more() -> None:
    app = hooks()
    with request_finished.connected_to(close_when_finished, app):
        (change,) = of(app).changes
    place = "request_finished close_when_finished"
    assert (change.row, change.effect, change.place) == (33, "allows more", place)
    app = Closing(__name__, static_folder=None)
    CORS(app)
    (change,) = of(app).changes
    place = "method Closing.finalize_request"
    assert (change.row, change.effect, change.place) == (33, "allows more", place)


def another_response(response: Response) -> Response:
    return Response(response.get_data())


@pytest.mark.rule("compat.33")
@pytest.mark.parametrize(
    ("after", "unseen"), [((), False), ((another_response,), True), ((close,), False)]
)
def test_what_a_hook_does_may_not_be_seen(after: tuple[Any, ...], unseen: bool) -> None:
    numbers = [row.number for row in of(hooks((), after)).unseen]
    assert (33 in numbers) is unseen
    assert numbers == sorted(numbers)


def test_hooks_without_cors() -> None:
    app = build()
    app.before_request(refuse)
    assert rows(app) == []


# -- what no row names ---------------------------------------------------------------------


def two_calls(first: str, second: str) -> Build:
    def call(app: Flask) -> None:
        for origin in (first, second):
            CORS(app, resources={"/x": {"origins": origin}})

    return call


def test_calls_in_one_line_are_several() -> None:
    (change,) = of(build(two_calls(A, B))).changes
    assert (change.row, change.effect) == (11, "allows less")
    assert change.what.startswith(f"CORS(app) for '/x' allowed {A} on GET, HEAD /x")


@pytest.mark.parametrize(
    ("options", "effect", "what"),
    [
        (
            {"allow_headers": "X-.+"},
            "allows more",
            "preflights allow x-custom now, and did not before",
        ),
        (
            {"allow_headers": "X-A, X-B"},
            "allows more",
            "preflights allow x-a, x-b now, and did not before",
        ),
        (
            {"resources": {"/y|/x": {}}},
            "allows more",
            "/x was not covered by '/y|/x', and now is",
        ),
    ],
)
def test_what_was_plain_text_and_is_a_pattern(
    options: dict[str, Any], effect: str, what: str
) -> None:
    (change,) = of(build(app_with(**options))).changes
    assert change.effect == effect
    assert change.what.endswith(what)


def test_a_decorator_that_takes_other_origins_of_a_resource_loses_some() -> None:
    app = build(
        app_with(resources={"/y": {"origins": [A, "https://c.example.com"]}}),
        decorated("/y", supports_credentials=True),
        CORS_ORIGINS=[A, B],
    )
    found = {(change.row, change.effect): change.what for change in of(app).changes}
    assert (9, "allows more") in found
    assert (
        found[0, "allows less"]
        == f"on GET, HEAD /y pages of {B} are not allowed now, and were before"
    )


@pytest.mark.filterwarnings("ignore:.*read as")
def test_an_origin_of_the_environment_is_read_as_well() -> None:
    origin = A.upper() + "/"
    (change,) = of(build(app_with(origins=origin))).changes
    assert (change.row, change.effect) == (25, "allows more")


def test_a_decorated_function_answered_alone() -> None:
    app = build(app_with(origins=[A, B], always_send=False), decorated("/y", origins=B))
    change = next(change for change in of(app).changes if change.row == 11)
    assert change.effect == "other headers"
    assert change.what.startswith(f"CORS(app) allowed {A} on errors of GET, HEAD /y although")


# -- warnings --------------------------------------------------------------------------


def test_what_was_warned_about_is_listed() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        app = build(app_with(CORS_MAX_AGE=5))
        warnings.warn("of another package", UserWarning, stacklevel=1)
    (change,) = upgrade(app, state_of(app), heard).changes
    assert (change.row, change.effect, change.file) == (0, "warns", __file__)
    assert "CORS_MAX_AGE=5" in change.what


# -- the command, and its formats ------------------------------------------------------


def invoke(make: Callable[[], Flask], *args: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "200", "GITHUB_WORKSPACE": str(CHECKOUT)})
    return runner.invoke(cors, ["check", "--upgrade", *args], obj=ScriptInfo(create_app=make))


def changing() -> Flask:
    return build(app_with(origins="https://*.example.com"), CORS_SUPPORTS_CREDENTIALS="no")


def test_the_text() -> None:
    result = invoke(changing)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith("3. allows more: CORS(app) (tests/unit/tools/checks/test_upgrade.py")
    assert "changes: 3 (allows more: 1, allows less: 2)" in lines
    assert "No change" not in result.output
    assert "  13. Vary: Origin is complete, and one line" in lines


def test_the_text_where_nothing_changes() -> None:
    result = invoke(lambda: build(app_with()))
    assert result.exit_code == 0
    assert result.output.startswith("No change for your clients was found.\nchanges: 0\n")


def test_a_warning_of_the_set_up_is_listed_and_others_go_on() -> None:
    def make() -> Flask:
        warnings.warn("another one", FutureWarning, stacklevel=1)
        return build(app_with(CORS_MAX_AGE=5))

    with pytest.warns(FutureWarning, match="another one") as heard:
        result = invoke(make)
    assert not any(issubclass(item.category, CorsWarning) for item in heard)
    assert result.output.startswith("warns: a warning (tests/unit/tools/checks/test_upgrade.py:")
    assert "No change for your clients was found." in result.output


def test_json_follows_its_schema() -> None:
    schema = json.loads((CHECKOUT / "docs/schemas/upgrade.json").read_text("utf-8"))
    told = json.loads(invoke(changing, "--format", "json").output)
    jsonschema.Draft202012Validator(schema).validate(told)
    assert [change["row"] for change in told["changes"]] == [3, 3, 21]
    assert not told["nothing_changes"]


def test_sarif_and_annotations() -> None:
    log = json.loads(invoke(changing, "--format", "sarif").output)
    assert [item["ruleId"] for item in log["runs"][0]["results"]] == [
        "COMPAT03",
        "COMPAT03",
        "COMPAT21",
    ]
    lines = invoke(changing, "--format", "github").output.splitlines()
    assert lines[0].startswith("::warning file=tests/unit/tools/checks/test_upgrade.py,line=")
    assert ",title=COMPAT03 CORS(app)::allows more%3A" not in lines[0]
    assert ",title=COMPAT03 CORS(app)::allows more: " in lines[0]


# -- the rows --------------------------------------------------------------------------


def test_every_row_of_the_migration_page_is_found_or_named() -> None:
    page = (CHECKOUT / "docs" / "migrating.rst").read_text("utf-8")
    listed = {int(number) for number in re.findall(r"^\.\. _compat-(\d+):$", page, re.MULTILINE)}
    known = {row.number for row in every_row()}
    assert listed == known == set(range(1, len(ROWS)))


def test_a_row_has_one_function() -> None:
    with pytest.raises(ValueError, match="there is a row 3 already"):
        add(3, "again", None)
