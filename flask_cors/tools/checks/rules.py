"""The rules: each is one function, with its id, severity and title in its decorator.

To add one, write a function below ``@rule`` in one of the modules of this folder (a new module
goes into ``_MODULES`` in ``__init__.py``) with the next free id, and a row in the documentation of
``flask cors check``. Yield ``use.found(...)`` where there is a setting, so that
``CORS_CHECK_IGNORE`` has a stable place. Import what only an extra installs inside the function:
then the rule is listed as not run where the extra is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .finding import RuleInfo
from .subject import Found, Subject

Find = Callable[[Subject], Iterable[Found]]


class Rule(NamedTuple):
    """What a rule is called, and the function that looks."""

    info: RuleInfo
    find: Find


_rules: dict[str, Rule] = {}


def rule(id: str, severity: str, title: str) -> Callable[[Find], Find]:
    """Register the function below as a rule; *severity* is what its findings have at least.

    Raises ``ValueError`` where the id is taken: ids are stable, and none is used again.
    """

    def register(find: Find) -> Find:
        if id in _rules:
            raise ValueError(f"there is a rule {id} already")
        _rules[id] = Rule(RuleInfo(id, severity, title), find)
        return find

    return register


def every_rule() -> list[Rule]:
    """Return the rules in the order of their ids."""
    return [_rules[id_] for id_ in sorted(_rules)]
