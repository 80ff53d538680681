"""The statistics: a median with its 95 % bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = Sequence[Sequence[float]]
"""One sequence for each sitting, that is, for each set of processes."""

RESAMPLES = 1_000
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True)
class Estimate:
    """A median, and the interval that holds it with 95 % confidence, in microseconds."""

    median: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """Return the three figures to the nanosecond."""
        return {name: round(value, 3) for name, value in vars(self).items()}


def resampled(samples: Samples, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the medians of bootstrap resamples.

    Sittings are drawn first and then values within them: two processes of one program differ
    by where their memory lies and by their hash seed, and no number of blocks in one process
    shows that.
    """
    sittings = [np.asarray(sitting, dtype=float) for sitting in samples if len(sitting)]
    return np.array([_resampled_median(sittings, rng) for _ in range(RESAMPLES)])


def _resampled_median(sittings: list[NDArray[Any]], rng: np.random.Generator) -> float:
    drawn = (sittings[index] for index in rng.integers(len(sittings), size=len(sittings)))
    values = [sitting[rng.integers(len(sitting), size=len(sitting))] for sitting in drawn]
    return float(np.median(np.concatenate(values)))


def estimate(samples: Samples, rng: np.random.Generator) -> Estimate:
    """Return the median of all *samples* and its interval."""
    low, high = np.percentile(resampled(samples, rng), PERCENTILES)
    return Estimate(median_of(samples), float(low), float(high))


def median_of(samples: Samples) -> float:
    """Return the median over all sittings."""
    return float(np.median([value for sitting in samples for value in sitting]))
