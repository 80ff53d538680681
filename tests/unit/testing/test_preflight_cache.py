"""What browsers remember of preflights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, FIREFOX, STANDARD, Traits
from tests.unit.testing.preflighted import OTHER, PUT, Clock, Server, page, preflights, steps

BOTH = pytest.mark.parametrize("traits", [STANDARD, CHROMIUM], ids=["standard", "chromium"])


class TestPreflightCache:
    """#cors-preflight-cache"""

    @BOTH
    @pytest.mark.parametrize(
        ("max_age", "seconds"), [("600", 600), ("0", 0), (None, 5), ("abc", 5), ("9" * 5000, 5)]
    )
    def test_max_age(self, traits: Traits, max_age: str | None, seconds: int) -> None:
        clock = Clock()
        said = {} if max_age is None else {"Access-Control-Max-Age": max_age}
        browser = page(Server({**PUT, **said}), traits, clock=clock)
        browser.fetch("/", method="PUT")
        clock.now += max(seconds - 0.5, 0)
        browser.fetch("/", method="PUT")
        assert preflights(browser) == (1 if seconds else 2)
        clock.now += 1
        browser.fetch("/", method="PUT")
        assert preflights(browser) == (2 if seconds else 3)

    @pytest.mark.parametrize(
        ("traits", "cap"), [(STANDARD, 10**9), (CHROMIUM, 7200), (FIREFOX, 86400)]
    )
    def test_caps(self, traits: Traits, cap: int) -> None:
        clock = Clock()
        browser = page(Server({**PUT, "Access-Control-Max-Age": "1000000000"}), traits, clock=clock)
        for later in (0, cap - 1, 2):
            clock.now += later
            browser.fetch("/", method="PUT")
        assert preflights(browser) == 2

    @pytest.mark.parametrize(
        ("max_age", "standard", "chromium"), [("-1", 1, 2), ("+600", 1, 1), ("600, 600", 1, 1)]
    )
    def test_signs(self, max_age: str, standard: int, chromium: int) -> None:
        for traits, expected in [(STANDARD, standard), (CHROMIUM, chromium)]:
            browser = page(Server({**PUT, "Access-Control-Max-Age": max_age}), traits)
            browser.fetch("/", method="PUT")
            browser.fetch("/", method="PUT")
            assert preflights(browser) == expected

    @BOTH
    def test_what_is_another_request(self, traits: Traits) -> None:
        browser = page(Server({**PUT, "Access-Control-Allow-Headers": "x-a"}), traits)
        browser.fetch("/", method="PUT")
        browser.fetch("/other", method="PUT")
        browser.at("http://www.app.test").fetch("/", method="PUT")
        assert preflights(browser) == 3
        browser.fetch("/", method="PUT", headers={"X-A": "1"})
        assert preflights(browser) == 3
        assert steps(browser, "/", method="PATCH") == ["preflight-method"]

    @BOTH
    def test_credentials(self, traits: Traits) -> None:
        browser = page(Server(PUT), traits)
        for credentials in ("omit", "include", "omit", "include"):
            options: Any = {"credentials": credentials}
            browser.fetch("/", method="PUT", **options)
        assert preflights(browser) == 2

    def test_each_method_and_header_lives_by_itself(self) -> None:
        server = Server({**PUT, "Access-Control-Max-Age": "600"})
        browser = page(server)
        browser.fetch("/", method="PUT")
        server.preflight = {"Access-Control-Allow-Methods": "PATCH", "Access-Control-Max-Age": "0"}
        browser.fetch("/", method="PATCH")
        browser.fetch("/", method="PUT")
        assert preflights(browser) == 2

    def test_chromium_keeps_the_last_preflight_only(self) -> None:
        server = Server(PUT)
        browser = page(server, CHROMIUM)
        browser.fetch("/", method="PUT")
        server.preflight = {"Access-Control-Allow-Methods": "PATCH"}
        browser.fetch("/", method="PATCH")
        assert steps(browser, "/", method="PUT") == ["preflight-method"]
        assert preflights(browser) == 3

    def test_a_new_grant_prolongs_what_matches(self) -> None:
        clock = Clock()
        server = Server(
            {"Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "x-a"}
        )
        browser = page(server, clock=clock)
        browser.fetch("/", method="PUT")
        server.preflight = {
            "Access-Control-Allow-Methods": "PUT",
            "Access-Control-Allow-Headers": "x-b",
            "Access-Control-Max-Age": "600",
        }
        browser.fetch("/", headers={"X-B": "1"})
        clock.now += 10
        browser.fetch("/", method="PATCH")
        assert preflights(browser) == 2

    def test_a_failure_clears(self) -> None:
        server = Server(PUT)
        browser = page(server)
        browser.fetch("/", method="PUT")
        assert steps(browser, "/", method="PATCH") == ["preflight-method"]
        browser.fetch("/", method="PUT")
        assert preflights(browser) == 3

    def test_the_wildcard_is_remembered_but_not_for_authorization(self) -> None:
        server = Server({"Access-Control-Allow-Headers": "*, authorization"})
        browser = page(server)
        browser.fetch("/", headers={"X-A": "1"})
        browser.fetch("/", headers={"X-B": "1"})
        assert preflights(browser) == 1
        server.preflight = {"Access-Control-Allow-Headers": "*"}
        browser.at("http://www.app.test").fetch("/", headers={"X-A": "1"})
        headers = {"Authorization": "x"}
        assert steps(browser.at("http://www.app.test"), "/", headers=headers) == [
            "preflight-authorization"
        ]

    @BOTH
    def test_headers_and_credentials(self, traits: Traits) -> None:
        browser = page(Server({"Access-Control-Allow-Headers": "x-a"}), traits)
        for credentials in ("include", "include", "omit"):
            options: Any = {"credentials": credentials}
            browser.fetch("/", headers={"X-A": "1"}, **options)
        assert preflights(browser) == 1
        for credentials in ("omit", "omit", "include"):
            options = {"credentials": credentials}
            browser.fetch("/other", headers={"X-A": "1"}, **options)
        assert preflights(browser) == 3

    def test_a_new_grant_shortens_what_matches(self) -> None:
        server = Server({**PUT, "Access-Control-Max-Age": "600"})
        browser = page(server)
        browser.fetch("/", method="PUT")
        server.preflight = {**PUT, "Access-Control-Allow-Headers": "x-a"}
        server.preflight["Access-Control-Max-Age"] = "0"
        browser.fetch("/", headers={"X-A": "1"})
        browser.fetch("/", method="PUT")
        assert preflights(browser) == 3

    @BOTH
    def test_a_star_that_was_asked_for_with_credentials_is_a_name(self, traits: Traits) -> None:
        browser = page(Server({"Access-Control-Allow-Methods": "PUT, *"}), traits)
        browser.fetch("/", method="PUT", credentials="include")
        found = steps(browser, "/", method="PATCH", credentials="include")
        # The cache of the standard takes it for the wildcard, the check does not.
        assert found == (["preflight-method"] if traits is CHROMIUM else ["cors"])

    @BOTH
    def test_the_wildcard_covers_a_method_named_like_a_header(self, traits: Traits) -> None:
        browser = page(Server({"Access-Control-Allow-Methods": "*"}), traits)
        browser.fetch("/", method="PUT")
        browser.fetch("/", method="authorization")
        assert preflights(browser) == 1

    def test_a_wildcard_of_one_kind_is_none_of_the_other(self) -> None:
        server = Server({"Access-Control-Allow-Headers": "*"})
        browser = page(server)
        browser.fetch("/", headers={"X-A": "1"})
        server.preflight = {
            "Access-Control-Allow-Methods": "*",
            "Access-Control-Allow-Headers": "x",
        }
        browser.fetch("/", method="PUT")
        assert preflights(browser) == 2

    @BOTH
    def test_sites_have_caches_of_their_own(self, traits: Traits) -> None:
        server = Server(PUT, {"/": (307, [("Location", f"{OTHER}/x")])})
        browser = page(server, replace(traits, caches_for_null=True))
        browser.fetch("/", method="PUT")
        browser.at("http://app2.test").fetch("/", method="PUT")
        assert preflights(browser) == 4

    @pytest.mark.parametrize(
        ("trait", "again", "looped", "hidden"), [(True, 1, 2, 2), (False, 2, 2, 3)]
    )
    def test_the_origin_null(self, trait: bool, again: int, looped: int, hidden: int) -> None:
        """A sandboxed frame, a redirect to itself, and a redirect that hides the origin."""
        traits = Traits(caches_for_null=trait)
        loop = {"/loop": (307, [("Location", "/self")]), "/self": (307, [("Location", "/self")])}
        server = Server(PUT, {**loop, "/away": (307, [("Location", f"{OTHER}/x")])})
        frame = page(server, traits, origin="null")
        frame.fetch("/", method="PUT")
        frame.fetch("/", method="PUT")
        assert preflights(frame) == again
        frame = page(server, traits, origin="null")
        assert steps(frame, "/loop", method="PUT") == ["redirect-count"]
        assert preflights(frame) == looped
        browser = page(server, traits)
        browser.fetch("/away", method="PUT")
        browser.fetch("/away", method="PUT")
        assert preflights(browser) == hidden

    @pytest.mark.parametrize(("trait", "asked"), [(True, 2), (False, 21)])
    def test_an_origin_that_is_hidden_twice(self, trait: bool, asked: int) -> None:
        paths = {
            "/away": (307, [("Location", f"{OTHER}/x")]),
            "/x": (307, [("Location", f"{OTHER}/x")]),
        }
        browser = page(Server(PUT, paths), Traits(caches_for_null=trait))
        assert steps(browser, "/away", method="PUT") == ["redirect-count"]
        assert preflights(browser) == asked

    @pytest.mark.parametrize(("trait", "expected"), [(True, 1), (False, 2)])
    def test_conditional_requests(self, trait: bool, expected: int) -> None:
        server = Server({**PUT, "Access-Control-Allow-Headers": "if-match"})
        browser = page(server, Traits(caches_for_conditional=trait))
        for headers in ({}, {"If-Match": "x"}, {}):
            browser.fetch("/", method="PUT", headers=headers)
        assert preflights(browser) == expected
