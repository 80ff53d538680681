"""How far the property tests search: the same examples every time, unless more are asked for.

``PROPERTY_FACTOR=100 .venv/bin/python -m pytest tests/property`` tries a hundred times as
many, drawn at random; what fails is then printed as an example to repeat.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

FACTOR = int(os.environ.get("PROPERTY_FACTOR", "1"))


def search(examples: int) -> settings:
    """Return the settings of a property that tries this many examples."""
    return settings(
        max_examples=examples * FACTOR,
        derandomize=FACTOR == 1,
        database=None,
        deadline=None,
        # Explaining a failure of a whole app would take longer than finding it.
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def for_each(
    call: Callable[..., None], number: int, examples: int, *strategies: SearchStrategy[Any]
) -> None:
    """Call a function with *examples* draws of the *strategies*, which *number* decides.

    What fails is not made smaller.
    """
    quick = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(quick(given(*strategies)(call)))()
