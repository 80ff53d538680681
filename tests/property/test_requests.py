"""Any request to any app: no error, no header that was not meant, no cache that is misled."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, got_request_exception
from hypothesis import given, reject
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import create_environ, run_wsgi_app

from flask_cors import ConfigError
from flask_cors.runtime.hooks import state_of
from tests.property import apps
from tests.property.apps import AGES, EXPOSED, METHODS, Ask, Options, PlannedError, World
from tests.property.profile import search

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VISIBLE = re.compile(r"[!-~]+(?: [!-~]+)*|")
LISTS = {
    "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
    *(", ".join(sorted(each.split(", "))) for each in METHODS),
}
OWN_ORIGIN = "https://own.example"
# What the views and hooks of drawn apps write by hand.
OWN = {("Access-Control-Allow-Methods", "BREW"), ("Access-Control-Max-Age", "1")}
CREDENTIALS = "Access-Control-Allow-Credentials"
SWEPT = [(ask, origin) for ask in apps.SWEEP for origin in (apps.A, apps.EVIL)]


# Drawn apps set what cannot be granted together; what is dropped is warned about.
pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    logger = logging.getLogger("flask_cors")
    logger.disabled = True
    yield
    logger.disabled = False


def served(world: World) -> Flask:
    """Build the app; draw another where it cannot be meant."""
    try:
        # Not the one that is asked: an app of marks alone is found at its first request.
        state_of(apps.make(world)).reload()
    except ConfigError:
        reject()
    app = apps.make(world)
    app.logger.disabled = True
    return app


def send(app: Flask, ask: Ask, origin: str | None) -> tuple[int, Headers]:
    """Send a request as a server does that checks nothing; fail for what no view raised."""
    environ = create_environ(method="GET") | {"REQUEST_METHOD": ask.method}
    environ["PATH_INFO"] = ask.path
    environ |= {f"HTTP_{name}": value for name, value in ask.fields.items()}
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    raised: list[BaseException] = []

    def note(sender: object, exception: BaseException, **_: object) -> None:
        raised.append(exception)

    with got_request_exception.connected_to(note, app):
        body, status, headers = run_wsgi_app(app, environ, buffered=True)
        b"".join(body)
    assert [error for error in raised if not isinstance(error, PlannedError)] == []
    return int(status.split()[0]), headers


def cors(headers: Headers) -> dict[str, list[str]]:
    """Return every CORS header, by its lower-case name, with all of its lines."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower().startswith("access-control-"):
            found.setdefault(name.lower().removeprefix("access-control-"), []).append(value)
    return found


def vary(headers: Headers) -> set[str]:
    lines = headers.getlist("Vary")
    return {name.strip().lower() for line in lines for name in line.split(",") if name.strip()}


def asks_for(world: World, name: str) -> list[Any]:
    return [said[name] for said in apps.said_by(world) if name in said]


# -- every request ---------------------------------------------------------------------


@search(100)
@given(apps.worlds, st.lists(apps.asked_from, max_size=8))
def test_no_request_makes_an_exception_or_a_header_that_was_not_meant(
    world: World, asked: list[tuple[Ask, str | None]]
) -> None:
    app = served(world)
    for ask, origin in [*asked, *SWEPT]:
        status, headers = send(app, ask, origin)
        assert status in {200, 302, 308, 401, 404, 405, 500}
        found = cors(headers)
        for name, values in found.items():
            assert all(VISIBLE.fullmatch(value) for value in values), (name, values)
            if name != "expose-headers":  # a list that may be split over lines
                assert len({*values}) == 1 or OWN_ORIGIN in found.get("allow-origin", []), found
        if OWN_ORIGIN not in found.get("allow-origin", []):
            judge(world, ask, origin, {name: values[-1] for name, values in found.items()}, found)


def judge(
    world: World,
    ask: Ask,
    origin: str | None,
    found: dict[str, str],
    lines: dict[str, list[str]],
) -> None:
    """Hold each CORS header against what was configured, and what the request asked for."""
    preflight = ask.method == "OPTIONS" and bool(origin)
    wanted = ask.fields.get("ACCESS_CONTROL_REQUEST_METHOD", "")
    names = ask.fields.get("ACCESS_CONTROL_REQUEST_HEADERS", "").split(",")
    assert found.get("allow-origin") in {None, "*", origin or apps.A, apps.A, apps.B}
    if origin and found.get("allow-origin") not in (None, "*"):
        assert found["allow-origin"] == origin
    # BREW and 1 are written by the app: BREW is united with what the library names, and 1 only
    # stands where the library writes none. Where the methods of a URL have different policies,
    # a part of a list is named (DESIGN.md section 6).
    listed = found.get("allow-methods", "BREW").split(", ")
    assert listed == sorted(set(listed))
    methods = set(listed) - {"BREW"}
    known = {method for methods in LISTS for method in methods.split(", ")}
    assert methods <= known | ({wanted} if "*" in asks_for(world, "methods") else set())
    assert not methods or (preflight and TOKEN.fullmatch(wanted))
    assert found.get("max-age", "1") in {"1", *map(str, AGES)}
    granted = [name.strip() for name in found.get("allow-headers", "").split(",") if name.strip()]
    assert all(TOKEN.fullmatch(name) for name in granted)
    assert granted == sorted(granted)
    assert set(granted) <= {name.strip(" \t") for name in names}
    assert set(lines.get("expose-headers", [])) <= {"X-Own", *EXPOSED}
    assert found.get("allow-credentials", "true") == "true"
    if "allow-private-network" in found:
        asked = ask.fields.get("ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK")
        assert (found["allow-private-network"], asked) == ("true", "true")
        assert preflight
        assert True in asks_for(world, "allow_private_network")


# -- credentials -----------------------------------------------------------------------


def is_granting(line: tuple[str, str]) -> bool:
    return line[0] in (CREDENTIALS, "access-control-allow-origin")


def without_own_grants(world: World) -> World:
    """Take out what the app itself writes about credentials."""
    for part in (world.app, world.outer, world.inner):
        part.hook = [line for line in part.hook if not is_granting(line)]
        for view in part.views:
            view.writes = [line for line in view.writes if not is_granting(line)]
    return world


def granted_origins(world: World) -> set[str]:
    """Return every origin of a list that credentials may have been granted to.

    They are granted by the place that lists the origins, by a nearer one that lists none,
    or by the config: a list of a place that says nothing of credentials is not granted
    them by a place further out.
    """
    said = apps.said_by(world)
    everywhere = world.config.get("supports_credentials") is True or any(
        each.get("supports_credentials") is True and "origins" not in each for each in said[1:]
    )
    lists: list[Options] = [
        each for each in said if everywhere or each.get("supports_credentials") is True
    ]
    return {origin for each in lists for origin in apps.MEANS.get(each.get("origins", ""), ())}


@search(150)
@given(
    apps.worlds.map(without_own_grants),
    st.lists(apps.asked_from, max_size=8),
)
def test_credentials_are_never_granted_to_any_origin(
    world: World, asked: list[tuple[Ask, str | None]]
) -> None:
    app = served(world)
    granted = {origin.lower() for origin in granted_origins(world)}
    for ask, origin in [*asked, *SWEPT]:
        _, headers = send(app, ask, origin)
        if CREDENTIALS in headers:
            allowed = headers["Access-Control-Allow-Origin"]
            assert allowed not in ("*", "null")
            assert allowed.lower() in granted
            assert origin is None or origin == "" or allowed == origin


# -- caches ----------------------------------------------------------------------------


def keeping_vary(world: World) -> World:
    """Take out ``vary_header``, so that caches are told."""
    world.config.pop("vary_header", None)
    for part in (world.app, world.outer, world.inner):
        for options, resources in part.said:
            for each in (options, *(resources or {}).values()):
                each.pop("vary_header", None)
        for view in part.views:
            (view.mark or {}).pop("vary_header", None)
    return world


@search(100)
@given(apps.worlds.map(keeping_vary), st.lists(apps.asks, max_size=4))
def test_where_another_origin_gets_other_headers_vary_says_so(
    world: World, asked: list[Ask]
) -> None:
    app = served(world)
    for ask in [*asked, *apps.SWEEP]:
        # Without an Origin it is no preflight, and what that gets is another matter.
        nobody = [] if ask.method == "OPTIONS" else [None]
        answers = [send(app, ask, origin)[1] for origin in (*apps.SENT, *nobody)]
        told = [cors(headers).get("allow-origin", [""])[0] for headers in answers]
        for allowed, headers in zip(told, answers, strict=True):
            if {*told} != {allowed} and not for_everybody(allowed, told, nobody):
                assert {"origin", "*"} & vary(headers), (allowed, told)


def for_everybody(allowed: str, told: list[str], nobody: list[None]) -> bool:
    """Return whether a cache may hand this answer to all: ``*``, or the one literal origin.

    That one is sent without ``Origin`` too, and there is no other but in upper case.
    """
    others = {each.lower() for each in told}
    always = allowed == told[-1] if nobody else allowed == allowed.lower()
    return allowed == "*" or (always and allowed != "" and others == {allowed, ""})


@search(100)
@given(apps.worlds, st.lists(apps.asked_from, max_size=8))
def test_every_vary_name_of_the_app_survives(
    world: World, asked: list[tuple[Ask, str | None]]
) -> None:
    """The same app without the library says what the app itself wrote."""
    app, bare = served(world), without_cors(world)
    for ask, origin in [*asked, *SWEPT]:
        if ask.method == "OPTIONS":
            continue  # a preflight is not the app's to answer
        (status, got), (plain, own) = send(app, ask, origin), send(bare, ask, origin)
        assert status == plain
        assert vary(got) - vary(own) <= {"origin"}
        assert vary(got) >= vary(own)
        assert len(got.getlist("Vary")) <= max(1, len(own.getlist("Vary")))
        if vary(got) != vary(own) or len(got.getlist("Vary")) < len(own.getlist("Vary")):
            assert len(got.getlist("Vary")) == 1
        assert others(got) == others(own)


def without_cors(world: World) -> Flask:
    bare = copy.deepcopy(world)
    bare.config = {}
    for part in (bare.app, bare.outer, bare.inner):
        part.said = []
        for view in part.views:
            view.mark = None
    return served(bare)


def others(headers: Headers) -> list[tuple[str, str]]:
    """Return the lines that are none of the library's; a session is signed with the time."""
    found = [
        (name, "" if name == "Set-Cookie" else value)
        for name, value in headers
        if name != "Vary" and not name.lower().startswith("access-control-")
    ]
    return sorted(found)
