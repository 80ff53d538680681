"""No sequence of requests of one page gets a view to run that its own preflight would refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_cors.policy import decide
from tests.property import apps
from tests.property.apps import World
from tests.property.preflight_sequences import Count, quiet, try_app, try_apps
from tests.property.profile import search


@pytest.mark.rule("6.preflight-cache")
@search(10)
@given(apps.worlds, st.integers(0, 2**32))
def test_what_a_browser_has_cached_lets_nothing_through(world: World, number: int) -> None:
    count = Count()
    with quiet():
        try_app(world, number, count, each=10)
    assert count.holes == []


@pytest.mark.rule("6.preflight-cache")
def test_the_search_finds_the_hole_of_whole_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(policy: object, origin: str, preflight: object, grant: object, _: object) -> object:
        return grant

    monkeypatch.setattr(decide, "_limited", whole)
    count = Count()
    with quiet():
        for number in range(5):
            try_apps(number, count)
            if count.holes:
                break
    assert count.holes
