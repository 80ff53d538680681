"""Who may call: one Redis hash, from origin to tenant, and word to every worker of each change.

Never answers a request by itself; that is the allow-list's job, in each worker.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry

ORIGINS: Final = "tenants:origins"
CHANGES: Final = "tenants:changes"
_KEPT_SECONDS: Final = 60

# What a browser sends as Origin: https, a domain in lower case, a port unless it is 443.
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN: Final = re.compile(rf"https://(?:{_LABEL}\.)+(?!\d+(?:$|:)){_LABEL}(?::[1-9]\d{{0,4}})?")
_MOST_CHARACTERS: Final = 270

# Written and published at once: no worker hears of what is not there yet, and of two tenants
# that ask for one origin together, one gets it.
_CHANGE: Final = """
local command, origin, tenant, message = unpack(ARGV)
local owner = redis.call("HGET", KEYS[1], origin)
if owner and owner ~= tenant then return -1 end
if command == "HSET" then
    redis.call("HSET", KEYS[1], origin, tenant)
else
    redis.call("HDEL", KEYS[1], origin)
end
return redis.call("PUBLISH", KEYS[2], message)
"""


class NotAnOriginError(ValueError):
    """What a tenant wrote is not the origin of a page."""


class TakenError(ValueError):
    """The domain belongs to another tenant."""


@dataclass(frozen=True)
class Change:
    """How many workers were told of a change, and how many said in time that they follow."""

    told: int
    followed: int

    @property
    def everywhere(self) -> bool:
        return self.followed >= self.told


def connect(url: str, *, timeout: float, retries: int = 1) -> Redis:
    """Return a client that gives up soon: who waits for a dead Redis answers nobody.

    One retry replaces a pooled connection that a restarted Redis has closed; what took too
    long once is not tried again.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=timeout,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), retries, supported_errors=(ConnectionError,)),
    )


def origin_of(text: object) -> str:
    """Return the origin that *text* writes; raise ``NotAnOriginError`` with what to write."""
    if isinstance(text, str) and len(text) <= _MOST_CHARACTERS:
        origin = text.lower().removesuffix(":443")
        if _ORIGIN.fullmatch(origin) and int(f"0{origin[8:].partition(':')[2]}") <= 65535:
            return origin
    raise NotAnOriginError("write an origin such as https://shop.example, without a path")


def acknowledgements(change: str) -> str:
    """Return the key of the list on which workers say that they follow a change."""
    return f"tenants:acknowledged:{change}"


def acknowledge(redis: Redis, change: str) -> None:
    """Say that this worker follows a change."""
    with redis.pipeline() as pipeline:
        pipeline.rpush(acknowledgements(change), "1")
        pipeline.expire(acknowledgements(change), _KEPT_SECONDS)
        pipeline.execute()


class Domains:
    """The list that tenants change; *wait* is how long a change waits for the workers."""

    def __init__(self, url: str, wait: float) -> None:
        self._redis = connect(url, timeout=wait + 1)
        self._script = self._redis.register_script(_CHANGE)
        self._wait = wait

    def of(self, tenant: str) -> list[str]:
        """Return a tenant's origins."""
        found = self._redis.hgetall(ORIGINS)
        return sorted(str(origin) for origin, owner in found.items() if owner == tenant)

    def add(self, tenant: str, origin: str) -> Change:
        """Let an origin's pages call; raise ``TakenError`` where it is another tenant's."""
        return self._change("HSET", tenant, origin)

    def remove(self, tenant: str, origin: str) -> Change:
        """Stop letting an origin's pages call; raise ``TakenError`` likewise."""
        return self._change("HDEL", tenant, origin)

    def _change(self, command: str, tenant: str, origin: str) -> Change:
        change = secrets.token_hex(8)
        message = f"{change} {origin}"
        told: int = self._script([ORIGINS, CHANGES], [command, origin, tenant, message])
        if told < 0:
            raise TakenError(f"{origin} belongs to another tenant")
        return Change(told, self._followed(change, told))

    def _followed(self, change: str, told: int) -> int:
        """Return how many of the workers that were told say in time that they follow."""
        until = time.monotonic() + self._wait
        for followed in range(told):
            # Redis takes a timeout of zero for "for ever".
            left = max(until - time.monotonic(), 0.001)
            if self._redis.blpop([acknowledgements(change)], left) is None:
                return followed
        return told
