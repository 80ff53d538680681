"""What Chromium really prints is what the page about blocked requests quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, Browser, NetworkError
from tests.blocked_page import entries
from tests.conformance.chromium import RUN
from tests.conformance.conftest import Stage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium-blocked-page")]

WWW = "www.shop.test"
ENTRIES = entries()
# The page sees that these failed, and the console says nothing of them.
SILENT = {"redirect-with-credentials"}

Headers = Mapping[str, str]


@dataclass
class Case:
    """A request that fails at one step: the answers by path, and what the page asks for.

    ``{page}`` and ``{api}`` in an answer stand for the two origins.
    """

    actual: Headers = field(default_factory=dict)
    preflight: Headers = field(default_factory=dict)
    status: int = 200
    preflight_status: int = 200
    init: Mapping[str, Any] = field(default_factory=dict)
    url: str = "{api}/thing"
    page: str = "{page}"
    by_xhr: bool = False

    def application(self, names: Mapping[str, str]) -> Callable[..., Iterable[bytes]]:
        """Return the server."""

        def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            asked = environ["REQUEST_METHOD"] == "OPTIONS"
            status, headers = (
                (self.preflight_status, self.preflight) if asked else (self.status, self.actual)
            )
            lines = [(name, value.format(**names)) for name, value in headers.items()]
            start_response(f"{status} Status", [*lines, ("Content-Length", "0")])
            return []

        return serve


ORIGIN = "Access-Control-Allow-Origin"
READABLE = {ORIGIN: "{page}"}
WITH_COOKIES = {"credentials": "include"}
PUT = {"method": "PUT"}


def preflight(name: str = "", value: str = "", **init: Any) -> Case:
    """Return a request whose preflight is answered with one header more."""
    more = {f"Access-Control-Allow-{name}": value} if name else {}
    return Case(preflight={**READABLE, **more}, init=init or PUT)


def redirect(location: str, **init: Any) -> Case:
    return Case(status=302, actual={**READABLE, "Location": location}, init=init)


CASES = {
    "allow-origin-missing": Case(),
    "allow-origin-mismatch": Case({ORIGIN: "https://other.example"}),
    "allow-origin-wildcard": Case({ORIGIN: "*"}, init=WITH_COOKIES),
    "allow-credentials": Case(READABLE, init=WITH_COOKIES),
    "allow-origin-multiple": Case({ORIGIN: "{page}, {page}"}),
    "allow-origin-invalid": Case({ORIGIN: "shop.test"}),
    "preflight-status": Case(preflight=READABLE, preflight_status=401, init=PUT),
    "preflight-redirect": Case(
        preflight={**READABLE, "Location": "/other"}, preflight_status=302, init=PUT
    ),
    "preflight-method": preflight("Methods", "GET"),
    "preflight-header": preflight("Headers", "X-Other", headers=[["X-Own", "1"]]),
    "preflight-authorization": preflight("Headers", "X-Other", headers=[["Authorization", "x"]]),
    "preflight-methods-syntax": preflight("Methods", "[PUT]"),
    "preflight-headers-syntax": preflight("Headers", "[X-Own]"),
    "redirect-credentials": redirect("http://user:word@elsewhere.test/"),
    "cors-scheme": Case(url="myapp://thing", by_xhr=True),
    "redirect-scheme": redirect("myapp://done"),
    "mixed-content": Case(page="{secure}"),
    "same-origin-mode": Case(init={"mode": "same-origin"}),
    "same-origin-redirect": Case(
        url="{page}/thing",
        status=302,
        actual={"Location": "{api}/thing"},
        init={"mode": "same-origin"},
    ),
    "no-cors-redirect-mode": Case(init={"mode": "no-cors", "redirect": "error"}),
    "url-scheme": Case(url="ftp://files.shop.test/thing"),
    "redirect-error-mode": redirect("/other", redirect="error"),
    "redirect-location": redirect("http://["),
    "redirect-unsafe": redirect("data:text/plain,x"),
    "redirect-count": redirect("/thing"),
    "redirect-with-credentials": Case(
        url="{page}/thing",
        status=302,
        actual={"Location": "//user:word@www.shop.test:{port}/other"},
    ),
}


def names_of(stage: Stage) -> dict[str, str]:
    return {
        "page": stage.origin(WWW),
        "secure": f"https://{WWW}:{stage.at.https}",
        "api": stage.api,
        "port": str(stage.at.http),
    }


def in_chromium(stage: Stage, case: Case, names: Mapping[str, str]) -> list[str]:
    """Return what the console says after the request failed."""
    page = stage.chromium.page(f"{case.page.format(**names)}/page")
    stage.chromium.console.clear()
    init = {"method": "GET", "body": None, "headers": [], **case.init}
    asked = {"url": case.url.format(**names), "uploads": case.by_xhr, "init": init}
    (result,) = page.evaluate(RUN, [[asked]])[0]
    page.evaluate("0")
    page.close()
    assert result["error"], "the page could read it"
    return [message.text for message in stage.chromium.console]


def in_model(case: Case, application: Any, names: Mapping[str, str]) -> NetworkError:
    page = Browser(application, origin=case.page.format(**names), traits=CHROMIUM)
    with pytest.raises(NetworkError) as caught:
        page.fetch(case.url.format(**names), upload_listener=case.by_xhr, **case.init)
    return caught.value


def test_every_entry_has_a_case() -> None:
    assert CASES.keys() == ENTRIES.keys()


@pytest.mark.parametrize("step", CASES)
def test_the_console_says_what_the_page_quotes(stage: Stage, step: str) -> None:
    case, entry = CASES[step], ENTRIES[step]
    names = names_of(stage)
    application = case.application(names)
    stage.serve(application)
    console = in_chromium(stage, case, names)
    failure = in_model(case, application, names)
    assert failure.step == step
    assert entry.matches(str(failure))
    assert [text for text in console if entry.matches(text)] or (not console and step in SILENT), (
        console
    )
