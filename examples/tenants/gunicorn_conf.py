"""How gunicorn serves the example: ``gunicorn -c python:examples.tenants.gunicorn_conf``."""

from __future__ import annotations

from typing import Any

wsgi_app = "examples.tenants.app:create_app()"
bind = "127.0.0.1:8720"
workers = 3
worker_class = "gthread"
threads = 4
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Follow the list's changes: threads do not survive a fork, so each worker starts its own."""
    worker.app.callable.extensions["allow_list"].follow()
