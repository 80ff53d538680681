"""What people import and call: names, signatures, import paths, and habits that fail."""

from __future__ import annotations

import importlib
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from flask import Blueprint, Flask

import flask_cors
from flask_cors import CORS, ConfigError, CorsWarning, cors_exempt, cross_origin
from flask_cors.signals import cors_denied

from .asking import HEADER_CONSTANTS, OTHER, SITE, ask, echoed, page


@pytest.mark.rule("1.exports", "1.old-paths")
def test_the_package_exports_its_names_and_a_version() -> None:
    exported = ["CORS", "ConfigError", "CorsWarning", "CrossOriginRefused"]
    assert sorted(flask_cors.__all__) == [*exported, "cors_exempt", "cross_origin", "of"]
    assert flask_cors.__version__.split(".")[0] == "7"
    assert issubclass(ConfigError, ValueError)
    assert issubclass(CorsWarning, UserWarning)


@pytest.mark.rule("1.types")
def test_the_package_is_typed() -> None:
    assert (Path(flask_cors.__file__).parent / "py.typed").is_file()


@pytest.mark.rule("1.exports")
def test_the_browser_is_part_of_the_surface() -> None:
    assert callable(importlib.import_module("flask_cors.testing").Browser)


@pytest.mark.rule("1.extension")
def test_the_extension_is_found_on_the_app() -> None:
    app = Flask(__name__)
    CORS(app)
    found = app.extensions["cors"]
    for name in ("explain", "reload"):
        assert callable(getattr(found, name))


@pytest.mark.rule("1.old-paths")
def test_the_signal() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=page())
    CORS(app, origins=SITE)
    seen: list[Any] = []

    def note(sender: Flask, decision: Any) -> None:
        seen.append((sender, decision.origin))

    with cors_denied.connected_to(note):
        ask(app, "/", origin=OTHER)
        ask(app, "/")
    assert seen == [(app, OTHER)]


# -- old import paths ------------------------------------------------------------------


@pytest.mark.rule("1.old-paths")
def test_extension_is_the_same_and_needs_no_warning() -> None:
    from flask_cors.extension import CORS as FOUND

    assert FOUND is CORS


@pytest.mark.rule("1.old-paths")
def test_decorator_warns_and_is_the_same() -> None:
    with pytest.warns(DeprecationWarning, match="import cross_origin from flask_cors") as caught:
        from flask_cors.decorator import cross_origin as found
    assert found is cross_origin
    assert caught[0].filename == __file__
    module = importlib.import_module("flask_cors.decorator")
    with pytest.raises(AttributeError, match="no attribute 'anything'"):
        _ = module.anything


@pytest.mark.rule("1.old-paths")
@pytest.mark.parametrize(("name", "value"), HEADER_CONSTANTS.items())
def test_header_names_of_core_warn_and_are_the_same(name: str, value: str) -> None:
    core = importlib.import_module("flask_cors.core")
    with pytest.warns(DeprecationWarning, match=f"{name} is deprecated: write '{value}'") as caught:
        assert getattr(core, name) == value
    assert caught[0].filename == __file__
    with pytest.raises(ImportError, match="ACL_ANYTHING was private and is gone"):
        _ = core.ACL_ANYTHING


def test_importing_warns_of_nothing_and_brings_in_no_other_package() -> None:
    program = (
        "import sys, flask\n"
        "before = set(sys.modules)\n"
        "import flask_cors, flask_cors.core, flask_cors.decorator, flask_cors.extension\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'flask'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "['flask_cors']\n"


# -- CORS ------------------------------------------------------------------------------


@pytest.mark.rule("1.cors")
@pytest.mark.parametrize("target", [Flask(__name__), Blueprint("b", __name__), None])
def test_positional_arguments_are_an_error(target: Any) -> None:
    with pytest.raises(ConfigError, match="options by keyword only") as caught:
        CORS(target, SITE, "GET")
    assert [problem.value for problem in caught.value.problems] == [SITE, "GET"]
    with pytest.raises(ConfigError, match="options by keyword only"):
        CORS().init_app(Flask(__name__), SITE)


@pytest.mark.rule("1.cors")
@pytest.mark.parametrize("target", ["https://a.example", ["https://a.example"], {"/": {}}])
def test_origins_in_the_place_of_the_app_are_an_error(target: Any) -> None:
    with pytest.raises(ConfigError, match=r"Write CORS\(app, origins=\.\.\.\)"):
        CORS(target)


@pytest.mark.rule("1.cors")
@pytest.mark.parametrize("target", [None, 7, object()])
def test_what_is_no_app_is_an_error(target: Any) -> None:
    with pytest.raises(ConfigError, match="with the Flask object") as caught:
        CORS().init_app(target)
    assert caught.value.problems[0].source.file == __file__


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"origin": SITE}, f"Write origins='{SITE}'"),
        ({"allow_methods": ["GET"]}, "Write methods="),
        ({"origins": None}, "origins=None"),
        ({"supports_credentials": "False"}, r"Write False\."),
        ({"resources": {"/": {"origins": None}}}, "origins=None"),
    ],
)
def test_mistakes_are_reported_where_they_are_written(options: Any, expected: str) -> None:
    for make in (lambda: CORS(**options), lambda: CORS(Flask(__name__), **options)):
        with pytest.raises(ConfigError, match=expected) as caught:
            make()
        source = caught.value.problems[0].source
        assert (source.level, source.file) == ("app", __file__)
    with pytest.raises(ConfigError, match=expected):
        CORS().init_app(Flask(__name__), **options)


def test_what_the_constructor_and_init_app_say_together_is_checked() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "view", page())
    CORS(supports_credentials=True).init_app(app, origins="*")
    with pytest.warns(CorsWarning, match="any origin is allowed"):
        assert ask(app, "/").cors == echoed()


def test_none_is_not_set_here() -> None:
    app = Flask(__name__)
    app.config["CORS_EXPOSE_HEADERS"] = "X"
    CORS(app, expose_headers=None, methods=None, resources=None)  # type: ignore[arg-type]
    app.add_url_rule("/", view_func=page())
    assert ask(app, "/").cors == echoed(expose="X")


# -- app = CORS(app) -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["route", "run", "config", "wsgi_app", "test_client", "get"])
def test_the_object_used_as_an_app_fails_with_a_hint(name: str) -> None:
    cors = CORS(Flask(__name__))
    with pytest.raises(ConfigError, match=r"Write CORS\(app\) on a line of its own"):
        getattr(cors, name)
    assert not hasattr(cors, name)


def test_other_attributes_are_missing_as_usual() -> None:
    with pytest.raises(AttributeError, match="'CORS' object has no attribute 'anything'"):
        _ = CORS().anything
    with pytest.raises(AttributeError):
        _ = CORS().__anything__


# -- types -----------------------------------------------------------------------------


@pytest.mark.rule("1.types")
def test_public_functions_are_annotated() -> None:
    for function in (CORS.__init__, CORS.init_app, cross_origin, cors_exempt):
        assert "return" in function.__annotations__
    options = importlib.import_module("flask_cors.options.schema")
    with warnings.catch_warnings():
        hints = get_type_hints(options.AppOptions)
    assert {"origins", "methods", "resources", "intercept_exceptions"} <= hints.keys()
