"""The commands over an app of 5,000 routes, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from statistics import median
from typing import Final

from flask import Blueprint, Flask

from flask_cors import CORS

from .kits import PROJECT
from .processes import ROOT, interpreter
from .scenarios import new_view

PLACES: Final = 200
ROUTES_EACH: Final = 25

APPS: Final = {"in_blueprints": "in 200 blueprints", "under_resources": "under 200 resources"}
"""The apps, by the factory's name."""

COMMANDS: Final = {
    "flask routes": ("routes",),
    "cors routes": ("cors", "routes"),
    "cors check": ("cors", "check"),
    "cors report": ("cors", "report", "-o", os.devnull),
}
"""What ``flask`` is given; the first is Flask's own, for comparison."""


def in_blueprints() -> Flask:
    """Return an app with a policy for each of 200 blueprints."""
    app = Flask(__name__, static_folder=None)
    for number in range(PLACES):
        blueprint = Blueprint(f"b{number}", __name__, url_prefix=f"/b{number}")
        CORS(blueprint, origins=f"https://b{number}.example.com")
        for route in range(ROUTES_EACH):
            blueprint.add_url_rule(f"/r{route}", f"r{route}", new_view())
        app.register_blueprint(blueprint)
    return app


def under_resources() -> Flask:
    """Return an app with 200 resources of one policy."""
    app = Flask(__name__, static_folder=None)
    for number in range(PLACES * ROUTES_EACH):
        app.add_url_rule(f"/s{number // ROUTES_EACH}/r{number}", f"r{number}", new_view())
    options = {"origins": "https://a.example.com"}
    CORS(app, resources={f"/s{number}/*": options for number in range(PLACES)})
    return app


def seconds(repeats: int) -> dict[str, dict[str, float]]:
    """Return the seconds that each command takes, start to end, by app; medians."""
    return {
        factory: {
            title: round(median(_run(factory, given) for _ in range(repeats)), 2)
            for title, given in COMMANDS.items()
        }
        for factory in APPS
    }


def _run(factory: str, given: Sequence[str]) -> float:
    flask = [interpreter(PROJECT), "-m", "flask", "--app", f"{__name__}:{factory}"]
    begin = time.perf_counter()
    subprocess.run([*flask, *given], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin
