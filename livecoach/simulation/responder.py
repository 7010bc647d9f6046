"""How a person answers beats: step by step, late, noisily, and not for ever.

Linear phase and period correction, the common model of tapping and stepping to a beat (Repp 2005,
doi:10.3758/BF03206433; gait: Buhmann 2018, doi:10.1371/journal.pone.0208702, for the negative mean
asynchrony): the next step time is

    T = period + phase_gain * asynchrony + noise,
    period += period_gain * (beat interval - period)

from ``reaction_beats`` beats on, each counted ``reaction_s`` after it sounded; without beats for
``forget_after_s`` the period drifts back towards the runner's own by ``forget_s``. The runner's own
period grows by ``fatigue_ratio_per_h``. Who does not ``follow`` hears nothing; ``ignore_ratio`` of
the beats pass anyone by. The gains are round numbers in the range that such studies report
(unverified); nothing was fitted.

Noise: fractionally integrated (spectrum 1/f^alpha over `MEMORY` steps; Hosking 1981,
doi:10.1093/biomet/68.1.165), with the coefficient of variation of real step times (1.0-1.7 %), and
left and right steps apart by ``asymmetry_ratio`` (0-5 % in runners).
"""

import math
from collections import deque
from itertools import pairwise
from statistics import median

import numpy as np

from livecoach.simulation.params import RunnerParams

MEMORY = 256
"""Steps over which the noise remembers itself."""

SHORTEST_S = 0.2
"""Nobody steps quicker."""


class PinkNoise:
    """Noise of variance 1 whose spectrum falls as 1/f^alpha; white for alpha 0.

    It begins without a past, so the first minute wanders a little less.
    """

    def __init__(self, alpha: float, rng: np.random.Generator) -> None:
        k = np.arange(1, MEMORY)
        weights = np.concatenate([[1.0], np.cumprod((k - 1 + alpha / 2) / k)])
        self._weights = weights / math.sqrt(float(weights @ weights))
        self._past = np.zeros(MEMORY)
        self._rng = rng

    def update(self) -> float:
        """Return the next value."""
        self._past[1:] = self._past[:-1]
        self._past[0] = self._rng.standard_normal()
        return float(self._weights @ self._past)


class Responder:
    """Beats heard in, the time of the next step out."""

    def __init__(self, params: RunnerParams, rng: np.random.Generator) -> None:
        self._params = params
        steps, self._luck = rng.spawn(2)
        self._noise = PinkNoise(params.variation_alpha, steps)
        self._own_s = 60.0 / params.step_rate_spm
        self._period_s = self._own_s
        self._beats: deque[float] = deque(maxlen=8)
        self._side = 1.0

    def hear(self, t: float) -> None:
        """Take a beat that sounded at ``t``; a long silence before it starts the count anew."""
        p = self._params
        if not p.follows or float(self._luck.random()) < p.ignore_ratio:
            return
        if self._beats and t - self._beats[-1] > p.forget_after_s:
            self._beats.clear()
        self._beats.append(t)

    def update(self, t: float) -> float:
        """Return how long the step that begins at ``t`` will take."""
        p = self._params
        self._tire(t)
        correction = self._answer(t)
        self._side = -self._side
        spread = p.variation_ratio * self._noise.update() + 0.5 * p.asymmetry_ratio * self._side
        return max(SHORTEST_S, self._period_s * (1.0 + spread) + correction)

    def _tire(self, t: float) -> None:
        p = self._params
        own_s = 60.0 / p.step_rate_spm * (1.0 + p.fatigue_ratio_per_h * t / 3600.0)
        self._period_s += own_s - self._own_s
        self._own_s = own_s

    def _answer(self, t: float) -> float:
        """Follow the beats' period; return the correction of phase."""
        p = self._params
        heard = [b for b in self._beats if b + p.reaction_s <= t]
        if heard and t - heard[-1] > p.forget_after_s + p.reaction_s:
            share = 1.0 - math.exp(-self._period_s / p.forget_s)
            self._period_s += (self._own_s - self._period_s) * share
        elif len(heard) >= p.reaction_beats:
            interval = self._interval(heard)
            self._period_s += p.period_gain * (interval - self._period_s)
            late = (t - p.asynchrony_s - heard[-1]) % interval
            asynchrony = late - interval if late > interval / 2 else late
            return -p.phase_gain * asynchrony
        return 0.0

    def _interval(self, heard: list[float]) -> float:
        """Return the beats' usual distance; a gap of several steps is several unheard beats."""
        gaps = [after - before for before, after in pairwise(heard)]
        each = [gap / max(1, round(gap / self._period_s)) for gap in gaps]
        return median(each) if each else self._period_s
