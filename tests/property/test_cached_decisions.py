"""What is cached, by the library or by a cache, changes no answer."""

from __future__ import annotations

import pytest

from tests.property.cached_decisions import Count, search

pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")


@pytest.mark.rule("6.vary")
def test_no_page_gets_what_another_one_was_granted() -> None:
    count = Count()
    search(1, 20, count)
    assert count.faults == []
    assert min(count.requests, count.sequences, count.reused) > 100
