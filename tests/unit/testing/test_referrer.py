"""Referrer policies: ``Referer``, and whether ``Origin`` is hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flask_cors.testing import STANDARD
from flask_cors.testing.referrer import LONGEST, determine_referrer, hides_origin, policy_of

OWN = "https://app.example"
FULL = f"{OWN}/deep?q"
ORIGIN = f"{OWN}/"
SECURE = "https://api.example/x"
PLAIN = "http://api.example/x"


@pytest.mark.parametrize(
    ("policy", "own", "secure", "plain"),
    [
        ("", FULL, ORIGIN, None),
        ("no-referrer", None, None, None),
        ("no-referrer-when-downgrade", FULL, FULL, None),
        ("origin", ORIGIN, ORIGIN, ORIGIN),
        ("origin-when-cross-origin", FULL, ORIGIN, ORIGIN),
        ("same-origin", FULL, None, None),
        ("strict-origin", ORIGIN, ORIGIN, None),
        ("strict-origin-when-cross-origin", FULL, ORIGIN, None),
        ("unsafe-url", FULL, FULL, FULL),
    ],
)
def test_the_referrer(policy: Any, own: str | None, secure: str | None, plain: str | None) -> None:
    source = "https://user:password@app.example/deep?q#fragment"
    found = [determine_referrer(source, url, policy, STANDARD) for url in (OWN, SECURE, PLAIN)]
    assert found == [own, secure, plain]


@pytest.mark.parametrize(("more", "expected"), [(0, "full"), (1, "origin")])
def test_a_referrer_of_more_than_4096_characters_is_the_origin(more: int, expected: str) -> None:
    assert LONGEST == 4096
    path = "x" * (LONGEST - len(ORIGIN) + more)
    source = f"{ORIGIN}{path}"
    found = determine_referrer(f"{source}#fragment", SECURE, "unsafe-url", STANDARD)
    assert found == (source if expected == "full" else ORIGIN)


@pytest.mark.parametrize(
    ("source", "url", "trustworthy", "schemes"),
    [
        ("https://app.example/", "http://localhost/", False, True),
        ("http://localhost/", "http://api.example/", True, False),
        ("http://localhost/", "https://api.example/", False, False),
        ("https://app.example/", "http://api.example/", True, True),
        ("http://app.example/", "http://api.example/", False, False),
        ("https://app.example/", "https://api.example/", False, False),
    ],
)
def test_what_a_downgrade_is(source: str, url: str, trustworthy: bool, schemes: bool) -> None:
    for compares, is_downgrade in ((False, trustworthy), (True, schemes)):
        traits = replace(STANDARD, compares_referrer_schemes=compares)
        found = determine_referrer(source, url, "strict-origin", traits)
        assert found == (None if is_downgrade else source)


@pytest.mark.parametrize(
    ("policy", "own", "secure", "plain"),
    [
        ("", False, False, True),
        ("no-referrer", True, True, True),
        ("no-referrer-when-downgrade", False, False, True),
        ("origin", False, False, False),
        ("origin-when-cross-origin", False, False, False),
        ("same-origin", False, True, True),
        ("strict-origin", False, False, True),
        ("strict-origin-when-cross-origin", False, False, True),
        ("unsafe-url", False, False, False),
    ],
)
def test_whether_the_origin_is_hidden(policy: Any, own: bool, secure: bool, plain: bool) -> None:
    found = [hides_origin(OWN, url, policy, True) for url in (f"{OWN}/x", SECURE, PLAIN)]
    assert found == [own, secure, plain]
    # Only the step from HTTPS to HTTP depends on whether it matters.
    found = [hides_origin(OWN, url, policy, False) for url in (f"{OWN}/x", SECURE, PLAIN)]
    assert found == [own, secure, policy in ("no-referrer", "same-origin")]
    insecure = [hides_origin("http://app.example", url, policy, True) for url in (SECURE, PLAIN)]
    assert insecure == [policy in ("no-referrer", "same-origin")] * 2


@pytest.mark.parametrize(
    ("header", "policy"),
    [
        (None, ""),
        ("", ""),
        ("bogus", ""),
        ("origin", "origin"),
        (" ORIGIN\t", "origin"),
        ("no-referrer, unsafe-url", "unsafe-url"),
        ("no-referrer,bogus,", "no-referrer"),
    ],
)
def test_the_policy_of_a_header(header: str | None, policy: str) -> None:
    assert policy_of(header) == policy
