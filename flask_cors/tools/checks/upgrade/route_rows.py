"""Differences in which options a route gets: resources, decorators, blueprints and the walk."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from ....errors import Source
from ....options.parsers import HeaderNames
from ....options.schema import DEFAULTS, Setting
from ....patterns.paths import PathPattern
from ....policy.policy import Policy
from ....resolution.marks import Layer, class_of, mark_of
from ...comparing import allows_all_of
from ...explanation import show
from ...routes import Adapters, RouteRow, rows_at, served_rule
from ...text import some
from ..subject import Found, Subject, quoted, routes, source_of
from .changes import HEADERS, LESS, MORE, Effect, row
from .incumbent import Resources

# Methods that another rule may serve at the same path.
_OTHERS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")
# What a browser sees; the rest is about how the library works.
_SEEN: Final = (
    "origins",
    "methods",
    "allow_headers",
    "expose_headers",
    "supports_credentials",
    "max_age",
    "send_wildcard",
    "always_send",
    "vary_header",
)


# -- resources -------------------------------------------------------------------------


@row(4, "'/api/*' covers whole segments, and not /api-internal")
def segments(subject: Subject) -> Iterator[Effect]:
    for path, old, new in _other_winners(subject):
        if old is not None and new is None:
            what = f"{path} was covered by {quoted(old[0].text)}, and no longer is"
            keep = f"If it is to be covered, name it too: {quoted(path)}."
            yield Effect(LESS, Found.at(source_of(old[1]), what, keep))
        elif old is None and new is not None:
            what = f"{path} was not covered by {quoted(new[0].text)}, and now is"
            keep = "If it is not meant, narrow the pattern."
            yield Effect(MORE, Found.at(source_of(new[1]), what, keep))


@row(5, "the resource with the longest literal beginning comes first")
def order_of_resources(subject: Subject) -> Iterator[Effect]:
    for path, old, new in _other_winners(subject):
        if old is None or new is None:
            continue
        config = subject.config_settings
        gained = _differences({**config, **new[1].settings}, {**config, **old[1].settings})
        if gained:
            what = (
                f"{path} got the options of {quoted(old[0].text)}, and gets those of "
                f"{quoted(new[0].text)}: {_in_words(gained)}"
            )
            keep = "Write both patterns so that only one of them covers the path."
            yield Effect(_effect(gained), Found.at(source_of(new[1]), what, keep))


_Winner = tuple[PathPattern, Layer]


def _other_winners(
    subject: Subject,
) -> Iterator[tuple[str, _Winner | None, _Winner | None]]:
    """Yield the paths of routes that get another resource than they got."""
    for scope, url_rules in subject.scopes.items():
        incumbent = Resources(scope.as_given())
        patterns = {layer: pattern for pattern, layer in scope}
        within = {url_rule.endpoint for url_rule in url_rules}
        paths = dict.fromkeys(row.path for row in subject.rows if row.endpoint in within)
        for path in paths:
            old, new = incumbent.match(path), scope.match(path)
            if (old and old[1]) is not new:
                yield path, old, (patterns[new], new) if new else None


# -- the walk --------------------------------------------------------------------------


@row(8, "the positional argument of cross_origin is origins")
def positional_origins(subject: Subject) -> Iterator[Effect]:
    old = subject.config_settings["origins"]
    was = "every site" if old.value.any else show(old.value)
    for layer, rows in _by_nearest(subject, _has_positional_origins):
        found = _differences({"origins": layer.settings["origins"]}, {"origins": old})
        if found:
            what = f"the argument was ignored, so {routes(rows)} was open to {was}"
            keep = f"If that is meant, write @cross_origin({_code('origins', old)})."
            yield Effect(_effect(found), Found.at(source_of(layer), what, keep))


def _has_positional_origins(layer: Layer) -> bool:
    return layer.mark is not None and layer.mark.positional and "origins" in layer.settings


@row(9, "options that a decorator does not set come from the blueprint and the app")
def decorators_take_more(subject: Subject) -> Iterator[Effect]:
    old = subject.config_settings
    yield from _taken(subject, ("blueprint", "app"), old, lambda layer: layer.mark is not None)


@row(10, "options that a blueprint does not set come from the config and the app")
def blueprints_take_more(subject: Subject) -> Iterator[Effect]:
    yield from _taken(subject, ("config", "app"), DEFAULTS, lambda layer: layer.kind == "blueprint")


def _taken(
    subject: Subject,
    levels: tuple[str, ...],
    old: Mapping[str, Setting],
    wanted: Callable[[Layer], bool],
) -> Iterator[Effect]:
    for layer, rows in _by_nearest(subject, wanted):
        found: dict[str, tuple[Setting, Setting]] = {}
        for item in rows:
            settings = item.policy.settings if item.policy else {}
            taken = {name: new for name, new in settings.items() if new.source.level in levels}
            found.update(_differences(taken, old))
        if found:
            what = f"on {routes(rows)} it takes {_in_words(found)}"
            keep = _keep(layer, found)
            yield Effect(_effect(found), Found.at(source_of(layer), what, keep))


@row(11, "one policy for each request: a denial of the most specific one is final")
def final_denials(subject: Subject) -> Iterator[Effect]:
    found: dict[tuple[Source, Layer, bool], list[RouteRow]] = {}
    for item in subject.rows:
        if item.policy is None:
            continue
        setting = item.policy.settings["origins"]
        # A decorated function answered alone where it returned: errors were left to others.
        alone = item.layers[0].kind in ("view", "method")
        for outer in (*item.layers[1:], *_of_other_objects(subject, item)):
            looser = _looser(subject, outer, setting)
            if looser and not setting.value.any and outer.mark is None:
                found.setdefault((setting.source, outer, alone), []).append(item)
    for (source, outer, alone), rows in found.items():
        setting = next(item.policy.settings["origins"] for item in rows if item.policy)
        more = some(sorted(_looser(subject, outer, setting)))
        where = str(source_of(outer)) if outer.place == source.place else outer.place
        errors = "errors of " if alone else ""
        what = f"{where} allowed {more} on {errors}{routes(rows)} although {source.place} does not"
        keep = f"If they are meant, add them to origins in {source.place}."
        yield Effect(HEADERS if alone else LESS, Found.at(source, what, keep))


def _looser(subject: Subject, outer: Layer, setting: Setting) -> set[str]:
    """Return the patterns that a layer alone allowed and that are not among the effective ones."""
    return _origins_of(subject, outer) - set(setting.value.patterns())


def _of_other_objects(subject: Subject, item: RouteRow) -> Iterator[Layer]:
    """Yield what other ``CORS`` objects for the same app or blueprint set for a route's path."""
    route = subject.policies.route(item.endpoint, item.rule)
    # Calls in one line, such as a loop's, have equal sources, but each call has its own.
    calls = {id(layer.source) for layer in item.layers}
    for scope in route.scopes if route else ():
        for pattern, layer in scope:
            if id(layer.source) not in calls and pattern.matches(item.path):
                yield layer


def _origins_of(subject: Subject, layer: Layer) -> set[str]:
    """Return the patterns that a layer alone allowed, over the config or the defaults."""
    outer = DEFAULTS if layer.kind == "blueprint" else subject.config_settings
    return set(layer.settings.get("origins", outer["origins"]).value.patterns())


def _by_nearest(
    subject: Subject, wanted: Callable[[Layer], bool]
) -> Iterable[tuple[Layer, list[RouteRow]]]:
    """Return the most specific layers of routes, each with its routes."""
    found: dict[Layer, list[RouteRow]] = {}
    for item in subject.rows:
        if item.layers and wanted(item.layers[0]):
            found.setdefault(item.layers[0], []).append(item)
    return found.items()


def _differences(
    new: Mapping[str, Setting], old: Mapping[str, Setting]
) -> dict[str, tuple[Setting, Setting]]:
    """Return the options of *new* that a browser sees and that differ from *old*."""
    pairs = {name: (new[name], old.get(name, DEFAULTS[name])) for name in _SEEN if name in new}
    return {
        name: pair for name, pair in pairs.items() if show(pair[0].value) != show(pair[1].value)
    }


def _effect(found: Mapping[str, tuple[Setting, Setting]]) -> str:
    """Return the effect of differences together; granting more is the most serious."""
    effects = {_grants(name, new.value, old.value) for name, (new, old) in found.items()}
    return next((effect for effect in (MORE, LESS) if effect in effects), HEADERS)


def _grants(name: str, new: Any, old: Any) -> str:
    if name == "supports_credentials":
        return MORE if new else LESS
    if name == "origins":
        return LESS if old.any or set(new.patterns()) < set(old.patterns()) else MORE
    if name == "methods":
        return LESS if "*" in old or new < old else MORE
    if name == "allow_headers":
        return LESS if old.any or new.names < old.names else MORE
    return HEADERS


def _in_words(found: Mapping[str, tuple[Setting, Setting]]) -> str:
    """Return the options with their new values and where these are set."""
    return "; ".join(
        f"{name}={show(new.value)} (from {new.source}) instead of {show(old.value)}"
        for name, (new, old) in found.items()
    )


def _keep(layer: Layer, found: Mapping[str, tuple[Setting, Setting]]) -> str:
    """Return what to write at *layer* for the old values, as far as one line can hold them."""
    lines = [f"{name}={text}" for name, (_, old) in found.items() if (text := _code(name, old))]
    target = "@cross_origin" if layer.mark is not None else layer.place
    advice = [f"To keep the old values, write {', '.join(lines)} in {target}."] if lines else []
    if "supports_credentials" in found and found["supports_credentials"][0].value:
        advice.append(
            "Credentials are granted now: see whether these origins are meant to have them."
        )
    return " ".join(advice) or "Set the intended options there."


def _code(name: str, setting: Setting) -> str:
    """Return an option as it is written in a call; empty where one line cannot hold it."""
    value = setting.value
    if name == "origins":
        patterns = value.patterns()
        return repr(patterns[0] if len(patterns) == 1 else patterns)
    if name == "allow_headers":
        return repr("*" if value.any else list(value.texts))
    if name in ("methods", "expose_headers"):
        return repr(sorted(value))
    return repr(value) if isinstance(value, bool) else ""


# -- preflights ------------------------------------------------------------------------


@row(18, "a preflight is answered for the endpoint that will serve the request")
def preflights_of_other_endpoints(subject: Subject) -> Iterator[Effect]:
    for url, rows in _urls_of_several_policies(subject):
        if len({item.endpoint for item in rows}) > 1:
            yield from _answering_for_others(url, rows)


def _answering_for_others(url: str, rows: Sequence[RouteRow]) -> Iterator[Effect]:
    """Yield what the routes of one URL grant differently from the first, which answered for all."""
    what = (
        f"one endpoint answered the preflights of all methods of {url}; "
        f"{routes(rows)} each answer their own"
    )
    first, *others = rows
    pairs = [(first.policy, other.policy, other.methods[0]) for other in others]
    # The header names are those that each of the routes grants, so none is gained.
    more = any(not allows_all_of(_any_header(old), new, method) for old, new, method in pairs)
    less = any(not allows_all_of(new, old, method) for old, new, method in pairs)
    effects = [effect for effect, found in ((MORE, more), (LESS, less)) if found]
    for effect in effects or [HEADERS]:
        yield Effect(effect, Found(url, what, "Set the intended options at each endpoint."))


def _any_header(policy: Policy | None) -> Policy | None:
    return policy and replace(policy, allow_headers=HeaderNames(any=True))


def _served_by_others(subject: Subject) -> Iterator[tuple[RouteRow, RouteRow]]:
    """Yield rows, and those of other rules that serve other methods of the same path."""
    adapters = Adapters(subject.app)
    by_rule = {item.rule for item in subject.rows if "<" in item.rule}
    seen: set[tuple[str, str, str]] = set()
    for item in subject.rows:
        for method in _OTHERS if by_rule else ():
            if method in item.methods or (item.path, item.rule, method) in seen:
                continue
            seen.add((item.path, item.rule, method))
            rule = served_rule(adapters.at(item.host), item.path, method)
            if rule is None or rule.rule == item.rule or rule.rule not in by_rule:
                continue
            for other in rows_at(subject.policies, rule, item.path):
                if method in other.methods and other.policy is not item.policy:
                    yield item, other


@row(36, "a preflight grants no more than each method's own policy")
def methods_of_one_url(subject: Subject) -> Iterator[Effect]:
    for url, rows in _urls_of_several_policies(subject):
        if all(item.layers and item.layers[0].kind in ("method", "class") for item in rows):
            continue  # their preflights failed
        what = (
            f"answers to preflights of {url} name only methods and headers that each of "
            f"{routes(rows)} grants"
        )
        keep = (
            "To allow a header for one method, allow it for all methods of the URL, with the same "
            "credentials, and list HEAD in methods where GET is."
        )
        yield Effect(LESS, Found(url, what, keep))


def _urls_of_several_policies(subject: Subject) -> Iterator[tuple[str, list[RouteRow]]]:
    """Yield each URL whose methods have several policies, with the rows of these."""
    urls: dict[tuple[str, str, str], list[RouteRow]] = {}
    for item in subject.rows:
        urls.setdefault((item.host, item.rule, item.path), []).append(item)
    for (host, rule, _), rows in urls.items():
        if len({id(item.policy) for item in rows}) > 1:
            yield f"{host}{rule}", rows
    for item, other in _served_by_others(subject):
        yield item.path, [item, other]


@row(19, "async views and view classes can be decorated")
def views_that_failed(subject: Subject) -> Iterator[Effect]:
    for layer, rows in _by_nearest(subject, lambda layer: layer.mark is not None):
        view = subject.app.view_functions[rows[0].endpoint]
        failed = _why_failed(layer, view, all(each.mark for each in rows[0].layers))
        if failed:
            what, keep = f"{routes(rows)}: {failed}", "Nothing needs to be done."
            yield Effect(MORE, Found.at(source_of(layer), what, keep))


def _why_failed(layer: Layer, view: object, alone: bool) -> str:
    """Return what did not work with a decorated view, or an empty string.

    *alone* says that no ``CORS`` object answered its preflights.
    """
    if any(mark_of(base) is layer.mark for base in getattr(class_of(view), "__mro__", ())):
        return "a decorated class failed with 500, and works"
    if alone and layer.kind in ("method", "class"):
        return "preflights of methods of a class that are decorated failed, and are answered"
    if inspect.iscoroutinefunction(inspect.unwrap(cast(Any, view))):
        return "an async view under the decorator failed with 500, and works"
    return ""
