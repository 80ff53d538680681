"""Text that attacks whoever shows it, an app made of it, and what must never be shown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from flask import Blueprint, Flask
from flask.views import MethodView
from werkzeug.routing import Rule

from flask_cors import CORS, cross_origin

#: By what it attacks. Each is told from the rest by the word PWNED.
HOSTILE = {
    "markup": "<script>PWNED()</script>",
    "an attribute": "\"'><img src=x onerror=PWNED()>",
    "the end of a script": "</script><svg onload=PWNED()>",
    "a template": "{{PWNED}}{% raise %}${PWNED}",
    "a title": "\x1b]0;PWNED\x07",
    "a screen": "\x1b[2J\x1b[H\x1b[31mPWNED",
    "a screen, in one character": "\x9b2JPWNED",
    "a line": "\r\x1b[KPWNED",
    "lines": "PWNED\r\nforged: 1\n\x85\u2028\u2029",
    "its direction": "\u202ePWNED\u2066\u2069\u200f\u061c",
    "what is seen": "PW\u200bNED\ufeff\u00ad\u2060",
    "backspaces": "PWNED\x08\x08\x08\x7f",
    "a null": "PWNED\x00",
    "rich": "[red]PWNED[/red][link=http://x]x[/link] :smile: [/]",
    "an encoding": "PWNED\udc9b",
    "format strings": "%s%n%(PWNED)d{0}{PWNED.__class__}",
}

_PRINTABLE_ASCII = re.compile("[ -~\n]*")


def plain(text: str) -> bool:
    """Return whether a terminal shows *text* as it is: printable ASCII, and line ends."""
    return _PRINTABLE_ASCII.fullmatch(text) is not None


def shown_as_it_is(text: str) -> bool:
    """Return whether a terminal of UTF-8 shows each character of *text* as itself."""
    return all(char == "\n" or char.isprintable() for char in text)


def without_colour(text: str) -> str:
    """Take off the colours that ``rich`` writes, and nothing else."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def as_name(hostile: str) -> str:
    """Return what of the text a function or a class can be named in Python."""
    return hostile.replace("\x00", "").encode(errors="ignore").decode()


def _page(**_: object) -> str:
    return "x"


def app_named(name: str) -> Flask:
    """Return an app whose module need not be found: Flask 2.3 cannot look for every name."""
    here = os.getcwd()
    return Flask(name, static_folder=None, root_path=here, instance_path=here)


def make_app(hostile: str) -> Flask:
    """Return an app in which everything that a developer names is hostile, where it may be."""
    app = app_named(f"app {hostile}")
    app.config["CORS_CHECK_IGNORE"] = {"CORS002": hostile, hostile: hostile}
    blueprint = Blueprint(f"b {hostile.replace('.', '')}", "b", url_prefix="/b")
    CORS(
        blueprint,
        origins=re.compile(rf"https://a\.example|https://{re.escape(hostile)}"),
        max_age=5,
    )
    blueprint.add_url_rule(f"/{_in_a_rule(hostile)}", "v", _page)
    app.register_blueprint(blueprint)
    resources: dict[Any, Any] = {
        re.compile(f"/{re.escape(hostile)}"): {"origins": "https://a.example"},
        f"/r/{hostile}/*".replace("[", "").replace("{", ""): {"origins": "https://b.example"},
        "/open": {"origins": "*"},
    }
    CORS(app, resources=resources, allow_headers=["x-a", re.compile(re.escape(hostile))])
    for view, rule in ((_named(hostile), "/open"), (_class_named(hostile), "/class")):
        app.add_url_rule(rule, f"e {hostile} {rule}", view)
    app.url_map.add(Rule("/gone", endpoint=f"nobody {hostile}"))
    app.view_functions[f"nobody {hostile}"] = _named(hostile)
    return app


def _in_a_rule(hostile: str) -> str:
    return re.sub("[<>]", "", hostile.encode(errors="ignore").decode())


def _named(hostile: str) -> Callable[..., Any]:
    def view(**_: object) -> str:
        return "x"

    view.__name__ = view.__qualname__ = as_name(hostile)
    asked = lambda origin: False  # noqa: E731 - renamed like the view
    asked.__qualname__ = as_name(hostile)
    return cross_origin(origins=["https://c.example", asked])(view)


def _class_named(hostile: str) -> Callable[..., Any]:
    made: Any = type(as_name(hostile), (MethodView,), {"get": lambda self: "x"})
    view: Callable[..., Any] = cross_origin("null")(made).as_view("things")
    return view


class Tags(HTMLParser):
    """Every tag of a page with its attributes' names, and all text outside of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self._in_script = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)
