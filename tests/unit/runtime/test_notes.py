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
        assert not hasattr(current(), NOTES)
        found = notes_on(current())
        assert notes_on(current()) is found
        assert getattr(current(), NOTES) is found
        assert found.decision is UNDECIDED
        assert (found.answered, found.reported) == (False, False)
        assert (found.mark, found.returned) == (None, None)


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
