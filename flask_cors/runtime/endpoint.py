"""Which endpoint a request is about: the one that serves it, or would serve it.

Asks the app's URL map and decides nothing about CORS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final
from urllib.parse import unquote, urlsplit

from flask import Flask, Request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, MapAdapter, RequestRedirect, Rule

from ..options.schema import DEFAULT_METHODS
from ..resolution.table import Target

_FIRST_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MOST_REDIRECTS: Final = 5
# A token that no URL rule has as a method.
_NO_METHOD: Final = "-"


def target_of(app: Flask, request: Request) -> Target:
    """Return what an actual request is about."""
    if rule := request.url_rule:
        return Target(rule.endpoint, rule.rule, request.method, request.path)
    if isinstance(request.routing_exception, MethodNotAllowed | RequestRedirect):
        return target_for(app, request, request.method)
    return _nothing(_adapter(app, request), request.path)


def target_of_preflight(app: Flask, request: Request, method: str, every: bool) -> Target:
    """Return what serves *method* (Access-Control-Request-Method) at the request's URL.

    *every* says that every rule of the app serves ``OPTIONS``: then the rule that Flask
    matched is the first at this URL, and need not be searched again for a method it has.
    """
    rule = request.url_rule
    if rule and every and method in (rule.methods or ()):
        return Target(rule.endpoint, rule.rule, method, request.path)
    return target_for(app, request, method)


def target_for(app: Flask, request: Request, method: str) -> Target:
    """Return what serves *method* at the request's URL, redirects of the app followed."""
    adapter = _adapter(app, request)
    return _search(adapter, request.path, method) if adapter else _nothing(None, request.path)


def targets_served(app: Flask, request: Request, others: Iterable[str]) -> list[Target]:
    """Return what serves each method of the request's URL, but for Flask's automatic OPTIONS.

    A URL rule without methods serves every method: then the usual ones and *others* are asked.
    """
    adapter = _adapter(app, request)
    if adapter is None:
        return []
    methods = _methods_at(adapter, request.path, {*DEFAULT_METHODS, *others})
    if own_options(request) is None:
        methods.discard("OPTIONS")
    found = [_search(adapter, request.path, method) for method in sorted(methods)]
    return [target for target in found if target.method is not None]


def _methods_at(adapter: MapAdapter, path: str, every: set[str]) -> set[str]:
    """Return the methods of the URL rules that match *path*, *every* where one has none.

    With its last slash, too: Werkzeug names no methods of a rule with ``strict_slashes=False``
    for the path without it, and serves them there.
    """
    found: set[str] = set()
    for each in (path,) if path.endswith("/") else (path, f"{path}/"):
        try:
            adapter.match(each, _NO_METHOD)
        except MethodNotAllowed as error:
            found |= {*(error.valid_methods or ())}
            continue
        except RequestRedirect:
            pass
        except Exception:  # as in `_search`
            continue
        # A rule without methods is found first, and hides those that other rules serve here.
        found |= every
        found.update(*(rule.methods or () for rule in adapter.map.iter_rules()))
    return found


def own_options(request: Request) -> Rule | None:
    """Return the rule whose view serves this ``OPTIONS`` itself, or ``None``."""
    rule = request.url_rule
    return None if rule is None or getattr(rule, "provide_automatic_options", False) else rule


def is_refused(request: Request) -> bool:
    """Return whether Flask refused the request before routing, as for an untrusted host."""
    error = request.routing_exception
    return error is not None and not isinstance(
        error, NotFound | MethodNotAllowed | RequestRedirect
    )


class _Rest(BaseConverter):
    """Whatever comes after a prefix, more slashes as well."""

    regex = "(?s:.*)"
    part_isolating = False


def prefix_matcher(app: Flask) -> Callable[[str, str], bool]:
    """Return what answers whether a URL prefix with converters is the beginning of a path.

    A prefix is asked as the app's URL map would match it, custom converters included.
    """

    @cache
    def adapter_of(prefix: str) -> MapAdapter:
        whole = f"/{prefix.strip('/')}"
        rules = [Rule(whole, endpoint=""), Rule(f"{whole}/<_rest:_rest>", endpoint="")]
        made = Map(
            rules,
            converters={**app.url_map.converters, "_rest": _Rest},
            strict_slashes=False,
            merge_slashes=False,
        )
        return made.bind("localhost")

    def covers(prefix: str, path: str) -> bool:
        try:
            return adapter_of(prefix).test(path)
        except Exception:  # a converter's own
            return False

    return covers


def _adapter(app: Flask, request: Request) -> MapAdapter | None:
    try:
        return app.create_url_adapter(request)
    except (HTTPException, ValueError):  # a host that Flask refuses, or that is none
        return None


def _nothing(adapter: MapAdapter | None, path: str) -> Target:
    """Return the target of a path that no endpoint serves."""
    host = None
    if adapter is not None:
        host = adapter.server_name if adapter.map.host_matching else adapter.subdomain
    return Target(None, None, None, path, host)


def _search(adapter: MapAdapter, path: str, method: str, hops: int = _MOST_REDIRECTS) -> Target:
    try:
        rule, _ = adapter.match(path, method, return_rule=True)
    except RequestRedirect as redirect:
        location = _inside(adapter, redirect.new_url)
        if location is not None and hops:
            return _search(adapter, location, method, hops - 1)
    except MethodNotAllowed as error:
        if error.valid_methods and hops:
            first = min(error.valid_methods, key=_order)
            return _search(adapter, path, first, hops - 1)._replace(method=None)
    except Exception:
        # None serves it. Or a converter failed that Flask does not call for this request.
        pass
    else:
        return Target(rule.endpoint, rule.rule, method.upper(), path)
    return _nothing(adapter, path)


def _inside(adapter: MapAdapter, url: str) -> str | None:
    """Return the path of a redirect within this app, ``None`` of one to elsewhere."""
    try:
        parts = urlsplit(url)
    except ValueError:  # the request's Host is none, and is part of the URL
        return None
    mount = adapter.script_name.rstrip("/")
    path = unquote(parts.path)
    inside = parts.netloc == adapter.get_host(None) and path.startswith(f"{mount}/")
    return path[len(mount) :] if inside else None


def _order(method: str) -> tuple[int, str]:
    # Every worker must choose the same one, so never what a set yields first.
    known = method in _FIRST_METHODS
    return (_FIRST_METHODS.index(method) if known else len(_FIRST_METHODS)), method
