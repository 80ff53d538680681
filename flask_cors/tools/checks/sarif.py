"""The result of a check as SARIF 2.1.0, which code-scanning services read.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/; the sections are named in comments.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from .finding import CheckResult, Finding, RuleInfo

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_ESCAPES: Final = str.maketrans({"{": "{{", "}": "}}", "[": "\\[", "]": "\\]"})


def to_sarif(
    result: CheckResult, rules: Iterable[RuleInfo], version: str, root: Path
) -> dict[str, Any]:
    """Return a SARIF log with one run; files below *root* are named relative to it."""
    listed = list(rules)
    driver = {
        "name": "flask-cors",
        "version": version,
        "rules": [_rule(info) for info in listed],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"uri": f"{root.as_uri()}/"}},
        "results": [_result(found, listed, root) for found in result.findings + result.ignored],
        # Section 3.20.21: what the tool could not do.
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "note",
                        "message": _message(f"{id_} did not run: {reason}"),
                        "associatedRule": {"id": id_},
                    }
                    for id_, reason in result.not_run
                ],
            }
        ],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(info: RuleInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "shortDescription": {"text": info.title},
        "defaultConfiguration": {"level": info.severity},
    }


def _result(found: Finding, rules: list[RuleInfo], root: Path) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": found.place}]}
    if found.file is not None:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(found.file, root),
            "region": {"startLine": found.line or 1},
        }
    result: dict[str, Any] = {
        "ruleId": found.id,
        "ruleIndex": [info.id for info in rules].index(found.id),
        "level": found.severity,
        "message": _message(f"{found.place}: {found.reason}. {found.hint}"),
        "locations": [location],
    }
    if found.ignored:
        # Section 3.35: suppressed outside the code, with a reason.
        result["suppressions"] = [{"kind": "external", "justification": found.ignored}]
    return result


def _message(text: str) -> dict[str, str]:
    """Return a message whose *text* holds no placeholder and no link.

    Section 3.11.5: braces are doubled. Section 3.11.6: brackets are escaped. A backslash
    before another character is that character.
    """
    return {"text": text.translate(_ESCAPES)}


def _artifact(file: str, root: Path) -> dict[str, str]:
    path = Path(file)
    if path.is_relative_to(root):
        return {"uri": path.relative_to(root).as_posix(), "uriBaseId": "SRCROOT"}
    return {"uri": path.as_uri() if path.is_absolute() else path.as_posix()}
