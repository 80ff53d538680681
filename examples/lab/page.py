"""The page: served under two host names, so that it has two origins."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from .addresses import Addresses
from .scenarios import SCENARIOS, Scenario

# A name of the domain that is reserved for examples: a page that nobody listed.
STRANGER = "https://stranger.example"


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
            lab=for_script(addresses, here),
        )

    @app.after_request
    def restrict(response: Response) -> Response:
        """Let the page run its own script and ask the API, and nothing else."""
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
            f"connect-src {addresses.api}; base-uri 'none'; frame-ancestors 'none'"
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


def for_script(addresses: Addresses, here: str) -> dict[str, Any]:
    """Return what the page's script needs to know."""
    return {
        "api": addresses.api,
        "sameSite": here == addresses.same_site,
        "scenarios": {scenario.id: asdict(scenario) for scenario in SCENARIOS},
    }
