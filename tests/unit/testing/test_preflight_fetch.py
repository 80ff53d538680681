"""Preflights: what is sent, and what their responses grant."""

from __future__ import annotations

import pytest

from flask_cors.testing import Browser, NetworkError, Reply
from tests.unit.testing.pages import API, OWN


def asking(preflight: Reply) -> Browser:
    allowed = (
        ("Access-Control-Allow-Origin", OWN),
        ("Access-Control-Allow-Credentials", "true"),
    )
    return Browser(
        transport=lambda request: preflight if request.method == "OPTIONS" else Reply(200, allowed),
        origin=OWN,
        base_url=API,
    )


def test_the_body_stays_behind() -> None:
    headers = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "*"))
    page = asking(Reply(200, headers))
    page.fetch("/", method="PUT", data="text", headers={"Content-Type": "text/plain"})
    asked, sent = (exchange.request for exchange in page.exchanges)
    assert (asked.body, asked.get("Content-Length"), asked.get("Content-Type")) == (
        b"",
        None,
        None,
    )
    assert (sent.body, sent.get("Content-Length")) == (b"text", "4")


@pytest.mark.parametrize(
    ("status", "step"),
    [(200, ""), (299, ""), (300, "status"), (304, "status")],
)
def test_the_status(status: int, step: str) -> None:
    headers = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "*"))
    page = asking(Reply(status, headers))
    if not step:
        assert page.fetch("/", method="PUT").status == 200
        return
    with pytest.raises(NetworkError) as caught:
        page.fetch("/", method="PUT")
    assert (caught.value.step, caught.value.preflight) == ("preflight-status", True)


def test_credentials_are_judged() -> None:
    headers = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "PUT"))
    with pytest.raises(NetworkError) as caught:
        asking(Reply(200, headers)).fetch("/", method="PUT", credentials="include")
    assert (caught.value.step, caught.value.preflight) == ("allow-origin-wildcard", True)
