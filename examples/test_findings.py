"""``flask cors check`` finds notes in the examples, and what they ignore with a reason."""

from __future__ import annotations

import importlib

import pytest
from flask import Flask

from examples.lab import create_app


def findings(app: Flask) -> list[str]:
    return [str(found) for found in app.extensions["cors"].check().at_least("warning")]


@pytest.mark.parametrize("name", ["examples.app", "examples.blueprints"])
def test_an_example_is_clean(name: str) -> None:
    assert findings(importlib.import_module(name).app) == []


def test_the_decorated_example_is_clean() -> None:
    app = importlib.import_module("examples.views").app
    app.test_client().get("/status")
    assert findings(app) == []


def test_the_lab_is_clean() -> None:
    assert findings(create_app()) == []
