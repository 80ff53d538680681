"""The callable origin of one worker: asks Redis once per origin, and remembers for a while.

An answer is kept until its time is over, until Redis publishes a change of that origin, or
until the subscription is new; only while subscribed is anything kept. Whatever cannot be
looked up is denied, and nothing is ever allowed that Redis did not name.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, MutableMapping
from typing import Final

from cachetools import TTLCache
from redis.client import PubSub
from redis.exceptions import ConnectionError, RedisError

from .domains import CHANGES, ORIGINS, acknowledge, connect

LOG: Final = logging.getLogger(__name__)
# A dead Redis is asked again, and a lost subscription renewed, after this many seconds.
PAUSE: Final = 0.5
# A subscription over which nothing comes is tried with a ping, and given up without an answer.
SILENCE: Final = 5.0

Answers = MutableMapping[str, bool]


class AllowList:
    """What this worker knows of the list; ``CORS(app, origins=AllowList(...))``.

    Allowed and denied origins are kept apart: a stranger may invent any number of origins,
    but they only push each other out.
    """

    def __init__(
        self,
        url: str,
        *,
        ttl: float,
        size: int,
        timeout: float = 0.25,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = connect(url, timeout=timeout)
        self._subscriber = connect(url, timeout=timeout, retries=0)
        self._allowed: Answers = TTLCache(size, ttl, timer)
        self._denied: Answers = TTLCache(size, ttl, timer)
        self._dead: Answers = TTLCache(1, PAUSE, timer)
        self._lock = threading.Lock()
        self._changes = 0
        self.following = threading.Event()
        self._ended = threading.Event()

    def __call__(self, origin: str) -> bool:
        """Tell whether the pages of an origin may read the API."""
        with self._lock:
            known = self._allowed.get(origin, self._denied.get(origin))
            seen, dead = self._changes, "redis" in self._dead
        if known is not None:
            return known
        return not dead and self._ask(origin, seen)

    def _ask(self, origin: str, seen: int) -> bool:
        """Return what Redis says; deny where it says nothing."""
        try:
            allowed = bool(self._redis.hexists(ORIGINS, origin))
        except RedisError as error:
            LOG.warning("the allow-list is out of reach, so new origins are denied: %s", error)
            with self._lock:
                self._dead["redis"] = True
            return False
        with self._lock:
            # What changed after the question may have changed this answer.
            if self.following.is_set() and seen == self._changes:
                (self._allowed if allowed else self._denied)[origin] = allowed
        return allowed

    # -- following the changes -------------------------------------------------------

    def follow(self) -> None:
        """Start to follow the changes; once for each process, after it was forked."""
        threading.Thread(target=self._follow, name="allow-list", daemon=True).start()

    def end(self) -> None:
        """Follow no longer; the thread ends with the next word from Redis, or none."""
        self._ended.set()

    def _follow(self) -> None:
        while not self._ended.is_set():
            try:
                with self._subscriber.pubsub() as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(CHANGES)
                    self._listen(channel)
            except RedisError as error:
                LOG.warning("changes of the allow-list are not followed: %s", error)
            finally:
                self.following.clear()
            self._ended.wait(PAUSE)

    def _listen(self, channel: PubSub) -> None:
        """Follow a subscription until it breaks, by ``RedisError``, or nobody wants it."""
        pinged = False
        while not self._ended.is_set():
            message = channel.get_message(timeout=SILENCE)
            if message is not None:
                self._hear(message)
            elif pinged:
                raise ConnectionError("the subscription is silent")
            else:
                channel.ping()
            pinged = message is None

    def _hear(self, message: dict[str, str]) -> None:
        if message["type"] == "subscribe":
            # What changed before this moment was not heard.
            self._forget(None)
            self.following.set()
        elif message["type"] == "message":
            change, _, origin = message["data"].partition(" ")
            self._forget(origin)
            acknowledge(self._redis, change)

    def _forget(self, origin: str | None) -> None:
        """Forget what is known of one origin, or of all."""
        with self._lock:
            self._changes += 1
            for answers in (self._allowed, self._denied):
                answers.clear() if origin is None else answers.pop(origin, None)
