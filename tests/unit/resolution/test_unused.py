"""``CORS`` objects that nothing was given to are known by the place where they were made."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS
from flask_cors.errors import Source
from flask_cors.resolution import unused as registry
from flask_cors.resolution.unused import note_made, note_used, unused

ORIGIN = "https://app.example.com"


class Thing:
    """Anything that can be referred to weakly."""


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_live", {})
    monkeypatch.setattr(registry, "_dropped", {})


def at(line: int) -> Source:
    return Source("app", "CORS()", "shop.py", line)


def test_what_is_made_is_unused_until_it_is_given_something() -> None:
    first, second = Thing(), Thing()
    note_made(second, at(2))
    note_made(first, at(1))
    assert list(unused()) == [(at(1), True), (at(2), True)]
    note_used(first)
    note_used(first)
    assert list(unused()) == [(at(2), True)]


def test_an_object_that_is_gone_is_remembered_by_its_place() -> None:
    note_made(Thing(), at(1))
    note_made(Thing(), at(1))
    assert list(unused()) == [(at(1), False)]


def test_a_place_whose_next_object_is_used_is_forgotten() -> None:
    note_made(Thing(), at(1))
    kept = Thing()
    note_made(kept, at(1))
    note_used(kept)
    assert list(unused()) == []


def test_no_more_than_a_hundred_places_are_remembered() -> None:
    for line in range(200):
        note_made(Thing(), at(line))
    assert len(list(unused())) == 100


def test_cors_objects_with_and_without_an_app() -> None:
    kept = CORS(origins=ORIGIN)
    CORS(Flask(__name__))
    CORS(Blueprint("api", __name__))
    late = CORS()
    late.init_app(Flask(__name__))
    ((source, exists),) = unused()
    assert (source.place, source.file, exists) == ("CORS()", __file__, True)
    kept.init_app(Blueprint("shop", __name__))
    assert list(unused()) == []
