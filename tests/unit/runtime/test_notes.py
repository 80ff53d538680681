"""Notes on a request: made once for it, and never another's."""

from __future__ import annotations

import gc
import weakref

import pytest
from flask import Flask, Request, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from flask_cors import CORS
from flask_cors.runtime.notes import NOTES, UNDECIDED, notes_on

ME = "https://me.example"
EVIL = "https://evil.example"


def current() -> Request:
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def test_notes_are_made_once_and_say_nothing_yet() -> None:
    with Flask("sample").test_request_context("/"):
        assert NOTES not in current().environ
        found = notes_on(current())
        assert notes_on(current()) is found
        assert current().environ[NOTES] is found
        assert found.decision is UNDECIDED
        assert (found.answered, found.reported) == (False, False)
        assert (found.mark, found.returned) == (None, None)


class Delegating(Request):
    """A request class of an app, which looks up what it lacks in the body."""

    def __getattr__(self, name: str) -> object:
        return self.json[name]


@pytest.mark.parametrize("enforce", [True, False])
def test_a_request_class_that_answers_for_every_name_is_not_asked(enforce: bool) -> None:
    app = Flask("sample")
    app.request_class = Delegating
    app.add_url_rule("/", "index", lambda: "x")
    CORS(app, origins=ME, enforce=enforce)
    for origin in (ME, EVIL, None):
        headers = {"Origin": origin} if origin else {}
        response = app.test_client().get("/", headers=headers)
        assert response.status_code == (403 if enforce and origin == EVIL else 200)
        assert response.headers.get("Access-Control-Allow-Origin") == (
            origin if origin == ME else ME if origin is None else None
        )


def test_notes_of_another_request_with_the_same_environ_are_not_this_ones() -> None:
    app = Flask("sample")
    with app.test_request_context("/"):
        found = notes_on(current())
        found.answered = True
        with app.request_context(current().environ):
            other = notes_on(current())
            assert other is not found
            assert not other.answered


@pytest.mark.parametrize(("origin", "enforce"), [(ME, True), (ME, False), (EVIL, False)])
def test_a_request_with_notes_goes_without_the_garbage_collector(
    origin: str, enforce: bool
) -> None:
    app = Flask("sample")
    CORS(app, origins=ME, enforce=enforce)
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "POST"])
    seen: list[weakref.ref[Request]] = []

    @app.teardown_request
    def look(error: BaseException | None) -> None:
        seen.append(weakref.ref(current()))

    gc.collect()
    gc.disable()
    try:
        for method in ("POST", "OPTIONS"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            run_wsgi_app(app, EnvironBuilder("/", method=method, headers=asked).get_environ())
        assert [found() for found in seen] == [None, None]
    finally:
        gc.enable()
