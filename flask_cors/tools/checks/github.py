"""The result of a check as workflow commands of GitHub Actions, which annotate pull requests.

See "Workflow commands for GitHub Actions" in GitHub's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ...errors import printable
from .finding import CheckResult, Finding

_COMMANDS: Final = {"note": "notice", "warning": "warning", "error": "error"}
# What ends a command, and, in the value of a property, what ends the value.
_DATA: Final = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_PROPERTY: Final = {**_DATA, ord(":"): "%3A", ord(","): "%2C"}


def to_github(result: CheckResult, root: Path) -> Iterator[str]:
    """Yield a line for each finding, with its file relative to *root*, the repository.

    What is ignored is not annotated. A rule that did not run is a notice.
    """
    yield from (_line(found, root) for found in result.findings)
    for reason, ids in result.reasons_not_run().items():
        text = _escaped(f"{', '.join(ids)} did not run: {reason}", _DATA)
        yield f"::notice title=flask cors check::{text}"


def _line(found: Finding, root: Path) -> str:
    properties = {"title": f"{found.id} {found.place}"}
    if found.file is not None:
        path = Path(found.file)
        file = path.relative_to(root).as_posix() if path.is_relative_to(root) else found.file
        properties = {"file": file, "line": str(found.line or 1), **properties}
    shown = ",".join(f"{name}={_escaped(text, _PROPERTY)}" for name, text in properties.items())
    text = _escaped(f"{found.reason}. {found.hint}", _DATA)
    return f"::{_COMMANDS[found.severity]} {shown}::{text}"


def _escaped(text: str, table: Mapping[int, str]) -> str:
    return printable(text).translate(table)
