"""The names of ``flask_cors.core`` in flask-cors 6; using one warns that it is deprecated.

Names that people used are provided by the new code; a private name fails with
what to use instead.
"""

from __future__ import annotations

import copy
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from . import fetch
from .errors import LOG as _LOG
from .errors import Report, Source
from .options.parsers import METHODS as _METHODS
from .options.reader import read_config, read_options
from .options.schema import OPTIONS

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.datastructures import Headers, MultiDict

_HEADERS: Final = {
    "ACL_ORIGIN": fetch.ALLOW_ORIGIN,
    "ACL_METHODS": fetch.ALLOW_METHODS,
    "ACL_ALLOW_HEADERS": fetch.ALLOW_HEADERS,
    "ACL_EXPOSE_HEADERS": fetch.EXPOSE_HEADERS,
    "ACL_CREDENTIALS": fetch.ALLOW_CREDENTIALS,
    "ACL_MAX_AGE": fetch.MAX_AGE,
    "ACL_RESPONSE_PRIVATE_NETWORK": fetch.ALLOW_PRIVATE_NETWORK,
    "ACL_REQUEST_METHOD": fetch.REQUEST_METHOD,
    "ACL_REQUEST_HEADERS": fetch.REQUEST_HEADERS,
    "ACL_REQUEST_HEADER_PRIVATE_NETWORK": fetch.REQUEST_PRIVATE_NETWORK,
}
_DEFAULTS: Final[Mapping[str, Any]] = {
    "origins": "*",
    "methods": list(_METHODS),
    "allow_headers": "*",
    "expose_headers": None,
    "supports_credentials": False,
    "max_age": None,
    "send_wildcard": False,
    "automatic_options": True,
    "vary_header": True,
    "resources": r"/*",
    "intercept_exceptions": True,
    "always_send": True,
    "allow_private_network": False,
}


def _get_cors_options(app: Flask, *dicts: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the options of an app: the defaults, ``CORS_*`` in its config, and *dicts*.

    A later one wins, as in flask-cors. The values are as they were given.
    """
    options = dict(_DEFAULTS)
    for name, row in OPTIONS.items():
        if app.config.get(row.key) is not None:
            options[name] = app.config[row.key]
    for given in dicts:
        options.update(given or {})
    return options


def _get_cors_headers(
    options: Mapping[str, Any], request_headers: Headers, request_method: str
) -> MultiDict[str, str]:
    """Return the headers for a request, as this package decides them.

    *options* are those of ``get_cors_options``. Raises :class:`flask_cors.ConfigError`.
    """
    from werkzeug.datastructures import MultiDict

    from .policy.decide import decide
    from .policy.facts import Preflight
    from .policy.policy import Policy

    report = Report(Source("app", "get_cors_headers"))
    known = {name: options[name] for name in options if name not in _NOT_OF_MARKS}
    settings = {**read_config({}, report), **read_options(known, "mark", report)}
    report.raise_if_any()
    asked = request_headers.get(fetch.REQUEST_METHOD)
    preflight = None
    if request_method == "OPTIONS" and asked:
        private = request_headers.get(fetch.REQUEST_PRIVATE_NETWORK) == "true"
        names = ", ".join(request_headers.getlist(fetch.REQUEST_HEADERS)) or None
        preflight = Preflight(asked, names, private)
    decision = decide(Policy.of(settings), request_headers.get(fetch.ORIGIN), preflight)
    return MultiDict(decision.lines)


_NOT_OF_MARKS: Final = ("resources", "intercept_exceptions")
_REBUILT: Final[Mapping[str, tuple[Any, str]]] = {
    **{name: (header, f"write {header!r}") for name, header in _HEADERS.items()},
    "get_cors_options": (_get_cors_options, "pass the options to CORS or cross_origin"),
    "get_cors_headers": (_get_cors_headers, "apply CORS(app) or @cross_origin"),
    "LOG": (_LOG.getChild("core"), "write logging.getLogger('flask_cors')"),
    "RegexObject": (re.Pattern, "write re.Pattern"),
    "DEFAULT_OPTIONS": (_DEFAULTS, "the defaults are in the documentation of the options"),
    "FLASK_CORS_EVALUATED": ("_FLASK_CORS_EVALUATED", "headers are written once, without a note"),
}

__all__ = [*_REBUILT]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    # What tools look for in every module is no name of flask-cors.
    if name.startswith("__") or name in ("load_tests", "setUpModule", "tearDownModule"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name not in _REBUILT:
        raise ImportError(
            f"flask_cors.core.{name} was private and is gone: use CORS(app), @cross_origin, "
            "CORS_* in app.config, or flask_cors.of(app)",
            name=__name__,
        )
    value, advice = _REBUILT[name]
    warnings.warn(
        f"flask_cors.core.{name} is deprecated: {advice}", DeprecationWarning, stacklevel=2
    )
    return copy.deepcopy(value) if value is _DEFAULTS else value
