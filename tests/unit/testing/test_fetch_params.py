"""What a failed step of a fetch becomes: the error of the page, and a line of the timeline."""

from __future__ import annotations

import pytest

from flask_cors.testing import CORSBlocked, NetworkError
from flask_cors.testing.errors import Failure
from flask_cors.testing.fetch_params import FetchParams
from tests.unit.testing.pages import API, OWN, browser


def params(mode: str = "cors") -> FetchParams:
    page = browser()
    request = page._request("/first")
    request.urls.append(f"{API}/last")
    request.mode = mode  # type: ignore[assignment]
    return FetchParams(page._profile, request)


def test_what_is_no_failure_is_returned() -> None:
    fetching = params()
    assert fetching.check(None) is None
    assert fetching.check("") == ""
    assert str(fetching.profile.timeline) == ""


@pytest.mark.parametrize(
    ("step", "kind"), [("allow-origin-missing", CORSBlocked), ("bad-port", NetworkError)]
)
@pytest.mark.parametrize("preflight", [True, False])
def test_a_failure_is_raised(step: str, kind: type, preflight: bool) -> None:
    fetching = params()
    with pytest.raises(NetworkError) as caught:
        fetching.check(Failure(step), preflight=preflight)
    error = caught.value
    assert (type(error), error.step, error.preflight) == (kind, step, preflight)
    assert (error.initial_url, error.url) == (f"{API}/first", f"{API}/last")
    assert (error.origin, error.resource, error.exchange) == (OWN, "fetch", None)
    assert str(fetching.profile.timeline) == f"  !! {error}"


def test_the_urls_of_a_websocket_have_its_scheme() -> None:
    error = params("websocket").fail(Failure("bad-port"))
    assert (error.initial_url, error.url) == ("wss://api.example/first", "wss://api.example/last")
