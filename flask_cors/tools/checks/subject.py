"""What the rules look at: the app, its compiled policies, and who uses which setting."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from flask import Flask

from ...errors import Problem, Report, Source, shorten
from ...options.reader import read_config
from ...options.schema import Setting
from ...patterns.origins import Origins
from ...patterns.paths import EVERYTHING, PathPattern, ResourceIndex
from ...policy.policy import Policy
from ...resolution.compile import Policies
from ...resolution.marks import Layer
from ...resolution.url_rules import served_paths
from ..routes import RouteRow, overview
from ..text import some

Scope = ResourceIndex[Layer]


class NoPoliciesError(Exception):
    """The configuration has errors, so that there are no policies to look at."""


class Found(NamedTuple):
    """What a rule found: a finding without what the rule itself knows."""

    place: str
    reason: str
    hint: str
    file: str | None = None
    line: int | None = None
    severity: str = ""

    @classmethod
    def at(cls, source: Source, reason: str, hint: str, severity: str = "") -> Found:
        """Return what was found where *source* is."""
        return cls(source.place, reason, hint, source.file, source.line, severity)

    @classmethod
    def of(cls, problem: Problem) -> Found:
        """Return a mistake in the configuration as what was found."""
        reason = f"{problem.option}={shorten(problem.value)}: {problem.reason}"
        return cls.at(problem.source, reason, problem.hint)


@dataclass(frozen=True, eq=False)
class Use:
    """A setting, and the routes that it is effective for."""

    setting: Setting
    rows: list[RouteRow]

    @property
    def value(self) -> Any:
        return self.setting.value

    @property
    def source(self) -> Source:
        return self.setting.source

    @property
    def is_default(self) -> bool:
        """Whether the option is not set anywhere."""
        return self.source.level == "default"

    @property
    def credentials(self) -> bool:
        """Whether credentials are allowed on one of the routes."""
        return any(
            row.policy.settings["supports_credentials"].value for row in self.rows if row.policy
        )

    def found(self, reason: str, hint: str, severity: str = "") -> Found:
        """Return what was found at the place where the option is set."""
        return Found.at(self.source, reason, hint, severity)


class Entry(NamedTuple):
    """A resource, and the index of resources that it belongs to."""

    pattern: PathPattern
    layer: Layer
    scope: Scope

    @property
    def source(self) -> Source:
        """The place where the resource is named, with file and line where they are known."""
        return source_of(self.layer)

    def found(self, reason: str, hint: str) -> Found:
        """Return what was found at the place where the resource is named."""
        return Found.at(self.source, reason, hint)


@dataclass(frozen=True)
class Subject:
    """One app under examination; without policies, *problems* holds the reasons."""

    app: Flask
    policies_or_none: Policies | None
    problems: Sequence[Problem]

    @property
    def policies(self) -> Policies:
        """The compiled policies; raises :class:`NoPoliciesError` where there are none."""
        if self.policies_or_none is None:
            raise NoPoliciesError
        return self.policies_or_none

    @cached_property
    def rows(self) -> list[RouteRow]:
        """The routes and their policies."""
        return overview(self.app, self.policies)

    @cached_property
    def config_settings(self) -> Mapping[str, Setting]:
        """Every option as the config sets it, or the defaults."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read_config(self.app.config, Report(Source("config", "app.config")))

    @cached_property
    def url_rules(self) -> list[Any]:
        """The URL rules of the app."""
        return list(self.app.url_map.iter_rules())

    @cached_property
    def _uses(self) -> dict[str, list[Use]]:
        # By value as well: one line may set several, in a loop or in a function of the app's.
        found: dict[tuple[str, Source, object], Use] = {}
        rows: dict[Policy, list[RouteRow]] = {}
        for row in self.rows:
            if row.policy is not None:
                rows.setdefault(row.policy, []).append(row)
        for policy, served in rows.items():
            for name, setting in policy.settings.items():
                key = (name, setting.source, _comparable(setting.value))
                if key not in found:
                    found[key] = Use(setting, [])
                found[key].rows.extend(served)
        uses: dict[str, list[Use]] = {}
        for (name, *_), use in found.items():
            uses.setdefault(name, []).append(use)
        return uses

    def uses(self, option: str) -> list[Use]:
        """Return every setting of *option* that is effective somewhere.

        A default counts once for each ``CORS`` object and decorator that leaves it to it: that
        is the place to change, and accepting one of them accepts no other.
        """
        uses = self._uses.get(option, [])
        return [part for use in uses for part in (_by_layer(use) if use.is_default else [use])]

    @cached_property
    def scopes(self) -> dict[Scope, list[Any]]:
        """The indexes of resources, each with the URL rules of the endpoints around it."""
        found: dict[Scope, list[Any]] = {}
        for rule in self.url_rules:
            route = self.policies.route(rule.endpoint, rule.rule)
            for scope in route.scopes if route else ():
                found.setdefault(scope, []).append(rule)
        return found

    @cached_property
    def applied(self) -> dict[Scope, set[Layer]]:
        """The resources of each index that match the path of some route, or may match it."""
        return {scope: {*layers_reached(scope, rules)} for scope, rules in self.scopes.items()}

    def resources(self) -> Iterator[Entry]:
        """Yield the resources that were named, and what a second CORS object covers."""
        for scope in self.scopes:
            everything = 0
            for pattern, layer in scope:
                everything += pattern is EVERYTHING
                if pattern is not EVERYTHING or everything > 1:
                    yield Entry(pattern, layer, scope)


def _comparable(value: Any) -> object:
    """Return an option's value as it is compared: origins by their texts."""
    return tuple(value.patterns()) if isinstance(value, Origins) else value


def _by_layer(use: Use) -> list[Use]:
    """Divide the use of a default by the most specific layer that turns CORS on."""
    rows: dict[Layer, list[RouteRow]] = {}
    for row in use.rows:
        rows.setdefault(row.layers[0], []).append(row)
    return [
        Use(use.setting._replace(source=source_of(layer)), found) for layer, found in rows.items()
    ]


def source_of(layer: Layer) -> Source:
    """Return where a layer is written; its level is that of an option which it does not set."""
    decorated = f"{layer.mark.decorator} on " if layer.mark else ""
    source = layer.source or Source("", "")
    return source._replace(level="default", place=f"{decorated}{layer.place}")


def layers_reached(
    scope: Scope, url_rules: Sequence[Any], within: PathPattern = EVERYTHING
) -> list[Layer]:
    """Return the resources that match a path of some URL rules, or may match it.

    Of rules without converters, only the paths *within* a pattern count.
    """
    starts = {rule.rule.partition("<")[0]: None for rule in url_rules if "<" in rule.rule}
    fixed = (path for rule in url_rules if "<" not in rule.rule for path in served_paths(rule))
    found = dict.fromkeys(layer for start in starts for layer in scope.candidates(start)[0])
    paths = filter(within.matches, fixed)
    found |= dict.fromkeys(layer for path in paths if (layer := scope.match(path)))
    return [*found]


def routes(rows: Sequence[RouteRow]) -> str:
    """Name some of the routes of *rows* in words."""
    return some([f"{', '.join(row.methods)} {row.rule}" for row in rows], "; ")


def quoted(text: str) -> str:
    """Return a pattern as it is written in Python, without a backslash more than it needs."""
    raw = f"r'{text}'"
    plain = text.isprintable() and text.isascii() and "'" not in text
    return raw if plain and "\\" in text and not text.endswith("\\") else shorten(text)
