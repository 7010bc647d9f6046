"""Means of a runner's steps, and how uncertain they are.

Steps that follow each other are alike: what is slow now is slow in a second, too. The usual error
of a mean, spread / sqrt(steps), takes them for independent and is several times too small. Here the
steps are put together in blocks of `BLOCK_S`, the means of the blocks are taken for independent,
and their spread gives the margin: half of a 95 % interval by Student's t. Blocks less than half
full are joined to no interval; with fewer than `FEWEST` blocks the margin is unknown (None).

Blocks, too, are alike where a runner drifts for minutes, and a margin is then too small. Of made
runs of five minutes whose steps keep 0, half and nine tenths of the one before, 93, 93 and 89 % of
the intervals hold the true mean (the usual ones: 93, 68 and 27 %; `tests/report/test_blocks`).
"""

import math
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

BLOCK_S = 20.0
FEWEST = 4
_T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13)

Floats: TypeAlias = NDArray[np.float64]


class Mean(Struct, frozen=True):
    """A mean over ``seconds`` of running; ``error`` is one standard error over ``blocks``."""

    value: float
    error: float | None
    blocks: int
    seconds: float

    @property
    def margin(self) -> float | None:
        """Half of the 95 % interval."""
        return None if self.error is None else student(self.blocks - 1) * self.error


class Change(Struct, frozen=True):
    """How far a mean is from another one; ``margin`` is half of the 95 % interval."""

    value: float
    margin: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves no change out."""
        return self.margin is not None and abs(self.value) > self.margin


def mean_of(t: Floats, values: Floats, weights: Floats) -> Mean | None:
    """Return the mean of what is known of ``values`` (NaN: unknown), None when nothing is.

    Parameters
    ----------
    t
        When, in seconds, ascending.
    values
        What was measured then.
    weights
        How many seconds each stands for.
    """
    known = np.isfinite(values)
    t, values, weights = t[known], values[known], weights[known]
    seconds = float(np.sum(weights))
    if seconds <= 0.0:
        return None
    mean = float(np.sum(weights * values) / seconds)
    number = np.floor((t - t[0]) / BLOCK_S).astype(np.int64)
    filled = np.bincount(number, weights)
    sums = np.bincount(number, weights * (values - mean))
    full = filled >= 0.5 * min(BLOCK_S, float(np.max(filled)))
    blocks = int(np.sum(full))
    if blocks < FEWEST:
        return Mean(mean, None, blocks, seconds)
    spread = float(np.sum(sums[full] ** 2)) * blocks / (blocks - 1)
    return Mean(mean, math.sqrt(spread) / float(np.sum(filled[full])), blocks, seconds)


def change(after: Mean, before: Mean) -> Change:
    """Return how much has changed (Welch's degrees of freedom)."""
    value = after.value - before.value
    if after.error is None or before.error is None:
        return Change(value, None)
    a, b = after.error**2, before.error**2
    if a + b == 0.0:
        return Change(value, 0.0)
    freedom = (a + b) ** 2 / (a * a / (after.blocks - 1) + b * b / (before.blocks - 1))
    return Change(value, student(int(freedom)) * math.sqrt(a + b))


def student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t, a little too large between the table's entries."""
    if freedom <= len(_T_95):
        return _T_95[max(freedom, 1) - 1]
    return 1.96 + 2.5 / freedom
