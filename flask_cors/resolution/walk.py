"""The walk: the levels that a request meets, nearest first, and what they amount to.

endpoint -> blueprint -> app -> config -> defaults; each option is resolved by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..options.schema import DEFAULTS, OPTIONS, Setting
from .layers import Levels, Scope, match_all
from .registry import Level


def resolve(levels: Sequence[Level], base: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the effective setting of every option: the nearest level that sets it wins.

    *levels* are nearest first; *base* holds the app's config over the defaults.
    """
    settings: dict[str, Setting] = {}
    for level in reversed(levels):
        settings.update(level.settings)
    # What of the config nothing here needs is not read.
    settings = {name: settings.get(name) or base[name] for name in OPTIONS}
    settings["supports_credentials"] = _credentials(levels, base)
    if not any(level.mark for level in levels):
        # The config key is the fallback of marks, and of nothing else.
        settings["automatic_options"] = DEFAULTS["automatic_options"]
    return settings


def _credentials(levels: Sequence[Level], base: Mapping[str, Setting]) -> Setting:
    """Credentials are granted to a list of origins: True never passes a nearer list."""
    listed = False
    for level in levels:
        setting = level.settings.get("supports_credentials")
        if setting and not (setting.value and listed):
            return setting
        listed = listed or "origins" in level.settings
    return base["supports_credentials"]


def walk_marks(levels: Iterable[Level]) -> Levels | None:
    """Return the marks up to a ``cors_exempt``; ``None`` where that is the nearest."""
    found: list[Level] = []
    for level in levels:
        if level.exempt:
            return tuple(found) or None
        found.append(level)
    return tuple(found)


class Route:
    """What is known of one endpoint: its marks, and the levels around it.

    ``outer`` is what every path of the endpoint meets around it, ``None`` where that
    depends on the path; ``by_path`` then holds the paths known when compiling.
    """

    __slots__ = ("by_method", "by_path", "marks", "outer", "scopes")

    def __init__(
        self,
        marks: Levels | None,
        by_method: Mapping[str | None, Levels | None],
        scopes: Sequence[Scope],
    ) -> None:
        self.marks = marks
        self.by_method = by_method
        self.scopes = scopes
        self.outer: Levels | None = None
        self.by_path: dict[str, Levels] = {}

    def marks_of(self, method: str | None) -> Levels | None:
        """Return the marks on the way from the handler of *method*; ``None`` if exempt."""
        return self.by_method.get(method, self.marks)

    def levels(self, method: str | None, path: str) -> Levels | None:
        """Return the levels of the walk, nearest first; ``None`` where CORS is off."""
        marks = self.marks_of(method)
        if marks is None:
            return None
        outer = self.outer
        if outer is None:
            outer = self.by_path.get(path)
            if outer is None:
                outer = match_all(self.scopes, path)
        return marks + outer
