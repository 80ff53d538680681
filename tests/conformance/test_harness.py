"""The browser tests cannot pass unseen: without Chromium they skip, or fail in CI."""

from __future__ import annotations

import pytest

from tests.conformance import conftest
from tests.conformance.chromium import HOW_TO_GET


def test_skips_without_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "EXECUTABLE", None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        conftest.require_chromium()


def test_fails_in_ci_without_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "EXECUTABLE", None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception) as caught:
        conftest.require_chromium()
    assert str(caught.value) == HOW_TO_GET


def test_goes_on_with_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "EXECUTABLE", "/usr/bin/chromium")
    conftest.require_chromium()
