"""For pytest: the fixture ``browser``, and what the browser did below a test that fails.

A module outside the package, so that starting pytest neither imports Flask nor runs lines of the
package before coverage counts them; :mod:`flask_cors.testing` is imported on first use.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask_cors.testing import Browser

ORIGIN = "https://app.example"
# Their fixture of this name drives a real browser.
OWNERS_OF_THE_NAME = ("playwright", "pytest-splinter", "splinter")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker, and claim the name ``browser`` unless another plugin has it."""
    config.addinivalue_line(
        "markers", "browser_options(**options): arguments of flask_cors.testing.Browser"
    )
    if not any(map(config.pluginmanager.hasplugin, OWNERS_OF_THE_NAME)):
        config.pluginmanager.register(_Named(), "flask-cors-browser")


@pytest.fixture
def browser_options() -> dict[str, Any]:
    """Return the arguments of the browser; override it for a module or for all tests."""
    return {}


@pytest.fixture
def cors_browser(request: pytest.FixtureRequest, browser_options: dict[str, Any]) -> Browser:
    """Return a browser with a page on another origin, over what the fixture ``app`` returns."""
    from flask_cors.testing import Browser

    options = {"origin": ORIGIN, **browser_options}
    for marker in reversed(list(request.node.iter_markers("browser_options"))):
        options |= marker.kwargs
    if "transport" in options:
        return Browser(**options)
    return Browser(request.getfixturevalue("app"), **options)


class _Named:
    """The short name of the fixture."""

    @pytest.fixture
    def browser(self, cors_browser: Browser) -> Browser:
        """Return the same as ``cors_browser``."""
        return cors_browser


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, Any, None]:
    """Add to the report of a failure what the browsers of the test sent and got."""
    outcome = yield
    report = outcome.get_result()
    module = sys.modules.get("flask_cors.testing")
    if module is None or not report.failed or call.excinfo is None:
        return
    error: Any = call.excinfo.value
    if isinstance(error, module.NetworkError):
        report.sections.append(("why the page got nothing", f"{error}\n{error.explain()}"))
    timelines = [browser.timeline() for browser in _browsers(item, call, module.Browser)]
    for timeline in dict.fromkeys(filter(None, timelines)):
        report.sections.append(("what the browser did", timeline))


def _browsers(item: pytest.Item, call: pytest.CallInfo[Any], kind: type) -> Iterator[Browser]:
    """Yield the browsers among the fixtures of a test and the variables of its functions."""
    yield from _of_kind(getattr(item, "funcargs", {}), kind)
    for entry in call.excinfo.traceback if call.excinfo else ():
        yield from _of_kind(entry.frame.f_locals, kind)


def _of_kind(values: dict[str, Any], kind: type) -> Iterator[Any]:
    return (value for value in list(values.values()) if isinstance(value, kind))
