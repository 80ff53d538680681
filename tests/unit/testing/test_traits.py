"""Where Chromium and Firefox leave the standard: each trait, and what some make together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Blob, Browser, NetworkError, Traits
from tests.unit.testing.preflighted import API, ORIGIN, OTHER, PUT, Server, page, preflights, steps

BOTH = pytest.mark.parametrize("traits", [STANDARD, CHROMIUM], ids=["standard", "chromium"])


class TestDeviations:
    """Each trait by itself, against the standard's way."""

    @pytest.mark.parametrize(("trait", "expected"), [(False, 0), (True, 1)])
    def test_combines_headers(self, trait: bool, expected: int) -> None:
        browser = page(
            Server({"Access-Control-Allow-Headers": "*"}), Traits(combines_headers=trait)
        )
        browser.fetch("/", headers=[("Accept", "a" * 100), ("accept", "b" * 100)])
        assert preflights(browser) == expected

    @pytest.mark.parametrize(
        ("name", "value", "safe"),
        [
            ("DPR", "2", True),
            ("dpr", "1.5", True),
            ("Downlink", "x", False),
            ("ECT", "4g", True),
            ("ECT", "5g", False),
            ("Save-Data", "ON", True),
            ("Save-Data", "off", False),
            ("X-Any", "1", False),
        ],
    )
    def test_safelists_hints(self, name: str, value: str, safe: bool) -> None:
        server = Server({"Access-Control-Allow-Headers": "*"})
        for trait, expected in [(False, 1), (True, 0 if safe else 1)]:
            browser = page(server, Traits(safelists_hints=trait))
            browser.fetch("/", headers={name: value})
            assert preflights(browser) == expected

    @pytest.mark.parametrize(("trait", "expected"), [(False, ["2", "on"]), (True, [None, "on"])])
    def test_hints_end_at_another_origin(self, trait: bool, expected: list[str | None]) -> None:
        paths = {"/": (302, [("Location", f"{OTHER}/x")])}
        server = Server({"Access-Control-Allow-Headers": "*"}, paths)
        browser = page(server, Traits(safelists_hints=trait))
        browser.fetch("/", headers={"DPR": "2", "Save-Data": "on"})
        last = browser.exchanges[-1].request
        assert [last.get("DPR"), last.get("Save-Data")] == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, "mine"), (False, "theirs")])
    def test_sets_user_agent(self, trait: bool, expected: str) -> None:
        traits = Traits(sets_user_agent=trait, user_agent="theirs")
        browser = page(Server({}), traits, origin=API)
        browser.fetch("/", headers={"User-Agent": "mine"})
        assert browser.exchanges[0].request.get("User-Agent") == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, "null"), (False, "https://app.test")])
    def test_hides_origin_from_http(self, trait: bool, expected: str) -> None:
        browser = page(Server({}), Traits(hides_origin_from_http=trait), origin="https://app.test")
        browser.fetch("http://localhost/", mode="no-cors", method="POST")
        assert browser.exchanges[0].request.get("Origin") == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, "null"), (False, ORIGIN)])
    def test_origin_follows_referrer_policy(self, trait: bool, expected: str) -> None:
        browser = page(Server({}), Traits(origin_follows_referrer_policy=trait))
        browser.fetch("/", mode="no-cors", method="POST", referrer_policy="no-referrer")
        assert browser.exchanges[0].request.get("Origin") == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, []), (False, ["integrity"])])
    def test_digests_empty_bodies(self, trait: bool, expected: list[str]) -> None:
        browser = page(Server({}), Traits(digests_empty_bodies=trait))
        of_nothing = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        found = steps(browser, "/", method="HEAD", integrity=of_nothing)
        assert found == (expected or ["cors"])

    @pytest.mark.parametrize(
        ("trait", "expected"), [(True, ("max-age=0", None)), (False, ("no-cache", "no-cache"))]
    )
    def test_validates_conditional(
        self, trait: bool, expected: tuple[str | None, str | None]
    ) -> None:
        browser = page(Server({}), Traits(validates_conditional=trait), origin=API)
        browser.fetch("/", headers={"If-None-Match": "x"})
        request = browser.exchanges[0].request
        assert (request.get("Cache-Control"), request.get("Pragma")) == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, "no-cache"), (False, None)])
    def test_preflights_send_cache_headers(self, trait: bool, expected: str | None) -> None:
        browser = page(Server(PUT), Traits(preflights_send_cache_headers=trait))
        browser.fetch("/", method="PUT", cache="no-store")
        sent = [exchange.request.get("Pragma") for exchange in browser.exchanges]
        assert sent == [expected, "no-cache"]

    @pytest.mark.parametrize(("trait", "expected"), [(True, "max-age=0"), (False, "no-cache")])
    def test_preflights_of_conditional_requests(self, trait: bool, expected: str) -> None:
        traits = Traits(preflights_send_cache_headers=True, validates_conditional=trait)
        browser = page(Server({"Access-Control-Allow-Headers": "if-none-match"}), traits)
        browser.fetch("/", headers={"If-None-Match": "x"})
        sent = [exchange.request.get("Cache-Control") for exchange in browser.exchanges]
        assert sent == [expected, expected]

    @pytest.mark.parametrize(("trait", "asked"), [(True, 2), (False, 1)])
    def test_caches_by_fragment(self, trait: bool, asked: int) -> None:
        browser = page(
            Server({**PUT, "Access-Control-Max-Age": "9"}), Traits(caches_by_fragment=trait)
        )
        browser.fetch("/#a", method="PUT")
        browser.fetch("/#b", method="PUT")
        assert preflights(browser) == asked

    @pytest.mark.parametrize(
        ("trait", "origin", "url", "expected"),
        [
            (False, "https://app.test", "http://localhost/", "https://app.test/"),
            (True, "https://app.test", "http://localhost/", None),
            (False, "http://localhost", "http://api.test/", None),
            (True, "http://localhost", "http://api.test/", "http://localhost/"),
        ],
    )
    def test_compares_referrer_schemes(
        self, trait: bool, origin: str, url: str, expected: str | None
    ) -> None:
        browser = page(Server({}), Traits(compares_referrer_schemes=trait), origin=origin)
        browser.fetch(url)
        assert browser.exchanges[0].request.get("Referer") == expected

    def test_what_says_nothing_of_itself(self) -> None:
        traits = Traits(user_agent=None, accept_language=None)
        browser = page(Server(PUT), traits)
        browser.fetch("/", method="PUT")
        names = {name for exchange in browser.exchanges for name, _ in exchange.request.headers}
        assert not names & {"User-Agent", "Accept-Language"}

    @pytest.mark.parametrize(("trait", "expected"), [(True, ORIGIN), (False, "null")])
    def test_keeps_origin(self, trait: bool, expected: str) -> None:
        server = Server({}, {"/": (307, [("Location", f"{API}/x")])})
        browser = page(server, Traits(keeps_origin=trait))
        browser.fetch(f"{ORIGIN}/", mode="no-cors", method="POST")
        assert browser.exchanges[1].request.get("Origin") == expected

    @pytest.mark.parametrize(
        ("trait", "expected"), [(False, ["preflight-authorization"]), (True, ["cors"])]
    )
    def test_star_covers_authorization(self, trait: bool, expected: list[str]) -> None:
        browser = page(
            Server({"Access-Control-Allow-Headers": "*"}), Traits(star_covers_authorization=trait)
        )
        assert steps(browser, "/", headers={"Authorization": "x"}) == expected

    def test_chromium_does_not_remember_that_star(self) -> None:
        browser = page(Server({"Access-Control-Allow-Headers": "*"}), CHROMIUM)
        browser.fetch("/", headers={"Authorization": "x"})
        browser.fetch("/", headers={"Authorization": "x"})
        assert preflights(browser) == 2

    @pytest.mark.parametrize(("trait", "expected"), [(True, 1), (False, 0)])
    def test_preflights_empty_uploads(self, trait: bool, expected: int) -> None:
        browser = page(Server({}), Traits(preflights_empty_uploads=trait))
        browser.fetch("/", method="POST", upload_listener=True)
        assert preflights(browser) == expected
        browser.fetch("/x", method="POST", data="x", upload_listener=True)
        assert preflights(browser) == expected + 1

    @pytest.mark.parametrize(("trait", "expected"), [(True, "cors"), (False, "preflight-method")])
    def test_assumes_method(self, trait: bool, expected: str) -> None:
        browser = page(Server({}), Traits(assumes_method=trait))
        options: Any = {"method": "PUT", "data": "x", "upload_listener": True}
        assert steps(browser, "/", **options) == [expected]

    @pytest.mark.parametrize(
        ("trait", "follow", "error"),
        [
            (False, ["cors", "redirect-count"], ["redirect-error-mode"] * 2),
            (True, ["cors", "cors"], ["cors", "cors"]),
        ],
    )
    def test_needs_location(self, trait: bool, follow: list[str], error: list[str]) -> None:
        server = Server({}, {"/none": (302, []), "/empty": (302, [("Location", "")])})
        browser = page(server, Traits(needs_location=trait))
        assert steps(browser, "/none", "/empty") == follow
        assert steps(browser, "/none", "/empty", redirect="error") == error
        assert steps(browser, "/none", redirect="manual") == ["opaqueredirect"]

    def test_checks_location_first(self) -> None:
        paths = {
            "/": (302, [("Location", "http://[")]),
            "/two": (200, [("Location", "/a"), ("Location", "/b"), ("Set-Cookie", "a=1")]),
        }
        browser = page(Server({}, paths), origin=API)
        assert steps(browser, "/", "/two", redirect="manual") == ["opaqueredirect", "basic"]
        browser = page(Server({}, paths), Traits(checks_location_first=True), origin=API)
        assert steps(browser, "/", "/two", redirect="manual") == ["redirect-location"] * 2
        assert list(browser.cookies) == []

    @pytest.mark.parametrize(("trait", "expected"), [(False, "redirect-location"), (True, "cors")])
    def test_merges_equal_locations(self, trait: bool, expected: str) -> None:
        server = Server({}, {"/": (302, [("Location", "/a"), ("Location", "/a")])})
        assert steps(page(server, Traits(merges_equal_locations=trait)), "/") == [expected]

    @pytest.mark.parametrize(
        ("trait", "expected"),
        [(True, ["basic", "basic"]), (False, ["redirect-with-credentials", "basic"])],
    )
    def test_follows_credentials(self, trait: bool, expected: list[str]) -> None:
        server = Server({}, {"/": (302, [("Location", "http://user@api.test/x")])})
        browser = page(server, Traits(follows_credentials=trait), origin=API)
        assert steps(browser, "/") + steps(browser, "/", upload_listener=True) == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, "/%7C"), (False, "/|")])
    def test_encodes_vertical_bars(self, trait: bool, expected: str) -> None:
        server = Server({}, {"/r": (302, [("Location", "/|")])})
        browser = page(server, Traits(encodes_vertical_bars=trait), origin=API)
        browser.fetch("/|")
        browser.fetch("/r")
        urls = [exchange.request.url for exchange in browser.exchanges]
        assert urls == [f"{API}{expected}", f"{API}/r", f"{API}{expected}"]

    def test_a_mode_is_left_before_credentials_are_looked_at(self) -> None:
        server = Server({}, {"/": (302, [("Location", "http://user@other.test/x")])})
        browser = page(server, CHROMIUM, origin=API)
        assert steps(browser, "/", mode="same-origin") == ["same-origin-redirect"]

    @pytest.mark.parametrize(
        ("location", "expected"),
        [
            ("/x", "redirect-error-mode"),
            ("data:,x", "redirect-unsafe"),
            ("ftp://x.test/", "redirect-error-mode"),
            ("http://user@api.test/", "redirect-credentials"),
            ("http://[", "redirect-error-mode"),
        ],
    )
    def test_which_step_is_named_where_redirects_are_forbidden(
        self, location: str, expected: str
    ) -> None:
        server = Server({}, {"/": (302, [("Location", location)])})
        assert steps(page(server), "/", redirect="error") == [expected]

    def test_a_forbidden_redirect_of_the_own_origin_out_of_http(self) -> None:
        server = Server({}, {"/": (302, [("Location", "ftp://x.test/")])})
        browser = page(server, origin=API)
        assert steps(browser, "/", redirect="error", mode="no-cors") == ["redirect-error-mode"]

    @pytest.mark.parametrize(("trait", "expected"), [(True, None), (False, "a=1")])
    def test_same_site_minds_redirects(self, trait: bool, expected: str | None) -> None:
        server = Server({}, {"/": (302, [("Location", f"{API}/x")])})
        browser = page(server, Traits(same_site_minds_redirects=trait), origin=API)
        browser.cookies.set(API, "a=1")
        browser.fetch(f"{OTHER}/", credentials="include")
        assert browser.exchanges[1].request.get("Cookie") == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, None), (False, "a=1")])
    def test_rejudges_credentials(self, trait: bool, expected: str | None) -> None:
        server = Server({}, {"/": (302, [("Location", "http://www.api.test/x")])})
        browser = page(server, Traits(rejudges_credentials=trait), origin=API)
        browser.cookies.set(API, "a=1; Domain=api.test")
        browser.fetch("/", mode="no-cors")
        assert browser.exchanges[1].request.get("Cookie") == expected

    @pytest.mark.parametrize(("trait", "expected"), [(True, "a=1"), (False, None)])
    def test_third_party_cookies(self, trait: bool, expected: str | None) -> None:
        api = "https://api.test"
        server = Server({}, {"/": (200, [("Set-Cookie", "b=1; SameSite=None; Secure")])})
        browser = Browser(server, origin=ORIGIN, traits=Traits(third_party_cookies=trait))
        browser.cookies.set(api, "a=1; SameSite=None; Secure")
        browser.fetch(f"{api}/", credentials="include")
        assert browser.exchanges[0].request.get("Cookie") == expected
        assert len(list(browser.cookies)) == (2 if trait else 1)

    def test_third_party_cookies_of_the_own_site(self) -> None:
        browser = page(Server({}), Traits(third_party_cookies=False), origin="http://www.api.test")
        browser.cookies.set(API, "a=1")
        browser.fetch("/", credentials="include")
        assert browser.exchanges[0].request.get("Cookie") == "a=1"


WITH_USER = "http://user:password@other.test/x"
WITHOUT_USER = f"{OTHER}/x"


class TestEmbeddedCredentials:
    """URLs with a user name, which Chromium does not let a page embed."""

    @staticmethod
    def sent(traits: Traits, ask: Callable[[Browser], object]) -> list[str]:
        """Return the URLs that are asked for, or the step that fails."""
        browser = page(Server({}), traits, origin=ORIGIN)
        try:
            ask(browser)
        except NetworkError as error:
            # What the standard lets through fails later, by what the server answers.
            if not browser.exchanges:
                return [error.step]
        return [exchange.request.url for exchange in browser.exchanges]

    @pytest.mark.parametrize(
        "ask",
        [
            *[
                (lambda browser, element=element: browser.load(element, WITH_USER))
                for element in ("img", "script", "stylesheet", "embed", "object", "favicon")
            ],
            lambda browser: browser.event_source(WITH_USER),
            lambda browser: browser.send_beacon(WITH_USER, "text"),
            lambda browser: browser.send_beacon(WITH_USER, Blob(b"{}", "application/json")),
            lambda browser: browser.navigate(WITH_USER, frame=True),
            lambda browser: browser.submit_form(WITH_USER, frame=True),
            lambda browser: browser.load("img", "http://user@other.test/x"),
            lambda browser: browser.load("img", "http://:password@other.test/x"),
        ],
    )
    def test_what_chromium_does_not_send(self, ask: Callable[[Browser], object]) -> None:
        assert self.sent(CHROMIUM, ask) == ["url-credentials"]
        assert self.sent(STANDARD, ask)[-1] == WITHOUT_USER

    @BOTH
    @pytest.mark.parametrize(
        "ask",
        [
            *[
                (lambda browser, element=element: browser.load(element, WITH_USER))
                for element in ("audio", "video", "font", "module")
            ],
            lambda browser: browser.load("img", WITH_USER, crossorigin="anonymous"),
            lambda browser: browser.load("img", "http://:@other.test/x"),
            lambda browser: browser.navigate(WITH_USER),
            lambda browser: browser.submit_form(WITH_USER),
            lambda browser: browser.xhr("GET", WITH_USER).send(),
            lambda browser: browser.open_websocket("ws://user:password@other.test/x"),
        ],
    )
    def test_what_everyone_sends(self, traits: Traits, ask: Callable[[Browser], object]) -> None:
        assert self.sent(traits, ask) == [WITHOUT_USER]

    def test_a_frame_may_be_redirected_there(self) -> None:
        server = Server({}, {"/": (302, [("Location", WITH_USER)])})
        browser = page(server, CHROMIUM, origin=API)
        assert browser.navigate("/", frame=True).url == WITH_USER

    @BOTH
    def test_a_script_cannot_ask_fetch_for_it(self, traits: Traits) -> None:
        browser = page(Server({}), traits)
        for url in (WITH_USER, "data://user@test/,x", "foo://:password@x/"):
            with pytest.raises(TypeError, match=r"^a page cannot fetch a URL that includes"):
                browser.fetch(url)
        assert not browser.exchanges
