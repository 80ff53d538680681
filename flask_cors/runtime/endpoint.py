"""Which endpoint a request is about: the one that serves it, or would serve it.

Asks the app's URL map and decides nothing about CORS.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from flask import Flask, Request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect, Rule

_FIRST_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MOST_REDIRECTS: Final = 5


class Target(NamedTuple):
    """An endpoint, the method whose handler counts, and the path that is served.

    ``endpoint`` is ``None`` where none serves the path (404), ``method`` where no
    handler does (405).
    """

    endpoint: str | None
    method: str | None
    path: str


def target_of(app: Flask, request: Request) -> Target:
    """Find what an actual request is about."""
    if rule := request.url_rule:
        return Target(rule.endpoint, request.method, request.path)
    if isinstance(request.routing_exception, MethodNotAllowed | RequestRedirect):
        return _match(app, request, request.method)
    return Target(None, None, request.path)


def target_of_preflight(app: Flask, request: Request, method: str, every: bool) -> Target:
    """Find what serves *method* (Access-Control-Request-Method) at the request's URL.

    *every* says that every rule of the app serves ``OPTIONS``: then the rule that Flask
    matched is the first at this URL, and need not be searched again for a method it has.
    """
    rule = request.url_rule
    if rule and every and method in (rule.methods or ()):
        return Target(rule.endpoint, method, request.path)
    return _match(app, request, method)


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


def _match(app: Flask, request: Request, method: str) -> Target:
    adapter = app.create_url_adapter(request)
    if adapter is None:
        return Target(None, None, request.path)
    return _search(adapter, request.path, method)


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
    except HTTPException:
        pass
    else:
        return Target(rule.endpoint, method.upper(), path)
    return Target(None, None, path)


def _inside(adapter: MapAdapter, url: str) -> str | None:
    """Return the path of a redirect within this app, ``None`` of one to elsewhere."""
    parts = urlsplit(url)
    mount = adapter.script_name.rstrip("/")
    path = unquote(parts.path)
    inside = parts.netloc == adapter.get_host(None) and path.startswith(f"{mount}/")
    return path[len(mount) :] if inside else None


def _order(method: str) -> tuple[int, str]:
    # Every worker must choose alike, so never what a set yields first.
    known = method in _FIRST_METHODS
    return (_FIRST_METHODS.index(method) if known else len(_FIRST_METHODS)), method
