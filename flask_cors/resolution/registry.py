"""The registry: what the ``CORS`` objects of one app, and of its blueprints, were given.

Stores rules and hands them out again. Which of them applies to a request is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..errors import Problem, Report, Source
from ..options.reader import Resource, current
from ..options.schema import Setting


class Rule(NamedTuple):
    """The options that one ``CORS`` object sets for an app or a blueprint.

    ``resources`` is ``None`` where it names none, and so covers everything; ``given_resources`` is
    the setting that they were read from. ``degraded`` is what of the call has no effect, and
    ``source`` where the call is.
    """

    keywords: Mapping[str, Setting]
    resources: Sequence[Resource] | None
    given_resources: Setting | None = None
    degraded: Sequence[Problem] = ()
    source: Source | None = None

    def with_options(self, other: Rule) -> Rule:
        """Return this rule, in which the options of *other* win."""
        last = self if other.given_resources is None else other
        return Rule(
            {**self.keywords, **other.keywords},
            last.resources,
            last.given_resources,
            (*self.degraded, *other.degraded),
            other.source,
        )

    def current(self, report: Report) -> Rule:
        """Return this rule with its lists as they are now; mistakes go to *report*."""
        keywords = current(self.keywords, report)
        if self.given_resources is None:
            return self._replace(keywords=keywords)
        resources = current({"resources": self.given_resources}, report)["resources"]
        return self._replace(keywords=keywords, resources=resources.value)


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
        """Add the rule of a ``CORS`` object for the blueprint registered as *name*."""
        found = self.blueprints.setdefault(name, BlueprintRules(name, prefix))
        found.rules.append(rule)
