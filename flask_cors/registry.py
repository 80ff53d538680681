"""Who said what: the marks on views, and the rules of an app and its blueprints.

Stores what was said and hands it out again; what it amounts to is the resolver's.
Views and view classes are looked at as plain Python objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final
from weakref import WeakKeyDictionary

from .errors import ConfigError, Problem, Source
from .options import Resource, Setting

MARK: Final = "__flask_cors__"


@dataclass(frozen=True, eq=False)
class Mark:
    """What ``cross_origin`` or, with ``exempt``, ``cors_exempt`` says of one object."""

    settings: Mapping[str, Setting]
    source: Source
    exempt: bool = False

    def same_as(self, other: Mark) -> bool:
        """Return whether both say the same; bare marks are made anew at every use."""
        bare = not self.settings and not other.settings
        return self is other or (bare and self.exempt == other.exempt)


@dataclass(frozen=True, eq=False)
class Level:
    """What one level of the walk says: a mark, a blueprint's rule, or the app's.

    ``kind`` is ``method``, ``view``, ``class``, ``blueprint`` or ``app``.
    """

    kind: str
    place: str
    settings: Mapping[str, Setting]
    mark: Mark | None = None

    @property
    def exempt(self) -> bool:
        """Whether this is a ``cors_exempt``."""
        return self.mark is not None and self.mark.exempt


@dataclass(frozen=True, eq=False)
class Rule:
    """What one ``CORS`` object says to an app or a blueprint.

    ``resources`` is ``None`` where it names none, and so covers everything.
    """

    keywords: Mapping[str, Setting]
    resources: Sequence[Resource] | None


@dataclass(eq=False)
class BlueprintRules:
    """The rules of one registration of a blueprint, under its full dotted name."""

    name: str
    prefix: str
    rules: list[Rule] = field(default_factory=list)


@dataclass(eq=False)
class Registry:
    """All that one app was told; blueprints stand in the order of registration."""

    rules: list[Rule] = field(default_factory=list)
    blueprints: dict[str, BlueprintRules] = field(default_factory=dict)

    def add_blueprint(self, name: str, prefix: str, rule: Rule) -> None:
        """Note what a ``CORS`` object says to the blueprint registered as *name*."""
        found = self.blueprints.setdefault(name, BlueprintRules(name, prefix))
        found.rules.append(rule)


# The functions that were marked, each with its marks: a mark lies on a new function, and
# a view registered without it can only be found by the function it was made from.
_marked: WeakKeyDictionary[Any, list[Mark]] = WeakKeyDictionary()


def remember(target: Callable[..., Any], mark: Mark) -> None:
    """Note that a marked version of the function *target* was made."""
    _marked.setdefault(target, []).append(mark)


def marks_made_of(target: object) -> Sequence[Mark]:
    """Return the marks of the versions that were made of the function *target*."""
    try:
        return _marked.get(target, ())
    except TypeError:  # not weakly referable, so never remembered
        return ()


def mark_of(target: object) -> Mark | None:
    """Return the mark on a view function, method or decorator, or ``None``.

    A class is looked at by itself, without its bases.
    """
    if isinstance(target, type):
        return vars(target).get(MARK)
    return getattr(target, MARK, None)


def class_of(view: object) -> type | None:
    """Return the view class behind a view function that ``as_view`` made."""
    return getattr(view, "view_class", None)


def listed(view_class: type) -> list[tuple[type, str, Mark]]:
    """Return the marks in the lists of decorators that a view class uses.

    Each comes with the class whose body holds the list, and the list's name.
    """
    found = []
    for name in ("decorators", "method_decorators"):
        owner = next((base for base in view_class.__mro__ if name in vars(base)), None)
        decorators = vars(owner)[name] if owner else ()
        if owner and isinstance(decorators, Iterable) and not isinstance(decorators, Mapping):
            marks = (mark_of(decorator) for decorator in decorators)
            found += [(owner, name, mark) for mark in marks if mark]
    return found


def is_marked(view: object) -> bool:
    """Return whether anything is marked on a view function, its class, or a method."""
    view_class = class_of(view)
    if mark_of(view) or view_class is None:
        return mark_of(view) is not None
    inside: Iterable[Any] = (
        member for base in view_class.__mro__ for member in vars(base).values()
    )
    per_method = getattr(view_class, "method_decorators", None)
    if isinstance(per_method, Mapping):
        inside = chain(inside, *per_method.values())
    return bool(listed(view_class)) or any(
        mark_of(member) for member in (*view_class.__mro__, *inside)
    )


def levels_of(view: object, method: str | None) -> list[Level]:
    """Return what is marked on the way from a view's handler of *method* to its bases.

    Without a method the marks on methods do not count. Raises ``ConfigError`` where two marks
    lie on one object.
    """
    name = getattr(view, "__qualname__", repr(view))
    view_class = class_of(view)
    own = mark_of(view)
    if view_class is None:
        return [Level("view", name, own.settings, own)] if own else []
    levels = _handler_level(view_class, method) if method else []
    lists = listed(view_class)
    if own and not any(own.same_as(mark) for _, _, mark in lists):
        levels.append(Level("view", name, own.settings, own))
    for base in view_class.__mro__:
        levels += _class_level(base, [entry for entry in lists if entry[0] is base])
    return levels


def _handler_level(view_class: type, method: str) -> list[Level]:
    name = method.lower()
    if name == "head" and not hasattr(view_class, "head"):
        name = "get"
    marks = []
    per_method = getattr(view_class, "method_decorators", None)
    if isinstance(per_method, Mapping):
        marks += [mark_of(decorator) for decorator in per_method.get(name, ())]
    if not (own := mark_of(getattr(view_class, name, None))):
        name = name if any(marks) else "dispatch_request"
        own = mark_of(getattr(view_class, name, None))
    found = [mark for mark in (*marks, own) if mark]
    place = f"{view_class.__qualname__}.{name}"
    return [_one(found, "method", place)] if found else []


def _class_level(base: type, lists: Sequence[tuple[type, str, Mark]]) -> list[Level]:
    own = mark_of(base)
    found = [mark for mark in (own, *(mark for _, _, mark in lists)) if mark]
    if not found:
        return []
    place = base.__qualname__ if own else f"{base.__qualname__}.{lists[0][1]}"
    return [_one(found, "class", place)]


def _one(marks: Sequence[Mark], kind: str, place: str) -> Level:
    if len(marks) > 1:
        raise ConfigError([stacked(place, marks[0], marks[1])])
    return Level(kind, place, marks[0].settings, marks[0])


def stacked(place: str, first: Mark, second: Mark) -> Problem:
    """Return the problem that two marks lie on the object named *place*."""
    return Problem(
        "cors_exempt" if second.exempt else "cross_origin",
        place,
        second.source,
        f"it is marked already by {first.source}, and one object takes one mark",
        "Keep one of the two, with all its options.",
    )


def placed(level: Level) -> Level:
    """Return a mark's level with its place in the source of every setting."""
    settings = {
        name: Setting(value, replace(source, level=level.kind, place=_placed(level, source)))
        for name, (value, source) in level.settings.items()
    }
    return replace(level, settings=settings)


def _placed(level: Level, source: Source) -> str:
    return f"{source.place} on {level.place}"
