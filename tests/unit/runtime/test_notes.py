"""Notes on a request: made once for it, and never another's."""

from __future__ import annotations

from flask import Flask, Request, request

from flask_cors.runtime.notes import NOTE, UNDECIDED, notes_on


def current() -> Request:
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def test_notes_are_made_once_and_say_nothing_yet() -> None:
    with Flask("sample").test_request_context("/"):
        assert NOTE not in current().environ
        found = notes_on(current())
        assert notes_on(current()) is found
        assert current().environ[NOTE] is found
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
