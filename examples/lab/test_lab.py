"""The lab as a program: what it prints and serves, how it ends, and what it refuses."""

from __future__ import annotations

import json
import re
import signal
import socket
from pathlib import Path

import pytest

import flask_cors
from examples.conftest import finish, http, python, read_until
from examples.lab.addresses import Addresses
from examples.lab.api import COOKIE, create_api
from examples.lab.conftest import ANY_PORTS, Lab
from examples.lab.control import MOST_CHARACTERS
from examples.lab.page import STRANGER, create_page, matrix

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("lab")


def test_the_page_is_served_under_both_names(lab: Lab) -> None:
    for host, here in (("localhost", "the same site"), ("127.0.0.1", "another site")):
        answer = lab.page(f"{host}:{lab.addresses.page_port}")
        assert answer.status == 200
        assert here in answer.body
        assert (
            f"connect-src {lab.addresses.api};" in dict(answer.headers)["Content-Security-Policy"]
        )
        assert answer.cors == []


def test_another_name_leads_to_localhost(lab: Lab) -> None:
    answer = lab.page("lab.test")
    assert answer.status == 302
    assert dict(answer.headers)["Location"] == lab.addresses.same_site


def test_only_loopback_is_listened_on(lab: Lab) -> None:
    for port in (lab.addresses.api_port, lab.addresses.page_port):
        # The rest of 127.0.0.0/8 is this machine as well, but not the address of the lab.
        with pytest.raises(OSError, match=r"refused|timed out|assign|unreachable"):
            socket.create_connection(("127.0.0.2", port), timeout=2)


def test_both_pages_and_nobody_else_may_ask_for_explanations(lab: Lab) -> None:
    for origin in lab.addresses.pages:
        answer = lab.control("explain", origin, path="/one-origin", origin=origin)
        assert answer.cors == [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
        told = json.loads(answer.body)
        assert (told["endpoint"], told["origin"]) == ("one_origin", origin)
        assert told["url"] == f"{lab.addresses.api}/one-origin"
    stranger = lab.control("explain", "https://stranger.example", path="/one-origin")
    assert stranger.cors == [("Vary", "Origin")]


def test_an_explanation_says_what_to_change_and_why_there_is_a_preflight(lab: Lab) -> None:
    page = lab.addresses.cross_site
    header = "Content-Type: application/json"
    answer = lab.control("explain", page, path="/one-origin", origin=page, header=header)
    told = json.loads(answer.body)
    assert told["verdict"] == "blocked"
    assert re.fullmatch(
        rf"In cross_origin on .*one_origin at .*api\.py:\d+, add '{page}' to origins\.",
        told["advice"],
    )
    expected = "the request header content-type: application/json is not safelisted"
    assert told["preflight"] == [expected]


def test_what_cannot_be_asked_is_a_400(lab: Lab) -> None:
    answer = lab.control("explain", lab.addresses.same_site, path="/note", method="GET /")
    assert answer.status == 400
    assert "the method comes first" in answer.body


@pytest.mark.parametrize(
    ("method", "origin", "header"),
    [
        ("G T", "https://a.example", ""),
        ("GET", "a b", ""),
        ("GET", "", "X-\x00: 1"),
        ("é", "é", "é"),
    ],
)
def test_what_no_browser_sends_is_explained(
    lab: Lab, method: str, origin: str, header: str
) -> None:
    query = {"path": "/note", "method": method, "origin": origin, "header": header}
    answer = lab.control("explain", lab.addresses.same_site, **query)
    assert answer.status == 200
    assert "No browser sends" in json.loads(answer.body)["message"]


def test_the_lab_alone_may_frame_the_page_that_sends(lab: Lab) -> None:
    pages = " ".join(lab.addresses.pages)
    for path, framing in (("/sender", pages), ("/", "'none'")):
        answer = http(lab.addresses.page_port, "GET", path, {"Host": "localhost:1"})
        policy = dict(answer.headers)["Content-Security-Policy"]
        assert policy.endswith(f"; frame-ancestors {framing}")
        assert f"; frame-src {pages};" in policy


def test_the_style_and_the_explanations_are_those_of_the_report(lab: Lab) -> None:
    templates = Path(flask_cors.__file__).parent / "tools" / "templates"
    for name in ("page.css", "explanation.js"):
        answer = http(lab.addresses.page_port, "GET", f"/shared/{name}")
        assert answer.body == (templates / name).read_text("utf-8")
    assert http(lab.addresses.page_port, "GET", "/shared/report.html").status == 404


@pytest.mark.parametrize("path", ["", "note", "//other.example/", "http://other.example/"])
def test_what_is_no_path_cannot_be_explained(lab: Lab, path: str) -> None:
    answer = lab.control("explain", lab.addresses.same_site, path=path)
    assert answer.status == 400
    assert "path must be a path of the API" in answer.body


def test_the_log_keeps_preflights_and_says_whether_the_cookie_came(lab: Lab) -> None:
    headers = {
        "Origin": lab.addresses.same_site,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-" + "a" * MOST_CHARACTERS,
    }
    http(lab.addresses.api_port, "OPTIONS", "/note?run=r1", headers)
    cookie = {"Cookie": f"other=1; {COOKIE}=1"}
    http(lab.addresses.api_port, "GET", "/account?run=r1", cookie)
    http(lab.addresses.api_port, "GET", "/account?run=r2")
    preflight, actual = json.loads(lab.control("requests", lab.addresses.same_site, run="r1").body)
    asked = dict(preflight["asked"])
    assert (preflight["kind"], preflight["method"], preflight["status"]) == (
        "preflight",
        "OPTIONS",
        200,
    )
    assert asked["Access-Control-Request-Method"] == "PUT"
    assert len(asked["Access-Control-Request-Headers"]) == MOST_CHARACTERS
    assert ["Access-Control-Allow-Origin", lab.addresses.same_site] in preflight["answered"]
    assert not [name for name, _ in actual["asked"] if name in ("Cookie", "Host")]
    assert (actual["kind"], actual["method"], actual["path"]) == ("actual", "GET", "/account")
    assert (preflight["cookie"], actual["cookie"]) == (False, True)


# Who may read what: the page on localhost, on 127.0.0.1, the stranger, and null.
READABLE = {
    "open": "++++",
    "one-origin": "+---",
    "wildcard-origin": "+---",
    "sign-in": "++--",
    "account": "++--",
    "credentials-refused": "----",
    "header-allowed": "++--",
    "header-refused": "----",
    "method-get": "++++",
    "method-put": "+---",
    "method-delete": "----",
    "nested-blueprint": "++--",
    "exempt": "----",
    "hook-preflight": "++--",
    "hook-refusal": "++--",
    "not-found": "++++",
    "broken": "++++",
    "redirect": "++++",
}


def test_the_overview_shows_what_the_policies_are_meant_to_say() -> None:
    addresses = Addresses(8701, 8700)
    api = create_api(addresses)
    rows = matrix(api, addresses.api, (*addresses.pages, STRANGER, "null"))
    signs = {"readable": "+", "blocked": "-"}
    assert {
        row.scenario.id: "".join(signs[verdict] for verdict in row.verdicts) for row in rows
    } == READABLE
    page = create_page(addresses, api).test_client().get("/", base_url=addresses.same_site).text
    cells = re.findall(r'<span class="word">([a-z-]+)<', page)
    assert cells == [verdict for row in rows for verdict in row.verdicts]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_cleanly(number: signal.Signals) -> None:
    process = python("-m", "examples.lab", *ANY_PORTS)
    read_until(process, re.compile("Ctrl-C"))
    process.send_signal(number)
    output = finish(process)
    assert (process.returncode, output) == (0, "")


@pytest.mark.parametrize("option", ["--api-port", "--page-port"])
def test_a_busy_port_is_named_with_the_option_to_choose_another(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        process = python("-m", "examples.lab", *ANY_PORTS, option, port)
        output = finish(process)
    assert process.returncode == 1
    assert f"cannot listen on port {port} of 127.0.0.1: it is in use." in output
    assert f"python -m examples.lab {option} 0 " in output
    assert "Traceback" not in output


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_what_is_no_port_is_a_usage_error(port: str) -> None:
    process = python("-m", "examples.lab", "--api-port", port)
    output = finish(process)
    assert process.returncode == 2
    assert "argument --api-port: invalid port value" in output
