"""Whose steps a foot pod's cadence counts: both legs' (``steps``) or one leg's (``per_leg``).

The field is "1/minute", and pods disagree (qdomyos-zwift PR 4083, 4318). What can tell, best first:

- An inertial sensor of the same run: the cadence, or twice it, is its step rate within 6 %.
- Speed: speed = step rate x step length, and people's step rate at a speed lies within 30 % of a
  typical one, the wrong unit's more than 40 % off. The typical line is drawn by hand through
  commonly reported values (112/min walking at 1.2 m/s, 165/min running at 3 m/s) and only needs to
  be right within those margins. A belt's speed is better than the pod's own.
- Stride length L beside speed v and cadence c: 60 v / (c L) is 1/2 where the cadence is of steps
  and the length a stride, 2 where the cadence is of one leg and the length really a step. At 1
  both are in one unit, whichever it is; anywhere else L is no help. Where it says another unit than
  speed does, nothing can be said.
- A pod that has never told a speed: one leg does not land 125 times a minute, and nobody who runs
  (flag b2) makes fewer than 110 steps.

Neither unit makes a human gait: power in the cadence field (Stryd's watts / 10: 21 for 210 W), or
nonsense. Nothing is said then.

Three votes in a row decide (two, where an inertial sensor or the stride length votes too); ten that
contradict overturn. What was confirmed in an earlier run is the starting answer. What the runner
has configured stands.
"""

import itertools
import math
from typing import Final

from livecoach.gait.pod_params import PodParams
from livecoach.model import Cadence, FootPodReading

TIMES: Final[dict[Cadence, int]] = {"steps": 1, "per_leg": 2}
"""Steps per count."""

# Typical step rate of people at a speed, walking to sprinting (m/s, steps/min).
_TYPICAL = ((0.5, 80.0), (1.2, 112.0), (2.0, 146.0), (2.5, 160.0), (3.0, 165.0), (5.0, 185.0))
_TYPICAL_END = (8.0, 230.0)


def typical_spm(speed_mps: float) -> float:
    """Return the step rate usual at a speed."""
    points = (*_TYPICAL, _TYPICAL_END)
    if speed_mps <= points[0][0]:
        return points[0][1]
    for (v0, r0), (v1, r1) in itertools.pairwise(points):
        if speed_mps <= v1:
            return r0 + (r1 - r0) * (speed_mps - v0) / (v1 - v0)
    return points[-1][1]


class CadenceUnit:
    """What one pod's cadence counts; ``known`` is None while that is not resolved.

    Parameters
    ----------
    params
        Settings.
    start
        The answer to begin with.
    fixed
        Whether it stands whatever the readings say.
    """

    def __init__(self, params: PodParams, start: Cadence | None, *, fixed: bool) -> None:
        self._params = params
        self._fixed = fixed and start is not None
        self.known = start
        self.confirmed: Cadence | None = None
        self._candidate: Cadence | None = None
        self._votes = 0
        self._steady_s: float | None = None
        self._steady_votes = 0

    def update(
        self, x: FootPodReading, speed_mps: float | None, own_spm: float | None
    ) -> Cadence | None:
        """Take in a reading; return what it speaks for.

        ``speed_mps`` is the best known, ``own_spm`` an inertial sensor's step rate.
        """
        vote, sure = self._vote(x, speed_mps, own_spm)
        if vote is None:
            return None
        if vote == self.known:
            self._votes = 0
            self._confirm(x.t)
            return vote
        self._steady_s = None
        self._votes = self._votes + 1 if vote == self._candidate else 1
        self._candidate = vote
        p = self._params
        first = p.sure_votes_to_decide if sure else p.votes_to_decide
        needed = first if self.known is None else p.votes_to_change
        if self._votes >= needed and not self._fixed:
            self.known, self._votes, self.confirmed = vote, 0, None
        return vote

    def _confirm(self, t: float) -> None:
        """Count votes for what is known since the last one against it."""
        p = self._params
        if self._steady_s is None:
            self._steady_s, self._steady_votes = t, 0
        self._steady_votes += 1
        if t - self._steady_s >= p.confirm_s and self._steady_votes >= p.confirm_votes:
            self.confirmed = self.known

    def _vote(
        self, x: FootPodReading, speed_mps: float | None, own_spm: float | None
    ) -> tuple[Cadence | None, bool]:
        """Return what a reading speaks for, and whether with a second witness."""
        if own_spm is not None:
            return self._by_sensor(x.cadence_raw_per_min, own_spm), True
        if speed_mps is None:
            return self._by_cadence(x), False
        if speed_mps < self._params.slowest_mps:
            return None, False
        by_speed = self._by_speed(x.cadence_raw_per_min, speed_mps)
        by_length = self._by_length(x)
        if by_length is not None and by_speed != by_length:
            return None, False
        return by_speed, by_length is not None

    def _by_sensor(self, cadence: int, own_spm: float) -> Cadence | None:
        within = self._params.sensor_ratio
        near = (u for u, k in TIMES.items() if abs(k * cadence / own_spm - 1.0) <= within)
        return next(near, None)

    def _by_speed(self, cadence: int, speed_mps: float) -> Cadence | None:
        typical = typical_spm(speed_mps)
        off = {u: abs(math.log(k * cadence / typical)) for u, k in TIMES.items()}
        near, far = math.log(self._params.near_ratio), math.log(self._params.far_ratio)
        if off["steps"] < near and off["per_leg"] > far:
            return "steps"
        if off["per_leg"] < near and off["steps"] > far:
            return "per_leg"
        return None

    def _by_length(self, x: FootPodReading) -> Cadence | None:
        length = x.stride_length_raw_m
        if not length or x.speed_mps < self._params.slowest_mps:
            return None
        ratio = 60.0 * x.speed_mps / (x.cadence_raw_per_min * length)
        within = self._params.length_ratio
        if abs(ratio / 0.5 - 1.0) <= within:
            return "steps"
        return "per_leg" if abs(ratio / 2.0 - 1.0) <= within else None

    def _by_cadence(self, x: FootPodReading) -> Cadence | None:
        p = self._params
        if p.leg_most_per_min <= x.cadence_raw_per_min <= p.most_spm:
            return "steps"
        if x.running and p.run_least_spm <= 2 * x.cadence_raw_per_min < 2 * p.run_least_spm:
            return "per_leg"
        return None
