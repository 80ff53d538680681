"""One case for each step of the Fetch standard that the model takes, over servers by hand."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import STANDARD, Browser, CORSBlocked, NetworkError, Response
from tests.conformance.handwritten import API, ORIGIN, READABLE, Answer, Server, allowing


def browser(server: Server, origin: str = ORIGIN) -> Browser:
    return Browser(server, origin=origin, base_url=API)


def fetch(server: Server, url: str = "/", **options: Any) -> Response:
    return browser(server, options.pop("origin", ORIGIN)).fetch(url, **options)


def blocked(server: Server, url: str = "/", **options: Any) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        fetch(server, url, **options)
    return caught.value


def wire(page: Browser) -> list[str]:
    """Return what went over the wire: method and path, preflights with a question mark."""
    return [
        f"{'?' if exchange.preflight else ''}{exchange.request.method} "
        f"{exchange.request.url.removeprefix(API)}"
        for exchange in page.exchanges
    ]


class TestMainFetch:
    """#main-fetch"""

    def test_same_origin_is_basic_and_needs_no_headers(self) -> None:
        response = fetch(Server({"* /": (200, {"X-Any": "1"})}), origin=API)
        assert (response.type, response.status, dict(response.headers)) == (
            "basic",
            200,
            {"x-any": "1"},
        )

    def test_same_origin_mode_refuses_another_origin(self) -> None:
        server = Server({"* /": (200, READABLE)})
        error = blocked(server, mode="same-origin")
        assert (error.step, error.section) == ("same-origin-mode", "main-fetch")
        assert not isinstance(error, CORSBlocked)
        assert server.seen == []

    def test_no_cors_is_opaque(self) -> None:
        response = fetch(Server({"* /": (200, {})}), mode="no-cors")
        assert response == Response("opaque", "", 0, response.headers, b"", False)
        assert dict(response.headers) == {}

    @pytest.mark.parametrize("redirect", ["manual", "error"])
    def test_no_cors_follows_redirects_or_nothing(self, redirect: str) -> None:
        error = blocked(Server({}), mode="no-cors", redirect=redirect)
        assert error.step == "no-cors-redirect-mode"

    @pytest.mark.parametrize("mode", ["cors", "no-cors"])
    def test_only_http_is_spoken(self, mode: str) -> None:
        error = blocked(Server({}), "ftp://x.test/", mode=mode)
        assert (error.step, error.value) == ("url-scheme", "ftp")
        assert str(error).endswith('URL scheme "ftp" is not supported.')

    def test_only_http_is_spoken_by_xhr(self) -> None:
        error = blocked(Server({}), "ftp://x.test/", upload_listener=True)
        assert (error.step, error.section) == ("cors-scheme", "main-fetch")

    def test_mixed_content(self) -> None:
        error = blocked(Server({}), "http://api.test/")
        assert error.step == "mixed-content"
        assert str(error) == (
            "Mixed Content: The page at 'https://app.example/' was loaded over HTTPS, but "
            "requested an insecure resource 'http://api.test/'. This request has been blocked; "
            "the content must be served over HTTPS."
        )

    @pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "[::1]"])
    def test_this_machine_is_no_mixed_content(self, host: str) -> None:
        assert fetch(Server({"* /": (200, READABLE)}), f"http://{host}/").status == 200

    def test_a_simple_request_takes_no_preflight(self) -> None:
        page = browser(Server({"* /": (200, READABLE)}))
        assert page.fetch("/", method="POST", data="text").type == "cors"
        assert wire(page) == ["POST /"]

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "CHICKEN"])
    def test_other_methods_take_a_preflight(self, method: str) -> None:
        page = browser(allowing({"Access-Control-Allow-Methods": method}))
        if method != "OPTIONS":
            assert page.fetch("/", method=method).status == 200
            assert wire(page) == ["?OPTIONS /", f"{method} /"]

    def test_an_upload_listener_takes_a_preflight(self) -> None:
        page = browser(allowing({}))
        assert page.fetch("/", method="POST", data="text", upload_listener=True).status == 200
        assert wire(page) == ["?OPTIONS /", "POST /"]


class TestCORSCheck:
    """#cors-check"""

    @pytest.mark.parametrize("credentials", ["omit", "same-origin"])
    @pytest.mark.parametrize("allowed", ["*", ORIGIN])
    def test_success_without_credentials(self, credentials: str, allowed: str) -> None:
        headers = {"Access-Control-Allow-Origin": allowed}
        assert fetch(Server({"* /": (200, headers)}), credentials=credentials).ok

    def test_success_with_credentials(self) -> None:
        headers = {**READABLE, "Access-Control-Allow-Credentials": "true"}
        assert fetch(Server({"* /": (200, headers)}), credentials="include").ok

    @pytest.mark.parametrize(
        ("values", "step"),
        [
            ([], "allow-origin-missing"),
            (["https://other.example"], "allow-origin-mismatch"),
            ([ORIGIN.upper()], "allow-origin-mismatch"),
            ([f"{ORIGIN}/"], "allow-origin-mismatch"),
            (["null"], "allow-origin-mismatch"),
            (["localhost:3000"], "allow-origin-mismatch"),
            (["app.example"], "allow-origin-invalid"),
            (["http://"], "allow-origin-invalid"),
            (["http://x:99999"], "allow-origin-invalid"),
            ([""], "allow-origin-invalid"),
            ([ORIGIN, ORIGIN], "allow-origin-multiple"),
            ([ORIGIN, "*"], "allow-origin-multiple"),
            ([f"{ORIGIN} https://other.example"], "allow-origin-multiple"),
        ],
    )
    def test_failure_of_the_origin(self, values: list[str], step: str) -> None:
        headers = [("Access-Control-Allow-Origin", value) for value in values]
        error = blocked(Server({"* /": (200, headers)}))
        assert isinstance(error, CORSBlocked)
        assert (error.step, error.section, error.preflight) == (step, "cors-check", False)

    def test_the_wildcard_and_credentials(self) -> None:
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
        error = blocked(Server({"* /": (200, headers)}), credentials="include")
        assert error.step == "allow-origin-wildcard"

    @pytest.mark.parametrize("values", [[], ["True"], ["false"], ["true", "true"], [""]])
    def test_failure_of_credentials(self, values: list[str]) -> None:
        granted = [("access-control-allow-credentials", value) for value in values]
        server = Server({"* /": (200, [*READABLE.items(), *granted])})
        error = blocked(server, credentials="include")
        assert error.step == "allow-credentials"
        assert error.value == ", ".join(values)

    def test_an_opaque_origin_is_the_word_null(self) -> None:
        server = Server({"* /": (200, {"Access-Control-Allow-Origin": "null"})})
        assert fetch(server, origin="null").ok
        assert server.seen[0]["HTTP_ORIGIN"] == "null"

    def test_the_words_of_a_console(self) -> None:
        assert str(blocked(Server({"* /x": (200, {})}), "/x")) == (
            "Access to fetch at 'https://api.test/x' from origin 'https://app.example' has been "
            "blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the "
            "requested resource."
        )

    @pytest.mark.parametrize(
        ("listens", "words"),
        [
            (False, "Access to fetch at .* is 'include'[.]$"),
            (
                True,
                "Access to XMLHttpRequest at .* controlled by the withCredentials attribute[.]$",
            ),
        ],
    )
    def test_the_words_for_xhr(self, listens: bool, words: str) -> None:
        server = Server({"* /": (200, {"Access-Control-Allow-Origin": "*"})})
        options: Any = {"credentials": "include", "upload_listener": listens}
        with pytest.raises(CORSBlocked, match=words):
            fetch(server, **options)


class TestSafelist:
    """#cors-safelisted-request-header, #cors-unsafe-request-header-names"""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Accept", "text/html, */*;q=0.1"),
            ("accept", "a" * 128),
            ("ACCEPT", "a\tb"),
            ("Accept", "caf\xe9"),
            ("Accept-Language", "de-CH, en;q=0.5, *"),
            ("Content-Language", "de"),
            ("Content-Type", "text/plain"),
            ("Content-Type", "TEXT/PLAIN ;charset=utf-8"),
            ("Content-Type", "multipart/form-data; boundary=x"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Range", "bytes=0-"),
            ("Range", "bytes=0-0"),
        ],
    )
    def test_safe(self, name: str, value: str) -> None:
        page = browser(Server({"* /": (200, READABLE)}))
        page.fetch("/", headers={name: value})
        assert wire(page) == ["GET /"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Accept", "a" * 129),
            ("Accept", 'text/"html"'),
            ("Accept", "a\x7f"),
            ("Accept-Language", "de_DE"),
            ("Accept-Language", "de\ten"),
            ("Content-Language", "d\xe9"),
            ("Content-Type", "application/json"),
            ("Content-Type", "text/plain;a=(b)"),
            ("Content-Type", "text/plain, x/y"),
            ("Content-Type", "text"),
            ("Content-Type", ""),
            ("Range", "bytes=-5"),
            ("Range", "bytes=9-1"),
            ("Range", "bytes=0-1,3-4"),
            ("Range", "lines=0-1"),
            ("Authorization", "Bearer x"),
            ("X-Any", "1"),
            ("DPR", "2"),
        ],
    )
    def test_unsafe(self, name: str, value: str) -> None:
        page = browser(allowing({"Access-Control-Allow-Headers": name}))
        page.fetch("/", headers={name: value})
        assert wire(page) == ["?OPTIONS /", "GET /"]
        asked = page.exchanges[0].request.get("Access-Control-Request-Headers")
        assert asked == name.lower()

    @pytest.mark.parametrize(("count", "preflights"), [(8, 0), (9, 1)])
    def test_1024_bytes_in_all(self, count: int, preflights: int) -> None:
        page = browser(allowing({"Access-Control-Allow-Headers": "*"}))
        page.fetch("/", headers=[("Accept", "a" * 120)] * count)
        assert sum(exchange.preflight for exchange in page.exchanges) == preflights


class TestPreflight:
    """#cors-preflight-fetch"""

    def test_what_is_asked(self) -> None:
        page = browser(
            allowing({"Access-Control-Allow-Methods": "PUT", "Access-Control-Allow-Headers": "*"})
        )
        page.cookies.set(API, "session=1; Secure; SameSite=None")
        page.fetch(
            "/",
            method="put",
            headers={"X-B": "1", "Accept": "text/html", "X-A": "2"},
        )
        assert page.exchanges[0].request.headers == (
            ("Accept", "*/*"),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "x-a,x-b"),
            ("Origin", ORIGIN),
            ("Referer", f"{ORIGIN}/"),
            ("Sec-Fetch-Dest", "empty"),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Site", "cross-site"),
            ("User-Agent", STANDARD.user_agent),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Accept-Encoding", "gzip, deflate"),
        )

    def test_credentials_are_judged_but_not_sent(self) -> None:
        granted = {**READABLE, "Access-Control-Allow-Credentials": "true"}
        server = Server(
            {
                "OPTIONS /": (200, {**granted, "Access-Control-Allow-Methods": "PUT"}),
                "* /": (200, granted),
            }
        )
        page = browser(server)
        page.cookies.set(API, "session=1; Secure; SameSite=None")
        page.fetch("/", method="PUT", credentials="include")
        assert [environ.get("HTTP_COOKIE") for environ in server.seen] == [None, "session=1"]

    @pytest.mark.parametrize(
        ("answer", "step"),
        [
            ((200, {}), "allow-origin-missing"),
            ((404, {}), "allow-origin-missing"),
            ((404, READABLE), "preflight-status"),
            ((304, READABLE), "preflight-status"),
            ((302, READABLE), "preflight-status"),
            ((302, {**READABLE, "Location": "/x"}), "preflight-redirect"),
            ((308, {"Location": "/x"}), "preflight-redirect"),
        ],
    )
    def test_failure_of_the_answer(self, answer: Answer, step: str) -> None:
        server = Server({"OPTIONS /": answer, "* /": (200, READABLE)})
        error = blocked(server, method="PUT")
        assert (error.step, error.preflight) == (step, True)
        assert "Response to preflight request doesn't pass access control check: " in str(error)
        assert len(server.seen) == 1

    @pytest.mark.parametrize(
        ("method", "allowed"),
        [
            ("PUT", "PUT"),
            ("PUT", "GET,,PUT ,"),
            ("put", "PUT"),
            ("patch", "patch"),
            ("PUT", "*"),
            ("CHICKEN", "CHICKEN, PUT"),
        ],
    )
    def test_allowed_methods(self, method: str, allowed: str) -> None:
        assert fetch(allowing({"Access-Control-Allow-Methods": allowed}), method=method).ok

    @pytest.mark.parametrize(
        ("method", "allowed", "credentials"),
        [
            ("PUT", "GET", "omit"),
            ("PUT", "put", "omit"),
            ("patch", "PATCH", "omit"),
            ("PUT", "", "omit"),
            ("PUT", "*", "include"),
        ],
    )
    def test_refused_methods(self, method: str, allowed: str, credentials: str) -> None:
        server = allowing(
            {"Access-Control-Allow-Methods": allowed, "Access-Control-Allow-Credentials": "true"}
        )
        error = blocked(server, method=method, credentials=credentials)
        assert (error.step, error.preflight) == ("preflight-method", True)
        assert str(error).endswith(
            f"CORS policy: Method {'PUT' if method == 'PUT' else method} is not allowed by "
            "Access-Control-Allow-Methods in preflight response."
        )

    def test_safelisted_methods_need_no_leave(self) -> None:
        server = allowing(
            {"Access-Control-Allow-Methods": "PUT", "Access-Control-Allow-Headers": "x-a"}
        )
        assert fetch(server, method="POST", headers={"X-A": "1"}).ok

    @pytest.mark.parametrize("allowed", ["x-a, x-b", "X-B,X-A", "*", "x-c, *"])
    def test_allowed_headers(self, allowed: str) -> None:
        server = allowing({"Access-Control-Allow-Headers": allowed})
        assert fetch(server, headers={"X-A": "1", "X-B": "2"}).ok

    @pytest.mark.parametrize(
        ("allowed", "credentials"), [("x-a", "omit"), ("", "omit"), ("*", "include")]
    )
    def test_refused_headers(self, allowed: str, credentials: str) -> None:
        server = allowing(
            {"Access-Control-Allow-Headers": allowed, "Access-Control-Allow-Credentials": "true"}
        )
        error = blocked(server, headers={"X-A": "1", "X-B": "2"}, credentials=credentials)
        assert error.step == "preflight-header"
        assert error.value == ("x-b" if allowed == "x-a" else "x-a")

    def test_the_wildcard_is_not_authorization(self) -> None:
        headers = {"Authorization": "Bearer x", "X-A": "1"}
        error = blocked(allowing({"Access-Control-Allow-Headers": "*"}), headers=headers)
        assert (error.step, error.value) == ("preflight-authorization", "authorization")
        assert fetch(
            allowing({"Access-Control-Allow-Headers": "*, Authorization"}), headers=headers
        ).ok

    @pytest.mark.parametrize(
        ("name", "step"),
        [
            ("Access-Control-Allow-Methods", "preflight-methods-syntax"),
            ("Access-Control-Allow-Headers", "preflight-headers-syntax"),
        ],
    )
    def test_lists_that_cannot_be_parsed(self, name: str, step: str) -> None:
        methods = {"Access-Control-Allow-Methods": "PUT"}
        error = blocked(allowing({**methods, name: "PUT; GET"}), method="PUT")
        assert error.step == step

    def test_an_upload_listeners_method_needs_no_list(self) -> None:
        assert fetch(allowing({}), method="PUT", data="x", upload_listener=True).ok
        refused = allowing({"Access-Control-Allow-Methods": "PATCH"})
        error = blocked(refused, method="PUT", data="x", upload_listener=True)
        assert error.step == "preflight-method"


class TestHTTPFetch:
    """#http-fetch"""

    def test_error_mode(self) -> None:
        server = Server({"* /": (302, {**READABLE, "Location": "/x"})})
        error = blocked(server, redirect="error")
        assert (error.step, error.section) == ("redirect-error-mode", "http-fetch")

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_manual_mode(self, status: int) -> None:
        server = Server({"* /": (status, {**READABLE, "Location": "/x"})})
        response = fetch(server, redirect="manual")
        assert (response.type, response.status, response.url) == ("opaqueredirect", 0, f"{API}/")
        assert (dict(response.headers), response.body, response.redirected) == ({}, b"", False)

    def test_cors_is_checked_before_a_redirect(self) -> None:
        server = Server({"* /": (302, {"Location": "/x"}), "* /x": (200, READABLE)})
        for redirect in ("follow", "manual", "error"):
            assert blocked(server, redirect=redirect).step == "allow-origin-missing"

    @pytest.mark.parametrize("status", [300, 304, 305, 401, 404, 500])
    def test_other_statuses_are_readable(self, status: int) -> None:
        assert fetch(Server({"* /": (status, READABLE)})).status == status


class TestRedirect:
    """#http-redirect-fetch"""

    def redirecting(self, location: str, status: int = 302, **headers: str) -> Server:
        allowed = {"Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "*"}
        return Server(
            {
                "OPTIONS /": (200, {**READABLE, **allowed}),
                "* /": (status, {**READABLE, "Location": location, **headers}),
                "OPTIONS /x": (200, {"Access-Control-Allow-Origin": "*", **allowed}),
                "* /x": (200, {"Access-Control-Allow-Origin": "*"}),
            }
        )

    def test_follows(self) -> None:
        response = fetch(self.redirecting("/x"))
        assert (response.url, response.redirected, response.text) == (f"{API}/x", True, "hello")

    def test_no_location_is_an_answer(self) -> None:
        response = fetch(Server({"* /": (302, READABLE)}))
        assert (response.status, response.redirected) == (302, False)

    def test_an_empty_location_is_the_same_url(self) -> None:
        assert blocked(self.redirecting("")).step == "redirect-count"

    @pytest.mark.parametrize("location", ["http://[", "https://x:99999/", "http://"])
    def test_a_location_that_is_no_url(self, location: str) -> None:
        assert blocked(self.redirecting(location)).step == "redirect-location"

    def test_several_locations(self) -> None:
        pairs = [*READABLE.items(), ("Location", "/x"), ("Location", "/x")]
        error = blocked(Server({"* /": (302, pairs)}))
        assert (error.step, error.value) == (
            "redirect-location",
            "ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION",
        )

    @pytest.mark.parametrize(
        ("location", "mode", "step"),
        [
            ("ftp://x.test/", "cors", "redirect-scheme"),
            ("data:text/plain,x", "cors", "redirect-unsafe"),
            ("ftp://x.test/", "no-cors", "redirect-unsafe"),
        ],
    )
    def test_leaving_http(self, location: str, mode: str, step: str) -> None:
        assert blocked(self.redirecting(location), mode=mode).step == step

    def test_leaving_http_and_the_origin(self) -> None:
        error = blocked(self.redirecting("ftp://x.test/"), mode="same-origin", origin=API)
        assert error.step == "same-origin-redirect"

    @pytest.mark.parametrize(("hops", "is_blocked"), [(20, False), (21, True)])
    def test_twenty_redirects(self, hops: int, is_blocked: bool) -> None:
        answers: dict[str, Answer] = {
            f"* /{hop}": (302, {**READABLE, "Location": f"/{hop + 1}"}) for hop in range(hops)
        }
        server = Server({**answers, f"* /{hops}": (200, READABLE)})
        if is_blocked:
            assert blocked(server, "/0").step == "redirect-count"
        else:
            assert fetch(server, "/0").url == f"{API}/20"
        assert len(server.seen) == 21

    @pytest.mark.parametrize(
        ("start", "location"),
        [
            ("/", "https://user@api.test/x"),
            ("/", "https://user:password@app.example/x"),
            ("https://app.example/", "https://:password@api.test/x"),
        ],
    )
    def test_credentials_in_a_location(self, start: str, location: str) -> None:
        error = blocked(self.redirecting(location), start)
        assert isinstance(error, CORSBlocked)
        assert error.step == "redirect-credentials"

    def test_credentials_in_a_location_of_the_own_origin(self) -> None:
        server = self.redirecting("https://user@api.test/x")
        assert fetch(server, origin=API).status == 200
        assert server.seen[1]["HTTP_HOST"] == "api.test"

    @pytest.mark.parametrize(
        ("status", "method", "becomes"),
        [
            (301, "POST", "GET"),
            (302, "POST", "GET"),
            (303, "POST", "GET"),
            (303, "PUT", "GET"),
            (303, "HEAD", "HEAD"),
            (302, "PUT", "PUT"),
            (307, "POST", "POST"),
            (308, "DELETE", "DELETE"),
        ],
    )
    def test_methods(self, status: int, method: str, becomes: str) -> None:
        page = browser(self.redirecting("/x", status))
        data = None if method == "HEAD" else "text"
        page.fetch(
            "/", method=method, data=data, headers={"X-A": "1", "Content-Type": "text/plain"}
        )
        request = page.exchanges[-1].request
        kept = becomes == method
        assert request.method == becomes
        assert request.body == (b"text" if kept and data else b"")
        assert (request.get("Content-Type") is not None) == kept
        assert request.get("X-A") == "1"

    def test_authorization_ends_at_another_origin(self) -> None:
        headers = {"Authorization": "Bearer x"}
        for location, expected in [("/x", "Bearer x"), ("https://other.test/x", None)]:
            server = self.redirecting(location)
            server.answers = {
                key: (status, {**dict(pairs), "Access-Control-Allow-Headers": "authorization"})
                for key, (status, pairs) in server.answers.items()
            }
            page = browser(server)
            page.fetch("/", headers=headers)
            assert page.exchanges[-1].request.get("Authorization") == expected

    def test_each_hop_has_its_own_preflight(self) -> None:
        page = browser(self.redirecting("/x", 307))
        page.fetch("/", method="PUT")
        assert wire(page) == ["?OPTIONS /", "PUT /", "?OPTIONS /x", "PUT /x"]

    def test_a_preflight_may_refuse_a_later_hop(self) -> None:
        server = self.redirecting("/x", 307)
        server.answers = {**server.answers, "OPTIONS /x": (403, {})}
        error = blocked(server, method="PUT")
        assert (error.url, error.initial_url) == (f"{API}/x", f"{API}/")
        assert "at 'https://api.test/x' (redirected from 'https://api.test/')" in str(error)

    def test_same_origin_mode_stays(self) -> None:
        error = blocked(self.redirecting("https://other.test/x"), mode="same-origin", origin=API)
        assert error.step == "same-origin-redirect"

    def test_fragments_go_along(self) -> None:
        server = Server({"* /": (302, {**READABLE, "Location": "/x"}), "* /x": (200, {})})
        assert blocked(server, "/#top").url == f"{API}/x#top"
        assert server.seen[0]["PATH_INFO"] == "/"


class TestTaintedOrigin:
    """#concept-request-tainted-origin, #origin-header"""

    def origins(self, *urls: str, origin: str = ORIGIN) -> list[str | None]:
        """Return the Origin that each URL of a chain of redirects is told."""
        answers: list[tuple[str, Answer]] = []
        for url, following in zip(urls, [*urls[1:], ""], strict=True):
            status = 302 if following else 200
            headers = {"Access-Control-Allow-Origin": "*", "Location": following}
            answers.append((url, (status, headers)))

        def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            url = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['PATH_INFO']}"
            status, headers = dict(answers)[url]
            start_response(f"{status} Status", list(dict(headers).items()))
            return []

        page = Browser(answer, origin=origin)
        page.fetch(urls[0])
        return [exchange.request.get("Origin") for exchange in page.exchanges]

    def test_redirects_of_the_own_origin_taint_nothing(self) -> None:
        urls = (f"{ORIGIN}/", f"{ORIGIN}/1", "https://a.test/2", "https://a.test/3")
        assert self.origins(*urls) == [None, None, ORIGIN, ORIGIN]

    def test_a_redirect_by_another_origin_does(self) -> None:
        urls = ("https://a.test/", "https://b.test/", f"{ORIGIN}/")
        assert self.origins(*urls) == [ORIGIN, "null", "null"]

    def test_an_opaque_origin_stays_null(self) -> None:
        urls = ("https://a.test/", "https://a.test/1")
        assert self.origins(*urls, origin="null") == ["null", "null"]

    @pytest.mark.parametrize(
        ("origin", "mode", "method", "expected"),
        [
            (API, "cors", "GET", None),
            (API, "cors", "HEAD", None),
            (API, "cors", "POST", API),
            (ORIGIN, "no-cors", "GET", None),
            (ORIGIN, "no-cors", "POST", ORIGIN),
        ],
    )
    def test_when_it_is_sent(
        self, origin: str, mode: Any, method: str, expected: str | None
    ) -> None:
        page = browser(Server({"* /": (200, READABLE)}), origin)
        page.fetch("/", mode=mode, method=method)
        assert page.exchanges[0].request.get("Origin") == expected

    def test_a_downgrade_hides_it(self) -> None:
        """By the scheme; for Referer, this machine is as trustworthy as HTTPS."""
        page = browser(Server({"* /": (200, {})}))
        page.fetch("http://localhost/", mode="no-cors", method="POST")
        request = page.exchanges[0].request
        assert (request.get("Origin"), request.get("Referer")) == ("null", f"{ORIGIN}/")


SENT = {
    **READABLE,
    "Cache-Control": "no-store",
    "Content-Language": "de",
    "Content-Length": "5",
    "Content-Type": "text/plain",
    "Expires": "0",
    "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "Pragma": "no-cache",
    "Set-Cookie": "a=1",
    "X-One": "1",
    "X-Two": "2",
    "*": "star",
}
SAFE = {
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
}


class TestFilteredResponse:
    """#concept-filtered-response, #cors-safelisted-response-header-name"""

    @pytest.mark.parametrize(
        ("exposed", "credentials", "more"),
        [
            (None, "omit", set()),
            ("X-One", "omit", {"x-one"}),
            ("x-one,, X-TWO", "omit", {"x-one", "x-two"}),
            ("Set-Cookie, X-One", "omit", {"x-one"}),
            ("X-One; X-Two", "omit", set()),
            ("*", "include", {"*"}),
        ],
    )
    def test_cors(self, exposed: str | None, credentials: Any, more: set[str]) -> None:
        headers = {**SENT, "Access-Control-Allow-Credentials": "true"}
        if exposed is not None:
            headers["Access-Control-Expose-Headers"] = exposed
        response = fetch(Server({"* /": (200, headers)}), credentials=credentials)
        assert response.headers.keys() == SAFE | more

    def test_cors_with_the_wildcard(self) -> None:
        headers = {**SENT, "Access-Control-Expose-Headers": "*"}
        seen = fetch(Server({"* /": (200, headers)})).headers.keys()
        assert seen == {name.lower() for name in headers} - {"set-cookie"}

    def test_basic(self) -> None:
        seen = fetch(Server({"* /": (200, SENT)}), origin=API).headers.keys()
        assert seen == {name.lower() for name in SENT} - {"set-cookie"}

    def test_lines_of_one_name_are_combined(self) -> None:
        pairs = [*READABLE.items(), ("Pragma", "a"), ("pragma", "b")]
        headers = fetch(Server({"* /": (200, pairs)})).headers
        assert dict(headers) == {"pragma": "a, b"}
        assert headers["PRAGMA"] == "a, b"
        assert repr(headers) == "{'pragma': 'a, b'}"

    @pytest.mark.parametrize(
        ("status", "method", "body"),
        [(200, "GET", b"hello"), (200, "HEAD", b""), (204, "GET", b""), (205, "GET", b"")],
    )
    def test_null_bodies(self, status: int, method: str, body: bytes) -> None:
        assert fetch(Server({"* /": (status, READABLE)}), method=method).body == body

    def test_text_and_json(self) -> None:
        server = Server({"* /": (200, READABLE)}, body='\ufeff{"name": "é"}'.encode() + b"\xff")
        response = fetch(server)
        assert response.text == '{"name": "é"}\ufffd'
        with pytest.raises(ValueError, match="Extra data"):
            response.json()
        server.body = b'{"a": [1]}'
        assert fetch(server).json() == {"a": [1]}

    @pytest.mark.parametrize(
        ("status", "ok"), [(99, False), (200, True), (299, True), (300, False)]
    )
    def test_ok(self, status: int, ok: bool) -> None:
        assert fetch(Server({"* /": (status, READABLE)})).ok is ok


class TestRequestOfAPage:
    """#request-class, #headers-class"""

    def sent(self, **options: Any) -> tuple[dict[str, str], bytes]:
        page = browser(Server({"* /": (200, {})}), API)
        page.fetch("/", **options)
        request = page.exchanges[0].request
        names = ("Accept", "Content-Type", "X-A")
        headers = {name: value for name, value in request.headers if name in names}
        return headers, request.body

    @pytest.mark.parametrize(
        ("options", "content_type", "body"),
        [
            ({"json": {"a": 1}}, "application/json", b'{"a":1}'),
            ({"data": "é"}, "text/plain;charset=UTF-8", "é".encode()),
            (
                {"data": {"a": "1 2"}},
                "application/x-www-form-urlencoded;charset=UTF-8",
                b"a=1+2",
            ),
            ({"data": b"raw"}, None, b"raw"),
            ({"json": 1, "headers": {"Content-Type": "text/csv"}}, "text/csv", b"1"),
            ({"json": 1, "mode": "no-cors"}, "text/plain;charset=UTF-8", b"1"),
        ],
    )
    def test_bodies(self, options: Any, content_type: str | None, body: bytes) -> None:
        headers, sent = self.sent(method="POST", **options)
        assert (headers.get("Content-Type"), sent) == (content_type, body)

    def test_accept_is_anything_by_default(self) -> None:
        assert self.sent()[0] == {"Accept": "*/*"}
        assert self.sent(headers={"accept": "text/html"})[0] == {}

    @pytest.mark.parametrize(
        "name", ["Cookie", "Host", "Origin", "Sec-Fetch-Site", "proxy-x", "Content-Length"]
    )
    def test_forbidden_headers_are_dropped(self, name: str) -> None:
        page = browser(Server({"* /": (200, {})}), API)
        page.fetch("/", headers={name: "forged"})
        assert "forged" not in [value for _, value in page.exchanges[0].request.headers]

    @pytest.mark.parametrize(("value", "kept"), [("PUT", True), ("GET, trace", False)])
    def test_headers_that_name_a_method(self, value: str, kept: bool) -> None:
        page = browser(Server({"* /": (200, {})}), API)
        page.fetch("/", headers={"X-HTTP-Method-Override": value})
        sent = page.exchanges[0].request.get("X-HTTP-Method-Override")
        assert sent == (value if kept else None)

    def test_no_cors_keeps_safelisted_headers_only(self) -> None:
        page = browser(Server({"* /": (200, {})}))
        headers = [
            ("Accept", "a" * 100),
            ("Accept", "b" * 100),
            ("Range", "bytes=0-"),
            ("X-A", "1"),
            ("Content-Type", "application/json"),
        ]
        page.fetch("/", mode="no-cors", headers=headers)
        kept = page.exchanges[0].request.headers[:2]
        assert kept == (("Accept", "a" * 100), ("Referer", f"{ORIGIN}/"))

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"method": "TRACE"}, "no page can send"),
            ({"method": "a b"}, "no page can send"),
            ({"method": "PUT", "mode": "no-cors"}, "no-cors"),
            ({"data": "x"}, "GET request cannot have a body"),
            ({"method": "POST", "data": "x", "json": 1}, "json or data"),
            ({"headers": {"a b": "1"}}, "not a header"),
            ({"headers": {"X-A": "1\r\nX-B: 2"}}, "not a header"),
            ({"headers": {"X-A": "€"}}, "not a header"),
            ({"url": "https://user@api.test/"}, "includes credentials"),
            ({"url": "https://["}, "not a URL"),
            ({"url": "http://"}, "not a URL"),
        ],
    )
    def test_what_no_page_can_ask(self, options: Any, words: str) -> None:
        server = Server({})
        with pytest.raises(TypeError, match=words):
            fetch(server, **options)
        assert server.seen == []

    @pytest.mark.parametrize(
        "origin", ["app.example", "https://app.example/", "HTTPS://app.example", "http://a:80", ""]
    )
    def test_what_is_no_origin(self, origin: str) -> None:
        with pytest.raises(ValueError, match="not an origin"):
            Browser(Server({}), origin=origin)

    @pytest.mark.parametrize(
        ("url", "relation"),
        [
            ("https://app.example/", "same-origin"),
            ("https://www.app.example/", "same-site"),
            ("https://app.example:8443/", "same-site"),
            ("http://localhost/", "cross-site"),
        ],
    )
    def test_fetch_metadata(self, url: str, relation: str) -> None:
        page = Browser(Server({"* /": (200, READABLE)}), origin=ORIGIN)
        page.fetch(url)
        request = page.exchanges[0].request
        names = ("Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site")
        assert [request.get(name) for name in names] == ["empty", "cors", relation]

    def test_no_fetch_metadata_over_plain_http(self) -> None:
        page = Browser(Server({"* /": (200, READABLE)}), origin="http://app.example")
        page.fetch("http://app.example/")
        assert page.exchanges[0].request.get("Sec-Fetch-Site") is None


class TestCredentials:
    """#http-network-or-cache-fetch, includeCredentials"""

    @pytest.mark.parametrize(
        ("origin", "credentials", "sent"),
        [
            (API, "omit", False),
            (API, "same-origin", True),
            (API, "include", True),
            ("https://www.api.test", "omit", False),
            ("https://www.api.test", "same-origin", False),
            ("https://www.api.test", "include", True),
        ],
    )
    def test_cookies_are_sent_and_stored(self, origin: str, credentials: Any, sent: bool) -> None:
        headers = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Set-Cookie": "new=1",
        }
        page = browser(Server({"* /": (200, headers)}), origin)
        page.cookies.set(API, "old=1")
        page.fetch("/", credentials=credentials)
        assert page.exchanges[0].request.get("Cookie") == ("old=1" if sent else None)
        assert ("new" in [cookie.name for cookie in page.cookies]) == sent

    def test_cookies_are_stored_even_when_the_page_may_not_read(self) -> None:
        page = browser(Server({"* /": (200, {"Set-Cookie": "a=1"})}), "https://www.api.test")
        with pytest.raises(CORSBlocked):
            page.fetch("/", credentials="include")
        assert [str(cookie) for cookie in page.cookies] == ["a=1"]

    def test_another_sites_page_gets_same_site_none_only(self) -> None:
        page = browser(Server({"* /": (200, {})}))
        for line in ("a=1", "b=1; SameSite=Strict", "c=1; SameSite=None; Secure"):
            page.cookies.set(API, line)
        page.fetch("/", mode="no-cors", credentials="include")
        assert page.exchanges[0].request.get("Cookie") == "c=1"

    def test_a_way_through_another_site_is_cross_site(self) -> None:
        server = Server(
            {
                "* /": (302, {**READABLE, "Location": "https://api.test/x"}),
                "* /x": (200, {"Access-Control-Allow-Origin": "*"}),
            }
        )
        page = browser(server, API)
        page.cookies.set(API, "a=1")
        page.fetch("https://other.test/", mode="no-cors", credentials="include")
        assert [e.request.get("Cookie") for e in page.exchanges] == [None, None]

    def test_pages_of_one_browser_share_cookies_and_the_log(self) -> None:
        headers = {"Access-Control-Allow-Origin": "https://www.api.test"}
        headers["Access-Control-Allow-Credentials"] = "true"
        own = browser(Server({"* /": (200, {**headers, "Set-Cookie": "a=1"})}), API)
        own.fetch("/")
        own.at("https://www.api.test").fetch("/", credentials="include")
        assert [e.request.get("Cookie") for e in own.exchanges] == [None, "a=1"]
        with pytest.raises(ValueError, match="not an origin"):
            own.at("nowhere")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"credentials": True}, "credentials=True: write one of 'omit', 'same-origin', 'include'"),
        ({"mode": "CORS"}, "mode='CORS': write one of 'cors', 'no-cors', 'same-origin'"),
        ({"redirect": "no"}, "redirect='no': write one of 'follow', 'error', 'manual'"),
    ],
)
def test_other_words_are_refused_as_fetch_refuses_them(option: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=f"^{words}$"):
        fetch(Server({"* /": (200, READABLE)}), **option)


def test_an_address_is_no_application() -> None:
    target: Any = "http://localhost:5000"
    with pytest.raises(TypeError, match=r"^for a running server write base_url='http://localhost"):
        Browser(target, origin=ORIGIN)
