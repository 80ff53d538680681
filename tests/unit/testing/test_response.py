"""What a page reads of a response: its headers, and its body as a blob."""

from __future__ import annotations

import pytest

from flask_cors.testing import Blob, Browser, Reply, ResponseHeaders


def test_names_are_sorted_in_lower_case() -> None:
    headers = ResponseHeaders((("b", "1"), ("A", "2"), ("c-", "3"), ("C", "4"), ("B", "5")))
    assert list(headers.items()) == [("a", "2"), ("b", "1, 5"), ("c", "4"), ("c-", "3")]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["text/plain"], "text/plain"),
        (["TEXT/HTML;Charset=UTF-8"], "text/html;charset=utf-8"),
        (["text/html;charset=a", "text/html"], "text/html;charset=a"),
        (["x/y", "bogus"], "x/y"),
        (["bogus"], ""),
        ([], ""),
    ],
)
def test_the_type_of_a_blob(lines: list[str], kind: str) -> None:
    headers = tuple(("Content-Type", line) for line in lines)
    page = Browser(transport=lambda request: Reply(200, headers, b"x"), origin="http://localhost")
    assert page.fetch("/").blob() == Blob(b"x", kind)
