"""A cache that hands out the very objects it was given, as a cache in memory may."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_caching.backends.base import BaseCache


class ByReference(BaseCache):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, Any] = {}

    @classmethod
    def factory(cls, app: Flask, config: object, args: object, kwargs: object) -> ByReference:
        return cls()

    def get(self, key: str) -> Any:
        return self._kept.get(key)

    def set(self, key: str, value: Any, timeout: float | None = None) -> bool:
        self._kept[key] = value
        return True

    def has(self, key: str) -> bool:
        return key in self._kept
