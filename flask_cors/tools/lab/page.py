"""The lab's pages, and the answers to their scripts.

One small app, which is served under every name of this machine. Its scripts ask it for the
app's routes, for explanations and for what reached the app; no other page can, since the token
that each question carries is in the page alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

from ...errors import ConfigError, visible
from ..page_origin import page_origin
from .addresses import Addresses
from .cookie_log import CookieLog
from .explaining import explained
from .form_routes import routes_of
from .log import Entry, RequestLog
from .model import Model

TOKEN_HEADER: Final = "X-CORS-Lab-Token"
# The report's style and script are the lab's as well.
_SHARED: Final = Path(__file__).parents[1] / "templates"
_SHARED_FILES: Final = ("page.css", "explanation.js")


@dataclass
class Lab:
    """What is served: an app, or the reason that it cannot be loaded, and what was seen of it.

    ``runs_app`` is false where the app runs elsewhere, so that nothing is seen of it.
    """

    name: str
    addresses: Addresses
    token: str
    app: Flask | None = None
    problem: str = ""
    runs_app: bool = True
    requests: Sequence[Mapping[str, Any]] = ()
    log: RequestLog = field(default_factory=RequestLog)
    cookies: CookieLog = field(default_factory=CookieLog)
    #: Changes when the app is loaded anew.
    started: str = field(default_factory=lambda: secrets.token_hex(4))

    def __post_init__(self) -> None:
        self.model = Model(self.addresses.app)


def create_page(lab: Lab) -> Flask:
    """Build the app that serves the pages; it needs no CORS, since it is asked by its own pages."""
    page = Flask(__name__)
    page.after_request(_restrict)
    _add_pages(page, lab)
    for question in (_app, _origin, _explain, _seen, _model):
        name = question.__name__.lstrip("_")
        view = _for_pages_alone(lab, question)
        page.add_url_rule(f"/control/{name}", name, view, methods=["POST"])
    return page


def _add_pages(page: Flask, lab: Lab) -> None:
    @page.get("/")
    def index() -> str:
        here = request.host_url.rstrip("/")
        facts = {"token": lab.token, "here": here, "app": lab.addresses.app}
        return render_template(
            "page.html",
            lab=lab,
            here=here,
            relation=lab.addresses.relation(here),
            facts=facts,
        )

    @page.get("/sender")
    def sender() -> str:
        """Return a page without content, which is framed to send with the origin ``null``."""
        return render_template("sender.html")

    @page.get("/shared/<name>")
    def shared(name: str) -> Response:
        if name not in _SHARED_FILES:
            abort(404)
        return send_from_directory(_SHARED, name)


def _restrict(response: Response) -> Response:
    """Let a page run the lab's scripts alone, and be framed by none but the lab's.

    A page of the lab asks the URL in the form, and follows redirects as any page would,
    so connections, frames and forms are not restricted.
    """
    framing = "'self'" if request.endpoint == "sender" else "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        f"connect-src *; frame-src *; form-action *; base-uri 'none'; frame-ancestors {framing}"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


Question = Callable[[Lab, Mapping[str, Any]], Any]


def _for_pages_alone(lab: Lab, question: Question) -> Callable[[], ResponseReturnValue]:
    """Return a view that answers the lab's own pages with JSON, or says why not.

    The header makes a page of another origin send a preflight, which is never granted.
    """

    @wraps(question)
    def view() -> ResponseReturnValue:
        if not secrets.compare_digest(request.headers.get(TOKEN_HEADER, ""), lab.token):
            abort(403, "This is for the pages of the lab alone: reload the page.")
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict):
            abort(400, "A JSON object is expected.")
        try:
            return jsonify(question(lab, asked))
        except ConfigError as error:
            return jsonify(unanswered=f"The CORS configuration has errors: {visible(str(error))}")
        except (KeyError, TypeError, ValueError) as error:
            return jsonify(unanswered=visible(str(error)))

    return view


def _app(lab: Lab, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form offers."""
    pages = [
        {"origin": origin, "relation": lab.addresses.relation(origin)}
        for origin in lab.addresses.pages
    ]
    return {
        "name": visible(lab.name),
        "app": lab.addresses.app,
        "runsApp": lab.runs_app,
        "problem": visible(lab.problem),
        "started": lab.started,
        "pages": pages,
        "routes": routes_of(lab.app, lab.addresses.app) if lab.app else [],
        "requests": list(lab.requests),
    }


def _origin(lab: Lab, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return an origin as a browser sends it, and whether a page here can have it."""
    origin, note = page_origin(str(asked["origin"]))
    return {
        "origin": origin,
        "note": note,
        "isPage": lab.addresses.is_page(origin),
        "relation": lab.addresses.relation(origin),
    }


def _explain(lab: Lab, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``explain()`` finds for a request; see :func:`.explaining.explained`."""
    if lab.app is None:
        raise ValueError(lab.problem)
    return explained(lab.app, asked)


def _seen(lab: Lab, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the requests of a page after the one of the number given, and their cookies.

    Without ``after``, only the number of the latest request.
    """
    if "after" not in asked:
        return {"last": lab.log.last, "started": lab.started}
    entries = lab.log.after(int(asked["after"]))
    own = [entry for entry in entries if _is_of(entry, asked)]
    others = [entry for entry in entries if entry not in own]
    lab.cookies.follow(others, credentials=True)
    events = lab.cookies.follow(own, credentials=bool(asked["credentials"]))
    return {
        "entries": [entry.to_dict() for entry in own],
        "cookies": [asdict(event) for event in events],
        "started": lab.started,
    }


def _is_of(entry: Entry, asked: Mapping[str, Any]) -> bool:
    """Return whether a request is the page's: of its origin, or to its URL without one."""
    if entry.origin in (asked["origin"], "null"):
        return True
    same_path = urlsplit(entry.url).path == urlsplit(str(asked["url"])).path
    return entry.origin is None and (same_path or entry.site in ("same-site", "cross-site"))


def _model(lab: Lab, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page gets of an origin that no page of the lab can have."""
    url = str(asked["url"])
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("the URL starts with http:// or https://")
    return lab.model.ask(str(asked["origin"]), url, asked)
