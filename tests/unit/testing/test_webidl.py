"""Words that an API of a page takes."""

from __future__ import annotations

from typing import Literal

import pytest

from flask_cors.testing.webidl import check_words

Size = Literal["", "big", "small"]


@pytest.mark.parametrize("word", ["", "big", "small"])
def test_words_of_the_list(word: str) -> None:
    check_words(size=(word, Size), other=("big", Size))


@pytest.mark.parametrize("word", ["Big", "huge", " ", None, 1])
def test_other_words(word: object) -> None:
    with pytest.raises(TypeError) as caught:
        check_words(size=("big", Size), other=(word, Size))
    assert str(caught.value) == f"other={word!r}: write one of '', 'big', 'small'"
