"""What tenants may write, and whose domain is whose."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from redis import Redis

from .app import create_app
from .conftest import KEYS, Store
from .domains import (
    CHANGES,
    Change,
    Domains,
    NotAnOriginError,
    acknowledge,
    acknowledgements,
    connect,
    origin_of,
)

KETTLES, TEAPOTS = ({"Authorization": f"Bearer {key}"} for key in KEYS.values())
SHOP = "https://shop.example"


@pytest.fixture
def client(store: Store, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setenv("TENANTS_REDIS_URL", store.url)
    app = create_app()
    app.config["KEYS"] = KEYS
    return app.test_client()


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (SHOP, SHOP),
        ("HTTPS://Shop.Example:443", SHOP),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("https://xn--caf-dma.example", "https://xn--caf-dma.example"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(text: str, origin: str) -> None:
    assert origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "*",
        "null",
        "shop.example",
        "http://shop.example",
        "https://shop.example/",
        "https://user@shop.example",
        "https://*.shop.example",
        "https://shop.example:0",
        "https://shop.example:65536",
        "https://localhost",
        "https://127.0.0.1",
        "https://127.0.0.1:8443",
        "https://[::1]",
        "https://café.example",
        "https://shop.example\n",
        "https://-shop.example",
        "https://shop..example",
        "https://" + "a." * 200 + "example",
    ],
)
def test_what_is_no_origin_of_a_tenant_is_refused(text: object) -> None:
    with pytest.raises(NotAnOriginError, match=r"write an origin such as https://shop\.example"):
        origin_of(text)


def test_a_domain_has_one_tenant(client: FlaskClient) -> None:
    assert client.post("/domains/", json={"origin": SHOP}, headers=KETTLES).status_code == 200
    for method in ("POST", "DELETE"):
        answer = client.open("/domains/", method=method, json={"origin": SHOP}, headers=TEAPOTS)
        assert answer.status_code == 409
        assert answer.get_json() == {"error": f"{SHOP} belongs to another tenant"}
    assert client.get("/domains/", headers=TEAPOTS).get_json() == []
    assert client.get("/domains/", headers=KETTLES).get_json() == [SHOP]
    client.delete("/domains/", json={"origin": SHOP}, headers=KETTLES)
    assert client.post("/domains/", json={"origin": SHOP}, headers=TEAPOTS).status_code == 200


@pytest.mark.parametrize("body", [{}, [], {"origin": "*"}])
def test_a_body_without_an_origin_is_refused(client: FlaskClient, body: object) -> None:
    answer = client.post("/domains/", json=body, headers=KETTLES)
    assert answer.status_code == 400
    assert answer.get_json() == {
        "error": "write an origin such as https://shop.example, without a path"
    }


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer other", "Basic k-1", "Bearer é"])
def test_only_tenants_change_the_list(client: FlaskClient, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    assert client.get("/domains/", headers=headers).status_code == 401
    assert client.post("/domains/", json={"origin": SHOP}, headers=headers).status_code == 401


def test_a_worker_that_does_not_answer_is_told_of(
    store: Store, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Redis.from_url(store.url) as redis, redis.pubsub() as silent:
        silent.subscribe(CHANGES)
        silent.get_message(timeout=30)
        assert Domains(store.url, wait=0.01).add("kettles", SHOP) == Change(1, 0)
        monkeypatch.setitem(client.application.extensions, "domains", Domains(store.url, 0.01))
        answer = client.delete("/domains/", json={"origin": SHOP}, headers=KETTLES)
    assert (answer.status_code, answer.get_json()) == (202, {"workers": 1, "following": 0})


def test_what_was_acknowledged_does_not_stay(store: Store) -> None:
    with connect(store.url, timeout=5) as redis:
        acknowledge(redis, "c")
        assert 0 < int(redis.ttl(acknowledgements("c"))) <= 60
