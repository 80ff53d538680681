"""Known holes and what scanners try: none is here, judged by whole headers and by the model.

``advisories.py`` holds the attacks of published advisories, ``scanners.py`` the classes of
origins that scanners try; each entry is one test, and says in a line why it is tried.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import subprocess
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule
from werkzeug.test import create_environ, run_wsgi_app

from flask_cors import CORS, ConfigError, CorsWarning, cross_origin
from flask_cors.runtime.decisions import MAX_DECISIONS
from flask_cors.runtime.hooks import state_of
from flask_cors.testing import CHROMIUM, STANDARD, Browser, NetworkError, Traits
from tests.conformance import advisories
from tests.conformance.advisories import ALL, ATTACKS, DENIED, EVIL, LEAK, NOTHING, Attack
from tests.conformance.scanners import ALLOW_LISTS, SCANS, SITE, AllowList, Scan
from tests.integration.differential import environment

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("advisories")

OLD_VERSION = environment.INCUMBENT
# What Flask writes, and what says nothing about who may read.
PLAIN = {"Content-Type", "Content-Length", "Allow"}


# -- advisories ------------------------------------------------------------------------


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_an_attack_of_an_advisory_fails(attack: Attack) -> None:
    answer = advisories.ask(attack)
    # Flask has no route for a path with a line feed in it.
    assert answer.status in (200, 404), attack.why
    assert answer.cors == sorted(attack.expected.items()), attack.why
    assert not attack.shows(answer), attack.why
    assert not answer.forged
    if not attack.hole[0]:
        assert answer.log, "nothing was logged, so nothing was tried"


# A browser takes these dots out itself, and asks for the open path.
HARMLESS = {"one dot", "doubled slash", "dots decoded twice"}
FROM_A_PAGE = [each for each in ATTACKS if each.hole == LEAK and each.variant not in HARMLESS]


@pytest.mark.parametrize("attack", FROM_A_PAGE, ids=str)
def test_a_page_reads_nothing_by_it(attack: Attack) -> None:
    app = advisories.make_app(attack)
    method = "PUT" if attack.method == "OPTIONS" else "GET"
    page = Browser(app, origin=EVIL)
    for credentials in ("include", "omit"):
        with pytest.raises(NetworkError):
            page.fetch(attack.target, method=method, credentials=credentials)


@pytest.fixture(scope="module")
def shown_by_the_incumbent() -> dict[str, bool]:
    """Return for each attack whether flask-cors 6.0.5 shows the hole."""
    script = Path(advisories.__file__)
    command = [str(environment.ensure()), "-W", "ignore", str(script), "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    shown: dict[str, bool] = json.loads(said.stdout)
    return shown


STILL_SHOWN = [attack for attack in ATTACKS if attack.shown_by == OLD_VERSION]


@pytest.mark.parametrize("attack", STILL_SHOWN, ids=str)
def test_it_is_an_attack(attack: Attack, shown_by_the_incumbent: dict[str, bool]) -> None:
    assert shown_by_the_incumbent[str(attack)]


def test_every_advisory_has_its_attacks() -> None:
    assert len(set(map(str, ATTACKS))) == len(ATTACKS)
    assert {attack.of for attack in ATTACKS if attack.shown_by} == {
        "CVE-2020-25032",
        "CVE-2024-1681",
        "CVE-2024-6221",
        "CVE-2024-6839",
        "CVE-2024-6844",
        "CVE-2024-6866",
        "CVE-2026-37737",
    }
    assert len(STILL_SHOWN) > len(ATTACKS) / 2


def cors_of(app: Flask, path: str, origin: str, **fields: str) -> dict[str, str]:
    """Ask with a header as it is, whatever a client would make of it."""
    environ = create_environ(method=fields.pop("method", "GET"))
    environ["PATH_INFO"] = path
    environ["HTTP_ORIGIN"] = origin
    environ |= {f"HTTP_{name.upper()}": value for name, value in fields.items()}
    body, status, headers = run_wsgi_app(app, environ)
    list(body)
    assert status == "200 OK"
    found = [line for line in headers if line[0] not in PLAIN]
    assert len({name.lower() for name, _ in found}) == len(found), found
    return dict(found)


def preflight(app: Flask, path: str, origin: str, **fields: str) -> dict[str, str]:
    asked = {"access_control_request_method": "PUT", **fields}
    return cors_of(app, path, origin, method="OPTIONS", **asked)


@pytest.mark.parametrize("path", ["/b/../open", "/b/x/..", "/b/./x"])
@pytest.mark.parametrize("said", ["mark", "blueprint", "app"])
def test_a_dot_segment_gets_nothing_at_any_level(said: str, path: str) -> None:
    app, blueprint = Flask("dots", static_folder=None), Blueprint("b", "b", url_prefix="/b")
    view: Any = lambda rest: "x"  # noqa: E731 - each run marks a view of its own
    if said == "blueprint":
        CORS(blueprint)
    if said == "app":
        CORS(app)
    marked = cross_origin("*")(view) if said == "mark" else view
    blueprint.add_url_rule("/<path:rest>", "all", marked, methods=["GET", "PUT"])
    app.register_blueprint(blueprint)
    echo = {"Access-Control-Allow-Origin": EVIL, **DENIED}
    assert cors_of(app, "/b/x", EVIL) == echo
    assert cors_of(app, path, EVIL) == NOTHING
    assert preflight(app, path, EVIL) == NOTHING


@pytest.mark.parametrize("wanted", ["true", "TRUE", "True", "1", "yes", " true", ""])
@pytest.mark.parametrize("given", [None, False, 0])
def test_the_private_network_stays_closed(given: Any, wanted: str) -> None:
    app = Flask("private", static_folder=None)
    CORS(app, origins=SITE, allow_private_network=given)
    app.add_url_rule("/", "root", lambda: "x", methods=["GET", "PUT"])
    assert preflight(app, "/", SITE, access_control_request_private_network=wanted) == {
        "Access-Control-Allow-Origin": SITE,
        "Access-Control-Allow-Methods": ALL,
    }


# -- what scanners try -----------------------------------------------------------------


def scanned(options: Mapping[str, Any]) -> Flask:
    app = Flask("scanned", static_folder=None)
    CORS(app, supports_credentials=True, **options)
    app.add_url_rule("/", "root", lambda: "secret", methods=["GET", "PUT"])
    return app


def blocked(app: Flask, origin: str) -> bool:
    """Return whether a page of *origin* reads nothing; no page has what is no origin."""
    try:
        page = Browser(app, origin=origin)
    except ValueError:
        return True
    for method in ("GET", "PUT"):
        for credentials in ("include", "omit"):
            try:
                page.fetch("/", method=method, credentials=credentials)
            except NetworkError:
                continue
            return False
    return True


@pytest.mark.parametrize("scan", SCANS, ids=str)
def test_what_a_scanner_tries_fails(scan: Scan) -> None:
    for name, allow_list in ALLOW_LISTS.items():
        app = scanned(allow_list.options)
        expected = DENIED
        if right := name in scan.allowed_by:
            credentials = {"Access-Control-Allow-Credentials": "true"}
            expected = {"Access-Control-Allow-Origin": scan.origin, **credentials, **DENIED}
        methods = {"Access-Control-Allow-Methods": ALL} if right else {}
        told = f"{scan.why}, under {name}"
        assert cors_of(app, "/", scan.origin) == expected, told
        assert preflight(app, "/", scan.origin) == {**expected, **methods}, told
        assert blocked(app, scan.origin) != right, told


@pytest.mark.parametrize("name", ALLOW_LISTS)
def test_the_honest_are_allowed(name: str) -> None:
    allow_list: AllowList = ALLOW_LISTS[name]
    for origin in allow_list.honest:
        # As the page of another writing: case is the client's, and echoed byte for byte.
        found = cors_of(scanned(allow_list.options), "/", origin)
        always = name in ("literal", "port") and origin in allow_list.honest[:1]
        vary = {} if always else DENIED
        credentials = {"Access-Control-Allow-Credentials": "true"}
        assert found == {"Access-Control-Allow-Origin": origin, **credentials, **vary}
        if origin == origin.lower():
            assert not blocked(scanned(allow_list.options), origin)


def test_every_class_is_tried() -> None:
    assert len(set(map(str, SCANS))) == len(SCANS)
    tried = {scan.kind for scan in SCANS}
    assert tried >= {
        "reflected origin",
        "prefix",
        "suffix",
        "substring",
        "unescaped dot",
        "null",
        "third-party hosting",
        "special character",
        "http variant",
        "any subdomain",
        "trailing dot",
        "port",
        "user info",
        "letters",
        "mixed case",
        "address",
    }


# -- a reflected origin, with credentials ----------------------------------------------


@pytest.mark.parametrize("options", [{}, {"send_wildcard": True}, {"origins": "*"}])
def test_any_origin_gets_no_credentials(options: dict[str, Any]) -> None:
    app = Flask("any", static_folder=None)
    CORS(app, **options)
    app.add_url_rule("/", "root", lambda: "x")
    wildcard = options.get("send_wildcard", False)
    shown = {"Access-Control-Allow-Origin": "*"} if wildcard else {**dict([LEAK]), **DENIED}
    assert cors_of(app, "/", EVIL) == shown
    with pytest.raises(NetworkError):
        Browser(app, origin=EVIL).fetch("/", credentials="include")
    assert Browser(app, origin=EVIL).fetch("/", credentials="omit").status == 200


@pytest.mark.parametrize("said", ["config", "keyword", "resource", "mark"])
@pytest.mark.parametrize("origins", [None, "*", ["*"], [SITE, "*"], "null", [SITE, "null"]])
def test_credentials_of_any_origin_and_of_null_are_never_granted(origins: Any, said: str) -> None:
    app = Flask("any", static_folder=None)
    options = {"supports_credentials": True}
    options |= {} if origins is None else {"origins": origins}
    view: Any = functools.partial(str, "x")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        if said == "config":
            app.config |= {f"CORS_{name.upper()}": value for name, value in options.items()}
            CORS(app)
        elif said == "keyword":
            CORS(app, **options)
        elif said == "resource":
            CORS(app, resources={"/": options})
        app.add_url_rule("/", "root", cross_origin(**options)(view) if said == "mark" else view)
        for origin in (EVIL, "null"):
            for found in (cors_of(app, "/", origin), preflight(app, "/", origin)):
                assert "Access-Control-Allow-Credentials" not in found


def test_a_users_own_regular_expression_means_what_it_says() -> None:
    """The library cannot know what was meant; ``check`` and the documentation tell."""
    wide = re.compile(r"https?://(.*\.)?site\.example([^.\-a-zA-Z0-9]+.*)?")
    found = cors_of(scanned({"origins": wide}), "/", "https://site.example{.evil.example")
    assert found["Access-Control-Allow-Origin"] == "https://site.example{.evil.example"


def test_a_misspelt_option_opens_nothing() -> None:
    for name in ("origin", "allowed_origins"):
        with pytest.raises(ConfigError, match="there is no such option"):
            CORS(Flask("misspelt"), **{name: SITE})
    app = Flask("misspelt")
    app.config["CORS_ORIGIN"] = SITE
    CORS(app)
    with pytest.warns(CorsWarning, match="CORS_ORIGINS"):
        app.extensions["cors"].reload()


# -- found by attacks on this library --------------------------------------------------


CREDENTIALS = "Access-Control-Allow-Credentials"


def _note(ran: list[str], method: str) -> str:
    ran.append(method)
    return "x"


@dataclass(frozen=True)
class Sequence:
    """Requests of one page to one URL, of which the last must not reach a view.

    ``views`` are the endpoints at the URL: a method, and the options of its mark, ``None`` for
    one without. ``then`` is sent after ``first``, whose preflight is granted.
    """

    variant: str
    why: str
    views: Mapping[str, Mapping[str, Any] | None]
    first: Mapping[str, Any]
    then: Mapping[str, Any]
    rule: str = "/"
    strict_slashes: bool = True
    target: str = "/"

    def __str__(self) -> str:
        return self.variant

    def make_app(self, ran: list[str]) -> Flask:
        """Build the app, whose views add their methods to *ran*."""
        app = Flask("attacked", static_folder=None)
        app.url_map.strict_slashes = self.strict_slashes
        for method, options in self.views.items():
            view = functools.partial(_note, ran, method)
            marked = view if options is None else cross_origin(**options)(view)
            app.add_url_rule(self.rule, method, marked, methods=[method])
        return app


MINE: Mapping[str, Any] = {"origins": [SITE, EVIL]}
CLOSED: Mapping[str, Any] = {"origins": [SITE]}
COOKIES: Mapping[str, Any] = {**MINE, "supports_credentials": True}
PUT: Mapping[str, Any] = {"method": "PUT"}
DELETE: Mapping[str, Any] = {"method": "DELETE"}
OWN: Mapping[str, Any] = {"headers": {"X-Own": "1"}}
WITH_COOKIES: Mapping[str, Any] = {"credentials": "include"}
SEQUENCES = [
    Sequence(
        "a method of another endpoint",
        "the list of one policy named the methods of the other",
        {"PUT": MINE, "DELETE": CLOSED},
        PUT,
        DELETE,
    ),
    Sequence(
        "after a GET that a header of its own makes a browser ask for",
        "a page that may read asks, and writes without asking",
        {"GET": MINE, "DELETE": CLOSED},
        OWN,
        DELETE,
    ),
    Sequence(
        "a method without CORS",
        "no preflight of it is granted, and a list of another named it",
        {"PUT": MINE, "DELETE": None},
        PUT,
        DELETE,
    ),
    Sequence(
        "a header name of a safelisted method",
        "GET needs no entry of its own, so that the header's lets it through",
        {"PUT": MINE, "GET": {**MINE, "allow_headers": "X-Other"}},
        {**PUT, **OWN},
        OWN,
    ),
    Sequence(
        "credentials of another method",
        "an entry made with credentials serves every request",
        {"PUT": COOKIES, "DELETE": MINE},
        {**PUT, **WITH_COOKIES},
        {**DELETE, **WITH_COOKIES},
    ),
    Sequence(
        "the path without its last slash",
        "Werkzeug names no methods there where strict_slashes is off",
        {"PUT": MINE, "DELETE": CLOSED},
        PUT,
        DELETE,
        rule="/things/",
        strict_slashes=False,
        target="/things",
    ),
    Sequence(
        "a method named *",
        "to a browser that is every method",
        {"GET": {**MINE, "methods": "*"}, "DELETE": CLOSED},
        {"method": "*"},
        DELETE,
    ),
    Sequence(
        "a header named *",
        "to a browser that is every name",
        {"PUT": {**MINE, "allow_headers": r"(?!x-own$).+"}},
        {**PUT, "headers": {"*": "1"}},
        {**PUT, **OWN},
    ),
]


@pytest.mark.rule("6.preflight-cache")
@pytest.mark.parametrize("credentials", ["omit", "include"])
@pytest.mark.parametrize("traits", [STANDARD, CHROMIUM], ids=["standard", "Chromium"])
@pytest.mark.parametrize("attack", SEQUENCES, ids=str)
def test_what_one_preflight_grants_lets_nothing_else_through(
    attack: Sequence, traits: Traits, credentials: str
) -> None:
    ran: list[str] = []
    page = Browser(attack.make_app(ran), origin=EVIL, base_url=SITE, traits=traits)
    with contextlib.suppress(NetworkError):
        page.fetch(attack.target, **{"credentials": credentials, **attack.first})
    ran.clear()
    with pytest.raises(NetworkError):
        page.fetch(attack.target, **{"credentials": credentials, **attack.then})
    assert ran == [], attack.why


def areas(first: Mapping[str, Any], second: Mapping[str, Any], **options: Any) -> Flask:
    """Return an app with an area that grants credentials to *EVIL*, and one that does not."""
    app = Flask("attacked", static_folder=None, **options)
    app.config["SERVER_NAME"] = "site.example"
    for name, given, origins in (("open", first, EVIL), ("strict", second, SITE)):
        blueprint = Blueprint(name, name)
        CORS(blueprint, origins=origins, supports_credentials=True)
        blueprint.add_url_rule("/known", "known", lambda **_: "x")
        app.register_blueprint(blueprint, **given)
    return app


def grants_credentials(app: Flask, url: str) -> bool:
    """Return whether a request or a preflight of *EVIL* to an unknown path gets credentials."""
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}
    client = app.test_client()
    answers = [client.open(url, method=method, headers=asked) for method in ("GET", "OPTIONS")]
    return any(CREDENTIALS in answer.headers for answer in answers)


@pytest.mark.rule("4.404-unclear")
@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("/api", "/api", "/api/none"),
        ("/<int:tenant>/api", "/<name>/api", "/1/api/none"),
        ("/files/<path:rest>/api", "/files/a/<name>", "/files/a/api/none"),
    ],
    ids=["one prefix", "converters", "a converter that spans segments"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_404_between_two_areas_grants_no_credentials(
    first: str, second: str, path: str, turned: bool
) -> None:
    # With credentials a page reads what the other area says of its user.
    prefixes = (second, first) if turned else (first, second)
    app = areas(*({"url_prefix": prefix} for prefix in prefixes))
    assert not grants_credentials(app, f"http://site.example{path}")


@pytest.mark.rule("4.404-host")
@pytest.mark.parametrize(
    ("subdomain", "asked", "granted"),
    [
        ("strict", "strict", False),
        ("strict", "open", True),
        ("<name>", "other", False),
    ],
)
def test_a_404_on_another_subdomain_is_of_the_area_there(
    subdomain: str, asked: str, granted: bool
) -> None:
    # Both areas have one prefix, and the one that was registered first answered for both.
    first = {"url_prefix": "/api", "subdomain": "open"}
    second = {"url_prefix": "/api", "subdomain": subdomain}
    app = areas(first, second, subdomain_matching=True)
    assert grants_credentials(app, f"http://{asked}.site.example/api/none") is granted


@pytest.mark.rule("4.404-host")
@pytest.mark.parametrize(
    ("host", "asked", "granted"),
    [
        ("strict.example", "strict.example", False),
        ("strict.example", "open.example", True),
        ("strict.example", "else.example", False),
        ("<name>.example", "other.example", False),
        ("<name>.example", "open.example", False),
    ],
)
def test_a_404_on_another_host_is_of_the_area_there(host: str, asked: str, granted: bool) -> None:
    app = Flask("areas", static_folder=None, host_matching=True)
    for name, where, origin in (("one", "open.example", EVIL), ("two", host, SITE)):
        area = Blueprint(name, name, url_prefix="/api")
        area.add_url_rule("/known", "known", lambda **_: "x", host=where)
        CORS(area, origins=origin, supports_credentials=True)
        app.register_blueprint(area)
    assert grants_credentials(app, f"http://{asked}/api/none") is granted


@pytest.mark.rule("3.both-spellings")
@pytest.mark.parametrize("path", ["/admin", "/admin/"])
def test_an_exact_resource_closes_both_spellings_of_its_path(path: str) -> None:
    # The spelling that the resource does not name fell to the open pattern.
    app = Flask("attacked", static_folder=None)
    CORS(app, resources={"/admin": {"origins": SITE}, "/*": {"origins": "*"}})
    app.add_url_rule("/admin/", "admin", lambda: "x", methods=["PUT"], strict_slashes=False)
    assert preflight(app, path, EVIL) == DENIED
    assert preflight(app, path, SITE) == {
        "Access-Control-Allow-Origin": SITE,
        "Access-Control-Allow-Methods": ALL,
    }


@pytest.mark.rule("4.late-rule")
def test_a_late_path_of_a_known_endpoint_has_the_policy_of_its_own_path() -> None:
    # It had the policy that was compiled for the endpoint's other path.
    app = Flask("attacked", static_folder=None)
    CORS(app, resources={"/open": {"origins": "*"}, "/closed": {"origins": SITE}})
    app.add_url_rule("/open", "page", lambda: "x", methods=["GET", "PUT"])
    echo = {"Access-Control-Allow-Origin": EVIL, **DENIED}
    assert cors_of(app, "/open", EVIL) == echo
    for path in ("/closed", "/uncovered"):
        app.url_map.add(Rule(path, endpoint="page", methods=["GET", "PUT", "OPTIONS"]))
    assert cors_of(app, "/closed", EVIL) == DENIED
    assert preflight(app, "/closed", EVIL) == DENIED
    assert cors_of(app, "/uncovered", EVIL) == NOTHING
    assert cors_of(app, "/open", EVIL) == echo


@pytest.mark.rule("4.redirect")
@pytest.mark.parametrize("host", ["[", "[::1", "a]", "[]", "[x]:99999"])
@pytest.mark.parametrize("path", ["/things", "/none", "/things/"])
def test_a_host_that_is_none_makes_no_error_of_a_redirect(host: str, path: str) -> None:
    # Reading such a URL raises, and a preflight of anybody was a 500.
    bare, app = (Flask("attacked", static_folder=None) for _ in range(2))
    CORS(app, origins=SITE)
    for each in (bare, app):
        each.add_url_rule("/things/", "things", lambda: "x", methods=["GET", "PUT"])

    def status(asked: Flask, method: str) -> int:
        environ = create_environ(path, method=method)
        environ |= {"HTTP_HOST": host, "HTTP_ORIGIN": SITE}
        environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = "PUT"
        body, line, _ = run_wsgi_app(asked, environ, buffered=True)
        list(body)
        return int(line.split()[0])

    assert status(app, "OPTIONS") < 500
    # Werkzeug before 3.1 fails to write such a redirect by itself.
    assert status(app, "GET") == status(bare, "GET")


@pytest.mark.rule("6.memory")
@pytest.mark.parametrize("varied", ["origin", "method", "headers"])
def test_what_clients_send_does_not_fill_the_memory(varied: str) -> None:
    # Every request of an attacker is another one: what is remembered of them has a bound.
    app = Flask("attacked", static_folder=None)
    CORS(app, methods="*")
    app.add_url_rule("/", "root", lambda: "x", methods=["GET", "PUT"])
    for number in range(3000):
        sent = {"origin": SITE, "method": "PUT", "headers": "x-own"}
        sent[varied] += f"{number}"
        fields = {f"access_control_request_{name}": sent[name] for name in ("method", "headers")}
        preflight(app, "/", sent["origin"], **fields)
    assert len(state_of(app).compiled().cache) <= MAX_DECISIONS
    before = len(state_of(app).compiled().cache)
    preflight(app, "/", f"https://{'a' * 400}.example")
    assert len(state_of(app).compiled().cache) == before
