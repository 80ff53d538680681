"""What functions do with CORS headers and with ``g``, as far as their code objects show.

Never calls anything and never imports Flask, so that it serves the compiling of policies as well
as the commands.
"""

from __future__ import annotations

import dis
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import CodeType, FunctionType
from typing import Any, Final, NamedTuple

from .. import fetch
from .bytecode import ATTRIBUTES, GLOBALS, AnyOf, Code, Step
from .lost_marks import functions_of

WRITES: Final = "writes"
REMOVES: Final = "removes"
READS: Final = "reads"

_FRAMEWORK: Final = ("flask", "werkzeug", "flask_cors")
_ALLOW_ORIGIN: Final = fetch.ALLOW_ORIGIN.lower()
# Werkzeug's response has the header as an attribute, too.
_ATTRIBUTE: Final = "access_control_allow_origin"
# A function that calls it reads the headers that are sent, and finds those of this package.
_AS_SENT: Final = "get_wsgi_headers"
# What a loop over all headers asks for: name.startswith("Access-Control-").
_PREFIXES: Final = ("access-control", "access-control-", "access-control-allow")
_REMOVING: Final = ("pop", "remove", "discard", "clear", "__delitem__")
_VERBS: Final = {
    **dict.fromkeys(_REMOVING, REMOVES),
    # setdefault writes where it finds nothing, which is what it now always finds.
    **dict.fromkeys(
        ("get", "getlist", "get_all", "has_key", "__contains__", "__getitem__", "setdefault"),
        READS,
    ),
    **dict.fromkeys(("startswith", "__eq__", "index", "count"), READS),
}
_MOST_FUNCTIONS: Final = 100


class Use(NamedTuple):
    """What a function does with Access-Control-Allow-Origin, and where.

    ``verb`` is ``writes``, ``removes`` or ``reads``.
    """

    verb: str
    function: FunctionType
    line: int

    @property
    def file(self) -> str:
        """The file of the function."""
        return self.function.__code__.co_filename


class Expecting(NamedTuple):
    """A hook that looks for Access-Control-Allow-Origin, and its first access.

    ``kind`` is ``after_request``, ``request_finished`` or ``method``.
    """

    kind: str
    hook: object
    use: Use


class Attributes(NamedTuple):
    """The attributes of one object that a function uses.

    ``read`` has file and line of the first access that fails where the attribute is missing;
    ``written`` are those that the function sets.
    """

    read: Mapping[str, tuple[str, int]]
    written: frozenset[str]


# -- functions -------------------------------------------------------------------------


def module_of(function: FunctionType) -> str:
    """Return the name of the module that holds a function's own code, not what it wraps."""
    return str(function.__globals__.get("__name__", ""))


def is_the_apps(function: FunctionType) -> bool:
    """Return whether a function is neither Flask's nor this package's."""
    return module_of(function).partition(".")[0] not in _FRAMEWORK


def title_of(target: object) -> str:
    """Return the name of a function, or of another callable."""
    return str(getattr(target, "__qualname__", type(target).__qualname__))


def reached_from(target: object) -> list[FunctionType]:
    """Return the app's functions behind *target*, and those of their package that they call.

    Wrappers and closures are followed as well; what belongs to Flask is left out.
    """
    found: dict[CodeType, FunctionType] = {}
    waiting = list(functions_of(target))
    while waiting and len(found) < _MOST_FUNCTIONS:
        function = waiting.pop(0)
        if function.__code__ not in found and is_the_apps(function):
            found[function.__code__] = function
            waiting += _called_by(function)
    return list(found.values())


def _called_by(function: FunctionType) -> Iterator[FunctionType]:
    root = module_of(function).partition(".")[0]
    for name in _globals_in(function.__code__):
        called = function.__globals__.get(name)
        if isinstance(called, FunctionType) and module_of(called).partition(".")[0] == root:
            yield called


def _globals_in(code: CodeType) -> Iterator[str]:
    for inner in _with_inner(code):
        # The names of attributes are in the same tuple as those of globals.
        for step in dis.get_instructions(inner):
            if step.opname in GLOBALS:
                yield str(step.argval)


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the names of attributes and globals that *code* uses, inner functions included."""
    for inner in _with_inner(code):
        yield from inner.co_names


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


# -- CORS headers ----------------------------------------------------------------------


def cors_headers_in(code: CodeType) -> list[str]:
    """Return the CORS response headers that *code* names, in strings or as attributes."""
    attributes = (name.replace("_", "-") for name in names_in(code))
    texts = chain(_strings(code.co_consts), attributes)
    found = (fetch.CORS_RESPONSE_HEADERS.get(text.lower()) for text in texts)
    return sorted({name for name in found if name})


def _strings(constants: Iterable[Any]) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _strings(constant.co_consts)
        elif isinstance(constant, tuple | frozenset):
            yield from _strings(constant)


def uses_of_allow_origin(target: object) -> list[Use]:
    """Return what a view or hook does with Access-Control-Allow-Origin.

    *target* is any callable; the functions that it wraps, closes over, or calls by a name of
    its own package are read as well. The header is recognised as a string, as a name that
    holds the string, as an item of a sequence that is iterated over, and as Werkzeug's
    ``access_control_allow_origin``.
    """
    return [
        Use(verb, function, line)
        for function in reached_from(target)
        for verb, line in _uses_in(function)
    ]


def hooks_that_expect_headers(app: Any, receivers: Iterable[object] = ()) -> list[Expecting]:
    """Return the hooks that look for Access-Control-Allow-Origin, each with its first access.

    That is one that reads or removes the header. The headers are written after the last hook,
    so such a hook finds none: one that closed a path by removing the header no longer closes
    it, and one that adds what is missing adds it everywhere. Hooks are ``after_request``
    functions, *receivers* of ``request_finished``, and the methods of a subclass of Flask that
    return a response.
    """
    found = []
    for kind, hook in hooks_after(app, receivers):
        # A removal is what may have closed a path, so it is named first.
        uses = [use for use in uses_of_allow_origin(hook) if use.verb != WRITES]
        if uses:
            found.append(Expecting(kind, hook, min(uses, key=lambda use: use.verb != REMOVES)))
    return found


# What of Flask hands on a response that hooks have seen; a subclass may change it there.
_RETURN_RESPONSES: Final = ("process_response", "finalize_request", "full_dispatch_request")


def hooks_after(app: Any, receivers: Iterable[object] = ()) -> Iterator[tuple[str, object]]:
    """Yield the app's code that has the response after its view, each with its kind."""
    for functions in getattr(app, "after_request_funcs", {}).values():
        yield from (("after_request", function) for function in functions)
    yield from (("request_finished", receiver) for receiver in receivers)
    for base in type(app).__mro__:
        for name in _RETURN_RESPONSES:
            own = vars(base).get(name)
            if isinstance(own, FunctionType) and is_the_apps(own):
                yield "method", own


def instead_of(use: Use) -> str:
    """Return what to write instead of a hook that reads or removes the header."""
    if use.verb == REMOVES:
        return (
            "Put @cors_exempt on the views whose responses get no CORS headers, or list the "
            "paths that get them: CORS(app, resources={'/api/*': {...}})."
        )
    return (
        "Remove the hook and set the options: origins=, and resources= for the paths that get "
        "headers; put @cors_exempt on views whose headers are written by hand."
    )


def _uses_in(function: FunctionType) -> Iterator[tuple[str, int]]:
    codes = [Code(code, function) for code in _with_inner(function.__code__)]
    # A loop over all headers removes them by a name that is not known here.
    of_any = REMOVES if any(map(_removes_anything, codes)) else READS
    finds_them = _AS_SENT in names_in(function.__code__)
    for code in codes:
        uses = _uses(code, of_any)
        yield from (use for use in uses if not (finds_them and use[0] == READS))


def _removes_anything(code: Code) -> bool:
    return any(
        step.op == "DELETE_SUBSCR" or (step.op in ATTRIBUTES and step.value in _REMOVING)
        for step in code.steps
    ) or any(step.op == "STORE_ATTR" and step.value == "headers" for step in code.steps)


def _items(value: object) -> tuple[Any, ...]:
    if isinstance(value, list | tuple | set | frozenset | dict):
        return tuple(item if isinstance(item, str) else tuple(_items(item)) for item in value)
    return (value,) if isinstance(value, str) else ()


def _uses(code: Code, of_any: str) -> Iterator[tuple[str, int]]:
    """Yield what is done with the header; *of_any* is what is done with all that have a prefix."""
    for at, step in enumerate(code.steps):
        if step.value == _ATTRIBUTE:
            verb = _attribute_verb(code.steps, at)
        elif step.value == "clear" and code.step(at - 1).value == "headers":
            verb = REMOVES if step.op in ATTRIBUTES else ""
        elif name := _name_at(code, at):
            verb = _verb(code, at, name, of_any)
        else:
            verb = _sequence_verb(code, at) if step.op.startswith("LOAD_") else ""
        if verb:
            yield verb, step.line


def _attribute_verb(steps: list[Step], at: int) -> str:
    """Return what is done with ``response.access_control_allow_origin``."""
    op = steps[at].op
    if op in ATTRIBUTES:
        return READS
    if op == "DELETE_ATTR":
        return REMOVES
    if op != "STORE_ATTR":
        return ""
    before = [step for step in steps[max(0, at - 4) : at] if step.op == "LOAD_CONST"]
    return REMOVES if before and before[-1].value is None else WRITES


def _name_at(code: Code, at: int) -> str:
    """Return the text that is loaded at *at*; of an item of a sequence, the header's name."""
    value = code.values[at]
    if isinstance(value, AnyOf):
        return _header_in(value.sequence)
    return value if isinstance(value, str) else ""


def _verb(code: Code, at: int, name: str, of_any: str) -> str:
    """Return what is done with the header *name* that is loaded at *at*, if it is one."""
    lower = name.lower()
    method = code.method_before(at)
    if lower in _PREFIXES and method == "startswith":
        return of_any
    if lower != _ALLOW_ORIGIN:
        return ""
    following = code.op(at + 1)
    if following == "DELETE_SUBSCR":
        return REMOVES
    if following == "BINARY_SUBSCR" or code.is_subscript(at + 1):
        return READS
    if method in _VERBS:
        return _VERBS[method]
    if code.is_compared(at):
        return READS
    return "" if code.is_kept(at) else WRITES


def _sequence_verb(code: Code, at: int) -> str:
    """Return what is done with a sequence that is loaded at *at* and holds the header's name."""
    value = code.values[at]
    if not any(text.lower() == _ALLOW_ORIGIN for text in _strings(_items(value))):
        return ""
    if code.op(at + 1) == "CONTAINS_OP":
        return READS
    return "" if code.is_kept(at) and _header_in(value) else WRITES


def _header_in(value: object) -> str:
    """Return the header's name, as it is written, where it is an item of a sequence."""
    texts = (item for item in _items(value) if isinstance(item, str))
    return next((text for text in texts if text.lower() == _ALLOW_ORIGIN), "")


# -- attributes of g and request -------------------------------------------------------


def attributes_of(target: object, holder: object) -> Attributes:
    """Return the attributes of *holder*, such as ``flask.g``, that a hook uses.

    An access that the hook guards (``hasattr``, ``in``, a default, an ``except`` around it)
    does not count as one that fails.
    """
    read: dict[str, tuple[str, int]] = {}
    written: set[str] = set()
    for function in reached_from(target):
        guarded: set[str] = set()
        found: dict[str, int] = {}
        for inner in _with_inner(function.__code__):
            code = Code(inner, function)
            for kind, name, line in _accesses(code, holder):
                if kind == "write":
                    written.add(name)
                elif kind == "guard" or code.catches_attribute_errors:
                    guarded.add(name)
                else:
                    found.setdefault(name, line)
        file = function.__code__.co_filename
        for name in found.keys() - guarded:
            read.setdefault(name, (file, found[name]))
    return Attributes({name: read[name] for name in sorted(read)}, frozenset(written))


def _accesses(code: Code, holder: object) -> Iterator[tuple[str, str, int]]:
    """Yield ``read``, ``write`` or ``guard`` with name and line for each use of *holder*."""
    for at, value in enumerate(code.values):
        if value is not holder:
            continue
        step = code.step(at + 1)
        argument = code.values[at + 2] if at + 2 < len(code.values) else None
        if step.op in ATTRIBUTES and step.value in ("get", "pop", "setdefault", "__contains__"):
            if isinstance(argument, str):
                yield _by_method(str(step.value), code.argument_count(at + 2)), argument, step.line
        elif step.op in (*ATTRIBUTES, "DELETE_ATTR"):
            yield "read", str(step.value), step.line
            if code.is_copy(at):
                yield "write", str(step.value), step.line
        elif step.op == "STORE_ATTR":
            yield "write", str(step.value), step.line
        yield from _by_function(code, at)


def _by_method(method: str, arguments: int) -> str:
    if method == "setdefault":
        return "write"
    return "read" if method == "pop" and arguments == 1 else "guard"


def _by_function(code: Code, at: int) -> Iterator[tuple[str, str, int]]:
    """Yield what ``hasattr``, ``getattr`` and ``setattr`` do, and ``"name" in g``."""
    before = code.step(at - 1)
    if code.op(at + 1) == "CONTAINS_OP" and isinstance(code.values[at - 1], str):
        yield "guard", str(code.values[at - 1]), before.line
    name = code.values[at + 1] if at + 1 < len(code.values) else None
    if before.op not in GLOBALS or not isinstance(name, str):
        return
    if before.value == "setattr":
        yield "write", name, before.line
    elif before.value == "hasattr":
        yield "guard", name, before.line
    elif before.value in ("getattr", "delattr"):
        optional = before.value == "getattr" and code.argument_count(at + 1) > 1
        yield "guard" if optional else "read", name, before.line


# -- answers ---------------------------------------------------------------------------


def can_answer(target: object) -> bool:
    """Return whether a ``before_request`` function may end a request: by a value or an error."""
    own = next(functions_of(target), None)
    return any(map(_raises, reached_from(target))) or (own is not None and _returns(own))


def _raises(function: FunctionType) -> bool:
    code = Code(function.__code__, function)
    return "abort" in function.__code__.co_names or any(
        step.op == "RAISE_VARARGS" for step in code.steps
    )


def _returns(function: FunctionType) -> bool:
    """Return whether a function may return anything but ``None``."""
    code = Code(function.__code__, function)
    return any(
        (step.op == "RETURN_CONST" and step.value is not None)
        or (step.op == "RETURN_VALUE" and not code.loads_none(at - 1))
        for at, step in enumerate(code.steps)
    )
