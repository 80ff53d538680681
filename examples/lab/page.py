"""The page: served under two host names, so that it has two origins."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, redirect, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

import flask_cors

from .addresses import Addresses
from .control import PREFIX
from .scenarios import SCENARIOS, Scenario

# A name of the domain that is reserved for examples: a page that nobody listed.
STRANGER = "https://stranger.example"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# The report's style and script are the page's as well.
SHARED = Path(flask_cors.__file__).parent / "tools" / "templates"
SHARED_FILES = ("page.css", "explanation.js")


@dataclass(frozen=True)
class Row:
    """One row of the overview: a request, and its verdict for each of the origins."""

    scenario: Scenario
    verdicts: tuple[str, ...]


def create_page(addresses: Addresses, api: Flask) -> Flask:
    """Build the page's own application, which serves no data and needs no CORS."""
    app = Flask(__name__)
    origins = (*addresses.pages, STRANGER, "null")
    rows = matrix(api, addresses.api, origins)

    @app.get("/")
    def index() -> ResponseReturnValue:
        here = request.host_url.rstrip("/")
        if here not in addresses.pages:
            return redirect(addresses.same_site)
        return render_template(
            "page.html",
            here=here,
            addresses=addresses,
            origins=origins,
            rows=rows,
            scenarios=SCENARIOS,
            methods=METHODS,
            paths=paths_of(api),
            lab=for_script(addresses, here),
        )

    @app.get("/sender")
    def sender() -> ResponseReturnValue:
        """A page without content: the lab's page frames it to send from its origin."""
        told = {"api": addresses.api, "pages": addresses.pages}
        return render_template("sender.html", sender=told)

    @app.get("/shared/<name>")
    def shared(name: str) -> ResponseReturnValue:
        if name not in SHARED_FILES:
            abort(404)
        return send_from_directory(SHARED, name)

    @app.after_request
    def restrict(response: Response) -> Response:
        """Let a page run its own scripts and ask the API, and nothing else."""
        pages = " ".join(addresses.pages)
        framing = pages if request.endpoint == "sender" else "'none'"
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
            f"connect-src {addresses.api}; frame-src {pages}; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {framing}"
        )
        return response

    return app


def matrix(api: Flask, base_url: str, origins: tuple[str, ...]) -> list[Row]:
    """Return what ``explain()`` says of every request from every origin."""
    cors = api.extensions["cors"]

    def verdict(scenario: Scenario, origin: str) -> str:
        told = cors.explain(
            scenario.method,
            scenario.path,
            origin,
            headers=scenario.headers,
            credentials=scenario.credentials,
            base_url=base_url,
        )
        found: str = told.verdict
        return found

    return [
        Row(scenario, tuple(verdict(scenario, origin) for origin in origins))
        for scenario in SCENARIOS
    ]


def paths_of(api: Flask) -> list[str]:
    """Return the paths that the form suggests: those of the scenarios and of all routes."""
    routes = (rule.rule for rule in api.url_map.iter_rules() if "<" not in rule.rule)
    wanted = [*(scenario.path for scenario in SCENARIOS), *routes]
    return [path for path in dict.fromkeys(wanted) if not path.startswith(f"{PREFIX}/")]


def for_script(addresses: Addresses, here: str) -> dict[str, Any]:
    """Return what the page's script needs to know."""
    return {
        "api": addresses.api,
        "sameSite": here == addresses.same_site,
        "senders": [*addresses.pages, "null"],
        "scenarios": {scenario.id: asdict(scenario) for scenario in SCENARIOS},
    }
