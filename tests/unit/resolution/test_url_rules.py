"""What is read of URL rules: methods, paths, hosts, and whether they reach a view."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.options.schema import DEFAULT_METHODS
from flask_cors.resolution.url_rules import (
    hosts_of,
    literal_beginning,
    methods_of,
    reaches_a_view,
    served_paths,
)
from tests.unit.resolution.plain import Url


@pytest.mark.parametrize(
    ("methods", "served"),
    [(("GET", "HEAD"), {"GET", "HEAD"}), ((), set()), (None, set(DEFAULT_METHODS))],
)
def test_a_rule_without_methods_serves_them_all(methods: Any, served: set[str]) -> None:
    assert set(methods_of(Url("/a", "e", methods))) == served


@pytest.mark.parametrize(
    "off", [{"build_only": True}, {"websocket": True}, {"redirect_to": "/elsewhere"}]
)
def test_some_rules_reach_no_view(off: dict[str, Any]) -> None:
    assert reaches_a_view(Url("/a", "e"))
    assert not reaches_a_view(Url("/a", "e", **off))


@pytest.mark.parametrize(
    ("text", "merges", "found"),
    [
        ("/a/b", True, ("/a/b", True)),
        ("/a//b", True, ("/a/b", True)),
        ("/a//b", False, ("/a//b", True)),
        ("/a/<int:x>/b", True, ("/a/", False)),
        ("/a//<x>", True, ("/a/", False)),
        ("/<x>/<y>", True, ("/", False)),
    ],
)
def test_the_beginning_ends_at_the_first_converter(
    text: str, merges: bool, found: tuple[str, bool]
) -> None:
    assert literal_beginning(Url(text, "e", merge_slashes=merges)) == found


@pytest.mark.rule("3.both-spellings")
@pytest.mark.parametrize(
    ("text", "strict", "paths"),
    [
        ("/a", True, ("/a",)),
        ("/a/", True, ("/a/",)),
        ("/a", False, ("/a", "/a/")),
        ("/a/", False, ("/a/", "/a")),
        ("/", False, ("/",)),
        ("/a//b", False, ("/a/b", "/a/b/")),
    ],
)
def test_without_strict_slashes_a_rule_serves_both_spellings(
    text: str, strict: bool, paths: tuple[str, ...]
) -> None:
    assert served_paths(Url(text, "e", strict_slashes=strict)) == paths


def test_hosts_are_those_of_the_rules_in_a_blueprint_and_in_those_within() -> None:
    rules = [
        Url("/", "api.e", subdomain="x"),
        Url("/", "api.v1.e", subdomain="y"),
        Url("/", "other.e", subdomain="z"),
        Url("/", "e"),
        Url("/", None),
    ]
    assert hosts_of(["api", "api.v1", "empty"], rules) == {
        "api": frozenset({"x", "y"}),
        "api.v1": frozenset({"y"}),
        "empty": frozenset(),
    }


def test_a_host_comes_before_a_subdomain_and_none_is_empty() -> None:
    rules = [Url("/", "api.e", host="h", subdomain="x"), Url("/a", "api.f")]
    assert hosts_of(["api"], rules) == {"api": frozenset({"h", ""})}
