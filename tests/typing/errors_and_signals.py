"""What an error holds, and what a receiver of the signal gets."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import Any

from flask import Flask
from typing_extensions import assert_type
from werkzeug.exceptions import Forbidden

import flask_cors
from flask_cors import CORS, ConfigError, CorsWarning, CrossOriginRefused
from flask_cors.decorators import cross_origin
from flask_cors.signals import cors_denied

app = Flask(__name__)

assert_type(flask_cors.__version__, str)
warning: type[UserWarning] = CorsWarning

try:
    CORS(app, origins=[])
except ConfigError as error:
    value_error: ValueError = error
    first = error.problems[0]
    assert_type(len(error.problems), int)
    assert_type(first.option, str)
    assert_type(first.value, object)
    assert_type(first.reason, str)
    assert_type(first.hint, str)
    assert_type(first.source.level, str)
    assert_type(first.source.place, str)
    assert_type(first.source.file, str | None)
    assert_type(first.source.line, int | None)
    error.problems[0] = first  # type: ignore[index]
    first.hint = "never mind"  # type: ignore[misc]
    print(error.problem)  # type: ignore[attr-defined]


try:
    app.test_client().get("/")
except CrossOriginRefused as refusal:
    forbidden: Forbidden = refusal
    assert_type(refusal.decision.origin, str | None)
    assert_type(refusal.decision.reason, str)
    refusal.decision.origin = None  # type: ignore[misc]


@app.errorhandler(CrossOriginRefused)
def render(error: CrossOriginRefused) -> tuple[dict[str, str | None], int]:
    return {"origin": error.decision.origin}, 403


@cors_denied.connect
def note(sender: Flask, **extra: Any) -> None:
    print(sender.name, extra["decision"].reason)


@cors_denied.connect_via(app)
def note_of_one(sender: Flask, **extra: Any) -> None:
    print(extra["decision"].origin)


note(app)
cors_denied.disconnect(note)
cors_denied.connect("note")  # type: ignore[type-var]

# The import paths of flask-cors keep their types.
assert_type(cross_origin("*")(note)(app), None)
