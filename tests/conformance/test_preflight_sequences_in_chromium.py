"""Random sequences of a page's requests, with Chromium's own preflight cache."""

from __future__ import annotations

import pytest

from tests.conformance.conftest import require_chromium
from tests.conformance.preflight_sequences import search

pytestmark = [pytest.mark.browser, pytest.mark.rule("6.preflight-cache")]


def test_no_view_runs_that_its_own_preflight_would_have_refused() -> None:
    require_chromium()
    found = search(200)
    assert found.holes == []
    assert found.cached > 0
