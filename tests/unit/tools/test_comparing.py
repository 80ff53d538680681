"""What two policies grant, compared."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS
from flask_cors.policy.facts import Preflight
from flask_cors.policy.policy import Policy
from flask_cors.tools.comparing import (
    STRANGER,
    allows_all_of,
    allows_origins_of,
    callables_of,
    names,
    rights_of,
    some_named,
)

A, B = "https://a.example", "https://b.example"
PUT = Preflight("PUT", "x-a")
SERVED = "its unsafe requests are served"
ALLOW = "Access-Control-Allow-Origin"


def policy(**options: Any) -> Policy:
    given = read_options(options, "app", Report(Source("app", "CORS(app)")))
    return Policy.of({**DEFAULTS, **given})


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ({"origins": [A]}, {"origins": [A, B]}, True),
        ({"origins": [A, B]}, {"origins": [A]}, False),
        ({"origins": [A]}, {"origins": "*"}, True),
        ({"origins": "*"}, {"origins": [A]}, False),
        ({"origins": []}, {"origins": [A]}, True),
        ({"origins": ["https://*.example.com"]}, {"origins": [A]}, False),
        ({"origins": [r"https://a\.b\.example$"]}, {"origins": [A]}, False),
        ({"methods": ["PUT"]}, {"methods": ["GET"]}, False),
        ({"methods": ["GET"]}, {"methods": ["PUT"]}, True),
        ({"methods": ["PUT"]}, {"methods": "*"}, True),
        ({"methods": "*"}, {"methods": ["GET"]}, False),
        ({"allow_headers": ["X-A"]}, {"allow_headers": ["X-A", "X-B"]}, True),
        ({"allow_headers": ["X-A"]}, {"allow_headers": "*"}, True),
        ({"allow_headers": "*"}, {"allow_headers": ["X-A"]}, False),
        ({"allow_headers": ["X-A"]}, {"allow_headers": ["X-B"]}, False),
        (
            {"origins": [A], "supports_credentials": True},
            {"origins": [A], "supports_credentials": False},
            False,
        ),
        ({"origins": [A], "allow_private_network": True}, {"origins": [A]}, False),
        ({"expose_headers": "X-A"}, {"expose_headers": "x-a, X-B"}, True),
        ({"expose_headers": "X-A"}, {}, False),
        ({"origins": [A], "max_age": 5}, {"origins": [A]}, True),
    ],
)
def test_what_a_policy_allows_of_another(
    old: dict[str, Any], new: dict[str, Any], kept: bool
) -> None:
    assert allows_all_of(policy(**new), policy(**old), "PUT") is kept


def test_no_policy_allows_nothing() -> None:
    assert allows_all_of(policy(origins=[A]), None, "PUT")
    assert allows_all_of(None, None, "PUT")
    assert not allows_all_of(None, policy(origins=[A]), "PUT")
    assert not allows_origins_of(None, policy(origins=[A]))
    assert allows_origins_of(None, policy(origins=[]))


def test_what_a_page_may_do() -> None:
    listed = policy(origins=[A], allow_headers=["X-A"], methods=["PUT"], enforce=True)
    assert rights_of(listed, A, PUT) == {ALLOW, SERVED, "method", "header x-a"}
    assert rights_of(listed, STRANGER, PUT) == frozenset()
    assert rights_of(policy(origins=[A]), STRANGER, PUT) == {SERVED}
    assert rights_of(None, A, PUT) == {SERVED}


def test_callables_are_compared_and_not_called() -> None:
    def decide(origin: str) -> bool:
        raise AssertionError(origin)

    asked = policy(origins=[A, decide])
    assert callables_of(asked) == [decide]
    assert callables_of(None) == []
    assert SERVED in rights_of(asked, B, PUT)


def test_the_origins_that_a_policy_names() -> None:
    listed = policy(origins=[B, A, "https://c.example"])
    assert some_named(listed) == [A, B]
    assert some_named(None) == []
    assert names(listed, B)
    assert not names(listed, STRANGER)
    assert not names(None, A)
