"""JSON as a page writes and reads it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import pytest

from flask_cors.testing.json_texts import parse, stringify


class Number(IntEnum):
    ONE = 1


class Text(str):
    def __str__(self) -> str:
        return "another"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-12, "-12"),
        (2**60, "1152921504606846976"),
        (Number.ONE, "1"),
        (Text("text"), '"text"'),
        ([], "[]"),
        ({}, "{}"),
        ([1, (2, "a")], '[1,[2,"a"]]'),
        ({"a": 1, "b": [None]}, '{"a":1,"b":[null]}'),
        ({2: 1, True: 2, None: 3, 0.5: 4}, '{"2":1,"true":2,"null":3,"0.5":4}'),
    ],
)
def test_values(value: object, text: str) -> None:
    assert stringify(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (-1.5, "-1.5"),
        (0.0, "0"),
        (-0.0, "0"),
        (100.0, "100"),
        (1e16, "10000000000000000"),
        (1.2345678901234568e20, "123456789012345680000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (-1e21, "-1e+21"),
        (1.5e300, "1.5e+300"),
        (1e-4, "0.0001"),
        (1e-5, "0.00001"),
        (1e-6, "0.000001"),
        (9.5e-7, "9.5e-7"),
        (-1e-7, "-1e-7"),
        (1e-10, "1e-10"),
        (5e-324, "5e-324"),
        (float("nan"), "null"),
        (float("inf"), "null"),
        (float("-inf"), "null"),
    ],
)
def test_numbers_are_written_as_javascript_does(number: float, text: str) -> None:
    assert stringify(number) == text
    assert stringify([number]) == f"[{text}]"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("\xe9\u2028/<\x7f", '"\xe9\u2028/<\x7f"'),
        ('"\\', r'"\"\\"'),
        ("\b\f\n\r\t\x00\x1f", r'"\b\f\n\r\t\u0000\u001f"'),
        ("\ud83d\ude00", '"\U0001f600"'),
        ("\ud800a\udfff", r'"\ud800a\udfff"'),
        ("\ude00\ud83d", r'"\ude00\ud83d"'),
        ("\ud7ff\ue000", '"\ud7ff\ue000"'),
    ],
)
def test_texts(value: str, text: str) -> None:
    assert stringify(value) == text
    assert stringify({value: 1}) == f"{{{text}:1}}"


@pytest.mark.parametrize("value", [object(), b"x", {1}, [object()], {(): 1}, {(1,): 1}])
def test_what_has_no_json(value: object) -> None:
    with pytest.raises(
        TypeError,
        match=rf"^{type(value).__name__} has no JSON: |^object has no JSON: |^not a key: \(",
    ):
        stringify(value)


def test_a_circle() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(TypeError, match=r"^a cyclic structure has no JSON$"):
        stringify(circle)


def test_what_is_read() -> None:
    assert parse(' {"a": [1, 2.5, "\xe9", null]} ') == {"a": [1, 2.5, "\xe9", None]}


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "-Infinity", "", "{'a': 1}", "\ufeff1", "[1,]"]
)
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser has texts of its own
        parse(text)


def test_the_word_that_is_no_number() -> None:
    with pytest.raises(ValueError, match=r"^not JSON: NaN$"):
        parse("NaN")
