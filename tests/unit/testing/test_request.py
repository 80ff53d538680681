"""How a request relates to its page, and to the tab that the page is in."""

from __future__ import annotations

import pytest

from tests.unit.testing.pages import OWN, browser


@pytest.mark.parametrize(
    ("top_level", "mode", "destination", "partition", "is_third_party"),
    [
        (None, "cors", "", ("https", "app.example"), True),
        ("https://news.test", "cors", "", ("https", "news.test"), True),
        ("https://news.test", "navigate", "iframe", ("https", "news.test"), True),
        (None, "navigate", "document", ("https", "other.test"), False),
    ],
)
def test_another_site(
    top_level: str | None, mode: str, destination: str, partition: object, is_third_party: bool
) -> None:
    request = browser().at(OWN, framed_by=top_level)._request("https://api.other.test/x")
    request.mode, request.destination = mode, destination  # type: ignore[assignment]
    assert request.partition == partition
    assert request.is_third_party() is is_third_party


@pytest.mark.parametrize(
    ("top_level", "is_third_party"),
    [(None, False), ("https://www.app.example", False), ("https://news.test", True)],
)
def test_the_own_site(top_level: str | None, is_third_party: bool) -> None:
    request = browser().at(OWN, framed_by=top_level)._request("https://api.app.example/x")
    assert request.is_third_party() is is_third_party
