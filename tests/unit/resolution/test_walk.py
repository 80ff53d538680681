"""The walk: of every option the nearest layer that sets it wins."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.errors import Source
from flask_cors.options.schema import DEFAULTS, OPTIONS, Setting
from flask_cors.resolution.walk import resolve, until_exempt
from tests.unit.resolution.plain import A, layer, mark


@pytest.mark.rule("3.nearest", "3.defaults")
def test_the_nearest_layer_that_sets_an_option_wins() -> None:
    near = layer("view", mark(), max_age=1)
    middle = layer("blueprint", max_age=2, methods="GET")
    far = layer("app", max_age=3, methods="PUT", expose_headers="X")
    found = resolve((near, middle, far), DEFAULTS)
    assert found["max_age"] is near.settings["max_age"]
    assert found["methods"] is middle.settings["methods"]
    assert found["expose_headers"] is far.settings["expose_headers"]
    assert found["origins"] is DEFAULTS["origins"]
    assert found.keys() == DEFAULTS.keys()


@pytest.mark.rule("3.nearest", "3.config")
def test_no_layer_leaves_the_base() -> None:
    assert resolve((), DEFAULTS) == DEFAULTS
    config = Setting(7, Source("config", "CORS_MAX_AGE"))
    assert resolve((), {**DEFAULTS, "max_age": config})["max_age"] is config


@pytest.mark.rule("8.unneeded-config")
def test_a_value_of_the_config_that_no_layer_needs_is_not_read() -> None:
    class Base(dict[str, Setting]):
        read: list[str] = []  # noqa: RUF012

        def __getitem__(self, name: str) -> Setting:
            self.read.append(name)
            return super().__getitem__(name)

    base = Base(DEFAULTS)
    resolve((layer(origins=A, max_age=3),), base)
    assert "origins" not in base.read
    assert "max_age" not in base.read
    assert "methods" in base.read


@pytest.mark.rule("3.config-resources")
def test_resources_are_no_option_of_a_request() -> None:
    config = Setting(("x",), Source("config", "CORS_RESOURCES"))
    found = resolve((layer(),), {**DEFAULTS, "resources": config})
    assert found["resources"] is DEFAULTS["resources"]
    assert tuple(found) == tuple(OPTIONS)


ON = {"supports_credentials": True}
OFF = {"supports_credentials": False}
LIST = {"origins": A}


@pytest.mark.rule("3.credentials", "3.credentials-pass", "3.credentials-alone")
@pytest.mark.parametrize(
    ("layers", "source"),
    [
        ([{}, ON], 1),
        ([{}, LIST, ON], "base"),
        ([LIST, {}, ON], "base"),
        ([LIST, ON], "base"),
        ([LIST | ON, {}], 0),
        ([LIST | ON, LIST | OFF], 0),
        ([ON, LIST], 0),
        ([LIST, ON, LIST | ON], "base"),
        ([{}, LIST | ON, LIST], 1),
        ([LIST, OFF, ON], 1),
        ([LIST, ON, OFF], 2),
        ([OFF, LIST | ON], 0),
        ([LIST, OFF], 1),
        ([], "base"),
        ([LIST, {}], "base"),
    ],
)
@pytest.mark.parametrize("of_config", [True, False])
def test_credentials_are_granted_to_a_list_of_origins(
    layers: list[dict[str, Any]], source: int | str, of_config: bool
) -> None:
    config = Setting(of_config, Source("config", "CORS_SUPPORTS_CREDENTIALS"))
    walk = [layer("blueprint", **options) for options in layers]
    found = resolve(walk, {**DEFAULTS, "supports_credentials": config})["supports_credentials"]
    if isinstance(source, int):
        assert found is walk[source].settings["supports_credentials"]
    else:
        assert found is config


@pytest.mark.rule("2.places")
def test_automatic_options_of_config_is_the_fallback_of_marks_alone() -> None:
    config = Setting(False, Source("config", "CORS_AUTOMATIC_OPTIONS"))
    base = {**DEFAULTS, "automatic_options": config}
    assert resolve((layer("app"),), base)["automatic_options"] is DEFAULTS["automatic_options"]
    assert resolve((layer("view", mark()), layer("app")), base)["automatic_options"] is config
    own = layer("view", mark(), automatic_options=True)
    assert resolve((own,), base)["automatic_options"] is own.settings["automatic_options"]


@pytest.mark.rule("1.exempt-ends", "3.exempt-or-mark")
def test_the_walk_of_marks_ends_at_an_exempt_one() -> None:
    near, far = layer("method", mark()), layer("class", mark())
    exempt = layer("view", mark(exempt=True))
    assert until_exempt([near, far]) == (near, far)
    assert until_exempt([near, exempt, far]) == (near,)
    assert until_exempt([exempt, near]) is None
    assert until_exempt([]) == ()
