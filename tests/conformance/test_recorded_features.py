"""What elements, forms, links, streams and sockets send, by the model, without a browser.

``features.json`` holds what Chromium sends too: the test with Chromium compares it with the model.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conformance.features import FEATURES, RECORDED, Feature, recorded

TABLE: dict[str, list[Any]] = json.loads(RECORDED.read_text())


def test_each_case_is_recorded() -> None:
    assert list(TABLE) == list(map(str, FEATURES))


@pytest.mark.parametrize("feature", FEATURES, ids=str)
def test_the_model_sends_what_was_recorded(feature: Feature) -> None:
    assert recorded(feature) == TABLE[str(feature)]
