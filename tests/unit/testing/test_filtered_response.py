"""What a page sees of a response: digests, and where there is no body."""

from __future__ import annotations

import pytest

from flask_cors.testing import NetworkError, Reply
from tests.unit.testing.pages import browser


def test_a_digest_that_does_not_match() -> None:
    page = browser(Reply(200, (("Access-Control-Allow-Origin", "*"),), b"hello"))
    with pytest.raises(NetworkError, match="Failed to find a valid digest") as caught:
        page.load("script", "/", crossorigin="anonymous", integrity="sha256-AAAA")
    assert "it has sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" in (caught.value.explain())
