"""Links, typed addresses and forms: what a tab or a frame sends, and what it shows."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import (
    CHROMIUM,
    STANDARD,
    Blob,
    Browser,
    FormData,
    NetworkError,
    Reply,
    Request,
)
from tests.unit.testing.pages import API, OWN, browser, last


class TestNavigations:
    def test_a_link(self) -> None:
        page = browser(Reply(200, (("X-A", "1"), ("Set-Cookie", "a=1; SameSite=Lax")), b"hello"))
        response = page.navigate("/x#fragment")
        assert (response.type, response.status, response.text) == ("basic", 200, "hello")
        assert (response.url, response.redirected) == (f"{API}/x", False)
        assert dict(response.headers) == {"x-a": "1"}
        assert last(page).headers == (
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Upgrade-Insecure-Requests", "1"),
            ("Referer", f"{OWN}/"),
            ("Sec-Fetch-Dest", "document"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-User", "?1"),
            ("User-Agent", page.traits.user_agent),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Accept-Encoding", "gzip, deflate"),
        )
        # Another site may set cookies where it is visited.
        assert page.cookies.get(API) == "a=1"

    def test_redirects_are_followed_whatever_cors_says(self) -> None:
        def answer(request: Request) -> Reply:
            moved = request.url.startswith(API)
            return Reply(302, (("Location", "https://id.example/"),)) if moved else Reply(403, ())

        page = Browser(transport=answer, origin=OWN, base_url=API)
        response = page.navigate("/login")
        assert (response.status, response.url, response.redirected) == (
            403,
            "https://id.example/",
            True,
        )

    def test_a_redirect_that_leads_nowhere(self) -> None:
        with pytest.raises(NetworkError):
            browser(Reply(302, (("Location", "ftp://x"),))).navigate("/")

    def test_a_typed_address_has_no_referrer(self) -> None:
        page = browser()
        page.navigate("/", typed=True, user_activated=False)
        assert last(page).get("Referer") is None
        assert last(page).get("Sec-Fetch-Site") == "none"
        assert last(page).get("Sec-Fetch-User") == "?1"

    @pytest.mark.parametrize(
        ("do", "options", "standard", "chromium"),
        [
            ("navigate", {}, "lax=1; new=1", "lax=1; new=1"),
            ("submit_form", {"method": "GET"}, "lax=1; new=1", "lax=1; new=1"),
            ("submit_form", {}, None, "new=1"),
            ("navigate", {"frame": True}, None, None),
            ("submit_form", {"frame": True}, None, None),
        ],
    )
    def test_cookies_of_another_site(
        self, do: str, options: Any, standard: str | None, chromium: str | None
    ) -> None:
        for traits, expected in ((STANDARD, standard), (CHROMIUM, chromium)):
            page = browser(traits=traits)
            page.cookies.set(API, "lax=1; SameSite=Lax; Secure")
            page.cookies.set(API, "new=1; Secure")
            getattr(page, do)("/", **options)
            assert last(page).get("Cookie") == expected

    def test_a_url_with_a_password_may_be_visited(self) -> None:
        page = browser()
        page.navigate("https://user:password@api.example/")
        assert last(page).url == f"{API}/"

    def test_a_frame_of_a_secure_page(self) -> None:
        with pytest.raises(NetworkError) as caught:
            browser().navigate("http://api.example/", frame=True)
        assert caught.value.step == "mixed-content"


class TestForms:
    def test_a_post(self) -> None:
        page = browser()
        page.submit_form("/x", {"a": "1", "f": Blob(b"x", name="n.txt")})
        assert last(page).method == "POST"
        assert last(page).body == b"a=1&f=n.txt"
        assert last(page).get("Content-Type") == "application/x-www-form-urlencoded"
        assert last(page).get("Content-Length") == "11"
        assert last(page).get("Origin") == OWN

    def test_files(self) -> None:
        page = browser()
        form = FormData()
        form.append("f", Blob(b"x"))
        page.submit_form("/x", form, enctype="multipart/form-data")
        assert b'name="f"; filename="blob"' in last(page).body

    def test_nothing(self) -> None:
        page = browser()
        page.submit_form("/x")
        assert (last(page).body, last(page).get("Content-Length")) == (b"", "0")

    def test_a_get_has_its_fields_as_its_query(self) -> None:
        page = browser()
        page.submit_form("/x;?old#f", {"a": "*~"}, method="GET")
        page.submit_form("/x", method="GET")
        urls = [exchange.request.url for exchange in page.exchanges]
        assert urls == [f"{API}/x;?a=*%7E", f"{API}/x?"]

    def test_an_action_that_is_no_url(self) -> None:
        for method in ("GET", "POST"):
            with pytest.raises(TypeError, match=r"^not a URL: '//\]'$"):
                browser().submit_form("//]", method=method)

    @pytest.mark.parametrize("option", [{"method": "PUT"}, {"enctype": "application/json"}])
    def test_what_no_form_sends(self, option: Any) -> None:
        with pytest.raises(TypeError, match="write one of"):
            browser().submit_form("/", **option)
