"""Twenty broken apps: what a page's developer is told, and that following it helps.

Ten are from reports to flask-cors, named by their number there and shortened; ten are our own. Each
has the request that failed, what ``explain`` must name, and the edit that it tells to make, after
which the page can read the response.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import flask_cors
from flask_cors import CorsWarning
from flask_cors.tools.explain import Explanation

HEAD = """
from flask import Flask, abort, request
from flask_cors import CORS, cross_origin

app = Flask("shop")
"""


class Broken(NamedTuple):
    """An app, the page's request, what is to be named, and the edit that helps.

    An empty edit is for an app in which nothing is to be changed but the page.
    """

    name: str
    source: str
    method: str
    path: str
    origin: str
    tells: str
    edit: tuple[str, str]
    headers: tuple[str, ...] = ()
    credentials: bool = False
    verdict: str = "blocked"


BROKEN = [
    Broken(
        "flask-cors 42: the page asks another path",
        """
        app.config["CORS_ORIGINS"] = ["http://localhost:9000"]
        app.config["CORS_HEADERS"] = ["Content-Type", "Authorization"]

        @app.post("/users/login")
        @cross_origin()
        def login():
            return {}
        """,
        "POST",
        "/user/login",
        "http://localhost:9000",
        r"404: no route serves this path(.|\n)*The nearest route is /users/login\.",
        ("/users/login", "/user/login"),
        headers=("Content-Type",),
    ),
    Broken(
        "flask-cors 84: credentials in the page, and not in the options",
        """
        app.config["CORS_RESOURCES"] = {
            r"/api/*": {"origins": ["http://blah.example/*", "http://foo.example/*"]}
        }
        CORS(app)

        @app.get("/api/items")
        def items():
            return []
        """,
        "GET",
        "/api/items",
        "http://blah.example",
        r"In resource '/api/\*' of CORS_RESOURCES, write supports_credentials=True",
        ('"http://foo.example/*"]', '"http://foo.example/*"], "supports_credentials": True'),
        credentials=True,
    ),
    Broken(
        "flask-cors 97: one allowed header, and the page sends another",
        """
        CORS(app, resources=r"/api/*", allow_headers="Content-Type")

        @app.get("/api/workplace")
        def workplace():
            return []
        """,
        "GET",
        "/api/workplace",
        "http://localhost:3000",
        r"In CORS\(app\) at .*:7, add 'authorization' to allow_headers",
        ('"Content-Type"', '["Content-Type", "Authorization"]'),
        headers=("Authorization",),
    ),
    Broken(
        "flask-cors 132: credentials, and any origin",
        """
        CORS(app)

        @app.get("/companies")
        def companies():
            return []
        """,
        "GET",
        "/companies",
        "http://localhost:3000",
        r"Put @cross_origin\(origins=\['http://localhost:3000'\], supports_credentials=True\)",
        (
            "def companies",
            "@cross_origin(origins=['http://localhost:3000'], supports_credentials=True)\n"
            "def companies",
        ),
        credentials=True,
    ),
    Broken(
        "flask-cors 197: a misspelt option",
        """
        CORS(app, support_credentials=True)

        @app.get("/items")
        def items():
            return []
        """,
        "GET",
        "/items",
        "http://localhost:8002",
        r"origins=\['http://localhost:8002'\], supports_credentials=True",
        (
            "support_credentials=True",
            "supports_credentials=True, origins=['http://localhost:8002']",
        ),
        credentials=True,
    ),
    Broken(
        "flask-cors 200: stars in lists, with credentials",
        """
        CORS(
            app,
            origins="*,*".split(","),
            allow_headers="content-type,*".split(","),
            supports_credentials=True,
        )

        @app.delete("/items/<int:id>")
        def remove(id):
            return {}
        """,
        "DELETE",
        "/items/1",
        "http://localhost:3000",
        r"@cross_origin\(origins=\['http://localhost:3000'\], supports_credentials=True\)",
        ('"*,*".split(",")', '["http://localhost:3000"]'),
        credentials=True,
    ),
    Broken(
        "flask-cors 202: credentials for any origin",
        """
        CORS(app, supports_credentials=True)

        @app.post("/login")
        def login():
            return {}
        """,
        "POST",
        "/login",
        "https://app.example.com",
        r"origins=\['https://app\.example\.com'\], supports_credentials=True",
        ("CORS(app, ", 'CORS(app, origins=["https://app.example.com"], '),
        headers=("Content-Type",),
        credentials=True,
    ),
    Broken(
        "flask-cors 211: a page on this machine, and an origin in production",
        """
        CORS(app, resources={r"/api/*": {"origins": "https://www.example.com"}})

        @app.get("/api/v1/users/")
        def users():
            return []
        """,
        "GET",
        "/api/v1/users/",
        "http://localhost:3000",
        r"In resource '/api/\*' of CORS\(app\) at .*:7, add 'http://localhost:3000' to origins",
        ('"https://www.example.com"', '["https://www.example.com", "http://localhost:3000"]'),
    ),
    Broken(
        "flask-cors 212: origins without schemes",
        """
        CORS(app, resources={r"/*": {"origins": ["*.one.example", "two.example", "127.0.0.1"]}})

        @app.post("/myapi/")
        def myapi():
            return {}
        """,
        "POST",
        "/myapi/",
        "https://two.example",
        r"at .*:7, write 'https://two\.example' instead of 'two\.example' in origins",
        ('"two.example"', '"https://two.example"'),
        headers=("Content-Type",),
    ),
    Broken(
        "flask-cors 280: two views at one URL, one of them decorated",
        """
        @app.get("/graphql")
        def playground():
            return "test"

        @app.post("/graphql")
        @cross_origin(origins=["http://localhost:5173"], methods=["POST"], allow_headers="*")
        def server():
            return "serving"
        """,
        "GET",
        "/graphql",
        "http://localhost:5173",
        r"Put @cross_origin\(\['http://localhost:5173'\]\) below the route of playground",
        ("def playground", "@cross_origin(['http://localhost:5173'])\ndef playground"),
    ),
    Broken(
        "a resource that is one exact path",
        """
        CORS(app, resources={"/api": {"origins": "https://app.example.com"}})

        @app.get("/api/items")
        def items():
            return []
        """,
        "GET",
        "/api/items",
        "https://app.example.com",
        r"Write '/api/\*' instead of '/api' in the resources of CORS\(app\) at .*:7",
        ('"/api"', '"/api/*"'),
    ),
    Broken(
        "the page writes patch in small letters",
        """
        CORS(app, origins="https://app.example.com")

        @app.patch("/items")
        def items():
            return []
        """,
        "patch",
        "/items",
        "https://app.example.com",
        r"Write the method in capitals in the page, 'PATCH'",
        ("", ""),
    ),
    Broken(
        "a list of methods without the one that is needed",
        """
        CORS(app, origins="https://app.example.com", methods=["GET", "POST"])

        @app.route("/items", methods=["GET", "PUT"])
        def items():
            return []
        """,
        "PUT",
        "/items",
        "https://app.example.com",
        r"In CORS\(app\) at .*:7, add 'PUT' to methods",
        ('["GET", "POST"]', '["GET", "POST", "PUT"]'),
    ),
    Broken(
        "a wildcard, and the page is at the domain itself",
        """
        CORS(app, origins="https://*.example.com")

        @app.get("/items")
        def items():
            return []
        """,
        "GET",
        "/items",
        "https://example.com",
        r"In CORS\(app\) at .*:7, add 'https://example\.com' to origins",
        ('"https://*.example.com"', '["https://*.example.com", "https://example.com"]'),
    ),
    Broken(
        "https in the list, http in the page",
        """
        CORS(app, origins=["https://localhost:3000"])

        @app.get("/items")
        def items():
            return []
        """,
        "GET",
        "/items",
        "http://localhost:3000",
        r"In CORS\(app\) at .*:7, add 'http://localhost:3000' to origins",
        ("https://localhost:3000", "http://localhost:3000"),
    ),
    Broken(
        "no error, and nobody is logged in",
        """
        app.secret_key = "a secret"
        CORS(app, origins="https://shop.example.net", supports_credentials=True)

        @app.get("/me")
        def me():
            return {}
        """,
        "GET",
        "https://api.example.com/me",
        "https://shop.example.net",
        r"(?i)browsers do not send the session cookie (.|\n)*SESSION_COOKIE_SAMESITE = 'None'",
        (
            'app.secret_key = "a secret"',
            "app.config.update(SESSION_COOKIE_SAMESITE='None', SESSION_COOKIE_SECURE=True)",
        ),
        credentials=True,
        verdict="readable",
    ),
    Broken(
        "a hook that writes a star",
        """
        CORS(app, origins="https://app.example.com", supports_credentials=True)

        @app.after_request
        def star(response):
            response.headers["Access-Control-Allow-Origin"] = "*"
            return response

        @app.get("/items")
        def items():
            return []
        """,
        "GET",
        "/items",
        "https://app.example.com",
        r"The after_request function star at .*:11 writes or removes Access-Control-Allow-Origin",
        ('    response.headers["Access-Control-Allow-Origin"] = "*"\n', ""),
        credentials=True,
        verdict="undecided",
    ),
    Broken(
        "the decorator above the route",
        """
        @cross_origin("https://app.example.com")
        @app.get("/items")
        def items():
            return []
        """,
        "GET",
        "/items",
        "https://app.example.com",
        r"Write cross_origin below @app\.route(.|\n)*registered before the decorator",
        (
            '@cross_origin("https://app.example.com")\n@app.get("/items")',
            '@app.get("/items")\n@cross_origin("https://app.example.com")',
        ),
    ),
    Broken(
        "a view that answers the preflight itself, with 405",
        """
        CORS(app, origins="https://app.example.com")

        @app.route("/files", methods=["PUT", "OPTIONS"])
        def files():
            if request.method == "OPTIONS":
                abort(405)
            return {}
        """,
        "PUT",
        "/files",
        "https://app.example.com",
        r"The view of files answers the preflight itself, and a browser wants status 200 to 299",
        ('["PUT", "OPTIONS"]', '["PUT"]'),
        verdict="undecided",
    ),
    Broken(
        "a page from a file",
        """
        CORS(app, origins=["https://app.example.com", "http://localhost:8000"])

        @app.get("/items")
        def items():
            return []
        """,
        "GET",
        "/items",
        "null",
        r"Serve the page from an origin of its own",
        ("", ""),
    ),
]


def load(directory: Path, source: str) -> ModuleType:
    """Return a module of *source*, which is a file, so that lines can be named."""
    path = directory / "shop.py"
    path.write_text(source, encoding="utf-8")
    module = ModuleType("shop")
    module.__file__ = str(path)
    exec(compile(source, path, "exec"), vars(module))
    return module


def explained(module: ModuleType, case: Broken, **changed: Any) -> Explanation:
    """Return what ``explain`` finds for the page's request."""
    asked = {"method": case.method, "origin": case.origin, **changed}
    return flask_cors.of(module.app).explain(
        asked["method"],
        case.path,
        asked["origin"],
        headers=case.headers,
        credentials=case.credentials,
    )


@pytest.mark.rule("9.proposed", "9.explain-change", "9.own-code")
@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_broken_app(case: Broken, tmp_path: Path) -> None:
    source = HEAD + dedent(case.source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        found = explained(load(tmp_path, source), case)
        assert found.verdict == case.verdict
        shown = re.sub(r"\s+", " ", str(found))
        assert re.search(case.tells, shown)
        before, after = case.edit
        assert before in source
        app = load(tmp_path, source.replace(before, after) if before else source)
        page: dict[str, str] = {}
        if not before:
            page = {"method": "PATCH"} if case.method == "patch" else {"origin": _ALLOWED}
        turned = explained(app, case, **page)
    assert turned.verdict == "readable"
    assert not re.search(case.tells, re.sub(r"\s+", " ", str(turned)))


_ALLOWED = "http://localhost:8000"


def test_there_are_twenty() -> None:
    assert len(BROKEN) == 20
    assert len([case for case in BROKEN if case.name.startswith("flask-cors ")]) == 10
