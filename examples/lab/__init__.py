"""An API with many policies, to be tried in the lab: ``make demo``, which runs

    flask --app examples.lab cors lab --requests examples/lab/requests.json

For pages on another port, write ``--app "examples.lab:create_app(3000)"`` and
``--page-port 3000``. The lab itself is a command of Flask-CORS and works with every app. The
policies are in ``api.py``; ``requests.json`` holds requests to choose from, each with what it
shows.
"""

from __future__ import annotations

from .api import create_app

__all__ = ["create_app"]
