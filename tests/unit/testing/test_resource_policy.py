"""``Cross-Origin-Resource-Policy``: which replies a page may not embed."""

from __future__ import annotations

import pytest

from flask_cors.testing import Browser, NetworkError, Reply


@pytest.mark.parametrize(
    ("page", "url", "policy", "why"),
    [
        ("https://a.shop.test", "https://a.shop.test/x", "same-origin", ""),
        ("https://a.shop.test", "https://b.shop.test/x", "same-origin", "NotSameOrigin"),
        ("https://a.shop.test", "https://a.shop.test:8443/x", "same-origin", "NotSameOrigin"),
        ("https://a.shop.test", "https://b.shop.test/x", "same-site", ""),
        ("https://a.shop.test", "https://other.test/x", "same-site", "NotSameSite"),
        ("http://a.shop.test", "https://b.shop.test/x", "same-site", "NotSameSite"),
        ("http://a.shop.test", "http://b.shop.test/x", "same-site", ""),
        ("https://a.shop.test", "https://other.test/x", "cross-origin", ""),
        ("https://a.shop.test", "https://other.test/x", None, ""),
        ("https://a.shop.test", "https://other.test/x", "Same-Origin", ""),
    ],
)
def test_who_may_embed(page: str, url: str, policy: str | None, why: str) -> None:
    headers = (("Cross-Origin-Resource-Policy", policy),) if policy else ()
    browser = Browser(transport=lambda request: Reply(200, headers), origin=page)
    if not why:
        browser.load("img", url)
        return
    with pytest.raises(NetworkError) as caught:
        browser.load("img", url)
    assert (caught.value.step, caught.value.value) == ("resource-policy", why)
