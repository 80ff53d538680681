"""Apps, blueprints, URL rules and views as plain objects: no Flask, no requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import Setting
from flask_cors.policy.policy import Policy
from flask_cors.resolution.compile import Policies
from flask_cors.resolution.marks import MARK, Layer, Layers, Mark
from flask_cors.resolution.registry import Registry, Rule
from flask_cors.resolution.table import Target
from flask_cors.resolution.url_rules import UrlMap, UrlRule

A = "https://a.example"
B = "https://b.example"


def given(place: str, **options: Any) -> dict[str, Setting]:
    """Return *options* as they are read at a place: ``app``, ``blueprint`` or ``mark``."""
    report = Report(Source("view" if place == "mark" else place, place))
    settings = read_options(options, place, report)
    report.raise_if_any()
    return settings


def rule(**options: Any) -> Rule:
    """Return the rule of ``CORS(app, **options)``."""
    settings = given("app", **options)
    resources = settings.pop("resources", None)
    return Rule(settings, resources and resources.value, resources)


def mark(exempt: bool = False, **options: Any) -> Mark:
    """Return the mark of ``cross_origin(**options)``, or of ``cors_exempt``."""
    return Mark(given("mark", **options), Source("view", "cross_origin"), exempt)


def layer(kind: str = "app", found: Mark | None = None, **options: Any) -> Layer:
    """Return a layer of a *kind* with these options."""
    return Layer(kind, kind, given("mark" if found else "app", **options), found)


def put(target: Any, found: Mark) -> Any:
    """Put a mark on *target*, and return it."""
    setattr(target, MARK, found)
    return target


def decorator(found: Mark) -> Any:
    """Return a decorator that puts a mark: what ``cross_origin(...)`` returns."""
    return put(lambda view: view, found)


def view(*marks: Mark) -> Callable[[], str]:
    """Return a view function with these marks."""

    def show() -> str:
        return ""

    for found in marks:
        put(show, found)
    return show


def view_of(view_class: type) -> Any:
    """Return a view function as ``View.as_view`` makes it of a class."""
    shown = view()
    shown.view_class = view_class  # type: ignore[attr-defined]
    return shown


@dataclass
class Url:
    """A URL rule, as much of it as the compiler reads."""

    rule: str
    endpoint: str | None
    methods: Iterable[str] | None = ("GET", "HEAD", "OPTIONS")
    strict_slashes: bool = True
    merge_slashes: bool = True
    build_only: bool = False
    websocket: bool = False
    redirect_to: str | None = None
    host: str | None = None
    subdomain: str | None = ""
    provide_automatic_options: bool = True


class Urls:
    """A URL map."""

    def __init__(self, urls: list[Url]) -> None:
        self._urls = urls

    def iter_rules(self, endpoint: str | None = None) -> Iterator[UrlRule]:
        """Return the URL rules."""
        return iter(self._urls)


def covers(prefix: str, path: str) -> bool:
    """Return whether a prefix with converters begins a path; each stands for one segment."""
    wanted, found = prefix.strip("/").split("/"), path.strip("/").split("/")
    pairs = list(zip(wanted, found, strict=False))
    return len(pairs) == len(wanted) and all(
        one == other or one.startswith("<") for one, other in pairs
    )


@dataclass
class App:
    """What policies are compiled from."""

    rules: list[Rule] = field(default_factory=list)
    blueprints: list[tuple[str, str, Rule]] = field(default_factory=list)
    views: dict[str, Any] = field(default_factory=dict)
    urls: list[Url] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    bound: list[Any] = field(default_factory=list)

    def policies(self) -> Policies:
        """Compile all that is set up."""
        registry = Registry()
        registry.rules += self.rules
        for name, prefix, of_blueprint in self.blueprints:
            registry.add_blueprint(name, prefix, of_blueprint)
        return Policies(registry, self.config, self, covers)

    @property
    def view_functions(self) -> Mapping[str, object]:
        """The views by endpoint."""
        return self.views

    @property
    def url_map(self) -> UrlMap:
        """The URL map, made anew as by servers that swap it."""
        return Urls(self.urls)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Note what is made synchronous, and return a callable that allows every origin."""
        self.bound.append(func)
        return lambda origin: True


def target(
    endpoint: str | None,
    method: str | None,
    path: str,
    rule: str | None = None,
    host: str | None = "",
) -> Target:
    """Return a target; the text of the URL rule is its path where nothing else is given."""
    return Target(endpoint, None if endpoint is None else rule or path, method, path, host)


def policy_at(
    policies: Policies,
    endpoint: str | None,
    method: str | None,
    path: str,
    rule: str | None = None,
    host: str | None = "",
) -> Policy | None:
    """Return the policy of a target."""
    return policies.policy(target(endpoint, method, path, rule, host))


def layers_at(
    policies: Policies,
    endpoint: str | None,
    method: str | None,
    path: str,
    rule: str | None = None,
    host: str | None = "",
) -> Layers | None:
    """Return the layers of a target."""
    return policies.layers(target(endpoint, method, path, rule, host))


def kinds(layers: Layers | None) -> list[str]:
    """Return the kinds of *layers*."""
    return [found.kind for found in layers or ()]


def set_in(policy: Policy | None, *names: str) -> dict[str, Any]:
    """Return the values of a policy that are not the defaults."""
    assert policy is not None
    return {
        name: setting.value
        for name, setting in policy.settings.items()
        if setting.source.level != "default" and (not names or name in names)
    }


def age(policy: Policy | None) -> Any:
    """Return the ``max_age`` of a policy, by which tests tell policies apart."""
    return None if policy is None else policy.settings["max_age"].value
