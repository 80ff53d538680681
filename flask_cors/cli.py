"""The entry point ``flask.commands`` of ``flask cors``; the commands are in ``tools``."""

from __future__ import annotations

from .tools.commands import cors

__all__ = ["cors"]
