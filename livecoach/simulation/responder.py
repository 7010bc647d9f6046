"""How a person answers beats: step by step, late, noisily, and not for ever.

Linear phase and period correction, the common model of tapping and stepping to a beat (Repp 2005;
gait: Buhmann 2018 for the negative mean asynchrony): the next step time is

    T = period + phase_gain * asynchrony + noise,
    period += period_gain * (beat interval - period)

from ``reaction_beats`` beats on; without beats for ``forget_after_s`` the period drifts back
towards the runner's own by ``forget_s``. Noise is first-order autoregressive with the coefficient
of variation of real step times (1.0-1.7 %). The gains are round numbers in
the range that such studies report (unverified); nothing was fitted.
"""

import math
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct


class RunnerParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A simulated runner. Rates in steps/min, speeds in m/s, times in s."""

    step_rate_spm: Annotated[float, Meta(ge=120, le=220)] = 164.0
    speed_mps: Annotated[float, Meta(ge=1.5, le=7.0)] = 3.0
    contact_time_s: Annotated[float, Meta(gt=0.1, lt=0.33)] = 0.26
    speed_loss_mps: Annotated[float, Meta(ge=0.0, le=0.6)] = 0.2
    variation_ratio: Annotated[float, Meta(ge=0.0, le=0.1)] = 0.013
    asymmetry_ratio: Annotated[float, Meta(ge=0.0, le=0.1)] = 0.01
    height_m: Annotated[float, Meta(gt=1.0, lt=2.3)] = 1.75
    phase_gain: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.15
    period_gain: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.12
    reaction_beats: Annotated[int, Meta(ge=1)] = 4
    asynchrony_s: float = -0.03
    forget_after_s: Annotated[float, Meta(gt=0)] = 3.0
    forget_s: Annotated[float, Meta(gt=0)] = 120.0
    rate_hz: Annotated[float, Meta(ge=50, le=500)] = 100.0


class Responder:
    """Beats heard in, the time of the next step out."""

    def __init__(self, params: RunnerParams, rng: np.random.Generator) -> None:
        self._params = params
        self._rng = rng
        self._own_s = 60.0 / params.step_rate_spm
        self._period_s = self._own_s
        self._noise = 0.0
        self._beats: list[float] = []
        self._side = 1.0

    def hear(self, t: float) -> None:
        """Take a beat that sounded at ``t``; a long silence before it starts the count anew."""
        if self._beats and t - self._beats[-1] > self._params.forget_after_s:
            self._beats.clear()
        self._beats = [*self._beats, t][-8:]

    def update(self, t: float) -> float:
        """Return how long the step that begins at ``t`` will take."""
        p = self._params
        correction = 0.0
        heard = [b for b in self._beats if b <= t]
        if heard and t - heard[-1] > p.forget_after_s:
            self._period_s += (self._own_s - self._period_s) * (
                1.0 - math.exp(-self._period_s / p.forget_s)
            )
        elif len(heard) >= p.reaction_beats:
            interval = (heard[-1] - heard[0]) / (len(heard) - 1)
            self._period_s += p.period_gain * (interval - self._period_s)
            late = (t - p.asynchrony_s - heard[-1]) % interval
            asynchrony = late - interval if late > interval / 2 else late
            correction = -p.phase_gain * asynchrony
        rho = 0.6
        self._noise = rho * self._noise + math.sqrt(1 - rho**2) * float(self._rng.standard_normal())
        self._side = -self._side
        spread = p.variation_ratio * self._noise + 0.5 * p.asymmetry_ratio * self._side
        return max(0.2, self._period_s * (1.0 + spread) + correction)
