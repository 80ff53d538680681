"""One worker's allow-list against a real Redis, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from redis import Redis

from examples.conftest import SECONDS

from .allow_list import PAUSE, AllowList
from .conftest import Store, until
from .domains import ORIGINS, Change, Domains

SHOP = "https://shop.example"
TTL = 60


@dataclass
class Clock:
    """Time that passes when the test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def allow_list(store: Store, clock: Clock) -> Iterator[AllowList]:
    """An allow-list that follows, and knows two origins at most of each kind."""
    found = AllowList(store.url, ttl=TTL, size=2, timeout=SECONDS, timer=clock)
    found.follow()
    assert found.following.wait(SECONDS)
    yield found
    found.end()
    store.die()


@pytest.fixture
def domains(store: Store) -> Domains:
    return Domains(store.url, wait=SECONDS)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The origins that Redis was asked for."""
    found: list[str] = []
    hexists = Redis.hexists

    def recorded(client: Redis, name: str, key: str) -> object:
        found.append(key)
        return hexists(client, name, key)

    monkeypatch.setattr(Redis, "hexists", recorded)
    return found


def test_redis_is_asked_once_until_the_time_is_over(
    allow_list: AllowList, domains: Domains, clock: Clock, asked: list[str]
) -> None:
    domains.add("kettles", SHOP)
    assert [allow_list(SHOP) for _ in range(3)] == [True] * 3
    assert [allow_list("https://stranger.example") for _ in range(3)] == [False] * 3
    assert asked == [SHOP, "https://stranger.example"]
    clock.now += TTL
    assert allow_list(SHOP)
    assert len(asked) == 3


def test_strangers_push_out_nobody_but_strangers(
    allow_list: AllowList, domains: Domains, asked: list[str]
) -> None:
    domains.add("kettles", SHOP)
    assert allow_list(SHOP)
    for number in range(10):
        assert not allow_list(f"https://stranger-{number}.example")
    asked.clear()
    assert allow_list(SHOP)
    assert asked == []


def test_an_answer_that_a_change_overtook_is_not_kept(
    allow_list: AllowList, domains: Domains, monkeypatch: pytest.MonkeyPatch
) -> None:
    domains.add("kettles", SHOP)
    hexists = Redis.hexists

    def overtaken(client: Redis, name: str, key: str) -> object:
        monkeypatch.undo()
        answer = hexists(client, name, key)
        assert domains.remove("kettles", SHOP) == Change(1, 1)
        return answer

    monkeypatch.setattr(Redis, "hexists", overtaken)
    assert allow_list(SHOP)
    assert not allow_list(SHOP)


def test_nothing_is_kept_before_it_follows(store: Store, domains: Domains) -> None:
    alone = AllowList(store.url, ttl=TTL, size=2, timeout=SECONDS)
    domains.add("kettles", SHOP)
    assert alone(SHOP)
    domains.remove("kettles", SHOP)
    assert not alone(SHOP)


def test_a_dead_redis_serves_what_is_known_until_it_expires(
    allow_list: AllowList, domains: Domains, store: Store, clock: Clock
) -> None:
    domains.add("kettles", SHOP)
    domains.add("kettles", "https://later.example")
    assert allow_list(SHOP)
    store.die()
    clock.now += TTL - 1
    assert allow_list(SHOP)
    assert not allow_list("https://later.example")
    clock.now += 1
    assert not allow_list(SHOP)


def test_a_dead_redis_is_asked_once_in_a_while(
    allow_list: AllowList, store: Store, clock: Clock, asked: list[str]
) -> None:
    store.die()
    assert [allow_list(SHOP) for _ in range(3)] == [False] * 3
    assert asked == [SHOP]
    clock.now += PAUSE
    assert not allow_list(SHOP)
    assert asked == [SHOP, SHOP]


def test_a_redis_that_hangs_denies(
    domains: Domains, store: Store, clock: Clock, asked: list[str]
) -> None:
    hasty = AllowList(store.url, ttl=TTL, size=2, timeout=0.05, timer=clock)
    domains.add("kettles", SHOP)
    store.hang()
    assert [hasty(SHOP) for _ in range(3)] == [False] * 3
    assert asked == [SHOP]


def test_what_is_known_is_forgotten_when_redis_is_back(
    allow_list: AllowList, domains: Domains, store: Store, clock: Clock
) -> None:
    domains.add("kettles", SHOP)
    assert allow_list(SHOP)
    store.die()
    store.start()
    until(lambda: not allow_list(SHOP))
    clock.now += PAUSE
    until(lambda: allow_list.following.is_set() and store.followers() == 1)
    assert domains.add("kettles", SHOP) == Change(1, 1)
    assert allow_list(SHOP)


def test_a_key_of_another_kind_denies(allow_list: AllowList, store: Store) -> None:
    with Redis.from_url(store.url) as client:
        client.set(ORIGINS, SHOP)
    assert not allow_list(SHOP)
