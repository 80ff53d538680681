"""Reading regular expressions for suggestions, and texts that they match."""

from __future__ import annotations

import re

import pytest

from flask_cors.patterns.regex_items import Item, all_items, chars_of, read, samples


def literal(text: str, low: int = 1, high: int = 1) -> Item:
    return Item(text, "", (), low, high)


@pytest.mark.parametrize(
    ("pattern", "alternatives"),
    [
        ("", [[]]),
        (r"^/Api/v1$", [[literal("/Api/v1")]]),
        (r"a\.b|c?", [[literal("a.b")], [literal("c", 0, 1)]]),
        (r"x{2,3}y{4}z{2,}", [[literal("x", 2, 3), literal("y", 4, 4), literal("z", 2, 512)]]),
        (r"\d+", [[Item("", r"\d", (), 1, 512)]]),
        (r"[^a\]]*", [[Item("", r"[^a\]]", (), 0, 512)]]),
        (r"(?:a|b)", [[Item("", "", [[literal("a")], [literal("b")]], 1, 1)]]),
        (r"(?!a)", [[Item("", "", [[literal("a")]], 0, 0)]]),
        (r"(?#note)(?i)a", [[literal("a")]]),
    ],
)
def test_what_is_read(pattern: str, alternatives: list[list[Item]]) -> None:
    assert read(pattern) == alternatives


@pytest.mark.parametrize("pattern", [r"(?P=name)", r"(?(1)a)", r"\0", r"a\n"])
def test_what_is_not_read(pattern: str) -> None:
    assert read(pattern) is None


def test_items_within_groups_follow_their_group() -> None:
    found = [item.text for item in all_items(read("a(b(c)|d)e") or ())]
    assert found == ["a", "", "b", "", "c", "d", "e"]


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (r"/u/\d{4}$", ["/u/1111"]),
        (r"^/(shop|Stock)/[A-Z]$", ["/shop/A", "/Stock/A"]),
        (r"/a(/b)?$", ["/a/b", "/a"]),
        (r"/x/\w*\.json", ["/x/a.json", "/x/.json"]),
        (r"/(?!a)b", ["/b"]),
        (r"/(?=a)b", []),
        (r"/[\[]", []),
        (r"/\b\B", []),
        (r"/a\0", []),
    ],
)
def test_samples_match(pattern: str, texts: list[str]) -> None:
    assert list(samples(re.compile(pattern), 100)) == texts


def test_a_verbose_pattern_has_no_samples() -> None:
    assert list(samples(re.compile("/a  # the first", re.VERBOSE), 100)) == []


def test_samples_are_few() -> None:
    assert len(list(samples(re.compile("(a|b|c|d)" * 8), 100))) == 100


@pytest.mark.parametrize(
    ("char_class", "chars"),
    [(r"[a-c.]", "abc."), (r"\d", "1023456789"), ("[!]", ""), ("[z-a]", "")],
)
def test_chars_of_a_host(char_class: str, chars: str) -> None:
    assert chars_of(char_class) == chars


def test_no_sample_is_longer_than_asked() -> None:
    assert list(samples(re.compile(r"a{9}|a{5}"), 6)) == ["aaaaa"]
    assert list(samples(re.compile(r"(a{3000}){3000}"), 100)) == []
