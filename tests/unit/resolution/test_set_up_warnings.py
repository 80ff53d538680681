"""What is warned about when an app is compiled: lost decorators, resources that never apply."""

from __future__ import annotations

import functools
import logging

import pytest

from flask_cors.errors import CorsWarning, Source
from flask_cors.resolution.lost_marks import note_marked
from flask_cors.resolution.registry import Rule
from tests.unit.resolution.plain import A, App, Url, mark, rule, view

# -- lost decorators -----------------------------------------------------------------------


@pytest.mark.rule("1.above-route")
def test_a_view_registered_without_its_mark_is_warned_of() -> None:
    shown = view()
    note_marked(shown, mark())
    with pytest.warns(CorsWarning) as caught:
        App(views={"e": shown}).policies()
    (entry,) = caught
    assert str(entry.message) == (
        "the view view.<locals>.show is registered without its decorator, cross_origin: "
        "write cross_origin below @app.route, next to the function"
    )


def test_a_view_without_a_name_is_named_by_its_repr() -> None:
    shown = functools.partial(view())
    note_marked(shown, mark())
    with pytest.warns(CorsWarning) as caught:
        App(views={"e": shown}).policies()
    assert repr(shown) in str(caught[0].message)


@pytest.mark.rule("1.above-route")
def test_a_view_whose_mark_is_registered_too_is_not_warned_of() -> None:
    shown, made = view(), mark()
    note_marked(shown, made)
    App(views={"plain": shown, "marked": view(made), "other": view()}).policies()


def test_a_view_whose_mark_another_app_has_is_not_warned_of() -> None:
    shown, made = view(), mark()
    note_marked(shown, made)
    App(views={"marked": view(made)}).policies()
    App(views={"plain": shown}).policies()


def test_a_marked_view_of_which_another_was_made_is_not_warned_of() -> None:
    shown = view(mark())
    note_marked(shown, mark())
    App(views={"e": shown}).policies()


# -- resources that never apply ------------------------------------------------------------


def at_line(found: Rule, line: int) -> Rule:
    """Return a rule whose resources name the file and line that set them."""
    return found._replace(source=Source("app", "CORS(app)", "app.py", line))


@pytest.mark.parametrize(
    ("restricts", "takes_all", "logged"),
    [
        ({"origins": A}, {}, True),
        ({"origins": A}, {"origins": A}, False),
        ({}, {}, False),
        ({"origins": A, "enforce": True}, {"origins": A}, True),
        ({"origins": A, "enforce": True}, {"origins": A, "enforce": True}, False),
    ],
)
def test_a_resource_that_never_applies_is_logged_where_the_other_allows_more(
    restricts: dict[str, object],
    takes_all: dict[str, object],
    logged: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = at_line(rule(resources={"/api/*": restricts}), 1)
    later = at_line(rule(resources={"/api/*": takes_all}), 2)
    with caplog.at_level(logging.WARNING, "flask_cors"):
        App(rules=[first, later], views={"e": view()}, urls=[Url("/api/a", "e")]).policies()
    texts = [record.getMessage() for record in caplog.records]
    assert [text.split(". ")[0] for text in texts] == logged * [
        "CORS(app) for '/api/*' at app.py:1 never applies: CORS(app) for '/api/*' at app.py:2 "
        "takes every path that it covers, and allows more"
    ]


def test_a_resource_of_which_no_line_is_known_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = [rule(resources={"/*": {"origins": A}}), rule(resources={"/*": {}})]
    App(rules=rules, views={"e": view()}).policies()
    assert not caplog.records
