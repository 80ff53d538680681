"""Counts what a call does: instructions of Python, and characters that C code walks over.

Seconds differ from run to run, and counts do not. What regular expressions do is not seen
here; ``regexes_of`` says which of them a call uses, for ``tests/steps.py`` to count.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

# A method of a list may be append, which does not look at the rest.
_SIZED = (str, bytes)
# One that debuggers, coverage and profilers leave free.
_TOOL = 4


def work_of(call: Callable[[], object]) -> int:
    """Return the instructions of *call*, and the sizes of what C methods were called on."""
    walked = 0

    def profile(_: FrameType, event: str, function: Any) -> None:
        nonlocal walked
        if event == "c_call":
            owner = getattr(function, "__self__", None)
            walked += len(owner) if isinstance(owner, _SIZED) else 1

    profiled, collects = sys.getprofile(), gc.isenabled()
    # What is collected meanwhile has callbacks, whose work is not the call's.
    gc.disable()
    sys.setprofile(profile)
    try:
        instructions = _instructions_of(call)
    finally:
        sys.setprofile(profiled)
        if collects:
            gc.enable()
    return instructions + walked


if sys.version_info >= (3, 12):

    def _instructions_of(call: Callable[[], object]) -> int:
        counted = 0

        def count(code: CodeType, offset: int) -> None:
            nonlocal counted
            counted += 1

        watch, event = sys.monitoring, sys.monitoring.events.INSTRUCTION
        watch.use_tool_id(_TOOL, "tests.work")
        watch.register_callback(_TOOL, event, count)
        watch.set_events(_TOOL, event)
        try:
            call()
        finally:
            watch.set_events(_TOOL, 0)
            watch.register_callback(_TOOL, event, None)
            watch.free_tool_id(_TOOL)
        return counted

else:

    def _instructions_of(call: Callable[[], object]) -> int:
        counted = 0

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal counted
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            counted += event == "opcode"
            return trace

        traced = sys.gettrace()
        sys.settrace(trace)
        try:
            call()
        finally:
            sys.settrace(traced)
        return counted


def _caller(frame: FrameType) -> str:
    """Return the file that calls a regular expression, itself or through ``re``."""
    while frame.f_code.co_filename == re.compile.__code__.co_filename and frame.f_back:
        frame = frame.f_back
    return frame.f_code.co_filename


def regexes_of(call: Callable[[], object], folder: str) -> set[tuple[re.Pattern[str], str]]:
    """Return the regular expressions that code in *folder* uses, each with the method called."""
    found: set[tuple[re.Pattern[str], str]] = set()

    def profile(frame: FrameType, event: str, function: Any) -> None:
        owner = getattr(function, "__self__", None) if event == "c_call" else None
        if isinstance(owner, re.Pattern) and _caller(frame).startswith(folder):
            found.add((owner, function.__name__))

    profiled = sys.getprofile()
    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(profiled)
    return found
