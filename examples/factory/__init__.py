"""An application factory that is configured by its environment.

.. code-block:: sh

    FLASK_CORS_ORIGINS="https://app.example.com, https://admin.example.com" \\
        flask --app examples.factory run
"""

from __future__ import annotations

from flask import Flask

from .extensions import cors
from .views import api


def create_app() -> Flask:
    """Build the application; raise ``ConfigError`` where ``FLASK_CORS_ORIGINS`` is missing."""
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = None
    # FLASK_CORS_MAX_AGE becomes CORS_MAX_AGE, and so for every other option.
    app.config.from_prefixed_env()
    app.register_blueprint(api)
    # CORS_* is read without being passed, but only when the first request comes. Passed, a
    # variable that is missing, and so None, is an error when the application starts.
    cors.init_app(app, origins=app.config["CORS_ORIGINS"])
    return app
