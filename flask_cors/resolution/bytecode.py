"""Byte code: the instructions of a code object, and the values that they load.

Reads every version of Python from 3.10 on as the same few instructions. Never calls anything.
"""

from __future__ import annotations

import dis
import re
import sys
from collections.abc import Iterator
from itertools import takewhile
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, Final, NamedTuple

# Byte code that only serves the interpreter differs between versions, and is skipped.
_SILENT: Final = frozenset(
    {"CACHE", "COPY_FREE_VARS", "EXTENDED_ARG", "KW_NAMES", "MAKE_CELL", "NOP", "NOT_TAKEN"}
    | {"PRECALL", "PUSH_NULL", "RESUME", "GEN_START"}
)
_FAST: Final = re.compile(r"(LOAD|STORE)_FAST(?:_BORROW|_CHECK|_AND_CLEAR)?(?=_LOAD|_STORE|$)")
_LOCALS: Final = ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF")
#: What loads a global name, and an attribute.
GLOBALS: Final = ("LOAD_GLOBAL", "LOAD_NAME")
ATTRIBUTES: Final = ("LOAD_ATTR", "LOAD_METHOD")
_COMPARISONS: Final = ("CONTAINS_OP", "COMPARE_OP", "IS_OP")
_KEEPING: Final = frozenset(
    {"BUILD_LIST", "BUILD_SET", "BUILD_TUPLE", "GET_ITER", "LIST_EXTEND", "SET_UPDATE"}
    | {"STORE_FAST", "STORE_DEREF"}
)
_TAKE_ATTRIBUTE_ERRORS: Final = frozenset(
    {"AttributeError", "BaseException", "Exception", "KeyError"}
)
_ENDS: Final = -1000
#: A value that is not known.
UNKNOWN: Final = object()


class AnyOf(NamedTuple):
    """The value of a name that takes the items of a sequence, one after the other."""

    sequence: Any


class Step(NamedTuple):
    """One instruction, with the value of its argument and its line."""

    op: str
    value: Any
    line: int
    text: str = ""


_NO_STEP: Final = Step("", None, 0)


class Code:
    """A code object: its instructions, and the values that they load, as far as known."""

    def __init__(self, code: CodeType, function: FunctionType) -> None:
        self.steps = list(_steps(code))
        self._globals = function.__globals__
        self._locals = _closure_of(function)
        self.values: list[Any] = []
        self._read()

    def _read(self) -> None:
        for at, step in enumerate(self.steps):
            self.values.append(self._value(at, step))
            if step.op in ("STORE_FAST", "STORE_DEREF"):
                self._assign(at, str(step.value))

    def _value(self, at: int, step: Step) -> Any:
        if step.op == "LOAD_CONST":
            return step.value
        if step.op in GLOBALS:
            return self._globals.get(step.value, UNKNOWN)
        if step.op in _LOCALS:
            return self._locals.get(step.value, UNKNOWN)
        if step.op == "IMPORT_NAME":
            return sys.modules.get(step.value, UNKNOWN)
        if step.op in ("LIST_EXTEND", "SET_UPDATE") or self.is_copy(at):
            return self.values[at - 1]
        if step.op in ("BUILD_LIST", "BUILD_TUPLE", "BUILD_SET") and step.value:
            return tuple(self.values[max(0, at - step.value) : at])
        if step.op in (*ATTRIBUTES, "IMPORT_FROM"):
            owner = self._imported(at) if step.op == "IMPORT_FROM" else self.values[at - 1]
            if isinstance(owner, ModuleType | type):
                return vars(owner).get(step.value, UNKNOWN)
        return UNKNOWN

    def _imported(self, at: int) -> Any:
        """Return the module that an ``IMPORT_FROM`` reads."""
        names = (back for back in range(at - 1, -1, -1) if self.steps[back].op == "IMPORT_NAME")
        back = next(names, None)
        return UNKNOWN if back is None else self.values[back]

    def _assign(self, at: int, name: str) -> None:
        """Note what a local name holds: a value, or an item of what is iterated over."""
        value = self.values[at - 1] if at else UNKNOWN
        if self.op(at - 1) == "FOR_ITER" and self.op(at - 2) == "GET_ITER" and at > 2:
            value = AnyOf(self.values[at - 3])
        if value is not UNKNOWN:
            self._locals[name] = value

    def step(self, at: int) -> Step:
        """Return the instruction at *at*, an empty one outside the code."""
        return self.steps[at] if 0 <= at < len(self.steps) else _NO_STEP

    def op(self, at: int) -> str:
        """Return the name of the instruction at *at*."""
        return self.step(at).op

    def loads_none(self, at: int) -> bool:
        """Return whether the instruction at *at* loads ``None``."""
        return self.op(at) == "LOAD_CONST" and self.step(at).value is None

    def is_copy(self, at: int) -> bool:
        """Return whether what was loaded last is needed twice, as in ``g.count += 1``."""
        step = self.step(at)
        return step.op == "DUP_TOP" or (step.op == "COPY" and step.value == 1)

    def is_subscript(self, at: int) -> bool:
        """Return whether ``object[key]`` is read, as Python 3.14 writes it."""
        return self.op(at) == "BINARY_OP" and "[" in self.step(at).text

    def is_kept(self, at: int) -> bool:
        """Return whether what is loaded at *at* is put into a name or a sequence, or iterated."""
        after = (step.op for step in self.steps[at + 1 :])
        return next((op for op in after if op != "LOAD_CONST"), "") in _KEEPING

    def method_before(self, at: int) -> str:
        """Return the method whose first argument is loaded at *at*."""
        before = at - 1
        if self.op(at) in ATTRIBUTES:  # module.NAME
            before -= 1
        return str(self.step(before).value) if self.op(before) in ATTRIBUTES else ""

    def is_compared(self, at: int) -> bool:
        """Return whether what is loaded at *at* is compared with something."""
        above = 1
        for step in self.steps[at + 1 :]:
            if step.op in _COMPARISONS:
                return above <= 2
            above += _pushed(step)
            if above < 1:
                break
        return False

    def argument_count(self, at: int) -> int:
        """Return how many arguments a call has, counted from the one at *at*."""
        loads = takewhile(lambda step: not step.op.startswith("CALL"), self.steps[at + 1 :])
        return 1 + sum(
            step.op.startswith(("LOAD_", "BUILD_")) and step.op not in ATTRIBUTES for step in loads
        )

    @property
    def catches_attribute_errors(self) -> bool:
        """Whether the code has an ``except`` that takes what a missing attribute raises."""
        if any(step.op.startswith("LOAD_") and step.value == "suppress" for step in self.steps):
            return True
        return any(self._takes_attribute_errors(at) for at in range(len(self.steps)))

    def _takes_attribute_errors(self, at: int) -> bool:
        if self.op(at) in ("CHECK_EXC_MATCH", "JUMP_IF_NOT_EXC_MATCH"):
            named = {str(before.value) for before in self.steps[max(0, at - 5) : at]}
            return bool(named & _TAKE_ATTRIBUTE_ERRORS)
        # A bare except: up to Python 3.10 it takes three values off the stack.
        three = [self.op(number) for number in range(at, at + 3)] == ["POP_TOP"] * 3
        typed_or_with = self.op(at - 1) == "JUMP_IF_NOT_EXC_MATCH" or (
            self.op(at - 3) == "WITH_EXCEPT_START"
        )
        old = three and not typed_or_with
        return old or (self.op(at) == "PUSH_EXC_INFO" and self.op(at + 1) == "POP_TOP")


def _pushed(step: Step) -> int:
    """Return by how much an instruction of an expression makes the stack grow."""
    if step.op.startswith("CALL"):
        return -step.value if isinstance(step.value, int) else _ENDS
    if step.op.startswith("LOAD_"):
        return step.op not in ATTRIBUTES
    return _ENDS


def _steps(code: CodeType) -> Iterator[Step]:
    lines = {offset: line for offset, line in dis.findlinestarts(code) if line}
    line = code.co_firstlineno
    for found in dis.get_instructions(code):
        line = lines.get(found.offset, line)
        # From Python 3.13 on, one instruction may be two accesses to local names.
        if parts := _FAST.findall(found.opname):
            names = found.argval if isinstance(found.argval, tuple) else (found.argval,)
            for part, name in zip(parts, names, strict=False):
                yield Step(f"{part}_FAST", name, line)
        elif found.opname not in _SILENT:
            op = "LOAD_CONST" if found.opname.startswith("LOAD_CONST") else found.opname
            yield Step(op, found.argval, line, found.argrepr)


def _closure_of(function: FunctionType) -> dict[str, Any]:
    names = function.__code__.co_freevars
    cells = function.__closure__ or ()
    return {name: _content(cell) for name, cell in zip(names, cells, strict=False)}


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name that has no value yet
        return UNKNOWN
