"""Counts what a call does: instructions of Python, and characters that C code walks over.

Seconds differ from run to run, and counts do not. What regular expressions do is not seen
here; ``regexes_of`` says which of them a call uses, for ``tests/steps.py`` to count.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# A method of a list may be append, which does not look at the rest.
_SIZED = (str, bytes)


def work_of(call: Callable[[], object]) -> int:
    """Return the instructions of *call*, and the sizes of what C methods were called on."""
    work = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal work
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        work += event == "opcode"
        return trace

    def profile(_: FrameType, event: str, function: Any) -> None:
        nonlocal work
        if event == "c_call":
            owner = getattr(function, "__self__", None)
            work += len(owner) if isinstance(owner, _SIZED) else 1

    traced, profiled, collects = sys.gettrace(), sys.getprofile(), gc.isenabled()
    # What is collected meanwhile has callbacks, whose work is not the call's.
    gc.disable()
    sys.setprofile(profile)
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(traced)
        sys.setprofile(profiled)
        if collects:
            gc.enable()
    return work


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
