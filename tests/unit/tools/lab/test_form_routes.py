"""The routes that the lab offers: in the app's order, with values for their converters."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

from flask_cors.tools.lab.form_routes import routes_of

ADDRESS = "http://localhost:5000"


def test_converters_have_example_values() -> None:
    app = Flask(__name__)
    rule = "/<int(min=1):a>/<float:b>/<uuid:c>/<any(x, 'y'):d>/<e>/<path:f>"
    app.add_url_rule(rule, "view", lambda **values: "", methods=["POST", "GET"])
    first, last = routes_of(app, ADDRESS)
    assert (first["rule"], first["methods"], first["base"]) == (
        rule,
        ["GET", "HEAD", "POST"],
        ADDRESS,
    )
    assert [(each["name"], each["converter"], each["value"]) for each in first["arguments"]] == [
        ("a", "int", "1"),
        ("b", "float", "1.5"),
        ("c", "uuid", "00000000-0000-4000-8000-000000000000"),
        ("d", "any", "x"),
        ("e", "string", "example"),
        ("f", "path", "a/b"),
    ]
    assert last["endpoint"] == "static"


def test_subdomains_and_hosts_have_their_own_address() -> None:
    app = Flask(__name__, static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "shop.localhost:5000"
    app.add_url_rule("/", "api", lambda: "", subdomain="api")
    app.add_url_rule("/", "root", lambda: "")
    bases = {each["endpoint"]: each["base"] for each in routes_of(app, "http://shop.localhost:1")}
    assert bases == {"api": "http://api.shop.localhost:1", "root": "http://shop.localhost:1"}
    app = Flask(__name__, static_folder=None, host_matching=True)
    app.add_url_rule("/", "other", lambda: "", host="b.localhost:80")
    assert routes_of(app, "https://localhost")[0]["base"] == "https://b.localhost"


def test_a_rule_that_redirects_has_no_endpoint() -> None:
    app = Flask(__name__)
    app.url_map.add(Rule("/old", redirect_to="/new"))
    assert [each["endpoint"] for each in routes_of(app, ADDRESS)] == ["", "static"]
