"""The simulated runner's heart: least at one step rate, late, noisy, drifting upward.

Definition. Where it is drawn to, with r the step rate and q = r / best - 1:

    heart_rate_bpm * (1 + heart_bend_ratio * (q / 0.1)^2) + heart_drift_bpm_per_h * t / 3600

It follows with the time constant ``heart_lag_s``; noise of ``heart_noise_bpm`` remembers itself for
`NOISE_S`. The bend is that of oxygen uptake, 2.5 % at 10 % off the best rate (reference/
gait-science.md 3.8); all else are round numbers, nothing was fitted (unverified).
"""

import math

import numpy as np

from livecoach.simulation.params import RunnerParams

NOISE_S = 10.0


class Heart:
    """Step rates in, heart rates out.

    Parameters
    ----------
    params
        Whose heart; ``heart_rate_bpm`` must be given.
    rng
        The only source of chance.
    """

    def __init__(self, params: RunnerParams, rng: np.random.Generator) -> None:
        if params.heart_rate_bpm is None:
            raise ValueError("heart_rate_bpm is not given")
        self._least_bpm = params.heart_rate_bpm
        self._params = params
        self._rng = rng
        self._calm_bpm = self._drawn_to(params.step_rate_spm, 0.0)
        self._noise_bpm = 0.0
        self._t = 0.0

    def update(self, t: float, step_rate_spm: float) -> float:
        """Return the heart rate in 1/min at ``t``, at this step rate since the last call."""
        p, dt_s = self._params, t - self._t
        self._t = t
        share = 1.0 - math.exp(-dt_s / p.heart_lag_s)
        self._calm_bpm += share * (self._drawn_to(step_rate_spm, t) - self._calm_bpm)
        kept = math.exp(-dt_s / NOISE_S)
        fresh = p.heart_noise_bpm * math.sqrt(1.0 - kept * kept)
        self._noise_bpm = kept * self._noise_bpm + fresh * float(self._rng.standard_normal())
        return self._calm_bpm + self._noise_bpm

    def _drawn_to(self, step_rate_spm: float, t: float) -> float:
        p = self._params
        off = step_rate_spm / (p.best_rate_spm or p.step_rate_spm) - 1.0
        bend = 1.0 + p.heart_bend_ratio * (off / 0.1) ** 2
        return self._least_bpm * bend + p.heart_drift_bpm_per_h * t / 3600.0
