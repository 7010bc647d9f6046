"""How late a device is heard, from a person who taps along: pure statistics.

People tap before the beat they hear (negative mean asynchrony): about 30-50 ms (Aschersleben &
Prinz 1995, doi:10.3758/BF03213056), several tens of milliseconds (Aschersleben 2002,
doi:10.1006/brcg.2001.1304), and it differs between people (Repp & Su 2013,
doi:10.3758/s13423-012-0371-2). `AHEAD_S` is taken off for everyone. What keyboard, system and
terminal add before a tap is stamped is not known and works the other way. The result is therefore
good to about `UNCERTAINTY_S`, however regular the taps.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

AHEAD_S = 0.040
UNCERTAINTY_S = 0.030
EARLIEST_S = -0.150
"""Taps are taken to lie from here to one period later, against the beat as the device says it."""

_BOUNCE_S = 0.12
_LEAST_TAPS = 12
_LEAST_SHARE = 0.7
_WIDEST_S = 0.060
_LARGEST_ERROR_S = 0.012
_OUT_SPREADS = 3.0
_OUT_FLOOR_S = 0.030
_MAD_TO_SD = 1.4826
_MEDIAN_TO_MEAN = 1.2533


class Tapped(NamedTuple):
    """What the taps say."""

    offset_s: float
    """How much later than it says the device is heard; `AHEAD_S` is taken off."""
    spread_s: float
    """Standard deviation of the taps that count, from their median absolute deviation."""
    taps: int
    """How many count: at most one a beat, near the others."""
    stray: int
    """How many were left out."""


def tapped(beats_s: ArrayLike, taps_s: ArrayLike, period_s: float) -> Tapped:
    """Compare taps with the beats they follow.

    Parameters
    ----------
    beats_s
        When the beats that count began, as the device says; session seconds, ascending.
    taps_s
        When the person tapped; what belongs to no beat of these is left out, and so is the second
        of two taps that one stroke makes.
    period_s
        From one beat to the next.

    Returns
    -------
    Tapped
        Offset from `EARLIEST_S` + `AHEAD_S` to one period more: a steady beat cannot tell a whole
        period. All zero without beats or taps.
    """
    beats = np.asarray(beats_s, float)
    taps = _strokes(np.asarray(taps_s, float))
    if not len(beats) or not len(taps):
        return Tapped(0.0, 0.0, 0, 0)
    beat = np.clip(np.searchsorted(beats, taps - EARLIEST_S, "right") - 1, 0, None)
    late = taps - beats[beat]
    late = late[(late >= EARLIEST_S) & (late < EARLIEST_S + period_s)]
    if not len(late):
        return Tapped(0.0, 0.0, 0, 0)
    centre = _centre(late, period_s)
    off = _wrapped(late - centre, period_s)
    limit = max(_OUT_FLOOR_S, _OUT_SPREADS * _MAD_TO_SD * float(np.median(np.abs(off))))
    good = off[np.abs(off) <= min(limit, period_s / 4.0)]
    middle = float(np.median(good))
    spread = _MAD_TO_SD * float(np.median(np.abs(good - middle)))
    late_s = (centre + middle - EARLIEST_S) % period_s + EARLIEST_S
    return Tapped(late_s + AHEAD_S, spread, len(good), len(late) - len(good))


def refusal(found: Tapped) -> str | None:
    """Return why the taps do not settle it yet; None when they do."""
    everything = found.taps + found.stray
    if found.taps < _LEAST_TAPS:
        return f"only {found.taps} taps went with the beat, {_LEAST_TAPS} are needed"
    if found.taps < _LEAST_SHARE * everything:
        return f"{found.stray} of {everything} taps were off the beat: tap once a beat"
    error_s = _MEDIAN_TO_MEAN * found.spread_s / found.taps**0.5
    if found.spread_s > _WIDEST_S or error_s > _LARGEST_ERROR_S:
        return f"the taps scatter by {1e3 * found.spread_s:.0f} ms"
    return None


def _strokes(taps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out what follows a tap too soon to be another one."""
    kept: list[float] = []
    for tap in np.sort(taps):
        if not kept or tap - kept[-1] >= _BOUNCE_S:
            kept.append(float(tap))
    return np.array(kept)


def _centre(late: NDArray[np.float64], period_s: float) -> float:
    """Return the tap that is nearest to all others on the circle of one period."""
    apart = np.abs(_wrapped(late[:, None] - late, period_s)).sum(axis=1)
    return float(late[np.argmin(apart)])


def _wrapped(off: NDArray[np.float64], period_s: float) -> NDArray[np.float64]:
    """Return ``off`` within half a period of 0."""
    return np.asarray((off + period_s / 2.0) % period_s - period_s / 2.0)
