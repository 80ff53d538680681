"""The origins that the documentation and the examples tell people to write let nobody else in.

Found in the Python code of the pages, of README.md and of ``examples``; each is tried with the
classes of origins that scanners try, built for its own host.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_cors import ConfigError
from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.patterns.origins import Origins
from flask_cors.tools.closed.examination import examine
from tests.project.test_docs_examples import PAGES

ROOT = Path(__file__).resolve().parents[2]
# Said to be open where it is shown.
OPEN = {"https://.*"}


def sources() -> Iterator[str]:
    """Yield all Python code that is shown."""
    yield from (textwrap.dedent(block) for blocks in PAGES.values() for block in blocks)
    yield from re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    for path in sorted(ROOT.glob("examples/**/*.py")):
        if not path.name.startswith("test_"):
            yield path.read_text("utf-8")


def shown() -> list[str]:
    """Return every string of that code that reads as an origin, a wildcard or a regex."""
    found = set()
    for source in sources():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(part.strip() for part in node.value.split(","))
    whole = (text for text in found if re.fullmatch("[^/]+://[^/]+", text))
    return sorted(text for text in whole if read(text) is not None)


def read(text: str) -> Origins | None:
    """Return the origins that a text means, ``None`` where something is wrong with it."""
    report = Report(Source("app", "CORS(app)"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            settings = read_options({"origins": [text]}, "app", report)
            report.raise_if_any()
        except ConfigError:
            return None
    origins: Origins = settings["origins"].value
    return None if report.degraded or origins.empty else origins


SHOWN = [text for text in shown() if text not in OPEN]


def attacks(origin: str) -> Iterator[str]:
    """Yield origins that look like an allowed one, or hold it, and are others'."""
    scheme, _, rest = origin.partition("://")
    host, _, port = rest.partition(":")
    end = f":{port}" if port else ""
    yield from ("null", "https://stranger.invalid", f"{scheme}://stranger.invalid{end}")
    yield from (
        f"{origin}.stranger.invalid",
        f"{scheme}://{host}.stranger.invalid{end}",
        f"{origin}x",
    )
    yield from (f"{scheme}://stranger.invalid/{host}", f"{scheme}://stranger.invalid#{origin}")
    yield from (f"{scheme}://evil{host}{end}", f"{scheme}://evil-{host}{end}", f"x{origin}")
    yield from (
        f"{scheme}://stranger.invalid@{host}{end}",
        f"{scheme}://{host}@stranger.invalid{end}",
    )
    yield {"http": "https", "https": "http"}.get(scheme, "http") + f"://{rest}"
    for place, char in enumerate(host):
        if char == ".":
            yield f"{scheme}://{host[:place]}x{host[place + 1 :]}{end}"


def honest(text: str) -> str:
    """Return an origin that a literal or wildcard origin allows."""
    return text.replace("://*.", "://app.").replace(":*", ":3000")


def test_there_are_origins_of_each_kind() -> None:
    kinds = {(match := read(text)) and match.match(honest(text)).kind for text in SHOWN}
    assert {"literal", "wildcard"} <= kinds
    assert len(SHOWN) > 30
    assert any(re.search(r"[\\\[]", text) for text in SHOWN)


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_shown_lets_no_stranger_in(text: str) -> None:
    origins = read(text)
    assert origins is not None
    for regex in origins.regexes:
        assert examine(regex).answer == "closed"
    if origins.regexes:
        return
    allowed = honest(text)
    assert origins.match(allowed).kind
    below = text.partition("://*.")[2]
    for origin in attacks(allowed):
        # A wildcard allows every name below its domain, which is the owner's.
        host = origin.partition("://")[2].partition(":")[0]
        if below and host.endswith(f".{below}") and origin.startswith("https://"):
            continue
        assert not origins.match(origin).kind, origin
