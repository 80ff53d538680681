"""The app's routes as the lab's form offers them: rules in parts, with example values.

Reads the URL map; asks nothing.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule

from ..routes import shown_methods

_CONVERTER: Final = re.compile(r"<(?:(\w+)(?:\((.*?)\))?:)?(\w+)>")
_VALUES: Final = {
    "int": "1",
    "float": "1.5",
    "path": "a/b",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


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
            "arguments": [_argument(*found.groups()) for found in _CONVERTER.finditer(rule.rule)],
        }
        for rule in rules
    ]


def _serves_files(endpoint: object) -> bool:
    return str(endpoint).rpartition(".")[2] == "static"


def _argument(converter: str | None, options: str | None, name: str) -> dict[str, str]:
    value = _VALUES.get(converter or "", "example")
    if converter == "any" and options:
        value = options.split(",")[0].strip(" '\"")
    return {"name": name, "converter": converter or "string", "value": value}


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
