"""An old run -> the runner's own step rate by speed, from steady running only.

Steady: running (from 140 steps/min and 1.6 m/s: people walk below), heard throughout for 21 s
around, and in four fifths of these the speed within 0.5 m/s and the rate within 8 steps/min (both
from nine tenths down to one; satellite speed wanders by 0.2 m/s). Such seconds are sorted by their
median speed into bins of 0.25 m/s; a bin with a minute of them gives a baseline, the mean of its
rates without the highest and lowest tenth (a median would keep the watch's whole numbers). The
figures are set by judgement; on six recorded series of ten minutes (Garmin, Stryd) they keep 68 to
93 % of the seconds.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from livecoach.model import Baseline
from livecoach.report.old_run import OldRun, Reading
from livecoach.store.profile import SPEED_BIN_MPS

LEAST_S = 60
_WINDOW = 21
_HOLE_S = 5.0
_LEAST_SPM, _MOST_SPM = 140.0, 260.0
_LEAST_MPS, _MOST_MPS = 1.6, 8.0
_SPEED_RANGE_MPS = 0.5
_RATE_RANGE_SPM = 8.0

_Floats: TypeAlias = NDArray[np.float64]


class Learnt(Struct, frozen=True):
    """A baseline, how long the runner ran so, and the spread (SD) of the rate in that time."""

    baseline: Baseline
    seconds: int
    spread_spm: float


def learn(run: OldRun) -> tuple[Learnt, ...]:
    """Return what a run tells, slowest first; empty when it was never steady for long enough."""
    rates: list[_Floats] = []
    speeds: list[_Floats] = []
    for stretch in _stretches(run):
        rate, speed = _steady(stretch)
        rates.append(rate)
        speeds.append(speed)
    if not rates:
        return ()
    rate, speed = np.concatenate(rates), np.concatenate(speeds)
    bins = np.floor(speed / SPEED_BIN_MPS + 0.5)
    every = (_learnt(rate[bins == b], speed[bins == b]) for b in np.unique(bins))
    return tuple(known for known in every if known.seconds >= LEAST_S)


def _learnt(rate: _Floats, speed: _Floats) -> Learnt:
    cut = len(rate) // 10
    spm = float(np.mean(np.sort(rate)[cut : len(rate) - cut]))
    baseline = Baseline(spm, float(np.mean(speed)), round(float(np.sum(rate)) / 60.0))
    return Learnt(baseline, len(rate), float(np.std(rate)))


def _stretches(run: OldRun) -> Iterator[Sequence[Reading]]:
    """Yield runs of readings without a hole, a walk or a cue in them."""
    stretch: list[Reading] = []
    for x in run.readings:
        if run.coached_from_s is not None and x.t >= run.coached_from_s:
            break
        runs = _LEAST_SPM <= x.step_rate_spm <= _MOST_SPM and _LEAST_MPS <= x.speed_mps <= _MOST_MPS
        if stretch and (not runs or not 0.0 < x.t - stretch[-1].t <= _HOLE_S):
            yield stretch
            stretch = []
        if runs:
            stretch.append(x)
    yield stretch


def _steady(stretch: Sequence[Reading]) -> tuple[_Floats, _Floats]:
    """Return rate and speed of the steady seconds of a stretch (speed: the median around)."""
    none = np.empty(0)
    if not stretch or stretch[-1].t - stretch[0].t < _WINDOW:
        return none, none
    t = np.array([x.t for x in stretch])
    grid = np.arange(t[0], t[-1] + 1e-9)
    rate = np.interp(grid, t, [x.step_rate_spm for x in stretch])
    speed = np.interp(grid, t, [x.speed_mps for x in stretch])
    rates, speeds = sliding_window_view(rate, _WINDOW), sliding_window_view(speed, _WINDOW)
    steady = (_range(rates) <= _RATE_RANGE_SPM) & (_range(speeds) <= _SPEED_RANGE_MPS)
    half = _WINDOW // 2
    return rate[half : half + len(steady)][steady], np.median(speeds, axis=1)[steady]


def _range(windows: _Floats) -> _Floats:
    low, high = np.percentile(windows, (10, 90), axis=1)
    return np.asarray(high - low)
