"""The registry: what the ``CORS`` objects of one app, and of its blueprints, were given.

Stores rules and hands them out again. Which of them applies to a request is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..options.reader import Resource
from ..options.schema import Setting


class Rule(NamedTuple):
    """What one ``CORS`` object says to an app or a blueprint.

    ``resources`` is ``None`` where it names none, and so covers everything.
    """

    keywords: Mapping[str, Setting]
    resources: Sequence[Resource] | None


class BlueprintRules:
    """The rules of one registration of a blueprint, under its full dotted name."""

    def __init__(self, name: str, prefix: str) -> None:
        self.name = name
        self.prefix = prefix
        self.rules: list[Rule] = []


class Registry:
    """All rules of one app; blueprints are in the order of their registration."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.blueprints: dict[str, BlueprintRules] = {}

    def add_blueprint(self, name: str, prefix: str, rule: Rule) -> None:
        """Add what a ``CORS`` object says to the blueprint registered as *name*."""
        found = self.blueprints.setdefault(name, BlueprintRules(name, prefix))
        found.rules.append(rule)
