"""Change of sample rate by a windowed sinc, one filter phase per output phase."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

_LOBES = 24
"""Zero crossings of the sinc on each side."""
_KAISER_BETA = 9.0
_PASS_RATIO = 0.94
"""Cut-off over the lower of the two Nyquist frequencies."""


def resample(clip: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """Return a mono clip at another rate.

    Parameters
    ----------
    clip
        Shape (n,), ``from_hz`` samples per second.
    from_hz, to_hz
        Samples per second before and after.

    Returns
    -------
    NDArray[float32]
        Shape (ceil(n * to_hz / from_hz),), in time with the input: no delay is added.
    """
    if from_hz == to_hz:
        return clip.astype(np.float32, copy=False)
    common = math.gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    phases = _phases(up, down)
    reach = phases.shape[1] // 2
    count = -(-len(clip) * up // down)
    padded = np.pad(clip.astype(np.float64), (reach, reach + 1))
    windows = np.lib.stride_tricks.sliding_window_view(padded, phases.shape[1])
    out = np.zeros(count)
    # Every up-th sample of the output has the same filter, down samples of the input further on.
    for first in range(min(up, count)):
        at = first * down
        mine = windows[at // up :: down][: -(-(count - first) // up)]
        out[first::up] = mine @ phases[at % up]
    return out.astype(np.float32)


@cache
def _phases(up: int, down: int) -> NDArray[np.float64]:
    """Filter taps for each fraction of an input sample, shape (up, taps); each row sums to 1."""
    cutoff = _PASS_RATIO * min(1.0, up / down)
    reach = math.ceil(_LOBES / cutoff)
    offset = np.arange(-reach, reach + 1)[None, :] - (np.arange(up) / up)[:, None]
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1.0 - (offset / (reach + 1)) ** 2, 0.0, None)))
    taps = np.sinc(cutoff * offset) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True))
