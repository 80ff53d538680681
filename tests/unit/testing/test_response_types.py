"""Responses that their MIME type keeps from a page, in :mod:`flask_cors.testing`."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import Browser, NetworkError, Reply

OWN = "https://app.example"
API = "https://api.example"


def load(element: Any, *headers: tuple[str, str], **options: Any) -> str:
    """Return the step that fails and the type it names, or the type of the response."""
    page = Browser(transport=lambda request: Reply(200, headers), origin=OWN, base_url=API)
    try:
        return page.load(element, "/", **options).type
    except NetworkError as error:
        return f"{error.step} {error.value}".strip()


NOSNIFF = ("X-Content-Type-Options", "nosniff")


@pytest.mark.parametrize(
    ("element", "content_type", "seen"),
    [
        ("script", None, "nosniff-script"),
        ("script", "x", "nosniff-script"),
        ("script", "text/plain", "nosniff-script text/plain"),
        ("script", "text/CSS;a=b", "nosniff-script text/css"),
        ("script", "image/png", "nosniff-script image/png"),
        ("script", "text/ecmascript", "opaque"),
        ("stylesheet", None, "nosniff-style"),
        ("stylesheet", "text/html", "nosniff-style text/html"),
        ("stylesheet", "text/javascript", "nosniff-style text/javascript"),
        ("stylesheet", "text/css", "opaque"),
        ("img", "text/html", "opaque"),
        ("img", None, "opaque"),
    ],
)
def test_nosniff(element: str, content_type: str | None, seen: str) -> None:
    headers = [NOSNIFF, *([("Content-Type", content_type)] if content_type else [])]
    assert load(element, *headers) == seen


@pytest.mark.parametrize(
    ("element", "content_type", "seen"),
    [
        ("script", "text/csv", "script-type text/csv"),
        ("script", "AUDIO/x", "script-type audio/x"),
        ("script", "image/png;a=b", "script-type image/png"),
        ("script", "video/x", "script-type video/x"),
        ("script", "text/csv-schema", "opaque"),
        ("script", "application/csv", "opaque"),
        ("script", "text/html", "opaque"),
        ("script", "image", "opaque"),
        ("img", "text/csv", "opaque"),
        ("stylesheet", "image/png", "stylesheet-type image/png"),
    ],
)
def test_scripts_of_blocked_types(element: str, content_type: str, seen: str) -> None:
    assert load(element, ("Content-Type", content_type)) == seen


def test_cors_does_not_help() -> None:
    allowed = ("Access-Control-Allow-Origin", "*")
    csv = ("Content-Type", "text/csv")
    assert load("script", allowed, csv, crossorigin="anonymous") == "script-type text/csv"
    assert load("script", allowed, crossorigin="anonymous") == "cors"


def test_the_type_is_judged_before_the_digest() -> None:
    allowed = ("Access-Control-Allow-Origin", "*")
    csv = ("Content-Type", "text/csv")
    options = {"crossorigin": "anonymous", "integrity": "sha256-AAAA"}
    assert load("script", allowed, csv, **options) == "script-type text/csv"


def test_a_data_url_has_a_type_too() -> None:
    page = Browser(transport=lambda request: Reply(200, ()), origin=OWN)
    assert page.load("script", "data:text/javascript,1").text == "1"
    with pytest.raises(NetworkError, match="'image/png'"):
        page.load("script", "data:image/png,1")


def test_a_script_of_its_own_gets_everything() -> None:
    headers = (NOSNIFF, ("Content-Type", "text/csv"))
    page = Browser(transport=lambda request: Reply(200, headers), origin=OWN)
    assert page.fetch(OWN).type == "basic"
    assert page.navigate(OWN).status == 200
