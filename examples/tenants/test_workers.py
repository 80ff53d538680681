"""Several workers under gunicorn, and a Redis that dies."""

from __future__ import annotations

import re
import signal

import pytest

from examples.conftest import Served, finish, http, python, read_until

from .__main__ import KEYS
from .conftest import WORKERS, Start, Store, until

SHOP = "https://shop.example"
LATER = "https://later.example"
STRANGER = "https://stranger.example"
DENIED = [[("Vary", "Origin")]] * WORKERS
EVERYWHERE = (200, {"workers": WORKERS, "following": WORKERS})


def allowed(origin: str) -> list[list[tuple[str, str]]]:
    return [[("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]] * WORKERS


def test_all_workers_follow_what_a_tenant_adds_and_removes(start: Start) -> None:
    api = start()
    assert api.ask_each(SHOP) == DENIED
    assert api.change("POST", SHOP) == EVERYWHERE
    assert api.ask_each(SHOP) == allowed(SHOP)
    assert api.ask_each(STRANGER) == DENIED
    assert api.change("DELETE", SHOP) == EVERYWHERE
    assert api.ask_each(SHOP) == DENIED


def test_the_preflight_of_an_added_domain_is_answered(start: Start) -> None:
    api = start()
    api.change("POST", SHOP)
    served = Served(api.port)
    assert served.preflight("/api/items", SHOP, "PUT").cors == [
        ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("Access-Control-Allow-Origin", SHOP),
        ("Access-Control-Max-Age", "60"),
        ("Vary", "Origin"),
    ]
    assert served.preflight("/api/items", STRANGER, "PUT").cors == [("Vary", "Origin")]
    assert served.preflight("/domains/", SHOP, "DELETE").cors == []


def test_a_dead_redis_denies_what_is_new_and_keeps_what_is_known(
    start: Start, store: Store
) -> None:
    api = start()
    for origin in (SHOP, LATER):
        assert api.change("POST", origin) == EVERYWHERE
    assert api.ask_each(SHOP) == allowed(SHOP)
    assert api.ask_each(STRANGER) == DENIED
    store.die()
    assert api.ask_each(SHOP) == allowed(SHOP)
    # On the list, but no worker has been asked: nobody can look it up now.
    assert api.ask_each(LATER) == DENIED
    assert api.ask_each(STRANGER) == DENIED
    assert api.change("POST", LATER) == (503, {"error": "the list cannot be changed now"})


def test_a_dead_redis_denies_all_once_what_is_known_has_expired(start: Start, store: Store) -> None:
    api = start(TENANTS_TTL="1")
    api.change("POST", SHOP)
    assert api.ask_each(SHOP) == allowed(SHOP)
    store.die()
    until(lambda: api.ask_each(SHOP) == DENIED)
    assert api.ask_each(STRANGER) == DENIED


def test_a_redis_that_comes_back_empty_allows_nobody(start: Start, store: Store) -> None:
    api = start()
    api.change("POST", SHOP)
    assert api.ask_each(SHOP) == allowed(SHOP)
    store.die()
    store.start()
    until(lambda: api.ask_each(SHOP) == DENIED)
    until(lambda: store.followers() == WORKERS)
    assert api.change("POST", SHOP) == EVERYWHERE
    assert api.ask_each(SHOP) == allowed(SHOP)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("store")
def test_the_script_starts_everything_and_ends_it(number: signal.Signals) -> None:
    process = python("-m", "examples.tenants", "--port", "0", TENANTS_TIMEOUT="30")
    port = int(read_until(process, re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)"))[0][1])
    headers = {
        "Authorization": f"Bearer {KEYS['kettles']}",
        "Content-Type": "application/json",
    }
    added = http(port, "POST", "/domains/", headers, f'{{"origin": "{SHOP}"}}')
    assert added.status in (200, 202)
    asked = http(port, "GET", "/api/items", {"Origin": SHOP})
    assert [asked.cors] * WORKERS == allowed(SHOP)
    process.send_signal(number)
    output = finish(process)
    assert process.returncode == 0, output
    assert "Traceback" not in output
