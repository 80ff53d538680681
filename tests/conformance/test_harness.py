"""The browser tests cannot pass unseen: without a Chromium that is new they skip, or fail in CI."""

from __future__ import annotations

import pytest

from tests.conformance import chromium, conftest
from tests.conformance.chromium import HOW_TO_GET, OLDEST


def test_skips_without_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "EXECUTABLE", None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        conftest.require_chromium()


def test_fails_in_ci_without_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "EXECUTABLE", None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception) as caught:
        conftest.require_chromium()
    assert str(caught.value) == HOW_TO_GET


@pytest.mark.parametrize(("version", "is_missing"), [(OLDEST - 1, True), (OLDEST, False)])
def test_an_older_chromium_is_not_compared_with_the_model(
    monkeypatch: pytest.MonkeyPatch, version: int, is_missing: bool
) -> None:
    monkeypatch.setattr(chromium, "EXECUTABLE", "/usr/bin/chromium")
    monkeypatch.setattr(chromium, "version", lambda: version)
    monkeypatch.setenv("CI", "true")
    if is_missing:
        with pytest.raises(pytest.fail.Exception, match=f"this is Chromium {version}"):
            conftest.require_chromium()
    else:
        conftest.require_chromium()
