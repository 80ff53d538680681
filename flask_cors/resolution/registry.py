"""Who said what: the marks on views, and the rules of an app and its blueprints.

Stores what was said and hands it out again; what it amounts to is the resolver's.
Views and view classes are looked at as plain Python objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from ..errors import ConfigError, Problem, Source
from ..options.reader import Resource
from ..options.schema import Setting

MARK: Final = "__flask_cors__"


class Mark:
    """What ``cross_origin`` or, with ``exempt``, ``cors_exempt`` says of one object."""

    def __init__(
        self, settings: Mapping[str, Setting], source: Source, exempt: bool = False
    ) -> None:
        self.settings = settings
        self.source = source
        self.exempt = exempt

    @property
    def decorator(self) -> str:
        """The name of the decorator that makes such a mark."""
        return "cors_exempt" if self.exempt else "cross_origin"

    def same_as(self, other: Mark) -> bool:
        """Return whether both say the same; bare marks are made anew at every use."""
        bare = not self.settings and not other.settings
        return self is other or (bare and self.exempt == other.exempt)


class Level:
    """What one level of the walk says: a mark, a blueprint's rule, or the app's.

    ``kind`` is ``method``, ``view``, ``class``, ``blueprint`` or ``app``.
    """

    def __init__(
        self, kind: str, place: str, settings: Mapping[str, Setting], mark: Mark | None = None
    ) -> None:
        self.kind = kind
        self.place = place
        self.settings = settings
        self.mark = mark

    @property
    def exempt(self) -> bool:
        """Whether this is a ``cors_exempt``."""
        return self.mark is not None and self.mark.exempt


class Rule(NamedTuple):
    """What one ``CORS`` object says to an app or a blueprint.

    ``resources`` is ``None`` where it names none, and so covers everything.
    """

    keywords: Mapping[str, Setting]
    resources: Sequence[Resource] | None


class BlueprintRules:
    """The rules of one registration of a blueprint, under its full dotted name."""

    def __init__(self, name: str, prefix: str) -> None:
        self.name = name
        self.prefix = prefix
        self.rules: list[Rule] = []


class Registry:
    """All that one app was told; blueprints stand in the order of registration."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.blueprints: dict[str, BlueprintRules] = {}

    def add_blueprint(self, name: str, prefix: str, rule: Rule) -> None:
        """Note what a ``CORS`` object says to the blueprint registered as *name*."""
        found = self.blueprints.setdefault(name, BlueprintRules(name, prefix))
        found.rules.append(rule)


# The views that were marked, each with its marks: a mark lies on a new function, and a
# view registered without it can only be found by the function it was made from.
_marked: WeakKeyDictionary[Any, list[Mark]] = WeakKeyDictionary()
# Of these marks, those that some app has registered: one function may serve several apps.
_registered: WeakSet[Mark] = WeakSet()


def remember(target: Callable[..., Any], mark: Mark) -> None:
    """Note that a marked version of the view *target* was made."""
    with suppress(TypeError):  # not weakly referable: a view that is lost is not found
        _marked.setdefault(target, []).append(mark)


def note_registered(marks: Iterable[Mark]) -> None:
    """Note that views with these marks are registered in an app."""
    _registered.update(marks)


def lost_mark_of(target: object) -> Mark | None:
    """Return the last mark made of the view *target* where no app has a view with any."""
    try:
        made = _marked.get(target)
    except TypeError:  # not weakly referable, so never remembered
        return None
    return made[-1] if made and not any(mark in _registered for mark in made) else None


def mark_of(target: object) -> Mark | None:
    """Return the mark on a view function, method or decorator, or ``None``.

    A class is looked at by itself, without its bases.
    """
    found = vars(target).get(MARK) if isinstance(target, type) else getattr(target, MARK, None)
    return found if isinstance(found, Mark) else None


def class_of(view: object) -> type | None:
    """Return the view class behind a view function that ``as_view`` made."""
    found = getattr(view, "view_class", None)
    return found if isinstance(found, type) else None


def listed(view_class: type) -> list[tuple[type, str, Mark]]:
    """Return the marks in the lists of decorators that a view class uses.

    Each comes with the class whose body holds the list, and the list's name.
    """
    found = []
    for name in ("decorators", "method_decorators"):
        owner = next((base for base in view_class.__mro__ if name in vars(base)), None)
        decorators = vars(owner)[name] if owner else ()
        if owner and isinstance(decorators, Iterable) and not isinstance(decorators, Mapping):
            found += [(owner, name, mark) for mark in _marks_on(*decorators)]
    return found


def is_marked(view: object) -> bool:
    """Return whether anything is marked on a view function, its class, or a handler."""
    methods = getattr(class_of(view), "methods", None) or ("GET",)
    try:
        return any(levels_of(view, method) for method in methods)
    except ConfigError:
        return True


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
    name = method.lower() if _dispatches_by_method(view_class) else "dispatch_request"
    if name == "head" and not hasattr(view_class, "head"):
        name = "get"
    per_method = getattr(view_class, "method_decorators", None)
    decorators = per_method.get(name, ()) if isinstance(per_method, Mapping) else ()
    found = _marks_on(*decorators, getattr(view_class, name, None))
    if not found:
        name = "dispatch_request"
        found = _marks_on(getattr(view_class, name, None))
    return [_one(found, "method", f"{view_class.__qualname__}.{name}")] if found else []


def _dispatches_by_method(view_class: type) -> bool:
    """Return whether this is a ``MethodView``; a plain ``View``'s ``post`` is never called."""
    names = {base.__qualname__ for base in view_class.__mro__ if base.__module__ == "flask.views"}
    return "MethodView" in names or "View" not in names


def marked_methods(view: object) -> set[str]:
    """Return the methods whose handlers in a view class are marked."""
    view_class = class_of(view)
    if view_class is None or not _dispatches_by_method(view_class):
        return set()
    return {name.upper() for name in dir(view_class) if mark_of(getattr(view_class, name, None))}


def _marks_on(*targets: object) -> list[Mark]:
    return [mark for mark in map(mark_of, targets) if mark]


def _class_level(base: type, lists: Sequence[tuple[type, str, Mark]]) -> list[Level]:
    own = _marks_on(base)
    found = [*own, *(mark for _, _, mark in lists)]
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
        second.decorator,
        place,
        second.source,
        f"it is marked already by {first.source}, and one object takes one mark",
        "Keep one of the two, with all its options.",
    )


def placed(level: Level) -> Level:
    """Return a mark's level with its place in the source of every setting."""
    settings = {}
    for name, setting in level.settings.items():
        place = f"{setting.source.place} on {level.place}"
        source = setting.source._replace(level=level.kind, place=place)
        settings[name] = setting._replace(source=source)
    return Level(level.kind, level.place, settings, level.mark)
