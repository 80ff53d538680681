"""Needs: what blocks a page, option by option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...fetch import is_token
from ...options.schema import DEFAULTS, Setting
from ..asking import Asked, Question


class Need(NamedTuple):
    """What the page needs of one option: *values* in its list, or the option set to *given*."""

    option: str
    values: tuple[str, ...] = ()
    given: Any = None


def needs_of(asked: Asked, question: Question) -> list[Need]:
    """Return what blocks the page, from the steps that failed."""
    codes = {step.code: step for step in asked.failed}
    settings, origin = asked.found.settings, str(question.origin)
    named = question.credentials and not asked.grants_credentials
    needs = []
    if "origin-not-allowed" in codes:
        needs.append(Need("origins", (origin,)))
    elif _is_any(settings["origins"], named) and (named or "private-network-off" in codes):
        # Credentials and a private network need a list of origins.
        needs.append(Need("origins", given=[origin]))
    if named:
        needs.append(Need("supports_credentials", given=True))
    if "method-not-allowed" in codes:
        needs.append(Need("methods", codes["method-not-allowed"].values))
    elif "refused" in codes and (values := codes["refused"].values):
        needs.append(Need("methods", values))
    if "headers-not-allowed" in codes:
        names = filter(is_token, codes["headers-not-allowed"].values)
        needs.append(Need("allow_headers", tuple(names)))
    if "private-network-off" in codes:
        needs.append(Need("allow_private_network", given=True))
    return needs


def _is_any(setting: Setting, credentials: bool) -> bool:
    """Return whether origins are open to all, for credentials by a regular expression too."""
    return setting.value.any or (credentials and setting.value.unrelated is not None)


def needs_anew(question: Question) -> list[Need]:
    """Return what a page needs where nothing is set yet."""
    needs = [Need("origins", given=[question.origin])]
    if question.credentials:
        needs.append(Need("supports_credentials", given=True))
    method = question.method
    if method not in DEFAULTS["methods"].value and method.upper() not in DEFAULTS["methods"].value:
        needs.append(Need("methods", (method.upper(),)))
    if question.private_network:
        needs.append(Need("allow_private_network", given=True))
    return needs


def with_credentials(asked: Asked, needs: Sequence[Need]) -> list[Need]:
    """Return *needs*, with credentials repeated next to a list of origins.

    They are granted to a list, and do not apply beyond a more specific one.
    """
    lists = any(need.option == "origins" for need in needs)
    again = lists and asked.grants_credentials
    return [*needs, Need("supports_credentials", given=True)] if again else [*needs]
