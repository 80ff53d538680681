"""Marks: what ``cross_origin`` and ``cors_exempt`` put on views, and the layers they make.

Views and view classes are looked at as plain Python objects. Flask's ``View.as_view`` makes one
view function of a class, and applies ``decorators`` to that function, the first of the list
first, so the first is the innermost. Flask-RESTful and Flask-RESTX apply ``method_decorators``
to the handler at every request, likewise; where that is a mapping, by method. What ``as_view``
copies of the class, marks included, is the same mark and not a more specific one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from weakref import ref

from ..errors import Problem, Source
from ..options.schema import Setting

MARK: Final = "__flask_cors__"
#: Holds an entry once some mark sets ``enforce``: a view may be registered while an app runs.
ENFORCING: Final[list[bool]] = []


class Mark:
    """The options that ``cross_origin`` or, with ``exempt``, ``cors_exempt`` sets on one object.

    - ``settings``: the options, ``source``: where the decorator is
    - ``degraded``: what of the call has no effect
    - ``target``: a weak reference to the function that the mark was made for, or ``None``
    - ``leaves_options``: whether every view with this mark leaves ``OPTIONS`` to Flask; ``None``
      until a view with it is compiled
    - ``overrides``: the mark on the same object that this one overrides, or ``None``
    - ``positional``: whether ``origins`` was given without its name
    """

    __slots__ = (
        "__weakref__",
        "degraded",
        "exempt",
        "leaves_options",
        "overrides",
        "positional",
        "settings",
        "source",
        "target",
    )

    def __init__(
        self,
        settings: Mapping[str, Setting],
        source: Source,
        exempt: bool = False,
        degraded: Sequence[Problem] = (),
        positional: bool = False,
    ) -> None:
        self.settings = settings
        self.source = source
        self.exempt = exempt
        self.degraded = degraded
        self.positional = positional
        self.target: Callable[[], Any] | None = None
        self.leaves_options: bool | None = None
        self.overrides: Mark | None = None
        if not ENFORCING and (enforce := settings.get("enforce")) and enforce.value:
            ENFORCING.append(True)

    @property
    def decorator(self) -> str:
        """The name of the decorator that makes such a mark."""
        return "cors_exempt" if self.exempt else "cross_origin"

    def same_as(self, other: Mark) -> bool:
        """Return whether both set the same; bare marks are made anew at every use."""
        bare = not self.settings and not other.settings
        return self is other or (bare and self.exempt == other.exempt)

    def set_target(self, target: object) -> None:
        """Note the function that the mark was made for, without keeping it alive."""
        try:
            self.target = ref(target)
        except TypeError:  # not weakly referable: a view that is lost is not found
            self.target = None


class Layer:
    """The options that one mark, or one rule of a blueprint or the app, sets for a request.

    ``kind`` is ``method``, ``view``, ``class``, ``blueprint`` or ``app``; ``source`` is where
    the call of ``CORS`` or of the decorator is, where that is known.
    """

    __slots__ = ("kind", "mark", "place", "settings", "source")

    def __init__(
        self,
        kind: str,
        place: str,
        settings: Mapping[str, Setting],
        mark: Mark | None = None,
        source: Source | None = None,
    ) -> None:
        self.kind = kind
        self.source = mark.source if mark else source
        self.place = place
        self.settings = settings
        self.mark = mark

    @property
    def exempt(self) -> bool:
        """Whether this is a ``cors_exempt``."""
        return self.mark is not None and self.mark.exempt


Layers = tuple[Layer, ...]
Note = Callable[[Problem], None]


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


class Listed(NamedTuple):
    """A mark in a list of decorators: the class whose body holds the list, and its name."""

    owner: type
    name: str
    mark: Mark


def listed(view_class: type) -> list[Listed]:
    """Return the marks in the lists of decorators that a view class uses, innermost first."""
    found: list[Listed] = []
    for name in ("decorators", "method_decorators"):
        owner = next((base for base in view_class.__mro__ if name in vars(base)), None)
        decorators = vars(owner)[name] if owner else ()
        if owner and isinstance(decorators, Iterable) and not isinstance(decorators, Mapping):
            found += [Listed(owner, name, mark) for mark in _marks_on(*decorators)]
    return found


def is_marked(view: object) -> bool:
    """Return whether a view function, its class, or one of its handlers has a mark."""
    methods = getattr(class_of(view), "methods", None) or ("GET",)
    return any(layers_of(view, method) for method in methods)


class OnTrial(ABC):
    """Replaces a view whose marks are to be read differently, to try a change of the code."""

    @abstractmethod
    def layers(self, method: str | None) -> list[Layer]:
        """Return what :func:`layers_of` would, were the change made."""


def layers_of(view: object, method: str | None, note: Note | None = None) -> list[Layer]:
    """Return the layers of the marks from a view's handler of *method* to the class's bases.

    Without a method the marks on methods do not count. Where several marks are on one object,
    *note* is called with the problem.
    """
    if isinstance(view, OnTrial):
        return view.layers(method)
    name = getattr(view, "__qualname__", repr(view))
    view_class = class_of(view)
    own = mark_of(view)
    if view_class is None:
        return [Layer("view", name, own.settings, own)] if own else []
    layers = _handler_layer(view_class, method, note) if method else []
    lists = listed(view_class)
    if own and not any(own.same_as(entry.mark) for entry in lists):
        layers.append(Layer("view", name, own.settings, own))
    for base in view_class.__mro__:
        layers += _class_layer(base, [entry for entry in lists if entry.owner is base], note)
    return layers


def marks_of_view(view: object) -> tuple[Mark, ...]:
    """Return every mark on a view function, its class and bases, their lists and handlers."""
    view_class = class_of(view)
    if view_class is None:
        return tuple(_marks_on(view))
    per_method = getattr(view_class, "method_decorators", None)
    decorators = per_method.values() if isinstance(per_method, Mapping) else ()
    members = (member for base in view_class.__mro__ for member in vars(base).values())
    return (
        *_marks_on(view, *view_class.__mro__, *members),
        *(entry.mark for entry in listed(view_class)),
        *(mark for several in decorators for mark in _marks_on(*several)),
    )


def marks_that_decide(view: object, method: str | None) -> tuple[Mark, ...]:
    """Return the marks that decide on requests to a view, and those that they override."""
    found = [mark_of(view), *(layer.mark for layer in layers_of(view, method))]
    view_class = class_of(view)
    if view_class is not None:
        found += [entry.mark for entry in listed(view_class)]
    found += [mark.overrides for mark in found if mark is not None]
    return tuple(mark for mark in found if mark is not None)


def is_dispatched_by_method(view_class: type) -> bool:
    """Return whether this is a ``MethodView``; a plain ``View``'s ``post`` is never called."""
    names = {base.__qualname__ for base in view_class.__mro__ if base.__module__ == "flask.views"}
    return "MethodView" in names or "View" not in names


def marked_methods(view: object) -> set[str]:
    """Return the methods whose handlers in a view class are marked."""
    view_class = class_of(view)
    if view_class is None or not is_dispatched_by_method(view_class):
        return set()
    return {name.upper() for name in dir(view_class) if mark_of(getattr(view_class, name, None))}


def innermost(marks: Sequence[Mark]) -> Mark:
    """Return the mark that decides of several on one object, the innermost given first.

    A ``cors_exempt`` among them wins; else the innermost, as in flask-cors.
    """
    return next((mark for mark in marks if mark.exempt), marks[0])


def stacked(place: str, marks: Sequence[Mark]) -> Problem:
    """Return the problem that several marks are on the object named *place*."""
    winner = innermost(marks)
    loser = next(mark for mark in marks if mark is not winner)
    return Problem(
        loser.decorator,
        place,
        loser.source,
        f"without effect: {winner.decorator} ({winner.source}) is on the same object, and wins",
        "Use one of the two, with all options.",
    )


def _handler_layer(view_class: type, method: str, note: Note | None) -> list[Layer]:
    name = method.lower() if is_dispatched_by_method(view_class) else "dispatch_request"
    if name == "head" and not hasattr(view_class, "head"):
        name = "get"  # as MethodView.dispatch_request does
    per_method = getattr(view_class, "method_decorators", None)
    decorators = per_method.get(name, ()) if isinstance(per_method, Mapping) else ()
    found = _marks_on(getattr(view_class, name, None), *decorators)
    if not found:
        name = "dispatch_request"
        found = _marks_on(getattr(view_class, name, None))
    return _one(found, "method", f"{view_class.__qualname__}.{name}", note)


def _class_layer(base: type, lists: Sequence[Listed], note: Note | None) -> list[Layer]:
    own = _marks_on(base)
    place = f"{base.__qualname__}.{lists[0].name}" if lists and not own else base.__qualname__
    return _one([*(entry.mark for entry in lists), *own], "class", place, note)


def _marks_on(*targets: object) -> list[Mark]:
    return [mark for mark in map(mark_of, targets) if mark]


def _one(marks: Sequence[Mark], kind: str, place: str, note: Note | None) -> list[Layer]:
    if not marks:
        return []
    mark = innermost(marks)
    if note and any(other is not mark for other in marks):
        note(stacked(place, marks))
    return [Layer(kind, place, mark.settings, mark)]


def placed(layer: Layer) -> Layer:
    """Return a mark's layer with its place in the source of every setting."""
    settings = {}
    given, source = None, Source("", "")
    for name, setting in layer.settings.items():
        if setting.source is not given:  # most marks have one for all options
            given = setting.source
            source = given._replace(level=layer.kind, place=f"{given.place} on {layer.place}")
        settings[name] = setting._replace(source=source, snapshot=None)
    return Layer(layer.kind, layer.place, settings, layer.mark)
