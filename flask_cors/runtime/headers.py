"""The headers of a decision, written as the response starts.

Right before it sends a response, Werkzeug asks ``Response.get_wsgi_headers(environ)`` for a copy
of its headers, and documents that method for overriding. So the decision goes into the WSGI
environ, and the response gets a subclass of its own class, whose method adds the lines to that
copy. The app's response object does not change: one that is sent twice, from two threads, or
out of a cache is the same as before. (``Response.force_type`` of Werkzeug assigns a class, too.)
Responses that the app itself makes are of ``app.response_class``, so that is set to such a
subclass once, and nothing is assigned to them.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Response, current_app, has_request_context, request
from werkzeug.datastructures import Headers

from .. import fetch
from ..errors import LOG
from ..policy.decide import Decision
from .state import installed

#: Where a decision is in a WSGI environ.
HEADERS: Final = "flask_cors.headers"
#: Where the reason is, in debug mode, that a page may not read the response.
EXPLANATION: Final = "flask_cors.explanation"
#: Whether the response is a refusal, which no cache may store.
NO_STORE: Final = "flask_cors.no_store"
# On nearly every response, and of no interest.
_COMMON: Final = frozenset({"Content-Type", "Content-Length"})
# Response classes that the app makes at run time must not fill the dictionary.
_MOST_CLASSES: Final = 64
_EXPOSE: Final = fetch.EXPOSE_HEADERS.lower()
_MERGED: Final = frozenset({fetch.ALLOW_METHODS.lower(), fetch.ALLOW_HEADERS.lower()})

_MADE_HERE: Final = "flask_cors_made_here"

_with_headers: dict[type, type] = {}


def send_with(decision: Decision, response: Response, environ: dict[str, Any]) -> None:
    """Have the headers of *decision* added when *response* starts with this *environ*."""
    environ[HEADERS] = decision
    _prepare(response)


def explain_with(reason: str, response: Response, environ: dict[str, Any]) -> None:
    """Have *reason* sent in CORS-Explanation when *response* starts with this *environ*."""
    environ[EXPLANATION] = reason
    _prepare(response)


def forbid_storing(response: Response, environ: dict[str, Any]) -> None:
    """Have ``Cache-Control: no-store`` sent, unless the app keeps shared caches out."""
    environ.setdefault(EXPLANATION, "")
    environ[NO_STORE] = True
    _prepare(response)


def _prepare(response: Response) -> None:
    kind = type(response)
    if kind is not (sent := _with_headers.get(kind) or sending_class(kind)):
        response.__class__ = sent


def sending_class(kind: type) -> type:
    """Return the subclass of a response class that adds the headers in the environ."""
    sent = kind if _MADE_HERE in vars(kind) else _make_subclass(kind)
    if len(_with_headers) >= _MOST_CLASSES:
        _with_headers.clear()
    _with_headers[kind] = sent
    return sent


def _make_subclass(kind: Any) -> type:
    own = kind.get_wsgi_headers

    def get_wsgi_headers(self: Any, environ: dict[str, Any]) -> Headers:
        headers: Headers = own(self, environ)
        if EXPLANATION in environ:
            _explain(headers, environ)
        decision = environ.get(HEADERS)
        if decision is not None:
            for name, _ in headers:
                if name not in _COMMON:
                    if not _add_to(decision, headers):
                        _note_hand_written()
                    return headers
            for name, value in decision.lines:
                headers.add(name, value)
        return headers

    def reduce_ex(self: Any, protocol: Any) -> Any:
        # Copies, and what a cache pickles, are of the response's own class.
        reduced = kind.__reduce_ex__(self, protocol)
        if isinstance(reduced, str):
            return reduced
        make, arguments, *state = reduced
        arguments = (kind if item is sent else item for item in arguments)
        # Bare, copyreg.__newobj__ may make no other class than the response has now.
        return partial(make, *arguments), (), *state

    names = {
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
        "__doc__": kind.__doc__,
        "__slots__": (),
        _MADE_HERE: True,
        "__reduce_ex__": reduce_ex,
        "get_wsgi_headers": get_wsgi_headers,
    }
    sent: type = _meta_of(kind)(kind.__name__, (kind,), names)
    return sent


def _meta_of(kind: type) -> Any:
    """Return a metaclass by which responses of *kind* are instances of the subclass, too.

    Flask asks whether what a view returned is an instance of ``app.response_class``, and would
    make a new response of one that is not.
    """

    class Meta(type(kind)):  # type: ignore[misc]
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, kind)

    return Meta


def _note_hand_written() -> None:
    """Note the endpoint on whose response the app wrote Access-Control-Allow-Origin itself."""
    if has_request_context() and (state := installed(current_app)):
        state.hand_written.add(request.endpoint or "")


def _explain(headers: Headers, environ: dict[str, Any]) -> None:
    """Add the reason, and keep a refusal out of caches."""
    if environ[EXPLANATION] and fetch.ALLOW_ORIGIN not in headers:
        headers.set(fetch.EXPLANATION, environ[EXPLANATION])
    if NO_STORE in environ:
        # What the app sets for its pages is not meant for this: a shared cache that stored the
        # refusal would refuse every page.
        present = headers.get("Cache-Control", "").lower()
        if "no-store" not in present and "private" not in present:
            headers.set("Cache-Control", "no-store")


# -- a response that has headers of its own --------------------------------------------------


def _add_to(decision: Decision, headers: Headers) -> bool:
    """Add the lines to headers of the app; ``False`` where it wrote the answer itself.

    A response with Access-Control-Allow-Origin is the app's own, and stays as it is.
    """
    names = {name.lower() for name, _ in headers}
    if fetch.ALLOW_ORIGIN.lower() in names:
        return False
    lines = decision.headers
    if any(name.startswith("access-control-") for name in names):
        lines = _merged(decision, headers)
    for name, value in lines:
        headers.add(name, value)
    if decision.vary:
        _add_vary(headers)
    return True


def _merged(decision: Decision, headers: Headers) -> tuple[tuple[str, str], ...]:
    """Remove the app's lines of headers that may occur once; unite its lists with ours."""
    lines = []
    for name, value in decision.headers:
        lower = name.lower()
        if lower in _MERGED and (own := headers.getlist(name)):
            names = (part.strip() for part in ",".join([value, *own]).split(","))
            value = ", ".join(sorted(dict.fromkeys(filter(None, names))))
        if lower != _EXPOSE:
            headers.remove(name)
        lines.append((name, value))
    if lines and fetch.ALLOW_CREDENTIALS in headers and _is_open(decision):
        headers.remove(fetch.ALLOW_CREDENTIALS)
        LOG.error(
            "%s, which your code wrote, is removed: any site may have the origin that is allowed "
            "here, and could read a user's data",
            fetch.ALLOW_CREDENTIALS,
        )
    return tuple(lines)


def _is_open(decision: Decision) -> bool:
    """Return whether any site may have the origin that is allowed: then no credentials go there."""
    origins = decision.policy.origins
    sent = decision.headers[0][1]
    return origins.any or origins.unrelated is not None or sent.lower() == "null"


def _add_vary(headers: Headers) -> None:
    """Name ``Origin`` in Vary, in one line with all that the app wrote there."""
    written = headers.getlist(fetch.VARY)
    names = [name for part in ",".join(written).split(",") if (name := part.strip())]
    if not {"origin", "*"} & {name.lower() for name in names}:
        names.append(fetch.ORIGIN)
    elif len(written) == 1:
        return
    headers.set(fetch.VARY, ", ".join(names))
