"""The app's routes as the lab's form offers them: rules in parts, with example values.

Reads the URL map; asks nothing.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule

from ..routes import CONVERTER, shown_methods, values_of


def routes_of(app: Flask, address: str) -> list[dict[str, Any]]:
    """Return the routes in the app's order, static files last.

    *address* is the origin that the app has here.
    """
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: _serves_files(rule.endpoint))
    return [
        {
            "rule": rule.rule,
            "endpoint": rule.endpoint or "",  # a rule that redirects may have none
            "methods": shown_methods(rule),
            "base": _base(app, rule, address),
            "arguments": [_argument(found) for found in CONVERTER.finditer(rule.rule)],
        }
        for rule in rules
    ]


def _serves_files(endpoint: object) -> bool:
    return str(endpoint).rpartition(".")[2] == "static"


def _argument(converter: re.Match[str]) -> dict[str, str]:
    kind, _, name = converter.groups()
    value = "a/b" if kind == "path" else values_of(converter)[0]
    return {"name": name, "converter": kind or "string", "value": value}


def _base(app: Flask, rule: Rule, address: str) -> str:
    """Return the origin that a rule is served at: its host or subdomain, where it has one."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if app.url_map.host_matching and rule.host:
        host = rule.host.partition(":")[0]
    elif app.subdomain_matching and rule.subdomain:
        host = f"{rule.subdomain}.{(app.config['SERVER_NAME'] or host).partition(':')[0]}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"
